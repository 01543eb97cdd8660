package blocks

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"epilogue/flow"
)

// Text is Slack's mrkdwn, safe to send: whatever people typed is escaped in it. Outside this file it is only made by say, Escape,
// mention, channel, link, momentIn and agoIn.
type Text struct{ s string }

// String is the mrkdwn.
func (t Text) String() string { return t.s }

// IsZero reports whether there is nothing to say.
func (t Text) IsZero() bool { return t.s == "" }

// Len is the length in code points after escaping, which is what Slack's limits count.
func (t Text) Len() int { return utf8.RuneCountInString(t.s) }

// words is a format or a sentence that stands in our source: constants convert to it by themselves, what people typed does not.
type words string

// say formats a sentence. Its arguments are escaped unless they are Text already; whatever is based on a string counts as typed by
// people. Verbs are %s and %d.
func say(format words, args ...any) Text {
	if len(args) == 0 {
		return Text{string(format)}
	}
	safe := make([]any, len(args))
	for i, a := range args {
		safe[i] = escaped(a)
	}
	return Text{fmt.Sprintf(string(format), safe...)}
}

func escaped(a any) any {
	switch a := a.(type) {
	case Text:
		return a.s
	case fmt.Stringer:
		return Escape(a.String()).s
	}
	if v := reflect.ValueOf(a); v.CanInt() {
		return v.Int()
	}
	return Escape(fmt.Sprint(a)).s
}

// Escape makes what people typed safe: Slack's three characters are escaped, and what is invisible or turns the direction of writing is
// left out.
func Escape(s string) Text { return Text{escaper.Replace(visible(s))} }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// visible leaves out control characters other than line breaks, zero-width characters that join nothing, and bidirectional overrides.
// U+200C and U+200D stay: scripts and emoji need them.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == '\r', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError:
			return -1
		case r == '\u00ad', r == '\u180e', r == '\u200b', r == '\u200e', r == '\u200f', r == '\u061c', r == '\u2060', r == '\ufeff':
			return -1
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}

// oneLine folds white space, and takes away what would format: `*`, `~` and “`” become look-alikes, so that a title can stand in bold.
func oneLine(s string) string {
	return plainMarks.Replace(strings.Join(strings.Fields(visible(s)), " "))
}

var plainMarks = strings.NewReplacer("*", "∗", "~", "∼", "`", "ˋ")

// brief is what people typed on one line, shortened to at most n code points after escaping. What is invisible as a whole becomes a dash,
// since Slack refuses empty texts.
func brief(s string, n int) Text {
	line := oneLine(s)
	if line == "" && s != "" {
		line = "–"
	}
	return Escape(line).Clip(n)
}

// bold sets a text in bold. A text with line breaks, or none at all, is returned as it is.
func bold(t Text) Text {
	if t.s == "" || strings.Contains(t.s, "\n") {
		return t
	}
	return Text{"*" + t.s + "*"}
}

// mention names somebody so that they are notified. It reports false for what is not a well-formed id.
func mention(u flow.UserID) (Text, bool) {
	if !wellFormed(string(u), "UW") {
		return Text{}, false
	}
	return Text{"<@" + string(u) + ">"}, true
}

// channel links to a channel. It reports false for what is not a well-formed id.
func channel(c flow.ChannelID) (Text, bool) {
	if !wellFormed(string(c), "CG") {
		return Text{}, false
	}
	return Text{"<#" + string(c) + ">"}, true
}

