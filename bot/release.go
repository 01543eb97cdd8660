package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"epilogue/flow"
	"epilogue/store"
)

// stood is what follows when somebody's standing changes. Whoever is no full member any more can no longer do what they have, and is told of nothing; whoever is
// one again is told again.
func (b *Bot) stood(ctx context.Context, before flow.Standing, now store.Person) ([]store.Job, error) {
	jobs, err := b.digestsOf(ctx, now.ID)
	if err != nil || now.Standing == flow.FullMember || before != flow.FullMember && now.Standing != flow.Deactivated {
		return jobs, err
	}
	return append(jobs, b.releaseJob(0, now.ID)), nil
}

// releaseJob has the tasks looked at that somebody may no longer be able to do: of one incident, or of all.
func (b *Bot) releaseJob(id flow.IncidentID, user flow.UserID) store.Job {
	return b.follow(id, flow.Effect{Tell: tellRelease, To: user})
}

// releaseTasks gives the tasks of somebody who can no longer do them to others. Whether they really cannot is looked at for each incident.
func (b *Bot) releaseTasks(ctx context.Context, job store.Job) error {
	user, incidents := job.Effect.To, []flow.IncidentID{job.Incident}
	if job.Incident == 0 {
		var err error
		if incidents, err = b.incidentsOf(ctx, user); err != nil {
			return err
		}
	}
	for _, id := range incidents {
		inc, err := b.store.Incident(ctx, id)
		if err != nil {
			return fmt.Errorf("read %s: %w", id, err)
		}
		if len(b.people.unfit(ctx, inc, []flow.UserID{user})) == 0 {
			continue
		}
		_, _, err = b.do(ctx, id, "", "", flow.ReleaseTasks{From: user})
		if err != nil && !errors.As(err, new(flow.Refusal)) {
			return err
		}
	}
	return nil
}

// incidentsOf are the incidents in which somebody has open tasks or follow-ups.
func (b *Bot) incidentsOf(ctx context.Context, user flow.UserID) ([]flow.IncidentID, error) {
	var out []flow.IncidentID
	for cursor := ""; ; {
		page, err := b.store.Tasks(ctx, store.TaskQuery{Assignee: user, Cursor: cursor, Limit: 200})
		if err != nil {
			return nil, fmt.Errorf("list the tasks of %s: %w", user, err)
		}
		for _, t := range page.Items {
			if !slices.Contains(out, t.Incident) {
				out = append(out, t.Incident)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	for cursor := ""; ; {
		page, err := b.store.FollowUps(ctx, store.FollowUpQuery{Owner: user, Cursor: cursor, Limit: 200})
		if err != nil {
			return nil, fmt.Errorf("list the follow-ups of %s: %w", user, err)
		}
		for _, f := range page.Items {
			if !slices.Contains(out, f.Incident) {
				out = append(out, f.Incident)
			}
		}
		if cursor = page.Next; cursor == "" {
			return out, nil
		}
	}
}
