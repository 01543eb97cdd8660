package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/calendar"
	"epilogue/store"
)

// What only looking into the calendar has to tell. The names are stored for ever.
const (
	tellPoll  flow.Tell = "calendar-poll"  // look at what has changed in the calendar
	tellAdopt flow.Tell = "calendar-adopt" // post: an event that people made names the incident; Detail is the event
)

// pollEvery is how often the calendar is looked at.
const pollEvery = 5 * time.Minute

// markKey is where the calendar's mark of what was seen is kept, and adoptKey what was offered.
const markKey = "calendar/mark"

// eventKey is where it is kept which incident an event belongs to: of one that was deleted a calendar may tell nothing but its id, and people rename events.
func eventKey(event string) string { return "calendar/event/" + event }

func eventResult(event string, id flow.IncidentID) store.Result {
	return store.Result{Key: eventKey(event), Value: json.RawMessage(strconv.Quote(id.String()))}
}

func adoptKey(id flow.IncidentID, event string) string {
	return fmt.Sprintf("calendar/offered/%s/%s", id, event)
}

// watchCalendar sees to it that there is a job that looks at the calendar: the tick of every minute calls it, and of several jobs one remains.
func (b *Bot) watchCalendar(ctx context.Context) error {
	if b.booker == nil {
		return nil
	}
	now := b.clock.Now()
	if err := b.store.Enqueue(ctx, now, pollJob(now)); err != nil {
		return fmt.Errorf("save that the calendar is to be looked at: %w", err)
	}
	b.outbox.wake()
	return nil
}

func pollJob(at time.Time) store.Job {
	return store.Job{Lane: "calendar", Key: string(tellPoll), Effect: flow.Effect{Tell: tellPoll}, At: at}
}

// poll lets debriefs follow their events. What cannot be read is looked at again later: nothing is lost, since the mark stays.
func (b *Bot) poll(ctx context.Context, job store.Job) (store.Outcome, error) {
	out := store.Outcome{Then: []store.Job{pollJob(b.clock.Now().Add(pollEvery))}}
	if b.booker == nil {
		return store.Outcome{}, nil
	}
	mark, err := b.mark(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	asking, cancel := context.WithTimeout(ctx, calendarWithin)
	events, next, err := b.booker.Changes(asking, mark)
	cancel()
	if err != nil {
		b.log.Warn("the calendar cannot be looked at", "err", err)
		return out, nil // the job that follows tries again
	}
	for _, e := range events {
		followed, err := b.followEvent(ctx, e)
		if err != nil {
			return store.Outcome{}, err
		}
		out.Then = append(out.Then, followed...)
	}
	seen, err := json.Marshal(next)
	if err != nil {
		return store.Outcome{}, err
	}
	out.Results = append(out.Results, store.Result{Key: markKey, Value: seen})
	return out, nil
}

func (b *Bot) mark(ctx context.Context) (mark string, err error) {
	raw, err := b.store.Result(ctx, markKey)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &mark)
	}
	if err != nil {
		return "", fmt.Errorf("read what was seen of the calendar: %w", err)
	}
	return mark, nil
}

var namesIncident = regexp.MustCompile(`\b[Ii][Nn][Cc]-[0-9]{1,9}\b`)

// followEvent brings the debrief of an event up to date with it. An event that people made, and that names an incident without a debrief, is offered to it.
func (b *Bot) followEvent(ctx context.Context, e calendar.Event) ([]store.Job, error) {
	inc, err := b.incidentOf(ctx, e)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read whose event it is: %w", err)
	}
	switch d := inc.Debrief; {
	case d != nil && d.Of == 0 && d.Event == e.ID:
		changing := inc.Asked != nil && inc.Asked.Problem == ""
		switch {
		case changing: // from here, which takes its place
		case e.Canceled:
			return nil, b.reportTo(ctx, inc.ID, flow.CancelDebrief{Gone: true, Reason: blocks.EventCanceled})
		case !e.Start.IsZero():
			return nil, b.reportTo(ctx, inc.ID, flow.MoveDebrief{Start: e.Start, End: e.End})
		}
	case d == nil && inc.Asked == nil && e.Reference == "" && !e.Canceled && !inc.Private && inc.Stage != flow.Closed && e.Start.After(b.clock.Now()):
		return b.offerEvent(ctx, inc, e)
	}
	return nil, nil
}

