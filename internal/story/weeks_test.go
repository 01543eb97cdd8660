package story

import (
	"testing"

	"epilogue/internal/browser"
)

// The weeks after an incident, read as those who get the reminders do: the clock is moved by the buttons of the back of the stage, day by day to Monday and then
// by whole weeks.
func TestWeekAfterWeekNothingFades(t *testing.T) {
	o := resolved(t)
	ana := o.sitsIn("ana", "#general")
	ana.Size(1280, 1180)
	o.reportsTo(ana, "#engineering")
	for _, do := range []string{
		"task 1 assign @cem", "task 1 due 2026-11-27", "task 2 assign @cem", "task 2 due 2026-11-30", "task 2 due 2026-12-01", "task 3 due 2026-12-15",
		"follow-up Alert when the pump runs dry", "follow-up 1 assign @cem", "follow-up 1 due 2026-11-30",
	} {
		o.Slack.Person("ana").Slash(channel, "/inc "+do)
		o.rests()
	}
	behind := ana.Another(o.Slack.URL() + "/stage?as=ana")
	cem := ana.Another(o.address("cem", "#general"))
	cem.Size(1280, 640)
	cem.Press("Epilogue")

	for range 5 {
		o.later(behind, "+1 day")
	}
	cem.Sees("Mon Nov 30: 2 tasks and 1 follow-up for you.", "was due Fri Nov 27", "due Tue Dec 1, date changed once", "Alert when the pump runs dry")
	cem.Careful("a digest")
	picture(cem, "digest")
	cem.PressNear("Mark done", standard[0])
	cem.Sees("Mon Nov 30: 1 task and 1 follow-up for you.", "Review the incident timeline: done, Cem")

	o.later(behind, "+1 week")
	cem.Sees("Mon Dec 7: 1 task and 1 follow-up for you.", "was due Tue Dec 1", "was due Mon Nov 30")

	// From here on the next in line hears of what is late, once.
	o.later(behind, "+1 week")
	cem.Sees("Mon Dec 14: 1 task and 1 follow-up for you.")
	ana.Press("Epilogue")
	ana.Press("Messages")
	ana.Sees("Cem did not react to reminders", "You are next in line", "Mon Dec 14: 1 task", "due Tue Dec 15")

	o.later(behind, "+1 week")
	cem.Sees("Mon Dec 21: 1 task and 1 follow-up for you.")
	o.later(behind, "+1 week")
	cem.Sees("Mon Dec 28: 1 follow-up for you.")

	// Cem hears no more of it; everybody reads it every week.
	o.later(behind, "+1 week")
	goes(ana, "engineering")
	ana.Sees("Weekly report, Mon Jan 4", "2 tasks and 1 follow-up late", "Follow-ups", "Alert when the pump runs dry", "See late ones")
	ana.Careful("the weekly report")
	picture(ana, "report")
	if cem.Is(`document.body.innerText.includes('Mon Jan 4')`) {
		t.Error("Cem is still reminded")
	}
}

// reportsTo has the weekly report posted into a channel.
func (o *office) reportsTo(b *browser.Tab, channel string) {
	opensHome(b)
	b.Press("Settings")
	titled(b, "Settings")
	b.PressNear("Edit", "Reminders and follow-ups")
	titled(b, "Reminders")
	chooses(b, "Weekly report", channel)
	submits(b)
	titled(b, "Settings")
	b.Sees("weekly report in")
	back(b)
	noForm(b)
}

// later moves the clock by a button of the back of the stage.
func (o *office) later(behind *browser.Tab, button string) {
	o.t.Helper()
	o.rests()
	behind.Press(button)
	behind.Until(`!document.querySelector('[data-now-busy]')`)
	o.rests()
}
