package google

import (
	"html"
	"regexp"
	"strings"
)

// Google shows descriptions as HTML, and people who write them in its page make HTML. Ours are plain text: they are escaped on the way there, and what
// people made is read as text.

var tag = regexp.MustCompile(`(?s)</?([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>|<!--.*?-->`)

var target = regexp.MustCompile(`(?i)\bhref\s*=\s*["']?([^"'\s>]+)`)

// escaped is a text as a description that shows it as it is. One that HTML leaves alone stays as it is.
func escaped(s string) string {
	if plain(s) == s {
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// plain is a description as text: lines where HTML has them, and the addresses of links.
func plain(s string) string {
	if !tag.MatchString(s) {
		return html.UnescapeString(s)
	}
	var b strings.Builder
	var to string // where the link leads that is being read, which began at from
	from, last := 0, 0
	for _, m := range tag.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(text(s[last:m[0]]))
		last = m[1]
		if m[2] < 0 {
			continue // a comment
		}
		closes, rest := s[m[0]+1] == '/', s[m[4]:m[5]]
		switch name := strings.ToLower(s[m[2]:m[3]]); {
		case name == "br", closes && lines[name]:
			b.WriteString("\n")
		case name == "li":
			b.WriteString("- ")
		case name == "a" && !closes:
			if to, from = "", b.Len(); target.MatchString(rest) {
				to = html.UnescapeString(target.FindStringSubmatch(rest)[1])
			}
		case name == "a" && to != "":
			if !strings.Contains(b.String()[from:], to) {
				b.WriteString(" (" + to + ")")
			}
			to = ""
		}
	}
	b.WriteString(text(s[last:]))
	return strings.TrimSpace(b.String())
}

func text(s string) string { return strings.ReplaceAll(html.UnescapeString(s), "\u00a0", " ") }

// lines are the elements that end with their line.
var lines = map[string]bool{"p": true, "div": true, "li": true, "ul": true, "ol": true, "tr": true, "h1": true, "h2": true, "h3": true, "h4": true}
