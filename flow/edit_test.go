package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

// edited makes edits one after the other, as an admin.
func edited(t *testing.T, p flow.Process, edits ...flow.ProcessEdit) flow.Process {
	t.Helper()
	for _, e := range edits {
		before := deepCopy(t, p)
		next, err := flow.Edit(p, e, root)
		if err != nil {
			t.Fatalf("%T%+v: %v", e, e, err)
		}
		equal(t, p, before)
		if next.Version != p.Version+1 {
			t.Fatalf("%T made version %d of %d", e, next.Version, p.Version)
		}
		if problems := next.Check(); len(problems) > 0 {
			t.Fatalf("%T: %v", e, problems)
		}
		p = next
	}
	return p
}

type refusedEdit struct {
	given flow.Process
	when  flow.ProcessEdit
	field string
}

// crowded is a process with as much as there may be of everything.
func crowded() flow.Process {
	p := small()
	for i := range flow.MaxLabels {
		l := flow.Label{Key: flow.Key(fmt.Sprint("k", i)), Name: fmt.Sprint("Name ", i)}
		p.Severities, p.Types, p.ActiveStatuses = append(p.Severities, l), append(p.Types, l), append(p.ActiveStatuses, l)
		p.Roles = append(p.Roles, flow.Role{Key: l.Key, Name: l.Name})
	}
	p.Severities, p.Types, p.ActiveStatuses, p.Roles = p.Severities[:100], p.Types[:100], p.ActiveStatuses[:100], p.Roles[:100]
	for i := range flow.MaxStatuses - 2 {
		p.Flows[0].Statuses = append(p.Flows[0].Statuses, status(flow.Key(fmt.Sprint("s", i))))
	}
	for i := range flow.MaxTasks - 4 {
		p.Flows[0].Statuses[0].Tasks = append(p.Flows[0].Statuses[0].Tasks, task(fmt.Sprint("many", i)))
	}
	for i := range flow.MaxFlows - 1 {
		p.Flows = append(p.Flows, aFlow(flow.Key(fmt.Sprint("flow", i))))
	}
	return p
}

