package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Sample is what the examples of the control API may use of the app. What an app does not have is left empty, and then nothing shows how to use it.
type Sample struct {
	Command      string // a command that it answers at once, such as "/help"
	Form         string // a command that opens a form
	Field, Value string // a text field of the form, and what fits into it
	Tick         string // a checkbox of the form
	Menu, Typed  string // a menu of the form that asks the app, and what to type into it
}

// Chapter is a part of the control API.
type Chapter struct {
	Name, About string
	Routes      []Route
}

// Route is one request of the control API. Every request that there is stands in the same tables as its description.
type Route struct {
	Method, Path string
	About        string
	Takes        []Parameter
	Answers      string
	Fails        []string
	Example      []Request // works when it is sent as it stands, in this order; none if the app has nothing to try it on
}

// Parameter is a field of the body, or of the query.
type Parameter struct {
	Name, Type, About string
	Required          bool
}

// Request is a request of an example.
type Request struct{ Method, URL, Token, Body string }

// Curl is the request as a command line that can be pasted into a shell.
func (r Request) Curl() string {
	out := "curl"
	if r.Method != http.MethodGet && (r.Method != http.MethodPost || r.Body == "") {
		out += " -X " + r.Method
	}
	if r.Token != "" {
		out += " -H 'Authorization: Bearer " + r.Token + "' -H 'Content-Type: application/json'"
	}
	if r.Body != "" {
		out += " -d " + shellQuoted(r.Body)
	}
	return out + " " + shellQuoted(r.URL)
}

func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// request is a row of the tables, as it is served and described.
type request struct {
	method, path, chapter string
	about, answers        string
	takes, fails          string
	example               []string
	does                  func(*http.Request, order) (outcome, error)
}

// table are all requests.
func (s *Server) table() []request {
	var out []request
	for _, v := range verbs {
		r := request{http.MethodPost, "/sandbox/people/{who}/" + v.name, "People", v.about, v.answers, v.takes, v.fails + "; nobody is called {who}", v.example, v.does(s)}
		if v.looks {
			looking := r
			looking.method = http.MethodGet
			out = append(out, looking)
		}
		out = append(out, r)
	}
	for _, chapter := range []struct {
		name  string
		deeds []deed
	}{{"Behind the stage", lookingBehind}, {"The clock", clockDeeds}, {"Faults", faultDeeds}, {"Administrators", adminDeeds}} {
		for _, d := range chapter.deeds {
			out = append(out, request{d.method, "/sandbox/" + d.path, chapter.name, d.about, d.answers, d.takes, d.fails, d.example, func(r *http.Request, o order) (outcome, error) {
				return d.does(s, r, o)
			}})
		}
	}
	return out
}

var chapters = []Chapter{
	{Name: "People", About: "What a person does and sees. {who} is a handle, such as ana. What they are to use is waited for, as long as their patience lasts (5 s)."},
	{Name: "Behind the stage", About: "What crossed the wire, and what the app has made use of."},
	{Name: "The clock", About: "The business clock of the workspace, which the app follows."},
	{Name: "Faults", About: "What can be made to go wrong. DELETE /sandbox/faults ends all of it."},
	{Name: "Administrators", About: "What an administrator of the workspace does, or what simply happens to it."},
}

// kindsOf are the types of parameters, and what those mean that mean the same everywhere.
var kindsOf = map[string][2]string{
	"in": {"text", "a conversation: “#name”, “DM” for the messages with the app, “home”"}, "text": {"text", "what to say, to wait for, or to enter"}, "to": {"text", "part of the message that is meant"},
	"button": {"text", "the label of the button"}, "near": {"text", "what stands near it, if several look alike"}, "option": {"text", "the option, as people read it"},
	"title": {"text", "of the modal that is meant"}, "field": {"text", "the label of the field"}, "fields": {"object of lists", "what to enter, by label"}, "name": {"text", "the new name"},
	"who": {"list of texts", "handles"}, "private": {"true or false", "nobody outside sees it"}, "deny": {"true or false", "say no where the app asks for a confirmation"},
	"patience": {"duration", "how long to wait, such as 10s; 0s takes things as they stand"}, "on": {"true or false", "true for on; not given: off"}, "for": {"duration", "for how long, such as 2s"},
	"times": {"number", "how often"}, "error": {"text", "an error code of Slack's"}, "reason": {"text", "why"}, "sockets": {"list of numbers", "which sockets; not given: all"}, "role": {"text", "the role"},
	"scope": {"text", "a scope, such as chat:write"}, "method": {"text", "a method of the Web API"}, "move": {"duration", ""}, "set": {"time", ""}, "person": {"object", ""}, "after": {"number", ""},
	"status": {"number", ""}, "match": {"object of texts", ""}, "slow": {"duration", ""}, "retry_after": {"duration", ""}, "hang": {"true or false", ""}, "reset": {"true or false", ""}, "after_effect": {"true or false", ""},
}

