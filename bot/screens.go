package bot

import (
	"context"
	"sync"
	"time"
)

// screens has each open view show what was asked for last: its pictures are sent one after the other, and one that another has overtaken is left out. Of two
// quick clicks the first may take longer on its way.
type screens struct {
	mu    sync.Mutex
	asked uint64
	views map[string]*screen
}

type screen struct {
	turn  chan struct{} // one token
	drawn uint64        // the last picture that Slack took; for whoever has the turn
	used  time.Time
}

// screenLapses is after how long a view is forgotten that nobody draws: more than any picture may take.
const screenLapses = time.Minute

func newScreens() *screens { return &screens{views: map[string]*screen{}} }

// ask is the place of a picture in the order, from when it was made.
func (s *screens) ask() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.asked
}

// draw draws a picture, when it is its turn, unless a later one is shown by then.
func (s *screens) draw(ctx context.Context, view string, asked uint64, draw func() error) error {
	v := s.view(view)
	select {
	case v.turn <- struct{}{}:
		defer func() { <-v.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if v.drawn > asked {
		return nil
	}
	err := draw()
	if err == nil {
		v.drawn = asked
	}
	return err
}

func (s *screens) view(id string) *screen {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.views[id]
	if !ok {
		for id, old := range s.views {
			if now.Sub(old.used) > screenLapses {
				delete(s.views, id)
			}
		}
		v = &screen{turn: make(chan struct{}, 1)}
		s.views[id] = v
	}
	v.used = now
	return v
}
