package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// gate holds a commit while others come to wait behind it.
type gate struct {
	arrived, open chan struct{}
	commits       atomic.Int32
}

func newGate() *gate { return &gate{arrived: make(chan struct{}), open: make(chan struct{})} }

// hold is for Options.Fault: it stops the first commit until the gate is opened.
func (g *gate) hold(at boltstore.FaultPoint) error {
	if at == boltstore.BeforeWrite && g.commits.Add(1) == 1 {
		close(g.arrived)
		<-g.open
	}
	return nil
}

// behind has saves wait behind the one that is held, so that all of them are one group, and returns their errors.
func (g *gate) behind(t *testing.T, db *boltstore.DB, saves []store.Change) []error {
	t.Helper()
	first := make(chan error)
	go func() { first <- db.Save(t.Context(), declared(1000)) }()
	<-g.arrived
	errs := make([]error, len(saves))
	var all sync.WaitGroup
	for i, c := range saves {
		all.Go(func() { errs[i] = db.Save(t.Context(), c) })
		wait(t, func() bool { return db.Queued() == i+1 }) // in this order
	}
	close(g.open)
	all.Wait()
	must(t, <-first)
	return errs
}

// wait waits for something that is about to happen.
func wait(t *testing.T, happened func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for !happened() {
		select {
		case <-deadline:
			t.Fatal("it does not happen")
		case <-time.After(time.Millisecond):
		}
	}
}

func TestThoseWhoWaitShareACommit(t *testing.T) {
	g := newGate()
	db := openWith(t, newPath(t), boltstore.Options{Fault: g.hold})
	var saves []store.Change
	for id := flow.IncidentID(1); id <= 50; id++ {
		saves = append(saves, declared(id))
	}
	for _, err := range g.behind(t, db, saves) {
		must(t, err)
	}
	if n := g.commits.Load(); n != 2 {
		t.Errorf("%d commits for one save and 50 behind it", n)
	}
	clean(t, db)
}

func TestAGroupIsAnsweredOneByOne(t *testing.T) {
	g := newGate()
	db := openWith(t, newPath(t), boltstore.Options{Fault: g.hold})
	first, repeated := declared(1), declared(2)
	first.Delivery, repeated.Delivery = "click", "click"
	conflict := declared(1)
	errs := g.behind(t, db, []store.Change{first, conflict, repeated, later(first.Incident), declared(3)})
	for i, want := range []error{nil, store.ErrConflict, store.ErrRepeated, nil, nil} {
		if !errors.Is(errs[i], want) {
			t.Errorf("save %d: %v, want %v", i, errs[i], want)
		}
	}
	clean(t, db)
}

func TestASaveThatFailsHalfwayHarmsNobodyElseInItsGroup(t *testing.T) {
	g := newGate()
	db := openWith(t, newPath(t), boltstore.Options{Fault: g.hold})
	must(t, db.Tamper(func(tx *bbolt.Tx) error { // a job that merges into this one finds damage after much was written
		return tx.Bucket([]byte("keys")).Put([]byte("card"), []byte("a job that is not there"))
	}))
	var saves []store.Change
	for id := flow.IncidentID(1); id <= 5; id++ {
		c := declared(id)
		c.Jobs = []store.Job{job("lane", "")}
		switch id {
		case 3:
			c.Jobs[0].Key = "card"
		case 4:
			c.Jobs[0].At = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) // a year that JSON has no room for
		}
		saves = append(saves, c)
	}
	errs := g.behind(t, db, saves)
	for i, err := range errs {
		_, found := db.Incident(t.Context(), saves[i].Incident.ID)
		switch saves[i].Incident.ID {
		case 3:
			is(t, err, store.ErrDamaged)
			is(t, found, store.ErrNotFound)
		case 4:
			if err == nil {
				t.Error("a job that cannot be written was saved")
			}
			is(t, found, store.ErrNotFound)
		default:
			must(t, err)
			must(t, found)
		}
	}
}

func TestADamagedRecordIsAnErrorAndNotTheEnd(t *testing.T) {
	db := open(t, newPath(t))
	must(t, db.Save(t.Context(), declared(1)))
	must(t, db.Tamper(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("history")).Put([]byte{7: 1, 15: 0}, []byte("\x01{"))
	}))
	_, err := db.Incident(t.Context(), 1)
	is(t, err, store.ErrDamaged)
	is(t, db.Save(t.Context(), later(declared(1).Incident)), store.ErrDamaged)
	must(t, db.Save(t.Context(), declared(2)))
}

