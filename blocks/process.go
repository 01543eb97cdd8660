package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Editing is what every form about the process says besides its fields.
type Editing struct {
	Means     []flow.Consequence // what submitting it would mean
	Meanwhile *Meanwhile         // what others have changed since it was opened; nil: nothing
}

// Meanwhile is what others have changed in the process while somebody filled in a form.
type Meanwhile struct {
	By      []flow.UserID
	Changes []flow.Difference
}

// mostChanges is how many changes of others a form says.
const mostChanges = 10

// opening is how a form about the process begins: what others have changed meanwhile, what the form does, and what that means.
func (s Scene) opening(does Text, e Editing) []slack.Block {
	var shown []slack.Block
	if e.Meanwhile != nil {
		shown = append(shown, section(s.meanwhile(*e.Meanwhile), nil))
	}
	lines := []Text{does}
	for _, c := range e.Means[:min(len(e.Means), mostChanges)] {
		lines = append(lines, s.Consequence(c))
	}
	return append(shown, section(join("\n", lines...), nil))
}

func (s Scene) meanwhile(m Meanwhile) Text {
	lines := []Text{say("*%s changed the process while this was open.* Below is all as you left it; submitting it again puts it in the place of theirs where the two differ. Changed was:", list("and", each(m.By[:min(len(m.By), mostChanges)], s.name)...))}
	if len(m.Changes) == 0 {
		lines = []Text{say("*%s changed the process while this was open, and changed it back.* Submit again to save.", list("and", each(m.By[:min(len(m.By), mostChanges)], s.name)...))}
	}
	for i, d := range m.Changes {
		if i == mostChanges {
			lines = append(lines, say("… and %s.", count(len(m.Changes)-i, "more change")))
			break
		}
		lines = append(lines, say("• %s", s.Difference(d).Clip(shortReason)))
	}
	return join("\n", lines...)
}

// Wait is what stands in the place of a form while the next view of it is on its way.
func Wait(next slack.ModalViewRequest) slack.ModalViewRequest {
	next.Submit, next.Blocks = nil, slack.Blocks{BlockSet: []slack.Block{section(say("One moment …"), nil)}}
	return next
}

// processForm is a form about the process that has nothing to be filled in: it asks whether an edit is meant.
func (s Scene) processForm(a Action, r Ref, title string, submit words, does Text, e Editing) slack.ModalViewRequest {
	return modal(a, r, title, submit, s.opening(does, e)...)
}

// RemoveFlowForm asks before a flow is deleted.
func RemoveFlowForm(s Scene, f flow.Flow, r Ref, e Editing) slack.ModalViewRequest {
	return s.processForm(RemoveFlow, r, "Delete flow", "Delete",
		say("The flow %s will be deleted. To have nobody asked for a while, disable it instead.", quoted(f.Name)), e)
}

// SwitchFlowForm asks before a flow is disabled, or enabled again.
func SwitchFlowForm(s Scene, f flow.Flow, r Ref, e Editing) slack.ModalViewRequest {
	if f.Disabled {
		return s.processForm(EnableFlow, r, "Enable flow", "Enable", say("The flow %s will take part again, in its place in the order.", quoted(f.Name)), e)
	}
	return s.processForm(DisableFlow, r, "Disable flow", "Disable", say("Nobody will be asked about the flow %s until it is enabled again.", quoted(f.Name)), e)
}

// RemoveStatusForm asks before a status is removed with its tasks.
func RemoveStatusForm(s Scene, f flow.Flow, st flow.Status, r Ref, e Editing) slack.ModalViewRequest {
	return s.processForm(RemoveStatus, r, "Remove status", "Remove",
		say("The status %s will be removed from %s, with %s.", quoted(st.Name), quoted(f.Name), count(len(st.Tasks), "task")), e)
}

// RemoveTemplateForm asks before a task is removed from a flow.
func RemoveTemplateForm(s Scene, f flow.Flow, t flow.Template, r Ref, e Editing) slack.ModalViewRequest {
	return s.processForm(RemoveTemplate, r, "Remove task", "Remove", say("The task %s will be removed from %s.", quoted(t.Title), quoted(f.Name)), e)
}

// MoveForm asks before something is moved to the place r.Page of its list, 0 being the first, where that means something for incidents.
func MoveForm(s Scene, a Action, name string, r Ref, e Editing) slack.ModalViewRequest {
	return s.processForm(a, r, "Change the order", "Move", say("%s will be number %d.", quoted(name), r.Page+1), e)
}

// RetireForm asks before a severity, type, active status or role is retired.
func RetireForm(s Scene, l flow.Role, r Ref, e Editing) slack.ModalViewRequest {
	return s.processForm(RetireLabel, r, "Retire", "Retire",
		say("%s will be offered no more. It stays where it is used, and can be restored at any time.", quoted(l.Name)), e)
}
