package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// onClick carries out a click, or opens the form that it asks for. A button names the incident, the task and the wanted state, so that the same
// click twice changes nothing the second time.
func (b *Bot) onClick(ctx context.Context, r request) (answer, error) {
	action, ref, err := blocks.Meant(r.action, r.value)
	if err != nil {
		return answer{}, nil //nolint:nilerr // a link, a choice inside a form, or nothing of ours
	}
	switch action {
	case blocks.Declare:
		return b.declareForm(ctx, r, blocks.Declaring{Lead: r.user})
	case blocks.Todo:
		return b.todoPage(ctx, r, ref.Page)
	case blocks.List:
		return b.listPage(ctx, r, blocks.Filter(ref.Want), ref.Page)
	case blocks.HomePage, blocks.HomeShow, blocks.HomeFlow:
		return answer{}, b.lookAt(ctx, r.user, action, ref)
	case blocks.StuckList:
		return b.stuckForm(ctx, r)
	case blocks.RemindersList:
		return b.remindersPage(ctx, r, ref.Page)
	case blocks.PauseReminders:
		return b.pauseForm(ctx, r)
	case blocks.ResumeReminders:
		return b.resumeReminders(ctx, r)
	case blocks.Dismiss:
		return b.dismiss(r), nil
	case blocks.OpenHome:
		return answer{}, nil // Slack has followed the link already
	}
	if a, ours, err := b.onProcessClick(ctx, r, action, ref); ours {
		return a, err
	}
	if ref.Incident == 0 {
		return answer{}, nil
	}
	inc, err := b.see(ctx, r.user, ref.Incident)
	if err != nil {
		return answer{}, err
	}
	if ref.Task != 0 {
		return b.onTaskClick(ctx, r, action, ref, inc)
	}
	return b.onIncidentClick(ctx, r, action, ref, inc)
}

// dismiss takes back a question that was answered with no.
func (b *Bot) dismiss(r request) answer {
	if r.respond == "" || !r.quiet {
		return answer{}
	}
	return answer{then: func(ctx context.Context) error {
		return b.respond(ctx, r.respond, slack.WebhookMessage{DeleteOriginal: true})
	}}
}

func (b *Bot) onTaskClick(ctx context.Context, r request, action blocks.Action, ref blocks.Ref, inc flow.Incident) (answer, error) {
	switch action {
	case blocks.Take:
		return b.assignHere(ctx, r, inc, ref.Task, r.user)
	case blocks.Complete:
		return b.act(ctx, r, inc, flow.CompleteTask{Task: ref.Task})
	case blocks.ReopenTask:
		return b.act(ctx, r, inc, flow.ReopenTask{Task: ref.Task, Back: ref.Back})
	}
	t, err := b.taskOf(ctx, inc, ref.Task)
	if err != nil {
		return answer{}, err
	}
	switch action {
	case blocks.Snooze:
		return b.snooze(ctx, r, inc, t, ref.Want)
	case blocks.Skip:
		return b.skipForm(ctx, r, inc, t)
	case blocks.Remove:
		return b.taskForm(ctx, r, inc, t, flow.RemoveTask{Task: t.Number}, blocks.RemoveForm)
	case blocks.Assign:
		return b.taskForm(ctx, r, inc, t, flow.AssignTask{Task: t.Number}, blocks.AssignForm)
	case blocks.CannotDo:
		return b.taskForm(ctx, r, inc, t, flow.AssignTask{Task: t.Number}, blocks.CannotDoForm)
	case blocks.SetDue:
		return b.taskForm(ctx, r, inc, t, flow.SetDue{Task: t.Number}, blocks.DueForm)
	case blocks.Instructions:
		return b.open(r, blocks.InstructionsModal(b.scene(ctx), inc, t)), nil
	case blocks.Invite:
		return b.inviteAndAssign(ctx, r, inc, ref)
	}
	return answer{}, badClick(r)
}

func (b *Bot) assignHere(ctx context.Context, r request, inc flow.Incident, n flow.TaskNumber, to flow.UserID) (answer, error) {
	person, err := b.people.candidate(ctx, to, inc)
	if err != nil {
		return answer{}, err
	}
	return b.act(ctx, r, inc, flow.AssignTask{Task: n, To: person})
}

