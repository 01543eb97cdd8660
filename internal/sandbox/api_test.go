package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"epilogue/internal/sandbox"
)

func TestArgumentsComeInAnyBody(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		header := http.Header{"Authorization": {"Bearer " + r.BotToken()}}
		multipart := "--x\r\nContent-Disposition: form-data; name=\"channel\"\r\n\r\n" + c + "\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhi\r\n--x--\r\n"
		for name, body := range map[string][2]string{
			"form":      {"application/x-www-form-urlencoded", url.Values{"channel": {c}, "text": {"hi"}}.Encode()},
			"JSON":      {"application/json; charset=utf-8", `{"channel":"` + c + `","text":"hi","blocks":[],"unfurl_links":false,"thread_ts":null}`},
			"multipart": {"multipart/form-data; boundary=x", multipart},
		} {
			_, got := r.post(r.APIURL()+"chat.postMessage", body[0], body[1], header)
			if dig(got, "message.text") != "hi" {
				t.Errorf("%s: %s", name, got)
			}
		}
		_, got := r.post(r.APIURL()+"conversations.info", "application/json", `{"channel":"`+c+`"}`, header)
		if dig(got, "error") != "invalid_arguments" || dig(got, "response_metadata.messages.0") != "[ERROR] missing required field: channel" {
			t.Errorf("a reading method took JSON: %s", got)
		}
		for _, call := range r.Calls() {
			if call.Args["token"] != "" {
				t.Errorf("%s: the log holds the token", call.Method)
			}
		}
	})
}

func TestPostingDependsOnWhereTheAppIs(t *testing.T) {
	opts := sandbox.Options{Channels: []sandbox.ChannelSpec{
		{Name: "joined", App: true},
		{Name: "open"},
		{Name: "secret", Private: true},
		{Name: "shared-secret", Private: true, App: true},
		{Name: "old", Archived: true, App: true},
	}, Manifest: []byte(`{"settings":{"socket_mode_enabled":true},"features":{"app_home":{"messages_tab_enabled":true}},"oauth_config":{"scopes":{"bot":["chat:write"]}}}`)}
	inBubble(t, opts, func(t *testing.T, r *rig) {
		for _, c := range []struct{ channel, want string }{
			{r.ChannelID("joined"), ""},
			{r.ChannelID("shared-secret"), ""},
			{"UBEN", ""},
			{"C404", "channel_not_found"},
			{"#joined", "channel_not_found"},
			{r.ChannelID("secret"), "channel_not_found"},
			{r.ChannelID("old"), "is_archived"},
			{r.ChannelID("open"), "not_in_channel"},
		} {
			r.refused(c.want, "chat.postMessage", "channel", c.channel, "text", "x")
		}
		r.GrantScope("chat:write.public")
		r.must("chat.postMessage", "channel", r.ChannelID("open"), "text", "x")
		r.refused("channel_not_found", "chat.postMessage", "channel", r.ChannelID("secret"), "text", "x")
		r.refused("no_text", "chat.postMessage", "channel", r.ChannelID("open"), "blocks", "[]")
		if diff := cmp.Diff([]string{"chat:write", "chat:write.public"}, r.UsedScopes()); diff != "" {
			t.Error(diff)
		}
		if err := r.Deactivate("ben"); err != nil {
			t.Fatal(err)
		}
		r.refused("channel_not_found", "chat.postMessage", "channel", "UBEN", "text", "x")
	})
}

func TestAMessageIsUpdatedAndDeletedByItsAuthorOnly(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		ts := dig(r.must("chat.postMessage", "channel", c, "text", "one", "blocks", blocks(section("One")), "metadata", `{"event_type":"e","event_payload":{"k":"v"}}`), "ts")
		r.must("chat.update", "channel", c, "ts", ts, "text", "two")
		r.must("chat.update", "channel", c, "ts", ts, "text", "two", "attachments", "[]")
		if got := r.Messages("ops"); len(got) != 1 || !got[0].Edited || got[0].Text != "two" || !strings.Contains(string(got[0].Blocks), "One") || len(got[0].Metadata) == 0 {
			t.Errorf("after updating the text alone: %+v", got)
		}
		r.must("chat.update", "channel", c, "ts", ts, "text", "three", "blocks", "[]", "metadata", "{}")
		if got := r.Messages("ops")[0]; len(got.Blocks) != 0 || len(got.Metadata) != 0 {
			t.Errorf("after removing blocks and metadata: %+v", got)
		}
		r.refused("msg_too_long", "chat.update", "channel", c, "ts", ts, "text", strings.Repeat("x", 4001))
		r.must("chat.update", "channel", c, "ts", ts, "text", strings.Repeat("é", 4000))
		r.refused("message_not_found", "chat.update", "channel", c, "ts", "1.2", "text", "x")
		hers := r.Person("ana").Says("#ops", "mine")
		r.refused("cant_update_message", "chat.update", "channel", c, "ts", hers, "text", "x")
		r.refused("cant_delete_message", "chat.delete", "channel", c, "ts", hers)
		r.must("chat.delete", "channel", c, "ts", ts)
		r.refused("message_not_found", "chat.delete", "channel", c, "ts", ts)
	})
}

