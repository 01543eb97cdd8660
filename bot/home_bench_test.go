package bot

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// BenchmarkAnAppHome draws the App Home of an admin who leads one incident of fifty, with 1,000 incidents in the store and with 100,000: a tenth of them in the
// post-incident stage, the rest closed. x-1000 is how much longer it takes with the many.
func BenchmarkAnAppHome(b *testing.B) {
	few, many := homeOf(b, 1_000), homeOf(b, 100_000)
	var ratios, took []float64
	for b.Loop() {
		small, large := few(), many()
		ratios, took = append(ratios, float64(large)/float64(small)), append(took, large.Seconds()*1000)
	}
	slices.Sort(ratios)
	slices.Sort(took)
	b.ReportMetric(ratios[len(ratios)/2], "x-1000")
	b.ReportMetric(took[len(took)/2], "ms-with-100000")
	b.ReportMetric(0, "ns/op")
}

// homeOf draws an App Home over a store of so many incidents, and says how long that takes.
func homeOf(b *testing.B, n int) func() time.Duration {
	b.Helper()
	db, err := boltstore.Open(filepath.Join(b.TempDir(), "epilogue.db"), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	fillStore(b, db, n)
	bot := New(Options{Store: db, Slack: Client("xoxb-1", "xapp-1", "http://127.0.0.1:1/"), Unpaced: true})
	ctx, p := context.Background(), store.Person{ID: ana, Home: true}
	return func() time.Duration {
		began := time.Now()
		view, err := bot.drawHome(ctx, p, flow.Actor{User: ana, Standing: flow.FullMember, Admin: true})
		if err != nil {
			b.Fatal(err)
		}
		if len(view.Blocks.BlockSet) < 2*blocks.HomeTasks+blocks.HomePost+blocks.HomeClosed {
			b.Fatalf("only %d blocks", len(view.Blocks.BlockSet))
		}
		return time.Since(began)
	}
}

// fillStore saves incidents, many at once.
func fillStore(b *testing.B, db *boltstore.DB, n int) {
	b.Helper()
	const savers = 256
	var all sync.WaitGroup
	for from := range savers {
		all.Go(func() {
			for id := from + 1; id <= n; id += savers {
				if err := db.Save(context.Background(), aged(flow.IncidentID(id))); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// aged is an incident as it is after a while.
func aged(id flow.IncidentID) store.Change {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(id) * time.Minute)
	lead := ben
	if id%50 == 0 {
		lead = ana
	}
	inc := flow.Incident{
		ID: id, Rev: 1, Name: fmt.Sprint("Outage ", id), Severity: "major", Type: "default", DeclaredBy: lead, DeclaredAt: at, ResolvedAt: at, Involved: []flow.UserID{lead},
		Roles: map[flow.Key]flow.UserID{flow.LeadRole: lead}, Stage: flow.Closed, Status: "documenting", ClosedAt: at, ClosedBy: lead,
		Snapshot: &flow.Snapshot{Flow: "standard", Name: "Standard", Version: 1, OptOut: flow.Everyone, Statuses: []flow.Label{{Key: "documenting", Name: "Documenting"}}},
	}
	if id%10 == 0 {
		inc.Stage, inc.ClosedAt, inc.ClosedBy = flow.PostIncident, time.Time{}, ""
	}
	for k := range flow.TaskNumber(3) {
		inc.Tasks = append(inc.Tasks, flow.Task{
			Number: k + 1, Status: "documenting", Kind: flow.Custom, Title: "Ask the payment provider", State: flow.Open, Assignee: lead, Due: flow.Date{Year: 2026, Month: 12, Day: 1 + int(k)},
		})
	}
	inc.LastTask = 3
	return store.Change{Incident: inc, Events: []flow.Event{{Seq: 1, At: at, By: lead, Fact: flow.Declared{ID: id, Name: inc.Name}}}, At: at}
}
