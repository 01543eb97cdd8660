package storetest_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
	"epilogue/store/storetest"
)

// A suite that cannot fail proves nothing. Each mutant is a good store that breaks one promise; the suite must notice each of them.
func TestTheSuiteNoticesEveryBrokenPromise(t *testing.T) {
	mutants := maps.Clone(incidentMutants)
	maps.Copy(mutants, followUpMutants)
	maps.Copy(mutants, outboxMutants)
	maps.Copy(mutants, otherMutants)
	for name, wrap := range mutants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range storetest.Claims() {
				if said := storetest.Try(t.Context(), c, wrap(open(t))); len(said) > 0 {
					return
				}
			}
			t.Error("no claim fails")
		})
	}
}

func TestTheSuiteHasNothingAgainstAGoodStore(t *testing.T) {
	for _, c := range storetest.Claims() {
		if said := storetest.Try(t.Context(), c, open(t)); len(said) > 0 {
			t.Errorf("%s: %s", c.Name, strings.Join(said, "\n"))
		}
	}
}

func TestNoTwoClaimsHaveTheSameName(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range storetest.Claims() {
		if seen[c.Name] {
			t.Errorf("%q is claimed twice", c.Name)
		}
		seen[c.Name] = true
	}
}

// open opens a store that thousands of claims can afford: in memory, where the system has such a place.
func open(t *testing.T) store.Store {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "storetest-*")
	if err != nil {
		dir = t.TempDir()
	}
	db, err := boltstore.Open(filepath.Join(dir, "epilogue.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = db.Close()
		_ = os.RemoveAll(dir)
	})
	return db
}

// mutant is a store of which single methods are replaced.
type mutant struct {
	store.Store
	incident       func(context.Context, flow.IncidentID) (flow.Incident, error)
	incidentIn     func(context.Context, flow.ChannelID) (flow.Incident, error)
	timeline       func(context.Context, flow.IncidentID, uint64, int) ([]flow.Event, error)
	list           func(context.Context, store.Query) (store.Page[flow.Incident], error)
	tasks          func(context.Context, store.TaskQuery) (store.Page[store.TaskRef], error)
	followUps      func(context.Context, store.FollowUpQuery) (store.Page[store.FollowUpRef], error)
	reserve        func(context.Context) (flow.IncidentID, error)
	save           func(context.Context, store.Change) error
	saveProcess    func(context.Context, store.ProcessVersion) error
	processVersion func(context.Context, int) (store.ProcessVersion, error)
	enqueue        func(context.Context, time.Time, ...store.Job) error
	claim          func(context.Context, time.Time, time.Duration) (store.Job, bool, error)
	finish         func(context.Context, store.Job, store.Outcome) error
	retry          func(context.Context, store.Job, time.Time, bool, string) error
	bury           func(context.Context, store.Job, string, store.Outcome) error
	buried         func(context.Context, int) ([]store.Job, error)
	nextJob        func(context.Context) (time.Time, bool, error)
	result         func(context.Context, string) (json.RawMessage, error)
	results        func(context.Context, string) ([]store.Result, error)
	savePerson     func(context.Context, time.Time, store.Person, ...store.Job) error
	saveChannel    func(context.Context, store.Channel) error
	join           func(context.Context, flow.ChannelID, flow.UserID) error
	leave          func(context.Context, flow.ChannelID, flow.UserID) error
	backup         func(context.Context, io.Writer) error
	check          func(context.Context) ([]string, error)
	closing        func() error
}

// or is the replacement of a method, or the method itself.
func or[F any](replaced, method F, is bool) F {
	if is {
		return replaced
	}
	return method
}

func (m *mutant) Incident(ctx context.Context, id flow.IncidentID) (flow.Incident, error) {
	return or(m.incident, m.Store.Incident, m.incident != nil)(ctx, id)
}

func (m *mutant) IncidentIn(ctx context.Context, ch flow.ChannelID) (flow.Incident, error) {
	return or(m.incidentIn, m.Store.IncidentIn, m.incidentIn != nil)(ctx, ch)
}

func (m *mutant) Timeline(ctx context.Context, id flow.IncidentID, after uint64, limit int) ([]flow.Event, error) {
	return or(m.timeline, m.Store.Timeline, m.timeline != nil)(ctx, id, after, limit)
}

