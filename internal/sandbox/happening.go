package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Happening is one entry of the back of the stage; exactly one of its pointers is set, to a copy.
type Happening struct {
	Seq      int
	Call     *Call
	Envelope *Envelope
	Note     *Note
}

// Happenings are what happened before a number (0: up to now), newest first, at most so many. They are numbered in the order in which they began.
func (s *Server) Happenings(before, most int) []Happening {
	l := s.stage
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := older(l.calls, before, func(c *Call) int { return c.Seq })
	envelopes := older(l.envelopes, before, func(e *Envelope) int { return e.Seq })
	notes := older(l.notes, before, func(n *Note) int { return n.Seq })
	var out []Happening
	for len(out) < most && len(calls)+len(envelopes)+len(notes) > 0 {
		var newest Happening
		if n := len(calls); n > 0 {
			newest = Happening{Seq: calls[n-1].Seq, Call: calls[n-1]}
		}
		if n := len(envelopes); n > 0 && envelopes[n-1].Seq > newest.Seq {
			newest = Happening{Seq: envelopes[n-1].Seq, Envelope: envelopes[n-1]}
		}
		if n := len(notes); n > 0 && notes[n-1].Seq > newest.Seq {
			newest = Happening{Seq: notes[n-1].Seq, Note: notes[n-1]}
		}
		switch {
		case newest.Call != nil:
			calls = calls[:len(calls)-1]
		case newest.Envelope != nil:
			envelopes = envelopes[:len(envelopes)-1]
		default:
			notes = notes[:len(notes)-1]
		}
		out = append(out, newest.clone())
	}
	return out
}

// older is the part of a list, ordered by number, that began before one; 0 means all.
func older[T any](list []T, before int, seq func(T) int) []T {
	if before <= 0 {
		return list
	}
	i, _ := slices.BinarySearchFunc(list, before, func(item T, n int) int { return seq(item) - n })
	return list[:i]
}

func (h Happening) clone() Happening {
	switch {
	case h.Call != nil:
		c := h.Call.clone()
		h.Call = &c
	case h.Envelope != nil:
		e := h.Envelope.clone()
		h.Envelope = &e
	default:
		n := *h.Note
		h.Note = &n
	}
	return h
}

// Happening is the entry of a number, if it is still remembered.
func (s *Server) Happening(seq int) (Happening, bool) {
	found := s.Happenings(seq+1, 1)
	if seq <= 0 || len(found) == 0 || found[0].Seq != seq {
		return Happening{}, false
	}
	return found[0], true
}

// WaitStage returns the number of changes on and behind the stage, once it is another than seen; or when ctx ends, with its error.
func (s *Server) WaitStage(ctx context.Context, seen uint64) (uint64, error) {
	l := s.stage
	l.mu.Lock()
	now := l.version
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	changed := l.changed
	l.mu.Unlock()
	if now != seen {
		return now, nil
	}
	select {
	case <-changed:
		return s.StageVersion(), nil
	case <-s.done:
		return now, errors.New("wait in the sandbox: it was closed")
	case <-ctx.Done():
		return now, fmt.Errorf("wait in the sandbox: %w", ctx.Err())
	}
}

// StageVersion is the number of changes on and behind the stage.
func (s *Server) StageVersion() uint64 {
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	return s.stage.version
}
