package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/internal/faketime"
	"epilogue/store"
)

// shelf is an outbox in memory that hands out what it is given, and writes down what becomes of it.
type shelf struct {
	store.Outbox
	mu      sync.Mutex
	waiting []store.Job
	failing error
	ended   []ending
}

// ending is how a job ended.
type ending struct {
	How   string // finish, retry, bury
	Job   string
	After time.Duration // from now, of a retry
	Sent  bool
	Out   store.Outcome
}

var dawn = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// stopped is a clock that nobody winds.
type stopped struct{ RealClock }

func (stopped) Now() time.Time { return dawn }

func (s *shelf) Claim(context.Context, time.Time, time.Duration) (store.Job, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing != nil || len(s.waiting) == 0 {
		return store.Job{}, false, s.failing
	}
	job := s.waiting[0]
	s.waiting = s.waiting[1:]
	return job, true, nil
}

func (s *shelf) NextJob(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

func (s *shelf) end(e ending) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = append(s.ended, e)
	return nil
}

func (s *shelf) Finish(ctx context.Context, j store.Job, out store.Outcome) error {
	return errors.Join(ctx.Err(), s.end(ending{How: "finish", Job: j.ID, Out: out}))
}

func (s *shelf) Retry(ctx context.Context, j store.Job, at time.Time, sent bool, _ string) error {
	return errors.Join(ctx.Err(), s.end(ending{How: "retry", Job: j.ID, After: at.Sub(dawn), Sent: sent}))
}

func (s *shelf) Bury(ctx context.Context, j store.Job, _ string, out store.Outcome) error {
	return errors.Join(ctx.Err(), s.end(ending{How: "bury", Job: j.ID, Out: out}))
}