func TestWrongBlocksAreRefusedInSlacksWords(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		c := r.channel("ops")
		long := blocks(section(strings.Repeat("x", 3001)))
		body := r.refused("invalid_blocks", "chat.postMessage", "channel", c, "text", "x", "blocks", long)
		last := func(list string) string {
			var all []string
			if err := json.Unmarshal([]byte(list), &all); err != nil || len(all) == 0 {
				t.Fatalf("no messages in %s", body)
			}
			return all[len(all)-1]
		}
		const want = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
		if got := last(dig(body, "errors")); got != want {
			t.Errorf("errors: %s", got)
		}
		if got := last(dig(body, "response_metadata.messages")); got != "[ERROR] "+want {
			t.Errorf("messages: %s", got)
		}
		r.refused("invalid_blocks", "chat.postEphemeral", "channel", c, "user", "UANA", "blocks", long)
		r.refused("invalid_blocks_format", "chat.postMessage", "channel", c, "blocks", `{"type":"section"}`)
		r.refused("invalid_blocks_format", "chat.postMessage", "channel", c, "blocks", `[{`)
		view := modal("T", section("x"), `"private_metadata":"`+strings.Repeat("x", 3001)+`"`)
		body = r.refused("invalid_arguments", "views.open", "view", view, "trigger_id", r.trigger())
		if got := last(dig(body, "response_metadata.messages")); got != "[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]" {
			t.Errorf("view: %s", got)
		}
		if got := dig(body, "response_metadata.messages.0"); got != "[ERROR] failed to match all allowed schemas [json-pointer:/view]" {
			t.Errorf("parent: %s", got)
		}
	})
}

func TestMetadataIsWholeOnlyWhenAskedFor(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		r.must("chat.postMessage", "channel", c, "text", "x", "metadata", `{"event_type":"opened","event_payload":{"op":"42"}}`)
		if got := dig(r.must("conversations.history", "channel", c), "messages.0.metadata"); got != `{"event_type":"opened"}` {
			t.Errorf("without asking: %s", got)
		}
		if got := dig(r.must("conversations.history", "channel", c, "include_all_metadata", "true"), "messages.0.metadata.event_payload.op"); got != "42" {
			t.Errorf("asked for: %q", got)
		}
		r.refused("invalid_metadata_format", "chat.postMessage", "channel", c, "text", "x", "metadata", `{`)
		r.refused("invalid_metadata_schema", "chat.postMessage", "channel", c, "text", "x", "metadata", `{"event_type":"x"}`)
	})
}

func TestListsComeInPages(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		for n := range 7 {
			r.must("chat.postMessage", "channel", c, "text", fmt.Sprint(n))
		}
		walk := func(method, list, field string, args ...string) (all []string, pages int) {
			cursor := ""
			for pages < 20 {
				pages++
				body := r.must(method, append(args, "cursor", cursor, "limit", "3")...)
				var items []json.RawMessage
				if err := json.Unmarshal([]byte(dig(body, list)), &items); err != nil {
					t.Fatal(err)
				}
				for _, item := range items {
					if field == "" {
						all = append(all, strings.Trim(string(item), `"`))
					} else {
						all = append(all, dig(item, field))
					}
				}
				if cursor = dig(body, "response_metadata.next_cursor"); cursor == "" {
					return all, pages
				}
			}
			return all, pages
		}
		got, pages := walk("conversations.history", "messages", "text", "channel", c)
		if diff := cmp.Diff([]string{"6", "5", "4", "3", "2", "1", "0"}, got); diff != "" || pages != 3 {
			t.Errorf("%d pages: %s", pages, diff)
		}
		if got, pages := walk("conversations.members", "members", "", "channel", c); len(got) != 6 || pages != 2 {
			t.Errorf("%d pages of members: %q", pages, got)
		}
		if got, _ := walk("users.list", "members", "id"); len(got) != 7 {
			t.Errorf("people: %q", got)
		}
		if got, _ := walk("conversations.list", "channels", "name"); len(got) != 3 {
			t.Errorf("channels: %q", got)
		}
		r.refused("invalid_cursor", "conversations.members", "channel", c, "cursor", "nonsense")
	})
}

