package socketlink

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func newRefusal(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("connection refused")
}

// Real sockets, real time and TLS: what the in-memory network does not show.
func TestTheLinkWorksOverTLS(t *testing.T) {
	acked := make(chan string, 1)
	closed := make(chan int, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = ws.Close() }()
		for _, text := range []string{`{"type":"hello"}`, `{"envelope_id":"E","type":"interactive","payload":{}}`} {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
				t.Error(err)
			}
		}
		_, raw, err := ws.ReadMessage()
		if err != nil {
			t.Error(err)
		}
		acked <- string(raw)
		_, _, err = ws.ReadMessage()
		var end *websocket.CloseError
		if !errors.As(err, &end) {
			t.Errorf("no close frame but %v", err)
			end = &websocket.CloseError{}
		}
		closed <- end.Code
	}))
	defer server.Close()

	envelopes := make(chan Envelope, 1)
	l := New(Options{
		Open:        func(context.Context) (string, error) { return "wss" + strings.TrimPrefix(server.URL, "https"), nil },
		Handle:      func(e Envelope) { envelopes <- e },
		Connections: 1,
	})
	l.transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	l.transport.Proxy = nil
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()

	if err := (<-envelopes).Ack(ctx, nil); err != nil {
		t.Error(err)
	}
	if got := <-acked; got != `{"envelope_id":"E"}` {
		t.Errorf("ack %s", got)
	}
	stop()
	if got := <-closed; got != websocket.CloseNormalClosure {
		t.Errorf("close code %d", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

// Slack is said not to join the fragments of an ack, so there must be none.
func TestALargeAckIsOneFrameAndNothingFollowsTheCloseFrame(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		sent := &recorder{dial: f.net.Dial}
		r := f.start(func(o *Options) { o.Connections = 1; o.Dial = sent.Dial })
		r.connected(1)
		s := f.live()[0]
		s.deliver("E")
		if err := r.next().Ack(t.Context(), strings.Repeat("x", 20_000)); err != nil {
			t.Error(err)
		}
		slowly := func() {
			for range 3 {
				s.sayFrame(websocket.PingMessage, "")
				pass(100 * time.Millisecond)
			}
		}
		s.onEnd.Store(&slowly)
		r.end()
		frames := sent.frames(t)
		if len(frames) != 2 || frames[0].first != 0x81 || frames[0].size < 20_000 || frames[1].first != 0x88 {
			t.Errorf("frames %+v, want one final text frame and one close frame", frames)
		}
	})
}

// recorder keeps what is written to a connection.
type recorder struct {
	dial func(context.Context, string, string) (net.Conn, error)
	mu   sync.Mutex
	b    bytes.Buffer
}

type recorded struct {
	net.Conn
	to *recorder
}

func (r *recorder) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := r.dial(ctx, network, addr)
	return recorded{c, r}, err
}

func (c recorded) Write(p []byte) (int, error) {
	c.to.mu.Lock()
	c.to.b.Write(p)
	c.to.mu.Unlock()
	return c.Conn.Write(p)
}

type frame struct {
	first byte // FIN and opcode
	size  int
}

// frames reads the client's frames after its handshake.
func (r *recorder) frames(t *testing.T) []frame {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	_, rest, ok := bytes.Cut(r.b.Bytes(), []byte("\r\n\r\n"))
	if !ok {
		t.Fatal("no handshake")
	}
	var frames []frame
	for len(rest) > 0 {
		f := frame{rest[0], int(rest[1] & 0x7f)}
		header := 2 + 4
		if f.size == 126 {
			f.size = int(binary.BigEndian.Uint16(rest[2:]))
			header += 2
		}
		frames = append(frames, f)
		rest = rest[header+f.size:]
	}
	return frames
}
