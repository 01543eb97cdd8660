package sandbox_test

import (
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"epilogue/internal/sandbox"
)

// wholeApp is a manifest with something of everything.
const wholeApp = `{"features":{"app_home":{"home_tab_enabled":true,"messages_tab_enabled":true},"bot_user":{"display_name":"helper"},
	"slash_commands":[{"command":"/help"}],"shortcuts":[{"name":"Go","type":"global","callback_id":"go"},{"name":"Look","type":"message","callback_id":"look"}]},
	"oauth_config":{"scopes":{"bot":["chat:write","commands","im:write","pins:write"]}},"settings":{"interactivity":{"is_enabled":true},"socket_mode_enabled":true}}`

var sample = sandbox.Sample{Form: "/help form", Field: "Name", Value: "it's a <name>", Tick: "Urgent", Menu: "Service", Typed: "pay"}

// helps is an app that has all that the examples want to try.
func (r *rig) helps() {
	option := func(name string) string {
		return `{"text":{"type":"plain_text","text":"` + name + `"},"value":"` + name + `"}`
	}
	form := modal("Form", input("name", "Name", `"optional":true`)+
		`,{"type":"input","block_id":"tick","optional":true,"label":{"type":"plain_text","text":"Tick"},"element":{"type":"checkboxes","action_id":"tick","options":[`+option("Urgent")+`]}}`+
		`,{"type":"input","block_id":"menu","optional":true,"label":{"type":"plain_text","text":"Service"},"element":{"type":"external_select","action_id":"menu"}}`)
	r.answering(func(e envelope) any {
		switch {
		case e.get("type") == "block_suggestion":
			return map[string]any{"options": []any{map[string]any{"text": map[string]any{"type": "plain_text", "text": "Payments"}, "value": "pay"}}}
		case e.get("text") == "form" || e.get("callback_id") == "go":
			return r.later(func() error {
				r.must("views.open", "trigger_id", e.get("trigger_id"), "view", form)
				return nil
			})
		}
		return nil
	})
}

// shell runs a curl command line as a shell and curl would.
func (r *rig) shell(line string) (int, string) {
	r.t.Helper()
	var words []string
	var word strings.Builder
	quotes, begun := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quotes, begun = !quotes, true
		case c == '\\' && !quotes:
			i++
			word.WriteByte(line[i])
		case c == ' ' && !quotes:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	words = append(words, word.String())
	method, body, address, header := "", "", "", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "-X":
			i++
			method = words[i]
		case "-d":
			i++
			body = words[i]
		case "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		default:
			address = words[i]
		}
	}
	if method == "" {
		method = map[bool]string{true: "POST", false: "GET"}[body != ""]
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, address, strings.NewReader(body))
	if err != nil || words[0] != "curl" || quotes {
		r.t.Fatalf("%s cannot be pasted: %v", line, err)
	}
	req.Header = header
	resp, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func TestEveryExampleOfTheControlAPIWorksWhenItIsPasted(t *testing.T) {
	opts := sandbox.Options{Manifest: []byte(wholeApp), Sample: sample}
	for c, chapter := range sandbox.Start(t, opts).Manual() {
		for n, route := range chapter.Routes {
			t.Run(route.Method+" "+route.Path, func(t *testing.T) {
				inBubble(t, opts, func(t *testing.T, r *rig) {
					r.helps()
					route := r.Manual()[c].Routes[n]
					if len(route.Example) == 0 {
						t.Fatal("it has no example")
					}
					own := regexp.MustCompile("^" + regexp.QuoteMeta(r.URL()) + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(route.Path, `[a-z-]+`) + `(\?.*)?$`)
					used := false
					for _, request := range route.Example {
						status, answer := r.shell(request.Curl())
						if status != http.StatusOK || !strings.Contains(answer, `"ok":true`) {
							t.Errorf("%s\n%d %s", request.Curl(), status, answer)
						}
						used = used || request.Method == route.Method && own.MatchString(request.URL)
					}
					if !used {
						t.Errorf("no example uses it: %+v", route.Example)
					}
				})
			})
		}
	}
}

