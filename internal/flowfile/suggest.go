package flowfile

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// didYouMean is the end of a message about an unknown word: the nearest known one, else all of them.
func didYouMean(word string, known []string) string {
	if near, ok := nearest(word, known); ok {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "known here: " + strings.Join(known, ", ")
}

// nearest is the candidate with the fewest typos, at most one for every three letters; the first of
// several.
func nearest(word string, candidates []string) (string, bool) {
	const longest = 64 // nobody mistypes more, and the distance grows with the square
	if len(word) > longest {
		return "", false
	}
	word = strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(word))
	best, fewest := "", max(2, len(word)/3+1)
	for _, c := range candidates {
		if d := distance(word, strings.ReplaceAll(c, "-", "_")); d < fewest {
			best, fewest = c, d
		}
	}
	return best, best != ""
}

// distance counts the letters to insert, remove, replace or swap with their neighbor.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1) // rows[i][j] is the distance of a[:i] and b[:j]
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j-1], rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], 1+rows[i-2][j-2])
			}
		}
	}
	return rows[len(a)][len(b)]
}

// quoted shows what was written, on one line and shortened, and nothing that could act on a terminal.
func quoted(s string) string {
	const limit = 60
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit]) + "…"
	}
	return strconv.Quote(s)
}
