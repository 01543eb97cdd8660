package calendar_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"epilogue/flow"
	"epilogue/internal/calendar"
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

var weekdays = flow.Standard().Calendar

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04 MST", s)
	if err != nil {
		panic(err)
	}
	return t
}

// described are slots as one reads them, with who is outside their hours.
func described(slots []calendar.Slot) string {
	var out []string
	for _, s := range slots {
		d := s.Start.Format("Mon 2 15:04")
		if s.Standing != "" {
			d += " " + s.Standing
		}
		if len(s.Outside) > 0 {
			d += fmt.Sprint(" ", s.Outside)
		}
		out = append(out, d)
	}
	return fmt.Sprint(out)
}

func TestTheTimeIsFairForTheFarthestZoneAndEarlyDaysComeFirst(t *testing.T) {
	monday := at("2026-03-02 09:00 UTC")
	week := calendar.Span{Start: monday, End: monday.AddDate(0, 0, 5)}
	person := func(name, place string, busy ...calendar.Span) calendar.Attendee {
		return calendar.Attendee{Name: name, Zone: zone(place), Busy: busy}
	}
	span := func(from, to string) calendar.Span {
		return calendar.Span{Start: at("2026-03-0" + from + " UTC"), End: at("2026-03-0" + to + " UTC")}
	}
	friday := at("2026-03-06 13:00 UTC")
	for _, c := range []struct {
		name string
		need calendar.Need
		want string
	}{
		{"one zone: around the middle of the day", calendar.Need{Required: []calendar.Attendee{person("ana", "UTC")}}, "[Mon 2 12:45 Tue 3 12:45 Wed 4 12:45]"},
		{"over nobody's busy time", calendar.Need{Required: []calendar.Attendee{person("ana", "UTC", span("2 00:00", "4 12:00")), person("ben", "UTC", span("4 12:30", "4 14:00"))}}, "[Wed 4 12:00 Thu 5 12:45 Fri 6 12:45]"},
		{"a day that leaves only its edge is passed over for fairer ones", calendar.Need{Required: []calendar.Attendee{person("ana", "UTC", span("2 09:45", "2 17:00"))}}, "[Tue 3 12:45 Wed 4 12:45 Thu 5 12:45]"},
		{"India and Europe", calendar.Need{Required: []calendar.Attendee{person("ana", "Europe/Berlin"), person("dana", "Asia/Kolkata")}}, "[Mon 2 09:30 Tue 3 09:30 Wed 4 09:30]"},
		{"no common hour: fewest people outside theirs, who are named", calendar.Need{Required: []calendar.Attendee{person("ana", "Europe/Berlin"), person("ben", "Europe/Berlin"), person("cem", "America/Los_Angeles")}}, "[Mon 2 15:30 [cem] Tue 3 15:30 [cem] Wed 4 15:30 [cem]]"},
		{"a standing meeting first", calendar.Need{Required: []calendar.Attendee{person("ana", "UTC", calendar.Span{Start: friday, End: friday.Add(time.Hour)})}, Standing: []calendar.Standing{{Name: "Debrief hour", Span: calendar.Span{Start: friday, End: friday.Add(time.Hour)}}}}, "[Fri 6 13:00 Debrief hour Mon 2 12:45 Tue 3 12:45]"},
		{"busy all week", calendar.Need{Required: []calendar.Attendee{person("ana", "UTC", week)}}, "[]"},
		{"nobody is needed", calendar.Need{}, "[Mon 2 09:00 Tue 3 00:00 Wed 4 00:00]"},
	} {
		c.need.Length, c.need.Days = 30*time.Minute, weekdays
		if c.need.Within = week; c.name == "no common hour: fewest people outside theirs, who are named" {
			c.need.Most = 3
		}
		if got := described(calendar.Slots(c.need)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhenClocksChangeHoursGoByTheWallClock(t *testing.T) {
	// In the night to March 29, 2026 Berlin goes from UTC+1 to UTC+2, in the night to March 8 New York from -5 to -4.
	need := calendar.Need{
		Length: time.Hour, Days: weekdays,
		Within:   calendar.Span{Start: at("2026-03-27 00:00 UTC"), End: at("2026-03-31 00:00 UTC")},
		Required: []calendar.Attendee{{Name: "ana", Zone: zone("Europe/Berlin")}},
	}
	if got := described(calendar.Slots(need)); got != "[Fri 27 11:30 Mon 30 10:30 Fri 27 10:30]" {
		t.Error(got)
	}
	need.Within = calendar.Span{Start: at("2026-10-23 00:00 UTC"), End: at("2026-10-27 00:00 UTC")}
	if got := described(calendar.Slots(need)); got != "[Fri 23 10:30 Mon 26 11:30 Fri 23 09:30]" {
		t.Error(got)
	}
}

func TestWhoseCalendarBlocksIsNamed(t *testing.T) {
	w := calendar.Span{Start: at("2026-03-02 09:00 UTC"), End: at("2026-03-03 09:00 UTC")}
	half := calendar.Span{Start: w.Start.Add(-time.Hour), End: w.Start.Add(time.Hour)}
	n := calendar.Need{Within: w, Required: []calendar.Attendee{{Name: "free"}, {Name: "some", Busy: []calendar.Span{half}}, {Name: "full", Busy: []calendar.Span{w}}}}
	if got := calendar.Blocking(n); !slices.Equal(got, []string{"full", "some"}) {
		t.Error(got)
	}
}

// anyNeed is a meeting with people of all zones and with any busy times.
func anyNeed(t *rapid.T) calendar.Need {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland", "America/Los_Angeles"}
	start := at("2026-01-01 00:00 UTC").Add(time.Duration(rapid.IntRange(0, 366*24*60).Draw(t, "start")) * time.Minute)
	n := calendar.Need{
		Length: time.Duration(rapid.SampledFrom([]int{15, 20, 30, 45, 60, 90, 480}).Draw(t, "length")) * time.Minute,
		Within: calendar.Span{Start: start, End: start.Add(time.Duration(rapid.IntRange(0, 8*24).Draw(t, "hours")) * time.Hour)},
		Days:   weekdays,
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "people") {
		a := calendar.Attendee{Name: fmt.Sprint(i), Zone: zone(rapid.SampledFrom(zones).Draw(t, "zone"))}
		if rapid.Bool().Draw(t, "own hours") {
			from := rapid.IntRange(5, 12).Draw(t, "from")
			a.Hours = calendar.Hours{From: time.Duration(from) * time.Hour, To: time.Duration(from+rapid.IntRange(1, 10).Draw(t, "to")) * time.Hour}
		}
		for range rapid.IntRange(0, 6).Draw(t, "busy") {
			from := start.Add(time.Duration(rapid.IntRange(-24*60, 8*24*60).Draw(t, "busy from")) * time.Minute)
			a.Busy = append(a.Busy, calendar.Span{Start: from, End: from.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "busy for")) * time.Minute)})
		}
		n.Required = append(n.Required, a)
	}
	return n
}

