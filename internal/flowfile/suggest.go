package flowfile

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"epilogue/internal/spelling"
)

// didYouMean is the end of a message about an unknown word: the nearest known one, else all of them.
func didYouMean(word string, known []string) string {
	if near, ok := spelling.Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "known here: " + strings.Join(known, ", ")
}

// quoted shows what was written, on one line and shortened, and nothing that could act on a terminal.
func quoted(s string) string {
	const limit = 60
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit]) + "…"
	}
	return strconv.Quote(s)
}
