package blocks

import (
	"strconv"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Fields of a task's form that are no values of their own.
const (
	FieldPerson = "person" // the default assignee, if it is a person
	FieldUnit   = "unit"   // what the due date counts
	IsOptional  = "yes"    // the box in flow.FieldOptional
)

// TemplateForm adds a task to a status of a flow (r.Key is empty), or edits one. after is the number that was typed for its due date.
func TemplateForm(s Scene, f flow.Flow, st flow.Status, t flow.Template, after string, r Ref, e Editing) slack.ModalViewRequest {
	r.Flow, r.Status = f.Key, st.Key
	does, submit, head := say("This changes a task of %s, in %s.", quoted(st.Name), quoted(f.Name)), words("Save"), "Edit task"
	if r.Key == "" {
		does, submit, head = say("This adds a task to %s, in %s.", quoted(st.Name), quoted(f.Name)), "Add", "Add task"
	}
	shown := append(s.opening(does, e),
		input(flow.FieldKind, "Kind", kinds(t.Kind)),
		hint(optional(input(flow.FieldTitle, "Title", typed(flow.FieldTitle, t.Title, flow.MaxTitle, false))), say("Empty: what its kind is usually called. A custom task needs one.")),
		hint(optional(input(flow.FieldDescription, "Instructions", typed(flow.FieldDescription, t.Description, flow.MaxDescription, true))), say("Slack's formatting works, such as bold, italic and code.")),
		hint(optional(input(flow.FieldRole, "Role to assign", s.roleMenu(flow.FieldRole, t.Role))), say("For the kind “assign a role” only.")),
		optional(input(flow.FieldAssignee, "Default assignee, by role", s.roleMenu(flow.FieldAssignee, t.Assignee.Role))),
		hint(optional(input(FieldPerson, "Or a person", person(FieldPerson, t.Assignee.User))), say("Empty, both: nobody has it at first.")),
		hint(optional(input(flow.FieldDue, "Due after", typed(flow.FieldDue, after, 10, false))), say("A number. It counts from when the status begins. Empty: no due date.")),
		input(FieldUnit, "Counted in", units(t.Due.Unit)),
		optional(input(flow.FieldOptional, "Leaving it out", optionalBox(t.Optional))))
	if r.Key != "" && len(f.Statuses) > 1 {
		shown = append(shown, input(flow.FieldStatus, "Status", s.statusesOf(f, st.Key)))
	}
	return modal(EditTemplate, r, head, submit, shown...)
}

// AfterOf is the number of a due date as it stands in its field.
func AfterOf(t flow.Template) string {
	if t.Due.Unit == "" {
		return ""
	}
	return strconv.Itoa(t.Due.N)
}

func kinds(set flow.Kind) slack.BlockElement {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, k := range flow.Kinds() {
		o := option(string(k), capital(KindName(k)))
		options = append(options, o)
		if k == set {
			initial = o
		}
	}
	return selection(flow.FieldKind, options, initial)
}

// roleMenu chooses a role; a retired one only while it is set.
func (s Scene) roleMenu(field string, set flow.Key) slack.BlockElement {
	var all []flow.Label
	for _, r := range s.Process.Roles {
		all = append(all, flow.Label{Key: r.Key, Name: r.Name, Retired: r.Retired})
	}
	options, initial := labels(all, set)
	return selection(field, options, initial)
}

func units(set flow.Unit) slack.BlockElement {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, u := range []struct {
		unit flow.Unit
		name string
	}{{flow.BusinessDays, "Business days"}, {flow.Days, "Days"}, {flow.Hours, "Hours"}} {
		o := option(string(u.unit), u.name)
		options = append(options, o)
		if u.unit == set || initial == nil {
			initial = o
		}
	}
	return selection(FieldUnit, options, initial)
}

func optionalBox(set bool) slack.BlockElement {
	o := option(IsOptional, "Everyone may mark it not doing, also where opting out is restricted")
	e := slack.NewCheckboxGroupsBlockElement(flow.FieldOptional, o)
	if set {
		e.InitialOptions = []*slack.OptionBlockObject{o}
	}
	return e
}

func (s Scene) statusesOf(f flow.Flow, set flow.Key) slack.BlockElement {
	var all []flow.Label
	for _, st := range f.Statuses {
		all = append(all, flow.Label{Key: st.Key, Name: st.Name})
	}
	options, initial := labels(all, set)
	return selection(flow.FieldStatus, options, initial)
}
