package sandbox

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"epilogue/internal/sandbox/blockkit"
)

// Notification is one ping: somebody was really made to look.
type Notification struct {
	Who     string `json:"who"`     // handle
	Why     string `json:"why"`     // "mention", "dm", "channel" (also @everyone), "here", "group"
	Channel string `json:"channel"` // "#name" or "DM"
	TS      string `json:"ts"`
	By      string `json:"by"`   // handle of the sender
	Text    string `json:"text"` // what the notification says: the message's text as that person reads it
}

// genBlockID makes ids for blocks that the app gave none, such as "b7f".
func (s *Server) genBlockID() string {
	s.ws.Next++
	return "b" + strconv.FormatInt(int64(s.ws.Next), 36)
}

// post adds a message to a conversation: it gets its timestamp, its markup is normalized, people are notified and the app hears of it.
func (s *Server) post(c *channel, m *message) *message {
	c.LastTS = max(c.LastTS+1, s.clock.Now().UnixMicro())
	m.TS = formatTS(c.LastTS)
	m.posted = time.Now()
	s.normalize(m)
	if m.ThreadTS != "" {
		parent := c.find(m.ThreadTS)
		switch {
		case parent == nil:
			m.ThreadTS = "" // Slack posts a reply to a deleted message into the channel
		case parent.ThreadTS != "" && parent.ThreadTS != parent.TS:
			m.ThreadTS = parent.ThreadTS
		default:
			parent.ThreadTS = parent.TS
		}
	}
	c.Messages = append(c.Messages, m)
	s.did("posted", c, m)
	s.notify(c, m)
	if m.OnlyFor == "" {
		s.messageEvent(c, m)
	}
	s.touch()
	return m
}

// normalize writes text and blocks as Slack echoes them.
func (s *Server) normalize(m *message) {
	m.Text = blockkit.EscapeStray(m.Text)
	if emptyList(m.Blocks) {
		m.Blocks = nil
	}
	if len(m.Blocks) > 0 {
		m.Blocks = blockkit.NormalizeBlocks(m.Blocks, s.genBlockID)
	}
}

// notify notes who is pinged by a new message. Editing a message pings nobody, and neither do notices of joins and the like.
func (s *Server) notify(c *channel, m *message) {
	if m.OnlyFor != "" || m.Subtype != "" && m.Subtype != "bot_message" && m.Subtype != "file_share" {
		return
	}
	found := blockkit.FindMentions(m.Text, m.Blocks)
	for _, id := range c.Members {
		u := s.ws.Users[id]
		if u == nil || id == m.User || u.bot() || u.Role == Deactivated {
			continue
		}
		if why := s.reason(c, id, found); why != "" {
			s.ws.Notifications = append(s.ws.Notifications, Notification{
				Who: u.Handle, Why: why, Channel: c.place(), TS: m.TS,
				By: s.handleOf(m.User), Text: s.plain(m.Text, m.Blocks, u),
			})
		}
	}
}

// reason says why a message with these mentions pings a member of the conversation; "" if it does not.
func (s *Server) reason(c *channel, id UserID, found blockkit.Mentions) string {
	switch {
	case c.Kind == direct || c.Kind == several:
		return "dm"
	case slices.Contains(found.Users, string(id)):
		return "mention"
	case slices.Contains(found.Broadcasts, "channel"), slices.Contains(found.Broadcasts, "everyone"):
		return "channel"
	case slices.Contains(found.Broadcasts, "here"):
		return "here"
	}
	for _, g := range found.Groups {
		if g := s.ws.Groups[g]; g != nil && slices.Contains(g.Users, id) {
			return "group"
		}
	}
	return ""
}

func mentioned(m *message) []string { return blockkit.FindMentions(m.Text, m.Blocks).Users }

func (s *Server) handleOf(id UserID) string {
	if u := s.ws.Users[id]; u != nil {
		return u.Handle
	}
	return string(id)
}

// change edits a message and tells the app that it changed.
func (s *Server) change(c *channel, m *message, by UserID, edit func()) {
	before := s.messageJSON(c, m, true)
	edit()
	s.did("changed", c, m)
	m.EditedTS, m.EditedBy = s.ws.stamp(s.clock.Now()), by
	if m.OnlyFor == "" {
		s.changedEvent(c, m, before)
	}
	s.touch()
}

// remove takes a message away and tells the app.
func (s *Server) remove(c *channel, m *message) {
	before := s.messageJSON(c, m, true)
	c.Messages = slices.DeleteFunc(c.Messages, func(o *message) bool { return o == m })
	c.Pins = slices.DeleteFunc(c.Pins, func(ts string) bool { return ts == m.TS })
	s.did("deleted", c, m)
	if m.OnlyFor == "" {
		s.deletedEvent(c, m, before)
	}
	s.touch()
}

