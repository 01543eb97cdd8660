package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// The keys of what delivering gives. They are stored.
func firstKey(id flow.IncidentID) string    { return fmt.Sprintf("first/%s", id) }
func bookmarkKey(id flow.IncidentID) string { return fmt.Sprintf("bookmark/%s", id) }
func cardsKey(id flow.IncidentID) string    { return fmt.Sprintf("card/%s/", id) }
func cardKey(id flow.IncidentID, card uint64) string {
	return fmt.Sprintf("%s%020d", cardsKey(id), card)
}
func refusedKey(id flow.IncidentID) string           { return fmt.Sprintf("refused/%s", id) }
func dmsKey(id flow.IncidentID) string               { return fmt.Sprintf("dm/%s/", id) }
func dmKey(id flow.IncidentID, job store.Job) string { return dmsKey(id) + job.ID }

var errNoChannel = errors.New("the incident has no channel yet")

// deliver carries out one job, and when the incident's channel turns out to be out of reach, has its lead told so, once.
func (b *Bot) deliver(ctx context.Context, job store.Job) (store.Outcome, error) {
	out, err := b.carry(ctx, job)
	if verdictOf(err) != gone || !announces(job.Effect.Tell) {
		return out, err
	}
	key := fmt.Sprintf("unreachable/%s", job.Incident)
	if _, there, wrong := b.found(ctx, key); wrong != nil || there {
		return out, err
	}
	tell := b.follow(job.Incident, flow.Effect{Tell: tellUnreachable})
	tell.Detail = codeOf(err)
	out.Then = append(out.Then, tell)
	out.Results = append(out.Results, posted{}.result(key))
	return out, err
}

// announces reports whether the channel hears of something by an effect, and would miss it.
func announces(t flow.Tell) bool {
	return slices.Contains([]flow.Tell{flow.TellDeclared, flow.TellPost, flow.TellCard, flow.TellAssigned}, t)
}

// follows reports whether an effect brings a message in the channel up to date with every click.
func follows(t flow.Tell) bool { return t == flow.TellRefresh || t == flow.TellFirst }

// carry carries out one job. What announces renders its event; what shows renders the present.
func (b *Bot) carry(ctx context.Context, job store.Job) (store.Outcome, error) {
	e := job.Effect
	switch e.Tell {
	case flow.TellHome:
		return b.publishHome(ctx, e.To)
	case tellPoll:
		return b.poll(ctx, job)
	case tellRelease:
		return store.Outcome{}, b.releaseTasks(ctx, job)
	case tellRemind:
		return b.remind(ctx, job)
	case tellDigest:
		return b.tellDigest(ctx, job)
	case tellDigests:
		return b.refreshDigest(ctx, job)
	case tellAppoint:
		return b.appoint(ctx, job)
	case tellReport:
		return b.report(ctx, job)
	}
	if follows(e.Tell) {
		// The turn comes before the look: what is clicked meanwhile is in the picture.
		if err := b.pace.wait(ctx, "picture/"+job.Lane, pictureBudget); err != nil {
			return store.Outcome{}, err
		}
	}
	inc, err := b.store.Incident(ctx, job.Incident)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read %s: %w", job.Incident, err)
	}
	switch e.Tell {
	case flow.TellOpenChannel:
		return b.openChannel(ctx, job, inc)
	case tellRefused:
		return b.tellRefused(ctx, job, inc)
	case tellUnreachable:
		return store.Outcome{}, b.tellOne(ctx, job, inc, inc.Answerable(), blocks.UnreachableDM(b.scene(ctx), inc, job.Detail))
	case flow.TellPast:
		return b.tellPast(ctx, job, inc)
	case flow.TellAssignee:
		return b.tellAssignee(ctx, job, inc)
	case flow.TellDMs:
		return b.refreshDMs(ctx, job, inc)
	case flow.TellShare:
		return b.shareDocument(ctx, job, inc)
	case flow.TellLinked:
		return store.Outcome{}, b.tellLinked(ctx, job, inc)
	case tellNotMade, tellNotShared:
		return store.Outcome{}, b.tellRefusedDocument(ctx, job, inc)
	case flow.TellHandOver:
		return b.tellHandOver(ctx, job, inc)
	case flow.TellRaise:
		return b.raise(ctx, job, inc)
	case flow.TellRole:
		return b.tellRole(ctx, job, inc)
	case flow.TellFollowUp:
		return b.tellFollowUp(ctx, job, inc)
	case flow.TellFollowUpDMs:
		return b.refreshFollowUp(ctx, job, inc)
	case tellAudit:
		return b.sendAudit(ctx, job, inc)
	}
	tell, aboutDebrief := debriefTells[e.Tell]
	switch {
	case aboutDebrief && (inc.Channel != "" || !debriefInChannel[e.Tell]):
		return tell(b, ctx, job, inc)
	case inc.Channel == "":
		return b.park(ctx, job, inc)
	}
	switch e.Tell {
	case flow.TellDocument:
		return b.makeDocument(ctx, job, inc)
	case tellOffer:
		return b.tellOffer(ctx, job, inc)
	case flow.TellInvite:
		return b.invite(ctx, inc, e.To)
	case tellBringIn:
		return store.Outcome{}, b.bringIn(ctx, job, inc)
	case flow.TellDeclared:
		return b.postFirst(ctx, job, inc)
	case flow.TellFirst:
		return b.refreshFirst(ctx, job, inc)
	case flow.TellPost:
		return b.postEvent(ctx, job, inc)
	case flow.TellCard:
		return b.postCard(ctx, job, inc)
	case flow.TellRefresh:
		return b.refreshCard(ctx, job, inc, inc.Card)
	case flow.TellShrink:
		return b.refreshCard(ctx, job, inc, e.Card)
	case flow.TellThread:
		return b.postThread(ctx, job, inc)
	case flow.TellAssigned:
		return b.postAssigned(ctx, job, inc)
	case flow.TellBookmark:
		return b.bookmark(ctx, inc)
	case flow.TellTopic:
		return b.setTopic(ctx, inc)
	case tellMarked:
		return store.Outcome{}, b.readMarked(ctx, job, inc)
	}
	return store.Outcome{}, fmt.Errorf("%w: no delivery for %q", errFault, e.Tell)
}

