package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// dmChannel is where somebody is told something privately.
func (b *Bot) dmChannel(ctx context.Context, to flow.UserID) (store.Person, error) {
	p, err := b.people.person(ctx, to)
	if err != nil || p.DM != "" {
		return p, err
	}
	var opened *slack.Channel
	err = b.pace.call(ctx, "conversations.open", tier3Budget, func(ctx context.Context) (err error) {
		opened, _, _, err = b.slack.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{string(to)}})
		return err
	})
	if err != nil {
		// Opening a conversation twice is opening it once.
		return p, fmt.Errorf("open a direct message to %s: %w", to, err)
	}
	return b.people.change(ctx, to, func(p *store.Person) { p.DM = flow.ChannelID(opened.ID) })
}

// mayBeTold reports whether somebody may be told of an incident: they are still around, and a private one exists for them.
func (b *Bot) mayBeTold(ctx context.Context, to flow.UserID, inc flow.Incident) (bool, error) {
	a, err := b.people.actor(ctx, to, inc)
	if err != nil {
		return false, err
	}
	return flow.MayAct(inc, a), nil
}

// fewTries is how often a DM about a private incident waits for the invitation of whom it is for.
const fewTries = 5

var errNotInvited = errors.New("not in the channel of the private incident yet")

// tellAssignee tells somebody in a DM what they are asked to do.
func (b *Bot) tellAssignee(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	e := job.Effect
	ev, err := b.event(ctx, inc.ID, e.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	if !slices.ContainsFunc(e.Tasks, func(n flow.TaskNumber) bool {
		t, ok := inc.Task(n)
		return ok && t.Assignee == e.To && t.State == flow.Open
	}) {
		return store.Outcome{}, nil // settled or handed on before it could be told
	}
	ok, err := b.mayBeTold(ctx, e.To, inc)
	if err != nil {
		return store.Outcome{}, err
	}
	if !ok && job.Tries < fewTries {
		return store.Outcome{}, again{after: backoff(job.Tries), why: errNotInvited} // the invitation is on its way
	}
	if !ok {
		return store.Outcome{}, nil
	}
	p, err := b.dmChannel(ctx, e.To)
	if err != nil {
		return store.Outcome{}, err
	}
	_, byDefault := ev.Fact.(flow.StatusEntered)
	h := blocks.Handed{Tasks: e.Tasks, By: ev.By, Default: byDefault, First: !p.Greeted}
	sent, err := b.post(ctx, job, p.DM, "", blocks.AssigneeDM(b.scene(ctx), inc, e.To, h))
	if err != nil {
		return store.Outcome{}, err
	}
	if !p.Greeted {
		if _, err := b.people.change(ctx, e.To, func(p *store.Person) { p.Greeted = true }); err != nil {
			b.log.Warn("cannot remember that somebody was greeted", "err", err)
		}
	}
	sent.To, sent.Handed = e.To, &h
	out := store.Outcome{Results: []store.Result{sent.result(dmKey(inc.ID, job))}}
	for _, n := range e.Tasks {
		out.Then = append(out.Then, b.follow(inc.ID, flow.Effect{Tell: flow.TellDMs, Task: n}))
	}
	return out, nil
}

// mostEdits is how many messages one job edits; the rest follow in another, so that none outlives its lease.
const mostEdits = 20

// refreshDMs brings the DMs about a task, or about all tasks, up to date: settled or handed on, they lose their buttons. What somebody was told of
// a private incident that they have left stays as it was: they learn no more of it.
func (b *Bot) refreshDMs(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	sent, err := b.store.Results(ctx, dmsKey(inc.ID))
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read the direct messages about %s: %w", inc.ID, err)
	}
	return b.refreshEach(job, inc, sent, func(key string, p posted) (store.Outcome, error) {
		if !p.Day.IsZero() {
			return store.Outcome{Then: []store.Job{digestJob(p.To, p.Day, tellDigests, b.clock.Now())}}, nil
		}
		if about, ok := p.about(); !ok || job.Effect.Task != 0 && !slices.Contains(about, job.Effect.Task) {
			return store.Outcome{}, nil
		}
		return b.refreshDM(ctx, job, key, p, inc)
	})
}

