package socketlink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// ackAtOnce is a consumer like the bot: it hands over, and acks a little later.
func ackAtOnce(e Envelope) {
	go func() {
		pass(rand.N(30 * time.Millisecond))
		_ = e.Ack(context.Background(), nil) // the test counts what arrives
	}()
}

// ackWhileReading is a consumer that does what Handle must not do.
func ackWhileReading(e Envelope) { _ = e.Ack(context.Background(), nil) }

// ackedWithin reports how long after it was sent the first ack of an envelope came; false for never.
func (f *fakeSlack) ackedWithin(id string, sent time.Time) (time.Duration, bool) {
	acks := f.acksOf(id)
	if len(acks) == 0 {
		return 0, false
	}
	return acks[0].at.Sub(sent), true
}

func TestWhileOneConnectionIsDeadTheOtherServesAndASuccessorComesAtOnce(t *testing.T) {
	for name, die := range map[string]func(*sock){
		"silent": func(s *sock) { s.raw.in.lose(); s.raw.out.lose() },
		"half-open: ours vanishes, and Slack's pings come": func(s *sock) {
			s.raw.in.lose()
			s.slack.work.Go(func() {
				for s.isOpen() {
					s.sayFrame(websocket.PingMessage, "")
					pass(time.Second)
				}
			})
		},
		"half-open the other way: ours arrives, and nothing comes": func(s *sock) { s.raw.out.lose() },
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, 10*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				r := f.start(func(o *Options) { o.Handle = ackAtOnce })
				defer r.end()
				r.connected(2)
				pass(10*time.Second + rand.N(3*time.Second))
				dead, alive := f.live()[0], f.live()[1]
				began := time.Now()
				die(dead)
				var noticed, back time.Duration
				sent := map[string]time.Time{}
				for i := range 400 { // 20 s
					id := fmt.Sprint("E", i)
					sent[id] = time.Now()
					alive.deliver(id)
					for range 50 { // often: the successor is there within some of these
						pass(time.Millisecond)
						if noticed == 0 && r.State().Live == 1 {
							noticed = time.Since(began)
						}
						if noticed > 0 && back == 0 && r.State().Live == 2 {
							back = time.Since(began)
						}
					}
				}
				if noticed == 0 || noticed > 6*time.Second {
					t.Errorf("noticed after %s", noticed)
				}
				if back == 0 || back > noticed+2*time.Second {
					t.Errorf("back after %s, noticed after %s", back, noticed)
				}
				for id, at := range sent {
					if took, ok := f.ackedWithin(id, at); !ok || took > 200*time.Millisecond {
						t.Errorf("%s on the other connection was acked after %s (%v)", id, took, ok)
					}
				}
				dead.cut()
			})
		})
	}
}

// Nothing goes through for a while, in the middle of a burst: old connections never come back to life,
// and Slack, which has not noticed, goes on sending to them.
func TestAfterAnOutageTheLinkIsBackWithinTwoSeconds(t *testing.T) {
	for _, outage := range []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute} {
		for name, consume := range map[string]func(Envelope){"a good consumer": ackAtOnce, "one that acks while it reads": ackWhileReading} {
			t.Run(fmt.Sprintf("%s, %s", outage, name), func(t *testing.T) { anOutage(t, outage, consume) })
		}
	}
}

