package socketlink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"epilogue/internal/faketime"
)

// fakeSlack is the other end of the link, written on another WebSocket library so that it is a
// second reading of the protocol.
type fakeSlack struct {
	t       *testing.T
	net     *network
	server  *http.Server
	stopped chan struct{}
	work    sync.WaitGroup // what tests do on this side

	refuse http.HandlerFunc // answers every handshake, if set; to be set before the link runs

	mu     sync.Mutex
	answer func(n int) error  // to the n-th apps.connections.open, from 0; nil: an address
	hello  func(n int) string // the first message of the n-th connection; "" for none
	opened []time.Time
	socks  []*sock          // all ever, in order
	acks   map[string][]ack // by envelope id
}

type ack struct {
	sock    *sock
	at      time.Time
	payload string
}

type sock struct {
	slack  *fakeSlack
	number int
	ws     *websocket.Conn
	raw    *end
	deaf   atomic.Bool            // pings go unanswered
	onEnd  atomic.Pointer[func()] // runs before a close frame is answered

	writing sync.Mutex
	mu      sync.Mutex
	code    int  // close code that came, 0 if none
	open    bool // Slack may route envelopes to it
	asked   bool // to be replaced
	over    chan struct{}
}

func newFakeSlack(t *testing.T, latency time.Duration) *fakeSlack {
	t.Helper()
	f := &fakeSlack{t: t, net: newNetwork(latency), acks: map[string][]ack{}, stopped: make(chan struct{})}
	f.answers(func(int) error { return nil })
	f.greets(func(int) string { return fmt.Sprintf(`{"type":"hello","num_connections":%d}`, f.count()) })
	f.server = &http.Server{Handler: http.HandlerFunc(f.serve)}
	go func() {
		defer close(f.stopped)
		if err := f.server.Serve(f.net); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("fake Slack: %v", err)
		}
	}()
	return f
}

// close ends everything on this side.
func (f *fakeSlack) close() {
	_ = f.server.Close()
	<-f.stopped
	for _, s := range f.all() {
		_ = s.ws.Close()
		<-s.over
	}
	f.work.Wait()
}

func (f *fakeSlack) answers(answer func(n int) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func (f *fakeSlack) greets(hello func(n int) string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hello = hello
}

func (f *fakeSlack) Open(context.Context) (string, error) {
	f.mu.Lock()
	n := len(f.opened)
	f.opened = append(f.opened, time.Now())
	answer := f.answer
	f.mu.Unlock()
	if err := answer(n); err != nil {
		return "", err
	}
	return fmt.Sprintf("ws://slack.test/link/?ticket=sesame-%d", n), nil
}

func (f *fakeSlack) serve(w http.ResponseWriter, r *http.Request) {
	if f.refuse != nil {
		f.refuse(w, r)
		return
	}
	ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return // the link has given up meanwhile
	}
	s := &sock{slack: f, ws: ws, over: make(chan struct{}), open: true}
	s.raw = ws.NetConn().(*end)
	s.obey()
	f.mu.Lock()
	s.number = len(f.socks)
	f.socks = append(f.socks, s)
	hello := f.hello
	f.mu.Unlock()
	go s.read()
	if text := hello(s.number); text != "" {
		s.say(text)
	}
}

// obey has the library answer pings and close frames as this connection is told to.
func (s *sock) obey() {
	pong := s.ws.PingHandler()
	s.ws.SetPingHandler(func(data string) error {
		if s.deaf.Load() {
			return nil
		}
		return pong(data)
	})
	bye := s.ws.CloseHandler()
	s.ws.SetCloseHandler(func(code int, text string) error {
		if before := s.onEnd.Load(); before != nil {
			(*before)()
		}
		return bye(code, text)
	})
}

// read takes in acks until the connection ends.
func (s *sock) read() {
	defer close(s.over)
	for {
		_, raw, err := s.ws.ReadMessage()
		if err != nil {
			s.mu.Lock()
			s.open = false
			if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
				s.code = closed.Code
			}
			s.mu.Unlock()
			_ = s.ws.Close()
			return
		}
		var m struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(raw, &m); err != nil || len(raw) >= 20480 {
			s.slack.t.Errorf("fake Slack: an ack of %d bytes, %v", len(raw), err)
			continue
		}
		s.slack.mu.Lock()
		s.slack.acks[m.EnvelopeID] = append(s.slack.acks[m.EnvelopeID], ack{s, time.Now(), string(m.Payload)})
		s.slack.mu.Unlock()
	}
}

