package socketlink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// goodbyeWithin bounds the writing of a close frame; a peer that does not read must not hold us up.
const goodbyeWithin = 500 * time.Millisecond

// conn is one connection, from the handshake to its end. Three goroutines touch it: the reader, the
// watcher (pings) and whoever acks.
type conn struct {
	link *Link
	ws   *websocket.Conn
	wire *wire
	life context.Context // a context that ends during a read or write cuts the connection: it has one for its whole life
	cut  context.CancelFunc

	turn chan struct{} // one token: who puts it in may write
	odd  chan struct{} // a token for every ack of what could not be read that is on its way

	hello chan message  // gets Slack's hello
	asked chan string   // gets the reason of the first disconnect
	gone  chan struct{} // closed when nothing can be sent any more; reading may go on
	done  chan struct{} // closed when all is over and the socket is closed

	leaving sync.Once
	ends    time.Time // when Slack will want it replaced, if it said so; under Link.mu

	suspects bool // its hello counted foreign connections, too early to say so; under Link.mu

	mu      sync.Mutex
	sign    time.Time // the last proof that it works in both directions
	why     error     // what went wrong first, if anything did
	unacked int
	late    bool          // what arrives from now on can be acked here no more
	recent  []sent        // acks that Slack may not have read yet
	idle    chan struct{} // not nil while somebody waits for unacked to be 0
	last    bool          // and then nothing more is to be acked
}

// connect opens one connection and returns it once it said hello.
func (l *Link) connect(ctx context.Context) (*conn, message, error) {
	c, err := l.dial(ctx)
	if err != nil {
		return nil, message{}, err
	}
	timeout := time.NewTimer(l.opt.OpenWithin)
	defer timeout.Stop()
	select {
	case hello := <-c.hello:
		l.greeted(c, hello)
		l.work.Go(c.watch)
		return c, hello, nil
	case reason := <-c.asked:
		err = refusal(reason)
	case <-c.done:
		err = c.reason()
		select {
		case reason := <-c.asked:
			err = refusal(reason)
		default:
		}
		return nil, message{}, fmt.Errorf("wait for hello: %w", err)
	case <-timeout.C:
		err = fmt.Errorf("wait for hello: none within %s", l.opt.OpenWithin)
	case <-ctx.Done():
		err = fmt.Errorf("wait for hello: %w", ctx.Err())
	}
	c.lose(err)
	<-c.done
	return nil, message{}, err
}

func (l *Link) dial(ctx context.Context) (*conn, error) {
	l.dialing(+1)
	defer l.dialing(-1)
	step, cancel := context.WithTimeout(ctx, l.opt.OpenWithin)
	defer cancel()
	address, err := l.opt.Open(step)
	if err != nil {
		return nil, fmt.Errorf("ask Slack for a socket: %w", err)
	}
	step, cancel = context.WithTimeout(ctx, l.opt.OpenWithin)
	defer cancel()
	ws, wire, err := l.handshake(step, address)
	if err != nil {
		return nil, err
	}
	c := &conn{
		link: l, ws: ws, wire: wire,
		turn:  make(chan struct{}, 1),
		odd:   make(chan struct{}, mostOdd),
		hello: make(chan message, 1),
		asked: make(chan string, 1),
		gone:  make(chan struct{}),
		done:  make(chan struct{}),
	}
	c.life, c.cut = context.WithCancel(context.WithoutCancel(ctx))
	l.add(c)
	l.work.Go(c.read)
	return c, nil
}

// ackInTime is how long Slack waits for an ack.
const ackInTime = 3 * time.Second

// sent is an ack that was written.
type sent struct {
	at    time.Time
	frame []byte
}

// read takes in everything until the connection ends, and cleans up.
func (c *conn) read() {
	err := c.readAll()
	if !c.hasLeft() || websocket.CloseStatus(err) < 0 {
		// Only who answers our close frame has read all that came before it.
		c.link.elsewhere(c, c.unread()...)
	}
	c.lose(err) // a no-op if we are leaving
	_ = c.ws.CloseNow()
	c.cut()
	c.link.remove(c)
	close(c.done)
}

func (c *conn) readAll() error {
	var buf bytes.Buffer
	for {
		_, r, err := c.ws.Reader(c.life)
		if err != nil {
			return err
		}
		head, tail, err := readMessage(r, c.link.opt.ReadLimit, &buf)
		switch {
		case errors.Is(err, errTooLong):
			c.unreadable(head, findID(append(head[:len(head):len(head)], tail...)), err)
		case err != nil:
			return err
		default:
			c.take(head)
		}
	}
}

func (c *conn) take(raw []byte) {
	m, err := decode(raw)
	switch {
	case err != nil:
		c.unreadable(raw, findID(raw), err)
	case m.EnvelopeID != "":
		c.link.hand(c, raw, c.envelope(m))
	case m.Type == "hello":
		offer(c.hello, m)
	case m.Type == "disconnect":
		offer(c.asked, m.Reason)
	default:
		c.link.opt.Log.Debug("a socket message of an unknown type was ignored", "type", m.Type)
	}
}

// offer puts v into a channel of one, unless something is there already.
func offer[T any](to chan T, v T) {
	select {
	case to <- v:
	default:
	}
}

// mostOdd is how many acks of what could not be read may wait for their turn to be written. Of a flood
// of such messages to a connection that takes no acks, the rest goes without.
const mostOdd = 64

// unreadable acks what could not be read, so that neither Slack nor a person waits for it, and
// reports it.
func (c *conn) unreadable(raw []byte, id string, err error) {
	c.link.countUnreadable(id, len(raw), err)
	if frame, err := ackFrame(id, nil); err == nil && id != "" {
		c.ackOdd(frame)
	}
	c.link.opt.Unreadable(raw, err)
}

