package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// UserID is a person's or a bot's id, such as UANA.
type UserID string

// ChannelID is a conversation's id: C… for channels, D… for direct messages. The prefix does not tell privacy.
type ChannelID string

// kind is what sort of conversation a channel is, in the words of message events' channel_type.
type kind string

const (
	public  kind = "channel"
	private kind = "group"
	direct  kind = "im"
	several kind = "mpim"
)

const (
	teamID     = "TSANDBOX"
	teamDomain = "sandbox"
	partnerID  = "TPARTNER" // the other organization, whose people and channels are shared with this one
	appID      = "ASANDBOX"
	botID      = "BSANDBOX"
	botUser    = UserID("UBOT")
	slackbot   = UserID("USLACKBOT")
)

// workspace is everything that people could see, and all that is kept in Options.Dir. It is guarded by Server.mu.
type workspace struct {
	Users         map[UserID]*user
	Channels      map[ChannelID]*channel
	Groups        map[string]*group
	Homes         map[UserID]*view
	Files         map[string]*file
	Canvases      map[string]*canvas
	Scheduled     []*scheduled
	Notifications []Notification
	Read          map[UserID]map[ChannelID]string // ts of the last message that somebody has seen
	Next          int                             // the last number that was given to an id
	LastStamp     int64                           // of event_ts and action_ts, microseconds
}

type channel struct {
	ID        ChannelID
	Name      string
	Kind      kind
	Creator   UserID
	Created   int64
	Archived  bool
	Shared    bool // with another organization
	General   bool
	Topic     string
	Purpose   string
	Members   []UserID
	Messages  []*message // oldest first
	Bookmarks []*bookmark
	Pins      []string
	CanvasID  string
	LastTS    int64 // microseconds
}

type message struct {
	TS, ThreadTS string
	User         UserID
	BotID        string
	Username     string
	Text         string
	Blocks       json.RawMessage `json:",omitempty"` // kept as null, they would come back as blocks
	Attachments  json.RawMessage `json:",omitempty"`
	Metadata     json.RawMessage `json:",omitempty"`
	Subtype      string
	EditedTS     string
	EditedBy     UserID
	Reactions    []reaction
	Files        []string
	OnlyFor      UserID // an ephemeral message
	Broadcast    bool   // a reply that is shown in the channel too

	typed  map[UserID]values // what people chose in its selects
	posted time.Time         // real time, for histories that lag behind
}

type reaction struct {
	Name  string
	Users []UserID
}

type bookmark struct {
	ID, Title, Link, Emoji string
	Rank                   string
	Created, Updated       int64
}

type group struct {
	ID, Handle, Name string
	Users            []UserID
}

type file struct {
	ID, Name, Title string
	Size            int
	Content         []byte
	Channels        []ChannelID
	Uploaded, Done  bool
}

type canvas struct {
	ID, Title, Markdown string
	Channel             ChannelID
}

type scheduled struct {
	ID      string
	Channel ChannelID
	PostAt  int64
	Message message
}

func newWorkspace() *workspace {
	return &workspace{
		Users:    map[UserID]*user{},
		Channels: map[ChannelID]*channel{},
		Groups:   map[string]*group{},
		Homes:    map[UserID]*view{},
		Files:    map[string]*file{},
		Canvases: map[string]*canvas{},
	}
}

// id gives the next id with a prefix, such as C00000012.
func (w *workspace) id(prefix string) string {
	w.Next++
	return fmt.Sprintf("%s%08d", prefix, w.Next)
}

// stamp is a unique, increasing timestamp for events and actions.
func (w *workspace) stamp(now time.Time) string {
	w.LastStamp = max(w.LastStamp+1, now.UnixMicro())
	return formatTS(w.LastStamp)
}

func formatTS(micros int64) string { return fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6) }

