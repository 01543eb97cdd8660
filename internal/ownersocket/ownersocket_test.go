package ownersocket_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"epilogue/flow"
	"epilogue/internal/ownersocket"
	"epilogue/store"
	"epilogue/store/boltstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs a process's part over a store, until the test ends or stop is called.
func serve(t *testing.T, path string, s ownersocket.Store) (stop func() error) {
	t.Helper()
	return serveAndLeave(t, path, s, nil)
}

func serveAndLeave(t *testing.T, path string, s ownersocket.Store, leave func(*ownersocket.Successor) error) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- ownersocket.Serve(ctx, path, s, leave) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() { _ = stop() })
	deadline := time.After(30 * time.Second)
	for {
		c, err := ownersocket.Ask(t.Context(), path)
		if err == nil {
			must(t, c.Close())
			return stop
		}
		select {
		case err := <-ended:
			stopped = true
			t.Fatalf("serving ends: %v", err)
		case <-deadline:
			t.Fatal("nobody answers")
		case <-time.After(time.Millisecond):
		}
	}
}

func openFile(t *testing.T, path string) *boltstore.DB {
	t.Helper()
	db, err := boltstore.Open(path, boltstore.Options{})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func newPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sock") // shorter than t.TempDir
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "epilogue.db")
}

func open(t *testing.T, path string) ownersocket.Tool {
	t.Helper()
	tool, err := ownersocket.Open(t.Context(), path, boltstore.Options{MustExist: true})
	must(t, err)
	t.Cleanup(func() { _ = tool.Close() })
	return tool
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

func next(p flow.Process, name string) store.ProcessVersion {
	p.Version++
	p.Flows[0].Name = name
	return store.ProcessVersion{Process: p, By: "UANA", At: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
}

// A tool does the same whether the store is held by a process or by nobody.
func TestAToolHasTheStoreWhoeverHoldsIt(t *testing.T) {
	for name, running := range map[string]bool{"a process runs": true, "nobody runs": false} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			db := openFile(t, path)
			if running {
				serve(t, path, db)
			} else {
				must(t, db.Close())
			}
			tool := open(t, path)
			if _, asked := tool.(*ownersocket.Client); asked != running {
				t.Fatalf("the tool has a %T", tool)
			}
			p, err := tool.Process(t.Context())
			must(t, err)
			if diff := cmp.Diff(flow.Standard(), p); diff != "" {
				t.Errorf("process (-want +got):\n%s", diff)
			}
			must(t, tool.SaveProcess(t.Context(), next(p, "Edited")))
			is(t, tool.SaveProcess(t.Context(), next(p, "Edited again")), store.ErrConflict)
			p, err = tool.Process(t.Context())
			must(t, err)
			if p.Flows[0].Name != "Edited" {
				t.Errorf("the flow is called %q", p.Flows[0].Name)
			}
			old, err := tool.ProcessVersion(t.Context(), 1)
			must(t, err)
			if diff := cmp.Diff(flow.Standard(), old.Process); diff != "" {
				t.Errorf("the first version (-want +got):\n%s", diff)
			}
			_, err = tool.ProcessVersion(t.Context(), 9)
			is(t, err, store.ErrNotFound)
			findings, err := tool.Check(t.Context())
			must(t, err)
			if len(findings) != 0 {
				t.Errorf("check finds %q", findings)
			}
			copied := newPath(t)
			must(t, boltstore.BackupTo(t.Context(), tool, copied))
			v, err := openFile(t, copied).ProcessVersion(t.Context(), p.Version)
			must(t, err)
			if v.By != "UANA" {
				t.Errorf("the backup has a process by %q", v.By)
			}
		})
	}
}

func TestAClientKnowsWhomItAsks(t *testing.T) {
	path := newPath(t)
	serve(t, path, openFile(t, path))
	c, err := ownersocket.Ask(t.Context(), path)
	must(t, err)
	defer func() { must(t, c.Close()) }()
	if c.Pid() != os.Getpid() {
		t.Errorf("it asks process %d", c.Pid())
	}
}

func TestTheSocketIsPrivateAndGoesWithItsProcess(t *testing.T) {
	path := newPath(t)
	stop := serve(t, path, openFile(t, path))
	info, err := os.Stat(path + ".sock")
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %s", info.Mode())
	}
	must(t, stop())
	if _, err := os.Lstat(path + ".sock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket stays: %v", err)
	}
	_, err = ownersocket.Ask(t.Context(), path)
	is(t, err, ownersocket.ErrNobody)
}

func TestTheSocketOfAProcessThatIsGoneIsReplaced(t *testing.T) {
	path := newPath(t)
	db := openFile(t, path)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path + ".sock"})
	must(t, err)
	l.SetUnlinkOnClose(false)
	must(t, l.Close())
	serve(t, path, db)
}

func TestAToolOpensTheFileBesideTheSocketOfAProcessThatIsGone(t *testing.T) {
	path := newPath(t)
	must(t, openFile(t, path).Close())
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path + ".sock"})
	must(t, err)
	l.SetUnlinkOnClose(false)
	must(t, l.Close())
	if _, direct := open(t, path).(*boltstore.DB); !direct {
		t.Error("it asks somebody")
	}
}

