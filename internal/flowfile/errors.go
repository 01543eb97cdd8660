package flowfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a file. Line and Column count from 1, columns in characters.
type Problem struct {
	File   string
	Line   int
	Column int
	Path   string // as it stands in the file: flows[0].statuses[1].name; "" for the whole file
	What   string
}

// String is the problem on one line: where, what it is about, what is wanted.
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.What)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Path, p.What)
}

// Errors is everything that is wrong in a file, in the order in which it stands there.
type Errors []Problem

const maxShown = 50 // of a file that is all wrong, more lines help nobody

// Error prints one problem a line, and after the first 50 how many more there are.
func (e Errors) Error() string {
	var lines []string
	for _, p := range e[:min(len(e), maxShown)] {
		lines = append(lines, p.String())
	}
	if more := len(e) - maxShown; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.What, b.What))
	})
}