// outside is who a time does not suit, looked up by the wall clock, minute by minute.
func outside(n calendar.Need, start time.Time) []string {
	var out []string
	for _, a := range n.Required {
		h := a.Hours
		if h == (calendar.Hours{}) {
			h = calendar.Hours{From: 9 * time.Hour, To: 17 * time.Hour}
		}
		for m := time.Duration(0); m < n.Length; m += 5 * time.Minute {
			local := start.Add(m).In(a.Zone)
			clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
			if clock < h.From || clock >= h.To || !n.Days.Works(flow.DateOf(local)) {
				out = append(out, a.Name)
				break
			}
		}
	}
	return out
}

func free(n calendar.Need, start time.Time) bool {
	end := start.Add(n.Length)
	for _, a := range n.Required {
		for _, b := range a.Busy {
			if b.End.After(b.Start) && b.Start.Before(end) && start.Before(b.End) {
				return false
			}
		}
	}
	return true
}

func TestNoTimeIsOverABusyOneNorOutsideHoursUnlessNothingElseExistsAndItSaysSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := anyNeed(t)
		slots := calendar.Slots(n)
		good := 0 // times that suit everyone, found the slow way: every quarter of an hour whose quarters are free as a whole
		whole := n
		whole.Length = time.Duration(math.Ceil(n.Length.Minutes()/15)*15) * time.Minute
		for s := n.Within.Start.Add(14*time.Minute + 59*time.Second).Truncate(15 * time.Minute); !s.Add(whole.Length).After(n.Within.End); s = s.Add(15 * time.Minute) {
			if free(whole, s) && len(outside(whole, s)) == 0 {
				good++
			}
		}
		if len(slots) > 3 {
			t.Fatalf("%d times", len(slots))
		}
		if good > 0 && len(slots) == 0 {
			t.Fatalf("nothing was found, and %d times suit everyone", good)
		}
		for i, s := range slots {
			switch bad := outside(n, s.Start); {
			case s.Start.Before(n.Within.Start) || s.End.After(n.Within.End) || s.End.Sub(s.Start) != n.Length:
				t.Fatalf("%v is not within, or too short", s)
			case !free(n, s.Start):
				t.Fatalf("%v is over a busy time", s)
			case good > 0 && len(bad)+len(s.Outside) > 0:
				t.Fatalf("%v is outside the hours of %v, and %d times suit everyone", s, bad, good)
			}
			for _, who := range outside(n, s.Start) {
				if !slices.Contains(s.Outside, who) {
					t.Fatalf("%v does not say that %s is outside their hours", s, who)
				}
			}
			for _, o := range slots[:i] {
				if s.Start.Before(o.End) && o.Start.Before(s.End) {
					t.Fatalf("%v and %v overlap", s, o)
				}
			}
		}
	})
}

