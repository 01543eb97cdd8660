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

// weekdays is Monday to Friday, with Christmas off.
var weekdays = flow.Calendar{
	WorkingDays: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
	Holidays:    []flow.Date{day("2026-12-24"), day("2026-12-25")},
}

func snooze(n flow.TaskNumber, days int) flow.SnoozeTask {
	return flow.SnoozeTask{Task: n, Until: flow.DateOf(monday).AddDays(days)}
}

// snoozed is a story whose first task was snoozed as often as one may.
func snoozed(t *testing.T) *story {
	s := entered(t, small())
	for i := range flow.MaxSnoozes {
		s.do(ben, snooze(1, 2+i))
	}
	return s
}

// present are people who are here.
func present(all ...flow.Actor) map[flow.UserID]flow.Presence {
	out := map[flow.UserID]flow.Presence{}
	for _, a := range all {
		out[a.User] = flow.Presence{Standing: a.Standing, Member: a.Member}
	}
	return out
}

// dated is a flow of one task that cem has, due in three business days: Thursday, November 26.
func dated(changes ...func(*flow.Flow)) flow.Process {
	p := process(aFlow("dated", status(doc, task("a", byDefault("cem"), due(3, flow.BusinessDays)))))
	for _, change := range changes {
		change(&p.Flows[0])
	}
	p.Calendar = weekdays
	return p
}

func ladder(steps ...flow.Step) func(*flow.Flow) {
	return func(f *flow.Flow) { f.Reminders = steps }
}

// digests asks on each of some days, and lists what there was to be reminded of.
func (s *story) digests(to flow.UserID, days int, people map[flow.UserID]flow.Presence) string {
	s.t.Helper()
	var out []string
	for range days {
		d := flow.DateOf(s.now)
		if s.process.Calendar.Works(d) && s.try(itself, flow.Remind{To: to, Day: d, People: people}) == nil {
			f := fact[flow.Reminded](s)
			for _, step := range f.Tasks {
				line := fmt.Sprintf("%s %s", s.now.Format("Jan 2"), step.Step)
				for _, also := range []struct {
					what string
					set  bool
				}{
					{" held " + string(f.Held), f.Held != ""},
					{" names " + string(f.Next), step.Named},
					{" offers " + string(f.Next), step.Offered},
					{" raised", step.Raised},
					{" last", step.Last},
				} {
					if also.set {
						line += also.what
					}
				}
				out = append(out, line)
			}
			for _, step := range f.FollowUps {
				line := fmt.Sprintf("%s follow-up %d %s", s.now.Format("Jan 2"), step.FollowUp, step.Step)
				if f.Held != "" {
					line += " held " + string(f.Held)
				}
				if step.Last {
					line += " last"
				}
				out = append(out, line)
			}
			if f.Stuck != "" {
				out = append(out, fmt.Sprintf("%s %s", s.now.Format("Jan 2"), f.Stuck))
			}
		}
		s.later(1)
	}
	return strings.Join(out, "\n")
}

func TestTheLadder(t *testing.T) {
	everybody := present(ana, ben, cem)
	with := func(p flow.Presence) map[flow.UserID]flow.Presence {
		out := present(ana, ben)
		out["cem"] = p
		return out
	}
	full := flow.Presence{Standing: flow.FullMember, Member: true}
	vacation, quiet, left := full, full, full
	vacation.Away, quiet.Paused, left.Standing = true, true, flow.Deactivated
	tests := []struct {
		name  string
		given *story
		with  map[flow.UserID]flow.Presence
		want  string
	}{
		{"goes from the day before to five business days late, each step once", entered(t, dated()), everybody, `
			Nov 25 day-before
			Nov 26 on-the-day
			Nov 27 one-late offers ana
			Dec 1 three-late names ana
			Dec 3 five-late names ana last`},
		{"has the steps that the flow says", entered(t, dated(ladder(flow.OnTheDay, flow.ThreeLate))), everybody, `
			Nov 26 on-the-day
			Dec 1 three-late names ana last`},
		{"is none where the flow says so", entered(t, dated(ladder(flow.NoSteps))), everybody, ``},
		{"is none for a task without a date", entered(t, dated()).do(ben, flow.SetDue{Task: 1}), everybody, ``},
		{"begins anew with a new date", entered(t, dated()).do(ben, flow.SetDue{Task: 1, Due: day("2026-11-30")}), everybody, `
			Nov 27 day-before
			Nov 30 on-the-day
			Dec 1 one-late offers ana
			Dec 3 three-late names ana
			Dec 7 five-late names ana last`},
		{"keeps quiet until a snooze is over", entered(t, dated()).do(cem, snooze(1, 4)), everybody, `
			Nov 27 one-late
			Dec 1 three-late names ana
			Dec 3 five-late names ana offers ana last`},
		{"says what was snoozed where nothing else is due", entered(t, dated()).do(cem, snooze(1, 1)), everybody, `
			Nov 24 snooze-over
			Nov 25 day-before
			Nov 26 on-the-day offers ana
			Nov 27 one-late
			Dec 1 three-late names ana
			Dec 3 five-late names ana last`},
		{"is held back from who is away, and offered to the next in line once", entered(t, dated()), with(vacation), `
			Nov 25 day-before held away offers ana
			Nov 26 on-the-day held away
			Nov 27 one-late held away
			Dec 1 three-late held away names ana
			Dec 3 five-late held away names ana last`},
		{"is held back from who paused, and offered once it is late", entered(t, dated()), with(quiet), `
			Nov 25 day-before held paused
			Nov 26 on-the-day held paused
			Nov 27 one-late held paused offers ana
			Dec 1 three-late held paused names ana
			Dec 3 five-late held paused names ana last`},
		{"is offered at once where nobody is home", entered(t, dated()), with(left), `
			Nov 25 day-before held gone offers ana
			Nov 26 on-the-day held gone
			Nov 27 one-late held gone
			Dec 1 three-late held gone names ana
			Dec 3 five-late held gone names ana last`},
		{"never names whoever is late or absent", entered(t, dated()).do(ana, role("scribe", ben)), present(ben, cem), `
			Nov 25 day-before
			Nov 26 on-the-day
			Nov 27 one-late offers ben
			Dec 1 three-late names ben
			Dec 3 five-late names ben last`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.given.t = t
			equal(t, tt.given.digests("cem", 40, tt.with), lines(tt.want))
		})
	}
}

