package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// mostAck is the size from which on Slack silently ignores an ack.
const mostAck = 20480

// mostQueued is how many events wait for a socket; the oldest are dropped.
const mostQueued = 10000

// retries are Slack's delays after a failed delivery of an event.
var retries = []time.Duration{time.Second, time.Minute, 5 * time.Minute}

// How an envelope ended, for those who wait for it.
const (
	acked    = "acked"
	timedOut = "timeout"
	noSocket = "no socket"
	dropped  = "dropped"
)

// delivery is an envelope on its way.
type delivery struct {
	log     *Envelope
	accepts bool
	attempt int // retry_attempt of the next write, for events
	timer   *time.Timer
	done    func(ack json.RawMessage, outcome string) // of commands and interactions: called once, with mu held
}

func (d *delivery) event() bool { return d.log.Type == "events_api" }

func (d *delivery) frame() []byte {
	out := obj{"envelope_id": d.log.ID, "type": d.log.Type, "accepts_response_payload": d.accepts, "payload": d.log.Payload}
	if d.event() {
		reason := ""
		if d.attempt > 0 {
			reason = "timeout"
		}
		out["retry_attempt"], out["retry_reason"] = d.attempt, reason
	}
	return frame(out)
}

// dispatch sends an envelope to the app. done hears how it ended, with mu held. The caller holds mu.
func (s *Server) dispatch(typ, what string, accepts bool, payload obj, done func(json.RawMessage, string)) *delivery {
	d := &delivery{accepts: accepts, done: done, log: &Envelope{ID: uuid(), Type: typ, Kind: what, Payload: frame(payload), About: about(payload)}}
	if id, ok := payload["event_id"].(string); ok {
		d.log.EventID = id
	}
	s.stage.open(d.log)
	twice, late := s.faults.takeDelivery()
	if late > 0 {
		time.AfterFunc(late, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.deliver(d, twice)
		})
		return d
	}
	s.deliver(d, twice)
	return d
}

// deliver writes an envelope to one socket and starts the time that the app has. Without a socket events wait, and
// everything else has failed.
func (s *Server) deliver(d *delivery, twice bool) {
	if s.closed {
		return
	}
	c := s.hub.pick()
	if c == nil {
		if d.event() {
			s.hub.queue = append(s.hub.queue, d)
			if len(s.hub.queue) > mostQueued {
				s.stage.ended(s.hub.queue[0].log, dropped)
				s.hub.queue = s.hub.queue[1:]
			}
		} else {
			s.end(d, nil, noSocket)
		}
		return
	}
	s.hub.pending[d.log.ID] = d
	s.put(c, d)
	if twice {
		s.put(s.hub.pick(), d)
	}
	d.timer = time.AfterFunc(s.opts.AckWithin, func() { s.expire(d) })
}

func (s *Server) put(c *conn, d *delivery) {
	s.stage.delivered(d.log, c.id, d.attempt)
	c.send(d.frame())
}

// flush delivers what waited for a socket: as retries, for Slack has tried before. The caller holds mu.
func (s *Server) flush() {
	queue := s.hub.queue
	s.hub.queue = nil
	for _, d := range queue {
		d.attempt = max(d.attempt, 1)
		s.deliver(d, false)
	}
}

// expire is what happens when no ack has come in time: events are delivered again, three times; people see that the rest failed.
func (s *Server) expire(d *delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.hub.pending[d.log.ID] != d {
		return
	}
	delete(s.hub.pending, d.log.ID)
	if !d.event() {
		s.end(d, nil, timedOut)
		return
	}
	if d.attempt >= len(retries) {
		s.stage.ended(d.log, dropped)
		s.touch()
		return
	}
	delay := time.Duration(float64(retries[d.attempt]) / s.opts.RetrySpeedup)
	d.attempt++
	time.AfterFunc(delay, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.deliver(d, false)
	})
}

// receive takes one frame of the app: an ack, or something to ignore.
func (s *Server) receive(c *conn, body []byte) {
	if len(body) >= mostAck {
		return
	}
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(body, &ack) != nil {
		return
	}
	if p := string(ack.Payload); p == "null" || p == "{}" {
		ack.Payload = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.hub.pending[ack.ID]
	if d == nil || c.silent || s.faults.losesAcks() {
		return
	}
	d.timer.Stop()
	delete(s.hub.pending, ack.ID)
	s.stage.acked(d.log, c.id, ack.Payload)
	s.end(d, ack.Payload, acked)
}

func (s *Server) end(d *delivery, ack json.RawMessage, outcome string) {
	s.stage.ended(d.log, outcome)
	if d.done != nil {
		s.because(cause{envelope: d.log}, func() { d.done(ack, outcome) })
		d.done = nil
	}
	s.touch()
}

// Redeliver sends an event again as Slack's retry number attempt (1 to 3), with the same event_id, as if its ack had been lost.
func (s *Server) Redeliver(envelopeID string, attempt int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stage.mu.Lock()
	i := slices.IndexFunc(s.stage.envelopes, func(e *Envelope) bool { return e.ID == envelopeID && e.Type == "events_api" })
	var e *Envelope
	if i >= 0 {
		e = s.stage.envelopes[i]
	}
	s.stage.mu.Unlock()
	if e == nil {
		return fmt.Errorf("redeliver %s: no event came in an envelope of that id", envelopeID)
	}
	s.deliver(&delivery{log: e, attempt: attempt}, false)
	return nil
}

func uuid() string {
	return randomHex(8) + "-" + randomHex(4) + "-4" + randomHex(3) + "-a" + randomHex(3) + "-" + randomHex(12)
}
