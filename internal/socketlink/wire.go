package socketlink

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"
)

// wire is the stream below a WebSocket connection. It exists for one sentence: "we are leaving, but
// still listening". The library's Close throws away what arrives between our close frame and the
// answer to it, and what arrives there can be a click; so the close frame is written here, and the
// library goes on reading until Slack's own one comes.
type wire struct {
	io.ReadWriteCloser

	pen  chan struct{} // one token: who puts it in may write; not a mutex, since a peer that does not read holds it for long
	left bool
}

func newWire(stream io.ReadWriteCloser) *wire {
	return &wire{ReadWriteCloser: stream, pen: make(chan struct{}, 1)}
}

// Write passes on what the library writes. After the close frame nothing may follow, so pongs and
// the library's own answer to Slack's close frame end here.
func (w *wire) Write(p []byte) (int, error) {
	w.pen <- struct{}{}
	defer func() { <-w.pen }()
	if w.left {
		return len(p), nil
	}
	return w.ReadWriteCloser.Write(p)
}

// leave writes the close frame, once. No data frame may be half written (the library writes control
// frames in one piece, larger ones not): the caller holds the connection's turn.
func (w *wire) leave(code websocket.StatusCode) error {
	w.pen <- struct{}{}
	defer func() { <-w.pen }()
	if w.left {
		return nil
	}
	w.left = true
	_, err := w.ReadWriteCloser.Write(closeFrame(code))
	return err
}

// closeFrame is a final, masked control frame with nothing but a status code (RFC 6455, 5.5.1).
func closeFrame(code websocket.StatusCode) []byte {
	frame := []byte{0x88, 0x80 | 2, 0, 0, 0, 0, 0, 0}
	mask := frame[2:6]
	_, _ = rand.Read(mask) // never fails
	binary.BigEndian.PutUint16(frame[6:], uint16(code))
	frame[6] ^= mask[0]
	frame[7] ^= mask[1]
	return frame
}

// tap is an http.RoundTripper that puts a wire below the connection of one handshake.
type tap struct {
	transport *http.Transport
	wire      *wire
}

func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if stream, ok := resp.Body.(io.ReadWriteCloser); ok {
		t.wire = newWire(stream)
		resp.Body = t.wire
	}
	return resp, nil
}

func newTransport(dial func(context.Context, string, string) (net.Conn, error)) *http.Transport {
	t := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	if dial == nil {
		// Whoever does not answer in three seconds is asked anew rather than waited for: after an outage
		// that is sooner than the network's own next try.
		t.DialContext = (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 15 * time.Second}).DialContext
		t.Proxy = http.ProxyFromEnvironment
	}
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	return t
}

// handshake opens the WebSocket at address. The address holds a ticket that lets anybody in, so no
// error repeats it.
func (l *Link) handshake(ctx context.Context, address string) (*websocket.Conn, *wire, error) {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" {
		return nil, nil, errors.New("open a socket: Slack gave no usable address")
	}
	t := &tap{transport: l.transport}
	// Slack does not redirect; a captive portal does, in circles, and coder/websocket would follow it for ever, with the ticket.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ws, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: &http.Client{Transport: t, CheckRedirect: stay}})
	if err != nil {
		if withAddress := (*url.Error)(nil); errors.As(err, &withAddress) {
			err = withAddress.Err
		}
		return nil, nil, fmt.Errorf("open a socket to %s: %w", at.Host, err)
	}
	ws.SetReadLimit(-1) // readMessage bounds it without losing the connection
	return ws, t.wire, nil
}
