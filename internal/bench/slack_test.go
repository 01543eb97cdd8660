package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// The workspace of the slim Slack.
const (
	team    = "T0BENCH00"
	botUser = "U0BENCHBOT"
)

// slack is as much of Slack as stands between a click and its card: sockets that carry envelopes and acks, and a Web API that says yes. It checks
// nothing and limits nobody, so that what is measured is the bot and not the local Slack of internal/sandbox, which does both.
type slack struct {
	b        *testing.B
	url      string
	upgrader websocket.Upgrader
	latency  atomic.Int64 // nanoseconds between a call and its answer
	acked    func(ack)    // hears every ack, on the goroutine that reads its socket
	called   atomic.Pointer[func(call) verdict]

	mu    sync.Mutex
	socks []*sock
	live  chan struct{} // closed and replaced when a socket comes or goes
	turn  int
	calls map[string]int // by method

	stamp atomic.Int64
}

// call is a call to the Web API.
type call struct {
	method string
	args   url.Values
	at     time.Time // when it arrived
}

// verdict is what becomes of a call: done when it was answered; the zero value says yes.
type verdict struct {
	retryAfter int    // seconds; not 0: the call is limited
	answered   func() // called once the answer is out
}

// sock is one connection of the app.
type sock struct {
	ws      *websocket.Conn
	writing sync.Mutex
}

func startSlack(b *testing.B, acked func(ack)) *slack {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &slack{b: b, url: "http://" + ln.Addr().String(), acked: acked, calls: map[string]int{}, live: make(chan struct{})}
	s.stamp.Store(time.Now().UnixMicro())
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serveAPI)
	mux.HandleFunc("/socket", s.serveSocket)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
	})
	b.Cleanup(func() {
		_ = server.Close()
		for _, k := range s.sockets() {
			_ = k.ws.Close()
		}
		serving.Wait()
	})
	return s
}

func (s *slack) apiURL() string { return s.url + "/api/" }

// onCall has somebody look at every call before it is answered; nil: nobody.
func (s *slack) onCall(look func(call) verdict) {
	if look == nil {
		s.called.Store(nil)
		return
	}
	s.called.Store(&look)
}

func (s *slack) serveAPI(w http.ResponseWriter, r *http.Request) {
	c := call{method: strings.TrimPrefix(r.URL.Path, "/api/"), at: time.Now()}
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.args = r.Form
	s.mu.Lock()
	s.calls[c.method]++
	s.mu.Unlock()
	var v verdict
	if look := s.called.Load(); look != nil {
		v = (*look)(c)
	}
	if late := time.Duration(s.latency.Load()); late > 0 {
		time.Sleep(late)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if v.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(v.retryAfter))
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
		return
	}
	_, _ = w.Write(s.answer(c)) // whoever hung up needs none
	if v.answered != nil {
		v.answered()
	}
}

// answer is yes, with what the bot reads of it.
func (s *slack) answer(c call) []byte {
	yes := map[string]any{"ok": true}
	switch c.method {
	case "auth.test":
		yes["url"], yes["team"], yes["user"] = "https://bench.slack.com/", "Bench", "epilogue"
		yes["team_id"], yes["user_id"], yes["bot_id"] = team, botUser, "B0BENCH00"
	case "bots.info":
		yes["bot"] = map[string]any{"id": "B0BENCH00", "app_id": "A0BENCH00", "name": "epilogue", "user_id": botUser}
	case "apps.connections.open":
		yes["url"] = "ws" + strings.TrimPrefix(s.url, "http") + "/socket"
	case "users.info":
		id := c.args.Get("user")
		yes["user"] = map[string]any{
			"id": id, "team_id": team, "name": strings.ToLower(id), "real_name": id, "tz": "Europe/Berlin",
			"profile": map[string]any{"real_name": id, "display_name": id},
		}
	case "chat.postMessage":
		yes["channel"], yes["ts"] = c.args.Get("channel"), s.ts()
	case "chat.update":
		yes["channel"], yes["ts"] = c.args.Get("channel"), c.args.Get("ts")
	}
	body, err := json.Marshal(yes)
	if err != nil {
		panic(err) // strings and booleans always marshal
	}
	return body
}

// ts is a timestamp that was never given before.
func (s *slack) ts() string {
	n := s.stamp.Add(1)
	return fmt.Sprintf("%d.%06d", n/1e6, n%1e6)
}

// made is how often methods whose names begin with a prefix were called so far.
func (s *slack) made(prefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for method, times := range s.calls {
		if strings.HasPrefix(method, prefix) {
			n += times
		}
	}
	return n
}

func (s *slack) serveSocket(w http.ResponseWriter, r *http.Request) {
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	k := &sock{ws: ws}
	hello := `{"type":"hello","num_connections":1,"connection_info":{"app_id":"A0BENCH00"},"debug_info":{"host":"applink","approximate_connection_time":18060}}`
	if k.write([]byte(hello)) != nil {
		return
	}
	s.change(func() { s.socks = append(s.socks, k) })
	done := make(chan struct{})
	go k.ping(done)
	defer close(done)
	for {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			break
		}
		if a, ok := readAck(frame); ok && s.acked != nil {
			s.acked(a)
		}
	}
	_ = ws.Close()
	s.change(func() {
		for i := range s.socks {
			if s.socks[i] == k {
				s.socks = append(s.socks[:i:i], s.socks[i+1:]...)
				return
			}
		}
	})
}

// ping asks for signs of life as often as Slack does.
func (k *sock) ping(done <-chan struct{}) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			_ = k.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink"), time.Now().Add(time.Second))
		}
	}
}

func (k *sock) write(frame []byte) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	return k.ws.WriteMessage(websocket.TextMessage, frame)
}

func (s *slack) change(what func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what()
	close(s.live)
	s.live = make(chan struct{})
}

func (s *slack) sockets() []*sock {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*sock(nil), s.socks...)
}

// await waits until the app holds so many sockets.
func (s *slack) await(sockets int) {
	s.b.Helper()
	late := time.After(patience)
	for {
		s.mu.Lock()
		n, live := len(s.socks), s.live
		s.mu.Unlock()
		if n == sockets {
			return
		}
		select {
		case <-live:
		case <-late:
			s.b.Fatalf("the app holds %d sockets, want %d", n, sockets)
		}
	}
}

// deliver sends a frame over one of the sockets, each in its turn.
func (s *slack) deliver(frame []byte) error {
	s.mu.Lock()
	if len(s.socks) == 0 {
		s.mu.Unlock()
		return errors.New("the app holds no socket")
	}
	s.turn++
	k := s.socks[s.turn%len(s.socks)]
	s.mu.Unlock()
	return k.write(frame)
}

// ack is an ack as it came. Envelopes are numbered by person, so that nobody has to look up whose it is.
type ack struct {
	person int
	number int
}

// envelopeID looks like one of Slack's.
func envelopeID(person, number int) string {
	return fmt.Sprintf("%08x-0000-4000-a000-%012x", person, number)
}

func readAck(frame []byte) (ack, bool) {
	_, rest, ok := bytes.Cut(frame, []byte(`"envelope_id":"`))
	if !ok || len(rest) < 36 {
		return ack{}, false
	}
	person, err := strconv.ParseInt(string(rest[:8]), 16, 0)
	if err != nil {
		return ack{}, false
	}
	number, err := strconv.ParseInt(string(rest[24:36]), 16, 0)
	return ack{int(person), int(number)}, err == nil
}
