package spelling

import (
	"strings"
	"testing"
)

func TestTheNearestWordIsTheOneWithTheFewestTypos(t *testing.T) {
	words := []string{"run", "close", "update", "opt_out", "lead-and-admins", "Incident Lead", "Größe"}
	for typed, want := range map[string]string{
		"close": "close", " Close ": "close", "clsoe": "close", "cose": "close", "closee": "close", "clpse": "close",
		"rnu": "run", "rum": "run", "Opt-Out": "opt_out", "optout": "opt_out", "lead_and_admin": "lead-and-admins",
		"incident led": "Incident Lead", "updaet": "update", "updtea": "update", "Grösse": "Größe", "größ": "Größe",
		"": "", "x": "", "rx": "", "deploy": "", "udptaeee": "", "cloooose": "", strings.Repeat("close", 20): "",
	} {
		got, ok := Nearest(typed, words)
		if got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, %v; want %q", typed, got, ok, want)
		}
	}
}

func TestOfSeveralThatAreEquallyNearTheFirstIsMeant(t *testing.T) {
	for _, words := range [][]string{{"task", "tasks"}, {"tasks", "task"}} { // a swap, or a letter that is missing
		if got, _ := Nearest("taks", words); got != words[0] {
			t.Errorf("of %q it is %q, want the first", words, got)
		}
	}
}

func TestALongWordIsNotLookedAt(t *testing.T) {
	long := strings.Repeat("x", longest+1)
	if got, ok := Nearest(long, []string{long}); ok {
		t.Errorf("%d letters were compared: %q", len(got), got)
	}
	if got, ok := Nearest("close", []string{strings.Repeat("close", 1000), "close"}); got != "close" || !ok {
		t.Errorf("a long candidate hides the one that is meant: %q", got)
	}
}

func TestTheDistanceIsTheSameInBothDirections(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "abxc", 1},
		{"abc", "axc", 1},
		{"abc", "acb", 1},
		{"level", "lvel", 1},
		{"kitten", "sitting", 3},
		{"abc", "xyz", 3},
		{"ca", "abc", 3},
	} {
		a, b := []rune(c.a), []rune(c.b)
		if got := distance(a, b); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(b, a); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
