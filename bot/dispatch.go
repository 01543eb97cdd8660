package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

// errCrowded says that more is waiting than can be worked off before Slack's deadline.
var errCrowded = errors.New("too much is waiting")

// dispatcher runs work in queues: in order within a queue, at the same time in different ones. Handing work over never blocks, so that
// whoever reads a connection goes on reading. A queue exists only while it has work.
type dispatcher struct {
	log   *slog.Logger
	limit int // of all queues together

	mu      sync.Mutex
	queues  map[string][]func()
	waiting int
	closed  bool
	idle    sync.WaitGroup
}

func newDispatcher(log *slog.Logger, limit int) *dispatcher {
	return &dispatcher{log: log, limit: limit, queues: map[string][]func(){}}
}

// hand puts work into a queue. It fails when too much is waiting, or after drain.
func (d *dispatcher) hand(queue string, work func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.waiting >= d.limit {
		return errCrowded
	}
	d.waiting++
	todo, running := d.queues[queue]
	d.queues[queue] = append(todo, work)
	if !running {
		d.idle.Add(1)
		go d.run(queue)
	}
	return nil
}

func (d *dispatcher) run(queue string) {
	defer d.idle.Done()
	for {
		d.mu.Lock()
		todo := d.queues[queue]
		if len(todo) == 0 {
			delete(d.queues, queue)
			d.mu.Unlock()
			return
		}
		work := todo[0]
		d.queues[queue] = todo[1:]
		d.mu.Unlock()

		d.guard(work)

		d.mu.Lock()
		d.waiting--
		d.mu.Unlock()
	}
}

// guard keeps one broken request from ending the process.
func (d *dispatcher) guard(work func()) {
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("a request panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	work()
}

// drain takes no more work and waits until all that was handed over is done, or ctx ends.
func (d *dispatcher) drain(ctx context.Context) error {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	done := make(chan struct{})
	go func() { d.idle.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for requests in hand: %w", ctx.Err())
	}
}
