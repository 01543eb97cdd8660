package blocks

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// listNames are the lists of labels as headings, with what their order means.
var listNames = map[flow.List]struct{ heading, one, order words }{
	flow.Severities:     {"Severities", "severity", "The least severe first."},
	flow.Types:          {"Incident types", "incident type", "The first one is the default."},
	flow.ActiveStatuses: {"Active statuses", "active status", "An incident starts in the first one."},
	flow.Roles:          {"Roles", "role", "The role that leads incidents is always there."},
}

// SettingsModal shows what the process has besides its flows; each part is edited on its own.
func SettingsModal(s Scene) slack.ModalViewRequest {
	shown := []slack.Block{section(say("What incidents are like in this organization. Flows refer to it. Nothing changes here by itself; choose what to edit."), nil)}
	for _, l := range flow.Lists() {
		names := listed(offeredNames(s.Process.Labels(l)), func(name string) Text { return brief(name, shortPerson) })
		shown = append(shown, section(join("\n", bold(say(listNames[l].heading)), names), button(Labels, "Edit", Ref{Want: string(l)}, string(listNames[l].heading))))
	}
	admins := say("Admins and owners of this workspace, whoever the configuration names, and: %s.", s.adminNames(flow.Value{Users: s.Process.Admins.People, Groups: s.Process.Admins.Groups}))
	if len(s.Process.Admins.People)+len(s.Process.Admins.Groups) == 0 {
		admins = say("Admins and owners of this workspace, and whoever the configuration names.")
	}
	shown = append(shown,
		section(join("\n", say("*Working days and hours*"), s.calendarInWords()), button(EditCalendar, "Edit", Ref{}, "Working days and hours")),
		section(join("\n", say("*Reminders and follow-ups*"), s.remindersInWords()), button(EditReminders, "Edit", Ref{}, "Reminders and follow-ups")),
		section(join("\n", say("*Who shapes the process*"), admins), button(EditAdmins, "Edit", Ref{}, "Admins")))
	return modal(Settings, Ref{}, "Settings", "", shown...)
}

func offeredNames(roles []flow.Role) []string {
	var out []string
	for _, r := range roles {
		if !r.Retired {
			out = append(out, r.Name)
		}
	}
	return out
}

func (s Scene) calendarInWords() Text {
	c := s.Process.Calendar
	days := c.WorkingDays
	on := say("every day")
	if len(days) > 0 {
		on = weekdays(days)
	}
	return join("; ", on, hours(s.Process.Hours), say("%s", count(len(c.Holidays), "holiday")))
}

// LabelsModal shows one of the lists of labels, by pages.
func LabelsModal(s Scene, l flow.List, number int) slack.ModalViewRequest {
	all := s.Process.Labels(l)
	page := pageOf(all, number, EditorPage)
	shown := []slack.Block{section(say("%s Changes are saved at once. What is in use is retired, never deleted.", say(listNames[l].order)), nil)}
	for i, r := range page.Items {
		at := page.Number*EditorPage + i
		line := say("%d. %s", at+1, bold(brief(r.Name, shortName)))
		if r.Retired {
			line = say("%d. %s (retired)", at+1, brief(r.Name, shortName))
		}
		shown = append(shown, section(join("\n", line, brief(r.Description, shortLine)), labelMenu(l, r, at, len(all))))
	}
	r := Ref{Want: string(l), Page: page.Number}
	shown = append(shown, actions("labels/do", button(AddLabel, "Add", Ref{Want: string(l)}, string(listNames[l].heading))))
	shown = append(shown, page.turn(Labels, Ref{Want: string(l)})...)
	return modal(Labels, r, string(listNames[l].heading), "", shown...)
}

func labelMenu(l flow.List, r flow.Role, at, n int) slack.BlockElement {
	ref := Ref{Key: r.Key}
	choices := append([]*slack.OptionBlockObject{choice(EditLabel, "Edit", ref)}, moves(MoveLabel, ref, at, n)...)
	switch {
	case r.Retired:
		choices = append(choices, choice(RestoreLabel, "Restore", ref))
	case l != flow.Roles || r.Key != flow.LeadRole:
		choices = append(choices, choice(RetireLabel, "Retire", ref))
	}
	return overflow(choices...)
}

