package promises

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// What may become of a post without the bot learning whether it was made.
var spoiled = []sandbox.Fault{
	{Reset: true, AfterEffect: true},
	{Status: 503, AfterEffect: true},
	{Error: "internal_error", AfterEffect: true},
	{Hang: true, AfterEffect: true}, // until the bot gives up
	{Reset: true},
	{Status: 503},
	{Hang: true},
}

// doubts is a run of the test below: in each round something happens in every incident, and what is posted of it is spoiled.
type doubts struct {
	t      *testing.T
	l      *local.Local
	dead   *atomic.Bool // the bot's process was killed: nothing is saved any more
	places []string     // Ben's direct messages, then the channel of each incident
	round  int
	made   int // posts that had their effect unknown to the bot
	wants  []toldOnce
}

// toldOnce is something that must be told once.
type toldOnce struct {
	in    string
	texts []string
}

const doubtful = 6 // incidents

func TestNoPostWhoseFateIsUnknownIsLostOrMadeTwice(t *testing.T) {
	var dead atomic.Bool
	o := local.Options{Store: boltstore.Options{Fault: func(boltstore.FaultPoint) error {
		if dead.Load() {
			return errors.New("the process was killed")
		}
		return nil
	}}}
	inBubble(t, o, func(t *testing.T, l *local.Local) {
		saveProcess(t, l, manyTasks(190))
		d := &doubts{t: t, l: l, dead: &dead, places: []string{"ben"}}
		for id := range flow.IncidentID(doubtful) {
			d.places = append(d.places, inFlowOf(t, l.Slack, id+1))
		}
		rest(t, l)
		for d.made < *ambiguous {
			d.round++
			l.Slack.Faults().HistoryLag(time.Duration(rand.IntN(4)) * 500 * time.Millisecond)
			if d.round%4 == 0 {
				d.killed()
			} else {
				d.unanswered()
			}
			rest(t, l)
		}
		if d.made < *ambiguous {
			t.Errorf("only %d posts were in doubt, want %d", d.made, *ambiguous)
		}
		for _, w := range d.wants {
			if n := saying(l.Slack, w.in, w.texts...); n != 1 {
				t.Errorf("%q is told %d times in %s", w.texts, n, w.in)
			}
		}
		for _, in := range d.places {
			noneTwice(t, l.Slack, in)
		}
		t.Logf("%d posts in doubt in %d rounds", d.made, d.round)
	})
}

// unanswered has each incident post something whose answer does not come.
func (d *doubts) unanswered() {
	faults := slices.Clone(spoiled)
	rand.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	var set []*sandbox.Injected
	for _, f := range faults {
		f.Method, f.Times = "chat.postMessage", 1
		set = append(set, d.l.Slack.Faults().Add(f))
	}
	d.everywhere()
	rest(d.t, d.l)
	for _, i := range set {
		if i.AfterEffect {
			d.made += i.Hits()
		}
		i.Clear()
	}
}

// killed has each incident post something, and kills the bot after the posts and before it has written down that they were made.
func (d *doubts) killed() {
	hang := d.l.Slack.Faults().Add(sandbox.Fault{Method: "chat.postMessage", Hang: true, AfterEffect: true})
	d.everywhere()
	time.Sleep(4 * time.Second) // what is gathered is on its way as well
	synctest.Wait()
	d.dead.Store(true)
	d.made += hang.Hits()
	hang.Clear()
	if err := d.l.Wait(d.t.Context()); !errors.Is(err, store.ErrBroken) {
		d.t.Errorf("the bot ended with %v, want %v", err, store.ErrBroken)
	}
	_ = d.l.StopBot() // the same again
	d.dead.Store(false)
	if err := d.l.Reopen(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// everywhere makes one thing happen in each incident: for the channel, for a thread, or for Ben.
func (d *doubts) everywhere() {
	for i := 1; i <= doubtful; i++ {
		here, title := d.places[i], taskTitle(d.round)
		command, want := fmt.Sprintf("/inc update news %d!", d.round), toldOnce{here, []string{fmt.Sprintf("news %d!", d.round)}}
		switch {
		case d.round > 189:
		case (d.round+i)%3 == 1:
			command, want.texts = fmt.Sprintf("/inc task %d done", d.round), []string{title + "* done."}
		case (d.round+i)%3 == 2:
			command = fmt.Sprintf("/inc task %d assign <@UBEN>", d.round)
			want.in, want.texts = "ben", []string{fmt.Sprintf("INC-%d", i), title}
		}
		if r := patiently(d.l.Slack, "ana").Slash(here, command); !r.Acked {
			d.t.Errorf("%s: %s", command, r.Text())
		}
		d.wants = append(d.wants, want)
	}
}

// saying is how many of the bot's messages for everyone in a conversation say all of the texts.
func saying(s *sandbox.Server, in string, texts ...string) int {
	n := 0
messages:
	for _, m := range s.Messages(in) {
		if len(m.Metadata) == 0 || m.OnlyFor != "" {
			continue
		}
		for _, text := range texts {
			if !strings.Contains(m.Text, text) && !strings.Contains(string(m.Blocks), text) {
				continue messages
			}
		}
		n++
	}
	return n
}

// noneTwice checks that no job was posted twice in a conversation.
func noneTwice(t *testing.T, s *sandbox.Server, in string) {
	t.Helper()
	seen := map[string]string{}
	for _, m := range s.Messages(in) {
		if len(m.Metadata) == 0 {
			continue
		}
		place := m.ThreadTS // one job may tell of two statuses, in the threads of their cards
		if place == m.TS {
			place = ""
		}
		key := string(m.Metadata) + place
		if before, twice := seen[key]; twice {
			t.Errorf("posted twice in %s: %q and %q", in, before, m.Text)
		}
		seen[key] = m.Text
	}
}
