package bot

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/slack-go/slack"
)

// verdict is what an error of Slack's means for what was asked.
type verdict string

const (
	fine    verdict = "fine"
	limited verdict = "limited" // it had no effect; try again when Slack says
	unknown verdict = "unknown" // it may have had its effect
	later   verdict = "later"   // it had no effect, and may go well another time
	gone    verdict = "gone"    // what it was about is not there, or out of reach: it never will
	refused verdict = "refused" // it never will: a mistake of ours, or something that an operator must change
)

// verdicts of Slack's error codes. A code that is not listed is refused: what is not known to be harmless is not repeated.
var verdicts = map[string]verdict{
	"ratelimited": limited, "rate_limited": limited, "message_limit_exceeded": limited,

	"internal_error": unknown, "fatal_error": unknown, "request_timeout": unknown, "service_unavailable": unknown,

	"team_added_to_org": later, "canvas_editing_locked": later, "fetch_members_failed": later, "update_failed": later,
	// Tokens and scopes are mended by the operator while we run: what waits for it must not be lost.
	"team_access_not_granted": later, "org_login_required": later, "two_factor_setup_required": later, "ekm_access_denied": later,
	"missing_scope": later, "not_authed": later, "invalid_auth": later, "token_revoked": later, "token_expired": later, "account_inactive": later,

	"channel_not_found": gone, "not_in_channel": gone, "is_archived": gone, "message_not_found": gone, "user_not_found": gone,
	"user_disabled": gone, "user_not_visible": gone, "thread_not_found": gone, "cannot_reply_to_message": gone, "messages_tab_disabled": gone,
	"restricted_action": gone, "restricted_action_read_only_channel": gone, "restricted_action_thread_only_channel": gone,
	"restricted_action_non_threadable_channel": gone, "restricted_action_thread_locked": gone,
	"cant_update_message": gone, "edit_window_closed": gone, "is_inactive": gone, "cannot_dm_bot": gone, "not_found": gone,
	"not_enabled": gone, "method_not_supported_for_channel_type": gone,
}

// verdictOf says what an error of a call to Slack means.
func verdictOf(err error) verdict {
	var se slack.SlackErrorResponse
	var rl *slack.RateLimitedError
	var sc slack.StatusCodeError
	switch {
	case err == nil:
		return fine
	case errors.As(err, &rl):
		return limited
	case errors.As(err, &se):
		if v, ok := verdicts[se.Err]; ok {
			return v
		}
		return refused
	case errors.As(err, &sc):
		return verdictOfStatus(sc.Code)
	case neverSent(err):
		return later
	}
	return unknown
}

// verdictOfStatus is for answers that are not Slack's own words. Slack refuses with 200; what refuses with another status stands between us
// and Slack, a proxy say, and may be mended.
func verdictOfStatus(code int) verdict {
	switch code {
	case http.StatusTooManyRequests:
		return limited
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong:
		return refused
	case http.StatusRequestTimeout:
		return unknown
	}
	if code >= http.StatusInternalServerError {
		return unknown
	}
	return later
}

// neverSent reports whether a call certainly did not reach Slack: there was no connection.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// codeOf is Slack's error code, or nothing.
func codeOf(err error) string {
	var se slack.SlackErrorResponse
	if errors.As(err, &se) {
		return se.Err
	}
	return ""
}

// retryAfter is how long Slack wants to be left alone.
func retryAfter(err error) time.Duration {
	var rl *slack.RateLimitedError
	if errors.As(err, &rl) {
		return max(rl.RetryAfter, time.Second)
	}
	return 5 * time.Second
}
