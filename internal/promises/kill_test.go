package promises

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/bot"
	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
	"epilogue/internal/socketlink"
	"epilogue/store/boltstore"
)

// The test binary runs itself as the bot that is killed: with this variable set to the address of the local Slack.
const asBot = "EPILOGUE_TEST_BOT"

func TestMain(m *testing.M) {
	if api := os.Getenv(asBot); api != "" {
		if err := runBot(api, os.Getenv("EPILOGUE_TEST_STORE")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func runBot(api, path string) error {
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	b := bot.New(bot.Options{
		Store: db, Slack: bot.Client("xoxb-sandbox-bot-token", "xapp-sandbox-app-token", api),
		Log:  slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Link: socketlink.Options{BackoffMax: time.Second},
	})
	return b.Run(context.Background())
}

// killed is a bot in a process of its own, which can be killed.
type killed struct {
	t    *testing.T
	path string
	s    *sandbox.Server
	cmd  *exec.Cmd
	said *log
}

func (k *killed) start() {
	k.t.Helper()
	k.cmd = exec.CommandContext(context.Background(), os.Args[0])
	k.cmd.Env = append(os.Environ(), asBot+"="+k.s.APIURL(), "EPILOGUE_TEST_STORE="+k.path)
	k.cmd.Stderr = k.said
	if err := k.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(k.t.Context(), 30*time.Second)
	defer cancel()
	if err := k.s.Wait(ctx, func() bool { return len(k.s.Sockets()) > 0 }); err != nil {
		k.t.Fatalf("the bot does not connect: %v\n%s", err, k.said)
	}
}

// kill is kill -9: nothing is flushed, nobody is told.
func (k *killed) kill() {
	_ = k.cmd.Process.Kill()
	_ = k.cmd.Wait()
}

func TestNoAcknowledgedClickAndNoAnnouncementIsLostOrDoubledByKill9(t *testing.T) {
	const n, perRound = 10, 16
	path := filepath.Join(t.TempDir(), "epilogue.db")
	prepare(t, path, perRound*n)
	s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc"), AckWithin: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	k := &killed{t: t, path: path, s: s, said: &log{}}
	k.start()
	defer k.kill()
	inFlow(t, s)

	var acked sync.Map
	next := 1
	for round := range n {
		// Some of the posts have their effect, and their answer never comes.
		s.Faults().Add(sandbox.Fault{Method: "chat.postMessage", Reset: true, AfterEffect: true, Times: 1})
		from := next
		next += perRound
		var g sync.WaitGroup
		g.Go(func() {
			everybody(next-from, func(who string, i int) {
				if r := s.Person(who).Slash(channel, fmt.Sprintf("/inc task %d done", from+i-1)); r.Acked {
					acked.Store(from+i-1, round)
				}
			})
		})
		<-time.After(time.Duration(rand.IntN(120)) * time.Millisecond)
		k.kill()
		g.Wait()
		k.start()
	}
	// What was refused is done now, and everything has to arrive.
	const total = perRound * n
	for i := 1; i <= total; i++ {
		if _, ok := acked.Load(i); !ok {
			if r := patiently(s, "ben").Slash(channel, fmt.Sprintf("/inc task %d done", i)); !r.Acked {
				t.Errorf("task %d: %s", i, r.Text())
			}
		}
	}
	patiently(s, "ana").Waits(channel, "moves to")
	patiently(s, "ben").Slash(channel, fmt.Sprintf("/inc task %d done", total+1))
	patiently(s, "ana").Waits(channel, "is closed")
	quiet(t, s)
	k.kill()

	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("the store after %d kills: %v %v", n, problems, err)
	}
	inc, err := db.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	acked.Range(func(i, round any) bool {
		if task, _ := inc.Task(flow.TaskNumber(i.(int))); task.State != flow.Done {
			t.Errorf("task %d was acknowledged in round %d, and is %s", i, round, task.State)
			lost++
		}
		return true
	})
	l := &local.Local{Slack: s}
	want := []string{"declared by", fmt.Sprintf("Documenting: %d done", total), "Reviewing: 1 done", "is closed"}
	if diff := cmp.Diff(want, posts(l), cmp.Comparer(contains)); diff != "" {
		t.Errorf("posted in the channel (-want +got):\n%s", diff)
	}
	var told strings.Builder
	for _, m := range s.Messages(channel) {
		if m.ThreadTS != "" && m.OnlyFor == "" {
			told.Write(m.Blocks) // the text for notifications is cut
		}
	}
	tasks := strings.Count(told.String(), "* done.")
	for _, more := range regexp.MustCompile(`And (\d+) more`).FindAllStringSubmatch(told.String(), -1) {
		n, err := strconv.Atoi(more[1])
		if err != nil {
			t.Fatal(err)
		}
		tasks += n
	}
	if tasks != total+1 {
		t.Errorf("%d tasks are told in the threads, want %d", tasks, total+1)
	}
	for i := 1; i <= total; i++ {
		if c := strings.Count(told.String(), taskTitle(i)); c > 1 {
			t.Errorf("task %d is told %d times in the thread", i, c)
		}
	}
	if t.Failed() {
		t.Logf("in the thread:\n%s", told.String())
		t.Logf("the bot's log:\n%s", k.said)
	}
}

// prepare makes a store with a flow of n tasks.
func prepare(t *testing.T, path string, n int) {
	t.Helper()
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SaveProcess(t.Context(), processVersion(manyTasks(n))); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// quiet waits until the bot has called Slack for nothing during 5 seconds: longer than anything in the outbox waits for company.
func quiet(t *testing.T, s *sandbox.Server) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); {
		calls := len(s.Calls())
		wait(5 * time.Second)
		if len(s.Calls()) == calls {
			return
		}
	}
	t.Error("the bot does not come to rest")
}
