package story

import (
	"testing"
)

// Everything that the Standard flow asks for is done where it is done: nobody has to tick a box for it.
func TestDocumentingAndReviewingAreCompletedWithoutMarkDone(t *testing.T) {
	o := resolved(t)
	b := o.sitsIn("ana", channel)

	b.PressNear("Open timeline", standard[0])
	b.Sees("Ana declared INC-1", "Timeline is reviewed marks the task")
	submits(b)
	b.Until(gone("Mark done: " + standard[0]))

	b.PressNear("Create", standard[1])
	chooses(b, "Template", "Light")
	submits(b)
	b.Sees("The post-mortem of INC-1 is there")
	b.Until(gone("Mark done: " + standard[1]))

	b.PressNear("Schedule debrief", standard[2])
	b.Sees("Next you get the event")
	submits(b)
	b.Sees("Save the event in your calendar, then confirm its time here.")
	submits(b)
	b.Sees("Ana scheduled the debrief of INC-1", "Reviewing (now)", "0 of 3 settled")

	b.PressNear("Mark complete", standard[3])
	b.Until(gone("Mark done: " + standard[3]))

	b.PressNear("Share", standard[4])
	chooses(b, "Channel", "#engineering")
	submits(b)
	b.Until(gone("Mark done: " + standard[4]))

	b.PressNear("Open follow-ups", standard[5])
	b.Sees("No follow-ups yet", "Last open task: INC-1 will be closed.")
	b.Press("Add follow-up: INC-1")
	types(b, "What is to be done", "Descale it every month")
	submits(b)
	b.Sees("1 follow-up open.")
	submits(b)
	b.Sees("INC-1 is closed", "6 done", "1 follow-up open.")
}