// incidentOf is the incident whose debrief an event is, or that it names; [store.ErrNotFound] if it is about none.
func (b *Bot) incidentOf(ctx context.Context, e calendar.Event) (flow.Incident, error) {
	raw, err := b.store.Result(ctx, eventKey(e.ID))
	if err == nil {
		var known string
		if err := json.Unmarshal(raw, &known); err != nil {
			return flow.Incident{}, err
		}
		if id, ok := flow.ParseReference(known); ok {
			inc, err := b.store.Incident(ctx, id)
			if err != nil || inc.Debrief != nil && inc.Debrief.Event == e.ID {
				return inc, err
			}
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return flow.Incident{}, err
	}
	named := cmp.Or(e.Reference, namesIncident.FindString(e.Title+"\n"+e.Description))
	id, ok := flow.ParseReference(named)
	if !ok {
		return flow.Incident{}, store.ErrNotFound
	}
	return b.store.Incident(ctx, id)
}

// offerEvent has an event offered to an incident, once.
func (b *Bot) offerEvent(ctx context.Context, inc flow.Incident, e calendar.Event) ([]store.Job, error) {
	_, err := b.store.Result(ctx, adoptKey(inc.ID, e.ID))
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	detail, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	job := b.follow(inc.ID, flow.Effect{Tell: tellAdopt})
	job.Detail, job.Key = string(detail), adoptKey(inc.ID, e.ID)
	return []store.Job{job}, nil
}

// postOffer offers it in the channel.
func (b *Bot) postOffer(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	var e calendar.Event
	if err := json.Unmarshal([]byte(job.Detail), &e); err != nil {
		return store.Outcome{}, fmt.Errorf("%w: read an event that is offered: %w", errFault, err)
	}
	if inc.Debrief != nil || inc.Private {
		return store.Outcome{}, nil
	}
	if _, err := b.postIn(ctx, job, inc, "", blocks.AdoptOffer(b.scene(ctx), inc, e.ID, e.Title, e.Start, e.End)); err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{Results: []store.Result{{Key: adoptKey(inc.ID, e.ID), Value: json.RawMessage(job.Detail)}, eventResult(e.ID, inc.ID)}}, nil
}

// adopt makes an event that people made the debrief of an incident.
func (b *Bot) adopt(ctx context.Context, r request, inc flow.Incident, event string) (answer, error) {
	raw, err := b.store.Result(ctx, adoptKey(inc.ID, event))
	if err != nil {
		return answer{}, badClick(r)
	}
	var e calendar.Event
	if err := json.Unmarshal(raw, &e); err != nil {
		return answer{}, fmt.Errorf("read an event that was offered: %w", err)
	}
	needed, _ := flow.Invitable(inc)
	cmd := flow.PlanDebrief{Title: e.Title, Agenda: shortened(e.Description), Start: e.Start, End: e.End, Zone: e.Zone, Event: e.ID, Link: e.Link}
	for _, u := range needed {
		p, err := b.people.candidate(ctx, u, inc)
		if err != nil {
			return answer{}, err
		}
		cmd.Required = append(cmd.Required, p)
	}
	if strings.TrimSpace(cmd.Title) == "" {
		cmd.Title, _ = blocks.DefaultDebrief(b.scene(ctx), inc)
	}
	return b.act(ctx, r, inc, cmd)
}

// shortened is as much of a description as an agenda takes.
func shortened(s string) string {
	if r := []rune(s); len(r) > flow.MaxDescription {
		return string(r[:flow.MaxDescription])
	}
	return s
}
