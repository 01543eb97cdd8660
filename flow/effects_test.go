package flow_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

// told are effects in short: their kind, and of whom, which card and which tasks they are. What tells of an event must name one of
// the events that were given; @ and its number within them stand for that.
func told(t *testing.T, events []flow.Event) string {
	t.Helper()
	place := func(seq uint64) string {
		for i, ev := range events {
			if ev.Seq == seq {
				return fmt.Sprintf("@%d", i+1)
			}
		}
		return fmt.Sprintf("card %d", seq)
	}
	var out []string
	for _, e := range flow.Effects(events) {
		s := string(e.Tell)
		if e.To != "" {
			s += " to " + string(e.To)
		}
		if e.Card != 0 {
			s += " " + place(e.Card)
		}
		if e.Task != 0 {
			s += fmt.Sprintf(" %d", e.Task)
		}
		if len(e.Tasks) > 0 {
			s += fmt.Sprint(" ", e.Tasks)
		}
		gathered := e.Tell == flow.TellThread || e.Tell == flow.TellAssigned
		if (e.Since != 0) != gathered || (e.Wait == 3*time.Second) != gathered || gathered && e.Since != e.Seq {
			t.Errorf("%s: since %d, waits %s", s, e.Since, e.Wait)
		}
		if at := place(e.Seq); e.Tell != flow.TellHome && !strings.HasPrefix(at, "@") {
			t.Errorf("%s tells of event %d, which is none of these", s, e.Seq)
		}
		if e.Tell == flow.TellCard && e.Card != e.Seq {
			t.Errorf("the card of event %d is %d", e.Seq, e.Card)
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func TestWhoHearsOfWhat(t *testing.T) {
	defaults := process(aFlow("f",
		status(doc, task("a", byRole(flow.LeadRole)), task("b", byRole(flow.LeadRole)), task("c", byDefault("cem"))),
		status(rev, task("d", byDefault("cem")))))
	three := process(aFlow("f", status(doc, task("a")), status("mid", task("b")), status(rev, task("c"))))
	begun := func(t *testing.T) *story { return entered(t, small()) }
	active := func(t *testing.T) *story { return declared(t, small()) }
	enter := flow.EnterFlow{Flow: "f"}
	for _, c := range []struct {
		name  string
		given func(*testing.T) *story
		by    flow.Actor
		when  flow.Command
		then  string
	}{
		{
			"declaring asks for a channel", func(t *testing.T) *story { return fresh(t) }, ben,
			flow.Declare{Name: "x", Lead: as(ana)},
			"open-channel\nrole to ana\nhome to ben\nhome to ana",
		},
		{
			"declaring in a channel posts there, and brings the lead", func(t *testing.T) *story { return fresh(t) }, ben,
			flow.Declare{Name: "x", Lead: as(ana), Use: &flow.Place{Channel: "C1"}},
			"declared\ninvite to ana\nrole to ana\nhome to ben\nhome to ana",
		},
		{
			"asking for a channel again", func(t *testing.T) *story { return fresh(t).do(ben, flow.Declare{Name: "x"}) }, ben,
			flow.RequestChannel{},
			"open-channel",
		},
		{
			"the channel is there", func(t *testing.T) *story { return fresh(t).do(ben, flow.Declare{Name: "x"}) }, itself,
			flow.RecordChannel{Channel: "C1"},
			"declared\ntopic",
		},
		{"an update is posted", active, ben, flow.Update{Severity: to(flow.Key("major"))}, "post\nrefresh-first\nrefresh-card"},
		{"a note tells nobody", active, ben, flow.AddNote{Text: "n"}, ""},
		{"taking part tells nobody", active, ben, flow.Involve{User: "zoe"}, ""},
		{"evidence alone tells nobody", active, itself, evidence(flow.PostmortemAttached, "it"), ""},
		{
			"a role given to somebody", active, ben, role("scribe", cem),
			"refresh-first\nrefresh-card\ninvite to cem\npost\nhome to cem\ntopic\nrole to cem",
		},
		{"a role that nobody had, taken by oneself", active, ben, role("scribe", ben), "refresh-first\nrefresh-card\ninvite to ben\nhome to ben\ntopic\nrole to ben"},
		{
			"a role taken over", active, ben, role(flow.LeadRole, ben),
			"refresh-first\nrefresh-card\ninvite to ben\npost\nhome to ana\nhome to ben\ntopic\nrefresh-dms\nrole to ben",
		},
		{"a role emptied", active, ben, flow.SetRole{Role: flow.LeadRole}, "refresh-first\nrefresh-card\npost\nhome to ana\ntopic\nrefresh-dms"},
		{
			"entering posts one card, and one DM per default assignee", func(t *testing.T) *story { return declared(t, defaults) }, ben, enter,
			"refresh-first\ncard @2\nbookmark\nrefresh-dms\nhome to ana\ninvite to ana\nassignee to ana [1 2]\nhome to cem\ninvite to cem\nassignee to cem [3]",
		},
		{
			"entering with evidence tells it on the card alone", func(t *testing.T) *story {
				return declared(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it"))
			}, ben, enter, "refresh-first\ncard @3\nbookmark\nrefresh-dms",
		},
		{
			"entering a flow that is settled at once closes, without a card", func(t *testing.T) *story {
				return declared(t, process(aFlow("f", status(doc, kind(flow.CreatePostmortem, "x"))))).do(itself, evidence(flow.PostmortemAttached, "it"))
			}, ben, enter, "refresh-first\nrefresh-dms\nhome to ben\npost",
		},
		{"settling goes to the thread, the card and the DMs", begun, ben, done(1), "thread\nrefresh-card\nrefresh-dms"},
		{"not doing too", begun, ben, skip(1), "thread\nrefresh-card\nrefresh-dms"},
		{
			"settling the last one replaces the card", func(t *testing.T) *story { return begun(t).do(ben, done(1)) }, ben, done(2),
			"thread\nrefresh-dms\nshrink-card card 4\ncard @2\nbookmark\nrefresh-first",
		},
		{
			"default assignees of the next status hear of it once, whoever moved it", func(t *testing.T) *story {
				return entered(t, defaults).do(cem, done(1)).do(cem, done(2))
			}, cem, done(3),
			"thread\nrefresh-dms\nshrink-card card 4\ncard @2\nbookmark\nrefresh-first\nhome to cem\ninvite to cem\nassignee to cem [4]",
		},
		{
			"passing through posts one card, and shrinks the one that was there", func(t *testing.T) *story { return entered(t, three).do(ben, done(2)) }, ben, done(1),
			"thread\nrefresh-dms\nshrink-card card 4\ncard @3\nbookmark\nrefresh-first",
		},
		{
			"passing through to the end posts none", func(t *testing.T) *story { return entered(t, three).do(ben, done(2)).do(ben, done(3)) }, ben, done(1),
			"thread\nrefresh-dms\nshrink-card card 4\nrefresh-first\nhome to ben\npost",
		},
		{
			"settling the very last one closes", func(t *testing.T) *story { return entered(t, three).do(ben, done(1)).do(ben, done(2)) }, ben, done(3),
			"thread\nrefresh-dms\nshrink-card card 8\nrefresh-first\nhome to ben\npost",
		},
		{"moving on by hand", begun, ana, flow.MoveOn{Reason: "why"}, "shrink-card card 4\ncard @1\nbookmark\nrefresh-first\nrefresh-dms"},
		{
			"assigning somebody else tells them and the channel", begun, ben, give(1, cem),
			"refresh-card\nrefresh-dms 1\nhome to cem\ninvite to cem\nassigned\nassignee to cem [1]",
		},
		{
			"taking a task from somebody", func(t *testing.T) *story { return begun(t).do(ben, give(1, cem)) }, ben, give(1, ana),
			"refresh-card\nrefresh-dms 1\nhome to cem\nhome to ana\ninvite to ana\nassigned\nassignee to ana [1]",
		},
		{"assigning oneself notifies nobody", begun, ben, give(1, ben), "refresh-card\nrefresh-dms 1\nhome to ben\ninvite to ben"},
		{
			"assigning nobody", func(t *testing.T) *story { return begun(t).do(ben, give(1, cem)) }, ben,
			flow.AssignTask{Task: 1},
			"refresh-card\nrefresh-dms 1\nhome to cem\nthread",
		},
		{
			"tasks that follow a role are one DM", func(t *testing.T) *story { return entered(t, defaults) }, cem, role(flow.LeadRole, ben),
			"refresh-first\nrefresh-card\ninvite to ben\npost\nhome to ana\nhome to ben\ntopic\nrefresh-dms\nrole to ben\n" +
				"refresh-dms 1\nassigned\nassignee to ben [1 2]\nrefresh-dms 2\nassigned",
		},
		{"a due date", begun, ben, flow.SetDue{Task: 1, Due: flow.DateOf(monday)}, "thread\nrefresh-card\nrefresh-dms"},
		{"a task added", begun, ben, flow.AddTask{Title: "x"}, "thread\nrefresh-card\nrefresh-dms"},
		{
			"a task added for somebody", begun, ben,
			flow.AddTask{Title: "x", Assignee: as(cem)},
			"thread\nrefresh-card\nrefresh-dms\ninvite to cem\nassigned\nassignee to cem [5]",
		},
		{"a task removed", begun, ben, flow.RemoveTask{Task: 1}, "thread\nrefresh-card\nrefresh-dms"},
		{"a task reopened", func(t *testing.T) *story { return begun(t).do(ben, done(1)) }, ben, back(1), "thread\nrefresh-card\nrefresh-dms"},
		{
			"going back posts a new card", func(t *testing.T) *story { return begun(t).do(ben, done(1)).do(ben, done(2)) }, ben, back(1),
			"thread\nrefresh-dms\nshrink-card card 7\ncard @2\nbookmark\nrefresh-first",
		},
		{"opting out", begun, ben, flow.OptOut{Reason: "why"}, "shrink-card card 4\nrefresh-first\nrefresh-dms\nhome to ben\npost"},
		{
			"opting out instead of entering posts no card and notifies nobody", func(t *testing.T) *story {
				p := process(defaults.Flows...)
				p.Flows[0].Entry = flow.Automatic
				return declared(t, p)
			}, ben, flow.OptOut{Reason: "why"}, "refresh-first\nrefresh-dms\nhome to ben\npost",
		},
		{"a plain close", active, ben, flow.CloseIncident{}, "refresh-first\nrefresh-dms\nhome to ben\npost"},
		{
			"a plain close with a lead", func(t *testing.T) *story { return active(t).do(ana, flow.SetRole{Role: flow.LeadRole}) }, ben,
			flow.CloseIncident{Lead: as(ben)},
			"refresh-first\ninvite to ben\nhome to ben\ntopic\nrefresh-dms\nrole to ben\npost",
		},
		{"pausing", begun, ben, flow.Reopen{To: flow.Active}, "shrink-card card 4\nrefresh-first\nrefresh-dms\nhome to ben\npost"},
		{
			"reopening to active leaves the old card alone", func(t *testing.T) *story { return begun(t).do(ben, flow.OptOut{Reason: "why"}) }, ben,
			flow.Reopen{To: flow.Active},
			"refresh-first\nrefresh-dms\nhome to ben\npost",
		},
		{
			"reopening into the flow posts a new card, and leaves the old one alone", func(t *testing.T) *story { return begun(t).do(ben, flow.OptOut{Reason: "why"}) }, ben,
			flow.Reopen{To: flow.PostIncident},
			"refresh-first\nrefresh-dms\nhome to ben\ncard @2\nbookmark",
		},
		{
			"reopening into the flow tells evidence on the card alone", func(t *testing.T) *story {
				return entered(t, documented()).do(ben, flow.OptOut{Reason: "why"}).do(itself, evidence(flow.PostmortemAttached, "it"))
			}, ben, flow.Reopen{To: flow.PostIncident}, "refresh-first\nrefresh-dms\nhome to ben\ncard @3\nbookmark",
		},
		{
			"resuming posts a new card", func(t *testing.T) *story { return begun(t).do(ben, flow.Reopen{To: flow.Active}) }, ben,
			flow.EnterFlow{Flow: "small"},
			"refresh-first\ncard @2\nbookmark\nrefresh-dms",
		},
		{
			"evidence found", func(t *testing.T) *story { return entered(t, documented()) }, itself, evidence(flow.PostmortemAttached, "it"),
			"thread\nrefresh-card\nrefresh-dms",
		},
		{
			"evidence gone", func(t *testing.T) *story {
				return entered(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it"))
			}, itself, noEvidence(flow.PostmortemAttached), "thread\nrefresh-card\nrefresh-dms",
		},
		{
			"evidence gone of what is past is told to the lead", func(t *testing.T) *story {
				return entered(t, documented()).do(itself, evidence(flow.PostmortemAttached, "it")).do(ben, flow.OptOut{Reason: "why"})
			}, itself, noEvidence(flow.PostmortemAttached), "past-evidence",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.given(t).do(c.by, c.when)
			equal(t, strings.Split(told(t, s.last), "\n"), strings.Split(c.then, "\n"))
		})
	}
}

func TestADefaultAssigneeWhoseRoleIsEmptyByNowIsNotTold(t *testing.T) {
	s := entered(t, process(aFlow("f", status(doc, task("a", byRole("scribe")))))).do(ben, role("scribe", cem)).do(ben, flow.Reopen{To: flow.Active}).
		do(ben, flow.SetRole{Role: "scribe"}).do(ben, flow.EnterFlow{Flow: "f"}).assigned(1, "")
	equal(t, fact[flow.StatusEntered](s).Assigned, []flow.TaskFor{{Task: 1}})
	equal(t, strings.Split(told(t, s.last), "\n"), strings.Split("refresh-first\ncard @2\nbookmark\nrefresh-dms", "\n"))
}
