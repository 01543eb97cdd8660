package socketlink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

func TestAFatalAnswerAtTheStartEndsRunAtOnceWithOneSentence(t *testing.T) {
	for code := range advice {
		if code == LinkDisabled || code == NotFound {
			continue // not answers of apps.connections.open
		}
		t.Run(string(code), func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				f.answers(func(int) error { return slack.SlackErrorResponse{Err: string(code)} })
				began := time.Now()
				r := f.start()
				err := <-r.ended
				if !errors.Is(err, code) {
					t.Fatalf("Run = %v, want %s", err, code)
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("it took %s", took)
				}
				if text := err.Error(); strings.Contains(text, "\n") || !strings.HasSuffix(text, "("+string(code)+")") {
					t.Errorf("not one sentence with its code: %q", text)
				}
				if n := len(f.opens()); n != 1 {
					t.Errorf("Slack was asked %d times, want once", n)
				}
			})
		})
	}
}

func TestWhatSlackClientsReportIsUnderstood(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		header string
		body   string
		want   verdict
	}{
		"a wrong token":             {200, "", `{"ok":false,"error":"invalid_auth"}`, verdict{fatal: fatal(InvalidAuth), answered: true}},
		"a scope that is missing":   {200, "", `{"ok":false,"error":"missing_scope","needed":"connections:write"}`, verdict{fatal: fatal(MissingScope), answered: true}},
		"Slack's own trouble":       {200, "", `{"ok":false,"error":"internal_error"}`, verdict{answered: true}},
		"a word nobody has heard":   {200, "", `{"ok":false,"error":"moon_phase"}`, verdict{answered: true}},
		"no such API":               {404, "", ``, verdict{fatal: fatal(NotFound), answered: true}},
		"a limit":                   {429, "7", ``, verdict{wait: 7 * time.Second}},
		"a limit of no length":      {429, "0", ``, verdict{wait: time.Second}},
		"a limit without a length":  {429, "", ``, verdict{wait: limitedFor}},
		"a limit in so many words":  {200, "", `{"ok":false,"error":"ratelimited"}`, verdict{wait: limitedFor}},
		"a broken server":           {503, "", `<html>`, verdict{}},
		"an answer that is no JSON": {200, "", `<html>`, verdict{}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/apps.connections.open" || r.Header.Get("Authorization") != "Bearer xapp-1" {
					t.Errorf("request %s with %q", r.URL, r.Header.Get("Authorization"))
				}
				if test.header != "" {
					w.Header().Set("Retry-After", test.header)
				}
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer server.Close()
			client := server.Client()
			defer client.CloseIdleConnections()
			open := OpenWith(slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionAPIURL(server.URL+"/api/"), slack.OptionHTTPClient(client)))
			_, err := open(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(test.want, judge(fmt.Errorf("ask Slack: %w", err)), cmp.AllowUnexported(verdict{}, FatalError{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A captive portal, or a proxy that wants to be logged in to, is no reason to give up, and gets no token.
func TestAnAPICallThatIsSentElsewhereIsRetriedAndLeavesTheTokenBehind(t *testing.T) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			var leaked atomic.Bool
			portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || strings.Contains(fmt.Sprint(r.Header, r.URL, string(body)), "xapp-1") {
					leaked.Store(true)
				}
				_, _ = io.WriteString(w, "<html>Log in")
			}))
			defer portal.Close()
			elsewhere := strings.Replace(portal.URL, "127.0.0.1", "localhost", 1) // another host, to the client
			slackHost := httptest.NewServer(http.RedirectHandler(elsewhere+"/login", status))
			defer slackHost.Close()
			client := slackHost.Client()
			defer client.CloseIdleConnections()
			open := OpenWith(slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionAPIURL(slackHost.URL+"/api/"), slack.OptionHTTPClient(client)))
			_, err := open(t.Context())
			if err == nil || judge(err) != (verdict{}) {
				t.Errorf("%v is judged %+v", err, judge(err))
			}
			if leaked.Load() {
				t.Error("the portal got the token")
			}
		})
	}
}

func TestOnceConnectedAFatalAnswerIsRetriedBeforeGivingUp(t *testing.T) {
	broken := func(f *fakeSlack, r *running) {
		r.connected(2)
		f.answers(func(int) error { return slack.SlackErrorResponse{Err: "account_inactive"} })
		for _, s := range f.live() {
			s.cut()
		}
	}
	t.Run("it passes", func(t *testing.T) {
		inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
			r := f.start()
			defer r.end()
			broken(f, r)
			pass(4 * time.Minute)
			f.answers(func(int) error { return nil })
			pass(time.Minute)
			r.connected(2)
			if n := len(f.opens()); n > 60 {
				t.Errorf("%d attempts in five minutes: that is not slow", n)
			}
			pass(time.Hour)
			broken(f, r) // again; the first time does not count any more
			pass(4 * time.Minute)
			f.answers(func(int) error { return nil })
			pass(time.Minute)
			r.connected(2)
		})
	})
	t.Run("it stays", func(t *testing.T) {
		inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
			r := f.start()
			broken(f, r)
			began := time.Now()
			if err := <-r.ended; !errors.Is(err, AccountInactive) {
				t.Errorf("Run = %v", err)
			}
			if took := time.Since(began); took < 5*time.Minute || took > 6*time.Minute {
				t.Errorf("gave up after %s, want about five minutes", took)
			}
		})
	})
	t.Run("never while a connection is live", func(t *testing.T) {
		inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
			r := f.start()
			defer r.end()
			r.connected(2)
			f.answers(func(int) error { return slack.SlackErrorResponse{Err: "invalid_auth"} })
			f.live()[0].cut()
			pass(time.Hour)
			if !r.Ready() {
				t.Error("not ready")
			}
		})
	})
}

