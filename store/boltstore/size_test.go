package boltstore_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// BenchmarkSize holds a store with many incidents beside an empty one: what a commit takes (p50-x-empty), what opening takes after the store was
// closed and after its process was killed (in milliseconds), and the heap of the whole process while the store is open (heap-x-empty). With
// BENCH_LARGE set it also makes a store of a million incidents in the temporary directory, which takes some GiB and minutes, and says what the look
// through the whole file takes that follows when the machine ended before the store was closed.
func BenchmarkSize(b *testing.B) {
	sizes := []int{1000, 100_000}
	if os.Getenv("BENCH_LARGE") != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("incidents=%d", n), func(b *testing.B) {
			large, empty := loaded(b, n), loaded(b, 0)
			for b.Loop() {
				benchOpening(b, large)
				benchHeap(b, empty, large)
				benchCommits(b, empty, large, n)
			}
			info, err := os.Stat(large)
			must(b, err)
			b.ReportMetric(float64(info.Size())/(1<<20), "file-MiB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

const rounds = 5

// benchOpening opens a store, five times after each way of leaving it.
func benchOpening(b *testing.B, path string) {
	b.Helper()
	o := boltstore.Options{}.WithBoot("this")
	var closed, killed []float64
	for range rounds {
		var db *boltstore.DB
		closed = append(closed, ms(func() { db = openWith(b, path, o) }))
		must(b, db.Save(b.Context(), declared(flow.IncidentID(1<<40+len(closed)))))
		must(b, db.Kill())
		killed = append(killed, ms(func() { db = openWith(b, path, o) }))
		must(b, db.Close())
	}
	b.ReportMetric(median(closed), "open-ms")
	b.ReportMetric(median(killed), "open-killed-ms")
	if os.Getenv("BENCH_LARGE") == "" {
		return
	}
	db := openWith(b, path, o)
	must(b, db.Save(b.Context(), declared(1<<40+rounds+1)))
	must(b, db.Kill())
	b.ReportMetric(ms(func() { db = openWith(b, path, boltstore.Options{}.WithBoot("another")) }), "open-whole-ms")
	must(b, db.Close())
}

// benchHeap compares what the process needs with either store open.
func benchHeap(b *testing.B, empty, large string) {
	b.Helper()
	var ratios []float64
	for range rounds {
		ratios = append(ratios, heapWith(b, large)/heapWith(b, empty))
	}
	b.ReportMetric(median(ratios), "heap-x-empty")
}

func heapWith(b *testing.B, path string) float64 {
	b.Helper()
	db := openWith(b, path, boltstore.Options{})
	runtime.GC()
	runtime.GC() // what finalizers let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	must(b, db.Close())
	return float64(m.HeapAlloc)
}

// benchCommits saves changes of incidents anywhere in either store, in turns.
func benchCommits(b *testing.B, empty, large string, n int) {
	b.Helper()
	const each = 300
	small, big := openWith(b, empty, boltstore.Options{}), openWith(b, large, boltstore.Options{})
	for id := flow.IncidentID(1); id <= 100; id++ {
		if _, err := small.Incident(b.Context(), id); err != nil {
			must(b, small.Save(b.Context(), ended(id)))
		}
	}
	var ratios []float64
	for range rounds {
		ratios = append(ratios, p50(b, big, n, each)/p50(b, small, 100, each))
	}
	b.ReportMetric(median(ratios), "p50-x-empty")
	must(b, small.Close())
	must(b, big.Close())
}

// p50 is what the saves of one caller take in the middle.
func p50(b *testing.B, db *boltstore.DB, n, saves int) float64 {
	b.Helper()
	var took []float64
	for range saves {
		inc, err := db.Incident(b.Context(), flow.IncidentID(1+rand.IntN(n)))
		must(b, err)
		c := later(inc)
		took = append(took, ms(func() { must(b, db.Save(b.Context(), c)) }))
	}
	return median(took)
}

// loaded makes a closed store with n incidents that were closed long ago, of five events each.
func loaded(b *testing.B, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "epilogue.db")
	must(b, open(b, path).Close())
	must(b, boltstore.Load(path, n, func(i int) []store.Change { return []store.Change{ended(flow.IncidentID(i + 1))} }))
	return path
}

// ended is an incident that was closed with all its tasks done.
func ended(id flow.IncidentID) store.Change {
	c := inFlow(id)
	c.Incident.Stage, c.Incident.Status, c.Incident.ClosedAt = flow.Closed, "closed", t0.Add(time.Duration(id)*time.Second)
	for i := range c.Incident.Tasks {
		c.Incident.Tasks[i].State = flow.Done
	}
	for n := uint64(2); n <= 5; n++ {
		c.Events = append(c.Events, flow.Event{Seq: n, At: t0, By: "UANA", Fact: flow.NoteAdded{Text: fmt.Sprintf("what happened next, number %d", n)}})
	}
	c.Incident.Rev = 5
	return c
}

func ms(f func()) float64 {
	start := time.Now()
	f()
	return float64(time.Since(start)) / float64(time.Millisecond)
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}
