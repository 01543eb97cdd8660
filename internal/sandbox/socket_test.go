package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"epilogue/internal/sandbox"
)

func TestTheAppLevelTokenOpensConnectionsAndNothingElse(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		bearer := func(token string) map[string][]string {
			return map[string][]string{"Authorization": {"Bearer " + token}}
		}
		const form = "application/x-www-form-urlencoded"
		for _, c := range []struct {
			name, method, body string
			header             map[string][]string
			want               string
		}{
			{"app token in the header", "apps.connections.open", "", bearer(r.AppToken()), ""},
			{"app token in the body", "apps.connections.open", "token=" + r.AppToken(), nil, "not_authed"},
			{"bot token", "apps.connections.open", "", bearer(r.BotToken()), "not_allowed_token_type"},
			{"no token", "apps.connections.open", "", nil, "not_authed"},
			{"app token elsewhere", "auth.test", "", bearer(r.AppToken()), "not_allowed_token_type"},
			{"bot token in the header", "auth.test", "", bearer(r.BotToken()), ""},
			{"bot token in the body", "auth.test", "token=" + r.BotToken(), nil, ""},
			{"a token that looks real", "auth.test", "token=xoxb-123456-abcdef", nil, "invalid_auth"},
			{"unknown method", "no.such", "token=" + r.BotToken(), nil, "unknown_method"},
		} {
			_, body := r.post(r.APIURL()+c.method, form, c.body, c.header)
			if got := dig(body, "error"); got != c.want {
				t.Errorf("%s: error %q instead of %q", c.name, got, c.want)
			}
		}
	})
}

func TestATicketOpensOneSocket(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		address := r.url()
		ws, err := r.upgrade(address)
		if err != nil {
			t.Fatal(err)
		}
		r.listen(ws)
		if _, err := r.upgrade(address); err == nil {
			t.Error("the same ticket opened a second socket")
		}
		if _, err := r.upgrade(strings.Replace(address, "ticket=", "ticket=x", 1)); err == nil {
			t.Error("a made-up ticket opened a socket")
		}
	})
}

func TestEachSocketIsGreetedWithTheNumberOfSockets(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		var first *socket
		for n := 1; n <= 10; n++ {
			k := r.connect()
			if e := k.next(); e.Type != "hello" || e.Number != n {
				t.Errorf("socket %d: %s with num_connections %d", n, e.Type, e.Number)
			}
			if n == 1 {
				first = k
			}
		}
		k := r.connect()
		if e := k.next(); e.Type != "disconnect" || e.Reason != "too_many_websockets" {
			t.Errorf("the eleventh: %s %s", e.Type, e.Reason)
		}
		if err := <-k.down; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("the eleventh ended with %v", err)
		}
		_ = first.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
		first.ended()
		if err := r.Wait(t.Context(), func() bool { return len(r.Sockets()) == 9 }); err != nil {
			t.Error(err)
		}
		if e := r.connect().next(); e.Number != 10 {
			t.Errorf("after one left: num_connections %d", e.Number)
		}
	})
}

func TestAnEnvelopeIsDeliveredToExactlyOneSocket(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		counts := make(chan int, 100)
		for n := range 3 {
			r.answering(func(envelope) any { counts <- n; return nil })
		}
		for range 60 {
			if got := r.Person("ana").Slash("#general", "/inc"); !got.Acked {
				t.Fatal("not acknowledged")
			}
		}
		seen := map[int]int{}
		for range len(counts) {
			seen[<-counts]++
		}
		if seen[0]+seen[1]+seen[2] != 60 || len(seen) != 3 {
			t.Errorf("60 commands were spread like this: %v", seen)
		}
		for _, e := range r.Envelopes("/inc") {
			if len(e.Deliveries) != 1 || e.AckedOn != e.Deliveries[0].Socket {
				t.Errorf("deliveries %+v, acknowledged on %d", e.Deliveries, e.AckedOn)
			}
		}
	})
}