// refusedEdits are the reasons for which edits are refused, each with all the edits that are refused for it.
func refusedEdits() map[flow.Why][]refusedEdit {
	p, full := small(), crowded()
	custom := flow.Template{Kind: flow.Custom, Title: "T"}
	with := func(change func(*flow.Template)) flow.Template { t := custom; change(&t); return t }
	add := func(t flow.Template) flow.ProcessEdit { return flow.AddTemplate{Flow: "small", Status: doc, Task: t} }
	rules := func(c ...flow.Condition) *[]flow.Condition { return &c }
	rename := func(name string) flow.ProcessEdit { return flow.EditFlow{Flow: "small", Name: &name} }
	long := strings.Repeat("ü", 2001)
	oneType, gone := process(), process()
	oneType.Types = oneType.Types[:1]
	gone.Types[0].Retired = true
	gone.Types = append(gone.Types, flow.Label{Key: "again", Name: "default"})
	unsound := small()
	unsound.Flows[0].Name = ""
	all := map[flow.Why][]refusedEdit{
		flow.AdminsOnly: {{p, flow.RemoveFlow{Flow: "small"}, ""}}, // by ben: see below
		flow.GonePart: {
			{p, flow.EditFlow{Flow: "gone", Disabled: to(true)}, flow.FieldFlow},
			{p, flow.AddFlow{Name: "N", Copy: "gone"}, flow.FieldFlow},
			{p, flow.MoveFlow{Flow: "gone", By: 1}, flow.FieldFlow},
			{p, flow.RemoveFlow{Flow: "gone"}, flow.FieldFlow},
			{p, flow.AddStatus{Flow: "gone", Name: "N"}, flow.FieldFlow},
			{p, flow.RenameStatus{Flow: "small", Status: "gone", Name: "N"}, flow.FieldStatus},
			{p, flow.MoveStatus{Flow: "small", Status: "gone", By: 1}, flow.FieldStatus},
			{p, flow.RemoveStatus{Flow: "small", Status: "gone"}, flow.FieldStatus},
			{p, flow.AddTemplate{Flow: "small", Status: "gone", Task: custom}, flow.FieldStatus},
			{p, flow.EditTemplate{Flow: "small", Task: "gone", To: custom}, flow.FieldTasks},
			{p, flow.EditTemplate{Flow: "small", Task: "a", To: custom, Status: "gone"}, flow.FieldStatus},
			{p, flow.MoveTemplate{Flow: "small", Task: "gone", By: 1}, flow.FieldTasks},
			{p, flow.RemoveTemplate{Flow: "gone", Task: "a"}, flow.FieldFlow},
			{p, flow.RemoveTemplate{Flow: "small", Task: "gone"}, flow.FieldTasks},
			{p, flow.AddLabel{List: "gone", Name: "N"}, flow.FieldName},
			{p, flow.EditLabel{List: flow.Severities, Key: "gone", Name: to("N")}, flow.FieldSeverity},
			{p, flow.MoveLabel{List: flow.Types, Key: "gone", By: 1}, flow.FieldType},
			{p, flow.RetireLabel{List: flow.ActiveStatuses, Key: "gone"}, flow.FieldStatus},
			{p, flow.RestoreLabel{List: flow.Roles, Key: "gone"}, flow.FieldRole},
		},
		flow.NameTaken: {
			{p, flow.AddFlow{Name: " FLOW small "}, flow.FieldName},
			{process(aFlow("a"), aFlow("b")), flow.EditFlow{Flow: "a", Name: to("Flow b")}, flow.FieldName},
			{p, flow.AddStatus{Flow: "small", Name: "The " + string(doc)}, flow.FieldName},
			{p, flow.RenameStatus{Flow: "small", Status: rev, Name: "The " + string(doc)}, flow.FieldName},
			{p, flow.AddLabel{List: flow.Severities, Name: "major"}, flow.FieldName},
			{p, flow.EditLabel{List: flow.Roles, Key: "scribe", Name: to("Incident Lead")}, flow.FieldName},
			{gone, flow.RestoreLabel{List: flow.Types, Key: "default"}, flow.FieldName},
		},
		flow.NoRoom: {
			{full, flow.AddFlow{Name: "One more"}, flow.FieldFlow},
			{full, flow.AddStatus{Flow: "small", Name: "One more"}, flow.FieldStatus},
			{full, add(custom), flow.FieldTasks},
			{full, flow.AddLabel{List: flow.Severities, Name: "One more"}, flow.FieldSeverity},
			{full, flow.AddLabel{List: flow.Roles, Name: "One more"}, flow.FieldRole},
			{p, flow.EditFlow{Flow: "small", AppliesTo: to(slices.Repeat([]flow.Condition{typeIs("default")}, 21))}, flow.FieldAppliesTo},
			{p, flow.SetCalendar{Holidays: days(1001)}, flow.FieldHolidays},
			{p, flow.SetAdmins{People: people(101)}, flow.FieldAdmins},
		},
		flow.LastOne:   {{oneType, flow.RetireLabel{List: flow.Types, Key: "default"}, flow.FieldType}},
		flow.LeadStays: {{p, flow.RetireLabel{List: flow.Roles, Key: flow.LeadRole}, flow.FieldRole}},
		flow.BadRule: {
			{p, flow.EditFlow{Flow: "small", AppliesTo: rules(flow.Condition{Field: flow.Severity, Op: flow.AtLeast})}, flow.FieldAppliesTo},
			{p, flow.EditFlow{Flow: "small", AppliesTo: rules(typeIs("gone"))}, flow.FieldAppliesTo},
			{p, flow.EditFlow{Flow: "small", AppliesTo: rules(flow.Condition{Field: flow.Type, Op: flow.AtLeast, Values: []flow.Key{"default"}})}, flow.FieldAppliesTo},
			{p, flow.EditFlow{Flow: "small", Entry: to(flow.Automatic), EntersWhen: rules(severityAtLeast("gone"))}, flow.FieldEntersWhen},
		},
		flow.BadOffset: {
			{p, add(with(func(t *flow.Template) { t.Due = flow.Offset{N: -1, Unit: flow.Days} })), flow.FieldDue},
			{p, add(with(func(t *flow.Template) { t.Due = flow.Offset{N: 1001, Unit: flow.Hours} })), flow.FieldDue},
			{p, add(with(func(t *flow.Template) { t.Due = flow.Offset{N: 1, Unit: "weeks"} })), flow.FieldDue},
		},
		flow.OneAssignee: {
			{p, add(with(func(t *flow.Template) { t.Assignee = flow.Assignee{Role: "scribe", User: "cem"} })), flow.FieldAssignee},
		},
		flow.BadEmoji: {
			{p, flow.SetReminders{FollowUpEmoji: "pushpin"}, flow.FieldEmoji},
			{p, flow.SetReminders{FollowUpEmoji: "two words"}, flow.FieldEmoji},
		},
		flow.OneEscalation: {
			{p, flow.SetReminders{Reminders: flow.Reminders{Escalation: flow.Escalation{Channel: "C1", Person: "U1"}}}, flow.FieldEscalation},
		},
		flow.CannotBeAdmin: {
			{p, flow.SetAdmins{People: []flow.UserID{"ben", "gus"}, Unfit: []flow.UserID{"gus"}}, flow.FieldAdmins},
		},
		flow.BadHours: {
			{p, flow.SetCalendar{Hours: flow.WorkingHours{From: clock(9, 0), To: clock(9, 30)}}, flow.FieldHoursTo},
			{p, flow.SetCalendar{Hours: flow.WorkingHours{From: clock(9, 0), To: clock(17, 0), Digest: clock(17, 0)}}, flow.FieldDigest},
		},
		flow.NoDay: {
			{p, flow.SetCalendar{Holidays: []flow.Date{{}}}, flow.FieldHolidays},
			{p, flow.SetCalendar{Holidays: []flow.Date{{Year: 2026, Month: 2, Day: 30}}}, flow.FieldHolidays},
		},
		flow.Unsound: {{p, flow.ReplaceProcess{With: unsound}, ""}},
		flow.NothingToChange: {
			{p, flow.MoveFlow{Flow: "small", By: 1}, ""},
			{p, flow.MoveTemplate{Flow: "small", Task: "a", By: -1}, ""},
			{p, flow.EditFlow{Flow: "small"}, ""},
			{p, flow.ReplaceProcess{With: p}, ""},
			{p, flow.RestoreLabel{List: flow.Types, Key: "default"}, ""},
		},
		flow.Required: {
			{p, rename(" \n"), flow.FieldName},
			{p, flow.AddFlow{Name: ""}, flow.FieldName},
			{p, flow.AddLabel{List: flow.Types}, flow.FieldName},
			{p, add(flow.Template{Kind: flow.Custom}), flow.FieldTitle},
			{p, add(flow.Template{Kind: flow.AssignRole}), flow.FieldRole},
		},
		flow.TooLong: {
			{p, rename(strings.Repeat("ü", 76)), flow.FieldName},
			{p, flow.EditFlow{Flow: "small", Description: &long}, flow.FieldDescription},
			{p, add(with(func(t *flow.Template) { t.Title = long })), flow.FieldTitle},
			{p, add(with(func(t *flow.Template) { t.Description = long })), flow.FieldDescription},
			{p, flow.AddLabel{List: flow.Roles, Name: "N", Description: long}, flow.FieldDescription},
			{p, flow.EditLabel{List: flow.Roles, Key: "scribe", Description: &long}, flow.FieldDescription},
		},
		flow.NotOffered: {
			{p, flow.AddFlow{Name: "N", Preset: "gone"}, flow.FieldFlow},
			{p, flow.EditFlow{Flow: "small", Entry: to(flow.Entry("sometimes"))}, flow.FieldEntry},
			{p, flow.EditFlow{Flow: "small", OptOut: to(flow.Right("some"))}, flow.FieldOptOut},
			{p, add(with(func(t *flow.Template) { t.Kind = "dance" })), flow.FieldKind},
			{p, add(flow.Template{Kind: flow.AssignRole, Role: "gone"}), flow.FieldRole},
			{p, add(with(func(t *flow.Template) { t.Assignee.Role = "gone" })), flow.FieldAssignee},
			{p, flow.SetCalendar{WorkingDays: []time.Weekday{7}}, flow.FieldDays},
		},
	}
	for why, more := range refusedTemplateEdits() {
		all[why] = append(all[why], more...)
	}
	return all
}

