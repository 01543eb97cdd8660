package blocks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

func TestADocumentIsFilledFromTheIncident(t *testing.T) {
	s := entered(t, process())
	s.does(ben, flow.AddNote{Text: "rolled back the pricing service"})
	s.does(ana, flow.SetRole{Role: "scribe", To: person1(cem)})
	for _, tpl := range flow.StandardTemplates() {
		text := Document(s.scene(), s.inc, tpl, s.events)
		same(t, "document/"+string(tpl.Key)+".md", text)
		same(t, "document/"+string(tpl.Key)+".canvas.md", Canvas(text))
	}
	if got := DocumentTitle(s.inc); got != "Post-mortem of INC-42: Checkout errors in EU" {
		t.Error(got)
	}
}

// everything is a template with every construct that Markdown has.
const everything = "---\ntitle: {{name}}\nlist:\n  - a\n---\n# One\n## Two\n### Three\nSetext\n===\n\n* a\n  * b\n1. one\n   1. two\n\n- [ ] open\n- [x] done\n\n> quote\n> > deeper\n\n" +
	"```go\nfmt.Println(\"{{reference}}\")\n```\n\n    code\n\n`code` **bold** _italic_ ~~gone~~ [link](https://a.example \"title\") ![image](https://a.example/x.png) <https://a.example>\n\n" +
	"| a | b |\n|---|:-:|\n| 1 | 2 |\n\n---\n***\n\nHard  \nbreak\\\nhere[^1]\n\n[^1]: a note\n\n<details><summary>x</summary>y</details>\n\n&amp; \\* {{ timeline }} {{unknown}} {{}}\n"

func TestATemplateStaysAsItIsWritten(t *testing.T) {
	s := tell(t, process())
	got := Document(s.scene(), s.inc, flow.PostmortemTemplate{Text: everything}, nil)
	want := strings.NewReplacer("{{name}}", `"Checkout errors in EU"`, "{{reference}}", "INC-42", "{{ timeline }}", "").Replace(everything)
	if got != want {
		t.Errorf("it became\n%s\nwant\n%s", got, want)
	}
	if canvas := Canvas(got); !strings.HasPrefix(canvas, "- **title**: Checkout errors in EU\n# One\n") || strings.Contains(canvas, "list:") {
		t.Errorf("the canvas begins %.80q", canvas)
	}
}

func TestWhatPeopleTypedMakesNoMarkdown(t *testing.T) {
	hostile := []string{
		"# heading", "---\nevil: true\n---", "- item", "+ item", "* item", "1. item", "1) item", "> quote", "| a | b |\n|---|---|", "[x](javascript:alert(1))",
		"![x](https://a.example/pixel.png)", "![](@U123)", "![](#C123)", "<script>alert(1)</script>", "<!channel>", "```\ncode\n```", "`code`", "**bold**", "_it_",
		"~~gone~~", "    code", "\tcode", "Setext\n===", "Setext\n---", "&lt;script&gt;", `\# not`, "[^1]: note", "{{timeline}}", "a\u202eb", "\"quotes\": and: colons", "x\r\n# y",
	}
	for _, typed := range hostile {
		s := tell(t, process())
		s.inc.Name, s.inc.Summary = strings.ReplaceAll(typed, "\n", " "), typed
		noted := flow.Event{Seq: 9, At: start, By: ana, Fact: flow.NoteAdded{Text: typed}}
		text := Document(s.scene(), s.inc, flow.PostmortemTemplate{Text: "---\nname: {{name}}\n---\n{{summary}}\n\n{{timeline}}\n"}, []flow.Event{noted})
		lines := strings.Split(text, "\n")
		if lines[0] != "---" || !strings.HasPrefix(lines[1], `name: "`) || !strings.HasSuffix(lines[1], `"`) || lines[2] != "---" {
			t.Errorf("%q broke out of the front matter:\n%s", typed, text)
			continue
		}
		for _, line := range lines[3:] {
			if bad := marked(strings.TrimPrefix(strings.TrimPrefix(line, "- **Tue Dec 1 2026, 14:02 CET** "), " ")); bad != "" {
				t.Errorf("%q: %s in %q", typed, bad, line)
			}
		}
	}
}

// marked finds what Markdown would read as more than text in a line.
func marked(line string) string {
	bare := ""
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' && i+1 < len(line) {
			i++
			bare += "x" // escaped
			continue
		}
		bare += string(line[i])
	}
	for _, mark := range []string{"`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "#", "\t", "\r", "\u202e"} {
		if strings.Contains(bare, mark) {
			return fmt.Sprintf("%q", mark)
		}
	}
	for _, start := range []string{"-", "+", "=", "1.", "1)", " "} {
		if strings.HasPrefix(bare, start) {
			return fmt.Sprintf("a line that begins with %q", start)
		}
	}
	return ""
}

func TestADocumentOfALongIncidentFitsIntoACanvas(t *testing.T) {
	s := entered(t, process())
	long := strings.Repeat("&", flow.MaxReason)
	var events []flow.Event
	for i := range 5000 {
		events = append(events, flow.Event{Seq: uint64(i + 1), At: start.Add(time.Duration(i) * time.Minute), By: ana, Fact: flow.NoteAdded{Text: long}})
	}
	s.inc.Summary = strings.Repeat("*", flow.MaxSummary)
	text := Canvas(Document(s.scene(), s.inc, flow.StandardTemplates()[0], events))
	if len(text) > 1<<20 || !strings.Contains(text, "4700 more are in the timeline") {
		t.Errorf("it has %d bytes", len(text))
	}
}
