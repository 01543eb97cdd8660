// Package spelling finds the word that somebody meant who mistyped it: a subcommand, a setting, a key of a file, the name of a role.
//
// It knows words and nothing of where they are used, and writes no sentence: whoever asks says "did you mean" in its own way.
package spelling

import "strings"

// longest is the number of letters that is looked at: nobody mistypes a longer word, and the work grows with the square.
const longest = 64

// Nearest is the candidate with the fewest typos, the first of several, or false if none is near. A letter that is missing, too many or
// wrong is a typo, and so are two neighbors that changed places; case, and whether words are joined by a space, "-" or "_", are none. Two typos
// at most, and fewer than half of the letters: what is farther away was not meant.
func Nearest(typed string, candidates []string) (string, bool) {
	word := letters(typed)
	best, fewest := "", 3
	if len(word) == 0 || len(word) > longest {
		return "", false
	}
	for _, c := range candidates {
		meant := letters(c)
		if len(meant) > longest {
			continue
		}
		if typos := distance(word, meant); typos < fewest && 2*typos < max(len(word), len(meant)) {
			best, fewest = c, typos
		}
	}
	return best, fewest < 3
}

// letters is a word as it is compared.
func letters(word string) []rune {
	return []rune(strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(strings.TrimSpace(word))))
}

// distance counts the typos that lie between two words; no letter takes part in more than one.
func distance(a, b []rune) int {
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
