package flow

import "slices"

func (c Declare) do(s *scene) error {
	if s.inc.Rev != 0 {
		return Refusal{Why: AlreadyDeclared, Incident: s.inc.ID}
	}
	id := s.inc.ID
	s.inc = Incident{}
	if err := refuseActor(s.inc, s.by); err != nil {
		return err
	}
	f := Declared{ID: id, Severity: c.Severity, Type: c.Type, Private: c.Private, Lead: c.Lead.User, Status: firstOffered(s.process.ActiveStatuses)}
	var err error
	if f.Name, err = line(FieldName, c.Name, MaxName); err != nil {
		return err
	}
	if f.Summary, err = text(FieldSummary, c.Summary, MaxSummary, false); err != nil {
		return err
	}
	if f.Severity == "" {
		f.Severity = firstOffered(s.process.Severities)
	}
	if f.Type == "" {
		f.Type = firstOffered(s.process.Types)
	}
	if !offers(s.process.Severities, f.Severity) {
		return Refusal{Why: NotOffered, Field: FieldSeverity}
	}
	if !offers(s.process.Types, f.Type) {
		return Refusal{Why: NotOffered, Field: FieldType}
	}
	if c.Use != nil {
		if err := c.Use.check(); err != nil {
			return err
		}
		f.Channel, f.Private = c.Use.Channel, f.Private || c.Use.Private
		if f.Private && !c.Use.Private {
			return Refusal{Why: ChannelUnfit, Field: FieldChannel}
		}
	}
	if err := (Incident{Private: f.Private, Channel: f.Channel}).fit(FieldLead, c.Lead); err != nil {
		return err
	}
	s.record(f)
	return nil
}

func (p Place) check() error {
	switch {
	case p.Direct, p.Shared, p.Channel == "":
		return Refusal{Why: ChannelUnfit, Field: FieldChannel}
	case p.Occupant != 0:
		return Refusal{Why: ChannelInUse, Field: FieldChannel, Incident: p.Occupant}
	}
	return nil
}

// fit checks that somebody may hold a role or a task of the incident. Nobody always may.
func (inc Incident) fit(field string, p Person) error {
	switch {
	case p.User == "":
		return nil
	case p.Standing != FullMember:
		return Refusal{Why: CannotBeAssigned, Field: field, Incident: inc.ID, By: p.User, Standing: p.Standing}
	case inc.Private && inc.Channel != "" && !p.Member:
		return Refusal{Why: NotInChannel, Field: field, Incident: inc.ID, By: p.User}
	}
	return nil
}

func (RequestChannel) do(s *scene) error {
	if s.inc.Channel != "" {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID, Field: FieldChannel}
	}
	s.record(ChannelRequested{})
	return nil
}

func (c UseChannel) do(s *scene) error {
	if s.inc.Channel != "" {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID, Field: FieldChannel}
	}
	if err := c.Place.check(); err != nil {
		return err
	}
	if s.inc.Private && !c.Place.Private {
		return Refusal{Why: ChannelUnfit, Field: FieldChannel}
	}
	s.record(ChannelOpened{Channel: c.Place.Channel, Used: true, Private: c.Place.Private})
	return nil
}

func (c RecordChannel) do(s *scene) error {
	if s.inc.Channel != "" {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID, Field: FieldChannel}
	}
	s.record(ChannelOpened{Channel: c.Channel})
	return nil
}

func (c Update) do(s *scene) error {
	if c.Status != nil && *c.Status != s.inc.Status {
		switch s.inc.Stage {
		case PostIncident:
			return Refusal{Why: StatusByTasks, Field: FieldStatus, Incident: s.inc.ID}
		case Closed:
			return s.alreadyClosed()
		}
	}
	note, err := text(FieldNote, c.Note, MaxReason, false)
	if err != nil {
		return err
	}
	f := Updated{Note: note}
	if f.Status, err = s.relabel(FieldStatus, s.process.ActiveStatuses, s.inc.Status, c.Status); err != nil {
		return err
	}
	if f.Severity, err = s.relabel(FieldSeverity, s.process.Severities, s.inc.Severity, c.Severity); err != nil {
		return err
	}
	if f.Type, err = s.relabel(FieldType, s.process.Types, s.inc.Type, c.Type); err != nil {
		return err
	}
	if c.Name != nil {
		name, err := line(FieldName, *c.Name, MaxName)
		if err != nil {
			return err
		}
		f.Name = changed(s.inc.Name, name)
	}
	if c.Summary != nil {
		summary, err := text(FieldSummary, *c.Summary, MaxSummary, false)
		if err != nil {
			return err
		}
		f.Summary = changed(s.inc.Summary, summary)
	}
	if f == (Updated{}) {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	s.record(f)
	return nil
}

// relabel is the change of a value that must be one of labels, or nil if it is not asked for or the same.
func (s *scene) relabel(field string, labels []Label, from Key, to *Key) (*Change, error) {
	if to == nil || *to == from {
		return nil, nil
	}
	if !offers(labels, *to) {
		return nil, Refusal{Why: NotOffered, Field: field, Incident: s.inc.ID}
	}
	return &Change{From: string(from), To: string(*to)}, nil
}

func changed(from, to string) *Change {
	if from == to {
		return nil
	}
	return &Change{From: from, To: to}
}

func (c SetRole) do(s *scene) error {
	if !s.process.hasRole(c.Role) {
		return Refusal{Why: NotOffered, Field: FieldRole, Incident: s.inc.ID}
	}
	from := s.inc.Roles[c.Role]
	if from == c.To.User {
		return Refusal{Why: NothingToChange, Field: FieldRole, Incident: s.inc.ID}
	}
	if err := s.inc.fit(FieldRole, c.To); err != nil {
		return err
	}
	s.giveRole(c.Role, from, c.To.User, c.HandOver)
	return nil
}

// giveRole changes who holds a role, and what follows from it: tasks that follow the role, tasks handed over with it, and tasks that
// ask for somebody to hold it.
func (s *scene) giveRole(role Key, from, to UserID, handOver bool) {
	s.record(RoleGiven{Role: role, From: from, To: to})
	for _, t := range slices.Clone(s.inc.Tasks) {
		if t.State != Open || s.inc.Stage == Closed || t.Assignee == to {
			continue
		}
		follows := t.Default.Role == role && !t.ByHand && s.inc.Current(t)
		handed := handOver && to != "" && from != "" && t.ByHand && t.Assignee == from
		if follows || handed {
			s.record(TaskAssigned{Task: t.Number, From: t.Assignee, To: to, ByRole: follows})
		}
	}
	if to != "" {
		s.found(roleProof(role))
	} else {
		s.gone(roleProof(role), "")
	}
}

func (c AddNote) do(s *scene) error {
	note, err := text(FieldNote, c.Text, MaxReason, true)
	if err != nil {
		return err
	}
	s.record(NoteAdded{Text: note})
	return nil
}

func (c Involve) do(s *scene) error {
	if _, there := slices.BinarySearch(s.inc.Involved, c.User); there || c.User == "" {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	switch {
	case s.inc.Stage == Closed:
		return s.alreadyClosed()
	case c.Standing == Bot:
		return Refusal{Why: NotAFullMember, Incident: s.inc.ID, Standing: c.Standing}
	}
	s.record(PersonInvolved{User: c.User})
	return nil
}
