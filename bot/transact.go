package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// commitWithin is how long a commit may take: what takes longer is not acknowledged, so that the warning that Slack then shows is true.
const commitWithin = 2 * time.Second

// maxConflicts is how often a command is decided anew because somebody else was faster.
const maxConflicts = 50

// do carries out a command: reads the incident, asks the rules, and saves what they say with one job per effect. The first event is what was
// asked for, those after it are what followed by itself. A delivery that was saved before changes nothing again, and is no error: there are no events
// then.
func (b *Bot) do(ctx context.Context, id flow.IncidentID, by flow.UserID, delivery string, cmd flow.Command) (flow.Incident, []flow.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	for range maxConflicts {
		after, events, again, err := b.try(ctx, id, by, delivery, cmd)
		if !again {
			return after, events, err
		}
	}
	return flow.Incident{}, nil, fmt.Errorf("change %s: %w", id, store.ErrConflict)
}

// errUnfinished is what became of an outcome that was not saved to the end.
var errUnfinished = errors.New("not saved to the end")

// try decides a command once, on the latest outcome, be it still on its way to the disk. It is to be tried again when the incident was changed by another
// way meanwhile, or when the outcome that it was decided on never got there.
func (b *Bot) try(ctx context.Context, id flow.IncidentID, by flow.UserID, delivery string, cmd flow.Command) (inc flow.Incident, events []flow.Event, again bool, err error) {
	t, err := b.ahead.begin(ctx, id)
	if err != nil {
		return inc, nil, false, fmt.Errorf("wait for others at %s: %w", id, err)
	}
	failed := errUnfinished // as it stays if deciding panics: then nothing may rest on it
	defer func() { t.end(failed) }()
	before, err := b.before(ctx, t)
	if err != nil {
		return before, nil, false, err
	}
	inc, events, failed = b.save(ctx, t, before, by, delivery, cmd)
	if failed == nil {
		return inc, events, false, nil // and what it rests on is stored too: the store has compared
	}
	t.pass()
	switch stands := t.stands(ctx); {
	case ctx.Err() != nil:
		return before, nil, false, failed
	case !stands, errors.Is(failed, store.ErrConflict):
		return before, nil, true, failed
	case errors.Is(failed, store.ErrRepeated), b.delivered(ctx, delivery): // by the time of the refusal, what it repeats was still being saved
		return before, nil, false, nil
	}
	return before, nil, false, failed
}

// before is the incident that a turn is about: as it is stored, or as it will be.
func (b *Bot) before(ctx context.Context, t *turn) (flow.Incident, error) {
	if t.rests != nil {
		return t.rests.incident, nil
	}
	inc, err := b.store.Incident(ctx, t.id)
	if errors.Is(err, store.ErrNotFound) {
		return inc, flow.Refusal{Why: flow.UnknownIncident, Incident: t.id}
	}
	if err != nil {
		return inc, fmt.Errorf("read %s: %w", t.id, err)
	}
	return inc, nil
}

// save decides a command and writes the outcome.
func (b *Bot) save(ctx context.Context, t *turn, before flow.Incident, by flow.UserID, delivery string, cmd flow.Command, extra ...jobOption) (flow.Incident, []flow.Event, error) {
	after, events, now, err := b.decide(ctx, before, by, cmd)
	if err != nil {
		return before, nil, err
	}
	jobs := jobsFor(after.ID, b.heard(ctx, by, append(flow.Effects(events), flow.Homes(before, after)...)), now)
	for i := range jobs {
		for _, with := range extra {
			with(&jobs[i])
		}
	}
	jobs = append(jobs, b.appointmentJobs(ctx, b.process(ctx), before, after, now)...)
	err = b.store.Save(ctx, store.Change{
		Before: before.Rev, Incident: after, Events: events, Jobs: jobs, Delivery: delivery, At: now,
		ID: t.decided(after), Rests: t.base(), Placed: func() { t.pass(); next(ctx) },
	})
	if err != nil {
		return before, nil, fmt.Errorf("save %s: %w", after.ID, err)
	}
	b.outbox.wake()
	return after, events, nil
}

// decide asks the rules, with the person's rights at this moment.
func (b *Bot) decide(ctx context.Context, before flow.Incident, by flow.UserID, cmd flow.Command) (flow.Incident, []flow.Event, time.Time, error) {
	now := b.clock.Now()
	actor, err := b.people.actor(ctx, by, before)
	if err != nil {
		return before, nil, now, err
	}
	process, err := b.store.Process(ctx)
	if err != nil {
		return before, nil, now, fmt.Errorf("read the process: %w", err)
	}
	var unfit []flow.UserID
	for {
		after, events, err := flow.Do(process, before, cmd, actor, now.In(b.zone), unfit...)
		found := slices.DeleteFunc(b.people.unfit(ctx, after, flow.Expected(after, events)), func(id flow.UserID) bool { return slices.Contains(unfit, id) })
		if err != nil || len(found) == 0 {
			return after, events, now, err
		}
		unfit = append(unfit, found...)
	}
}

