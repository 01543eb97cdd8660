package story

import (
	"fmt"
	"testing"

	"epilogue/internal/browser"
)

const (
	charged  = "Cards are charged twice"
	charging = "#inc-5-cards-are-charged-twice"
	legal    = "Ask Legal whether customers must be told"
)

// An admin who never saw a configuration file sets a flow up by clicks, and then an incident goes through it: automatic for severity at least Major, three
// statuses, a task of its own for Legal with a due date, and only admins may opt out. The pictures of the README are taken on the way.
func TestAnAdminSetsUpAFlowByClicksAndAnIncidentGoesThroughIt(t *testing.T) {
	o := played(t)
	ana := o.sitsIn("ana", "#general")
	ana.Size(1280, 860)
	o.addsMajor(ana)
	o.addsStatuses(ana)
	tall(ana, "home-admin")
	o.goesThroughMajor(ana)
}

// opensHome opens somebody's App Home.
func opensHome(b *browser.Tab) {
	b.Press("Epilogue")
	b.Press("Home")
	b.Sees("Hello")
}

// tall takes a picture in a window that shows all of it.
func tall(b *browser.Tab, name string) {
	b.Size(1280, 1000)
	picture(b, name)
	b.Size(1280, 860)
}

// titled waits for a form to be in front.
func titled(b *browser.Tab, title string) {
	b.Until(fmt.Sprintf(`document.querySelector('#modal .view:not([hidden]) .view-title')?.innerText === %q`, title))
}

// back leaves the form in front for the one below it, or for the page.
func back(b *browser.Tab) { b.Click(`#modal .view:not([hidden]) footer [data-dismiss=one]`) }

// noForm waits until no form is open.
func noForm(b *browser.Tab) { b.Until(`!document.getElementById('modal')`) }

// addsMajor adds the flow from a preset, and says which incidents it is for, that they enter by themselves, and who may opt out.
func (o *office) addsMajor(b *browser.Tab) {
	opensHome(b)
	b.Press("Add flow")
	titled(b, "Add flow")
	types(b, "Name", "Major")
	b.Press("Light")
	submits(b)
	titled(b, "Edit flow")
	b.Sees("No incident gets to “Major”: “Standard” comes before it and applies to every incident.")
	b.Press("Automatic")
	chooses(b, "Who may opt out", "Admins")
	submits(b)
	noForm(b)
	b.Sees("2. Major No incident gets here: “Standard” comes first and applies to every incident. Enters by itself. 1 status, 2 tasks. Opt out: admins.")
	o.rests()
	overflow(b, "2. Major", "Move up")
	b.Sees("No incident gets to “Standard”: “Major” comes before it and applies to every incident.")
	submits(b)
	noForm(b)
	b.Sees("1. Major", "2. Standard")

	b.Press("Edit: Major")
	titled(b, "Edit flow")
	b.PressNear("Change", "every incident that no flow before it takes")
	titled(b, "Which incidents")
	chooses(b, "Severity is at least", "Major")
	submits(b)
	b.Sees("Of the last 4 incidents, 2 would have entered by themselves, 0 if somebody had said so, 2 not.",
		"INC-3 · Search results are stale: enters by itself, because severity is at least Major", "INC-2 · Status page is unreachable: not for it")
	b.Careful("the conditions")
	tall(b, "conditions")
	submits(b)
	titled(b, "Edit flow")
	b.Sees("For incidents that no flow before it takes, when severity is at least Major.")
}

