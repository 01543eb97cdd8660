package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"epilogue/store"
	"epilogue/store/boltstore"
)

// Whichever commit fails, and whether the disk had all of it by then: nobody is told that something was saved that was not, and who was refused for
// want of room succeeds later, with nothing of the first attempt in the way.
func TestNoFaultOfTheDiskMakesAFalseAnswer(t *testing.T) {
	for _, cause := range []syscall.Errno{syscall.EIO, syscall.ENOSPC} {
		t.Run(cause.Error(), func(t *testing.T) {
			dir := inMemory(t)
			for n := int32(1); ; n++ {
				path := filepath.Join(dir, fmt.Sprint(n), "epilogue.db")
				must(t, os.Mkdir(filepath.Dir(path), 0o700))
				reached, err := liveWithFault(t, path, n, cause)
				if err != nil {
					t.Errorf("fault %d: %v", n, err)
				}
				must(t, os.RemoveAll(filepath.Dir(path)))
				if !reached {
					if n < 20 {
						t.Errorf("only %d faults were tried", n-1)
					}
					return
				}
			}
		})
	}
}

// liveWithFault lives twice with a store; the n-th time that a commit could fail, it does. It reports whether it came so far.
func liveWithFault(t *testing.T, path string, n int32, cause error) (reached bool, err error) {
	t.Helper()
	told := newPromises()
	var moments atomic.Int32
	o := boltstore.Options{InitialMmapSize: 1 << 20, Fault: func(boltstore.FaultPoint) error {
		if moments.Add(1) == n {
			return cause
		}
		return nil
	}}
	for range 2 {
		db, err := boltstore.Open(path, o)
		if errors.Is(err, store.ErrNoRoom) || errors.Is(err, store.ErrBroken) {
			break // while the leases of the life before were ended
		}
		must(t, err)
		errs := life{db: db, say: told.hear, saves: 3, jobs: 4}.run(path)
		if err := endedWell(db, errs); err != nil {
			return true, err
		}
		must(t, db.Close())
	}
	return moments.Load() >= n, kept(t.Context(), path, told.answers)
}

// endedWell wants a store that refused somebody for good to refuse everybody from then on.
func endedWell(db *boltstore.DB, errs []error) error {
	for _, err := range errs {
		if !errors.Is(err, store.ErrBroken) {
			return fmt.Errorf("somebody was refused: %w", err)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	if err := db.Enqueue(context.Background(), t0, job("more", "")); !errors.Is(err, store.ErrBroken) {
		return fmt.Errorf("after %q the next write gives: %w", errs, err)
	}
	return nil
}

// The same, with system calls that fail: strace makes them do so without asking the kernel.
func TestNoSystemCallThatFailsMakesAFalseAnswer(t *testing.T) {
	needStrace(t)
	rnd, refused := rand.New(rand.NewPCG(2, uint64(*cuts))), 0
	for i := range max(10, *cuts/20) {
		fails := []string{"pwrite64:error=EIO", "fdatasync:error=EIO", "pwrite64:error=ENOSPC", "fsync:error=EIO", "ftruncate:error=ENOSPC"}[i%5]
		fails += fmt.Sprint(":when=", 1+rnd.IntN([]int{60, 20, 60, 3, 3}[i%5])) // of a thread
		t.Run(fails, func(t *testing.T) {
			dir := inMemory(t)
			path, told := filepath.Join(dir, "epilogue.db"), newPromises()
			for _, o := range record(t, "live until the disk fails", path, "-e", "inject="+fails) {
				line := o.printed(dir)
				if strings.HasPrefix(line, "refused") {
					refused++
					continue
				}
				must(t, told.hear(line))
			}
			must(t, kept(t.Context(), path, told.answers))
		})
	}
	if refused == 0 {
		t.Error("nobody was refused anything")
	}
}

// liveUntilTheDiskFails is a child.
func liveUntilTheDiskFails(path string) error {
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return sayAloud("refused: " + err.Error())
	}
	errs := life{db: db, say: sayAloud, saves: 5, jobs: 10}.run(path)
	if len(errs) > 0 {
		if err := sayAloud("refused: " + errs[0].Error()); err != nil {
			return err
		}
	}
	return errors.Join(endedWell(db, errs), db.Close())
}
