package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Switch is something that can be made to go wrong by hand, while people use the workspace.
type Switch struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Imitates string `json:"imitates"`        // what it is like in a real workspace, in a sentence
	Takes    string `json:"takes,omitempty"` // what it needs: "in" (a channel), "scope", or "method" (not given: all)
	Once     bool   `json:"once,omitempty"`  // it strikes at once and is over: there is nothing to switch off
}

// Wish is what a switch is given.
type Wish struct{ In, Scope, Method string }

// Standing is something that goes wrong at present, however that came about.
type Standing struct {
	ID   string `json:"id"`            // ends it
	Key  string `json:"key,omitempty"` // of its switch, "" if it has none
	Text string `json:"text"`

	end func()
}

type switching struct {
	Switch
	set func(*Server, Wish) error
}

// call is a switch that sets a fault of Web API calls.
func onCalls(key, name, imitates string, fault Fault) switching {
	return switching{Switch{Key: key, Name: name, Imitates: imitates, Takes: "method"}, func(s *Server, w Wish) error {
		if _, known := endpoints[w.Method]; w.Method != "" && !known {
			return fmt.Errorf("there is no method %q", w.Method)
		}
		f := fault
		f.Method = w.Method
		s.faults.add(f, key)
		return nil
	}}
}

// onWire is a switch that concerns the sockets.
func onWire(key, name, imitates string, once bool, set func(*Faults)) switching {
	return switching{Switch{Key: key, Name: name, Imitates: imitates, Once: once}, func(s *Server, _ Wish) error {
		set(s.faults)
		return nil
	}}
}

// switches are all of them, in the order in which they are shown.
var switches = []switching{
	onCalls("ratelimited", "Rate limited (429)", "The app called too often, and Slack asks it to wait 5 s before it tries again.", Fault{Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Second}),
	onCalls("slow", "Slow answers", "Slack is under load: every call takes 2 s longer.", Fault{Slow: 2 * time.Second}),
	onCalls("hang", "Calls hang", "The network swallows what the app sends: calls get no answer until this is cleared, or the app gives up.", Fault{Hang: true}),
	onCalls("broken", "Server errors (500)", "Slack has an incident of its own: calls have no effect and answer internal_error.", Fault{Status: http.StatusInternalServerError, Error: "internal_error"}),
	onCalls("lost-answers", "Answers get lost", "Calls take effect, and the connection breaks before the answer arrives: the app cannot know.", Fault{Reset: true, AfterEffect: true}),
	onWire("lost-acks", "Acks get lost", "The app acknowledges, and Slack does not hear it: people see a warning after 3 s, events come again.", false, func(f *Faults) { f.LoseAcks(true) }),
	onWire("duplicates", "Duplicates", "Slack delivers every envelope twice, as it does when it is not sure that the first one arrived.", false, func(f *Faults) { f.Duplicates(true) }),
	onWire("cut", "Cut the sockets", "The connections break without a word, as when a router restarts. The app connects again.", true, func(f *Faults) { f.CutSockets() }),
	onWire("silent", "Silent sockets", "The connections look alive and carry nothing in either direction, until the app notices and opens others.", false, func(f *Faults) { f.SilenceSockets() }),
	onWire("refresh", "Connection refresh", "Slack asks the app to connect anew, as it does every few hours, and closes the old connections after 10 s.", true, func(f *Faults) { f.Disconnect("warning", 10*time.Second) }),
	onWire("refused", "Refuse connections", "Slack lets the app open no new connection. Those that are open stay: cut them to see an app without any.", false, func(f *Faults) { f.RefuseConnections("internal_error") }),
	{Switch{Key: "archived", Name: "Archive a channel", Imitates: "Somebody archives a channel that the app still writes to.", Takes: "in"}, (*Server).archiveFor},
	{Switch{Key: "app-removed", Name: "Remove the app from a channel", Imitates: "Somebody removes the app from a channel; it sees and writes nothing there any more.", Takes: "in"}, (*Server).kickFor},
	{Switch{Key: "scope-removed", Name: "Remove a scope", Imitates: "The app was installed again with fewer permissions: calls that need the scope answer missing_scope.", Takes: "scope"}, (*Server).removeScopeFor},
}

// Switches are the faults that can be switched on by hand.
func (s *Server) Switches() []Switch {
	out := make([]Switch, len(switches))
	for i, sw := range switches {
		out[i] = sw.Switch
	}
	return out
}

