package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"epilogue/flow"
	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/blockkit"
)

// What people type, or paste, into any field.
var hostile = map[string]string{
	"mentions":           "<!channel> <!here> <@UBEN> <!subteam^S0001|@all> @channel @here",
	"escaped mentions":   "&lt;!channel&gt; &amp;lt;@UBEN&amp;gt;",
	"links":              "<https://evil.example|click here> https://evil.example <mailto:a@evil.example> [x](https://evil.example)",
	"a channel":          "<#C00000001> #general",
	"a date":             "<!date^1392734382^{date}^https://evil.example|x>",
	"typography":         "*bold _it ~s `c ```x``` > quote\n> quote\n• list",
	"emoji":              strings.Repeat("🧑‍🚒", 60) + strings.Repeat(":fire:", 20),
	"right to left":      "\u202eתקלה בתשלומים\u202c עברית \u200f",
	"control characters": "a\x00b\x07c\u2028d\ufeffe\u200b",
	"ampersands":         strings.Repeat("&", 3000),
	"angles":             strings.Repeat("<", 3000),
	"one long word":      strings.Repeat("w", 3000),
	"lines":              strings.Repeat("line\n", 500),
	"json":               `{"type":"section"}","blocks":[`,
	"a reference":        "INC-1/1?u=UBEN",
}

// Longest what fields take.
const (
	longName, longTitle, longReason, longText = 150, 300, 1000, 2000
)

func TestNothingThatPeopleTypePingsLinksOrBreaks(t *testing.T) {
	t.Parallel()
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.liveThrough(text)
			r.checkHarmless(t)
		})
	}
}

// first cuts a text as Slack's client does that lets nobody type more.
func first(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}

// liveThrough is an incident in which Ana types the same into everything.
func (r *rig) liveThrough(text string) {
	ana := func(do func(p *sandbox.Person)) { r.must("ana", do) }
	in := ""
	tidy := func() { _ = r.Slack.Person("ana").Try(func(p *sandbox.Person) { p.Modal().CloseAll() }) } // if there is one
	slash := func(line string) {
		ana(func(p *sandbox.Person) { p.Slash(in, "/inc "+line) })
		if err := r.settle(now); err != nil {
			r.t.Fatal(err)
		}
		tidy()
	}
	form := func(line string, fields ...string) {
		ana(func(p *sandbox.Person) {
			p.Slash(in, "/inc "+line)
			m := p.Modal()
			for ; len(fields) >= 2; fields = fields[2:] {
				m.Enter(fields[0], fields[1])
			}
			m.Submit()
		})
		tidy()
	}
	in = "#general"
	slash(text)
	slash("list " + text)
	ana(func(p *sandbox.Person) {
		p.Slash(in, "/inc declare "+text)
		p.Modal("Declare an incident").CloseAll()
	})
	form("declare "+first(text, longName), "Name", first(text, longName), "Summary", first(text, longText))
	if err := r.settle(later); err != nil {
		r.t.Fatal(err)
	}
	in = r.channel("inc-1", "ana")
	if in == "#inc-1" && r.Slack.ChannelID("inc-1") == "" { // the name was refused: nothing but spaces, say
		r.t.Fatalf("there is no incident; Ana sees %s", strings.Join(r.whispers("ana"), "\n"))
	}
	form("update", "What is new", first(text, longReason), "Name", first("x"+text, longName))
	slash("follow-up " + text)
	form("follow-up", "What is to be done", first(text, longTitle), "Issue", first(text, flow.MaxLink))
	form("follow-up", "What is to be done", first("x"+text, longTitle), "Owner", "@cem", "Issue", "https://sandbox.slack.com/x?y=z&w")
	slash("follow-ups")
	if strings.TrimSpace(text) != "" && !strings.Contains(text, "@") { // what people post pings by itself
		ana(func(p *sandbox.Person) {
			ts := p.Says(in, text)
			if err := p.PinsAt(r.Slack.ChannelID(strings.TrimPrefix(in, "#")), ts, true); err != nil {
				r.t.Error(err)
			}
			_ = p.MessageShortcut(in, "", "Add follow-up")
			p.Modal().Submit()
		})
		tidy()
	}
	for _, verb := range []string{"update ", "severity ", "type ", "summary ", "rename ", "role ", "timeline ", "task 1 done "} {
		slash(verb + text)
	}
	form("close")
	if err := r.settle(later); err != nil {
		r.t.Fatal(err)
	}
	form("task add", "Title", first(text, longTitle), "Instructions", first(text, longText))
	slash("task add " + text)
	form("task 7 not-doing", "Reason", first(text, longReason))
	slash("task 7 reopen")
	slash("task 7 due " + text)
	form("task 7 due", "Due", "2026-03-09", "Reason", first(text, longReason))
	slash("task 7")
	slash("tasks")
	slash("task 2 not-doing " + text)
	slash("task 1 done")
	slash("task 7 assign @cem")
	ana(func(p *sandbox.Person) { p.Home() })
	if err := r.settle(later); err != nil {
		r.t.Fatal(err)
	}
	slash("timeline")
	slash("follow-ups")
	slash("audit")
	slash("todo")
	slash("list")
	form("move-on", "Reason", first(text, longReason))
	form("close", "Reason", first(text, longReason))
	form("reopen", "Reason", first(text, longReason))
	slash("INC-1")
	slash("help")
	slash("timeline")
	ana(func(p *sandbox.Person) { p.Home() })
	if err := r.settle(later); err != nil {
		r.t.Fatal(err)
	}
}

