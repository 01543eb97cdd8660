package kit

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// people knows Ana, #general and the group oncall.
type people struct{}

func (people) User(id string) string    { return map[string]string{"U1": "Ana", "U2": "Ben <b>"}[id] }
func (people) Channel(id string) string { return map[string]string{"C1": "general"}[id] }
func (people) Group(id string) string   { return map[string]string{"S1": "oncall"}[id] }

// ana looks, on Monday, 23 November 2026, 10:00 in Madrid.
var (
	madrid = time.FixedZone("CET", 3600)
	ana    = Viewer{ID: "U1", Names: people{}, Zone: madrid, Now: time.Date(2026, 11, 23, 10, 0, 0, 0, madrid)}
)

// form is a modal that Ana looks at.
func form(blocks string) Surface {
	return Surface{
		Viewer: ana, Kind: Modal, Blocks: json.RawMessage("[" + blocks + "]"), Action: "/w/ana/act", Suggest: "/w/ana/suggest", View: "V1",
		Errors: map[string]string{"wrong": "That name is taken <again>."},
	}
}

// mustDraw draws and fails if a template did.
func mustDraw(t *testing.T, s Surface) string {
	t.Helper()
	r := newRenderer(s)
	out := string(r.surface())
	if r.broken != nil {
		t.Error(r.broken)
	}
	return out
}

func TestEveryBlockIsDrawnAsInItsGoldenFile(t *testing.T) {
	for name, block := range samples {
		t.Run(name, func(t *testing.T) {
			got := mustDraw(t, form(block)) + "\n"
			file := filepath.Join("testdata", strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), "'", "")+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got (go test ./internal/sandbox/page/kit -update writes it anew):\n%s", diff)
			}
			if err := harmless(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryElementTypeHasASample(t *testing.T) {
	all := fmt.Sprint(samples)
	for _, kind := range []string{
		"static_select", "multi_static_select", "external_select", "multi_external_select", "users_select", "multi_users_select", "conversations_select",
		"multi_conversations_select", "channels_select", "multi_channels_select", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker",
		"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input", "button", "overflow", "workflow_button",
		"feedback_buttons", "icon_button",
	} {
		if !strings.Contains(all, `"type":"`+kind+`"`) {
			t.Errorf("no sample has a %s", kind)
		}
	}
}

func TestWhatIsNoListOfBlocksDrawsAnEmptySurface(t *testing.T) {
	for _, blocks := range []string{"", "null", "{}", "[1,null,\"x\",{}]", "[{\"type\":7}]", "["} {
		s := form("")
		s.Blocks = json.RawMessage(blocks)
		if err := harmless(mustDraw(t, s)); err != nil {
			t.Errorf("%s: %v", blocks, err)
		}
	}
}

func TestTheSameMessageTwiceOnAPageHasDifferentIDs(t *testing.T) {
	one, two := form(samples["input"]), form(samples["input"])
	two.Key = "thread"
	if a, b := idsIn(mustDraw(t, one)), idsIn(mustDraw(t, two)); len(a) == 0 || cmp.Equal(a, b) {
		t.Errorf("ids %v and %v", a, b)
	}
}

func TestIDsDoNotChangeWhenABlockIsPutAbove(t *testing.T) {
	below := idsIn(mustDraw(t, form(samples["input"])))
	for id := range idsIn(mustDraw(t, form(samples["divider"]+","+samples["input"]))) {
		delete(below, id)
	}
	if len(below) > 0 {
		t.Errorf("these ids are gone: %v", below)
	}
}

func TestWithoutAnAddressEverythingIsDisabled(t *testing.T) {
	s := form(samples["actions"])
	s.Action = ""
	got := mustDraw(t, s)
	for _, tag := range []string{"<button", "<input"} {
		for part := range strings.SplitSeq(got, tag) {
			if head, _, _ := strings.Cut(part, ">"); strings.Contains(head, "id=") && strings.Contains(head, "k-btn") && strings.HasPrefix(head, " type") && !strings.Contains(head, "disabled") {
				t.Errorf("not disabled: %s%s>", tag, head)
			}
		}
	}
	if !strings.Contains(got, `disabled=""`) {
		t.Error("nothing is disabled")
	}
}

func TestAnErrorStandsBesideItsFieldAndDescribesIt(t *testing.T) {
	got := mustDraw(t, form(samples["input that is wrong"]))
	for _, want := range []string{`aria-invalid="true"`, "That name is taken &lt;again&gt;."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	_, rest, _ := strings.Cut(got, `aria-describedby="`)
	id, _, _ := strings.Cut(rest, `"`)
	if id == "" || !strings.Contains(got, `id="`+id+`"`) {
		t.Errorf("the field is described by %q, which is not there", id)
	}
}

func TestSlacksOwnLinksBecomeLocal(t *testing.T) {
	s := form(samples["section"] + "," + strings.Replace(samples["actions"], "https://e.x/t", "slack://app?tab=home", 1))
	s.Link = func(to string) string {
		return map[string]string{"https://e.x/a?b=1&c=2": "/w/ana/C1", "slack://app?tab=home": "/w/ana/home", "javascript:alert(1)": "//evil.example"}[to]
	}
	got := mustDraw(t, s)
	for _, want := range []string{`href="/w/ana/C1"`, `href="/w/ana/home"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "evil") || strings.Contains(got, `/w/ana/home" target`) {
		t.Error(got)
	}
}
