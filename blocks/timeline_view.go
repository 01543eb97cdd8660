package blocks

import (
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// TimelinePage is how many lines a page of the timeline holds. The longest line takes some seven blocks of a hundred.
const TimelinePage = 12

// Timelined is what somebody looks at of a timeline.
type Timelined struct {
	Page[flow.Line]
	About  flow.Topic
	Viewer flow.UserID // can edit and remove their own notes
}

// TimelineModal shows a page of the timeline, oldest first. Lines beyond TimelinePage are not shown: ask for as many. Submitting it settles the task to
// review the timeline, if there is one.
func TimelineModal(s Scene, inc flow.Incident, t Timelined) slack.ModalViewRequest {
	r := Ref{Incident: inc.ID, Want: string(t.About)}
	shown := []slack.Block{section(join("\n", heading(inc), topic(t.About)), nil), actions("filter/"+inc.ID.String(), filters(r)...)}
	inc = withRemoved(inc, eventsOf(t.Items))
	for _, l := range t.first(TimelinePage) {
		shown = append(shown, s.timelineLine(inc, l, t.Viewer)...)
	}
	if len(t.Items) == 0 {
		shown = append(shown, section(say("Nothing here yet."), nil))
	}
	shown = append(shown, t.turn(Timeline, r)...)
	shown = append(shown, small(say("Add a note with %s, a message by pinning it or with a 📌. The whole of it as a file: %s.",
		s.command("timeline your note"), s.command("audit %s", inc.ID))))
	r.Page = t.Number
	return reviewed(modal(Timeline, r, "Timeline of "+inc.ID.String(), "", shown...), r, inc, flow.ReviewTimeline, "Timeline is reviewed")
}

func eventsOf(lines []flow.Line) []flow.Event {
	var events []flow.Event
	for _, l := range lines {
		events = append(events, l.Event)
	}
	return events
}

// topics are the filters in words: what is shown, and the button that shows it.
var topics = map[flow.Topic][2]words{
	flow.AllTopics:   {"Everything that happened.", "Everything"},
	flow.AboutNotes:  {"Notes and pinned messages.", "Notes"},
	flow.AboutTasks:  {"What happened to tasks and follow-ups.", "Tasks"},
	flow.AboutStatus: {"What happened to the incident as a whole.", "Status"},
}

func topic(t flow.Topic) Text { return say(topics[t][0]) }

// filters are buttons to all topics but the one that is shown.
func filters(r Ref) []slack.BlockElement {
	var row []slack.BlockElement
	shown := r.Want
	for _, t := range flow.Topics() {
		if string(t) == shown {
			continue
		}
		r.Want = string(t)
		row = append(row, button(Action(string(Timeline)+"#"+string(t)), topics[t][1], r, "filter the timeline"))
	}
	return row
}

// timelineLine is one line whole. One's own notes and pins have a menu.
func (s Scene) timelineLine(inc flow.Incident, l flow.Line, viewer flow.UserID) []slack.Block {
	shown := paragraph(say("%s  %s", s.moment(l.When), s.lineSentence(inc, l)))
	first, ok := shown[0].(*slack.SectionBlock)
	if menu := noteMenu(inc, l); ok && menu != nil && viewer != "" && l.By == viewer {
		first.Accessory = slack.NewAccessory(menu)
	}
	return shown
}

func noteMenu(inc flow.Incident, l flow.Line) slack.BlockElement {
	r := Ref{Incident: inc.ID, Event: l.Seq}
	switch l.Fact.(type) {
	case flow.NoteAdded:
		return overflow(choice(EditNote, "Edit note", r), choice(RemoveNote, "Remove note", r))
	case flow.MessagePinned:
		return overflow(choice(RemoveNote, "Remove from timeline", r))
	}
	return nil
}

// lineSentence is what a line says now: a note as it was edited last, and not what was removed.
func (s Scene) lineSentence(inc flow.Incident, l flow.Line) Text {
	ev := l.Event
	switch f := ev.Fact.(type) {
	case flow.NoteAdded:
		f.Text = l.Text
		ev.Fact = f
	case flow.NoteRemoved:
		f.Text = ""
		ev.Fact = f
	}
	line := s.Sentence(inc, ev)
	if l.Edited {
		return say("%s (edited)", line)
	}
	return line
}

// noteSentence is what happened to notes and pinned messages, with all that they said: for files.
func (s Scene) noteSentence(ev flow.Event) Text {
	by := s.name(ev.By)
	switch f := ev.Fact.(type) {
	case flow.NoteEdited:
		return say("%s changed a note from: %s\nto: %s", by, Escape(f.From), Escape(f.To))
	case flow.NoteRemoved:
		line := say("%s took an entry off the timeline", by)
		if f.Text == "" {
			return say("%s.", line)
		}
		return say("%s: %s", line, Escape(f.Text))
	case flow.MessagePinned:
		author := say("An app")
		if f.Author != "" {
			author = s.name(f.Author)
		}
		said := Escape(f.Text)
		if said.IsZero() {
			said = say("(no text)")
		}
		return say("%s wrote: %s (%s)", author, said, join(", ", say("pinned by %s", by), s.messageLink(f.Message, say("message"))))
	}
	return Text{}
}

// EditNoteForm changes one's own note.
func EditNoteForm(_ Scene, inc flow.Incident, l flow.Line) slack.ModalViewRequest {
	return modal(EditNote, Ref{Incident: inc.ID, Event: l.Seq}, "Edit note", "Save",
		section(say("The timeline of %s shows the new text, marked as edited. The audit trail keeps the old one.", inc.ID), nil),
		input(flow.FieldNote, "Note", typed(flow.FieldNote, l.Text, flow.MaxReason, true)))
}

// RemoveNoteForm takes one's own note or pinned message off the timeline, after saying so.
func RemoveNoteForm(_ Scene, inc flow.Incident, l flow.Line) slack.ModalViewRequest {
	shown := paragraph(say("This is taken off the timeline of %s. The audit trail keeps it.", inc.ID))
	shown = append(shown, paragraph(Escape(l.Text))...)
	return modal(RemoveNote, Ref{Incident: inc.ID, Event: l.Seq}, "Remove from timeline", "Remove", shown...)
}
