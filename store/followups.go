package store

import "epilogue/flow"

// FollowUpQuery selects open follow-ups.
type FollowUpQuery struct {
	Owner  flow.UserID // empty: anybody's and nobody's
	Before flow.Date   // due before this day; zero: all, also those without a due date
	Cursor string
	Limit  int
}

// FollowUpRef names a follow-up.
type FollowUpRef struct {
	Incident flow.IncidentID
	FollowUp flow.FollowUpNumber
	Due      flow.Date
	Owner    flow.UserID
}

// OpenFollowUps are the follow-ups of an incident that Incidents.FollowUps lists. It is here so that every store means the same by it.
func OpenFollowUps(inc flow.Incident) []FollowUpRef {
	var refs []FollowUpRef
	for _, f := range inc.FollowUps {
		if f.State == flow.Open {
			refs = append(refs, FollowUpRef{Incident: inc.ID, FollowUp: f.Number, Due: f.Due, Owner: f.Owner})
		}
	}
	return refs
}