// refreshEach brings messages up to date, one after the other, until there were enough for one job.
func (b *Bot) refreshEach(job store.Job, inc flow.Incident, sent []store.Result, refresh func(key string, p posted) (store.Outcome, error)) (store.Outcome, error) {
	var out store.Outcome
	for _, r := range sent {
		var p posted
		if err := json.Unmarshal(r.Value, &p); err != nil {
			continue
		}
		one, err := refresh(r.Key, p)
		switch verdictOf(err) {
		case fine:
			out.Results, out.Then = append(out.Results, one.Results...), append(out.Then, one.Then...)
		case gone:
			out.Results = append(out.Results, store.Result{Key: r.Key})
		case refused:
			b.log.Warn("a direct message cannot be brought up to date", "incident", inc.ID, "err", err)
		default:
			if len(out.Results) == 0 {
				return out, err
			}
			p.Shown = "" // it may have been edited
			out.Results = append(out.Results, p.result(r.Key))
			return b.goOn(out, job), nil
		}
		if len(out.Results) >= mostEdits {
			return b.goOn(out, job), nil
		}
	}
	return out, nil
}

func (b *Bot) refreshDM(ctx context.Context, job store.Job, key string, p posted, inc flow.Incident) (store.Outcome, error) {
	sees, err := b.visible(ctx, p.To, inc)
	if err != nil {
		return store.Outcome{}, err
	}
	if !sees {
		return b.edit(ctx, job, key, p, blocks.WithdrawnDM())
	}
	if p.Offer != nil {
		ev, err := b.event(ctx, inc.ID, p.Offer.Seq)
		if err != nil {
			return store.Outcome{}, err
		}
		return b.edit(ctx, job, key, p, blocks.OfferDM(b.scene(ctx), inc, p.To, p.Offer.Tasks, ev))
	}
	return b.edit(ctx, job, key, p, blocks.AssigneeDM(b.scene(ctx), inc, p.To, *p.Handed))
}

// about are the tasks that a direct message is about; false for one that follows nothing.
func (p posted) about() ([]flow.TaskNumber, bool) {
	switch {
	case p.Handed != nil:
		return p.Handed.Tasks, true
	case p.Offer != nil:
		return p.Offer.Tasks, true
	}
	return nil, false
}

// goOn keeps what a job has done and leaves the rest to another one.
func (b *Bot) goOn(out store.Outcome, job store.Job) store.Outcome {
	out.Then = append(out.Then, b.follow(job.Incident, job.Effect))
	return out
}

// tellPast tells the lead that the evidence of a task of the past is gone.
func (b *Bot) tellPast(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{}, b.tellOne(ctx, job, inc, inc.Answerable(), blocks.PastEvidenceDM(b.scene(ctx), inc, ev))
}

// tellRefused tells whoever declared an incident that Slack refused it a channel, and what can be done; once it has one, that message says so. Of
// several only the last one asks.
func (b *Bot) tellRefused(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	key, m := refusedKey(inc.ID), blocks.ChannelRefusedDM(b.scene(ctx), inc, job.Detail)
	before, _, err := b.found(ctx, key)
	told := before.TS != ""
	switch {
	case err != nil || inc.Channel != "" && !told:
		return store.Outcome{}, err
	case inc.Channel != "":
		return b.edit(ctx, job, key, before, m)
	case told:
		_, err := b.edit(ctx, job, key, before, blocks.ChannelAskedAgainDM(inc))
		if v := verdictOf(err); v != fine && v != gone && v != refused {
			return store.Outcome{}, err
		}
	}
	p, err := b.postTo(ctx, job, inc, job.Effect.To, m)
	if err != nil || p.TS == "" {
		return store.Outcome{}, err
	}
	return store.Outcome{Results: []store.Result{p.result(key)}}, nil
}

func (b *Bot) tellOne(ctx context.Context, job store.Job, inc flow.Incident, to flow.UserID, m blocks.Message) error {
	_, err := b.postTo(ctx, job, inc, to, m)
	return err
}

// postTo posts a DM to somebody who may be told of an incident; to nobody else, and then it returns the zero posted.
func (b *Bot) postTo(ctx context.Context, job store.Job, inc flow.Incident, to flow.UserID, m blocks.Message) (posted, error) {
	if to == "" {
		return posted{}, nil
	}
	if ok, err := b.mayBeTold(ctx, to, inc); err != nil || !ok {
		return posted{}, err
	}
	p, err := b.dmChannel(ctx, to)
	if err != nil {
		return posted{}, err
	}
	return b.post(ctx, job, p.DM, "", m)
}
