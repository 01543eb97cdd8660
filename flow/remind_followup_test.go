package flow_test

import (
	"testing"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// owed is a closed incident with a follow-up that cem owes on a day, in a process that keeps weekdays.
func owed(t *testing.T, due string) *story {
	p := small()
	p.Calendar = weekdays
	return entered(t, p).do(ana, flow.OptOut{Reason: "why"}).do(ben, flow.AddFollowUp{Title: "Retry", Owner: as(cem), Due: day(due)})
}

func TestTheCalmLadderOfFollowUps(t *testing.T) {
	everybody := present(ana, ben, cem)
	away, gone := present(ana, ben), present(ana, ben)
	away["cem"] = flow.Presence{Standing: flow.FullMember, Member: true, Away: true}
	gone["cem"] = flow.Presence{Standing: flow.Deactivated}
	for _, tt := range []struct {
		name  string
		given *story
		to    flow.UserID
		with  map[flow.UserID]flow.Presence
		want  string
	}{
		{"says it on the day, then once a week for a month, on business days, however long the incident is closed", owed(t, "2026-12-18"), "cem", everybody, `
			Dec 18 follow-up 1 on-the-day
			Dec 28 follow-up 1 week-late
			Jan 4 follow-up 1 week-late
			Jan 11 follow-up 1 week-late
			Jan 18 follow-up 1 week-late last`},
		{"says nothing without a date", owed(t, "2026-12-18").do(cem, flow.EditFollowUp{FollowUp: 1, Due: &flow.Date{}}), "cem", everybody, ``},
		{"says nothing of what is settled", owed(t, "2026-12-18").do(cem, settled(1)), "cem", everybody, ``},
		{"says it to whoever answers for the incident where nobody has it", owed(t, "2026-12-18").do(ben, flow.EditFollowUp{FollowUp: 1, Owner: &flow.Person{}}), "ana", everybody, `
			Dec 18 follow-up 1 on-the-day
			Dec 28 follow-up 1 week-late
			Jan 4 follow-up 1 week-late
			Jan 11 follow-up 1 week-late
			Jan 18 follow-up 1 week-late last`},
		{"begins anew with another date, and keeps quiet until a snooze is over", owed(t, "2026-11-24").later(30).do(cem, flow.EditFollowUp{FollowUp: 1, Due: to(day("2026-12-28"))}).do(cem, flow.SnoozeFollowUp{FollowUp: 1, Until: day("2026-12-30")}), "cem", everybody, `
			Dec 30 follow-up 1 on-the-day
			Jan 6 follow-up 1 week-late
			Jan 13 follow-up 1 week-late
			Jan 20 follow-up 1 week-late
			Jan 27 follow-up 1 week-late last`},
		{"says what was snoozed where nothing else is due", owed(t, "2026-12-18").do(cem, flow.SnoozeFollowUp{FollowUp: 1, Until: day("2026-12-01")}), "cem", everybody, `
			Dec 1 follow-up 1 snooze-over
			Dec 18 follow-up 1 on-the-day
			Dec 28 follow-up 1 week-late
			Jan 4 follow-up 1 week-late
			Jan 11 follow-up 1 week-late
			Jan 18 follow-up 1 week-late last`},
		{"brings what was missed for months once", owed(t, "2026-11-24").later(90), "cem", everybody, `
			Feb 22 follow-up 1 week-late
			Mar 1 follow-up 1 week-late
			Mar 8 follow-up 1 week-late
			Mar 15 follow-up 1 week-late last`},
		{"is held back from who is away, and offered to nobody", owed(t, "2026-12-18"), "cem", away, `
			Dec 18 follow-up 1 on-the-day held away
			Dec 28 follow-up 1 week-late held away
			Jan 4 follow-up 1 week-late held away
			Jan 11 follow-up 1 week-late held away
			Jan 18 follow-up 1 week-late held away last`},
		{"and from who is gone", owed(t, "2027-01-11"), "cem", gone, `
			Jan 11 follow-up 1 on-the-day held gone
			Jan 18 follow-up 1 week-late held gone
			Jan 25 follow-up 1 week-late held gone
			Feb 1 follow-up 1 week-late held gone
			Feb 8 follow-up 1 week-late held gone last`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.given.t = t
			equal(t, tt.given.digests(tt.to, 90, tt.with), lines(tt.want))
		})
	}
}

