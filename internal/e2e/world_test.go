package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"epilogue/flow"
	"epilogue/internal/flowfile"
	"epilogue/internal/sandbox"
	"epilogue/store"
)

// world are the commands that nobody in the workspace gives.
var world = map[string]func(*line){
	"clock": clock, "process": process, "forget": forget, "restart": restart, "excuse": excuse,
	"posts": posts, "replies": replies, "dms": dms, "pings": pings, "calls": calls,
	"slack": slack, "admin": admin, "group": group, "canvas": canvas, "file": file,
}

var days = regexp.MustCompile(`^(\d+)d`)

// clock lets time pass: +3d, +90m, +2d3h.
func clock(l *line) {
	l.rest(now)
	by, ok := strings.CutPrefix(l.arg(0, "how long"), "+")
	var d time.Duration
	if m := days.FindStringSubmatch(by); m != nil {
		n, _ := strconv.Atoi(m[1]) // digits, by the expression
		d, by = time.Duration(n)*24*time.Hour, strings.TrimPrefix(by, m[0])
	}
	var err error
	if by != "" {
		var rest time.Duration
		rest, err = time.ParseDuration(by)
		d += rest
	}
	if !ok || err != nil {
		l.fail("how long is %q? write +3d2h", l.args[0])
	}
	l.r.Slack.Clock().Move(d)
	l.rest(now)
}

// head is what a process file of a script leaves out.
const head = `version: 1
severities:
  - {key: minor, name: Minor}
  - {key: major, name: Major}
  - {key: critical, name: Critical}
types:
  - {key: default, name: Default}
  - {key: security, name: Security}
roles:
  - {key: lead, name: Incident Lead}
  - {key: communications, name: Communications Lead}
  - {key: scribe, name: Scribe}
active_statuses:
  - {key: investigating, name: Investigating}
  - {key: fixing, name: Fixing}
  - {key: monitoring, name: Monitoring}
calendar:
  working_days: [mon, tue, wed, thu, fri]
`

func process(l *line) {
	file := l.arg(0, "a file")
	p, err := flowfile.Read(strings.NewReader(head+l.ts.ReadFile(file)), file)
	if err == nil {
		err = l.r.process(func(was *flow.Process) { *was = p })
	}
	l.end(err)
}

// process saves the next version of the process.
func (r *rig) process(change func(*flow.Process)) error {
	ctx := context.Background()
	p, err := r.Store.Process(ctx)
	if err != nil {
		return err
	}
	next := p.Version + 1
	change(&p)
	p.Version = next
	if wrong := p.Check(); len(wrong) > 0 {
		return fmt.Errorf("the process is wrong: %v", wrong)
	}
	return r.Store.SaveProcess(ctx, store.ProcessVersion{Process: p, At: r.Slack.Clock().Now()})
}

func forget(l *line) {
	l.rest(later)
	l.r.forget()
}

func restart(l *line) {
	l.rest(now)
	if err := l.r.StopBot(); err != nil {
		l.fail("stop the bot: %v", err)
	}
	if err := l.r.RestartBot(context.Background()); err != nil {
		l.fail("%v", err)
	}
}

func canvas(l *line) {
	l.rest(now)
	for title, text := range l.r.Slack.Canvases() {
		if strings.HasPrefix(title, l.arg(0, "a title")) {
			l.end(contains(text, l.args[1:]))
			return
		}
	}
	l.end(fmt.Errorf("there is no such canvas, but %v", slices.Collect(maps.Keys(l.r.Slack.Canvases()))))
}

func file(l *line) {
	l.rest(now)
	for _, f := range l.r.Slack.Files() {
		if strings.HasPrefix(f.Name, l.arg(0, "a name")) {
			l.end(contains(string(f.Content), l.args[1:]))
			return
		}
	}
	l.end(errors.New("there is no such file"))
}

func excuse(l *line) { l.r.excused = append(l.r.excused, l.arg(0, "what")) }

func slack(l *line) {
	switch l.arg(0, "refuses or works") {
	case "works":
		l.r.Slack.Faults().Clear()
	case "refuses":
		f := sandbox.Fault{Method: l.arg(1, "a method"), Error: l.arg(2, "a code")}
		if len(l.args) > 3 {
			n, err := strconv.Atoi(l.args[3])
			if err != nil {
				l.fail("how often is %q?", l.args[3])
			}
			f.Times = n
		}
		l.r.Slack.Faults().Add(f)
	default:
		l.fail("Slack refuses, or works")
	}
}

