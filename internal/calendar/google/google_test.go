package google_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/calendar"
	"epilogue/internal/calendar/fakegoogle"
	"epilogue/internal/calendar/google"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// rig is a calendar on a fake Google, with a key of a service account.
func rig(t *testing.T) (*google.Calendar, *fakegoogle.Server) {
	t.Helper()
	s := fake(t)
	c, err := google.New(t.Context(), google.Options{
		Organizer: "organizer@example.com", Credentials: key(t, s.URL+"/token"), Endpoint: s.Endpoint(), Now: s.Now, Pause: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

// key is the file of a service account.
func key(t *testing.T, tokens string) []byte {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "bot@project.iam.gserviceaccount.com", "private_key_id": "1", "token_uri": tokens, "project_id": "project",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func debrief() calendar.Event {
	return calendar.Event{
		ID: "epilogue0abc", Title: "Debrief of INC-1", Description: "1. What happened", Start: monday.Add(24 * time.Hour), End: monday.Add(25 * time.Hour),
		Zone: "Europe/Berlin", Reference: "INC-1", Guests: []calendar.Guest{{Address: "ana@example.com"}, {Address: "cem@example.com", Optional: true}},
	}
}

func TestADebriefIsMadeWithACallAndEverybodyIsTold(t *testing.T) {
	c, s := rig(t)
	made, err := c.Book(t.Context(), debrief())
	if err != nil {
		t.Fatal(err)
	}
	if made.Link == "" || made.Call == "" || made.ID != debrief().ID || made.Reference != "INC-1" {
		t.Errorf("%+v", made)
	}
	call := s.Calls()[0]
	if call.Query.Get("sendUpdates") != "all" || call.Query.Get("conferenceDataVersion") != "1" {
		t.Errorf("asked with %v", call.Query)
	}
	if start := call.Body["start"].(map[string]any); start["timeZone"] != "Europe/Berlin" {
		t.Errorf("begins %v: a fixed offset breaks when clocks change", start)
	}
	want := []fakegoogle.Mail{{To: "ana@example.com", Event: made.ID, What: "invited"}, {To: "cem@example.com", Event: made.ID, What: "invited"}}
	if diff := cmp.Diff(want, s.Mails()); diff != "" {
		t.Error(diff)
	}
}

func TestMakingItAgainAdoptsItAndAnotherTimeChangesTheSameEvent(t *testing.T) {
	c, s := rig(t)
	for range 3 {
		if _, err := c.Book(t.Context(), debrief()); err != nil {
			t.Fatal(err)
		}
	}
	later := debrief()
	later.Start, later.End = later.Start.Add(time.Hour), later.End.Add(time.Hour)
	for range 2 {
		if got, err := c.Book(t.Context(), later); err != nil || !got.Start.Equal(later.Start) {
			t.Fatal(got, err)
		}
	}
	if live := s.Live(); len(live) != 1 || !live[0].Start.Equal(later.Start) {
		t.Errorf("%+v", live)
	}
	var told []string
	for _, m := range s.Mails() {
		told = append(told, m.What)
	}
	if want := []string{"invited", "invited", "changed", "changed"}; !slices.Equal(told, want) {
		t.Errorf("guests were told %q, want %q", told, want)
	}
}

func TestWhatGuestsAnsweredStaysWhenTheTimeChanges(t *testing.T) {
	c, s := rig(t)
	if _, err := c.Book(t.Context(), debrief()); err != nil {
		t.Fatal(err)
	}
	s.Events()[0].Fields["attendees"].([]any)[0].(map[string]any)["responseStatus"] = "accepted"
	later := debrief()
	later.End = later.End.Add(time.Hour)
	if _, err := c.Book(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if got := s.Events()[0].Fields["attendees"].([]any)[0].(map[string]any)["responseStatus"]; got != "accepted" {
		t.Errorf("the answer is %v now", got)
	}
}

func TestGuestsWhomOthersInvitedStayAndWhoeverIsLeftOutHereGoes(t *testing.T) {
	c, s := rig(t)
	if _, err := c.Book(t.Context(), debrief()); err != nil {
		t.Fatal(err)
	}
	fields := s.Events()[0].Fields
	fields["attendees"] = append(fields["attendees"].([]any), map[string]any{"email": "lawyer@elsewhere.example", "responseStatus": "accepted"})
	changed := debrief()
	changed.Made, changed.Guests, changed.Dropped = true, changed.Guests[:1], []string{"cem@example.com"}
	for range 2 {
		if _, err := c.Book(t.Context(), changed); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.Live()[0].Guests, []string{"ana@example.com", "lawyer@elsewhere.example"}; !slices.Equal(got, want) {
		t.Errorf("%q come, want %q", got, want)
	}
	if n := len(s.Mails()); n != 4 {
		t.Errorf("%d mails: %v", n, s.Mails())
	}
}

func TestADebriefIsMadeWithoutACallWhereThereAreNoneAndWaitsForOneThatIsSlow(t *testing.T) {
	c, s := rig(t)
	s.NoCalls = true
	made, err := c.Book(t.Context(), debrief())
	if err != nil || made.Call != "" || made.Link == "" || len(s.Live()) != 1 {
		t.Errorf("%+v, %v", made, err)
	}
	c, s = rig(t)
	s.SlowCalls = true
	if made, err = c.Book(t.Context(), debrief()); err != nil || made.Call == "" {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestAnEventThatWasDeletedIsNotRaised(t *testing.T) {
	c, s := rig(t)
	if _, err := c.Book(t.Context(), debrief()); err != nil {
		t.Fatal(err)
	}
	s.Delete(debrief().ID)
	if _, err := c.Book(t.Context(), debrief()); problemOf(err) != calendar.EventGone {
		t.Errorf("%v", err)
	}
	made := debrief()
	made.ID, made.Made = "somebodyelses", true
	if _, err := c.Book(t.Context(), made); problemOf(err) != calendar.EventGone {
		t.Errorf("%v", err)
	}
	for range 2 {
		if err := c.Cancel(t.Context(), debrief().ID); err != nil {
			t.Errorf("what is gone is gone: %v", err)
		}
	}
}

func problemOf(err error) calendar.Problem {
	var p *calendar.Error
	if errors.As(err, &p) {
		return p.Problem
	}
	return ""
}

func TestEachNoOfGooglesIsAProblemWithARemedy(t *testing.T) {
	for want, f := range map[calendar.Problem]fakegoogle.Fault{
		calendar.Busy:          {Status: 429, Reason: "rateLimitExceeded", RetryAfter: 7},
		calendar.OverQuota:     {Status: 403, Reason: "quotaExceeded"},
		calendar.WrongScope:    {Status: 403, Reason: "insufficientPermissions"},
		calendar.NotEnabled:    {Status: 403, Reason: "accessNotConfigured"},
		calendar.Forbidden:     {Status: 403, Reason: "requiredAccessLevel"},
		calendar.NoDelegation:  {Status: 403, Reason: "forbiddenForServiceAccounts"},
		calendar.NoOrganizer:   {Status: 404, Reason: "notFound"},
		calendar.Unreachable:   {Status: 503, Reason: "backendError"},
		calendar.BadEvent:      {Status: 400, Reason: "invalid", Message: "Bad Request"},
		calendar.BadGuest:      {Status: 400, Reason: "invalid", Message: "Invalid attendee email."},
		calendar.BadCredential: {Status: 401, Reason: "authError"},
	} {
		c, s := rig(t)
		s.Fail(f)
		_, err := c.Book(t.Context(), debrief())
		if got := problemOf(err); got != want {
			t.Errorf("%d %s is %s, want %s: %v", f.Status, f.Reason, got, want, err)
		}
		if p := (*calendar.Error)(nil); want == calendar.Busy && (!errors.As(err, &p) || p.After != 7*time.Second) {
			t.Errorf("it is asked again after %v", p)
		}
	}
	for code, want := range map[string]calendar.Problem{
		"unauthorized_client": calendar.NoDelegation, "invalid_scope": calendar.WrongScope, "invalid_grant": calendar.BadCredential,
	} {
		c, s := rig(t)
		s.Refused = code
		if _, err := c.Book(t.Context(), debrief()); problemOf(err) != want {
			t.Errorf("%s is %s, want %s: %v", code, problemOf(err), want, err)
		}
	}
	c, s := rig(t)
	bad := debrief()
	bad.Guests[0].Address = "nobody@invalid"
	if _, err := c.Book(t.Context(), bad); problemOf(err) != calendar.BadGuest || len(s.Events()) != 0 {
		t.Errorf("%v", err)
	}
}

func TestAHundredRandomFaultsInARowEndInExactlyOneEvent(t *testing.T) {
	c, s := rig(t)
	seed := mathrand.Uint64()
	t.Logf("seed %d", seed)
	random := mathrand.New(mathrand.NewPCG(seed, 0))
	kinds := []fakegoogle.Fault{
		{Status: 429, Reason: "rateLimitExceeded"},
		{Status: 403, Reason: "userRateLimitExceeded"},
		{Status: 500, Reason: "backendError"},
		{Status: 503, Reason: "backendError"},
		{},
		{AfterEffect: true},
		{Status: 503, Reason: "backendError", AfterEffect: true},
	}
	for range 100 {
		s.Fail(kinds[random.IntN(len(kinds))])
	}
	e, tries := debrief(), 0
	for ; ; tries++ {
		if random.IntN(10) == 0 { // somebody changes their mind meanwhile
			e.Start, e.End = e.Start.Add(time.Hour), e.End.Add(time.Hour)
		}
		_, err := c.Book(t.Context(), e)
		if err == nil && tries > 0 && len(s.Calls()) > 100 {
			break
		}
		if p := problemOf(err); err != nil && !p.Passes() {
			t.Fatalf("try %d: %v", tries, err)
		}
		if tries > 300 {
			t.Fatal("it never ends")
		}
	}
	if live := s.Live(); len(live) != 1 || !live[0].Start.Equal(e.Start) {
		t.Errorf("after %d tries: %+v", tries, live)
	}
}

func TestWhatChangesInTheCalendarIsNoticedOnceAndAForgottenMarkBeginsAnew(t *testing.T) {
	c, s := rig(t)
	for i := range 8 { // more than a page
		s.Put(fmt.Sprintf("meeting%d", i), "Other", "", monday.Add(48*time.Hour), monday.Add(49*time.Hour), "")
	}
	if _, err := c.Book(t.Context(), debrief()); err != nil {
		t.Fatal(err)
	}
	events, mark, err := c.Changes(t.Context(), "")
	if err != nil || len(events) != 9 || mark == "" {
		t.Fatal(len(events), mark, err)
	}
	if events, _, err = c.Changes(t.Context(), mark); err != nil || len(events) != 0 {
		t.Fatal(events, err)
	}
	s.Move(debrief().ID, monday.Add(72*time.Hour), monday.Add(73*time.Hour))
	events, mark, err = c.Changes(t.Context(), mark)
	if err != nil || len(events) != 1 || !events[0].Start.Equal(monday.Add(72*time.Hour)) || events[0].Reference != "INC-1" {
		t.Fatal(events, err)
	}
	s.Delete(debrief().ID)
	if events, _, err = c.Changes(t.Context(), mark); err != nil || len(events) != 1 || !events[0].Canceled {
		t.Fatal(events, err)
	}
	s.ForgetMarks()
	if events, mark, err = c.Changes(t.Context(), mark); err != nil || len(events) != 9 || mark == "" {
		t.Fatal(len(events), mark, err)
	}
}

func TestBusyTimesAreReadAndWhoseCannotBeIsSaid(t *testing.T) {
	c, s := rig(t)
	var all []string
	for i := range 70 { // more than Google takes at once
		all = append(all, fmt.Sprintf("p%d@example.com", i))
	}
	s.Taken["p60@example.com"] = []fakegoogle.Period{{Start: monday.Add(time.Hour), End: monday.Add(2 * time.Hour)}}
	s.Hidden["p3@example.com"] = true
	busy, unread, err := c.Busy(t.Context(), all, calendar.Span{Start: monday, End: monday.AddDate(0, 0, 90)})
	if err != nil || len(busy["p60@example.com"]) != 1 || !slices.Equal(unread, []string{"p3@example.com"}) || len(s.Calls()) != 2 {
		t.Errorf("%v %v %v", busy, unread, err)
	}
}

func TestStandingMeetingsAreRecurringAndTagged(t *testing.T) {
	c, s := rig(t)
	at := func(days int) (time.Time, time.Time) {
		return monday.AddDate(0, 0, days), monday.AddDate(0, 0, days).Add(time.Hour)
	}
	from, to := at(1)
	s.Put("standing1", "Debrief hour", "for #debrief", from, to, "series")
	s.Put("standing2", "Lunch", "", from, to, "series2")
	s.Put("standing3", "Once", "#debrief", from, to, "")
	got, err := c.Standing(t.Context(), calendar.Span{Start: monday, End: monday.AddDate(0, 0, 7)})
	if err != nil || len(got) != 1 || got[0].Name != "Debrief hour" || !got[0].Start.Equal(from) {
		t.Errorf("%v %v", got, err)
	}
}

func TestCredentialsThatCannotWorkAreSaidInASentence(t *testing.T) {
	for _, c := range []struct{ file, says string }{
		{"", "no JSON"}, {`{"type":"external_account"}`, `of type "external_account"`}, {`{"type":"service_account"}`, "read the Google credentials"},
	} {
		_, err := google.New(context.Background(), google.Options{Organizer: "o@example.com", Credentials: []byte(c.file)})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.file, err)
		}
	}
}
