package socketlink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheNumberOfConnectionsIsKept(t *testing.T) {
	for _, n := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			inFakeTime(t, 10*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				r := f.start(func(o *Options) { o.Connections = n })
				defer r.end()
				r.connected(n)
				for _, lost := range []func(*sock){(*sock).cut, (*sock).hangUp} {
					lost(f.live()[0])
					r.await("the loss", func() bool { return r.State().Live < n })
					r.connected(n)
				}
				pass(time.Minute)
				if got := f.count(); got != n {
					t.Errorf("%d connections after a minute, want %d", got, n)
				}
			})
		})
	}
}

func TestEveryChangeOfTheNumberOfConnectionsIsTold(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		var told []int
		r := f.start(func(o *Options) { o.Changed = func(s State) { told = append(told, s.Live) } })
		r.connected(2)
		f.live()[0].cut()
		r.await("the loss", func() bool { return r.State().Live == 1 })
		r.connected(2)
		r.end()
		if diff := cmp.Diff([]int{1, 2, 1, 2, 1, 0}, told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnEnvelopeComesAsItWasSent(t *testing.T) {
	inFakeTime(t, 0, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		f.live()[1].say(`{"payload":{"text": "<b> \u003c",  "n":1e2},"type":"events_api","envelope_id":"E-1",` +
			`"accepts_response_payload":true,"retry_attempt":2,"retry_reason":"timeout"}`)
		got := r.next()
		if err := got.Ack(t.Context(), nil); err != nil {
			t.Error(err)
		}
		got.Ack, got.drop = nil, nil
		want := Envelope{
			ID: "E-1", Type: "events_api", Payload: []byte(`{"text": "<b> \u003c",  "n":1e2}`),
			RetryAttempt: 2, RetryReason: "timeout", AcceptsResponse: true, Received: time.Now(),
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Envelope{})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnAckGoesOutOnTheConnectionThatBroughtTheEnvelope(t *testing.T) {
	inFakeTime(t, 10*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start(func(o *Options) { o.Connections = 3 })
		defer r.end()
		r.connected(3)
		for i, s := range f.live() {
			s.deliver(fmt.Sprint("E", i))
		}
		for range 3 {
			if err := r.next().Ack(t.Context(), map[string]string{"text": "<@U1> & co"}); err != nil {
				t.Error(err)
			}
		}
		pass(time.Second)
		for i, s := range f.live() {
			acks := f.acksOf(fmt.Sprint("E", i))
			if len(acks) != 1 || acks[0].sock != s {
				t.Errorf("E%d: %d acks, or on the wrong connection", i, len(acks))
				continue
			}
			if got, want := acks[0].payload, `{"text":"<@U1> & co"}`; got != want {
				t.Errorf("payload %s, want %s", got, want)
			}
		}
	})
}

// Under the hardest rules: Slack goes on routing clicks to a connection until it has read our close
// frame, and nothing crosses the network in less than 20 ms.
func TestRefreshingEverySecondUnderLoadLosesNoEnvelopeAndNoAck(t *testing.T) {
	for name, refresh := range map[string]struct {
		of              func(*sock)
		slackStopsFirst bool // it routes nothing to a connection for a moment before it closes it
	}{
		"Slack waits for us to leave": {of: func(s *sock) { s.disconnect("refresh_requested") }},
		"Slack closes soon after its warning": {slackStopsFirst: true, of: func(s *sock) {
			s.disconnect("warning")
			pass(500 * time.Millisecond)
			s.mu.Lock()
			s.open = false
			s.mu.Unlock()
			pass(200 * time.Millisecond)
			s.hangUp()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, 20*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				var failed sync.Map
				r := f.start(func(o *Options) {
					o.Handle = func(e Envelope) {
						go func() {
							pass(rand.N(60 * time.Millisecond)) // the consumer's commit
							if err := e.Ack(context.Background(), nil); err != nil && !errors.Is(err, ErrGone) {
								failed.Store(e.ID, err)
							}
						}()
					}
				})
				defer r.end()
				r.connected(2)

				ctx, cancel := context.WithCancel(t.Context())
				var refreshing sync.WaitGroup
				refreshing.Go(func() {
					for ctx.Err() == nil {
						pass(time.Second)
						refreshing.Go(func() { refresh.of(f.unasked()[0]) })
					}
				})
				sent := map[string]time.Time{}
				for i := range 6000 {
					live := f.live()
					if len(live) == 0 {
						t.Fatal("no connection at all")
					}
					id := fmt.Sprint("E", i)
					if len(live) > 10 {
						t.Fatalf("%d connections at once; Slack allows 10", len(live))
					}
					live[rand.N(len(live))].deliver(id)
					sent[id] = time.Now()
					pass(5 * time.Millisecond)
				}
				cancel()
				refreshing.Wait()
				pass(3 * time.Second)

				if n := len(f.all()); n < 25 {
					t.Errorf("only %d connections in 30 s: nothing was refreshed", n)
				}
				lost, late := 0, 0
				for id, at := range sent {
					acks := f.acksOf(id)
					switch {
					case len(acks) == 0:
						lost++
					case acks[0].at.Sub(at) > time.Second:
						late++
					}
				}
				if lost+late > 0 {
					t.Errorf("of %d envelopes %d were never acked and %d late", len(sent), lost, late)
				}
				failed.Range(func(id, err any) bool { t.Errorf("%v: %v", id, err); return true })
				s := r.State()
				if s.Envelopes != int64(len(sent)) {
					t.Errorf("%d envelopes were handed over, of %d", s.Envelopes, len(sent))
				}
				if s.Stranded > 0 && refresh.slackStopsFirst {
					t.Errorf("%d acks had to take another connection", s.Stranded)
				}
				for _, s := range f.all() {
					if !s.isOpen() && s.closeCode() != 1000 {
						t.Errorf("connection %d ended with close code %d, want 1000", s.number, s.closeCode())
					}
				}
			})
		})
	}
}

func TestAConnectionIsReplacedBeforeItIsLeft(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "a reason from the future"} {
		t.Run(reason, func(t *testing.T) {
			inFakeTime(t, 10*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				var slowly atomic.Bool
				f.greets(func(int) string {
					if slowly.Load() {
						pass(4 * time.Second)
					}
					return `{"type":"hello"}`
				})
				r := f.start(func(o *Options) { o.Connections = 1 })
				defer r.end()
				r.connected(1)
				slowly.Store(true)
				old := f.live()[0]
				old.disconnect(reason)
				pass(3 * time.Second)
				old.deliver("while waiting")
				if err := r.next().Ack(t.Context(), nil); err != nil {
					t.Errorf("ack on the old connection: %v", err)
				}
				if !old.isOpen() {
					t.Fatal("the old connection was left before the new one said hello")
				}
				old.deliver("in hand")
				inHand := r.next()
				pass(2 * time.Second) // the new one has said hello, and Slack may close the old one
				if f.count() != 2 || r.State().Live != 2 {
					t.Fatalf("%d connections after the replacement, want both", f.count())
				}
				pass(12 * time.Second) // Slack has not closed it
				if !old.isOpen() {
					t.Fatal("the old connection was left with an envelope in hand")
				}
				if err := inHand.Ack(t.Context(), nil); err != nil {
					t.Errorf("ack of what was in hand: %v", err)
				}
				pass(time.Second)
				if got := old.closeCode(); got != 1000 {
					t.Errorf("close code %d, want 1000", got)
				}
				if acks := f.acksOf("in hand"); len(acks) != 1 || acks[0].sock != old {
					t.Errorf("what was in hand was not acked on its connection: %+v", acks)
				}
				if f.count() != 1 || !r.Ready() {
					t.Errorf("%d connections, ready %v", f.count(), r.Ready())
				}
			})
		})
	}
}

