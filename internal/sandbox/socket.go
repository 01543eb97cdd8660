package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// mostSockets is how many connections one app may have.
const mostSockets = 10

// hub holds the app's sockets and what is on its way over them. It is guarded by Server.mu.
type hub struct {
	conns    []*conn
	tickets  map[string]bool
	pending  map[string]*delivery // by envelope id, until acknowledged or given up
	queue    []*delivery          // events that wait for a socket
	lastConn int
}

func newHub() hub {
	return hub{tickets: map[string]bool{}, pending: map[string]*delivery{}}
}

func (h *hub) ticket() string {
	t := randomHex(16)
	h.tickets[t] = true
	return t
}

// conn is one socket. Its reader runs on the handler's goroutine, its writer on another.
type conn struct {
	id     int
	ws     *websocket.Conn
	out    chan []byte
	gone   chan struct{} // closed when the connection is over
	polite bool          // ended with a close frame by the app, or by us
	silent bool          // swallows everything: a connection that died without anybody noticing
	ghost  bool          // it is gone, but Slack has not noticed
}

// stop ends the connection, with a close frame if polite. The caller holds Server.mu.
func (c *conn) stop(polite bool) {
	select {
	case <-c.gone:
		return
	default:
	}
	c.polite = c.polite || polite
	close(c.gone)
}

// send queues a frame. A client that does not read until thousands are waiting is cut off. The caller holds Server.mu.
func (c *conn) send(frame []byte) {
	select {
	case c.out <- frame:
	default:
		c.stop(false)
	}
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // guard has checked it

// serveSocket turns a ticket into a socket and serves it until it ends.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	valid := s.hub.tickets[ticket]
	delete(s.hub.tickets, ticket)
	s.mu.Unlock()
	if !valid {
		http.Error(w, "this ticket is unknown or was used", http.StatusForbidden)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	lifetime := s.opts.ConnectionTime
	if r.URL.Query().Get("debug_reconnects") == "true" {
		lifetime = min(lifetime, 360*time.Second)
	}
	c := &conn{ws: ws, out: make(chan []byte, 4096), gone: make(chan struct{})}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		_ = ws.Close()
		return
	}
	s.admit(c, lifetime)
	s.mu.Unlock()
	s.wg.Go(func() { s.write(c) })
	s.read(c)
}

// admit greets a new socket and gives it what waited for one; an eleventh is turned away. The caller holds mu.
func (s *Server) admit(c *conn, lifetime time.Duration) {
	s.hub.lastConn++
	c.id = s.hub.lastConn
	if len(s.hub.conns) >= mostSockets {
		c.send(disconnect("too_many_websockets"))
		c.out <- nil
		return
	}
	s.hub.conns = append(s.hub.conns, c)
	s.stage.note("socket", fmt.Sprintf("socket %d opened, %d in all", c.id, len(s.hub.conns)))
	seconds := int(lifetime.Seconds())
	c.send(frame(obj{
		"type": "hello", "num_connections": len(s.hub.conns), "connection_info": obj{"app_id": appID},
		"debug_info": obj{"host": "applink-sandbox", "started": time.Now().UTC().Format("2006-01-02 15:04:05.000"), "build_number": 1, "approximate_connection_time": seconds},
	}))
	time.AfterFunc(lifetime, func() { s.retire(c, "warning", 10*time.Second) })
	s.flush()
	s.touch()
}

// retire tells a socket that it will be closed and closes it after grace.
func (s *Server) retire(c *conn, reason string, grace time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	c.send(disconnect(reason))
	s.stage.note("socket", fmt.Sprintf("socket %d was told to disconnect: %s", c.id, reason))
	time.AfterFunc(grace, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		c.stop(true)
	})
}

func disconnect(reason string) []byte {
	return frame(obj{"type": "disconnect", "reason": reason, "debug_info": obj{"host": "applink-sandbox"}})
}

// frame marshals as Slack does: < and > stay as they are.
func frame(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("sandbox: marshal %v: %v", v, err)) // only objects that we made ourselves
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// write sends queued frames and pings until the connection is over. It alone closes the connection, so that what was queued before
// a polite end still goes out. A nil frame ends the connection.
func (s *Server) write(c *conn) {
	defer func() { _ = c.ws.Close() }()
	ping := time.NewTicker(s.opts.PingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-c.gone:
			s.part(c)
			return
		case frame := <-c.out:
			if frame == nil {
				s.mu.Lock()
				c.stop(true)
				s.mu.Unlock()
				continue
			}
			if !s.swallows(c) {
				_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
				err = c.ws.WriteMessage(websocket.TextMessage, frame)
			}
		case <-ping.C:
			if !s.swallows(c) && !s.faults.pingless() {
				err = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(10*time.Second))
			}
		}
		if err != nil {
			s.mu.Lock()
			c.stop(false)
			s.mu.Unlock()
		}
	}
}

