package fidelity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"epilogue/internal/sandbox"
)

// tooMuch is a section that no surface takes, and the reason.
var tooMuch = raw{"type": "section", "text": mrkdwn(3001)}

const tooMuchText, tooMuchAt = "must be less than 3001 characters", "/0/text/text"

func TestEveryMethodRefusesInTheSameWords(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		a.connect(plainly)
		ctx, ops, ana := t.Context(), a.channel("ops"), a.Person("ana").ID()
		_, ts, err := a.api.PostMessageContext(ctx, ops, slack.MsgOptionText("x", false))
		if err != nil {
			t.Fatal(err)
		}
		blocks := []slack.Block{tooMuch}
		content := slack.MsgOptionBlocks(blocks...)
		for method, call := range map[string]func() error{
			"chat.postMessage":   func() error { _, _, err := a.api.PostMessageContext(ctx, ops, content); return err },
			"chat.update":        func() error { _, _, _, err := a.api.UpdateMessageContext(ctx, ops, ts, content); return err },
			"chat.postEphemeral": func() error { _, err := a.api.PostEphemeralContext(ctx, ops, ana, content); return err },
			"chat.scheduleMessage": func() error {
				_, _, err := a.api.ScheduleMessageContext(ctx, ops, a.in(time.Hour), content)
				return err
			},
		} {
			t.Log(method)
			wantRefusal(t, message, tooMuchText, tooMuchAt, call())
		}
		opened, err := a.api.OpenViewContext(ctx, a.trigger(), form(rawBlocks(divider)))
		if err != nil {
			t.Fatal(err)
		}
		trigger := a.trigger()
		for method, call := range map[string]func() error{
			"views.open":   func() error { _, err := a.api.OpenViewContext(ctx, trigger, form(blocks)); return err },
			"views.push":   func() error { _, err := a.api.PushViewContext(ctx, trigger, form(blocks)); return err },
			"views.update": func() error { _, err := a.api.UpdateViewContext(ctx, form(blocks), "", "", opened.ID); return err },
			"views.publish": func() error {
				_, err := a.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: ana, View: tab(blocks)})
				return err
			},
		} {
			t.Log(method)
			wantRefusal(t, modal, tooMuchText, tooMuchAt, call())
		}
		_, err = a.api.OpenViewContext(ctx, trigger, form(rawBlocks(divider)))
		wants(t, "a refused view does not use up its trigger", "", err)
	})
}

// in is a Unix time of the workspace's, so far from now.
func (a *app) in(d time.Duration) string { return unix(a.Clock().Now().Add(d)) }

func TestAnswersInAcksObeyTheSameLimits(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		text := plain(1)
		var n int
		a.connect(func(e socketmode.Event) any {
			if e.Type == socketmode.EventTypeSlashCommand {
				return j{"blocks": []any{j{"type": "section", "text": mrkdwn(n)}}}
			}
			return j{"response_action": "update", "view": j{"type": "modal", "title": text, "submit": text, "blocks": []any{j{"type": "section", "text": mrkdwn(n)}}}}
		})
		ana := a.Person("ana")
		n = 3000
		if got := ana.Slash("#general", "/inc"); got.Warning != "" {
			t.Errorf("a command answered with %d characters: %s", n, got.Warning)
		}
		n = 3001
		if got, want := ana.Slash("#general", "/inc").Warning, `/inc failed with the error "invalid_command_response"`; got != want {
			t.Errorf("a command answered with %d characters: %q", n, got)
		}
		n = 1
		for size, want := range map[int]string{3000: "", 3001: banner} {
			if _, err := a.api.OpenViewContext(t.Context(), a.trigger(), form(rawBlocks(divider))); err != nil {
				t.Fatal(err)
			}
			n = size
			if got := ana.Modal().Submit(); got.Banner != want {
				t.Errorf("a form answered with %d characters: %q", size, got.Banner)
			}
			n = 1
		}
	})
}

func TestAMessageHasTheLengthThatItsMethodTakes(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		ctx, ops := t.Context(), a.channel("ops")
		length := func(n int) slack.MsgOption { return slack.MsgOptionText(word(n).(string), false) }
		var ts string
		for n, want := range map[int]int{40_000: 40_000, 40_001: 40_000} {
			_, at, posted, err := a.api.PostMessageWithResponseContext(ctx, ops, length(n))
			if err != nil {
				t.Fatal(err)
			}
			if got := len([]rune(posted.Text)); got != want {
				t.Errorf("of %d characters, %d were posted", n, got)
			}
			ts = at
		}
		_, _, _, err := a.api.UpdateMessageContext(ctx, ops, ts, length(4000))
		wants(t, "an update to 4,000", "", err)
		_, _, _, err = a.api.UpdateMessageContext(ctx, ops, ts, length(4001))
		wants(t, "an update to 4,001", "msg_too_long", err)
		attach := func(n int) slack.MsgOption { return slack.MsgOptionAttachments(make([]slack.Attachment, n)...) }
		_, _, err = a.api.PostMessageContext(ctx, ops, attach(100))
		wants(t, "100 attachments", "", err)
		_, _, err = a.api.PostMessageContext(ctx, ops, attach(101))
		wants(t, "101 attachments", "too_many_attachments", err)
		_, _, err = a.api.PostMessageContext(ctx, ops)
		wants(t, "nothing", "no_text", err)
		_, _, err = a.api.PostMessageContext(ctx, ops, slack.MsgOptionMarkdownText(word(12_000).(string)))
		wants(t, "12,000 characters of markdown", "", err)
		_, _, err = a.api.PostMessageContext(ctx, ops, slack.MsgOptionMarkdownText(word(12_001).(string)))
		if err == nil {
			t.Error("12,001 characters of markdown were taken")
		}
		_, _, err = a.api.PostMessageContext(ctx, ops, slack.MsgOptionMarkdownText("x"), length(1))
		wants(t, "markdown beside a text", "markdown_text_conflict", err)
		for what, bad := range map[string]string{"an object": `{"type":"divider"}`, "no JSON": `[{`} {
			wants(t, "blocks that are "+what, "invalid_blocks_format", a.post("chat.postMessage", values("token", a.BotToken(), "channel", ops, "blocks", bad)))
		}
	})
}

