package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

func TestATriggerOpensOneViewWithinThreeSeconds(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		view := modal("Hello", section("x"))
		one := r.trigger()
		r.refused("invalid_arguments", "views.open", "view", `{"type":"modal"}`, "trigger_id", one) // does not use it up
		r.must("views.open", "view", view, "trigger_id", one)
		r.refused("exchanged_trigger_id", "views.open", "view", view, "trigger_id", one)
		two := r.trigger()
		<-time.After(3100 * time.Millisecond)
		r.refused("expired_trigger_id", "views.open", "view", view, "trigger_id", two)
		r.refused("invalid_trigger_id", "views.open", "view", view, "trigger_id", "nonsense")
		r.refused("invalid_trigger_id", "views.open", "view", view, "trigger_id", "1.2.abcdef")
		r.refused("invalid_arguments", "views.open", "view", view)
	})
}

// openForm opens a modal with two inputs for Ana and returns it.
func (r *rig) openForm(more ...string) (view json.RawMessage) {
	r.t.Helper()
	body := r.must("views.open", "trigger_id", r.trigger(), "view", modal("Form", input("name", "Name")+","+input("why", "Reason", `"optional":true`), more...))
	return json.RawMessage(dig(body, "view"))
}

func TestAViewComesBackComplete(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		v := r.openForm(`"private_metadata":"pm","callback_id":"cb","external_id":"ext","notify_on_close":true`)
		for path, want := range map[string]string{
			"type": "modal", "private_metadata": "pm", "callback_id": "cb", "external_id": "ext", "notify_on_close": "true",
			"clear_on_close": "false", "state.values": "{}", "previous_view_id": "", "root_view_id": dig(v, "id"), "title.text": "Form", "title.emoji": "true", "submit.text": "Save", "close": "",
		} {
			if got := dig(v, path); got != want {
				t.Errorf("%s is %q instead of %q", path, got, want)
			}
		}
		if dig(v, "hash") == "" || dig(v, "app_id") == "" || dig(v, "bot_id") == "" {
			t.Errorf("%s", v)
		}
	})
}

func TestTheStackHoldsThreeViews(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(e envelope) any {
			if e.get("type") == "block_actions" {
				return r.later(func() error {
					body := r.call("views.push", "trigger_id", e.get("trigger_id"), "view", modal("Next", actions(button("More"))))
					if dig(body, "ok") != "true" && dig(body, "error") != "push_limit_reached" {
						r.t.Errorf("push: %s", body)
					}
					return nil
				})
			}
			return nil
		})
		ana := r.Person("ana")
		root := dig(r.must("views.open", "trigger_id", r.trigger(), "view", modal("First", actions(button("More")))), "view.id")
		ana.Modal("First").Press("More")
		second := ana.Modal("Next")
		second.Press("More")
		push := func(n int) json.RawMessage {
			if err := r.Wait(t.Context(), func() bool {
				all := r.Calls("views.push")
				return len(all) == n && all[n-1].EndSeq > 0
			}); err != nil {
				t.Fatal(err)
			}
			return r.Calls("views.push")[n-1].Answer
		}
		v := push(2)
		if dig(v, "view.root_view_id") != root || dig(v, "view.previous_view_id") == "" || dig(v, "view.previous_view_id") == root {
			t.Errorf("%s", v)
		}
		ana.Press("More")
		if got := dig(push(3), "error"); got != "push_limit_reached" {
			t.Errorf("the fourth: %q", got)
		}
		err := second.Try(func(m *sandbox.Modal) { m.Press("More") })
		if err == nil || !strings.Contains(err.Error(), `the modal "Next" is in front`) {
			t.Errorf("pressing in the one below: %v", err)
		}
		ana.Modal("Next").Close()
		second.Close()
		ana.Modal("First").Close()
		if ana.HasModal() {
			t.Error("something is still open")
		}
		r.refused("not_found", "views.push", "trigger_id", r.trigger(), "view", modal("X", section("x")))
	})
}

