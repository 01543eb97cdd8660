package storetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
	"epilogue/store/storetest"
)

// A suite that cannot fail proves nothing. Each mutant is a good store that breaks one promise; the suite must notice each of them.
func TestTheSuiteNoticesEveryBrokenPromise(t *testing.T) {
	for name, wrap := range mutants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range storetest.Claims() {
				if said := storetest.Try(t.Context(), c, wrap(open(t))); len(said) > 0 {
					return
				}
			}
			t.Error("no claim fails")
		})
	}
}

func TestTheSuiteHasNothingAgainstAGoodStore(t *testing.T) {
	for _, c := range storetest.Claims() {
		if said := storetest.Try(t.Context(), c, open(t)); len(said) > 0 {
			t.Errorf("%s: %s", c.Name, strings.Join(said, "\n"))
		}
	}
}

func TestNoTwoClaimsHaveTheSameName(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range storetest.Claims() {
		if seen[c.Name] {
			t.Errorf("%q is claimed twice", c.Name)
		}
		seen[c.Name] = true
	}
}

// open opens a store that thousands of claims can afford: in memory, where the system has such a place.
func open(t *testing.T) store.Store {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "storetest-*")
	if err != nil {
		dir = t.TempDir()
	}
	db, err := boltstore.Open(filepath.Join(dir, "epilogue.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = db.Close()
		_ = os.RemoveAll(dir)
	})
	return db
}

// mutant is a store of which single methods are replaced.
type mutant struct {
	store.Store
	incident       func(context.Context, flow.IncidentID) (flow.Incident, error)
	incidentIn     func(context.Context, flow.ChannelID) (flow.Incident, error)
	timeline       func(context.Context, flow.IncidentID, uint64, int) ([]flow.Event, error)
	list           func(context.Context, store.Query) (store.Page[flow.Incident], error)
	tasks          func(context.Context, store.TaskQuery) (store.Page[store.TaskRef], error)
	reserve        func(context.Context) (flow.IncidentID, error)
	save           func(context.Context, store.Change) error
	saveProcess    func(context.Context, store.ProcessVersion) error
	processVersion func(context.Context, int) (store.ProcessVersion, error)
	enqueue        func(context.Context, time.Time, ...store.Job) error
	claim          func(context.Context, time.Time, time.Duration) (store.Job, bool, error)
	finish         func(context.Context, store.Job, store.Outcome) error
	retry          func(context.Context, store.Job, time.Time, bool, string) error
	bury           func(context.Context, store.Job, string, store.Outcome) error
	buried         func(context.Context, int) ([]store.Job, error)
	nextJob        func(context.Context) (time.Time, bool, error)
	result         func(context.Context, string) (json.RawMessage, error)
	results        func(context.Context, string) ([]store.Result, error)
	savePerson     func(context.Context, store.Person) error
	saveChannel    func(context.Context, store.Channel) error
	join           func(context.Context, flow.ChannelID, flow.UserID) error
	leave          func(context.Context, flow.ChannelID, flow.UserID) error
	backup         func(context.Context, io.Writer) error
	check          func(context.Context) ([]string, error)
	closing        func() error
}

// or is the replacement of a method, or the method itself.
func or[F any](replaced, method F, is bool) F {
	if is {
		return replaced
	}
	return method
}

func (m *mutant) Incident(ctx context.Context, id flow.IncidentID) (flow.Incident, error) {
	return or(m.incident, m.Store.Incident, m.incident != nil)(ctx, id)
}

func (m *mutant) IncidentIn(ctx context.Context, ch flow.ChannelID) (flow.Incident, error) {
	return or(m.incidentIn, m.Store.IncidentIn, m.incidentIn != nil)(ctx, ch)
}

func (m *mutant) Timeline(ctx context.Context, id flow.IncidentID, after uint64, limit int) ([]flow.Event, error) {
	return or(m.timeline, m.Store.Timeline, m.timeline != nil)(ctx, id, after, limit)
}

func (m *mutant) List(ctx context.Context, q store.Query) (store.Page[flow.Incident], error) {
	return or(m.list, m.Store.List, m.list != nil)(ctx, q)
}

func (m *mutant) Tasks(ctx context.Context, q store.TaskQuery) (store.Page[store.TaskRef], error) {
	return or(m.tasks, m.Store.Tasks, m.tasks != nil)(ctx, q)
}

func (m *mutant) Reserve(ctx context.Context) (flow.IncidentID, error) {
	return or(m.reserve, m.Store.Reserve, m.reserve != nil)(ctx)
}

func (m *mutant) Save(ctx context.Context, c store.Change) error {
	return or(m.save, m.Store.Save, m.save != nil)(ctx, c)
}

