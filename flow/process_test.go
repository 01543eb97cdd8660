package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"epilogue/flow"
)

func TestTheStandardProcessHasNoProblems(t *testing.T) {
	p := flow.Standard()
	equal(t, p.Check(), []flow.Problem(nil))
	f, ok := p.FlowFor(flow.Incident{})
	if !ok || f.Key != "standard" || f.Entry != flow.Ask || f.Tasks() != 6 {
		t.Errorf("the standard flow is %+v", f)
	}
	equal(t, deepCopy(t, p), p)
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	labels := func(n int) (out []flow.Label) {
		for i := range n {
			out = append(out, flow.Label{Key: flow.Key(fmt.Sprint("k", i)), Name: "N"})
		}
		return out
	}
	first := func(p *flow.Process) *flow.Flow { return &p.Flows[0] }
	firstTask := func(p *flow.Process) *flow.Template { return &p.Flows[0].Statuses[0].Tasks[0] }
	when := func(c flow.Condition) func(*flow.Process) {
		return func(p *flow.Process) { p.Flows[0].AppliesTo = []flow.Condition{c} }
	}
	long := func(n int) string { return strings.Repeat("ü", n+1) }
	for _, c := range []struct {
		edit func(*flow.Process)
		want string // path: the beginning of what
	}{
		{func(p *flow.Process) { p.Severities[1].Key = "" }, "severities[1].key: a key is needed"},
		{func(p *flow.Process) { p.Severities[1].Key = "A b" }, "severities[1].key: a key is at most"},
		{func(p *flow.Process) { p.Severities[1].Key = flow.Key(strings.Repeat("k", 41)) }, "severities[1].key: a key is at most"},
		{func(p *flow.Process) { p.Severities[1].Key = "minor" }, `severities[1].key: "minor" is there twice`},
		{func(p *flow.Process) { p.Types[0].Name = " " }, "types[0].name: a name is needed"},
		{func(p *flow.Process) { p.Types[0].Name = long(flow.MaxLabel) }, "types[0].name: at most 75 characters"},
		{func(p *flow.Process) { p.Types[0].Name = "a\nb" }, "types[0].name: one line only"},
		{func(p *flow.Process) { p.Types[0].Retired = true }, "types: at least one"},
		{func(p *flow.Process) { p.ActiveStatuses = nil }, "active_statuses: at least one"},
		{func(p *flow.Process) { p.Types = labels(flow.MaxLabels + 1) }, "types: at most 100"},
		{func(p *flow.Process) { p.Roles[0].Retired = true }, "roles: a role with the key"},
		{func(p *flow.Process) { p.Roles[1].Key = "lead" }, `roles[1].key: "lead" is there twice`},
		{func(p *flow.Process) { p.Roles[1].Name = "" }, "roles[1].name: a name is needed"},
		{func(p *flow.Process) { p.Roles[1].Description = long(flow.MaxDescription) }, "roles[1].description: at most"},
		{func(p *flow.Process) {
			for _, l := range labels(flow.MaxLabels) {
				p.Roles = append(p.Roles, flow.Role{Key: l.Key, Name: l.Name})
			}
		}, "roles: at most 100"},
		{func(p *flow.Process) { p.Hours = flow.WorkingHours{From: clock(9, 0), To: clock(9, 59)} }, "hours: they end at least an hour"},
		{func(p *flow.Process) { p.Hours = flow.WorkingHours{From: clock(22, 0), To: clock(6, 0)} }, "hours: they end at least an hour"},
		{func(p *flow.Process) { p.Hours = flow.WorkingHours{From: clock(9, 0), To: clock(24, 0)} }, "hours: a time from 00:00 to 23:59"},
		{func(p *flow.Process) {
			p.Hours = flow.WorkingHours{From: clock(9, 0), To: clock(17, 0), Digest: clock(8, 59)}
		}, "hours.digest: the digest comes within"},
		{func(p *flow.Process) {
			p.Hours = flow.WorkingHours{From: clock(9, 0), To: clock(17, 0), Digest: clock(16, 1)}
		}, "hours.digest: the digest comes within"},
		{func(p *flow.Process) { p.Calendar.WorkingDays[0] = 7 }, "calendar.working_days[0]: no day of the week"},
		{func(p *flow.Process) {
			for i := range flow.MaxHolidays + 1 {
				p.Calendar.Holidays = append(p.Calendar.Holidays, flow.DateOf(monday).AddDays(i))
			}
		}, "calendar.holidays: at most 1000"},
		{func(p *flow.Process) { p.Admins.People = make([]flow.UserID, flow.MaxLabels+1) }, "admins.people: at most 100"},
		{func(p *flow.Process) { p.Admins.Groups = make([]flow.GroupID, flow.MaxLabels+1) }, "admins.groups: at most 100"},
		{func(p *flow.Process) { first(p).Description = long(flow.MaxDescription) }, "flows[0].description: at most"},
		{func(p *flow.Process) {
			first(p).AppliesTo = slices.Repeat([]flow.Condition{typeIs("default")}, flow.MaxConditions+1)
		}, "flows[0].applies_to: at most 20"},
		{func(p *flow.Process) { p.Templates[1].Key = "standard" }, `templates[1].key: "standard" is there twice`},
		{func(p *flow.Process) { p.Templates[0].Name = "" }, "templates[0].name: a name is needed"},
		{func(p *flow.Process) { p.Templates[0].Text = " \n" }, "templates[0].text: a text is needed"},
		{func(p *flow.Process) { p.Templates[0].Text = long(flow.MaxTemplateText) }, "templates[0].text: at most 20000"},
		{func(p *flow.Process) { p.Templates[0].Text = "{{ nobody }}" }, `templates[0].text: nothing is known as "{{ nobody }}"`},
		{func(p *flow.Process) {
			for _, l := range labels(flow.MaxTemplates) {
				p.Templates = append(p.Templates, flow.PostmortemTemplate{Key: l.Key, Name: l.Name, Text: "# x"})
			}
		}, "templates: at most 50"},
		{func(p *flow.Process) { first(p).Templates = []flow.Key{"light", "none"} }, `flows[0].templates[1]: no template has the key "none"`},
		{func(p *flow.Process) { first(p).Templates = []flow.Key{"light", "light"} }, `flows[0].templates[1]: "light" is there twice`},
		{func(p *flow.Process) { p.Flows = append(p.Flows, *first(p)) }, `flows[1].key: "standard" is there twice`},
		{func(p *flow.Process) {
			for _, l := range labels(flow.MaxFlows) {
				p.Flows = append(p.Flows, aFlow(l.Key))
			}
		}, "flows: at most 200"},
		{func(p *flow.Process) { first(p).Name = "" }, "flows[0].name: a name is needed"},
		{func(p *flow.Process) { first(p).Entry = "" }, "flows[0].entry: ask or automatic"},
		{func(p *flow.Process) { first(p).OptOut = "some" }, "flows[0].opt_out: everyone, "},
		{func(p *flow.Process) { first(p).EntersWhen = []flow.Condition{severityAtLeast("major")} }, "flows[0].enters_when: only with"},
		{func(p *flow.Process) {
			first(p).Entry, first(p).EntersWhen = flow.Automatic, []flow.Condition{severityAtLeast("worst")}
		}, "flows[0].enters_when[0].values[0]: no severity"},
		{when(flow.Condition{Field: "color", Op: flow.IsNot}), "flows[0].applies_to[0].field: severity or type"},
		{when(flow.Condition{Field: flow.Type, Op: "like", Values: []flow.Key{"default"}}), "flows[0].applies_to[0].op: at-least, "},
		{when(flow.Condition{Field: flow.Type, Op: flow.AtLeast, Values: []flow.Key{"default"}}), "flows[0].applies_to[0].op: only a severity"},
		{when(flow.Condition{Field: flow.Type, Op: flow.IsOneOf}), "flows[0].applies_to[0].values: at least one"},
		{when(flow.Condition{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"minor", "major"}}), "flows[0].applies_to[0].values: at-least takes one"},
		{when(typeIs("default", "minor")), "flows[0].applies_to[0].values[1]: no type"},
		{func(p *flow.Process) {
			first(p).Statuses = nil
			for _, l := range labels(flow.MaxStatuses + 1) {
				first(p).Statuses = append(first(p).Statuses, status(l.Key))
			}
		}, "flows[0].statuses: at most 20 statuses"},
		{func(p *flow.Process) {
			for _, l := range labels(flow.MaxTasks - 5) {
				first(p).Statuses[0].Tasks = append(first(p).Statuses[0].Tasks, task(string(l.Key)))
			}
		}, "flows[0].statuses: at most 200 tasks"},
		{func(p *flow.Process) { first(p).Statuses[1].Key = "documenting" }, `flows[0].statuses[1].key: "documenting" is there twice`},
		{func(p *flow.Process) { first(p).Statuses[1].Name = "" }, "flows[0].statuses[1].name: a name is needed"},
		{func(p *flow.Process) { first(p).Statuses[1].Tasks[0].Key = "review-timeline" }, "flows[0].statuses[1].tasks[0].key: "},
		{func(p *flow.Process) { firstTask(p).Title = long(flow.MaxTitle) }, "flows[0].statuses[0].tasks[0].title: at most 300"},
		{func(p *flow.Process) { firstTask(p).Title = "" }, "flows[0].statuses[0].tasks[0].title: a name is needed"},
		{func(p *flow.Process) { firstTask(p).Description = long(flow.MaxDescription) }, "flows[0].statuses[0].tasks[0].description: at most"},
		{func(p *flow.Process) { firstTask(p).Kind = "dance" }, "flows[0].statuses[0].tasks[0].kind: no task kind"},
		{func(p *flow.Process) { firstTask(p).Kind = flow.AssignRole }, "flows[0].statuses[0].tasks[0].role: a role goes with"},
		{func(p *flow.Process) { firstTask(p).Role = "scribe" }, "flows[0].statuses[0].tasks[0].role: a role goes with"},
		{func(p *flow.Process) { firstTask(p).Kind, firstTask(p).Role = flow.AssignRole, "driver" }, "flows[0].statuses[0].tasks[0].role: no role"},
		{func(p *flow.Process) { firstTask(p).Assignee.Role = "driver" }, "flows[0].statuses[0].tasks[0].assignee.role: no role"},
		{func(p *flow.Process) { firstTask(p).Assignee.User = "ana" }, "flows[0].statuses[0].tasks[0].assignee: a person or a role"},
		{func(p *flow.Process) { firstTask(p).Due = flow.Offset{N: 1} }, "flows[0].statuses[0].tasks[0].due: a unit is needed"},
		{func(p *flow.Process) { firstTask(p).Due = flow.Offset{N: 1, Unit: "weeks"} }, "flows[0].statuses[0].tasks[0].due: business-days, "},
		{func(p *flow.Process) { firstTask(p).Due = flow.Offset{N: -1, Unit: flow.Days} }, "flows[0].statuses[0].tasks[0].due: from 0 to 1000"},
		{func(p *flow.Process) { firstTask(p).Due = flow.Offset{N: 1001, Unit: flow.Hours} }, "flows[0].statuses[0].tasks[0].due: from 0 to 1000"},
	} {
		t.Run(c.want, func(t *testing.T) {
			p := flow.Standard()
			c.edit(&p)
			problems := p.Check()
			if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), c.want) {
				t.Errorf("found %v", problems)
			}
		})
	}
}

