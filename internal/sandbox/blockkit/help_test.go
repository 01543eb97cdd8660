package blockkit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// x is a text of n code points, each of two bytes, so that a limit counted in bytes shows.
func x(n int) string { return strings.Repeat("é", max(0, n)) }

// pt and md are text objects of n code points.
func pt(n int) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, x(n)) }
func md(n int) string { return fmt.Sprintf(`{"type":"mrkdwn","text":%q}`, x(n)) }

// times repeats item n times as a JSON array; %d in it becomes the index.
func times(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "%d", fmt.Sprint(i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

// section, actions, input and contextOf put an element where it may stand.
func section(element string) string {
	return fmt.Sprintf(`{"type":"section","text":%s,"accessory":%s}`, pt(1), element)
}

func actions(elements ...string) string {
	return fmt.Sprintf(`{"type":"actions","elements":[%s]}`, strings.Join(elements, ","))
}

func input(element string) string {
	return fmt.Sprintf(`{"type":"input","label":%s,"element":%s}`, pt(1), element)
}

func contextOf(elements ...string) string {
	return fmt.Sprintf(`{"type":"context","elements":[%s]}`, strings.Join(elements, ","))
}

const (
	button  = `{"type":"button","text":{"type":"plain_text","text":"Go"}}`
	option  = `{"text":{"type":"plain_text","text":"o%d"},"value":"v%d"}`
	option0 = `{"text":{"type":"plain_text","text":"o0"},"value":"v0"}`
	divider = `{"type":"divider"}`
	rich    = `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"hi"}]}]}`
)

// surfaces are the ways to send blocks.
var surfaces = map[surface]struct {
	name, root string
	check      func(blocks string) []Problem
}{
	message: {"message", "/blocks", func(b string) []Problem { return CheckMessage(json.RawMessage(b)) }},
	modal: {"modal", "/view/blocks", func(b string) []Problem {
		return CheckView(json.RawMessage(`{"type":"modal","title":` + pt(1) + `,"submit":` + pt(1) + `,"blocks":` + b + `}`))
	}},
	home: {"home", "/view/blocks", func(b string) []Problem {
		return CheckView(json.RawMessage(`{"type":"home","blocks":` + b + `}`))
	}},
}

// eachSurface runs a test on every surface of the set.
func eachSurface(t *testing.T, on surface, run func(t *testing.T, s surface)) {
	t.Helper()
	for _, s := range []surface{message, modal, home} {
		if s&on != 0 {
			t.Run(surfaces[s].name, func(t *testing.T) { run(t, s) })
		}
	}
}

// wantProblems compares what a surface says of blocks with the problems expected, whose pointers start below the blocks.
func wantProblems(t *testing.T, s surface, blocks string, want ...Problem) {
	t.Helper()
	var all []Problem
	if s != message && len(want) > 0 {
		all = append(all, Problem{"failed to match all allowed schemas", "/view"})
	}
	for _, p := range want {
		all = append(all, Problem{p.Text, surfaces[s].root + p.Pointer})
	}
	if diff := cmp.Diff(all, surfaces[s].check(blocks)); diff != "" {
		t.Errorf("problems (-want +got):\n%s\nblocks: %.300s", diff, blocks)
	}
}
