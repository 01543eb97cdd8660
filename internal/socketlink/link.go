// Package socketlink keeps an app connected to Slack in Socket Mode: several connections at once,
// envelopes in, acks out. Losing a click is the one thing that it must not do, and everything here
// follows from that: a connection is replaced before it is left, it counts as alive only while it
// answers our own pings, an ack goes out on the connection that brought the envelope (and once more
// on another one, if it may have been lost with its own), and an envelope that cannot be read is
// acked and reported instead of being left to time out.
//
// It refuses to know what an envelope means: a payload is bytes here, and whoever consumes it
// decodes what it needs. It keeps no queue either; Options.Handle gets every envelope at once, and
// how to order, bound and drain the work is the consumer's business.
//
// So memory is bounded by what it does not keep: one message a connection, of at most ReadLimit bytes, and
// the acks of the last three seconds. An envelope whose consumer holds on to Ack alone costs its id.
//
// Read on in slot.go (how one of the connections is kept and replaced), then conn.go (the life of
// a single connection), envelope.go (what comes in and how it is acked), registry.go (what the
// connections know of each other), fatal.go (what cannot be cured by trying again) and wire.go (how a
// close frame leaves before the reading ends).
package socketlink

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// Options says where to connect, who gets the envelopes, and how patient to be. Open and Handle
// are required; a zero in any other field means the default given beside it.
type Options struct {
	// Open asks Slack for the address of one new connection (apps.connections.open). Each address
	// is used once. OpenWith makes such a function of a Web API client.
	Open func(ctx context.Context) (url string, err error)

	// Handle gets every envelope, on the goroutine that reads its connection, in the order of
	// arrival there and concurrently with the other connections. It must hand over and return:
	// while it blocks, that connection neither reads nor answers, and after DeadAfter it is given up.
	Handle func(Envelope)

	// Unreadable is told of every message that could not be read, after the link has started to
	// ack it (if an envelope id could be found). raw is at most ReadLimit bytes long and may hold
	// what people typed, and stands until it returns. Like Handle, it must not block. Default: only the log hears of it.
	Unreadable func(raw []byte, err error)

	// Late is offered the envelopes that arrive once Run was asked to stop: as Slack wrote them, with when
	// they were read. It reports whether somebody takes care of them, such as the link of another process,
	// which can Adopt them. What nobody takes is handled here for as long as it can be acked here; after that
	// it is dropped, and Slack tells the person that it failed. Like Handle, it must not block, and raw stands until it returns. Default: nobody does.
	Late func(raw []byte, received time.Time) (taken bool)

	// Changed is told when the number of live connections changes, one call at a time. It must not
	// block. Default: nobody is told.
	Changed func(State)

	// Dial makes the network connections to the addresses that Open returned; TLS goes on top for
	// wss addresses. Default: a net.Dialer, through the proxy that the environment names.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	Log *slog.Logger // default: nothing is logged

	Connections int           // how many connections to keep; default 2, Slack allows 10 per app
	PingEvery   time.Duration // how often each connection is asked for a sign of life; default 3 s
	DeadAfter   time.Duration // the age of the last answer at which a connection is dead, more than PingEvery; default 5 s
	OpenWithin  time.Duration // bound of each step of connecting: address, handshake, hello; default 10 s
	AckWithin   time.Duration // how long a connection being left waits for acks; default 3 s, Slack's own bound
	StopWithin  time.Duration // how long Run goes on after its context ended; default 2 s
	BackoffMax  time.Duration // the longest pause between attempts; default 20 s
	Patience    time.Duration // how long fatal answers are retried once connected; default 5 min
	ReadLimit   int64         // the largest message that is read, in bytes; default 1 MiB
}

// OpenWith returns the Open of Options that asks through client, which must have been given an
// app-level token and should have an HTTP timeout and no retries of its own.
func OpenWith(client *slack.Client) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		_, url, err := client.StartSocketModeContext(ctx)
		return url, err
	}
}

// State is how the link is doing at one moment.
type State struct {
	Live       int       // connections that said hello and can still carry acks, also ones being replaced
	Wanted     int       // Options.Connections
	LastSign   time.Time // the last proof that a live connection works in both directions; zero without any
	Envelopes  int64     // handed to Handle so far
	Unreadable int64     // messages that could not be read so far
	Stranded   int64     // acks whose own connection was gone (ErrGone) so far
	Foreign    int       // connections of others with our app token, by the last hello; 0 is healthy
}

