package fidelity_test

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
	"github.com/slack-go/slack/socketmode"

	"epilogue/internal/faketime"
	"epilogue/internal/sandbox"
)

// app is an app on slack-go, and the sandbox that it takes for Slack.
type app struct {
	*sandbox.Server
	t    *testing.T
	api  *slack.Client
	http *http.Client
	dial func(context.Context, string, string) (net.Conn, error)
	busy sync.WaitGroup // calls that nobody waits for
}

// inBubble runs a test in fake time, over connections in memory: three seconds, or six minutes, pass at once.
func inBubble(t *testing.T, opts sandbox.Options, test func(t *testing.T, a *app)) {
	t.Helper()
	faketime.Test(t, func(t *testing.T) {
		pipe := sandbox.NewPipe()
		opts.Listener = pipe
		a := newApp(t, sandbox.Start(t, opts), pipe.Dial)
		test(t, a)
		a.busy.Wait() // else they would be canceled with the test
	})
}

func newApp(t *testing.T, s *sandbox.Server, dial func(context.Context, string, string) (net.Conn, error)) *app {
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	api := slack.New(s.BotToken(), slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(s.AppToken()),
		slack.OptionHTTPClient(client))
	return &app{Server: s, t: t, api: api, http: client, dial: dial}
}

// noAck is what a handler answers that lets an envelope go unacknowledged.
type noAck struct{}

// connect runs slack-go's Socket Mode client until the test ends. handle gives the payload of each ack: nil for none, noAck{} for no ack at all.
func (a *app) connect(handle func(socketmode.Event) any) {
	a.t.Helper()
	client := socketmode.New(a.api, socketmode.OptionDialer(&websocket.Dialer{NetDialContext: a.dial, WriteBufferSize: 32 << 10}))
	ctx, stop := context.WithCancel(context.Background())
	ended, drained, greeted := make(chan error, 1), make(chan struct{}), make(chan struct{}, 100)
	go func() { ended <- client.RunContext(ctx) }()
	go func() {
		defer close(drained)
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-client.Events:
				a.take(ctx, client, e, greeted, handle)
			}
		}
	}()
	a.t.Cleanup(func() {
		stop()
		<-drained
		if err := <-ended; !errors.Is(err, context.Canceled) {
			a.t.Errorf("slack-go's client ended with %v", err)
		}
	})
	select {
	case <-greeted:
	case <-time.After(time.Minute):
		a.t.Fatal("slack-go's client was not greeted")
	}
}

func (a *app) take(ctx context.Context, client *socketmode.Client, e socketmode.Event, greeted chan<- struct{}, handle func(socketmode.Event) any) {
	switch e.Type {
	case socketmode.EventTypeHello:
		greeted <- struct{}{}
	case socketmode.EventTypeErrorBadMessage, socketmode.EventTypeErrorWriteFailed, socketmode.EventTypeInvalidAuth:
		a.t.Errorf("%s: %+v", e.Type, e.Data)
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		payload := handle(e)
		if _, none := payload.(noAck); none {
			return
		}
		if err := client.AckCtx(ctx, e.Request.EnvelopeID, payload); err != nil {
			a.t.Errorf("ack %s: %v", e.Type, err)
		}
	}
}

// plainly acknowledges everything with nothing.
func plainly(socketmode.Event) any { return nil }

// channel makes a public channel that the app is in.
func (a *app) channel(name string) string {
	a.t.Helper()
	if err := a.AddChannel(sandbox.ChannelSpec{Name: name, App: true}); err != nil {
		a.t.Fatal(err)
	}
	return a.ChannelID(name)
}

// trigger is the trigger_id of a command that Ana runs now; the app must be connected.
func (a *app) trigger() string {
	a.t.Helper()
	a.Person("ana").Slash("#general", "/inc")
	all := a.Envelopes("/inc")
	var command slack.SlashCommand
	if err := json.Unmarshal(all[len(all)-1].Payload, &command); err != nil {
		a.t.Fatal(err)
	}
	return command.TriggerID
}

// post calls a method as it stands, past slack-go.
func (a *app) post(method string, form url.Values) error {
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.APIURL()+method, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := a.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer slack.SlackResponse
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return err
	}
	return answer.Err()
}

// code is Slack's error code in an error of the client's; "" for none, and the whole error if it is of another sort.
func code(err error) string {
	var refusal slack.SlackErrorResponse
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.Err
	}
	return err.Error()
}

// wants says that a call came out with this error code; "" means well.
func wants(t *testing.T, claim, want string, err error) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("%s: error %q instead of %q (%v)", claim, got, want, err)
	}
}
