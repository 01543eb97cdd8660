package e2e

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"epilogue/internal/sandbox"
)

func TestATransitionHappensOnceHoweverManyPeopleActAtTheSameMoment(t *testing.T) {
	t.Parallel()
	const in = "#inc-1-checkout-errors"
	everybody := []string{"ana", "ben", "cem", "dana", "dora"}
	r := newRig(t)
	r.must("ana", func(p *sandbox.Person) {
		p.Slash("#general", "/inc declare Checkout errors")
		p.Modal().Submit()
	})
	r.must("ana", func(p *sandbox.Person) {
		p.Invites(in, everybody[1:]...)
		p.Slash(in, "/inc close")
		p.Modal().Submit()
	})
	if err := r.settle(later); err != nil {
		t.Fatal(err)
	}
	r.forget()

	// Each of them settles every task of the incident, all at once: by command and by button.
	var all sync.WaitGroup
	failed := make([]error, len(everybody))
	for i, who := range everybody {
		all.Go(func() {
			for _, n := range []string{"1", "2", "3", "4", "5", "6"} {
				failed[i] = errors.Join(failed[i], r.person(who, func(p *sandbox.Person) { p.Slash(in, "/inc task "+n+" done") }))
			}
		})
	}
	all.Wait()
	if err := errors.Join(errors.Join(failed...), r.settle(later)); err != nil {
		t.Fatal(err)
	}

	top, below := r.said(in)
	page := flatten(r.look(t, in))
	for text, want := range map[string]int{"moved on to reviewing": 1, "inc-1 is closed": 1} {
		if n := strings.Count(page, text); n != want {
			t.Errorf("%q is there %d times, want %d:\n%s", text, n, want, page)
		}
	}
	if len(top) != 2 { // the card of Reviewing, and that it is closed
		t.Errorf("the channel got %d messages, want 2", len(top))
	}
	done := 0
	for _, m := range below {
		done += strings.Count(m.Text, "* done.")
	}
	if done != 6 {
		t.Errorf("%d tasks were told to be done, want 6", done)
	}
}

// look is what Ana reads.
func (r *rig) look(t *testing.T, in string) string {
	t.Helper()
	var page string
	if err := r.person("ana", func(p *sandbox.Person) { page = p.Sees(in) }); err != nil {
		t.Fatal(err)
	}
	return page
}
