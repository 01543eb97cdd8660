package sandbox

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

func (s *Server) pinsAdd(a args) (obj, error) {
	c, err := s.enterable(a["channel"])
	if err != nil {
		return nil, err
	}
	m := c.find(a["timestamp"])
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case slices.Contains(c.Pins, m.TS):
		return nil, refuse("already_pinned")
	case len(c.Pins) >= mostPins:
		return nil, refuse("too_many_pins")
	}
	s.pin(c, m, botUser, true)
	return nil, nil
}

// mostPins is how many messages a channel can have pinned.
const mostPins = 100

// pin pins a message to its channel, or takes the pin away; what is so already stays so.
func (s *Server) pin(c *channel, m *message, by UserID, on bool) {
	i := slices.Index(c.Pins, m.TS)
	item := obj{"type": "message", "channel": c.ID, "message": s.messageJSON(c, m, false)}
	switch {
	case on && i < 0:
		c.Pins = append(c.Pins, m.TS)
		s.did("pinned", c, m)
		s.emit("pin_added", "pins:read", c, obj{"user": by, "channel_id": c.ID, "item": item})
	case !on && i >= 0:
		c.Pins = slices.Delete(c.Pins, i, i+1)
		s.did("unpinned", c, m)
		s.emit("pin_removed", "pins:read", c, obj{"user": by, "channel_id": c.ID, "item": item, "has_pins": len(c.Pins) > 0})
	}
	s.touch()
}

func (s *Server) pinsRemove(a args) (obj, error) {
	c, err := s.enterable(a["channel"])
	if err != nil {
		return nil, err
	}
	m := c.find(a["timestamp"])
	if m == nil || !slices.Contains(c.Pins, m.TS) {
		return nil, refuse("no_pin")
	}
	s.pin(c, m, botUser, false)
	return nil, nil
}

func (s *Server) pinsList(a args) (obj, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	items := []obj{}
	for _, ts := range slices.Backward(c.Pins) {
		if m := c.find(ts); m != nil {
			items = append(items, obj{"type": "message", "channel": c.ID, "created": timeOf(ts).Unix(), "message": s.messageJSON(c, m, false)})
		}
	}
	return obj{"items": items}, nil
}

func (b *bookmark) json(c *channel) obj {
	return obj{
		"id": b.ID, "channel_id": c.ID, "title": b.Title, "link": b.Link, "emoji": b.Emoji, "icon_url": nil, "type": "link", "entity_id": nil,
		"date_created": b.Created, "date_updated": b.Updated, "rank": b.Rank, "last_updated_by_user_id": botUser, "last_updated_by_team_id": teamID, "shortcut_id": nil, "app_id": nil,
	}
}

func checkLink(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(link) > 2048 {
		return refuse("invalid_link")
	}
	return nil
}

func (s *Server) bookmarksAdd(a args) (obj, error) {
	c, err := s.enterable(a["channel_id"])
	switch {
	case err != nil:
		return nil, err
	case a["type"] != "link":
		return nil, refuse("invalid_bookmark_type")
	case utf8.RuneCountInString(a["title"]) > 256:
		return nil, invalidArguments("[ERROR] must be less than 257 characters [json-pointer:/title]")
	case len(c.Bookmarks) >= 100:
		return nil, refuse("too_many_bookmarks")
	}
	if err := checkLink(a["link"]); err != nil {
		return nil, err
	}
	now := s.clock.Now().Unix()
	b := &bookmark{ID: s.ws.id("Bk"), Title: a["title"], Link: a["link"], Emoji: a["emoji"], Rank: string(rune('a' + len(c.Bookmarks)%26)), Created: now, Updated: now}
	c.Bookmarks = append(c.Bookmarks, b)
	s.touch()
	return obj{"bookmark": b.json(c)}, nil
}

func (s *Server) bookmark(a args) (*channel, *bookmark, error) {
	c, err := s.enterable(a["channel_id"])
	if err != nil {
		return nil, nil, err
	}
	for _, b := range c.Bookmarks {
		if b.ID == a["bookmark_id"] {
			return c, b, nil
		}
	}
	return nil, nil, refuse("not_found")
}

func (s *Server) bookmarksEdit(a args) (obj, error) {
	c, b, err := s.bookmark(a)
	if err != nil {
		return nil, err
	}
	if a["link"] != "" {
		if err := checkLink(a["link"]); err != nil {
			return nil, err
		}
		b.Link = a["link"]
	}
	if a["title"] != "" {
		b.Title = a["title"]
	}
	if a.has("emoji") {
		b.Emoji = a["emoji"]
	}
	b.Updated = s.clock.Now().Unix()
	s.touch()
	return obj{"bookmark": b.json(c)}, nil
}

func (s *Server) bookmarksRemove(a args) (obj, error) {
	c, b, err := s.bookmark(a)
	if err != nil {
		return nil, err
	}
	c.Bookmarks = slices.DeleteFunc(c.Bookmarks, func(o *bookmark) bool { return o == b })
	s.touch()
	return nil, nil
}

func (s *Server) bookmarksList(a args) (obj, error) {
	c, err := s.readable(a["channel_id"])
	if err != nil {
		return nil, err
	}
	all := []obj{}
	for _, b := range c.Bookmarks {
		all = append(all, b.json(c))
	}
	return obj{"bookmarks": all}, nil
}

