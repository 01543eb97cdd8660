package flow_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"epilogue/flow"
)

// The people of the stories. Ana leads, and declares; the others are full members in the channel unless their name says otherwise.
var (
	ana      = person("ana")
	ben      = person("ben")
	cem      = person("cem")
	root     = flow.Actor{User: "root", Standing: flow.FullMember, Admin: true, Member: true}
	away     = flow.Actor{User: "away", Standing: flow.FullMember} // not in the channel
	guest    = flow.Actor{User: "guest", Standing: flow.Guest, Member: true}
	outsider = flow.Actor{User: "outsider", Standing: flow.Outsider, Member: true}
	gone     = flow.Actor{User: "gone", Standing: flow.Deactivated, Member: true}
	robot    = flow.Actor{User: "robot", Standing: flow.Bot, Member: true}
	stranger = flow.Actor{User: "stranger", Member: true} // of unknown standing
	itself   = flow.Actor{Standing: flow.Epilogue}
)

func person(name flow.UserID) flow.Actor {
	return flow.Actor{User: name, Standing: flow.FullMember, Member: true}
}

// as is an actor as the one who is to hold something.
func as(a flow.Actor) flow.Person {
	return flow.Person{User: a.User, Standing: a.Standing, Member: a.Member}
}

// berlin is the organization's zone; the stories begin there on a Monday morning.
var berlin = time.FixedZone("Berlin", 3600)

var monday = time.Date(2026, time.November, 23, 9, 0, 0, 0, berlin)

const (
	investigating flow.Key = "investigating"
	doc           flow.Key = "doc" // the statuses of the small flow
	rev           flow.Key = "rev"
)

// task is a custom task of a flow; with changes it.
func task(key string, with ...func(*flow.Template)) flow.Template {
	return kind(flow.Custom, key, with...)
}

func kind(k flow.Kind, key string, with ...func(*flow.Template)) flow.Template {
	t := flow.Template{Key: flow.Key(key), Kind: k, Title: "Task " + key}
	for _, change := range with {
		change(&t)
	}
	return t
}

func optional(t *flow.Template) { t.Optional = true }

func byDefault(u flow.UserID) func(*flow.Template) {
	return func(t *flow.Template) { t.Assignee.User = u }
}

func byRole(r flow.Key) func(*flow.Template) {
	return func(t *flow.Template) { t.Assignee.Role = r }
}

func due(n int, unit flow.Unit) func(*flow.Template) {
	return func(t *flow.Template) { t.Due = flow.Offset{N: n, Unit: unit} }
}

func holds(r flow.Key) func(*flow.Template) {
	return func(t *flow.Template) { t.Role = r }
}

func status(key flow.Key, tasks ...flow.Template) flow.Status {
	return flow.Status{Key: key, Name: "The " + string(key), Tasks: tasks}
}

func aFlow(key flow.Key, statuses ...flow.Status) flow.Flow {
	return flow.Flow{Key: key, Name: "Flow " + string(key), Entry: flow.Ask, OptOut: flow.Everyone, Statuses: statuses}
}

// process is the standard one with other flows.
func process(flows ...flow.Flow) flow.Process {
	p := flow.Standard()
	p.Flows = flows
	p.Types = append(p.Types, flow.Label{Key: "security", Name: "Security"})
	return p
}

// small is the flow of most stories: tasks 1 and 2 in doc, 3 and 4 in rev.
func small(changes ...func(*flow.Flow)) flow.Process {
	f := aFlow("small", status(doc, task("a"), task("b")), status(rev, task("c"), task("d")))
	for _, change := range changes {
		change(&f)
	}
	return process(f)
}

func rights(r flow.Right) func(*flow.Flow) { return func(f *flow.Flow) { f.OptOut = r } }

func automatic(when ...flow.Condition) func(*flow.Flow) {
	return func(f *flow.Flow) { f.Entry, f.EntersWhen = flow.Automatic, when }
}

func severityAtLeast(k flow.Key) flow.Condition {
	return flow.Condition{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{k}}
}

func typeIs(k ...flow.Key) flow.Condition {
	return flow.Condition{Field: flow.Type, Op: flow.IsOneOf, Values: k}
}

// story is an incident to which things happen. Whatever is done is checked against the promises that always hold.
type story struct {
	t       rapid.TB
	process flow.Process
	inc     flow.Incident
	events  []flow.Event // all so far
	last    []flow.Event // of the last command
	now     time.Time
}

// declared is a story that begins with INC-42, which ana declared and leads.
func declared(t rapid.TB, p flow.Process) *story {
	t.Helper()
	if problems := p.Check(); len(problems) > 0 {
		t.Fatalf("the process of the test is wrong: %v", problems)
	}
	s := &story{t: t, process: p, inc: flow.Incident{ID: 42}, now: monday}
	return s.do(ana, flow.Declare{Name: "Checkout is down", Lead: as(ana)}).do(itself, flow.RecordChannel{Channel: "C1"})
}

// entered is a story in which ana has sent the incident into the flow that applies.
func entered(t rapid.TB, p flow.Process) *story {
	t.Helper()
	s := declared(t, p)
	f, _ := p.FlowFor(s.inc)
	return s.do(ana, flow.EnterFlow{Flow: f.Key})
}

// private is a story in a private channel.
func private(t rapid.TB, p flow.Process) *story {
	t.Helper()
	s := &story{t: t, process: p, inc: flow.Incident{ID: 42}, now: monday}
	return s.do(ana, flow.Declare{Name: "Leaked key", Lead: as(ana), Private: true}).do(itself, flow.RecordChannel{Channel: "G1"})
}

