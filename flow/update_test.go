package flow_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// offered are the ids of what the lead could bring up to date.
func (s *story) offered() []string {
	u, _ := s.process.SnapshotUpdate(s.inc, ana)
	var out []string
	for _, c := range u.Changes {
		out = append(out, c.ID)
	}
	return out
}

// update brings the incident up to date as ana was shown it: all of it, or only the changes named.
func (s *story) update(only ...string) *story {
	s.t.Helper()
	u, ok := s.process.SnapshotUpdate(s.inc, ana)
	if !ok {
		s.t.Fatal("there is nothing to update")
	}
	if len(only) == 0 {
		only = s.offered()
	}
	return s.do(ana, flow.UpdateSnapshot{Flow: u.Flow.Key, Version: u.Version, Changes: only})
}

func TestAnIncidentIsBroughtUpToDateChangeByChange(t *testing.T) {
	write := flow.Template{Kind: flow.Custom, Title: "Write it down", Due: flow.Offset{N: 2, Unit: flow.BusinessDays}, Assignee: flow.Assignee{Role: flow.LeadRole}}
	s := entered(t, small()).edited(
		flow.AddTemplate{Flow: "small", Status: doc, Task: write},
		flow.EditTemplate{Flow: "small", Task: "b", To: flow.Template{Kind: flow.Custom, Title: "B, but better"}},
		flow.RemoveTemplate{Flow: "small", Task: "c"},
		flow.AddStatus{Flow: "small", Name: "Learning"},
		flow.EditFlow{Flow: "small", Name: to("Little"), OptOut: to(flow.Admins)},
	)
	equal(t, s.offered(), []string{"flow", "statuses", "add:write-it-down-2", "task:2", "task:3"})

	s.update("add:write-it-down-2").happened("snapshot-updated").tasks("1 open, 2 open, 5 open, 3 open, 4 open")
	s.assigned(5, "ana").due(5, "2026-11-25") // two business days from now, which is a Monday
	equal(t, s.inc.Snapshot.Version, 1)       // there is more to choose
	equal(t, s.task(2).Title, "Task b")

	s.update("task:2", "task:3").tasks("1 open, 2 open, 5 open, 4 open")
	equal(t, s.task(2).Title, "B, but better")
	equal(t, s.inc.Snapshot.Name, "Flow small")

	s.update().tasks("1 open, 2 open, 5 open, 4 open")
	equal(t, s.inc.Snapshot.Version, 6)
	equal(t, s.inc.Snapshot.Name, "Little")
	equal(t, s.inc.Snapshot.OptOut, flow.Admins)
	equal(t, len(s.inc.Snapshot.Statuses), 3)
	equal(t, s.offered(), []string(nil))
	s.refuses(ana, flow.UpdateSnapshot{Flow: "small", Version: 6}, because(flow.NothingToChange))
}

func TestSettledTasksAreKeptWhateverBecameOfTheFlow(t *testing.T) {
	s := entered(t, small()).do(ben, done(1)).do(ben, skip(3)).edited(
		flow.RemoveTemplate{Flow: "small", Task: "a"},
		flow.EditTemplate{Flow: "small", Task: "c", To: flow.Template{Kind: flow.Custom, Title: "Other"}},
		flow.RemoveTemplate{Flow: "small", Task: "d"},
	)
	before := s.task(1)
	s.update().tasks("1 done, 2 open, 3 not-doing")
	equal(t, s.task(1), before)
	equal(t, s.task(3).Title, "Task c")
}

func TestATaskThatPeopleTookOffIsNotOfferedAgain(t *testing.T) {
	s := entered(t, small()).do(ben, flow.RemoveTask{Task: 2}).edited(flow.AddTemplate{Flow: "small", Status: doc, Task: flow.Template{Kind: flow.Custom, Title: "New"}})
	equal(t, s.offered(), []string{"add:new-2"})
	s.update().tasks("1 open, 5 open, 3 open, 4 open")
}

func TestNumbersAreNotReusedByAnUpdate(t *testing.T) {
	s := entered(t, small()).edited(flow.RemoveTemplate{Flow: "small", Task: "d"}).update().tasks("1 open, 2 open, 3 open")
	s.edited(flow.AddTemplate{Flow: "small", Status: rev, Task: flow.Template{Kind: flow.Custom, Title: "New"}}).update()
	s.tasks("1 open, 2 open, 3 open, 5 open")
}

