package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"epilogue/internal/sandbox"
)

// trial tries out one switch: struck says whether what it does happens just now.
type trial struct {
	wish   sandbox.Wish
	struck func(t *testing.T, r *rig) bool
}

// slashed says what Ana reads after a command, "" if it was acknowledged.
func slashed(r *rig) string { return r.Person("ana").Slash("#general", "/inc").Warning }

// calls says whether a call of this method takes so long, or fails with this code.
func calls(method, code string, least time.Duration, args ...string) func(*testing.T, *rig) bool {
	return func(t *testing.T, r *rig) bool {
		t.Helper()
		begin := time.Now()
		body := r.call(method, args...)
		return dig(body, "error") == code && time.Since(begin) >= least && (code != "" || least > 0)
	}
}

var trials = map[string]trial{
	"ratelimited": {struck: calls("auth.test", "ratelimited", 0)},
	"slow":        {struck: calls("auth.test", "", 2*time.Second)},
	"broken":      {struck: calls("auth.test", "internal_error", 0)},
	"hang": {struck: func(t *testing.T, r *rig) bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := r.api.AuthTestContext(ctx)
		return errors.Is(err, context.DeadlineExceeded)
	}},
	"lost-answers": {wish: sandbox.Wish{Method: "chat.postMessage"}, struck: func(t *testing.T, r *rig) bool {
		before := len(r.Messages("#ops"))
		_, _, err := r.try(r.APIURL()+"chat.postMessage", "application/json", `{"channel":"`+r.ChannelID("ops")+`","text":"hi"}`, http.Header{"Authorization": {"Bearer " + r.BotToken()}})
		if len(r.Messages("#ops")) != before+1 {
			t.Error("the call had no effect")
		}
		return err != nil
	}},
	"lost-acks": {struck: func(_ *testing.T, r *rig) bool { return strings.Contains(slashed(r), "operation_timeout") }},
	"silent":    {struck: func(_ *testing.T, r *rig) bool { return strings.Contains(slashed(r), "operation_timeout") }},
	"duplicates": {struck: func(_ *testing.T, r *rig) bool {
		slashed(r)
		all := r.Envelopes("/inc")
		return len(all[len(all)-1].Deliveries) == 2
	}},
	"refused": {struck: func(t *testing.T, r *rig) bool {
		_, _, err := r.api.StartSocketModeContext(t.Context())
		return apiError(err) == "internal_error"
	}},
	"archived": {wish: sandbox.Wish{In: "#ops"}, struck: posting("is_archived")},
	"app-removed": {wish: sandbox.Wish{In: "#ops"}, struck: func(t *testing.T, r *rig) bool {
		return calls("conversations.setTopic", "not_in_channel", 0, "channel", r.ChannelID("ops"), "topic", "x")(t, r)
	}},
	"scope-removed": {wish: sandbox.Wish{Scope: "chat:write"}, struck: posting("missing_scope")},
}

func posting(code string) func(*testing.T, *rig) bool {
	return func(t *testing.T, r *rig) bool {
		t.Helper()
		return calls("chat.postMessage", code, 0, "channel", r.ChannelID("ops"), "text", "hi")(t, r)
	}
}

func TestEveryFaultStrikesWhenItIsSwitchedOnAndStopsWhenItIsEnded(t *testing.T) {
	s := sandbox.Start(t, sandbox.Options{})
	for _, sw := range s.Switches() {
		if sw.Once {
			continue
		}
		for how, end := range map[string]func(*rig){
			"ended":   func(r *rig) { r.SwitchOff(r.Standing()[0].ID) },
			"cleared": func(r *rig) { r.Mend() },
		} {
			t.Run(sw.Key+" "+how, func(t *testing.T) {
				inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
					r.plainly()
					r.channel("ops")
					try, there := trials[sw.Key]
					if !there {
						t.Fatal("nobody tries it out")
					}
					if try.struck(t, r) {
						t.Fatal("it strikes before it is switched on")
					}
					if err := r.SwitchOn(sw.Key, try.wish); err != nil {
						t.Fatal(err)
					}
					if on := r.Standing(); len(on) != 1 || on[0].Key != sw.Key {
						t.Fatalf("what goes wrong is said to be %+v", on)
					}
					if !try.struck(t, r) {
						t.Error("it does not strike")
					}
					if end(r); len(r.Standing()) != 0 {
						t.Fatalf("after it was ended, this goes wrong: %+v", r.Standing())
					}
					if try.struck(t, r) {
						t.Error("it strikes after it was ended")
					}
				})
			})
		}
	}
}

