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

// What stands on a person's screen, as values without any markup: the web page is drawn from these, and sees no more than the person
// may. "who" is a handle or an id; somebody unknown is an error everywhere. Conversations are named by their id, "#name" or "DM".

// Face is how somebody looks to others.
type Face struct {
	ID, Handle, Name string
	App              bool // a bot user
	Guest            bool
	Gone             bool // deactivated
}

// Profile is the person whose screen it is.
type Profile struct {
	Face
	Role Role
	Zone *time.Location
}

// Entry is a line of the sidebar.
type Entry struct {
	ID, Name                  string // without "#"; a direct message is named by the others in it
	Private, Archived, Shared bool
	Joined                    bool
	Unread                    bool   // others wrote since the person looked last
	Mentions                  int    // pings since then
	Latest                    string // ts of the newest message that they see, "" if there is none
}

// Sidebar is what a person can go to.
type Sidebar struct {
	Channels []Entry // that they are in and that are not archived, by name
	Others   []Entry // public ones that they could join, and archived ones that they can read, by name
	Direct   []Entry // conversations of several people
	App      Entry   // the conversation with the app
}

// Command is a slash command of the app, as the manifest describes it.
type Command struct{ Command, Description, Hint string }

// ShortcutEntry is a shortcut of the app, as its menus name it.
type ShortcutEntry struct{ Name, Description, CallbackID string }

// AppScreen is what the app offers everywhere.
type AppScreen struct {
	Face
	Home, Messages bool // which tabs it has
	ReadOnly       bool // nobody can write to it
	Commands       []Command
	Shortcuts      []ShortcutEntry // global ones
	OnMessages     []ShortcutEntry // in the menu of a message
}

// Screen is what is on a person's screen whatever conversation is open.
type Screen struct {
	Workspace string
	Me        Profile
	People    []Face // who can be mentioned, by name; the app and those who were deactivated too
	Groups    []string
	App       AppScreen
	Sidebar   Sidebar
	Version   uint64    // of the workspace; see Server.Version
	Now       time.Time // on the business clock
}

// Bookmark is a link at the top of a channel.
type Bookmark struct{ ID, Title, Link, Emoji string }

// ReactionScreen is one sort of reaction below a message.
type ReactionScreen struct {
	Name string
	By   []string // names
	Mine bool
}

// Attached is a file at a message.
type Attached struct {
	ID, Title string
	Size      int
}

// MessageScreen is a message as one person sees it. Text and Blocks are in Slack's markup; with Blocks the text is not shown.
type MessageScreen struct {
	TS, ThreadTS string // ThreadTS is set on replies and on messages with replies
	At           time.Time
	Author       Face
	Notice       bool // Slack's own line about joining, renaming and the like
	Text         string
	Blocks       json.RawMessage
	Attachments  []json.RawMessage                     // the blocks in each
	State        map[string]map[string]json.RawMessage // what the person chose in its elements; nil if it has none
	Files        []Attached
	Edited       bool
	OnlyMe       bool // nobody else sees it
	Mine         bool
	Pinned       bool
	Broadcast    bool // a reply that is shown in the channel too
	Replies      int
	LastReply    time.Time
	Repliers     []Face // at most five, in the order of their first replies
	Reactions    []ReactionScreen
}

// ConversationScreen is a conversation with some of its messages, oldest first.
type ConversationScreen struct {
	Entry
	Topic, Purpose string
	DM             bool // with the app
	General        bool
	Members        []Face
	Bookmarks      []Bookmark
	Pins           []MessageScreen
	Messages       []MessageScreen // replies only if they were sent to the channel too
	Older          bool            // there are messages before these
	Read           string          // ts of the last message that the person has read, "" if they never looked
	Version        uint64
}

// ThreadScreen is a message and the replies to it.
type ThreadScreen struct {
	Conversation Entry
	Parent       MessageScreen
	Replies      []MessageScreen
	Version      uint64
}

// ViewScreen is an open modal, or a Home tab.
type ViewScreen struct {
	ID, Type, CallbackID string
	Title, Submit, Close string // plain text; a modal without Submit has no such button
	Blocks               json.RawMessage
	State                map[string]map[string]json.RawMessage // initial values, and over them what was typed
	Errors               map[string]string                     // by block_id
	Banner               string                                // above the form: the app's answer did not come, or made no sense
	Hash                 string                                // another after every update by the app
}

// Version counts the changes of the workspace. A screen that was drawn at a version is up to date while that is still the number.
func (s *Server) Version() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// look looks at the workspace through somebody's eyes.
func look[T any](s *Server, who string, see func(eyes) (T, error)) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.ws.person(who)
	if u == nil || u.bot() || u.ID == slackbot {
		var none T
		return none, fmt.Errorf("nobody is called %q in the sandbox", who)
	}
	return see(eyes{s, u})
}

// People are those whose screen can be looked at, by name.
func (s *Server) People() []Face {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(eyes{s: s}.faces(), func(f Face) bool { return f.App || f.Gone })
}

// Screen is what surrounds every conversation.
func (s *Server) Screen(who string) (Screen, error) {
	return look(s, who, func(e eyes) (Screen, error) {
		out := Screen{
			Workspace: "Sandbox", Me: Profile{Face: e.face(e.u.ID), Role: e.u.Role, Zone: e.location()}, People: e.faces(), App: e.app(),
			Sidebar: e.sidebar(), Version: s.version, Now: s.clock.Now(),
		}
		for _, g := range s.ws.sortedGroups() {
			out.Groups = append(out.Groups, g.Handle)
		}
		return out, nil
	})
}

// Sidebar is what a person can go to, with what is new there.
func (s *Server) Sidebar(who string) (Sidebar, error) {
	return look(s, who, func(e eyes) (Sidebar, error) { return e.sidebar(), nil })
}

