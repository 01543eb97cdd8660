package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// The keys of what telling somebody of a follow-up, or of a role, gave. They are stored. Without a number it is the beginning of all of an incident's.
func followUpKey(id flow.IncidentID, n flow.FollowUpNumber) string {
	key := fmt.Sprintf("follow-up/%s/", id)
	if n != 0 {
		key += fmt.Sprintf("%06d/", n)
	}
	return key
}

func roleKey(role flow.Key, who flow.UserID) string { return fmt.Sprintf("role/%s/%s", role, who) }

// told is postTo for what waits a little where an invitation into a private incident's channel may be on its way.
func (b *Bot) told(ctx context.Context, job store.Job, inc flow.Incident, to flow.UserID, m blocks.Message) (posted, error) {
	ok, err := b.mayBeTold(ctx, to, inc)
	if err == nil && !ok && job.Tries < fewTries {
		err = again{after: backoff(job.Tries), why: errNotInvited}
	}
	if err != nil {
		return posted{}, err
	}
	return b.postTo(ctx, job, inc, to, m)
}

// tellFollowUp tells somebody that a follow-up is theirs, unless it is settled or somebody else's by now.
func (b *Bot) tellFollowUp(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	e := job.Effect
	f, ok := inc.FollowUp(e.FollowUp)
	if !ok || f.Owner != e.To || f.State != flow.Open {
		return store.Outcome{}, nil
	}
	ev, err := b.event(ctx, inc.ID, e.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	p, err := b.told(ctx, job, inc, e.To, blocks.FollowUpDM(b.scene(ctx), inc, e.To, ev.By, f))
	if err != nil || p.TS == "" {
		return store.Outcome{}, err
	}
	p.To, p.By, p.FollowUp = e.To, ev.By, f.Number
	return store.Outcome{
		Results: []store.Result{p.result(followUpKey(inc.ID, f.Number) + job.ID)},
		Then:    []store.Job{b.follow(inc.ID, flow.Effect{Tell: flow.TellFollowUpDMs, FollowUp: f.Number})},
	}, nil
}

// refreshFollowUp brings the messages about a follow-up, or about all of an incident's, up to date. What somebody was told of a private incident that they have left is taken back.
func (b *Bot) refreshFollowUp(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	sent, err := b.store.Results(ctx, followUpKey(inc.ID, job.Effect.FollowUp))
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read the direct messages about follow-ups of %s: %w", inc.ID, err)
	}
	return b.refreshEach(job, inc, sent, func(key string, p posted) (store.Outcome, error) {
		if !p.Day.IsZero() {
			return store.Outcome{Then: []store.Job{digestJob(p.To, p.Day, tellDigests, b.clock.Now())}}, nil
		}
		f, ok := inc.FollowUp(p.FollowUp)
		if !ok {
			return store.Outcome{}, nil
		}
		return b.refreshFollowUpDM(ctx, job, key, p, inc, f)
	})
}

func (b *Bot) refreshFollowUpDM(ctx context.Context, job store.Job, key string, p posted, inc flow.Incident, f flow.FollowUp) (store.Outcome, error) {
	sees, err := b.visible(ctx, p.To, inc)
	if err != nil {
		return store.Outcome{}, err
	}
	if !sees {
		return b.edit(ctx, job, key, p, blocks.WithdrawnDM())
	}
	return b.edit(ctx, job, key, p, blocks.FollowUpDM(b.scene(ctx), inc, p.To, p.By, f))
}

// tellRole tells whoever holds a role what is expected of them: once, and again when the process has come to say something else.
func (b *Bot) tellRole(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	e := job.Effect
	m, says := blocks.RoleDM(b.scene(ctx), inc, e.Role)
	if m.IsZero() || inc.Roles[e.Role] != e.To {
		return store.Outcome{}, nil
	}
	key, text := roleKey(e.Role, e.To), hashOf(blocks.Say(says))
	if was, told, err := b.found(ctx, key); err != nil || told && was.Shown == text {
		return store.Outcome{}, err
	}
	p, err := b.told(ctx, job, inc, e.To, m)
	if err != nil || p.TS == "" {
		return store.Outcome{}, err
	}
	p.Shown = text
	return store.Outcome{Results: []store.Result{p.result(key)}}, nil
}

func topicKey(id flow.IncidentID) string { return fmt.Sprintf("topic/%s", id) }

// setTopic makes the topic of a channel that was made for the incident say who holds which role. It is a nicety: what Slack refuses is logged. A
// channel that was there before keeps its own.
func (b *Bot) setTopic(ctx context.Context, inc flow.Incident) (store.Outcome, error) {
	if !inc.OwnChannel {
		return store.Outcome{}, nil
	}
	topic := blocks.Topic(b.scene(ctx), inc)
	value, err := json.Marshal(topic)
	if err != nil {
		return store.Outcome{}, err
	}
	if was, err := b.store.Result(ctx, topicKey(inc.ID)); err == nil && string(was) == string(value) {
		return store.Outcome{}, nil
	}
	err = b.pace.call(ctx, "conversations.setTopic", tier2Budget, func(ctx context.Context) error {
		_, err := b.slack.SetTopicOfConversationContext(ctx, string(inc.Channel), topic)
		return err
	})
	if v := verdictOf(err); v == gone || v == refused {
		b.log.Info("cannot set the topic of a channel", "incident", inc.ID, "err", err)
		return store.Outcome{}, nil
	}
	if err != nil {
		return store.Outcome{}, fmt.Errorf("set the topic for %s: %w", inc.ID, err)
	}
	return store.Outcome{Results: []store.Result{{Key: topicKey(inc.ID), Value: value}}}, nil
}
