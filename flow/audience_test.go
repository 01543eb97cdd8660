package flow_test

import (
	"slices"
	"testing"
	"time"

	"epilogue/flow"
)

func TestACardIsDueForEachStatusThatEventsWentThroughAndStayedIn(t *testing.T) {
	at := func(seq uint64, minute int, f flow.Fact) flow.Event {
		return flow.Event{Seq: seq, At: monday.Add(time.Duration(minute) * time.Minute), Fact: f}
	}
	settled, began, over := flow.TaskCompleted{Task: 1}, flow.StatusEntered{}, flow.IncidentClosed{}
	for name, c := range map[string]struct {
		card   uint64
		events []flow.Event
		want   []uint64
	}{
		"nothing happened":                                 {4, nil, nil},
		"tasks were settled in the current status":         {4, []flow.Event{at(5, 0, settled), at(6, 1, settled)}, []uint64{4}},
		"there was no card before":                         {0, []flow.Event{at(5, 0, settled)}, nil},
		"the card that began is yet to hear of anything":   {6, []flow.Event{at(5, 0, settled), at(6, 0, began)}, nil},
		"a status began, and went on":                      {6, []flow.Event{at(5, 0, settled), at(6, 0, began), at(7, 1, settled)}, []uint64{6}},
		"a status was passed through":                      {7, []flow.Event{at(5, 0, settled), at(6, 0, began), at(7, 0, began), at(8, 1, settled)}, []uint64{7}},
		"it was passed through after something completed":  {8, []flow.Event{at(6, 0, began), at(7, 0, settled), at(8, 0, began), at(9, 1, settled)}, []uint64{8}},
		"the last status was passed through":               {6, []flow.Event{at(5, 0, settled), at(6, 0, began), at(7, 0, over)}, nil},
		"a status began and was left later":                {7, []flow.Event{at(6, 0, began), at(7, 1, began), at(8, 2, settled)}, []uint64{6, 7}},
		"the status began with the events, and is current": {5, []flow.Event{at(5, 0, began), at(6, 1, settled)}, []uint64{5}},
	} {
		t.Run(name, func(t *testing.T) {
			equal(t, flow.CardsDue(flow.Incident{Card: c.card}, c.events), c.want)
		})
	}
}

func TestAnInvitationIsForWhoeverMayComeIn(t *testing.T) {
	roles := map[flow.Key]flow.UserID{flow.LeadRole: "ana", "scribe": "ben", "comms": "ana"}
	for name, c := range map[string]struct {
		private bool
		to      flow.UserID
		want    []flow.UserID
	}{
		"nobody in particular":               {false, "", []flow.UserID{"ana", "ben", "dan"}},
		"nobody in particular, in private":   {true, "", []flow.UserID{"ana", "ben", "dan"}},
		"an assignee":                        {false, "cem", []flow.UserID{"cem"}},
		"an assignee by default, in private": {true, "cem", nil},
		"who holds a role, in private":       {true, "ben", []flow.UserID{"ben"}},
		"who declared it, in private":        {true, "dan", []flow.UserID{"dan"}},
	} {
		t.Run(name, func(t *testing.T) {
			equal(t, flow.Invited(flow.Incident{Private: c.private, DeclaredBy: "dan", Roles: roles}, c.to), c.want)
		})
	}
	equal(t, flow.Invited(flow.Incident{}, ""), []flow.UserID(nil))
}