// ackOdd sends an ack from a goroutine of its own: a reader that waits for a write can wait for ever.
func (c *conn) ackOdd(frame []byte) {
	select {
	case c.odd <- struct{}{}:
	default:
		return
	}
	if !c.owe() {
		<-c.odd
		return
	}
	c.link.work.Go(func() {
		defer func() { c.settle(); <-c.odd }()
		_ = c.send(c.life, frame) // nothing is left to do for it if this fails
	})
}

// send writes one frame, when it is its turn. It returns ErrGone if this connection can send nothing
// any more, or the error of ctx if that ended while waiting; then nothing was written. A peer that
// does not read blocks our pings with it, so it is the watcher who ends a write that hangs.
func (c *conn) send(ctx context.Context, frame []byte) error {
	select {
	case <-c.gone:
		return ErrGone
	case <-ctx.Done():
		return ctx.Err()
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	}
	if ctx.Err() != nil { // select picks at random
		return ctx.Err()
	}
	if err := c.ws.Write(c.life, websocket.MessageText, frame); err != nil {
		c.blame(fmt.Errorf("write an ack: %w", err))
		_ = c.ws.CloseNow() // after half a frame there is no room for a close frame
		return ErrGone
	}
	c.remember(frame)
	return nil
}

// remember keeps an ack for as long as a repetition would make sense.
func (c *conn) remember(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.recent = append(c.recent, sent{now, frame})
	old := 0
	for now.Sub(c.recent[old].at) > ackInTime {
		old++
	}
	c.recent = c.recent[old:]
}

// unread returns the acks that were written and may be lost, though not in vain yet.
func (c *conn) unread() [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	var frames [][]byte
	for _, s := range c.recent {
		if time.Since(s.at) <= ackInTime {
			frames = append(frames, s.frame)
		}
	}
	return frames
}

// hasLeft reports whether our close frame was, or is being, written.
func (c *conn) hasLeft() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

// watch asks for signs of life. Only an answer to our own ping counts: on a half-open connection
// envelopes and Slack's pings go on arriving while our acks vanish.
func (c *conn) watch() {
	tick := time.NewTicker(c.link.opt.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.gone:
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithDeadline(c.life, c.lastSign().Add(c.link.opt.DeadAfter))
		err := c.ws.Ping(ctx)
		cancel()
		if err != nil {
			c.lose(fmt.Errorf("no answer to pings for %s", c.link.opt.DeadAfter))
			return
		}
		c.signOfLife()
	}
}

func (c *conn) signOfLife() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sign = time.Now()
}

func (c *conn) lastSign() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sign
}

// leave ends the connection in good order. Slack has some time (linger) to stop routing clicks to it
// and to close it, as it said it would; then come the acks of what it delivered (for at most acks),
// then our close frame, then reading on until Slack has closed its side (for at most answer): closing
// a socket with unread bytes resets it, which can destroy acks on their way. Whoever is in a greater
// hurry may call leave again.
func (c *conn) leave(linger, acks, answer time.Duration) {
	if c.over(linger, nil) || c.over(acks, c.settled(false)) {
		return
	}
	if n := c.owed(); n > 0 {
		c.link.opt.Log.Warn("a connection is left before all that it brought was acknowledged", "envelopes", n)
	}
	c.goodbye()
	if !c.over(answer, nil) {
		_ = c.ws.CloseNow()
		<-c.done
	}
}

// over waits for the end of the connection, for at most d or until enough is closed, and reports
// whether the end came.
func (c *conn) over(d time.Duration, enough <-chan struct{}) bool {
	bound := time.NewTimer(d)
	defer bound.Stop()
	select {
	case <-c.done:
		return true
	case <-enough:
	case <-bound.C:
	}
	return false
}

// lose ends the connection at once because of err, yet with a close frame where one can still be
// written: Slack goes on routing clicks to a connection that died without one.
func (c *conn) lose(err error) {
	c.blame(err)
	c.goodbye()
	_ = c.ws.CloseNow()
}

// goodbye stops all sending and writes the close frame. Only the first call does anything.
func (c *conn) goodbye() {
	c.leaving.Do(func() {
		close(c.gone)
		c.link.left(c)
		bound := time.NewTimer(goodbyeWithin)
		defer bound.Stop()
		select {
		case c.turn <- struct{}{}: // and is never given back
		case <-bound.C:
			return
		}
		written := make(chan struct{})
		c.link.work.Go(func() {
			defer close(written)
			_ = c.wire.leave(websocket.StatusNormalClosure) // best effort, by its nature
		})
		select {
		case <-written:
		case <-bound.C: // CloseNow frees the goroutine
		}
	})
}

// blame notes what went wrong, unless something has before.
func (c *conn) blame(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil {
		c.why = err
	}
}

// reason returns what ended a connection that was lost.
func (c *conn) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// owe and settle count what was delivered and not acked yet. It is false when nothing more can be acked here.
func (c *conn) owe() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.late {
		return false
	}
	c.unacked++
	return true
}

// owed is how many envelopes still wait for their ack on a connection that is shut.
func (c *conn) owed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.late {
		return 0
	}
	return c.unacked
}

// shut has nothing more owed.
func (c *conn) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late = true
}

func (c *conn) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unacked--
	c.wake()
}

// settled returns a channel that is closed as soon as nothing delivered is without its ack. If that is to be the last one, the connection is shut at
// that very moment: nothing comes between the last ack and the close frame.
func (c *conn) settled(last bool) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = c.last || last
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.wake()
	return idle
}

// wake tells those who wait that nothing is unacked, if that is so.
func (c *conn) wake() {
	if c.unacked == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
		c.late = c.late || c.last
	}
}
