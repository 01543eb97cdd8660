package flow_test

import (
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

func TestSettlingATask(t *testing.T) {
	t.Run("done says by whom and when", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).happened("task-completed")
		equal(t, s.task(1).Settled, flow.Settling{By: "ben", At: monday, How: flow.ByPerson})
	})
	t.Run("not doing says why", func(t *testing.T) {
		s := entered(t, small()).do(ben, flow.SkipTask{Task: 1, Reason: " no\nneed "})
		equal(t, s.task(1).Settled, flow.Settling{By: "ben", At: monday, Reason: "no\nneed", How: flow.ByPerson})
		s.refuses(ben, flow.SkipTask{Task: 2}, flow.Refusal{Why: flow.Required, Field: flow.FieldReason})
	})
	t.Run("twice says who did it first", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, skip(3))
		for _, cmd := range []flow.Command{done(1), skip(1), give(1, cem), flow.SetDue{Task: 1}} {
			s.refuses(cem, cmd, flow.Refusal{Why: flow.AlreadySettled, Task: 1, State: flow.Done, By: "ben", At: monday.UTC()})
		}
		s.refuses(cem, done(3), flow.Refusal{Why: flow.AlreadySettled, State: flow.NotDoing, By: "ben"})
	})
	t.Run("that is not there, or not now, is refused", func(t *testing.T) {
		s := entered(t, small()).do(ben, flow.RemoveTask{Task: 1})
		for _, n := range []flow.TaskNumber{0, -1, 1, 9} {
			for _, cmd := range []flow.Command{done(n), skip(n), give(n, cem), back(n), flow.SetDue{Task: n}, flow.RemoveTask{Task: n}} {
				s.refuses(ben, cmd, flow.Refusal{Why: flow.UnknownTask, Task: n})
			}
		}
		declared(t, small()).refuses(ben, done(1), because(flow.NotInFlow)).do(ben, flow.CloseIncident{}).refuses(ben, done(1), because(flow.AlreadyClosed))
	})
}

func TestAssigningATask(t *testing.T) {
	s := entered(t, small()).do(ben, give(1, cem)).assigned(1, "cem")
	equal(t, fact[flow.TaskAssigned](s), flow.TaskAssigned{Task: 1, To: "cem"})
	s.refuses(ben, give(1, cem), flow.Refusal{Why: flow.AlreadyAssigned, Task: 1, By: "cem"})
	s.do(cem, flow.AssignTask{Task: 1}).assigned(1, "").refuses(cem, flow.AssignTask{Task: 1}, because(flow.AlreadyAssigned))
	s.do(ben, give(4, ben)).assigned(4, "ben") // of a later status
	for _, who := range []flow.Actor{guest, outsider, gone, robot, stranger} {
		s.refuses(ben, give(2, who), flow.Refusal{Why: flow.CannotBeAssigned, Field: flow.FieldAssignee, By: who.User, Standing: who.Standing})
		s.refuses(ben, flow.AddTask{Title: "x", Assignee: as(who)}, flow.Refusal{Why: flow.CannotBeAssigned, By: who.User})
	}
	s.do(ben, give(2, away)).assigned(2, "away") // the channel is public
}

func TestDefaultAssigneesAreAssignedWhenTheirStatusBegins(t *testing.T) {
	p := process(aFlow("f",
		status(doc, task("a", byRole(flow.LeadRole)), task("b", byDefault("cem")), task("c", byRole("scribe"))),
		status(rev, task("d", byRole(flow.LeadRole)), task("e", byDefault("cem")), task("f", byRole(flow.LeadRole)))))
	s := entered(t, p).assigned(1, "ana").assigned(2, "cem").assigned(3, "").assigned(4, "").assigned(5, "").assigned(6, "")
	equal(t, fact[flow.StatusEntered](s).Assigned, []flow.TaskFor{{Task: 1, To: "ana"}, {Task: 2, To: "cem"}})
	s.do(ben, done(4)).do(ben, give(6, ben))
	s.do(ana, flow.MoveOn{Reason: "why"}).assigned(4, "").assigned(5, "cem").assigned(6, "ben")
}

