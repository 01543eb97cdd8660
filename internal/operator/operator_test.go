package operator

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/bot"
	"epilogue/internal/config"
	"epilogue/internal/sandbox"
)

func TestOnlyScopesThatSlackDoesNotNameAreMissing(t *testing.T) {
	const manifest = `{"oauth_config":{"scopes":{"bot":["chat:write","users:read"]}}}`
	for _, c := range []struct {
		name   string
		header []string
		want   []string
	}{
		{"all are there, and more", []string{"users:read,chat:write,im:write"}, nil},
		{"Slack puts spaces between them", []string{"users:read, chat:write"}, nil},
		{"one is not there", []string{"chat:write"}, []string{"users:read"}},
		{"a longer name is another scope", []string{"chat:write,users:read.email"}, []string{"users:read"}},
		{"none is there", []string{""}, []string{"chat:write", "users:read"}},
		{"Slack names none, so nothing is known", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := missingScopes(http.Header{"X-Oauth-Scopes": c.header}, []byte(manifest))
			if diff := cmp.Diff(c.want, got); len(c.want)+len(got) > 0 && diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheManifestNamesScopesToLookFor(t *testing.T) {
	none := http.Header{"X-Oauth-Scopes": {""}}
	if missing := missingScopes(none, bot.Manifest("/inc")); len(missing) < 5 {
		t.Errorf("an app without scopes lacks only %q", missing)
	}
}

func TestASlackThatStumblesIsNotABadToken(t *testing.T) {
	s := sandbox.Start(t)
	c := config.Default()
	c.Slack.APIURL, c.Slack.BotToken, c.Slack.AppToken = s.APIURL(), config.NewSecret(s.BotToken()), config.NewSecret(s.AppToken())
	for _, f := range []struct {
		sandbox.Fault
		unreachable bool
	}{
		{sandbox.Fault{Error: "internal_error"}, true},
		{sandbox.Fault{Error: "service_unavailable"}, true},
		{sandbox.Fault{Status: http.StatusTooManyRequests}, true},
		{sandbox.Fault{Status: http.StatusBadGateway}, true},
		{sandbox.Fault{Reset: true}, true},
		{sandbox.Fault{Error: "token_revoked"}, false},
		{sandbox.Fault{Error: "account_inactive"}, false},
	} {
		fault := s.Faults().Add(f.Fault)
		_, err := askSlack(t.Context(), c)
		fault.Clear()
		if err == nil || unreachable(err) != f.unreachable {
			t.Errorf("%+v: unreachable is %v: %v", f.Fault, unreachable(err), err)
		}
	}
	if w, err := askSlack(t.Context(), c); err != nil || w.Team == "" {
		t.Errorf("without a fault: %+v, %v", w, err)
	}
}

func TestOnlyYesIsYes(t *testing.T) {
	for answer, want := range map[string]bool{
		"y\n": true, "yes\n": true, " Yes \n": true, "y": true,
		"": false, "\n": false, "n\n": false, "yep\n": false, "no\ny\n": false,
	} {
		var asked strings.Builder
		if got := Answer("Sure?", strings.NewReader(answer), &asked); got != want {
			t.Errorf("%q is taken for %v", answer, got)
		}
		if !strings.HasPrefix(asked.String(), "Sure? [y/N] ") {
			t.Errorf("it asks %q", asked.String())
		}
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "process.yaml")
	broken := errors.New("broken")
	half := func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	}
	if err := WriteFile(path, nil, half); !errors.Is(err, broken) {
		t.Errorf("it returns %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file")
	}
	for _, name := range []string{"", "-"} {
		var out bytes.Buffer
		if err := WriteFile(name, &out, half); !errors.Is(err, broken) || out.String() != "half" {
			t.Errorf("%q gives %q, %v", name, out.String(), err)
		}
	}
}

func TestHealthTellsALifeFromAConnection(t *testing.T) {
	ready := false
	h := health(func() bool { return ready })
	get := func(path string) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code
	}
	if got := [...]int{get("/healthz"), get("/readyz"), get("/")}; got != [...]int{200, 503, 404} {
		t.Errorf("before it is connected: %v", got)
	}
	ready = true
	if got := get("/readyz"); got != 200 {
		t.Errorf("connected: %d", got)
	}
}

func TestLogsAreJSONUnlessSomebodyReadsThem(t *testing.T) {
	for _, c := range []struct {
		config.Log
		json, debug bool
	}{
		{config.Log{Format: config.LogAuto}, true, false}, // a buffer is no terminal
		{config.Log{Format: config.LogJSON, Level: slog.LevelDebug}, true, true},
		{config.Log{Format: config.LogText}, false, false},
	} {
		var out bytes.Buffer
		log := Logger(c.Log, &out)
		log.Info("said")
		if isJSON := strings.HasPrefix(out.String(), "{"); isJSON != c.json || !strings.Contains(out.String(), "said") {
			t.Errorf("%+v writes %q", c.Log, out.String())
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("%+v colors what is no terminal: %q", c.Log, out.String())
		}
		if log.Enabled(t.Context(), slog.LevelDebug) != c.debug {
			t.Errorf("%+v: debug is %v", c.Log, !c.debug)
		}
	}
}

func TestAPredecessorThatDoesNotAnswerIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "epilogue.db")
	mute, err := new(net.ListenConfig).Listen(t.Context(), "unix", path+".sock")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	c := config.Config{Store: config.Store{Path: path}}
	c.Slack.BotToken, c.Slack.AppToken = config.NewSecret("xoxb-1"), config.NewSecret("xapp-1")
	err = Run(t.Context(), c, slog.New(slog.DiscardHandler), true)
	if err == nil || !strings.Contains(err.Error(), "does not answer: find out what keeps it, stop it, and start again") {
		t.Errorf("it ended with %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it made a store")
	}
}
