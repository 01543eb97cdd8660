package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"epilogue/bot"
	_ "epilogue/internal/operator" // what the whole program consists of, so that its memory is measured with it
	"epilogue/internal/socketlink"
	"epilogue/store/boltstore"
)

// What is measured runs in a process of its own, so that the crowd's work is not taken for it: this test binary runs itself, with what it is to be in
// this variable.
const roleVariable = "EPILOGUE_BENCH_ROLE"

// The roles, with their arguments behind them.
const (
	roleBot  = "bot"  // Slack's API URL, store, "paced" or "unpaced"
	roleEcho = "echo" // the address of the socket
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		runtime.MemProfileRate = 0 // as in a program that has no tests
		if err := play(role, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(withCompanies(m))
}

func withCompanies(m *testing.M) int {
	dir, err := os.MkdirTemp("", "epilogue-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	companies = dir
	return m.Run()
}

func play(role string, args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	switch role {
	case roleBot:
		return runBot(ctx, args[0], args[1], args[2] == "unpaced")
	case roleEcho:
		return runEcho(ctx, args[0])
	}
	return fmt.Errorf("no role %q", role)
}

// profileVariable names a file that gets a CPU profile of the bot, for whoever looks into a figure.
const profileVariable = "EPILOGUE_BENCH_PROFILE"

// runBot is the bot as "epilogue run" makes it, but for the pace.
func runBot(ctx context.Context, api, path string, unpaced bool) (err error) {
	if name := os.Getenv(profileVariable); name != "" {
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	db, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := bot.New(bot.Options{
		Store: db, Slack: bot.Client("xoxb-bench", "xapp-bench", api), Unpaced: unpaced,
		Log:  slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Link: socketlink.Options{BackoffMax: time.Second},
	})
	return b.Run(ctx)
}

// runEcho answers each frame with an ack and does nothing else, over as many sockets as the bot holds.
func runEcho(ctx context.Context, address string) error {
	ended := make(chan error, sockets)
	for range sockets { // the process ends with them
		ws, _, err := websocket.DefaultDialer.DialContext(ctx, address, nil)
		if err != nil {
			return err
		}
		go func() { ended <- echo(ws) }()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}

func echo(ws *websocket.Conn) error {
	for {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		_, rest, ok := bytes.Cut(frame, []byte(`"envelope_id":"`))
		if !ok {
			continue // hello
		}
		id, _, _ := bytes.Cut(rest, []byte(`"`))
		if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"envelope_id":"`+string(id)+`"}`)); err != nil {
			return err
		}
	}
}

// sockets is how many connections the bot holds.
const sockets = 2

// child is a process that is measured.
type child struct {
	b    *testing.B
	cmd  *exec.Cmd
	said bytes.Buffer
}

// spawn starts a process and stops it at the end of the benchmark, or before by stop.
func spawn(b *testing.B, cmd *exec.Cmd) *child {
	b.Helper()
	c := &child{b: b, cmd: cmd}
	cmd.Stderr, cmd.Stdout = &c.said, &c.said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.stop)
	return c
}

// stop asks the process to end, as an operator would, and fails the benchmark if it complains.
func (c *child) stop() {
	if c.cmd.ProcessState != nil {
		return
	}
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	err := c.cmd.Wait()
	if said := strings.TrimSpace(c.said.String()); err != nil || said != "" {
		c.b.Errorf("%s ended with %v and said:\n%s", filepath.Base(c.cmd.Path), err, last(said, 20))
	}
}

func last(s string, lines int) string {
	all := strings.Split(s, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

func (c *child) usage() usage { return usageOf(c.b, c.cmd.Process.Pid) }

// self makes the command that runs this binary in a role.
func self(b *testing.B, role string, args ...string) *exec.Cmd {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0], args...)
	cmd.Cancel = func() error { return nil } // stop ends it in good order
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	return cmd
}

// startBot starts the bot on a store and waits until it is connected.
func startBot(b *testing.B, s *slack, path, pace string) *child {
	b.Helper()
	c := spawn(b, self(b, roleBot, s.apiURL(), path, pace))
	s.await(sockets)
	return c
}

func startEcho(b *testing.B, s *slack) *child {
	b.Helper()
	c := spawn(b, self(b, roleEcho, "ws"+strings.TrimPrefix(s.url, "http")+"/socket"))
	s.await(sockets)
	return c
}
