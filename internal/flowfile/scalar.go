package flowfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"epilogue/flow"
)

// How values look in the file. Whatever another reader of YAML might take for a number, a date, a truth
// or syntax stands in quotes.

var (
	plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	reserved  = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)
)

// word is a key, an id or one of our own words. It may stand inside brackets.
func word[T ~string](v T) string {
	if s := string(v); !plainWord.MatchString(s) || reserved.MatchString(s) {
		return strconv.Quote(s)
	}
	return string(v)
}

// text is free text, as the value of a key: plain, or in quotes, or over several lines below the key.
func (w *printer) text(s string) string {
	switch {
	case isPlain(s):
		return s
	case isBlock(s):
		return w.block(s)
	}
	return strconv.Quote(s)
}

func (w *printer) block(s string) string {
	var b strings.Builder
	b.WriteString("|")
	body, ends := strings.CutSuffix(s, "\n")
	if !ends {
		b.WriteString("-")
	}
	for line := range strings.SplitSeq(body, "\n") {
		b.WriteString("\n")
		if line != "" {
			b.WriteString(strings.Repeat("  ", w.indent+1) + line)
		}
	}
	return b.String()
}

// isPlain reports whether text means itself without quotes.
func isPlain(s string) bool {
	if s == "" || reserved.MatchString(s) || strings.HasSuffix(s, ":") || strings.HasSuffix(s, " ") ||
		strings.Contains(s, ": ") || strings.Contains(s, " #") {
		return false
	}
	for i, c := range s {
		if !unicode.IsPrint(c) || i == 0 && c < 0x80 && !unicode.IsLetter(c) {
			return false
		}
	}
	return true
}

// isBlock reports whether text has several lines and looks the same as a block of them. White space at
// the end of lines would not outlive every editor, so it goes into quotes.
func isBlock(s string) bool {
	body := strings.TrimSuffix(s, "\n")
	if !strings.Contains(body, "\n") || strings.HasPrefix(body, " ") {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasSuffix(line, " ") || strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) }) {
			return false
		}
	}
	return !strings.HasPrefix(body, "\n") && !strings.HasSuffix(body, "\n")
}

func inline(words []string) string { return "[" + strings.Join(words, ", ") + "]" }

// wordsOf are the entries of a list, each once.
func wordsOf[T ~string](list []T) []string {
	var out []string
	for _, v := range once(list) {
		out = append(out, word(v))
	}
	return out
}

func conditionValue(c flow.Condition) string {
	values := wordsOf(c.Values)
	if c.Op == flow.AtLeast && len(values) == 1 {
		return values[0]
	}
	return inline(values)
}

func assigneeText(a flow.Assignee) string {
	if a.User != "" {
		return "{person: " + word(a.User) + "}"
	}
	return word(a.Role)
}

// once is a list without what was there before.
func once[T comparable](list []T) []T {
	var out []T
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
