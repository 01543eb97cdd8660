package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Names of values in forms that no rule refuses. The others are the Field… constants of package flow. In any form the value of a field
// stands in state.values[field][field].
const (
	FieldHandOver = "hand-over" // checkbox: HandOver
	FieldIncident = "incident"  // select: Ref.String of an incident
)

// Choices of radio groups and checkboxes.
const (
	HandOver = "hand-over" // the open tasks of whoever held the role go along

	NewChannel  = "new"     // FieldChannel when declaring
	NewPrivate  = "private" //
	ThisChannel = "this"    //

	EnterFlow   = "enter"   // FieldFlow when closing and reopening
	WithoutFlow = "without" //
	ResumeFlow  = "resume"  //
	SwitchFlow  = "switch"  //
	LeaveFlow   = "opt-out" // with FieldReason
	BackToWork  = "active"  // reopening
	BackToFlow  = "flow"    //
	StartFlow   = "start"   // for an incident that never entered
)

// RoleField is the name of the field for a role in the form of roles.
func RoleField(role flow.Key) string { return "role/" + string(role) }

// Notice is a view that only says something.
func Notice(title string, texts ...Text) slack.ModalViewRequest {
	var shown []slack.Block
	for _, t := range texts {
		shown = append(shown, paragraph(t)...)
	}
	return modal(Noticed, Ref{}, title, "", shown...)
}

// Declaring is what the form for a new incident starts with.
type Declaring struct {
	Name, Summary  string
	Severity, Type flow.Key // empty: the first one offered
	Lead           flow.UserID
	Here           flow.ChannelID  // the channel that the person is in, if it can be used; else empty
	Same           flow.IncidentID // they declared the same name within the last minute: ask whether this was meant
}

// DeclareForm asks for what a new incident needs. When Same is set it is the question whether that was meant; what was typed
// survives in Slack, since the fields are the same.
func DeclareForm(s Scene, d Declaring) slack.ModalViewRequest {
	action, submit := Declare, words("Declare")
	opening := say("This declares an incident and opens its channel. Whoever leads is named there.")
	if d.Same != 0 {
		action, submit = Again, "Declare another"
		opening = say("You declared %s under this name within the last minute. Is this another incident?", d.Same)
	}
	shown := []slack.Block{
		section(opening, nil),
		input(flow.FieldName, "Name", typed(flow.FieldName, d.Name, flow.MaxName, false)),
	}
	shown = append(shown, choose(flow.FieldSeverity, "Severity", s.Process.Severities, orFirst(d.Severity, s.Process.Severities))...)
	shown = append(shown, choose(flow.FieldType, "Type", s.Process.Types, orFirst(d.Type, s.Process.Types))...)
	shown = append(shown,
		optional(input(flow.FieldLead, s.leadLabel(), person(flow.FieldLead, d.Lead))),
		input(flow.FieldChannel, "Channel", channels(d.Here)),
		optional(input(flow.FieldSummary, "Summary", typed(flow.FieldSummary, d.Summary, flow.MaxSummary, true))),
	)
	return modal(action, Ref{Channel: d.Here, Incident: d.Same}, "Declare an incident", submit, shown...)
}

func channels(here flow.ChannelID) slack.BlockElement {
	options := []*slack.OptionBlockObject{
		option(NewChannel, "A new channel"),
		explained(option(NewPrivate, "A new private channel"), say("Nobody outside it learns of the incident.")),
	}
	if here != "" {
		options = append(options, option(ThisChannel, "This channel"))
	}
	return radio(flow.FieldChannel, options[0], options...)
}

func (s Scene) leadLabel() string { return s.Process.RoleName(flow.LeadRole) }

// choose is a field for one of the labels of the process; none if there are none.
func choose(field, label string, all []flow.Label, set flow.Key) []slack.Block {
	options, initial := labels(all, set)
	if len(options) == 0 {
		return nil
	}
	return []slack.Block{input(field, label, selection(field, options, initial))}
}

func orFirst(k flow.Key, all []flow.Label) flow.Key {
	if offered := flow.Offered(all); k == "" && len(offered) > 0 {
		return offered[0].Key
	}
	return k
}

