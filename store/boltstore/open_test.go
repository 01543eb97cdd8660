package boltstore_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

func TestANewFileIsPrivateAndAloneInItsDirectory(t *testing.T) {
	path := newPath(t)
	db := open(t, path)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %s", info.Mode())
	}
	must(t, db.Close())
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("the directory has %v", entries)
	}
}

func TestWhatWasSavedIsThereAfterReopening(t *testing.T) {
	path := newPath(t)
	db := open(t, path)
	c := declared(1)
	c.Delivery, c.Jobs = "click-1", []store.Job{job("lane", "")}
	must(t, db.Save(t.Context(), c))
	reserved, err := db.Reserve(t.Context())
	must(t, err)
	p := flow.Standard()
	p.Version++
	must(t, db.SaveProcess(t.Context(), store.ProcessVersion{Process: p, By: "UANA", At: t0}))
	must(t, db.Close())

	db = open(t, path)
	is(t, db.Save(t.Context(), c), store.ErrRepeated)
	if _, ok, err := db.Claim(t.Context(), t0, time.Minute); !ok || err != nil {
		t.Errorf("no job, %v", err)
	}
	if id, err := db.Reserve(t.Context()); id <= reserved || err != nil {
		t.Errorf("%s is handed out after %s, %v", id, reserved, err)
	}
	if now, err := db.Process(t.Context()); now.Version != p.Version || err != nil {
		t.Errorf("process version %d, %v", now.Version, err)
	}
	clean(t, db)
}

func TestWhatTheProcessBeforeHadClaimedIsHandedOutAgainAtOnce(t *testing.T) {
	path := newPath(t)
	db := open(t, path)
	must(t, db.Enqueue(t.Context(), t0, job("a", ""), job("b", "")))
	claimed := claim(t, db)
	must(t, db.Retry(t.Context(), claim(t, db), t0.Add(time.Hour), true, "busy"))
	must(t, db.Close())
	db = open(t, path)
	if again := claim(t, db); again.ID != claimed.ID || again.Claims != 2 {
		t.Errorf("job %s is handed out with %d claims, want %s with 2", again.ID, again.Claims, claimed.ID)
	}
	if j, ok, err := db.Claim(t.Context(), t0, time.Hour); ok || err != nil {
		t.Errorf("job %s does not wait for its retry, %v", j.ID, err)
	}
	clean(t, db)
}

func TestAFullDiskIsSaidOnOpeningAndTheFileLetGo(t *testing.T) {
	path := newPath(t)
	db := open(t, path)
	must(t, db.Enqueue(t.Context(), t0, job("a", "")))
	claim(t, db)
	must(t, db.Close())
	_, err := boltstore.Open(path, boltstore.Options{Fault: func(boltstore.FaultPoint) error { return syscall.ENOSPC }})
	is(t, err, store.ErrNoRoom)
	claim(t, open(t, path))
}

func claim(t *testing.T, db *boltstore.DB) store.Job {
	t.Helper()
	j, ok, err := db.Claim(t.Context(), t0, time.Hour)
	must(t, err)
	if !ok {
		t.Fatal("no job is handed out")
	}
	return j
}

