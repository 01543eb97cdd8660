package boltstore_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// unread keeps what a store says that it could not read.
type unread struct {
	mu   sync.Mutex
	said []string
}

func (u *unread) add(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.said = append(u.said, err.Error())
}

func (u *unread) wants(t *testing.T, what string) {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if !strings.Contains(strings.Join(u.said, "\n"), what) {
		t.Errorf("it was said that %q cannot be read, want %q", u.said, what)
	}
}

// garble replaces the n-th record of a bucket, from the first, by bytes that are none.
func garble(t *testing.T, db *boltstore.DB, bucket string, n int) (k string) {
	t.Helper()
	must(t, db.Tamper(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		c := b.Cursor()
		at, _ := c.First()
		for range n {
			at, _ = c.Next()
		}
		k = string(at)
		return b.Put(bytes.Clone(at), []byte("\x01garbage"))
	}))
	return k
}

func TestARecordThatCannotBeReadIsPassedOverByLists(t *testing.T) {
	var said unread
	path := newPath(t)
	db := openWith(t, path, boltstore.Options{Unread: said.add})
	ctx := t.Context()
	for id := flow.IncidentID(1); id <= 3; id++ {
		c := inFlow(id)
		must(t, db.Save(ctx, c))
		must(t, db.Save(ctx, later(c.Incident)))
	}
	for _, lane := range []string{"a", "b"} {
		must(t, db.Enqueue(ctx, t0, job(lane, "")))
		out := store.Outcome{Results: []store.Result{{Key: "r/" + lane, Value: []byte("1")}}}
		must(t, db.Bury(ctx, claim(t, db), "gone", out))
	}
	garble(t, db, "history", 3) // behind INC-1 and its events 2 and 1
	garble(t, db, "history", 2)
	garble(t, db, "buried", 0)
	garble(t, db, "results", 0)

	for _, stage := range []flow.Stage{"", flow.PostIncident} {
		page, err := db.List(ctx, store.Query{Stage: stage})
		must(t, err)
		if len(page.Items) != 2 || page.Items[0].ID != 1 || page.Items[1].ID != 3 {
			t.Errorf("%d incidents are listed in stage %q", len(page.Items), stage)
		}
	}
	said.wants(t, "INC-2")
	_, err := db.Incident(ctx, 2)
	is(t, err, store.ErrDamaged)
	if !strings.Contains(err.Error(), "INC-2") {
		t.Errorf("%q does not say which", err)
	}
	events, err := db.Timeline(ctx, 1, 0, 10)
	must(t, err)
	if len(events) != 1 || events[0].Seq != 2 {
		t.Errorf("the timeline has %v", events)
	}
	said.wants(t, "an event of INC-1")
	buried, err := db.Buried(ctx, 10)
	must(t, err)
	if len(buried) != 1 || buried[0].Lane != "b" {
		t.Errorf("buried are %v", buried)
	}
	said.wants(t, "buried job")
	results, err := db.Results(ctx, "r/")
	must(t, err)
	if len(results) != 1 || results[0].Key != "r/b" {
		t.Errorf("results are %v", results)
	}
	said.wants(t, "result r/a")
	finds(t, db, "INC-2")
	must(t, db.Close())
	must(t, open(t, path).Save(ctx, declared(4)))
}

func TestADamagedVersionOfTheProcessCountsAsNeverSaved(t *testing.T) {
	path := newPath(t)
	db := open(t, path)
	for version := 2; version <= 3; version++ {
		p := flow.Standard()
		p.Version = version
		must(t, db.SaveProcess(t.Context(), store.ProcessVersion{Process: p}))
	}
	garble(t, db, "processes", 1)
	must(t, db.Close())
	var said unread
	db = openWith(t, path, boltstore.Options{Unread: said.add})
	said.wants(t, "version of the process")
	p, err := db.Process(t.Context())
	must(t, err)
	if p.Version != 2 {
		t.Errorf("version %d is current", p.Version)
	}
	p.Version++
	must(t, db.SaveProcess(t.Context(), store.ProcessVersion{Process: p}))
	clean(t, db)
}

