package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// The only tokens that a sandbox accepts. They are obviously not real, so that nobody pastes a real one in their place.
const (
	botToken = "xoxb-sandbox-bot-token"
	appToken = "xapp-sandbox-app-token"
)

// Options say what the workspace looks like at the start. The zero value is a sandbox with DefaultPeople, #general and
// #random, on a free port of the loopback interface, where the app may do everything.
type Options struct {
	People   []Persona     // nil: DefaultPeople
	Channels []ChannelSpec // nil: #general and #random, with all people and without the app
	Groups   []GroupSpec

	// Manifest is the app's manifest as JSON: scopes, events, commands, shortcuts and the Home tab come from it. Nil grants everything.
	Manifest []byte

	Dir      string       // keeps the workspace in this folder; empty: in memory. A folder that is missing is made.
	Listener net.Listener // nil: a free port of 127.0.0.1
	Now      time.Time    // what the business clock starts at; zero: the real time

	// Page makes what serves browsers: every path that is not the sandbox's own, and GET / for those who take HTML. Nil: the transcript as plain text.
	Page func(*Server) http.Handler

	// Sample is what the examples of the control API use of the app.
	Sample Sample

	AckWithin      time.Duration // 3 s; how long the app has to acknowledge an envelope
	TriggerLife    time.Duration // 3 s; how long a trigger_id can open a view
	RetrySpeedup   float64       // 1; how many times faster than Slack events are delivered again
	PingEvery      time.Duration // 5 s; how often the server pings each socket
	ConnectionTime time.Duration // 1 h; how long a socket lives before it is asked to refresh
	Patience       time.Duration // 5 s; how long people wait for what they look for (a button, a modal, a text)
}

// ChannelSpec describes a channel that exists at the start. Members are handles; nil means all people who are neither deactivated nor outsiders.
type ChannelSpec struct {
	Name     string   `json:"name"`
	Private  bool     `json:"private,omitempty"`
	Archived bool     `json:"archived,omitempty"`
	Shared   bool     `json:"shared,omitempty"` // with another organization
	Members  []string `json:"members,omitempty"`
	App      bool     `json:"app,omitempty"` // the app is a member
}

// GroupSpec describes a user group.
type GroupSpec struct {
	Handle  string   `json:"handle"`
	Name    string   `json:"name,omitempty"`
	Members []string `json:"members,omitempty"`
}

// Server is a running local Slack. All methods are safe for concurrent use.
type Server struct {
	opts   Options
	ln     net.Listener
	http   *http.Server
	clock  *Clock
	faults *Faults
	stage  *stage
	app    manifest
	done   chan struct{}
	wg     sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	ws       *workspace
	cause    cause // of what is being done just now
	spoiled  map[spoiled]bool
	noted    time.Duration // the offset of the clock that was noted last
	changed  chan struct{} // closed and replaced on every change
	version  uint64        // counts the changes
	dirty    chan struct{}
	limits   limiter
	hub      hub
	triggers register[trigger]
	hooks    register[hook]
	modals   map[UserID][]*view // open modals of each person, the last is in front
	offered  map[asked]map[string]json.RawMessage
	fail     func(error) // what people do who cannot do what they were asked; nil: panic
}

// New starts a sandbox. Close it to free its port and to save its folder.
func New(opts Options) (*Server, error) {
	opts.AckWithin = cmp.Or(opts.AckWithin, 3*time.Second)
	opts.TriggerLife = cmp.Or(opts.TriggerLife, 3*time.Second)
	opts.RetrySpeedup = cmp.Or(opts.RetrySpeedup, 1)
	opts.PingEvery = cmp.Or(opts.PingEvery, 5*time.Second)
	opts.ConnectionTime = cmp.Or(opts.ConnectionTime, time.Hour)
	opts.Patience = cmp.Or(opts.Patience, 5*time.Second)
	app, err := readManifest(opts.Manifest)
	if err != nil {
		return nil, fmt.Errorf("read the app's manifest: %w", err)
	}
	s := &Server{
		opts: opts, app: app, clock: newClock(opts.Now), stage: &stage{}, done: make(chan struct{}),
		changed: make(chan struct{}), dirty: make(chan struct{}, 1), hub: newHub(),
		triggers: newRegister[trigger](), hooks: newRegister[hook](), modals: map[UserID][]*view{}, limits: limiter{}, spoiled: map[spoiled]bool{},
	}
	s.faults = &Faults{s: s}
	if s.ws, err = load(opts.Dir); err != nil {
		return nil, err
	}
	if s.ws == nil {
		s.ws = newWorkspace()
		if err := s.settle(); err != nil {
			return nil, err
		}
	}
	s.ln = opts.Listener
	if s.ln == nil {
		if s.ln, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("listen for the sandbox: %w", err)
		}
	}
	s.clock.OnMove(s.postDue)
	s.clock.OnMove(s.clockMoved)
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	s.wg.Go(func() { _ = s.http.Serve(s.ln) })
	s.wg.Go(s.keep)
	for _, m := range s.ws.Scheduled {
		s.postAt(m.PostAt)
	}
	return s, nil
}

