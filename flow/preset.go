package flow

// Preset is a flow to start from.
type Preset string

// The presets, from little to much.
const (
	LightPreset    Preset = "light"    // one status: write it down, and see what follows from it
	StandardPreset Preset = "standard" // that of a fresh install
	MajorPreset    Preset = "major"    // with a status for the debrief, due dates, and not everyone opting out
)

// Presets are all of them, in the order in which they are offered.
func Presets() []Preset { return []Preset{LightPreset, StandardPreset, MajorPreset} }

// Flow is the flow that a preset makes, without name and key.
func (p Preset) Flow() Flow {
	f, _ := p.flow()
	return f
}

func (p Preset) flow() (Flow, bool) {
	switch p {
	case LightPreset:
		return Flow{Entry: Ask, OptOut: Everyone, Statuses: []Status{
			{Key: "documenting", Name: "Documenting", Tasks: []Template{
				preset(CreatePostmortem, 0), preset(ReviewFollowUps, 0),
			}},
		}}, true
	case StandardPreset:
		f := Standard().Flows[0]
		f.Key, f.Name = "", ""
		return f, true
	case MajorPreset:
		return Flow{Entry: Ask, OptOut: LeadAndAdmins, Statuses: []Status{
			{Key: "documenting", Name: "Documenting", Tasks: []Template{
				preset(ReviewTimeline, 1), preset(CreatePostmortem, 3), preset(ScheduleDebrief, 2),
			}},
			{Key: "debriefing", Name: "Debriefing", Tasks: []Template{preset(HoldDebrief, 5)}},
			{Key: "reviewing", Name: "Reviewing", Tasks: []Template{
				preset(CompletePostmortem, 3), preset(SharePostmortem, 3), preset(ReviewFollowUps, 5),
			}},
		}}, true
	}
	return Flow{}, false
}

// preset is the lead's task of a kind, due some business days after its status begins; 0: no due date.
func preset(k Kind, days int) Template {
	t := Template{Key: Key(k), Kind: k, Title: DefaultTitle(k, ""), Assignee: Assignee{Role: LeadRole}}
	if days > 0 {
		t.Due = Offset{N: days, Unit: BusinessDays}
	}
	return t
}
