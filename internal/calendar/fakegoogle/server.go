// Package fakegoogle is a Google Calendar without Google: it keeps the events of one organizer, written from Google's discovery document. In tests every request
// and every answer is checked against that document: a field that Google does not know, or one that is missing, is a failure of the test. The sandbox
// mounts one unchecked, for people to try.
//
// It refuses to know our own code. Reading order: this file, events.go, discovery.go.
package fakegoogle

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with one request.
type Fault struct {
	Method      string // of the API, as "events.insert"; empty: any
	Status      int    // what is answered; 0: the connection is cut
	Reason      string // of Google's, as "rateLimitExceeded"
	Message     string
	RetryAfter  int  // seconds
	AfterEffect bool // the request has its effect first
	Hang        bool // nothing is answered, until whoever asks gives up
}

// Mail is what a guest is told.
type Mail struct{ To, Event, What string }

// Call is a request that was made.
type Call struct {
	Method string
	Query  url.Values
	Body   map[string]any
}

// Server is the fake: the API, as a handler. Its fields may be changed while nobody calls.
type Server struct {
	http.Handler

	URL       string // where it is
	Pages     string // the address of the pages of events; empty: as Google's
	Organizer string
	Now       func() time.Time
	Refused   string              // what the token endpoint answers instead of a token, as "unauthorized_client"
	Unsigned  *Fault              // what IAM answers whoever may not act as the service account
	NoCalls   bool                // the organizer can make none
	SlowCalls bool                // a call is there only when the event is read
	Hidden    map[string]bool     // whose busy times cannot be read
	Taken     map[string][]Period // busy times by address

	close   func() error
	mu      sync.Mutex
	doc     *discovery // nil: nothing is checked
	iam     discovery
	events  map[string]*stored
	serial  int
	faults  []Fault
	calls   []Call
	mails   []Mail
	claims  []Claims
	wrong   []string
	forgets bool
}

// Period is a busy time.
type Period struct{ Start, End time.Time }

// New starts a fake Google that checks what it is asked. Close ends it; Problems says what was wrong.
func New(organizer string) (*Server, error) {
	doc, err := discover("calendar", "v3")
	if err != nil {
		return nil, err
	}
	iam, err := discover("iamcredentials", "v1")
	if err != nil {
		return nil, err
	}
	s := Unchecked(organizer)
	s.doc, s.iam = &doc, iam
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a fake Google: %w", err)
	}
	web := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { _ = web.Serve(ln) }()
	s.URL, s.close = "http://"+ln.Addr().String(), web.Close
	return s, nil
}

// Unchecked is a fake Google to be mounted under an address, which goes into URL. It needs no document of Google's.
func Unchecked(organizer string) *Server {
	s := &Server{Organizer: organizer, Now: time.Now, Hidden: map[string]bool{}, Taken: map[string][]Period{}, events: map[string]*stored{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /v1/projects/-/serviceAccounts/{account}", s.signJwt)
	api := func(pattern, name string, do func(*request) answer) { mux.HandleFunc(pattern, s.serve(name, do)) }
	api("POST /calendar/v3/freeBusy", "freebusy.query", s.freeBusy)
	api("POST /calendar/v3/calendars/{calendar}/events", "events.insert", s.insert)
	api("GET /calendar/v3/calendars/{calendar}/events", "events.list", s.list)
	api("GET /calendar/v3/calendars/{calendar}/events/{event}", "events.get", s.get)
	api("PATCH /calendar/v3/calendars/{calendar}/events/{event}", "events.patch", s.patch)
	api("DELETE /calendar/v3/calendars/{calendar}/events/{event}", "events.delete", s.remove)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.complain(r.Method + " " + r.URL.Path + ": no such method")
		http.NotFound(w, r)
	})
	s.Handler = mux
	return s
}

// Close ends what New started.
func (s *Server) Close() {
	if s.close != nil {
		_ = s.close()
	}
}

// Endpoint is where the API is.
func (s *Server) Endpoint() string { return s.URL + "/calendar/v3/" }

// Fail makes the next requests fail, each fault once, in this order for a method.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// ForgetMarks makes every sync token that was given out worthless.
func (s *Server) ForgetMarks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial += 1000
	s.forgets = true
}

// Problems are what was wrong with requests or answers, by Google's document.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

// Calls are the requests that were made, in order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Mails are what guests were told, in order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *Server) complain(what ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, what...)
}

// request is a call of the API.
type request struct {
	*http.Request
	query url.Values
	body  map[string]any
}

// answer is what is answered; a status of 0 is 200.
type answer struct {
	status  int
	reason  string
	message string
	body    any
	raw     []byte
}

func (s *Server) serve(name string, do func(*request) answer) http.HandlerFunc {
	resource, verb, _ := strings.Cut(name, ".")
	return func(w http.ResponseWriter, r *http.Request) {
		req := &request{Request: r, query: r.URL.Query(), body: map[string]any{}}
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &req.body)
		var m method
		var problems []string
		if s.doc != nil {
			m = s.doc.Resources[resource].Methods[verb]
			problems = s.doc.asked(m, req.query, raw)
		}
		if r.Header.Get("Authorization") != "Bearer "+Token {
			s.send(w, m, answer{status: http.StatusUnauthorized, reason: "authError", message: "Invalid Credentials"}, Fault{})
			return
		}
		for _, p := range problems {
			s.complain(name + p)
		}
		s.mu.Lock()
		s.calls = append(s.calls, Call{Method: name, Query: req.query, Body: req.body})
		fault, faulty := s.next(name)
		s.mu.Unlock()
		if faulty && !fault.AfterEffect {
			s.fail(w, r, m, fault)
			return
		}
		s.mu.Lock()
		a := do(req)
		if a.body != nil {
			a.raw, _ = json.Marshal(a.body) // as it is now
		}
		s.mu.Unlock()
		if faulty {
			s.fail(w, r, m, fault)
			return
		}
		s.send(w, m, a, Fault{})
	}
}

// next is the fault that the next request of a method meets.
func (s *Server) next(name string) (Fault, bool) {
	for i, f := range s.faults {
		if f.Method == "" || f.Method == name {
			s.faults = slices.Delete(s.faults, i, i+1)
			return f, true
		}
	}
	return Fault{}, false
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, m method, f Fault) {
	if f.Hang {
		<-r.Context().Done()
	}
	if f.Status == 0 {
		panic(http.ErrAbortHandler) // cuts the connection
	}
	s.send(w, m, answer{status: f.Status, reason: f.Reason, message: f.Message}, f)
}

func (s *Server) send(w http.ResponseWriter, m method, a answer, f Fault) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(f.RetryAfter))
	}
	if a.status >= http.StatusBadRequest {
		w.WriteHeader(a.status)
		_, _ = fmt.Fprintf(w, `{"error":{"code":%d,"message":%q,"errors":[{"domain":"calendar","reason":%q,"message":%q}]}}`, a.status, a.message, a.reason, a.message)
		return
	}
	if a.raw == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if s.doc != nil {
		for _, p := range s.doc.body(method{}, m.Response, a.raw) {
			s.complain("the answer to " + m.ID + p)
		}
	}
	_, _ = w.Write(a.raw)
}
