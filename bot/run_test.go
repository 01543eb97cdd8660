package bot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"epilogue/internal/faketime"
	"epilogue/internal/socketlink"
	"epilogue/store"
)

func TestWhatArrivesBeforeThereIsAStoreIsLetInInOrder(t *testing.T) {
	var l lobby
	for i := range 3 {
		if l.enter(socketlink.Envelope{ID: strconv.Itoa(i)}) {
			t.Fatal("it may go on without a store")
		}
	}
	if l.isOpen() {
		t.Error("it is open")
	}
	var in []string
	l.letIn(func(e socketlink.Envelope) { in = append(in, e.ID) })
	if !slices.Equal(in, []string{"0", "1", "2"}) {
		t.Errorf("let in: %v", in)
	}
	if !l.enter(socketlink.Envelope{}) || !l.isOpen() {
		t.Error("what arrives later waits too")
	}
	l.close()
	if !l.enter(socketlink.Envelope{}) {
		t.Error("closing keeps out what has a store")
	}
}

func TestWhoWaitsInVainIsNotKept(t *testing.T) {
	var l lobby
	l.enter(socketlink.Envelope{})
	l.close()
	if l.enter(socketlink.Envelope{}) || len(l.waiting) != 0 {
		t.Errorf("%d wait for nothing", len(l.waiting))
	}
	l.letIn(func(socketlink.Envelope) { t.Error("it was let in after all") })
}

func TestACommandThatWaitedForTheStoreIsCarriedOut(t *testing.T) {
	r := newRig(t)
	r.Bot = New(Options{Open: func(context.Context) (store.Store, error) { return r.db, nil }, Slack: r.Bot.slack, Unpaced: true, Log: r.log})
	r.stop = func(error) {}
	acked := make(chan any, 1)
	r.receive(socketlink.Envelope{
		ID: "E1", Type: "slash_commands", Payload: json.RawMessage(r.command(ana, room, "declare")), Received: time.Now(),
		Ack: func(_ context.Context, payload any) error { acked <- payload; return nil },
	})
	select {
	case <-acked:
		t.Fatal("it was acknowledged without a store")
	default:
	}
	if r.Ready() {
		t.Error("it says that it is ready")
	}
	r.use(r.db)
	<-acked
	r.idle()
}

// ending is how long a delivery that Slack does not answer, and what is said to somebody, may go on after a bot's context has ended.
func TestHandingOverHurriesAndStoppingDoesNot(t *testing.T) {
	for name, c := range map[string]struct {
		why  error
		want time.Duration
	}{
		"asked to stop":            {context.Canceled, 2 * time.Second},
		"the store cannot be used": {store.ErrBroken, 2 * time.Second},
		"another process waits":    {ErrHandedOver, time.Second + hurry}, // a second until the last ack
	} {
		t.Run(name, func(t *testing.T) {
			faketime.Test(t, func(t *testing.T) {
				b := &Bot{grace: 2 * time.Second}
				ctx, stop := context.WithCancelCause(t.Context())
				unlinked := make(chan struct{})
				late, cancel := b.lateAfter(ctx, unlinked)
				defer cancel()
				<-time.After(time.Minute)
				if late.Err() != nil {
					t.Fatal("it ends before it was asked to")
				}
				began := time.Now()
				stop(c.why)
				time.AfterFunc(time.Second, func() { close(unlinked) })
				<-late.Done()
				if took := time.Since(began); took != c.want {
					t.Errorf("it ends after %s, want %s", took, c.want)
				}
			})
		})
	}
}

func TestOnlyWhatNobodyAskedForIsAnError(t *testing.T) {
	for cause, want := range map[error]bool{nil: true, context.Canceled: true, ErrHandedOver: true, store.ErrBroken: false, errors.New("x"): false} {
		if got := asked(cause); got != want {
			t.Errorf("%v: %v", cause, got)
		}
	}
}

func TestLingeringWaitsForWhatIsBeingSaid(t *testing.T) {
	faketime.Test(t, func(t *testing.T) {
		b := &Bot{grace: 2 * time.Second, behind: newBackground(quietLog())}
		var said sync.WaitGroup
		said.Add(1)
		b.behind.run("a form", func(context.Context) error { defer said.Done(); <-time.After(time.Second); return nil })
		began := time.Now()
		b.Linger()
		if took := time.Since(began); took != time.Second {
			t.Errorf("it waits for %s", took)
		}
		said.Wait()
	})
}
