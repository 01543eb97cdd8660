package blocks

import (
	"slices"
	"strings"

	"epilogue/flow"
)

// Assigned tells assignments in one line, however many: "@ben takes 2 tasks, @cem takes 1 (from @ana)." It is zero when the events leave
// nothing to say: what was given and taken back, or became nobody's.
func Assigned(s Scene, inc flow.Incident, events []flow.Event) Message {
	var parts []Text
	inc = withRemoved(inc, events)
	for _, h := range handovers(events) {
		what := bold(s.titleOf(inc, h.tasks[0]))
		if len(h.tasks) > 1 {
			what = count(len(h.tasks), "task")
		}
		taker := s.who(h.to)
		if h.self {
			taker = s.name(h.to) // taking a task oneself notifies nobody
		}
		part := say("%s takes %s", taker, what)
		if h.unable != "" {
			part = say("%s in place of %s, who can no longer do it", part, s.name(h.unable))
		} else if h.from != "" && h.from != h.to {
			from := s.name(h.from) // whoever gave it knows
			if h.self {
				from = s.who(h.from) // whoever had it does not
			}
			part = say("%s (from %s)", part, from)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return Message{}
	}
	return Say(say("%s: %s.", inc.ID, join(", ", parts...)))
}

// handover is what one person got from one giver.
type handover struct {
	to, from flow.UserID
	self     bool
	unable   flow.UserID // who had it, and can no longer do it
	tasks    []flow.TaskNumber
}

// handovers sums assignments up: of every task the last holder counts, in the order in which tasks were first given.
func handovers(events []flow.Event) []handover {
	type last struct{ to, by, before, unable flow.UserID }
	ends := map[flow.TaskNumber]last{}
	var order []flow.TaskNumber
	for _, ev := range events {
		f, ok := ev.Fact.(flow.TaskAssigned)
		if !ok {
			continue
		}
		end, seen := ends[f.Task]
		if !seen {
			end.before = f.From
			order = append(order, f.Task)
		}
		end.to, end.by, end.unable = f.To, ev.By, ""
		if f.Unable {
			end.unable = f.From
		}
		ends[f.Task] = end
	}
	var out []handover
next:
	for _, n := range order {
		end := ends[n]
		if end.to == "" || end.to == end.before {
			continue
		}
		from, self := end.by, end.by == end.to
		if self {
			from = end.before // named is who had it
		}
		for i := range out {
			if out[i].to == end.to && out[i].from == from && out[i].self == self && out[i].unable == end.unable {
				out[i].tasks = append(out[i].tasks, n)
				continue next
			}
		}
		out = append(out, handover{to: end.to, from: from, self: self, unable: end.unable, tasks: []flow.TaskNumber{n}})
	}
	return out
}

func (s Scene) titleOf(inc flow.Incident, n flow.TaskNumber) Text {
	if t, ok := inc.Task(n); ok {
		return title(t)
	}
	return say("task %d", n)
}

// mostThread is how many things a reply tells; the timeline has them all.
const mostThread = 15

// Thread gathers what happened to tasks into one reply below the card: "Ana: *Review the incident timeline* done. Cem: *Ask Legal* not
// doing, no personal data involved." It is zero when the events hold nothing of the kind.
func Thread(s Scene, inc flow.Incident, events []flow.Event) Message {
	var lines []Text
	inc = withRemoved(inc, events)
	for _, ev := range events {
		if t := s.threadLine(inc, ev); !t.IsZero() {
			lines = append(lines, t)
		}
	}
	switch n := len(lines); {
	case n == 0:
		return Message{}
	case n > mostThread:
		lines = append(lines[:mostThread], say("And %d more: %s.", n-mostThread, s.command("timeline %s", inc.ID)))
	}
	return Say(join("\n", lines...))
}

// withRemoved is the incident with the tasks that the events removed, so that what happened to them before has a name.
func withRemoved(inc flow.Incident, events []flow.Event) flow.Incident {
	inc.Tasks = slices.Clone(inc.Tasks)
	for _, ev := range events {
		switch f := ev.Fact.(type) {
		case flow.TaskRemoved:
			inc.Tasks = append(inc.Tasks, flow.Task{Number: f.Task, Title: f.Title})
		case flow.SnapshotUpdated:
			inc.Tasks = append(inc.Tasks, f.Removed...)
		}
	}
	return inc
}

func (s Scene) threadLine(inc flow.Incident, ev flow.Event) Text {
	by := s.name(ev.By)
	switch f := ev.Fact.(type) {
	case flow.TaskCompleted:
		if f.Proof != "" {
			return say("%s done by itself: %s.", bold(s.titleOf(inc, f.Task)), s.proven(f.Proof, f.Evidence))
		}
		return say("%s: %s done.", by, bold(s.titleOf(inc, f.Task)))
	case flow.TaskSkipped:
		return say("%s: %s not doing, %s.", by, bold(s.titleOf(inc, f.Task)), because(f.Reason))
	case flow.TaskReopened:
		return s.reopenedTask(inc, ev, f)
	case flow.TaskAdded:
		return say("%s added %s.", by, bold(title(f.Task)))
	case flow.TaskRemoved:
		return say("%s removed %s.", by, bold(brief(f.Title, shortTitle)))
	case flow.SnapshotUpdated:
		return s.updatedFromFlow(ev, f)
	case flow.TaskDueSet:
		return s.dueChanged(by, bold(s.titleOf(inc, f.Task)), f)
	case flow.DocumentAttached, flow.DocumentStateSet, flow.DocumentMadeMain, flow.DocumentDetached, flow.DocumentShared:
		return s.documentSentence(inc, ev)
	case flow.Reminded:
		return s.namedLines(inc, f)
	case flow.TaskAssigned:
		if f.Unable && f.To == "" {
			return say("%s can no longer do %s: nobody has it now.", s.name(f.From), bold(s.titleOf(inc, f.Task)))
		}
		if f.To == "" {
			return say("%s: nobody has %s now.", by, bold(s.titleOf(inc, f.Task)))
		}
	}
	return s.followUpThread(inc, ev)
}

// reopenedTask mentions whoever has the task: there is something to do again.
func (s Scene) reopenedTask(inc flow.Incident, ev flow.Event, f flow.TaskReopened) Text {
	what := bold(s.titleOf(inc, f.Task))
	line := say("%s: %s is open again.", s.name(ev.By), what)
	if f.Proof != "" {
		line = say("%s is open again: %s.", what, s.goneWords(f.Proof, f.Reason))
	}
	if t, ok := inc.Task(f.Task); ok && t.Assignee != "" && t.Assignee != ev.By {
		return join(" ", line, s.who(t.Assignee))
	}
	return line
}

// goneWords is why evidence went away, or that it did.
func (s Scene) goneWords(proof, why string) Text {
	if why == "" {
		if role, ok := strings.CutPrefix(proof, "role/"); ok {
			return say("nobody is %s now", brief(s.Process.RoleName(flow.Key(role)), shortPerson))
		}
		return say("%s is gone", s.proofName(proof))
	}
	return because(why)
}

func (s Scene) dueChanged(by, what Text, f flow.TaskDueSet) Text {
	line := say("%s: %s is due %s", by, what, s.day(f.To))
	if f.To.IsZero() {
		line = say("%s: %s has no due date now", by, what)
	}
	if !f.From.IsZero() {
		line = say("%s (it was %s)", line, s.day(f.From))
	}
	if f.Reason == "" {
		return say("%s.", line)
	}
	return say("%s, %s.", line, because(f.Reason))
}
