package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// FieldStuck holds the incidents that are picked in the form of stuck ones.
const FieldStuck = "incidents"

// MostStuck is how many stuck incidents are shown at once.
const MostStuck = 30

// StuckItem is an incident that goes nowhere, with why.
type StuckItem struct {
	Incident flow.Incident
	Why      flow.Stuck
}

// StuckForm shows admins the incidents that go nowhere. Those in the post-incident stage can be picked, and opted out with one reason.
func StuckForm(s Scene, items []StuckItem, more bool) slack.ModalViewRequest {
	if len(items) == 0 {
		return modal(StuckList, Ref{}, "Stuck incidents", "", section(say("No incident is stuck: in each something happened in the last days."), nil))
	}
	shown := []slack.Block{section(say("Nothing moves in these. Whoever answers for each was told, once."), nil)}
	var options []*slack.OptionBlockObject
	for _, it := range items[:min(len(items), MostStuck)] {
		shown = append(shown, section(join(", ", bold(heading(it.Incident)), s.stuck(it.Incident, it.Why)), nil))
		if it.Incident.Stage == flow.PostIncident {
			options = append(options, option(Ref{Incident: it.Incident.ID}.String(), heading(it.Incident).Plain()))
		}
	}
	if more {
		shown = append(shown, small(say("There are more; these have waited longest.")))
	}
	if len(options) == 0 {
		return modal(StuckList, Ref{}, "Stuck incidents", "", shown...)
	}
	picked := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plainText("Incidents", maxLabel), FieldStuck, options...)
	shown = append(shown,
		hint(input(FieldStuck, "Close early", picked), say("They are closed now. Everyone in their channels sees your reason.")),
		reasonField())
	return modal(StuckList, Ref{}, "Stuck incidents", "Close early", shown...)
}

// StuckRefused says which of the picked incidents could not be closed, and why.
func StuckRefused(closed int, refused []Text) Text {
	return join("\n", append([]Text{say("%s closed. Not closed:", count(closed, "incident"))}, refused...)...)
}

// homeDo are the buttons on top of the App Home.
func homeDo(admin bool) slack.Block {
	row := []slack.BlockElement{button(Declare, "Declare incident", Ref{}, "")}
	if admin {
		row = append(row, button(StuckList, "Stuck incidents", Ref{}, ""))
	}
	return actions("home/do", row...)
}
