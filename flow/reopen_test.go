package flow_test

import (
	"testing"

	"epilogue/flow"
)

func TestReopeningATask(t *testing.T) {
	t.Run("of the current status leaves the incident where it is", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(cem, flow.ReopenTask{Task: 1}).is(flow.PostIncident, doc).
			tasks("1 open, 2 open, 3 open, 4 open").happened("task-reopened")
		equal(t, s.task(1).Settled, flow.Settling{})
	})
	t.Run("of a later status leaves the incident where it is", func(t *testing.T) {
		entered(t, small()).do(ben, skip(3)).do(cem, flow.ReopenTask{Task: 3}).is(flow.PostIncident, doc).tasks("1 open, 2 open, 3 open, 4 open")
	})
	t.Run("of an earlier status takes the incident back, once that is confirmed", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, done(2)).is(flow.PostIncident, rev)
		s.refuses(cem, flow.ReopenTask{Task: 1}, flow.Refusal{Why: flow.EarlierStatus, Task: 1, Status: doc})
		s.do(cem, back(1)).is(flow.PostIncident, doc).happened("task-reopened", "status-entered").tasks("1 open, 2 done, 3 open, 4 open")
		if f := fact[flow.StatusEntered](s); !f.Back || f.From != rev || f.Open != 1 || f.Left != 3 {
			t.Errorf("the fact is %+v", f)
		}
		s.do(ben, done(1)).is(flow.PostIncident, rev)
	})
	t.Run("passes the statuses again that are settled", func(t *testing.T) {
		p := process(aFlow("f", status(doc, task("a")), status("mid", task("b")), status(rev, task("c"))))
		entered(t, p).do(ben, done(1)).do(ben, done(2)).do(ben, back(1)).is(flow.PostIncident, doc).do(ben, done(1)).is(flow.PostIncident, rev)
	})
	t.Run("that is open, or of a closed incident, is refused", func(t *testing.T) {
		entered(t, small()).refuses(ben, back(1), flow.Refusal{Why: flow.AlreadyOpen, Task: 1}).
			do(ben, flow.OptOut{Reason: "why"}).refuses(ben, back(1), because(flow.AlreadyClosed))
	})
}

func TestReopeningToActive(t *testing.T) {
	active := flow.Reopen{To: flow.Active, Reason: "it is back"}
	t.Run("from a plain close", func(t *testing.T) {
		s := declared(t, process()).do(ana, flow.Update{Status: to(flow.Key("monitoring"))}).do(ana, flow.CloseIncident{}).
			do(ben, active).is(flow.Active, investigating).happened("reopened")
		equal(t, fact[flow.Reopened](s), flow.Reopened{From: flow.Closed, To: flow.Active, Status: investigating, Reason: "it is back"})
		if s.inc.ClosedBy != "" || !s.inc.ClosedAt.IsZero() || s.inc.ResolvedBy != "" || !s.inc.ResolvedAt.IsZero() || s.inc.PausedIn != "" {
			t.Errorf("it is not as before: %+v", s.inc)
		}
		s.do(ben, flow.CloseIncident{}).is(flow.Closed, investigating)
	})
	t.Run("from the flow pauses it and keeps the tasks", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, active).is(flow.Active, investigating).tasks("1 done, 2 open, 3 open, 4 open")
		if s.inc.PausedIn != doc || !s.inc.PausedAt.Equal(monday) || s.inc.Snapshot == nil {
			t.Errorf("paused in %q at %s", s.inc.PausedIn, s.inc.PausedAt)
		}
		s.refuses(ben, done(2), flow.Refusal{Why: flow.NotInFlow, Stage: flow.Active}).refuses(ben, flow.AddTask{Title: "x"}, because(flow.NotInFlow))
	})
	t.Run("after opting out opens what that settled", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, flow.OptOut{Reason: "why"}).do(ben, active).
			is(flow.Active, investigating).tasks("1 done, 2 open, 3 open, 4 open")
		if s.inc.OptedOut != nil || s.inc.PausedIn != doc {
			t.Errorf("opted out %v, paused in %s", s.inc.OptedOut, s.inc.PausedIn)
		}
	})
	t.Run("of an active incident is refused", func(t *testing.T) {
		declared(t, small()).refuses(ben, active, because(flow.AlreadyActive))
	})
}

