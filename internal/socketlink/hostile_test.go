package socketlink

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// serverFrame is a frame as servers write them: not masked, with a length of up to 16 bits.
func serverFrame(first byte, payload string) string {
	if len(payload) < 126 {
		return string([]byte{first, byte(len(payload))}) + payload
	}
	return string(binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(len(payload)))) + payload
}

func closeWith(code int, reason string) string {
	return serverFrame(0x88, string(binary.BigEndian.AppendUint16(nil, uint16(code)))+reason)
}

// survives breaks one of two connections and expects the other to serve all the while, two to be live
// within ten seconds, and all that was acked on the broken one to have been told.
func survives(t *testing.T, f *fakeSlack, break_ func(*sock)) {
	t.Helper()
	r := f.start(func(o *Options) { o.Handle = ackAtOnce })
	defer r.end()
	r.connected(2)
	pass(12 * time.Second)
	broken, whole := f.live()[0], f.live()[1]
	break_(broken)
	for i := range 100 { // 10 s
		whole.deliver(fmt.Sprint("E", i))
		pass(100 * time.Millisecond)
	}
	pass(time.Second)
	for i := range 100 {
		if n := len(f.acksOf(fmt.Sprint("E", i))); n != 1 {
			t.Fatalf("E%d, on the other connection, was acked %d times", i, n)
		}
	}
	if live := r.State().Live; live != 2 {
		t.Errorf("%d live connections after 10 s", live)
	}
	if n := len(f.opens()); n > 4 {
		t.Errorf("%d connections were opened for it", n)
	}
	for _, s := range f.live() {
		s.deliver("after" + fmt.Sprint(s.number))
	}
	pass(time.Second)
	for _, s := range f.live() {
		if n := len(f.acksOf("after" + fmt.Sprint(s.number))); n != 1 {
			t.Errorf("what came after it on connection %d was acked %d times", s.number, n)
		}
	}
}

func TestWhateverCodeSlackClosesWithTheConnectionIsOpenedAgain(t *testing.T) {
	ends := map[string]string{
		"no code":                  serverFrame(0x88, ""),
		"half a code":              serverFrame(0x88, "\x03"),
		"a reason that is no text": closeWith(1000, "\xff\xfe"),
		"the longest reason":       closeWith(1000, strings.Repeat("x", 123)),
		"too long a reason":        closeWith(1000, strings.Repeat("x", 200)),
	}
	for _, code := range []int{0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 2999, 3000, 4000, 4999, 5000, 65535} {
		ends[fmt.Sprint(code)] = closeWith(code, "bye")
	}
	for name, raw := range ends {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, 5*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				survives(t, f, func(s *sock) {
					s.deliver("last")
					pass(100 * time.Millisecond)
					s.sayBytes(raw)
					s.slack.work.Go(func() { pass(3 * time.Second); s.cut() })
				})
				if n := len(f.acksOf("last")); n == 0 {
					t.Error("what came just before was never acked")
				}
			})
		})
	}
}

func TestNothingThatBreaksTheProtocolKeepsTheLinkDown(t *testing.T) {
	for name, raw := range map[string]string{
		"bytes at random":                     "\x17\x2a\xff\x00\x93SSH-2.0-OpenSSH_9.6\r\n",
		"an HTTP answer":                      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
		"an opcode that does not exist":       serverFrame(0x83, "x"),
		"a reserved bit":                      serverFrame(0xc1, "{}"),
		"a compressed frame nobody asked for": serverFrame(0xc1, "\xaa\x56\x4a\x04\x00"),
		"a masked frame":                      "\x81\x82\x00\x00\x00\x00{}",
		"a continuation of nothing":           serverFrame(0x80, "{}"),
		"a message inside another":            serverFrame(0x01, "{") + serverFrame(0x81, "{}"),
		"a ping in two parts":                 serverFrame(0x09, "a") + serverFrame(0x80, "b"),
		"a ping of 200 bytes":                 serverFrame(0x89, strings.Repeat("x", 200)),
		"a length below zero":                 "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
		"a length that never comes":           "\x81\x7f\x40\x00\x00\x00\x00\x00\x00\x00{",
		"half a header":                       "\x81",
		"a pong nobody asked for":             serverFrame(0x8a, "1") + serverFrame(0x8a, "99999"),
		"an empty message":                    serverFrame(0x81, ""),
		"a thousand empty fragments":          strings.Repeat(serverFrame(0x01, "")+strings.Repeat(serverFrame(0x00, ""), 999)+serverFrame(0x80, ""), 1),
		"deep nesting":                        serverFrame(0x81, strings.Repeat("[", 60_000)),
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, 5*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				survives(t, f, func(s *sock) {
					s.sayBytes(raw)
					s.slack.work.Go(func() { // whatever else comes is part of what came last, or follows it
						for range 12 {
							pass(time.Second)
							s.sayFrame(websocket.PingMessage, "")
						}
					})
				})
			})
		})
	}
}

