package google_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/auth"
	"github.com/google/go-cmp/cmp"

	"epilogue/internal/calendar"
	"epilogue/internal/calendar/fakegoogle"
	"epilogue/internal/calendar/google"
)

// led leads to the fake what is meant for Google's addresses that no option changes, as a machine that has credentials of Google's.
type led struct{ to *url.URL }

// RoundTrip asks the fake.
func (l led) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if strings.HasPrefix(r.URL.Host, "iamcredentials.") {
		r.Header.Set("Authorization", "Bearer "+fakegoogle.MachineToken)
	}
	if strings.HasSuffix(r.URL.Host, ".googleapis.com") {
		r.URL.Scheme, r.URL.Host, r.Host = l.to.Scheme, l.to.Host, ""
	}
	return http.DefaultTransport.RoundTrip(r)
}

// fake is a fake Google that checks what it is asked.
func fake(t *testing.T) *fakegoogle.Server {
	t.Helper()
	s, err := fakegoogle.New("organizer@example.com")
	if err != nil {
		t.Fatal(err)
	}
	s.Now = func() time.Time { return monday }
	t.Cleanup(func() {
		s.Close()
		for _, p := range s.Problems() {
			t.Errorf("Google's document: %s", p)
		}
	})
	return s
}

// on is a calendar on a fake, with what says who asks.
func on(t *testing.T, s *fakegoogle.Server, o google.Options) *google.Calendar {
	t.Helper()
	to, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	o.Organizer, o.Endpoint, o.Now, o.Pause, o.Client = "organizer@example.com", s.Endpoint(), s.Now, time.Millisecond, &http.Client{Transport: led{to}}
	c, err := google.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const robot = "bot@project.iam.gserviceaccount.com"

func TestEachKindOfCredentialsMakesADebriefWithTheLeastScopes(t *testing.T) {
	asOrganizer := []fakegoogle.Claims{{Issuer: robot, Subject: "organizer@example.com", Scope: strings.Join(google.Scopes(), " ")}}
	for name, c := range map[string]struct {
		options func(*fakegoogle.Server) google.Options
		asked   []fakegoogle.Claims
	}{
		"the key of a service account":     {func(s *fakegoogle.Server) google.Options { return google.Options{Credentials: key(t, s.URL+"/token")} }, asOrganizer},
		"a service account, without a key": {func(*fakegoogle.Server) google.Options { return google.Options{Impersonate: robot} }, asOrganizer},
		"a user's refresh token": {func(*fakegoogle.Server) google.Options {
			return google.Options{Credentials: []byte(`{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}`)}
		}, []fakegoogle.Claims{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := fake(t)
			made, err := on(t, s, c.options(s)).Book(t.Context(), debrief())
			if err != nil || made.Link == "" || len(s.Live()) != 1 {
				t.Fatalf("%+v, %v", made, err)
			}
			if diff := cmp.Diff(c.asked, s.Asked()); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhoMayNotActWithoutAKeyIsToldWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		unsigned *fakegoogle.Fault
		refused  string
		want     calendar.Problem
	}{
		"the role is missing":      {unsigned: &fakegoogle.Fault{Status: 403, Reason: "IAM_PERMISSION_DENIED", Message: "Permission 'iam.serviceAccounts.signJwt' denied on resource (or it may not exist)."}, want: calendar.NoImpersonate},
		"the API is off":           {unsigned: &fakegoogle.Fault{Status: 403, Reason: "SERVICE_DISABLED", Message: "IAM Service Account Credentials API has not been used in project 1 before or it is disabled."}, want: calendar.NoImpersonate},
		"there is no such account": {unsigned: &fakegoogle.Fault{Status: 404, Message: "Not found; Gaia id not found for email"}, want: calendar.NoImpersonate},
		"IAM is out of order":      {unsigned: &fakegoogle.Fault{Status: 503, Message: "unavailable"}, want: calendar.Unreachable},
		"IAM is asked too often":   {unsigned: &fakegoogle.Fault{Status: 429, Message: "quota"}, want: calendar.Busy},
		"no delegation":            {refused: "unauthorized_client", want: calendar.NoDelegation},
		"the wrong scopes":         {refused: "access_denied", want: calendar.WrongScope},
		"neither":                  {refused: "invalid_grant", want: calendar.BadCredential},
	} {
		s := fake(t)
		s.Unsigned, s.Refused = c.unsigned, c.refused
		_, err := on(t, s, google.Options{Impersonate: robot}).Book(t.Context(), debrief())
		if got := problemOf(err); got != c.want {
			t.Errorf("%s: %s, want %s: %v", name, got, c.want, err)
		}
	}
}

// forged gives a token that Google does not know.
type forged struct{}

// Token is that one.
func (forged) Token(context.Context) (*auth.Token, error) {
	return &auth.Token{Value: "forged", Expiry: time.Now().Add(time.Hour)}, nil
}

func TestTokensOfNobodyAreRefused(t *testing.T) {
	s := fake(t)
	wrong := auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: forged{}})
	_, err := on(t, s, google.Options{Auth: wrong}).Book(t.Context(), debrief())
	if got := problemOf(err); got != calendar.BadCredential {
		t.Errorf("%s: %v", got, err)
	}
}
