package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// processForm is how a form about the process is carried out.
type processForm struct {
	edit   func(d desk, was flow.Process) (flow.ProcessEdit, error)          // what it asks for; was is the process that it was drawn from
	redraw func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) // the form with what was typed, when others have changed something
	done   func(d desk, before, after flow.Process) (answer, error)          // what the person sees then; nil: the form closes
	below  []shownView                                                       // what lies under it, and shows what it changed
}

// processForms are the forms that concern the process.
func (b *Bot) processForms() map[blocks.Action]func(request, blocks.Ref) processForm {
	asked := func(a blocks.Action, below func(request) []shownView) func(request, blocks.Ref) processForm {
		return func(r request, ref blocks.Ref) processForm { return b.confirmForm(a, ref, below(r)) }
	}
	home := func(request) []shownView { return nil }
	forms := map[blocks.Action]func(request, blocks.Ref) processForm{
		blocks.AddFlow: b.addFlowForm, blocks.EditFlow: b.editFlowForm, blocks.FlowRules: b.rulesForm,
		blocks.UpdateIncidents: b.updateIncidentsForm,
		blocks.RemoveFlow:      asked(blocks.RemoveFlow, home), blocks.DisableFlow: asked(blocks.DisableFlow, home), blocks.EnableFlow: asked(blocks.EnableFlow, home),
		blocks.MoveFlow: b.moveForm(blocks.MoveFlow, home), blocks.MoveLabel: b.moveForm(blocks.MoveLabel, onLabels),
		blocks.AddStatus: b.addStatusForm, blocks.EditStatus: b.editStatusForm, blocks.RemoveStatus: asked(blocks.RemoveStatus, onFlow),
		blocks.EditTemplate: b.templateForm, blocks.RemoveTemplate: asked(blocks.RemoveTemplate, onStatus),
		blocks.EditLabel: b.labelForm, blocks.RetireLabel: asked(blocks.RetireLabel, onLabels),
		blocks.EditReminders: b.remindersForm, blocks.EditCalendar: b.calendarForm, blocks.EditAdmins: b.adminsForm, blocks.GoBack: b.goBackForm,
	}
	maps.Copy(forms, b.templateForms())
	return forms
}

// What lies under a form: the flow, the flow with a status on it, the settings, the settings with a list on them.
func onFlow(r request) []shownView { return []shownView{r.lowest(blocks.EditFlow)} }

func onStatus(r request) []shownView {
	return []shownView{r.below(blocks.EditStatus), r.lowest(blocks.EditFlow)}
}

func onSettings(r request) []shownView { return []shownView{r.lowest(blocks.Settings)} }

func onLabels(r request) []shownView {
	return []shownView{r.below(blocks.Labels), r.lowest(blocks.Settings)}
}

// onProcessForm carries out a form that concerns the process; false if it is about something else.
func (b *Bot) onProcessForm(ctx context.Context, r request, a blocks.Action, ref blocks.Ref) (answer, bool, error) {
	form, ours := b.processForms()[a]
	if !ours {
		return answer{}, false, nil
	}
	who, err := b.admin(ctx, r)
	if err != nil {
		return answer{}, true, err
	}
	out, err := b.submitProcess(ctx, r, ref, who, form(r, ref))
	return out, true, err
}

func (b *Bot) submitProcess(ctx context.Context, r request, ref blocks.Ref, who flow.Actor, form processForm) (answer, error) {
	d := b.desk(ctx, who).above(ref.Under)
	if err := b.meanwhile(ctx, r.user, ref.Version, d.p); err != nil {
		return b.showMeanwhile(d, r, form, err)
	}
	was, err := b.drawnFrom(ctx, ref.Version, d.p)
	if err != nil {
		return answer{}, err
	}
	after := d.p
	edit, err := form.edit(d, was)
	if err == nil {
		after, err = b.saveProcess(ctx, r, ref.Version, edit)
	}
	var again redrawn
	switch {
	case errors.As(err, &again):
		return b.replaceForm(r, again.view), nil
	case errors.As(err, new(changedMeanwhile)): // in between
		return b.showMeanwhile(b.desk(ctx, who).above(ref.Under), r, form, err)
	case err != nil && !nothingToChange(err):
		return answer{}, err
	}
	if form.done != nil {
		return form.done(b.desk(ctx, who).above(ref.Under), d.p, after)
	}
	return answer{then: b.redrawEditors(who, ref, form.below...)}, nil
}

// nothingToChange says that the process is as it was asked to be.
func nothingToChange(err error) bool {
	var no flow.Refusal
	return errors.As(err, &no) && no.Why == flow.NothingToChange
}

// showMeanwhile shows somebody what others have changed since their form was opened, with all that they have typed. Submitted again, it is saved on top of that.
func (b *Bot) showMeanwhile(d desk, r request, form processForm, err error) (answer, error) {
	var m changedMeanwhile
	if !errors.As(err, &m) {
		return answer{}, err
	}
	view, err := form.redraw(d, &m.Meanwhile)
	if err != nil {
		return answer{}, err
	}
	return b.replaceForm(r, view), nil
}

// redrawn is a form's answer that nothing is saved yet: it goes on with another view of itself.
type redrawn struct{ view slack.ModalViewRequest }

func (redrawn) Error() string { return "the form is shown again" }

