package flow_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones below, wherever the tests run

	"pgregory.net/rapid"

	"epilogue/flow"
)

func day(s string) flow.Date {
	d, err := flow.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// anyDay is a day of the years that incidents live in.
func anyDay(t *rapid.T, name string) flow.Date {
	return flow.Date{Year: 2020, Month: time.January, Day: 1}.AddDays(rapid.IntRange(0, 20*365).Draw(t, name))
}

// anyCalendar has at least one working day, or none, which means all of them.
func anyCalendar(t *rapid.T, around flow.Date) flow.Calendar {
	c := flow.Calendar{WorkingDays: rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) time.Weekday {
		return time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
	}), 0, 7, rapid.ID).Draw(t, "working days")}
	for range rapid.IntRange(0, 5).Draw(t, "holidays") {
		c.Holidays = append(c.Holidays, around.AddDays(rapid.IntRange(-10, 30).Draw(t, "holiday")))
	}
	return c
}

func TestAddingBusinessDays(t *testing.T) {
	week := flow.Standard().Calendar
	holidays := week
	holidays.Holidays = []flow.Date{day("2026-12-25"), day("2026-12-28")}
	for _, c := range []struct {
		calendar flow.Calendar
		from     string
		n        int
		want     string
	}{
		{week, "2026-11-23", 0, "2026-11-23"},
		{week, "2026-11-23", 4, "2026-11-27"},
		{week, "2026-11-23", 5, "2026-11-30"},
		{week, "2026-11-28", 0, "2026-11-30"},
		{week, "2026-11-28", 1, "2026-11-30"},
		{week, "2026-11-28", -3, "2026-11-30"},
		{holidays, "2026-12-24", 1, "2026-12-29"},
		{holidays, "2026-12-25", 0, "2026-12-29"},
		{flow.Calendar{}, "2026-11-27", 2, "2026-11-29"},
		{flow.Calendar{WorkingDays: []time.Weekday{time.Monday}}, "2026-11-23", 1000, "2046-01-22"},
	} {
		if got := c.calendar.AddBusinessDays(day(c.from), c.n); got != day(c.want) {
			t.Errorf("%d business days after %s is %s, want %s", c.n, c.from, got, c.want)
		}
	}
}

func TestBusinessDaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay(t, "day")
		c := anyCalendar(t, d)
		n := rapid.IntRange(1, 40).Draw(t, "n")
		m := rapid.IntRange(1, 40).Draw(t, "m")
		after := c.AddBusinessDays(d, n)
		if !c.Works(after) || !d.Before(after) {
			t.Fatalf("%d business days after %s is %s, which is no business day after it", n, d, after)
		}
		if got := c.BusinessDaysBetween(d, after); got != n {
			t.Fatalf("from %s to %s are %d business days, want %d", d, after, got, n)
		}
		if one, two := c.AddBusinessDays(d, n+m), c.AddBusinessDays(after, m); one != two {
			t.Fatalf("%d and %d business days after %s is %s, together %s", n, m, d, two, one)
		}
		if got := c.BusinessDaysBetween(after, d); got != 0 {
			t.Fatalf("from %s back to %s are %d business days", after, d, got)
		}
		start := c.AddBusinessDays(d, 0)
		if c.Works(d) && start != d || !c.Works(d) && start != c.AddBusinessDays(d, 1) {
			t.Fatalf("0 business days after %s is %s", d, start)
		}
	})
}

func TestACalendarWithoutBusinessDaysEnds(t *testing.T) {
	never := flow.Calendar{WorkingDays: []time.Weekday{9}}
	from := day("2026-11-23")
	for _, n := range []int{0, 1, 1000} {
		if got := never.AddBusinessDays(from, n); !from.Before(got) || got.Year > 9999 {
			t.Errorf("%d business days after %s is %s", n, from, got)
		}
	}
	if got := never.BusinessDaysBetween(from, day("2126-11-23")); got != 0 {
		t.Errorf("counted %d business days", got)
	}
}

func TestWhenSomethingIsDue(t *testing.T) {
	friday := time.Date(2026, time.November, 27, 23, 30, 0, 0, berlin)
	c := flow.Standard().Calendar
	for _, x := range []struct {
		offset flow.Offset
		want   string
	}{
		{flow.Offset{N: 0, Unit: flow.BusinessDays}, "2026-11-27"},
		{flow.Offset{N: 1, Unit: flow.BusinessDays}, "2026-11-30"},
		{flow.Offset{N: 1, Unit: flow.Days}, "2026-11-28"},
		{flow.Offset{N: 0, Unit: flow.Hours}, "2026-11-27"},
		{flow.Offset{N: 1, Unit: flow.Hours}, "2026-11-28"},
		{flow.Offset{}, ""},
	} {
		if got := c.Due(friday, x.offset); got.String() != x.want {
			t.Errorf("%+v after %s is %s, want %s", x.offset, friday, got, x.want)
		}
	}
	if got := c.Due(friday.In(time.FixedZone("Tokyo", 9*3600)), flow.Offset{Unit: flow.Days}); got != day("2026-11-28") {
		t.Errorf("the day of the start is not counted where the organization is: %s", got)
	}
}

func TestADayBeginsAndEndsInEveryZone(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Havana", "America/Santiago", "America/Asuncion", "Africa/Cairo", "Asia/Beirut",
		"Asia/Amman", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "Atlantic/Azores", "Asia/Kathmandu",
	} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, loc)
	}
	// Every day is asked for, since clocks change on few of them.
	for d := day("2020-01-01"); d.Before(day("2029-01-01")); d = d.AddDays(1) {
		for _, loc := range zones {
			begins, ends := d.In(loc), d.Ends(loc)
			if flow.DateOf(begins) != d || !flow.DateOf(begins.Add(-1)).Before(d) {
				t.Errorf("%s begins at %s", d, begins)
			}
			if flow.DateOf(ends) != d.AddDays(1) || flow.DateOf(ends.Add(-1)) != d {
				t.Errorf("%s ends at %s", d, ends)
			}
		}
	}
}

func TestDaysAreWrittenAndRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay(t, "day")
		if got := day(d.String()); got != d {
			t.Fatalf("%s is read as %s", d, got)
		}
		n := rapid.IntRange(-4000, 4000).Draw(t, "n")
		if got := d.AddDays(n).AddDays(-n); got != d {
			t.Fatalf("%s and %d days, there and back, is %s", d, n, got)
		}
		if earlier := d.AddDays(n).Before(d); earlier != (n < 0) {
			t.Fatalf("%s and %d days is earlier: %v", d, n, earlier)
		}
	})
	for _, s := range []string{"", "2026-2-3", "2026-02-30", "26-02-03", "2026-02-03T00:00:00Z", "tomorrow"} {
		if d, err := flow.ParseDate(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
	var read struct{ Days []flow.Date }
	const written = `{"Days":["2026-11-23",""]}`
	if err := json.Unmarshal([]byte(written), &read); err != nil || !slices.Equal(read.Days, []flow.Date{day("2026-11-23"), {}}) {
		t.Errorf("read %v, %v", read.Days, err)
	}
	if b, err := json.Marshal(read); err != nil || string(b) != written {
		t.Errorf("wrote %s, %v", b, err)
	}
	if err := json.Unmarshal([]byte(`{"Days":["soon"]}`), &read); err == nil {
		t.Error("read what is no day")
	}
}
