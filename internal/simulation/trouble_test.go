package simulation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"epilogue/flow"
	"epilogue/internal/sandbox"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// fates are what happens by itself: "clock 26h", "crash before 3", "slack chat.postMessage reset-after 2".
var fates map[string]func(*world, []string)

func init() { // it refers to run, which refers to it
	fates = map[string]func(*world, []string){
		"process": process, "clock": moveClock, "wait": wait, "deactivate": role(sandbox.Deactivated), "activate": role(sandbox.Member),
		"archive": archive, "unarchive": unarchive, "kick": kick, "back": back,
		"slack": disturb, "limits": limits, "lag": lag, "calm": func(w *world, _ []string) { w.calm() },
		"network": network0, "cut": cut, "silence": silence, "refresh": refresh, "duplicate": duplicate, "delay": delay, "ghosts": ghosts,
		"crash": crash(true), "fail": crash(false), "restart": func(w *world, _ []string) { w.rebirth() },
		"settle": func(w *world, _ []string) { w.examine() },
	}
}

// run carries out one line. Parts of it that stand between "||" happen at the same time.
func (w *world) run(text string) {
	w.steps = append(w.steps, text)
	parts := strings.Split(text, " || ")
	if len(parts) == 1 {
		w.deed(text)
	} else {
		w.crowd = mixed
		if !slices.ContainsFunc(parts, func(part string) bool { return !strings.HasSuffix(part, " done") }) {
			w.crowd = settlers
		}
		var g sync.WaitGroup
		for _, part := range parts {
			g.Go(func() { w.deed(part) })
		}
		g.Wait()
		w.crowd = alone
	}
	w.revive()
}

func (w *world) deed(text string) {
	words := strings.Fields(text)
	if fate := fates[words[0]]; fate != nil {
		fate(w, words[1:])
		return
	}
	do := deeds[words[1]]
	if !slices.Contains(people, words[0]) || do == nil {
		panic(fmt.Sprintf("nobody understands %q", text))
	}
	do(w, words[0], words[2:])
}

// pause lets what has begun go on for a moment.
func (w *world) pause() { time.Sleep(50 * time.Millisecond) }

// process ask|automatic 2,1 lead|none|cem [kinds] saves the next version: a flow with statuses of so many tasks, with this default assignee, and of kinds that
// are done by themselves.
func process(w *world, args []string) {
	ctx := context.Background()
	p, err := w.life.db.Process(ctx)
	if err != nil {
		return
	}
	p = aProcess(p.Version+1, args)
	_ = w.life.db.SaveProcess(ctx, store.ProcessVersion{Process: p, At: w.slack.Clock().Now()}) // the disk may fail at this commit, too
}

func aProcess(version int, args []string) flow.Process {
	p := flow.Standard()
	p.Version = version
	to := flow.Assignee{}
	switch args[2] {
	case "none":
	case "lead":
		to.Role = flow.LeadRole
	default:
		to.User = user(args[2])
	}
	f := flow.Flow{Key: "standard", Name: fmt.Sprintf("Flow %d", version), Entry: flow.Entry(args[0]), OptOut: flow.Everyone}
	for i, n := range strings.Split(args[1], ",") {
		s := flow.Status{Key: flow.Key(fmt.Sprint("s", i)), Name: fmt.Sprint("Status ", i)}
		tasks, _ := strconv.Atoi(n) // it is a number in every line of ours
		for j := range tasks {
			t := flow.Template{Key: flow.Key(fmt.Sprintf("t%d-%d", i, j)), Kind: flow.Custom, Title: fmt.Sprintf("Thing %d.%d of %d", i, j, version), Assignee: to}
			switch {
			case len(args) > 3 && args[3] == "kinds":
				t.Kind = kinds[i%len(kinds)][j%len(kinds[0])]
				t.Due = flow.Offset{N: 1 + j, Unit: flow.BusinessDays}
			case i == 0 && j == 1:
				t.Kind, t.Role = flow.AssignRole, "scribe"
			case j == 0:
				t.Due = flow.Offset{N: 1 + i, Unit: flow.BusinessDays}
			}
			s.Tasks = append(s.Tasks, t)
		}
		f.Statuses = append(f.Statuses, s)
	}
	p.Flows = []flow.Flow{f}
	return p
}

var kinds = [][3]flow.Kind{
	{flow.CreatePostmortem, flow.ScheduleDebrief, flow.HoldDebrief},
	{flow.CompletePostmortem, flow.SharePostmortem, flow.ReviewFollowUps},
	{flow.ReviewTimeline, flow.Custom, flow.SharePostmortem},
}

func length(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return d
}

func moveClock(w *world, args []string) { w.slack.Clock().Move(length(args[0])) }

func wait(_ *world, args []string) { time.Sleep(length(args[0])) }

// role gives somebody another role. Ana stays, since somebody has to.
func role(r sandbox.Role) func(*world, []string) {
	return func(w *world, args []string) {
		if args[0] == "ana" {
			return
		}
		w.absent = true
		if err := w.slack.SetRole(args[0], r); err != nil {
			w.fail("%v", err)
		}
		w.pause() // until then they may be taken for what they were
	}
}

