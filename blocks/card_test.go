package blocks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"epilogue/flow"
)

// buttons are all buttons of a picture, also those beside a section.
func buttons(shown []slack.Block) []*slack.ButtonBlockElement {
	var out []*slack.ButtonBlockElement
	for _, b := range shown {
		switch b := b.(type) {
		case *slack.SectionBlock:
			if b.Accessory != nil && b.Accessory.ButtonElement != nil {
				out = append(out, b.Accessory.ButtonElement)
			}
		case *slack.ActionBlock:
			for _, e := range b.Elements.ElementSet {
				if b, ok := e.(*slack.ButtonBlockElement); ok {
					out = append(out, b)
				}
			}
		}
	}
	return out
}

func TestAMessageHasAtMostOnePrimaryButtonAndItIsTheFirstOfItsRow(t *testing.T) {
	names, all := messages(t)
	for _, name := range names {
		primary := 0
		for _, b := range all[name].Blocks {
			row, ok := b.(*slack.ActionBlock)
			if !ok {
				continue
			}
			for i, b := range buttons([]slack.Block{row}) {
				if b.Style == slack.StylePrimary {
					if primary++; i > 0 {
						t.Errorf("%s: %s is primary, but not the first", name, b.Text.Text)
					}
				}
			}
		}
		if primary > 1 {
			t.Errorf("%s has %d primary buttons", name, primary)
		}
	}
}

func TestEveryButtonSaysInThreeWordsWhatItDoesAndToWhat(t *testing.T) {
	names, all := messages(t)
	seen := 0
	for _, name := range names {
		for _, b := range buttons(all[name].Blocks) {
			seen++
			if n := len(strings.Fields(b.Text.Text)); n > 3 {
				t.Errorf("%s: %q has %d words", name, b.Text.Text, n)
			}
			paging := slices.Contains([]string{"Next", "Previous", "Cancel"}, b.Text.Text)
			if !paging && !strings.HasPrefix(b.AccessibilityLabel, b.Text.Text+": ") {
				t.Errorf("%s: %q is read out as %q", name, b.Text.Text, b.AccessibilityLabel)
			}
			if _, _, err := Meant(b.ActionID, b.Value); err != nil {
				t.Errorf("%s: %q carries %q: %v", name, b.Text.Text, b.Value, err)
			}
		}
	}
	if seen < 50 {
		t.Fatalf("looked at only %d buttons", seen)
	}
}

func TestACardShowsFifteenOpenTasksThenSettledOnesThenHowManyMore(t *testing.T) {
	tests := map[string]struct {
		open, settled         int
		showOpen, showSettled int
		more                  string
	}{
		"everything fits":              {3, 2, 3, 2, ""},
		"fifteen fit with fourteen":    {15, 14, 15, 14, ""},
		"one too many":                 {15, 16, 15, 14, "2 more"},
		"the last fits in place of it": {15, 15, 15, 15, ""},
		"sixteen are one more":         {16, 0, 15, 0, "1 more"},
		"many of both":                 {100, 100, 15, 14, "171 more"},
		"all settled":                  {0, 60, 0, 44, "16 more"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := sample(t, "x", tt.open+tt.settled)
			inc := withAll(s.shapes[0], flow.Open)
			for i := range tt.settled {
				inc.Tasks[i].State = flow.Done
			}
			m := Card(s.scene, inc, flow.Event{Seq: inc.Card, Fact: flow.StatusEntered{Status: inc.Status}})
			fits(t, name, m)
			open, settled, more := 0, 0, ""
			for _, b := range m.Blocks {
				sec, ok := b.(*slack.SectionBlock)
				switch {
				case !ok:
				case strings.Contains(sec.Text.Text, "⬜"), strings.Contains(sec.Text.Text, "🔴"):
					open++
				case strings.Contains(sec.Text.Text, "✅"):
					settled++
				case strings.HasSuffix(sec.Text.Text, " more"):
					more = sec.Text.Text
				}
			}
			want := fmt.Sprint(tt.showOpen, tt.showSettled, tt.more)
			if got := fmt.Sprint(open, settled, more); got != want {
				t.Errorf("got %s, want %s (%d blocks)", got, want, len(m.Blocks))
			}
		})
	}
}

