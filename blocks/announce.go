package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// entering is the line above a card: how the incident came into this status. It tells the event, so that it stays true.
func (s Scene) entering(inc flow.Incident, ev flow.Event, f flow.StatusEntered) Text {
	return join(" ", s.howEntered(inc, ev, f), s.instead(inc, f))
}

func (s Scene) howEntered(inc flow.Incident, ev flow.Event, f flow.StatusEntered) Text {
	status := bold(statusOf(inc, f.Status))
	switch {
	case f.Back:
		return say("%s took %s back to %s: %s open again.", s.who(ev.By), inc.ID, status, count(f.Open, "task"))
	case f.Reopened:
		return join(" ", s.withReason(say("%s reopened %s", s.who(ev.By), inc.ID), f.Reason), s.left(inc, f, status, say("%s", brief(inc.Snapshot.Name, shortPerson))))
	case f.Resumed:
		return join(" ", say("%s is resolved again, and goes on where it was.", inc.ID), s.left(inc, f, status, say("%s", brief(inc.Snapshot.Name, shortPerson))))
	case f.From == "":
		return s.firstEntry(inc, ev, f, status)
	case f.ByHand:
		return s.movedByHand(inc, ev, f, status)
	}
	return say("%s moves to %s: %s.", inc.ID, status, tally(f.Done, f.NotDoing))
}

// instead names the tasks that went to somebody in the place of whoever can no longer do them.
func (s Scene) instead(inc flow.Incident, f flow.StatusEntered) Text {
	var parts []Text
	for _, a := range f.Assigned {
		switch {
		case a.For == "" || len(parts) == 5:
		case a.To == "":
			parts = append(parts, say("%s can no longer do %s: nobody has it.", s.name(a.For), bold(s.titleOf(inc, a.Task))))
		default:
			parts = append(parts, say("%s goes to %s, since %s can no longer do it.", bold(s.titleOf(inc, a.Task)), s.name(a.To), s.name(a.For)))
		}
	}
	return join(" ", parts...)
}

func (s Scene) firstEntry(inc flow.Incident, ev flow.Event, f flow.StatusEntered, status Text) Text {
	why := brief(inc.Snapshot.Name, shortPerson)
	if len(inc.Snapshot.Because) > 0 {
		why = say("%s, because %s", why, s.Conditions(inc.Snapshot.Because))
	}
	opening := say("%s is resolved.", inc.ID)
	if !inc.ResolvedAt.IsZero() && inc.ResolvedAt.Before(ev.At) {
		opening = say("%s starts the %s flow for %s.", s.who(ev.By), brief(inc.Snapshot.Name, shortPerson), inc.ID)
	}
	return join(" ", opening, s.left(inc, f, status, why))
}

// left is what a status that begins holds, and what comes after it.
func (s Scene) left(inc flow.Incident, f flow.StatusEntered, status, why Text) Text {
	switch {
	case f.Left == 0:
		return say("No tasks are open; it is in %s (%s).", status, why)
	case f.Open == 0:
		return say("It is in %s (%s), which has no open tasks; %s left after it. Somebody has to move it on.", status, why, areLeft(f.Left))
	case f.Open == f.Left:
		return say("%s left before it closes, in %s (%s). Anyone here can take one.", areLeft(f.Left), status, why)
	}
	return say("%s left before it closes, %d of them now in %s (%s). Anyone here can take one.", areLeft(f.Left), f.Open, status, why)
}

func areLeft(n int) Text {
	if n == 1 {
		return say("1 task is")
	}
	return say("%d tasks are", n)
}

func (s Scene) movedByHand(inc flow.Incident, ev flow.Event, f flow.StatusEntered, status Text) Text {
	line := say("%s moved %s on to %s", s.who(ev.By), inc.ID, status)
	return join(" ", s.withReason(line, f.Reason), s.notDone(inc, f.Skipped))
}

// withReason ends a sentence with the reason that somebody gave, if they gave one.
func (s Scene) withReason(sentence Text, why string) Text {
	if why == "" {
		return say("%s.", sentence)
	}
	return say("%s: _%s._", sentence, because(why))
}

func (s Scene) notDone(inc flow.Incident, skipped []flow.TaskNumber) Text {
	if len(skipped) == 0 {
		return Text{}
	}
	return say("Not done: %s.", s.tasksNamed(inc, skipped, 3))
}

