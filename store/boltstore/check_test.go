package boltstore_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// busy is a store with a key in every bucket.
func busy(t *testing.T, path string) *boltstore.DB {
	t.Helper()
	db := open(t, path)
	ctx := t.Context()
	c := inFlow(1)
	c.Delivery, c.Jobs = "click", []store.Job{job("a", "card"), job("a", ""), job("b", ""), job("c", "")}
	must(t, db.Save(ctx, c))
	future := job("a", "tomorrow")
	future.At = t0.Add(24 * time.Hour)
	must(t, db.Enqueue(ctx, t0, future, job("d", "waiting")))
	must(t, db.Save(ctx, declared(2)))
	for _, end := range []func(store.Job) error{
		func(j store.Job) error { return db.Retry(ctx, j, t0.Add(time.Hour), true, "busy") },
		func(j store.Job) error {
			return db.Bury(ctx, j, "gone", store.Outcome{Results: []store.Result{{Key: "k", Value: []byte("1")}}})
		},
		func(store.Job) error { return nil },
	} {
		j, _, err := db.Claim(ctx, t0, time.Hour)
		must(t, err)
		must(t, end(j))
	}
	p := flow.Standard()
	p.Version++
	must(t, db.SaveProcess(ctx, store.ProcessVersion{Process: p}))
	must(t, db.SavePerson(ctx, t0, store.Person{ID: "UANA"}))
	must(t, db.SaveChannel(ctx, store.Channel{ID: "C1"}))
	clean(t, db)
	return db
}

func TestCheckFindsAnIndexKeyThatIsMissing(t *testing.T) {
	for _, bucket := range []string{"numbers", "history", "by-channel", "by-number", "by-time", "by-involved", "tasks", "by-assignee", "lanes", "ready", "held", "scheduled", "keys"} {
		t.Run(bucket, func(t *testing.T) {
			db := busy(t, newPath(t))
			must(t, db.Tamper(func(tx *bbolt.Tx) error {
				k, _ := tx.Bucket([]byte(bucket)).Cursor().First()
				return tx.Bucket([]byte(bucket)).Delete(bytes.Clone(k))
			}))
			finds(t, db, "")
		})
	}
}

func TestCheckFindsAnIndexKeyThatBelongsToNothing(t *testing.T) {
	for _, bucket := range []string{"numbers", "history", "by-channel", "by-number", "by-time", "by-involved", "tasks", "by-assignee", "lanes", "ready", "held", "scheduled", "keys"} {
		t.Run(bucket, func(t *testing.T) {
			db := busy(t, newPath(t))
			must(t, db.Tamper(func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				k, v := b.Cursor().Last()
				ghost := bytes.Clone(k)
				ghost[0] ^= 0x40
				return b.Put(ghost, bytes.Clone(v))
			}))
			finds(t, db, "belongs to nothing")
			if findings, err := db.Check(t.Context()); len(findings) != 1 {
				t.Errorf("check finds %q, %v", findings, err)
			}
		})
	}
}

func TestCheckFindsAnEventAfterTheLast(t *testing.T) {
	db := busy(t, newPath(t))
	inc, err := db.Incident(t.Context(), 1)
	must(t, err)
	must(t, db.Tamper(func(tx *bbolt.Tx) error {
		k := binary.BigEndian.AppendUint64([]byte{7: 1}, ^(inc.Rev + 1))
		return tx.Bucket([]byte("history")).Put(k, []byte("?"))
	}))
	finds(t, db, "belongs to nothing")
}

func TestCheckFindsARecordThatCannotBeRead(t *testing.T) {
	for _, bucket := range []string{"history", "jobs", "results", "buried", "processes", "people", "channels"} {
		t.Run(bucket, func(t *testing.T) {
			db := busy(t, newPath(t))
			must(t, db.Tamper(func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				k, _ := b.Cursor().First()
				return b.Put(bytes.Clone(k), []byte("?"))
			}))
			finds(t, db, "")
		})
	}
}

func TestCheckLeavesNothingBehind(t *testing.T) {
	path := newPath(t)
	db := busy(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := db.Check(ctx)
	is(t, err, context.Canceled)
	must(t, db.Close())
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("the directory has %v", entries)
	}
}

func TestOpeningRemovesWhatAKilledCheckLeftBehind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a-z]*") // not a pattern
	must(t, os.Mkdir(dir, 0o700))
	left, other := filepath.Join(dir, ".epilogue.db.check-123"), filepath.Join(dir, ".other.db.check-123")
	must(t, os.WriteFile(left, []byte("x"), 0o600))
	must(t, os.WriteFile(other, []byte("x"), 0o600))
	open(t, filepath.Join(dir, "epilogue.db"))
	if _, err := os.Stat(left); err == nil {
		t.Error("it does not")
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("it removes that of another store: %v", err)
	}
}

