package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Each check takes a value without surrounding white space and says, when it refuses, what it
// wants. What it was given is quoted by wrong, which keeps tokens out of logs.

const (
	maxConnections   = 10 // Slack holds no more for one app
	maxChannelPrefix = 40 // Slack's names end at 80; the rest is for the reference and the name
	maxCommandName   = 32 // with the slash
)

var (
	userIDForm  = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	prefixForm  = regexp.MustCompile(`^[a-z0-9_-]+$`)
	commandForm = regexp.MustCompile(`^/[a-z0-9_-]+$`)
)

func wrong(want, value string) error {
	return fmt.Errorf("want %s, not %s", want, quoted(value))
}

// quoted shows a value on one line and shortened, and never one that holds a token: the likeliest
// wrong value is a right one in the wrong place.
func quoted(value string) string {
	if looksSecret(value) {
		return hidden
	}
	const limit = 60
	if utf8.RuneCountInString(value) > limit {
		value = string([]rune(value)[:limit]) + "…"
	}
	return strconv.Quote(value)
}

func looksSecret(value string) bool {
	lower := strings.ToLower(value)
	return strings.Contains(lower, "xox") || strings.Contains(lower, "xapp-")
}

func botToken(value string) (Secret, error) {
	switch {
	case value == "":
		return Secret{}, nil
	case strings.HasPrefix(value, "xapp-"):
		return Secret{}, errors.New("this is an app-level token (xapp-…), which belongs in slack.app_token; the bot token begins with xoxb-")
	case strings.HasPrefix(value, "xoxb-"), strings.HasPrefix(value, "xoxe.xoxb-"):
		return oneWord(value)
	}
	return Secret{}, errors.New("want a bot token, which begins with xoxb- (OAuth & Permissions in the app's settings)")
}

func appToken(value string) (Secret, error) {
	switch {
	case value == "":
		return Secret{}, nil
	case strings.HasPrefix(value, "xoxb-"), strings.HasPrefix(value, "xoxe.xoxb-"):
		return Secret{}, errors.New("this is a bot token (xoxb-…), which belongs in slack.bot_token; the app-level token begins with xapp-")
	case strings.HasPrefix(value, "xapp-"):
		return oneWord(value)
	}
	return Secret{}, errors.New("want an app-level token, which begins with xapp- (Basic Information, App-Level Tokens in the app's settings)")
}

func oneWord(token string) (Secret, error) {
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return Secret{}, errors.New("the token has a space, a line break or another character that no token has")
		}
	}
	return NewSecret(token), nil
}

func apiURL(value string) (string, error) {
	const want = "an http or https address that ends in /"
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || !strings.HasSuffix(value, "/") {
		return "", wrong(want, value)
	}
	return value, nil
}

func connections(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxConnections {
		return 0, wrong(fmt.Sprintf("a whole number from 1 to %d", maxConnections), value)
	}
	return n, nil
}

func filePath(value string) (string, error) {
	if value == "" || strings.ContainsRune(value, 0) {
		return "", wrong("the path of a file", value)
	}
	return value, nil
}

func yesOrNo(value string) (bool, error) {
	switch value {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, wrong("true or false", value)
}

func zone(value string) (*time.Location, error) {
	const want = "the name of a time zone such as Europe/Berlin"
	// LoadLocation takes these for UTC and for the machine's own zone.
	if value == "" || value == "Local" {
		return nil, wrong(want, value)
	}
	loc, err := time.LoadLocation(value)
	if err != nil {
		return nil, wrong(want, value)
	}
	return loc, nil
}

func userID(value string) (UserID, error) {
	if !userIDForm.MatchString(value) {
		return "", wrong("a member id such as U024BE7LH (in Slack: profile, ⋮, Copy member ID)", value)
	}
	return UserID(value), nil
}

func channelPrefix(value string) (string, error) {
	if len(value) > maxChannelPrefix || !prefixForm.MatchString(value) {
		return "", wrong(fmt.Sprintf("1 to %d of a-z, 0-9, - and _", maxChannelPrefix), value)
	}
	return value, nil
}

func commandName(value string) (string, error) {
	if len(value) > maxCommandName || !commandForm.MatchString(value) {
		return "", wrong(fmt.Sprintf("a slash and then a-z, 0-9, - or _, at most %d characters, such as /inc", maxCommandName), value)
	}
	return value, nil
}

func logLevel(value string) (slog.Level, error) {
	switch value {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, wrong("debug, info, warn or error", value)
}

func logFormat(value string) (LogFormat, error) {
	switch f := LogFormat(value); f {
	case LogAuto, LogText, LogJSON:
		return f, nil
	}
	return "", wrong("auto, text or json", value)
}

func grace(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, wrong("a duration such as 2s or 500ms", value)
	}
	return d, nil
}

func listenAddress(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", wrong("an address such as 127.0.0.1:8080 or :8080", value)
	}
	return value, nil
}

func address(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	name, host, ok := strings.Cut(value, "@")
	if !ok || name == "" || !strings.Contains(host, ".") || strings.ContainsAny(value, " ,;<>\"") {
		return "", wrong("one mail address, such as incidents@example.com", value)
	}
	return value, nil
}

func calendarID(value string) (string, error) {
	if value == "" || strings.ContainsAny(value, " /?#") {
		return "", wrong("primary, or the id of a calendar (in Google Calendar: Settings, Integrate calendar)", value)
	}
	return value, nil
}

// googleFile takes the content of a file, which is JSON; its words are never repeated in messages.
func googleFile(value string) (Secret, error) {
	if value != "" && !json.Valid([]byte(value)) {
		return Secret{}, errors.New("want the content of a credentials file of Google's, which is JSON; to name a file, set EPILOGUE_CALENDAR_CREDENTIALS_FILE")
	}
	return NewSecret(value), nil
}

func tag(value string) (string, error) {
	if value == "" || strings.ContainsAny(value, " \t\n") || utf8.RuneCountInString(value) > 40 {
		return "", wrong("one word of at most 40 characters, such as #debrief", value)
	}
	return value, nil
}
