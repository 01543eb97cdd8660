package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

// option is an option object.
func option(text, value string) string {
	return `{"text":{"type":"plain_text","text":"` + text + `"},"value":"` + value + `"}`
}

// everything is a message with one element of most sorts.
func everything() string {
	confirm := `"confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"plain_text","text":"It is final."},"confirm":{"type":"plain_text","text":"Yes"},"deny":{"type":"plain_text","text":"No"}}`
	options := `"options":[` + option("One", "1") + `,` + option("Two", "2") + `]`
	element := func(typ, id, more string) string {
		return `{"type":"` + typ + `","action_id":"` + id + `",` + more + `}`
	}
	return `[{"type":"actions","block_id":"b","elements":[` + strings.Join([]string{
		button("Go"), button("Danger", confirm), element("overflow", "more", options), element("static_select", "one", options),
		element("checkboxes", "ticks", options), `{"type":"users_select","action_id":"who"}`, `{"type":"channels_select","action_id":"where"}`,
		`{"type":"datepicker","action_id":"day"}`, `{"type":"datetimepicker","action_id":"moment"}`, `{"type":"timepicker","action_id":"time"}`,
		element("multi_static_select", "some", `"max_selected_items":1,`+options), element("external_select", "found", `"min_query_length":0`),
	}, ",") + `]}]`
}

func TestAGestureSendsWhatAPersonsClickSends(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(e envelope) any {
			if e.get("type") == "block_suggestion" {
				return map[string]any{"options": []json.RawMessage{json.RawMessage(option("Found "+e.get("value"), "f1"))}}
			}
			return nil
		})
		c := r.channel("room")
		ts := dig(r.must("chat.postMessage", "channel", c, "text", "x", "blocks", everything()), "ts")
		ana, err := r.Someone("ana")
		if err != nil {
			t.Fatal(err)
		}
		on := func(action, value string) sandbox.Gesture {
			return sandbox.Gesture{Conversation: c, TS: ts, BlockID: "b", ActionID: action, Value: json.RawMessage(value)}
		}
		found, err := ana.Suggest(t.Context(), on("found", ""), "abc")
		if err != nil || len(found) != 1 || found[0].Text != "Found abc" || found[0].Value != "f1" {
			t.Fatalf("offered are %v (%v)", found, err)
		}
		for _, c := range []struct {
			g    sandbox.Gesture
			path string
			want string
		}{
			{on("act.Go", ""), "value", "v"},
			{on("more", `{"selected_option":{"value":"2"}}`), "selected_option.text.text", "Two"},
			{on("one", `{"type":"static_select","selected_option":{"value":"1","text":{"type":"plain_text","text":"forged"}}}`), "selected_option.text.text", "One"},
			{on("ticks", `{"selected_options":[{"value":"2"},{"value":"2"}]}`), "selected_options.0.value", "2"},
			{on("who", `{"selected_user":"UBEN"}`), "selected_user", "UBEN"},
			{on("who", `{"selected_user":null}`), "selected_user", ""},
			{on("where", `{"selected_channel":"`+c+`"}`), "selected_channel", c},
			{on("day", `{"selected_date":"2026-12-03"}`), "selected_date", "2026-12-03"},
			{on("time", `{"selected_time":"23:59"}`), "selected_time", "23:59"},
			{on("moment", `{"selected_date_time":1700000000}`), "selected_date_time", "1700000000"},
			{on("found", `{"selected_option":{"value":"f1"}}`), "selected_option.text.text", "Found abc"},
		} {
			before := len(r.Envelopes("block_actions"))
			reply, err := ana.Act(t.Context(), c.g)
			if err != nil || !reply.Acked {
				t.Errorf("%s %s: %+v, %v", c.g.ActionID, c.g.Value, reply, err)
				continue
			}
			all := r.Envelopes("block_actions")
			if len(all) != before+1 || dig(all[before].Payload, "actions.0."+c.path) != c.want || dig(all[before].Payload, "actions.0.action_id") != c.g.ActionID {
				t.Errorf("%s %s sends %s", c.g.ActionID, c.g.Value, dig(all[len(all)-1].Payload, "actions"))
			}
		}
		seen, err := r.Message("ana", c, ts)
		if err != nil || dig(seen.State["b"]["one"], "selected_option.value") != "1" {
			t.Errorf("what was chosen does not stay: %s (%v)", seen.State["b"]["one"], err)
		}
		if theirs, err := r.Message("ben", c, ts); err != nil || dig(theirs.State["b"]["one"], "selected_option.value") != "" {
			t.Errorf("what Ana chose, Ben has chosen, too: %s (%v)", theirs.State["b"]["one"], err)
		}
	})
}

