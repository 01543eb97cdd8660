package bot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"epilogue/flow"
	"epilogue/internal/socketlink"
)

// What Slack sends, as its documentation and recordings show it.
const (
	sampleCommand = `{"token":"legacy","team_id":"T111","team_domain":"acme","channel_id":"C111","channel_name":"random","user_id":"U111","user_name":"ann",
		"command":"/inc","text":" tasks INC-42 ","api_app_id":"A111","is_enterprise_install":"false","response_url":"https://hooks.slack.com/commands/T111/1/abc",
		"trigger_id":"111.222.abcdef"}`
	sampleButton = `{"type":"block_actions","user":{"id":"U111","username":"ann","name":"ann","team_id":"T111"},"api_app_id":"A111","token":"x",
		"container":{"type":"message","message_ts":"1548261231.000200","channel_id":"C111","is_ephemeral":false},"trigger_id":"12321423423.333649436676.d8c1",
		"team":{"id":"T111","domain":"acme"},"enterprise":null,"is_enterprise_install":false,"channel":{"id":"C111","name":"inc-42"},
		"message":{"bot_id":"B111","type":"message","text":"fallback","user":"U999","ts":"1548261231.000200","blocks":[{"type":"divider","block_id":"x"}]},
		"state":{"values":{}},"response_url":"https://hooks.slack.com/actions/T111/123/xyz",
		"actions":[{"action_id":"task.done","block_id":"=qXel","text":{"type":"plain_text","text":"Mark done","emoji":true},"value":"INC-42/3","type":"button","action_ts":"1548426417.840180"}]}`
	sampleOverflow = `{"type":"block_actions","user":{"id":"U111"},"container":{"type":"message","message_ts":"1.2","channel_id":"C111","is_ephemeral":true},
		"trigger_id":"1.2.a","team":null,"channel":{"id":"C111"},"response_url":"https://hooks.slack.com/actions/T111/123/xyz",
		"actions":[{"type":"overflow","action_id":"more","block_id":"b","selected_option":{"text":{"type":"plain_text","text":"Assign"},"value":"task.assign INC-42/3"},"action_ts":"3.4"}]}`
	sampleInModal = `{"type":"block_actions","user":{"id":"U111"},"api_app_id":"A111","token":"x","container":{"type":"view","view_id":"V111"},"trigger_id":"1.2.a",
		"team":{"id":"T111","domain":"acme"},"enterprise":null,"is_enterprise_install":false,
		"view":{"id":"V111","team_id":"T111","type":"modal","blocks":[],"private_metadata":"INC-42","callback_id":"incident.all-tasks",
		"state":{"values":{"sev":{"sev":{"type":"static_select","selected_option":null}}}},"hash":"1655863316.uFehmGP0","title":{"type":"plain_text","text":"Tasks","emoji":true},
		"clear_on_close":false,"notify_on_close":false,"close":null,"submit":null,"previous_view_id":null,"root_view_id":"V111","app_id":"A111","external_id":"","bot_id":"B111"},
		"actions":[{"type":"button","action_id":"task.done","block_id":"k","value":"INC-42/3","action_ts":"9.9"}]}`
	sampleInHome = `{"type":"block_actions","user":{"id":"U111"},"container":{"type":"view","view_id":"V222"},"trigger_id":"1.2.a",
		"view":{"id":"V222","type":"home","private_metadata":"","callback_id":"","state":{"values":{}},"hash":"1.a","previous_view_id":null,"root_view_id":"V222"},
		"actions":[{"type":"button","action_id":"home.page#next","block_id":"k","value":"?p=1&w=closed","action_ts":"9.9"}]}`
	sampleForm = `{"type":"view_submission","team":{"id":"T111","domain":"acme"},"user":{"id":"U111","username":"ann","name":"ann","team_id":"T111"},"api_app_id":"A111","token":"x",
		"trigger_id":"111.222.abc","view":{"id":"V333","team_id":"T111","type":"modal","blocks":[],"private_metadata":"INC-42/3\nhttps://hooks.slack.com/x","callback_id":"task.due",
		"state":{"values":{
			"due":{"due":{"type":"datepicker","selected_date":"2026-12-03"}},
			"reason":{"reason":{"type":"plain_text_input","value":"holiday"}},
			"summary":{"summary":{"type":"plain_text_input","value":null}},
			"severity":{"severity":{"type":"static_select","selected_option":{"text":{"type":"plain_text","text":"Major","emoji":true},"value":"major"}}},
			"type":{"type":{"type":"static_select","selected_option":null}},
			"flow":{"flow":{"type":"radio_buttons","selected_option":{"text":{"type":"plain_text","text":"x"},"value":"enter"}}},
			"lead":{"lead":{"type":"users_select","selected_user":"U222"}},
			"nobody":{"nobody":{"type":"users_select","selected_user":null}},
			"channel":{"channel":{"type":"conversations_select","selected_conversation":"C222"}},
			"public":{"public":{"type":"channels_select","selected_channel":"C333"}},
			"hand-over":{"hand-over":{"type":"checkboxes","selected_options":[{"text":{"type":"plain_text","text":"x"},"value":"hand-over"}]}},
			"tasks":{"tasks":{"type":"multi_static_select","selected_options":[{"text":{"type":"plain_text","text":"x"},"value":"/1"},{"text":{"type":"plain_text","text":"y"},"value":"/2"}]}}
		}},"hash":"1.b","previous_view_id":"V111","root_view_id":"V111"},"response_urls":[],"is_enterprise_install":false,"enterprise":null}`
	sampleClosed   = `{"type":"view_closed","team":{"id":"T111"},"user":{"id":"U111"},"view":{"id":"V1","type":"modal","state":{"values":{}}},"is_cleared":false}`
	sampleShortcut = `{"type":"shortcut","token":"x","action_ts":"1610198080.300836","team":{"id":"T111","domain":"acme"},"user":{"id":"U111","username":"ann","team_id":"T111"},
		"is_enterprise_install":false,"enterprise":null,"callback_id":"incident.declare","trigger_id":"111.222.abc"}`
	sampleOnMessage = `{"type":"message_action","token":"x","action_ts":"1610198080.300836","team":{"id":"T111","domain":"acme"},"user":{"id":"U111","username":"ann","name":"ann"},
		"channel":{"id":"C111","name":"ops"},"message_ts":"1516229207.000133","message":{"type":"message","user":"U222","ts":"1516229207.000133","text":"db is slow"},
		"callback_id":"note.add","trigger_id":"111.222.abc","response_url":"https://hooks.slack.com/app/T111/1/x"}`
	sampleSuggestion = `{"type":"block_suggestion","user":{"id":"U111"},"container":{"type":"view","view_id":"V111"},"api_app_id":"A111","token":"x","action_id":"svc.sel","block_id":"svc","value":"pay"}`
)

