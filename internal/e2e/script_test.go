package e2e

// THE LANGUAGE OF THE SCRIPTS
//
// Every testdata/*.txtar is a day of its own: a workspace with the people of cast, the channels of rooms, a bot, and a clock that says Monday 9:00. Lines
// are commands of testscript (quotes are single, # begins a comment, so channels are written without it); a line that begins with ! says what
// must not be possible, or must not be seen. Nobody waits by the clock: before every line the bot comes to rest.
//
// People act by what they see. Every line is WHO VERB …:
//
//	ana slash general /inc declare Checkout errors in EU      a command, typed in a channel
//	ana says inc-1 'rolling back'                             a message; inc-1 is the channel whose name begins so
//	ben click 'Mark done' in 'Schedule the debrief' at inc-1  a button; near which text, and where, may be left out
//	ben declines 'Mark done' in …                             the same, saying no in the confirmation
//	ben menu 'Schedule the debrief' 'Not doing' at inc-1      an option of the menu near a text
//	ben asked 'Last open task'                                what the confirmation of the last click said; without a text: there was none
//	ben modal 'Not doing'                                     a modal of that title is open
//	ben fill Reason 'covered by INC-40'                       any field, by its label: text, options, @people, dates, channels
//	ben fill Start '2026-03-04 15:00'                         a moment, in UTC
//	ben clear Reason; ben check 'Hand over …'                 empty it; tick a box
//	ben offers Severity Major                                 what a field offers
//	ben holds Name 'Checkout errors'                          what stands in a field
//	ben submit; ben cancel                                    ! ben submit: the form stays open, with an error; "told" reads it
//	ben sees PLACE TEXT…                                      texts, in this order; PLACE is a channel, DM, Home, modal, or everything; a
//	                                                          text may be a file of the script, such as card.txt; typography does not count
//	ben told TEXT…                                            what only Ben sees, since he last did something: ephemeral messages, his modal
//	ben home                                                  opens the App Home
//	ben bookmark inc-1 'Post-incident tasks'                  a bookmark of the channel
//	ben shortcut NAME                                         a global shortcut
//	ben on inc-1 'db is slow' 'Attach as post-mortem'         a shortcut from the menu of the newest message with that text
//	ben shortcut NAME inc-1 'it is slow'                      a shortcut of the message that says so
//	ben reacts inc-1 'it is slow' pushpin                     an emoji on a message; "unreacts" takes it away
//	ben pins inc-1 'it is slow'; ben unpins inc-1 …           to the channel
//	ben replies inc-1 'it is slow' 'so it is'                 in the thread of a message
//	ben receives INC-1-timeline.md 'ana declared'              what stands in the last file of that name that was sent to Ben
//	ben joins ops; ben leaves ops; ben invites PLACE WHO…     who types in a public channel goes into it first
//
// and what is done in every script, by the same means in one line:
//
//	ana declares 'Checkout errors' [FIELD VALUE]…             /inc declare, with those fields filled in
//	ana resolves inc-1 [FIELD VALUE]…                         /inc close, submitted
//	ana does inc-1 1 2 3                                      /inc task 1 done, …
//
// The world:
//
//	clock +3d2h                                               time passes (after the bot came to rest)
//	process flows.yaml                                        saves the flows of this file of the script; what else a process has is the standard
//	forget                                                    what was said so far is not counted below
//	posts inc-1 2; replies inc-1 1; dms ben 1; pings ben none messages of the bot in the channel, in its threads, to Ben; pings of Ben
//	calls chat.update at most 5                               calls to Slack ("at most" goes with all counts)
//	canvas 'Post-mortem of INC-1' TEXT…                       texts, in this order, in the canvas whose title begins so; file likewise, by its name
//	slack refuses METHOD CODE [N]; slack works                Slack answers so, N times or until it works again
//	excuse 'METHOD CODE'                                      an error of Slack's, or a line of the log, that the script brings about
//	admin writes-status ben :palm_tree: 'On vacation'         the status beside somebody's name, as they would write it
//	admin deactivates dora; admin guests cem; admin shares ops; admin adds-bot war-room; admin kicks-bot inc-1
//	admin writes-canvas 'Post-mortem of INC-1' OLD NEW         somebody writes NEW in the place of OLD in that canvas
//	admin promotes ben; admin demotes ben; group oncall cem   an admin of the workspace; a user group with who is in it
//	restart                                                   the bot ends and starts again, on the same store
//
// When a line fails, the workspace is printed as an observer of everything would read it.

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestScripts(t *testing.T) {
	testscript.RunT(scripts{t}, testscript.Params{
		Dir:  "testdata",
		Cmds: commands(),
		Setup: func(e *testscript.Env) error {
			e.Values[rigKey{}] = newRig(e.T().(scripts).T)
			return nil
		},
	})
}

// scripts is a testing.T as testscript wants it.
type scripts struct{ *testing.T }

// Run runs a script.
func (s scripts) Run(name string, f func(testscript.T)) {
	s.T.Run(name, func(t *testing.T) { f(scripts{t}) })
}

// Verbose prints scripts that pass.
func (s scripts) Verbose() bool { return testing.Verbose() }

type rigKey struct{}

// line is one line of a script, being carried out.
type line struct {
	ts   *testscript.TestScript
	r    *rig
	who  string // a person's handle; empty for the world
	verb string
	args []string
	neg  bool
}

// fail ends the script.
func (l *line) fail(format string, args ...any) {
	l.ts.Fatalf(format, args...)
}

// end is how a line ends that may fail: with ! it must.
func (l *line) end(err error) {
	switch {
	case l.neg && err == nil:
		l.fail("this was to be impossible, or not to be seen")
	case !l.neg && err != nil:
		l.fail("%v", err)
	}
}

// arg is the argument at i; the script ends if there is none.
func (l *line) arg(i int, what string) string {
	if i >= len(l.args) {
		l.fail("%s is missing", what)
	}
	return l.args[i]
}

// commands are the people and the world.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for _, p := range cast() {
		out[p.Handle] = func(ts *testscript.TestScript, neg bool, args []string) {
			l := &line{ts: ts, r: ts.Value(rigKey{}).(*rig), who: p.Handle, neg: neg, args: args}
			l.verb = l.arg(0, "a verb")
			do, ok := verbs[l.verb]
			if !ok {
				l.fail("nobody knows how to %q", l.verb)
			}
			l.args = args[1:]
			l.rest(now)
			do(l)
		}
	}
	for name, do := range world {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			l := &line{ts: ts, r: ts.Value(rigKey{}).(*rig), neg: neg, args: args}
			do(l)
		}
	}
	return out
}

// rest waits until the bot has come to rest.
func (l *line) rest(p pace) {
	if err := l.r.settle(p); err != nil {
		l.fail("%v", err)
	}
}
