package page

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"epilogue/internal/sandbox"
)

// manual is the description of the control API.
type manual struct {
	Build, Back   string
	Standing      template.HTML
	API, Bot, App string
	Chapters      []chapter
}

type chapter struct {
	sandbox.Chapter
	ID     string
	Routes []manualRoute
}

type manualRoute struct {
	sandbox.Route
	ID, Short, Curl string
}

// showManual describes the control API, as the tables have it that serve it.
func (p *Page) showManual(w http.ResponseWriter, r *http.Request) {
	f := p.filterOf(r)
	banner, err := p.standing(f.As)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	out := manual{Build: build(), Back: "/", Standing: banner, API: p.slack.APIURL(), Bot: p.slack.BotToken(), App: p.slack.AppToken()}
	if f.As != "" {
		out.Back = "/w/" + url.PathEscape(f.As)
	}
	for _, c := range p.slack.Manual() {
		shown := chapter{Chapter: c, ID: anchor(c.Name)}
		for _, route := range c.Routes {
			var lines []string
			for _, request := range route.Example {
				lines = append(lines, request.Curl())
			}
			short := strings.TrimPrefix(strings.TrimPrefix(route.Path, "/sandbox/"), "people/{who}/")
			shown.Routes = append(shown.Routes, manualRoute{route, anchor(route.Method + " " + route.Path), short, strings.Join(lines, "\n")})
		}
		out.Chapters = append(out.Chapters, shown)
	}
	p.write(w, http.StatusOK, "manual.html", out)
}

// anchor is a name as the address of a place on the page has it.
func anchor(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r == '{' || r == '}':
			return -1
		}
		return '-'
	}, name), "-")
}
