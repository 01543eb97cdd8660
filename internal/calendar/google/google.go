// Package google puts debriefs into a Google calendar, as one organizer.
//
// The client of Google does not retry, and neither does this package: whoever calls it owns time. What makes that safe is that every event has an id of
// ours, so that making it twice is making it once. What Google says no with becomes a calendar.Error (errors.go). Reading order: this file,
// events.go, busy.go.
package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/credentials/impersonate"
	"google.golang.org/api/calendar/v3"
	"google.golang.org/api/option"
)

// Scopes are what the credentials need: events, and when people are busy.
func Scopes() []string {
	return []string{calendar.CalendarEventsScope, calendar.CalendarFreebusyScope}
}

// Options say as whom, and with which credentials. Of Credentials and Impersonate one is needed.
type Options struct {
	Organizer   string // the address of whose calendar has the events; a service account acts as them
	Calendar    string // its id; empty: the organizer's own
	Credentials []byte // a file of Google's: the key of a service account, or a user's refresh token ("authorized_user")
	Impersonate string // the address of a service account that is impersonated without a key, with the machine's own credentials
	Tag         string // recurring events with this word in their description are standing meetings for debriefs; empty: #debrief

	Endpoint string            // of the API; empty: Google's
	Pause    time.Duration     // between two looks at a call that Google is still making; 0: a second
	Client   *http.Client      // for tests
	Now      func() time.Time  // nil: time.Now
	Auth     *auth.Credentials // for tests: in place of the others
}

// Calendar is one organizer's calendar.
type Calendar struct {
	api *calendar.Service
	id  string
	tag string
	now func() time.Time

	pause time.Duration
}

// New reads the credentials, and asks Google nothing yet. Errors are sentences for the operator.
func New(ctx context.Context, o Options) (*Calendar, error) {
	creds, err := o.credentials()
	if err != nil {
		return nil, err
	}
	opts := []option.ClientOption{option.WithAuthCredentials(creds)}
	if o.Endpoint != "" {
		opts = append(opts, option.WithEndpoint(o.Endpoint))
	}
	api, err := calendar.NewService(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("prepare Google Calendar: %w", err)
	}
	c := &Calendar{api: api, id: o.Calendar, tag: o.Tag, now: o.Now, pause: cmp.Or(o.Pause, time.Second)}
	if c.id == "" {
		c.id = "primary"
	}
	if c.tag == "" {
		c.tag = "#debrief"
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

func (o Options) credentials() (*auth.Credentials, error) {
	switch {
	case o.Auth != nil:
		return o.Auth, nil
	case o.Impersonate != "":
		creds, err := impersonate.NewCredentials(&impersonate.CredentialsOptions{
			TargetPrincipal: o.Impersonate, Scopes: Scopes(), Subject: o.Organizer, Client: o.Client,
		})
		if err != nil {
			return nil, fmt.Errorf("impersonate %s: %w; run on a machine with credentials of Google's (gcloud auth application-default login)", o.Impersonate, err)
		}
		return creds, nil
	}
	var file struct {
		Type credentials.CredType `json:"type"`
	}
	if err := json.Unmarshal(o.Credentials, &file); err != nil {
		return nil, errors.New("the Google credentials are no JSON: give the content of the file as Google made it")
	}
	how := &credentials.DetectOptions{Scopes: Scopes(), Client: o.Client}
	switch file.Type {
	case credentials.ServiceAccount:
		how.Subject = o.Organizer
	case credentials.AuthorizedUser:
	default:
		return nil, fmt.Errorf("the Google credentials are of type %q; give the key of a service account (service_account), or a user's refresh token (authorized_user)", file.Type)
	}
	creds, err := credentials.NewCredentialsFromJSON(file.Type, o.Credentials, how)
	if err != nil {
		return nil, fmt.Errorf("read the Google credentials: %w", err)
	}
	return creds, nil
}
