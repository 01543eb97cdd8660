package flow

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Names of values of templates, as in refusals and forms.
const (
	FieldText      = "text"      // what a template says
	FieldTemplates = "templates" // those that a flow offers
)

// Edits of post-mortem templates. None is deleted: who made a document from one reads its name.
type (
	// AddPostmortemTemplate adds one behind the others, that says what another one says: one of the process or, if it is brought, as Epilogue brings it.
	AddPostmortemTemplate struct {
		Name    string
		Copy    Key
		Brought bool
	}
	// EditPostmortemTemplate changes what is not nil.
	EditPostmortemTemplate struct {
		Template   Key
		Name, Text *string
	}
	// RetirePostmortemTemplate has one offered no more. One is always offered.
	RetirePostmortemTemplate struct{ Template Key }
	// RestorePostmortemTemplate has a retired one offered again.
	RestorePostmortemTemplate struct{ Template Key }
	// SetFlowTemplates says which templates a flow offers, the usual one first; none: all.
	SetFlowTemplates struct {
		Flow      Key
		Templates []Key
	}
)

// OfferedTemplates are the templates that can be chosen: all that are not retired.
func (p Process) OfferedTemplates() []PostmortemTemplate {
	return slices.DeleteFunc(slices.Clone(p.AllTemplates()), func(t PostmortemTemplate) bool { return t.Retired })
}

// OfferedBy are the templates that a flow offers, the usual one first: all, where it names none that can be chosen.
func (p Process) OfferedBy(f Flow) []PostmortemTemplate {
	var out []PostmortemTemplate
	for _, k := range f.Templates {
		if t, there := p.PostmortemTemplate(k); there && !t.Retired {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return p.OfferedTemplates()
	}
	return out
}

// startingWith are all templates that are offered, one of them first; nothing, which is all, if that is the first one anyway, or not offered.
func (p Process) startingWith(first Key) []Key {
	var out []Key
	for _, t := range p.OfferedTemplates() {
		if t.Key == first {
			out = slices.Insert(out, 0, t.Key)
			continue
		}
		out = append(out, t.Key)
	}
	if len(out) == 0 || out[0] != first || p.OfferedTemplates()[0].Key == first {
		return nil
	}
	return out
}

// Offering are the flows that name a template.
func (p Process) Offering(k Key) []Flow {
	return slices.DeleteFunc(slices.Clone(p.Flows), func(f Flow) bool { return !slices.Contains(f.Templates, k) })
}

// templates are those of the process, to be written to: from the first edit on they are its own.
func (d *editing) templates() []PostmortemTemplate {
	d.p.Templates = slices.Clone(d.p.AllTemplates())
	return d.p.Templates
}

func (d *editing) postmortemTemplate(k Key) (*PostmortemTemplate, error) {
	all := d.templates()
	if i := slices.IndexFunc(all, func(t PostmortemTemplate) bool { return t.Key == k }); i >= 0 {
		return &all[i], nil
	}
	return nil, gone(FieldTemplate)
}

// otherTemplateNames are the names of those that are offered, but one.
func otherTemplateNames(all []PostmortemTemplate, but Key) []string {
	var out []string
	for _, t := range all {
		if t.Key != but && !t.Retired {
			out = append(out, t.Name)
		}
	}
	return out
}

func (e AddPostmortemTemplate) edit(d *editing) error {
	all := d.templates()
	if len(all) >= MaxTemplates {
		return Refusal{Why: NoRoom, Field: FieldTemplate, Limit: MaxTemplates}
	}
	from := all
	if e.Brought {
		from = StandardTemplates()
	}
	i := slices.IndexFunc(from, func(t PostmortemTemplate) bool { return t.Key == e.Copy })
	if i < 0 {
		return gone(FieldTemplate)
	}
	t := PostmortemTemplate{Text: from[i].Text}
	var err error
	if t.Name, err = freeName(e.Name, otherTemplateNames(all, "")); err != nil {
		return err
	}
	t.Key = d.newKey(t.Name, func(k Key) bool {
		return slices.ContainsFunc(all, func(t PostmortemTemplate) bool { return t.Key == k })
	})
	d.p.Templates = append(all, t)
	return nil
}

func (e EditPostmortemTemplate) edit(d *editing) error {
	t, err := d.postmortemTemplate(e.Template)
	if err != nil {
		return err
	}
	if e.Name != nil {
		if t.Name, err = freeName(*e.Name, otherTemplateNames(d.p.Templates, t.Key)); err != nil {
			return err
		}
	}
	if e.Text != nil {
		t.Text, err = templateText(*e.Text)
	}
	return err
}

// templateText accepts what somebody typed as the text of a template.
func templateText(typed string) (string, error) {
	s := strings.TrimRight(strings.ReplaceAll(typed, "\r\n", "\n"), " \t\n") + "\n"
	switch {
	case strings.TrimSpace(s) == "":
		return "", Refusal{Why: Required, Field: FieldText}
	case utf8.RuneCountInString(s) > MaxTemplateText:
		return "", Refusal{Why: TooLong, Field: FieldText, Limit: MaxTemplateText}
	}
	if unknown := unknownPlaceholder(s); unknown != "" {
		return "", Refusal{Why: UnknownPlaceholder, Field: FieldText, Typed: unknown}
	}
	return s, nil
}

// unknownPlaceholder is the first one in a text that stands for nothing, as it is written.
func unknownPlaceholder(text string) string {
	for _, m := range Placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(Placeholders(), m[1]) {
			return m[0]
		}
	}
	return ""
}

func (e RetirePostmortemTemplate) edit(d *editing) error {
	t, err := d.postmortemTemplate(e.Template)
	if err != nil {
		return err
	}
	if !t.Retired && len(otherTemplateNames(d.p.Templates, t.Key)) == 0 {
		return Refusal{Why: LastOne, Field: FieldTemplate}
	}
	t.Retired = true
	return nil
}

func (e RestorePostmortemTemplate) edit(d *editing) error {
	t, err := d.postmortemTemplate(e.Template)
	if err != nil {
		return err
	}
	if _, err := freeName(t.Name, otherTemplateNames(d.p.Templates, t.Key)); err != nil {
		return err
	}
	t.Retired = false
	return nil
}

func (e SetFlowTemplates) edit(d *editing) error {
	i := slices.IndexFunc(d.p.Flows, func(f Flow) bool { return f.Key == e.Flow })
	if i < 0 {
		return gone(FieldFlow)
	}
	var to []Key
	for _, k := range e.Templates {
		t, there := d.p.PostmortemTemplate(k)
		if !there || t.Retired && !slices.Contains(d.p.Flows[i].Templates, k) {
			return gone(FieldTemplate)
		}
		if !slices.Contains(to, k) {
			to = append(to, k)
		}
	}
	d.p.Flows[i].Templates = to
	return nil
}
