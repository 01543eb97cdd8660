package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

// Everything that somebody can say about an incident, with and without arguments.
var everyCommand = []string{
	"", "help", "declare", "update", "update it is better", "severity", "severity major", "type default", "summary", "summary x", "rename", "rename x", "close", "resolve",
	"reopen", "tasks", "task", "task 1", "task 1 done", "task 1 not-doing", "task 1 not-doing no time", "task 1 assign", "task 1 assign @cem", "task 1 assign @ana", "task 1 due",
	"task 1 due friday", "task 1 reopen", "task 2 reopen", "task 9 done", "task add", "task add x", "move-on", "move-on no time", "role", "role scribe @cem", "lead @cem", "timeline",
	"timeline a note", "postmortem", "postmortem https://example.com", "postmortem complete", "postmortem create", "postmortem shrae", "task 1 dnoe", "postmortem share", "postmortem share <#CGENERAL|general>", "postmortem detach", "postmortem detach x",
	"debrief", "follow-up x", "follow-up 1", "follow-up 1 done", "follow-up 1 assign @cem", "follow-up 1 dnoe", "follow-ups", "audit", "nonsense", "tsaks",
}

// everyAction is every verb of buttons and forms, as they stand in people's channels.
var everyAction = []string{
	"task.take", "task.done", "task.not-doing", "task.assign", "task.cannot", "task.due", "task.instructions", "task.remove", "task.reopen", "task.add",
	"incident.declare", "incident.declare-again", "incident.update", "incident.roles", "incident.close", "incident.opt-out", "incident.move-on", "incident.reopen",
	"postmortem", "postmortem.add", "postmortem.complete", "postmortem.review", "postmortem.draft", "postmortem.main", "postmortem.detach", "postmortem.share", "postmortem.attach",
	"incident.summary", "incident.tasks", "incident.all-tasks", "incident.timeline", "incident.invite", "channel.retry", "channel.use", "incident.pick", "todo", "list",
	"home.page", "dismiss", "notice",
	"incident.follow-ups", "follow-up.add", "follow-up.edit", "follow-up.done", "follow-up.not-doing", "follow-up.reopen", "note.edit", "note.remove",
}

func TestAPrivateIncidentIsToOutsidersOneThatDoesNotExist(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"cem", "gus"} { // a member, and a guest
		t.Run("to "+who, func(t *testing.T) {
			t.Parallel()
			there, nowhere := twins(t)
			for claim, deeds := range map[string]func(*rig, *sandbox.Person, *notes){
				"every command gives the same answer":   commandsAboutIt,
				"no list and no view holds it":          listsWithoutIt,
				"forged clicks give the same answer":    forgedClicks,
				"forged forms give the same answer":     forgedForms,
				"its channel cannot be used or entered": itsChannel,
			} {
				t.Run(claim, func(t *testing.T) {
					a, b := there.visible(t, who, deeds), nowhere.visible(t, who, deeds)
					if diff := cmp.Diff(b, a); diff != "" {
						t.Errorf("(-does not exist +is private):\n%s", diff)
					}
					for _, line := range a {
						if secret.MatchString(line) {
							t.Errorf("this tells of it: %s", line)
						}
					}
				})
			}
		})
	}
}

// secret is what only people in the channel know.
var secret = regexp.MustCompile(`(?i)leaked|token on|public page|UBEN\b`)

// twins are two workspaces that differ in one thing: in the first INC-1 is private, with Ana and Ben in its channel, late and in the middle of
// its flow; in the second it does not exist. In both INC-2 is public.
func twins(t *testing.T) (there, nowhere *rig) {
	t.Helper()
	there, nowhere = newRig(t), newRig(t)
	there.must("ana", func(p *sandbox.Person) {
		p.Slash("#general", "/inc declare Leaked token on a page")
		p.Modal().Enter("Channel", "A new private channel").Enter("Severity", "Critical").Enter("Incident Lead", "@ben").Enter("Summary", "On a public page.").Submit()
	})
	there.must("ben", func(p *sandbox.Person) {
		p.Slash("#inc-1", "/inc close")
		for p.Modal().Title() == "Which incident?" { // the app hears a moment later that he is in the channel
			p.Modal().Close()
			p.Slash("#inc-1", "/inc close")
		}
		p.Modal().Submit()
	})
	there.must("ben", func(p *sandbox.Person) { p.Slash("#inc-1", "/inc task 1 due today") })
	there.must("ben", func(p *sandbox.Person) { p.Slash("#inc-1", "/inc task 2 done") })
	if _, err := nowhere.Store.Reserve(t.Context()); err != nil { // numbers may be missing
		t.Fatal(err)
	}
	for _, r := range []*rig{there, nowhere} {
		r.must("ana", func(p *sandbox.Person) {
			p.Slash("#general", "/inc declare Login down")
			p.Modal().Submit()
		})
		r.must("ana", func(p *sandbox.Person) {
			p.Slash(public, "/inc close")
			p.Modal().Submit()
			p.Invites(public, "cem", "gus")
		})
		if err := r.settle(later); err != nil {
			t.Fatal(err)
		}
		r.Slack.Clock().Move(40 * time.Hour) // the task that is due today is late
	}
	return there, nowhere
}

