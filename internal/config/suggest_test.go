package config

import "testing"

func TestDistanceCountsInsertedRemovedAndReplacedLetters(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "abxc", 1},
		{"abxc", "abc", 1},
		{"abc", "axc", 1},
		{"level", "lvel", 1},
		{"kitten", "sitting", 3},
		{"abc", "xyz", 3},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("from %q to %q: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("from %q to %q: got %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}
