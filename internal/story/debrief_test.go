package story

import (
	"testing"
	"time"

	"epilogue/internal/local"
)

const debrief = "Debrief of INC-1: " + broken

func TestADebriefIsScheduledWithoutAnyCalendarOfOurs(t *testing.T) {
	o := resolved(t)
	b := o.sitsIn("ana", channel)
	b.Size(1280, 940)
	b.PressNear("Schedule debrief", standard[2])
	b.Sees("Next you get the event, filled in for your calendar. Nothing is sent before that.")
	chooses(b, "Length", "60 minutes")
	submits(b)

	b.Sees("Save the event in your calendar, then confirm its time here.")
	for _, button := range []string{"Google Calendar", "Outlook", "Send me a file"} {
		if !b.Offers(button, "") {
			t.Errorf("there is no %s", button)
		}
	}
	if length := b.Text(`document.querySelector('` + field(b, "Length") + `').value`); length != "60 minutes" {
		t.Errorf("the length that was chosen is %q now", length)
	}
	picture(b, "debrief-links")
	types(b, "Link to the event", "https://calendar.example/e/1")
	submits(b)
	b.Until(`!document.getElementById('modal')`)
	b.Sees("Ana scheduled the debrief of INC-1", "60 minutes", "Open event", "Reschedule", "debrief scheduled")
}

func TestADebriefIsScheduledInACalendarAndFollowsItThere(t *testing.T) {
	o := opened(t, local.Options{Calendar: true}).declares().resolves()
	o.Slack.Person("ben").Says(channel, "it was the pump")
	b := o.sitsIn("ana", channel)
	b.Size(1280, 940)
	b.PressNear("Schedule debrief", standard[2])
	b.Sees("Next you choose a time that suits everyone who is needed.")
	submits(b)

	b.Sees("Thu Nov 26, 15:00–15:45 CET", "Debrief hour", "Another time, as under Start")
	picture(b, "debrief-times")
	submits(b)
	b.Until(`!document.getElementById('modal')`)
	b.Sees("Ana scheduled the debrief of INC-1", "45 minutes", "Join call", "Reschedule", "debrief scheduled")
	picture(b, "debrief-scheduled")

	event := b.Another(o.Slack.URL() + "/calendar/")
	event.Sees("Debrief hour", "ben is busy")
	event.Click(`a[href*="epilogue"]`)
	event.Sees(debrief, "Thursday, November 26, 15:00–15:45", "ana@example.com", "ben@example.com optional", "What happened: the timeline")
	event.Careful("an event of the calendar")
	event.Press("Move by a day")
	event.Sees("Friday, November 27, 15:00–15:45")
	o.Slack.Clock().Move(6 * time.Minute)
	b.Sees("The debrief of INC-1", "was moved")

	event.Press("Delete")
	event.Sees("This event was deleted.")
	o.Slack.Clock().Move(6 * time.Minute)
	b.Sees("was called off: the event was canceled.")
	b.Until(offered("Schedule debrief: " + standard[2]))
}

// offered is true once something of an accessible name can be pressed.
func offered(name string) string { return "!(" + gone(name) + ")" }
