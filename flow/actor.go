package flow

// Actor is a person with the rights they have at this moment, on this incident.
type Actor struct {
	User     UserID
	Standing Standing
	Admin    bool // an admin of Epilogue
	Member   bool // of the incident's channel
}

// Standing is what somebody is in the workspace. The zero value is unknown, and may do nothing.
type Standing string

// The standings. Only full members change anything, or are assigned anything.
const (
	FullMember  Standing = "member"
	Guest       Standing = "guest"
	Outsider    Standing = "outsider" // of another organization
	Deactivated Standing = "deactivated"
	Bot         Standing = "bot"
	Epilogue    Standing = "epilogue" // Epilogue itself: results of what it did in Slack or elsewhere
)

// CanSee reports whether an incident exists for somebody: a private one does only for the members of its channel, and,
// while it has no channel yet, for whoever declared it.
func CanSee(inc Incident, who Actor) bool {
	switch {
	case !inc.Private, who.Standing == Epilogue:
		return true
	case inc.Channel == "":
		return who.User == inc.DeclaredBy
	}
	return who.Member
}

// MayAct reports whether somebody may change an incident at all.
func MayAct(inc Incident, who Actor) bool { return refuseActor(inc, who) == nil }

func refuseActor(inc Incident, who Actor) error {
	switch {
	case !CanSee(inc, who):
		return Refusal{Why: UnknownIncident, Incident: inc.ID}
	case who.Standing == FullMember, who.Standing == Epilogue:
		return nil
	}
	return Refusal{Why: NotAFullMember, Incident: inc.ID, Standing: who.Standing}
}

// allowed reports whether somebody has a right on an incident.
func (inc Incident) allowed(r Right, who Actor) bool {
	lead := who.User != "" && who.User == inc.Lead()
	switch r {
	case LeadAndAdmins:
		return lead || who.Admin
	case Admins:
		return who.Admin
	case Nobody:
		return false
	}
	return true
}

// MayOptOut reports whether somebody may opt the incident out of the flow that it is in.
func MayOptOut(inc Incident, who Actor) bool {
	return MayAct(inc, who) && (inc.Snapshot == nil || inc.allowed(inc.Snapshot.OptOut, who))
}

// MaySkip reports whether somebody may mark a task not doing, or remove it. Where opting out is restricted this needs the same right,
// unless the task is optional.
func MaySkip(inc Incident, t Task, who Actor) bool {
	return MayAct(inc, who) && (t.Optional || MayOptOut(inc, who))
}
