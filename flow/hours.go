package flow

import (
	"errors"
	"fmt"
	"time"
)

// TimeOfDay is a time on somebody's wall clock, in minutes since midnight.
type TimeOfDay int

// ParseTimeOfDay reads 09:00, from 00:00 to 23:59.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, errors.New("not a time of day like 09:00")
	}
	return timeOfDay(t), nil
}

func timeOfDay(at time.Time) TimeOfDay { return TimeOfDay(at.Hour()*60 + at.Minute()) }

// String is 09:00.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// MarshalText is String.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	parsed, err := ParseTimeOfDay(string(b))
	*t = parsed
	return err
}

// on is when it is that time on a day, or just after it where clocks skip that time.
func (t TimeOfDay) on(d Date, zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, int(t), 0, 0, zone)
}

// WorkingHours are from when to when people work, on business days and on their own wall clock: nobody is reminded outside of them, and debriefs are
// looked for within them. The zero value is nine to five.
type WorkingHours struct {
	From   TimeOfDay `json:"from"`
	To     TimeOfDay `json:"to"`
	Digest TimeOfDay `json:"digest,omitzero"` // when the digest comes; zero: with the first of them
}

// usualHours is what the zero value means.
var usualHours = WorkingHours{From: 9 * 60, To: 17 * 60}

// fewestMinutes is how short working hours may be, and how long before their end the digest has to come at the latest: what is late for
// a while still comes on the same day.
const fewestMinutes = 60

// Known are the hours spelled out.
func (h WorkingHours) Known() WorkingHours {
	if h == (WorkingHours{}) {
		h = usualHours
	}
	if h.Digest == 0 {
		h.Digest = h.From
	}
	return h
}

// kept is how a process keeps them: what is usual is not said.
func (h WorkingHours) kept() WorkingHours {
	if h.Digest == h.Known().From {
		h.Digest = 0
	}
	if h == usualHours {
		return WorkingHours{}
	}
	return h
}

// wrong is the field that is wrong with them, and what; empty if nothing is.
func (h WorkingHours) wrong() (field, what string) {
	last := TimeOfDay(24*60 - 1)
	switch k := h.Known(); {
	case k.From < 0 || k.From > last || k.To < 0 || k.To > last || k.Digest < 0 || k.Digest > last:
		return FieldHoursTo, "a time from 00:00 to 23:59 is needed"
	case k.To < k.From+fewestMinutes:
		return FieldHoursTo, "they end at least an hour after they begin, on the same day"
	case k.Digest < k.From || k.Digest > k.To-fewestMinutes:
		return FieldDigest, "the digest comes within working hours, at least an hour before they end"
	}
	return "", ""
}

func (c *checker) hours(h WorkingHours) {
	if field, what := h.wrong(); field == FieldDigest {
		c.add("hours.digest", "%s", what)
	} else if field != "" {
		c.add("hours", "%s", what)
	}
}

// DigestAt is the moment of a day's digest in a zone.
func (p Process) DigestAt(d Date, zone *time.Location) time.Time {
	return p.Hours.Known().Digest.on(d, zone)
}

// Awake reports whether people may be reminded at a moment, which is given where they live.
func (p Process) Awake(at time.Time) bool {
	h := p.Hours.Known()
	return p.Calendar.Works(DateOf(at)) && h.From <= timeOfDay(at) && timeOfDay(at) < h.To
}

// NextDigest is the day of the first digest that is not before a moment, given where its reader lives, and not before a day.
func (p Process) NextDigest(at time.Time, notBefore Date) Date {
	d := DateOf(at)
	if p.DigestAt(d, at.Location()).Before(at) {
		d = d.AddDays(1)
	}
	if d.Before(notBefore) {
		d = notBefore
	}
	return p.Calendar.AddBusinessDays(d, 0)
}

// mostOverdue is how late a digest may come: what was missed for longer comes with the next one.
const mostOverdue = 24 * time.Hour

// DigestNow reports whether the digest that was planned for a day is to be given at a moment, where its reader lives. One that was missed for longer is
// given in the hour of digests, as part of that day's.
func (p Process) DigestNow(d Date, at time.Time) bool {
	planned, todays := p.DigestAt(d, at.Location()), p.DigestAt(DateOf(at), at.Location())
	inItsHour := !at.Before(todays) && at.Sub(todays) < time.Hour
	return p.Awake(at) && !at.Before(planned) && (at.Sub(planned) < mostOverdue || inItsHour)
}
