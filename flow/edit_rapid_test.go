package flow_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// anyEdit is an edit of something that is, mostly, there.
func anyEdit(t *rapid.T, p flow.Process) flow.ProcessEdit {
	if maybe(t, 3) {
		return flow.ReplaceProcess{With: anyProcess(t)}
	}
	f, s, task := anyParts(t, p)
	list := oneOf(t, flow.Lists()...)
	label := oneOf(t, append(p.Labels(list), flow.Role{Key: "gone"})...).Key
	by := oneOf(t, -1, 1, 1, 2)
	name := oneOf(t, "Documenting", "Legal", "🦊", "Größe 7", "a b", "", "Learning")
	tpl := flow.Template{Kind: oneOf(t, flow.Kinds()...), Title: name, Optional: maybe(t, 20)}
	if tpl.Kind == flow.AssignRole {
		tpl.Role = oneOf[flow.Key](t, "scribe", "communications", "")
	}
	tpl.Assignee = oneOf(t, flow.Assignee{}, flow.Assignee{User: "cem"}, flow.Assignee{Role: flow.LeadRole})
	tpl.Due = oneOf(t, flow.Offset{}, flow.Offset{N: 3, Unit: flow.BusinessDays}, flow.Offset{N: 30, Unit: flow.Hours}, flow.Offset{N: -1, Unit: flow.Days})
	conditions := oneOf(t, nil, []flow.Condition{severityAtLeast("major")}, []flow.Condition{typeIs("security")}, []flow.Condition{typeIs("gone")})
	return oneOf[flow.ProcessEdit](t,
		flow.AddFlow{Name: name, Preset: oneOf(t, flow.LightPreset, flow.StandardPreset, flow.MajorPreset, "")}, flow.AddFlow{Name: name, Copy: f},
		flow.EditFlow{Flow: f, Name: &name}, flow.EditFlow{Flow: f, AppliesTo: &conditions}, flow.EditFlow{Flow: f, Entry: to(flow.Automatic), EntersWhen: &conditions},
		flow.EditFlow{Flow: f, Entry: to(flow.Ask)}, flow.EditFlow{Flow: f, OptOut: to(oneOf(t, flow.Everyone, flow.Admins, flow.Nobody))},
		flow.EditFlow{Flow: f, Disabled: to(maybe(t, 30))}, flow.MoveFlow{Flow: f, By: by}, flow.RemoveFlow{Flow: f},
		flow.AddStatus{Flow: f, Name: name}, flow.RenameStatus{Flow: f, Status: s, Name: name}, flow.MoveStatus{Flow: f, Status: s, By: by}, flow.RemoveStatus{Flow: f, Status: s},
		flow.AddTemplate{Flow: f, Status: s, Task: tpl}, flow.AddTemplate{Flow: f, Status: s, Task: tpl}, flow.EditTemplate{Flow: f, Task: task, To: tpl},
		flow.EditTemplate{Flow: f, Task: task, To: tpl, Status: s}, flow.MoveTemplate{Flow: f, Task: task, By: by}, flow.RemoveTemplate{Flow: f, Task: task},
		flow.AddLabel{List: list, Name: name}, flow.EditLabel{List: list, Key: label, Name: &name}, flow.MoveLabel{List: list, Key: label, By: by},
		flow.RetireLabel{List: list, Key: label}, flow.RestoreLabel{List: list, Key: label},
		flow.SetCalendar{Holidays: days(upTo(t, 3))}, flow.SetAdmins{People: people(upTo(t, 3))},
		anyTemplateEdit(t, p, f, name),
	)
}

// anyParts are keys that are mostly there.
func anyParts(t *rapid.T, p flow.Process) (f, s, task flow.Key) {
	f, s, task = "gone", "gone", "gone"
	if len(p.Flows) == 0 || maybe(t, 5) {
		return f, s, task
	}
	in := oneOf(t, p.Flows...)
	f = in.Key
	if len(in.Statuses) > 0 && !maybe(t, 5) {
		s = oneOf(t, in.Statuses...).Key
	}
	var tasks []flow.Key
	for _, st := range in.Statuses {
		for _, tpl := range st.Tasks {
			tasks = append(tasks, tpl.Key)
		}
	}
	if len(tasks) > 0 && !maybe(t, 5) {
		task = oneOf(t, tasks...)
	}
	return f, s, task
}

func TestWhateverIsEditedTheProcessStaysWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProcess(t)
		ever := keysOf(p)
		for range 30 {
			e, before := anyEdit(t, p), stored(t, p)
			next, err := flow.Edit(p, e, root)
			if !bytes.Equal(stored(t, p), before) {
				t.Fatalf("%T%+v changed its argument", e, e)
			}
			if err != nil {
				var r flow.Refusal
				if !errors.As(err, &r) {
					t.Fatalf("%T%+v: %v", e, e, err)
				}
				continue
			}
			if problems := next.Check(); len(problems) > 0 || next.Version != p.Version+1 {
				t.Fatalf("%T%+v made version %d with %v", e, e, next.Version, problems)
			}
			if len(flow.Diff(p, next)) == 0 || len(flow.Diff(next, p)) == 0 || len(flow.Diff(next, deepCopy(t, next))) > 0 {
				t.Fatalf("%T%+v: the difference is %+v, and back %+v", e, e, flow.Diff(p, next), flow.Diff(next, p))
			}
			if _, replaced := e.(flow.ReplaceProcess); !replaced {
				neverReused(t, ever, keysOf(p), keysOf(next))
			}
			for k := range keysOf(next) {
				ever[k] = true
			}
			p = next
		}
	})
}

// keysOf are all permanent keys, each with where it is valid.
func keysOf(p flow.Process) map[string]bool {
	out := map[string]bool{}
	for _, l := range flow.Lists() {
		for _, r := range p.Labels(l) {
			out[fmt.Sprint(l, "/", r.Key)] = true
		}
	}
	for _, f := range p.Flows {
		out[fmt.Sprint("flow/", f.Key)] = true
		for _, s := range f.Statuses {
			out[fmt.Sprint("flow/", f.Key, "/status/", s.Key)] = true
			for _, t := range s.Tasks {
				out[fmt.Sprint("flow/", f.Key, "/task/", t.Key)] = true
			}
		}
	}
	return out
}

func neverReused(t *rapid.T, ever, before, after map[string]bool) {
	for k := range after {
		if ever[k] && !before[k] {
			t.Fatalf("%s was removed, and is there again for something else", k)
		}
	}
}

func TestAVersionThatIsGoneBackToIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := anyProcess(t)
		p := first
		for range 5 {
			if next, err := flow.Edit(p, anyEdit(t, p), root); err == nil {
				p = next
			}
		}
		again, err := flow.Edit(p, flow.ReplaceProcess{With: first}, root)
		if len(flow.Diff(p, again)) == 0 {
			return
		}
		if err != nil || again.Version != p.Version+1 {
			t.Fatalf("version %d after %d: %v", again.Version, p.Version, err)
		}
		for _, d := range flow.Diff(first, withoutAdded(first, again)) {
			t.Fatalf("going back left %+v", d)
		}
	})
}

// withoutAdded is a process without the labels that another one has not. What was added since is retired, not deleted.
func withoutAdded(than, p flow.Process) flow.Process {
	drop := func(l flow.List) func(flow.Label) bool {
		return func(x flow.Label) bool {
			known := slices.ContainsFunc(than.Labels(l), func(r flow.Role) bool { return r.Key == x.Key })
			return !known && x.Retired
		}
	}
	p.Severities = slices.DeleteFunc(slices.Clone(p.Severities), drop(flow.Severities))
	p.Types = slices.DeleteFunc(slices.Clone(p.Types), drop(flow.Types))
	p.ActiveStatuses = slices.DeleteFunc(slices.Clone(p.ActiveStatuses), drop(flow.ActiveStatuses))
	p.Roles = slices.DeleteFunc(slices.Clone(p.Roles), func(r flow.Role) bool {
		return drop(flow.Roles)(flow.Label{Key: r.Key, Retired: r.Retired})
	})
	return p
}
