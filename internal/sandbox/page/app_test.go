//go:build browser

package page_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page"
)

// app is an app on a socket, which answers as a test wants it to.
type app struct {
	t      *testing.T
	slack  *sandbox.Server
	answer func(payload map[string]any) (ack any, ok bool) // not ok: no answer at all

	mu   sync.Mutex
	got  []map[string]any
	more chan struct{}
}

// startApp starts a sandbox with its page, and an app in it.
func startApp(t *testing.T, opts sandbox.Options) *app {
	t.Helper()
	opts.Page = page.New
	a := &app{t: t, slack: sandbox.Start(t, opts), more: make(chan struct{}, 1000), answer: func(map[string]any) (any, bool) { return nil, true }}
	var opened struct{ URL string }
	a.call("apps.connections.open", a.slack.AppToken(), nil, &opened)
	ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), opened.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = ws.Close(); <-done })
	hello := make(chan struct{})
	go func() {
		defer close(done)
		a.read(ws, hello)
	}()
	<-hello
	return a
}

func (a *app) read(ws *websocket.Conn, hello chan struct{}) {
	for {
		var e struct {
			ID      string `json:"envelope_id"`
			Type    string
			Payload map[string]any
		}
		if ws.ReadJSON(&e) != nil {
			return
		}
		if e.Type == "hello" {
			close(hello)
			continue
		}
		a.mu.Lock()
		answer := a.answer
		a.got = append(a.got, e.Payload)
		a.mu.Unlock()
		if ack, ok := answer(e.Payload); ok {
			_ = ws.WriteJSON(map[string]any{"envelope_id": e.ID, "payload": ack})
		}
		a.more <- struct{}{}
	}
}

// on sets how the app answers from now on.
func (a *app) on(answer func(payload map[string]any) (any, bool)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = answer
}

// heard waits for the newest payload of a type.
func (a *app) heard(typ string) map[string]any {
	a.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		a.mu.Lock()
		for _, p := range slices.Backward(a.got) {
			if p["type"] == typ {
				a.mu.Unlock()
				return p
			}
		}
		a.mu.Unlock()
		select {
		case <-a.more:
		case <-deadline:
			a.t.Fatalf("the app heard no %s", typ)
		}
	}
}

// hears waits for a payload of a type that contains a text.
func (a *app) hears(typ, want string) string {
	a.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		a.mu.Lock()
		got := slices.Clone(a.got)
		a.mu.Unlock()
		for _, p := range got {
			if raw, _ := json.Marshal(p); p["type"] == typ && strings.Contains(string(raw), want) {
				return string(raw)
			}
		}
		select {
		case <-a.more:
		case <-deadline:
			a.t.Fatalf("the app heard no %s with %s, but %v", typ, want, got)
		}
	}
}

// count is how many payloads of a type the app has heard.
func (a *app) count(typ string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, p := range a.got {
		if p["type"] == typ {
			n++
		}
	}
	return n
}

// call calls a method of the Web API.
func (a *app) call(method, token string, args any, into any) {
	raw, _ := json.Marshal(args)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, a.slack.APIURL()+method, bytes.NewReader(raw))
	if err != nil {
		a.t.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Error(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	var answer json.RawMessage
	var ok struct{ OK bool }
	if json.NewDecoder(res.Body).Decode(&answer) != nil || json.Unmarshal(answer, &ok) != nil || !ok.OK {
		a.t.Errorf("%s: %s", method, answer)
		return
	}
	if into != nil {
		_ = json.Unmarshal(answer, into)
	}
}

// opens makes the app open a view for whoever runs its shortcut, and runs it as Ana. It returns the view's id.
func (a *app) opens(view string) string {
	a.t.Helper()
	var opened struct{ View struct{ ID string } }
	ready := make(chan struct{})
	a.on(func(p map[string]any) (any, bool) {
		if p["type"] == "block_actions" {
			go func() {
				a.call("views.open", a.slack.BotToken(), map[string]any{"trigger_id": p["trigger_id"], "view": json.RawMessage(view)}, &opened)
				close(ready)
			}()
		}
		return nil, true
	})
	a.post("#general", `[{"type":"actions","block_id":"open","elements":[{"type":"button","action_id":"open","text":{"type":"plain_text","text":"Open it"}}]}]`)
	a.slack.Person("ana").In("#general").Press("Open it")
	<-ready
	a.on(func(map[string]any) (any, bool) { return nil, true })
	return opened.View.ID
}

// post posts blocks to a channel, and returns the timestamp.
func (a *app) post(channel, blocks string) string {
	a.t.Helper()
	var posted struct{ TS string }
	a.call("chat.postMessage", a.slack.BotToken(), map[string]any{"channel": a.channel(channel), "text": "fallback", "blocks": json.RawMessage(blocks)}, &posted)
	return posted.TS
}

func (a *app) channel(name string) string {
	a.t.Helper()
	side, err := a.slack.Sidebar("ana")
	if err != nil {
		a.t.Fatal(err)
	}
	for _, e := range side.Channels {
		if "#"+e.Name == name {
			return e.ID
		}
	}
	a.t.Fatalf("no channel %s", name)
	return ""
}

// tab is a browser's tab.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open opens a browser with Ana's page of a channel, or skips the test where there is no browser.
func (a *app) open(channel string) tab {
	a.t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" || testing.Short() {
		a.t.Skip("needs chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(a.t.Context(), options...)
	a.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	a.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // starts the browser, which would else end with the first deadline
		a.t.Fatal(err)
	}
	b := tab{a.t, ctx}
	b.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(strings.TrimSuffix(a.slack.URL(), "/")+"/w/ana/"+a.channel(channel)))
	return b
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v\nthe page:\n%s", err, b.text("document.body.innerText"))
	}
}

// until waits until an expression is true.
func (b tab) until(expression string) {
	b.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !b.is(expression) {
		if time.Now().After(deadline) {
			b.t.Fatalf("never true: %s\nfocus: %s\nmodals:\n%s", expression, b.text("document.activeElement.outerHTML.slice(0, 300)"), b.text("document.getElementById('modals').innerHTML"))
		}
	}
}

func (b tab) is(expression string) bool {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (b tab) text(expression string) string {
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		return err.Error()
	}
	return v
}

// click clicks into the middle of an element.
func (b tab) click(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q)", selector))
	var at struct{ X, Y float64 }
	raw := b.text(fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); return JSON.stringify({x: r.x + r.width / 2, y: r.y + r.height / 2}) })()`, selector))
	if err := json.Unmarshal([]byte(raw), &at); err != nil {
		b.t.Fatalf("%s: %s", selector, raw)
	}
	b.do(chromedp.MouseClickXY(at.X, at.Y))
}

// keys presses keys, one after the other.
func (b tab) keys(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}
