package local

import (
	"bytes"
	"fmt"
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

// pastes sends the lines of an example, and says which of them went wrong.
func pastes(t *testing.T, example []sandbox.Request) (trouble string) {
	t.Helper()
	for _, request := range example {
		if status, answer := sends(t, request); status != http.StatusOK || !strings.Contains(answer, `"ok":true`) {
			return fmt.Sprintf("%s\n%d %s", request.Curl(), status, answer)
		}
	}
	return ""
}

// What "make run" starts is what people paste the examples into. That each works as a line of a shell is tested beside the table.
func TestTheExamplesOfTheControlAPIWorkWithTheBotToo(t *testing.T) {
	l := start(t, Options{})
	if err := l.Demo(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	var lacking []string
	for i, chapter := range l.Slack.Manual() {
		for k, route := range chapter.Routes {
			if err := l.Slack.Wait(t.Context(), func() bool { return len(l.Slack.Sockets()) == 2 }); err != nil { // one of the examples cuts them
				t.Fatal(err)
			}
			if len(route.Example) == 0 {
				lacking = append(lacking, route.Path[strings.LastIndex(route.Path, "/")+1:])
			}
			// A form has three seconds to open, which a busy machine may not have: people load the page again then, and paste the lines anew.
			trouble := pastes(t, route.Example)
			for tries := 1; trouble != "" && tries < 3; tries++ {
				trouble = pastes(t, l.Slack.Manual()[i].Routes[k].Example)
			}
			if trouble != "" {
				t.Error(trouble)
			}
		}
	}
	if diff := cmp.Diff([]string{"check", "uncheck", "search"}, lacking); diff != "" {
		t.Errorf("of what the bot lacks there is no example (-want +got):\n%s", diff)
	}
}
