// Package config turns config.yaml and the environment into checked values.
//
// It holds what an operator runs the bot with: tokens, paths, zone, logs. What describes the
// process (flows, severities, roles) lives in the store, see package flowfile, so it has no
// place here; this package knows nothing of Slack's API, the store or incidents, and opens
// nothing but the file it is given and the files that a ..._FILE variable names.
//
// Reading order: settings.go is the table of every setting with its names and its check;
// file.go walks the YAML against it, environment.go lays the variables over it, errors.go says
// what was wrong, all at once and with positions.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"
	// The zone is checked here, so its data must not depend on the machine.
	_ "time/tzdata"
)

// DefaultFile is read when no file is named; it may be missing.
const DefaultFile = "config.yaml"

// UserID is a Slack user id, as U024BE7LH or, in an enterprise, W012A3CDE.
type UserID string

// Config is everything an operator can set. Every field has a default; see Default.
type Config struct {
	Slack    Slack
	Store    Store
	Timezone *time.Location // the organization's; never nil after Load
	Admins   []UserID       // always admins, whatever the workspace says; no repeats
	Channel  Channel
	Commands Commands
	Calendar Calendar
	Log      Log
	Shutdown Shutdown
	Health   Health
}

// Slack is how the workspace is reached.
type Slack struct {
	BotToken    Secret // xoxb-…; empty when none was given, see CheckTokens
	AppToken    Secret // xapp-…; empty when none was given
	APIURL      string // ends in "/": method names are appended to it
	Connections int    // Socket Mode connections held at once, 1 to 10
}

// Store is where incidents are kept.
type Store struct {
	Path                   string // of the database file, relative to the working directory
	AllowNetworkFilesystem bool   // open it even where file locks cannot be trusted
}

// Channel shapes incident channels.
type Channel struct {
	Prefix string // what a channel's name begins with
}

// Commands names what people type.
type Commands struct {
	Name string // with its slash
}

// Calendar is the Google calendar that debriefs are put into. Without an organizer there is none.
type Calendar struct {
	Organizer   string // whose calendar it is, by address
	ID          string // of the calendar; "primary" is the organizer's own
	Credentials Secret // the content of a credentials file of Google's
	Impersonate string // a service account that is impersonated without a key
	Tag         string // recurring events with it in their description are standing meetings
}

// CheckCalendar says what is missing for a calendar, if one is wanted.
func (c Calendar) CheckCalendar() error {
	switch {
	case c.Organizer == "" && (!c.Credentials.Empty() || c.Impersonate != ""):
		return errors.New("there are credentials for Google Calendar but no calendar.organizer (EPILOGUE_CALENDAR_ORGANIZER): name whose calendar gets the events")
	case c.Organizer != "" && c.Credentials.Empty() && c.Impersonate == "":
		return errors.New("calendar.organizer is set but there are no credentials: give calendar.credentials (EPILOGUE_CALENDAR_CREDENTIALS_FILE) or calendar.impersonate")
	case !c.Credentials.Empty() && c.Impersonate != "":
		return errors.New("both calendar.credentials and calendar.impersonate are set; keep one of them")
	}
	return nil
}

// Log is how the process logs.
type Log struct {
	Level  slog.Level
	Format LogFormat
}

// LogFormat is how log lines are written.
type LogFormat string

// The log formats.
const (
	LogAuto LogFormat = "auto" // text on a terminal, JSON elsewhere
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Shutdown is how the process ends.
type Shutdown struct {
	Grace time.Duration // for what is in flight to finish; never negative
}

// Health is the endpoint for whoever watches the process.
type Health struct {
	Listen string // host:port of /healthz; "" for none
}

// Default is the configuration of an empty file in an empty environment.
func Default() Config {
	return Config{
		Slack:    Slack{APIURL: "https://slack.com/api/", Connections: 2},
		Store:    Store{Path: "epilogue.db"},
		Timezone: time.UTC,
		Channel:  Channel{Prefix: "inc-"},
		Commands: Commands{Name: "/inc"},
		Calendar: Calendar{ID: "primary", Tag: "#debrief"},
		Log:      Log{Level: slog.LevelInfo, Format: LogAuto},
		Shutdown: Shutdown{Grace: 2 * time.Second},
	}
}

// Load reads the file at path, lays the environment over it and checks everything. An empty
// path means DefaultFile, which may be missing; a file that was named must exist. env looks up a
// variable, usually os.LookupEnv; nil is an empty environment, and so is to each setting a
// variable that is set to nothing.
//
// What is wrong with the settings comes back as Errors, every problem in it. A file that cannot
// be read is a plain error, to be asked with errors.Is.
func Load(path string, env func(string) (string, bool)) (Config, error) {
	data, err := readConfig(path)
	if err != nil {
		return Config{}, err
	}
	if path == "" {
		path = DefaultFile
	}
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	return parse(path, data, env)
}

// parse is Load without the file system (but for ..._FILE variables); name stands in messages.
func parse(name string, data []byte, env func(string) (string, bool)) (Config, error) {
	l := loader{file: name, env: env, config: Default()}
	l.readEnvironment()
	fromEnvironment := l.problems
	l.problems = nil
	l.readFile(data)
	if all := slices.Concat(l.problems, fromEnvironment); len(all) > 0 {
		return Config{}, all
	}
	return l.config, nil
}

// loader gathers values and problems. What the environment has set is not read from the file.
type loader struct {
	file     string
	env      func(string) (string, bool)
	config   Config
	set      map[string]bool // paths that the environment has set
	problems Errors
}

func readConfig(path string) ([]byte, error) {
	named := path != ""
	if !named {
		path = DefaultFile
	}
	data, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return data, nil
}

// readSmall reads a file that a person wrote, and refuses what is too long to be one: a device,
// or the database named by mistake.
func readSmall(path string) ([]byte, error) {
	const limit = 1 << 20
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%s: longer than %d bytes", path, limit)
	}
	return data, nil
}
