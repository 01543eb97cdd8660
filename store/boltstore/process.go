package boltstore

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
)

// Process reads the current process, which is kept decoded: every command needs it.
func (db *DB) Process(ctx context.Context) (flow.Process, error) {
	if err := ctx.Err(); err != nil {
		return flow.Process{}, err
	}
	if db.isClosed() {
		return flow.Process{}, store.ErrClosed
	}
	return db.process.Load().Process, nil
}

// ProcessVersion reads an old version. The standard process counts as one as long as none was saved under its number.
func (db *DB) ProcessVersion(ctx context.Context, version int) (v store.ProcessVersion, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		record := tx.Bucket(bProcesses).Get(key{}.num(uint64(version)))
		standard := flow.Standard()
		switch {
		case record == nil && version == standard.Version:
			v = store.ProcessVersion{Process: standard}
			return nil
		case record == nil:
			return store.ErrNotFound
		}
		v, err = store.DecodeProcess(record)
		return err
	})
	return v, wrap(err, "read version %d of the process", version)
}

// SaveProcess writes the next version.
func (db *DB) SaveProcess(ctx context.Context, v store.ProcessVersion) error {
	version := v.Process.Version
	record, err := store.EncodeProcess(v)
	if err != nil {
		return wrap(err, "save version %d of the process", version)
	}
	kept, err := store.DecodeProcess(record) // the caller may go on changing what it gave
	if err != nil {
		return wrap(err, "save version %d of the process", version)
	}
	return wrap(db.write(ctx, func(t *txn) error {
		current, err := db.currentProcess(t.tx)
		if err != nil {
			return err
		}
		if version != current.Process.Version+1 {
			return fmt.Errorf("%w: the current version is %d", store.ErrConflict, current.Process.Version)
		}
		t.committed = append(t.committed, func() { db.process.Store(&kept) })
		return t.put(bProcesses, key{}.num(uint64(version)), record)
	}), "save version %d of the process", version)
}

// currentProcess is the last one that was saved, or the standard one. A damaged one counts as never saved: the next takes its place.
func (db *DB) currentProcess(tx *bbolt.Tx) (store.ProcessVersion, error) {
	c := tx.Bucket(bProcesses).Cursor()
	for k, record := c.Last(); k != nil; k, record = c.Prev() {
		v, err := store.DecodeProcess(record)
		if !errors.Is(err, store.ErrDamaged) {
			return v, err
		}
		db.unread(fmt.Errorf("a version of the process is passed over: %w", err))
	}
	return store.ProcessVersion{Process: flow.Standard()}, nil
}
