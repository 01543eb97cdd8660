package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// obj is a JSON object on its way out.
type obj = map[string]any

// args are the arguments of a call, whatever body they came in: values of JSON bodies that are no strings are kept as JSON text.
type args map[string]string

func (a args) bool(name string) bool { return a[name] == "true" || a[name] == "1" }

func (a args) int(name string, otherwise int) int {
	n, err := strconv.Atoi(a[name])
	if err != nil {
		return otherwise
	}
	return n
}

// list reads "a,b" and ["a","b"] alike.
func (a args) list(name string) []string {
	raw := strings.TrimSpace(a[name])
	if raw == "" {
		return nil
	}
	var items []string
	if json.Unmarshal([]byte(raw), &items) == nil {
		return items
	}
	for item := range strings.SplitSeq(raw, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// has says whether an argument was given at all, be it empty.
func (a args) has(name string) bool { _, ok := a[name]; return ok }

// apiError is an answer with ok:false.
type apiError struct {
	code  string
	extra obj
}

func (e apiError) Error() string { return e.code }

func refuse(code string) error { return apiError{code: code} }

// invalidArguments is Slack's error for arguments that are wrong in themselves, with one message for each reason.
func invalidArguments(messages ...string) error {
	return apiError{"invalid_arguments", obj{"response_metadata": obj{"messages": messages}}}
}

// serveAPI answers one call: faults first, then the token, the rate limits, the scopes, the arguments, and the method itself.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	method := r.PathValue("method")
	e, known := endpoints[method]
	a, token, inHeader, parseErr := readArgs(r, known && e.formOnly)
	call := s.stage.begin(method, a)
	fault := s.faults.take(method, a)
	if fault != nil {
		s.stage.stir() // it is told how often it struck
	}
	if !fault.before(s, r) {
		s.stage.end(call, 0, nil, "", fault.name())
		abort(w)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	var status int
	var answer obj
	if fault.spoilsBefore() {
		status, answer = fault.answer(w)
	} else {
		status, answer = s.call(w, r, call, e, a, token, inHeader, parseErr)
		if !fault.after(s, r) {
			s.stage.end(call, 0, nil, "", fault.name())
			abort(w)
			return
		}
		if fault.spoilsAfter() {
			status, answer = fault.answer(w)
		}
	}
	body := frame(answer)
	code, _ := answer["error"].(string)
	s.stage.end(call, status, body, code, fault.name())
	w.WriteHeader(status)
	_, _ = w.Write(body)
	s.mu.Lock()
	s.touch()
	s.mu.Unlock()
}

// call carries out one method and says what to answer.
func (s *Server) call(w http.ResponseWriter, r *http.Request, log *Call, e endpoint, a args, token string, inHeader bool, parseErr error) (int, obj) {
	answer, err := s.carryOut(w, r, log, e, a, token, inHeader, parseErr)
	var limited rateLimited
	if errors.As(err, &limited) {
		w.Header().Set("Retry-After", strconv.Itoa(int(limited)))
		return http.StatusTooManyRequests, obj{"ok": false, "error": "ratelimited"}
	}
	if err != nil {
		answer = obj{"ok": false, "error": err.Error()}
		var refused apiError
		if errors.As(err, &refused) {
			for k, v := range refused.extra {
				answer[k] = v
			}
		}
		return http.StatusOK, answer
	}
	if answer == nil {
		answer = obj{}
	}
	answer["ok"] = true
	return http.StatusOK, answer
}

func (s *Server) carryOut(w http.ResponseWriter, r *http.Request, log *Call, e endpoint, a args, token string, inHeader bool, parseErr error) (obj, error) {
	if e.run == nil {
		return nil, refuse("unknown_method")
	}
	if parseErr != nil {
		return nil, refuse(parseErr.Error())
	}
	method := log.Method
	if err := authorize(method, r.Method, token, inHeader); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := s.throttle(method, e.tier, a); wait > 0 {
		return nil, rateLimited(wait)
	}
	if token == botToken && !s.app.all {
		w.Header().Set("X-OAuth-Scopes", s.provided())
	}
	if e.need != nil {
		needs := e.need(s, a)
		if missing := s.permit(needs); missing != "" {
			w.Header().Set("X-Accepted-OAuth-Scopes", missing)
			return nil, apiError{"missing_scope", obj{"needed": missing, "provided": s.provided()}}
		}
	}
	for name := range strings.FieldsSeq(e.required) {
		if a[name] == "" {
			return nil, invalidArguments("[ERROR] missing required field: " + name)
		}
	}
	var answer obj
	var err error
	s.because(cause{call: log}, func() { answer, err = e.run(s, a) })
	return answer, err
}

// authorize checks the token: the app-level one opens connections and does nothing else, and only from the header.
func authorize(method, verb, token string, inHeader bool) error {
	opening := method == "apps.connections.open"
	switch {
	case opening && verb != http.MethodPost:
		return refuse("insecure_request")
	case LooksLikeToken(token):
		return apiError{"invalid_auth", obj{"response_metadata": obj{"messages": []string{"[ERROR] " + TokenRefusal}}}}
	case token == "" || opening && !inHeader:
		return refuse("not_authed")
	case opening && token == botToken, !opening && token == appToken:
		return refuse("not_allowed_token_type")
	case token != botToken && token != appToken:
		return refuse("invalid_auth")
	}
	return nil
}

// readArgs takes arguments from the query and from a form, multipart or JSON body, and the token from header or body. Methods that
// do not take JSON see nothing of a JSON body.
func readArgs(r *http.Request, formOnly bool) (a args, token string, inHeader bool, err error) {
	a = args{}
	for k, v := range r.URL.Query() {
		a[k] = v[0]
	}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch mediaType {
	case "application/json":
		body, readErr := io.ReadAll(r.Body)
		if readErr == nil && !formOnly && len(bytes.TrimSpace(body)) > 0 {
			err = a.addJSON(body)
		}
	case "multipart/form-data":
		if r.ParseMultipartForm(16<<20) != nil {
			err = errors.New("invalid_form_data")
		} else {
			for k, v := range r.MultipartForm.Value {
				a[k] = v[0]
			}
		}
	default:
		if r.ParseForm() != nil {
			err = errors.New("invalid_form_data")
		}
		for k, v := range r.PostForm {
			a[k] = v[0]
		}
	}
	token = a["token"]
	delete(a, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token, inHeader = bearer, true
	}
	return a, token, inHeader, err
}

func (a args) addJSON(body []byte) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return errors.New("invalid_json")
	}
	for k, raw := range fields {
		var text string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			a[k] = text
		default:
			a[k] = string(raw)
		}
	}
	return nil
}