// SwitchOn makes something go wrong, until it is ended. What is on already stays so.
func (s *Server) SwitchOn(key string, w Wish) error {
	i := slices.IndexFunc(switches, func(sw switching) bool { return sw.Key == key })
	if i < 0 {
		var keys []string
		for _, sw := range switches {
			keys = append(keys, sw.Key)
		}
		return fmt.Errorf("no fault is called %q, but: %s", key, strings.Join(keys, ", "))
	}
	sw := switches[i]
	for _, f := range s.faults.injected() {
		if f.kind == key && f.Method == w.Method {
			return nil
		}
	}
	if err := sw.set(s, w); err != nil {
		return err
	}
	s.tellFault(strings.TrimSpace("on: " + sw.Name + " " + cmp.Or(w.In, w.Scope, w.Method)))
	return nil
}

// tellFault notes a change of what goes wrong, and tells everybody who waits.
func (s *Server) tellFault(text string) {
	s.stage.note("fault", text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touch()
}

func (s *Server) archiveFor(w Wish) error {
	return s.spoil(w.In, "archived", func(c *channel) error {
		if c.Archived || c.General {
			return fmt.Errorf("#%s cannot be archived", c.Name)
		}
		s.archive(c, slackbot, true)
		return nil
	})
}

func (s *Server) kickFor(w Wish) error {
	return s.spoil(w.In, "app-removed", func(c *channel) error {
		if !c.has(botUser) {
			return fmt.Errorf("the app is not in #%s", c.Name)
		}
		s.leaves(c, botUser)
		return nil
	})
}

// spoil does something to a channel that Mend can undo.
func (s *Server) spoil(in, how string, do func(*channel) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.Channels[ChannelID(in)]
	if c == nil {
		c = s.ws.channelNamed(in)
	}
	if c == nil {
		return fmt.Errorf("there is no channel %q", in)
	}
	if err := do(c); err != nil {
		return err
	}
	s.spoiled[spoiled{c.ID, how}] = true
	return nil
}

// spoiled is a channel to which a switch did something.
type spoiled struct {
	id  ChannelID
	how string
}

func (s *Server) removeScopeFor(w Wish) error {
	if w.Scope == "" || !s.granted(w.Scope) {
		return fmt.Errorf("the app does not have the scope %q", w.Scope)
	}
	s.RemoveScope(w.Scope)
	return nil
}

// Standing is everything that goes wrong at present.
func (s *Server) Standing() []Standing {
	return slices.Concat(s.faults.standing(), s.standingChannels(), s.standingScopes())
}

func (s *Server) standingChannels() []Standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Standing
	if n := s.hub.silent(); n > 0 {
		out = append(out, Standing{"silent", "silent", fmt.Sprintf("silent sockets: %d", n), func() { s.faults.speak() }})
	}
	if len(s.spoiled) == 0 {
		return out
	}
	for _, c := range s.ws.sortedChannels() {
		name := "#" + c.Name
		if c.Kind != public {
			name = "a private channel" // everybody reads it
		}
		if s.spoiled[spoiled{c.ID, "archived"}] && c.Archived {
			out = append(out, Standing{"archived " + string(c.ID), "archived", name + " is archived", func() { s.repair(c, "archived") }})
		}
		if s.spoiled[spoiled{c.ID, "app-removed"}] && !c.has(botUser) {
			out = append(out, Standing{"app-removed " + string(c.ID), "app-removed", "the app is not in " + name, func() { s.repair(c, "app-removed") }})
		}
	}
	return out
}

func (s *Server) repair(c *channel, how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.spoiled, spoiled{c.ID, how})
	switch {
	case how == "archived" && c.Archived:
		s.archive(c, slackbot, false)
	case how == "app-removed" && !c.has(botUser):
		s.joins(c, botUser, slackbot)
	}
}

