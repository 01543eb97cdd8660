package flow_test

import (
	"testing"

	"epilogue/flow"
)

// documented is a flow whose tasks complete by evidence: 1 to 3 in doc, 4 to 6 in rev.
func documented() flow.Process {
	return process(aFlow("f",
		status(doc, kind(flow.CreatePostmortem, "create"), kind(flow.ScheduleDebrief, "schedule"), task("x")),
		status(rev, kind(flow.CompletePostmortem, "complete"), kind(flow.AssignRole, "scribe", holds("scribe")), task("y"))))
}

func TestEachKindIsCompletedByItsOwnProof(t *testing.T) {
	want := map[flow.Kind]string{
		flow.CreatePostmortem: flow.PostmortemAttached, flow.CompletePostmortem: flow.PostmortemComplete, flow.SharePostmortem: flow.PostmortemShared,
		flow.ScheduleDebrief: flow.DebriefScheduled, flow.AssignRole: "role/scribe",
		flow.ReviewTimeline: "", flow.HoldDebrief: "", flow.ReviewFollowUps: "", flow.Custom: "",
	}
	for _, k := range flow.Kinds() {
		tpl := kind(k, "t")
		if k == flow.AssignRole {
			tpl.Role = "scribe"
		}
		s := entered(t, process(aFlow("f", status(doc, tpl, task("x")))))
		proof, known := want[k]
		if !known || s.task(1).Proof() != proof {
			t.Errorf("%s is completed by %q", k, s.task(1).Proof())
		}
		for _, p := range []string{flow.PostmortemAttached, flow.PostmortemComplete, flow.PostmortemShared, flow.DebriefScheduled} {
			before := s.task(1).State
			if s.do(itself, evidence(p, "it")); s.task(1).State != before && p != proof {
				t.Fatalf("%s was completed by %s", k, p)
			}
		}
		if proof == "role/scribe" {
			s.do(ben, role("communications", ben)).tasks("1 open, 2 open").do(ben, role("scribe", ben))
		}
		if (s.task(1).State == flow.Done) != (proof != "") {
			t.Errorf("%s is %s", k, s.task(1).State)
		}
		s = entered(t, process(aFlow("f", status(doc, tpl, task("x"))))).do(ben, done(1))
		equal(t, s.task(1).Settled.How, flow.ByPerson) // every kind may be settled by hand too
	}
}

func TestEvidenceThatIsThereCompletesTasksOnEntering(t *testing.T) {
	s := declared(t, documented()).do(itself, evidence(flow.PostmortemAttached, "https://doc")).do(ben, role("scribe", cem))
	s.do(ana, flow.EnterFlow{Flow: "f"}).is(flow.PostIncident, doc).tasks("1 done, 2 open, 3 open, 4 open, 5 done, 6 open").
		happened("flow-entered", "task-completed", "task-completed", "status-entered")
	equal(t, s.task(1).Settled, flow.Settling{By: "ana", At: monday, Reason: "https://doc", How: flow.ByEvidence})
	equal(t, fact[flow.TaskCompleted](s), flow.TaskCompleted{Task: 5, Evidence: "cem", Proof: "role/scribe"})
	t.Run("even all of them", func(t *testing.T) {
		p := process(aFlow("f", status(doc, kind(flow.CreatePostmortem, "create"))))
		declared(t, p).do(itself, evidence(flow.PostmortemAttached, "it")).do(ana, flow.EnterFlow{Flow: "f"}).is(flow.Closed, doc)
	})
}

func TestEvidenceCompletesTasksAndMovesTheIncident(t *testing.T) {
	s := entered(t, documented()).do(itself, evidence(flow.PostmortemComplete, "it")).tasks("1 open, 2 open, 3 open, 4 done, 5 open, 6 open").
		do(ben, done(2)).do(ben, done(3)).do(itself, evidence(flow.PostmortemAttached, "it")).is(flow.PostIncident, rev).
		happened("evidence-found", "task-completed", "status-entered")
	s.refuses(itself, evidence(flow.PostmortemAttached, "it"), because(flow.NothingToChange)).
		refuses(itself, noEvidence(flow.DebriefScheduled), because(flow.NothingToChange))
	s.do(itself, evidence(flow.PostmortemAttached, "another")).happened("evidence-found")
	equal(t, s.inc.Evidence, map[string]string{flow.PostmortemAttached: "another", flow.PostmortemComplete: "it"})
}

func TestEvidenceThatGoesAwayReopensWhatItHadCompleted(t *testing.T) {
	t.Run("in the current status", func(t *testing.T) {
		s := entered(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it")).do(itself, noEvidence(flow.PostmortemAttached)).
			tasks("1 open, 2 open, 3 open, 4 open, 5 open, 6 open").happened("evidence-gone", "task-reopened")
		equal(t, fact[flow.TaskReopened](s), flow.TaskReopened{Task: 1, Proof: flow.PostmortemAttached, Reason: "it was detached"})
		if s.task(1).Again {
			t.Error("it counts as opened by a person")
		}
		s.do(itself, evidence(flow.PostmortemAttached, "it")).tasks("1 done, 2 open, 3 open, 4 open, 5 open, 6 open")
	})
	t.Run("in a later status", func(t *testing.T) {
		entered(t, documented()).do(itself, evidence(flow.PostmortemComplete, "it")).do(itself, noEvidence(flow.PostmortemComplete)).
			tasks("1 open, 2 open, 3 open, 4 open, 5 open, 6 open").is(flow.PostIncident, doc)
	})
	t.Run("also when it is a role", func(t *testing.T) {
		s := entered(t, documented()).do(ben, role("scribe", cem)).do(ben, role("scribe", ben)).tasks("1 open, 2 open, 3 open, 4 open, 5 done, 6 open")
		s.do(ben, flow.SetRole{Role: "scribe"}).tasks("1 open, 2 open, 3 open, 4 open, 5 open, 6 open").happened("role-given", "task-reopened")
	})
	t.Run("not what was settled by hand", func(t *testing.T) {
		entered(t, documented()).do(ben, done(1)).do(itself, evidence(flow.PostmortemAttached, "it")).do(itself, noEvidence(flow.PostmortemAttached)).
			tasks("1 done, 2 open, 3 open, 4 open, 5 open, 6 open").happened("evidence-gone")
		entered(t, documented()).do(ben, skip(5)).do(ben, role("scribe", cem)).do(ben, flow.SetRole{Role: "scribe"}).
			tasks("1 open, 2 open, 3 open, 4 open, 5 not-doing, 6 open")
	})
	t.Run("not in an earlier status, where it is noted", func(t *testing.T) {
		s := entered(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it")).do(ana, flow.MoveOn{Reason: "why"}).
			do(itself, noEvidence(flow.PostmortemAttached)).is(flow.PostIncident, rev).happened("evidence-gone")
		equal(t, fact[flow.EvidenceGone](s), flow.EvidenceGone{Proof: flow.PostmortemAttached, Reason: "it was detached", Past: []flow.TaskNumber{1}})
		equal(t, s.task(1).State, flow.Done)
	})
	t.Run("not in an earlier status of a paused flow, where it is noted", func(t *testing.T) {
		s := entered(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it")).do(itself, evidence(flow.PostmortemComplete, "it")).
			do(ana, flow.MoveOn{Reason: "why"}).do(ben, flow.Reopen{To: flow.Active})
		s.do(itself, noEvidence(flow.PostmortemAttached)).happened("evidence-gone")
		s.do(itself, noEvidence(flow.PostmortemComplete)).happened("evidence-gone", "task-reopened")
	})
	t.Run("for whoever holds its role by now", func(t *testing.T) {
		p := process(aFlow("f", status(doc, kind(flow.CreatePostmortem, "create", byRole(flow.LeadRole)), task("x"))))
		entered(t, p).do(itself, evidence(flow.PostmortemAttached, "it")).do(ana, role(flow.LeadRole, ben)).assigned(1, "ana").
			do(itself, noEvidence(flow.PostmortemAttached)).assigned(1, "ben")
	})
	t.Run("not in a closed incident, where it is noted", func(t *testing.T) {
		s := entered(t, documented()).do(itself, evidence(flow.PostmortemComplete, "it")).do(ben, role("scribe", cem)).do(ben, flow.OptOut{Reason: "why"})
		s.do(itself, noEvidence(flow.PostmortemComplete)).is(flow.Closed, doc)
		equal(t, fact[flow.EvidenceGone](s).Past, []flow.TaskNumber{4})
		s.do(ben, flow.SetRole{Role: "scribe"}).happened("role-given", "evidence-gone")
		equal(t, fact[flow.EvidenceGone](s), flow.EvidenceGone{Proof: "role/scribe", Past: []flow.TaskNumber{5}})
	})
}

func TestATaskThatAPersonReopenedIsCompletedAgainOnlyByNewEvidence(t *testing.T) {
	attached := func(t *testing.T) *story {
		return entered(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it")).do(ben, back(1))
	}
	open := "1 open, 2 open, 3 open, 4 open, 5 open, 6 open"
	for name, c := range map[string]struct {
		given []flow.Command
		state flow.TaskState
	}{
		"not by the old one":                 {[]flow.Command{flow.AddNote{Text: "n"}}, flow.Open},
		"not by other evidence":              {[]flow.Command{evidence(flow.PostmortemComplete, "it")}, flow.Open},
		"by new evidence":                    {[]flow.Command{evidence(flow.PostmortemAttached, "new")}, flow.Done},
		"by the same that came back":         {[]flow.Command{noEvidence(flow.PostmortemAttached), evidence(flow.PostmortemAttached, "it")}, flow.Done},
		"not by pausing and resuming":        {[]flow.Command{flow.Reopen{To: flow.Active}, flow.EnterFlow{Flow: "f"}}, flow.Open},
		"not by opting out and reopening":    {[]flow.Command{flow.OptOut{Reason: "why"}, flow.Reopen{To: flow.PostIncident}}, flow.Open},
		"not by opting out of a paused flow": {[]flow.Command{flow.Reopen{To: flow.Active}, flow.OptOut{Reason: "why"}, flow.Reopen{To: flow.Active}, flow.EnterFlow{Flow: "f"}}, flow.Open},
		"by new evidence while it is closed": {[]flow.Command{flow.OptOut{Reason: "why"}, evidence(flow.PostmortemAttached, "new"), flow.Reopen{To: flow.PostIncident}}, flow.Done},
		"by what came back while it is closed": {[]flow.Command{
			evidence(flow.PostmortemAttached, "new"), noEvidence(flow.PostmortemAttached),
			flow.OptOut{Reason: "why"},
			evidence(flow.PostmortemAttached, "it"),
			flow.Reopen{To: flow.PostIncident},
		}, flow.Done},
		"by a person": {[]flow.Command{done(1)}, flow.Done},
	} {
		t.Run(name, func(t *testing.T) {
			s := attached(t).tasks(open)
			for _, cmd := range c.given {
				s.do(ben, cmd)
			}
			equal(t, s.task(1).State, c.state)
		})
	}
	t.Run("also when it was to be done again on resuming, or on reopening", func(t *testing.T) {
		s := entered(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it")).do(ben, flow.Reopen{To: flow.Active}).
			do(ben, flow.EnterFlow{Flow: "f", Again: []flow.TaskNumber{1}}).tasks(open)
		s.do(ben, done(1)).do(ben, flow.OptOut{Reason: "why"}).do(ben, flow.Reopen{To: flow.PostIncident, Tasks: []flow.TaskNumber{1}})
		equal(t, s.task(1).State, flow.Open)
	})
	t.Run("also when the flow is switched", func(t *testing.T) {
		s := attached(t).do(ben, flow.Reopen{To: flow.Active})
		s.process.Flows[0].Key = "g"
		s.do(ana, flow.EnterFlow{Flow: "g"})
		equal(t, s.inc.Tasks[0].State, flow.Open)
		s.do(itself, evidence(flow.PostmortemAttached, "new"))
		equal(t, s.inc.Tasks[0].State, flow.Done)
	})
	t.Run("also when it is a role", func(t *testing.T) {
		s := entered(t, documented()).do(ben, role("scribe", cem)).do(ben, back(5)).do(ben, flow.AddNote{Text: "n"}).tasks(open)
		s.do(ben, role("scribe", ben))
		equal(t, s.task(5).State, flow.Done)
	})
	t.Run("but what opting out had settled is completed by what is there", func(t *testing.T) {
		s := entered(t, documented()).do(ben, flow.OptOut{Reason: "why"}).do(itself, evidence(flow.PostmortemAttached, "it"))
		equal(t, s.task(1).State, flow.NotDoing)
		s.do(ben, flow.Reopen{To: flow.PostIncident}).tasks("1 done, 2 open, 3 open, 4 open, 5 open, 6 open")
	})
}

func TestEvidenceWhileTheFlowIsPausedCountsWhenItIsResumed(t *testing.T) {
	s := entered(t, documented()).do(itself, evidence(flow.PostmortemComplete, "it")).do(ben, done(2)).do(ben, done(3)).do(ben, flow.Reopen{To: flow.Active})
	s.do(itself, evidence(flow.PostmortemAttached, "it")).is(flow.Active, investigating).
		do(itself, noEvidence(flow.PostmortemComplete)).is(flow.Active, investigating)
	s.do(ben, flow.EnterFlow{Flow: "f"}).is(flow.PostIncident, rev).tasks("1 done, 2 done, 3 done, 4 open, 5 open, 6 open")
}

func TestEvidenceThatCameWhileClosedCountsWhenTheFlowIsResumed(t *testing.T) {
	entered(t, documented()).do(ben, flow.OptOut{Reason: "why"}).do(itself, evidence(flow.PostmortemAttached, "it")).
		do(ben, flow.Reopen{To: flow.Active}).tasks("1 open, 2 open, 3 open, 4 open, 5 open, 6 open").
		do(ben, flow.EnterFlow{Flow: "f"}).tasks("1 done, 2 open, 3 open, 4 open, 5 open, 6 open")
}

func TestRolesAreNoEvidenceToReport(t *testing.T) {
	entered(t, documented()).do(ben, role("scribe", cem)).
		refuses(itself, noEvidence("role/scribe"), because(flow.NothingToChange)).tasks("1 open, 2 open, 3 open, 4 open, 5 done, 6 open")
}