func anOutage(t *testing.T, outage time.Duration, consume func(Envelope)) {
	const rest = 5 * time.Millisecond // between envelopes
	inFakeTime(t, 10*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start(func(o *Options) { o.Handle = consume })
		r.connected(2)
		pass(12 * time.Second)
		before := runtime.NumGoroutine()

		sent := map[string]time.Time{}
		most := 0
		burst := func(d time.Duration) {
			for range d / rest {
				if live := f.live(); len(live) > 0 {
					id := fmt.Sprint("E", len(sent))
					sent[id] = time.Now()
					live[rand.N(len(live))].deliver(id)
				}
				pass(rest)
				most = max(most, runtime.NumGoroutine())
			}
		}
		burst(time.Second)
		f.net.fail()
		f.answers(func(int) error { return f.net.reach() })
		burst(2 * time.Second)
		pass(outage - 2*time.Second)
		most = max(most, runtime.NumGoroutine())
		if r.Ready() {
			t.Error("ready in the middle of the outage")
		}
		for _, s := range f.all() {
			s.cut()
		}
		f.net.mend()
		mended := time.Now()
		r.await("a connection", func() bool { return r.Ready() })
		if took := time.Since(mended); took > 2*time.Second {
			t.Errorf("back after %s", took)
		}
		r.connected(2)
		if took := time.Since(mended); took > 2*time.Second {
			t.Errorf("both are back after %s", took)
		}
		again := len(sent)
		burst(time.Second)
		pass(4 * time.Second)

		for i := range len(sent) {
			id := fmt.Sprint("E", i)
			took, ok := f.ackedWithin(id, sent[id])
			if i >= again && (!ok || took > 200*time.Millisecond) {
				t.Errorf("%s, sent after the outage, was acked after %s (%v)", id, took, ok)
			}
		}
		if most > before+250 {
			t.Errorf("%d goroutines at most, %d before the burst", most, before)
		}
		r.mu.Lock()
		if n := len(r.conns) + len(r.Link.ended); n > 10 {
			t.Errorf("%d connections are remembered", n)
		}
		r.mu.Unlock()
		r.end()
	})
}

func TestAnAttemptThatReachesNobodyIsRepeatedSoonAndOneThatSlackAnsweredIsNot(t *testing.T) {
	tries := func(err error) int {
		n := 0
		inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
			f.answers(func(int) error { return err })
			r := f.start(func(o *Options) { o.Connections = 1 })
			defer r.end()
			pass(time.Hour)
			n = len(f.opens())
		})
		return n
	}
	nobody, somebody := tries(newNetworkError()), tries(errors.New("502 Bad Gateway"))
	if nobody < 3600 || nobody > 10_000 {
		t.Errorf("%d attempts in an hour reached nobody, want one in 0.75 s or so", nobody)
	}
	if somebody > 800 {
		t.Errorf("Slack was asked %d times in an hour of its trouble", somebody)
	}
}

func TestWhoNeverAnswersTheUpgradeIsGivenUp(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.net.silence()
		r := f.start(func(o *Options) { o.Connections = 1 })
		defer r.end()
		pass(9 * time.Second)
		if n := len(f.opens()); n != 1 {
			t.Errorf("%d attempts in 9 s", n)
		}
		pass(5 * time.Minute)
		if n := len(f.opens()); n < 10 || n > 31 {
			t.Errorf("%d attempts in five minutes, want one in 10 to 30 s", n)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if n := len(r.conns) + len(r.Link.ended); n != 0 {
			t.Errorf("%d connections are remembered that never were", n)
		}
	})
}

func TestASlackThatNeverAnswersTheCallIsGivenUp(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		asked := 0
		r := f.start(func(o *Options) {
			o.Connections = 1
			o.Open = func(ctx context.Context) (string, error) {
				if asked++; asked > 1 {
					return f.Open(ctx)
				}
				<-ctx.Done()
				return "", ctx.Err()
			}
		})
		defer r.end()
		pass(10*time.Second + firstBackoff + 100*time.Millisecond)
		r.connected(1)
	})
}

func TestConnectionsThatNeverSayHelloAreForgotten(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.greets(func(int) string { return `{"type":"disconnect","reason":"refresh_requested"}` })
		r := f.start()
		defer r.end()
		pass(3 * time.Hour)
		r.mu.Lock()
		defer r.mu.Unlock()
		if n := len(r.Link.ended); n > 20 {
			t.Errorf("after %d connections in three hours %d are remembered", len(f.opens()), n)
		}
	})
}
