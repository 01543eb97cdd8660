package sandbox

import "fmt"

// cause is the call, or the envelope, whose answer is just being carried out. It is guarded by Server.mu.
type cause struct {
	call     *Call
	envelope *Envelope
}

// because carries something out that a call or an envelope brings about. The caller holds mu.
func (s *Server) because(c cause, do func()) {
	before := s.cause
	s.cause = c
	defer func() { s.cause = before }()
	do()
}

// did notes what was done to a message, at whatever brought it about; what people do by themselves is told by an envelope. The caller holds mu.
func (s *Server) did(how string, c *channel, m *message) {
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	t := Touched{string(c.ID), m.TS, how}
	switch {
	case s.cause.call != nil:
		s.cause.call.Made = append(s.cause.call.Made, t)
	case s.cause.envelope != nil:
		s.cause.envelope.Made = append(s.cause.envelope.Made, t)
	}
}

// about is the message that a payload tells of, nil if it tells of none.
func about(payload obj) []Touched {
	text := func(from obj, key string) string {
		if v, given := from[key]; given {
			return fmt.Sprint(v)
		}
		return ""
	}
	within := func(from obj, key string) obj {
		inner, _ := from[key].(obj)
		return inner
	}
	found := Touched{How: "about"}
	switch container, event := within(payload, "container"), within(payload, "event"); {
	case container["message_ts"] != nil:
		found.Channel, found.TS = text(container, "channel_id"), text(container, "message_ts")
	case payload["message_ts"] != nil:
		found.Channel, found.TS = text(within(payload, "channel"), "id"), text(payload, "message_ts")
	case event["type"] == "message" || event["type"] == "app_mention":
		found.Channel, found.TS = text(event, "channel"), text(event, "ts")
		if changed := within(event, "message"); changed != nil {
			found.TS = text(changed, "ts")
		}
		if deleted := text(event, "deleted_ts"); deleted != "" {
			found.TS = deleted
		}
	case event["item"] != nil:
		item := within(event, "item")
		found.Channel, found.TS = text(item, "channel"), text(item, "ts")
		if found.TS == "" {
			found.TS = text(within(item, "message"), "ts")
		}
	}
	if found.Channel == "" || found.TS == "" {
		return nil
	}
	return []Touched{found}
}

// Sighting is a message that somebody can go and look at.
type Sighting struct {
	Who     string // handle of somebody who sees it
	Thread  bool   // it is a reply that stands only in its thread
	Channel string // "#general", or "the messages with Ana"
	Text    string // what it says, as they read it
}

// Sight finds somebody who sees a message: rather the person asked for, else the first by name. There is nobody if it is gone.
func (s *Server) Sight(channel, ts, rather string) (Sighting, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.Channels[ChannelID(channel)]
	if c == nil {
		return Sighting{}, false
	}
	all := s.ws.sortedUsers()
	if u := s.ws.person(rather); u != nil {
		all = append([]*user{u}, all...)
	}
	for _, u := range all {
		if u.bot() || u.ID == slackbot || u.Role == Deactivated || !c.visibleTo(u) {
			continue
		}
		if _, m, err := s.seen(u, channel, ts); err == nil {
			return Sighting{
				Who: u.Handle, Thread: m.ThreadTS != "" && m.ThreadTS != m.TS && !m.Broadcast, Channel: s.called(c), Text: s.plain(m.Text, m.Blocks, u),
			}, true
		}
	}
	return Sighting{}, false
}

// called is what a channel is called behind the stage, where nobody looks through anybody's eyes.
func (s *Server) called(c *channel) string {
	if c.Kind == direct && !c.withApp() {
		return "messages of " + s.ws.Users[c.Members[0]].Name + " and " + s.ws.Users[c.Members[1]].Name
	}
	if c.Kind == direct || c.Kind == several {
		for _, id := range c.Members {
			if u := s.ws.Users[id]; u != nil && !u.bot() {
				return "messages with " + u.Name
			}
		}
	}
	return "#" + c.Name
}

// Names are what the ids of all people and conversations stand for: "Ana", "#general".
func (s *Server) Names() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for id, u := range s.ws.Users {
		out[string(id)] = u.Name
	}
	for id, c := range s.ws.Channels {
		out[string(id)] = s.called(c)
	}
	return out
}
