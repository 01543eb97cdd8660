package flow

import "slices"

func (s *scene) alreadyClosed() Refusal {
	return Refusal{Why: AlreadyClosed, Incident: s.inc.ID, Stage: Closed, By: s.inc.ClosedBy, At: s.inc.ClosedAt}
}

func (s *scene) alreadyResolved() Refusal {
	return Refusal{
		Why: AlreadyResolved, Incident: s.inc.ID, Stage: PostIncident, Status: s.inc.Status,
		By: s.inc.ResolvedBy, At: s.inc.ResolvedAt,
	}
}

// lead makes sure that somebody leads an incident that is being closed.
func (s *scene) lead(p Person) error {
	if s.inc.Lead() != "" {
		return nil
	}
	if p.User == "" {
		return Refusal{Why: NeedsLead, Field: FieldLead, Incident: s.inc.ID}
	}
	if err := s.inc.fit(FieldLead, p); err != nil {
		return err
	}
	s.giveRole(LeadRole, "", p.User, false)
	return nil
}

func (c CloseIncident) do(s *scene) error {
	closing := s.process.Closing(s.inc, s.by)
	switch closing.Way {
	case ClosedWay:
		return s.alreadyClosed()
	case OptOutWay:
		return s.alreadyResolved()
	case AutomaticWay:
		return Refusal{Why: MustEnter, Incident: s.inc.ID, Flow: closing.Flow.Name, Right: closing.Right}
	case ResumeWay:
		return Refusal{Why: MustResume, Incident: s.inc.ID, Flow: closing.Paused.Name, Right: closing.Right}
	}
	if err := s.lead(c.Lead); err != nil {
		return err
	}
	s.record(IncidentClosed{Plain: true})
	return nil
}

func (c OptOut) do(s *scene) error {
	closing := s.process.Closing(s.inc, s.by)
	name := closing.Flow.Name
	switch closing.Way {
	case ClosedWay:
		return s.alreadyClosed()
	case PlainWay:
		return Refusal{Why: NoFlow, Incident: s.inc.ID}
	case OptOutWay, ResumeWay:
		name = s.inc.Snapshot.Name
	}
	if !closing.MayOptOut {
		return Refusal{Why: NotAllowed, Incident: s.inc.ID, Right: closing.Right, Flow: name}
	}
	reason, err := text(FieldReason, c.Reason, MaxReason, true)
	if err != nil {
		return err
	}
	if s.inc.Stage == Active {
		if err := s.lead(c.Lead); err != nil {
			return err
		}
	}
	s.record(OptedOut{Reason: reason, Flow: name, Card: s.inc.Card, Skipped: numbers(s.inc.Open())})
	return nil
}

func (c EnterFlow) do(s *scene) error {
	closing := s.process.Closing(s.inc, s.by)
	switch {
	case closing.Way == OptOutWay:
		return s.alreadyResolved()
	case closing.Way == ClosedWay && s.inc.Snapshot != nil:
		return s.alreadyClosed()
	case closing.Way == ResumeWay && c.Flow == closing.Paused.Flow:
		return c.resume(s)
	case closing.Way == ClosedWay:
		f, ok := s.process.FlowFor(s.inc)
		if !ok || len(f.Statuses) == 0 {
			return Refusal{Why: NoFlow, Incident: s.inc.ID}
		}
		closing.Flow = f
	case closing.Way == PlainWay:
		return Refusal{Why: NoFlow, Incident: s.inc.ID}
	case closing.Way == ResumeWay && !closing.Other:
		return Refusal{Why: OtherFlow, Incident: s.inc.ID, Flow: closing.Paused.Name, Field: FieldFlow}
	}
	if c.Flow != closing.Flow.Key {
		return Refusal{Why: OtherFlow, Incident: s.inc.ID, Flow: closing.Flow.Name, Field: FieldFlow}
	}
	if closing.Way != ClosedWay {
		if err := s.lead(c.Lead); err != nil {
			return err
		}
	}
	return s.enterFlow(closing)
}