func TestATaskOfAStatusThatIsOverComesIntoTheCurrentOne(t *testing.T) {
	s := entered(t, small()).do(ben, done(1)).do(ben, done(2)).is(flow.PostIncident, rev)
	s.edited(flow.AddTemplate{Flow: "small", Status: doc, Task: flow.Template{Kind: flow.Custom, Title: "Late"}}).update()
	equal(t, s.task(5).Status, rev)
	equal(t, s.offered(), []string(nil))
}

func TestAnUpdateThatLeavesNothingOpenMovesOn(t *testing.T) {
	s := entered(t, small()).do(ben, done(1)).edited(flow.RemoveTemplate{Flow: "small", Task: "b"})
	s.update("task:2").happened("snapshot-updated", "status-entered").is(flow.PostIncident, rev)
}

func TestAnUpdateCompletesWhatItsEvidenceIsThereFor(t *testing.T) {
	s := entered(t, small()).do(itself, evidence(flow.PostmortemAttached, "https://docs/1"))
	s.edited(flow.AddTemplate{Flow: "small", Status: doc, Task: flow.Template{Kind: flow.CreatePostmortem}}).update().happened("snapshot-updated", "task-completed")
	s.tasks("1 open, 2 open, 5 done, 3 open, 4 open")
}

func TestADateThatSomebodyMovedStaysWhenTheFlowHasAnotherOffset(t *testing.T) {
	f := aFlow("f", status(doc, task("a", due(1, flow.Days)), task("b", due(1, flow.Days))))
	moved := flow.DateOf(monday).AddDays(9)
	s := entered(t, process(f)).do(ben, flow.SetDue{Task: 1, Due: moved}).later(1)
	for _, key := range []flow.Key{"a", "b"} {
		s.edited(flow.EditTemplate{Flow: "f", Task: key, To: flow.Template{Kind: flow.Custom, Title: "Task " + string(key), Due: flow.Offset{N: 4, Unit: flow.Days}}})
	}
	s.update().due(1, moved.String()).due(2, flow.DateOf(monday).AddDays(4).String()) // from when the status began
}

func TestWhoeverIsTheDefaultNowGetsTheTaskUnlessSomebodyDecided(t *testing.T) {
	f := aFlow("f", status(doc, task("a", byRole(flow.LeadRole)), task("b", byRole(flow.LeadRole))))
	s := entered(t, process(f)).do(ben, give(1, ben))
	for _, key := range []flow.Key{"a", "b"} {
		s.edited(flow.EditTemplate{Flow: "f", Task: key, To: flow.Template{Kind: flow.Custom, Title: "Task " + string(key), Assignee: flow.Assignee{User: "cem"}}})
	}
	s.update().assigned(1, "ben").assigned(2, "cem")
	equal(t, fact[flow.SnapshotUpdated](s).Assigned, []flow.TaskFor{{Task: 2, To: "cem"}})
}

func TestAStatusGoneFromTheFlowStaysForAsLongAsItHoldsTasks(t *testing.T) {
	s := entered(t, small()).do(ben, done(3)).edited(flow.RemoveStatus{Flow: "small", Status: rev})
	s.update().tasks("1 open, 2 open, 3 done")
	equal(t, len(s.inc.Snapshot.Statuses), 2)

	s = entered(t, small()).edited(flow.RemoveStatus{Flow: "small", Status: rev}).update().tasks("1 open, 2 open")
	equal(t, len(s.inc.Snapshot.Statuses), 1)
}

func TestOnlyTheLeadAndAdminsBringAnIncidentUpToDate(t *testing.T) {
	s := entered(t, small()).edited(flow.AddStatus{Flow: "small", Name: "More"})
	for _, who := range []flow.Actor{ben, cem} {
		s.refuses(who, flow.UpdateSnapshot{Flow: "small", Version: 2, Changes: []string{"statuses"}}, because(flow.LeadOnly))
	}
	s.refuses(guest, flow.UpdateSnapshot{Flow: "small", Version: 2, Changes: []string{"statuses"}}, because(flow.NotAFullMember))
	s.do(root, flow.UpdateSnapshot{Flow: "small", Version: 2, Changes: []string{"statuses"}})
}

