package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

var incidentMutants = map[string]func(store.Store) store.Store{
	"conflicts pass for success": func(s store.Store) store.Store {
		return &mutant{Store: s, save: func(ctx context.Context, c store.Change) error { return swallow(s.Save(ctx, c), store.ErrConflict) }}
	},
	"the last writer wins": func(s store.Store) store.Store {
		return &mutant{Store: s, save: func(ctx context.Context, c store.Change) error {
			err := s.Save(ctx, c)
			if old, readErr := s.Incident(ctx, c.Incident.ID); errors.Is(err, store.ErrConflict) && readErr == nil {
				c.Before, c.Incident.Rev, c.Events = old.Rev, old.Rev, nil
				return s.Save(ctx, c)
			}
			return err
		}}
	},
	"conflicts leave their jobs": func(s store.Store) store.Store {
		return &mutant{Store: s, save: func(ctx context.Context, c store.Change) error {
			err := s.Save(ctx, c)
			if errors.Is(err, store.ErrConflict) {
				_ = s.Enqueue(ctx, c.At, c.Jobs...)
			}
			return err
		}}
	},
	"repeated deliveries leave their jobs": func(s store.Store) store.Store {
		return &mutant{Store: s, save: func(ctx context.Context, c store.Change) error {
			err := s.Save(ctx, c)
			if errors.Is(err, store.ErrRepeated) {
				_ = s.Enqueue(ctx, c.At, c.Jobs...)
			}
			return err
		}}
	},
	"no delivery is known": func(s store.Store) store.Store {
		return &delivered{s, func(bool) bool { return false }}
	},
	"every delivery is known": func(s store.Store) store.Store {
		return &delivered{s, func(bool) bool { return true }}
	},
	"deliveries are forgotten":                changing(func(c *store.Change) { c.Delivery = "" }),
	"deliveries are known for one incident":   changing(func(c *store.Change) { c.Delivery = fmt.Sprint(c.Incident.ID, c.Delivery) }),
	"deliveries are remembered for ever":      changing(func(c *store.Change) { c.At = time.Unix(0, 0) }),
	"deliveries are remembered for half time": changing(func(c *store.Change) { c.At = time.Unix(0, 0).Add(2 * c.At.Sub(time.Unix(0, 0))) }),
	"an empty delivery is one too":            changing(func(c *store.Change) { c.Delivery += "x" }),
	"jobs of changes are forgotten":           changing(func(c *store.Change) { c.Jobs = nil }),
	"one job of each change is forgotten":     changing(func(c *store.Change) { c.Jobs = c.Jobs[:max(len(c.Jobs)-1, 0)] }),
	"what a change rests on does not matter":  changing(func(c *store.Change) { c.Rests = "" }),
	"changes have no names":                   changing(func(c *store.Change) { c.ID = "" }),
	"no change is placed":                     changing(func(c *store.Change) { c.Placed = nil }),
	"changes are placed twice": changing(func(c *store.Change) {
		if place := c.Placed; place != nil {
			c.Placed = func() { place(); place() }
		}
	}),
	"roles are lost": changing(func(c *store.Change) { c.Incident.Roles = nil }),
	"saves never conflict when they are new": changing(func(c *store.Change) {
		if c.Before == 0 {
			c.Incident.ID += 1000
		}
	}),
	"unknown incidents are empty": func(s store.Store) store.Store {
		return &mutant{Store: s, incident: func(ctx context.Context, id flow.IncidentID) (flow.Incident, error) {
			inc, err := s.Incident(ctx, id)
			return inc, swallow(err, store.ErrNotFound)
		}}
	},
	"the incident of a channel is the first": func(s store.Store) store.Store {
		return &mutant{Store: s, incidentIn: func(ctx context.Context, ch flow.ChannelID) (flow.Incident, error) {
			page, err := s.List(ctx, store.Query{})
			for _, inc := range page.Items {
				if inc.Channel == ch && ch != "" {
					return inc, err
				}
			}
			return flow.Incident{}, store.ErrNotFound
		}}
	},
	"the incident of a channel stays after it moved": func(s store.Store) store.Store {
		known := map[flow.ChannelID]flow.IncidentID{}
		var mu sync.Mutex
		return &mutant{
			Store: s,
			save: func(ctx context.Context, c store.Change) error {
				err := s.Save(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				if err == nil && c.Incident.Channel != "" {
					known[c.Incident.Channel] = max(known[c.Incident.Channel], c.Incident.ID)
				}
				return err
			},
			incidentIn: func(ctx context.Context, ch flow.ChannelID) (flow.Incident, error) {
				mu.Lock()
				defer mu.Unlock()
				return s.Incident(ctx, known[ch])
			},
		}
	},
	"the timeline ignores where to begin": func(s store.Store) store.Store {
		return &mutant{Store: s, timeline: func(ctx context.Context, id flow.IncidentID, _ uint64, limit int) ([]flow.Event, error) {
			return s.Timeline(ctx, id, 0, limit)
		}}
	},
	"the timeline has no limit": func(s store.Store) store.Store {
		return &mutant{Store: s, timeline: func(ctx context.Context, id flow.IncidentID, after uint64, _ int) ([]flow.Event, error) {
			return s.Timeline(ctx, id, after, 1000)
		}}
	},
	"the timeline runs backwards": func(s store.Store) store.Store {
		return &mutant{Store: s, timeline: func(ctx context.Context, id flow.IncidentID, after uint64, limit int) ([]flow.Event, error) {
			events, err := s.Timeline(ctx, id, after, limit)
			slices.Reverse(events)
			return events, err
		}}
	},
	"facts are lost": func(s store.Store) store.Store {
		return &mutant{Store: s, timeline: func(ctx context.Context, id flow.IncidentID, after uint64, limit int) ([]flow.Event, error) {
			events, err := s.Timeline(ctx, id, after, limit)
			for i := range events {
				events[i].Fact = flow.NoteAdded{}
			}
			return events, err
		}}
	},
	"numbers are handed out twice": func(s store.Store) store.Store {
		return &mutant{Store: s, reserve: func(ctx context.Context) (flow.IncidentID, error) {
			id, err := s.Reserve(ctx)
			return (id + 1) / 2, err
		}}
	},
	"numbers that exist are handed out": func(s store.Store) store.Store {
		var mu sync.Mutex
		var n flow.IncidentID
		return &mutant{Store: s, reserve: func(context.Context) (flow.IncidentID, error) {
			mu.Lock()
			defer mu.Unlock()
			n++
			return n, nil
		}}
	},
	"contexts are ignored": func(s store.Store) store.Store {
		return &mutant{Store: s, save: func(ctx context.Context, c store.Change) error { return s.Save(context.WithoutCancel(ctx), c) }}
	},

	"lists ignore the stage":  listing(func(q *store.Query) { q.Stage = "" }, nil),
	"lists ignore newest":     listing(func(q *store.Query) { q.Newest = false }, nil),
	"lists ignore people":     listing(func(q *store.Query) { q.Involved = "" }, nil),
	"lists are always newest": listing(func(q *store.Query) { q.Newest = true }, nil),
	"lists run backwards":     listing(nil, func(p *store.Page[flow.Incident]) { slices.Reverse(p.Items) }),
	"lists have one page":     listing(nil, func(p *store.Page[flow.Incident]) { p.Next = "" }),
	"lists lose the last": listing(nil, func(p *store.Page[flow.Incident]) {
		p.Items = p.Items[:max(len(p.Items)-1, 0)]
	}),
	"lists ignore cursors": listing(func(q *store.Query) { q.Cursor = "" }, nil),
	"lists ignore limits":  listing(func(q *store.Query) { q.Limit = 1000 }, nil),
	"lists clamp limits":   listing(func(q *store.Query) { q.Limit = min(max(q.Limit, 0), 1000) }, nil),
	"lists have 20 by default": listing(func(q *store.Query) {
		if q.Limit == 0 {
			q.Limit = 20
		}
	}, nil),
	"lists count pages": func(s store.Store) store.Store { // offsets as cursors: what comes or goes shifts them
		return &mutant{Store: s, list: func(ctx context.Context, q store.Query) (store.Page[flow.Incident], error) {
			var from int
			if _, err := fmt.Sscanf(q.Cursor, string(q.Stage)+"/%d", &from); err != nil && q.Cursor != "" {
				return store.Page[flow.Incident]{}, err
			}
			limit := q.Limit
			if limit == 0 {
				limit = 50
			}
			q.Cursor, q.Limit = "", 1000
			all, err := s.List(ctx, q)
			from = min(from, len(all.Items))
			to := min(from+limit, len(all.Items))
			page := store.Page[flow.Incident]{Items: all.Items[from:to]}
			if to < len(all.Items) {
				page.Next = fmt.Sprintf("%s/%d", q.Stage, to)
			}
			return page, err
		}}
	},
	"lists do not follow": func(s store.Store) store.Store {
		var mu sync.Mutex
		cache := map[store.Query]store.Page[flow.Incident]{}
		return &mutant{Store: s, list: func(ctx context.Context, q store.Query) (store.Page[flow.Incident], error) {
			mu.Lock()
			defer mu.Unlock()
			if p, ok := cache[q]; ok {
				return p, nil
			}
			p, err := s.List(ctx, q)
			if err == nil {
				cache[q] = p
			}
			return p, err
		}}
	},
	"tasks ignore the assignee": tasking(func(q *store.TaskQuery) { q.Assignee = "" }, nil),
	"tasks ignore the day":      tasking(func(q *store.TaskQuery) { q.Before = flow.Date{} }, nil),
	"tasks include the day": tasking(func(q *store.TaskQuery) {
		if !q.Before.IsZero() {
			q.Before = q.Before.AddDays(1)
		}
	}, nil),
	"tasks ignore cursors": tasking(func(q *store.TaskQuery) { q.Cursor = "" }, nil),
	"tasks have one page":  tasking(nil, func(p *store.Page[store.TaskRef]) { p.Next = "" }),
	"tasks are listed by number": tasking(nil, func(p *store.Page[store.TaskRef]) {
		slices.SortFunc(p.Items, func(a, b store.TaskRef) int { return int(a.Task - b.Task) })
	}),
	"tasks without a date come first": tasking(nil, func(p *store.Page[store.TaskRef]) {
		slices.SortStableFunc(p.Items, func(a, b store.TaskRef) int { return strings.Compare(a.Due.String(), b.Due.String()) })
	}),
	"tasks lose their assignee": tasking(nil, func(p *store.Page[store.TaskRef]) {
		for i := range p.Items {
			p.Items[i].Assignee = ""
		}
	}),
	"settled tasks are listed": changing(func(c *store.Change) {
		c.Incident.Tasks = slices.Clone(c.Incident.Tasks)
		for i := range c.Incident.Tasks {
			c.Incident.Tasks[i].State = flow.Open
		}
	}),
	"tasks of later statuses are listed": changing(func(c *store.Change) {
		c.Incident.Tasks = slices.Clone(c.Incident.Tasks)
		for i := range c.Incident.Tasks {
			c.Incident.Tasks[i].Status = "documenting"
		}
	}),
}
