package flowfile

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"epilogue/flow"
)

// weekdays are the names of the days in the file, by time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func weekdayText(d time.Weekday) string {
	if d < time.Sunday || d > time.Saturday {
		return word(d.String())
	}
	return weekdays[d]
}

func parseWeekday(s string) (time.Weekday, error) {
	for d, name := range weekdays {
		if s == name {
			return time.Weekday(d), nil
		}
	}
	return 0, fmt.Errorf("no day of the week: %s; known here: mon, tue, wed, thu, fri, sat, sun", quoted(s))
}

// units are the letters that stand for a unit in the file.
var units = []struct {
	letters string
	unit    flow.Unit
}{
	{"bd", flow.BusinessDays},
	{"d", flow.Days},
	{"h", flow.Hours},
}

// offsetText is an offset as people write it: 2bd, 3d, 12h.
func offsetText(o flow.Offset) string {
	for _, u := range units {
		if u.unit == o.Unit {
			return strconv.Itoa(o.N) + u.letters
		}
	}
	return ""
}

var offsetForm = regexp.MustCompile(`^([0-9]{1,6})(bd|d|h)$`)

func parseOffset(s string) (flow.Offset, error) {
	parts := offsetForm.FindStringSubmatch(s)
	if parts == nil {
		return flow.Offset{}, fmt.Errorf("want a number of business days, days or hours such as 2bd, 3d or 12h, not %s", quoted(s))
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		return flow.Offset{}, err
	}
	for _, u := range units {
		if u.letters == parts[2] {
			return flow.Offset{N: n, Unit: u.unit}, nil
		}
	}
	return flow.Offset{}, errors.New("unknown unit")
}

var (
	personForm = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	groupForm  = regexp.MustCompile(`^S[A-Z0-9]+$`)
)

func parsePerson(s string) (flow.UserID, error) {
	if !personForm.MatchString(s) {
		return "", fmt.Errorf("want a member id such as U024BE7LH (in Slack: profile, ⋮, Copy member ID), not %s", quoted(s))
	}
	return flow.UserID(s), nil
}

func parseGroup(s string) (flow.GroupID, error) {
	if !groupForm.MatchString(s) {
		return "", fmt.Errorf("want the id of a user group such as S0614TZR7, not %s", quoted(s))
	}
	return flow.GroupID(s), nil
}

func parseDate(s string) (flow.Date, error) {
	d, err := flow.ParseDate(s)
	if err != nil {
		return flow.Date{}, fmt.Errorf("want a day such as 2026-12-25, not %s", quoted(s))
	}
	return d, nil
}

func parseTime(s string) (flow.TimeOfDay, error) {
	t, err := flow.ParseTimeOfDay(s)
	if err != nil {
		return 0, fmt.Errorf("want a time such as \"09:00\", not %s", quoted(s))
	}
	return t, nil
}

func parseVersion(s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 || strings.HasPrefix(s, "+") {
		return 0, fmt.Errorf("want a whole number from 1, not %s", quoted(s))
	}
	return int(n), nil
}

func parseBool(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("want true or false, not %s", quoted(s))
}
