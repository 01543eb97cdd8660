package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// slow is a store whose saves wait, once they have their place, until they are let go on. The one that a fault is named for fails instead.
type slow struct {
	*boltstore.DB
	begun  chan struct{} // somebody decides; nil: nobody waits for that
	placed chan struct{} // a save has its place
	let    chan error    // nil: it goes on
}

func (s *slow) Process(ctx context.Context) (flow.Process, error) {
	if s.begun != nil {
		s.begun <- struct{}{}
	}
	return s.DB.Process(ctx)
}

func (s *slow) Save(ctx context.Context, c store.Change) error {
	if c.Placed != nil {
		c.Placed()
		c.Placed = nil
	}
	s.placed <- struct{}{}
	switch err := <-s.let; {
	case errors.Is(err, errMistake):
		panic(err)
	case err != nil:
		return err
	}
	return s.DB.Save(ctx, c)
}

// errMistake has a save panic.
var errMistake = errors.New("a mistake")

// decision is what came of a command.
type decision struct {
	By  flow.UserID
	Why flow.Why // empty: it was carried out; of what failed "failed"
}

// rushed has people ask for the same thing while the disk is slow, the first of them first, and returns what they heard once each save had been answered as told.
func rushed(t *testing.T, r *rig, id flow.IncidentID, cmd flow.Command, people []flow.UserID, saves ...error) (heard []decision) {
	t.Helper()
	s := &slow{DB: r.db, begun: make(chan struct{}, 10), placed: make(chan struct{}), let: make(chan error)}
	r.store = s
	var all sync.WaitGroup
	var mu sync.Mutex
	for i, by := range people {
		all.Go(func() {
			no := flow.Refusal{Why: "failed"}
			defer func() {
				_ = recover() // as the queue does
				mu.Lock()
				defer mu.Unlock()
				heard = append(heard, decision{by, no.Why})
			}()
			if _, _, err := r.do(t.Context(), id, by, "", cmd); err == nil {
				no.Why = ""
			} else {
				errors.As(err, &no)
			}
		})
		<-s.begun
		if i == 0 {
			<-s.placed
		}
	}
	for i, err := range saves {
		if i > 0 {
			<-s.placed
		}
		s.let <- err
	}
	all.Wait()
	slices.SortFunc(heard, func(a, b decision) int { return strings.Compare(string(a.By), string(b.By)) })
	return heard
}

func TestNobodyHearsOfAnOutcomeThatMayNeverBeStored(t *testing.T) {
	t.Run("a refusal waits for what it rests on", func(t *testing.T) {
		r := newRig(t)
		inc := r.inFlow(false)
		heard := rushed(t, r, inc.ID, flow.CompleteTask{Task: 1}, []flow.UserID{ana, ben}, nil)
		if diff := cmp.Diff([]decision{{ana, ""}, {ben, flow.AlreadySettled}}, heard); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	for name, failure := range map[string]error{"fails": store.ErrNoRoom, "panics": errMistake} {
		t.Run("if that "+name+", it is decided anew", func(t *testing.T) {
			r := newRig(t)
			inc := r.inFlow(false)
			heard := rushed(t, r, inc.ID, flow.CompleteTask{Task: 1}, []flow.UserID{ana, ben}, failure, nil)
			if diff := cmp.Diff([]decision{{ana, "failed"}, {ben, ""}}, heard); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestACrowdAtOneIncidentIsDecidedWithoutWaitingForTheDisk(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	s := &slow{DB: r.db, placed: make(chan struct{}), let: make(chan error)}
	r.store = s
	var all sync.WaitGroup
	tasks := []flow.TaskNumber{1, 2, 4, 5}
	for _, n := range tasks {
		all.Go(func() {
			if _, _, err := r.do(t.Context(), inc.ID, ana, "", flow.CompleteTask{Task: n}); err != nil {
				t.Errorf("task %d: %v", n, err)
			}
		})
	}
	for range tasks {
		<-s.placed // all of them, though none is stored yet
	}
	// They are let go on in any order: whoever comes to the store too early is in conflict, and decides again.
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case s.let <- nil:
			case <-s.placed:
			case <-stop:
				return
			}
		}
	}()
	all.Wait()
	close(stop)
	got, err := r.db.Incident(t.Context(), inc.ID)
	r.must(err)
	for _, n := range tasks {
		if task, _ := got.Task(n); task.State != flow.Done {
			t.Errorf("task %d is %s", n, task.State)
		}
	}
	events, err := r.db.Timeline(t.Context(), inc.ID, 0, 100)
	r.must(err)
	var replayed flow.Incident
	for _, ev := range events {
		replayed = flow.Apply(replayed, ev)
	}
	if diff := cmp.Diff(replayed, got); diff != "" {
		t.Errorf("what is stored is not the replay of its events (-replay +stored):\n%s", diff)
	}
	if len(r.ahead.incidents) != 0 {
		t.Errorf("%d incidents are still being decided", len(r.ahead.incidents))
	}
}

func TestNobodyDecidesOnWhatWillNeverBeStored(t *testing.T) {
	for name, failure := range map[string]error{"it was stored": nil, "it was not": store.ErrRepeated} {
		t.Run(name, func(t *testing.T) {
			a := newAhead()
			begun := func() *turn {
				turn, err := a.begin(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				return turn
			}
			first := begun()
			first.decided(flow.Incident{ID: 1, Rev: 1})
			first.pass()
			second := begun() // on the outcome of the first
			second.decided(flow.Incident{ID: 1, Rev: 2})
			second.pass()
			first.end(failure)
			third := begun() // the second has not heard yet
			switch on := third.rests; {
			case failure == nil && on != second.made:
				t.Error("what was decided on what is stored counts for nothing")
			case failure != nil && on != nil:
				t.Error("it is decided on what rests on nothing")
			}
			third.end(nil)
			second.end(failure)
			if len(a.incidents) != 0 {
				t.Errorf("%d incidents are still being decided", len(a.incidents))
			}
		})
	}
}