// replaceForm puts a view in the place of a form that was submitted. One that is too large for an ack follows it: until then the form says so.
func (b *Bot) replaceForm(r request, view slack.ModalViewRequest) answer {
	if err := blocks.Check(view); err != nil {
		b.log.Error("a view breaks Slack's limits", "err", err)
	}
	if update := slack.NewUpdateViewSubmissionResponse(&view); inAck(update) {
		return answer{ack: update}
	}
	wait := blocks.Wait(view)
	return answer{ack: slack.NewUpdateViewSubmissionResponse(&wait), then: b.update(r.view.ID, view)}
}

// chosen are the values of a field, of which several may be chosen.
func (v viewState) chosen(field string) []string {
	if one := v.field(field); one != "" {
		return []string{one}
	}
	return v.picked(field)
}

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

func (b *Bot) labelForm(r request, ref blocks.Ref) processForm {
	l, name, description := flow.List(ref.Want), r.view.field(flow.FieldName), r.view.field(flow.FieldDescription)
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			if ref.Key == "" {
				return flow.AddLabel{List: l, Name: name, Description: description}, nil
			}
			e := flow.EditLabel{List: l, Key: ref.Key}
			for _, saw := range was.Labels(l) {
				if saw.Key == ref.Key {
					e.Name, e.Description = ifChanged(saw.Name, name), ifChanged(saw.Description, description)
				}
			}
			return e, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.LabelForm(d.s, name, description, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onLabels(r),
	}
}

func (b *Bot) calendarForm(r request, ref blocks.Ref) processForm {
	v := r.view
	days, typed := blocks.DaysPicked(v.picked(flow.FieldDays)), v.field(flow.FieldHolidays)
	hours := hoursIn(v)
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			e := flow.SetCalendar{WorkingDays: days, Holidays: was.Calendar.Holidays, Hours: hours}
			if !v.has(flow.FieldHours) { // a form of an older program
				e.Hours = was.Hours
			}
			if !v.has(flow.FieldHolidays) {
				return e, nil
			}
			var err error
			e.Holidays, err = holidaysIn(typed)
			return e, err
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.CalendarForm(d.s, days, typed, hours, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onSettings(r),
	}
}

// hoursIn reads working hours. What is not filled in is as usual.
func hoursIn(v viewState) flow.WorkingHours {
	h := flow.WorkingHours{}.Known()
	from, err := flow.ParseTimeOfDay(v.field(flow.FieldHours))
	if err == nil {
		h.From = from
	}
	if to, err := flow.ParseTimeOfDay(v.field(flow.FieldHoursTo)); err == nil {
		h.To = to
	}
	h.Digest, err = flow.ParseTimeOfDay(v.field(flow.FieldDigest))
	if err != nil {
		h.Digest = h.From
	}
	return h
}

// holidaysIn reads a day from the beginning of each line.
func holidaysIn(typed string) ([]flow.Date, error) {
	var out []flow.Date
	for line := range strings.Lines(typed) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		d, err := flow.ParseDate(words[0])
		if err != nil {
			return nil, flow.Refusal{Why: flow.NoDay, Field: flow.FieldHolidays}
		}
		out = append(out, d)
	}
	return out, nil
}

func (b *Bot) adminsForm(r request, ref blocks.Ref) processForm {
	v := r.view
	people := v.users(flow.FieldAdmins)
	var groups []flow.GroupID
	for _, id := range v.picked(blocks.FieldGroups) {
		groups = append(groups, flow.GroupID(id))
	}
	return processForm{
		edit: func(d desk, _ flow.Process) (flow.ProcessEdit, error) {
			e := flow.SetAdmins{People: people, Groups: groups}
			for _, id := range people {
				p, err := b.people.person(d.ctx, id)
				if err != nil {
					return nil, err
				}
				if p.Standing != flow.FullMember {
					e.Unfit = append(e.Unfit, id)
				}
			}
			return e, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.AdminsForm(d.s, people, groups, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onSettings(r),
	}
}

func (b *Bot) remindersForm(r request, ref blocks.Ref) processForm {
	v := r.view
	typed := flow.SetReminders{
		Reminders: flow.Reminders{
			Escalation: flow.Escalation{Channel: flow.ChannelID(v.field(flow.FieldEscalation)), Person: flow.UserID(v.field(blocks.FieldPerson))},
			Report:     flow.ChannelID(v.field(flow.FieldChannel)),
		},
		FollowUpEmoji: strings.Trim(strings.TrimSpace(v.field(flow.FieldEmoji)), ":"),
	}
	return processForm{
		edit: func(desk, flow.Process) (flow.ProcessEdit, error) { return typed, nil },
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.RemindersForm(d.s, typed, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onSettings(r),
	}
}

func (b *Bot) goBackForm(_ request, ref blocks.Ref) processForm {
	version, bad := strconv.Atoi(ref.Want)
	return processForm{
		edit: func(d desk, _ flow.Process) (flow.ProcessEdit, error) {
			if bad != nil {
				return nil, fmt.Errorf("%w: no version %q to go back to", errFault, ref.Want)
			}
			_, edit, err := d.goBackForm(version, ref, nil)
			return edit, err
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			view, _, err := d.goBackForm(version, ref, m)
			return view, err
		},
		done: func(desk, flow.Process, flow.Process) (answer, error) {
			return answer{ack: slack.NewClearViewSubmissionResponse()}, nil
		},
	}
}