func event(inner string) string {
	return `{"token":"x","team_id":"T111","api_app_id":"A111","event":` + inner + `,"type":"event_callback","event_id":"Ev111","event_time":1610241741,"authorizations":[]}`
}

func envelope(kind, payload string) socketlink.Envelope {
	return socketlink.Envelope{Type: kind, Payload: json.RawMessage(payload)}
}

func TestEveryKindOfEnvelopeIsRead(t *testing.T) {
	for _, c := range []struct {
		name, kind, payload string
		want                request
	}{
		{"a command", "slash_commands", sampleCommand, request{
			kind: kindCommand, user: "U111", channel: "C111", text: "tasks INC-42", trigger: "111.222.abcdef",
			respond: "https://hooks.slack.com/commands/T111/1/abc", delivery: "command/111.222.abcdef",
		}},
		{"a button in a message", "interactive", sampleButton, request{
			kind: kindClick, user: "U111", channel: "C111", action: "task.done", value: "INC-42/3", block: "=qXel", message: "1548261231.000200",
			trigger: "12321423423.333649436676.d8c1", respond: "https://hooks.slack.com/actions/T111/123/xyz",
			delivery: "click/U111/1548426417.840180/task.done/1548261231.000200/",
		}},
		{"a menu in an ephemeral message", "interactive", sampleOverflow, request{
			kind: kindClick, user: "U111", channel: "C111", action: "more", value: "task.assign INC-42/3", block: "b", message: "1.2", quiet: true,
			trigger: "1.2.a", respond: "https://hooks.slack.com/actions/T111/123/xyz", delivery: "click/U111/3.4/more/1.2/",
		}},
		{"a button in a modal", "interactive", sampleInModal, request{
			kind: kindClick, user: "U111", action: "task.done", value: "INC-42/3", block: "k", trigger: "1.2.a", delivery: "click/U111/9.9/task.done//V111",
			view: viewState{ID: "V111", Hash: "1655863316.uFehmGP0", Type: "modal", Callback: "incident.all-tasks", Metadata: "INC-42", Root: "V111"},
		}},
		{"a button in the App Home", "interactive", sampleInHome, request{
			kind: kindClick, user: "U111", action: "home.page#next", value: "?p=1&w=closed", block: "k", trigger: "1.2.a", delivery: "click/U111/9.9/home.page#next//V222",
			view: viewState{ID: "V222", Hash: "1.a", Type: "home", Root: "V222"},
		}},
		{"a form", "interactive", sampleForm, request{
			kind: kindForm, user: "U111", trigger: "111.222.abc", delivery: "form/V333/1.b",
			view: viewState{
				ID: "V333", Hash: "1.b", Type: "modal", Callback: "task.due", Metadata: "INC-42/3\nhttps://hooks.slack.com/x", Previous: "V111", Root: "V111",
			},
		}},
		{"a view that was closed", "interactive", sampleClosed, request{kind: kindOther, user: "U111", view: viewState{ID: "V1", Type: "modal"}}},
		{"a shortcut", "interactive", sampleShortcut, request{
			kind: kindShortcut, user: "U111", shown: "incident.declare", trigger: "111.222.abc", delivery: "shortcut/111.222.abc",
		}},
		{"a shortcut on a message", "interactive", sampleOnMessage, request{
			kind: kindShortcut, user: "U111", channel: "C111", shown: "note.add", trigger: "111.222.abc",
			respond: "https://hooks.slack.com/app/T111/1/x", delivery: "shortcut/111.222.abc", said: said{Text: "db is slow", TS: "1516229207.000133"},
		}},
		{"a suggestion", "interactive", sampleSuggestion, request{kind: kindSearch, user: "U111", action: "svc.sel", text: "pay"}},
		{"an interaction of the future", "interactive", `{"type":"brain_wave","user":{"id":"U111"}}`, request{kind: kindOther, user: "U111"}},
		{"an envelope of the future", "telepathy", `whatever`, request{kind: kindOther}},
		{"a click without an action", "interactive", `{"type":"block_actions","user":{"id":"U111"},"actions":[]}`, request{kind: kindOther, user: "U111"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := decode(envelope(c.kind, c.payload))
			if err != nil {
				t.Fatal(err)
			}
			got.view.State.Values = nil // see the next test
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(request{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryFieldOfAFormIsRead(t *testing.T) {
	r, err := decode(envelope("interactive", sampleForm))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for block := range r.view.State.Values {
		got[block] = r.view.field(block)
	}
	want := map[string]string{
		"due": "2026-12-03", "reason": "holiday", "summary": "", "severity": "major", "type": "", "flow": "enter", "lead": "U222", "nobody": "",
		"channel": "C222", "public": "C333", "hand-over": "", "tasks": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"/1", "/2"}, r.view.picked("tasks")); diff != "" {
		t.Errorf("picked tasks (-want +got):\n%s", diff)
	}
	if !r.view.has("summary") || r.view.has("elsewhere") {
		t.Error("a field that is empty is there, and one that is not in the form is not")
	}
	if diff := cmp.Diff([]flow.UserID{"U222"}, r.view.people()); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
}

func TestEventsSayWhoAndWhere(t *testing.T) {
	for _, c := range []struct {
		name, inner string
		user        flow.UserID
		channel     flow.ChannelID
		acts        bool
	}{
		{"a message", `{"type":"message","text":"hi","user":"U111","ts":"1.2","channel":"C111","channel_type":"channel"}`, "U111", "C111", true},
		{"a reply sent to the channel too", `{"type":"message","subtype":"thread_broadcast","user":"U111","channel":"C111"}`, "U111", "C111", true},
		{"a file", `{"type":"message","subtype":"file_share","user":"U111","channel":"C111","files":[{}]}`, "U111", "C111", true},
		{"our own message", `{"type":"message","text":"hi","user":"U999","bot_id":"B111","channel":"C111"}`, "U999", "C111", false},
		{"an edit", `{"type":"message","subtype":"message_changed","message":{"user":"U111"},"channel":"C111","hidden":true}`, "", "C111", false},
		{"somebody joined, says the channel", `{"type":"message","subtype":"channel_join","user":"U111","channel":"C111"}`, "U111", "C111", false},
		{"the App Home", `{"type":"app_home_opened","user":"U111","channel":"D111","tab":"home","event_ts":"1.2"}`, "U111", "D111", true},
		{"the messages of the app", `{"type":"app_home_opened","user":"U111","channel":"D111","tab":"messages"}`, "U111", "D111", false},
		{"somebody new", `{"type":"team_join","user":{"id":"U333","team_id":"T111","name":"bo","profile":{}}}`, "U333", "", false},
		{"somebody changed", `{"type":"user_change","user":{"id":"U333","deleted":true}}`, "U333", "", false},
		{"joined", `{"type":"member_joined_channel","user":"U111","channel":"C111","channel_type":"C","team":"T111","inviter":"U222"}`, "U111", "C111", false},
		{"renamed", `{"type":"channel_rename","channel":{"id":"C111","name":"new","created":1}}`, "", "C111", false},
		{"unknown", `{"type":"aliens_landed"}`, "", "", false},
		{"no object", `null`, "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := decode(envelope("events_api", event(c.inner)))
			if err != nil {
				t.Fatal(err)
			}
			if r.kind != kindEvent || r.user != c.user || r.channel != c.channel || r.acts != c.acts || r.delivery != "event/Ev111" {
				t.Errorf("read as %+v", r)
			}
		})
	}
}

func TestADeliveryWithoutWhatNamesItHasNoName(t *testing.T) {
	for kind, payload := range map[string]string{
		"slash_commands": `{"user_id":"U1","text":"help"}`,
		"interactive":    `{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1"}}`,
		"events_api":     `{"event":{"type":"message"}}`,
	} {
		r, err := decode(envelope(kind, payload))
		if err != nil || r.delivery != "" {
			t.Errorf("%s: named %q (%v): the next of its kind would pass for its repetition", kind, r.delivery, err)
		}
	}
	r, err := decode(envelope("interactive", `{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"task.done","value":"INC-1/1"}]}`))
	if err != nil || r.delivery != "" {
		t.Errorf("a click without a time: named %q (%v)", r.delivery, err)
	}
}

func TestWhatIsNoJSONIsAnError(t *testing.T) {
	for _, kind := range []string{"slash_commands", "interactive", "events_api"} {
		for _, payload := range []string{``, `{`, `"text"`, `[]`, `{"user_id":1,"user":2,"event_id":3}`} {
			if _, err := decode(envelope(kind, payload)); err == nil || !strings.Contains(err.Error(), kind) {
				t.Errorf("%s %s: %v", kind, payload, err)
			}
		}
	}
}

// slack-go is a second reading of Slack's documentation.
func TestWeReadWhatSlackGoReads(t *testing.T) {
	for name, payload := range map[string]string{
		"button": sampleButton, "overflow": sampleOverflow, "modal": sampleInModal, "home": sampleInHome, "form": sampleForm, "shortcut": sampleShortcut, "message": sampleOnMessage,
	} {
		t.Run(name, func(t *testing.T) { sameAsSlackGo(t, payload) })
	}
	var theirs slack.SlashCommand
	if err := json.Unmarshal([]byte(sampleCommand), &theirs); err != nil {
		t.Fatal(err)
	}
	ours, err := decode(envelope("slash_commands", sampleCommand))
	if err != nil {
		t.Fatal(err)
	}
	if string(ours.user) != theirs.UserID || string(ours.channel) != theirs.ChannelID || ours.text != strings.TrimSpace(theirs.Text) ||
		ours.trigger != theirs.TriggerID || ours.respond != theirs.ResponseURL {
		t.Errorf("we read %+v, they read %+v", ours, theirs)
	}
	outer, err := slackevents.ParseEvent(json.RawMessage(event(`{"type":"message","text":"hi","user":"U111","ts":"1.2","channel":"C111","channel_type":"channel"}`)), slackevents.OptionNoVerifyToken())
	if err != nil {
		t.Fatal(err)
	}
	said, ok := outer.InnerEvent.Data.(*slackevents.MessageEvent)
	if !ok || said.User != "U111" || said.Channel != "C111" {
		t.Errorf("they read %+v", outer.InnerEvent)
	}
}

func sameAsSlackGo(t *testing.T, payload string) {
	t.Helper()
	var theirs slack.InteractionCallback
	if err := json.Unmarshal([]byte(payload), &theirs); err != nil {
		t.Fatal(err)
	}
	ours, err := decode(envelope("interactive", payload))
	if err != nil {
		t.Fatal(err)
	}
	type reading struct{ User, Channel, Trigger, Respond, Message, Action, Block, Value, View, Hash, Metadata, Callback, Previous, Root string }
	a := reading{
		User: string(ours.user), Channel: string(ours.channel), Trigger: ours.trigger, Respond: ours.respond, Message: ours.message, Action: ours.action, Block: ours.block, Value: ours.value,
		View: ours.view.ID, Hash: ours.view.Hash, Metadata: ours.view.Metadata, Callback: ours.view.Callback, Previous: ours.view.Previous, Root: ours.view.Root,
	}
	b := reading{
		User: theirs.User.ID, Channel: theirs.Channel.ID, Trigger: theirs.TriggerID, Respond: theirs.ResponseURL, Message: theirs.Container.MessageTs, View: theirs.View.ID,
		Hash: theirs.View.Hash, Metadata: theirs.View.PrivateMetadata, Callback: theirs.View.CallbackID, Previous: theirs.View.PreviousViewID, Root: theirs.View.RootViewID,
	}
	if clicks := theirs.ActionCallback.BlockActions; len(clicks) > 0 {
		b.Action, b.Block, b.Value = clicks[0].ActionID, clicks[0].BlockID, valueOf(*clicks[0])
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Errorf("(-slack-go +ours):\n%s", diff)
	}
	if theirs.View.State == nil {
		return
	}
	for block, leaves := range theirs.View.State.Values {
		for _, l := range leaves {
			if got, want := ours.view.field(block), valueOf(l); got != want {
				t.Errorf("%s: we read %q, they read %q", block, got, want)
			}
			var picked []string
			for _, o := range l.SelectedOptions {
				picked = append(picked, o.Value)
			}
			if diff := cmp.Diff(picked, ours.view.picked(block)); diff != "" {
				t.Errorf("%s (-slack-go +ours):\n%s", block, diff)
			}
		}
	}
}

// valueOf is the value of an element by what slack-go says its type is.
func valueOf(a slack.BlockAction) string {
	switch string(a.Type) {
	case "overflow", "static_select", "radio_buttons":
		return a.SelectedOption.Value
	case "users_select":
		return a.SelectedUser
	case "datepicker":
		return a.SelectedDate
	case "conversations_select":
		return a.SelectedConversation
	case "channels_select":
		return a.SelectedChannel
	}
	return a.Value
}

func FuzzNothingThatArrivesMakesReadingPanic(f *testing.F) {
	for _, s := range []string{sampleButton, sampleOverflow, sampleInModal, sampleInHome, sampleForm, sampleClosed, sampleShortcut, sampleOnMessage, sampleSuggestion} {
		f.Add("interactive", []byte(s))
	}
	f.Add("slash_commands", []byte(sampleCommand))
	f.Add("events_api", []byte(event(`{"type":"message","user":{"id":7},"channel":[]}`)))
	f.Add("interactive", []byte(`{"type":"block_actions","actions":[null],"view":{"state":{"values":{"a":null}},"private_metadata":"?%zz"}}`))
	var b Bot
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		r, err := decode(envelope(kind, string(payload)))
		if known := kind == "slash_commands" || kind == "interactive" || kind == "events_api"; !known && (err != nil || r.kind != kindOther) {
			t.Errorf("an unknown type was read as %s (%v)", r.kind, err)
		}
		if err != nil {
			var syntax *json.SyntaxError
			if json.Valid(payload) && errors.As(err, &syntax) {
				t.Errorf("valid JSON is said not to be: %v", err)
			}
			return
		}
		b.queueOf(r)
		concerned(r)
		r.list()
		parse(readable(r.text))
		r.view.inputFor("reason")
		r.view.people()
	})
}
