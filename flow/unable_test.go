package flow_test

import (
	"testing"

	"epilogue/flow"
)

// handed is a flow in which task 1 is cem's by default, 2 follows the scribe, 3 is nobody's, and 4 in the next status is cem's.
func handed() flow.Process {
	return process(aFlow("f",
		status(doc, task("a", byDefault("cem")), task("b", byRole("scribe")), task("c")),
		status(rev, task("d", byDefault("cem")))))
}

func TestTheTasksOfWhoeverCannotDoThemGoToTheirRoleThenToTheLead(t *testing.T) {
	s := declared(t, handed()).do(ben, role("scribe", ben)).do(ana, flow.EnterFlow{Flow: "f"}).do(ben, give(3, cem)).do(ben, give(2, cem))
	s.do(itself, flow.ReleaseTasks{From: "cem"}).assigned(1, "ana").assigned(2, "ben").assigned(3, "ana").assigned(4, "").
		happened("task-assigned", "task-assigned", "task-assigned")
	equal(t, fact[flow.TaskAssigned](s), flow.TaskAssigned{Task: 3, From: "cem", To: "ana", ByRole: true, Unable: true})
	s.refuses(itself, flow.ReleaseTasks{From: "cem"}, because(flow.NothingToChange)).refuses(itself, flow.ReleaseTasks{}, because(flow.NothingToChange))
	t.Run("and follow their role again", func(t *testing.T) { s.do(ben, role("scribe", ana)).assigned(2, "ana") })
	t.Run("but not those of later statuses, yet", func(t *testing.T) {
		entered(t, handed()).do(ben, give(4, cem)).do(itself, flow.ReleaseTasks{From: "cem"}).assigned(1, "ana").assigned(4, "cem")
	})
	t.Run("to nobody where there is nobody else", func(t *testing.T) {
		s := entered(t, handed())
		s.do(ben, give(3, ana)).do(itself, flow.ReleaseTasks{From: "ana"}).assigned(3, "")
	})
	t.Run("and nothing of what is settled or paused", func(t *testing.T) {
		entered(t, handed()).do(ben, done(1)).refuses(itself, flow.ReleaseTasks{From: "cem"}, because(flow.NothingToChange))
		entered(t, handed()).do(ben, flow.Reopen{To: flow.Active}).refuses(itself, flow.ReleaseTasks{From: "cem"}, because(flow.NothingToChange))
	})
}

func TestWhoeverCannotDoATaskIsNoticedWhenItsStatusBegins(t *testing.T) {
	begin := func(t *testing.T, before func(*story), unfit ...flow.UserID) (flow.Incident, flow.StatusEntered) {
		s := entered(t, handed())
		if before != nil {
			before(s)
		}
		after, events, err := flow.Do(s.process, s.inc, flow.MoveOn{Reason: "why"}, ana, s.now, unfit...)
		if err != nil {
			t.Fatal(err)
		}
		f, ok := events[0].Fact.(flow.StatusEntered)
		if !ok {
			t.Fatalf("it begins with %+v", events[0].Fact)
		}
		return after, f
	}
	after, f := begin(t, nil)
	equal(t, f.Assigned, []flow.TaskFor{{Task: 4, To: "cem"}})
	_, f = begin(t, nil, "cem")
	equal(t, f.Assigned, []flow.TaskFor{{Task: 4, To: "ana", For: "cem"}})
	_, f = begin(t, nil, "cem", "ana")
	equal(t, f.Assigned, []flow.TaskFor(nil))
	_, f = begin(t, func(s *story) { s.do(ana, give(4, ben)) }, "ben")
	equal(t, f.Assigned, []flow.TaskFor{{Task: 4, To: "ana", For: "ben"}})
	_, f = begin(t, func(s *story) { s.do(ana, give(4, ben)) })
	equal(t, f.Assigned, []flow.TaskFor(nil))
	p := process(aFlow("f", status(doc, task("a")), status(rev, task("b", byRole("scribe")))))
	s := entered(t, p).do(ben, give(2, ben))
	next, _, err := flow.Do(p, s.inc, flow.MoveOn{Reason: "why"}, ana, s.now, "ben")
	if b, _ := next.Task(2); err != nil || b.Assignee != "ana" || b.ByHand {
		t.Errorf("it should follow its role again: %+v, %v", b, err)
	}
	equal(t, flow.Expected(after, []flow.Event{{Fact: flow.StatusEntered{Status: rev}}}), []flow.UserID{"cem"})
}
