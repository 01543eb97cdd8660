package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
	"epilogue/store"
)

// company is a workspace with incidents in the first status of their flow, whose cards are posted. It was played once in the local Slack, so that the
// store and the clicks are real; each measurement gets a copy of the store.
type company struct {
	dir       string
	incidents []card
}

// card is where an incident lives, and what Slack sends when somebody marks its first task done, or opens it again.
type card struct {
	Channel string          `json:"channel"`
	TS      string          `json:"ts"`
	Done    json.RawMessage `json:"-"`
	Reopen  json.RawMessage `json:"-"`
}

// The companies that are measured. A busy one has 64 people on 16 incidents, four on each; in the other all stand around one card.
var (
	busy      = sync.OnceValues(func() (*company, error) { return found("busy", 16, 5) })
	oneCard   = sync.OnceValues(func() (*company, error) { return found("one card", 1, 65) })
	companies = "" // the folder that holds them; set by TestMain
)

func mustFound(b *testing.B, c func() (*company, error)) *company {
	b.Helper()
	b.StopTimer()
	defer b.StartTimer()
	it, err := c()
	if err != nil {
		b.Fatal(err)
	}
	return it
}

func taskTitle(n int) string { return fmt.Sprintf("Thing number %d that has to be looked at", n) }

// process has one flow, with so many tasks in its first status; three more follow in its second.
func process(tasks int) flow.Process {
	p := flow.Standard()
	p.Version = 2
	first := flow.Status{Key: "documenting", Name: "Documenting"}
	for i := range tasks {
		first.Tasks = append(first.Tasks, flow.Template{Key: flow.Key(fmt.Sprintf("t%d", i+1)), Kind: flow.Custom, Title: taskTitle(i + 1)})
	}
	second := flow.Status{Key: "reviewing", Name: "Reviewing"}
	for i := range 3 {
		second.Tasks = append(second.Tasks, flow.Template{Key: flow.Key(fmt.Sprintf("r%d", i+1)), Kind: flow.Custom, Title: fmt.Sprintf("Review part %d", i+1)})
	}
	p.Flows = []flow.Flow{{Key: "bench", Name: "Bench", Entry: flow.Ask, OptOut: flow.Everyone, Statuses: []flow.Status{first, second}}}
	return p
}

// found plays a company's beginnings: everything happens through the local Slack.
func found(name string, incidents, tasks int) (c *company, err error) {
	c = &company{dir: filepath.Join(companies, name)}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	l, err := local.Start(ctx, local.Options{Dir: c.dir})
	if err != nil {
		return nil, err
	}
	defer func() {
		if wrong := l.Stop(); err == nil {
			err = wrong
		}
	}()
	if err := l.Store.SaveProcess(ctx, store.ProcessVersion{Process: process(tasks), By: "U1", At: time.Now()}); err != nil {
		return nil, err
	}
	ana := l.Slack.Person("ana")
	err = ana.Try(func(ana *sandbox.Person) {
		ana = ana.Patient(patience) // whoever tries is in a hurry
		for i := range incidents {
			c.incidents = append(c.incidents, c.play(l, ana, i+1))
		}
	})
	if err == nil {
		err = l.Quiet(ctx)
	}
	return c, err
}

// play declares an incident, brings it into its flow, and clicks on its card.
func (c *company) play(l *local.Local, ana *sandbox.Person, n int) card {
	channel := fmt.Sprintf("#inc-%d-checkout-errors-in-region-%d", n, n)
	ana.Slash("#general", fmt.Sprintf("/inc declare Checkout errors in region %d", n))
	ana.Modal().Submit()
	ana.Waits(channel, "declared by")
	ana.Slash(channel, "/inc close")
	ana.Modal().Submit()
	ana.Waits(channel, "left before it closes")
	one := card{Channel: l.Slack.ChannelID(channel)}
	for _, m := range l.Slack.Messages(channel) {
		if strings.Contains(string(m.Blocks), "task.done") {
			one.TS = m.TS
		}
	}
	ana.In(channel).Click("Mark done").In(taskTitle(1))
	one.Done = lastClick(l.Slack)
	ana.In(channel).Menu(taskTitle(1)).Choose("Reopen")
	one.Reopen = lastClick(l.Slack)
	ana.Waits(channel, "Mark done")
	return one
}

func lastClick(s *sandbox.Server) json.RawMessage {
	all := s.Envelopes("block_actions")
	return all[len(all)-1].Payload
}

// storeFor copies the company's store for one measurement.
func (c *company) storeFor(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "epilogue.db")
	from, err := os.Open(filepath.Join(c.dir, local.StoreFile))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		b.Fatal(err)
	}
	if err := to.Sync(); err != nil {
		b.Fatal(err)
	}
	if err := to.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}