func TestAMessageInFragmentsWithPingsBetweenThemIsOneMessage(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		r := f.start()
		defer r.end()
		r.connected(2)
		text := `{"envelope_id":"E","type":"interactive","payload":{"text":"` + strings.Repeat("é", 500) + `"}}`
		var wire strings.Builder
		for i := range len(text) { // a byte each: within characters, too
			first := byte(0x00)
			switch i {
			case 0:
				first = 0x01
			case len(text) - 1:
				first = 0x80
			}
			wire.WriteString(serverFrame(first, text[i:i+1]))
			if i%10 == 0 {
				wire.WriteString(serverFrame(0x89, "still there?"))
			}
		}
		f.live()[0].sayBytes(wire.String())
		e := r.next()
		if want := `{"text":"` + strings.Repeat("é", 500) + `"}`; string(e.Payload) != want {
			t.Errorf("payload %.60s…", e.Payload)
		}
		if err := e.Ack(t.Context(), nil); err != nil {
			t.Error(err)
		}
		pass(time.Minute)
		if n := len(f.opens()); n != 2 {
			t.Errorf("%d connections were opened", n)
		}
	})
}

func TestTextThatIsNoUTF8CostsNoEnvelope(t *testing.T) {
	for name, raw := range map[string]string{
		"in the payload": `{"envelope_id":"E","type":"interactive","payload":{"text":"` + "a\xff\xc3b" + `"}}`,
		"beside it":      `{"envelope_id":"E","type":"interactive","payload":{},"debug_info":{"host":"` + "\xff" + `"}}`,
		"in a name":      `{"envelope_id":"E","type":"interactive","payload":{},"` + "\xff" + `":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				r := f.start()
				defer r.end()
				r.connected(2)
				f.live()[0].say(raw)
				e := r.next()
				if !strings.Contains(raw, `"payload":`+string(e.Payload)) {
					t.Errorf("payload %q is not as it was sent", e.Payload)
				}
				if err := e.Ack(t.Context(), nil); err != nil {
					t.Error(err)
				}
				pass(time.Second)
				if n := len(f.acksOf("E")); n != 1 || len(f.opens()) != 2 {
					t.Errorf("%d acks, %d connections opened", n, len(f.opens()))
				}
			})
		})
	}
}

func TestAFloodOfPingsCostsNeitherEnvelopesNorTheConnection(t *testing.T) {
	for name, busy := range map[string]time.Duration{"while the handler is quick": 0, "while the handler is busy": 500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, 5*time.Millisecond, func(t *testing.T, f *fakeSlack) {
				f.net.capacity = 64 * 1024
				r := f.start(func(o *Options) {
					o.Handle = func(e Envelope) {
						pass(busy)
						ackAtOnce(e)
					}
				})
				defer r.end()
				r.connected(2)
				s := f.live()[0]
				var pongs atomic.Int64
				s.ws.SetPongHandler(func(string) error { pongs.Add(1); return nil })
				for i := range 5 {
					s.deliver(fmt.Sprint("E", i))
					for range 1000 {
						s.sayFrame(websocket.PingMessage, "flood")
					}
				}
				pass(10 * time.Second)
				for i := range 5 {
					if n := len(f.acksOf(fmt.Sprint("E", i))); n != 1 {
						t.Errorf("E%d was acked %d times", i, n)
					}
				}
				if n := len(f.opens()); n != 2 {
					t.Errorf("%d connections were opened, want the first 2", n)
				}
				if got := pongs.Load(); got != 5000 {
					t.Errorf("%d of 5000 pings were answered", got)
				}
			})
		})
	}
}

func TestAPeerThatPingsAndDoesNotReadIsLeft(t *testing.T) {
	inFakeTime(t, 5*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.net.capacity = 16 * 1024
		survives(t, f, func(s *sock) {
			s.raw.in.change(func() { s.raw.in.unread += 1 << 20 }) // full
			s.slack.work.Go(func() {
				for range 1000 {
					s.sayFrame(websocket.PingMessage, "flood")
				}
			})
		})
	})
}

func TestAHandlerThatBlocksForTooLongCostsItsConnectionOnly(t *testing.T) {
	inFakeTime(t, 5*time.Millisecond, func(t *testing.T, f *fakeSlack) {
		release := make(chan struct{})
		r := f.start(func(o *Options) {
			o.Handle = func(e Envelope) {
				if e.ID == "stuck" {
					<-release
				}
				ackAtOnce(e)
			}
		})
		r.connected(2)
		stuck, other := f.live()[0], f.live()[1]
		stuck.deliver("stuck")
		pass(20 * time.Second)
		other.deliver("quick")
		pass(time.Second)
		if n := len(f.acksOf("quick")); n != 1 {
			t.Errorf("the other connection acked %d times", n)
		}
		if r.State().Live != 2 {
			t.Errorf("%d live connections", r.State().Live)
		}
		close(release)
		pass(time.Second)
		if acks := f.acksOf("stuck"); len(acks) != 1 || acks[0].sock == stuck {
			t.Errorf("acked at last: %+v", acks)
		}
		r.end()
	})
}

func TestStrangeGreetingsAreSurvived(t *testing.T) {
	for name, test := range map[string]struct {
		hello string
		opens int // at most, in ten minutes
	}{
		"too many, in place of a hello":          {`{"type":"disconnect","reason":"too_many_websockets"}`, 42},
		"a refresh, in place of a hello":         {`{"type":"disconnect","reason":"refresh_requested"}`, 300},
		"a reason of the future":                 {`{"type":"disconnect","reason":"eclipse"}`, 300},
		"no reason":                              {`{"type":"disconnect"}`, 300},
		"a reason of another kind":               {`{"type":"disconnect","reason":{"code":7}}`, 300},
		"counts of another kind":                 {`{"type":"hello","num_connections":"many","debug_info":"none"}`, 2},
		"a lifetime below zero":                  {`{"type":"hello","debug_info":{"approximate_connection_time":-5}}`, 2},
		"a lifetime longer than time":            {`{"type":"hello","debug_info":{"approximate_connection_time":1e300}}`, 2},
		"a lifetime of a thousand years":         {`{"type":"hello","debug_info":{"approximate_connection_time":3.2e10}}`, 2},
		"a lifetime of a second":                 {`{"type":"hello","debug_info":{"approximate_connection_time":1}}`, 2},
		"a hello that is not JSON, and then one": {"<html>", 2},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				f.greets(func(n int) string {
					f.work.Go(func() {
						pass(50 * time.Millisecond)
						if strings.HasPrefix(test.hello, "<") {
							f.all()[n].say(`{"type":"hello"}`)
							f.all()[n].say(`{"type":"hello"}`)
						}
					})
					return test.hello
				})
				r := f.start()
				defer r.end()
				pass(10 * time.Minute)
				if n := len(f.opens()); n > test.opens {
					t.Errorf("%d connections were opened in ten minutes, want at most %d", n, test.opens)
				}
				if ready := test.opens == 2; r.Ready() != ready {
					t.Errorf("ready: %v", r.Ready())
				}
			})
		})
	}
}

func TestWhateverTheUpgradeIsAnsweredWithIsRetriedAndRepeatsNoTicket(t *testing.T) {
	hijacked := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, answer)
			_ = c.Close()
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"a page":      func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Log in") },
		"not allowed": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"not found":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"slow down":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"somewhere else": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://portal.test/login?next="+r.URL.RawQuery, http.StatusFound)
		},
		"here again": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
		},
		"another scheme": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "gopher://x/?"+r.URL.RawQuery)
			w.WriteHeader(http.StatusFound)
		},
		"nothing":             hijacked(""),
		"half a line":         hijacked("HTTP/1.1 101 Swi"),
		"another speech":      hijacked("SSH-2.0-OpenSSH_9.6\r\n"),
		"no key":              hijacked("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
		"a wrong key":         hijacked("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: c2VzYW1l\r\n\r\n"),
		"another upgrade":     hijacked("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
		"headers without end": hijacked("HTTP/1.1 101 Switching Protocols\r\n" + strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 100)),
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				f.refuse = answer
				logs := new(lockedBuffer)
				r := f.start(func(o *Options) { o.Log = logs.logger() })
				pass(5 * time.Minute)
				if n := len(f.opens()); n < 20 || n > 150 {
					t.Errorf("%d attempts in five minutes", n)
				}
				if r.Ready() || strings.Contains(logs.String(), "sesame") || !strings.Contains(logs.String(), "could not connect") {
					t.Errorf("ready: %v; log:\n%.1000s", r.Ready(), logs)
				}
				r.mu.Lock()
				if n := len(r.conns); n != 0 {
					t.Errorf("%d connections are remembered", n)
				}
				r.mu.Unlock()
				r.end()
			})
		})
	}
}

func TestWhatIsTooLongIsLoggedWithItsIDAndWithoutItsWords(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		logs := new(lockedBuffer)
		r := f.start(func(o *Options) { o.Log = logs.logger(); o.ReadLimit = 4096 })
		defer r.end()
		r.connected(2)
		f.live()[0].say(`{"envelope_id":"E-17","type":"interactive","payload":{"text":"` + strings.Repeat("private ", 1000) + `"}}`)
		pass(time.Second)
		if said := logs.String(); !strings.Contains(said, "E-17") || !strings.Contains(said, "longer than the read limit") || strings.Contains(said, "private") {
			t.Errorf("log:\n%.1000s", said)
		}
	})
}

// The close frame must not cut an ack in two, and an ack that cannot be finished must not be followed by one.
func TestAnAckHalfWrittenWhenTheConnectionIsLeftIsFinishedFirstOrIsTheLast(t *testing.T) {
	for name, resumes := range map[string]bool{"Slack reads on": true, "Slack never reads on": false} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
				f.net.capacity = 6 * 1024
				sent := &recorder{dial: f.net.Dial}
				r := f.start(func(o *Options) { o.Connections = 1; o.Dial = sent.Dial })
				r.connected(1)
				s := f.live()[0]
				s.deliver("E")
				e := r.next()
				pass(time.Second)
				full := func(by int) { s.raw.in.change(func() { s.raw.in.unread += by }) }
				full(2 * 1024) // room for one chunk of the ack
				s.raw.in.stall(true)
				var acking sync.WaitGroup
				acking.Go(func() {
					err := e.Ack(context.Background(), strings.Repeat("x", 20_000))
					if resumes && err != nil || !resumes && !errors.Is(err, ErrGone) {
						t.Errorf("Ack = %v", err)
					}
				})
				pass(100 * time.Millisecond)
				r.stop()
				pass(1600 * time.Millisecond) // the acks have had their time: the close frame waits for its turn
				if resumes {
					full(-2 * 1024)
					s.raw.in.stall(false)
				}
				acking.Wait()
				if err := <-r.ended; err != nil {
					t.Error(err)
				}
				if !resumes {
					if n := sent.size(); n > 15_000 {
						t.Errorf("%d bytes were written after the peer had stopped reading", n)
					}
					return
				}
				if diff := cmp.Diff([]byte{0x81, 0x88}, sent.kinds(t)); diff != "" {
					t.Errorf("frames (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// size is how many bytes of frames were written.
func (r *recorder) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, rest, _ := strings.Cut(r.b.String(), "\r\n\r\n")
	return len(rest)
}

func (r *recorder) kinds(t *testing.T) []byte {
	t.Helper()
	var kinds []byte
	for _, f := range r.frames(t) {
		kinds = append(kinds, f.first)
	}
	return kinds
}