func (s *story) do(who flow.Actor, cmd flow.Command) *story {
	s.t.Helper()
	if err := s.try(who, cmd); err != nil {
		s.t.Fatalf("%s, %T%+v: %v", who.User, cmd, cmd, err)
	}
	return s
}

func (s *story) try(who flow.Actor, cmd flow.Command) error {
	s.t.Helper()
	before := stored(s.t, s.inc)
	after, events, err := flow.Do(s.process, s.inc, cmd, who, s.now)
	if !bytes.Equal(before, stored(s.t, s.inc)) {
		s.t.Fatalf("%T changed its argument:\n%s\n%s", cmd, before, stored(s.t, s.inc))
	}
	if err != nil {
		if len(events) > 0 || !bytes.Equal(before, stored(s.t, after)) {
			s.t.Fatalf("%T was refused and still changed something: %v", cmd, events)
		}
		return err
	}
	s.inc, s.last = after, events
	s.events = append(s.events, events...)
	if replayed := flow.Replay(s.events); !bytes.Equal(stored(s.t, replayed), stored(s.t, s.inc)) {
		s.t.Fatalf("after %T the replay (-) is not the incident (+):\n%s", cmd, cmp.Diff(replayed, s.inc, same))
	}
	return nil
}

// stored is the form in which a value is kept.
func stored(t rapid.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same takes what is stored as empty and as absent for the same.
var same = cmp.Options{cmpopts.EquateEmpty()}

// deepCopy goes through the stored form, so that it also shows that nothing is lost there.
func deepCopy[T any](t rapid.TB, v T) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(stored(t, v), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// refuses asks for what must be refused, and compares what want says: Why, and every other field that is not zero.
func (s *story) refuses(who flow.Actor, cmd flow.Command, want flow.Refusal) *story {
	s.t.Helper()
	err := s.try(who, cmd)
	var got flow.Refusal
	if !errors.As(err, &got) {
		s.t.Fatalf("%s, %T%+v: want a refusal because of %s, got %v", who.User, cmd, cmd, want.Why, err)
	}
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range w.NumField() {
		if !w.Field(i).IsZero() && !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			s.t.Errorf("%s, %T%+v: %s is %v, want %v (%v)", who.User, cmd, cmd, w.Type().Field(i).Name, g.Field(i), w.Field(i), got)
		}
	}
	return s
}

// because is a refusal of which only the reason matters.
func because(why flow.Why) flow.Refusal { return flow.Refusal{Why: why} }

// later lets days pass.
func (s *story) later(days int) *story {
	s.now = s.now.AddDate(0, 0, days)
	return s
}

// is checks where the incident is.
func (s *story) is(stage flow.Stage, status flow.Key) *story {
	s.t.Helper()
	if s.inc.Stage != stage || s.inc.Status != status {
		s.t.Fatalf("it is in %s, %s; want %s, %s", s.inc.Stage, s.inc.Status, stage, status)
	}
	return s
}

// tasks checks all tasks, as in "1 done, 2 open, 3 not-doing".
func (s *story) tasks(want string) *story {
	s.t.Helper()
	var got []string
	for _, t := range s.inc.Tasks {
		got = append(got, fmt.Sprintf("%d %s", t.Number, t.State))
	}
	if g := strings.Join(got, ", "); g != want {
		s.t.Fatalf("tasks are %q, want %q", g, want)
	}
	return s
}

func (s *story) task(n flow.TaskNumber) flow.Task {
	s.t.Helper()
	t, ok := s.inc.Task(n)
	if !ok {
		s.t.Fatalf("there is no task %d", n)
	}
	return t
}

// assigned checks who has a task.
func (s *story) assigned(n flow.TaskNumber, to flow.UserID) *story {
	s.t.Helper()
	if got := s.task(n).Assignee; got != to {
		s.t.Fatalf("task %d is %q's, want %q", n, got, to)
	}
	return s
}

// due checks a due date; empty: none.
func (s *story) due(n flow.TaskNumber, want string) *story {
	s.t.Helper()
	if got := s.task(n).Due.String(); got != want {
		s.t.Fatalf("task %d is due on %q, want %q", n, got, want)
	}
	return s
}

// happened checks the names of the facts of the last command.
func (s *story) happened(want ...string) *story {
	s.t.Helper()
	var got []string
	for _, ev := range s.last {
		got = append(got, ev.Fact.FactName())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Fatalf("other things happened (-want +got):\n%s", diff)
	}
	return s
}

// fact is the last fact of a kind among those of the last command.
func fact[F flow.Fact](s *story) F {
	s.t.Helper()
	for i := len(s.last) - 1; i >= 0; i-- {
		if f, ok := s.last[i].Fact.(F); ok {
			return f
		}
	}
	var none F
	s.t.Fatalf("no %T happened: %v", none, s.last)
	return none
}

// equal compares anything.
func equal(t rapid.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Short forms of the commands about tasks.
func done(n flow.TaskNumber) flow.Command { return flow.CompleteTask{Task: n} }
func skip(n flow.TaskNumber) flow.Command { return flow.SkipTask{Task: n, Reason: "no need"} }
func back(n flow.TaskNumber) flow.Command { return flow.ReopenTask{Task: n, Back: true} }
func give(n flow.TaskNumber, to flow.Actor) flow.Command {
	return flow.AssignTask{Task: n, To: as(to)}
}
func role(r flow.Key, to flow.Actor) flow.Command { return flow.SetRole{Role: r, To: as(to)} }

func evidence(proof, what string) flow.Command { return flow.RecordEvidence{Proof: proof, What: what} }

func noEvidence(proof string) flow.Command {
	return flow.RecordEvidence{Proof: proof, Reason: "it was detached"}
}

func to[T any](v T) *T { return &v }
