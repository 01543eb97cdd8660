package flow

import (
	"fmt"
	"time"
)

// Refusal is a rule that says no. It is shown to the person who asked: package blocks has the words. Everything else that fails
// is a fault.
type Refusal struct {
	Why      Why
	Field    string // which value is wrong, where it is one: "name", "reason", …; see the Field… constants
	Incident IncidentID
	Stage    Stage
	Status   Key
	Task     TaskNumber
	Limit    int       // for TooLong and TooMany
	Right    Right     // for NotAllowed: who may
	Standing Standing  // for NotAFullMember
	By       UserID    // who did it already; who cannot be assigned
	At       time.Time // when they did
	State    TaskState // for AlreadySettled: what it is
	Flow     string    // name of the flow that is meant
	Document DocumentNumber
	DocState DocumentState // for AlreadyInState: what it is
	Other    IncidentID    // the incident whose post-mortem was meant
	FollowUp FollowUpNumber
	Typed    string // for UnknownPlaceholder: what was typed
}

// Error is for logs; people read blocks.Refusal.
func (r Refusal) Error() string {
	s := "refused: " + string(r.Why)
	if r.Incident != 0 {
		s += " " + r.Incident.String()
	}
	if r.Field != "" {
		s += " field " + r.Field
	}
	if r.Task != 0 {
		s += fmt.Sprintf(" task %d", r.Task)
	}
	return s
}

// Names of the values that a refusal can be about; forms use them as the ids of their input blocks.
const (
	FieldName        = "name"
	FieldSummary     = "summary"
	FieldSeverity    = "severity"
	FieldType        = "type"
	FieldStatus      = "status"
	FieldLead        = "lead"
	FieldReason      = "reason"
	FieldNote        = "note"
	FieldTitle       = "title"
	FieldDescription = "description"
	FieldAssignee    = "assignee"
	FieldDue         = "due"
	FieldRole        = "role"
	FieldTasks       = "tasks"
	FieldFlow        = "flow"
	FieldChannel     = "channel"
	FieldAgenda      = "agenda"
	FieldStart       = "start"
	FieldLength      = "length"
	FieldRequired    = "required"
	FieldWelcome     = "welcome"
	FieldKind        = "kind"
	FieldOptional    = "optional"
	FieldAppliesTo   = "applies_to"
	FieldEntersWhen  = "enters_when"
	FieldEntry       = "entry"
	FieldOptOut      = "opt_out"
	FieldDisabled    = "disabled"
	FieldRetired     = "retired"
	FieldDays        = "working_days"
	FieldHolidays    = "holidays"
	FieldHours       = "hours"
	FieldHoursTo     = "hours_to"
	FieldDigest      = "digest"
	FieldAdmins      = "admins"
	FieldLink        = "link"
	FieldTemplate    = "template"
	FieldState       = "state"
	FieldUntil       = "until"
	FieldEmoji       = "emoji"
	FieldEscalation  = "escalation"
	FieldReminders   = "reminders"
)

// Why is the reason of a refusal.
type Why string

