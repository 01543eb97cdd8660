package flow_test

import (
	"testing"
	"time"

	"epilogue/flow"
)

func TestClosingMeansWhatTheProcessSays(t *testing.T) {
	empty := aFlow("empty")
	major, security := severityAtLeast("major"), typeIs("security")
	other := aFlow("other", status(doc, task("x")))
	onlySecurity := aFlow("secret", status(doc, task("s")))
	onlySecurity.AppliesTo = []flow.Condition{security}
	onlyMajor := func(f *flow.Flow) { f.AppliesTo = []flow.Condition{major} }
	disabled := small().Flows[0]
	disabled.Key, disabled.Disabled = "disabled", true
	for _, c := range []struct {
		name    string
		process flow.Process
		given   []flow.Command
		want    flow.Way
		flow    flow.Key
		because []flow.Condition
	}{
		{"without flows it is plain", process(), nil, flow.PlainWay, "", nil},
		{"with a flow without statuses it is plain", process(empty), nil, flow.PlainWay, "", nil},
		{"the first flow wins, even without statuses", process(empty, other), nil, flow.PlainWay, "", nil},
		{"the first flow wins", process(other, small().Flows[0]), nil, flow.AskWay, "other", nil},
		{"a disabled flow is passed over", process(disabled, other), nil, flow.AskWay, "other", nil},
		{"a flow that does not apply is passed over", process(onlySecurity, other), nil, flow.AskWay, "other", nil},
		{"a flow applies by its conditions", process(onlySecurity, other), []flow.Command{flow.Update{Type: to(flow.Key("security"))}}, flow.AskWay, "secret", nil},
		{"entry ask asks", small(), nil, flow.AskWay, "small", nil},
		{"entry automatic without conditions always enters", small(automatic()), nil, flow.AutomaticWay, "small", nil},
		{"entry automatic asks when its conditions do not match", small(automatic(major)), nil, flow.AskWay, "small", nil},
		{
			"entry automatic says which conditions matched", small(automatic(major)),
			[]flow.Command{flow.Update{Severity: to(flow.Key("critical"))}},
			flow.AutomaticWay, "small",
			[]flow.Condition{major},
		},
		{
			"entry automatic also says for which incidents the flow is", small(automatic(), onlyMajor),
			[]flow.Command{flow.Update{Severity: to(flow.Key("critical"))}},
			flow.AutomaticWay, "small",
			[]flow.Condition{major},
		},
		{"in the flow it is opting out", small(), []flow.Command{flow.EnterFlow{Flow: "small"}}, flow.OptOutWay, "", nil},
		{"closed is closed", small(), []flow.Command{flow.CloseIncident{}}, flow.ClosedWay, "", nil},
		{
			"a paused flow is resumed", small(),
			[]flow.Command{flow.EnterFlow{Flow: "small"}, flow.Reopen{To: flow.Active}},
			flow.ResumeWay, "", nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := declared(t, c.process)
			for _, cmd := range c.given {
				s.do(ana, cmd)
			}
			got := s.process.Closing(s.inc, ben)
			if got.Way != c.want || got.Flow.Key != c.flow {
				t.Errorf("closing is %s with %q, want %s with %q", got.Way, got.Flow.Key, c.want, c.flow)
			}
			equal(t, got.Because, c.because)
		})
	}
}