func TestEscapedTextPagesNobodyAndComesBackAsItWas(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		ops := a.channel("ops")
		typed := "<!channel> <@" + a.Person("ana").ID() + "> a & b &amp; c"
		if _, _, err := a.api.PostMessageContext(t.Context(), ops, slack.MsgOptionText(typed, true)); err != nil {
			t.Fatal(err)
		}
		if pings := a.Notifications(); len(pings) != 0 {
			t.Errorf("it pinged: %+v", pings)
		}
		kept, err := a.api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: ops, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		unescape := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
		if got := unescape.Replace(kept.Messages[0].Text); got != typed {
			t.Errorf("it came back as %q", got)
		}
		if _, _, err := a.api.PostMessageContext(t.Context(), ops, slack.MsgOptionText(typed, false)); err != nil {
			t.Fatal(err)
		}
		if len(a.Notifications()) == 0 {
			t.Error("the same text as markup pings nobody")
		}
	})
}

func TestPostingDependsOnTheChannel(t *testing.T) {
	manifest := `{"settings":{"socket_mode_enabled":true},"oauth_config":{"scopes":{"bot":["chat:write"]}}}`
	opts := sandbox.Options{Manifest: []byte(manifest), Channels: []sandbox.ChannelSpec{
		{Name: "in", App: true}, {Name: "out"}, {Name: "secret", Private: true}, {Name: "secret-in", Private: true, App: true}, {Name: "old", Archived: true, App: true},
	}}
	inBubble(t, opts, func(t *testing.T, a *app) {
		try := func(channel, want string) {
			t.Helper()
			_, _, err := a.api.PostMessageContext(t.Context(), channel, slack.MsgOptionText("x", false))
			wants(t, channel, want, err)
		}
		for name, want := range map[string]string{"in": "", "out": "not_in_channel", "secret": "channel_not_found", "secret-in": "", "old": "is_archived"} {
			try(a.ChannelID(name), want)
		}
		try("C0UNKNOWN", "channel_not_found")
		a.GrantScope("chat:write.public")
		try(a.ChannelID("out"), "")
		try(a.ChannelID("secret"), "channel_not_found")
		try(a.ChannelID("old"), "is_archived")
	})
}

func TestAMissingScopeIsNamed(t *testing.T) {
	inBubble(t, sandbox.Options{Manifest: []byte(modest)}, func(t *testing.T, a *app) {
		_, err := a.api.GetUserInfoContext(t.Context(), a.Person("ana").ID())
		var refusal slack.SlackErrorResponse
		if !errors.As(err, &refusal) {
			t.Fatalf("not refused: %v", err)
		}
		if diff := cmp.Diff(slack.SlackErrorResponse{Err: "missing_scope", Needed: "users:read", Provided: "channels:history,chat:write,commands"}, refusal); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		ops := a.channel("ops")
		post := func() error {
			_, _, err := a.api.PostMessageContext(t.Context(), ops, slack.MsgOptionText("x", false))
			return err
		}
		wants(t, "posting", "", post())
		a.RemoveScope("chat:write")
		wants(t, "posting without its scope", "missing_scope", post())
	})
}

func TestRateLimitsSayWhenToTryAgain(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, a *app) {
		one, two := a.channel("one"), a.channel("two")
		post := func(channel string) error {
			_, _, err := a.api.PostMessageContext(t.Context(), channel, slack.MsgOptionText("x", false))
			return err
		}
		for range 30 {
			wants(t, "posting while the limits are off", "", post(one))
		}
		a.Faults().RateLimits(true)
		var err error
		for range 10 { // bursts are tolerated for a moment
			if err = post(one); err != nil {
				break
			}
		}
		var limited *slack.RateLimitedError
		if !errors.As(err, &limited) || limited.RetryAfter != time.Second {
			t.Fatalf("not limited to one a second: %v", err)
		}
		wants(t, "another channel", "", post(two))
		<-time.After(limited.RetryAfter)
		wants(t, "after Retry-After", "", post(one))
		topics := 0
		for err = nil; err == nil && topics < 200; topics++ {
			_, err = a.api.SetTopicOfConversationContext(t.Context(), one, "x")
		}
		if !errors.As(err, &limited) {
			t.Errorf("a method of tier 2 took %d calls at once: %v", topics, err)
		}
		_, err = a.api.GetUserInfoContext(t.Context(), a.Person("ana").ID())
		wants(t, "another method", "", err)
	})
}
