package socketlink

import (
	"context"
	"maps"
	"slices"
	"time"
)

// This file is what the connections of a link know of each other, all of it under Link.mu.

const (
	complainEvery = time.Hour
	// ghosts is how long Slack may go on counting a connection that has ended: one of ours, or of the process that ran before.
	ghosts = time.Minute
)

func (l *Link) dialing(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.opening += n
}

func (l *Link) add(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[c] = false
}

// greeted notes that c is live and looks at how many connections Slack counts.
func (l *Link) greeted(c *conn, hello message) {
	c.signOfLife()
	l.mu.Lock()
	select {
	case <-c.gone:
	default:
		l.conns[c] = true
	}
	l.everLive = true
	l.wake()
	foreign := hello.NumConnections - l.ours()
	l.counts.Foreign = max(0, foreign)
	early := time.Since(l.began) < ghosts
	c.suspects = foreign > 0 && early && !l.suspected
	l.suspected = l.suspected || c.suspects
	complain := foreign > 0 && !early && time.Since(l.warned) >= complainEvery
	if complain {
		l.warned = time.Now()
	}
	l.mu.Unlock()

	if complain {
		l.opt.Log.Error("somebody else is connected with the same app-level token and takes a share of the clicks: stop the other process, or give it an app of its own",
			"connections", hello.NumConnections, "ours", hello.NumConnections-foreign)
	}
	l.tell()
}

// tell reports the state to whoever wants to know. The lock keeps the last word the newest.
func (l *Link) tell() {
	l.telling.Lock()
	defer l.telling.Unlock()
	l.opt.Changed(l.State())
}

// ours is how many connections Slack may rightly count as ours: generous, so that a connection on
// its way in or out raises no alarm.
func (l *Link) ours() int {
	l.bury()
	return len(l.conns) + l.opening + len(l.ended)
}

// bury forgets the connections that Slack has stopped counting. Link.mu is held.
func (l *Link) bury() {
	l.ended = slices.DeleteFunc(l.ended, func(at time.Time) bool { return time.Since(at) > ghosts })
}

// left notes that c can send nothing any more.
func (l *Link) left(c *conn) {
	l.mu.Lock()
	changed := l.conns[c]
	if changed {
		l.conns[c] = false
	}
	l.mu.Unlock()
	if changed {
		l.tell()
	}
}

func (l *Link) remove(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	l.bury() // a Slack that never says hello would have it grow
	l.ended = append(l.ended, time.Now())
}

// accept reports whether an envelope may be handed over. Then it is counted, and c owes its ack: whoever leaves from now on waits for that. Once the
// link is being stopped, only what was refused before is accepted, and that only where it can be acked still.
func (l *Link) accept(c *conn, before bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping && (!before || c.hasLeft()) || !c.owe() {
		return false
	}
	l.counts.Envelopes++
	return true
}

// hand gives an envelope to Handle, or once the link is being stopped, to Late if that takes it.
func (l *Link) hand(c *conn, raw []byte, e Envelope) {
	for refused := false; !l.accept(c, refused); refused = true {
		if refused || l.opt.Late(raw, e.Received) {
			return
		}
	}
	l.opt.Handle(e)
}

// adopter is a live connection, or if there is none, one that is gone: what is acked there goes out elsewhere, once there is one.
func (l *Link) adopter() *conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c, live := range l.conns {
		if live {
			return c
		}
	}
	none := &conn{link: l, gone: make(chan struct{})}
	close(none.gone)
	return none
}

func (l *Link) countUnreadable(id string, size int, err error) {
	l.mu.Lock()
	l.counts.Unreadable++
	l.mu.Unlock()
	l.opt.Log.Warn("a message of Slack could not be read", "envelope", id, "bytes", size, "error", err)
}

// strand gives an ack whose connection is gone a second chance.
func (l *Link) strand(from *conn, frame []byte) {
	l.mu.Lock()
	l.counts.Stranded++
	l.mu.Unlock()
	l.elsewhere(from, frame)
}

