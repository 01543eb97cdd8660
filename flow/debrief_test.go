package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// meeting is a debrief of half an hour that begins so many hours after Monday, 9:00, with these people.
func meeting(hours int, with ...flow.Actor) flow.PlanDebrief {
	start := monday.Add(time.Duration(hours) * time.Hour)
	c := flow.PlanDebrief{Title: "Debrief", Start: start, End: start.Add(30 * time.Minute)}
	for _, a := range with {
		c.Required = append(c.Required, as(a))
	}
	return c
}

// twoTimes is a time that was chosen, with another one typed.
func twoTimes() flow.PlanDebrief {
	c := meeting(1, ana)
	c.Typed = c.Start.Add(time.Hour)
	return c
}

// unaware is by somebody who saw no debrief.
func unaware(c flow.PlanDebrief) flow.PlanDebrief {
	c.Knew = "none"
	return c
}

func linked(c flow.PlanDebrief, link string) flow.PlanDebrief {
	c.Link = link
	return c
}

func byCalendar(c flow.PlanDebrief) flow.PlanDebrief {
	c.Book = true
	return c
}

func crowd(n int) []flow.Actor {
	var out []flow.Actor
	for i := range n {
		out = append(out, person(flow.UserID(fmt.Sprintf("p%03d", i))))
	}
	return out
}

// answered is what the calendar answers to what was asked for last.
func answered(s *story, event, problem string) flow.RecordDebrief {
	return flow.RecordDebrief{Number: s.inc.Asked.Number, Start: s.inc.Asked.Start, End: s.inc.Asked.End, Event: event, Link: "https://event/" + event, Problem: problem}
}

// booked is a story with a debrief in the calendar.
func booked(s *story, hours int) *story {
	s.t.Helper()
	s.do(ben, byCalendar(meeting(hours, ana)))
	return s.do(itself, answered(s, "e1", ""))
}

// debriefing is a flow with both tasks about the debrief: 1 to schedule and 2 to hold it in doc, and 4 to hold another one in rev.
func debriefing() flow.Process {
	return process(aFlow("f",
		status(doc, kind(flow.ScheduleDebrief, "schedule"), kind(flow.HoldDebrief, "hold"), task("x")),
		status(rev, kind(flow.HoldDebrief, "again"), task("y"))))
}

func TestADebriefWithoutACalendarIsThereOnceItsTimeIsConfirmed(t *testing.T) {
	s := entered(t, debriefing()).do(ben, linked(meeting(5, ana, ben), " https://event "))
	s.happened("debrief-set", "evidence-found", "task-completed").tasks("1 done, 2 open, 3 open, 4 open, 5 open")
	d := *s.inc.Debrief
	equal(t, d.Required, []flow.UserID{"ana", "ben"})
	equal(t, []any{d.Link, d.Number, d.By, d.Booked(), d.Since}, []any{"https://event", 1, flow.UserID("ben"), false, s.last[0].Seq})
	equal(t, s.task(1).Settled.Reason, "https://event")
	s.refuses(ben, linked(meeting(5, ana, ben), "https://event"), because(flow.NothingToChange))
	s.do(cem, meeting(6, ana)).happened("debrief-set", "evidence-found")
	equal(t, []any{s.inc.Debrief.Number, s.inc.Debrief.By, s.inc.Debrief.Link}, []any{1, flow.UserID("ben"), "https://event"})
}

func TestADebriefForTheCalendarIsThereOnceTheCalendarSaysSo(t *testing.T) {
	s := entered(t, debriefing()).do(ben, byCalendar(meeting(5, ana)))
	s.happened("debrief-planned").tasks("1 open, 2 open, 3 open, 4 open, 5 open")
	late := answered(s, "e1", "")
	late.Start = late.Start.Add(-time.Hour)
	s.refuses(itself, late, because(flow.NothingToChange)) // an answer to something else
	s.do(itself, answered(s, "e1", "")).happened("debrief-set", "evidence-found", "task-completed")
	equal(t, []any{s.inc.Debrief.Event, s.inc.Debrief.Booked(), s.inc.Asked == nil}, []any{"e1", true, true})

	t.Run("and another time is a change of the same event", func(t *testing.T) {
		s.do(ana, byCalendar(meeting(7, ana)))
		equal(t, []any{s.inc.Asked.Event, s.inc.Asked.Number, s.inc.Debrief.Start}, []any{"e1", 1, monday.Add(5 * time.Hour)})
	})
	t.Run("which the calendar may refuse: what was asked for is kept, and what is there stays", func(t *testing.T) {
		s.do(itself, answered(s, "", "guest-refused")).happened("debrief-refused")
		equal(t, []any{s.inc.Asked.Problem, s.inc.Asked.Start, s.inc.Debrief.Start}, []any{"guest-refused", monday.Add(7 * time.Hour), monday.Add(5 * time.Hour)})
		s.do(ben, byCalendar(meeting(8, ana)))
		equal(t, s.inc.Asked.Problem, "")
	})
	t.Run("one that is called off never gets its event back", func(t *testing.T) {
		s.do(ben, flow.CancelDebrief{Reason: "too early"}).happened("debrief-canceled", "evidence-gone", "task-reopened")
		equal(t, fact[flow.DebriefCanceled](s).Event, "e1")
		s.do(ben, byCalendar(meeting(9, ana)))
		equal(t, []any{s.inc.Asked.Number, s.inc.Asked.Event}, []any{2, ""})
	})
}

