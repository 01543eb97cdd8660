package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// shape carries out a click of somebody who may shape the process.
type shape func(desk, request, blocks.Ref) (answer, error)

// processClicks are the clicks that concern the process. Each is looked at with the rights of whoever clicks, also those that only show something.
func (b *Bot) processClicks() map[blocks.Action]shape {
	clicks := map[blocks.Action]shape{
		blocks.EditFlow: b.openEditor(blocks.EditFlow), blocks.PreviewFlow: b.clickPreview,
		blocks.AddFlow: b.clickAddFlow, blocks.CopyFlow: b.clickAddFlow, blocks.MoveFlow: b.clickMove,
		blocks.DisableFlow: b.askFor(blocks.DisableFlow), blocks.EnableFlow: b.askFor(blocks.EnableFlow), blocks.RemoveFlow: b.askFor(blocks.RemoveFlow),
		blocks.FlowRules: b.clickRules, blocks.UpdateIncidents: b.clickUpdateIncidents,
		blocks.AddStatus: b.clickAddStatus, blocks.EditStatus: b.openEditor(blocks.EditStatus), blocks.MoveStatus: b.clickMove,
		blocks.RemoveStatus: b.askFor(blocks.RemoveStatus),
		blocks.AddTemplate:  b.clickTemplate, blocks.EditTemplate: b.clickTemplate, blocks.MoveTemplate: b.clickMove,
		blocks.RemoveTemplate: b.askFor(blocks.RemoveTemplate),
		blocks.Settings:       b.openEditor(blocks.Settings), blocks.Labels: b.openEditor(blocks.Labels),
		blocks.AddLabel: b.clickLabel, blocks.EditLabel: b.clickLabel, blocks.MoveLabel: b.clickMove, blocks.RestoreLabel: b.clickMove,
		blocks.RetireLabel:   b.askFor(blocks.RetireLabel),
		blocks.EditReminders: b.clickReminders, blocks.EditCalendar: b.clickCalendar, blocks.EditAdmins: b.clickAdmins,
		blocks.History: b.openEditor(blocks.History), blocks.Version: b.clickVersion, blocks.GoBack: b.clickGoBack,
	}
	maps.Copy(clicks, b.templateClicks())
	return clicks
}

// onProcessClick carries out a click that concerns the process; false if it is about something else.
func (b *Bot) onProcessClick(ctx context.Context, r request, a blocks.Action, ref blocks.Ref) (answer, bool, error) {
	do, ours := b.shaping[a]
	if !ours {
		return answer{}, false, nil
	}
	who, err := b.admin(ctx, r)
	if err != nil {
		return answer{}, true, err
	}
	d := b.desk(ctx, who)
	if r.view.Callback == string(a) { // another page of the same form
		d.drawn, d.under = r.about().Version, r.about().Under
	} else {
		d.under = r.pushed()
	}
	out, err := do(d, r, r.within(ref))
	return out, true, err
}

// about is what the form is about that was clicked in or submitted; nothing for any other view.
func (r request) about() blocks.Ref {
	c, err := metadata(r.view.Metadata)
	if r.view.Type != "modal" || err != nil {
		return blocks.Ref{}
	}
	return c.ref
}

// pushed are the versions below a form that is opened from this one: those below this one, and its own.
func (r request) pushed() [2]int {
	is := r.about()
	if is.Under[0] == 0 {
		return [2]int{is.Version}
	}
	return [2]int{is.Under[0], is.Version}
}

// within completes what a click is about by what the view is about that it was in: there is no room for all of it in an option of a menu.
func (r request) within(ref blocks.Ref) blocks.Ref {
	is := r.about()
	if ref.Flow == "" {
		ref.Flow = is.Flow
	}
	if ref.Status == "" {
		ref.Status = is.Status
	}
	if ref.Want == "" {
		ref.Want = is.Want
	}
	return ref
}

// page is the page of the list that a view shows.
func (r request) page() int { return r.about().Page }

// openEditor opens a view that edits are made from, or turns its page.
func (b *Bot) openEditor(a blocks.Action) func(desk, request, blocks.Ref) (answer, error) {
	return func(d desk, r request, ref blocks.Ref) (answer, error) {
		view, err := d.view(a, ref)
		if err != nil {
			return answer{}, err
		}
		return b.turnPage(r, view), nil
	}
}

// askFor opens the form that asks whether an edit is meant. Of the list that it is opened from it takes the page along.
func (b *Bot) askFor(a blocks.Action) func(desk, request, blocks.Ref) (answer, error) {
	return func(d desk, r request, ref blocks.Ref) (answer, error) {
		ref.Page = r.page()
		view, _, err := d.confirmation(a, ref, nil)
		if err != nil {
			return answer{}, err
		}
		return b.open(r, view), nil
	}
}

