package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

func (b *Bot) templateForm(r request, ref blocks.Ref) processForm {
	v := r.view
	t, after := templateIn(v)
	return processForm{
		edit: func(d desk, was flow.Process) (flow.ProcessEdit, error) {
			if err := b.fitTemplate(d.ctx, &t, after); err != nil {
				return nil, err
			}
			if ref.Key == "" {
				return addTemplate(d.p, was, ref, t)
			}
			return editTemplate(d.p, was, ref, t, flow.Key(v.field(flow.FieldStatus)))
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return d.templateForm(t, after, ref, m)
		},
		below: onStatus(r),
	}
}

// templateIn is the task that a form describes, and the number of its due date as it was typed.
func templateIn(v viewState) (flow.Template, string) {
	return flow.Template{
		Kind: flow.Kind(v.field(flow.FieldKind)), Title: v.field(flow.FieldTitle), Description: v.field(flow.FieldDescription), Role: flow.Key(v.field(flow.FieldRole)),
		Assignee: flow.Assignee{Role: flow.Key(v.field(flow.FieldAssignee)), User: flow.UserID(v.field(blocks.FieldPerson))},
		Due:      flow.Offset{Unit: flow.Unit(v.field(blocks.FieldUnit))},
		Optional: slices.Contains(v.picked(flow.FieldOptional), blocks.IsOptional),
	}, strings.TrimSpace(v.field(flow.FieldDue))
}

// fitTemplate reads the number of a due date, and looks at the person who is to have the task.
func (b *Bot) fitTemplate(ctx context.Context, t *flow.Template, after string) error {
	if after == "" {
		t.Due = flow.Offset{}
	} else {
		n, err := strconv.Atoi(after)
		if err != nil {
			return flow.Refusal{Why: flow.BadOffset, Field: flow.FieldDue, Limit: flow.MaxOffset}
		}
		t.Due.N = n
	}
	if t.Assignee.User == "" {
		return nil
	}
	p, err := b.people.person(ctx, t.Assignee.User)
	if err == nil && p.Standing != flow.FullMember {
		return flow.Refusal{Why: flow.CannotBeAssigned, Field: blocks.FieldPerson, By: t.Assignee.User, Standing: p.Standing}
	}
	return err
}

// addTemplate adds a task, unless the same form has added it already: it may arrive twice.
func addTemplate(now, was flow.Process, ref blocks.Ref, t flow.Template) (flow.ProcessEdit, error) {
	edit := flow.AddTemplate{Flow: ref.Flow, Status: ref.Status, Task: t}
	f, _ := now.Flow(ref.Flow)
	old, _ := was.Flow(ref.Flow)
	st, _ := f.Status(ref.Status)
	for _, is := range st.Tasks {
		_, _, before := old.Task(is.Key)
		same := is
		same.Key = ""
		if same.Title != t.Title && t.Title == "" {
			same.Title = ""
		}
		if !before && same == t {
			return nil, flow.Refusal{Why: flow.NothingToChange}
		}
	}
	return edit, nil
}

// editTemplate changes of a task what somebody typed over what they saw; the rest stays as it is by now.
func editTemplate(now, was flow.Process, ref blocks.Ref, t flow.Template, status flow.Key) (flow.ProcessEdit, error) {
	f, _ := now.Flow(ref.Flow)
	is, st, there := f.Task(ref.Key)
	if !there {
		return nil, flow.Refusal{Why: flow.GonePart, Field: flow.FieldTasks}
	}
	g, _ := was.Flow(ref.Flow)
	saw, _, _ := g.Task(ref.Key)
	to := is
	set(&to.Kind, saw.Kind, t.Kind)
	set(&to.Title, saw.Title, t.Title)
	set(&to.Description, saw.Description, t.Description)
	set(&to.Role, saw.Role, t.Role)
	set(&to.Assignee, saw.Assignee, t.Assignee)
	set(&to.Due, saw.Due, t.Due)
	set(&to.Optional, saw.Optional, t.Optional)
	edit := flow.EditTemplate{Flow: ref.Flow, Task: ref.Key, To: to}
	if status != "" && status != ref.Status && status != st.Key {
		edit.Status = status
	}
	return edit, nil
}

// set writes what somebody typed, unless it is what they saw.
func set[T comparable](to *T, saw, typed T) {
	if v := ifChanged(saw, typed); v != nil {
		*to = *v
	}
}
