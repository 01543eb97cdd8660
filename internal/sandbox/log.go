package sandbox

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// kept is how many calls, and how many envelopes, the log holds; older ones are forgotten.
const kept = 20000

// Call is one request to the Web API. Seq and EndSeq order calls and acks among each other: they come from one counter.
type Call struct {
	Seq    int               `json:"seq"`
	EndSeq int               `json:"end_seq,omitempty"` // 0 while the call is running
	Method string            `json:"method"`
	Args   map[string]string `json:"args"` // without the token
	Status int               `json:"status,omitempty"`
	Answer json.RawMessage   `json:"answer,omitempty"`
	Error  string            `json:"error,omitempty"` // Slack's error code; "" if ok
	Fault  string            `json:"fault,omitempty"` // what was made to go wrong
	At     time.Time         `json:"at"`              // real time
	Took   time.Duration     `json:"took"`
	For    string            `json:"for,omitempty"`      // id of the person whose trigger_id was used
	Made   []Touched         `json:"messages,omitempty"` // what the call did to messages
}

// Envelope is one envelope and what became of it.
type Envelope struct {
	Seq        int             `json:"seq"` // when it came about, by the counter of the calls
	At         time.Time       `json:"at"`  // real time
	ID         string          `json:"id"`
	Type       string          `json:"type"` // slash_commands, interactive, events_api
	Kind       string          `json:"kind"` // what is inside: /inc, block_actions, view_submission, message, …
	EventID    string          `json:"event_id,omitempty"`
	Payload    json.RawMessage `json:"payload"`
	Deliveries []Delivery      `json:"deliveries"`
	AckSeq     int             `json:"ack_seq,omitempty"` // 0: never acknowledged
	AckedOn    int             `json:"acked_on,omitempty"`
	AckedAt    time.Time       `json:"acked_at,omitzero"`
	Ack        json.RawMessage `json:"ack,omitempty"`
	Outcome    string          `json:"outcome,omitempty"`  // "", "acked", "timeout", "no socket", "dropped"
	About      []Touched       `json:"about,omitempty"`    // the message that it tells of
	Made       []Touched       `json:"messages,omitempty"` // what its ack, or its failure, did to messages
}

// Delivery is one time that an envelope was written to a socket.
type Delivery struct {
	Seq     int       `json:"seq"`
	Socket  int       `json:"socket"`
	Attempt int       `json:"attempt"` // retry_attempt
	At      time.Time `json:"at"`
}

// Acked says whether the app acknowledged the envelope in time.
func (e Envelope) Acked() bool { return e.AckSeq > 0 }

// Touched is a message that something was done to, or that something is about.
type Touched struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	How     string `json:"how"` // posted, changed, deleted, pinned, unpinned, reacted; about
}

// Note is what happened besides calls and envelopes: a socket came or went, something was made to go wrong, the clock was moved.
type Note struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	What string    `json:"what"` // socket, fault, clock
	Text string    `json:"text"`
}

// stage is the log of all that crossed the wire.
type stage struct {
	grants    grants
	mu        sync.Mutex
	seq       int
	calls     []*Call
	envelopes []*Envelope
	notes     []*Note
	version   uint64
	changed   chan struct{} // closed by the next change; nil if nobody waits for it
}

// next counts one more thing that happened. The caller holds mu, as for poke.
func (l *stage) next() int {
	l.poke()
	l.seq++
	return l.seq
}

func (l *stage) poke() {
	l.version++
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// stir tells those who wait that something changed on the stage itself.
func (l *stage) stir() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.poke()
}

// keepNew forgets the oldest entries of a list that has become too long.
func keepNew[T any](list []T) []T {
	if len(list) > kept {
		return slices.Delete(list, 0, kept/10)
	}
	return list
}

func (l *stage) begin(method string, a args) *Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &Call{Seq: l.next(), Method: method, Args: a.withoutTokens(), At: time.Now()}
	l.calls = keepNew(append(l.calls, c))
	return c
}

func (l *stage) end(c *Call, status int, answer []byte, code, fault string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.EndSeq, c.Status, c.Answer, c.Error, c.Fault, c.Took = l.next(), status, answer, code, fault, time.Since(c.At)
}

func (l *stage) open(e *Envelope) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq, e.At = l.next(), time.Now()
	l.envelopes = keepNew(append(l.envelopes, e))
}

func (l *stage) delivered(e *Envelope, socket, attempt int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Deliveries = append(e.Deliveries, Delivery{Seq: l.next(), Socket: socket, Attempt: attempt, At: time.Now()})
}

func (l *stage) acked(e *Envelope, socket int, payload json.RawMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.AckSeq, e.AckedOn, e.AckedAt, e.Ack, e.Outcome = l.next(), socket, time.Now(), payload, "acked"
}

func (l *stage) ended(e *Envelope, outcome string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Outcome = outcome
	l.poke()
}

func (l *stage) personOf(c *Call, who UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.For = string(who)
}

func (l *stage) note(what, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes = keepNew(append(l.notes, &Note{Seq: l.next(), At: time.Now(), What: what, Text: text}))
}

func (c *Call) clone() Call {
	out := *c
	out.Made = slices.Clone(c.Made)
	return out
}

func (e *Envelope) clone() Envelope {
	out := *e
	out.Deliveries, out.About, out.Made = slices.Clone(e.Deliveries), slices.Clone(e.About), slices.Clone(e.Made)
	return out
}

// Calls are the Web API calls so far, oldest first; of the named methods only, if any are named.
func (s *Server) Calls(methods ...string) []Call {
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	var out []Call
	for _, c := range s.stage.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c.clone())
		}
	}
	return out
}

// Envelopes are the envelopes so far, oldest first; of the named kinds only ("/inc", "block_actions", "message", …), if any are named.
func (s *Server) Envelopes(kinds ...string) []Envelope {
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	var out []Envelope
	for _, e := range s.stage.envelopes {
		if len(kinds) == 0 || slices.Contains(kinds, e.Kind) {
			out = append(out, e.clone())
		}
	}
	return out
}

// ClearLog forgets the calls and envelopes so far, so that a test can count from here.
func (s *Server) ClearLog() {
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	s.stage.calls, s.stage.envelopes, s.stage.notes = nil, nil, nil
	s.stage.poke()
}
