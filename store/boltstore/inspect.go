package boltstore

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// inspect looks through a file before it is opened for writing, in the same way and by the same pages that bbolt will. Opening for writing
// scans the file in a goroutine of bbolt's, where a damaged page would end the whole process; here it is an error, and the file is
// only read.
func inspect(path string, o Options) error {
	ro := o.bolt()
	ro.ReadOnly = true
	return guard(func() error {
		b, err := bbolt.Open(path, 0o600, ro)
		if err != nil {
			return err
		}
		err = inspectOpen(b)
		return errors.Join(err, b.Close())
	})
}

func inspectOpen(b *bbolt.DB) error {
	tx, err := b.Begin(false)
	if err != nil {
		return err
	}
	defer rollback(tx) // before b is closed, which waits for it, and also when reading panics
	return guard(func() error {
		info, err := os.Stat(b.Path())
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return damaged(fmt.Errorf("it has %d bytes of %d", info.Size(), tx.Size()))
		}
		if err := checkSchema(tx); err != nil {
			return err
		}
		return readAll(tx)
	})
}

// checkSchema refuses files of newer programs, and files that are no store.
func checkSchema(tx *bbolt.Tx) error {
	meta := tx.Bucket(bMeta)
	if meta == nil {
		return damaged(errors.New("it is a bbolt file, but not a store of Epilogue"))
	}
	version, err := strconv.Atoi(string(meta.Get(keySchema)))
	if err != nil {
		return damaged(fmt.Errorf("it has the schema %q", meta.Get(keySchema)))
	}
	if version > schema {
		return fmt.Errorf("%w: it has schema %d, this program knows up to %d", store.ErrNewer, version, schema)
	}
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return damaged(fmt.Errorf("it has no %s", name))
		}
	}
	return nil
}

// readAll touches every page that holds keys.
func readAll(tx *bbolt.Tx) error {
	return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
		var last []byte
		return b.ForEach(func(k, _ []byte) error {
			if last != nil && string(last) >= string(k) {
				return damaged(fmt.Errorf("the keys of %s are out of order", name))
			}
			last = k
			return nil
		})
	})
}
