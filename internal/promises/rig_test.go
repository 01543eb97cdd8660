// Package promises holds one test for each promise that the README makes about what happens when things go wrong: crashes, a slow or hostile
// Slack, a full disk, everybody clicking at once. Everything goes over the real protocol.
package promises

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
	"epilogue/store"
)

// channel is where the incident of these tests lives.
const channel = "#inc-1-checkout-errors"

// manyTasks is a process with one flow: a first status of n tasks, then one with a single task.
func manyTasks(n int) flow.Process {
	p := flow.Standard()
	p.Version = 2
	first := flow.Status{Key: "documenting", Name: "Documenting"}
	for i := 1; i <= n; i++ {
		first.Tasks = append(first.Tasks, flow.Template{Key: flow.Key(fmt.Sprintf("t%d", i)), Kind: flow.Custom, Title: taskTitle(i)})
	}
	last := flow.Status{Key: "reviewing", Name: "Reviewing", Tasks: []flow.Template{{Key: "last", Kind: flow.Custom, Title: "The last thing"}}}
	p.Flows = []flow.Flow{{Key: "many", Name: "Many", Entry: flow.Ask, OptOut: flow.Everyone, Statuses: []flow.Status{first, last}}}
	return p
}

func taskTitle(n int) string { return fmt.Sprintf("Thing %03d", n) }

// log keeps what the bot logs, for when a test fails.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start starts a local Slack with a bot, and stops both at the end. A failed test shows the channel and the log.
func start(t *testing.T, o local.Options) *local.Local {
	t.Helper()
	var said log
	o.Log = slog.New(slog.NewTextHandler(&said, nil))
	o.Sandbox.TriggerLife = cmp.Or(o.Sandbox.TriggerLife, patience) // many tests at once on a busy machine: how long a form takes says nothing about the bot
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	l, err := local.Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the workspace:\n%s\nthe bot's log:\n%s", l.Slack.Transcript(), said.String())
		}
		if err := l.Stop(); err != nil && !errors.Is(err, store.ErrBroken) {
			t.Error(err)
		}
		if strings.Contains(said.String(), "panicked") {
			t.Errorf("something panicked:\n%s", said.String())
		}
	})
	return l
}

// patience is long enough for a slow machine.
const patience = 20 * time.Second

// patiently is somebody who has it.
func patiently(s *sandbox.Server, who string) *sandbox.Person {
	return s.Person(who).Patient(patience)
}

// inFlow brings the first incident into a flow of n tasks, with ben, cem and dana in its channel.
func inFlow(t *testing.T, s *sandbox.Server) {
	t.Helper()
	inFlowOf(t, s, 1)
}

// inFlowOf does so with the next incident, whose number is given, and names its channel.
func inFlowOf(t *testing.T, s *sandbox.Server, id flow.IncidentID) (channel string) {
	t.Helper()
	title := "Checkout errors"
	if id > 1 {
		title += fmt.Sprintf(" %d", id) // one that is like an open one is asked about first
	}
	channel = fmt.Sprintf("#inc-%d-%s", id, strings.ToLower(strings.ReplaceAll(title, " ", "-")))
	ana := patiently(s, "ana")
	ana.Slash("#general", "/inc declare "+title)
	if sent := ana.Modal("Declare an incident").Submit(); !sent.Closed {
		t.Fatalf("declaring %s: %+v", id, sent)
	}
	ana.Waits(channel, "declared by")
	for _, who := range []string{"ben", "cem", "dana"} {
		patiently(s, who).Joins(channel)
	}
	ana.Slash(channel, "/inc close")
	ana.Modal().Submit()
	ana.Waits(channel, "left before it closes")
	return channel
}

func saveProcess(t *testing.T, l *local.Local, p flow.Process) {
	t.Helper()
	if err := l.Store.SaveProcess(t.Context(), processVersion(p)); err != nil {
		t.Fatal(err)
	}
}

// incident reads the incident from the store.
func incident(t *testing.T, l *local.Local) flow.Incident {
	t.Helper()
	inc, err := l.Store.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return inc
}

// everybody does something for each of n numbers, four people at once.
func everybody(n int, do func(who string, i int)) {
	people := []string{"ana", "ben", "cem", "dana"}
	var g sync.WaitGroup
	for k, who := range people {
		g.Go(func() {
			for i := k + 1; i <= n; i += len(people) {
				do(who, i)
			}
		})
	}
	g.Wait()
}
