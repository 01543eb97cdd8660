package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// Admins edit the process in their App Home. Every edit is decided by package flow, with their rights at that moment, on the process as it is then, and saved
// as its next version; forms carry the version that they were drawn from, so that nobody overwrites what somebody else has done meanwhile without
// having read it.

// admin is whoever asks, if they may edit the process. Whoever may not has got hold of a form that was never theirs, or is no longer: that is logged.
func (b *Bot) admin(ctx context.Context, r request) (flow.Actor, error) {
	who, err := b.people.actor(ctx, r.user, flow.Incident{})
	if err != nil || flow.MayEdit(who) {
		return who, err
	}
	b.log.Warn("somebody who is no admin reached for the process", "user", r.user, "standing", who.Standing, "kind", r.kind, "action", r.action, "form", r.view.Callback)
	return who, flow.Refusal{Why: flow.AdminsOnly, Standing: who.Standing}
}

// changedMeanwhile says that others have changed the process since a form was drawn.
type changedMeanwhile struct {
	blocks.Meanwhile
	version int // the present one
}

func (m changedMeanwhile) Error() string { return "others changed the process meanwhile" }

// save carries out an edit and saves what it makes. drawn is the version that it was decided from; 0 where that does not matter. What others have changed
// since comes back as changedMeanwhile, and nothing is saved. The process that is returned is the present one, also where there was nothing to change.
func (b *Bot) saveProcess(ctx context.Context, r request, drawn int, e flow.ProcessEdit) (flow.Process, error) {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	who, err := b.admin(ctx, r)
	if err != nil {
		return flow.Process{}, err
	}
	for range maxConflicts {
		now, err := b.store.Process(ctx)
		if err != nil {
			return now, fmt.Errorf("read the process: %w", err)
		}
		if err := b.meanwhile(ctx, r.user, drawn, now); err != nil {
			return now, err
		}
		next, err := flow.Edit(now, e, who)
		if err != nil {
			return now, err
		}
		err = b.store.SaveProcess(ctx, store.ProcessVersion{Process: next, By: r.user, At: b.clock.Now()})
		switch {
		case errors.Is(err, store.ErrConflict):
			continue
		case err != nil:
			return now, fmt.Errorf("save the process: %w", err)
		}
		b.log.Info("the process was edited", "by", r.user, "version", next.Version)
		b.processChanged(ctx, r.user)
		return next, nil
	}
	return flow.Process{}, fmt.Errorf("edit the process: %w", store.ErrConflict)
}

// mostVersions is how many versions are looked at for who made them.
const mostVersions = 50

// meanwhile is what others than who have changed since a version, or nil.
func (b *Bot) meanwhile(ctx context.Context, who flow.UserID, drawn int, now flow.Process) error {
	if drawn == 0 || drawn >= now.Version {
		return nil
	}
	m := changedMeanwhile{version: now.Version}
	var theirs []int // the versions that others made, the last first
	own := false
	for v := now.Version; v > max(drawn, now.Version-mostVersions); v-- {
		made, err := b.store.ProcessVersion(ctx, v)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("read version %d of the process: %w", v, err)
		}
		if made.By == who {
			own = true
			continue
		}
		if theirs = append(theirs, v); !slices.Contains(m.By, made.By) {
			m.By = append(m.By, made.By)
		}
	}
	if len(m.By) == 0 {
		return nil
	}
	if !own {
		theirs = nil
	}
	var err error
	m.Changes, err = b.changesOf(ctx, drawn, now, theirs)
	if err != nil {
		return err
	}
	return m
}

// changesOf is what is different since a version; of some versions in between if any are named, the last first.
func (b *Bot) changesOf(ctx context.Context, since int, now flow.Process, only []int) ([]flow.Difference, error) {
	if len(only) == 0 {
		was, err := b.drawnFrom(ctx, since, now)
		return flow.Diff(was, now), err
	}
	var all []flow.Difference
	for _, v := range slices.Backward(only) {
		was, err := b.drawnFrom(ctx, v-1, now)
		if err != nil {
			return nil, err
		}
		is, err := b.drawnFrom(ctx, v, now)
		if err != nil {
			return nil, err
		}
		all = append(all, flow.Diff(was, is)...)
	}
	return all, nil
}