func TestClosingSaysWhoMayAndWhatIsLeft(t *testing.T) {
	s := entered(t, small(rights(flow.LeadAndAdmins))).do(ben, done(1))
	for who, may := range map[*flow.Actor]bool{&ana: true, &root: true, &ben: false, &guest: false} {
		if got := s.process.Closing(s.inc, *who); got.MayOptOut != may || got.Right != flow.LeadAndAdmins {
			t.Errorf("%s: may opt out is %v, right %s", who.User, got.MayOptOut, got.Right)
		}
	}
	for who, may := range map[*flow.Actor]bool{&ben: true, &guest: false} {
		everyone := entered(t, small())
		if got := everyone.process.Closing(everyone.inc, *who).MayOptOut; got != may {
			t.Errorf("%s, where everyone may: may opt out is %v", who.User, got)
		}
	}
	got := s.process.Closing(s.inc, ana)
	if len(got.LeftUndone) != 3 || got.NeedsLead {
		t.Errorf("left undone are %v, needs a lead: %v", got.LeftUndone, got.NeedsLead)
	}
	s.do(ana, flow.Reopen{To: flow.Active}).do(ana, flow.SetRole{Role: flow.LeadRole})
	got = s.process.Closing(s.inc, ana)
	if len(got.Settled) != 1 || got.Paused.Flow != "small" || !got.NeedsLead || got.Other {
		t.Errorf("paused: %+v", got)
	}
}

func TestClosingPlainly(t *testing.T) {
	t.Run("closes an incident without a flow", func(t *testing.T) {
		s := declared(t, process()).do(ben, flow.CloseIncident{}).is(flow.Closed, investigating).happened("incident-closed")
		equal(t, fact[flow.IncidentClosed](s), flow.IncidentClosed{Plain: true})
		if s.inc.ClosedBy != "ben" || s.inc.ResolvedBy != "ben" || !s.inc.ClosedAt.Equal(monday) {
			t.Errorf("closed by %s at %s, resolved by %s", s.inc.ClosedBy, s.inc.ClosedAt, s.inc.ResolvedBy)
		}
	})
	t.Run("closes without the flow where it is asked for", func(t *testing.T) {
		declared(t, small(rights(flow.Nobody))).do(ben, flow.CloseIncident{}).is(flow.Closed, investigating).tasks("")
	})
	t.Run("is refused where the flow enters by itself", func(t *testing.T) {
		declared(t, small(automatic(), rights(flow.Admins))).
			refuses(ben, flow.CloseIncident{}, flow.Refusal{Why: flow.MustEnter, Flow: "Flow small", Right: flow.Admins})
	})
	t.Run("is refused where a flow is paused", func(t *testing.T) {
		entered(t, small()).do(ben, flow.Reopen{To: flow.Active}).
			refuses(ben, flow.CloseIncident{}, flow.Refusal{Why: flow.MustResume, Flow: "Flow small"})
	})
	t.Run("is refused in the flow and after it", func(t *testing.T) {
		entered(t, small()).refuses(ben, flow.CloseIncident{}, flow.Refusal{Why: flow.AlreadyResolved, By: "ana", Status: doc}).
			do(cem, flow.OptOut{Reason: "why"}).refuses(ben, flow.CloseIncident{}, flow.Refusal{Why: flow.AlreadyClosed, By: "cem"})
	})
}

func TestClosingAsksForALeadWhereNobodyLeads(t *testing.T) {
	for name, c := range map[string]struct {
		process flow.Process
		cmd     func(flow.Person) flow.Command
	}{
		"plain":   {process(), func(p flow.Person) flow.Command { return flow.CloseIncident{Lead: p} }},
		"enter":   {small(), func(p flow.Person) flow.Command { return flow.EnterFlow{Flow: "small", Lead: p} }},
		"opt out": {small(automatic()), func(p flow.Person) flow.Command { return flow.OptOut{Reason: "why", Lead: p} }},
	} {
		t.Run(name, func(t *testing.T) {
			s := declared(t, c.process).do(ana, flow.SetRole{Role: flow.LeadRole})
			s.refuses(ben, c.cmd(flow.Person{}), flow.Refusal{Why: flow.NeedsLead, Field: flow.FieldLead})
			s.refuses(ben, c.cmd(as(guest)), flow.Refusal{Why: flow.CannotBeAssigned, Field: flow.FieldLead, By: "guest"})
			s.do(ben, c.cmd(as(ben)))
			if s.inc.Lead() != "ben" || s.inc.Stage == flow.Active {
				t.Errorf("lead is %q, stage %s", s.inc.Lead(), s.inc.Stage)
			}
			s = declared(t, c.process).do(ben, c.cmd(as(ben)))
			if s.inc.Lead() != "ana" {
				t.Errorf("closing replaced the lead by %q", s.inc.Lead())
			}
		})
	}
	t.Run("resume", func(t *testing.T) {
		s := entered(t, small()).do(ana, flow.Reopen{To: flow.Active}).do(ana, flow.SetRole{Role: flow.LeadRole})
		s.refuses(ben, flow.EnterFlow{Flow: "small"}, because(flow.NeedsLead))
		s.do(ben, flow.EnterFlow{Flow: "small", Lead: as(cem)}).is(flow.PostIncident, doc)
	})
}

