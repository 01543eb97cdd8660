package boltstore_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"epilogue/store"
	"epilogue/store/boltstore"
)

// disk lets a store's file fail in earnest: it puts another file under the store's descriptor.
type disk struct {
	f    *os.File
	good int // another descriptor of the store's file, which also keeps its lock
}

func (d *disk) openFile(name string, flag int, perm os.FileMode) (f *os.File, err error) {
	d.f, err = os.OpenFile(name, flag, perm)
	return d.f, err
}

func (d *disk) replace(t *testing.T, by string, flag int) {
	t.Helper()
	good, err := unix.Dup(int(d.f.Fd()))
	must(t, err)
	d.good = good
	bad, err := os.OpenFile(by, flag, 0)
	must(t, err)
	must(t, unix.Dup3(int(bad.Fd()), int(d.f.Fd()), unix.O_CLOEXEC))
	must(t, bad.Close())
}

func (d *disk) restore(t *testing.T) {
	t.Helper()
	must(t, unix.Dup3(d.good, int(d.f.Fd()), unix.O_CLOEXEC))
	must(t, unix.Close(d.good))
}

// The disk is full in these tests because the store's file descriptor is replaced by /dev/full, where every write fails as on a full disk.
func TestAFullDiskFailsSavesUntilThereIsRoom(t *testing.T) {
	disk := &disk{}
	path := newPath(t)
	db := openWith(t, path, boltstore.Options{}.WithOpenFile(disk.openFile))
	must(t, db.Save(t.Context(), declared(1)))
	for range 2 {
		disk.replace(t, "/dev/full", os.O_RDWR)
		for range 3 {
			is(t, db.Save(t.Context(), later(declared(1).Incident)), store.ErrNoRoom)
		}
		if inc, err := db.Incident(t.Context(), 1); err != nil || inc.Rev != 1 {
			t.Errorf("while the disk is full Rev %d is read, %v", inc.Rev, err)
		}
		disk.restore(t)
	}
	must(t, db.Save(t.Context(), later(declared(1).Incident)))
	must(t, db.Save(t.Context(), declared(2)))
	clean(t, db)
	must(t, db.Close())
	clean(t, open(t, path))
}

func TestADiskThatFailsBreaksTheStore(t *testing.T) {
	disk := &disk{}
	db := openWith(t, newPath(t), boltstore.Options{}.WithOpenFile(disk.openFile))
	must(t, db.Save(t.Context(), declared(1)))
	disk.replace(t, "/dev/zero", os.O_RDONLY) // every write fails, and not for want of room
	is(t, db.Save(t.Context(), declared(2)), store.ErrBroken)
	disk.restore(t)
	is(t, db.Save(t.Context(), declared(2)), store.ErrBroken)
}

func TestAFileForWhichThereIsNoAddressSpaceIsNotCalledDamaged(t *testing.T) {
	space := 1
	space <<= 47 // more than a process has
	_, err := boltstore.Open(newPath(t), boltstore.Options{InitialMmapSize: space})
	if err == nil || errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "address space") {
		t.Errorf("error is %v", err)
	}
}
