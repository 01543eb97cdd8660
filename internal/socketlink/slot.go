package socketlink

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	firstBackoff = 250 * time.Millisecond
	// An attempt that reaches nobody burdens nobody: when a network comes back after minutes, people
	// click at once, and must not wait for a pause that was meant to spare Slack.
	unreachedMax = 1500 * time.Millisecond
	// A connection that lived shorter than this is treated as a failed attempt, so that a Slack
	// that greets and hangs up is not called in a loop.
	tooShort = 500 * time.Millisecond
	// A connection that lived this long shows that all is well again.
	steady = 10 * time.Second
	// Slack says that it closes a connection about ten seconds after it asked for a replacement. A
	// click that crosses our close frame can be acked on another connection only, which Slack does not
	// promise to honor; so Slack gets the time to leave first.
	linger = 12 * time.Second
	// closeWithin is how long a replaced connection may take to answer our close frame.
	closeWithin = 2 * time.Second
)

// slot keeps one connection of the link: it opens it, has it replaced before it goes, and opens it
// again when it was lost.
type slot struct {
	link      *Link
	number    int   // 0, 1, …
	attempt   int   // failed attempts in a row
	lingering *conn // the one that was replaced last
}

// keep returns when ctx ends or a *FatalError says that there is no point in going on. Connections
// that are open then are left open for Link.leaveAll.
func (s *slot) keep(ctx context.Context) error {
	// The first one goes a little ahead: if the token is wrong, Slack need not be asked by all.
	wait := time.Duration(s.number) * firstBackoff
	leaveOld := func() {}
	for {
		c, hello, err := s.open(ctx, wait)
		if err != nil {
			return err
		}
		leaveOld()
		began := time.Now()
		next, reason := s.serve(ctx, c, hello)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		lived := time.Since(began)
		if lived >= steady {
			s.attempt = 0
			s.link.undoom() // whatever is said from now on is news
		}
		if next == asked {
			next = s.disconnected(c, reason)
		}
		wait = s.pause(next, lived)
		leaveOld = s.farewell(c, next)
	}
}

// farewell returns how to leave c once its successor is there.
func (s *slot) farewell(c *conn, why next) func() {
	l := s.link
	switch why {
	case replace:
		return func() {
			if s.lingering != nil {
				l.retire(s.lingering, 0) // one at a time: Slack limits how many we may have
			}
			s.lingering = c
			l.retire(c, linger)
		}
	case renew:
		return func() { l.retire(c, 0) } // Slack does not know that it should close it
	default:
		return func() {} // it has left already
	}
}

// next is what has to happen to a connection after it has served.
type next int

const (
	reopen  next = iota // it was lost
	asked               // Slack sent a disconnect; its reason decides
	replace             // Slack wants it replaced; it serves on until the new one is there
	renew               // we want it replaced; the same otherwise
	yield               // Slack does not want it, nor one more just now
)

// serve waits for as long as c is good. The reason is that of a disconnect.
func (s *slot) serve(ctx context.Context, c *conn, hello message) (why next, reason string) {
	log := s.link.opt.Log.With("slot", s.number)
	log.Info("connected to Slack", "live", s.link.State().Live)
	var early <-chan time.Time
	after, because := s.link.early(c, s.number, hello)
	if after > 0 {
		timer := time.NewTimer(after)
		defer timer.Stop()
		early = timer.C
	}
	select {
	case <-ctx.Done():
		return reopen, ""
	case <-c.gone:
		select {
		case reason := <-c.asked: // it was said, and then done at once
			return asked, reason
		default:
		}
		log.Warn("a connection to Slack was lost", "error", c.reason())
		return reopen, ""
	case <-early:
		log.Info("replacing a connection to Slack early", "why", because)
		return renew, ""
	case reason := <-c.asked:
		return asked, reason
	}
}

// disconnected obeys what Slack asked for. A reason nobody has heard of is taken for a refresh.
func (s *slot) disconnected(c *conn, reason string) next {
	log := s.link.opt.Log.With("slot", s.number, "reason", reason)
	switch reason {
	case string(LinkDisabled):
		f := fatal(LinkDisabled)
		log.Error("Slack ended the connection", "error", f)
		s.link.doom(f)
	case tooManyWebSockets:
		log.Error("Slack ended the connection", "error", errTooMany)
	default:
		log.Info("Slack asked for a connection to be replaced")
		return replace
	}
	s.link.retire(c, 0)
	return yield
}

// pause returns how long to wait before the next attempt, after a connection that lived for lived.
func (s *slot) pause(after next, lived time.Duration) time.Duration {
	switch {
	case after == yield:
		return s.slowly()
	case after != reopen && lived >= tooShort:
		return 0
	default:
		return s.backoff(s.link.opt.BackoffMax)
	}
}

// open connects, and tries again for as long as that makes sense.
func (s *slot) open(ctx context.Context, wait time.Duration) (*conn, message, error) {
	l := s.link
	for {
		if err := sleep(ctx, wait); err != nil {
			return nil, message{}, err
		}
		if err := l.gate.pass(ctx); err != nil {
			return nil, message{}, err
		}
		c, hello, err := l.connect(ctx)
		if err == nil {
			return c, hello, nil
		}
		if ctx.Err() != nil {
			return nil, message{}, ctx.Err()
		}
		v := judge(err)
		switch {
		case v.fatal != nil:
			if l.doom(v.fatal) {
				return nil, message{}, v.fatal
			}
			wait = s.slowly()
		case v.answered && l.hopeless() != nil:
			return nil, message{}, l.hopeless()
		case v.wait > 0:
			l.gate.shut(v.wait)
			wait = 0
		case v.unreached:
			wait = s.backoff(min(unreachedMax, l.opt.BackoffMax))
		default:
			wait = s.backoff(l.opt.BackoffMax)
		}
		l.opt.Log.Warn("could not connect to Slack", "slot", s.number, "error", err, "next_attempt_in", max(wait, v.wait).Round(time.Millisecond))
	}
}

// backoff is "full jitter": anything up to a bound that doubles with every attempt, at most to longest.
// It spreads the attempts of many clients best after an outage that all of them noticed together.
func (s *slot) backoff(longest time.Duration) time.Duration {
	bound := longest
	if s.attempt < 16 {
		bound = min(bound, firstBackoff<<s.attempt)
	}
	s.attempt++
	return rand.N(bound) + 1
}

// slowly is the pause where there is little hope: around BackoffMax, never at once.
func (s *slot) slowly() time.Duration {
	limit := s.link.opt.BackoffMax
	return limit/2 + rand.N(limit/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gate holds back every slot for as long as Slack asked one of them to stay away: the limit is the
// app's, not the connection's.
type gate struct {
	mu    sync.Mutex
	until time.Time
}

func (g *gate) shut(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.until) {
		g.until = until
	}
}

func (g *gate) pass(ctx context.Context) error {
	for {
		g.mu.Lock()
		left := time.Until(g.until)
		g.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		// A little later than asked, and not all at once.
		if err := sleep(ctx, left+rand.N(firstBackoff)); err != nil {
			return err
		}
	}
}
