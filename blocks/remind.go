package blocks

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// DigestOf is what a digest is about: what To was reminded of on a day.
type DigestOf struct {
	To    flow.UserID  `json:"to"`
	Day   flow.Date    `json:"day"`
	Items []DigestItem `json:"items"`
}

// DigestItem is a task, a follow-up, or an incident that goes nowhere.
type DigestItem struct {
	Incident flow.IncidentID     `json:"incident"`
	Task     flow.TaskNumber     `json:"task,omitempty"`
	Stuck    flow.Stuck          `json:"stuck,omitempty"`
	FollowUp flow.FollowUpNumber `json:"follow_up,omitempty"`
}

// mostDigested is how many items a digest shows with their buttons: two blocks each.
const mostDigested = 15

// DigestDM is the one reminder of a day. It shows the present: rendered again after a change, settled tasks lose their buttons and say so. Incidents are
// those of the items that the reader may see; what is of others is left out.
func DigestDM(s Scene, d DigestOf, incidents map[flow.IncidentID]flow.Incident) Message {
	items := slices.DeleteFunc(slices.Clone(d.Items), func(it DigestItem) bool { return incidents[it.Incident].ID == 0 })
	opening := s.digestOpening(d, items, incidents)
	shown, fallback, next := paragraph(bold(opening)), []Text{opening}, true
	for i, it := range items {
		if i == mostDigested {
			rest := say("%d more: %s.", len(items)-i, s.command("todo"))
			shown, fallback = append(shown, section(rest, nil)), append(fallback, rest)
			break
		}
		line, blocks, open := s.digested(d, it, incidents[it.Incident], next)
		shown, fallback, next = append(shown, blocks...), append(fallback, line), next && !open
	}
	shown = append(shown, small(say("What comes when, and a pause: %s.", s.command("reminders"))))
	return message(join("\n", fallback...), shown...)
}

func (s Scene) digestOpening(d DigestOf, items []DigestItem, incidents map[flow.IncidentID]flow.Incident) Text {
	tasks, followUps, stuck := 0, 0, 0
	for _, it := range items {
		switch inc := incidents[it.Incident]; {
		case it.Stuck != "":
			stuck++
		case forReader(inc, d.To, it.Task):
			tasks++
		case followUpForReader(inc, d.To, it.FollowUp):
			followUps++
		}
	}
	switch {
	case len(items) == 0:
		return say("%s: nothing is left of this digest for you.", s.day(d.Day))
	case tasks+followUps > 0:
		return say("%s: %s for you.", s.day(d.Day), tasksAnd(tasks, followUps))
	case stuck < len(items):
		return say("%s: all of this is settled, or with somebody else.", s.day(d.Day))
	}
	return say("%s: %s that you answer for went nowhere.", s.day(d.Day), count(len(items), "incident"))
}

// tasksAnd is how many tasks and follow-ups there are: 2 tasks and 1 follow-up.
func tasksAnd(tasks, followUps int) Text {
	switch {
	case followUps == 0:
		return count(tasks, "task")
	case tasks == 0:
		return count(followUps, "follow-up")
	}
	return say("%s and %s", count(tasks, "task"), count(followUps, "follow-up"))
}

// forReader reports whether a task is still for the reader of a digest to do, or to see to.
func forReader(inc flow.Incident, to flow.UserID, n flow.TaskNumber) bool {
	t, ok := inc.Task(n)
	return ok && t.State == flow.Open && inc.Stage == flow.PostIncident && inc.Responsible(t) == to
}

// digested is one item, with whether there is something to do about it.
func (s Scene) digested(d DigestOf, it DigestItem, inc flow.Incident, next bool) (line Text, shown []slack.Block, open bool) {
	if it.FollowUp != 0 {
		return s.digestedFollowUp(d, it.FollowUp, inc, next)
	}
	if it.Task == 0 {
		return s.stuckItem(inc, it.Stuck, next)
	}
	t, ok := inc.Task(it.Task)
	switch {
	case !ok:
		line = say("Task %d was removed from %s.", it.Task, inc.ID)
	case !forReader(inc, d.To, it.Task):
		line = join(", ", s.handedLine(inc, d.To, t), say("%s", inc.ID))
	case t.Assignee == "":
		return s.reminded(d, inc, t, say("%s, nobody has it", s.itemLine(inc, t)), next)
	default:
		return s.reminded(d, inc, t, s.itemLine(inc, t), next)
	}
	return line, []slack.Block{section(line, nil)}, false
}

