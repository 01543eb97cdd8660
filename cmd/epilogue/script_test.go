package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/bbolt"

	"epilogue/bot"
	"epilogue/internal/sandbox"
)

var update = flag.Bool("update", false, "write what commands print into the scripts that compare it")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"epilogue": main})
}

// TestScripts runs the real program as its operator does. Besides testscript's own, the commands of the scripts are:
//
//	slack [SCOPE…]             starts a local Slack, and sets the variables that lead there; its app lacks the scopes
//	connected                  waits until a bot is connected to it
//	types WHO LINE             has somebody run a slash command in #general, and fails unless it is acknowledged
//	types& WHO LINE, answered  the same in two steps
//	holds METHOD, hanging,     makes the next call of a method hang, waits until one does,
//	releases                   and lets it go on
//	awaits FILE TEXT           waits until a file contains a text
//	exits CODE COMMAND ARG…    runs a command that must end with this exit code
//	sigterm                    asks the newest command in the background to stop
//	schema FILE N              writes the number of another layout into a store
//	fetch FILE [PATH]          prints what answers at the first http address in a file
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Deadline:      time.Now().Add(2 * patience), // a command that should have ended is a failure, not a pause
		Setup: func(e *testscript.Env) error {
			// What the machine has set must not reach the scripts.
			e.Vars = slices.DeleteFunc(e.Vars, func(v string) bool {
				return strings.HasPrefix(v, "EPILOGUE_") || strings.HasPrefix(v, "SLACK_")
			})
			e.Values[stageKey{}] = &stage{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"slack": startSlack, "connected": connected, "types": types, "types&": typesOn, "answered": answered,
			"holds": holds, "hanging": hanging, "releases": releases,
			"awaits": awaits, "exits": exits, "sigterm": sigterm, "schema": schema, "fetch": fetch,
		},
	})
}

// stage is what a script has set up.
type (
	stage struct {
		slack *sandbox.Server
		held  *sandbox.Injected
		typed chan error
	}
	stageKey struct{}
)

func on(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

func plainly(ts *testscript.TestScript, neg bool, ok bool, usage string) {
	if neg || !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

func startSlack(ts *testscript.TestScript, neg bool, without []string) {
	plainly(ts, neg, true, "slack [SCOPE…]")
	s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc")})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	for _, scope := range without {
		s.RemoveScope(scope)
	}
	on(ts).slack = s
	ts.Setenv("SLACK_API_URL", s.APIURL())
	ts.Setenv("SLACK_BOT_TOKEN", s.BotToken())
	ts.Setenv("SLACK_APP_TOKEN", s.AppToken())
}

// patience is how long anything may take that a script waits for.
const patience = time.Minute

func connected(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 0, "connected")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s := on(ts).slack
	ts.Check(s.Wait(ctx, func() bool { return len(s.Sockets()) == 2 }))
}

func types(ts *testscript.TestScript, neg bool, args []string) {
	typesOn(ts, neg, args)
	answered(ts, neg, nil)
}

// types& is types without waiting: answered does that.
func typesOn(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 2, "types& WHO LINE")
	st := on(ts)
	st.typed = make(chan error, 1)
	who := st.slack.Person(args[0])
	go func() {
		var reply sandbox.Reply
		err := who.Try(func(p *sandbox.Person) { reply = p.Patient(patience).Slash("#general", args[1]) })
		if err == nil && !reply.Acked {
			err = fmt.Errorf("%s was not acknowledged: %s", args[1], reply.Text())
		}
		st.typed <- err
	}()
}

func answered(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 0, "answered")
	ts.Check(<-on(ts).typed)
}

func holds(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 1, "holds METHOD")
	on(ts).held = on(ts).slack.Faults().Add(sandbox.Fault{Method: args[0], Hang: true, Times: 1})
}

func hanging(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 0, "hanging")
	within(ts, "no call hangs", func() bool { return on(ts).held.Hits() > 0 })
}

func releases(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 0, "releases")
	on(ts).held.Release()
}

// within waits for a condition that nobody reports.
func within(ts *testscript.TestScript, otherwise string, holds func() bool) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); !holds(); <-look.C {
		if time.Now().After(deadline) {
			ts.Fatalf("%s", otherwise)
		}
	}
}

func awaits(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 2, "awaits FILE TEXT")
	within(ts, fmt.Sprintf("%s does not say %q", args[0], args[1]), func() bool {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && bytes.Contains(text, []byte(args[1]))
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) > 1, "exits CODE COMMAND ARG…")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	switch {
	case err == nil && want == 0:
	case errors.As(err, &ended) && ended.ExitCode() == want:
	default:
		ts.Fatalf("%s ended with %v, not with exit code %d", strings.Join(args[1:], " "), err, want)
	}
}

func sigterm(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 0, "sigterm")
	running := ts.BackgroundCmds()
	if len(running) == 0 {
		ts.Fatalf("nothing runs in the background")
	}
	ts.Check(running[len(running)-1].Process.Signal(syscall.SIGTERM))
}

func schema(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 2, "schema FILE N")
	db, err := bbolt.Open(ts.MkAbs(args[0]), 0o600, nil)
	ts.Check(err)
	ts.Check(errors.Join(db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte(args[1]))
	}), db.Close()))
}

var address = regexp.MustCompile(`http://[^\s"]+`)

func fetch(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 1 || len(args) == 2, "fetch FILE [PATH]")
	client := http.Client{Timeout: patience}
	resp, err := client.Get(strings.TrimSuffix(address.FindString(ts.ReadFile(args[0])), "/") + strings.Join(args[1:], ""))
	ts.Check(err)
	defer resp.Body.Close()
	_, err = io.Copy(ts.Stdout(), resp.Body)
	ts.Check(err)
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("%s", resp.Status)
	}
}
