package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// An App Home is drawn when it is opened, when its person has done something, and when somebody else has changed what it shows: always by a job of the
// person's own lane, so that an older picture never comes after a newer one. What they did themselves shows at once; what others do is gathered for a
// few seconds into one picture.

// homeGather is how long the changes of others are gathered.
const homeGather = 3 * time.Second

// openedHome remembers who has an App Home to be kept up to date, and draws it, at its first pages.
func (b *Bot) openedHome(ctx context.Context, user flow.UserID) error {
	p, err := b.people.person(ctx, user)
	if err != nil {
		return err
	}
	look := blocks.ParseLook(p.Look)
	look.Pages = nil
	if !p.Home || look.String() != p.Look {
		if _, err := b.people.change(ctx, user, func(p *store.Person) { p.Home, p.Look = true, look.String() }); err != nil {
			return err
		}
	}
	return b.refreshHome(ctx, user)
}

// lookAt turns a page of somebody's App Home, or filters it. What they look at is kept, for every picture that follows.
func (b *Bot) lookAt(ctx context.Context, who flow.UserID, a blocks.Action, ref blocks.Ref) error {
	_, err := b.people.change(ctx, who, func(p *store.Person) { p.Look = blocks.ParseLook(p.Look).After(a, ref).String() })
	if err != nil {
		return err
	}
	return b.refreshHome(ctx, who)
}

// refreshHome draws somebody's App Home again, soon, if they ever opened it.
func (b *Bot) refreshHome(ctx context.Context, who flow.UserID) error {
	if !b.hasHome(ctx, who) {
		return nil
	}
	now := b.clock.Now()
	if err := b.store.Enqueue(ctx, now, jobFor(0, flow.Effect{Tell: flow.TellHome, To: who}, now)); err != nil {
		return fmt.Errorf("have the App Home of %s drawn: %w", who, err)
	}
	b.outbox.wake()
	return nil
}

// followHome is refreshHome for who has changed something: that is saved, and is not called failed because its picture is late.
func (b *Bot) followHome(ctx context.Context, who flow.UserID) {
	if err := b.refreshHome(ctx, who); err != nil {
		b.log.Warn("an App Home may be out of date", "err", err)
	}
}

// adminHomes is how the keys begin that name the admins whose App Home is open: they hear of changes of the process. It is stored.
const adminHomes = "admin-home/"

// publishHome draws somebody's App Home. Who never opened it has none.
func (b *Bot) publishHome(ctx context.Context, who flow.UserID) (store.Outcome, error) {
	p, err := b.store.Person(ctx, who)
	if errors.Is(err, store.ErrNotFound) || err == nil && !p.Home {
		return store.Outcome{}, nil
	}
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read person %s: %w", who, err)
	}
	actor, err := b.people.actor(ctx, who, flow.Incident{})
	if err != nil {
		return store.Outcome{}, err
	}
	view, err := b.drawHome(ctx, p, actor)
	if err != nil {
		return store.Outcome{}, err
	}
	err = b.pace.call(ctx, "views.publish", tier4Budget, func(ctx context.Context) error {
		_, err := b.slack.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: string(who), View: view})
		return err
	})
	if err != nil {
		return store.Outcome{}, fmt.Errorf("publish the App Home of %s: %w", who, err)
	}
	return b.noteAdmin(ctx, actor)
}

// noteAdmin keeps whose App Home shows the process.
func (b *Bot) noteAdmin(ctx context.Context, who flow.Actor) (store.Outcome, error) {
	key := adminHomes + string(who.User)
	_, noted, err := b.found(ctx, key)
	if err != nil || noted == who.Admin {
		return store.Outcome{}, err
	}
	note := store.Result{Key: key}
	if who.Admin {
		note.Value = json.RawMessage(`{}`)
	}
	return store.Outcome{Results: []store.Result{note}}, nil
}

func (b *Bot) drawHome(ctx context.Context, p store.Person, actor flow.Actor) (slack.HomeTabViewRequest, error) {
	s, look := b.scene(ctx), blocks.ParseLook(p.Look)
	if !slices.ContainsFunc(s.Process.Flows, func(f flow.Flow) bool { return f.Key == look.Flow }) {
		look.Flow = ""
	}
	d := blocks.HomeData{Person: p.ID, Look: look, Admin: actor.Admin}
	for _, read := range []func() error{
		func() (err error) { d.Tasks, d.Late, err = b.homeTasks(ctx, s, p.ID, look); return err },
		func() (err error) {
			d.FollowUps, err = b.followUpPage(ctx, p.ID, look.Pages[blocks.SectionFollowUps])
			return err
		},
		func() (err error) { d.Post, err = b.homePost(ctx, p.ID, look); return err },
		func() (err error) {
			d.Closed, err = b.stagePage(ctx, p.ID, store.Query{Stage: flow.Closed}, look.Pages[blocks.SectionClosed], blocks.HomeClosed, nil)
			return err
		},
	} {
		if err := read(); err != nil {
			return slack.HomeTabViewRequest{}, err
		}
	}
	return blocks.Home(s, d), nil
}

// homeTasks is a page of somebody's open tasks, with how many there are and how many of them are late, as far as anybody counts.
func (b *Bot) homeTasks(ctx context.Context, s blocks.Scene, who flow.UserID, look blocks.Look) (page blocks.Page[blocks.Item], late int, err error) {
	all, err := b.tasksOf(ctx, who, blocks.MostCounted+1, "")
	if err != nil {
		return page, 0, err
	}
	for _, it := range all.Items {
		if t, ok := it.Incident.Task(it.Task); ok {
			if at, dated := s.LateAt(it.Incident, t); dated && !at.After(s.Now) {
				late++
			}
		}
	}
	page, err = b.taskPage(ctx, who, look.Pages[blocks.SectionTasks], blocks.HomeTasks)
	page.Total = len(all.Items)
	return page, late, err
}

// homePost is a page of the incidents in the post-incident stage, as somebody filters them. Those that the store can tell apart are counted.
func (b *Bot) homePost(ctx context.Context, who flow.UserID, look blocks.Look) (blocks.Page[flow.Incident], error) {
	number, q := look.Pages[blocks.SectionPost], store.Query{Stage: flow.PostIncident}
	if look.Filter == blocks.Mine {
		q.Involved = who
	}
	keep := func(inc flow.Incident) bool {
		return look.Flow == "" || inc.Snapshot != nil && inc.Snapshot.Flow == look.Flow
	}
	if look.Filter == blocks.WithOverdue {
		return b.overdue(ctx, who, number, blocks.HomePost, keep)
	}
	page, err := b.stagePage(ctx, who, q, number, blocks.HomePost, keep)
	if err != nil || look.Flow != "" {
		return page, err
	}
	all, _, err := b.list(ctx, who, q, blocks.MostCounted+1, nil)
	page.Total = len(all)
	return page, err
}
