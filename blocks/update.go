package blocks

import (
	"fmt"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// FieldChanges is the input block of the changes that can be chosen; those that do not fit into it are in FieldChanges/1 and so on.
const FieldChanges = flow.FieldTasks

// mostTicks is how many boxes Slack lets a list have, mostUpdates how many of them a form has room for.
const (
	mostTicks   = 10
	mostUpdates = 100
)

// UpdateFromFlowForm is the preview of bringing an incident up to date from its flow: each change can be taken or left. Meanwhile: the flow was changed
// again while the person looked at it.
func UpdateFromFlowForm(s Scene, inc flow.Incident, u flow.SnapshotUpdate, meanwhile bool) slack.ModalViewRequest {
	ref := Ref{Incident: inc.ID, Flow: u.Flow.Key, Want: fmt.Sprint(u.Version)}
	var shown []slack.Block
	if meanwhile {
		shown = append(shown, section(say("The flow was changed again just now, so nothing was done yet. This is what is different by now."), nil))
	}
	shown = append(shown, paragraph(s.updateOpening(inc, u))...)
	if more := len(u.Changes) - mostUpdates; more > 0 {
		shown = append(shown, section(say("These are the first %d; %d more can be chosen afterwards, in the same way.", mostUpdates, more), nil))
		u.Changes = u.Changes[:mostUpdates]
	}
	shown = append(shown, paragraph(s.differencesOf(u))...)
	for i := 0; i < len(u.Changes); i += mostTicks {
		field := FieldChanges
		if i > 0 {
			field = fmt.Sprintf("%s/%d", FieldChanges, i/mostTicks)
		}
		var ticks []*slack.OptionBlockObject
		for _, c := range u.Changes[i:min(i+mostTicks, len(u.Changes))] {
			ticks = append(ticks, option(c.ID, s.changeTitle(inc, c).Plain()))
		}
		boxes := slack.NewCheckboxGroupsBlockElement(field, ticks...)
		boxes.InitialOptions = ticks
		shown = append(shown, optional(input(field, "Change on "+inc.ID.String(), boxes)))
	}
	return modal(UpdateFromFlow, ref, "Update from the flow", "Update", shown...)
}

func (s Scene) updateOpening(inc flow.Incident, u flow.SnapshotUpdate) Text {
	own, other := quoted(inc.Snapshot.Name), quoted(u.Flow.Name)
	if !u.Switch {
		return say("The flow %s was changed since %s entered it (v%d then, v%d now). What you choose is changed on %s, and told in the thread of its card. "+
			"Settled tasks stay as they are, and nothing changes by itself.", own, inc.ID, inc.Snapshot.Version, u.Version, inc.ID)
	}
	first := Text{}
	if len(u.Flow.Statuses) > 0 {
		first = quoted(u.Flow.Statuses[0].Name)
	}
	return say("By now the flow %s applies to %s, not %s. Submitting puts it in its place: %s begins in %s, with a new card in the channel. "+
		"Settled tasks stay settled; tasks that both flows have, and those added here, are kept.", other, inc.ID, own, inc.ID, first)
}

// differencesOf says all differences in sentences.
func (s Scene) differencesOf(u flow.SnapshotUpdate) Text {
	var lines []Text
	for _, c := range u.Changes {
		for _, d := range c.Differences {
			lines = append(lines, say("• %s", s.Difference(d)))
		}
	}
	if len(lines) > 2*longestList {
		more := len(lines) - 2*longestList
		lines = append(lines[:2*longestList], say("• %d more", more))
	}
	return join("\n", lines...).Clip(2 * longestSentence)
}

// changeTitle is what a box is called.
func (s Scene) changeTitle(inc flow.Incident, c flow.SnapshotChange) Text {
	if len(c.Differences) == 0 {
		return brief(c.ID, maxLabel)
	}
	d := c.Differences[0]
	switch {
	case d.Part == flow.TaskPart && d.Turn == flow.Added:
		return say("Add %s", quoted(d.Name))
	case d.Part == flow.TaskPart && d.Turn == flow.Removed:
		return say("Remove %s", quoted(d.Name))
	case d.Part == flow.TaskPart:
		return say("Change %s", quoted(d.Name))
	case d.Part == flow.StatusPart:
		return say("The statuses")
	}
	return say("The flow's name, rights and calendar")
}

// updatedFromFlow tells that an incident was brought up to date: Ana updated the tasks from Standard: 2 added, 1 changed, 1 removed.
func (s Scene) updatedFromFlow(ev flow.Event, f flow.SnapshotUpdated) Text {
	var parts []Text
	for _, p := range []struct {
		n    int
		what words
	}{{len(f.Added), "added"}, {len(f.Changed), "changed"}, {len(f.Removed), "removed"}} {
		if p.n > 0 {
			parts = append(parts, say("%d "+p.what, p.n))
		}
	}
	if len(parts) == 0 {
		return say("%s updated the flow of this incident from %s; its tasks stay.", s.name(ev.By), quoted(f.Snapshot.Name))
	}
	return say("%s updated the tasks from %s: %s.", s.name(ev.By), quoted(f.Snapshot.Name), join(", ", parts...))
}

// updatedWhole is the same with the names of all tasks, for the timeline.
func (s Scene) updatedWhole(ev flow.Event, f flow.SnapshotUpdated) Text {
	line := s.updatedFromFlow(ev, f)
	for _, p := range []struct {
		what  words
		tasks []flow.Task
	}{{"Added", f.Added}, {"Changed", f.Changed}, {"Removed", f.Removed}} {
		if len(p.tasks) > 0 {
			line = join(" ", line, say(p.what+": %s.", listed(p.tasks, func(t flow.Task) Text { return bold(title(t)) })))
		}
	}
	return line
}
