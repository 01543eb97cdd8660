package boltstore_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"epilogue/store"
	"epilogue/store/boltstore"
)

// Whatever is done to an outbox in whatever order: a lane has one job out at a time, jobs of a lane end in the order in which they joined
// it, none is lost, and the indexes are what they should be.
func TestNoHistoryOfAnOutboxLosesOrReordersJobs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(shm(t), "outbox-*")
		must(t, err)
		defer func() { _ = os.RemoveAll(dir) }()
		db := openWith(t, filepath.Join(dir, "epilogue.db"), boltstore.Options{InitialMmapSize: 1 << 20})
		defer func() { _ = db.Close() }()
		h := &history{t: t, rt: rt, db: db, now: t0, out: map[string]store.Job{}, held: map[string]time.Time{}, joined: map[string][]string{}}
		rt.Repeat(map[string]func(*rapid.T){
			"enqueue": h.enqueue, "claim": h.claim, "finish": h.finish, "retry": h.retry, "bury": h.bury, "time passes": h.pass,
		})
		h.drain()
	})
}

// shm is a directory in memory, where there is one.
func shm(t testing.TB) string {
	if _, err := os.Stat("/dev/shm"); err == nil {
		return "/dev/shm"
	}
	return t.TempDir()
}

// inMemory is a new directory in memory, where there is one: what is written there is gone with the power, and syncs cost nothing.
func inMemory(t testing.TB) string {
	dir, err := os.MkdirTemp(shm(t), "boltstore-*")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// history is a random history of an outbox beside what it should know: jobs are named by their Detail, and have no keys and no moments here, since
// what those change is claimed in package storetest.
type history struct {
	t      *testing.T
	rt     *rapid.T
	db     *boltstore.DB
	now    time.Time
	n      int
	out    map[string]store.Job // by lane: what is claimed
	held   map[string]time.Time // by lane: until when nothing may be handed out
	joined map[string][]string  // by lane: what has joined and not ended, in order
	future []store.Job          // what has not joined
}

func (h *history) enqueue(rt *rapid.T) {
	h.settleFuture()
	var jobs []store.Job
	for range rapid.IntRange(1, 3).Draw(rt, "jobs") {
		h.n++
		j := job(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "lane"), "")
		j.Detail = fmt.Sprint(h.n)
		if rapid.IntRange(0, 3).Draw(rt, "future") == 0 {
			j.At = h.now.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "in")) * time.Second).Add(time.Duration(h.n))
			h.future = append(h.future, j)
		} else {
			h.joined[j.Lane] = append(h.joined[j.Lane], j.Detail)
		}
		jobs = append(jobs, j)
	}
	must(h.t, h.db.Enqueue(h.t.Context(), h.now, jobs...))
}

// settleFuture lets join what is due by now, as the store does before it adds or hands out.
func (h *history) settleFuture() {
	slices.SortFunc(h.future, func(a, b store.Job) int { return a.At.Compare(b.At) })
	for len(h.future) > 0 && !h.future[0].At.After(h.now) {
		j := h.future[0]
		h.joined[j.Lane], h.future = append(h.joined[j.Lane], j.Detail), h.future[1:]
	}
}

func (h *history) claim(rt *rapid.T) {
	h.settleFuture()
	lease := time.Duration(rapid.IntRange(1, 50).Draw(rt, "lease")) * time.Second
	j, ok, err := h.db.Claim(h.t.Context(), h.now, lease)
	must(h.t, err)
	if !ok {
		return
	}
	if first := h.joined[j.Lane]; len(first) == 0 || first[0] != j.Detail {
		rt.Fatalf("job %s is handed out, and lane %s has %v", j.Detail, j.Lane, first)
	}
	if h.now.Before(h.held[j.Lane]) {
		rt.Fatalf("job %s is handed out, and lane %s is held", j.Detail, j.Lane)
	}
	h.out[j.Lane], h.held[j.Lane] = j, h.now.Add(lease)
}

// claimed takes one of the claimed jobs, or skips the step.
func (h *history) claimed(rt *rapid.T) store.Job {
	if len(h.out) == 0 {
		rt.Skip("nothing is claimed")
	}
	lane := rapid.SampledFrom(slices.Sorted(maps.Keys(h.out))).Draw(rt, "lane")
	j := h.out[lane]
	delete(h.out, lane)
	return j
}

func (h *history) end(rt *rapid.T, end func(store.Job) error) {
	j := h.claimed(rt)
	must(h.t, end(j))
	h.joined[j.Lane], h.held[j.Lane] = h.joined[j.Lane][1:], time.Time{}
}

func (h *history) finish(rt *rapid.T) {
	h.end(rt, func(j store.Job) error { return h.db.Finish(h.t.Context(), j, store.Outcome{At: h.now}) })
}

func (h *history) bury(rt *rapid.T) {
	h.end(rt, func(j store.Job) error { return h.db.Bury(h.t.Context(), j, "gone", store.Outcome{At: h.now}) })
}

func (h *history) retry(rt *rapid.T) {
	j := h.claimed(rt)
	at := h.now.Add(time.Duration(rapid.IntRange(-5, 50).Draw(rt, "again in")) * time.Second)
	must(h.t, h.db.Retry(h.t.Context(), j, at, rapid.Bool().Draw(rt, "sent"), "busy"))
	h.held[j.Lane] = at
}

func (h *history) pass(rt *rapid.T) {
	h.now = h.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "seconds")) * time.Second)
}

// drain delivers everything that is left.
func (h *history) drain() {
	h.now = h.now.Add(time.Hour)
	clear(h.out)
	for {
		h.claim(h.rt)
		if len(h.out) == 0 {
			break
		}
		h.finish(h.rt)
	}
	for lane, left := range h.joined {
		if len(left) > 0 {
			h.rt.Errorf("lane %s keeps %v", lane, left)
		}
	}
	if n := h.db.Count("jobs"); n > 0 {
		h.rt.Errorf("%d jobs are left", n)
	}
	clean(h.t, h.db)
}

func TestAJobThatNobodyClaimedCannotBeFinished(t *testing.T) {
	db := open(t, newPath(t))
	must(t, db.Enqueue(t.Context(), t0, job("a", "1"), job("a", "2")))
	var waiting []store.Job
	must(t, db.Tamper(func(tx *bbolt.Tx) error { // nobody else can know them
		return tx.Bucket([]byte("jobs")).ForEach(func(id, _ []byte) error {
			waiting = append(waiting, store.Job{ID: string(id), Lane: "a"})
			return nil
		})
	}))
	for _, j := range waiting {
		is(t, db.Finish(t.Context(), j, store.Outcome{At: t0}), store.ErrNotFound)
	}
	clean(t, db)
}