func TestWhatIsRetiredMayStillBeUsed(t *testing.T) {
	p := flow.Standard()
	p.Severities[0].Retired, p.Roles[2].Retired = true, true
	p.Flows[0].AppliesTo = []flow.Condition{severityAtLeast("minor")}
	p.Flows[0].Statuses[0].Tasks = append(p.Flows[0].Statuses[0].Tasks,
		kind(flow.AssignRole, "scribe", holds("scribe")), task("x", byRole("scribe")))
	equal(t, p.Check(), []flow.Problem(nil))
	entered(t, p)
}

func TestJudgingSaysWhichConditionDecided(t *testing.T) {
	p := process()
	p.Severities[1].Retired = true // and still has its place in the order
	major, security := severityAtLeast("major"), typeIs("security", "default")
	notMinor := flow.Condition{Field: flow.Severity, Op: flow.IsNot, Values: []flow.Key{"minor"}}
	is := func(severity, kind flow.Key) flow.Incident { return flow.Incident{Severity: severity, Type: kind} }
	for _, c := range []struct {
		name    string
		given   []flow.Condition
		inc     flow.Incident
		match   bool
		because []flow.Condition
	}{
		{"nothing matches everything, because of nothing", nil, is("minor", "default"), true, nil},
		{"at least, more", []flow.Condition{major}, is("critical", "x"), true, []flow.Condition{major}},
		{"at least, the same", []flow.Condition{major}, is("major", "x"), true, []flow.Condition{major}},
		{"at least, less", []flow.Condition{major}, is("minor", "x"), false, []flow.Condition{major}},
		{"at least, unknown", []flow.Condition{major}, is("gone", "x"), false, []flow.Condition{major}},
		{"at least something unknown", []flow.Condition{severityAtLeast("gone")}, is("gone", "x"), false, []flow.Condition{severityAtLeast("gone")}},
		{"one of", []flow.Condition{security}, is("minor", "security"), true, []flow.Condition{security}},
		{"none of", []flow.Condition{security}, is("minor", "x"), false, []flow.Condition{security}},
		{"is not", []flow.Condition{notMinor}, is("major", "x"), true, []flow.Condition{notMinor}},
		{"is", []flow.Condition{notMinor}, is("minor", "x"), false, []flow.Condition{notMinor}},
		{"all match", []flow.Condition{major, security}, is("major", "default"), true, []flow.Condition{major, security}},
		{"the first that does not match decides", []flow.Condition{security, major, notMinor}, is("minor", "default"), false, []flow.Condition{major}},
		{"an unknown operator matches nothing", []flow.Condition{{Field: flow.Type, Op: "like"}}, is("a", "b"), false, []flow.Condition{{Field: flow.Type, Op: "like"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			equal(t, p.Judge(c.given, c.inc), flow.Verdict{Match: c.match, Because: c.because})
		})
	}
}

func TestReplacingAProcessKeepsWhatIncidentsReferTo(t *testing.T) {
	old := process(small().Flows...)
	old.Version = 7
	old.Severities = append(old.Severities[:2:2], flow.Label{Key: "high", Name: "High"}, old.Severities[2])
	next := flow.Standard()
	next.Version = 1
	next.Severities = []flow.Label{{Key: "low", Name: "Low"}, {Key: "minor", Name: "Small"}, {Key: "critical", Name: "Critical"}}
	next.ActiveStatuses = []flow.Label{{Key: "new", Name: "New"}}
	next.Roles = next.Roles[:1]
	before := deepCopy(t, next)

	got, kept := old.Replace(next)
	equal(t, next, before)
	equal(t, kept, []flow.Key{"investigating", "fixing", "monitoring", "security", "major", "high", "communications", "scribe"})
	equal(t, got.Version, 8)
	equal(t, got.Flows, next.Flows)
	equal(t, got.Severities, []flow.Label{
		{Key: "low", Name: "Low"},
		{Key: "minor", Name: "Small"},
		{Key: "major", Name: "Major", Retired: true},
		{Key: "high", Name: "High", Retired: true},
		{Key: "critical", Name: "Critical"},
	})
	equal(t, flow.Offered(got.ActiveStatuses), []flow.Label{{Key: "new", Name: "New"}})
	equal(t, flow.Offered(got.Types), flow.Standard().Types)
	for _, r := range got.Roles {
		if r.Retired != (r.Key != flow.LeadRole) {
			t.Errorf("role %s is retired: %v", r.Key, r.Retired)
		}
	}
	equal(t, got.Check(), []flow.Problem(nil))
	again, kept := got.Replace(got)
	got.Version++
	equal(t, again, got)
	equal(t, kept, []flow.Key(nil))
}

func TestNamesAreThoseOfTheProcess(t *testing.T) {
	p := flow.Standard()
	s := entered(t, small())
	for got, want := range map[string]string{
		p.SeverityName("major"): "Major", p.SeverityName("x"): "x", p.TypeName("default"): "Default", p.StatusName("fixing"): "Fixing",
		p.RoleName("scribe"): "Scribe", p.RoleName("y"): "y", s.inc.Snapshot.StatusName(rev): "The rev", (*flow.Snapshot)(nil).StatusName("z"): "z",
	} {
		equal(t, got, want)
	}
	equal(t, flow.Count(entered(t, small()).do(ben, done(1)).do(ben, skip(3)).inc.Tasks), flow.Progress{Open: 2, Done: 1, NotDoing: 1})
}
