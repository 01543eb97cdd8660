package blocks

import (
	"epilogue/flow"
)

// Refusal says what is not possible, why, and who or what can help. It is shown to the person who asked, beside the field that r names
// where there is one (use Text.Plain there).
func Refusal(s Scene, inc flow.Incident, r flow.Refusal) Text {
	id := r.Incident
	if id == 0 {
		id = inc.ID
	}
	if t, ok := editRefused(r); ok {
		return t
	}
	if t, ok := s.documentRefused(inc, r, id); ok {
		return t
	}
	switch r.Why {
	case flow.UnknownIncident:
		return s.Unknown(id.String())
	case flow.NotAFullMember:
		return s.notAMember(r)
	case flow.NotAllowed:
		return s.notAllowed(inc, r, id)
	case flow.CannotBeAssigned:
		return say("%s cannot hold a task or a role: only full members of this workspace can. Choose somebody else.", s.name(r.By))
	case flow.NotInChannel:
		return say("%s is private and %s is not in its channel. Invite them there first.", id, s.name(r.By))
	case flow.BadSnooze, flow.SnoozedEnough:
		if f, ok := inc.FollowUp(r.FollowUp); ok {
			return snoozeRefused(r, bold(followUpTitle(f)))
		}
		return snoozeRefused(r, bold(s.titleOf(inc, r.Task)))
	case flow.ChannelInUse:
		return say("This channel belongs to %s, which is not closed yet. Close that one first, or use another channel.", id)
	case flow.ChannelUnfit:
		return say("This channel cannot be used: it is a direct message, or shared with another organization. Choose another, or let me make one.")
	case flow.NothingToChange:
		if where, ok := channel(inc.Channel); ok && r.Field == flow.FieldChannel {
			return say("%s has its channel already: %s.", id, where)
		}
		return say("Nothing changed: it is that way already.")
	case flow.Required, flow.TooLong, flow.TooMany, flow.NotOffered, flow.BadDate, flow.NeedsLead, flow.NeedsTask, flow.NeedsChange:
		return s.badInput(r, id)
	case flow.UnknownTask, flow.AlreadySettled, flow.AlreadyOpen, flow.AlreadyAssigned, flow.EarlierStatus:
		return s.taskRefused(inc, r, id)
	case flow.UnknownFollowUp, flow.FollowUpIsSettled, flow.FollowUpIsOpen, flow.TooManyFollowUps, flow.TooManyPinned, flow.NotYours, flow.NotANote:
		return s.followUpRefused(inc, r, id)
	}
	if t, ok := s.refusedDebrief(r, id); ok {
		return t
	}
	return s.stageRefused(inc, r, id)
}

// Unknown is the one answer for an incident that does not exist and for one that is private to others.
func (s Scene) Unknown(reference string) Text {
	return say("I know no incident %s. Yours are here: %s.", brief(reference, 40), s.command("list mine"))
}

// Fault is the answer when something failed that is nobody's rule. The id is in the log.
func Fault(id string) Text {
	return say("Something went wrong on my side, and nothing was changed. Please try again; if it stays, give your admin this id: %s.", brief(id, 60))
}

func (s Scene) notAMember(r flow.Refusal) Text {
	switch r.Standing {
	case flow.Guest:
		return say("Guests cannot change incidents. Ask a full member in the channel to do it.")
	case flow.Outsider:
		return say("People of other organizations cannot change incidents. Ask a member of this workspace in the channel to do it.")
	case flow.Deactivated, flow.Bot:
		return say("Only people with an active account can change incidents.")
	}
	return say("I do not know you well enough yet to let you change incidents. Please try again in a minute.")
}

func (s Scene) notAllowed(inc flow.Incident, r flow.Refusal, id flow.IncidentID) Text {
	what := say("You cannot move %s on past open tasks.", id)
	switch {
	case r.Task != 0:
		what = say("You cannot leave %s of %s undone.", bold(s.titleOf(inc, r.Task)), id)
	case r.Flow != "":
		what = say("You cannot close %s early.", id) // it is the flow that one would opt out of
	}
	if r.Right == flow.Nobody {
		return say("%s This flow is mandatory: its tasks are to be done.", what)
	}
	return join(" ", what, say("Only %s can.", right(r.Right)), s.lead(inc))
}

// lead names the lead, who can help.
func (s Scene) lead(inc flow.Incident) Text {
	if u := inc.Lead(); u != "" {
		return say("The lead is %s.", s.name(u))
	}
	return say("Nobody leads it yet: %s.", s.command("lead @you"))
}