func TestReopeningIntoTheFlow(t *testing.T) {
	into := func(tasks ...flow.TaskNumber) flow.Command { return flow.Reopen{To: flow.PostIncident, Tasks: tasks} }
	finished := func(t *testing.T) *story {
		return entered(t, small()).do(ben, done(1)).do(ben, done(2)).do(ben, done(3)).do(ben, done(4)).is(flow.Closed, rev)
	}
	t.Run("after opting out opens what that settled, where it was", func(t *testing.T) {
		entered(t, small()).do(ben, done(1)).do(ben, done(2)).do(ben, done(3)).do(ben, flow.OptOut{Reason: "why"}).
			do(cem, into()).is(flow.PostIncident, rev).tasks("1 done, 2 done, 3 done, 4 open").happened("reopened", "status-entered")
	})
	t.Run("after opting out can open others too, which takes it back to them", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, done(2)).do(ben, flow.OptOut{Reason: "why"}).
			do(cem, into(2, 2, 3)).is(flow.PostIncident, doc).tasks("1 done, 2 open, 3 open, 4 open")
		equal(t, fact[flow.Reopened](s).Tasks, []flow.TaskNumber{3, 4, 2})
	})
	t.Run("when it is finished takes at least one task", func(t *testing.T) {
		s := finished(t).refuses(cem, into(), flow.Refusal{Why: flow.NeedsTask, Field: flow.FieldTasks})
		s.do(cem, into(2)).is(flow.PostIncident, doc).tasks("1 done, 2 open, 3 done, 4 done")
		if f := fact[flow.StatusEntered](s); !f.Resumed || !f.Reopened || f.From != "" {
			t.Errorf("the fact is %+v", f)
		}
		s.do(cem, done(2)).is(flow.Closed, rev)
	})
	t.Run("when it is finished, then paused and opted out, takes at least one task as well", func(t *testing.T) {
		finished(t).do(ben, flow.Reopen{To: flow.Active}).do(ben, flow.OptOut{Reason: "why"}).
			refuses(ben, into(), because(flow.NeedsTask)).do(ben, into(4)).is(flow.PostIncident, rev)
	})
	t.Run("goes back to a status without tasks", func(t *testing.T) {
		entered(t, process(aFlow("f", status(doc, task("a")), status("empty")))).do(ben, done(1)).is(flow.PostIncident, "empty").
			do(ben, flow.OptOut{Reason: "why"}).do(ben, into()).is(flow.PostIncident, "empty")
	})
	t.Run("takes the same snapshot, whatever the process is by now", func(t *testing.T) {
		s := finished(t)
		s.process = process(aFlow("other", status("x", task("y"))))
		s.do(ben, into(1)).is(flow.PostIncident, doc)
		equal(t, s.inc.Snapshot.Flow, flow.Key("small"))
	})
	t.Run("knows no other stage than these two", func(t *testing.T) {
		finished(t).do(ben, flow.Reopen{To: "nowhere", Tasks: []flow.TaskNumber{4}}).is(flow.PostIncident, rev)
	})
	t.Run("is refused for tasks that are not there or not settled", func(t *testing.T) {
		finished(t).refuses(ben, into(9), flow.Refusal{Why: flow.UnknownTask, Task: 9, Field: flow.FieldTasks})
		entered(t, small()).do(ben, flow.Reopen{To: flow.Active}).
			refuses(ben, flow.EnterFlow{Flow: "small", Again: []flow.TaskNumber{1}}, flow.Refusal{Why: flow.AlreadyOpen, Task: 1, Field: flow.FieldTasks})
	})
	t.Run("is refused where it is in it, or never was", func(t *testing.T) {
		entered(t, small()).refuses(ben, into(), because(flow.AlreadyResolved))
		declared(t, small()).do(ben, flow.CloseIncident{}).refuses(ben, into(), because(flow.NoFlow))
	})
}

func TestResumingAPausedFlow(t *testing.T) {
	pause := flow.Reopen{To: flow.Active}
	resume := flow.EnterFlow{Flow: "small"}
	t.Run("goes on where it was, with the same snapshot", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, done(2)).do(ben, pause)
		s.process.Flows[0].Statuses = []flow.Status{status("x", task("y"))}
		s.later(2).do(cem, resume).is(flow.PostIncident, rev).happened("flow-resumed", "status-entered").tasks("1 done, 2 done, 3 open, 4 open")
		if s.inc.PausedIn != "" || !s.inc.PausedAt.IsZero() || s.inc.ResolvedBy != "cem" {
			t.Errorf("paused in %q, resolved by %s", s.inc.PausedIn, s.inc.ResolvedBy)
		}
	})
	t.Run("goes back for tasks to do again", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, done(2)).do(ben, pause).
			do(ben, flow.EnterFlow{Flow: "small", Again: []flow.TaskNumber{2, 2}}).is(flow.PostIncident, doc).tasks("1 done, 2 open, 3 open, 4 open")
		equal(t, fact[flow.FlowResumed](s).Again, []flow.TaskNumber{2})
	})
	t.Run("of a finished one closes it, with nothing to do again", func(t *testing.T) {
		s := entered(t, small()).do(ana, flow.MoveOn{Reason: "x"}).do(ana, flow.MoveOn{Reason: "x"}).is(flow.Closed, rev)
		s.do(ben, pause).do(cem, resume).is(flow.Closed, rev).happened("flow-resumed", "status-entered", "incident-closed")
	})
	t.Run("resumes after the process lost the flow", func(t *testing.T) {
		s := entered(t, small()).do(ben, pause)
		s.process.Flows = nil
		s.do(cem, resume).is(flow.PostIncident, doc)
	})
}

