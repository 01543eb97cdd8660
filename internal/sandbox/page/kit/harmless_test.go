package kit

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// tags that may stand in the HTML, and attributes that may stand on them.
var (
	allowedTags = set("a article b blockquote br button caption code details div figcaption figure h2 hr i input label li mark ol optgroup option path pre s " +
		"select span summary svg table td template text textarea th title tr u ul")
	allowedAttrs = set("accept autocomplete checked class d disabled dy height hidden href id inputmode label multiple name open placeholder rel role rows scope " +
		"selected spellcheck start tabindex target text-anchor title type value viewBox width x y for")
)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// harmless says what is wrong with HTML: tags that are not closed, or that have no business there, attributes that could run or load something,
// links that lead anywhere but to http, https, mailto and this page.
func harmless(html string) error {
	d := xml.NewDecoder(strings.NewReader("<div>" + legible(html) + "</div>")) // XML knows no control characters, browsers take them
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("not balanced: %w\n%s", err, html)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := harmlessTag(t); err != nil {
				return fmt.Errorf("%w in\n%s", err, html)
			}
		case xml.Comment, xml.ProcInst, xml.Directive:
			return fmt.Errorf("%T in\n%s", t, html)
		}
	}
}

func harmlessTag(t xml.StartElement) error {
	if !allowedTags[t.Name.Local] || t.Name.Space != "" {
		return fmt.Errorf("a <%s>", t.Name.Local)
	}
	attrs := map[string]string{}
	for _, a := range t.Attr {
		name := a.Name.Local
		attrs[name] = a.Value
		if !allowedAttrs[name] && !strings.HasPrefix(name, "data-") && !strings.HasPrefix(name, "aria-") || a.Name.Space != "" {
			return fmt.Errorf("<%s %s>", t.Name.Local, name)
		}
	}
	to, link := attrs["href"]
	local := strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//")
	switch {
	case link && !local && !safe(to):
		return fmt.Errorf("a link to %q", to)
	case link && !local && (attrs["rel"] != "noopener noreferrer" || attrs["target"] != "_blank"):
		return fmt.Errorf("a link to %q with rel %q", to, attrs["rel"])
	}
	return nil
}

// idsIn are the DOM ids in HTML.
func idsIn(html string) map[string]bool {
	out := map[string]bool{}
	for part := range strings.SplitSeq(html, ` id="`) {
		if id, _, ok := strings.Cut(part, `"`); ok && !strings.HasPrefix(part, "<") {
			out[id] = true
		}
	}
	return out
}

// hostile are texts that have broken out of other people's markup.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `<https://e.x" onclick="alert(1)|x>`, `<javascript:alert(1)|x>`, `<JaVaScRiPt:alert(1)>`,
	"<data:text/html,<script>|x>", `<https://e.x|<b>"x">`, "*_~`*_~`", "```<b>```", "&lt;script&gt;", "</textarea><script>", "</template></select>", "<!date^1^{date}^javascript:alert(1)|x>",
	"{{.}}", "\x00\x01\uffff\xff", "<vbscript:x|y>", "<mailto:a@b.c?subject=\"x|mail>", "`'\"<>&", "*a\n>b*\n```", "<@U1|\"><b>>", "https://e.x/\"><b>", "<https:///|x>", "<//evil.example|x>",
}

func TestHostileTextNeverBecomesMarkup(t *testing.T) {
	for _, text := range hostile {
		for name, block := range samples {
			var v any
			if err := json.Unmarshal([]byte("["+block+"]"), &v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			raw, err := json.Marshal(poison(v, text))
			if err != nil {
				t.Fatal(err)
			}
			s := form("")
			s.Blocks = raw
			if err := harmless(mustDraw(t, s)); err != nil {
				t.Errorf("%s with %q: %v", name, text, err)
			}
		}
		if err := harmless(string(Mrkdwn(text, ana))); err != nil {
			t.Errorf("mrkdwn %q: %v", text, err)
		}
	}
}

// poison replaces every string but types.
func poison(v any, text string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = poison(v[i], text)
		}
	case map[string]any:
		for k := range v {
			if k != "type" {
				v[k] = poison(v[k], text)
			}
		}
	case string:
		return text
	}
	return v
}

func FuzzMrkdwnStaysHarmless(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := harmless(string(Mrkdwn(text, ana))); err != nil {
			t.Error(err)
		}
		if err := harmless(string(ana.markdown(text))); err != nil {
			t.Error(err)
		}
	})
}

func FuzzBlocksStayHarmless(f *testing.F) {
	for _, block := range samples {
		f.Add([]byte("["+block+"]"), "<b>")
	}
	f.Fuzz(func(t *testing.T, blocks []byte, text string) {
		var v any
		if json.Unmarshal(blocks, &v) == nil && text != "" {
			blocks, _ = json.Marshal(poison(v, text))
		}
		s := form("")
		s.Blocks = blocks
		if err := harmless(mustDraw(t, s)); err != nil {
			t.Error(err)
		}
	})
}
