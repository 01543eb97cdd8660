package page

import (
	"fmt"
	"testing"
	"time"

	"epilogue/internal/sandbox"
)

func TestAGlanceTellsWhatCameOfIt(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	deliveries := func(attempts ...int) []sandbox.Delivery {
		var out []sandbox.Delivery
		for i, n := range attempts {
			out = append(out, sandbox.Delivery{Seq: 10 + i, Attempt: n, At: at.Add(time.Duration(i) * 10 * time.Second)})
		}
		return out
	}
	ack := func(after time.Duration, d []sandbox.Delivery) *sandbox.Envelope {
		return &sandbox.Envelope{Outcome: "acked", AckSeq: 99, AckedAt: at.Add(after), Deliveries: d}
	}
	for want, h := range map[string]sandbox.Happening{
		"good ok 20 ms":               {Call: &sandbox.Call{EndSeq: 1, Status: 200, Took: 20 * time.Millisecond}},
		"good ok <1 ms":               {Call: &sandbox.Call{EndSeq: 1, Status: 200, Took: 200 * time.Microsecond}},
		"slow ok 1000 ms":             {Call: &sandbox.Call{EndSeq: 1, Status: 200, Took: time.Second}},
		"bad channel_not_found 2 ms":  {Call: &sandbox.Call{EndSeq: 1, Status: 200, Error: "channel_not_found", Took: 2 * time.Millisecond}},
		"bad 429 ratelimited 2 ms":    {Call: &sandbox.Call{EndSeq: 1, Status: 429, Error: "ratelimited", Took: 2 * time.Millisecond}},
		"bad no answer 30 s":          {Call: &sandbox.Call{EndSeq: 1, Fault: "hang", Took: 30 * time.Second}},
		"bad connection lost 1 ms":    {Call: &sandbox.Call{EndSeq: 1, Fault: "reset after the effect", Took: time.Millisecond}},
		"waiting running ":            {Call: &sandbox.Call{}},
		"good acked 40 ms":            {Envelope: ack(40*time.Millisecond, deliveries(0))},
		"slow acked 1500 ms":          {Envelope: ack(1500*time.Millisecond, deliveries(0))},
		"good acked ×2 30 ms":         {Envelope: ack(10*time.Second+30*time.Millisecond, deliveries(0, 1))}, // since the retry
		"slow acked ×2 10 s":          {Envelope: ack(10*time.Second+30*time.Millisecond, deliveries(0, 0))}, // a duplicate does not start the time again
		"bad no ack ":                 {Envelope: &sandbox.Envelope{Outcome: "timeout", Deliveries: deliveries(0)}},
		"bad no socket ":              {Envelope: &sandbox.Envelope{Outcome: "no socket"}},
		"bad given up ×4 ":            {Envelope: &sandbox.Envelope{Outcome: "dropped", Deliveries: deliveries(0, 1, 2, 3)}},
		"waiting waits for a socket ": {Envelope: &sandbox.Envelope{}},
		"waiting waits for its ack ":  {Envelope: &sandbox.Envelope{Deliveries: deliveries(0)}},
	} {
		row := insight{zone: time.UTC}.row(h, "")
		if got := fmt.Sprint(row.Tone, " ", row.Result, " ", row.Took); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

func TestTheNextMorningIsAlwaysAhead(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for now, want := range map[string]string{
		"2026-11-23 08:59": "2026-11-23 09:00", "2026-11-23 09:00": "2026-11-24 09:00", "2026-12-31 23:00": "2027-01-01 09:00", "2026-10-24 12:00": "2026-10-25 09:00",
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", now, berlin)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextMorning(at).Format("2006-01-02 15:04"); got != want {
			t.Errorf("after %s comes %s", now, got)
		}
	}
}

func TestASpanIsToldInItsTwoLargestUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "1 minute", time.Hour: "1 hour", 61 * time.Minute: "1 hour and 1 minute", 24 * time.Hour: "1 day", 51*time.Hour + 20*time.Minute: "2 days and 3 hours",
		7 * 24 * time.Hour: "7 days", 23*time.Hour + 59*time.Minute + 40*time.Second: "1 day",
	} {
		if got := spanOf(d); got != want {
			t.Errorf("%v is %q", d, got)
		}
	}
}

func TestDocumentsAreFoldedAndHarmless(t *testing.T) {
	for raw, want := range map[string]string{
		`{}`:               `<div class="j-line">{}</div>`,
		`null`:             `<div class="j-line"><span class="j-word">null</span></div>`,
		`[1]`:              `<details class="j-fold" open><summary>[<span class="j-more"> … 1 ]</span></summary><div class="j-in"><div class="j-line"><span class="j-number">1</span></div></div><div class="j-line">]</div></details>`,
		`{"<b>":"</div>"}`: `<details class="j-fold" open><summary>{<span class="j-more"> … 1 }</span></summary><div class="j-in"><div class="j-line"><span class="j-key">&#34;&lt;b&gt;&#34;</span>: <span class="j-text">&#34;&lt;/div&gt;&#34;</span></div></div><div class="j-line">}</div></details>`,
		`{"broken":`:       `{&#34;broken&#34;:`,
		``:                 ``,
	} {
		if got := string(folded([]byte(raw))); got != want {
			t.Errorf("%s becomes\n%s", raw, got)
		}
	}
	if got := string(whole(map[string]string{"b": `{"x":[1]}`, "a": `{no json`, "<": "&"})); got != `{"<":"&","a":"{no json","b":{"x":[1]}}` {
		t.Error(got)
	}
}
