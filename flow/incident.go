package flow

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Incident is the state of one incident: always what replaying its events gives.
type Incident struct {
	ID         IncidentID     `json:"id"`
	Rev        uint64         `json:"rev"` // the Seq of the last event applied
	Name       string         `json:"name"`
	Summary    string         `json:"summary,omitempty"`
	Private    bool           `json:"private,omitempty"`
	Channel    ChannelID      `json:"channel,omitempty"` // an incident is valid without one
	Severity   Key            `json:"severity"`
	Type       Key            `json:"type"`
	Roles      map[Key]UserID `json:"roles,omitempty"` // who holds what; an empty role has no entry
	DeclaredBy UserID         `json:"declared_by"`
	DeclaredAt time.Time      `json:"declared_at"`
	Involved   []UserID       `json:"involved,omitempty"` // sorted

	Stage  Stage `json:"stage"`
	Status Key   `json:"status"` // active: of the process; post-incident: of the snapshot; closed: the last one it was in

	ResolvedBy UserID    `json:"resolved_by,omitempty"` // who closed it or sent it into the flow
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	ClosedBy   UserID    `json:"closed_by,omitempty"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	OptedOut   *OptOutOf `json:"opted_out,omitempty"` // set while closed by opting out

	Snapshot *Snapshot  `json:"snapshot,omitempty"` // the flow it entered; nil if it never did
	Tasks    []Task     `json:"tasks,omitempty"`    // by status in the snapshot's order, then by number
	LastTask TaskNumber `json:"last_task,omitempty"`
	Dropped  []Key      `json:"dropped,omitempty"`   // tasks of the flow that people took off this incident, by Template
	Since    time.Time  `json:"since,omitzero"`      // when the current status began
	Card     uint64     `json:"card,omitempty"`      // the Seq of the StatusEntered event that began it: it names the status's card
	PausedAt time.Time  `json:"paused_at,omitzero"`  // set while it is active again and the flow waits: since when, be it since it was closed
	PausedIn Key        `json:"paused_in,omitempty"` // the status of the snapshot where it waits

	Stuck StuckTold `json:"stuck,omitzero"` // the last time that it went nowhere

	Evidence map[string]string `json:"evidence,omitempty"` // what is there that completes tasks, by Proof; roles and documents are not in here

	Documents    []Document     `json:"documents,omitempty"` // post-mortems, in the order in which they were attached
	LastDocument DocumentNumber `json:"last_document,omitempty"`

	FollowUps  []FollowUp `json:"follow_ups,omitempty"`  // by number, from 1 on
	Pinned     []Pin      `json:"pinned,omitempty"`      // messages in the timeline, in the order in which they were pinned
	OwnChannel bool       `json:"own_channel,omitempty"` // its channel was made for it

	Debrief     *Debrief     `json:"debrief,omitempty"`       // the one that is scheduled
	Asked       *Debrief     `json:"debrief_asked,omitempty"` // one that a calendar is to have, or refused: see its Problem
	LastDebrief int          `json:"last_debrief,omitempty"`
	DebriefWith []IncidentID `json:"debrief_with,omitempty"` // incidents that use this one's too
}

// Stage is the part of its life that an incident is in.
type Stage string

// The stages. The names are stored for ever.
const (
	Active       Stage = "active"
	PostIncident Stage = "post-incident"
	Closed       Stage = "closed"
)

// OptOutOf says who ended the flow early, and why.
type OptOutOf struct {
	By      UserID       `json:"by"`
	Reason  string       `json:"reason"`
	Skipped []TaskNumber `json:"skipped,omitempty"` // the tasks that this settled
}

// Snapshot is the copy of the flow that an incident took when it entered; later edits of the flow never change it.
type Snapshot struct {
	Flow     Key         `json:"flow"`
	Name     string      `json:"name"`
	Version  int         `json:"version"` // of the process
	OptOut   Right       `json:"opt_out"`
	Calendar Calendar    `json:"calendar"`
	Statuses []Label     `json:"statuses"`
	Entry    Entry       `json:"entry"`             // how it was entered
	Because  []Condition `json:"because,omitempty"` // the conditions that matched

	Reminders []Step `json:"reminders,omitempty"` // the ladder of its tasks; none: all steps
}

// Task is one thing to do in the flow of one incident.
type Task struct {
	Number      TaskNumber `json:"number"`
	Template    Key        `json:"template,omitempty"` // empty for one that was added to this incident only
	Status      Key        `json:"status"`
	Kind        Kind       `json:"kind"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Role        Key        `json:"role,omitempty"`
	Optional    bool       `json:"optional,omitempty"`
	Default     Assignee   `json:"default,omitzero"` // who gets it when its status begins
	Offset      Offset     `json:"offset,omitzero"`

	Assignee   UserID    `json:"assignee,omitempty"`
	ByHand     bool      `json:"by_hand,omitempty"` // a person decided the assignee: it follows the role no more
	Due        Date      `json:"due,omitzero"`
	DueChanges int       `json:"due_changes,omitempty"` // how often people decided the date
	Moved      int       `json:"moved,omitempty"`       // how often of these there was one before
	State      TaskState `json:"state"`
	Settled    Settling  `json:"settled,omitzero"` // how it was settled; zero while open
	Again      bool      `json:"again,omitempty"`  // a person opened it again: only new evidence completes it
	Reminded   Reminding `json:"reminded,omitzero"`
}