func TestOnlyTheLastOpenTaskAsksBeforeItIsSettled(t *testing.T) {
	s := entered(t, process())
	asks := func() (out []string) {
		for _, b := range buttons(Card(s.scene(), s.inc, s.began()).Blocks) {
			if b.Confirm != nil {
				out = append(out, b.Text.Text+": "+b.Confirm.Text.Text)
			}
		}
		return out
	}
	if got := asks(); got != nil {
		t.Errorf("with four open tasks: %q", got)
	}
	for _, n := range []flow.TaskNumber{1, 2, 3} {
		s.does(ben, flow.CompleteTask{Task: n})
	}
	if diff := cmp.Diff([]string{"Mark done: Last open task: INC-42 will move on to Reviewing."}, asks()); diff != "" {
		t.Error(diff)
	}
	for _, n := range []flow.TaskNumber{4, 5, 6} {
		s.does(ben, flow.CompleteTask{Task: n})
	}
	if diff := cmp.Diff([]string{"Mark done: Last open task: INC-42 will be closed."}, asks()); diff != "" {
		t.Error(diff)
	}
}

func TestReopeningAsksOnlyWhereItGoesBack(t *testing.T) {
	s := entered(t, process())
	for _, n := range []flow.TaskNumber{1, 2, 3, 4, 5} {
		s.does(ben, flow.CompleteTask{Task: n})
	}
	got := map[string]bool{}
	for _, b := range buttons(AllTasks(s.scene(), s.inc, 0).Blocks.BlockSet) {
		if _, ref, err := Meant(b.ActionID, b.Value); err == nil && b.ActionID == string(ReopenTask) {
			if ref.Back != (b.Confirm != nil) {
				t.Errorf("task %d: asks %t, says that it asked %t", ref.Task, b.Confirm != nil, ref.Back)
			}
			got[fmt.Sprint(ref.Task)] = ref.Back
		}
	}
	if diff := cmp.Diff(map[string]bool{"1": true, "2": true, "3": true, "4": true, "5": false}, got); diff != "" {
		t.Error(diff)
	}
}

func TestATaskIsLateWhenItsDayEndsInTheZoneOfWhoeverHasIt(t *testing.T) {
	s := entered(t, process())
	s.does(ana, flow.AssignTask{Task: 3, To: person1(ben)}) // due Wed Dec 2
	sc := s.scene()
	sc.ZoneOf = func(u flow.UserID) *time.Location {
		if u == ben {
			return mustLoad("America/New_York")
		}
		return nil
	}
	task, _ := s.inc.Task(3)
	for moment, want := range map[string]string{"2026-12-02T23:59:59-05:00": "due Wed Dec 2", "2026-12-03T00:00:00-05:00": "was due Wed Dec 2"} {
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		sc.Now = at
		if got := sc.due(s.inc, task).String(); got != want {
			t.Errorf("at %s: %s, want %s", moment, got, want)
		}
	}
}

func TestNobodyIsNotifiedByCardsTimelinesAndLists(t *testing.T) {
	s := entered(t, process())
	s.does(ana, flow.AssignTask{Task: 3, To: person1(ben)})
	for name, m := range map[string]Message{
		"card": Card(s.scene(), s.inc, s.began()), "tasks": TasksMessage(s.scene(), s.inc), "summary": SummaryMessage(s.scene(), s.inc),
		"todo": TodoMessage(s.scene(), Page[Item]{Items: []Item{{s.inc, 3}}}), "list": ListMessage(s.scene(), InPost, Page[flow.Incident]{Items: []flow.Incident{s.inc}}),
	} {
		if strings.Contains(m.Text, "<@") || strings.Contains(encode(t, m.Blocks), "<@") {
			t.Errorf("%s mentions somebody", name)
		}
	}
	for _, ev := range s.events {
		if got := s.scene().Sentence(s.inc, ev).String(); strings.Contains(got, "<@") {
			t.Errorf("the timeline mentions somebody: %s", got)
		}
	}
}

