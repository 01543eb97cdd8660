package bot

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if any test leaves something running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