func TestWhatBecomesOfADelivery(t *testing.T) {
	code := func(code string) error { return fmt.Errorf("post: %w", slack.SlackErrorResponse{Err: code}) }
	for _, c := range []struct {
		name  string
		tries int
		err   error
		want  ending
	}{
		{"it went well", 0, nil, ending{How: "finish"}},
		{"limited: when Slack says, and nothing was sent", 0, &slack.RateLimitedError{RetryAfter: 42 * time.Second}, ending{How: "retry", After: 42 * time.Second}},
		{"unknown: soon, and it may have been sent", 0, io.ErrUnexpectedEOF, ending{How: "retry", After: 500 * time.Millisecond, Sent: true}},
		{"unknown for the seventh time", 6, io.ErrUnexpectedEOF, ending{How: "retry", After: 32 * time.Second, Sent: true}},
		{"unknown for the hundredth time: not given up", 99, io.ErrUnexpectedEOF, ending{How: "retry", After: time.Minute, Sent: true}},
		{"what the operator mends: not given up", 99, code("missing_scope"), ending{How: "retry", After: time.Minute}},
		{"out of reach", 0, code("is_archived"), ending{How: "bury"}},
		{"never", 0, code("invalid_blocks"), ending{How: "bury"}},
		{"again, nothing sent", 0, fmt.Errorf("x: %w", again{after: 3 * time.Second, why: errNoChannel}), ending{How: "retry", After: 3 * time.Second}},
		{"again, perhaps sent", 0, again{after: 3 * time.Second, sent: true, why: errNoChannel}, ending{How: "retry", After: 3 * time.Second, Sent: true}},
		{"again says more than what it wraps", 0, again{after: time.Second, sent: true, why: code("channel_not_found")}, ending{How: "retry", After: time.Second, Sent: true}},
		{"a mistake of ours may pass", mostFaults - 1, fmt.Errorf("%w: panic", errFault), ending{How: "retry", After: 8 * time.Second, Sent: true}},
		{"a mistake of ours does not hold up its lane for ever", mostFaults, fmt.Errorf("%w: panic", errFault), ending{How: "bury"}},
		{"nor does what is not there", mostFaults, fmt.Errorf("read event 7: %w", store.ErrNotFound), ending{How: "bury"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &shelf{}
			out := store.Outcome{Results: []store.Result{{Key: "k"}}}
			o := newOutbox(s, stopped{}, quietLog(), func(context.Context, store.Job) (store.Outcome, error) { return out, c.err })
			o.one(t.Context(), store.Job{ID: "J1", Tries: c.tries})
			c.want.Job = "J1"
			if c.want.How != "retry" { // what delivering gave is kept, also of what is given up
				c.want.Out = store.Outcome{Results: out.Results, At: dawn}
			}
			if diff := cmp.Diff([]ending{c.want}, s.ended); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestADeliveryThatPanicsIsTriedAgainAndStopsNobodyElse(t *testing.T) {
	s := &shelf{}
	o := newOutbox(s, stopped{}, quietLog(), func(_ context.Context, j store.Job) (store.Outcome, error) {
		if j.ID == "J1" {
			panic("no such picture")
		}
		return store.Outcome{}, nil
	})
	o.one(t.Context(), store.Job{ID: "J1"})
	o.one(t.Context(), store.Job{ID: "J2"})
	want := []ending{{How: "retry", Job: "J1", After: 500 * time.Millisecond, Sent: true}, {How: "finish", Job: "J2", Out: store.Outcome{At: dawn}}}
	if diff := cmp.Diff(want, s.ended); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// run has an outbox hand out jobs until ctx ends, and gives those under way then some time.
func run(ctx context.Context, o *outbox, grace time.Duration) error {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	err := o.hand(ctx, late)
	defer time.AfterFunc(grace, cancel).Stop()
	o.wait()
	return err
}

func TestNoMoreDeliveriesThanTheBoundAreUnderWay(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		s := &shelf{}
		for i := range 2 * inFlight {
			s.waiting = append(s.waiting, store.Job{ID: fmt.Sprint(i)})
		}
		var busy, most atomic.Int32
		o := newOutbox(s, stopped{}, quietLog(), func(context.Context, store.Job) (store.Outcome, error) {
			most.Store(max(most.Load(), busy.Add(1)))
			<-time.After(time.Second)
			busy.Add(-1)
			return store.Outcome{}, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := run(ctx, o, time.Second); err != nil {
			t.Error(err)
		}
		if most.Load() != inFlight || len(s.ended) != 2*inFlight {
			t.Errorf("at most %d were under way, and %d were done", most.Load(), len(s.ended))
		}
	})
}

func TestStoppingLetsDeliveriesEndWithinTheGraceAndWritesDownHow(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		s := &shelf{waiting: []store.Job{{ID: "quick"}, {ID: "stuck"}}}
		o := newOutbox(s, stopped{}, quietLog(), func(ctx context.Context, j store.Job) (store.Outcome, error) {
			if j.ID == "quick" {
				<-time.After(2 * time.Second)
				return store.Outcome{}, nil
			}
			<-ctx.Done()
			return store.Outcome{}, ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if err := run(ctx, o, 3*time.Second); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("it took %s: one second until it was told to stop, and three of grace", took)
		}
		want := []ending{{How: "finish", Job: "quick", Out: store.Outcome{At: dawn}}, {How: "retry", Job: "stuck", After: 500 * time.Millisecond, Sent: true}}
		if diff := cmp.Diff(want, s.ended); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// late claims a job as everything ends.
type late struct {
	*shelf
	stop func()
}

func (l late) Claim(ctx context.Context, now time.Time, d time.Duration) (store.Job, bool, error) {
	defer l.stop()
	return l.shelf.Claim(ctx, now, d)
}

func TestWhatWasClaimedAsEverythingEndsIsGivenBackAsIfNothingHadHappened(t *testing.T) {
	s := &shelf{waiting: []store.Job{{ID: "J1"}}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := newOutbox(late{s, cancel}, stopped{}, quietLog(), func(context.Context, store.Job) (store.Outcome, error) {
		t.Error("it was delivered")
		return store.Outcome{}, nil
	})
	if err := run(ctx, o, time.Second); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]ending{{How: "retry", Job: "J1"}}, s.ended); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheOutboxEndsWithAStoreThatCannotBeWrittenAndOutlivesAnyOtherError(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		for _, c := range []struct{ claim, want error }{
			{fmt.Errorf("x: %w", store.ErrBroken), store.ErrBroken}, {store.ErrClosed, store.ErrClosed}, {store.ErrNoRoom, nil}, {errors.New("x"), nil},
		} {
			o := newOutbox(&shelf{failing: c.claim}, stopped{}, quietLog(), nil)
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			if err := run(ctx, o, time.Second); !errors.Is(err, c.want) {
				t.Errorf("%v: it ended with %v", c.claim, err)
			}
			if lived := ctx.Err() != nil; lived != (c.want == nil) {
				t.Errorf("%v: it lived until it was stopped: %v", c.claim, lived)
			}
			cancel()
		}
	})
}

func TestNoDeliveryOutlivesItsLease(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		s := &shelf{}
		o := newOutbox(s, stopped{}, quietLog(), func(ctx context.Context, _ store.Job) (store.Outcome, error) {
			<-ctx.Done()
			return store.Outcome{}, ctx.Err()
		})
		began := time.Now()
		o.one(t.Context(), store.Job{ID: "J1"})
		if took := time.Since(began); took+callWithin >= lease {
			t.Errorf("it took %s, and writing down its end %s more, with a lease of %s", took, callWithin, lease)
		}
	})
}

// Lanes and keys are stored: a job of yesterday must meet its lane today.
func TestLanesAndKeysAreForEver(t *testing.T) {
	type names struct{ lane, key string }
	const id = flow.IncidentID(42)
	for tell, want := range map[flow.Tell]names{
		flow.TellOpenChannel: {"INC-42/channel", ""}, flow.TellInvite: {"INC-42/people", ""}, tellBringIn: {"INC-42/people", "INC-42/bring-in/U1/3"},
		flow.TellDeclared: {"INC-42/first", ""}, flow.TellPost: {"INC-42/posts", ""}, flow.TellCard: {"INC-42/posts", ""},
		flow.TellAssigned: {"INC-42/posts", "INC-42/assigned"}, flow.TellFirst: {"INC-42/first", "INC-42/refresh-first"},
		flow.TellRefresh: {"INC-42/card", "INC-42/refresh-card"}, flow.TellShrink: {"INC-42/card", "INC-42/shrink-card/7"},
		flow.TellThread: {"INC-42/thread", "INC-42/thread"}, flow.TellDMs: {"INC-42/dms", "INC-42/refresh-dms/3"}, flow.TellAssignee: {"dm/U1", ""},
		flow.TellPast: {"INC-42/lead", ""}, tellRefused: {"INC-42/lead", ""}, tellUnreachable: {"INC-42/lead", ""},
		flow.TellBookmark: {"INC-42/bookmark", "INC-42/bookmark"}, flow.TellHome: {"home/U1", "home/U1"},
	} {
		job := jobFor(id, flow.Effect{Tell: tell, To: "U1", Task: 3, Card: 7, Wait: time.Second}, dawn)
		if job.Lane != want.lane || job.Key != want.key || !job.At.Equal(dawn.Add(time.Second)) || job.Incident != id {
			t.Errorf("%s: lane %q, key %q, at %s; want %+v", tell, job.Lane, job.Key, job.At, want)
		}
	}
	for want, got := range map[string]string{
		"first/INC-42": firstKey(id), "bookmark/INC-42": bookmarkKey(id), "card/INC-42/00000000000000000007": cardKey(id, 7), "dm/INC-42/J1": dmKey(id, store.Job{ID: "J1"}), "refused/INC-42": refusedKey(id),
		"parked/INC-42/00000000000000000009/J1": parkedKey(id, store.Job{ID: "J1", Effect: flow.Effect{Seq: 9}}),
	} {
		if got != want {
			t.Errorf("a result is kept as %q, and was as %q", got, want)
		}
	}
}

func TestAnAnswerIsPromisedOnlyForTheChannelThatIsMade(t *testing.T) {
	jobs := jobsFor(1, []flow.Effect{{Tell: flow.TellOpenChannel}, {Tell: flow.TellPost}}, dawn)
	for i := range jobs {
		answerTo("https://x")(&jobs[i])
	}
	if jobs[0].Detail != "https://x" || jobs[1].Detail != "" {
		t.Errorf("%+v", jobs)
	}
}

// hasty hands a job out again as soon as it is put back, or just before.
type hasty struct {
	*shelf
	o      *outbox
	before bool // the job is handed out once more before it is put back, since its lease has ended
	again  int
}

func (h *hasty) Retry(ctx context.Context, j store.Job, at time.Time, sent bool, why string) error {
	if h.again--; h.again < 0 {
		return h.shelf.Retry(ctx, j, at, sent, why)
	}
	if h.before {
		j.Claims++
		h.o.begin(j)
		return store.ErrNotFound
	}
	err := h.shelf.Retry(ctx, j, at, sent, why)
	j.Claims, j.Tries = 1, j.Tries+1
	if h.o.begin(j) {
		return errors.New("it is not in hand any more")
	}
	return err
}

func TestAJobThatIsHandedOutBeforeItWasLetGoOfWaitsForNoLease(t *testing.T) {
	for _, c := range []struct {
		name       string
		before     bool
		deliveries int
		ended      []ending
	}{
		{"put back, and due at once", false, 2, []ending{{How: "retry", Job: "J1", After: time.Second}, {How: "finish", Job: "J1", Out: store.Outcome{At: dawn}}}},
		{"its lease ended as it was put back", true, 1, []ending{{How: "retry", Job: "J1", After: time.Second}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &hasty{shelf: &shelf{}, before: c.before, again: 1}
			deliveries := 0
			o := newOutbox(s, stopped{}, quietLog(), func(context.Context, store.Job) (store.Outcome, error) {
				if deliveries++; deliveries > 1 {
					return store.Outcome{}, nil
				}
				return store.Outcome{}, &slack.RateLimitedError{RetryAfter: time.Second}
			})
			s.o = o
			job := store.Job{ID: "J1", Claims: 1}
			o.begin(job)
			o.one(t.Context(), job)
			if diff := cmp.Diff(c.ended, s.ended); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if deliveries != c.deliveries || len(o.inHand) != 0 {
				t.Errorf("%d deliveries, %d in hand", deliveries, len(o.inHand))
			}
		})
	}
}
