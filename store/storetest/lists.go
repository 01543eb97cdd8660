package storetest

import (
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// populate makes incidents of all stages, in which Ana is involved: 1 to 3 active, 4 to 6 post-incident and 7 to 9 closed, with times against their numbers and a
// tie.
func populate(w *world) {
	w.Helper()
	for _, id := range []flow.IncidentID{2, 1, 3} {
		w.declare(id, with(nil, "UANA"))
	}
	w.declare(4, with(resolved(after(3*time.Hour)), "UANA"))
	w.declare(5, with(resolved(after(-100*time.Hour)), "UANA"))
	w.declare(6, with(resolved(after(3*time.Hour)), "UANA"))
	w.declare(7, with(closed(after(2*time.Hour)), "UANA"))
	w.declare(8, with(closed(after(3*time.Hour)), "UANA"))
	w.declare(9, with(closed(after(time.Hour)), "UANA"))
}

// with is a change that involves people as well.
func with(change func(*flow.Incident), people ...flow.UserID) func(*flow.Incident) {
	return func(inc *flow.Incident) {
		if change != nil {
			change(inc)
		}
		inc.Involved = people
	}
}

func (w *world) ids(q store.Query) []int {
	w.Helper()
	page, err := w.List(w.ctx, q)
	w.must(err)
	return idsOf(page)
}

func idsOf(page store.Page[flow.Incident]) []int {
	var ids []int
	for _, inc := range page.Items {
		ids = append(ids, int(inc.ID))
	}
	return ids
}

var listClaims = []claim{
	{"each stage is listed in its order", func(w *world) {
		populate(w)
		for _, given := range []struct {
			q    store.Query
			want []int
		}{
			{store.Query{Stage: flow.Active}, []int{1, 2, 3}},
			{store.Query{Stage: flow.PostIncident}, []int{5, 4, 6}},
			{store.Query{}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		} {
			w.same(string(given.q.Stage), w.ids(given.q), given.want)
		}
	}},
	{"closed incidents are listed by when they were closed, the last first", func(w *world) {
		populate(w)
		w.same("closed", w.ids(store.Query{Stage: flow.Closed}), []int{8, 7, 9})
	}},
	{"newest lists the highest number first", func(w *world) {
		populate(w)
		w.same("active", w.ids(store.Query{Stage: flow.Active, Newest: true}), []int{3, 2, 1})
		w.same("post-incident", w.ids(store.Query{Stage: flow.PostIncident, Newest: true}), []int{6, 5, 4})
		w.same("closed", w.ids(store.Query{Stage: flow.Closed, Newest: true}), []int{9, 8, 7})
		w.same("all", w.ids(store.Query{Newest: true}), []int{9, 8, 7, 6, 5, 4, 3, 2, 1})
	}},
	{"lists follow an incident through its stages", func(w *world) {
		inc := w.declare(1, nil)
		steps := []struct {
			stage  flow.Stage
			change func(*flow.Incident)
		}{
			{flow.PostIncident, resolved(t0)},
			{flow.PostIncident, resolved(after(time.Hour))}, // the same stage, another time
			{flow.Closed, closed(after(2 * time.Hour))},
			{flow.Active, func(inc *flow.Incident) { inc.Stage = flow.Active }},
		}
		for _, step := range steps {
			inc = w.change(inc, step.change)
			for _, stage := range []flow.Stage{flow.Active, flow.PostIncident, flow.Closed} {
				var want []int
				if stage == step.stage {
					want = []int{1}
				}
				w.same(string(stage), w.ids(store.Query{Stage: stage}), want)
				w.same(string(stage)+" by number", w.ids(store.Query{Stage: stage, Newest: true}), want)
			}
		}
	}},
	{"what somebody is involved in is listed by stage, in its order", func(w *world) {
		w.declare(1, with(nil, "UANA"))
		w.declare(2, with(nil, "UANA", "UBEN"))
		w.declare(3, with(nil, "UANAB"))
		w.declare(4, with(resolved(after(3*time.Hour)), "UANA"))
		w.declare(5, with(resolved(after(-100*time.Hour)), "UANA", "UBEN"))
		w.declare(6, with(closed(after(time.Hour)), "UANA"))
		w.declare(7, with(closed(after(2*time.Hour)), "UANA"))
		last := w.declare(8, resolved(after(time.Hour)))
		w.change(last, with(closed(after(3*time.Hour)), "UBEN")) // who comes later
		for _, given := range []struct {
			who                  flow.UserID
			active, post, closed []int
		}{
			{"UANA", []int{1, 2}, []int{5, 4}, []int{7, 6}},
			{"UBEN", []int{2}, []int{5}, []int{8}},
			{"UCEM", nil, nil, nil},
		} {
			w.same("active", w.ids(store.Query{Stage: flow.Active, Involved: given.who}), given.active)
			w.same("post-incident", w.ids(store.Query{Stage: flow.PostIncident, Involved: given.who}), given.post)
			w.same("closed", w.ids(store.Query{Stage: flow.Closed, Involved: given.who}), given.closed)
		}
		for _, q := range []store.Query{{Involved: "UANA"}, {Stage: flow.Active, Newest: true, Involved: "UANA"}} {
			if _, err := w.List(w.ctx, q); err == nil {
				w.Errorf("%+v is listed", q)
			}
		}
	}},
	{"pages put together are the list", func(w *world) {
		populate(w)
		for _, q := range []store.Query{{}, {Stage: flow.Closed, Involved: "UANA"}, {Stage: flow.PostIncident, Involved: "UANA"}, {Newest: true}, {Stage: flow.Active}, {Stage: flow.PostIncident}, {Stage: flow.Closed}, {Stage: flow.Closed, Newest: true}} {
			want := w.ids(q)
			for q.Limit = 1; q.Limit <= 4; q.Limit++ {
				var got []int
				q.Cursor = ""
				for range 10 {
					page, err := w.List(w.ctx, q)
					w.must(err)
					if len(page.Items) > q.Limit {
						w.Errorf("a page of %d has %d", q.Limit, len(page.Items))
					}
					got = append(got, idsOf(page)...)
					if q.Cursor = page.Next; q.Cursor == "" {
						break
					}
				}
				w.same("pages", got, want)
			}
		}
	}},
	{"the last page has no next one", func(w *world) {
		populate(w)
		for _, limit := range []int{3, 4} {
			page, err := w.List(w.ctx, store.Query{Stage: flow.PostIncident, Limit: limit})
			w.must(err)
			w.same("next", page.Next, "")
		}
	}},
	{"a page begins where the one before ended, whatever came or went", func(w *world) {
		populate(w)
		q := store.Query{Stage: flow.PostIncident, Limit: 2}
		page, err := w.List(w.ctx, q) // 5, 4
		w.must(err)
		last, err := w.Incident(w.ctx, 4)
		w.must(err)
		w.change(last, closed(t0))                 // the one that the cursor names goes
		w.declare(20, resolved(after(-time.Hour))) // one comes before it
		w.declare(21, resolved(after(9*time.Hour)))
		q.Cursor = page.Next
		w.same("second page", w.ids(q), []int{6, 21})
	}},
	{"newest pages begin where the one before ended, whatever came or went", func(w *world) {
		populate(w)
		q := store.Query{Newest: true, Limit: 2}
		page, err := w.List(w.ctx, q) // 9, 8
		w.must(err)
		w.declare(30, nil)
		q.Cursor = page.Next
		w.same("second page", w.ids(q), []int{7, 6})
	}},
	{"a cursor of another query is an error", func(w *world) {
		populate(w)
		page, err := w.List(w.ctx, store.Query{Stage: flow.Active, Limit: 1})
		w.must(err)
		for _, q := range []store.Query{{Stage: flow.Closed}, {}, {Stage: flow.Active, Newest: true}, {Stage: flow.Active, Involved: "UANA"}} {
			q.Cursor = page.Next
			if _, err := w.List(w.ctx, q); err == nil {
				w.Errorf("the cursor of active incidents is taken for %+v", q)
			}
		}
		if _, err := w.List(w.ctx, store.Query{Cursor: "nonsense!"}); err == nil {
			w.Errorf("nonsense is taken for a cursor")
		}
		if _, err := w.Tasks(w.ctx, store.TaskQuery{Cursor: page.Next}); err == nil {
			w.Errorf("a cursor of incidents is taken for tasks")
		}
	}},
	{"a page has 50 unless a limit from 1 to 1000 says otherwise", func(w *world) {
		var all []flow.Task
		for n := range 60 {
			all = append(all, task(flow.TaskNumber(n+1), "documenting", "", ""))
		}
		w.declare(1, resolved(t0, all...))
		for id := flow.IncidentID(2); id <= 52; id++ {
			w.declare(id, nil)
		}
		incidents, err := w.List(w.ctx, store.Query{})
		w.must(err)
		tasks, err := w.Tasks(w.ctx, store.TaskQuery{})
		w.must(err)
		w.same("items", []int{len(incidents.Items), len(tasks.Items)}, []int{50, 50})
		w.same("number with a limit of 1000", len(w.ids(store.Query{Limit: 1000})), 52)
		for _, limit := range []int{-1, 1001} {
			if _, err := w.List(w.ctx, store.Query{Limit: limit}); err == nil {
				w.Errorf("a limit of %d is taken", limit)
			}
		}
	}},
	{"a stage that does not exist is an error", func(w *world) {
		if _, err := w.List(w.ctx, store.Query{Stage: "resolved"}); err == nil {
			w.Errorf("stage resolved is listed")
		}
	}},
}