// fieldNames are the fields of forms in words.
var fieldNames = map[string]words{
	flow.FieldName: "a name", flow.FieldSummary: "a summary", flow.FieldSeverity: "a severity", flow.FieldType: "a type",
	flow.FieldStatus: "a status", flow.FieldLead: "a lead", flow.FieldReason: "a reason", flow.FieldNote: "a text",
	flow.FieldTitle: "a title", flow.FieldDescription: "a text", flow.FieldAssignee: "an assignee", flow.FieldDue: "a date",
	flow.FieldLink: "a link", flow.FieldTemplate: "a template", flow.FieldState: "a state",
	flow.FieldRole: "a role", flow.FieldTasks: "a task", flow.FieldFlow: "a choice", flow.FieldChannel: "a channel",
	flow.FieldOwner: "an owner", flow.FieldPriority: "a priority",
	flow.FieldStart: "a time", flow.FieldLength: "a length", flow.FieldRequired: "somebody who must come",
	flow.FieldKind: "a kind", flow.FieldEntry: "a choice", flow.FieldOptOut: "a choice", flow.FieldDays: "a day of the week",
	flow.FieldUntil: "a date", flow.FieldText: "a text",
}

func fieldName(field string) Text {
	if n, ok := fieldNames[field]; ok {
		return say(n)
	}
	return say("a value")
}

func (s Scene) badInput(r flow.Refusal, id flow.IncidentID) Text {
	switch r.Why {
	case flow.Required:
		return say("This needs %s.", fieldName(r.Field))
	case flow.TooLong:
		return say("This is too long: at most %d characters fit. Please shorten it.", r.Limit)
	case flow.TooMany:
		return say("%s has %d tasks, and cannot take more. Remove one that is not needed.", id, r.Limit)
	case flow.NotOffered:
		return say("This cannot be chosen any more. Please choose %s that is offered now.", fieldName(r.Field))
	case flow.BadDate:
		return say("This is not a day from today on. Write it like 2026-12-03.")
	case flow.NeedsChange:
		return say("Choose at least one change. To leave %s as it is, close this.", id)
	case flow.NeedsLead:
		return say("%s has no lead. Name who led it, so that somebody answers for what comes next.", id)
	}
	return say("All tasks of %s are settled. Pick at least one to open again.", id)
}

func (s Scene) taskRefused(inc flow.Incident, r flow.Refusal, id flow.IncidentID) Text {
	task := bold(s.titleOf(inc, r.Task))
	switch r.Why {
	case flow.UnknownTask:
		return say("%s has no task %d; it may have been removed. See its tasks: %s.", id, r.Task, s.command("tasks %s", id))
	case flow.AlreadySettled:
		how := say("done")
		if r.State == flow.NotDoing {
			how = say("not doing")
		}
		return say("%s is already %s: %s, %s. It can be reopened from the card.", task, how, s.name(r.By), s.moment(r.At))
	case flow.AlreadyAssigned:
		if r.By == "" {
			return say("Nobody has %s already.", task)
		}
		return say("%s has %s already.", s.name(r.By), task)
	case flow.EarlierStatus:
		return say("Reopening %s takes %s back to %s. Confirm it with its Reopen button under Show all.", task, id, statusOf(inc, r.Status))
	}
	return say("%s is open already.", task)
}

// stageRefused is for what does not fit where the incident stands.
func (s Scene) stageRefused(inc flow.Incident, r flow.Refusal, id flow.IncidentID) Text {
	switch r.Why {
	case flow.AlreadyMoved:
		return say("%s is in %s by now, so nothing was changed.", id, statusOf(inc, r.Status))
	case flow.AlreadyClosed:
		return say("%s was closed by %s, %s. To reopen it: %s.", id, s.name(r.By), s.moment(r.At), s.command("reopen %s", id))
	case flow.AlreadyResolved:
		return say("%s was resolved by %s, %s; its tasks go on: %s. To close it early: %s.",
			id, s.name(r.By), s.moment(r.At), s.command("tasks %s", id), s.command("close %s", id))
	case flow.AlreadyActive:
		return say("%s is active already.", id)
	case flow.AlreadyDeclared:
		return say("%s is declared already.", id)
	case flow.LeadOnly:
		return join(" ", say("Only the incident lead and admins can update %s from the flow.", id), s.lead(inc))
	case flow.FlowChanged:
		return say("The flow that applies to %s was changed again meanwhile, so nothing was done. Choose *Update from the flow* on the card to see what is different now.", id)
	case flow.NotInFlow:
		return say("%s is active; post-incident tasks begin when it is resolved: %s.", id, s.command("close %s", id))
	case flow.StatusByTasks:
		return say("The status of %s moves by its tasks, and cannot be set. See them: %s.", id, s.command("tasks %s", id))
	case flow.MustEnter:
		return join(" ", say("%s cannot be closed without the %s flow, which it enters by itself: %s.", id, flowNamed(r), s.command("close %s", id)), s.whoOptsOut(r.Right))
	case flow.MustResume:
		return say("The %s flow of %s is paused. Closing takes it up again, or opts out with a reason: %s.", flowNamed(r), id, s.command("close %s", id))
	case flow.NoFlow:
		return say("No post-incident flow applies to %s. It can be closed plainly: %s.", id, s.command("close %s", id))
	case flow.OtherFlow:
		return say("By now the %s flow applies to %s, not the one you were shown. Open the form again: %s.", flowNamed(r), id, s.command("close %s", id))
	}
	return say("This is not possible on %s now. See what is: %s.", id, s.command("help"))
}

func flowNamed(r flow.Refusal) Text { return brief(r.Flow, shortPerson) }
