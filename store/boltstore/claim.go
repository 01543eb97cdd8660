package boltstore

import (
	"bytes"
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// Claim hands out the next job. It asks the writer only when there is something to write.
func (db *DB) Claim(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
	var due bool
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		due, err = isDue(tx, now)
		return err
	})
	if err != nil || !due {
		return store.Job{}, false, wrap(err, "claim a job")
	}
	var j job
	err = db.write(ctx, func(t *txn) (err error) {
		j, err = t.claim(now, lease)
		if errors.Is(err, errNoJob) { // what was due joined a lane that is held: that is to be kept
			j, err = job{}, nil
		}
		return err
	})
	if err != nil {
		return store.Job{}, false, wrap(err, "claim a job")
	}
	return j.Job, j.ID != "", nil
}

// claim takes the oldest job that is ready.
func (t *txn) claim(now time.Time, lease time.Duration) (job, error) {
	if err := t.wake(now); err != nil {
		return job{}, err
	}
	j, err := t.firstReady()
	if err != nil {
		return job{}, err
	}
	if err := t.del(bReady, key{}.num(j.place)); err != nil {
		return job{}, err
	}
	if j.state == queued && j.Key != "" {
		if err := t.del(bKeys, []byte(j.Key)); err != nil {
			return job{}, err
		}
	}
	j.state, j.Claims = claimed, j.Claims+1
	return j, t.hold(j, now.Add(lease))
}

// firstReady is the oldest job that is ready. Those that cannot be read are set aside.
func (t *txn) firstReady() (job, error) {
	for {
		_, id := t.first(bReady, nil)
		if id == nil {
			return job{}, errNoJob
		}
		j, err := t.indexed(id)
		if err == nil {
			return j, nil
		}
		if err := t.setAside(id, err); err != nil {
			return job{}, err
		}
	}
}

// hold keeps the first job of a lane, and with it the lane, until a moment.
func (t *txn) hold(j job, until time.Time) error {
	j.until = until.UTC()
	if until.IsZero() {
		j.until = time.Unix(0, 0).UTC() // the zero time means not held
	}
	if err := t.put(bHeld, key{}.moment(j.until).num(j.place), []byte(j.ID)); err != nil {
		return err
	}
	return t.putJob(j)
}

// Finish removes a job that was done.
func (db *DB) Finish(ctx context.Context, j store.Job, out store.Outcome) error {
	return wrap(db.settle(ctx, j, out, func(t *txn) (job, error) {
		done, err := t.job([]byte(j.ID)) // done is done, also when the lease has ended
		if err == nil && !done.handedOut() {
			err = store.ErrNotFound
		}
		return done, err
	}), "finish job %s", j.ID)
}

// Bury gives up on a job.
func (db *DB) Bury(ctx context.Context, j store.Job, why string, out store.Outcome) error {
	return wrap(db.settle(ctx, j, out, func(t *txn) (job, error) {
		dead, err := t.claimedBy(j)
		if err != nil {
			return job{}, err
		}
		dead.LastWhy = why
		return dead, t.putAside(dead.Job)
	}), "bury job %s", j.ID)
}

// settle takes a job out of the outbox and writes what came of it.
func (db *DB) settle(ctx context.Context, j store.Job, out store.Outcome, find func(*txn) (job, error)) error {
	then, err := ownJobs(out.Then)
	if err != nil {
		return err
	}
	results, err := ownResults(out.Results)
	if err != nil {
		return err
	}
	return db.write(ctx, func(t *txn) error {
		done, err := find(t)
		if err != nil {
			return err
		}
		if err := t.remove(done); err != nil {
			return err
		}
		if err := t.putResults(results); err != nil {
			return err
		}
		return t.enqueue(out.At, then)
	})
}

// remove takes a job that was handed out, and so is the first of its lane, out of the outbox, and lets the next of its lane become ready.
func (t *txn) remove(j job) error {
	for _, e := range j.entries() {
		if err := t.del(e.bucket, e.key); err != nil {
			return err
		}
	}
	if err := t.del(bReady, key{}.num(j.place)); err != nil {
		return err
	}
	if err := t.del(bJobs, []byte(j.ID)); err != nil {
		return err
	}
	return t.advance(key{}.text(j.Lane))
}

