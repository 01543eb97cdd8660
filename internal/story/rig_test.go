package story

import (
	"flag"
	"io"
	"os"
	"testing"
	"time"

	"epilogue/internal/browser"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
)

var pictures = flag.String("pictures", "", "take the pictures of the README, into `DIR`")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(browser.Run(m))
}

// office is a local Slack with the bot in it, and people who look at it.
type office struct {
	*local.Local
	t *testing.T
}

// began is a Wednesday morning in Berlin. The pictures show it, whenever they are taken.
var began = time.Date(2026, time.November, 25, 9, 41, 3, 0, time.UTC)

// open opens an office where nothing happened yet.
func open(t *testing.T) *office {
	t.Helper()
	return opened(t, local.Options{})
}

// opened is open with something else in it.
func opened(t *testing.T, o local.Options) *office {
	t.Helper()
	browser.Need(t)
	o.Sandbox = sandbox.Options{Now: began, Channels: local.Channels()}
	l, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the sandbox at the end:\n%s", l.Slack.Transcript())
		}
		if err := l.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return &office{l, t}
}

// played opens an office in which the demo was played: what "make run" shows first.
func played(t *testing.T) *office {
	t.Helper()
	o := open(t)
	if err := o.Demo(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	return o
}

// declared opens an office with an incident that Ana declared as Major, in #inc-1-coffee-machine-is-down.
func declared(t *testing.T) *office {
	t.Helper()
	return open(t).declares()
}

func (o *office) declares() *office {
	o.t.Helper()
	ana := o.Slack.Person("ana")
	ana.Slash("#general", "/inc declare "+broken)
	ana.Modal().Choose("Severity", "Major").Submit()
	ana.Waits(channel, "has joined")
	o.Slack.Person("ben").Joins(channel)
	return o
}

const (
	broken  = "Coffee machine is down"
	channel = "#inc-1-coffee-machine-is-down"
)

// resolved opens an office whose incident has entered its flow, and is in Documenting.
func resolved(t *testing.T) *office {
	t.Helper()
	return declared(t).resolves()
}

func (o *office) resolves() *office {
	o.t.Helper()
	ana := o.Slack.Person("ana")
	ana.Slash(channel, "/inc close")
	ana.Modal().Choose("When it is resolved", "Go through the Standard flow").Submit()
	ana.Waits(channel, "3 of them now in *Documenting*")
	return o
}

// sits opens somebody's browser where the front door leads them; tests who find none are skipped.
func (o *office) sits(who string) *browser.Tab {
	o.t.Helper()
	return browser.Open(o.t, o.Slack.URL()+"/w/"+who)
}

// sitsIn opens somebody's browser in a channel.
func (o *office) sitsIn(who, channel string) *browser.Tab {
	o.t.Helper()
	return browser.Open(o.t, o.address(who, channel))
}

// address is where somebody finds a channel.
func (o *office) address(who, channel string) string {
	o.t.Helper()
	c, err := o.Slack.Conversation(who, channel, "", 1)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.Slack.URL() + "/w/" + who + "/" + c.ID
}

// standard are the tasks of the Standard flow in their order, status by status.
var standard = []string{
	"Review the incident timeline", "Create a post-mortem document", "Schedule the debrief",
	"Mark the post-mortem as complete", "Share the post-mortem", "Review follow-ups",
}
