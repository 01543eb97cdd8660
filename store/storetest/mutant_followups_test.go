package storetest_test

import (
	"context"
	"slices"
	"strings"

	"epilogue/flow"
	"epilogue/store"
)

// following is a mutant whose FollowUps changes the query and the page.
func following(query func(*store.FollowUpQuery), page func(*store.Page[store.FollowUpRef])) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, followUps: func(ctx context.Context, q store.FollowUpQuery) (store.Page[store.FollowUpRef], error) {
			if query != nil {
				query(&q)
			}
			p, err := s.FollowUps(ctx, q)
			if page != nil {
				page(&p)
			}
			return p, err
		}}
	}
}

var followUpMutants = map[string]func(store.Store) store.Store{
	"follow-ups ignore the owner": following(func(q *store.FollowUpQuery) { q.Owner = "" }, nil),
	"follow-ups ignore the day":   following(func(q *store.FollowUpQuery) { q.Before = flow.Date{} }, nil),
	"follow-ups include the day": following(func(q *store.FollowUpQuery) {
		if !q.Before.IsZero() {
			q.Before = q.Before.AddDays(1)
		}
	}, nil),
	"follow-ups ignore cursors": following(func(q *store.FollowUpQuery) { q.Cursor = "" }, nil),
	"follow-ups have one page":  following(nil, func(p *store.Page[store.FollowUpRef]) { p.Next = "" }),
	"follow-ups are listed by number": following(nil, func(p *store.Page[store.FollowUpRef]) {
		slices.SortFunc(p.Items, func(a, b store.FollowUpRef) int { return int(a.FollowUp - b.FollowUp) })
	}),
	"follow-ups without a date come first": following(nil, func(p *store.Page[store.FollowUpRef]) {
		slices.SortStableFunc(p.Items, func(a, b store.FollowUpRef) int { return strings.Compare(a.Due.String(), b.Due.String()) })
	}),
	"follow-ups lose their owner": following(nil, func(p *store.Page[store.FollowUpRef]) {
		for i := range p.Items {
			p.Items[i].Owner = ""
		}
	}),
	"settled follow-ups are listed": changing(func(c *store.Change) {
		c.Incident.FollowUps = slices.Clone(c.Incident.FollowUps)
		for i := range c.Incident.FollowUps {
			c.Incident.FollowUps[i].State = flow.Open
		}
	}),
	"follow-ups of closed incidents are not listed": changing(func(c *store.Change) {
		if c.Incident.Stage == flow.Closed {
			c.Incident.FollowUps = nil
		}
	}),
}
