package e2e

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/bot"
	"epilogue/internal/calendar"
	"epilogue/internal/sandbox"
)

const room = "#inc-1-checkout-errors"

// scheduling is a workspace with a Google calendar, in which Ana has chosen a time for the debrief of INC-1 and has not sent it.
func scheduling(t *testing.T) (*rig, *sandbox.Modal) {
	t.Helper()
	r := newRig(t)
	if err := r.useGoogle(); err != nil {
		t.Fatal(err)
	}
	var form *sandbox.Modal
	r.must("ana", func(p *sandbox.Person) {
		p.Slash("#general", "/inc declare Checkout errors")
		p.Modal().Submit()
		p.Slash(room, "/inc close")
		p.Modal().Submit()
		p.Waits(room, "Schedule the debrief")
		p.Slash(room, "/inc debrief")
		form = p.Modal().PickDateTime("Start", monday.Add(28*time.Hour))
		form.Submit()
	})
	if err := new(line).soon(func() error { return contains(form.Text(), []string{"as under Start"}) }); err != nil {
		t.Fatal(err)
	}
	return r, form
}

// once fails the test unless there is one event, and the channel has heard of it once.
func (r *rig) once() {
	r.t.Helper()
	if err := r.settle(later); err != nil {
		r.t.Fatal(err)
	}
	if live := r.google.Live(); len(live) != 1 || !live[0].Start.Equal(monday.Add(28*time.Hour)) {
		r.t.Errorf("there are %d events: %+v", len(live), live)
	}
	page := r.Slack.Person("ana").Sees(room)
	for _, text := range []string{"scheduled the debrief of", "Schedule the debrief: done"} {
		if n := strings.Count(page, text); n != 1 {
			r.t.Errorf("%q is there %d times:\n%s", text, n, page)
		}
	}
}

func TestADebriefThatIsSentTwiceIsOneEvent(t *testing.T) {
	t.Parallel()
	r, form := scheduling(t)
	r.Slack.Faults().DuplicateNext(1)
	form.Submit()
	r.once()
}

// dying is a calendar that has done what it was asked when the bot is stopped, so that nobody hears of it.
type dying struct {
	bot.Booker
	did  chan struct{}
	once *sync.Once
}

// Book makes the event, and then never answers.
func (d dying) Book(ctx context.Context, e calendar.Event) (calendar.Event, error) {
	made, err := d.Booker.Book(ctx, e)
	first := false
	d.once.Do(func() { first = true })
	if !first {
		return made, err
	}
	close(d.did)
	<-ctx.Done()
	return calendar.Event{}, ctx.Err()
}

func TestABotThatDiesBetweenTheEventAndItsRecordFindsItAgain(t *testing.T) {
	t.Parallel()
	r, form := scheduling(t)
	form.Close()
	r.excused = append(r.excused, "stopped before every request was done", "views.update not_found") // the form is sent before times are found
	d := dying{r.booker, make(chan struct{}), new(sync.Once)}
	r.UseCalendar(d)
	if err := r.StopBot(); err != nil {
		t.Fatal(err)
	}
	if err := r.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.must("ana", func(p *sandbox.Person) {
		p.Slash(room, "/inc debrief")
		p.Modal().PickDateTime("Start", monday.Add(28*time.Hour)).Submit()
		p.Modal().Submit()
	})
	<-d.did
	if err := r.StopBot(); err != nil {
		t.Fatal(err)
	}
	if n := len(r.google.Live()); n != 1 {
		t.Fatalf("%d events when the bot died", n)
	}
	if err := r.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.once()
}
