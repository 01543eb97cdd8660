package calendar_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"epilogue/internal/calendar"
)

// property is a content line of RFC 5545.
type property struct{ name, parameters, value string }

var contentLine = regexp.MustCompile(`^([A-Z-]+)((?:;[A-Z-]+=(?:[^\x00-\x08\x0a-\x1f\x7f";:,]*|"[^\x00-\x08\x0a-\x1f\x7f"]*"))*):([^\x00-\x08\x0a-\x1f\x7f]*)$`)

// strictly reads a file as RFC 5545 has it, line by line, and complains about whatever it does not allow.
func strictly(file string) (all []property, wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !utf8.ValidString(file) {
		complain("it is no UTF-8")
	}
	body, ended := strings.CutSuffix(file, "\r\n")
	if !ended {
		complain("its last line does not end")
	}
	var unfolded []string
	for _, line := range strings.Split(body, "\r\n") {
		if len(line) > 75 {
			complain("a line of %d octets: %s", len(line), line)
		}
		if !utf8.ValidString(line) {
			complain("a character is cut in two: %q", line)
		}
		if folded, ok := strings.CutPrefix(line, " "); ok && len(unfolded) > 0 {
			unfolded[len(unfolded)-1] += folded
			continue
		}
		unfolded = append(unfolded, line)
	}
	var within []string
	counts := map[string]int{}
	for _, line := range unfolded {
		m := contentLine.FindStringSubmatch(line)
		if m == nil {
			complain("no content line: %q", line)
			continue
		}
		p := property{m[1], m[2], m[3]}
		switch p.name {
		case "BEGIN":
			within = append(within, p.value)
		case "END":
			if len(within) == 0 || within[len(within)-1] != p.value {
				complain("%s ends in %v", p.value, within)
				return all, wrong
			}
			within = within[:len(within)-1]
		default:
			p.name = strings.Join(append(slices.Clone(within[1:]), p.name), ".")
			counts[p.name]++
			all = append(all, p)
		}
	}
	for _, once := range []string{"VERSION", "PRODID", "VEVENT.UID", "VEVENT.DTSTAMP", "VEVENT.DTSTART", "VEVENT.DTEND", "VEVENT.SUMMARY", "VEVENT.VALARM.ACTION", "VEVENT.VALARM.TRIGGER", "VEVENT.VALARM.DESCRIPTION"} {
		if counts[once] != 1 {
			complain("%d times %s", counts[once], once)
		}
	}
	for _, most := range []string{"VEVENT.DESCRIPTION", "VEVENT.URL", "VEVENT.ORGANIZER", "METHOD"} {
		if counts[most] > 1 {
			complain("%d times %s", counts[most], most)
		}
	}
	if counts["VEVENT.ATTENDEE"] > 0 && counts["VEVENT.ORGANIZER"] == 0 {
		complain("guests of nobody")
	}
	for _, p := range all {
		if strings.Contains(p.name, ".DT") {
			if _, err := time.Parse("20060102T150405Z", p.value); err != nil {
				complain("%s: %v", p.name, err)
			}
		}
	}
	return all, wrong
}

var escape = regexp.MustCompile(`\\[\\;,nN]`)

// text reads a value of type TEXT.
func text(v string) (s string, ok bool) {
	rest := escape.ReplaceAllString(v, "")
	return escape.ReplaceAllStringFunc(v, func(e string) string {
		if e[1] == 'n' || e[1] == 'N' {
			return "\n"
		}
		return e[1:]
	}), !strings.ContainsAny(rest, `\;,`)
}

func value(all []property, name string) string {
	i := slices.IndexFunc(all, func(p property) bool { return p.name == name })
	if i < 0 {
		return ""
	}
	return all[i].value
}

func TestTheFileOfADebriefIsReadByAStrictParserWhateverWasTyped(t *testing.T) {
	typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-z;,:\\"\r\n\t =]|é|👩‍👩‍👧|END:VEVENT){0,60}`))
	rapid.Check(t, func(t *rapid.T) {
		start := at("2026-03-02 09:00 UTC").Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "minutes")) * time.Minute)
		e := calendar.Event{
			ID: "INC-1-1-1", Title: typed.Draw(t, "title"), Description: typed.Draw(t, "description"), Link: "https://calendar.example/" + typed.Draw(t, "link"),
			Start: start, End: start.Add(time.Hour), Organizer: "ana@example.com",
			Guests: []calendar.Guest{{Address: typed.Draw(t, "address") + "@example.com"}, {Address: "cem@example.com", Optional: true}},
		}
		if rapid.Bool().Draw(t, "nobody's") {
			e.Organizer = ""
		}
		file := string(calendar.ICS(e, start))
		all, wrong := strictly(file)
		if len(wrong) > 0 {
			t.Fatalf("%s\n%s", strings.Join(wrong, "\n"), file)
		}
		for name, want := range map[string]string{"VEVENT.SUMMARY": e.Title, "VEVENT.DESCRIPTION": e.Description} {
			got, ok := text(value(all, name))
			if want = told(want); !ok || got != want {
				t.Fatalf("%s is %q, want %q", name, got, want)
			}
		}
		if got := value(all, "VEVENT.DTSTART"); got != e.Start.Format("20060102T150405Z") {
			t.Fatalf("it begins %s", got)
		}
	})
}

// told is a text with what a file can hold of it, and plain ends of lines.
func told(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

func TestTheStrictParserIsStrict(t *testing.T) {
	good := string(calendar.ICS(calendar.Event{ID: "x", Title: "t"}, at("2026-03-02 09:00 UTC")))
	for name, file := range map[string]string{
		"lines end with LF":   strings.ReplaceAll(good, "\r\n", "\n"),
		"a line is long":      strings.Replace(good, "SUMMARY:t", "SUMMARY:"+strings.Repeat("x", 80), 1),
		"no name":             strings.Replace(good, "SUMMARY:t", "t", 1),
		"guests of nobody":    strings.Replace(good, "SUMMARY:t", "SUMMARY:t\r\nATTENDEE:mailto:a@b.example", 1),
		"no such day":         strings.Replace(good, "DTSTAMP:2026", "DTSTAMP:2026-", 1),
		"a control character": strings.Replace(good, "SUMMARY:t", "SUMMARY:\x07", 1),
	} {
		if _, wrong := strictly(file); len(wrong) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	if diff := cmp.Diff([]string(nil), func() []string { _, w := strictly(good); return w }()); diff != "" {
		t.Error(diff)
	}
}
