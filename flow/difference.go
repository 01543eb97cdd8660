package flow

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// Difference is one thing that is not the same in two versions of the process. Names are those that people see: of the earlier version, or of the later
// one for what was added.
type Difference struct {
	Part   Part
	Turn   Turn
	Flow   string // the flow that it is in
	Status string // the status that it is, or was, in
	Name   string
	Off    bool          // what was added is retired or disabled
	Size   [2]int        // of a flow that was added: its statuses and tasks
	Fields []FieldChange // changed
	Order  []string      // reordered: the names in their new order
}

// Part is what is different.
type Part string

// The parts of a process.
const (
	SeverityPart     Part = "severity"
	TypePart         Part = "type"
	RolePart         Part = "role"
	ActiveStatusPart Part = "active-status"
	CalendarPart     Part = "calendar"
	AdminsPart       Part = "admins"
	FlowPart         Part = "flow"
	StatusPart       Part = "status"
	TaskPart         Part = "task"
	TemplatePart     Part = "postmortem-template"
	SettingPart      Part = "setting" // another setting of the process; Name is its stored name
)

// Turn is what happened to a part.
type Turn string

// What can happen to a part.
const (
	Added     Turn = "added"
	Removed   Turn = "removed"
	Changed   Turn = "changed"
	Reordered Turn = "reordered"
)

// FieldChange is one value before and after. Field is one of the Field… constants.
type FieldChange struct {
	Field    string
	From, To Value
}

// Value is one value of a process, with names in the place of keys. Which field is set follows from what it is the value of; all empty is none.
type Value struct {
	Text   string // a name, a text; of an entry, a right, a kind or a unit its stored name
	Set    bool   // of retired, disabled and optional
	User   UserID // of an assignee who is a person; Text is that of a role
	Rules  []Rule
	Due    Offset
	Days   []time.Weekday // from Monday
	Dates  []Date         // in order
	Hours  WorkingHours
	Users  []UserID
	Groups []GroupID
	Names  []string // of the templates that a flow offers
}

// Rule is a condition with names in the place of keys.
type Rule struct {
	Field  Field
	Op     Op
	Values []string
}

// Rules are conditions with names in the place of keys.
func (p Process) Rules(conditions []Condition) []Rule {
	var out []Rule
	for _, c := range conditions {
		name := p.SeverityName
		if c.Field == Type {
			name = p.TypeName
		}
		r := Rule{Field: c.Field, Op: c.Op}
		for _, v := range c.Values {
			r.Values = append(r.Values, name(v))
		}
		out = append(out, r)
	}
	return out
}

// Diff says what is different in the later of two versions: severities, types, roles, active statuses, calendar, admins, templates, flows, other settings. Things are
// the same if their keys are. It is empty if, and only if, the two mean the same: the version number does not count, nor do the order of working days
// and holidays and the difference between empty and absent.
func Diff(old, next Process) []Difference {
	d := comparing{old: old, next: next}
	d.labels(SeverityPart, Severities)
	d.labels(TypePart, Types)
	d.labels(RolePart, Roles)
	d.labels(ActiveStatusPart, ActiveStatuses)
	d.calendar()
	d.admins()
	d.templates()
	d.flows()
	d.settings()
	return d.found
}

type comparing struct {
	old, next Process
	found     []Difference
}

func (d *comparing) add(x Difference) { d.found = append(d.found, x) }

// changed adds a difference if it has any field.
func (d *comparing) changed(x Difference, fields fieldChanges) {
	if len(fields) > 0 {
		x.Turn, x.Fields = Changed, fields
		d.add(x)
	}
}

type fieldChanges []FieldChange

func (f *fieldChanges) value(field string, from, to Value) {
	if !alike(from, to) {
		*f = append(*f, FieldChange{field, from, to})
	}
}

func (f *fieldChanges) text(field, from, to string) {
	f.value(field, Value{Text: from}, Value{Text: to})
}

