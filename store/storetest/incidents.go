package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

var incidentClaims = []claim{
	{"an incident reads back as it was saved", func(w *world) {
		want := w.declare(1, resolved(t0, task(1, "documenting", "2026-12-01", "UBEN")))
		got, err := w.Incident(w.ctx, 1)
		w.must(err)
		w.same("incident", got, want)
	}},
	{"an incident reads back as it was saved last", func(w *world) {
		inc := w.declare(1, nil)
		want := w.change(inc, func(inc *flow.Incident) { inc.Name = "Bigger outage"; inc.Roles = nil })
		got, err := w.Incident(w.ctx, 1)
		w.must(err)
		w.same("incident", got, want)
	}},
	{"an unknown incident is not found", func(w *world) {
		w.declare(1, nil)
		_, err := w.Incident(w.ctx, 2)
		w.is(err, store.ErrNotFound)
	}},
	{"the incident of a channel is the one with the highest number", func(w *world) {
		w.declare(2, func(inc *flow.Incident) { inc.Channel = "CWAR" })
		w.declare(10, func(inc *flow.Incident) { inc.Channel = "CWAR" })
		w.declare(9, func(inc *flow.Incident) { inc.Channel = "CWAR" })
		w.declare(11, func(inc *flow.Incident) { inc.Channel = "CWARM" })
		got, err := w.IncidentIn(w.ctx, "CWAR")
		w.must(err)
		w.same("incident", got.ID, flow.IncidentID(10))
	}},
	{"a channel without an incident has none", func(w *world) {
		w.declare(1, func(inc *flow.Incident) { inc.Channel = "" })
		w.declare(2, func(inc *flow.Incident) { inc.Channel = "CWARM" })
		for _, ch := range []flow.ChannelID{"CWAR", "CX", ""} {
			_, err := w.IncidentIn(w.ctx, ch)
			w.is(err, store.ErrNotFound)
		}
	}},
	{"an incident is found by its new channel, and no more by the old one", func(w *world) {
		inc := w.declare(1, nil)
		w.change(inc, func(inc *flow.Incident) { inc.Channel = "CNEW" })
		_, err := w.IncidentIn(w.ctx, "C1")
		w.is(err, store.ErrNotFound)
		got, err := w.IncidentIn(w.ctx, "CNEW")
		w.must(err)
		w.same("incident", got.ID, flow.IncidentID(1))
	}},
	{"the timeline has every event, in order", func(w *world) {
		inc := w.declare(1, nil)
		w.declare(2, nil)
		c := later(inc, nil)
		c.Events = append(c.Events, flow.Event{Seq: 3, At: after(time.Hour), Fact: flow.TaskDueSet{Task: 1, To: flow.Date{Year: 2026, Month: 12, Day: 3}}})
		c.Incident.Rev = 3
		w.must(w.Save(w.ctx, c))
		got, err := w.Timeline(w.ctx, 1, 0, 100)
		w.must(err)
		w.same("events", got, append(declared(1).Events, c.Events...))
	}},
	{"the timeline begins after a Seq and ends at the limit", func(w *world) {
		inc := w.declare(1, nil)
		for range 5 {
			inc = w.change(inc, nil)
		}
		w.declare(2, nil)
		for _, given := range []struct {
			after uint64
			limit int
			want  []uint64
		}{{0, 2, []uint64{1, 2}}, {2, 2, []uint64{3, 4}}, {4, 10, []uint64{5, 6}}, {6, 10, nil}, {1 << 63, 10, nil}, {0, 0, nil}} {
			events, err := w.Timeline(w.ctx, 1, given.after, given.limit)
			w.must(err)
			var seqs []uint64
			for _, ev := range events {
				seqs = append(seqs, ev.Seq)
			}
			w.same("seqs", seqs, given.want)
		}
	}},
	{"an unknown incident has no timeline", func(w *world) {
		w.declare(2, nil)
		events, err := w.Timeline(w.ctx, 1, 0, 10)
		w.must(err)
		w.same("number of events", len(events), 0)
	}},
	{"no number is handed out twice", func(w *world) {
		var mu sync.Mutex
		seen := map[flow.IncidentID]bool{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 5 {
					id, err := w.Reserve(w.ctx)
					mu.Lock()
					if err != nil || id <= 0 || seen[id] {
						w.Errorf("reserve gives %d (again: %t), %v", id, seen[id], err)
					}
					seen[id] = true
					mu.Unlock()
				}
			})
		}
		all.Wait()
	}},
	{"a number that came in by another way is not handed out", func(w *world) {
		w.declare(7, nil)
		id, err := w.Reserve(w.ctx)
		w.must(err)
		if id <= 7 {
			w.Errorf("%s is handed out after INC-7 was saved", id)
		}
	}},
	{"a save is refused unless the stored Rev is the one that the rules saw", func(w *world) {
		first := w.declare(1, nil)
		second := w.change(first, nil)
		for _, c := range []store.Change{declared(1), later(first, nil), later(flow.Incident{ID: 3, Rev: 4, Stage: flow.Active}, nil)} {
			c.Delivery, c.Jobs = "late", []store.Job{job("lane", "never")}
			w.is(w.Save(w.ctx, c), store.ErrConflict)
		}
		got, err := w.Incident(w.ctx, 1)
		w.must(err)
		w.same("incident", got, second)
		_, err = w.Incident(w.ctx, 3)
		w.is(err, store.ErrNotFound)
	}},
	{"a save that is refused leaves nothing behind", func(w *world) {
		inc := w.declare(1, nil)
		c := declared(1)
		c.Incident.Channel, c.Delivery, c.Jobs = "CGHOST", "d1", []store.Job{job("lane", "never")}
		w.is(w.Save(w.ctx, c), store.ErrConflict)
		_, err := w.IncidentIn(w.ctx, "CGHOST")
		w.is(err, store.ErrNotFound)
		w.none(after(time.Hour))
		events, err := w.Timeline(w.ctx, 1, 0, 10)
		w.must(err)
		w.same("number of events", len(events), 1)
		c = later(inc, nil)
		c.Delivery = "d1"
		w.must(w.Save(w.ctx, c)) // had d1 been remembered, this were repeated
	}},
	{"a save whose events do not follow is refused", func(w *world) {
		inc := w.declare(1, nil)
		gap, short := later(inc, nil), later(inc, nil)
		gap.Events[0].Seq++
		short.Incident.Rev++
		for _, c := range []store.Change{gap, short} {
			if err := w.Save(w.ctx, c); err == nil {
				w.Errorf("events %d to Rev %d after Rev %d are saved", c.Events[0].Seq, c.Incident.Rev, c.Before)
			}
		}
	}},
	{"a save without events may bring jobs and a delivery", func(w *world) {
		inc := w.declare(1, nil)
		c := store.Change{Before: inc.Rev, Incident: inc, Jobs: []store.Job{job("lane", "answer")}, Delivery: "d1", At: t0}
		w.must(w.Save(w.ctx, c))
		w.is(w.Save(w.ctx, c), store.ErrRepeated)
		w.claim(t0, "answer")
	}},
	{"of those who save the same incident at the same time exactly one wins", func(w *world) {
		inc := w.declare(1, nil)
		won := race(w, 8, func(who string) error {
			c := later(inc, func(inc *flow.Incident) { inc.Name = who })
			c.Jobs = []store.Job{job("lane", who)}
			return w.Save(w.ctx, c)
		}, store.ErrConflict)
		got, err := w.Incident(w.ctx, 1)
		w.must(err)
		w.same("name", got.Name, won)
		w.same("jobs", w.claimAll(t0), []string{won})
		events, err := w.Timeline(w.ctx, 1, 0, 10)
		w.must(err)
		w.same("number of events", len(events), 2)
	}},
	{"a change may follow as soon as the one that it rests on is placed", func(w *world) {
		inc := w.declare(1, nil)
		first := later(inc, nil)
		first.ID = "first"
		second := later(first.Incident, nil)
		second.ID, second.Rests = "second", "first"
		saved := make(chan error, 2)
		placed := false
		first.Placed = func() {
			placed = true
			go func() { saved <- w.Save(w.ctx, second) }()
		}
		w.must(w.Save(w.ctx, first))
		if !placed {
			w.Errorf("it was never placed")
			return
		}
		w.must(<-saved)
		got, err := w.Incident(w.ctx, 1)
		w.must(err)
		w.same("incident", got, second.Incident)
	}},
	{"a change that rests on another than the last one is refused", func(w *world) {
		inc := w.declare(1, nil)
		first := later(inc, nil)
		first.ID = "first"
		w.must(w.Save(w.ctx, first))
		for _, rests := range []string{"another", "firs"} {
			c := later(first.Incident, func(inc *flow.Incident) { inc.Name = rests })
			c.Rests = rests
			w.is(w.Save(w.ctx, c), store.ErrConflict)
		}
		unnamed := later(first.Incident, nil)
		w.must(w.Save(w.ctx, unnamed))
		c := later(unnamed.Incident, nil)
		c.Rests = "first"
		w.is(w.Save(w.ctx, c), store.ErrConflict)
		c = declared(2)
		c.Rests = "first"
		w.is(w.Save(w.ctx, c), store.ErrConflict)
	}},
	{"a change is placed once, before its save returns, and not where it was not to be saved at all", func(w *world) {
		placed := 0
		c := declared(1)
		c.Placed = func() { placed++ }
		w.must(w.Save(w.ctx, c))
		w.same("times placed", placed, 1)
		ended, end := context.WithCancel(w.ctx)
		end()
		w.is(w.Save(ended, c), context.Canceled)
		w.same("times placed", placed, 1)
	}},
	{"saves of different incidents do not harm each other", func(w *world) {
		var all sync.WaitGroup
		for id := flow.IncidentID(1); id <= 16; id++ {
			all.Go(func() {
				if err := w.Save(w.ctx, declared(id)); err != nil {
					w.Errorf("save %s: %v", id, err)
				}
				if err := w.Save(w.ctx, declared(id)); !errors.Is(err, store.ErrConflict) {
					w.Errorf("save %s again: %v", id, err)
				}
			})
		}
		all.Wait()
		page, err := w.List(w.ctx, store.Query{Stage: flow.Active})
		w.must(err)
		w.same("number of incidents", len(page.Items), 16)
	}},
	{"a context that has ended ends a save", func(w *world) {
		ctx, cancel := context.WithCancel(w.ctx)
		cancel()
		w.is(w.Save(ctx, declared(1)), context.Canceled)
		_, err := w.Incident(ctx, 1)
		w.is(err, context.Canceled)
	}},
}