// wellFormed reports whether an id begins with one of the letters and goes on in capitals and digits.
func wellFormed(id, first string) bool {
	if len(id) < 2 || len(id) > 32 || !strings.Contains(first, id[:1]) {
		return false
	}
	return strings.Trim(id[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// link is a link to an http or https address; anything else is its label alone.
func link(address string, label Text) Text {
	safe, ok := webAddress(address)
	if !ok {
		return label
	}
	name := strings.NewReplacer("|", "¦", "\n", " ").Replace(label.s)
	return Text{"<" + safe + "|" + name + ">"}
}

// webAddress is an http or https address in a form that cannot end a link early.
func webAddress(address string) (string, bool) {
	address = strings.TrimSpace(address)
	if visible(address) != address || !utf8.ValidString(address) { // a query stands in the link as it was typed
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsAny(u.Host, `<>|" `) || len(address) > 2000 {
		return "", false
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", " ", "%20", "&", "&amp;").Replace(u.String()), true
}

// momentIn is a point in time in the reader's zone; readers whose program knows no such thing see it in the given one, which is named.
func momentIn(t time.Time, zone *time.Location) Text {
	if t.IsZero() {
		return say("at an unknown time")
	}
	return Text{fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.In(zone).Format("Mon Jan 2 2006, 15:04 MST"))}
}

// agoIn is how long ago a moment was, as Slack counts it whenever somebody looks: it is never false tomorrow.
func agoIn(t time.Time, zone *time.Location) Text {
	if t.IsZero() {
		return say("at an unknown time")
	}
	return Text{fmt.Sprintf("<!date^%d^{ago}|%s>", t.Unix(), t.In(zone).Format("Mon Jan 2 2006, 15:04 MST"))}
}

// fallback is the text of a message, which is safe already.
func (m Message) fallback() Text { return Text{m.Text} }

// join puts texts in a row.
func join(sep words, texts ...Text) Text {
	var b strings.Builder
	for _, t := range texts {
		if t.s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(string(sep))
		}
		b.WriteString(t.s)
	}
	return Text{b.String()}
}

// Plain is the text without mrkdwn, for places that show it as it is: errors of fields, files, buttons.
func (t Text) Plain() string {
	var b strings.Builder
	for s := t.s; s != ""; {
		n := atom(s)
		a := s[:n]
		s = s[n:]
		if !strings.HasPrefix(a, "<") {
			b.WriteString(a)
			continue
		}
		inside := strings.TrimSuffix(a[1:], ">")
		if _, label, ok := strings.Cut(inside, "|"); ok {
			inside = label
		}
		b.WriteString(inside)
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "*", "").Replace(b.String())
}

// Clip shortens a text to at most n code points, with an ellipsis. It never cuts through an escaped character, a mention, a link or a
// moment, nor between a letter and what belongs to it.
func (t Text) Clip(n int) Text {
	if t.Len() <= n {
		return t
	}
	if n < 1 {
		return Text{}
	}
	head, _ := t.cut(n - 1)
	return Text{strings.TrimRight(head.s, " \n") + "…"}
}

// Chunks cuts a text into pieces of at most n code points each, for places that show it whole.
func (t Text) Chunks(n int) []Text {
	var out []Text
	for t.Len() > n {
		head, rest := t.cut(n)
		if head.s == "" {
			break // one atom longer than n: nothing in it can be cut
		}
		out, t = append(out, head), rest
	}
	if t.s == "" {
		return out
	}
	return append(out, t.Clip(n))
}

// cut splits before the code point n, or earlier so that nothing is torn apart.
func (t Text) cut(n int) (head, rest Text) {
	length, end := 0, 0
	for end < len(t.s) {
		size := atom(t.s[end:])
		length += utf8.RuneCountInString(t.s[end : end+size])
		if length > n {
			break
		}
		end += size
	}
	return Text{t.s[:end]}, Text{t.s[end:]}
}

// longestCluster bounds what counts as one character, in bytes, so that a text of nothing but marks can be cut too.
const longestCluster = 40

// atom is the size in bytes of the first piece that must stay whole: <…>, &…;, or a character with the marks and joiners that
// follow it.
func atom(s string) int {
	if s[0] < utf8.RuneSelf && len(s) > 1 && s[1] < utf8.RuneSelf && s[0] != '<' && s[0] != '&' {
		return 1
	}
	switch s[0] {
	case '<':
		if i := strings.IndexByte(s, '>'); i > 0 {
			return i + 1
		}
	case '&':
		if i := strings.IndexByte(s, ';'); i > 0 && i < 6 {
			return i + 1
		}
	}
	_, n := utf8.DecodeRuneInString(s)
	for n < len(s) && n < longestCluster {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case r == '\u200d': // joins the next character as well
			n += size
			_, size = utf8.DecodeRuneInString(s[n:])
			n += size
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), r >= 0x1f3fb && r <= 0x1f3ff:
			n += size
		default:
			return n
		}
	}
	return n
}

// plain prepares what people typed for a plain-text object: on one line, at most n code points. Nothing is escaped there, since Slack reads
// no markup in it; what looks like markup is disarmed all the same.
func plain(s string, n int) string {
	s = disarm.Replace(strings.Join(strings.Fields(visible(s)), " "))
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	head, _ := Text{s}.cut(n - 1)
	return strings.TrimRight(head.s, " ") + "…"
}

var disarm = strings.NewReplacer("<!", "‹!", "<@", "‹@", "<#", "‹#", "<h", "‹h", "<H", "‹H")
