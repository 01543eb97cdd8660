package flow_test

import (
	"testing"
	"time"

	"epilogue/flow"
)

func TestTheWeeklyReportHasNumbersAndNoPeople(t *testing.T) {
	s := entered(t, dated()).do(ben, flow.SetDue{Task: 1, Due: day("2026-11-30")}).do(ben, flow.SetDue{Task: 1, Due: day("2026-12-01")})
	late := s.inc
	punctual := entered(t, process(aFlow("f", status(doc, task("a", due(1, flow.BusinessDays)), task("b", due(1, flow.BusinessDays)), task("c")))))
	punctual.do(ben, done(1)).later(3).do(ben, done(2))
	out := entered(t, dated()).do(ben, flow.OptOut{Reason: "third  party outage."})
	again := entered(t, dated()).do(ben, flow.OptOut{Reason: "Third party outage"})
	secret := privately(t, dated())
	finished := entered(t, process(aFlow("f", status(doc, task("a"))))).do(ben, done(1))

	r := flow.NewReport(monday.AddDate(0, 0, -1), monday.AddDate(0, 0, 14))
	for _, inc := range []flow.Incident{late, punctual.inc, out.inc, again.inc, secret.inc, finished.inc} {
		r.Add(inc)
	}
	got := r.Finish()
	equal(t, got.Statuses, []flow.StatusAges{
		{Flow: "Flow dated", Status: "The doc", Ages: flow.Ages{0, 0, 1, 0}}, {Flow: "Flow f", Status: "The doc", Ages: flow.Ages{0, 0, 1, 0}},
	})
	equal(t, []int{got.Total, got.AllLate, got.OnTime, got.TooLate, got.Entered, got.Closed}, []int{2, 1, 1, 1, 5, 1})
	equal(t, got.OptOuts, []flow.ReasonCount{{Reason: "third party outage", N: 2}})
	equal(t, got.Moved, []flow.ReportedTask{{Incident: 42, Task: 1, Title: "Task a", Due: day("2026-12-01"), Moves: 2}})
	equal(t, len(got.Waiting), 2)
}

func TestTheWeeklyReportHasFollowUpsByAgeWhateverBecameOfTheirIncident(t *testing.T) {
	s := owed(t, "2026-11-25").do(ben, flow.AddFollowUp{Title: "Nobody's", Due: day("2026-12-20")}).later(10)
	s.do(ben, flow.AddFollowUp{Title: "Some day", Owner: as(cem)}).do(ben, flow.AddFollowUp{Title: "Done", Owner: as(cem)}).do(ben, settled(4))
	s.do(ben, flow.EditFollowUp{FollowUp: 2, Due: to(day("2026-12-06"))}).do(ben, flow.EditFollowUp{FollowUp: 2, Due: to(day("2026-12-05"))})
	old := s.inc
	old.FollowUps = []flow.FollowUp{{Number: 1, State: flow.Open, Owner: "cem"}} // as an older program wrote it
	secret := privately(t, dated()).do(ben, flow.AddFollowUp{Title: "Secret", Due: day("2026-11-24")})

	r := flow.NewReport(monday.AddDate(0, 0, 7), monday.AddDate(0, 0, 14)) // December 7
	for _, inc := range []flow.Incident{s.inc, old, secret.inc} {
		r.AddFollowUps(inc)
	}
	got := r.Finish()
	equal(t, got.FollowUps, flow.FollowUpCounts{Open: 4, Late: 2, Unowned: 1, Undated: 2, Ages: flow.Ages{1, 0, 3, 0}})
	equal(t, got.LateFollowUps, []flow.ReportedFollowUp{
		{Incident: 42, FollowUp: 1, Title: "Retry", Due: day("2026-11-25")},
		{Incident: 42, FollowUp: 2, Title: "Nobody's", Due: day("2026-12-05"), Moves: 2},
	})
}

func TestTheReportComesOnTheFirstBusinessDayOfAWeek(t *testing.T) {
	c := flow.Calendar{WorkingDays: weekdays.WorkingDays, Holidays: []flow.Date{day("2026-11-30"), day("2026-12-07"), day("2026-12-08")}}
	after := day("2026-11-23") // a Monday
	for _, want := range []string{"2026-12-01", "2026-12-09", "2026-12-14"} {
		after = c.ReportDay(after)
		equal(t, after, day(want))
	}
	equal(t, c.ReportDay(day("2026-11-22")), day("2026-11-23"))
	for d := after; d.Before(after.AddDays(800)); d = d.AddDays(1) {
		if next := c.ReportDay(d); !d.Before(next) || d.AddDays(7).Before(next) || next.In(time.UTC).Weekday() != time.Monday {
			t.Fatalf("after %s it comes on %s", d, next)
		}
	}
}