func TestAGestureThatCannotBeMadeIsRefusedAndSendsNothing(t *testing.T) {
	opts := sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "room", Private: true, App: true, Members: []string{"ana", "dana"}}}}
	inBubble(t, opts, func(t *testing.T, r *rig) {
		r.plainly()
		c := r.ChannelID("room")
		ts := dig(r.must("chat.postMessage", "channel", c, "text", "x", "blocks", everything()), "ts")
		r.must("chat.postEphemeral", "channel", c, "user", "UANA", "text", "only for Ana", "blocks", `[{"type":"actions","block_id":"e","elements":[`+button("Go")+`]}]`)
		on := func(action, value string) sandbox.Gesture {
			return sandbox.Gesture{Conversation: c, TS: ts, BlockID: "b", ActionID: action, Value: json.RawMessage(value)}
		}
		elsewhere := on("act.Go", "")
		elsewhere.Conversation = r.ChannelID("general")
		for name, g := range map[string]sandbox.Gesture{
			"an element that is not there":  on("none", ""),
			"a block that is not there":     {Conversation: c, TS: ts, BlockID: "c", ActionID: "act.Go"},
			"a message that is not there":   {Conversation: c, TS: "1.000000", BlockID: "b", ActionID: "act.Go"},
			"another conversation":          elsewhere,
			"a view that is not open":       {View: "V1", BlockID: "b", ActionID: "act.Go"},
			"a button that asks first":      on("act.Danger", ""),
			"an option that is not offered": on("one", `{"selected_option":{"value":"3"}}`),
			"an overflow option of none":    on("more", `{"selected_option":{"value":"3"}}`),
			"no overflow option":            on("more", ``),
			"a tick that is not there":      on("ticks", `{"selected_options":[{"value":"9"}]}`),
			"too many":                      on("some", `{"selected_options":[{"value":"1"},{"value":"2"}]}`),
			"nobody":                        on("who", `{"selected_user":"UNOBODY"}`),
			"a private channel":             on("where", `{"selected_channel":"`+c+`"}`),
			"a day that does not exist":     on("day", `{"selected_date":"2026-02-30"}`),
			"a time that does not exist":    on("time", `{"selected_time":"24:00"}`),
			"a moment that is none":         on("moment", `{"selected_date_time":17}`),
			"what the app never offered":    on("found", `{"selected_option":{"value":"f1"}}`),
			"no JSON":                       on("one", `{{`),
			"a list that is none":           on("ticks", `{"selected_options":7}`),
		} {
			ana, _ := r.Someone("ana")
			if reply, err := ana.Act(t.Context(), g); err == nil {
				t.Errorf("%s: %+v", name, reply)
			}
		}
		ben, _ := r.Someone("ben")
		if _, err := ben.Act(t.Context(), on("act.Go", "")); err == nil {
			t.Error("Ben presses what he cannot see")
		}
		dana, _ := r.Someone("dana")
		screen, err := r.Conversation("ana", c, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		whisper := screen.Messages[len(screen.Messages)-1]
		if whisper.Text != "only for Ana" {
			t.Fatalf("the last message is %q", whisper.Text)
		}
		if _, err := dana.Act(t.Context(), sandbox.Gesture{Conversation: c, TS: whisper.TS, BlockID: "e", ActionID: "act.Go"}); err == nil {
			t.Error("Dana presses what only Ana sees")
		}
		if got := r.Envelopes("block_actions"); len(got) != 0 {
			t.Errorf("the app hears of %d of them: %s", len(got), got[0].Payload)
		}
		ana, _ := r.Someone("ana")
		sure := on("act.Danger", "")
		sure.Confirmed = true
		if reply, err := ana.Act(t.Context(), sure); err != nil || !reply.Acked {
			t.Errorf("confirmed, it is refused all the same: %+v, %v", reply, err)
		}
	})
}

