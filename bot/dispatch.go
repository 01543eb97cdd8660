package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"epilogue/internal/socketlink"
)

// errCrowded says that more is waiting than can be worked off before Slack's deadline.
var errCrowded = errors.New("too much is waiting")

// lobby keeps the envelopes that arrive before there is a store to decide them with, in order. Slack waits for each of them, so that is a
// matter of a second or two: while another process hands its store over.
type lobby struct {
	mu           sync.Mutex
	open, closed bool
	waiting      []socketlink.Envelope
}

// enter reports whether an envelope may go on. If not, it waits, or is dropped where too many do or nobody will be let in any more.
func (l *lobby) enter(e socketlink.Envelope) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.open:
		return true
	case l.closed || len(l.waiting) >= maxWaiting:
		e.Drop()
	default:
		l.waiting = append(l.waiting, e)
	}
	return false
}

// letIn gives everything that waits to admit, which must not block, and lets everything else pass from now on.
func (l *lobby) letIn(admit func(socketlink.Envelope)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.waiting {
		admit(e)
	}
	l.open, l.waiting = true, nil
}

// close drops what waits in vain. Once everything passes it does nothing.
func (l *lobby) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, e := range l.waiting {
		e.Drop()
	}
	l.waiting = nil
}

func (l *lobby) isOpen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

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