func TestUpdatesKeepWhatWasTypedAndObeyTheHash(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		v := r.openForm(`"external_id":"form-1"`)
		id, hash := dig(v, "id"), dig(v, "hash")
		m := r.Person("ana").Modal("Form")
		m.Fill("Name", "Checkout").Fill("Reason", "because")
		next := modal("Form 2", input("name", "Name")+","+input("other", "Reason", `"optional":true`), `"external_id":"form-1"`)
		updated := r.must("views.update", "view_id", id, "hash", hash, "view", next)
		if m.Title() != "Form 2" || m.Value("Name") != "Checkout" || m.Value("Reason") != "" {
			t.Errorf("after the update: %s", m.Text())
		}
		if dig(updated, "view.hash") == hash || dig(updated, "view.id") != id || dig(updated, "view.state.values.name.in.value") != "Checkout" {
			t.Errorf("%s", updated)
		}
		r.refused("hash_conflict", "views.update", "view_id", id, "hash", hash, "view", next)
		date := `{"type":"input","block_id":"name","label":{"type":"plain_text","text":"Name"},"element":{"type":"datepicker","action_id":"in"}}`
		r.must("views.update", "view_id", id, "view", modal("Form 3", date, `"external_id":"form-1"`))
		if got := m.Value("Name"); got != "" {
			t.Errorf("a date picker holds what was typed into a text field: %q", got)
		}
		r.must("views.update", "external_id", "form-1", "view", next)
		r.refused("not_found", "views.update", "view_id", "V404", "view", next)
		r.refused("invalid_arguments", "views.update", "view", next)
		r.refused("duplicate_external_id", "views.open", "trigger_id", r.trigger(), "view", next)
		m.Close()
		r.refused("not_found", "views.update", "view_id", id, "view", next)
		r.refused("view_too_large", "views.open", "trigger_id", r.trigger(), "view", modal("T", section("x"), `"x":"`+strings.Repeat("x", 250_000)+`"`))
	})
}

func TestASubmissionIsAnsweredInItsAck(t *testing.T) {
	update := func(action, title string) map[string]any {
		return map[string]any{"response_action": action, "view": json.RawMessage(modal(title, input("name", "Name")))}
	}
	const banner = "We had some trouble connecting. Try again?"
	for name, c := range map[string]struct {
		ack   any
		want  sandbox.Submitted
		front string // title of the modal in front afterwards
	}{
		"nothing closes it": {nil, sandbox.Submitted{Sent: true, Closed: true}, ""},
		"clear":             {map[string]any{"response_action": "clear"}, sandbox.Submitted{Sent: true, Closed: true}, ""},
		"errors": {
			map[string]any{"response_action": "errors", "errors": map[string]string{"name": "Taken"}},
			sandbox.Submitted{Sent: true, Errors: map[string]string{"Name": "Taken"}},
			"Form",
		},
		"update": {update("update", "Thanks"), sandbox.Submitted{Sent: true}, "Thanks"},
		"push":   {update("push", "On top"), sandbox.Submitted{Sent: true}, "On top"},
		"errors under no input": {
			map[string]any{"response_action": "errors", "errors": map[string]string{"nope": "x"}},
			sandbox.Submitted{Sent: true, Banner: banner},
			"Form",
		},
		"an invalid view": {map[string]any{"response_action": "update", "view": map[string]any{}}, sandbox.Submitted{Sent: true, Banner: banner}, "Form"},
		"nonsense":        {map[string]any{"response_action": "explode"}, sandbox.Submitted{Sent: true, Banner: banner}, "Form"},
		"no ack":          {noAck{}, sandbox.Submitted{Sent: true, Banner: banner}, "Form"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
				r.answering(func(e envelope) any {
					if e.get("type") == "view_submission" {
						return c.ack
					}
					return nil
				})
				r.openForm()
				ana := r.Person("ana")
				got := ana.Modal().Fill("Name", "x").Submit()
				if len(got.Errors) == 0 {
					got.Errors = nil
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				if c.front == "" {
					if ana.HasModal() {
						t.Error("a modal is still open")
					}
					return
				}
				m := ana.Modal(c.front)
				if text := m.Text(); c.want.Errors["Name"] != "" && !strings.Contains(text, "Name: Taken") || c.want.Banner != "" && !strings.Contains(text, banner) {
					t.Error(text)
				}
			})
		})
	}
}