func TestAModalIsFilledInAndSentByIDs(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		errors := `{"response_action":"errors","errors":{"name":"taken"}}`
		r.answering(func(e envelope) any {
			if e.get("type") == "view_submission" && e.get("view.state.values.name.in.value") == "bad" {
				return json.RawMessage(errors)
			}
			return nil
		})
		r.must("views.open", "trigger_id", r.trigger(), "view", modal("Form", input("name", "Name")+","+input("note", "Note", `"optional":true`), `"notify_on_close":true`))
		ana, _ := r.Someone("ana")
		open, err := r.Modals("ana")
		if err != nil || len(open) != 1 || open[0].Title != "Form" || open[0].Submit != "Save" || open[0].Close != "Cancel" {
			t.Fatalf("open is %+v (%v)", open, err)
		}
		id := open[0].ID
		state := func(name string) map[string]map[string]json.RawMessage {
			return map[string]map[string]json.RawMessage{"name": {"in": json.RawMessage(`{"type":"plain_text_input","value":` + name + `}`)}, "none": {"in": json.RawMessage(`{}`)}}
		}
		ben, _ := r.Someone("ben")
		if _, err := ben.SubmitView(t.Context(), id, state(`"mine"`)); err == nil {
			t.Error("Ben sends Ana's form")
		}
		sent, err := ana.SubmitView(t.Context(), id, state(`null`))
		if err != nil || sent.Sent || sent.Errors["Name"] == "" {
			t.Errorf("an empty required field: %+v, %v", sent, err)
		}
		sent, err = ana.SubmitView(t.Context(), id, state(`"bad"`))
		if open, _ := r.Modals("ana"); err != nil || !sent.Sent || sent.Closed || open[0].Errors["name"] != "taken" || dig(open[0].State["name"]["in"], "value") != "bad" {
			t.Errorf("what the app refuses: %+v, %v; on the screen: %+v", sent, err, open)
		}
		sent, err = ana.SubmitView(t.Context(), id, state(`"good"`))
		if open, _ := r.Modals("ana"); err != nil || !sent.Closed || len(open) != 0 {
			t.Errorf("what the app takes: %+v, %v; on the screen: %+v", sent, err, open)
		}
		if err := ana.CloseView(t.Context(), id, false); err == nil {
			t.Error("a closed modal is closed again")
		}
		r.must("views.open", "trigger_id", r.trigger(), "view", modal("Form", input("name", "Name"), `"notify_on_close":true`))
		open, _ = r.Modals("ana")
		if err := ana.CloseView(t.Context(), open[0].ID, false); err != nil {
			t.Error(err)
		}
		if got := r.Envelopes("view_closed"); len(got) != 1 {
			t.Errorf("the app hears %d times that it was closed", len(got))
		}
	})
}

func TestAScreenShowsWhatThePersonReads(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		c := r.channel("room")
		ana, _ := r.Someone("ana")
		ben, _ := r.Someone("ben")
		root, err := ana.SaysIn(c, "who takes *it*?")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := ben.RepliesAt(c, root, "me", false); err != nil {
				t.Fatal(err)
			}
		}
		for _, err := range []error{ben.ReactsAt(c, root, ":eyes:", true), ben.PinsAt(c, root, true), ana.EditsAt(c, root, "who does?")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		r.must("chat.postEphemeral", "channel", c, "user", "UBEN", "text", "psst")
		type shown struct {
			Text                         string
			Mine, Edited, Pinned, OnlyMe bool
			Replies                      int
			Reactions                    []sandbox.ReactionScreen
		}
		look := func(who string) []shown {
			screen, err := r.Conversation(who, c, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			var out []shown
			for _, m := range screen.Messages {
				out = append(out, shown{m.Text, m.Mine, m.Edited, m.Pinned, m.OnlyMe, m.Replies, m.Reactions})
			}
			return out
		}
		want := shown{"who does?", true, true, true, false, 2, []sandbox.ReactionScreen{{Name: "eyes", By: []string{"Ben"}}}}
		if diff := cmp.Diff([]shown{want}, look("ana")); diff != "" {
			t.Errorf("Ana (-want +got):\n%s", diff)
		}
		want.Mine, want.Reactions = false, []sandbox.ReactionScreen{{Name: "eyes", By: []string{"Ben"}, Mine: true}}
		if diff := cmp.Diff([]shown{want, {Text: "psst", OnlyMe: true}}, look("ben")); diff != "" {
			t.Errorf("Ben (-want +got):\n%s", diff)
		}
		if err := ben.DeletesAt(c, root); err == nil {
			t.Error("Ben deletes what Ana wrote")
		}
		if err := ana.DeletesAt(c, root); err != nil {
			t.Error(err)
		}
		if got := look("ana"); len(got) != 2 || got[0].Text != "me" {
			t.Errorf("the replies to a deleted message are shown as %+v", got)
		}
	})
}