func TestAnAckCountsOnlyInTimeAndUnder20480Bytes(t *testing.T) {
	big := func(n int, id string) []byte {
		frame := `{"envelope_id":"` + id + `","payload":{"text":""}}`
		return []byte(strings.Replace(frame, `""}`, `"`+strings.Repeat("x", n-len(frame))+`"}`, 1))
	}
	for name, c := range map[string]struct {
		answer func(k *socket, e envelope)
		want   bool
		text   string
	}{
		"no payload":           {func(k *socket, e envelope) { k.ack(e) }, true, ""},
		"payload {}":           {func(k *socket, e envelope) { k.ack(e, map[string]any{}) }, true, ""},
		"payload null":         {func(k *socket, e envelope) { k.ack(e, nil) }, true, ""},
		"a text":               {func(k *socket, e envelope) { k.ack(e, map[string]any{"text": "Hi"}) }, true, "Hi"},
		"none":                 {func(*socket, envelope) {}, false, `/inc failed with the error "operation_timeout"`},
		"another envelope's":   {func(k *socket, _ envelope) { k.ack(envelope{ID: "x"}) }, false, `/inc failed with the error "operation_timeout"`},
		"not JSON":             {func(k *socket, e envelope) { _ = k.ws.WriteMessage(1, []byte(e.ID)) }, false, `/inc failed with the error "operation_timeout"`},
		"20,480 bytes":         {func(k *socket, e envelope) { _ = k.ws.WriteMessage(1, big(20480, e.ID)) }, false, `/inc failed with the error "operation_timeout"`},
		"20,479 bytes":         {func(k *socket, e envelope) { _ = k.ws.WriteMessage(1, big(20479, e.ID)) }, true, ""},
		"a binary frame":       {func(k *socket, e envelope) { _ = k.ws.WriteMessage(2, big(100, e.ID)) }, false, `/inc failed with the error "operation_timeout"`},
		"after 2.9 s":          {func(k *socket, e envelope) { time.AfterFunc(2900*time.Millisecond, func() { k.ack(e) }) }, true, ""},
		"after 3.1 s":          {func(k *socket, e envelope) { time.AfterFunc(3100*time.Millisecond, func() { k.ack(e) }) }, false, `/inc failed with the error "operation_timeout"`},
		"a message Slack bars": {func(k *socket, e envelope) { k.ack(e, map[string]any{"blocks": 7}) }, true, `/inc failed with the error "invalid_command_response"`},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
				k := r.ready()
				k.serve(func(e envelope) any { c.answer(k, e); return noAck{} })
				got := r.Person("ana").Slash("#general", "/inc")
				if got.Acked != c.want {
					t.Errorf("acked: %v", got.Acked)
				}
				if c.text != "" && got.Text() != c.text || c.text == "" && got.Warning != "" {
					t.Errorf("ana reads %q", got.Text())
				}
				if page := r.Person("ana").Sees("#general"); !strings.Contains(page, c.text) {
					t.Errorf("ana does not read %q in the channel:\n%s", c.text, page)
				}
				if page := r.Person("ben").Sees("#general"); page != "" {
					t.Errorf("ben sees it too: %s", page)
				}
			})
		})
	}
}

func TestAnEventIsDeliveredAgainThreeTimes(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.channel("ops")
		k := r.ready()
		start := time.Now()
		r.Person("ana").Says("#ops", "hello")
		var ids []string
		var attempts []int
		var reasons []string
		var at []time.Duration
		for range 4 {
			var e envelope
			select {
			case e = <-k.got:
			case <-time.After(time.Hour):
				t.Fatal("no frame came")
			}
			ids, attempts, reasons, at = append(ids, e.get("event_id")), append(attempts, e.Attempt), append(reasons, e.Retry), append(at, e.At.Sub(start))
		}
		k.nothing(30 * time.Minute)
		if diff := cmp.Diff([]int{0, 1, 2, 3}, attempts); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"", "timeout", "timeout", "timeout"}, reasons); diff != "" {
			t.Error(diff)
		}
		if ids[0] == "" || ids[1] != ids[0] || ids[2] != ids[0] || ids[3] != ids[0] {
			t.Errorf("event ids %q", ids)
		}
		want := []time.Duration{0, 4 * time.Second, 67 * time.Second, 370 * time.Second}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Error(diff)
		}
		if e := r.Envelopes("message")[0]; e.Outcome != "dropped" || e.Acked() {
			t.Errorf("outcome %q", e.Outcome)
		}
	})
}