func TestWhatArrivesAfterOurCloseFrameIsStillDelivered(t *testing.T) {
	inFakeTime(t, 100*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		old := f.live()[0]
		old.disconnect("warning")
		r.await("the close frame on its way", func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			for c, live := range r.conns {
				if !live && c.lastSign() != (time.Time{}) {
					return true
				}
			}
			return false
		})
		if !old.isOpen() {
			t.Fatal("Slack has the close frame already")
		}
		old.deliver("crossing")
		if err := r.next().Ack(t.Context(), nil); !errors.Is(err, ErrGone) {
			t.Errorf("Ack = %v, want ErrGone", err)
		}
		pass(time.Second)
		if acks := f.acksOf("crossing"); len(acks) != 1 || acks[0].sock == old {
			t.Errorf("no copy of the ack on the other connection: %+v", acks)
		}
		if got := r.State().Stranded; got != 1 {
			t.Errorf("Stranded = %d, want 1", got)
		}
	})
}

func TestADeadConnectionIsNoticedWithinSixSeconds(t *testing.T) {
	for name, break_ := range map[string]func(*sock){
		"silent: nothing arrives on either side": func(s *sock) { s.raw.in.lose(); s.raw.out.lose() },
		"half-open: ours vanishes, Slack's pings and envelopes come": func(s *sock) {
			s.raw.in.lose()
			s.slack.work.Go(func() {
				for i := 0; s.isOpen(); i++ {
					s.sayFrame(websocket.PingMessage, "")
					s.deliver(fmt.Sprint("half-open ", i))
					pass(time.Second)
				}
			})
		},
		"deaf: Slack reads, and does not answer": func(s *sock) { s.deaf.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, 10*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				r := f.start()
				defer r.end()
				r.connected(2)
				pass(10 * time.Second)
				s := f.live()[0]
				began := time.Now()
				break_(s)
				r.await("the loss", func() bool { return r.State().Live == 1 })
				if took := time.Since(began); took > 6*time.Second {
					t.Errorf("noticed after %s", took)
				}
				r.connected(2)
				if strings.HasPrefix(name, "deaf") {
					r.await("a close frame", func() bool { return s.closeCode() == 1000 })
				}
				s.cut()
			})
		})
	}
}

