package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// mostOpen is how many open tasks a card shows. Slack's arithmetic: an open task is two blocks, a settled one is one, a message has 50.
const (
	mostOpen      = 15
	messageBlocks = 50
)

// Card is the picture of a post-incident status: the line that announces it, where the incident stands, and its tasks. The event is the
// StatusEntered that began the status; the announcement tells that event, the rest shows the incident as it is now. Once the status is
// over, Shrunk takes its place.
func Card(s Scene, inc flow.Incident, began flow.Event) Message {
	entered, _ := began.Fact.(flow.StatusEntered)
	above := s.entering(inc, began, entered)
	if inc.Card != began.Seq || inc.Stage != flow.PostIncident {
		over := say("%s: %s.", statusOf(inc, entered.Status), settledOf(inc.Progress(entered.Status)))
		return message(join(" ", above, over), section(above, nil), small(over))
	}
	tasks := inc.In(inc.Status)
	open, settled := split(tasks)
	shown := append(paragraph(above), section(join("\n", s.cardTitle(inc), s.trail(inc)), s.cardMenu(inc)), divider())
	shown = append(shown, s.cardTasks(inc, open, settled, messageBlocks-len(shown)-2)...)
	shown = append(shown, divider(), small(s.lastLine(inc, open, tasks)))
	return message(join("\n", above, s.openInWords(inc, open), say("%s.", settledOf(flow.Count(tasks)))), shown...)
}

func split(tasks []flow.Task) (open, settled []flow.Task) {
	for _, t := range tasks {
		if t.State == flow.Open {
			open = append(open, t)
		} else {
			settled = append(settled, t)
		}
	}
	return open, settled
}

// cardTitle names the incident and the flow, as it was when the incident entered.
func (s Scene) cardTitle(inc flow.Incident) Text {
	return say("%s · %s", heading(inc), s.flowName(inc))
}

func (s Scene) flowName(inc flow.Incident) Text {
	return say("%s v%d", brief(inc.Snapshot.Name, shortPerson), inc.Snapshot.Version)
}

// trail is where the incident stands: all statuses with the current one marked, progress, since when, who leads.
func (s Scene) trail(inc flow.Incident) Text {
	var path []Text
	for _, st := range inc.Snapshot.Statuses {
		name := brief(st.Name, 40)
		if st.Key == inc.Status {
			name = say("%s (now)", bold(name))
		}
		path = append(path, name)
	}
	path = append(path, say("Closed"))
	lead := Text{}
	if u := inc.Lead(); u != "" {
		lead = say("lead %s", s.name(u))
	}
	progress := say("%s · since %s", settledOf(inc.Progress(inc.Status)), s.moment(inc.Since))
	return join("\n", join(" → ", path...).Clip(1500), join(" · ", progress, lead))
}

func (s Scene) cardMenu(inc flow.Incident) slack.BlockElement {
	choices := []*slack.OptionBlockObject{
		choice(MoveOn, "Move on", Ref{Incident: inc.ID, Status: inc.Status}),
		choice(OptOut, "Opt out of post-incident", Ref{Incident: inc.ID}),
		choice(AddTask, "Add task", Ref{Incident: inc.ID}),
	}
	if _, changed := s.Process.SnapshotUpdate(inc, flow.Actor{}); changed {
		choices = append(choices, choice(UpdateFromFlow, "Update from the flow", Ref{Incident: inc.ID}))
	}
	if opens(s.Home) {
		home := choice(OpenHome, "Open in App Home", Ref{Incident: inc.ID})
		home.URL = s.Home
		choices = append(choices, home)
	}
	return overflow(choices...)
}