func (s Scene) reminded(d DigestOf, inc flow.Incident, t flow.Task, line Text, next bool) (Text, []slack.Block, bool) {
	if until := t.Reminded.Until; !until.IsZero() {
		line = say("⏸ %s", join(", ", bold(title(t)), heading(inc), s.due(inc, t), say("snoozed to %s", s.day(until))))
	}
	row := s.taskButtons(inc, t, t.Assignee == "")
	if next {
		first(row)
	}
	return line, []slack.Block{
		section(join("\n", line, instructions(t)), s.remindMenu(inc, t, d.Day)),
		actions("task/"+ref(inc, t).String(), row...),
	}, true
}

// remindMenu is the menu of a task that somebody was reminded of. The days stand in it as dates, so that they mean the same however late it is opened.
func (s Scene) remindMenu(inc flow.Incident, t flow.Task, today flow.Date) slack.BlockElement {
	r := ref(inc, t)
	to := func(d flow.Date) *slack.OptionBlockObject {
		label := say("Snooze to %s", s.day(d))
		return option(chosen(Snooze, Ref{Incident: inc.ID, Task: t.Number, Want: d.String()}), label.Plain())
	}
	tomorrow, monday := s.snoozeDays(today)
	days := []*slack.OptionBlockObject{to(tomorrow)}
	if monday != tomorrow {
		days = append(days, to(monday))
	}
	return overflow(append(days,
		choice(Snooze, "Snooze to a date", r),
		choice(Assign, "Reassign", r),
		choice(Skip, "Not doing", r),
	)...)
}

// today is the day in the organization's zone.
func (s Scene) today() flow.Date { return flow.DateOf(s.Now.In(s.zone())) }

// snoozeDays are the next business day, and the first one of next week.
func (s Scene) snoozeDays(today flow.Date) (tomorrow, monday flow.Date) {
	ahead := (8 - int(today.In(time.UTC).Weekday())) % 7
	if ahead == 0 {
		ahead = 7
	}
	return s.Process.Calendar.AddBusinessDays(today, 1), s.Process.Calendar.AddBusinessDays(today.AddDays(ahead), 0)
}

func (s Scene) stuckItem(inc flow.Incident, why flow.Stuck, next bool) (Text, []slack.Block, bool) {
	line := join(", ", bold(heading(inc)), s.stuck(inc, why))
	var row []slack.BlockElement
	r := Ref{Incident: inc.ID}
	switch {
	case inc.Stage == flow.Active:
		row = append(row, button(Close, "Close", r, inc.ID.String()), button(Update, "Update", r, inc.ID.String()))
	case inc.Stage == flow.Closed:
		return line, []slack.Block{section(line, nil)}, false
	case inc.Progress(inc.Status).Total() == 0:
		row = append(row, button(MoveOn, "Move on", Ref{Incident: inc.ID, Status: inc.Status}, inc.ID.String()))
		fallthrough
	default:
		row = append(row, button(ShowAll, "Open tasks", r, inc.ID.String()), button(OptOut, "Opt out", r, inc.ID.String()))
	}
	if next {
		first(row)
	}
	return line, []slack.Block{section(line, nil), actions("stuck/"+inc.ID.String(), row...)}, true
}