func TestWhoeverDidNotKnowOfADebriefDoesNotReplaceIt(t *testing.T) {
	knowing := func(c flow.PlanDebrief, mark string) flow.PlanDebrief {
		c.Knew = mark
		return c
	}
	s := entered(t, debriefing())
	first := s.inc.DebriefMark()
	s.do(ana, knowing(byCalendar(meeting(5, ana)), first))
	s.refuses(ben, knowing(byCalendar(meeting(6, ana)), first), flow.Refusal{Why: flow.PlannedMeanwhile, Field: flow.FieldStart, By: "ana", At: monday.Add(5 * time.Hour).UTC()})
	asked := s.inc.DebriefMark()
	s.do(itself, answered(s, "e1", ""))
	s.refuses(ben, knowing(byCalendar(meeting(6, ana)), asked), because(flow.PlannedMeanwhile))
	s.do(ben, knowing(byCalendar(meeting(6, ana)), s.inc.DebriefMark()))
	s.do(itself, answered(s, "e1", ""))
	before := s.inc.DebriefMark()
	s.do(itself, flow.MoveDebrief{Start: monday.Add(30 * time.Hour), End: monday.Add(31 * time.Hour)})
	s.refuses(ben, knowing(byCalendar(meeting(7, ana)), before), because(flow.PlannedMeanwhile))
	s.do(ben, flow.CancelDebrief{})
	s.do(ben, knowing(byCalendar(meeting(7, ana)), before)) // there is none to replace
}

func TestADebriefThatACalendarHasNotTakenYetCanBeCalledOff(t *testing.T) {
	s := entered(t, debriefing()).do(ben, byCalendar(meeting(5, ana)))
	s.do(ben, flow.CancelDebrief{Reason: "too early"}).happened("debrief-canceled")
	equal(t, fact[flow.DebriefCanceled](s), flow.DebriefCanceled{Number: 1, Reason: "too early", Asked: true})
	equal(t, s.inc.Asked == nil, true)
	s.refuses(itself, flow.RecordDebrief{Number: 1, Start: monday.Add(5 * time.Hour), End: monday.Add(5*time.Hour + 30*time.Minute), Event: "e1"}, because(flow.NothingToChange))
	s.refuses(ben, flow.CancelDebrief{}, because(flow.NoDebrief))
	s.do(ben, byCalendar(meeting(5, ana)))
	equal(t, s.inc.Asked.Number, 2)                                            // the event of the first one may be there, and goes
	s.refuses(itself, flow.CancelDebrief{Gone: true}, because(flow.NoDebrief)) // nothing of it can be gone
}

func TestWhatHappensInTheCalendarHappensToTheDebrief(t *testing.T) {
	s := booked(entered(t, debriefing()), 5)
	s.do(itself, flow.MoveDebrief{Start: monday.Add(30 * time.Hour), End: monday.Add(31 * time.Hour)}).happened("debrief-moved").tasks("1 done, 2 open, 3 open, 4 open, 5 open")
	equal(t, s.inc.Debrief.Since, s.last[0].Seq)
	s.refuses(itself, flow.MoveDebrief{Start: monday.Add(30 * time.Hour), End: monday.Add(31 * time.Hour)}, because(flow.NothingToChange))
	s.do(itself, flow.CancelDebrief{Reason: "the event was canceled", Gone: true}).happened("debrief-canceled", "evidence-gone", "task-reopened")
	equal(t, fact[flow.DebriefCanceled](s).Event, "") // no calendar is to be told
	equal(t, fact[flow.TaskReopened](s).Reason, "the event was canceled")
}

func TestADebriefThatTookPlaceCompletesTheTaskToHoldItAndOneThatDidNotIsScheduledAnew(t *testing.T) {
	held := booked(entered(t, debriefing()), 5).later(1).do(ana, flow.EndDebrief{Held: true})
	held.happened("debrief-held", "task-completed", "task-completed").tasks("1 done, 2 done, 3 open, 4 done, 5 open")
	equal(t, held.task(2).Settled.How, flow.ByPerson)
	held.refuses(ana, flow.EndDebrief{Held: true}, because(flow.NothingToChange))

	not := booked(entered(t, debriefing()), 5).later(1).do(ana, flow.EndDebrief{Reason: "nobody came"})
	not.happened("debrief-held", "evidence-gone", "task-reopened").tasks("1 open, 2 open, 3 open, 4 open, 5 open")
	equal(t, fact[flow.TaskReopened](not).Reason, "nobody came")
	not.refuses(ana, flow.EndDebrief{Held: true}, because(flow.NoDebrief))
}

