package blocks

import (
	"slices"
	"time"

	"epilogue/flow"
)

// quoted is a name that somebody gave, in a sentence about the process.
func quoted(name string) Text { return say("“%s”", brief(name, shortTitle)) }

// longestSentence is where a sentence about the process is cut, in code points after escaping, so that it fits a section.
const longestSentence = 2900

// longestList is how many names of a list a sentence says; the rest is counted.
const longestList = 20

// quotedAll are names in a sentence, or the first of them with the number of the others.
func quotedAll(names []string) Text { return listed(names, quoted) }

// listed are the entries of a list in a sentence, or the first of them with the number of the others.
func listed[T any](all []T, one func(T) Text) Text {
	var out []Text
	for _, v := range all[:min(len(all), longestList)] {
		out = append(out, one(v))
	}
	if more := len(all) - longestList; more > 0 {
		out = append(out, say("%d more", more))
	}
	return join(", ", out...)
}

// partWords are the parts of a process as a sentence begins, and what their order is called.
var partWords = map[flow.Part][2]words{
	flow.SeverityPart: {"Severity", "Severities, the least severe first"}, flow.TypePart: {"Type", "Types, the default first"},
	flow.RolePart: {"Role", "Roles, in order"}, flow.ActiveStatusPart: {"Active status", "Active statuses, in order"},
	flow.FlowPart: {"Flow", "Flows, the first that applies counts"}, flow.TemplatePart: {"Template", "Templates, in order"},
}

// Difference is a sentence that says what is different between two versions of the process.
func (s Scene) Difference(d flow.Difference) Text { return s.difference(d).Clip(longestSentence) }

func (s Scene) difference(d flow.Difference) Text {
	switch d.Part {
	case flow.CalendarPart:
		return s.calendarChanged(d)
	case flow.AdminsPart:
		return join(" ", each(d.Fields, func(f flow.FieldChange) Text {
			return say("Admins are %s (were: %s).", s.adminNames(f.To), s.adminNames(f.From))
		})...)
	case flow.SettingPart:
		return say("The setting %s is changed.", quoted(d.Name))
	}
	subject := s.subject(d)
	switch d.Turn {
	case flow.Removed:
		if d.Part == flow.TaskPart {
			return say("%s is removed from %s.", subject, quoted(d.Status))
		}
		return say("%s is removed.", subject)
	case flow.Reordered:
		return s.reordered(d)
	case flow.Changed:
		return say("%s %s.", subject, list("and", each(d.Fields, func(f flow.FieldChange) Text { return s.changed(d.Part, f) })...))
	}
	return s.added(d, subject)
}

func each[T any](all []T, one func(T) Text) []Text {
	var out []Text
	for _, v := range all {
		out = append(out, one(v))
	}
	return out
}

func (s Scene) subject(d flow.Difference) Text {
	switch inside := d.Flow == ""; { // the reader knows which flow is meant
	case d.Part == flow.StatusPart && inside:
		return say("Status %s", quoted(d.Name))
	case d.Part == flow.TaskPart && inside:
		return say("Task %s", quoted(d.Name))
	case d.Part == flow.StatusPart:
		return say("Flow %s: status %s", quoted(d.Flow), quoted(d.Name))
	case d.Part == flow.TaskPart:
		return say("Flow %s: task %s", quoted(d.Flow), quoted(d.Name))
	}
	return say("%s %s", say(partWords[d.Part][0]), quoted(d.Name))
}

func (s Scene) added(d flow.Difference, subject Text) Text {
	switch {
	case d.Part == flow.TaskPart:
		return say("%s is added to %s.", subject, quoted(d.Status))
	case d.Part == flow.FlowPart && d.Off:
		return say("%s is added, disabled: %s, %s.", subject, statuses(d.Size[0]), count(d.Size[1], "task"))
	case d.Part == flow.FlowPart:
		return say("%s is added: %s, %s.", subject, statuses(d.Size[0]), count(d.Size[1], "task"))
	case d.Off:
		return say("%s is added, retired.", subject)
	}
	return say("%s is added.", subject)
}

func statuses(n int) Text {
	if n == 1 {
		return say("1 status")
	}
	return say("%d statuses", n)
}

func (s Scene) reordered(d flow.Difference) Text {
	switch {
	case d.Part == flow.StatusPart && d.Flow == "":
		return say("The statuses, in order: %s.", quotedAll(d.Order))
	case d.Part == flow.StatusPart:
		return say("Flow %s: the statuses, in order: %s.", quoted(d.Flow), quotedAll(d.Order))
	case d.Part == flow.TaskPart:
		return say("Flow %s: the tasks of %s are in another order: %s.", quoted(d.Flow), quoted(d.Status), quotedAll(d.Order))
	}
	return say("%s: %s.", say(partWords[d.Part][1]), quotedAll(d.Order))
}