func (b *Bot) clickPreview(d desk, r request, ref blocks.Ref) (answer, error) {
	f, err := d.flow(ref.Flow)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.PreviewModal(d.s, f, r.user)), nil
}

func (b *Bot) clickAddFlow(d desk, r request, ref blocks.Ref) (answer, error) {
	view, err := d.addFlowForm(ref, nil)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, view), nil
}

func (d desk) addFlowForm(ref blocks.Ref, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
	if ref.Flow != "" {
		if _, err := d.flow(ref.Flow); err != nil {
			return slack.ModalViewRequest{}, err
		}
	}
	return blocks.AddFlowForm(d.s, d.from(blocks.Ref{Flow: ref.Flow}), blocks.Editing{Meanwhile: m}), nil
}

func (b *Bot) clickRules(d desk, r request, ref blocks.Ref) (answer, error) {
	f, err := d.flow(ref.Flow)
	if err != nil {
		return answer{}, err
	}
	view, err := d.rulesForm(blocks.InForm(d.p, rulesOf(f, ref)), false, ref, nil)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, view), nil
}

// rulesOf are the conditions of a flow that a form is about.
func rulesOf(f flow.Flow, ref blocks.Ref) []flow.Condition {
	if ref.Want == flow.FieldEntersWhen {
		return f.EntersWhen
	}
	return f.AppliesTo
}

func (b *Bot) clickAddStatus(d desk, r request, ref blocks.Ref) (answer, error) {
	f, err := d.flow(ref.Flow)
	if err != nil {
		return answer{}, err
	}
	means, err := b.meansFor(d.ctx, d.who, d.p, f, "")
	if err != nil {
		return answer{}, err
	}
	means = without(means, flow.HiddenFlow) // there will be a status
	return b.open(r, blocks.AddStatusForm(d.s, f, d.from(blocks.Ref{}), blocks.Editing{Means: means})), nil
}

// newTemplate is a task before anything is said of it.
func newTemplate() flow.Template {
	return flow.Template{Kind: flow.Custom, Assignee: flow.Assignee{Role: flow.LeadRole}, Due: flow.Offset{Unit: flow.BusinessDays}}
}

func (b *Bot) clickTemplate(d desk, r request, ref blocks.Ref) (answer, error) {
	t, after := newTemplate(), ""
	if ref.Key != "" {
		_, st, is, err := d.template(ref)
		if err != nil {
			return answer{}, err
		}
		t, after, ref.Status = is, blocks.AfterOf(is), st.Key
	}
	ref.Page = r.page()
	view, err := d.templateForm(t, after, ref, nil)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, view), nil
}

func (b *Bot) clickLabel(d desk, r request, ref blocks.Ref) (answer, error) {
	ref.Page = r.page()
	l := flow.Role{}
	if ref.Key != "" {
		var err error
		if l, err = d.label(ref); err != nil {
			return answer{}, err
		}
	}
	return b.open(r, blocks.LabelForm(d.s, l.Name, l.Description, d.from(ref), blocks.Editing{})), nil
}

func (b *Bot) clickCalendar(d desk, r request, _ blocks.Ref) (answer, error) {
	c := d.p.Calendar
	typed, _ := blocks.HolidaysTyped(c.Holidays)
	return b.open(r, blocks.CalendarForm(d.s, c.WorkingDays, typed, d.p.Hours, d.from(blocks.Ref{}), blocks.Editing{})), nil
}

func (b *Bot) clickReminders(d desk, r request, _ blocks.Ref) (answer, error) {
	now := flow.SetReminders{Reminders: d.p.Reminders, FollowUpEmoji: d.p.FollowUpEmoji}
	return b.open(r, blocks.RemindersForm(d.s, now, d.from(blocks.Ref{}), blocks.Editing{})), nil
}

func (b *Bot) clickAdmins(d desk, r request, _ blocks.Ref) (answer, error) {
	a := d.p.Admins
	return b.open(r, blocks.AdminsForm(d.s, a.People, a.Groups, d.from(blocks.Ref{}), blocks.Editing{})), nil
}

func (b *Bot) clickVersion(d desk, r request, ref blocks.Ref) (answer, error) {
	view, err := d.versionView(ref.Version)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, view), nil
}

func (b *Bot) clickGoBack(d desk, r request, ref blocks.Ref) (answer, error) {
	view, _, err := d.goBackForm(ref.Version, blocks.Ref{Want: strconv.Itoa(ref.Version)}, nil)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, view), nil
}

