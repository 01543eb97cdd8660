package fidelity_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

// What follows is Slack as an app on Bolt for JavaScript meets it: listeners, acks with an answer, and calls.

func text(s string) j { return j{"type": "plain_text", "text": s} }

// reasonForm is a form with one field, Reason, in the block "why".
func reasonForm(title string, more ...any) j {
	field := j{"type": "input", "block_id": "why", "label": text("Reason"), "element": j{"type": "plain_text_input", "action_id": "in"}}
	return j{"type": "modal", "callback_id": "form", "title": text(title), "submit": text("Save"), "blocks": append([]any{field}, more...)}
}

// fields reads what a test needs of a payload.
func fields(t *testing.T, body json.RawMessage) (f struct {
	Type     string `json:"type"`
	Command  string `json:"command"`
	Text     string `json:"text"`
	Trigger  string `json:"trigger_id"`
	Callback string `json:"callback_id"`
	Value    string `json:"value"`
	Cleared  bool   `json:"is_cleared"`
	User     struct {
		ID string `json:"id"`
	} `json:"user"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
	} `json:"actions"`
	View struct {
		State struct {
			Values map[string]map[string]struct{ Value string } `json:"values"`
		} `json:"state"`
	} `json:"view"`
	Message struct {
		Text string `json:"text"`
	} `json:"message"`
	Event struct {
		Type string `json:"type"`
		Text string `json:"text"`
		Tab  string `json:"tab"`
	} `json:"event"`
},
) {
	t.Helper()
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestBoltAnswersACommandInItsAck(t *testing.T) {
	for name, c := range map[string]struct {
		steps   []step
		want    string
		channel bool
	}{
		"nothing":           {ack(nil), "", false},
		"a text":            {ack("Done."), "Done.", false},
		"for all":           {ack(j{"response_type": "in_channel", "text": "Done."}), "Done.", true},
		"blocks":            {ack(j{"text": "x", "blocks": []any{j{"type": "section", "text": text("From a block")}}}), "From a block", false},
		"what is no answer": {ack(j{"text": "x", "blocks": []any{j{"type": "nonsense"}}}), `failed with the error "invalid_command_response"`, false},
		"no ack":            {[]step{}, `failed with the error "operation_timeout"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked string
			b := boltOn(t, func(h heard) []step {
				asked = h.Kind + " " + fields(t, h.Body).Text
				return c.steps
			})
			reply := b.Person("ana").Slash("#general", "/inc hello there")
			if got := reply.Text(); !strings.Contains(got, c.want) || c.want == "" && got != "" || reply.InChannel != c.channel {
				t.Errorf("Ana reads %q (for all: %v)", got, reply.InChannel)
			}
			b.done()
			if asked != "command hello there" {
				t.Errorf("Bolt heard %q", asked)
			}
		})
	}
}

func TestBoltAnswersAFormInItsAck(t *testing.T) {
	next := reasonForm("Next")
	for name, c := range map[string]struct {
		steps []step
		want  sandbox.Submitted
		front []string
	}{
		"nothing closes it":            {ack(nil), sandbox.Submitted{Closed: true}, nil},
		"errors stand under inputs":    {ack(j{"response_action": "errors", "errors": j{"why": "More."}}), sandbox.Submitted{Errors: map[string]string{"Reason": "More."}}, []string{"Form"}},
		"errors elsewhere are trouble": {ack(j{"response_action": "errors", "errors": j{"in": "More."}}), sandbox.Submitted{Banner: banner}, []string{"Form"}},
		"update replaces it":           {ack(j{"response_action": "update", "view": next}), sandbox.Submitted{}, []string{"Next"}},
		"push adds one":                {ack(j{"response_action": "push", "view": next}), sandbox.Submitted{}, []string{"Form", "Next"}},
		"clear closes all":             {ack(j{"response_action": "clear"}), sandbox.Submitted{Closed: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var typed string
			b := boltOn(t, func(h heard) []step {
				if h.Kind != "submission" {
					return ack(nil)
				}
				typed = fields(t, h.Body).View.State.Values["why"]["in"].Value
				return c.steps
			})
			b.opens(reasonForm("Form"))
			got := b.Person("ana").Modal("Form").Fill("Reason", "it was late").Submit()
			if len(got.Errors) == 0 {
				got.Errors = nil
			}
			c.want.Sent = true
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if typed != "it was late" {
				t.Errorf("Bolt read %q", typed)
			}
			var open []string
			for ana := b.Person("ana"); ana.HasModal(); {
				front := ana.Modal()
				open = append([]string{front.Title()}, open...)
				front.Close()
			}
			if diff := cmp.Diff(c.front, open); diff != "" {
				t.Errorf("open are (-want +got):\n%s", diff)
			}
		})
	}
}

