package bot

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

func TestACommandIsAReferenceAVerbAndTheRest(t *testing.T) {
	long := strings.Repeat("ж", 3000)
	for _, c := range []struct {
		name, text string
		want       typed
	}{
		{"nothing", "", typed{}},
		{"nothing but space", " \t\n\u00a0\u3000", typed{}},
		{"a verb alone", "tasks", typed{verb: "tasks"}},
		{"a verb in capitals", "TASKS", typed{verb: "tasks"}},
		{"the reference after the verb", "tasks INC-42", typed{incident: 42, verb: "tasks", behind: true}},
		{"the reference before the verb", "INC-42 tasks", typed{incident: 42, verb: "tasks"}},
		{"the reference alone", "inc-42", typed{incident: 42}},
		{"a reference without its dash", "task inc42 3 done", typed{incident: 42, verb: "task", rest: "3 done", behind: true}},
		{"only the first reference counts", "INC-42 timeline INC-7 did it", typed{incident: 42, verb: "timeline", rest: "INC-7 did it"}},
		{"a reference further on is text", "timeline seen in INC-7", typed{verb: "timeline", rest: "seen in INC-7"}},
		{"a number is no reference", "task 42 done", typed{verb: "task", rest: "42 done"}},
		{"too large for a reference", "tasks INC-9999999999", typed{verb: "tasks", rest: "INC-9999999999"}},
		{"zero is no reference", "tasks INC-0", typed{verb: "tasks", rest: "INC-0"}},
		{"lines stay lines", "update first\nsecond", typed{verb: "update", rest: "first\nsecond"}},
		{"a line break after the verb", "update\nsecond", typed{verb: "update", rest: "second"}},
		{"spaces of other scripts", "update\u3000rolling\u2003back", typed{verb: "update", rest: "rolling\u2003back"}},
		{"a space that does not break", "INC-42\u00a0tasks", typed{incident: 42, verb: "tasks"}},
		{"as much as Slack sends", "update " + long, typed{verb: "update", rest: long}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, parse(c.text), cmp.AllowUnexported(typed{})); diff != "" {
				t.Errorf("parse(%.40q) (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestOnlyACommandAboutATaskNamesATask(t *testing.T) {
	for text, want := range map[string]flow.TaskNumber{
		"task 3 done": 3, "task #3 assign <@U1>": 3, "INC-4 task 12 done": 12, "task INC-4 12 done": 12, "task": 0, "task add Call them": 0,
		"task -3 done": 0, "task 0 done": 0, "tasks 3": 0, "update 3": 0, "task 99999999999999999999 done": 0,
	} {
		if got := taskTyped(text); got != want {
			t.Errorf("taskTyped(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestADayIsReadAsPeopleTypeIt(t *testing.T) {
	tuesday := time.Date(2026, time.March, 3, 17, 0, 0, 0, time.UTC)
	cal := flow.Standard().Calendar
	for typed, want := range map[string]string{
		"2026-12-03": "2026-12-03", "today": "2026-03-03", "Today": "2026-03-03", "TOMORROW": "2026-03-04", "none": "",
		"tuesday": "2026-03-10", "tue": "2026-03-10", "wed": "2026-03-04", "Friday": "2026-03-06", "thurs": "2026-03-05",
		"0d": "2026-03-03", "3d": "2026-03-06", "1bd": "2026-03-04", "4bd": "2026-03-09",
	} {
		got, ok := parseDay(typed, tuesday, cal)
		if !ok || got.String() != want {
			t.Errorf("parseDay(%q) = %q, %v; want %q", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", "t", "tu", "-3d", "3", "d", "bd", "1001d", "99999999999999999999d", "2026-13-01", "2026-02-30", "03.12.2026", "fridays", "3 d", "٣d", "\x00"} {
		if got, ok := parseDay(typed, tuesday, cal); ok {
			t.Errorf("parseDay(%q) = %q; it means nothing", typed, got)
		}
	}
}

func TestWhatWasTypedIsStoredWithoutSlacksMarks(t *testing.T) {
	for typed, want := range map[string]string{
		"nothing special":                     "nothing special",
		"<@U123|ana> and <@W99>":              "@ana and @W99",
		"see <#C123|ops>, <#C9|>":             "see #ops, #C9",
		"<!subteam^S1|@oncall> <!here>":       "@oncall @here",
		"<!channel|channel>":                  "@channel",
		"<https://example.com/a?b=1&amp;c=2>": "https://example.com/a?b=1&c=2",
		"<http://x.io|x.io> is down":          "http://x.io is down",
		"<mailto:a@b.io|a@b.io>":              "a@b.io",
		"a &lt; b &amp;&amp; c &gt; d":        "a < b && c > d",
		"typed as &amp;lt;":                   "typed as &lt;",
		"<@U1":                                "<@U1",
		"":                                    "",
		"two\nlines <@U1|a>":                  "two\nlines @a",
	} {
		if got := readable(typed); got != want {
			t.Errorf("readable(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestALabelIsFoundByNameAndByKeyUnlessItIsRetired(t *testing.T) {
	labels := []flow.Label{{Key: "minor", Name: "Minor"}, {Key: "sev1", Name: "R&D is down"}, {Key: "old", Name: "Old", Retired: true}}
	for typed, want := range map[string]flow.Key{"minor": "minor", "MINOR": "minor", "r&d is down": "sev1", "SEV1": "sev1", "old": "", "": "", "min": ""} {
		if got, ok := labelMeant(labels, typed); got != want || ok != (want != "") {
			t.Errorf("labelMeant(%q) = %q, %v; want %q", typed, got, ok, want)
		}
	}
}

func TestAChannelIsNamedAfterItsIncidentWithinSlacksRules(t *testing.T) {
	for _, c := range []struct {
		what    string
		inc     flow.Incident
		attempt int
		want    string
	}{
		{"words", flow.Incident{ID: 42, Name: "Checkout errors in EU"}, 1, "inc-42-checkout-errors-in-eu"},
		{"marks between words", flow.Incident{ID: 1, Name: "api/v2: 5xx -- on a.b_c!"}, 1, "inc-1-api-v2-5xx-on-a-b-c"},
		{"another alphabet", flow.Incident{ID: 7, Name: "Оплата не работает"}, 1, "inc-7"},
		{"marks alone", flow.Incident{ID: 7, Name: " -_/ "}, 1, "inc-7"},
		{"another attempt", flow.Incident{ID: 42, Name: "Checkout"}, 3, "inc-42-checkout-3"},
		{"too long", flow.Incident{ID: 42, Name: strings.Repeat("a", 200)}, 1, "inc-42-" + strings.Repeat("a", 73)},
		{"too long, another attempt", flow.Incident{ID: 42, Name: strings.Repeat("a", 200)}, 9, "inc-42-" + strings.Repeat("a", 71) + "-9"},
		{"cut behind a dash", flow.Incident{ID: 42, Name: strings.Repeat("a", 72) + " b"}, 1, "inc-42-" + strings.Repeat("a", 72)},
		{"private: the name tells nothing", flow.Incident{ID: 42, Name: "Layoffs leaked", Private: true}, 2, "inc-42-2"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := channelName("inc-", c.inc, c.attempt)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if utf8.RuneCountInString(got) > maxChannelName || strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Errorf("Slack refuses %q", got)
			}
		})
	}
}
