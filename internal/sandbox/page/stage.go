package page

import (
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"epilogue/internal/sandbox"
)

// The back of the stage: what crossed the wire, what goes wrong at present, and the clock. Nobody looks through anybody's eyes here: it shows everything.
// Read on in stage_rows.go (what a line says), stage_json.go (payloads), stage_live.go (how it follows), stage_deeds.go (switches and the clock).

func (p *Page) stageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /stage", p.showStage)
	mux.HandleFunc("GET /stage/live", p.followStage)
	mux.HandleFunc("GET /sandbox", p.showManual)
	mux.HandleFunc("GET /stage/entry/{seq}", p.showEntry)
	mux.HandleFunc("GET /stage/message", p.goToMessage)
	for path, do := range map[string]func(*http.Request) error{
		"/stage/on": p.switchesOn, "/stage/off": p.switchesOff, "/stage/mend": p.mends, "/stage/clock": p.movesClock,
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			if err := do(r); err != nil {
				http.Error(w, upper(err.Error())+".", http.StatusUnprocessableEntity)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

// backstage is the whole page.
type backstage struct {
	Build, Back, Who string
	Standing         template.HTML
	Timeline         timeline
	Clock            clockPanel
	Switches         switchPanel
}

// timeline is the part of it that filters change.
type timeline struct {
	Filter  filterBy
	Kinds   []kindChoice
	Methods []string
	Rows    []row
	Of      *messageLink // the message whose entries these are, nil for all
	Newest  string       // leads to the newest page, "" if this is it
	Older   string       // leads further back, "" at the end
	Live    string       // what follows it, "" for pages further back
}

type kindChoice struct{ Key, Name string }

var kinds = []kindChoice{{"", "Everything"}, {"command", "Commands"}, {"interaction", "Clicks and forms"}, {"event", "Events"}, {"call", "API calls"}, {"note", "Sockets, faults, clock"}}

// filterBy says which entries somebody wants to see.
type filterBy struct {
	Kind, Method, Text string
	Errors             bool
	In, TS             string // of the message that the entries are about
	Before             int    // 0 for the newest
	As                 string // whose page it was, to go back to
	ids                []string
}

func (p *Page) filterOf(r *http.Request) filterBy {
	q := r.URL.Query()
	before, _ := strconv.Atoi(q.Get("before"))
	f := filterBy{
		Kind: q.Get("kind"), Method: strings.TrimSpace(q.Get("method")), Text: strings.TrimSpace(q.Get("q")), Errors: q.Get("errors") != "",
		In: q.Get("in"), TS: q.Get("ts"), Before: before, As: q.Get("as"),
	}
	if _, err := p.slack.Reader(f.As); err != nil {
		f.As = ""
		if c, err := r.Cookie("who"); err == nil {
			f.As, _ = url.PathUnescape(c.Value)
		}
		if _, err := p.slack.Reader(f.As); err != nil {
			f.As = ""
		}
	}
	if bare := strings.TrimLeft(f.Text, "#@"); bare != "" { // payloads name people and channels by their ids
		for id, name := range p.slack.Names() {
			if strings.EqualFold(strings.TrimLeft(name, "#"), bare) {
				f.ids = append(f.ids, id)
			}
		}
	}
	return f
}

// query is the filter as an address has it.
func (f filterBy) query(before int) string {
	q := url.Values{}
	for k, v := range map[string]string{"kind": f.Kind, "method": f.Method, "q": f.Text, "in": f.In, "ts": f.TS, "as": f.As} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if f.Errors {
		q.Set("errors", "1")
	}
	if before > 0 {
		q.Set("before", strconv.Itoa(before))
	}
	return q.Encode()
}

func (f filterBy) lets(h sandbox.Happening) bool {
	return (f.Kind == "" || f.Kind == kindOf(h)) && (f.Method == "" || strings.EqualFold(f.Method, methodOf(h))) && (!f.Errors || toneOf(h) == bad) &&
		(f.TS == "" || slices.ContainsFunc(touchedBy(h), func(t sandbox.Touched) bool { return t.TS == f.TS && t.Channel == f.In })) && f.contains(h)
}

func (f filterBy) contains(h sandbox.Happening) bool {
	if f.Text == "" {
		return true
	}
	want := strings.ToLower(f.Text)
	has := func(text string) bool {
		return strings.Contains(strings.ToLower(text), want) || slices.ContainsFunc(f.ids, func(id string) bool { return strings.Contains(text, id) })
	}
	switch {
	case h.Call != nil:
		for k, v := range h.Call.Args {
			if has(k) || has(v) {
				return true
			}
		}
		return has(h.Call.Method) || has(h.Call.Error) || has(h.Call.For) || has(string(h.Call.Answer))
	case h.Envelope != nil:
		return has(h.Envelope.Kind) || has(h.Envelope.Outcome) || has(h.Envelope.ID) || has(string(h.Envelope.Payload)) || has(string(h.Envelope.Ack))
	}
	return has(h.Note.What + " " + h.Note.Text)
}

const (
	stageful = 100 // entries of a page
	stride   = 500 // entries that are looked at in one go
)

// gather finds a page of entries, newest first, and whether there are more.
func (p *Page) gather(f filterBy) (found []sandbox.Happening, more bool) {
	before := f.Before
	for {
		some := p.slack.Happenings(before, stride)
		for _, h := range some {
			if !f.lets(h) {
				continue
			}
			if len(found) == stageful {
				return found, true
			}
			found = append(found, h)
		}
		if len(some) < stride {
			return found, false
		}
		before = some[len(some)-1].Seq
	}
}

// insight is what is needed to say what entries are about.
type insight struct {
	names map[string]string
	zone  *time.Location
	now   time.Time // in the workspace
}

func (p *Page) insight(as string) insight {
	return insight{names: p.slack.Names(), zone: p.zoneOf(as), now: p.slack.Clock().Now()}
}

// zoneOf is somebody's time zone, or this machine's if it is nobody.
func (p *Page) zoneOf(as string) *time.Location {
	if r, err := p.slack.Reader(as); err == nil {
		return r.Zone()
	}
	return time.Local
}

func (p *Page) timeline(f filterBy) timeline {
	version := p.slack.StageVersion()
	found, more := p.gather(f)
	in := p.insight(f.As)
	out := timeline{Filter: f, Kinds: kinds, Methods: p.methods()}
	for _, h := range found {
		out.Rows = append(out.Rows, in.row(h, f.As))
	}
	if more {
		out.Older = "/stage?" + f.query(found[len(found)-1].Seq)
	}
	if f.Before > 0 {
		out.Newest = "/stage?" + f.query(0)
	} else {
		out.Live = fmt.Sprintf("/stage/live?%s&since=%s", f.query(0), p.mark(version))
	}
	if f.TS != "" {
		link := p.messageLink(sandbox.Touched{Channel: f.In, TS: f.TS}, f.As)
		out.Of = &link
	}
	return out
}

// methods are those that can be chosen in the filter: what is remembered of the last entries.
func (p *Page) methods() []string {
	seen := map[string]bool{}
	for _, h := range p.slack.Happenings(0, 2000) {
		if h.Note == nil {
			seen[methodOf(h)] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// showStage shows the whole page, or only what its filters change.
func (p *Page) showStage(w http.ResponseWriter, r *http.Request) {
	f := p.filterOf(r)
	if r.Header.Get("X-Part") == "timeline" {
		p.write(w, http.StatusOK, "timeline", p.timeline(f))
		return
	}
	banner, err := p.standing(f.As)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	back := "/"
	if f.As != "" {
		back = "/w/" + url.PathEscape(f.As)
	}
	p.write(w, http.StatusOK, "stage.html", backstage{
		Build: build(), Back: back, Who: f.As, Standing: banner, Timeline: p.timeline(f), Clock: p.clockPanel(f.As), Switches: p.switchPanel(),
	})
}

// Behind leads to all that happened to a message.
func (l line) Behind() string {
	parts := strings.Split(l.Path, "/") // /w/WHO/CONVERSATION/m/TS
	return "/stage?as=" + parts[2] + "&in=" + parts[3] + "&ts=" + l.TS
}

// messageLink leads to a message, or says that it is gone.
type messageLink struct {
	How   string
	To    string // "" if nobody sees it any more
	Where string
	Text  string
	All   string // leads to all entries about it
}

func (p *Page) messageLink(t sandbox.Touched, as string) messageLink {
	out := messageLink{How: t.How, Where: p.slack.Names()[t.Channel], All: "/stage?" + filterBy{In: t.Channel, TS: t.TS, As: as}.query(0)}
	if seen, there := p.slack.Sight(t.Channel, t.TS, as); there {
		out.To, out.Where, out.Text = wayTo(seen, t), seen.Channel, short(seen.Text, 120)
	}
	return out
}

// wayTo is the address of a message in the page of somebody who sees it.
func wayTo(s sandbox.Sighting, t sandbox.Touched) string {
	base := "/w/" + url.PathEscape(s.Who) + "/" + url.PathEscape(t.Channel)
	if s.Thread {
		return base + "/t/" + url.PathEscape(t.TS)
	}
	return base + "?at=" + url.QueryEscape(t.TS)
}

// goToMessage leads to a message, in the page of somebody who sees it.
func (p *Page) goToMessage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	t := sandbox.Touched{Channel: q.Get("in"), TS: q.Get("ts")}
	seen, there := p.slack.Sight(t.Channel, t.TS, q.Get("as"))
	if !there {
		p.lost(w, r, fmt.Errorf("the message was deleted, or nobody sees it any more"))
		return
	}
	http.Redirect(w, r, wayTo(seen, t), http.StatusSeeOther)
}

// entry is all that is known of one happening.
type entry struct {
	Seq      int
	State    string
	Facts    []fact
	Messages []messageLink
	Parts    []part
}

type fact struct{ Name, Value string }

// part is a JSON document that can be folded and copied.
type part struct {
	Name string
	Tree template.HTML
	Raw  string
}

// showEntry sends what stands below a line once it is opened.
func (p *Page) showEntry(w http.ResponseWriter, r *http.Request) {
	seq, _ := strconv.Atoi(r.PathValue("seq"))
	h, there := p.slack.Happening(seq)
	if !there {
		http.Error(w, "This is so long ago that it was forgotten.", http.StatusNotFound)
		return
	}
	as := r.URL.Query().Get("as")
	out := entry{Seq: seq, State: stateOf(h), Facts: p.insight(as).facts(h), Parts: partsOf(h)}
	var shown []sandbox.Touched
	for _, t := range touchedBy(h) {
		if !slices.Contains(shown, t) {
			shown = append(shown, t)
			out.Messages = append(out.Messages, p.messageLink(t, as))
		}
	}
	p.write(w, http.StatusOK, "happened", out)
}

func short(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
