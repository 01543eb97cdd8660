package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

const (
	someBotToken = "xoxb-1-2-abc"
	someAppToken = "xapp-1-A1-2-def"
)

// samples gives each setting a value that is not its default.
var samples = map[string]string{
	"slack.bot_token":                someBotToken,
	"slack.app_token":                someAppToken,
	"slack.api_url":                  "http://127.0.0.1:4000/api/",
	"slack.connections":              "3",
	"store.path":                     "/var/lib/epilogue/epilogue.db",
	"store.allow_network_filesystem": "true",
	"timezone":                       "Australia/Lord_Howe",
	"admins":                         "U024BE7LH,W012A3CDE",
	"channel.prefix":                 "incident_",
	"commands.name":                  "/incident",
	"calendar.organizer":             "incidents@example.com",
	"calendar.id":                    "c_1@group.calendar.google.com",
	"calendar.credentials":           "[1]",
	"calendar.impersonate":           "bot@project.iam.gserviceaccount.com",
	"calendar.tag":                   "#review",
	"log.level":                      "debug",
	"log.format":                     "json",
	"shutdown.grace":                 "1m30s",
	"health.listen":                  "[::1]:8080",
}

var everythingSet = Config{
	Slack: Slack{
		BotToken: NewSecret(someBotToken), AppToken: NewSecret(someAppToken),
		APIURL: "http://127.0.0.1:4000/api/", Connections: 3,
	},
	Store:    Store{Path: "/var/lib/epilogue/epilogue.db", AllowNetworkFilesystem: true},
	Timezone: mustZone("Australia/Lord_Howe"),
	Admins:   []UserID{"U024BE7LH", "W012A3CDE"},
	Channel:  Channel{Prefix: "incident_"},
	Commands: Commands{Name: "/incident"},
	Calendar: Calendar{
		Organizer: "incidents@example.com", ID: "c_1@group.calendar.google.com", Credentials: NewSecret("[1]"), Impersonate: "bot@project.iam.gserviceaccount.com",
		Tag: "#review",
	},
	Log:      Log{Level: slog.LevelDebug, Format: LogJSON},
	Shutdown: Shutdown{Grace: 90 * time.Second},
	Health:   Health{Listen: "[::1]:8080"},
}

func mustZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

// environment is a fixed environment.
func environment(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, set := variables[name]
		return value, set
	}
}

var sameZone = cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })

func wantConfig(t *testing.T, got Config, err error, want Config) {
	t.Helper()
	if err != nil {
		t.Fatalf("problems:\n%v", err)
	}
	if diff := cmp.Diff(want, got, sameZone); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// asFile writes one setting as YAML.
func asFile(path, value string) string {
	quoted := `"` + value + `"`
	if section, key, nested := strings.Cut(path, "."); nested {
		return section + ":\n  " + key + ": " + quoted + "\n"
	}
	return path + ": " + quoted + "\n"
}

func TestTheExampleIsExactlyTheDefaults(t *testing.T) {
	got, err := Load("../../config.example.yaml", nil)
	wantConfig(t, got, err, Default())
}

func TestTheExampleHoldsEverySettingAndNamesItsVariables(t *testing.T) {
	data, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var top map[string]any
	if err := yaml.Load(data, &top); err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(data), func(r rune) bool { return !strings.ContainsRune("_ABCDEFGHIJKLMNOPQRSTUVWXYZ", r) })
	named := map[string]bool{}
	for _, word := range words {
		named[word] = true
	}
	for _, s := range settings {
		section, key, nested := strings.Cut(s.path, ".")
		holder := top
		if nested {
			holder, _ = top[section].(map[string]any)
		} else {
			key = section
		}
		if _, there := holder[key]; !there {
			t.Errorf("%s is not in the example", s.path)
		}
		for _, variable := range s.variables() {
			if !named[variable] {
				t.Errorf("%s: the example does not name %s", s.path, variable)
			}
			if s.secret && !named[variable+"_FILE"] {
				t.Errorf("%s: the example does not name %s_FILE", s.path, variable)
			}
		}
	}
}

