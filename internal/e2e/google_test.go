package e2e

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/auth"

	"epilogue/internal/calendar/fakegoogle"
	"epilogue/internal/calendar/google"
)

// The language of the scripts about it:
//
//	google on                                                 from now on the bot has a calendar, on a fake Google; times are UTC
//	google busy ben FROM TO; google hides cem; google standing NAME FROM TO
//	google fails 403 quotaExceeded; google fails cut          the next request to it; "after" behind it: it has its effect first; silent: nothing is answered
//	google made TITLE FROM; google moves TITLE FROM; google deletes TITLE; google renames TITLE TITLE    somebody does so in Google's own page
//	google has 1 TEXT…                                        so many events are there, and texts in the first one

func init() { world["google"] = googleSays }

// organizer is whose calendar has the events.
const organizer = "incidents@example.com"

type token struct{}

// Token is one that the fake Google takes.
func (token) Token(context.Context) (*auth.Token, error) {
	return &auth.Token{Value: "ya29.test", Expiry: time.Now().Add(24 * time.Hour)}, nil
}

// useGoogle gives the bot a calendar, which takes a restart.
func (r *rig) useGoogle() error {
	s, err := fakegoogle.New(organizer)
	if err != nil {
		return err
	}
	s.Now = r.Slack.Clock().Now
	r.google = s
	r.t.Cleanup(func() {
		s.Close()
		for _, p := range s.Problems() {
			r.t.Errorf("Google's document: %s", p)
		}
	})
	cal, err := google.New(context.Background(), google.Options{
		Organizer: organizer, Endpoint: s.Endpoint(), Now: s.Now, Auth: auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: token{}}),
	})
	if err != nil {
		return err
	}
	r.booker = cal
	r.UseCalendar(cal)
	if err := r.StopBot(); err != nil {
		return err
	}
	return r.RestartBot(context.Background())
}

// googleSays is what happens in the calendar.
func googleSays(l *line) {
	l.rest(now)
	verb, rest := l.arg(0, "what Google does"), l.args[1:]
	if verb == "on" {
		if err := l.r.useGoogle(); err != nil {
			l.fail("%v", err)
		}
		return
	}
	g := l.r.google
	if g == nil {
		l.fail("there is no calendar yet: google on")
	}
	need := func(n int) {
		if len(rest) < n {
			l.fail("google %s needs more", verb)
		}
	}
	switch verb {
	case "busy":
		need(3)
		who := rest[0] + "@example.com"
		g.Taken[who] = append(g.Taken[who], fakegoogle.Period{Start: l.moment(rest[1]), End: l.moment(rest[2])})
	case "hides":
		need(1)
		g.Hidden[rest[0]+"@example.com"] = true
	case "standing":
		need(3)
		g.Put("standing"+strconv.Itoa(len(g.Events())), rest[0], "#debrief", l.moment(rest[1]), l.moment(rest[2]), "series")
	case "fails":
		need(1)
		f := fakegoogle.Fault{AfterEffect: rest[len(rest)-1] == "after", Hang: rest[0] == "silent"}
		if status, err := strconv.Atoi(rest[0]); err == nil {
			need(2)
			f.Status, f.Reason = status, rest[1]
		}
		g.Fail(f)
	case "made":
		need(2)
		g.Put("handmade"+strconv.Itoa(len(g.Events())), rest[0], "", l.moment(rest[1]), l.moment(rest[1]).Add(time.Hour), "")
	case "moves":
		need(2)
		g.Move(l.event(rest[0]).ID, l.moment(rest[1]), l.moment(rest[1]).Add(time.Hour))
	case "renames":
		need(2)
		e := l.event(rest[0])
		g.Put(e.ID, rest[1], "", e.Start, e.End, "")
	case "deletes":
		need(1)
		g.Delete(l.event(rest[0]).ID)
	case "has":
		need(1)
		l.end(has(g, rest))
	default:
		l.fail("Google cannot %q", verb)
	}
}

// has checks how many events there are, and what the first says.
func has(g *fakegoogle.Server, want []string) error {
	live := g.Live()
	if n, err := strconv.Atoi(want[0]); err != nil || n != len(live) {
		return fmt.Errorf("there are %d: %+v", len(live), live)
	}
	if len(live) == 0 {
		return nil
	}
	e := live[0]
	return contains(fmt.Sprintln(e.Title, e.Start.Format("2006-01-02 15:04"), e.Description, e.Guests), want[1:])
}

func (l *line) moment(s string) time.Time {
	at, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		l.fail("%v", err)
	}
	return at
}

// event is the live one whose title contains a text.
func (l *line) event(title string) fakegoogle.Event {
	for _, e := range l.r.google.Live() {
		if strings.Contains(e.Title, title) {
			return e
		}
	}
	l.fail("Google has no event %q: %+v", title, l.r.google.Live())
	return fakegoogle.Event{}
}