func (m *mutant) List(ctx context.Context, q store.Query) (store.Page[flow.Incident], error) {
	return or(m.list, m.Store.List, m.list != nil)(ctx, q)
}

func (m *mutant) Tasks(ctx context.Context, q store.TaskQuery) (store.Page[store.TaskRef], error) {
	return or(m.tasks, m.Store.Tasks, m.tasks != nil)(ctx, q)
}

func (m *mutant) FollowUps(ctx context.Context, q store.FollowUpQuery) (store.Page[store.FollowUpRef], error) {
	return or(m.followUps, m.Store.FollowUps, m.followUps != nil)(ctx, q)
}

func (m *mutant) Reserve(ctx context.Context) (flow.IncidentID, error) {
	return or(m.reserve, m.Store.Reserve, m.reserve != nil)(ctx)
}

func (m *mutant) Save(ctx context.Context, c store.Change) error {
	return or(m.save, m.Store.Save, m.save != nil)(ctx, c)
}

func (m *mutant) SaveProcess(ctx context.Context, v store.ProcessVersion) error {
	return or(m.saveProcess, m.Store.SaveProcess, m.saveProcess != nil)(ctx, v)
}

func (m *mutant) ProcessVersion(ctx context.Context, n int) (store.ProcessVersion, error) {
	return or(m.processVersion, m.Store.ProcessVersion, m.processVersion != nil)(ctx, n)
}

func (m *mutant) Enqueue(ctx context.Context, now time.Time, jobs ...store.Job) error {
	return or(m.enqueue, m.Store.Enqueue, m.enqueue != nil)(ctx, now, jobs...)
}

func (m *mutant) Claim(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
	return or(m.claim, m.Store.Claim, m.claim != nil)(ctx, now, lease)
}

func (m *mutant) Finish(ctx context.Context, j store.Job, out store.Outcome) error {
	return or(m.finish, m.Store.Finish, m.finish != nil)(ctx, j, out)
}

func (m *mutant) Retry(ctx context.Context, j store.Job, at time.Time, sent bool, why string) error {
	return or(m.retry, m.Store.Retry, m.retry != nil)(ctx, j, at, sent, why)
}

func (m *mutant) Bury(ctx context.Context, j store.Job, why string, out store.Outcome) error {
	return or(m.bury, m.Store.Bury, m.bury != nil)(ctx, j, why, out)
}

func (m *mutant) Buried(ctx context.Context, limit int) ([]store.Job, error) {
	return or(m.buried, m.Store.Buried, m.buried != nil)(ctx, limit)
}

func (m *mutant) NextJob(ctx context.Context) (time.Time, bool, error) {
	return or(m.nextJob, m.Store.NextJob, m.nextJob != nil)(ctx)
}

func (m *mutant) Result(ctx context.Context, key string) (json.RawMessage, error) {
	return or(m.result, m.Store.Result, m.result != nil)(ctx, key)
}

func (m *mutant) Results(ctx context.Context, prefix string) ([]store.Result, error) {
	return or(m.results, m.Store.Results, m.results != nil)(ctx, prefix)
}

func (m *mutant) SavePerson(ctx context.Context, now time.Time, p store.Person, then ...store.Job) error {
	return or(m.savePerson, m.Store.SavePerson, m.savePerson != nil)(ctx, now, p, then...)
}

func (m *mutant) SaveChannel(ctx context.Context, c store.Channel) error {
	return or(m.saveChannel, m.Store.SaveChannel, m.saveChannel != nil)(ctx, c)
}

func (m *mutant) Join(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
	return or(m.join, m.Store.Join, m.join != nil)(ctx, ch, id)
}

func (m *mutant) Leave(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
	return or(m.leave, m.Store.Leave, m.leave != nil)(ctx, ch, id)
}

func (m *mutant) Backup(ctx context.Context, w io.Writer) error {
	return or(m.backup, m.Store.Backup, m.backup != nil)(ctx, w)
}

func (m *mutant) Check(ctx context.Context) ([]string, error) {
	return or(m.check, m.Store.Check, m.check != nil)(ctx)
}

func (m *mutant) Close() error { return or(m.closing, m.Store.Close, m.closing != nil)() }
