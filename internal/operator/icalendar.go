package operator

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"epilogue/flow"
)

// Bounds of what is read of a calendar file.
const (
	maxCalendar  = 1 << 20 // bytes
	maxHolidays  = 1000
	maxHoliday   = 60 // days of one event
	yearsOnwards = 10 // for how long an event that repeats every year is written out
)

// ReadHolidays reads the days off in an iCalendar file (RFC 5545), as authorities and calendar programs publish them: every event counts from its first day up
// to the one before its end. An event that repeats every year is written out for ten years from this one on; one that repeats in another way is an
// error, as is a file that is none. What was canceled is left out.
func ReadHolidays(from io.Reader, this flow.Date) ([]flow.Date, error) {
	lines, err := unfolded(from)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || !strings.EqualFold(lines[0].text, "BEGIN:VCALENDAR") {
		return nil, fmt.Errorf("line 1: not an iCalendar file: it begins with BEGIN:VCALENDAR")
	}
	if !strings.EqualFold(strings.TrimSpace(lines[len(lines)-1].text), "END:VCALENDAR") {
		return nil, fmt.Errorf("line %d: the file ends too early: nothing is taken from a part of it", lines[len(lines)-1].number)
	}
	var out []flow.Date
	var ev *holiday
	for _, l := range lines {
		name, value, _ := strings.Cut(l.text, ":")
		name, _, _ = strings.Cut(name, ";")
		name = strings.ToUpper(name)
		switch {
		case name == "BEGIN" && strings.EqualFold(value, "VEVENT"):
			ev = &holiday{line: l.number}
		case ev == nil:
		case name == "END" && strings.EqualFold(value, "VEVENT"):
			days, err := ev.days(this)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", ev.line, err)
			}
			if out, ev = append(out, days...), nil; len(out) > maxHolidays {
				return nil, fmt.Errorf("more than %d days off", maxHolidays)
			}
		default:
			if err := ev.take(name, value); err != nil {
				return nil, fmt.Errorf("line %d: %w", l.number, err)
			}
		}
	}
	slices.SortFunc(out, func(a, b flow.Date) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(out), nil
}

type numbered struct {
	number int
	text   string
}

// unfolded are the lines of a file, where one that begins with white space goes on the one before.
func unfolded(from io.Reader) ([]numbered, error) {
	file, err := io.ReadAll(io.LimitReader(from, maxCalendar+1))
	if err != nil {
		return nil, fmt.Errorf("read a calendar: %w", err)
	}
	if len(file) > maxCalendar {
		return nil, fmt.Errorf("a calendar of more than %d bytes", maxCalendar)
	}
	var out []numbered
	var whole strings.Builder // the line that may go on
	end := func() {
		if n := len(out); n > 0 {
			out[n-1].text = whole.String()
		}
		whole.Reset()
	}
	number := 0
	for text := range strings.Lines(strings.TrimPrefix(string(file), "\ufeff")) {
		number++
		text = strings.TrimRight(text, "\r\n")
		if len(out) > 0 && (strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t")) {
			whole.WriteString(text[1:])
			continue
		}
		end()
		if text != "" {
			out = append(out, numbered{number, ""})
			whole.WriteString(text)
		}
	}
	end()
	return out, nil
}

// holiday is an event of a calendar file.
type holiday struct {
	line       int
	first, end flow.Date // end is the day after the last
	rule       string
	canceled   bool
}

func (h *holiday) take(name, value string) (err error) {
	switch name {
	case "DTSTART":
		h.first, err = dayIn(value)
	case "DTEND":
		h.end, err = dayIn(value)
	case "RRULE":
		h.rule = strings.ToUpper(value)
	case "STATUS":
		h.canceled = strings.EqualFold(value, "CANCELLED") //nolint:misspell // the standard spells it so
	}
	return err
}

// dayIn is the day of a date, 20261225, or of a moment, 20261225T000000Z.
func dayIn(value string) (flow.Date, error) {
	if len(value) >= 8 {
		if t, err := time.Parse("20060102", value[:8]); err == nil && (len(value) == 8 || value[8] == 'T') {
			return flow.DateOf(t), nil
		}
	}
	return flow.Date{}, fmt.Errorf("not a day such as 20261225: %s", strconv.Quote(value))
}

func (h *holiday) days(this flow.Date) ([]flow.Date, error) {
	if h.canceled {
		return nil, nil
	}
	if h.first.IsZero() {
		return nil, fmt.Errorf("an event without DTSTART")
	}
	length := 1
	for !h.end.IsZero() && h.first.AddDays(length).Before(h.end) {
		if length++; length > maxHoliday {
			return nil, fmt.Errorf("an event of more than %d days", maxHoliday)
		}
	}
	years, err := h.years(this)
	if err != nil {
		return nil, err
	}
	var out []flow.Date
	for _, year := range years {
		first := flow.Date{Year: year, Month: h.first.Month, Day: h.first.Day}
		if first.AddDays(0) != first {
			continue // February 29
		}
		for i := range length {
			out = append(out, first.AddDays(i))
		}
	}
	return out, nil
}

// years are those in which the event takes place.
func (h *holiday) years(this flow.Date) ([]int, error) {
	if h.rule == "" {
		return []int{h.first.Year}, nil
	}
	last, count := this.Year+yearsOnwards, 0
	for _, part := range strings.Split(h.rule, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch {
		case key == "FREQ" && value == "YEARLY", key == "INTERVAL" && value == "1", key == "WKST":
		case key == "BYMONTH" && value == strconv.Itoa(int(h.first.Month)), key == "BYMONTHDAY" && value == strconv.Itoa(h.first.Day):
		case key == "UNTIL":
			until, err := dayIn(value)
			if err != nil {
				return nil, err
			}
			last = min(last, until.Year)
		case key == "COUNT":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("not a number of times: %s", strconv.Quote(value))
			}
			count = min(n, 10_000) // years
		default:
			return nil, fmt.Errorf("an event that repeats as %s: only FREQ=YEARLY on the same day is understood; write its days out", strconv.Quote(h.rule))
		}
	}
	if !strings.Contains(h.rule, "FREQ=YEARLY") {
		return nil, fmt.Errorf("an event that repeats as %s: only FREQ=YEARLY on the same day is understood; write its days out", strconv.Quote(h.rule))
	}
	if count > 0 {
		last = min(last, h.first.Year+count-1)
	}
	var out []int
	for year := max(h.first.Year, this.Year); year <= last; year++ {
		out = append(out, year)
	}
	return out, nil
}
