package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"epilogue/store"
)

// A record that cannot be read harms only who asks for it. Lists pass it over, and Options.Unread is told. A job is set aside: it is buried
// with its bytes, so that its lane goes on.

// unreadable reports whether an error is that of a record that cannot be read.
func unreadable(err error) bool {
	return errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrNewer)
}

// passOver tells of a record that a list leaves out. Other errors are returned.
func (db *DB) passOver(err error, format string, args ...any) error {
	err = wrap(err, format, args...)
	if !unreadable(err) {
		return err
	}
	db.unread(err)
	return nil
}

// setAside buries a job that is there and cannot be read, and lets its lane go on. Any other error is returned. Since nothing of it can be
// believed, its index entries are looked for by what they hold.
func (t *txn) setAside(id []byte, why error) error {
	id = bytes.Clone(id)
	record := t.get(bJobs, id)
	if record == nil || !unreadable(why) {
		return why
	}
	aside := store.Job{ID: string(id), Detail: strconv.Quote(string(record)), LastWhy: fmt.Sprintf("it cannot be read: %v", why)}
	var lanes []key
	for _, bucket := range [][]byte{bLanes, bReady, bHeld, bScheduled, bKeys} {
		for _, k := range t.holding(bucket, id) {
			if bytes.Equal(bucket, bLanes) && len(k) >= 8 {
				lanes = append(lanes, k[:len(k)-8])
			}
			if err := t.del(bucket, k); err != nil {
				return err
			}
		}
	}
	if err := t.del(bJobs, id); err != nil {
		return err
	}
	if err := t.putAside(aside); err != nil {
		return err
	}
	t.committed = append(t.committed, func() { t.db.unread(fmt.Errorf("job %s is set aside: %w", id, why)) })
	for _, lane := range lanes {
		if err := t.advance(lane); err != nil {
			return err
		}
	}
	return nil
}

// holding are the keys of a bucket that hold an id.
func (t *txn) holding(bucket, id []byte) (keys []key) {
	c := t.tx.Bucket(bucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if bytes.Equal(v, id) {
			keys = append(keys, bytes.Clone(k))
		}
	}
	return keys
}

// putAside writes a job to those that were given up.
func (t *txn) putAside(j store.Job) error {
	record, err := store.EncodeJob(j)
	if err != nil {
		return err
	}
	n, err := t.next(bBuried)
	if err != nil {
		return err
	}
	return t.put(bBuried, key{}.num(n), record)
}

// advance lets the first job of a lane become ready, unless the lane is held.
func (t *txn) advance(lane key) error {
	_, id := t.first(bLanes, lane)
	if id == nil {
		return nil
	}
	next, err := t.indexed(id)
	switch {
	case err != nil:
		return t.setAside(id, err) // which comes back here with the one behind it
	case next.held():
		return nil
	}
	return t.ready(next)
}
