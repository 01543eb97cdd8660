package bot

import (
	"context"
	"errors"
	"fmt"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// Lists of follow-ups that one person sees, by the Want of the reference that names them: all of an incident, in a modal, and the one that they have just
// added, in a message.
const (
	listFollowUps = "follow-ups"
	listFollowUp  = "follow-up"
)

// followUp is /inc follow-up TITLE, and /inc follow-up N with what is to become of it.
func (b *Bot) followUp(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	if t.rest == "" {
		return b.followUpForm(ctx, r, inc, blocks.FollowUpDraft{})
	}
	if n, verb, rest, ok := numberedFollowUp(t.rest, inc); ok {
		return b.changeFollowUp(ctx, r, inc, n, verb, rest)
	}
	return b.addFollowUp(ctx, r, inc.ID, flow.AddFollowUp{Title: readable(t.rest)}, "")
}

// followUps is /inc follow-ups.
func (b *Bot) followUps(ctx context.Context, r request, _ typed, inc flow.Incident) (answer, error) {
	return b.open(r, blocks.FollowUpsModal(b.scene(ctx), inc, 0)), nil
}

// followUpForm opens the form for a follow-up. Who opened it anywhere but in a list is answered there, once it is added.
func (b *Bot) followUpForm(ctx context.Context, r request, inc flow.Incident, d blocks.FollowUpDraft) (answer, error) {
	if inc.ID != 0 {
		if err := b.mayOpen(ctx, r, inc, flow.AddFollowUp{Title: someText}); err != nil {
			return answer{}, err
		}
	}
	form := blocks.FollowUpForm(b.scene(ctx), inc, d)
	if _, listed := r.list(); !listed && r.respond != "" {
		form = carried{answer: r.respond}.onto(form)
	}
	return b.open(r, form), nil
}

// addFollowUp adds one, and shows it to whoever did: what it lacks can be filled in there.
func (b *Bot) addFollowUp(ctx context.Context, r request, id flow.IncidentID, cmd flow.AddFollowUp, answerTo string) (answer, error) {
	after, events, err := b.do(ctx, id, r.user, r.delivery, cmd)
	if err != nil || len(events) == 0 {
		return answer{}, err
	}
	m := b.oneFollowUp(ctx, after, after.FollowUps[len(after.FollowUps)-1].Number)
	switch {
	case r.kind == kindCommand:
		return b.show(r, m), nil
	case answerTo != "":
		return answer{then: func(ctx context.Context) error { return b.whisper(ctx, answerTo, m) }}, nil
	}
	return answer{}, nil
}

// oneFollowUp is a follow-up for the one person who has to do with it now.
func (b *Bot) oneFollowUp(ctx context.Context, inc flow.Incident, n flow.FollowUpNumber) blocks.Message {
	f, _ := inc.FollowUp(n)
	return inList(blocks.FollowUpAdded(b.scene(ctx), inc, f), blocks.Ref{Want: listFollowUp, Incident: inc.ID, FollowUp: n})
}

// onFollowUpClick carries out a click on a follow-up, or opens the form that it asks for.
func (b *Bot) onFollowUpClick(ctx context.Context, r request, action blocks.Action, ref blocks.Ref, inc flow.Incident) (answer, error) {
	switch action {
	case blocks.FollowUps:
		return b.turnPage(r, blocks.FollowUpsModal(b.scene(ctx), inc, ref.Page)), nil
	case blocks.AddFollowUp:
		return b.followUpForm(ctx, r, inc, blocks.FollowUpDraft{})
	case blocks.FollowUpDone:
		return b.act(ctx, r, inc, flow.SettleFollowUp{FollowUp: ref.FollowUp, State: flow.Done})
	case blocks.ReopenFollowUp:
		return b.act(ctx, r, inc, flow.ReopenFollowUp{FollowUp: ref.FollowUp})
	}
	f, ok := inc.FollowUp(ref.FollowUp)
	if !ok {
		return answer{}, flow.Refusal{Why: flow.UnknownFollowUp, Incident: inc.ID, FollowUp: ref.FollowUp}
	}
	switch action {
	case blocks.EditFollowUp:
		return b.editFollowUpForm(ctx, r, inc, f)
	case blocks.SkipFollowUp:
		return b.skipFollowUpForm(ctx, r, inc, f)
	case blocks.AssignFollowUp:
		return b.assignFollowUpForm(ctx, r, inc, f)
	case blocks.SnoozeFollowUp:
		return b.snoozeFollowUp(ctx, r, inc, f, ref.Want)
	}
	return answer{}, badClick(r)
}

func (b *Bot) editFollowUpForm(ctx context.Context, r request, inc flow.Incident, f flow.FollowUp) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.EditFollowUp{FollowUp: f.Number}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.FollowUpForm(b.scene(ctx), inc, blocks.FollowUpDraft{FollowUp: f})), nil
}

func (b *Bot) skipFollowUpForm(ctx context.Context, r request, inc flow.Incident, f flow.FollowUp) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.SettleFollowUp{FollowUp: f.Number, State: flow.NotDoing, Reason: someText}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.SkipFollowUpForm(b.scene(ctx), inc, f)), nil
}

