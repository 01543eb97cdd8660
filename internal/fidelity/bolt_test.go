package fidelity_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"epilogue/internal/sandbox"
)

// withBolt makes a missing Bolt an error: "make fidelity" says so.
var withBolt = flag.Bool("bolt", false, "fail, instead of skipping, where Bolt for JavaScript is not installed: run npm ci in bolt first")

// boltApp is an app on Bolt for JavaScript, in a process of its own, and the sandbox that it takes for Slack. It does what the test says: see bolt/app.js.
type boltApp struct {
	*sandbox.Server
	t *testing.T

	mu     sync.Mutex // for what follows, and for writing
	in     io.WriteCloser
	calls  int
	asked  map[int]chan line
	handle func(heard) []step
	events []heard
	ready  chan struct{}
	did    chan struct{} // holds one for each listener that has done what it was told
	dead   chan struct{}
}

// line is a line that the app writes.
type line struct {
	Call    int             `json:"call"`
	Answer  json.RawMessage `json:"answer"`
	Error   json.RawMessage `json:"error"`
	Heard   *int            `json:"heard"`
	Kind    string          `json:"kind"`
	Body    json.RawMessage `json:"body"`
	Did     int             `json:"did"`
	Trouble string          `json:"trouble"`
	Ready   bool            `json:"ready"`
}

// heard is what a listener of Bolt's was called with.
type heard struct {
	Kind string // command, action, options, shortcut, submission, closed, event
	Body json.RawMessage
}

// step is one thing that a listener does: {"ack": …}, where nil is an empty ack, or {"respond": …}.
type step map[string]any

func ack(with any) []step { return []step{{"ack": with}} }

// boltInstalled reports whether Bolt can be run, and fails the test where it has to be.
func boltInstalled(t *testing.T) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join("bolt", "node_modules"))
	if err == nil {
		_, err = exec.LookPath("node")
	}
	if err != nil && *withBolt {
		t.Fatalf("Bolt is not installed: run npm ci in internal/fidelity/bolt (%v)", err)
	}
	return err == nil
}

// onBolt starts an app on Bolt that is connected, or skips the test where Bolt is not installed.
func onBolt(t *testing.T, s *sandbox.Server, handle func(heard) []step) *boltApp {
	t.Helper()
	if !boltInstalled(t) {
		t.Skip("Bolt for JavaScript is not installed: make fidelity installs it (needs Node.js and npm)")
	}
	cmd := exec.CommandContext(t.Context(), "node", "app.js")
	cmd.Cancel = func() error { return nil } // it ends with its input
	cmd.Dir, cmd.Stderr = "bolt", os.Stderr
	cmd.Env = append(os.Environ(), "SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken(), "SLACK_API_URL="+s.APIURL(), "NODE_ENV=production")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b := &boltApp{
		Server: s, t: t, in: in, asked: map[int]chan line{}, handle: handle,
		ready: make(chan struct{}), did: make(chan struct{}, 1000), dead: make(chan struct{}),
	}
	go b.listen(out)
	t.Cleanup(func() {
		_ = in.Close()
		<-b.dead
		_ = cmd.Wait()
	})
	b.await(b.ready, "Bolt did not connect")
	return b
}

// await waits for something that the app should do soon.
func (b *boltApp) await(done <-chan struct{}, otherwise string) {
	b.t.Helper()
	select {
	case <-done:
	case <-b.dead:
		b.t.Fatal("the app on Bolt ended")
	case <-time.After(time.Minute):
		b.t.Fatal(otherwise)
	}
}

func (b *boltApp) listen(out io.Reader) {
	defer close(b.dead)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			b.t.Errorf("the app on Bolt wrote %q", lines.Bytes())
			continue
		}
		b.take(l)
	}
}

func (b *boltApp) take(l line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case l.Ready:
		close(b.ready)
	case l.Trouble != "":
		b.t.Errorf("Bolt is in trouble: %s", l.Trouble)
	case l.Did != 0:
		if len(l.Error) > 0 {
			b.t.Errorf("a listener failed: %s", l.Error)
		}
		b.did <- struct{}{}
	case l.Kind == "event":
		b.events = append(b.events, heard{l.Kind, l.Body})
	case l.Heard != nil:
		steps := []step{{"ack": nil}}
		if b.handle != nil {
			steps = b.handle(heard{l.Kind, l.Body})
		}
		if steps == nil {
			steps = []step{}
		}
		b.write(map[string]any{"heard": *l.Heard, "do": steps})
	default:
		b.asked[l.Call] <- l
		delete(b.asked, l.Call)
	}
}

// write sends the app a line. The caller holds mu.
func (b *boltApp) write(v any) {
	if err := json.NewEncoder(b.in).Encode(v); err != nil {
		b.t.Errorf("write to the app on Bolt: %v", err)
	}
}

// call calls a method with Bolt's client. What Slack refuses is the error that slack-go would return.
func (b *boltApp) call(method string, args j) (json.RawMessage, error) {
	b.t.Helper()
	answered := make(chan line, 1)
	b.mu.Lock()
	b.calls++
	b.asked[b.calls] = answered
	b.write(j{"call": b.calls, "method": method, "args": args})
	b.mu.Unlock()
	select {
	case l := <-answered:
		if l.Error == nil {
			return l.Answer, nil
		}
		var refusal slack.SlackResponse
		if err := json.Unmarshal(l.Error, &refusal); err != nil {
			return nil, err
		}
		return nil, refusal.Err()
	case <-b.dead:
		b.t.Fatal("the app on Bolt ended")
	case <-time.After(time.Minute):
		b.t.Fatalf("Bolt's client did not answer %s", method)
	}
	return nil, nil
}

// done waits until a listener has done what it was told.
func (b *boltApp) done() {
	b.t.Helper()
	b.await(b.did, "no listener of Bolt's ended")
}

// boltOn is an app on Bolt on a sandbox of its own.
func boltOn(t *testing.T, handle func(heard) []step) *boltApp {
	t.Helper()
	return onBolt(t, sandbox.Start(t), handle)
}

// show sends blocks to a surface of a showcase, with Bolt's client.
func (b *boltApp) show(s *showcase, on surface, blocks []any) error {
	var err error
	title := j{"type": "plain_text", "text": "Form"}
	switch on {
	case message:
		_, err = b.call("chat.postMessage", j{"channel": s.channel, "text": "fallback", "blocks": blocks})
	case modal:
		_, err = b.call("views.update", j{"view_id": s.modal, "view": j{"type": "modal", "title": title, "submit": title, "blocks": blocks}})
	case home:
		_, err = b.call("views.publish", j{"user_id": s.Person("ana").ID(), "view": j{"type": "home", "blocks": blocks}})
	}
	return err
}
