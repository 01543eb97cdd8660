package local_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"epilogue/internal/local"
)

// sees is what a page of the calendar says.
func sees(t *testing.T, resp *http.Response, err error) (status int, page string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func TestAnEventOfTheCalendarIsMovedAndDeletedOnItsPage(t *testing.T) {
	l, err := local.Start(t.Context(), local.Options{Calendar: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Stop(); err != nil {
			t.Error(err)
		}
	}()
	start := l.Slack.Clock().Now().Add(24 * time.Hour).Truncate(time.Hour)
	l.Calendar.Put("handmade", "Debrief of <b>INC-1</b>", "a & b", start, start.Add(time.Hour), "")
	at := l.Slack.URL() + "/calendar/"
	get := func(path string) (int, string) {
		resp, err := http.Get(at + path)
		return sees(t, resp, err)
	}
	do := func(id, what, from string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"event", strings.NewReader(url.Values{"eid": {id}, "do": {what}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", from)
		resp, err := http.DefaultClient.Do(r)
		status, _ := sees(t, resp, err)
		return status
	}
	event := func() (time.Time, bool) {
		for _, e := range l.Calendar.Events() {
			if e.ID == "handmade" {
				return e.Start, e.Canceled
			}
		}
		t.Fatal("it is gone without a trace")
		return start, false
	}

	for _, path := range []string{"", "event?eid=handmade", "call?eid=handmade"} {
		if status, page := get(path); status != http.StatusOK || !strings.Contains(page, "Debrief of &lt;b&gt;INC-1&lt;/b&gt;") {
			t.Errorf("%s: %d %s", path, status, page)
		}
	}
	if status, page := get("event?eid=none"); status != http.StatusNotFound || !strings.Contains(page, "no such event") {
		t.Errorf("an event that is not there: %d %s", status, page)
	}
	if status := do("handmade", "day", "cross-site"); status != http.StatusForbidden {
		t.Errorf("another site gets %d", status)
	}
	do("handmade", "hour", "same-origin")
	do("handmade", "day", "same-origin")
	if at, _ := event(); !at.Equal(start.Add(25 * time.Hour)) {
		t.Errorf("it is at %s, and was at %s", at, start)
	}
	do("handmade", "delete", "same-origin")
	do("handmade", "hour", "same-origin") // in another tab, from before
	if at, gone := event(); !gone || !at.Equal(start.Add(25*time.Hour)) {
		t.Errorf("it is at %s, deleted: %t", at, gone)
	}
}