// parseTS reads a timestamp such as "1503435956.000247" or "1503435956"; ok is false for anything else.
func parseTS(ts string) (micros int64, ok bool) {
	seconds, fraction, dotted := strings.Cut(ts, ".")
	var s, f int64
	if _, err := fmt.Sscanf(seconds, "%d", &s); err != nil {
		return 0, false
	}
	if dotted {
		fraction = (fraction + "000000")[:6]
		if _, err := fmt.Sscanf(fraction, "%d", &f); err != nil {
			return 0, false
		}
	}
	return s*1e6 + f, true
}

func timeOf(ts string) time.Time {
	micros, _ := parseTS(ts)
	return time.UnixMicro(micros)
}

func (c *channel) has(id UserID) bool { return slices.Contains(c.Members, id) }

func (c *channel) join(id UserID) {
	if !c.has(id) {
		c.Members = append(c.Members, id)
	}
}

func (c *channel) leave(id UserID) {
	c.Members = slices.DeleteFunc(c.Members, func(m UserID) bool { return m == id })
}

// visibleTo says whether a person could open the conversation: public ones, and those they are in. Guests see only their own.
func (c *channel) visibleTo(u *user) bool {
	return c.has(u.ID) || c.Kind == public && !u.guest() && u.TeamID == teamID
}

// find returns the message with a timestamp; ephemeral messages cannot be found, as in Slack.
func (c *channel) find(ts string) *message {
	for _, m := range slices.Backward(c.Messages) {
		if m.TS == ts && m.OnlyFor == "" {
			return m
		}
	}
	return nil
}

func (c *channel) replies(ts string) []*message {
	var out []*message
	for _, m := range c.Messages {
		if m.ThreadTS == ts && m.TS != ts && m.OnlyFor == "" {
			out = append(out, m)
		}
	}
	return out
}

// place is where a member reads it: "#general", "DM" for the conversation with the app, the id of one between two people.
func (c *channel) place() string {
	switch {
	case c.withApp():
		return "DM"
	case c.Kind == direct:
		return string(c.ID)
	}
	return "#" + c.Name
}

// withApp says whether it is somebody's direct conversation with the app.
func (c *channel) withApp() bool { return c.Kind == direct && c.has(botUser) }

// pair returns the direct conversation of two people, made at first use. The app is not in it, and hears nothing of it.
func (s *Server) pair(a, b UserID) *channel {
	for _, c := range s.ws.Channels {
		if c.Kind == direct && c.has(a) && c.has(b) {
			return c
		}
	}
	c := &channel{ID: ChannelID(s.ws.id("D")), Kind: direct, Creator: a, Created: s.clock.Now().Unix(), Members: []UserID{a, b}}
	s.ws.Channels[c.ID] = c
	s.touch()
	return c
}

// dm returns the direct conversation between the app and a person, made at first use.
func (s *Server) dm(u UserID) *channel {
	for _, c := range s.ws.Channels {
		if c.withApp() && c.has(u) {
			return c
		}
	}
	c := &channel{ID: ChannelID(s.ws.id("D")), Kind: direct, Creator: botUser, Created: s.clock.Now().Unix(), Members: []UserID{botUser, u}}
	s.ws.Channels[c.ID] = c
	return c
}

// channelNamed finds a channel by its name, with or without "#"; of several (one archived) the open one.
func (w *workspace) channelNamed(name string) *channel {
	name = strings.TrimPrefix(name, "#")
	var found *channel
	for _, c := range w.sortedChannels() {
		if c.Kind != direct && c.Name == name && (found == nil || found.Archived) {
			found = c
		}
	}
	return found
}

func (w *workspace) sortedChannels() []*channel {
	out := slices.Collect(maps.Values(w.Channels))
	slices.SortFunc(out, func(a, b *channel) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

func (w *workspace) sortedGroups() []*group {
	out := slices.Collect(maps.Values(w.Groups))
	slices.SortFunc(out, func(a, b *group) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (w *workspace) sortedFiles() []*file {
	out := slices.Collect(maps.Values(w.Files))
	slices.SortFunc(out, func(a, b *file) int { return strings.Compare(a.ID, b.ID) })
	return out
}
