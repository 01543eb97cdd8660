package local

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"epilogue/internal/sandbox"
	"epilogue/store"
)

// Fresh reports whether nothing happened here yet, so that the story can be played: its incidents are INC-1 to INC-4.
func (l *Local) Fresh(ctx context.Context) (bool, error) {
	page, err := l.Store.List(ctx, store.Query{Limit: 1})
	if err != nil {
		return false, fmt.Errorf("look for incidents: %w", err)
	}
	return len(page.Items) == 0, nil
}

// Demo plays a story by what people see and press, in a second or two: one incident from its declaration to its end, one that is opted
// out of, one that waits in Documenting, and one that is going on. It begins in the week before and ends now. What a newcomer should see of it is
// written to w as it happens. When ctx ends, so does the local Slack.
func (l *Local) Demo(ctx context.Context, w io.Writer) error {
	zone, err := time.LoadLocation("Europe/Berlin") // Ana's, through whose eyes it is told
	if err != nil {
		return fmt.Errorf("play the demo: %w", err)
	}
	now := l.Slack.Clock().Now().In(zone)
	s := &story{
		ctx: ctx, local: l, now: now, monday: mondayBefore(now), w: w,
		ana: l.actor("Ana"), ben: l.actor("Ben"), cem: l.actor("Cem"), dana: l.actor("Dana"), gus: l.actor("Gus"),
	}
	// People wait without a context; they leave when the sandbox closes.
	ctx, done := context.WithTimeout(ctx, time.Minute)
	defer done()
	defer context.AfterFunc(ctx, func() { _ = l.Slack.Close() })()
	s.fail(s.ana.Try(func(*sandbox.Person) { s.play() }))
	if ctx.Err() != nil {
		return fmt.Errorf("play the demo: %w", ctx.Err())
	}
	if s.failed != nil {
		return fmt.Errorf("play the demo: %w", s.failed)
	}
	return nil
}

// actor is somebody of the story.
type actor struct {
	*sandbox.Person
	name string
}

func (l *Local) actor(name string) actor { return actor{l.Slack.Person(name), name} }

// mondayBefore is the beginning of the Monday of the week before.
func mondayBefore(now time.Time) time.Time {
	back := (int(now.Weekday())+6)%7 + 7
	return time.Date(now.Year(), now.Month(), now.Day()-back, 0, 0, 0, 0, now.Location())
}

// story is the demo while it is played. It never waits for time to pass: between two scenes it waits until the bot has nothing left to say.
type story struct {
	ctx         context.Context
	local       *Local
	now, monday time.Time

	ana, ben, cem, dana, gus actor

	w      io.Writer
	failed error // the first thing that went wrong
}

func (s *story) fail(err error) {
	if s.failed == nil {
		s.failed = err
	}
}

// gathered is longer than the bot gathers what it tells together.
const gathered = 5 * time.Second

// settle lets the bot say all that it has to say about what happened so far.
func (s *story) settle() {
	s.fail(s.local.Quiet(s.ctx))
	s.local.Slack.Clock().Move(gathered)
	s.fail(s.local.Quiet(s.ctx))
}

// at ends a scene, and begins the next one at a time of day so many days after the Monday.
func (s *story) at(day, hour, minute int) {
	s.settle()
	s.local.Slack.Clock().Set(time.Date(s.monday.Year(), s.monday.Month(), s.monday.Day()+day, hour, minute, 0, 0, s.monday.Location()))
}

// ago ends a scene, and begins the next one so long before the present.
func (s *story) ago(d time.Duration) {
	s.settle()
	s.local.Slack.Clock().Set(s.now.Add(-d))
}

// show prints what somebody sees once the bot has nothing to add, below the time and a line that says what it is.
func (s *story) show(caption string, see func() string) {
	s.fail(s.local.Quiet(s.ctx))
	at := s.local.Slack.Clock().Now().In(s.monday.Location()).Format("Mon 15:04")
	_, err := fmt.Fprintf(s.w, "=== %s · %s\n\n%s\n\n", at, caption, strings.TrimRight(see(), "\n"))
	s.fail(err)
}

// newest is the last message of a conversation, with its thread.
func newest(page string) string {
	lines := strings.SplitAfter(page, "\n")
	for i := len(lines) - 1; i > 0; i-- {
		if startsMessage(lines[i]) {
			return strings.Join(lines[i:], "")
		}
	}
	return page
}

// startsMessage tells the first line of a message, "15:04  Ana: …", from its further lines and from replies, which are indented.
func startsMessage(line string) bool {
	return len(line) > 7 && line[0] != ' ' && line[2] == ':' && line[5:7] == "  " && line[7] != ' '
}

// form draws a form as it stands on somebody's screen.
func form(m *sandbox.Modal) func() string {
	return func() string {
		body := strings.ReplaceAll(strings.TrimRight(m.Text(), "\n"), "\n", "\n│ ")
		return "┌─ " + m.Title() + "\n│ " + body + "\n└─"
	}
}
