package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The twin of the Go API over HTTP, for scripts and for the web page: under /sandbox/, JSON in and out, or plain text out with
// "Accept: text/plain". What cannot be done is answered with status 422 and the reason.

// order is the body of any request of the twin; each verb takes what it needs of it. GET requests give the same fields in the query.
type order struct {
	In       string              `json:"in"`   // "#name", "DM", "home"
	Text     string              `json:"text"` // to say, to wait for, or the line of a slash command
	To       string              `json:"to"`   // part of the message that is meant
	Button   string              `json:"button"`
	Near     string              `json:"near"`
	Option   string              `json:"option"`
	Title    string              `json:"title"`  // of the modal that is meant
	Field    string              `json:"field"`  // label
	Fields   map[string][]string `json:"fields"` // what to enter, by label
	Name     string              `json:"name"`
	Who      []string            `json:"who"`
	Private  bool                `json:"private"`
	Deny     bool                `json:"deny"`     // say no in a confirmation dialog
	Patience string              `json:"patience"` // such as "10s"; "0s" takes things as they stand

	On      bool     `json:"on"`
	For     string   `json:"for"`
	Times   int      `json:"times"`
	Error   string   `json:"error"`
	Reason  string   `json:"reason"`
	Sockets []int    `json:"sockets"`
	Role    Role     `json:"role"`
	Scope   string   `json:"scope"`
	Move    string   `json:"move"`
	Set     string   `json:"set"`
	Person  *Persona `json:"person"`
}

// outcome is what a verb answers: a text, and details for those who take JSON.
type outcome struct {
	text   string
	result any
}

func (s *Server) controlRoutes(mux *http.ServeMux) {
	var page http.Handler
	if s.opts.Page != nil {
		page = s.opts.Page(s)
		mux.Handle("/", page)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if page != nil && strings.Contains(r.Header.Get("Accept"), "text/html") {
			page.ServeHTTP(w, r)
			return
		}
		tell(w, s.Transcript())
	})
	mux.HandleFunc("GET /sandbox/transcript", func(w http.ResponseWriter, _ *http.Request) { tell(w, s.Transcript()) })
	s.reader(mux, "calls", func(o order) (any, error) { return s.Calls(o.Who...), nil })
	s.reader(mux, "envelopes", func(o order) (any, error) { return s.Envelopes(o.Who...), nil })
	s.reader(mux, "notifications", func(order) (any, error) { return s.Notifications(), nil })
	s.reader(mux, "files", func(order) (any, error) { return s.Files(), nil })
	s.reader(mux, "sockets", func(order) (any, error) { return s.Sockets(), nil })
	s.reader(mux, "faults", func(order) (any, error) { return s.faults.list(), nil })
	s.reader(mux, "people", func(order) (any, error) { return s.people(), nil })
	s.reader(mux, "scopes", func(order) (any, error) {
		return obj{"used": notNil(s.UsedScopes()), "events": notNil(s.UsedEvents()), "provided": s.provided()}, nil
	})
	s.reader(mux, "clock", func(order) (any, error) { return obj{"now": s.clock.Now().Format(time.RFC3339Nano)}, nil })
	mux.HandleFunc("POST /sandbox/clock", s.control(s.moveClock))
	mux.HandleFunc("DELETE /sandbox/log", s.control(func(*http.Request, order) (outcome, error) {
		s.ClearLog()
		return outcome{}, nil
	}))
	mux.HandleFunc("POST /sandbox/faults", s.addFault)
	mux.HandleFunc("DELETE /sandbox/faults", s.control(func(*http.Request, order) (outcome, error) {
		s.faults.Clear()
		return outcome{}, nil
	}))
	mux.HandleFunc("POST /sandbox/faults/{what}", s.control(s.disturb))
	mux.HandleFunc("POST /sandbox/admin/{what}", s.control(s.administer))
	mux.HandleFunc("GET /sandbox/changes", s.serveChanges)
	mux.HandleFunc("/sandbox/people/{who}/{verb}", s.control(s.playPerson))
}

// reader serves a list as JSON.
func (s *Server) reader(mux *http.ServeMux, name string, read func(order) (any, error)) {
	mux.HandleFunc("GET /sandbox/"+name, s.control(func(_ *http.Request, o order) (outcome, error) {
		result, err := read(o)
		return outcome{text: string(indented(result)), result: result}, err
	}))
}

