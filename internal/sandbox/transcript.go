package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox/blockkit"
)

// eyes read for one person; without a person they see everything.
type eyes struct {
	s *Server
	u *user
}

// User names a person as others see them.
func (e eyes) User(id string) string {
	if u := e.s.ws.Users[UserID(id)]; u != nil {
		return u.Name
	}
	return ""
}

// Channel names a channel, unless the reader must not know of it.
func (e eyes) Channel(id string) string {
	c := e.s.ws.Channels[ChannelID(id)]
	switch {
	case c == nil:
		return ""
	case e.u != nil && !c.visibleTo(e.u):
		return "private-channel"
	}
	return c.Name
}

// Group names a user group.
func (e eyes) Group(id string) string {
	if g := e.s.ws.Groups[id]; g != nil {
		return g.Handle
	}
	return ""
}

func (e eyes) location() *time.Location {
	if e.u == nil {
		return time.UTC
	}
	return e.u.location()
}

func (e eyes) sees(m *message) bool { return m.OnlyFor == "" || e.u == nil || m.OnlyFor == e.u.ID }

func (e eyes) text(text string, blocks json.RawMessage) string {
	now := e.s.clock.Now()
	if len(blocks) > 0 {
		return blockkit.Text(blocks, e, e.location(), now)
	}
	return blockkit.Mrkdwn(text, e, e.location(), now)
}

// plain is what a notification says: the text, or if there is none the blocks.
func (s *Server) plain(text string, blocks json.RawMessage, u *user) string {
	if text != "" {
		blocks = nil
	}
	return eyes{s, u}.text(text, blocks)
}

// page reads a conversation: its messages, each thread under its parent.
func (e eyes) page(c *channel) string {
	var b strings.Builder
	for _, m := range c.Messages {
		if !e.sees(m) || m.ThreadTS != "" && m.ThreadTS != m.TS && c.find(m.ThreadTS) != nil {
			continue
		}
		e.message(&b, m, "")
		for _, r := range c.Messages {
			if r != m && r.ThreadTS == m.TS && e.sees(r) {
				e.message(&b, r, "  ↳ ")
			}
		}
	}
	return b.String()
}

// message writes one message: "10:02  Ana: hello", further lines indented below.
func (e eyes) message(b *strings.Builder, m *message, indent string) {
	body := e.text(m.Text, m.Blocks)
	for _, raw := range attached(m) {
		body = strings.TrimPrefix(body+"\n"+e.text("", raw), "\n")
	}
	for _, id := range m.Files {
		if f := e.s.ws.Files[id]; f != nil {
			body = strings.TrimPrefix(body+"\n[file: "+f.Title+"]", "\n")
		}
	}
	if m.EditedTS != "" {
		body += " (edited)"
	}
	for _, r := range m.Reactions {
		body += fmt.Sprintf("\n:%s: %d", r.Name, len(r.Users))
	}
	margin := strings.Repeat(" ", 7+len([]rune(indent)))
	head := timeOf(m.TS).In(e.location()).Format("15:04") + "  " + indent + e.author(m) + ":"
	if strings.Contains(body, "\n") {
		body = "\n" + body
	} else {
		head += " "
	}
	b.WriteString(head + strings.ReplaceAll(body, "\n", "\n"+margin) + "\n")
}

func (e eyes) author(m *message) string {
	name := e.User(string(m.User))
	if m.Username != "" {
		name = m.Username
	}
	if m.BotID != "" {
		name += " (app)"
	}
	switch {
	case m.OnlyFor != "" && e.u != nil:
		name += " · only visible to you"
	case m.OnlyFor != "":
		name += " · only visible to " + e.User(string(m.OnlyFor))
	}
	return name
}

// attached are the blocks inside a message's attachments.
func attached(m *message) []json.RawMessage {
	var list []struct{ Blocks json.RawMessage }
	_ = json.Unmarshal(m.Attachments, &list)
	var out []json.RawMessage
	for _, a := range list {
		if len(a.Blocks) > 0 {
			out = append(out, a.Blocks)
		}
	}
	return out
}

// heading describes a conversation in one line.
func (e eyes) heading(c *channel) string {
	name := "#" + c.Name
	var notes []string
	switch {
	case c.Kind == direct && !c.withApp():
		name = "DM of " + e.User(string(c.Members[0])) + " and " + e.User(string(c.Members[1]))
	case c.Kind == direct:
		name = "DM"
		for _, id := range c.Members {
			if id != botUser {
				name += " with " + e.User(string(id))
			}
		}
	}
	for note, holds := range map[string]bool{"private": c.Kind == private, "archived": c.Archived, "shared with another organization": c.Shared} {
		if holds {
			notes = append(notes, note)
		}
	}
	slices.Sort(notes)
	if len(notes) > 0 {
		name += " (" + strings.Join(notes, ", ") + ")"
	}
	if c.Topic != "" {
		name += " · " + c.Topic
	}
	return "── " + name + " ──"
}

// furniture are the bookmarks and pins of a channel, a line each.
func (e eyes) furniture(c *channel) string {
	var b strings.Builder
	for _, m := range c.Bookmarks {
		fmt.Fprintf(&b, "bookmark: %s (%s)\n", strings.TrimSpace(m.Emoji+" "+m.Title), m.Link)
	}
	for _, ts := range c.Pins {
		if m := c.find(ts); m != nil {
			first, _, _ := strings.Cut(e.text(m.Text, m.Blocks), "\n")
			fmt.Fprintf(&b, "pinned: %s\n", first)
		}
	}
	return b.String()
}

// window is an open modal, with what was typed, as the person sees it.
func (e eyes) window(v *view) string {
	var b strings.Builder
	fmt.Fprintf(&b, "┌─ %s\n", textOf(v.Title))
	for line := range strings.SplitSeq(strings.TrimSuffix(e.form(v), "\n"), "\n") {
		b.WriteString("│ " + line + "\n")
	}
	buttons := "[" + cmp.Or(textOf(v.Close), "Cancel") + "]"
	if len(v.Submit) > 0 {
		buttons += " [" + textOf(v.Submit) + "]"
	}
	b.WriteString("└─ " + buttons + "\n")
	return b.String()
}

// form is the body of a view: banner, blocks with the typed values in them, and the errors.
func (e eyes) form(v *view) string {
	var b strings.Builder
	if v.banner != "" {
		b.WriteString("⚠ " + v.banner + "\n")
	}
	b.WriteString(e.text("", withState(v.Blocks, v.state())) + "\n")
	labels := v.labels()
	for _, block := range slices.Sorted(keys(v.errors)) {
		fmt.Fprintf(&b, "⚠ %s: %s\n", labels[block], v.errors[block])
	}
	return b.String()
}

// Transcript is the whole workspace as plain text, as an observer of everything would read it: every conversation with messages in it,
// and every open modal. It is meant for terminals and failure messages; people's own views are Person.Sees.
func (s *Server) Transcript() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transcript(eyes{s: s})
}

func (s *Server) transcript(e eyes) string {
	var parts []string
	for _, c := range s.ws.sortedChannels() {
		if e.u != nil && !c.visibleTo(e.u) {
			continue
		}
		if page := e.page(c); page != "" {
			parts = append(parts, e.heading(c)+"\n"+e.furniture(c)+page)
		}
	}
	for _, u := range s.ws.sortedUsers() {
		if v := s.front(u.ID); v != nil && (e.u == nil || e.u == u) {
			parts = append(parts, "── on "+u.Name+"'s screen ──\n"+eyes{s, u}.window(v))
		}
	}
	return strings.Join(parts, "\n")
}
