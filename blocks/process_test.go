package blocks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"epilogue/flow"
)

// adminScene is a scene with two flows, one of which enters by itself.
func adminScene(t *testing.T) Scene {
	t.Helper()
	return entered(t, mandatory(process())).scene()
}

func TestTheProcessOfTheAppHomeLooksAsItDid(t *testing.T) {
	golden(t, "home/admin", Home(adminScene(t), HomeData{Person: ana, Admin: true}))
}

// processViews are the forms about the process, by the name of their golden file.
func processViews(s Scene) map[string]slack.ModalViewRequest {
	major := s.Process.Flows[0]
	first := major.Statuses[0]
	at := Ref{Version: 7}
	means := Editing{Means: []flow.Consequence{{Means: flow.FutureOnly, Flow: major.Name, Incidents: 2}, {Means: flow.KeepSnapshot, Flow: major.Name, Status: first.Name, Incidents: 1}}}
	meanwhile := Editing{Means: means.Means, Meanwhile: &Meanwhile{
		By:      []flow.UserID{ben, cem},
		Changes: []flow.Difference{{Part: flow.StatusPart, Turn: flow.Added, Flow: major.Name, Name: "Legal"}, {Part: flow.SeverityPart, Turn: flow.Removed, Name: "Minor"}},
	}}
	tried := s.Process.Try(major.Key, []flow.Incident{{ID: 7, Name: "Login down", Severity: "major"}, {ID: 8, Name: "Slow search", Severity: "minor"}})
	list := func(l flow.List) Ref { return Ref{Want: string(l), Version: 7} }
	version := VersionData{Version: s.Process.Version, By: ben, At: start, Changes: meanwhile.Meanwhile.Changes}
	old := VersionData{Version: 5, At: start.Add(-time.Hour), Changes: []flow.Difference{{Part: flow.FlowPart, Turn: flow.Added, Name: "Major", Size: [2]int{3, 9}}}}
	var behind []Behind
	for i := range MostBehind + 10 {
		inc := flow.Incident{ID: flow.IncidentID(i + 1), Name: first.Tasks[0].Title}
		behind = append(behind, Behind{inc, flow.SnapshotUpdate{Flow: major, Changes: []flow.SnapshotChange{
			{ID: "add:legal", Differences: []flow.Difference{{Part: flow.TaskPart, Turn: flow.Added, Status: first.Name, Name: first.Tasks[0].Title}}},
			{ID: "task:2", Differences: []flow.Difference{{Part: flow.TaskPart, Turn: flow.Removed, Status: first.Name, Name: first.Tasks[0].Title}}},
		}}})
	}
	return map[string]slack.ModalViewRequest{
		"incidents-update": UpdateIncidentsForm(s, major, behind[:2], true, at, Editing{}), "incidents-none": UpdateIncidentsForm(s, major, nil, false, at, Editing{}),
		"incidents-many": UpdateIncidentsForm(s, major, behind, true, at, meanwhile), "incidents-updated": IncidentsUpdated(2, []flow.IncidentID{7, 8}),
		"flow":           FlowForm(s, major, DraftOf(major), at, means),
		"flow-meanwhile": FlowForm(s, major, FlowDraft{Name: "Mayor", Entry: flow.Ask, OptOut: flow.Nobody}, at, meanwhile),
		"flow-ask":       FlowForm(s, s.Process.Flows[len(s.Process.Flows)-1], DraftOf(s.Process.Flows[len(s.Process.Flows)-1]), at, Editing{}),
		"flow-add":       AddFlowForm(s, at, Editing{}), "flow-copy": AddFlowForm(s, Ref{Flow: major.Key, Version: 7}, Editing{}),
		"flow-remove": RemoveFlowForm(s, major, at, means), "flow-disable": SwitchFlowForm(s, major, at, means),
		"flow-rules":       RulesForm(s, major, major.EntersWhen, nil, Ref{Want: flow.FieldEntersWhen, Version: 7}, means),
		"flow-rules-tried": RulesForm(s, major, major.EntersWhen, tried, Ref{Want: flow.FieldEntersWhen, Key: "tried", Version: 7}, means),
		"flow-rules-for":   RulesForm(s, major, nil, tried, Ref{Want: flow.FieldAppliesTo, Key: "tried", Version: 7}, Editing{}),
		"flow-preview":     PreviewModal(s, major, ana),
		"status-add":       AddStatusForm(s, major, at, means), "status": StatusForm(s, major, first, first.Name, at, means),
		"flow-move":       MoveForm(s, MoveFlow, major.Name, Ref{Flow: major.Key, Version: 7}, Editing{Means: []flow.Consequence{{Means: flow.NeverReached, Flow: first.Name, Other: major.Name}}}),
		"status-remove":   RemoveStatusForm(s, major, first, at, means),
		"template":        TemplateForm(s, major, first, first.Tasks[1], AfterOf(first.Tasks[1]), Ref{Key: first.Tasks[1].Key, Version: 7}, means),
		"template-add":    TemplateForm(s, major, first, flow.Template{Kind: flow.Custom, Optional: true, Assignee: flow.Assignee{User: ben}}, "soon", at, meanwhile),
		"template-remove": RemoveTemplateForm(s, major, first.Tasks[0], at, means),
		"settings":        SettingsModal(s), "labels-severities": LabelsModal(s, flow.Severities, 0), "labels-roles": LabelsModal(s, flow.Roles, 0),
		"label-add": LabelForm(s, "", "", list(flow.Types), Editing{}), "label-edit": LabelForm(s, "Scribe", "Writes.", Ref{Want: string(flow.Roles), Key: "scribe"}, meanwhile),
		"label-retire": RetireForm(s, s.Process.Roles[1], list(flow.Roles), means),
		"calendar":     CalendarForm(s, s.Process.Calendar.WorkingDays, "2026-12-25 Christmas\n", flow.WorkingHours{}, at, Editing{}),
		"reminders":    RemindersForm(s, flow.SetReminders{Reminders: flow.Reminders{Escalation: flow.Escalation{Channel: "C1"}, Report: "C2"}, FollowUpEmoji: "round_pushpin"}, at, meanwhile),
		"admins":       AdminsForm(s, []flow.UserID{ben}, []flow.GroupID{"S1"}, at, Editing{}),
		"history":      HistoryModal(s, Page[VersionData]{Items: []VersionData{version, old, {Version: 1, First: true}}, More: true}),
		"version":      VersionModal(s, old, meanwhile.Meanwhile.Changes), "version-now": VersionModal(s, version, nil),
		"version-first": VersionModal(s, VersionData{Version: 1, First: true}, meanwhile.Meanwhile.Changes),
		"go-back":       GoBackToForm(s, 5, meanwhile.Meanwhile.Changes, Ref{Want: "5", Version: 7}, means),
	}
}

