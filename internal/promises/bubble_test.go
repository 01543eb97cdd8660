package promises

import (
	"testing"
	"testing/synctest"
	"time"

	"epilogue/internal/faketime"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
)

// inBubble runs a test in fake time: the local Slack and the bot talk over connections in memory, and a wait of minutes passes at once. Only the
// store's file is real.
func inBubble(t *testing.T, o local.Options, test func(t *testing.T, l *local.Local)) {
	t.Helper()
	faketime.Test(t, func(t *testing.T) {
		o.Listener = sandbox.NewPipe()
		test(t, start(t, o))
	})
}

// rest lets fake time pass until the outbox has nothing to do. It may take an hour.
func rest(t *testing.T, l *local.Local) {
	t.Helper()
	for end := time.Now().Add(time.Hour); time.Now().Before(end); wait(time.Second) {
		synctest.Wait()
		if at, waiting, err := l.Store.NextJob(t.Context()); err != nil {
			t.Fatal(err)
		} else if !waiting || at.Sub(l.Slack.Clock().Now()) > farAhead {
			return
		}
	}
	t.Fatal("the outbox does not empty")
}