// checkHarmless looks at everything that the bot has shown to anybody.
func (r *rig) checkHarmless(t *testing.T) {
	t.Helper()
	for _, s := range r.shown() {
		m := blockkit.FindMentions(s.text, s.blocks)
		if len(m.Broadcasts) > 0 || len(m.Groups) > 0 {
			t.Errorf("%s pings %q %q:\n%s", s.how, m.Broadcasts, m.Groups, s.blocks)
		}
		for _, u := range m.Users {
			if u != "UANA" && u != "UCEM" {
				t.Errorf("%s mentions %s:\n%s\n%s", s.how, u, s.text, s.blocks)
			}
		}
		for _, l := range m.Links {
			if at, err := url.Parse(l); err != nil || at.Host != "sandbox.slack.com" && at.Scheme != "slack" {
				t.Errorf("%s links to %q:\n%s", s.how, l, s.blocks)
			}
		}
		for _, c := range m.Channels {
			if c != r.Slack.ChannelID(strings.TrimPrefix(r.channel("inc-1", "ana"), "#")) {
				t.Errorf("%s names the channel %s", s.how, c)
			}
		}
	}
	for _, n := range r.Slack.Notifications() {
		if !slices.Contains([]string{"ana", "cem"}, n.Who) {
			t.Errorf("%s was pinged: %+v", n.Who, n)
		}
	}
}

// shown is one thing that the bot showed.
type shown struct {
	how, text string
	blocks    json.RawMessage
}

// shown is everything that the bot showed: in calls, in acks, through response URLs.
func (r *rig) shown() []shown {
	var out []shown
	add := func(how, text string, raw json.RawMessage) { out = append(out, shown{how, text, raw}) }
	for _, c := range r.Slack.Calls() {
		var view struct{ Blocks json.RawMessage }
		if v := c.Args["view"]; v != "" {
			_ = json.Unmarshal([]byte(v), &view) // a view that cannot be read was refused, which fails the test anyway
			add(c.Method, "", view.Blocks)
		}
		add(c.Method, c.Args["text"], json.RawMessage(c.Args["blocks"]))
	}
	for _, e := range r.Slack.Envelopes() {
		var ack struct {
			Text   string
			Blocks json.RawMessage
			View   struct{ Blocks json.RawMessage }
		}
		if len(e.Ack) > 0 && json.Unmarshal(e.Ack, &ack) == nil {
			add("the ack of "+e.Kind, ack.Text, ack.Blocks)
			add("the ack of "+e.Kind, "", ack.View.Blocks)
		}
	}
	for _, place := range r.places() {
		for _, m := range r.Slack.Messages(strings.TrimPrefix(place, "#")) {
			if m.OnlyFor != "" {
				add("what is only visible to "+m.OnlyFor, m.Text, m.Blocks)
			}
		}
	}
	return slices.DeleteFunc(out, func(s shown) bool { return s.text == "" && len(s.blocks) == 0 })
}

// The check would be worth nothing if it found nothing.
func TestAMentionThatWasForgedIsFound(t *testing.T) {
	for text, want := range map[string]string{"<!channel>": "channel", "<@UBEN>": "UBEN", "<https://evil.example|x>": "https://evil.example"} {
		blocks := fmt.Sprintf(`[{"type":"section","text":{"type":"mrkdwn","text":%q}}]`, text)
		m := blockkit.FindMentions("", json.RawMessage(blocks))
		if found := slices.Concat(m.Broadcasts, m.Users, m.Links); !slices.Contains(found, want) {
			t.Errorf("%s was not found, but %q", text, found)
		}
	}
}