// A lane has three jobs. One of them becomes unreadable while it is where the test says, and is set aside; the others are handed out, in order,
// and so is the job of another lane.
func TestAJobThatCannotBeReadStopsNobodyElse(t *testing.T) {
	tests := []struct {
		name string
		bad  int // of the jobs, in the order in which they came
		do   func(t *testing.T, db *boltstore.DB)
		then func(t *testing.T, db *boltstore.DB)
		want string
	}{
		{"the first of its lane", 0, nil, nil, "2 3 other"},
		{"the second of its lane", 1, nil, nil, "1 3 other"},
		{"the last of its lane", 2, nil, nil, "1 2 other"},
		{"one that is claimed", 0, func(t *testing.T, db *boltstore.DB) { claim(t, db) }, nil, "2 3 other"},
		{"one that waits for a retry", 0, func(t *testing.T, db *boltstore.DB) {
			must(t, db.Retry(t.Context(), claim(t, db), t0.Add(time.Hour), true, "busy"))
		}, nil, "2 3 other"},
		{"one that another would be merged into", 1, nil, func(t *testing.T, db *boltstore.DB) {
			j := job("a", "card")
			j.Detail = "4"
			must(t, db.Enqueue(t.Context(), t0, j))
		}, "1 3 other 4"},
		{"one whose moment has not come", 4, nil, nil, "1 2 3 other"},
	}
	for _, tt := range tests {
		for _, reopened := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, reopened %t", tt.name, reopened), func(t *testing.T) {
				var said unread
				path := newPath(t)
				db := openWith(t, path, boltstore.Options{Unread: said.add})
				enqueue(t, db)
				if tt.do != nil {
					tt.do(t, db)
				}
				id := garble(t, db, "jobs", tt.bad)
				finds(t, db, id)
				if reopened {
					must(t, db.Close())
					db = openWith(t, path, boltstore.Options{Unread: said.add})
				}
				if tt.then != nil {
					tt.then(t, db)
				}
				if got := deliverAll(t, db, t0.Add(48*time.Hour)); withoutFuture(got) != tt.want {
					t.Errorf("handed out are %s, want %s", got, tt.want)
				}
				buried, err := db.Buried(t.Context(), 10)
				must(t, err)
				if len(buried) != 1 || buried[0].ID != id || !strings.Contains(buried[0].Detail, "garbage") {
					t.Errorf("buried are %v", buried)
				}
				said.wants(t, id)
				clean(t, db)
			})
		}
	}
}

func enqueue(t *testing.T, db *boltstore.DB) {
	t.Helper()
	for i, detail := range []string{"1", "2", "3", "other", "future"} {
		j := job("a", "")
		j.Detail = detail
		switch i {
		case 1:
			j.Key = "card"
		case 3:
			j.Lane = "b"
		case 4:
			j.Lane, j.At = "c", t0.Add(24*time.Hour)
		}
		must(t, db.Enqueue(t.Context(), t0, j))
	}
}

// deliverAll finishes all there is, and returns the jobs' details in the order in which they were handed out.
func deliverAll(t *testing.T, db *boltstore.DB, now time.Time) string {
	t.Helper()
	var got []string
	for {
		_, due, err := db.NextJob(t.Context())
		must(t, err)
		j, ok, err := db.Claim(t.Context(), now, time.Minute)
		must(t, err)
		if ok && !due {
			t.Error("a job is handed out, and there is none next")
		}
		if !ok {
			return strings.Join(got, " ")
		}
		got = append(got, j.Detail)
		must(t, db.Finish(t.Context(), j, store.Outcome{At: now}))
	}
}

// withoutFuture leaves out the job whose moment came last.
func withoutFuture(got string) string { return strings.TrimSuffix(got, " future") }