func TestEveryFormAboutTheProcessLooksAsItDid(t *testing.T) {
	for name, v := range processViews(adminScene(t)) {
		golden(t, "process/"+name, v)
	}
}

// 200 flows with 10 statuses of 20 tasks, every name as long as it may be: no view is more than Slack takes.
func TestTheLargestProcessFits(t *testing.T) {
	for _, typed := range []string{strings.Repeat("😀", 1000), strings.Repeat("&", 1000)} {
		s := largest(typed, flow.MaxLabels, flow.MaxFlows, 10, 20)
		if wrong := s.Process.Check(); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		for _, page := range []int{0, 17, 33, 99} {
			look := Look{}.After(HomePage, Ref{Want: SectionFlows, Page: page})
			fits(t, "home", Home(s, fullHome(look)))
		}
		for name, v := range processViews(s) {
			fits(t, name, v)
		}
		var changes []flow.Difference
		for i := range 200 {
			changes = append(changes, flow.Difference{Part: flow.TaskPart, Turn: flow.Added, Flow: cut(typed, flow.MaxLabel), Status: cut(typed, flow.MaxLabel), Name: fmt.Sprint(i)})
		}
		many := VersionData{Version: 3, By: ben, At: start, Changes: changes}
		fits(t, "history", HistoryModal(s, Page[VersionData]{Items: []VersionData{many, many, many, many, many, many, many, many, many, many, many}, Number: 1, More: true}))
		fits(t, "version", VersionModal(s, many, changes))
		fits(t, "go back", GoBackToForm(s, 3, changes, Ref{}, Editing{Meanwhile: &Meanwhile{By: []flow.UserID{ben}, Changes: changes}}))
	}
}

