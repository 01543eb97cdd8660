package flow_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"epilogue/flow"
)

func refusedTemplateEdits() map[flow.Why][]refusedEdit {
	p, full, last := small(), small(), small()
	for range flow.MaxTemplates - 3 {
		p := full
		next, err := flow.Edit(p, flow.AddPostmortemTemplate{Name: "T" + strings.Repeat("x", len(p.Templates)), Copy: "light"}, root)
		if err != nil {
			panic(err)
		}
		full = next
	}
	last.Templates = []flow.PostmortemTemplate{{Key: "a", Name: "A", Text: "a"}, {Key: "b", Name: "a", Text: "b", Retired: true}}
	text := func(s string) flow.ProcessEdit { return flow.EditPostmortemTemplate{Template: "light", Text: &s} }
	return map[flow.Why][]refusedEdit{
		flow.GonePart: {
			{p, flow.AddPostmortemTemplate{Name: "N", Copy: "gone"}, flow.FieldTemplate},
			{last, flow.AddPostmortemTemplate{Name: "N", Copy: "light"}, flow.FieldTemplate},
			{p, flow.EditPostmortemTemplate{Template: "gone"}, flow.FieldTemplate},
			{p, flow.RetirePostmortemTemplate{Template: "gone"}, flow.FieldTemplate},
			{p, flow.RestorePostmortemTemplate{Template: "gone"}, flow.FieldTemplate},
			{p, flow.SetFlowTemplates{Flow: "gone"}, flow.FieldFlow},
			{p, flow.SetFlowTemplates{Flow: "small", Templates: []flow.Key{"gone"}}, flow.FieldTemplate},
			{last, flow.SetFlowTemplates{Flow: "small", Templates: []flow.Key{"b"}}, flow.FieldTemplate},
		},
		flow.NameTaken: {
			{p, flow.AddPostmortemTemplate{Name: "major ", Copy: "light"}, flow.FieldName},
			{p, flow.EditPostmortemTemplate{Template: "light", Name: to("Standard")}, flow.FieldName},
			{last, flow.RestorePostmortemTemplate{Template: "b"}, flow.FieldName},
		},
		flow.NoRoom:  {{full, flow.AddPostmortemTemplate{Name: "N", Copy: "light"}, flow.FieldTemplate}},
		flow.LastOne: {{last, flow.RetirePostmortemTemplate{Template: "a"}, flow.FieldTemplate}},
		flow.Required: {
			{p, flow.AddPostmortemTemplate{Copy: "light"}, flow.FieldName},
			{p, text(" \r\n\n "), flow.FieldText},
		},
		flow.TooLong:            {{p, text(strings.Repeat("ü", flow.MaxTemplateText)), flow.FieldText}},
		flow.UnknownPlaceholder: {{p, text("# {{name}}\n{{ leed }}"), flow.FieldText}},
		flow.NothingToChange: {
			{p, flow.EditPostmortemTemplate{Template: "light"}, ""},
			{p, text(light(p).Text + "\n\n"), ""},
			{p, flow.SetFlowTemplates{Flow: "small"}, ""},
			{p, flow.RestorePostmortemTemplate{Template: "light"}, ""},
		},
	}
}

func light(p flow.Process) flow.PostmortemTemplate {
	t, _ := p.PostmortemTemplate("light")
	return t
}

func anyTemplateEdit(t *rapid.T, p flow.Process, f flow.Key, name string) flow.ProcessEdit {
	k := oneOf(t, append(p.AllTemplates(), flow.PostmortemTemplate{Key: "gone"})...).Key
	return oneOf[flow.ProcessEdit](t,
		flow.AddPostmortemTemplate{Name: name, Copy: k}, flow.AddPostmortemTemplate{Name: name, Copy: k, Brought: true},
		flow.EditPostmortemTemplate{Template: k, Name: &name}, flow.EditPostmortemTemplate{Template: k, Text: &name},
		flow.RetirePostmortemTemplate{Template: k}, flow.RestorePostmortemTemplate{Template: k}, flow.SetFlowTemplates{Flow: f, Templates: []flow.Key{k}},
	)
}

func TestWhatATemplateSaysIsKeptAsItWasTyped(t *testing.T) {
	p := edited(t, small(), flow.EditPostmortemTemplate{Template: "light", Name: to(" Short "), Text: to("# {{name}}\r\n\r\n  {{ lead }}\t\r\n\n")})
	if got := light(p); got.Text != "# {{name}}\n\n  {{ lead }}\n" || got.Name != "Short" {
		t.Errorf("it is %+v", got)
	}
	if len(p.Templates) != 3 || p.Templates[0] != flow.StandardTemplates()[0] {
		t.Errorf("the others are not as they were: %+v", p.Templates)
	}
}

func TestATemplateIsDuplicatedAsItIsOrAsItCame(t *testing.T) {
	p := edited(t, small(), flow.EditPostmortemTemplate{Template: "light", Text: to("short")}, flow.AddPostmortemTemplate{Name: "As it is", Copy: "light"},
		flow.AddPostmortemTemplate{Name: "As it came", Copy: "light", Brought: true})
	if is, came := p.Templates[3], p.Templates[4]; is.Text != "short\n" || came.Text != flow.StandardTemplates()[1].Text || is.Key == came.Key {
		t.Errorf("they are %+v and %+v", is, came)
	}
}

func TestARetiredTemplateIsOfferedNowhereAndStillNamed(t *testing.T) {
	p := edited(t, small(),
		flow.SetFlowTemplates{Flow: "small", Templates: []flow.Key{"major", "light", "major"}}, flow.RetirePostmortemTemplate{Template: "major"})
	s := entered(t, p)
	if got := templateKeys(p.TemplatesFor(s.inc)); !slices.Equal(got, []flow.Key{"light"}) {
		t.Errorf("%v are offered in the flow", got)
	}
	if got := templateKeys(p.OfferedTemplates()); !slices.Equal(got, []flow.Key{"standard", "light"}) {
		t.Errorf("%v are offered elsewhere", got)
	}
	s.refuses(ben, flow.RequestPostmortem{Template: "major"}, because(flow.NotOffered))
	if m, ok := p.PostmortemTemplate("major"); !ok || m.Name != "Major" {
		t.Error("it has lost its name")
	}
	p = edited(t, p, flow.RetirePostmortemTemplate{Template: "light"})
	if got := templateKeys(p.TemplatesFor(s.inc)); !slices.Equal(got, []flow.Key{"standard"}) {
		t.Errorf("where a flow names none that is offered, %v are", got)
	}
}

func templateKeys(all []flow.PostmortemTemplate) []flow.Key {
	var out []flow.Key
	for _, t := range all {
		out = append(out, t.Key)
	}
	return out
}

func TestAFlowFromAPresetOffersTheTemplateOfThatNameFirst(t *testing.T) {
	for preset, want := range map[flow.Preset][]flow.Key{
		flow.LightPreset: {"light", "standard", "major"}, flow.StandardPreset: nil, flow.MajorPreset: {"major", "standard", "light"},
	} {
		p := edited(t, small(), flow.AddFlow{Name: "New", Preset: preset})
		if got := p.Flows[1].Templates; !slices.Equal(got, want) {
			t.Errorf("%s offers %v", preset, got)
		}
	}
	p := edited(t, small(), flow.RetirePostmortemTemplate{Template: "major"}, flow.AddFlow{Name: "New", Preset: flow.MajorPreset})
	if got := p.Flows[1].Templates; got != nil {
		t.Errorf("without the Major template it offers %v", got)
	}
}
