package bot

import (
	"context"
	"sync"

	"github.com/oklog/ulid/v2"

	"epilogue/flow"
)

// ahead lets the next command about an incident be decided while the outcome of the one before is still on its way to the disk: both go into one
// commit, and a crowd at one card need not wait for a commit each. Nobody hears of an outcome before all that it rests on is stored: see Bot.do.
type ahead struct {
	mu        sync.Mutex
	incidents map[flow.IncidentID]*deciding // those with somebody at it
}

// deciding is what is going on with one incident.
type deciding struct {
	turn   chan struct{} // holds one while somebody decides
	users  int           // who decide, want to, or wait for the disk
	latest *writing      // the last outcome on its way; nil: what is stored counts
}

// writing is an outcome on its way to the disk.
type writing struct {
	change   string // its ID
	incident flow.Incident
	rests    *writing      // what it was decided on, as long as neither has ended
	ended    chan struct{} // closed once it is stored, or never will be
	err      error         // why not, then
}

// doomed reports whether an outcome will never be stored, because what it rests on never was. Who decided on one of those would be doomed too, and when two do so in
// turns, each on the last try of the other, neither gets anywhere.
func (w *writing) doomed() bool {
	for ; w != nil; w = w.rests {
		select {
		case <-w.ended:
			return w.err != nil
		default:
		}
	}
	return false
}

func newAhead() *ahead { return &ahead{incidents: map[flow.IncidentID]*deciding{}} }

// turn is the right to decide what happens to an incident next. Whoever has it ends it, whatever comes of it.
type turn struct {
	ahead *ahead
	id    flow.IncidentID
	of    *deciding
	rests *writing // what is decided on, if that is not stored yet
	pass  func()   // lets the next one decide: after what was decided has its place behind the one before
	made  *writing // what was decided
}

// begin waits for the turn.
func (a *ahead) begin(ctx context.Context, id flow.IncidentID) (*turn, error) {
	a.mu.Lock()
	d := a.incidents[id]
	if d == nil {
		d = &deciding{turn: make(chan struct{}, 1)}
		a.incidents[id] = d
	}
	d.users++
	a.mu.Unlock()
	t := &turn{ahead: a, id: id, of: d}
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		t.leave()
		return nil, ctx.Err()
	}
	t.pass = sync.OnceFunc(func() { <-d.turn })
	a.mu.Lock()
	defer a.mu.Unlock()
	if !d.latest.doomed() { // else what is stored counts: nothing else is on its way
		t.rests = d.latest
	}
	return t, nil
}

// decided notes the outcome: who decides next does so on it. The ID is that of the change.
func (t *turn) decided(inc flow.Incident) (change string) {
	t.made = &writing{change: ulid.Make().String(), incident: inc, rests: t.rests, ended: make(chan struct{})}
	t.ahead.mu.Lock()
	defer t.ahead.mu.Unlock()
	t.of.latest = t.made
	return t.made.change
}

// end says what became of the outcome, and gives back the turn if it was not passed on.
func (t *turn) end(err error) {
	t.pass()
	if t.made != nil {
		t.ahead.mu.Lock()
		t.made.err, t.made.rests = err, nil
		close(t.made.ended)
		t.ahead.mu.Unlock()
	}
	t.leave()
}

func (t *turn) leave() {
	t.ahead.mu.Lock()
	defer t.ahead.mu.Unlock()
	if t.made != nil && t.of.latest == t.made {
		t.of.latest = nil
	}
	if t.of.users--; t.of.users == 0 {
		delete(t.ahead.incidents, t.id)
	}
}

// base is the ID of the change that a turn rests on, if that is not stored yet.
func (t *turn) base() string {
	if t.rests == nil {
		return ""
	}
	return t.rests.change
}

// stands waits until what a turn rests on is stored, and reports false if it never was.
func (t *turn) stands(ctx context.Context) bool {
	if t.rests == nil {
		return true
	}
	select {
	case <-t.rests.ended:
		return t.rests.err == nil
	case <-ctx.Done():
		return false
	}
}

// nextKey is the key of what a request's context carries to let the next one in its queue begin.
type nextKey struct{}

func withNext(ctx context.Context, next func()) context.Context {
	return context.WithValue(ctx, nextKey{}, next)
}

// next lets the next request in the queue begin: this one was decided. It does nothing outside of a queue.
func next(ctx context.Context) {
	if begin, ok := ctx.Value(nextKey{}).(func()); ok {
		begin()
	}
}