// act does what a click says. What was clicked shows the outcome: messages are edited by the outbox, a modal here.
func (b *Bot) act(ctx context.Context, r request, inc flow.Incident, cmd flow.Command) (answer, error) {
	_, events, err := b.do(ctx, inc.ID, r.user, r.delivery, cmd)
	if err != nil || len(events) == 0 {
		return answer{}, err
	}
	if r.view.Type == "home" {
		b.followHome(ctx, r.user)
	}
	if list, ok := r.list(); ok {
		return answer{then: b.redraw(r.user, list, r.view.ID, r.respond)}, nil
	}
	return answer{}, nil
}

func (b *Bot) onIncidentClick(ctx context.Context, r request, action blocks.Action, ref blocks.Ref, inc flow.Incident) (answer, error) {
	s := b.scene(ctx)
	switch action {
	case blocks.Update:
		return b.updateForm(ctx, r, inc)
	case blocks.Roles:
		return b.rolesForm(ctx, r, inc)
	case blocks.Close, blocks.OptOut:
		return b.askClose(ctx, r, typed{verb: "close"}, inc)
	case blocks.Reopen:
		return b.askReopen(ctx, r, typed{}, inc)
	case blocks.MoveOn:
		return b.clickMoveOn(ctx, r, ref, inc)
	case blocks.AddTask:
		return b.addTaskForm(ctx, r, inc)
	case blocks.UpdateFromFlow:
		return b.updateFromFlowForm(ctx, r, inc)
	case blocks.Summary:
		return b.show(r, blocks.SummaryMessage(s, inc)), nil
	case blocks.Tasks:
		return b.show(r, b.statusList(ctx, inc)), nil
	case blocks.ShowAll:
		return b.turnPage(r, blocks.AllTasks(s, inc, ref.Page)), nil
	case blocks.Timeline:
		return b.openTimeline(ctx, r, inc, topicOf(ref.Want), ref.Page)
	case blocks.Postmortems, blocks.AddPostmortem, blocks.CompletePostmortem, blocks.ReviewPostmortem, blocks.DraftPostmortem, blocks.MainPostmortem,
		blocks.DetachPostmortem, blocks.SharePostmortem, blocks.AttachOffered:
		return b.onPostmortemClick(ctx, r, action, ref, inc)
	case blocks.FollowUps, blocks.AddFollowUp, blocks.FollowUpDone, blocks.ReopenFollowUp, blocks.EditFollowUp, blocks.SkipFollowUp, blocks.AssignFollowUp, blocks.SnoozeFollowUp:
		return b.onFollowUpClick(ctx, r, action, ref, inc)
	case blocks.EditNote, blocks.RemoveNote:
		return b.noteForm(ctx, r, action, ref, inc)
	case blocks.Debrief, blocks.DebriefCancel, blocks.DebriefHeld, blocks.DebriefFile, blocks.DebriefAdopt:
		return b.clickDebrief(ctx, r, action, ref, inc)
	case blocks.RetryOpen:
		return b.carryOut(ctx, r, inc.ID, flow.RequestChannel{})
	case blocks.UseChannel:
		if err := b.ask(ctx, r, inc, flow.RequestChannel{}); err != nil {
			return answer{}, err
		}
		return b.open(r, blocks.UseChannelForm(s, inc)), nil
	}
	return answer{}, badClick(r)
}

// turnPage shows another page of the view that was clicked, or opens the first one.
func (b *Bot) turnPage(r request, view slack.ModalViewRequest) answer {
	if r.view.Type == "modal" && r.view.Callback == view.CallbackID {
		if c, err := metadata(r.view.Metadata); err == nil { // the list below it stays the one below it
			view = c.onto(view)
		}
		return answer{then: b.update(r.view.ID, view)}
	}
	return b.open(r, view)
}