// control reads the order, carries it out and answers.
func (s *Server) control(carryOut func(*http.Request, order) (outcome, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		o, err := readOrder(r)
		var done outcome
		if err == nil {
			done, err = carryOut(r, o)
		}
		status := http.StatusOK
		answer := obj{"ok": true, "text": done.text, "result": done.result}
		if err != nil {
			status, done.text, answer = http.StatusUnprocessableEntity, err.Error(), obj{"ok": false, "error": err.Error()}
		}
		if strings.Contains(r.Header.Get("Accept"), "text/plain") {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, strings.TrimSuffix(done.text, "\n")+"\n")
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write(frame(answer))
	}
}

func tell(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

func indented(v any) []byte {
	var b bytes.Buffer
	_ = json.Indent(&b, frame(v), "", "  ")
	return b.Bytes()
}

func readOrder(r *http.Request) (order, error) {
	var o order
	if LooksLikeToken(r.URL.RawQuery) {
		return o, errors.New(TokenRefusal)
	}
	if r.Method == http.MethodGet {
		q := r.URL.Query()
		o.In, o.Text, o.Title, o.Field, o.Patience, o.Who = q.Get("in"), q.Get("text"), q.Get("title"), q.Get("field"), q.Get("patience"), q["who"]
		return o, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if LooksLikeToken(string(body)) {
		return o, errors.New(TokenRefusal)
	}
	if err == nil && len(body) > 0 {
		err = json.Unmarshal(body, &o)
	}
	if err != nil {
		return o, fmt.Errorf("read the request: %w", err)
	}
	return o, nil
}

// verbs are what people can be made to do. Those that only look may be asked for with GET.
var verbs = map[string]func(*Person, order) outcome{
	"slash":            func(p *Person, o order) outcome { return replied(p.Slash(o.In, o.Text)) },
	"press":            func(p *Person, o order) outcome { return replied(p.where(o.In).Click(o.Button).In(o.Near)) },
	"choose":           func(p *Person, o order) outcome { return replied(p.where(o.In).Menu(o.Near).Choose(o.Option)) },
	"shortcut":         func(p *Person, o order) outcome { return replied(p.Shortcut(o.Name)) },
	"message-shortcut": func(p *Person, o order) outcome { return replied(p.MessageShortcut(o.In, o.To, o.Name)) },
	"home": func(p *Person, o order) outcome {
		home := p.Home()
		if o.Text != "" {
			return outcome{text: home.Waits(o.Text)}
		}
		return outcome{text: home.Sees()}
	},
	"modal": func(p *Person, o order) outcome { return p.modal(o).described() },
	"fill": func(p *Person, o order) outcome {
		m := p.modal(o)
		if o.Field != "" {
			m.Enter(o.Field, o.Text)
		}
		for field, values := range o.Fields {
			m.Enter(field, values...)
		}
		return m.described()
	},
	"check":   func(p *Person, o order) outcome { return p.modal(o).Check(o.Option).described() },
	"uncheck": func(p *Person, o order) outcome { return p.modal(o).Uncheck(o.Option).described() },
	"clear":   func(p *Person, o order) outcome { return p.modal(o).Clear(o.Field).described() },
	"search": func(p *Person, o order) outcome {
		found := p.modal(o).Search(o.Field, o.Text)
		return outcome{strings.Join(found, "\n"), found}
	},
	"submit": func(p *Person, o order) outcome {
		r := p.modal(o).Submit()
		text := "sent"
		for _, label := range slices.Sorted(keys(r.Errors)) {
			text = fmt.Sprintf("%s: %s", label, r.Errors[label])
		}
		return outcome{cmp.Or(r.Banner, text), r}
	},
	"close":     func(p *Person, o order) outcome { p.modal(o).Close(); return outcome{} },
	"close-all": func(p *Person, o order) outcome { p.modal(o).CloseAll(); return outcome{} },

	"says":       func(p *Person, o order) outcome { return outcome{text: p.Says(o.In, o.Text)} },
	"replies":    func(p *Person, o order) outcome { return outcome{text: p.Replies(o.In, o.To, o.Text)} },
	"reacts":     func(p *Person, o order) outcome { p.Reacts(o.In, o.To, o.Name); return outcome{} },
	"edits":      func(p *Person, o order) outcome { p.Edits(o.In, o.To, o.Text); return outcome{} },
	"deletes":    func(p *Person, o order) outcome { p.Deletes(o.In, o.To); return outcome{} },
	"creates":    func(p *Person, o order) outcome { p.Creates(o.Name, o.Private); return outcome{} },
	"joins":      func(p *Person, o order) outcome { p.Joins(o.In); return outcome{} },
	"leaves":     func(p *Person, o order) outcome { p.Leaves(o.In); return outcome{} },
	"invites":    func(p *Person, o order) outcome { p.Invites(o.In, o.Who...); return outcome{} },
	"kicks":      func(p *Person, o order) outcome { p.Kicks(o.In, o.Who...); return outcome{} },
	"archives":   func(p *Person, o order) outcome { p.Archives(o.In); return outcome{} },
	"unarchives": func(p *Person, o order) outcome { p.Unarchives(o.In); return outcome{} },
	"renames":    func(p *Person, o order) outcome { p.Renames(o.In, o.Name); return outcome{} },

	"sees":          func(p *Person, o order) outcome { return outcome{text: p.where(o.In).Sees()} },
	"waits":         func(p *Person, o order) outcome { return outcome{text: p.where(o.In).Waits(o.Text)} },
	"channels":      func(p *Person, _ order) outcome { return listed(p.Channels()) },
	"bookmarks":     func(p *Person, o order) outcome { return listed(p.Bookmarks(o.In)) },
	"pins":          func(p *Person, o order) outcome { return listed(p.Pins(o.In)) },
	"notifications": func(p *Person, _ order) outcome { n := p.Notifications(); return outcome{string(indented(n)), n} },
}

var looking = []string{"modal", "sees", "waits", "channels", "bookmarks", "pins", "notifications"}

func replied(r Reply) outcome { return outcome{r.Text(), r} }

func listed(items []string) outcome { return outcome{strings.Join(items, "\n"), notNil(items)} }

// where is a place by its name in orders.
func (p *Person) where(name string) *Place {
	switch name {
	case "":
		return p.anywhere()
	case "home":
		return &Place{p: p, name: homeTab}
	}
	return p.In(name)
}

func (p *Person) modal(o order) *Modal {
	if o.Title != "" {
		return p.Modal(o.Title)
	}
	return p.Modal()
}

func (m *Modal) described() outcome {
	return see(m, func(u *user, v *view) (outcome, error) {
		return outcome{eyes{m.p.s, u}.window(v), obj{"title": textOf(v.Title), "errors": v.shown(), "banner": v.banner}}, nil
	})
}

func (s *Server) playPerson(r *http.Request, o order) (outcome, error) {
	verb := verbs[r.PathValue("verb")]
	if verb == nil {
		return outcome{}, fmt.Errorf("people do not know how to %q, but: %s", r.PathValue("verb"), strings.Join(slices.Sorted(keys(verbs)), ", "))
	}
	if r.Method != http.MethodPost && (r.Method != http.MethodGet || !slices.Contains(looking, r.PathValue("verb"))) {
		return outcome{}, errors.New("this takes a POST")
	}
	nobody := &Person{s: s}
	var done outcome
	err := nobody.try(func(*Person) {
		p := s.as(r.PathValue("who"), nil)
		if o.Patience != "" {
			p.patience = duration(p, o.Patience)
		}
		p.denies = o.Deny
		done = verb(p, o)
	})
	return done, err
}

func duration(p *Person, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		p.stop(err)
	}
	return d
}

func (s *Server) moveClock(_ *http.Request, o order) (outcome, error) {
	if o.Set != "" {
		t, err := time.Parse(time.RFC3339, o.Set)
		if err != nil {
			return outcome{}, err
		}
		s.clock.Set(t)
	}
	if o.Move != "" {
		d, err := time.ParseDuration(o.Move)
		if err != nil {
			return outcome{}, err
		}
		s.clock.Move(d)
	}
	return outcome{text: s.clock.Now().Format(time.RFC3339)}, nil
}

// addFault sets a fault of the Web API: a Fault as JSON, with durations such as "2s".
func (s *Server) addFault(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Fault
		Slow       string `json:"slow"`
		RetryAfter string `json:"retry_after"`
	}
	err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&body)
	if body.Slow != "" && err == nil {
		body.Fault.Slow, err = time.ParseDuration(body.Slow)
	}
	if body.RetryAfter != "" && err == nil {
		body.Fault.RetryAfter, err = time.ParseDuration(body.RetryAfter)
	}
	if err != nil {
		http.Error(w, "read the fault: "+err.Error(), http.StatusUnprocessableEntity)
		return
	}
	s.faults.Add(body.Fault)
	tell(w, "ok\n")
}

