package bot

import (
	"cmp"
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

// onEvent takes what happened in Slack: who people are, who is in which channel, who takes part. An event may arrive several times; each
// of these is the same when done again.
func (b *Bot) onEvent(ctx context.Context, r request) error {
	e := r.event
	switch e.Type {
	case "app_home_opened":
		if e.Tab == "home" {
			return b.openedHome(ctx, r.user)
		}
	case "user_change", "team_join":
		var u slack.User
		if err := json.Unmarshal(e.User, &u); err != nil {
			b.log.Error("a person cannot be read", "err", err)
			return nil
		}
		_, err := b.people.learn(ctx, u)
		return err
	case "subteam_created", "subteam_updated":
		b.groups.refresh()
	case "member_joined_channel":
		return b.joined(ctx, r.channel, r.user)
	case "member_left_channel":
		return b.left(ctx, r.channel, r.user)
	case "reaction_added", "reaction_removed", "pin_added", "pin_removed":
		return b.marked(ctx, r)
	case "message":
		if e.unarchives() {
			return b.comeBack(ctx, r.channel)
		}
		if e.acts() {
			return errors.Join(b.tookPart(ctx, r.channel, r.user), b.offer(ctx, r.channel, r.user, string(e.Link)))
		}
	}
	return nil
}

// happened is the inner event: what is read of it. What people wrote is not.
type happened struct {
	Type    string          `json:"type"`
	Subtype string          `json:"subtype"`
	User    json.RawMessage `json:"user"`    // an id, or in some events the person whole
	Channel json.RawMessage `json:"channel"` // likewise
	BotID   string          `json:"bot_id"`
	Tab     string          `json:"tab"`
	Link    knownLink       `json:"text"` // of what people wrote only this is read

	ChannelID string `json:"channel_id"` // of pins
	Reaction  string `json:"reaction"`   // its name
	Item      item   `json:"item"`       // what the reaction or the pin is on
}

func (e happened) user() flow.UserID { return flow.UserID(identOf(e.User)) }
func (e happened) channel() flow.ChannelID {
	return flow.ChannelID(cmp.Or(identOf(e.Channel), e.ChannelID, e.Item.Channel))
}

// acts reports whether somebody did what is recorded of them: then it must be known who they are. Posting is posting with a file, too; joining,
// topics and the like are not.
func (e happened) acts() bool {
	switch e.Type {
	case "app_home_opened":
		return e.Tab == "home"
	case "message":
		posts := slices.Contains([]string{"", "file_share", "thread_broadcast", "me_message"}, e.Subtype)
		return posts && e.BotID == "" && e.user() != ""
	}
	return false
}

// unarchives reports whether it is the notice in a channel that it is no longer archived: nothing could be posted or edited there until then.
func (e happened) unarchives() bool {
	return e.Type == "message" && (e.Subtype == "channel_unarchive" || e.Subtype == "group_unarchive")
}

// identOf is the id of what is given as an id or whole; empty for what is neither.
func identOf(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		return id
	}
	var whole ident
	if json.Unmarshal(raw, &whole) == nil {
		return whole.ID
	}
	return ""
}

// joined keeps the members of private channels. When we are brought into one ourselves, all of them are read.
func (b *Bot) joined(ctx context.Context, ch flow.ChannelID, user flow.UserID) error {
	if user == b.me.User {
		b.behind.once("channel/"+string(ch), func(ctx context.Context) error {
			_, err := b.people.readChannel(ctx, ch)
			return err
		})
		return b.comeBack(ctx, ch)
	}
	if !b.people.seen(user) { // they may soon click: then nobody has to be asked who they are
		b.behind.once("person/"+string(user), func(ctx context.Context) error {
			_, err := b.people.person(ctx, user)
			return err
		})
	}
	if err := b.people.moved(func() error { return b.store.Join(ctx, ch, user) }); err != nil {
		return err
	}
	return b.redrawHome(ctx, ch, user)
}

// left takes somebody off the members of a channel. What is private to it must not stay in their App Home.
func (b *Bot) left(ctx context.Context, ch flow.ChannelID, user flow.UserID) error {
	if err := b.people.moved(func() error { return b.store.Leave(ctx, ch, user) }); err != nil {
		return err
	}
	return b.redrawHome(ctx, ch, user)
}

