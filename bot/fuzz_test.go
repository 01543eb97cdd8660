package bot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"epilogue/flow"
)

var interactions = []string{
	sampleButton, sampleOverflow, sampleInModal, sampleInHome, sampleForm, sampleClosed, sampleShortcut, sampleOnMessage, sampleSuggestion,
	`{"type":"block_actions","message":{"text":"a \"message\": {"},"user":{"id":"U1"},"actions":[{"block_id":"b","action_id":"a","value":"v"}]}`,
	`{"type":"view_submission","user":null,"message":[],"view":{"state":null}}`,
}

// What slack-go can read, we read the same, though it decodes everything and we skip what we need not.
func FuzzWeReadTheInteractionsThatSlackGoReads(f *testing.F) {
	for _, s := range interactions {
		f.Add([]byte(s))
	}
	type view struct{ ID, Hash, Callback, Metadata, Previous, Root string }
	type reading struct {
		User, Channel, Trigger, Respond, Message, Action, Block, When string
		Quiet                                                         bool
		View                                                          view
		Values                                                        map[string]map[string]string
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		var theirs slack.InteractionCallback
		if json.Unmarshal(payload, &theirs) != nil || len(theirs.ActionCallback.AttachmentActions) > 0 {
			return
		}
		ours, err := decode(envelope("interactive", string(payload)))
		if err != nil {
			t.Fatalf("we read nothing: %v", err)
		}
		a := reading{
			User: string(ours.user), Channel: string(ours.channel), Trigger: ours.trigger, Respond: ours.respond, Message: ours.message, Quiet: ours.quiet,
			Action: ours.action, Block: ours.block,
			View:   view{ours.view.ID, ours.view.Hash, ours.view.Callback, ours.view.Metadata, ours.view.Previous, ours.view.Root},
			Values: map[string]map[string]string{},
		}
		v := theirs.View
		b := reading{
			User: theirs.User.ID, Channel: theirs.Channel.ID, Trigger: theirs.TriggerID, Respond: theirs.ResponseURL, Message: theirs.Container.MessageTs,
			Quiet: theirs.Container.IsEphemeral, View: view{v.ID, v.Hash, v.CallbackID, v.PrivateMetadata, v.PreviousViewID, v.RootViewID}, Values: map[string]map[string]string{},
		}
		if b.Channel == "" {
			b.Channel = theirs.Container.ChannelID
		}
		if clicks := theirs.ActionCallback.BlockActions; len(clicks) > 0 && ours.kind == kindClick {
			b.Action, b.Block = clicks[0].ActionID, clicks[0].BlockID
			if got, want := ours.value, presentIn(*clicks[0]); got != want {
				t.Errorf("we read the value %q, they read %q", got, want)
			}
		}
		for block, leaves := range ours.view.State.Values {
			a.Values[block] = map[string]string{}
			for action, l := range leaves {
				a.Values[block][action] = l.text()
			}
		}
		if v.State != nil {
			for block, leaves := range v.State.Values {
				b.Values[block] = map[string]string{}
				for action, l := range leaves {
					b.Values[block][action] = presentIn(l)
				}
			}
		}
		if ours.kind == kindSearch {
			b.Action = theirs.ActionID
		}
		if diff := cmp.Diff(b, a); diff != "" {
			t.Errorf("(-slack-go +ours):\n%s", diff)
		}
	})
}

// presentIn is the value of an element by what is there, whatever it says its type is.
func presentIn(a slack.BlockAction) string {
	for _, s := range []string{a.SelectedOption.Value, a.SelectedUser, a.SelectedDate, a.SelectedConversation, a.SelectedChannel} {
		if s != "" {
			return s
		}
	}
	return a.Value
}

