package blocks

import "epilogue/flow"

// Sentence is an event in the past tense, for the timeline and for files: everything that people wrote is in it, whole, and nobody is
// notified by it.
func (s Scene) Sentence(inc flow.Incident, ev flow.Event) Text {
	by := s.name(ev.By)
	switch f := ev.Fact.(type) {
	case flow.Declared:
		return s.declaredSentence(by, f)
	case flow.ChannelRequested:
		return say("%s asked for a channel again.", by)
	case flow.ChannelOpened:
		if f.Used {
			return say("%s chose an existing channel.", by)
		}
		return say("The channel was opened.")
	case flow.Updated:
		return s.updatedSentence(by, f)
	case flow.RoleGiven:
		return s.roleGiven(inc, ev, f, s.name)
	case flow.NoteAdded:
		return say("%s noted: %s", by, Escape(f.Text))
	case flow.PersonInvolved:
		return say("%s joined in.", s.name(f.User))
	case flow.EvidenceFound:
		return say("Recorded: %s.", s.proven(f.Proof, f.What))
	case flow.EvidenceGone:
		return s.goneSentence(inc, f)
	case flow.DocumentRequested, flow.DocumentAttached, flow.DocumentStateSet, flow.DocumentMadeMain, flow.DocumentDetached, flow.DocumentShareAsked, flow.DocumentShared, flow.DocumentUsed:
		return s.documentSentence(inc, ev)
	case flow.SnapshotUpdated:
		return s.updatedWhole(ev, f)
	case flow.FlowEntered, flow.FlowResumed, flow.StatusEntered, flow.IncidentClosed, flow.OptedOut, flow.Reopened:
		return s.passage(inc, ev)
	case flow.NoteEdited, flow.NoteRemoved, flow.MessagePinned:
		return s.noteSentence(ev)
	case flow.FollowUpAdded, flow.FollowUpEdited, flow.FollowUpSettled, flow.FollowUpReopened, flow.FollowUpSnoozed:
		return s.followUpSentence(inc, ev)
	}
	if line, ok := s.debriefSentence(by, ev); ok {
		return line
	}
	return s.taskSentence(inc, ev)
}

// whole is what people typed, unshortened, on one line.
func whole(text string) Text { return Escape(oneLine(text)) }

func (s Scene) declaredSentence(by Text, f flow.Declared) Text {
	line := say("%s declared %s %s, severity %s, type %s.", by, f.ID, bold(whole(f.Name)),
		brief(s.Process.SeverityName(f.Severity), shortPerson), brief(s.Process.TypeName(f.Type), shortPerson))
	if f.Lead != "" {
		line = join(" ", line, say("%s led it.", s.name(f.Lead)))
	}
	if f.Summary != "" {
		line = join(" ", line, say("Summary: %s", Escape(f.Summary)))
	}
	return line
}

func (s Scene) updatedSentence(by Text, f flow.Updated) Text {
	var changes []Text
	add := func(label words, c *flow.Change, name func(flow.Key) string) {
		if c != nil {
			changes = append(changes, say(label+" from %s to %s", whole(name(flow.Key(c.From))), whole(name(flow.Key(c.To)))))
		}
	}
	add("status", f.Status, s.Process.StatusName)
	add("severity", f.Severity, s.Process.SeverityName)
	add("type", f.Type, s.Process.TypeName)
	add("name", f.Name, func(k flow.Key) string { return string(k) })
	line := say("%s posted an update.", by)
	if len(changes) > 0 {
		line = say("%s changed %s.", by, list("and", changes...))
	}
	if f.Summary != nil {
		line = join(" ", line, say("New summary: %s", Escape(f.Summary.To)))
	}
	if f.Note != "" {
		line = join(" ", line, say("What is new: %s", Escape(f.Note)))
	}
	return line
}

func (s Scene) goneSentence(inc flow.Incident, f flow.EvidenceGone) Text {
	line := say("Gone: %s.", s.proofName(f.Proof))
	if f.Reason != "" {
		line = say("Gone: %s, %s.", s.proofName(f.Proof), whole(f.Reason))
	}
	if len(f.Past) == 0 {
		return line
	}
	return join(" ", line, say("Settled by it and left as they were: %s.", s.tasksNamed(inc, f.Past, len(f.Past))))
}

// passage is a change of stage or post-incident status.
func (s Scene) passage(inc flow.Incident, ev flow.Event) Text {
	by := s.name(ev.By)
	switch f := ev.Fact.(type) {
	case flow.FlowEntered:
		verb := words("resolved the incident; it entered")
		if f.Switch {
			verb = "switched to"
		} else if f.Late {
			verb = "started"
		}
		line := say("%s %s the %s flow v%d with %s", by, say(verb), whole(f.Snapshot.Name), f.Snapshot.Version, count(len(f.Tasks), "task"))
		if len(f.Snapshot.Because) > 0 && !f.Late {
			return say("%s, because %s.", line, s.Conditions(f.Snapshot.Because))
		}
		return say("%s.", line)
	case flow.FlowResumed:
		line := say("%s resolved the incident again; the flow went on.", by)
		if len(f.Again) > 0 {
			line = join(" ", line, say("To do again: %s.", s.tasksNamed(inc, f.Again, len(f.Again))))
		}
		return line
	case flow.StatusEntered:
		return s.statusSentence(inc, by, f)
	case flow.IncidentClosed:
		return s.closedSentence(inc, by, f)
	case flow.OptedOut:
		line := say("%s closed the incident early and opted out of post-incident: %s.", by, whole(f.Reason))
		return join(" ", line, s.allNotDone(inc, f.Skipped))
	case flow.Reopened:
		return s.reopenedSentence(inc, by, f)
	}
	return Text{}
}

