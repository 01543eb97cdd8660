package promises

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/bot"
	"epilogue/flow"
	"epilogue/internal/sandbox"
	"epilogue/store/boltstore"
)

// What an incident leaves behind outlives the bot as well: documents, where they were shared, follow-ups and whom they were given to, notes.
func TestKill9LosesAndDoublesNothingOfWhatAnIncidentLeavesBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epilogue.db")
	prepare(t, path, 3)
	s, err := sandbox.New(sandbox.Options{Manifest: bot.Manifest("/inc"), AckWithin: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	k := &killed{t: t, path: path, s: s, said: &log{}}
	k.start()
	defer k.kill()
	var incidents []*leftBehind
	for from, n := 0, max(4, *rounds/4); from < n; from += fitting {
		id := flow.IncidentID(len(incidents) + 1)
		w := &leftBehind{storm: storm{k: k, id: id, channel: inFlowOf(t, s, id)}, from: from, to: min(n, from+fitting)}
		w.insist(t, "/inc postmortem https://docs.example/first")
		for i := w.from; i < w.to; i++ {
			w.round(i)
		}
		incidents = append(incidents, w)
	}
	k.kill()
	finish(t, s, path)
	for _, w := range incidents {
		w.check(t)
	}
	if t.Failed() {
		t.Logf("the bot's log:\n%s", k.said)
	}
}

// leftBehind is people who deal with what one incident leaves behind, while the bot is killed again and again.
type leftBehind struct {
	storm
	from, to int      // its rounds
	acked    sync.Map // the lines that were acknowledged
}

// fitting is how many rounds there are to an incident: each may bring it two documents.
const fitting = (flow.MaxDocuments - 1) / 2

// The lines of a round. The first word of a line tells what is looked for.
var aftermath = []string{
	"/inc follow-up Keep %03d from happening", "/inc postmortem share #random See %03d", "/inc postmortem https://docs.example/%03d", "/inc timeline Noted %03d",
}

// round has people do all that at once, and kills the bot after a call to Slack had its effect and before that was written down.
func (w *leftBehind) round(i int) {
	s := w.k.s
	held := s.Faults().Add(sandbox.Fault{Method: []string{"chat.postMessage", "conversations.canvases.create"}[i%2], Hang: true, AfterEffect: true, Times: 1})
	var g sync.WaitGroup
	for j, line := range aftermath {
		g.Go(func() {
			line := fmt.Sprintf(line, i)
			if s.Person([]string{"ana", "ben", "cem", "ana"}[j]).Slash(w.channel, line).Acked {
				w.acked.Store(line, true)
			}
		})
	}
	g.Go(func() { // a document is made, and what was added is given to somebody
		_ = s.Person("ben").Try(func(p *sandbox.Person) {
			p.Slash(w.channel, "/inc postmortem")
			p = p.Patient(300 * time.Millisecond)
			p.Modal().Click("Add another").In("")
			p.Modal("Add a post-mortem").Submit()
		})
		_ = s.Person("ben").Try(func(p *sandbox.Person) { p.Modal().CloseAll() })
	})
	w.wait(func() bool { return held.Hits() > 0 })
	w.k.kill()
	held.Clear()
	g.Wait()
	w.k.start()
}

func (w *leftBehind) check(t *testing.T) {
	t.Helper()
	db, err := boltstore.Open(w.k.path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	inc, err := db.Incident(t.Context(), w.id)
	if err != nil {
		t.Fatal(err)
	}
	events, err := db.Timeline(t.Context(), w.id, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	acked := 0
	for i := w.from; i < w.to; i++ {
		id := fmt.Sprintf("%03d", i)
		for j, there := range []int{
			count(inc.FollowUps, func(f flow.FollowUp) bool { return strings.Contains(f.Title, id) }),
			count(w.k.s.Messages("random"), func(m sandbox.Message) bool { return strings.Contains(m.Text, "See "+id) }),
			count(inc.Documents, func(d flow.Document) bool { return strings.HasSuffix(d.URL, id) }),
			count(events, func(ev flow.Event) bool {
				note, ok := ev.Fact.(flow.NoteAdded)
				return ok && note.Text == "Noted "+id
			}),
		} {
			line := fmt.Sprintf(aftermath[j], i)
			_, promised := w.acked.Load(line)
			if promised {
				acked++
			}
			if there > 1 || promised && there == 0 {
				t.Errorf("%s: acknowledged %v, and there %d times", line, promised, there)
			}
		}
	}
	for _, asked := range events {
		_, document := asked.Fact.(flow.DocumentRequested)
		_, share := asked.Fact.(flow.DocumentShareAsked)
		made := count(events, func(ev flow.Event) bool {
			a, ok := ev.Fact.(flow.DocumentAttached)
			return ok && a.Request == asked.Seq
		})
		shared := count(events, func(ev flow.Event) bool {
			a, ok := ev.Fact.(flow.DocumentShared)
			return ok && a.Request == asked.Seq
		})
		if document && made != 1 || share && shared != 1 {
			t.Errorf("event %d, %s, was seen to %d times", asked.Seq, asked.Fact.FactName(), made+shared)
		}
	}
	if n := w.to - w.from; acked < n {
		t.Errorf("only %d lines were acknowledged in %d rounds of %s: this proves nothing", acked, n, w.id)
	}
}

func count[T any](all []T, such func(T) bool) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !such(v) }))
}
