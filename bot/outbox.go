package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"epilogue/store"
)

const (
	inFlight   = 256              // jobs being delivered, or waiting for their turn with Slack, at once
	lease      = 2 * time.Minute  // how long a job is ours; longer than the longest delivery
	jobWithin  = 90 * time.Second // a delivery with all its calls and waits: two of the same job at once would post twice
	callWithin = 10 * time.Second // a call to Slack on behalf of a job
	idleLook   = time.Minute      // the outbox looks at the store this often even if nobody wakes it
)

// outbox delivers the jobs of the store, at least once each, and in order within a lane.
type outbox struct {
	store   store.Outbox
	clock   Clock
	log     *slog.Logger
	deliver func(context.Context, store.Job) (store.Outcome, error)
	woken   chan struct{}
	busy    sync.WaitGroup

	mu     sync.Mutex
	inHand map[string]grip // jobs being delivered, by ID
}

func newOutbox(s store.Outbox, clock Clock, log *slog.Logger, deliver func(context.Context, store.Job) (store.Outcome, error)) *outbox {
	return &outbox{store: s, clock: clock, log: log, deliver: deliver, woken: make(chan struct{}, 1), inHand: map[string]grip{}}
}

// wake says that there may be something to do.
func (o *outbox) wake() {
	select {
	case o.woken <- struct{}{}:
	default:
	}
}

// wait waits, after hand, until the deliveries under way have ended, and have written down how they did.
func (o *outbox) wait() { o.busy.Wait() }

// hand hands jobs to at most inFlight deliveries, which end with delivering, until ctx ends. It returns an error when the store can no longer be
// written.
func (o *outbox) hand(ctx, delivering context.Context) error {
	slots := make(chan struct{}, inFlight)
	for {
		select {
		case <-ctx.Done():
			return nil
		case slots <- struct{}{}:
		}
		job, ok, err := o.store.Claim(ctx, o.clock.Now(), lease)
		switch {
		case ctx.Err() != nil:
			if ok {
				o.giveBack(delivering, job)
			}
			return nil
		case errors.Is(err, store.ErrBroken), errors.Is(err, store.ErrClosed):
			return fmt.Errorf("claim a job: %w", err)
		case err != nil:
			o.log.Warn("cannot claim a job", "err", err)
			<-slots
			o.sleep(ctx, time.Second)
		case !ok:
			<-slots
			o.sleep(ctx, o.next(ctx))
		case !o.begin(job):
			<-slots // we have it in hand: its lease ended early, since the business clock was moved
		default:
			o.busy.Go(func() {
				defer func() { <-slots; o.wake() }()
				o.one(delivering, job)
			})
		}
	}
}

// grip is a job in hand, as it was claimed last, and how often it was while it was in hand. Its own count starts anew when it is put back.
type grip struct {
	job   store.Job
	times int
}

// begin notes that a job is in hand; false if it is already. The last claim is the one that counts, and whoever has it in hand sees to it.
func (o *outbox) begin(job store.Job) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	times := o.inHand[job.ID].times
	o.inHand[job.ID] = grip{job, times + 1}
	return times == 0
}

// last is a job in hand as it was claimed last.
func (o *outbox) last(job store.Job) grip {
	o.mu.Lock()
	defer o.mu.Unlock()
	if h, ok := o.inHand[job.ID]; ok {
		return h
	}
	return grip{job: job}
}

// letGo lets go of a job; false, and it stays in hand, if it was claimed once more since it was looked at.
func (o *outbox) letGo(h grip) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.inHand[h.job.ID].times != h.times {
		return false
	}
	delete(o.inHand, h.job.ID)
	return true
}

// giveBack puts back a job that was claimed as everything ends, so that nobody wonders later what became of it.
func (o *outbox) giveBack(ctx context.Context, job store.Job) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	if err := o.store.Retry(ctx, job, o.clock.Now(), false, "stopped"); err != nil {
		o.log.Warn("cannot give a job back", "job", job.ID, "err", err)
	}
}

