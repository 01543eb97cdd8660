package storetest_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// changing is a mutant whose Save changes what is saved.
func changing(change func(*store.Change)) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, save: func(ctx context.Context, c store.Change) error {
			change(&c)
			return s.Save(ctx, c)
		}}
	}
}

// jobs is a mutant that changes every job on its way in, by whichever way.
func jobs(change func(*store.Job)) func(store.Store) store.Store {
	all := func(jobs []store.Job) []store.Job {
		jobs = slices.Clone(jobs)
		for i := range jobs {
			change(&jobs[i])
		}
		return jobs
	}
	return func(s store.Store) store.Store {
		return &mutant{
			Store: s,
			save: func(ctx context.Context, c store.Change) error {
				c.Jobs = all(c.Jobs)
				return s.Save(ctx, c)
			},
			enqueue: func(ctx context.Context, now time.Time, jobs ...store.Job) error {
				return s.Enqueue(ctx, now, all(jobs)...)
			},
		}
	}
}

// claiming is a mutant whose Claim changes what is handed out.
func claiming(change func(*store.Job)) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, claim: func(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
			j, ok, err := s.Claim(ctx, now, lease)
			change(&j)
			return j, ok, err
		}}
	}
}

// finishing is a mutant whose Finish changes the outcome.
func finishing(change func(*store.Outcome)) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, finish: func(ctx context.Context, j store.Job, out store.Outcome) error {
			change(&out)
			return s.Finish(ctx, j, out)
		}}
	}
}

// listing is a mutant whose List changes the query and the page.
func listing(query func(*store.Query), page func(*store.Page[flow.Incident])) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, list: func(ctx context.Context, q store.Query) (store.Page[flow.Incident], error) {
			if query != nil {
				query(&q)
			}
			p, err := s.List(ctx, q)
			if page != nil {
				page(&p)
			}
			return p, err
		}}
	}
}

// tasking is a mutant whose Tasks changes the query and the page.
func tasking(query func(*store.TaskQuery), page func(*store.Page[store.TaskRef])) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, tasks: func(ctx context.Context, q store.TaskQuery) (store.Page[store.TaskRef], error) {
			if query != nil {
				query(&q)
			}
			p, err := s.Tasks(ctx, q)
			if page != nil {
				page(&p)
			}
			return p, err
		}}
	}
}

// swallow turns an error of a kind into success.
func swallow(err, kind error) error {
	if errors.Is(err, kind) {
		return nil
	}
	return err
}

// leasing is a mutant whose leases last for something else.
func leasing(change func(time.Duration) time.Duration) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, claim: func(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
			return s.Claim(ctx, now, change(lease))
		}}
	}
}

// delivered is a mutant whose Delivered answers something else.
type delivered struct {
	store.Store
	answer func(bool) bool
}

func (d *delivered) Delivered(ctx context.Context, delivery string, now time.Time) (bool, error) {
	ok, err := d.Store.Delivered(ctx, delivery, now)
	return d.answer(ok), err
}
