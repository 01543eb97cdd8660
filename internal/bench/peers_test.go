package bench

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// peers turns on the comparison with others, which needs Node.js and what "npm ci" installs in peers/bolt.
var peers = flag.Bool("peers", false, "measure Bolt for JavaScript too: run npm ci in peers/bolt first")

// contender is one bot that is measured with the others.
type contender struct {
	name     string
	connects int // sockets that it holds
	start    func(b *testing.B, g *crowd, c *company) *child
}

var contenders = []contender{
	{"Epilogue", sockets, func(b *testing.B, g *crowd, c *company) *child {
		return spawn(b, self(b, roleBot, g.slack.apiURL(), c.storeFor(b), "unpaced"))
	}},
	{"Bolt for JavaScript", 1, startBolt},
}

func startBolt(b *testing.B, g *crowd, c *company) *child {
	b.Helper()
	cards := filepath.Join(b.TempDir(), "cards.json")
	body, err := json.Marshal(map[string]any{"tasks": 8, "incidents": c.incidents})
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(cards, body, 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), "node", "app.js", filepath.Join(b.TempDir(), "peer.db"), cards)
	cmd.Cancel = func() error { return nil }
	cmd.Dir = filepath.Join("peers", "bolt")
	cmd.Env = append(os.Environ(), "SLACK_BOT_TOKEN=xoxb-bench", "SLACK_APP_TOKEN=xapp-bench", "SLACK_API_URL="+g.slack.apiURL(), "NODE_ENV=production")
	return spawn(b, cmd)
}

// figures are what is compared.
var figures = []struct {
	unit, name, format string
}{
	{"clicks/s", "clicks a second, until the last card was edited", "%.0f"},
	{"acks/s", "acks a second", "%.0f"},
	{"cpu-us", "CPU per click, µs", "%.0f"},
	{"peak-MiB", "peak memory, MiB", "%.0f"},
	{"p50-ms", "ack, median, ms", "%.1f"},
	{"p99-ms", "ack, 99th percentile, ms", "%.1f"},
	{"start-ms", "from start to the first click handled, ms", "%.0f"},
	{"calls/click", "calls to Slack per click", "%.2f"},
}

// BenchmarkPeers has the same crowd of 64 click at each contender, on the same 16 incidents of the same Slack, and prints a table.
func BenchmarkPeers(b *testing.B) {
	if !*peers {
		b.Skip("needs -peers")
	}
	c := mustFound(b, busy)
	for b.Loop() {
		all := make([]medians, len(contenders))
		for range rounds {
			for i, who := range contenders {
				if all[i] == nil {
					all[i] = medians{}
				}
				who.run(b, c, all[i])
			}
		}
		table(b, all)
	}
}

// drained is how long nobody calls Slack any more: longer than anything waits for company.
const drained = 4 * time.Second

// lastEdit watches the edits of cards. What it returns is when the last one was answered.
func (s *slack) lastEdit() func() time.Time {
	var last atomic.Int64
	s.onCall(func(c call) verdict {
		if c.method != "chat.update" {
			return verdict{}
		}
		return verdict{answered: func() { last.Store(time.Now().UnixNano()) }}
	})
	return func() time.Time { return time.Unix(0, last.Load()) }
}

// run measures one contender once.
func (w contender) run(b *testing.B, c *company, all medians) {
	b.Helper()
	g := gather(b, c, 64)
	start := time.Now()
	bot := w.start(b, g, c)
	g.slack.await(1) // the first click comes as soon as there is a way for it
	if err := g.people[0].click(g.slack); err != nil {
		b.Fatalf("%s: %v\n%s", w.name, err, bot.said.String())
	}
	all.add("start-ms", ms(time.Since(start)))
	g.slack.await(w.connects)
	g.rush(warmUp)
	g.slack.quiet(drained)
	before, calls := bot.usage(), g.slack.made("")
	edited := g.slack.lastEdit()
	start = time.Now()
	r := g.rush(rushFor)
	g.slack.quiet(drained) // who acknowledges first and edits later is not done yet
	after, made := bot.usage(), g.slack.made("")-calls
	bot.stop()
	all.add("clicks/s", float64(r.clicks)/max(r.lasted, edited().Sub(start)).Seconds())
	all.add("acks/s", r.perSecond())
	all.add("cpu-us", float64((after.cpu-before.cpu).Microseconds())/float64(r.clicks))
	all.add("peak-MiB", float64(after.peak)/(1<<20))
	all.add("p50-ms", ms(percentile(r.took, 0.50)))
	all.add("p99-ms", ms(percentile(r.took, 0.99)))
	all.add("calls/click", float64(made)/float64(r.clicks))
}

// table prints the medians in Markdown, and reports how many times better the first contender is than the second.
func table(b *testing.B, all []medians) {
	b.Helper()
	var t strings.Builder
	t.WriteString("\n| 64 people on 16 incidents |")
	for _, who := range contenders {
		t.WriteString(" " + who.name + " |")
	}
	t.WriteString(" ratio |\n|---|" + strings.Repeat("---|", len(contenders)) + "---|\n")
	for _, f := range figures {
		fmt.Fprintf(&t, "| %s |", f.name)
		for _, m := range all {
			fmt.Fprintf(&t, " "+f.format+" |", m.of(f.unit))
		}
		ratio := all[0].of(f.unit) / all[1].of(f.unit)
		fmt.Fprintf(&t, " %.2f |\n", ratio)
		b.ReportMetric(ratio, f.unit+"-x-bolt")
	}
	b.ReportMetric(0, "ns/op")
	fmt.Println(t.String())
}
