package story

import (
	"strings"
	"testing"

	"epilogue/internal/browser"
)

func TestAnIncidentGoesFromDeclaredToClosedByClicks(t *testing.T) {
	o := open(t)
	b := o.sitsIn("ana", "#general")
	b.Press("Shortcuts")
	b.Click(`#shortcuts-menu [role=menuitem]`)
	types(b, "Name", broken)
	chooses(b, "Severity", "Major")
	submits(b)

	goes(b, "inc-1-coffee-machine-is-down") // it appears in the sidebar by itself
	b.Sees("INC-1", broken, "lead @Ana")
	b.Press("Close")
	b.Press("Go through the Standard flow")
	submits(b)
	b.Sees("Documenting (now)")
	if err := o.Quiet(t.Context()); err != nil { // what an incident says as it enters comes first
		t.Fatal(err)
	}
	for i, task := range standard {
		b.PressNear("Mark done", task)
		if i == 2 || i == 5 { // the last of a status: Slack asks
			b.Sees("Mark it done?")
			b.Press("Mark done")
		}
		b.Until(gone("Mark done: " + task))
	}
	b.Sees("INC-1 is closed", "Reopen")
}

func TestOptingOutWantsAReasonThatIsNotBlank(t *testing.T) {
	o := resolved(t)
	b := o.sitsIn("ana", channel)
	overflow(b, "INC-1", "Opt out of post-incident")
	types(b, "Reason", "   ")
	submits(b)
	b.Until(`document.querySelector('#modal .k-problem')`)
	b.Focused(`#modal textarea.k-field`)
	b.Keys("a descaling that was overdue")
	submits(b)
	b.Until(`!document.getElementById('modal')`)
	b.Sees("opted out", "a descaling that was overdue")
	if b.Offers("Mark done", "") {
		t.Error("a task can still be marked done")
	}
}

// Whoever is second must not settle the first task of the next status, nor be told a lie.
func TestTwoPeopleMarkTheSameLastTaskDoneAtTheSameTime(t *testing.T) {
	o := resolved(t)
	ana := o.sitsIn("ana", channel)
	ben := ana.Another(o.address("ben", channel))
	for _, task := range standard[:2] {
		ana.PressNear("Mark done", task)
		ben.Until(gone("Mark done: " + task))
	}
	last := standard[2]
	for _, b := range people(ana, ben) {
		b.PressNear("Mark done", last)
		b.Sees("Mark it done?")
	}
	both(func() { ana.Press("Mark done") }, func() { ben.Press("Mark done") })
	for _, b := range people(ana, ben) {
		b.Sees("Moved on to Reviewing", "Reviewing (now)", "0 of 3 settled")
		for _, task := range standard[3:] {
			if !b.Offers("Mark done", task) {
				t.Errorf("%s is not open", task)
			}
		}
		b.Until(`!document.querySelector('.k-warn, [data-now-busy]')`)
	}
}

func TestAModalWithErrorsKeepsWhatWasTyped(t *testing.T) {
	o := declared(t)
	b := o.sitsIn("ana", channel)
	b.Press("Update")
	types(b, "What is new", "it is the pump")
	chooses(b, "Status", "Fixing")
	b.Click(field(b, "Name"))
	b.Keys(browser.EndKey, strings.Repeat(browser.Backspace, len(broken)))
	submits(b)
	b.Until(`document.querySelector('#modal .k-problem')`)
	b.Focused(field(b, "Name"))
	b.Until(`document.querySelector('` + field(b, "What is new") + `').value === 'it is the pump' && document.querySelector('` + field(b, "Status") + `').value === 'Fixing'`)
	b.Keys("Tea only")
	submits(b)
	b.Until(`!document.getElementById('modal')`)
	b.Sees("it is the pump", "Tea only", "Status: Fixing")
}

func TestTheHomeTabShowsWhatIsMineAndMarksItDone(t *testing.T) {
	o := resolved(t)
	b := o.sitsIn("ana", "#general")
	b.Press("Epilogue")
	b.Press("Home")
	b.Sees(standard[0], standard[1], "INC-1")
	b.PressNear("Mark done", standard[0])
	b.Until(gone("Mark done: " + standard[0]))
	goes(b, "inc-1-coffee-machine-is-down")
	b.Sees("1 of 3 settled")
}