func (m *mutant) SaveProcess(ctx context.Context, v store.ProcessVersion) error {
	return or(m.saveProcess, m.Store.SaveProcess, m.saveProcess != nil)(ctx, v)
}

func (m *mutant) ProcessVersion(ctx context.Context, n int) (store.ProcessVersion, error) {
	return or(m.processVersion, m.Store.ProcessVersion, m.processVersion != nil)(ctx, n)
}

func (m *mutant) Enqueue(ctx context.Context, now time.Time, jobs ...store.Job) error {
	return or(m.enqueue, m.Store.Enqueue, m.enqueue != nil)(ctx, now, jobs...)
}

func (m *mutant) Claim(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
	return or(m.claim, m.Store.Claim, m.claim != nil)(ctx, now, lease)
}

func (m *mutant) Finish(ctx context.Context, j store.Job, out store.Outcome) error {
	return or(m.finish, m.Store.Finish, m.finish != nil)(ctx, j, out)
}

func (m *mutant) Retry(ctx context.Context, j store.Job, at time.Time, sent bool, why string) error {
	return or(m.retry, m.Store.Retry, m.retry != nil)(ctx, j, at, sent, why)
}

func (m *mutant) Bury(ctx context.Context, j store.Job, why string, out store.Outcome) error {
	return or(m.bury, m.Store.Bury, m.bury != nil)(ctx, j, why, out)
}

func (m *mutant) Buried(ctx context.Context, limit int) ([]store.Job, error) {
	return or(m.buried, m.Store.Buried, m.buried != nil)(ctx, limit)
}

func (m *mutant) NextJob(ctx context.Context) (time.Time, bool, error) {
	return or(m.nextJob, m.Store.NextJob, m.nextJob != nil)(ctx)
}

func (m *mutant) Result(ctx context.Context, key string) (json.RawMessage, error) {
	return or(m.result, m.Store.Result, m.result != nil)(ctx, key)
}

func (m *mutant) Results(ctx context.Context, prefix string) ([]store.Result, error) {
	return or(m.results, m.Store.Results, m.results != nil)(ctx, prefix)
}

func (m *mutant) SavePerson(ctx context.Context, p store.Person) error {
	return or(m.savePerson, m.Store.SavePerson, m.savePerson != nil)(ctx, p)
}

func (m *mutant) SaveChannel(ctx context.Context, c store.Channel) error {
	return or(m.saveChannel, m.Store.SaveChannel, m.saveChannel != nil)(ctx, c)
}

func (m *mutant) Join(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
	return or(m.join, m.Store.Join, m.join != nil)(ctx, ch, id)
}

func (m *mutant) Leave(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
	return or(m.leave, m.Store.Leave, m.leave != nil)(ctx, ch, id)
}

func (m *mutant) Backup(ctx context.Context, w io.Writer) error {
	return or(m.backup, m.Store.Backup, m.backup != nil)(ctx, w)
}

func (m *mutant) Check(ctx context.Context) ([]string, error) {
	return or(m.check, m.Store.Check, m.check != nil)(ctx)
}

func (m *mutant) Close() error { return or(m.closing, m.Store.Close, m.closing != nil)() }

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

