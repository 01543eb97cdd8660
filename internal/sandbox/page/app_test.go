package page_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	tabs "epilogue/internal/browser"
	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page"
)

func TestMain(m *testing.M) { os.Exit(tabs.Run(m)) }

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

// open opens a browser with Ana's page of a channel, or skips the test where there is no browser.
func (a *app) open(channel string) *tabs.Tab {
	a.t.Helper()
	return tabs.Open(a.t, a.slack.URL()+"/w/ana/"+a.channel(channel))
}
