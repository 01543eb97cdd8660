package blocks

import (
	"epilogue/flow"
	"epilogue/internal/spelling"
)

// FollowUpVerbs are what can stand behind /inc follow-up N, as people type it.
func FollowUpVerbs() []string {
	return []string{"done", "not-doing", "reopen", "assign", "due", "priority", "link"}
}

// NearFollowUpVerb is the verb that somebody meant who mistyped it, or false.
func NearFollowUpVerb(typed string) (string, bool) {
	return spelling.Nearest(typed, FollowUpVerbs())
}

// FollowUpUsage answers /inc follow-up N with a verb that does not exist: the nearest one, and how to add a follow-up that is called so.
func FollowUpUsage(s Scene, n flow.FollowUpNumber, typed string) Text {
	near, _ := NearFollowUpVerb(typed)
	return say("I do not know “%s”. Did you mean %s? Nothing was changed; to add a follow-up that is called so, use the form: %s.",
		brief(typed, 40), s.command("follow-up %d %s", int(n), near), s.command("follow-up"))
}

// FollowUpDayUsage answers a due date that cannot be read.
func FollowUpDayUsage(s Scene, n flow.FollowUpNumber, typed string) Text {
	return Usage(s, "I cannot read the day “"+typed+"”. A date, a weekday, tomorrow, 2bd (business days), 3d or none will do.",
		say("follow-up %d due 2026-12-03", int(n)).Plain())
}

// PriorityUsage answers a priority that does not exist.
func PriorityUsage(s Scene, n flow.FollowUpNumber, typed string) Text {
	return Usage(s, "There is no priority “"+typed+"”. There is high, medium, low and none.", say("follow-up %d priority high", int(n)).Plain())
}