// addsStatuses gives the flow that is open two more statuses, with a task each.
func (o *office) addsStatuses(b *browser.Tab) {
	b.Press("Add status")
	titled(b, "Add status")
	types(b, "Name", "Legal")
	submits(b)
	titled(b, "Edit status")
	b.Sees("“Legal” has no tasks: an incident waits there until somebody moves it on.")
	b.Press("Add task")
	titled(b, "Add task")
	types(b, "Title", legal)
	types(b, "Instructions", "Send them the *timeline*, and whose data it was.")
	types(b, "Due after", "2")
	b.Careful("a task of a flow")
	submits(b)
	titled(b, "Edit status")
	b.Sees("1. " + legal + " · custom · Incident Lead · due 2 business days after its status begins")
	submits(b)

	titled(b, "Edit flow")
	b.Press("Add status")
	titled(b, "Add status")
	types(b, "Name", "Reviewing")
	submits(b)
	titled(b, "Edit status")
	b.Press("Add task")
	titled(b, "Add task")
	chooses(b, "Kind", "Hold the debrief")
	submits(b)
	titled(b, "Edit status")
	b.Sees("1. Hold the debrief")
	submits(b)
	titled(b, "Edit flow")
	b.Sees("1. Documenting", "2. Legal", "3. Reviewing")
	b.Careful("the flow")
	tall(b, "flow")
	submits(b)
	noForm(b)
	b.Sees("1. Major Enters by itself when severity is at least Major. 3 statuses, 4 tasks. Opt out: admins.", "2. Standard People are asked.")
}

// goesThroughMajor has Ben resolve a Major incident, which enters by itself. He may not opt out, and does its tasks. Of the
// next one Ana opts out, who is an admin.
func (o *office) goesThroughMajor(ana *browser.Tab) {
	ben := ana.Another(o.address("ben", "#general"))
	ben.Size(1280, 860)
	o.declaresMajor(ben, charged, charging)
	ben.Press("Close")
	ben.Sees("INC-5 enters the Major flow by itself, because severity is at least Major: 4 tasks in 3 statuses.", "Only admins can opt out.")
	submits(ben)
	ben.Sees("Documenting (now) → Legal → Reviewing → Closed", "2 of them now in Documenting (Major, because severity is at least Major)")
	o.rests()
	opensHome(ben)
	ben.Sees("INC-5 · "+charged, "0 of 2 settled")
	tall(ben, "home")

	goes(ben, charging[1:])
	o.refusesToOptOut(ben)
	for _, task := range []string{standard[1], standard[5]} {
		marksDone(ben, task)
	}
	ben.Sees("Legal (now)", legal, "due Fri Nov 27")
	o.rests()
	marksDone(ben, legal)
	ben.Sees("Reviewing (now)")
	o.rests()

	marksDone(ben, "Hold the debrief")
	ben.Sees("INC-5 is closed")

	o.declaresMajor(ben, "Refunds hang", "#inc-6-refunds-hang")
	ben.Press("Close")
	ben.Sees("INC-6 enters the Major flow by itself")
	submits(ben)
	ben.Sees("Documenting (now)")
	o.rests()
	goes(ana, "general")
	opensHome(ana)
	ana.Sees("INC-6 · Refunds hang", "0 of 2 settled")
	o.rests()
	overflow(ana, "INC-6", "Opt out of post-incident")
	types(ana, "Reason", "the bank said that it was theirs")
	submits(ana)
	noForm(ana)
	ben.Sees("@Ana closed INC-6 and opted out of post-incident: the bank said that it was theirs")
}

// declaresMajor declares a Major incident from #general, and goes to its channel.
func (o *office) declaresMajor(b *browser.Tab, name, channel string) {
	goes(b, "general")
	b.Press("Shortcuts")
	b.Click(`#shortcuts-menu [role=menuitem]`)
	types(b, "Name", name)
	chooses(b, "Severity", "Major")
	submits(b)
	noForm(b)
	goes(b, channel[1:])
	b.Sees(name, "Severity Major")
}

// rests waits until the bot has said all that it has to say.
func (o *office) rests() {
	o.t.Helper()
	if err := o.Quiet(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// refusesToOptOut sees that somebody cannot close INC-5 early: not by the menu of its card.
func (o *office) refusesToOptOut(b *browser.Tab) {
	b.Sees("Documenting (now)")
	overflow(b, "INC-5 ·", "Opt out of post-incident")
	b.Sees("Only admins can")
}

// marksDone marks a task done, also where Slack asks whether that is meant.
func marksDone(b *browser.Tab, task string) {
	b.PressNear("Mark done", task)
	b.Until(`document.querySelector('[role=alertdialog][open]') || ` + gone("Mark done: "+task))
	if b.Is(`document.querySelector('[role=alertdialog][open]')`) {
		b.Press("Mark done")
	}
	b.Until(gone("Mark done: " + task))
}
