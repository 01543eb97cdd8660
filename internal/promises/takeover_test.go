package promises

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/bot"
	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/internal/operator"
	"epilogue/internal/sandbox"
	"epilogue/store/boltstore"
)

// With this variable set the test binary is "epilogue run"; set to takingOver, "epilogue run --take-over".
const (
	asProgram  = "EPILOGUE_TEST_PROGRAM"
	takingOver = "take-over"
)

func runProgram(takeOver bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := config.Load("", os.LookupEnv)
	if err != nil {
		return err
	}
	return operator.Run(ctx, c, slog.New(slog.NewTextHandler(os.Stderr, nil)), takeOver)
}

// program is a running "epilogue run".
type program struct {
	cmd   *exec.Cmd
	said  *log
	ended chan error
}

func runs(t *testing.T, s *sandbox.Server, path, how string) *program {
	t.Helper()
	p := &program{cmd: exec.CommandContext(context.Background(), os.Args[0]), said: &log{}, ended: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), asProgram+"="+how, "EPILOGUE_STORE_PATH="+path,
		"SLACK_API_URL="+s.APIURL(), "SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken())
	p.cmd.Stderr = p.said
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", how, p.said)
		}
	})
	return p
}

// says waits until the program has logged something.
func (p *program) says(t *testing.T, what string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(p.said.String(), what); wait(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not say %q", what)
		}
	}
}

// ends waits until the program has ended by itself.
func (p *program) ends(t *testing.T) {
	t.Helper()
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
		p.ended <- err
	case <-time.After(30 * time.Second):
		t.Fatal("it does not end")
	}
}

// clicking has people click at 50 a second until stop is called, which returns how many clicks there were. No click may fail.
func clicking(t *testing.T, s *sandbox.Server, tasks int) (stop func() int) {
	t.Helper()
	done := make(chan struct{})
	var g sync.WaitGroup
	n := 0
	g.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; n++ {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
			}
			who := []string{"ana", "ben", "cem", "dana"}[n%4]
			line := fmt.Sprintf("/inc task %d assign %s", n%tasks+1, []string{"@ana", "@ben", "nobody"}[n/tasks%3])
			g.Go(func() {
				if r := s.Person(who).Slash(channel, line); !r.Acked {
					t.Errorf("%s: %s", line, r.Text())
				}
			})
		}
	})
	return func() int {
		close(done)
		g.Wait()
		return n
	}
}

// reporting has ana post news until stop is called, so that a post is on its way at any moment of a slow Slack. It returns what was posted.
func reporting(t *testing.T, s *sandbox.Server) (stop func() []string) {
	t.Helper()
	done := make(chan struct{})
	var g sync.WaitGroup
	var news []string
	g.Go(func() {
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
			}
			line := fmt.Sprintf("news %02d.", len(news)+1)
			if r := s.Person("ana").Slash(channel, "/inc update "+line); !r.Acked {
				t.Errorf("%s: %s", line, r.Text())
			}
			news = append(news, line)
		}
	})
	return func() []string {
		close(done)
		g.Wait()
		return news
	}
}