// stuck says why an incident goes nowhere, so that it stays true: it tells since when it stands where it does.
func (s Scene) stuck(inc flow.Incident, why flow.Stuck) Text {
	switch {
	case inc.Stage == flow.Closed:
		return say("closed by now")
	case why == flow.Lingering && inc.Stage == flow.Active:
		return say("in %s since %s: close it if it is resolved", s.statusName(inc), s.date(inc.Since))
	case why == flow.NoTasks && inc.Progress(inc.Status).Total() == 0:
		return say("in %s since %s, which has no tasks: it waits for somebody to move it on", s.statusName(inc), s.date(inc.Since))
	case why == flow.Unsettled:
		return say("in %s since %s, %s: nothing was settled for five business days", s.statusName(inc), s.date(inc.Since), settledOf(inc.Progress(inc.Status)))
	}
	return say("%s since %s", s.statusName(inc), s.date(inc.Since))
}

// OfferDM offers the next in line what somebody else does not do.
func OfferDM(s Scene, inc flow.Incident, to flow.UserID, tasks []flow.TaskNumber, ev flow.Event) Message {
	f, _ := ev.Fact.(flow.Reminded)
	opening := s.offers(inc, f)
	shown, fallback, next := paragraph(opening), []Text{opening}, true
	for i, n := range tasks {
		if i == mostHanded {
			rest := say("%d more: %s.", len(tasks)-i, s.command("tasks %s", inc.ID))
			shown, fallback = append(shown, section(rest, nil)), append(fallback, rest)
			break
		}
		t, ok := inc.Task(n)
		line := say("Task %d was removed from %s.", n, inc.ID)
		if ok {
			line = s.offeredLine(inc, to, f.To, t)
		}
		fallback = append(fallback, line)
		if !ok || t.State != flow.Open || t.Assignee == to || inc.Stage != flow.PostIncident {
			shown = append(shown, section(line, nil))
			continue
		}
		row := []slack.BlockElement{button(Take, "Assign to me", ref(inc, t), t.Title), button(Complete, "Mark done", ref(inc, t), t.Title)}
		if next {
			first(row)
		}
		next = false
		shown = append(shown, section(join("\n", line, instructions(t)), taskMenu(inc, t)), actions("task/"+ref(inc, t).String(), row...))
	}
	return message(join("\n", fallback...), shown...)
}

// offers opens an offer. It tells what was found when it was made.
func (s Scene) offers(inc flow.Incident, f flow.Reminded) Text {
	name := s.name(f.To)
	switch f.Held {
	case flow.HeldAway:
		return say("%s is away, and has something due in %s. You are next in line: take it if it cannot wait.", name, heading(inc))
	case flow.HeldPaused:
		return say("%s paused reminders, and has something late in %s. You are next in line: take it if it cannot wait.", name, heading(inc))
	case flow.HeldGone:
		return say("%s is not around any more, and still has something to do in %s. You are next in line: take it, or give it to somebody.", name, heading(inc))
	}
	return say("%s did not react to reminders about %s. You are next in line: take it, or ask whether it will be done.", name, heading(inc))
}

func (s Scene) offeredLine(inc flow.Incident, to, had flow.UserID, t flow.Task) Text {
	if t.State == flow.Open && t.Assignee == to && inc.Stage == flow.PostIncident {
		return join(" · ", say("%s %s: yours now", s.state(inc, t), title(t)), s.due(inc, t))
	}
	return s.handedLine(inc, had, t)
}

// Raised tells a channel or a person of their own what is five business days late.
func Raised(s Scene, inc flow.Incident, ev flow.Event) Message {
	f, _ := ev.Fact.(flow.Reminded)
	var lines []Text
	for _, step := range f.Tasks {
		t, ok := inc.Task(step.Task)
		if !ok || !step.Raised {
			continue
		}
		lines = append(lines, s.handedOrOpen(inc, t))
	}
	if len(lines) == 0 {
		return Message{}
	}
	where, _ := channel(inc.Channel)
	opening := join(" ", say("%s: nobody got to this.", bold(heading(inc))), where)
	shown := append(paragraph(join("\n", append([]Text{opening}, lines...)...)),
		actions("raised/"+inc.ID.String(), button(Tasks, "See tasks", Ref{Incident: inc.ID}, inc.ID.String())))
	return message(join("\n", append([]Text{opening}, lines...)...), shown...)
}

