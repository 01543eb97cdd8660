// Package archtest holds the rooms of the house apart: who may import whom, with the reason printed when it is broken.
package archtest

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// room says what a package may import besides the standard library. Test files may import more: they are how a room is looked at from outside.
type room struct {
	path   string
	ours   []string // of this module
	theirs []string // modules of others, by prefix
	not    []string // of the standard library
	why    string
}

var rooms = []room{
	{
		"flow", nil, nil,
		[]string{"context", "os", "io", "net", "log", "sync", "database/sql"},
		"flow is the rules and nothing else: no I/O, no clock, no goroutine, so that every decision can be replayed and tested as a value",
	},
	{
		"blocks",
		[]string{"flow", "internal/spelling"}, // spelling is as pure as flow: what was meant belongs to the sentence that says so
		[]string{"github.com/slack-go/slack"},
		[]string{"context", "os", "net/http", "database/sql"},
		"blocks turns values into words and pictures; it must be able to do so without a workspace, a database or a socket",
	},
	{
		"store",
		[]string{"flow"},
		nil, nil,
		"store is a contract that a shared database must be able to keep as well as a file",
	},
	{
		"store/boltstore",
		[]string{"flow", "store"},
		[]string{"go.etcd.io/bbolt", "github.com/oklog/ulid", "golang.org/x/sys"},
		nil,
		"boltstore keeps the contract in one file, and knows nothing of Slack",
	},
	{
		"store/storetest",
		[]string{"flow", "store"},
		[]string{"github.com/google/go-cmp"},
		nil,
		"storetest is the contract as a suite: it must run on any store",
	},
	{
		"internal/member", nil, nil,
		[]string{"encoding/json"},
		"member is quick because it decodes nothing; both readers of what Slack sends rest on it",
	},
	{
		"internal/socketlink",
		[]string{"internal/member"},
		[]string{"github.com/coder/websocket", "github.com/slack-go/slack"},
		nil,
		"socketlink carries envelopes; what they mean is not its business, and losing none is",
	},
	{
		"internal/sandbox",
		[]string{"internal/sandbox/blockkit"},
		[]string{"github.com/gorilla/websocket"},
		nil,
		"the sandbox is a second reading of Slack's documentation: what it shared with the bot, it would misunderstand with the bot",
	},
	{
		"internal/sandbox/blockkit", nil, nil, nil,
		"the sandbox's Block Kit rules are read off Slack's documentation, independently of what the bot checks",
	},
	{
		"internal/sandbox/page",
		[]string{"internal/sandbox", "internal/sandbox/blockkit", "internal/sandbox/page/kit"},
		[]string{"github.com/kyokomi/emoji"},
		nil,
		"the page draws what the sandbox lets a person see, and hands on what they do; it knows no app",
	},
	{
		"internal/sandbox/page/kit",
		[]string{"internal/sandbox/blockkit"},
		[]string{"github.com/kyokomi/emoji"},
		[]string{"net/http", "os"},
		"kit is blocks in, HTML out: it can be used, and attacked, without a workspace",
	},
	{
		"internal/config",
		[]string{"internal/spelling"},
		[]string{"go.yaml.in/yaml"},
		nil,
		"config is what the operator wrote, typed and checked; who uses it converts it",
	},
	{
		"internal/flowfile",
		[]string{"flow", "internal/spelling"},
		[]string{"go.yaml.in/yaml"},
		nil,
		"flowfile is the process as a text file; where the process is kept is not its business",
	},
	{
		"internal/spelling", nil, nil,
		[]string{"context", "os", "io", "net", "log", "sync", "database/sql"},
		"spelling compares words: whoever writes a sentence may ask it, so it must drag nothing along",
	},
	{
		"internal/ownersocket",
		[]string{"flow", "store", "store/boltstore"},
		nil, nil,
		"ownersocket lets a second process use the store of the first; it knows nothing of Slack",
	},
	{
		"internal/calendar",
		[]string{"flow"}, // business days are counted in one place
		nil,
		[]string{"context", "os", "net", "log", "sync"},
		"calendar knows meetings and free times as values; a calendar's API is next door",
	},
	{
		"bot",
		[]string{"flow", "blocks", "store", "internal/calendar", "internal/member", "internal/socketlink"},
		[]string{"github.com/slack-go/slack", "github.com/oklog/ulid", "github.com/robfig/cron", "golang.org/x/sync", "golang.org/x/time"},
		nil,
		"bot is the Slack edge: it must not know which database there is, and there is no other Slack than the one behind its API URL",
	},
	{
		"internal/calendar/google",
		[]string{"internal/calendar"},
		[]string{"cloud.google.com/go/auth", "google.golang.org/api"},
		nil,
		"google speaks to Google's API and nothing else: what a debrief is, and what people read when it says no, is not its business",
	},
	{
		"internal/calendar/fakegoogle", nil, nil, nil,
		"the fake is written from Google's document: what it shared with the client, it would misunderstand with the client",
	},
	{
		"internal/operator",
		[]string{"flow", "blocks", "store", "store/boltstore", "blocks", "bot", "internal/calendar", "internal/calendar/google", "internal/config", "internal/flowfile", "internal/ownersocket", "internal/socketlink"},
		[]string{"github.com/oklog/ulid", "github.com/slack-go/slack", "github.com/lmittmann/tint"},
		nil,
		"operator runs the bot in a real workspace: it must not know the local one, nor the command line",
	},
	{
		"internal/local",
		[]string{"flow", "store", "store/boltstore", "bot", "internal/calendar/fakegoogle", "internal/calendar/google", "internal/ownersocket", "internal/sandbox", "internal/sandbox/page", "internal/socketlink"},
		[]string{"cloud.google.com/go/auth"}, // what stands for credentials in a calendar that needs none
		nil,
		"local puts a bot and a local Slack together: between the two there is nothing but the protocol",
	},
	{
		"cmd/epilogue",
		[]string{"bot", "internal/config", "internal/local", "internal/operator", "internal/spelling"},
		[]string{"github.com/urfave/cli"},
		nil,
		"cmd is flags and wiring: what its commands do is in internal/operator and internal/local",
	},
	{
		"internal/browser", nil,
		[]string{"github.com/chromedp"},
		nil,
		"browser knows how people use pages, not which: every page's tests can ask it",
	},
	{"internal/faketime", nil, nil, nil, "every test may run in fake time"},
	{"internal/archtest", nil, nil, nil, "it is a test"},
	{"internal/e2e", nil, nil, nil, "it is tests"},
	{"internal/story", nil, nil, nil, "it is tests"},
	{"internal/promises", nil, nil, nil, "it is tests"},
	{"internal/bench", nil, nil, nil, "it is tests"},
	{"internal/simulation", nil, nil, nil, "it is tests"},
	{"internal/fidelity", nil, nil, nil, "it is tests"},
}

