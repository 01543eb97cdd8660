package page

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page/kit"
)

// viewer is the person whose page it is.
type viewer struct {
	page   *Page
	who    string // handle
	person *sandbox.Person
	reader sandbox.Reader
}

// seen finds out who looks, or answers that there is nobody of that name.
func (p *Page) seen(show func(*viewer, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := p.viewer(r.PathValue("who"))
		if err != nil {
			p.lost(w, r, err)
			return
		}
		show(v, w, r)
	}
}

func (p *Page) viewer(who string) (*viewer, error) {
	reader, err := p.slack.Reader(who)
	if err != nil {
		return nil, err
	}
	person, err := p.slack.Someone(who)
	if err != nil {
		return nil, err
	}
	return &viewer{page: p, who: who, person: person, reader: reader}, nil
}

// path is an address below the person's own.
func (v *viewer) path(parts ...string) string {
	out := "/w/" + url.PathEscape(v.who)
	for _, part := range parts {
		out += "/" + url.PathEscape(part)
	}
	return out
}

// kit is how the person reads Block Kit.
func (v *viewer) kit() kit.Viewer {
	return kit.Viewer{ID: v.reader.Me(), Names: v.reader, Zone: v.reader.Zone(), Now: v.reader.Now(), Link: v.local, Know: v.knows}
}

func (v *viewer) knows(kind, id string) bool {
	switch kind {
	case "user":
		return v.reader.User(id) != ""
	case "channel":
		name := v.reader.Channel(id)
		return name != "" && name != "private-channel"
	case "group":
		return v.reader.Group(id) != ""
	}
	return false
}

var (
	archives = regexp.MustCompile(`^https://sandbox\.slack\.com/archives/([A-Z0-9]+)(?:/p(\d{10})(\d{6}))?`)
	appLink  = regexp.MustCompile(`^slack://(app|user|channel)\?`)
)

// local turns addresses of Slack's into addresses of this page; others stay as they are. "#" and an id is a channel.
func (v *viewer) local(address string) string {
	if id, ok := strings.CutPrefix(address, "#"); ok {
		return v.path(id)
	}
	if m := archives.FindStringSubmatch(address); m != nil {
		to := v.path(m[1])
		if m[2] != "" {
			to += "?at=" + m[2] + "." + m[3]
		}
		return to
	}
	if appLink.MatchString(address) {
		u, err := url.Parse(address)
		if err != nil {
			return address
		}
		switch q := u.Query(); {
		case u.Host == "app" && q.Get("tab") == "messages":
			return v.path("DM")
		case u.Host == "app":
			return v.path("home")
		case u.Host == "channel" && q.Get("id") != "":
			return v.path(q.Get("id"))
		}
	}
	return address
}

// frame is what every page of a person shares: the sidebar, the menus, and what is in front.
type frame struct {
	sandbox.Screen
	Who      string
	Title    string
	Current  string // id of the conversation, or "home", "browse"
	Everyone []sandbox.Face
	Picker   []emojiEntry
	Modals   template.HTML
	Build    string
}

func (v *viewer) frame(current, title string) (frame, error) {
	screen, err := v.page.slack.Screen(v.who)
	if err != nil {
		return frame{}, err
	}
	modals, err := v.modals()
	if err != nil {
		return frame{}, err
	}
	return frame{
		Screen: screen, Who: v.who, Title: title, Current: current, Everyone: v.page.slack.People(), Picker: picker(), Modals: modals, Build: build(),
	}, nil
}

// enter leads to the person and the conversation that were open last, else to somebody and what is going on there.
func (p *Page) enter(w http.ResponseWriter, r *http.Request) {
	who := r.PathValue("who")
	if c, err := r.Cookie("who"); who == "" && err == nil {
		who, _ = url.PathUnescape(c.Value)
	}
	if _, err := p.slack.Reader(who); err != nil {
		if r.PathValue("who") != "" {
			p.lost(w, r, err)
			return
		}
		people := p.slack.People()
		if len(people) == 0 {
			p.lost(w, r, err)
			return
		}
		who = people[0].Handle
	}
	v, err := p.viewer(who)
	if err != nil {
		p.lost(w, r, err)
		return
	}
	http.Redirect(w, r, v.path(v.interesting()), http.StatusSeeOther)
}

// interesting is the conversation in which something happened last; one with news, if there is one.
func (v *viewer) interesting() string {
	side, err := v.page.slack.Sidebar(v.who)
	if err != nil || len(side.Channels) == 0 {
		return "home"
	}
	best := slices.MaxFunc(side.Channels, func(a, b sandbox.Entry) int {
		if a.Unread != b.Unread {
			return map[bool]int{true: 1, false: -1}[a.Unread]
		}
		return strings.Compare(a.Latest, b.Latest)
	})
	return best.ID
}

// remember notes who looked last, for whoever comes to the front door.
func (v *viewer) remember(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: "who", Value: url.PathEscape(v.who), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// lost says that there is no such page, with a way back.
func (p *Page) lost(w http.ResponseWriter, _ *http.Request, err error) {
	why := "There is nothing here."
	if err != nil {
		why = upper(err.Error()) + "."
	}
	p.write(w, http.StatusNotFound, "lost.html", struct{ Why, Build string }{why, build()})
}

// write draws a template, and sends it only if all of it could be drawn.
func (p *Page) write(w http.ResponseWriter, status int, name string, data any) {
	html, err := p.draw(name, data)
	if err != nil {
		http.Error(w, "the page could not be drawn: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(html))
}

func (p *Page) draw(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := p.tmpl.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil //nolint:gosec // html/template wrote it
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// partial says whether only the main part is wanted: somebody moved on in an open page.
func partial(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-History-Restore-Request") == "" && strings.HasSuffix(r.Header.Get("HX-Target"), "#main")
}

// sameDay is a day as calendars count it, to tell whether it is still the same.
func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }
