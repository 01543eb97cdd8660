package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"epilogue/flow"
	"epilogue/store"
)

// Appointments are made when an incident changes. They also change when the process does, with its holidays say, and there are none where an older
// program wrote the file: then all incidents that are not closed are gone through, once, a few at a time, and behind them the closed
// ones with open follow-ups.

// appointedKey is the version of the process for which all appointments were made. Its number counts what appointments are made of: they are made anew
// once for a file of a program that knew less.
const appointedKey = "appointed/2"

// appointAtOnce is how many incidents one job goes through.
const appointAtOnce = 100

// appointing is how far going through the incidents came. It is stored.
type appointing struct {
	Version int        `json:"version"`
	Stage   flow.Stage `json:"stage"`
	Cursor  string     `json:"cursor,omitempty"`
}

// tick is called every minute by cron, which does nothing else: what is due is found by the outbox. It sees to it that there are jobs to be found.
func (b *Bot) tick(ctx context.Context) error {
	homes, err := b.adminHomeJobs(ctx, "") // the process may have been changed from the command line
	if err != nil {
		return err
	}
	if err := b.followProcess(ctx, homes...); err != nil {
		return err
	}
	return b.watchCalendar(ctx)
}

// followProcess has all incidents gone through if the process is another one than the last time, and then does jobs as well.
func (b *Bot) followProcess(ctx context.Context, jobs ...store.Job) error {
	process, err := b.store.Process(ctx)
	if err != nil {
		return fmt.Errorf("read the process: %w", err)
	}
	var done int
	raw, err := b.store.Result(ctx, appointedKey)
	if err == nil {
		err = json.Unmarshal(raw, &done)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read for which process appointments were made: %w", err)
	}
	if done == process.Version {
		return nil
	}
	jobs = append(jobs, appointJob(appointing{Version: process.Version, Stage: flow.Active}, b.clock.Now()))
	if err := b.store.Enqueue(ctx, b.clock.Now(), jobs...); err != nil {
		return fmt.Errorf("save what is to come: %w", err)
	}
	b.outbox.wake()
	return nil
}

func appointJob(a appointing, now time.Time) store.Job {
	detail, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	e := flow.Effect{Tell: tellAppoint}
	return store.Job{Lane: remindLane(e), Key: fmt.Sprintf("appoint/%d", a.Version), Effect: e, Detail: string(detail), At: now}
}

// appoint makes the appointments of some incidents, and goes on with the next ones. Those that are made already are the same job.
func (b *Bot) appoint(ctx context.Context, job store.Job) (store.Outcome, error) {
	var a appointing
	if err := json.Unmarshal([]byte(job.Detail), &a); err != nil {
		return store.Outcome{}, fmt.Errorf("%w: how far the appointments came: %w", errFault, err)
	}
	process, err := b.store.Process(ctx)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read the process: %w", err)
	}
	now := b.clock.Now()
	page, err := b.appointable(ctx, a)
	if err != nil {
		return store.Outcome{}, err
	}
	var out store.Outcome
	for _, inc := range page.Items {
		out.Then = append(out.Then, b.appointmentJobs(ctx, process, flow.Incident{}, inc, now)...)
		outdated, err := b.outdatedCard(ctx, inc)
		if err != nil {
			return store.Outcome{}, err
		}
		out.Then = append(out.Then, outdated...)
	}
	a.Cursor = page.Next
	switch {
	case a.Cursor != "":
	case a.Stage == flow.Active:
		a.Stage = flow.PostIncident
	case a.Stage == flow.PostIncident:
		a.Stage = flow.Closed
	default:
		done, err := json.Marshal(a.Version)
		if err != nil {
			panic(err) // a number always marshals
		}
		out.Results = append(out.Results, store.Result{Key: appointedKey, Value: done})
		if process.Reminders.Report != "" {
			out.Then = append(out.Then, b.reportJob(process, flow.DateOf(now.In(b.zone))))
		}
		return out, nil
	}
	return b.goOnWith(out, appointJob(a, now)), nil
}

// appointable are some of the incidents of a stage, and where the next ones begin: of the closed ones those with follow-ups that somebody may be reminded of.
func (b *Bot) appointable(ctx context.Context, a appointing) (store.Page[flow.Incident], error) {
	if a.Stage != flow.Closed {
		page, err := b.store.List(ctx, store.Query{Stage: a.Stage, Cursor: a.Cursor, Limit: appointAtOnce})
		if err != nil {
			return page, fmt.Errorf("list incidents: %w", err)
		}
		return page, nil
	}
	var out store.Page[flow.Incident]
	refs, err := b.store.FollowUps(ctx, store.FollowUpQuery{Cursor: a.Cursor, Limit: appointAtOnce})
	if err != nil {
		return out, fmt.Errorf("list follow-ups: %w", err)
	}
	out.Next = refs.Next
	seen := map[flow.IncidentID]bool{}
	for _, f := range refs.Items {
		if seen[f.Incident] {
			continue
		}
		seen[f.Incident] = true
		inc, err := b.store.Incident(ctx, f.Incident)
		if err != nil {
			return out, fmt.Errorf("read %s: %w", f.Incident, err)
		}
		if inc.Stage == flow.Closed {
			out.Items = append(out.Items, inc)
		}
	}
	return out, nil
}

// everyMinute ticks until ctx ends: every minute, and when the business clock is moved.
func (b *Bot) everyMinute(ctx context.Context) {
	tick := func() {
		if err := b.tick(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("cannot look after reminders", "err", err)
		}
	}
	tick()
	c := cron.New(cron.WithLocation(time.UTC), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(cron.DiscardLogger)))
	c.Schedule(cron.Every(time.Minute), cron.FuncJob(tick))
	c.Start()
	for moved := b.clock.Changed(); ; moved = b.clock.Changed() {
		select {
		case <-moved:
			tick()
		case <-ctx.Done():
			<-c.Stop().Done()
			return
		}
	}
}
