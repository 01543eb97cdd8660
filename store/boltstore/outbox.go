package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"epilogue/store"
)

// How the outbox lies in the file: each job has a place in its lane, and only a lane's first job is ever in ready or held: in ready when it may be
// claimed, in held while it is claimed or waits for a retry. Claiming takes the first key of ready, so its cost does not follow the number
// of jobs, and the oldest of all lanes comes first. What the future brings waits in scheduled and held, ordered by time.

// Enqueue adds jobs.
func (db *DB) Enqueue(ctx context.Context, now time.Time, jobs ...store.Job) error {
	own, err := ownJobs(jobs)
	if err == nil && len(own) > 0 {
		err = db.write(ctx, func(t *txn) error { return t.enqueue(now, own) })
	}
	return wrap(err, "enqueue jobs")
}

// enqueue lets those join their lanes whose moment has come, so that order follows the moments, and then adds jobs.
func (t *txn) enqueue(now time.Time, jobs []store.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := t.wake(now); err != nil {
		return err
	}
	for _, j := range jobs {
		if err := t.arrive(now, j); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) arrive(now time.Time, fresh store.Job) error {
	if fresh.Key != "" {
		if id := t.get(bKeys, []byte(fresh.Key)); id != nil {
			if j, err := t.indexed(id); err == nil {
				return t.merge(j, fresh)
			} else if err := t.setAside(id, err); err != nil {
				return err
			}
		}
	}
	id, err := ulid.New(ulid.Now(), t.db.ids)
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	fresh.ID, fresh.Claims, fresh.Tries, fresh.LastWhy = id.String(), 0, 0, ""
	if fresh.Key != "" {
		if err := t.put(bKeys, []byte(fresh.Key), []byte(fresh.ID)); err != nil {
			return err
		}
	}
	j := job{Job: fresh}
	if fresh.At.After(now) {
		return t.schedule(j)
	}
	return t.join(j)
}

// merge gives a waiting job everything of a newer one but what the contract says it keeps.
func (t *txn) merge(j job, fresh store.Job) error {
	elder := j.Job
	j.Job = fresh
	j.ID, j.Lane, j.At, j.Effect.Since = elder.ID, elder.Lane, elder.At, elder.Effect.Since
	j.Claims, j.Tries, j.LastWhy = 0, 0, ""
	return t.putJob(j)
}

func (t *txn) schedule(j job) (err error) {
	j.state = scheduled
	if j.place, err = t.next(bLanes); err != nil {
		return err
	}
	if err := t.put(bScheduled, key{}.moment(j.At).num(j.place), []byte(j.ID)); err != nil {
		return err
	}
	return t.putJob(j)
}

// join puts a job at the end of its lane.
func (t *txn) join(j job) (err error) {
	j.state = queued
	if j.place, err = t.next(bLanes); err != nil {
		return err
	}
	lane := key{}.text(j.Lane)
	if first, _ := t.first(bLanes, lane); first == nil {
		if err := t.ready(j); err != nil {
			return err
		}
	}
	if err := t.put(bLanes, lane.num(j.place), []byte(j.ID)); err != nil {
		return err
	}
	return t.putJob(j)
}

func (t *txn) ready(j job) error { return t.put(bReady, key{}.num(j.place), []byte(j.ID)) }

// wake lets come what was due by now: scheduled jobs join their lanes, leases end, retries may be tried.
func (t *txn) wake(now time.Time) error {
	return t.eachDue(now, func(bucket []byte, j job) error {
		if bytes.Equal(bucket, bScheduled) {
			return t.join(j)
		}
		j.until = time.Time{}
		if err := t.ready(j); err != nil {
			return err
		}
		return t.putJob(j)
	})
}

// eachDue takes what is due out of scheduled and held, in the order of time.
func (t *txn) eachDue(now time.Time, f func(bucket []byte, j job) error) error {
	for _, bucket := range [][]byte{bScheduled, bHeld} {
		var due []entry
		c := t.tx.Bucket(bucket).Cursor()
		for k, id := c.First(); k != nil; k, id = c.Next() {
			at, err := readMoment(k)
			if err != nil {
				return err
			}
			if at.After(now) {
				break
			}
			due = append(due, entry{bucket, bytes.Clone(k), bytes.Clone(id)})
		}
		for _, e := range due {
			if err := t.del(bucket, e.key); err != nil {
				return err
			}
			j, err := t.indexed(e.value)
			if err != nil {
				if err := t.setAside(e.value, err); err != nil {
					return err
				}
				continue
			}
			if err := f(bucket, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// job reads a job, or ErrNotFound.
func (t *txn) job(id []byte) (job, error) {
	v := t.get(bJobs, id)
	if v == nil {
		return job{}, store.ErrNotFound
	}
	return decodeJob(v)
}

// indexed reads a job that an index names.
func (t *txn) indexed(id []byte) (job, error) {
	j, err := t.job(id)
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("%w: an index names job %s, which is not there", store.ErrDamaged, id)
	}
	return j, err
}

func (t *txn) putJob(j job) error {
	v, err := j.encode()
	if err != nil {
		return err
	}
	return t.put(bJobs, []byte(j.ID), v)
}
