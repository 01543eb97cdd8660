package promises

import (
	"context"
	"errors"
	"flag"
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
	if how := os.Getenv(asProgram); how != "" {
		if err := runProgram(how == takingOver); err != nil {
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

// rounds is how often the bot is killed; "make soak" asks for 200.
var rounds = flag.Int("rounds", 10, "how often the bot is killed")

// An incident is clicked through in so many rounds, of so many tasks each; then comes the next.
const roundsEach, perRound = 10, 16

func TestNoAcknowledgedClickAndNoAnnouncementIsLostOrDoubledByKill9(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	prepare(t, path, perRound*roundsEach)
	s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc"), AckWithin: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	k := &killed{t: t, path: path, s: s, said: &log{}}
	k.start()
	defer k.kill()

	var incidents []*storm
	for done := 0; done < *rounds; {
		w := &storm{k: k, id: flow.IncidentID(len(incidents) + 1), rnd: rand.New(rand.NewPCG(rand.Uint64(), 1))}
		incidents = append(incidents, w)
		w.channel = inFlowOf(t, s, w.id)
		for w.rounds < roundsEach && done < *rounds {
			w.round()
			done++
		}
		w.settle(t)
	}
	k.kill()
	finish(t, s, path)

	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("the store after %d kills: %v %v", *rounds, problems, err)
	}
	acked := 0
	for _, w := range incidents {
		acked += w.count()
		w.check(t, db)
	}
	if acked < 2**rounds {
		t.Errorf("only %d clicks were acknowledged in %d rounds: this proves nothing", acked, *rounds)
	}
	t.Logf("%d kills, %d clicks that were acknowledged before one, %d incidents", *rounds, acked, len(incidents))
	if t.Failed() {
		t.Logf("the bot's log:\n%s", k.said)
	}
}

// storm is people who settle the tasks of one incident while the bot is killed again and again.
type storm struct {
	k       *killed
	id      flow.IncidentID
	channel string
	rnd     *rand.Rand
	rounds  int
	acked   sync.Map // task → round
}

// round has people settle some tasks, and kills the bot in the middle: after some of the clicks, or between a post and the note that it was made.
func (w *storm) round() {
	s := w.k.s
	trouble := sandbox.Fault{Method: "chat.postMessage", AfterEffect: true, Times: 1}
	if trouble.Hang = w.rounds%5 == 2; !trouble.Hang {
		trouble.Reset = true // the post is made, and its answer never comes
	}
	spoiled := s.Faults().Add(trouble)
	before, from := w.count(), w.rounds*perRound
	w.rounds++
	var g sync.WaitGroup
	g.Go(func() {
		everybody(perRound, func(who string, i int) {
			if w.settleTask(who, from+i) {
				w.acked.Store(from+i, w.rounds)
			}
		})
	})
	clicked := before + w.rnd.IntN(perRound*3/4)
	w.wait(func() bool { return w.count() >= clicked && (!trouble.Hang || spoiled.Hits() > 0) })
	wait(time.Duration(w.rnd.IntN(20)) * time.Millisecond)
	w.k.kill()
	spoiled.Clear()
	g.Wait()
	w.k.start()
}

// wait waits until something has happened, and not for ever: where too little is going on for it, the bot is killed all the same.
func (w *storm) wait(happened func() bool) {
	ctx, cancel := context.WithTimeout(w.k.t.Context(), 4*time.Second)
	defer cancel()
	_ = w.k.s.Wait(ctx, happened)
}

// settleTask settles a task by a command, a button or a form, and reports whether that was acknowledged.
func (w *storm) settleTask(who string, task int) (acked bool) {
	p := w.k.s.Person(who)
	switch task % 4 {
	case 1:
		if p.Try(func(p *sandbox.Person) { acked = p.In(w.channel).Click("Mark done").In(taskTitle(task)).Acked }) == nil {
			return acked
		}
	case 2:
		err := p.Try(func(p *sandbox.Person) {
			form := p.In(w.channel).Menu(taskTitle(task)).Choose("Not doing")
			if !form.Acked {
				return
			}
			p = p.Patient(300 * time.Millisecond)
			sent := p.Modal("Not doing").Fill("Reason", "It was settled elsewhere").Submit()
			acked = sent.Closed && sent.Banner == ""
		})
		_ = p.Try(func(p *sandbox.Person) { p.Modal().CloseAll() }) // where the bot died before it answered
		if err == nil {
			return acked
		}
	}
	// A long card does not show every task, and a bot that is dead opens no form.
	return p.Slash(w.channel, fmt.Sprintf("/inc task %d done", task)).Acked
}

func (w *storm) tasks() int { return perRound * roundsEach }

func (w *storm) count() (n int) {
	w.acked.Range(func(any, any) bool { n++; return true })
	return n
}

// settle has what was refused done again, and the incident closed: everything has to arrive.
func (w *storm) settle(t *testing.T) {
	t.Helper()
	s := w.k.s
	for i := 1; i <= w.tasks(); i++ {
		if _, ok := w.acked.Load(i); !ok {
			w.insist(t, fmt.Sprintf("/inc task %d done", i))
		}
	}
	patiently(s, "ana").Waits(w.channel, "moves to")
	w.insist(t, fmt.Sprintf("/inc task %d done", w.tasks()+1))
	patiently(s, "ana").Waits(w.channel, "is closed")
}

// insist repeats a command until it is acknowledged: half a second can be too short for a busy machine.
func (w *storm) insist(t *testing.T, line string) {
	t.Helper()
	for range 20 {
		if patiently(w.k.s, "ben").Slash(w.channel, line).Acked {
			return
		}
	}
	t.Errorf("%s in %s is not acknowledged, however often it is tried", line, w.channel)
}

// check compares what people were promised with what is stored and what was posted.
func (w *storm) check(t *testing.T, db *boltstore.DB) {
	t.Helper()
	inc, err := db.Incident(t.Context(), w.id)
	if err != nil {
		t.Fatal(err)
	}
	w.acked.Range(func(i, round any) bool {
		if task, _ := inc.Task(flow.TaskNumber(i.(int))); task.State == flow.Open {
			t.Errorf("%s, task %d was acknowledged in round %d, and is %s", w.id, i, round, task.State)
		}
		return true
	})
	s := w.k.s
	want := []string{"declared by", "Documenting: ", "Reviewing: 1 done", "is closed"}
	if diff := cmp.Diff(want, postsIn(s, w.channel), cmp.Comparer(contains)); diff != "" {
		t.Errorf("posted in the channel of %s (-want +got):\n%s", w.id, diff)
	}
	var told strings.Builder
	for _, m := range s.Messages(w.channel) {
		if m.ThreadTS != "" && m.OnlyFor == "" {
			told.Write(m.Blocks) // the text for notifications is cut
		}
	}
	tasks := strings.Count(told.String(), "* done.") + strings.Count(told.String(), "* not doing,")
	for _, more := range regexp.MustCompile(`And (\d+) more`).FindAllStringSubmatch(told.String(), -1) {
		n, err := strconv.Atoi(more[1])
		if err != nil {
			t.Fatal(err)
		}
		tasks += n
	}
	if tasks != w.tasks()+1 {
		t.Errorf("%d tasks are told in the threads of %s, want %d:\n%s", tasks, w.id, w.tasks()+1, told.String())
	}
	for i := 1; i <= w.tasks(); i++ {
		if c := strings.Count(told.String(), taskTitle(i)); c > 1 {
			t.Errorf("%s, task %d is told %d times in the thread", w.id, i, c)
		}
	}
}

// finish has a bot of this process deliver what the last one left, moving the clock over what waits for company.
func finish(t *testing.T, s *sandbox.Server, path string) {
	t.Helper()
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(bot.Options{Store: db, Slack: bot.Client(s.BotToken(), s.AppToken(), s.APIURL()), Clock: clock{s.Clock()}, Unpaced: true})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	idle(t, &local.Local{Slack: s, Store: db})
	stop()
	if err := errors.Join(<-ended, db.Close()); err != nil {
		t.Error(err)
	}
}

// clock makes the sandbox's clock the business clock of a bot.
type clock struct{ *sandbox.Clock }

// Changed is closed by the next move.
func (c clock) Changed() <-chan struct{} { return c.Moved() }

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
