package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/bot"
	"epilogue/internal/calendar/fakegoogle"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
	"epilogue/internal/socketlink"
)

// monday is when every test begins: 9:00 in the organization's zone, in a week without a change of clocks.
var monday = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// cast are the people of every test. Ana owns the workspace, and so is an admin of Epilogue; Gus is a guest, Olga is of another organization.
func cast() []sandbox.Persona {
	return []sandbox.Persona{
		{Handle: "ana", Role: sandbox.Owner},
		{Handle: "ben"},
		{Handle: "cem"},
		{Handle: "dana", Zone: "Asia/Kolkata"},
		{Handle: "dora"},
		{Handle: "gus", Role: sandbox.Guest},
		{Handle: "olga", Role: sandbox.Outsider},
	}
}

// rooms are the channels of every test. In the war room are only Ana and Ben, and not the bot.
func rooms() []sandbox.ChannelSpec {
	return []sandbox.ChannelSpec{
		{Name: "general"},
		{Name: "ops"},
		{Name: "shared", Shared: true, Members: []string{"ana", "ben", "gus", "olga"}},
		{Name: "war-room", Private: true, Members: []string{"ana", "ben"}},
	}
}

// TestMain lets more tests run at once than there are processors: they mostly wait, for Slack's budgets as the bot keeps them.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "10"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// rig is a workspace with a running bot, for one test.
type rig struct {
	*local.Local
	t    *testing.T
	log  *logbook
	mark counts
	seen map[string][]string // what was only visible to a person before they last did something

	asked map[string]string // what the confirmation of their last click said

	google *fakegoogle.Server // nil: there is no calendar
	booker bot.Booker

	excused []string // API errors that the test brings about, as "method code"; and log messages
}

// counts is what was there when a test began to count.
type counts struct {
	calls, pings int
	posts        map[string]int
}

// newRig starts a workspace, and at the end of the test checks what every test promises.
func newRig(t *testing.T, with ...func(*local.Options)) *rig {
	t.Helper()
	r := &rig{t: t, log: &logbook{}, seen: map[string][]string{}, asked: map[string]string{}}
	o := local.Options{
		Log: slog.New(r.log), Zone: time.UTC, Link: socketlink.Options{DeadAfter: patience}, // on a busy machine an answer to a ping may take seconds
		Sandbox: sandbox.Options{
			People: cast(), Channels: rooms(), Now: monday, Patience: patience,
			TriggerLife: patience, // many scripts at once on a busy machine: how long one takes says nothing about the bot
		},
	}
	for _, f := range with {
		f(&o)
	}
	var err error
	if r.Local, err = local.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.end)
	return r
}

// end checks the promises of every test: nothing that the bot asked of Slack was refused, every envelope was acknowledged, nothing failed, and what is
// stored agrees with itself.
func (r *rig) end() {
	if err := r.settle(later); err != nil && !r.t.Failed() {
		r.t.Errorf("at the end: %v", err)
	}
	if err := r.StopBot(); err != nil {
		r.t.Errorf("stop the bot: %v", err)
	}
	for _, c := range r.Slack.Calls() {
		if c.Error != "" && c.Fault == "" && !slices.Contains(reckoned, c.Method+" "+c.Error) && !r.isExcused(c.Method+" "+c.Error) {
			r.t.Errorf("%s was refused: %s\nwith %v\nanswered %s", c.Method, c.Error, c.Args, c.Answer)
		}
	}
	for _, e := range r.Slack.Envelopes() {
		if !e.Acked() && !r.isExcused("unacked") {
			r.t.Errorf("an envelope was not acknowledged (%s): %s %s", e.Outcome, e.Kind, e.Payload)
		}
	}
	for _, line := range r.log.lines() {
		if !r.isExcused(line) {
			r.t.Errorf("the bot's log: %s", line)
		}
	}
	findings, err := r.Store.Check(context.Background())
	if err != nil {
		r.t.Errorf("check the store: %v", err)
	}
	for _, f := range findings {
		r.t.Errorf("the store: %s", f)
	}
	if r.t.Failed() {
		r.t.Logf("the workspace at the end:\n%s", r.Slack.Transcript())
	}
	if err := r.Stop(); err != nil {
		r.t.Errorf("stop: %v", err)
	}
}

