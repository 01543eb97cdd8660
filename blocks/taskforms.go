package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// SkipForm marks a task not doing, with a reason.
func SkipForm(_ Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	line := say("%s of %s will be marked not doing. Your reason goes into the card's thread.", bold(title(t)), inc.ID)
	return modal(Skip, ref(inc, t), "Not doing", "Mark not doing", section(join(" ", line, afterSettling(inc, t)), nil), reasonField())
}

// AssignForm gives a task to somebody, or to nobody.
func AssignForm(s Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	line := say("%s of %s, now with %s. The new assignee gets a message with it, and the channel a line.", bold(title(t)), inc.ID, s.holder(t.Assignee))
	return modal(Assign, ref(inc, t), "Assign task", "Assign", section(line, nil), assigneeField(t.Assignee))
}

// CannotDoForm is how an assignee hands a task on.
func CannotDoForm(s Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	line := say("%s of %s goes to whom you choose, who gets a message; with nobody chosen, anyone in the channel can take it.", bold(title(t)), inc.ID)
	return modal(CannotDo, ref(inc, t), "Hand it on", "Hand on", section(line, nil), assigneeField(""))
}

func assigneeField(set flow.UserID) *slack.InputBlock {
	return hint(optional(input(flow.FieldAssignee, "Assignee", person(flow.FieldAssignee, set))), say("Empty: nobody has it."))
}

// DueForm sets or clears the due date of a task.
func DueForm(s Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	now := say("It has no due date yet.")
	switch {
	case s.late(inc, t):
		now = say("It was due %s.", s.day(t.Due))
	case !t.Due.IsZero():
		now = say("It is due %s.", s.day(t.Due))
	}
	line := say("This moves the due date of %s, %s. %s", bold(title(t)), inc.ID, now)
	return modal(SetDue, ref(inc, t), "Due date", "Set date", section(line, nil),
		hint(optional(input(flow.FieldDue, "Due", calendar(flow.FieldDue, t.Due))), say("Empty: no due date.")),
		optional(input(flow.FieldReason, "Reason", typed(flow.FieldReason, "", flow.MaxReason, true))))
}

// AddTaskForm adds a task to this incident only, to the current status or a later one. What was typed as its title comes along.
func AddTaskForm(_ Scene, inc flow.Incident, title string) slack.ModalViewRequest {
	shown := []slack.Block{
		section(say("This adds a task to %s only; the flow stays as it is.", inc.ID), nil),
		input(flow.FieldTitle, "Title", typed(flow.FieldTitle, title, flow.MaxTitle, false)),
		optional(input(flow.FieldDescription, "Instructions", typed(flow.FieldDescription, "", flow.MaxDescription, true))),
		optional(input(flow.FieldAssignee, "Assignee", person(flow.FieldAssignee, ""))),
		optional(input(flow.FieldDue, "Due", calendar(flow.FieldDue, flow.Date{}))),
	}
	shown = append(shown, choose(flow.FieldStatus, "Status", fromHere(inc), inc.Status)...)
	return modal(AddTask, Ref{Incident: inc.ID}, "Add task", "Add", shown...)
}

// fromHere are the current status and those after it.
func fromHere(inc flow.Incident) []flow.Label {
	if inc.Snapshot == nil {
		return nil
	}
	for i, st := range inc.Snapshot.Statuses {
		if st.Key == inc.Status {
			return inc.Snapshot.Statuses[i:]
		}
	}
	return nil
}

// RemoveForm takes a task off an incident, after saying so.
func RemoveForm(_ Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	line := say("%s will be taken off %s. The timeline keeps that you removed it.", bold(title(t)), inc.ID)
	return modal(Remove, ref(inc, t), "Remove task", "Remove", section(join(" ", line, afterRemoving(inc, t)), nil))
}

// afterRemoving differs from settling: a status that has no tasks left waits for somebody to move on.
func afterRemoving(inc flow.Incident, t flow.Task) Text {
	if inc.Current(t) && inc.Progress(inc.Status).Total() == 1 {
		return say("%s has no tasks then, and waits for somebody to move on.", statusOf(inc, inc.Status))
	}
	return afterSettling(inc, t)
}

// GoBackForm asks before reopening a task takes the incident back to an earlier status, where the click did not ask already.
func GoBackForm(_ Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	r := ref(inc, t)
	r.Back = true
	return modal(ReopenTask, r, "Reopen task", "Reopen", section(say("%s will be open again. %s", bold(title(t)), goesBack(inc, t)), nil))
}

// InstructionsModal shows a task whole.
func InstructionsModal(s Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	shown := paragraph(bold(whole(t.Title)))
	if t.Description == "" {
		shown = append(shown, section(say("Nobody wrote instructions for this task."), nil))
	} else {
		shown = append(shown, paragraph(Escape(t.Description))...)
	}
	state := s.ending(t)
	if t.State == flow.Open {
		state = s.holding(inc, t)
	}
	shown = append(shown, small(join(" · ", heading(inc), statusOf(inc, t.Status), state)))
	return modal(Instructions, ref(inc, t), "Instructions", "", shown...)
}