// opens opens a form for Ana: by a command, whose listener is told to acknowledge.
func (b *boltApp) opens(view j) {
	b.t.Helper()
	var trigger string
	handle := b.handle
	b.handle = func(h heard) []step {
		if h.Kind == "command" {
			trigger = fields(b.t, h.Body).Trigger
			return ack(nil)
		}
		return handle(h)
	}
	b.Person("ana").Slash("#general", "/inc")
	b.done()
	if _, err := b.call("views.open", j{"trigger_id": trigger, "view": view}); err != nil {
		b.t.Fatalf("open a form: %s", reasons(err))
	}
}

func TestBoltHearsOfAClosedFormThatAskedForIt(t *testing.T) {
	closed := make(chan bool, 1)
	b := boltOn(t, func(h heard) []step {
		if h.Kind == "closed" {
			closed <- fields(t, h.Body).Cleared
		}
		return ack(nil)
	})
	view := reasonForm("Form")
	view["notify_on_close"] = true
	b.opens(view)
	b.Person("ana").Modal("Form").Close()
	b.done()
	if cleared := <-closed; cleared {
		t.Error("closing the one view cleared all")
	}
}

func TestBoltHearsAClickAndAnswersThroughItsResponseURL(t *testing.T) {
	var clicked string
	b := boltOn(t, func(h heard) []step {
		clicked = h.Kind + " " + fields(t, h.Body).Actions[0].Value
		return []step{{"ack": nil}, {"respond": j{"text": "Only for you.", "replace_original": false, "response_type": "ephemeral"}}}
	})
	button := j{"type": "button", "action_id": "take", "text": text("Take it"), "value": "INC-1/3"}
	if _, err := b.call("chat.postMessage", j{"channel": b.ChannelID("general"), "text": "One task", "blocks": []any{
		j{"type": "section", "text": text("One task"), "accessory": button},
	}}); err != nil {
		t.Fatal(err)
	}
	reply := b.Person("ana").In("#general").Press("Take it")
	b.done()
	if !reply.Acked || clicked != "action INC-1/3" {
		t.Errorf("acked: %v, and Bolt heard %q", reply.Acked, clicked)
	}
	b.Person("ana").Waits("#general", "Only for you.")
	if seen := b.Person("ben").Sees("#general"); strings.Contains(seen, "Only for you.") {
		t.Errorf("Ben sees it too:\n%s", seen)
	}
}

func TestBoltGivesTheOptionsOfAnExternalSelect(t *testing.T) {
	b := boltOn(t, func(h heard) []step {
		if h.Kind != "options" {
			return ack(nil)
		}
		return ack(j{"options": []any{j{"text": text("Found " + fields(t, h.Body).Value), "value": "1"}}})
	})
	menu := j{"type": "input", "block_id": "which", "label": text("Which"), "element": j{"type": "external_select", "action_id": "pick", "min_query_length": 0}}
	b.opens(reasonForm("Form", menu))
	form := b.Person("ana").Modal("Form")
	if got := form.Search("Which", "leak"); !slices.Contains(got, "Found leak") {
		t.Errorf("offered are %q", got)
	}
}

func TestBoltHearsShortcutsAndEvents(t *testing.T) {
	manifest := `{"display_information":{"name":"A"},"features":{"bot_user":{"display_name":"a"},"app_home":{"home_tab_enabled":true},
		"shortcuts":[{"name":"Anywhere","type":"global","callback_id":"anywhere","description":"d"},{"name":"On this","type":"message","callback_id":"on-this","description":"d"}]},
		"oauth_config":{"scopes":{"bot":["commands","chat:write","channels:history","channels:read"]}},
		"settings":{"event_subscriptions":{"bot_events":["app_home_opened","message.channels"]},"interactivity":{"is_enabled":true},"socket_mode_enabled":true}}`
	var shortcuts []string
	b := onBolt(t, sandbox.Start(t, sandbox.Options{Manifest: []byte(manifest)}), func(h heard) []step {
		f := fields(t, h.Body)
		shortcuts = append(shortcuts, fmt.Sprintf("%s %s %s", f.Type, f.Callback, f.Message.Text))
		return ack(nil)
	})
	if err := b.AddApp("#general"); err != nil {
		t.Fatal(err)
	}
	ana := b.Person("ana")
	ana.Says("#general", "it is slow")
	ana.Home()
	ana.Shortcut("Anywhere")
	b.done()
	ana.MessageShortcut("#general", "it is slow", "On this")
	b.done()
	if diff := cmp.Diff([]string{"shortcut anywhere ", "message_action on-this it is slow"}, shortcuts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.hears("message", "it is slow")
	b.hears("app_home_opened", "")
}

// hears waits until Bolt heard an event.
func (b *boltApp) hears(kind, said string) {
	b.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		b.mu.Lock()
		events := slices.Clone(b.events)
		b.mu.Unlock()
		for _, e := range events {
			if f := fields(b.t, e.Body); f.Event.Type == kind && strings.Contains(f.Event.Text, said) {
				return
			}
		}
	}
	b.t.Errorf("Bolt did not hear of %s %q", kind, said)
}

