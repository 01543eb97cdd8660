package flow

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// What this file decides: who is reminded of what on which day, and when the next day comes. Everything in it is a function of the incident, the
// calendar of the process and a day; which day it is where somebody lives is for whoever asks.

// Step is a reason to remind somebody of a task. The names are stored for ever.
type Step string

// The steps of the ladder, in their order, and what comes back outside of it.
const (
	DayBefore Step = "day-before" // the business day before
	OnTheDay  Step = "on-the-day"
	OneLate   Step = "one-late" // one business day late, and so on
	ThreeLate Step = "three-late"
	FiveLate  Step = "five-late"

	SnoozeOver Step = "snooze-over" // what was snoozed until now
	BackAgain  Step = "back"        // what was held back while somebody was away
)

// NoSteps alone as the ladder of a flow means that nobody is reminded of its tasks.
const NoSteps Step = "none"

// Steps are the steps of the ladder.
func Steps() []Step { return []Step{DayBefore, OnTheDay, OneLate, ThreeLate, FiveLate} }

// late is by how many business days a task is late on a step; 0 before it is.
func (s Step) late() int { return map[Step]int{OneLate: 1, ThreeLate: 3, FiveLate: 5}[s] }

// Escalates reports whether others than the assignee hear of a step.
func (s Step) Escalates() bool { return s.late() >= 3 }

// Reminders are what a process says of reminding.
type Reminders struct {
	Escalation Escalation `json:"escalation,omitzero"` // who hears of what is five business days late
	Report     ChannelID  `json:"report,omitempty"`    // where the weekly report goes; empty: nowhere
}

// Escalation is a channel or a person, not both.
type Escalation struct {
	Channel ChannelID `json:"channel,omitempty"`
	Person  UserID    `json:"person,omitempty"`
}

// Reminding is how far the ladder of a task was climbed.
type Reminding struct {
	Since   Date   `json:"since,omitzero"`    // the day in UTC on which it began, or began anew: what was late by then is late from then on
	Step    Step   `json:"step,omitempty"`    // the last one of the ladder that was taken
	On      Date   `json:"on,omitzero"`       // the day of the last reminder, where its reader lives
	To      UserID `json:"to,omitempty"`      // whom it was for
	Count   int    `json:"count,omitempty"`   // reminders to them that nothing they did has followed
	Until   Date   `json:"until,omitzero"`    // snoozed
	Snoozes int    `json:"snoozes,omitempty"` // how often
	Held    bool   `json:"held,omitempty"`    // the last one was held back
	Offered bool   `json:"offered,omitempty"` // the next in line was offered the task
}

// MaxSnoozes is how often a task can be snoozed until something else happens to it.
const MaxSnoozes = 3

// mostUnanswered is how many reminders somebody may leave unanswered before the next in line is offered the task.
const mostUnanswered = 2

// restart begins the ladder of a task anew.
func (t *Task) restart(at time.Time) { t.Reminded = Reminding{Since: DateOf(at.UTC())} }

// restartBegun begins the ladders of the open tasks of a status.
func (inc *Incident) restartBegun(status Key, at time.Time) {
	for i := range inc.Tasks {
		if t := &inc.Tasks[i]; t.State == Open && t.Status == status {
			t.restart(at)
		}
	}
}

// reacted notes that somebody did something: what they were reminded of is not unanswered.
func (inc *Incident) reacted(u UserID) {
	for i := range inc.Tasks {
		if r := &inc.Tasks[i].Reminded; r.To == u {
			r.Count = 0
		}
	}
}

// ladder are the steps for the tasks of an incident.
func (inc Incident) ladder() []Step {
	switch {
	case inc.Snapshot == nil:
		return nil
	case len(inc.Snapshot.Reminders) == 0:
		return Steps()
	case inc.Snapshot.Reminders[0] == NoSteps:
		return nil
	}
	return inc.Snapshot.Reminders
}

// reminds reports whether there is anybody to be reminded of a task at all.
func (inc Incident) reminds(t Task) bool {
	return inc.Stage == PostIncident && t.State == Open && inc.begun(t) && len(inc.ladder()) > 0
}

// Responsible is who is reminded of a task: its assignee, else whoever answers for the incident.
func (inc Incident) Responsible(t Task) UserID { return cmp.Or(t.Assignee, inc.Answerable()) }

