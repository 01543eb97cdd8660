package config

import (
	"log/slog"
	"slices"
	"strings"
	"time"
)

// setting is one row of the table: a value's place in the file, its names in the environment
// and what checks and stores it.
type setting struct {
	path     string
	variable string // conventional name, beside the one derived from path
	secret   bool   // may also come from the file that a ..._FILE variable names
	list     bool   // set adds one element
	set      func(c *Config, value string) error
}

// settings is every setting there is; file, environment and suggestions all read it.
var settings = []setting{
	{
		path: "slack.bot_token", variable: "SLACK_BOT_TOKEN", secret: true,
		set: into(func(c *Config) *Secret { return &c.Slack.BotToken }, botToken),
	},
	{
		path: "slack.app_token", variable: "SLACK_APP_TOKEN", secret: true,
		set: into(func(c *Config) *Secret { return &c.Slack.AppToken }, appToken),
	},
	{
		path: "slack.api_url", variable: "SLACK_API_URL",
		set: into(func(c *Config) *string { return &c.Slack.APIURL }, apiURL),
	},
	{
		path: "slack.connections",
		set:  into(func(c *Config) *int { return &c.Slack.Connections }, connections),
	},
	{
		path: "store.path",
		set:  into(func(c *Config) *string { return &c.Store.Path }, filePath),
	},
	{
		path: "store.allow_network_filesystem",
		set:  into(func(c *Config) *bool { return &c.Store.AllowNetworkFilesystem }, yesOrNo),
	},
	{
		path: "timezone",
		set:  into(func(c *Config) **time.Location { return &c.Timezone }, zone),
	},
	{
		path: "admins", list: true,
		set: func(c *Config, value string) error {
			id, err := userID(value)
			if err == nil && !slices.Contains(c.Admins, id) {
				c.Admins = append(c.Admins, id)
			}
			return err
		},
	},
	{
		path: "channel.prefix",
		set:  into(func(c *Config) *string { return &c.Channel.Prefix }, channelPrefix),
	},
	{
		path: "commands.name",
		set:  into(func(c *Config) *string { return &c.Commands.Name }, commandName),
	},
	{
		path: "calendar.organizer",
		set:  into(func(c *Config) *string { return &c.Calendar.Organizer }, address),
	},
	{
		path: "calendar.id",
		set:  into(func(c *Config) *string { return &c.Calendar.ID }, calendarID),
	},
	{
		path: "calendar.credentials", secret: true,
		set: into(func(c *Config) *Secret { return &c.Calendar.Credentials }, googleFile),
	},
	{
		path: "calendar.impersonate",
		set:  into(func(c *Config) *string { return &c.Calendar.Impersonate }, address),
	},
	{
		path: "calendar.tag",
		set:  into(func(c *Config) *string { return &c.Calendar.Tag }, tag),
	},
	{
		path: "log.level",
		set:  into(func(c *Config) *slog.Level { return &c.Log.Level }, logLevel),
	},
	{
		path: "log.format",
		set:  into(func(c *Config) *LogFormat { return &c.Log.Format }, logFormat),
	},
	{
		path: "shutdown.grace",
		set:  into(func(c *Config) *time.Duration { return &c.Shutdown.Grace }, grace),
	},
	{
		path: "health.listen",
		set:  into(func(c *Config) *string { return &c.Health.Listen }, listenAddress),
	},
}

// into makes a setter of a field and a check; the field keeps its value when the check fails.
func into[T any](field func(*Config) *T, check func(string) (T, error)) func(*Config, string) error {
	return func(c *Config, value string) error {
		v, err := check(value)
		if err == nil {
			*field(c) = v
		}
		return err
	}
}

// variables lists the names of a setting in the environment, the one that wins first.
func (s setting) variables() []string {
	own := "EPILOGUE_" + strings.ToUpper(strings.ReplaceAll(s.path, ".", "_"))
	if s.variable == "" {
		return []string{own}
	}
	return []string{own, s.variable}
}

func settingAt(path string) (setting, bool) {
	for _, s := range settings {
		if s.path == path {
			return s, true
		}
	}
	return setting{}, false
}

// keysOf lists the keys that may stand in a section, "" being the top of the file.
func keysOf(section string) []string {
	var keys []string
	for _, s := range settings {
		key := s.path
		if section != "" {
			rest, inside := strings.CutPrefix(s.path, section+".")
			if !inside {
				continue
			}
			key = rest
		}
		key, _, _ = strings.Cut(key, ".")
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

func join(section, key string) string {
	if section == "" {
		return key
	}
	return section + "." + key
}
