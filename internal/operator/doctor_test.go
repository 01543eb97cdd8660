package operator

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/auth"

	"epilogue/internal/calendar/fakegoogle"
	"epilogue/internal/calendar/google"
	"epilogue/internal/config"
)

type token struct{}

// Token is one that the fake takes.
func (token) Token(context.Context) (*auth.Token, error) {
	return &auth.Token{Value: "ya29.test", Expiry: time.Now().Add(time.Hour)}, nil
}

func TestTheDoctorMakesAnEventAndDeletesItOrSaysWhatToChange(t *testing.T) {
	const organizer = "organizer@example.com"
	for _, c := range []struct {
		name   string
		fault  *fakegoogle.Fault
		hidden bool
		says   string // of the error; empty: it went well
	}{
		{"all is well", nil, false, ""},
		{"no delegation", &fakegoogle.Fault{Status: 403, Reason: "forbiddenForServiceAccounts"}, false, "Domain-wide delegation"},
		{"a scope is missing", &fakegoogle.Fault{Status: 403, Reason: "insufficientPermissions"}, false, "auth/calendar.events"},
		{"the API is off", &fakegoogle.Fault{Status: 403, Reason: "accessNotConfigured"}, false, "switched off"},
		{"no such calendar", &fakegoogle.Fault{Status: 404, Reason: "notFound"}, false, "calendar.organizer"},
		{"it cannot be deleted", &fakegoogle.Fault{Method: "events.delete", Status: 403, Reason: "requiredAccessLevel"}, false, "may not change"},
		{"busy times are hidden", nil, true, "calendar.freebusy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := fakegoogle.New(organizer)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if c.fault != nil {
				s.Fail(*c.fault)
			}
			s.Hidden[organizer] = c.hidden
			cal, err := google.New(t.Context(), google.Options{
				Organizer: organizer, Endpoint: s.Endpoint(), Auth: auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: token{}}),
			})
			if err != nil {
				t.Fatal(err)
			}
			found, err := tryCalendar(t.Context(), cal, organizer, time.Now())
			switch {
			case c.says == "" && (err != nil || !strings.Contains(found, "made") || len(s.Events()) != 1 || len(s.Live()) != 0):
				t.Errorf("%q, %v; %d events, %d left", found, err, len(s.Events()), len(s.Live()))
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("it says %v, want %q", err, c.says)
			}
			if p := s.Problems(); len(p) > 0 {
				t.Error(p)
			}
		})
	}
}

func TestACalendarIsUsedOnlyWhereOneIsConfigured(t *testing.T) {
	if b, err := booker(t.Context(), config.Default().Calendar); b != nil || err != nil {
		t.Error(b, err)
	}
	_, err := booker(t.Context(), config.Calendar{Organizer: "a@b.example"})
	if err == nil || errors.Is(err, context.Canceled) {
		t.Error("an organizer without credentials passes")
	}
}
