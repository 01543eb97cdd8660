package operator

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/auth"

	"epilogue/bot"
	"epilogue/internal/calendar"
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
		{"nor is it left behind unsaid", &fakegoogle.Fault{Method: "events.delete", Status: 403, Reason: "requiredAccessLevel"}, false, "Delete the event that was made: https://www.google.com/calendar/event?eid=epiloguedoctor"},
		{"the credentials have expired", &fakegoogle.Fault{Status: 401, Reason: "authError"}, false, "make a new key"},
		{"enough for today", &fakegoogle.Fault{Status: 403, Reason: "quotaExceeded"}, false, "no more events today"},
		{"too often", &fakegoogle.Fault{Status: 429, Reason: "rateLimitExceeded"}, false, "asked too often"},
		{"out of order", &fakegoogle.Fault{Status: 503, Reason: "backendError"}, false, "does not answer"},
		{"cut off", &fakegoogle.Fault{}, false, "does not answer"},
		{"silent", &fakegoogle.Fault{Hang: true}, false, "does not answer"},
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
			ctx := t.Context()
			if c.fault != nil && c.fault.Hang {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
				defer cancel()
			}
			found, err := tryCalendar(ctx, cal, organizer, time.Now())
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

// refusing is a calendar that says no to one of the questions.
type refusing struct {
	bot.Booker
	to  string
	why error
}

func (r refusing) no(what string) error {
	if r.to == what {
		return r.why
	}
	return nil
}

func (r refusing) Book(context.Context, calendar.Event) (calendar.Event, error) {
	return calendar.Event{}, r.no("book")
}

func (r refusing) Cancel(context.Context, string) error { return r.no("cancel") }

func (r refusing) Busy(context.Context, []string, calendar.Span) (map[string][]calendar.Span, []string, error) {
	return nil, nil, r.no("busy")
}

func (r refusing) Changes(context.Context, string) ([]calendar.Event, string, error) {
	return nil, "", r.no("changes")
}

func TestTheDoctorHasARemedyForEveryProblemWhereverItTurnsUp(t *testing.T) {
	for _, p := range calendar.Problems() {
		for _, at := range []string{"book", "cancel", "busy", "changes"} {
			_, err := tryCalendar(t.Context(), refusing{to: at, why: &calendar.Error{Problem: p, Err: errors.New("as Google put it")}}, "o@example.com", time.Now())
			if err == nil || !strings.Contains(err.Error(), remedy(p)) || !strings.Contains(err.Error(), "as Google put it") || !strings.Contains(err.Error(), "auth/calendar.events") {
				t.Errorf("%s at %s: %v", p, at, err)
			}
			if err != nil && strings.Contains(err.Error(), "epilogue doctor`, which says") {
				t.Errorf("%s: the doctor sends to the doctor: %v", p, err)
			}
		}
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
