package boltstore

import (
	"go.etcd.io/bbolt"
)

// How a store knows that its machine ended before it did. The first transaction that writes marks the file with the machine's boot id, and closing
// takes the mark away again. A file that has the mark of another boot was being written to when the machine went: power was cut, the kernel
// stopped. A killed process leaves the mark of this boot: what it wrote is in the kernel's hands, and whole.

// keyMark holds the boot id of whoever writes, for ever.
var keyMark = []byte("written-by-boot")

// unknownBoot is the mark where the kernel has no boot id.
const unknownBoot = "?"

// marked reports whether a file was left in the middle by another boot than this one, or by one of which nothing is known.
func marked(tx *bbolt.Tx, boot string) bool {
	mark := tx.Bucket(bMeta).Get(keyMark)
	return mark != nil && (boot == "" || string(mark) != boot)
}

// mark notes in a transaction that writes that the store is in use.
func (db *DB) mark(tx *bbolt.Tx) error {
	if db.isMarked {
		return nil
	}
	boot := db.boot
	if boot == "" {
		boot = unknownBoot
	}
	return tx.Bucket(bMeta).Put(keyMark, []byte(boot))
}

// unmark notes that the store was left whole, with the list of free pages, however long it is, so that the next one who opens it reads neither
// pages nor records. Where it fails, the file stays marked, and is looked through for nothing: that is no reason for closing to fail.
func (db *DB) unmark() {
	if db.broken != nil {
		return
	}
	tx, err := db.bolt.Begin(true)
	if err != nil {
		return
	}
	if tx.Bucket(bMeta).Get(keyMark) == nil {
		rollback(tx) // nobody wrote
		return
	}
	if err := tx.Bucket(bMeta).Delete(keyMark); err != nil {
		rollback(tx)
		return
	}
	db.bolt.NoFreelistSync = false
	_ = db.tryCommit(tx)
}
