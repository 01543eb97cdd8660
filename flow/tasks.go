package flow

// inFlow refuses what makes sense in the post-incident stage only.
func (s *scene) inFlow() error {
	switch s.inc.Stage {
	case PostIncident:
		return nil
	case Closed:
		return s.alreadyClosed()
	}
	return Refusal{Why: NotInFlow, Incident: s.inc.ID, Stage: s.inc.Stage}
}

// find is the task that a command is about.
func (s *scene) find(n TaskNumber) (Task, error) {
	if err := s.inFlow(); err != nil {
		return Task{}, err
	}
	t, ok := s.inc.Task(n)
	if !ok {
		return Task{}, Refusal{Why: UnknownTask, Incident: s.inc.ID, Task: n}
	}
	return t, nil
}

// findOpen is the task that a command is about, which must be open.
func (s *scene) findOpen(n TaskNumber) (Task, error) {
	t, err := s.find(n)
	if err == nil && t.State != Open {
		err = Refusal{Why: AlreadySettled, Incident: s.inc.ID, Task: n, State: t.State, By: t.Settled.By, At: t.Settled.At}
	}
	return t, err
}

func (c CompleteTask) do(s *scene) error {
	if _, err := s.findOpen(c.Task); err != nil {
		return err
	}
	s.record(TaskCompleted{Task: c.Task})
	return nil
}

func (c SkipTask) do(s *scene) error {
	t, err := s.findOpen(c.Task)
	if err != nil {
		return err
	}
	if err := s.maySkip(t); err != nil {
		return err
	}
	reason, err := text(FieldReason, c.Reason, MaxReason, true)
	if err != nil {
		return err
	}
	s.record(TaskSkipped{Task: c.Task, Reason: reason})
	return nil
}

func (s *scene) maySkip(t Task) error {
	if MaySkip(s.inc, t, s.by) {
		return nil
	}
	return Refusal{Why: NotAllowed, Incident: s.inc.ID, Task: t.Number, Right: s.inc.Snapshot.OptOut}
}

func (c ReopenTask) do(s *scene) error {
	t, err := s.find(c.Task)
	if err != nil {
		return err
	}
	if t.State == Open {
		return Refusal{Why: AlreadyOpen, Incident: s.inc.ID, Task: c.Task}
	}
	earlier := s.inc.GoesBack(t)
	if earlier && !c.Back {
		return Refusal{Why: EarlierStatus, Incident: s.inc.ID, Task: c.Task, Status: t.Status}
	}
	s.record(TaskReopened{Task: c.Task})
	if earlier {
		s.enter(t.Status, StatusEntered{Back: true})
	} else {
		s.follow(c.Task)
	}
	return nil
}

func (c AssignTask) do(s *scene) error {
	t, err := s.findOpen(c.Task)
	if err != nil {
		return err
	}
	if t.Assignee == c.To.User {
		return Refusal{Why: AlreadyAssigned, Incident: s.inc.ID, Task: c.Task, By: c.To.User}
	}
	if err := s.inc.fit(FieldAssignee, c.To); err != nil {
		return err
	}
	s.record(TaskAssigned{Task: c.Task, From: t.Assignee, To: c.To.User})
	return nil
}

func (c SetDue) do(s *scene) error {
	t, err := s.findOpen(c.Task)
	if err != nil {
		return err
	}
	if err := s.futureDay(c.Due); err != nil {
		return err
	}
	if t.Due == c.Due {
		return Refusal{Why: NothingToChange, Field: FieldDue, Incident: s.inc.ID, Task: c.Task}
	}
	reason, err := text(FieldReason, c.Reason, MaxReason, false)
	if err != nil {
		return err
	}
	s.record(TaskDueSet{Task: c.Task, From: t.Due, To: c.Due, Reason: reason})
	return nil
}

// maxYear keeps due dates within what four digits, and people, can mean.
const maxYear = 9999

func (s *scene) futureDay(d Date) error {
	if !d.IsZero() && (d.AddDays(0) != d || d.Before(DateOf(s.at)) || d.Year > maxYear) {
		return Refusal{Why: BadDate, Field: FieldDue, Incident: s.inc.ID}
	}
	return nil
}

func (c AddTask) do(s *scene) error {
	if err := s.inFlow(); err != nil {
		return err
	}
	t := Task{
		Number: s.inc.LastTask + 1, Status: c.Status, Kind: Custom, State: Open,
		Assignee: c.Assignee.User, ByHand: c.Assignee.User != "", Due: c.Due,
	}
	if t.Status == "" {
		t.Status = s.inc.Status
	}
	var err error
	if t.Title, err = line(FieldTitle, c.Title, MaxTitle); err != nil {
		return err
	}
	if t.Description, err = text(FieldDescription, c.Description, MaxDescription, false); err != nil {
		return err
	}
	if s.inc.Snapshot.place(t.Status) < s.inc.Snapshot.place(s.inc.Status) {
		return Refusal{Why: NotOffered, Field: FieldStatus, Incident: s.inc.ID}
	}
	if err := s.inc.fit(FieldAssignee, c.Assignee); err != nil {
		return err
	}
	if err := s.futureDay(c.Due); err != nil {
		return err
	}
	if len(s.inc.Tasks) >= MaxTasks {
		return Refusal{Why: TooMany, Limit: MaxTasks, Incident: s.inc.ID}
	}
	s.record(TaskAdded{Task: t})
	return nil
}

func (c RemoveTask) do(s *scene) error {
	t, err := s.find(c.Task)
	if err != nil {
		return err
	}
	if err := s.maySkip(t); err != nil {
		return err
	}
	s.record(TaskRemoved{Task: c.Task, Title: t.Title})
	return nil
}
