package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/calendar"
	"epilogue/store"
)

// tellFile is the invitation that somebody asked for as a file, in a DM; Detail is the debrief. Stored for ever.
const tellFile flow.Tell = "debrief-my-file"

// askedKey is where the question is kept whether the debrief took place.
func askedKey(id flow.IncidentID) string { return fmt.Sprintf("debrief/%s", id) }

// debriefTells are what there is to tell about debriefs.
var debriefTells = map[flow.Tell]func(*Bot, context.Context, store.Job, flow.Incident) (store.Outcome, error){
	flow.TellSoon: (*Bot).postSoon, flow.TellInvitation: (*Bot).postInvitation, tellFile: (*Bot).postFile,
	flow.TellWasHeld: (*Bot).askWhetherHeld, flow.TellHeldSaid: (*Bot).refreshWhetherHeld,
	flow.TellWith: (*Bot).followEachOther, flow.TellNotBooked: (*Bot).tellNotBooked,
	tellAdopt: (*Bot).postOffer, tellWaits: (*Bot).tellItWaits, flow.TellBook: (*Bot).book, flow.TellUnbook: (*Bot).unbook,
}

// debriefInChannel are those that need the incident's channel.
var debriefInChannel = map[flow.Tell]bool{flow.TellSoon: true, flow.TellInvitation: true, tellAdopt: true}

// postSoon posts the agenda the day before, unless the debrief has another time by now.
func (b *Bot) postSoon(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	if inc.Debrief == nil || inc.Debrief.Since != job.Effect.Seq || inc.Debrief.Held {
		return store.Outcome{}, nil
	}
	_, err := b.postIn(ctx, job, inc, "", blocks.DebriefSoon(b.scene(ctx), inc, b.unwritten(ctx, inc)))
	return store.Outcome{}, err
}

// askWhetherHeld asks whoever facilitates the debrief, once it is over. One that has another time by now is asked after later.
func (b *Bot) askWhetherHeld(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	d := inc.Debrief
	if d == nil || d.Since != job.Effect.Seq || d.Held {
		return store.Outcome{}, nil
	}
	for _, who := range []flow.UserID{d.By, inc.Answerable()} {
		p, err := b.postTo(ctx, job, inc, who, blocks.DebriefOverDM(b.scene(ctx), inc, d.Number))
		if err != nil {
			return store.Outcome{}, err
		}
		if p.TS != "" {
			p.Tasks = []flow.TaskNumber{flow.TaskNumber(d.Number)}
			p.To = who
			return store.Outcome{Results: []store.Result{p.result(askedKey(inc.ID))}}, nil
		}
	}
	return store.Outcome{}, nil
}

// refreshWhetherHeld lets that question follow its answer.
func (b *Bot) refreshWhetherHeld(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	p, ok, err := b.found(ctx, askedKey(inc.ID))
	if err != nil || !ok || len(p.Tasks) != 1 {
		return store.Outcome{}, err
	}
	if sees, err := b.visible(ctx, p.To, inc); err != nil {
		return store.Outcome{}, err
	} else if !sees {
		return b.edit(ctx, job, askedKey(inc.ID), p, blocks.WithdrawnDM())
	}
	return b.edit(ctx, job, askedKey(inc.ID), p, blocks.DebriefOverDM(b.scene(ctx), inc, int(p.Tasks[0])))
}

// tellNotBooked tells whoever asked for a debrief why the calendar does not have it.
func (b *Bot) tellNotBooked(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	if inc.Asked == nil || inc.Asked.Problem == "" {
		return store.Outcome{}, nil // it was asked for again meanwhile
	}
	return store.Outcome{}, b.tellOne(ctx, job, inc, inc.Asked.By, blocks.DebriefRefusedDM(b.scene(ctx), inc))
}

// postInvitation posts the invitation as a file into the channel, where no calendar sent one.
func (b *Bot) postInvitation(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	if inc.Debrief == nil || inc.Debrief.Since != job.Effect.Seq {
		return store.Outcome{}, nil
	}
	return store.Outcome{}, b.shareInvitation(ctx, job, inc, *inc.Debrief, inc.Debrief.By, inc.Channel)
}

