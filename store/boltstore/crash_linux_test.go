package boltstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// The test binary runs itself as another process to see what becomes of a store when a process dies, or may not write.
const childRole, childPath = "BOLTSTORE_TEST_CHILD", "BOLTSTORE_TEST_PATH"

func TestMain(m *testing.M) {
	children := map[string]func(path string) error{
		"save for ever": saveForEver, "save with little room": saveWithLittleRoom,
		"live until the power goes": live(boltstore.Options{}, false),
		"live without syncing":      live(boltstore.Options{NoSync: true}, false),
		"live until the disk fails": liveUntilTheDiskFails,
		"live and answer too early": live(boltstore.Options{}, true),
	}
	if child, ok := children[os.Getenv(childRole)]; ok {
		if err := child(os.Getenv(childPath)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childRole+"="+role, childPath+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// saveForEver saves changes of several incidents at once, delivers their jobs, and prints each change after it was answered.
func saveForEver(path string) error {
	ctx := context.Background()
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for id := flow.IncidentID(1); id <= savers; id++ {
		go func() { failed <- keepSaving(ctx, db, id) }()
	}
	go func() { failed <- keepDelivering(ctx, db) }()
	return <-failed
}

func keepSaving(ctx context.Context, db *boltstore.DB, id flow.IncidentID) error {
	c := inFlow(id)
	if inc, err := db.Incident(ctx, id); err == nil {
		c = later(inc)
	}
	for ; ; c = later(c.Incident) {
		c.Delivery = fmt.Sprintf("%s/%d", id, c.Incident.Rev)
		c.Jobs = []store.Job{job(id.String(), ""), job(id.String(), "card")}
		if err := db.Save(ctx, c); err != nil {
			return err
		}
		fmt.Printf("%d %d\n", id, c.Incident.Rev)
	}
}

func keepDelivering(ctx context.Context, db *boltstore.DB) error {
	for {
		j, ok, err := db.Claim(ctx, t0, time.Hour)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := db.Finish(ctx, j, store.Outcome{At: t0}); err != nil {
			return err
		}
	}
}

func TestWhatWasAnsweredSurvivesKilling(t *testing.T) {
	path := newPath(t)
	answered := map[flow.IncidentID]uint64{}
	for round := range 10 {
		killAfter(t, path, 20+rand.IntN(100), answered)
		db := open(t, path)
		for id, rev := range answered {
			inc, err := db.Incident(t.Context(), id)
			must(t, err)
			if inc.Rev < rev {
				t.Fatalf("round %d: %s was answered at Rev %d, and has %d", round, id, rev, inc.Rev)
			}
			c := later(inc)
			c.Delivery = fmt.Sprintf("%s/%d", id, rev)
			is(t, db.Save(t.Context(), c), store.ErrRepeated)
		}
		clean(t, db)
		must(t, db.Close())
	}
	if len(answered) != savers {
		t.Errorf("only %d of %d saved", len(answered), savers)
	}
}

// killAfter lets a process save, and kills it after it has printed so many lines; what it printed was answered.
func killAfter(t *testing.T, path string, lines int, answered map[flow.IncidentID]uint64) {
	t.Helper()
	cmd := child(t, "save for ever", path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	in := bufio.NewScanner(out)
	for n := 0; in.Scan(); n++ {
		var id flow.IncidentID
		var rev uint64
		if _, err := fmt.Sscanf(in.Text(), "%d %d", &id, &rev); err == nil { // the last line may be cut off
			answered[id] = max(answered[id], rev)
		}
		if n == lines {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("it ended by itself: %v", err)
	}
}

// saveWithLittleRoom saves under a limit on the size of files until it is refused, and again when the limit is gone.
func saveWithLittleRoom(path string) error {
	ctx := context.Background()
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	little := unix.Rlimit{Cur: uint64(info.Size()), Max: limit.Max}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &little); err != nil {
		return err
	}
	c, refused := saveUntilRefused(ctx, db, inFlow(1))
	if !errors.Is(refused, store.ErrNoRoom) {
		return fmt.Errorf("want %w, got %w", store.ErrNoRoom, refused)
	}
	if inc, err := db.Incident(ctx, 1); err != nil || inc.Rev != c.Before {
		return fmt.Errorf("after a refused save Rev %d is read instead of %d: %w", inc.Rev, c.Before, err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return errors.Join(db.Save(ctx, c), db.Close())
}

func saveUntilRefused(ctx context.Context, db *boltstore.DB, c store.Change) (store.Change, error) {
	for range 10000 {
		if err := db.Save(ctx, c); err != nil {
			return c, err
		}
		c = later(c.Incident)
	}
	return c, errors.New("it never is")
}

func TestAFileThatMayNotGrowFailsSavesUntilItMay(t *testing.T) {
	path := newPath(t)
	if out, err := child(t, "save with little room", path).Output(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	clean(t, open(t, path))
}
