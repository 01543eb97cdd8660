package boltstore

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// FaultPoint is a moment of a commit at which Options.Fault may let it fail.
type FaultPoint int

// The moments: before anything of it reached the disk, and after all of it did but the disk's last word is missing.
const (
	BeforeWrite FaultPoint = iota
	AfterWrite
)

// commit makes a transaction durable. Its error is ErrNoRoom when the disk was full and nothing can have come of it; any other error
// is ErrBroken, and stays.
func (db *DB) commit(t *txn) error {
	id := t.tx.ID()
	db.keepFreePages()
	err := db.mark(t.tx)
	if err == nil {
		err = db.tryCommit(t.tx)
	}
	if err == nil {
		db.isMarked = true
		return nil
	}
	if noRoom(err) && !db.shows(id) {
		return fmt.Errorf("%w: %w", store.ErrNoRoom, err)
	}
	db.broken = fmt.Errorf("%w: %w", store.ErrBroken, err)
	return db.broken
}

func (db *DB) tryCommit(tx *bbolt.Tx) error {
	defer rollback(tx) // frees the locks of a commit that panicked; nothing otherwise
	return guard(func() error {
		if err := db.fault(BeforeWrite); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		return db.fault(AfterWrite)
	})
}

// fewFree is up to how many free pages their list is written with each commit, as an ordinary store has them: then opening need not read the
// file to find them, nor does bbolt when a commit finds no room. A longer list, as it comes of a long backup while much is written, costs more
// than the commit itself, so it is kept in memory only.
const fewFree = 2048

// keepFreePages decides whether the next commit writes the list of free pages.
func (db *DB) keepFreePages() {
	s := db.bolt.Stats()
	db.bolt.NoFreelistSync = s.FreePageN+s.PendingPageN > fewFree
}

// shows reports whether the file shows a transaction, as it does when the sync after its last page failed. It is then neither
// done nor undone.
func (db *DB) shows(id int) bool {
	tx, err := db.bolt.Begin(false)
	if err != nil {
		return true
	}
	defer rollback(tx)
	return tx.ID() >= id
}

// noRoom reports whether an error says that the disk, a quota or a limit on the file's size is exhausted. bbolt flattens some errors to
// text, so the text is compared as well.
func noRoom(err error) bool {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, errno) || strings.HasSuffix(err.Error(), errno.Error()) {
			return true
		}
	}
	return false
}

// rollback ends a transaction that is to leave no trace. One that is over already stays as it is.
func rollback(tx *bbolt.Tx) {
	defer func() { _ = recover() }() // a transaction that panicked may do so again; its locks are what counts
	_ = tx.Rollback()
}