func TestEveryRequestOfTheControlAPIIsDescribed(t *testing.T) {
	s := sandbox.Start(t, sandbox.Options{})
	seen := map[string]bool{}
	for _, chapter := range s.Manual() {
		if chapter.About == "" || len(chapter.Routes) == 0 {
			t.Errorf("the chapter %q says nothing", chapter.Name)
		}
		for _, route := range chapter.Routes {
			at := route.Method + " " + route.Path
			if seen[at] {
				t.Errorf("%s is described twice", at)
			}
			seen[at] = true
			if route.About == "" || route.Answers == "" || strings.Contains(route.Path, "people/{who}") && len(route.Fails) == 0 {
				t.Errorf("%s is not described: %+v", at, route)
			}
			for _, p := range route.Takes {
				if p.Type == "" || p.About == "" {
					t.Errorf("%s takes %q, of which nothing is said", at, p.Name)
				}
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d requests are described", len(seen))
	}
}

// What is described must be read: a field that the control API does not know is refused by its name.
func TestEveryFieldThatIsDescribedIsKnown(t *testing.T) {
	inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
		samples := map[string]string{"text": `""`, "duration": `""`, "time": `""`, "number": "0", "true or false": "false", "object": "null", "list of texts": "[]", "list of numbers": "[]", "object of texts": "{}", "object of lists": "{}"}
		for _, chapter := range r.Manual() {
			for _, route := range chapter.Routes {
				for _, p := range route.Takes {
					if route.Method == http.MethodGet && !strings.Contains(route.Path, "people/{who}") {
						continue // in the query
					}
					text, _ := r.order("people/nobody/says", `{"`+p.Name+`":`+samples[p.Type]+`}`)
					if !strings.Contains(text, `nobody is called "nobody"`) {
						t.Errorf("%s %s: %q: %s", route.Method, route.Path, p.Name, text)
					}
				}
			}
		}
		if text, status := r.order("people/ana/says", `{"in":"#general","txt":"a slip of the pen"}`); status != http.StatusUnprocessableEntity || !strings.Contains(text, "txt") {
			t.Errorf("an unknown field is answered with %d %s", status, text)
		}
	})
}

func TestAnAppThatLacksSomethingHasNoExampleOfIt(t *testing.T) {
	s := sandbox.Start(t, sandbox.Options{})
	lacking := map[string]bool{}
	for _, chapter := range s.Manual() {
		for _, route := range chapter.Routes {
			if len(route.Example) == 0 {
				lacking[route.Path[strings.LastIndex(route.Path, "/")+1:]] = true
			}
		}
	}
	want := map[string]bool{
		"slash": true, "shortcut": true, "message-shortcut": true, "modal": true, "fill": true, "check": true, "uncheck": true, "clear": true, "search": true, "submit": true,
		"close": true, "close-all": true,
	}
	if !reflect.DeepEqual(lacking, want) {
		t.Errorf("%v", lacking)
	}
}

func TestTheControlAPIAnswersNoOtherSites(t *testing.T) {
	s := sandbox.Start(t, sandbox.Options{Manifest: []byte(wholeApp), Sample: sample})
	client := &http.Client{}
	t.Cleanup(client.CloseIdleConnections)
	ask := func(method, address, name, value string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode
	}
	addresses := map[string]string{"GET " + s.URL() + "/sandbox": "", "GET " + s.URL() + "/sandbox/transcript": "", "POST " + s.URL() + "/api/auth.test": "", "POST " + s.URL() + "/sandbox/none": ""}
	for _, chapter := range s.Manual() {
		for _, route := range chapter.Routes {
			addresses[route.Method+" "+s.URL()+strings.NewReplacer("{who}", "ana", "{key}", "slow").Replace(route.Path)] = ""
		}
	}
	before := s.Version()
	for at := range addresses {
		method, address, _ := strings.Cut(at, " ")
		for _, h := range [][2]string{{"Host", "evil.example"}, {"Host", "127.0.0.1.evil.example:80"}, {"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}} {
			if got := ask(method, address, h[0], h[1]); got != http.StatusForbidden {
				t.Errorf("%s with %s %s: %d", at, h[0], h[1], got)
			}
		}
		if method == http.MethodGet {
			continue
		}
		if got := ask(method, address, "Sec-Fetch-Site", "same-site"); got != http.StatusForbidden {
			t.Errorf("another port of this machine may %s: %d", at, got)
		}
	}
	if s.Version() != before || len(s.Standing()) > 0 {
		t.Error("what was refused happened all the same")
	}
}
