package blocks

import (
	"strings"

	"epilogue/flow"
)

// partNames are what an edit can be about, as a refusal begins.
var partNames = map[string]words{
	flow.FieldFlow: "This flow", flow.FieldStatus: "This status", flow.FieldTasks: "This task", flow.FieldSeverity: "This severity",
	flow.FieldType: "This type", flow.FieldRole: "This role",
	flow.FieldTemplate: "This template",
}

// roomFor are what a process can have too many of.
var roomFor = map[string]words{
	flow.FieldFlow: "flows", flow.FieldStatus: "statuses", flow.FieldTasks: "tasks in a flow", flow.FieldSeverity: "severities", flow.FieldType: "types",
	flow.FieldRole: "roles", flow.FieldHolidays: "holidays", flow.FieldAdmins: "admins", flow.FieldAppliesTo: "conditions", flow.FieldEntersWhen: "conditions",
	flow.FieldTemplate: "templates",
}

func fieldWords(names map[string]words, field string, otherwise words) Text {
	if n, ok := names[field]; ok {
		return say(n)
	}
	return say(otherwise)
}

// editRefused is for edits of the process; false for everything else.
func editRefused(r flow.Refusal) (Text, bool) {
	switch r.Why {
	case flow.AdminsOnly:
		return say("Only admins can change flows and settings. Ask an admin of this workspace, or whoever runs me, to do it or to make you one."), true
	case flow.GonePart:
		return say("%s is there no more: somebody else removed it meanwhile. Close this and open it again from the Home tab.",
			fieldWords(partNames, r.Field, "What this is about")), true
	case flow.NameTaken:
		return say("Another one has this name already. Choose a name that people can tell from it."), true
	case flow.NoRoom:
		return say("There can be at most %d %s. Remove one that is not needed first.", r.Limit, fieldWords(roomFor, r.Field, "of these")), true
	case flow.LastOne:
		return say("This is the last one that is offered, and one is needed. Add another one first."), true
	case flow.LeadStays:
		return say("The role that leads incidents cannot be retired. It can be renamed."), true
	case flow.BadRule:
		return say("This condition cannot be: choose what it compares, how, and with at least one value that is there."), true
	case flow.BadOffset:
		return say("This is not a time after the beginning of the status: write a number from 0 to %d, and choose what it counts.", r.Limit), true
	case flow.OneAssignee:
		return say("Choose a role or a person, not both."), true
	case flow.BadEmoji:
		return say("This cannot be the emoji: write its name as Slack shows it between colons. pushpin is taken, for the timeline."), true
	case flow.OneEscalation:
		return say("Choose a channel or a person who hears of what is late, not both."), true
	case flow.CannotBeAdmin:
		return say("Only full members of this workspace can be admins. Leave out whoever is a guest, of another organization, deactivated or a bot."), true
	case flow.BadHours:
		if r.Field == flow.FieldDigest {
			return say("The digest comes within working hours: choose a time from their beginning to an hour before their end."), true
		}
		return say("Working hours end at least an hour after they begin, on the same day. Choose a later time."), true
	case flow.UnknownPlaceholder:
		return say("%s stands for nothing. These can be used: %s.", brief(r.Typed, 60), brief("{{"+strings.Join(flow.Placeholders(), "}}, {{")+"}}", 1000)), true
	case flow.NoDay:
		return say("This is not a day. Write days like 2026-12-25, one a line."), true
	case flow.Unsound:
		return say("With this the process would break its own rules, so nothing was changed. Write it to a file, correct that and import it: epilogue flows import says what is wrong, line by line."), true
	}
	return Text{}, false
}
