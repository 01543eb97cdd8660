package promises

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/ownersocket"
	"epilogue/store/boltstore"
)

// clicks are the tasks that were acknowledged as done.
type clicks struct {
	mu    sync.Mutex
	tasks []int
}

func (c *clicks) add(task int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tasks = append(c.tasks, task)
}

func (c *clicks) soFar() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tasks[:len(c.tasks):len(c.tasks)]
}

// copied is a backup, and what had been acknowledged when it was asked for.
type copied struct {
	path  string
	acked []int
}

func TestABackupWhilePeopleClickIsOfOneMomentAndABotGoesOnFromIt(t *testing.T) {
	const n, mark = 150, 40
	dir := t.TempDir()
	l := start(t, local.Options{Dir: dir})
	saveProcess(t, l, manyTasks(n))
	inFlow(t, l.Slack)

	var done clicks
	var g sync.WaitGroup
	g.Go(func() {
		everybody(n-mark, func(who string, i int) {
			if r := l.Slack.Person(who).Slash(channel, fmt.Sprintf("/inc task %d done", i)); r.Acked {
				done.add(i)
			} else {
				t.Errorf("task %d: %s", i, r.Text())
			}
		})
	})
	var copies []copied
	for i := range 4 {
		if err := l.Slack.Wait(t.Context(), func() bool { return len(done.soFar()) >= 5+20*i }); err != nil {
			t.Fatal(err)
		}
		c := copied{filepath.Join(dir, fmt.Sprintf("backup-%d", i)), done.soFar()}
		backUp(t, filepath.Join(dir, local.StoreFile), c.path)
		copies = append(copies, c)
	}
	g.Wait()
	for _, c := range copies {
		c.check(t, l.Store)
	}

	// The file is lost: a bot goes on from the last backup, in the same workspace.
	last := copies[len(copies)-1]
	idle(t, l)
	if err := l.StopBot(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(last.path, filepath.Join(dir, local.StoreFile)); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	everybody(n, func(who string, i int) {
		if r := patiently(l.Slack, who).Slash(channel, fmt.Sprintf("/inc task %d done", i)); !r.Acked {
			t.Errorf("task %d, after the backup was restored: %s", i, r.Text())
		}
	})
	ana := patiently(l.Slack, "ana")
	ana.Waits(channel, "moves to")
	ana.Slash(channel, fmt.Sprintf("/inc task %d done", n+1))
	ana.Waits(channel, "is closed")
	idle(t, l)
	want := []string{"declared by", fmt.Sprintf("Documenting: %d done", n), "Reviewing: 1 done", "is closed"}
	if diff := cmp.Diff(want, posts(l), cmp.Comparer(contains)); diff != "" {
		t.Errorf("posted in the channel (-want +got):\n%s", diff)
	}
	if problems, err := l.Store.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("the store afterwards: %v %v", problems, err)
	}
}

// backUp is "epilogue backup" beside a running bot.
func backUp(t *testing.T, of, to string) {
	t.Helper()
	running, err := ownersocket.Ask(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = running.Close() }()
	if err := boltstore.BackupTo(t.Context(), running, to); err != nil {
		t.Fatal(err)
	}
}

// check compares a backup with what became of the store afterwards.
func (c copied) check(t *testing.T, live *boltstore.DB) {
	t.Helper()
	db, err := boltstore.Open(c.path, boltstore.Options{MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("%s: %v %v", filepath.Base(c.path), problems, err)
	}
	inc, err := db.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range c.acked {
		if task, _ := inc.Task(flow.TaskNumber(i)); task.State != flow.Done {
			t.Errorf("task %d was acknowledged before %s was made, and is %s in it", i, filepath.Base(c.path), task.State)
		}
	}
	events, all := timeline(t, db), timeline(t, live)
	if len(events) > len(all) {
		t.Fatalf("%s has %d events, the store %d", filepath.Base(c.path), len(events), len(all))
	}
	if diff := cmp.Diff(all[:len(events)], events); diff != "" {
		t.Errorf("%s is not how the history began (-history +backup):\n%s", filepath.Base(c.path), diff)
	}
	if diff := cmp.Diff(flow.Replay(events), inc, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the incident in %s is not the replay of its timeline (-replay +backup):\n%s", filepath.Base(c.path), diff)
	}
}

func timeline(t *testing.T, db *boltstore.DB) []flow.Event {
	t.Helper()
	events, err := db.Timeline(t.Context(), 1, 0, 10000)
	if err != nil {
		t.Fatal(err)
	}
	return events
}