// settle fills a new workspace with the people, groups and channels of the options.
func (s *Server) settle() error {
	now := s.clock.Now()
	people := s.opts.People
	if people == nil {
		people = DefaultPeople()
	}
	for _, p := range people {
		u := newUser(p, now)
		if len(u.ID) < 2 || s.ws.Users[u.ID] != nil {
			return fmt.Errorf("settle the sandbox: the handle %q is empty or taken", p.Handle)
		}
		s.ws.Users[u.ID] = u
	}
	s.ws.Users[botUser] = &user{ID: botUser, Handle: s.app.handle(), Name: s.app.name(), Zone: "UTC", Role: Bot, TeamID: teamID}
	s.ws.Users[slackbot] = &user{ID: slackbot, Handle: "slackbot", Name: "Slackbot", Zone: "UTC", Role: Member, TeamID: teamID}
	for _, g := range s.opts.Groups {
		if err := s.addGroup(g); err != nil {
			return err
		}
	}
	channels := s.opts.Channels
	if channels == nil {
		channels = []ChannelSpec{{Name: "general"}, {Name: "random"}}
	}
	for _, spec := range channels {
		if err := s.addChannel(spec); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) addGroup(spec GroupSpec) error {
	g := &group{ID: s.ws.id("S"), Handle: spec.Handle, Name: cmp.Or(spec.Name, spec.Handle)}
	for _, m := range spec.Members {
		u := s.ws.person(m)
		if u == nil {
			return fmt.Errorf("settle the sandbox: nobody is called %q in the group %s", m, spec.Handle)
		}
		g.Users = append(g.Users, u.ID)
	}
	s.ws.Groups[g.ID] = g
	return nil
}

func (s *Server) addChannel(spec ChannelSpec) error {
	c := &channel{
		ID: ChannelID(s.ws.id("C")), Name: spec.Name, Kind: public, Archived: spec.Archived, Shared: spec.Shared,
		General: spec.Name == "general", Created: s.clock.Now().Unix(),
	}
	if spec.Private {
		c.Kind = private
	}
	if spec.Members == nil {
		for _, u := range s.ws.sortedUsers() {
			if u.Role != Deactivated && u.Role != Outsider && !u.bot() && u.ID != slackbot {
				c.join(u.ID)
			}
		}
	}
	for _, m := range spec.Members {
		u := s.ws.person(m)
		if u == nil {
			return fmt.Errorf("settle the sandbox: nobody is called %q in #%s", m, spec.Name)
		}
		c.join(u.ID)
	}
	if spec.App {
		c.join(botUser)
	}
	if len(c.Members) > 0 {
		c.Creator = c.Members[0]
	}
	s.ws.Channels[c.ID] = c
	return nil
}

// Close ends all connections, saves the folder and waits until nothing runs any more. A second call does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	for _, c := range s.hub.conns {
		c.stop(true)
	}
	s.mu.Unlock()
	err := s.http.Close()
	s.wg.Wait()
	return errors.Join(err, s.save())
}

// URL is the sandbox's address, such as "http://127.0.0.1:40123".
func (s *Server) URL() string { return "http://" + s.ln.Addr().String() }

// APIURL is what a Slack client takes as the base of its method calls. It ends in "/api/".
func (s *Server) APIURL() string { return s.URL() + "/api/" }

// BotToken is the bot token of the installed app.
func (s *Server) BotToken() string { return botToken }

// AppToken is the app-level token, good for apps.connections.open and nothing else.
func (s *Server) AppToken() string { return appToken }

// Clock is the business clock of the workspace.
func (s *Server) Clock() *Clock { return s.clock }

// Faults is where things are made to go wrong.
func (s *Server) Faults() *Faults { return s.faults }

// touch tells everybody who waits that something changed. The caller holds mu.
func (s *Server) touch() {
	s.version++
	s.stage.stir()
	close(s.changed)
	s.changed = make(chan struct{})
	select {
	case s.dirty <- struct{}{}:
	default:
	}
}

// Wait returns once condition holds, asked now and after every change, without holding any lock; or when ctx ends, with its error.
func (s *Server) Wait(ctx context.Context, condition func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if condition() {
			return nil
		}
		select {
		case <-changed:
		case <-s.done:
			return errors.New("wait in the sandbox: it was closed")
		case <-ctx.Done():
			return fmt.Errorf("wait in the sandbox: %w", ctx.Err())
		}
	}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("POST /hooks/{id}", s.serveHook)
	mux.HandleFunc("POST /upload/{id}", s.serveUpload)
	s.controlRoutes(mux)
	return s.guard(mux)
}

// guard lets in only requests that were meant for this machine: the sandbox acts for everybody who can reach it, so neither a
// web page of another site nor a name that was bound to 127.0.0.1 may get through.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "the sandbox answers to loopback addresses only", http.StatusForbidden)
			return
		}
		origin := r.Header.Get("Origin")
		socket := r.URL.Path == "/link/" && origin == "https://api.slack.com" // what Slack's own clients send
		if origin != "" && origin != "http://"+r.Host && !socket || strange(r) {
			http.Error(w, "the sandbox does not answer other sites", http.StatusForbidden)
			return
		}
		if !s.enter() {
			http.Error(w, "the sandbox is closed", http.StatusServiceUnavailable)
			return
		}
		defer s.wg.Done()
		next.ServeHTTP(w, r)
	})
}

// strange says whether a browser sent the request for another site; another port of this machine is another site for all that changes something.
func strange(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "cross-site" || site == "same-site" && r.Method != http.MethodGet && r.Method != http.MethodHead
}

// enter counts one more piece of work that Close waits for, unless it is closed already.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.wg.Add(1)
	return true
}

func loopback(hostport string) bool {
	host := (&url.URL{Host: hostport}).Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
