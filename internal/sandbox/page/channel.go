package page

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/blockkit"
	"epilogue/internal/sandbox/page/kit"
)

// pageful is how many messages are shown before somebody scrolls up.
const pageful = 50

// pane is the main part of the page: a conversation, the Home tab, or the list of channels.
type pane struct {
	frame
	Conversation sandbox.ConversationScreen
	Kind         string // "channel", "dm", "home" or "browse"
	Topic        template.HTML
	Head         template.HTML
	Items        []template.HTML
	Older        before
	Foot         foot
	Thread       *threadPane
	Home         template.HTML
	Browse       listed
	Live         string // address of the changes from here on
	At           string // element that a link led to
}

// foot is what stands below the messages: where one writes, or why one cannot.
type foot struct {
	Who, Conversation, Thread string
	Name                      string // of the conversation, with "#"
	Write, Join, Archived     bool
	Off                       string // why nobody can write
	Private                   bool
	App                       sandbox.AppScreen
}

// threadPane is a thread, beside the messages.
type threadPane struct {
	Close string
	In    string
	Items []template.HTML
	Count int
	Foot  foot
}

// sketch is what a page of a conversation is drawn from, and what its changes are found by.
type sketch struct {
	frame  frame
	c      sandbox.ConversationScreen
	thread *sandbox.ThreadScreen
	items  []item
	pane   []item
	foot   foot
	names  uint64
	at     window
}

// window is which part of a conversation somebody looks at.
type window struct {
	conversation string
	from         string // ts of the first message that is shown, "" for the newest pageful
	thread       string // ts of the message whose thread is open beside it, "" for none
	newAfter     string // ts that the line above new messages comes after, "" for none
}

// look gathers what is on a person's screen.
func (v *viewer) look(w window) (sketch, error) {
	s := sketch{at: w}
	var err error
	if w.from == "" {
		s.c, err = v.page.slack.Conversation(v.who, w.conversation, "", pageful)
	} else {
		s.c, err = v.page.slack.ConversationSince(v.who, w.conversation, w.from)
	}
	if err != nil {
		return s, err
	}
	if s.frame, err = v.frame(s.c.ID, title(s.c)); err != nil {
		return s, err
	}
	s.names = namesOf(s.frame.Screen)
	s.foot = v.foot(s.frame.Screen, s.c, "")
	at := place{conversation: s.c.ID, writable: s.foot.Write, newAfter: w.newAfter, names: s.names}
	s.items = v.items(s.c.Messages, at)
	if w.thread != "" {
		t, err := v.page.slack.Thread(v.who, s.c.ID, w.thread)
		if err == nil { // else it was deleted meanwhile
			s.thread = &t
			at.thread, at.newAfter = true, ""
			s.pane = v.items(append([]sandbox.MessageScreen{t.Parent}, t.Replies...), at)
		}
	}
	return s, nil
}

// namesOf stands for all names on a screen: another number when one of them has changed.
func namesOf(s sandbox.Screen) uint64 {
	sum := fnv.New64a()
	for _, f := range s.People {
		_, _ = fmt.Fprintf(sum, "%s %q %q\n", f.ID, f.Name, f.Handle)
	}
	for _, list := range [][]sandbox.Entry{s.Sidebar.Channels, s.Sidebar.Others, s.Sidebar.Direct} {
		for _, e := range list {
			_, _ = fmt.Fprintf(sum, "%s %q\n", e.ID, e.Name)
		}
	}
	_, _ = fmt.Fprintf(sum, "%q %s", s.Groups, s.Me.Zone)
	return sum.Sum64()
}

func title(c sandbox.ConversationScreen) string {
	if c.DM || len(c.With) > 0 {
		return c.Name
	}
	return "#" + c.Name
}

func (v *viewer) foot(s sandbox.Screen, c sandbox.ConversationScreen, thread string) foot {
	f := foot{Who: v.who, Conversation: c.ID, Thread: thread, Name: title(c), Archived: c.Archived, Private: c.Private, App: s.App}
	switch {
	case c.Archived:
	case c.DM && s.App.ReadOnly:
		f.Off = "Sending messages to this app has been turned off."
	case !c.Joined:
		f.Join = true
	default:
		f.Write = true
	}
	return f
}