func TestAFollowUpThatWasHeldBackComesWhenSomebodyIsBack(t *testing.T) {
	s := owed(t, "2026-11-24")
	away := present(ana)
	away["cem"] = flow.Presence{Standing: flow.FullMember, Member: true, Paused: true}
	s.digests("cem", 2, away)
	s.later(-1).refuses(itself, flow.Remind{To: "cem", Day: flow.DateOf(s.now), People: present(ana, cem)}, because(flow.NothingToChange)) // on the same day
	s.later(1)
	equal(t, s.digests("cem", 4, present(ana, cem)), "Nov 25 follow-up 1 back")
}

func TestWhatIsReopenedOrHandedOnLateIsNotCountedAtOnce(t *testing.T) {
	s := owed(t, "2026-11-24").do(cem, settled(1)).later(60).do(cem, flow.ReopenFollowUp{FollowUp: 1}) // January 22
	equal(t, s.digests("cem", 8, present(cem)), "Jan 29 follow-up 1 week-late")
	s.do(cem, flow.EditFollowUp{FollowUp: 1, Owner: to(as(ben))}) // January 30
	equal(t, s.digests("ben", 60, present(ben)), lines(`
		Feb 8 follow-up 1 week-late
		Feb 15 follow-up 1 week-late
		Feb 22 follow-up 1 week-late
		Mar 1 follow-up 1 week-late last`))
	s.do(ben, flow.EditFollowUp{FollowUp: 1, Due: to(flow.DateOf(s.now))}) // March 31
	equal(t, s.digests("ben", 8, present(ben)), lines(`
		Mar 31 follow-up 1 on-the-day
		Apr 7 follow-up 1 week-late`))
}

func TestAFollowUpIsSnoozedToOneOfTheNextDaysAndNotForEver(t *testing.T) {
	s := owed(t, "2026-12-18")
	snooze := func(days int) flow.Command {
		return flow.SnoozeFollowUp{FollowUp: 1, Until: flow.DateOf(s.now).AddDays(days)}
	}
	for _, days := range []int{-1, 0, 32} {
		s.refuses(cem, snooze(days), flow.Refusal{Why: flow.BadSnooze, Field: flow.FieldUntil, Limit: 31, FollowUp: 1})
	}
	s.refuses(cem, flow.SnoozeFollowUp{FollowUp: 1}, because(flow.BadSnooze)).refuses(cem, flow.SnoozeFollowUp{FollowUp: 7}, because(flow.UnknownFollowUp))
	for i := range flow.MaxSnoozes {
		s.do(cem, snooze(1+i)).happened("follow-up-snoozed")
	}
	s.refuses(cem, snooze(flow.MaxSnoozes), because(flow.NothingToChange))
	s.refuses(cem, snooze(9), flow.Refusal{Why: flow.SnoozedEnough, Field: flow.FieldUntil, Limit: flow.MaxSnoozes, FollowUp: 1})
	s.do(cem, flow.EditFollowUp{FollowUp: 1, Due: to(day("2026-12-21"))}).do(cem, snooze(9))
	s.do(cem, settled(1)).refuses(cem, snooze(8), because(flow.FollowUpIsSettled))
}

func TestTheFollowUpsOfWhoeverCannotDoThemGoToTheLead(t *testing.T) {
	s := owed(t, "2026-12-18").do(ben, flow.AddFollowUp{Title: "Alert", Owner: as(cem)}).do(cem, settled(2))
	s.do(itself, flow.ReleaseTasks{From: "cem"}).happened("follow-up-edited")
	equal(t, s.inc.FollowUps[0].Owner, flow.UserID("ana"))
	equal(t, s.inc.FollowUps[1].Owner, flow.UserID("cem"))
	s.do(itself, flow.ReleaseTasks{From: "ana"})
	equal(t, s.inc.FollowUps[0].Owner, flow.UserID(""))
}

