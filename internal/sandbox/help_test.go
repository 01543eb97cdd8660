package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"epilogue/internal/faketime"
	"epilogue/internal/sandbox"
)

// rig is a sandbox in memory inside a bubble of fake time, and the app's side of it.
type rig struct {
	*sandbox.Server
	t    *testing.T
	api  *slack.Client
	http *http.Client
	dial func(context.Context, string, string) (net.Conn, error)
	busy sync.WaitGroup // the app's calls that nobody waits for
}

// inBubble runs a test with a sandbox over in-memory connections: three seconds, or five minutes, pass at once.
func inBubble(t *testing.T, opts sandbox.Options, test func(t *testing.T, r *rig)) {
	t.Helper()
	faketime.Test(t, func(t *testing.T) {
		pipe := sandbox.NewPipe()
		opts.Listener = pipe
		r := newRig(t, sandbox.Start(t, opts), pipe.Dial)
		test(t, r)
		r.busy.Wait() // the app's calls would else be canceled with the test
	})
}

func newRig(t *testing.T, s *sandbox.Server, dial func(context.Context, string, string) (net.Conn, error)) *rig {
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	c := &http.Client{Transport: transport}
	api := slack.New(s.BotToken(), slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(s.AppToken()), slack.OptionHTTPClient(c))
	return &rig{Server: s, t: t, api: api, http: c, dial: dial}
}

// onTCP is a rig over a real port.
func onTCP(t *testing.T, opts sandbox.Options) *rig {
	t.Helper()
	return newRig(t, sandbox.Start(t, opts), (&net.Dialer{}).DialContext)
}

// envelope is what a socket received.
type envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Reason  string          `json:"reason"`
	Attempt int             `json:"retry_attempt"`
	Retry   string          `json:"retry_reason"`
	Number  int             `json:"num_connections"`
	Payload json.RawMessage `json:"payload"`
	At      time.Time       `json:"-"`
}

// get reads a field of the payload by its path, such as "view.hash" or "actions.0.value": text, JSON, or "" if it is not there.
func (e envelope) get(path string) string { return dig(e.Payload, path) }

func dig(raw json.RawMessage, path string) string {
	var node any
	if json.Unmarshal(raw, &node) != nil {
		return ""
	}
	for key := range strings.SplitSeq(path, ".") {
		switch n := node.(type) {
		case map[string]any:
			node = n[key]
		case []any:
			if i := strings.IndexByte("0123456789", key[0]); i >= 0 && i < len(n) {
				node = n[i]
			} else {
				node = nil
			}
		default:
			return ""
		}
	}
	switch n := node.(type) {
	case string:
		return n
	case nil:
		return ""
	default:
		out, _ := json.Marshal(n)
		return string(out)
	}
}

// socket is a raw connection of the app.
type socket struct {
	t    *testing.T
	ws   *websocket.Conn
	got  chan envelope
	down chan error
}