// changed is what a sentence says of one value that is another one.
func (s Scene) changed(part flow.Part, f flow.FieldChange) Text {
	switch f.Field {
	case flow.FieldName, flow.FieldTitle:
		return say("is renamed to %s", quoted(f.To.Text))
	case flow.FieldDescription:
		if part == flow.TaskPart {
			return say("has other instructions")
		}
		return say("has another description")
	case flow.FieldRetired:
		return either(f.To.Set, "is retired", "is offered again")
	case flow.FieldDisabled:
		return either(f.To.Set, "is disabled", "is enabled")
	case flow.FieldOptional:
		return either(f.To.Set, "is optional", "is no longer optional")
	case flow.FieldStatus:
		return say("moves from %s to %s", quoted(f.From.Text), quoted(f.To.Text))
	case flow.FieldAppliesTo:
		return say("applies %s (was: %s)", when(f.To.Rules), when(f.From.Rules))
	case flow.FieldEntry:
		return say("has the entry %s (was: %s)", entry(f.To), entry(f.From))
	case flow.FieldOptOut:
		return say("lets %s opt out (was: %s)", right(flow.Right(f.To.Text)), right(flow.Right(f.From.Text)))
	case flow.FieldReminders:
		return say("reminds %s (was: %s)", ladderNamed(f.To.Text), ladderNamed(f.From.Text))
	case flow.FieldText:
		return say("says something else")
	case flow.FieldTemplates:
		return say("offers the templates %s (were: %s)", templatesOffered(f.To), templatesOffered(f.From))
	case flow.FieldKind:
		return say("is of the kind %s (was: %s)", KindName(flow.Kind(f.To.Text)), KindName(flow.Kind(f.From.Text)))
	case flow.FieldRole:
		return say("is about the role %s (was: %s)", orNone(f.To.Text), orNone(f.From.Text))
	case flow.FieldAssignee:
		return say("is for %s (was: %s)", s.assignee(f.To), s.assignee(f.From))
	case flow.FieldDue:
		return say("is due %s (was: %s)", Offset(f.To.Due), Offset(f.From.Due))
	}
	return say("has another %s", f.Field)
}

func templatesOffered(v flow.Value) Text {
	if len(v.Names) == 0 {
		return say("all")
	}
	return quotedAll(v.Names)
}

func either(yes bool, then, otherwise words) Text {
	if yes {
		return say(then)
	}
	return say(otherwise)
}

func orNone(name string) Text {
	if name == "" {
		return say("none")
	}
	return quoted(name)
}

func when(rules []flow.Rule) Text {
	if len(rules) == 0 {
		return say("always")
	}
	return say("when %s", list("and", each(rules, rule)...))
}

func entry(v flow.Value) Text {
	if flow.Entry(v.Text) == flow.Automatic {
		return say("automatic %s", when(v.Rules))
	}
	return say("ask")
}

func (s Scene) assignee(v flow.Value) Text {
	switch {
	case v.User != "":
		return s.name(v.User)
	case v.Text != "":
		return say("whoever is %s", quoted(v.Text))
	}
	return say("nobody")
}

// kindNames are the kinds of tasks in words.
var kindNames = map[flow.Kind]words{
	flow.ReviewTimeline: "review the timeline", flow.CreatePostmortem: "create a post-mortem", flow.ScheduleDebrief: "schedule the debrief",
	flow.HoldDebrief: "hold the debrief", flow.CompletePostmortem: "complete the post-mortem", flow.SharePostmortem: "share the post-mortem",
	flow.ReviewFollowUps: "review follow-ups", flow.AssignRole: "assign a role", flow.Custom: "custom",
}

// KindName is a kind of task in words: create a post-mortem.
func KindName(k flow.Kind) Text {
	if w, ok := kindNames[k]; ok {
		return say(w)
	}
	return brief(string(k), shortPerson)
}

// Offset says when something is due: 2 business days after its status begins; never.
func Offset(o flow.Offset) Text {
	switch o.Unit {
	case flow.BusinessDays:
		return say("%s after its status begins", count(o.N, "business day"))
	case flow.Days:
		return say("%s after its status begins", count(o.N, "day"))
	case flow.Hours:
		return say("%s after its status begins", count(o.N, "hour"))
	}
	return say("never")
}

func (s Scene) calendarChanged(d flow.Difference) Text {
	var out []Text
	for _, f := range d.Fields {
		if f.Field == flow.FieldDays {
			out = append(out, say("Working days are %s (were: %s).", weekdays(f.To.Days), weekdays(f.From.Days)))
			continue
		}
		if f.Field == flow.FieldHours {
			out = append(out, say("Working hours are %s (were: %s).", hours(f.To.Hours), hours(f.From.Hours)))
			continue
		}
		out = append(out, holidays("New holidays: %s.", f.To.Dates, f.From.Dates), holidays("No holidays anymore: %s.", f.From.Dates, f.To.Dates))
	}
	return join(" ", out...)
}

func weekdays(days []time.Weekday) Text {
	if len(days) == 7 {
		return say("all days")
	}
	return listed(days, func(d time.Weekday) Text { return say("%s", d.String()[:3]) })
}

// holidays says which days are among some and not among others; nothing if none is.
func holidays(format words, days, without []flow.Date) Text {
	days = slices.DeleteFunc(slices.Clone(days), func(d flow.Date) bool { return slices.Contains(without, d) })
	if len(days) == 0 {
		return Text{}
	}
	return say(format, listed(days, func(d flow.Date) Text { return say("%s", d.String()) }))
}

// adminNames are those who shape the process by its own list.
func (s Scene) adminNames(v flow.Value) Text {
	out := listed(v.Users, s.name)
	if len(v.Groups) > 0 {
		out = join(", ", out, say("user groups: %s", listed(v.Groups, func(g flow.GroupID) Text { return brief(s.groupName(g), shortPerson) })))
	}
	if out.IsZero() {
		return say("those of the workspace")
	}
	return out
}
