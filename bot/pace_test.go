package bot

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"epilogue/internal/faketime"
)

func TestABucketLetsThroughItsBurstAndThenItsRate(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		p := newPacer(false)
		began := time.Now()
		var went []time.Duration
		for range 7 {
			if err := p.call(t.Context(), "post/C1", postBudget, func(context.Context) error { return nil }); err != nil {
				t.Fatal(err)
			}
			went = append(went, time.Since(began).Round(time.Millisecond))
		}
		want := []time.Duration{0, 0, 0, time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second}
		for i := range want {
			if went[i] != want[i] {
				t.Fatalf("they went at %v, want %v", went, want)
			}
		}
	})
}

func TestALimitPausesOnlyItsOwnBucket(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		p := newPacer(true)
		calls := 0
		limits := func(context.Context) error { calls++; return &slack.RateLimitedError{RetryAfter: 30 * time.Second} }
		if err := p.call(t.Context(), "post/C1", postBudget, limits); verdictOf(err) != limited {
			t.Fatalf("it said %v", err)
		}
		began := time.Now()
		var a again
		if err := p.call(t.Context(), "post/C1", postBudget, limits); !errors.As(err, &a) || a.sent || a.after != 30*time.Second {
			t.Errorf("during the pause it said %v", err)
		}
		if calls != 1 || time.Since(began) != 0 {
			t.Errorf("%d calls, %s waited: a paused bucket holds nobody", calls, time.Since(began))
		}
		if err := p.call(t.Context(), "post/C2", postBudget, func(context.Context) error { return nil }); err != nil {
			t.Errorf("another channel: %v", err)
		}
		<-time.After(30 * time.Second) // in the bubble this takes no time
		if err := p.call(t.Context(), "post/C1", postBudget, func(context.Context) error { return nil }); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

func TestAPauseIsNeverShortened(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		p := newPacer(true)
		p.pause("m", tier3Budget, time.Minute)
		p.pause("m", tier3Budget, time.Second)
		var a again
		if err := p.wait(t.Context(), "m", tier3Budget); !errors.As(err, &a) || a.after != time.Minute {
			t.Errorf("it said %v", err)
		}
	})
}

func TestWhoWaitedForTheirTurnObeysAPauseThatCameMeanwhile(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		p := newPacer(false)
		slow := budget{rate.Every(5 * time.Second), 1}
		if err := p.wait(t.Context(), "chat.update", slow); err != nil {
			t.Fatal(err)
		}
		var g sync.WaitGroup
		g.Go(func() {
			var a again
			if err := p.wait(t.Context(), "chat.update", slow); !errors.As(err, &a) {
				t.Errorf("it went ahead (%v), though Slack had asked to be left alone", err)
			}
		})
		synctest.Wait()
		p.pause("chat.update", slow, time.Minute)
		g.Wait()
	})
}

func TestWhatWouldWaitForLongGoesBackAndLeavesItsPlace(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		p := newPacer(false)
		slow := budget{rate.Every(longestWait + time.Second), 1}
		if err := p.wait(t.Context(), "m", slow); err != nil {
			t.Fatal(err)
		}
		for range 3 { // if places were kept, each would have to wait for longer
			var a again
			if err := p.wait(t.Context(), "m", slow); !errors.As(err, &a) || a.sent || a.after.Round(time.Millisecond) != longestWait+time.Second {
				t.Fatalf("it said %v", err)
			}
		}
	})
}

func TestWaitingEndsWithItsContextAndNothingWasSent(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		p := newPacer(false)
		slow := budget{rate.Every(10 * time.Second), 1}
		_ = p.wait(t.Context(), "m", slow)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var a again
		if err := p.wait(ctx, "m", slow); !errors.As(err, &a) || a.sent || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it said %v", err)
		}
	})
}

func TestEveryCallHasADeadline(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		began := time.Now()
		err := newPacer(true).call(t.Context(), "m", tier3Budget, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != callWithin {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

func TestBucketsThatNobodyUsesAreForgotten(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		p := newPacer(true)
		p.pause("paused", postBudget, 2*budgetLapses)
		_ = p.wait(t.Context(), "post/C1", postBudget)
		<-time.After(budgetLapses + time.Second)
		_ = p.wait(t.Context(), "post/C2", postBudget)
		if _, there := p.buckets["post/C1"]; there {
			t.Error("a bucket that was not used for long is kept")
		}
		if _, there := p.buckets["paused"]; !there {
			t.Error("a pause was forgotten before it was over")
		}
	})
}