func TestAnIdleConnectionLivesOn(t *testing.T) {
	inFakeTime(t, 900*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		pass(time.Hour)
		if got := len(f.opens()); got != 2 {
			t.Errorf("%d connections were opened in an hour on a slow network, want 2", got)
		}
		if age := time.Since(r.State().LastSign); age > 5*time.Second {
			t.Errorf("the last sign of life is %s old", age)
		}
	})
}

func TestAPeerThatStopsReadingBlocksNeitherAcksNorTheStop(t *testing.T) {
	for name, test := range map[string]struct {
		stop   bool
		within time.Duration
	}{"the stop": {true, 3 * time.Second}, "the acks": {false, 6 * time.Second}} {
		t.Run(name, func(t *testing.T) { aPeerThatStopsReading(t, test.stop, test.within) })
	}
}

func aPeerThatStopsReading(t *testing.T, stop bool, within time.Duration) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.net.capacity = 16 * 1024
		r := f.start(func(o *Options) { o.Connections = 1 })
		r.connected(1)
		s := f.live()[0]
		for i := range 5 {
			s.deliver(fmt.Sprint("E", i))
		}
		pass(time.Second)
		s.raw.in.change(func() { s.raw.in.unread += 1 << 20 }) // full
		began := time.Now()
		var errs []error
		var mu sync.Mutex
		var acking sync.WaitGroup
		for range 5 {
			e := r.next()
			acking.Go(func() {
				err := e.Ack(context.Background(), strings.Repeat("x", 10_000))
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			})
		}
		if stop {
			r.stop()
		}
		acking.Wait()
		if took := time.Since(began); took > within {
			t.Errorf("took %s", took)
		}
		for _, err := range errs {
			if !errors.Is(err, ErrGone) {
				t.Errorf("Ack = %v, want ErrGone", err)
			}
		}
		r.stop()
		if err := <-r.ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}