func TestAnotherIncidentsDebriefCountsHereToo(t *testing.T) {
	theirs := flow.Debrief{Title: "Theirs", Start: monday.Add(5 * time.Hour), End: monday.Add(6 * time.Hour), Event: "e7", Link: "https://event/e7"}
	s := entered(t, debriefing()).do(ben, flow.UseDebrief{Of: 7, Debrief: theirs}).happened("debrief-set", "evidence-found", "task-completed")
	equal(t, []any{s.inc.Debrief.Of, s.inc.Debrief.Booked()}, []any{flow.IncidentID(7), false})
	s.refuses(ben, flow.UseDebrief{Of: 7, Debrief: theirs}, because(flow.NothingToChange))
	s.do(ben, flow.CancelDebrief{}).happened("debrief-canceled", "evidence-gone", "task-reopened")
	equal(t, fact[flow.DebriefCanceled](s), flow.DebriefCanceled{Number: 1, Of: 7})
	s.do(ben, flow.UseDebrief{Of: 7, Debrief: theirs}).do(ben, meeting(9, ana)).happened("debrief-canceled", "debrief-set", "evidence-found")
	equal(t, s.inc.Debrief.Of, flow.IncidentID(0))

	asked := entered(t, debriefing()).do(ben, byCalendar(meeting(5, ana)))
	asked.refuses(ben, flow.UseDebrief{Of: 7, Debrief: theirs}, because(flow.HasDebrief)) // its event may be there any moment

	with := entered(t, debriefing()).do(itself, flow.ShareDebrief{With: 8})
	with.refuses(itself, flow.ShareDebrief{With: 8}, because(flow.NothingToChange))
	equal(t, with.inc.DebriefWith, []flow.IncidentID{8})
	with.do(itself, flow.ShareDebrief{With: 8, Ends: true})
	equal(t, len(with.inc.DebriefWith), 0)
}

func TestNobodyFromOutsideIsInvitedToTheDebriefOfAPrivateIncident(t *testing.T) {
	s := private(t, debriefing())
	s.refuses(ben, meeting(1, ana, away), flow.Refusal{Why: flow.NotInChannel, Field: flow.FieldRequired, By: "away"})
	s.do(ben, meeting(1, ana, ben))
}

func TestWhatIsWrongWithADebriefNamesItsField(t *testing.T) {
	s := entered(t, debriefing())
	change := func(f func(*flow.PlanDebrief)) flow.PlanDebrief {
		c := meeting(1, ana)
		f(&c)
		return c
	}
	for name, c := range map[string]struct {
		cmd  flow.Command
		want flow.Refusal
	}{
		"no title":       {change(func(c *flow.PlanDebrief) { c.Title = " " }), flow.Refusal{Why: flow.Required, Field: flow.FieldTitle}},
		"a long agenda":  {change(func(c *flow.PlanDebrief) { c.Agenda = strings.Repeat("x", 2001) }), flow.Refusal{Why: flow.TooLong, Field: flow.FieldAgenda}},
		"now":            {meeting(0, ana), flow.Refusal{Why: flow.BadTime, Field: flow.FieldStart}},
		"in two years":   {meeting(2*366*24, ana), flow.Refusal{Why: flow.BadTime, Field: flow.FieldStart}},
		"a minute":       {change(func(c *flow.PlanDebrief) { c.End = c.Start.Add(time.Minute) }), flow.Refusal{Why: flow.NotOffered, Field: flow.FieldLength}},
		"nobody":         {meeting(1), flow.Refusal{Why: flow.Required, Field: flow.FieldRequired}},
		"a forged link":  {linked(meeting(1, ana), "https://a|b"), flow.Refusal{Why: flow.BadLink, Field: flow.FieldLink}},
		"a long link":    {linked(meeting(1, ana), "https://"+strings.Repeat("x", 2000)), flow.Refusal{Why: flow.TooLong, Field: flow.FieldLink}},
		"a guest's deed": {meeting(1, ana), flow.Refusal{}},
	} {
		if name == "a guest's deed" {
			s.refuses(guest, c.cmd, because(flow.NotAFullMember))
			continue
		}
		s.refuses(ben, c.cmd, c.want)
	}
	twice := change(func(c *flow.PlanDebrief) { c.Optional = []flow.Person{as(ana), as(cem), as(cem)} })
	s.do(ben, twice)
	equal(t, s.inc.Debrief.Optional, []flow.UserID{"cem"})
}