func lines(s string) string {
	var out []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

func TestWhatWasHeldBackComesWhenSomebodyIsBack(t *testing.T) {
	s := entered(t, dated())
	away := present(ana, cem)
	away["cem"] = flow.Presence{Standing: flow.FullMember, Member: true, Away: true}
	s.digests("cem", 4, away)
	equal(t, s.digests("cem", 1, present(ana, cem)), "Nov 27 one-late")

	s = entered(t, dated(ladder(flow.DayBefore)))
	s.digests("cem", 3, away)
	equal(t, s.digests("cem", 4, present(ana, cem)), "Nov 26 back last")
}

func TestNothingIsSaidTwiceOnADay(t *testing.T) {
	s := entered(t, dated())
	away := present(ana, cem)
	away["cem"] = flow.Presence{Standing: flow.FullMember, Member: true, Away: true}
	s.digests("cem", 3, away)
	s.later(-1).refuses(itself, flow.Remind{To: "cem", Day: flow.DateOf(s.now), People: present(ana, cem)}, because(flow.NothingToChange))
}

func TestWhoeverIsLateIsNotNextInLine(t *testing.T) {
	s := entered(t, dated()).do(ana, role("scribe", cem))
	equal(t, s.digests("cem", 14, present(cem)), lines(`
		Nov 25 day-before
		Nov 26 on-the-day
		Nov 27 one-late
		Dec 1 three-late
		Dec 3 five-late last`))
}

func TestAWeekOfDowntimeBringsOneReminderAndNoStorm(t *testing.T) {
	s := entered(t, dated()).later(14) // Monday, December 7
	equal(t, s.digests("cem", 14, present(ana, cem)), lines(`
		Dec 7 one-late
		Dec 9 three-late names ana
		Dec 11 five-late names ana offers ana last`))
}

func TestWhatIsReopenedLateIsNotRaisedAtOnce(t *testing.T) {
	s := entered(t, process(aFlow("f", status(doc, task("a", byDefault("cem"), due(1, flow.BusinessDays)), task("b")))))
	s.do(cem, done(1)).later(28).do(cem, back(1)) // on December 21
	equal(t, s.digests("cem", 2, present(ana, cem)), "Dec 22 one-late")
}

func TestWhatEscalates(t *testing.T) {
	for _, tt := range []struct {
		name   string
		given  *story
		people map[flow.UserID]flow.Presence
		want   flow.Escalation
	}{
		{"to a channel", raising(entered(t, dated()), flow.Escalation{Channel: "COPS"}), present(ana, cem), flow.Escalation{Channel: "COPS"}},
		{"to a person", raising(entered(t, dated()), flow.Escalation{Person: "root"}), present(ana, cem, root), flow.Escalation{Person: "root"}},
		{"not to a person who left", raising(entered(t, dated()), flow.Escalation{Person: "gone"}), present(ana, cem, gone), flow.Escalation{}},
		{"not to whoever is late", raising(entered(t, dated()), flow.Escalation{Person: "cem"}), present(ana, cem), flow.Escalation{}},
		{"not out of a private channel", raising(privately(t, dated()), flow.Escalation{Channel: "COPS"}), present(ana, cem), flow.Escalation{}},
		{"nor to a person who is not in it", raising(privately(t, dated()), flow.Escalation{Person: "away"}), present(ana, cem, away), flow.Escalation{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.given.t = t
			tt.given.digests("cem", 15, tt.people)
			f := fact[flow.Reminded](tt.given)
			if f.Tasks[0].Step != flow.FiveLate {
				t.Fatalf("the last step is %s", f.Tasks[0].Step)
			}
			equal(t, flow.Escalation{Channel: f.Channel, Person: f.Person}, tt.want)
			if raised := strings.Contains(told(t, tt.given.last), "raise"); raised != (tt.want != flow.Escalation{}) {
				t.Errorf("raised: %t", raised)
			}
		})
	}
}

func raising(s *story, to flow.Escalation) *story {
	s.process.Reminders.Escalation = to
	return s
}

// privately is a private story whose flow has begun.
func privately(t *testing.T, p flow.Process) *story {
	return private(t, p).do(ana, flow.EnterFlow{Flow: p.Flows[0].Key})
}

func TestWhereNobodyIsNextTheChannelHearsFromThreeDaysOn(t *testing.T) {
	p := dated()
	p.Reminders.Escalation.Channel = "COPS"
	s := entered(t, p)
	equal(t, s.digests("cem", 14, present(cem)), lines(`
		Nov 25 day-before
		Nov 26 on-the-day
		Nov 27 one-late
		Dec 1 three-late raised
		Dec 3 five-late raised last`))
}

func TestStuckIncidentsAreToldOnce(t *testing.T) {
	plain := process(aFlow("f", status(doc, task("a"), task("b"))))
	plain.Calendar = weekdays
	s := entered(t, plain)
	equal(t, s.digests("ana", 30, present(ana)), "Nov 30 unsettled")
	s.do(ben, done(1))
	equal(t, s.digests("ana", 30, present(ana)), "Jan 1 unsettled")

	empty := entered(t, process(aFlow("f", status(doc), status(rev, task("a")))))
	equal(t, empty.digests("ana", 20, present(ana)), "Nov 24 no-tasks")
	empty.do(ana, flow.MoveOn{})
	equal(t, empty.digests("ana", 20, present(ana)), "Dec 18 unsettled")

	active := declared(t, plain).do(ben, flow.Update{Status: to[flow.Key]("monitoring")})
	equal(t, active.digests("ana", 20, present(ana)), "Nov 24 lingering")
}

func TestAnswersEndTheCountOfUnansweredReminders(t *testing.T) {
	s := entered(t, dated())
	people := present(ana, cem)
	s.digests("cem", 4, people)
	s.do(cem, flow.AddNote{Text: "on it"})
	equal(t, s.digests("cem", 14, people), lines(`
		Nov 27 one-late
		Dec 1 three-late names ana
		Dec 3 five-late names ana offers ana last`))
}

func TestASnoozeIsForOneOfTheNextDays(t *testing.T) {
	s := entered(t, small())
	for _, days := range []int{-1, 0, 32} {
		s.refuses(ben, snooze(1, days), flow.Refusal{Why: flow.BadSnooze, Field: flow.FieldUntil, Limit: 31})
	}
	s.refuses(ben, flow.SnoozeTask{Task: 1}, because(flow.BadSnooze))
	s.do(ben, snooze(1, 31)).refuses(ben, snooze(1, 31), because(flow.NothingToChange))
	s.do(ben, flow.SetDue{Task: 1, Due: day("2026-12-01")}) // begins anew
	for i := range flow.MaxSnoozes {
		s.do(ben, snooze(1, 1+i))
	}
	s.refuses(ben, snooze(1, 9), flow.Refusal{Why: flow.SnoozedEnough, Limit: flow.MaxSnoozes})
}

// model is the ladder told in the words of the product: how many business days lie between, counted one by one, and what was said before.
type model struct {
	cal     flow.Calendar
	due     flow.Date
	began   flow.Date
	snoozed flow.Date
	said    flow.Step
	saidOn  flow.Date
}

// late counts the business days after from, up to and including to.
func (m *model) late(from, to flow.Date) int {
	n := 0
	for d := from.AddDays(1); !to.Before(d); d = d.AddDays(1) {
		if m.cal.Works(d) {
			n++
		}
	}
	return n
}

// today is what a digest on a business day says.
func (m *model) today(d flow.Date) flow.Step {
	if d.Before(m.snoozed) {
		return ""
	}
	order := []flow.Step{flow.DayBefore, flow.OnTheDay, flow.OneLate, flow.ThreeLate, flow.FiveLate}
	days := map[flow.Step]int{flow.OneLate: 1, flow.ThreeLate: 3, flow.FiveLate: 5}
	said := slices.Index(order, m.said)
	var say flow.Step
	from := m.due
	if from.Before(m.began) {
		from = m.began
	}
	for i := said + 1; i < len(order) && say == ""; i++ {
		switch s := order[i]; s {
		case flow.DayBefore: // tomorrow, as business days go
			if tomorrow := m.late(d, m.due) == 1 && m.cal.Works(m.due) || m.late(d, m.due) == 0; d.Before(m.due) && tomorrow && !d.Before(m.began) {
				say = s
			}
		case flow.OnTheDay:
			if !d.Before(m.due) && !m.due.Before(m.began) && m.late(m.due, d) == 0 {
				say = s
			}
		default:
			enough := m.late(from, d) >= days[s]
			if said >= 2 { // somebody was told that it is late: the rest follows at the pace of the ladder
				enough = enough && m.late(m.saidOn, d) >= days[s]-days[m.said]
			}
			if enough {
				say = s
			}
			if !enough {
				i = len(order)
			}
		}
	}
	if say == "" && !m.snoozed.IsZero() {
		say = flow.SnoozeOver
	}
	if say == "" {
		return ""
	}
	if say != flow.SnoozeOver {
		m.said = say
	}
	m.saidOn, m.snoozed = d, flow.Date{}
	return say
}

func TestTheLadderIsTheOneOfTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := dated()
		for range upTo(t, 6) {
			p.Calendar.Holidays = append(p.Calendar.Holidays, flow.DateOf(monday).AddDays(upTo(t, 60)))
		}
		s := entered(t, p)
		_ = s.try(ben, flow.SetDue{Task: 1, Due: flow.DateOf(monday).AddDays(upTo(t, 25))})
		m := model{cal: p.Calendar, due: s.task(1).Due, began: flow.DateOf(monday)}
		for range 60 {
			d := flow.DateOf(s.now)
			asleep := maybe(t, 15) // the bot does not run
			if maybe(t, 6) {
				until := d.AddDays(1 + upTo(t, 8))
				if s.try(ben, flow.SnoozeTask{Task: 1, Until: until}) == nil {
					m.snoozed = until
				}
			}
			if p.Calendar.Works(d) && !asleep {
				want := m.today(d)
				got := flow.Step("")
				if s.try(itself, flow.Remind{To: "cem", Day: d, People: present(ana, cem)}) == nil {
					got = fact[flow.Reminded](s).Tasks[0].Step
				}
				if got != want {
					t.Fatalf("on %s, due %s: %q, want %q", d, m.due, got, want)
				}
			}
			// The appointment that stands is never later than what comes next: nothing is missed.
			s.appointed(t, m, d)
			s.later(1)
		}
	})
}

