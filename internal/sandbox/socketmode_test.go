package sandbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"epilogue/internal/sandbox"
)

// The Socket Mode client of slack-go is another reading of Slack's protocol than ours: it was written against the real one. What it
// understands of the sandbox is what these tests say.

// patience is how long a test on a real port waits for what has to come.
const patience = 20 * time.Second

// client is slack-go's own client, connected over TCP. What arrives is given to answer: the payload of the ack, nil for a plain ack,
// noAck{} for none.
type client struct {
	t      *testing.T
	hellos chan socketmode.Request
	got    chan socketmode.Event
}

func (r *rig) socketmode(answer func(socketmode.Event) any) *client {
	r.t.Helper()
	c := &client{t: r.t, hellos: make(chan socketmode.Request, 10), got: make(chan socketmode.Event, 100)}
	sm := socketmode.New(r.api)
	ctx, stop := context.WithCancel(context.Background())
	ended, drained := make(chan error, 1), make(chan struct{})
	go func() { ended <- sm.RunContext(ctx) }()
	go func() {
		defer close(drained)
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-sm.Events:
				c.take(ctx, sm, e, answer)
			}
		}
	}()
	r.t.Cleanup(func() {
		stop()
		<-drained
		if err := <-ended; !errors.Is(err, context.Canceled) {
			r.t.Errorf("the client ended with %v", err)
		}
	})
	return c
}

func (c *client) take(ctx context.Context, sm *socketmode.Client, e socketmode.Event, answer func(socketmode.Event) any) {
	switch e.Type {
	case socketmode.EventTypeHello:
		c.hellos <- *e.Request
	case socketmode.EventTypeErrorBadMessage, socketmode.EventTypeErrorWriteFailed, socketmode.EventTypeInvalidAuth:
		c.t.Errorf("%s: %+v", e.Type, e.Data)
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		c.got <- e
		payload := answer(e)
		if _, none := payload.(noAck); none {
			return
		}
		if err := sm.AckCtx(ctx, e.Request.EnvelopeID, payload); err != nil {
			c.t.Errorf("ack %s: %v", e.Request.EnvelopeID, err)
		}
	}
}

func (c *client) hello() socketmode.Request { c.t.Helper(); return within(c.t, c.hellos, "a hello") }

func (c *client) next() socketmode.Event { c.t.Helper(); return within(c.t, c.got, "an envelope") }

// interaction is the next envelope of that kind; others may come before it, such as the event of the app's own message.
func (c *client) interaction() slack.InteractionCallback {
	c.t.Helper()
	for {
		if got, ok := c.next().Data.(slack.InteractionCallback); ok {
			return got
		}
	}
}

func within[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("not reached")
	}
}

// plain acknowledges everything with nothing.
func plain(socketmode.Event) any { return nil }

func TestSlackGosClientIsGreeted(t *testing.T) {
	r := onTCP(t, sandbox.Options{})
	for n := 1; n <= 2; n++ {
		hello := r.socketmode(plain).hello()
		if hello.NumConnections != n || hello.ConnectionInfo.AppID == "" || hello.DebugInfo.Host == "" || hello.DebugInfo.ApproximateConnectionTime < 60 {
			t.Errorf("client %d was greeted with %+v", n, hello)
		}
	}
}

func TestSlackGosClientReadsACommandAndItsAckIsRead(t *testing.T) {
	r := onTCP(t, sandbox.Options{})
	c := r.socketmode(func(socketmode.Event) any {
		return map[string]any{"text": "Hi Ana", "response_type": "ephemeral"}
	})
	c.hello()
	ana := r.Person("ana")
	reply := ana.Slash("#general", "/inc declare Checkout & more")
	if !reply.Acked || reply.Text() != "Hi Ana" {
		t.Errorf("ana reads %q, acknowledged: %v", reply.Text(), reply.Acked)
	}
	e := c.next()
	cmd, ok := e.Data.(slack.SlashCommand)
	if !ok || !e.Request.AcceptsResponsePayload {
		t.Fatalf("it read %T, accepting a payload: %v", e.Data, e.Request.AcceptsResponsePayload)
	}
	type reading struct{ Command, Text, User, Channel, Name string }
	got := reading{cmd.Command, cmd.Text, cmd.UserID, cmd.ChannelID, cmd.ChannelName}
	want := reading{"/inc", "declare Checkout &amp; more", ana.ID(), r.ChannelID("general"), "general"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it read (-want +got):\n%s", diff)
	}
	if cmd.TriggerID == "" || cmd.ResponseURL == "" || cmd.TeamID == "" {
		t.Errorf("something is missing: %+v", cmd)
	}
	if err := slack.PostWebhookCustomHTTPContext(t.Context(), cmd.ResponseURL, r.http, &slack.WebhookMessage{Text: "and later"}); err != nil {
		t.Errorf("answer at the response_url: %v", err)
	}
	ana.Waits("#general", "and later")
}