func TestADefaultAssigneeFollowsItsRole(t *testing.T) {
	byLead := func() flow.Process {
		return process(aFlow("f",
			status(doc, task("a", byRole(flow.LeadRole)), task("b", byRole(flow.LeadRole)), task("c")),
			status(rev, task("d", byRole(flow.LeadRole)))))
	}
	t.Run("while the task is open and nobody assigned it by hand", func(t *testing.T) {
		s := entered(t, byLead()).do(ben, give(2, cem)).do(ben, give(2, ana))
		s.do(cem, role(flow.LeadRole, ben)).assigned(1, "ben").assigned(2, "ana").assigned(4, "").happened("role-given", "task-assigned")
		equal(t, fact[flow.TaskAssigned](s), flow.TaskAssigned{Task: 1, From: "ana", To: "ben", ByRole: true})
		s.do(cem, role(flow.LeadRole, cem)).assigned(1, "cem")
	})
	t.Run("to nobody when it is emptied, and to whoever holds it next", func(t *testing.T) {
		entered(t, byLead()).do(ana, flow.SetRole{Role: flow.LeadRole}).assigned(1, "").do(ana, role(flow.LeadRole, ben)).assigned(1, "ben")
	})
	t.Run("not by hand to nobody", func(t *testing.T) {
		entered(t, byLead()).do(ana, flow.AssignTask{Task: 1}).do(ana, role(flow.LeadRole, ben)).assigned(1, "").assigned(2, "ben")
	})
	t.Run("not once it is settled, but when it is open again", func(t *testing.T) {
		s := entered(t, byLead()).do(ana, done(1)).do(ana, role(flow.LeadRole, ben)).assigned(1, "ana")
		s.do(ana, back(1)).assigned(1, "ben").happened("task-reopened", "task-assigned")
	})
	t.Run("across a pause", func(t *testing.T) {
		s := entered(t, byLead()).do(ana, flow.Reopen{To: flow.Active}).do(ana, role(flow.LeadRole, ben)).do(ana, flow.EnterFlow{Flow: "f"})
		s.assigned(1, "ben").assigned(2, "ben")
		s.do(ana, flow.Reopen{To: flow.Active}).do(ana, flow.SetRole{Role: flow.LeadRole}).do(ana, role(flow.LeadRole, cem)).do(ana, flow.EnterFlow{Flow: "f"})
		s.assigned(1, "cem")
	})
	t.Run("across opting out and reopening", func(t *testing.T) {
		entered(t, byLead()).do(ana, flow.OptOut{Reason: "why"}).do(ana, role(flow.LeadRole, ben)).
			do(ana, flow.Reopen{To: flow.PostIncident}).assigned(1, "ben").
			do(ana, flow.OptOut{Reason: "why"}).do(ana, flow.SetRole{Role: flow.LeadRole}).
			do(ana, flow.Reopen{To: flow.PostIncident}).assigned(1, "")
	})
	t.Run("across going back", func(t *testing.T) {
		s := entered(t, byLead()).do(ana, done(1)).do(ana, done(2)).do(ana, done(3)).assigned(4, "ana")
		s.do(ana, back(3)).do(ana, role(flow.LeadRole, ben)).do(ana, done(3)).is(flow.PostIncident, rev).assigned(4, "ben")
	})
}