func TestAFileThatCannotBeOpenedIsLeftAsItIs(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  error
		says  string
	}{
		{"an empty file", func(t *testing.T, path string) { must(t, os.WriteFile(path, nil, 0o600)) }, store.ErrDamaged, "restore a backup"},
		{"something else", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("not a store\n"), 2000), 0o600))
		}, store.ErrDamaged, "restore a backup"},
		{"a short file", func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte("x"), 0o600)) }, store.ErrDamaged, "restore a backup"},
		{"a file that was cut off", func(t *testing.T, path string) { must(t, os.Truncate(path, 16<<10)) }, store.ErrDamaged, "restore a backup"},
		{"a file that lacks its last byte", func(t *testing.T, path string) { must(t, os.Truncate(path, int64(usedBytes(t, path)-1))) }, store.ErrDamaged, "restore a backup"},
		{"a file whose first pages are gone", func(t *testing.T, path string) { overwrite(t, path, 0, make([]byte, 8192)) }, store.ErrDamaged, "restore a backup"},
		{"a bbolt file of another program", func(t *testing.T, path string) {
			must(t, os.Remove(path))
			alter(t, path, func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("other")); return err })
		}, store.ErrDamaged, "not a store of Epilogue"},
		{"a file without one of its buckets", func(t *testing.T, path string) {
			alter(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("lanes")) })
		}, store.ErrDamaged, "lanes"},
		{"a file of a newer program", func(t *testing.T, path string) {
			alter(t, path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte("99")) })
		}, store.ErrNewer, "schema 99"},
		{"a file that was made read-only", func(t *testing.T, path string) { must(t, os.Chmod(path, 0o400)) }, store.ErrReadOnly, "-r--------"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filled(t)
			tt.spoil(t, path)
			before, err := os.ReadFile(path)
			must(t, err)
			_, err = boltstore.Open(path, boltstore.Options{})
			is(t, err, tt.want)
			if !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("%q does not say %q", err, tt.says)
			}
			after, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// Where pages are damaged bbolt panics, in goroutines of its own as well. Whatever is damaged: opening says so or works, and so does everything
// that is done then.
func TestNoDamageToAnyPageEndsTheProcess(t *testing.T) {
	tests := []struct {
		name    string
		good    string
		boot    string
		refused int // of 150, at least
	}{
		{"the store was closed", filled(t), "this", 1},
		{"the process was killed", inUse(t, "this"), "this", 1},
		{"the machine ended before the store was closed", inUse(t, "another"), "this", 50},
		{"the machine has no boot ids", inUse(t, ""), "", 50},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			image, err := os.ReadFile(tt.good)
			must(t, err)
			image = image[:usedBytes(t, tt.good)] // bbolt makes room in advance; without it the test is faster
			path := filepath.Join(inMemory(t), "epilogue.db")
			refused := 0
			for seed := range uint64(150) {
				what := spoil(t, path, image, seed)
				db, err := boltstore.Open(path, boltstore.Options{}.WithBoot(tt.boot))
				if err == nil {
					useAll(t, db)
					continue
				}
				refused++
				if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNewer) {
					t.Errorf("seed %d, %s: %v", seed, what, err)
				}
			}
			if refused < tt.refused {
				t.Errorf("only %d of 150 damaged files are refused", refused)
			}
		})
	}
}

// spoil writes a file of which a part of one page is junk.
func spoil(t *testing.T, path string, image []byte, seed uint64) string {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	spoiled := slices.Clone(image)
	at := rnd.IntN(len(image)/4096) * 4096
	junk := make([]byte, []int{8, 16, 64, 4096}[rnd.IntN(4)])
	for i := range junk {
		junk[i] = byte(rnd.Uint32())
	}
	copy(spoiled[at+rnd.IntN(2)*8:], junk)
	must(t, os.WriteFile(path, spoiled, 0o600))
	return fmt.Sprintf("page %d", at/4096)
}

// useAll does everything that can be done with a store, and closes it. What comes of it is not asked; that it comes back is.
func useAll(t *testing.T, db *boltstore.DB) {
	t.Helper()
	ctx := t.Context()
	for id := flow.IncidentID(1); id <= 30; id++ {
		c := declared(id)
		if inc, err := db.Incident(ctx, id); err == nil {
			c = later(inc)
		}
		c.Jobs, c.Delivery = []store.Job{job("new", "")}, fmt.Sprint("damaged ", id)
		_ = db.Save(ctx, c)
		_, _ = db.Timeline(ctx, id, 0, 100)
		_, _ = db.IncidentIn(ctx, c.Incident.Channel)
	}
	for _, stage := range []flow.Stage{"", flow.Active, flow.PostIncident, flow.Closed} {
		_, _ = db.List(ctx, store.Query{Stage: stage})
	}
	_, _ = db.Tasks(ctx, store.TaskQuery{})
	for range 10 {
		j, ok, err := db.Claim(ctx, t0, time.Hour)
		if !ok || err != nil {
			break
		}
		_ = db.Finish(ctx, j, store.Outcome{At: t0})
	}
	_, _, _ = db.NextJob(ctx)
	_, _ = db.Buried(ctx, 10)
	_, _ = db.Results(ctx, "")
	_, _ = db.Check(ctx)
	_ = db.Close()
}

