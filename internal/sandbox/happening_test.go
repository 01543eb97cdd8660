package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

// told is an entry in a few words.
func told(h sandbox.Happening) string {
	switch {
	case h.Call != nil:
		return h.Call.Method
	case h.Envelope != nil:
		return h.Envelope.Kind
	}
	return h.Note.What
}

func TestTheBackOfTheStageTellsEverythingInTheOrderInWhichItBegan(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.plainly()
		c := r.channel("ops")
		r.must("chat.postMessage", "channel", c, "text", "one")
		r.Person("ana").Slash("#general", "/inc")
		r.must("auth.test")
		r.Clock().Move(time.Hour)
		all := r.Happenings(0, 100)
		var got []string
		for _, h := range all {
			got = append(got, told(h))
		}
		want := []string{"clock", "auth.test", "/inc", "message", "chat.postMessage", "socket", "apps.connections.open"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("newest first (-want +got):\n%s", diff)
		}
		var paged []string
		for before := 0; ; {
			page := r.Happenings(before, 2)
			if len(page) == 0 {
				break
			}
			for _, h := range page {
				paged = append(paged, told(h))
			}
			before = page[len(page)-1].Seq
		}
		if diff := cmp.Diff(want, paged); diff != "" {
			t.Errorf("by pages (-want +got):\n%s", diff)
		}
		for _, h := range all {
			if one, there := r.Happening(h.Seq); !there || told(one) != told(h) {
				t.Errorf("entry %d is %+v", h.Seq, one)
			}
		}
		for _, seq := range []int{-1, 0, all[0].Seq + 1} {
			if _, there := r.Happening(seq); there {
				t.Errorf("there is an entry %d", seq)
			}
		}
	})
}

// made are the messages that something was done to, as "posted card".
func made(all []sandbox.Touched) string {
	var out []string
	for _, t := range all {
		out = append(out, t.How+" "+t.TS)
	}
	return strings.Join(out, ", ")
}

func TestCallsAndEnvelopesKnowTheirMessages(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		var url string
		r.answering(func(e envelope) any {
			if e.Type == "slash_commands" {
				url = e.get("response_url")
				return map[string]any{"text": "the answer"}
			}
			return nil
		})
		c := r.channel("ops")
		ts := twoTasks(r, c)
		r.must("chat.update", "channel", c, "ts", ts, "text", "card", "blocks", blocks(section("Task"), actions(button("Go"))))
		r.must("pins.add", "channel", c, "timestamp", ts)
		r.must("reactions.add", "channel", c, "timestamp", ts, "name", "eyes")
		r.must("chat.getPermalink", "channel", c, "message_ts", ts)
		r.Person("ana").In("#ops").Click("Go").In("Task")
		r.Person("ana").Slash("#ops", "/inc")
		var whisper string
		for _, m := range r.Messages("#ops") {
			if m.Text == "the answer" {
				whisper = m.TS
			}
		}
		if _, body := r.post(url, "application/json", `{"text":"later"}`, http.Header{}); string(body) != "ok" {
			t.Fatalf("%s", body)
		}
		later := r.Messages("#ops")[len(r.Messages("#ops"))-1].TS
		r.must("chat.delete", "channel", c, "ts", ts)
		for _, c := range []struct{ method, want string }{
			{"chat.postMessage", "posted " + ts},
			{"chat.update", "changed " + ts},
			{"pins.add", "pinned " + ts},
			{"reactions.add", "reacted " + ts},
			{"chat.getPermalink", ""},
			{"chat.delete", "deleted " + ts},
			{"response_url", "posted " + later},
		} {
			if got := made(r.Calls(c.method)[0].Made); got != c.want {
				t.Errorf("%s: %q, want %q", c.method, got, c.want)
			}
		}
		click, command := r.Envelopes("block_actions")[0], r.Envelopes("/inc")[0]
		if got := made(click.About); got != "about "+ts {
			t.Errorf("the click is %q", got)
		}
		if got := made(command.Made); got != "posted "+whisper {
			t.Errorf("the command %q, not the whisper %s", got, whisper)
		}
		for _, e := range r.Envelopes("message") {
			if len(e.About) != 1 {
				t.Errorf("an event about a message names %v: %s", e.About, e.Payload)
			}
		}
	})
}

func TestWhatSlackbotSaysOfAFailureIsTheEnvelopes(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(envelope) any { return noAck{} })
		r.Person("ana").Slash("#general", "/inc")
		all := r.Messages("#general")
		said := all[len(all)-1]
		if e := r.Envelopes("/inc")[0]; !strings.Contains(said.Text, "operation_timeout") || made(e.Made) != "posted "+said.TS {
			t.Errorf("%q is not of %q", said.Text, made(e.Made))
		}
	})
}

func TestSomebodyIsFoundWhoSeesAMessage(t *testing.T) {
	inBubble(t, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general"}, {Name: "hush", Private: true, Members: []string{"cem"}}}}, func(t *testing.T, r *rig) {
		hush := r.ChannelID("hush")
		ts := r.Person("cem").Says("#hush", "psst")
		reply, err := r.Person("cem").RepliesAt("#hush", ts, "more", false)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			ts, rather string
			want       sandbox.Sighting
			there      bool
		}{
			{ts, "ana", sandbox.Sighting{Who: "cem", Channel: "#hush", Text: "psst"}, true},
			{reply, "", sandbox.Sighting{Who: "cem", Channel: "#hush", Text: "more", Thread: true}, true},
			{"1.0", "cem", sandbox.Sighting{}, false},
		} {
			got, there := r.Sight(hush, c.ts, c.rather)
			if diff := cmp.Diff(c.want, got); diff != "" || there != c.there {
				t.Errorf("%s: %v\n%s", c.ts, there, diff)
			}
		}
	})
}

func TestTokensOfARealWorkspaceAreRefusedAndNeverKept(t *testing.T) {
	const bot, app = "xoxb-123456789012-123456789012-AbCdEf", "xapp-1-A0123456789-123456789012-abcdef"
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		for _, token := range []string{bot, app, "xoxp-123-456", "xoxe.xoxb-1-abc"} {
			for _, method := range []string{"auth.test", "chat.postMessage", "apps.connections.open"} {
				_, body := r.post(r.APIURL()+method, "application/x-www-form-urlencoded", "channel="+c, http.Header{"Authorization": {"Bearer " + token}})
				if dig(body, "error") != "invalid_auth" || !strings.Contains(string(body), "token of a real workspace") {
					t.Errorf("%s with %s answers %s", method, token, body)
				}
			}
		}
		r.must("chat.postMessage", "channel", c, "text", "it is "+bot+", keep it")
		if _, status := r.order("people/ana/says", `{"in":"#ops","text":"`+bot+`"}`); status != http.StatusUnprocessableEntity {
			t.Errorf("a script may say it: %d", status)
		}
		if text, status := r.order("people/ana/sees?text="+bot, `{}`); status != http.StatusUnprocessableEntity || !strings.Contains(text, "token of a real workspace") {
			t.Errorf("a script may have it in an address: %d %s", status, text)
		}
		for _, h := range r.Happenings(0, 100) {
			if h.Call != nil && strings.Contains(fmt.Sprint(h.Call.Args), bot[:12]) {
				t.Errorf("%s is kept with %v", h.Call.Method, h.Call.Args)
			}
		}
		if sandbox.LooksLikeToken(r.BotToken()) || sandbox.LooksLikeToken(r.AppToken()) {
			t.Error("the sandbox refuses its own tokens")
		}
	})
}