// UpdateForm edits an incident. In the post-incident stage it has no status: tasks move the incident.
func UpdateForm(s Scene, inc flow.Incident) slack.ModalViewRequest {
	opening := say("What you change here is posted in the channel of %s.", inc.ID)
	var shown []slack.Block
	switch inc.Stage {
	case flow.Active:
		shown = append(shown, choose(flow.FieldStatus, "Status", s.Process.ActiveStatuses, inc.Status)...)
	case flow.PostIncident:
		opening = say("%s It is in %s: its tasks move it on, not this form.", opening, statusOf(inc, inc.Status))
	case flow.Closed:
		opening = say("%s It stays closed.", opening)
	}
	shown = append([]slack.Block{section(opening, nil)}, shown...)
	shown = append(shown, optional(input(flow.FieldNote, "What is new", typed(flow.FieldNote, "", flow.MaxReason, true))))
	shown = append(shown, choose(flow.FieldSeverity, "Severity", s.Process.Severities, inc.Severity)...)
	shown = append(shown, choose(flow.FieldType, "Type", s.Process.Types, inc.Type)...)
	shown = append(shown,
		input(flow.FieldName, "Name", typed(flow.FieldName, inc.Name, flow.MaxName, false)),
		optional(input(flow.FieldSummary, "Summary", typed(flow.FieldSummary, inc.Summary, flow.MaxSummary, true))),
	)
	return modal(Update, Ref{Incident: inc.ID}, "Update "+inc.ID.String(), "Update", shown...)
}

// mostRoles keeps the form of roles within Slack's limit of blocks.
const mostRoles = 90

// RolesForm says who holds which role. Empty fields empty the role.
func RolesForm(s Scene, inc flow.Incident) slack.ModalViewRequest {
	shown := []slack.Block{section(say("Changes are posted in the channel of %s. Tasks that go with a role follow it.", inc.ID), nil)}
	for i, r := range s.Process.Roles {
		if i == mostRoles {
			break
		}
		if r.Retired && inc.Roles[r.Key] == "" {
			continue
		}
		field := RoleField(r.Key)
		in := optional(input(field, r.Name, person(field, inc.Roles[r.Key])))
		if r.Description != "" {
			in = hint(in, brief(r.Description, shortLine))
		}
		shown = append(shown, in)
	}
	also := slack.NewCheckboxGroupsBlockElement(FieldHandOver, option(HandOver, "Hand over their other open tasks too"))
	shown = append(shown, optional(input(FieldHandOver, "Tasks of the former holder", also)))
	return modal(Roles, Ref{Incident: inc.ID}, "Roles of "+inc.ID.String(), "Save", shown...)
}

// UseChannelForm asks for an existing channel for an incident that has none.
func UseChannelForm(_ Scene, inc flow.Incident) slack.ModalViewRequest {
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText("A channel", maxLabel), flow.FieldChannel)
	pick.Filter = &slack.SelectBlockElementFilter{
		Include: []string{"public", "private"}, ExcludeExternalSharedChannels: true, ExcludeBotUsers: true,
	}
	return modal(UseChannel, Ref{Incident: inc.ID}, "Use a channel", "Use it",
		section(say("%s will live in this channel. I join a public one myself; please invite me to a private one first.", inc.ID), nil),
		input(flow.FieldChannel, "Channel", pick))
}

// InviteForm asks whether somebody who is not in the channel of a private incident may be brought in, so that they can have a task
// (r.Task) or whatever r.Want says.
func InviteForm(s Scene, inc flow.Incident, r Ref) slack.ModalViewRequest {
	r.Incident = inc.ID
	return modal(Invite, r, "Invite to "+inc.ID.String(), "Invite", section(s.inviting(inc, r), nil))
}

func (s Scene) inviting(inc flow.Incident, r Ref) Text {
	then := say("They then see everything in it.")
	if r.Task != 0 {
		then = say("They then see everything in it, and get %s.", bold(s.titleOf(inc, r.Task)))
	}
	return say("%s is private, and %s is not in its channel. Invite them? %s", inc.ID, s.name(r.Person), then)
}

// mostPicked is how many incidents Slack lets one choose from.
const mostPicked = 100

// PickForm asks which incident a command is about, when it was typed outside the channel of one. Want is the command.
func PickForm(s Scene, incidents []flow.Incident, want string) slack.ModalViewRequest {
	if len(incidents) == 0 {
		return Notice("Which incident?", say("No open incident of yours was found. Name one: %s.", s.command("tasks INC-1")))
	}
	var options []*slack.OptionBlockObject
	for _, inc := range incidents[:min(len(incidents), mostPicked)] {
		options = append(options, option(Ref{Incident: inc.ID}.String(), inc.ID.String()+" · "+inc.Name))
	}
	return modal(Pick, Ref{Want: want}, "Which incident?", "Continue",
		section(say("This channel belongs to no incident. Choose the one that you mean; nothing changes yet."), nil),
		input(FieldIncident, "Incident", selection(FieldIncident, options, options[0])))
}