func BenchmarkSlots(b *testing.B) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Los_Angeles", "Asia/Tokyo", "America/Sao_Paulo"}
	start := at("2026-03-02 00:00 UTC")
	n := calendar.Need{Length: 45 * time.Minute, Within: calendar.Span{Start: start, End: start.AddDate(0, 0, 30)}, Days: weekdays}
	for i := range 500 {
		a := calendar.Attendee{Name: fmt.Sprint(i), Zone: zone(zones[i%len(zones)])}
		for d := range 30 {
			for m := range 4 {
				from := start.AddDate(0, 0, d).Add(time.Duration((i*37+m*131)%(24*60)) * time.Minute)
				a.Busy = append(a.Busy, calendar.Span{Start: from, End: from.Add(30 * time.Minute)})
			}
		}
		n.Required = append(n.Required, a)
	}
	for b.Loop() {
		calendar.Slots(n)
	}
}

func TestWhatIsAgainstATimeIsSaidOfAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := anyNeed(t)
		start := n.Within.Start.Add(time.Duration(rapid.IntRange(-3*24*12, 9*24*12).Draw(t, "at")) * 5 * time.Minute)
		span := calendar.Span{Start: start, End: start.Add(n.Length)}
		busy, off := calendar.Against(n, span)
		if free(n, start) != (len(busy) == 0) {
			t.Fatalf("%v are busy, and it is free: %v", busy, free(n, start))
		}
		for _, who := range outside(n, start) {
			if !slices.Contains(off, who) {
				t.Fatalf("%s is outside their hours, and is not named: %v", who, off)
			}
		}
		for _, who := range off { // quarters of an hour that the time touches count as a whole
			around := n
			from := start.Truncate(15 * time.Minute)
			around.Length = start.Add(n.Length + 15*time.Minute - 1).Truncate(15 * time.Minute).Sub(from)
			if !slices.Contains(outside(around, from), who) {
				t.Fatalf("%s is named, and is within their hours", who)
			}
		}
	})
}
