package bot

import (
	"context"
	"errors"
	"maps"

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
