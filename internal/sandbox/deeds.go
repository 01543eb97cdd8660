package sandbox

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// Says posts a message as the person and returns its timestamp. Names with @ and #, @channel and links are turned into Slack's markup,
// and everything else is escaped, as Slack's own client does.
func (p *Person) Says(in, text string) string {
	return await(p, func(u *user) (string, error) {
		c, err := p.s.writable(u, in)
		if err != nil {
			return "", err
		}
		return p.s.post(c, &message{User: u.ID, Text: p.s.escapeNames(text, false)}).TS, nil
	})
}

// Replies posts into the thread of the newest message that contains to.
func (p *Person) Replies(in, to, text string) string {
	return await(p, func(u *user) (string, error) {
		c, m, err := p.s.said(u, in, to)
		if err != nil {
			return "", err
		}
		if _, err := p.s.writable(u, in); err != nil {
			return "", err
		}
		return p.s.post(c, &message{User: u.ID, ThreadTS: m.TS, Text: p.s.escapeNames(text, false)}).TS, nil
	})
}

// Reacts adds a reaction (its name, without colons) to the newest message that contains to.
func (p *Person) Reacts(in, to, emoji string) {
	await(p, func(u *user) (bool, error) {
		c, m, err := p.s.said(u, in, to)
		if err != nil {
			return false, err
		}
		return p.s.react(c, m, u.ID, strings.Trim(emoji, ":")), nil
	})
}

// Edits changes the newest message of the person's that contains old.
func (p *Person) Edits(in, old, text string) {
	p.own(in, old, func(u *user, c *channel, m *message) {
		p.s.change(c, m, u.ID, func() { m.Text = p.s.escapeNames(text, false) })
	})
}

// Deletes removes the newest message of the person's that contains text.
func (p *Person) Deletes(in, text string) {
	p.own(in, text, func(_ *user, c *channel, m *message) { p.s.remove(c, m) })
}

func (p *Person) own(in, text string, do func(*user, *channel, *message)) {
	await(p, func(u *user) (bool, error) {
		c, m, err := p.s.said(u, in, text)
		if err != nil {
			return false, err
		}
		if m.User != u.ID {
			return false, final{fmt.Errorf("the message %q in %s is not %s's", text, in, u.Name)}
		}
		do(u, c, m)
		return true, nil
	})
}

// Creates makes a channel, with the person as its only member.
func (p *Person) Creates(name string, isPrivate bool) {
	await(p, func(u *user) (bool, error) {
		name := strings.TrimPrefix(name, "#")
		if code := checkName(name); code != "" || p.s.ws.taken(name) {
			return false, final{fmt.Errorf("a channel #%s cannot be made: %s", name, cmp.Or(code, "name_taken"))}
		}
		k := public
		if isPrivate {
			k = private
		}
		p.s.create(name, k, u.ID)
		return true, nil
	})
}

// Joins makes the person a member of a public channel.
func (p *Person) Joins(in string) {
	await(p, func(u *user) (bool, error) {
		c, err := p.s.conversation(u, in)
		if err == nil && (c.Archived || c.has(u.ID)) {
			err = fmt.Errorf("%s cannot join %s: archived, or joined already", u.Name, in)
		}
		if err != nil {
			return false, err
		}
		p.s.joins(c, u.ID, "")
		return true, nil
	})
}

// Leaves ends the person's membership of a channel.
func (p *Person) Leaves(in string) {
	p.inside(in, func(u *user, c *channel) error {
		p.s.leaves(c, u.ID)
		return nil
	})
}

// inside does something in a channel that the person is in.
func (p *Person) inside(in string, do func(*user, *channel) error) {
	await(p, func(u *user) (bool, error) {
		c, err := p.s.writable(u, in)
		if err == nil {
			err = do(u, c)
		}
		return err == nil, err
	})
}

// Invites adds people, or the app by its handle, to a channel that the person is in.
func (p *Person) Invites(in string, who ...string) {
	p.inside(in, func(u *user, c *channel) error {
		for _, name := range who {
			guest := p.s.ws.person(name)
			if guest == nil {
				return final{fmt.Errorf("nobody is called %q in the sandbox", name)}
			}
			if !c.has(guest.ID) {
				p.s.joins(c, guest.ID, u.ID)
			}
		}
		return nil
	})
}

