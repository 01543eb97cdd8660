package flow_test

import (
	"reflect"
	"testing"

	"epilogue/flow"
)

// meaning is what edits mean, with the incidents that are counted.
func meaning(t *testing.T, p flow.Process, c flow.Census, edits ...flow.ProcessEdit) []flow.Consequence {
	t.Helper()
	return flow.Consequences(p, edited(t, p, edits...), c)
}

func TestAnEditSaysWhatItMeansBeforeItIsSaved(t *testing.T) {
	p := small()
	var c flow.Census
	for range 2 {
		c.Count(entered(t, p).inc, root)
	}
	c.Count(entered(t, p).do(ben, done(1)).do(ben, done(2)).inc, root)
	inDoc, inRev := "The "+string(doc), "The "+string(rev)
	future := flow.Consequence{Means: flow.FutureOnly, Flow: "Flow small", Incidents: 3}
	custom := flow.Template{Kind: flow.Custom, Title: "T"}
	rules := []flow.Condition{severityAtLeast("major")}
	uses := []flow.LabelUse{{Flow: "Flow small"}}
	for _, tt := range []struct {
		name  string
		edits []flow.ProcessEdit
		want  []flow.Consequence
	}{
		{"a task is added", []flow.ProcessEdit{flow.AddTemplate{Flow: "small", Status: doc, Task: custom}}, []flow.Consequence{
			future, {Means: flow.KeepSnapshot, Flow: "Flow small", Status: inDoc, Incidents: 2},
		}},
		{"the tasks of a status go", []flow.ProcessEdit{flow.RemoveTemplate{Flow: "small", Task: "c"}, flow.RemoveTemplate{Flow: "small", Task: "d"}}, []flow.Consequence{
			future, {Means: flow.KeepSnapshot, Flow: "Flow small", Status: inRev, Incidents: 1}, {Means: flow.WaitsForPerson, Flow: "Flow small", Status: inRev},
		}},
		{"the last status goes", []flow.ProcessEdit{flow.RemoveStatus{Flow: "small", Status: rev}, flow.RemoveStatus{Flow: "small", Status: doc}}, []flow.Consequence{
			future,
			{Means: flow.KeepSnapshot, Flow: "Flow small", Status: inDoc, Incidents: 2},
			{Means: flow.KeepSnapshot, Flow: "Flow small", Status: inRev, Incidents: 1},
			{Means: flow.HiddenFlow, Flow: "Flow small"},
			{Means: flow.NoFlowAsks},
		}},
		{"the flow is disabled", []flow.ProcessEdit{flow.EditFlow{Flow: "small", Disabled: to(true)}}, []flow.Consequence{future, {Means: flow.NoFlowAsks}}},
		{"a flow comes behind one for all", []flow.ProcessEdit{flow.AddFlow{Name: "Late", Preset: flow.LightPreset}}, []flow.Consequence{
			{Means: flow.NeverReached, Flow: "Late", Other: "Flow small"},
		}},
		{"a flow is only renamed", []flow.ProcessEdit{flow.EditFlow{Flow: "small", Name: to("Little")}}, nil},
		{"a severity is retired that is used", []flow.ProcessEdit{flow.EditFlow{Flow: "small", AppliesTo: &rules}, flow.RetireLabel{List: flow.Severities, Key: "major"}}, []flow.Consequence{
			future, {Means: flow.StillUsed, List: flow.Severities, Name: "Major", Uses: uses},
		}},
		{"a severity is retired that incidents have", []flow.ProcessEdit{flow.RetireLabel{List: flow.Severities, Key: "minor"}}, []flow.Consequence{
			{Means: flow.StillUsed, List: flow.Severities, Name: "Minor", Incidents: 3},
		}},
		{"a role is retired that nobody needs", []flow.ProcessEdit{flow.RetireLabel{List: flow.Roles, Key: "scribe"}}, nil},
		{"severities change places", []flow.ProcessEdit{flow.EditFlow{Flow: "small", AppliesTo: &rules}, flow.MoveLabel{List: flow.Severities, Key: "minor", By: 9}}, []flow.Consequence{
			future, {Means: flow.RankChanged, Uses: uses},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) { equal(t, meaning(t, p, c, tt.edits...), tt.want) })
	}
}

func TestARoleThatTasksAskForIsNamedWithThem(t *testing.T) {
	p := process(aFlow("f", status(doc, kind(flow.AssignRole, "a", holds("scribe")), task("b", byRole("scribe")))))
	got := meaning(t, p, flow.Census{}, flow.RetireLabel{List: flow.Roles, Key: "scribe"})
	equal(t, got, []flow.Consequence{{
		Means: flow.StillUsed, List: flow.Roles, Name: "Scribe", Uses: []flow.LabelUse{{Flow: "Flow f", Task: "Task a"}, {Flow: "Flow f", Task: "Task b"}},
	}})
}

