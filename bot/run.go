package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// ErrHandedOver, as the cause with which Run's context ends, says that another process waits for the store, and that people's clicks wait
// with it: calls to Slack that are under way get the time hurry, whatever Options.Grace says. The process that follows looks for what became of them, as
// after a crash.
var ErrHandedOver = errors.New("handed over to another process")

// hurry is how long calls to Slack may go on while another process waits for the store.
const hurry = 150 * time.Millisecond

// Run runs the bot until ctx ends, and then stops it in this order: no more envelopes are taken, what is in hand is finished and acknowledged, and the
// connections to Slack are closed as Slack wants it; meanwhile the outbox begins nothing more, and writes down how its last
// deliveries ended. All this takes about Options.Grace at most. Nothing uses the store after Run has returned, but what Linger waits for.
//
// Run returns nil if it was asked to stop. It returns an error at once when Slack does not accept the tokens, when the store cannot be
// opened, and when it can no longer be written.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.introduce(ctx); err != nil {
		return err
	}
	ctx, b.stop = context.WithCancelCause(ctx)
	defer b.stop(nil)
	unlinked := make(chan struct{})
	late, cancel := b.lateAfter(ctx, unlinked)
	defer cancel()

	var g errgroup.Group
	g.Go(func() error { defer close(unlinked); return b.ends(b.link.Run(ctx)) })
	g.Go(func() error { return b.ends(b.work(ctx, late)) })
	err := g.Wait()
	if wrong := b.queues.drain(late); wrong != nil {
		b.log.Warn("stopped before every request was done", "err", wrong)
	}
	b.behind.drain(late)
	if cause := context.Cause(ctx); err == nil && !asked(cause) {
		err = cause
	}
	return err
}

// Linger waits, after Run, until what is being said to people has been said: a form that is opening, an answer. It waits for Options.Grace at most, and
// begins nothing more. What needs the store then fails if that is closed.
func (b *Bot) Linger() {
	ctx, cancel := context.WithTimeout(context.Background(), b.grace)
	defer cancel()
	b.behind.drain(ctx)
}

// asked reports whether a context ended because somebody wanted it to.
func asked(cause error) bool {
	return cause == nil || errors.Is(cause, context.Canceled) || errors.Is(cause, ErrHandedOver)
}

// work opens the store, lets in what waits for it, and delivers what is in the outbox until ctx ends. Deliveries under way end with late.
func (b *Bot) work(ctx, late context.Context) error {
	defer b.lobby.close()
	if b.opens != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-b.live:
		}
		s, err := b.opens(ctx)
		if err != nil {
			return fmt.Errorf("open the store: %w", err)
		}
		b.use(s)
	}
	ticking := make(chan struct{})
	go func() { defer close(ticking); b.everyMinute(ctx) }()
	defer func() { <-ticking }()
	err := b.ends(b.outbox.hand(ctx, late))
	b.outbox.wait()
	return err
}

// ends stops the rest when one part of the bot cannot go on.
func (b *Bot) ends(err error) error {
	if err != nil {
		b.stop(err)
	}
	return err
}

// lateAfter is a context that ends after ctx, and with it what still may be called then: after Options.Grace, or when somebody waits for the
// store, after hurry from the moment at which the link has ended, and with it the last ack.
func (b *Bot) lateAfter(ctx context.Context, unlinked <-chan struct{}) (context.Context, context.CancelFunc) {
	late, end := context.WithCancel(context.WithoutCancel(ctx))
	unwatch := context.AfterFunc(ctx, func() {
		grace := b.grace
		if errors.Is(context.Cause(ctx), ErrHandedOver) {
			<-unlinked
			grace = min(grace, hurry)
		}
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			end()
		case <-late.Done():
		}
	})
	return late, func() { unwatch(); end() }
}
