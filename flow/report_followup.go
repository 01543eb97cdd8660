package flow

import (
	"slices"
	"strings"
)

// FollowUpCounts are the open follow-ups of a report, whatever became of their incidents.
type FollowUpCounts struct {
	Open, Late       int
	Unowned, Undated int
	Ages             Ages // since they were added
}

// ReportedFollowUp is a follow-up of the report.
type ReportedFollowUp struct {
	Incident IncidentID
	FollowUp FollowUpNumber
	Title    string
	Due      Date
	Moves    int
}

// mostLateFollowUps is how many late follow-ups a report shows.
const mostLateFollowUps = 10

// AddFollowUps adds the open follow-ups of an incident in whatever stage.
func (r *Report) AddFollowUps(inc Incident) {
	if inc.Private {
		return
	}
	for _, f := range inc.OpenFollowUps() {
		r.FollowUps.Open++
		if f.Owner == "" {
			r.FollowUps.Unowned++
		}
		added := f.Added
		if added.IsZero() {
			added = inc.DeclaredAt
		}
		r.FollowUps.Ages[ageOf(DateOf(added.In(r.zone)), r.Day)]++
		switch {
		case f.Due.IsZero():
			r.FollowUps.Undated++
		case f.Due.Before(r.Day):
			r.FollowUps.Late++
			r.LateFollowUps = append(r.LateFollowUps, ReportedFollowUp{Incident: inc.ID, FollowUp: f.Number, Title: f.Title, Due: f.Due, Moves: f.Moved})
		}
	}
}

func (r *Report) finishFollowUps() {
	slices.SortStableFunc(r.LateFollowUps, func(a, b ReportedFollowUp) int { return strings.Compare(a.Due.String(), b.Due.String()) })
	r.LateFollowUps = r.LateFollowUps[:min(len(r.LateFollowUps), mostLateFollowUps)]
}