func TestAFullDiskFailsAllOfAGroupAlsoThoseWhoWereRefused(t *testing.T) {
	g := newGate()
	full := func(at boltstore.FaultPoint) error {
		if err := g.hold(at); err != nil {
			return err
		}
		if at == boltstore.BeforeWrite && g.commits.Load() == 2 {
			return &os.PathError{Op: "write", Path: "epilogue.db", Err: syscall.ENOSPC}
		}
		return nil
	}
	db := openWith(t, newPath(t), boltstore.Options{Fault: full})
	c := declared(1)
	c.Delivery = "click"
	for i, err := range g.behind(t, db, []store.Change{c, c}) { // "repeated" were a lie: it was not saved
		if !errors.Is(err, store.ErrNoRoom) || errors.Is(err, store.ErrRepeated) {
			t.Errorf("save %d: %v", i, err)
		}
	}
	must(t, db.Save(t.Context(), c))
}

func TestAfterAnotherFailedCommitNothingIsWrittenUntilTheStoreIsReopened(t *testing.T) {
	noRoom := &os.PathError{Op: "sync", Path: "epilogue.db", Err: syscall.ENOSPC}
	tests := []struct {
		name string
		at   boltstore.FaultPoint
		err  error
	}{
		{"the disk fails before the commit is visible", boltstore.BeforeWrite, syscall.EIO},
		{"the disk fails after the commit is visible", boltstore.AfterWrite, syscall.EIO},
		{"the disk is full after the commit is visible", boltstore.AfterWrite, noRoom},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var failing atomic.Bool
			fault := func(at boltstore.FaultPoint) error {
				if failing.Load() && at == tt.at {
					return tt.err
				}
				return nil
			}
			path := newPath(t)
			db := openWith(t, path, boltstore.Options{Fault: fault})
			must(t, db.Save(t.Context(), declared(1)))
			failing.Store(true)
			err := db.Save(t.Context(), declared(2))
			is(t, err, store.ErrBroken)
			is(t, err, tt.err)
			failing.Store(false)
			is(t, db.Save(t.Context(), declared(3)), store.ErrBroken)
			is(t, db.Enqueue(t.Context(), t0, job("lane", "")), store.ErrBroken)
			if _, err := db.Incident(t.Context(), 1); err != nil {
				t.Errorf("reading: %v", err)
			}
			must(t, db.Close())
			db = open(t, path)
			must(t, db.Save(t.Context(), declared(4)))
			clean(t, db)
		})
	}
}

func TestWhoLeavesEarlyIsNotWaitedFor(t *testing.T) {
	g := newGate()
	db := openWith(t, newPath(t), boltstore.Options{Fault: g.hold})
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- db.Save(ctx, declared(1)) }()
	<-g.arrived
	cancel()
	is(t, <-left, context.Canceled)
	close(g.open)
	must(t, db.Save(t.Context(), declared(2)))
	clean(t, db)
}

func TestClosingFinishesWhatIsBeingWritten(t *testing.T) {
	g := newGate()
	path := newPath(t)
	db := openWith(t, path, boltstore.Options{Fault: g.hold})
	saved := make(chan error, 2)
	go func() { saved <- db.Save(t.Context(), declared(1)) }()
	<-g.arrived
	go func() { saved <- db.Save(t.Context(), declared(2)) }()
	wait(t, func() bool { return db.Queued() == 1 })
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	wait(t, func() bool { _, err := db.Process(t.Context()); return errors.Is(err, store.ErrClosed) })
	close(g.open)
	must(t, <-saved)
	must(t, <-saved)
	must(t, <-closed)
	page, err := open(t, path).List(t.Context(), store.Query{})
	must(t, err)
	if len(page.Items) != 2 {
		t.Errorf("%d incidents are left of 2", len(page.Items))
	}
}

func TestManyWhoSaveAndCloseAtTheSameTimeAreAllAnswered(t *testing.T) {
	path := newPath(t)
	db := open(t, path)
	saved := make(chan flow.IncidentID, 200)
	var all sync.WaitGroup
	for id := flow.IncidentID(1); id <= 200; id++ {
		all.Go(func() {
			err := db.Save(t.Context(), declared(id))
			switch {
			case err == nil:
				saved <- id
			case !errors.Is(err, store.ErrClosed):
				t.Errorf("save %s: %v", id, err)
			}
		})
	}
	must(t, db.Close())
	all.Wait()
	close(saved)
	db = open(t, path)
	for id := range saved {
		if _, err := db.Incident(t.Context(), id); err != nil {
			t.Error(fmt.Errorf("saved before closing: %w", err))
		}
	}
}