func days(n int) []flow.Date {
	var out []flow.Date
	for i := range n {
		out = append(out, flow.DateOf(monday).AddDays(i))
	}
	return out
}

func people(n int) []flow.UserID {
	var out []flow.UserID
	for i := range n {
		out = append(out, flow.UserID(fmt.Sprint("U", i)))
	}
	return out
}

func TestAnEditThatCannotBeIsRefusedBesideItsField(t *testing.T) {
	for why, cases := range refusedEdits() {
		for _, c := range cases {
			by := root
			if why == flow.AdminsOnly {
				by = ben
			}
			t.Run(fmt.Sprintf("%s %T", why, c.when), func(t *testing.T) {
				before := deepCopy(t, c.given)
				after, err := flow.Edit(c.given, c.when, by)
				var got flow.Refusal
				if !errors.As(err, &got) || got.Why != why || got.Field != c.field {
					t.Errorf("%+v: got %v, want %s at %q", c.when, err, why, c.field)
				}
				equal(t, after, before)
				equal(t, c.given, before)
			})
		}
	}
}

// edited edits the process of a story, which its incident does not notice.
func (s *story) edited(edits ...flow.ProcessEdit) *story {
	s.t.Helper()
	for _, e := range edits {
		next, err := flow.Edit(s.process, e, root)
		if err != nil {
			s.t.Fatalf("%T%+v: %v", e, e, err)
		}
		s.process = next
	}
	return s
}
