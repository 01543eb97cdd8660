package simulation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"epilogue/bot"
	"epilogue/flow"
	"epilogue/internal/sandbox"
	"epilogue/internal/socketlink"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// monday is when every schedule begins: 9:00 in the organization's zone.
var monday = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// people are those of every schedule. Ana owns the workspace, and so is an admin of Epilogue.
var people = []string{"ana", "ben", "cem", "dana"}

// world is a workspace with a bot, and what happened in it so far.
type world struct {
	slack   *sandbox.Server
	pipe    *sandbox.Pipe
	clock   *clock
	dir     string
	log     *logbook
	life    *life // of the bot that runs now, or ran last
	lives   int
	deaf    []window        // when an envelope may find nobody who acknowledges it
	spoilt  map[string]bool // the channels that could not be posted to for a while
	refused bool            // a connection may have been
	haunted bool            // connections that die stay registered for a while
	absent  bool            // somebody was deactivated
	crowd   crowd           // who acts at the same time in the present line

	mu     sync.Mutex
	homes  map[string]*sandbox.Place // of those who opened their App Home
	jobs   map[string]store.Job      // everything that was ever handed out, by ID
	wishes []wish
	wrong  []string // what does not hold
	steps  []string // the lines so far
}

// home is somebody's App Home, nil if they never opened it.
func (w *world) home(who string) *sandbox.Place {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.homes[who]
}

// window is a time during which something may fail.
type window struct{ from, to time.Time }

// newWorld starts a workspace with a bot in it, on a copy of an empty store.
func newWorld(dir string) (*world, error) {
	w := &world{
		pipe: sandbox.NewPipe(), dir: dir, log: &logbook{}, homes: map[string]*sandbox.Place{}, spoilt: map[string]bool{}, jobs: map[string]store.Job{},
	}
	var err error
	w.slack, err = sandbox.New(sandbox.Options{
		Listener: w.pipe, Manifest: bot.Manifest("/inc"), Now: monday, ConnectionTime: 7 * time.Minute,
		People: []sandbox.Persona{{Handle: "ana", Role: sandbox.Owner}, {Handle: "ben"}, {Handle: "cem", Zone: "Asia/Kolkata"}, {Handle: "dana"}},
	})
	if err != nil {
		return nil, err
	}
	w.clock = &clock{Clock: w.slack.Clock()}
	first := w.file()
	if err := os.WriteFile(first, emptyStore, 0o600); err != nil {
		return nil, err
	}
	if err := w.begin(first); err != nil {
		return nil, err
	}
	for _, who := range people { // from now on everybody is known
		if err := w.as(who, func(p *sandbox.Person) { p.Slash("#general", "/inc help") }); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// file is the name of a store that is not there yet.
func (w *world) file() string {
	w.lives++
	return filepath.Join(w.dir, fmt.Sprintf("life-%d.db", w.lives))
}

// end stops everything.
func (w *world) end() {
	w.life.stop()
	if err := w.slack.Close(); err != nil {
		w.fail("close the local Slack: %v", err)
	}
}

// fail notes something that does not hold.
func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// as lets somebody do something, who waits a little for what they look for. What they cannot do is the error: in a random schedule much is impossible.
func (w *world) as(who string, do func(*sandbox.Person)) error {
	err := w.slack.Person(who).Try(func(p *sandbox.Person) { do(p.Patient(4 * time.Second)) })
	if *aloud && err != nil {
		w.log.write(fmt.Sprintf("%s could not: %v", who, err))
	}
	return err
}

// await waits until something holds, at most so long.
func (w *world) await(d time.Duration, holds func() bool) bool {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return w.slack.Wait(ctx, holds) == nil
}

// life is a bot from its start to its end, on one file.
type life struct {
	w       *world
	path    string
	next    string // what the next one opens
	db      *boltstore.DB
	net     *network
	cancel  context.CancelFunc
	stopped chan error

	mu   sync.Mutex
	plan plan
	dead bool // every write fails
	died time.Time
}

// plan is what is to happen at a commit to come.
type plan struct {
	in    int // at which commit from now on; 0: never
	point boltstore.FaultPoint
	kill  bool // the process is gone at once; otherwise the disk fails, and the bot notices
}

var (
	errKilled = errors.New("killed")
	errDisk   = errors.New("the disk failed")
)

// begin starts a bot on a file, and waits until it is connected.
func (w *world) begin(path string) error {
	l := &life{w: w, path: path, next: path, net: newNetwork(w.pipe), stopped: make(chan error, 1)}
	var err error
	l.db, err = boltstore.Open(path, boltstore.Options{NoSync: true, InitialMmapSize: 1 << 22, Fault: l.fault})
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: l.net.dial, MaxIdleConnsPerHost: 100}}
	b := bot.New(bot.Options{
		Store: recorder{l.db, w}, Clock: w.clock, Zone: time.UTC, Log: slog.New(w.log), HTTP: client, Link: socketlink.Options{Dial: l.net.dial},
		Slack: slack.New(w.slack.BotToken(), slack.OptionAPIURL(w.slack.APIURL()), slack.OptionAppLevelToken(w.slack.AppToken()), slack.OptionHTTPClient(client)),
	})
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = func() {
		cancel()
		client.CloseIdleConnections()
	}
	w.life = l
	go func() { l.stopped <- b.Run(ctx) }()
	w.await(2*time.Minute, func() bool { return len(w.slack.Sockets()) > 0 })
	return nil
}