func FuzzWeReadTheCommandsThatSlackGoReads(f *testing.F) {
	f.Add([]byte(sampleCommand))
	f.Add([]byte(`{"user_id":"U1","text":" \u00a0x ","channel_name":"privategroup","is_enterprise_install":true}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		var theirs slack.SlashCommand
		if json.Unmarshal(payload, &theirs) != nil {
			return
		}
		ours, err := decode(envelope("slash_commands", string(payload)))
		if err != nil {
			t.Fatalf("we read nothing: %v", err)
		}
		want := request{
			kind: kindCommand, user: flow.UserID(theirs.UserID), channel: flow.ChannelID(theirs.ChannelID), private: theirs.ChannelName == "privategroup",
			text: strings.TrimSpace(theirs.Text), trigger: theirs.TriggerID, respond: theirs.ResponseURL, delivery: named("command", theirs.TriggerID),
		}
		if diff := cmp.Diff(want, ours, cmp.AllowUnexported(request{})); diff != "" {
			t.Errorf("(-slack-go +ours):\n%s", diff)
		}
	})
}

func FuzzACommandIsItsWords(f *testing.F) {
	for _, s := range []string{"INC-42 tasks", "tasks inc42", "task #3 due 2026-12-03 holiday", "lead <@U1|ana>", "  declare  Checkout &lt;b&gt; errors ", "role x <@W1>", "INC-1 INC-2 close", "\u2003help\u00a0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := parse(text)
		words := strings.Fields(text)
		kept := strings.Fields(got.rest)
		count := len(kept)
		if got.verb != "" {
			count++
		}
		if got.incident != 0 {
			count++
		}
		if count != len(words) || got.incident < 0 || strings.ContainsFunc(got.verb, unicode.IsSpace) {
			t.Errorf("%q is read as %+v", text, got)
		}
		if n := len(kept); n > 0 && kept[n-1] != words[len(words)-1] {
			t.Errorf("%q ends differently: %+v", text, got)
		}
		if again := parse(text + " "); again != got {
			t.Errorf("%q with a space behind it is %+v, without %+v", text, again, got)
		}
		if n := taskTyped(text); n < 0 || n > 0 && got.verb != "task" {
			t.Errorf("%q is about task %d", text, n)
		}
		for _, m := range mention.FindAllStringSubmatch(text, -1) {
			if id := m[1]; (id[0] != 'U' && id[0] != 'W') || strings.ToUpper(id) != id {
				t.Errorf("%q mentions %q", text, id)
			}
		}
	})
}

// What was typed is stored as a person reads it: nothing of Slack's marks is left in it, and text without any stays as it is.
func FuzzWhatWasTypedIsReadAsAPersonReadsIt(f *testing.F) {
	for _, s := range []string{"<@U1|ana> &amp; <https://x.example|x>", "&amp;lt;", "<#C1>", "<!channel>", "a < b > c", "<<@U1>>", "<mailto:a@b.example|a@b.example>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := readable(s)
		if !strings.ContainsAny(s, "<>&") && got != s {
			t.Errorf("%q became %q", s, got)
		}
		if len(got) > len(s)+strings.Count(s, "<") {
			t.Errorf("%q grew to %q", s, got)
		}
		// What Slack would make of a text that a person typed comes back as that text.
		typed := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
		if back := readable(typed); back != s {
			t.Errorf("%q, typed, comes back as %q", s, back)
		}
	})
}

func FuzzADayThatIsReadIsADay(f *testing.F) {
	for _, s := range []string{"2026-12-03", "today", "tomorrow", "fri", "3d", "2bd", "1000bd", "none", "0d", "-1d", "+3d", "0000-01-01", "9999-12-31"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	cal := flow.Calendar{WorkingDays: []time.Weekday{time.Monday, time.Tuesday}}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDay(s, now, cal)
		if !ok {
			if !d.IsZero() {
				t.Errorf("%q is no day, and yet %s", s, d)
			}
			return
		}
		if again, err := flow.ParseDate(d.String()); !d.IsZero() && (err != nil || again != d) {
			t.Errorf("%q is %v, which is written %s and read back as %v (%v)", s, d, d, again, err)
		}
		if d.IsZero() != strings.EqualFold(s, "none") {
			t.Errorf("%q is no day at all", s)
		}
		if relative := !strings.Contains(s, "-"); relative && !d.IsZero() && d.Before(flow.DateOf(now)) {
			t.Errorf("%q is in the past: %s", s, d)
		}
	})
}

func FuzzWhatAFormCarriesComesBack(f *testing.F) {
	f.Add("INC-42/3\nhttps://hooks.slack.com/x\n?w=todo\n/inc tasks\nand more")
	f.Add("INC-1?s=reviewing")
	f.Add("\n\n\nclose")
	f.Add("INC-1\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := metadata(s)
		if err != nil {
			return
		}
		again, err := metadata(c.onto(slack.ModalViewRequest{PrivateMetadata: c.ref.String()}).PrivateMetadata)
		c.typed = strings.TrimRight(c.typed, "\n")
		if err != nil || again != c {
			t.Errorf("%q is %+v, and comes back as %+v (%v)", s, c, again, err)
		}
	})
}
