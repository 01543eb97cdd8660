package operator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

func events(all ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nDTSTART:ignored\r\n")
	for _, ev := range all {
		b.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(ev, " / ", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	return b.String() + "END:VCALENDAR\r\n"
}

func TestHolidaysAreReadAsCalendarsPublishThem(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"a day", events("SUMMARY:Christmas / DTSTART;VALUE=DATE:20261225 / DTEND;VALUE=DATE:20261226"), "2026-12-25"},
		{"a day without an end", events("DTSTART;VALUE=DATE:20261225"), "2026-12-25"},
		{"some days, which end the day before", events("DTSTART;VALUE=DATE:20261224 / DTEND;VALUE=DATE:20261227"), "2026-12-24 2026-12-25 2026-12-26"},
		{"a moment counts as its day", events("DTSTART:20261225T000000Z"), "2026-12-25"},
		{"in order, and once", events("DTSTART:20270101", "DTSTART:20261225", "DTSTART:20270101"), "2026-12-25 2027-01-01"},
		{"long lines go on in the next", events("DTSTART;VALUE=DA\r\n TE:20261225"), "2026-12-25"},
		{"what was canceled is left out", events("DTSTART:20261225 / STATUS:CANCELLED"), ""}, //nolint:misspell // the standard spells it so
		{"every year, from this one on", events("DTSTART:20200501 / RRULE:FREQ=YEARLY;UNTIL=20280501"), "2026-05-01 2027-05-01 2028-05-01"},
		{"so many times", events("DTSTART:20250501 / RRULE:FREQ=YEARLY;COUNT=3;BYMONTH=5;BYMONTHDAY=1"), "2026-05-01 2027-05-01"},
		{"no 29th of February where there is none", events("DTSTART:20240229 / RRULE:FREQ=YEARLY;UNTIL=20290101"), "2028-02-29"},
		{"nothing", events(), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			days, err := ReadHolidays(strings.NewReader(tt.file), flow.Date{Year: 2026, Month: 11, Day: 23})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range days {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCalendarsThatCannotBeReadSayWhere(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"severities: []", "line 1: not an iCalendar file"},
		{"", "line 1: not an iCalendar file"},
		{events("DTSTART:25.12.2026"), "line 5: not a day such as 20261225"},
		{events("SUMMARY:x"), "line 4: an event without DTSTART"},
		{events("DTSTART:20261225 / RRULE:FREQ=MONTHLY"), "line 4: an event that repeats as"},
		{events("DTSTART:20261126 / RRULE:FREQ=YEARLY;BYDAY=4TH"), "line 4: an event that repeats as"},
		{events("DTSTART:20260101 / DTEND:20270101"), "line 4: an event of more than 60 days"},
		{strings.TrimSuffix(events("DTSTART:20261225"), "END:VCALENDAR\r\n"), "the file ends too early"},
		{events("DTSTART:20261225", "SUMMARY:"+strings.Repeat("x", maxCalendar)), "a calendar of more than 1048576 bytes"},
	} {
		_, err := ReadHolidays(strings.NewReader(tt.file), flow.Date{Year: 2026, Month: 11, Day: 23})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.file, err, tt.want)
		}
	}
}

func FuzzNoCalendarFileMakesReadingItPanic(f *testing.F) {
	f.Add(events("DTSTART;VALUE=DATE:20261225 / RRULE:FREQ=YEARLY;COUNT=3"))
	f.Fuzz(func(t *testing.T, file string) {
		days, err := ReadHolidays(strings.NewReader(file), flow.Date{Year: 2026, Month: 11, Day: 23})
		if err == nil && len(days) > maxHolidays {
			t.Errorf("%d days", len(days))
		}
	})
}
