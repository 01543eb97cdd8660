package bot

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

func TestEveryErrorHasAVerdict(t *testing.T) {
	code := func(code string) error { return slack.SlackErrorResponse{Err: code} }
	status := func(code int) error { return slack.StatusCodeError{Code: code, Status: "x"} }
	over := func(err error) error {
		return &url.Error{Op: "Post", URL: "https://slack.com/api/chat.postMessage", Err: err}
	}
	for _, c := range []struct {
		name string
		err  error
		want verdict
	}{
		{"nothing", nil, fine},
		{"429 with a time", &slack.RateLimitedError{RetryAfter: time.Minute}, limited},
		{"429 without one", status(429), limited},
		{"ratelimited", code("ratelimited"), limited},
		{"rate_limited", code("rate_limited"), limited},
		{"message_limit_exceeded", code("message_limit_exceeded"), limited},

		{"internal_error may have taken effect", code("internal_error"), unknown},
		{"fatal_error may have taken effect", code("fatal_error"), unknown},
		{"request_timeout", code("request_timeout"), unknown},
		{"service_unavailable", code("service_unavailable"), unknown},
		{"500", status(500), unknown},
		{"502", status(502), unknown},
		{"503", status(503), unknown},
		{"504", status(504), unknown},
		{"408", status(408), unknown},
		{"reset", over(&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}), unknown},
		{"closed", over(io.EOF), unknown},
		{"out of time", over(context.DeadlineExceeded), unknown},
		{"stopped", over(context.Canceled), unknown},
		{"not JSON", errors.New("invalid character '<' looking for beginning of value"), unknown},
		{"a certificate that nobody knows", over(x509.UnknownAuthorityError{}), unknown},

		{"no route", over(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), later},
		{"no such host", over(&net.OpError{Op: "dial", Err: &net.DNSError{Name: "slack.com"}}), later},
		{"a proxy that refuses", status(403), later},
		{"a proxy that wants a password", status(407), later},
		{"nothing there", status(404), later},
		{"missing_scope", code("missing_scope"), later},
		{"invalid_auth", code("invalid_auth"), later},
		{"not_authed", code("not_authed"), later},
		{"token_revoked", code("token_revoked"), later},
		{"token_expired", code("token_expired"), later},
		{"account_inactive", code("account_inactive"), later},
		{"org_login_required", code("org_login_required"), later},
		{"two_factor_setup_required", code("two_factor_setup_required"), later},
		{"team_added_to_org", code("team_added_to_org"), later},
		{"ekm_access_denied", code("ekm_access_denied"), later},
		{"team_access_not_granted", code("team_access_not_granted"), later},
		{"update_failed", code("update_failed"), later},
		{"fetch_members_failed", code("fetch_members_failed"), later},

		{"channel_not_found", code("channel_not_found"), gone},
		{"not_in_channel", code("not_in_channel"), gone},
		{"is_archived", code("is_archived"), gone},
		{"message_not_found", code("message_not_found"), gone},
		{"cant_update_message", code("cant_update_message"), gone},
		{"edit_window_closed", code("edit_window_closed"), gone},
		{"thread_not_found", code("thread_not_found"), gone},
		{"user_not_found", code("user_not_found"), gone},
		{"user_not_visible", code("user_not_visible"), gone},
		{"user_disabled", code("user_disabled"), gone},
		{"messages_tab_disabled", code("messages_tab_disabled"), gone},
		{"restricted_action", code("restricted_action"), gone},
		{"restricted_action_read_only_channel", code("restricted_action_read_only_channel"), gone},
		{"restricted_action_non_threadable_channel", code("restricted_action_non_threadable_channel"), gone},
		{"cannot_reply_to_message", code("cannot_reply_to_message"), gone},
		{"not_enabled", code("not_enabled"), gone},

		{"invalid_blocks", code("invalid_blocks"), refused},
		{"invalid_arguments", code("invalid_arguments"), refused},
		{"msg_too_long", code("msg_too_long"), refused},
		{"no_text", code("no_text"), refused},
		{"name_taken", code("name_taken"), refused},
		{"metadata_too_large", code("metadata_too_large"), refused},
		{"what nobody has heard of", code("some_new_code"), refused},
		{"400", status(400), refused},
		{"413", status(413), refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := verdictOf(c.err); got != c.want {
				t.Errorf("verdictOf(%v) = %s, want %s", c.err, got, c.want)
			}
			if c.err == nil {
				return
			}
			if got := verdictOf(fmt.Errorf("post to C1: %w", c.err)); got != c.want {
				t.Errorf("wrapped it is %s, want %s", got, c.want)
			}
		})
	}
}

func TestSlackIsLeftAloneAtLeastForASecond(t *testing.T) {
	for _, c := range []struct {
		err  error
		want time.Duration
	}{
		{&slack.RateLimitedError{RetryAfter: 30 * time.Second}, 30 * time.Second},
		{&slack.RateLimitedError{}, time.Second},
		{fmt.Errorf("x: %w", &slack.RateLimitedError{RetryAfter: time.Minute}), time.Minute},
		{slack.StatusCodeError{Code: 429}, 5 * time.Second},
		{slack.SlackErrorResponse{Err: "ratelimited"}, 5 * time.Second},
	} {
		if got := retryAfter(c.err); got != c.want {
			t.Errorf("retryAfter(%v) = %s, want %s", c.err, got, c.want)
		}
	}
}

func TestBackoffGrowsToAMinuteAndNoFurther(t *testing.T) {
	last := time.Duration(0)
	for tries := range 100 {
		d := backoff(tries)
		if d < last || d <= 0 || d > time.Minute {
			t.Fatalf("after %d tries %s, after %s before", tries, d, last)
		}
		last = d
	}
	if last != time.Minute {
		t.Errorf("it ends at %s", last)
	}
}