type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func list(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "epilogue/...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]listed{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatalf("read go list: %v", err)
		}
		all[strings.TrimPrefix(p.ImportPath, "epilogue/")] = p
	}
	return all
}

func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "epilogue"
}

// breaks says what an import breaks, or nothing.
func (r room) breaks(path string) string {
	if ours, ok := strings.CutPrefix(path, "epilogue/"); ok {
		if !slices.Contains(r.ours, ours) {
			return "may not import " + ours
		}
		return ""
	}
	if standard(path) {
		if slices.Contains(r.not, path) {
			return "may not import " + path
		}
		return ""
	}
	if !slices.ContainsFunc(r.theirs, func(prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }) {
		return "may not import " + path
	}
	return ""
}

func TestEveryRoomImportsOnlyWhatItMay(t *testing.T) {
	all := list(t)
	for _, r := range rooms {
		p, ok := all[r.path]
		if !ok {
			t.Errorf("there is no package %s", r.path)
			continue
		}
		for _, path := range p.Imports {
			if wrong := r.breaks(path); wrong != "" {
				t.Errorf("%s %s: %s", r.path, wrong, r.why)
			}
		}
		delete(all, r.path)
	}
	for path := range all {
		t.Errorf("%s has no room in the table", path)
	}
}

// Without this the test above could pass because it looks at nothing.
func TestWhatIsForbiddenIsFound(t *testing.T) {
	for _, c := range []struct{ room, path string }{
		{"flow", "os"},
		{"flow", "epilogue/store"},
		{"flow", "github.com/slack-go/slack"},
		{"blocks", "epilogue/store"},
		{"bot", "go.etcd.io/bbolt"},
		{"bot", "epilogue/store/boltstore"},
		{"internal/sandbox", "epilogue/bot"},
		{"internal/sandbox", "github.com/slack-go/slack"},
	} {
		i := slices.IndexFunc(rooms, func(r room) bool { return r.path == c.room })
		if rooms[i].breaks(c.path) == "" {
			t.Errorf("%s may import %s, says the table", c.room, c.path)
		}
	}
}

// Only these carry a bot token, or the words that people read: whoever needs more asks them.
func TestOnlyBlocksAndBotKnowSlacksClient(t *testing.T) {
	for path, p := range list(t) {
		if slices.Contains(p.Imports, "github.com/slack-go/slack") && !slices.Contains([]string{"blocks", "bot", "internal/socketlink", "internal/local", "internal/operator", "cmd/epilogue"}, path) {
			t.Errorf("%s imports slack-go: only the edge speaks with Slack", path)
		}
	}
}
