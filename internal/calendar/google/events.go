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
		made, err := c.insert(ctx, e.ID, *wanted)
		if err == nil {
			return read(c.called(ctx, made)), nil
		}
		if !isCode(err, http.StatusConflict) {
			return meeting.Event{}, problem(err)
		}
	}
	return c.adopt(ctx, e, wanted)
}

// insert makes an event with a call; without one where the organizer may make none, as in companies that do not use Google Meet.
func (c *Calendar) insert(ctx context.Context, id string, e calendar.Event) (*calendar.Event, error) {
	e.Id = id
	e.ConferenceData = &calendar.ConferenceData{CreateRequest: &calendar.CreateConferenceRequest{
		RequestId: id, ConferenceSolutionKey: &calendar.ConferenceSolutionKey{Type: "hangoutsMeet"},
	}}
	made, err := c.api.Events.Insert(c.id, &e).SendUpdates("all").ConferenceDataVersion(1).Context(ctx).Do()
	if !noCalls(err) {
		return made, err
	}
	e.ConferenceData = nil
	return c.api.Events.Insert(c.id, &e).SendUpdates("all").Context(ctx).Do()
}

// mostLooks is how often a call is waited for that Google is still making.
const mostLooks = 3

// called is an event with its call. One that takes long is left out: it is in the event all the same.
func (c *Calendar) called(ctx context.Context, e *calendar.Event) *calendar.Event {
	for range mostLooks {
		if d := e.ConferenceData; e.HangoutLink != "" || d == nil || d.CreateRequest == nil || d.CreateRequest.Status == nil || d.CreateRequest.Status.StatusCode != "pending" {
			break
		}
		select {
		case <-ctx.Done():
			return e
		case <-time.After(c.pause):
		}
		now, err := c.api.Events.Get(c.id, e.Id).Context(ctx).Do()
		if err != nil {
			break
		}
		e = now
	}
	return e
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
	wanted.Attendees = guests(there.Attendees, wanted.Attendees, e)
	changed, err := c.api.Events.Patch(c.id, e.ID, wanted).SendUpdates("all").Context(ctx).Do()
	if isCode(err, http.StatusNotFound, http.StatusGone) {
		return meeting.Event{}, &meeting.Error{Problem: meeting.EventGone, Err: err}
	}
	if err != nil {
		return meeting.Event{}, problem(err)
	}
	return read(changed), nil
}

// guests are those who are to come: what they have answered stays, and whoever others have invited comes too.
func guests(there, wanted []*calendar.EventAttendee, e meeting.Event) []*calendar.EventAttendee {
	called := func(address string) func(*calendar.EventAttendee) bool {
		return func(a *calendar.EventAttendee) bool { return strings.EqualFold(a.Email, address) }
	}
	out := slices.Clone(wanted)
	for _, a := range there {
		if at := slices.IndexFunc(out, called(a.Email)); at >= 0 {
			kept := *a
			kept.Optional = out[at].Optional
			kept.ForceSendFields = []string{"Optional"}
			out[at] = &kept
		} else if e.Made && !slices.ContainsFunc(e.Dropped, func(d string) bool { return strings.EqualFold(d, a.Email) }) {
			out = append(out, a)
		}
	}
	return out
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
		Summary: e.Title, Description: escaped(e.Description),
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
		ID: e.Id, Title: e.Summary, Description: plain(e.Description), Link: e.HtmlLink, Call: e.HangoutLink, Canceled: e.Status == canceled,
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
	invited := func(address string) bool {
		return slices.ContainsFunc(there.Guests, func(o meeting.Guest) bool { return strings.EqualFold(o.Address, address) })
	}
	if slices.ContainsFunc(wanted.Dropped, invited) || !wanted.Made && len(there.Guests) > len(wanted.Guests)+1 {
		return false
	}
	return there.Title == wanted.Title && there.Description == wanted.Description && there.Start.Equal(wanted.Start) && there.End.Equal(wanted.End) &&
		there.Reference == wanted.Reference
}