func TestTheClientChecksAFormBeforeItIsSent(t *testing.T) {
	field := func(label, element string) string {
		return `{"type":"input","block_id":"` + label + `","label":{"type":"plain_text","text":"` + label + `"},"element":` + element + `}`
	}
	form := strings.Join([]string{
		field("Short", `{"type":"plain_text_input","action_id":"a","min_length":3,"max_length":5}`),
		field("Mail", `{"type":"email_text_input","action_id":"a"}`),
		field("Link", `{"type":"url_text_input","action_id":"a"}`),
		field("Number", `{"type":"number_input","action_id":"a","is_decimal_allowed":false}`),
		field("Day", `{"type":"datepicker","action_id":"a"}`),
	}, ",")
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		r.must("views.open", "trigger_id", r.trigger(), "view", modal("Form", form))
		m := r.Person("ana").Modal()
		got := m.Fill("Short", "ab").Fill("Mail", "x").Fill("Link", "x").Fill("Number", "x").Submit()
		if got.Sent || len(got.Errors) != 5 || len(r.Envelopes("view_submission")) != 0 {
			t.Errorf("%+v", got)
		}
		if got := m.Fill("Short", "abcdef").Submit().Errors["Short"]; got != "Please enter at most 5 characters." {
			t.Errorf("too long: %q", got)
		}
		got = m.Fill("Short", "abc").Fill("Mail", "a@example.com").Fill("Link", "https://example.com").Fill("Number", "7").PickDate("Day", "2026-12-03").Submit()
		if !got.Closed {
			t.Errorf("%+v", got)
		}
		want := map[string]string{"Short": "abc", "Mail": "a@example.com", "Link": "https://example.com", "Number": "7"}
		for block, value := range want {
			if got := dig(r.Envelopes("view_submission")[0].Payload, "view.state.values."+block+".a.value"); got != value {
				t.Errorf("%s: %q", block, got)
			}
		}
	})
}

func TestEverySortOfFieldIsFilledAndSent(t *testing.T) {
	options := func(names ...string) string {
		var out []string
		for _, n := range names {
			out = append(out, `{"text":{"type":"plain_text","text":"`+n+`"},"value":"v-`+n+`"}`)
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	field := func(block, element string) string {
		return `{"type":"input","optional":true,"block_id":"` + block + `","label":{"type":"plain_text","text":"` + block + `"},"element":` + element + `}`
	}
	opts := options("Minor", "Major")
	form := strings.Join([]string{
		field("one", `{"type":"static_select","action_id":"a","options":`+opts+`}`),
		field("many", `{"type":"multi_static_select","action_id":"a","options":`+opts+`}`),
		field("radio", `{"type":"radio_buttons","action_id":"a","options":`+opts+`}`),
		field("boxes", `{"type":"checkboxes","action_id":"a","options":`+options("Private", "Urgent")+`}`),
		field("lead", `{"type":"users_select","action_id":"a","initial_user":"UANA"}`),
		field("team", `{"type":"multi_users_select","action_id":"a"}`),
		field("where", `{"type":"channels_select","action_id":"a"}`),
		field("talk", `{"type":"conversations_select","action_id":"a","response_url_enabled":true}`),
		field("found", `{"type":"external_select","action_id":"a","min_query_length":0}`),
		field("time", `{"type":"timepicker","action_id":"a"}`),
		field("when", `{"type":"datetimepicker","action_id":"a"}`),
		field("rich", `{"type":"rich_text_input","action_id":"a"}`),
	}, ",")
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(e envelope) any {
			if e.get("type") == "block_suggestion" {
				return map[string]any{"options": json.RawMessage(options(e.get("value"), "other"))}
			}
			return nil
		})
		r.must("views.open", "trigger_id", r.trigger(), "view", modal("Form", form))
		m := r.Person("ana").Modal()
		if diff := cmp.Diff([]string{"pay", "other"}, m.Search("found", "pay")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"Minor", "Major"}, m.Options("one")); diff != "" {
			t.Error(diff)
		}
		m.Choose("one", "Major").Choose("many", "Minor", "Major").Choose("radio", "Minor").Check("Private").Check("Urgent").Uncheck("Private").
			Pick("team", "@ben", "cem").Pick("where", "#random").Pick("talk", "#general").Choose("found", "billing").
			PickTime("time", "14:05").PickDateTime("when", time.Unix(1795424400, 0)).Fill("rich", "hello")
		if !m.Submit().Closed {
			t.Fatal("not closed")
		}
		sent := r.Envelopes("view_submission")[0].Payload
		for path, want := range map[string]string{
			"one.a.selected_option.value": "v-Major", "many.a.selected_options.1.value": "v-Major", "radio.a.selected_option.text.text": "Minor",
			"boxes.a.selected_options.0.value": "v-Urgent", "boxes.a.selected_options.1": "", "lead.a.selected_user": "UANA", "team.a.selected_users": `["UBEN","UCEM"]`,
			"where.a.selected_channel": r.ChannelID("random"), "talk.a.selected_conversation": r.ChannelID("general"), "found.a.selected_option.value": "v-billing",
			"time.a.selected_time": "14:05", "when.a.selected_date_time": "1795424400", "rich.a.rich_text_value.elements.0.elements.0.text": "hello", "one.a.type": "static_select",
		} {
			if got := dig(sent, "view.state.values."+path); got != want {
				t.Errorf("%s: %q instead of %q", path, got, want)
			}
		}
		if dig(sent, "response_urls.0.channel_id") != r.ChannelID("general") {
			t.Errorf("response_urls: %s", dig(sent, "response_urls"))
		}
		for _, e := range r.Envelopes() {
			if e.Kind == "block_actions" {
				t.Error("an input without dispatch_action told the app")
			}
		}
	})
}