// race has n do the same at the same time, wants all but one to fail with an error, and returns who won.
func race(w *world, n int, do func(who string) error, lost error) string {
	w.Helper()
	var (
		mu      sync.Mutex
		winners []string
		all     sync.WaitGroup
		start   = make(chan struct{})
	)
	for i := range n {
		who := string(rune('a' + i))
		all.Go(func() {
			<-start
			err := do(who)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				winners = append(winners, who)
			case !errors.Is(err, lost):
				w.Errorf("%s: %v, want %v", who, err, lost)
			}
		})
	}
	close(start)
	all.Wait()
	if len(winners) != 1 {
		w.Fatalf("%d win: %v", len(winners), winners)
	}
	return winners[0]
}

var deliveryClaims = []claim{
	{"a delivery is saved once, whatever it brings the second time", func(w *world) {
		c := declared(1)
		c.Delivery = "click-1"
		w.must(w.Save(w.ctx, c))
		again := later(c.Incident, nil)
		again.Delivery, again.Jobs = "click-1", []store.Job{job("lane", "never")}
		w.is(w.Save(w.ctx, again), store.ErrRepeated)
		w.none(after(time.Hour))
		got, err := w.Incident(w.ctx, 1)
		w.must(err)
		w.same("incident", got, c.Incident)
	}},
	{"repeated comes before conflict", func(w *world) {
		c := declared(1)
		c.Delivery = "click-1"
		w.must(w.Save(w.ctx, c))
		w.is(w.Save(w.ctx, c), store.ErrRepeated)
	}},
	{"a delivery of one incident is repeated for another as well", func(w *world) {
		c, other := declared(1), declared(2)
		c.Delivery, other.Delivery = "click-1", "click-1"
		w.must(w.Save(w.ctx, c))
		w.is(w.Save(w.ctx, other), store.ErrRepeated)
	}},
	{"of the same delivery at the same time exactly one is saved", func(w *world) {
		inc := w.declare(1, nil)
		race(w, 8, func(string) error {
			c := later(inc, nil)
			c.Delivery = "click-1"
			return w.Save(w.ctx, c)
		}, store.ErrRepeated)
	}},
	{"a delivery is remembered for DeliveryKept and no longer", func(w *world) {
		inc := w.declare(1, nil)
		first := later(inc, nil)
		first.Delivery = "click-1"
		w.must(w.Save(w.ctx, first))
		c := later(first.Incident, nil)
		c.Delivery, c.At = "click-1", after(store.DeliveryKept-time.Nanosecond)
		w.is(w.Save(w.ctx, c), store.ErrRepeated)
		c.At = after(store.DeliveryKept)
		w.must(w.Save(w.ctx, c))
		again := later(c.Incident, nil)
		again.Delivery, again.At = "click-1", after(store.DeliveryKept+time.Hour)
		w.is(w.Save(w.ctx, again), store.ErrRepeated)
	}},
	{"a delivery that was saved is known for as long as it is remembered, and no other is", func(w *world) {
		c := declared(1)
		c.Delivery = "click-1"
		refused := declared(1)
		refused.Delivery = "click-2"
		w.must(w.Save(w.ctx, c))
		w.is(w.Save(w.ctx, refused), store.ErrConflict)
		for _, x := range []struct {
			delivery string
			at       time.Time
			want     bool
		}{
			{"click-1", t0, true},
			{"click-1", after(store.DeliveryKept - time.Nanosecond), true},
			{"click-1", after(store.DeliveryKept), false},
			{"click-2", t0, false},
			{"click", t0, false},
			{"", t0, false},
		} {
			got, err := w.Delivered(w.ctx, x.delivery, x.at)
			w.must(err)
			w.same("delivered "+x.delivery, got, x.want)
		}
	}},
	{"changes without a delivery are never repeated", func(w *world) {
		inc := w.declare(1, nil)
		inc = w.change(inc, nil)
		w.change(inc, nil)
	}},
}
