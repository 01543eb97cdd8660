package flow

import "slices"

// Commands and facts of reminding.
type (
	// Remind reports that To's digest of a day is being made: what is due in it of this incident is recorded. People are those whom Concerned
	// names. NothingToChange if nothing is due.
	Remind struct {
		To     UserID
		Day    Date
		People map[UserID]Presence
	}
	// SnoozeTask puts off the reminders of a task until a day.
	SnoozeTask struct {
		Task  TaskNumber
		Until Date
	}

	// Reminded is that To was reminded in their digest of a day, or that this was held back. Each of those whom it names is somebody else than To.
	Reminded struct {
		To        UserID         `json:"to"`
		Day       Date           `json:"day"`
		Held      Held           `json:"held,omitempty"`
		Tasks     []TaskStep     `json:"tasks,omitempty"`
		FollowUps []FollowUpStep `json:"follow_ups,omitempty"`
		Stuck     Stuck          `json:"stuck,omitempty"`   // the incident as a whole goes nowhere
		Next      UserID         `json:"next,omitempty"`    // next in line: named in the thread, offered tasks
		Channel   ChannelID      `json:"channel,omitempty"` // that is told of what escalated to it
		Person    UserID         `json:"person,omitempty"`  // who is told of what escalated to them
	}
	// TaskStep is the reminder of one task.
	TaskStep struct {
		Task    TaskNumber `json:"task"`
		Step    Step       `json:"step"`
		Named   bool       `json:"named,omitempty"`   // the thread names Next
		Offered bool       `json:"offered,omitempty"` // Next is offered the task
		Raised  bool       `json:"raised,omitempty"`  // it goes to Channel or Person
		Last    bool       `json:"last,omitempty"`    // none follows: from now on the weekly report has it
	}
	// TaskSnoozed put off the reminders of a task.
	TaskSnoozed struct {
		Task  TaskNumber `json:"task"`
		Until Date       `json:"until"`
	}
)

// The stored names of facts.
func (Reminded) FactName() string    { return "reminded" }
func (TaskSnoozed) FactName() string { return "task-snoozed" }

func (c Remind) do(s *scene) error {
	p, inc := s.process, s.inc
	f := Reminded{To: c.To, Day: c.Day, Held: c.People[c.To].held()}
	next := inc.nextInLine(c.To, c.People)
	for _, step := range inc.Due(p.Calendar, c.To, c.Day) {
		t, _ := inc.Task(step.Task)
		if f.Held != "" && step.Step == BackAgain {
			continue
		}
		step.Named = step.Step.Escalates() && next != ""
		step.Offered = next != "" && !t.Reminded.Offered && isOffered(t, step.Step, f.Held)
		step.Raised = step.Step == FiveLate || step.Step.Escalates() && next == ""
		step.Last = inc.isLast(p.Calendar, t, step.Step)
		f.Tasks = append(f.Tasks, step)
	}
	for _, step := range inc.DueFollowUps(c.To, c.Day) {
		if f.Held == "" || step.Step != BackAgain {
			f.FollowUps = append(f.FollowUps, step)
		}
	}
	if c.To == inc.Answerable() && f.Held == "" {
		f.Stuck = p.tellStuck(inc, c.Day)
	}
	if len(f.Tasks)+len(f.FollowUps) == 0 && f.Stuck == "" {
		return Refusal{Why: NothingToChange, Incident: inc.ID}
	}
	s.raise(&f, next, c.People)
	s.record(f)
	return nil
}

// isOffered reports whether the next in line is offered a task: its assignee is not here, or leaves reminders unanswered. Whoever paused their reminders meant
// to come back to it, so that is for what is late only.
func isOffered(t Task, s Step, held Held) bool {
	switch held {
	case HeldAway, HeldGone:
		return true
	case HeldPaused:
		return s.late() > 0
	}
	return t.Reminded.Count >= mostUnanswered
}

// isLast reports whether nothing follows a step unless something happens.
func (inc Incident) isLast(c Calendar, t Task, s Step) bool {
	ladder := inc.ladder()
	if t.Due.IsZero() {
		return true
	}
	if s.late() == 0 && s != DayBefore && s != OnTheDay {
		s = t.Reminded.Step
	}
	return len(ladder) > 0 && s == ladder[len(ladder)-1]
}

