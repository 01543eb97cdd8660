package bench

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowd is people who each have a task of their own, and mark it done and open it again for as long as they are let: the next click comes when the
// one before was acknowledged. Each of their clicks changes something.
type crowd struct {
	b      *testing.B
	slack  *slack
	people []*person
	pause  time.Duration // between two clicks of one person in a rush
}

type person struct {
	number   int
	incident int // from 1
	task     int // from 1
	clicks   [2]envelope
	sent     int
	acks     chan int
	took     []time.Duration
}

// gather makes a crowd, spread evenly over the company's incidents, and a Slack for it to click in.
func gather(b *testing.B, c *company, people int) *crowd {
	b.Helper()
	g := &crowd{b: b}
	for i := range people {
		p := &person{number: i, incident: i%len(c.incidents) + 1, task: i/len(c.incidents) + 1, acks: make(chan int, 1)}
		at := c.incidents[p.incident-1]
		for k, payload := range []json.RawMessage{at.Done, at.Reopen} {
			p.clicks[k] = p.restamp(b, payload)
		}
		g.people = append(g.people, p)
	}
	g.slack = startSlack(b, func(a ack) {
		if a.person < len(g.people) {
			select {
			case g.people[a.person].acks <- a.number:
			default: // an ack that came twice
			}
		}
	})
	return g
}

// name is the person's member ID.
func (p *person) name() string { return fmt.Sprintf("U0BENCH%03d", p.number) }

// The places in a click that differ from one to the next.
const (
	whenMark    = "@@when@@"
	triggerMark = "@@trigger@@"
)

// envelope is the frame of a click with its changing places left open.
type envelope struct{ parts []string }

// restamp makes somebody's own click of one that the local Slack has sent.
func (p *person) restamp(b *testing.B, payload json.RawMessage) envelope {
	b.Helper()
	var click map[string]any
	if err := json.Unmarshal(payload, &click); err != nil {
		b.Fatal(err)
	}
	who := click["user"].(map[string]any)
	who["id"], who["name"], who["username"] = p.name(), p.name(), p.name()
	click["trigger_id"] = triggerMark
	action := click["actions"].([]any)[0].(map[string]any)
	action["action_ts"] = whenMark
	value := action
	if chosen, ok := action["selected_option"].(map[string]any); ok {
		value = chosen
	}
	value["value"] = strings.TrimSuffix(value["value"].(string), "/1") + "/" + strconv.Itoa(p.task)
	body, err := json.Marshal(click)
	if err != nil {
		b.Fatal(err)
	}
	frame := `{"envelope_id":"` + whenMark + `","type":"interactive","accepts_response_payload":false,"payload":` + string(body) + `}`
	frame = strings.ReplaceAll(frame, triggerMark, whenMark)
	e := envelope{parts: strings.Split(frame, whenMark)}
	if len(e.parts) != 4 { // the envelope's ID, and in the order of their names the action's time and the trigger
		b.Fatalf("a click has %d places to fill in, want 3", len(e.parts)-1)
	}
	return e
}

// fill makes the frame of one click.
func (e envelope) fill(person, number int) []byte {
	now := time.Now().UnixMicro()
	frame := make([]byte, 0, 8<<10)
	frame = append(frame, e.parts[0]...)
	frame = append(frame, envelopeID(person, number)...)
	frame = append(frame, e.parts[1]...)
	frame = fmt.Appendf(frame, "%d.%06d", now/1e6, now%1e6)
	frame = append(frame, e.parts[2]...)
	frame = fmt.Appendf(frame, "%d.%d.%032x", now, person, number)
	return append(frame, e.parts[3]...)
}

// click clicks once and waits for the ack.
func (p *person) click(s *slack) error { return p.say(s, p.clicks[p.sent%2]) }

// say sends an envelope and waits for the ack.
func (p *person) say(s *slack, e envelope) error {
	frame := e.fill(p.number, p.sent)
	start := time.Now()
	if err := s.deliver(frame); err != nil {
		return err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case number := <-p.acks:
			if number != p.sent {
				continue
			}
			p.took = append(p.took, time.Since(start))
			p.sent++
			return nil
		case <-late.C:
			return fmt.Errorf("click %d of %s was not acknowledged", p.sent, p.name())
		}
	}
}

// rush is what came of a crowd's clicking.
type rush struct {
	clicks int
	took   []time.Duration // of each click, until its ack
	lasted time.Duration
}

func (r rush) perSecond() float64 { return float64(r.clicks) / r.lasted.Seconds() }

// rush has everybody click for a while.
func (g *crowd) rush(d time.Duration) rush {
	g.b.Helper()
	for _, p := range g.people {
		p.took = p.took[:0]
	}
	start := time.Now()
	g.everybody(func(p *person) error {
		for time.Since(start) < d {
			if err := p.click(g.slack); err != nil {
				return err
			}
			time.Sleep(g.pause)
		}
		return nil
	})
	r := rush{lasted: time.Since(start)}
	for _, p := range g.people {
		r.clicks += len(p.took)
		r.took = append(r.took, p.took...)
	}
	return r
}

// times has everybody click so many times.
func (g *crowd) times(n int) {
	g.b.Helper()
	g.everybody(func(p *person) error {
		for range n {
			if err := p.click(g.slack); err != nil {
				return err
			}
		}
		return nil
	})
}

// everybody does something at once.
func (g *crowd) everybody(do func(*person) error) {
	g.b.Helper()
	var all sync.WaitGroup
	for _, p := range g.people {
		all.Go(func() {
			if err := do(p); err != nil {
				g.b.Error(err)
			}
		})
	}
	all.Wait()
	if g.b.Failed() {
		g.b.FailNow()
	}
}

// sent is how many clicks were made so far.
func (g *crowd) sent() int {
	n := 0
	for _, p := range g.people {
		n += p.sent
	}
	return n
}