// public is the channel of INC-2.
const public = "#inc-2-login-down"

// notes are what became visible, a line each.
type notes []string

func (n *notes) add(format string, args ...any) {
	*n = append(*n, scrub.ReplaceAllString(fmt.Sprintf(format, args...), "…"))
}

// scrub takes out what differs between any two workspaces: ids, addresses, times of day.
var scrub = regexp.MustCompile(`\b[CDVG]\d{8}\b|\bp\d{16}\b|http:\\*/\\*/127\.0\.0\.1:\d+[^\s"\\]*|\b\d{1,2}:\d\d( [AP]M)?\b|\^\d{10}\^`)

// visible is all that becomes visible to somebody by what they do: answers on the wire, messages, and what the bot showed to anybody meanwhile.
func (r *rig) visible(t *testing.T, who string, do func(*rig, *sandbox.Person, *notes)) []string {
	t.Helper()
	var out notes
	before, calls := r.messages(who), len(r.Slack.Calls())
	err := r.person(who, func(p *sandbox.Person) { do(r, p, &out) })
	if err := errors.Join(err, r.settle(later)); err != nil {
		t.Fatal(err)
	}
	var rest notes // its order is not certain
	for _, m := range r.messages(who) {
		if i := slices.Index(before, m); i >= 0 {
			before = slices.Delete(before, i, i+1)
			continue
		}
		rest.add("message: %s", m)
	}
	for _, c := range r.Slack.Calls()[calls:] {
		if strings.HasPrefix(c.Method, "views.") || strings.HasPrefix(c.Method, "chat.") {
			rest.add("%s %s %s %s", c.Method, c.Args["text"], c.Args["blocks"], c.Args["view"])
		}
	}
	slices.Sort(rest)
	_ = r.Slack.Person(who).Try(func(p *sandbox.Person) { p.Modal().CloseAll() }) // if there is one
	return append(out, rest...)
}

