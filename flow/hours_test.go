package flow_test

import (
	"encoding/json"
	"testing"
	"time"

	"epilogue/flow"
)

func clock(h, m int) flow.TimeOfDay { return flow.TimeOfDay(h*60 + m) }

// hours are the calendar of weekdays with working hours.
func hours(from, to, digest flow.TimeOfDay) flow.Process {
	return flow.Process{Calendar: weekdays, Hours: flow.WorkingHours{From: from, To: to, Digest: digest}}
}

func TestDigestsComeOnceABusinessDayAndNothingOutsideWorkingHours(t *testing.T) {
	for _, tt := range []struct {
		zone             string
		given            flow.Process
		from, to, digest flow.TimeOfDay
	}{
		{"Europe/Berlin", flow.Process{Calendar: weekdays}, clock(9, 0), clock(17, 0), clock(9, 0)},
		{"America/New_York", hours(clock(7, 30), clock(16, 0), 0), clock(7, 30), clock(16, 0), clock(7, 30)},
		{"Asia/Kolkata", hours(clock(9, 0), clock(18, 0), clock(11, 15)), clock(9, 0), clock(18, 0), clock(11, 15)},
		{"Australia/Lord_Howe", hours(clock(1, 0), clock(23, 0), clock(2, 30)), clock(1, 0), clock(23, 0), clock(2, 30)},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		p := tt.given
		for d := day("2026-01-01"); d.Before(day("2028-01-01")); d = d.AddDays(1) {
			at := p.DigestAt(d, zone)
			skipped := !time.Date(d.Year, d.Month, d.Day, int(tt.digest)/60, int(tt.digest)%60, 0, 0, zone).Equal(at)
			if wall := clock(at.Hour(), at.Minute()); skipped || wall != tt.digest && wall != tt.digest+30 || flow.DateOf(at) != d {
				t.Fatalf("%s: the digest of %s is at %s", tt.zone, d, at)
			}
			if p.DigestNow(d, at) != weekdays.Works(d) {
				t.Fatalf("%s: %s", tt.zone, d)
			}
			for half := range 96 {
				at := at.Add(time.Duration(half-18) * 30 * time.Minute)
				now, wall := p.DigestNow(d, at), clock(at.Hour(), at.Minute())
				if quiet := wall < tt.from || wall >= tt.to || !weekdays.Works(flow.DateOf(at)); now && quiet || p.Awake(at) == quiet {
					t.Fatalf("%s: the digest of %s at %s: %t; awake: %t", tt.zone, d, at, now, p.Awake(at))
				}
				next := p.NextDigest(at, flow.Date{})
				if planned := p.DigestAt(next, zone); planned.Before(at) || !weekdays.Works(next) {
					t.Fatalf("%s: after %s the next digest is that of %s", tt.zone, at, next)
				}
			}
		}
	}
}

func TestADigestThatIsLateByLessThanADayStillComes(t *testing.T) {
	p := flow.Process{Calendar: weekdays}
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, berlin)
	for _, tt := range []struct {
		planned string
		at      time.Time
		want    bool
	}{
		{"2026-11-24", at.Add(-time.Minute), false},
		{"2026-11-24", at.Add(8*time.Hour - time.Second), true},
		{"2026-11-24", at.Add(8 * time.Hour), false},
		{"2026-11-20", at.Add(-time.Second), false},
		{"2026-11-20", at.Add(59 * time.Minute), true}, // part of today's
		{"2026-11-20", at.Add(time.Hour), false},       // of tomorrow's
		{"2026-11-23", at.Add(-time.Second), false},
	} {
		if got := p.DigestNow(day(tt.planned), tt.at); got != tt.want {
			t.Errorf("the digest of %s at %s: %t", tt.planned, tt.at, got)
		}
	}
	equal(t, p.NextDigest(at, flow.Date{}), day("2026-11-24"))
	equal(t, p.NextDigest(at.Add(time.Second), flow.Date{}), day("2026-11-25"))
	equal(t, p.NextDigest(at, day("2026-11-28")), day("2026-11-30"))
	later := hours(clock(8, 0), clock(17, 0), clock(11, 0))
	equal(t, later.NextDigest(at, flow.Date{}), day("2026-11-24"))
	equal(t, later.DigestNow(day("2026-11-20"), at), false) // not yet the hour of digests
	equal(t, later.DigestNow(day("2026-11-20"), at.Add(2*time.Hour)), true)
}

func TestWorkingHoursAreStoredAsTheyAreRead(t *testing.T) {
	b, err := json.Marshal(flow.WorkingHours{From: clock(8, 5), To: clock(16, 30)})
	equal(t, err, nil)
	equal(t, string(b), `{"from":"08:05","to":"16:30"}`)
	var h flow.WorkingHours
	equal(t, json.Unmarshal(b, &h), nil)
	equal(t, h, flow.WorkingHours{From: clock(8, 5), To: clock(16, 30)})
	for _, bad := range []string{"", "9", "9:00", "24:00", "12:60", "09:00 AM", "-1:00"} {
		if got, err := flow.ParseTimeOfDay(bad); err == nil {
			t.Errorf("%q is read as %s", bad, got)
		}
	}
}

func TestHoursThatAreUsualAreNotSaid(t *testing.T) {
	for _, tt := range []struct{ set, want flow.WorkingHours }{
		{flow.WorkingHours{From: clock(9, 0), To: clock(17, 0), Digest: clock(9, 0)}, flow.WorkingHours{}},
		{flow.WorkingHours{From: clock(8, 0), To: clock(17, 0), Digest: clock(8, 0)}, flow.WorkingHours{From: clock(8, 0), To: clock(17, 0)}},
		{flow.WorkingHours{From: clock(9, 0), To: clock(17, 0), Digest: clock(10, 0)}, flow.WorkingHours{From: clock(9, 0), To: clock(17, 0), Digest: clock(10, 0)}},
	} {
		p := small()
		p.Hours = flow.WorkingHours{From: clock(1, 0), To: clock(3, 0)}
		edited, err := flow.Edit(p, flow.SetCalendar{Hours: tt.set}, itself)
		equal(t, err, nil)
		equal(t, edited.Hours, tt.want)
	}
}
