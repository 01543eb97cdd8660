package promises

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// Two processes of the bot would decide on what they read and swap it in: whoever is second decides again. Whatever they do, and in
// whatever order it lands, the incident is the replay of its timeline, and each status is left once.
func TestTwoWritersOnOneStoreMoveItOnOnceAndTheSnapshotIsTheReplay(t *testing.T) {
	db, err := boltstore.Open(filepath.Join(t.TempDir(), "epilogue.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	process := manyTasks(6)
	rapid.Check(t, func(rt *rapid.T) {
		id, err := db.Reserve(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		ana := flow.Person{User: "UANA", Standing: flow.FullMember, Member: true}
		w := writer{db, process, id}
		w.must(rt, flow.Declare{Name: "Checkout errors", Lead: ana})
		w.must(rt, flow.EnterFlow{Flow: "many"})
		scripts := [2][]flow.Command{}
		for i := range scripts {
			scripts[i] = rapid.SliceOfN(rapid.Custom(anyCommand), 1, 25).Draw(rt, fmt.Sprintf("writer %d", i))
		}
		var g sync.WaitGroup
		var failed [2]error
		for i, script := range scripts {
			g.Go(func() {
				for _, cmd := range script {
					if err := w.do(cmd); err != nil && !errors.As(err, new(flow.Refusal)) {
						failed[i] = err
						return
					}
				}
			})
		}
		g.Wait()
		if err := errors.Join(failed[0], failed[1]); err != nil {
			rt.Fatal(err)
		}
		w.examine(rt)
	})
}

// anyCommand settles, assigns or adds; it never goes back, so that leaving a status twice would be a mistake.
func anyCommand(rt *rapid.T) flow.Command {
	task := flow.TaskNumber(rapid.IntRange(1, 9).Draw(rt, "task"))
	switch rapid.IntRange(0, 9).Draw(rt, "what") {
	case 0, 1, 2, 3, 4:
		return flow.CompleteTask{Task: task}
	case 5, 6:
		return flow.SkipTask{Task: task, Reason: "not needed"}
	case 7:
		return flow.AssignTask{Task: task, To: flow.Person{User: "UBEN", Standing: flow.FullMember, Member: true}}
	case 8:
		return flow.RemoveTask{Task: task}
	}
	return flow.AddTask{Title: "One more"}
}

type writer struct {
	db      store.Store
	process flow.Process
	id      flow.IncidentID
}

func (w writer) must(rt *rapid.T, cmd flow.Command) {
	if err := w.do(cmd); err != nil {
		rt.Fatalf("%T: %v", cmd, err)
	}
}

// do is what the bot does with a command, in short: read, decide, swap, and again while somebody else was faster.
func (w writer) do(cmd flow.Command) error {
	by := flow.Actor{User: "UANA", Standing: flow.FullMember, Member: true}
	for {
		before, err := w.db.Incident(context.Background(), w.id)
		if errors.Is(err, store.ErrNotFound) {
			before, err = flow.Incident{ID: w.id}, nil
		}
		if err != nil {
			return err
		}
		after, events, err := flow.Do(w.process, before, cmd, by, time.Now())
		if err != nil {
			return err
		}
		err = w.db.Save(context.Background(), store.Change{Before: before.Rev, Incident: after, Events: events, At: time.Now()})
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func (w writer) examine(rt *rapid.T) {
	inc, err := w.db.Incident(context.Background(), w.id)
	if err != nil {
		rt.Fatal(err)
	}
	events, err := w.db.Timeline(context.Background(), w.id, 0, 10000)
	if err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(flow.Replay(events), inc, cmpopts.EquateEmpty()); diff != "" {
		rt.Errorf("the stored incident is not the replay of its timeline (-replay +stored):\n%s", diff)
	}
	left := map[flow.Key]int{}
	for i, ev := range events {
		if ev.Seq != uint64(i+1) {
			rt.Errorf("event %d has the number %d", i+1, ev.Seq)
		}
		switch f := ev.Fact.(type) {
		case flow.StatusEntered:
			left[f.From]++
		case flow.IncidentClosed:
			left[f.From]++
		}
	}
	for status, n := range left {
		if n > 1 {
			rt.Errorf("%q was left %d times", status, n)
		}
	}
	if p := inc.Progress(inc.Status); inc.Stage == flow.PostIncident && p.Open == 0 && p.Total() > 0 {
		rt.Errorf("%s is settled, and the incident is still in it", inc.Status)
	}
}