func TestAnAcknowledgedEventIsNotDeliveredAgain(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.channel("ops")
		k := r.ready()
		r.Person("ana").Says("#ops", "hello")
		k.next()
		again := k.next() // the second try
		k.ack(again)
		k.nothing(30 * time.Minute)
		if e := r.Envelopes("message")[0]; e.Outcome != "acked" || len(e.Deliveries) != 2 {
			t.Errorf("outcome %q after %d deliveries", e.Outcome, len(e.Deliveries))
		}
	})
}

func TestEventsWaitForASocketAndCommandsDoNot(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.channel("ops")
		ana := r.Person("ana")
		ana.Says("#ops", "anybody?")
		if got := ana.Slash("#ops", "/inc").Text(); got != "/inc failed because the app did not respond" {
			t.Errorf("ana reads %q", got)
		}
		k := r.ready()
		e := k.next()
		if e.get("event.text") != "anybody?" || e.Attempt != 1 || e.Retry != "timeout" {
			t.Errorf("delivered: attempt %d, reason %q: %s", e.Attempt, e.Retry, e.Payload)
		}
		k.ack(e)
		k.nothing(30 * time.Minute)
	})
}

func TestClicksAndFormsAreNotDeliveredAgain(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		c := r.channel("ops")
		k := r.ready()
		r.must("chat.postMessage", "channel", c, "text", "x", "blocks", blocks(actions(button("Go"))))
		k.ack(k.next())
		got := r.Person("ana").In("#ops").Press("Go")
		if got.Acked || got.Warning != "⚠" {
			t.Errorf("%+v", got)
		}
		if e := k.next(); e.get("type") != "block_actions" {
			t.Errorf("%s", e.Payload)
		}
		k.nothing(30 * time.Minute)
	})
}

func TestSocketsArePingedAndAnswerPings(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		ws, err := r.upgrade(r.url())
		if err != nil {
			t.Fatal(err)
		}
		pings, pongs := make(chan time.Time, 100), make(chan string, 100)
		ws.SetPingHandler(func(string) error { pings <- time.Now(); return nil })
		ws.SetPongHandler(func(data string) error { pongs <- data; return nil })
		r.listen(ws)
		first := <-pings
		if gap := (<-pings).Sub(first); gap != 5*time.Second {
			t.Errorf("a ping every %v", gap)
		}
		_ = ws.WriteControl(websocket.PingMessage, []byte("x"), time.Now().Add(time.Second))
		if got := <-pongs; got != "x" {
			t.Errorf("the pong says %q", got)
		}
		r.Faults().StopPings(true)
		for len(pings) > 0 {
			<-pings
		}
		select {
		case <-pings:
			t.Error("pinged all the same")
		case <-time.After(time.Minute):
		}
		_ = ws.WriteControl(websocket.PingMessage, []byte("y"), time.Now().Add(time.Second))
		if got := <-pongs; got != "y" {
			t.Errorf("the pong says %q", got)
		}
	})
}

func TestASilencedSocketSwallowsEverything(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		ws, err := r.upgrade(r.url())
		if err != nil {
			t.Fatal(err)
		}
		signs := make(chan string, 100)
		ws.SetPingHandler(func(string) error { signs <- "ping"; return nil })
		ws.SetPongHandler(func(string) error { signs <- "pong"; return nil })
		k := r.listen(ws)
		k.next()
		r.Faults().SilenceSockets()
		_ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		if got := r.Person("ana").Slash("#general", "/inc"); got.Acked {
			t.Error("acknowledged")
		}
		k.nothing(time.Minute)
		if len(signs) > 0 {
			t.Errorf("a sign of life: %s", <-signs)
		}
		if len(r.Sockets()) != 1 {
			t.Error("the socket is not registered any more")
		}
	})
}

func TestAnAckOnASilencedSocketIsLost(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.answering(func(envelope) any {
			r.Faults().SilenceSockets()
			return nil
		})
		if got := r.Person("ana").Slash("#general", "/inc"); got.Acked {
			t.Error("acknowledged")
		}
	})
}

