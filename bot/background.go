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
	mu    sync.Mutex
	named map[string]bool
}

const (
	maxBehind    = 256
	behindWithin = 10 * time.Second
)

func newBackground(log *slog.Logger) *background {
	return &background{log: log, slots: make(chan struct{}, maxBehind), named: map[string]bool{}}
}

// run starts work, unless too much of it is running already: then it is dropped, logged, and false.
func (g *background) run(name string, work func(context.Context) error) bool {
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
	g.named[name] = g.run(name, func(ctx context.Context) error {
		defer func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			delete(g.named, name)
		}()
		return work(ctx)
	})
}

// drain waits for what is under way, or for ctx.
func (g *background) drain(ctx context.Context) {
	done := make(chan struct{})
	go func() { g.busy.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
