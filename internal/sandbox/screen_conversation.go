package sandbox

import (
	"cmp"
	"fmt"
	"slices"
)

// Conversation is a conversation with its newest messages, at most limit (0: 50); with before, with those before that timestamp.
func (s *Server) Conversation(who, conversation, before string, limit int) (ConversationScreen, error) {
	limit = cmp.Or(limit, 50)
	return look(s, who, func(e eyes) (ConversationScreen, error) {
		c, err := s.conversation(e.u, conversation)
		if err != nil {
			return ConversationScreen{}, err
		}
		out := e.around(c)
		out.Messages, out.Older = e.stretch(c, before, func(shown int, _ *message) bool { return shown < limit })
		return out, nil
	})
}

// ConversationSince is a conversation with the messages from a timestamp on: what a screen shows that was scrolled up so far.
func (s *Server) ConversationSince(who, conversation, from string) (ConversationScreen, error) {
	return look(s, who, func(e eyes) (ConversationScreen, error) {
		c, err := s.conversation(e.u, conversation)
		if err != nil {
			return ConversationScreen{}, err
		}
		out := e.around(c)
		out.Messages, out.Older = e.stretch(c, "", func(_ int, m *message) bool { return m.TS >= from })
		return out, nil
	})
}

// around is all of a conversation but its messages.
func (e eyes) around(c *channel) ConversationScreen {
	out := ConversationScreen{
		Entry: e.entry(c), Topic: c.Topic, Purpose: c.Purpose, DM: c.withApp(), General: c.General, Read: e.s.ws.Read[e.u.ID][c.ID], Version: e.s.version,
	}
	for _, id := range c.Members {
		out.Members = append(out.Members, e.face(id))
	}
	for _, b := range c.Bookmarks {
		out.Bookmarks = append(out.Bookmarks, Bookmark{b.ID, b.Title, b.Link, b.Emoji})
	}
	var pinned []*message
	for _, ts := range slices.Backward(c.Pins) {
		if m := c.find(ts); m != nil {
			pinned = append(pinned, m)
		}
	}
	out.Pins = e.screens(c, pinned)
	return out
}

// stretch are the newest messages that stand in the channel itself, before a timestamp ("" for now), as far back as wanted; older says whether
// there are more. Replies to a message that was deleted stand in the channel.
func (e eyes) stretch(c *channel, before string, wanted func(shown int, m *message) bool) (shown []MessageScreen, older bool) {
	var chosen []*message
	var there map[string]bool
	for _, m := range slices.Backward(c.Messages) {
		if before != "" && m.TS >= before || !e.sees(m) {
			continue
		}
		if m.ThreadTS != "" && m.ThreadTS != m.TS && !m.Broadcast {
			if there == nil {
				there = map[string]bool{}
				for _, o := range c.Messages {
					there[o.TS] = true
				}
			}
			if there[m.ThreadTS] {
				continue
			}
		}
		if !wanted(len(chosen), m) {
			older = true
			break
		}
		chosen = append(chosen, m)
	}
	slices.Reverse(chosen)
	return e.screens(c, chosen), older
}

// Thread is a message of a conversation and the replies to it. ts may be that of a reply.
func (s *Server) Thread(who, conversation, ts string) (ThreadScreen, error) {
	return look(s, who, func(e eyes) (ThreadScreen, error) {
		c, err := s.conversation(e.u, conversation)
		if err != nil {
			return ThreadScreen{}, err
		}
		parent := c.find(ts)
		if parent != nil && parent.ThreadTS != "" && parent.ThreadTS != parent.TS {
			parent = c.find(parent.ThreadTS)
		}
		if parent == nil {
			return ThreadScreen{}, fmt.Errorf("there is no message %s in %s", ts, conversation)
		}
		all := []*message{parent}
		for _, m := range c.Messages {
			if m != parent && m.ThreadTS == parent.TS && e.sees(m) {
				all = append(all, m)
			}
		}
		shown := e.screens(c, all)
		return ThreadScreen{Conversation: e.entry(c), Parent: shown[0], Replies: shown[1:], Version: s.version}, nil
	})
}

// Message is one message that a person can see in a conversation; one that is only visible to them too.
func (s *Server) Message(who, conversation, ts string) (MessageScreen, error) {
	return look(s, who, func(e eyes) (MessageScreen, error) {
		c, m, err := s.seen(e.u, conversation, ts)
		if err != nil {
			return MessageScreen{}, err
		}
		return e.screens(c, []*message{m})[0], nil
	})
}

// screens shows some messages of a conversation. All threads are summed up in one pass.
func (e eyes) screens(c *channel, chosen []*message) []MessageScreen {
	out := make([]MessageScreen, len(chosen))
	roots := map[string]*MessageScreen{}
	for i, m := range chosen {
		out[i] = e.screen(c, m)
		if m.ThreadTS == m.TS {
			roots[m.TS] = &out[i]
		}
	}
	if len(roots) == 0 {
		return out
	}
	for _, m := range c.Messages {
		root := roots[m.ThreadTS]
		if root == nil || m.TS == m.ThreadTS || m.OnlyFor != "" {
			continue
		}
		root.Replies++
		root.LastReply = timeOf(m.TS)
		if len(root.Repliers) < 5 && !slices.ContainsFunc(root.Repliers, func(f Face) bool { return f.ID == string(m.User) }) {
			root.Repliers = append(root.Repliers, e.writer(m))
		}
	}
	return out
}

// writer is who wrote a message, under the name that it was sent with.
func (e eyes) writer(m *message) Face {
	f := e.face(m.User)
	f.App = f.App || m.BotID != ""
	f.Name = cmp.Or(m.Username, f.Name)
	return f
}

func (e eyes) screen(c *channel, m *message) MessageScreen {
	out := MessageScreen{
		TS: m.TS, ThreadTS: m.ThreadTS, At: timeOf(m.TS), Author: e.writer(m), Text: m.Text, Blocks: m.Blocks, Attachments: attached(m),
		Notice: m.Subtype != "" && m.Subtype != "bot_message" && m.Subtype != "file_share", Edited: m.EditedTS != "",
		OnlyMe: m.OnlyFor != "", Mine: m.User == e.u.ID && m.Subtype == "", Pinned: slices.Contains(c.Pins, m.TS) && m.OnlyFor == "", Broadcast: m.Broadcast,
	}
	if state := merge(m.Blocks, m.typed[e.u.ID]); len(state) > 0 {
		out.State = state
	}
	for _, id := range m.Files {
		if f := e.s.ws.Files[id]; f != nil {
			out.Files = append(out.Files, Attached{f.ID, cmp.Or(f.Title, f.Name), f.Size})
		}
	}
	for _, r := range m.Reactions {
		shown := ReactionScreen{Name: r.Name, Mine: slices.Contains(r.Users, e.u.ID)}
		for _, id := range r.Users {
			shown.By = append(shown.By, e.face(id).Name)
		}
		out.Reactions = append(out.Reactions, shown)
	}
	return out
}
