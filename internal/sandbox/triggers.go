package sandbox

import (
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// trigger is the right to open one view for a person, who has just done something.
type trigger struct {
	user    UserID
	view    string // the modal that it happened in, "" if in none
	expires time.Time
	used    bool
}

// register remembers things by a random id for a while. What is long over is forgotten whenever the number has doubled, so that adding
// stays cheap however many there are.
type register[T any] struct {
	byID map[string]*T
	most int
}

func newRegister[T any]() register[T] { return register[T]{byID: map[string]*T{}, most: 1000} }

func (r *register[T]) add(id string, item *T, over func(*T) bool) {
	if len(r.byID) >= r.most {
		maps.DeleteFunc(r.byID, func(_ string, old *T) bool { return over(old) })
		r.most = max(1000, 2*len(r.byID))
	}
	r.byID[id] = item
}

var triggerShape = regexp.MustCompile(`^\d+\.\d+\.[0-9a-f]+$`)

// trigger makes a trigger_id. The caller holds mu.
func (s *Server) trigger(u UserID, view string) string {
	id := strconv.Itoa(1e6+rand.IntN(9e6)) + "." + strconv.Itoa(1e9+rand.IntN(9e9)) + "." + randomHex(32)
	s.triggers.add(id, &trigger{user: u, view: view, expires: time.Now().Add(s.opts.TriggerLife)},
		func(t *trigger) bool { return time.Since(t.expires) > time.Minute })
	return id
}

// pull checks a trigger_id; the caller marks it as used when all else is well.
func (s *Server) pull(id string) (*trigger, error) {
	t := s.triggers.byID[id]
	switch {
	case id == "":
		return nil, invalidArguments("[ERROR] missing required field: trigger_id")
	case !triggerShape.MatchString(id) || t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case time.Now().After(t.expires):
		return nil, refuse("expired_trigger_id")
	}
	if s.cause.call != nil {
		s.stage.personOf(s.cause.call, t.user)
	}
	return t, nil
}

const (
	hookUses = 5
	hookLife = 30 * time.Minute // on the business clock
)

// hook is a response_url: an address that answers one interaction without a token.
type hook struct {
	user    UserID
	channel ChannelID
	source  *message // the message it came from, nil for commands
	uses    int
	expires time.Time
}

// hook makes a response_url. The caller holds mu.
func (s *Server) hook(u UserID, c ChannelID, source *message) string {
	now := s.clock.Now()
	id := randomHex(24)
	s.hooks.add(id, &hook{user: u, channel: c, source: source, expires: now.Add(hookLife)},
		func(h *hook) bool { return now.Sub(h.expires) > hookLife })
	return s.URL() + "/hooks/" + id
}

// lenient is a boolean that may come as a string.
type lenient bool

func (l *lenient) UnmarshalJSON(raw []byte) error {
	*l = lenient(string(raw) == "true" || string(raw) == `"true"`)
	return nil
}

// response is what can be sent to a response_url, and as the ack of a slash command.
type response struct {
	Text         string          `json:"text"`
	Blocks       json.RawMessage `json:"blocks"`
	Attachments  json.RawMessage `json:"attachments"`
	ResponseType string          `json:"response_type"`
	ThreadTS     string          `json:"thread_ts"`
	Replace      lenient         `json:"replace_original"`
	Delete       lenient         `json:"delete_original"`
}

// message checks what a response says.
func (r response) message() (*message, error) {
	a := args{"text": r.Text}
	if len(r.Blocks) > 0 && string(r.Blocks) != "null" {
		a["blocks"] = string(r.Blocks)
	}
	if len(r.Attachments) > 0 && string(r.Attachments) != "null" {
		a["attachments"] = string(r.Attachments)
	}
	return content(a)
}

// serveHook takes a message for a response_url.
func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	body, readErr := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	call := s.stage.begin("response_url", args{"body": string(body)})
	s.mu.Lock()
	var err error
	s.because(cause{call: call}, func() { err = s.respond(r.PathValue("id"), body) })
	s.mu.Unlock()
	if readErr != nil {
		err = refuse("invalid_payload")
	}
	if err != nil {
		answer := frame(obj{"ok": false, "error": err.Error()})
		s.stage.end(call, http.StatusNotFound, answer, err.Error(), "")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(answer)
		return
	}
	s.stage.end(call, http.StatusOK, []byte(`"ok"`), "", "")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok")
}

func (s *Server) respond(id string, body []byte) error {
	h := s.hooks.byID[id]
	switch {
	case h == nil:
		return refuse("invalid_url")
	case s.clock.Now().After(h.expires):
		return refuse("expired_url")
	case h.uses >= hookUses:
		return refuse("used_url")
	}
	var r response
	if json.Unmarshal(body, &r) != nil {
		return refuse("invalid_payload")
	}
	c := s.ws.Channels[h.channel]
	if c.Archived {
		return refuse("is_archived")
	}
	if r.Delete {
		return s.respondDelete(c, h)
	}
	m, err := r.message()
	if err != nil {
		return err
	}
	if m.empty() {
		return refuse("no_text")
	}
	h.uses++
	if bool(r.Replace) && h.source != nil && c.holds(h.source) {
		s.change(c, h.source, botUser, func() {
			s.normalize(m)
			h.source.Text, h.source.Blocks, h.source.Attachments = m.Text, m.Blocks, m.Attachments
		})
		return nil
	}
	s.answer(c, h.user, r, m)
	return nil
}

func (s *Server) respondDelete(c *channel, h *hook) error {
	if h.source == nil || !c.holds(h.source) {
		return refuse("message_not_found")
	}
	h.uses++
	s.remove(c, h.source)
	return nil
}

func (c *channel) holds(m *message) bool {
	for _, o := range c.Messages {
		if o == m {
			return true
		}
	}
	return false
}

// answer posts a response: to the person alone, or for all with response_type in_channel.
func (s *Server) answer(c *channel, u UserID, r response, m *message) *message {
	m.User, m.BotID, m.ThreadTS = botUser, botID, r.ThreadTS
	if r.ResponseType == "in_channel" {
		m.Subtype = "bot_message"
	} else {
		m.OnlyFor = u
	}
	return s.post(c, m)
}