func TestEnteringTakesTheSnapshot(t *testing.T) {
	p := small(rights(flow.Admins), automatic(severityAtLeast("minor")))
	p.Version, p.Flows[0].AppliesTo = 7, []flow.Condition{typeIs("default")}
	s := declared(t, p).do(ben, flow.EnterFlow{Flow: "small"}).is(flow.PostIncident, doc).
		happened("flow-entered", "status-entered").tasks("1 open, 2 open, 3 open, 4 open")
	equal(t, *s.inc.Snapshot, flow.Snapshot{
		Flow: "small", Name: "Flow small", Version: 7, OptOut: flow.Admins, Calendar: p.Calendar, Entry: flow.Automatic,
		Statuses: []flow.Label{{Key: doc, Name: "The doc"}, {Key: rev, Name: "The rev"}},
		Because:  []flow.Condition{typeIs("default"), severityAtLeast("minor")},
	})
	if s.inc.ResolvedBy != "ben" || !s.inc.ResolvedAt.Equal(monday) || !s.inc.Since.Equal(monday) {
		t.Errorf("resolved by %s at %s", s.inc.ResolvedBy, s.inc.ResolvedAt)
	}
	if entry := entered(t, small(automatic(severityAtLeast("major")))).inc.Snapshot.Entry; entry != flow.Ask {
		t.Errorf("entry was asked for, and is recorded as %s", entry)
	}
}

func TestEditsOfTheFlowDoNotChangeASnapshot(t *testing.T) {
	p := small(automatic(severityAtLeast("minor")))
	p.Calendar.Holidays = []flow.Date{{Year: 2026, Month: time.December, Day: 25}}
	s := entered(t, p)
	before := deepCopy(t, s.inc)
	f := &p.Flows[0] // edited in place, which is the worst way
	f.Name, f.OptOut, f.EntersWhen[0].Values[0] = "Other", flow.Nobody, "critical"
	f.Statuses[0].Name, f.Statuses[0].Tasks[0].Title = "Renamed", "Renamed"
	f.Statuses = f.Statuses[:1]
	p.Calendar.WorkingDays[0], p.Calendar.Holidays[0] = time.Saturday, flow.Date{Year: 2027, Month: time.January, Day: 1}
	equal(t, s.inc, before)
	s.do(ana, done(1)).do(ana, done(2)).is(flow.PostIncident, rev)
}