func TestNoClickFailsWhileAnotherProcessTakesOver(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault *sandbox.Fault
	}{
		{"Slack is well", nil},
		{"Slack takes 800 ms a call", &sandbox.Fault{Slow: 800 * time.Millisecond}},
	} {
		t.Run(c.name, func(t *testing.T) {
			const tasks = 60
			path := filepath.Join(t.TempDir(), "epilogue.db")
			prepare(t, path, tasks)
			s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc")})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			first := runs(t, s, path, "run")
			first.says(t, "slot=1")
			inFlow(t, s)
			for _, who := range []string{"ana", "ben", "cem", "dana"} {
				s.Person(who).Slash(channel, "/inc tasks") // now everybody is known
			}
			if c.fault != nil {
				s.Faults().Add(*c.fault)
			}
			stop := clicking(t, s, tasks)
			stopNews := reporting(t, s)
			wait(500 * time.Millisecond)
			old := s.Sockets()
			second := runs(t, s, path, takingOver)
			second.says(t, "took over")
			first.ends(t)
			third := runs(t, s, path, takingOver)
			third.says(t, "took over")
			second.ends(t)
			wait(500 * time.Millisecond)
			clicks, want := stop(), append([]string{"declared by", "left before it closes"}, stopNews()...)
			s.Faults().Clear()
			s.Person("ana").Patient(time.Minute).Waits(channel, want[len(want)-1])
			t.Logf("%d clicks; between the last ack of the first and the first of the second %s; the longest wait for an ack %s", clicks, gap(s, old), slowest(s))
			if clicks < 50 {
				t.Errorf("only %d clicks: this proves nothing", clicks)
			}
			got := slices.DeleteFunc(postsIn(s, channel), func(text string) bool { return strings.Contains(text, "takes") }) // who got which task is gathered
			if diff := cmp.Diff(want, got, cmp.Comparer(contains)); diff != "" {
				t.Errorf("posted in the channel (-want +got):\n%s", diff)
			}
			_ = third.cmd.Process.Signal(syscall.SIGTERM)
			third.ends(t)
			db, err := boltstore.Open(path, boltstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Errorf("the store afterwards: %v %v", problems, err)
			}
		})
	}
}

func TestOfTwoThatTakeOverAtOnceOneRunsInTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	prepare(t, path, 3)
	s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	first := runs(t, s, path, "run")
	first.says(t, "slot=1")
	inFlow(t, s)
	one, two := runs(t, s, path, takingOver), runs(t, s, path, takingOver)
	first.ends(t)
	winner, loser := one, two
	select {
	case err := <-two.ended:
		t.Logf("the second one ended with %v", err)
	case err := <-one.ended:
		t.Logf("the first one ended with %v", err)
		winner, loser = two, one
	case <-time.After(time.Minute):
		t.Fatal("both run on")
	}
	if said := loser.said.String(); !strings.Contains(said, "handing over to another process") && !strings.Contains(said, "another process holds the store") {
		t.Errorf("the one that does not run on says:\n%s", said)
	}
	winner.says(t, "the store is open")
	if r := patiently(s, "ana").Slash(channel, "/inc task 1 done"); !r.Acked {
		t.Errorf("whoever runs in the end answers with %q", r.Text())
	}
	_ = winner.cmd.Process.Signal(syscall.SIGTERM)
	winner.ends(t)
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if problems, err := db.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("the store afterwards: %v %v", problems, err)
	}
}

func TestATakeOverWhileTheOtherIsStoppingGoesOnWithItsStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	prepare(t, path, 3)
	s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	first := runs(t, s, path, "run")
	first.says(t, "slot=1")
	inFlow(t, s)
	slow := s.Faults().Add(sandbox.Fault{Method: "chat.postMessage", Hang: true}) // it will take its whole grace
	patiently(s, "ana").Slash(channel, "/inc update news")
	if err := s.Wait(t.Context(), func() bool { return slow.Hits() > 0 }); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Process.Signal(syscall.SIGTERM)
	first.says(t, "stopping")
	second := runs(t, s, path, takingOver)
	first.ends(t)
	slow.Clear()
	second.says(t, "the store is open")
	if r := patiently(s, "ana").Slash(channel, "/inc task 1 done"); !r.Acked {
		t.Errorf("the second answers with %q", r.Text())
	}
	patiently(s, "ana").Waits(channel, "news")
	_ = second.cmd.Process.Signal(syscall.SIGTERM)
	second.ends(t)
	news := slices.DeleteFunc(postsIn(s, channel), func(text string) bool { return !strings.Contains(text, "news") })
	if len(news) != 1 {
		t.Errorf("the news was posted %d times: %v", len(news), news)
	}
}

// gap is how long nobody acknowledged anything between those who have the old connections and those who came after them.
func gap(s *sandbox.Server, old []int) time.Duration {
	var last, first time.Time
	for _, e := range s.Envelopes() {
		switch {
		case !e.Acked():
		case e.AckedOn <= slices.Max(old):
			if e.AckedAt.After(last) {
				last = e.AckedAt
			}
		case first.IsZero() || e.AckedAt.Before(first):
			first = e.AckedAt
		}
	}
	return first.Sub(last).Round(time.Millisecond)
}

