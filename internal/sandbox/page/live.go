package page

import (
	"context"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox"
)

// An open page follows the workspace: whenever something has changed, the same values are gathered from which the page was drawn, compared with those
// of the time before, and only the elements that look different now are sent. The address says what is shown, so the server keeps nothing for a page
// that went away; one that comes back is sent all of it, and swaps only what it does not have.

// breath is the least time between two messages to the same page, so that a burst of changes is one.
const breath = 40 * time.Millisecond

// live is the address of what changes from here on.
func (v *viewer) live(s sketch, since string) string {
	q := url.Values{"since": {since}}
	if len(s.items) > 0 {
		q.Set("from", s.items[0].TS)
	}
	if s.thread != nil {
		q.Set("thread", s.thread.Parent.TS)
	}
	if s.at.newAfter != "" {
		q.Set("new", s.at.newAfter)
	}
	return v.path(s.c.ID, "live") + "?" + q.Encode()
}

// mark names a version of the workspace as long as this server runs: the next one counts anew.
func (p *Page) mark(version uint64) string { return fmt.Sprintf("%s-%d", p.run, version) }

// before is what stands above the messages: more of them, or a word that there are none.
type before struct {
	Address       string // makes the page follow from further back; "" when all is shown
	Name, Purpose string
	Direct        bool // between people, or with the app
}

func (v *viewer) older(s sketch) before {
	out := before{Name: s.c.Name, Purpose: s.c.Purpose, Direct: s.c.DM || len(s.c.With) > 0}
	if s.c.Older && len(s.items) > 0 {
		_, query, _ := strings.Cut(v.live(s, ""), "?")
		out.Address = v.path(s.c.ID, "older") + "?" + query
	}
	return out
}

// showOlder sends another address to follow: of the messages before those that are shown, too.
func (p *Page) showOlder(v *viewer, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c, err := p.slack.Conversation(v.who, r.PathValue("conversation"), q.Get("from"), pageful)
	if err != nil {
		p.lost(w, r, err)
		return
	}
	if len(c.Messages) > 0 {
		q.Set("from", c.Messages[0].TS)
	}
	q.Del("since")
	p.write(w, http.StatusOK, "refollow", v.path(c.ID, "live")+"?"+q.Encode())
}

