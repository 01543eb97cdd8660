package blocks

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

func TestWhatAnEditMeansIsSaid(t *testing.T) {
	uses := []flow.LabelUse{{Flow: "Major"}, {Flow: "Standard", Task: "Write <it>"}}
	for _, c := range []struct {
		given flow.Consequence
		want  string
	}{
		{flow.Consequence{Means: flow.FutureOnly, Flow: "Major"}, "This concerns incidents that are resolved from now on."},
		{
			flow.Consequence{Means: flow.FutureOnly, Flow: "Major", Incidents: 2},
			"This concerns incidents that are resolved from now on. 2 incidents keep their snapshot: they are still in “Major”.",
		},
		{
			flow.Consequence{Means: flow.KeepSnapshot, Flow: "Major", Status: "Reviewing", Incidents: 1},
			"1 incident keeps its snapshot: it is still in “Reviewing”.",
		},
		{flow.Consequence{Means: flow.WaitsForPerson, Status: "Waiting"}, "“Waiting” has no tasks: an incident waits there until somebody moves it on."},
		{
			flow.Consequence{Means: flow.HiddenFlow, Flow: "Major"},
			"“Major” has no statuses: nobody is asked about it, and incidents that it applies to are closed plainly.",
		},
		{
			flow.Consequence{Means: flow.NeverReached, Flow: "Major", Other: "Standard"},
			"No incident gets to “Major”: “Standard” comes before it and applies to every incident. Say which incidents “Standard” is for, or change their order.",
		},
		{flow.Consequence{Means: flow.NoFlowAsks}, "No flow is left that an incident could enter: nobody is asked when one is closed."},
		{
			flow.Consequence{Means: flow.StillUsed, List: flow.Severities, Name: "Minor", Uses: uses, Incidents: 3},
			"“Minor” is offered no more, and stays where it is used: the conditions of “Major”, the task “Write <it>” of “Standard”, 3 incidents not closed yet.",
		},
		{
			flow.Consequence{Means: flow.RankChanged, Uses: uses[:1]},
			"The order of the severities decides what “at least” means. Flows with such a condition: “Major”.",
		},
	} {
		t.Run(string(c.given.Means), func(t *testing.T) {
			if diff := cmp.Diff(c.want, Scene{}.Consequence(c.given).Plain()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestATrialSaysWhichConditionDecided(t *testing.T) {
	major := []flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}}}
	want := []string{
		"INC-7 · Checkout: enters by itself, because severity is at least Major",
		"INC-7 · Checkout: people are asked, because severity is at least Major",
		"INC-7 · Checkout: people are asked; it does not enter by itself, for which it would need: severity is at least Major",
		"INC-7 · Checkout: not for it, since it would need: severity is at least Major",
		"INC-7 · Checkout: goes through “Standard”, which comes first",
		"INC-7 · Checkout: not for it, since the flow is disabled or has no statuses",
	}
	var got []string
	var trials []flow.Trial
	for _, o := range []flow.Outcome{flow.WouldEnter, flow.WouldAsk, flow.WouldAskInstead, flow.NotForIt, flow.OtherFirst, flow.FlowIsOff} {
		trials = append(trials, flow.Trial{Incident: 7, Name: "Checkout", Outcome: o, Because: major, Other: "Standard"})
		got = append(got, Scene{Process: flow.Standard()}.Trial(trials[len(trials)-1]).Plain())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("Of the last 6 incidents, 1 would have entered by themselves, 2 if somebody had said so, 3 not. 1 of these would, if no other flow came first.", Trials(trials).Plain()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("There is no incident yet to try this on.", Trials(nil).Plain()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
