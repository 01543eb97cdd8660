package local

import "epilogue/internal/sandbox"

// What people talk about besides incidents, so that the workspace looks lived in.

// The channels of the story that have nothing to do with incidents.
const (
	general     = "#general"
	random      = "#random"
	engineering = "#engineering"
	support     = "#support"
)

// Channels are those of the workspace that the story is played in: Gus, a guest, is only in some of them.
func Channels() []sandbox.ChannelSpec {
	staff := []string{"ana", "ben", "cem", "dana"}
	return []sandbox.ChannelSpec{
		{Name: "general"},
		{Name: "random", Members: staff},
		{Name: "engineering", Members: staff},
		{Name: "support", Members: []string{"ana", "dana", "gus"}},
	}
}

// has says whether the workspace has a channel: a sandbox need not have those of Channels.
func (s *story) has(channel string) bool {
	side, err := s.local.Slack.Sidebar("ana")
	s.fail(err)
	for _, e := range side.Channels {
		if "#"+e.Name == channel {
			return true
		}
	}
	return false
}

func (s *story) weekBegins() {
	s.at(0, 9, 4)
	s.ana.Says(general, "Good morning! From today on, when something breaks: type `/inc declare` in any channel. Epilogue opens a channel for it, and stays with us until we have learned from it.")
	s.at(0, 9, 7)
	s.dana.Says(general, "At last. I still owe you the post-mortem of the spring outage.")
	s.ana.Reacts(general, "At last.", "joy")
	s.ben.Reacts(general, "At last.", "joy")
	if s.has(engineering) {
		s.at(0, 10, 30)
		s.ben.Says(engineering, "The pricing service goes out at noon. It has the new rounding rules.")
		s.cem.Replies(engineering, "The pricing service", "I am around until six, should anything look odd.")
	}
	if s.has(support) {
		s.at(0, 13, 54)
		s.gus.Says(support, "Two customers write that their card is declined, both in France. Is something going on?")
		s.dana.Reacts(support, "Two customers", "eyes")
		s.dana.Replies(support, "Two customers", "Thank you, passing it on.")
	}
}

func (s *story) weekEnds() {
	s.at(4, 10, 2)
	s.cem.Says(random, "There is baklava in the kitchen. It will not see the weekend.")
	s.ana.Reacts(random, "There is baklava", "heart")
	s.dana.Reacts(random, "There is baklava", "heart")
}

// isRead marks what happened as seen, but for what waits for somebody: that is where a newcomer begins.
func (s *story) isRead() {
	s.fail(s.local.Quiet(s.ctx))
	for _, who := range []string{"ana", "ben", "cem", "dana", "gus"} {
		side, err := s.local.Slack.Sidebar(who)
		s.fail(err)
		for _, e := range side.Channels {
			if "#"+e.Name != search {
				s.fail(s.local.Slack.MarkRead(who, e.ID))
			}
		}
	}
}