func TestEnteringIsRefused(t *testing.T) {
	enter := flow.EnterFlow{Flow: "small"}
	t.Run("when another flow applies than the one shown", func(t *testing.T) {
		declared(t, small()).refuses(ana, flow.EnterFlow{Flow: "old"}, flow.Refusal{Why: flow.OtherFlow, Flow: "Flow small"}).
			refuses(ana, flow.EnterFlow{}, because(flow.OtherFlow))
	})
	t.Run("when no flow applies", func(t *testing.T) {
		declared(t, process()).refuses(ana, enter, because(flow.NoFlow))
		declared(t, process(aFlow("small"))).refuses(ana, enter, because(flow.NoFlow))
	})
	t.Run("when it is in the flow", func(t *testing.T) {
		entered(t, small()).refuses(ana, enter, because(flow.AlreadyResolved))
	})
	t.Run("when its flow is over", func(t *testing.T) {
		entered(t, small()).do(ana, flow.OptOut{Reason: "why"}).refuses(ana, enter, because(flow.AlreadyClosed))
	})
	t.Run("when its flow is paused and no other applies", func(t *testing.T) {
		entered(t, small()).do(ana, flow.Reopen{To: flow.Active}).
			refuses(ana, flow.EnterFlow{Flow: "other"}, flow.Refusal{Why: flow.OtherFlow, Flow: "Flow small"}).
			refuses(ana, flow.EnterFlow{}, because(flow.OtherFlow))
	})
	t.Run("when there would be too many tasks", func(t *testing.T) {
		p := small()
		s := entered(t, p).do(ana, done(1)).do(ana, done(2)).do(ana, flow.Reopen{To: flow.Active}).do(ana, flow.Update{Type: to(flow.Key("security"))})
		many := aFlow("many", status(doc))
		for i := range flow.MaxTasks - 1 {
			many.Statuses[0].Tasks = append(many.Statuses[0].Tasks, task(string(rune('a'+i%26))+string(rune('a'+i/26))))
		}
		s.process.Flows = []flow.Flow{many}
		s.refuses(ana, flow.EnterFlow{Flow: "many"}, flow.Refusal{Why: flow.TooMany, Limit: flow.MaxTasks})
	})
}

func TestAnIncidentThatNeverEnteredCanStartItsFlowLate(t *testing.T) {
	for name, closing := range map[string]flow.Command{"after a plain close": flow.CloseIncident{}, "after opting out": flow.OptOut{Reason: "why"}} {
		t.Run(name, func(t *testing.T) {
			s := declared(t, small()).do(ben, closing).later(3).
				do(cem, flow.EnterFlow{Flow: "small"}).is(flow.PostIncident, doc)
			if !fact[flow.FlowEntered](s).Late || s.inc.ResolvedBy != "ben" || !s.inc.ResolvedAt.Equal(monday) {
				t.Errorf("late: %+v, resolved by %s at %s", fact[flow.FlowEntered](s).Late, s.inc.ResolvedBy, s.inc.ResolvedAt)
			}
			if s.inc.ClosedBy != "" || !s.inc.ClosedAt.IsZero() || s.inc.OptedOut != nil {
				t.Error("it is open again, and still says that it is closed")
			}
		})
	}
	t.Run("without a lead, since that is no closing", func(t *testing.T) {
		declared(t, small()).do(ben, flow.CloseIncident{}).do(ben, flow.SetRole{Role: flow.LeadRole}).
			do(cem, flow.EnterFlow{Flow: "small"}).is(flow.PostIncident, doc)
	})
	t.Run("not the flow that was shown", func(t *testing.T) {
		declared(t, small()).do(ben, flow.CloseIncident{}).refuses(cem, flow.EnterFlow{Flow: "x"}, because(flow.OtherFlow))
	})
	t.Run("no flow applies", func(t *testing.T) {
		declared(t, process()).do(ben, flow.CloseIncident{}).refuses(cem, flow.EnterFlow{Flow: "x"}, because(flow.NoFlow)).
			refuses(cem, flow.Reopen{To: flow.PostIncident}, because(flow.NoFlow))
	})
}

