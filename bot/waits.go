package bot

import (
	"context"
	"errors"
	"fmt"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/calendar"
	"epilogue/store"
)

// tellWaits is a DM to whoever asked for a debrief, once: the calendar does not take it now, and is asked again; Detail is why. Stored for ever.
const tellWaits flow.Tell = "debrief-waits"

// waitsAfter is how many attempts there were before somebody is told, which takes about a minute. What takes hours is told at once.
const waitsAfter = 7

func waitsKey(id flow.IncidentID, asked uint64) string {
	return fmt.Sprintf("debrief/waits/%s/%d", id, asked)
}

// sayItWaits has whoever asked for a debrief told that it is not there yet. That nothing comes of it stops nobody.
func (b *Bot) sayItWaits(ctx context.Context, job store.Job, inc flow.Incident, why calendar.Problem) {
	if job.Tries != waitsAfter && (job.Tries > 0 || why != calendar.OverQuota) {
		return
	}
	told := b.follow(inc.ID, flow.Effect{Tell: tellWaits, Seq: job.Effect.Seq})
	told.Detail, told.Key = string(why), waitsKey(inc.ID, job.Effect.Seq)
	if err := b.store.Enqueue(ctx, told.At, told); err != nil {
		b.log.Warn("nobody is told that the calendar is waited for", "incident", inc.ID, "err", err)
		return
	}
	b.outbox.wake()
}

// tellItWaits posts that, unless the calendar has answered meanwhile or it was said before.
func (b *Bot) tellItWaits(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	key := waitsKey(inc.ID, job.Effect.Seq)
	if _, err := b.store.Result(ctx, key); !errors.Is(err, store.ErrNotFound) {
		return store.Outcome{}, err
	}
	if inc.Asked == nil || inc.Asked.Problem != "" {
		return store.Outcome{}, nil
	}
	p, err := b.postTo(ctx, job, inc, inc.Asked.By, blocks.DebriefWaitsDM(b.scene(ctx), inc, job.Detail))
	if err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{Results: []store.Result{p.result(key)}}, nil
}