// bbolt goes around in a page that leads back to itself until the process has no memory or no stack left, and neither can be caught.
func TestAPageThatLeadsBackToItselfDoesNotEndTheProcess(t *testing.T) {
	tests := []struct {
		name, file, bucket string
	}{
		{"the first page of all, of a store that was closed", filled(t), ""},
		{"the first page of all, after the machine ended", inUse(t, "another"), ""},
		{"the first page of the incidents, after the machine ended", inUse(t, "another"), "history"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leadBack(t, tt.file, rootOf(t, tt.file, tt.bucket))
			_, err := boltstore.Open(tt.file, boltstore.Options{}.WithBoot("this"))
			is(t, err, store.ErrDamaged)
		})
	}
	t.Run("check finds it in a store that was closed", func(t *testing.T) {
		path := filled(t)
		leadBack(t, path, rootOf(t, path, "history"))
		finds(t, open(t, path), "two ways lead to page")
	})
}

// leadBack makes a page a branch of which the only way leads to itself.
func leadBack(t *testing.T, path string, page int64) {
	t.Helper()
	native := binary.NativeEndian
	b := native.AppendUint64(nil, uint64(page))
	b = native.AppendUint16(native.AppendUint16(b, 1), 1)  // a branch, one way
	b = native.AppendUint32(b, 0)                          // no more pages
	b = native.AppendUint32(native.AppendUint32(b, 16), 0) // an empty key
	overwrite(t, path, page*4096, native.AppendUint64(b, uint64(page)))
}

// inUse makes a file with something in it that was not closed, on a machine with a boot id.
func inUse(t *testing.T, boot string) string {
	t.Helper()
	path := newPath(t)
	db := openWith(t, path, boltstore.Options{}.WithBoot(boot))
	fill(t, db)
	return killed(t, path)
}

// killed is the file that whoever has one open, and writes nothing at the moment, would leave behind if it were killed now.
func killed(t *testing.T, path string) string {
	t.Helper()
	image, err := os.ReadFile(path)
	must(t, err)
	left := newPath(t)
	must(t, os.WriteFile(left, image, 0o600))
	return left
}

func TestAFileIsOnlyLookedThroughWhenTheMachineEndedBeforeTheStoreWasClosed(t *testing.T) {
	of := func(boot string) func(*testing.T) string {
		return func(t *testing.T) string { return inUse(t, boot) }
	}
	tests := []struct {
		name string
		file func(t *testing.T) string
		boot string
		want error
	}{
		{"it was closed", filled, "this", nil},
		{"it was closed, and nobody knows the boot", filled, "", nil},
		{"its process was killed", of("this"), "this", nil},
		{"its machine ended", of("another"), "this", store.ErrDamaged},
		{"nobody knows the boot", of(""), "", store.ErrDamaged},
		{"nobody knew the boot", of(""), "this", store.ErrDamaged},
		{"nobody knows the boot now", of("another"), "", store.ErrDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.file(t)
			spoilRoot(t, path, "history")
			o := boltstore.Options{}.WithBoot(tt.boot)
			db, err := boltstore.Open(path, o)
			is(t, err, tt.want)
			if err != nil {
				return
			}
			_, err = db.Incident(t.Context(), 1)
			is(t, err, store.ErrDamaged) // found where it is met, and only there
			must(t, db.SavePerson(t.Context(), t0, store.Person{ID: "U1"}))
			finds(t, db, "damaged")
			must(t, db.Close())
		})
	}
}

func TestAStoreThatOnlyWasReadIsStillLookedThroughTheNextTime(t *testing.T) {
	o := boltstore.Options{}.WithBoot("this")
	path := inUse(t, "another")
	db := openWith(t, path, o)
	_, err := db.Incident(t.Context(), 1)
	must(t, err)
	spoiled := killed(t, path)
	spoilRoot(t, spoiled, "history")
	_, err = boltstore.Open(spoiled, o)
	is(t, err, store.ErrDamaged)

	must(t, db.Save(t.Context(), declared(31))) // from now on it is this machine that wrote last
	spoiled = killed(t, path)
	spoilRoot(t, spoiled, "history")
	openWith(t, spoiled, o)
}

