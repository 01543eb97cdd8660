package promises

import (
	"testing"
	"testing/synctest"

	"epilogue/internal/local"
	"epilogue/internal/sandbox"
)

// inBubble runs a test in fake time: the local Slack and the bot talk over connections in memory, and a wait of minutes passes at once. Only the
// store's file is real.
func inBubble(t *testing.T, o local.Options, test func(t *testing.T, l *local.Local)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Listener = sandbox.NewPipe()
		test(t, start(t, o))
	})
}
