package flow

import (
	"slices"
	"strings"
)

// Edits of the tasks that a flow defines.
type (
	// AddTemplate adds a task behind the others of a status. Its Key is made; without a title it has that of its kind.
	AddTemplate struct {
		Flow, Status Key
		Task         Template
	}
	// EditTemplate replaces all of a task but its key; without a title it has that of its kind. A Status that is not empty moves it there, behind the others.
	EditTemplate struct {
		Flow, Task Key
		To         Template
		Status     Key
	}
	// MoveTemplate changes the order of the tasks of a status.
	MoveTemplate struct {
		Flow, Task Key
		By         int
	}
	// RemoveTemplate removes a task. Its key is not used again.
	RemoveTemplate struct{ Flow, Task Key }
)

// Task finds a task by its key, with the status that it is in.
func (f Flow) Task(k Key) (Template, Status, bool) {
	if i, j := f.taskAt(k); i >= 0 {
		return f.Statuses[i].Tasks[j], f.Statuses[i], true
	}
	return Template{}, Status{}, false
}

// taskAt is the place of a task's status and its place there, or -1.
func (f Flow) taskAt(k Key) (status, task int) {
	for i, s := range f.Statuses {
		if j := slices.IndexFunc(s.Tasks, func(t Template) bool { return t.Key == k }); j >= 0 {
			return i, j
		}
	}
	return -1, -1
}

func (d *editing) template(flow, task Key) (f *Flow, status, place int, err error) {
	f, err = d.flow(flow)
	if err != nil {
		return nil, 0, 0, err
	}
	status, place = f.taskAt(task)
	if status < 0 {
		return nil, 0, 0, gone(FieldTasks)
	}
	return f, status, place, nil
}

// DefaultTitle is what a task of a kind is called unless somebody says otherwise; empty for those that need a title of their own. role is the visible
// name of the role, for AssignRole.
func DefaultTitle(k Kind, role string) string {
	switch k {
	case ReviewTimeline:
		return "Review the incident timeline"
	case CreatePostmortem:
		return "Create a post-mortem document"
	case ScheduleDebrief:
		return "Schedule the debrief"
	case HoldDebrief:
		return "Hold the debrief"
	case CompletePostmortem:
		return "Mark the post-mortem as complete"
	case SharePostmortem:
		return "Share the post-mortem"
	case ReviewFollowUps:
		return "Review follow-ups"
	case AssignRole:
		return "Assign the " + role + " role"
	}
	return ""
}

// checkTemplate gives a task that was typed its default title, and refuses, beside its field, what Check would say of it.
func (d *editing) checkTemplate(t Template) (Template, error) {
	if !slices.Contains(Kinds(), t.Kind) {
		return t, Refusal{Why: NotOffered, Field: FieldKind}
	}
	if t.Kind != AssignRole {
		t.Role = ""
	} else if t.Role == "" {
		return t, Refusal{Why: Required, Field: FieldRole}
	}
	for _, r := range []struct {
		field string
		key   Key
	}{{FieldRole, t.Role}, {FieldAssignee, t.Assignee.Role}} {
		if r.key != "" && !slices.ContainsFunc(d.p.Roles, func(x Role) bool { return x.Key == r.key }) {
			return t, Refusal{Why: NotOffered, Field: r.field}
		}
	}
	if strings.TrimSpace(t.Title) == "" {
		t.Title = DefaultTitle(t.Kind, d.p.RoleName(t.Role))
	}
	var err error
	if t.Title, err = line(FieldTitle, t.Title, MaxTitle); err != nil {
		return t, err
	}
	if t.Description, err = text(FieldDescription, t.Description, MaxDescription, false); err != nil {
		return t, err
	}
	if t.Assignee.User != "" && t.Assignee.Role != "" {
		return t, Refusal{Why: OneAssignee, Field: FieldAssignee}
	}
	if t.Due.Unit == "" {
		t.Due = Offset{}
	}
	if !slices.Contains([]Unit{"", BusinessDays, Days, Hours}, t.Due.Unit) || t.Due.N < 0 || t.Due.N > MaxOffset {
		return t, Refusal{Why: BadOffset, Field: FieldDue, Limit: MaxOffset}
	}
	return t, nil
}

func (e AddTemplate) edit(d *editing) error {
	f, i, err := d.status(e.Flow, e.Status)
	if err != nil {
		return err
	}
	t, err := d.checkTemplate(e.Task)
	if err != nil {
		return err
	}
	if f.Tasks() >= MaxTasks {
		return Refusal{Why: NoRoom, Field: FieldTasks, Limit: MaxTasks}
	}
	t.Key = d.newKey(t.Title, func(k Key) bool { _, _, there := f.Task(k); return there })
	f.Statuses[i].Tasks = append(f.Statuses[i].Tasks, t)
	return nil
}

func (e EditTemplate) edit(d *editing) error {
	f, i, j, err := d.template(e.Flow, e.Task)
	if err != nil {
		return err
	}
	t, err := d.checkTemplate(e.To)
	if err != nil {
		return err
	}
	t.Key = e.Task
	to := i
	if e.Status != "" {
		if to = f.statusAt(e.Status); to < 0 {
			return gone(FieldStatus)
		}
	}
	if to == i {
		f.Statuses[i].Tasks[j] = t
		return nil
	}
	f.Statuses[i].Tasks = slices.Delete(f.Statuses[i].Tasks, j, j+1)
	f.Statuses[to].Tasks = append(f.Statuses[to].Tasks, t)
	return nil
}

func (e MoveTemplate) edit(d *editing) error {
	f, i, j, err := d.template(e.Flow, e.Task)
	if err != nil {
		return err
	}
	f.Statuses[i].Tasks = move(f.Statuses[i].Tasks, j, e.By)
	return nil
}

func (e RemoveTemplate) edit(d *editing) error {
	f, i, j, err := d.template(e.Flow, e.Task)
	if err != nil {
		return err
	}
	f.Statuses[i].Tasks = slices.Delete(f.Statuses[i].Tasks, j, j+1)
	return nil
}
