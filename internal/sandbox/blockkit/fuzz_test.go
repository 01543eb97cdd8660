package blockkit

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// seed feeds every block of the tables of the other tests to a fuzz target.
func seed(f *testing.F) {
	for _, r := range refusals {
		f.Add(r.blocks)
	}
	for _, l := range limits {
		if b := "[" + l.block(13) + "]"; len(b) < 4000 {
			f.Add(b)
		}
	}
	for _, s := range []string{
		"", "null", "[null]", `[[]]`, `[{"type":null}]`, `[{"type":"table","rows":[[null,1],2]}]`, `[{"type":"actions","elements":[null]}]`, `[{"type":"input","element":[]}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_list","indent":99999999999999999999}]}]`,
	} {
		f.Add(s)
	}
}

// FuzzNothingPanics feeds any text to everything that takes blocks, as message and as view, and holds each answer
// to what it promises.
func FuzzNothingPanics(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		blocks := json.RawMessage(s)
		CheckView(blocks)
		CheckView(json.RawMessage(`{"type":"home","blocks":` + s + `}`))
		CheckView(json.RawMessage(`{"type":"modal","blocks":` + s + `}`))
		Elements(blocks)
		Text(blocks, people{}, madrid, now)
		FindMentions(s, blocks)

		problems := CheckMessage(blocks)
		for _, p := range problems {
			if !strings.HasPrefix(p.Pointer, "/blocks") || p.Text == "" {
				t.Errorf("problem %+v", p)
			}
		}
		n := 0
		normal := NormalizeBlocks(blocks, func() string { n++; return "gen" + strconv.Itoa(n) })
		if again := NormalizeBlocks(normal, func() string { return "more" }); string(again) != string(normal) {
			t.Errorf("normalizing twice changed\n%s\nto\n%s", normal, again)
		}
		for _, actions := range EmptyState(normal) {
			for id, leaf := range actions {
				if !json.Valid(leaf) {
					t.Errorf("leaf of %s: %s", id, leaf)
				}
			}
		}
	})
}

// FuzzEscapedTextPingsNobody escapes any text as the Web API's documentation asks and looks for mentions.
func FuzzEscapedTextPingsNobody(f *testing.F) {
	for _, s := range []string{"<!channel>", "<@U1>", "&lt;!here&gt;", "<https://e.x|y>", "a & b", "<!date^1^{date}^https://e.x|x>"} {
		f.Add(s)
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	f.Fuzz(func(t *testing.T, s string) {
		m := FindMentions(escape.Replace(s), nil)
		if len(m.Users)+len(m.Channels)+len(m.Groups)+len(m.Broadcasts)+len(m.Links) > 0 {
			t.Errorf("%q mentions %+v", s, m)
		}
		if got := Mrkdwn(escape.Replace(s), nil, nil, now); got != s {
			t.Errorf("escaped and read, %q is %q", s, got)
		}
		if got := EscapeStray(escape.Replace(s)); got != escape.Replace(s) {
			t.Errorf("escaped text is escaped again: %q", got)
		}
		EscapeStray(s)
		Mrkdwn(s, people{}, madrid, now)
	})
}