func TestDueDatesShiftByThePause(t *testing.T) {
	p := process(aFlow("f", status(doc, task("a", due(2, flow.BusinessDays)), task("b")), status(rev, task("c", due(1, flow.BusinessDays)))))
	s := entered(t, p).due(1, "2026-11-25").due(2, "").due(3, "")
	s.do(ben, flow.SetDue{Task: 2, Due: flow.Date{Year: 2026, Month: 11, Day: 26}})
	s.do(ben, flow.Reopen{To: flow.Active}).later(7).do(ben, flow.EnterFlow{Flow: "f"})
	s.due(1, "2026-12-02").due(2, "2026-12-03").due(3, "")
	t.Run("not within a day", func(t *testing.T) {
		s.do(ben, flow.Reopen{To: flow.Active}).do(ben, flow.EnterFlow{Flow: "f"}).due(1, "2026-12-02")
	})
	t.Run("also by the time that it was closed", func(t *testing.T) {
		s.do(ben, flow.OptOut{Reason: "why"}).later(1).do(ben, flow.Reopen{To: flow.PostIncident}).due(1, "2026-12-03")
		s.do(ben, flow.OptOut{Reason: "why"}).later(1).do(ben, flow.Reopen{To: flow.Active}).later(1).do(ben, flow.EnterFlow{Flow: "f"}).due(1, "2026-12-07")
	})
	t.Run("not those of settled tasks", func(t *testing.T) {
		before := s.task(2).Due
		s.do(ben, done(2)).do(ben, flow.Reopen{To: flow.Active}).later(7).do(ben, flow.EnterFlow{Flow: "f"})
		equal(t, s.task(2).Due, before)
	})
}

func TestSwitchingFlowsKeepsSettledTasks(t *testing.T) {
	small := aFlow("small",
		status(doc, task("a"), kind(flow.ReviewTimeline, "timeline"), kind(flow.AssignRole, "scribe", holds("scribe"))),
		status(rev, task("b"), task("c"), task("d")))
	other := aFlow("other",
		status("one", kind(flow.ReviewTimeline, "other-timeline"), kind(flow.AssignRole, "comms", holds("communications"))),
		status("two", flow.Template{Key: "same", Kind: flow.Custom, Title: "Task a"}, task("z"), task("d")))
	p := process(other, small)
	p.Flows[0].AppliesTo = []flow.Condition{typeIs("security")}
	s := entered(t, p).do(ben, give(2, cem)).do(ben, done(2)).do(ben, done(1)).do(ben, role("scribe", cem)).is(flow.PostIncident, rev).
		do(ben, skip(4)).tasks("1 done, 2 done, 3 done, 4 not-doing, 5 open, 6 open").
		do(ana, flow.Reopen{To: flow.Active}).do(ana, flow.Update{Type: to(flow.Key("security"))})
	if c := s.process.Closing(s.inc, ana); !c.Other || c.Flow.Key != "other" || c.Paused.Flow != "small" {
		t.Fatalf("closing offers %+v", c)
	}
	if c := s.process.Closing(s.inc, cem); c.Other {
		t.Error("switching is offered to somebody who does not lead")
	}
	s.refuses(cem, flow.EnterFlow{Flow: "other"}, flow.Refusal{Why: flow.OtherFlow, Flow: "Flow small"})
	s.refuses(ana, flow.EnterFlow{Flow: "third"}, flow.Refusal{Why: flow.OtherFlow, Flow: "Flow other"})
	s.do(ana, flow.EnterFlow{Flow: "other"}).is(flow.PostIncident, "one").tasks("2 done, 3 done, 4 not-doing, 7 open, 1 done, 8 open, 9 open")
	if !fact[flow.FlowEntered](s).Switch || s.inc.Snapshot.Flow != "other" {
		t.Errorf("the snapshot is of %s", s.inc.Snapshot.Flow)
	}
	if kept := s.task(2); kept.Template != "other-timeline" || kept.Assignee != "cem" || !kept.ByHand || kept.Settled.By != "ben" {
		t.Errorf("what was settled is not kept: %+v", kept)
	}
	if stray := s.task(3); stray.Status != "one" || stray.State != flow.Done {
		t.Errorf("what nothing corresponds to is not kept: %+v", stray)
	}
	t.Run("and back to the first is a switch too", func(t *testing.T) {
		s.t = t
		s.do(ana, flow.Reopen{To: flow.Active}).do(ana, flow.Update{Type: to(flow.Key("default"))}).do(ana, flow.EnterFlow{Flow: "small"}).
			is(flow.PostIncident, rev).tasks("1 done, 2 done, 3 done, 4 not-doing, 10 open, 11 open")
	})
}

func TestSwitchingOneSettledTaskCountsOnce(t *testing.T) {
	a := aFlow("a", status(doc, kind(flow.ReviewFollowUps, "x"), task("y")))
	b := aFlow("b", status(doc, kind(flow.ReviewFollowUps, "x"), kind(flow.ReviewFollowUps, "z")))
	s := entered(t, process(a)).do(ben, done(1)).do(ben, flow.Reopen{To: flow.Active})
	s.process.Flows = []flow.Flow{b}
	s.do(ana, flow.EnterFlow{Flow: "b"}).tasks("1 done, 3 open")
}