// heard leaves out what nobody would see: App Homes that were never opened. Those of others than by are gathered.
func (b *Bot) heard(ctx context.Context, by flow.UserID, effects []flow.Effect) []flow.Effect {
	for i, e := range effects {
		if e.Tell == flow.TellHome && e.To != by {
			effects[i].Wait = homeGather
		}
	}
	return slices.DeleteFunc(effects, func(e flow.Effect) bool { return e.Tell == flow.TellHome && !b.hasHome(ctx, e.To) })
}

func (b *Bot) hasHome(ctx context.Context, who flow.UserID) bool {
	p, err := b.store.Person(ctx, who)
	return err == nil && p.Home
}

// declare reserves a number and carries out a Declare. What the rules refuse uses up no number.
func (b *Bot) declare(ctx context.Context, by flow.UserID, delivery string, cmd flow.Declare, extra ...jobOption) (flow.Incident, error) {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	if _, _, _, err := b.decide(ctx, flow.Incident{}, by, cmd); err != nil {
		return flow.Incident{}, err
	}
	id, err := b.store.Reserve(ctx)
	if err != nil {
		return flow.Incident{}, fmt.Errorf("reserve a number: %w", err)
	}
	t, err := b.ahead.begin(ctx, id)
	if err != nil {
		return flow.Incident{}, fmt.Errorf("declare %s: %w", id, err)
	}
	failed := errUnfinished
	defer func() { t.end(failed) }()
	var after flow.Incident
	after, _, failed = b.save(ctx, t, flow.Incident{ID: id}, by, delivery, cmd, extra...)
	return after, failed
}

// see reads an incident as somebody may see it: a private one is, to everyone outside its channel, not there.
func (b *Bot) see(ctx context.Context, who flow.UserID, id flow.IncidentID) (flow.Incident, error) {
	inc, err := b.store.Incident(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return inc, flow.Refusal{Why: flow.UnknownIncident, Incident: id}
	}
	if err != nil {
		return inc, fmt.Errorf("read %s: %w", id, err)
	}
	visible, err := b.visible(ctx, who, inc)
	if err != nil {
		return flow.Incident{}, err
	}
	if !visible {
		return flow.Incident{}, flow.Refusal{Why: flow.UnknownIncident, Incident: id}
	}
	return inc, nil
}

func (b *Bot) visible(ctx context.Context, who flow.UserID, inc flow.Incident) (bool, error) {
	if !inc.Private {
		return true, nil
	}
	actor, err := b.people.actor(ctx, who, inc)
	if err != nil {
		return false, err
	}
	return flow.CanSee(inc, actor), nil
}

// seeIn reads the newest incident of a channel, as somebody may see it.
func (b *Bot) seeIn(ctx context.Context, who flow.UserID, ch flow.ChannelID) (flow.Incident, bool, error) {
	inc, err := b.store.IncidentIn(ctx, ch)
	if errors.Is(err, store.ErrNotFound) {
		return inc, false, nil
	}
	if err != nil {
		return inc, false, fmt.Errorf("read the incident in %s: %w", ch, err)
	}
	visible, err := b.visible(ctx, who, inc)
	if err != nil || !visible {
		return flow.Incident{}, false, err
	}
	b.channels.Store(ch, inc.ID)
	return inc, true, nil
}

// mostLooked bounds how many are looked at for one page of a list: who may see little gets a short page, and goes on from there.
const mostLooked = 1000

// list reads incidents that somebody may see, page by page until there are limit of them. The cursor goes on after the last one.
func (b *Bot) list(ctx context.Context, who flow.UserID, q store.Query, limit int, keep func(flow.Incident) bool) ([]flow.Incident, string, error) {
	var out []flow.Incident
	for looked := 0; ; {
		q.Limit = max(1, limit-len(out))
		page, err := b.store.List(ctx, q)
		if err != nil {
			return nil, "", fmt.Errorf("list incidents: %w", err)
		}
		for _, inc := range page.Items {
			ok, err := b.visible(ctx, who, inc)
			if err != nil {
				return nil, "", err
			}
			if ok && (keep == nil || keep(inc)) {
				out = append(out, inc)
			}
		}
		looked += len(page.Items)
		if page.Next == "" || len(out) >= limit || looked >= mostLooked {
			return out, page.Next, nil
		}
		q.Cursor = page.Next
	}
}

// maxTimeline bounds what is read of a timeline at once.
const maxTimeline = 1000

// events reads the events of an incident from since to until.
func (b *Bot) events(ctx context.Context, id flow.IncidentID, since, until uint64) ([]flow.Event, error) {
	var out []flow.Event
	for after := since - 1; after < until; {
		page, err := b.store.Timeline(ctx, id, after, int(min(until-after, maxTimeline)))
		if err != nil {
			return nil, fmt.Errorf("read the timeline of %s: %w", id, err)
		}
		if len(page) == 0 {
			break
		}
		out = append(out, page...)
		after = page[len(page)-1].Seq
	}
	return out, nil
}

// event reads one event.
func (b *Bot) event(ctx context.Context, id flow.IncidentID, seq uint64) (flow.Event, error) {
	events, err := b.events(ctx, id, seq, seq)
	if err == nil && len(events) != 1 {
		err = fmt.Errorf("event %d of %s: %w", seq, id, store.ErrNotFound)
	}
	if err != nil {
		return flow.Event{}, err
	}
	return events[0], nil
}
