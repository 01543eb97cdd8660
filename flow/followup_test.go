package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// followUps adds so many follow-ups to a story.
func followUps(s *story, n int) *story {
	for i := range n {
		s.happens(flow.FollowUpAdded{FollowUp: flow.FollowUp{Number: flow.FollowUpNumber(i + 1), Title: fmt.Sprintf("Follow-up %d", i+1), State: flow.Open}})
	}
	return s
}

// happens records a fact by ana, without asking the rules.
func (s *story) happens(f flow.Fact) {
	ev := flow.Event{Seq: s.inc.Rev + 1, At: s.now.UTC(), By: "ana", Fact: f}
	s.inc, s.last, s.events = flow.Apply(s.inc, ev), []flow.Event{ev}, append(s.events, ev)
}

func settled(n flow.FollowUpNumber) flow.Command {
	return flow.SettleFollowUp{FollowUp: n, State: flow.Done}
}

// followUp is the only follow-up of a story.
func (s *story) followUp() flow.FollowUp {
	s.t.Helper()
	if len(s.inc.FollowUps) != 1 {
		s.t.Fatalf("there are %d follow-ups", len(s.inc.FollowUps))
	}
	return s.inc.FollowUps[0]
}

func TestAFollowUpIsAddedChangedAndSettledInEveryStageAndMovesNothing(t *testing.T) {
	for name, s := range map[string]*story{
		"active":        declared(t, small()),
		"post-incident": entered(t, small()),
		"closed":        entered(t, small()).do(ana, flow.OptOut{Reason: "why"}),
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			stage, status := s.inc.Stage, s.inc.Status
			day := flow.DateOf(monday.AddDate(0, 0, 3))
			s.do(ben, flow.AddFollowUp{
				Title: "  Retry   the payment\nprovider ", Owner: as(cem), Priority: flow.High, Due: day, Link: " https://tracker.example/browse/PAY-1?a=b ",
				Message: flow.Message{Channel: "C1", TS: "1.2"},
			}).happened("follow-up-added")
			equal(t, s.followUp(), flow.FollowUp{
				Number: 1, Title: "Retry the payment provider", Owner: "cem", Priority: flow.High, Due: day, Link: "https://tracker.example/browse/PAY-1?a=b",
				Message: flow.Message{Channel: "C1", TS: "1.2"}, State: flow.Open, AddedBy: "ben",
				Added: s.now.UTC(), Reminded: flow.FollowUpReminding{Since: flow.DateOf(s.now)},
			})
			nobody, never, low := flow.Person{}, flow.Date{}, flow.Low
			s.do(cem, flow.EditFollowUp{FollowUp: 1, Title: to("Retry it"), Owner: &nobody, Due: &never, Priority: &low, Link: to("")})
			equal(t, fact[flow.FollowUpEdited](s), flow.FollowUpEdited{
				FollowUp: 1, Title: &flow.Change{From: "Retry the payment provider", To: "Retry it"}, Owner: &flow.Change{From: "cem"},
				Priority: &flow.Change{From: "high", To: "low"}, Due: &flow.Change{From: day.String()}, Link: &flow.Change{From: "https://tracker.example/browse/PAY-1?a=b"},
			})
			s.do(cem, flow.SettleFollowUp{FollowUp: 1, State: flow.NotDoing, Reason: " no need "})
			if got := s.followUp(); got.State != flow.NotDoing || got.Settled.Reason != "no need" || got.Settled.By != "cem" {
				t.Errorf("settled, it is %+v", got)
			}
			equal(t, len(s.inc.OpenFollowUps()), 0)
			s.do(ben, flow.ReopenFollowUp{FollowUp: 1}).do(ben, settled(1)).is(stage, status)
		})
	}
}

func TestAFollowUpsOwnerAndDateStayWhereNobodyChangesThem(t *testing.T) {
	s := declared(t, small()).do(ben, flow.AddFollowUp{Title: "x", Owner: as(cem), Due: flow.DateOf(monday)}).later(3)
	gone := flow.Person{User: "cem", Standing: flow.Deactivated}
	was := s.followUp().Due
	s.do(ana, flow.EditFollowUp{FollowUp: 1, Title: to("y"), Owner: &gone, Due: &was})
	equal(t, s.followUp().Owner, as(cem).User)
	s.refuses(ana, flow.EditFollowUp{FollowUp: 1, Owner: &gone, Due: &was, Title: to("y")}, because(flow.NothingToChange))
	s.do(ana, flow.EditFollowUp{FollowUp: 1, Owner: &flow.Person{}})
	s.refuses(ana, flow.EditFollowUp{FollowUp: 1, Owner: &gone}, flow.Refusal{Why: flow.CannotBeAssigned, Field: flow.FieldOwner})
	yesterday := flow.DateOf(monday).AddDays(1)
	s.refuses(ana, flow.EditFollowUp{FollowUp: 1, Due: &yesterday}, flow.Refusal{Why: flow.BadDate, Field: flow.FieldDue})
}