// largest is a process with so many labels of each list, flows, statuses of each and tasks of those, everything called as typed.
func largest(typed string, labels, flows, statuses, tasks int) Scene {
	p := flow.Standard()
	p.Flows = nil
	name := func(n, limit int) string { return cut(fmt.Sprint(n, " ", typed), limit) }
	text, titles := cut(typed, flow.MaxDescription), make([]string, tasks)
	for k := range titles {
		titles[k] = name(k, flow.MaxTitle)
	}
	long := func(what string, n int) flow.Key { return flow.Key(fmt.Sprintf("%s-%0*d", what, 39-len(what), n)) }
	p.Severities, p.Types, p.Roles = nil, nil, []flow.Role{{Key: flow.LeadRole, Name: name(0, flow.MaxLabel), Description: cut(typed, flow.MaxDescription)}}
	for i := range labels {
		p.Severities = append(p.Severities, flow.Label{Key: long("severity", i), Name: name(i, flow.MaxLabel)})
		p.Types = append(p.Types, flow.Label{Key: long("type", i), Name: name(i, flow.MaxLabel), Retired: i%7 == 3})
		if i > 0 {
			p.Roles = append(p.Roles, flow.Role{Key: long("role", i), Name: name(i, flow.MaxLabel), Description: cut(typed, flow.MaxDescription)})
		}
	}
	var all []flow.Key
	for _, l := range p.Types {
		all = append(all, l.Key)
	}
	for i := range flows {
		f := flow.Flow{
			Key: long("flow", i), Name: name(i, flow.MaxLabel), Entry: flow.Automatic, OptOut: flow.LeadAndAdmins,
			AppliesTo:  []flow.Condition{{Field: flow.Type, Op: flow.IsOneOf, Values: all}},
			EntersWhen: []flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{long("severity", labels-1)}}, {Field: flow.Type, Op: flow.IsNot, Values: all}},
		}
		for j := range statuses {
			st := flow.Status{Key: long("status", j), Name: name(j, flow.MaxLabel)}
			for k := range tasks {
				st.Tasks = append(st.Tasks, flow.Template{
					Key: long("task", j*tasks+k), Kind: flow.Custom, Title: titles[k], Description: text,
					Assignee: flow.Assignee{Role: long("role", labels-1)}, Due: flow.Offset{N: 1000, Unit: flow.BusinessDays}, Optional: true,
				})
			}
			f.Statuses = append(f.Statuses, st)
		}
		p.Flows = append(p.Flows, f)
	}
	return Scene{Process: p, Names: people.all(cut(typed, 80)), Now: start, Zone: berlin, Command: "/inc"}
}

// fullHome is an App Home with more of everything than it shows.
func fullHome(look Look) HomeData {
	s := sampled{shapes: []flow.Incident{{
		ID: 1, Name: strings.Repeat("😀", flow.MaxName), Stage: flow.PostIncident, Status: "a", Snapshot: &flow.Snapshot{Name: strings.Repeat("&", flow.MaxLabel)},
		Tasks: []flow.Task{{Number: 1, Status: "a", Title: strings.Repeat("&", flow.MaxTitle)}, {Number: 2, Status: "a", Title: "x"}},
	}}}
	d := s.home()
	d.Look, d.Admin = look, true
	return d
}

func TestRandomProcessesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringN(1, 400, -1)).Draw(t, "typed")
		s := largest("x"+typed, rapid.IntRange(2, 40).Draw(t, "labels"), rapid.IntRange(1, 4).Draw(t, "flows"), rapid.IntRange(1, 5).Draw(t, "statuses"), rapid.IntRange(2, 8).Draw(t, "tasks"))
		home := Home(s, HomeData{Person: ben, Admin: true})
		fits(t, "home", home)
		harmless(t, "home", home)
		for name, v := range processViews(s) {
			fits(t, name, v)
			harmless(t, name, v)
		}
	})
}

func TestConditionsComeBackFromTheFormAsTheyWent(t *testing.T) {
	p := mandatory(process())
	p.Types = append(p.Types, flow.Label{Key: "security", Name: "Security"})
	keys := func(k ...flow.Key) []flow.Key { return k }
	for name, c := range map[string]struct{ in, shown []flow.Condition }{
		"none":        {nil, nil},
		"one of each": {[]flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: keys("major")}, {Field: flow.Type, Op: flow.IsNot, Values: keys("security")}}, nil},
		"two at least: the higher one": {
			[]flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: keys("critical")}, {Field: flow.Severity, Op: flow.AtLeast, Values: keys("major")}},
			[]flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: keys("critical")}},
		},
		"two that are not allowed": {
			[]flow.Condition{{Field: flow.Type, Op: flow.IsNot, Values: keys("security")}, {Field: flow.Type, Op: flow.IsNot, Values: keys("default", "security")}},
			[]flow.Condition{{Field: flow.Type, Op: flow.IsNot, Values: keys("default", "security")}},
		},
		"two lists: what is in both": {
			[]flow.Condition{{Field: flow.Severity, Op: flow.IsOneOf, Values: keys("minor", "major")}, {Field: flow.Severity, Op: flow.IsOneOf, Values: keys("major", "critical")}},
			[]flow.Condition{{Field: flow.Severity, Op: flow.IsOneOf, Values: keys("major")}},
		},
	} {
		if c.shown == nil {
			c.shown = c.in
		}
		shown := InForm(p, c.in)
		if diff := cmp.Diff(c.shown, shown); diff != "" {
			t.Errorf("%s is shown (-want +got):\n%s", name, diff)
		}
		form := RulesForm(Scene{Process: p}, p.Flows[0], shown, nil, Ref{}, Editing{})
		if diff := cmp.Diff(shown, RulesIn(initial(t, form))); diff != "" {
			t.Errorf("%s comes back (-want +got):\n%s", name, diff)
		}
	}
}

// initial reads what is chosen in the fields of a form before anybody touches it.
func initial(t *testing.T, v slack.ModalViewRequest) func(field string) []string {
	t.Helper()
	chosen := map[string][]string{}
	for _, b := range v.Blocks.BlockSet {
		in, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		switch e := in.Element.(type) {
		case *slack.SelectBlockElement:
			if e.InitialOption != nil {
				chosen[in.BlockID] = []string{e.InitialOption.Value}
			}
		case *slack.MultiSelectBlockElement:
			for _, o := range e.InitialOptions {
				chosen[in.BlockID] = append(chosen[in.BlockID], o.Value)
			}
		}
	}
	return func(field string) []string { return chosen[field] }
}

func TestAPreviewPressesNothing(t *testing.T) {
	s := adminScene(t)
	for _, f := range s.Process.Flows {
		v := PreviewModal(s, f, ana)
		if len(v.Blocks.BlockSet) < 8 {
			t.Errorf("%s: there is no card in it", f.Name)
		}
		for _, b := range v.Blocks.BlockSet {
			switch b := b.(type) {
			case *slack.ActionBlock:
				t.Errorf("%s: there are buttons", f.Name)
			case *slack.SectionBlock:
				if b.Accessory != nil {
					t.Errorf("%s: there is a menu", f.Name)
				}
			}
		}
	}
}
