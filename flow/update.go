package flow

import (
	"fmt"
	"maps"
	"slices"
)

// An incident keeps the snapshot that it took. Whoever leads it can bring that up to date from the flow, change by change; nothing does so by itself.

// SnapshotUpdate is what would change if an incident in the post-incident stage were brought up to date now.
type SnapshotUpdate struct {
	Flow    Flow // that applies by now
	Version int  // of the process
	// Switch: Flow is another one than the one that the incident is in. It takes its place in any case; settled tasks, those added to this incident only
	// and those that both flows have are kept. Changes are what else can be chosen.
	Switch  bool
	Changes []SnapshotChange
}

// SnapshotChange is one change that can be chosen. Differences are of one task, of the flow itself, or of its statuses.
type SnapshotChange struct {
	ID          string
	Differences []Difference
}

// The ids of the changes that are not about a task. Those of tasks are add:KEY and task:N.
const (
	flowChange     = "flow"
	statusesChange = "statuses"
)

func addChange(template Key) string     { return "add:" + string(template) }
func taskChange(n TaskNumber) string    { return fmt.Sprintf("task:%d", n) }
func (c SnapshotChange) String() string { return c.ID }

// UpdateSnapshot brings an incident up to date. Flow and Version are those that the person was shown, so that nothing else happens than what was said; of
// Changes those that are none any more are left out.
type UpdateSnapshot struct {
	Flow    Key
	Version int
	Changes []string
}

// SnapshotUpdate says what would change for an incident, whoever asks for it; false if nothing would, or if it is not in the post-incident stage.
func (p Process) SnapshotUpdate(inc Incident, who Actor) (SnapshotUpdate, bool) {
	f, ok := p.FlowFor(inc)
	if !ok || len(f.Statuses) == 0 || inc.Stage != PostIncident {
		return SnapshotUpdate{}, false
	}
	u := SnapshotUpdate{Flow: f, Version: p.Version, Switch: f.Key != inc.Snapshot.Flow}
	if u.Switch {
		u.Changes = p.switching(inc, f, who)
		return u, true
	}
	u.Changes = p.updating(inc, f)
	return u, len(u.Changes) > 0
}

// MayUpdate reports whether somebody may bring an incident up to date from the flow.
func MayUpdate(inc Incident, who Actor) bool {
	return MayAct(inc, who) && inc.allowed(LeadAndAdmins, who)
}

