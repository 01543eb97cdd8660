package local

import (
	"fmt"
	"time"

	"epilogue/internal/sandbox"
)

// Names of the channels of the story.
const (
	checkout   = "#inc-1-checkout-errors-in-eu"
	statusPage = "#inc-2-status-page-is-unreachable"
	search     = "#inc-3-search-results-are-stale"
	emails     = "#inc-4-login-emails-arrive-late"
)

// Titles of the tasks of the Standard flow.
const (
	reviewTimeline     = "Review the incident timeline"
	createPostmortem   = "Create a post-mortem document"
	scheduleDebrief    = "Schedule the debrief"
	completePostmortem = "Mark the post-mortem as complete"
	sharePostmortem    = "Share the post-mortem"
	reviewFollowUps    = "Review follow-ups"
)

func (s *story) play() {
	s.weekBegins()
	s.checkoutBreaks()
	s.checkoutIsResolved()
	s.checkoutIsDocumented()
	s.checkoutIsReviewed()
	s.statusPageIsOptedOutOf()
	s.weekEnds()
	s.searchWaits()
	s.emailsGoOn()
	s.ago(0)
	s.isRead()
}

func (s *story) checkoutBreaks() {
	s.at(0, 14, 2)
	s.ana.Slash("#general", "/inc declare Checkout errors in EU")
	what := s.ana.Modal("Declare an incident").Choose("Severity", "Major")
	s.show("Ana types /inc declare Checkout errors in EU", form(what))
	s.submit(what)
	s.ana.Waits(checkout, "@Ana has joined")
	s.ben.Joins(checkout)
	s.cem.Joins(checkout)
	s.at(0, 14, 5)
	s.ben.Says(checkout, "Every second card payment from the EU has failed since 13:50. The pricing service times out.")
	s.at(0, 14, 11)
	s.update(s.ben, checkout, "Fixing", "rolling the pricing service back to last week's release")
	s.at(0, 14, 24)
	s.cem.Says(checkout, "The rollback is out. Payments are going through again.")
	s.at(0, 14, 26)
	s.update(s.ana, checkout, "Monitoring", "error rate is back to normal; watching it for half an hour")
}

func (s *story) checkoutIsResolved() {
	s.at(0, 14, 58)
	s.ana.Slash(checkout, "/inc close")
	prompt := s.ana.Modal("Close INC-1")
	s.show("Ana types /inc close in "+checkout, form(prompt))
	s.enter(prompt)
	s.show("She continues, and the channel gets a card", s.newest(s.ana, checkout))
}

func (s *story) checkoutIsDocumented() {
	s.at(0, 15, 20)
	s.done(s.ben, checkout, reviewTimeline)
	s.at(0, 15, 21)
	s.give(s.ben, checkout, createPostmortem, s.ben)
	s.at(1, 10, 40)
	s.done(s.ben, checkout, createPostmortem)
	s.at(1, 10, 52)
	s.cem.In(checkout).Menu(scheduleDebrief).Choose("Not doing")
	why := s.cem.Modal().Fill("Reason", "the three of us went through it together this morning")
	s.show("Cem says why a task is not needed", form(why))
	s.submit(why)
	s.show("It was the last open one of Documenting, so the incident moves on", s.newest(s.ana, checkout))
}

func (s *story) checkoutIsReviewed() {
	s.at(1, 11, 5)
	s.give(s.ana, checkout, sharePostmortem, s.cem)
	s.show("Ana gives a task to Cem, who gets a message (he is in Istanbul)", s.newest(s.cem, "DM"))
	s.at(2, 16, 30)
	s.done(s.ben, checkout, completePostmortem)
	s.at(3, 9, 15)
	s.done(s.cem, "DM", sharePostmortem)
	s.at(3, 16, 5)
	asked := s.done(s.ana, checkout, reviewFollowUps)
	s.show("Ana presses Mark done on the last task, and Slack asks first", func() string { return asked })
	s.settle()
	s.show("All of "+checkout+", as Ana reads it", func() string { return s.ana.Sees(checkout) })
}

func (s *story) statusPageIsOptedOutOf() {
	s.at(3, 16, 20)
	s.declare(s.dana, "Status page is unreachable", "Minor", statusPage)
	s.at(3, 16, 31)
	s.dana.Says(statusPage, "The page is hosted by another company, and they have an outage. Nothing of ours is affected.")
	s.at(3, 17, 15)
	s.dana.Slash(statusPage, "/inc close")
	s.enter(s.dana.Modal("Close INC-2"))
	s.at(4, 9, 30)
	s.dana.Slash(statusPage, "/inc close")
	early := s.dana.Modal("Close INC-2 early").Fill("Reason", "an outage at our hosting company; nothing for us to learn")
	s.show("Dana types /inc close in another incident that is in its flow", form(early))
	s.submit(early)
	s.show("She has opted out, and the channel is told why", s.newest(s.ana, statusPage))
}

func (s *story) searchWaits() {
	s.at(4, 11, 10)
	s.declare(s.ben, "Search results are stale", "Major", search)
	s.cem.Joins(search)
	s.ana.Joins(search)
	s.at(4, 11, 40)
	s.cem.Says(search, "The indexer stopped last night. It is running again and catches up.")
	s.at(4, 13, 5)
	s.ben.Slash(search, "/inc close")
	s.enter(s.ben.Modal("Close INC-3"))
	s.at(4, 15, 45)
	s.done(s.cem, search, reviewTimeline)
	s.at(4, 15, 52)
	s.give(s.ben, search, scheduleDebrief, s.ana)
}

func (s *story) emailsGoOn() {
	s.ago(25 * time.Minute)
	s.declare(s.cem, "Login emails arrive late", "Minor", emails)
	s.ana.Joins(emails)
	s.ago(20 * time.Minute)
	s.ana.Says(emails, "The mail queue holds 40,000 messages. New ones take ten minutes.")
	s.ago(12 * time.Minute)
	s.update(s.cem, emails, "Fixing", "two more mail workers are starting")
}

// declare fills in the form for a new incident, from #general, and waits to be in its channel.
func (s *story) declare(who actor, name, severity, channel string) {
	who.Slash("#general", "/inc declare "+name)
	s.submit(who.Modal("Declare an incident").Choose("Severity", severity))
	who.Waits(channel, "@"+who.name+" has joined")
}

// update presses Update on the first message of an incident.
func (s *story) update(who actor, channel, status, note string) {
	who.In(channel).Press("Update")
	s.submit(who.Modal().Choose("Status", status).Fill("What is new", note))
}

// enter takes the flow in the prompt of /inc close.
func (s *story) enter(prompt *sandbox.Modal) {
	s.submit(prompt.Choose("When it is resolved", "Go through the Standard flow"))
}

// give assigns a task by its menu.
func (s *story) give(who actor, in, task string, to actor) {
	who.In(in).Menu(task).Choose("Assign")
	s.submit(who.Modal().Pick("Assignee", "@"+to.name))
}

// done presses Mark done at a task, and returns what Slack asked before.
func (s *story) done(who actor, in, task string) (asked string) {
	return who.In(in).Click("Mark done").In(task).Asked
}

func (s *story) submit(form *sandbox.Modal) {
	title := form.Title()
	if sent := form.Submit(); !sent.Closed {
		s.fail(fmt.Errorf("the form %q was not accepted: %v %s", title, sent.Errors, sent.Banner))
	}
}

func (s *story) newest(who actor, in string) func() string {
	return func() string { return newest(who.Sees(in)) }
}
