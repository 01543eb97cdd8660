package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Slack's budgets, a little below what it tolerates: one post a second and channel with short bursts, and per method what its tier allows a
// minute.
var (
	postBudget    = budget{rate.Every(time.Second), 3}
	pictureBudget = budget{rate.Every(time.Second), 1} // of one message that follows the incident: a hundred clicks make a few edits
	tier2Budget   = budget{rate.Every(time.Minute / 20), 10}
	tier3Budget   = budget{rate.Every(time.Minute / 50), 10}
	tier4Budget   = budget{rate.Every(time.Minute / 100), 20}
	budgetLapses  = 10 * time.Minute // a bucket that was not used for so long is forgotten
)

type budget struct {
	every rate.Limit
	burst int
}

// longestWait is how long a delivery waits for its turn; what takes longer goes back to the outbox.
const longestWait = 20 * time.Second

// errLimited says that Slack asked to be left alone, and that the time is not over.
var errLimited = errors.New("Slack limits this")

// pacer keeps us within Slack's limits. A bucket is what Slack counts together: posts to one channel, or one method. What one bucket has to wait
// for holds up no other.
type pacer struct {
	free    bool // only the pauses that Slack asks for are kept
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	limiter *rate.Limiter
	paused  time.Time
	used    time.Time
}

func newPacer(free bool) *pacer { return &pacer{free: free, buckets: map[string]*bucket{}} }

func (p *pacer) bucket(name string, b budget) *bucket {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	k, ok := p.buckets[name]
	if !ok {
		for name, old := range p.buckets {
			if now.Sub(old.used) > budgetLapses && now.After(old.paused) {
				delete(p.buckets, name)
			}
		}
		k = &bucket{limiter: rate.NewLimiter(b.every, b.burst)}
		p.buckets[name] = k
	}
	k.used = now
	return k
}

// wait waits for the bucket's turn. While Slack has asked for a pause it fails at once, so that nobody holds a place in the outbox for it.
func (p *pacer) wait(ctx context.Context, name string, b budget) error {
	k := p.bucket(name, b)
	if err := p.pausing(k); err != nil || p.free {
		return err
	}
	turn := k.limiter.Reserve()
	delay := turn.Delay()
	if delay > longestWait {
		turn.Cancel()
		return again{after: delay, why: errLimited}
	}
	select {
	case <-ctx.Done():
		turn.Cancel()
		return again{after: delay, why: ctx.Err()}
	case <-time.After(delay):
		return p.pausing(k) // Slack may have answered somebody else meanwhile
	}
}

// pausing says for how long Slack still wants to be left alone, or nil.
func (p *pacer) pausing(k *bucket) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := time.Until(k.paused); left > 0 {
		return again{after: left, why: errLimited}
	}
	return nil
}

// pause stops a bucket for as long as Slack said.
func (p *pacer) pause(name string, b budget, d time.Duration) {
	k := p.bucket(name, b)
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(k.paused) {
		k.paused = until
	}
}

// call makes one call to Slack within its budget, and pauses the bucket when Slack says so.
func (p *pacer) call(ctx context.Context, name string, b budget, call func(context.Context) error) error {
	if err := p.wait(ctx, name, b); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	err := call(ctx)
	if verdictOf(err) == limited {
		p.pause(name, b, retryAfter(err))
	}
	return err
}