func TestHistoryAndRepliesTellThreadsApart(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		parent := dig(r.must("chat.postMessage", "channel", c, "text", "parent"), "ts")
		reply := dig(r.must("chat.postMessage", "channel", c, "text", "reply", "thread_ts", parent), "ts")
		r.must("chat.postMessage", "channel", c, "text", "loud", "thread_ts", reply, "reply_broadcast", "true")
		texts := func(body json.RawMessage) (out []string) {
			var all []struct{ Text string }
			_ = json.Unmarshal([]byte(dig(body, "messages")), &all)
			for _, m := range all {
				out = append(out, m.Text)
			}
			return out
		}
		if diff := cmp.Diff([]string{"loud", "parent"}, texts(r.must("conversations.history", "channel", c))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"parent", "reply", "loud"}, texts(r.must("conversations.replies", "channel", c, "ts", reply))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"loud"}, texts(r.must("conversations.history", "channel", c, "oldest", reply))); diff != "" {
			t.Error(diff)
		}
		if got := dig(r.must("conversations.history", "channel", c, "latest", parent, "inclusive", "1"), "messages.0.reply_count"); got != "2" {
			t.Errorf("reply_count %q", got)
		}
		r.must("chat.delete", "channel", c, "ts", parent)
		if got := dig(r.must("chat.postMessage", "channel", c, "text", "late", "thread_ts", parent), "message.thread_ts"); got != "" {
			t.Errorf("a reply to a deleted message is threaded under %s", got)
		}
		r.refused("thread_not_found", "conversations.replies", "channel", c, "ts", "1.2")
		r.refused("not_in_channel", "conversations.history", "channel", r.ChannelID("general"))
	})
}

func TestPermalinksPointIntoThreads(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		parent := dig(r.must("chat.postMessage", "channel", c, "text", "parent"), "ts")
		reply := dig(r.must("chat.postMessage", "channel", c, "text", "reply", "thread_ts", parent), "ts")
		got := dig(r.must("chat.getPermalink", "channel", c, "message_ts", reply), "permalink")
		want := "https://sandbox.slack.com/archives/" + c + "/p" + strings.ReplaceAll(reply, ".", "") + "?thread_ts=" + parent + "&cid=" + c
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}

func TestChannelsAreMadeAndRunByTheRules(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		for name, want := range map[string]string{
			"": "invalid_name_required", "Inc": "invalid_name_specials", "a b": "invalid_name_specials", "--": "invalid_name_punctuation",
			strings.Repeat("x", 81): "invalid_name_maxlength", "general": "name_taken",
		} {
			r.refused(want, "conversations.create", "name", name)
		}
		c := dig(r.must("conversations.create", "name", "inc-1"), "channel.id")
		secret := dig(r.must("conversations.create", "name", "inc-2", "is_private", "true"), "channel.id")
		r.must("conversations.invite", "channel", c, "users", "UANA,UBEN")
		r.refused("already_in_channel", "conversations.invite", "channel", c, "users", "UANA")
		r.refused("cant_invite_self", "conversations.invite", "channel", c, "users", "UBOT")
		body := r.refused("user_not_found", "conversations.invite", "channel", c, "users", "UCEM,UNOBODY")
		if dig(body, "errors.0.user") != "UNOBODY" || strings.Contains(dig(r.must("conversations.members", "channel", c), "members"), "UCEM") {
			t.Errorf("one bad id: %s", body)
		}
		r.must("conversations.invite", "channel", c, "users", "UCEM,UNOBODY", "force", "true")
		r.must("conversations.setTopic", "channel", c, "topic", strings.Repeat("x", 250))
		r.refused("too_long", "conversations.setTopic", "channel", c, "topic", strings.Repeat("x", 251))
		r.must("conversations.setPurpose", "channel", c, "purpose", "p")
		r.must("conversations.rename", "channel", c, "name", "inc-1-api")
		r.refused("not_in_channel", "conversations.setTopic", "channel", r.ChannelID("general"), "topic", "x")
		r.refused("not_in_channel", "conversations.archive", "channel", r.ChannelID("random"))
		r.refused("cant_archive_general", "conversations.archive", "channel", r.ChannelID("general"))
		if dig(r.must("conversations.join", "channel", r.ChannelID("random")), "channel.is_member") != "true" {
			t.Error("joined, and not a member")
		}
		if dig(r.must("conversations.join", "channel", r.ChannelID("random")), "warning") != "already_in_channel" {
			t.Error("joining twice goes without a warning")
		}
		r.refused("method_not_supported_for_channel_type", "conversations.join", "channel", secret)
		r.must("conversations.kick", "channel", c, "user", "UCEM")
		r.refused("not_authorized", "conversations.rename", "channel", r.channel("theirs"), "name", "mine")
		r.must("conversations.archive", "channel", c)
		r.refused("already_archived", "conversations.archive", "channel", c)
		r.refused("is_archived", "conversations.invite", "channel", c, "users", "UDANA")
		r.refused("name_taken", "conversations.create", "name", "inc-1-api")
		r.must("conversations.unarchive", "channel", c)
		if dig(r.must("conversations.info", "channel", secret), "channel.is_private") != "true" {
			t.Error("the private channel is not private")
		}
		r.must("conversations.leave", "channel", secret)
		r.refused("channel_not_found", "conversations.info", "channel", secret)
		dm := dig(r.must("conversations.open", "users", "UANA"), "channel.id")
		if again := dig(r.must("conversations.open", "users", "UANA", "return_im", "true"), "channel.id"); again != dm || dm == "" {
			t.Errorf("two DMs: %s and %s", dm, again)
		}
		r.refused("users_list_not_supplied", "conversations.open")
	})
}

