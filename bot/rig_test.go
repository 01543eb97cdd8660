package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/internal/socketlink"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// rig is a bot that is not connected, on a store of its own, and on a Slack that answers as the test says. It is for what the real protocol does
// not bring about at will: an answer that comes in between, a method that fails at the second call.
type rig struct {
	*Bot
	t     *testing.T
	db    *boltstore.DB
	slack *stub
	said  *logged
}

const (
	ana  flow.UserID    = "UANA" // an admin, who declares
	ben  flow.UserID    = "UBEN"
	cem  flow.UserID    = "UCEM" // in no private channel
	gus  flow.UserID    = "UGUS" // a guest
	room flow.ChannelID = "CROOM"
)

// stub is Slack: what is not answered by the test succeeds.
type stub struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []call
	answers map[string]func(call) any // by method; nil is success
}

// call is one request to Slack, or to a response_url (then the method is "respond").
type call struct {
	method string
	form   url.Values
	body   string // where it was JSON
}

func (s *stub) answer(method string, with func(call) any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[method] = with
}

// made are the calls of a method so far.
func (s *stub) made(method string) []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []call
	for _, c := range s.calls {
		if c.method == method {
			out = append(out, c)
		}
	}
	return out
}

// refusal is Slack's answer when it says no.
func refusal(code string) map[string]any { return map[string]any{"ok": false, "error": code} }

// status is an answer that is none of Slack's.
type status int

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := call{method: strings.TrimPrefix(r.URL.Path, "/api/")}
	if strings.HasPrefix(c.method, "/respond") {
		c.method = "respond"
	}
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		body, _ := io.ReadAll(r.Body)
		c.body = string(body)
	} else if r.ParseForm() == nil {
		c.form = r.PostForm
	}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	with, n := s.answers[c.method], len(s.calls)
	s.mu.Unlock()
	var answer any
	if with != nil {
		answer = with(c)
	}
	switch answer := answer.(type) {
	case status:
		if answer == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "7")
		}
		w.WriteHeader(int(answer))
		return
	case nil:
		if c.method == "respond" {
			_, _ = io.WriteString(w, "ok")
			return
		}
		success := map[string]any{"ok": true, "ts": fmt.Sprintf("1700000000.%06d", n), "channel": c.form.Get("channel")}
		if strings.HasPrefix(c.method, "conversations.") {
			success["channel"] = map[string]any{"id": c.form.Get("channel")}
		}
		answer = success
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}
}

