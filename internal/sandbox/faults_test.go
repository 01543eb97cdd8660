package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/goleak"

	"epilogue/internal/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCallsGoWrongOnDemand(t *testing.T) {
	type result struct {
		Status  int
		Error   string
		After   string
		Posted  int
		Dropped bool
	}
	for name, c := range map[string]struct {
		fault sandbox.Fault
		want  result
	}{
		"a 429":                      {sandbox.Fault{Status: 429, RetryAfter: 30 * time.Second}, result{Status: 429, Error: "ratelimited", After: "30"}},
		"a 503":                      {sandbox.Fault{Status: 503}, result{Status: 503, Error: "internal_error"}},
		"an error code":              {sandbox.Fault{Error: "restricted_action"}, result{Status: 200, Error: "restricted_action"}},
		"an error after the effect":  {sandbox.Fault{Error: "internal_error", AfterEffect: true}, result{Status: 200, Error: "internal_error", Posted: 1}},
		"a 500 after the effect":     {sandbox.Fault{Status: 500, AfterEffect: true}, result{Status: 500, Error: "internal_error", Posted: 1}},
		"a reset before the effect":  {sandbox.Fault{Reset: true}, result{Dropped: true}},
		"a reset after the effect":   {sandbox.Fault{Reset: true, AfterEffect: true}, result{Dropped: true, Posted: 1}},
		"slowness":                   {sandbox.Fault{Slow: 10 * time.Second}, result{Status: 200, Posted: 1}},
		"of another method":          {sandbox.Fault{Method: "chat.update", Error: "x"}, result{Status: 200, Posted: 1}},
		"for another channel":        {sandbox.Fault{Match: map[string]string{"channel": "C1"}, Error: "x"}, result{Status: 200, Posted: 1}},
		"for this method and text":   {sandbox.Fault{Method: "chat.postMessage", Match: map[string]string{"text": "x"}, Error: "y"}, result{Status: 200, Error: "y"}},
		"slowness, and then a reset": {sandbox.Fault{Slow: time.Second, Reset: true}, result{Dropped: true}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
				ch := r.channel("ops")
				c.fault.Times = 1
				set := r.Faults().Add(c.fault)
				start := time.Now()
				var got result
				resp, body, err := r.try(r.APIURL()+"chat.postMessage", "application/x-www-form-urlencoded", url.Values{"token": {r.BotToken()}, "channel": {ch}, "text": {"x"}}.Encode(), nil)
				if err != nil {
					got.Dropped = true
				} else {
					got.Status, got.Error, got.After = resp.StatusCode, dig(body, "error"), resp.Header.Get("Retry-After")
				}
				got.Posted = len(r.Messages("ops"))
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				if d := time.Since(start); d != c.fault.Slow {
					t.Errorf("it took %v", d)
				}
				r.must("chat.postMessage", "channel", ch, "text", "x") // once, as was said
				set.Clear()
			})
		})
	}
}

func TestAHangingCallGoesOnWhenReleased(t *testing.T) {
	for name, after := range map[string]bool{"before the effect": false, "after the effect": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
				c := r.channel("ops")
				set := r.Faults().Add(sandbox.Fault{Method: "chat.postMessage", Hang: true, AfterEffect: after})
				done := make(chan json.RawMessage, 1)
				go func() { done <- r.call("chat.postMessage", "channel", c, "text", "x") }()
				select {
				case <-done:
					t.Fatal("it did not hang")
				case <-time.After(time.Hour):
				}
				if posted := len(r.Messages("ops")) == 1; posted != after {
					t.Errorf("posted while hanging: %v", posted)
				}
				set.Release()
				if dig(<-done, "ok") != "true" || len(r.Messages("ops")) != 1 || set.Hits() != 1 {
					t.Error("it did not go on as it should")
				}
			})
		})
	}
}

func TestHistoriesCanLag(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		r.Faults().HistoryLag(10 * time.Second)
		r.must("chat.postMessage", "channel", c, "text", "x")
		if got := dig(r.must("conversations.history", "channel", c), "messages"); got != "[]" {
			t.Errorf("at once: %s", got)
		}
		<-time.After(10 * time.Second)
		if got := dig(r.must("conversations.history", "channel", c), "messages.0.text"); got != "x" {
			t.Errorf("later: %s", got)
		}
	})
}

func TestOpeningConnectionsCanBeRefused(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.Faults().RefuseConnections("account_inactive")
		if _, _, err := r.api.StartSocketModeContext(t.Context()); apiError(err) != "account_inactive" {
			t.Error(err)
		}
		r.Faults().Clear()
		r.ready()
	})
}

