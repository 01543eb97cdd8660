package promises

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
	"epilogue/store"
	"epilogue/store/boltstore"
)

func processVersion(p flow.Process) store.ProcessVersion {
	return store.ProcessVersion{Process: p, At: time.Now()}
}

func TestAcksDoNotWaitForASlowSlack(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sandbox.Fault
	}{
		{"800 ms a call", sandbox.Fault{Slow: 800 * time.Millisecond}},
		{"not answering at all", sandbox.Fault{Hang: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
				saveProcess(t, l, manyTasks(20))
				inFlow(t, l.Slack)
				for _, who := range []string{"ana", "ben", "cem", "dana"} {
					l.Slack.Person(who).Slash(channel, "/inc tasks") // now everybody is known
				}
				trouble := l.Slack.Faults().Add(c.fault)
				everybody(20, func(who string, i int) {
					began := time.Now() // fake time: it passes only for what waits for something
					if r := l.Slack.Person(who).Slash(channel, fmt.Sprintf("/inc task %d done", i)); !r.Acked {
						t.Errorf("task %d: %s", i, r.Text())
					}
					if waited := time.Since(began); waited > 0 {
						t.Errorf("task %d: the ack waited %s for something other than a commit", i, waited)
					}
				})
				if inc := incident(t, l); inc.Status != "reviewing" {
					t.Errorf("all tasks were acknowledged, and the incident is in %s", inc.Status)
				}
				trouble.Clear()
				patiently(l.Slack, "ana").Waits(channel, "moves to")
			})
		})
	}
}

func TestTheSameEnvelopeTwiceHasOneEffect(t *testing.T) {
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		saveProcess(t, l, manyTasks(6))
		l.Slack.Faults().DuplicateNext(1000)
		inFlow(t, l.Slack)
		ben := patiently(l.Slack, "ben")
		for i := 1; i <= 6; i++ {
			if r := ben.In(channel).Click("Mark done").In(taskTitle(i)); !r.Acked {
				t.Errorf("task %d: %s", i, r.Text())
			}
		}
		ben.Waits(channel, "moves to")
		for _, m := range l.Slack.Messages(channel) {
			if m.OnlyFor == "ben" {
				t.Errorf("the second delivery was answered as if somebody had clicked twice: %s", m.Text)
			}
		}
		events, err := l.Store.Timeline(t.Context(), 1, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for what, want := range map[string]int{"declared": 1, "flow-entered": 1, "task-completed": 6, "status-entered": 2} {
			n := 0
			for _, ev := range events {
				if ev.Fact.FactName() == what {
					n++
				}
			}
			if n != want {
				t.Errorf("%d %s events, want %d", n, what, want)
			}
		}
	})
}

func TestEverybodyAtOnceMovesItOnOnce(t *testing.T) {
	l := start(t, local.Options{})
	saveProcess(t, l, manyTasks(12))
	inFlow(t, l.Slack)
	var g sync.WaitGroup
	for _, who := range []string{"ana", "ben", "cem", "dana"} {
		g.Go(func() {
			for i := 1; i <= 12; i++ {
				if r := l.Slack.Person(who).Slash(channel, fmt.Sprintf("/inc task %d done", i)); !r.Acked {
					t.Errorf("%s, task %d: %s", who, i, r.Text())
				}
			}
		})
	}
	g.Wait()
	page := patiently(l.Slack, "ana").Waits(channel, "moves to")
	l.Slack.Clock().Move(time.Minute)
	patiently(l.Slack, "ana").Waits(channel, taskTitle(12)+"* done")
	if n := strings.Count(patiently(l.Slack, "ana").Sees(channel), "moves to"); n != 1 {
		t.Errorf("the transition was announced %d times:\n%s", n, page)
	}
}

func TestNoClickFailsWhileConnectionsAreRefreshedEverySecond(t *testing.T) {
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		saveProcess(t, l, manyTasks(150))
		inFlow(t, l.Slack)
		stop := make(chan struct{})
		var refreshed atomic.Int64
		var g sync.WaitGroup
		g.Go(func() {
			for tick := time.NewTicker(time.Second); ; {
				select {
				case <-stop:
					tick.Stop()
					return
				case <-tick.C:
					l.Slack.Faults().Disconnect("refresh_requested", 100*time.Millisecond, l.Slack.Sockets()[0])
					refreshed.Add(1)
				}
			}
		})
		end := time.Now().Add(20 * time.Second)
		var clicks atomic.Int64
		for time.Now().Before(end) {
			everybody(40, func(who string, i int) {
				wait(100 * time.Millisecond)
				clicks.Add(1)
				if r := l.Slack.Person(who).Slash(channel, fmt.Sprintf("/inc task %d assign nobody", i)); !r.Acked {
					t.Errorf("task %d: %s", i, r.Text())
				}
			})
		}
		close(stop)
		g.Wait()
		if refreshed.Load() < 15 || clicks.Load() < 100 {
			t.Errorf("only %d clicks during %d refreshes: this proves nothing", clicks.Load(), refreshed.Load())
		}
	})
}

