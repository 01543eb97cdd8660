package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/socketlink"
	"epilogue/store"
)

// answer is what becomes of a request: what the ack says, and what is done after it, where the person waits but Slack does not.
type answer struct {
	ack  any
	then func(context.Context) error
}

// receive takes an envelope from the link. It runs on the goroutine that reads the connection, so it only hands over.
func (b *Bot) receive(e socketlink.Envelope) {
	if b.lobby.enter(e) {
		b.admit(e)
	}
}

// admit finds the queue of an envelope, now that there is a store.
func (b *Bot) admit(e socketlink.Envelope) {
	r, err := decode(e)
	if err != nil {
		// Left to time out, an event would come again and again, and a click would tell the person to try what cannot work.
		b.log.Error("an envelope cannot be read", "type", e.Type, "bytes", len(e.Payload), "err", err)
		b.behind.run("ack", func(ctx context.Context) error { return e.Ack(ctx, nil) })
		return
	}
	e.Payload = nil // all that is needed of it has been copied; while the request waits, the rest need not
	questions := b.unknown(r)
	if len(questions) == 0 {
		b.enqueue(e, r)
		return
	}
	// Slack is asked before the request joins its queue: there it would hold up everybody else.
	taken := b.behind.run("ask Slack", func(ctx context.Context) error {
		for _, ask := range questions {
			if err := ask(ctx); errors.Is(err, errUnsure) {
				b.reply(ctx, e, r, answer{}, err)
				e.Drop()
				return nil
			}
		}
		b.enqueue(e, r)
		return nil
	})
	if !taken {
		e.Drop()
	}
}

// unknown are the questions that Slack must answer before a request can be decided: who asks, and whom and which channel they mean, as far as that is
// not known.
func (b *Bot) unknown(r request) (questions []func(context.Context) error) {
	people, channels := concerned(r)
	for _, id := range people {
		if !b.people.seen(id) {
			questions = append(questions, func(ctx context.Context) error { _, err := b.people.person(ctx, id); return err })
		}
	}
	for _, id := range channels {
		if !b.people.seenChannel(id) {
			questions = append(questions, func(ctx context.Context) error { _, err := b.people.channel(ctx, id); return err })
		}
	}
	return questions
}

// concerned are the people and channels that a request is about.
func concerned(r request) (people []flow.UserID, channels []flow.ChannelID) {
	people = []flow.UserID{r.user}
	switch r.kind {
	case kindCommand:
		for _, m := range mention.FindAllStringSubmatch(r.text, mostMeant) {
			people = append(people, flow.UserID(m[1]))
		}
		for _, m := range typedChannel.FindAllStringSubmatch(r.text, mostMeant) {
			channels = append(channels, flow.ChannelID(m[1]))
		}
	case kindForm:
		people, channels = append(people, r.view.people()...), r.view.channels()
	case kindEvent, kindOther:
		if !r.acts {
			return nil, nil
		}
	}
	return people, channels
}

// mostMeant is how many people, and channels, of one command are asked for; no command is about more than one.
const mostMeant = 3

func (b *Bot) enqueue(e socketlink.Envelope, r request) {
	if err := b.queues.hand(b.queueOf(r), r.size(), func(next func()) { b.handle(e, r, next) }); err != nil {
		b.log.Warn("an envelope was left unacknowledged", "type", e.Type, "err", err)
		e.Drop()
	}
}

// queueOf keeps what concerns one incident in order.
func (b *Bot) queueOf(r request) string {
	ref := blocks.Ref{}
	switch r.kind {
	case kindClick:
		_, ref, _ = blocks.Meant(r.action, r.value)
	case kindForm:
		c, _ := metadata(r.view.Metadata)
		ref = c.ref
	}
	if ref.Incident != 0 {
		return ref.Incident.String()
	}
	if id, ok := b.channels.Load(r.channel); ok {
		return id.(flow.IncidentID).String()
	}
	if r.channel != "" {
		return string(r.channel)
	}
	return string(r.user)
}

// handleWithin is how long a request may take from its arrival to its ack: a little less than Slack waits.
const handleWithin = 2500 * time.Millisecond

// handle carries out one request and acknowledges it: after it was saved, and not at all when that is not certain. One that waited for so long that Slack
// has told the person that it failed is not begun: what Slack said stays true.
func (b *Bot) handle(e socketlink.Envelope, r request, next func()) {
	defer e.Drop() // what was not acknowledged by then never will be
	ctx, cancel := context.WithDeadline(context.Background(), e.Received.Add(handleWithin))
	defer cancel()
	ctx = withNext(ctx, sync.OnceFunc(next))
	if ctx.Err() != nil {
		b.log.Warn("a request waited for too long and was left unacknowledged", "kind", r.kind, "waited", time.Since(e.Received))
		return
	}
	if b.delivered(ctx, r.delivery) {
		if err := e.Ack(ctx, nil); err != nil {
			b.log.Warn("an ack did not go out", "kind", r.kind, "err", err)
		}
		return
	}
	a, err := b.route(ctx, r)
	b.reply(ctx, e, r, a, err)
}

