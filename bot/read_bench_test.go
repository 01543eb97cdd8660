package bot

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/socketlink"
)

// clickOnALargeCard is a click as Slack delivers it, with the whole card that it was on: 40 open tasks.
func clickOnALargeCard(tb testing.TB) []byte {
	inc := flow.Incident{
		ID: 1, Rev: 9, Name: "Checkout errors in EU", Stage: flow.PostIncident, Status: "documenting", Card: 2, DeclaredBy: ana, Channel: room,
		Snapshot: &flow.Snapshot{Flow: "standard", Name: "Standard", Statuses: []flow.Label{{Key: "documenting", Name: "Documenting"}}},
	}
	for n := range flow.TaskNumber(40) {
		inc.Tasks = append(inc.Tasks, flow.Task{Number: n + 1, Kind: flow.Custom, Status: "documenting", State: flow.Open, Title: "Ask the payment provider for their own report of it", Assignee: ben})
	}
	at := time.Date(2026, 11, 23, 14, 58, 0, 0, time.UTC)
	card := blocks.Card(blocks.Scene{Now: at, Zone: time.UTC, Process: flow.Standard()}, inc, flow.Event{Seq: 2, At: at, Fact: flow.StatusEntered{Status: "documenting"}})
	var payload map[string]any
	message, err := json.Marshal(map[string]any{
		"type": "message", "user": "UBOT", "bot_id": "B1", "app_id": "A1", "ts": "1548261231.000200", "text": card.Text, "team": "T1", "blocks": slack.Blocks{BlockSet: card.Blocks},
	})
	if err == nil {
		err = json.Unmarshal([]byte(sampleButton), &payload)
	}
	if err != nil {
		tb.Fatal(err)
	}
	payload["message"] = json.RawMessage(message)
	raw, err := json.Marshal(map[string]any{"envelope_id": "dbdd0ef3-1543-4f94-bfb4-133d0e6c1545", "type": "interactive", "accepts_response_payload": false, "payload": payload})
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// BenchmarkReadingAClick is from the bytes on the socket to what the bot needs of them, beside what slack-go's socketmode does with the same
// bytes. Each round measures both; printed is the median of five.
func BenchmarkReadingAClick(b *testing.B) {
	raw := clickOnALargeCard(b)
	var got request
	link := socketlink.New(socketlink.Options{
		Open: func(context.Context) (string, error) { return "", nil },
		Handle: func(e socketlink.Envelope) {
			var err error
			if got, err = decode(e); err != nil {
				b.Fatal(err)
			}
		},
	})
	ours := func() { link.Adopt(raw, time.Time{}) }
	theirs := func() {
		var req socketmode.Request
		var callback slack.InteractionCallback
		if err := json.Unmarshal(raw, &req); err != nil {
			b.Fatal(err)
		}
		if err := json.Unmarshal(req.Payload, &callback); err != nil {
			b.Fatal(err)
		}
	}
	var ratios []float64
	for b.Loop() {
		ratios = append(ratios, float64(took(ours))/float64(took(theirs)))
	}
	if got.value != "INC-42/3" {
		b.Fatalf("read %+v", got)
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-slackgo")
	b.ReportMetric(float64(len(raw)), "bytes")
	b.ReportMetric(0, "ns/op")
}

// took is how long a hundred calls take.
func took(f func()) time.Duration {
	began := time.Now()
	for range 100 {
		f()
	}
	return time.Since(began)
}
