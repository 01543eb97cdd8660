package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// usage is what a process has used so far.
type usage struct {
	cpu  time.Duration // of all its threads
	rss  int64         // bytes that it holds in memory now
	peak int64         // bytes that it held at most
}

// usageOf reads what a process has used, where the system says so as Linux does.
func usageOf(b *testing.B, pid int) usage {
	b.Helper()
	var u usage
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		b.Skip("what a process uses is read from /proc, as Linux has it")
	}
	for _, name := range threads {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has just ended
		}
		first, _, _ := strings.Cut(string(stat), " ")
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			b.Fatalf("read %s: %v", name, err)
		}
		u.cpu += time.Duration(n)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	u.rss, u.peak = kilobytes(b, status, "VmRSS:"), kilobytes(b, status, "VmHWM:")
	return u
}

func kilobytes(b *testing.B, status []byte, name string) int64 {
	b.Helper()
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			n, err := strconv.ParseInt(strings.Fields(string(rest))[0], 10, 64)
			if err != nil {
				b.Fatalf("read %s: %v", name, err)
			}
			return n << 10
		}
	}
	b.Fatalf("a process without %s", name)
	return 0
}