func (s Scene) handedOrOpen(inc flow.Incident, t flow.Task) Text {
	if t.State != flow.Open {
		return say("%s %s: %s", s.state(inc, t), title(t), s.ending(t))
	}
	return say("%s %s, %s, %s", s.state(inc, t), bold(title(t)), s.holder(t.Assignee), s.due(inc, t))
}

// namedLines is what the card's thread says of reminders: who is next in line for what is late. It mentions nobody else.
func (s Scene) namedLines(inc flow.Incident, f flow.Reminded) Text {
	var tasks []flow.TaskNumber
	for _, step := range f.Tasks {
		if t, ok := inc.Task(step.Task); step.Named && ok && t.State == flow.Open {
			tasks = append(tasks, step.Task)
		}
	}
	if len(tasks) == 0 || f.Next == "" {
		return Text{}
	}
	t, _ := inc.Task(tasks[0])
	line := say("%s is still open, with %s (was due %s).", bold(title(t)), s.holder(t.Assignee), s.day(t.Due))
	if len(tasks) > 1 {
		line = say("%s are still open and late, with %s: %s.", count(len(tasks), "task"), s.name(f.To), s.titles(inc, tasks, 3, false))
	}
	return join(" ", line, say("%s, can you see to it?", s.who(f.Next)))
}

// remindedSentence is a reminder in the timeline: who was told of what, and what follows.
func (s Scene) remindedSentence(inc flow.Incident, f flow.Reminded) Text {
	var tasks, offered, raised, last []flow.TaskNumber
	for _, step := range f.Tasks {
		tasks = append(tasks, step.Task)
		if step.Offered {
			offered = append(offered, step.Task)
		}
		if step.Raised {
			raised = append(raised, step.Task)
		}
		if step.Last {
			last = append(last, step.Task)
		}
	}
	named := func(tasks []flow.TaskNumber) Text { return s.titles(inc, tasks, len(tasks), false) }
	var out []Text
	switch {
	case len(tasks)+len(f.FollowUps) == 0 && f.Stuck == "":
		out = append(out, say("%s was reminded.", s.name(f.To)))
	case len(tasks) == 0:
	case f.Held == flow.HeldAway:
		out = append(out, say("The reminder of %s was held back: %s was away.", named(tasks), s.name(f.To)))
	case f.Held == flow.HeldPaused:
		out = append(out, say("The reminder of %s was held back: %s had paused reminders.", named(tasks), s.name(f.To)))
	case f.Held == flow.HeldGone:
		out = append(out, say("Nobody was reminded of %s: %s was not around any more.", named(tasks), s.name(f.To)))
	default:
		out = append(out, say("%s was reminded of %s.", s.name(f.To), named(tasks)))
	}
	out = append(out, s.remindedFollowUps(inc, f)...)
	if f.Stuck != "" {
		out = append(out, say("%s was told that the incident goes nowhere.", s.name(f.To)))
	}
	if len(offered) > 0 {
		out = append(out, say("%s was offered %s.", s.name(f.Next), named(offered)))
	}
	if len(raised) > 0 {
		to, ok := channel(f.Channel)
		if !ok {
			to = s.name(f.Person)
		}
		out = append(out, say("%s was raised to %s.", named(raised), to))
	}
	if len(last) > 0 {
		out = append(out, say("No more reminders follow for %s: from then on it is in the weekly report.", named(last)))
	}
	return join(" ", out...)
}

// stepWords are the steps of a ladder in words.
var stepWords = map[flow.Step]words{
	flow.NoSteps: "nobody", flow.DayBefore: "the day before", flow.OnTheDay: "on the day", flow.OneLate: "one", flow.ThreeLate: "three",
	flow.FiveLate: "five business days late",
}

// ladderNamed is a ladder in words, from its steps with a space between them.
func ladderNamed(steps string) Text {
	var names []Text
	for _, step := range strings.Fields(steps) {
		names = append(names, say(stepWords[flow.Step(step)]))
	}
	text := join(", ", names...)
	if strings.HasSuffix(steps, string(flow.OneLate)) || strings.HasSuffix(steps, string(flow.ThreeLate)) {
		text = say("%s business days late", text)
	}
	return text
}