func TestBoltGoesOnOverARefreshOfItsConnection(t *testing.T) {
	b := boltOn(t, nil)
	before := b.Sockets()
	b.Faults().Disconnect("refresh_requested", 100*time.Millisecond)
	if err := b.Wait(t.Context(), func() bool {
		now := b.Sockets()
		return len(now) == 1 && now[0] != before[0]
	}); err != nil {
		t.Fatal(err)
	}
	if reply := b.Person("ana").Slash("#general", "/inc"); !reply.Acked {
		t.Errorf("not acknowledged after the refresh: %q", reply.Text())
	}
	b.done()
}

func TestBoltWaitsWhereSlackSaysWhenToTryAgain(t *testing.T) {
	b := boltOn(t, nil)
	b.Faults().Add(sandbox.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: time.Second, Times: 1})
	if _, err := b.call("chat.postMessage", j{"channel": b.ChannelID("general"), "text": "in the end"}); err != nil {
		t.Fatalf("refused: %s", reasons(err))
	}
	if got := b.Person("ana").Sees("#general"); strings.Count(got, "in the end") != 1 {
		t.Errorf("Ana sees:\n%s", got)
	}
}

func TestBoltUploadsAFile(t *testing.T) {
	b := boltOn(t, nil)
	if err := b.AddApp("#general"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.call("filesUploadV2", j{"channel_id": b.ChannelID("general"), "filename": "timeline.md", "content": "# Timeline", "title": "Timeline"}); err != nil {
		t.Fatalf("refused: %s", reasons(err))
	}
	files := b.Files()
	if len(files) != 1 || files[0].Name != "timeline.md" || string(files[0].Content) != "# Timeline" {
		t.Errorf("there are %+v", files)
	}
}

func TestBoltIsRefusedInSlacksWords(t *testing.T) {
	b := boltOn(t, nil)
	if err := b.AddApp("#general"); err != nil {
		t.Fatal(err)
	}
	general := b.ChannelID("general")
	for _, c := range []struct {
		claim, method string
		args          j
		want          string
	}{
		{"a post nowhere", "chat.postMessage", j{"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"},
		{"a post of nothing", "chat.postMessage", j{"channel": general}, "no_text"},
		{"an edit of nothing", "chat.update", j{"channel": general, "ts": "1.000001", "text": "x"}, "message_not_found"},
		{"a trigger that is none", "views.open", j{"trigger_id": "1.2.abc", "view": reasonForm("Form")}, "invalid_trigger_id"},
		{"a view that is none", "views.update", j{"view_id": "V0NOTHING", "view": reasonForm("Form")}, "not_found"},
		{"a channel that is there already", "conversations.create", j{"name": "general"}, "name_taken"},
		{"a channel with a bad name", "conversations.create", j{"name": "Not Good!"}, "invalid_name_specials"},
		{"a person who is none", "users.info", j{"user": "U0NOBODY"}, "user_not_found"},
		{"a pin where the app is not", "pins.add", j{"channel": b.ChannelID("random"), "timestamp": "1.000001"}, "not_in_channel"},
		{"a pin of nothing", "pins.add", j{"channel": general, "timestamp": "1.000001"}, "message_not_found"},
		{"a reaction that is none", "reactions.add", j{"channel": general, "timestamp": "1.000001", "name": "thumbsup"}, "message_not_found"},
		{"a method that is none", "no.such", j{}, "unknown_method"},
	} {
		_, err := b.call(c.method, c.args)
		wants(t, c.claim, c.want, err)
	}
}