// dayOf is the business day of a step of a task's ladder, and false where the step has none.
func (c Calendar) dayOf(s Step, t Task) (Date, bool) {
	anchor := t.Due
	if began := t.Reminded.Since; anchor.Before(began) {
		anchor = began
	}
	switch {
	case t.Due.IsZero():
		return Date{}, false
	case s == DayBefore:
		return c.businessDayBefore(t.Due), true
	case s == OnTheDay:
		return t.Due, true
	}
	day := c.AddBusinessDays(anchor, s.late())
	// What was told late goes on from there: nobody hears of something for the first time as the third step.
	if told := t.Reminded.Step; told.late() > 0 {
		if after := c.AddBusinessDays(t.Reminded.On, s.late()-told.late()); day.Before(after) {
			day = after
		}
	}
	return day, true
}

// businessDayBefore is the last business day before d.
func (c Calendar) businessDayBefore(d Date) Date {
	for range maxDays {
		if d = d.AddDays(-1); c.Works(d) {
			return d
		}
	}
	return d
}

// left are the steps of a ladder that are not taken yet and still make sense: those before the date only if they come after the ladder began.
func (inc Incident) left(c Calendar, t Task) []Step {
	var out []Step
	steps := inc.ladder()
	for _, s := range steps[slices.Index(steps, t.Reminded.Step)+1:] {
		day, dated := c.dayOf(s, t)
		if dated && (s.late() > 0 || !day.Before(t.Reminded.Since)) {
			out = append(out, s)
		}
	}
	return out
}

// NextReminder is the next day on which somebody is reminded of a task if nothing happens until then: a business day. It reports false when
// nobody is reminded of it any more, or not at all.
func (inc Incident) NextReminder(c Calendar, t Task) (Step, Date, bool) {
	if !inc.reminds(t) {
		return "", Date{}, false
	}
	if until := t.Reminded.Until; !until.IsZero() {
		return SnoozeOver, c.AddBusinessDays(until, 0), true
	}
	left := inc.left(c, t)
	if t.Reminded.Held {
		return BackAgain, c.AddBusinessDays(t.Reminded.On, 1), true
	}
	if len(left) == 0 {
		return "", Date{}, false
	}
	day, _ := c.dayOf(left[0], t)
	return left[0], c.AddBusinessDays(day, 0), true
}

// reminder is the step that is due for a task on a day: of several that were missed before it was late only the last, of those after it the first.
func (inc Incident) reminder(c Calendar, t Task, day Date) (Step, bool) {
	if !inc.reminds(t) || day.Before(t.Reminded.Until) || !t.Reminded.On.Before(day) {
		return "", false
	}
	var due Step
	for _, s := range inc.left(c, t) {
		if on, _ := c.dayOf(s, t); day.Before(on) || due.late() > 0 {
			break
		}
		due = s
	}
	switch {
	case due != "":
	case !t.Reminded.Until.IsZero():
		due = SnoozeOver
	case t.Reminded.Held:
		due = BackAgain
	}
	return due, due != ""
}

// Due are the tasks that somebody is to be reminded of on a day, in the order in which they are shown.
func (inc Incident) Due(c Calendar, to UserID, day Date) []TaskStep {
	var out []TaskStep
	for _, t := range inc.Tasks {
		if s, due := inc.reminder(c, t, day); due && inc.Responsible(t) == to {
			out = append(out, TaskStep{Task: t.Number, Step: s})
		}
	}
	return out
}

// Stuck is a reason why an incident goes nowhere. The names are stored for ever.
type Stuck string

// How an incident can be stuck.
const (
	Lingering Stuck = "lingering" // for a business day in the last active status: resolved, as it seems, and not closed
	NoTasks   Stuck = "no-tasks"  // for a business day in a status without tasks, which somebody must move on
	Unsettled Stuck = "unsettled" // none of its tasks was settled for five business days
)

// StuckTold is that whoever answers for an incident was told that it is stuck.
type StuckTold struct {
	Why Stuck `json:"why,omitempty"`
	On  Date  `json:"on,omitzero"`
}

// StuckFrom is the business day from which an incident is stuck if nothing happens, and why; false for one that cannot be.
func (p Process) StuckFrom(inc Incident) (Stuck, Date, bool) {
	c := p.Calendar
	began := DateOf(inc.Since.UTC())
	switch {
	case inc.Stage == Active && inc.Status == lastOffered(p.ActiveStatuses):
		return Lingering, c.AddBusinessDays(began, 1), true
	case inc.Stage != PostIncident || len(inc.ladder()) == 0:
		return "", Date{}, false
	case inc.Progress(inc.Status).Total() == 0:
		return NoTasks, c.AddBusinessDays(began, 1), true
	}
	for _, t := range inc.Tasks {
		if settled := DateOf(t.Settled.At.UTC()); t.State != Open && began.Before(settled) {
			began = settled
		}
	}
	return Unsettled, c.AddBusinessDays(began, 5), true
}