// followUpOf is the command behind a form about a follow-up that is there.
func (b *Bot) followUpOf(ctx context.Context, action blocks.Action, ref blocks.Ref, v viewState, inc flow.Incident) (flow.Command, error) {
	switch action {
	case blocks.SkipFollowUp:
		return flow.SettleFollowUp{FollowUp: ref.FollowUp, State: flow.NotDoing, Reason: v.field(flow.FieldReason)}, nil
	case blocks.SnoozeFollowUp:
		return flow.SnoozeFollowUp{FollowUp: ref.FollowUp, Until: untilOf(v)}, nil
	case blocks.AssignFollowUp:
		owner, err := b.people.candidate(ctx, flow.UserID(v.field(flow.FieldOwner)), inc)
		return flow.EditFollowUp{FollowUp: ref.FollowUp, Owner: &owner}, err
	}
	f, err := b.followUpTyped(ctx, v, inc)
	if err != nil {
		return nil, err
	}
	return flow.EditFollowUp{FollowUp: ref.FollowUp, Title: &f.Title, Owner: &f.Owner, Priority: &f.Priority, Due: &f.Due, Link: &f.Link}, nil
}

// followUpTyped is what was filled in.
func (b *Bot) followUpTyped(ctx context.Context, v viewState, inc flow.Incident) (flow.AddFollowUp, error) {
	due, err := dayOf(v)
	if err != nil {
		return flow.AddFollowUp{}, err
	}
	owner, err := b.people.candidate(ctx, flow.UserID(v.field(flow.FieldOwner)), inc)
	return flow.AddFollowUp{
		Title: v.field(flow.FieldTitle), Owner: owner, Priority: flow.Priority(v.field(flow.FieldPriority)), Due: due, Link: v.field(flow.FieldLink),
	}, err
}

// submitFollowUp adds a follow-up to the incident that the form is about, or that was chosen in it.
func (b *Bot) submitFollowUp(ctx context.Context, r request, c carried) (answer, error) {
	about := c.ref.Incident
	if about == 0 {
		chosen, err := blocks.ParseRef(r.view.field(blocks.FieldIncident))
		if err != nil {
			return answer{}, fmt.Errorf("read the chosen incident: %w", err)
		}
		about = chosen.Incident
	}
	inc, err := b.see(ctx, r.user, about)
	if err != nil {
		return answer{}, err
	}
	cmd, err := b.followUpTyped(ctx, r.view, inc)
	if err != nil {
		return answer{}, err
	}
	cmd.Message = flow.Message{Channel: c.ref.Channel, TS: c.ref.TS}
	if _, listed := listNamed(c.list); listed {
		return b.submit(ctx, r, inc.ID, cmd)
	}
	return b.addFollowUp(ctx, r, inc.ID, cmd, c.answer)
}

// fromMessage is the shortcut of a message: the form for a follow-up that is called what the message says, with a link to it.
func (b *Bot) fromMessage(ctx context.Context, r request) (answer, error) {
	d := blocks.FollowUpDraft{FollowUp: flow.FollowUp{
		Title: flow.Shorten(readable(r.said.Text)), Message: flow.Message{Channel: r.channel, TS: r.said.TS},
	}}
	inc, found, err := b.seeIn(ctx, r.user, r.channel)
	if err == nil && !found {
		d.Incidents, err = b.own(ctx, r.user)
	}
	if err != nil {
		return answer{}, err
	}
	return b.followUpForm(ctx, r, inc, d)
}

// redrawFollowUps shows a list of follow-ups as it is by then; false if it is another kind of list.
func (b *Bot) redrawFollowUps(ctx context.Context, list blocks.Ref, inc flow.Incident, viewID, responseURL string) (bool, error) {
	switch list.Want {
	case listFollowUps:
		return true, b.update(viewID, blocks.FollowUpsModal(b.scene(ctx), inc, list.Page))(ctx)
	case listFollowUp:
		return true, b.put(ctx, b.oneFollowUp(ctx, inc, list.FollowUp), viewID, responseURL)
	}
	return false, nil
}

// followUpPage is a page of somebody's own open follow-ups, by its number.
func (b *Bot) followUpPage(ctx context.Context, who flow.UserID, number int) (blocks.Page[blocks.FollowUpItem], error) {
	return pageAt(number, func(cursor string) (store.Page[blocks.FollowUpItem], error) {
		return b.followUpsOf(ctx, who, blocks.HomeFollowUps, cursor)
	})
}

// followUpsOf reads somebody's open follow-ups from a cursor on, those that they may see, until there are limit of them.
func (b *Bot) followUpsOf(ctx context.Context, who flow.UserID, limit int, cursor string) (store.Page[blocks.FollowUpItem], error) {
	var out store.Page[blocks.FollowUpItem]
	q := store.FollowUpQuery{Owner: who, Cursor: cursor}
	for looked := 0; ; {
		q.Limit = max(1, limit-len(out.Items))
		page, err := b.store.FollowUps(ctx, q)
		if err != nil {
			return out, fmt.Errorf("list follow-ups: %w", err)
		}
		for _, f := range page.Items {
			inc, err := b.see(ctx, who, f.Incident)
			if errors.As(err, new(flow.Refusal)) {
				continue
			}
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, blocks.FollowUpItem{Incident: inc, FollowUp: f.FollowUp})
		}
		out.Next = page.Next
		looked += len(page.Items)
		if page.Next == "" || len(out.Items) >= limit || looked >= mostLooked {
			return out, nil
		}
		q.Cursor = page.Next
	}
}
