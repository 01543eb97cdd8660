package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Fault is something that goes wrong with Web API calls. Exactly one of Error, Status, Hang, Reset and Slow is usually set; Slow
// and Hang can be combined with the others.
type Fault struct {
	Method      string            `json:"method,omitempty"`       // of which method; "" of all
	Match       map[string]string `json:"match,omitempty"`        // only of calls with these arguments
	Times       int               `json:"times,omitempty"`        // for so many calls; 0 until cleared
	Error       string            `json:"error,omitempty"`        // answer this Slack error code
	Status      int               `json:"status,omitempty"`       // answer this HTTP status (429, 500, 503)
	RetryAfter  time.Duration     `json:"retry_after,omitempty"`  // the header of a 429, in whole seconds; default 1 s
	Slow        time.Duration     `json:"slow,omitempty"`         // wait before answering
	Hang        bool              `json:"hang,omitempty"`         // wait until Release or Clear, or until the caller gives up
	Reset       bool              `json:"reset,omitempty"`        // end the connection without an answer
	AfterEffect bool              `json:"after_effect,omitempty"` // the call takes effect first: only its answer is spoiled
}

// Injected is a fault that was set.
type Injected struct {
	Fault
	number   int    // names it
	kind     string // the Switch that set it, "" for none
	faults   *Faults
	left     int
	hits     int
	once     sync.Once
	released chan struct{}
}

// Hits is how many calls the fault has struck.
func (i *Injected) Hits() int {
	i.faults.mu.Lock()
	defer i.faults.mu.Unlock()
	return i.hits
}

// Release lets the calls go on that hang in this fault, and those that would.
func (i *Injected) Release() { i.once.Do(func() { close(i.released) }) }

// Clear ends the fault and releases what hangs in it.
func (i *Injected) Clear() {
	i.faults.mu.Lock()
	i.faults.active = slices.DeleteFunc(i.faults.active, func(o *Injected) bool { return o == i })
	i.faults.mu.Unlock()
	i.Release()
}

// Faults is where things are made to go wrong. Those of the Web API are Add's; the others concern the sockets and the rate limits.
type Faults struct {
	s  *Server
	mu sync.Mutex

	active  []*Injected
	number  int  // of the fault that was set last
	doubles bool // all envelopes are written twice
	deaf    bool // acks get lost
	limits  bool
	lag     time.Duration
	refusal string
	silent  bool // new sockets get no pings
	ghosts  time.Duration
	double  int
	late    time.Duration
}

// Add sets a fault. Of several that concern a call, the one that was set first strikes.
func (f *Faults) Add(fault Fault) *Injected { return f.add(fault, "") }

func (f *Faults) add(fault Fault, kind string) *Injected {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.number++
	i := &Injected{Fault: fault, number: f.number, kind: kind, faults: f, left: fault.Times, released: make(chan struct{})}
	f.active = append(f.active, i)
	return i
}

// Clear ends all faults, including those of the sockets; rate limits are off again.
func (f *Faults) Clear() {
	f.mu.Lock()
	active := f.active
	f.active, f.limits, f.lag, f.refusal, f.silent, f.ghosts, f.double, f.late = nil, false, 0, "", false, 0, 0, 0
	f.doubles, f.deaf = false, false
	f.mu.Unlock()
	for _, i := range active {
		i.Release()
	}
}

// RateLimits switches Slack's rate limits on: the tier of each method, and one message a second for each channel, with small bursts.
func (f *Faults) RateLimits(on bool) { f.set(func() { f.limits = on }) }

// HistoryLag makes messages appear in conversations.history and .replies only so long after they were posted (real time).
func (f *Faults) HistoryLag(d time.Duration) { f.set(func() { f.lag = d }) }

// RefuseConnections makes apps.connections.open answer an error code; "" ends it.
func (f *Faults) RefuseConnections(code string) { f.set(func() { f.refusal = code }) }

// StopPings stops (or resumes) the server's pings on all sockets; everything else goes on.
func (f *Faults) StopPings(stop bool) { f.set(func() { f.silent = stop }) }