// list are the faults of the Web API that are set, with how often they struck.
func (f *Faults) list() []obj {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []obj{}
	for _, i := range f.active {
		out = append(out, obj{"fault": i.name(), "method": i.Method, "left": i.left, "hits": i.hits})
	}
	return out
}

// disturb sets the faults that are not about single calls.
func (s *Server) disturb(r *http.Request, o order) (outcome, error) {
	var d time.Duration
	if o.For != "" {
		var err error
		if d, err = time.ParseDuration(o.For); err != nil {
			return outcome{}, err
		}
	}
	f := s.faults
	what := map[string]func(){
		"rate-limits": func() { f.RateLimits(o.On) },
		"history-lag": func() { f.HistoryLag(d) },
		"refuse":      func() { f.RefuseConnections(o.Error) },
		"stop-pings":  func() { f.StopPings(o.On) },
		"ghosts":      func() { f.Ghosts(d) },
		"duplicate":   func() { f.DuplicateNext(max(o.Times, 1)) },
		"delay":       func() { f.DelayNext(d) },
		"cut":         func() { f.CutSockets(o.Sockets...) },
		"silence":     func() { f.SilenceSockets(o.Sockets...) },
		"disconnect":  func() { f.Disconnect(o.Reason, d, o.Sockets...) },
	}
	do := what[r.PathValue("what")]
	if do == nil {
		return outcome{}, fmt.Errorf("no fault is called %q, but: %s", r.PathValue("what"), strings.Join(slices.Sorted(keys(what)), ", "))
	}
	do()
	return outcome{}, nil
}