// appointed checks that an appointment stands for the next digest that has something to say, if nothing happens until then.
func (s *story) appointed(t *rapid.T, m model, after flow.Date) {
	var next flow.Date
	for d := after.AddDays(1); d.Before(after.AddDays(60)); d = d.AddDays(1) {
		ask := m
		if m.cal.Works(d) && ask.today(d) != "" {
			next = d
			break
		}
	}
	var stands flow.Date
	for _, a := range s.process.Appointments(s.inc) {
		if a.To == "cem" {
			stands = a.Day
		}
	}
	switch {
	case next.IsZero() != stands.IsZero():
		t.Fatalf("after %s: the next reminder is on %q, and the appointment on %q", after, next, stands)
	case next.Before(stands):
		t.Fatalf("after %s: the next reminder is on %s, and the appointment only on %s", after, next, stands)
	}
}

func TestLaddersThatAreNoneAreRefused(t *testing.T) {
	for _, tt := range []struct {
		steps []flow.Step
		bad   bool
	}{
		{nil, false},
		{[]flow.Step{flow.NoSteps}, false},
		{[]flow.Step{flow.OnTheDay, flow.FiveLate}, false},
		{[]flow.Step{flow.FiveLate, flow.OnTheDay}, true},
		{[]flow.Step{flow.OnTheDay, flow.OnTheDay}, true},
		{[]flow.Step{flow.OnTheDay, flow.NoSteps}, true},
		{[]flow.Step{flow.SnoozeOver}, true},
	} {
		p := dated(ladder(tt.steps...))
		if got := p.Check(); (len(got) > 0) != tt.bad {
			t.Errorf("%v: %v", tt.steps, got)
		}
	}
	p := dated()
	p.Reminders = flow.Reminders{Escalation: flow.Escalation{Channel: "general", Person: "UX"}, Report: "U1"}
	equal(t, len(p.Check()), 3)
}