func TestTheIncidentMovesOnWhenTheLastOpenTaskOfItsStatusIsSettled(t *testing.T) {
	for _, c := range []struct {
		name  string
		given []flow.Command
		stage flow.Stage
		in    flow.Key
		tasks string
	}{
		{"not before", []flow.Command{done(1)}, flow.PostIncident, doc, "1 done, 2 open, 3 open, 4 open"},
		{"done", []flow.Command{done(1), done(2)}, flow.PostIncident, rev, "1 done, 2 done, 3 open, 4 open"},
		{"in any order", []flow.Command{done(2), done(1)}, flow.PostIncident, rev, "1 done, 2 done, 3 open, 4 open"},
		{"not doing", []flow.Command{skip(1), skip(2)}, flow.PostIncident, rev, "1 not-doing, 2 not-doing, 3 open, 4 open"},
		{"removed while a settled one remains", []flow.Command{done(1), flow.RemoveTask{Task: 2}}, flow.PostIncident, rev, "1 done, 3 open, 4 open"},
		{"not when all are removed", []flow.Command{flow.RemoveTask{Task: 1}, flow.RemoveTask{Task: 2}}, flow.PostIncident, doc, "3 open, 4 open"},
		{"later tasks can be settled early", []flow.Command{done(4), done(3)}, flow.PostIncident, doc, "1 open, 2 open, 3 done, 4 done"},
		{"a settled status is passed through", []flow.Command{done(3), done(4), done(1), done(2)}, flow.Closed, rev, "1 done, 2 done, 3 done, 4 done"},
		{"after the last status it is closed", []flow.Command{done(1), done(2), done(3), skip(4)}, flow.Closed, rev, "1 done, 2 done, 3 done, 4 not-doing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := entered(t, small())
			for _, cmd := range c.given {
				s.do(ben, cmd)
			}
			s.is(c.stage, c.in).tasks(c.tasks)
		})
	}
	t.Run("a status without tasks is not passed through", func(t *testing.T) {
		s := entered(t, process(aFlow("f", status(doc, task("a")), status("empty"), status(rev, task("b"))))).
			do(ben, done(2)).do(ben, done(1)).is(flow.PostIncident, "empty")
		s.do(cem, flow.MoveOn{From: "empty"}).is(flow.Closed, rev).happened("status-entered", "incident-closed")
	})
	t.Run("the facts say what was done", func(t *testing.T) {
		s := entered(t, small()).do(ben, skip(1)).do(cem, done(3))
		card := s.inc.Card
		s.do(ben, done(2))
		equal(t, fact[flow.StatusEntered](s), flow.StatusEntered{
			Status: rev, From: doc, Card: card, Last: 2, Done: 1, NotDoing: 1, Open: 1, Left: 1,
		})
		card = s.inc.Card
		s.do(cem, done(4))
		equal(t, fact[flow.IncidentClosed](s), flow.IncidentClosed{From: rev, Card: card, Last: 4, Done: 3, NotDoing: 1})
		if s.inc.ClosedBy != "cem" || s.inc.ResolvedBy != "ana" {
			t.Errorf("closed by %s, resolved by %s", s.inc.ClosedBy, s.inc.ResolvedBy)
		}
	})
}

func TestAfterSettlingForetellsWhereTheIncidentGoes(t *testing.T) {
	p := process(aFlow("f", status(doc, task("a"), task("b")), status("mid", task("m")), status("empty"), status(rev, task("c"))))
	for _, c := range []struct {
		name   string
		given  []flow.Command
		task   flow.TaskNumber
		next   flow.Key
		closes bool
		last   bool
	}{
		{"nowhere, one is open besides", nil, 1, "", false, false},
		{"on", []flow.Command{done(2)}, 1, "mid", false, true},
		{"through a settled status, up to one without tasks", []flow.Command{done(2), done(3)}, 1, "empty", false, true},
		{"nowhere, the task is of a later status", []flow.Command{done(2)}, 3, "", false, false},
		{"nowhere, the task is settled", []flow.Command{done(2)}, 2, "", false, false},
		{"nowhere, there is no such task", nil, 99, "", false, false},
		{"to the end", []flow.Command{done(1), done(2), done(3), flow.MoveOn{}}, 4, "", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := entered(t, p)
			for _, cmd := range c.given {
				s.do(ben, cmd)
			}
			next, closes, last := flow.AfterSettling(s.inc, c.task)
			if next != c.next || closes != c.closes || last != c.last {
				t.Fatalf("foretold %q, closes %v, last %v", next, closes, last)
			}
			if !last {
				return
			}
			s.do(ben, done(c.task))
			if closed := s.inc.Stage == flow.Closed; closed != closes || !closed && s.inc.Status != next {
				t.Errorf("it went to %s, %s", s.inc.Stage, s.inc.Status)
			}
		})
	}
}

