package page

import (
	"encoding/json"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"time"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page/kit"
)

// item is a message where it stands: what a line of the list depends on, and nothing else, so that two items which are equal look the same.
type item struct {
	sandbox.MessageScreen
	Day      string // begins with this divider
	New      bool   // begins with the line above what was not read
	Grouped  bool   // continues the message before it: no name, no picture
	InThread bool
	Writable bool
	Names    uint64 // stands for all names that people and channels have
	Today    string
}

// place is where a list of messages stands.
type place struct {
	conversation string
	thread       bool
	writable     bool
	newAfter     string // the line about new messages comes after this ts; "" for none
	names        uint64
}

// items puts messages into a list, with dividers between days.
func (v *viewer) items(messages []sandbox.MessageScreen, at place) []item {
	now := v.reader.Now().In(v.reader.Zone())
	out := make([]item, len(messages))
	marked := false
	for i, m := range messages {
		m.At = m.At.In(now.Location())
		it := item{MessageScreen: m, InThread: at.thread, Writable: at.writable, Names: at.names, Today: now.Format(time.DateOnly)}
		if !at.thread && (i == 0 || !sameDay(out[i-1].At, m.At)) {
			it.Day = dayOf(m.At, now)
		}
		it.New = !marked && at.newAfter != "" && m.TS > at.newAfter && !m.Mine
		marked = marked || it.New
		it.Grouped = i > 0 && it.Day == "" && !it.New && follows(out[i-1].MessageScreen, m) && (!at.thread || i > 1)
		out[i] = it
	}
	return out
}

// follows says whether a message continues the one before, as Slack groups them.
func follows(before, m sandbox.MessageScreen) bool {
	return before.Author == m.Author && !before.Notice && !m.Notice && before.OnlyMe == m.OnlyMe && m.At.Sub(before.At) < 5*time.Minute &&
		!m.Pinned && !m.Broadcast && !before.Broadcast
}

func (a item) same(b item) bool { return reflect.DeepEqual(a, b) }

// id is the item's in the page; the same message can stand in the channel and in the pane of its thread.
func (a item) id() string {
	prefix := "m-"
	if a.InThread {
		prefix = "t-"
	}
	return prefix + strings.ReplaceAll(a.TS, ".", "-")
}

// line is an item ready to be drawn.
type line struct {
	item
	ID, Path, Thread string // of the page's element; of the message; of its thread
	Clock, Short     string // with and without AM and PM
	Full, ISO        string
	Body             template.HTML
	Attached         []template.HTML
	LastReplied      string
	FromSlack        bool // Slackbot, which has no shortcuts
}

func (v *viewer) line(it item, conversation string) line {
	k := v.kit()
	root := it.TS
	if it.ThreadTS != "" {
		root = it.ThreadTS
	}
	out := line{
		item: it, ID: it.id(), Path: v.path(conversation, "m", it.TS), Thread: v.path(conversation, "t", root),
		Clock: clockOf(it.At), Short: it.At.Format("3:04"), Full: it.At.Format("Monday, January 2, 2006 at 3:04:05 PM MST"), ISO: it.At.Format(time.RFC3339),
		FromSlack: it.Author.ID == "USLACKBOT",
	}
	if it.Replies > 0 {
		out.LastReplied = repliedOf(it.LastReply.In(k.Zone), k.Now.In(k.Zone))
	}
	surface := func(blocks json.RawMessage, action, key string) template.HTML {
		return kit.Blocks(kit.Surface{
			Viewer: k, Kind: kit.Message, Blocks: blocks, State: it.State, Action: action, Suggest: v.path("suggest"),
			Conversation: conversation, TS: it.TS, Key: key,
		})
	}
	if len(it.Blocks) > 0 {
		out.Body = surface(it.Blocks, v.path("act"), out.ID)
	} else {
		out.Body = kit.Mrkdwn(said(it.MessageScreen), k)
	}
	for i, blocks := range it.Attachments {
		out.Attached = append(out.Attached, surface(blocks, "", fmt.Sprint(out.ID, "/", i)))
	}
	return out
}

// said is a message's text. Notices name their subject, who stands above them already.
func said(m sandbox.MessageScreen) string {
	if rest, ok := strings.CutPrefix(m.Text, "<@"+m.Author.ID+"> "); ok && m.Notice {
		return rest
	}
	return m.Text
}

// drawn is the list as HTML, an element for each item.
func (v *viewer) drawn(items []item, conversation string) ([]template.HTML, error) {
	out := make([]template.HTML, len(items))
	for i, it := range items {
		html, err := v.page.draw("item", v.line(it, conversation))
		if err != nil {
			return nil, err
		}
		out[i] = html
	}
	return out, nil
}