// parameters reads "in*|text=what to say": a star for those that must be given, and a description where the usual one does not do.
func parameters(takes string) []Parameter {
	var out []Parameter
	for one := range strings.SplitSeq(takes, "|") {
		if one == "" {
			continue
		}
		name, about, given := strings.Cut(one, "=")
		p := Parameter{Name: strings.TrimSuffix(name, "*"), Required: strings.HasSuffix(name, "*")}
		p.Type, p.About = kindsOf[p.Name][0], kindsOf[p.Name][1]
		if given {
			p.About = about
		}
		out = append(out, p)
	}
	return out
}

var placeholder = regexp.MustCompile(`\{[a-z-]+\}`)

// Manual describes the control API, with examples that work in this workspace as it is now.
func (s *Server) Manual() []Chapter {
	out := make([]Chapter, len(chapters))
	copy(out, chapters)
	run := strings.ToLower(rand.Text()[:5]) // two readers do not take each other's names
	before := ""
	for n, r := range s.table() {
		if r.chapter == "People" && r.path == before {
			continue // it is a GET as well as a POST
		}
		before = r.path
		route := Route{
			Method: r.method, Path: r.path, About: r.about, Takes: parameters(r.takes), Answers: r.answers,
			Example: s.example(r.example, fmt.Sprintf("script%s%d", run, n)),
		}
		for why := range strings.SplitSeq(r.fails, "; ") {
			if why != "" {
				route.Fails = append(route.Fails, why)
			}
		}
		for i := range out {
			if out[i].Name == r.chapter {
				out[i].Routes = append(out[i].Routes, route)
			}
		}
	}
	return out
}

// example makes requests of lines such as "POST people/{person}/says {…}"; none if the app lacks what they need.
func (s *Server) example(lines []string, fresh string) []Request {
	words := s.words(fresh)
	var out []Request
	for _, line := range lines {
		lacking := false
		line = placeholder.ReplaceAllStringFunc(line, func(name string) string {
			word := words[name]
			lacking = lacking || word == ""
			return word
		})
		if lacking {
			return nil
		}
		method, rest, _ := strings.Cut(line, " ")
		path, body, _ := strings.Cut(rest, " ")
		if method == "API" {
			out = append(out, Request{http.MethodPost, s.APIURL() + path, botToken, body})
			continue
		}
		out = append(out, Request{Method: method, URL: s.URL() + "/sandbox/" + path, Body: body})
	}
	return out
}

// words are what stands for the placeholders of examples: people who are there, and what the app has.
func (s *Server) words(fresh string) map[string]string {
	out := map[string]string{"{fresh}": fresh}
	sample := s.opts.Sample
	if sample.Command == "" && len(s.app.Features.Commands) > 0 {
		sample.Command = s.app.Features.Commands[0].Command
	}
	for name, word := range map[string]string{"command": sample.Command, "form": sample.Form, "field": sample.Field, "value": sample.Value, "tick": sample.Tick, "menu": sample.Menu, "typed": sample.Typed} {
		raw, err := json.Marshal(word)
		if err == nil {
			out["{"+name+"}"] = strings.Trim(string(raw), `"`)
		}
	}
	for _, sc := range s.app.Features.Shortcuts {
		name := map[string]string{"global": "{shortcut}", "message": "{message-shortcut}"}[sc.Type]
		if out[name] == "" {
			out[name] = sc.CallbackID
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.ws.sortedUsers() {
		if u.bot() || u.ID == slackbot || u.guest() || u.Role == Deactivated || u.TeamID != teamID {
			continue
		}
		switch handle := url.PathEscape(u.Handle); {
		case out["{person}"] == "":
			out["{person}"], out["{id}"] = handle, string(u.ID)
		case out["{other}"] == "":
			out["{other}"] = handle
		}
	}
	return out
}

// serveManual describes the control API to those who take no HTML.
func (s *Server) serveManual(w http.ResponseWriter, r *http.Request) {
	manual := s.Manual()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(r.Header.Get("Accept"), "json") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(frame(manual))
		return
	}
	var b strings.Builder
	for _, chapter := range manual {
		fmt.Fprintf(&b, "%s\n%s\n\n", strings.ToUpper(chapter.Name), chapter.About)
		for _, route := range chapter.Routes {
			fmt.Fprintf(&b, "%-6s %s\n       %s\n", route.Method, route.Path, route.About)
			for _, e := range route.Example {
				fmt.Fprintf(&b, "       %s\n", e.Curl())
			}
		}
		b.WriteString("\n")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, b.String())
}