// Declared is the first message of an incident. It follows the incident: who declared it stays, the rest is as it is now.
func Declared(s Scene, inc flow.Incident) Message {
	lead := say("nobody leads yet")
	if u := inc.Lead(); u != "" {
		lead = say("lead %s", s.who(u))
	}
	line := say("%s declared by %s. Severity %s, %s.", bold(heading(inc)), s.who(inc.DeclaredBy), s.severity(inc), lead)
	now := say("Status: %s. Type: %s.", s.statusName(inc), brief(s.Process.TypeName(inc.Type), shortPerson))
	shown := append(paragraph(line), paragraph(brief(inc.Summary, 1000))...)
	shown = append(shown, small(join(" · ", now, postmortemLine(inc))))
	if roles := s.rolesHeld(inc); !roles.IsZero() {
		shown = append(shown, small(roles))
		now = join(" ", now, say("%s.", roles))
	}
	if row := s.declaredButtons(inc); len(row) > 0 {
		shown = append(shown, actions("incident/"+inc.ID.String(), row...))
	}
	return message(join(" ", line, now), shown...)
}

func (s Scene) severity(inc flow.Incident) Text {
	return brief(s.Process.SeverityName(inc.Severity), shortPerson)
}

func (s Scene) declaredButtons(inc flow.Incident) []slack.BlockElement {
	r, about := Ref{Incident: inc.ID}, inc.ID.String()
	switch inc.Stage {
	case flow.Closed:
		return []slack.BlockElement{button(Reopen, "Reopen", r, about), button(Timeline, "Timeline", r, about)}
	case flow.PostIncident:
		row := []slack.BlockElement{button(Tasks, "Tasks", r, about), button(Update, "Update", r, about), button(Roles, "Roles", r, about)}
		first(row)
		return row
	}
	row := []slack.BlockElement{button(Update, "Update", r, about), button(Roles, "Roles", r, about), button(Close, "Close", r, about)}
	first(row)
	return row
}

// Post announces an event in the incident's channel. It renders the event, so that it is true however late it comes. Events that are
// not announced this way give a message that is zero.
func Post(s Scene, inc flow.Incident, ev flow.Event) Message {
	switch f := ev.Fact.(type) {
	case flow.Declared:
		return Declared(s, inc)
	case flow.Updated:
		return Say(s.updated(ev, f))
	case flow.RoleGiven:
		return Say(s.roleGiven(inc, ev, f, s.who))
	case flow.IncidentClosed:
		return s.closed(inc, ev, f)
	case flow.OptedOut:
		return s.optedOut(inc, ev, f)
	case flow.Reopened:
		return Say(s.reopened(inc, ev, f))
	case flow.ChannelOpened:
		return Say(say("This channel is for %s, declared by %s.", bold(heading(inc)), s.name(inc.DeclaredBy)))
	case flow.EvidenceGone:
		return Say(s.Sentence(inc, ev))
	case flow.NoteAdded:
		return Say(say("%s noted: %s", s.name(ev.By), reason(f.Text)))
	}
	m, _ := s.debriefPost(inc, ev)
	return m
}

// updated tells what changed and the note: Investigating → *Fixing* · @ben: rolling back the pricing service.
func (s Scene) updated(ev flow.Event, f flow.Updated) Text {
	var changes []Text
	add := func(label words, c *flow.Change, name func(flow.Key) string) {
		if c != nil {
			from, to := brief(name(flow.Key(c.From)), shortName), brief(name(flow.Key(c.To)), shortName)
			changes = append(changes, say(label+"%s → %s", from, bold(to)))
		}
	}
	add("", f.Status, s.Process.StatusName)
	add("Severity ", f.Severity, s.Process.SeverityName)
	add("Type ", f.Type, s.Process.TypeName)
	add("Renamed: ", f.Name, func(k flow.Key) string { return string(k) })
	if f.Summary != nil {
		changes = append(changes, say("New summary"))
	}
	line := s.who(ev.By)
	switch {
	case f.Note != "":
		line = say("%s: %s", line, reason(f.Note))
	case f.Summary != nil:
		line = say("%s: %s", line, reason(f.Summary.To))
	}
	return join(" · ", append(changes, line)...)
}

func (s Scene) roleGiven(inc flow.Incident, ev flow.Event, f flow.RoleGiven, who func(flow.UserID) Text) Text {
	role := brief(s.Process.RoleName(f.Role), shortPerson)
	switch {
	case f.To == "":
		return say("%s is no longer %s of %s.", who(f.From), role, inc.ID)
	case f.From == "":
		return say("%s is %s of %s.", who(f.To), role, inc.ID)
	}
	return say("%s is %s of %s, in place of %s.", who(f.To), role, inc.ID, s.name(f.From))
}

