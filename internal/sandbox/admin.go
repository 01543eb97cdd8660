package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What an administrator of the workspace does, or what simply happens to it. None of it is done by a person of a test; all are
// errors only when a name is unknown.

// Deactivate deactivates a person: they can do nothing any more, and the app hears of it.
func (s *Server) Deactivate(who string) error { return s.SetRole(who, Deactivated) }

// SetRole gives a person another role.
func (s *Server) SetRole(who string, role Role) error {
	return s.alter(who, func(u *user) { u.Role = role })
}

// SetZone moves a person to another time zone.
func (s *Server) SetZone(who, zone string) error {
	return s.alter(who, func(u *user) { u.Zone = zone })
}

// SetName gives a person another full name; their handle stays.
func (s *Server) SetName(who, name string) error {
	return s.alter(who, func(u *user) { u.Name = name })
}

// SetStatus writes a status beside a person's name, as they do themselves. At until it ends by itself; at the zero time it does not.
func (s *Server) SetStatus(who, emoji, text string, until time.Time) error {
	return s.alter(who, func(u *user) {
		u.StatusEmoji, u.StatusText, u.StatusUntil = emoji, text, 0
		if !until.IsZero() {
			u.StatusUntil = until.Unix()
		}
	})
}

func (s *Server) alter(who string, change func(*user)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.ws.person(who)
	if u == nil {
		return fmt.Errorf("change a person: nobody is called %q", who)
	}
	change(u)
	s.userEvent("user_change", u)
	return nil
}

// AddPerson lets somebody new into the workspace, and into its general channel.
func (s *Server) AddPerson(p Persona) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := newUser(p, s.clock.Now())
	if len(u.ID) < 2 || s.ws.Users[u.ID] != nil {
		return fmt.Errorf("add a person: the handle %q is empty or taken", p.Handle)
	}
	s.ws.Users[u.ID] = u
	s.userEvent("team_join", u)
	for _, c := range s.ws.sortedChannels() {
		if c.General && !u.guest() && u.TeamID == teamID {
			s.joins(c, u.ID, "")
		}
	}
	return nil
}

// AddChannel makes a channel from outside, without events.
func (s *Server) AddChannel(spec ChannelSpec) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ws.taken(spec.Name) {
		return fmt.Errorf("add a channel: #%s exists", spec.Name)
	}
	err := s.addChannel(spec)
	s.touch()
	return err
}

// SetGroup sets the members of a user group, which is made if it does not exist.
func (s *Server) SetGroup(spec GroupSpec) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.ws.groupNamed(spec.Handle)
	if g == nil {
		if err := s.addGroup(spec); err != nil {
			return err
		}
		s.emit("subteam_created", "usergroups:read", nil, obj{"subteam": s.groupJSON(s.ws.groupNamed(spec.Handle), true)})
		return nil
	}
	var users []UserID
	for _, m := range spec.Members {
		u := s.ws.person(m)
		if u == nil {
			return fmt.Errorf("set a group: nobody is called %q", m)
		}
		users = append(users, u.ID)
	}
	g.Users = users
	s.emit("subteam_updated", "usergroups:read", nil, obj{"subteam": s.groupJSON(g, true)})
	s.touch()
	return nil
}

// ArchiveChannel archives a channel, as somebody does who is not part of the test.
func (s *Server) ArchiveChannel(name string) error {
	return s.within(name, func(c *channel) { s.archive(c, slackbot, true) })
}

// KickApp removes the app from a channel.
func (s *Server) KickApp(name string) error {
	return s.within(name, func(c *channel) { s.leaves(c, botUser) })
}

// AddApp makes the app a member of a channel, as somebody's invitation does.
func (s *Server) AddApp(name string) error {
	return s.within(name, func(c *channel) {
		if !c.has(botUser) {
			s.joins(c, botUser, slackbot)
		}
	})
}

// ShareChannel says whether a channel is shared with another organization.
func (s *Server) ShareChannel(name string, shared bool) error {
	return s.within(name, func(c *channel) { c.Shared = shared })
}

func (s *Server) within(name string, do func(*channel)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.channelNamed(name)
	if c == nil {
		return fmt.Errorf("change a channel: there is no %s", name)
	}
	do(c)
	s.touch()
	return nil
}

// Message is a message as a test examines it.
type Message struct {
	TS, ThreadTS, Text string
	By                 string // handle
	OnlyFor            string // handle; "" if for all
	Blocks, Metadata   []byte
	Edited             bool
}

// Messages are the messages of a conversation ("#name", a channel id, or a handle for that person's DM), oldest first; nil if there is none.
func (s *Server) Messages(in string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.Channels[ChannelID(in)]
	if c == nil {
		c = s.ws.channelNamed(in)
	}
	if u := s.ws.person(in); c == nil && u != nil {
		c = s.dm(u.ID)
	}
	if c == nil {
		return nil
	}
	var out []Message
	for _, m := range c.Messages {
		out = append(out, Message{
			TS: m.TS, ThreadTS: m.ThreadTS, Text: m.Text, By: s.handleOf(m.User), Edited: m.EditedTS != "",
			Blocks: slices.Clone(m.Blocks), Metadata: slices.Clone(m.Metadata),
		})
		if m.OnlyFor != "" {
			out[len(out)-1].OnlyFor = s.handleOf(m.OnlyFor)
		}
	}
	return out
}

// ChannelID is the id of a channel by its name; "" if there is none.
func (s *Server) ChannelID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.ws.channelNamed(name); c != nil {
		return string(c.ID)
	}
	return ""
}

// Canvases are the canvases that the app made, as Markdown, by title.
func (s *Server) Canvases() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for _, v := range s.ws.Canvases {
		out[v.Title] = v.Markdown
	}
	return out
}

// WriteCanvas has somebody write something in the place of a text in a canvas whose title begins so.
func (s *Server) WriteCanvas(title, old, with string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.ws.Canvases {
		if strings.HasPrefix(v.Title, title) && strings.Contains(v.Markdown, old) {
			v.Markdown = strings.Replace(v.Markdown, old, with, 1)
			s.touch()
			return nil
		}
	}
	return fmt.Errorf("no canvas %q says %q", title, old)
}
