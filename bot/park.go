package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"epilogue/flow"
	"epilogue/store"
)

// An incident that Slack refused a channel may never get one. Whoever declared it was told so and can try again; what its channel is to hear is kept until it
// has one, and nothing goes on trying meanwhile.

// parked is a job that waits for a channel. It is stored.
type parked struct {
	Effect flow.Effect `json:"effect"`
	Detail string      `json:"detail,omitempty"`
}

// parkedKey is where the parked jobs of an incident are, in the order of what they tell.
func parkedKey(id flow.IncidentID, job store.Job) string {
	return fmt.Sprintf("parked/%s/%020d/%s", id, job.Effect.Seq, job.ID)
}

func parkedKeys(id flow.IncidentID) string { return fmt.Sprintf("parked/%s/", id) }

// inChannel are what only shows the present of a channel: the first message in it brings them along.
var inChannel = []flow.Tell{
	flow.TellDeclared, flow.TellFirst, flow.TellInvite, flow.TellTopic, flow.TellBookmark, flow.TellRefresh, flow.TellShrink,
}

// park keeps a job for which there is no channel yet: it is tried again where one is being made, and put aside where Slack refused one.
func (b *Bot) park(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	_, refused, err := b.found(ctx, refusedKey(inc.ID))
	switch {
	case err != nil:
		return store.Outcome{}, err
	case !refused:
		return store.Outcome{}, again{after: backoff(job.Tries), why: errNoChannel}
	case slices.Contains(inChannel, job.Effect.Tell):
		return store.Outcome{}, nil
	}
	value, err := json.Marshal(parked{job.Effect, job.Detail})
	if err != nil {
		return store.Outcome{}, fmt.Errorf("%w: put a job aside: %w", errFault, err)
	}
	// Should the channel come at this very moment, the job that follows finds it.
	return store.Outcome{
		Results: []store.Result{{Key: parkedKey(inc.ID, job), Value: value}},
		Then:    []store.Job{b.follow(inc.ID, flow.Effect{Tell: flow.TellFirst})},
	}, nil
}

// unpark adds to an outcome what waited for the channel that is there now.
func (b *Bot) unpark(ctx context.Context, inc flow.Incident, out store.Outcome) (store.Outcome, error) {
	waiting, err := b.store.Results(ctx, parkedKeys(inc.ID))
	if err != nil {
		return out, fmt.Errorf("read what waits for the channel of %s: %w", inc.ID, err)
	}
	for _, r := range waiting {
		var p parked
		if err := json.Unmarshal(r.Value, &p); err != nil {
			b.log.Error("what waited for a channel cannot be read", "incident", inc.ID, "key", r.Key, "err", err)
		} else {
			job := b.follow(inc.ID, p.Effect)
			job.Detail = p.Detail
			out.Then = append(out.Then, job)
		}
		out.Results = append(out.Results, store.Result{Key: r.Key})
	}
	return out, nil
}
