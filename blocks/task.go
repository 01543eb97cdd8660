package blocks

import (
	"strings"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// taskLine is one task: state, title, who has it, when it is due. A settled one says how it ended.
func (s Scene) taskLine(inc flow.Incident, t flow.Task) Text {
	if t.State != flow.Open {
		return say("%d  %s %s: %s", t.Number, s.state(inc, t), title(t), s.ending(t))
	}
	return say("%d  %s %s  %s", t.Number, s.state(inc, t), bold(title(t)), s.holding(inc, t))
}

// holding is who has an open task and until when, and how often that was moved.
func (s Scene) holding(inc flow.Incident, t flow.Task) Text {
	return join(" · ", s.holder(t.Assignee), join(", ", s.due(inc, t), dateChanged(t.Moved)))
}

// ending is how a task was settled: done, Ana; or: not doing, no personal data involved (Cem).
func (s Scene) ending(t flow.Task) Text {
	by, why := s.name(t.Settled.By), because(t.Settled.Reason)
	if t.State == flow.NotDoing {
		return say("not doing, %s (%s)", why, by)
	}
	if t.Settled.How == flow.ByEvidence {
		return say("done, %s", s.proven(t.Proof(), t.Settled.Reason))
	}
	return say("done, %s", by)
}

// instructions are the first line of what a task's description says.
func instructions(t flow.Task) Text {
	for l := range strings.Lines(t.Description) {
		if strings.TrimSpace(l) != "" {
			return brief(l, shortLine)
		}
	}
	return Text{}
}

// openTask is a task to be done: what it is with its menu, and its buttons below.
func (s Scene) openTask(inc flow.Incident, t flow.Task, next bool) []slack.Block {
	row := s.taskButtons(inc, t, t.Assignee == "")
	if next {
		first(row)
	}
	return []slack.Block{
		section(join("\n", s.taskLine(inc, t), instructions(t), aboutPostmortem(inc, t)), taskMenu(inc, t)),
		actions("task/"+ref(inc, t).String(), row...),
	}
}

func ref(inc flow.Incident, t flow.Task) Ref { return Ref{Incident: inc.ID, Task: t.Number} }

// taskButtons are what one can do with an open task, most likely first: take it, its kind's own helper, mark it done.
func (s Scene) taskButtons(inc flow.Incident, t flow.Task, free bool) []slack.BlockElement {
	var row []slack.BlockElement
	if free {
		row = append(row, button(Take, "Assign to me", ref(inc, t), t.Title))
	}
	if h := helper(inc, t); h != nil {
		row = append(row, h)
	}
	done := button(Complete, "Mark done", ref(inc, t), t.Title)
	if c := lastTask(inc, t); c != nil {
		done.Confirm = c
	}
	return append(row, done)
}

// helper is the button that brings a task of this kind forward, or nil.
func helper(inc flow.Incident, t flow.Task) slack.BlockElement {
	switch t.Kind {
	case flow.ReviewTimeline:
		return button(Timeline, "Open timeline", Ref{Incident: inc.ID}, t.Title)
	case flow.CreatePostmortem, flow.CompletePostmortem, flow.SharePostmortem:
		return postmortemHelper(inc, t)
	case flow.ReviewFollowUps:
		return button(FollowUps, "Open follow-ups", Ref{Incident: inc.ID}, t.Title)
	case flow.ScheduleDebrief:
		return button(Debrief, "Schedule debrief", Ref{Incident: inc.ID}, t.Title)
	case flow.AssignRole:
		return button(Roles, "Assign role", Ref{Incident: inc.ID}, t.Title)
	}
	return nil
}

// lastTask is the question before the last open task of a status is settled, since that moves the incident; else nil.
func lastTask(inc flow.Incident, t flow.Task) *slack.ConfirmationBlockObject {
	says := afterSettling(inc, t)
	if says.IsZero() {
		return nil
	}
	return confirm("Mark it done?", says, "Mark done")
}

// afterSettling says what settling a task does to the incident: nothing, unless it is the last open one of the current status.
func afterSettling(inc flow.Incident, t flow.Task) Text {
	next, closes, last := flow.AfterSettling(inc, t.Number)
	switch {
	case !last:
		return Text{}
	case closes:
		return say("Last open task: %s will be closed.", inc.ID)
	}
	return say("Last open task: %s will move on to %s.", inc.ID, statusOf(inc, next))
}

// taskMenu is the menu of an open task.
func taskMenu(inc flow.Incident, t flow.Task) slack.BlockElement {
	r := ref(inc, t)
	return overflow(
		choice(Assign, "Assign", r),
		choice(Skip, "Not doing", r),
		choice(SetDue, "Due date", r),
		choice(Instructions, "Instructions", r),
		choice(Remove, "Remove from this incident", r),
	)
}

// settledTask is a task of the current status that is done or not doing.
func (s Scene) settledTask(inc flow.Incident, t flow.Task) slack.Block {
	r := ref(inc, t)
	return section(s.taskLine(inc, t), overflow(choice(ReopenTask, "Reopen", r), choice(Instructions, "Instructions", r)))
}

// reopenButton opens a settled task again. Where that takes the incident back, it asks first, and says so in what it carries.
func reopenButton(inc flow.Incident, t flow.Task, label words) *slack.ButtonBlockElement {
	r := ref(inc, t)
	r.Back = inc.GoesBack(t)
	b := button(ReopenTask, label, r, t.Title)
	if !r.Back {
		return b
	}
	b.Confirm = confirm("Reopen this task?", goesBack(inc, t), "Reopen")
	return b
}

func goesBack(inc flow.Incident, t flow.Task) Text {
	return say("%s will go back from %s to %s.", inc.ID, statusOf(inc, inc.Status), statusOf(inc, t.Status))
}
