package boltstore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// ownResults copies results, and refuses those that could not be read again.
func ownResults(results []store.Result) ([]store.Result, error) {
	own := make([]store.Result, 0, len(results))
	for _, r := range results {
		if err := checkText("result key", r.Key); err != nil {
			return nil, err
		}
		if r.Value != nil && !json.Valid(r.Value) {
			return nil, fmt.Errorf("result %s is not JSON", r.Key)
		}
		own = append(own, store.Result{Key: r.Key, Value: slices.Clone(r.Value)})
	}
	return own, nil
}

func (t *txn) putResults(results []store.Result) error {
	for _, r := range results {
		var err error
		if r.Value == nil {
			err = t.del(bResults, []byte(r.Key))
		} else {
			err = t.put(bResults, []byte(r.Key), append([]byte{store.Format}, r.Value...))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Result reads one result.
func (db *DB) Result(ctx context.Context, k string) (value json.RawMessage, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		value, err = readResult(tx.Bucket(bResults).Get([]byte(k)))
		return err
	})
	return value, wrap(err, "read result %s", k)
}

// Results reads all results below a prefix.
func (db *DB) Results(ctx context.Context, prefix string) ([]store.Result, error) {
	var results []store.Result
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(bResults).Cursor()
		for k, v := c.Seek([]byte(prefix)); bytes.HasPrefix(k, []byte(prefix)) && k != nil; k, v = c.Next() {
			value, err := readResult(v)
			if err != nil {
				if err := db.passOver(err, "result %s", k); err != nil {
					return err
				}
				continue
			}
			results = append(results, store.Result{Key: string(k), Value: value})
		}
		return nil
	})
	return results, wrap(err, "read results of %s", prefix)
}

func readResult(v []byte) (json.RawMessage, error) {
	switch {
	case v == nil:
		return nil, store.ErrNotFound
	case len(v) == 0 || v[0] != store.Format:
		return nil, fmt.Errorf("%w: result without a known format", store.ErrDamaged)
	case !json.Valid(v[1:]):
		return nil, fmt.Errorf("%w: result is not JSON", store.ErrDamaged)
	}
	return bytes.Clone(v[1:]), nil
}
