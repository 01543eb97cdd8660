package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
//	holds METHOD, releases     makes calls of a method hang until they are released
//	awaits FILE TEXT           waits until a file contains a text
//	exits CODE COMMAND ARG…    runs a command that must end with this exit code
//	schema FILE N              writes the number of another layout into a store
//	fetch FILE-WITH-ADDRESS    gets the first http address in a file, as stdout
//	env-file NAME FILE         sets a variable to what is in a file
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			// What the machine has set must not reach the scripts.
			e.Vars = slices.DeleteFunc(e.Vars, func(v string) bool {
				return strings.HasPrefix(v, "EPILOGUE_") || strings.HasPrefix(v, "SLACK_")
			})
			e.Values[stageKey{}] = &stage{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"slack": startSlack, "connected": connected, "types": types, "holds": holds, "releases": releases,
			"awaits": awaits, "exits": exits, "schema": schema, "fetch": fetch,
		},
	})
}

// stage is what a script has set up.
type (
	stage struct {
		slack *sandbox.Server
		held  *sandbox.Injected
		typed chan sandbox.Reply
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
	plainly(ts, neg, len(args) == 2, "types WHO LINE")
	var reply sandbox.Reply
	who := on(ts).slack.Person(args[0])
	ts.Check(who.Try(func(p *sandbox.Person) { reply = p.Patient(patience).Slash("#general", args[1]) }))
	if !reply.Acked {
		ts.Fatalf("%s was not acknowledged: %s", args[1], reply.Text())
	}
}

func awaits(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 2, "awaits FILE TEXT")
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-look.C {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && bytes.Contains(text, []byte(args[1])) {
			return
		}
	}
	ts.Fatalf("%s does not say %q", args[0], args[1])
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

func schema(ts *testscript.TestScript, neg bool, args []string) {
	plainly(ts, neg, len(args) == 2, "schema FILE N")
	db, err := bbolt.Open(ts.MkAbs(args[0]), 0o600, nil)
	ts.Check(err)
	ts.Check(errors.Join(db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte(args[1]))
	}), db.Close()))
}