func TestMovingOnByHand(t *testing.T) {
	on := flow.MoveOn{From: doc, Reason: "enough"}
	t.Run("past open tasks makes them not doing with the reason", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ana, on).is(flow.PostIncident, rev).tasks("1 done, 2 not-doing, 3 open, 4 open")
		equal(t, s.task(2).Settled, flow.Settling{By: "ana", At: monday, Reason: "enough", How: flow.ByMovingOn})
		f := fact[flow.StatusEntered](s)
		if !f.ByHand || f.Done != 1 || f.NotDoing != 1 || f.Left != 2 || f.Last != 0 || len(f.Skipped) != 1 {
			t.Errorf("the fact is %+v", f)
		}
	})
	t.Run("past the last status closes it", func(t *testing.T) {
		s := entered(t, small()).do(root, on).do(root, flow.MoveOn{Reason: "enough"}).is(flow.Closed, rev).
			tasks("1 not-doing, 2 not-doing, 3 not-doing, 4 not-doing")
		if f := fact[flow.IncidentClosed](s); !f.ByHand || f.NotDoing != 4 || f.Done != 0 || f.Reason != "enough" {
			t.Errorf("the fact is %+v", f)
		}
	})
	t.Run("past open tasks takes the lead or an admin, and a reason", func(t *testing.T) {
		entered(t, small()).
			refuses(ben, on, flow.Refusal{Why: flow.NotAllowed, Right: flow.LeadAndAdmins}).
			refuses(ana, flow.MoveOn{Reason: " "}, flow.Refusal{Why: flow.Required, Field: flow.FieldReason})
	})
	t.Run("from a status without tasks takes nobody special and no reason", func(t *testing.T) {
		entered(t, process(aFlow("f", status(doc), status(rev)))).do(ben, flow.MoveOn{From: doc}).is(flow.PostIncident, rev).
			do(cem, flow.MoveOn{From: rev}).is(flow.Closed, rev)
	})
	t.Run("past open tasks takes the right to opt out, where that is restricted", func(t *testing.T) {
		s := entered(t, small(rights(flow.Admins)))
		s.refuses(ana, on, flow.Refusal{Why: flow.NotAllowed, Right: flow.Admins}).do(root, on).is(flow.PostIncident, rev)
		entered(t, small(rights(flow.Nobody))).refuses(root, on, flow.Refusal{Why: flow.NotAllowed, Right: flow.Nobody})
	})
	t.Run("past optional tasks takes no right to opt out", func(t *testing.T) {
		p := process(aFlow("f", status(doc, task("a", optional)), status(rev, task("b"))))
		p.Flows[0].OptOut = flow.Nobody
		entered(t, p).refuses(ben, on, flow.Refusal{Why: flow.NotAllowed, Right: flow.LeadAndAdmins}).do(ana, on).is(flow.PostIncident, rev)
	})
	t.Run("from a status that is over is refused", func(t *testing.T) {
		entered(t, small()).do(ana, on).refuses(ana, on, flow.Refusal{Why: flow.AlreadyMoved, Status: rev})
	})
	t.Run("is nobody's right for want of a lead", func(t *testing.T) {
		entered(t, small()).do(ana, flow.SetRole{Role: flow.LeadRole}).refuses(itself, on, because(flow.NotAllowed)).refuses(ana, on, because(flow.NotAllowed))
	})
	t.Run("outside the flow is refused", func(t *testing.T) {
		declared(t, small()).refuses(ana, on, because(flow.NotInFlow)).do(ana, flow.CloseIncident{}).refuses(ana, on, because(flow.AlreadyClosed))
	})
}

