package flow

import "slices"

// switching are the changes that can be chosen when another flow takes the place of the one that the incident is in: its tasks that correspond to none of
// the incident's, and open tasks that nothing in it corresponds to. Whoever may not leave a task undone is not offered to lose it.
func (p Process) switching(inc Incident, f Flow, who Actor) []SnapshotChange {
	s := scene{process: p, inc: inc, by: who}
	var out []SnapshotChange
	var taken []Task
	for _, t := range tasksOf(f) {
		if old, ok := s.corresponds(taskOf(t.Template, t.status.Key), taken); ok {
			taken = append(taken, old)
			continue
		}
		out = append(out, SnapshotChange{addChange(t.Key), []Difference{{Part: TaskPart, Turn: Added, Status: t.status.Name, Name: t.Title}}})
	}
	for _, t := range inc.Open() {
		if !numbered(taken, t.Number) && t.Template != "" && MaySkip(inc, t, who) {
			out = append(out, SnapshotChange{taskChange(t.Number), []Difference{{
				Part: TaskPart, Turn: Removed, Status: inc.Snapshot.StatusName(t.Status), Name: t.Title,
			}}})
		}
	}
	return out
}

func numbered(tasks []Task, n TaskNumber) bool {
	return slices.ContainsFunc(tasks, func(t Task) bool { return t.Number == n })
}

// corresponds finds the task that one of the other flow takes over: a settled one first, then an open one.
func (s *scene) corresponds(t Task, taken []Task) (Task, bool) {
	if old, ok := s.keeps(t, taken); ok {
		return old, true
	}
	for _, old := range s.inc.Open() {
		if old.Template != "" && old.like(t) && !numbered(taken, old.Number) {
			return old, true
		}
	}
	return Task{}, false
}

// switchFlow puts another flow in the place of the one that the incident is in, and begins it: statuses whose tasks are settled already are passed through.
func (s *scene) switchFlow(flow Flow, chosen map[string]bool) error {
	f := FlowEntered{Switch: true, From: s.inc.Status, Card: s.inc.Card, Snapshot: s.snapshotOf(flow, Ask, flow.AppliesTo)}
	last := s.inc.LastTask
	for _, tpl := range tasksOf(flow) {
		t := taskOf(tpl.Template, tpl.status.Key)
		if old, ok := s.corresponds(t, f.Tasks); ok {
			f.Tasks = append(f.Tasks, t.takenFrom(old))
		} else if chosen[addChange(tpl.Key)] {
			last++
			t.Number = last
			f.Tasks = append(f.Tasks, t)
		}
	}
	for _, old := range s.inc.Tasks {
		if numbered(f.Tasks, old.Number) || old.State == Open && chosen[taskChange(old.Number)] {
			continue
		}
		old.Status, old.Template = flow.Statuses[0].Key, "" // it is of this incident only now
		f.Tasks = append(f.Tasks, old)
	}
	if len(f.Tasks) > MaxTasks {
		return Refusal{Why: TooMany, Limit: MaxTasks, Incident: s.inc.ID}
	}
	s.record(f)
	s.present()
	s.enter(flow.Statuses[0].Key, StatusEntered{})
	return nil
}

// takenFrom is a task of another flow with everything that happened to the one whose place it takes. A due date that nobody moved is counted anew.
func (t Task) takenFrom(old Task) Task {
	t.Number, t.State, t.Settled, t.Again = old.Number, old.State, old.Settled, old.Again
	t.Assignee, t.ByHand, t.DueChanges, t.Moved, t.Reminded = old.Assignee, old.ByHand, old.DueChanges, old.Moved, old.Reminded
	if old.State != Open || old.DueChanges > 0 {
		t.Due = old.Due
	}
	return t
}