func (s *sock) say(text string) { s.sayFrame(websocket.TextMessage, text) }

func (s *sock) sayFrame(kind int, text string) {
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.ws.WriteMessage(kind, []byte(text))
}

// sayBytes puts bytes on the wire as they are.
func (s *sock) sayBytes(raw string) {
	s.writing.Lock()
	defer s.writing.Unlock()
	_, _ = s.raw.Write([]byte(raw))
}

// deliver sends an envelope.
func (s *sock) deliver(id string) {
	s.say(fmt.Sprintf(`{"envelope_id":%q,"type":"interactive","accepts_response_payload":false,"payload":{"n":%q}}`, id, id))
}

func (s *sock) disconnect(reason string) {
	s.mu.Lock()
	s.asked = true
	s.mu.Unlock()
	s.say(fmt.Sprintf(`{"type":"disconnect","reason":%q,"debug_info":{"host":"wss-111"}}`, reason))
}

// hangUp closes like a server that says goodbye; cut like one that was shot.
func (s *sock) hangUp() {
	_ = s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
}
func (s *sock) cut() { _ = s.ws.Close() }

func (s *sock) isOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

func (s *sock) closeCode() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.code
}

func (f *fakeSlack) all() []*sock {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.socks)
}

// live returns the connections that Slack would route envelopes to.
func (f *fakeSlack) live() []*sock {
	return slices.DeleteFunc(f.all(), func(s *sock) bool { return !s.isOpen() })
}

// unasked returns the live connections that were not asked to be replaced.
func (f *fakeSlack) unasked() []*sock {
	return slices.DeleteFunc(f.live(), func(s *sock) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.asked
	})
}

func (f *fakeSlack) count() int { return len(f.live()) }

func (f *fakeSlack) opens() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.opened)
}

func (f *fakeSlack) acksOf(id string) []ack {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.acks[id])
}

func (f *fakeSlack) ackedIDs() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.acks))
}

// pass lets fake time pass: tests that call it run in a synctest bubble.
func pass(d time.Duration) { time.Sleep(d) }

// running is a link at work in a test.
type running struct {
	*Link
	t         *testing.T
	slack     *fakeSlack
	envelopes chan Envelope // what Handle got, unless the test has its own
	stop      context.CancelFunc
	ended     chan error
}

// inFakeTime runs a test in a synctest bubble, with a Slack and a link that are cleaned up.
func inFakeTime(t *testing.T, latency time.Duration, test func(t *testing.T, f *fakeSlack)) {
	t.Helper()
	faketime.Test(t, func(t *testing.T) {
		f := newFakeSlack(t, latency)
		defer f.close()
		test(t, f)
	})
}

// start runs a link against f; options may change anything.
func (f *fakeSlack) start(options ...func(*Options)) *running {
	f.t.Helper()
	r := &running{t: f.t, slack: f, envelopes: make(chan Envelope, 1000), ended: make(chan error, 1)}
	o := Options{Open: f.Open, Dial: f.net.Dial, Handle: func(e Envelope) {
		e.Payload = bytes.Clone(e.Payload)
		r.envelopes <- e
	}}
	for _, change := range options {
		change(&o)
	}
	r.Link = New(o)
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	go func() { r.ended <- r.Run(ctx) }()
	return r
}

// end stops the link and expects it to stop well and in time.
func (r *running) end() {
	r.t.Helper()
	began := time.Now()
	r.stop()
	if err := <-r.ended; err != nil {
		r.t.Errorf("Run = %v, want nil", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		r.t.Errorf("stopping took %s", took)
	}
	if live := r.State().Live; live != 0 {
		r.t.Errorf("%d connections live after Run", live)
	}
}

// connected waits until n connections are live.
func (r *running) connected(n int) {
	r.t.Helper()
	r.await(fmt.Sprintf("%d live connections", n), func() bool { return r.State().Live == n })
}

// await waits for a condition, in fake or real time.
func (r *running) await(what string, ok func() bool) {
	r.t.Helper()
	for range 10_000 {
		if ok() {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	r.t.Fatalf("waited in vain for %s; state %+v", what, r.State())
}

func (r *running) next() Envelope {
	r.t.Helper()
	select {
	case e := <-r.envelopes:
		return e
	case <-time.After(30 * time.Second):
		r.t.Fatal("waited in vain for an envelope")
		return Envelope{}
	}
}
