package bench

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

const (
	warmUp  = 500 * time.Millisecond
	rushFor = 1500 * time.Millisecond
)

// BenchmarkEndToEndClicks: people who click at once, each click acknowledged once it is on disk, beside the store alone doing the same saves.
func BenchmarkEndToEndClicks(b *testing.B) {
	for _, at := range []struct {
		people int
		where  string
		at     func() (*company, error)
	}{
		{1, "one incident", busy},
		{8, "8 incidents", busy},
		{64, "16 incidents", busy},
		{64, "one incident", oneCard},
	} {
		b.Run(fmt.Sprintf("people=%d/%s", at.people, at.where), func(b *testing.B) {
			c := mustFound(b, at.at)
			for b.Loop() {
				all := medians{}
				for range rounds {
					bot := botRush(b, c, at.people, 0)
					bare := bareRush(b, c, at.people, 0)
					all.add("clicks/s", bot.perSecond())
					all.add("p50-ms", ms(percentile(bot.took, 0.50)))
					all.add("p99-ms", ms(percentile(bot.took, 0.99)))
					all.add("store/s", bare.perSecond())
					all.add("x-store", bot.perSecond()/bare.perSecond())
					all.add("p50-x-commit", ms(percentile(bot.took, 0.50))/ms(percentile(bare.took, 0.50)))
				}
				all.report(b)
			}
		})
	}
}

// BenchmarkEndToEndAck: how long a click waits for its ack with 64 people at once, beside the time that the same frames take to and fro over the same sockets.
func BenchmarkEndToEndAck(b *testing.B) {
	c := mustFound(b, busy)
	for b.Loop() {
		all := medians{}
		for range rounds {
			bot, echo := botRush(b, c, 64, 0), echoRush(b, c, 64)
			all.add("p99-ms", ms(percentile(bot.took, 0.99)))
			all.add("echo-p99-ms", ms(percentile(echo.took, 0.99)))
			all.add("echo/s", echo.perSecond())
			all.add("p99-x-echo", ms(percentile(bot.took, 0.99))/ms(percentile(echo.took, 0.99)))
		}
		all.report(b)
	}
}

// BenchmarkEndToEndAlone: one person clicks now and then, so that nothing else is going on, beside the store alone saving as seldom.
func BenchmarkEndToEndAlone(b *testing.B) {
	c := mustFound(b, busy)
	const pause = 25 * time.Millisecond // by then the bot has edited the card and sleeps
	for b.Loop() {
		all := medians{}
		for range rounds {
			bot, bare := botRush(b, c, 1, pause), bareRush(b, c, 1, pause)
			all.add("p50-ms", ms(percentile(bot.took, 0.50)))
			all.add("commit-p50-ms", ms(percentile(bare.took, 0.50)))
			all.add("p50-x-commit", ms(percentile(bot.took, 0.50))/ms(percentile(bare.took, 0.50)))
		}
		all.report(b)
	}
}

// botRush has a crowd click at a bot of its own, and makes sure that every click is in the store.
func botRush(b *testing.B, c *company, people int, pause time.Duration) rush {
	b.Helper()
	path := c.storeFor(b)
	g := gather(b, c, people)
	g.pause = pause
	bot := startBot(b, g.slack, path, "unpaced")
	g.rush(warmUp)
	r := g.rush(rushFor)
	bot.stop()
	g.account(path, c)
	return r
}

// echoRush has the crowd click at somebody who only acknowledges.
func echoRush(b *testing.B, c *company, people int) rush {
	b.Helper()
	g := gather(b, c, people)
	echo := startEcho(b, g.slack)
	g.rush(warmUp)
	r := g.rush(rushFor)
	echo.stop()
	return r
}

// account fails the benchmark unless every acknowledged click is an event of the incident that it was about.
func (g *crowd) account(path string, c *company) {
	g.b.Helper()
	events := func(path string) (n int) {
		db, err := boltstore.Open(path, boltstore.Options{})
		if err != nil {
			g.b.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		for i := range c.incidents {
			inc, err := db.Incident(g.b.Context(), flow.IncidentID(i+1))
			if err != nil {
				g.b.Fatal(err)
			}
			n += int(inc.Rev)
		}
		return n
	}
	if got := events(path) - events(c.storeFor(g.b)); got != g.sent() {
		g.b.Fatalf("%d clicks were acknowledged, and %d events written", g.sent(), got)
	}
}

// bareRush does to the store what the bot does to it before the acks of a crowd, and nothing else: the bot's own changes, each with its jobs and its delivery, by as
// many goroutines. An incident's changes follow one another, as they do in the bot.
func bareRush(b *testing.B, c *company, people int, pause time.Duration) rush {
	b.Helper()
	done, reopen := changes(b, c)
	db, err := boltstore.Open(c.storeFor(b), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	incidents := make([]struct {
		sync.Mutex
		last store.Change
		n    int
	}, len(c.incidents))
	for i := range incidents {
		incidents[i].last = done[i]
	}
	var all sync.WaitGroup
	took := make([][]time.Duration, people)
	start := time.Now()
	measured := start.Add(warmUp)
	end := measured.Add(rushFor)
	for p := range people {
		all.Go(func() {
			i := p % len(incidents)
			inc := &incidents[i]
			for time.Now().Before(end) {
				began := time.Now()
				inc.Lock()
				next := []store.Change{done[i], reopen[i]}[inc.n%2]
				if inc.n > 0 {
					next = after(inc.last, next)
				}
				next.Delivery = fmt.Sprintf("click/U0BENCH%03d/%d.%06d/task.done/1700000000.000000/", p, inc.n, i)
				next.At = time.Now()
				err := db.Save(b.Context(), next)
				inc.last, inc.n = next, inc.n+1
				inc.Unlock()
				if err != nil {
					b.Error(err)
					return
				}
				if began.After(measured) {
					took[p] = append(took[p], time.Since(began))
				}
				time.Sleep(pause)
			}
		})
	}
	all.Wait()
	r := rush{lasted: time.Since(measured)}
	for _, t := range took {
		r.clicks += len(t)
		r.took = append(r.took, t...)
	}
	return r
}

// after is a change again, behind another one.
func after(last, c store.Change) store.Change {
	from := last.Incident.Rev
	c.Before, c.Incident.Rev = from, from+1
	c.Events = []flow.Event{{Seq: from + 1, At: time.Now(), By: c.Events[0].By, Fact: c.Events[0].Fact}}
	jobs := make([]store.Job, len(c.Jobs))
	for i, j := range c.Jobs {
		j.Effect.Seq = from + 1
		if j.Effect.Since != 0 {
			j.Effect.Since = from + 1
		}
		j.At = time.Now().Add(j.Effect.Wait)
		jobs[i] = j
	}
	c.Jobs = jobs
	return c
}