func TestPeopleAreDescribedByTheirRoles(t *testing.T) {
	people := []sandbox.Persona{
		{Handle: "ana", Role: sandbox.Owner},
		{Handle: "gus", Role: sandbox.Guest},
		{Handle: "uma", Role: sandbox.SingleChannelGuest},
		{Handle: "ext", Role: sandbox.Outsider},
		{Handle: "old", Role: sandbox.Deactivated},
		{Handle: "ben", Zone: "Asia/Kolkata"},
		{Handle: "ci", Role: sandbox.Bot},
	}
	opts := sandbox.Options{People: people, Groups: []sandbox.GroupSpec{{Handle: "oncall", Members: []string{"ben"}}}}
	inBubble(t, opts, func(t *testing.T, r *rig) {
		user := func(id string) *slack.User {
			u, err := r.api.GetUserInfo(id)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		if u := user("UANA"); !u.IsOwner || !u.IsAdmin || u.Profile.Email != "ana@example.com" || u.RealName != "Ana" {
			t.Errorf("%+v", u)
		}
		if u := user("UGUS"); !u.IsRestricted || u.IsUltraRestricted || u.IsAdmin {
			t.Errorf("%+v", u)
		}
		if u := user("UUMA"); !u.IsRestricted || !u.IsUltraRestricted {
			t.Errorf("%+v", u)
		}
		if u := user("UEXT"); u.TeamID == user("UANA").TeamID || u.Profile.Email != "" {
			t.Errorf("%+v", u)
		}
		if u := user("UOLD"); !u.Deleted {
			t.Errorf("%+v", u)
		}
		if u := user("UBEN"); u.TZ != "Asia/Kolkata" || u.TZOffset != 19800 {
			t.Errorf("%+v", u)
		}
		if u := user("UCI"); !u.IsBot {
			t.Errorf("%+v", u)
		}
		if _, err := r.api.GetUserInfo("UNOBODY"); apiError(err) != "user_not_found" {
			t.Error(err)
		}
		if u, err := r.api.GetUserByEmail("BEN@example.com"); err != nil || u.ID != "UBEN" {
			t.Error(u, err)
		}
		groups, err := r.api.GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true))
		if err != nil || len(groups) != 1 || groups[0].Handle != "oncall" || len(groups[0].Users) != 1 {
			t.Error(groups, err)
		}
		c := r.channel("ops")
		r.refused("org_user_not_in_team", "conversations.invite", "channel", c, "users", "UEXT")
		r.refused("ura_max_channels", "conversations.invite", "channel", dig(r.must("conversations.create", "name", "second"), "channel.id"), "users", "UUMA")
		if err := r.ShareChannel("#ops", true); err != nil {
			t.Fatal(err)
		}
		r.must("conversations.invite", "channel", c, "users", "UEXT")
		if err := r.Person("ext").Try(func(p *sandbox.Person) { p.Slash("#ops", "/inc") }); err == nil || !strings.Contains(err.Error(), "another organization") {
			t.Errorf("somebody of another organization ran a command: %v", err)
		}
		r.RemoveScope("users:read.email")
		if u := user("UANA"); u.Profile.Email != "" {
			t.Error("the email shows without its scope")
		}
	})
}

