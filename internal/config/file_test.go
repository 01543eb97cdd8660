package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProblemsSayWhereAndWhatIsWanted(t *testing.T) {
	for _, tt := range []struct {
		given, file string
		variables   map[string]string
		want        []string
	}{
		{
			given: "several mistakes", file: "slack:\n  connections: many\n  conections: 3\nlog:\n  level: loud\n",
			want: []string{
				`f:2:16: slack.connections: want a whole number from 1 to 10, not "many"`,
				`f:3:3: slack.conections: unknown setting; did you mean slack.connections?`,
				`f:5:10: log.level: want debug, info, warn or error, not "loud"`,
			},
		},
		{
			given: "a setting outside its section", file: "bot_token: x\n",
			want: []string{`f:1:1: bot_token: unknown setting; did you mean slack.bot_token?`},
		},
		{
			given: "a setting in the wrong section", file: "log:\n  path: x\n",
			want: []string{`f:2:3: log.path: unknown setting; did you mean store.path?`},
		},
		{
			given: "hyphens and capitals", file: "slack:\n  Bot-Token: x\n",
			want: []string{`f:2:3: slack.Bot-Token: unknown setting; did you mean slack.bot_token?`},
		},
		{
			given: "a key near to nothing", file: "log:\n  zzzzzzzz: x\n",
			want: []string{`f:2:3: log.zzzzzzzz: unknown setting; known here: level, format`},
		},
		{
			given: "a key written with dots", file: "store.path: x\n",
			want: []string{`f:1:1: store.path: sections are not written with dots: put path below store, indented`},
		},
		{
			given: "keys that are not names", file: "? [a]\n: 1\n\"a\\nb\": 1\n<<: {log: 1}\n",
			want: []string{
				`f:1:3: want the name of a setting, not a list`,
				`f:3:1: "a\nb": unknown setting; known here: slack, store, timezone, admins, channel, commands, calendar, log, shutdown, health`,
				`f:4:1: "<<": unknown setting; known here: slack, store, timezone, admins, channel, commands, calendar, log, shutdown, health`,
			},
		},
		{
			given: "duplicates", file: "timezone: UTC\nlog: {level: info, level: info}\ntimezone: UTC\nlog:\n",
			want: []string{
				`f:2:20: log.level: given twice, first in line 2`,
				`f:3:1: timezone: given twice, first in line 1`,
				`f:4:1: log: given twice, first in line 2`,
			},
		},
		{
			given: "a list for a section", file: "slack:\n  - bot_token\n",
			want: []string{`f:2:3: slack: want settings (bot_token, app_token, api_url, connections), not a list`},
		},
		{
			given: "a value for a section", file: "store: epilogue.db\n",
			want: []string{`f:1:8: store: want settings (path, allow_network_filesystem), not "epilogue.db"`},
		},
		{
			given: "settings for a value", file: "timezone:\n  name: UTC\n",
			want: []string{`f:2:3: timezone: want one value, not settings`},
		},
		{
			given: "a list at the top", file: "- a\n",
			want: []string{`f:1:1: want settings (slack, store, timezone, admins, channel, commands, calendar, log, shutdown, health), not a list`},
		},
		{
			given: "wrong list items", file: "admins: [U1, bob, ~, [U2], \"U3,U4\"]\n",
			want: []string{
				`f:1:14: admins[1]: want a member id such as U024BE7LH (in Slack: profile, ⋮, Copy member ID), not "bob"`,
				`f:1:19: admins[2]: empty; remove it or fill it in`,
				`f:1:22: admins[3]: want one value, not a list`,
				`f:1:28: admins[4]: want a member id such as U024BE7LH (in Slack: profile, ⋮, Copy member ID), not "U3,U4"`,
			},
		},
		{
			given: "a long value", file: "log: {format: \"" + strings.Repeat("é", 61) + "\"}\n",
			want: []string{`f:1:15: log.format: want auto, text or json, not "` + strings.Repeat("é", 60) + `…"`},
		},
		{
			given: "a tag", file: "timezone: !!binary VVRD\n",
			want: []string{`f:1:11: timezone: tags (!…) are not supported`},
		},
		{
			given: "a second document", file: "timezone: UTC\n---\ntimezone: UTC\n",
			want: []string{`f:2:1: a second document begins here; one is read`},
		},
		{
			given: "broken YAML", file: "log:\n  level: [info\n",
			want: []string{`f:3:1: did not find expected ',' or ']' while parsing a flow sequence`},
		},
		{
			given: "a tab for indentation", file: "log:\n\tlevel: info\n",
			want: []string{`f:2:1: found character that cannot start any token while scanning for the next token`},
		},
		{
			given: "bytes that are no text", file: "timezone: UTC\nx: \xff\n",
			want: []string{`f:2:4: the file is not UTF-8 text`},
		},
		{
			given: "a control character", file: "timezone: \x00\n",
			want: []string{`f:1:11: the file has a control character (U+0000)`},
		},
		{
			given: "broken YAML and a wrong variable", file: "a: b: c\n",
			variables: map[string]string{"EPILOGUE_LOG_LEVEL": "loud"},
			want: []string{
				`f:1:5: mapping values are not allowed in this context`,
				`EPILOGUE_LOG_LEVEL: log.level: want debug, info, warn or error, not "loud"`,
			},
		},
	} {
		t.Run(tt.given, func(t *testing.T) {
			_, err := parse("f", []byte(tt.file), environment(tt.variables))
			wantProblems(t, err, tt.want...)
		})
	}
}

