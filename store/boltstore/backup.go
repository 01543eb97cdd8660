package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// Backup writes a consistent copy of the file. Others read and write meanwhile; the copy is of the moment at which it began.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	return wrap(db.view(ctx, func(tx *bbolt.Tx) error {
		out := &copying{ctx: ctx, w: w}
		_, err := tx.WriteTo(out)
		if out.err != nil {
			return out.err
		}
		return err
	}), "back up the store")
}

// copying writes for as long as its context lasts, and keeps its error, which bbolt flattens to text.
type copying struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (c *copying) Write(b []byte) (n int, err error) {
	if c.err = c.ctx.Err(); c.err == nil {
		n, c.err = c.w.Write(b)
	}
	return n, c.err
}

// Backuper is a store, or whoever can ask a running one.
type Backuper interface {
	Backup(ctx context.Context, w io.Writer) error
}

// BackupTo puts a backup into a file, which then replaces what was there under its name: the file is whole, on disk, and was opened and looked
// through, or there is none and what was there is still there. Its mode is 0600.
func BackupTo(ctx context.Context, from Backuper, path string) error {
	return wrap(backupTo(ctx, from, path), "back up to %s", path)
}

func backupTo(ctx context.Context, from Backuper, path string) error {
	copied, err := writeCopy(ctx, from, filepath.Dir(path), "."+filepath.Base(path)+".part-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(copied) }() // not there any more when all went well
	if err := inspect(copied, Options{}.withDefaults(), true); err != nil {
		return fmt.Errorf("verify the copy: %w", err)
	}
	if err := os.Rename(copied, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeCopy puts a copy of the store on disk under a new name, which it returns.
func writeCopy(ctx context.Context, from Backuper, dir, pattern string) (string, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return "", err
	}
	err = from.Backup(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
		if noRoom(err) {
			return "", fmt.Errorf("%w: %w", store.ErrNoRoom, err)
		}
		return "", err
	}
	return f.Name(), nil
}

// copyName is how the names of Check's copies begin.
func copyName(path string) string { return "." + filepath.Base(path) + ".check-" }
