package local

import (
	"context"
	"fmt"
	"sync"
	"time"

	"epilogue/store"
)

// watched is the store as the bot uses it, with an eye on which jobs it has in hand.
type watched struct {
	store.Store

	mu      sync.Mutex
	busy    int           // jobs that are being claimed or delivered
	changed chan struct{} // closed and replaced when one of them ended
}

func watch(s store.Store) *watched { return &watched{Store: s, changed: make(chan struct{})} }

func (w *watched) count(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy += n
	if n < 0 {
		close(w.changed)
		w.changed = make(chan struct{})
	}
}

func (w *watched) state() (busy int, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.busy, w.changed
}

func (w *watched) Claim(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
	w.count(1)
	job, ok, err := w.Store.Claim(ctx, now, lease)
	if err != nil || !ok {
		w.count(-1)
	}
	return job, ok, err
}

func (w *watched) Finish(ctx context.Context, j store.Job, out store.Outcome) error {
	defer w.count(-1)
	return w.Store.Finish(ctx, j, out)
}

func (w *watched) Retry(ctx context.Context, j store.Job, at time.Time, sent bool, why string) error {
	defer w.count(-1)
	return w.Store.Retry(ctx, j, at, sent, why)
}

func (w *watched) Bury(ctx context.Context, j store.Job, why string, out store.Outcome) error {
	defer w.count(-1)
	return w.Store.Bury(ctx, j, why, out)
}

// quiet waits until no job is in hand and none is due.
func (w *watched) quiet(ctx context.Context, now func() time.Time) error {
	for {
		busy, changed := w.state()
		if busy == 0 {
			next, waits, err := w.NextJob(ctx)
			if err != nil {
				return fmt.Errorf("look for the next job: %w", err)
			}
			if !waits || next.After(now()) {
				select {
				case <-changed: // one began and ended meanwhile: what followed from it was not seen
					continue
				default:
					return nil
				}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the outbox to be empty: %w", ctx.Err())
		}
	}
}

// Quiet waits until Slack was told everything that is due by now. Before the clock is moved this keeps deliveries under way from outliving
// their lease; what is gathered for a few seconds, or waits for its day, is not waited for. It does not end while a delivery hangs.
func (l *Local) Quiet(ctx context.Context) error {
	return l.watched.quiet(ctx, l.Slack.Clock().Now)
}
