package kit

import (
	"hash/fnv"
	"html/template"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"epilogue/internal/sandbox/blockkit"
)

// Mrkdwn shows text in Slack's markup.
func Mrkdwn(text string, v Viewer) template.HTML { return v.mrkdwn(text, false) }

// atom is one character of mrkdwn, or something drawn already that styles go around: a mention, a date, a link.
type atom struct {
	r     rune
	drawn template.HTML
	plain string // what it says inside of code
}

func (a atom) is(r rune) bool { return a.drawn == "" && a.r == r }
func (a atom) space() bool    { return a.drawn == "" && unicode.IsSpace(a.r) }
func (a atom) word() bool {
	return a.drawn == "" && (unicode.IsLetter(a.r) || unicode.IsDigit(a.r))
}

// mrkdwn shows text in Slack's markup; verbatim text gets no links of its own.
func (v Viewer) mrkdwn(text string, verbatim bool) template.HTML {
	var atoms []atom
	for p := range blockkit.Pieces(text, v.Names, v.Zone, v.Now) {
		if p.Kind == blockkit.Literal {
			for _, r := range p.Text {
				atoms = append(atoms, atom{r: r})
			}
			continue
		}
		atoms = append(atoms, atom{drawn: v.piece(p), plain: p.Text})
	}
	w := writer{links: !verbatim, v: v}
	w.paragraphs(atoms)
	return w.html()
}

// piece draws a mention, a date or a link.
func (v Viewer) piece(p blockkit.Piece) template.HTML {
	switch p.Kind {
	case blockkit.LinkText:
		return v.anchor(p.URL, v.plain(p.Text, true))
	case blockkit.DateText:
		shown := span("k-date", escape(p.Text))
		if p.URL != "" {
			return v.anchor(p.URL, shown)
		}
		return shown
	case blockkit.UserMention:
		return v.mention("user", p.ID, p.Text)
	case blockkit.ChannelMention:
		return v.mention("channel", p.ID, p.Text)
	case blockkit.GroupMention:
		return v.mention("group", p.ID, p.Text)
	}
	return span("k-mention k-all", escape(p.Text))
}

func (v Viewer) mention(kind, id, text string) template.HTML {
	class := "k-mention"
	if kind == "user" && id == v.ID {
		class += " k-me"
	}
	if kind == "channel" && v.Link != nil && (v.Know == nil || v.Know(kind, id)) {
		if to := v.Link("#" + id); strings.HasPrefix(to, "/") {
			return `<a class="k-mention" href="` + escape(to) + `">` + escape(text) + `</a>`
		}
	}
	return span(class, escape(text))
}

// anchor links where that is harmless, and shows the text alone where it is not.
func (v Viewer) anchor(to string, shown template.HTML) template.HTML {
	if v.Link != nil {
		if local := v.Link(to); strings.HasPrefix(local, "/") && !strings.HasPrefix(local, "//") {
			return `<a class="k-link" href="` + escape(local) + `">` + shown + `</a>`
		}
	}
	if !safe(to) {
		return span("k-link k-dead", shown)
	}
	return `<a class="k-link" href="` + escape(to) + `" target="_blank" rel="noopener noreferrer">` + shown + `</a>`
}

// safe says whether a link may be followed.
func safe(to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return true
	}
	return false
}

// plain shows text without markup, with its emoji if it has any.
func (v Viewer) plain(text string, emoji bool) template.HTML {
	w := writer{v: v}
	if !emoji {
		w.text(text)
		return w.html()
	}
	atoms := make([]atom, 0, len(text))
	for _, r := range text {
		atoms = append(atoms, atom{r: r})
	}
	w.styles = true // none is opened inside of all
	w.inline(atoms, "*_~`")
	return w.html()
}

// span and escape write what html/template would: nothing that they are given can become markup.
func span(class string, inner template.HTML) template.HTML {
	return template.HTML(`<span class="`) + template.HTML(class) + `">` + inner + `</span>` //nolint:gosec // classes are constants
}

func escape(s string) template.HTML {
	return template.HTML(template.HTMLEscapeString(legible(s))) //nolint:gosec // escaped
}

