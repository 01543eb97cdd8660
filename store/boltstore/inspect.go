package boltstore

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// inspect looks at a file before it is opened for writing; the file is only read. It reads little of it, so that opening takes as long with a
// million incidents as with none, unless whole says so or there is a reason:
//
//   - the machine ended before the store was closed (mark.go): what was on its way to the disk then may be anything;
//   - the file has no list of free pages, which happens when a process was killed that had very many (commit.go): bbolt then reads all pages on
//     opening, in a goroutine of its own, where a damaged one would end the whole process. Here it is an error.
func inspect(path string, o Options, whole bool) error {
	ro := o.bolt()
	ro.ReadOnly = true
	return guard(func() error {
		b, err := bbolt.Open(path, 0o600, ro)
		if err != nil {
			return err
		}
		err = inspectOpen(b, o, whole)
		return errors.Join(err, b.Close())
	})
}

func inspectOpen(b *bbolt.DB, o Options, whole bool) error {
	tx, err := b.Begin(false)
	if err != nil {
		return err
	}
	defer rollback(tx) // before b is closed, which waits for it, and also when reading panics
	return guard(func() error {
		f, err := os.Open(b.Path())
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return damaged(fmt.Errorf("it has %d bytes of %d", info.Size(), tx.Size()))
		}
		if err := checkTree(tx, onlyMeta); err != nil {
			return err
		}
		if err := checkSchema(tx); err != nil {
			return err
		}
		written, err := checkFreePages(f, tx)
		if err != nil {
			return damaged(err)
		}
		whole = whole || marked(tx, o.boot())
		if whole || !written {
			if err := readAll(tx); err != nil {
				return err
			}
		}
		if whole {
			return checkPages(tx)
		}
		return nil
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
	if version > Schema {
		return fmt.Errorf("%w: it has schema %d, this program knows up to %d", store.ErrNewer, version, Schema)
	}
	for _, name := range buckets {
		if tx.Bucket(name) == nil && since(name) <= version {
			return damaged(fmt.Errorf("it has no %s", name))
		}
	}
	return nil
}

// readAll touches every page that holds keys.
func readAll(tx *bbolt.Tx) error {
	if err := checkTree(tx, everyBucket); err != nil {
		return err
	}
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

// checkPages has bbolt compare its pages with each other and with the list of free ones. It reads in a goroutine of its own, so readAll goes
// first.
func checkPages(tx *bbolt.Tx) (err error) {
	for found := range tx.Check() { // to its end, or its goroutine stays
		if err == nil {
			err = damaged(found)
		}
	}
	return err
}
