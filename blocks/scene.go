package blocks

import (
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Scene is what any picture needs besides the incident.
type Scene struct {
	Process   flow.Process
	Names     Names
	Now       time.Time                         // the business clock
	Zone      *time.Location                    // the organization's; nil is UTC
	ZoneOf    func(flow.UserID) *time.Location  // for lateness; nil, or a nil answer, is Zone
	Command   string                            // as it was installed: "/inc"
	Links     func(flow.Incident) (card string) // permalink of the current card, or nothing; may be nil
	GroupName func(flow.GroupID) string         // what a user group is called, or nothing; may be nil
	Home      string                            // address of the App Home tab: https or slack:, or nothing

	Message func(flow.Message) string // permalink of a message; may be nil
}

// Names knows what people are called. It never calls out: somebody unknown is an empty name, which is written "somebody".
type Names interface {
	Name(flow.UserID) string
}

// Message is what is posted: blocks to be looked at, and a text for notifications and screen readers, which read nothing else.
// Both are mrkdwn and escaped.
type Message struct {
	Text   string
	Blocks []slack.Block
}

// IsZero reports whether there is nothing to post.
func (m Message) IsZero() bool { return m.Text == "" && len(m.Blocks) == 0 }

// longestFallback is where a fallback text is cut, in code points.
const longestFallback = 3500

// message puts a message together. The fallback says first what changed.
func message(fallback Text, shown ...slack.Block) Message {
	return Message{Text: fallback.Clip(longestFallback).String(), Blocks: steady(shown)}
}

// Say is a message of a single sentence, for example an answer that only one person sees.
func Say(t Text) Message { return message(t, paragraph(t)...) }

// cardLink is the permalink of the current card, or nothing.
func (s Scene) cardLink(inc flow.Incident) string {
	if s.Links == nil {
		return ""
	}
	return s.Links(inc)
}

// command is a command as one types it, set as code: `/inc reopen INC-42`.
func (s Scene) command(rest words, args ...any) Text {
	if len(args) == 0 {
		return say("`%s "+rest+"`", s.slash())
	}
	return say("`%s %s`", s.slash(), say(rest, args...))
}

// messageLink leads to a message under a label; nothing if there is no address.
func (s Scene) messageLink(m flow.Message, label Text) Text {
	if s.Message == nil || m.TS == "" {
		return Text{}
	}
	address := s.Message(m)
	if address == "" {
		return Text{}
	}
	return link(address, label)
}

func (s Scene) slash() string {
	if s.Command == "" {
		return "/inc"
	}
	return s.Command
}
