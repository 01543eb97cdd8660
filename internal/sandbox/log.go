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
}

// Envelope is one envelope and what became of it.
type Envelope struct {
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
	Outcome    string          `json:"outcome,omitempty"` // "", "acked", "timeout", "no socket", "dropped"
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

// stage is the log of all that crossed the wire.
type stage struct {
	grants    grants
	mu        sync.Mutex
	seq       int
	calls     []*Call
	envelopes []*Envelope
}

func (l *stage) begin(method string, a args) *Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	c := &Call{Seq: l.seq, Method: method, Args: a, At: time.Now()}
	l.calls = append(l.calls, c)
	if len(l.calls) > kept {
		l.calls = slices.Delete(l.calls, 0, kept/10)
	}
	return c
}

func (l *stage) end(c *Call, status int, answer []byte, code, fault string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	c.EndSeq, c.Status, c.Answer, c.Error, c.Fault, c.Took = l.seq, status, answer, code, fault, time.Since(c.At)
}

func (l *stage) open(e *Envelope) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.envelopes = append(l.envelopes, e)
	if len(l.envelopes) > kept {
		l.envelopes = slices.Delete(l.envelopes, 0, kept/10)
	}
}

func (l *stage) delivered(e *Envelope, socket, attempt int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	e.Deliveries = append(e.Deliveries, Delivery{Seq: l.seq, Socket: socket, Attempt: attempt, At: time.Now()})
}

func (l *stage) acked(e *Envelope, socket int, payload json.RawMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	e.AckSeq, e.AckedOn, e.AckedAt, e.Ack, e.Outcome = l.seq, socket, time.Now(), payload, "acked"
}

func (l *stage) ended(e *Envelope, outcome string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Outcome = outcome
}

// Calls are the Web API calls so far, oldest first; of the named methods only, if any are named.
func (s *Server) Calls(methods ...string) []Call {
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	var out []Call
	for _, c := range s.stage.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, *c)
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
			c := *e
			c.Deliveries = slices.Clone(e.Deliveries)
			out = append(out, c)
		}
	}
	return out
}

// ClearLog forgets the calls and envelopes so far, so that a test can count from here.
func (s *Server) ClearLog() {
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	s.stage.calls, s.stage.envelopes = nil, nil
}
