package blockkit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// noTime is for callers that show dates as their fallback and so need no clock.
var noTime time.Time

// date is the inside of <!date^seconds^format^link|fallback>.
type date struct {
	at           time.Time
	format, link string
	ok           bool
}

func parseDate(s string) date {
	parts := strings.SplitN(s, "^", 3)
	if len(parts) < 2 {
		return date{}
	}
	d := date{format: unescape(parts[1])}
	if len(parts) == 3 {
		d.link = unescape(parts[2])
	}
	seconds, err := strconv.ParseInt(parts[0], 10, 64)
	d.at, d.ok = time.Unix(seconds, 0), err == nil
	return d
}

// read shows the date in loc, or the fallback where there is no zone or no valid date.
func (d date) read(fallback string, loc *time.Location, now time.Time) string {
	shown := fallback
	if d.ok && loc != nil && d.format != "" {
		shown = formatDate(d.format, d.at.In(loc), now.In(loc))
	}
	if d.link == "" {
		return shown
	}
	return readLink(d.link, shown)
}

var datePlace = regexp.MustCompile(`\{[a-z_]+\}`)

// formatDate fills Slack's date tokens; what it does not know stays as written.
func formatDate(format string, at, now time.Time) string {
	return datePlace.ReplaceAllStringFunc(format, func(token string) string {
		name := strings.Trim(token, "{}")
		if base, pretty := strings.CutSuffix(name, "_pretty"); pretty {
			if day := nearDay(at, now); day != "" {
				return day
			}
			name = base
		}
		switch name {
		case "date_num":
			return at.Format("2006-01-02")
		case "date":
			return at.Format("January ") + ordinal(at.Day()) + year(at, now)
		case "date_short":
			return at.Format("Jan 2") + year(at, now)
		case "date_long":
			return at.Format("Monday, January ") + ordinal(at.Day()) + year(at, now)
		case "time":
			return at.Format("3:04 PM")
		case "time_secs":
			return at.Format("3:04:05 PM")
		case "ago":
			return ago(at, now)
		}
		return token
	})
}

// nearDay names the calendar days around now.
func nearDay(at, now time.Time) string {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	switch day(at).Sub(day(now)) {
	case -24 * time.Hour:
		return "yesterday"
	case 0:
		return "today"
	case 24 * time.Hour:
		return "tomorrow"
	}
	return ""
}

// year is left out by Slack within six months of now.
func year(at, now time.Time) string {
	if at.After(now.AddDate(0, -6, 0)) && at.Before(now.AddDate(0, 6, 0)) {
		return ""
	}
	return at.Format(", 2006")
}

func ordinal(day int) string {
	suffix := "th"
	switch day {
	case 1, 21, 31:
		suffix = "st"
	case 2, 22:
		suffix = "nd"
	case 3, 23:
		suffix = "rd"
	}
	return strconv.Itoa(day) + suffix
}

func ago(at, now time.Time) string {
	d := now.Sub(at).Abs()
	if d < time.Minute {
		return "just now"
	}
	units := []struct {
		name string
		size time.Duration
	}{{"year", 365 * 24 * time.Hour}, {"month", 30 * 24 * time.Hour}, {"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}}
	span := ""
	for _, u := range units {
		if n := int(d / u.size); n > 0 {
			span = fmt.Sprintf("%d %s", n, u.name)
			if n > 1 {
				span += "s"
			}
			break
		}
	}
	if at.After(now) {
		return "in " + span
	}
	return span + " ago"
}
