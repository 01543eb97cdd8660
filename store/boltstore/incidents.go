package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
)

// Incident reads one incident.
func (db *DB) Incident(ctx context.Context, id flow.IncidentID) (inc flow.Incident, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		inc, err = db.incident(tx, id)
		return err
	})
	return inc, wrap(err, "read %s", id)
}

// IncidentIn reads the incident of a channel with the highest number.
func (db *DB) IncidentIn(ctx context.Context, ch flow.ChannelID) (inc flow.Incident, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		k, _ := lastOf(tx, bByChannel, key{}.text(string(ch)))
		if k == nil {
			return store.ErrNotFound
		}
		id, err := incidentOf(bByChannel, k)
		if err != nil {
			return err
		}
		inc, err = db.incident(tx, id)
		return err
	})
	return inc, wrap(err, "read the incident in %s", ch)
}

func (db *DB) incident(tx *bbolt.Tx, id flow.IncidentID) (flow.Incident, error) {
	record := tx.Bucket(bHistory).Get(incidentKey(id))
	if record == nil {
		return flow.Incident{}, store.ErrNotFound
	}
	d, err := db.incidents.read(id, record)
	return d.incident, err
}

// Timeline reads a part of an incident's events.
func (db *DB) Timeline(ctx context.Context, id flow.IncidentID, after uint64, limit int) ([]flow.Event, error) {
	var events []flow.Event
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(bHistory).Cursor()
		for k, v := seekBefore(c, historyKey(id, after)); len(events) < limit && bytes.Compare(k, incidentKey(id)) > 0; k, v = c.Prev() {
			ev, err := store.DecodeEvent(v)
			if err != nil {
				if err := db.passOver(err, "an event of %s", id); err != nil {
					return err
				}
				continue
			}
			events = append(events, ev)
		}
		return nil
	})
	return events, wrap(err, "read the timeline of %s", id)
}

// Reserve hands out the next number.
func (db *DB) Reserve(ctx context.Context) (flow.IncidentID, error) {
	var id uint64
	err := db.write(ctx, func(t *txn) (err error) {
		id, err = t.next(bNumbers)
		return err
	})
	if err != nil { // id may still be written to: the context ended first
		return 0, wrap(err, "reserve a number")
	}
	return flow.IncidentID(id), nil
}

// Save writes a change.
func (db *DB) Save(ctx context.Context, c store.Change) error {
	s, err := prepare(c)
	if err == nil {
		err = db.writePlaced(ctx, s.apply, c.Placed)
	}
	return wrap(err, "save %s", c.Incident.ID)
}

// save is a change as the writer needs it: encoded by its caller, so that the writer only compares and writes. The incident stays, for whoever
// reads it next.
type save struct {
	store.Change
	record  []byte
	events  []entry
	entries []entry
	jobs    []store.Job
}

func prepare(c store.Change) (*save, error) {
	if err := check(c); err != nil {
		return nil, err
	}
	jobs, err := ownJobs(c.Jobs)
	if err != nil {
		return nil, err
	}
	s := &save{Change: c, entries: entriesOf(c.Incident), jobs: jobs}
	if s.record, err = store.EncodeIncident(c.Incident); err != nil {
		return nil, err
	}
	for _, ev := range c.Events {
		record, err := store.EncodeEvent(ev)
		if err != nil {
			return nil, err
		}
		s.events = append(s.events, entry{bHistory, historyKey(c.Incident.ID, ev.Seq), record})
	}
	return s, nil
}

