package socketlink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

func TestWhatCannotBeReadIsAckedCountedAndReported(t *testing.T) {
	tests := map[string]struct {
		raw  string
		acks []string
	}{
		"cut off after the id":          {`{"envelope_id":"E","type":"interactive","payload":{"a":`, []string{"E"}},
		"cut off, the id last":          {`{"payload":{"a":[}},"type":"interactive","envelope_id":"E"`, []string{"E"}},
		"no payload":                    {`{"envelope_id":"E","type":"interactive"}`, []string{"E"}},
		"null for a payload":            {`{"envelope_id":"E","type":"interactive","payload":null}`, []string{"E"}},
		"no type":                       {`{"envelope_id":"E","payload":{}}`, []string{"E"}},
		"no id":                         {`{"type":"interactive","payload":{}}`, nil},
		"an id of the wrong kind":       {`{"envelope_id":7,"type":"interactive","payload":{}}`, nil},
		"an id that only people wrote":  {`{"type":"interactive","payload":{"text":"\"envelope_id\":\"X\""`, nil},
		"no JSON":                       {`<html>`, nil},
		"JSON that is no object":        {`["envelope_id","E"]`, nil},
		"an object with nothing in it":  {`{}`, nil},
		"nothing":                       {``, nil},
		"something after the end of it": {`{"envelope_id":"E","type":"interactive","payload":{}} }`, []string{"E"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				reported := make(chan string, 10)
				r := f.start(func(o *Options) {
					o.Unreadable = func(raw []byte, err error) {
						if err == nil {
							t.Error("no error was given")
						}
						reported <- string(raw)
					}
				})
				r.connected(2)
				s := f.live()[0]
				s.say(test.raw)
				s.deliver("after")
				after := r.next()
				if after.ID != "after" {
					t.Errorf("envelope %s was handed over", after.ID)
				}
				if got := <-reported; got != test.raw {
					t.Errorf("reported %q, want %q", got, test.raw)
				}
				pass(time.Second)
				if diff := cmp.Diff(test.acks, f.ackedIDs()); diff != "" { // before "after" is acked
					t.Errorf("acked: %s", diff)
				}
				if got := r.State().Unreadable; got != 1 {
					t.Errorf("Unreadable = %d, want 1", got)
				}
				if err := after.Ack(t.Context(), nil); err != nil {
					t.Error(err)
				}
				stopping := time.Now()
				r.end()
				if took := time.Since(stopping); took > time.Second {
					t.Errorf("stopping took %s, though nothing was left to ack", took)
				}
			})
		})
	}
}

func TestAFieldOfAnotherKindDoesNotCostTheClick(t *testing.T) {
	for _, odd := range []string{`"retry_attempt":"1"`, `"retry_reason":3`, `"accepts_response_payload":"yes"`, `"debug_info":[]`, `"new":{}`} {
		m, err := decode([]byte(`{` + odd + `,"envelope_id":"E","type":"interactive","payload":{"a":1}}`))
		if err != nil || m.EnvelopeID != "E" || string(m.Payload) != `{"a":1}` {
			t.Errorf("%s: %+v, %v", odd, m, err)
		}
	}
}

func TestAMessageThatIsTooLongCostsItselfAndNotTheConnection(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for name, raw := range map[string]string{
		"id first": fmt.Sprintf(`{"envelope_id":"E","type":"interactive","payload":{"text":%q}}`, long),
		"id last":  fmt.Sprintf(`{"payload":{"text":%q},"type":"interactive","envelope_id":"E"}`, long),
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				var size atomic.Int64
				r := f.start(func(o *Options) { o.Unreadable = func(raw []byte, _ error) { size.Store(int64(len(raw))) } })
				defer r.end()
				r.connected(2)
				s := f.live()[0]
				for range 3 {
					s.say(raw)
				}
				s.deliver("after")
				if got := r.next(); got.ID != "after" {
					t.Errorf("envelope %s was handed over", got.ID)
				}
				pass(time.Second)
				if acks := f.acksOf("E"); len(acks) != 3 {
					t.Errorf("%d acks, want 3", len(acks))
				}
				if n := size.Load(); n != 1<<20 {
					t.Errorf("%d bytes were reported, want 1 MiB", n)
				}
				if n := len(f.opens()); n != 2 {
					t.Errorf("%d connections were opened, want the first 2", n)
				}
			})
		})
	}
}

func TestTheLongestMessageIsRead(t *testing.T) {
	for over, want := range map[int]int64{0: 0, 1: 1} {
		inFakeTime(t, 0, func(t *testing.T, f *fakeSlack) {
			r := f.start()
			defer r.end()
			r.connected(2)
			empty := `{"envelope_id":"E","type":"interactive","payload":""}`
			f.live()[0].say(strings.Replace(empty, `""`, `"`+strings.Repeat("x", 1<<20-len(empty)+over)+`"`, 1))
			pass(time.Second)
			if s := r.State(); s.Unreadable != want || s.Envelopes != 1-want {
				t.Errorf("%d bytes over the limit: %+v", over, s)
			}
		})
	}
}

func TestAnAckOf20480BytesIsRefusedAndTheEnvelopeCanStillBeAcked(t *testing.T) {
	inFakeTime(t, 0, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		room := AckLimit - len(`{"envelope_id":"E","payload":""}`)
		f.live()[0].deliver("E")
		e := r.next()
		if err := e.Ack(t.Context(), strings.Repeat("<", room)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes: %v, want ErrTooLarge", AckLimit, err)
		}
		if err := e.Ack(t.Context(), strings.Repeat("<", room-1)); err != nil {
			t.Errorf("%d bytes: %v", AckLimit-1, err)
		}
		pass(time.Second)
		if acks := f.acksOf("E"); len(acks) != 1 || len(acks[0].payload) != room+1 {
			t.Errorf("%d acks arrived", len(acks))
		}
	})
}