func TestHandingOverARole(t *testing.T) {
	handed := func(t *testing.T, over bool) *story {
		s := entered(t, small()).do(cem, give(1, ana)).do(cem, give(2, ben)).do(cem, give(3, ana)).do(cem, give(4, ana)).do(cem, done(4))
		return s.do(ana, flow.SetRole{Role: flow.LeadRole, To: as(root), HandOver: over})
	}
	t.Run("takes the open tasks of the former holder along when that is asked for", func(t *testing.T) {
		s := handed(t, true).assigned(1, "root").assigned(2, "ben").assigned(3, "root").assigned(4, "ana")
		if !s.task(1).ByHand {
			t.Error("a task that was handed over does not count as assigned by hand")
		}
	})
	t.Run("else leaves them", func(t *testing.T) { handed(t, false).assigned(1, "ana").assigned(3, "ana") })
	t.Run("that nobody held leaves tasks that are nobody's", func(t *testing.T) {
		entered(t, small()).do(cem, give(1, cem)).do(cem, flow.AssignTask{Task: 1}).
			do(ben, flow.SetRole{Role: "scribe", To: as(ben), HandOver: true}).assigned(1, "").assigned(2, "")
	})
	t.Run("to nobody leaves them", func(t *testing.T) {
		entered(t, small()).do(cem, give(1, ana)).do(ana, flow.SetRole{Role: flow.LeadRole, HandOver: true}).assigned(1, "ana")
	})
}

func TestDueDatesCountFromWhenTheStatusBegins(t *testing.T) {
	p := process(aFlow("f",
		status(doc, task("a", due(1, flow.BusinessDays)), task("b", due(6, flow.Days)), task("c", due(20, flow.Hours)), task("d")),
		status(rev, task("e", due(5, flow.BusinessDays)), task("f", due(1, flow.Days)), task("g", due(1, flow.Days)))))
	p.Calendar.Holidays = []flow.Date{{Year: 2026, Month: 11, Day: 24}}
	s := entered(t, p).due(1, "2026-11-25").due(2, "2026-11-29").due(3, "2026-11-24").due(4, "").due(5, "")
	s.do(ben, flow.SetDue{Task: 6, Due: flow.Date{Year: 2026, Month: 12, Day: 24}})
	s.do(ben, flow.SetDue{Task: 7, Due: flow.Date{Year: 2026, Month: 12, Day: 24}}).do(ben, flow.SetDue{Task: 7})
	s.later(4).do(ana, flow.MoveOn{Reason: "why"}).due(5, "2026-12-04").due(6, "2026-12-24").due(7, "")
	t.Run("and are kept on coming back to it", func(t *testing.T) {
		s.do(ben, back(1)).later(3).do(ben, done(1)).due(5, "2026-12-04").due(1, "2026-11-25")
	})
}

func TestSettingADueDate(t *testing.T) {
	s := entered(t, small())
	tomorrow := flow.Date{Year: 2026, Month: 11, Day: 24}
	s.do(ben, flow.SetDue{Task: 1, Due: tomorrow, Reason: " later "}).due(1, "2026-11-24")
	equal(t, fact[flow.TaskDueSet](s), flow.TaskDueSet{Task: 1, To: tomorrow, Reason: "later"})
	s.refuses(ben, flow.SetDue{Task: 1, Due: tomorrow}, flow.Refusal{Why: flow.NothingToChange, Task: 1})
	s.do(ben, flow.SetDue{Task: 1, Due: flow.DateOf(monday)}).do(ben, flow.SetDue{Task: 1}).due(1, "")
	if n := s.task(1).DueChanges; n != 3 {
		t.Errorf("the date was moved 3 times, it says %d", n)
	}
	t.Run("in the organization's zone, where yesterday is over while it is today elsewhere", func(t *testing.T) {
		night := entered(t, small())
		night.now = time.Date(2026, time.November, 24, 0, 30, 0, 0, berlin)
		night.refuses(ben, flow.SetDue{Task: 1, Due: flow.DateOf(monday)}, because(flow.BadDate)).do(ben, flow.SetDue{Task: 1, Due: tomorrow})
	})
	for name, d := range map[string]flow.Date{
		"yesterday":        {Year: 2026, Month: 11, Day: 22},
		"no day":           {Year: 2027, Month: 2, Day: 30},
		"no month":         {Year: 2027, Month: 13, Day: 1},
		"day zero":         {Year: 2027, Month: 1},
		"beyond the years": {Year: 10000, Month: 1, Day: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.refuses(ben, flow.SetDue{Task: 1, Due: d}, flow.Refusal{Why: flow.BadDate, Field: flow.FieldDue})
			s.refuses(ben, flow.AddTask{Title: "x", Due: d}, flow.Refusal{Why: flow.BadDate, Field: flow.FieldDue})
		})
	}
}

