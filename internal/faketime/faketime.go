// Package faketime runs tests in a bubble of testing/synctest, where a week passes at once.
package faketime

import (
	"runtime"
	"testing"
	"testing/synctest"
)

// Test is synctest.Test, on one thread at a time. On several, Go's race detector crashes now and then, since all timers of a bubble share one of its
// contexts (https://go.dev/issue/78156). Who waits for whom is not changed by it, so a race is found as before.
//
// The test must not run beside others of its package (testing.T.Parallel): the number of threads is the process's.
func Test(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, test)
}
