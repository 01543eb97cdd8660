package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// followUpForReader reports whether a follow-up is still for the reader of a digest to do, or to see to.
func followUpForReader(inc flow.Incident, to flow.UserID, n flow.FollowUpNumber) bool {
	f, ok := inc.FollowUp(n)
	return ok && f.State == flow.Open && inc.ResponsibleFor(f) == to
}

// digestedFollowUp is a follow-up in a digest, with whether there is something to do about it.
func (s Scene) digestedFollowUp(d DigestOf, n flow.FollowUpNumber, inc flow.Incident, next bool) (line Text, shown []slack.Block, open bool) {
	f, _ := inc.FollowUp(n)
	line = s.comingFollowUp(inc, f)
	switch {
	case f.State == flow.Open && !followUpForReader(inc, d.To, n):
		line = say("%s: %s has it now, follow-up of %s", followUpTitle(f), s.holder(f.Owner), inc.ID)
		return line, []slack.Block{section(line, nil)}, false
	case f.State != flow.Open:
		return line, []slack.Block{section(line, nil)}, false
	}
	row := []slack.BlockElement{button(FollowUpDone, "Mark done", followUpRef(inc, f), f.Title), button(EditFollowUp, "Edit", followUpRef(inc, f), f.Title)}
	if next {
		first(row)
	}
	return line, []slack.Block{section(line, s.followUpMenu(inc, f, d.Day)), actions("follow-up/"+followUpRef(inc, f).String(), row...)}, true
}

// comingFollowUp is a follow-up where reminders are listed.
func (s Scene) comingFollowUp(inc flow.Incident, f flow.FollowUp) Text {
	of := say("follow-up of %s", heading(inc))
	if f.State != flow.Open {
		return s.followUpFacts(f, of)
	}
	links := join(" · ", s.issueLink(f), s.messageLink(f.Message, say("message")))
	if until := f.Reminded.Until; !until.IsZero() {
		return join(" · ", say("⏸ %s", join(", ", bold(followUpTitle(f)), of, s.followUpDue(f), say("snoozed to %s", s.day(until)))), links)
	}
	nobody := Text{}
	if f.Owner == "" {
		nobody = say("nobody has it")
	}
	return join(" · ", say("%s %s", s.followUpState(f), join(", ", bold(followUpTitle(f)), of, s.followUpDue(f), dateChanged(f.Moved), priority(f.Priority), nobody)), links)
}

// followUpMenu is the menu of a follow-up that somebody is reminded of, like remindMenu.
func (s Scene) followUpMenu(inc flow.Incident, f flow.FollowUp, today flow.Date) slack.BlockElement {
	r := followUpRef(inc, f)
	_, monday := s.snoozeDays(today)
	week := s.Process.Calendar.AddBusinessDays(monday.AddDays(7), 0)
	to := func(d flow.Date) *slack.OptionBlockObject {
		label := say("Snooze to %s", s.day(d))
		return option(chosen(SnoozeFollowUp, Ref{Incident: inc.ID, FollowUp: f.Number, Want: d.String()}), label.Plain())
	}
	return overflow(to(monday), to(week), choice(SnoozeFollowUp, "Snooze to a date", r), choice(AssignFollowUp, "Reassign", r), choice(SkipFollowUp, "Not doing", r))
}

// SnoozeFollowUpForm puts off the reminders of a follow-up until a day.
func SnoozeFollowUpForm(s Scene, inc flow.Incident, f flow.FollowUp) slack.ModalViewRequest {
	_, monday := s.snoozeDays(s.today())
	line := say("You hear no more of %s, %s, until the day that you choose. Its due date stays: to move that, choose Edit.", bold(followUpTitle(f)), inc.ID)
	return modal(SnoozeFollowUp, followUpRef(inc, f), "Snooze", "Snooze", section(line, nil),
		input(flow.FieldUntil, "Until", calendar(flow.FieldUntil, monday)))
}

// AssignFollowUpForm gives a follow-up to somebody else.
func AssignFollowUpForm(_ Scene, inc flow.Incident, f flow.FollowUp) slack.ModalViewRequest {
	line := say("Whoever you choose gets a message with %s, %s, and is reminded of it from then on.", bold(followUpTitle(f)), inc.ID)
	return modal(AssignFollowUp, followUpRef(inc, f), "Reassign", "Reassign", section(line, nil),
		input(flow.FieldOwner, "Owner", person(flow.FieldOwner, f.Owner)))
}

// remindedFollowUps is what the timeline says of the follow-ups that somebody was reminded of.
func (s Scene) remindedFollowUps(inc flow.Incident, f flow.Reminded) []Text {
	var all, last []flow.FollowUpNumber
	for _, step := range f.FollowUps {
		all = append(all, step.FollowUp)
		if step.Last {
			last = append(last, step.FollowUp)
		}
	}
	if len(all) == 0 {
		return nil
	}
	named := func(which []flow.FollowUpNumber) Text {
		names := listed(which, func(n flow.FollowUpNumber) Text { return followUpNamed(inc, n) })
		if len(which) == 1 {
			return say("the follow-up %s", names)
		}
		return say("the follow-ups %s", names)
	}
	var out []Text
	switch f.Held {
	case flow.HeldAway:
		out = append(out, say("The reminder of %s was held back: %s was away.", named(all), s.name(f.To)))
	case flow.HeldPaused:
		out = append(out, say("The reminder of %s was held back: %s had paused reminders.", named(all), s.name(f.To)))
	case flow.HeldGone:
		out = append(out, say("Nobody was reminded of %s: %s was not around any more.", named(all), s.name(f.To)))
	default:
		out = append(out, say("%s was reminded of %s.", s.name(f.To), named(all)))
	}
	if len(last) > 0 {
		out = append(out, say("No more reminders follow for %s: from then on it is in the weekly report.", named(last)))
	}
	return out
}

// dateChanged says how often people moved a date, if they did.
func dateChanged(times int) Text {
	switch times {
	case 0:
		return Text{}
	case 1:
		return say("date changed once")
	case 2:
		return say("date changed twice")
	}
	return say("date changed %d times", times)
}
