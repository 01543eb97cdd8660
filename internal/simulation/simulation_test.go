package simulation

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"epilogue/internal/faketime"
)

var (
	schedules = flag.Int("schedules", usual, "how many random schedules to live through")
	seed      = flag.Uint64("seed", 0, "live through this one only; 0 takes them in a row")
	first     = flag.Uint64("first", 1, "the first of the row")
	aloud     = flag.Bool("aloud", false, "print the lines of each schedule, and the bot's log of those that fail")
)

func TestWhateverHappensNothingIsLostDoubledOrLeftStale(t *testing.T) {
	if *seed != 0 {
		live(t, fmt.Sprintf("seed %d", *seed), random(*seed))
		return
	}
	for n := range uint64(*schedules) {
		live(t, fmt.Sprintf("seed %d", *first+n), random(*first+n))
		if t.Failed() {
			return
		}
	}
}

// random makes up a schedule as it goes.
func random(seed uint64) func(*world) {
	return func(w *world) {
		m := &maker{Rand: rand.New(rand.NewPCG(seed, 1)), w: w}
		for _, line := range m.opening() {
			w.run(line)
		}
		for range 8 + m.IntN(25) {
			if len(w.wrong) > 0 {
				return
			}
			w.run(m.next())
			if m.chance(4) {
				w.run("settle")
			}
		}
	}
}

// written is a schedule that stands in a text, a line each.
func written(script string) func(*world) {
	return func(w *world) {
		for line := range strings.Lines(script) {
			if line = strings.TrimSpace(line); line != "" {
				w.run(line)
			}
		}
	}
}

// live lives through a schedule, and looks at the end whether all is well.
func live(t *testing.T, name string, schedule func(*world)) {
	t.Helper()
	faketime.Test(t, func(t *testing.T) {
		began := time.Now()
		w, err := newWorld(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		schedule(w)
		if len(w.wrong) == 0 {
			w.run("settle")
		}
		if len(w.wrong) == 0 {
			w.upToDate()
		}
		w.end()
		if len(w.wrong) == 0 {
			return
		}
		t.Errorf("%s does not hold:\n\n%s\n\nafter:\n\n%s", name, strings.Join(w.wrong, "\n\n"), strings.Join(w.steps, "\n"))
		if *aloud {
			t.Logf("the workspace at the end:\n%s", w.slack.Transcript())
			for _, l := range w.log.all() {
				t.Logf("%s %s", l.at.Sub(began), l.text)
			}
		}
	})
}
