package google

import (
	"context"
	"errors"
	"time"

	"google.golang.org/api/calendar/v3"

	meeting "epilogue/internal/calendar"
)

var errDeleted = errors.New("the event was deleted")

// Google's limits of a question for busy times.
const (
	mostAsked = 50
	mostSpan  = 60 * 24 * time.Hour
)

// Busy is when people have something, by address, and whose calendars cannot be read.
func (c *Calendar) Busy(ctx context.Context, addresses []string, within meeting.Span) (busy map[string][]meeting.Span, unread []string, err error) {
	busy = map[string][]meeting.Span{}
	if within.End.Sub(within.Start) > mostSpan {
		within.End = within.Start.Add(mostSpan)
	}
	for len(addresses) > 0 {
		some := addresses[:min(len(addresses), mostAsked)]
		addresses = addresses[len(some):]
		ask := &calendar.FreeBusyRequest{
			TimeMin: within.Start.UTC().Format(time.RFC3339), TimeMax: within.End.UTC().Format(time.RFC3339), CalendarExpansionMax: mostAsked,
		}
		for _, a := range some {
			ask.Items = append(ask.Items, &calendar.FreeBusyRequestItem{Id: a})
		}
		answer, err := c.api.Freebusy.Query(ask).Context(ctx).Do()
		if err != nil {
			return nil, nil, problem(err)
		}
		for _, a := range some {
			cal, there := answer.Calendars[a]
			if !there || len(cal.Errors) > 0 {
				unread = append(unread, a)
				continue
			}
			for _, p := range cal.Busy {
				from, wrong := time.Parse(time.RFC3339, p.Start)
				to, wrong2 := time.Parse(time.RFC3339, p.End)
				if wrong == nil && wrong2 == nil {
					busy[a] = append(busy[a], meeting.Span{Start: from, End: to})
				}
			}
		}
	}
	return busy, unread, nil
}
