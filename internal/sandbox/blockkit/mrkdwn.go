package blockkit

import (
	"iter"
	"regexp"
	"strings"
	"time"
)

// Names turns ids into the names that people see, without @ and #. An empty answer means that the id is not
// known; it is then shown as it is.
type Names interface {
	User(id string) string
	Channel(id string) string
	Group(id string) string
}

// Mrkdwn renders text in Slack's markup as a person reads it in plain text: mentions by name, links as
// "label (url)", dates in loc relative to now, entities unescaped; *bold* and the like keep their markers.
// names may be nil (ids are shown); with a nil loc dates are shown as their fallback.
func Mrkdwn(text string, names Names, loc *time.Location, now time.Time) string {
	var b strings.Builder
	for t := range tokens(text) {
		b.WriteString(t.read(names, loc, now))
	}
	return b.String()
}

type tokenKind int

const (
	literalToken tokenKind = iota
	userToken
	channelToken
	groupToken
	broadcastToken
	dateToken
	linkToken
)

// token is a piece of mrkdwn: literal text, or what stands between < and >.
type token struct {
	kind          tokenKind
	target, label string // of a literal the target is the text as written
}

// angled matches what Slack may take for a mention, a date or a link.
var angled = regexp.MustCompile(`<([^<>\n]+)>`)

// scheme matches the start of a link's target.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:.`)

// tokens splits mrkdwn. Angle brackets that hold nothing Slack knows are literal text.
func tokens(s string) iter.Seq[token] {
	return func(yield func(token) bool) {
		from := 0
		for _, at := range angled.FindAllStringSubmatchIndex(s, -1) {
			t, ok := parseToken(s[at[2]:at[3]])
			if !ok {
				continue
			}
			if at[0] > from && !yield(token{target: s[from:at[0]]}) {
				return
			}
			if !yield(t) {
				return
			}
			from = at[1]
		}
		if from < len(s) {
			yield(token{target: s[from:]})
		}
	}
}

// parseToken reads what stands between the angle brackets.
func parseToken(inner string) (token, bool) {
	target, label, _ := strings.Cut(inner, "|")
	if id, ok := strings.CutPrefix(target, "@"); ok {
		return token{userToken, id, label}, id != ""
	}
	if id, ok := strings.CutPrefix(target, "#"); ok {
		return token{channelToken, id, label}, id != ""
	}
	if command, ok := strings.CutPrefix(target, "!"); ok {
		return parseCommand(command, label)
	}
	return token{linkToken, target, label}, scheme.MatchString(target)
}

// parseCommand reads what follows "<!".
func parseCommand(command, label string) (token, bool) {
	if id, ok := strings.CutPrefix(command, "subteam^"); ok {
		return token{groupToken, id, label}, id != ""
	}
	if rest, ok := strings.CutPrefix(command, "date^"); ok {
		return token{dateToken, rest, label}, true
	}
	switch word := strings.ToLower(command); word {
	case "here", "channel", "everyone":
		return token{broadcastToken, word, label}, true
	case "group": // the old name of !channel in private channels
		return token{broadcastToken, "channel", label}, true
	}
	return token{}, false
}

func (t token) read(names Names, loc *time.Location, now time.Time) string {
	switch t.kind {
	case userToken:
		return "@" + firstOf(known(names, Names.User, t.target), strings.TrimPrefix(unescape(t.label), "@"), t.target)
	case channelToken:
		return "#" + firstOf(known(names, Names.Channel, t.target), strings.TrimPrefix(unescape(t.label), "#"), t.target)
	case groupToken:
		return "@" + firstOf(known(names, Names.Group, t.target), strings.TrimPrefix(unescape(t.label), "@"), t.target)
	case broadcastToken:
		return "@" + t.target
	case dateToken:
		return parseDate(t.target).read(unescape(t.label), loc, now)
	case linkToken:
		return readLink(unescape(t.target), unescape(t.label))
	}
	return unescape(t.target)
}

// readLink shows where a link leads, unless its label says so already.
func readLink(url, label string) string {
	shown := strings.TrimPrefix(url, "mailto:")
	if label == "" || label == url || label == shown {
		return shown
	}
	return label + " (" + shown + ")"
}

func known(names Names, look func(Names, string) string, id string) string {
	if names == nil {
		return ""
	}
	return look(names, id)
}

// firstOf gives the first that is not empty.
func firstOf(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

var unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// unescape reads Slack's three entities, once: "&amp;lt;" is the text "&lt;".
func unescape(s string) string { return unescaper.Replace(s) }

// marked matches a run of text between two markers that stand around words, one expression per marker.
var marked = func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, m := range []string{`\*`, "_", "~", "`"} {
		out = append(out, regexp.MustCompile(`(^|[\s(*_~])`+m+`(\S|\S[^\n]*?\S)`+m+`($|[\s).,:;!?*_~])`))
	}
	return out
}()

// unmark drops the markers of *bold*, _italic_, ~strike~ and `code` where Slack would read them as such: around
// words, not inside them (snake_case stays).
func unmark(s string) string {
	for _, re := range marked {
		for range 2 { // two neighbors share the space between them, and a match uses it up
			s = re.ReplaceAllString(s, "$1$2$3")
		}
	}
	return s
}
