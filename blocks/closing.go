package blocks

import (
	"slices"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// ClosePrompt is the form behind /inc close, for the way that flow.Closing found. Its reference carries the way and the flow that were
// shown, so that nothing else happens than what was said.
func ClosePrompt(s Scene, inc flow.Incident, c flow.Closing, viewer flow.UserID) slack.ModalViewRequest {
	switch c.Way {
	case flow.OptOutWay:
		return OptOutForm(s, inc, viewer)
	case flow.ClosedWay:
		return Notice(inc.ID.String()+" is closed", s.closedAlready(inc))
	}
	var shown []slack.Block
	submit := words("Continue")
	switch c.Way {
	case flow.AskWay:
		shown = s.asking(inc, c)
	case flow.AutomaticWay:
		shown = s.automatic(inc, c)
		if !c.MayOptOut {
			submit = "Start tasks"
		}
	case flow.ResumeWay:
		shown = s.resuming(inc, c)
		if !c.MayOptOut && !c.Other {
			submit = "Resume tasks"
		}
	default:
		submit = "Close"
		shown = []slack.Block{section(say("%s will be closed. No flow applies, so no tasks follow.", heading(inc)), nil)}
	}
	if c.NeedsLead {
		shown = append(shown, s.needsLead(viewer))
	}
	return modal(Close, Ref{Incident: inc.ID, Flow: c.Flow.Key, Want: string(c.Way)}, "Close "+inc.ID.String(), submit, shown...)
}

// needsLead asks who led the incident. It is preset to whoever is asked.
func (s Scene) needsLead(viewer flow.UserID) slack.Block {
	return hint(input(flow.FieldLead, s.leadLabel(), person(flow.FieldLead, viewer)), say("Nobody leads it yet: who answers for what comes next?"))
}

func (s Scene) asking(inc flow.Incident, c flow.Closing) []slack.Block {
	enter := explained(option(EnterFlow, "Go through the "+brief(c.Flow.Name, 40).Plain()+" flow"), s.flowShape(c.Flow))
	without := explained(option(WithoutFlow, "Close without it"), say("%s is closed now, and no tasks follow.", inc.ID))
	return []slack.Block{
		section(say("Severity is %s. What happens next?", s.severity(inc)), nil),
		input(flow.FieldFlow, "When it is resolved", radio(flow.FieldFlow, enter, enter, without)),
	}
}

// flowShape is a flow in short: 6 tasks: Documenting, Reviewing.
func (s Scene) flowShape(f flow.Flow) Text {
	var names []Text
	for _, st := range f.Statuses {
		names = append(names, brief(st.Name, 30))
	}
	return say("%s: %s", count(f.Tasks(), "task"), join(", ", names...))
}

func (s Scene) automatic(inc flow.Incident, c flow.Closing) []slack.Block {
	why := say("because every incident does")
	if len(c.Because) > 0 {
		why = say("because %s", s.Conditions(c.Because))
	}
	statuses := say("in %d statuses", len(c.Flow.Statuses))
	if len(c.Flow.Statuses) == 1 {
		statuses = say("in one status")
	}
	shown := []slack.Block{section(say("%s enters the %s flow by itself, %s: %s %s.",
		inc.ID, brief(c.Flow.Name, shortPerson), why, count(c.Flow.Tasks(), "task"), statuses), nil)}
	if !c.MayOptOut {
		return append(shown, small(s.whoOptsOut(c.Right)))
	}
	enter := explained(option(EnterFlow, "Start the tasks"), s.flowShape(c.Flow))
	return append(shown, s.orLeave(inc, enter, enter)...)
}

func (s Scene) whoOptsOut(r flow.Right) Text {
	if r == flow.Nobody {
		return say("Nobody can opt out of this flow.")
	}
	return say("Only %s can opt out.", right(r))
}

// orLeave offers opting out below the other choices, with its reason.
func (s Scene) orLeave(inc flow.Incident, initial *slack.OptionBlockObject, choices ...*slack.OptionBlockObject) []slack.Block {
	leave := explained(option(LeaveFlow, "Opt out instead"), say("%s is closed now; the channel sees your reason.", inc.ID))
	why := optional(input(flow.FieldReason, "Reason for opting out", typed(flow.FieldReason, "", flow.MaxReason, true)))
	return []slack.Block{
		input(flow.FieldFlow, "What happens next", radio(flow.FieldFlow, initial, append(choices, leave)...)),
		hint(why, say("Needed only to opt out.")),
	}
}

func (s Scene) resuming(inc flow.Incident, c flow.Closing) []slack.Block {
	paused := brief(c.Paused.Name, 40)
	shown := []slack.Block{section(say("%s takes up the %s flow where it was paused: %s.", inc.ID, paused, settledOf(flow.Count(inc.Tasks))), nil)}
	left := say("%s open", count(flow.Count(inc.Tasks).Open, "task"))
	if flow.Count(inc.Tasks).Open == 0 {
		left = say("No task is open: it may close at once, unless some are done again.")
	}
	resume := explained(option(ResumeFlow, "Resume the "+paused.Plain()+" flow"), left)
	choices := []*slack.OptionBlockObject{resume}
	if c.Other {
		to := option(SwitchFlow, "Switch to the "+brief(c.Flow.Name, 40).Plain()+" flow")
		choices = append(choices, explained(to, say("It applies by now. Settled tasks are kept.")))
	}
	switch {
	case c.MayOptOut:
		shown = append(shown, s.orLeave(inc, resume, choices...)...)
	case c.Other:
		shown = append(shown, input(flow.FieldFlow, "What happens next", radio(flow.FieldFlow, resume, choices...)))
	}
	if len(c.Settled) > 0 {
		shown = append(shown, optional(input(flow.FieldTasks, "Do again", taskChoice(c.Settled))))
	}
	return shown
}

// OptOutForm closes an incident early, with a reason that everyone in the channel sees.
func OptOutForm(s Scene, inc flow.Incident, viewer flow.UserID) slack.ModalViewRequest {
	var left []flow.TaskNumber
	for _, t := range inc.Open() {
		left = append(left, t.Number)
	}
	line := join(" ", say("%s will be closed now.", inc.ID), s.notDone(inc, left), say("Everyone in the channel will see your reason."))
	shown := append(paragraph(line), reasonField())
	if inc.Lead() == "" {
		shown = append(shown, s.needsLead(viewer))
	}
	return modal(OptOut, Ref{Incident: inc.ID}, "Close "+inc.ID.String()+" early", "Close early", shown...)
}

func reasonField() *slack.InputBlock {
	return input(flow.FieldReason, "Reason", typed(flow.FieldReason, "", flow.MaxReason, true))
}

// MoveOnForm leaves the current status by hand. Past open tasks it asks for a reason, and names them.
func MoveOnForm(s Scene, inc flow.Incident) slack.ModalViewRequest {
	to := say("be closed")
	if next, closes := s.after(inc); !closes {
		to = say("move on to %s", next)
	}
	var left []flow.TaskNumber
	for _, t := range inc.In(inc.Status) {
		if t.State == flow.Open {
			left = append(left, t.Number)
		}
	}
	shown := paragraph(say("%s will leave %s and %s.", inc.ID, statusOf(inc, inc.Status), to))
	if len(left) > 0 {
		shown = append(paragraph(say("%s will leave %s and %s. Marked not doing, with your reason: %s.",
			inc.ID, statusOf(inc, inc.Status), to, s.tasksNamed(inc, left, 5))), reasonField())
	}
	return modal(MoveOn, Ref{Incident: inc.ID, Status: inc.Status}, "Move on "+inc.ID.String(), "Move on", shown...)
}

// ReopenForm takes an incident up again: back to active, or into its flow, or into one that it never entered.
func ReopenForm(s Scene, inc flow.Incident, viewer flow.UserID) slack.ModalViewRequest {
	back := option(BackToWork, "Back to active")
	if inc.Snapshot != nil {
		explained(back, say("Its post-incident tasks are paused until it is resolved."))
	}
	choices := []*slack.OptionBlockObject{back}
	var tasks []slack.Block
	ref := Ref{Incident: inc.ID}
	switch f, applies := s.Process.FlowFor(inc); {
	case inc.Stage == flow.Closed && inc.Snapshot != nil:
		choices = append(choices, explained(option(BackToFlow, "Back into the "+brief(inc.Snapshot.Name, 40).Plain()+" flow"), s.reopens(inc)))
		if settled := settledByPeople(inc); len(settled) > 0 {
			tasks = append(tasks, optional(input(flow.FieldTasks, "Tasks to open again", taskChoice(settled))))
		}
	case inc.Stage == flow.Closed && applies && len(f.Statuses) > 0:
		choices = append(choices, explained(option(StartFlow, "Start the "+brief(f.Name, 40).Plain()+" flow"), s.flowShape(f)))
		ref.Flow = f.Key
	}
	shown := []slack.Block{section(say("%s will be reopened, and the channel is told.", heading(inc)), nil)}
	shown = append(shown, input(flow.FieldFlow, "Where to", radio(flow.FieldFlow, back, choices...)))
	shown = append(shown, tasks...)
	shown = append(shown, optional(input(flow.FieldReason, "Reason", typed(flow.FieldReason, "", flow.MaxReason, true))))
	if ref.Flow != "" && inc.Lead() == "" {
		shown = append(shown, s.needsLead(viewer))
	}
	return modal(Reopen, ref, "Reopen "+inc.ID.String(), "Reopen", shown...)
}

func (s Scene) reopens(inc flow.Incident) Text {
	if inc.OptedOut != nil && len(inc.OptedOut.Skipped) > 0 {
		return say("What opting out left is open again: %s.", count(len(inc.OptedOut.Skipped), "task"))
	}
	return say("Pick at least one task to open again.")
}

// settledByPeople are the tasks that can be picked to be opened again; those that opting out left are opened in any case.
func settledByPeople(inc flow.Incident) []flow.Task {
	_, settled := split(inc.Tasks)
	return slices.DeleteFunc(settled, func(t flow.Task) bool { return t.Settled.How == flow.ByOptOut })
}

// closedAlready says that an incident is closed, by whom and when, and how to reopen it.
func (s Scene) closedAlready(inc flow.Incident) Text {
	return say("%s was closed by %s, %s. To reopen it: %s.", inc.ID, s.name(inc.ClosedBy), s.moment(inc.ClosedAt), s.command("reopen %s", inc.ID))
}
