package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/calendar"
)

// debriefTyped is /inc debrief, /inc debrief cancel REASON and /inc debrief use INC-40.
func (b *Bot) debriefTyped(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	verb, rest := word(t.rest)
	switch strings.ToLower(verb) {
	case "":
		return b.debriefForm(ctx, r, inc)
	case "cancel":
		if rest == "" {
			return b.cancelDebriefForm(ctx, r, inc)
		}
		return b.carryOut(ctx, r, inc.ID, flow.CancelDebrief{Reason: readable(rest)})
	case "use":
		id, ok := flow.ParseReference(rest)
		if !ok {
			return b.tell(r, "", blocks.DebriefUsage(b.scene(ctx))), nil
		}
		return b.useDebrief(ctx, r, inc, id)
	}
	return b.tell(r, "", blocks.DebriefUsage(b.scene(ctx))), nil
}

// useDebrief uses another incident's debrief, which whoever asks must be able to see.
func (b *Bot) useDebrief(ctx context.Context, r request, inc flow.Incident, of flow.IncidentID) (answer, error) {
	other, err := b.see(ctx, r.user, of)
	if err != nil {
		return answer{}, err
	}
	cmd := flow.UseDebrief{Of: of, Private: other.Private}
	if other.Debrief != nil {
		cmd.Debrief = *other.Debrief
	}
	return b.carryOut(ctx, r, inc.ID, cmd)
}

// clickDebrief carries out a click about the debrief.
func (b *Bot) clickDebrief(ctx context.Context, r request, action blocks.Action, ref blocks.Ref, inc flow.Incident) (answer, error) {
	switch action {
	case blocks.Debrief:
		return b.debriefForm(ctx, r, inc)
	case blocks.DebriefCancel:
		return b.cancelDebriefForm(ctx, r, inc)
	case blocks.DebriefHeld:
		if inc.Debrief == nil || inc.Debrief.Number != ref.Page {
			return answer{}, flow.Refusal{Why: flow.NoDebrief, Incident: inc.ID}
		}
		return b.saidHeld(ctx, r, inc, ref.Want == blocks.HeldYes)
	case blocks.DebriefFile:
		return b.sendFile(ctx, r, inc)
	case blocks.DebriefAdopt:
		return b.adopt(ctx, r, inc, ref.Want)
	}
	return answer{}, badClick(r)
}

// saidHeld is the answer to whether the debrief took place. One that did not is scheduled anew.
func (b *Bot) saidHeld(ctx context.Context, r request, inc flow.Incident, held bool) (answer, error) {
	cmd := flow.EndDebrief{Held: held}
	if !held {
		cmd.Reason = blocks.DidNotHappen
	}
	after, events, err := b.do(ctx, inc.ID, r.user, r.delivery, cmd)
	if err != nil || len(events) == 0 || held {
		return answer{}, err
	}
	again, err := b.debriefing(ctx, r.user, after)
	if err != nil {
		return answer{}, err
	}
	again.Debrief.Title, again.Debrief.Agenda = inc.Debrief.Title, inc.Debrief.Agenda
	again.Debrief.Required, again.Debrief.Optional = inc.Debrief.Required, inc.Debrief.Optional
	return b.open(r, blocks.DebriefForm(b.scene(ctx), after, again)), nil
}

func (b *Bot) cancelDebriefForm(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.CancelDebrief{}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.CancelDebriefForm(b.scene(ctx), inc)), nil
}

func (b *Bot) debriefForm(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.PlanDebrief{Title: someText}); err != nil {
		return answer{}, err
	}
	d, err := b.debriefing(ctx, r.user, inc)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.DebriefForm(b.scene(ctx), inc, d)), nil
}

// usualLength is how long a debrief takes unless somebody says otherwise.
const usualLength = 45 * time.Minute

// debriefing is what the form starts with: what was asked for and refused, or what is scheduled, or everyone who was involved.
func (b *Bot) debriefing(ctx context.Context, who flow.UserID, inc flow.Incident) (blocks.Debriefing, error) {
	d := blocks.Debriefing{Length: usualLength, Zone: b.zoneOf(ctx, who), Calendar: b.booker != nil}
	switch {
	case inc.Asked != nil:
		d.Debrief = *inc.Asked
	case inc.Debrief != nil && inc.Debrief.Of == 0:
		d.Debrief = *inc.Debrief
	default:
		d.Debrief.Title, d.Debrief.Agenda = blocks.DefaultDebrief(b.scene(ctx), inc)
		needed, welcome := flow.Invitable(inc)
		for _, u := range needed {
			if ok, err := b.mayCome(ctx, u, inc); err != nil {
				return d, err
			} else if ok {
				d.Debrief.Required = append(d.Debrief.Required, u)
			}
		}
		for _, u := range welcome {
			if ok, err := b.mayCome(ctx, u, inc); err != nil {
				return d, err
			} else if ok {
				d.Debrief.Optional = append(d.Debrief.Optional, u)
			}
		}
		if !d.Calendar {
			d.Debrief.Start = b.firstTime(ctx, d.Debrief.Required, inc)
		}
	}
	if long := d.Debrief.End.Sub(d.Debrief.Start); long > 0 {
		d.Length = long
	}
	_, d.Uninvited = b.addresses(ctx, d.Debrief)
	return d, nil
}