// check refuses what the rules cannot have made.
func check(c store.Change) error {
	if c.Incident.ID <= 0 {
		return errors.New("the incident has no number")
	}
	if c.Incident.Channel != "" {
		if err := checkText("channel", string(c.Incident.Channel)); err != nil {
			return err
		}
	}
	if err := checkText("stage", string(c.Incident.Stage)); err != nil {
		return err
	}
	for _, u := range c.Incident.Involved {
		if err := checkText("person", string(u)); err != nil {
			return err
		}
	}
	if c.Delivery != "" {
		if err := checkText("delivery", c.Delivery); err != nil {
			return err
		}
	}
	for i, ev := range c.Events {
		if want := c.Before + 1 + uint64(i); ev.Seq != want {
			return fmt.Errorf("event %d stands where %d belongs", ev.Seq, want)
		}
	}
	if want := c.Before + uint64(len(c.Events)); c.Incident.Rev != want {
		return fmt.Errorf("the incident has revision %d, its events end at %d", c.Incident.Rev, want)
	}
	if c.Incident.Rev == 0 {
		return errors.New("the incident has no events")
	}
	if err := checkFollowUps(c.Incident.FollowUps); err != nil {
		return err
	}
	return checkTasks(c.Incident.Tasks)
}

func checkFollowUps(all []flow.FollowUp) error {
	for _, f := range all {
		if err := checkDay(f.Due); err != nil {
			return fmt.Errorf("follow-up %d: %w", f.Number, err)
		}
		if f.Owner != "" {
			if err := checkText("owner", string(f.Owner)); err != nil {
				return fmt.Errorf("follow-up %d: %w", f.Number, err)
			}
		}
	}
	return nil
}

func checkTasks(tasks []flow.Task) error {
	for _, t := range tasks {
		if err := checkDay(t.Due); err != nil {
			return fmt.Errorf("task %d: %w", t.Number, err)
		}
		if t.Assignee != "" {
			if err := checkText("assignee", string(t.Assignee)); err != nil {
				return fmt.Errorf("task %d: %w", t.Number, err)
			}
		}
	}
	return nil
}

func (s *save) apply(t *txn) error {
	if err := t.refuseRepeated(s.Delivery, s.At); err != nil {
		return err
	}
	id := incidentKey(s.Incident.ID)
	stale, fresh, err := s.indexes(t, t.get(bHistory, id))
	if err != nil {
		return err
	}
	if err := t.put(bHistory, id, s.record); err != nil {
		return err
	}
	for _, e := range stale {
		if err := t.del(e.bucket, e.key); err != nil {
			return err
		}
	}
	for _, e := range slices.Concat(fresh, s.events) {
		if err := t.put(e.bucket, e.key, e.value); err != nil {
			return err
		}
	}
	if err := t.atLeast(bNumbers, uint64(s.Incident.ID)); err != nil {
		return err
	}
	if err := t.remember(s.Delivery, s.At); err != nil {
		return err
	}
	t.learn(s.Incident.ID, remembered[decoded]{s.record, decoded{incident: s.Incident, entries: s.entries, change: s.ID}})
	return t.enqueue(s.At, s.jobs)
}

// indexes compares with what is stored: ErrConflict, or the index entries to take away and those to add.
func (s *save) indexes(t *txn, stored []byte) (stale, fresh []entry, err error) {
	if stored == nil {
		if s.Before != 0 || s.Rests != "" {
			return nil, nil, store.ErrConflict
		}
		return nil, s.entries, nil
	}
	old, known := t.peek(s.Incident.ID, stored)
	if !known {
		if old.incident, err = store.DecodeIncident(stored); err != nil {
			return nil, nil, err
		}
	}
	if old.incident.Rev != s.Before || s.Before == 0 || s.Rests != "" && (!known || s.Rests != old.change) {
		return nil, nil, store.ErrConflict
	}
	if old.entries == nil {
		old.entries = entriesOf(old.incident)
	}
	return less(old.entries, s.entries), less(s.entries, old.entries), nil
}

// atLeast raises the number of a bucket, so that Reserve hands out none that came in by another way, such as an import.
func (t *txn) atLeast(bucket []byte, n uint64) error {
	b := t.tx.Bucket(bucket)
	if b.Sequence() >= n {
		return nil
	}
	t.writes++
	return b.SetSequence(n)
}

// wrap says what was being done.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
