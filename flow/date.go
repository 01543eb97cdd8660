package flow

import (
	"errors"
	"slices"
	"time"
)

// Date is a calendar day, without zone or time. The zero value is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the calendar day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads 2026-12-03.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, errors.New("not a day like 2026-12-03")
	}
	return DateOf(t), nil
}

// IsZero reports whether there is no day.
func (d Date) IsZero() bool { return d == Date{} }

// String is 2026-12-03, or nothing for no day.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.In(time.UTC).Format(time.DateOnly)
}

// MarshalText is String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	*d = parsed
	return err
}

// In is the moment at which the day begins in a zone: midnight, or the first moment after it where clocks skip midnight.
func (d Date) In(loc *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
	if _, end := t.ZoneBounds(); DateOf(t) != d && DateOf(end) == d {
		return end // midnight is skipped, and t was taken from before the gap
	}
	for DateOf(t.Add(-1)) == d { // midnight comes twice, and t is the second one
		t = t.Add(-time.Hour)
	}
	return t
}

// Ends is the moment at which the day is over in a zone.
func (d Date) Ends(loc *time.Location) time.Time { return d.AddDays(1).In(loc) }

// AddDays is the day n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC))
}

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.In(time.UTC).Before(other.In(time.UTC)) }

// Calendar says which days are worked. Without working days every day is one that is not a holiday.
type Calendar struct {
	WorkingDays []time.Weekday `json:"working_days,omitempty"`
	Holidays    []Date         `json:"holidays,omitempty"`
}

func (c Calendar) clone() Calendar {
	return Calendar{WorkingDays: slices.Clone(c.WorkingDays), Holidays: slices.Clone(c.Holidays)}
}

// Works reports whether a day is a business day.
func (c Calendar) Works(d Date) bool {
	if slices.Contains(c.Holidays, d) {
		return false
	}
	return len(c.WorkingDays) == 0 || slices.Contains(c.WorkingDays, d.In(time.UTC).Weekday())
}

// maxDays bounds every walk over a calendar, so that one without any business day ends as well. The longest due offset fits, also where
// one day a week is worked.
const maxDays = 10_000

// AddBusinessDays is the nth business day after d. With n of 0 it is d itself, or the next business day if d is none.
func (c Calendar) AddBusinessDays(d Date, n int) Date {
	if n <= 0 {
		d, n = d.AddDays(-1), 1
	}
	for i := 0; n > 0 && i < maxDays; i++ {
		d = d.AddDays(1)
		if c.Works(d) {
			n--
		}
	}
	return d
}

// BusinessDaysBetween counts the business days after from, up to and including to. It is 0 when to is not later.
func (c Calendar) BusinessDaysBetween(from, to Date) int {
	n := 0
	for range maxDays {
		if !from.Before(to) {
			break
		}
		from = from.AddDays(1)
		if c.Works(from) {
			n++
		}
	}
	return n
}

// Due is the day on which something is due that an offset after start; start's location says whose calendar day.
func (c Calendar) Due(start time.Time, o Offset) Date {
	switch o.Unit {
	case BusinessDays:
		return c.AddBusinessDays(DateOf(start), o.N)
	case Days:
		return DateOf(start).AddDays(o.N)
	case Hours:
		return DateOf(start.Add(time.Duration(o.N) * time.Hour))
	}
	return Date{}
}
