package google

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/calendar/v3"

	meeting "epilogue/internal/calendar"
)

// reference is the name of the private property of an event that says what it is about.
const reference = "epilogue"

// canceled is the status of an event that was deleted, as Google spells it.
const canceled = "cancelled" //nolint:misspell // Google's word

// Book makes the event of this id as it is given, or brings it there. An id that Google knows already is adopted: it was made by an attempt whose outcome
// got lost. One that was deleted stays deleted, which is the problem EventGone. With Made it must be there.
func (c *Calendar) Book(ctx context.Context, e meeting.Event) (meeting.Event, error) {
	wanted := event(e)
	if !e.Made {
		insert := *wanted
		insert.Id = e.ID
		insert.ConferenceData = &calendar.ConferenceData{CreateRequest: &calendar.CreateConferenceRequest{
			RequestId: e.ID, ConferenceSolutionKey: &calendar.ConferenceSolutionKey{Type: "hangoutsMeet"},
		}}
		made, err := c.api.Events.Insert(c.id, &insert).SendUpdates("all").ConferenceDataVersion(1).Context(ctx).Do()
		if err == nil {
			return read(made), nil
		}
		if !isCode(err, http.StatusConflict) {
			return meeting.Event{}, problem(err)
		}
	}
	return c.adopt(ctx, e, wanted)
}

// adopt brings an event that is there to what is wanted, and keeps what guests have answered.
func (c *Calendar) adopt(ctx context.Context, e meeting.Event, wanted *calendar.Event) (meeting.Event, error) {
	there, err := c.api.Events.Get(c.id, e.ID).Context(ctx).Do()
	switch {
	case isCode(err, http.StatusNotFound, http.StatusGone):
		return meeting.Event{}, &meeting.Error{Problem: meeting.EventGone, Err: err}
	case err != nil:
		return meeting.Event{}, problem(err)
	case there.Status == canceled:
		return meeting.Event{}, &meeting.Error{Problem: meeting.EventGone, Err: errDeleted}
	}
	if sameEvent(read(there), e) {
		return read(there), nil
	}
	for i, g := range wanted.Attendees {
		at := slices.IndexFunc(there.Attendees, func(a *calendar.EventAttendee) bool { return strings.EqualFold(a.Email, g.Email) })
		if at >= 0 {
			kept := *there.Attendees[at]
			kept.Optional = g.Optional
			kept.ForceSendFields = []string{"Optional"}
			wanted.Attendees[i] = &kept
		}
	}
	changed, err := c.api.Events.Patch(c.id, e.ID, wanted).SendUpdates("all").Context(ctx).Do()
	if isCode(err, http.StatusNotFound, http.StatusGone) {
		return meeting.Event{}, &meeting.Error{Problem: meeting.EventGone, Err: err}
	}
	if err != nil {
		return meeting.Event{}, problem(err)
	}
	return read(changed), nil
}

// Cancel deletes an event and tells the guests. One that is gone is no error.
func (c *Calendar) Cancel(ctx context.Context, id string) error {
	err := c.api.Events.Delete(c.id, id).SendUpdates("all").Context(ctx).Do()
	if isCode(err, http.StatusNotFound, http.StatusGone) {
		return nil
	}
	return problem(err)
}

// Changes are the events that have changed since a mark, and the next mark. Without one, or with one that Google has forgotten, they are those to come.
func (c *Calendar) Changes(ctx context.Context, mark string) (events []meeting.Event, next string, err error) {
	list := func(mark string) (out []meeting.Event, next string, err error) {
		call := c.api.Events.List(c.id).SingleEvents(false).ShowDeleted(true).MaxResults(250).Context(ctx)
		if mark != "" {
			call = call.SyncToken(mark)
		} else {
			call = call.TimeMin(c.now().Add(-24 * time.Hour).Format(time.RFC3339))
		}
		err = call.Pages(ctx, func(page *calendar.Events) error {
			for _, e := range page.Items {
				out = append(out, read(e))
			}
			next = page.NextSyncToken
			return nil
		})
		return out, next, err
	}
	events, next, err = list(mark)
	if isCode(err, http.StatusGone) {
		events, next, err = list("")
	}
	return events, next, problem(err)
}

// Standing are the recurring meetings that are tagged in their description, one by one.
func (c *Calendar) Standing(ctx context.Context, within meeting.Span) ([]meeting.Standing, error) {
	var out []meeting.Standing
	err := c.api.Events.List(c.id).SingleEvents(true).OrderBy("startTime").Q(c.tag).MaxResults(250).
		TimeMin(within.Start.Format(time.RFC3339)).TimeMax(within.End.Format(time.RFC3339)).
		Pages(ctx, func(page *calendar.Events) error {
			for _, e := range page.Items {
				if got := read(e); e.RecurringEventId != "" && !got.Canceled && strings.Contains(e.Description, c.tag) && got.End.After(got.Start) {
					out = append(out, meeting.Standing{Name: got.Title, Span: meeting.Span{Start: got.Start, End: got.End}})
				}
			}
			return nil
		})
	return out, problem(err)
}

func event(e meeting.Event) *calendar.Event {
	zone := e.Zone
	if zone == "" {
		zone = "UTC"
	}
	out := &calendar.Event{
		Summary: e.Title, Description: e.Description,
		Start:              &calendar.EventDateTime{DateTime: e.Start.UTC().Format(time.RFC3339), TimeZone: zone},
		End:                &calendar.EventDateTime{DateTime: e.End.UTC().Format(time.RFC3339), TimeZone: zone},
		ExtendedProperties: &calendar.EventExtendedProperties{Private: map[string]string{reference: e.Reference}},
		Reminders: &calendar.EventReminders{
			Overrides:       []*calendar.EventReminder{{Method: "popup", Minutes: 10}, {Method: "email", Minutes: 24 * 60}},
			ForceSendFields: []string{"UseDefault"},
		},
	}
	for _, g := range e.Guests {
		out.Attendees = append(out.Attendees, &calendar.EventAttendee{Email: g.Address, Optional: g.Optional})
	}
	return out
}

// read is an event of Google's in our words. One without times, such as a deleted one, has zero times.
func read(e *calendar.Event) meeting.Event {
	out := meeting.Event{
		ID: e.Id, Title: e.Summary, Description: e.Description, Link: e.HtmlLink, Call: e.HangoutLink, Canceled: e.Status == canceled,
		Start: moment(e.Start), End: moment(e.End),
	}
	if e.ExtendedProperties != nil {
		out.Reference = e.ExtendedProperties.Private[reference]
	}
	for _, a := range e.Attendees {
		out.Guests = append(out.Guests, meeting.Guest{Address: a.Email, Optional: a.Optional})
	}
	return out
}

func moment(t *calendar.EventDateTime) time.Time {
	if t == nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, t.DateTime)
	if err != nil {
		return time.Time{} // an event of whole days
	}
	return at.UTC()
}

// sameEvent reports whether there is nothing to change. The organizer, whom Google adds by itself, does not count.
func sameEvent(there, wanted meeting.Event) bool {
	for _, g := range wanted.Guests {
		if !slices.ContainsFunc(there.Guests, func(o meeting.Guest) bool { return strings.EqualFold(o.Address, g.Address) && o.Optional == g.Optional }) {
			return false
		}
	}
	return there.Title == wanted.Title && there.Description == wanted.Description && there.Start.Equal(wanted.Start) && there.End.Equal(wanted.End) &&
		there.Reference == wanted.Reference && len(there.Guests) <= len(wanted.Guests)+1
}
