package e2e

import (
	"fmt"
	"slices"
	"strings"

	"epilogue/internal/sandbox"
)

// onMessage does something to the last message of a channel that holds a text.
func (l *line) onMessage(do func(p *sandbox.Person, in, ts string) error) {
	in, text := l.entered(l.arg(0, "a channel")), l.arg(1, "a message")
	all := l.r.Slack.Messages(strings.TrimPrefix(in, "#"))
	i := slices.IndexFunc(all, func(m sandbox.Message) bool { return strings.Contains(m.Text, text) })
	if i < 0 {
		l.fail("no message in %s holds %q", in, text)
	}
	err := l.r.person(l.who, func(p *sandbox.Person) {
		if err := do(p, l.r.Slack.ChannelID(strings.TrimPrefix(in, "#")), all[i].TS); err != nil {
			panic(err)
		}
	})
	l.end(err)
	l.rest(now)
}

func reacts(l *line) {
	l.onMessage(func(p *sandbox.Person, in, ts string) error {
		return p.ReactsAt(in, ts, l.arg(2, "an emoji"), l.verb == "reacts")
	})
}

func pins(l *line) {
	l.onMessage(func(p *sandbox.Person, in, ts string) error { return p.PinsAt(in, ts, l.verb == "pins") })
}

func repliesTo(l *line) {
	l.onMessage(func(p *sandbox.Person, in, ts string) error {
		_, err := p.RepliesAt(in, ts, l.arg(2, "an answer"), false)
		return err
	})
}

// receives looks into the last file of a name that the bot sent to somebody.
func receives(l *line) {
	name := l.arg(0, "a name")
	l.rest(now)
	err := fmt.Errorf("nobody sent %s a file %s", l.who, name)
	for _, f := range slices.Backward(l.r.Slack.Files()) {
		if f.Name == name && slices.Contains(f.People, l.who) {
			err = contains(string(f.Content), l.args[1:])
			break
		}
	}
	l.end(err)
}
