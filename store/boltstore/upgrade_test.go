package boltstore_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

func TestAFileOfAnOlderProgramIsBroughtUpToDate(t *testing.T) {
	for _, schema := range []int{1, 2} {
		t.Run(fmt.Sprint("schema ", schema), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			older(t, path, 3, schema)

			db := open(t, path)
			holds(t, db, 3)
			inc, err := db.Incident(t.Context(), 2)
			must(t, err)
			c := later(inc)
			c.Incident.FollowUps = []flow.FollowUp{{Number: 1, Title: "Retry", Owner: "UANA", State: flow.Open}}
			must(t, db.Save(t.Context(), c))
			page, err := db.FollowUps(t.Context(), store.FollowUpQuery{Owner: "UANA"})
			must(t, err)
			if len(page.Items) != 1 {
				t.Errorf("follow-ups of Ana: %v", page.Items)
			}
			mine, err := db.List(t.Context(), store.Query{Stage: flow.Closed, Involved: "UBEN"})
			must(t, err)
			if len(mine.Items) != 3 {
				t.Errorf("Ben is involved in %d incidents", len(mine.Items))
			}
			clean(t, db)
			must(t, db.Close())
			wantCurrent(t, path)
		})
	}
}

// A file that does not fit into one commit is moved in several, and the machine may end between any two of them, or in the middle of one.
func TestBringingAFileUpToDateGoesOnWhereItWasInterrupted(t *testing.T) {
	const incidents = 2500 // of five events each
	path := filepath.Join(t.TempDir(), "store.db")
	older(t, path, incidents, 2)
	cut := errors.New("power cut")
	interrupted := 0
	for {
		at := 1 + interrupted%2 // the first commit of each try: before it is written, and after
		db, err := boltstore.Open(path, boltstore.Options{NoSync: true, Fault: func(boltstore.FaultPoint) error {
			if at--; at == 0 {
				return cut
			}
			return nil
		}})
		if err == nil {
			at = 0 // no more
			holds(t, db, incidents)
			clean(t, db)
			must(t, db.Close())
			break
		}
		is(t, err, cut)
		interrupted++
	}
	if interrupted < 10 {
		t.Errorf("it was interrupted %d times only", interrupted)
	}
	wantCurrent(t, path)
}

func TestAnIncidentThatCannotBeReadIsBroughtUpToDateAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	older(t, path, 3, 2)
	alter(t, path, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("incidents")).Put([]byte{7: 2}, []byte("\x01garbage"))
	})
	var said unread
	db := openWith(t, path, boltstore.Options{Unread: said.add})
	for _, stage := range []flow.Stage{"", flow.Closed} {
		page, err := db.List(t.Context(), store.Query{Stage: stage})
		must(t, err)
		if len(page.Items) != 2 {
			t.Errorf("%d incidents are listed in stage %q", len(page.Items), stage)
		}
	}
	said.wants(t, "INC-2")
	_, err := db.Incident(t.Context(), 2)
	is(t, err, store.ErrDamaged)
}

func TestWhatHasNoPlaceInANewerFileIsLeftAsItIs(t *testing.T) {
	for _, bucket := range []string{"incidents", "events"} {
		path := filepath.Join(t.TempDir(), "store.db")
		older(t, path, 1, 2)
		alter(t, path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte("?"), nil) })
		for range 2 {
			_, err := boltstore.Open(path, boltstore.Options{})
			is(t, err, store.ErrDamaged)
		}
	}
}

// older makes a file with incidents as an older program would have written it. Each has five events, of which a delivery brought the last.
func older(t *testing.T, path string, incidents, schema int) {
	t.Helper()
	must(t, open(t, path).Close())
	must(t, boltstore.Load(path, incidents, func(i int) []store.Change {
		c := ended(flow.IncidentID(i + 1))
		c.At, c.Delivery = t0, fmt.Sprint("click ", i+1)
		return []store.Change{c}
	}))
	alter(t, path, func(tx *bbolt.Tx) error {
		for _, name := range []string{"incidents", "events", "deliveries"} {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		put := func(bucket string, k, v []byte) { must(t, tx.Bucket([]byte(bucket)).Put(k, v)) }
		must(t, tx.Bucket([]byte("history")).ForEach(func(k, v []byte) error {
			if place := binary.BigEndian.Uint64(k[8:]); place == 0 {
				put("incidents", bytes.Clone(k[:8]), bytes.Clone(v))
			} else {
				put("events", binary.BigEndian.AppendUint64(bytes.Clone(k[:8]), ^place), bytes.Clone(v))
			}
			return nil
		}))
		must(t, tx.Bucket([]byte("expiry")).ForEach(func(k, _ []byte) error {
			put("deliveries", bytes.Clone(k[12:]), bytes.Clone(k[:12]))
			return nil
		}))
		must(t, tx.Bucket([]byte("incidents")).SetSequence(tx.Bucket([]byte("numbers")).Sequence()))
		gone := []string{"numbers", "history", "by-involved"}
		if schema < 2 {
			gone = append(gone, "follow-ups", "by-owner")
		}
		for _, name := range gone {
			must(t, tx.DeleteBucket([]byte(name)))
		}
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte(fmt.Sprint(schema)))
	})
}

// holds wants all that older wrote.
func holds(t *testing.T, db *boltstore.DB, incidents int) {
	t.Helper()
	ctx := t.Context()
	for id := flow.IncidentID(1); id <= flow.IncidentID(incidents); id++ {
		inc, err := db.Incident(ctx, id)
		must(t, err)
		events, err := db.Timeline(ctx, id, 0, 10)
		must(t, err)
		if inc.ID != id || len(events) != 5 || events[0].Seq != 1 || events[4].Seq != 5 {
			t.Fatalf("%s has %s with %d events", id, inc.ID, len(events))
		}
		again := later(inc)
		again.At, again.Delivery = t0.Add(time.Hour), fmt.Sprintf("click %d", id)
		is(t, db.Save(ctx, again), store.ErrRepeated)
	}
	next, err := db.Reserve(ctx)
	must(t, err)
	if int(next) != incidents+1 {
		t.Errorf("the next number is %d", next)
	}
}

// wantCurrent wants a file that an older program refuses, and of which nothing of before is left.
func wantCurrent(t *testing.T, path string) {
	t.Helper()
	alter(t, path, func(tx *bbolt.Tx) error {
		if schema := string(tx.Bucket([]byte("meta")).Get([]byte("schema"))); schema != "3" {
			t.Errorf("its schema is %s", schema)
		}
		for _, name := range []string{"incidents", "events", "deliveries"} {
			if tx.Bucket([]byte(name)) != nil {
				t.Errorf("%s is still there", name)
			}
		}
		return nil
	})
}