// messages are all messages that somebody reads.
func (r *rig) messages(who string) []string {
	var out []string
	err := r.person(who, func(p *sandbox.Person) {
		page, _, _ := strings.Cut(p.SeesEverything(), "── on ")
		at := append(begins.FindAllStringIndex(page, -1), []int{len(page)})
		for i := range len(at) - 1 {
			out = append(out, strings.TrimSpace(page[at[i][0]:at[i+1][0]]))
		}
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// acked is the answer on the wire to what was done last.
func (r *rig) acked() string {
	all := r.Slack.Envelopes()
	for _, e := range slices.Backward(all) {
		if e.Type != "events_api" {
			return fmt.Sprintf("%s %s", e.Outcome, e.Ack)
		}
	}
	return "nothing"
}

func commandsAboutIt(r *rig, p *sandbox.Person, out *notes) {
	for _, c := range everyCommand {
		for _, line := range []string{"/inc INC-1 " + c, "/inc " + c + " INC-1", "/inc inc-1 " + c} {
			p.Slash("#general", line)
			out.add("%s → %s", line, r.acked())
		}
	}
}

func listsWithoutIt(r *rig, p *sandbox.Person, out *notes) {
	for _, line := range []string{"/inc", "/inc list", "/inc list post-incident", "/inc list overdue", "/inc list mine", "/inc todo", "/inc tasks", "/inc close"} {
		p.Slash("#general", line)
		out.add("%s → %s", line, r.acked())
	}
	p.Home() // it is published, and so among the calls
}

func forgedClicks(r *rig, p *sandbox.Person, out *notes) {
	for i, value := range []string{"INC-1", "INC-1/1", "INC-1/2?b=1&u=UCEM", "INC-1?p=1&s=documenting", "INC-1?n=1&e=2&w=notes"} {
		in := fmt.Sprintf("forged-%d", i)
		r.forge(in, value)
		for _, action := range everyAction {
			p.In("#" + in).Press(action)
			out.add("%s %s → %s", action, value, r.acked())
		}
		p.In("#" + in).Menu(value).Choose("Mark done")
		out.add("the menu, %s → %s", value, r.acked())
	}
}

// forge posts buttons and a menu in the bot's name, in a channel made for it, that the bot never made.
func (r *rig) forge(in, value string) {
	menu := map[string]any{"type": "overflow", "action_id": "more", "options": []map[string]any{{"text": plain("Mark done"), "value": "task.done " + value}}}
	blocks := []map[string]any{{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": value}, "accessory": menu}}
	for _, action := range everyAction {
		blocks = append(blocks, map[string]any{"type": "actions", "elements": []map[string]any{
			{"type": "button", "action_id": action, "value": value, "text": plain(action)},
		}})
	}
	r.room(in)
	r.call("chat.postMessage", map[string]any{"channel": r.Slack.ChannelID(in), "text": value, "blocks": blocks})
}

// room makes a channel with everybody and the bot in it.
func (r *rig) room(name string) {
	if err := r.Slack.AddChannel(sandbox.ChannelSpec{Name: name, App: true}); err != nil {
		r.t.Fatal(err)
	}
}

func forgedForms(r *rig, p *sandbox.Person, out *notes) {
	r.room("forge")
	r.call("chat.postMessage", map[string]any{"channel": r.Slack.ChannelID("forge"), "text": "Forge", "blocks": []map[string]any{
		{"type": "actions", "elements": []map[string]any{{"type": "button", "action_id": "nothing", "value": "x", "text": plain("Forge")}}},
	}})
	for _, action := range everyAction {
		for _, about := range []string{"INC-1", "INC-1/1?u=UCEM", "INC-1?f=standard&s=documenting&w=ask"} {
			r.forgeForm(p, action, about)
			m := p.Modal("Forged").Fill("reason", "a reason").Fill("name", "").Fill("incident", "INC-1")
			m.Submit()
			out.add("the form %s about %s → %s", action, about, r.acked())
			p.Modal().CloseAll()
		}
	}
}

// forgeForm opens a form in the bot's name that the bot never made: with the trigger of a click that means nothing.
func (r *rig) forgeForm(p *sandbox.Person, action, about string) {
	p.In("#forge").Press("Forge")
	clicks := r.Slack.Envelopes("block_actions")
	var click struct {
		Trigger string `json:"trigger_id"`
	}
	if err := json.Unmarshal(clicks[len(clicks)-1].Payload, &click); err != nil {
		r.t.Fatal(err)
	}
	field := func(name string) map[string]any {
		return map[string]any{"type": "input", "optional": true, "block_id": name, "label": plain(name), "element": map[string]any{"type": "plain_text_input", "action_id": name}}
	}
	r.call("views.open", map[string]any{"trigger_id": click.Trigger, "view": map[string]any{
		"type": "modal", "title": plain("Forged"), "submit": plain("Send"), "callback_id": action, "private_metadata": about,
		"blocks": []any{field("reason"), field("name"), field("incident")},
	}})
}

func plain(s string) map[string]any { return map[string]any{"type": "plain_text", "text": s} }

func itsChannel(r *rig, p *sandbox.Person, out *notes) {
	err := r.Slack.Person(p.ID()).Try(func(p *sandbox.Person) { p.Slash("#inc-1", "/inc") })
	out.add("in its channel: %v; channels: %q", err, p.Channels())
}

// call calls Slack in the bot's name.
func (r *rig) call(method string, args map[string]any) {
	form := url.Values{"token": {r.Slack.BotToken()}}
	for k, v := range args {
		s, ok := v.(string)
		if !ok {
			b, err := json.Marshal(v)
			if err != nil {
				r.t.Fatal(err)
			}
			s = string(b)
		}
		form.Set(k, s)
	}
	resp, err := http.PostForm(r.Slack.APIURL()+method, form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		OK    bool
		Error string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || !answer.OK {
		r.t.Fatalf("%s: %v %s", method, err, answer.Error)
	}
}