// cardTasks shows the first open tasks and the settled ones that fit into room blocks; what does not fit is behind Show all.
func (s Scene) cardTasks(inc flow.Incident, open, settled []flow.Task, room int) []slack.Block {
	if len(open)+len(settled) == 0 {
		b := button(MoveOn, "Move on", Ref{Incident: inc.ID, Status: inc.Status}, inc.ID.String())
		b.WithStyle(slack.StylePrimary)
		return []slack.Block{section(say("%s has no tasks.", statusOf(inc, inc.Status)), b)}
	}
	var shown []slack.Block
	more := len(open) + len(settled)
	for i, t := range open[:min(len(open), mostOpen)] {
		shown = append(shown, s.openTask(inc, t, i == 0)...)
		more--
	}
	for _, t := range settled {
		// The line that says how many more there are needs room too, unless this is the last task.
		if len(shown)+1 > room || (more > 1 && len(shown)+2 > room) {
			break
		}
		shown = append(shown, s.settledTask(inc, t))
		more--
	}
	if more > 0 {
		shown = append(shown, section(say("%d more", more), button(ShowAll, "Show all", Ref{Incident: inc.ID}, inc.ID.String())))
	}
	return shown
}

// lastLine says what happens when the tasks are settled.
func (s Scene) lastLine(inc flow.Incident, open, tasks []flow.Task) Text {
	next, closes := s.after(inc)
	switch {
	case len(tasks) == 0 && closes:
		return say("A status without tasks waits for you: *Move on* closes %s.", inc.ID)
	case len(tasks) == 0:
		return say("A status without tasks waits for you: *Move on* leads to %s.", next)
	case closes:
		return say("When %s settled, the incident is closed by itself.", these(len(open)))
	}
	return say("When %s settled, the incident moves on to %s by itself.", these(len(open)), next)
}

func these(n int) Text {
	if n == 1 {
		return say("the open task is")
	}
	return say("the open tasks are")
}

// after is the status that follows the current one, or the end.
func (s Scene) after(inc flow.Incident) (next Text, closes bool) {
	for i, st := range inc.Snapshot.Statuses {
		if st.Key == inc.Status && i+1 < len(inc.Snapshot.Statuses) {
			return brief(inc.Snapshot.Statuses[i+1].Name, shortPerson), false
		}
	}
	return Text{}, true
}

// openInWords lists open tasks for those who do not see the card.
func (s Scene) openInWords(inc flow.Incident, open []flow.Task) Text {
	var lines []Text
	for _, t := range open[:min(len(open), mostOpen)] {
		lines = append(lines, say("%d. %s, %s", t.Number, title(t), s.holding(inc, t)))
	}
	if len(open) > mostOpen {
		lines = append(lines, say("%d more open tasks", len(open)-mostOpen))
	}
	if len(lines) == 0 {
		return Text{}
	}
	return say("Open tasks:\n%s", join("\n", lines...))
}

// Shrunk is what is left of a card once its status is over: one line about the event that ended it, with its time.
func Shrunk(s Scene, inc flow.Incident, ended flow.Event) Message {
	line := say("%s (%s)", s.ended(inc, ended), s.moment(ended.At))
	return message(line, small(line))
}

func (s Scene) ended(inc flow.Incident, ev flow.Event) Text {
	switch f := ev.Fact.(type) {
	case flow.StatusEntered:
		if f.Back {
			return say("%s: went back to %s.", statusOf(inc, f.From), statusOf(inc, f.Status))
		}
		return say("%s: %s. Moved on to %s.", statusOf(inc, f.From), tally(f.Done, f.NotDoing), statusOf(inc, f.Status))
	case flow.IncidentClosed:
		p := inc.Progress(f.From)
		return say("%s: %s. %s was closed.", statusOf(inc, f.From), tally(p.Done, p.NotDoing), inc.ID)
	case flow.OptedOut:
		return say("%s was closed early by %s; %s left.", inc.ID, s.name(ev.By), count(len(f.Skipped), "task"))
	case flow.FlowEntered:
		return say("%s goes through %s now.", inc.ID, quoted(f.Snapshot.Name))
	case flow.Reopened:
		return say("⏸ Paused: %s is active again. The tasks come back when it is resolved.", inc.ID)
	}
	return say("This status of %s is over.", inc.ID)
}
