package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"epilogue/store"
)

// view reads from one consistent state. What f takes out of it must be decoded or copied. A damaged page is ErrDamaged instead of the end of the
// process.
func (db *DB) view(ctx context.Context, f func(*bbolt.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx, err := db.bolt.Begin(false)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	defer rollback(tx)
	return guard(func() error { return f(tx) })
}

// guard turns panics and page faults, which is how bbolt meets a damaged file, into ErrDamaged.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", store.ErrDamaged, r)
		}
	}()
	return f()
}

// firstOf is the first key of a bucket that has a prefix, with its value.
func firstOf(tx *bbolt.Tx, bucket, prefix []byte) (k, v []byte) {
	k, v = tx.Bucket(bucket).Cursor().Seek(prefix)
	if k == nil || !bytes.HasPrefix(k, prefix) {
		return nil, nil
	}
	return k, v
}

// lastOf is the last key of a bucket that has a prefix, with its value. The prefix ends with a zero byte.
func lastOf(tx *bbolt.Tx, bucket, prefix []byte) (k, v []byte) {
	c := tx.Bucket(bucket).Cursor()
	k, v = seekBefore(c, after(prefix))
	if k == nil || !bytes.HasPrefix(k, prefix) {
		return nil, nil
	}
	return k, v
}

// seekBefore moves to the last key below k.
func seekBefore(c *bbolt.Cursor, k []byte) (found, v []byte) {
	if at, _ := c.Seek(k); at == nil {
		return c.Last()
	}
	return c.Prev()
}

// after is the first key behind all those with a prefix. It is nil, which is before everything, for a prefix that has nothing behind it.
func after(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}