func TestTheAckOfARetryEndsTheOlderDeliveries(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.channel("ops")
		k := r.ready()
		r.Person("ana").Says("#ops", "hello")
		first := k.next()
		<-time.After(time.Second)
		if err := r.Redeliver(first.ID, 1); err != nil {
			t.Fatal(err)
		}
		k.ack(k.next())
		k.nothing(30 * time.Minute)
		if err := r.Redeliver("no such envelope", 1); err == nil {
			t.Error("an unknown envelope was delivered")
		}
	})
}

func TestDisconnectMessagesAnnounceTheEnd(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "link_disabled", "too_many_websockets"} {
		t.Run(reason, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
				k := r.ready()
				r.Faults().Disconnect(reason, 10*time.Second)
				if e := k.next(); e.Type != "disconnect" || e.Reason != reason {
					t.Errorf("%s %s", e.Type, e.Reason)
				}
				start := time.Now()
				served := make(chan bool, 1)
				go func() { served <- r.Person("ana").Slash("#general", "/inc").Acked }()
				k.ack(k.next())
				if !<-served {
					t.Error("it does not serve until the end")
				}
				if err := <-k.down; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
					t.Errorf("it ended with %v", err)
				}
				if d := time.Since(start); d != 10*time.Second {
					t.Errorf("it ended after %v", d)
				}
				_, _, err := r.api.StartSocketModeContext(t.Context())
				if refused := err != nil; refused != (reason == "link_disabled") {
					t.Errorf("opening another: %v", err)
				}
			})
		})
	}
}

func TestASocketIsAskedToLeaveAtTheEndOfItsTime(t *testing.T) {
	inBubble(t, sandbox.Options{ConnectionTime: time.Minute}, func(t *testing.T, r *rig) {
		k := r.connect()
		hello := k.next()
		e := <-k.got
		if e.Reason != "warning" || e.At.Sub(hello.At) != time.Minute {
			t.Errorf("%s %s after %v", e.Type, e.Reason, e.At.Sub(hello.At))
		}
		k.ended()
	})
}

func TestACutSocketEndsWithoutACloseFrame(t *testing.T) {
	r := onTCP(t, sandbox.Options{})
	one, two := r.ready(), r.ready()
	r.Faults().CutSockets(r.Sockets()[0])
	if err := <-one.down; websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("it ended politely: %v", err)
	}
	two.serve(func(envelope) any { return nil })
	if err := r.Wait(t.Context(), func() bool { return len(r.Sockets()) == 1 }); err != nil {
		t.Fatal(err)
	}
	if !r.Person("ana").Slash("#general", "/inc").Acked {
		t.Error("the other socket does not serve")
	}
}

func TestGhostsAreCountedUntilSlackNotices(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.Faults().Ghosts(time.Minute)
		k := r.ready()
		_ = k.ws.NetConn().Close()
		k.ended()
		if e := r.connect().next(); e.Number != 2 {
			t.Errorf("num_connections %d with a ghost", e.Number)
		}
		start := time.Now()
		if err := r.Wait(t.Context(), func() bool { return len(r.Sockets()) == 1 }); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d != time.Minute {
			t.Errorf("noticed after %v", d)
		}
	})
}

func TestEnvelopesCanComeTwiceLateOrOldAsRetries(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		r.channel("ops")
		k := r.ready()
		ana := r.Person("ana")
		r.Faults().DuplicateNext(1)
		ana.Says("#ops", "twice")
		one, two := k.next(), k.next()
		if one.ID != two.ID || one.ID == "" {
			t.Errorf("ids %q and %q", one.ID, two.ID)
		}
		k.ack(one)
		k.ack(two)
		r.Faults().DelayNext(20 * time.Second)
		ana.Says("#ops", "late")
		start := time.Now()
		late := k.next()
		if d := late.At.Sub(start); d != 20*time.Second {
			t.Errorf("late by %v", d)
		}
		k.ack(late)
		if err := r.Redeliver(one.ID, 2); err != nil {
			t.Fatal(err)
		}
		old := k.next()
		if old.Attempt != 2 || old.get("event_id") != one.get("event_id") {
			t.Errorf("attempt %d of %s", old.Attempt, old.get("event_id"))
		}
		k.ack(old)
		k.nothing(30 * time.Minute)
	})
}
