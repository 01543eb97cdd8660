package sandbox_test

import (
	"testing"

	"epilogue/internal/sandbox"
)

func TestTheAppIsNotInAConversationBetweenTwoPeople(t *testing.T) {
	s := sandbox.Start(t, sandbox.Options{})
	ana := s.Person("ana")
	ana.Says("@ben", "Lunch?")
	s.Person("ben").Waits("@ana", "Lunch?")
	c, err := s.Conversation("ana", "@ben", "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := s.Conversation("ben", "@ana", "", 1); err != nil || other.ID != c.ID || other.DM {
		t.Errorf("Ben reads it in %s, %v; with the app: %v", other.ID, err, other.DM)
	}
	if app, err := s.Conversation("ana", "DM", "", 1); err != nil || app.ID == c.ID {
		t.Errorf("her messages with the app are in %s, too, %v", app.ID, err)
	}
	for _, who := range []string{"@ana", "@nobody", "@app"} {
		if c, err := s.Conversation("ana", who, "", 1); err == nil {
			t.Errorf("she can write to %s in %s", who, c.ID)
		}
	}
	for _, n := range s.Person("ben").Notifications() {
		if n.Why == "dm" {
			return
		}
	}
	t.Error("Ben is not pinged")
}
