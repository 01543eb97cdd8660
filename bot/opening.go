package bot

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// Before a form opens, the rules are asked about the command that it would send: who would be refused is told at once, and types nothing in vain.

// ask is what the rules say to a command, if it were given now. Nothing is changed.
func (b *Bot) ask(ctx context.Context, r request, inc flow.Incident, cmd flow.Command) error {
	actor, err := b.people.actor(ctx, r.user, inc)
	if err != nil {
		return err
	}
	return b.askAs(ctx, actor, inc, cmd)
}

func (b *Bot) askAs(ctx context.Context, who flow.Actor, inc flow.Incident, cmd flow.Command) error {
	process, err := b.store.Process(ctx)
	if err != nil {
		return err
	}
	_, _, err = flow.Do(process, inc, cmd, who, b.clock.Now().In(b.zone))
	return err
}

// someText stands for what people will type into a form.
const someText = "…"

// mayOpen asks the rules before a form opens. What they say about a value is what the form is for, and is said below its field later.
func (b *Bot) mayOpen(ctx context.Context, r request, inc flow.Incident, cmd flow.Command) error {
	err := b.ask(ctx, r, inc, cmd)
	var no flow.Refusal
	if errors.As(err, &no) && (no.Field != "" || no.Why == flow.AlreadyAssigned || no.Why == flow.NothingToChange) {
		return nil
	}
	return err
}

// taskOf is the task that somebody means, in whatever state it is.
func (b *Bot) taskOf(ctx context.Context, inc flow.Incident, n flow.TaskNumber) (flow.Task, error) {
	err := b.askAs(ctx, flow.Actor{Standing: flow.Epilogue, Member: true}, inc, flow.CompleteTask{Task: n})
	if no := (flow.Refusal{}); errors.As(err, &no) && no.Why == flow.AlreadySettled {
		err = nil
	}
	t, _ := inc.Task(n)
	return t, err
}

// taskForm opens a form about a task.
func (b *Bot) taskForm(
	ctx context.Context, r request, inc flow.Incident, t flow.Task, cmd flow.Command,
	form func(blocks.Scene, flow.Incident, flow.Task) slack.ModalViewRequest,
) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, cmd); err != nil {
		return answer{}, err
	}
	return b.open(r, form(b.scene(ctx), inc, t)), nil
}

func (b *Bot) skipForm(ctx context.Context, r request, inc flow.Incident, t flow.Task) (answer, error) {
	return b.taskForm(ctx, r, inc, t, flow.SkipTask{Task: t.Number, Reason: someText}, blocks.SkipForm)
}

func (b *Bot) addTaskForm(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.AddTask{Title: someText}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.AddTaskForm(b.scene(ctx), inc, "")), nil
}

func (b *Bot) moveOnForm(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.MoveOn{From: inc.Status, Reason: someText}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.MoveOnForm(b.scene(ctx), inc)), nil
}

func (b *Bot) updateForm(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.Update{Note: someText}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.UpdateForm(b.scene(ctx), inc)), nil
}

func (b *Bot) rolesForm(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.SetRole{Role: flow.LeadRole}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.RolesForm(b.scene(ctx), inc)), nil
}

// declareForm opens the form for a new incident. Whoever asked with a command is answered there once more, when the channel is made.
func (b *Bot) declareForm(ctx context.Context, r request, d blocks.Declaring) (answer, error) {
	if err := b.mayOpen(ctx, r, flow.Incident{}, flow.Declare{Name: someText}); err != nil {
		return answer{}, err
	}
	form := blocks.DeclareForm(b.scene(ctx), d)
	if r.kind == kindCommand {
		form = carried{answer: r.respond}.onto(form)
	}
	return b.open(r, form), nil
}
