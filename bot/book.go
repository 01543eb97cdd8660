package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/calendar"
	"epilogue/store"
)

// Booker puts debriefs into people's calendars. Its errors are *calendar.Error. Every method may be called again after an unknown outcome.
type Booker interface {
	// Busy is when people have something, by address, and whose calendars cannot be read.
	Busy(ctx context.Context, addresses []string, within calendar.Span) (busy map[string][]calendar.Span, unread []string, err error)
	// Standing are the meetings that take place regularly and are tagged for debriefs.
	Standing(ctx context.Context, within calendar.Span) ([]calendar.Standing, error)
	// Book makes the event of this id as it is given, or brings it there, and tells the guests. However often it is called, there is one event.
	Book(ctx context.Context, e calendar.Event) (calendar.Event, error)
	// Cancel deletes an event and tells the guests. One that is gone is no error.
	Cancel(ctx context.Context, id string) error
	// Changes are the events that have changed since a mark that it gave before, and the next mark. Without a mark, or with one that is known no more, they
	// are those to come.
	Changes(ctx context.Context, mark string) (events []calendar.Event, next string, err error)
}

// eventID names the event of a debrief, the same however often it is asked for. The one of a debrief that was called off stays taken, so each has its
// own. Calendars take a to v and 0 to 9.
func eventID(team string, inc flow.Incident, number, attempt int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d/%d/%d", team, inc.ID, inc.DeclaredAt.UnixNano(), number, attempt))
	return "epilogue" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// calendarWithin is how long a calendar may take for an event. What became of it then is found out by asking again.
const calendarWithin = 30 * time.Second

// quotaPause is how long is waited when a calendar says that it is enough for today.
const quotaPause = time.Hour

// book has the calendar make what event Seq asked for. What is answered comes back as a command, like anybody's.
func (b *Bot) book(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	f, ok := ev.Fact.(flow.DebriefPlanned)
	asked := inc.Asked
	if !ok || asked == nil || asked.Problem != "" || asked.Number != f.Debrief.Number || !asked.Start.Equal(f.Debrief.Start) || !asked.End.Equal(f.Debrief.End) {
		return b.eventOf(inc), nil // something else has been asked for since, or nothing any more
	}
	report := flow.RecordDebrief{Number: asked.Number, Start: asked.Start, End: asked.End}
	asking, cancel := context.WithTimeout(ctx, calendarWithin)
	made, err := b.bookNow(asking, inc, *asked)
	cancel()
	if wait, tryAgain := b.calendarAgain(err, job.Tries); tryAgain {
		b.sayItWaits(ctx, job, inc, problemOf(err))
		return store.Outcome{}, again{after: wait, sent: true, why: err}
	}
	if err != nil {
		b.log.Warn("the calendar did not take a debrief", "incident", inc.ID, "err", err)
		report.Problem = string(problemOf(err))
	} else {
		report.Event, report.Link, report.Call = made.ID, made.Link, made.Call
	}
	if err := b.reportTo(ctx, inc.ID, report); err != nil || report.Event == "" {
		return store.Outcome{}, err
	}
	return store.Outcome{Results: []store.Result{eventResult(report.Event, inc.ID)}}, nil
}

// eventOf keeps whose debrief an event is, where an attempt was cut off before it could.
func (b *Bot) eventOf(inc flow.Incident) store.Outcome {
	if inc.Debrief == nil || !inc.Debrief.Booked() {
		return store.Outcome{}
	}
	return store.Outcome{Results: []store.Result{eventResult(inc.Debrief.Event, inc.ID)}}
}

func (b *Bot) bookNow(ctx context.Context, inc flow.Incident, d flow.Debrief) (calendar.Event, error) {
	if b.booker == nil {
		return calendar.Event{}, &calendar.Error{Problem: calendar.NoCalendar, Err: errors.New("none is configured")}
	}
	guests, _ := b.addresses(ctx, d)
	title, description := blocks.Invitation(b.scene(ctx), inc, d)
	e := calendar.Event{
		ID: d.Event, Title: title, Description: description, Start: d.Start, End: d.End, Zone: d.Zone, Guests: guests, Reference: inc.ID.String(),
	}
	if e.ID != "" {
		e.Made, e.Dropped = true, b.dropped(ctx, inc, guests)
		made, err := b.booker.Book(ctx, e)
		if problemOf(err) != calendar.EventGone || err == nil {
			return made, err
		}
		e.Made = false
	}
	for attempt := range idAttempts { // an id whose event somebody deleted is never free again
		e.ID = eventID(b.me.Team, inc, d.Number, attempt)
		made, err := b.booker.Book(ctx, e)
		if err == nil || problemOf(err) != calendar.EventGone {
			return made, err
		}
	}
	return calendar.Event{}, &calendar.Error{Problem: calendar.EventGone, Err: errors.New("every event was deleted")}
}

// dropped are the addresses that the debrief was to be attended by so far, and is no more.
func (b *Bot) dropped(ctx context.Context, inc flow.Incident, guests []calendar.Guest) []string {
	if inc.Debrief == nil {
		return nil
	}
	var out []string
	were, _ := b.addresses(ctx, *inc.Debrief)
	for _, g := range were {
		if !slices.ContainsFunc(guests, func(o calendar.Guest) bool { return o.Address == g.Address }) {
			out = append(out, g.Address)
		}
	}
	return out
}

// idAttempts is how many events of one debrief may have been deleted.
const idAttempts = 8

// unbook has the calendar delete the event of a debrief that was called off.
func (b *Bot) unbook(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	f, ok := ev.Fact.(flow.DebriefCanceled)
	if !ok || b.booker == nil {
		return store.Outcome{}, nil
	}
	err = b.unbookNow(ctx, inc, f)
	if f.Asked && err != nil && !problemOf(err).Passes() {
		return store.Outcome{}, nil // whatever it refuses now it has refused then
	}
	if wait, tryAgain := b.calendarAgain(err, job.Tries); tryAgain {
		return store.Outcome{}, again{after: wait, sent: true, why: err}
	}
	if err != nil {
		return store.Outcome{}, b.tellOne(ctx, job, inc, ev.By, blocks.NotUnbookedDM(b.scene(ctx), inc, string(problemOf(err))))
	}
	return store.Outcome{}, nil
}

// unbookNow deletes the event, or those that an attempt may have made of which nobody knows how it ended.
func (b *Bot) unbookNow(ctx context.Context, inc flow.Incident, f flow.DebriefCanceled) error {
	ctx, cancel := context.WithTimeout(ctx, calendarWithin)
	defer cancel()
	var ids []string
	if f.Event != "" {
		ids = append(ids, f.Event)
	}
	for attempt := range idAttempts {
		if f.Asked {
			ids = append(ids, eventID(b.me.Team, inc, f.Number, attempt))
		}
	}
	for _, id := range ids {
		if err := b.booker.Cancel(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// calendarAgain is how long is waited before a calendar is asked again; false for what never passes by itself.
func (b *Bot) calendarAgain(err error, tries int) (time.Duration, bool) {
	var ce *calendar.Error
	switch {
	case err == nil:
		return 0, false
	case !errors.As(err, &ce):
		return backoff(tries), true
	case !ce.Problem.Passes():
		return 0, false
	case ce.Problem == calendar.OverQuota:
		return max(ce.After, quotaPause), true
	}
	return max(ce.After, backoff(tries)), true
}

func problemOf(err error) calendar.Problem {
	var ce *calendar.Error
	if errors.As(err, &ce) {
		return ce.Problem
	}
	return calendar.Unreachable
}