// raise fills in who else is told. To a channel nothing of a private incident is told, and to a person only what they may see. What is raised
// needs no naming in the thread.
func (s *scene) raise(f *Reminded, next UserID, people map[UserID]Presence) {
	if slices.ContainsFunc(f.Tasks, func(t TaskStep) bool { return t.Raised }) {
		switch to := s.process.Reminders.Escalation; {
		case to.Channel != "" && !s.inc.Private:
			f.Channel = to.Channel
		case to.Person != "" && to.Person != f.To && people[to.Person].around():
			f.Person = to.Person
		}
	}
	elsewhere := f.Channel != "" || f.Person != ""
	for i := range f.Tasks {
		t := &f.Tasks[i]
		t.Raised = t.Raised && elsewhere
		t.Named = t.Named && !t.Raised
		if t.Named || t.Offered {
			f.Next = next
		}
	}
}

func (f Reminded) apply(inc *Incident, _ Event) {
	for _, step := range f.Tasks {
		t := inc.task(step.Task)
		if t == nil {
			continue
		}
		r := &t.Reminded
		if r.To != f.To {
			r.To, r.Count = f.To, 0
		}
		if slices.Contains(Steps(), step.Step) {
			r.Step = step.Step
		}
		r.On, r.Until, r.Held = f.Day, Date{}, f.Held != ""
		r.Offered = r.Offered || step.Offered
		if f.Held == "" {
			r.Count++
		}
	}
	for _, step := range f.FollowUps {
		if to := inc.followUp(step.FollowUp); to != nil {
			to.remindedOf(step.Step, f)
		}
	}
	if f.Stuck != "" {
		inc.Stuck = StuckTold{Why: f.Stuck, On: f.Day}
	}
}

func (c SnoozeTask) do(s *scene) error {
	t, err := s.findOpen(c.Task)
	if err != nil {
		return err
	}
	switch {
	case t.Reminded.Until == c.Until && !c.Until.IsZero():
		return Refusal{Why: NothingToChange, Field: FieldUntil, Incident: s.inc.ID, Task: c.Task}
	case !s.canSnooze(c.Until):
		return Refusal{Why: BadSnooze, Field: FieldUntil, Incident: s.inc.ID, Task: c.Task, Limit: maxSnooze}
	case t.Reminded.Snoozes >= MaxSnoozes:
		return Refusal{Why: SnoozedEnough, Field: FieldUntil, Incident: s.inc.ID, Task: c.Task, Limit: MaxSnoozes}
	}
	s.record(TaskSnoozed(c))
	return nil
}

// maxSnooze is for how many days a task can be snoozed: for longer, its due date is what should change.
const maxSnooze = 31

// canSnooze reports whether a day is one that something can be snoozed to.
func (s *scene) canSnooze(until Date) bool {
	today := DateOf(s.at)
	return !until.IsZero() && s.futureDay(until) == nil && today.Before(until) && !today.AddDays(maxSnooze).Before(until)
}

func (f TaskSnoozed) apply(inc *Incident, _ Event) {
	if t := inc.task(f.Task); t != nil {
		t.Reminded.Until, t.Reminded.Held = f.Until, false
		t.Reminded.Snoozes++
	}
}

// reminded tells others than the one who is reminded: their digest is made for itself.
func (t *telling) reminded(ev Event, f Reminded) {
	var offered []TaskNumber
	named, raised := false, false
	for _, step := range f.Tasks {
		named, raised = named || step.Named, raised || step.Raised
		if step.Offered {
			offered = append(offered, step.Task)
		}
	}
	if named {
		t.add(Effect{Tell: TellThread, Seq: ev.Seq, Since: ev.Seq, Wait: gather})
	}
	if len(offered) > 0 {
		t.add(Effect{Tell: TellHandOver, To: f.Next, Tasks: offered, Seq: ev.Seq})
	}
	if raised {
		t.add(Effect{Tell: TellRaise, Seq: ev.Seq})
	}
}