// enterFlow takes the snapshot and begins its first status.
func (s *scene) enterFlow(c Closing) error {
	f := FlowEntered{
		Late:     c.Way == ClosedWay,
		Switch:   c.Way == ResumeWay,
		Snapshot: s.snapshotOf(c.Flow, Ask, c.Flow.AppliesTo),
	}
	if c.Way == AutomaticWay {
		f.Snapshot.Entry, f.Snapshot.Because = Automatic, cloneConditions(c.Because)
	}
	last := s.inc.LastTask
	for _, tpl := range tasksOf(c.Flow) {
		t := taskOf(tpl.Template, tpl.status.Key)
		if old, ok := s.keeps(t, f.Tasks); ok {
			t = t.takenFrom(old)
		} else {
			last++
			t.Number, t.Again = last, s.waits(t)
		}
		f.Tasks = append(f.Tasks, t)
	}
	f.Tasks = append(f.Tasks, s.strays(f)...)
	if len(f.Tasks) > MaxTasks {
		return Refusal{Why: TooMany, Limit: MaxTasks, Incident: s.inc.ID}
	}
	s.record(f)
	s.present()
	s.enter(f.Snapshot.Statuses[0].Key, StatusEntered{})
	return nil
}

// snapshotOf is the copy of a flow that an incident takes.
func (s *scene) snapshotOf(f Flow, entry Entry, because []Condition) Snapshot {
	out := Snapshot{
		Flow: f.Key, Name: f.Name, Version: s.process.Version, OptOut: f.OptOut,
		Calendar: s.process.Calendar.clone(), Entry: entry, Because: cloneConditions(because),
		Reminders: slices.Clone(f.Reminders),
	}
	for _, st := range f.Statuses {
		out.Statuses = append(out.Statuses, Label{Key: st.Key, Name: st.Name})
	}
	return out
}

// keeps finds the settled task of the flow that was paused which a task of the new flow takes over, if no other has already.
func (s *scene) keeps(t Task, taken []Task) (Task, bool) {
	for _, old := range s.inc.Tasks {
		if old.State != Open && old.like(t) && !slices.ContainsFunc(taken, func(x Task) bool { return x.Number == old.Number }) {
			return old, true
		}
	}
	return Task{}, false
}

// waits reports whether a task of the new flow takes the place of one that a person had opened again: it waits for new evidence too.
func (s *scene) waits(t Task) bool {
	return slices.ContainsFunc(s.inc.Open(), func(old Task) bool { return old.Again && old.like(t) })
}

// like reports whether two tasks of different flows ask for the same.
func (t Task) like(other Task) bool {
	return t.Kind == other.Kind && t.Role == other.Role && (t.Kind != Custom || t.Title == other.Title)
}

// strays are the settled tasks of the flow that was paused which nothing in the new one corresponds to. They stay, in its first status.
func (s *scene) strays(f FlowEntered) []Task {
	var out []Task
	for _, old := range s.inc.Tasks {
		if old.State != Open && !slices.ContainsFunc(f.Tasks, func(x Task) bool { return x.Number == old.Number }) {
			old.Status, old.Template = f.Snapshot.Statuses[0].Key, "" // it is of this incident only now
			out = append(out, old)
		}
	}
	return out
}

// resume takes up the paused flow where it was, or earlier where a task is to be done again.
func (c EnterFlow) resume(s *scene) error {
	again, err := s.settledOnly(c.Again)
	if err != nil {
		return err
	}
	if err := s.lead(c.Lead); err != nil {
		return err
	}
	status, paused := s.inc.PausedIn, DateOf(s.inc.PausedAt.In(s.at.Location()))
	s.record(FlowResumed{Again: again})
	s.present()
	s.enter(s.earliest(status), StatusEntered{Resumed: true, Due: s.shifted(paused)})
	return nil
}

// earliest is the first status that has an open task, if it comes before status; else status.
func (s *scene) earliest(status Key) Key {
	for _, l := range s.inc.Snapshot.Statuses {
		if l.Key == status || s.inc.Progress(l.Key).Open > 0 {
			return l.Key
		}
	}
	return status
}

