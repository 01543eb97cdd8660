package boltstore_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// BenchmarkSave holds saves beside the same saves with a transaction of bbolt's Update each, on the disk of the temporary directory: x-update is
// how many times as many there are, the median of five rounds in turns.
func BenchmarkSave(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			var alone, grouped, ratios []float64
			for b.Loop() {
				for range rounds {
					alone = append(alone, saves(b, callers, func(db *boltstore.DB, c store.Change) error { return db.SaveAlone(c) }))
					grouped = append(grouped, saves(b, callers, func(db *boltstore.DB, c store.Change) error { return db.Save(b.Context(), c) }))
					ratios = append(ratios, grouped[len(grouped)-1]/alone[len(alone)-1])
				}
			}
			b.ReportMetric(median(alone), "update/s")
			b.ReportMetric(median(grouped), "saves/s")
			b.ReportMetric(median(ratios), "x-update")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// saves is how many a second callers get done who save an incident of their own each.
func saves(b *testing.B, callers int, save func(*boltstore.DB, store.Change) error) float64 {
	b.Helper()
	db := openWith(b, filepath.Join(b.TempDir(), "epilogue.db"), boltstore.Options{})
	last := make([]store.Change, callers)
	for i := range last {
		last[i] = inFlow(flow.IncidentID(i + 1))
		must(b, db.Save(b.Context(), last[i]))
	}
	defer func() { must(b, db.Close()) }()
	return together(b, callers, func(caller, n int) error {
		c := later(last[caller].Incident)
		c.At, c.Delivery, c.Jobs = t0.Add(time.Duration(n)*time.Millisecond), fmt.Sprintf("%d/%d", caller, n), []store.Job{job(fmt.Sprint(caller), fmt.Sprint(caller, "card"))}
		last[caller] = c
		return save(db, c)
	})
}

// together has callers do something for a while, and returns how often a second.
func together(b *testing.B, callers int, do func(caller, n int) error) float64 {
	each := 800
	if callers > 1 {
		each = 4800 / callers
	}
	var all sync.WaitGroup
	start := time.Now()
	for caller := range callers {
		all.Go(func() {
			for n := range each {
				if err := do(caller, n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(each*callers) / time.Since(start).Seconds()
}

// BenchmarkClaim shows that a claim does not cost more when more waits.
func BenchmarkClaim(b *testing.B) {
	for _, waiting := range []int{100, 20000} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) {
			db := openWith(b, filepath.Join(b.TempDir(), "epilogue.db"), boltstore.Options{})
			for from := 0; from < waiting; from += 1000 {
				var jobs []store.Job
				for n := range min(1000, waiting-from) {
					j := job(fmt.Sprint("lane ", n%50), "")
					if n%2 == 0 {
						j.At = t0.Add(time.Hour)
					}
					jobs = append(jobs, j)
				}
				must(b, db.Enqueue(b.Context(), t0, jobs...))
			}
			for b.Loop() {
				j, ok, err := db.Claim(b.Context(), t0, time.Minute)
				if !ok || err != nil {
					b.Fatal(ok, err)
				}
				must(b, db.Finish(b.Context(), j, store.Outcome{At: t0, Then: []store.Job{job(j.Lane, "")}}))
				if _, _, err := db.NextJob(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