// reckoned are refusals that the bot reckons with, where asking is the way to find out.
var reckoned = []string{
	"conversations.invite already_in_channel", // of a public channel nobody knows the members
	"conversations.create name_taken",         // then the next name is tried
	"conversations.info channel_not_found",    // of a private channel that it is not in
	"chat.postMessage not_in_channel",         // then a public channel is joined
	"conversations.invite not_in_channel",     //

	"conversations.canvases.create channel_canvas_already_exists", // then it is another canvas
}

func (r *rig) isExcused(what string) bool {
	return slices.ContainsFunc(r.excused, func(e string) bool { return strings.Contains(what, e) })
}

const (
	patience = 30 * time.Second // how long people wait for what they look for
	stuck    = 3 * time.Minute  // how long the bot may be busy
	gather   = 5 * time.Second  // what the bot gathers into one message waits less than this
	lease    = 2 * time.Minute  // a job that is being delivered is due again after at most this
	still    = 12               // so many looks in a row must find nothing to do
	look     = 8 * time.Millisecond
)

// pace says whether settling waits for what is gathered, by moving the clock there.
type pace bool

const (
	now   pace = false
	later pace = true
)

// settle waits until the bot has nothing left to do: no envelope is under way, no call is running, no job is due.
func (r *rig) settle(p pace) error {
	deadline := time.NewTimer(stuck)
	defer deadline.Stop()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for quiet := 0; quiet < still; {
		why, err := r.busy(p)
		if err != nil {
			return err
		}
		if quiet++; why != "" {
			quiet = 0
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return fmt.Errorf("the bot did not come to rest within %v: %s", stuck, why)
		}
	}
	return nil
}

// busy says what the bot is doing, or nothing.
func (r *rig) busy(p pace) (string, error) {
	for _, e := range r.Slack.Envelopes() {
		if e.Outcome == "" {
			return "an envelope is under way: " + e.Kind, nil
		}
	}
	for _, c := range r.Slack.Calls() {
		if c.EndSeq == 0 {
			return c.Method + " is running", nil
		}
	}
	at, some, err := r.Store.NextJob(context.Background())
	if err != nil {
		return "", fmt.Errorf("look for the next job: %w", err)
	}
	wait := at.Sub(r.Slack.Clock().Now())
	switch {
	case !some || wait > lease+time.Second:
		return "", nil
	case wait > gather:
		return "a job is being delivered", nil
	case wait <= 0:
		return "a job is due", nil
	case p == later:
		r.Slack.Clock().Move(wait)
		return "a job was waiting", nil
	}
	return "", nil
}

// person lets somebody try something, who waits for what they need. What they cannot do is the error.
func (r *rig) person(who string, do func(*sandbox.Person)) error {
	return r.Slack.Person(who).Try(func(p *sandbox.Person) { do(p.Patient(patience)) })
}

// must is person for what has to succeed, and waits before for what was asked earlier.
func (r *rig) must(who string, do func(*sandbox.Person)) {
	r.t.Helper()
	if err := errors.Join(r.settle(now), r.person(who, do)); err != nil {
		r.t.Fatalf("%s: %v", who, err)
	}
}

// logbook keeps what the bot logs that should not be: errors, panics, jobs that were given up.
type logbook struct {
	mu   sync.Mutex
	kept []string
}

// Enabled keeps warnings and worse.
func (b *logbook) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Handle keeps the record as a line.
func (b *logbook) Handle(_ context.Context, rec slog.Record) error {
	var line strings.Builder
	fmt.Fprintf(&line, "%s %s", rec.Level, rec.Message)
	rec.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&line, " %s=%v", a.Key, a.Value)
		return true
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, line.String())
	return nil
}

// WithAttrs and WithGroup change nothing: who logs what is not looked at.
func (b *logbook) WithAttrs([]slog.Attr) slog.Handler { return b }

// WithGroup changes nothing.
func (b *logbook) WithGroup(string) slog.Handler { return b }

func (b *logbook) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.kept)
}