func TestWhatSomebodyCannotSeeIsNotCounted(t *testing.T) {
	var c flow.Census
	inc := private(t, small()).do(ana, flow.EnterFlow{Flow: "small"}).inc
	c.Count(inc, flow.Actor{User: "boss", Standing: flow.FullMember, Admin: true})
	closed := entered(t, small()).do(ben, flow.OptOut{Reason: "why"}).inc
	c.Count(closed, root)
	got := meaning(t, small(), c, flow.RetireLabel{List: flow.Severities, Key: "minor"}, flow.RemoveStatus{Flow: "small", Status: doc})
	equal(t, got, []flow.Consequence{{Means: flow.FutureOnly, Flow: "Flow small"}})
	c.Count(inc, root)
	got = meaning(t, small(), c, flow.RemoveStatus{Flow: "small", Status: doc})
	equal(t, got[0].Incidents, 1)
}

func TestATrialSaysWhatDecided(t *testing.T) {
	major := []flow.Condition{severityAtLeast("major")}
	security := []flow.Condition{typeIs("security")}
	special, usual := aFlow("special", status(doc, task("a"))), aFlow("usual", status(doc, task("a")))
	special.AppliesTo, special.Entry, special.EntersWhen = security, flow.Automatic, major
	off, hidden := aFlow("off", status(doc)), aFlow("hidden")
	off.Disabled = true
	hidden.AppliesTo = []flow.Condition{typeIs("nothing")}
	p := process(off, special, usual)
	p.Types = append(p.Types, flow.Label{Key: "nothing", Name: "Nothing"})
	p.Flows = append([]flow.Flow{hidden}, p.Flows...)
	incident := func(severity, kind flow.Key) flow.Incident {
		return flow.Incident{ID: 7, Name: "N", Severity: severity, Type: kind, Stage: flow.Closed}
	}
	for _, tt := range []struct {
		flow flow.Key
		inc  flow.Incident
		want flow.Trial
	}{
		{"special", incident("critical", "security"), flow.Trial{Outcome: flow.WouldEnter, Because: append(security[:1:1], major...)}},
		{"special", incident("minor", "security"), flow.Trial{Outcome: flow.WouldAskInstead, Because: major}},
		{"special", incident("critical", "default"), flow.Trial{Outcome: flow.NotForIt, Because: security}},
		{"usual", incident("critical", "default"), flow.Trial{Outcome: flow.WouldAsk}},
		{"usual", incident("critical", "security"), flow.Trial{Outcome: flow.OtherFirst, Other: "Flow special"}},
		{"off", incident("minor", "default"), flow.Trial{Outcome: flow.FlowIsOff}},
		{"hidden", incident("minor", "nothing"), flow.Trial{Outcome: flow.FlowIsOff}},
		{"gone", incident("minor", "default"), flow.Trial{Outcome: flow.FlowIsOff}},
	} {
		tt.want.Incident, tt.want.Name = 7, "N"
		equal(t, p.Try(tt.flow, []flow.Incident{tt.inc}), []flow.Trial{tt.want})
	}
}

// TestADifferenceInAnyFieldIsFound changes every single value of a process that has all of them.
func TestADifferenceInAnyFieldIsFound(t *testing.T) {
	p := small(automatic(severityAtLeast("major")))
	p.Flows[0].AppliesTo = []flow.Condition{typeIs("default")}
	p.Flows[0].Statuses[0].Tasks[0].Due = flow.Offset{N: 1, Unit: flow.Days}
	p.Templates, p.Flows[0].Templates = flow.StandardTemplates(), []flow.Key{"light"}
	p.Calendar.Holidays = days(1)
	p.Admins = flow.AdminList{People: []flow.UserID{"U1"}, Groups: []flow.GroupID{"S1"}}
	p.Version = 7
	tried := 0
	var walk func(where string, v reflect.Value)
	walk = func(where string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if name := v.Type().Field(i).Name; where != "" || name != "Version" {
					walk(where+"."+name, v.Field(i))
				}
			}
			return
		case reflect.Slice:
			for i := range v.Len() {
				walk(where+"[]", v.Index(i))
			}
			return
		}
		next := deepCopy(t, p)
		old := reflect.ValueOf(v.Interface())
		switch v.Kind() {
		case reflect.String:
			v.SetString("other")
		case reflect.Int:
			v.SetInt(v.Int() + 1)
		case reflect.Bool:
			v.SetBool(!v.Bool())
		default:
			return
		}
		tried++
		if len(flow.Diff(next, p)) == 0 {
			t.Errorf("a change of %s is no difference", where)
		}
		v.Set(old)
	}
	walk("", reflect.ValueOf(&p).Elem())
	if tried < 60 {
		t.Errorf("only %d values were changed", tried)
	}
	again := deepCopy(t, p)
	again.Version++
	equal(t, flow.Diff(p, again), []flow.Difference(nil))
}
