package blocks

import (
	"strings"

	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/internal/spelling"
)

// NoRoom answers when nothing can be saved, because the disk is full.
func NoRoom() Text {
	return say("I cannot save anything at the moment: my disk is full. Nothing was changed. Please tell whoever runs me, and try again later.")
}

// SlackSilent answers when Slack would have to say something first and does not.
func SlackSilent() Text {
	return say("I have to ask Slack something before I can do this, and Slack did not answer in time. Nothing was changed. Please try again in a moment.")
}

// InviteMe answers when a private channel is to be used that the bot is not in.
func InviteMe(Scene) Text {
	return say("I am not in this channel. Invite me first (type /invite and my name there), then submit again.")
}

// ResolvedAlready answers /inc resolve for an incident whose tasks are under way: what is left, and that nothing was changed.
func ResolvedAlready(s Scene, inc flow.Incident) Message {
	m := TasksMessage(s, inc)
	line := say("%s is resolved already. Its tasks close it; to close it early: %s.", inc.ID, s.command("close %s", inc.ID))
	return Message{Text: join("\n", line, m.fallback()).Clip(longestFallback).String(), Blocks: append(paragraph(line), m.Blocks[:min(len(m.Blocks), messageBlocks-1)]...)}
}

// AsModal is a message as a small view, for somebody who has to be answered where messages cannot be shown.
func AsModal(m Message) slack.ModalViewRequest {
	return modal(Noticed, Ref{}, "Epilogue", "", m.Blocks...)
}

// NoSuchLabel answers a severity, type or role that does not exist with those that do.
func NoSuchLabel(s Scene, what, typed string, labels []flow.Label) Text {
	var names []string
	for _, l := range flow.Offered(labels) {
		names = append(names, l.Name)
	}
	if near, ok := spelling.Nearest(typed, names); ok {
		return say("There is no %s “%s”. Did you mean %s?", what, brief(typed, 40), near)
	}
	return say("There is no %s “%s”. There is: %s.", what, brief(typed, 40), brief(strings.Join(names, ", "), shortReason))
}

// didYouMean answers a word that means nothing, with the command that was meant.
func (s Scene) didYouMean(typed string, format words, args ...any) Text {
	return say("I do not know “%s”. Did you mean %s?", brief(typed, 40), s.command(format, args...))
}

// TaskUsage answers /inc task with something that it cannot read; without a number n is 0.
func TaskUsage(s Scene, n flow.TaskNumber, typed string) Text {
	if near, ok := spelling.Nearest(typed, []string{"done", "not-doing", "assign", "due", "reopen"}); ok && n != 0 {
		return s.didYouMean(typed, "task %d %s", int(n), near)
	}
	if _, ok := spelling.Nearest(typed, []string{"add"}); ok && n == 0 {
		return s.didYouMean(typed, "task add")
	}
	return Usage(s, "I need the number of a task, and what to do with it: done, not-doing, assign, due or reopen.", "task 2 done")
}

// DayUsage answers a due date that cannot be read.
func DayUsage(s Scene, n flow.TaskNumber, typed string) Text {
	return Usage(s, "I cannot read the day “"+typed+"”. A date, a weekday, tomorrow, 2bd (business days), 3d or none will do.", say("task %d due 2026-12-03", int(n)).Plain())
}

// ListUsage answers a list that does not exist.
func ListUsage(s Scene, typed string) Text {
	if near, ok := spelling.Nearest(typed, []string{"post-incident", "overdue", "mine"}); ok {
		return s.didYouMean(typed, "list %s", near)
	}
	return Usage(s, "I have no list “"+typed+"”. There is post-incident, overdue and mine.", "list mine")
}

// UnreachableDM tells whoever leads an incident that its channel cannot be reached, why, and how the work goes on.
func UnreachableDM(s Scene, inc flow.Incident, code string) Message {
	why := say("Slack says: %s", code)
	switch code {
	case "is_archived":
		why = say("it is archived")
	case "channel_not_found", "not_in_channel":
		why = say("I am not in it any more; inviting me again is enough")
	}
	return Say(say("I cannot post in the channel of %s: %s. Nothing is lost. Its tasks are here: %s, and in my Home tab.",
		heading(inc), why, s.command("tasks %s", inc.ID)))
}