// StuckOn reports whether an incident is stuck on a day.
func (p Process) StuckOn(inc Incident, day Date) (Stuck, bool) {
	why, from, may := p.StuckFrom(inc)
	return why, may && !day.Before(from)
}

// tellStuck is what is to be told of a stuck incident on a day: each time that it is stuck is told once.
func (p Process) tellStuck(inc Incident, day Date) Stuck {
	why, from, may := p.StuckFrom(inc)
	if told := inc.Stuck; !may || day.Before(from) || told.Why == why && !told.On.Before(from) {
		return ""
	}
	return why
}

func lastOffered(labels []Label) Key {
	for _, l := range slices.Backward(labels) {
		if !l.Retired {
			return l.Key
		}
	}
	return ""
}

// Appointment is a day on which somebody is to be reminded of something.
type Appointment struct {
	To  UserID
	Day Date
}

// Appointments are the next days on which people are to be reminded of something about an incident, if nothing happens.
func (p Process) Appointments(inc Incident) []Appointment { return p.NewAppointments(Incident{}, inc) }

// NewAppointments are those of what changed; those of everything else stand.
func (p Process) NewAppointments(before, after Incident) []Appointment {
	var out []Appointment
	add := func(to UserID, day Date) {
		if a := (Appointment{to, day}); to != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	same := before.Stage == after.Stage && before.Status == after.Status && before.Answerable() == after.Answerable()
	for _, t := range after.Tasks {
		if was, _ := before.Task(t.Number); same && was == t {
			continue
		}
		if _, day, ok := after.NextReminder(p.Calendar, t); ok {
			add(after.Responsible(t), day)
		}
	}
	p.newFollowUpAppointments(before, after, add)
	if day, ok := p.nextStuck(after); ok {
		if was, also := p.nextStuck(before); !also || was != day || !same {
			add(after.Answerable(), day)
		}
	}
	return out
}

// nextStuck is the day on which it will be told that an incident is stuck, if nothing happens.
func (p Process) nextStuck(inc Incident) (Date, bool) {
	why, from, may := p.StuckFrom(inc)
	return from, may && (inc.Stuck.Why != why || inc.Stuck.On.Before(from))
}

// Presence is what reminding must know of somebody at a moment.
type Presence struct {
	Standing Standing
	Member   bool // of the incident's channel
	Away     bool // their status says so
	Paused   bool // they paused their reminders
}

// Here reports whether somebody can be told, and can be asked to do something.
func (p Presence) Here() bool { return p.around() && !p.Away && !p.Paused }

// around reports whether somebody could have a task of the incident.
func (p Presence) around() bool { return p.Standing == FullMember && p.Member }

// Held is why a reminder is held back. The names are stored for ever.
type Held string

// Why a reminder is held back.
const (
	HeldAway   Held = "away"
	HeldPaused Held = "paused"
	HeldGone   Held = "gone" // deactivated, or not in the channel of a private incident
)

func (p Presence) held() Held {
	switch {
	case !p.around():
		return HeldGone
	case p.Away:
		return HeldAway
	case p.Paused:
		return HeldPaused
	}
	return ""
}

// Concerned are the people whom Remind must know: to, and those who can be next in line.
func (inc Incident) Concerned(to UserID, r Reminders) []UserID {
	out := append(inc.line(), to, r.Escalation.Person)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(u UserID) bool { return u == "" })
}

// line are those who can be next, in their order: the lead, other role holders, whoever resolved the incident.
func (inc Incident) line() []UserID {
	out := []UserID{inc.Lead()}
	for _, role := range slices.Sorted(maps.Keys(inc.Roles)) {
		out = append(out, inc.Roles[role])
	}
	return append(out, inc.ResolvedBy)
}

// nextInLine is the first of the line who is here and is not the one who is late.
func (inc Incident) nextInLine(late UserID, people map[UserID]Presence) UserID {
	for _, u := range inc.line() {
		if u != "" && u != late && people[u].Here() {
			return u
		}
	}
	return ""
}
