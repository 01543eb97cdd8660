package flow_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// pins pins so many messages, the last one the oldest.
func pins(s *story, n int) *story {
	for i := range n {
		s.happens(flow.MessagePinned{Message: flow.Message{Channel: "C1", TS: fmt.Sprint(i)}, Text: fmt.Sprint("message ", i), At: monday.Add(time.Duration(-i) * time.Minute)})
	}
	return s
}

func anyPin(t *rapid.T) flow.Command {
	m := flow.Message{Channel: "C1", TS: fmt.Sprint(upTo(t, 3))}
	return oneOf[flow.Command](t, flow.PinMessage{Message: m, Text: "m", At: monday}, flow.UnpinMessage{Message: m}, flow.UnpinMessage{Message: m, Own: true})
}

// lines are the timeline of a story in short.
func (s *story) lines(about flow.Topic) string {
	var out []string
	for _, l := range flow.Filter(flow.Lines(s.events), about) {
		line := l.Fact.FactName()
		if l.Text != "" {
			line += " " + l.Text
		}
		if l.Edited {
			line += " (edited)"
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

// note is the event that wrote a note.
func (s *story) note(text string) flow.Event {
	s.t.Helper()
	for _, ev := range s.events {
		if f, ok := ev.Fact.(flow.NoteAdded); ok && f.Text == text {
			return ev
		}
	}
	s.t.Fatalf("nobody noted %q", text)
	return flow.Event{}
}

func TestOnesOwnNotesAreEditedAndRemovedAndTheAuditTrailKeepsThem(t *testing.T) {
	s := declared(t, small()).do(ben, flow.AddNote{Text: "one"}).do(ben, flow.AddNote{Text: "two"})
	one, two := s.note("one"), s.note("two")
	s.refuses(ana, flow.EditNote{Note: one, Was: "one", Text: "x"}, flow.Refusal{Why: flow.NotYours, By: "ben"})
	s.refuses(root, flow.RemoveNote{Note: one}, because(flow.NotYours))
	s.refuses(ben, flow.EditNote{Note: one, Was: "one", Text: " one "}, because(flow.NothingToChange))
	s.refuses(ben, flow.EditNote{Note: one, Was: "one", Text: " "}, flow.Refusal{Why: flow.Required, Field: flow.FieldNote})
	s.refuses(ben, flow.EditNote{Note: one, Was: "one", Text: strings.Repeat("x", 1001)}, flow.Refusal{Why: flow.TooLong, Field: flow.FieldNote})
	s.do(ben, flow.EditNote{Note: one, Was: "one", Text: "uno"}).happened("note-edited")
	s.do(ben, flow.EditNote{Note: one, Was: "uno", Text: "een"})
	s.do(ben, flow.RemoveNote{Note: two, Was: "two"}).happened("note-removed")
	equal(t, s.lines(flow.AboutNotes), "note-added een (edited), note-removed")
	equal(t, s.note("one").Fact.(flow.NoteAdded).Text, "one")
	equal(t, fact[flow.NoteRemoved](s).Text, "two")
}

func TestAPinnedMessageStandsAtItsOwnTimeOnce(t *testing.T) {
	s := declared(t, small()).do(ana, flow.AddNote{Text: "noted"})
	m := flow.Message{Channel: "C1", TS: "17.4"}
	pin := flow.PinMessage{Message: m, Author: "cem", Text: "it is slow", At: monday.Add(-time.Hour)}
	s.later(1).do(ben, pin)
	equal(t, s.lines(flow.AllTopics), "message-pinned it is slow, declared, channel-opened, note-added noted")
	if !strings.Contains(fmt.Sprint(s.inc.Involved), "cem") {
		t.Errorf("who wrote it took part: %v", s.inc.Involved)
	}
	s.refuses(ana, pin, because(flow.NothingToChange))
	s.refuses(ana, flow.UnpinMessage{Message: m, Own: true}, because(flow.NothingToChange))
	s.do(ana, flow.UnpinMessage{Message: m})
	equal(t, s.lines(flow.AllTopics), "declared, channel-opened, note-added noted, note-removed")
	s.refuses(ana, flow.UnpinMessage{Message: m}, because(flow.NothingToChange))
	s.do(ben, pin).do(ben, flow.UnpinMessage{Message: m, Own: true}).do(ben, pin)
	pinned := s.last[0]
	s.refuses(ana, flow.RemoveNote{Note: pinned}, because(flow.NotYours))
	s.refuses(ben, flow.EditNote{Note: pinned, Text: "x"}, because(flow.NotANote))
	s.do(ben, flow.RemoveNote{Note: pinned})
	equal(t, len(s.inc.Pinned), 0)
}

func TestAPinnedMessageKeepsNoMoreThanFits(t *testing.T) {
	s := declared(t, small()).do(ben, flow.PinMessage{Message: flow.Message{TS: "1"}, Text: strings.Repeat("é", 12_000), At: monday})
	if n := len([]rune(fact[flow.MessagePinned](s).Text)); n != flow.MaxMessage {
		t.Errorf("it has %d code points", n)
	}
}

func TestTheTimelineIsReadByTopic(t *testing.T) {
	s := pins(followUps(entered(t, small()).do(ana, flow.AddNote{Text: "n"}), 1), 1).do(ben, done(1)).do(ben, flow.Involve{User: "zoe"})
	equal(t, s.lines(flow.AboutNotes), "note-added n, message-pinned message 0")
	equal(t, s.lines(flow.AboutTasks), "follow-up-added, task-completed")
	equal(t, s.lines(flow.AboutStatus), "declared, flow-entered, status-entered")
}

func TestEveryEventIsInTheTimelineOnceHoweverManyThereAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := declared(t, small())
		removed := map[uint64]bool{}
		for range upTo(t, 60) {
			switch lines := flow.Filter(flow.Lines(s.events), flow.AboutNotes); {
			case len(lines) > 0 && maybe(t, 40):
				l := oneOf(t, lines...)
				cmd := oneOf[flow.Command](t, flow.EditNote{Note: l.Event, Was: l.Text, Text: oneOf(t, "a", "b", "c")}, flow.RemoveNote{Note: l.Event, Was: l.Text})
				if err := s.try(flow.Actor{User: l.By, Standing: flow.FullMember, Member: true}, cmd); err == nil {
					if f, ok := s.last[0].Fact.(flow.NoteRemoved); ok {
						removed[f.Note] = true
					}
				}
			case maybe(t, 50):
				_ = s.try(oneOf(t, ana, ben), anyPin(t))
				if len(s.last) == 1 {
					if f, ok := s.last[0].Fact.(flow.NoteRemoved); ok {
						removed[f.Note] = true
					}
				}
			default:
				s.do(oneOf(t, ana, ben), flow.AddNote{Text: oneOf(t, "a", "b", "c")})
			}
		}
		seen, edits := map[uint64]bool{}, 0
		lines := flow.Lines(s.events)
		for i, l := range lines {
			if seen[l.Seq] || removed[l.Seq] {
				t.Fatalf("event %d is there twice, or was removed", l.Seq)
			}
			if seen[l.Seq] = true; i > 0 && l.When.Before(lines[i-1].When) {
				t.Fatalf("event %d is out of order", l.Seq)
			}
		}
		for _, ev := range s.events {
			if _, edit := ev.Fact.(flow.NoteEdited); edit {
				edits++
			}
		}
		if len(lines)+len(removed)+edits != len(s.events) {
			t.Fatalf("%d lines, %d removed, %d edits of %d events", len(lines), len(removed), edits, len(s.events))
		}
	})
}
