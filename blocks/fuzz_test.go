package blocks

import (
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"epilogue/flow"
)

// A link leads where its address says, shows its label, and ends where it should; what is no web address is its label alone.
func FuzzALinkLeadsWhereItsAddressSays(f *testing.F) {
	for address, label := range map[string]string{
		"https://docs.example/1?a=b&c=d#e":       "the doc",
		"https://docs.example/<!channel>|x":      "a|b>c",
		"javascript:alert(1)":                    "<!here>",
		" http://[::1]:80/%3C%7c ":               "",
		"https://x.example/&lt;!channel&gt;":     "&",
		"https://u:p@x.example/\u202e/a b\u00a0": "line\nbreak",
		"HTTPS://x.example":                      "x",
		"httpS://\"":                             "x",
	} {
		f.Add(address, label)
	}
	f.Fuzz(func(t *testing.T, address, label string) {
		shown := Escape(label)
		got := link(address, shown).String()
		if got == shown.String() {
			return // no link
		}
		inside := strings.TrimSuffix(strings.TrimPrefix(got, "<"), ">")
		if len(inside) != len(got)-2 || strings.ContainsAny(inside, "<>\n\r") || strings.Count(inside, "|") != 1 || !utf8.ValidString(got) {
			t.Fatalf("link(%q, %q) = %q", address, label, got)
		}
		target, _, _ := strings.Cut(inside, "|")
		to, err := url.Parse(html.UnescapeString(target))
		from, wrong := url.Parse(strings.TrimSpace(address))
		if err != nil || wrong != nil || (to.Scheme != "http" && to.Scheme != "https") || to.Host != from.Host || strings.Contains(target, " ") {
			t.Errorf("link(%q) leads to %q (%v)", address, target, err)
		}
	})
}

// What stands in a plain-text object, or is shown without markup, looks like no mention, has no line breaks, and fits.
func FuzzPlainTextLooksLikeNoMarkup(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, 24)
	}
	f.Add("<\u200b!channel>", 75)
	f.Add("<<!here>", 3)
	f.Add("<\u00ad@U1>", 10)
	f.Fuzz(func(t *testing.T, typed string, n int) {
		n = max(1, min(n, 3000))
		got := plain(typed, n)
		for _, mark := range []string{"<!", "<@", "<#", "<http", "<HTTP", "\n"} {
			if strings.Contains(got, mark) {
				t.Errorf("plain(%q) has %q: %q", typed, mark, got)
			}
		}
		if utf8.RuneCountInString(got) > n || !utf8.ValidString(got) {
			t.Errorf("%d characters of at most %d: %q", utf8.RuneCountInString(got), n, got)
		}
		if line := oneLine(typed); strings.ContainsAny(line, "*~`\n") || plainMarks.Replace(line) != line {
			t.Errorf("on one line: %q", line)
		}
		if text := Escape(typed); text.Plain() != strings.ReplaceAll(visible(typed), "*", "") {
			t.Errorf("%q reads as %q", typed, text.Plain())
		}
	})
}

func FuzzOnlyWellFormedIDsAreMentionedOrLinked(f *testing.F) {
	for _, id := range []string{"U1", "W012ABC", "U1|x", "U1> <!here", "C1", "G1", "D1", "", "U\x00", "Ué"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		person, ok := mention(flow.UserID(id))
		if ok && person.String() != "<@"+id+">" || !ok && !person.IsZero() {
			t.Errorf("%q is mentioned as %q", id, person)
		}
		place, found := channel(flow.ChannelID(id))
		if (ok || found) && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			t.Errorf("%q is taken for an id: %q %q", id, person, place)
		}
		if ok && found {
			t.Errorf("%q is a person and a channel", id)
		}
	})
}
