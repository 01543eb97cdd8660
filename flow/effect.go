package flow

import "time"

// Effect says that somebody must hear of something. Effects are stored with the state that they tell of, one job each, and
// delivered later: what announces renders the event, what shows renders the present.
type Effect struct {
	Tell  Tell         `json:"tell"`
	Seq   uint64       `json:"seq,omitempty"`   // the event that it tells of
	Since uint64       `json:"since,omitempty"` // Gathered effects: the first event that is told; all of its kind up to Seq are
	Card  uint64       `json:"card,omitempty"`  // for cards: which one, by the Seq of its StatusEntered
	Task  TaskNumber   `json:"task,omitempty"`
	Tasks []TaskNumber `json:"tasks,omitempty"`
	To    UserID       `json:"to,omitempty"` // for DMs, invitations and Home
	Role  Key          `json:"role,omitempty"`

	FollowUp FollowUpNumber `json:"follow_up,omitempty"`

	// Wait is how long a Gathered effect waits for others to join it.
	Wait time.Duration `json:"-"`
}

// Tell is the kind of an effect. The names are stored for ever.
type Tell string

// What there is to tell, and where.
const (
	TellOpenChannel Tell = "open-channel"  // make the incident's channel
	TellInvite      Tell = "invite"        // To into the channel; nobody: whoever declared it and everyone who holds a role
	TellDeclared    Tell = "declared"      // post: the incident's first message; pinned
	TellFirst       Tell = "refresh-first" // state: that message follows the incident
	TellPost        Tell = "post"          // post in the channel, rendering the event Seq
	TellCard        Tell = "card"          // post: the card of a status, with the line that announces it
	TellRefresh     Tell = "refresh-card"  // state: the current card
	TellShrink      Tell = "shrink-card"   // state: Card is over; event Seq ended it
	TellThread      Tell = "thread"        // gathered: what happened to tasks, each in the thread of the card that was current then
	TellAssigned    Tell = "assigned"      // gathered: assignments, one line in the channel
	TellAssignee    Tell = "assignee"      // DM to To: Tasks are theirs; event Seq
	TellDMs         Tell = "refresh-dms"   // state: DMs about Task (0: all of the incident's)
	TellPast        Tell = "past-evidence" // DM to the lead: evidence of a settled task of the past is gone; event Seq
	TellBookmark    Tell = "bookmark"      // state: the channel's bookmark points to the current card
	TellHome        Tell = "home"          // state: To's App Home, if they ever opened it
	TellDocument    Tell = "postmortem"    // make the document that event Seq asks for
	TellShare       Tell = "share"         // post: a document in another channel, as event Seq asks for
	TellLinked      Tell = "linked"        // other incidents follow the document of event Seq
	TellHandOver    Tell = "hand-over"     // DM to To: Tasks that somebody else does not do; event Seq
	TellRaise       Tell = "raise"         // post where event Seq escalates to: a channel of its own, or a DM
)

// Of roles and follow-ups.
const (
	TellTopic       Tell = "topic"             // state: the channel's topic says who holds which role
	TellRole        Tell = "role"              // DM to To: what is expected of whoever holds Role; once
	TellFollowUp    Tell = "follow-up"         // DM to To: FollowUp is theirs; event Seq
	TellFollowUpDMs Tell = "refresh-follow-up" // state: the DMs about FollowUp (0: all of the incident's)
)
