package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// desk is what drawing a form about the process needs: who looks at it, and the process as it is.
type desk struct {
	b   *Bot
	ctx context.Context
	who flow.Actor
	s   blocks.Scene
	p   flow.Process

	drawn int    // the version that the fields of the form were drawn from, if that is an earlier one: what is typed in them stays
	under [2]int // the same of the forms that lie below it, the lowest first
}

func (b *Bot) desk(ctx context.Context, who flow.Actor) desk {
	s := b.scene(ctx)
	return desk{b: b, ctx: ctx, who: who, s: s, p: s.Process}
}

// above is a desk for a form that lies on others.
func (d desk) above(under [2]int) desk {
	d.under = under
	return d
}

// from notes the version that a form is drawn from, and those below it.
func (d desk) from(r blocks.Ref) blocks.Ref {
	if r.Version = d.p.Version; d.drawn != 0 {
		r.Version = d.drawn
	}
	r.Under = d.under
	return r
}

func (d desk) flow(k flow.Key) (flow.Flow, error) {
	f, ok := d.p.Flow(k)
	if !ok {
		return f, flow.Refusal{Why: flow.GonePart, Field: flow.FieldFlow}
	}
	return f, nil
}

func (d desk) status(r blocks.Ref) (flow.Flow, flow.Status, error) {
	f, err := d.flow(r.Flow)
	if err != nil {
		return f, flow.Status{}, err
	}
	st, ok := f.Status(r.Status)
	if !ok {
		return f, st, flow.Refusal{Why: flow.GonePart, Field: flow.FieldStatus}
	}
	return f, st, nil
}

func (d desk) template(r blocks.Ref) (flow.Flow, flow.Status, flow.Template, error) {
	f, err := d.flow(r.Flow)
	if err != nil {
		return f, flow.Status{}, flow.Template{}, err
	}
	t, st, ok := f.Task(r.Key)
	if !ok {
		return f, st, t, flow.Refusal{Why: flow.GonePart, Field: flow.FieldTasks}
	}
	return f, st, t, nil
}

func (d desk) label(r blocks.Ref) (flow.Role, error) {
	for _, l := range d.p.Labels(flow.List(r.Want)) {
		if l.Key == r.Key {
			return l, nil
		}
	}
	return flow.Role{}, flow.Refusal{Why: flow.GonePart, Field: flow.FieldName}
}

// view draws one of the views that edits are made from, as everything is now.
func (d desk) view(a blocks.Action, r blocks.Ref) (slack.ModalViewRequest, error) {
	switch a {
	case blocks.EditFlow:
		f, err := d.flow(r.Flow)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		return d.flowForm(f, blocks.DraftOf(f), r, nil)
	case blocks.EditStatus:
		_, st, err := d.status(r)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		return d.statusForm(st.Name, r, nil)
	case blocks.Settings:
		return blocks.SettingsModal(d.s), nil
	case blocks.Labels:
		return blocks.LabelsModal(d.s, flow.List(r.Want), r.Page), nil
	case blocks.PostmortemTemplates:
		return blocks.PostmortemTemplatesModal(d.s, r.Page), nil
	case blocks.TemplatesOfFlows:
		return blocks.TemplatesOfFlowsModal(d.s, r.Page), nil
	case blocks.History:
		return d.history(r.Page)
	}
	return slack.ModalViewRequest{}, fmt.Errorf("%w: no view for %q", errFault, a)
}

func (d desk) flowForm(f flow.Flow, draft blocks.FlowDraft, r blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
	means, err := d.b.meansFor(d.ctx, d.who, d.p, f, "")
	return blocks.FlowForm(d.s, f, draft, d.from(blocks.Ref{Flow: r.Flow}), blocks.Editing{Means: means, Meanwhile: m}), err
}

func (d desk) statusForm(name string, r blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
	f, st, err := d.status(r)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	means, err := d.b.meansFor(d.ctx, d.who, d.p, f, st.Key)
	at := blocks.Ref{Flow: f.Key, Status: st.Key, Page: r.Page}
	return blocks.StatusForm(d.s, f, st, name, d.from(at), blocks.Editing{Means: means, Meanwhile: m}), err
}

