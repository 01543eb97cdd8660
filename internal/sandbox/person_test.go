package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

func TestACommandCarriesWhatWasTyped(t *testing.T) {
	opts := sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "secret", Private: true}}, Groups: []sandbox.GroupSpec{{Handle: "oncall", Members: []string{"ben"}}}}
	inBubble(t, opts, func(t *testing.T, r *rig) {
		r.plainly()
		ana := r.Person("ana")
		ana.Slash("#general", "/inc  lead @ben, @oncall in #general not #secret see https://x.example/a?b=1&c=2 <now> @channel ")
		got := r.Envelopes("/inc")[0].Payload
		want := "lead <@UBEN|ben>, <!subteam^S00000001|@oncall> in <#" + r.ChannelID("general") + "|general> not <#" + r.ChannelID("secret") + "|> see <https://x.example/a?b=1&amp;c=2> &lt;now&gt; @channel"
		if text := dig(got, "text"); text != want {
			t.Errorf("%s\nwant %s", text, want)
		}
		for path, want := range map[string]string{"command": "/inc", "user_id": "UANA", "channel_id": r.ChannelID("general"), "channel_name": "general"} {
			if v := dig(got, path); v != want {
				t.Errorf("%s: %q", path, v)
			}
		}
		ana.Slash("#secret", "/inc")
		ana.Slash("DM", "/inc")
		all := r.Envelopes("/inc")
		if dig(all[1].Payload, "channel_name") != "privategroup" || dig(all[2].Payload, "channel_name") != "directmessage" {
			t.Errorf("%s %s", all[1].Payload, all[2].Payload)
		}
	})
}

func TestTheAnswerToACommandIsForOneOrForAll(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(e envelope) any {
			return map[string]any{"text": "Hi <@" + e.get("user_id") + ">", "response_type": e.get("text")}
		})
		ana, ben := r.Person("ana"), r.Person("ben")
		if got := ana.Slash("#general", "/inc ephemeral"); got.Text() != "Hi @Ana" || got.InChannel {
			t.Errorf("%+v", got)
		}
		if got := ben.Sees("#general"); got != "" {
			t.Error(got)
		}
		if got := ana.Slash("#general", "/inc in_channel"); !got.InChannel {
			t.Errorf("%+v", got)
		}
		if got := ben.Sees("#general"); !strings.Contains(got, "Ana: /inc in_channel") || !strings.Contains(got, "Hi @Ana") {
			t.Error(got)
		}
	})
}

// twoTasks is a card with the same buttons under two tasks.
func twoTasks(r *rig, c string) string {
	option := func(name string) string {
		return `{"text":{"type":"plain_text","text":"` + name + `"},"value":"` + name + `"}`
	}
	task := func(title string) string {
		return `{"type":"section","text":{"type":"mrkdwn","text":"*` + title + `*"},"accessory":{"type":"overflow","action_id":"more.` + title[:3] + `","options":[` + option("Assign") + "," + option("Not doing") + `]}},` +
			`{"type":"actions","elements":[{"type":"button","action_id":"done.` + title[:3] + `","value":"` + title + `","text":{"type":"plain_text","text":"Mark done"}}]}`
	}
	return dig(r.must("chat.postMessage", "channel", c, "text", "card", "metadata", `{"event_type":"card","event_payload":{"id":"7"}}`,
		"blocks", blocks(task("Review timeline"), task("Create post-mortem"))), "ts")
}

func TestAClickIsAimedByWhatStandsNear(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		ts := twoTasks(r, r.channel("ops"))
		ana := r.Person("ana")
		ana.Click("Mark done").In("Create post-mortem")
		ana.In("#ops").Click("Mark done").In("Review")
		ana.In("#ops").Menu("Create post-mortem").Choose("Not doing")
		sent := r.Envelopes("block_actions")
		var got []string
		for _, e := range sent {
			got = append(got, dig(e.Payload, "actions.0.action_id")+" "+dig(e.Payload, "actions.0.value")+dig(e.Payload, "actions.0.selected_option.value"))
		}
		if diff := cmp.Diff([]string{"done.Cre Create post-mortem", "done.Rev Review timeline", "more.Cre Not doing"}, got); diff != "" {
			t.Error(diff)
		}
		for path, want := range map[string]string{
			"type": "block_actions", "user.id": "UANA", "container.type": "message", "container.message_ts": ts, "container.is_ephemeral": "false",
			"channel.name": "ops", "message.ts": ts, "message.metadata.event_payload.id": "7", "message.blocks.0.text.verbatim": "false", "state.values": "{}",
			"actions.0.text.text": "Mark done", "actions.0.type": "button", "team.domain": "sandbox",
		} {
			if got := dig(sent[0].Payload, path); got != want {
				t.Errorf("%s: %q instead of %q", path, got, want)
			}
		}
		for _, path := range []string{"trigger_id", "response_url", "actions.0.block_id", "actions.0.action_ts", "message.bot_id"} {
			if dig(sent[0].Payload, path) == "" {
				t.Errorf("%s is missing", path)
			}
		}
	})
}

