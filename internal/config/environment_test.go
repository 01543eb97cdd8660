package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestVariablesAreExpandedInsideValues(t *testing.T) {
	env := environment(map[string]string{"DIR": "/data", "EMPTY": "", "TRICK": "x\nlog:\n  level: debug", "QUOTE": `"`, "AGAIN": "${DIR}"})
	for _, tt := range []struct{ given, file, want string }{
		{"a variable within a value", "store: {path: \"${DIR}/a.db\"}", "/data/a.db"},
		{"two of them", "store:\n  path: ${DIR}${DIR}", "/data/data"},
		{"a default that is needed", "store:\n  path: ${NONE:-b.db}", "b.db"},
		{"a default for an empty variable", "store:\n  path: ${EMPTY:-b.db}", "b.db"},
		{"a default that is not needed", "store:\n  path: ${DIR:-b.db}", "/data"},
		{"an empty variable", "store:\n  path: a${EMPTY}b", "ab"},
		{"an escape", "store:\n  path: $${DIR}", "${DIR}"},
		{"a lone dollar", "store:\n  path: $DIR$", "$DIR$"},
		{"YAML in a variable stays text", "store:\n  path: ${TRICK}", "x\nlog:\n  level: debug"},
		{"a quote in a variable stays text", "store:\n  path: \"${QUOTE}\"", `"`},
		{"a variable's value is not expanded", "store:\n  path: ${AGAIN}", "${DIR}"},
	} {
		t.Run(tt.given, func(t *testing.T) {
			want := Default()
			want.Store.Path = tt.want
			got, err := parse("f", []byte(tt.file), env)
			wantConfig(t, got, err, want)
		})
	}
}

func TestAVariableCanHoldTheWholeListOfAdmins(t *testing.T) {
	want := Default()
	want.Admins = []UserID{"U1", "W2"}
	got, err := parse("f", []byte("admins: ${ADMINS}\n"), environment(map[string]string{"ADMINS": "U1, W2"}))
	wantConfig(t, got, err, want)
}

func TestExpansionsThatFailSayWhichAndWhere(t *testing.T) {
	const malformed = "want ${NAME} or ${NAME:-default}, NAME being letters, digits and _; write $${ for a plain ${"
	for _, tt := range []struct {
		given, value string
		want         []string
	}{
		{"unset variables", "${A}-${B}", []string{
			"the environment variable A is not set; ${A:-default} would not need it",
			"the environment variable B is not set; ${B:-default} would not need it",
		}},
		{"no closing brace", "x${A", []string{"a ${ is not closed; write $${ for a plain ${"}},
		{"no name", "${}", []string{malformed}},
		{"another shell form", "${A:?secret}", []string{malformed}},
		{"a space", "${A B}", []string{malformed}},
		{"a default within a default", "${A:-${B}}", []string{"the default of ${A} holds another ${, which is not supported"}},
	} {
		t.Run(tt.given, func(t *testing.T) {
			_, err := parse("f", []byte("store:\n  path: \""+tt.value+"\"\n"), environment(nil))
			want := make([]string, len(tt.want))
			for i, message := range tt.want {
				want[i] = "f:2:9: store.path: " + message
			}
			wantProblems(t, err, want...)
		})
	}
}

func TestWhatTheEnvironmentSetsIsNotReadFromTheFile(t *testing.T) {
	want := Default()
	want.Slack.BotToken = NewSecret(someBotToken)
	want.Admins = []UserID{"U1"}
	got, err := parse("f", []byte("slack:\n  bot_token: ${NOT_SET}\nadmins: [U2]\n"),
		environment(map[string]string{"SLACK_BOT_TOKEN": someBotToken, "EPILOGUE_ADMINS": "U1"}))
	wantConfig(t, got, err, want)
}