func (d desk) templateForm(t flow.Template, after string, r blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
	f, st, err := d.status(r)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	means, err := d.b.meansFor(d.ctx, d.who, d.p, f, st.Key)
	means = without(means, flow.WaitsForPerson) // there will be a task
	return blocks.TemplateForm(d.s, f, st, t, after, d.from(r), blocks.Editing{Means: means, Meanwhile: m}), err
}

// without leaves out what will not be so any more.
func without(all []flow.Consequence, m flow.Meaning) []flow.Consequence {
	return slices.DeleteFunc(all, func(c flow.Consequence) bool { return c.Means == m })
}

// lastIncidents is how many incidents conditions are tried on.
const lastIncidents = 50

// rulesForm shows conditions; those that were tried with what came of it.
func (d desk) rulesForm(conditions []flow.Condition, tried bool, r blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
	f, err := d.flow(r.Flow)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	at := d.from(blocks.Ref{Flow: f.Key, Want: r.Want})
	if !tried {
		means, err := d.b.meansFor(d.ctx, d.who, d.p, f, "")
		return blocks.RulesForm(d.s, f, conditions, nil, at, blocks.Editing{Means: means, Meanwhile: m}), err
	}
	next, err := flow.Edit(d.p, rulesEdit(r, conditions), d.who)
	switch {
	case nothingToChange(err):
		next = d.p
	case err != nil:
		return slack.ModalViewRequest{}, err
	}
	last, _, err := d.b.list(d.ctx, d.who.User, store.Query{Newest: true}, lastIncidents, nil)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	c, err := d.b.census(d.ctx, d.who)
	at.Key = blocks.Digest(conditions)
	return blocks.RulesForm(d.s, f, conditions, next.Try(f.Key, last), at, blocks.Editing{Means: flow.Consequences(d.p, next, c), Meanwhile: m}), err
}

// rulesEdit is the edit that sets the conditions that a form is about.
func rulesEdit(r blocks.Ref, conditions []flow.Condition) flow.EditFlow {
	if r.Want == flow.FieldEntersWhen {
		return flow.EditFlow{Flow: r.Flow, EntersWhen: &conditions}
	}
	return flow.EditFlow{Flow: r.Flow, AppliesTo: &conditions}
}

// confirmation draws the form that asks whether an edit is meant, with what it means.
func (d desk) confirmation(a blocks.Action, r blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, flow.ProcessEdit, error) {
	var none slack.ModalViewRequest
	edit, draw, err := d.confirmed(a, r)
	if err != nil {
		return none, nil, err
	}
	means, err := d.b.means(d.ctx, d.who, d.p, edit)
	if err != nil {
		return none, nil, err
	}
	return draw(d.from(r), blocks.Editing{Means: means, Meanwhile: m}), edit, nil
}

