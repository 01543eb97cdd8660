package flow

import "slices"

func flowKey(f Flow) Key { return f.Key }

func statusKey(s Status) Key { return s.Key }

func templateKey(t Template) Key { return t.Key }

func placedKey(t placed) Key { return t.Key }

func (d *comparing) flows() {
	for _, n := range d.next.Flows {
		if o, known := byKey(d.old.Flows, n.Key, flowKey); known {
			d.flow(o, n)
			continue
		}
		d.add(Difference{Part: FlowPart, Turn: Added, Name: n.Name, Off: n.Disabled, Size: [2]int{len(n.Statuses), n.Tasks()}})
	}
	for _, o := range d.old.Flows {
		if _, kept := byKey(d.next.Flows, o.Key, flowKey); !kept {
			d.add(Difference{Part: FlowPart, Turn: Removed, Name: o.Name})
		}
	}
	if reordered(d.old.Flows, d.next.Flows, flowKey) {
		d.add(Difference{Part: FlowPart, Turn: Reordered, Order: namesOf(d.next.Flows, func(f Flow) string { return f.Name })})
	}
}

// flow compares a flow. What a condition is about is shown by the name that it has in each version; one that was only renamed there is no difference.
func (d *comparing) flow(old, next Flow) {
	var f fieldChanges
	f.text(FieldName, old.Name, next.Name)
	f.text(FieldDescription, old.Description, next.Description)
	f.flag(FieldDisabled, old.Disabled, next.Disabled)
	if !sameConditions(old.AppliesTo, next.AppliesTo) {
		f = append(f, FieldChange{FieldAppliesTo, Value{Rules: d.old.Rules(old.AppliesTo)}, Value{Rules: d.next.Rules(next.AppliesTo)}})
	}
	if old.Entry != next.Entry || !sameConditions(old.EntersWhen, next.EntersWhen) {
		f = append(f, FieldChange{
			FieldEntry,
			Value{Text: string(old.Entry), Rules: d.old.Rules(old.EntersWhen)},
			Value{Text: string(next.Entry), Rules: d.next.Rules(next.EntersWhen)},
		})
	}
	f.text(FieldOptOut, string(old.OptOut), string(next.OptOut))
	f.text(FieldReminders, stepsText(old.Reminders), stepsText(next.Reminders))
	if !slices.Equal(old.Templates, next.Templates) {
		f = append(f, FieldChange{FieldTemplates, Value{Names: d.old.templateNames(old)}, Value{Names: d.next.templateNames(next)}})
	}
	d.changed(Difference{Part: FlowPart, Name: old.Name}, f)
	d.statuses(old, next)
	d.tasks(old, next)
}

func (d *comparing) statuses(old, next Flow) {
	for _, n := range next.Statuses {
		o, known := old.Status(n.Key)
		if !known {
			d.add(Difference{Part: StatusPart, Turn: Added, Flow: old.Name, Name: n.Name})
			continue
		}
		var f fieldChanges
		f.text(FieldName, o.Name, n.Name)
		d.changed(Difference{Part: StatusPart, Flow: old.Name, Name: o.Name}, f)
	}
	for _, o := range old.Statuses {
		if _, kept := next.Status(o.Key); !kept {
			d.add(Difference{Part: StatusPart, Turn: Removed, Flow: old.Name, Name: o.Name})
		}
	}
	if reordered(old.Statuses, next.Statuses, statusKey) {
		d.add(Difference{Part: StatusPart, Turn: Reordered, Flow: old.Name, Order: namesOf(next.Statuses, func(s Status) string { return s.Name })})
	}
}

// placed is a task with the status that it is in.
type placed struct {
	Template
	status Status
}

func tasksOf(f Flow) []placed {
	var tasks []placed
	for _, s := range f.Statuses {
		for _, t := range s.Tasks {
			tasks = append(tasks, placed{t, s})
		}
	}
	return tasks
}

func (d *comparing) tasks(old, next Flow) {
	was, is := tasksOf(old), tasksOf(next)
	for _, n := range is {
		if o, known := byKey(was, n.Key, placedKey); known {
			d.task(old.Name, o, n)
			continue
		}
		d.add(Difference{Part: TaskPart, Turn: Added, Flow: old.Name, Status: n.status.Name, Name: n.Title})
	}
	for _, o := range was {
		if _, kept := byKey(is, o.Key, placedKey); !kept {
			d.add(Difference{Part: TaskPart, Turn: Removed, Flow: old.Name, Status: o.status.Name, Name: o.Title})
		}
	}
	for _, n := range next.Statuses {
		if o, _ := old.Status(n.Key); reordered(o.Tasks, n.Tasks, templateKey) {
			d.add(Difference{
				Part: TaskPart, Turn: Reordered, Flow: old.Name, Status: o.Name,
				Order: namesOf(n.Tasks, func(t Template) string { return t.Title }),
			})
		}
	}
}

func (d *comparing) task(flow string, old, next placed) {
	var f fieldChanges
	if old.status.Key != next.status.Key {
		f = append(f, FieldChange{FieldStatus, Value{Text: old.status.Name}, Value{Text: next.status.Name}})
	}
	f.text(FieldTitle, old.Title, next.Title)
	f.text(FieldKind, string(old.Kind), string(next.Kind))
	if old.Role != next.Role {
		f = append(f, FieldChange{FieldRole, d.old.roleValue(old.Role), d.next.roleValue(next.Role)})
	}
	f.text(FieldDescription, old.Description, next.Description)
	if old.Assignee != next.Assignee {
		f = append(f, FieldChange{FieldAssignee, d.old.assigneeValue(old.Assignee), d.next.assigneeValue(next.Assignee)})
	}
	f.value(FieldDue, Value{Due: old.Due}, Value{Due: next.Due})
	f.flag(FieldOptional, old.Optional, next.Optional)
	d.changed(Difference{Part: TaskPart, Flow: flow, Status: old.status.Name, Name: old.Title}, f)
}

func (p Process) roleValue(k Key) Value {
	if k == "" {
		return Value{}
	}
	return Value{Text: p.RoleName(k)}
}

func (p Process) assigneeValue(a Assignee) Value {
	v := p.roleValue(a.Role)
	v.User = a.User
	return v
}

func sameConditions(a, b []Condition) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Field != b[i].Field || a[i].Op != b[i].Op || !alike(a[i].Values, b[i].Values) {
			return false
		}
	}
	return true
}
