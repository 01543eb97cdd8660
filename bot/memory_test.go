package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"epilogue/internal/socketlink"
)

// held is how much memory is in use once what can be freed was.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Payloads of a megabyte, 128 of each kind, while the one who would work on them is stuck. What is held is told from what was given by an order of
// magnitude, so that a busy machine changes nothing.
func TestWhatWaitsHoldsOnToWhatItNeedsAndNotToThePayload(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	for name, give := range map[string]func(i int) (kind, payload string){
		"clicks that echo their message": func(i int) (string, string) {
			return "interactive", fmt.Sprintf(`{"type":"block_actions","user":{"id":"UANA"},"channel":{"id":"CX"},"message":{"text":%q},
				"actions":[{"action_id":"task.done","value":"INC-1/3","action_ts":"%d.1"}]}`, large, i)
		},
		"messages in channels": func(i int) (string, string) {
			return "events_api", fmt.Sprintf(`{"event_id":"Ev%d","event":{"type":"message","user":"UANA","channel":"CX","text":%q}}`, i, large)
		},
		"commands": func(i int) (string, string) {
			return "slash_commands", fmt.Sprintf(`{"user_id":"UANA","channel_id":"CX","trigger_id":"%d","text":%q}`, i, large)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.people.known.Store(ana, true)
			release := make(chan struct{})
			for _, queue := range []string{"INC-1", "CX"} {
				if err := r.queues.hand(queue, 1, func(func()) { <-release }); err != nil {
					t.Fatal(err)
				}
			}
			before := held()
			dropped := 0
			for i := range 128 {
				kind, payload := give(i)
				e := socketlink.Envelope{
					ID: fmt.Sprint(i), Type: kind, Payload: json.RawMessage(payload), Received: time.Now().Add(-time.Minute), // too late to be begun
					Ack: func(context.Context, any) error { return nil },
				}
				waiting := r.queued()
				r.receive(e)
				if r.queued() == waiting {
					dropped++
				}
			}
			if now := held(); now-before > maxWaitingBytes+maxWaitingBytes/2 {
				t.Errorf("%d MiB are held for 128 envelopes of 1 MiB, of which %d wait", (now-before)>>20, 128-dropped)
			}
			if small := name != "commands"; small != (dropped == 0) {
				t.Errorf("%d of 128 were dropped", dropped)
			}
			close(release)
			r.idle()
		})
	}
}

func TestNoMoreBytesThanTheBoundWait(t *testing.T) {
	d := newDispatcher(quietLog(), 1000, 100)
	release := make(chan struct{})
	if err := d.hand("INC-1", 60, func(func()) { <-release }); err != nil {
		t.Fatal(err)
	}
	if err := d.hand("INC-2", 41, func(func()) {}); !errors.Is(err, errCrowded) {
		t.Errorf("101 bytes wait: %v", err)
	}
	if err := d.hand("INC-2", 40, func(func()) {}); err != nil {
		t.Errorf("100 bytes are refused: %v", err)
	}
	close(release)
	if err := d.drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d.mem != 0 {
		t.Errorf("%d bytes count as waiting", d.mem)
	}
}

func TestTheLobbyHoldsNoMoreBytesThanTheBound(t *testing.T) {
	var l lobby
	payload := json.RawMessage(strings.Repeat("x", 1<<20))
	for range 200 {
		if l.enter(socketlink.Envelope{Payload: payload}) {
			t.Fatal("let in before it was open")
		}
	}
	if n := len(l.waiting); n != maxWaitingBytes>>20 {
		t.Errorf("%d envelopes of 1 MiB wait, want %d", n, maxWaitingBytes>>20)
	}
	admitted := 0
	l.letIn(func(socketlink.Envelope) { admitted++ })
	if admitted != maxWaitingBytes>>20 || l.bytes != 0 || !l.enter(socketlink.Envelope{}) {
		t.Errorf("%d were admitted, %d bytes wait", admitted, l.bytes)
	}
}
