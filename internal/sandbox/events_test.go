package sandbox_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

// kinds are the events that were sent, in order.
func (r *rig) kinds() (out []string) {
	for _, e := range r.Envelopes() {
		if e.Type == "events_api" {
			kind := e.Kind
			if sub := dig(e.Payload, "event.subtype"); sub != "" {
				kind += "/" + sub
			}
			out = append(out, kind)
		}
	}
	return out
}

func TestTheAppHearsOnlyOfConversationsItIsIn(t *testing.T) {
	opts := sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "in", App: true}, {Name: "out"}, {Name: "secret", Private: true}, {Name: "secret-in", Private: true, App: true}}}
	inBubble(t, opts, func(t *testing.T, r *rig) {
		r.plainly()
		ana := r.Person("ana")
		for _, where := range []string{"#in", "#out", "#secret", "#secret-in", "DM"} {
			ana.Says(where, "hello from "+strings.Trim(where, "#"))
		}
		var heard []string
		for _, e := range r.Envelopes("message") {
			heard = append(heard, dig(e.Payload, "event.channel_type")+": "+dig(e.Payload, "event.text"))
		}
		if diff := cmp.Diff([]string{"channel: hello from in", "group: hello from secret-in", "im: hello from DM"}, heard); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheAppHearsItsOwnMessagesToo(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		r.must("chat.postMessage", "channel", c, "text", "x", "metadata", `{"event_type":"e","event_payload":{"op":"1"}}`)
		e := r.Envelopes("message")[0].Payload
		if dig(e, "event.bot_id") == "" || dig(e, "event.subtype") != "" || dig(e, "event.metadata.event_payload.op") != "1" || dig(e, "authorizations.0.is_bot") != "true" {
			t.Errorf("%s", e)
		}
	})
}

