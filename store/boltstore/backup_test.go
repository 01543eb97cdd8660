package boltstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

func TestABackupHoldsAllThatWasAnsweredBeforeItBeganAndNothingHalf(t *testing.T) {
	dir := inMemory(t)
	db := openWith(t, filepath.Join(dir, "epilogue.db"), boltstore.Options{})
	var answered [savers + 1]atomic.Uint64 // by incident: up to which Rev
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for id := flow.IncidentID(1); id <= savers; id++ {
		all.Go(func() {
			for c := told(flow.Incident{ID: id}); ctx.Err() == nil; c = told(c.Incident) {
				if err := db.Save(t.Context(), c); err != nil {
					t.Error(err)
					return
				}
				answered[id].Store(c.Incident.Rev)
			}
		})
	}
	var before [savers + 1]uint64
	for n := range 5 {
		for id := 1; id <= savers; id++ {
			wait(t, func() bool { return answered[id].Load() > before[id] }) // everybody saves meanwhile
			before[id] = answered[id].Load()
		}
		path := filepath.Join(dir, fmt.Sprintf("backup-%d.db", n))
		must(t, boltstore.BackupTo(t.Context(), db, path))
		restored := open(t, path)
		clean(t, restored)
		jobs, err := restored.Jobs()
		must(t, err)
		for id := flow.IncidentID(1); id <= savers; id++ {
			inc, err := restored.Incident(t.Context(), id)
			must(t, err)
			if inc.Rev < before[id] {
				t.Errorf("backup %d has %s at Rev %d, and Rev %d was answered before it began", n, id, inc.Rev, before[id])
			}
			events, err := restored.Timeline(t.Context(), id, 0, int(inc.Rev)+1)
			must(t, err)
			if diff := cmp.Diff(flow.Replay(events), inc); diff != "" {
				t.Errorf("backup %d, %s (-replay of its events +incident):\n%s", n, id, diff)
			}
			must(t, whole(t.Context(), restored, inc, jobs))
		}
		must(t, restored.Close())
	}
	stop()
	all.Wait()
}

// told is the next change of an incident, with a delivery and a job of its name.
func told(inc flow.Incident) store.Change {
	ev := flow.Event{Seq: inc.Rev + 1, At: t0, By: "UANA", Fact: flow.Fact(flow.Declared{ID: inc.ID, Name: "Outage", Severity: "major", Type: "default"})}
	if inc.Rev > 0 {
		ev.Fact = flow.Updated{Name: &flow.Change{From: inc.Name, To: fmt.Sprintf("Outage %d", ev.Seq)}}
	}
	next := flow.Apply(inc, ev)
	name := nameOf(next.ID, next.Rev)
	j := job(next.ID.String(), "")
	j.Detail = name
	return store.Change{Before: inc.Rev, Incident: next, Events: []flow.Event{ev}, Jobs: []store.Job{j}, Delivery: name, At: t0}
}
