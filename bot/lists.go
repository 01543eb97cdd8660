package bot

import (
	"context"
	"fmt"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// mostPages bounds how far somebody pages through a list: pages are found by reading those before.
const mostPages = 50

// tasksOf reads somebody's open tasks from a cursor on, those that they may see, until there are limit of them.
func (b *Bot) tasksOf(ctx context.Context, who flow.UserID, limit int, cursor string) (store.Page[blocks.Item], error) {
	return b.items(ctx, who, store.TaskQuery{Assignee: who, Cursor: cursor}, limit)
}

func (b *Bot) items(ctx context.Context, who flow.UserID, q store.TaskQuery, limit int) (store.Page[blocks.Item], error) {
	var out store.Page[blocks.Item]
	for looked := 0; ; {
		q.Limit = max(1, limit-len(out.Items))
		page, err := b.store.Tasks(ctx, q)
		if err != nil {
			return out, fmt.Errorf("list tasks: %w", err)
		}
		for _, t := range page.Items {
			inc, err := b.store.Incident(ctx, t.Incident)
			if err != nil {
				return out, fmt.Errorf("read %s: %w", t.Incident, err)
			}
			ok, err := b.visible(ctx, who, inc)
			if err != nil {
				return out, err
			}
			if ok {
				out.Items = append(out.Items, blocks.Item{Incident: inc, Task: t.Task})
			}
		}
		out.Next = page.Next
		looked += len(page.Items)
		if page.Next == "" || len(out.Items) >= limit || looked >= mostLooked {
			return out, nil
		}
		q.Cursor = page.Next
	}
}

// taskPage is a page of somebody's own open tasks, by its number.
func (b *Bot) taskPage(ctx context.Context, who flow.UserID, number, size int) (blocks.Page[blocks.Item], error) {
	return pageAt(number, func(cursor string) (store.Page[blocks.Item], error) { return b.tasksOf(ctx, who, size, cursor) })
}

// filtered is a page of the incidents that somebody may see, by its number.
func (b *Bot) filtered(ctx context.Context, who flow.UserID, f blocks.Filter, number, size int) (blocks.Page[flow.Incident], error) {
	switch f {
	case blocks.InPost:
		return b.stagePage(ctx, who, store.Query{Stage: flow.PostIncident}, number, size, nil)
	case blocks.WithOverdue:
		return b.overdue(ctx, who, number, size, nil)
	}
	return pageAt(number, func(cursor string) (store.Page[flow.Incident], error) {
		return b.unfinished(ctx, who, cursor, size, f == blocks.Mine)
	})
}

func (b *Bot) stagePage(ctx context.Context, who flow.UserID, q store.Query, number, size int, keep func(flow.Incident) bool) (blocks.Page[flow.Incident], error) {
	return pageAt(number, func(cursor string) (store.Page[flow.Incident], error) {
		q.Cursor = cursor
		items, next, err := b.list(ctx, who, q, size, keep)
		return store.Page[flow.Incident]{Items: items, Next: next}, err
	})
}

// unfinished reads the active incidents and then those in the post-incident stage, as one list: all that somebody may see, or those they are involved in.
func (b *Bot) unfinished(ctx context.Context, who flow.UserID, cursor string, limit int, mine bool) (store.Page[flow.Incident], error) {
	const post = "post:" // marks a cursor into the second half
	var involved flow.UserID
	if mine {
		involved = who
	}
	var out store.Page[flow.Incident]
	if len(cursor) < len(post) || cursor[:len(post)] != post {
		items, next, err := b.list(ctx, who, store.Query{Stage: flow.Active, Involved: involved, Cursor: cursor}, limit, nil)
		if err != nil || next != "" {
			return store.Page[flow.Incident]{Items: items, Next: next}, err
		}
		out.Items, cursor = items, post
		if len(items) >= limit {
			out.Next = post
			return out, nil
		}
	}
	items, next, err := b.list(ctx, who, store.Query{Stage: flow.PostIncident, Involved: involved, Cursor: cursor[len(post):]}, limit-len(out.Items), nil)
	out.Items = append(out.Items, items...)
	if next != "" {
		out.Next = post + next
	}
	return out, err
}

// overdue are the incidents with tasks that are late for whoever has them, the longest overdue first. Those that are not to be kept are left out.
func (b *Bot) overdue(ctx context.Context, who flow.UserID, number, size int, keep func(flow.Incident) bool) (blocks.Page[flow.Incident], error) {
	s := b.scene(ctx)
	soon := flow.DateOf(s.Now.UTC()).AddDays(1) // nowhere is a day over that has not begun in UTC
	found, err := b.items(ctx, who, store.TaskQuery{Before: soon}, (number+1)*size*4)
	if err != nil {
		return blocks.Page[flow.Incident]{}, err
	}
	var all []flow.Incident
	seen := map[flow.IncidentID]bool{}
	for _, it := range found.Items {
		t, _ := it.Incident.Task(it.Task)
		at, dated := s.LateAt(it.Incident, t)
		if late := dated && !at.After(s.Now); late && !seen[it.Incident.ID] && (keep == nil || keep(it.Incident)) {
			seen[it.Incident.ID] = true
			all = append(all, it.Incident)
		}
	}
	from, to := min(number*size, len(all)), min((number+1)*size, len(all))
	return blocks.Page[flow.Incident]{Items: all[from:to], Number: number, More: to < len(all) || found.Next != ""}, nil
}

// pageAt turns cursors into numbers: the page of that number, or the last one there is.
func pageAt[T any](number int, read func(cursor string) (store.Page[T], error)) (blocks.Page[T], error) {
	cursor := ""
	for i := 0; ; i++ {
		page, err := read(cursor)
		if err != nil {
			return blocks.Page[T]{}, err
		}
		if i >= min(number, mostPages) || page.Next == "" {
			return blocks.Page[T]{Items: page.Items, Number: i, More: page.Next != ""}, nil
		}
		cursor = page.Next
	}
}
