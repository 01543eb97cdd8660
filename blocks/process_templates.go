package blocks

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Actions on post-mortem templates. Ref.Key is the template.
const (
	PostmortemTemplates       Action = "process.templates"           // shows, Ref.Page
	AddPostmortemTemplate     Action = "postmortem-template.add"     // form
	EditPostmortemTemplate    Action = "postmortem-template.edit"    // form
	PreviewPostmortemTemplate Action = "postmortem-template.preview" // shows: what is typed in the form, or what is saved
	RetirePostmortemTemplate  Action = "postmortem-template.retire"  // form
	RestorePostmortemTemplate Action = "postmortem-template.restore" //
	TemplatesOfFlows          Action = "process.template-flows"      // shows, Ref.Page
	TemplatesOfFlow           Action = "flow.templates"              // form
)

// PostmortemTemplatesModal shows the templates that post-mortems are made from, by pages.
func PostmortemTemplatesModal(s Scene, number int) slack.ModalViewRequest {
	all := s.Process.AllTemplates()
	page := pageOf(all, number, EditorPage)
	shown := []slack.Block{section(say("What post-mortem documents are made from. Changes concern documents that are made from now on; those that are there stay as they are."), nil)}
	for _, t := range page.Items {
		shown = append(shown, section(s.templateLines(t), documentTemplateMenu(t)))
	}
	shown = append(shown, actions("templates/do",
		button(AddPostmortemTemplate, "Add template", Ref{}, "Post-mortem"),
		button(TemplatesOfFlows, "Choose per flow", Ref{}, "Templates")))
	shown = append(shown, page.turn(PostmortemTemplates, Ref{})...)
	return modal(PostmortemTemplates, Ref{Page: page.Number}, "Templates", "", shown...)
}

func (s Scene) templateLines(t flow.PostmortemTemplate) Text {
	line := say("%s, %s", bold(brief(t.Name, shortName)), count(utf8.RuneCountInString(t.Text), "character"))
	if t.Retired {
		return say("%s (retired), %s", brief(t.Name, shortName), count(utf8.RuneCountInString(t.Text), "character"))
	}
	return join("\n", line, s.offeredIn(t))
}

// offeredIn says which flows offer a template.
func (s Scene) offeredIn(t flow.PostmortemTemplate) Text {
	var names []string
	for _, f := range s.Process.Flows {
		if slices.ContainsFunc(s.Process.OfferedBy(f), func(o flow.PostmortemTemplate) bool { return o.Key == t.Key }) {
			names = append(names, f.Name)
		}
	}
	switch {
	case len(names) == 0:
		return say("Offered only where no flow applies.")
	case len(names) > 1 && len(names) == len(s.Process.Flows):
		return say("Offered in every flow.")
	}
	return say("Offered in %s.", listed(names, func(name string) Text { return brief(name, shortPerson) }))
}

func documentTemplateMenu(t flow.PostmortemTemplate) slack.BlockElement {
	r := Ref{Key: t.Key}
	choices := []*slack.OptionBlockObject{
		choice(EditPostmortemTemplate, "Edit", r), choice(PreviewPostmortemTemplate, "Preview", r), choice(AddPostmortemTemplate, "Duplicate", r),
	}
	if t.Retired {
		return overflow(append(choices, choice(RestorePostmortemTemplate, "Restore", r))...)
	}
	return overflow(append(choices, choice(RetirePostmortemTemplate, "Retire", r))...)
}

// What a template is begun with, as the values of FieldFrom: one of the process, or as Epilogue brings it.
const (
	FieldFrom = "from"
	asItCame  = "brought/"
)

// FromTyped is the template that was chosen to begin with.
func FromTyped(value string) (k flow.Key, asBrought bool) {
	name, asBrought := strings.CutPrefix(value, asItCame)
	return flow.Key(name), asBrought
}

