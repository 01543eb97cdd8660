package flow

import "slices"

// Fact is something that happened. Facts are stored: their names and JSON fields are for ever; a field is only ever
// added, and its zero value means what its absence meant.
type Fact interface {
	// FactName is the stored name.
	FactName() string
	apply(inc *Incident, ev Event)
}

// Facts about the incident itself.
type (
	// Declared began the incident.
	Declared struct {
		ID       IncidentID `json:"id"`
		Name     string     `json:"name"`
		Summary  string     `json:"summary,omitempty"`
		Severity Key        `json:"severity"`
		Type     Key        `json:"type"`
		Status   Key        `json:"status"`
		Private  bool       `json:"private,omitempty"`
		Lead     UserID     `json:"lead,omitempty"`
		Channel  ChannelID  `json:"channel,omitempty"` // an existing one that is used; empty: one is to be made
	}
	// ChannelRequested asks for a channel once more.
	ChannelRequested struct{}
	// ChannelOpened gave the incident its channel.
	ChannelOpened struct {
		Channel ChannelID `json:"channel"`
		Used    bool      `json:"used,omitempty"`    // an existing one
		Private bool      `json:"private,omitempty"` // which makes the incident private
	}
	// Updated changed what is not nil.
	Updated struct {
		Status   *Change `json:"status,omitempty"`
		Severity *Change `json:"severity,omitempty"`
		Type     *Change `json:"type,omitempty"`
		Name     *Change `json:"name,omitempty"`
		Summary  *Change `json:"summary,omitempty"`
		Note     string  `json:"note,omitempty"`
	}
	// Change is a value before and after.
	Change struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	// RoleGiven changed who holds a role; an empty To emptied it.
	RoleGiven struct {
		Role Key    `json:"role"`
		From UserID `json:"from,omitempty"`
		To   UserID `json:"to,omitempty"`
	}
	// NoteAdded wrote into the timeline.
	NoteAdded struct {
		Text string `json:"text"`
	}
	// PersonInvolved recorded that somebody took part.
	PersonInvolved struct {
		User UserID `json:"user"`
	}
	// EvidenceFound recorded what completes tasks.
	EvidenceFound struct {
		Proof string `json:"proof"`
		What  string `json:"what"`
	}
	// EvidenceGone recorded that it is there no more. Past are the tasks it had completed that are not reopened, because their
	// status is over.
	EvidenceGone struct {
		Proof  string       `json:"proof"`
		Reason string       `json:"reason,omitempty"`
		Past   []TaskNumber `json:"past,omitempty"`
	}
)

// Facts that change the stage or the post-incident status.
type (
	// FlowEntered took the snapshot. Its first status begins with the StatusEntered that follows.
	FlowEntered struct {
		Snapshot Snapshot `json:"snapshot"`
		Tasks    []Task   `json:"tasks"`
		Late     bool     `json:"late,omitempty"`   // started after the incident was closed without it
		Switch   bool     `json:"switch,omitempty"` // from another flow, which was paused
		// Where it took the place of another flow while the incident was in that: the status that this ended, and its card.
		From Key    `json:"from,omitempty"`
		Card uint64 `json:"card,omitempty"`
	}
	// SnapshotUpdated brought the snapshot up to date. Changed and Added are whole, as they are then; so is Removed, as they were.
	SnapshotUpdated struct {
		From     int       `json:"from"` // the version of the process that the snapshot was of
		Snapshot Snapshot  `json:"snapshot"`
		Added    []Task    `json:"added,omitempty"`
		Changed  []Task    `json:"changed,omitempty"`
		Removed  []Task    `json:"removed,omitempty"`
		Due      []TaskDue `json:"due,omitempty"`
		Assigned []TaskFor `json:"assigned,omitempty"` // default assignments, as of StatusEntered
	}
	// FlowResumed took up a paused flow again.
	FlowResumed struct {
		Again []TaskNumber `json:"again,omitempty"` // settled tasks that are open again
	}
	// StatusEntered began a post-incident status: on entering, on moving on by itself or by hand, or on going back.
	StatusEntered struct {
		Status   Key          `json:"status"`
		From     Key          `json:"from,omitempty"`      // the status before; empty: just entered
		Card     uint64       `json:"card,omitempty"`      // the card of that status
		Last     TaskNumber   `json:"last,omitempty"`      // the task that settled it
		Done     int          `json:"done,omitempty"`      // of From
		NotDoing int          `json:"not_doing,omitempty"` // of From
		Open     int          `json:"open,omitempty"`      // of Status
		Left     int          `json:"left,omitempty"`      // open in all statuses
		ByHand   bool         `json:"by_hand,omitempty"`
		Back     bool         `json:"back,omitempty"`     // to an earlier status
		Resumed  bool         `json:"resumed,omitempty"`  // after a pause or a reopening
		Reopened bool         `json:"reopened,omitempty"` // after a reopening, of what was closed
		Reason   string       `json:"reason,omitempty"`   // of moving on past open tasks, or of reopening
		Skipped  []TaskNumber `json:"skipped,omitempty"`  // those tasks
		Due      []TaskDue    `json:"due,omitempty"`
		Assigned []TaskFor    `json:"assigned,omitempty"` // default assignments; to nobody where the role that a task follows was emptied
	}
	// TaskDue is the due date of a task.
	TaskDue struct {
		Task TaskNumber `json:"task"`
		Due  Date       `json:"due"`
	}
	// TaskFor is the assignee of a task.
	TaskFor struct {
		Task TaskNumber `json:"task"`
		To   UserID     `json:"to"`
		For  UserID     `json:"for,omitempty"` // in the place of somebody who can no longer do it
	}
	// IncidentClosed ended the incident: after its last status, or plainly, without a flow.
	IncidentClosed struct {
		Plain    bool         `json:"plain,omitempty"`
		From     Key          `json:"from,omitempty"`
		Card     uint64       `json:"card,omitempty"`
		Last     TaskNumber   `json:"last,omitempty"`
		Done     int          `json:"done,omitempty"`      // of all statuses
		NotDoing int          `json:"not_doing,omitempty"` // of all statuses
		ByHand   bool         `json:"by_hand,omitempty"`
		Reason   string       `json:"reason,omitempty"`
		Skipped  []TaskNumber `json:"skipped,omitempty"`
	}
	// OptedOut ended it early. Flow is the name of the flow, also of one that was not entered for this.
	OptedOut struct {
		Reason  string       `json:"reason"`
		Flow    string       `json:"flow,omitempty"`
		Card    uint64       `json:"card,omitempty"`
		Skipped []TaskNumber `json:"skipped,omitempty"`
	}
	// Reopened took it back: to active, which pauses an entered flow, or into the flow, where the StatusEntered that follows begins a status.
	Reopened struct {
		From   Stage        `json:"from"`
		To     Stage        `json:"to"`
		Status Key          `json:"status,omitempty"` // the active status that begins
		Reason string       `json:"reason,omitempty"`
		Card   uint64       `json:"card,omitempty"`
		Tasks  []TaskNumber `json:"tasks,omitempty"` // open again
	}
)