// part says goodbye on a connection that ends politely.
func (s *Server) part(c *conn) {
	s.mu.Lock()
	polite := c.polite && !c.silent
	s.mu.Unlock()
	if polite {
		s.drain(c)
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	}
}

// drain writes what is still queued.
func (s *Server) drain(c *conn) {
	for {
		select {
		case frame := <-c.out:
			_ = c.ws.SetWriteDeadline(time.Now().Add(time.Second))
			if frame == nil || c.ws.WriteMessage(websocket.TextMessage, frame) != nil {
				return
			}
		default:
			return
		}
	}
}

func (s *Server) swallows(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.silent
}

// read takes acks until the connection ends, and then forgets it.
func (s *Server) read(c *conn) {
	c.ws.SetPingHandler(func(data string) error {
		if s.swallows(c) {
			return nil
		}
		err := c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		var timeout net.Error
		if errors.Is(err, websocket.ErrCloseSent) || errors.As(err, &timeout) {
			return nil
		}
		return err
	})
	c.ws.SetCloseHandler(func(int, string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(c)  // before it is answered: whoever connects after the answer is not told of this one
		return nil // write answers, after what is queued
	})
	var closed *websocket.CloseError
	for {
		kind, body, err := c.ws.ReadMessage()
		if err != nil {
			polite := errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure
			s.forget(c, polite)
			return
		}
		if kind == websocket.TextMessage {
			s.receive(c, body)
		}
	}
}

// forget takes a socket off the list once it has ended; with Faults.Ghosts one that ended without a close frame stays for a while.
func (s *Server) forget(c *conn, polite bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ghosts := s.faults.ghostly()
	if ghosts > 0 && !polite && !c.polite && !s.closed {
		c.ghost, c.silent = true, true
		time.AfterFunc(ghosts, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.drop(c)
			s.touch()
		})
	} else {
		s.drop(c)
	}
	c.stop(polite)
	s.touch()
}

func (s *Server) drop(c *conn) {
	before := len(s.hub.conns)
	s.hub.conns = slices.DeleteFunc(s.hub.conns, func(o *conn) bool { return o == c })
	if len(s.hub.conns) < before && !s.closed {
		s.stage.note("socket", fmt.Sprintf("socket %d closed, %d left", c.id, len(s.hub.conns)))
	}
}

// live are the sockets that envelopes may go to, as far as Slack knows.
func (h *hub) live() []*conn {
	var out []*conn
	for _, c := range h.conns {
		select {
		case <-c.gone:
			if c.ghost {
				out = append(out, c)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

// pick chooses the socket that gets the next envelope; nil if there is none.
func (h *hub) pick() *conn {
	live := h.live()
	if len(live) == 0 {
		return nil
	}
	return live[rand.IntN(len(live))]
}

// Sockets are the numbers of the sockets that are registered, oldest first: what the methods of Faults call them.
func (s *Server) Sockets() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []int
	for _, c := range s.hub.live() {
		out = append(out, c.id)
	}
	return out
}

// CutSockets ends sockets as a broken network does: without a close frame. No numbers means all.
func (f *Faults) CutSockets(ids ...int) {
	f.each(ids, func(c *conn) {
		if tcp, ok := c.ws.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		c.stop(false)
	})
}

// SilenceSockets makes sockets half-open: no pings, no pongs, frames vanish in both directions, and nobody says so. No numbers means all.
func (f *Faults) SilenceSockets(ids ...int) { f.each(ids, func(c *conn) { c.silent = true }) }

// Disconnect sends a disconnect message with a reason (warning, refresh_requested, link_disabled, too_many_websockets) and closes
// the sockets after grace, which Slack gives as about 10 s for a warning. They serve until then. No numbers means all. After
// link_disabled no new connection can be opened until RefuseConnections("").
func (f *Faults) Disconnect(reason string, grace time.Duration, ids ...int) {
	if reason == "link_disabled" {
		f.RefuseConnections("access_denied")
	}
	f.s.mu.Lock()
	var found []*conn
	for _, c := range f.s.hub.live() {
		if len(ids) == 0 || slices.Contains(ids, c.id) {
			found = append(found, c)
		}
	}
	f.s.mu.Unlock()
	for _, c := range found {
		f.s.retire(c, reason, grace)
	}
}

func (f *Faults) each(ids []int, do func(*conn)) {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	for _, c := range f.s.hub.live() {
		if len(ids) == 0 || slices.Contains(ids, c.id) {
			do(c)
		}
	}
	f.s.touch()
}

func randomHex(n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "%x", rand.IntN(16))
	}
	return b.String()
}