func TestAnotherFlowTakesThePlaceOfTheOneThatTheIncidentIsIn(t *testing.T) {
	security := aFlow("security", status("look", kind(flow.CreatePostmortem, "pm"), task("new")), status("end", task("last")))
	security.AppliesTo = []flow.Condition{typeIs("security")}
	own := aFlow("own", status(doc, kind(flow.CreatePostmortem, "write"), task("a"), task("b")), status(rev, task("c")))
	s := entered(t, process(security, own)).do(ben, done(2)).do(ben, give(1, cem)).do(ben, flow.AddTask{Title: "Ours"})
	card := s.inc.Card
	s.do(ben, flow.Update{Type: to(flow.Key("security"))})
	u, ok := s.process.SnapshotUpdate(s.inc, ana)
	if !ok || !u.Switch {
		t.Fatalf("it is offered %+v", u)
	}
	equal(t, s.offered(), []string{"add:new", "add:last", "task:3", "task:4"})
	resolved := s.inc.ResolvedAt
	s.later(1).update("add:new", "task:3").happened("flow-entered", "status-entered")
	// The document is asked for by both flows, a is settled, c was not chosen to go, and Ours is of this incident.
	s.is(flow.PostIncident, "look").tasks("1 open, 2 done, 4 open, 5 open, 6 open").assigned(1, "cem")
	equal(t, s.inc.Snapshot.Flow, flow.Key("security"))
	equal(t, s.inc.ResolvedAt, resolved)
	equal(t, fact[flow.FlowEntered](s).Card, card)
	shrunk := slices.ContainsFunc(flow.Effects(s.last), func(e flow.Effect) bool { return e.Tell == flow.TellShrink && e.Card == card })
	if !shrunk {
		t.Error("the card of the status that this ended stays")
	}
	equal(t, s.offered(), []string{"add:last"})
}

func TestWhoMayLeaveNothingUndoneLosesNothingByAnotherFlow(t *testing.T) {
	security := aFlow("security", status("look", task("new")))
	security.AppliesTo = []flow.Condition{typeIs("security")}
	own := aFlow("own", status(doc, task("a"), task("b", optional)))
	own.OptOut = flow.Nobody
	s := entered(t, process(security, own)).do(ben, flow.Update{Type: to(flow.Key("security"))})
	equal(t, s.offered(), []string{"add:new", "task:2"})
	s.update().tasks("1 open, 3 open")
}

func TestAnyEditAndAnyUpdateKeepThePromises(t *testing.T) {
	updates := 0
	rapid.Check(t, func(t *rapid.T) {
		s := declared(t, anyProcess(t))
		h := history{story: s, numbers: map[flow.TaskNumber]bool{}}
		h.holds(flow.Incident{})
		for range 10 + upTo(t, 31) {
			if maybe(t, 30) {
				h.anyEdit(t)
			}
			if maybe(t, 20) {
				s.later(upTo(t, 4))
			}
			if u, ok := s.process.SnapshotUpdate(s.inc, root); ok && maybe(t, 50) {
				updates++
				h.update(t, u)
				continue
			}
			h.step(t)
		}
	})
	if updates < 50 {
		t.Errorf("only %d updates were made", updates)
	}
}

// anyEdit edits the process, and checks that no incident notices.
func (h *history) anyEdit(t *rapid.T) {
	before := stored(t, h.inc)
	e := anyEdit(t, h.process)
	if _, removes := e.(flow.RemoveFlow); removes && len(h.process.Flows) == 1 {
		return // the histories take it that there is one
	}
	next, err := flow.Edit(h.process, e, root)
	if err != nil {
		return
	}
	t.Logf("%T%+v", e, e)
	if problems := next.Check(); len(problems) > 0 {
		t.Fatalf("%T%+v: %v", e, e, problems)
	}
	h.process = next
	if !bytes.Equal(stored(t, h.inc), before) {
		t.Fatalf("%T%+v changed an incident", e, e)
	}
}

// update chooses some of what is offered.
func (h *history) update(t *rapid.T, u flow.SnapshotUpdate) {
	var chosen []string
	all := maybe(t, 50)
	for _, c := range u.Changes {
		if all || maybe(t, 50) {
			chosen = append(chosen, c.ID)
		}
	}
	before := h.inc
	cmd := flow.UpdateSnapshot{Flow: u.Flow.Key, Version: u.Version, Changes: chosen}
	err := h.try(root, cmd)
	if err != nil {
		if len(chosen) > 0 || u.Switch {
			t.Fatalf("%+v: %v", cmd, err)
		}
		return
	}
	t.Logf("%+v", cmd)
	h.updated = true
	h.holds(before)
	h.updated = false
	for _, was := range before.Tasks {
		if is, there := h.inc.Task(was.Number); was.State != flow.Open && (!there || is.State != was.State || is.Settled != was.Settled) {
			t.Fatalf("task %d was %s, and is %+v", was.Number, was.State, is)
		}
	}
	if rest, more := h.process.SnapshotUpdate(h.inc, root); all && more && !u.Switch && h.inc.Status == before.Status {
		t.Fatalf("all was chosen, and there is more: %+v", rest.Changes)
	}
}
