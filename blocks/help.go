package blocks

import (
	"epilogue/flow"
	"epilogue/internal/spelling"
)

// Here is where somebody asks for help.
type Here struct {
	Incident flow.Incident // of the channel; the zero Incident if it has none
	Tasks    int           // open tasks of the person, in all incidents
	Admin    bool
}

// Help tells what makes sense here and now, most likely first.
func Help(s Scene, h Here) Message {
	var lines []Text
	add := func(what words, command words, args ...any) {
		lines = append(lines, say("• %s  %s", s.command(command, args...), say(what)))
	}
	opening := say("Here is what you can do.")
	if h.Incident.ID != 0 {
		opening = say("%s is %s. Here is what you can do.", heading(h.Incident), s.standing(h.Incident))
	}
	switch id := h.Incident.ID; {
	case id == 0:
		add("a new incident", "declare Checkout errors in EU")
	case h.Incident.Stage == flow.Active:
		add("say what is new: status, severity, a note", "update")
		add("it is resolved: close it, or start its tasks", "close")
		add("who leads", "lead @ana")
		add("who does what", "role")
	case h.Incident.Stage == flow.PostIncident:
		add("what is left to do", "tasks")
		add("mark a task done", "task 2 done")
		add("give a task to somebody", "task 2 assign @ben")
		add("leave a task undone, with a reason", "task 2 not-doing covered by INC-40")
		add("another due date", "task 2 due 2026-12-03")
		add("its post-mortem: attach, make, share", "postmortem")
		add("one more task, for this incident only", "task add Tell the support team")
		add("schedule the debrief", "debrief")
		add("close it early, with a reason", "close")
	case h.Incident.Stage == flow.Closed:
		add("take it up again", "reopen")
	}
	if h.Incident.ID != 0 {
		add("what happened, in order", "timeline")
		add("what is to be done so that it does not come back", "follow-up Retry the payment provider")
		if open := h.Incident.OpenFollowUps(); len(open) > 0 {
			add("mark one of them done; also not-doing, assign, due, link", "follow-up %d done", int(open[0].Number))
		}
		add("another incident", "declare Checkout errors in EU")
	}
	if h.Tasks > 0 {
		lines = append(lines, say("• %s  your %s", s.command("todo"), count(h.Tasks, "open task")))
	}
	if h.Tasks > 0 {
		add("what you will be reminded of, and a pause", "reminders")
	}
	add("incidents", "list post-incident")
	return Say(join("\n", append([]Text{opening}, lines...)...))
}

func (s Scene) standing(inc flow.Incident) Text {
	switch inc.Stage {
	case flow.Closed:
		return say("closed")
	case flow.PostIncident:
		return say("in %s, %s", s.statusName(inc), settledOf(inc.Progress(inc.Status)))
	}
	return say("active, %s", s.statusName(inc))
}

// Subcommands are what can follow the command, as people type them.
func Subcommands() []string {
	return []string{
		"help", "declare", "update", "severity", "type", "summary", "rename", "close", "resolve", "reopen", "tasks", "task", "move-on", "todo",
		"role", "lead", "timeline", "list", "postmortem", "reminders",
		"follow-up", "follow-ups", "audit", "debrief",
	}
}

// NoSuchCommand answers a subcommand that does not exist, with the nearest that does.
func NoSuchCommand(s Scene, typed string) Text {
	if near, ok := spelling.Nearest(typed, Subcommands()); ok {
		return s.didYouMean(typed, "%s", near)
	}
	return say("I do not know “%s”. What I do know: %s.", brief(typed, 40), s.command("help"))
}

// Usage answers a subcommand whose arguments cannot be read: what is wrong, then how it goes. Both are sentences of the program, with
// what was typed in problem.
func Usage(s Scene, problem, example string) Text {
	return say("%s For example: `%s %s`", brief(problem, shortReason), s.slash(), brief(example, shortReason))
}

// NoIncidentHere answers a command that needs an incident, in a channel that belongs to none.
func NoIncidentHere(s Scene, command string) Text {
	return say("This channel belongs to no incident. Name the one you mean: `%s %s`", s.slash(), brief(command+" INC-42", shortReason))
}

// PressAgain answers a click whose form could not be opened in time.
func PressAgain() Text {
	return say("Slack was too slow to open this. Nothing was changed; please press again.")
}