func TestFollowUpsAreRemindedOfInTheDigestOfTheirTasks(t *testing.T) {
	s := entered(t, dated()).do(ben, flow.AddFollowUp{Title: "Retry", Owner: as(cem), Due: day("2026-11-26")})
	s.digests("cem", 3, present(ana, cem))
	if err := s.try(itself, flow.Remind{To: "cem", Day: flow.DateOf(s.now), People: present(ana, cem)}); err != nil {
		t.Fatal(err)
	}
	f := fact[flow.Reminded](s)
	equal(t, f.Tasks, []flow.TaskStep{{Task: 1, Step: flow.OnTheDay}})
	equal(t, f.FollowUps, []flow.FollowUpStep{{FollowUp: 1, Step: flow.OnTheDay}})
}

// calmly is the ladder of follow-ups told in the words of the product: the day, then a week after whatever was said last, four times.
type calmly struct {
	due, began, saidOn, snoozed flow.Date
	onTheDay                    bool
	weeks                       int
}

func (m *calmly) today(d flow.Date) flow.Step {
	if d.Before(m.snoozed) {
		return ""
	}
	say := flow.Step("")
	last := m.due
	for _, other := range []flow.Date{m.began, m.saidOn} {
		if last.Before(other) {
			last = other
		}
	}
	switch {
	case !m.onTheDay && m.weeks == 0 && !m.due.Before(m.began):
		if !d.Before(m.due) && d.Before(m.due.AddDays(7)) {
			say = flow.OnTheDay
		} else if !d.Before(m.due.AddDays(7)) {
			say = flow.WeekLate
		}
	case m.weeks < 4 && !d.Before(last.AddDays(7)):
		say = flow.WeekLate
	}
	if say == "" && !m.snoozed.IsZero() {
		say = flow.SnoozeOver
	}
	switch say {
	case "":
		return ""
	case flow.OnTheDay:
		m.onTheDay = true
	case flow.WeekLate:
		m.weeks++
	}
	m.saidOn, m.snoozed = d, flow.Date{}
	return say
}

func TestTheLadderOfFollowUpsIsTheOneOfTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := small()
		p.Calendar = weekdays
		for range upTo(t, 6) {
			p.Calendar.Holidays = append(p.Calendar.Holidays, flow.DateOf(monday).AddDays(upTo(t, 90)))
		}
		s := entered(t, p)
		s.do(ben, flow.AddFollowUp{Title: "Retry", Owner: as(cem), Due: flow.DateOf(monday).AddDays(upTo(t, 25))})
		m := calmly{due: s.inc.FollowUps[0].Due, began: flow.DateOf(monday)}
		for range 90 {
			d := flow.DateOf(s.now)
			asleep := maybe(t, 15) // the bot does not run
			if until := d.AddDays(1 + upTo(t, 8)); maybe(t, 4) && s.try(ben, flow.SnoozeFollowUp{FollowUp: 1, Until: until}) == nil {
				m.snoozed = until
			}
			if p.Calendar.Works(d) && !asleep {
				want, got := m.today(d), flow.Step("")
				if s.try(itself, flow.Remind{To: "cem", Day: d, People: present(ana, cem)}) == nil {
					got = fact[flow.Reminded](s).FollowUps[0].Step
				}
				if got != want {
					t.Fatalf("on %s, due %s: %q, want %q", d, m.due, got, want)
				}
			}
			s.appointedFollowUp(t, m, d)
			s.later(1)
		}
	})
}

// appointedFollowUp checks that the appointment that stands is that of the next digest with something to say, if nothing happens until then.
func (s *story) appointedFollowUp(t *rapid.T, m calmly, after flow.Date) {
	var next, stands flow.Date
	for d := after.AddDays(1); d.Before(after.AddDays(90)); d = d.AddDays(1) {
		ask := m
		if s.process.Calendar.Works(d) && ask.today(d) != "" {
			next = d
			break
		}
	}
	for _, a := range s.process.Appointments(s.inc) {
		if a.To == "cem" {
			stands = a.Day
		}
	}
	if next.IsZero() != stands.IsZero() || next.Before(stands) {
		t.Fatalf("after %s: the next reminder is on %q, and the appointment on %q", after, next, stands)
	}
}