func TestNoPayloadAndNullAreTheSame(t *testing.T) {
	var typed *struct{}
	for _, payload := range []any{nil, typed, json.RawMessage("null"), json.RawMessage(nil)} {
		frame, err := ackFrame("E", payload)
		if got, want := string(frame), `{"envelope_id":"E"}`; err != nil || got != want {
			t.Errorf("%#v: %s, %v; want %s", payload, got, err, want)
		}
	}
}

func TestOnlyTheFirstAckIsSent(t *testing.T) {
	inFakeTime(t, 0, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		f.live()[0].deliver("E")
		e := r.next()
		if err := e.Ack(t.Context(), func() {}); err == nil {
			t.Error("a function was marshaled")
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := e.Ack(ended, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
		var acking sync.WaitGroup
		for range 10 {
			acking.Go(func() {
				if err := e.Ack(t.Context(), nil); err != nil {
					t.Errorf("Ack = %v", err)
				}
			})
		}
		acking.Wait()
		pass(time.Second)
		if acks := f.acksOf("E"); len(acks) != 1 {
			t.Errorf("%d acks, want 1", len(acks))
		}
	})
}

func TestAnAckWithoutItsConnectionIsReportedAsGone(t *testing.T) {
	inFakeTime(t, 0, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		s := f.live()[0]
		s.deliver("E")
		e := r.next()
		s.cut()
		r.await("the loss", func() bool { return len(f.opens()) > 2 })
		if err := e.Ack(t.Context(), nil); !errors.Is(err, ErrGone) {
			t.Errorf("Ack = %v, want ErrGone", err)
		}
		if err := e.Ack(t.Context(), nil); err != nil {
			t.Errorf("the second Ack = %v, want nil", err)
		}
		pass(time.Second)
		if acks := f.acksOf("E"); len(acks) != 1 {
			t.Errorf("%d copies on other connections, want 1", len(acks))
		}
	})
}

func TestAcksThatMayBeLostWithTheirConnectionAreRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		connections int
		end         func(*sock)
	}{
		"cut":                           {2, (*sock).cut},
		"closed by Slack":               {2, func(s *sock) { s.hangUp(); s.cut() }},
		"cut, with no other connection": {1, (*sock).cut},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, 50*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				r := f.start(func(o *Options) { o.Connections = test.connections })
				defer r.end()
				r.connected(test.connections)
				s := f.live()[0]
				for _, id := range []string{"old", "new"} {
					s.deliver(id)
					if err := r.next().Ack(t.Context(), nil); err != nil {
						t.Fatal(err)
					}
					if id == "old" {
						pass(4 * time.Second)
					}
				}
				test.end(s) // with the second ack on its way
				pass(2 * time.Second)
				if acks := f.acksOf("new"); len(acks) != 1 || acks[0].sock == s {
					t.Errorf("the lost ack was not repeated on another connection: %+v", acks)
				}
				if n := len(f.acksOf("old")); n != 1 {
					t.Errorf("%d acks of what was long acked, want 1", n)
				}
			})
		})
	}
}

func TestAcksThatSlackHasLongReadOrGivenUpOnAreNotRepeated(t *testing.T) {
	inFakeTime(t, 50*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		s := f.live()[0]
		s.deliver("E")
		if err := r.next().Ack(t.Context(), nil); err != nil {
			t.Error(err)
		}
		pass(4 * time.Second)
		s.cut()
		pass(4 * time.Second)
		if n := len(f.acksOf("E")); n != 1 {
			t.Errorf("%d acks, want 1", n)
		}
	})
}

func TestAStopDoesNotWaitForAConnectionToRepeatAcksOn(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start(func(o *Options) { o.Connections = 1 })
		r.connected(1)
		s := f.live()[0]
		s.deliver("E")
		e := r.next()
		f.answers(func(int) error { return errors.New("no route to host") })
		s.cut()
		r.await("the loss", func() bool { return !r.Ready() })
		if err := e.Ack(t.Context(), nil); !errors.Is(err, ErrGone) {
			t.Errorf("Ack = %v, want ErrGone", err)
		}
		r.end()
		if err := e.Ack(t.Context(), nil); err != nil {
			t.Errorf("another Ack = %v, want nil", err)
		}
	})
}

func TestABinaryMessageIsReadLikeText(t *testing.T) {
	inFakeTime(t, 0, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		f.live()[0].sayFrame(websocket.BinaryMessage, `{"envelope_id":"E","type":"interactive","payload":{}}`)
		if got := r.next().ID; got != "E" {
			t.Errorf("got envelope %s", got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"envelope_id":"E","type":"interactive","payload":{"a":1},"retry_attempt":"x"}`))
	f.Add([]byte(`{"type":"hello","num_connections":1,"debug_info":{"approximate_connection_time":18060}}`))
	f.Add([]byte(`{"payload":{"envelope_id":"inner"},"envelope_id":"outer"`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := decode(raw)
		if err == nil && m.EnvelopeID != "" && (m.Type == "" || m.Payload == nil) {
			t.Errorf("a broken envelope was accepted: %+v", m)
		}
		if id := findID(raw); len(id) > 0 {
			if frame, err := ackFrame(id, nil); err == nil && !json.Valid(frame) {
				t.Errorf("an ack that is no JSON: %s", frame)
			}
		}
	})
}
