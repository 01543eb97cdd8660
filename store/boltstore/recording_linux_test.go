package boltstore_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// op is one thing that a process asked of the disk, or one line that it printed, in the order in which the kernel heard of them.
type op struct {
	call     string
	path, to string // to: the new name of a rename or a link
	data     []byte
	at, size int64 // at: of a pwrite64; size: of an ftruncate
	creates  bool  // of an openat
	empties  bool  // of an openat
	from     int   // the line of the recording at which it began
	end      int   // and at which it was over
}

func (o op) String() string {
	return fmt.Sprintf("%s %s %s (%d bytes at %d)", o.call, filepath.Base(o.path), filepath.Base(o.to), len(o.data), o.at)
}

// What is recorded. The second half would change a file in ways that the model of the disk does not know; seeing one is an error.
var (
	modeled   = []string{"openat", "write", "pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat"}
	unmodeled = []string{"open", "creat", "truncate", "writev", "pwritev", "pwritev2", "copy_file_range", "sendfile", "splice", "fallocate", "sync_file_range"}
)

// needStrace skips a test that has to record.
func needStrace(t *testing.T) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "strace", "-f", "--seccomp-bpf", "-o", os.DevNull, "-e", "trace=write", "true").CombinedOutput(); err != nil {
		t.Skipf("nothing is tested here: strace, which records what a process writes, is missing or may not trace: %v %s", err, out)
	}
}

// record runs a child under strace, with more options of strace, and returns what it asked of the disk below the directory of its path, and what it
// printed.
func record(t *testing.T, role, path string, more ...string) []op {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	strace := []string{
		"strace", "-f", "-qq", "-y", "-xx", "-s", "10000000", "--seccomp-bpf", "-e", "signal=none",
		"-e", "trace=" + strings.Join(slices.Concat(modeled, unmodeled), ","), "-o", trace,
	}
	strace = append(strace, more...)
	cmd := child(t, role, path)
	cmd.Path, cmd.Err = exec.LookPath(strace[0])
	cmd.Args = append(strace, cmd.Args...)
	must(t, cmd.Run())
	f, err := os.Open(trace)
	must(t, err)
	ops, err := readTrace(bufio.NewReaderSize(f, 1<<20), filepath.Dir(path))
	must(t, errors.Join(err, f.Close()))
	return ops
}

// readTrace reads a recording. A sync counts when it is over, everything else when it begins: from then on it may be on the disk.
func readTrace(in *bufio.Reader, dir string) ([]op, error) {
	var ops []op
	begun := map[string]op{}    // by thread
	text := map[string]string{} // by thread, the first half of a call that another thread's interrupts
	for n := 0; ; n++ {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		thread, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		o := op{from: n, end: n}
		if half, unfinished := strings.CutSuffix(call, " <unfinished ...>"); unfinished {
			begun[thread], text[thread] = o, half
			continue
		}
		if _, rest, resumed := strings.Cut(call, " resumed>"); resumed && strings.HasPrefix(call, "<... ") {
			o, call = begun[thread], text[thread]+rest
			o.end = n
		}
		ours, err := o.read(call, dir)
		if err != nil {
			return nil, fmt.Errorf("line %d of the recording: %w", n+1, err)
		}
		if ours {
			ops = append(ops, o)
		}
	}
	slices.SortStableFunc(ops, func(a, b op) int { return a.when() - b.when() })
	return ops, nil
}

func (o op) when() int {
	if o.isSync() {
		return o.end
	}
	return o.from
}

func (o op) isSync() bool { return o.call == "fsync" || o.call == "fdatasync" }

// read reads a call as in: pwrite64(3</a/file>, "\x61\x62", 2, 4096) = 2. Every text in it is in hexadecimal. It reports whether the call
// succeeded and concerns the directory, or prints.
func (o *op) read(call, dir string) (ours bool, err error) {
	head, result, ok := cutLast(call, " = ")
	name, inside, opened := strings.Cut(strings.TrimSuffix(strings.TrimSpace(head), ")"), "(")
	if !ok || !opened || strings.HasPrefix(result, "-1 ") || strings.HasPrefix(result, "?") {
		return false, nil
	}
	args := strings.Split(inside, ", ")
	o.call = strings.TrimSpace(name)
	switch o.call {
	case "write":
		o.path, o.data = file(args[0]), text(args[1])
	case "pwrite64":
		o.path, o.data = file(args[0]), text(args[1])
		o.at, err = strconv.ParseInt(args[3], 10, 64)
	case "ftruncate":
		o.path = file(args[0])
		o.size, err = strconv.ParseInt(args[1], 10, 64)
	case "fsync", "fdatasync":
		o.path = file(args[0])
	case "openat":
		o.path, o.creates, o.empties = string(text(args[1])), strings.Contains(args[2], "O_CREAT"), strings.Contains(args[2], "O_TRUNC")
	case "rename", "link":
		o.path, o.to = string(text(args[0])), string(text(args[1]))
	case "renameat", "renameat2", "linkat":
		o.call, _, _ = strings.Cut(o.call, "at")
		o.path, o.to = string(text(args[1])), string(text(args[3]))
	case "unlink":
		o.path = string(text(args[0]))
	case "unlinkat":
		o.call, o.path = "unlink", string(text(args[1]))
	default:
		if o.path = file(args[0]); strings.HasPrefix(o.path, dir) {
			return false, fmt.Errorf("the model of the disk does not know %s", call)
		}
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	if o.data != nil {
		written, err := strconv.Atoi(strings.Fields(result)[0])
		if err != nil || written > len(o.data) {
			return false, fmt.Errorf("%s of %d bytes gives %s", name, len(o.data), result)
		}
		o.data = o.data[:written]
	}
	printed := o.call == "write" && strings.HasPrefix(args[0], "1<")
	return printed || o.path == dir || strings.HasPrefix(o.path, dir+"/"), nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// file is the path of a file descriptor, as in 3<\x2f\x61>.
func file(arg string) string {
	_, path, _ := strings.Cut(arg, "<")
	return string(text(strings.TrimSuffix(path, ">")))
}

// text reads a text of hexadecimal escapes, with or without quotation marks.
func text(arg string) []byte {
	arg = strings.Trim(arg, `"`)
	b := make([]byte, 0, len(arg)/4)
	for ; len(arg) >= 4; arg = arg[4:] {
		n, err := strconv.ParseUint(arg[2:4], 16, 8)
		if err != nil {
			return b
		}
		b = append(b, byte(n))
	}
	return b
}

// printed is what the process printed with an op, or nothing.
func (o op) printed(dir string) string {
	if o.call != "write" || strings.HasPrefix(o.path, dir+"/") {
		return ""
	}
	return strings.TrimSpace(string(o.data))
}
