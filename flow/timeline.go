package flow

import (
	"slices"
	"time"
)

// MaxMessage is how much of a pinned message the timeline keeps, in code points; a link leads to the rest.
const MaxMessage = 3000

// MaxPinned is how many messages the timeline of one incident can have pinned to it at a time.
const MaxPinned = 500

// Pin is a message that was pinned to the timeline.
type Pin struct {
	TS  string `json:"ts"`
	Seq uint64 `json:"seq"` // the event that pinned it
	By  UserID `json:"by,omitempty"`
}

// Commands about notes and pinned messages.
type (
	// EditNote changes the text of one's own note. Note is the event that wrote it, as it is stored, and Was its present text.
	EditNote struct {
		Note      Event
		Was, Text string
	}
	// RemoveNote takes one's own note, or a message that one pinned, off the timeline. The audit trail keeps it.
	RemoveNote struct {
		Note Event
		Was  string
	}
	// PinMessage adds a message to the timeline at its own time, once.
	PinMessage struct {
		Message Message
		Author  UserID // empty: not a person
		Text    string // what is beyond MaxMessage is left out
		At      time.Time
	}
	// UnpinMessage takes it off again. Own: only if whoever asks has pinned it.
	UnpinMessage struct {
		Message Message
		Own     bool
	}
)

// Facts about notes and pinned messages.
type (
	// NoteEdited changed the text of a note, which is named by the Seq of the event that wrote it.
	NoteEdited struct {
		Note uint64 `json:"note"`
		From string `json:"from"`
		To   string `json:"to"`
	}
	// NoteRemoved took a note, or a pinned message, off the timeline.
	NoteRemoved struct {
		Note uint64 `json:"note"`
		Text string `json:"text,omitempty"` // as it was
	}
	// MessagePinned added a message to the timeline at the time at which it was written.
	MessagePinned struct {
		Message Message   `json:"message"`
		Author  UserID    `json:"author,omitempty"`
		Text    string    `json:"text,omitempty"`
		At      time.Time `json:"at"`
	}
)

// The stored names of facts.
func (NoteEdited) FactName() string    { return "note-edited" }
func (NoteRemoved) FactName() string   { return "note-removed" }
func (MessagePinned) FactName() string { return "message-pinned" }

func timelineFacts() []Fact { return []Fact{NoteEdited{}, NoteRemoved{}, MessagePinned{}} }

// ownNote refuses to touch what somebody else wrote, and what is no note.
func (s *scene) ownNote(note Event) error {
	switch note.Fact.(type) {
	case NoteAdded, MessagePinned:
	default:
		return Refusal{Why: NotANote, Incident: s.inc.ID}
	}
	if note.By != s.by.User {
		return Refusal{Why: NotYours, Incident: s.inc.ID, By: note.By}
	}
	return nil
}

func (c EditNote) do(s *scene) error {
	if err := s.ownNote(c.Note); err != nil {
		return err
	}
	if _, pinned := c.Note.Fact.(MessagePinned); pinned {
		return Refusal{Why: NotANote, Incident: s.inc.ID}
	}
	to, err := text(FieldNote, c.Text, MaxReason, true)
	if err != nil {
		return err
	}
	if to == c.Was {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID, Field: FieldNote}
	}
	s.record(NoteEdited{Note: c.Note.Seq, From: c.Was, To: to})
	return nil
}

func (c RemoveNote) do(s *scene) error {
	if err := s.ownNote(c.Note); err != nil {
		return err
	}
	s.record(NoteRemoved{Note: c.Note.Seq, Text: c.Was})
	return nil
}

