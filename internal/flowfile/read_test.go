package flowfile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"epilogue/flow"
)

// least is a small file without problems, its first flow in line 11 and its first task in line 18.
const least = `severities:
  - {key: minor, name: Minor}
  - {key: major, name: Major}
types:
  - {key: default, name: Default}
roles: [{key: lead, name: Lead}]
active_statuses:
  - {key: fixing, name: Fixing}
calendar: {working_days: [mon]}
flows:
  - key: main
    name: Main
    entry: ask
    statuses:
      - key: doing
        name: Doing
        tasks:
          - key: one
            kind: custom
            title: One
`

// with is least with some of it replaced.
func with(t *testing.T, oldNew ...string) string {
	t.Helper()
	file := least
	for i := 0; i < len(oldNew); i += 2 {
		if strings.Count(file, oldNew[i]) != 1 {
			t.Fatalf("%q is there %d times", oldNew[i], strings.Count(file, oldNew[i]))
		}
		file = strings.Replace(file, oldNew[i], oldNew[i+1], 1)
	}
	return file
}

func wantProblems(t *testing.T, file string, want ...string) {
	t.Helper()
	p, err := Read(strings.NewReader(file), "f")
	if err == nil {
		t.Fatalf("no problem, want:\n%s", strings.Join(want, "\n"))
	}
	if !errors.As(err, new(Errors)) {
		t.Fatalf("got %T, want Errors: %[1]v", err)
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(flow.Process{}, p); diff != "" {
		t.Errorf("a process beside problems:\n%s", diff)
	}
}

func TestProblemsOfFormSayWhereAndWhatIsWanted(t *testing.T) {
	before, _, _ := strings.Cut(least, "    statuses:")
	statuses := strings.TrimPrefix(least, before)
	const sections = "version, severities, types, roles, active_statuses, calendar, hours, admins, reminders, follow_up_emoji, templates, flows"
	for _, tt := range []struct {
		given string
		edit  []string
		want  []string
	}{
		{
			"an unknown key near a known one",
			[]string{"    entry: ask\n", "    entry: ask\n    optout: admins\n"},
			[]string{`f:14:5: flows[0].optout: unknown key; did you mean opt_out?`},
		},
		{
			"hyphens and capitals",
			[]string{"    entry: ask\n", "    entry: ask\n    Opt-Out: admins\n"},
			[]string{`f:14:5: flows[0].Opt-Out: unknown key; did you mean opt_out?`},
		},
		{
			"an unknown key near to nothing",
			[]string{"            title: One", "            title: One\n            zzzzzz: 1"},
			[]string{`f:21:13: flows[0].statuses[0].tasks[0].zzzzzz: unknown key; known here: key, kind, title, description, role, assignee, due, optional`},
		},
		{
			"a misspelled key is not missing as well",
			[]string{"title: One", "tilte: One"},
			[]string{`f:20:13: flows[0].statuses[0].tasks[0].tilte: unknown key; did you mean title?`},
		},
		{
			"a misspelled section is not missed elsewhere",
			[]string{"severities:", "severitys:", "    entry: ask\n", "    entry: ask\n    applies_to: [severity: {at-least: major}]\n"},
			[]string{`f:1:1: severitys: unknown key; did you mean severities?`},
		},
		{
			"a misspelled key beside the right one",
			[]string{"title: One", "title: One\n            tilte: Two\n            due: x"},
			[]string{
				`f:21:13: flows[0].statuses[0].tasks[0].tilte: unknown key; did you mean title?`,
				`f:22:18: flows[0].statuses[0].tasks[0].due: want a number of business days, days or hours such as 2bd, 3d or 12h, not "x"`,
			},
		},
		{
			"what must be there and is not",
			[]string{"    name: Main\n    entry: ask\n", "", "            kind: custom\n            title: One\n", ""},
			[]string{
				`f:11:5: flows[0].entry: missing; ask or automatic`,
				`f:11:5: flows[0].name: missing`,
				`f:16:13: flows[0].statuses[0].tasks[0].kind: missing`,
				`f:16:13: flows[0].statuses[0].tasks[0].title: missing`,
			},
		},
		{
			"missing sections",
			[]string{"calendar: {working_days: [mon]}\n", "", "types:\n  - {key: default, name: Default}\n", ""},
			[]string{
				`f:1:1: calendar: missing; the file is the whole process, so it needs every section`,
				`f:1:1: types: missing; the file is the whole process, so it needs every section`,
			},
		},
		{
			"no working days and no statuses",
			[]string{"{working_days: [mon]}", "{}", statuses, ""},
			[]string{
				`f:9:11: calendar.working_days: missing; write [] if every day is one`,
				`f:11:5: flows[0].statuses: missing; write [] for a flow without any`,
			},
		},
		{
			"keys twice",
			[]string{"    entry: ask\n", "    entry: ask\n    name: Other\n", "calendar:", "types: []\ncalendar:"},
			[]string{
				`f:9:1: types: given twice, first in line 4`,
				`f:15:5: flows[0].name: given twice, first in line 13`,
			},
		},
		{
			"values twice",
			[]string{
				"[mon]", "[mon, tue, mon], holidays: [2026-12-25, 2026-12-25]",
				"    entry: ask\n", "    entry: ask\n    applies_to: [severity: {is-one-of: [major, minor, major]}]\n",
			},
			[]string{
				`f:9:37: calendar.working_days[2]: "mon" is there twice`,
				`f:9:66: calendar.holidays[1]: "2026-12-25" is there twice`,
				`f:14:55: flows[0].applies_to[0].severity.is-one-of[2]: "major" is there twice`,
			},
		},
		{
			"wrong types",
			[]string{
				"  - {key: minor, name: Minor}", "  - minor", "[{key: lead, name: Lead}]", "{key: lead}",
				"entry: ask", "entry: [ask]", "title: One", "title: {text: One}\n            optional: sometimes",
			},
			[]string{
				`f:2:5: severities[0]: want keys and values (key, name, retired), not "minor"`,
				`f:6:8: roles: want a list, not keys and values`,
				`f:13:12: flows[0].entry: want one value, not a list`,
				`f:20:20: flows[0].statuses[0].tasks[0].title: want one value, not keys and values`,
				`f:21:23: flows[0].statuses[0].tasks[0].optional: want true or false, not "sometimes"`,
			},
		},
		{
			"words out of a few",
			[]string{"entry: ask", "entry: automatc\n    opt_out: lead_and_admin", "kind: custom", "kind: zzzzzzzzz", "[mon]", "[monday]"},
			[]string{
				`f:9:27: calendar.working_days[0]: no day of the week: "monday"; known here: mon, tue, wed, thu, fri, sat, sun`,
				`f:13:12: flows[0].entry: unknown: "automatc"; did you mean automatic?`,
				`f:14:14: flows[0].opt_out: unknown: "lead_and_admin"; did you mean lead-and-admins?`,
				`f:20:19: flows[0].statuses[0].tasks[0].kind: unknown: "zzzzzzzzz"; known here: review_timeline, create_postmortem, ` +
					`schedule_debrief, hold_debrief, complete_postmortem, share_postmortem, review_followups, assign_role, custom`,
			},
		},
		{
			"a version before the first", []string{"severities:", "version: 0\nseverities:"}, []string{`f:1:10: version: want a whole number from 1, not "0"`},
		},
		{
			"a version with a sign", []string{"severities:", "version: +1\nseverities:"}, []string{`f:1:10: version: want a whole number from 1, not "+1"`},
		},
		{
			"a value that is long",
			[]string{"entry: ask", "entry: " + strings.Repeat("é", 70)},
			[]string{`f:13:12: flows[0].entry: unknown: "` + strings.Repeat("é", 60) + `…"; known here: ask, automatic`},
		},
		{
			"values of a certain form",
			[]string{
				"severities:", "version: 1.5\nseverities:", "[mon]", "[mon], holidays: [2026-02-30]",
				"title: One", "title: One\n            due: 2 bd\n            assignee: {person: \"@ana\"}",
			},
			[]string{
				`f:1:10: version: want a whole number from 1, not "1.5"`,
				`f:10:44: calendar.holidays[0]: want a day such as 2026-12-25, not "2026-02-30"`,
				`f:22:18: flows[0].statuses[0].tasks[0].due: want a number of business days, days or hours such as 2bd, 3d or 12h, not "2 bd"`,
				`f:23:32: flows[0].statuses[0].tasks[0].assignee.person: want a member id such as U024BE7LH (in Slack: profile, ⋮, Copy member ID), not "@ana"`,
			},
		},
		{
			"working hours",
			[]string{"flows:", "hours: {from: 9:00, to: nine, digest: 25:00}\nflows:"},
			[]string{
				`f:10:15: hours.from: want a time such as "09:00", not "9:00"`,
				`f:10:25: hours.to: want a time such as "09:00", not "nine"`,
				`f:10:39: hours.digest: want a time such as "09:00", not "25:00"`,
			},
		},
		{
			"working hours that end too early",
			[]string{"flows:", "hours: {from: '09:00', to: '09:30'}\nflows:"},
			[]string{`f:10:1: hours: they end at least an hour after they begin, on the same day`},
		},
		{
			"an assignee that is a list",
			[]string{"title: One", "title: One\n            assignee: [lead]"},
			[]string{`f:21:23: flows[0].statuses[0].tasks[0].assignee: want the key of a role or {person: U024BE7LH}, not a list`},
		},
		{
			"an assignee by role and key",
			[]string{"title: One", "title: One\n            assignee: {role: lead}"},
			[]string{
				`f:21:23: flows[0].statuses[0].tasks[0].assignee.person: missing; for a role write its key alone`,
				`f:21:24: flows[0].statuses[0].tasks[0].assignee.role: unknown key; known here: person`,
			},
		},
		{
			"nothing where something is announced",
			[]string{"name: Main", "name:", "- {key: default, name: Default}", "-", "title: One", "title: One\n            assignee: ''"},
			[]string{
				`f:5:4: types[0]: empty; fill it in or remove it`,
				`f:12:10: flows[0].name: empty; fill it in or remove it`,
				`f:21:23: flows[0].statuses[0].tasks[0].assignee: empty; fill it in or remove it`,
			},
		},
		{
			"conditions that are none",
			[]string{"    entry: ask\n", `    entry: ask
    applies_to:
      - major
      - severty: {at-least: major}
      - severity: major
      - severity: {atleast: major}
      - severity: {at-least: [major]}
      - severity: {at-least: major, is-not: minor}
      - {severity: {at-least: major}, type: {is-not: default}}
      - {}
      - ? [severity]
        : major
`},
			[]string{
				`f:15:9: flows[0].applies_to[0]: want one comparison such as severity: {at-least: major} or type: {is-one-of: [security, data]}, not "major"`,
				`f:16:9: flows[0].applies_to[1].severty: unknown: "severty"; did you mean severity?`,
				`f:17:19: flows[0].applies_to[2].severity: want one comparison such as severity: {at-least: major} or type: {is-one-of: [security, data]}, not "major"`,
				`f:18:20: flows[0].applies_to[3].severity.atleast: unknown: "atleast"; did you mean at-least?`,
				`f:19:30: flows[0].applies_to[4].severity.at-least: want one value, not a list`,
				`f:20:37: flows[0].applies_to[5].severity: want one comparison such as severity: {at-least: major} or type: {is-one-of: [security, data]}; begin a second one with its own dash`,
				`f:21:39: flows[0].applies_to[6]: want one comparison such as severity: {at-least: major} or type: {is-one-of: [security, data]}; begin a second one with its own dash`,
				`f:22:9: flows[0].applies_to[7]: want one comparison such as severity: {at-least: major} or type: {is-one-of: [security, data]}, not keys and values`,
				`f:23:11: flows[0].applies_to[8]: want one comparison such as severity: {at-least: major} or type: {is-one-of: [security, data]}, not a list`,
			},
		},
		{
			"keys that are no names",
			[]string{"calendar:", "? [a]\n: 1\n\"a\\nb\": 1\n<<: {}\ncalendar:"},
			[]string{
				`f:9:3: want a key (` + sections + `), not a list`,
				`f:11:1: "a\nb": unknown key; known here: ` + sections,
				`f:12:1: "<<": unknown key; known here: ` + sections,
			},
		},
		{
			"tags",
			[]string{"name: Main", "name: !!str Main"},
			[]string{`f:12:11: flows[0].name: tags (!…) are not supported`},
		},
		{
			"a list at the top",
			[]string{least, "- a\n"},
			[]string{`f:1:1: want keys and values (` + sections + `), not a list`},
		},
		{
			"a second document",
			[]string{"calendar:", "---\ncalendar:", "flows:\n", "flows: []\n---\nflows:\n"},
			[]string{
				`f:1:1: calendar: missing; the file is the whole process, so it needs every section`,
				`f:1:1: flows: missing; the file is the whole process, so it needs every section`,
				`f:9:1: a second document begins here; a process is one`,
			},
		},
		{
			"broken YAML",
			[]string{"[mon]", "[mon"},
			[]string{`f:9:30: did not find expected ',' or ']' while parsing a flow sequence`},
		},
		{
			"an alias without its anchor",
			[]string{"[mon]", "*days"},
			[]string{`f:9:26: unknown anchor 'days' referenced`},
		},
		{"no file", []string{least, ""}, []string{`f:1:1: the file is empty; want the whole process, as epilogue flows export writes it`}},
		{"only a comment", []string{least, "# later\n"}, []string{`f:1:1: the file is empty; want the whole process, as epilogue flows export writes it`}},
		{"an empty document", []string{least, "---\n"}, []string{`f:2:1: the file is empty; want the whole process, as epilogue flows export writes it`}},
		{"bytes that are no text", []string{"Main", "M\xffin"}, []string{`f:12:12: the file is not UTF-8 text`}},
		{"a control character", []string{"Main", "é\x1b[2J"}, []string{`f:12:12: the file has a control character (U+001B)`}},
	} {
		t.Run(tt.given, func(t *testing.T) {
			wantProblems(t, with(t, tt.edit...), tt.want...)
		})
	}
}

func TestWhatCheckFindsIsShownAtItsLine(t *testing.T) {
	for _, tt := range []struct {
		given string
		edit  []string
		want  []string
	}{
		{
			"keys twice and keys that are none",
			[]string{"key: major", "key: minor", "key: one", "key: ÄÖ"},
			[]string{
				`f:3:11: severities[1].key: "minor" is there twice`,
				`f:18:18: flows[0].statuses[0].tasks[0].key: a key is at most 40 of a-z, 0-9, - and _: "ÄÖ" is not`,
			},
		},
		{
			"names that are none",
			[]string{"name: Fixing", `name: " "`, "title: One", `title: "One\ntwo"`},
			[]string{
				`f:8:25: active_statuses[0].name: a name is needed`,
				`f:20:20: flows[0].statuses[0].tasks[0].title: one line only`,
			},
		},
		{
			"no lead, and nothing to choose",
			[]string{"[{key: lead, name: Lead}]", "[]", "name: Fixing", "name: Fixing, retired: true"},
			[]string{
				`f:6:1: roles: a role with the key "lead" is needed, not retired`,
				`f:7:1: active_statuses: at least one that is not retired is needed`,
			},
		},
		{
			"conditions over keys that are not there",
			[]string{"    entry: ask\n", `    entry: automatic
    applies_to:
      - severity: {at-least: majr}
      - type: {is-one-of: [default, data]}
      - severity: {is-not: critical}
      - type: {at-least: default}
      - type: {is-not: []}
    enters_when:
      - type: {is-not: [security]}
`},
			[]string{
				`f:15:30: flows[0].applies_to[0].severity.at-least: no severity has the key "majr"`,
				`f:16:37: flows[0].applies_to[1].type.is-one-of[1]: no type has the key "data"`,
				`f:17:28: flows[0].applies_to[2].severity.is-not: no severity has the key "critical"`,
				`f:18:16: flows[0].applies_to[3].type.at-least: only a severity can be at least something`,
				`f:19:16: flows[0].applies_to[4].type.is-not: at least one value is needed`,
				`f:21:25: flows[0].enters_when[0].type.is-not[0]: no type has the key "security"`,
			},
		},
		{
			"conditions of an entry that asks",
			[]string{"    entry: ask\n", "    entry: ask\n    enters_when: [severity: {at-least: major}]\n"},
			[]string{`f:14:5: flows[0].enters_when: only with entry automatic`},
		},
		{
			"roles that are not there",
			[]string{"title: One", "title: One\n            role: scribe\n            assignee: boss"},
			[]string{
				`f:21:19: flows[0].statuses[0].tasks[0].role: a role goes with the kind assign_role, and only with it`,
				`f:21:19: flows[0].statuses[0].tasks[0].role: no role has the key "scribe"`,
				`f:22:23: flows[0].statuses[0].tasks[0].assignee: no role has the key "boss"`,
			},
		},
		{
			"a role that is needed and not given",
			[]string{"kind: custom", "kind: assign_role"},
			[]string{`f:18:13: flows[0].statuses[0].tasks[0].role: a role goes with the kind assign_role, and only with it`},
		},
		{
			"an offset beyond sense",
			[]string{"title: One", "title: One\n            due: 1001bd"},
			[]string{`f:21:18: flows[0].statuses[0].tasks[0].due: from 0 to 1000`},
		},
		{
			"form and meaning at once, each said once",
			[]string{
				"    entry: ask\n", "    applies_to: [severity: {at-least: critical}]\n",
				"key: major", "key: minor", "title: One", "title: [One]\n            assignee: boss",
			},
			[]string{
				`f:3:11: severities[1].key: "minor" is there twice`,
				`f:11:5: flows[0].entry: missing; ask or automatic`,
				`f:13:39: flows[0].applies_to[0].severity.at-least: no severity has the key "critical"`,
				`f:20:20: flows[0].statuses[0].tasks[0].title: want one value, not a list`,
				`f:21:23: flows[0].statuses[0].tasks[0].assignee: no role has the key "boss"`,
			},
		},
		{
			"a key that could not be read is not missed elsewhere",
			[]string{"{key: major, name: Major}", "{key: [major], name: Major}", "    entry: ask\n", "    entry: ask\n    applies_to: [severity: {at-least: major}]\n"},
			[]string{`f:3:11: severities[1].key: want one value, not a list`},
		},
	} {
		t.Run(tt.given, func(t *testing.T) {
			wantProblems(t, with(t, tt.edit...), tt.want...)
		})
	}
}

func TestWhatIsLeftOutHasItsDefault(t *testing.T) {
	got, err := Read(strings.NewReader(least), "f")
	if err != nil {
		t.Fatal(err)
	}
	want := flow.Process{
		Severities:     []flow.Label{{Key: "minor", Name: "Minor"}, {Key: "major", Name: "Major"}},
		Types:          []flow.Label{{Key: "default", Name: "Default"}},
		Roles:          []flow.Role{{Key: "lead", Name: "Lead"}},
		ActiveStatuses: []flow.Label{{Key: "fixing", Name: "Fixing"}},
		Calendar:       flow.Calendar{WorkingDays: []time.Weekday{time.Monday}},
		Flows: []flow.Flow{{
			Key: "main", Name: "Main", Entry: flow.Ask, OptOut: flow.Everyone,
			Statuses: []flow.Status{{Key: "doing", Name: "Doing", Tasks: []flow.Template{{Key: "one", Kind: flow.Custom, Title: "One"}}}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("process (-want +got):\n%s", diff)
	}
}

func TestValuesMeanTheirText(t *testing.T) {
	file := with(t, "name: Main", "name: 007", "name: Doing", "name: no", "title: One", "title: 2026-01-01\n            description: 1e3\n            optional: false")
	p, err := Read(strings.NewReader("\ufeff"+file), "f")
	if err != nil {
		t.Fatal(err)
	}
	task := p.Flows[0].Statuses[0].Tasks[0]
	got := []string{p.Flows[0].Name, p.Flows[0].Statuses[0].Name, task.Title, task.Description}
	if diff := cmp.Diff([]string{"007", "no", "2026-01-01", "1e3"}, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

func TestOneValueMayStandWithoutAList(t *testing.T) {
	p, err := Read(strings.NewReader(with(t, "    entry: ask\n", "    entry: ask\n    applies_to: [type: {is-not: default}]\n")), "f")
	if err != nil {
		t.Fatal(err)
	}
	want := []flow.Condition{{Field: flow.Type, Op: flow.IsNot, Values: []flow.Key{"default"}}}
	if diff := cmp.Diff(want, p.Flows[0].AppliesTo); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

func TestAnAliasStandsForWhatItRepeats(t *testing.T) {
	file := with(t, "\n    statuses:", "\n    statuses: &same") + "  - key: other\n    name: Other\n    entry: ask\n    statuses: *same\n"
	p, err := Read(strings.NewReader(file), "f")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.Flows[0].Statuses, p.Flows[1].Statuses); diff != "" {
		t.Errorf("statuses (-first +second):\n%s", diff)
	}
}

func TestAFileThatExplodesIsRefused(t *testing.T) {
	list := func(name, item string, n int) string {
		return name + ": &" + name + " [" + strings.Repeat(item+", ", n-1) + item + "]"
	}
	bomb := "x: [" + strings.Join([]string{
		"{" + list("tasks", "{key: a, kind: custom, title: A}", 1000) + "}",
		"{" + list("statuses", "{key: a, name: A, tasks: *tasks}", 1000) + "}",
	}, ", ") + "]\n" + list("flows", "{key: a, name: A, entry: ask, statuses: *statuses}", 1000) + "\n"
	for _, tt := range []struct{ given, file, want string }{
		{"aliases that multiply", bomb, "more than 200000 values, counting what aliases repeat; a process is far smaller"},
		{"an alias of itself", "flows: &a [*a]\n", "flows[0]: want keys and values ("},
		{"a long list", with(t, "[mon]", "["+strings.Repeat("mon, ", 1001)+"]"), "calendar.working_days: at most 1000 entries, not 1001"},
		{"too many bytes", least + strings.Repeat("#\n", MaxSize/2), "f:1:1: longer than 5 MiB; a process is far smaller"},
		{"deep nesting", strings.Repeat("[", 100_000), "exceeded max depth of 10000"},
	} {
		t.Run(tt.given, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.file), "f")
			if !errors.As(err, new(Errors)) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.500v, want %s", err, tt.want)
			}
		})
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	_, err := Read(strings.NewReader(with(t, "[mon]", "["+strings.Repeat("x, ", 100)+"]")), "f")
	lines := strings.Split(fmt.Sprint(err), "\n")
	if got := lines[len(lines)-1]; len(lines) != 51 || got != "and 50 more" {
		t.Errorf("%d lines, the last %q", len(lines), got)
	}
}

func TestAFileThatCannotBeReadIsNoProblemOfItsContent(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, err := Read(io.MultiReader(strings.NewReader(least), iotest.ErrReader(broken)), "f")
	if !errors.Is(err, broken) || errors.As(err, new(Errors)) {
		t.Errorf("got %v", err)
	}
}

// wantSound says what holds for every file: what is read passes Check and survives Write, what is not
// says where on one line that does a terminal no harm.
func wantSound(t tester, file string) {
	t.Helper()
	p, err := Read(strings.NewReader(file), "f")
	if err != nil {
		var problems Errors
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("got %T: %[1]v", err)
		}
		for i, problem := range problems {
			unprintable := func(c rune) bool { return !unicode.IsPrint(c) }
			if problem.File != "f" || problem.Line < 1 || problem.Column < 1 || problem.What == "" || strings.ContainsFunc(problem.String(), unprintable) {
				t.Fatalf("problem %#v of\n%s", problem, file)
			}
			if i > 0 && problem == problems[i-1] {
				t.Fatalf("said twice: %s in\n%s", problem, file)
			}
		}
		return
	}
	if problems := p.Check(); len(problems) > 0 {
		t.Fatalf("read with problems: %v", problems)
	}
	again, err := Read(strings.NewReader(mustWrite(t, p)), "f")
	if err != nil {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff(p, again, same); diff != "" {
		t.Fatalf("read back (-want +got):\n%s", diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(least)
	f.Add(string(render(everything())))
	f.Add("flows: &a [*a]")
	f.Add("a: b: c")
	f.Add("%YAML 9.0\n---\n")
	f.Fuzz(func(t *testing.T, file string) { wantSound(t, file) })
}

func TestAFileThatWasTornIsReadOrRefusedWithPositions(t *testing.T) {
	whole := strings.SplitAfter(string(render(everything())), "\n")
	values := []string{" x", " [x]", " {x: y}", " []", " ''", "", " null", " !!str x", " &a x", " *a", " \"\\x1b[2J\"", " true", " 0d", " lead", " {person: U1}", " {at-least: minor}"}
	rapid.Check(t, func(t *rapid.T) {
		lines := slices.Clone(whole)
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
			switch rapid.IntRange(0, 4).Draw(t, "edit") {
			case 0:
				lines[i] = ""
			case 1:
				lines[i] += lines[i]
			case 2:
				j := rapid.IntRange(0, len(lines)-1).Draw(t, "other line")
				lines[i], lines[j] = lines[j], lines[i]
			case 3:
				key, _, _ := strings.Cut(lines[i], ":")
				lines[i] = strings.TrimSuffix(key, "\n") + ":" + rapid.SampledFrom(values).Draw(t, "value") + "\n"
			case 4:
				from := rapid.IntRange(0, len(lines[i])).Draw(t, "from")
				to := rapid.IntRange(from, len(lines[i])).Draw(t, "to")
				lines[i] = lines[i][:from] + lines[i][to:]
			}
		}
		wantSound(t, strings.Join(lines, ""))
	})
}