func TestAVariableSetToNothingCountsAsNotSet(t *testing.T) {
	want := Default()
	want.Slack.Connections = 4
	want.Slack.BotToken = NewSecret(someBotToken)
	got, err := parse("f", []byte("slack: {connections: 4}\n"), environment(map[string]string{
		"EPILOGUE_SLACK_CONNECTIONS": "", "EPILOGUE_SLACK_BOT_TOKEN": " ", "SLACK_BOT_TOKEN": someBotToken, "SLACK_BOT_TOKEN_FILE": "",
	}))
	wantConfig(t, got, err, want)
}

func TestTheOwnVariableWinsOverTheConventionalOne(t *testing.T) {
	want := Default()
	want.Slack.BotToken = NewSecret("xoxb-own")
	got, err := parse("f", nil, environment(map[string]string{"EPILOGUE_SLACK_BOT_TOKEN": "xoxb-own", "SLACK_BOT_TOKEN": "xoxb-conventional"}))
	wantConfig(t, got, err, want)
}

func TestASecretCanComeFromAFile(t *testing.T) {
	file := writeFile(t, "token", "  "+someBotToken+"\n")
	for _, variable := range []string{"SLACK_BOT_TOKEN_FILE", "EPILOGUE_SLACK_BOT_TOKEN_FILE"} {
		t.Run(variable, func(t *testing.T) {
			want := Default()
			want.Slack.BotToken = NewSecret(someBotToken)
			got, err := parse("f", nil, environment(map[string]string{variable: file}))
			wantConfig(t, got, err, want)
		})
	}
	t.Run("but not anything else", func(t *testing.T) {
		got, err := parse("f", nil, environment(map[string]string{"EPILOGUE_TIMEZONE_FILE": file}))
		wantConfig(t, got, err, Default())
	})
}

func TestProblemsWithSecretFilesNameTheVariable(t *testing.T) {
	good := writeFile(t, "token", someBotToken)
	empty := writeFile(t, "empty", " \n")
	swapped := writeFile(t, "swapped", someAppToken)
	missing := filepath.Join(t.TempDir(), "missing")
	for _, tt := range []struct {
		given     string
		variables map[string]string
		want      string
	}{
		{
			"both set",
			map[string]string{"SLACK_BOT_TOKEN": someBotToken, "SLACK_BOT_TOKEN_FILE": good},
			"SLACK_BOT_TOKEN: slack.bot_token: SLACK_BOT_TOKEN_FILE is set as well; keep one of them",
		},
		{
			"an empty file",
			map[string]string{"SLACK_BOT_TOKEN_FILE": empty},
			"SLACK_BOT_TOKEN_FILE: slack.bot_token: " + empty + " is empty",
		},
		{
			"no such file",
			map[string]string{"SLACK_BOT_TOKEN_FILE": missing},
			"SLACK_BOT_TOKEN_FILE: slack.bot_token: open " + missing + ": no such file or directory",
		},
		{
			"the other token",
			map[string]string{"SLACK_BOT_TOKEN_FILE": swapped},
			"SLACK_BOT_TOKEN_FILE: slack.bot_token: this is an app-level token (xapp-…), which belongs in slack.app_token; the bot token begins with xoxb-",
		},
	} {
		t.Run(tt.given, func(t *testing.T) {
			_, err := parse("f", nil, environment(tt.variables))
			wantProblems(t, err, tt.want)
		})
	}
}

func TestNoProblemShowsAToken(t *testing.T) {
	env := environment(map[string]string{"T": "xoxb-hush-hush"})
	for _, s := range settings {
		for _, value := range []string{"${T}", "${T} x", "xapp-hush-hush x", "XOXB-hush-hush", "${xoxb-hush-hush}"} {
			if _, err := parse("f", []byte(asFile(s.path, value)), env); err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: %q: %v", s.path, value, err)
			}
		}
	}
	_, err := parse("f", []byte("xoxb-hush-hush: 1\nslack: xoxb-hush-hush\n"), env)
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("a token as a key or a section: %v", err)
	}
}