// showConversation shows a channel, or the messages with the app, and beside it a thread.
func (p *Page) showConversation(v *viewer, w http.ResponseWriter, r *http.Request) {
	name, thread := r.PathValue("conversation"), r.PathValue("ts")
	first, err := p.slack.Conversation(v.who, name, "", 1)
	if err != nil {
		p.lost(w, r, err)
		return
	}
	if first.DM && r.URL.Path == v.path(name) {
		_ = v.person.OpensApp("messages") // an app without that tab hears nothing
	}
	at := r.URL.Query().Get("at")
	from := ""
	if in, ts, _ := strings.Cut(r.Header.Get("X-Shown-From"), " "); in == first.ID && partial(r) {
		from = ts // they have scrolled up so far already
	}
	if at != "" {
		from = v.reachBack(first.ID, at)
	}
	_ = p.slack.MarkRead(v.who, first.ID) // it was found a moment ago
	s, err := v.look(window{first.ID, from, thread, newLine(first)})
	if err != nil {
		p.lost(w, r, err)
		return
	}
	out, err := v.pane(s, r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	p.show(v, w, r, out)
}

// newLine is what was read last, if there is something new since.
func newLine(c sandbox.ConversationScreen) string {
	if c.Unread && c.Read != "" {
		return c.Read
	}
	return ""
}

// reachBack is from where messages must be shown so that one of them is among them, "" if it is among the newest.
func (v *viewer) reachBack(conversation, ts string) string {
	c, err := v.page.slack.Conversation(v.who, conversation, "", pageful)
	if err != nil || len(c.Messages) == 0 || c.Messages[0].TS <= ts {
		return ""
	}
	if before, err := v.page.slack.Conversation(v.who, conversation, ts, 10); err == nil && len(before.Messages) > 0 {
		return before.Messages[0].TS
	}
	return ts
}

// pane draws a conversation.
func (v *viewer) pane(s sketch, q url.Values) (pane, error) {
	out := pane{frame: s.frame, Conversation: s.c, Kind: "channel", Foot: s.foot, Live: v.live(s, v.page.mark(s.c.Version))}
	if s.c.DM {
		out.Kind = "dm"
	}
	var err error
	if out.Head, err = v.head(s); err != nil {
		return out, err
	}
	if out.Items, err = v.drawn(s.items, s.c.ID); err != nil {
		return out, err
	}
	out.Older = v.older(s)
	if at := q.Get("at"); at != "" {
		out.At = "m-" + strings.ReplaceAll(at, ".", "-")
	}
	if s.thread != nil {
		out.Thread = &threadPane{Close: v.path(s.c.ID), In: title(s.c), Count: len(s.thread.Replies), Foot: v.foot(s.frame.Screen, s.c, s.thread.Parent.TS)}
		if out.Thread.Items, err = v.drawn(s.pane, s.c.ID); err != nil {
			return out, err
		}
	}
	return out, nil
}

// headData is what the top of a conversation shows.
type headData struct {
	sandbox.ConversationScreen
	Who    string
	App    sandbox.AppScreen
	People []sandbox.Face // who could be invited
	Topic  template.HTML
	Pinned []pinned
	Marks  []mark
}

type mark struct {
	Title, Emoji, To string
	Outside          bool // of this page
}

type pinned struct {
	TS     string
	Author sandbox.Face
	When   string
	Text   string
	Link   string
}

func (v *viewer) head(s sketch) (template.HTML, error) {
	k := v.kit()
	data := headData{ConversationScreen: s.c, Who: v.who, App: s.frame.App, Topic: kit.Mrkdwn(s.c.Topic, k)}
	in := map[string]bool{}
	for _, m := range s.c.Members {
		in[m.ID] = true
	}
	for _, f := range s.frame.People {
		if !in[f.ID] && !f.Gone {
			data.People = append(data.People, f)
		}
	}
	for _, m := range s.c.Pins {
		data.Pinned = append(data.Pinned, pinned{
			TS: m.TS, Author: m.Author, When: m.At.In(k.Zone).Format("Jan 2 at 3:04 PM"), Text: v.plain(m), Link: v.path(s.c.ID) + "?at=" + m.TS,
		})
	}
	for _, b := range s.c.Bookmarks {
		to := v.local(b.Link)
		data.Marks = append(data.Marks, mark{b.Title, pictured(b.Emoji), to, !strings.HasPrefix(to, "/")})
	}
	return v.page.draw("head", data)
}

// formatting is text between stars, underscores, tildes or backticks, with what stands around it.
var formatting = regexp.MustCompile("(^|[\\s(])([*_~`])(\\S(?:[^\n]*?\\S)?)[*_~`]($|[\\s.,:;!?)])")

// plain is what a message says, without any markup.
func (v *viewer) plain(m sandbox.MessageScreen) string {
	text := blockkit.Mrkdwn(m.Text, v.reader, v.reader.Zone(), v.reader.Now())
	if len(m.Blocks) > 0 {
		text = blockkit.Text(m.Blocks, v.reader, v.reader.Zone(), v.reader.Now())
	}
	text = formatting.ReplaceAllString(text, "$1$3$4")
	if r := []rune(text); len(r) > 200 {
		text = string(r[:200]) + "…"
	}
	return text
}

// pictured is the emoji of a bookmark, "" if it has none that is known.
func pictured(code string) string {
	shown, _ := kit.Emoji(strings.Trim(code, ":"))
	return shown
}

// show sends a page, or only its main part to somebody who has the rest already.
func (p *Page) show(v *viewer, w http.ResponseWriter, r *http.Request, out pane) {
	v.remember(w)
	w.Header().Set("Vary", "HX-Request, HX-Target")
	if partial(r) {
		p.write(w, http.StatusOK, "moved", out)
		return
	}
	p.write(w, http.StatusOK, "page.html", out)
}

// showMessage sends one message again: after its editing was given up.
func (p *Page) showMessage(v *viewer, w http.ResponseWriter, r *http.Request) {
	m, err := p.slack.Message(v.who, r.PathValue("conversation"), r.PathValue("ts"))
	if err != nil {
		p.lost(w, r, err)
		return
	}
	writeJSON(w, struct {
		Text string `json:"text"`
		Mine bool   `json:"mine"`
	}{typedAgain(m.Text, v.reader, v.handles()), m.Mine})
}

func (v *viewer) handles() map[string]string {
	out := map[string]string{}
	if screen, err := v.page.slack.Screen(v.who); err == nil {
		for _, f := range screen.People {
			out[f.ID] = f.Handle
		}
	}
	return out
}

// showHome opens the app's Home tab, of which the app hears.
func (p *Page) showHome(v *viewer, w http.ResponseWriter, r *http.Request) {
	if err := v.person.OpensApp("home"); err != nil {
		p.lost(w, r, err)
		return
	}
	out, err := v.homePane()
	if err != nil {
		p.lost(w, r, err)
		return
	}
	p.show(v, w, r, out)
}

func (v *viewer) homePane() (pane, error) {
	f, err := v.frame("home", "Home")
	if err != nil {
		return pane{}, err
	}
	f.Title = f.App.Name
	home, err := v.home()
	return pane{frame: f, Kind: "home", Home: home, Live: v.path("home", "live")}, err
}

// showBrowse lists the channels that the person can see but is not in.
func (p *Page) showBrowse(v *viewer, w http.ResponseWriter, r *http.Request) {
	f, err := v.frame("browse", browseTitle)
	if err != nil {
		p.lost(w, r, err)
		return
	}
	p.show(v, w, r, pane{frame: f, Kind: "browse", Browse: browsable(f), Live: v.path("browse", "live") + "?since=" + v.page.mark(f.Version)})
}

const browseTitle = "All channels"

// listed is the list of channels.
type listed struct {
	Who string
	All []sandbox.Entry
}

func browsable(f frame) listed {
	return listed{f.Who, slices.Concat(f.Sidebar.Channels, f.Sidebar.Others)}
}