func TestWhoHearsOfADebrief(t *testing.T) {
	for _, c := range []struct {
		name string
		s    *story
		want []flow.Tell
	}{
		{"asked for", entered(t, debriefing()).do(ben, byCalendar(meeting(48, ana))), []flow.Tell{"debrief-book"}},
		{"confirmed", entered(t, small()).do(ben, meeting(48, ana)), []flow.Tell{"post", "debrief-with", "refresh-card", "debrief-held", "debrief-file", "debrief-soon", "debrief-over"}},
		{"confirmed for today: the day before is over", entered(t, small()).do(ben, meeting(5, ana)), []flow.Tell{"post", "debrief-with", "refresh-card", "debrief-held", "debrief-file", "debrief-over"}},
		{"in the calendar, which sends the invitations", booked(entered(t, small()), 48), []flow.Tell{"post", "debrief-with", "refresh-card", "debrief-held", "debrief-soon", "debrief-over"}},
		{"called off", booked(entered(t, small()), 48).do(ben, flow.CancelDebrief{}), []flow.Tell{"post", "debrief-with", "refresh-card", "debrief-held", "debrief-unbook"}},
		{"called off before the calendar took it: only the calendar", entered(t, small()).do(ben, byCalendar(meeting(48, ana))).do(ben, flow.CancelDebrief{}), []flow.Tell{"debrief-unbook"}},
		{"gone", booked(entered(t, small()), 48).do(itself, flow.CancelDebrief{Gone: true}), []flow.Tell{"post", "debrief-with", "refresh-card", "debrief-held"}},
	} {
		var got []flow.Tell
		for _, e := range flow.Effects(c.s.last) {
			if got = append(got, e.Tell); e.Tell == flow.TellSoon && e.Wait != 24*time.Hour || e.Tell == flow.TellWasHeld && e.Wait < 5*time.Hour {
				t.Errorf("%s: %s waits %s", c.name, e.Tell, e.Wait)
			}
		}
		equal(t, got, c.want)
	}
}

func TestWhoeverHadARoleOrATaskIsNeededAndWhoeverTookPartIsWelcome(t *testing.T) {
	s := entered(t, debriefing()).do(ben, give(3, cem)).do(ben, role("scribe", ben)).do(person("dana"), flow.AddNote{Text: "n"})
	needed, welcome := flow.Invitable(s.inc)
	slices.Sort(needed)
	equal(t, needed, []flow.UserID{"ana", "ben", "cem"})
	equal(t, welcome, []flow.UserID{"dana"})
}

// Whatever happens to a debrief in whatever order: evidence is there exactly while it is, no event id is asked for after its debrief ended, and replay gives the
// same (which story.try checks).
func TestTheEvidenceIsThereWhileTheDebriefIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := entered(t, debriefing())
		ended := map[int]bool{}
		for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
			hours := int(s.now.Sub(monday).Hours()) + rapid.IntRange(1, 60).Draw(t, "hours")
			cmds := []flow.Command{
				meeting(hours, ana), byCalendar(meeting(hours, ana)),
				flow.CancelDebrief{},
				flow.CancelDebrief{Gone: true},
				flow.EndDebrief{Held: true},
				flow.EndDebrief{},
				flow.MoveDebrief{Start: s.now.Add(time.Hour), End: s.now.Add(2 * time.Hour)},
				flow.UseDebrief{Of: 7, Debrief: flow.Debrief{Start: monday, End: monday.Add(time.Hour)}},
				done(1), back(1),
				flow.MoveOn{From: s.inc.Status, Reason: "x"},
				flow.Reopen{To: flow.PostIncident, Tasks: []flow.TaskNumber{1}},
			}
			if s.inc.Asked != nil {
				cmds = append(cmds, answered(s, fmt.Sprintf("e%d", s.inc.Asked.Number), ""), answered(s, "", "busy"), answered(s, fmt.Sprintf("e%d", s.inc.Asked.Number), ""))
			}
			before := s.inc.Debrief
			if s.try(oneOf(t, ana, itself), oneOf(t, cmds...)) != nil {
				continue
			}
			if before != nil && (s.inc.Debrief == nil || s.inc.Debrief.Number != before.Number) {
				ended[before.Number] = true
			}
			if d := s.inc.Debrief; d != nil && ended[d.Number] {
				t.Fatalf("step %d: debrief %d is back", i, d.Number)
			}
			if _, there := s.inc.Evidence[flow.DebriefScheduled]; there != (s.inc.Debrief != nil) {
				t.Fatalf("step %d: evidence is there: %v, and the debrief is %v", i, there, s.inc.Debrief)
			}
			if rapid.Bool().Draw(t, "later") {
				s.later(1)
			}
		}
	})
}