var mutants = map[string]func(store.Store) store.Store{
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
	"deliveries are forgotten":                changing(func(c *store.Change) { c.Delivery = "" }),
	"deliveries are known for one incident":   changing(func(c *store.Change) { c.Delivery = fmt.Sprint(c.Incident.ID, c.Delivery) }),
	"deliveries are remembered for ever":      changing(func(c *store.Change) { c.At = time.Unix(0, 0) }),
	"deliveries are remembered for half time": changing(func(c *store.Change) { c.At = time.Unix(0, 0).Add(2 * c.At.Sub(time.Unix(0, 0))) }),
	"an empty delivery is one too":            changing(func(c *store.Change) { c.Delivery += "x" }),
	"jobs of changes are forgotten":           changing(func(c *store.Change) { c.Jobs = nil }),
	"one job of each change is forgotten":     changing(func(c *store.Change) { c.Jobs = c.Jobs[:max(len(c.Jobs)-1, 0)] }),
	"roles are lost":                          changing(func(c *store.Change) { c.Incident.Roles = nil }),
	"saves never conflict when they are new": changing(func(c *store.Change) {
		if c.Before == 0 {
			c.Incident.ID += 1000
		}
	}),
	"incidents are shared": func(s store.Store) store.Store {
		var mu sync.Mutex
		cache := map[flow.IncidentID]flow.Incident{}
		return &mutant{
			Store: s,
			save: func(ctx context.Context, c store.Change) error {
				mu.Lock()
				defer mu.Unlock()
				delete(cache, c.Incident.ID)
				return s.Save(ctx, c)
			},
			incident: func(ctx context.Context, id flow.IncidentID) (flow.Incident, error) {
				mu.Lock()
				defer mu.Unlock()
				if inc, ok := cache[id]; ok {
					return inc, nil
				}
				inc, err := s.Incident(ctx, id)
				if err == nil {
					cache[id] = inc
				}
				return inc, err
			},
		}
	},
	"what was saved is shared": func(s store.Store) store.Store {
		cache := map[flow.IncidentID]flow.Incident{}
		var mu sync.Mutex
		return &mutant{
			Store: s,
			save: func(ctx context.Context, c store.Change) error {
				err := s.Save(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					cache[c.Incident.ID] = c.Incident
				}
				return err
			},
			incident: func(ctx context.Context, id flow.IncidentID) (flow.Incident, error) {
				mu.Lock()
				defer mu.Unlock()
				if inc, ok := cache[id]; ok {
					return inc, nil
				}
				return s.Incident(ctx, id)
			},
		}
	},
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

	"process conflicts pass for success": func(s store.Store) store.Store {
		return &mutant{Store: s, saveProcess: func(ctx context.Context, v store.ProcessVersion) error {
			return swallow(s.SaveProcess(ctx, v), store.ErrConflict)
		}}
	},
	"process versions are renumbered": func(s store.Store) store.Store {
		return &mutant{Store: s, saveProcess: func(ctx context.Context, v store.ProcessVersion) error {
			for {
				now, err := s.Process(ctx)
				if err != nil {
					return err
				}
				v.Process.Version = now.Version + 1
				if err := s.SaveProcess(ctx, v); !errors.Is(err, store.ErrConflict) {
					return err
				}
			}
		}}
	},
	"process versions lose their author": func(s store.Store) store.Store {
		return &mutant{Store: s, processVersion: func(ctx context.Context, n int) (store.ProcessVersion, error) {
			v, err := s.ProcessVersion(ctx, n)
			v.By = ""
			return v, err
		}}
	},
	"every process version is the current one": func(s store.Store) store.Store {
		return &mutant{Store: s, processVersion: func(ctx context.Context, n int) (store.ProcessVersion, error) {
			v, err := s.ProcessVersion(ctx, n)
			if err == nil {
				v.Process, err = s.Process(ctx)
			}
			return v, err
		}}
	},
	"people are merged": func(s store.Store) store.Store {
		return &mutant{Store: s, savePerson: func(ctx context.Context, p store.Person) error {
			if old, err := s.Person(ctx, p.ID); err == nil && p.DM == "" {
				p.DM = old.DM
			}
			return s.SavePerson(ctx, p)
		}}
	},
	"channels lose their flags": func(s store.Store) store.Store {
		return &mutant{Store: s, saveChannel: func(ctx context.Context, c store.Channel) error {
			c.Shared = false
			return s.SaveChannel(ctx, c)
		}}
	},
	"nobody joins": func(s store.Store) store.Store {
		return &mutant{Store: s, join: func(context.Context, flow.ChannelID, flow.UserID) error { return nil }}
	},
	"nobody leaves": func(s store.Store) store.Store {
		return &mutant{Store: s, leave: func(context.Context, flow.ChannelID, flow.UserID) error { return nil }}
	},
	"joining makes a channel known": func(s store.Store) store.Store {
		return &mutant{Store: s, join: func(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
			if _, err := s.Channel(ctx, ch); errors.Is(err, store.ErrNotFound) {
				return s.SaveChannel(ctx, store.Channel{ID: ch, Members: []flow.UserID{id}})
			}
			return s.Join(ctx, ch, id)
		}}
	},
	"backups are empty": func(s store.Store) store.Store {
		return &mutant{Store: s, backup: func(context.Context, io.Writer) error { return nil }}
	},
	"checks complain": func(s store.Store) store.Store {
		return &mutant{Store: s, check: func(context.Context) ([]string, error) { return []string{"complaint"}, nil }}
	},
	"checks enqueue": func(s store.Store) store.Store {
		return &mutant{Store: s, check: func(ctx context.Context) ([]string, error) {
			_ = s.Enqueue(ctx, time.Time{}, store.Job{Lane: "check"})
			return s.Check(ctx)
		}}
	},
	"closing does nothing": func(s store.Store) store.Store {
		return &mutant{Store: s, closing: func() error { return nil }}
	},
}

// leasing is a mutant whose leases last for something else.
func leasing(change func(time.Duration) time.Duration) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return &mutant{Store: s, claim: func(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
			return s.Claim(ctx, now, change(lease))
		}}
	}
}