func admin(l *line) {
	l.rest(now)
	s, what := l.r.Slack, l.arg(1, "whom or what")
	var err error
	switch l.arg(0, "a deed") {
	case "deactivates":
		err = s.Deactivate(what)
	case "guests":
		err = s.SetRole(what, sandbox.Guest)
	case "writes-status": // of somebody, as they would: an emoji, words
		err = s.SetStatus(what, l.arg(2, "an emoji, or none"), strings.Join(l.args[3:], " "), time.Time{})
	case "promotes":
		err = s.SetRole(what, sandbox.Admin)
	case "demotes":
		err = s.SetRole(what, sandbox.Member)
	case "shares":
		err = s.ShareChannel(what, true)
	case "adds-bot":
		err = s.AddApp(strings.TrimPrefix(l.r.channel(what, ""), "#"))
	case "kicks-bot":
		err = s.KickApp(strings.TrimPrefix(l.r.channel(what, ""), "#"))
	case "writes-canvas":
		err = s.WriteCanvas(l.arg(1, "a title"), l.arg(2, "what stands there"), l.arg(3, "what is written instead"))
	default:
		l.fail("an admin does not know how to %q", l.args[0])
	}
	l.end(err)
	l.rest(now)
}

// group makes a user group, or changes who is in it.
func group(l *line) {
	l.end(l.r.Slack.SetGroup(sandbox.GroupSpec{Handle: l.arg(0, "a group"), Members: l.args[1:]}))
	l.rest(now)
}

// amount checks a count: N, none, or "at most N".
func (l *line) amount(have int, from int) {
	want, most := l.arg(from, "a number"), false
	if want == "at" && l.arg(from+1, "most") == "most" {
		want, most = l.arg(from+2, "a number"), true
	}
	if want == "none" {
		want = "0"
	}
	n, err := strconv.Atoi(want)
	if err != nil {
		l.fail("%q is no number", want)
	}
	if have != n && (!most || have > n) {
		err = fmt.Errorf("there are %d", have)
	}
	l.end(err)
}

func posts(l *line) {
	l.rest(later)
	top, _ := l.r.said(l.r.channel(l.arg(0, "a channel"), ""))
	l.amount(len(top), 1)
}

func replies(l *line) {
	l.rest(later)
	_, below := l.r.said(l.r.channel(l.arg(0, "a channel"), ""))
	l.amount(len(below), 1)
}

func dms(l *line) {
	l.rest(later)
	top, below := l.r.said(l.arg(0, "a person"))
	l.amount(len(top)+len(below), 1)
}

func pings(l *line) {
	l.rest(later)
	l.amount(len(l.r.pinged(l.arg(0, "a person"))), 1)
}

func calls(l *line) {
	l.rest(later)
	l.amount(l.r.called(l.arg(0, "a method")), 1)
}

// forget makes everything that was said so far count no more.
func (r *rig) forget() {
	r.mark = counts{calls: len(r.Slack.Calls()), pings: len(r.Slack.Notifications()), posts: map[string]int{}}
	for _, place := range r.places() {
		r.mark.posts[place] = len(r.Slack.Messages(place))
	}
}

// places are all conversations: channels by "#name", direct messages by the person's handle.
func (r *rig) places() []string {
	var out []string
	for _, p := range cast() {
		out = append(out, p.Handle)
		var all []string
		_ = r.person(p.Handle, func(p *sandbox.Person) { all = p.Channels() }) // who is deactivated sees none
		out = append(out, all...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// said are the bot's messages for everyone in a conversation: on top, and in threads. Only they carry metadata.
func (r *rig) said(in string) (top, below []sandbox.Message) {
	for i, m := range r.Slack.Messages(strings.TrimPrefix(in, "#")) {
		switch {
		case i < r.mark.posts[in] || len(m.Metadata) == 0 || m.OnlyFor != "":
		case m.ThreadTS != "" && m.ThreadTS != m.TS:
			below = append(below, m)
		default:
			top = append(top, m)
		}
	}
	return top, below
}

func (r *rig) pinged(who string) []sandbox.Notification {
	all := r.Slack.Notifications()[r.mark.pings:]
	return slices.DeleteFunc(slices.Clone(all), func(n sandbox.Notification) bool { return n.Who != who })
}

func (r *rig) called(method string) int {
	n := 0
	for _, c := range r.Slack.Calls()[r.mark.calls:] {
		if c.Method == method {
			n++
		}
	}
	return n
}