// clickMove does what needs no form: it moves something to a place, or restores it. The view that was clicked in, and the one below, show it.
func (b *Bot) clickMove(d desk, r request, ref blocks.Ref) (answer, error) {
	a, _, err := blocks.Meant(r.action, r.value)
	if err != nil {
		return answer{}, err
	}
	edit, err := d.moving(a, ref)
	if err != nil {
		return answer{}, err
	}
	if d.upsets(edit) {
		return b.askMove(d, r, a, ref)
	}
	if _, err = b.saveProcess(d.ctx, r, 0, edit); err != nil && !nothingToChange(err) {
		return answer{}, err
	}
	ref.Page = r.page()
	var shown []shownView
	switch a {
	case blocks.MoveStatus:
		shown = []shownView{r.itself(blocks.EditFlow)}
	case blocks.MoveTemplate:
		shown = []shownView{r.itself(blocks.EditStatus), r.lowest(blocks.EditFlow)}
	case blocks.MoveLabel, blocks.RestoreLabel:
		shown = []shownView{r.itself(blocks.Labels), r.lowest(blocks.Settings)}
	case blocks.RestorePostmortemTemplate:
		shown = []shownView{r.itself(blocks.PostmortemTemplates)}
	}
	return answer{then: b.redrawEditors(d.who, ref, shown...)}, nil
}

// moving is the edit that brings something to the place that ref names, wherever it is now.
func (d desk) moving(a blocks.Action, ref blocks.Ref) (flow.ProcessEdit, error) {
	switch a {
	case blocks.MoveFlow:
		i := slices.IndexFunc(d.p.Flows, func(f flow.Flow) bool { return f.Key == ref.Flow })
		return flow.MoveFlow{Flow: ref.Flow, By: ref.Page - i}, nil
	case blocks.MoveStatus:
		f, st, err := d.status(ref)
		i := slices.IndexFunc(f.Statuses, func(x flow.Status) bool { return x.Key == st.Key })
		return flow.MoveStatus{Flow: f.Key, Status: st.Key, By: ref.Page - i}, err
	case blocks.MoveTemplate:
		f, st, t, err := d.template(ref)
		i := slices.IndexFunc(st.Tasks, func(x flow.Template) bool { return x.Key == t.Key })
		return flow.MoveTemplate{Flow: f.Key, Task: t.Key, By: ref.Page - i}, err
	case blocks.MoveLabel:
		l := flow.List(ref.Want)
		i := slices.IndexFunc(d.p.Labels(l), func(x flow.Role) bool { return x.Key == ref.Key })
		return flow.MoveLabel{List: l, Key: ref.Key, By: ref.Page - i}, nil
	case blocks.RestoreLabel:
		return flow.RestoreLabel{List: flow.List(ref.Want), Key: ref.Key}, nil
	case blocks.RestorePostmortemTemplate:
		return flow.RestorePostmortemTemplate{Template: ref.Key}, nil
	}
	return nil, fmt.Errorf("%w: nothing moves for %q", errFault, a)
}

// shownView is a view that is open, and what it shows.
type shownView struct {
	id    string
	kind  blocks.Action
	drawn int    // the version that its fields were drawn from
	under [2]int // and those of the views below it
}

// itself is the view that was clicked in.
func (r request) itself(kind blocks.Action) shownView {
	return shownView{r.view.ID, kind, r.about().Version, r.about().Under}
}

// lowest is the view at the bottom.
func (r request) lowest(kind blocks.Action) shownView {
	return shownView{id: r.view.Root, kind: kind, drawn: r.about().Under[0]}
}

// below is the view right below this one.
func (r request) below(kind blocks.Action) shownView {
	under := r.about().Under
	if under[1] == 0 {
		return shownView{id: r.view.Previous, kind: kind, drawn: under[0]}
	}
	return shownView{r.view.Previous, kind, under[1], [2]int{under[0]}}
}

// redrawEditors brings open views up to date with the process as it is by then. What is typed in them stays, since their fields stay the same: so they go on
// being drawn from the version that whoever types has seen.
func (b *Bot) redrawEditors(who flow.Actor, ref blocks.Ref, shown ...shownView) func(context.Context) error {
	return func(ctx context.Context) error {
		d := b.desk(ctx, who)
		for _, v := range shown {
			if v.id == "" {
				continue
			}
			d.drawn, d.under = v.drawn, v.under
			view, err := d.view(v.kind, ref)
			if err == nil {
				err = b.update(v.id, view)(ctx)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}
