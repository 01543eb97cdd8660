package storetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"epilogue/store"
)

var outboxMutants = map[string]func(store.Store) store.Store{
	"lanes are ignored": func(s store.Store) store.Store {
		var mu sync.Mutex
		n := 0
		m := jobs(func(j *store.Job) {
			mu.Lock()
			defer mu.Unlock()
			n++
			j.Lane = fmt.Sprintf("%s#%d", j.Lane, n)
		})(s).(*mutant)
		m.claim = func(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
			j, ok, err := s.Claim(ctx, now, lease)
			j.Lane, _, _ = strings.Cut(j.Lane, "#")
			return j, ok, err
		}
		return m
	},
	"there is one lane": jobs(func(j *store.Job) { j.Lane = "one" }),
	"keys are ignored":  jobs(func(j *store.Job) { j.Key = "" }),
	"every job has the same key": jobs(func(j *store.Job) {
		if j.Key == "" {
			j.Key = "none"
		}
	}),
	"moments are ignored":   jobs(func(j *store.Job) { j.At = time.Time{} }),
	"details are forgotten": jobs(func(j *store.Job) { j.Effect.Tasks = nil }),
	"enqueued jobs run backwards": func(s store.Store) store.Store {
		return &mutant{Store: s, enqueue: func(ctx context.Context, now time.Time, jobs ...store.Job) error {
			jobs = slices.Clone(jobs)
			slices.Reverse(jobs)
			return s.Enqueue(ctx, now, jobs...)
		}}
	},
	"a merged job has its own Since": func(s store.Store) store.Store {
		return claiming(func(j *store.Job) { j.Effect.Since = j.Effect.Seq })(s)
	},
	"claims are forgotten":      claiming(func(j *store.Job) { j.Claims = min(j.Claims, 1) }),
	"tries are forgotten":       claiming(func(j *store.Job) { j.Tries = 0 }),
	"reasons are forgotten":     claiming(func(j *store.Job) { j.LastWhy = "" }),
	"every job has the same ID": claiming(func(j *store.Job) { j.ID = "job" }),
	"leases end at once":        leasing(func(time.Duration) time.Duration { return 0 }),
	"leases never end":          leasing(func(time.Duration) time.Duration { return 1000 * time.Hour }),
	"leases end a little late":  leasing(func(d time.Duration) time.Duration { return d + 1 }),
	"leases end a little early": leasing(func(d time.Duration) time.Duration { return d - 1 }),
	"results are forgotten":     finishing(func(out *store.Outcome) { out.Results = nil }),
	"what follows is forgotten": finishing(func(out *store.Outcome) { out.Then = nil }),
	"results are never removed": finishing(func(out *store.Outcome) {
		out.Results = slices.DeleteFunc(slices.Clone(out.Results), func(r store.Result) bool { return r.Value == nil })
	}),
	"what follows runs at once": finishing(func(out *store.Outcome) {
		out.Then = slices.Clone(out.Then)
		for i := range out.Then {
			out.Then[i].At = time.Time{}
		}
	}),
	"an outcome without its job is written": func(s store.Store) store.Store {
		return &mutant{Store: s, finish: func(ctx context.Context, j store.Job, out store.Outcome) error {
			err := s.Finish(ctx, j, out)
			if errors.Is(err, store.ErrNotFound) {
				_ = s.Enqueue(ctx, out.At, out.Then...)
			}
			return err
		}}
	},
	"finishing twice passes": func(s store.Store) store.Store {
		return &mutant{Store: s, finish: func(ctx context.Context, j store.Job, out store.Outcome) error {
			return swallow(s.Finish(ctx, j, out), store.ErrNotFound)
		}}
	},
	"finishing does nothing": func(s store.Store) store.Store {
		return &mutant{Store: s, finish: func(context.Context, store.Job, store.Outcome) error { return nil }}
	},
	"retrying twice passes": func(s store.Store) store.Store {
		return &mutant{Store: s, retry: func(ctx context.Context, j store.Job, at time.Time, sent bool, why string) error {
			return swallow(s.Retry(ctx, j, at, sent, why), store.ErrNotFound)
		}}
	},
	"retries are done at once": func(s store.Store) store.Store {
		return &mutant{Store: s, retry: func(ctx context.Context, j store.Job, _ time.Time, sent bool, why string) error {
			return s.Retry(ctx, j, time.Time{}, sent, why)
		}}
	},
	"retries always count on": func(s store.Store) store.Store {
		return &mutant{Store: s, retry: func(ctx context.Context, j store.Job, at time.Time, _ bool, why string) error {
			return s.Retry(ctx, j, at, true, why)
		}}
	},
	"retries always start anew": func(s store.Store) store.Store {
		return &mutant{Store: s, retry: func(ctx context.Context, j store.Job, at time.Time, _ bool, why string) error {
			return s.Retry(ctx, j, at, false, why)
		}}
	},
	"retries go to the end of the lane": func(s store.Store) store.Store {
		return &mutant{Store: s, retry: func(ctx context.Context, j store.Job, at time.Time, _ bool, _ string) error {
			j.At = at
			return s.Finish(ctx, j, store.Outcome{Then: []store.Job{j}, At: at})
		}}
	},
	"burying is finishing": func(s store.Store) store.Store {
		return &mutant{Store: s, bury: func(ctx context.Context, j store.Job, _ string, out store.Outcome) error {
			return s.Finish(ctx, j, out)
		}}
	},
	"burying forgets the outcome": func(s store.Store) store.Store {
		return &mutant{Store: s, bury: func(ctx context.Context, j store.Job, why string, out store.Outcome) error {
			return s.Bury(ctx, j, why, store.Outcome{At: out.At})
		}}
	},
	"burying forgets why": func(s store.Store) store.Store {
		return &mutant{Store: s, bury: func(ctx context.Context, j store.Job, _ string, out store.Outcome) error {
			return s.Bury(ctx, j, "", out)
		}}
	},
	"buried jobs are read oldest first": func(s store.Store) store.Store {
		return &mutant{Store: s, buried: func(ctx context.Context, limit int) ([]store.Job, error) {
			all, err := s.Buried(ctx, 1000)
			slices.Reverse(all)
			return all[:min(limit, len(all))], err
		}}
	},
	"buried jobs have no limit": func(s store.Store) store.Store {
		return &mutant{Store: s, buried: func(ctx context.Context, _ int) ([]store.Job, error) { return s.Buried(ctx, 1000) }}
	},
	"the next job is never known": func(s store.Store) store.Store {
		return &mutant{Store: s, nextJob: func(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }}
	},
	"there is always a next job": func(s store.Store) store.Store {
		return &mutant{Store: s, nextJob: func(ctx context.Context) (time.Time, bool, error) {
			at, _, err := s.NextJob(ctx)
			return at, true, err
		}}
	},
	"unknown results are null": func(s store.Store) store.Store {
		return &mutant{Store: s, result: func(ctx context.Context, key string) (json.RawMessage, error) {
			v, err := s.Result(ctx, key)
			return v, swallow(err, store.ErrNotFound)
		}}
	},
	"results ignore the prefix": func(s store.Store) store.Store {
		return &mutant{Store: s, results: func(ctx context.Context, _ string) ([]store.Result, error) { return s.Results(ctx, "") }}
	},
	"results run backwards": func(s store.Store) store.Store {
		return &mutant{Store: s, results: func(ctx context.Context, prefix string) ([]store.Result, error) {
			r, err := s.Results(ctx, prefix)
			slices.Reverse(r)
			return r, err
		}}
	},
}
