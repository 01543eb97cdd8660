package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// publishHome draws somebody's App Home, at the page that was asked for of one section and at the first of the others. Who never opened it has none.
func (b *Bot) publishHome(ctx context.Context, who flow.UserID, turned blocks.Ref) error {
	p, err := b.store.Person(ctx, who)
	if errors.Is(err, store.ErrNotFound) || err == nil && !p.Home {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read person %s: %w", who, err)
	}
	view, err := b.drawHome(ctx, who, turned)
	if err != nil {
		return err
	}
	err = b.pace.call(ctx, "views.publish", tier4Budget, func(ctx context.Context) error {
		_, err := b.slack.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: string(who), View: view})
		return err
	})
	if err != nil {
		return fmt.Errorf("publish the App Home of %s: %w", who, err)
	}
	return nil
}

func (b *Bot) drawHome(ctx context.Context, who flow.UserID, turned blocks.Ref) (slack.HomeTabViewRequest, error) {
	page := func(section string) int {
		if turned.Want == section {
			return turned.Page
		}
		return 0
	}
	s := b.scene(ctx)
	d := blocks.HomeData{Person: who}
	var err error
	if d.Tasks, err = b.taskPage(ctx, who, page(blocks.SectionTasks), blocks.HomeTasks); err != nil {
		return slack.HomeTabViewRequest{}, err
	}
	for _, it := range d.Tasks.Items {
		if t, ok := it.Incident.Task(it.Task); ok {
			if at, dated := s.LateAt(it.Incident, t); dated && !at.After(s.Now) {
				d.Late++
			}
		}
	}
	if d.Post, err = b.stagePage(ctx, who, flow.PostIncident, page(blocks.SectionPost), blocks.HomePost); err != nil {
		return slack.HomeTabViewRequest{}, err
	}
	if d.Closed, err = b.stagePage(ctx, who, flow.Closed, page(blocks.SectionClosed), blocks.HomeClosed); err != nil {
		return slack.HomeTabViewRequest{}, err
	}
	return blocks.Home(s, d), nil
}