func (f *fieldChanges) flag(field string, from, to bool) {
	f.value(field, Value{Set: from}, Value{Set: to})
}

func (d *comparing) labels(part Part, l List) {
	old, next := d.old.Labels(l), d.next.Labels(l)
	for _, n := range next {
		o, known := byKey(old, n.Key, roleKey)
		if !known {
			d.add(Difference{Part: part, Turn: Added, Name: n.Name, Off: n.Retired})
			continue
		}
		var f fieldChanges
		f.text(FieldName, o.Name, n.Name)
		f.text(FieldDescription, o.Description, n.Description)
		f.flag(FieldRetired, o.Retired, n.Retired)
		d.changed(Difference{Part: part, Name: o.Name}, f)
	}
	for _, o := range old {
		if _, kept := byKey(next, o.Key, roleKey); !kept {
			d.add(Difference{Part: part, Turn: Removed, Name: o.Name})
		}
	}
	if reordered(old, next, roleKey) {
		d.add(Difference{Part: part, Turn: Reordered, Order: namesOf(next, func(r Role) string { return r.Name })})
	}
}

func (d *comparing) calendar() {
	var f fieldChanges
	f.value(FieldDays, Value{Days: weekOf(d.old.Calendar)}, Value{Days: weekOf(d.next.Calendar)})
	f.value(FieldHolidays, Value{Dates: datesOf(d.old.Calendar)}, Value{Dates: datesOf(d.next.Calendar)})
	f.value(FieldHours, Value{Hours: d.old.Hours.Known()}, Value{Hours: d.next.Hours.Known()})
	d.changed(Difference{Part: CalendarPart}, f)
}

// weekOf are the working days from Monday on. None is the same as all.
func weekOf(c Calendar) []time.Weekday {
	var out []time.Weekday
	for i := range 7 {
		if w := time.Weekday((i + 1) % 7); len(c.WorkingDays) == 0 || slices.Contains(c.WorkingDays, w) {
			out = append(out, w)
		}
	}
	return out
}

func datesOf(c Calendar) []Date {
	out := slices.Clone(c.Holidays)
	slices.SortFunc(out, func(a, b Date) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(out)
}

func (d *comparing) admins() {
	var f fieldChanges
	value := func(a AdminList) Value {
		a = a.clone()
		slices.Sort(a.People)
		slices.Sort(a.Groups)
		return Value{Users: slices.Compact(a.People), Groups: slices.Compact(a.Groups)}
	}
	f.value(FieldAdmins, value(d.old.Admins), value(d.next.Admins))
	d.changed(Difference{Part: AdminsPart}, f)
}

// settings finds what else is different, whatever admins shape by then.
func (d *comparing) settings() {
	old, next := reflect.ValueOf(d.old), reflect.ValueOf(d.next)
	for i := range old.NumField() {
		field := old.Type().Field(i)
		switch field.Name {
		case "Version", "Flows", "ActiveStatuses", "Severities", "Types", "Roles", "Calendar", "Hours", "Admins", "Templates":
			continue
		}
		if !alike(old.Field(i).Interface(), next.Field(i).Interface()) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			d.add(Difference{Part: SettingPart, Turn: Changed, Name: name})
		}
	}
}

func roleKey(r Role) Key { return r.Key }

// byKey is the entry with a key; of several the first.
func byKey[T any](list []T, k Key, key func(T) Key) (T, bool) {
	if i := slices.IndexFunc(list, func(v T) bool { return key(v) == k }); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}

// reordered reports whether next is anything but old without some entries and with new ones at its end.
func reordered[T any](old, next []T, key func(T) Key) bool {
	at := 0
	for _, o := range old {
		if _, kept := byKey(next, key(o), key); !kept {
			continue
		}
		if at >= len(next) || key(next[at]) != key(o) {
			return true
		}
		at++
	}
	return false
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = name(v)
	}
	return out
}