func TestSlackGosClientReadsAClickWithTheMessageItWasOn(t *testing.T) {
	r := onTCP(t, sandbox.Options{})
	ch := r.channel("ops")
	c := r.socketmode(plain)
	c.hello()
	button := slack.NewButtonBlockElement("task.done", "INC-1/3", slack.NewTextBlockObject("plain_text", "Mark done", true, false))
	_, ts, err := r.api.PostMessageContext(t.Context(), ch, slack.MsgOptionText("a card", false), slack.MsgOptionBlocks(slack.NewActionBlock("row", button)))
	if err != nil {
		t.Fatal(err)
	}
	if reply := r.Person("ana").In("#ops").Press("Mark done"); !reply.Acked {
		t.Errorf("%+v", reply)
	}
	click := c.interaction()
	if len(click.ActionCallback.BlockActions) != 1 {
		t.Fatalf("it read %+v", click)
	}
	a := click.ActionCallback.BlockActions[0]
	type reading struct{ Type, User, Channel, Message, Container, Action, Block, Value, Text string }
	got := reading{
		string(click.Type), click.User.ID, click.Channel.ID, click.Message.Timestamp, click.Container.MessageTs, a.ActionID, a.BlockID, a.Value, a.Text.Text,
	}
	want := reading{"block_actions", r.Person("ana").ID(), ch, ts, ts, "task.done", "row", "INC-1/3", "Mark done"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it read (-want +got):\n%s", diff)
	}
	if a.ActionTs == "" || click.TriggerID == "" || click.ResponseURL == "" || len(click.Message.Blocks.BlockSet) != 1 {
		t.Errorf("something is missing: %+v", click)
	}
}

func TestSlackGosClientReadsAFormAndMayRefuseIt(t *testing.T) {
	r := onTCP(t, sandbox.Options{})
	times := 0 // only the goroutine that drains counts
	c := r.socketmode(func(e socketmode.Event) any {
		if form, ok := e.Data.(slack.InteractionCallback); ok && form.Type == slack.InteractionTypeViewSubmission {
			if times++; times == 1 {
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"why": "Say a little more."})
			}
		}
		return nil
	})
	c.hello()
	ana := r.Person("ana")
	ana.Slash("#general", "/inc")
	trigger := c.next().Data.(slack.SlashCommand).TriggerID
	text := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, false, false) }
	opened, err := r.api.OpenViewContext(t.Context(), trigger, slack.ModalViewRequest{
		Type: "modal", Title: text("Close"), Submit: text("Close it"), CallbackID: "close", PrivateMetadata: "INC-1\nx",
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewInputBlock("why", text("Reason"), nil, slack.NewPlainTextInputBlockElement(nil, "why"))}},
	})
	if err != nil {
		t.Fatal(err)
	}
	form := ana.Modal("Close")
	form.Fill("Reason", "no").Submit()
	if diff := cmp.Diff(map[string]string{"Reason": "Say a little more."}, form.Errors()); diff != "" {
		t.Errorf("ana reads (-want +got):\n%s", diff)
	}
	form.Fill("Reason", "no impact & <b>").Submit()
	if form.Open() {
		t.Error("the form is still open")
	}
	for _, want := range []string{"no", "no impact & <b>"} {
		got := c.interaction()
		if got.View.ID != opened.ID || got.View.CallbackID != "close" || got.View.PrivateMetadata != "INC-1\nx" || got.View.Hash == "" {
			t.Fatalf("it read %+v", got.View)
		}
		if v := got.View.State.Values["why"]["why"].Value; v != want {
			t.Errorf("it read the value %q, want %q", v, want)
		}
	}
}

func TestSlackGosClientGetsAnEventAgainUntilItAcknowledgesIt(t *testing.T) {
	r := onTCP(t, sandbox.Options{AckWithin: time.Second, RetrySpeedup: 100})
	r.channel("ops")
	c := r.socketmode(func(e socketmode.Event) any {
		if e.Request.RetryAttempt < 2 {
			return noAck{}
		}
		return nil
	})
	c.hello()
	r.Person("ana").Says("#ops", "hello")
	for attempt, reason := range []string{"", "timeout", "timeout"} {
		e := c.next()
		outer, ok := e.Data.(slackevents.EventsAPIEvent)
		if !ok || e.Request.RetryAttempt != attempt || e.Request.RetryReason != reason {
			t.Fatalf("attempt %d: it read %T, attempt %d, reason %q", attempt, e.Data, e.Request.RetryAttempt, e.Request.RetryReason)
		}
		said, ok := outer.InnerEvent.Data.(*slackevents.MessageEvent)
		if !ok || said.Text != "hello" || said.User != r.Person("ana").ID() || said.Channel != r.ChannelID("ops") {
			t.Errorf("it read %+v", outer.InnerEvent)
		}
	}
	if err := r.Wait(t.Context(), func() bool { return r.Envelopes("message")[0].Outcome == "acked" }); err != nil {
		t.Error(err)
	}
}

func TestSlackGosClientComesBackWhenItIsAskedToLeaveAndWhenItIsCut(t *testing.T) {
	for name, end := range map[string]func(*sandbox.Faults){
		"a refresh":          func(f *sandbox.Faults) { f.Disconnect("refresh_requested", time.Second) },
		"a warning":          func(f *sandbox.Faults) { f.Disconnect("warning", time.Second) },
		"a broken network":   func(f *sandbox.Faults) { f.CutSockets() },
		"a close and no ack": func(f *sandbox.Faults) { f.Disconnect("a reason of the future", 0) },
	} {
		t.Run(name, func(t *testing.T) {
			r := onTCP(t, sandbox.Options{})
			c := r.socketmode(plain)
			c.hello()
			end(r.Faults())
			c.hello()
			if err := r.Wait(t.Context(), func() bool { return len(r.Sockets()) == 1 }); err != nil {
				t.Fatal(err)
			}
			if !r.Person("ana").Slash("#general", "/inc").Acked {
				t.Error("it does not serve any more")
			}
		})
	}
}

func TestSlackGosClientIsToldThatItIsOneTooMany(t *testing.T) {
	r := onTCP(t, sandbox.Options{})
	for range 10 {
		r.ready()
	}
	c := r.socketmode(plain)
	for _, ws := range r.Sockets()[:5] {
		r.Faults().CutSockets(ws)
	}
	if n := c.hello().NumConnections; n > 10 {
		t.Errorf("greeted as number %d", n)
	}
}