func TestElementsOutsideInputsTellTheAppAtOnce(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		view := modal("Form", `{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":"Who leads?"},"accessory":{"type":"users_select","action_id":"lead"}},`+
			input("name", "Name", `"dispatch_action":true`))
		r.must("views.open", "trigger_id", r.trigger(), "view", view)
		m := r.Person("ana").Modal()
		m.Pick("Who leads?", "@ben").Fill("Name", "x")
		sent := r.Envelopes("block_actions")
		if len(sent) != 2 {
			t.Fatalf("%d actions", len(sent))
		}
		first, second := sent[0].Payload, sent[1].Payload
		if dig(first, "actions.0.selected_user") != "UBEN" || dig(first, "view.state.values.s.lead.selected_user") != "UBEN" || dig(first, "container.type") != "view" {
			t.Errorf("%s", first)
		}
		if dig(second, "actions.0.value") != "x" || dig(second, "actions.0.type") != "plain_text_input" || dig(second, "channel") != "" || dig(second, "response_url") != "" {
			t.Errorf("%s", second)
		}
	})
}

func TestClosingIsToldOnlyWhenAskedFor(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		pushed := modal("Top", input("b", "B"), `"notify_on_close":true`)
		r.answering(func(e envelope) any {
			if e.get("type") == "view_submission" {
				return map[string]any{"response_action": "push", "view": json.RawMessage(pushed)}
			}
			return nil
		})
		ana := r.Person("ana")
		r.openForm()
		ana.Modal().Close()
		if n := len(r.Envelopes("view_closed")); n != 0 {
			t.Fatalf("%d without notify_on_close", n)
		}
		root := dig(r.openForm(`"notify_on_close":true`), "id")
		ana.Modal().Fill("Name", "x").Submit()
		ana.Modal("Top").Close()
		closed := r.Envelopes("view_closed")
		if len(closed) != 1 || dig(closed[0].Payload, "view.title.text") != "Top" || dig(closed[0].Payload, "is_cleared") != "false" || dig(closed[0].Payload, "trigger_id") != "" {
			t.Fatalf("%+v", closed)
		}
		ana.Modal("Form").Submit()
		ana.Modal("Top").CloseAll()
		closed = r.Envelopes("view_closed")
		if len(closed) != 2 || dig(closed[1].Payload, "view.id") != root || dig(closed[1].Payload, "is_cleared") != "true" || dig(closed[1].Payload, "view.state.values") != "{}" {
			t.Fatalf("%s", closed[1].Payload)
		}
		if ana.HasModal() {
			t.Error("still open")
		}
	})
}

func TestTheHomeTabTellsWhetherItWasPublished(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		ana := r.Person("ana")
		if got := ana.Home().Sees(); got != "" {
			t.Errorf("before: %q", got)
		}
		if e := r.Envelopes("app_home_opened")[0]; dig(e.Payload, "event.view") != "" || dig(e.Payload, "event.tab") != "home" || dig(e.Payload, "event.user") != "UANA" {
			t.Errorf("%s", e.Payload)
		}
		hash := dig(r.must("views.publish", "user_id", "UANA", "view", home(section("Your tasks")+","+actions(button("Refresh")))), "view.hash")
		place := ana.Home()
		place.Waits("Your tasks")
		if e := r.Envelopes("app_home_opened")[1]; dig(e.Payload, "event.view.hash") != hash {
			t.Errorf("%s", e.Payload)
		}
		place.Press("Refresh")
		click := r.Envelopes("block_actions")[0].Payload
		if dig(click, "view.type") != "home" || dig(click, "view.title.text") != "View Title" || dig(click, "container.view_id") == "" || dig(click, "message") != "" {
			t.Errorf("%s", click)
		}
		r.must("views.publish", "user_id", "UANA", "hash", hash, "view", home(section("New")))
		r.refused("hash_conflict", "views.publish", "user_id", "UANA", "hash", hash, "view", home(section("Newer")))
		body := r.refused("invalid_arguments", "views.publish", "user_id", "UNOBODY", "view", home(section("x")))
		if got := dig(body, "response_metadata.messages.0"); got != "invalid `user_id`" {
			t.Error(got)
		}
		r.refused("invalid_arguments", "views.publish", "user_id", "UANA", "view", modal("T", section("x")))
	})
}