// confirmed is the edit behind a confirmation, and how that is drawn.
func (d desk) confirmed(a blocks.Action, r blocks.Ref) (flow.ProcessEdit, func(blocks.Ref, blocks.Editing) slack.ModalViewRequest, error) {
	switch a {
	case blocks.RemoveFlow, blocks.DisableFlow, blocks.EnableFlow:
		f, err := d.flow(r.Flow)
		off := a == blocks.DisableFlow
		if a == blocks.RemoveFlow {
			return flow.RemoveFlow{Flow: f.Key}, func(r blocks.Ref, e blocks.Editing) slack.ModalViewRequest {
				return blocks.RemoveFlowForm(d.s, f, r, e)
			}, err
		}
		f.Disabled = !off // as it is before that
		return flow.EditFlow{Flow: f.Key, Disabled: &off}, func(r blocks.Ref, e blocks.Editing) slack.ModalViewRequest {
			return blocks.SwitchFlowForm(d.s, f, r, e)
		}, err
	case blocks.RemoveStatus:
		f, st, err := d.status(r)
		return flow.RemoveStatus{Flow: f.Key, Status: st.Key},
			func(r blocks.Ref, e blocks.Editing) slack.ModalViewRequest {
				return blocks.RemoveStatusForm(d.s, f, st, r, e)
			}, err
	case blocks.RemoveTemplate:
		f, _, t, err := d.template(r)
		return flow.RemoveTemplate{Flow: f.Key, Task: t.Key},
			func(r blocks.Ref, e blocks.Editing) slack.ModalViewRequest {
				return blocks.RemoveTemplateForm(d.s, f, t, r, e)
			}, err
	case blocks.RetirePostmortemTemplate:
		t, err := d.documentTemplate(r.Key)
		return flow.RetirePostmortemTemplate{Template: t.Key},
			func(r blocks.Ref, e blocks.Editing) slack.ModalViewRequest {
				return blocks.RetirePostmortemTemplateForm(d.s, t, r, e)
			}, err
	case blocks.MoveFlow, blocks.MoveLabel:
		name, err := d.moved(a, r)
		if err != nil {
			return nil, nil, err
		}
		edit, err := d.moving(a, r)
		return edit, func(r blocks.Ref, e blocks.Editing) slack.ModalViewRequest {
			return blocks.MoveForm(d.s, a, name, r, e)
		}, err
	case blocks.RetireLabel:
		l, err := d.label(r)
		return flow.RetireLabel{List: flow.List(r.Want), Key: l.Key},
			func(r blocks.Ref, e blocks.Editing) slack.ModalViewRequest { return blocks.RetireForm(d.s, l, r, e) }, err
	}
	return nil, nil, fmt.Errorf("%w: nothing to confirm for %q", errFault, a)
}

// history reads a page of the versions, the present one first.
func (d desk) history(number int) (slack.ModalViewRequest, error) {
	page := blocks.Page[blocks.VersionData]{Number: number}
	for v := d.p.Version - number*blocks.HistoryPage; v > 0; v-- {
		if len(page.Items) == blocks.HistoryPage {
			page.More = true
			break
		}
		data, _, err := d.version(v)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		page.Items = append(page.Items, data)
	}
	return blocks.HistoryModal(d.s, page), nil
}

// version reads one version, and says what was different from the one before.
func (d desk) version(v int) (blocks.VersionData, flow.Process, error) {
	is, err := d.b.store.ProcessVersion(d.ctx, v)
	if err != nil {
		return blocks.VersionData{}, flow.Process{}, fmt.Errorf("read version %d of the process: %w", v, err)
	}
	data := blocks.VersionData{Version: v, By: is.By, At: is.At, First: true}
	for before := v - 1; before > max(0, v-mostVersions); before-- {
		was, err := d.b.store.ProcessVersion(d.ctx, before)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return data, is.Process, fmt.Errorf("read version %d of the process: %w", before, err)
		}
		data.First, data.Changes = false, flow.Diff(was.Process, is.Process)
		break
	}
	return data, is.Process, nil
}

func (d desk) versionView(v int) (slack.ModalViewRequest, error) {
	data, p, err := d.version(v)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	return blocks.VersionModal(d.s, data, flow.Diff(d.p, p)), nil
}

// goBackForm asks whether the process is to be again what it was.
func (d desk) goBackForm(version int, r blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, flow.ProcessEdit, error) {
	var none slack.ModalViewRequest
	_, p, err := d.version(version)
	if err != nil {
		return none, nil, err
	}
	edit := flow.ReplaceProcess{With: p}
	next, err := flow.Edit(d.p, edit, d.who)
	if err != nil {
		return none, nil, err
	}
	c, err := d.b.census(d.ctx, d.who)
	e := blocks.Editing{Means: flow.Consequences(d.p, next, c), Meanwhile: m}
	return blocks.GoBackToForm(d.s, version, flow.Diff(d.p, next), d.from(r), e), edit, err
}
