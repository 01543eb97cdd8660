package flow

import "slices"

// SetReminders says who hears of what is late, where the weekly report goes, and which emoji on a message adds a follow-up, whole.
type SetReminders struct {
	Reminders     Reminders
	FollowUpEmoji string // without colons; empty: none does
}

func (e SetReminders) edit(d *editing) error {
	if e.Reminders.Escalation.Channel != "" && e.Reminders.Escalation.Person != "" {
		return Refusal{Why: OneEscalation, Field: FieldEscalation}
	}
	var c checker
	if c.emoji("", e.FollowUpEmoji); len(c.problems) > 0 {
		return Refusal{Why: BadEmoji, Field: FieldEmoji}
	}
	d.p.Reminders, d.p.FollowUpEmoji = e.Reminders, e.FollowUpEmoji
	return nil
}

// LadderOf are the steps of a flow's ladder that are taken.
func LadderOf(f Flow) []Step {
	switch {
	case len(f.Reminders) == 0:
		return Steps()
	case f.Reminders[0] == NoSteps:
		return nil
	}
	return slices.Clone(f.Reminders)
}

// asLadder is how a flow keeps the steps that somebody chose: in their order, all of them as none said, and none as NoSteps.
func asLadder(chosen []Step) []Step {
	kept := slices.DeleteFunc(Steps(), func(s Step) bool { return !slices.Contains(chosen, s) })
	switch len(kept) {
	case 0:
		return []Step{NoSteps}
	case len(Steps()):
		return nil
	}
	return kept
}