func (c UpdateSnapshot) do(s *scene) error {
	if err := s.inFlow(); err != nil {
		return err
	}
	if !MayUpdate(s.inc, s.by) {
		return Refusal{Why: LeadOnly, Incident: s.inc.ID}
	}
	u, ok := s.process.SnapshotUpdate(s.inc, s.by)
	if !ok {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	if c.Flow != u.Flow.Key || c.Version != u.Version {
		return Refusal{Why: FlowChanged, Incident: s.inc.ID, Flow: u.Flow.Name}
	}
	chosen := map[string]bool{}
	for _, change := range u.Changes {
		chosen[change.ID] = slices.Contains(c.Changes, change.ID)
	}
	if u.Switch {
		return s.switchFlow(u.Flow, chosen)
	}
	if !slices.Contains(slices.Collect(maps.Values(chosen)), true) {
		return Refusal{Why: NeedsChange, Field: FieldTasks, Incident: s.inc.ID}
	}
	return s.updateSnapshot(u.Flow, chosen)
}

// updating are the changes within the flow that the incident is in.
func (p Process) updating(inc Incident, f Flow) []SnapshotChange {
	d := updating{p: p, inc: inc, flow: f}
	var out []SnapshotChange
	add := func(id string, found ...Difference) {
		if len(found) > 0 {
			out = append(out, SnapshotChange{ID: id, Differences: found})
		}
	}
	add(flowChange, d.flowItself()...)
	all := func(string) bool { return true }
	add(statusesChange, d.statuses(all)...)
	for _, t := range d.added() {
		add(addChange(t.Template), Difference{Part: TaskPart, Turn: Added, Status: d.statusName(t.Status), Name: t.Title})
	}
	for _, t := range inc.Open() {
		now, there, changed := d.task(t)
		switch {
		case !there:
			add(taskChange(t.Number), Difference{Part: TaskPart, Turn: Removed, Status: d.statusName(t.Status), Name: t.Title})
		case changed:
			add(taskChange(t.Number), d.changes(t, now)...)
		}
	}
	return out
}

// updating compares an incident with the flow that it is in.
type updating struct {
	p    Process
	inc  Incident
	flow Flow
}

func (d updating) statusName(k Key) string {
	if s, ok := d.flow.Status(k); ok {
		return s.Name
	}
	return d.inc.Snapshot.StatusName(k)
}

// flowItself compares what is not about tasks.
func (d updating) flowItself() []Difference {
	s := d.inc.Snapshot
	var f fieldChanges
	f.text(FieldName, s.Name, d.flow.Name)
	f.text(FieldOptOut, string(s.OptOut), string(d.flow.OptOut))
	f.text(FieldReminders, stepsText(s.Reminders), stepsText(d.flow.Reminders))
	var out comparing
	out.changed(Difference{Part: FlowPart, Name: s.Name}, f)
	days := comparing{old: Process{Calendar: s.Calendar}, next: Process{Calendar: d.p.Calendar}}
	days.calendar()
	return append(out.found, days.found...)
}

// statuses compares the snapshot's statuses with what they would be.
func (d updating) statuses(chosen func(string) bool) []Difference {
	old, next := asStatuses(d.inc.Snapshot.Statuses), asStatuses(d.merged(d.tasks(chosen)))
	var out comparing
	out.statuses(Flow{Statuses: old}, Flow{Statuses: next})
	return out.found
}

func asStatuses(labels []Label) []Status {
	out := make([]Status, len(labels))
	for i, l := range labels {
		out[i] = Status{Key: l.Key, Name: l.Name}
	}
	return out
}

// merged are the statuses of the flow for an incident that is on its way: those up to the current one stay before it, those that are gone from the flow
// stay for as long as they hold tasks.
func (d updating) merged(tasks []Task) []Label {
	at := d.inc.Snapshot.place(d.inc.Status)
	var out []Label
	for i, l := range d.inc.Snapshot.Statuses {
		s, there := d.flow.Status(l.Key)
		switch {
		case i <= at && there:
			out = append(out, Label{Key: l.Key, Name: s.Name})
		case i <= at, !there && holds(tasks, l.Key):
			out = append(out, l)
		}
	}
	for _, s := range d.flow.Statuses {
		if !slices.ContainsFunc(out, func(l Label) bool { return l.Key == s.Key }) {
			out = append(out, Label{Key: s.Key, Name: s.Name})
		}
	}
	return out
}

func holds(tasks []Task, status Key) bool {
	return slices.ContainsFunc(tasks, func(t Task) bool { return t.Status == status })
}

// widened are the snapshot's statuses with only those of the flow added that tasks need: each behind the one that it follows in the flow, and never before the
// current one.
func (d updating) widened(tasks []Task) []Label {
	out := slices.Clone(d.inc.Snapshot.Statuses)
	at := d.inc.Snapshot.place(d.inc.Status)
	for _, s := range d.flow.Statuses {
		i := slices.IndexFunc(out, func(l Label) bool { return l.Key == s.Key })
		switch {
		case i > at:
			at = i
		case i < 0 && holds(tasks, s.Key):
			at++
			out = slices.Insert(out, at, Label{Key: s.Key, Name: s.Name})
		}
	}
	return out
}

// goesTo is the status of the flow that a task belongs to, or the current one where that is over.
func (d updating) goesTo(status Key) Key {
	if i := d.inc.Snapshot.place(status); i >= 0 && i < d.inc.Snapshot.place(d.inc.Status) {
		return d.inc.Status
	}
	return status
}

// added are the tasks of the flow that the incident has not, and nobody took off it.
func (d updating) added() []Task {
	var out []Task
	for _, t := range tasksOf(d.flow) {
		has := slices.ContainsFunc(d.inc.Tasks, func(x Task) bool { return x.Template == t.Key })
		if !has && !slices.Contains(d.inc.Dropped, t.Key) {
			out = append(out, taskOf(t.Template, d.goesTo(t.status.Key)))
		}
	}
	return out
}

// task is an open task as the flow has it now, whether the flow has it at all, and whether that is a difference.
func (d updating) task(t Task) (now Task, there, changed bool) {
	if t.Template == "" {
		return t, true, false
	}
	tpl, status, there := d.flow.Task(t.Template)
	if !there {
		return t, false, false
	}
	now = t
	fresh := taskOf(tpl, d.goesTo(status.Key))
	now.Status, now.Kind, now.Title, now.Description = fresh.Status, fresh.Kind, fresh.Title, fresh.Description
	now.Role, now.Optional, now.Default, now.Offset = fresh.Role, fresh.Optional, fresh.Default, fresh.Offset
	return now, true, now != t
}

// changes are the differences between a task and what the flow makes of it.
func (d updating) changes(old, now Task) []Difference {
	place := func(t Task) placed {
		return placed{Template{
			Key: t.Template, Kind: t.Kind, Title: t.Title, Description: t.Description, Role: t.Role, Assignee: t.Default, Due: t.Offset, Optional: t.Optional,
		}, Status{Key: t.Status, Name: d.statusName(t.Status)}}
	}
	c := comparing{old: d.p, next: d.p}
	c.task("", place(old), place(now))
	return c.found
}

// tasks are the incident's tasks with the changes that are chosen, where new ones have no number yet.
func (d updating) tasks(chosen func(string) bool) []Task {
	var out []Task
	for _, t := range d.inc.Tasks {
		now, there := t, true
		if t.State == Open && chosen(taskChange(t.Number)) {
			now, there, _ = d.task(t)
		}
		if there {
			out = append(out, now)
		}
	}
	for _, t := range d.added() {
		if chosen(addChange(t.Template)) {
			out = append(out, t)
		}
	}
	return out
}

// taskOf is a new open task as a flow defines it, without a number.
func taskOf(tpl Template, status Key) Task {
	return Task{
		Template: tpl.Key, Status: status, Kind: tpl.Kind, Title: tpl.Title, Description: tpl.Description,
		Role: tpl.Role, Optional: tpl.Optional, Default: tpl.Assignee, Offset: tpl.Due, State: Open,
	}
}

// updateSnapshot records the chosen changes within the flow that the incident is in.
func (s *scene) updateSnapshot(flow Flow, chosen map[string]bool) error {
	d := updating{p: s.process, inc: s.inc, flow: flow}
	pick := func(id string) bool { return chosen[id] }
	tasks := d.tasks(pick)
	if len(tasks) > MaxTasks {
		return Refusal{Why: TooMany, Limit: MaxTasks, Incident: s.inc.ID}
	}
	f := SnapshotUpdated{From: s.inc.Snapshot.Version, Snapshot: *s.inc.Snapshot}
	if chosen[flowChange] {
		f.Snapshot.Name, f.Snapshot.OptOut, f.Snapshot.Calendar = flow.Name, flow.OptOut, s.process.Calendar.clone()
		f.Snapshot.Reminders = slices.Clone(flow.Reminders)
	}
	f.Snapshot.Statuses = d.widened(tasks)
	if chosen[statusesChange] {
		f.Snapshot.Statuses = d.merged(tasks)
	}
	s.changed(&f, tasks)
	// Only what leaves nothing to choose is of the new version.
	if _, more := s.process.SnapshotUpdate(Apply(s.inc, Event{Fact: f}), s.by); !more {
		f.Snapshot.Version = s.process.Version
	}
	s.record(f)
	s.present()
	return nil
}

// changed says what the fact does to tasks: those that are new, other or gone, with the due dates and default assignees that follow in the current status.
func (s *scene) changed(f *SnapshotUpdated, tasks []Task) {
	last := s.inc.LastTask
	for _, t := range tasks {
		old, was := s.inc.Task(t.Number)
		begins := t.Status == s.inc.Status && (!was || old.Status != t.Status)
		since := s.at
		if !begins {
			since = s.inc.Since.In(s.at.Location())
		}
		switch {
		case !was:
			last++
			t.Number = last
			f.Added = append(f.Added, t)
		case old == t:
			continue
		default:
			if t.Status != s.inc.Status && t.DueChanges == 0 {
				t.Due = Date{} // its status begins later
			}
			f.Changed = append(f.Changed, t)
		}
		if t.Status != s.inc.Status {
			continue
		}
		if t.DueChanges == 0 && (begins && t.Offset.Unit != "" || was && old.Offset != t.Offset) {
			f.Due = append(f.Due, TaskDue{t.Number, f.Snapshot.Calendar.Due(since, t.Offset)})
		}
		if to, unable, changes := s.defaultAssignee(t); changes && (begins || old.Default != t.Default) {
			f.Assigned = append(f.Assigned, TaskFor{t.Number, to, unable})
		}
	}
	for _, t := range s.inc.Tasks {
		if !slices.ContainsFunc(tasks, func(x Task) bool { return x.Number == t.Number }) {
			f.Removed = append(f.Removed, t)
		}
	}
}
