package boltstore_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/internal/faketime"
	"epilogue/store"
	"epilogue/store/boltstore"
	"epilogue/store/storetest"
)

func TestBoltstoreKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, newPath(t)) })
}

func newPath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "epilogue.db")
}

// open opens a store that is closed at the end of the test, if it was not before.
func open(t testing.TB, path string) *boltstore.DB {
	t.Helper()
	return openWith(t, path, boltstore.Options{})
}

func openWith(t testing.TB, path string, o boltstore.Options) *boltstore.DB {
	t.Helper()
	db, err := boltstore.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var t0 = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// declared is the first change of an incident.
func declared(id flow.IncidentID) store.Change {
	inc := flow.Incident{
		ID: id, Rev: 1, Name: "Outage", Channel: flow.ChannelID(fmt.Sprintf("C%d", id)), Severity: "major", Type: "default", DeclaredBy: "UANA", DeclaredAt: t0,
		Stage: flow.Active, Status: "investigating", Roles: map[flow.Key]flow.UserID{flow.LeadRole: "UANA"},
	}
	return store.Change{Incident: inc, Events: []flow.Event{{Seq: 1, At: t0, By: "UANA", Fact: flow.Declared{ID: id, Name: inc.Name}}}, At: t0}
}

// later is the next change of an incident.
func later(inc flow.Incident) store.Change {
	before := inc.Rev
	inc.Rev++
	note := flow.Event{Seq: inc.Rev, At: t0, By: "UANA", Fact: flow.NoteAdded{Text: fmt.Sprintf("note %d", inc.Rev)}}
	return store.Change{Before: before, Incident: inc, Events: []flow.Event{note}, At: t0}
}

// inFlow is an incident of the usual size: in the post-incident stage, with six tasks.
func inFlow(id flow.IncidentID) store.Change {
	c := declared(id)
	c.Incident.Stage, c.Incident.Status, c.Incident.ResolvedAt = flow.PostIncident, "documenting", t0
	c.Incident.Involved = []flow.UserID{"UANA", "UBEN"}
	standard := flow.Standard().Flows[0]
	c.Incident.Snapshot = &flow.Snapshot{Flow: standard.Key, Name: standard.Name, Version: 1, OptOut: flow.Everyone, Entry: flow.Ask}
	for _, s := range standard.Statuses {
		c.Incident.Snapshot.Statuses = append(c.Incident.Snapshot.Statuses, flow.Label{Key: s.Key, Name: s.Name})
		for _, task := range s.Tasks {
			c.Incident.LastTask++
			c.Incident.Tasks = append(c.Incident.Tasks, flow.Task{
				Number: c.Incident.LastTask, Template: task.Key, Status: s.Key, Kind: task.Kind, Title: task.Title, Default: task.Assignee,
				Assignee: "UANA", Due: flow.Date{Year: 2026, Month: 12, Day: 3}, State: flow.Open,
			})
		}
	}
	return c
}

func job(lane, key string) store.Job {
	return store.Job{Lane: lane, Key: key, Incident: 1, Effect: flow.Effect{Tell: flow.TellRefresh, Seq: 1}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// clean wants Check to find nothing.
func clean(t testing.TB, db *boltstore.DB) {
	t.Helper()
	findings, err := db.Check(t.Context())
	must(t, err)
	if len(findings) > 0 {
		t.Errorf("check finds %q", findings)
	}
}

func TestAStoreWorksOnTheClockOfSynctest(t *testing.T) {
	path := newPath(t)
	faketime.Test(t, func(t *testing.T) {
		db := open(t, path)
		must(t, db.Save(t.Context(), declared(1)))
		time.Sleep(time.Hour) // of a clock that runs only while nobody has anything to do
		must(t, db.Enqueue(t.Context(), time.Now(), job("a", "")))
		if _, ok, err := db.Claim(t.Context(), time.Now(), time.Minute); !ok || err != nil {
			t.Errorf("no job, %v", err)
		}
		must(t, db.Close())
	})
}