// Ghosts keeps sockets that died without a close frame registered for so long: they go on being counted and getting envelopes.
func (f *Faults) Ghosts(d time.Duration) { f.set(func() { f.ghosts = d }) }

// DuplicateNext writes the next n envelopes twice.
func (f *Faults) DuplicateNext(n int) { f.set(func() { f.double = n }) }

// Duplicates writes every envelope twice, or stops doing so.
func (f *Faults) Duplicates(on bool) { f.set(func() { f.doubles = on }) }

// LoseAcks lets acks get lost on their way: the app has done its part, and Slack has not heard of it.
func (f *Faults) LoseAcks(on bool) { f.set(func() { f.deaf = on }) }

// DelayNext writes the next envelope only after d; the three seconds of its ack start then.
func (f *Faults) DelayNext(d time.Duration) { f.set(func() { f.late = d }) }

func (f *Faults) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *Faults) limiting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.limits
}

func (f *Faults) historyLag() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lag
}

func (f *Faults) refusing() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refusal
}

func (f *Faults) losesAcks() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deaf
}

func (f *Faults) pingless() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.silent
}

func (f *Faults) ghostly() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ghosts
}

// takeDelivery says how the next envelope is treated.
func (f *Faults) takeDelivery() (twice bool, late time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.double > 0 {
		f.double--
		twice = true
	}
	twice = twice || f.doubles
	late, f.late = f.late, 0
	return twice, late
}

// take finds the fault that strikes a call, nil for none, and counts it.
func (f *Faults) take(method string, a args) *Injected {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n, i := range f.active {
		if i.Method != "" && i.Method != method || !matches(i.Match, a) {
			continue
		}
		i.hits++
		if i.left--; i.left == 0 {
			f.active = slices.Delete(f.active, n, n+1)
		}
		return i
	}
	return nil
}

func matches(want map[string]string, a args) bool {
	for k, v := range want {
		if a[k] != v {
			return false
		}
	}
	return true
}

// name is how the log calls the fault.
func (i *Injected) name() string {
	switch {
	case i == nil:
		return ""
	case i.Reset && i.AfterEffect:
		return "reset after the effect"
	case i.Reset:
		return "reset before the effect"
	case i.Error != "":
		return i.Error
	case i.Status != 0:
		return fmt.Sprint(i.Status)
	case i.Hang:
		return "hang"
	}
	return "slow"
}

// before waits as the fault says; false means that the connection ends here, before the call took effect.
func (i *Injected) before(s *Server, r *http.Request) bool {
	if i == nil {
		return true
	}
	if i.Slow > 0 {
		timer := time.NewTimer(i.Slow)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return false
		case <-s.done:
			return false
		}
	}
	return i.AfterEffect || i.wait(s, r) && !i.Reset
}

// after is what before is, for faults that strike once the call took effect.
func (i *Injected) after(s *Server, r *http.Request) bool {
	return i == nil || !i.AfterEffect || i.wait(s, r) && !i.Reset
}

func (i *Injected) wait(s *Server, r *http.Request) bool {
	if !i.Hang {
		return true
	}
	select {
	case <-i.released:
		return true
	case <-r.Context().Done():
	case <-s.done:
	}
	return false
}

func (i *Injected) spoils() bool       { return i != nil && (i.Error != "" || i.Status != 0) }
func (i *Injected) spoilsBefore() bool { return i.spoils() && !i.AfterEffect }
func (i *Injected) spoilsAfter() bool  { return i.spoils() && i.AfterEffect }

// answer is what the caller gets instead of the method's own answer.
func (i *Injected) answer(w http.ResponseWriter) (int, obj) {
	if i.Status == http.StatusTooManyRequests {
		after := max(1, int(i.RetryAfter/time.Second))
		w.Header().Set("Retry-After", strconv.Itoa(after))
		return i.Status, obj{"ok": false, "error": "ratelimited"}
	}
	return cmp.Or(i.Status, http.StatusOK), obj{"ok": false, "error": cmp.Or(i.Error, "internal_error")}
}
