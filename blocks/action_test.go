package blocks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"epilogue/flow"
)

func TestAReferenceIsReadBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Ref{
			Incident: flow.IncidentID(rapid.IntRange(0, 999_999_999).Draw(t, "incident")),
			Task:     flow.TaskNumber(rapid.IntRange(0, 999).Draw(t, "task")),
			Status:   flow.Key(rapid.String().Draw(t, "status")), Flow: flow.Key(rapid.String().Draw(t, "flow")),
			Person: flow.UserID(rapid.String().Draw(t, "person")), Channel: flow.ChannelID(rapid.String().Draw(t, "channel")),
			Back: rapid.Bool().Draw(t, "back"), Page: rapid.IntRange(0, 1000).Draw(t, "page"), Want: rapid.String().Draw(t, "want"),
			Key: flow.Key(rapid.String().Draw(t, "key")), Version: rapid.IntRange(0, 1000).Draw(t, "version"),
		}
		if r.Under[0] = rapid.IntRange(0, 1000).Draw(t, "lowest"); r.Under[0] > 0 {
			r.Under[1] = rapid.IntRange(0, 1000).Draw(t, "below")
		}
		got, err := ParseRef(r.String())
		if diff := cmp.Diff(r, got); err != nil || diff != "" {
			t.Fatalf("%q: %v %s", r.String(), err, diff)
		}
	})
}

// What is stored in people's channels, for ever.
func TestTheStoredFormOfAReferenceStays(t *testing.T) {
	for want, r := range map[string]Ref{
		"":                                   {},
		"INC-42":                             {Incident: 42},
		"INC-42/3":                           {Incident: 42, Task: 3},
		"/3":                                 {Task: 3},
		"INC-42?s=reviewing":                 {Incident: 42, Status: "reviewing"},
		"INC-42/3?b=1":                       {Incident: 42, Task: 3, Back: true},
		"?p=2&w=overdue":                     {Page: 2, Want: "overdue"},
		"INC-42/3?c=C1&f=standard&u=U1&w=x":  {Incident: 42, Task: 3, Channel: "C1", Flow: "standard", Person: "U1", Want: "x"},
		"?f=major&k=legal-3&s=reviewing&v=7": {Flow: "major", Status: "reviewing", Key: "legal-3", Version: 7},
		"?f=major&l=5.6&v=7":                 {Flow: "major", Version: 7, Under: [2]int{5, 6}},
	} {
		if got := r.String(); got != want {
			t.Errorf("%+v is written %q, want %q", r, got, want)
		}
	}
}

func TestAClickSaysWhatItMeans(t *testing.T) {
	tests := map[string]struct {
		id, value string
		action    Action
		ref       Ref
		fails     bool
	}{
		"a button":                        {"task.done", "INC-42/3", Complete, Ref{Incident: 42, Task: 3}, false},
		"a menu":                          {"more", "task.not-doing INC-42/3", Skip, Ref{Incident: 42, Task: 3}, false},
		"a button of two alike":           {"list#next", "?p=2&w=mine", List, Ref{Page: 2, Want: "mine"}, false},
		"a button without a value":        {"home.open", "", OpenHome, Ref{}, false},
		"a parameter of a newer program":  {"task.done", "INC-42/3?z=1", Complete, Ref{Incident: 42, Task: 3}, false},
		"a menu without a verb":           {"more", "INC-42", "", Ref{}, true},
		"somebody else's value":           {"task.done", "hello", Complete, Ref{}, true},
		"a task that is no number":        {"task.done", "INC-42/x", Complete, Ref{}, true},
		"a negative page":                 {"list", "?p=-1", List, Ref{}, true},
		"a form on no version":            {"list", "?l=x", List, Ref{}, true},
		"a query that cannot be unfolded": {"list", "?p=%zz", List, Ref{}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			action, ref, err := Meant(tt.id, tt.value)
			if (err != nil) != tt.fails {
				t.Fatalf("error %v, want one: %t", err, tt.fails)
			}
			if action != tt.action || ref != tt.ref {
				t.Errorf("got %q %+v, want %q %+v", action, ref, tt.action, tt.ref)
			}
		})
	}
}

func FuzzParseRefNeverFailsOnWhatItAccepts(f *testing.F) {
	for _, s := range []string{"INC-42/3?s=reviewing", "INC-42", "?p=1", "/", "INC-0", "INC-42/3/4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s)
		if err != nil {
			return
		}
		if again, err := ParseRef(r.String()); err != nil || again != r {
			t.Errorf("%q is %+v, which is read back as %+v (%v)", s, r, again, err)
		}
	})
}