func TestAPostWhoseAnswerNeverCameIsNotPostedTwice(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sandbox.Fault
		lag   time.Duration
	}{
		{"connection reset", sandbox.Fault{Reset: true, AfterEffect: true}, 0},
		{"503", sandbox.Fault{Status: 503, AfterEffect: true}, 0},
		{"internal_error", sandbox.Fault{Error: "internal_error", AfterEffect: true}, 0},
		{"history that lags behind", sandbox.Fault{Reset: true, AfterEffect: true}, 1500 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
				saveProcess(t, l, manyTasks(3))
				inFlow(t, l.Slack)
				l.Slack.Faults().HistoryLag(c.lag)
				c.fault.Method, c.fault.Times = "chat.postMessage", 2
				trouble := l.Slack.Faults().Add(c.fault)
				ben := patiently(l.Slack, "ben")
				for i := 1; i <= 3; i++ {
					ben.Slash(channel, fmt.Sprintf("/inc task %d done", i))
				}
				ben.Waits(channel, "The last thing")
				ben.In(channel).Click("Mark done").In("The last thing")
				ben.Waits(channel, "INC-1 is closed")
				rest(t, l)
				if trouble.Hits() == 0 {
					t.Fatal("no call was spoiled")
				}
				// The first message, a card for each of two statuses, and the closing message; once each.
				want := []string{"declared by", "Documenting: 3 done", "Reviewing: 1 done", "is closed"}
				if diff := cmp.Diff(want, posts(l), cmp.Comparer(contains)); diff != "" {
					t.Errorf("posted in the channel (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// ambiguous is how many posts are spoiled after they had their effect; "make soak" asks for 1,000.
var ambiguous = flag.Int("ambiguous", 40, "how many posts are spoiled after they had their effect")

func TestOfManyPostsWhoseAnswersNeverCameNoneIsLostNoneIsDoubledAndAllAreInOrder(t *testing.T) {
	faults := []sandbox.Fault{
		{Reset: true},
		{Status: 503},
		{Error: "internal_error"},
		{Hang: true}, // until the bot gives up
	}
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		inFlow(t, l.Slack)
		rest(t, l)
		before := len(posts(l))
		ana := patiently(l.Slack, "ana")
		var want []string
		for i := range *ambiguous {
			fault := faults[i%len(faults)]
			fault.Method, fault.AfterEffect, fault.Times = "chat.postMessage", true, 1+i%3/2 // every third has its second attempt spoiled too
			l.Slack.Faults().HistoryLag(time.Duration(i%6) * time.Second)
			trouble := l.Slack.Faults().Add(fault)
			want = append(want, fmt.Sprintf("news %03d", i))
			if r := ana.Slash(channel, "/inc update "+want[i]); !r.Acked {
				t.Fatalf("%s: %s", want[i], r.Text())
			}
			rest(t, l)
			if trouble.Hits() == 0 {
				t.Fatal("no call was spoiled")
			}
			trouble.Clear()
		}
		if diff := cmp.Diff(want, posts(l)[before:], cmp.Comparer(contains)); diff != "" {
			t.Errorf("posted in the channel (-want +got):\n%s", diff)
		}
	})
}

// posts are the bot's messages in the channel, without threads and what only one person sees.
func posts(l *local.Local) []string { return postsIn(l.Slack, channel) }

func postsIn(s *sandbox.Server, channel string) []string {
	var out []string
	for _, m := range s.Messages(channel) {
		if m.By == "epilogue" && (m.ThreadTS == "" || m.ThreadTS == m.TS) && m.OnlyFor == "" && len(m.Metadata) > 0 {
			out = append(out, m.Text)
		}
	}
	return out
}

// contains compares a text with a part of it.
func contains(a, b string) bool { return strings.Contains(a, b) || strings.Contains(b, a) }

// farAhead is beyond everything that waits for company or for another try. What comes later is an appointment.
const farAhead = time.Hour

// idle waits until the outbox has nothing to do, moving the clock over what waits for company.
func idle(t *testing.T, l *local.Local) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		at, waiting, err := l.Store.NextJob(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		busy := false
		for _, c := range l.Slack.Calls() {
			busy = busy || c.EndSeq == 0
		}
		if (!waiting || at.Sub(l.Slack.Clock().Now()) > farAhead) && !busy {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the outbox is not empty: the next job is due at %s", at)
		}
		if waiting {
			if d := at.Sub(l.Slack.Clock().Now()); d > 0 && d < time.Hour {
				l.Slack.Clock().Move(d)
			}
		}
		wait(20 * time.Millisecond)
	}
}

// wait lets the bot work for a moment, where there is nothing to wait for but its being idle.
func wait(d time.Duration) { <-time.After(d) }

func TestAfterRateLimitsEverythingArrivesInOrder(t *testing.T) {
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		inFlow(t, l.Slack)
		ana := patiently(l.Slack, "ana")
		limit := l.Slack.Faults().Add(sandbox.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: time.Second, Times: 4})
		for i := 1; i <= 8; i++ {
			ana.Slash(channel, fmt.Sprintf("/inc update news %d", i))
		}
		rest(t, l)
		if limit.Hits() != 4 {
			t.Errorf("%d calls were limited, want 4", limit.Hits())
		}
		want := []string{"declared by", "left before it closes", "news 1", "news 2", "news 3", "news 4", "news 5", "news 6", "news 7", "news 8"}
		if diff := cmp.Diff(want, posts(l), cmp.Comparer(contains)); diff != "" {
			t.Errorf("posted in the channel (-want +got):\n%s", diff)
		}
	})
}