func (c PinMessage) do(s *scene) error {
	if s.inc.pinned(c.Message.TS) >= 0 {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	if len(s.inc.Pinned) >= MaxPinned {
		return Refusal{Why: TooManyPinned, Limit: MaxPinned, Incident: s.inc.ID}
	}
	said := []rune(c.Text)
	if len(said) > MaxMessage {
		said = append(said[:MaxMessage-1], '…')
	}
	s.record(MessagePinned{Message: c.Message, Author: c.Author, Text: string(said), At: c.At.UTC().Truncate(time.Microsecond)})
	return nil
}

func (c UnpinMessage) do(s *scene) error {
	i := s.inc.pinned(c.Message.TS)
	if i < 0 || c.Own && s.inc.Pinned[i].By != s.by.User {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	s.record(NoteRemoved{Note: s.inc.Pinned[i].Seq})
	return nil
}

// pinned is the place of a message among those that are pinned, or -1.
func (inc Incident) pinned(ts string) int {
	return slices.IndexFunc(inc.Pinned, func(p Pin) bool { return p.TS == ts })
}

func (NoteEdited) apply(*Incident, Event) {}

func (f NoteRemoved) apply(inc *Incident, _ Event) {
	inc.Pinned = slices.DeleteFunc(inc.Pinned, func(p Pin) bool { return p.Seq == f.Note })
}

func (f MessagePinned) apply(inc *Incident, ev Event) {
	inc.Pinned = append(inc.Pinned, Pin{TS: f.Message.TS, Seq: ev.Seq, By: ev.By})
	inc.involve(f.Author)
}

// Line is a line of the timeline as people read it. The events themselves are the audit trail.
type Line struct {
	Event
	When   time.Time // when it happened: for a pinned message, when that was written
	Text   string    // of a note, or of a pinned message, as it is now
	Edited bool
}

// Lines makes the timeline of all events of an incident: what people read, by when it happened. What edited a note is in the note, and what was
// removed is not there.
func Lines(events []Event) []Line {
	at := map[uint64]int{}
	lines := make([]Line, 0, len(events))
	removed := map[uint64]bool{}
	for _, ev := range events {
		e := Line{Event: ev, When: ev.At}
		switch f := ev.Fact.(type) {
		case NoteAdded:
			e.Text = f.Text
		case MessagePinned:
			e.Text, e.When = f.Text, f.At
		case NoteEdited:
			if i, there := at[f.Note]; there {
				lines[i].Text, lines[i].Edited = f.To, true
			}
			continue
		case NoteRemoved:
			removed[f.Note] = true
		}
		at[ev.Seq] = len(lines)
		lines = append(lines, e)
	}
	lines = slices.DeleteFunc(lines, func(e Line) bool { return removed[e.Seq] })
	slices.SortStableFunc(lines, func(a, b Line) int { return a.When.Compare(b.When) })
	return lines
}

// Topic is what an entry of the timeline is about: what people filter by.
type Topic string

// The topics. The zero value is all of them.
const (
	AllTopics    Topic = ""
	AboutNotes   Topic = "notes"  // notes and pinned messages
	AboutTasks   Topic = "tasks"  // and follow-ups
	AboutStatus  Topic = "status" // stages, statuses and updates
	AboutNothing Topic = "other"  // what no filter selects
)

// Topics lists what people can filter by.
func Topics() []Topic { return []Topic{AllTopics, AboutNotes, AboutTasks, AboutStatus} }

// About is what an entry is about.
func (e Line) About() Topic {
	switch e.Fact.(type) {
	case NoteAdded, NoteRemoved, MessagePinned:
		return AboutNotes
	case TaskCompleted, TaskSkipped, TaskReopened, TaskAssigned, TaskDueSet, TaskAdded, TaskRemoved,
		FollowUpAdded, FollowUpEdited, FollowUpSettled, FollowUpReopened, FollowUpSnoozed, SnapshotUpdated:
		return AboutTasks
	case Declared, Updated, FlowEntered, FlowResumed, StatusEntered, IncidentClosed, OptedOut, Reopened:
		return AboutStatus
	}
	return AboutNothing
}

// Filter keeps the lines about a topic.
func Filter(lines []Line, about Topic) []Line {
	if about == AllTopics {
		return lines
	}
	return slices.DeleteFunc(slices.Clone(lines), func(e Line) bool { return e.About() != about })
}
