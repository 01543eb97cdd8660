package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"epilogue/internal/faketime"
)

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// hand hands work over, and fails the test if it is not taken.
func hand(t *testing.T, d *dispatcher, queue string, work func()) {
	t.Helper()
	if err := d.hand(queue, 1, func(func()) { work() }); err != nil {
		t.Fatal(err)
	}
}

func TestWorkOfOneQueueIsDoneInOrderOneAtATime(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		d := newDispatcher(quietLog(), 1000, 1000)
		var busy atomic.Int32
		var done []int // only one piece of work at a time writes to it, which -race checks
		for i := range 200 {
			hand(t, d, "INC-1", func() {
				if busy.Add(1) != 1 {
					t.Error("two at once")
				}
				<-time.After(time.Millisecond)
				done = append(done, i)
				busy.Add(-1)
			})
		}
		if err := d.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(done) != 200 || !slices.IsSorted(done) {
			t.Errorf("done in the order %v", done)
		}
	})
}

func TestOneQueueDoesNotWaitForAnother(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		d := newDispatcher(quietLog(), 10, 1000)
		stuck, quick := make(chan struct{}), make(chan struct{})
		hand(t, d, "INC-1", func() { <-stuck })
		hand(t, d, "INC-2", func() { close(quick) })
		<-quick // else the test ends in a deadlock
		close(stuck)
		if err := d.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAPanicCostsOnlyTheRequestThatPanicked(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		var said strings.Builder
		d := newDispatcher(slog.New(slog.NewTextHandler(&said, nil)), 10, 1000)
		after := false
		hand(t, d, "INC-1", func() { panic("no such picture") })
		hand(t, d, "INC-1", func() { after = true })
		if err := d.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !after {
			t.Error("the request behind it was not done")
		}
		if !strings.Contains(said.String(), "no such picture") || !strings.Contains(said.String(), "dispatch_test.go") {
			t.Errorf("the log does not say what happened and where: %s", said.String())
		}
	})
}

func TestNoMoreThanTheBoundWaitsAndHandingOverNeverBlocks(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		d := newDispatcher(quietLog(), 3, 1000)
		release := make(chan struct{})
		for i := range 3 {
			hand(t, d, strconv.Itoa(i), func() { <-release })
		}
		if err := d.hand("another", 1, func(func()) {}); !errors.Is(err, errCrowded) {
			t.Errorf("the fourth was answered with %v, want %v", err, errCrowded)
		}
		close(release)
		synctest.Wait()
		hand(t, d, "another", func() {}) // room again
		if err := d.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(d.queues) != 0 || d.waiting != 0 || d.mem != 0 {
			t.Errorf("%d queues with %d waiting and %d bytes are left", len(d.queues), d.waiting, d.mem)
		}
	})
}

func TestDrainingTakesNothingNewAndWaitsForTheRest(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		d := newDispatcher(quietLog(), 10, 1000)
		release := make(chan struct{})
		hand(t, d, "INC-1", func() { <-release })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("draining ended with %v while a request was in hand", err)
		}
		if err := d.hand("INC-1", 1, func(func()) { t.Error("taken after drain") }); err == nil {
			t.Error("work was taken after drain")
		}
		close(release)
		if err := d.drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatRunsOnceAtATimeRunsAgainAfterwards(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		g := newBackground(quietLog())
		var runs atomic.Int32
		release := make(chan struct{})
		work := func(context.Context) error { runs.Add(1); <-release; return errors.New("it may fail") }
		for range 5 {
			g.once("person/U1", work)
		}
		synctest.Wait()
		if runs.Load() != 1 {
			t.Errorf("it ran %d times at once", runs.Load())
		}
		close(release)
		synctest.Wait()
		g.once("person/U1", work)
		g.drain(t.Context())
		if runs.Load() != 2 || len(g.named) != 0 {
			t.Errorf("it ran %d times, and %d names are kept", runs.Load(), len(g.named))
		}
	})
}

func TestTooMuchInTheBackgroundIsLeftOutAndForgotten(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		g := newBackground(quietLog())
		release := make(chan struct{})
		for range maxBehind {
			if !g.run("busy", func(context.Context) error { <-release; return nil }) {
				t.Fatal("left out below the bound")
			}
		}
		if g.run("one more", func(context.Context) error { return nil }) {
			t.Error("more than the bound was taken")
		}
		g.once("one more", func(context.Context) error { return nil })
		if len(g.named) != 0 {
			t.Error("what was left out counts as under way")
		}
		close(release)
		g.drain(t.Context())
		if g.run("late", func(context.Context) error { return nil }) {
			t.Error("work was taken after drain")
		}
	})
}

func TestBackgroundWorkHasADeadlineAndMayPanic(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		g := newBackground(quietLog())
		began := time.Now()
		var ended time.Duration
		g.run("hangs", func(ctx context.Context) error { <-ctx.Done(); ended = time.Since(began); return ctx.Err() })
		g.once("panics", func(context.Context) error { panic("at once") })
		g.drain(t.Context())
		if ended != behindWithin {
			t.Errorf("it was ended after %s, want %s", ended, behindWithin)
		}
		if len(g.named) != 0 || len(g.slots) != 0 {
			t.Error("what panicked counts as under way")
		}
	})
}

func TestDrainingTheBackgroundDoesNotWaitForEver(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		g := newBackground(quietLog())
		var last sync.WaitGroup
		last.Add(1)
		g.run("slow", func(ctx context.Context) error { defer last.Done(); <-ctx.Done(); return nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		g.drain(ctx)
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("it waited for %s", waited)
		}
		last.Wait()
	})
}
