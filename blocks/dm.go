package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// WithdrawnDM is what is left of a message about a private incident for somebody who is not in its channel any more.
func WithdrawnDM() Message {
	return Say(say("This was about a private incident. You are not in its channel any more."))
}

// Handed is what a message to an assignee is about.
type Handed struct {
	Tasks   []flow.TaskNumber
	By      flow.UserID // who assigned; empty: Epilogue, by the flow's defaults
	Default bool        // by the flow's defaults, as their status began
	First   bool        // the first task ever for this person: a sentence says what this is
}

// mostHanded is how many tasks one message carries with their buttons: 2 blocks each.
const mostHanded = 15

// AssigneeDM tells somebody what they are asked to do, with the buttons to do it. It shows the present: rendered again after a change,
// settled tasks and those that are somebody else's by now lose their buttons and say so.
func AssigneeDM(s Scene, inc flow.Incident, to flow.UserID, h Handed) Message {
	opening := s.asks(inc, h)
	shown := paragraph(opening)
	fallback, next := []Text{opening}, true
	for i, n := range h.Tasks {
		if i == mostHanded {
			rest := say("%d more: %s.", len(h.Tasks)-i, s.command("todo"))
			shown, fallback = append(shown, section(rest, nil)), append(fallback, rest)
			break
		}
		t, ok := inc.Task(n)
		line := say("Task %d was removed from %s.", n, inc.ID)
		if ok {
			line = s.handedLine(inc, to, t)
		}
		fallback = append(fallback, line)
		shown = append(shown, s.handed(inc, to, t, line, next)...)
		next = next && !actionable(inc, to, t)
	}
	if h.First && !next { // something is left to do
		shown = append(shown, small(s.whatThisIs()))
	}
	return message(join("\n", fallback...), shown...)
}

// asks opens the message. It tells what happened, not what is, so that it stays true.
func (s Scene) asks(inc flow.Incident, h Handed) Text {
	what := say("a task")
	if len(h.Tasks) > 1 {
		what = count(len(h.Tasks), "task")
	}
	if h.Default || h.By == "" {
		status := inc.Status
		if t, ok := inc.Task(h.Tasks[0]); ok {
			status = t.Status
		}
		return say("Yours in %s of %s:", bold(statusOf(inc, status)), heading(inc))
	}
	return say("%s asked you to take %s of %s:", s.name(h.By), what, heading(inc))
}

func (s Scene) whatThisIs() Text {
	return say("After an incident a few tasks are left. Mark yours done when it is, or hand it on with *Can't do it*. See all of yours with %s.", s.command("todo"))
}

// actionable reports whether a task is still for somebody to do.
func actionable(inc flow.Incident, to flow.UserID, t flow.Task) bool {
	return t.State == flow.Open && t.Assignee == to && inc.Stage == flow.PostIncident
}

func (s Scene) handedLine(inc flow.Incident, to flow.UserID, t flow.Task) Text {
	switch {
	case t.Settled.How == flow.ByOptOut: // the reason is the same for all, and stands in the channel
		return say("%s %s: not doing, %s closed %s early", s.state(inc, t), title(t), s.name(t.Settled.By), inc.ID)
	case t.State != flow.Open:
		return say("%s %s: %s", s.state(inc, t), title(t), s.ending(t))
	case inc.Stage == flow.Closed:
		return say("%s: %s is closed", title(t), inc.ID)
	case inc.Stage == flow.Active:
		return say("⏸ %s: paused, %s is active again", title(t), inc.ID)
	case t.Assignee == "":
		return say("%s: nobody has it now", title(t))
	case t.Assignee != to:
		return say("%s: %s has it now", title(t), s.name(t.Assignee))
	}
	return join(" · ", say("%s %s", s.state(inc, t), bold(title(t))), s.due(inc, t))
}

func (s Scene) handed(inc flow.Incident, to flow.UserID, t flow.Task, line Text, next bool) []slack.Block {
	if !actionable(inc, to, t) {
		return []slack.Block{section(line, nil)}
	}
	row := append(s.taskButtons(inc, t, false), button(CannotDo, "Can't do it", ref(inc, t), t.Title))
	if next {
		first(row)
	}
	return []slack.Block{
		section(join("\n", line, instructions(t), aboutPostmortem(inc, t)), taskMenu(inc, t)),
		actions("task/"+ref(inc, t).String(), row...),
	}
}

// PastEvidenceDM tells the lead that what completed tasks of the past is gone, and offers to open them again.
func PastEvidenceDM(s Scene, inc flow.Incident, ev flow.Event) Message {
	f, _ := ev.Fact.(flow.EvidenceGone)
	line := say("%s: what completed %s is gone (%s). The status of these tasks is over, so nothing was reopened.",
		heading(inc), s.tasksNamed(inc, f.Past, 5), s.goneWords(f.Proof, f.Reason))
	shown := paragraph(line)
	if inc.Stage == flow.PostIncident {
		for _, n := range f.Past[:min(len(f.Past), 5)] {
			if t, ok := inc.Task(n); ok && t.State != flow.Open {
				shown = append(shown, section(title(t), reopenButton(inc, t, "Reopen task")))
			}
		}
	}
	if inc.Stage == flow.Closed { // opening a task again is reopening the incident: its form asks which ones
		shown = append(shown, actions("past/"+inc.ID.String(), button(Reopen, "Reopen task", Ref{Incident: inc.ID}, inc.ID.String())))
	}
	return message(line, shown...)
}

// ChannelRefusedDM tells the declarer that Slack made no channel, and why, in Slack's own word. The incident stands without one.
func ChannelRefusedDM(s Scene, inc flow.Incident, why string) Message {
	if inc.Channel != "" {
		where, _ := channel(inc.Channel)
		return Say(join(" ", say("%s has its channel now.", heading(inc)), where))
	}
	line := say("%s has no channel: Slack refused to make one (%s). The incident is open all the same; give it a channel so that people can follow.",
		heading(inc), orWord(why))
	r, about := Ref{Incident: inc.ID}, inc.ID.String()
	retry := button(RetryOpen, "Try again", r, about)
	retry.WithStyle(slack.StylePrimary)
	return message(line, section(line, nil), actions("channel/"+r.String(), retry, button(UseChannel, "Use a channel", r, about)))
}

// ChannelAskedAgainDM is what becomes of that message when somebody tried again, and Slack refused again: another one asks now.
func ChannelAskedAgainDM(inc flow.Incident) Message {
	return Say(say("%s has no channel: Slack refused to make one. It was asked again since.", heading(inc)))
}

func orWord(why string) Text {
	if why == "" {
		return say("without a reason")
	}
	return reason(why)
}
