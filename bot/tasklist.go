package bot

import (
	"context"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// Lists of tasks that one person sees: their own (/inc todo), those of an incident's status (/inc tasks), and those of all its statuses (Show all). What
// is done from a list brings that list up to date, so its blocks, and the forms that it opens, say which one it is: a reference whose Want is
// one of these.
const (
	listTodo  = "todo"
	listTasks = "tasks"
	listAll   = "all"

	listPostmortem = "postmortem" // no list of tasks, and redrawn like one: the documents of an incident
	listReminders  = "reminders"  // what somebody will be reminded of (/inc reminders)
)

// todoList draws a page of somebody's own tasks.
func (b *Bot) todoList(ctx context.Context, who flow.UserID, number int) (blocks.Message, error) {
	page, err := b.taskPage(ctx, who, number, blocks.TodoPage)
	if err != nil {
		return blocks.Message{}, err
	}
	return inList(blocks.TodoMessage(b.scene(ctx), page), blocks.Ref{Want: listTodo, Page: page.Number}), nil
}

// statusList draws the tasks of an incident's status.
func (b *Bot) statusList(ctx context.Context, inc flow.Incident) blocks.Message {
	return inList(blocks.TasksMessage(b.scene(ctx), inc), blocks.Ref{Want: listTasks, Incident: inc.ID})
}

// inList writes into the blocks of a message which list they stand in.
func inList(m blocks.Message, list blocks.Ref) blocks.Message {
	for i, block := range m.Blocks {
		id := list.String() + "#" + strconv.Itoa(i)
		switch block := block.(type) {
		case *slack.SectionBlock:
			block.BlockID = id
		case *slack.ActionBlock:
			block.BlockID = id
		}
	}
	return m
}

// list is the list that was clicked in; false for any other message or view.
func (r request) list() (blocks.Ref, bool) {
	if r.view.Callback == string(blocks.ShowAll) {
		c, err := metadata(r.view.Metadata)
		return blocks.Ref{Want: listAll, Incident: c.ref.Incident, Page: c.ref.Page}, err == nil
	}
	if r.view.Callback == string(blocks.Postmortems) {
		c, err := metadata(r.view.Metadata)
		return blocks.Ref{Want: listPostmortem, Incident: c.ref.Incident}, err == nil
	}
	if list, ok, err := r.viewList(); ok {
		return list, err == nil
	}
	id, _, ok := strings.Cut(r.block, "#")
	if !ok || !r.quiet && r.view.Type != "modal" {
		return blocks.Ref{}, false
	}
	return listNamed(id)
}

// viewList is the list of follow-ups or the timeline that a click came from; false for any other view.
func (r request) viewList() (list blocks.Ref, ok bool, err error) {
	var want string
	switch blocks.Action(r.view.Callback) {
	case blocks.FollowUps:
		want = listFollowUps
	case blocks.Timeline:
		want = listTimeline
	default:
		return blocks.Ref{}, false, nil
	}
	c, err := metadata(r.view.Metadata)
	if c.ref.Want != "" {
		want += "/" + c.ref.Want
	}
	return blocks.Ref{Want: want, Incident: c.ref.Incident, Page: c.ref.Page}, true, err
}

func listNamed(s string) (blocks.Ref, bool) {
	list, err := blocks.ParseRef(s)
	switch list.Want {
	case listTodo, listTasks, listAll, listPostmortem, listReminders, listFollowUps, listFollowUp:
		return list, err == nil
	}
	if want, _, _ := strings.Cut(list.Want, "/"); want == listTimeline {
		return list, err == nil
	}
	return blocks.Ref{}, false
}

// redraw shows a list as it is by then: in the view where it stands, or else in the place of the ephemeral message.
func (b *Bot) redraw(who flow.UserID, list blocks.Ref, viewID, responseURL string) func(context.Context) error {
	return func(ctx context.Context) error {
		if list.Want == listTodo {
			m, err := b.todoList(ctx, who, list.Page)
			if err != nil {
				return err
			}
			return b.put(ctx, m, viewID, responseURL)
		}
		if list.Want == listReminders {
			m, err := b.remindersList(ctx, who, list.Page)
			if err != nil {
				return err
			}
			return b.put(ctx, m, viewID, responseURL)
		}
		inc, err := b.see(ctx, who, list.Incident)
		if err != nil {
			return err
		}
		if list.Want == listPostmortem {
			return b.update(viewID, blocks.PostmortemModal(b.scene(ctx), inc))(ctx)
		}
		if done, err := b.redrawFollowUps(ctx, list, inc, viewID, responseURL); done {
			return err
		}
		if done, err := b.redrawTimeline(ctx, who, list, inc, viewID); done {
			return err
		}
		if list.Want == listAll {
			return b.update(viewID, blocks.AllTasks(b.scene(ctx), inc, list.Page))(ctx)
		}
		return b.put(ctx, b.statusList(ctx, inc), viewID, responseURL)
	}
}

func (b *Bot) put(ctx context.Context, m blocks.Message, viewID, responseURL string) error {
	if viewID != "" {
		return b.update(viewID, blocks.AsModal(m))(ctx)
	}
	return b.replace(ctx, responseURL, m)
}