func finds(t *testing.T, db *boltstore.DB, what string) {
	t.Helper()
	findings, err := db.Check(t.Context())
	must(t, err)
	if len(findings) == 0 || !strings.Contains(strings.Join(findings, "\n"), what) {
		t.Errorf("check finds %q, want %q", findings, what)
	}
}

func TestABackupHasEverythingAndIsPrivate(t *testing.T) {
	db := busy(t, newPath(t))
	path := newPath(t)
	must(t, boltstore.BackupTo(t.Context(), db, path))
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %s", info.Mode())
	}
	restored := open(t, path)
	clean(t, restored)
	for _, bucket := range []string{"numbers", "history", "jobs", "results", "buried", "processes", "people", "channels", "expiry"} {
		if got, want := restored.Count(bucket), db.Count(bucket); got != want || got == 0 {
			t.Errorf("%s: %d of %d", bucket, got, want)
		}
	}
}

func TestABackupThatFailsLeavesTheOldOne(t *testing.T) {
	db := busy(t, newPath(t))
	path := newPath(t)
	must(t, boltstore.BackupTo(t.Context(), db, path))
	before, err := os.ReadFile(path)
	must(t, err)
	for name, from := range map[string]boltstore.Backuper{"cut off": cutOff{db}, "broken": broken{}} {
		if err := boltstore.BackupTo(t.Context(), from, path); err == nil {
			t.Errorf("%s: it succeeds", name)
		}
	}
	after, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the old backup was changed")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("the directory has %v", entries)
	}
}

// cutOff backs up the first pages and calls that success.
type cutOff struct{ *boltstore.DB }

func (c cutOff) Backup(ctx context.Context, w io.Writer) error {
	var b bytes.Buffer
	if err := c.DB.Backup(ctx, &b); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes()[:16<<10])
	return err
}

type broken struct{}

func (broken) Backup(context.Context, io.Writer) error { return errors.New("broken") }

func TestABackupOfABusyStoreIsOfOneMoment(t *testing.T) {
	db := open(t, newPath(t))
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for c := inFlow(1); ; c = later(c.Incident) {
			c.Jobs = []store.Job{job("a", "card"), job("b", "")}
			if err := db.Save(t.Context(), c); err != nil {
				stopped <- err
				return
			}
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
		}
	}()
	for range 5 {
		path := newPath(t)
		must(t, boltstore.BackupTo(t.Context(), db, path))
		clean(t, open(t, path))
	}
	close(stop)
	must(t, <-stopped)
}

// leaving cancels a context when the first bytes arrive.
type leaving struct{ cancel func() }

func (l leaving) Write(b []byte) (int, error) {
	l.cancel()
	return len(b), nil
}

func TestABackupEndsWithItsContext(t *testing.T) {
	db := busy(t, newPath(t))
	ctx, cancel := context.WithCancel(t.Context())
	is(t, db.Backup(ctx, leaving{cancel}), context.Canceled)
}

func TestADeliveryThatComesAgainAfterItExpiredIsRememberedAnew(t *testing.T) {
	db := open(t, newPath(t))
	c := declared(1)
	for n := range 20 {
		c.Delivery = fmt.Sprintf("click-%02d", n)
		must(t, db.Save(t.Context(), c))
		c = later(c.Incident)
	}
	c.Delivery, c.At = "click-19", t0.Add(store.DeliveryKept) // expired, and too young to be swept with this
	must(t, db.Save(t.Context(), c))
	clean(t, db)
	for range 10 { // the others are swept
		c = later(c.Incident)
		c.At = t0.Add(store.DeliveryKept + time.Hour)
		c.Delivery = fmt.Sprint("other-", c.Before)
		must(t, db.Save(t.Context(), c))
	}
	c = later(c.Incident)
	c.Delivery, c.At = "click-19", t0.Add(store.DeliveryKept+2*time.Hour)
	is(t, db.Save(t.Context(), c), store.ErrRepeated)
}

func TestExpiredDeliveriesReallyGo(t *testing.T) {
	db := open(t, newPath(t))
	c := declared(1)
	save := func(n int, at time.Time) {
		t.Helper()
		c.Delivery, c.At = at.String()+string(rune('a'+n%26)), at
		must(t, db.Save(t.Context(), c))
		c = later(c.Incident)
	}
	const each = 40
	for n := range each {
		save(n, t0.Add(time.Duration(n)*time.Second))
	}
	if n := db.Count("expiry"); n != each {
		t.Fatalf("%d deliveries after %d", n, each)
	}
	before := db.Count("expiry")
	for n := range each / 2 {
		save(n, t0.Add(2*store.DeliveryKept+time.Duration(n)*time.Second))
		now := db.Count("expiry")
		if swept := before + 1 - now; swept > 8 {
			t.Fatalf("%d are swept by one commit", swept)
		}
		before = now
	}
	if n := db.Count("expiry"); n != each/2 {
		t.Errorf("%d deliveries are left, want %d", n, each/2)
	}
	clean(t, db)
}
