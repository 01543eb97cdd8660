package boltstore_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A power cut is tested in three steps: strace records what a process with a store asks of the disk and what it promises to people, in their order
// (recording_linux_test.go, promises_test.go); a model of the disk says what may be on it if the power goes at any moment of that (platter_linux_test.go); and a
// store that is opened on what is left must have kept every promise.

var cuts = flag.Int("cuts", 60, "how many power cuts to try")

func TestWhatWasAnsweredSurvivesAPowerCut(t *testing.T) {
	broken, tried := cutPower(t, "live until the power goes", *cuts)
	for _, err := range broken[:min(len(broken), 5)] {
		t.Error(err)
	}
	if len(broken) > 0 {
		t.Errorf("%d of %d power cuts broke a promise", len(broken), tried)
	}
}

func TestPowerCutsFindAStoreThatDoesNotSync(t *testing.T) {
	if broken, tried := cutPower(t, "live without syncing", 20); len(broken) == 0 {
		t.Errorf("none of %d does", tried)
	}
}

func TestPowerCutsFindAnAnswerThatCameTooEarly(t *testing.T) {
	if broken, tried := cutPower(t, "live and answer too early", 60); len(broken) == 0 {
		t.Errorf("none of %d does", tried)
	}
}

// cutPower records a life and cuts it off at so many moments. It returns what was wrong, with the cut.
func cutPower(t *testing.T, role string, n int) (broken []error, tried int) {
	t.Helper()
	needStrace(t)
	dir := inMemory(t)
	ops := record(t, role, filepath.Join(dir, "epilogue.db"))
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	moments := make([]int, n)
	for i := range moments {
		moments[i] = rnd.IntN(len(ops) + 1)
		if i%4 == 0 {
			moments[i] = rnd.IntN(min(len(ops), 80)) // while the file is made and the first answers are given
		}
	}
	slices.Sort(moments)
	disk, told, done := newPlatter(dir), newPromises(), 0
	for _, moment := range moments {
		for ; done < moment; done++ {
			must(t, disk.do(ops[done]))
			must(t, told.hear(ops[done].printed(dir)))
		}
		f := fate(rnd.IntN(int(fates)))
		if err := cutHere(t, disk, told, f, rnd); err != nil {
			last := "nothing"
			if moment > 0 {
				last = ops[moment-1].String()
			}
			broken = append(broken, fmt.Errorf("power cut at %d of %d, after %s, %s: %w", moment, len(ops), last, f, err))
		}
	}
	if told.isEmpty() {
		t.Fatal("nothing was promised")
	}
	return broken, n
}

func cutHere(t *testing.T, disk *platter, told *promises, f fate, rnd *rand.Rand) error {
	t.Helper()
	dir := inMemory(t)
	defer func() { must(t, os.RemoveAll(dir)) }()
	disk.cut(t, dir, f, rnd)
	if err := kept(t.Context(), filepath.Join(dir, "epilogue.db"), told.answers); err != nil {
		return err
	}
	backup := filepath.Join(dir, "backup.db")
	if _, err := os.Stat(backup); errors.Is(err, fs.ErrNotExist) && !told.backedUp {
		return nil
	}
	if err := kept(t.Context(), backup, told.inBackup); err != nil {
		return fmt.Errorf("the backup: %w", err)
	}
	return nil
}
