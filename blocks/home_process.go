package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// homeProcess is the part of the App Home in which admins shape the process.
func (s Scene) homeProcess(d HomeData) []slack.Block {
	if !d.Admin {
		return nil
	}
	page := pageOf(s.Process.Flows, d.Look.Pages[SectionFlows], HomeFlows)
	shown := []slack.Block{divider(), header("Process"), actions("process/do",
		button(AddFlow, "Add flow", Ref{}, ""),
		button(Settings, "Settings", Ref{}, "Process"),
		button(PostmortemTemplates, "Templates", Ref{}, "Post-mortem"),
		button(History, "History", Ref{}, "Process"))}
	if len(page.Items) == 0 {
		shown = append(shown, section(say("There is no flow: whoever closes an incident is asked nothing."), nil))
	} else {
		shown = append(shown, small(say("An incident goes through the first of these flows that applies to it. What you change concerns incidents that are resolved from then on.")))
	}
	for i, f := range page.Items {
		at := page.Number*HomeFlows + i
		shown = append(shown,
			section(join("\n", say("%d. %s", at+1, bold(brief(f.Name, shortName))), s.flowInWords(f)), s.flowMenuOf(f, at)),
			actions("process/flow/"+string(f.Key),
				button(EditFlow, "Edit", Ref{Flow: f.Key}, f.Name),
				button(PreviewFlow, "Preview", Ref{Flow: f.Key}, f.Name)))
	}
	return append(shown, page.turn(HomePage, Ref{Want: SectionFlows})...)
}

// flowMenuOf is the menu of a flow. What it moves goes to a place, not by one: a click that arrives twice moves it once.
func (s Scene) flowMenuOf(f flow.Flow, at int) slack.BlockElement {
	r := Ref{Flow: f.Key}
	var choices []*slack.OptionBlockObject
	if at > 0 {
		choices = append(choices, choice(MoveFlow, "Move up", Ref{Flow: f.Key, Page: at - 1}))
	}
	if at < len(s.Process.Flows)-1 {
		choices = append(choices, choice(MoveFlow, "Move down", Ref{Flow: f.Key, Page: at + 1}))
	}
	choices = append(choices, choice(CopyFlow, "Duplicate", r))
	if f.Disabled {
		choices = append(choices, choice(EnableFlow, "Enable", r))
	} else {
		choices = append(choices, choice(DisableFlow, "Disable", r))
	}
	return overflow(append(choices, choice(RemoveFlow, "Delete", r))...)
}

// flowInWords says who enters a flow, how much there is to do in it, and who may opt out.
func (s Scene) flowInWords(f flow.Flow) Text {
	size := say("%s, %s", statuses(len(f.Statuses)), count(f.Tasks(), "task"))
	said := say("%s. %s. Opt out: %s.", capital(s.entersInWords(f)), size, right(f.OptOut))
	if first, never := s.Process.Before(f.Key); never && !f.Disabled && len(f.Statuses) > 0 {
		return say("*No incident gets here:* %s comes first and applies to every incident.\n%s", quoted(first.Name), said)
	}
	return said
}

func (s Scene) entersInWords(f flow.Flow) Text {
	applies := Text{}
	if len(f.AppliesTo) > 0 {
		applies = say(" when %s", s.Conditions(f.AppliesTo))
	}
	switch {
	case f.Disabled:
		return say("disabled, nobody is asked about it")
	case len(f.Statuses) == 0:
		return say("hidden, since it has no statuses: nobody is asked about it")
	case f.Entry != flow.Automatic:
		return say("people are asked%s", applies)
	case len(f.EntersWhen) == 0:
		return say("enters by itself%s", applies)
	case len(f.AppliesTo) == 0:
		return say("enters by itself when %s; else people are asked", s.Conditions(f.EntersWhen))
	}
	return say("applies%s; enters by itself when %s, else people are asked", applies, s.Conditions(f.EntersWhen))
}