func TestWhatCannotBeDoneIsExplained(t *testing.T) {
	inBubble(t, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "secret", Private: true, Members: []string{"ben"}}, {Name: "cem-only", Members: []string{"cem"}}}}, func(t *testing.T, r *rig) {
		r.plainly()
		twoTasks(r, r.channel("ops"))
		if err := r.Deactivate("dana"); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			who  string
			do   func(*sandbox.Person)
			want string
		}{
			"a button that is not there": {"ana", func(p *sandbox.Person) { p.Press("Nope") }, `[Mark done] near "Review timeline"`},
			"a button that is not near":  {"ana", func(p *sandbox.Person) { p.Click("Mark done").In("Share") }, `no button "Mark done" near "Share" for Ana`},
			"one of several":             {"ana", func(p *sandbox.Person) { p.Press("Mark done") }, `2 times button "Mark done"`},
			"no modal":                   {"ana", func(p *sandbox.Person) { p.Modal() }, "no modal is open for Ana"},
			"a private channel":          {"ana", func(p *sandbox.Person) { p.Sees("#secret") }, "Ana sees no channel #secret"},
			"a channel she is not in":    {"ana", func(p *sandbox.Person) { p.Says("#cem-only", "x") }, "Ana is not in #cem-only"},
			"a guest's public channel":   {"gus", func(p *sandbox.Person) { p.Sees("#cem-only") }, "Gus sees no channel #cem-only"},
			"somebody deactivated":       {"dana", func(p *sandbox.Person) { p.Says("#general", "x") }, "Dana is deactivated"},
			"a text that is not there":   {"ana", func(p *sandbox.Person) { p.Waits("#ops", "xyz") }, `Ana does not see "xyz" in #ops, but:`},
		} {
			err := r.Person(c.who).Try(c.do)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") && name != "a private channel" {
				t.Errorf("%s: the private channel's name leaks: %v", name, err)
			}
		}
	})
}