// Retry puts a job back.
func (db *DB) Retry(ctx context.Context, j store.Job, at time.Time, sent bool, why string) error {
	return wrap(db.write(ctx, func(t *txn) error {
		again, err := t.claimedBy(j)
		if err != nil {
			return err
		}
		if again.held() {
			err = t.del(bHeld, key{}.moment(again.until).num(again.place))
		} else {
			err = t.del(bReady, key{}.num(again.place)) // the lease has ended, and nobody claimed it since
		}
		if err != nil {
			return err
		}
		again.state, again.LastWhy = retried, why
		again.Tries++
		if !sent {
			again.Claims--
		}
		return t.hold(again, at)
	}), "retry job %s", j.ID)
}

// claimedBy reads a job whose last claim is the one that handed out j; otherwise it is ErrNotFound: somebody else has it now.
func (t *txn) claimedBy(j store.Job) (job, error) {
	stored, err := t.job([]byte(j.ID))
	if err == nil && (stored.state != claimed || stored.Claims != j.Claims) {
		err = store.ErrNotFound
	}
	return stored, err
}

// endLeases gives back what was claimed by whoever had the file before: it is gone, since the file is ours. Its jobs are handed out
// again at once, with what is known of their attempts.
func (db *DB) endLeases() error {
	err := db.write(context.Background(), func(t *txn) error {
		var ours []entry
		c := t.tx.Bucket(bHeld).Cursor()
		for k, id := c.First(); k != nil; k, id = c.Next() {
			ours = append(ours, entry{bHeld, bytes.Clone(k), bytes.Clone(id)})
		}
		ended := 0
		for _, e := range ours {
			j, err := t.indexed(e.value)
			if err != nil {
				if err := t.setAside(e.value, err); err != nil {
					return err
				}
				ended++
				continue
			}
			if j.state != claimed {
				continue
			}
			if err := t.del(bHeld, e.key); err != nil {
				return err
			}
			j.until = time.Time{}
			if err := t.ready(j); err != nil {
				return err
			}
			if err := t.putJob(j); err != nil {
				return err
			}
			ended++
		}
		if ended == 0 {
			return errNoJob // nothing to write: the transaction is rolled back
		}
		return nil
	})
	if errors.Is(err, errNoJob) {
		return nil
	}
	return wrap(err, "end the leases of the process before")
}

// Buried reads what was given up.
func (db *DB) Buried(ctx context.Context, limit int) ([]store.Job, error) {
	var jobs []store.Job
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(bBuried).Cursor()
		for k, v := c.Last(); k != nil && len(jobs) < limit; k, v = c.Prev() {
			j, err := store.DecodeJob(v)
			if err != nil {
				if err := db.passOver(err, "buried job %x", k); err != nil {
					return err
				}
				continue
			}
			jobs = append(jobs, j)
		}
		return nil
	})
	return jobs, wrap(err, "read buried jobs")
}

// NextJob is when the next job may run.
func (db *DB) NextJob(ctx context.Context) (at time.Time, found bool, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		at, found, err = nextMoment(tx)
		return err
	})
	return at, found, wrap(err, "look for the next job")
}

// nextMoment looks at three first keys: what is ready counts from its own At, what is scheduled or held from when that ends.
func nextMoment(tx *bbolt.Tx) (next time.Time, found bool, err error) {
	if _, id := firstOf(tx, bReady, nil); id != nil {
		j, err := decodeJob(tx.Bucket(bJobs).Get(id))
		if unreadable(err) {
			return time.Time{}, true, nil // claiming sets it aside
		}
		return j.At, err == nil, err
	}
	return nextWake(tx)
}

// nextWake is when the first of what is scheduled or held has its moment.
func nextWake(tx *bbolt.Tx) (next time.Time, found bool, err error) {
	for _, bucket := range [][]byte{bScheduled, bHeld} {
		k, _ := firstOf(tx, bucket, nil)
		if k == nil {
			continue
		}
		at, err := readMoment(k)
		if err != nil {
			return time.Time{}, false, err
		}
		if !found || at.Before(next) {
			next, found = at, true
		}
	}
	return next, found, nil
}

// isDue reports whether a claim has anything to do: a job is ready, or a moment has come.
func isDue(tx *bbolt.Tx, now time.Time) (bool, error) {
	if k, _ := firstOf(tx, bReady, nil); k != nil {
		return true, nil
	}
	next, found, err := nextWake(tx)
	return found && !next.After(now), err
}
