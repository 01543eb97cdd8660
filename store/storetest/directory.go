package storetest

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/store"
)

func version(n int, name string) store.ProcessVersion {
	p := flow.Standard()
	p.Version, p.Flows[0].Name = n, name
	return store.ProcessVersion{Process: p, By: "UANA", At: t0}
}

var processClaims = []claim{
	{"the process is the standard one until one is saved", func(w *world) {
		p, err := w.Process(w.ctx)
		w.must(err)
		w.same("process", p, flow.Standard())
		v, err := w.ProcessVersion(w.ctx, p.Version)
		w.must(err)
		w.same("its version", v, store.ProcessVersion{Process: flow.Standard()})
	}},
	{"the process is the one that was saved last, and every version is kept", func(w *world) {
		first := flow.Standard().Version
		for n, name := range []string{"Second", "Third"} {
			w.must(w.SaveProcess(w.ctx, version(first+n+1, name)))
			p, err := w.Process(w.ctx)
			w.must(err)
			w.same("process", p, version(first+n+1, name).Process)
		}
		for n, name := range []string{"Second", "Third"} {
			v, err := w.ProcessVersion(w.ctx, first+n+1)
			w.must(err)
			w.same("version", v, version(first+n+1, name))
		}
		v, err := w.ProcessVersion(w.ctx, first)
		w.must(err)
		w.same("first version", v.Process, flow.Standard())
	}},
	{"a version that was never saved is not found", func(w *world) {
		for _, n := range []int{0, -1, flow.Standard().Version + 1} {
			_, err := w.ProcessVersion(w.ctx, n)
			w.is(err, store.ErrNotFound)
		}
	}},
	{"a process is refused unless it is the next version", func(w *world) {
		first := flow.Standard().Version
		for _, n := range []int{first - 1, first, first + 2} {
			w.is(w.SaveProcess(w.ctx, version(n, "Wrong")), store.ErrConflict)
		}
		w.must(w.SaveProcess(w.ctx, version(first+1, "Right")))
		w.is(w.SaveProcess(w.ctx, version(first+1, "Late")), store.ErrConflict)
		p, err := w.Process(w.ctx)
		w.must(err)
		w.same("name", p.Flows[0].Name, "Right")
	}},
	{"of those who save a process at the same time exactly one wins", func(w *world) {
		next := flow.Standard().Version + 1
		won := race(w, 8, func(who string) error { return w.SaveProcess(w.ctx, version(next, who)) }, store.ErrConflict)
		p, err := w.Process(w.ctx)
		w.must(err)
		w.same("name", p.Flows[0].Name, won)
	}},
	{"a saved process may be changed without changing the store", func(w *world) {
		v := version(flow.Standard().Version+1, "Saved")
		w.must(w.SaveProcess(w.ctx, v))
		v.Process.Flows[0].Name = "changed"
		p, err := w.Process(w.ctx)
		w.must(err)
		w.same("name", p.Flows[0].Name, "Saved")
	}},
}

var directoryClaims = []claim{
	{"a person reads back as saved last, whole", func(w *world) {
		ana := store.Person{ID: "UANA", Name: "Ana", Standing: flow.FullMember, Admin: true, Zone: "Europe/Berlin", DM: "D1", Home: true, Look: "show=mine", Greeted: true, Known: t0}
		w.must(w.SavePerson(w.ctx, t0, ana))
		got, err := w.Person(w.ctx, "UANA")
		w.must(err)
		w.same("person", got, ana)
		guest := store.Person{ID: "UANA", Name: "Ana B", Standing: flow.Guest, Known: t0}
		w.must(w.SavePerson(w.ctx, t0, guest))
		got, err = w.Person(w.ctx, "UANA")
		w.must(err)
		w.same("person", got, guest)
	}},
	{"a person is saved with the jobs that follow, or not at all", func(w *world) {
		unfit := job("lane", "0")
		unfit.At = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) // a year that no record has room for
		if err := w.SavePerson(w.ctx, t0, store.Person{ID: "UANA"}, unfit); err == nil {
			w.Fatalf("a job that cannot be kept was taken")
		}
		_, err := w.Person(w.ctx, "UANA")
		w.is(err, store.ErrNotFound)
		w.must(w.SavePerson(w.ctx, t0, store.Person{ID: "UANA"}, job("lane", "1"), job("lane", "2")))
		w.finish(w.claim(t0, "1"), t0)
		w.claim(t0, "2")
	}},
	{"an unknown person or channel is not found", func(w *world) {
		_, err := w.Person(w.ctx, "UANA")
		w.is(err, store.ErrNotFound)
		_, err = w.Channel(w.ctx, "C1")
		w.is(err, store.ErrNotFound)
	}},
	{"a channel reads back as saved, its members sorted", func(w *world) {
		c := store.Channel{ID: "C1", Name: "inc-1", Private: true, Direct: true, Shared: true, Archived: true, Members: []flow.UserID{"UBEN", "UANA"}, Known: t0}
		w.must(w.SaveChannel(w.ctx, c))
		c.Members = []flow.UserID{"UANA", "UBEN"}
		got, err := w.Channel(w.ctx, "C1")
		w.must(err)
		w.same("channel", got, c)
	}},
	{"joining and leaving change the members of a channel that is known", func(w *world) {
		w.must(w.SaveChannel(w.ctx, store.Channel{ID: "C1", Members: []flow.UserID{"UBEN"}}))
		for _, step := range []struct {
			do   func(context.Context, flow.ChannelID, flow.UserID) error
			who  flow.UserID
			want []flow.UserID
		}{
			{w.Join, "UEVE", []flow.UserID{"UBEN", "UEVE"}},
			{w.Join, "UANA", []flow.UserID{"UANA", "UBEN", "UEVE"}},
			{w.Join, "UANA", []flow.UserID{"UANA", "UBEN", "UEVE"}},
			{w.Leave, "UBEN", []flow.UserID{"UANA", "UEVE"}},
			{w.Leave, "UBEN", []flow.UserID{"UANA", "UEVE"}},
		} {
			w.must(step.do(w.ctx, "C1", step.who))
			got, err := w.Channel(w.ctx, "C1")
			w.must(err)
			w.same("members", got.Members, step.want)
		}
	}},
	{"joining and leaving do nothing to a channel that is not known", func(w *world) {
		w.must(w.Join(w.ctx, "C1", "UANA"))
		w.must(w.Leave(w.ctx, "C1", "UANA"))
		_, err := w.Channel(w.ctx, "C1")
		w.is(err, store.ErrNotFound)
	}},
}

