package ownersocket_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/ownersocket"
	"epilogue/store"
)

func TestASuccessorGetsWhatComesTooLateAndHearsWhenItsPredecessorHasLetGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	asked := make(chan *ownersocket.Successor, 1)
	stop := serveAndLeave(t, path, openFile(t, path), func(s *ownersocket.Successor) error { asked <- s; return nil })
	client, err := ownersocket.Ask(t.Context(), path)
	must(t, err)
	defer func() { must(t, client.Close()) }()
	type late struct {
		Raw      string
		Received time.Time
	}
	var got []late
	left := make(chan error, 1)
	go func() {
		left <- client.Leave(t.Context(), func(raw []byte, received time.Time) { got = append(got, late{string(raw), received}) })
	}()
	successor := <-asked
	if successor.Pid != os.Getpid() {
		t.Errorf("process %d asks", successor.Pid)
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC)
	successor.Pass([]byte("{\"a\":\"<\u2028>\"}\n\xff"), at)
	successor.Pass([]byte("two"), at)
	must(t, stop())
	must(t, <-left)
	successor.Pass([]byte("three"), at) // too late for anybody
	want := []late{{"{\"a\":\"<\u2028>\"}\n\xff", at}, {"two", at}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAProcessThatKeepsItsStoreSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		leave func(*ownersocket.Successor) error
		want  string
	}{
		"it never hands over":                 {nil, "stop it first"},
		"it is handing over to somebody else": {func(*ownersocket.Successor) error { return errors.New("another is first") }, "another is first"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "epilogue.db")
			serveAndLeave(t, path, openFile(t, path), c.leave)
			client, err := ownersocket.Ask(t.Context(), path)
			must(t, err)
			defer func() { must(t, client.Close()) }()
			if err := client.Leave(t.Context(), nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestAProgramThatIsTooOldForTheFileIsToldBeforeAnybodyLeaves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	serveAndLeave(t, path, openFile(t, path), func(*ownersocket.Successor) error { t.Error("it left"); return nil })
	status, body := ask(t, path, http.MethodPost, "/leave", `{"pid":1,"schema":0}`)
	if status != http.StatusInternalServerError || !strings.Contains(body, store.ErrNewer.Error()) {
		t.Errorf("%d %s", status, body)
	}
}

// ask makes a request to the socket as another version of the program might.
func ask(t *testing.T, path, method, to, body string) (status int, answer string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path+".sock")
	}}}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://store"+to, strings.NewReader(body))
	must(t, err)
	resp, err := client.Do(req)
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(said)
}

func TestWhoOnlyAsksGetsNothingAndOnlyTheFirstGetsTheStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	asked := make(chan *ownersocket.Successor, 10)
	stop := serveAndLeave(t, path, openFile(t, path), func(s *ownersocket.Successor) error { asked <- s; return nil })
	first, err := ownersocket.Ask(t.Context(), path)
	must(t, err)
	defer func() { must(t, first.Close()) }()
	must(t, first.MayLeave(t.Context()))
	if len(asked) != 0 {
		t.Fatal("asking whether it would leave made it leave")
	}
	left := make(chan error, 1)
	go func() { left <- first.Leave(t.Context(), nil) }()
	<-asked
	second, err := ownersocket.Ask(t.Context(), path)
	must(t, err)
	defer func() { must(t, second.Close()) }()
	for what, err := range map[string]error{"asks": second.MayLeave(t.Context()), "comes for it": second.Leave(t.Context(), nil)} {
		if err == nil || !strings.Contains(err.Error(), "handing over to another process already") {
			t.Errorf("the second, who %s, gets %v", what, err)
		}
	}
	must(t, stop())
	must(t, <-left)
	if len(asked) != 0 {
		t.Error("it was handed over twice")
	}
}

func TestWhoCannotHaveTheStoreIsToldWhenTheyAsk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	serveAndLeave(t, path, openFile(t, path), nil)
	client, err := ownersocket.Ask(t.Context(), path)
	must(t, err)
	defer func() { must(t, client.Close()) }()
	if err := client.MayLeave(t.Context()); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("error is %v", err)
	}
}

func TestABackupDoesNotKeepASuccessorWaiting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	e := endless{began: make(chan struct{})}
	asked := make(chan *ownersocket.Successor, 1)
	stop := serveAndLeave(t, path, e, func(s *ownersocket.Successor) error { asked <- s; return nil })
	tool := open(t, path)
	backedUp := make(chan error, 1)
	go func() { backedUp <- tool.Backup(t.Context(), io.Discard) }()
	<-e.began
	client, err := ownersocket.Ask(t.Context(), path)
	must(t, err)
	defer func() { must(t, client.Close()) }()
	left := make(chan error, 1)
	go func() { left <- client.Leave(t.Context(), nil) }()
	<-asked
	began := time.Now()
	must(t, stop())
	if took := time.Since(began); took > ownersocket.Grace-time.Second {
		t.Errorf("the successor waits %s for a backup", took)
	}
	must(t, <-left)
	if err := <-backedUp; err == nil {
		t.Error("half a backup passes for one")
	}
}