func TestWhatCannotBeAFollowUpIsRefusedBesideItsField(t *testing.T) {
	for name, c := range map[string]struct {
		cmd  flow.AddFollowUp
		want flow.Refusal
	}{
		"no title":             {flow.AddFollowUp{Title: " \n"}, flow.Refusal{Why: flow.Required, Field: flow.FieldTitle}},
		"a long title":         {flow.AddFollowUp{Title: strings.Repeat("é", 301)}, flow.Refusal{Why: flow.TooLong, Field: flow.FieldTitle, Limit: 300}},
		"a guest":              {flow.AddFollowUp{Title: "x", Owner: as(guest)}, flow.Refusal{Why: flow.CannotBeAssigned, Field: flow.FieldOwner, By: "guest"}},
		"a priority of nobody": {flow.AddFollowUp{Title: "x", Priority: "urgent"}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldPriority}},
		"yesterday":            {flow.AddFollowUp{Title: "x", Due: flow.DateOf(monday).AddDays(-1)}, flow.Refusal{Why: flow.BadDate, Field: flow.FieldDue}},
		"no address":           {flow.AddFollowUp{Title: "x", Link: "PAY-1"}, flow.Refusal{Why: flow.BadLink, Field: flow.FieldLink}},
	} {
		t.Run(name, func(t *testing.T) {
			declared(t, small()).refuses(ben, c.cmd, c.want)
		})
	}
	s := followUps(declared(t, small()), 1)
	s.refuses(ben, flow.SettleFollowUp{FollowUp: 1, State: flow.NotDoing, Reason: " "}, flow.Refusal{Why: flow.Required, Field: flow.FieldReason})
	s.refuses(ben, flow.SettleFollowUp{FollowUp: 1, State: flow.Open}, because(flow.NotOffered))
}

func TestALinkIsAWebAddressThatMisleadsNobody(t *testing.T) {
	s := followUps(declared(t, small()), 1)
	for _, good := range []string{
		"https://tracker.example/browse/PAY-1", "http://jira:8080/x?y=z#w", "https://xn--80ak6aa92e.com/", "https://[2001:db8::1]/issue", "HTTPS://Tracker.Example/é",
	} {
		s.do(ben, flow.EditFollowUp{FollowUp: 1, Link: &good})
		equal(t, s.followUp().Link, good)
	}
	for _, bad := range []string{
		"javascript:alert(1)", "data:text/html,x", "ftp://a.example", "tracker.example/x", "//tracker.example", "https://", "https:///x", "https://ana:secret@tracker.example/",
		"https://tracker.example@evil.example/", "https://аpple.com/", "https://a.example/<!channel>", "https://a.example/|x", "https://a.example/a b", "https://a.example/\u202egpj",
		"https://a.example\\@evil.example", "https://a.example/\n", "<https://a.example|x>", "https://a%2eexample/", "https://...", "https://a.example:x/",
	} {
		err := s.try(ben, flow.EditFollowUp{FollowUp: 1, Link: &bad})
		if strings.TrimSpace(bad) != bad { // space around it is not part of it
			continue
		}
		var no flow.Refusal
		if !errors.As(err, &no) || no.Why != flow.BadLink || no.Field != flow.FieldLink {
			t.Errorf("%q: %v", bad, err)
		}
	}
	long := "https://a.example/" + strings.Repeat("x", 4000)
	s.refuses(ben, flow.EditFollowUp{FollowUp: 1, Link: &long}, flow.Refusal{Why: flow.TooLong, Field: flow.FieldLink, Limit: flow.MaxLink})
}