func TestWithoutAHomeTabNothingIsPublished(t *testing.T) {
	inBubble(t, sandbox.Options{Manifest: []byte(`{"settings":{"socket_mode_enabled":true}}`)}, func(t *testing.T, r *rig) {
		r.refused("not_enabled", "views.publish", "user_id", "UANA", "view", home(section("x")))
		if err := r.Person("ana").Try(func(ana *sandbox.Person) { ana.Home() }); err == nil {
			t.Error("she opened it")
		}
	})
}

func TestAResponseURLWorksFiveTimesInHalfAnHour(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		ana := r.Person("ana")
		ana.Slash("#general", "/inc") // where the app is not a member
		address := dig(r.Envelopes("/inc")[0].Payload, "response_url")
		respond := func(address, body string) (int, string) {
			resp, raw := r.post(address, "application/json", body, nil)
			return resp.StatusCode, string(raw)
		}
		for n := range 5 {
			if status, body := respond(address, `{"text":"hello","replace_original":false,"delete_original":false,"metadata":{"event_type":"","event_payload":null},"blocks":null}`); status != 200 || body != "ok" {
				t.Errorf("use %d: %d %s", n+1, status, body)
			}
		}
		if status, body := respond(address, `{"text":"x"}`); status != 404 || dig(json.RawMessage(body), "error") != "used_url" {
			t.Errorf("use 6: %d %s", status, body)
		}
		if got := strings.Count(ana.Sees("#general"), "only visible to you: hello"); got != 5 {
			t.Errorf("she reads %d of them", got)
		}
		ana.Slash("#general", "/inc")
		address = dig(r.Envelopes("/inc")[1].Payload, "response_url")
		if status, _ := respond(address, `{"text":"for all","response_type":"in_channel"}`); status != 200 {
			t.Error(status)
		}
		if got := r.Person("ben").Sees("#general"); !strings.Contains(got, "for all") {
			t.Error(got)
		}
		r.Clock().Move(31 * time.Minute)
		if status, body := respond(address, `{"text":"x"}`); status != 404 || dig(json.RawMessage(body), "error") != "expired_url" {
			t.Errorf("after 31 minutes: %d %s", status, body)
		}
	})
}

func TestAnEphemeralMessageIsReplacedAndDeletedByItsResponseURL(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		c := r.channel("ops")
		ana := r.Person("ana")
		r.must("chat.postEphemeral", "channel", c, "user", "UANA", "text", "Sure?", "blocks", blocks(section("Sure?"), actions(button("Yes"))))
		r.refused("user_not_in_channel", "chat.postEphemeral", "channel", c, "user", "UBOTX", "text", "x")
		if got := r.Person("ben").Sees("#ops"); got != "" {
			t.Errorf("ben sees it: %s", got)
		}
		ana.In("#ops").Press("Yes")
		click := r.Envelopes("block_actions")[0].Payload
		if dig(click, "message") != "" || dig(click, "container.is_ephemeral") != "true" {
			t.Errorf("%s", click)
		}
		address := dig(click, "response_url")
		r.post(address, "application/json", `{"replace_original":"true","text":"Done"}`, nil)
		if got := ana.Sees("#ops"); !strings.Contains(got, "Done") || strings.Contains(got, "Sure?") {
			t.Error(got)
		}
		r.post(address, "application/json", `{"delete_original":true}`, nil)
		if got := ana.Sees("#ops"); got != "" {
			t.Error(got)
		}
		if got := dig(r.must("conversations.history", "channel", c), "messages"); got != "[]" {
			t.Errorf("the history shows it: %s", got)
		}
	})
}