// slowest is the longest that an envelope waited for its ack.
func slowest(s *sandbox.Server) (most time.Duration) {
	for _, e := range s.Envelopes() {
		if e.Acked() {
			most = max(most, e.AckedAt.Sub(e.Deliveries[0].At))
		}
	}
	return most
}

// unserved are the envelopes that the bot had read, since it acknowledged one that came behind them on the same connection, and were not acknowledged. What
// crosses its close frame nobody can acknowledge.
func unserved(s *sandbox.Server) (out []sandbox.Envelope) {
	read := map[int]int{} // by connection, up to which delivery
	for _, e := range s.Envelopes() {
		for _, d := range e.Deliveries {
			if e.Acked() && e.AckedOn == d.Socket {
				read[d.Socket] = max(read[d.Socket], d.Seq)
			}
		}
	}
	for _, e := range s.Envelopes() {
		if !e.Acked() && slices.ContainsFunc(e.Deliveries, func(d sandbox.Delivery) bool { return d.Seq < read[d.Socket] }) {
			out = append(out, e)
		}
	}
	return out
}

func TestSIGTERMUnderLoadAcknowledgesWhatWasDeliveredAndClosesProperly(t *testing.T) {
	const attempts = 5 // on a machine with too much else to do, a burst may take longer than the grace
	for i := range attempts {
		if stopsUnderLoad(t, i == attempts-1) {
			return
		}
	}
}

// stopsUnderLoad is one try. Unless it is the last one, it says when the grace was over before everything could be acknowledged.
func stopsUnderLoad(t *testing.T, last bool) (inTime bool) {
	t.Helper()
	const tasks = 60
	path := filepath.Join(t.TempDir(), "epilogue.db")
	prepare(t, path, tasks)
	s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc"), AckWithin: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	p := runs(t, s, path, "run")
	p.says(t, "slot=1")
	inFlow(t, s)
	done := make(chan struct{})
	var g sync.WaitGroup
	var acked sync.Map
	g.Go(func() {
		for i := 1; i <= tasks; i++ {
			pause := 25 * time.Millisecond
			if i > 12 {
				pause = time.Millisecond // a burst as it is asked to stop
			}
			select {
			case <-done:
				return
			case <-time.After(pause):
			}
			g.Go(func() {
				if s.Person("ben").Slash(channel, fmt.Sprintf("/inc task %d done", i)).Acked {
					acked.Store(i, true)
				}
			})
		}
	})
	wait(12*25*time.Millisecond + 10*time.Millisecond)
	s.Faults().Ghosts(time.Minute) // Slack goes on counting what ends without a close frame
	began := time.Now()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.ends(t)
	took := time.Since(began)
	close(done)
	g.Wait()
	t.Logf("it ended %s after SIGTERM", took.Round(time.Millisecond))
	if took > 10*time.Second {
		t.Errorf("it took %s to end, with a grace of 2 s", took)
	}
	if !strings.Contains(p.said.String(), "stopped") {
		t.Error("it does not say that it stopped")
	}
	if left := s.Sockets(); len(left) != 0 {
		t.Errorf("Slack still counts the connections %v", left)
	}
	missed, left := unserved(s), strings.Contains(p.said.String(), "before all that it brought was acknowledged")
	if (len(missed) > 0 || left) && took > 1500*time.Millisecond && !last {
		return false
	}
	for _, e := range missed {
		t.Errorf("read, and never acknowledged: %s", e.Payload)
	}
	if left {
		t.Error("it left before it had acknowledged everything")
	}
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	inc, err := db.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	settled := slices.Collect(func(yield func(int) bool) {
		for i := 1; i <= tasks; i++ {
			if task, _ := inc.Task(flow.TaskNumber(i)); task.State == flow.Done && !yield(i) {
				return
			}
		}
	})
	n := 0
	acked.Range(func(i, _ any) bool {
		n++
		if !slices.Contains(settled, i.(int)) {
			t.Errorf("task %d was acknowledged, and is open", i)
		}
		return true
	})
	if n == 0 || len(settled) > n {
		t.Errorf("%d tasks were settled, %d of them acknowledged: everything that was delivered and saved should be", len(settled), n)
	}
	return true
}
