package blocks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"epilogue/flow"
)

// templateViews are the forms about post-mortem templates, by the name of their golden file.
func templateViews(s Scene) map[string]slack.ModalViewRequest {
	all := s.Process.AllTemplates()
	t, f := all[len(all)-1], s.Process.Flows[0]
	at, of := Ref{Version: 7}, Ref{Version: 7, Key: t.Key}
	meanwhile := Editing{Meanwhile: &Meanwhile{By: []flow.UserID{ben}, Changes: []flow.Difference{
		{Part: flow.TemplatePart, Turn: flow.Changed, Name: t.Name, Fields: []flow.FieldChange{{Field: flow.FieldText}, {Field: flow.FieldRetired, To: flow.Value{Set: true}}}},
		{Part: flow.TemplatePart, Turn: flow.Added, Name: t.Name},
		{Part: flow.FlowPart, Turn: flow.Changed, Name: f.Name, Fields: []flow.FieldChange{{Field: flow.FieldTemplates, To: flow.Value{Names: []string{t.Name}}}}},
	}}}
	return map[string]slack.ModalViewRequest{
		"list": PostmortemTemplatesModal(s, 0), "list-end": PostmortemTemplatesModal(s, 99),
		"add": AddPostmortemTemplateForm(s, at, Editing{}), "copy": AddPostmortemTemplateForm(s, of, meanwhile),
		"edit": EditPostmortemTemplateForm(s, DraftOfTemplate(t), of, Editing{}), "edit-meanwhile": EditPostmortemTemplateForm(s, DraftOfTemplate(t), of, meanwhile),
		"edit-name": EditPostmortemTemplateForm(s, TemplateDraft{Name: t.Name}, of, Editing{}), "preview": PostmortemTemplatePreview(s, t, ana),
		"retire": RetirePostmortemTemplateForm(s, t, of, Editing{}), "flows": TemplatesOfFlowsModal(s, 0),
		"flow": TemplatesOfFlowForm(s, f, f.Templates, at, Editing{}), "flow-meanwhile": TemplatesOfFlowForm(s, f, []flow.Key{t.Key}, at, meanwhile),
	}
}

func TestEveryFormAboutTemplatesLooksAsItDid(t *testing.T) {
	s := adminScene(t)
	s.Process.Templates = append(flow.StandardTemplates(), flow.PostmortemTemplate{Key: "old", Name: "Old", Text: "# {{name}}\n", Retired: true},
		flow.PostmortemTemplate{Key: "ours", Name: "Ours", Text: "# {{name}}\n\n> What happened, *briefly*.\n\n{{timeline}}\n\n{{people}}\n"})
	s.Process.Flows[0].Templates = []flow.Key{"ours", "light"}
	for name, v := range templateViews(s) {
		golden(t, "templates/"+name, v)
	}
}

func TestTheLargestTemplatesFit(t *testing.T) {
	for _, typed := range []string{strings.Repeat("😀", 25_000), strings.Repeat("&", 25_000), strings.Repeat("# <!channel> {{name}}\n", 2000), strings.Repeat(strings.Repeat("x", 1600)+"\n", 20)} {
		s := largest(strings.ReplaceAll(cut(typed, 100), "\n", " "), 5, flow.MaxFlows, 1, 1)
		text := []rune(typed)
		for i := range flow.MaxTemplates {
			k := flow.Key(fmt.Sprint("t", i))
			s.Process.Templates = append(s.Process.Templates, flow.PostmortemTemplate{Key: k, Name: cut(fmt.Sprint(i, " ", typed), flow.MaxLabel), Text: string(text[:flow.MaxTemplateText])})
			s.Process.Flows[0].Templates = append(s.Process.Flows[0].Templates, k)
		}
		for name, v := range templateViews(s) {
			fits(t, name, v)
		}
	}
}

func TestAPreviewMentionsNobodyAndLinksNowhere(t *testing.T) {
	s := adminScene(t)
	for _, typed := range []string{"<!channel>", "<@UANA> and <#C1>", "<https://evil.example|docs>", "# <!here>", "> <!everyone> *_`", "- <!subteam^S1>", `\<!channel\>`, "**<!channel>**"} {
		view := PostmortemTemplatePreview(s, flow.PostmortemTemplate{Name: typed, Text: typed + "\n"}, ana)
		for _, b := range view.Blocks.BlockSet {
			if section, ok := b.(*slack.SectionBlock); ok {
				if shown := section.Text.Text; strings.ContainsAny(shown, "<>") {
					t.Errorf("%q is shown as %q", typed, shown)
				}
			}
		}
	}
}

// A field holds 3,000 characters: what stands in several is read as what stood in one.
func TestATextIsTheSameInSeveralFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			head := rapid.SampledFrom([]string{"", "", "## ", "ü"}).Draw(t, "head")
			return head + strings.Repeat(rapid.SampledFrom([]string{"x", "ä", "😀"}).Draw(t, "letter"), rapid.SampledFrom([]int{0, 1, 40, 700, 1490, 1600, 2990}).Draw(t, "length"))
		}), 1, 200).Draw(t, "lines")
		text := strings.TrimRight(strings.Join(lines, "\n"), "\n")
		if n := utf8.RuneCountInString(text); n >= flow.MaxTemplateText {
			t.Skip("it is longer than a template")
		}
		d := DraftOfTemplate(flow.PostmortemTemplate{Text: text + "\n"})
		if strings.Join(d.Parts, "\n") != text || !d.Whole {
			t.Fatalf("%q is cut into %q", text, d.Parts)
		}
		if len(d.Parts) > mostParts-1 {
			t.Fatalf("it takes %d fields", len(d.Parts))
		}
		for _, p := range d.Parts {
			if utf8.RuneCountInString(p) > mostTyped {
				t.Fatalf("%q does not fit into a field", p)
			}
		}
	})
}

func TestATextIsCutBeforeItsHeadings(t *testing.T) {
	line := strings.Repeat("x", 99) + "\n"
	d := DraftOfTemplate(flow.PostmortemTemplate{Text: strings.Repeat(line, 25) + "## Lessons\n" + strings.Repeat(line, 10)})
	if len(d.Parts) != 2 || !strings.HasPrefix(d.Parts[1], "## Lessons\n") {
		t.Errorf("it is cut into %q", d.Parts)
	}
	if d := DraftOfTemplate(flow.PostmortemTemplate{Name: "N", Text: strings.Repeat("x", mostTyped)}); d.Whole || len(d.Parts) > 0 || d.Name != "N" {
		t.Errorf("a line that no field holds is in %q", d.Parts)
	}
}

func TestWhatIsChosenForAFlowComesOnce(t *testing.T) {
	for _, c := range []struct {
		first string
		also  []string
		want  []flow.Key
	}{{"", nil, nil}, {"a", []string{"b", "a"}, []flow.Key{"a", "b"}}, {"", []string{"b"}, []flow.Key{"b"}}} {
		if got := ChosenTemplates(c.first, c.also); !slices.Equal(got, c.want) {
			t.Errorf("%q and %q are %q", c.first, c.also, got)
		}
	}
}
