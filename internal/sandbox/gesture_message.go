package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// Messages are named by their conversation and timestamp here, where the deeds of the same names take a part of what they say.

// RepliesAt posts into the thread of a message, and with broadcast into the channel too, and returns the timestamp.
func (p *Person) RepliesAt(in, ts, text string, broadcast bool) (string, error) {
	return attempt(p, func(u *user) (string, error) {
		c, err := p.s.writable(u, in)
		if err != nil {
			return "", err
		}
		m := c.find(ts)
		if m == nil {
			return "", fmt.Errorf("there is no message %s in %s", ts, c.place())
		}
		return p.s.says(u, c, text, cmp.Or(m.ThreadTS, m.TS), broadcast)
	})
}

// SaysIn is Says for those who name the conversation by its id.
func (p *Person) SaysIn(in, text string) (string, error) {
	return attempt(p, func(u *user) (string, error) {
		c, err := p.s.writable(u, in)
		if err != nil {
			return "", err
		}
		return p.s.says(u, c, text, "", false)
	})
}

// mostSaid is how many characters one message of a person can have.
const mostSaid = 12000

func (s *Server) says(u *user, c *channel, text, thread string, broadcast bool) (string, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return "", errors.New("there is nothing to send")
	case len([]rune(text)) > mostSaid:
		return "", fmt.Errorf("a message has at most %d characters", mostSaid)
	case c.withApp() && s.app.Features.AppHome.ReadOnly:
		return "", errors.New("sending messages to this app has been turned off")
	}
	return s.post(c, &message{User: u.ID, ThreadTS: thread, Broadcast: broadcast && thread != "", Text: s.escapeNames(text, false)}).TS, nil
}

// RunsSlash is Slash for those who name the conversation by its id.
func (p *Person) RunsSlash(ctx context.Context, in, line string) (Reply, error) {
	answer, err := attempt(p, func(u *user) (sent, error) { return p.s.slashed(u, in, line) })
	if err != nil {
		return Reply{}, err
	}
	return p.outcomeOf(ctx, answer)
}

// ReactsAt adds a reaction to a message, or takes the person's own away.
func (p *Person) ReactsAt(in, ts, emoji string, on bool) error {
	emoji = strings.Trim(emoji, ":")
	return p.onMessage(in, ts, func(u *user, c *channel, m *message) error {
		switch {
		case emoji == "" || len(emoji) > 100 || strings.ContainsAny(emoji, ": <>\n"):
			return fmt.Errorf("no emoji is called %q", emoji)
		case m.OnlyFor != "":
			return errors.New("nobody can react to a message that only they see")
		case on:
			p.s.react(c, m, u.ID, emoji)
		default:
			p.s.unreact(c, m, u.ID, emoji)
		}
		return nil
	})
}

// onMessage does something to a message in a conversation that the person is in.
func (p *Person) onMessage(in, ts string, do func(*user, *channel, *message) error) error {
	_, err := attempt(p, func(u *user) (bool, error) {
		c, err := p.s.writable(u, in)
		if err != nil {
			return false, err
		}
		_, m, err := p.s.seen(u, in, ts)
		if err != nil {
			return false, err
		}
		return true, do(u, c, m)
	})
	return err
}

// EditsAt changes a message of the person's own.
func (p *Person) EditsAt(in, ts, text string) error {
	return p.onMessage(in, ts, func(u *user, c *channel, m *message) error {
		switch {
		case m.User != u.ID || m.Subtype != "":
			return fmt.Errorf("the message is not %s's", u.Name)
		case strings.TrimSpace(text) == "" || len([]rune(text)) > mostSaid:
			return fmt.Errorf("a message has 1 to %d characters", mostSaid)
		}
		p.s.change(c, m, u.ID, func() { m.Text = p.s.escapeNames(text, false) })
		return nil
	})
}

// DeletesAt removes a message of the person's own; one that only they see is dismissed.
func (p *Person) DeletesAt(in, ts string) error {
	_, err := attempt(p, func(u *user) (bool, error) {
		c, m, err := p.s.seen(u, in, ts)
		switch {
		case err != nil:
			return false, err
		case m.OnlyFor == "" && (m.User != u.ID || m.Subtype != ""):
			return false, fmt.Errorf("the message is not %s's", u.Name)
		case m.OnlyFor == "" && (c.Archived || !c.has(u.ID)):
			return false, fmt.Errorf("%s cannot delete anything in %s", u.Name, c.place())
		}
		p.s.remove(c, m)
		return true, nil
	})
	return err
}

// PinsAt pins a message to its channel, or takes the pin away.
func (p *Person) PinsAt(in, ts string, on bool) error {
	return p.onMessage(in, ts, func(u *user, c *channel, m *message) error {
		switch {
		case m.OnlyFor != "":
			return errors.New("a message that only one person sees cannot be pinned")
		case on && len(c.Pins) >= mostPins:
			return fmt.Errorf("a channel has at most %d pins", mostPins)
		}
		p.s.pin(c, m, u.ID, on)
		return nil
	})
}

// MessageShortcutAt runs a shortcut from the menu of a message.
func (p *Person) MessageShortcutAt(ctx context.Context, in, ts, name string) (Reply, error) {
	answer, err := attempt(p, func(u *user) (sent, error) {
		c, m, err := p.s.seen(u, in, ts)
		switch {
		case err != nil:
			return nil, err
		case m.OnlyFor != "":
			return nil, errors.New("a message that only one person sees has no shortcuts")
		}
		return p.s.onMessageShortcut(u, c, m, name)
	})
	if err != nil {
		return Reply{}, err
	}
	return p.outcomeOf(ctx, answer)
}

// RunsShortcut is Shortcut, as an error where there is none.
func (p *Person) RunsShortcut(ctx context.Context, name string) (Reply, error) {
	answer, err := attempt(p, func(u *user) (sent, error) { return p.s.globalShortcut(u, name) })
	if err != nil {
		return Reply{}, err
	}
	return p.outcomeOf(ctx, answer)
}

// OpensApp opens a tab of the app ("home", "messages"), of which the app hears.
func (p *Person) OpensApp(tab string) error {
	_, err := attempt(p, func(u *user) (bool, error) {
		f := p.s.app.Features.AppHome
		switch {
		case tab == "home" && f.Home:
			u.HomeOpened = true
		case tab == "messages" && f.Messages:
		default:
			return false, fmt.Errorf("the app has no %s tab", tab)
		}
		p.s.homeEvent(u, tab)
		p.s.touch()
		return true, nil
	})
	return err
}