// logged keeps what the bot logs.
type logged struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newRig(t *testing.T) *rig {
	t.Helper()
	db, err := boltstore.Open(filepath.Join(t.TempDir(), "epilogue.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &stub{answers: map[string]func(call) any{}}
	s.Server = httptest.NewServer(s)
	r := &rig{t: t, db: db, slack: s, said: &logged{}}
	client := Client("xoxb-1", "xapp-1", s.URL+"/api/")
	r.Bot = New(Options{Store: db, Slack: client, Unpaced: true, Log: slog.New(slog.NewTextHandler(r.said, nil)), Grace: 10 * time.Second})
	r.me = self{User: "UBOT", Team: "T1", URL: "https://acme.slack.com/"}
	r.people.team, r.people.bot = "T1", "UBOT"
	r.stop = func(error) {}
	for _, p := range []store.Person{
		{ID: ana, Name: "Ana", Standing: flow.FullMember, Admin: true},
		{ID: ben, Name: "Ben", Standing: flow.FullMember},
		{ID: cem, Name: "Cem", Standing: flow.FullMember},
		{ID: gus, Name: "Gus", Standing: flow.Guest},
	} {
		p.Known = time.Now()
		r.must(db.SavePerson(t.Context(), time.Now(), p))
	}
	r.must(db.SaveChannel(t.Context(), store.Channel{ID: room, Known: time.Now()}))
	t.Cleanup(r.end)
	return r
}

func (r *rig) end() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.queues.drain(ctx); err != nil {
		r.t.Error(err)
	}
	r.behind.drain(ctx)
	if err := r.db.Close(); err != nil {
		r.t.Error(err)
	}
	r.slack.Close()
	http.DefaultClient.CloseIdleConnections() // response_urls are answered with it
	if r.t.Failed() {
		r.t.Logf("the bot's log:\n%s", r.said)
	}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// done carries out a command, which must not be refused.
func (r *rig) done(id flow.IncidentID, by flow.UserID, cmd flow.Command) flow.Incident {
	r.t.Helper()
	after, _, err := r.do(r.t.Context(), id, by, "", cmd)
	r.must(err)
	return after
}

// declared is an incident of Ana's in the room, or in a private channel of its own with Ana and Ben in it.
func (r *rig) declared(private bool) flow.Incident {
	r.t.Helper()
	cmd := flow.Declare{Name: "Checkout errors", Lead: flow.Person{User: ana, Standing: flow.FullMember}, Private: private}
	ch := room
	if private {
		ch = "CPRIVATE"
		r.must(r.db.SaveChannel(r.t.Context(), store.Channel{ID: ch, Private: true, Members: []flow.UserID{ana, ben, "UBOT"}, Known: time.Now()}))
	}
	inc, err := r.declare(r.t.Context(), ana, "", cmd)
	r.must(err)
	return r.done(inc.ID, "", flow.RecordChannel{Channel: ch})
}

// inFlow is a declared incident in its first post-incident status.
func (r *rig) inFlow(private bool) flow.Incident {
	r.t.Helper()
	inc := r.declared(private)
	return r.done(inc.ID, ana, flow.EnterFlow{Flow: "standard"})
}

// received hands over an envelope as the link does, and returns what it was acknowledged with once nothing is left to do.
func (r *rig) received(kind, payload string) (acks []json.RawMessage) {
	r.t.Helper()
	var mu sync.Mutex
	e := socketlink.Envelope{
		ID: "E1", Type: kind, Payload: json.RawMessage(payload), Received: time.Now(),
		Ack: func(_ context.Context, payload any) error {
			body, err := json.Marshal(payload)
			mu.Lock()
			defer mu.Unlock()
			acks = append(acks, body)
			return err
		},
	}
	r.receive(e)
	r.idle()
	mu.Lock()
	defer mu.Unlock()
	return acks
}

// idle waits until nothing is queued and nothing runs in the background.
func (r *rig) idle() {
	r.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-tick.C {
		if len(r.behind.slots) == 0 && r.queued() == 0 && len(r.behind.slots) == 0 { // what is queued may have gone to the background meanwhile
			return
		}
	}
	r.t.Fatal("the bot is not idle after 20 seconds")
}

func (r *rig) queued() int {
	r.queues.mu.Lock()
	defer r.queues.mu.Unlock()
	return r.queues.waiting
}

var triggers = 0

// click is a click on a button of a message.
func (r *rig) click(by flow.UserID, action, value string, quiet bool, block string) string {
	triggers++
	return fmt.Sprintf(`{"type":"block_actions","user":{"id":%q},"channel":{"id":%q},"container":{"type":"message","message_ts":"1.1","channel_id":%q,"is_ephemeral":%v},
		"trigger_id":"1.%d.a","response_url":%q,"actions":[{"type":"button","action_id":%q,"block_id":%q,"value":%q,"action_ts":"%d.1"}]}`,
		by, room, room, quiet, triggers, r.slack.URL+"/respond/1", action, block, value, triggers)
}

// command is something typed in a channel.
func (r *rig) command(by flow.UserID, in flow.ChannelID, text string) string {
	triggers++
	return fmt.Sprintf(`{"user_id":%q,"channel_id":%q,"text":%q,"trigger_id":"1.%d.a","response_url":%q}`, by, in, text, triggers, r.slack.URL+"/respond/1")
}

// claimed is the next job of a kind that is handed out; those before it are finished.
func (r *rig) claimed(tell flow.Tell) store.Job {
	r.t.Helper()
	for {
		job, ok, err := r.db.Claim(r.t.Context(), time.Now().Add(time.Hour), time.Minute)
		r.must(err)
		if !ok {
			r.t.Fatalf("there is no job %s", tell)
		}
		if job.Effect.Tell == tell {
			return job
		}
		r.must(r.db.Finish(r.t.Context(), job, store.Outcome{At: time.Now()}))
	}
}

// user is a person as users.info answers.
func user(id flow.UserID, more string) any {
	return json.RawMessage(fmt.Sprintf(`{"ok":true,"user":{"id":%q,"team_id":"T1","name":"x"%s}}`, id, more))
}
