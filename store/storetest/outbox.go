package storetest

import (
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"epilogue/flow"
	"epilogue/store"
)

// given ignores what the store gives a job, so that a claim can compare the rest.
var given = cmpopts.IgnoreFields(store.Job{}, "ID", "Claims", "Tries", "LastWhy")

var laneClaims = []claim{
	{"a saved job is handed out as it was saved", func(w *world) {
		c := declared(1)
		want := store.Job{
			Lane: "channel/C1", Key: "card/7", Incident: 1, Detail: "detail", At: t0,
			Effect: flow.Effect{Tell: flow.TellThread, Seq: 4, Since: 2, Card: 3, Task: 5, Tasks: []flow.TaskNumber{5, 6}, To: "UBEN"},
		}
		c.Jobs = []store.Job{want}
		w.must(w.Save(w.ctx, c))
		got := w.claim(t0, "detail")
		if diff := cmp.Diff(want, got, given); diff != "" {
			w.Errorf("job (-want +got):\n%s", diff)
		}
		if got.ID == "" || got.Claims != 1 || got.Tries != 0 || got.LastWhy != "" {
			w.Errorf("job %+v has no ID, or was not claimed for the first time", got)
		}
	}},
	{"every job has an ID of its own, whatever it came with", func(w *world) {
		a, b := job("a", "a"), job("b", "b")
		a.ID, b.ID, a.Claims, a.Tries = "same", "same", 7, 7
		w.enqueue(t0, a, b)
		one, two := w.claim(t0, "a"), w.claim(t0, "b")
		if one.ID == two.ID || one.ID == "" {
			w.Errorf("IDs %q and %q", one.ID, two.ID)
		}
		w.same("claims and tries", []int{one.Claims, one.Tries}, []int{1, 0})
	}},
	{"jobs of one lane are handed out one after the other, in order", func(w *world) {
		w.enqueue(t0, job("lane", "1"), job("lane", "2"))
		w.enqueue(t0, job("lane", "3"))
		for _, name := range []string{"1", "2", "3"} {
			j := w.claim(t0, name)
			w.none(t0)
			w.finish(j, t0)
		}
		w.none(t0)
	}},
	{"lanes do not wait for each other", func(w *world) {
		w.enqueue(t0, job("a", "a1"), job("a", "a2"), job("b", "b1"), job("ab", "ab1"))
		w.claim(t0, "a1")
		b := w.claim(t0, "b1")
		w.claim(t0, "ab1")
		w.none(t0)
		w.finish(b, t0)
		w.none(t0)
	}},
	{"the oldest job of all lanes comes first", func(w *world) {
		for _, lane := range []string{"c", "a", "b"} {
			w.enqueue(t0, job(lane, lane+"1"), job(lane, lane+"2"))
		}
		w.same("jobs", w.claimAll(t0), []string{"c1", "c2", "a1", "a2", "b1", "b2"})
	}},
	{"jobs join their lane in the order of the changes that brought them", func(w *world) {
		c := declared(1)
		c.Jobs = []store.Job{job("lane", "1"), job("lane", "2")}
		w.must(w.Save(w.ctx, c))
		c = later(c.Incident, nil)
		c.Jobs, c.At = []store.Job{job("lane", "3")}, after(-time.Minute) // a clock that was set back changes nothing
		w.must(w.Save(w.ctx, c))
		w.same("jobs", w.claimAll(t0), []string{"1", "2", "3"})
	}},
	{"a job is not handed out before its moment", func(w *world) {
		j := job("lane", "later")
		j.At = after(time.Minute)
		w.enqueue(t0, j)
		w.none(after(time.Minute - time.Nanosecond))
		w.claim(after(time.Minute), "later")
	}},
	{"a job of the future joins its lane when its moment comes", func(w *world) {
		future, sooner := job("lane", "in an hour"), job("lane", "in a minute")
		future.At, sooner.At = after(time.Hour), after(time.Minute)
		w.enqueue(t0, future, sooner, job("lane", "now"))
		w.enqueue(after(2*time.Minute), job("lane", "in two minutes")) // the moment of one has come, that of the other has not
		w.same("jobs", w.claimAll(after(3*time.Minute)), []string{"now", "in a minute", "in two minutes"})
		w.same("jobs", w.claimAll(after(time.Hour)), []string{"in an hour"})
	}},
	{"a job of the future holds nobody up, and passes nobody who is claimed", func(w *world) {
		future := job("lane", "future")
		future.At = after(time.Second)
		w.enqueue(t0, future, job("lane", "now"))
		j := w.claim(t0, "now")
		w.none(after(2 * time.Second))
		w.finish(j, after(3*time.Second))
		w.claim(after(3*time.Second), "future")
	}},
	{"of those who claim at the same time each gets another job", func(w *world) {
		var jobs []store.Job
		for i := range 16 {
			jobs = append(jobs, job("lane "+string(rune('a'+i)), "job"))
		}
		w.enqueue(t0, jobs...)
		var (
			mu   sync.Mutex
			seen = map[string]int{}
			all  sync.WaitGroup
		)
		for range 8 {
			all.Go(func() {
				for range 2 {
					j, ok, err := w.Claim(w.ctx, t0, lease)
					mu.Lock()
					if err != nil || !ok || seen[j.ID] > 0 {
						w.Errorf("claim gives %q (%t) again, %v", j.ID, ok, err)
					}
					seen[j.ID]++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		w.none(t0)
	}},
	{"the next job is known", func(w *world) {
		next := func(want time.Time, found bool) {
			w.Helper()
			at, ok, err := w.NextJob(w.ctx)
			w.must(err)
			if ok != found || !at.Equal(want) {
				w.Errorf("the next job is at %s (%t), want %s (%t)", at, ok, want, found)
			}
		}
		next(time.Time{}, false)
		hour, minute := job("a", "hour"), job("b", "minute")
		hour.At, minute.At = after(time.Hour), after(time.Minute)
		w.enqueue(t0, hour)
		next(after(time.Hour), true)
		w.enqueue(t0, minute)
		next(after(time.Minute), true)
		now := job("c", "now")
		now.At = after(-time.Second)
		w.enqueue(t0, now)
		next(after(-time.Second), true)
		j := w.claim(t0, "now")
		next(after(time.Minute), true) // its lease ends then as well
		w.must(w.Retry(w.ctx, j, after(30*time.Second), true, "busy"))
		next(after(30*time.Second), true)
		w.finish(w.claim(after(31*time.Second), "now"), t0)
		next(after(time.Minute), true)
		w.claim(after(time.Minute), "minute")
		next(after(time.Minute+lease), true)
	}},
}

var claimClaims = []claim{
	{"when a lease ends the job is handed out again, with its claims counted up", func(w *world) {
		w.enqueue(t0, job("lane", "1"), job("lane", "2"))
		first := w.claim(t0, "1")
		w.none(after(lease - time.Nanosecond))
		second := w.claim(after(lease), "1")
		w.same("claims", []int{first.Claims, second.Claims}, []int{1, 2})
		w.same("the same job", second.ID, first.ID)
		w.none(after(lease))
	}},
	{"a job whose lease ended may still be finished, once", func(w *world) {
		w.enqueue(t0, job("lane", "1"), job("lane", "2"))
		j := w.claim(t0, "1")
		again := w.claim(after(lease), "1")
		w.finish(j, after(lease))
		w.is(w.Finish(w.ctx, again, store.Outcome{At: t0}), store.ErrNotFound)
		w.claim(after(lease), "2")
	}},
	{"a retried job is the first of its lane, and not before its moment", func(w *world) {
		w.enqueue(t0, job("lane", "1"), job("lane", "2"))
		j := w.claim(t0, "1")
		w.must(w.Retry(w.ctx, j, after(time.Hour), true, "rate limited"))
		w.none(after(time.Hour - time.Nanosecond)) // also not because its lease has ended
		again := w.claim(after(time.Hour), "1")
		w.same("the same job", again.ID, j.ID)
		w.same("tries", again.Tries, 1)
		w.same("why", again.LastWhy, "rate limited")
		w.none(after(time.Hour))
	}},
	{"a retry after something was sent counts, one after nothing was sent does not, and neither forgets those before it", func(w *world) {
		w.enqueue(t0, job("lane", "1"))
		j := w.claim(t0, "1")
		w.must(w.Retry(w.ctx, j, t0, false, "limited"))
		j = w.claim(t0, "1")
		w.same("claims after a retry that was not sent", j.Claims, 1)
		w.must(w.Retry(w.ctx, j, t0, true, "timeout"))
		j = w.claim(t0, "1")
		w.same("claims after a retry that was sent", j.Claims, 2)
		w.must(w.Retry(w.ctx, j, t0, false, "refused"))
		j = w.claim(t0, "1")
		w.same("claims after a retry that was sent, and one that was not", j.Claims, 2)
		w.same("tries", j.Tries, 3)
		w.same("why", j.LastWhy, "refused")
	}},
	{"only the last claim can retry or bury", func(w *world) {
		w.enqueue(t0, job("lane", "1"))
		stale := w.claim(t0, "1")
		j := w.claim(after(lease), "1")
		w.is(w.Retry(w.ctx, stale, t0, true, "late"), store.ErrNotFound)
		w.is(w.Bury(w.ctx, stale, "late", store.Outcome{At: t0}), store.ErrNotFound)
		w.none(after(lease))
		w.must(w.Retry(w.ctx, j, after(2*lease), true, "busy"))
		w.is(w.Retry(w.ctx, j, t0, true, "twice"), store.ErrNotFound)
	}},
	{"a claim whose lease has ended can retry as long as nobody else claimed", func(w *world) {
		w.enqueue(t0, job("other", "2"), job("lane", "1"))
		w.claim(t0, "2")
		j := w.claim(t0, "1")
		w.finish(w.claim(after(lease), "2"), after(lease)) // by now everybody can see that the lease has ended
		w.must(w.Retry(w.ctx, j, after(time.Hour), true, "late"))
		w.none(after(lease))
		w.claim(after(time.Hour), "1")
	}},
	{"a finished job is gone", func(w *world) {
		w.enqueue(t0, job("lane", "1"))
		j := w.claim(t0, "1")
		w.finish(j, t0)
		w.none(after(time.Hour))
		for _, err := range []error{
			w.Finish(w.ctx, j, store.Outcome{At: t0}),
			w.Retry(w.ctx, j, t0, true, "late"),
			w.Bury(w.ctx, j, "late", store.Outcome{At: t0}),
			w.Finish(w.ctx, store.Job{ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, store.Outcome{At: t0}),
		} {
			w.is(err, store.ErrNotFound)
		}
	}},
}

var mergeClaims = []claim{
	{"a job takes the place of a waiting one with the same key", func(w *world) {
		elder, newer := keyed("lane", "card", "old"), keyed("lane", "card", "new")
		elder.Effect = flow.Effect{Tell: flow.TellThread, Seq: 2, Since: 2}
		newer.Effect = flow.Effect{Tell: flow.TellThread, Seq: 5, Since: 5, Card: 9}
		newer.Incident = 7
		w.enqueue(t0, elder, job("lane", "next"))
		w.enqueue(t0, newer)
		j := w.claim(t0, "new") // in the place of the elder: before the next
		w.same("effect", j.Effect, flow.Effect{Tell: flow.TellThread, Seq: 5, Since: 2, Card: 9})
		w.same("incident", j.Incident, flow.IncidentID(7))
		w.finish(j, t0)
		w.same("the rest", w.claimAll(t0), []string{"next"})
	}},
	{"a merged job keeps the elder's moment", func(w *world) {
		elder, newer := keyed("lane", "thread", "old"), keyed("lane", "thread", "new")
		elder.At, newer.At = after(3*time.Second), after(5*time.Second)
		w.enqueue(t0, elder)
		w.enqueue(after(2*time.Second), newer)
		w.none(after(3*time.Second - time.Nanosecond))
		j := w.claim(after(3*time.Second), "new")
		if !j.At.Equal(after(3 * time.Second)) {
			w.Errorf("its moment is %s", j.At)
		}
		w.finish(j, t0)
		w.none(after(time.Hour))
	}},
	{"a merged job keeps the elder's ID and lane", func(w *world) {
		w.enqueue(t0, keyed("a", "card", "old"))
		seen := w.claim(t0, "old")
		w.must(w.Retry(w.ctx, seen, after(time.Hour), true, "busy")) // learns an ID; it is not merged any more
		w.enqueue(t0, keyed("b", "card", "1"))
		w.enqueue(t0, keyed("c", "card", "2"))
		w.enqueue(t0, job("b", "3"))
		j := w.claim(t0, "2")
		w.same("lane", j.Lane, "b")
		if j.ID == seen.ID || j.ID == "" {
			w.Errorf("its ID is %q", j.ID)
		}
		w.none(t0)
	}},
	{"jobs of one change merge as well", func(w *world) {
		w.enqueue(t0, keyed("lane", "card", "1"), keyed("lane", "card", "2"), keyed("lane", "card", "3"))
		w.same("jobs", w.claimAll(t0), []string{"3"})
	}},
	{"a claimed job is left alone by a newer one with its key", func(w *world) {
		w.enqueue(t0, keyed("lane", "card", "old"))
		j := w.claim(t0, "old")
		w.enqueue(t0, keyed("lane", "card", "new"))
		w.none(t0)
		w.finish(j, t0)
		w.same("jobs", w.claimAll(t0), []string{"new"})
	}},
	{"a retried job is left alone by a newer one with its key", func(w *world) {
		w.enqueue(t0, keyed("lane", "card", "old"))
		j := w.claim(t0, "old")
		w.must(w.Retry(w.ctx, j, after(time.Second), false, "busy"))
		w.enqueue(t0, keyed("lane", "card", "new"))
		w.enqueue(t0, keyed("lane", "card", "newer"))
		w.same("jobs", w.claimAll(after(time.Second)), []string{"old", "newer"})
	}},
	{"a key is free again once its job is done", func(w *world) {
		for range 2 {
			w.enqueue(t0, keyed("lane", "card", "card"))
			w.same("jobs", w.claimAll(t0), []string{"card"})
		}
	}},
	{"jobs without a key, or with different ones, are never merged", func(w *world) {
		w.enqueue(t0, job("lane", "1"), job("lane", "2"), keyed("lane", "a", "3"), keyed("lane", "b", "4"))
		w.same("jobs", w.claimAll(t0), []string{"1", "2", "3", "4"})
	}},
}

var outcomeClaims = []claim{
	{"what delivering gave is written with the end of the job", func(w *world) {
		for _, end := range []func(store.Job, store.Outcome) error{
			func(j store.Job, out store.Outcome) error { return w.Finish(w.ctx, j, out) },
			func(j store.Job, out store.Outcome) error { return w.Bury(w.ctx, j, "no such channel", out) },
		} {
			w.enqueue(t0, job("lane", "1"))
			w.must(end(w.claim(t0, "1"), store.Outcome{
				Results: []store.Result{{Key: "card/1", Value: value("1700.1")}, {Key: "card/2", Value: value("1700.2")}},
				Then:    []store.Job{job("lane", "then")}, At: t0,
			}))
			w.same("results", []string{w.result("card/1"), w.result("card/2")}, []string{`"1700.1"`, `"1700.2"`})
			w.must(end(w.claim(t0, "then"), store.Outcome{Results: []store.Result{{Key: "card/1"}, {Key: "card/2", Value: value("new")}}, At: t0}))
			w.same("results", []string{w.result("card/1"), w.result("card/2")}, []string{"not found", `"new"`})
			w.none(t0)
		}
	}},
	{"nothing of an outcome is written when the job is not there", func(w *world) {
		w.enqueue(t0, job("lane", "1"))
		j := w.claim(t0, "1")
		w.finish(j, t0)
		out := store.Outcome{Results: []store.Result{{Key: "card/1", Value: value("1700.1")}}, Then: []store.Job{job("lane", "then")}, At: t0}
		w.is(w.Finish(w.ctx, j, out), store.ErrNotFound)
		w.same("result", w.result("card/1"), "not found")
		w.none(t0)
	}},
	{"jobs that follow may be of the future, and of any lane", func(w *world) {
		w.enqueue(t0, job("lane", "1"))
		then := job("other", "then")
		then.At = after(time.Hour)
		w.must(w.Finish(w.ctx, w.claim(t0, "1"), store.Outcome{Then: []store.Job{then}, At: t0}))
		w.none(after(time.Minute))
		w.claim(after(time.Hour), "then")
	}},
	{"results are read by prefix, in the order of their keys", func(w *world) {
		w.enqueue(t0, job("lane", "1"))
		var results []store.Result
		for _, k := range []string{"dm/2/b", "dm/2/a", "dm/20/a", "dm/1/z", "card/2"} {
			results = append(results, store.Result{Key: k, Value: value(k)})
		}
		w.must(w.Finish(w.ctx, w.claim(t0, "1"), store.Outcome{Results: results, At: t0}))
		got, err := w.Results(w.ctx, "dm/2/")
		w.must(err)
		w.same("results", got, []store.Result{{Key: "dm/2/a", Value: value("dm/2/a")}, {Key: "dm/2/b", Value: value("dm/2/b")}})
		got, err = w.Results(w.ctx, "thread/")
		w.must(err)
		w.same("number without any", len(got), 0)
		got, err = w.Results(w.ctx, "")
		w.must(err)
		w.same("number of all", len(got), 5)
	}},
	{"a buried job is kept aside with its reason, and its lane goes on", func(w *world) {
		w.enqueue(t0, job("lane", "1"), job("lane", "2"))
		j := w.claim(t0, "1")
		w.must(w.Bury(w.ctx, j, "channel_not_found", store.Outcome{At: t0}))
		w.claim(t0, "2")
		buried, err := w.Buried(w.ctx, 10)
		w.must(err)
		j.LastWhy = "channel_not_found"
		w.same("buried", buried, []store.Job{j})
	}},
	{"buried jobs are read newest first, at most the limit", func(w *world) {
		for _, name := range []string{"1", "2", "3"} {
			w.enqueue(t0, job("lane", name))
			w.must(w.Bury(w.ctx, w.claim(t0, name), "gone", store.Outcome{At: t0}))
		}
		buried, err := w.Buried(w.ctx, 2)
		w.must(err)
		var names []string
		for _, j := range buried {
			names = append(names, j.Detail)
		}
		w.same("buried", names, []string{"3", "2"})
	}},
}
