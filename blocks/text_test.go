package blocks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

func TestTextIsOnlyMadeWhereItIsEscaped(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		if name == "text.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if kind, ok := n.Type.(*ast.Ident); ok && kind.Name == "Text" && len(n.Elts) > 0 {
					t.Errorf("%s makes a Text by itself: use say or Escape", name)
				}
			case *ast.CallExpr:
				if kind, ok := n.Fun.(*ast.Ident); ok && kind.Name == "words" {
					if _, constant := n.Args[0].(*ast.BasicLit); !constant {
						t.Errorf("%s turns something into words that is not written in the source", name)
					}
				}
			}
			return true
		})
	}
}

func TestWhatCannotBeSeenIsLeftOut(t *testing.T) {
	for _, r := range "\u0000\u0007\u007f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202c\u202e\u2060\u2066\u2069\ufeff\ufffd" {
		if got := Escape("a" + string(r) + "b").String(); got != "ab" {
			t.Errorf("%U stays: %q", r, got)
		}
	}
	for _, whole := range []string{"a\nb", "می\u200cخواهم", "👩\u200d👧", "مرحبا", "e\u0301"} {
		if got := Escape(whole).String(); got != whole {
			t.Errorf("%q became %q", whole, got)
		}
	}
}

func TestASectionIsCutToWhatSlackTakes(t *testing.T) {
	long := say("%s", strings.Repeat("&", 2000))
	fits(t, "cut", message(say("x"), section(long, nil), small(long)))
	whole := paragraph(long)
	fits(t, "whole", message(say("x"), whole...))
	if len(whole) != 4 {
		t.Errorf("10,000 characters stand in %d sections", len(whole))
	}
}

func TestOnlyWebAddressesBecomeLinks(t *testing.T) {
	for address, want := range map[string]string{
		"https://docs.example/1?a=b&c=d":         "<https://docs.example/1?a=b&amp;c=d|doc>",
		"http://docs.example":                    "<http://docs.example|doc>",
		"https://docs.example/<!channel>|x":      "<https://docs.example/%3C%21channel%3E%7Cx|doc>",
		"javascript:alert(1)":                    "doc",
		"slack://app":                            "doc",
		"https://":                               "doc",
		"docs.example":                           "doc",
		"":                                       "doc",
		"https://x/" + strings.Repeat("a", 2000): "doc",
	} {
		if got := link(address, say("doc")).String(); got != want {
			t.Errorf("link(%.60q) = %s, want %s", address, got, want)
		}
	}
	if got := link("https://a.example", Escape("a|b>c")).String(); got != "<https://a.example|a¦b&gt;c>" {
		t.Errorf("a label that would end the link: %s", got)
	}
}

func TestOnlyWellFormedIDsAreMentioned(t *testing.T) {
	s := Scene{Names: names{"UANA": "Ana", "U1|x": "Eve <!here>"}}
	for id, want := range map[flow.UserID]string{
		"UANA": "<@UANA>", "W012ABC": "<@W012ABC>", "": "Epilogue", "U": "somebody", "B123": "somebody",
		"uana": "somebody", "U1|x": "Eve &lt;!here&gt;", "U1> <!here": "somebody", flow.UserID("U" + strings.Repeat("1", 40)): "somebody",
	} {
		if got := s.who(id).String(); got != want {
			t.Errorf("who(%q) = %s, want %s", id, got, want)
		}
	}
}

func TestShorteningTearsNothingApart(t *testing.T) {
	family := "👩‍👩‍👧‍👦"
	tests := map[string]struct {
		text Text
		n    int
		want string
	}{
		"what fits stays":               {say("short"), 5, "short"},
		"letters":                       {say("a long line"), 7, "a long…"},
		"no blank before the ellipsis":  {say("one two"), 5, "one…"},
		"an escaped character is whole": {Escape("a&b"), 5, "a…"},
		"or gone":                       {Escape("&&&"), 10, "&amp;…"},
		"a moment is whole":             {say("at %s", momentIn(time.Unix(1, 0), time.UTC)), 10, "at…"},
		"a mention is whole":            {say("for %s now", Scene{}.who("UANA")), 13, "for <@UANA>…"},
		"a family stays together":       {Escape(family + family), 8, family + "…"},
		"or goes as a whole":            {Escape("a" + family), 6, "a…"},
		"an accent stays on its letter": {Escape("e\u0301e\u0301e\u0301"), 4, "e\u0301…"},
		"nothing fits":                  {say("text"), 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.text.Clip(tt.n).String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPlainTextReadsLikeTheMarkup(t *testing.T) {
	text := say("%s & %s: %s, %s", bold(Escape("a <b> & c")), link("https://x.example", say("doc")), Escape("2 > 1"), momentIn(time.Unix(0, 0), time.UTC))
	if got, want := text.Plain(), "a <b> & c & doc: 2 > 1, Thu Jan 1 1970, 00:00 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatFormatsIsTakenFromTitlesSoThatTheyStandInBold(t *testing.T) {
	if got, want := bold(brief("a *b* `c`\n~d~", 100)).String(), "*a ∗b∗ ˋcˋ ∼d∼*"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestADayIsWrittenTheSameForEveryoneAndWithItsYearOnlyWhenNeeded(t *testing.T) {
	s := Scene{Now: time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC), Zone: time.UTC}
	for day, want := range map[flow.Date]string{{Year: 2026, Month: 12, Day: 2}: "Wed Dec 2", {Year: 2027, Month: 1, Day: 4}: "Mon Jan 4, 2027"} {
		if got := s.day(day).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	s.Zone = berlin // where it is 2027 already
	if got := s.day(flow.Date{Year: 2027, Month: 1, Day: 4}).String(); got != "Mon Jan 4" {
		t.Errorf("in Berlin the year has begun, got %s", got)
	}
}

func TestConditionsReadAsASentence(t *testing.T) {
	s := Scene{Process: flow.Process{
		Severities: []flow.Label{{Key: "major", Name: "Major"}}, Types: []flow.Label{{Key: "sec", Name: "Security"}, {Key: "data", Name: "Data"}},
	}}
	tests := map[string][]flow.Condition{
		"every incident does":          nil,
		"severity is at least Major":   {{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}}},
		"type is Security":             {{Field: flow.Type, Op: flow.IsOneOf, Values: []flow.Key{"sec"}}},
		"type is not Security or Data": {{Field: flow.Type, Op: flow.IsNot, Values: []flow.Key{"sec", "data"}}},
		"severity is gone and type is one of Security, Data": {
			{Field: flow.Severity, Op: flow.IsOneOf, Values: []flow.Key{"gone"}}, {Field: flow.Type, Op: flow.IsOneOf, Values: []flow.Key{"sec", "data"}},
		},
	}
	for want, conditions := range tests {
		if got := s.Conditions(conditions).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
