package socketlink

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/slack-go/slack"
)

// Code is Slack's own word for why it does not let the app connect. It is an error, so that
// errors.Is(err, socketlink.InvalidAuth) tells what a FatalError is about.
type Code string

// What trying again does not cure.
const (
	InvalidAuth         Code = "invalid_auth"
	NotAuthed           Code = "not_authed"
	MissingArgs         Code = "missing_args"
	AccountInactive     Code = "account_inactive"
	TokenRevoked        Code = "token_revoked"
	TokenExpired        Code = "token_expired"
	MissingScope        Code = "missing_scope"
	NotAllowedTokenType Code = "not_allowed_token_type"
	AppUninstalled      Code = "app_uninstalled"
	ForbiddenTeam       Code = "forbidden_team"
	LinkDisabled        Code = "link_disabled" // said by a connection, not by apps.connections.open
	NotFound            Code = "not_found"     // HTTP 404: not the address of Slack's Web API
)

func (c Code) Error() string { return string(c) }

// FatalError ends Run: only the operator can cure it. Its text is one sentence for them.
type FatalError struct {
	Code   Code
	advice string
}

func (e *FatalError) Error() string { return e.advice + " (" + string(e.Code) + ")" }

// Unwrap makes errors.Is work with a Code.
func (e *FatalError) Unwrap() error { return e.Code }

const makeToken = "make a new one in the app's settings under Basic Information, App-Level Tokens, with the scope connections:write"

var advice = map[Code]string{
	InvalidAuth:         "Slack does not know the app-level token (xapp-…): copy it again from the app's settings, Basic Information, App-Level Tokens",
	NotAuthed:           "no app-level token (xapp-…) was given: " + makeToken,
	MissingArgs:         "no app-level token (xapp-…) was given: " + makeToken,
	AccountInactive:     "the app-level token belongs to an app or a workspace that is not active any more: reinstall the app and " + makeToken,
	TokenRevoked:        "the app-level token was revoked: " + makeToken,
	TokenExpired:        "the app-level token has expired: " + makeToken,
	MissingScope:        "the app-level token lacks the scope connections:write: " + makeToken,
	NotAllowedTokenType: "this is not an app-level token (xapp-…) but another kind, such as a bot token (xoxb-…): " + makeToken,
	AppUninstalled:      "the app is not installed in the workspace any more: install it again",
	ForbiddenTeam:       "the workspace does not allow this app to connect: ask its admins to approve the app",
	LinkDisabled:        "Socket Mode is switched off for the app: switch it on in the app's settings under Socket Mode",
	NotFound:            "there is no Slack Web API at the configured API address: correct it, or leave it out for Slack's own",
}

func fatal(code Code) *FatalError {
	if text, ok := advice[code]; ok {
		return &FatalError{Code: code, advice: text}
	}
	return nil
}

// errTooMany is Slack's too_many_websockets.
var errTooMany = errors.New("the app has as many connections as Slack allows (10): another process uses the same app-level token")

// refusal is what a disconnect in place of a hello means.
func refusal(reason string) error {
	switch reason {
	case string(LinkDisabled):
		return fatal(LinkDisabled)
	case tooManyWebSockets:
		return errTooMany
	}
	return fmt.Errorf("wait for hello: Slack asked to disconnect (%s)", reason)
}

const tooManyWebSockets = "too_many_websockets"

// limitedFor is how long to stay away when Slack limits us without saying for how long.
const limitedFor = 30 * time.Second

// verdict is what an error of connecting means for the next attempt.
type verdict struct {
	fatal     *FatalError   // nil if another attempt may succeed
	wait      time.Duration // Slack asked for this long a pause; zero: our own back-off
	answered  bool          // it was Slack who refused, not the network
	unreached bool          // no connection was made at all, to anybody
}

func judge(err error) verdict {
	if f := (*FatalError)(nil); errors.As(err, &f) {
		return verdict{fatal: f, answered: true}
	}
	if errors.Is(err, errTooMany) {
		return verdict{wait: limitedFor}
	}
	if limited := (*slack.RateLimitedError)(nil); errors.As(err, &limited) {
		return verdict{wait: max(limited.RetryAfter, time.Second)}
	}
	if refused := (slack.SlackErrorResponse{}); errors.As(err, &refused) {
		if refused.Err == "ratelimited" {
			return verdict{wait: limitedFor}
		}
		return verdict{fatal: fatal(Code(refused.Err)), answered: true}
	}
	if status := (slack.StatusCodeError{}); errors.As(err, &status) {
		switch status.Code {
		case http.StatusTooManyRequests:
			return verdict{wait: limitedFor}
		case http.StatusNotFound:
			return verdict{fatal: fatal(NotFound), answered: true}
		}
	}
	dial := (*net.OpError)(nil)
	return verdict{unreached: errors.As(err, &dial) && dial.Op == "dial"}
}
