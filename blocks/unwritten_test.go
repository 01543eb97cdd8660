package blocks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

func TestTheHelpTextsOfADocumentAreThoseBelowItsHeadings(t *testing.T) {
	document := "---\nname: \"> not this, it is front matter\"\n---\n# INC-42: \\*Checkout\\*\n\n> The very first help text.\n> And its second line.\n\n" +
		"## Impact\n\nSeverity Major.\n\n> Who was *affected*, how many of them, and how they noticed.\n\n## Short\n\n> *Too* short.\n\n## Written\n\nSomebody wrote here.\n"
	want := []HelpText{{"INC-42: *Checkout*", "The very first help text."}, {"Impact", ", how many of them, and how they noticed."}}
	if diff := cmp.Diff(want, HelpTexts(document)); diff != "" {
		t.Error(diff)
	}
	if got := HelpTexts("> Without a heading it is nobody's.\n"); got != nil {
		t.Errorf("%v", got)
	}
}

// What admins and people write changes nothing about what is looked for: words that are in the document.
func TestTheWordsOfAHelpTextAreInItsDocument(t *testing.T) {
	for _, tpl := range flow.StandardTemplates() {
		found := HelpTexts(tpl.Text)
		if len(found) < 3 {
			t.Errorf("%s has the help texts %v", tpl.Name, found)
		}
		for _, h := range found {
			if !strings.Contains(tpl.Text, h.Words) || strings.Count(tpl.Text, h.Words) > 1 {
				t.Errorf("%s: %q is there %d times", tpl.Name, h.Words, strings.Count(tpl.Text, h.Words))
			}
		}
	}
	for _, hostile := range []string{"> " + strings.Repeat("😀", 5000), "> " + strings.Repeat("a ", 3000), "> <!channel> " + strings.Repeat("*x", 3000)} {
		for _, h := range HelpTexts("# x\n" + hostile) {
			if n := len([]rune(h.Words)); n > mostWords || !strings.Contains(hostile, h.Words) {
				t.Errorf("%d letters: %q", n, h.Words)
			}
		}
	}
}
