package flowfile

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"epilogue/flow"
)

var update = flag.Bool("update", false, "write the golden files")

// same takes a list that is empty for one that is missing.
var same = cmpopts.EquateEmpty()

// tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

func mustWrite(t tester, p flow.Process) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, p); err != nil {
		t.Fatalf("%v", err)
	}
	return b.String()
}

func wantGolden(t *testing.T, file string, p flow.Process) {
	t.Helper()
	path := "testdata/" + file
	got := mustWrite(t, p)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
	read, err := Read(bytes.NewReader(want), file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, read, same); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestTheStandardProcessIsReadable(t *testing.T) {
	wantGolden(t, "standard.yaml", flow.Standard())
}

// everything is a process with every feature and every way to write a value.
func everything() flow.Process {
	p := flow.Standard()
	p.Version = 7
	p.Severities = append(p.Severities, flow.Label{Key: "apocalypse", Name: "No. 1: \"everything\" is down", Retired: true})
	p.Types = append(p.Types, flow.Label{Key: "security", Name: "Security"}, flow.Label{Key: "2fa", Name: "🔐 2FA & sign-in"})
	p.Roles[1].Description = "Tells everyone \nwhat is known." // quoted: the space would not outlive every editor
	p.Roles = append(p.Roles, flow.Role{Key: "no", Name: "No", Description: "  two spaces first", Retired: true})
	p.Calendar.Holidays = []flow.Date{{Year: 2026, Month: time.December, Day: 25}, {Year: 2027, Month: time.January, Day: 1}}
	p.Hours = flow.WorkingHours{From: 8*60 + 30, To: 16*60 + 45, Digest: 10 * 60}
	p.Admins = flow.AdminList{People: []flow.UserID{"U024BE7LH", "W012A3CDE"}, Groups: []flow.GroupID{"S0614TZR7"}}
	p.Templates = []flow.PostmortemTemplate{
		{Key: "short", Name: "Short: the \"gist\"", Text: "---\nname: {{name}}\n---\n# {{reference}}\n\n> help\n\n```\n  code\n```\n"},
		{Key: "line", Name: "One line", Text: "{{summary}}"},
	}
	p.Reminders = flow.Reminders{Escalation: flow.Escalation{Channel: "C024BE7LH"}, Report: "C012A3CDE"}
	major := flow.Flow{
		Reminders: []flow.Step{flow.OnTheDay, flow.ThreeLate},
		Templates: []flow.Key{"line", "short"},
		Key:       "major", Name: "Major", Description: "For what customers notice.", Entry: flow.Automatic, OptOut: flow.LeadAndAdmins,
		AppliesTo: []flow.Condition{
			{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}},
			{Field: flow.Type, Op: flow.IsNot, Values: []flow.Key{"2fa"}},
		},
		EntersWhen: []flow.Condition{{Field: flow.Type, Op: flow.IsOneOf, Values: []flow.Key{"default", "security"}}},
		Statuses: []flow.Status{
			{Key: "writing", Name: "Writing", Tasks: []flow.Template{
				{
					Key: "write", Kind: flow.CreatePostmortem, Title: "Write it down: what happened", Assignee: flow.Assignee{User: "U024BE7LH"},
					Due: flow.Offset{N: 2, Unit: flow.BusinessDays}, Description: "Facts first, opinions later:\n\n\n- what was seen\n  - by whom\n# what was done",
				},
				{Key: "comms", Kind: flow.AssignRole, Role: "communications", Title: "Assign the Communications Lead role", Due: flow.Offset{N: 12, Unit: flow.Hours}},
				{Key: "legal", Kind: flow.Custom, Title: "Ask Legal, if data left the house", Due: flow.Offset{Unit: flow.Days}, Optional: true, Description: "By mail.\nNot by phone.\n"},
			}},
			{Key: "waiting", Name: "Waiting"},
		},
	}
	nothing := flow.Flow{Key: "nothing", Name: "Nothing", Entry: flow.Ask, OptOut: flow.Nobody, Disabled: true}
	p.Flows = append([]flow.Flow{major}, append(p.Flows, nothing)...)
	return p
}