var storeClaims = []claim{
	{"a store that is used as the contract says checks clean, and checking changes nothing", func(w *world) {
		w.workload()
		before := w.summary()
		findings, err := w.Check(w.ctx)
		w.must(err)
		w.same("findings", findings, []string(nil))
		w.same("what is in it", w.summary(), before)
	}},
	{"a backup is written", func(w *world) {
		w.declare(1, nil)
		var b bytes.Buffer
		w.must(w.Backup(w.ctx, &b))
		if b.Len() == 0 {
			w.Errorf("the backup is empty")
		}
	}},
	{"a backup says when it could not be written", func(w *world) {
		w.is(w.Backup(w.ctx, fullDisk{}), io.ErrShortWrite)
	}},
	{"a closed store says so", func(w *world) {
		w.declare(1, nil)
		w.must(w.Close())
		_, incident := w.Incident(w.ctx, 1)
		_, list := w.List(w.ctx, store.Query{})
		_, process := w.Process(w.ctx)
		_, _, claimed := w.Claim(w.ctx, t0, lease)
		_, check := w.Check(w.ctx)
		for _, err := range []error{
			incident, list, process, claimed, check, w.Save(w.ctx, declared(2)), w.Enqueue(w.ctx, t0, job("lane", "1")),
			w.SavePerson(w.ctx, t0, store.Person{ID: "UANA"}), w.Backup(w.ctx, io.Discard), w.Close(),
		} {
			w.is(err, store.ErrClosed)
		}
	}},
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// workload does a bit of everything.
func (w *world) workload() {
	w.Helper()
	populate(w)
	inc, err := w.Incident(w.ctx, 4)
	w.must(err)
	c := later(inc, resolved(t0, task(1, "documenting", "2026-12-01", "UANA"), task(2, "reviewing", "", "UBEN")))
	c.Delivery, c.Jobs = "click-1", []store.Job{keyed("lane", "card", "1"), job("lane", "2"), job("other", "3")}
	w.must(w.Save(w.ctx, c))
	future := job("lane", "future")
	future.At = after(1000 * lease)
	w.enqueue(t0, future, keyed("third", "dm", "4"), job("third", "5"))
	w.must(w.Retry(w.ctx, w.claim(t0, "1"), after(lease), true, "busy"))
	w.must(w.Bury(w.ctx, w.claim(t0, "3"), "gone", store.Outcome{Results: []store.Result{{Key: "k", Value: value("v")}}, At: t0}))
	w.claim(t0, "4")
	w.must(w.SaveProcess(w.ctx, version(flow.Standard().Version+1, "Second")))
	w.must(w.SavePerson(w.ctx, t0, store.Person{ID: "UANA"}))
	w.must(w.SaveChannel(w.ctx, store.Channel{ID: "C1", Members: []flow.UserID{"UANA"}}))
	moved, err := w.Incident(w.ctx, 7)
	w.must(err)
	w.change(moved, resolved(t0, task(1, "documenting", "", "")))
}

// summary is a good part of what a store shows.
func (w *world) summary() string {
	w.Helper()
	incidents, err := w.List(w.ctx, store.Query{})
	w.must(err)
	tasks, err := w.Tasks(w.ctx, store.TaskQuery{})
	w.must(err)
	buried, err := w.Buried(w.ctx, 10)
	w.must(err)
	at, more, err := w.NextJob(w.ctx)
	w.must(err)
	return cmp.Diff(nil, []any{incidents, tasks, buried, at, more})
}
