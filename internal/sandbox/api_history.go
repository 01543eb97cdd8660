package sandbox

import (
	"slices"
	"time"
)

// readable is reach for reading messages: the app must be a member, of public channels too.
func (s *Server) readable(id string) (*channel, error) {
	c, err := s.reach(id)
	if err != nil {
		return nil, err
	}
	if !c.has(botUser) {
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// between says whether a message is in the time span of the arguments oldest, latest and inclusive.
func between(a args, ts string) bool {
	at, _ := parseTS(ts)
	inclusive := a.bool("inclusive")
	if oldest, ok := parseTS(a["oldest"]); ok && (at < oldest || at == oldest && !inclusive) {
		return false
	}
	latest, ok := parseTS(a["latest"])
	return !ok || at < latest || at == latest && inclusive
}

func (s *Server) span(c *channel, a args, in func(*message) bool) ([]obj, error) {
	for _, name := range []string{"oldest", "latest"} {
		if _, ok := parseTS(a[name]); a[name] != "" && !ok {
			return nil, refuse("invalid_ts_" + name)
		}
	}
	var out []obj
	for _, m := range c.Messages {
		if m.OnlyFor == "" && in(m) && s.settled(m) {
			out = append(out, s.messageJSON(c, m, a.bool("include_all_metadata")))
		}
	}
	return out, nil
}

// settled says whether a message shows in histories yet.
func (s *Server) settled(m *message) bool {
	lag := s.faults.historyLag()
	return lag == 0 || time.Since(m.posted) >= lag
}

func (s *Server) conversationsHistory(a args) (obj, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	all, err := s.span(c, a, func(m *message) bool {
		return between(a, m.TS) && (m.ThreadTS == "" || m.ThreadTS == m.TS || m.Broadcast)
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	messages, next, err := page(a, all, 100, 999)
	if err != nil {
		return nil, err
	}
	return obj{"messages": notNil(messages), "has_more": next != "", "pin_count": len(c.Pins), "response_metadata": cursor(next)}, nil
}

func (s *Server) conversationsReplies(a args) (obj, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	m := c.find(a["ts"])
	if m == nil {
		return nil, refuse("thread_not_found")
	}
	root := m.TS
	if m.ThreadTS != "" {
		root = m.ThreadTS
	}
	all, err := s.span(c, a, func(o *message) bool {
		return o.TS == root || o.ThreadTS == root && between(a, o.TS)
	})
	if err != nil {
		return nil, err
	}
	messages, next, err := page(a, all, 1000, 1000)
	if err != nil {
		return nil, err
	}
	return obj{"messages": notNil(messages), "has_more": next != "", "response_metadata": cursor(next)}, nil
}
