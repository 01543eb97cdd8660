package blocks

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	ana  flow.UserID = "UANA"
	ben  flow.UserID = "UBEN"
	cem  flow.UserID = "UCEM"
	dana flow.UserID = "UDANA"
)

type names map[flow.UserID]string

func (n names) Name(u flow.UserID) string { return n[u] }

var (
	people = names{ana: "Ana", ben: "Ben", cem: "Cem", dana: "Dana"}
	berlin = mustLoad("Europe/Berlin")
	start  = time.Date(2026, 12, 1, 14, 2, 0, 0, berlin) // a Tuesday
)

func mustLoad(zone string) *time.Location {
	l, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return l
}

// process is the standard one with due dates and a second flow that enters by itself.
func process() flow.Process {
	p := flow.Standard()
	std := &p.Flows[0]
	std.AppliesTo = []flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}}}
	doc := std.Statuses[0].Tasks
	for i := range doc {
		doc[i].Assignee = flow.Assignee{}
	}
	doc[0].Assignee = flow.Assignee{Role: flow.LeadRole}
	doc[1].Description = "Start from the template; facts first, opinions later.\nThe template is in the wiki."
	doc[1].Due = flow.Offset{N: 2, Unit: flow.BusinessDays}
	doc[2].Due = flow.Offset{N: 1, Unit: flow.BusinessDays}
	std.Statuses[0].Tasks = append(doc, flow.Template{Key: "legal", Kind: flow.Custom, Title: "Ask Legal about the data"})
	return p
}

func mandatory(p flow.Process) flow.Process {
	f := p.Flows[0]
	f.Key, f.Name, f.Entry, f.OptOut = "major", "Major", flow.Automatic, flow.Nobody
	f.AppliesTo = nil
	f.EntersWhen = []flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}}}
	p.Flows = append([]flow.Flow{f}, p.Flows...)
	return p
}

// story is an incident that commands are played to.
type story struct {
	t      *testing.T
	p      flow.Process
	inc    flow.Incident
	events []flow.Event
	at     time.Time
}

func actor(u flow.UserID) flow.Actor {
	return flow.Actor{User: u, Standing: flow.FullMember, Member: true, Admin: u == ana}
}

func person1(u flow.UserID) flow.Person {
	return flow.Person{User: u, Standing: flow.FullMember, Member: true}
}

// tell begins a story: INC-42, declared by Ana, who leads.
func tell(t *testing.T, p flow.Process) *story {
	t.Helper()
	s := &story{t: t, p: p, inc: flow.Incident{ID: 42}, at: start.Add(-3 * time.Hour)}
	s.does(ana, flow.Declare{
		Name: "Checkout errors in EU", Summary: "Every fifth payment fails.", Severity: "major", Type: "default", Lead: person1(ana),
	})
	s.does(ana, flow.RecordChannel{Channel: "C042"})
	s.at = start
	return s
}

// entered is a story in its flow.
func entered(t *testing.T, p flow.Process) *story {
	t.Helper()
	s := tell(t, p)
	s.does(ana, flow.EnterFlow{Flow: p.Flows[0].Key})
	return s
}

// does plays a command and gives its events.
func (s *story) does(by flow.UserID, cmd flow.Command) []flow.Event {
	s.t.Helper()
	inc, events, err := flow.Do(s.p, s.inc, cmd, actor(by), s.at)
	if err != nil {
		s.t.Fatalf("%#v by %s: %v", cmd, by, err)
	}
	s.inc, s.events = inc, append(s.events, events...)
	s.at = s.at.Add(time.Minute)
	return events
}

func (s *story) later(d time.Duration) { s.at = s.at.Add(d) }

func (s *story) scene() Scene {
	return Scene{
		Process: s.p, Names: people, Now: s.at, Zone: berlin, Command: "/inc",
		Home:    "https://slack.com/app_redirect?app=A1",
		Links:   func(flow.Incident) string { return "https://acme.slack.com/archives/C042/p1" },
		Message: func(flow.Message) string { return "https://acme.slack.com/archives/C042/p2" },
	}
}

// began is the event that began the present card.
func (s *story) began() flow.Event {
	s.t.Helper()
	for _, ev := range s.events {
		if ev.Seq == s.inc.Card {
			return ev
		}
	}
	s.t.Fatalf("%s has no card", s.inc.ID)
	return flow.Event{}
}

// last is the last event of a kind.
func last[F flow.Fact](s *story) flow.Event {
	s.t.Helper()
	for _, ev := range slices.Backward(s.events) {
		if _, ok := ev.Fact.(F); ok {
			return ev
		}
	}
	s.t.Fatalf("no such event")
	return flow.Event{}
}

// body is what Slack's Block Kit Builder takes.
func body[P Picture](p P) any {
	if m, ok := any(p).(Message); ok {
		return map[string]any{"blocks": m.Blocks}
	}
	return p
}

func encode(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden checks a picture against Slack's limits and against its golden file.
func golden[P Picture](t *testing.T, name string, p P) {
	t.Helper()
	if err := Check(p); err != nil {
		t.Errorf("%s: Slack would refuse it: %v", name, err)
	}
	same(t, name+".json", encode(t, body(p)))
}

func same(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update accepts it):\n%s", file, diff)
	}
}

// fits fails when Slack would refuse a picture.
func fits[P Picture](t tester, what string, p P) {
	t.Helper()
	if err := Check(p); err != nil {
		t.Fatalf("%s: Slack would refuse it: %v", what, err)
	}
}