func TestASecondProcessIsToldWhoHoldsTheFile(t *testing.T) {
	path := newPath(t)
	db := open(t, path)
	_, err := boltstore.Open(path, boltstore.Options{LockTimeout: 100 * time.Millisecond})
	is(t, err, store.ErrLocked)
	if want := "process " + strconv.Itoa(os.Getpid()) + " on "; !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
	must(t, db.Close())
	open(t, path)
}

func TestOfTwoWhoCreateAFileAtTheSameTimeNeitherLosesWhatItWrote(t *testing.T) {
	for range 10 {
		path := newPath(t)
		errs := make(chan error)
		for id := flow.IncidentID(1); id <= 2; id++ {
			go func() {
				db, err := boltstore.Open(path, boltstore.Options{LockTimeout: time.Minute})
				if err == nil {
					err = errors.Join(db.Save(t.Context(), declared(id)), db.Close())
				}
				errs <- err
			}()
		}
		must(t, <-errs)
		must(t, <-errs)
		page, err := open(t, path).List(t.Context(), store.Query{})
		must(t, err)
		if len(page.Items) != 2 {
			t.Fatalf("%d incidents are left of 2", len(page.Items))
		}
	}
}

func TestNothingIsCreatedThatWasNotAskedFor(t *testing.T) {
	path := newPath(t)
	_, err := boltstore.Open(path, boltstore.Options{MustExist: true})
	is(t, err, store.ErrNotFound)
	_, err = boltstore.Open(filepath.Join(path, "deeper", "epilogue.db"), boltstore.Options{})
	is(t, err, fs.ErrNotExist)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s was made: %v", path, err)
	}
}

func TestADirectoryIsNoStore(t *testing.T) {
	if _, err := boltstore.Open(t.TempDir(), boltstore.Options{}); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("error is %v", err)
	}
}

func TestALocalDirectoryIsNoNetworkFileSystem(t *testing.T) {
	for _, dir := range []string{t.TempDir(), "/", "/does/not/exist"} {
		if name, network := boltstore.NetworkFS(dir); network {
			t.Skipf("%s is on %s here", dir, name)
		}
	}
}

// filled makes a store with something in it, closed.
func filled(t *testing.T) string {
	t.Helper()
	path := newPath(t)
	db := open(t, path)
	fill(t, db)
	must(t, db.Close())
	return path
}

func fill(t *testing.T, db *boltstore.DB) {
	t.Helper()
	for id := flow.IncidentID(1); id <= 30; id++ {
		c := inFlow(id)
		c.Delivery, c.Jobs = "click-"+id.String(), []store.Job{job(id.String(), "card")}
		must(t, db.Save(t.Context(), c))
	}
}

// spoilRoot overwrites the first page of a bucket.
func spoilRoot(t *testing.T, path, bucket string) {
	t.Helper()
	overwrite(t, path, rootOf(t, path, bucket)*4096, bytes.Repeat([]byte{0xFF}, 4096))
}

// rootOf is the first page of a bucket, or that of all buckets.
func rootOf(t *testing.T, path, bucket string) int64 {
	t.Helper()
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	must(t, err)
	var page int64
	must(t, b.View(func(tx *bbolt.Tx) error {
		of := tx.Cursor().Bucket()
		if bucket != "" {
			of = tx.Bucket([]byte(bucket))
		}
		page = int64(of.Root())
		return nil
	}))
	must(t, b.Close())
	if page == 0 {
		t.Fatalf("%s is too small to have a page of its own", bucket)
	}
	return page
}

// usedBytes is how much of a file bbolt uses.
func usedBytes(t *testing.T, path string) int {
	t.Helper()
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	must(t, err)
	defer func() { must(t, b.Close()) }()
	var size int64
	must(t, b.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil }))
	return int(size)
}

func overwrite(t *testing.T, path string, at int64, with []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	_, err = f.WriteAt(with, at)
	must(t, errors.Join(err, f.Close()))
}

func alter(t *testing.T, path string, f func(*bbolt.Tx) error) {
	t.Helper()
	b, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, errors.Join(b.Update(f), b.Close()))
}
