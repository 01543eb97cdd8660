package boltstore

import (
	"os"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// WithOpenFile has bbolt open its file by another function.
func (o Options) WithOpenFile(open func(string, int, os.FileMode) (*os.File, error)) Options {
	o.openFile = open
	return o
}

// WithBoot has the machine have another boot id; none if it is empty.
func (o Options) WithBoot(id string) Options {
	o.boot = func() string { return id }
	return o
}

// Tamper changes the file behind the store's back.
func (db *DB) Tamper(f func(*bbolt.Tx) error) error { return db.bolt.Update(f) }

// Count is the number of keys in a bucket.
func (db *DB) Count(bucket string) (n int) {
	_ = db.bolt.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucket)).ForEach(func(_, _ []byte) error {
			n++
			return nil
		})
	})
	return n
}

// Jobs are all that are in the outbox.
func (db *DB) Jobs() (jobs []store.Job, err error) {
	err = db.bolt.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bJobs).ForEach(func(_, v []byte) error {
			j, err := decodeJob(v)
			jobs = append(jobs, j.Job)
			return err
		})
	})
	return jobs, err
}

// Queued is the number of requests that wait.
func (db *DB) Queued() int { return len(db.queue) }

// NetworkFS tells where a directory is.
var NetworkFS = networkFS

// MaxGroup is how many requests may share a commit.
const MaxGroup = maxGroup

// SaveAlone saves a change in a transaction of its own, as bbolt's Update does it, to compare with.
func (db *DB) SaveAlone(c store.Change) error {
	s, err := prepare(c)
	if err != nil {
		return err
	}
	return db.bolt.Update(func(tx *bbolt.Tx) error { return s.apply(&txn{tx: tx, db: db}) })
}