// abort ends the connection without an answer, as a network that fails does.
func abort(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// page cuts one page out of items by the arguments cursor and limit, and gives the cursor of the next ("" at the end).
func page[T any](a args, items []T, usual, most int) ([]T, string, error) {
	limit := a.int("limit", usual)
	if limit <= 0 {
		limit = usual
	}
	limit = min(limit, most)
	start := 0
	if a["cursor"] != "" {
		raw, err := base64.StdEncoding.DecodeString(a["cursor"])
		if err != nil {
			return nil, "", refuse("invalid_cursor")
		}
		if _, err := fmt.Sscanf(string(raw), "next:%d", &start); err != nil || start < 0 {
			return nil, "", refuse("invalid_cursor")
		}
	}
	if start >= len(items) {
		return nil, "", nil
	}
	end := min(start+limit, len(items))
	next := ""
	if end < len(items) {
		next = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "next:%d", end))
	}
	return slices.Clone(items[start:end]), next, nil
}

func cursor(next string) obj { return obj{"next_cursor": next} }

// rateLimited is the answer 429 with the seconds after which to try again.
type rateLimited int

func (rateLimited) Error() string { return "ratelimited" }

// tier is how often a method may be called, per minute.
type tier int

const (
	special tier = 600
	tier1   tier = 1
	tier2   tier = 20
	tier3   tier = 50
	tier4   tier = 100
)

// limiter holds a bucket for each method, and for each channel that is posted to.
type limiter map[string]*bucket

type bucket struct {
	tokens float64
	at     time.Time
}

// take uses one token of a bucket that refills at perSecond up to burst, or says how long until there is one.
func (l limiter) take(key string, perSecond, burst float64) time.Duration {
	now := time.Now()
	b := l[key]
	if b == nil {
		b = &bucket{tokens: burst, at: now}
		l[key] = b
	}
	b.tokens = min(burst, b.tokens+now.Sub(b.at).Seconds()*perSecond)
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / perSecond * float64(time.Second))
	}
	b.tokens--
	return 0
}

// throttle answers how many seconds a call has to wait, 0 if it may be carried out. The caller holds mu.
func (s *Server) throttle(method string, t tier, a args) int {
	if !s.faults.limiting() {
		return 0
	}
	wait := s.limits.take(method, float64(t)/60, max(2, float64(t)/5))
	if method == "chat.postMessage" {
		wait = max(wait, s.limits.take(method+" "+a["channel"], 1, 3))
	}
	return int((wait + time.Second - 1) / time.Second)
}