func wantProblems(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no problem, want:\n%s", strings.Join(want, "\n"))
	}
	if !errors.As(err, new(Errors)) {
		t.Fatalf("got %T, want Errors: %[1]v", err)
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestWhatIsLeftEmptyKeepsItsDefault(t *testing.T) {
	for _, file := range []string{
		"", "# only a comment\n", "---\n", "slack:\nstore: ~\n", "slack:\n  connections:\ntimezone: null\nadmins:\n", "\ufeff# with a mark\n",
	} {
		got, err := parse("f", []byte(file), environment(nil))
		t.Logf("%q", file)
		wantConfig(t, got, err, Default())
	}
}

func TestAnAliasStandsForItsAnchor(t *testing.T) {
	got, err := parse("f", []byte("admins: [&boss U1]\nlog: &log {level: warn}\nchannel: {prefix: &c c1}\nstore: {path: *c}\n"), environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got.Store.Path != "c1" {
		t.Errorf("store.path is %q, want the anchor's c1", got.Store.Path)
	}
	if _, err := parse("f", []byte("slack: &a {store: *a, slack: *a}\nadmins: &b [*b]\n"), environment(nil)); err == nil {
		t.Error("anchors that hold themselves were taken for settings")
	}
}

func TestValuesAreCheckedAtTheirEdges(t *testing.T) {
	for path, tt := range map[string]struct{ right, wrong []string }{
		"slack.bot_token":                {[]string{"", "xoxe.xoxb-1"}, []string{someAppToken, "xoxp-1", "abc", "xoxb-a b", "xoxb-ä"}},
		"slack.app_token":                {[]string{""}, []string{someBotToken, "xoxe.xoxb-1", "abc", "xapp-a b"}},
		"slack.api_url":                  {[]string{"https://slack.com/"}, []string{"", "https://slack.com/api", "slack.com/api/", "ftp://slack.com/", "https:///api/", "https://u:p@slack.com/", "https://slack.com/?a=/", "https://slack.com/#/", "https://[/"}},
		"slack.connections":              {[]string{"1", "10"}, []string{"", "0", "11", "-1", "2.0", "0x2", "99999999999999999999"}},
		"store.path":                     {[]string{"a b.db"}, []string{""}},
		"store.allow_network_filesystem": {[]string{"false"}, []string{"", "yes", "True", "1"}},
		"timezone":                       {[]string{"UTC", "America/New_York"}, []string{"", "Local", "Berlin", "../etc/passwd", "/etc/localtime"}},
		"admins":                         {[]string{"", "U1", "U1, W2", "U1,,U2"}, []string{"u1", "@bob", "U1 U2", "B1"}},
		"channel.prefix":                 {[]string{"a", strings.Repeat("a", 40)}, []string{"", "Inc-", "in c", "#inc-", "inc.", strings.Repeat("a", 41)}},
		"calendar.organizer":             {[]string{"", "a@b.example"}, []string{"a", "a@b", "@b.example", "a b@c.example", "a@b.example,c@d.example"}},
		"calendar.impersonate":           {[]string{"", "a@b.iam.gserviceaccount.com"}, []string{"a"}},
		"calendar.id":                    {[]string{"primary", "c_1@group.calendar.google.com"}, []string{"", "a b", "a/b"}},
		"calendar.credentials":           {[]string{"", "{}"}, []string{"/etc/key.json", "{"}},
		"calendar.tag":                   {[]string{"#debrief", "debrief"}, []string{"", "a b", strings.Repeat("x", 41)}},
		"commands.name":                  {[]string{"/" + strings.Repeat("a", 31)}, []string{"", "/", "inc", "/Inc", "/inc me", "//inc", "/" + strings.Repeat("a", 32)}},
		"log.level":                      {[]string{"info", "warn", "error"}, []string{"", "INFO", "trace"}},
		"log.format":                     {[]string{"auto", "text"}, []string{"", "JSON", "logfmt"}},
		"shutdown.grace":                 {[]string{"1ns", "500ms"}, []string{"", "0s", "2", "-1s", "two seconds"}},
		"health.listen":                  {[]string{"", ":0", "localhost:65535"}, []string{"8080", "localhost", ":http", ":65536", "localhost:", "::1:80"}},
	} {
		s, known := settingAt(path)
		if !known {
			t.Errorf("%s is not a setting", path)
			continue
		}
		for _, value := range tt.right {
			if _, err := parse("f", []byte(asFile(path, value)), environment(nil)); err != nil {
				t.Errorf("%s: %q is right, got: %v", path, value, err)
			}
		}
		for _, value := range tt.wrong {
			got, err := parse("f", []byte(asFile(path, value)), environment(nil))
			if err == nil {
				t.Errorf("%s: %q is wrong, got %v", s.path, value, got)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("slack:\n  bot_token: ${SLACK_BOT_TOKEN}\n", "xoxb-1")
	f.Add("admins: [U1, '${A}', *b]\n", "U2,U3")
	f.Add("a: &a [*a]\n<<: *a\n", "")
	f.Add("store.path: |\n  x\n---\n", "$${")
	f.Add("timezone: \"${A:-${B}}\"\r\n\ufefflog: {level: !!str info, level: ~}", "\xff")
	f.Fuzz(func(t *testing.T, file, value string) {
		env := func(name string) (string, bool) { return value, len(name)%2 == 0 && !strings.HasSuffix(name, "_FILE") }
		config, err := parse("f", []byte(file), env)
		if err == nil {
			if config.Timezone == nil || config.Slack.Connections < 1 || !strings.HasSuffix(config.Slack.APIURL, "/") {
				t.Errorf("loaded without a problem, yet invalid: %+v", config)
			}
			return
		}
		var problems Errors
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("got %T, want Errors: %[1]v", err)
		}
		if lines := strings.Split(err.Error(), "\n"); len(lines) != len(problems) {
			t.Errorf("%d problems on %d lines:\n%v", len(problems), len(lines), err)
		}
		for _, p := range problems {
			inFile := p.File == "f" && p.Line >= 1 && p.Column >= 1
			if inFile == (p.Variable != "") || p.Message == "" {
				t.Errorf("a problem without a position: %+v", p)
			}
		}
	})
}
