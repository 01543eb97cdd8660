package flow

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// ProcessEdit is one thing that an admin asks to have changed in the process: a value over permanent keys. Edit decides what becomes of it.
type ProcessEdit interface{ edit(*editing) error }

// Edit decides what becomes of an edit: the process afterwards, as its next version, which has no problem (see Process.Check) that p did not have, or
// a Refusal, and then the process as it was. It never changes its argument, nor what incidents took of it, and shares no memory with it that another
// edit writes to.
//
// Only admins may edit, and Epilogue itself on behalf of whoever runs it. An edit of something that is there no more is refused with GonePart; one that
// changes nothing with NothingToChange.
func Edit(p Process, e ProcessEdit, by Actor) (Process, error) {
	if !MayEdit(by) {
		return p, Refusal{Why: AdminsOnly, Standing: by.Standing}
	}
	d := editing{p: p.clone()}
	d.p.Version = p.Version + 1
	if err := e.edit(&d); err != nil {
		return p, err
	}
	if len(Diff(p, d.p)) == 0 {
		return p, Refusal{Why: NothingToChange}
	}
	if len(d.p.Check()) > len(p.Check()) {
		return p, Refusal{Why: Unsound}
	}
	return d.p, nil
}

// MayEdit reports whether somebody may edit the process.
func MayEdit(who Actor) bool {
	return who.Standing == Epilogue || who.Standing == FullMember && who.Admin
}

// editing is one edit being decided, on a copy.
type editing struct{ p Process }

// clone copies everything that an edit may write to.
func (p Process) clone() Process {
	p.Flows = slices.Clone(p.Flows)
	for i := range p.Flows {
		p.Flows[i] = p.Flows[i].clone()
	}
	p.ActiveStatuses, p.Severities, p.Types = slices.Clone(p.ActiveStatuses), slices.Clone(p.Severities), slices.Clone(p.Types)
	p.Roles = slices.Clone(p.Roles)
	p.Calendar = p.Calendar.clone()
	p.Admins = p.Admins.clone()
	return p
}

func (f Flow) clone() Flow {
	f.AppliesTo, f.EntersWhen = cloneConditions(f.AppliesTo), cloneConditions(f.EntersWhen)
	f.Statuses = slices.Clone(f.Statuses)
	for i := range f.Statuses {
		f.Statuses[i].Tasks = slices.Clone(f.Statuses[i].Tasks)
	}
	return f
}

// ReplaceProcess puts another process in the place of the present one: an older version that is gone back to, or a file. What is in use stays, retired: see
// Process.Replace.
type ReplaceProcess struct{ With Process }

func (e ReplaceProcess) edit(d *editing) error {
	version := d.p.Version
	d.p, _ = d.p.Replace(e.With.clone())
	d.p.Version = version
	return nil
}

// newKey makes the permanent key of something from the name that it has now. It ends in the version that the thing began with, so that it is never that of
// something which was removed before; taken are those that are there.
func (d *editing) newKey(name string, taken func(Key) bool) Key {
	return keyFrom(name, d.p.Version, taken)
}

// keyLimit is what Check allows for a key, in bytes.
const keyLimit = 40

func keyFrom(name string, version int, taken func(Key) bool) Key {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	stem := strings.Trim(b.String(), "-")
	if stem == "" { // a name without any letter or digit of ours
		stem = "key"
	}
	for n := 1; ; n++ {
		end := "-" + strconv.Itoa(version)
		if n > 1 {
			end += "-" + strconv.Itoa(n)
		}
		k := Key(strings.TrimRight(stem[:min(len(stem), keyLimit-len(end))], "-") + end)
		if !taken(k) {
			return k
		}
	}
}

// move takes the entry at i by places further (negative: towards the front) as far as the list goes.
func move[T any](list []T, i, places int) []T {
	to := min(max(i+places, 0), len(list)-1)
	entry := list[i]
	return slices.Insert(slices.Delete(list, i, i+1), to, entry)
}

// gone refuses an edit of something that is there no more; field says what it was.
func gone(field string) Refusal { return Refusal{Why: GonePart, Field: field} }

// sameName reports whether people could not tell two names apart.
func sameName(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// freeName checks a name that is typed: one line, and of nobody else among the others.
func freeName(name string, others []string) (string, error) {
	name, err := line(FieldName, name, MaxLabel)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(others, func(o string) bool { return sameName(o, name) }) {
		return "", Refusal{Why: NameTaken, Field: FieldName}
	}
	return name, nil
}

// alike compares two values of the process; empty and absent are the same.
func alike(a, b any) bool { return alikeValues(reflect.ValueOf(a), reflect.ValueOf(b)) }

func alikeValues(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range min(a.Len(), b.Len()) {
			if !alikeValues(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return a.Len() == b.Len()
	case reflect.Struct:
		for i := range a.NumField() {
			if !alikeValues(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		for _, k := range a.MapKeys() {
			if v := b.MapIndex(k); !v.IsValid() || !alikeValues(a.MapIndex(k), v) {
				return false
			}
		}
		return a.Len() == b.Len()
	case reflect.Pointer:
		return a.IsNil() == b.IsNil() && (a.IsNil() || alikeValues(a.Elem(), b.Elem()))
	}
	return a.Equal(b)
}
