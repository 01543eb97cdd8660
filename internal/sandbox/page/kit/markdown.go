package kit

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

// markdown draws a markdown block: headings, rules, lists, quotes, code, tables, and the inline styles. It reads line by line, so
// what spans several (a list item of two paragraphs) is drawn simply.
func (v Viewer) markdown(text string) template.HTML {
	p := paper{writer: writer{v: v}}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); {
		i += p.take(lines[i:])
	}
	return p.html()
}

type paper struct{ writer }

var (
	mdHeading = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*$`)
	mdRule    = regexp.MustCompile(`^\s*([-*_])\s*(?:[-*_]\s*){2,}$`)
	mdBullet  = regexp.MustCompile(`^(\s*)[-*+]\s+(?:\[([ xX])\]\s+)?(.*)$`)
	mdNumber  = regexp.MustCompile(`^(\s*)(\d{1,9})[.)]\s+()(.*)$`)
	mdBorder  = regexp.MustCompile(`^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$`)
	mdInline  = regexp.MustCompile("`([^`]+)`" + `|!?\[([^\]\n]*)\]\(([^)\s]+)(?:\s+"[^"]*")?\)|\*\*([^*\n]+)\*\*|__([^_\n]+)__|~~([^~\n]+)~~|\*([^*\s][^*\n]*)\*|\b_([^_\s][^_\n]*)_\b|<(https?://[^>\s]+)>`)
)

// take draws what begins at the first line, and says how many lines that was.
func (p *paper) take(lines []string) int {
	line := lines[0]
	if h := mdHeading.FindStringSubmatch(line); h != nil {
		p.put(template.HTML(fmt.Sprintf(`<div class="k-h k-h%d" role="heading" aria-level="%d">`, len(h[1]), min(len(h[1])+2, 6)))) //nolint:gosec // of numbers
		p.span(h[2], 0)
		p.put(`</div>`)
		return 1
	}
	switch {
	case strings.TrimSpace(line) == "":
		return 1
	case strings.HasPrefix(strings.TrimSpace(line), "```"):
		return p.fenced(lines)
	case mdRule.MatchString(line):
		p.put(`<hr class="k-divider"/>`)
		return 1
	case strings.HasPrefix(line, ">"):
		n := count(lines, func(l string) bool { return strings.HasPrefix(l, ">") })
		p.put(`<blockquote class="k-quote">`)
		for i, l := range lines[:n] {
			p.broken(i, strings.TrimPrefix(strings.TrimPrefix(l, ">"), " "))
		}
		p.put(`</blockquote>`)
		return n
	case mdBullet.MatchString(line):
		return p.items(lines, "ul", mdBullet)
	case mdNumber.MatchString(line):
		return p.items(lines, "ol", mdNumber)
	case len(lines) > 1 && strings.Contains(line, "|") && mdBorder.MatchString(lines[1]):
		return p.grid(lines)
	}
	n := max(1, count(lines, func(l string) bool { return !p.begins(l) }))
	p.put(`<div class="k-text">`)
	for i, l := range lines[:n] {
		p.broken(i, l)
	}
	p.put(`</div>`)
	return n
}

// begins says whether a line ends the paragraph above it.
func (p *paper) begins(l string) bool {
	return strings.TrimSpace(l) == "" || strings.HasPrefix(l, ">") || strings.HasPrefix(strings.TrimSpace(l), "```") ||
		mdHeading.MatchString(l) || mdRule.MatchString(l) || mdBullet.MatchString(l) || mdNumber.MatchString(l)
}

func count(lines []string, of func(string) bool) int {
	for i, l := range lines {
		if !of(l) {
			return i
		}
	}
	return len(lines)
}

func (p *paper) broken(i int, line string) {
	if i > 0 {
		p.put("<br/>")
	}
	p.span(line, 0)
}

func (p *paper) fenced(lines []string) int {
	n := count(lines[1:], func(l string) bool { return !strings.HasPrefix(strings.TrimSpace(l), "```") })
	p.put(`<pre class="k-pre"><code>` + escape(strings.Join(lines[1:1+n], "\n")) + `</code></pre>`)
	return min(n+2, len(lines))
}

// items draws a run of list items; indented ones stand further in.
func (p *paper) items(lines []string, tag template.HTML, item *regexp.Regexp) int {
	n := count(lines, item.MatchString)
	p.put("<" + tag + ` class="k-list">`)
	for _, l := range lines[:n] {
		g := item.FindStringSubmatch(l)
		text := g[3]
		class := fmt.Sprintf("k-in%d", min(len(strings.ReplaceAll(g[1], "\t", "  "))/2, 8))
		number := ""
		if tag == "ol" {
			number, text = ` value="`+g[2]+`"`, g[4]
		}
		p.put(template.HTML(`<li class="` + class + `"` + number + `>`)) //nolint:gosec // of digits
		switch {
		case tag == "ul" && g[2] == " ":
			p.put(`<span class="k-box" role="img" aria-label="to do">☐</span> `)
		case tag == "ul" && g[2] != "":
			p.put(`<span class="k-box" role="img" aria-label="done">☑</span> `)
		}
		p.span(text, 0)
		p.put("</li>")
	}
	p.put("</" + tag + ">")
	return n
}

func (p *paper) grid(lines []string) int {
	n := count(lines, func(l string) bool { return strings.Contains(l, "|") })
	p.put(`<div class="k-scroll"><table class="k-table">`)
	for i, l := range lines[:n] {
		if i == 1 {
			continue
		}
		tag := template.HTML("td")
		if i == 0 {
			tag = "th"
		}
		p.put("<tr>")
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(l), "|"), "|") {
			p.put("<" + tag + ">")
			p.span(strings.TrimSpace(cell), 0)
			p.put("</" + tag + ">")
		}
		p.put("</tr>")
	}
	p.put(`</table></div>`)
	return n
}

// span draws a run of text with its styles.
func (p *paper) span(s string, depth int) {
	for s != "" && depth < 4 {
		g := mdInline.FindStringSubmatchIndex(s)
		if g == nil {
			break
		}
		part := func(i int) string {
			if g[2*i] < 0 {
				return ""
			}
			return s[g[2*i]:g[2*i+1]]
		}
		p.literal([]rune(s[:g[0]]))
		around := func(tag template.HTML, inner string) {
			p.put("<" + tag + ">")
			p.span(inner, depth+1)
			p.put("</" + tag + ">")
		}
		switch {
		case part(1) != "":
			p.put(`<code class="k-code">` + escape(part(1)) + `</code>`)
		case part(3) != "":
			p.put(p.v.anchor(part(3), escape(firstOf(part(2), part(3)))))
		case part(4)+part(5) != "":
			around("b", part(4)+part(5))
		case part(6) != "":
			around("s", part(6))
		case part(7)+part(8) != "":
			around("i", part(7)+part(8))
		default:
			p.put(p.v.anchor(part(9), escape(part(9))))
		}
		s = s[g[1]:]
	}
	p.literal([]rune(s))
}
