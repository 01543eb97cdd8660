package blocks

import "epilogue/flow"

// Consequence is a sentence that says what an edit means before it is saved.
func (s Scene) Consequence(c flow.Consequence) Text { return s.consequence(c).Clip(longestSentence) }

func (s Scene) consequence(c flow.Consequence) Text {
	switch c.Means {
	case flow.FutureOnly:
		later := say("This concerns incidents that are resolved from now on.")
		if c.Incidents == 0 {
			return later
		}
		return say("%s %s in %s.", later, keep(c.Incidents), quoted(c.Flow))
	case flow.KeepSnapshot:
		return say("%s in %s.", keep(c.Incidents), quoted(c.Status))
	case flow.WaitsForPerson:
		return say("%s has no tasks: an incident waits there until somebody moves it on.", quoted(c.Status))
	case flow.HiddenFlow:
		return say("%s has no statuses: nobody is asked about it, and incidents that it applies to are closed plainly.", quoted(c.Flow))
	case flow.NeverReached:
		return say("No incident gets to %s: %s comes before it and applies to every incident. Say which incidents %s is for, or change their order.",
			quoted(c.Flow), quoted(c.Other), quoted(c.Other))
	case flow.NoFlowAsks:
		return say("No flow is left that an incident could enter: nobody is asked when one is closed.")
	case flow.StillUsed:
		return say("%s is offered no more, and stays where it is used: %s.", quoted(c.Name), uses(c))
	}
	return say("The order of the severities decides what “at least” means. Flows with such a condition: %s.",
		listed(c.Uses, func(u flow.LabelUse) Text { return quoted(u.Flow) }))
}

// keep says that incidents are still somewhere, as it goes on with where.
func keep(incidents int) Text {
	if incidents == 1 {
		return say("1 incident keeps its snapshot: it is still")
	}
	return say("%d incidents keep their snapshot: they are still", incidents)
}

// uses are the places that use a label, with the incidents.
func uses(c flow.Consequence) Text {
	places := listed(c.Uses, func(u flow.LabelUse) Text {
		if u.Task != "" {
			return say("the task %s of %s", quoted(u.Task), quoted(u.Flow))
		}
		return say("the conditions of %s", quoted(u.Flow))
	})
	if c.Incidents == 0 {
		return places
	}
	return join(", ", places, say("%s not closed yet", count(c.Incidents, "incident")))
}

// Trial is a line that says what would have become of an incident, and why: INC-42 · Checkout errors: enters by itself, because severity is Major.
func (s Scene) Trial(t flow.Trial) Text { return s.trial(t).Clip(longestSentence) }

func (s Scene) trial(t flow.Trial) Text {
	head := bold(say("%s · %s", t.Incident, brief(t.Name, shortName)))
	switch t.Outcome {
	case flow.WouldEnter:
		if len(t.Because) == 0 {
			return say("%s: enters by itself", head)
		}
		return say("%s: enters by itself, because %s", head, s.Conditions(t.Because))
	case flow.WouldAsk:
		if len(t.Because) == 0 {
			return say("%s: people are asked", head)
		}
		return say("%s: people are asked, because %s", head, s.Conditions(t.Because))
	case flow.WouldAskInstead:
		return say("%s: people are asked; it does not enter by itself, for which it would need: %s", head, s.Conditions(t.Because))
	case flow.NotForIt:
		return say("%s: not for it, since it would need: %s", head, s.Conditions(t.Because))
	case flow.OtherFirst:
		return say("%s: goes through %s, which comes first", head, quoted(t.Other))
	}
	return say("%s: not for it, since the flow is disabled or has no statuses", head)
}

// Trials says how trials ended, in one sentence: Of the last 50 incidents, 12 would have entered by themselves, 3 if somebody had said so,
// 35 not.
func Trials(trials []flow.Trial) Text {
	if len(trials) == 0 {
		return say("There is no incident yet to try this on.")
	}
	var itself, asked, other int
	for _, t := range trials {
		switch t.Outcome {
		case flow.WouldEnter:
			itself++
		case flow.WouldAsk, flow.WouldAskInstead:
			asked++
		case flow.OtherFirst:
			other++
		}
	}
	said := say("Of the last %s, %d would have entered by themselves, %d if somebody had said so, %d not.", count(len(trials), "incident"), itself, asked, len(trials)-itself-asked)
	if other > 0 {
		return say("%s %d of these would, if no other flow came first.", said, other)
	}
	return said
}