func (s Scene) statusSentence(inc flow.Incident, by Text, f flow.StatusEntered) Text {
	status := bold(statusOf(inc, f.Status))
	switch {
	case f.Back:
		return say("%s took the incident back to %s.", by, status)
	case f.ByHand && f.Reason != "":
		line := say("%s moved the incident on to %s: %s.", by, status, whole(f.Reason))
		return join(" ", line, s.allNotDone(inc, f.Skipped))
	case f.ByHand:
		return say("%s moved the incident on to %s.", by, status)
	case f.From == "":
		return say("%s began with %s.", status, count(f.Open, "open task"))
	}
	return say("The incident moved on from %s (%s) to %s.", statusOf(inc, f.From), tally(f.Done, f.NotDoing), status)
}

func (s Scene) closedSentence(inc flow.Incident, by Text, f flow.IncidentClosed) Text {
	switch {
	case f.Plain:
		return say("%s closed the incident.", by)
	case f.ByHand && f.Reason != "":
		line := say("%s moved the incident on, and it was closed: %s.", by, whole(f.Reason))
		return join(" ", line, s.allNotDone(inc, f.Skipped))
	case f.ByHand:
		return say("%s moved the incident on, and it was closed.", by)
	}
	return say("The incident was closed: %s.", tally(f.Done, f.NotDoing))
}

func (s Scene) allNotDone(inc flow.Incident, skipped []flow.TaskNumber) Text {
	if len(skipped) == 0 {
		return Text{}
	}
	return say("Not done: %s.", s.tasksNamed(inc, skipped, len(skipped)))
}

func (s Scene) reopenedSentence(inc flow.Incident, by Text, f flow.Reopened) Text {
	line := say("%s reopened the incident", by)
	if f.To == flow.Active {
		line = say("%s, and it was active again", line)
	} else {
		line = say("%s, and its tasks went on", line)
	}
	if f.Reason != "" {
		line = say("%s: %s", line, whole(f.Reason))
	}
	return join(" ", say("%s.", line), s.openAgain(inc, f.Tasks))
}

// taskSentence is what happened to a task. It names the task by its present title.
func (s Scene) taskSentence(inc flow.Incident, ev flow.Event) Text {
	by := s.name(ev.By)
	named := func(n flow.TaskNumber) Text {
		if t, ok := inc.Task(n); ok {
			return bold(whole(t.Title))
		}
		return say("task %d", n)
	}
	switch f := ev.Fact.(type) {
	case flow.TaskCompleted:
		if f.Proof != "" {
			return say("%s was done by itself: %s.", named(f.Task), s.proven(f.Proof, f.Evidence))
		}
		return say("%s marked %s done.", by, named(f.Task))
	case flow.TaskSkipped:
		return say("%s marked %s not doing: %s.", by, named(f.Task), whole(f.Reason))
	case flow.TaskReopened:
		if f.Proof != "" {
			return say("%s was open again: %s.", named(f.Task), s.goneWhole(f))
		}
		return say("%s reopened %s.", by, named(f.Task))
	case flow.TaskAssigned:
		return s.assignedSentence(by, named(f.Task), ev, f)
	case flow.TaskDueSet:
		return s.dueSentence(by, named(f.Task), f)
	case flow.Reminded:
		return s.remindedSentence(inc, f)
	case flow.TaskSnoozed:
		return say("%s snoozed %s to %s.", by, named(f.Task), s.day(f.Until))
	case flow.TaskAdded:
		return say("%s added %s.", by, bold(whole(f.Task.Title)))
	case flow.TaskRemoved:
		return say("%s removed %s.", by, bold(whole(f.Title)))
	}
	return say("%s did something that this version of Epilogue does not know.", by)
}

func (s Scene) goneWhole(f flow.TaskReopened) Text {
	if f.Reason == "" {
		return say("%s was gone", s.proofName(f.Proof))
	}
	return whole(f.Reason)
}

func (s Scene) assignedSentence(by, task Text, ev flow.Event, f flow.TaskAssigned) Text {
	switch {
	case f.Unable && f.To == "":
		return say("%s could no longer do %s; nobody had it then.", s.name(f.From), task)
	case f.Unable:
		return say("%s went to %s, since %s could no longer do it.", task, s.name(f.To), s.name(f.From))
	case f.To == "":
		return say("%s took %s from %s; nobody had it then.", by, task, s.holder(f.From))
	case f.ByRole:
		return say("%s went to %s with the role.", task, s.name(f.To))
	case f.To == ev.By:
		return say("%s took %s.", by, task)
	}
	return say("%s gave %s to %s.", by, task, s.name(f.To))
}

func (s Scene) dueSentence(by, task Text, f flow.TaskDueSet) Text {
	line := say("%s set %s due %s", by, task, s.day(f.To))
	if f.To.IsZero() {
		line = say("%s took the due date off %s", by, task)
	}
	if !f.From.IsZero() {
		line = say("%s (it was %s)", line, s.day(f.From))
	}
	if f.Reason != "" {
		line = say("%s: %s", line, whole(f.Reason))
	}
	return say("%s.", line)
}
