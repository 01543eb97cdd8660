package flow

import (
	"slices"
	"time"
)

// GroupID is Slack's id of a user group, opaque here.
type GroupID string

// AdminList is who shapes the process besides the workspace's admins and owners and those whom the configuration names.
type AdminList struct {
	People []UserID  `json:"people,omitempty"`
	Groups []GroupID `json:"groups,omitempty"`
}

func (a AdminList) clone() AdminList {
	return AdminList{People: slices.Clone(a.People), Groups: slices.Clone(a.Groups)}
}

// Edits of the other settings.
type (
	// SetCalendar says which days are worked and from when to when, whole.
	SetCalendar struct {
		WorkingDays []time.Weekday // none: every day
		Holidays    []Date
		Hours       WorkingHours // zero: nine to five
	}
	// SetAdmins says who shapes the process, whole.
	SetAdmins struct {
		People []UserID
		Unfit  []UserID // those of them who are no full members: nobody else can be an admin
		Groups []GroupID
	}
)

func (e SetCalendar) edit(d *editing) error {
	for _, w := range e.WorkingDays {
		if w < time.Sunday || w > time.Saturday {
			return Refusal{Why: NotOffered, Field: FieldDays}
		}
	}
	for _, h := range e.Holidays {
		if h.IsZero() || h.AddDays(0) != h || h.Year > maxYear {
			return Refusal{Why: NoDay, Field: FieldHolidays}
		}
	}
	if len(e.Holidays) > MaxHolidays {
		return Refusal{Why: NoRoom, Field: FieldHolidays, Limit: MaxHolidays}
	}
	if field, _ := e.Hours.wrong(); field != "" {
		return Refusal{Why: BadHours, Field: field}
	}
	d.p.Hours = e.Hours.kept()
	monday := func(w time.Weekday) int { return (int(w) + 6) % 7 }
	d.p.Calendar.WorkingDays = slices.Clone(e.WorkingDays)
	slices.SortFunc(d.p.Calendar.WorkingDays, func(a, b time.Weekday) int { return monday(a) - monday(b) })
	d.p.Calendar.WorkingDays = slices.Compact(d.p.Calendar.WorkingDays)
	d.p.Calendar.Holidays = slices.Clone(e.Holidays)
	slices.SortFunc(d.p.Calendar.Holidays, func(a, b Date) int { return a.In(time.UTC).Compare(b.In(time.UTC)) })
	d.p.Calendar.Holidays = slices.Compact(d.p.Calendar.Holidays)
	return nil
}

func (e SetAdmins) edit(d *editing) error {
	if i := slices.IndexFunc(e.People, func(u UserID) bool { return slices.Contains(e.Unfit, u) }); i >= 0 {
		return Refusal{Why: CannotBeAdmin, Field: FieldAdmins, By: e.People[i]}
	}
	a := AdminList{People: e.People, Groups: e.Groups}.clone()
	slices.Sort(a.People)
	slices.Sort(a.Groups)
	a.People = slices.DeleteFunc(slices.Compact(a.People), func(u UserID) bool { return u == "" })
	a.Groups = slices.DeleteFunc(slices.Compact(a.Groups), func(g GroupID) bool { return g == "" })
	if len(a.People) > MaxLabels || len(a.Groups) > MaxLabels {
		return Refusal{Why: NoRoom, Field: FieldAdmins, Limit: MaxLabels}
	}
	d.p.Admins = a
	return nil
}
