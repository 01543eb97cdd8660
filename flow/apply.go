package flow

import (
	"slices"
	"time"
)

// Apply records an event. It decides nothing, refuses nothing, and never changes its argument: replaying the events of an
// incident from the zero Incident gives its present state.
func Apply(inc Incident, ev Event) Incident {
	inc = inc.clone()
	inc.Rev = ev.Seq
	ev.Fact.apply(&inc, ev)
	if ev.By != "" {
		inc.involve(ev.By)
		inc.reacted(ev.By)
	}
	return inc
}

// Replay applies events to the zero Incident.
func Replay(events []Event) Incident {
	var inc Incident
	for _, ev := range events {
		inc = Apply(inc, ev)
	}
	return inc
}

// involve records who took part: whoever acts, holds a role or a task, or posted in the channel.
func (inc *Incident) involve(u UserID) {
	if u == "" {
		return
	}
	if i, there := slices.BinarySearch(inc.Involved, u); !there {
		inc.Involved = slices.Insert(inc.Involved, i, u)
	}
}

func (inc *Incident) setRole(role Key, to UserID) {
	if to == "" {
		delete(inc.Roles, role)
		return
	}
	if inc.Roles == nil {
		inc.Roles = map[Key]UserID{}
	}
	inc.Roles[role] = to
	inc.involve(to)
}

// task is for writing to a task in place; it is nil if there is none of that number.
func (inc *Incident) task(n TaskNumber) *Task {
	for i := range inc.Tasks {
		if inc.Tasks[i].Number == n {
			return &inc.Tasks[i]
		}
	}
	return nil
}

func (inc *Incident) settle(n TaskNumber, state TaskState, how Settling) {
	if t := inc.task(n); t != nil {
		// Opting out may be taken back: what waited for new evidence waits for it then.
		t.State, t.Settled, t.Again = state, how, t.Again && how.How == ByOptOut
	}
}

func (inc *Incident) skip(tasks []TaskNumber, ev Event, reason string, how How) {
	for _, n := range tasks {
		inc.settle(n, NotDoing, Settling{By: ev.By, At: ev.At, Reason: reason, How: how})
	}
}

// open opens settled tasks again. What a person opens is completed again only by new evidence; what opting out had settled was never
// opened by anybody, and is open as it was before.
func (inc *Incident) open(tasks []TaskNumber) {
	for _, n := range tasks {
		if t := inc.task(n); t != nil {
			t.Again = t.Again || t.Settled.How != ByOptOut
			t.State, t.Settled = Open, Settling{}
		}
	}
}

// renew ends the waiting for new evidence, also where it comes while the incident is closed and completes nothing yet.
func (inc *Incident) renew(proof string) {
	for i := range inc.Tasks {
		if inc.Tasks[i].Proof() == proof {
			inc.Tasks[i].Again = false
		}
	}
}

func (inc *Incident) setDue(due []TaskDue) {
	for _, d := range due {
		if t := inc.task(d.Task); t != nil {
			t.Due = d.Due
		}
	}
}

// assign makes default assignments.
func (inc *Incident) assign(assigned []TaskFor) {
	for _, a := range assigned {
		if t := inc.task(a.Task); t != nil {
			t.Assignee, t.ByHand = a.To, t.ByHand && a.For == ""
			inc.involve(a.To)
		}
	}
}

// place puts tasks into the order in which they are shown.
func (inc *Incident) place() {
	slices.SortStableFunc(inc.Tasks, func(a, b Task) int {
		if d := inc.Snapshot.place(a.Status) - inc.Snapshot.place(b.Status); d != 0 {
			return d
		}
		return int(a.Number - b.Number)
	})
}

func (inc *Incident) endPause() { inc.PausedIn, inc.PausedAt = "", time.Time{} }

func (inc *Incident) close(ev Event) {
	inc.Stage, inc.ClosedBy, inc.ClosedAt = Closed, ev.By, ev.At
	if inc.ResolvedAt.IsZero() {
		inc.ResolvedBy, inc.ResolvedAt = ev.By, ev.At
	}
}

func (f Declared) apply(inc *Incident, ev Event) {
	inc.ID, inc.Name, inc.Summary, inc.Private = f.ID, f.Name, f.Summary, f.Private
	inc.Severity, inc.Type, inc.Status, inc.Channel = f.Severity, f.Type, f.Status, f.Channel
	inc.Stage, inc.DeclaredBy, inc.DeclaredAt, inc.Since = Active, ev.By, ev.At, ev.At
	inc.setRole(LeadRole, f.Lead)
}

func (f ChannelRequested) apply(*Incident, Event) {}

func (f ChannelOpened) apply(inc *Incident, _ Event) {
	inc.Channel, inc.Private, inc.OwnChannel = f.Channel, inc.Private || f.Private, !f.Used
}

func (f Updated) apply(inc *Incident, ev Event) {
	if f.Status != nil {
		inc.Status, inc.Since = Key(f.Status.To), ev.At
	}
	if f.Severity != nil {
		inc.Severity = Key(f.Severity.To)
	}
	if f.Type != nil {
		inc.Type = Key(f.Type.To)
	}
	if f.Name != nil {
		inc.Name = f.Name.To
	}
	if f.Summary != nil {
		inc.Summary = f.Summary.To
	}
}

func (f RoleGiven) apply(inc *Incident, _ Event) {
	inc.setRole(f.Role, f.To)
	inc.renew(roleProof(f.Role))
}

func (f NoteAdded) apply(*Incident, Event) {}

func (f PersonInvolved) apply(inc *Incident, _ Event) { inc.involve(f.User) }