func TestAddingAndRemovingTasks(t *testing.T) {
	t.Run("adds to the current status, or a later one", func(t *testing.T) {
		s := entered(t, small()).do(ben, flow.AddTask{
			Title: "  Tell\nthe press ", Description: " a\nb ", Assignee: as(cem), Due: flow.Date{Year: 2026, Month: 12, Day: 1},
		})
		equal(t, s.task(5), flow.Task{
			Number: 5, Status: doc, Kind: flow.Custom, Title: "Tell the press", Description: "a\nb",
			Assignee: "cem", ByHand: true, Due: flow.Date{Year: 2026, Month: 12, Day: 1}, State: flow.Open,
			Reminded: flow.Reminding{Since: flow.DateOf(monday)},
		})
		s.do(ben, flow.AddTask{Title: "x", Status: rev}).tasks("1 open, 2 open, 5 open, 3 open, 4 open, 6 open")
		s.do(ana, flow.MoveOn{Reason: "why"}).
			refuses(ben, flow.AddTask{Title: "x", Status: doc}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldStatus}).
			refuses(ben, flow.AddTask{Title: "x", Status: "nowhere"}, because(flow.NotOffered))
	})
	t.Run("a status that got a task moves by itself", func(t *testing.T) {
		entered(t, process(aFlow("f", status(doc), status(rev)))).do(ben, flow.AddTask{Title: "x"}).do(ben, done(1)).is(flow.PostIncident, rev)
	})
	t.Run("numbers are never used again", func(t *testing.T) {
		entered(t, small()).do(ben, flow.RemoveTask{Task: 4}).do(ben, flow.AddTask{Title: "x"}).do(ben, flow.RemoveTask{Task: 5}).
			do(ben, flow.AddTask{Title: "y"}).tasks("1 open, 2 open, 6 open, 3 open").refuses(ben, done(4), because(flow.UnknownTask))
	})
	t.Run("there is a limit", func(t *testing.T) {
		s := entered(t, small())
		for range flow.MaxTasks - 4 {
			inc, _, err := flow.Do(s.process, s.inc, flow.AddTask{Title: "x"}, ben, s.now)
			if err != nil {
				t.Fatal(err)
			}
			s.inc = inc
		}
		_, _, err := flow.Do(s.process, s.inc, flow.AddTask{Title: "x"}, ben, s.now)
		equal(t, err, error(flow.Refusal{Why: flow.TooMany, Limit: flow.MaxTasks, Incident: 42}))
	})
	t.Run("removing says what was removed, settled or not", func(t *testing.T) {
		s := entered(t, small()).do(ben, done(1)).do(ben, flow.RemoveTask{Task: 1})
		equal(t, fact[flow.TaskRemoved](s), flow.TaskRemoved{Task: 1, Title: "Task a"})
		s.is(flow.PostIncident, doc).tasks("2 open, 3 open, 4 open")
	})
	t.Run("a later status that lost its tasks waits", func(t *testing.T) {
		entered(t, small()).do(ben, flow.RemoveTask{Task: 3}).do(ben, flow.RemoveTask{Task: 4}).do(ben, done(1)).do(ben, done(2)).is(flow.PostIncident, rev)
	})
}

