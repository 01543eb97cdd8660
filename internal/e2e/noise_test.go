package e2e

import (
	"slices"
	"testing"

	"epilogue/internal/sandbox"
)

// An ordinary incident: three people respond, tasks are handed on, one is not done, everything else is. What it may say is counted, so
// that nobody adds a message without noticing.
func TestAnOrdinaryIncidentSaysLittle(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const in = "#inc-1-checkout-errors-in-eu"
	r.must("ana", func(p *sandbox.Person) {
		p.Slash("#general", "/inc declare Checkout errors in EU")
		p.Modal().Enter("Severity", "Major").Submit()
	})
	r.must("ana", func(p *sandbox.Person) { p.Invites(in, "ben", "cem") })
	r.must("ben", func(p *sandbox.Person) {
		p.Slash(in, "/inc update")
		p.Modal().Enter("Status", "Fixing").Enter("What is new", "rolling back").Submit()
	})
	r.must("ana", func(p *sandbox.Person) {
		p.Slash(in, "/inc close")
		p.Modal().Submit()
	})
	for _, who := range []string{"ben", "cem"} {
		n := map[string]string{"ben": "2", "cem": "3"}[who]
		r.must("ana", func(p *sandbox.Person) { p.Slash(in, "/inc task "+n+" assign @"+who) })
	}
	if err := r.settle(later); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ who, do string }{
		{"ana", "task 1 done"},
		{"ben", "task 2 done"},
		{"cem", "task 3 not-doing covered by INC-40"},
		{"ana", "task 4 done"},
		{"ana", "task 5 done"},
		{"ana", "task 6 done"},
	} {
		r.must(step.who, func(p *sandbox.Person) { p.Slash(in, "/inc "+step.do) })
		if err := r.settle(later); err != nil { // nobody is as quick as to share a reply
			t.Fatal(err)
		}
	}

	top, below := r.said(in)
	count := map[string]int{"channel": len(top), "thread": len(below)}
	for _, p := range cast() {
		dms, _ := r.said(p.Handle)
		count["dms to "+p.Handle], count["pings of "+p.Handle] = len(dms), len(r.pinged(p.Handle))
	}
	for method, n := range map[string]int{"chat.update": r.called("chat.update"), "all calls to Slack": len(r.Slack.Calls())} {
		count[method] = n
	}
	most := map[string]int{
		// declared, updated, two cards, who takes what, closed
		"channel": 6, "thread": 6,
		// a message for each status, or for what was handed over, and what a role means, to whoever has it for the first time
		"dms to ana": 3, "dms to ben": 1, "dms to cem": 1,
		// the assignments, and each direct message; Ana declared it, and what she is told is that
		"pings of ana": 5, "pings of ben": 3, "pings of cem": 2,
		"chat.update": 23, "all calls to Slack": 70,
	}
	var names []string
	for name := range count {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Logf("%-20s %d (at most %d)", name, count[name], most[name])
		if count[name] > most[name] {
			t.Errorf("%s: %d, at most %d", name, count[name], most[name])
		}
	}
	if t.Failed() {
		for _, n := range r.Slack.Notifications() {
			t.Logf("ping: %+v", n)
		}
	}
}