// LabelForm adds a severity, type, active status or role (r.Key is empty), or edits one.
func LabelForm(s Scene, name, description string, r Ref, e Editing) slack.ModalViewRequest {
	l := flow.List(r.Want)
	does, submit, head := say("This renames it everywhere, also for incidents that have it."), words("Save"), "Edit "+string(listNames[l].one)
	if r.Key == "" {
		does, submit, head = say("This adds it behind the others: move it where it belongs afterwards."), "Add", "Add "+string(listNames[l].one)
	}
	shown := append(s.opening(does, e), nameField(name))
	if l == flow.Roles {
		shown = append(shown, hint(optional(input(flow.FieldDescription, "Instructions", typed(flow.FieldDescription, description, flow.MaxDescription, true))),
			say("What whoever holds it is to do.")))
	}
	return modal(EditLabel, r, head, submit, shown...)
}

// week are the days as people count them.
var week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// mostTyped is how much a field holds.
const mostTyped = 3000

// HolidaysTyped are holidays as they stand in their field, a line each; false if there are more than a field holds.
func HolidaysTyped(days []flow.Date) (string, bool) {
	var lines []string
	for _, d := range days {
		lines = append(lines, d.String())
	}
	s := strings.Join(lines, "\n")
	return s, utf8.RuneCountInString(s) <= mostTyped
}

// CalendarForm edits working days, working hours and holidays, the latter as they were typed. More holidays than a field holds stay as they are.
func CalendarForm(s Scene, days []time.Weekday, holidays string, h flow.WorkingHours, r Ref, e Editing) slack.ModalViewRequest {
	h = h.Known()
	digest := clock(flow.FieldDigest, h.Digest)
	if h.Digest == h.From { // it follows them
		digest.InitialTime = ""
	}
	box := slack.NewCheckboxGroupsBlockElement(flow.FieldDays)
	for _, w := range week {
		o := option(dayKey(w), w.String())
		box.Options = append(box.Options, o)
		for _, d := range days {
			if d == w {
				box.InitialOptions = append(box.InitialOptions, o)
			}
		}
	}
	shown := append(s.opening(say("Due dates that are counted in business days leave out all other days, for tasks whose status begins from now on. Dates that are set stay. Reminders keep to the new days and hours from the next one on."), e),
		hint(optional(input(flow.FieldDays, "Working days", box)), say("None: every day.")),
		hint(input(flow.FieldHours, "Working hours begin", clock(flow.FieldHours, h.From)), say("By everyone's own clock. Nobody is reminded outside of them, and times for a debrief are looked for within them.")),
		input(flow.FieldHoursTo, "Working hours end", clock(flow.FieldHoursTo, h.To)),
		hint(optional(input(flow.FieldDigest, "Digests come", digest)), say("One message with all reminders of a day. Empty: as working hours begin.")))
	if _, fits := HolidaysTyped(s.Process.Calendar.Holidays); fits {
		shown = append(shown, hint(optional(input(flow.FieldHolidays, "Holidays", typed(flow.FieldHolidays, holidays, mostTyped, true))),
			say("A day on each line, like 2026-12-25. What stands behind it on the line is left out. epilogue flows holidays FILE reads an iCalendar file.")))
	} else {
		shown = append(shown, section(say("%s are set, more than a field holds: they are edited with epilogue flows export and import.", count(len(s.Process.Calendar.Holidays), "holiday")), nil))
	}
	return modal(EditCalendar, r, "Working days and hours", "Save", shown...)
}

// hours are working hours in words: 09:00 to 17:00, digest at 10:00.
func hours(h flow.WorkingHours) Text {
	h = h.Known()
	text := say("%s to %s", h.From, h.To)
	if h.Digest != h.From {
		text = say("%s, digest at %s", text, h.Digest)
	}
	return text
}

func clock(field string, set flow.TimeOfDay) *slack.TimePickerBlockElement {
	e := slack.NewTimePickerBlockElement(field)
	e.InitialTime = set.String()
	return e
}

func dayKey(w time.Weekday) string { return strings.ToLower(w.String()[:3]) }

