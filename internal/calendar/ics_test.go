package calendar

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzAFileSaysWhatTheEventDoesAndNothingElse reads a file back as RFC 5545 describes it: whatever people typed, it is one event, in lines that every
// calendar takes.
func FuzzAFileSaysWhatTheEventDoesAndNothingElse(f *testing.F) {
	f.Add("Debrief of INC-1: Checkout errors", "1. What happened\n2. What helped", "https://calendar.example/e/1", "ana@example.com")
	f.Add("a\r\nBEGIN:VEVENT", "x;y,z\\n\nEND:VEVENT", "https://x/\r\nATTENDEE:mailto:eve@example.com", "a\nb@example.com")
	f.Add(strings.Repeat("ü", 90), strings.Repeat("\x80", 200), "", "")
	f.Add("\x00\x1b[2J\x7f", "\t", "", "\u2028")
	f.Fuzz(func(t *testing.T, title, description, link, guest string) {
		at := time.Date(2026, time.March, 4, 15, 0, 0, 0, time.UTC)
		file := string(ICS(Event{ID: "INC-1", Title: title, Description: description, Link: link, Start: at, End: at.Add(time.Hour), Organizer: "ana@example.com", Guests: []Guest{{Address: guest}}}, at))
		if !utf8.ValidString(file) || strings.ContainsFunc(strings.ReplaceAll(file, "\r\n", ""), func(r rune) bool { return printable(r) < 0 }) {
			t.Fatalf("it has bytes that no line may have: %q", file)
		}
		seen := map[string]int{}
		for line := range strings.SplitSeq(strings.TrimSuffix(file, "\r\n"), "\r\n") {
			if len(line) > 75 {
				t.Errorf("a line of %d octets: %q", len(line), line)
			}
		}
		for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSuffix(file, "\r\n"), "\r\n ", ""), "\r\n") {
			name, value, _ := strings.Cut(line, ":")
			if seen[line]++; name == "SUMMARY" && readText(value) != kept(title) {
				t.Errorf("the title %q comes back as %q", title, readText(value))
			}
			name, _, _ = strings.Cut(name, ";")
			seen[name]++
		}
		if seen["BEGIN:VEVENT"] != 1 || seen["END:VEVENT"] != 1 || seen["ATTENDEE"] != 1 || seen["UID"] != 1 || seen["URL"] > 1 {
			t.Errorf("it is not one event: %q", file)
		}
	})
}

// readText undoes what is escaped in a text.
func readText(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(s)
}

// kept is what can be kept of a text: its ends of lines are the same whatever they were, and it has no other control characters.
func kept(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, string(utf8.RuneError)))
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return printable(r)
	}, s)
}
