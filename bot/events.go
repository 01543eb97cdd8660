package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// onEvent takes what happened in Slack: who people are, who is in which channel, who takes part. An event may arrive several times; each
// of these is the same when done again.
func (b *Bot) onEvent(ctx context.Context, r request) error {
	var e struct {
		Type     string          `json:"type"`
		Subtype  string          `json:"subtype"`
		User     json.RawMessage `json:"user"`
		Channel  json.RawMessage `json:"channel"`
		BotID    string          `json:"bot_id"`
		Tab      string          `json:"tab"`
		ChanType string          `json:"channel_type"`
	}
	if err := json.Unmarshal(r.event, &e); err != nil {
		b.log.Error("an event cannot be read", "err", err)
		return nil
	}
	user, channel := flow.UserID(text(e.User)), flow.ChannelID(text(e.Channel))
	switch e.Type {
	case "app_home_opened":
		return b.openedHome(ctx, user, e.Tab)
	case "user_change", "team_join":
		var u slack.User
		if err := json.Unmarshal(e.User, &u); err != nil {
			b.log.Error("a person cannot be read", "err", err)
			return nil
		}
		_, err := b.people.learn(ctx, u)
		return err
	case "member_joined_channel":
		return b.joined(ctx, channel, user)
	case "member_left_channel":
		return b.store.Leave(ctx, channel, user)
	case "message":
		if e.Subtype == "" && e.BotID == "" && user != "" {
			return b.tookPart(ctx, channel, user)
		}
	}
	return nil
}

// text is a JSON string, or nothing for what is none.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// openedHome remembers who has an App Home to be kept up to date, and draws it.
func (b *Bot) openedHome(ctx context.Context, user flow.UserID, tab string) error {
	if tab != "home" {
		return nil
	}
	p, err := b.people.person(ctx, user)
	if err != nil {
		return err
	}
	if !p.Home {
		p.Home = true
		if err := b.store.SavePerson(ctx, p); err != nil {
			return fmt.Errorf("save person %s: %w", user, err)
		}
	}
	b.behind.run("App Home", func(ctx context.Context) error { return b.publishHome(ctx, user, blocks.Ref{}) })
	return nil
}

// joined keeps the members of private channels. When we are brought into one ourselves, all of them are read.
func (b *Bot) joined(ctx context.Context, ch flow.ChannelID, user flow.UserID) error {
	if user == b.me.User {
		b.behind.once("channel/"+string(ch), func(ctx context.Context) error {
			_, err := b.people.readChannel(ctx, ch)
			return err
		})
		return nil
	}
	if !b.people.seen(user) { // they may soon click: then nobody has to be asked who they are
		b.behind.once("person/"+string(user), func(ctx context.Context) error {
			_, err := b.people.person(ctx, user)
			return err
		})
	}
	return b.store.Join(ctx, ch, user)
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
	if involved(inc, user) || inc.Stage == flow.Closed {
		return nil
	}
	p, err := b.people.person(ctx, user)
	if err != nil {
		return err
	}
	if p.Standing == flow.Bot {
		return nil
	}
	if _, _, err := b.do(ctx, inc.ID, "", "", flow.Involve{User: user}); err != nil && !errors.As(err, new(flow.Refusal)) {
		return err
	}
	return nil
}

// onShortcut opens what a shortcut is for.
func (b *Bot) onShortcut(ctx context.Context, r request) (answer, error) {
	if r.shown == string(blocks.Declare) {
		return b.open(r, blocks.DeclareForm(b.scene(ctx), blocks.Declaring{Lead: r.user})), nil
	}
	return answer{}, nil
}
