package storetest

import (
	"fmt"

	"epilogue/flow"
	"epilogue/store"
)

// followUp is an open follow-up.
func followUp(n flow.FollowUpNumber, due string, owner flow.UserID) flow.FollowUp {
	var day flow.Date
	if err := day.UnmarshalText([]byte(due)); err != nil {
		panic(err) // the claim is written wrongly
	}
	return flow.FollowUp{Number: n, Title: fmt.Sprintf("Follow-up %d", n), Due: day, Owner: owner, State: flow.Open}
}

func having(all ...flow.FollowUp) func(*flow.Incident) {
	return func(inc *flow.Incident) { inc.FollowUps = all }
}

// followUps reads a list as INC-1/2@2026-12-01=UANA.
func (w *world) followUps(q store.FollowUpQuery) []string {
	w.Helper()
	page, err := w.FollowUps(w.ctx, q)
	w.must(err)
	return followUpNames(page)
}

func followUpNames(page store.Page[store.FollowUpRef]) []string {
	var names []string
	for _, f := range page.Items {
		names = append(names, fmt.Sprintf("%s/%d@%s=%s", f.Incident, f.FollowUp, f.Due, f.Owner))
	}
	return names
}

var followUpClaims = []claim{
	{"follow-ups are listed by due date, those without one last, then by incident and number", func(w *world) {
		w.declare(2, having(followUp(1, "2026-12-02", "UANA"), followUp(2, "", "UANA"), followUp(10, "2026-12-01", "")))
		w.declare(1, having(followUp(3, "2026-12-02", "UBEN"), followUp(9, "2027-01-01", "UANA")))
		w.same("follow-ups", w.followUps(store.FollowUpQuery{}), []string{
			"INC-2/10@2026-12-01=", "INC-1/3@2026-12-02=UBEN", "INC-2/1@2026-12-02=UANA", "INC-1/9@2027-01-01=UANA", "INC-2/2@=UANA",
		})
		w.same("follow-ups of Ana", w.followUps(store.FollowUpQuery{Owner: "UANA"}), []string{"INC-2/1@2026-12-02=UANA", "INC-1/9@2027-01-01=UANA", "INC-2/2@=UANA"})
	}},
	{"follow-ups of somebody are neither those of a namesake nor tasks", func(w *world) {
		w.declare(1, having(followUp(1, "", "UAN"), followUp(2, "", "UANA")))
		w.declare(2, resolved(t0, task(1, "documenting", "", "UAN")))
		w.same("follow-ups", w.followUps(store.FollowUpQuery{Owner: "UAN"}), []string{"INC-1/1@=UAN"})
		w.same("tasks", w.tasks(store.TaskQuery{Assignee: "UAN"}), []string{"INC-2/1@=UAN"})
	}},
	{"follow-ups before a day are those due earlier, and none without a date", func(w *world) {
		w.declare(1, having(followUp(1, "2026-12-01", "UANA"), followUp(2, "2026-12-02", "UANA"), followUp(3, "", "UANA")))
		day := flow.Date{Year: 2026, Month: 12, Day: 2}
		want := []string{"INC-1/1@2026-12-01=UANA"}
		w.same("anybody's", w.followUps(store.FollowUpQuery{Before: day}), want)
		w.same("Ana's", w.followUps(store.FollowUpQuery{Before: day, Owner: "UANA"}), want)
	}},
	{"only open follow-ups are listed, and in every stage", func(w *world) {
		done := followUp(2, "", "UANA")
		done.State = flow.Done
		inc := w.declare(1, having(followUp(1, "", "UANA"), done))
		w.same("while active", w.followUps(store.FollowUpQuery{}), []string{"INC-1/1@=UANA"})
		inc = w.change(inc, resolved(t0))
		w.same("in the flow", w.followUps(store.FollowUpQuery{}), []string{"INC-1/1@=UANA"})
		inc = w.change(inc, closed(t0))
		w.same("when closed", w.followUps(store.FollowUpQuery{Owner: "UANA"}), []string{"INC-1/1@=UANA"})
		w.change(inc, having(done, done))
		w.same("when done", w.followUps(store.FollowUpQuery{}), []string(nil))
	}},
	{"the lists of follow-ups follow each change of owner and date", func(w *world) {
		inc := w.declare(1, having(followUp(1, "2026-12-01", "UANA")))
		for _, step := range []struct {
			due   string
			owner flow.UserID
			want  string
		}{
			{"2026-12-01", "UBEN", "INC-1/1@2026-12-01=UBEN"},
			{"2026-12-09", "UBEN", "INC-1/1@2026-12-09=UBEN"},
			{"", "", "INC-1/1@="},
			{"", "UANA", "INC-1/1@=UANA"},
		} {
			inc = w.change(inc, having(followUp(1, step.due, step.owner)))
			w.same(step.want+": all", w.followUps(store.FollowUpQuery{}), []string{step.want})
			for _, who := range []flow.UserID{"UANA", "UBEN"} {
				want := []string(nil)
				if who == step.owner {
					want = []string{step.want}
				}
				w.same(step.want+": "+string(who), w.followUps(store.FollowUpQuery{Owner: who}), want)
			}
		}
	}},
	{"pages of follow-ups put together are the list, and begin where the one before ended", func(w *world) {
		var all []flow.FollowUp
		for n := flow.FollowUpNumber(1); n <= 7; n++ {
			all = append(all, followUp(n, fmt.Sprintf("2026-12-%02d", 10-n), "UANA"))
		}
		w.declare(1, having(all...))
		want := w.followUps(store.FollowUpQuery{})
		for _, q := range []store.FollowUpQuery{{Limit: 3}, {Limit: 3, Owner: "UANA"}, {Limit: 3, Before: flow.Date{Year: 2027, Month: 1, Day: 1}}} {
			var got []string
			for range 5 {
				page, err := w.FollowUps(w.ctx, q)
				w.must(err)
				got = append(got, followUpNames(page)...)
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
			}
			w.same("pages", got, want)
		}
		page, err := w.FollowUps(w.ctx, store.FollowUpQuery{Limit: 3})
		w.must(err)
		if _, err := w.Tasks(w.ctx, store.TaskQuery{Cursor: page.Next}); err == nil {
			w.Errorf("a cursor of follow-ups is taken for one of tasks")
		}
	}},
}
