package boltstore_test

import (
	"encoding/binary"
	"os"
	"testing"

	"go.etcd.io/bbolt"

	"epilogue/store"
	"epilogue/store/boltstore"
)

// bbolt writes over the pages that the list of free ones names. So a list that is none must be found before, also where nothing else is looked at.
func TestAListOfFreePagesThatCannotBeOneIsDamage(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(page []byte)
	}{
		{"it is not a list", func(page []byte) { binary.NativeEndian.PutUint16(page[8:], 2) }},
		{"it is that of another page", func(page []byte) { binary.NativeEndian.PutUint64(page, 1000) }},
		{"it is longer than its page", func(page []byte) { binary.NativeEndian.PutUint16(page[10:], 5000) }},
		{"it goes on for ever", func(page []byte) { binary.NativeEndian.PutUint32(page[12:], 1<<30) }},
		{"it has the first page", func(page []byte) { binary.NativeEndian.PutUint64(page[16:], 0) }},
		{"it has a page twice", func(page []byte) { copy(page[24:32], page[16:]) }},
		{"it has a page that does not exist", func(page []byte) {
			n := binary.NativeEndian.Uint16(page[10:])
			binary.NativeEndian.PutUint64(page[16+8*(n-1):], 1<<40)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filled(t)
			spoilFreePages(t, path, tt.spoil)
			_, err := boltstore.Open(path, boltstore.Options{})
			is(t, err, store.ErrDamaged)
		})
	}
}

func TestAPageThatIsInUseAndCalledFreeIsFoundAfterTheMachineEnded(t *testing.T) {
	path := inUse(t, "another")
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	must(t, err)
	var used uint64
	must(t, b.View(func(tx *bbolt.Tx) error {
		used = uint64(tx.Bucket([]byte("history")).Root())
		return nil
	}))
	must(t, b.Close())
	spoilFreePages(t, path, func(page []byte) {
		binary.NativeEndian.PutUint16(page[10:], 1)
		binary.NativeEndian.PutUint64(page[16:], used)
	})
	_, err = boltstore.Open(path, boltstore.Options{}.WithBoot("this"))
	is(t, err, store.ErrDamaged)
}

// Without the list bbolt reads all pages in a goroutine of its own, where a damaged one ends the process: here this test.
func TestAFileWithoutAListOfFreePagesIsLookedThrough(t *testing.T) {
	path := filled(t)
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true})
	must(t, err)
	must(t, b.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("people")).Put([]byte("UANA"), []byte("\x01{}")) }))
	must(t, b.Close())
	good, err := os.ReadFile(path)
	must(t, err)
	spoilRoot(t, path, "tasks")
	_, err = boltstore.Open(path, boltstore.Options{})
	is(t, err, store.ErrDamaged)

	must(t, os.WriteFile(path, good, 0o600))
	db := open(t, path)
	must(t, db.Save(t.Context(), declared(31)))
	clean(t, db)
}

func TestAPanicInACommitBreaksTheStoreAndNotTheProcess(t *testing.T) {
	var panics bool
	path := newPath(t)
	db := openWith(t, path, boltstore.Options{Fault: func(boltstore.FaultPoint) error {
		if panics {
			panic("a damaged page")
		}
		return nil
	}})
	must(t, db.Save(t.Context(), declared(1)))
	panics = true
	is(t, db.Save(t.Context(), declared(2)), store.ErrBroken)
	is(t, db.Save(t.Context(), declared(3)), store.ErrBroken)
	_, err := db.Incident(t.Context(), 1)
	must(t, err)
	must(t, db.Close())
	clean(t, open(t, path))
}

// spoilFreePages changes the page with the list of free pages.
func spoilFreePages(t *testing.T, path string, change func(page []byte)) {
	t.Helper()
	image, err := os.ReadFile(path)
	must(t, err)
	meta := image[16:] // behind the header of the first page
	if second := image[4096+16:]; binary.NativeEndian.Uint64(second[48:]) > binary.NativeEndian.Uint64(meta[48:]) {
		meta = second
	}
	at := int64(binary.NativeEndian.Uint64(meta[32:])) * 4096
	page := image[at : at+4096]
	if flags, n := binary.NativeEndian.Uint16(page[8:]), binary.NativeEndian.Uint16(page[10:]); flags != 0x10 || n < 2 {
		t.Fatalf("the page at %d has the flags %x and %d numbers: it is no list to spoil", at, flags, n)
	}
	change(page)
	overwrite(t, path, at, page)
}
