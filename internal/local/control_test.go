package local

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox"
)

// sends sends a request of an example, as curl does.
func sends(t *testing.T, r sandbox.Request) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	if r.Token != "" {
		req.Header.Set("Authorization", "Bearer "+r.Token)
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// What "make run" starts is what people paste the examples into. That each works as a line of a shell is tested beside the table.
func TestTheExamplesOfTheControlAPIWorkWithTheBotToo(t *testing.T) {
	l := start(t, Options{})
	if err := l.Demo(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	var lacking []string
	for _, chapter := range l.Slack.Manual() {
		for _, route := range chapter.Routes {
			if err := l.Slack.Wait(t.Context(), func() bool { return len(l.Slack.Sockets()) == 2 }); err != nil { // one of the examples cuts them
				t.Fatal(err)
			}
			if len(route.Example) == 0 {
				lacking = append(lacking, route.Path[strings.LastIndex(route.Path, "/")+1:])
			}
			for _, request := range route.Example {
				if status, answer := sends(t, request); status != http.StatusOK || !strings.Contains(answer, `"ok":true`) {
					t.Errorf("%s\n%d %s", request.Curl(), status, answer)
				}
			}
		}
	}
	if diff := cmp.Diff([]string{"check", "uncheck", "search"}, lacking); diff != "" {
		t.Errorf("of what the bot lacks there is no example (-want +got):\n%s", diff)
	}
}
