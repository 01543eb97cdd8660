package bench

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// slackTakes is how long a call to a real Slack takes, or so.
const slackTakes = 100 * time.Millisecond

// BenchmarkEndToEndCard: from a click until Slack has answered the edit of the card, with a Slack that takes 100 ms a call, beside those 100 ms.
func BenchmarkEndToEndCard(b *testing.B) {
	c := mustFound(b, busy)
	const clicks = 25
	for b.Loop() {
		all := medians{}
		for range rounds {
			var took []time.Duration
			g := gather(b, c, 1)
			bot := startBot(b, g.slack, c.storeFor(b), "unpaced")
			g.times(2) // by now Slack has said who this is
			g.slack.quiet(time.Second)
			g.slack.latency.Store(int64(slackTakes))
			edited := g.edits(c.incidents[0].TS)
			for range clicks {
				start := time.Now()
				g.times(1)
				select {
				case <-edited:
				case <-time.After(patience):
					b.Fatal("the card was not edited")
				}
				took = append(took, time.Since(start))
			}
			bot.stop()
			all.add("p50-ms", ms(percentile(took, 0.50)))
			all.add("p50-x-call", ms(percentile(took, 0.50))/ms(slackTakes))
		}
		all.report(b)
	}
}

// edits hears when an edit of a message was answered.
func (g *crowd) edits(ts string) <-chan struct{} {
	edited := make(chan struct{}, 1000)
	g.slack.onCall(func(c call) verdict {
		if c.method != "chat.update" || c.args.Get("ts") != ts {
			return verdict{}
		}
		return verdict{answered: func() { edited <- struct{}{} }}
	})
	return edited
}

// quiet waits until nothing was called for a while.
func (s *slack) quiet(still time.Duration) {
	s.b.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		before := s.made("")
		time.Sleep(still)
		if s.made("") == before {
			return
		}
	}
	s.b.Fatal("the bot does not come to rest")
}

// BenchmarkEndToEndCalls: calls to the Web API per click, when 25 people click 4 times each on one card, with the bot's pace as it is in a real workspace.
func BenchmarkEndToEndCalls(b *testing.B) {
	c := mustFound(b, oneCard)
	const gathered = 5 * time.Second // longer than anything waits for company
	for b.Loop() {
		all := medians{}
		for range rounds {
			g := gather(b, c, 25)
			bot := startBot(b, g.slack, c.storeFor(b), "paced")
			g.times(2)
			g.slack.quiet(gathered)
			before, sent := g.slack.made(""), g.sent()
			g.times(4)
			g.slack.quiet(gathered)
			calls, clicks := g.slack.made("")-before, g.sent()-sent
			bot.stop()
			all.add("calls/click", float64(calls)/float64(clicks))
		}
		all.report(b)
	}
}

// BenchmarkEndToEndQuietChannel: from a change until its post in a quiet channel, while another channel's posts are refused for a second at a time, beside the
// same while they are not. What is posted is what severity a command gave an incident.
func BenchmarkEndToEndQuietChannel(b *testing.B) {
	c := mustFound(b, busy)
	for b.Loop() {
		all := medians{}
		for range rounds {
			calm, limited := quietPosts(b, c, false), quietPosts(b, c, true)
			all.add("calm-p99-ms", ms(percentile(calm, 0.99)))
			all.add("p99-ms", ms(percentile(limited, 0.99)))
			all.add("p99-x-calm", ms(percentile(limited, 0.99))/ms(percentile(calm, 0.99)))
		}
		all.report(b)
	}
}

// quietPosts is how long posts take in the second incident's channel, while the first one's is busy, and limited or not.
func quietPosts(b *testing.B, c *company, limited bool) []time.Duration {
	b.Helper()
	const posts = 100
	loud, still := c.incidents[0].Channel, c.incidents[1].Channel
	g := gather(b, c, 2)
	bot := startBot(b, g.slack, c.storeFor(b), "unpaced")
	defer bot.stop()
	g.times(2)
	posted := make(chan struct{}, 1000)
	g.slack.onCall(func(c call) verdict {
		switch {
		case c.method != "chat.postMessage":
		case c.args.Get("channel") == loud && limited:
			return verdict{retryAfter: 1}
		case c.args.Get("channel") == still && c.args.Get("thread_ts") == "":
			return verdict{answered: func() { posted <- struct{}{} }}
		}
		return verdict{}
	})
	stop := make(chan struct{})
	var noise sync.WaitGroup
	noise.Go(func() { // a command after the other in the loud channel
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := g.people[0].types(g.slack, loud); err != nil {
				b.Error(err)
				return
			}
		}
	})
	var took []time.Duration
	for range posts {
		start := time.Now()
		if err := g.people[1].types(g.slack, still); err != nil {
			b.Fatal(err)
		}
		select {
		case <-posted:
		case <-time.After(patience):
			b.Fatal("nothing was posted")
		}
		took = append(took, time.Since(start))
	}
	close(stop)
	noise.Wait()
	return took
}

// types gives the incident of a channel another severity, and waits for the ack.
func (p *person) types(s *slack, channel string) error {
	severity := []string{"major", "minor"}[p.sent%2]
	frame := `{"envelope_id":"` + whenMark + `","type":"slash_commands","accepts_response_payload":true,"payload":{"token":"t","team_id":"` + team + `","channel_id":"` + channel +
		`","channel_name":"inc","user_id":"` + p.name() + `","user_name":"x","command":"/inc","text":"severity ` + severity + `","ts":"` + whenMark + `","trigger_id":"` + whenMark +
		`","response_url":"` + s.url + `/respond"}}`
	return p.say(s, envelope{parts: strings.Split(frame, whenMark)})
}