func TestWhatIsNoStaleSocketIsNotRemoved(t *testing.T) {
	t.Run("a file", func(t *testing.T) {
		path := newPath(t)
		must(t, os.WriteFile(path+".sock", []byte("precious"), 0o600))
		if err := ownersocket.Serve(t.Context(), path, openFile(t, path), nil); err == nil {
			t.Error("it serves")
		}
		if b, err := os.ReadFile(path + ".sock"); string(b) != "precious" {
			t.Errorf("the file has %q, %v", b, err)
		}
	})
	t.Run("the socket of a process that answers", func(t *testing.T) {
		path := newPath(t)
		db := openFile(t, path)
		serve(t, path, db)
		if err := ownersocket.Serve(t.Context(), path, db, nil); err == nil || !strings.Contains(err.Error(), "another process answers") {
			t.Errorf("error is %v", err)
		}
		c, err := ownersocket.Ask(t.Context(), path)
		must(t, err)
		must(t, c.Close())
	})
}

func TestAPathThatIsTooLongForASocketWorksAllTheSame(t *testing.T) {
	dir := filepath.Join(filepath.Dir(newPath(t)), strings.Repeat("d", 100), strings.Repeat("e", 100))
	must(t, os.MkdirAll(dir, 0o700))
	path := filepath.Join(dir, "epilogue.db")
	stop := serve(t, path, openFile(t, path))
	must(t, stop())
	if _, err := os.Lstat(path + ".sock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket stays: %v", err)
	}
}

func TestANameThatIsTooLongForASocketIsSaidToBe(t *testing.T) {
	path := filepath.Join(filepath.Dir(newPath(t)), strings.Repeat("n", 120))
	err := ownersocket.Serve(t.Context(), path, openFile(t, path), nil)
	if err == nil || !strings.Contains(err.Error(), "shorter path") {
		t.Errorf("error is %v", err)
	}
}

func TestAToolNeverCreatesAStore(t *testing.T) {
	path := newPath(t)
	_, err := ownersocket.Open(t.Context(), path, boltstore.Options{MustExist: true})
	is(t, err, store.ErrNotFound)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it does: %v", err)
	}
}

func TestAToolIsToldWhenTheHolderDoesNotAnswer(t *testing.T) {
	path := newPath(t)
	openFile(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := ownersocket.Open(ctx, path, boltstore.Options{MustExist: true})
	is(t, err, store.ErrLocked)
}

func TestAToolWaitsForAProcessThatIsStarting(t *testing.T) {
	path := newPath(t)
	db := openFile(t, path)
	opened := make(chan error)
	go func() {
		tool, err := ownersocket.Open(t.Context(), path, boltstore.Options{MustExist: true})
		if err == nil {
			err = tool.Close()
		}
		opened <- err
	}()
	serve(t, path, db)
	must(t, <-opened)
}

// failing is a store that fails in one way.
type failing struct {
	ownersocket.Store
	err    error
	before int // bytes of a backup that go well
}

func (f failing) Check(context.Context) ([]string, error) { return nil, f.err }

func (f failing) Backup(_ context.Context, w io.Writer) error {
	if f.before == 0 {
		return f.err
	}
	_, err := w.Write(make([]byte, f.before))
	return errors.Join(f.err, err)
}

func TestErrorsKeepTheirKindOverTheSocket(t *testing.T) {
	for _, kind := range []error{store.ErrNoRoom, store.ErrBroken, store.ErrClosed, store.ErrDamaged, store.ErrNotFound} {
		t.Run(kind.Error(), func(t *testing.T) {
			path := newPath(t)
			serve(t, path, failing{err: kind})
			_, err := open(t, path).Check(t.Context())
			is(t, err, kind)
		})
	}
	t.Run("another", func(t *testing.T) {
		path := newPath(t)
		serve(t, path, failing{err: errors.New("out of paper")})
		_, err := open(t, path).Check(t.Context())
		if err == nil || !strings.Contains(err.Error(), "out of paper") {
			t.Errorf("error is %v", err)
		}
	})
}

func TestABackupThatFailsHalfwayIsAnErrorForTheTool(t *testing.T) {
	for name, before := range map[string]int{"before it began": 0, "in the first bytes": 10, "later": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			serve(t, path, failing{err: store.ErrClosed, before: before})
			var b bytes.Buffer
			if err := open(t, path).Backup(t.Context(), &b); err == nil {
				t.Errorf("%d bytes pass for a backup", b.Len())
			}
		})
	}
}

// endless is a store whose backup ends when its context does.
type endless struct {
	ownersocket.Store
	began chan struct{}
}

func (e endless) Backup(ctx context.Context, _ io.Writer) error {
	close(e.began)
	<-ctx.Done()
	return ctx.Err()
}

func TestAToolThatLeavesEndsItsBackup(t *testing.T) {
	path := newPath(t)
	e := endless{began: make(chan struct{})}
	stop := serve(t, path, e)
	ctx, cancel := context.WithCancel(t.Context())
	tool := open(t, path)
	done := make(chan error)
	go func() { done <- tool.Backup(ctx, io.Discard) }()
	<-e.began
	cancel()
	is(t, <-done, context.Canceled)
	must(t, stop()) // waits for the handler, which has ended
}