// legible drops what HTML cannot hold: control characters, and bytes that are no text.
func legible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= 0xfffe && r&0xfffe == 0xfffe {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

func hash(s string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return strconv.FormatUint(h.Sum64(), 36)
}

// writer turns atoms into HTML.
type writer struct {
	b      strings.Builder
	v      Viewer
	links  bool // addresses become links by themselves
	styles bool
}

func (w *writer) html() template.HTML { return template.HTML(w.b.String()) } //nolint:gosec // escaped piece by piece

func (w *writer) put(s template.HTML) { w.b.WriteString(string(s)) }

// text writes literal text, with its line breaks.
func (w *writer) text(s string) {
	w.put(template.HTML(strings.ReplaceAll(string(escape(s)), "\n", "<br/>"))) //nolint:gosec // escaped
}

// paragraphs splits off code blocks, then quotes.
func (w *writer) paragraphs(atoms []atom) {
	for {
		from, to := fence(atoms)
		if to < 0 {
			w.quotes(atoms)
			return
		}
		w.quotes(trimBreak(atoms[:from], false))
		w.put(`<pre class="k-pre"><code>` + escape(strings.TrimSuffix(strings.TrimPrefix(spell(atoms[from+3:to]), "\n"), "\n")) + `</code></pre>`)
		atoms = trimBreak(atoms[to+3:], true)
	}
}

// fence finds the first code block that is not empty: where its marks begin. It gives -1 for none.
func fence(atoms []atom) (from, to int) {
	from = -1
	for i := 0; i+2 < len(atoms); i++ {
		if !atoms[i].is('`') || !atoms[i+1].is('`') || !atoms[i+2].is('`') {
			continue
		}
		if from >= 0 && strings.TrimSpace(spell(atoms[from+3:i])) != "" {
			return from, i
		}
		if from < 0 {
			from = i
		}
		i += 2
	}
	return 0, -1
}

// trimBreak takes away the line break beside a code block, which is a line of its own anyway.
func trimBreak(atoms []atom, first bool) []atom {
	switch {
	case len(atoms) == 0:
	case first && atoms[0].is('\n'):
		return atoms[1:]
	case !first && atoms[len(atoms)-1].is('\n'):
		return atoms[:len(atoms)-1]
	}
	return atoms
}

// spell is what atoms say without markup.
func spell(atoms []atom) string {
	var b strings.Builder
	for _, a := range atoms {
		if a.drawn != "" {
			b.WriteString(a.plain)
		} else {
			b.WriteRune(a.r)
		}
	}
	return b.String()
}

// quotes puts runs of lines that begin with > into a quote.
func (w *writer) quotes(atoms []atom) {
	lines := split(atoms)
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && len(lines[j]) > 0 && lines[j][0].is('>') {
			j++
		}
		if j > i {
			w.put(`<blockquote class="k-quote">`)
			for k, line := range lines[i:j] {
				w.line(trimSpace(line[1:]), k > 0)
			}
			w.put(`</blockquote>`)
			i = j
			continue
		}
		w.line(lines[i], i > 0 && (len(lines[i-1]) == 0 || !lines[i-1][0].is('>')))
		i++
	}
}

func (w *writer) line(atoms []atom, below bool) {
	if below {
		w.put("<br/>")
	}
	w.inline(atoms, "")
}

func split(atoms []atom) [][]atom {
	var out [][]atom
	from := 0
	for i, a := range atoms {
		if a.is('\n') {
			out = append(out, atoms[from:i])
			from = i + 1
		}
	}
	if from < len(atoms) || len(out) > 0 {
		out = append(out, atoms[from:])
	}
	return out
}

func trimSpace(atoms []atom) []atom {
	if len(atoms) > 0 && atoms[0].is(' ') {
		return atoms[1:]
	}
	return atoms
}

// tags are what stands for the marks around styled text.
var tags = map[rune]template.HTML{'*': "b", '_': "i", '~': "s"}

// inline writes a run of text without line breaks in it; the marks in open are in use around it, and so mean themselves.
func (w *writer) inline(atoms []atom, open string) {
	hopeless := "" // marks that nothing closes from here on
	var literal []rune
	flush := func() {
		w.literal(literal)
		literal = literal[:0]
	}
	for i := 0; i < len(atoms); i++ {
		a := atoms[i]
		if a.drawn != "" {
			flush()
			w.put(a.drawn)
			continue
		}
		if strings.ContainsRune("*_~`", a.r) && !strings.ContainsRune(open+hopeless, a.r) && opens(atoms, i) {
			if end := closing(atoms, i); end > 0 {
				flush()
				w.styled(a.r, atoms[i+1:end], open)
				i = end
				continue
			}
			hopeless += string(a.r)
		}
		literal = append(literal, a.r)
	}
	flush()
}

// opens says whether a mark can begin a style: after no word, and before something.
func opens(atoms []atom, at int) bool {
	return (at == 0 || !atoms[at-1].word()) && at+1 < len(atoms) && !atoms[at+1].space()
}

// closing finds the mark that ends the style begun at a mark; -1 for none.
func closing(atoms []atom, at int) int {
	mark := atoms[at].r
	for i := at + 2; i < len(atoms); i++ {
		if !atoms[i].is(mark) || atoms[i-1].space() && mark != '`' || atoms[i-1].is(mark) {
			continue
		}
		if i+1 == len(atoms) || !atoms[i+1].word() && !atoms[i+1].is(mark) {
			return i
		}
	}
	return -1
}

func (w *writer) styled(mark rune, inner []atom, open string) {
	if mark == '`' {
		w.put(`<code class="k-code">` + escape(spell(inner)) + `</code>`)
		return
	}
	w.put("<" + tags[mark] + ">")
	w.inline(inner, open+string(mark))
	w.put("</" + tags[mark] + ">")
}

// special matches what literal text holds besides characters: addresses and emoji.
var special = regexp.MustCompile(`https?://[^\s<>|"]+|:[a-z0-9_+'-]+:(?::skin-tone-[2-6]:)?`)

// literal writes text without marks.
func (w *writer) literal(runes []rune) {
	s := string(runes)
	for s != "" {
		at := special.FindStringIndex(s)
		if at == nil {
			break
		}
		found := s[at[0]:at[1]]
		if strings.HasPrefix(found, ":") {
			shown, ok := emojiHTML(found)
			if !ok { // the second colon may begin another one
				w.text(s[:at[0]+1])
				s = s[at[0]+1:]
				continue
			}
			w.text(s[:at[0]])
			w.put(shown)
			s = s[at[1]:]
			continue
		}
		found = strings.TrimRight(found, ".,:;!?'*_~)")
		w.text(s[:at[0]])
		if w.links {
			w.put(w.v.anchor(found, escape(found)))
		} else {
			w.text(found)
		}
		s = s[at[0]+len(found):]
	}
	w.text(s)
}