func TestSocketModeSwitchedOffIsToldAndGivenUpOn(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		logs := new(lockedBuffer)
		r := f.start(func(o *Options) { o.Log = logs.logger() })
		r.connected(2)
		pass(time.Minute)
		f.answers(func(int) error { return slack.SlackErrorResponse{Err: "some_word_for_it"} })
		for _, s := range f.live() {
			s.disconnect("link_disabled")
			s.hangUp()
		}
		if err := <-r.ended; !errors.Is(err, LinkDisabled) {
			t.Errorf("Run = %v", err)
		}
		if !strings.Contains(logs.String(), advice[LinkDisabled]) {
			t.Errorf("the log does not say it:\n%s", logs)
		}
	})
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.greets(func(int) string { return `{"type":"disconnect","reason":"link_disabled"}` })
		if err := <-f.start().ended; !errors.Is(err, LinkDisabled) {
			t.Errorf("in place of a hello: Run = %v", err)
		}
	})
}

func TestTooManyConnectionsIsToldAndNotMadeWorse(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		logs := new(lockedBuffer)
		r := f.start(func(o *Options) { o.Log = logs.logger() })
		defer r.end()
		r.connected(2)
		began := time.Now()
		f.live()[0].disconnect(tooManyWebSockets)
		r.await("the third connection", func() bool { return len(f.opens()) == 3 })
		if took := time.Since(began); took < 10*time.Second {
			t.Errorf("another connection was opened after %s already", took)
		}
		if f.all()[0].closeCode() != 1000 {
			t.Error("the unwanted connection was not closed first")
		}
		if !strings.Contains(logs.String(), errTooMany.Error()) {
			t.Errorf("the log does not say it:\n%s", logs)
		}
	})
}

func TestRetryAfterIsObeyedByEveryConnection(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.answers(func(n int) error {
			if n == 0 {
				return &slack.RateLimitedError{RetryAfter: 42 * time.Second}
			}
			return nil
		})
		began := time.Now()
		r := f.start()
		defer r.end()
		r.connected(2)
		for _, at := range f.opens()[1:] {
			if after := at.Sub(began); after < 42*time.Second || after > 43*time.Second {
				t.Errorf("asked again after %s, want 42 s", after)
			}
		}
	})
}

func TestAttemptsAreSpreadAndBounded(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.answers(func(int) error { return errors.New("no route to host") })
		r := f.start(func(o *Options) { o.Connections = 1 })
		defer r.end()
		pass(time.Hour)
		opens := f.opens()
		var gaps []time.Duration
		for i := range opens[1:] {
			gaps = append(gaps, opens[i+1].Sub(opens[i]))
		}
		longest, early := slices.Max(gaps), slices.Max(gaps[:3])
		if longest > 20*time.Second || longest < 15*time.Second {
			t.Errorf("the longest pause is %s, want nearly 20 s", longest)
		}
		if early > time.Second {
			t.Errorf("the first pauses are up to %s, want under 1 s", early)
		}
		if n := len(opens); n < 200 || n > 800 { // 10 s on average
			t.Errorf("%d attempts in an hour, want about 360", n)
		}
	})
}

func TestASlackThatGreetsAndHangsUpIsNotCalledInALoop(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.greets(func(int) string { return `{"type":"disconnect","reason":"refresh_requested"}` })
		r := f.start()
		defer r.end()
		pass(time.Hour)
		if n := len(f.opens()); n > 1600 {
			t.Errorf("%d connections in an hour", n)
		}
	})
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.greets(func(n int) string {
			f.work.Go(func() { pass(time.Millisecond); f.all()[n].disconnect("warning"); f.all()[n].hangUp() })
			return `{"type":"hello"}`
		})
		r := f.start()
		defer r.end()
		pass(time.Hour)
		if n := len(f.opens()); n > 1600 {
			t.Errorf("%d connections in an hour", n)
		}
	})
}

