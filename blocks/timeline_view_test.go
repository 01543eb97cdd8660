package blocks

import (
	"strings"
	"testing"

	"epilogue/flow"
)

func TestOnlyOnesOwnNotesHaveAMenu(t *testing.T) {
	s := tell(t, process())
	s.does(ana, flow.AddNote{Text: "of Ana"})
	s.does(ben, flow.PinMessage{Message: flow.Message{Channel: "C042", TS: "1.2"}, Author: ana, Text: "pinned by Ben", At: start})
	for viewer, want := range map[flow.UserID]map[string]int{
		ana: {string(EditNote): 1, string(RemoveNote): 1},
		ben: {string(EditNote): 0, string(RemoveNote): 1},
		cem: {string(EditNote): 0, string(RemoveNote): 0},
		"":  {string(EditNote): 0, string(RemoveNote): 0},
	} {
		shown := encode(t, TimelineModal(s.scene(), s.inc, Timelined{Page: Page[flow.Line]{Items: flow.Lines(s.events)}, Viewer: viewer}))
		for action, n := range want {
			if got := strings.Count(shown, `"`+action+" INC-42"); got != n {
				t.Errorf("%q sees %s %d times, want %d", viewer, action, got, n)
			}
		}
	}
}