// closed tells how an incident came to its end, what was done and what not, and how long it took.
func (s Scene) closed(inc flow.Incident, ev flow.Event, f flow.IncidentClosed) Message {
	if f.Plain {
		return Say(join(" ", say("*%s is closed* by %s.", inc.ID, s.who(ev.By)), s.followUpsOpen(inc)))
	}
	opening := say("*%s is closed.*", inc.ID)
	switch {
	case f.ByHand:
		opening = s.withReason(say("*%s is closed:* %s moved it on", inc.ID, s.who(ev.By)), f.Reason)
	case f.Last != 0 && ev.By == "":
		opening = say("%s The last task settled itself.", opening)
	case f.Last != 0:
		opening = say("%s %s settled the last task.", opening, s.name(ev.By))
	case ev.By != "":
		opening = say("*%s is closed* by %s: no open task is left.", inc.ID, s.name(ev.By)) // the last one was removed, or none was left to resume
	}
	counts := join(" ", tally(f.Done, f.NotDoing), s.leftOut(inc))
	if f.Done+f.NotDoing == 0 {
		counts = say("No tasks")
	}
	if !inc.ResolvedAt.IsZero() && inc.ResolvedAt.Before(ev.At) {
		counts = say("%s, %s after it was resolved", counts, lasted(ev.At.Sub(inc.ResolvedAt)))
	}
	counts = say("%s.", counts)
	line := join(" ", opening, counts, s.postmortem(inc), s.followUpsOpen(inc))
	return message(line, append(paragraph(line), s.afterwards(inc)...)...)
}

// postmortem links to the document, if there is one.
func (s Scene) postmortem(inc flow.Incident) Text {
	if line := postmortemLine(inc); !line.IsZero() {
		return say("%s.", line)
	}
	what := inc.Evidence[flow.PostmortemAttached]
	if what == "" {
		return Text{}
	}
	return say("Post-mortem: %s.", link(what, brief(what, shortName)))
}

// leftOut names what was not done.
func (s Scene) leftOut(inc flow.Incident) Text {
	var numbers []flow.TaskNumber
	for _, t := range inc.Tasks {
		if t.State == flow.NotDoing {
			numbers = append(numbers, t.Number)
		}
	}
	if len(numbers) == 0 {
		return Text{}
	}
	return say("(%s)", s.titles(inc, numbers, 3, false))
}

func (s Scene) optedOut(inc flow.Incident, ev flow.Event, f flow.OptedOut) Message {
	line := say("*%s closed %s and opted out of post-incident:* _%s._", s.who(ev.By), inc.ID, because(f.Reason))
	line = join(" ", line, s.notDone(inc, f.Skipped), s.followUpsOpen(inc), say("To take it up again: %s.", s.command("reopen %s", inc.ID)))
	return message(line, append(paragraph(line), s.afterwards(inc)...)...)
}

// afterwards are the buttons below the news that an incident is closed.
func (s Scene) afterwards(inc flow.Incident) []slack.Block {
	r, about := Ref{Incident: inc.ID}, inc.ID.String()
	return []slack.Block{actions("closed/"+r.String(), button(Timeline, "Timeline", r, about), button(Reopen, "Reopen", r, about))}
}

func (s Scene) reopened(inc flow.Incident, ev flow.Event, f flow.Reopened) Text {
	line := s.withReason(say("%s reopened %s", s.who(ev.By), bold(heading(inc))), f.Reason)
	if f.To != flow.Active {
		return join(" ", line, say("Its post-incident tasks go on."), s.openAgain(inc, f.Tasks))
	}
	line = join(" ", line, say("It is active again."))
	if inc.Snapshot == nil {
		return line
	}
	return join(" ", line, say("The post-incident tasks are paused (%s) and come back when it is resolved.", settledOf(flow.Count(inc.Tasks))))
}

func (s Scene) openAgain(inc flow.Incident, tasks []flow.TaskNumber) Text {
	if len(tasks) == 0 {
		return Text{}
	}
	return say("Open again: %s.", s.tasksNamed(inc, tasks, 5))
}

// BookmarkTitle is the channel bookmark that points to the current card. It finds the bookmark again: it is for ever.
const BookmarkTitle = "Post-incident tasks"

// Opened tells whoever declared an incident where its channel is.
func Opened(s Scene, inc flow.Incident) Message {
	where, ok := channel(inc.Channel)
	if !ok {
		return Say(say("%s is declared; its channel is on the way.", heading(inc)))
	}
	return Say(say("%s is declared: %s.", heading(inc), where))
}
