package page_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page"
)

// browser asks a sandbox for pages, as one person's browser does.
type browser struct {
	*sandbox.Server
	t      testing.TB
	client *http.Client
}

func open(t testing.TB, opts sandbox.Options) *browser {
	t.Helper()
	opts.Page = page.New
	jar, _ := cookiejar.New(nil)
	b := &browser{sandbox.Start(t, opts), t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	t.Cleanup(b.client.CloseIdleConnections)
	return b
}

// ask sends a request, with headers as "Name: value".
func (b *browser) ask(method, path, body string, headers ...string) *http.Response {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.URL()+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,*/*")
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func (b *browser) get(path string, headers ...string) string {
	b.t.Helper()
	return text(b.t, b.ask("GET", path, "", headers...), http.StatusOK)
}

// post sends a form, given as "name=value" pairs, and wants it to be done.
func (b *browser) post(path string, fields ...string) string {
	b.t.Helper()
	answer := b.ask("POST", path, form(fields...))
	if answer.StatusCode != http.StatusNoContent && answer.StatusCode != http.StatusOK {
		raw, _ := io.ReadAll(answer.Body)
		b.t.Fatalf("POST %s: %s: %s", path, answer.Status, raw)
	}
	raw, _ := io.ReadAll(answer.Body)
	return string(raw)
}

// refused posts what must not be done, and returns why it was not.
func (b *browser) refused(path string, fields ...string) string {
	b.t.Helper()
	return text(b.t, b.ask("POST", path, form(fields...)), http.StatusUnprocessableEntity)
}

func form(fields ...string) string {
	q := url.Values{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		q.Add(name, value)
	}
	return q.Encode() + "&"
}

func text(t testing.TB, answer *http.Response, want int) string {
	t.Helper()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != want {
		t.Fatalf("%s %s: %s: %s", answer.Request.Method, answer.Request.URL.Path, answer.Status, raw)
	}
	return string(raw)
}

// at is where a person is in a channel.
func (b *browser) at(who, channel string) string {
	b.t.Helper()
	c, err := b.Conversation(who, channel, "", 1)
	if err != nil {
		b.t.Fatal(err)
	}
	return "/w/" + who + "/" + c.ID
}

// stream is an open page that follows.
type stream struct {
	t      testing.TB
	events chan string
}

var liveAddress = regexp.MustCompile(`hx-sse:connect="([^"]+)"`)

// follow opens a page, and then its stream of changes.
func (b *browser) follow(path string) *stream {
	b.t.Helper()
	m := liveAddress.FindStringSubmatch(b.get(path))
	if m == nil {
		b.t.Fatalf("%s does not follow", path)
	}
	return b.listen(strings.ReplaceAll(m[1], "&amp;", "&"))
}

func (b *browser) listen(path string, headers ...string) *stream {
	b.t.Helper()
	answer := b.ask("GET", path, "", headers...)
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		b.t.Fatalf("%s is %s", path, kind)
	}
	s := &stream{b.t, make(chan string, 100)}
	connected := make(chan struct{})
	go func() {
		defer close(s.events)
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 8<<20)
		var data strings.Builder
		for first := true; lines.Scan(); {
			line := lines.Text()
			if first {
				close(connected)
				first = false
			}
			if rest, ok := strings.CutPrefix(line, "data: "); ok {
				data.WriteString(rest + "\n")
			}
			if strings.HasPrefix(line, "event: ") {
				data.WriteString(line + "\n")
			}
			if line == "" && data.Len() > 0 {
				s.events <- data.String()
				data.Reset()
			}
		}
	}()
	select {
	case <-connected:
	case <-time.After(10 * time.Second):
		b.t.Fatalf("%s sends nothing", path)
	}
	return s
}

// until collects what is sent until some of it contains a text.
func (s *stream) until(want string) string {
	s.t.Helper()
	var all strings.Builder
	limit := time.After(10 * time.Second)
	for {
		select {
		case data, more := <-s.events:
			all.WriteString(data)
			if strings.Contains(data, want) {
				return all.String()
			}
			if !more {
				s.t.Fatalf("the stream ended without %q, after: %s", want, all.String())
			}
		case <-limit:
			s.t.Fatalf("%q was not sent, but: %s", want, all.String())
		}
	}
}

var target = regexp.MustCompile(`<hx-partial hx-target="([^"]+)" hx-swap="([^"]+)">`)

// swaps lists the elements that are swapped, and how.
func swaps(data string) []string {
	var out []string
	for _, m := range target.FindAllStringSubmatch(data, -1) {
		out = append(out, m[2]+" "+m[1])
	}
	return out
}

// dom is the id of a message's element.
func dom(ts string) string { return "#m-" + strings.ReplaceAll(ts, ".", "-") }

// fill posts so many messages.
func fill(b *browser, who, in string, n int) {
	p := b.Person(who)
	for i := range n {
		p.Says(in, fmt.Sprintf("message number %d", i))
	}
}