func TestAFollowUpIsToldQuietly(t *testing.T) {
	owned := func(s *story) *story { return s.do(ben, flow.AddFollowUp{Title: "x", Owner: as(cem)}) }
	for name, c := range map[string]struct {
		given *story
		when  flow.Command
		then  string
	}{
		"added":                  {entered(t, small()), flow.AddFollowUp{Title: "x"}, "thread\nrefresh-follow-up"},
		"added for oneself":      {entered(t, small()), flow.AddFollowUp{Title: "x", Owner: as(ben)}, "thread\nrefresh-follow-up\nhome to ben"},
		"added for another":      {entered(t, small()), flow.AddFollowUp{Title: "x", Owner: as(cem)}, "thread\nrefresh-follow-up\nfollow-up to cem\nhome to cem"},
		"given to another":       {owned(entered(t, small())), flow.EditFollowUp{FollowUp: 1, Owner: to(as(ana))}, "thread\nrefresh-follow-up\nfollow-up to ana\nhome to cem\nhome to ana"},
		"given to nobody":        {owned(entered(t, small())), flow.EditFollowUp{FollowUp: 1, Owner: &flow.Person{}}, "thread\nrefresh-follow-up\nhome to cem"},
		"done":                   {owned(entered(t, small())), settled(1), "thread\nrefresh-follow-up"},
		"a message was pinned":   {entered(t, small()), flow.PinMessage{Message: flow.Message{TS: "1"}}, ""},
		"and its pin taken away": {pins(entered(t, small()), 1), flow.UnpinMessage{Message: flow.Message{TS: "0"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.given.t = t
			s := c.given.do(ben, c.when)
			equal(t, told(t, s.last), c.then)
		})
	}
	s := owned(entered(t, small()))
	before := s.inc
	s.do(ben, settled(1))
	homes := flow.Homes(before, s.inc)
	if len(homes) != 1 || homes[0].To != "cem" {
		t.Errorf("a follow-up that is done changes the App Homes %+v, want Cem's", homes)
	}
	before = s.inc
	before.Name, before.FollowUps = "as it was", slices.Clone(before.FollowUps)
	if homes := flow.Homes(before, s.inc); slices.ContainsFunc(homes, func(e flow.Effect) bool { return e.To == "cem" }) {
		t.Errorf("another name changes the App Homes %+v, though nothing of Cem's is open", homes)
	}
	s = owned(entered(t, small()))
	before = s.inc
	before.Name = "as it was"
	if homes := flow.Homes(before, s.inc); !slices.ContainsFunc(homes, func(e flow.Effect) bool { return e.To == "cem" }) {
		t.Errorf("another name changes the App Homes %+v, and not Cem's with the open follow-up", homes)
	}
}

func TestAMessageMakesATitle(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		" Retry  it\nand log more ":  "Retry it",
		strings.Repeat("w", 300):     strings.Repeat("w", 300),
		strings.Repeat("é ", 200):    strings.TrimSpace(strings.Repeat("é ", 149)+"é") + "…",
		"\n\n  first line\tof it \n": "first line of it",
	} {
		got := flow.Shorten(text)
		if len([]rune(got)) > flow.MaxTitle || got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// anyFollowUp is a command about follow-ups.
func anyFollowUp(t *rapid.T, inc flow.Incident, who flow.Person) flow.Command {
	n := flow.FollowUpNumber(upTo(t, len(inc.FollowUps)+1))
	day := oneOf(t, flow.Date{}, flow.DateOf(monday).AddDays(upTo(t, 30)-1))
	address := oneOf(t, "", "https://tracker.example/1", "tracker")
	return oneOf[flow.Command](t,
		flow.AddFollowUp{Title: oneOf(t, "A", "B", ""), Owner: who, Due: day, Link: address},
		flow.EditFollowUp{FollowUp: n, Owner: &who}, flow.EditFollowUp{FollowUp: n, Due: &day, Link: &address},
		flow.EditFollowUp{FollowUp: n, Title: to(oneOf(t, "A", "C")), Priority: to(oneOf(t, flow.High, flow.Low, ""))},
		settled(n), flow.SettleFollowUp{FollowUp: n, State: flow.NotDoing, Reason: oneOf(t, "why", "")}, flow.ReopenFollowUp{FollowUp: n},
	)
}

// followUps checks what holds of follow-ups, and that they move nothing: none goes, numbers are in order, and no stage or status changes.
func (h *history) followUps(before flow.Incident) {
	if len(h.inc.FollowUps) < len(before.FollowUps) {
		h.t.Fatal("a follow-up is gone")
	}
	for i, f := range h.inc.FollowUps {
		open := f.State == flow.Open
		switch {
		case int(f.Number) != i+1:
			h.t.Fatalf("follow-up %d stands at %d", f.Number, i+1)
		case open != (f.Settled == flow.Settling{}), f.State == flow.NotDoing && f.Settled.Reason == "":
			h.t.Fatalf("follow-up %d is %s: %+v", f.Number, f.State, f.Settled)
		case f.Title == "" || f.Owner == "guest":
			h.t.Fatalf("follow-up %d is %+v", f.Number, f)
		}
	}
	for _, ev := range h.last {
		if strings.HasPrefix(ev.Fact.FactName(), "follow-up-") && (len(h.last) > 1 || before.Stage != h.inc.Stage || before.Status != h.inc.Status) {
			h.t.Fatalf("%s moved something: %+v", ev.Fact.FactName(), h.last)
		}
	}
}

func TestTheEmojiForFollowUpsIsTheNameOfOne(t *testing.T) {
	p := small()
	for name, ok := range map[string]bool{"": true, "ticket": true, "+1": true, "white_check_mark": true, ":ticket:": false, "Ticket": false, "pushpin": false, "a b": false, strings.Repeat("x", 101): false} {
		p.FollowUpEmoji = name
		if found := p.Check(); (len(found) == 0) != ok {
			t.Errorf("%q: %v", name, found)
		}
	}
}