func (e eyes) face(id UserID) Face {
	u := e.s.ws.Users[id]
	if u == nil {
		return Face{ID: string(id), Name: string(id)}
	}
	return Face{ID: string(id), Handle: u.Handle, Name: u.Name, App: u.bot(), Guest: u.guest(), Gone: u.Role == Deactivated}
}

func (e eyes) faces() []Face {
	var out []Face
	for _, u := range e.s.ws.sortedUsers() {
		if u.ID != slackbot {
			out = append(out, e.face(u.ID))
		}
	}
	slices.SortStableFunc(out, func(a, b Face) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out
}

func (e eyes) app() AppScreen {
	f := e.s.app.Features
	out := AppScreen{Face: e.face(botUser), Home: f.AppHome.Home, Messages: f.AppHome.Messages, ReadOnly: f.AppHome.ReadOnly}
	out.Name = e.s.app.name()
	for _, c := range f.Commands {
		out.Commands = append(out.Commands, Command{c.Command, c.Description, c.Hint})
	}
	for _, sc := range f.Shortcuts {
		entry := ShortcutEntry{sc.Name, sc.Description, sc.CallbackID}
		if sc.Type == "global" {
			out.Shortcuts = append(out.Shortcuts, entry)
		} else {
			out.OnMessages = append(out.OnMessages, entry)
		}
	}
	return out
}

func (e eyes) sidebar() Sidebar {
	out := Sidebar{App: e.entry(e.s.dm(e.u.ID))}
	for _, c := range e.s.ws.sortedChannels() {
		if c.Kind == direct || !c.visibleTo(e.u) {
			continue
		}
		entry := e.entry(c)
		switch {
		case c.Kind == several:
			out.Direct = append(out.Direct, entry)
		case entry.Joined && !entry.Archived:
			out.Channels = append(out.Channels, entry)
		default:
			out.Others = append(out.Others, entry)
		}
	}
	byName := func(a, b Entry) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) }
	slices.SortFunc(out.Channels, byName)
	slices.SortFunc(out.Others, byName)
	return out
}

// entry describes a conversation in one line, with what is new in it.
func (e eyes) entry(c *channel) Entry {
	out := Entry{ID: string(c.ID), Name: c.Name, Private: c.Kind == private, Archived: c.Archived, Shared: c.Shared, Joined: c.has(e.u.ID)}
	if c.Kind == direct || c.Kind == several {
		var names []string
		for _, id := range c.Members {
			if id != e.u.ID {
				names = append(names, e.face(id).Name)
			}
		}
		out.Name = strings.Join(names, ", ")
	}
	for _, m := range slices.Backward(c.Messages) {
		if e.sees(m) {
			out.Latest = m.TS
			break
		}
	}
	if out.Joined {
		out.Unread, out.Mentions = e.news(c)
	}
	return out
}

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
		Entry: e.entry(c), Topic: c.Topic, Purpose: c.Purpose, DM: c.Kind == direct, General: c.General, Read: e.s.ws.Read[e.u.ID][c.ID], Version: e.s.version,
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

// HomeScreen is the app's Home tab, as it was published for the person; ok is false when nothing was.
func (s *Server) HomeScreen(who string) (home ViewScreen, ok bool, err error) {
	home, err = look(s, who, func(e eyes) (ViewScreen, error) {
		v := s.ws.Homes[e.u.ID]
		if v == nil {
			return ViewScreen{}, nil
		}
		return v.screen(), nil
	})
	return home, home.ID != "", err
}

// Modals are the modals that are open for a person; the last is in front.
func (s *Server) Modals(who string) ([]ViewScreen, error) {
	return look(s, who, func(e eyes) ([]ViewScreen, error) {
		var out []ViewScreen
		for _, v := range s.modals[e.u.ID] {
			out = append(out, v.screen())
		}
		return out, nil
	})
}

func (v *view) screen() ViewScreen {
	plain := func(raw json.RawMessage) string { return unescape(textOf(raw)) }
	out := ViewScreen{
		ID: v.ID, Type: v.Type, CallbackID: v.CallbackID, Title: plain(v.Title), Submit: plain(v.Submit), Close: plain(v.Close),
		Blocks: v.Blocks, State: v.state(), Banner: v.banner, Hash: v.Hash, Errors: map[string]string{},
	}
	for block, text := range v.errors {
		out.Errors[block] = text
	}
	if v.Type == "modal" {
		out.Close = cmp.Or(out.Close, "Cancel")
	}
	return out
}

// Reader reads names as one person sees them. It can be used while nothing is locked.
type Reader struct {
	s  *Server
	id UserID
}

var _ blockkit.Names = Reader{}

// Reader is somebody's knowledge of names.
func (s *Server) Reader(who string) (Reader, error) {
	return look(s, who, func(e eyes) (Reader, error) { return Reader{s, e.u.ID}, nil })
}

func (r Reader) name(read func(eyes) string) string {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return read(eyes{r.s, r.s.ws.Users[r.id]})
}

// User is the name of a person, "" if there is none with that id.
func (r Reader) User(id string) string { return r.name(func(e eyes) string { return e.User(id) }) }

// Channel is the name of a channel; one that the reader may not see is "private-channel".
func (r Reader) Channel(id string) string {
	return r.name(func(e eyes) string { return e.Channel(id) })
}

// Group is the handle of a user group.
func (r Reader) Group(id string) string { return r.name(func(e eyes) string { return e.Group(id) }) }

// Me is the reader's own id.
func (r Reader) Me() string { return string(r.id) }

// Zone is the reader's time zone.
func (r Reader) Zone() *time.Location {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return r.s.ws.Users[r.id].location()
}

// Now is the time on the business clock.
func (r Reader) Now() time.Time { return r.s.clock.Now() }