// elsewhere repeats acks on another connection, if one is live or comes to life while they make
// sense. Slack does not say whether it honors them; at worst they are ignored, as repetitions are.
func (l *Link) elsewhere(from *conn, frames ...[]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping || len(frames) == 0 {
		return
	}
	l.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), ackInTime)
		defer cancel()
		for len(frames) > 0 {
			other := l.another(ctx, from)
			if other == nil {
				return
			}
			for len(frames) > 0 && other.send(ctx, frames[0]) == nil {
				frames = frames[1:]
			}
		}
	})
}

// another returns a live connection that is not from, and waits for one if need be. It returns nil
// once ctx or the link ends.
func (l *Link) another(ctx context.Context, from *conn) *conn {
	for ctx.Err() == nil {
		l.mu.Lock()
		for c, live := range l.conns {
			if live && c != from {
				l.mu.Unlock()
				return c
			}
		}
		changed, stopping := l.changed, l.stopping
		l.mu.Unlock()
		if stopping {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return nil
}

// wake lets those look again who wait for a connection. Link.mu is held.
func (l *Link) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// early returns after how long slot number should replace c of its own accord, 0 for never, and why. Whether somebody else is really connected is known
// from the next hello only, once whoever ran before is forgotten.
func (l *Link) early(c *conn, number int, hello message) (after time.Duration, why string) {
	l.mu.Lock()
	suspects, began := c.suspects, l.began
	l.mu.Unlock()
	if after = l.stagger(c, number, hello); after > 0 {
		why = "so that not all are refreshed at once"
	}
	if look := time.Until(began.Add(ghosts)) + time.Second; suspects && (after == 0 || look < after) {
		return look, "to see whether somebody else is still connected"
	}
	return after, why
}

// stagger returns after how long slot number should replace c, 0 for never. Slack
// refreshes connections at a certain age; those opened together would all be refreshed together.
func (l *Link) stagger(c *conn, number int, hello message) time.Duration {
	seconds := hello.DebugInfo.ApproximateConnectionTime
	if seconds <= 0 || seconds > 1e6 { // not said, or nonsense
		return 0
	}
	lifetime := time.Duration(seconds * float64(time.Second))
	l.mu.Lock()
	defer l.mu.Unlock()
	c.ends = time.Now().Add(lifetime)
	if number == 0 {
		return 0 // the others move out of its way
	}
	n := time.Duration(l.opt.Connections)
	for other, live := range l.conns {
		if other != c && live && other.ends.Sub(c.ends).Abs() < lifetime/(2*n) {
			return lifetime * time.Duration(number) / n
		}
	}
	return 0
}

// doom notes a fatal answer and reports whether it is time to give up: at once if there never was a
// connection, else when none has been live for all of Patience.
func (l *Link) doom(f *FatalError) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.doomed == nil {
		l.doomSince = time.Now()
	}
	l.doomed = f
	return l.over()
}

// hopeless returns the fatal answer to give up with, or nil if there is still hope.
func (l *Link) hopeless() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.doomed == nil || !l.over() {
		return nil
	}
	return l.doomed
}

func (l *Link) over() bool {
	return !l.everLive || l.state().Live == 0 && time.Since(l.doomSince) >= l.opt.Patience
}

// undoom forgets fatal answers, because a connection has shown that all is well again.
func (l *Link) undoom() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doomed = nil
}

// retire leaves c behind, in the background, after Slack had the time linger to close it itself.
func (l *Link) retire(c *conn, linger time.Duration) {
	l.work.Go(func() { c.leave(linger, l.opt.AckWithin, closeWithin) })
}

// leaveAll stops accepting envelopes, leaves every connection and waits until nothing is left.
func (l *Link) leaveAll() {
	l.mu.Lock()
	l.stopping = true
	l.wake()
	conns := slices.Collect(maps.Keys(l.conns))
	l.mu.Unlock()
	for _, c := range conns {
		// Half of the time for what Slack goes on delivering, a quarter for the acks of the last of it, and one for the close frames.
		quarter := l.opt.StopWithin / 4
		l.work.Go(func() {
			if !c.over(2*quarter, c.settled(true)) {
				c.shut()
				c.leave(0, quarter, min(quarter, closeWithin))
			}
		})
	}
	l.work.Wait()
}
