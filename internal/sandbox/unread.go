package sandbox

import (
	"slices"
	"time"
)

// news says whether others have written since the person looked or wrote last, and how often they were pinged in it.
func (e eyes) news(c *channel) (unread bool, pings int) {
	read := e.s.ws.Read[e.u.ID][c.ID]
	newest := ""
	for _, m := range slices.Backward(c.Messages) {
		if m.TS <= read || m.User == e.u.ID && m.OnlyFor == "" && m.Subtype == "" {
			read = max(read, m.TS)
			break
		}
		if e.counts(c, m) {
			unread, newest = true, max(newest, m.TS)
		}
	}
	if !unread {
		return false, 0
	}
	for _, n := range slices.Backward(e.s.ws.Notifications) {
		if n.TS <= read {
			if timeOf(n.TS).Before(timeOf(read).Add(-time.Hour)) {
				break // they are in the order of their times, but for what a moved clock did
			}
			continue
		}
		if n.Who == e.u.Handle && n.Channel == c.place() {
			pings++
		}
	}
	return unread, pings
}

// counts says whether a message makes a conversation bold.
func (e eyes) counts(c *channel, m *message) bool {
	inThread := m.ThreadTS != "" && m.ThreadTS != m.TS && !m.Broadcast
	return m.OnlyFor == "" && m.User != e.u.ID && (m.Subtype == "" || m.Subtype == "bot_message" || m.Subtype == "file_share") && (!inThread || c.Kind == direct)
}

// MarkRead notes that a person has seen all that is in a conversation now.
func (s *Server) MarkRead(who, conversation string) error {
	_, err := look(s, who, func(e eyes) (bool, error) {
		c, err := s.conversation(e.u, conversation)
		if err != nil || len(c.Messages) == 0 || !c.has(e.u.ID) {
			return false, err
		}
		last := c.Messages[len(c.Messages)-1].TS
		if s.ws.Read == nil {
			s.ws.Read = map[UserID]map[ChannelID]string{}
		}
		if s.ws.Read[e.u.ID] == nil {
			s.ws.Read[e.u.ID] = map[ChannelID]string{}
		}
		if s.ws.Read[e.u.ID][c.ID] != last {
			s.ws.Read[e.u.ID][c.ID] = last
			s.touch()
		}
		return true, nil
	})
	return err
}