func TestAHelloThatNeverComesIsNotWaitedForLong(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.greets(func(n int) string {
			if n == 0 {
				return ""
			}
			return `{"type":"hello"}`
		})
		r := f.start(func(o *Options) { o.Connections = 1 })
		defer r.end()
		pass(9 * time.Second)
		if n := len(f.opens()); n != 1 || r.Ready() {
			t.Errorf("%d attempts, ready %v after 9 s", n, r.Ready())
		}
		pass(2 * time.Second)
		r.connected(1)
		if got := f.all()[0].closeCode(); got != 1000 {
			t.Errorf("the mute connection was left with close code %d", got)
		}
	})
}

func TestSomebodyElseWithOurTokenIsComplainedAboutOnceAnHour(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		logs := new(lockedBuffer)
		var others atomic.Int64
		others.Store(1)
		f.greets(func(int) string {
			return fmt.Sprintf(`{"type":"hello","num_connections":%d}`, f.count()+int(others.Load()))
		})
		r := f.start(func(o *Options) { o.Log = logs.logger() })
		defer r.end()
		r.connected(2)
		complaints := func() int { return strings.Count(logs.String(), "somebody else is connected") }
		refresh := func() {
			before := len(f.all())
			f.unasked()[0].disconnect("refresh_requested")
			r.await("the next one", func() bool { return len(f.all()) > before && len(f.unasked()) == 2 })
			pass(2 * time.Minute)
		}
		pass(3 * time.Minute)
		refresh()
		if complaints() != 1 || r.State().Foreign != 1 {
			t.Errorf("%d complaints, %d foreign connections, want 1 and 1", complaints(), r.State().Foreign)
		}
		pass(time.Hour)
		refresh()
		if complaints() != 2 {
			t.Errorf("%d complaints after more than an hour, want 2", complaints())
		}
		others.Store(0)
		pass(time.Hour)
		refresh()
		if complaints() != 2 || r.State().Foreign != 0 {
			t.Errorf("%d complaints, %d foreign connections, want 2 and 0", complaints(), r.State().Foreign)
		}
	})
}

func TestOurOwnConnectionsOnTheirWayInOrOutRaiseNoAlarm(t *testing.T) {
	inFakeTime(t, 200*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.greets(func(int) string { // Slack counts everything opened lately, also what has ended or is to say hello
			n := len(slices.DeleteFunc(f.opens(), func(at time.Time) bool { return time.Since(at) > 50*time.Second }))
			return fmt.Sprintf(`{"type":"hello","num_connections":%d}`, n)
		})
		r := f.start(func(o *Options) { o.Connections = 4 })
		defer r.end()
		r.connected(4)
		for range 3 {
			for _, s := range f.live() {
				s.cut()
			}
			r.await("the loss", func() bool { return r.State().Live == 0 })
			r.connected(4)
			if n := r.State().Foreign; n != 0 {
				t.Errorf("%d connections were taken for somebody else's", n)
			}
		}
	})
}

func TestConnectionsOpenedTogetherAreNotRefreshedTogether(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.greets(func(n int) string {
			f.work.Go(func() { // Slack refreshes at a certain age
				pass(time.Hour)
				f.all()[n].disconnect("refresh_requested")
			})
			return `{"type":"hello","debug_info":{"approximate_connection_time":3600}}`
		})
		r := f.start()
		pass(10*time.Hour + time.Minute)
		opens := f.opens()
		for i := 2; i < len(opens); i++ {
			if gap := opens[i].Sub(opens[i-1]); gap < 20*time.Minute {
				t.Errorf("connections %d and %d were opened within %s", i-1, i, gap)
			}
		}
		if n := len(opens); n > 23 {
			t.Errorf("%d connections in ten hours, want 20 or so", n)
		}
		r.end()
	})
}

func TestTheTicketIsNeverRepeated(t *testing.T) {
	for name, open := range map[string]func() (string, error){
		"nobody there":  func() (string, error) { return "ws://127.0.0.1:1/link/?ticket=sesame", nil },
		"no such host":  func() (string, error) { return "wss://slack.invalid/link/?ticket=sesame", nil },
		"not a URL":     func() (string, error) { return "wss://%zz/?ticket=sesame", nil },
		"another thing": func() (string, error) { return "gopher://slack.test/?ticket=sesame", nil },
		"nothing":       func() (string, error) { return "", nil },
	} {
		t.Run(name, func(t *testing.T) {
			l := New(Options{
				Open:   func(context.Context) (string, error) { return open() },
				Handle: func(Envelope) {},
				Dial:   newRefusal,
			})
			_, _, err := l.connect(t.Context())
			if err == nil || strings.Contains(err.Error(), "sesame") {
				t.Errorf("error %v", err)
			}
		})
	}
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.refuse = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
		logs := new(lockedBuffer)
		r := f.start(func(o *Options) { o.Log = logs.logger() })
		defer r.end()
		pass(time.Minute)
		if !strings.Contains(logs.String(), "503") || strings.Contains(logs.String(), "sesame") {
			t.Errorf("logs:\n%s", logs)
		}
	})
}

// lockedBuffer collects logs.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