// Facts about tasks.
type (
	// TaskCompleted marked a task done.
	TaskCompleted struct {
		Task     TaskNumber `json:"task"`
		Evidence string     `json:"evidence,omitempty"` // what completed it; empty: by hand
		Proof    string     `json:"proof,omitempty"`
	}
	// TaskSkipped marked a task not doing.
	TaskSkipped struct {
		Task   TaskNumber `json:"task"`
		Reason string     `json:"reason"`
	}
	// TaskReopened opened a settled task again.
	TaskReopened struct {
		Task   TaskNumber `json:"task"`
		Proof  string     `json:"proof,omitempty"`  // the evidence that went away; empty: by hand
		Reason string     `json:"reason,omitempty"` // why it went away
	}
	// TaskAssigned changed the assignee; an empty To is nobody. ByRole: it followed its role.
	TaskAssigned struct {
		Task   TaskNumber `json:"task"`
		From   UserID     `json:"from,omitempty"`
		To     UserID     `json:"to,omitempty"`
		ByRole bool       `json:"by_role,omitempty"`
		Unable bool       `json:"unable,omitempty"` // From can no longer do it
	}
	// TaskDueSet moved the due date.
	TaskDueSet struct {
		Task   TaskNumber `json:"task"`
		From   Date       `json:"from,omitzero"`
		To     Date       `json:"to,omitzero"`
		Reason string     `json:"reason,omitempty"`
	}
	// TaskAdded added a task to this incident only.
	TaskAdded struct {
		Task Task `json:"task"`
	}
	// TaskRemoved took a task off this incident.
	TaskRemoved struct {
		Task  TaskNumber `json:"task"`
		Title string     `json:"title"`
	}
)

// The stored names of facts.
func (Declared) FactName() string         { return "declared" }
func (ChannelRequested) FactName() string { return "channel-requested" }
func (ChannelOpened) FactName() string    { return "channel-opened" }
func (Updated) FactName() string          { return "updated" }
func (RoleGiven) FactName() string        { return "role-given" }
func (NoteAdded) FactName() string        { return "note-added" }
func (PersonInvolved) FactName() string   { return "person-involved" }
func (EvidenceFound) FactName() string    { return "evidence-found" }
func (EvidenceGone) FactName() string     { return "evidence-gone" }
func (FlowEntered) FactName() string      { return "flow-entered" }
func (FlowResumed) FactName() string      { return "flow-resumed" }
func (SnapshotUpdated) FactName() string  { return "snapshot-updated" }
func (StatusEntered) FactName() string    { return "status-entered" }
func (IncidentClosed) FactName() string   { return "incident-closed" }
func (OptedOut) FactName() string         { return "opted-out" }
func (Reopened) FactName() string         { return "reopened" }
func (TaskCompleted) FactName() string    { return "task-completed" }
func (TaskSkipped) FactName() string      { return "task-skipped" }
func (TaskReopened) FactName() string     { return "task-reopened" }
func (TaskAssigned) FactName() string     { return "task-assigned" }
func (TaskDueSet) FactName() string       { return "task-due-set" }
func (TaskAdded) FactName() string        { return "task-added" }
func (TaskRemoved) FactName() string      { return "task-removed" }

// Facts lists one of each, for codecs and for tests that must know them all.
func Facts() []Fact {
	facts := []Fact{
		Declared{},
		ChannelRequested{},
		ChannelOpened{},
		Updated{},
		RoleGiven{},
		NoteAdded{},
		PersonInvolved{},
		EvidenceFound{},
		EvidenceGone{},
		FlowEntered{},
		FlowResumed{},
		SnapshotUpdated{},
		StatusEntered{},
		IncidentClosed{},
		OptedOut{},
		Reopened{},
		TaskCompleted{},
		TaskSkipped{},
		TaskReopened{},
		TaskAssigned{},
		TaskDueSet{},
		TaskAdded{},
		TaskRemoved{},
		Reminded{},
		TaskSnoozed{},
	}
	facts = slices.Concat(facts, documentFacts(), debriefFacts())
	facts = append(facts, followUpFacts()...)
	return append(facts, timelineFacts()...)
}
