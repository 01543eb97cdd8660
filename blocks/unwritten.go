package blocks

import (
	"strings"
	"unicode/utf8"

	"epilogue/flow"
)

// HelpText is a help text of a document: below which heading it stands, and words of it that say whether it is still there.
type HelpText struct {
	Heading string `json:"heading"`
	Words   string `json:"words"`
}

// A help text is recognized by so many letters of it; one with fewer could be found anywhere.
const (
	fewestWords = 12
	mostWords   = 120
)

// HelpTexts are the help texts of a document, the first one below each heading. Whoever writes there puts something in its place.
func HelpTexts(document string) []HelpText {
	var out []HelpText
	heading := ""
	_, body := frontMatter(document)
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimSpace(line)
		hashes := len(line) - len(strings.TrimLeft(line, "#"))
		switch help, ok := strings.CutPrefix(line, "> "); {
		case hashes > 0 && strings.HasPrefix(line[hashes:], " "):
			heading = strings.TrimSpace(unmarked(line[hashes+1:]))
		case ok && heading != "":
			if words := plainWords(help); words != "" {
				out = append(out, HelpText{Heading: plain(heading, flow.MaxTitle), Words: words})
				heading = ""
			}
		}
	}
	return out
}

// plainWords is the longest part of a line that looks the same however it is drawn, or nothing if that is short.
func plainWords(line string) string {
	longest := ""
	for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("*_`~[]()<>|\\#&", r) }) {
		if part = strings.TrimSpace(part); utf8.RuneCountInString(part) > utf8.RuneCountInString(longest) {
			longest = part
		}
	}
	if utf8.RuneCountInString(longest) < fewestWords {
		return ""
	}
	r := []rune(longest)
	return strings.TrimSpace(string(r[:min(len(r), mostWords)]))
}

// notWritten names the sections of a post-mortem that are as they came.
func notWritten(headings []string) Text {
	if len(headings) == 0 {
		return Text{}
	}
	return say("Not written yet: %s.", listed(headings, func(h string) Text { return brief(h, shortTitle) }))
}
