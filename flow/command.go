package flow

// Command is something that a person asks for, or that Epilogue itself reports. Do decides what becomes of it.
type Command interface{ do(*scene) error }

// Commands about the incident itself.
type (
	// Declare begins an incident. The incident given to Do holds nothing but the reserved ID.
	Declare struct {
		Name, Summary  string
		Severity, Type Key // empty: the first one offered
		Lead           Person
		Private        bool
		Use            *Place // use this channel; nil: make one
	}
	// RequestChannel asks for a channel of its own once more, after Slack refused one.
	RequestChannel struct{}
	// UseChannel gives an incident without a channel an existing one.
	UseChannel struct{ Place Place }
	// RecordChannel reports the channel that was made for the incident.
	RecordChannel struct{ Channel ChannelID }
	// Update changes what is not nil. Empty texts are refused where a text is needed; a Note alone is an update too.
	Update struct {
		Status, Severity, Type *Key
		Name, Summary          *string
		Note                   string
	}
	// SetRole gives a role to somebody, or empties it (the zero Person). With HandOver the open tasks that the former holder
	// was assigned by hand go along; those that follow the role always do.
	SetRole struct {
		Role     Key
		To       Person
		HandOver bool
	}
	// AddNote writes a note into the timeline.
	AddNote struct{ Text string }
	// Involve records that somebody took part, once; the second time is refused with NothingToChange. Bots take no part, nor does anybody in an
	// incident that is closed.
	Involve struct {
		User     UserID
		Standing Standing
	}
	// RecordEvidence reports that something which completes tasks is there (What says what) or gone (an empty What; Reason says why).
	RecordEvidence struct{ Proof, What, Reason string }
)

// Person is somebody who is to hold a role or a task, with what a rule must know of them. The zero Person is nobody.
type Person struct {
	User     UserID
	Standing Standing
	Member   bool // of the incident's channel
}

// Place is an existing channel that somebody wants to use, with what a rule must know of it.
type Place struct {
	Channel  ChannelID
	Private  bool
	Direct   bool       // a DM, alone or in a group
	Shared   bool       // with another organization
	Occupant IncidentID // an incident there that is not closed
}

// Commands that change the stage or the post-incident status.
type (
	// CloseIncident closes an active incident without a flow.
	CloseIncident struct{ Lead Person }
	// EnterFlow sends an active incident into the flow that applies, a paused one back into its own, or starts the flow of a
	// closed one that never had any. Flow is the one that the person was shown, so that nothing else happens than what
	// was said. For a paused flow, Again names settled tasks to do again; naming another flow that applies by now
	// switches to it, and settled tasks are kept.
	EnterFlow struct {
		Flow  Key
		Lead  Person
		Again []TaskNumber
	}
	// OptOut closes the incident early, with a reason: from the post-incident stage, or instead of entering.
	OptOut struct {
		Reason string
		Lead   Person
	}
	// MoveOn leaves the status From by hand. Past open tasks it takes the lead or an admin, and a reason.
	MoveOn struct {
		From   Key
		Reason string
	}
	// Reopen takes a closed incident back to active, or into its flow with the same snapshot; an incident in the post-incident stage
	// goes back to active. Tasks are those to open again; of a finished flow at least one.
	Reopen struct {
		To     Stage
		Reason string
		Tasks  []TaskNumber
	}
)

// Commands about tasks.
type (
	// CompleteTask marks a task done.
	CompleteTask struct{ Task TaskNumber }
	// SkipTask marks a task not doing.
	SkipTask struct {
		Task   TaskNumber
		Reason string
	}
	// ReopenTask opens a settled task again. Back must be true when that takes the incident back to an earlier status.
	ReopenTask struct {
		Task TaskNumber
		Back bool
	}
	// AssignTask gives a task to somebody, or to nobody (the zero Person).
	AssignTask struct {
		Task TaskNumber
		To   Person
	}
	// SetDue sets the due date of a task, or clears it (the zero Date).
	SetDue struct {
		Task   TaskNumber
		Due    Date
		Reason string
	}
	// AddTask adds a custom task to this incident only. An empty Status is the current one.
	AddTask struct {
		Status             Key
		Title, Description string
		Assignee           Person
		Due                Date
	}
	// RemoveTask takes a task off this incident. Its number is not used again.
	RemoveTask struct{ Task TaskNumber }
)
