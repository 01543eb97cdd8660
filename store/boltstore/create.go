package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// prepareFile makes sure that there is a file worth opening, and makes a new one where there is none.
func prepareFile(path string, o Options) error {
	dir := filepath.Dir(path)
	if !o.NetworkFS {
		if name, network := networkFS(dir); network {
			return fmt.Errorf("it is on %s, where neither locks nor syncs can be relied upon: put it on a local disk", name)
		}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && o.MustExist:
		return fmt.Errorf("%w: there is no such file", store.ErrNotFound)
	case errors.Is(err, fs.ErrNotExist):
		return create(path, o)
	case err != nil:
		return explain(path, err)
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	case info.Mode().Perm()&0o200 == 0: // whoever took the permission away meant it, for root as well
		return fmt.Errorf("%w: its mode is %s", store.ErrReadOnly, info.Mode().Perm())
	case info.Size() == 0:
		return explain(path, damaged(errors.New("the file is empty")))
	}
	return nil
}

// create makes a new file under another name and links it to its own when it is whole and on disk. So nobody ever finds half a file, and of two
// processes that create at the same time one wins.
func create(path string, o Options) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("its directory does not exist: make %s first: %w", filepath.Dir(path), fs.ErrNotExist)
	}
	if err != nil {
		return explain(path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := f.Close(); err != nil {
		return explain(path, err)
	}
	if err := fill(f.Name()); err != nil {
		if noRoom(err) {
			return explain(path, err)
		}
		return fmt.Errorf("make a new file: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(f.Name(), path); err != nil { // a file system without links
			return explain(path, err)
		}
	}
	return syncDir(filepath.Dir(path))
}

// fill makes an empty file a store with nothing in it.
func fill(path string) error {
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	err = b.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bMeta).Put(keySchema, []byte(strconv.Itoa(Schema)))
	})
	return errors.Join(err, b.Close())
}

// syncDir makes names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
