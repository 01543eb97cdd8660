package flow

import (
	"cmp"
	"time"
)

// Follow-ups outlive the incident, and so do their reminders, which come in the same digest. Their ladder is calm: on the day, then once a week for a
// month; from then on the weekly report has them. Nothing of it is raised to anybody else.

// WeekLate is a follow-up that is late by another week.
const WeekLate Step = "week-late"

// MostWeeks is how often somebody is reminded of a late follow-up unless something happens to it.
const MostWeeks = 4

// FollowUpReminding is how far the ladder of a follow-up was climbed.
type FollowUpReminding struct {
	Since   Date   `json:"since,omitzero"`    // as of Reminding
	Step    Step   `json:"step,omitempty"`    // the last one of the ladder that was taken
	On      Date   `json:"on,omitzero"`       // the day of the last reminder, where its reader lives
	To      UserID `json:"to,omitempty"`      // whom it was for
	Weeks   int    `json:"weeks,omitempty"`   // how often WeekLate was taken
	Until   Date   `json:"until,omitzero"`    // snoozed
	Snoozes int    `json:"snoozes,omitempty"` // how often
	Held    bool   `json:"held,omitempty"`    // the last one was held back
}

type (
	// SnoozeFollowUp puts off the reminders of a follow-up until a day.
	SnoozeFollowUp struct {
		FollowUp FollowUpNumber
		Until    Date
	}
	// FollowUpStep is the reminder of one follow-up.
	FollowUpStep struct {
		FollowUp FollowUpNumber `json:"follow_up"`
		Step     Step           `json:"step"`
		Last     bool           `json:"last,omitempty"` // none follows: from now on the weekly report has it
	}
	// FollowUpSnoozed put off the reminders of a follow-up.
	FollowUpSnoozed struct {
		FollowUp FollowUpNumber `json:"follow_up"`
		Until    Date           `json:"until"`
	}
)

// FactName is the stored name.
func (FollowUpSnoozed) FactName() string { return "follow-up-snoozed" }

// restart begins the ladder of a follow-up anew.
func (f *FollowUp) restart(at time.Time) {
	f.Reminded = FollowUpReminding{Since: DateOf(at.UTC())}
}

// reminds reports whether there is a day to remind somebody of a follow-up.
func (f FollowUp) reminds() bool {
	return f.State == Open && (!f.Due.IsZero() || !f.Reminded.Until.IsZero() || f.Reminded.Held)
}

// ResponsibleFor is who is reminded of a follow-up: its owner, else whoever answers for the incident.
func (inc Incident) ResponsibleFor(f FollowUp) UserID { return cmp.Or(f.Owner, inc.Answerable()) }

// nextStep is the step of its ladder that a follow-up comes to next and the day of it, and false after the last.
func (f FollowUp) nextStep() (Step, Date, bool) {
	r := f.Reminded
	switch {
	case f.Due.IsZero() || r.Weeks >= MostWeeks:
		return "", Date{}, false
	case r.Step == "" && !f.Due.Before(r.Since):
		return OnTheDay, f.Due, true
	}
	from := f.Due
	for _, later := range []Date{r.Since, r.On} {
		if from.Before(later) {
			from = later
		}
	}
	return WeekLate, from.AddDays(7), true
}

// NextFollowUpReminder is the next day on which somebody is reminded of a follow-up if nothing happens until then: a business day. It reports false when
// nobody is reminded of it any more, or not at all.
func NextFollowUpReminder(c Calendar, f FollowUp) (Step, Date, bool) {
	if !f.reminds() {
		return "", Date{}, false
	}
	if until := f.Reminded.Until; !until.IsZero() {
		return SnoozeOver, c.AddBusinessDays(until, 0), true
	}
	if f.Reminded.Held {
		return BackAgain, c.AddBusinessDays(f.Reminded.On, 1), true
	}
	step, day, ok := f.nextStep()
	return step, c.AddBusinessDays(day, 0), ok
}

// reminder is the step that is due for a follow-up on a day. One that was missed for a week or longer is a week late.
func (f FollowUp) reminder(day Date) (Step, bool) {
	r := f.Reminded
	if !f.reminds() || day.Before(r.Until) || !r.On.Before(day) {
		return "", false
	}
	step, on, ok := f.nextStep()
	switch {
	case ok && !day.Before(on) && step == OnTheDay && !day.Before(on.AddDays(7)):
		return WeekLate, true
	case ok && !day.Before(on):
		return step, true
	case !r.Until.IsZero():
		return SnoozeOver, true
	}
	return BackAgain, r.Held
}

// DueFollowUps are the follow-ups that somebody is to be reminded of on a day.
func (inc Incident) DueFollowUps(to UserID, day Date) []FollowUpStep {
	var out []FollowUpStep
	for _, f := range inc.FollowUps {
		if s, due := f.reminder(day); due && inc.ResponsibleFor(f) == to {
			out = append(out, FollowUpStep{FollowUp: f.Number, Step: s, Last: f.isLast(s)})
		}
	}
	return out
}

// isLast reports whether nothing follows a step unless something happens.
func (f FollowUp) isLast(s Step) bool {
	weeks := f.Reminded.Weeks
	if s == WeekLate {
		weeks++
	}
	return f.Due.IsZero() || weeks >= MostWeeks
}

// newFollowUpAppointments adds those of follow-ups that changed.
func (p Process) newFollowUpAppointments(before, after Incident, add func(UserID, Date)) {
	same := before.Answerable() == after.Answerable()
	for i, f := range after.FollowUps {
		if same && i < len(before.FollowUps) && before.FollowUps[i] == f {
			continue
		}
		if _, day, ok := NextFollowUpReminder(p.Calendar, f); ok {
			add(after.ResponsibleFor(f), day)
		}
	}
}

// remindedOf notes that somebody was reminded of a follow-up, or that this was held back.
func (f *FollowUp) remindedOf(s Step, e Reminded) {
	r := &f.Reminded
	switch s {
	case OnTheDay:
		r.Step = s
	case WeekLate:
		r.Step = s
		r.Weeks++
	}
	r.On, r.To, r.Until, r.Held = e.Day, e.To, Date{}, e.Held != ""
}

func (c SnoozeFollowUp) do(s *scene) error {
	f, err := s.findFollowUp(c.FollowUp)
	if err != nil {
		return err
	}
	refusal := Refusal{Field: FieldUntil, Incident: s.inc.ID, FollowUp: c.FollowUp}
	switch {
	case f.State != Open:
		return Refusal{Why: FollowUpIsSettled, Incident: s.inc.ID, FollowUp: c.FollowUp, State: f.State, By: f.Settled.By, At: f.Settled.At}
	case f.Reminded.Until == c.Until && !c.Until.IsZero():
		refusal.Why = NothingToChange
	case !s.canSnooze(c.Until):
		refusal.Why, refusal.Limit = BadSnooze, maxSnooze
	case f.Reminded.Snoozes >= MaxSnoozes:
		refusal.Why, refusal.Limit = SnoozedEnough, MaxSnoozes
	default:
		s.record(FollowUpSnoozed(c))
		return nil
	}
	return refusal
}

func (f FollowUpSnoozed) apply(inc *Incident, _ Event) {
	if to := inc.followUp(f.FollowUp); to != nil {
		to.Reminded.Until, to.Reminded.Held = f.Until, false
		to.Reminded.Snoozes++
	}
}