func TestTheLogOrdersCallsAndAcks(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(e envelope) any {
			if e.get("text") == "first" {
				r.call("auth.test")
				return nil
			}
			return nil
		})
		ana := r.Person("ana")
		ana.Slash("#general", "/inc first")
		ana.Slash("#general", "/inc")
		r.call("auth.test")
		calls, envelopes := r.Calls("auth.test"), r.Envelopes("/inc")
		if calls[0].Seq < envelopes[0].Deliveries[0].Seq || calls[0].EndSeq > envelopes[0].AckSeq || envelopes[1].AckSeq > calls[1].Seq {
			t.Errorf("calls %+v\nenvelopes %+v", calls, envelopes)
		}
		r.ClearLog()
		if len(r.Calls())+len(r.Envelopes()) != 0 {
			t.Error("the log was not forgotten")
		}
	})
}

func TestAWorkspaceIsKeptInItsFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	first := onTCP(t, sandbox.Options{Dir: dir})
	c := first.channel("ops")
	ts := dig(first.must("chat.postMessage", "channel", c, "text", "kept", "blocks", blocks(section("kept"))), "ts")
	first.must("views.publish", "user_id", "UANA", "view", home(section("Tasks")))
	if err := first.SetRole("ben", sandbox.Admin); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "workspace.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	second := onTCP(t, sandbox.Options{Dir: dir})
	second.must("chat.update", "channel", c, "ts", ts, "text", "changed")
	second.Person("ana").Waits("#ops", "kept")
	second.Person("ana").Home().Waits("Tasks")
	if u, err := second.api.GetUserInfo("UBEN"); err != nil || !u.IsAdmin {
		t.Error(u, err)
	}
	if later := dig(second.must("chat.postMessage", "channel", c, "text", "x"), "ts"); later <= ts {
		t.Errorf("%s after %s", later, ts)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "workspace.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.New(sandbox.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "workspace.json") {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestOtherSitesAndOtherNamesAreKeptOut(t *testing.T) {
	r := onTCP(t, sandbox.Options{})
	get := func(path, host, origin string) int {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL()+path, nil)
		if host != "" {
			req.Host = host
		}
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		resp, err := r.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	own := r.URL()
	for _, c := range []struct {
		path, host, origin string
		want               int
	}{
		{"/", "", "", 200},
		{"/", "localhost:80", "", 200},
		{"/", "", own, 200},
		{"/", "evil.example", "", 403},
		{"/", "127.0.0.1.evil.example", "", 403},
		{"/", "", "https://evil.example", 403},
		{"/", "", "null", 403},
		{"/", "", "https://api.slack.com", 403},
		{"/link/", "", "https://evil.example", 403},
	} {
		if got := get(c.path, c.host, c.origin); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
	if !strings.HasPrefix(r.URL(), "http://127.0.0.1:") {
		t.Errorf("it listens on %s", r.URL())
	}
}

// order posts to the twin and returns the plain text and the status.
func (r *rig) order(path, body string) (string, int) {
	r.t.Helper()
	resp, raw := r.post(r.URL()+"/sandbox/"+path, "application/json", body, http.Header{"Accept": {"text/plain"}})
	return strings.TrimSpace(string(raw)), resp.StatusCode
}

func TestScriptsDoOverHTTPWhatPeopleDo(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(e envelope) any {
			switch e.Type + e.get("type") {
			case "slash_commands":
				return r.later(func() error {
					r.must("views.open", "trigger_id", e.get("trigger_id"), "view", modal("Declare", input("name", "Name")))
					return nil
				})
			case "interactiveview_submission":
				return map[string]any{"response_action": "errors", "errors": map[string]string{"name": "Taken"}}
			case "interactiveblock_actions":
				return r.later(func() error {
					r.must("chat.postMessage", "channel", e.get("channel.id"), "text", "pressed by <@"+e.get("user.id")+">")
					return nil
				})
			}
			return nil
		})
		c := r.channel("ops")
		r.must("chat.postMessage", "channel", c, "text", "x", "blocks", blocks(section("Task"), actions(button("Go"))))
		for _, step := range []struct {
			path, body string
			status     int
			want       string
		}{
			{"people/ana/slash", `{"in":"#general","text":"/inc declare"}`, 200, ""},
			{"people/ana/fill", `{"field":"Name","text":"API"}`, 200, "Name: [API]"},
			{"people/ana/submit", `{}`, 200, "Name: Taken"},
			{"people/ana/close", `{}`, 200, ""},
			{"people/ana/modal", `{"patience":"0s"}`, 422, "no modal is open for Ana"},
			{"people/ben/press", `{"in":"#ops","button":"Go","near":"Task"}`, 200, ""},
			{"people/ben/waits", `{"in":"#ops","text":"pressed by @Ben"}`, 200, "pressed by @Ben"},
			{"people/ben/press", `{"button":"Nope","patience":"0s"}`, 422, `no button "Nope"`},
			{"people/cem/says", `{"in":"#ops","text":"hi"}`, 200, "."},
			{"people/cem/reacts", `{"in":"#ops","to":"hi","name":"eyes"}`, 200, ""},
			{"people/nobody/says", `{"in":"#ops","text":"hi"}`, 422, `nobody is called "nobody"`},
			{"people/ana/flies", `{}`, 422, "people do not know how to"},
			{"clock", `{"set":"2026-11-23T09:00:00Z"}`, 200, "2026-11-23T09:00:00Z"},
			{"clock", `{"move":"24h"}`, 200, "2026-11-24T09:00:00Z"},
			{"admin/deactivate", `{"who":["dana"]}`, 200, ""},
			{"admin/explode", `{}`, 422, "administrators do not know"},
			{"faults", `{"method":"auth.test","error":"fatal_error","slow":"1s","times":1}`, 200, "ok"},
			{"faults/cut", `{"sockets":[99]}`, 200, ""},
			{"faults/nope", `{}`, 422, "no fault is called"},
		} {
			text, status := r.order(step.path, step.body)
			if status != step.status || !strings.Contains(text, step.want) {
				t.Errorf("%s %s: %d %s", step.path, step.body, status, text)
			}
		}
		r.refused("fatal_error", "auth.test")
		read := func(path string) string {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL()+path, nil)
			resp, err := r.http.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			raw, _ := io.ReadAll(resp.Body)
			return string(raw)
		}
		for path, want := range map[string]string{
			"/": "pressed by @Ben", "/sandbox/transcript": "pressed by @Ben", "/sandbox/calls?who=views.open": `"method":"views.open"`,
			"/sandbox/envelopes": `"kind":"block_actions"`, "/sandbox/people/ana/sees?in=%23ops": "pressed by @Ben", "/sandbox/scopes": `"chat:write"`, "/sandbox/sockets": "[1]",
			"/sandbox/people": `"UDANA"`, "/sandbox/changes?after=0": `"version"`, "/sandbox/people/ana/says": "this takes a POST",
		} {
			if got := read(path); !strings.Contains(got, want) {
				t.Errorf("%s: %s", path, got)
			}
		}
	})
}