// clickMoveOn leaves the status that the button names: at once where it has no open tasks, with a form where it has.
func (b *Bot) clickMoveOn(ctx context.Context, r request, ref blocks.Ref, inc flow.Incident) (answer, error) {
	if inc.Stage == flow.PostIncident && inc.Status == ref.Status && inc.Progress(inc.Status).Open > 0 {
		return b.moveOnForm(ctx, r, inc)
	}
	return b.act(ctx, r, inc, flow.MoveOn{From: ref.Status})
}

// inviting is the question whether somebody may be brought into the channel of a private incident, so that they can have a task.
func (b *Bot) inviting(r request, inc flow.Incident, no flow.Refusal) (blocks.Ref, bool) {
	ref := blocks.Ref{Incident: inc.ID, Person: no.By}
	_, meant, err := blocks.Meant(r.action, r.value)
	switch r.kind {
	case kindForm:
		var c carried
		c, err = metadata(r.view.Metadata)
		meant = c.ref
	case kindCommand:
		meant.Task, err = taskTyped(r.text), nil
	}
	if err == nil {
		ref.Task = meant.Task
	}
	return ref, inc.Channel != "" && inc.Rev != 0
}

// inviteAndAssign brings somebody into the channel and then gives them the task, after a yes.
func (b *Bot) inviteAndAssign(ctx context.Context, r request, inc flow.Incident, ref blocks.Ref) (answer, error) {
	person, err := b.people.candidate(ctx, ref.Person, inc)
	if err != nil {
		return answer{}, err
	}
	person.Member = true // then
	var cmd flow.Command = flow.AssignTask{Task: ref.Task, To: person}
	if ref.Task == 0 {
		cmd = flow.SetRole{Role: flow.LeadRole, To: person}
	}
	var no flow.Refusal
	err = b.ask(ctx, r, inc, cmd)
	if errors.As(err, &no) && (no.Why == flow.AlreadyAssigned || no.Why == flow.NothingToChange) {
		err = nil // what is left is the invitation
	}
	if err != nil {
		return answer{}, err
	}
	asked, err := json.Marshal(asking{By: r.user, Answer: r.respond, Delivery: r.delivery})
	if err != nil {
		return answer{}, err
	}
	job := b.follow(inc.ID, flow.Effect{Tell: tellBringIn, To: ref.Person, Task: ref.Task})
	job.Detail = string(asked)
	if err := b.store.Enqueue(ctx, job.At, job); err != nil {
		return answer{}, fmt.Errorf("save an invitation to %s: %w", inc.ID, err)
	}
	b.outbox.wake()
	return answer{}, nil
}

// asking is who asked for something that only delivery can do, how they can be answered, and the name of the delivery that asked. It is stored.
type asking struct {
	By       flow.UserID `json:"by"`
	Answer   string      `json:"answer,omitempty"`
	Delivery string      `json:"delivery,omitempty"`
}

// todo is /inc todo.
func (b *Bot) todo(ctx context.Context, r request, _ typed) (answer, error) {
	return b.todoPage(ctx, r, 0)
}

func (b *Bot) todoPage(ctx context.Context, r request, number int) (answer, error) {
	m, err := b.todoList(ctx, r.user, number)
	return b.pageOf(r, m), err
}

// pageOf shows a list, in the place of the page before.
func (b *Bot) pageOf(r request, m blocks.Message) answer {
	if r.kind == kindClick && r.quiet && r.respond != "" {
		return answer{then: func(ctx context.Context) error { return b.replace(ctx, r.respond, m) }}
	}
	return b.show(r, m)
}

// listIncidents is /inc list.
func (b *Bot) listIncidents(ctx context.Context, r request, t typed) (answer, error) {
	f := blocks.Filter(strings.ToLower(t.rest))
	switch f {
	case blocks.Everything, blocks.InPost, blocks.WithOverdue, blocks.Mine:
		return b.listPage(ctx, r, f, 0)
	}
	return b.tell(r, "", blocks.ListUsage(b.scene(ctx), readable(t.rest))), nil
}

func (b *Bot) listPage(ctx context.Context, r request, f blocks.Filter, number int) (answer, error) {
	page, err := b.filtered(ctx, r.user, f, number, blocks.ListPage)
	if err != nil {
		return answer{}, err
	}
	return b.pageOf(r, blocks.ListMessage(b.scene(ctx), f, page)), nil
}
