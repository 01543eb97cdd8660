package sandbox

import (
	"bytes"
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

// The control API: the twin of the Go API over HTTP, for scripts and for whoever tries things out. It is under /sandbox/, takes JSON, and answers JSON, or
// plain text with "Accept: text/plain". What cannot be done is answered with status 422 and the reason. Its requests stand in control_routes.go,
// control_people.go and control_world.go, in tables that serve them as well as describe them.

// order is the body of any request; each takes what it needs of it. GET requests give the same fields in the query.
type order struct {
	In       string              `json:"in"`
	Text     string              `json:"text"`
	To       string              `json:"to"`
	Button   string              `json:"button"`
	Near     string              `json:"near"`
	Option   string              `json:"option"`
	Title    string              `json:"title"`
	Field    string              `json:"field"`
	Fields   map[string][]string `json:"fields"`
	Name     string              `json:"name"`
	Who      []string            `json:"who"`
	Private  bool                `json:"private"`
	Deny     bool                `json:"deny"`
	Patience string              `json:"patience"`

	On      bool     `json:"on"`
	For     string   `json:"for"`
	Times   int      `json:"times"`
	Error   string   `json:"error"`
	Reason  string   `json:"reason"`
	Sockets []int    `json:"sockets"`
	Role    Role     `json:"role"`
	Scope   string   `json:"scope"`
	Method  string   `json:"method"`
	Move    string   `json:"move"`
	Set     string   `json:"set"`
	Person  *Persona `json:"person"`

	After      uint64            `json:"-"` // of a GET
	Status     int               `json:"status"`
	Match      map[string]string `json:"match"`
	Slow       string            `json:"slow"`
	RetryAfter string            `json:"retry_after"`
	Hang       bool              `json:"hang"`
	Reset      bool              `json:"reset"`
	AfterDone  bool              `json:"after_effect"`
}

// outcome is what a request answers: a text, and details for those who take JSON.
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
	orPage := func(plain http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if page != nil && strings.Contains(r.Header.Get("Accept"), "text/html") {
				page.ServeHTTP(w, r)
				return
			}
			plain(w, r)
		}
	}
	mux.HandleFunc("GET /{$}", orPage(s.serveTranscript))
	mux.HandleFunc("GET /sandbox", orPage(s.serveManual))
	for _, r := range s.table() {
		mux.HandleFunc(r.method+" "+r.path, s.control(r.does))
	}
	mux.HandleFunc("GET /sandbox/transcript", s.serveTranscript)
	mux.HandleFunc("/sandbox/", s.control(s.unknownRequest))
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
		w.Header().Set("X-Content-Type-Options", "nosniff")
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

// serveTranscript reads everything aloud.
func (s *Server) serveTranscript(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, s.Transcript())
}

func indented(v any) []byte {
	var b bytes.Buffer
	_ = json.Indent(&b, frame(v), "", "  ")
	return b.Bytes()
}

// readOrder reads what a request asks for. Fields that nobody knows are refused, so that a slip of the pen does not pass.
func readOrder(r *http.Request) (order, error) {
	var o order
	if LooksLikeToken(r.URL.RawQuery) {
		return o, errors.New(TokenRefusal)
	}
	if r.Method == http.MethodGet {
		q := r.URL.Query()
		o.In, o.Text, o.Title, o.Field, o.Patience, o.Who = q.Get("in"), q.Get("text"), q.Get("title"), q.Get("field"), q.Get("patience"), q["who"]
		o.After, _ = strconv.ParseUint(q.Get("after"), 10, 64)
		return o, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if LooksLikeToken(string(body)) {
		return o, errors.New(TokenRefusal)
	}
	if err == nil && len(body) > 0 {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields()
		err = dec.Decode(&o)
	}
	if err != nil {
		return o, fmt.Errorf("read the request: %w", err)
	}
	return o, nil
}

// unknownRequest says what a request could have been.
func (s *Server) unknownRequest(r *http.Request, _ order) (outcome, error) {
	var names []string
	path := strings.TrimSuffix(r.URL.Path, "/")
	kin, last := path[:strings.LastIndex(path, "/")+1], path[strings.LastIndex(path, "/")+1:]
	if parts := strings.Split(path, "/"); len(parts) == 5 && parts[2] == "people" {
		kin = "/sandbox/people/{who}/"
	}
	for _, known := range s.table() {
		rest, near := strings.CutPrefix(known.path, kin)
		if near && rest == last && known.method != r.Method {
			return outcome{}, fmt.Errorf("this takes a %s", known.method)
		}
		if near && rest != "" && !strings.Contains(rest, "/") && !slices.Contains(names, rest) {
			names = append(names, rest)
		}
	}
	what := map[string]string{"/sandbox/people/{who}/": "people do not know how to", "/sandbox/admin/": "administrators do not know how to", "/sandbox/faults/": "no fault is called"}[kin]
	if what == "" || len(names) == 0 {
		return outcome{}, fmt.Errorf("there is no %s %s; /sandbox describes all that there is", r.Method, path)
	}
	return outcome{}, fmt.Errorf("%s %q, but: %s", what, last, strings.Join(names, ", "))
}

// span reads a duration such as "10s"; "" is none.
func span(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	return time.ParseDuration(text)
}

// changes answers with the number of changes so far, as soon as it is above the number "after" (at most half a minute later).
func (s *Server) changes(r *http.Request, o order) (outcome, error) {
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	var now uint64
	_ = s.Wait(ctx, func() bool {
		now = s.Version()
		return now > o.After
	})
	return outcome{strconv.FormatUint(now, 10), obj{"version": now}}, nil
}
