package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// Post-mortem templates, as admins edit them: lists of them and of what flows offer, and the forms on top of those.

// templateClicks are the clicks that concern them; see processClicks.
func (b *Bot) templateClicks() map[blocks.Action]shape {
	return map[blocks.Action]shape{
		blocks.PostmortemTemplates: b.openEditor(blocks.PostmortemTemplates), blocks.TemplatesOfFlows: b.openEditor(blocks.TemplatesOfFlows),
		blocks.AddPostmortemTemplate: b.clickAddDocumentTemplate, blocks.EditPostmortemTemplate: b.clickDocumentTemplate,
		blocks.PreviewPostmortemTemplate: b.clickDocumentPreview, blocks.TemplatesOfFlow: b.clickTemplatesOfFlow,
		blocks.RetirePostmortemTemplate: b.askFor(blocks.RetirePostmortemTemplate), blocks.RestorePostmortemTemplate: b.clickMove,
	}
}

// templateForms are the forms that concern them; see processForms.
func (b *Bot) templateForms() map[blocks.Action]func(request, blocks.Ref) processForm {
	return map[blocks.Action]func(request, blocks.Ref) processForm{
		blocks.AddPostmortemTemplate: b.addDocumentTemplateForm, blocks.EditPostmortemTemplate: b.documentTemplateForm, blocks.TemplatesOfFlow: b.templatesOfFlowForm,
		blocks.RetirePostmortemTemplate: func(r request, ref blocks.Ref) processForm {
			return b.confirmForm(blocks.RetirePostmortemTemplate, ref, onTemplates(r))
		},
	}
}

// onTemplates is what lies under such a form: the list of templates.
func onTemplates(r request) []shownView {
	return []shownView{r.lowest(blocks.PostmortemTemplates)}
}

func (d desk) documentTemplate(k flow.Key) (flow.PostmortemTemplate, error) {
	t, ok := d.p.PostmortemTemplate(k)
	if !ok {
		return t, flow.Refusal{Why: flow.GonePart, Field: flow.FieldTemplate}
	}
	return t, nil
}

func (b *Bot) clickAddDocumentTemplate(d desk, r request, ref blocks.Ref) (answer, error) {
	ref.Page = r.page()
	return b.open(r, blocks.AddPostmortemTemplateForm(d.s, d.from(ref), blocks.Editing{})), nil
}

func (b *Bot) clickDocumentTemplate(d desk, r request, ref blocks.Ref) (answer, error) {
	t, err := d.documentTemplate(ref.Key)
	if err != nil {
		return answer{}, err
	}
	ref.Page = r.page()
	return b.open(r, blocks.EditPostmortemTemplateForm(d.s, blocks.DraftOfTemplate(t), d.from(ref), blocks.Editing{})), nil
}

// clickDocumentPreview shows what a template makes: what is typed in its form, or else as it is saved.
func (b *Bot) clickDocumentPreview(d desk, r request, ref blocks.Ref) (answer, error) {
	t, err := d.documentTemplate(ref.Key)
	if err != nil {
		return answer{}, err
	}
	if parts := typedParts(r.view); len(parts) > 0 {
		t.Text = blocks.JoinParts(parts)
	}
	return b.open(r, blocks.PostmortemTemplatePreview(d.s, t, r.user)), nil
}

func typedParts(v viewState) []string {
	return blocks.TypedParts(func(name string) (string, bool) { return v.field(name), v.has(name) })
}

func (b *Bot) clickTemplatesOfFlow(d desk, r request, ref blocks.Ref) (answer, error) {
	f, err := d.flow(ref.Flow)
	if err != nil {
		return answer{}, err
	}
	ref.Page = r.page()
	return b.open(r, blocks.TemplatesOfFlowForm(d.s, f, f.Templates, d.from(ref), blocks.Editing{})), nil
}

// addDocumentTemplateForm adds a template, and goes on with what it says.
func (b *Bot) addDocumentTemplateForm(r request, ref blocks.Ref) processForm {
	return processForm{
		edit: func(desk, flow.Process) (flow.ProcessEdit, error) {
			from, brought := blocks.FromTyped(r.view.field(blocks.FieldFrom))
			return flow.AddPostmortemTemplate{Name: r.view.field(flow.FieldName), Copy: from, Brought: brought}, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.AddPostmortemTemplateForm(d.s, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		done: func(d desk, before, after flow.Process) (answer, error) {
			for _, t := range after.AllTemplates() {
				if _, there := before.PostmortemTemplate(t.Key); !there {
					ref.Key = t.Key
					out := b.replaceForm(r, blocks.EditPostmortemTemplateForm(d.s, blocks.DraftOfTemplate(t), d.from(ref), blocks.Editing{}))
					out.then = both(out.then, b.redrawEditors(d.who, ref, onTemplates(r)...))
					return out, nil
				}
			}
			return answer{then: b.redrawEditors(d.who, ref, onTemplates(r)...)}, nil
		},
	}
}

func (b *Bot) documentTemplateForm(r request, ref blocks.Ref) processForm {
	name, parts := r.view.field(flow.FieldName), typedParts(r.view)
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			saw, _ := was.PostmortemTemplate(ref.Key)
			e := flow.EditPostmortemTemplate{Template: ref.Key, Name: ifChanged(saw.Name, name)}
			if draft := blocks.DraftOfTemplate(saw); draft.Whole {
				e.Text = ifChanged(blocks.JoinParts(draft.Parts), blocks.JoinParts(parts))
			}
			return e, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			draft := blocks.TemplateDraft{Name: name, Parts: parts, Whole: len(parts) > 0}
			return blocks.EditPostmortemTemplateForm(d.s, draft, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onTemplates(r),
	}
}

func (b *Bot) templatesOfFlowForm(r request, ref blocks.Ref) processForm {
	chosen := blocks.ChosenTemplates(r.view.field(flow.FieldTemplate), r.view.picked(blocks.FieldAlso))
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			if f, there := was.Flow(ref.Flow); there && slices.Equal(f.Templates, chosen) {
				return nil, flow.Refusal{Why: flow.NothingToChange}
			}
			return flow.SetFlowTemplates{Flow: ref.Flow, Templates: chosen}, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			f, err := d.flow(ref.Flow)
			return blocks.TemplatesOfFlowForm(d.s, f, chosen, d.from(ref), blocks.Editing{Meanwhile: m}), err
		},
		below: []shownView{r.below(blocks.TemplatesOfFlows), r.lowest(blocks.PostmortemTemplates)},
	}
}
