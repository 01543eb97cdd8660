package boltstore

import (
	"slices"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// full is an incident that holds something wherever it can hold memory of its own.
func full() flow.Incident {
	return flow.Incident{
		ID: 1, Rev: 3, Name: "Checkout errors", Stage: flow.PostIncident,
		Roles: map[flow.Key]flow.UserID{"lead": "U1"}, Involved: []flow.UserID{"U1"}, Evidence: map[string]string{"debrief": "yes"},
		OptedOut: &flow.OptOutOf{By: "U1", Skipped: []flow.TaskNumber{2}},
		Snapshot: &flow.Snapshot{
			Calendar:  flow.Calendar{WorkingDays: []time.Weekday{time.Monday}, Holidays: []flow.Date{{Year: 2026, Month: 12, Day: 25}}},
			Statuses:  []flow.Label{{Key: "documenting"}},
			Reminders: []flow.Step{flow.OnTheDay},
			Because:   []flow.Condition{{Field: "severity", Values: []flow.Key{"major"}}},
		},
		Dropped: []flow.Key{"share"},

		Documents: []flow.Document{{Number: 1, UsedBy: []flow.IncidentID{7}, Shares: []flow.Share{{Channel: "C9"}}}},
		Tasks:     []flow.Task{{Number: 1, Title: "Look"}},
		FollowUps: []flow.FollowUp{{Number: 1, Title: "Retry"}}, Pinned: []flow.Pin{{TS: "1.2", Seq: 2}},
		Debrief: &flow.Debrief{Number: 1, Required: []flow.UserID{"UANA"}, Optional: []flow.UserID{"UBEN"}},
		Asked:   &flow.Debrief{Number: 2, Required: []flow.UserID{"UANA"}, Optional: []flow.UserID{"UBEN"}}, DebriefWith: []flow.IncidentID{7},
	}
}

func TestTheMemoAnswersOnlyForTheBytesThatItRead(t *testing.T) {
	m := newIncidents()
	records := map[string][]byte{}
	for _, name := range []string{"before", "after"} {
		inc := full()
		inc.Name = name
		record, err := store.EncodeIncident(inc)
		if err != nil {
			t.Fatal(err)
		}
		records[name] = record
	}
	for _, name := range []string{"before", "before", "after", "before"} {
		d, err := m.read(1, records[name])
		if err != nil || d.incident.Name != name {
			t.Fatalf("read %q, %v; want %q", d.incident.Name, err, name)
		}
		if wrong := changed(m); len(wrong) > 0 {
			t.Errorf("nobody wrote to %v", wrong)
		}
	}
	if _, err := m.read(1, []byte("garbage")); err == nil {
		t.Error("garbage was read")
	}
}

// An incident is shared by all who read it: who writes to it is found out.
func TestAnIncidentThatSomebodyWroteToIsFound(t *testing.T) {
	m := newIncidents()
	record, err := store.EncodeIncident(full())
	if err != nil {
		t.Fatal(err)
	}
	d, err := m.read(1, record)
	if err != nil {
		t.Fatal(err)
	}
	d.incident.Tasks[0].Title = "changed by the reader"
	if wrong := changed(m); !slices.Equal(wrong, []flow.IncidentID{1}) {
		t.Errorf("found %v", wrong)
	}
}

func TestTheMemoStaysSmall(t *testing.T) {
	m := newIncidents()
	for i := range 3 * mostKnown {
		m.learn(flow.IncidentID(i), remembered[decoded]{})
	}
	if len(m.known) != mostKnown {
		t.Errorf("the memo holds %d incidents, want %d", len(m.known), mostKnown)
	}
}
