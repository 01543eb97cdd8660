package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/store"
)

// learned writes down what Slack says of somebody who changed. Whoever is no full member any more can no longer do what they have, and is told of nothing; whoever is
// one again is told again.
func (b *Bot) learned(ctx context.Context, u slack.User) error {
	before, err := b.store.Person(ctx, flow.UserID(u.ID))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read person %s: %w", u.ID, err)
	}
	now, err := b.people.learn(ctx, u)
	if err == nil && now.Standing != before.Standing {
		err = b.refreshDigests(ctx, now.ID)
	}
	if err != nil || now.Standing == flow.FullMember || before.Standing != flow.FullMember && now.Standing != flow.Deactivated {
		return err
	}
	return b.release(ctx, 0, now.ID)
}

// release has the tasks looked at that somebody may no longer be able to do: of one incident, or of all.
func (b *Bot) release(ctx context.Context, id flow.IncidentID, user flow.UserID) error {
	job := b.follow(id, flow.Effect{Tell: tellRelease, To: user})
	if err := b.store.Enqueue(ctx, job.At, job); err != nil {
		return fmt.Errorf("look at the tasks of %s: %w", user, err)
	}
	b.outbox.wake()
	return nil
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
