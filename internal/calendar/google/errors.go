package google

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"

	meeting "epilogue/internal/calendar"
)

// problem says what an error of Google's means; nil stays nil.
func problem(err error) error {
	if err == nil {
		return nil
	}
	out := &meeting.Error{Problem: meeting.Unreachable, Err: err}
	var api *googleapi.Error
	var token *auth.Error
	switch keyless := impersonated.FindStringSubmatch(err.Error()); {
	case keyless != nil:
		out.Problem = ofImpersonation(keyless[1], keyless[2])
	case errors.As(err, &token) && token.Response != nil:
		out.Problem = ofToken(token.Response.StatusCode, string(token.Body))
	case errors.As(err, &api):
		out.Problem, out.After = ofAPI(api), retryAfter(api.Header)
	}
	return out
}

// ofToken is for what Google answers instead of a token.
func ofToken(status int, body string) meeting.Problem {
	switch {
	case strings.Contains(body, "unauthorized_client"):
		return meeting.NoDelegation
	case strings.Contains(body, "invalid_scope"), strings.Contains(body, "access_denied"):
		return meeting.WrongScope
	case strings.Contains(body, "invalid_grant") && strings.Contains(body, "email or User ID"):
		return meeting.NoOrganizer
	case status == http.StatusTooManyRequests:
		return meeting.Busy
	case status < http.StatusInternalServerError:
		return meeting.BadCredential
	}
	return meeting.Unreachable
}

// impersonated is what the library says of a keyless token that Google refused; it has no type for it.
var impersonated = regexp.MustCompile(`(?s)impersonate: status code (\d{3}): (.*)`)

// ofImpersonation is for what Google answers a machine that asks for a token without a key: first IAM, which signs for the service account, and then, where that
// went well, whoever gives out tokens.
func ofImpersonation(code, body string) meeting.Problem {
	status, _ := strconv.Atoi(code)
	switch {
	case status == http.StatusForbidden && strings.Contains(body, `"PERMISSION_DENIED"`), status == http.StatusNotFound:
		return meeting.NoImpersonate
	}
	return ofToken(status, body)
}

// reasons of Google's in words of ours. Its documentation names them.
var reasons = map[string]meeting.Problem{
	"rateLimitExceeded": meeting.Busy, "userRateLimitExceeded": meeting.Busy,
	"quotaExceeded": meeting.OverQuota, "dailyLimitExceeded": meeting.OverQuota, "calendarUsageLimitsExceeded": meeting.OverQuota,
	"insufficientPermissions": meeting.WrongScope, "ACCESS_TOKEN_SCOPE_INSUFFICIENT": meeting.WrongScope,
	"accessNotConfigured": meeting.NotEnabled, "SERVICE_DISABLED": meeting.NotEnabled,
	"forbiddenForServiceAccounts": meeting.NoDelegation,
	"fullSyncRequired":            meeting.SyncLost, "updatedMinTooLongAgo": meeting.SyncLost, "deleted": meeting.EventGone,
}

func ofAPI(err *googleapi.Error) meeting.Problem {
	for _, item := range err.Errors {
		if p, ok := reasons[item.Reason]; ok {
			return p
		}
	}
	for _, detail := range err.Details { // where newer answers say it
		if d, ok := detail.(map[string]any); ok {
			if p, ok := reasons[fmt.Sprint(d["reason"])]; ok {
				return p
			}
		}
	}
	message := strings.ToLower(err.Message)
	switch code := err.Code; {
	case code == http.StatusUnauthorized:
		return meeting.BadCredential
	case code == http.StatusForbidden:
		return meeting.Forbidden
	case code == http.StatusNotFound:
		return meeting.NoOrganizer
	case code == http.StatusGone:
		return meeting.EventGone
	case code == http.StatusTooManyRequests:
		return meeting.Busy
	case code == http.StatusBadRequest && strings.Contains(message, "attendee"):
		return meeting.BadGuest
	case code >= http.StatusInternalServerError, code == http.StatusRequestTimeout:
		return meeting.Unreachable
	}
	return meeting.BadEvent
}

// noCalls reports whether Google refused an event since its organizer can make no calls.
func noCalls(err error) bool {
	var api *googleapi.Error
	return errors.As(err, &api) && api.Code == http.StatusBadRequest && strings.Contains(strings.ToLower(api.Message), "conference")
}

func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// isCode reports whether Google answered with a status.
func isCode(err error, codes ...int) bool {
	var api *googleapi.Error
	if !errors.As(err, &api) {
		return false
	}
	for _, c := range codes {
		if api.Code == c {
			return true
		}
	}
	return false
}