// reply acknowledges a request with what became of it, unless that is not certain.
func (b *Bot) reply(ctx context.Context, e socketlink.Envelope, r request, a answer, err error) {
	if err != nil {
		var sure bool
		if a, sure = b.excuse(ctx, r, err); !sure {
			b.log.Warn("a request was left unacknowledged", "kind", r.kind, "action", r.action, "err", err)
			if errors.Is(err, store.ErrBroken) {
				b.stop(err)
			}
			b.after(r, a)
			return
		}
	}
	if err := e.Ack(ctx, a.ack); errors.Is(err, socketlink.ErrTooLarge) {
		b.log.Error("an answer is too large for an ack", "kind", r.kind, "action", r.action)
		err = e.Ack(ctx, nil)
		if err != nil {
			b.log.Warn("an ack did not go out", "kind", r.kind, "err", err)
		}
	} else if err != nil {
		b.log.Warn("an ack did not go out", "kind", r.kind, "err", err)
	}
	b.after(r, a)
}

// delivered reports whether this very request was carried out before: its second arrival is acknowledged, and that is all.
func (b *Bot) delivered(ctx context.Context, delivery string) bool {
	if delivery == "" {
		return false
	}
	before, err := b.store.Delivered(ctx, delivery, b.clock.Now())
	return err == nil && before
}

func (b *Bot) after(r request, a answer) {
	if a.then != nil {
		b.behind.run("answer "+string(r.kind), a.then)
	}
}

func (b *Bot) route(ctx context.Context, r request) (answer, error) {
	switch r.kind {
	case kindCommand:
		return b.onCommand(ctx, r)
	case kindClick:
		return b.onClick(ctx, r)
	case kindForm:
		return b.onForm(ctx, r)
	case kindShortcut:
		return b.onShortcut(ctx, r)
	case kindSearch:
		return b.onSearch(ctx, r), nil
	case kindEvent:
		return answer{}, b.onEvent(ctx, r)
	}
	return answer{}, nil
}

// excuse turns an error into an answer. A refusal is an answer like any other. What failed is acknowledged only when it is certain that
// nothing was saved and that trying again would not help.
func (b *Bot) excuse(ctx context.Context, r request, err error) (a answer, sure bool) {
	var no flow.Refusal
	switch {
	case errors.As(err, &no):
		return b.refuse(ctx, r, no), true
	case r.kind == kindEvent:
		return answer{}, false // Slack sends it again
	// A form stays open with what was typed; a click shows Slack's warning beside our sentence.
	case errors.Is(err, store.ErrNoRoom):
		return b.tell(r, "", blocks.NoRoom()), r.kind != kindClick
	case errors.Is(err, errUnsure):
		b.log.Warn("Slack did not tell what a request needs", "kind", r.kind, "action", r.action, "err", err)
		return b.tell(r, "", blocks.SlackSilent()), r.kind != kindClick
	case errors.Is(err, store.ErrBroken), errors.Is(err, store.ErrClosed),
		errors.Is(err, store.ErrConflict), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return answer{}, false
	}
	id := ulid.Make().String()
	b.log.Error("a request failed", "fault", id, "kind", r.kind, "action", r.action, "err", err)
	return b.tell(r, "", blocks.Fault(id)), true
}

// refuse tells somebody why not. Where opening a task goes back to an earlier status, or an outsider is to be assigned, it is a question instead.
func (b *Bot) refuse(ctx context.Context, r request, no flow.Refusal) answer {
	s := b.scene(ctx)
	inc := flow.Incident{ID: no.Incident}
	if no.Incident != 0 && no.Why != flow.UnknownIncident {
		if seen, err := b.see(ctx, r.user, no.Incident); err == nil {
			inc = seen
		}
	}
	switch no.Why {
	case flow.EarlierStatus:
		if t, ok := inc.Task(no.Task); ok && r.kind != kindForm {
			return b.open(r, blocks.GoBackForm(s, inc, t))
		}
	case flow.NotInChannel:
		if ref, ok := b.inviting(r, inc, no); ok {
			return b.openOrPush(r, blocks.InviteForm(s, inc, ref))
		}
	}
	return b.tell(r, no.Field, blocks.Refusal(s, inc, no))
}

// badClick says that a click means nothing: a message of ours that somebody forged, or a very old one.
func badClick(r request) error {
	return fmt.Errorf("a click on %q means nothing: %q", r.action, r.value)
}
