package socketlink

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatArrivesTooLateIsAcknowledgedBySomebodyElse(t *testing.T) {
	inFakeTime(t, 20*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		next := f.start()
		defer next.end()
		next.connected(2)
		others := f.live()
		type late struct {
			raw string
			at  time.Time
		}
		var got []late
		r := f.start(func(o *Options) {
			o.Connections = 1
			o.Late = func(raw []byte, at time.Time) bool { got = append(got, late{string(raw), at}); return true }
		})
		r.connected(1)
		mine := f.live()[2]
		mine.deliver("in time")
		inHand := r.next()
		r.stop()
		synctest.Wait()
		mine.deliver("too late")
		pass(time.Second)
		if err := inHand.Ack(t.Context(), nil); err != nil {
			t.Error(err)
		}
		r.end()
		if len(got) != 1 || !strings.Contains(got[0].raw, `"envelope_id":"too late"`) {
			t.Fatalf("too late came %+v", got)
		}
		if len(r.envelopes) != 0 {
			t.Error("it was handled as well")
		}
		next.Adopt([]byte(got[0].raw), got[0].at)
		e := next.next()
		if e.ID != "too late" || string(e.Payload) != `{"n":"too late"}` || !e.Received.Equal(got[0].at) {
			t.Errorf("adopted: %+v", e)
		}
		for range 2 {
			if err := e.Ack(t.Context(), map[string]string{"text": "done"}); err != nil {
				t.Error(err)
			}
		}
		pass(time.Second)
		acks := f.acksOf("too late")
		if len(acks) != 1 || acks[0].payload != `{"text":"done"}` || acks[0].sock != others[0] && acks[0].sock != others[1] {
			t.Errorf("acks: %+v", acks)
		}
	})
}

func TestAStopWaitsForTheAckOfWhatWasAdopted(t *testing.T) {
	inFakeTime(t, 20*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		r.connected(2)
		r.Adopt([]byte(`{"envelope_id":"E","type":"interactive","payload":{}}`), time.Now())
		e := r.next()
		r.stop()
		pass(time.Second)
		if err := e.Ack(t.Context(), nil); err != nil {
			t.Error(err)
		}
		r.end()
		pass(time.Second)
		if len(f.acksOf("E")) != 1 {
			t.Errorf("%d acks", len(f.acksOf("E")))
		}
	})
}

func TestWhatIsAdoptedWithoutAConnectionIsAckedOnTheNextOne(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start(func(o *Options) { o.Connections = 1 })
		defer r.end()
		r.Adopt([]byte(`{"envelope_id":"E","type":"interactive","payload":{}}`), time.Now())
		if err := r.next().Ack(t.Context(), nil); !errors.Is(err, ErrGone) {
			t.Errorf("without a connection: %v", err)
		}
		r.connected(1)
		pass(time.Second)
		if len(f.acksOf("E")) != 1 {
			t.Errorf("%d acks", len(f.acksOf("E")))
		}
	})
}

func TestWhatIsNoEnvelopeIsNotAdoptedNorAfterTheEnd(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		var late []string
		r := f.start(func(o *Options) {
			o.Late = func(raw []byte, _ time.Time) bool { late = append(late, string(raw)); return true }
		})
		r.connected(2)
		for _, raw := range []string{"", "{", `{"type":"hello"}`, `{"envelope_id":"E","type":"interactive"}`} {
			r.Adopt([]byte(raw), time.Now())
		}
		r.end()
		const envelope = `{"envelope_id":"E","type":"interactive","payload":{}}`
		r.Adopt([]byte(envelope), time.Now())
		if len(r.envelopes) != 0 {
			t.Errorf("%d were handled", len(r.envelopes))
		}
		if len(late) != 1 || late[0] != envelope {
			t.Errorf("what is too late here as well: %q", late)
		}
	})
}

func TestAStopDoesNotWaitForWhatWasDropped(t *testing.T) {
	for name, c := range map[string]struct {
		drop bool
		most time.Duration
	}{"dropped": {true, 100 * time.Millisecond}, "in hand": {false, 2 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				r := f.start()
				r.connected(2)
				f.live()[0].deliver("E")
				e := r.next()
				if c.drop {
					e.Drop()
					e.Drop()
					if err := e.Ack(t.Context(), nil); err != nil {
						t.Error(err)
					}
				}
				began := time.Now()
				r.end()
				if took := time.Since(began); took > c.most || !c.drop && took < time.Second {
					t.Errorf("it took %s", took)
				}
				if len(f.acksOf("E")) != 0 {
					t.Error("it was acknowledged")
				}
			})
		})
	}
}

func TestDroppingWhatWasAcknowledgedChangesNothing(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start(func(o *Options) { o.Connections = 1 })
		r.connected(1)
		f.live()[0].deliver("E1")
		f.live()[0].deliver("E2")
		first, second := r.next(), r.next()
		if err := first.Ack(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		first.Drop() // else the stop would not wait for the second
		r.stop()
		pass(time.Second)
		if err := second.Ack(t.Context(), nil); err != nil {
			t.Error(err)
		}
		r.end()
		if got := fmt.Sprint(f.ackedIDs()); got != "[E1 E2]" {
			t.Errorf("acked: %s", got)
		}
		Envelope{}.Drop() // one that no link made
	})
}

func TestWhoeverRanBeforeIsNotComplainedAboutAndWhoeverStaysIsAfterAMinute(t *testing.T) {
	for name, c := range map[string]struct{ stay, complaints, foreign int }{
		"it was restarted":            {0, 0, 0},
		"somebody else runs for good": {2, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				logs := new(lockedBuffer)
				began := time.Now()
				f.greets(func(int) string {
					others := 2 // Slack does not know at once that they are gone
					if time.Since(began) > ghosts {
						others = c.stay
					}
					return fmt.Sprintf(`{"type":"hello","num_connections":%d}`, f.count()+others)
				})
				r := f.start(func(o *Options) { o.Log = logs.logger() })
				defer r.end()
				r.connected(2)
				complaints := func() int { return strings.Count(logs.String(), "somebody else is connected") }
				if complaints() != 0 || r.State().Foreign != 2 {
					t.Errorf("%d complaints, %d foreign connections, want 0 and 2", complaints(), r.State().Foreign)
				}
				pass(2 * time.Minute)
				if complaints() != c.complaints || r.State().Foreign != c.foreign {
					t.Errorf("%d complaints, %d foreign connections, want %d and %d", complaints(), r.State().Foreign, c.complaints, c.foreign)
				}
				if n := len(f.all()); n != 3 || r.State().Live != 2 {
					t.Errorf("%d connections were made for it, %d are live, want one more, and two", n, r.State().Live)
				}
			})
		})
	}
}