func TestWhatHappensInAChannelIsTold(t *testing.T) {
	opts := sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "ops", App: true, Members: []string{"ana", "ben"}}, {Name: "secret", Private: true, App: true, Members: []string{"ana"}}}}
	for name, c := range map[string]struct {
		do   func(r *rig, ana *sandbox.Person)
		want []string
	}{
		"a mention": {func(_ *rig, ana *sandbox.Person) { ana.Says("#ops", "@app help") }, []string{"message", "app_mention"}},
		"an edit":   {func(_ *rig, ana *sandbox.Person) { ana.Says("#ops", "a"); ana.Edits("#ops", "a", "b") }, []string{"message", "message/message_changed"}},
		"a deletion": {
			func(_ *rig, ana *sandbox.Person) { ana.Says("#ops", "a"); ana.Deletes("#ops", "a") },
			[]string{"message", "message/message_deleted"},
		},
		"a reaction": {func(_ *rig, ana *sandbox.Person) { ana.Says("#ops", "a"); ana.Reacts("#ops", "a", "eyes") }, []string{"message", "reaction_added"}},
		"joining":    {func(r *rig, _ *sandbox.Person) { r.Person("cem").Joins("#ops") }, []string{"message/channel_join", "member_joined_channel"}},
		"inviting":   {func(_ *rig, ana *sandbox.Person) { ana.Invites("#secret", "ben") }, []string{"message/channel_join", "member_joined_channel"}},
		"leaving":    {func(r *rig, _ *sandbox.Person) { r.Person("ben").Leaves("#ops") }, []string{"member_left_channel", "message/channel_leave"}},
		"renaming":   {func(_ *rig, ana *sandbox.Person) { ana.Renames("#ops", "ops2") }, []string{"message/channel_name", "channel_rename"}},
		"renaming a private one": {
			func(_ *rig, ana *sandbox.Person) { ana.Renames("#secret", "s2") },
			[]string{"message/channel_name", "group_rename"},
		},
		"archiving": {
			func(_ *rig, ana *sandbox.Person) { ana.Archives("#ops"); ana.Unarchives("#ops") },
			[]string{"message/channel_archive", "channel_archive", "message/channel_unarchive", "channel_unarchive"},
		},
		"archiving a private one": {func(_ *rig, ana *sandbox.Person) { ana.Archives("#secret") }, []string{"message/channel_archive", "group_archive"}},
		"a new channel":           {func(_ *rig, ana *sandbox.Person) { ana.Creates("new", false) }, []string{"channel_created"}},
		"a new private one":       {func(_ *rig, ana *sandbox.Person) { ana.Creates("new", true) }, nil},
		"the app's arrival":       {func(_ *rig, ana *sandbox.Person) { ana.Creates("new", true); ana.Invites("#new", "app") }, []string{"message/channel_join", "member_joined_channel"}},
		"the app's removal":       {func(_ *rig, ana *sandbox.Person) { ana.Kicks("#ops", "app"); ana.Says("#ops", "gone") }, []string{"channel_left"}},
		"a pin": {func(r *rig, ana *sandbox.Person) {
			r.must("pins.add", "channel", r.ChannelID("ops"), "timestamp", ana.Says("#ops", "a"))
		}, []string{"message", "pin_added"}},
		"a deactivation": {func(r *rig, _ *sandbox.Person) { _ = r.Deactivate("ben") }, []string{"user_change"}},
		"a newcomer":     {func(r *rig, _ *sandbox.Person) { _ = r.AddPerson(sandbox.Persona{Handle: "eva"}) }, []string{"team_join"}},
		"a group": {func(r *rig, _ *sandbox.Person) {
			_ = r.SetGroup(sandbox.GroupSpec{Handle: "oncall", Members: []string{"ben"}})
		}, []string{"subteam_created"}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, opts, func(t *testing.T, r *rig) {
				c.do(r, r.Person("ana"))
				if diff := cmp.Diff(c.want, r.kinds()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// narrow is a manifest with few rights.
const narrow = `{"display_information":{"name":"Desk"},
	"features":{"app_home":{"home_tab_enabled":true,"messages_tab_enabled":true},"bot_user":{"display_name":"desk"},
		"slash_commands":[{"command":"/inc","should_escape":false}],"shortcuts":[{"name":"Declare incident","type":"global","callback_id":"declare"},{"name":"Add to timeline","type":"message","callback_id":"note"}]},
	"oauth_config":{"scopes":{"bot":["commands","chat:write","channels:history","channels:read"]}},
	"settings":{"socket_mode_enabled":true,"interactivity":{"is_enabled":true},"event_subscriptions":{"bot_events":["message.channels","reaction_added","member_joined_channel"]}}}`

func TestScopesAndSubscriptionsComeFromTheManifest(t *testing.T) {
	inBubble(t, sandbox.Options{Manifest: []byte(narrow)}, func(t *testing.T, r *rig) {
		r.plainly()
		c := r.channel("ops")
		ana := r.Person("ana")
		body := r.refused("missing_scope", "users.info", "user", "UANA")
		if dig(body, "needed") != "users:read" || dig(body, "provided") != "channels:history,channels:read,chat:write,commands" {
			t.Errorf("%s", body)
		}
		r.refused("missing_scope", "conversations.create", "name", "x", "is_private", "true")
		r.refused("missing_scope", "conversations.list", "types", "public_channel,private_channel")
		r.must("conversations.info", "channel", c)
		ana.Says("#ops", "a")
		ana.Reacts("#ops", "a", "eyes") // subscribed, but without its scope
		r.Person("ana").Renames("#ops", "ops2")
		ana.Says("DM", "not subscribed")
		if err := r.AddPerson(sandbox.Persona{Handle: "eva"}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"message", "message/channel_name"}, r.kinds()); diff != "" {
			t.Error(diff)
		}
		if got := ana.Slash("#ops2", "/other").Text(); got != `/other is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.` {
			t.Error(got)
		}
		if diff := cmp.Diff([]string{"channels:history", "channels:read"}, r.UsedScopes()); diff != "" {
			t.Error(diff)
		}
		ana.Slash("#ops2", "/inc")
		r.must("chat.postMessage", "channel", c, "text", "x")
		if diff := cmp.Diff([]string{"channels:history", "channels:read", "chat:write", "commands"}, r.UsedScopes()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"message.channels"}, r.UsedEvents()); diff != "" {
			t.Error(diff)
		}
		r.RemoveScope("chat:write")
		r.refused("missing_scope", "chat.postMessage", "channel", c, "text", "x")
		r.GrantScope("chat:write")
		r.must("chat.postMessage", "channel", c, "text", "x")
	})
}

func TestManifestsOfOtherDeliveryAreRefused(t *testing.T) {
	for _, m := range []string{`{`, `{"settings":{"socket_mode_enabled":false}}`} {
		if s, err := sandbox.New(sandbox.Options{Manifest: []byte(m)}); err == nil {
			_ = s.Close()
			t.Errorf("%s was taken", m)
		}
	}
}
