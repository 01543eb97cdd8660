package local

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

func start(t *testing.T, o Options) *Local {
	t.Helper()
	l, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return l
}

func TestTheDemoLeavesOneIncidentOfEachSort(t *testing.T) {
	l := start(t, Options{})
	if fresh, err := l.Fresh(t.Context()); err != nil || !fresh {
		t.Fatalf("before the demo: fresh is %v, %v", fresh, err)
	}
	var told bytes.Buffer
	if err := l.Demo(t.Context(), &told); err != nil {
		t.Fatalf("%v\n%s", err, l.Slack.Transcript())
	}
	if fresh, err := l.Fresh(t.Context()); err != nil || fresh {
		t.Errorf("after the demo: fresh is %v, %v", fresh, err)
	}

	type seen struct {
		Name           string
		Stage          flow.Stage
		Status         flow.Key
		Done, NotDoing int
		OptedOut       bool
	}
	want := []seen{
		{"Checkout errors in EU", flow.Closed, "", 5, 1, false},
		{"Status page is unreachable", flow.Closed, "", 0, 6, true},
		{"Search results are stale", flow.PostIncident, "documenting", 1, 0, false},
		{"Login emails arrive late", flow.Active, "fixing", 0, 0, false},
	}
	var got []seen
	for n := range want {
		inc, err := l.Store.Incident(t.Context(), flow.IncidentID(n+1))
		if err != nil {
			t.Fatal(err)
		}
		c := flow.Count(inc.Tasks)
		one := seen{inc.Name, inc.Stage, inc.Status, c.Done, c.NotDoing, inc.OptedOut != nil}
		if inc.Stage == flow.Closed {
			one.Status = ""
		}
		got = append(got, one)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the demo (-want +got):\n%s", diff)
	}
	for line := range strings.SplitSeq(l.Slack.Person("ana").Sees(checkout), "\n") {
		if !strings.HasSuffix(line, "(edited)") && !strings.Contains(told.String(), line) { // what was edited tells its time as of today
			t.Errorf("the demo does not show this line of the channel: %s", line)
		}
	}
}

// The clock of the story jumps by days. A delivery that was under way then would outlive its lease, and be made a second time.
func TestTheDemoTellsNothingTwice(t *testing.T) {
	l := start(t, Options{})
	if err := l.Demo(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	for _, channel := range []string{checkout, statusPage, search} {
		if marks := l.Slack.Person("ana").Bookmarks(channel); len(marks) != 1 {
			t.Errorf("%s has the bookmarks %q", channel, marks)
		}
		seen := map[string]bool{}
		for _, m := range l.Slack.Messages(channel) {
			if seen[m.Text] {
				t.Errorf("%s is told twice: %s", channel, m.Text)
			}
			seen[m.Text] = true
		}
	}
}

func TestTheDemoAsksSlackForNothingThatIsRefused(t *testing.T) {
	l := start(t, Options{})
	if err := l.Demo(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range l.Slack.Calls() {
		if c.Error != "" {
			t.Errorf("%s was refused: %s", c.Method, c.Error)
		}
	}
	buried, err := l.Store.Buried(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range buried {
		t.Errorf("%s of %s was given up: %s", j.Effect.Tell, j.Incident, j.LastWhy)
	}
}

func TestTheDemoEndsInThePresent(t *testing.T) {
	l := start(t, Options{})
	if err := l.Demo(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if off := time.Since(l.Slack.Clock().Now()); off < 0 || off > time.Minute {
		t.Errorf("the clock is off by %v", off)
	}
}

func TestADemoThatNobodyWaitsForEnds(t *testing.T) {
	l := start(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Demo(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}

// full is a terminal that was closed.
type full struct{}

var errFull = errors.New("nobody reads")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestADemoThatCannotBePrintedSaysSo(t *testing.T) {
	l := start(t, Options{})
	if err := l.Demo(t.Context(), full{}); !errors.Is(err, errFull) {
		t.Errorf("it ends with %v", err)
	}
}

func TestTheStoryBeginsInTheWeekBefore(t *testing.T) {
	for _, c := range []struct{ now, want string }{
		{"2026-11-23 00:00", "2026-11-16"}, // a Monday
		{"2026-11-25 18:30", "2026-11-16"},
		{"2026-11-29 23:59", "2026-11-16"}, // the Sunday of that week
		{"2027-01-02 08:00", "2026-12-21"},
	} {
		now, err := time.Parse("2006-01-02 15:04", c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := mondayBefore(now).Format(time.DateOnly); got != c.want {
			t.Errorf("at %s it begins on %s, not on %s", c.now, got, c.want)
		}
	}
}

func TestTheNewestMessageComesWithItsThread(t *testing.T) {
	const page = "10:00  Ana: one\n10:01  Epilogue (app):\n       two\n       12:30 is lunch\n10:02    ↳ Ben: a reply\n"
	if got, want := newest(page), "10:01  Epilogue (app):\n       two\n       12:30 is lunch\n10:02    ↳ Ben: a reply\n"; got != want {
		t.Errorf("newest is\n%s", got)
	}
	if got := newest(""); got != "" {
		t.Errorf("of nothing it is %q", got)
	}
}

func TestAFolderKeepsWorkspaceAndIncidents(t *testing.T) {
	dir := t.TempDir() + "/new/folder"
	l, err := Start(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	ana := l.Slack.Person("ana")
	ana.Slash("#general", "/inc declare Kept")
	if !ana.Modal().Submit().Closed {
		t.Fatal("the form was not accepted")
	}
	ana.Waits("#inc-1-kept", "has joined")
	if err := l.Quiet(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.Stop(); err != nil {
		t.Fatal(err)
	}
	l = start(t, Options{Dir: dir})
	if fresh, err := l.Fresh(t.Context()); err != nil || fresh {
		t.Errorf("it is fresh again: %v, %v", fresh, err)
	}
	l.Slack.Person("ana").Slash("#inc-1-kept", "/inc rename Found again")
	l.Slack.Person("ana").Waits("#inc-1-kept", "Found again")
}