func TestPinsBookmarksReactionsAndCanvasesAreKept(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		ana := r.Person("ana")
		ts := dig(r.must("chat.postMessage", "channel", c, "text", "card"), "ts")
		r.must("pins.add", "channel", c, "timestamp", ts)
		r.refused("already_pinned", "pins.add", "channel", c, "timestamp", ts)
		if diff := cmp.Diff([]string{"card"}, ana.Pins("#ops")); diff != "" {
			t.Error(diff)
		}
		b := dig(r.must("bookmarks.add", "channel_id", c, "title", "Tasks", "type", "link", "link", "https://example.com/1"), "bookmark.id")
		r.refused("invalid_link", "bookmarks.add", "channel_id", c, "title", "Tasks", "type", "link", "link", "javascript:1")
		r.must("bookmarks.edit", "channel_id", c, "bookmark_id", b, "link", "https://example.com/2")
		if diff := cmp.Diff([]string{"Tasks (https://example.com/2)"}, ana.Bookmarks("#ops")); diff != "" {
			t.Error(diff)
		}
		r.must("bookmarks.remove", "channel_id", c, "bookmark_id", b)
		r.refused("not_found", "bookmarks.remove", "channel_id", c, "bookmark_id", b)
		r.must("pins.remove", "channel", c, "timestamp", ts)
		r.refused("no_pin", "pins.remove", "channel", c, "timestamp", ts)
		r.must("reactions.add", "channel", c, "timestamp", ts, "name", "eyes")
		r.refused("already_reacted", "reactions.add", "channel", c, "timestamp", ts, "name", "eyes")
		if got := ana.Sees("#ops"); !strings.Contains(got, ":eyes: 1") {
			t.Error(got)
		}
		r.must("reactions.remove", "channel", c, "timestamp", ts, "name", "eyes")
		r.must("conversations.canvases.create", "channel_id", c, "title", "Post-mortem", "document_content", `{"type":"markdown","markdown":"# One\n"}`)
		r.refused("channel_canvas_already_exists", "conversations.canvases.create", "channel_id", c)
		id := dig(r.must("conversations.info", "channel", c), "channel.properties.canvas.file_id")
		r.must("canvases.edit", "canvas_id", id, "changes", `[{"operation":"insert_at_end","document_content":{"type":"markdown","markdown":"two"}}]`)
		if got := r.Canvases()["Post-mortem"]; got != "# One\ntwo" {
			t.Errorf("%q", got)
		}
		lookup := func(criteria string) int {
			return strings.Count(string(r.must("canvases.sections.lookup", "canvas_id", id, "criteria", criteria)), `"temp:C:`)
		}
		for criteria, want := range map[string]int{
			`{"section_types":["h1"]}`: 1, `{"section_types":["any_header"],"contains_text":"On"}`: 1, `{"contains_text":"tw"}`: 1,
			`{"section_types":["h2","h3"]}`: 0, `{"section_types":["h1"],"contains_text":"two"}`: 0, `{"contains_text":"three"}`: 0,
		} {
			if got := lookup(criteria); got != want {
				t.Errorf("%s finds %d sections", criteria, got)
			}
		}
		r.refused("canvas_not_found", "canvases.sections.lookup", "canvas_id", "F0", "criteria", `{"contains_text":"x"}`)
		r.refused("invalid_arguments", "canvases.sections.lookup", "canvas_id", id, "criteria", `{}`)
		r.refused("invalid_arguments", "canvases.sections.lookup", "canvas_id", id, "criteria", `{"section_types":["h7"]}`)
	})
}

func TestAFileIsUploadedAndShared(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		_, err := r.api.UploadFile(slack.UploadFileParameters{Filename: "audit.md", Title: "Audit", Content: "# Everything", FileSize: 12, Channel: c, InitialComment: "here"})
		if err != nil {
			t.Fatal(err)
		}
		got := r.Files()
		if len(got) != 1 || got[0].Name != "audit.md" || string(got[0].Content) != "# Everything" || got[0].Channels[0] != "#ops" {
			t.Errorf("%+v", got)
		}
		if page := r.Person("ana").Sees("#ops"); !strings.Contains(page, "here") || !strings.Contains(page, "[file: Audit]") {
			t.Error(page)
		}
	})
}