func (s *Server) reacted(a args) (*channel, *message, string, error) {
	c, err := s.enterable(a["channel"])
	if err != nil {
		return nil, nil, "", err
	}
	name := a["name"]
	if strings.ContainsAny(name, ": ") {
		return nil, nil, "", refuse("invalid_name")
	}
	m := c.find(a["timestamp"])
	if m == nil {
		return nil, nil, "", refuse("message_not_found")
	}
	return c, m, name, nil
}

func (s *Server) reactionsAdd(a args) (obj, error) {
	c, m, name, err := s.reacted(a)
	if err != nil {
		return nil, err
	}
	if !s.react(c, m, botUser, name) {
		return nil, refuse("already_reacted")
	}
	return nil, nil
}

// react adds a reaction, unless the same person's is there already.
func (s *Server) react(c *channel, m *message, by UserID, name string) bool {
	i := slices.IndexFunc(m.Reactions, func(r reaction) bool { return r.Name == name })
	if i < 0 {
		i = len(m.Reactions)
		m.Reactions = append(m.Reactions, reaction{Name: name})
	}
	if slices.Contains(m.Reactions[i].Users, by) {
		return false
	}
	m.Reactions[i].Users = append(m.Reactions[i].Users, by)
	s.did("reacted", c, m)
	s.emit("reaction_added", "reactions:read", c, reactionEvent(c, m, by, name))
	s.touch()
	return true
}

func (s *Server) unreact(c *channel, m *message, by UserID, name string) bool {
	for i := range m.Reactions {
		r := &m.Reactions[i]
		if r.Name != name || !slices.Contains(r.Users, by) {
			continue
		}
		r.Users = slices.DeleteFunc(r.Users, func(id UserID) bool { return id == by })
		if len(r.Users) == 0 {
			m.Reactions = slices.Delete(m.Reactions, i, i+1)
		}
		s.did("reacted", c, m)
		s.emit("reaction_removed", "reactions:read", c, reactionEvent(c, m, by, name))
		s.touch()
		return true
	}
	return false
}

func reactionEvent(c *channel, m *message, by UserID, name string) obj {
	return obj{"user": by, "reaction": name, "item_user": m.User, "item": obj{"type": "message", "channel": c.ID, "ts": m.TS}}
}

func (s *Server) reactionsRemove(a args) (obj, error) {
	c, m, name, err := s.reacted(a)
	if err != nil {
		return nil, err
	}
	if !s.unreact(c, m, botUser, name) {
		return nil, refuse("no_reaction")
	}
	return nil, nil
}

// mostMarkdown is the size of a canvas' content.
const mostMarkdown = 1 << 20

func document(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	var d struct{ Type, Markdown string }
	if json.Unmarshal([]byte(raw), &d) != nil || d.Type != "markdown" {
		return "", invalidArguments("[ERROR] invalid document_content")
	}
	if len(d.Markdown) > mostMarkdown {
		return "", refuse("canvas_too_large")
	}
	return d.Markdown, nil
}

func (s *Server) newCanvas(a args, c *channel) (obj, error) {
	markdown, err := document(a["document_content"])
	if err != nil {
		return nil, err
	}
	v := &canvas{ID: s.ws.id("F"), Title: a["title"], Markdown: markdown}
	if c != nil {
		v.Channel = c.ID
	}
	s.ws.Canvases[v.ID] = v
	s.touch()
	return obj{"canvas_id": v.ID}, nil
}

func (s *Server) canvasesCreate(a args) (obj, error) {
	if a["channel_id"] == "" {
		return s.newCanvas(a, nil)
	}
	c, err := s.enterable(a["channel_id"])
	if err != nil {
		return nil, err
	}
	return s.newCanvas(a, c)
}

func (s *Server) conversationsCanvasesCreate(a args) (obj, error) {
	c, err := s.enterable(a["channel_id"])
	if err != nil {
		return nil, err
	}
	if c.CanvasID != "" {
		return nil, refuse("channel_canvas_already_exists")
	}
	out, err := s.newCanvas(a, c)
	if err == nil {
		c.CanvasID = out["canvas_id"].(string)
	}
	return out, err
}

// canvasesEdit knows whole-document operations; sections cannot be named in the sandbox.
func (s *Server) canvasesEdit(a args) (obj, error) {
	v := s.ws.Canvases[a["canvas_id"]]
	if v == nil {
		return nil, refuse("canvas_not_found")
	}
	var changes []struct {
		Operation string          `json:"operation"`
		Content   json.RawMessage `json:"document_content"`
	}
	if json.Unmarshal([]byte(a["changes"]), &changes) != nil || len(changes) != 1 {
		return nil, invalidArguments("[ERROR] exactly one change is allowed [json-pointer:/changes]")
	}
	markdown, err := document(string(changes[0].Content))
	if err != nil {
		return nil, err
	}
	switch changes[0].Operation {
	case "replace":
		v.Markdown = markdown
	case "insert_at_end", "insert_after":
		v.Markdown += markdown
	case "insert_at_start", "insert_before":
		v.Markdown = markdown + v.Markdown
	case "delete":
		v.Markdown = ""
	default:
		return nil, invalidArguments("[ERROR] unsupported operation [json-pointer:/changes/0/operation]")
	}
	s.touch()
	return nil, nil
}