// mayCome reports whether somebody can be proposed: they are around, and the incident exists for them.
func (b *Bot) mayCome(ctx context.Context, u flow.UserID, inc flow.Incident) (bool, error) {
	a, err := b.people.actor(ctx, u, inc)
	if errors.Is(err, errUnsure) {
		return false, nil // somebody whom Slack does not tell of just now
	}
	return a.Standing != flow.Bot && a.Standing != flow.Deactivated && flow.CanSee(inc, a), err
}

// addresses are those of who is invited, and who gets no invitation: guests, and whoever has none.
func (b *Bot) addresses(ctx context.Context, d flow.Debrief) (guests []calendar.Guest, without []flow.UserID) {
	add := func(people []flow.UserID, optional bool) {
		for _, u := range people {
			p, err := b.store.Person(ctx, u)
			if err == nil && p.Email == "" && p.Standing == flow.FullMember {
				b.people.behind("person/"+string(u), func(ctx context.Context) error { // known since before addresses were
					_, err := b.people.ask(ctx, u)
					return err
				})
			}
			if err != nil || p.Email == "" || p.Standing != flow.FullMember {
				without = append(without, u)
				continue
			}
			guests = append(guests, calendar.Guest{Address: p.Email, Optional: optional})
		}
	}
	add(d.Required, false)
	add(d.Optional, true)
	return guests, without
}

// filled is what stands in a form for a debrief.
func (b *Bot) filled(ctx context.Context, r request, inc flow.Incident) (flow.PlanDebrief, error) {
	v := r.view
	cmd := flow.PlanDebrief{Title: v.field(flow.FieldTitle), Agenda: v.field(flow.FieldAgenda), Link: v.field(flow.FieldLink), Zone: b.zoneOf(ctx, r.user).String()}
	c, err := metadata(v.Metadata)
	if err != nil {
		return cmd, err
	}
	cmd.Knew = c.ref.Want
	if at := v.moment(flow.FieldStart); !at.IsZero() {
		cmd.Start, cmd.End = at, at.Add(b.lengthOf(r))
	}
	for field, into := range map[string]*[]flow.Person{flow.FieldRequired: &cmd.Required, flow.FieldWelcome: &cmd.Optional} {
		for _, id := range v.users(field) {
			p, err := b.people.candidate(ctx, id, inc)
			if err != nil {
				return cmd, err
			}
			*into = append(*into, p)
		}
	}
	return cmd, nil
}

// withChoice has the time that is chosen in a form, in place of the one under Start. What was typed there since times were offered is another one.
func withChoice(v viewState, cmd flow.PlanDebrief) flow.PlanDebrief {
	start, end, held, ok := blocks.ParseSlot(v.field(blocks.FieldSlot))
	if !ok {
		return cmd
	}
	if !cmd.Start.Equal(held) {
		cmd.Typed = cmd.Start
	}
	cmd.Start, cmd.End = start, end
	return cmd
}

// looksAgain reports whether a form asks for other times than those that it offers: its length is another one by now, or somebody wants them, or it offers none
// yet and no time is typed.
func (b *Bot) looksAgain(r request) bool {
	choice := r.view.field(blocks.FieldSlot)
	start, end, _, ok := blocks.ParseSlot(choice)
	switch {
	case ok:
		return end.Sub(start) != b.lengthOf(r)
	case choice == "":
		return r.view.moment(flow.FieldStart).IsZero()
	}
	return choice == blocks.SlotAgain
}

// lengthOf is how long the debrief of a form takes; 0 for what is no length, which the rules refuse.
func (b *Bot) lengthOf(r request) time.Duration {
	minutes, err := strconv.Atoi(r.view.field(flow.FieldLength))
	if err != nil || minutes < 0 || minutes > 24*60 {
		return 0
	}
	return time.Duration(minutes) * time.Minute
}