func TestTheHomesThatAChangeShowsInAreDrawnAgain(t *testing.T) {
	task := func(n flow.TaskNumber, who flow.UserID, s flow.TaskState) flow.Task {
		return flow.Task{Number: n, Assignee: who, State: s}
	}
	base := flow.Incident{Status: doc, Tasks: []flow.Task{task(1, "ana", flow.Open), task(2, "ben", flow.Open), task(3, "", flow.Open)}}
	base.Tasks[1].Kind = flow.CompletePostmortem
	change := func(tasks ...flow.Task) flow.Incident { return flow.Incident{Status: doc, Tasks: tasks} }
	for name, c := range map[string]struct {
		after flow.Incident
		want  []flow.UserID
	}{
		"nothing":                        {base, nil},
		"settled":                        {change(task(1, "ana", flow.Done), base.Tasks[1], base.Tasks[2]), []flow.UserID{"ana"}},
		"handed on":                      {change(task(1, "cem", flow.Open), base.Tasks[1], base.Tasks[2]), []flow.UserID{"ana", "cem"}},
		"removed":                        {change(base.Tasks[0], base.Tasks[2]), []flow.UserID{"ben"}},
		"added":                          {change(append(slices.Clone(base.Tasks), task(4, "cem", flow.Open))...), []flow.UserID{"cem"}},
		"moved on":                       {flow.Incident{Status: rev, Tasks: base.Tasks}, []flow.UserID{"ana", "ben"}},
		"moved on, with others involved": {flow.Incident{Status: rev, Tasks: base.Tasks, Involved: []flow.UserID{"ben", "dana"}}, []flow.UserID{"ana", "ben", "dana"}},
		"renamed":                        {flow.Incident{Status: doc, Tasks: base.Tasks, Name: "Another"}, []flow.UserID{"ana", "ben"}},
		"a post-mortem":                  {flow.Incident{Status: doc, Tasks: base.Tasks, Documents: []flow.Document{{Number: 1, Main: true}}}, []flow.UserID{"ben"}},
		"two of one":                     {change(task(1, "ben", flow.Open), task(2, "ben", flow.Done), base.Tasks[2]), []flow.UserID{"ana", "ben"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []flow.UserID
			for _, e := range flow.Homes(base, c.after) {
				if e.Tell != flow.TellHome {
					t.Errorf("it is a %s", e.Tell)
				}
				got = append(got, e.To)
			}
			slices.Sort(got)
			equal(t, got, c.want)
		})
	}
}

// preset is a flow of which task 1 is ben's by default, task 2 the scribe's, and task 3 nobody's.
func preset() flow.Process {
	return process(aFlow("preset", status(doc, task("a", byDefault("ben")), task("b", byRole("scribe")), task("c"))))
}

func TestWhoMayBeAssignedNothingIsNotAssignedByDefault(t *testing.T) {
	for name, c := range map[string]struct {
		unfit          []flow.UserID
		person, holder flow.UserID
		defaulted      []flow.UserID
	}{
		"all may":                           {nil, "ben", "cem", []flow.UserID{"ben", "cem"}},
		"in a person's place the lead":      {[]flow.UserID{"ben"}, "ana", "cem", []flow.UserID{"ana", "cem"}},
		"in a holder's place the lead":      {[]flow.UserID{"cem"}, "ben", "ana", []flow.UserID{"ben", "ana"}},
		"in both places, and told once":     {[]flow.UserID{"ben", "cem"}, "ana", "ana", []flow.UserID{"ana"}},
		"nobody where the lead may not too": {[]flow.UserID{"ben", "cem", "ana"}, "", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := declared(t, preset()).do(ana, role("scribe", cem))
			after, events, err := flow.Do(s.process, s.inc, flow.EnterFlow{Flow: "preset"}, ana, monday, c.unfit...)
			if err != nil {
				t.Fatal(err)
			}
			s.inc = after
			s.assigned(1, c.person).assigned(2, c.holder).assigned(3, "")
			equal(t, flow.Defaulted(events), c.defaulted)
		})
	}
}

func TestWhatAPersonAssignsIsNoDefault(t *testing.T) {
	s := entered(t, preset()).do(ana, give(3, cem))
	equal(t, flow.Defaulted(s.last), []flow.UserID(nil))
	s.do(ana, role("scribe", cem)) // task 2 follows the role
	equal(t, flow.Defaulted(s.last), []flow.UserID{"cem"})
}