// postFirst posts the incident's first message and pins it.
func (b *Bot) postFirst(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	p, err := b.postIn(ctx, job, inc, "", blocks.Declared(b.scene(ctx), inc))
	if err != nil {
		return store.Outcome{}, err
	}
	b.pin(ctx, p)
	out := store.Outcome{
		Results: []store.Result{p.result(firstKey(inc.ID))},
		Then: []store.Job{
			b.follow(inc.ID, flow.Effect{Tell: flow.TellFirst}),
			b.follow(inc.ID, flow.Effect{Tell: flow.TellInvite}),
		},
	}
	if _, refused, err := b.found(ctx, refusedKey(inc.ID)); err == nil && refused { // whoever was told so can forget it
		out.Then = append(out.Then, b.follow(inc.ID, flow.Effect{Tell: tellRefused, To: inc.DeclaredBy}))
	}
	return out, nil
}

// follow is a job that follows from another one.
func (b *Bot) follow(id flow.IncidentID, e flow.Effect) store.Job {
	return jobFor(id, e, b.clock.Now())
}

func (b *Bot) refreshFirst(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	p, ok, err := b.found(ctx, firstKey(inc.ID))
	if err != nil || !ok {
		return store.Outcome{}, err // not posted yet: posting it brings it up to date
	}
	out, err := b.edit(ctx, job, firstKey(inc.ID), p, blocks.Declared(b.scene(ctx), inc))
	if err != nil {
		return out, err
	}
	return b.unpark(ctx, inc, out)
}

func (b *Bot) postEvent(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	m := blocks.Post(b.scene(ctx), inc, ev)
	if m.IsZero() {
		return store.Outcome{}, nil
	}
	_, err = b.postIn(ctx, job, inc, "", m)
	return store.Outcome{}, err
}

// postIn posts into the incident's channel. A public channel that we are not in is joined first.
func (b *Bot) postIn(ctx context.Context, job store.Job, inc flow.Incident, thread string, m blocks.Message) (posted, error) {
	p, err := b.post(ctx, job, inc.Channel, thread, m)
	if codeOf(err) == "not_in_channel" && !inc.Private {
		if err := b.join(ctx, inc.Channel); err != nil {
			return p, err
		}
		p, err = b.post(ctx, job, inc.Channel, thread, m)
	}
	return p, err
}

// postCard posts the card of a status, which announces it. The refresh that follows in any case brings it up to date with whatever happened
// while it was on its way.
func (b *Bot) postCard(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	if _, there, err := b.found(ctx, cardKey(inc.ID, job.Effect.Card)); err != nil || there {
		return store.Outcome{}, err // it was asked for again, when we came back into the channel
	}
	m, _, err := b.drawCard(ctx, inc, job.Effect.Card)
	if err != nil {
		return store.Outcome{}, err
	}
	p, err := b.postIn(ctx, job, inc, "", m)
	if err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{
		Results: []store.Result{p.result(cardKey(inc.ID, job.Effect.Card))},
		Then: []store.Job{
			b.follow(inc.ID, flow.Effect{Tell: flow.TellShrink, Card: job.Effect.Card}),
			b.follow(inc.ID, flow.Effect{Tell: flow.TellBookmark}),
		},
	}, nil
}

// refreshCard draws a card as it is now: the current one with its tasks, a former one as the line that is left of it.
func (b *Bot) refreshCard(ctx context.Context, job store.Job, inc flow.Incident, card uint64) (store.Outcome, error) {
	if card == 0 {
		return store.Outcome{}, nil
	}
	p, ok, err := b.found(ctx, cardKey(inc.ID, card))
	if err != nil || !ok {
		return store.Outcome{}, err
	}
	m, late, err := b.drawCard(ctx, inc, card)
	if err != nil {
		return store.Outcome{}, err
	}
	out, err := b.edit(ctx, job, cardKey(inc.ID, card), p, m)
	if err == nil && !late.IsZero() {
		job := b.follow(inc.ID, flow.Effect{Tell: flow.TellShrink, Card: card})
		job.At, job.Key = late, fmt.Sprintf("%s/late/%d", inc.ID, late.Unix())
		out.Then = append(out.Then, job)
	}
	return out, err
}

