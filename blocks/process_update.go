package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Behind is an incident whose flow has changed since it entered.
type Behind struct {
	Incident flow.Incident
	Update   flow.SnapshotUpdate
}

// MostBehind is how many incidents are brought up to date at once.
const MostBehind = 50

// FieldIncidents is the field of UpdateIncidentsForm.
const FieldIncidents = "incidents"

// UpdateIncidentsForm brings incidents up to date that entered a flow before it was changed: none is chosen by itself. more says that there are others yet.
func UpdateIncidentsForm(s Scene, f flow.Flow, behind []Behind, more bool, r Ref, e Editing) slack.ModalViewRequest {
	r.Flow = f.Key
	if len(behind) == 0 {
		return modal(Noticed, r, "Update incidents", "", section(say("No incident that you can see entered %s before it was changed.", quoted(f.Name)), nil))
	}
	behind = behind[:min(len(behind), MostBehind)]
	does := say("%s entered %s before it was changed. Those that you choose follow the flow as it is now, and the thread of their card says so. "+
		"Settled tasks stay as they are.", count(len(behind), "incident"), quoted(f.Name))
	if more {
		does = say("%s These are the oldest; the others can be chosen afterwards, in the same way.", does)
	}
	pick := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plainText("Incidents", maxLabel), FieldIncidents)
	var lines []Text
	for _, b := range behind {
		pick.Options = append(pick.Options, option(Ref{Incident: b.Incident.ID}.String(), b.Incident.ID.String()+" · "+b.Incident.Name))
		lines = append(lines, s.behindLine(b))
	}
	shown := append(s.opening(does, e), input(FieldIncidents, "Incidents", pick), divider())
	shown = append(shown, paragraph(join("\n", lines...))...)
	return modal(UpdateIncidents, r, "Update incidents", "Update", shown...)
}

// behindLine says what would change for an incident: INC-42 · Checkout errors: Add “Ask Legal”, Change “Share the post-mortem”.
func (s Scene) behindLine(b Behind) Text {
	changes := listed(b.Update.Changes, func(c flow.SnapshotChange) Text { return s.changeTitle(b.Incident, c) })
	return say("%s: %s", bold(heading(b.Incident)), changes).Clip(2 * shortReason)
}

// IncidentsUpdated says how bringing incidents up to date went. kept are those that were not, because they or the flow had changed meanwhile.
func IncidentsUpdated(done int, kept []flow.IncidentID) slack.ModalViewRequest {
	said := say("%s brought up to date.", count(done, "incident"))
	if len(kept) > 0 {
		said = say("%s These were not, since something else had happened to them meanwhile: %s.", said, listed(kept, func(id flow.IncidentID) Text { return say("%s", id) }))
	}
	return Notice("Update incidents", said)
}
