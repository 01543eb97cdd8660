package storetest

import (
	"fmt"

	"epilogue/flow"
	"epilogue/store"
)

// tasks reads a list as INC-1/2@2026-12-01=UANA.
func (w *world) tasks(q store.TaskQuery) []string {
	w.Helper()
	page, err := w.Tasks(w.ctx, q)
	w.must(err)
	return taskNames(page)
}

func taskNames(page store.Page[store.TaskRef]) []string {
	var names []string
	for _, t := range page.Items {
		names = append(names, fmt.Sprintf("%s/%d@%s=%s", t.Incident, t.Task, t.Due, t.Assignee))
	}
	return names
}

var taskClaims = []claim{
	{"tasks are listed by due date, those without one last, then by incident and number", func(w *world) {
		w.declare(2, resolved(t0, task(1, "documenting", "2026-12-02", "UANA"), task(2, "documenting", "", "UANA"), task(10, "documenting", "2026-12-01", "")))
		w.declare(1, resolved(t0, task(3, "documenting", "2026-12-02", "UBEN"), task(9, "documenting", "2027-01-01", "UANA")))
		w.same("tasks", w.tasks(store.TaskQuery{}), []string{
			"INC-2/10@2026-12-01=", "INC-1/3@2026-12-02=UBEN", "INC-2/1@2026-12-02=UANA", "INC-1/9@2027-01-01=UANA", "INC-2/2@=UANA",
		})
		w.same("tasks of Ana", w.tasks(store.TaskQuery{Assignee: "UANA"}), []string{"INC-2/1@2026-12-02=UANA", "INC-1/9@2027-01-01=UANA", "INC-2/2@=UANA"})
	}},
	{"tasks of somebody are not those of a namesake", func(w *world) {
		w.declare(1, resolved(t0, task(1, "documenting", "", "UAN"), task(2, "documenting", "", "UANA")))
		w.same("tasks", w.tasks(store.TaskQuery{Assignee: "UAN"}), []string{"INC-1/1@=UAN"})
	}},
	{"tasks before a day are those due earlier, and none without a date", func(w *world) {
		w.declare(1, resolved(t0, task(1, "documenting", "2026-12-01", "UANA"), task(2, "documenting", "2026-12-02", "UANA"), task(3, "documenting", "", "UANA")))
		day := flow.Date{Year: 2026, Month: 12, Day: 2}
		want := []string{"INC-1/1@2026-12-01=UANA"}
		w.same("anybody's", w.tasks(store.TaskQuery{Before: day}), want)
		w.same("Ana's", w.tasks(store.TaskQuery{Before: day, Assignee: "UANA"}), want)
	}},
	{"only open tasks are listed whose status has begun, of incidents in the post-incident stage", func(w *world) {
		done := task(2, "documenting", "", "UANA")
		done.State = flow.Done
		inc := w.declare(1, resolved(t0, task(1, "documenting", "", "UANA"), done, task(3, "reviewing", "", "UANA")))
		w.same("in the first status", w.tasks(store.TaskQuery{}), []string{"INC-1/1@=UANA"})
		inc = w.change(inc, func(inc *flow.Incident) { inc.Status = "reviewing" })
		w.same("in the second status", w.tasks(store.TaskQuery{}), []string{"INC-1/1@=UANA", "INC-1/3@=UANA"})
		inc = w.change(inc, closed(t0))
		w.same("when closed", w.tasks(store.TaskQuery{}), []string(nil))
		inc = w.change(inc, func(inc *flow.Incident) { inc.Stage = flow.PostIncident })
		w.same("when back in the flow", len(w.tasks(store.TaskQuery{})), 2)
		w.change(inc, func(inc *flow.Incident) { inc.Stage = flow.Active })
		w.same("while active again", w.tasks(store.TaskQuery{Assignee: "UANA"}), []string(nil))
	}},
	{"the lists of tasks follow each change of assignee, date and state, and removal", func(w *world) {
		inc := w.declare(1, resolved(t0, task(1, "documenting", "2026-12-01", "UANA")))
		steps := []struct {
			what           string
			task           []flow.Task
			all, anas, ben []string
		}{
			{"assigned to Ben", []flow.Task{task(1, "documenting", "2026-12-01", "UBEN")}, []string{"INC-1/1@2026-12-01=UBEN"}, nil, []string{"INC-1/1@2026-12-01=UBEN"}},
			{"due later", []flow.Task{task(1, "documenting", "2026-12-09", "UBEN")}, []string{"INC-1/1@2026-12-09=UBEN"}, nil, []string{"INC-1/1@2026-12-09=UBEN"}},
			{"due never", []flow.Task{task(1, "documenting", "", "UBEN")}, []string{"INC-1/1@=UBEN"}, nil, []string{"INC-1/1@=UBEN"}},
			{"assigned to nobody", []flow.Task{task(1, "documenting", "", "")}, []string{"INC-1/1@="}, nil, nil},
			{"assigned to Ana", []flow.Task{task(1, "documenting", "", "UANA")}, []string{"INC-1/1@=UANA"}, []string{"INC-1/1@=UANA"}, nil},
			{"removed", nil, nil, nil, nil},
		}
		for _, step := range steps {
			inc = w.change(inc, func(inc *flow.Incident) { inc.Tasks = step.task })
			w.same(step.what+": all", w.tasks(store.TaskQuery{}), step.all)
			w.same(step.what+": Ana's", w.tasks(store.TaskQuery{Assignee: "UANA"}), step.anas)
			w.same(step.what+": Ben's", w.tasks(store.TaskQuery{Assignee: "UBEN"}), step.ben)
		}
	}},
	{"pages of tasks put together are the list, and begin where the one before ended", func(w *world) {
		var all []flow.Task
		for n := flow.TaskNumber(1); n <= 7; n++ {
			all = append(all, task(n, "documenting", fmt.Sprintf("2026-12-%02d", 10-n), "UANA"))
		}
		inc := w.declare(1, resolved(t0, all...))
		want := w.tasks(store.TaskQuery{})
		for _, q := range []store.TaskQuery{{Limit: 3}, {Limit: 3, Assignee: "UANA"}, {Limit: 3, Before: flow.Date{Year: 2027, Month: 1, Day: 1}}} {
			var got []string
			for range 5 {
				page, err := w.Tasks(w.ctx, q)
				w.must(err)
				got = append(got, taskNames(page)...)
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
			}
			w.same("pages", got, want)
		}
		page, err := w.Tasks(w.ctx, store.TaskQuery{Limit: 3}) // 7, 6, 5
		w.must(err)
		w.change(inc, func(inc *flow.Incident) { inc.Tasks = all[:3] }) // 5 and 4 go
		w.same("second page", w.tasks(store.TaskQuery{Cursor: page.Next, Limit: 3}), want[4:])
	}},
}