// drawCard also says when the card will look different without anything happening: when the next task is late.
func (b *Bot) drawCard(ctx context.Context, inc flow.Incident, card uint64) (m blocks.Message, late time.Time, err error) {
	began, err := b.event(ctx, inc.ID, card)
	if err != nil {
		return m, late, err
	}
	s := b.scene(ctx)
	if inc.Card == card && inc.Stage == flow.PostIncident {
		for _, t := range inc.In(inc.Status) {
			if at, ok := s.LateAt(inc, t); ok && at.After(s.Now) && (late.IsZero() || at.Before(late)) {
				late = at
			}
		}
		return blocks.Card(s, inc, began), late, nil
	}
	ended, err := b.endOf(ctx, inc.ID, card)
	if err != nil {
		return m, late, err
	}
	if _, closed := ended.Fact.(flow.IncidentClosed); closed { // it counts what was done by then, and not what became of that
		events, err := b.events(ctx, inc.ID, 1, ended.Seq)
		if err != nil {
			return m, late, err
		}
		inc = flow.Replay(events)
	}
	return blocks.Shrunk(s, inc, ended), late, nil
}

// endOf is the event that ended the status which began with event card.
func (b *Bot) endOf(ctx context.Context, id flow.IncidentID, card uint64) (flow.Event, error) {
	for after := card; ; {
		page, err := b.store.Timeline(ctx, id, after, maxTimeline)
		if err != nil {
			return flow.Event{}, fmt.Errorf("read the timeline of %s: %w", id, err)
		}
		if len(page) == 0 {
			return flow.Event{}, fmt.Errorf("the end of card %d of %s: %w", card, id, store.ErrNotFound)
		}
		for _, ev := range page {
			if flow.EndsStatus(ev.Fact) {
				return ev, nil
			}
		}
		after = page[len(page)-1].Seq
	}
}

// postThread tells what happened to tasks, each in the thread of the card that was the current one then.
func (b *Bot) postThread(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	cards, err := b.store.Results(ctx, cardsKey(inc.ID))
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read the cards of %s: %w", inc.ID, err)
	}
	events, err := b.events(ctx, inc.ID, job.Effect.Since, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	if job.Tries < mostFaults && slices.ContainsFunc(flow.CardsDue(inc, events), func(card uint64) bool { return !hasCard(inc.ID, cards, card) }) {
		return store.Outcome{}, again{after: backoff(job.Tries), why: errNoCard}
	}
	for posts := 0; len(events) > 0; {
		key, n := threadOf(inc.ID, cards, events)
		told := events[:n]
		events = events[n:]
		m := blocks.Thread(b.scene(ctx), inc, told)
		if key == "" || m.IsZero() {
			continue // without a card the message that announced it says it all
		}
		card, _, err := b.found(ctx, key)
		if err != nil {
			return store.Outcome{}, err
		}
		if _, err := b.postIn(ctx, job, inc, card.TS, m); err != nil {
			return store.Outcome{}, halfway(err, posts)
		}
		posts++
	}
	return store.Outcome{}, nil
}

// halfway keeps an error from saying that a job had no effect, when some of its posts were made: they are looked for when it is tried again.
func halfway(err error, posts int) error {
	var a again
	switch v := verdictOf(err); {
	case posts == 0:
	case errors.As(err, &a):
		return again{after: a.after, sent: true, why: a.why}
	case v == limited, v == later:
		return again{after: retryAfter(err), sent: true, why: err}
	}
	return err
}

var errNoCard = errors.New("the card is not posted yet")

func hasCard(id flow.IncidentID, cards []store.Result, card uint64) bool {
	return slices.ContainsFunc(cards, func(r store.Result) bool { return r.Key == cardKey(id, card) })
}

// threadOf is the card that was the current one at the first of the events, and how many of them came before the next card.
func threadOf(id flow.IncidentID, cards []store.Result, events []flow.Event) (key string, n int) {
	next := len(events)
	for _, c := range cards {
		i := slices.IndexFunc(events, func(ev flow.Event) bool { return cardKey(id, ev.Seq) >= c.Key })
		switch {
		case i == 0:
			key = c.Key
		case i > 0:
			next = min(next, i)
		}
	}
	return key, next
}

func (b *Bot) postAssigned(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	events, err := b.events(ctx, inc.ID, job.Effect.Since, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	if m := blocks.Assigned(b.scene(ctx), inc, events); !m.IsZero() {
		_, err = b.postIn(ctx, job, inc, "", m)
	}
	return store.Outcome{}, err
}
