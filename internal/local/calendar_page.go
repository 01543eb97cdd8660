package local

import (
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"epilogue/internal/calendar/fakegoogle"
)

//go:embed calendar.html calendar.css
var calendarFiles embed.FS

var calendarPage = template.Must(template.ParseFS(calendarFiles, "calendar.html"))

// calendarPages are what people see of the calendar: what is in it, and an event that they can move and delete behind the bot's back.
func calendarPages(c *fakegoogle.Server) http.Handler {
	p := pagesOf{c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /calendar/{$}", p.list)
	mux.HandleFunc("GET /calendar/event", p.event)
	mux.HandleFunc("POST /calendar/event", p.change)
	mux.HandleFunc("GET /calendar/call", p.call)
	mux.HandleFunc("GET /calendar/calendar.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, calendarFiles, "calendar.css")
	})
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	}))
}

type pagesOf struct{ calendar *fakegoogle.Server }

// shown is what a page shows: the list, or one event.
type shown struct {
	Title string
	Zone  string
	Days  []day
	Event *entry
	Call  bool
}

type day struct {
	Name    string
	Entries []entry
}

// entry is an event, or a time at which somebody is busy.
type entry struct {
	ID, What, Where string // Where is the call
	Date, Time      string
	About           string
	Guests          []guest
	Busy, Gone      bool
	start           time.Time
}

type guest struct {
	Address  string
	Optional bool
}

// listed is how many days ahead are shown.
const listed = 14

// zone is Ana's, whose eyes newcomers have first.
func (p pagesOf) zone() *time.Location {
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.UTC
	}
	return z
}

func (p pagesOf) entry(e fakegoogle.Event) entry {
	out := entry{ID: e.ID, What: e.Title, About: e.Description, Gone: e.Canceled}
	p.dated(&out, e.Start, e.End)
	out.Where, _ = e.Fields["hangoutLink"].(string)
	guests, _ := e.Fields["attendees"].([]any)
	for _, g := range guests {
		o, _ := g.(map[string]any)
		address, _ := o["email"].(string)
		optional, _ := o["optional"].(bool)
		out.Guests = append(out.Guests, guest{address, optional})
	}
	return out
}

func (p pagesOf) dated(e *entry, start, end time.Time) {
	z := p.zone()
	e.start, e.Date = start, start.In(z).Format("Monday, January 2")
	e.Time = start.In(z).Format("15:04") + "–" + end.In(z).Format("15:04")
}

func (p pagesOf) list(w http.ResponseWriter, _ *http.Request) {
	from := p.calendar.Now().In(p.zone())
	to := from.AddDate(0, 0, listed)
	within := func(start, end time.Time) bool { return end.After(from) && start.Before(to) }
	var all []entry
	for _, e := range p.calendar.Live() {
		if within(e.Start, e.End) {
			all = append(all, p.entry(e))
		}
	}
	for address, taken := range p.calendar.Taken {
		who, _, _ := strings.Cut(address, "@")
		for _, t := range taken {
			if within(t.Start, t.End) {
				e := entry{What: who + " is busy", Busy: true}
				p.dated(&e, t.Start, t.End)
				all = append(all, e)
			}
		}
	}
	slices.SortFunc(all, func(a, b entry) int {
		if at := a.start.Compare(b.start); at != 0 {
			return at
		}
		return strings.Compare(a.What, b.What)
	})
	var days []day
	for _, e := range all {
		if n := len(days); n == 0 || days[n-1].Name != e.Date {
			days = append(days, day{Name: e.Date})
		}
		last := &days[len(days)-1]
		last.Entries = append(last.Entries, e)
	}
	p.show(w, shown{Title: "Calendar", Days: days})
}

// find is the event that an address names.
func (p pagesOf) find(w http.ResponseWriter, r *http.Request) (fakegoogle.Event, bool) {
	for _, e := range p.calendar.Events() {
		if e.ID == r.FormValue("eid") {
			return e, true
		}
	}
	w.WriteHeader(http.StatusNotFound)
	p.show(w, shown{Title: "There is no such event. The calendar begins anew with each start of the sandbox."})
	return fakegoogle.Event{}, false
}

func (p pagesOf) event(w http.ResponseWriter, r *http.Request) {
	if e, ok := p.find(w, r); ok {
		shownEvent := p.entry(e)
		p.show(w, shown{Title: e.Title, Event: &shownEvent})
	}
}

func (p pagesOf) call(w http.ResponseWriter, r *http.Request) {
	if e, ok := p.find(w, r); ok {
		p.show(w, shown{Title: "The call of “" + e.Title + "” would be here", Call: true})
	}
}

// change moves or deletes an event, as somebody does in Google's own page.
func (p pagesOf) change(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	e, ok := p.find(w, r)
	if !ok {
		return
	}
	by := map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour}[r.FormValue("do")]
	switch {
	case e.Canceled:
	case by > 0:
		p.calendar.Move(e.ID, e.Start.Add(by), e.End.Add(by))
	case r.FormValue("do") == "delete":
		p.calendar.Delete(e.ID)
	}
	http.Redirect(w, r, "/calendar/event?eid="+e.ID, http.StatusSeeOther)
}

func (p pagesOf) show(w http.ResponseWriter, s shown) {
	s.Zone = p.zone().String()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = calendarPage.Execute(w, s)
}
