package sandbox

import (
	"sync"
	"time"
)

// Clock is the business clock of the workspace: real time plus an offset that can be moved. It is safe for concurrent use.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration
	begun  time.Duration // the offset that it began with
	moved  chan struct{}
	hooks  []func()
}

func newClock(start time.Time) *Clock {
	c := &Clock{moved: make(chan struct{})}
	if !start.IsZero() {
		c.offset = time.Until(start)
		c.begun = c.offset
	}
	return c
}

// Now is the time in the workspace.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// Offset is how far the clock is ahead of the real one; or of the time that it would tell had nobody moved it, if it began at a time of its own.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset - c.begun
}

// Reset undoes all moves.
func (c *Clock) Reset() { c.Move(-c.Offset()) }

// Move moves the clock by d. Going back is possible; timestamps of messages stay increasing all the same.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	c.offset += d
	close(c.moved)
	c.moved = make(chan struct{})
	hooks := c.hooks
	c.mu.Unlock()
	for _, hook := range hooks {
		hook()
	}
}

// Set moves the clock to t.
func (c *Clock) Set(t time.Time) { c.Move(t.Sub(c.Now())) }

// Moved is closed by the next move. Ask again after each.
func (c *Clock) Moved() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved
}

// OnMove calls f after every move, on the goroutine that moved the clock.
func (c *Clock) OnMove(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks[:len(c.hooks):len(c.hooks)], f)
}