func (b *Bot) postFile(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	var d flow.Debrief
	if err := json.Unmarshal([]byte(job.Detail), &d); err != nil {
		return store.Outcome{}, fmt.Errorf("%w: read the debrief of a file: %w", errFault, err)
	}
	if ok, err := b.mayBeTold(ctx, job.Effect.To, inc); err != nil || !ok {
		return store.Outcome{}, err
	}
	p, err := b.dmChannel(ctx, job.Effect.To)
	if err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{}, b.shareInvitation(ctx, job, inc, d, job.Effect.To, p.DM)
}

// shareInvitation shares the invitation as a file. A file can be neither looked for nor repeated: after an attempt whose outcome is unknown it is let be, since the
// message has links that do the same.
func (b *Bot) shareInvitation(ctx context.Context, job store.Job, inc flow.Incident, d flow.Debrief, by flow.UserID, ch flow.ChannelID) error {
	if job.Claims > 1 {
		return nil
	}
	guests, _ := b.addresses(ctx, d)
	_, of := b.addressesOf(ctx, []flow.UserID{by})
	title, description := blocks.Invitation(b.scene(ctx), inc, d)
	file := calendar.ICS(calendar.Event{
		ID: fmt.Sprintf("%s-%d-%d", inc.ID, d.Number, inc.DeclaredAt.Unix()), Title: title, Description: description,
		Start: d.Start, End: d.End, Link: d.Link, Organizer: of[by], Guests: guests,
	}, b.clock.Now())
	err := b.pace.call(ctx, "files", tier3Budget, func(ctx context.Context) error {
		_, err := b.slack.UploadFileContext(ctx, slack.UploadFileParameters{
			Filename: "debrief-" + inc.ID.String() + ".ics", Title: title, Content: string(file), FileSize: len(file), Channel: string(ch),
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("share the invitation to the debrief of %s: %w", inc.ID, err)
	}
	return nil
}

// followEachOther keeps incidents that share a debrief together: the one whose it is knows who uses it, and those follow its time and its end.
func (b *Bot) followEachOther(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	if f, ok := ev.Fact.(flow.DebriefCanceled); ok && f.Of != 0 && (inc.Debrief == nil || inc.Debrief.Of != f.Of) {
		if err := b.reportTo(ctx, f.Of, flow.ShareDebrief{With: inc.ID, Ends: true}); err != nil {
			return store.Outcome{}, err
		}
	}
	if inc.Debrief != nil && inc.Debrief.Of != 0 {
		if err := b.reportTo(ctx, inc.Debrief.Of, flow.ShareDebrief{With: inc.ID}); err != nil {
			return store.Outcome{}, err
		}
	}
	for _, id := range inc.DebriefWith {
		if err := b.letFollow(ctx, inc, id); err != nil {
			return store.Outcome{}, err
		}
	}
	return store.Outcome{}, nil
}

// letFollow brings an incident that uses a debrief up to date with it.
func (b *Bot) letFollow(ctx context.Context, inc flow.Incident, id flow.IncidentID) error {
	other, err := b.store.Incident(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (other.Debrief == nil || other.Debrief.Of != inc.ID) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", id, err)
	}
	d := inc.Debrief
	if d == nil {
		return b.reportTo(ctx, id, flow.CancelDebrief{Reason: blocks.TheirsGone, Gone: true})
	}
	if err := b.reportTo(ctx, id, flow.MoveDebrief{Start: d.Start, End: d.End}); err != nil || !d.Held {
		return err
	}
	return b.reportTo(ctx, id, flow.EndDebrief{Held: true})
}

// reportTo gives a command by Epilogue itself; that nothing changes is no error.
func (b *Bot) reportTo(ctx context.Context, id flow.IncidentID, cmd flow.Command) error {
	_, _, err := b.do(ctx, id, "", "", cmd)
	if errors.As(err, new(flow.Refusal)) {
		return nil
	}
	return err
}