func (s *Server) standingScopes() []Standing {
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []Standing
	for name, gone := range g.removed {
		if gone {
			out = append(out, Standing{"scope-removed " + name, "scope-removed", "the scope " + name + " is removed", func() { s.GrantScope(name) }})
		}
	}
	slices.SortFunc(out, func(a, b Standing) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// silent is how many sockets are silent, not counting those that are gone.
func (h *hub) silent() int {
	n := 0
	for _, c := range h.live() {
		if c.silent && !c.ghost {
			n++
		}
	}
	return n
}

// speak lets silent sockets carry frames again. What they swallowed is lost.
func (f *Faults) speak() {
	f.each(nil, func(c *conn) { c.silent = c.ghost })
}

// injected are the faults of Web API calls.
func (f *Faults) injected() []*Injected {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.active)
}

func (f *Faults) standing() []Standing {
	var out []Standing
	for _, i := range f.injected() {
		out = append(out, Standing{fmt.Sprint("fault ", i.number), i.kind, i.told(), i.Clear})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	add := func(is bool, key, text string, end func()) {
		if is {
			out = append(out, Standing{key, key, text, end})
		}
	}
	add(f.limits, "rate-limits", "Slack's rate limits apply", func() { f.RateLimits(false) })
	add(f.lag > 0, "history-lag", fmt.Sprintf("messages appear in histories after %v", f.lag), func() { f.HistoryLag(0) })
	add(f.refusal != "", "refused", "new connections are refused: "+f.refusal, func() { f.RefuseConnections("") })
	add(f.silent, "stop-pings", "Slack sends no pings", func() { f.StopPings(false) })
	add(f.ghosts > 0, "ghosts", fmt.Sprintf("dead sockets stay registered for %v", f.ghosts), func() { f.Ghosts(0) })
	add(f.doubles, "duplicates", "every envelope comes twice", func() { f.Duplicates(false) })
	add(f.double > 0, "duplicate", fmt.Sprintf("the next %d envelopes come twice", f.double), func() { f.DuplicateNext(0) })
	add(f.late > 0, "delay", fmt.Sprintf("the next envelope comes %v late", f.late), func() { f.DelayNext(0) })
	add(f.deaf, "lost-acks", "acks get lost", func() { f.LoseAcks(false) })
	return out
}

// told says what a fault does, and how often it did.
func (i *Injected) told() string {
	what := map[string]string{
		"slow": fmt.Sprintf("takes %v longer", i.Slow), "hang": "hangs", "reset before the effect": "gets no answer, and has no effect",
		"reset after the effect": "has its effect, and gets no answer",
	}[i.name()]
	text := cmp.Or(i.Method, "every call") + " " + cmp.Or(what, "answers "+i.name())
	if len(i.Match) > 0 {
		text += ", of those with certain arguments"
	}
	i.faults.mu.Lock()
	defer i.faults.mu.Unlock()
	if i.left > 0 {
		text += fmt.Sprintf(", %d more times", i.left)
	}
	if i.hits > 0 {
		text += fmt.Sprintf(" (%d so far)", i.hits)
	}
	return text
}

// SwitchOff ends what Standing calls by an id. It may have ended by itself meanwhile.
func (s *Server) SwitchOff(id string) {
	for _, one := range s.Standing() {
		if one.ID == id {
			one.end()
			s.tellFault("off: " + one.Text)
		}
	}
}

// Mend ends everything that goes wrong at present: faults, and what switches did to channels and scopes.
func (s *Server) Mend() {
	for _, one := range s.Standing() {
		one.end()
	}
	s.faults.Clear()
	s.tellFault("everything works again")
}

// clockMoved notes a move that people would notice.
func (s *Server) clockMoved() {
	offset := s.clock.Offset()
	s.mu.Lock()
	moved := (offset - s.noted).Abs() >= time.Minute
	if moved {
		s.noted = offset
	}
	s.mu.Unlock()
	if moved {
		s.stage.note("clock", "it is "+s.clock.Now().UTC().Format("Monday, January 2, 2006 at 15:04 UTC")+" in the workspace")
	}
}

// Offers are what the switches can be given.
type Offers struct {
	Channels []Entry // by name; those that the app is in first
	Scopes   []string
	Methods  []string
}

// Offers are what the switches can be given at present.
func (s *Server) Offers() Offers {
	out := Offers{Methods: slices.Sorted(maps.Keys(endpoints)), Scopes: s.grantedScopes()}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.ws.sortedChannels() {
		if (c.Kind == public || c.Kind == private) && !c.Archived {
			out.Channels = append(out.Channels, Entry{ID: string(c.ID), Name: c.Name, Private: c.Kind == private, Joined: c.has(botUser)})
		}
	}
	slices.SortStableFunc(out.Channels, func(a, b Entry) int {
		if a.Joined != b.Joined {
			return map[bool]int{true: -1, false: 1}[a.Joined]
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// grantedScopes are the scopes that can be removed: those of the manifest, or without one those that were made use of.
func (s *Server) grantedScopes() []string {
	if s.app.all {
		return slices.DeleteFunc(s.UsedScopes(), func(name string) bool { return !s.granted(name) })
	}
	return strings.FieldsFunc(s.provided(), func(r rune) bool { return r == ',' })
}
