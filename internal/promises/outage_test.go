package promises

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
)

// Slack goes away in the middle of a burst: connections are silent, new ones are refused, and calls end without an answer.
func TestAfterAnOutageInABurstNothingIsLostAndNothingIsLeftBehind(t *testing.T) {
	for _, outage := range []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute} {
		t.Run(outage.String(), func(t *testing.T) {
			inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
				const n = 120
				saveProcess(t, l, manyTasks(n))
				inFlow(t, l.Slack)
				rest(t, l)
				before := runtime.NumGoroutine()

				var acked sync.Map
				clicking := make(chan struct{})
				go func() {
					defer close(clicking)
					everybody(n, func(who string, i int) {
						wait(30 * time.Millisecond)
						if l.Slack.Person(who).Slash(channel, fmt.Sprintf("/inc task %d done", i)).Acked {
							acked.Store(i, true)
						}
					})
				}()
				wait(200 * time.Millisecond)
				l.Slack.Faults().SilenceSockets()
				l.Slack.Faults().RefuseConnections("internal_error")
				l.Slack.Faults().Add(sandbox.Fault{Reset: true})
				wait(outage)
				if most := runtime.NumGoroutine(); most > before+300 {
					t.Errorf("%d goroutines in the middle of it, %d before", most, before)
				}
				l.Slack.Faults().CutSockets()
				l.Slack.Faults().Clear()
				l.Slack.Faults().RefuseConnections("")
				<-clicking
				back := time.Now()
				for !patiently(l.Slack, "ana").Slash(channel, "/inc tasks").Acked {
					if time.Since(back) > time.Minute {
						t.Fatal("the bot does not come back")
					}
					wait(100 * time.Millisecond)
				}

				few := 0
				for i := 1; i <= n; i++ {
					if _, ok := acked.Load(i); ok {
						few++
					} else if r := patiently(l.Slack, "ben").Slash(channel, fmt.Sprintf("/inc task %d done", i)); !r.Acked {
						t.Errorf("task %d, after the outage: %s", i, r.Text())
					}
				}
				if few == 0 || few == n {
					t.Errorf("%d of %d clicks were acknowledged: this proves nothing", few, n)
				}
				rest(t, l)
				for i := 1; i <= n; i++ {
					if task, _ := incident(t, l).Task(flow.TaskNumber(i)); task.State != flow.Done {
						t.Errorf("task %d is %s", i, task.State)
					}
				}
				want := []string{"declared by", fmt.Sprintf("Documenting: %d done", n), "moves to"}
				if diff := cmp.Diff(want, posts(l), cmp.Comparer(contains)); diff != "" {
					t.Errorf("posted in the channel (-want +got):\n%s", diff)
				}
				if after := runtime.NumGoroutine(); after > before+20 {
					t.Errorf("%d goroutines afterwards, %d before", after, before)
				}
			})
		})
	}
}

func TestNoClickFailsWhileOneOfTwoConnectionsIsDead(t *testing.T) {
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		saveProcess(t, l, manyTasks(100))
		inFlow(t, l.Slack)
		rest(t, l)
		dead := l.Slack.Sockets()[0]
		l.Slack.Faults().SilenceSockets(dead)
		began := time.Now()
		failed := map[time.Duration]bool{} // when a click was made that failed
		for i := 1; i <= 100; i++ {
			at := time.Since(began)
			if !l.Slack.Person("ana").Slash(channel, fmt.Sprintf("/inc task %d assign nobody", i)).Acked {
				failed[at] = true
			}
			wait(100 * time.Millisecond)
		}
		for at := range failed {
			if at > 6*time.Second {
				t.Errorf("a click failed %s after a connection had died", at)
			}
		}
		if n := len(l.Slack.Sockets()); n < 2 {
			t.Errorf("%d connections, ten seconds later", n)
		}
	})
}

// Every method is limited for a while, and for good as Slack limits it.
func TestAfterAStormOfRateLimitsEverythingArrivesInOrderInEveryChannel(t *testing.T) {
	inBubble(t, local.Options{}, func(t *testing.T, l *local.Local) {
		ana := patiently(l.Slack, "ana")
		var channels []string
		for id := flow.IncidentID(1); id <= 4; id++ {
			channels = append(channels, inFlowOf(t, l.Slack, id))
		}
		rest(t, l)
		l.Slack.Faults().RateLimits(true)
		storm := l.Slack.Faults().Add(sandbox.Fault{Status: 429, RetryAfter: 3 * time.Second, Times: 60})
		want := map[string][]string{}
		for i := range 10 {
			for _, in := range channels {
				news := fmt.Sprintf("news %02d", i)
				want[in] = append(want[in], news)
				if r := ana.Slash(in, "/inc update "+news); !r.Acked {
					t.Errorf("%s in %s: %s", news, in, r.Text())
				}
			}
		}
		rest(t, l)
		if storm.Hits() != 60 {
			t.Errorf("%d calls were limited, want 60", storm.Hits())
		}
		for _, in := range channels {
			got := slices.DeleteFunc(postsIn(l.Slack, in), func(text string) bool { return !strings.Contains(text, "news") })
			if diff := cmp.Diff(want[in], got, cmp.Comparer(contains)); diff != "" {
				t.Errorf("posted in %s (-want +got):\n%s", in, diff)
			}
		}
	})
}
