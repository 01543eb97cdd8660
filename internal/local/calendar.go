package local

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"cloud.google.com/go/auth"

	"epilogue/internal/calendar/fakegoogle"
	"epilogue/internal/calendar/google"
	"epilogue/internal/sandbox"
)

// organizer is whose calendar has the debriefs.
const organizer = "incidents@example.com"

// withCalendar puts a Google Calendar beside the pages of the local Slack: Google's API under /calendar/v3, and what people see of it under /calendar.
func (l *Local) withCalendar(pages func(*sandbox.Server) http.Handler) func(*sandbox.Server) http.Handler {
	return func(slack *sandbox.Server) http.Handler {
		l.Calendar = fakegoogle.Unchecked(organizer)
		l.Calendar.Now = slack.Clock().Now
		mux := http.NewServeMux()
		mux.Handle("/", pages(slack))
		mux.Handle("/calendar/v3/", l.Calendar)
		mux.Handle("/calendar/", calendarPages(l.Calendar))
		return mux
	}
}

// openCalendar fills the calendars of the people with what they do all week, and gives the bot the organizer's.
func (l *Local) openCalendar(ctx context.Context) (err error) {
	c := l.Calendar
	c.URL, c.Pages = l.Slack.URL(), l.Slack.URL()+"/calendar"
	if err := liveIn(c); err != nil {
		return fmt.Errorf("fill the calendars: %w", err)
	}
	l.opts.Booker, err = google.New(ctx, google.Options{
		Organizer: organizer, Endpoint: c.Endpoint(), Now: c.Now, Auth: auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: token{}}),
	})
	return err
}

// token stands for credentials of Google's.
type token struct{}

// Token is one that the calendar takes.
func (token) Token(context.Context) (*auth.Token, error) {
	return &auth.Token{Value: "ya29.test", Expiry: time.Now().AddDate(1, 0, 0)}, nil
}

// week is what people do each week, on their own clocks.
var week = []struct {
	who, zone string
	day       time.Weekday
	from, to  int // hours
}{
	{"ana", "Europe/Berlin", time.Monday, 9, 11},
	{"ana", "Europe/Berlin", time.Wednesday, 13, 14},
	{"ana", "Europe/Berlin", time.Friday, 15, 17},
	{"ben", "America/New_York", time.Monday, 9, 12},
	{"ben", "America/New_York", time.Wednesday, 9, 10},
	{"ben", "America/New_York", time.Friday, 9, 17},
	{"cem", "Europe/Istanbul", time.Tuesday, 14, 17},
	{"cem", "Europe/Istanbul", time.Wednesday, 9, 15},
	{"dana", "Asia/Kolkata", time.Thursday, 9, 13},
}

// lived is how far before and after now people have plans.
const lived = 60

// liveIn fills in what people do, and a standing meeting for debriefs on Thursday afternoons.
func liveIn(c *fakegoogle.Server) error {
	zones := map[string]*time.Location{}
	for _, w := range week {
		if zones[w.who] != nil {
			continue
		}
		var err error
		if zones[w.who], err = time.LoadLocation(w.zone); err != nil {
			return err
		}
	}
	today := c.Now()
	for d := -lived; d <= lived; d++ {
		day := today.AddDate(0, 0, d)
		at := func(who string, hour int) time.Time {
			return time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, zones[who])
		}
		for _, w := range week {
			if w.day == day.Weekday() {
				address := w.who + "@example.com"
				c.Taken[address] = append(c.Taken[address], fakegoogle.Period{Start: at(w.who, w.from), End: at(w.who, w.to)})
			}
		}
		if day.Weekday() == time.Thursday {
			c.Put("standing"+strconv.Itoa(d+lived), "Debrief hour", "Every week, for what needs it. #debrief", at("ana", 15), at("ana", 16), "standing")
		}
	}
	return nil
}
