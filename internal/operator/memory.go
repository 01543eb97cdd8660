package operator

import (
	"os"
	"runtime/debug"
)

// CollectSeldom has garbage collected when it is four times what is in use, unless GOGC says otherwise. The bot keeps little and throws much away: under a rush of
// clicks this saves a fifth of its CPU time, for some 30 MB.
func CollectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