// messageJSON is the message as payloads and histories hold it. Metadata is whole with full, else only its event_type.
func (s *Server) messageJSON(c *channel, m *message, full bool) obj {
	out := obj{"type": "message", "text": m.Text, "ts": m.TS, "team": teamID}
	put := func(key string, value any, present bool) {
		if present {
			out[key] = value
		}
	}
	put("user", m.User, m.User != "")
	put("subtype", m.Subtype, m.Subtype != "")
	put("username", m.Username, m.Username != "")
	if m.BotID != "" {
		out["bot_id"], out["app_id"] = m.BotID, appID
		out["bot_profile"] = obj{"id": botID, "app_id": appID, "name": s.app.name(), "icons": obj{}, "deleted": false, "updated": 1, "team_id": teamID}
	}
	put("blocks", m.Blocks, len(m.Blocks) > 0)
	put("attachments", m.Attachments, len(m.Attachments) > 0)
	put("thread_ts", m.ThreadTS, m.ThreadTS != "")
	if m.EditedTS != "" {
		out["edited"] = obj{"user": m.EditedBy, "ts": m.EditedTS}
	}
	if len(m.Metadata) > 0 {
		out["metadata"] = m.Metadata
		if !full {
			var short struct {
				EventType string `json:"event_type"`
			}
			_ = json.Unmarshal(m.Metadata, &short)
			out["metadata"] = short
		}
	}
	if m.ThreadTS == m.TS && m.TS != "" {
		s.addThread(out, c, m)
	}
	if len(m.Reactions) > 0 {
		var all []obj
		for _, r := range m.Reactions {
			all = append(all, obj{"name": r.Name, "users": r.Users, "count": len(r.Users)})
		}
		out["reactions"] = all
	}
	if len(m.Files) > 0 {
		var all []obj
		for _, id := range m.Files {
			if f := s.ws.Files[id]; f != nil {
				all = append(all, f.json())
			}
		}
		out["files"] = all
	}
	put("pinned_to", []ChannelID{c.ID}, slices.Contains(c.Pins, m.TS))
	return out
}

// addThread describes a message's thread. A parent whose replies are all gone says so with a count of 0.
func (s *Server) addThread(out obj, c *channel, m *message) {
	replies := c.replies(m.TS)
	out["reply_count"] = len(replies)
	if len(replies) == 0 {
		return
	}
	var users []UserID
	for _, r := range replies {
		if !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	out["reply_users"], out["reply_users_count"], out["latest_reply"] = users, len(users), replies[len(replies)-1].TS
}

// checkBlocks refuses blocks as the message methods do.
func checkBlocks(raw string) (json.RawMessage, error) {
	if raw == "" {
		return nil, nil
	}
	blocks := json.RawMessage(raw)
	if !json.Valid(blocks) || !blockkit.IsArray(blocks) {
		return nil, refuse("invalid_blocks_format")
	}
	problems := blockkit.CheckMessage(blocks)
	if len(problems) == 0 {
		return blocks, nil
	}
	var bare, marked []string
	for _, p := range problems {
		bare, marked = append(bare, p.String()), append(marked, "[ERROR] "+p.String())
	}
	return nil, apiError{"invalid_blocks", obj{"errors": bare, "response_metadata": obj{"messages": marked}}}
}

// The largest metadata that is taken. Slack's own number is not documented.
const mostMetadata = 8 << 10

func checkMetadata(raw string) (json.RawMessage, error) {
	if raw == "" || raw == "{}" {
		return nil, nil
	}
	var m struct {
		EventType    *string        `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	switch {
	case json.Unmarshal([]byte(raw), &m) != nil:
		return nil, refuse("invalid_metadata_format")
	case m.EventType == nil || *m.EventType == "" || m.EventPayload == nil:
		return nil, refuse("invalid_metadata_schema")
	case len(raw) > mostMetadata:
		return nil, refuse("metadata_too_large")
	}
	return json.RawMessage(raw), nil
}

// emptyList says whether a JSON list was given that holds nothing, which removes what was there.
func emptyList(raw json.RawMessage) bool { return strings.TrimSpace(string(raw)) == "[]" }

// content reads what a message says from the arguments of chat.*: text, blocks, attachments and metadata, checked.
func content(a args) (*message, error) {
	m := &message{Text: a["text"], Username: a["username"]}
	var err error
	if m.Blocks, err = checkBlocks(a["blocks"]); err != nil {
		return nil, err
	}
	if a["attachments"] != "" {
		var list []json.RawMessage
		if json.Unmarshal([]byte(a["attachments"]), &list) != nil {
			return nil, refuse("invalid_attachments")
		}
		if len(list) > 100 {
			return nil, refuse("too_many_attachments")
		}
		if len(list) > 0 {
			m.Attachments = json.RawMessage(a["attachments"])
		}
	}
	if md := a["markdown_text"]; md != "" {
		if m.Text != "" || m.Blocks != nil {
			return nil, refuse("markdown_text_conflict")
		}
		if len([]rune(md)) > 12000 {
			return nil, refuse("msg_too_long")
		}
		m.Text = md
	}
	if m.Metadata, err = checkMetadata(a["metadata"]); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *message) empty() bool {
	return m.Text == "" && (len(m.Blocks) == 0 || emptyList(m.Blocks)) && len(m.Attachments) == 0
}
