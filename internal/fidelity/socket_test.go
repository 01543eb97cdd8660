package fidelity_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"epilogue/internal/sandbox"
)

func TestConnectionsAreOpenedByTheAppLevelTokenInTheHeader(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		opens := func(token string) error {
			api := slack.New(a.BotToken(), slack.OptionAPIURL(a.APIURL()), slack.OptionAppLevelToken(token), slack.OptionHTTPClient(a.http))
			_, _, err := api.StartSocketModeContext(t.Context())
			return err
		}
		wants(t, "the app-level token", "", opens(a.AppToken()))
		wants(t, "the bot token", "not_allowed_token_type", opens(a.BotToken()))
		wants(t, "an unknown token", "invalid_auth", opens("xapp-1-unknown"))
		wants(t, "the app-level token in the body", "not_authed", a.post("apps.connections.open", values("token", a.AppToken())))
		wants(t, "the app-level token for another method", "not_allowed_token_type", a.post("auth.test", values("token", a.AppToken())))
	})
}

// socket is a raw connection: slack-go's client opens one at a time, and sends no ack that Slack would ignore.
type socket struct {
	t  *testing.T
	ws *websocket.Conn
}

func (a *app) socket() *socket {
	a.t.Helper()
	_, address, err := a.api.StartSocketModeContext(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	dialer := websocket.Dialer{NetDialContext: a.dial}
	ws, resp, err := dialer.DialContext(a.t.Context(), address, http.Header{"Origin": {"https://api.slack.com"}})
	if err != nil {
		a.t.Fatal(err)
	}
	_ = resp.Body.Close()
	a.t.Cleanup(func() { _ = ws.Close() })
	return &socket{a.t, ws}
}

// greeted is a socket whose hello was read: from then on it gets envelopes.
func (a *app) greeted() *socket {
	a.t.Helper()
	k := a.socket()
	if r, _ := k.next(); r.Type != "hello" {
		a.t.Fatalf("the first frame is %q", r.Type)
	}
	return k
}

// next is the next frame; false means that the socket is over.
func (k *socket) next() (socketmode.Request, bool) {
	k.t.Helper()
	var r socketmode.Request
	_, raw, err := k.ws.ReadMessage()
	if err != nil {
		return r, false
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		k.t.Errorf("unreadable frame %s: %v", raw, err)
	}
	return r, true
}

// serve gives what arrives to handle, until the socket is over.
func (k *socket) serve(handle func(socketmode.Request)) {
	go func() {
		for {
			r, alive := k.next()
			if !alive {
				return
			}
			if r.EnvelopeID != "" {
				handle(r)
			}
		}
	}()
}

func (k *socket) send(frame string) { _ = k.ws.WriteMessage(websocket.TextMessage, []byte(frame)) }

func TestHelloComesFirstAndCountsTheSockets(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		for n := 1; n <= 10; n++ {
			k := a.socket()
			if r, _ := k.next(); r.Type != "hello" || r.NumConnections != n {
				t.Errorf("socket %d is greeted with %s of %d", n, r.Type, r.NumConnections)
			}
			k.serve(func(socketmode.Request) {})
		}
		eleventh := a.socket()
		if r, _ := eleventh.next(); r.Type != "disconnect" || r.Reason != "too_many_websockets" {
			t.Errorf("the eleventh gets %s %s", r.Type, r.Reason)
		}
		if r, alive := eleventh.next(); alive {
			t.Errorf("the eleventh lives on, and gets %s", r.Type)
		}
	})
}

func TestAnEnvelopeComesOnExactlyOneSocket(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		got := make(chan string, 1000)
		used := map[int]bool{}
		for range 3 {
			k := a.greeted()
			k.serve(func(r socketmode.Request) {
				got <- r.EnvelopeID
				k.send(`{"envelope_id":"` + r.EnvelopeID + `"}`)
			})
		}
		for range 50 {
			a.Person("ana").Slash("#general", "/inc")
		}
		if n := len(got); n != 50 {
			t.Errorf("50 commands came %d times", n)
		}
		for _, e := range a.Envelopes("/inc") {
			used[e.AckedOn] = true
		}
		if len(used) != 3 {
			t.Errorf("of three sockets, %d were used", len(used))
		}
	})
}

