package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/store"
)

// t0 is when the claims take place.
var t0 = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

const lease = time.Minute

// world is a claim's view of the store that it judges: steps that must work fail the claim.
type world struct {
	T
	store.Store
	ctx context.Context
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("must work: %v", err)
	}
}

// is wants an error of a kind.
func (w *world) is(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("error is %v, want %v", err, want)
	}
}

// same wants two values to be equal.
func (w *world) same(what string, got, want any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// declared is the first change of an incident.
func declared(id flow.IncidentID) store.Change {
	inc := flow.Incident{
		ID: id, Rev: 1, Name: fmt.Sprintf("Outage %d", id), Channel: flow.ChannelID(fmt.Sprintf("C%d", id)), Severity: "major", Type: "default",
		Roles: map[flow.Key]flow.UserID{"lead": "UANA"}, DeclaredBy: "UANA", DeclaredAt: t0, Involved: []flow.UserID{"UANA"},
		Stage: flow.Active, Status: "investigating",
	}
	fact := flow.Declared{ID: id, Name: inc.Name, Severity: inc.Severity, Type: inc.Type, Status: inc.Status, Lead: "UANA", Channel: inc.Channel}
	return store.Change{Incident: inc, Events: []flow.Event{{Seq: 1, At: t0, By: "UANA", Fact: fact}}, At: t0}
}

// later is the next change of an incident: a note, and whatever change does.
func later(inc flow.Incident, change func(*flow.Incident)) store.Change {
	before := inc.Rev
	inc.Rev++
	if change != nil {
		change(&inc)
	}
	note := flow.Event{Seq: inc.Rev, At: t0, By: "UANA", Fact: flow.NoteAdded{Text: fmt.Sprintf("note %d", inc.Rev)}}
	return store.Change{Before: before, Incident: inc, Events: []flow.Event{note}, At: t0}
}

// declare saves an incident and returns it.
func (w *world) declare(id flow.IncidentID, change func(*flow.Incident)) flow.Incident {
	w.Helper()
	c := declared(id)
	if change != nil {
		change(&c.Incident)
	}
	w.must(w.Save(w.ctx, c))
	return c.Incident
}

// change saves the next change of an incident and returns it.
func (w *world) change(inc flow.Incident, change func(*flow.Incident)) flow.Incident {
	w.Helper()
	c := later(inc, change)
	w.must(w.Save(w.ctx, c))
	return c.Incident
}

// resolved puts an incident into the post-incident stage, with a flow of two statuses and these tasks.
func resolved(at time.Time, tasks ...flow.Task) func(*flow.Incident) {
	return func(inc *flow.Incident) {
		inc.Stage, inc.Status, inc.ResolvedAt, inc.ResolvedBy = flow.PostIncident, "documenting", at, "UANA"
		inc.Snapshot = &flow.Snapshot{
			Flow: "standard", Name: "Standard", Version: 1, OptOut: flow.Everyone, Entry: flow.Ask,
			Statuses: []flow.Label{{Key: "documenting", Name: "Documenting"}, {Key: "reviewing", Name: "Reviewing"}},
		}
		inc.Tasks = tasks
	}
}

// closed closes an incident.
func closed(at time.Time) func(*flow.Incident) {
	return func(inc *flow.Incident) { inc.Stage, inc.ClosedAt, inc.ClosedBy = flow.Closed, at, "UANA" }
}

// task is an open task.
func task(n flow.TaskNumber, status flow.Key, due string, assignee flow.UserID) flow.Task {
	var day flow.Date
	if err := day.UnmarshalText([]byte(due)); err != nil {
		panic(err) // the claim is written wrongly
	}
	return flow.Task{Number: n, Status: status, Kind: flow.Custom, Title: fmt.Sprintf("Task %d", n), Due: day, Assignee: assignee, State: flow.Open}
}

// job is a job that renders an event, which its Detail repeats so that claims can name it.
func job(lane, name string) store.Job {
	return store.Job{Lane: lane, Incident: 1, Effect: flow.Effect{Tell: flow.TellPost, Seq: 1}, Detail: name}
}

func keyed(lane, key, name string) store.Job {
	j := job(lane, name)
	j.Key = key
	return j
}

func (w *world) enqueue(now time.Time, jobs ...store.Job) {
	w.Helper()
	w.must(w.Enqueue(w.ctx, now, jobs...))
}

// claim wants a job of a name to be handed out.
func (w *world) claim(now time.Time, name string) store.Job {
	w.Helper()
	j, ok, err := w.Claim(w.ctx, now, lease)
	w.must(err)
	if !ok {
		w.Fatalf("no job is handed out, want %s", name)
	}
	if j.Detail != name {
		w.Fatalf("job %s is handed out, want %s", j.Detail, name)
	}
	return j
}

// none wants no job to be handed out.
func (w *world) none(now time.Time) {
	w.Helper()
	j, ok, err := w.Claim(w.ctx, now, lease)
	w.must(err)
	if ok {
		w.Fatalf("job %s is handed out, want none", j.Detail)
	}
}

// claimAll claims and finishes all that may run, and returns their names.
func (w *world) claimAll(now time.Time) []string {
	w.Helper()
	var names []string
	for range 1000 {
		j, ok, err := w.Claim(w.ctx, now, lease)
		w.must(err)
		if !ok {
			return names
		}
		names = append(names, j.Detail)
		w.finish(j, now)
	}
	w.Fatalf("there is no end of jobs")
	return nil
}

func (w *world) finish(j store.Job, now time.Time) {
	w.Helper()
	w.must(w.Finish(w.ctx, j, store.Outcome{At: now}))
}

func (w *world) result(key string) string {
	w.Helper()
	v, err := w.Result(w.ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return "not found"
	}
	w.must(err)
	return string(v)
}

func value(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }

func after(d time.Duration) time.Time { return t0.Add(d) }