// DaysPicked reads the boxes of CalendarForm.
func DaysPicked(values []string) []time.Weekday {
	var out []time.Weekday
	for _, w := range week {
		for _, v := range values {
			if v == dayKey(w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// AdminsForm edits who shapes the process besides the workspace's own admins. Groups are user groups that can be chosen; those that are set are among them.
func AdminsForm(s Scene, people []flow.UserID, groups []flow.GroupID, r Ref, e Editing) slack.ModalViewRequest {
	pick := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, plainText("People", maxLabel), flow.FieldAdmins)
	for _, u := range people {
		if _, ok := mention(u); ok {
			pick.InitialUsers = append(pick.InitialUsers, string(u))
		}
	}
	search := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, plainText("User groups", maxLabel), FieldGroups)
	least := 0
	search.MinQueryLength = &least
	for _, g := range groups[:min(len(groups), mostOptions)] {
		search.InitialOptions = append(search.InitialOptions, s.groupOption(g))
	}
	shown := append(s.opening(say("Whoever stands here can change flows and settings, from now on. Admins and owners of this workspace, and whoever the configuration names, always can."), e),
		optional(input(flow.FieldAdmins, "People", pick)),
		optional(input(FieldGroups, "User groups", search)))
	return modal(EditAdmins, r, "Admins", "Save", shown...)
}

// FieldGroups is the field of AdminsForm that holds user groups.
const FieldGroups = "groups"

// groupName is what a user group is called, as far as that is known.
func (s Scene) groupName(g flow.GroupID) string {
	if s.GroupName != nil {
		if name := s.GroupName(g); name != "" {
			return name
		}
	}
	return string(g)
}

func (s Scene) groupOption(g flow.GroupID) *slack.OptionBlockObject {
	return option(string(g), s.groupName(g))
}

// GroupChoices are the user groups that AdminsForm offers for what was typed.
func GroupChoices(s Scene, groups []flow.GroupID, typed string) []*slack.OptionBlockObject {
	found := []*slack.OptionBlockObject{}
	for _, g := range groups {
		if len(found) < mostOptions && fitsTyped(s.groupName(g), typed) {
			found = append(found, s.groupOption(g))
		}
	}
	return found
}

func (s Scene) remindersInWords() Text {
	late, report, emoji := say("nobody else hears of what is five business days late"), say("no weekly report"), say("no emoji adds a follow-up")
	e := s.Process.Reminders.Escalation
	if in, ok := channel(e.Channel); ok {
		late = say("what is five business days late is told in %s", in)
	} else if e.Person != "" {
		late = say("%s hears of what is five business days late", s.name(e.Person))
	}
	if in, ok := channel(s.Process.Reminders.Report); ok {
		report = say("weekly report in %s", in)
	}
	if s.Process.FollowUpEmoji != "" {
		emoji = say("the emoji %s on a message adds a follow-up", brief(s.Process.FollowUpEmoji, shortPerson))
	}
	return join("; ", late, report, emoji)
}

// RemindersForm edits who hears of what is late, where the weekly report goes, and which emoji adds a follow-up.
func RemindersForm(s Scene, now flow.SetReminders, r Ref, e Editing) slack.ModalViewRequest {
	emoji := hint(optional(input(flow.FieldEmoji, "Emoji that adds a follow-up", typed(flow.FieldEmoji, now.FollowUpEmoji, 100, false))), say("Its name, as in round_pushpin. Empty: none does."))
	shown := append(s.opening(say("The ladder of reminders is set in each flow. Here is who else hears of it, from the next reminder on."), e),
		hint(optional(input(flow.FieldEscalation, "Five business days late: channel", channelMenu(flow.FieldEscalation, now.Reminders.Escalation.Channel))), say("I join a public one; to a private one I have to be invited.")),
		hint(optional(input(FieldPerson, "Or a person", person(FieldPerson, now.Reminders.Escalation.Person))), say("Empty, both: nobody.")),
		hint(optional(input(flow.FieldChannel, "Weekly report", channelMenu(flow.FieldChannel, now.Reminders.Report))), say("Empty: none. I join a public channel; to a private one I have to be invited.")),
		emoji)
	return modal(EditReminders, r, "Reminders", "Save", shown...)
}

func channelMenu(field string, set flow.ChannelID) slack.BlockElement {
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText("A channel", maxLabel), field)
	pick.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeExternalSharedChannels: true, ExcludeBotUsers: true}
	if _, ok := channel(set); ok {
		pick.InitialConversation = string(set)
	}
	return pick
}