// fault is asked at every commit.
func (l *life) fault(at boltstore.FaultPoint) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.dead:
		return errKilled
	case l.plan.in == 0 || l.plan.point != at:
		return nil
	}
	if l.plan.in--; l.plan.in > 0 {
		return nil
	}
	l.dead, l.died = true, time.Now()
	if !l.plan.kill {
		return errDisk
	}
	l.net.cut(true) // before anybody hears of it
	l.next = l.w.file()
	all, err := os.ReadFile(l.path)
	if err == nil {
		err = os.WriteFile(l.next, all, 0o600)
	}
	if err != nil {
		panic(err)
	}
	return errKilled
}

// over reports whether the bot has ended, or is about to.
func (l *life) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead || len(l.stopped) > 0
}

// stop ends the bot, and closes its store.
func (l *life) stop() {
	l.cancel()
	if err := <-l.stopped; err != nil && !l.over() {
		l.w.fail("the bot ended with %v", err)
	}
	l.net.cut(true)
	l.cancel()
	synctest.Wait()
	if err := l.db.Close(); err != nil {
		l.w.fail("close the store: %v", err)
	}
}

// revive starts the bot again if it has ended, and looks first whether everything is there that it had acknowledged.
func (w *world) revive() {
	if !w.life.over() {
		return
	}
	w.life.mu.Lock()
	expected := w.life.dead
	w.life.mu.Unlock()
	if !expected {
		w.fail("the bot ended by itself")
	}
	w.rebirth()
}

// rebirth ends this life of the bot and begins the next.
func (w *world) rebirth() {
	from := time.Now()
	w.life.mu.Lock()
	if w.life.dead {
		from = w.life.died
	}
	w.life.mu.Unlock()
	w.life.stop()
	if err := w.begin(w.life.next); err != nil {
		w.fail("start again: %v", err)
		return
	}
	w.deafSince(from, time.Second)
	w.keepsWishes()
}

// clock is the business clock. No two of its moments are the same: in a bubble a moment lasts as long as there is something to do, and the time of
// an event tells what was saved together.
type clock struct {
	*sandbox.Clock
	mu   sync.Mutex
	last time.Time
}

// Now is later than every Now before.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Clock.Now()
	if !now.After(c.last) {
		now = c.last.Add(time.Microsecond)
	}
	c.last = now
	return now
}

// Changed is closed by the next move.
func (c *clock) Changed() <-chan struct{} { return c.Moved() }

// incidents are all that there are.
func (w *world) incidents() []flow.Incident {
	page, err := w.life.db.List(context.Background(), store.Query{Newest: true, Limit: 100})
	if err != nil {
		w.fail("list the incidents: %v", err)
	}
	return page.Items
}

func (w *world) events(id flow.IncidentID) []flow.Event {
	events, err := w.life.db.Timeline(context.Background(), id, 0, 100000)
	if err != nil {
		w.fail("read the timeline of %s: %v", id, err)
	}
	return events
}

// emptyStore is the file of a store with nothing in it.
var emptyStore []byte

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "epilogue-simulation-")
	if err == nil {
		path := filepath.Join(dir, "empty.db")
		var db *boltstore.DB
		if db, err = boltstore.Open(path, boltstore.Options{}); err == nil {
			err = db.Close()
		}
		if err == nil {
			emptyStore, err = os.ReadFile(path)
		}
		_ = os.RemoveAll(dir)
	}
	if err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