// TaskState is open, done or not doing.
type TaskState string

// The states of a task. The names are stored for ever.
const (
	Open     TaskState = "open"
	Done     TaskState = "done"
	NotDoing TaskState = "not-doing"
)

// Settling says how a task came to be done or not doing.
type Settling struct {
	By     UserID    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Reason string    `json:"reason,omitempty"` // for not doing; for evidence: what it was
	How    How       `json:"how,omitempty"`
}

// How is what settled a task.
type How string

// What can settle a task. The names are stored for ever.
const (
	ByPerson   How = "person"
	ByEvidence How = "evidence"
	ByMovingOn How = "moving-on" // left open when somebody moved on
	ByOptOut   How = "opt-out"
)

// Lead is who leads the incident, or nobody.
func (inc Incident) Lead() UserID { return inc.Roles[LeadRole] }

// Answerable is who is told what concerns the incident as a whole: its lead, else whoever resolved it, else whoever declared it.
func (inc Incident) Answerable() UserID { return cmp.Or(inc.Lead(), inc.ResolvedBy, inc.DeclaredBy) }

// GoesBack reports whether opening a settled task again takes the incident back to an earlier status.
func (inc Incident) GoesBack(t Task) bool {
	return inc.Stage == PostIncident && inc.Snapshot.place(t.Status) < inc.Snapshot.place(inc.Status)
}

// Task finds a task by its number.
func (inc Incident) Task(n TaskNumber) (Task, bool) {
	for _, t := range inc.Tasks {
		if t.Number == n {
			return t, true
		}
	}
	return Task{}, false
}

// In are the tasks of one status, in their order.
func (inc Incident) In(status Key) []Task {
	var out []Task
	for _, t := range inc.Tasks {
		if t.Status == status {
			out = append(out, t)
		}
	}
	return out
}

// Open are the tasks that are not settled, in all statuses.
func (inc Incident) Open() []Task {
	var out []Task
	for _, t := range inc.Tasks {
		if t.State == Open {
			out = append(out, t)
		}
	}
	return out
}

// Progress counts tasks.
type Progress struct{ Open, Done, NotDoing int }

// Settled is done and not doing.
func (p Progress) Settled() int { return p.Done + p.NotDoing }

// Total is all of them.
func (p Progress) Total() int { return p.Open + p.Settled() }

// Count counts tasks by state.
func Count(tasks []Task) Progress {
	var p Progress
	for i := range tasks {
		p.count(tasks[i].State)
	}
	return p
}

// Progress counts the tasks of a status by state.
func (inc Incident) Progress(status Key) Progress {
	var p Progress
	for i := range inc.Tasks {
		if inc.Tasks[i].Status == status {
			p.count(inc.Tasks[i].State)
		}
	}
	return p
}

func (p *Progress) count(s TaskState) {
	switch s {
	case Done:
		p.Done++
	case NotDoing:
		p.NotDoing++
	default:
		p.Open++
	}
}

// StatusName is the visible name of a status of the snapshot.
func (s *Snapshot) StatusName(k Key) string {
	if s == nil {
		return string(k)
	}
	return labelName(s.Statuses, k)
}

// place is the position of a status in the snapshot, or -1.
func (s *Snapshot) place(k Key) int {
	if s == nil {
		return -1
	}
	return slices.IndexFunc(s.Statuses, func(l Label) bool { return l.Key == k })
}

// next is the status after k, or none after the last.
func (s *Snapshot) next(k Key) (Key, bool) {
	if i := s.place(k); i >= 0 && i+1 < len(s.Statuses) {
		return s.Statuses[i+1].Key, true
	}
	return "", false
}

// Current reports whether a task belongs to the status that the incident is in now.
func (inc Incident) Current(t Task) bool { return inc.Stage == PostIncident && t.Status == inc.Status }

// begun reports whether a task belongs to the current status or an earlier one.
func (inc Incident) begun(t Task) bool {
	return inc.Snapshot.place(t.Status) <= inc.Snapshot.place(inc.Status)
}

// LateAt is the moment at which an open task of the incident is late, given the zone of its assignee (the
// organization's if nobody has it). It reports false for what cannot be late: settled, without a due date, its status not begun, or
// an incident that is not in the post-incident stage.
func (inc Incident) LateAt(t Task, zone *time.Location) (time.Time, bool) {
	if inc.Stage != PostIncident || t.State != Open || t.Due.IsZero() || !inc.begun(t) {
		return time.Time{}, false
	}
	return t.Due.Ends(zone), true
}

// clone copies everything that Apply may write to.
func (inc Incident) clone() Incident {
	inc.Tasks = slices.Clone(inc.Tasks)
	inc.Dropped = slices.Clone(inc.Dropped)
	inc.Involved = slices.Clone(inc.Involved)
	inc.Roles = maps.Clone(inc.Roles)
	inc.Evidence = maps.Clone(inc.Evidence)
	inc.Documents = slices.Clone(inc.Documents)
	inc.FollowUps, inc.Pinned = slices.Clone(inc.FollowUps), slices.Clone(inc.Pinned)
	return inc
}