// shifted are the due dates of the open tasks, later by the business days since the day on which the flow stopped.
func (s *scene) shifted(since Date) []TaskDue {
	cal := s.inc.Snapshot.Calendar
	n := cal.BusinessDaysBetween(since, DateOf(s.at))
	var out []TaskDue
	for _, t := range s.inc.Open() {
		if n > 0 && !t.Due.IsZero() {
			out = append(out, TaskDue{t.Number, cal.AddBusinessDays(t.Due, n)})
		}
	}
	return out
}

func (c MoveOn) do(s *scene) error {
	if err := s.inFlow(); err != nil {
		return err
	}
	if c.From != "" && c.From != s.inc.Status {
		return Refusal{Why: AlreadyMoved, Incident: s.inc.ID, Stage: PostIncident, Status: s.inc.Status}
	}
	var open []Task
	for _, t := range s.inc.In(s.inc.Status) {
		if t.State == Open {
			open = append(open, t)
		}
	}
	if len(open) > 0 && !s.inc.allowed(LeadAndAdmins, s.by) {
		return Refusal{Why: NotAllowed, Incident: s.inc.ID, Right: LeadAndAdmins}
	}
	for _, t := range open {
		if !MaySkip(s.inc, t, s.by) {
			return Refusal{Why: NotAllowed, Incident: s.inc.ID, Task: t.Number, Right: s.inc.Snapshot.OptOut}
		}
	}
	reason, err := text(FieldReason, c.Reason, MaxReason, len(open) > 0)
	if err != nil {
		return err
	}
	s.leave(leaving{byHand: true, reason: reason, skipped: numbers(open)})
	return nil
}

func (c Reopen) do(s *scene) error {
	reason, err := text(FieldReason, c.Reason, MaxReason, false)
	if err != nil {
		return err
	}
	f := Reopened{From: s.inc.Stage, To: c.To, Reason: reason, Card: s.inc.Card}
	if s.inc.OptedOut != nil {
		f.Tasks = slices.Clone(s.inc.OptedOut.Skipped)
	}
	switch {
	case s.inc.Stage == Active:
		return Refusal{Why: AlreadyActive, Incident: s.inc.ID}
	case c.To == Active:
		f.Status = firstOffered(s.process.ActiveStatuses)
		s.record(f)
		return nil
	case s.inc.Stage == PostIncident:
		return s.alreadyResolved()
	case s.inc.Snapshot == nil:
		return Refusal{Why: NoFlow, Incident: s.inc.ID}
	}
	f.To = PostIncident
	again, err := s.settledOnly(c.Tasks)
	if err != nil {
		return err
	}
	for _, n := range again {
		if !slices.Contains(f.Tasks, n) {
			f.Tasks = append(f.Tasks, n)
		}
	}
	if len(f.Tasks) == 0 && (s.inc.OptedOut == nil || s.inc.Progress(s.inc.Status).Total() > 0) {
		return Refusal{Why: NeedsTask, Field: FieldTasks, Incident: s.inc.ID}
	}
	closed, status := DateOf(s.inc.ClosedAt.In(s.at.Location())), s.inc.Status
	s.record(f)
	s.present()
	s.enter(s.earliest(status), StatusEntered{Resumed: true, Reopened: true, Reason: reason, Due: s.shifted(closed)})
	return nil
}

// settledOnly checks that tasks exist and are settled, and drops repetitions.
func (s *scene) settledOnly(tasks []TaskNumber) ([]TaskNumber, error) {
	var out []TaskNumber
	for _, n := range tasks {
		switch t, ok := s.inc.Task(n); {
		case !ok:
			return nil, Refusal{Why: UnknownTask, Field: FieldTasks, Incident: s.inc.ID, Task: n}
		case t.State == Open:
			return nil, Refusal{Why: AlreadyOpen, Field: FieldTasks, Incident: s.inc.ID, Task: n}
		case !slices.Contains(out, n):
			out = append(out, n)
		}
	}
	return out, nil
}

func numbers(tasks []Task) []TaskNumber {
	var out []TaskNumber
	for _, t := range tasks {
		out = append(out, t.Number)
	}
	return out
}