// Ready reports whether at least one connection is live.
func (s State) Ready() bool { return s.Live > 0 }

// Link keeps the connections. Make one with New.
type Link struct {
	opt       Options
	transport *http.Transport
	gate      gate

	work    sync.WaitGroup // readers, watchers and whoever is leaving a connection
	telling sync.Mutex     // held while Options.Changed runs

	mu        sync.Mutex
	conns     map[*conn]bool // every open connection; true once it said hello
	changed   chan struct{}  // closed and replaced when a connection comes to life
	opening   int            // connections being dialed, which Slack may count already
	ended     []time.Time    // when connections ended lately: Slack may count them still
	stopping  bool           // envelopes are offered to Late first
	everLive  bool
	doomed    error     // the last fatal answer, while nothing has contradicted it
	doomSince time.Time // when the first of these answers came
	began     time.Time // when Run did
	suspected bool      // foreign connections were counted while they may be those of whoever ran before
	warned    time.Time // when foreign connections were last complained about
	counts    State     // only the counters are kept here
}

// New returns a link that is not connected yet; Run connects it. It panics if Open or Handle is
// missing, which is a mistake in the program.
func New(opt Options) *Link {
	if opt.Open == nil || opt.Handle == nil {
		panic("socketlink: Options.Open and Options.Handle are required")
	}
	l := &Link{opt: opt.withDefaults(), conns: make(map[*conn]bool), changed: make(chan struct{})}
	l.transport = newTransport(l.opt.Dial)
	return l
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Unreadable == nil {
		o.Unreadable = func([]byte, error) {}
	}
	if o.Late == nil {
		o.Late = func([]byte, time.Time) bool { return false }
	}
	if o.Changed == nil {
		o.Changed = func(State) {}
	}
	if o.Connections < 1 {
		o.Connections = 2
	}
	if o.ReadLimit <= 0 {
		o.ReadLimit = 1 << 20
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.PingEvery, 3 * time.Second},
		{&o.DeadAfter, 5 * time.Second},
		{&o.OpenWithin, 10 * time.Second},
		{&o.AckWithin, 3 * time.Second},
		{&o.StopWithin, 2 * time.Second},
		{&o.BackoffMax, 20 * time.Second},
		{&o.Patience, 5 * time.Minute},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.DeadAfter <= o.PingEvery {
		o.DeadAfter = o.PingEvery + 2*time.Second // else nothing could live
	}
	return o
}

// Run connects, stays connected and delivers envelopes until ctx ends or Slack says something that
// trying again cannot cure. It may be called once.
//
// When ctx ends, Run waits until what was delivered is acked or dropped, sends close frames and returns nil, all within StopWithin. Slack
// knows nothing of it until it reads them, so what it delivers until then is served like any other (unless Late takes it): on each
// connection the close frame follows the last ack. The consumer has to be stopped after Run, not before.
//
// The error is a *FatalError. Before the first connection it is returned at once. Later, a fatal
// answer may be Slack's own hiccup, and giving up would make it an outage: it is retried every
// BackoffMax or so, and returned when no connection has been live for all of Patience.
func (l *Link) Run(ctx context.Context) error {
	l.mu.Lock()
	l.began = time.Now()
	l.mu.Unlock()
	slots, stop := context.WithCancel(ctx)
	defer stop()

	ended := make(chan error, l.opt.Connections)
	for i := range l.opt.Connections {
		go func() { ended <- (&slot{link: l, number: i}).keep(slots) }()
	}
	var fatal error
	for range l.opt.Connections {
		if err := <-ended; fatal == nil && errors.As(err, new(*FatalError)) {
			fatal = err
		}
		stop() // one slot ends only with the others
	}
	l.leaveAll()
	l.transport.CloseIdleConnections()
	return fatal
}

// State tells how the link is doing. It is cheap and safe to call at any time.
func (l *Link) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state()
}

// Ready reports whether at least one connection is live.
func (l *Link) Ready() bool { return l.State().Ready() }

func (l *Link) state() State {
	s := l.counts
	s.Wanted = l.opt.Connections
	for c, live := range l.conns {
		if !live {
			continue
		}
		s.Live++
		if at := c.lastSign(); at.After(s.LastSign) {
			s.LastSign = at
		}
	}
	return s
}