// Kicks removes people, or the app by its handle, from a channel that the person is in.
func (p *Person) Kicks(in string, who ...string) {
	p.inside(in, func(_ *user, c *channel) error {
		for _, name := range who {
			if other := p.s.ws.person(name); other != nil && c.has(other.ID) {
				p.s.leaves(c, other.ID)
			}
		}
		return nil
	})
}

// Archives archives a channel that the person is in.
func (p *Person) Archives(in string) {
	p.inside(in, func(u *user, c *channel) error {
		p.s.archive(c, u.ID, true)
		return nil
	})
}

// Unarchives reopens an archived channel.
func (p *Person) Unarchives(in string) {
	await(p, func(u *user) (bool, error) {
		c, err := p.s.conversation(u, in)
		if err == nil && !c.Archived {
			err = fmt.Errorf("%s is not archived", in)
		}
		if err != nil {
			return false, err
		}
		p.s.archive(c, u.ID, false)
		return true, nil
	})
}

// Renames gives a channel that the person is in another name.
func (p *Person) Renames(in, name string) {
	p.inside(in, func(u *user, c *channel) error {
		name := strings.TrimPrefix(name, "#")
		if code := checkName(name); code != "" || p.s.ws.taken(name) {
			return final{fmt.Errorf("%s cannot be renamed to #%s: %s", in, name, cmp.Or(code, "name_taken"))}
		}
		p.s.rename(c, u.ID, name)
		return nil
	})
}

// Bookmarks are the links at the top of a channel, as "title (address)"; Pins the first lines of its pinned messages.
func (p *Person) Bookmarks(in string) []string { return p.furniture(in, "bookmark: ") }

// Pins are the first lines of a channel's pinned messages.
func (p *Person) Pins(in string) []string { return p.furniture(in, "pinned: ") }

func (p *Person) furniture(in, what string) []string {
	return await(p, func(u *user) ([]string, error) {
		c, err := p.s.conversation(u, in)
		if err != nil {
			return nil, err
		}
		var out []string
		for line := range strings.Lines(eyes{p.s, u}.furniture(c)) {
			if rest, ok := strings.CutPrefix(line, what); ok {
				out = append(out, strings.TrimSuffix(rest, "\n"))
			}
		}
		return out, nil
	})
}

// typing finds what Slack's client turns into markup: mentions, channels, links.
var typing = regexp.MustCompile(`@[A-Za-z0-9][A-Za-z0-9._-]*|#[a-z0-9][a-z0-9_-]*|https?://[^\s<>]+`)

// escapeNames writes typed text as Slack sends it on. In commands mentions carry names, and @channel is left as it is.
func (s *Server) escapeNames(text string, command bool) string {
	return typing.ReplaceAllStringFunc(blockSafe(text), func(word string) string {
		if strings.HasPrefix(word, "http") {
			return "<" + word + ">"
		}
		if name, ok := strings.CutPrefix(word, "#"); ok {
			return s.escapeChannel(word, name, command)
		}
		name := strings.TrimRight(strings.TrimPrefix(word, "@"), "._-")
		rest := word[1+len(name):]
		switch u, g := s.ws.person(name), s.ws.groupNamed(name); {
		case u != nil && command:
			return "<@" + string(u.ID) + "|" + u.Handle + ">" + rest
		case u != nil:
			return "<@" + string(u.ID) + ">" + rest
		case g != nil:
			return "<!subteam^" + g.ID + "|@" + g.Handle + ">" + rest
		case !command && (name == "channel" || name == "here" || name == "everyone"):
			return "<!" + name + ">" + rest
		}
		return word
	})
}

func (s *Server) escapeChannel(word, name string, command bool) string {
	c := s.ws.channelNamed(name)
	switch {
	case c == nil:
		return word
	case c.Kind != public && command:
		return "<#" + string(c.ID) + "|>"
	case command:
		return "<#" + string(c.ID) + "|" + c.Name + ">"
	}
	return "<#" + string(c.ID) + ">"
}

// blockSafe escapes the three characters that have a meaning in Slack's markup.
func blockSafe(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