// drawnFrom is the process that a form was drawn from; the present one where that is not kept.
func (b *Bot) drawnFrom(ctx context.Context, version int, now flow.Process) (flow.Process, error) {
	if version == 0 || version == now.Version {
		return now, nil
	}
	v, err := b.store.ProcessVersion(ctx, version)
	if errors.Is(err, store.ErrNotFound) {
		return now, nil
	}
	if err != nil {
		return now, fmt.Errorf("read version %d of the process: %w", version, err)
	}
	return v.Process, nil
}

// processChanged draws the App Homes that show the process again.
func (b *Bot) processChanged(ctx context.Context, by flow.UserID) {
	b.behind.once("what follows from an edit of the process", func(ctx context.Context) error { return b.followProcess(ctx) })
	now := b.clock.Now()
	jobs, err := b.adminHomeJobs(ctx, by)
	if err == nil {
		err = b.store.Enqueue(ctx, now, jobs...)
	}
	if err != nil {
		b.log.Warn("cannot refresh an App Home", "err", err)
		return
	}
	b.outbox.wake()
}

// adminHomeJobs draw the App Homes again that show the process: that of whoever changed it at once.
func (b *Bot) adminHomeJobs(ctx context.Context, by flow.UserID) ([]store.Job, error) {
	shown, err := b.store.Results(ctx, adminHomes)
	if err != nil {
		return nil, fmt.Errorf("read who sees the process: %w", err)
	}
	var jobs []store.Job
	for _, r := range shown {
		e := flow.Effect{Tell: flow.TellHome, To: flow.UserID(r.Key[len(adminHomes):]), Wait: homeGather}
		if e.To == by {
			e.Wait = 0
		}
		jobs = append(jobs, jobFor(0, e, b.clock.Now()))
	}
	return jobs, nil
}

// mostCounted is how many incidents are looked at to say what an edit means.
const mostCounted = 10_000

// census counts what the incidents that are not closed use of the process, those that who can see.
func (b *Bot) census(ctx context.Context, who flow.Actor) (flow.Census, error) {
	var c flow.Census
	for _, stage := range []flow.Stage{flow.Active, flow.PostIncident} {
		q := store.Query{Stage: stage, Limit: 1000}
		for range mostCounted / q.Limit {
			page, err := b.store.List(ctx, q)
			if err != nil {
				return c, fmt.Errorf("list incidents: %w", err)
			}
			for _, inc := range page.Items {
				seen, err := b.visible(ctx, who.User, inc)
				if err != nil {
					return c, err
				}
				if seen {
					inc.Private = false // who may see it has been looked at
					c.Count(inc, who)
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
	}
	return c, nil
}

// means is what an edit would mean, if it can be done.
func (b *Bot) means(ctx context.Context, who flow.Actor, now flow.Process, e flow.ProcessEdit) ([]flow.Consequence, error) {
	next, err := flow.Edit(now, e, who)
	if err != nil {
		return nil, nil //nolint:nilerr // submitting it will say why not
	}
	c, err := b.census(ctx, who)
	return flow.Consequences(now, next, c), err
}

// meansFor is what any edit of a flow means, and of one of its statuses if it is named: whom it concerns, and what is odd about the flow as it is.
func (b *Bot) meansFor(ctx context.Context, who flow.Actor, now flow.Process, f flow.Flow, status flow.Key) ([]flow.Consequence, error) {
	without, err := flow.Edit(now, flow.RemoveFlow{Flow: f.Key}, who)
	if err != nil {
		return nil, err
	}
	c, err := b.census(ctx, who)
	if err != nil {
		return nil, err
	}
	st, _ := f.Status(status)
	all := slices.DeleteFunc(flow.Consequences(now, without, c), func(x flow.Consequence) bool {
		here := x.Means == flow.KeepSnapshot && status != "" && x.Status == st.Name
		return x.Flow != f.Name || !here && x.Means != flow.FutureOnly
	})
	odd := slices.DeleteFunc(flow.Consequences(without, now, flow.Census{}), func(x flow.Consequence) bool {
		return x.Flow != f.Name || x.Status != st.Name && status != ""
	})
	return append(all, odd...), nil
}

// namedAdmin reports whether the process itself names somebody as one of its admins.
func (b *Bot) namedAdmin(ctx context.Context, who flow.UserID) bool {
	p, err := b.store.Process(ctx)
	return err == nil && (slices.Contains(p.Admins.People, who) || b.groups.has(ctx, p.Admins.Groups, who))
}