// inChannelOf does something to the channel of an incident, if it has one; what is posted there meanwhile may be lost.
func (w *world) inChannelOf(ref string, do func(name string)) {
	_, channel := w.about(ref)
	for _, who := range people {
		_ = w.slack.Person(who).Try(func(p *sandbox.Person) {
			for _, name := range p.Channels() {
				if w.slack.ChannelID(name) == channel {
					w.spoilt[channel] = true
					do(name)
					channel = "done"
				}
			}
		})
	}
}

func archive(w *world, args []string) {
	w.inChannelOf(args[0], func(name string) { _ = w.slack.ArchiveChannel(name) })
}

// unarchive INC-1. A bot that was put out of the channel is let in again: that it is no longer archived is told only to who is in it.
func unarchive(w *world, args []string) {
	w.inChannelOf(args[0], func(name string) {
		for _, who := range people {
			_ = w.slack.Person(who).Try(func(p *sandbox.Person) { p.Unarchives(name) })
		}
		_ = w.slack.AddApp(name)
	})
}

func kick(w *world, args []string) {
	w.inChannelOf(args[0], func(name string) { _ = w.slack.KickApp(name) })
}

func back(w *world, args []string) {
	w.inChannelOf(args[0], func(name string) { _ = w.slack.AddApp(name) })
}

// disturb METHOD|any KIND TIMES.
func disturb(w *world, args []string) {
	f := map[string]sandbox.Fault{
		"429": {Status: 429, RetryAfter: 7 * time.Second}, "429-long": {Status: 429, RetryAfter: 90 * time.Second},
		"reset-before": {Reset: true}, "reset-after": {Reset: true, AfterEffect: true}, "500": {Status: 500}, "503-after": {Status: 503, AfterEffect: true},
		"internal-after": {Error: "internal_error", AfterEffect: true}, "hang": {Hang: true}, "hang-after": {Hang: true, AfterEffect: true},
		"refused": {Error: "restricted_action"},
		"slow":    {Slow: 1500 * time.Millisecond}, "very-slow": {Slow: 9 * time.Second},
	}[args[1]]
	if args[0] != "any" {
		f.Method = args[0]
	}
	w.refused = w.refused || args[0] == "any"
	f.Times, _ = strconv.Atoi(args[2])
	w.slack.Faults().Add(f)
}

func limits(w *world, _ []string) { w.slack.Faults().RateLimits(true) }

func lag(w *world, args []string) { w.slack.Faults().HistoryLag(length(args[0])) }

// missed notes that for so long an envelope may find nobody.
func (w *world) missed(d time.Duration) {
	w.deafSince(time.Now(), d)
}

// deafSince notes that from a moment on, until so long from now, an envelope may find nobody: one that was on its way then, too, and one for a connection
// that Slack does not know to be dead.
func (w *world) deafSince(from time.Time, d time.Duration) {
	if w.haunted {
		d += haunting
	}
	w.deaf = append(w.deaf, window{from.Add(-4 * time.Second), time.Now().Add(d)})
}

// haunting is how long connections that died without a word stay registered with Slack.
const haunting = 30 * time.Second

// network down 20s.
func network0(w *world, args []string) {
	net, d := w.life.net, length(args[1])
	w.missed(d + 25*time.Second)
	net.cut(true)
	time.Sleep(d)
	net.mend()
}

func cut(w *world, args []string) {
	w.missed(25 * time.Second)
	w.slack.Faults().CutSockets(w.some(args)...)
}

// some are all sockets, none named, or the first.
func (w *world) some(args []string) []int {
	if all := w.slack.Sockets(); args[0] == "one" && len(all) > 0 {
		return all[:1]
	}
	return nil
}

func silence(w *world, args []string) {
	w.missed(35 * time.Second)
	w.slack.Faults().SilenceSockets(w.some(args)...)
}

func refresh(w *world, _ []string) {
	if w.refused {
		w.missed(25 * time.Second)
	}
	w.slack.Faults().Disconnect("refresh_requested", 10*time.Second)
}

func duplicate(w *world, args []string) {
	n, _ := strconv.Atoi(args[0])
	w.slack.Faults().DuplicateNext(n)
}

func delay(w *world, args []string) { w.slack.Faults().DelayNext(length(args[0])) }

func ghosts(w *world, _ []string) {
	w.haunted = true
	w.missed(25 * time.Second)
	w.slack.Faults().Ghosts(haunting)
	w.slack.Faults().CutSockets(w.some([]string{"one"})...)
}

// crash before|after N: at the Nth commit from now on.
func crash(kill bool) func(*world, []string) {
	return func(w *world, args []string) {
		l := w.life
		l.mu.Lock()
		defer l.mu.Unlock()
		l.plan = plan{point: boltstore.BeforeWrite, kill: kill}
		if args[0] == "after" {
			l.plan.point = boltstore.AfterWrite
		}
		l.plan.in, _ = strconv.Atoi(args[1])
	}
}

// calm ends all trouble.
func (w *world) calm() {
	w.slack.Faults().Clear()
	w.life.net.mend()
	w.life.mu.Lock()
	w.life.plan.in = 0
	w.life.mu.Unlock()
	w.revive()
	w.haunted = false
}