func TestTheSocketsAreCutOrRefreshedAtOnce(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		k := r.ready()
		if err := r.SwitchOn("refresh", sandbox.Wish{}); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if e := k.next(); e.Type != "disconnect" || e.Reason != "warning" {
			t.Errorf("the app hears %+v", e)
		}
		k.ended()
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("the socket serves for another %v", took)
		}
		k = r.ready()
		if err := r.SwitchOn("cut", sandbox.Wish{}); err != nil {
			t.Fatal(err)
		}
		k.ended()
		if got := slashed(r); !strings.Contains(got, "did not respond") {
			t.Errorf("without a socket people read %q", got)
		}
		if on := r.Standing(); len(on) != 0 {
			t.Errorf("what struck once is said to go on: %+v", on)
		}
	})
}

func TestASwitchSaysWhatItCannotDo(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.channel("ops")
		for _, c := range []struct {
			key  string
			wish sandbox.Wish
			want string
		}{
			{"flood", sandbox.Wish{}, "no fault is called"},
			{"archived", sandbox.Wish{}, "there is no channel"},
			{"archived", sandbox.Wish{In: "#general"}, "cannot be archived"},
			{"app-removed", sandbox.Wish{In: "#random"}, "the app is not in #random"},
			{"scope-removed", sandbox.Wish{}, "does not have the scope"},
			{"slow", sandbox.Wish{Method: "chat.nope"}, "there is no method"},
		} {
			if err := r.SwitchOn(c.key, c.wish); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s %+v: %v", c.key, c.wish, err)
			}
		}
		if on := r.Standing(); len(on) != 0 {
			t.Errorf("all the same this goes wrong: %+v", on)
		}
	})
}

func TestWhatIsOnIsNotSwitchedOnTwice(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		for range 2 {
			if err := r.SwitchOn("slow", sandbox.Wish{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.SwitchOn("slow", sandbox.Wish{Method: "auth.test"}); err != nil {
			t.Fatal(err)
		}
		if on := r.Standing(); len(on) != 2 {
			t.Errorf("this goes wrong: %+v", on)
		}
	})
}

func TestFaultsOfScriptsAreSeenToo(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.Faults().Add(sandbox.Fault{Method: "views.open", Error: "fatal_error", Times: 2})
		r.Faults().RateLimits(true)
		r.Faults().DelayNext(time.Second)
		var told []string
		for _, one := range r.Standing() {
			told = append(told, one.Text)
		}
		want := []string{"views.open answers fatal_error, 2 more times", "Slack's rate limits apply", "the next envelope comes 1s late"}
		if !slices.Equal(told, want) {
			t.Errorf("%q", told)
		}
		if r.Mend(); len(r.Standing()) != 0 {
			t.Errorf("%+v", r.Standing())
		}
	})
}

func TestAPrivateChannelIsNotNamedInWhatEverybodyReads(t *testing.T) {
	inBubble(t, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "hush", Private: true, App: true}}}, func(t *testing.T, r *rig) {
		for _, key := range []string{"app-removed", "archived"} {
			if err := r.SwitchOn(key, sandbox.Wish{In: "#hush"}); err != nil {
				t.Fatal(err)
			}
		}
		if raw, _ := json.Marshal(r.Standing()); strings.Contains(string(raw), "hush") {
			t.Errorf("%s", raw)
		}
	})
}

func TestClearEndsWhatGoesWrongOnTheWire(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		f := r.Faults()
		f.Duplicates(true)
		f.LoseAcks(true)
		f.DuplicateNext(3)
		f.RefuseConnections("internal_error")
		f.StopPings(true)
		if n := len(r.Standing()); n != 5 {
			t.Fatalf("%d things go wrong: %+v", n, r.Standing())
		}
		if f.Clear(); len(r.Standing()) > 0 {
			t.Errorf("after Clear this goes wrong: %+v", r.Standing())
		}
	})
}
