package sandbox

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// anyOf is a requirement that one of several scopes meets; the first granted one counts as used.
type anyOf []string

// need says which requirements a call has, given its arguments.
type need func(s *Server, a args) []anyOf

// scope needs one of these scopes, whatever the arguments.
func scope(alternatives ...string) need {
	return func(*Server, args) []anyOf { return []anyOf{alternatives} }
}

// inside needs a scope that depends on what sort of conversation the argument names; an unknown conversation, or a private
// one that the app is not in, needs none, so that the call can answer channel_not_found.
func inside(arg string, scopes map[kind]anyOf) need {
	return func(s *Server, a args) []anyOf {
		c := s.ws.Channels[ChannelID(a[arg])]
		if c == nil || c.Kind != public && !c.has(botUser) {
			return nil
		}
		return oneOf(scopes[c.Kind])
	}
}

func oneOf(alternatives anyOf) []anyOf {
	if len(alternatives) == 0 {
		return nil
	}
	return []anyOf{alternatives}
}

// The scopes of conversations.* by kind of conversation.
var (
	reading = map[kind]anyOf{public: {"channels:read"}, private: {"groups:read"}, direct: {"im:read"}, several: {"mpim:read"}}
	history = map[kind]anyOf{public: {"channels:history"}, private: {"groups:history"}, direct: {"im:history"}, several: {"mpim:history"}}
	writing = map[kind]anyOf{public: {"channels:manage"}, private: {"groups:write"}}
	invites = map[kind]anyOf{public: {"channels:manage", "channels:write.invites"}, private: {"groups:write", "groups:write.invites"}}
	topics  = map[kind]anyOf{public: {"channels:manage", "channels:write.topic"}, private: {"groups:write", "groups:write.topic"}}
)

func creating(_ *Server, a args) []anyOf {
	if a.bool("is_private") {
		return oneOf(writing[private])
	}
	return oneOf(writing[public])
}

func opening(s *Server, a args) []anyOf {
	if len(a.list("users")) > 1 {
		return []anyOf{{"mpim:write"}}
	}
	return []anyOf{{"im:write"}}
}

func listing(_ *Server, a args) []anyOf {
	var out []anyOf
	types := a.list("types")
	if len(types) == 0 {
		types = []string{"public_channel"}
	}
	for _, t := range types {
		switch t {
		case "public_channel":
			out = append(out, reading[public])
		case "private_channel":
			out = append(out, reading[private])
		case "im":
			out = append(out, reading[direct])
		case "mpim":
			out = append(out, reading[several])
		}
	}
	return out
}

func posting(_ *Server, a args) []anyOf {
	out := []anyOf{{"chat:write"}}
	if a["username"] != "" || a["icon_emoji"] != "" || a["icon_url"] != "" {
		out = append(out, anyOf{"chat:write.customize"})
	}
	return out
}

// grants are the scopes that the installed app has and those it has made use of.
type grants struct {
	mu      sync.Mutex
	removed map[string]bool
	added   map[string]bool
	used    map[string]bool
	events  map[string]bool
}

func (s *Server) granted(name string) bool {
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.removed[name] {
		return false
	}
	return s.app.all || g.added[name] || slices.Contains(s.app.OAuth.Scopes.Bot, name)
}

// permit returns the scopes that are missing for a call ("a" or "a,b" as Slack lists alternatives), or "" and notes those it uses.
func (s *Server) permit(needs []anyOf) (missing string) {
	var use []string
	for _, n := range needs {
		i := slices.IndexFunc(n, s.granted)
		if i < 0 {
			return strings.Join(n, ",")
		}
		use = append(use, n[i])
	}
	for _, name := range use {
		s.use(name)
	}
	return ""
}

func (s *Server) use(name string) {
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.used == nil {
		g.used = map[string]bool{}
	}
	g.used[name] = true
}

func (s *Server) useEvent(name string) {
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.events == nil {
		g.events = map[string]bool{}
	}
	g.events[name] = true
}

// provided lists the granted scopes, as the answer to a call with a missing one does.
func (s *Server) provided() string {
	names := slices.Clone(s.app.OAuth.Scopes.Bot)
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	for name := range g.added {
		names = append(names, name)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return g.removed[n] })
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

// UsedScopes are the scopes that calls, commands and delivered events have really needed so far, sorted.
func (s *Server) UsedScopes() []string {
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.used))
}

// UsedEvents are the subscriptions (such as "message.channels") under which events have been sent so far, sorted.
func (s *Server) UsedEvents() []string {
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.events))
}

// RemoveScope takes a scope from the installed app; calls that need it answer missing_scope from now on.
func (s *Server) RemoveScope(name string) { s.setScope(name, false) }

// GrantScope gives the installed app a scope, as a reinstallation with a changed manifest does.
func (s *Server) GrantScope(name string) { s.setScope(name, true) }

func (s *Server) setScope(name string, granted bool) {
	g := &s.stage.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.added == nil {
		g.added, g.removed = map[string]bool{}, map[string]bool{}
	}
	g.added[name], g.removed[name] = granted, !granted
	if !granted {
		delete(g.added, name)
	}
}