// The reasons of refusals.
const (
	UnknownIncident  Why = "unknown-incident"   // none of that number, or private to others: the same answer
	UnknownTask      Why = "unknown-task"       // never there, or removed
	NotAFullMember   Why = "not-a-full-member"  // guests, other organizations, deactivated people, bots
	NotAllowed       Why = "not-allowed"        // Right says who may
	CannotBeAssigned Why = "cannot-be-assigned" // By is no full member
	NotInChannel     Why = "not-in-channel"     // By is not in the channel of a private incident: invite them first
	Required         Why = "required"           // Field is empty
	TooLong          Why = "too-long"           // Field has more than Limit code points
	TooMany          Why = "too-many"           // more than Limit tasks
	NotOffered       Why = "not-offered"        // Field is no key of the process, or retired
	BadDate          Why = "bad-date"           // Field is no day, or one in the past
	NothingToChange  Why = "nothing-to-change"  //
	BadSnooze        Why = "bad-snooze"         // Field is no day, or not one of the next Limit days
	SnoozedEnough    Why = "snoozed-enough"     // Task was snoozed Limit times
	AlreadySettled   Why = "already-settled"    // State, By, At say how
	AlreadyOpen      Why = "already-open"       // Task is open
	AlreadyAssigned  Why = "already-assigned"   // By has Task already
	AlreadyMoved     Why = "already-moved"      // the incident is no longer in the status that was meant; Status says where it is
	AlreadyClosed    Why = "already-closed"     // By, At
	AlreadyResolved  Why = "already-resolved"   // it is in the post-incident stage: By, At
	AlreadyActive    Why = "already-active"     //
	AlreadyDeclared  Why = "already-declared"   //
	NotInFlow        Why = "not-in-flow"        // what was asked makes sense in the post-incident stage only
	StatusByTasks    Why = "status-by-tasks"    // post-incident statuses are not set: tasks move the incident
	NeedsLead        Why = "needs-lead"         // closing asks for a lead
	MustEnter        Why = "must-enter"         // Flow enters by itself: it cannot be closed without
	MustResume       Why = "must-resume"        // Flow was paused: closing again resumes it, or opts out
	NoFlow           Why = "no-flow"            // no flow applies
	OtherFlow        Why = "other-flow"         // another flow applies now than the one that was shown
	NeedsTask        Why = "needs-task"         // pick at least one task
	EarlierStatus    Why = "earlier-status"     // reopening goes back there: needs a confirmation
	ChannelInUse     Why = "channel-in-use"     // an incident in it is not closed yet: Incident
	ChannelUnfit     Why = "channel-unfit"      // a DM, or shared with another organization
	LeadOnly         Why = "lead-only"          // bringing an incident up to date from the flow is for the lead and admins
	FlowChanged      Why = "flow-changed"       // the flow is another one, or another version, than was shown
	NeedsChange      Why = "needs-change"       // choose at least one change
	BadTime          Why = "bad-time"           // Field is no moment from now on, or too far ahead
	TwoTimes         Why = "two-times"          // one was chosen, and another one typed
	PlannedMeanwhile Why = "planned-meanwhile"  // somebody has scheduled the debrief since the form was opened: By, At is when it is
	TooManyInvited   Why = "too-many-invited"   // more than Limit people
	NoDebrief        Why = "no-debrief"         // none is scheduled
	NoDebriefThere   Why = "no-debrief-there"   // Incident has no debrief of its own that could be used
	PrivateDebrief   Why = "private-debrief"    // of two incidents that were to share one, one is private
	HasDebrief       Why = "has-debrief"        // it has one in the calendar, which is canceled first
	NotYet           Why = "not-yet"            // the debrief begins At
	// Of edits of the process:
	AdminsOnly Why = "admins-only" // only admins edit it
	GonePart   Why = "gone-part"   // what Field names is there no more
	NameTaken  Why = "name-taken"  // another one is called that
	NoRoom     Why = "no-room"     // there are Limit already
	LastOne    Why = "last-one"    // the last that is offered cannot be retired
	LeadStays  Why = "lead-stays"  // the role that leads cannot be retired
	BadRule    Why = "bad-rule"    // a condition lacks its value, or makes no sense
	BadOffset  Why = "bad-offset"  // a due offset beyond Limit
	NoDay      Why = "no-day"      // Field holds what is no calendar day
	BadHours   Why = "bad-hours"   // working hours that end too early, or a digest outside of them
	Unsound    Why = "unsound"     // the process would break its own rules
	BadLink    Why = "bad-link"    // Field is no web address that can be followed safely

	NoPostmortem     Why = "no-postmortem"      // there is no document, or none of that number; in Other, if that is set
	AlreadyAttached  Why = "already-attached"   // Document, By, At
	AlreadyInState   Why = "already-in-state"   // Document is DocState
	TooManyDocuments Why = "too-many-documents" // Limit
	NoChannel        Why = "no-channel"         // the incident has no channel yet
	PrivateElsewhere Why = "private-elsewhere"  // Other is private: its document counts nowhere else
	TooPublic        Why = "too-public"         // the incident is private, and the channel is not
	CannotPost       Why = "cannot-post"        // a private channel that Epilogue, or whoever asks, is not in
	ChannelArchived  Why = "channel-archived"   //
	OneAssignee      Why = "one-assignee"       // a person or the holder of a role, not both
	BadEmoji         Why = "bad-emoji"          // Field is no emoji, or one that means something else
	OneEscalation    Why = "one-escalation"     // a channel or a person hears of what is late, not both
	CannotBeAdmin    Why = "cannot-be-admin"    // By is no full member

	UnknownPlaceholder Why = "unknown-placeholder" // Typed stands for nothing in a template
)

// Of follow-ups and the timeline.
const (
	FieldOwner    = "owner"
	FieldPriority = "priority"

	UnknownFollowUp   Why = "unknown-follow-up"   // never there
	FollowUpIsSettled Why = "follow-up-settled"   // State, By, At say how
	FollowUpIsOpen    Why = "follow-up-open"      //
	TooManyFollowUps  Why = "too-many-follow-ups" // Limit
	TooManyPinned     Why = "too-many-pinned"     // Limit
	NotYours          Why = "not-yours"           // By wrote it: only they may change it
	NotANote          Why = "not-a-note"          // it cannot be edited, or is gone
)