// AddPostmortemTemplateForm adds a template that begins as another one: r.Key at first.
func AddPostmortemTemplateForm(s Scene, r Ref, e Editing) slack.ModalViewRequest {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, t := range s.Process.AllTemplates() {
		o := option(string(t.Key), t.Name)
		options = append(options, o)
		if t.Key == r.Key || initial == nil {
			initial = o
		}
	}
	for _, t := range flow.StandardTemplates() {
		if is, there := s.Process.PostmortemTemplate(t.Key); !there || is.Text != t.Text {
			options = append(options, option(asItCame+string(t.Key), t.Name+", as it came"))
		}
	}
	name, does, head, submit := "", say("This adds a template that begins as another one. Next you edit what it says."), "Add template", words("Add")
	if from, there := s.Process.PostmortemTemplate(r.Key); there && r.Key != "" {
		name, head, submit = copyName(from.Name), "Duplicate template", "Duplicate"
	}
	return modal(AddPostmortemTemplate, r, head, submit,
		append(s.opening(does, e), nameField(name), input(FieldFrom, "Begins as", selection(FieldFrom, options, initial)))...)
}

// TemplateDraft is what the form of a template holds: its text in as many fields as that takes.
type TemplateDraft struct {
	Name  string
	Parts []string
	Whole bool // the text fits into fields: else only the name can be edited
}

// mostParts is how many fields a text is edited in: the longest text fills so many, if it is cut where lines end.
const mostParts = 2*flow.MaxTemplateText/mostTyped + 2

// DraftOfTemplate is a template as its form shows it. A field holds 3,000 characters, so that a longer text is in several: they are read as one, line
// after line. A line that is longer than a field cannot be edited there.
func DraftOfTemplate(t flow.PostmortemTemplate) TemplateDraft {
	d := TemplateDraft{Name: t.Name, Whole: true}
	var part []string
	length := 0
	for line := range strings.SplitSeq(strings.TrimRight(t.Text, "\n"), "\n") {
		n := utf8.RuneCountInString(line) + 1
		if n > mostTyped {
			return TemplateDraft{Name: t.Name}
		}
		if length+n > mostTyped {
			at := lastHeading(part, mostTyped/2-n)
			d.Parts = append(d.Parts, strings.Join(part[:at], "\n"))
			part = slices.Clone(part[at:])
			length = 0
			for _, l := range part {
				length += utf8.RuneCountInString(l) + 1
			}
		}
		part, length = append(part, line), length+n
	}
	d.Parts = append(d.Parts, strings.Join(part, "\n"))
	return d
}

// lastHeading is where lines are best cut in two: before the last heading, if no more than so many characters are behind it, else behind all of them.
func lastHeading(lines []string, most int) int {
	for i := len(lines) - 1; i > 0; i-- {
		if most -= utf8.RuneCountInString(lines[i]) + 1; most < 0 {
			break
		}
		if strings.HasPrefix(lines[i], "#") {
			return i
		}
	}
	return len(lines)
}

// PartField is the field with a part of a template's text; the first is 0.
func PartField(i int) string {
	if i == 0 {
		return flow.FieldText
	}
	return fmt.Sprintf("%s-%d", flow.FieldText, i+1)
}

// TypedParts are the parts of a text as they stand in the fields of a form.
func TypedParts(field func(name string) (string, bool)) []string {
	var parts []string
	for i := range mostParts {
		s, there := field(PartField(i))
		if !there {
			break
		}
		parts = append(parts, s)
	}
	return parts
}

// JoinParts is the text that stands in several fields. Those that are empty are left out.
func JoinParts(parts []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return strings.TrimSpace(s) == "" }), "\n")
}

// EditPostmortemTemplateForm edits a template. One more field than the text fills is there to go on.
func EditPostmortemTemplateForm(s Scene, d TemplateDraft, r Ref, e Editing) slack.ModalViewRequest {
	shown := append(s.opening(say("Documents that are made from now on begin like this. {{name}} and the like stand for what is known of the incident: %s.",
		brief("{{"+strings.Join(flow.Placeholders(), "}}, {{")+"}}", longestSentence)), e), nameField(d.Name))
	if !d.Whole {
		shown = append(shown, section(say("A line of its text is longer than a field holds: it is edited with epilogue flows export and import."), nil))
		return modal(EditPostmortemTemplate, r, "Edit template", "Save", shown...)
	}
	parts := d.Parts
	if n := len(parts); n < mostParts && (n == 0 || utf8.RuneCountInString(parts[n-1]) > mostTyped/2) {
		parts = append(slices.Clone(parts), "")
	}
	for i, part := range parts {
		label, note := "Text", say("Markdown. Lines that begin with > are help texts: the day before the debrief the channel reads below which headings they still stand.")
		if i > 0 {
			label, note = fmt.Sprintf("Text, part %d", i+1), say("It goes on where part %d ends: a field holds 3,000 characters.", i)
		}
		field := input(PartField(i), label, typed(PartField(i), part, mostTyped, true))
		field.Optional = i > 0
		shown = append(shown, hint(field, note))
	}
	shown = append(shown, actions("template/do", button(PreviewPostmortemTemplate, "Preview", Ref{Key: r.Key}, d.Name)))
	return modal(EditPostmortemTemplate, r, "Edit template", "Save", shown...)
}