// next is how long nothing is to be done.
func (o *outbox) next(ctx context.Context) time.Duration {
	at, ok, err := o.store.NextJob(ctx)
	if err != nil || !ok {
		return idleLook
	}
	return min(max(at.Sub(o.clock.Now()), 10*time.Millisecond), idleLook)
}

func (o *outbox) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-o.woken:
	case <-o.clock.Changed():
	}
}

// again says that a job is to be tried again. Sent is false when it certainly had no effect.
type again struct {
	after time.Duration
	sent  bool
	why   error
}

func (a again) Error() string { return fmt.Sprintf("again in %s: %v", a.after, a.why) }
func (a again) Unwrap() error { return a.why }

// one delivers one job, and once more for as long as it is put back and handed out again before it was let go of: nobody else would see to it before its
// lease ends.
func (o *outbox) one(ctx context.Context, job store.Job) {
	for more := true; more; {
		out, err := o.attempt(ctx, job)
		job, more = o.conclude(ctx, job, out, err)
	}
}

// conclude writes down how a job ended, also when the process is about to stop: the outcome must not be lost for want of a context. Then it lets go of the
// job, unless that was handed out again meanwhile.
func (o *outbox) conclude(ctx context.Context, job store.Job, out store.Outcome, err error) (again store.Job, more bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	for out.At = o.clock.Now(); ; {
		h := o.last(job)
		job.Claims = h.job.Claims
		wrong := o.settle(ctx, job, out, err)
		if wrong != nil && !errors.Is(wrong, store.ErrNotFound) {
			o.log.Error("cannot write down how a job ended", "job", job.ID, "lane", job.Lane, "err", wrong)
		}
		switch {
		case o.letGo(h):
			return job, false
		case wrong == nil && err != nil:
			return o.last(job).job, true // it was put back, and handed out at once
		case err == nil:
			o.letGo(o.last(job)) // what is done is done, however often it was handed out meanwhile
			return job, false
		}
		// It was handed out between the look and the writing, which counts for nothing then.
	}
}

// attempt delivers under recover, so that one picture that cannot be drawn stops nobody else.
func (o *outbox) attempt(ctx context.Context, job store.Job) (out store.Outcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, jobWithin)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			o.log.Error("a delivery panicked", "job", job.ID, "tell", job.Effect.Tell, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: panic: %v", errFault, p)
		}
	}()
	return o.deliver(ctx, job)
}

// errFault says that a job cannot be delivered by a mistake of ours.
var errFault = errors.New("a mistake of ours")

// mostFaults is how often a job is tried that fails by a mistake of ours: it may be gone with the state that it showed, and must not hold up its
// lane for ever.
const mostFaults = 5

// faulty reports whether it is neither Slack nor the network that keeps a job from being delivered.
func faulty(err error) bool { return errors.Is(err, errFault) || errors.Is(err, store.ErrNotFound) }

func (o *outbox) settle(ctx context.Context, job store.Job, out store.Outcome, err error) error {
	if err == nil {
		return o.store.Finish(ctx, job, out)
	}
	var a again
	if errors.As(err, &a) {
		return o.store.Retry(ctx, job, out.At.Add(a.after), a.sent, a.why.Error())
	}
	wait, v := backoff(job.Tries), verdictOf(err)
	if v == unknown && faulty(err) && job.Tries >= mostFaults {
		v = refused
	}
	switch v {
	case limited:
		return o.store.Retry(ctx, job, out.At.Add(retryAfter(err)), false, err.Error())
	case unknown:
		return o.store.Retry(ctx, job, out.At.Add(wait), true, err.Error())
	case later:
		return o.store.Retry(ctx, job, out.At.Add(wait), false, err.Error())
	default:
		o.log.Warn("a job was given up", "job", job.ID, "tell", job.Effect.Tell, "incident", job.Incident, "verdict", v, "err", err)
		return o.store.Bury(ctx, job, err.Error(), out)
	}
}

// backoff grows from half a second to a minute.
func backoff(tries int) time.Duration {
	return min(500*time.Millisecond<<min(tries, 10), time.Minute)
}
