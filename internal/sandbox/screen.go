package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
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
	With                      []Face // of a direct conversation: the others in it
}

// Sidebar is what a person can go to.
type Sidebar struct {
	Channels []Entry // that they are in and that are not archived, by name
	Others   []Entry // public ones that they could join, and archived ones that they can read, by name
	Direct   []Entry // conversations of people without a channel: of two, of several; by name
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
		if c.withApp() || !c.visibleTo(e.u) {
			continue
		}
		entry := e.entry(c)
		switch {
		case c.Kind == direct && len(c.Messages) == 0 && c.Creator != e.u.ID: // somebody is about to write
		case c.Kind == direct || c.Kind == several:
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
	slices.SortFunc(out.Direct, byName)
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
				out.With = append(out.With, e.face(id))
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
