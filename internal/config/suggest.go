package config

import (
	"fmt"
	"strings"
)

// suggest says what an unknown key may have meant: a key of the same section, else a setting of
// that name elsewhere, else all there is.
func suggest(section, key string) string {
	keys := keysOf(section)
	if near, ok := nearest(key, keys); ok {
		return fmt.Sprintf("did you mean %s?", join(section, near))
	}
	leaves := make([]string, len(settings))
	for i, s := range settings {
		leaves[i] = s.path[strings.LastIndex(s.path, ".")+1:]
	}
	if near, ok := nearest(key, leaves); ok {
		for i, leaf := range leaves {
			if leaf == near {
				return fmt.Sprintf("did you mean %s?", settings[i].path)
			}
		}
	}
	return "known here: " + strings.Join(keys, ", ")
}

// nearest is the candidate with the fewest typos, at most one for every three letters; the first
// of several.
func nearest(word string, candidates []string) (string, bool) {
	const longest = 64 // nobody mistypes more, and the distance grows with the square
	if len(word) > longest {
		return "", false
	}
	word = strings.ToLower(word)
	best, fewest := "", len(word)/3+1
	for _, c := range candidates {
		if d := distance(word, c); d < fewest {
			best, fewest = c, d
		}
	}
	return best, best != ""
}

// distance counts the letters to insert, remove or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