func TestOptingOut(t *testing.T) {
	out := flow.OptOut{Reason: " no customer saw it "}
	t.Run("closes with the reason, and leaves tasks not doing", func(t *testing.T) {
		s := entered(t, small()).do(cem, done(1)).do(ben, out).is(flow.Closed, doc).tasks("1 done, 2 not-doing, 3 not-doing, 4 not-doing")
		equal(t, s.inc.OptedOut, &flow.OptOutOf{By: "ben", Reason: "no customer saw it", Skipped: []flow.TaskNumber{2, 3, 4}})
		equal(t, s.task(2).Settled, flow.Settling{By: "ben", At: monday, Reason: "no customer saw it", How: flow.ByOptOut})
		if s.inc.ClosedBy != "ben" {
			t.Errorf("closed by %s", s.inc.ClosedBy)
		}
	})
	t.Run("takes a reason", func(t *testing.T) {
		entered(t, small()).refuses(ben, flow.OptOut{Reason: "\n"}, flow.Refusal{Why: flow.Required, Field: flow.FieldReason})
	})
	t.Run("instead of entering is the way past automatic entry", func(t *testing.T) {
		s := declared(t, small(automatic())).do(ben, out).is(flow.Closed, investigating).happened("opted-out").tasks("")
		if f := fact[flow.OptedOut](s); f.Flow != "Flow small" || s.inc.Snapshot != nil {
			t.Errorf("the fact is %+v", f)
		}
	})
	t.Run("while paused is closing it in the status where it waits", func(t *testing.T) {
		entered(t, small()).do(ana, flow.Reopen{To: flow.Active}).do(ben, out).is(flow.Closed, doc).tasks("1 not-doing, 2 not-doing, 3 not-doing, 4 not-doing")
	})
	t.Run("of nothing is refused", func(t *testing.T) {
		declared(t, process()).refuses(ben, out, because(flow.NoFlow)).do(ben, flow.CloseIncident{}).refuses(ben, out, because(flow.AlreadyClosed))
	})
}

func TestWhoMayOptOut(t *testing.T) {
	out := flow.OptOut{Reason: "why"}
	actors := []flow.Actor{ben, ana, root}
	for right, may := range map[flow.Right][]bool{
		flow.Everyone:      {true, true, true},
		flow.LeadAndAdmins: {false, true, true},
		flow.Admins:        {false, false, true},
		flow.Nobody:        {false, false, false},
	} {
		for i, who := range actors {
			for name, s := range map[string]*story{
				"in the flow":         entered(t, small(rights(right))),
				"instead of entering": declared(t, small(rights(right), automatic())),
				"while it is paused":  entered(t, small(rights(right))).do(ana, flow.Reopen{To: flow.Active}),
			} {
				t.Run(string(right)+", "+string(who.User)+", "+name, func(t *testing.T) {
					s.t = t
					if got := s.process.Closing(s.inc, who).MayOptOut; got != may[i] {
						t.Errorf("the prompt says %v", got)
					}
					if may[i] {
						s.do(who, out)
					} else {
						s.refuses(who, out, flow.Refusal{Why: flow.NotAllowed, Right: right, Flow: "Flow small"})
					}
				})
			}
			t.Run(string(right)+", "+string(who.User)+", not doing and removing", func(t *testing.T) {
				s := entered(t, process(flow.Flow{
					Key: "f", Name: "F", Entry: flow.Ask, OptOut: right,
					Statuses: []flow.Status{status(doc, task("a"), task("b"), task("c", optional), task("d", optional), task("e"))},
				}))
				s.do(who, skip(3)).do(who, flow.RemoveTask{Task: 4})
				for n, cmd := range map[flow.TaskNumber]flow.Command{1: skip(1), 2: flow.RemoveTask{Task: 2}} {
					if flow.MaySkip(s.inc, s.task(n), who) != may[i] {
						t.Errorf("MaySkip of task %d is %v", n, !may[i])
					}
					if may[i] {
						s.do(who, cmd)
					} else {
						s.refuses(who, cmd, flow.Refusal{Why: flow.NotAllowed, Right: right, Task: n})
					}
				}
				s.do(who, done(5))
			})
		}
	}
}
