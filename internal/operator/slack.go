package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/bot"
	"epilogue/internal/config"
	"epilogue/internal/socketlink"
)

// askWithin is how long Slack may take to say who we are.
const askWithin = 10 * time.Second

// errUnreachable says that Slack did not answer, so that nothing is known of the tokens.
var errUnreachable = errors.New("Slack does not answer")

func unreachable(err error) bool { return errors.Is(err, errUnreachable) }

// workspace is where the tokens lead.
type workspace struct{ Team, User string }

// askSlack asks Slack about the bot token: whether it is good, and whether the app may do all that the bot needs to. Scopes are looked at only
// where Slack names them.
func askSlack(ctx context.Context, c config.Config) (workspace, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	who, err := client(c).AuthTestContext(ctx)
	if err != nil {
		return workspace{}, refusedBot(err, c.Slack.APIURL)
	}
	if missing := missingScopes(who.Header, bot.Manifest(c.Commands.Name)); len(missing) > 0 {
		return workspace{}, fmt.Errorf("the app lacks %s %s: put the output of \"epilogue manifest\" into the app's settings under App Manifest, then reinstall the app to the workspace",
			plural(len(missing), "the scope", "the scopes"), strings.Join(missing, ", "))
	}
	return workspace{Team: who.Team, User: who.User}, nil
}

// askSocketMode asks for an address to connect to, which says whether the app-level token is good; it connects to nothing.
func askSocketMode(ctx context.Context, c config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	_, err := socketlink.OpenWith(client(c))(ctx)
	var refused slack.SlackErrorResponse
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return fmt.Errorf("Slack does not accept the app-level token (%s): make one in the app's settings under Basic Information, App-Level Tokens, with the scope connections:write",
			refused.Err)
	}
	return unanswered(err, c.Slack.APIURL)
}

func client(c config.Config) *slack.Client {
	return bot.Client(c.Slack.BotToken.Reveal(), c.Slack.AppToken.Reveal(), c.Slack.APIURL)
}

// refusedBot says what to do about an answer to auth.test.
func refusedBot(err error, api string) error {
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) {
		return unanswered(err, api)
	}
	switch refused.Err {
	case "ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
		return fmt.Errorf("%w: %w", errUnreachable, err)
	case "account_inactive", "token_revoked", "app_uninstalled":
		return fmt.Errorf("Slack does not accept the bot token any more (%s): reinstall the app to the workspace, and copy its Bot User OAuth Token from OAuth & Permissions", refused.Err)
	}
	return fmt.Errorf("Slack does not accept the bot token (%s): copy the app's Bot User OAuth Token again, from OAuth & Permissions", refused.Err)
}

func unanswered(err error, api string) error {
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return fmt.Errorf("there is no Slack Web API at %s: correct slack.api_url, or leave it out for Slack's own", api)
	}
	if call := (*url.Error)(nil); errors.As(err, &call) {
		err = call.Err // the address is said already
	}
	return fmt.Errorf("%w at %s: %w", errUnreachable, api, err)
}

// missingScopes are the scopes of the manifest that Slack does not name as granted.
func missingScopes(answer http.Header, manifest []byte) []string {
	if len(answer.Values("X-Oauth-Scopes")) == 0 {
		return nil
	}
	granted := strings.FieldsFunc(strings.Join(answer.Values("X-Oauth-Scopes"), ","), func(r rune) bool { return r == ',' || r == ' ' })
	var app struct {
		OAuth struct {
			Scopes struct {
				Bot []string `json:"bot"`
			} `json:"scopes"`
		} `json:"oauth_config"`
	}
	if json.Unmarshal(manifest, &app) != nil {
		return nil // it is ours, and tested
	}
	return slices.DeleteFunc(app.OAuth.Scopes.Bot, func(scope string) bool { return slices.Contains(granted, scope) })
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
