package boltstore_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// BenchmarkDue shows that finding the reminders that are due costs what is due, not what is open: every open task has one that is planned, and ten of
// them are due.
func BenchmarkDue(b *testing.B) {
	const due = 10
	for _, open := range []int{1000, 1_000_000} {
		b.Run(fmt.Sprintf("open=%d", open), func(b *testing.B) {
			db := openWith(b, filepath.Join(b.TempDir(), "epilogue.db"), boltstore.Options{NoSync: true})
			for from := 0; from < open; from += 10_000 {
				var jobs []store.Job
				for n := from; n < min(from+10_000, open); n++ {
					jobs = append(jobs, planned(n, t0.Add(time.Hour+time.Duration(n)*time.Minute)))
				}
				must(b, db.Enqueue(b.Context(), t0, jobs...))
			}
			now := t0
			for n := open; b.Loop(); n += due {
				b.StopTimer()
				var jobs []store.Job
				for i := range due {
					jobs = append(jobs, planned(n+i, now))
				}
				must(b, db.Enqueue(b.Context(), now.Add(-time.Second), jobs...))
				b.StartTimer()
				for range due {
					j, ok, err := db.Claim(b.Context(), now, time.Minute)
					if !ok || err != nil {
						b.Fatal(ok, err)
					}
					must(b, db.Finish(b.Context(), j, store.Outcome{At: now}))
				}
				if _, ok, err := db.Claim(b.Context(), now, time.Minute); ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

// planned is the reminder of a task.
func planned(n int, at time.Time) store.Job {
	to := flow.UserID(fmt.Sprint("U", n%500))
	return store.Job{
		Lane: fmt.Sprint("digest/", to), Key: fmt.Sprint("remind/", to, "/", n), Incident: flow.IncidentID(n/3 + 1),
		Effect: flow.Effect{Tell: "remind", To: to}, Detail: "2026-12-01", At: at,
	}
}