func TestAFullDiskRefusesWithASentenceAndGoesOnOnceThereIsRoom(t *testing.T) {
	var full atomic.Bool
	o := local.Options{Store: boltstore.Options{Fault: func(at boltstore.FaultPoint) error {
		if full.Load() && at == boltstore.BeforeWrite {
			return syscall.ENOSPC
		}
		return nil
	}}}
	inBubble(t, o, func(t *testing.T, l *local.Local) {
		inFlow(t, l.Slack)
		ana := patiently(l.Slack, "ana")
		before := incident(t, l)

		full.Store(true)
		if r := ana.Slash(channel, "/inc task 1 done"); !strings.Contains(r.Text(), "my disk is full") {
			t.Errorf("the command was answered with %q", r.Text())
		}
		if r := ana.In(channel).Click("Mark done").In("Review the incident timeline"); r.Acked {
			t.Error("a click that was not saved was acknowledged")
		}
		ana.Waits(channel, "my disk is full")
		if inc := incident(t, l); inc.Rev != before.Rev {
			t.Errorf("something was saved: rev %d became %d", before.Rev, inc.Rev)
		}

		full.Store(false)
		if r := ana.Slash(channel, "/inc task 1 done"); !r.Acked || strings.Contains(r.Text(), "full") {
			t.Errorf("once there is room, the command was answered with %q", r.Text())
		}
		if task, _ := incident(t, l).Task(1); task.State != flow.Done {
			t.Errorf("the task is %s", task.State)
		}
	})
}

func TestAfterAnyOtherFailedCommitNothingIsAcknowledgedAndTheBotEnds(t *testing.T) {
	broken := errors.New("input/output error")
	var fails atomic.Bool
	o := local.Options{Store: boltstore.Options{Fault: func(boltstore.FaultPoint) error {
		if fails.Load() {
			return broken
		}
		return nil
	}}}
	inBubble(t, o, func(t *testing.T, l *local.Local) {
		inFlow(t, l.Slack)
		fails.Store(true)
		if r := patiently(l.Slack, "ana").Slash(channel, "/inc task 1 done"); r.Acked {
			t.Errorf("a command that was not saved was acknowledged: %q", r.Text())
		}
		if err := l.Wait(t.Context()); !errors.Is(err, store.ErrBroken) {
			t.Errorf("the bot ended with %v, want %v", err, store.ErrBroken)
		}
	})
}

func TestStoppingAcknowledgesWhatIsInHandAndTheOutboxGoesOnAfterwards(t *testing.T) {
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		saveProcess(t, l, manyTasks(60))
		inFlow(t, l.Slack)
		var acked sync.Map
		var g sync.WaitGroup
		g.Go(func() {
			everybody(60, func(who string, i int) {
				if r := l.Slack.Person(who).Slash(channel, fmt.Sprintf("/inc task %d done", i)); r.Acked {
					acked.Store(i, true)
				}
			})
		})
		patiently(l.Slack, "ana").Waits(channel, "INC-1")
		if err := l.StopBot(); err != nil {
			t.Fatal(err)
		}
		g.Wait()
		inc := incident(t, l)
		for i := 1; i <= 60; i++ {
			_, was := acked.Load(i)
			if task, _ := inc.Task(flow.TaskNumber(i)); was && task.State != flow.Done {
				t.Errorf("task %d was acknowledged, and is %s", i, task.State)
			}
		}
		if err := l.RestartBot(t.Context()); err != nil {
			t.Fatal(err)
		}
		everybody(60, func(who string, i int) {
			if _, done := acked.Load(i); !done {
				l.Slack.Person(who).Slash(channel, fmt.Sprintf("/inc task %d done", i))
			}
		})
		patiently(l.Slack, "ana").Waits(channel, "moves to")
	})
}

func TestMovingTheClockWhileAPostIsOnItsWayDoesNotPostItTwice(t *testing.T) {
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		inFlow(t, l.Slack)
		ana := patiently(l.Slack, "ana")
		slow := l.Slack.Faults().Add(sandbox.Fault{Method: "chat.postMessage", Hang: true})
		ana.Slash(channel, "/inc update some news")
		if err := l.Slack.Wait(t.Context(), func() bool { return slow.Hits() > 0 }); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			l.Slack.Clock().Move(time.Hour)
			wait(3 * time.Second) // in all, long enough to look for the message and to post it again, and too short to give up the call
		}
		slow.Clear()
		rest(t, l)
		want := []string{"declared by", "left before it closes", "some news"}
		if diff := cmp.Diff(want, posts(l), cmp.Comparer(contains)); diff != "" {
			t.Errorf("posted in the channel (-want +got):\n%s", diff)
		}
	})
}
