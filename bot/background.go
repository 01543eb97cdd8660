package bot

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// background runs what nobody waits for with an ack: opening a modal, answering a person, refreshing what is known of one. At most maxBehind at a
// time; each has behindWithin.
type background struct {
	log   *slog.Logger
	slots chan struct{}
	busy  sync.WaitGroup

	mu     sync.Mutex
	named  map[string]bool // what is under way of what runs once at a time
	closed bool
}

const (
	maxBehind    = 256
	behindWithin = 10 * time.Second
)

func newBackground(log *slog.Logger) *background {
	return &background{log: log, slots: make(chan struct{}, maxBehind), named: map[string]bool{}}
}

// run starts work, unless too much of it is running already, or after drain: then it is dropped, logged, and false.
func (g *background) run(name string, work func(context.Context) error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.start(name, work)
}

// start is run for whoever holds the mutex.
func (g *background) start(name string, work func(context.Context) error) bool {
	if g.closed {
		g.log.Warn("stopping; left out", "what", name)
		return false
	}
	select {
	case g.slots <- struct{}{}:
	default:
		g.log.Warn("too much is going on; left out", "what", name)
		return false
	}
	g.busy.Go(func() {
		defer func() { <-g.slots }()
		ctx, cancel := context.WithTimeout(context.Background(), behindWithin)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				g.log.Error("background work panicked", "what", name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		if err := work(ctx); err != nil {
			g.log.Warn("background work failed", "what", name, "err", err)
		}
	})
	return true
}

// once is run, unless work of that name is under way.
func (g *background) once(name string, work func(context.Context) error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.named[name] {
		return
	}
	started := g.start(name, func(ctx context.Context) error {
		defer func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			delete(g.named, name)
		}()
		return work(ctx)
	})
	if started {
		g.named[name] = true
	}
}

// drain takes no more work and waits for what is under way, or for ctx.
func (g *background) drain(ctx context.Context) {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	done := make(chan struct{})
	go func() { g.busy.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