func TestAStopAcksWhatIsInHandAndSaysGoodbye(t *testing.T) {
	inFakeTime(t, 20*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		r.connected(2)
		socks := f.live()
		for i, s := range socks {
			s.deliver(fmt.Sprint("E", i))
		}
		inHand := []Envelope{r.next(), r.next()}
		r.stop()
		synctest.Wait()
		socks[0].deliver("meanwhile") // Slack knows nothing of it yet
		inHand = append(inHand, r.next())
		pass(time.Second) // the consumer takes its time
		for _, e := range inHand {
			if err := e.Ack(t.Context(), nil); err != nil {
				t.Errorf("ack while stopping: %v", err)
			}
		}
		socks[0].deliver("crosses the close frame")
		r.end()
		synctest.Wait()
		pass(time.Second)
		if diff := cmp.Diff([]string{"E0", "E1", "meanwhile"}, f.ackedIDs()); diff != "" {
			t.Errorf("acked: %s", diff)
		}
		if len(r.envelopes) != 0 {
			t.Error("an envelope was accepted that cannot be acknowledged")
		}
		for _, s := range socks {
			if s.closeCode() != 1000 {
				t.Errorf("connection %d: close code %d, want 1000", s.number, s.closeCode())
			}
		}
	})
}

func TestAStopUnderAFloodServesOnForAWhileAndEndsInTime(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start(func(o *Options) { o.Connections = 1 })
		r.connected(1)
		slack, flood := f.live()[0], make(chan struct{})
		f.work.Go(func() {
			for i := 0; slack.isOpen(); i++ {
				slack.deliver(fmt.Sprintf("E%03d", i))
				pass(10 * time.Millisecond)
			}
		})
		f.work.Go(func() {
			for {
				select {
				case e := <-r.envelopes:
					f.work.Go(func() {
						pass(25 * time.Millisecond) // longer than until the next one comes: there is always one in hand
						if err := e.Ack(t.Context(), nil); err != nil {
							t.Errorf("what was accepted was not acknowledged: %v", err)
						}
					})
				case <-flood:
					return
				}
			}
		})
		pass(time.Second)
		r.end()
		close(flood)
		if got := len(f.ackedIDs()); got < 190 || got > 210 {
			t.Errorf("%d were acknowledged, want those of the second before the stop and of one after it", got)
		}
	})
}

func TestAStopWaitsNoLongerThanItSaid(t *testing.T) {
	for name, prepare := range map[string]func(*fakeSlack, *running){
		"for a consumer that never acks": func(f *fakeSlack, r *running) { r.connected(2); f.live()[0].deliver("E"); r.next() },
		"for a Slack that has gone silent": func(f *fakeSlack, r *running) {
			r.connected(2)
			for _, s := range f.live() {
				s.raw.in.lose()
				s.raw.out.lose()
			}
		},
		"for a hello": func(f *fakeSlack, r *running) { f.greets(func(int) string { return "" }); synctest.Wait() },
		"for a back-off": func(f *fakeSlack, r *running) {
			f.answers(func(int) error { return errors.New("no route") })
			pass(time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				r := f.start()
				prepare(f, r)
				r.end()
				for _, s := range f.all() {
					s.cut()
				}
			})
		})
	}
}

func TestAConnectionIsNeverDeadBeforeItsFirstPing(t *testing.T) {
	for _, o := range []Options{{}, {PingEvery: time.Minute}, {PingEvery: time.Second, DeadAfter: time.Second}} {
		if d := o.withDefaults(); d.DeadAfter <= d.PingEvery {
			t.Errorf("%s without a sign of life is death, and pings go out every %s", d.DeadAfter, d.PingEvery)
		}
	}
}
