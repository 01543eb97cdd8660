package flowfile

import (
	"fmt"
	"slices"
	"strings"

	"epilogue/flow"
)

func flowKey(f flow.Flow) flow.Key { return f.Key }

func statusKey(s flow.Status) flow.Key { return s.Key }

func templateKey(t flow.Template) flow.Key { return t.Key }

func taskKey(t placed) flow.Key { return t.Key }

func (d *differ) flows(old, next flow.Process) {
	for _, n := range next.Flows {
		if o, known := find(old.Flows, n.Key, flowKey); known {
			fd := flowDiffer{d, "Flow " + quoted(o.Name), old, next}
			fd.flow(o, n)
			continue
		}
		off := ""
		if n.Disabled {
			off = ", disabled"
		}
		d.say("Flow %s is added%s: %s, %s.", quoted(n.Name), off,
			count(len(n.Statuses), "status", "statuses"), count(n.Tasks(), "task", "tasks"))
	}
	for _, o := range old.Flows {
		if _, kept := find(next.Flows, o.Key, flowKey); !kept {
			d.say("Flow %s is removed.", quoted(o.Name))
		}
	}
	if reordered(old.Flows, next.Flows, flowKey) {
		d.say("Flows, the first that applies counts: %s.", names(next.Flows, func(f flow.Flow) string { return f.Name }))
	}
}

// flowDiffer compares one flow. Keys are shown by the names of the process that they come from.
type flowDiffer struct {
	*differ
	subject   string
	old, next flow.Process
}

func (d flowDiffer) flow(old, next flow.Flow) {
	if old.Name != next.Name {
		d.say("%s is renamed to %s.", d.subject, quoted(next.Name))
	}
	switch {
	case next.Disabled && !old.Disabled:
		d.say("%s is disabled.", d.subject)
	case old.Disabled && !next.Disabled:
		d.say("%s is enabled.", d.subject)
	}
	if !sameRules(old.AppliesTo, next.AppliesTo) {
		d.say("%s applies %s (was: %s).", d.subject, rules(d.next, next.AppliesTo), rules(d.old, old.AppliesTo))
	}
	if old.Entry != next.Entry || !sameRules(old.EntersWhen, next.EntersWhen) {
		d.say("%s: entry is %s (was: %s).", d.subject, entry(d.next, next), entry(d.old, old))
	}
	if old.OptOut != next.OptOut {
		d.say("%s: who may opt out is %s (was: %s).", d.subject, next.OptOut, old.OptOut)
	}
	d.statuses(old.Statuses, next.Statuses)
	d.tasks(tasksOf(old), tasksOf(next))
	for _, n := range next.Statuses {
		o, _ := find(old.Statuses, n.Key, statusKey)
		if reordered(o.Tasks, n.Tasks, templateKey) {
			d.say("%s: the tasks of %s are in another order: %s.", d.subject, quoted(o.Name),
				names(n.Tasks, func(t flow.Template) string { return t.Title }))
		}
	}
}

func (d flowDiffer) statuses(old, next []flow.Status) {
	for _, n := range next {
		o, known := find(old, n.Key, statusKey)
		switch {
		case !known:
			d.say("%s: status %s is added.", d.subject, quoted(n.Name))
		case o.Name != n.Name:
			d.say("%s: status %s is renamed to %s.", d.subject, quoted(o.Name), quoted(n.Name))
		}
	}
	for _, o := range old {
		if _, kept := find(next, o.Key, statusKey); !kept {
			d.say("%s: status %s is removed.", d.subject, quoted(o.Name))
		}
	}
	if reordered(old, next, statusKey) {
		d.say("%s: the statuses, in order: %s.", d.subject, names(next, func(s flow.Status) string { return s.Name }))
	}
}

// placed is a task with the status that it is in.
type placed struct {
	flow.Template
	status flow.Status
}

func tasksOf(f flow.Flow) []placed {
	var tasks []placed
	for _, s := range f.Statuses {
		for _, t := range s.Tasks {
			tasks = append(tasks, placed{t, s})
		}
	}
	return tasks
}

func (d flowDiffer) tasks(old, next []placed) {
	for _, n := range next {
		if o, known := find(old, n.Key, taskKey); known {
			d.task(o, n)
			continue
		}
		d.say("%s: task %s is added to %s.", d.subject, quoted(n.Title), quoted(n.status.Name))
	}
	for _, o := range old {
		if _, kept := find(next, o.Key, taskKey); !kept {
			d.say("%s: task %s is removed from %s.", d.subject, quoted(o.Title), quoted(o.status.Name))
		}
	}
}

// task says all that changes about one task in one sentence.
func (d flowDiffer) task(old, next placed) {
	var changes []string
	add := func(changed bool, format string, args ...any) {
		if changed {
			changes = append(changes, fmt.Sprintf(format, args...))
		}
	}
	add(old.status.Key != next.status.Key, "moves from %s to %s", quoted(old.status.Name), quoted(next.status.Name))
	add(old.Title != next.Title, "is renamed to %s", quoted(next.Title))
	add(old.Kind != next.Kind, "is of the kind %s (was: %s)", next.Kind, old.Kind)
	if old.Kind == next.Kind { // else the kind says it
		add(old.Role != next.Role, "is about the role %s (was: %s)", quoted(d.next.RoleName(next.Role)), quoted(d.old.RoleName(old.Role)))
	}
	add(old.Description != next.Description, "has other instructions")
	add(old.Assignee != next.Assignee, "is for %s (was: %s)", assignee(d.next, next.Assignee), assignee(d.old, old.Assignee))
	add(old.Due != next.Due, "is due %s (was: %s)", due(next.Due), due(old.Due))
	add(next.Optional && !old.Optional, "is optional")
	add(old.Optional && !next.Optional, "is no longer optional")
	if len(changes) > 0 {
		d.say("%s: task %s %s.", d.subject, quoted(old.Title), strings.Join(changes, ", "))
	}
}

func assignee(p flow.Process, a flow.Assignee) string {
	switch {
	case a.User != "":
		return string(a.User)
	case a.Role != "":
		return quoted(p.RoleName(a.Role))
	}
	return "nobody"
}

func due(o flow.Offset) string {
	if text := offsetText(o); text != "" {
		return "after " + text
	}
	return "never"
}

func sameRules(a, b []flow.Condition) bool {
	return slices.EqualFunc(a, b, func(x, y flow.Condition) bool {
		return x.Field == y.Field && x.Op == y.Op && slices.Equal(x.Values, y.Values)
	})
}

func entry(p flow.Process, f flow.Flow) string {
	if f.Entry != flow.Automatic {
		return string(f.Entry)
	}
	return "automatic " + rules(p, f.EntersWhen)
}

// rules are conditions in words.
func rules(p flow.Process, conditions []flow.Condition) string {
	if len(conditions) == 0 {
		return "always"
	}
	words := map[flow.Op]string{flow.AtLeast: "is at least", flow.IsOneOf: "is one of", flow.IsNot: "is not"}
	parts := make([]string, len(conditions))
	for i, c := range conditions {
		name := p.SeverityName
		if c.Field == flow.Type {
			name = p.TypeName
		}
		parts[i] = fmt.Sprintf("%s %s %s", c.Field, words[c.Op], names(c.Values, name))
	}
	return "when " + strings.Join(parts, " and ")
}