func TestATaskIsLateWhenItsDayEndsWhereItsAssigneeIs(t *testing.T) {
	p := process(aFlow("f", status(doc, task("a", due(1, flow.Days)), task("b")), status(rev, task("c", due(1, flow.Days)))))
	s := entered(t, p).do(ben, flow.SetDue{Task: 3, Due: flow.Date{Year: 2026, Month: 12, Day: 1}})
	tokyo := time.FixedZone("Tokyo", 9*3600)
	late, ok := flow.Incident.LateAt(s.inc, s.task(1), tokyo)
	if want := time.Date(2026, 11, 25, 0, 0, 0, 0, tokyo); !ok || !late.Equal(want) {
		t.Errorf("late at %s, %v; want %s", late, ok, want)
	}
	never := func(why string, n flow.TaskNumber) {
		t.Helper()
		if at, ok := s.inc.LateAt(s.task(n), berlin); ok {
			t.Errorf("%s, and is late at %s", why, at)
		}
	}
	never("task 2 has no date", 2)
	never("the status of task 3 has not begun", 3)
	s.do(ben, done(1))
	never("task 1 is done", 1)
	s.do(ben, back(1)).do(ben, flow.Reopen{To: flow.Active})
	never("the flow is paused", 1)
}

func TestTextsAreLimitedInCodePoints(t *testing.T) {
	open := func() *story { return entered(t, small()) }
	began := func() *story { return declared(t, small()) }
	fresh := func() *story { return &story{t: t, process: small(), inc: flow.Incident{ID: 42}, now: monday} }
	for name, c := range map[string]struct {
		given func() *story
		cmd   func(string) flow.Command
		field string
		limit int
	}{
		"declare, name":    {fresh, func(s string) flow.Command { return flow.Declare{Name: s} }, flow.FieldName, 150},
		"declare, summary": {fresh, func(s string) flow.Command { return flow.Declare{Name: "x", Summary: s} }, flow.FieldSummary, 2000},
		"update, name":     {began, func(s string) flow.Command { return flow.Update{Name: &s} }, flow.FieldName, 150},
		"update, summary":  {began, func(s string) flow.Command { return flow.Update{Summary: &s} }, flow.FieldSummary, 2000},
		"update, note":     {began, func(s string) flow.Command { return flow.Update{Note: s} }, flow.FieldNote, 1000},
		"note":             {began, func(s string) flow.Command { return flow.AddNote{Text: s} }, flow.FieldNote, 1000},
		"opt out":          {open, func(s string) flow.Command { return flow.OptOut{Reason: s} }, flow.FieldReason, 1000},
		"move on":          {open, func(s string) flow.Command { return flow.MoveOn{Reason: s} }, flow.FieldReason, 1000},
		"reopen":           {open, func(s string) flow.Command { return flow.Reopen{To: flow.Active, Reason: s} }, flow.FieldReason, 1000},
		"not doing":        {open, func(s string) flow.Command { return flow.SkipTask{Task: 1, Reason: s} }, flow.FieldReason, 1000},
		"due date": {open, func(s string) flow.Command {
			return flow.SetDue{Task: 1, Due: flow.DateOf(monday), Reason: s}
		}, flow.FieldReason, 1000},
		"title":       {open, func(s string) flow.Command { return flow.AddTask{Title: s} }, flow.FieldTitle, 300},
		"description": {open, func(s string) flow.Command { return flow.AddTask{Title: "x", Description: s} }, flow.FieldDescription, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.given()
			s.t = t
			fits := strings.Repeat("ü", c.limit-1) + "🎉"
			s.refuses(ana, c.cmd(fits+"x"), flow.Refusal{Why: flow.TooLong, Field: c.field, Limit: c.limit})
			s.do(ana, c.cmd(" "+fits+"\n"))
		})
	}
	for name, c := range map[string]struct {
		s   *story
		cmd flow.Command
		f   string
	}{
		"declare": {fresh(), flow.Declare{Name: " \t"}, flow.FieldName},
		"rename":  {began(), flow.Update{Name: to(" ")}, flow.FieldName},
		"note":    {began(), flow.AddNote{Text: "\n"}, flow.FieldNote},
		"title":   {open(), flow.AddTask{Title: " "}, flow.FieldTitle},
	} {
		t.Run(name+" takes a text", func(t *testing.T) {
			c.s.t = t
			c.s.refuses(ana, c.cmd, flow.Refusal{Why: flow.Required, Field: c.f})
		})
	}
}
