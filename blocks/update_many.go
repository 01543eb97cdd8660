package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// MostUpdated is how many incidents one form brings up to date.
const MostUpdated = mostTicks

// UpdateIncidentsForm lets an admin bring several incidents of a flow up to date with all that has changed in it. More: there are others than these.
func UpdateIncidentsForm(s Scene, f flow.Flow, behind []flow.Incident, more bool, r Ref) slack.ModalViewRequest {
	r.Flow = f.Key
	if len(behind) == 0 {
		return Notice("Update incidents", say("All incidents that are in %s now, and that you can see, are up to date with it.", quoted(f.Name)))
	}
	opening := say("The incidents that you choose take over all that has changed in %s since they entered it, and their channels are told. Settled tasks stay as they are. "+
		"To choose single changes, use *Update from the flow* on the card.", quoted(f.Name))
	if more {
		opening = say("%s These are the first %d; the others can be chosen afterwards.", opening, len(behind))
	}
	var ticks []*slack.OptionBlockObject
	for _, inc := range behind {
		u, _ := s.Process.SnapshotUpdate(inc, flow.Actor{})
		about := say("%s, %s, v%d", statusOf(inc, inc.Status), count(len(u.Changes), "change"), inc.Snapshot.Version)
		ticks = append(ticks, explained(option(Ref{Incident: inc.ID}.String(), heading(inc).Plain()), about))
	}
	return modal(UpdateIncidents, r, "Update incidents", "Update",
		section(opening, nil), input(FieldIncident, "Incidents", slack.NewCheckboxGroupsBlockElement(FieldIncident, ticks...)))
}

// UpdatedIncidents says which incidents were brought up to date, and why others were not.
func UpdatedIncidents(s Scene, updated []flow.IncidentID, refused []Text) slack.ModalViewRequest {
	lines := []Text{say("Nothing was updated.")}
	if len(updated) > 0 {
		lines = []Text{say("Updated: %s.", listed(updated, func(id flow.IncidentID) Text { return say("%s", id) }))}
	}
	return Notice("Update incidents", append(lines, refused...)...)
}