// RetirePostmortemTemplateForm asks before a template is retired.
func RetirePostmortemTemplateForm(s Scene, t flow.PostmortemTemplate, r Ref, e Editing) slack.ModalViewRequest {
	does := say("The template %s will be offered no more. Documents that were made from it stay as they are, and it can be restored at any time.", quoted(t.Name))
	for _, f := range s.Process.Offering(t.Key) {
		left := slices.DeleteFunc(s.Process.OfferedBy(f), func(o flow.PostmortemTemplate) bool { return o.Key == t.Key })
		if len(left) == 0 {
			does = join("\n", does, say("The flow %s offers nothing else by name: it will offer all templates.", quoted(f.Name)))
			continue
		}
		does = join("\n", does, say("The flow %s will offer %s.", quoted(f.Name), s.templatesNamed(left)))
	}
	return s.processForm(RetirePostmortemTemplate, r, "Retire template", "Retire", does.Clip(longestSentence), e)
}

func (s Scene) templatesNamed(all []flow.PostmortemTemplate) Text {
	return listed(all, func(t flow.PostmortemTemplate) Text { return quoted(t.Name) })
}

// TemplatesOfFlowsModal shows which flow offers which templates.
func TemplatesOfFlowsModal(s Scene, number int) slack.ModalViewRequest {
	page := pageOf(s.Process.Flows, number, EditorPage)
	shown := []slack.Block{section(say("Which templates are offered for incidents of a flow; the first one is chosen already."), nil)}
	for _, f := range page.Items {
		line := say("all of them")
		if offered := s.Process.OfferedBy(f); len(f.Templates) > 0 && len(offered) > 0 {
			line = s.templatesNamed(offered)
		}
		shown = append(shown, section(join("\n", bold(brief(f.Name, shortName)), line), button(TemplatesOfFlow, "Choose", Ref{Flow: f.Key}, f.Name)))
	}
	if len(s.Process.Flows) == 0 {
		shown = append(shown, section(say("There is no flow: all of them are offered."), nil))
	}
	return modal(TemplatesOfFlows, Ref{Page: page.Number}, "Templates of flows", "", append(shown, page.turn(TemplatesOfFlows, Ref{})...)...)
}

// FieldAlso holds the templates that a flow offers besides the first one.
const FieldAlso = "also"

// TemplatesOfFlowForm chooses the templates that a flow offers.
func TemplatesOfFlowForm(s Scene, f flow.Flow, chosen []flow.Key, r Ref, e Editing) slack.ModalViewRequest {
	r.Flow = f.Key
	var options, also []*slack.OptionBlockObject
	var first *slack.OptionBlockObject
	for _, t := range s.Process.AllTemplates() {
		at := slices.Index(chosen, t.Key)
		if t.Retired && at < 0 {
			continue
		}
		o := option(string(t.Key), t.Name)
		options = append(options, o)
		switch {
		case at == 0:
			first = o
		case at > 0:
			also = append(also, o)
		}
	}
	others := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plainText("Choose", maxLabel), FieldAlso, options...)
	others.InitialOptions = also
	shown := append(s.opening(say("These templates are offered for incidents of %s from now on. None: all.", quoted(f.Name)), e),
		hint(optional(input(flow.FieldTemplate, "First", selection(flow.FieldTemplate, options, first))), say("It is chosen already when the form opens.")),
		optional(input(FieldAlso, "Also", others)))
	return modal(TemplatesOfFlow, r, "Templates", "Save", shown...)
}

// ChosenTemplates are the templates that were chosen in TemplatesOfFlowForm, the first one first.
func ChosenTemplates(first string, also []string) []flow.Key {
	var out []flow.Key
	for _, v := range append([]string{first}, also...) {
		if k := flow.Key(v); v != "" && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