func TestAnAckCountsInTimeAndUnder20480Bytes(t *testing.T) {
	ack := func(payload string) func(*socket, string) {
		return func(k *socket, id string) { k.send(`{"envelope_id":"` + id + `"` + payload + `}`) }
	}
	sized := func(n int) func(*socket, string) {
		return func(k *socket, id string) {
			frame := `{"envelope_id":"` + id + `","payload":{"x":""}}`
			k.send(strings.Replace(frame, `""`, `"`+strings.Repeat("x", n-len(frame))+`"`, 1))
		}
	}
	after := func(d time.Duration) func(*socket, string) {
		return func(k *socket, id string) { time.AfterFunc(d, func() { ack("")(k, id) }) }
	}
	for name, c := range map[string]struct {
		answer func(*socket, string)
		counts bool
	}{
		"without a payload":      {ack(""), true},
		"with an empty payload":  {ack(`,"payload":{}`), true},
		"with null":              {ack(`,"payload":null`), true},
		"none":                   {func(*socket, string) {}, false},
		"of 20,479 bytes":        {sized(20_479), true},
		"of 20,480 bytes":        {sized(20_480), false},
		"after 2.9 s":            {after(2900 * time.Millisecond), true},
		"after 3.1 s":            {after(3100 * time.Millisecond), false},
		"for another envelope":   {func(k *socket, _ string) { ack("")(k, "57d6a792-4d35-4d0b-b6aa-3361493e1caf") }, false},
		"that is no JSON at all": {func(k *socket, id string) { k.send(id) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
				k := a.greeted()
				k.serve(func(r socketmode.Request) { c.answer(k, r.EnvelopeID) })
				got := a.Person("ana").Slash("#general", "/inc")
				warning := `/inc failed with the error "operation_timeout"`
				if c.counts {
					warning = ""
				}
				if got.Acked != c.counts || got.Warning != warning {
					t.Errorf("acknowledged: %t, and she reads %q", got.Acked, got.Warning)
				}
			})
		})
	}
}

// delivery is what tells one delivery of an event from another.
type delivery struct {
	Attempt int
	Reason  string
	Same    bool // the event_id is that of the first delivery
}

func TestAnEventComesAgainThreeTimesAndACommandNever(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		var first string
		events, others := make(chan delivery, 100), make(chan string, 100)
		a.connect(func(e socketmode.Event) any {
			if e.Type != socketmode.EventTypeEventsAPI {
				others <- string(e.Type)
				return noAck{}
			}
			var outer struct {
				EventID string `json:"event_id"`
			}
			if err := json.Unmarshal(e.Request.Payload, &outer); err != nil {
				t.Error(err)
			}
			if first == "" {
				first = outer.EventID
			}
			events <- delivery{e.Request.RetryAttempt, e.Request.RetryReason, outer.EventID == first}
			return noAck{}
		})
		ops := a.channel("ops")
		ana := a.Person("ana")
		ana.Says("#ops", "hello")
		<-time.After(10 * time.Minute)
		var got []delivery
		for range len(events) {
			got = append(got, <-events)
		}
		want := []delivery{{0, "", true}, {1, "timeout", true}, {2, "timeout", true}, {3, "timeout", true}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the event came (-want +got):\n%s", diff)
		}
		press := slack.NewActionBlock("row", slack.NewButtonBlockElement("go", "", slack.NewTextBlockObject("plain_text", "Go", false, false)))
		if _, _, err := a.api.PostMessageContext(t.Context(), ops, slack.MsgOptionBlocks(press)); err != nil {
			t.Fatal(err)
		}
		if got := ana.Slash("#ops", "/inc"); got.Acked {
			t.Error("a command counts as acknowledged that was not")
		}
		if got := ana.In("#ops").Press("Go"); got.Acked {
			t.Error("a click counts as acknowledged that was not")
		}
		<-time.After(10 * time.Minute)
		if n := len(others); n != 2 {
			t.Errorf("a command and a click came %d times", n)
		}
	})
}

func TestEventsWaitForASocketAndCommandsDoNot(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		a.channel("ops")
		a.Person("ana").Says("#ops", "anybody?")
		if a.Person("ana").Slash("#ops", "/inc").Acked {
			t.Error("a command without a socket is acknowledged")
		}
		got := make(chan socketmode.Event, 100)
		a.connect(func(e socketmode.Event) any { got <- e; return nil })
		<-time.After(10 * time.Minute)
		if len(got) != 1 {
			t.Fatalf("%d envelopes came", len(got))
		}
		if e := <-got; e.Type != socketmode.EventTypeEventsAPI || e.Request.RetryAttempt != 1 || e.Request.RetryReason != "timeout" {
			t.Errorf("it came as %s, attempt %d, reason %q", e.Type, e.Request.RetryAttempt, e.Request.RetryReason)
		}
	})
}
