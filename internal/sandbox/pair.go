package sandbox

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// inTransit is how many bytes may be on their way in one direction before the writer waits for the reader, as in the buffers of a network. Without
// any, as in net.Pipe, two peers that ping each other at the same moment would each wait for the other to read.
const inTransit = 64 << 10

// newPair is a connection in memory: what one end writes, the other reads.
func newPair(addr net.Addr) (a, b net.Conn) {
	there, back := newStream(), newStream()
	return &end{in: back, out: there, addr: addr}, &end{in: there, out: back, addr: addr}
}

// end is one of the two ends of a connection.
type end struct {
	in, out *stream
	addr    net.Addr
}

// Read implements net.Conn.
func (e *end) Read(p []byte) (int, error) { return e.in.read(p) }

// Write implements net.Conn.
func (e *end) Write(p []byte) (int, error) { return e.out.write(p) }

// Close implements net.Conn. What was written is still read at the other end, and then the end of it.
func (e *end) Close() error {
	e.in.stop(true)
	e.out.stop(false)
	return nil
}

// LocalAddr implements net.Conn.
func (e *end) LocalAddr() net.Addr { return e.addr }

// RemoteAddr implements net.Conn.
func (e *end) RemoteAddr() net.Addr { return e.addr }

// SetDeadline implements net.Conn.
func (e *end) SetDeadline(t time.Time) error {
	e.in.reader.set(e.in, t)
	e.out.writer.set(e.out, t)
	return nil
}

// SetReadDeadline implements net.Conn.
func (e *end) SetReadDeadline(t time.Time) error {
	e.in.reader.set(e.in, t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (e *end) SetWriteDeadline(t time.Time) error {
	e.out.writer.set(e.out, t)
	return nil
}

// stream is one direction of a connection.
type stream struct {
	mu             sync.Mutex
	changed        sync.Cond
	bytes          []byte // written, and not read yet
	ended          bool   // nothing more will be written
	deaf           bool   // nothing more will be read
	reader, writer deadline
}

func newStream() *stream {
	s := &stream{}
	s.changed.L = &s.mu
	return s
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.deaf:
			return 0, net.ErrClosed
		case s.reader.passed():
			return 0, os.ErrDeadlineExceeded
		case len(s.bytes) > 0:
			n := copy(p, s.bytes)
			s.bytes = s.bytes[n:]
			s.changed.Broadcast()
			return n, nil
		case s.ended:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.ended:
			return n, net.ErrClosed
		case s.writer.passed():
			return n, os.ErrDeadlineExceeded
		case s.deaf, len(p) == 0: // a network takes what nobody reads any more
			return n + len(p), nil
		}
		if room := inTransit - len(s.bytes); room > 0 {
			part := p[:min(room, len(p))]
			s.bytes = append(s.bytes, part...)
			n, p = n+len(part), p[len(part):]
			s.changed.Broadcast()
			continue
		}
		s.changed.Wait()
	}
}

// stop ends the stream, from the reader's end or from the writer's.
func (s *stream) stop(reading bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reading {
		s.deaf, s.bytes = true, nil
	} else {
		s.ended = true
	}
	s.changed.Broadcast()
}

// deadline is until when one end of a stream waits. It is guarded by the stream's mutex.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *deadline) set(s *stream, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.at, d.timer = at, nil
	if wait := time.Until(at); !at.IsZero() && wait > 0 {
		d.timer = time.AfterFunc(wait, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.changed.Broadcast()
		})
	}
	s.changed.Broadcast()
}