func TestScheduledMessagesFollowTheBusinessClock(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		at := fmt.Sprint(r.Clock().Now().Add(time.Hour).Unix())
		r.must("chat.scheduleMessage", "channel", c, "post_at", at, "text", "later")
		gone := dig(r.must("chat.scheduleMessage", "channel", c, "post_at", at, "text", "never"), "scheduled_message_id")
		r.must("chat.deleteScheduledMessage", "channel", c, "scheduled_message_id", gone)
		r.refused("time_in_past", "chat.scheduleMessage", "channel", c, "post_at", "1", "text", "x")
		r.Clock().Move(59 * time.Minute)
		if len(r.Messages("ops")) != 0 {
			t.Error("posted too early")
		}
		r.Clock().Move(2 * time.Minute)
		if got := r.Messages("ops"); len(got) != 1 || got[0].Text != "later" {
			t.Errorf("%+v", got)
		}
	})
}

func TestTimestampsIncreaseEvenWhenTheClockGoesBack(t *testing.T) {
	inBubble(t, sandbox.Options{Now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		moved := r.Clock().Moved()
		one := dig(r.must("chat.postMessage", "channel", c, "text", "x"), "ts")
		r.Clock().Move(-time.Hour)
		two := dig(r.must("chat.postMessage", "channel", c, "text", "x"), "ts")
		if one >= two || !strings.HasPrefix(one, "1795424400.") {
			t.Errorf("%s, then %s", one, two)
		}
		select {
		case <-moved:
		default:
			t.Error("nobody was told that the clock moved")
		}
	})
}

func TestEscapedTextNeverPagesAnybody(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		r.must("chat.postMessage", "channel", c, "text", "&lt;!channel&gt; a &amp; b <UANA> & c")
		if got := r.Notifications(); len(got) != 0 {
			t.Errorf("pinged: %+v", got)
		}
		if got := r.Messages("ops")[0].Text; got != "&lt;!channel&gt; a &amp; b &lt;UANA&gt; &amp; c" {
			t.Errorf("kept as %q", got)
		}
		r.must("chat.postMessage", "channel", c, "text", "<@UANA> and <!here>")
		var who []string
		for _, n := range r.Notifications() {
			who = append(who, n.Who+" "+n.Why)
		}
		if diff := cmp.Diff([]string{"ana mention", "ben here", "cem here", "dana here", "gus here"}, who); diff != "" {
			t.Error(diff)
		}
		r.must("chat.postMessage", "channel", "UBEN", "text", "psst")
		if got := r.Person("ben").Notifications(); got[len(got)-1].Why != "dm" || got[len(got)-1].Channel != "DM" {
			t.Errorf("%+v", got)
		}
	})
}

func TestRateLimitsHoldWhenTheyAreOn(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		one, two := r.channel("one"), r.channel("two")
		post := func(c string) (int, string) {
			form := url.Values{"token": {r.BotToken()}, "channel": {c}, "text": {"x"}}.Encode()
			resp, _ := r.post(r.APIURL()+"chat.postMessage", "application/x-www-form-urlencoded", form, nil)
			return resp.StatusCode, resp.Header.Get("Retry-After")
		}
		for range 20 {
			if status, _ := post(one); status != 200 {
				t.Fatal("limited while it is off")
			}
		}
		r.Faults().RateLimits(true)
		status, after, n := 200, "", 0
		for status == 200 && n < 10 {
			status, after = post(one)
			n++
		}
		if status != 429 || after != "1" || n != 4 {
			t.Errorf("after %d posts: %d, Retry-After %q", n, status, after)
		}
		if status, _ := post(two); status != 200 {
			t.Error("another channel is limited too")
		}
		<-time.After(time.Second)
		if status, _ := post(one); status != 200 {
			t.Error("still limited after Retry-After")
		}
		<-time.After(time.Hour)
		for n := range 4 {
			if status, _ := post(one); (status == 200) != (n < 3) {
				t.Errorf("post %d after an hour's rest: %d", n+1, status)
			}
		}
		var codes []string
		for range 5 {
			codes = append(codes, dig(r.call("conversations.setTopic", "channel", one, "topic", "x"), "error"))
		}
		if diff := cmp.Diff([]string{"", "", "", "", "ratelimited"}, codes); diff != "" {
			t.Error(diff)
		}
	})
}