func TestAssignmentsAreSummedUp(t *testing.T) {
	s := entered(t, process())
	give := func(by, to flow.UserID, n flow.TaskNumber, from flow.UserID) flow.Event {
		return flow.Event{By: by, Fact: flow.TaskAssigned{Task: n, From: from, To: to}}
	}
	tests := map[string]struct {
		events []flow.Event
		want   string
	}{
		"one":                      {[]flow.Event{give(ana, ben, 2, "")}, "INC-42: <@UBEN> takes *Create a post-mortem document* (from Ana)."},
		"two for one, one for two": {[]flow.Event{give(ana, ben, 2, ""), give(ana, ben, 3, ""), give(ana, cem, 4, "")}, "INC-42: <@UBEN> takes 2 tasks (from Ana), <@UCEM> takes *Ask Legal about the data* (from Ana)."},
		"only the last counts":     {[]flow.Event{give(ana, ben, 2, ""), give(ana, cem, 2, ben)}, "INC-42: <@UCEM> takes *Create a post-mortem document* (from Ana)."},
		"given and taken back":     {[]flow.Event{give(ana, ben, 2, cem), give(ana, cem, 2, ben)}, ""},
		"became nobody's":          {[]flow.Event{give(ana, "", 2, ben)}, ""},
		"taken by oneself":         {[]flow.Event{give(cem, cem, 2, "")}, "INC-42: Cem takes *Create a post-mortem document*."},
		"taken from somebody":      {[]flow.Event{give(cem, cem, 2, ben)}, "INC-42: Cem takes *Create a post-mortem document* (from <@UBEN>)."},
		"nothing of the kind":      {[]flow.Event{{By: ana, Fact: flow.TaskCompleted{Task: 2}}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Assigned(s.scene(), s.inc, tt.events).Text; got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestAThreadReplyTellsFifteenThingsAndHowManyMore(t *testing.T) {
	s := entered(t, process())
	events := many(20, func(int) flow.Event { return flow.Event{By: ben, Fact: flow.TaskCompleted{Task: 1}} })
	got := Thread(s.scene(), s.inc, events).Text
	if n := strings.Count(got, "\n"); n != 15 || !strings.HasSuffix(got, "And 5 more: `/inc timeline INC-42`.") {
		t.Errorf("%d lines: %s", n+1, got)
	}
	if m := Thread(s.scene(), s.inc, []flow.Event{{Fact: flow.NoteAdded{Text: "x"}}}); !m.IsZero() {
		t.Errorf("a note is no matter of a thread: %+v", m)
	}
}

func TestAThreadReplyNamesATaskThatWasReopenedAndThenRemoved(t *testing.T) {
	s := tell(t, process())
	s.does(ana, flow.EnterFlow{Flow: "standard"})
	s.does(ana, flow.CompleteTask{Task: 1})
	told := s.does(cem, flow.ReopenTask{Task: 1})
	told = append(told, s.does(cem, flow.RemoveTask{Task: 1})...)
	got := Thread(s.scene(), s.inc, told).Text
	if strings.Contains(got, "task 1") || strings.Count(got, "Review the incident timeline") != 2 {
		t.Errorf("the reply says %q", got)
	}
}

func TestAnIncidentThatRemovingItsLastOpenTaskClosedNamesWhoRemovedIt(t *testing.T) {
	s := tell(t, process())
	s.does(ana, flow.EnterFlow{Flow: "standard"})
	n := len(s.inc.Tasks)
	for _, task := range s.inc.Tasks[:n-1] {
		s.does(ana, flow.CompleteTask{Task: task.Number})
	}
	s.does(cem, flow.RemoveTask{Task: s.inc.Tasks[n-1].Number})
	if got := Post(s.scene(), s.inc, last[flow.IncidentClosed](s)).Text; !strings.Contains(got, "is closed* by Cem: no open task is left.") {
		t.Errorf("the news says %q", got)
	}
}
