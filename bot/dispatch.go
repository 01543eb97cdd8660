package bot

import (
	"bytes"
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
	bytes        int // of the payloads of those
}

// enter reports whether an envelope may go on. If not, it waits, or is dropped where too many do or nobody will be let in any more.
func (l *lobby) enter(e socketlink.Envelope) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.open:
		return true
	case l.closed || len(l.waiting) >= maxWaiting || l.bytes+len(e.Payload) > maxWaitingBytes:
		e.Drop()
	default:
		e.Payload = bytes.Clone(e.Payload) // the link reads the next one into the same memory
		l.waiting = append(l.waiting, e)
		l.bytes += len(e.Payload)
	}
	return false
}

// letIn gives everything that waits to admit, which must not block, and lets everything else pass from now on.
func (l *lobby) letIn(admit func(socketlink.Envelope)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range l.waiting {
		l.waiting[i] = socketlink.Envelope{}
		admit(e)
	}
	l.open, l.waiting, l.bytes = true, nil, 0
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
	log     *slog.Logger
	most    int // of all queues together
	mostMem int // in bytes

	mu      sync.Mutex
	queues  map[string][]job
	waiting int
	mem     int
	closed  bool
	idle    sync.WaitGroup
}

// job is work that waits, and how many bytes it holds on to. It may let the next of its queue begin before it ends, by calling next once.
type job struct {
	work func(next func())
	size int
}

func newDispatcher(log *slog.Logger, most, mostMem int) *dispatcher {
	return &dispatcher{log: log, most: most, mostMem: mostMem, queues: map[string][]job{}}
}

// hand puts work into a queue; size is how many bytes it holds on to. It fails when too much is waiting, or after drain.
func (d *dispatcher) hand(queue string, size int, work func(next func())) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.waiting >= d.most || d.mem+size > d.mostMem {
		return errCrowded
	}
	d.waiting++
	d.mem += size
	todo, running := d.queues[queue]
	d.queues[queue] = append(todo, job{work, size})
	if !running {
		d.idle.Add(1)
		go d.run(queue)
	}
	return nil
}

func (d *dispatcher) run(queue string) {
	defer d.idle.Done()
	deepen(len(queue))
	for {
		d.mu.Lock()
		todo := d.queues[queue]
		if len(todo) == 0 {
			delete(d.queues, queue)
			d.mu.Unlock()
			return
		}
		next := todo[0]
		todo[0] = job{} // the array outlives the work
		d.queues[queue] = todo[1:]
		d.mu.Unlock()

		passed := false
		d.guard(func() {
			next.work(func() {
				passed = true
				d.goOn(queue)
			})
		})

		d.mu.Lock()
		d.waiting--
		d.mem -= next.size
		d.mu.Unlock()
		if passed {
			return
		}
	}
}

// goOn has somebody else go on with a queue, if there is something to go on with.
func (d *dispatcher) goOn(queue string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queues[queue]) == 0 {
		delete(d.queues, queue)
		return
	}
	d.idle.Add(1)
	go d.run(queue)
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

// deepen has a goroutine's stack grow once, while it is small, to what a request needs: growing step by step, with what is on it copied each time, takes a
// twentieth of the time of a request.
//
//go:noinline
func deepen(i int) byte {
	var room [12 << 10]byte
	return room[i%len(room)]
}