func answerWithSlackGo(t *testing.T, api *slack.Client, sm *socketmode.Client, e socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeSlashCommand:
		cmd := e.Data.(slack.SlashCommand)
		_ = sm.Ack(*e.Request, map[string]any{"text": "you said " + cmd.Text})
	case socketmode.EventTypeErrorBadMessage:
		t.Errorf("unreadable to slack-go: %v", e.Data)
	case socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		_ = sm.Ack(*e.Request)
		if cb, ok := e.Data.(slack.InteractionCallback); ok && cb.Type == slack.InteractionTypeBlockActions {
			if _, _, err := api.PostMessage(cb.Channel.ID, slack.MsgOptionText("got "+cb.ActionCallback.BlockActions[0].Value, false)); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAnAppOnSlackGosSocketModeRunsUnchanged(t *testing.T) {
	s := sandbox.Start(t, sandbox.Options{})
	api := slack.New(s.BotToken(), slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(s.AppToken()))
	sm := socketmode.New(api)
	var app sync.WaitGroup
	t.Cleanup(app.Wait)
	app.Go(func() { _ = sm.RunContext(t.Context()) })
	app.Go(func() {
		for {
			select {
			case <-t.Context().Done():
				return
			case e := <-sm.Events:
				answerWithSlackGo(t, api, sm, e)
			}
		}
	})
	if err := s.AddChannel(sandbox.ChannelSpec{Name: "ops", App: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(t.Context(), func() bool { return len(s.Sockets()) == 1 }); err != nil {
		t.Fatal(err)
	}
	ana := s.Person("ana")
	if got := ana.Slash("#ops", "/inc hello").Text(); got != "you said hello" {
		t.Error(got)
	}
	_, _, err := api.PostMessage(s.ChannelID("ops"), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(
		slack.NewActionBlock("", slack.NewButtonBlockElement("go", "42", slack.NewTextBlockObject("plain_text", "Go", false, false)))))
	if err != nil {
		t.Fatal(err)
	}
	ana.Press("Go")
	ana.Waits("#ops", "got 42")
	ana.Says("#ops", "thanks")
	ana.Home()
	if err := s.Wait(t.Context(), func() bool {
		all := s.Envelopes("app_home_opened")
		return len(all) == 1 && all[0].Acked()
	}); err != nil {
		t.Error(err)
	}
}
