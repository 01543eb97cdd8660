package bot

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

func (b *Bot) confirmForm(a blocks.Action, ref blocks.Ref, below []shownView) processForm {
	return processForm{
		edit: func(d desk, _ flow.Process) (flow.ProcessEdit, error) {
			_, edit, err := d.confirmation(a, ref, nil)
			return edit, err
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			view, _, err := d.confirmation(a, ref, m)
			return view, err
		},
		below: below,
	}
}

func (b *Bot) addFlowForm(r request, ref blocks.Ref) processForm {
	v := r.view
	return processForm{
		edit: func(desk, flow.Process) (flow.ProcessEdit, error) {
			return flow.AddFlow{Name: v.field(flow.FieldName), Preset: flow.Preset(v.field(flow.FieldFlow)), Copy: ref.Flow}, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) { return d.addFlowForm(ref, m) },
		done: func(d desk, before, after flow.Process) (answer, error) {
			for _, f := range after.Flows { // the new one is shown, to be edited
				if _, there := before.Flow(f.Key); !there {
					view, err := d.flowForm(f, blocks.DraftOf(f), blocks.Ref{Flow: f.Key}, nil)
					return b.replaceForm(r, view), err
				}
			}
			return answer{}, nil
		},
	}
}

func (b *Bot) editFlowForm(r request, ref blocks.Ref) processForm {
	v := r.view
	draft := blocks.FlowDraft{
		Name: v.field(flow.FieldName), Description: v.field(flow.FieldDescription),
		Entry: flow.Entry(v.field(flow.FieldEntry)), OptOut: flow.Right(v.field(flow.FieldOptOut)),
	}
	for _, step := range v.picked(flow.FieldReminders) {
		draft.Ladder = append(draft.Ladder, flow.Step(step))
	}
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			old, _ := was.Flow(ref.Flow)
			e := flow.EditFlow{
				Flow: ref.Flow, Name: ifChanged(old.Name, draft.Name), Description: ifChanged(old.Description, draft.Description),
				Entry: ifChanged(old.Entry, draft.Entry), OptOut: ifChanged(old.OptOut, draft.OptOut),
			}
			if v.has(flow.FieldReminders) && !sameSteps(flow.LadderOf(old), draft.Ladder) {
				e.Reminders = &draft.Ladder
			}
			return e, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			f, err := d.flow(ref.Flow)
			if err != nil {
				return slack.ModalViewRequest{}, err
			}
			return d.flowForm(f, draft, ref, m)
		},
	}
}

// sameSteps reports whether two ladders are the same, whatever the order in which they were ticked.
func sameSteps(a, b []flow.Step) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s flow.Step) bool { return !slices.Contains(b, s) })
}

// ifChanged is a value that somebody typed over the one that they saw; nil leaves it as it is by now.
func ifChanged[T comparable](saw, typed T) *T {
	if saw == typed {
		return nil
	}
	return &typed
}

func (b *Bot) rulesForm(r request, ref blocks.Ref) processForm {
	conditions := blocks.RulesIn(r.view.chosen)
	return processForm{
		edit: func(d desk, was flow.Process) (flow.ProcessEdit, error) {
			if ref.Key != blocks.Digest(conditions) { // they were not tried yet, or others were
				view, err := d.rulesForm(conditions, true, ref, nil)
				if err != nil {
					return nil, err
				}
				return nil, redrawn{view}
			}
			old, _ := was.Flow(ref.Flow)
			if reflect.DeepEqual(conditions, blocks.InForm(was, rulesOf(old, ref))) {
				return nil, flow.Refusal{Why: flow.NothingToChange}
			}
			return rulesEdit(ref, conditions), nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return d.rulesForm(conditions, true, ref, m)
		},
		below: onFlow(r),
	}
}

func (b *Bot) addStatusForm(r request, ref blocks.Ref) processForm {
	return processForm{
		edit: func(desk, flow.Process) (flow.ProcessEdit, error) {
			return flow.AddStatus{Flow: ref.Flow, Name: r.view.field(flow.FieldName)}, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			f, err := d.flow(ref.Flow)
			return blocks.AddStatusForm(d.s, f, d.from(ref), blocks.Editing{Meanwhile: m}), err
		},
		done: func(d desk, before, after flow.Process) (answer, error) {
			old, _ := before.Flow(ref.Flow)
			f, _ := after.Flow(ref.Flow)
			for _, st := range f.Statuses { // the new one is shown, to be given tasks
				if _, there := old.Status(st.Key); !there {
					view, err := d.statusForm(st.Name, blocks.Ref{Flow: f.Key, Status: st.Key}, nil)
					out := b.replaceForm(r, view)
					out.then = both(out.then, b.redrawEditors(d.who, ref, onFlow(r)...))
					return out, err
				}
			}
			return answer{then: b.redrawEditors(d.who, ref, onFlow(r)...)}, nil
		},
	}
}

// both does one thing and then another.
func both(first, second func(context.Context) error) func(context.Context) error {
	if first == nil {
		return second
	}
	return func(ctx context.Context) error { return errors.Join(first(ctx), second(ctx)) }
}

func (b *Bot) editStatusForm(r request, ref blocks.Ref) processForm {
	name := r.view.field(flow.FieldName)
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			f, _ := was.Flow(ref.Flow)
			if st, there := f.Status(ref.Status); there && st.Name == name {
				return nil, flow.Refusal{Why: flow.NothingToChange}
			}
			return flow.RenameStatus{Flow: ref.Flow, Status: ref.Status, Name: name}, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) { return d.statusForm(name, ref, m) },
		below:  onFlow(r),
	}
}
