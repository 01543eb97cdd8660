package socketlink

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// network is an in-memory network with one listener. It keeps to fake time inside synctest, takes
// latency for every byte, and can be told to misbehave like real ones do.
type network struct {
	latency  time.Duration
	capacity int // how many unread bytes a direction takes before writers block; 0 for no bound

	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once

	mu    sync.Mutex
	down  bool // nothing goes through, and who dials is told so
	mute  bool // who dials reaches somebody who never says anything
	lanes []*lane
}

func newNetwork(latency time.Duration) *network {
	return &network{latency: latency, incoming: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to the listener, whatever the address.
func (n *network) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	up, down := newLane(n), newLane(n)
	here, there := &end{in: down, out: up}, &end{in: up, out: down}
	n.mu.Lock()
	unreachable, mute := n.down, n.mute
	n.lanes = append(n.lanes, up, down)
	n.mu.Unlock()
	switch {
	case unreachable:
		return nil, newNetworkError()
	case mute:
		return here, nil
	}
	select {
	case n.incoming <- there:
		return here, nil
	case <-n.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.incoming:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error   { n.once.Do(func() { close(n.closed) }); return nil }
func (n *network) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory" }

// fail takes the network down: what is under way and what is written vanishes, silently.
func (n *network) fail() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = true
	for _, l := range n.lanes {
		l.change(func() { l.lossy, l.chunks, l.unread = true, nil, 0 })
	}
}

// mend brings it back, for connections that are made from now on.
func (n *network) mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down, n.lanes = false, nil
}

func (n *network) silence() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mute = true
}

// lane is one direction of a connection.
type lane struct {
	network *network

	mu       sync.Mutex
	chunks   []chunk
	unread   int
	eof      bool // the writer has closed
	broken   bool // the reader has closed
	lossy    bool // what is written vanishes
	stalled  bool // the reader gets nothing
	deadline time.Time
	changed  chan struct{} // closed and replaced at every change
}

type chunk struct {
	at    time.Time
	bytes []byte
}

func newLane(n *network) *lane { return &lane{network: n, changed: make(chan struct{})} }

func (l *lane) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *lane) read(p []byte) (int, error) {
	for {
		l.mu.Lock()
		now := time.Now()
		var due time.Time
		switch {
		case l.broken:
			l.mu.Unlock()
			return 0, net.ErrClosed
		case !l.deadline.IsZero() && !now.Before(l.deadline):
			l.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		case l.stalled:
		case len(l.chunks) > 0 && !now.Before(l.chunks[0].at):
			n := copy(p, l.chunks[0].bytes)
			l.chunks[0].bytes = l.chunks[0].bytes[n:]
			if len(l.chunks[0].bytes) == 0 {
				l.chunks = l.chunks[1:]
			}
			l.unread -= n
			l.mu.Unlock()
			l.change(func() {})
			return n, nil
		case len(l.chunks) > 0:
			due = l.chunks[0].at
		case l.eof:
			l.mu.Unlock()
			return 0, io.EOF
		}
		if !l.deadline.IsZero() && (due.IsZero() || l.deadline.Before(due)) {
			due = l.deadline
		}
		changed := l.changed
		l.mu.Unlock()
		if due.IsZero() {
			<-changed
			continue
		}
		timer := time.NewTimer(time.Until(due))
		select {
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (l *lane) write(p []byte) (int, error) {
	for {
		l.mu.Lock()
		if l.eof || l.broken {
			l.mu.Unlock()
			return 0, net.ErrClosed
		}
		if l.network.capacity == 0 || l.unread < l.network.capacity {
			l.mu.Unlock()
			l.change(func() {
				if !l.lossy {
					l.chunks = append(l.chunks, chunk{time.Now().Add(l.network.latency), append([]byte(nil), p...)})
					l.unread += len(p)
				}
			})
			return len(p), nil
		}
		changed := l.changed
		l.mu.Unlock()
		<-changed
	}
}

// lose makes everything that is written from now on vanish.
func (l *lane) lose() { l.change(func() { l.lossy = true }) }

// stall keeps the reader from what comes, or lets it have it.
func (l *lane) stall(on bool) { l.change(func() { l.stalled = on }) }

// end is a connection as one side sees it.
type end struct{ in, out *lane }

func (e *end) Read(p []byte) (int, error)  { return e.in.read(p) }
func (e *end) Write(p []byte) (int, error) { return e.out.write(p) }
func (e *end) Close() error {
	e.out.change(func() { e.out.eof = !e.out.lossy; e.out.broken = e.out.broken || e.out.lossy })
	e.in.change(func() { e.in.broken = true })
	return nil
}
func (e *end) LocalAddr() net.Addr           { return address{} }
func (e *end) RemoteAddr() net.Addr          { return address{} }
func (e *end) SetDeadline(t time.Time) error { return e.SetReadDeadline(t) }
func (e *end) SetReadDeadline(t time.Time) error {
	e.in.change(func() { e.in.deadline = t })
	return nil
}
func (e *end) SetWriteDeadline(time.Time) error { return nil }

func newNetworkError() error {
	return &net.OpError{Op: "dial", Net: "memory", Err: syscall.EHOSTUNREACH}
}

// reach is the error of whoever tries to reach somebody now.
func (n *network) reach() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		return newNetworkError()
	}
	return nil
}
