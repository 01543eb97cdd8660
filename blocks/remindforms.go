package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/internal/spelling"
)

// SnoozeForm puts off the reminders of a task until a day.
func SnoozeForm(s Scene, inc flow.Incident, t flow.Task) slack.ModalViewRequest {
	_, monday := s.snoozeDays(s.today())
	line := say("You hear no more of %s, %s, until the day that you choose. Its due date stays: to move that, choose Due date.", bold(title(t)), inc.ID)
	return modal(Snooze, ref(inc, t), "Snooze", "Snooze", section(line, nil),
		input(flow.FieldUntil, "Until", calendar(flow.FieldUntil, monday)))
}

// PauseForm pauses somebody's reminders until a day.
func PauseForm(s Scene, until flow.Date) slack.ModalViewRequest {
	if until.IsZero() {
		_, until = s.snoozeDays(s.today())
	}
	line := say("You get no digest before the day that you choose. What is late meanwhile is offered to the next in line, and the card's thread goes on.")
	return modal(PauseReminders, Ref{}, "Pause reminders", "Pause", section(line, nil),
		input(flow.FieldUntil, "Until", calendar(flow.FieldUntil, until)))
}

// Coming is a reminder that will come if nothing happens.
type Coming struct {
	Item     Item
	FollowUp flow.FollowUpNumber // of the item's incident, instead of its task
	On       flow.Date
}

// RemindersData is what somebody is to be told of their reminders.
type RemindersData struct {
	Coming      Page[Coming] // in the order in which they come
	PausedUntil flow.Date    // zero: they are not paused
	Away        bool
	Zone        string // of the digests
}

// RemindersPage is how many reminders a page of them shows.
const RemindersPage = 15

// RemindersMessage says what will come when, and offers to pause it.
func RemindersMessage(s Scene, d RemindersData) Message {
	opening := say("Digests come at %s on business days (%s), only when something is due.", s.Process.Hours.Known().Digest, brief(d.Zone, shortPerson))
	pause := button(PauseReminders, "Pause", Ref{}, "your reminders")
	row := []slack.BlockElement{pause}
	switch {
	case !d.PausedUntil.IsZero():
		opening = say("⏸ Your reminders are paused until %s.", s.day(d.PausedUntil))
		resume := button(ResumeReminders, "Resume", Ref{}, "your reminders")
		resume.WithStyle(slack.StylePrimary)
		row = []slack.BlockElement{resume, pause}
	case d.Away:
		opening = say("⏸ Your status says that you are away: your digests wait until it ends.")
	}
	shown, fallback := []slack.Block{section(opening, nil)}, []Text{opening}
	for _, c := range d.Coming.first(RemindersPage) {
		inc := c.Item.Incident
		var line Text
		var menu slack.BlockElement
		if t, ok := inc.Task(c.Item.Task); ok {
			line, menu = s.itemLine(inc, t), s.remindMenu(inc, t, s.today())
		} else if f, ok := inc.FollowUp(c.FollowUp); ok {
			line, menu = s.comingFollowUp(inc, f), s.followUpMenu(inc, f, s.today())
		} else {
			continue
		}
		line = say("%s: %s", s.day(c.On), line)
		fallback = append(fallback, line)
		shown = append(shown, section(line, menu))
	}
	if len(d.Coming.Items) == 0 {
		line := say("Nothing of yours is due.")
		shown, fallback = append(shown, section(line, nil)), append(fallback, line)
	}
	shown = append(shown, d.Coming.turn(RemindersList, Ref{})...)
	return message(join("\n", fallback...), append(shown, actions("reminders", row...))...)
}

// Paused and Resumed answer whoever paused their reminders, or took them up again.
func Paused(s Scene, until flow.Date) Text {
	return say("⏸ Your reminders are paused until %s. To take them up earlier: %s.", s.day(until), s.command("reminders resume"))
}

// Resumed says that somebody's reminders come again.
func Resumed() Text { return say("Your reminders come again.") }

// NotPaused answers who resumes reminders that come anyway.
func NotPaused(s Scene) Text {
	return say("Your reminders are not paused. What comes when: %s.", s.command("reminders"))
}

// BadPause answers a pause until what is no coming day.
func BadPause() Text {
	return say("This is not one of the next 90 days.")
}

// PauseUsage answers a pause until a day that cannot be read.
func PauseUsage(s Scene, typed string) Text {
	return Usage(s, "I cannot read the day “"+typed+"”. A date, a weekday, tomorrow, 2bd (business days) or 3d will do.", "reminders pause 2026-12-03")
}

// RemindersUsage answers what cannot be read after /inc reminders.
func RemindersUsage(s Scene, typed string) Text {
	if near, ok := spelling.Nearest(typed, []string{"pause", "resume"}); ok {
		return s.didYouMean(typed, "reminders %s", near)
	}
	return say("I do not know “%s”. What comes when: %s. A pause: %s.", brief(typed, 40), s.command("reminders"), s.command("reminders pause 2026-12-03"))
}

// snoozeRefused is for what SnoozeTask refuses.
func snoozeRefused(r flow.Refusal, task Text) Text {
	if r.Why == flow.SnoozedEnough {
		return say("%s was snoozed %d times already. Move its due date with a reason, hand it on, or mark it not doing.", task, r.Limit)
	}
	return say("This is not one of the next %d days. To put it off for longer, move its due date.", r.Limit)
}
