package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"epilogue/blocks"
	"epilogue/bot"
	"epilogue/internal/calendar"
	"epilogue/internal/calendar/google"
	"epilogue/internal/config"
)

// booker is the calendar that the configuration asks for; nil if it asks for none.
func booker(ctx context.Context, c config.Calendar) (bot.Booker, error) {
	if err := c.CheckCalendar(); err != nil || c.Organizer == "" {
		return nil, err
	}
	cal, err := google.New(ctx, google.Options{
		Organizer: c.Organizer, Calendar: c.ID, Credentials: []byte(c.Credentials.Reveal()), Impersonate: c.Impersonate, Tag: c.Tag,
	})
	if err != nil {
		return nil, err
	}
	return cal, nil
}

// Doctor is Check, and then tries what only trying proves: it makes an event in the calendar, and deletes it again. Nobody is invited to it.
func Doctor(ctx context.Context, c config.Config, offline bool, out io.Writer) error {
	err := Check(ctx, c, offline, out)
	if offline {
		return err
	}
	return errors.Join(err, part(out, "calendar", func() (string, error) {
		b, err := booker(ctx, c.Calendar)
		if err != nil {
			return "", err
		}
		if b == nil {
			return "none is configured; people get events that are filled in for their own calendars", nil
		}
		return tryCalendar(ctx, b, c.Calendar.Organizer, time.Now())
	}))
}

// calendarWithin is how long trying the calendar may take: half a dozen calls.
const calendarWithin = time.Minute

// tryCalendar makes an event tomorrow and deletes it, and reads the organizer's busy times.
func tryCalendar(ctx context.Context, b bot.Booker, organizer string, now time.Time) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, calendarWithin)
	defer cancel()
	start := now.Add(24 * time.Hour).Truncate(time.Hour)
	e := calendar.Event{
		ID:    "epiloguedoctor" + strings.ToLower(strings.NewReplacer("W", "0", "X", "1", "Y", "2", "Z", "3").Replace(ulid.Make().String())),
		Title: "Epilogue tries the calendar", Description: "Made by epilogue doctor, and deleted at once.", Start: start, End: start.Add(15 * time.Minute),
	}
	made, err := b.Book(ctx, e)
	left := ""
	if err == nil {
		if err = b.Cancel(ctx, e.ID); err != nil {
			left = "\n  Delete the event that was made: " + made.Link
		}
	}
	var unread []string
	if err == nil {
		_, unread, err = b.Busy(ctx, []string{organizer}, calendar.Span{Start: now, End: start})
	}
	if err == nil {
		_, _, err = b.Changes(ctx, "")
	}
	var no *calendar.Error
	switch {
	case errors.As(err, &no):
		return "", fmt.Errorf("the calendar of %s: %s.\n  Scopes that are needed: %s\n  Google said: %w%s", organizer, remedy(no.Problem), strings.Join(google.Scopes(), ","), no.Err, left)
	case err != nil:
		return "", fmt.Errorf("the calendar of %s: %w%s", organizer, err, left)
	case len(unread) > 0:
		return "", fmt.Errorf("the calendar of %s takes events, but nobody's busy times can be read: allow the scope %s", organizer, google.Scopes()[1])
	}
	return fmt.Sprintf("ok: an event was made in the calendar of %s, and deleted", organizer), nil
}

// remedy is what helps against a problem. What people are told to ask of the doctor, the doctor says.
func remedy(p calendar.Problem) string {
	if p == calendar.BadCredential {
		return "Google does not accept the credentials; make a new key for the service account, or a new refresh token, and set calendar.credentials"
	}
	return blocks.Scene{}.Problem(string(p)).Plain()
}