func TestEveryFieldIsASettingAndEverySettingAField(t *testing.T) {
	if got, want := leaves(reflect.TypeFor[Config]()), len(settings); got != want {
		t.Errorf("Config has %d values, the table has %d settings", got, want)
	}
	if diff := cmp.Diff(len(settings), len(samples)); diff != "" {
		t.Errorf("settings and samples (-want +got):\n%s", diff)
	}
	for _, s := range settings {
		if samples[s.path] == "" {
			t.Errorf("%s has no sample", s.path)
		}
	}
}

func leaves(typ reflect.Type) int {
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[Secret]() {
		return 1
	}
	n := 0
	for field := range typ.Fields() {
		n += leaves(field.Type)
	}
	return n
}

func TestASettingReadsTheSameFromFileAndEnvironment(t *testing.T) {
	for _, s := range settings {
		t.Run(s.path, func(t *testing.T) {
			fromFile, err := parse("f", []byte(asFile(s.path, samples[s.path])), environment(nil))
			if err != nil {
				t.Fatalf("from the file: %v", err)
			}
			if cmp.Equal(Default(), fromFile, sameZone) {
				t.Error("setting it changes nothing")
			}
			for _, variable := range s.variables() {
				got, err := parse("f", nil, environment(map[string]string{variable: samples[s.path]}))
				t.Log(variable)
				wantConfig(t, got, err, fromFile)
			}
		})
	}
}

func TestEverythingCanBeSetAtOnce(t *testing.T) {
	t.Run("in the file", func(t *testing.T) {
		const file = `
slack:
  bot_token: xoxb-1-2-abc
  app_token: xapp-1-A1-2-def
  api_url: http://127.0.0.1:4000/api/
  connections: 3
store: {path: /var/lib/epilogue/epilogue.db, allow_network_filesystem: true}
timezone: Australia/Lord_Howe
admins:
  - U024BE7LH
  - W012A3CDE
  - U024BE7LH
channel: {prefix: incident_}
commands: {name: /incident}
calendar:
  organizer: incidents@example.com
  id: c_1@group.calendar.google.com
  credentials: "[1]"
  impersonate: bot@project.iam.gserviceaccount.com
  tag: "#review"
log: {level: debug, format: json}
shutdown: {grace: 1m30s}
health: {listen: "[::1]:8080"}
`
		got, err := Load(writeFile(t, "config.yaml", file), nil)
		wantConfig(t, got, err, everythingSet)
	})
	t.Run("in the environment, which wins over the file", func(t *testing.T) {
		variables := map[string]string{}
		for _, s := range settings {
			variables[s.variables()[0]] = " " + samples[s.path] + "\r\n"
		}
		got, err := Load("../../config.example.yaml", environment(variables))
		wantConfig(t, got, err, everythingSet)
	})
}

func TestAMissingFileMattersOnlyWhenItWasNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	got, err := Load("", nil)
	wantConfig(t, got, err, Default())

	if _, err := Load(DefaultFile, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("named and missing: got %v, want an error that is fs.ErrNotExist", err)
	}

	if err := os.WriteFile(DefaultFile, []byte("timezone: Asia/Kolkata\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = Load("", nil)
	if err != nil || got.Timezone.String() != "Asia/Kolkata" {
		t.Errorf("the default file was there and was not read: %v, %v", got.Timezone, err)
	}

	if err := os.WriteFile(DefaultFile, []byte("time_zone: Asia/Kolkata\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = Load("", nil); err == nil || !strings.HasPrefix(err.Error(), "config.yaml:1:1: time_zone: ") {
		t.Errorf("got %v, want a problem in config.yaml", err)
	}
}

func TestAFileThatNobodyWroteIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir, nil); err == nil {
		t.Error("a directory was read")
	}
	long := writeFile(t, "epilogue.db", strings.Repeat("#", 1<<20+1))
	if _, err := Load(long, nil); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a file of over 1 MiB: got %v", err)
	}
}

func TestMissingTokensAreNamedWithWhereToSetThem(t *testing.T) {
	err := Default().Slack.CheckTokens()
	want := "slack.bot_token: missing; set it in the configuration file, in SLACK_BOT_TOKEN, or in a file that SLACK_BOT_TOKEN_FILE names\n" +
		"slack.app_token: missing; set it in the configuration file, in SLACK_APP_TOKEN, or in a file that SLACK_APP_TOKEN_FILE names"
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%v", err, want)
	}
	if err := everythingSet.Slack.CheckTokens(); err != nil {
		t.Errorf("both are set: %v", err)
	}
}