// redrawHome draws the App Home of somebody who came into a private channel or left it, and their messages about its incident: they see
// other incidents now.
func (b *Bot) redrawHome(ctx context.Context, ch flow.ChannelID, user flow.UserID) error {
	c, err := b.store.Channel(ctx, ch)
	if errors.Is(err, store.ErrNotFound) || err == nil && !c.Private {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read channel %s: %w", ch, err)
	}
	if err := b.refreshHome(ctx, user); err != nil {
		return err
	}
	inc, err := b.store.IncidentIn(ctx, ch)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the incident in %s: %w", ch, err)
	}
	var jobs []store.Job
	for _, tell := range []flow.Tell{flow.TellDMs, flow.TellFollowUpDMs, flow.TellHeldSaid} {
		jobs = append(jobs, b.follow(inc.ID, flow.Effect{Tell: tell}))
	}
	if !slices.Contains(c.Members, user) {
		jobs = append(jobs, b.releaseJob(inc.ID, user))
	}
	if err := b.store.Enqueue(ctx, b.clock.Now(), jobs...); err != nil {
		return fmt.Errorf("bring messages about %s up to date: %w", inc.ID, err)
	}
	b.outbox.wake()
	return nil
}

// comeBack brings a channel up to date that was out of reach: messages that are there are edited, and a card that could not be posted meanwhile is.
func (b *Bot) comeBack(ctx context.Context, ch flow.ChannelID) error {
	inc, err := b.store.IncidentIn(ctx, ch)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the incident in %s: %w", ch, err)
	}
	jobs := []store.Job{b.follow(inc.ID, flow.Effect{Tell: flow.TellFirst})}
	events, err := b.events(ctx, inc.ID, 1, inc.Rev)
	if err != nil {
		return err
	}
	for _, ev := range events {
		if _, began := ev.Fact.(flow.StatusEntered); !began {
			continue
		}
		_, posted, err := b.found(ctx, cardKey(inc.ID, ev.Seq))
		switch {
		case err != nil:
			return err
		case posted: // also one of the past, which may have ended meanwhile
			jobs = append(jobs, b.follow(inc.ID, flow.Effect{Tell: flow.TellShrink, Card: ev.Seq}))
		case inc.Stage == flow.PostIncident && inc.Card == ev.Seq:
			jobs = append(jobs, b.follow(inc.ID, flow.Effect{Tell: flow.TellCard, Card: ev.Seq, Seq: ev.Seq}))
		}
	}
	jobs = append(jobs, b.follow(inc.ID, flow.Effect{Tell: flow.TellBookmark}))
	if err := b.store.Enqueue(ctx, b.clock.Now(), jobs...); err != nil {
		return fmt.Errorf("bring %s up to date: %w", ch, err)
	}
	b.outbox.wake()
	return nil
}

// tookPart records who posts in an incident's channel, once.
func (b *Bot) tookPart(ctx context.Context, ch flow.ChannelID, user flow.UserID) error {
	inc, err := b.store.IncidentIn(ctx, ch)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the incident in %s: %w", ch, err)
	}
	if involved(inc, user) { // as with almost every message
		return nil
	}
	p, err := b.people.person(ctx, user)
	if err != nil {
		return err
	}
	if _, _, err := b.do(ctx, inc.ID, "", "", flow.Involve{User: user, Standing: p.Standing}); err != nil && !errors.As(err, new(flow.Refusal)) {
		return err
	}
	return nil
}

// onShortcut opens what a shortcut is for.
func (b *Bot) onShortcut(ctx context.Context, r request) (answer, error) {
	if r.shown == string(blocks.AttachMessage) {
		return b.attachMessage(ctx, r)
	}
	if r.shown == string(blocks.Declare) {
		return b.declareForm(ctx, r, blocks.Declaring{Lead: r.user})
	}
	if r.shown == string(blocks.FromMessage) {
		return b.fromMessage(ctx, r)
	}
	return answer{}, nil
}