// url asks for the address of a new socket.
func (r *rig) url() string {
	r.t.Helper()
	_, address, err := r.api.StartSocketModeContext(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return address
}

// connect opens a socket; its hello is the first of what it gets.
func (r *rig) connect() *socket {
	r.t.Helper()
	ws, err := r.upgrade(r.url())
	if err != nil {
		r.t.Fatal(err)
	}
	return r.listen(ws)
}

func (r *rig) upgrade(address string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{NetDialContext: r.dial}
	ws, _, err := dialer.DialContext(r.t.Context(), address, http.Header{"Origin": {"https://api.slack.com"}})
	return ws, err
}

func (r *rig) listen(ws *websocket.Conn) *socket {
	k := &socket{t: r.t, ws: ws, got: make(chan envelope, 1000), down: make(chan error, 1)}
	r.t.Cleanup(func() { _ = ws.Close() })
	go func() {
		defer close(k.got)
		for {
			_, raw, err := ws.ReadMessage()
			if err != nil {
				k.down <- err
				return
			}
			e := envelope{At: time.Now()}
			if err := json.Unmarshal(raw, &e); err != nil {
				r.t.Errorf("unreadable frame %s: %v", raw, err)
			}
			k.got <- e
		}
	}()
	return k
}

// ready is a connected socket whose hello was read.
func (r *rig) ready() *socket {
	r.t.Helper()
	k := r.connect()
	if e := k.next(); e.Type != "hello" {
		r.t.Fatalf("the first frame is %q", e.Type)
	}
	return k
}

// next is the next frame; the test ends if none comes within a minute.
func (k *socket) next() envelope {
	k.t.Helper()
	select {
	case e, ok := <-k.got:
		if !ok {
			k.t.Fatal("the socket was closed")
		}
		return e
	case <-time.After(time.Minute):
		k.t.Fatal("no frame came")
	}
	return envelope{}
}

// nothing says that no frame comes for so long (of fake time).
func (k *socket) nothing(d time.Duration) {
	k.t.Helper()
	select {
	case e, ok := <-k.got:
		if ok {
			k.t.Fatalf("a frame came that should not: %s %s", e.Type, e.Payload)
		}
	case <-time.After(d):
	}
}

// ended waits until the socket is over.
func (k *socket) ended() {
	k.t.Helper()
	if err := <-k.down; err == nil {
		k.t.Error("a socket ended without saying how")
	}
}

// ack acknowledges an envelope, with a payload if one is given.
func (k *socket) ack(e envelope, payload ...any) {
	frame := map[string]any{"envelope_id": e.ID}
	if len(payload) > 0 {
		frame["payload"] = payload[0]
	}
	raw, err := json.Marshal(frame)
	if err != nil {
		k.t.Error(err)
	}
	_ = k.ws.WriteMessage(websocket.TextMessage, raw) // a socket that is gone takes none
}

// noAck says that an envelope is not to be acknowledged.
type noAck struct{}

// serve answers every envelope with what handle returns: a payload, nil for a plain ack, noAck{} for none.
func (k *socket) serve(handle func(envelope) any) *socket {
	go func() {
		for e := range k.got {
			if e.ID == "" {
				continue
			}
			switch answer := handle(e).(type) {
			case noAck:
			case nil:
				k.ack(e)
			default:
				k.ack(e, answer)
			}
		}
	}()
	return k
}

// answering connects an app that answers envelopes like this.
func (r *rig) answering(handle func(envelope) any) { r.ready().serve(handle) }

// plainly connects an app that acknowledges everything.
func (r *rig) plainly() { r.answering(func(envelope) any { return nil }) }

// later runs a call of the app's beside its ack.
func (r *rig) later(do func() error) any {
	r.busy.Go(func() {
		if err := do(); err != nil {
			r.t.Errorf("the app's call: %v", err)
		}
	})
	return nil
}

// call sends a form with the bot token to a method and returns the answer.
func (r *rig) call(method string, args ...string) json.RawMessage {
	r.t.Helper()
	form := url.Values{"token": {r.BotToken()}}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	_, body := r.post(r.APIURL()+method, "application/x-www-form-urlencoded", form.Encode(), nil)
	return body
}

// post sends a body and returns status and answer.
func (r *rig) post(address, contentType, body string, header http.Header) (*http.Response, json.RawMessage) {
	r.t.Helper()
	resp, raw, err := r.try(address, contentType, body, header)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp, raw
}

func (r *rig) try(address, contentType, body string, header http.Header) (*http.Response, json.RawMessage, error) {
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := r.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := resp.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return resp, json.RawMessage(b.String()), nil
		}
	}
}

// must calls a method that has to succeed.
func (r *rig) must(method string, args ...string) json.RawMessage {
	r.t.Helper()
	body := r.call(method, args...)
	if dig(body, "ok") != "true" {
		r.t.Fatalf("%s: %s", method, body)
	}
	return body
}

// refused calls a method that has to fail with this code.
func (r *rig) refused(code, method string, args ...string) json.RawMessage {
	r.t.Helper()
	body := r.call(method, args...)
	if got := dig(body, "error"); got != code {
		r.t.Errorf("%s %q: error %q instead of %q: %s", method, args, got, code, body)
	}
	return body
}

// channel makes a public channel that the app is in.
func (r *rig) channel(name string) string {
	r.t.Helper()
	if err := r.AddChannel(sandbox.ChannelSpec{Name: name, App: true}); err != nil {
		r.t.Fatal(err)
	}
	return r.ChannelID(name)
}

// trigger gets a trigger_id from a command of Ana's, which the app has to acknowledge.
func (r *rig) trigger() string {
	r.t.Helper()
	r.Person("ana").Slash("#general", "/inc")
	all := r.Envelopes("/inc")
	return dig(all[len(all)-1].Payload, "trigger_id")
}

// apiError is Slack's code in an error of the client.
func apiError(err error) string {
	var se slack.SlackErrorResponse
	if errors.As(err, &se) {
		return se.Err
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// modal is a view with these blocks and further properties.
func modal(title, blocks string, more ...string) string {
	extra := ""
	for _, m := range more {
		extra += "," + m
	}
	return `{"type":"modal","title":{"type":"plain_text","text":"` + title + `"},"submit":{"type":"plain_text","text":"Save"},"blocks":[` + blocks + `]` + extra + `}`
}

func home(blocks string) string { return `{"type":"home","blocks":[` + blocks + `]}` }

func input(block, label string, more ...string) string {
	extra := ""
	for _, m := range more {
		extra += "," + m
	}
	return `{"type":"input","block_id":"` + block + `","label":{"type":"plain_text","text":"` + label + `"},"element":{"type":"plain_text_input","action_id":"in"}` + extra + `}`
}

func section(text string) string {
	return `{"type":"section","text":{"type":"mrkdwn","text":"` + text + `"}}`
}

func button(label string, more ...string) string {
	extra := ""
	for _, m := range more {
		extra += "," + m
	}
	return `{"type":"button","action_id":"act.` + label + `","value":"v","text":{"type":"plain_text","text":"` + label + `"}` + extra + `}`
}

func actions(elements ...string) string {
	return `{"type":"actions","elements":[` + strings.Join(elements, ",") + `]}`
}

func blocks(list ...string) string { return "[" + strings.Join(list, ",") + "]" }