func TestPeopleWaitForWhatTheyLookFor(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		c := r.channel("ops")
		time.AfterFunc(4*time.Second, func() { r.call("chat.postMessage", "channel", c, "text", "x", "blocks", blocks(actions(button("Go")))) })
		if got := r.Person("ana").Press("Go"); !got.Acked {
			t.Errorf("%+v", got)
		}
		start := time.Now()
		if err := r.Person("ana").Try(func(p *sandbox.Person) { p.Patient(5 * time.Second).Press("Never") }); err == nil || time.Since(start) != 5*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestAConfirmationIsAskedBeforeTheClickIsSent(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		plain := func(s string) string { return `{"type":"plain_text","text":"` + s + `"}` }
		confirm := `"confirm":{"title":` + plain("Last task") + `,"text":` + plain("INC-1 will be closed") + `,"confirm":` + plain("Yes") + `,"deny":` + plain("No") + `}`
		r.must("chat.postMessage", "channel", r.channel("ops"), "text", "x", "blocks", blocks(actions(button("Go", confirm))))
		got := r.Person("ana").Denying().Press("Go")
		if !got.Declined || got.Asked != "Last task\nINC-1 will be closed" || len(r.Envelopes("block_actions")) != 0 {
			t.Errorf("%+v", got)
		}
		if got := r.Person("ana").Press("Go"); !got.Acked || got.Asked == "" || len(r.Envelopes("block_actions")) != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestMenusInMessagesRememberEachPersonsChoice(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		menu := `{"type":"section","block_id":"b","text":{"type":"mrkdwn","text":"Lead"},"accessory":{"type":"users_select","action_id":"lead"}}`
		r.must("chat.postMessage", "channel", r.channel("ops"), "text", "x", "blocks", blocks(menu, actions(button("Go"))))
		ana := r.Person("ana")
		ana.In("#ops").Menu("Lead").Choose("@ben")
		ana.In("#ops").Press("Go")
		r.Person("cem").In("#ops").Press("Go")
		sent := r.Envelopes("block_actions")
		var got []string
		for _, e := range sent {
			got = append(got, dig(e.Payload, "state.values.b.lead.selected_user"))
		}
		if diff := cmp.Diff([]string{"UBEN", "UBEN", ""}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestShortcutsAreThoseOfTheManifest(t *testing.T) {
	inBubble(t, sandbox.Options{Manifest: []byte(narrow)}, func(t *testing.T, r *rig) {
		r.plainly()
		r.channel("ops")
		ana := r.Person("ana")
		ana.Shortcut("Declare incident")
		ts := ana.Says("#ops", "db is slow")
		ana.MessageShortcut("#ops", "slow", "Add to timeline")
		global, message := r.Envelopes("shortcut")[0].Payload, r.Envelopes("message_action")[0].Payload
		if dig(global, "callback_id") != "declare" || dig(global, "trigger_id") == "" || dig(global, "channel") != "" || dig(global, "response_url") != "" {
			t.Errorf("%s", global)
		}
		if dig(message, "callback_id") != "note" || dig(message, "message_ts") != ts || dig(message, "message.text") != "db is slow" || dig(message, "response_url") == "" {
			t.Errorf("%s", message)
		}
		if err := ana.Try(func(p *sandbox.Person) { p.Shortcut("Nope") }); err == nil || !strings.Contains(err.Error(), "Declare incident") {
			t.Error(err)
		}
	})
}

func TestEveryoneReadsWhatIsTheirs(t *testing.T) {
	opts := sandbox.Options{Now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Channels: []sandbox.ChannelSpec{
		{Name: "ops", App: true, Members: []string{"ana", "ben"}},
		{Name: "secret", Private: true, Members: []string{"ben"}, App: true},
	}}
	inBubble(t, opts, func(t *testing.T, r *rig) {
		ana, ben := r.Person("ana"), r.Person("ben")
		c := r.ChannelID("ops")
		ana.Says("#ops", "see #secret, @ben & @channel")
		ana.Replies("#ops", "see", "more")
		ben.Reacts("#ops", "see", "eyes")
		r.must("chat.postEphemeral", "channel", c, "user", "UBEN", "text", "psst")
		ts := dig(r.must("chat.postMessage", "channel", c, "text", "one"), "ts")
		r.must("chat.update", "channel", c, "ts", ts, "text", "two")
		want := "10:00  Ana: \n       see #private-channel, @Ben & @channel\n       :eyes: 1\n10:00    ↳ Ana: more\n10:00  App (app): two (edited)\n"
		want = strings.Replace(want, "Ana: \n", "Ana:\n", 1)
		if diff := cmp.Diff(want, ana.Sees("#ops")); diff != "" {
			t.Errorf("ana in Berlin: %s", diff)
		}
		bens := ben.Sees("#ops")
		for _, part := range []string{"04:00  Ana:", "see #secret", "04:00  App (app) · only visible to you: psst"} {
			if !strings.Contains(bens, part) {
				t.Errorf("ben in New York does not read %q:\n%s", part, bens)
			}
		}
		if diff := cmp.Diff([]string{"#ops"}, ana.Channels()); diff != "" {
			t.Error(diff)
		}
		if strings.Contains(ana.SeesEverything(), "secret") || !strings.Contains(r.Transcript(), "only visible to Ben") {
			t.Errorf("ana reads:\n%s\nan observer:\n%s", ana.SeesEverything(), r.Transcript())
		}
	})
}

func TestEditsPingNobody(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		ts := dig(r.must("chat.postMessage", "channel", c, "text", "quiet"), "ts")
		r.must("chat.update", "channel", c, "ts", ts, "text", "<@UBEN> <!channel>")
		r.must("chat.postEphemeral", "channel", c, "user", "UBEN", "text", "<@UBEN>")
		if got := r.Notifications(); len(got) != 0 {
			t.Errorf("%+v", got)
		}
		r.must("chat.postMessage", "channel", c, "text", "x", "blocks", blocks(section("<@UBEN>")))
		if got := r.Person("ben").Notifications(); len(got) != 1 || got[0].Why != "mention" || got[0].By != "app" {
			t.Errorf("%+v", got)
		}
	})
}
