package bench

import (
	"testing"
	"time"
)

// BenchmarkEndToEndIdle: what the bot uses while nobody wants anything of it: connected, its pings and Slack's going to and fro.
func BenchmarkEndToEndIdle(b *testing.B) {
	c := mustFound(b, busy)
	const watched = 10 * time.Second
	for b.Loop() {
		all := medians{}
		for range rounds {
			g := gather(b, c, 0)
			bot := startBot(b, g.slack, c.storeFor(b), "paced")
			g.slack.quiet(3 * time.Second)
			before := bot.usage()
			time.Sleep(watched)
			after := bot.usage()
			bot.stop()
			all.add("cpu-%", 100*float64(after.cpu-before.cpu)/float64(watched))
			all.add("MiB", float64(after.rss)/(1<<20))
		}
		all.report(b)
	}
}
