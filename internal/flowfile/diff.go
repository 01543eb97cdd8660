package flowfile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/flow"
)

// Diff says in short sentences what is different in next, in the order in which a file holds it; nothing
// if nothing is. Things are the same if their keys are; the version number does not count. Names stand in
// quotes and can do a terminal no harm.
//
// What next leaves out is called removed. To show what an import will do, give it what
// flow.Process.Replace made of the file, in which severities, types, roles and active statuses that the
// file leaves out are kept and retired.
func Diff(old, next flow.Process) []string {
	var d differ
	d.labels("Severity", "Severities, the least severe first", labelsOf(old.Severities), labelsOf(next.Severities))
	d.labels("Type", "Types, the default first", labelsOf(old.Types), labelsOf(next.Types))
	d.labels("Role", "Roles, in order", rolesOf(old.Roles), rolesOf(next.Roles))
	d.labels("Active status", "Active statuses, in order", labelsOf(old.ActiveStatuses), labelsOf(next.ActiveStatuses))
	d.calendar(old.Calendar, next.Calendar)
	d.flows(old, next)
	return d.changes
}

type differ struct{ changes []string }

func (d *differ) say(format string, args ...any) {
	d.changes = append(d.changes, fmt.Sprintf(format, args...))
}

// labelsOf and rolesOf are labels and roles as roles, so that both are compared alike.
func labelsOf(labels []flow.Label) []flow.Role {
	roles := make([]flow.Role, len(labels))
	for i, l := range labels {
		roles[i] = flow.Role{Key: l.Key, Name: l.Name, Retired: l.Retired}
	}
	return roles
}

func rolesOf(roles []flow.Role) []flow.Role { return roles }

func roleKey(r flow.Role) flow.Key { return r.Key }

func (d *differ) labels(what, order string, old, next []flow.Role) {
	for _, n := range next {
		o, known := find(old, n.Key, roleKey)
		switch {
		case !known && n.Retired:
			d.say("%s %s is added, retired.", what, quoted(n.Name))
		case !known:
			d.say("%s %s is added.", what, quoted(n.Name))
		default:
			d.label(what, o, n)
		}
	}
	for _, o := range old {
		if _, kept := find(next, o.Key, roleKey); !kept {
			d.say("%s %s is removed.", what, quoted(o.Name))
		}
	}
	if reordered(old, next, roleKey) {
		d.say("%s: %s.", order, names(next, func(r flow.Role) string { return r.Name }))
	}
}

func (d *differ) label(what string, old, next flow.Role) {
	subject := what + " " + quoted(old.Name)
	if old.Name != next.Name {
		d.say("%s is renamed to %s.", subject, quoted(next.Name))
	}
	if old.Description != next.Description {
		d.say("%s has another description.", subject)
	}
	switch {
	case next.Retired && !old.Retired:
		d.say("%s is retired.", subject)
	case old.Retired && !next.Retired:
		d.say("%s is offered again.", subject)
	}
}

func (d *differ) calendar(old, next flow.Calendar) {
	// Their order means nothing, and none is the same as all of them.
	if o, n := workingDays(old), workingDays(next); o != n {
		d.say("Working days are %s (were %s).", n, o)
	}
	changed := func(from, without []flow.Date, what string) {
		var days []string
		for _, day := range once(from) {
			if !slices.Contains(without, day) {
				days = append(days, day.String())
			}
		}
		slices.Sort(days)
		if len(days) > 0 {
			d.say("%s: %s.", what, strings.Join(days, ", "))
		}
	}
	changed(next.Holidays, old.Holidays, "New holidays")
	changed(old.Holidays, next.Holidays, "No holidays anymore")
}

func workingDays(c flow.Calendar) string {
	var days []string
	for i := range weekdays {
		day := (i + 1) % len(weekdays) // from Monday
		if slices.ContainsFunc(c.WorkingDays, func(d time.Weekday) bool { return int(d) == day }) {
			days = append(days, weekdays[day])
		}
	}
	if len(days) == 0 || len(days) == len(weekdays) {
		return "all days"
	}
	return strings.Join(days, ", ")
}

// find is the entry with a key; of several the first.
func find[T any](list []T, k flow.Key, key func(T) flow.Key) (T, bool) {
	if i := slices.IndexFunc(list, func(v T) bool { return key(v) == k }); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}

// reordered reports whether next is anything but old without some entries and with new ones at its end.
func reordered[T any](old, next []T, key func(T) flow.Key) bool {
	var want []flow.Key
	for _, o := range old {
		if _, kept := find(next, key(o), key); kept {
			want = append(want, key(o))
		}
	}
	for i, k := range once(want) {
		if key(next[i]) != k {
			return true
		}
	}
	return false
}

func names[T any](list []T, name func(T) string) string {
	quotes := make([]string, len(list))
	for i, v := range list {
		quotes[i] = quoted(name(v))
	}
	return strings.Join(quotes, ", ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