// follow sends what changes, until the page is closed.
func (p *Page) follow(v *viewer, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f := &follower{viewer: v, window: window{r.PathValue("conversation"), q.Get("from"), q.Get("thread"), q.Get("new")}}
	last := r.Header.Get("Last-Event-ID")
	since := q.Get("since")
	if last != "" {
		since = last
		if c, err := p.slack.Conversation(v.who, f.window.conversation, "", 1); err == nil && c.Unread {
			f.window.newAfter = newLine(c) // it was not looked at meanwhile
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	f.send = func(id, data string) error { return event(w, id, data) }
	f.gone = func() { _, _ = io.WriteString(w, "event: gone\ndata: gone\n\n") } // the browser may be, too
	f.run(r.Context(), since)
}

// event writes one message and sends it off. Without data it only tells the page that it is connected.
func event(w http.ResponseWriter, id, data string) error {
	var b strings.Builder
	if data == "" {
		b.WriteString(": nothing new\n\n")
	} else {
		fmt.Fprintf(&b, "id: %s\n", id)
		for line := range strings.SplitSeq(data, "\n") {
			b.WriteString("data: " + strings.TrimSuffix(line, "\r") + "\n")
		}
		b.WriteString("\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

// follower is one open page, and what it shows.
type follower struct {
	*viewer
	window window
	send   func(id, data string) error
	gone   func()
	shown  map[string]string // the regions as HTML, by the id of their element
	items  map[string][]item // the lists of messages, by the id of their element
	foot   foot
	thread bool
	title  string
}

// run sends changes until ctx ends, the sandbox closes or the page cannot be reached.
func (f *follower) run(ctx context.Context, since string) {
	first := true
	for {
		if f.reads() {
			_ = f.page.slack.MarkRead(f.who, f.window.conversation) // if that cannot be done, it cannot be followed either
		}
		version := f.page.slack.Version()
		data, err := f.changes()
		if err != nil {
			f.gone() // the person lost sight of the conversation
			return
		}
		if first && since == f.page.mark(version) && f.page.slack.Version() == version {
			data = "" // it was drawn from the same
		}
		if data != "" || first {
			if f.send(f.page.mark(version), data) != nil {
				return
			}
		}
		first = false
		pause := time.NewTimer(breath)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
		if f.page.slack.Wait(ctx, func() bool { return f.page.slack.Version() != version }) != nil {
			return
		}
	}
}

// reads says whether a conversation is open, and not the Home tab or the list of channels.
func (f *follower) reads() bool {
	return f.window.conversation != "home" && f.window.conversation != "browse"
}

// changes gathers what is on the screen, and returns the elements that look different now.
func (f *follower) changes() (string, error) {
	if f.shown == nil {
		f.shown, f.items = map[string]string{}, map[string][]item{}
	}
	var out strings.Builder
	s, err := f.sketch(&out)
	if err != nil {
		return "", err
	}
	side, err := f.page.draw("side", s.frame)
	if err != nil {
		return "", err
	}
	f.region(&out, "side-body", side)
	f.region(&out, "modals", s.frame.Modals)
	banner, err := f.page.standing(f.who)
	if err != nil {
		return "", err
	}
	f.region(&out, "standing", banner)
	if title := fullTitle(s.frame); title != f.title {
		f.title = title
		fmt.Fprintf(&out, "<title>%s</title>", html.EscapeString(title))
	}
	return out.String(), nil
}

// sketch gathers the main part, and writes what changed in it.
func (f *follower) sketch(out *strings.Builder) (sketch, error) {
	switch f.window.conversation {
	case "home":
		p, err := f.homePane()
		if err == nil {
			f.region(out, "home", p.Home)
		}
		return sketch{frame: p.frame}, err
	case "browse":
		frame, err := f.frame("browse", browseTitle)
		if err != nil {
			return sketch{}, err
		}
		list, err := f.page.draw("channels", browsable(frame))
		f.region(out, "channels", list)
		return sketch{frame: frame}, err
	}
	s, err := f.look(f.window)
	if err != nil {
		return s, err
	}
	if f.window.from == "" && len(s.items) > 0 {
		f.window.from = s.items[0].TS // from now on the list only grows
	}
	return s, f.conversation(out, s)
}

func (f *follower) conversation(out *strings.Builder, s sketch) error {
	head, err := f.head(s)
	if err != nil {
		return err
	}
	f.region(out, "head", head)
	older, err := f.page.draw("older", f.older(s))
	if err != nil {
		return err
	}
	f.region(out, "older", older)
	if err := f.list(out, "messages", s.items, s.c.ID); err != nil {
		return err
	}
	if !reflect.DeepEqual(f.foot, s.foot) {
		f.foot = s.foot
		html, err := f.page.draw("foot", s.foot)
		if err != nil {
			return err
		}
		f.region(out, "foot", html)
	}
	switch {
	case s.thread != nil:
		f.thread = true
		f.region(out, "thread-count", template.HTML(html.EscapeString(counted(len(s.thread.Replies), "reply", "replies")))) //nolint:gosec // escaped
		return f.list(out, "replies", s.pane, s.c.ID)
	case f.thread:
		f.thread = false
		out.WriteString(`<hx-partial hx-target="#thread" hx-swap="delete"></hx-partial>`)
	}
	return nil
}

// region sends the inside of an element, if it looks different from the last time.
func (f *follower) region(out *strings.Builder, id string, inside template.HTML) {
	if had, ok := f.shown[id]; ok && had == string(inside) {
		return
	}
	f.shown[id] = string(inside)
	swap(out, "#"+id, "innerMorph", string(inside))
}

func swap(out *strings.Builder, target, how, inside string) {
	fmt.Fprintf(out, `<hx-partial hx-target="%s" hx-swap="%s">%s</hx-partial>`, target, how, inside)
}

// list sends those lines of a list of messages that look different, are new, or are gone. If the order has changed, it sends all.
func (f *follower) list(out *strings.Builder, id string, now []item, conversation string) error {
	had, known := f.items[id]
	f.items[id] = now
	kept := slices.DeleteFunc(slices.Clone(had), func(it item) bool {
		return !slices.ContainsFunc(now, func(o item) bool { return o.TS == it.TS })
	})
	grown := len(now) >= len(kept)
	for i := range kept {
		grown = grown && kept[i].TS == now[i].TS
	}
	if !known || !grown {
		all, err := f.drawn(now, conversation)
		if err != nil {
			return err
		}
		swap(out, "#"+id, "innerMorph", joined(all))
		return nil
	}
	for _, it := range had {
		if !slices.ContainsFunc(now, func(o item) bool { return o.TS == it.TS }) {
			swap(out, "#"+it.id(), "delete", "")
		}
	}
	var appended []item
	for i, it := range now {
		switch {
		case i >= len(kept):
			appended = append(appended, it)
		case !it.same(kept[i]):
			html, err := f.page.draw("item", f.line(it, conversation))
			if err != nil {
				return err
			}
			swap(out, "#"+it.id(), "outerMorph", string(html))
		}
	}
	if len(appended) == 0 {
		return nil
	}
	all, err := f.drawn(appended, conversation)
	if err == nil {
		swap(out, "#"+id, "beforeend", joined(all))
	}
	return err
}

func joined(all []template.HTML) string {
	var b strings.Builder
	for _, one := range all {
		b.WriteString(string(one))
	}
	return b.String()
}

func titleOf(p pane) string { return fullTitle(p.frame) }

// fullTitle is what the browser's tab says: how much is new, where, and who looks.
func fullTitle(f frame) string {
	news := f.Sidebar.App.Mentions
	bold := f.Sidebar.App.Unread
	for _, list := range [][]sandbox.Entry{f.Sidebar.Channels, f.Sidebar.Direct} {
		for _, e := range list {
			news += e.Mentions
			bold = bold || e.Unread
		}
	}
	mark := ""
	switch {
	case news > 0:
		mark = fmt.Sprintf("(%d) ", news)
	case bold:
		mark = "* "
	}
	return fmt.Sprintf("%s%s · %s · Sandbox", mark, f.Title, f.Me.Name)
}
