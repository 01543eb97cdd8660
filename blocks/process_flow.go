package blocks

import (
	"slices"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// FlowDraft is what the fields of a flow's form hold.
type FlowDraft struct {
	Name, Description string
	Entry             flow.Entry
	OptOut            flow.Right
	Ladder            []flow.Step
}

// DraftOf are the fields of a flow as it is.
func DraftOf(f flow.Flow) FlowDraft {
	return FlowDraft{f.Name, f.Description, f.Entry, f.OptOut, flow.LadderOf(f)}
}

// FlowForm edits a flow: its fields are saved by submitting it, conditions, statuses and tasks each at once.
func FlowForm(s Scene, f flow.Flow, d FlowDraft, r Ref, e Editing) slack.ModalViewRequest {
	shown := s.opening(say("Save keeps what stands in the fields. Conditions, statuses and tasks are saved as you change them."), e)
	shown = append(shown,
		input(flow.FieldName, "Name", typed(flow.FieldName, d.Name, flow.MaxLabel, false)),
		optional(input(flow.FieldDescription, "Description", typed(flow.FieldDescription, d.Description, flow.MaxDescription, true))),
		input(flow.FieldEntry, "When an incident is resolved", entries(d.Entry)),
		input(flow.FieldOptOut, "Who may opt out", rights(d.OptOut)),
		hint(optional(input(flow.FieldReminders, "Reminders of a task with a due date", ladder(d.Ladder))), say("None: nobody is reminded.")),
		divider(),
		section(s.appliesInWords(f), button(FlowRules, "Change", Ref{Flow: f.Key, Want: flow.FieldAppliesTo}, "Which incidents it is for")))
	if f.Entry == flow.Automatic {
		shown = append(shown, section(s.automaticInWords(f), button(FlowRules, "Change", Ref{Flow: f.Key, Want: flow.FieldEntersWhen}, "Which enter by themselves")))
	} else {
		shown = append(shown, section(say("*Enters by itself* never: whoever resolves an incident is asked. Once Automatic is saved, its conditions are set here."), nil))
	}
	shown = append(shown, divider(), header("Statuses"))
	for i, st := range f.Statuses {
		shown = append(shown, section(join("\n", say("%d. %s, %s", i+1, bold(brief(st.Name, shortName)), count(len(st.Tasks), "task")), tasksInShort(st)), statusMenu(f, st, i)))
	}
	if len(f.Statuses) == 0 {
		shown = append(shown, section(say("There are none: nobody is asked about this flow."), nil))
	}
	do := []slack.BlockElement{button(AddStatus, "Add status", Ref{Flow: f.Key}, f.Name), button(PreviewFlow, "Preview", Ref{Flow: f.Key}, f.Name)}
	if concerned(e) {
		do = append(do, button(UpdateIncidents, "Update incidents", Ref{Flow: f.Key}, f.Name))
	}
	shown = append(shown, actions("flow/do", do...))
	r.Flow = f.Key
	return modal(EditFlow, r, "Edit flow", "Save", shown...)
}

// tasksInShort names the first tasks of a status.
func tasksInShort(st flow.Status) Text {
	return listed(st.Tasks, func(t flow.Template) Text { return brief(t.Title, shortPerson) })
}

// concerned reports whether there are incidents that keep their snapshot: they may be brought up to date.
func concerned(e Editing) bool {
	return slices.ContainsFunc(e.Means, func(c flow.Consequence) bool { return c.Incidents > 0 })
}

func entries(set flow.Entry) slack.BlockElement {
	ask := explained(option(string(flow.Ask), "Ask"), say("Whoever resolves it chooses."))
	itself := explained(option(string(flow.Automatic), "Automatic"), say("It enters by itself if its conditions match, else as Ask."))
	chosen := ask
	if set == flow.Automatic {
		chosen = itself
	}
	return radio(flow.FieldEntry, chosen, ask, itself)
}

// stepNames are the steps of the ladder, as they are offered.
var stepNames = map[flow.Step]words{
	flow.DayBefore: "The day before", flow.OnTheDay: "On the day", flow.OneLate: "One business day late", flow.ThreeLate: "Three business days late",
	flow.FiveLate: "Five business days late",
}

func ladder(set []flow.Step) slack.BlockElement {
	e := slack.NewCheckboxGroupsBlockElement(flow.FieldReminders)
	for _, step := range flow.Steps() {
		o := option(string(step), string(stepNames[step]))
		e.Options = append(e.Options, o)
		if slices.Contains(set, step) {
			e.InitialOptions = append(e.InitialOptions, o)
		}
	}
	return e
}

// rightNames are who may opt out, as they are offered.
var rightNames = []struct {
	right flow.Right
	name  words
}{{flow.Everyone, "Everyone"}, {flow.LeadAndAdmins, "Lead and admins"}, {flow.Admins, "Admins"}, {flow.Nobody, "Nobody"}}

func rights(set flow.Right) slack.BlockElement {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, r := range rightNames {
		o := option(string(r.right), string(r.name))
		options = append(options, o)
		if r.right == set || initial == nil {
			initial = o
		}
	}
	return selection(flow.FieldOptOut, options, initial)
}

func (s Scene) appliesInWords(f flow.Flow) Text {
	if len(f.AppliesTo) == 0 {
		return say("*For* every incident that no flow before it takes.")
	}
	return say("*For* incidents that no flow before it takes, when %s.", s.Conditions(f.AppliesTo))
}

func (s Scene) automaticInWords(f flow.Flow) Text {
	if len(f.EntersWhen) == 0 {
		return say("*Enters by itself* always.")
	}
	return say("*Enters by itself* when %s.", s.Conditions(f.EntersWhen))
}

// moves are the choices that move an entry of a list to its neighbors' places.
func moves(a Action, r Ref, at, n int) []*slack.OptionBlockObject {
	var out []*slack.OptionBlockObject
	if at > 0 {
		r.Page = at - 1
		out = append(out, choice(a, "Move up", r))
	}
	if at < n-1 {
		r.Page = at + 1
		out = append(out, choice(a, "Move down", r))
	}
	return out
}

func statusMenu(f flow.Flow, st flow.Status, at int) slack.BlockElement {
	r := Ref{Status: st.Key}
	choices := append([]*slack.OptionBlockObject{choice(EditStatus, "Edit", r)}, moves(MoveStatus, r, at, len(f.Statuses))...)
	return overflow(append(choices, choice(RemoveStatus, "Remove", r))...)
}

// AddFlowForm adds a flow: from a preset, or as the copy of another one (r.Flow).
func AddFlowForm(s Scene, r Ref, e Editing) slack.ModalViewRequest {
	if f, ok := s.Process.Flow(r.Flow); ok {
		does := say("This adds a flow that is like %s, right behind it.", quoted(f.Name))
		return modal(AddFlow, r, "Duplicate flow", "Duplicate", append(s.opening(does, e), nameField(copyName(f.Name)))...)
	}
	var options []*slack.OptionBlockObject
	for _, p := range flow.Presets() {
		options = append(options, explained(option(string(p), string(presetNames[p])), presetSize(p.Flow())))
	}
	does := say("This adds a flow behind the others: of those that apply to an incident, the first one counts. You can change all of it afterwards.")
	return modal(AddFlow, r, "Add flow", "Add", append(s.opening(does, e), nameField(""),
		input(flow.FieldFlow, "Begin with", radio(flow.FieldFlow, options[0], options...)))...)
}

var presetNames = map[flow.Preset]words{flow.LightPreset: "Light", flow.StandardPreset: "Standard", flow.MajorPreset: "Major"}

func presetSize(f flow.Flow) Text {
	var names []Text
	for _, st := range f.Statuses {
		names = append(names, brief(st.Name, shortPerson))
	}
	return say("%s: %s.", count(f.Tasks(), "task"), join(", ", names...))
}

func nameField(value string) *slack.InputBlock {
	return input(flow.FieldName, "Name", typed(flow.FieldName, value, flow.MaxLabel, false))
}

// copyName is what a copy is called, unless somebody says otherwise.
func copyName(name string) string { return plain("Copy of "+name, flow.MaxLabel) }

// AddStatusForm adds a status to a flow.
func AddStatusForm(s Scene, f flow.Flow, r Ref, e Editing) slack.ModalViewRequest {
	r.Flow = f.Key
	does := say("This adds a status to %s, behind the others. Until it has tasks, an incident waits in it until somebody moves it on.", quoted(f.Name))
	return modal(AddStatus, r, "Add status", "Add", append(s.opening(does, e), nameField(""))...)
}

// EditorPage is how many tasks or labels a page of an editor holds.
const EditorPage = 40

// StatusForm edits a status: its name is saved by submitting it, its tasks each at once.
func StatusForm(s Scene, f flow.Flow, st flow.Status, name string, r Ref, e Editing) slack.ModalViewRequest {
	r.Flow, r.Status = f.Key, st.Key
	page := pageOf(st.Tasks, r.Page, EditorPage)
	r.Page = page.Number
	shown := append(s.opening(say("Save keeps the name. Tasks are saved as you change them."), e), nameField(name), divider(), header("Tasks"))
	for i, t := range page.Items {
		at := page.Number*EditorPage + i
		shown = append(shown, section(s.templateLine(t, at), templateMenu(st, t, at)))
	}
	if len(st.Tasks) == 0 {
		shown = append(shown, section(say("There are none: an incident waits in this status until somebody moves it on."), nil))
	}
	shown = append(shown, actions("status/do", button(AddTemplate, "Add task", Ref{Flow: f.Key, Status: st.Key}, st.Name)))
	shown = append(shown, page.turn(EditStatus, Ref{Status: st.Key})...)
	return modal(EditStatus, r, "Edit status", "Save", shown...)
}

// templateLine is a task as a flow defines it: 2. Create a post-mortem document · create a post-mortem · whoever is Incident Lead · due in 2 business days.
func (s Scene) templateLine(t flow.Template, at int) Text {
	who := say("nobody at first")
	switch {
	case t.Assignee.User != "":
		who = s.name(t.Assignee.User)
	case t.Assignee.Role != "":
		who = brief(s.Process.RoleName(t.Assignee.Role), shortPerson)
	}
	due, may := Text{}, Text{}
	if t.Due.Unit != "" {
		due = say("due %s", Offset(t.Due))
	}
	if t.Optional {
		may = say("optional")
	}
	return join(" · ", say("%d. %s", at+1, bold(brief(t.Title, shortTitle))), KindName(t.Kind), who, due, may)
}

func templateMenu(st flow.Status, t flow.Template, at int) slack.BlockElement {
	r := Ref{Key: t.Key}
	choices := append([]*slack.OptionBlockObject{choice(EditTemplate, "Edit", r)}, moves(MoveTemplate, r, at, len(st.Tasks))...)
	return overflow(append(choices, choice(RemoveTemplate, "Remove", r))...)
}