func (f EvidenceFound) apply(inc *Incident, _ Event) {
	if inc.Evidence == nil {
		inc.Evidence = map[string]string{}
	}
	inc.Evidence[f.Proof] = f.What
	inc.renew(f.Proof)
}

func (f EvidenceGone) apply(inc *Incident, _ Event) { delete(inc.Evidence, f.Proof) }

func (f FlowEntered) apply(inc *Incident, ev Event) {
	snapshot := f.Snapshot
	inc.Snapshot, inc.Tasks = &snapshot, slices.Clone(f.Tasks)
	inc.Stage, inc.Card, inc.Dropped = PostIncident, 0, nil
	if !f.Late && f.From == "" {
		inc.ResolvedBy, inc.ResolvedAt = ev.By, ev.At
	}
	inc.ClosedBy, inc.ClosedAt, inc.OptedOut = "", time.Time{}, nil
	for _, t := range f.Tasks {
		inc.LastTask = max(inc.LastTask, t.Number)
		inc.involve(t.Assignee)
	}
	inc.place()
	inc.endPause()
}

func (f FlowResumed) apply(inc *Incident, ev Event) {
	inc.Stage, inc.Card = PostIncident, 0
	inc.ResolvedBy, inc.ResolvedAt = ev.By, ev.At
	inc.open(f.Again)
	inc.endPause()
}

func (f StatusEntered) apply(inc *Incident, ev Event) {
	inc.skip(f.Skipped, ev, f.Reason, ByMovingOn)
	inc.Status, inc.Since, inc.Card = f.Status, ev.At, ev.Seq
	inc.setDue(f.Due)
	inc.restartBegun(f.Status, ev.At)
	inc.assign(f.Assigned)
}

func (f IncidentClosed) apply(inc *Incident, ev Event) {
	inc.skip(f.Skipped, ev, f.Reason, ByMovingOn)
	inc.close(ev)
}

func (f OptedOut) apply(inc *Incident, ev Event) {
	inc.skip(f.Skipped, ev, f.Reason, ByOptOut)
	inc.OptedOut = &OptOutOf{By: ev.By, Reason: f.Reason, Skipped: f.Skipped}
	if inc.PausedIn != "" {
		inc.Status = inc.PausedIn
	}
	inc.close(ev)
	inc.endPause()
}

func (f Reopened) apply(inc *Incident, ev Event) {
	stopped := ev.At
	if !inc.ClosedAt.IsZero() {
		stopped = inc.ClosedAt
	}
	inc.ClosedBy, inc.ClosedAt, inc.OptedOut = "", time.Time{}, nil
	inc.open(f.Tasks)
	inc.Stage, inc.Card = f.To, 0
	if f.To != Active {
		return
	}
	if inc.Snapshot != nil {
		inc.PausedIn, inc.PausedAt = inc.Status, stopped
	}
	inc.Status, inc.Since = f.Status, ev.At
	inc.ResolvedBy, inc.ResolvedAt = "", time.Time{}
}

func (f TaskCompleted) apply(inc *Incident, ev Event) {
	how := Settling{By: ev.By, At: ev.At, How: ByPerson}
	if f.Proof != "" {
		how.How, how.Reason = ByEvidence, f.Evidence
	}
	inc.settle(f.Task, Done, how)
}

func (f TaskSkipped) apply(inc *Incident, ev Event) {
	inc.settle(f.Task, NotDoing, Settling{By: ev.By, At: ev.At, Reason: f.Reason, How: ByPerson})
}

func (f TaskReopened) apply(inc *Incident, ev Event) {
	inc.open([]TaskNumber{f.Task})
	if t := inc.task(f.Task); t != nil {
		t.restart(ev.At)
		t.Again = t.Again && f.Proof == "" // else not a person's decision
	}
}

func (f TaskAssigned) apply(inc *Incident, ev Event) {
	if t := inc.task(f.Task); t != nil {
		t.restart(ev.At)
		t.Assignee, t.ByHand = f.To, !f.ByRole
		inc.involve(f.To)
	}
}

func (f TaskDueSet) apply(inc *Incident, ev Event) {
	if t := inc.task(f.Task); t != nil {
		t.restart(ev.At)
		t.Due = f.To
		t.DueChanges++
		if !f.From.IsZero() {
			t.Moved++
		}
	}
}

func (f TaskAdded) apply(inc *Incident, ev Event) {
	inc.Tasks = append(inc.Tasks, f.Task)
	inc.task(f.Task.Number).restart(ev.At)
	inc.LastTask = max(inc.LastTask, f.Task.Number)
	inc.involve(f.Task.Assignee)
	inc.place()
}

func (f SnapshotUpdated) apply(inc *Incident, ev Event) {
	snapshot := f.Snapshot
	inc.Snapshot = &snapshot
	inc.Tasks = slices.DeleteFunc(inc.Tasks, func(t Task) bool { return numbered(f.Removed, t.Number) })
	for _, t := range f.Changed {
		if old := inc.task(t.Number); old != nil {
			*old = t
		}
	}
	inc.Tasks = append(inc.Tasks, f.Added...)
	for _, t := range f.Added {
		inc.LastTask = max(inc.LastTask, t.Number)
	}
	inc.setDue(f.Due)
	for _, d := range f.Due {
		if t := inc.task(d.Task); t != nil {
			t.restart(ev.At)
		}
	}
	inc.assign(f.Assigned)
	inc.place()
}

func (f TaskRemoved) apply(inc *Incident, _ Event) {
	if t := inc.task(f.Task); t != nil && t.Template != "" {
		inc.Dropped = append(inc.Dropped, t.Template)
	}
	inc.Tasks = slices.DeleteFunc(inc.Tasks, func(t Task) bool { return t.Number == f.Task })
}