// administer does what Server's methods of the same names do.
func (s *Server) administer(r *http.Request, o order) (outcome, error) {
	who := strings.Join(o.Who, " ")
	what := map[string]func() error{
		"deactivate": func() error { return s.Deactivate(who) },
		"role":       func() error { return s.SetRole(who, o.Role) },
		"zone":       func() error { return s.SetZone(who, o.Name) },
		"name":       func() error { return s.SetName(who, o.Name) },
		"archive":    func() error { return s.ArchiveChannel(o.In) },
		"kick-app":   func() error { return s.KickApp(o.In) },
		"add-app":    func() error { return s.AddApp(o.In) },
		"share":      func() error { return s.ShareChannel(o.In, o.On) },
		"group":      func() error { return s.SetGroup(GroupSpec{Handle: o.Name, Members: o.Who}) },
		"channel": func() error {
			return s.AddChannel(ChannelSpec{Name: o.Name, Private: o.Private, Members: o.Who, App: o.On})
		},
		"remove-scope": func() error { s.RemoveScope(o.Scope); return nil },
		"grant-scope":  func() error { s.GrantScope(o.Scope); return nil },
		"person": func() error {
			if o.Person == nil {
				return errors.New("no person was given")
			}
			return s.AddPerson(*o.Person)
		},
	}
	do := what[r.PathValue("what")]
	if do == nil {
		return outcome{}, fmt.Errorf("administrators do not know how to %q, but: %s", r.PathValue("what"), strings.Join(slices.Sorted(keys(what)), ", "))
	}
	return outcome{}, do()
}

func (s *Server) people() []obj {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []obj
	for _, u := range s.ws.sortedUsers() {
		out = append(out, obj{"id": u.ID, "handle": u.Handle, "name": u.Name, "zone": u.Zone, "role": u.Role})
	}
	return out
}

// serveChanges answers with the number of changes so far, as soon as it is above the number "after" (at most half a minute later).
func (s *Server) serveChanges(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	var now uint64
	_ = s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		now = s.version
		return now > after
	})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(frame(obj{"version": now}))
}