func TestEveryFeatureHasItsPlaceInTheFile(t *testing.T) {
	wantGolden(t, "everything.yaml", everything())
}

func TestWhatIsWrittenIsReadBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := processes().Draw(t, "process")
		first := mustWrite(t, p)
		read, err := Read(strings.NewReader(first), "f")
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		if diff := cmp.Diff(p, read, same); diff != "" {
			t.Fatalf("read back (-want +got):\n%s\n%s", diff, first)
		}
		if diff := cmp.Diff(first, mustWrite(t, read)); diff != "" {
			t.Fatalf("second write (-first +second):\n%s", diff)
		}
		if changes := flow.Diff(p, read); len(changes) > 0 {
			t.Fatalf("differs from itself: %+v", changes)
		}
	})
}

func TestEveryFieldOfAProcessIsInTheFile(t *testing.T) {
	p := everything()
	before := string(render(p))
	inFile := map[string]bool{} // every field of a type → whether some change of it changes the file
	var walk func(v reflect.Value, fields []string)
	walk = func(v reflect.Value, fields []string) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				field := v.Type().String() + "." + v.Type().Field(i).Name
				inFile[field] = inFile[field] || false
				walk(v.Field(i), append(slices.Clone(fields), field))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), fields)
			}
		default:
			old := reflect.ValueOf(v.Interface())
			switch v.Kind() {
			case reflect.String:
				v.SetString("other")
			case reflect.Int:
				v.SetInt(v.Int() + 1)
			case reflect.Bool:
				v.SetBool(!v.Bool())
			default:
				t.Fatalf("%v: a kind of field that this test does not know: %s", fields, v.Kind())
			}
			for _, field := range fields {
				inFile[field] = inFile[field] || string(render(p)) != before
			}
			v.Set(old)
		}
	}
	walk(reflect.ValueOf(&p).Elem(), nil)
	for field, there := range inFile {
		if !there {
			t.Errorf("%s is not written", field)
		}
	}
}

func TestWhatCannotBeReadBackIsNotWritten(t *testing.T) {
	for _, tt := range []struct {
		given string
		edit  func(*flow.Process)
		want  string
	}{
		{"a process with problems", func(p *flow.Process) { p.Flows[0].Key, p.Types = "", nil }, "types: at least one that is not retired is needed\nflows[0].key: a key is needed"},
		{"a person and a role", func(p *flow.Process) { p.Flows[0].Statuses[0].Tasks[0].Assignee.User = "U1" }, "a person or a role, not both"},
		{"an id that is none", func(p *flow.Process) {
			p.Flows[0].Statuses[0].Tasks[0].Assignee = flow.Assignee{User: "ana"}
		}, "want a member id"},
		{"bytes that are no text", func(p *flow.Process) { p.Flows[0].Name = "a\xffb" }, "not UTF-8"},
		{"bytes that are no text, in quotes", func(p *flow.Process) { p.Flows[0].Name = "a\xff\a" }, "bytes that are not text"},
		{"a day that is none", func(p *flow.Process) { p.Calendar.Holidays = []flow.Date{{}} }, "calendar.holidays[0]"},
	} {
		t.Run(tt.given, func(t *testing.T) {
			p := flow.Standard()
			tt.edit(&p)
			var b bytes.Buffer
			err := Write(&b, p)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if b.Len() > 0 {
				t.Errorf("wrote %d bytes all the same", b.Len())
			}
		})
	}
}

func TestWhatIsThereTwiceIsWrittenOnce(t *testing.T) {
	p := everything()
	want := mustWrite(t, p)
	p.Calendar.WorkingDays = append(p.Calendar.WorkingDays, time.Monday)
	p.Calendar.Holidays = append(p.Calendar.Holidays, p.Calendar.Holidays[0])
	values := &p.Flows[0].EntersWhen[0].Values
	*values = append(*values, (*values)[0])
	if diff := cmp.Diff(want, mustWrite(t, p)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

func TestAWriterThatFailsIsReported(t *testing.T) {
	r, w := io.Pipe()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Write(w, flow.Standard()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}
