package boltstore_test

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
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
