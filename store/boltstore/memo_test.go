package boltstore

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

func TestACloneSharesNoMemoryWithItsIncident(t *testing.T) {
	inc := full()
	other := clone(inc)
	if diff := cmp.Diff(inc, other); diff != "" {
		t.Errorf("the clone differs (-incident +clone):\n%s", diff)
	}
	apart(t, "Incident", reflect.ValueOf(inc), reflect.ValueOf(other))
}

// apart reports what two values share. A part that is empty is reported too: nothing could be seen of it.
func apart(t *testing.T, where string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Map, reflect.Slice, reflect.Pointer:
		if a.IsNil() {
			t.Errorf("%s is empty: fill it in full", where)
			return
		}
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", where)
		}
	}
	if a.Type() == reflect.TypeFor[time.Time]() {
		return // a value, whatever it points to
	}
	switch a.Kind() {
	case reflect.Pointer:
		apart(t, where, a.Elem(), b.Elem())
	case reflect.Slice:
		for i := range a.Len() {
			apart(t, where+"[]", a.Index(i), b.Index(i))
		}
	case reflect.Map:
		for _, k := range a.MapKeys() {
			apart(t, where+"[]", a.MapIndex(k), b.MapIndex(k))
		}
	case reflect.Struct:
		for i := range a.NumField() {
			apart(t, where+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	}
}

func TestTheMemoAnswersOnlyForTheBytesThatItRead(t *testing.T) {
	m := newMemo()
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
		inc, err := m.read(1, records[name])
		if err != nil || inc.Name != name {
			t.Fatalf("read %q, %v; want %q", inc.Name, err, name)
		}
		inc.Tasks[0].Title = "changed by the caller"
		if again, err := m.read(1, records[name]); err != nil || again.Tasks[0].Title != "Look" {
			t.Fatalf("what a caller did to its incident came back: %q, %v", again.Tasks[0].Title, err)
		}
	}
	if _, err := m.read(1, []byte("garbage")); err == nil {
		t.Error("garbage was read")
	}
}

func TestTheMemoStaysSmall(t *testing.T) {
	m := newMemo()
	for i := range 3 * mostKnown {
		m.learn(decoded{incident: flow.Incident{ID: flow.IncidentID(i)}})
	}
	if len(m.known) != mostKnown {
		t.Errorf("the memo holds %d incidents, want %d", len(m.known), mostKnown)
	}
}