// planned is the debrief that a form describes.
func planned(cmd flow.PlanDebrief) flow.Debrief {
	d := flow.Debrief{Title: cmd.Title, Agenda: cmd.Agenda, Start: cmd.Start, End: cmd.End, Zone: cmd.Zone, Link: cmd.Link}
	for _, p := range cmd.Required {
		d.Required = append(d.Required, p.User)
	}
	for _, p := range cmd.Optional {
		if !slices.Contains(d.Required, p.User) {
			d.Optional = append(d.Optional, p.User)
		}
	}
	return d
}

// submitDebrief goes on with the form for a debrief, or carries it out.
func (b *Bot) submitDebrief(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	cmd, err := b.filled(ctx, r, inc)
	if err != nil {
		return answer{}, err
	}
	cmd.Book = b.booker != nil
	switch confirms := blocks.Action(r.view.Callback) == blocks.DebriefConfirm; {
	case confirms && (!cmd.Book || !b.looksAgain(r)):
		return b.schedule(ctx, r, inc, cmd)
	case cmd.Book:
		return b.offerTimes(ctx, r, inc, cmd)
	}
	unaware := cmd
	unaware.Knew = ""
	if err := b.ask(ctx, r, inc, unaware); err != nil && !unchanged(err) {
		return answer{}, err
	}
	return b.secondStep(ctx, r, inc, cmd, false)
}

// schedule does what the form says, unless somebody else has scheduled the debrief since it was opened: then it says so, and keeps what was typed.
func (b *Bot) schedule(ctx context.Context, r request, inc flow.Incident, cmd flow.PlanDebrief) (answer, error) {
	a, err := b.submit(ctx, r, inc.ID, withChoice(r.view, cmd))
	var no flow.Refusal
	if !errors.As(err, &no) || no.Why != flow.PlannedMeanwhile {
		return a, err
	}
	if inc, err = b.see(ctx, r.user, inc.ID); err != nil {
		return answer{}, err
	}
	c, err := metadata(r.view.Metadata)
	if err != nil {
		return answer{}, err
	}
	c.ref.Want = inc.DebriefMark()
	r.view.Metadata = c.onto(slack.ModalViewRequest{PrivateMetadata: c.ref.String()}).PrivateMetadata
	if cmd.Book {
		return b.findTime(ctx, r, inc, cmd, true), nil
	}
	return b.secondStep(ctx, r, inc, cmd, true)
}

// unchanged reports whether a rule says no only since nothing would change.
func unchanged(err error) bool {
	var no flow.Refusal
	return errors.As(err, &no) && no.Why == flow.NothingToChange
}

// secondStep shows the form again, with the buttons that make the event. Its fields are the same, so that what was typed stays.
func (b *Bot) secondStep(ctx context.Context, r request, inc flow.Incident, cmd flow.PlanDebrief, meanwhile bool) (answer, error) {
	d := blocks.Debriefing{Meanwhile: meanwhile, Debrief: planned(cmd), Length: cmd.End.Sub(cmd.Start), Confirm: true, Zone: b.zoneOf(ctx, r.user)}
	if inc.Debrief != nil && inc.Debrief.Of == 0 {
		d.Debrief.Link = inc.Debrief.Link
	}
	guests, without := b.addresses(ctx, d.Debrief)
	for _, g := range guests {
		d.Guests = append(d.Guests, g.Address)
	}
	d.Uninvited = without
	form := blocks.DebriefForm(b.scene(ctx), inc, d)
	return b.replaceForm(r, *b.carries(r, &form)), nil
}

// carries keeps what the form before carried along.
func (b *Bot) carries(r request, form *slack.ModalViewRequest) *slack.ModalViewRequest {
	form.PrivateMetadata = r.view.Metadata
	return form
}

// sendFile sends whoever fills in a form the invitation as a file.
func (b *Bot) sendFile(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	cmd, err := b.filled(ctx, r, inc)
	if err != nil {
		return answer{}, err
	}
	cmd.Knew = "" // nothing is saved
	if err := b.ask(ctx, r, inc, cmd); err != nil && !unchanged(err) {
		return answer{}, err
	}
	d := planned(cmd)
	job := b.follow(inc.ID, flow.Effect{Tell: tellFile, To: r.user})
	detail, err := json.Marshal(d)
	if err != nil {
		return answer{}, err
	}
	job.Detail = string(detail)
	if err := b.store.Enqueue(ctx, job.At, job); err != nil {
		return answer{}, fmt.Errorf("save a file for %s: %w", inc.ID, err)
	}
	b.outbox.wake()
	return answer{}, nil
}

// firstTime is a time to start the form with: the first that suits everyone who is needed, as far as their hours say.
func (b *Bot) firstTime(ctx context.Context, needed []flow.UserID, inc flow.Incident) time.Time {
	slots := b.slots(ctx, needed, inc, usualLength, nil)
	if len(slots) == 0 {
		return time.Time{}
	}
	return slots[0].Start
}
