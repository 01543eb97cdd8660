package flow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// upTo draws from 0 to n, all equally often: rapid's own numbers are mostly small, and histories made of them seldom come far.
func upTo(t *rapid.T, n int) int {
	v := 0
	for bit := 1; bit <= n; bit <<= 1 {
		if rapid.Bool().Draw(t, "bit") {
			v += bit
		}
	}
	return v % (n + 1)
}

func oneOf[T any](t *rapid.T, values ...T) T { return values[upTo(t, len(values)-1)] }

func maybe(t *rapid.T, percent int) bool { return upTo(t, 99) < percent }

// anyFlow has up to four statuses of up to three tasks, of which any may have none.
func anyFlow(t *rapid.T, key flow.Key) flow.Flow {
	f := aFlow(key)
	f.OptOut = oneOf(t, flow.Everyone, flow.Everyone, flow.LeadAndAdmins, flow.Admins, flow.Nobody)
	if maybe(t, 30) {
		f.Entry = flow.Automatic
		if maybe(t, 50) {
			f.EntersWhen = []flow.Condition{severityAtLeast("major")}
		}
	}
	for i := range oneOf(t, 0, 1, 2, 2, 3, 3, 4) {
		st := status(flow.Key(fmt.Sprint("s", i)))
		for j := range oneOf(t, 0, 1, 1, 2, 3) {
			tpl := kind(oneOf(t, flow.Kinds()...), fmt.Sprint("t", i, "-", j))
			if tpl.Kind == flow.AssignRole {
				tpl.Role = oneOf[flow.Key](t, "scribe", "communications")
			}
			tpl.Optional = maybe(t, 20)
			tpl.Assignee = oneOf(t, flow.Assignee{}, flow.Assignee{User: "cem"}, flow.Assignee{Role: flow.LeadRole}, flow.Assignee{Role: "scribe"})
			tpl.Due = oneOf(t, flow.Offset{}, flow.Offset{N: 2, Unit: flow.BusinessDays}, flow.Offset{N: 30, Unit: flow.Hours})
			st.Tasks = append(st.Tasks, tpl)
		}
		f.Statuses = append(f.Statuses, st)
	}
	return f
}

func anyProcess(t *rapid.T) flow.Process {
	p := process(anyFlow(t, "first"), anyFlow(t, "second"))
	if maybe(t, 50) {
		p.Flows[0].AppliesTo = []flow.Condition{typeIs("security")}
	}
	return p
}

// vandalize edits a process in place, as nobody should: what an incident took of it must not change.
func vandalize(t *rapid.T, p *flow.Process) {
	f := &p.Flows[upTo(t, len(p.Flows)-1)]
	f.Name += "'"
	f.OptOut = oneOf(t, flow.Everyone, flow.Nobody)
	for _, conditions := range [][]flow.Condition{f.AppliesTo, f.EntersWhen} {
		for i := range conditions {
			slices.Reverse(conditions[i].Values)
			conditions[i].Values[0] = oneOf[flow.Key](t, "security", "default", "minor")
		}
	}
	for i := range f.Statuses {
		f.Statuses[i].Name += "'"
		for j := range f.Statuses[i].Tasks {
			f.Statuses[i].Tasks[j].Title += "'"
		}
	}
	slices.Reverse(p.Calendar.WorkingDays)
}

var cast = []flow.Actor{ana, ana, ben, cem, root, root, away, guest, itself}

func anyCommand(t *rapid.T, inc flow.Incident) flow.Command {
	n := flow.TaskNumber(upTo(t, int(inc.LastTask)+1))
	some := func() []flow.TaskNumber {
		return slices.Repeat([]flow.TaskNumber{n}, upTo(t, 2))
	}
	who := as(oneOf(t, ana, ben, cem, away, guest))
	if maybe(t, 20) {
		who = flow.Person{}
	}
	reason := oneOf(t, "why", "why", "why", "")
	statusKey := oneOf[flow.Key](t, "s0", "s1", "s2", "s3", "", inc.Status)
	proof := oneOf(t, flow.PostmortemAttached, flow.PostmortemComplete, flow.PostmortemShared, flow.DebriefScheduled)
	return oneOf[flow.Command](t,
		done(n), done(n), done(n), done(n), skip(n), skip(n), flow.SkipTask{Task: n, Reason: reason},
		flow.ReopenTask{Task: n, Back: maybe(t, 80)}, flow.ReopenTask{Task: n, Back: true},
		flow.AssignTask{Task: n, To: who}, flow.AddTask{Title: "Added", Status: statusKey, Assignee: who}, flow.RemoveTask{Task: n},
		flow.SetDue{Task: n, Due: flow.DateOf(monday).AddDays(upTo(t, 61) - 1)}, flow.SetDue{Task: n},
		flow.EnterFlow{Flow: "first", Lead: who, Again: some()}, flow.EnterFlow{Flow: "second", Lead: who}, flow.EnterFlow{Flow: "second"}, flow.EnterFlow{},
		flow.CloseIncident{Lead: who}, flow.OptOut{Reason: reason, Lead: who}, flow.MoveOn{From: statusKey, Reason: reason}, flow.MoveOn{Reason: reason},
		flow.Reopen{To: flow.Active}, flow.Reopen{To: flow.PostIncident, Tasks: some()}, flow.Reopen{To: flow.PostIncident},
		flow.SetRole{Role: oneOf(t, flow.LeadRole, "scribe", "communications"), To: who, HandOver: maybe(t, 50)},
		flow.RecordEvidence{Proof: proof, What: oneOf(t, "one", "two", "")}, flow.RecordEvidence{Proof: proof, What: "one"}, flow.RecordEvidence{Proof: proof},
		flow.Update{Type: to(oneOf[flow.Key](t, "security", "default")), Severity: to(oneOf[flow.Key](t, "minor", "major"))},
		flow.Involve{User: who.User}, flow.AddNote{Text: reason}, snooze(n, upTo(t, 40)-2),
		flow.Remind{To: oneOf[flow.UserID](t, "ana", "ben", "cem"), Day: flow.DateOf(monday).AddDays(upTo(t, 61)), People: present(ana, ben)},
		anyFollowUp(t, inc, who), anyFollowUp(t, inc, who), anyPin(t),
		anyDocument(t, inc), anyDocument(t, inc), anyDocument(t, inc), anyDocument(t, inc),
	)
}

// anyDocument is a command about a post-mortem.
func anyDocument(t *rapid.T, inc flow.Incident) flow.Command {
	n := flow.DocumentNumber(upTo(t, int(inc.LastDocument)+1))
	of := flow.Source{Incident: 7, Document: 1}
	theirs := flow.Document{Number: 1, URL: "https://theirs", State: oneOf(t, flow.DocumentStates()...)}
	return oneOf[flow.Command](t,
		attach(fmt.Sprint("https://doc/", upTo(t, 2))), flow.MakeMain{Document: n}, flow.DetachPostmortem{Document: n}, setState(flow.Complete),
		flow.SetPostmortemState{Document: n, State: oneOf(t, flow.DocumentStates()...)}, flow.RecordShared{Document: n, Channel: "C9"},
		flow.UsePostmortem{Source: of, Document: theirs}, flow.FollowPostmortem{In: 7, Source: of, Document: theirs},
		flow.FollowPostmortem{In: 7, Source: of}, flow.FollowPostmortem{In: 7, Source: flow.Source{Incident: inc.ID, Document: n}, Document: theirs, Uses: maybe(t, 50)},
		flow.RequestPostmortem{Template: "light"}, flow.ShareDocument{Document: n, To: flow.Audience{Channel: "C9"}},
	)
}

// sensible is a command that makes sense where the incident is, so that histories get far.
func sensible(t *rapid.T, p flow.Process, inc flow.Incident) flow.Command {
	switch inc.Stage {
	case flow.Active:
		closing := p.Closing(inc, ana)
		if closing.Paused != nil && maybe(t, 70) {
			return flow.EnterFlow{Flow: closing.Paused.Flow, Lead: as(ana)}
		}
		if closing.Way == flow.PlainWay && maybe(t, 50) {
			return flow.Update{Type: to(oneOf[flow.Key](t, "security", "default"))}
		}
		return oneOf[flow.Command](t, flow.EnterFlow{Flow: closing.Flow.Key, Lead: as(ben)}, flow.AddNote{Text: "n"})
	case flow.Closed:
		var settled []flow.TaskNumber
		for _, task := range inc.Tasks {
			if maybe(t, 30) {
				settled = append(settled, task.Number)
			}
		}
		return oneOf[flow.Command](t, flow.Reopen{To: flow.PostIncident, Tasks: settled}, flow.Reopen{To: flow.Active}, flow.EnterFlow{Flow: p.Flows[0].Key})
	}
	tasks := inc.In(inc.Status)
	if len(tasks) == 0 || maybe(t, 20) {
		tasks = inc.Tasks
	}
	if len(tasks) == 0 {
		return flow.MoveOn{}
	}
	task := oneOf(t, tasks...)
	n := task.Number
	found := flow.Command(flow.RecordEvidence{Proof: task.Proof(), What: "it"})
	switch {
	case task.Kind == flow.AssignRole:
		found = role(task.Role, oneOf(t, ben, cem))
	case task.Proof() == "":
		found = done(n)
	}
	return oneOf[flow.Command](t, done(n), done(n), skip(n), back(n), give(n, oneOf(t, ana, ben, cem)), found)
}

func TestWhateverPeopleDoThePromisesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := declared(t, anyProcess(t))
		h := history{story: s, numbers: map[flow.TaskNumber]bool{}}
		h.holds(flow.Incident{})
		for range 10 + upTo(t, 31) {
			if maybe(t, 10) {
				vandalize(t, &s.process)
			}
			if maybe(t, 30) {
				s.later(upTo(t, 4))
			}
			h.step(t)
		}
	})
}

// history is a story with what must be remembered to tell whether promises hold.
type history struct {
	*story
	numbers map[flow.TaskNumber]bool // every task number that ever was; false: it was removed or dropped
	updated bool                     // the last command brought the snapshot up to date
}

func (h *history) step(t *rapid.T) {
	before := h.inc
	cmd, who := anyCommand(t, h.inc), oneOf(t, cast...)
	if maybe(t, 60) {
		cmd = sensible(t, h.process, h.inc)
	}
	if err := h.try(who, cmd); err != nil {
		return
	}
	t.Logf("%s: %T%+v", who.User, cmd, cmd)
	if who.Standing == flow.Guest {
		t.Fatal("a guest changed something")
	}
	if len(h.last) == 0 {
		t.Fatalf("%T succeeded, and nothing happened", cmd)
	}
	h.holds(before)
	if c, ok := cmd.(flow.CompleteTask); ok {
		h.foretold(before, c.Task)
	}
}

func (h *history) holds(before flow.Incident) {
	h.eventsInOrder()
	h.stored()
	h.statuses()
	h.transitions(before)
	h.settlings()
	h.followUps(before)
	h.taskNumbers(before)
	h.cards()
	entersAgain := slices.ContainsFunc(h.last, func(ev flow.Event) bool { _, enters := ev.Fact.(flow.FlowEntered); return enters })
	if before.Snapshot != nil && !entersAgain && !h.updated && !bytes.Equal(stored(h.t, before.Snapshot), stored(h.t, h.inc.Snapshot)) {
		h.t.Fatalf("the snapshot changed:\n%+v\n%+v", before.Snapshot, h.inc.Snapshot)
	}
}

func (h *history) eventsInOrder() {
	for i, ev := range h.events {
		if ev.Seq != uint64(i+1) || ev.At.Location() != time.UTC {
			h.t.Fatalf("event %d has Seq %d and is at %s", i+1, ev.Seq, ev.At)
		}
	}
	if h.inc.Rev != uint64(len(h.events)) {
		h.t.Fatalf("Rev is %d after %d events", h.inc.Rev, len(h.events))
	}
}

// stored checks that incidents and facts survive being written and read.
func (h *history) stored() {
	equal(h.t, deepCopy(h.t, h.inc), h.inc)
	for _, ev := range h.last {
		read := reflect.New(reflect.TypeOf(ev.Fact))
		if err := json.Unmarshal(stored(h.t, ev.Fact), read.Interface()); err != nil {
			h.t.Fatal(err)
		}
		equal(h.t, read.Elem().Interface(), any(ev.Fact))
	}
}

// statuses checks what holds wherever an incident rests.
func (h *history) statuses() {
	inc := h.inc
	switch inc.Stage {
	case flow.Active:
		if inc.Snapshot != nil && (inc.PausedIn == "" || inc.PausedAt.IsZero()) {
			h.t.Fatal("it is active, and its flow neither goes on nor waits")
		}
		if !inc.ResolvedAt.IsZero() || !inc.ClosedAt.IsZero() {
			h.t.Fatal("it is active, and resolved or closed")
		}
		return
	case flow.Closed:
		if n := len(inc.Open()); n > 0 || inc.ClosedAt.IsZero() || inc.ResolvedAt.IsZero() {
			h.t.Fatalf("it is closed at %s, resolved at %s, with %d open tasks", inc.ClosedAt, inc.ResolvedAt, n)
		}
	case flow.PostIncident:
		h.inStatus()
	default:
		h.t.Fatalf("it is in stage %q", inc.Stage)
	}
	if inc.PausedIn != "" || !inc.PausedAt.IsZero() {
		h.t.Fatalf("it is %s, and paused", inc.Stage)
	}
}

func (h *history) inStatus() {
	inc := h.inc
	if p := inc.Progress(inc.Status); p.Open == 0 && p.Total() > 0 {
		h.t.Fatalf("all tasks of %s are settled, and it is still there", inc.Status)
	}
	here := false
	for _, l := range inc.Snapshot.Statuses {
		if l.Key == inc.Status {
			here = true
			break
		}
		if n := inc.Progress(l.Key).Open; n > 0 {
			h.t.Fatalf("it is in %s, and %d tasks are open in %s", inc.Status, n, l.Key)
		}
	}
	if !here {
		h.t.Fatalf("it is in %q, which is no status of its snapshot", inc.Status)
	}
	if began := h.events[inc.Card-1]; !began.At.Equal(inc.Since) || began.Fact.FactName() != "status-entered" {
		h.t.Fatalf("its card is that of %+v", began)
	}
}

// transitions checks that no status with an open task was left by itself, and none without tasks.
func (h *history) transitions(before flow.Incident) {
	inc := before
	for _, ev := range h.last {
		byItself := false
		switch f := ev.Fact.(type) {
		case flow.StatusEntered:
			byItself = f.From != "" && !f.ByHand && !f.Back
			if f.From != "" && f.From != inc.Status {
				h.t.Fatalf("left %s, and was in %s", f.From, inc.Status)
			}
		case flow.IncidentClosed:
			byItself = !f.Plain && !f.ByHand
		case flow.OptedOut:
			if f.Reason == "" {
				h.t.Fatal("opted out without a reason")
			}
		}
		if p := inc.Progress(inc.Status); byItself && (p.Open > 0 || p.Total() == 0) {
			h.t.Fatalf("left %s by itself with %d open tasks of %d", inc.Status, p.Open, p.Total())
		}
		inc = flow.Apply(inc, ev)
	}
}

func (h *history) settlings() {
	for _, t := range h.inc.Tasks {
		open := t.State == flow.Open
		if open != (t.Settled == flow.Settling{}) || !open && t.Settled.At.IsZero() {
			h.t.Fatalf("task %d is %s: %+v", t.Number, t.State, t.Settled)
		}
		if t.State == flow.NotDoing && t.Settled.Reason == "" {
			h.t.Fatalf("task %d is not doing without a reason", t.Number)
		}
		if t.Assignee == "guest" {
			h.t.Fatalf("task %d is a guest's", t.Number)
		}
	}
}

func (h *history) taskNumbers(before flow.Incident) {
	now := map[flow.TaskNumber]bool{}
	for _, t := range h.inc.Tasks {
		there, known := h.numbers[t.Number]
		switch {
		case now[t.Number]:
			h.t.Fatalf("number %d is there twice", t.Number)
		case known && !there:
			h.t.Fatalf("number %d came back", t.Number)
		case !known && t.Number <= before.LastTask, t.Number > h.inc.LastTask:
			h.t.Fatalf("number %d is new after %d, and the last is said to be %d", t.Number, before.LastTask, h.inc.LastTask)
		}
		now[t.Number], h.numbers[t.Number] = true, true
	}
	for n := range h.numbers {
		h.numbers[n] = now[n]
	}
}

// cards checks that one card is posted for a status that began, and that no card is shrunk that was never posted.
func (h *history) cards() {
	posted, shrunk := map[uint64]bool{}, map[uint64]bool{}
	events := h.last
	cards := 0
	for _, e := range flow.Effects(events) {
		switch e.Tell {
		case flow.TellCard:
			cards++
			posted[e.Card] = true
		case flow.TellShrink:
			if shrunk[e.Card] || e.Card >= events[0].Seq {
				h.t.Fatalf("card %d is shrunk twice, or was never posted", e.Card)
			}
			shrunk[e.Card] = true
		case flow.TellRefresh:
			if cards > 0 || len(shrunk) > 0 {
				h.t.Fatal("a card is refreshed that is new or over")
			}
		}
	}
	began := slices.ContainsFunc(events, func(ev flow.Event) bool { return ev.Fact.FactName() == "status-entered" })
	want := 0
	if began && h.inc.Stage == flow.PostIncident {
		want = 1
	}
	if cards != want || want == 1 && !posted[h.inc.Card] {
		h.t.Fatalf("%d cards are posted, want %d of %d", cards, want, h.inc.Card)
	}
}

// foretold checks what the confirmation on a last open task said.
func (h *history) foretold(before flow.Incident, n flow.TaskNumber) {
	next, closes, last := flow.AfterSettling(before, n)
	switch {
	case last && closes && h.inc.Stage == flow.Closed:
	case last && !closes && h.inc.Stage == flow.PostIncident && h.inc.Status == next:
	case !last && h.inc.Stage == flow.PostIncident && h.inc.Status == before.Status:
	default:
		h.t.Fatalf("foretold %q, closes %v, last %v; it went to %s, %s", next, closes, last, h.inc.Stage, h.inc.Status)
	}
}

func TestTheOrderOfClicksDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFlow(t, "f")
		f.OptOut, f.Entry, f.EntersWhen = flow.Everyone, flow.Ask, nil
		if len(f.Statuses) == 0 {
			t.Skip("there is nothing to settle")
		}
		var clicks []flow.Command
		for n := flow.TaskNumber(1); n <= flow.TaskNumber(f.Tasks()); n++ {
			if maybe(t, 85) {
				clicks = append(clicks, oneOf(t, done(n), skip(n)))
			}
		}
		if len(clicks) == 0 {
			t.Skip("nobody settles anything")
		}
		type outcome struct {
			Stage   flow.Stage
			Status  flow.Key
			Entered map[flow.Key]int
			Closed  int
			Tasks   flow.Progress
		}
		settle := func(clicks []flow.Command) outcome {
			s := entered(t, process(f))
			for _, c := range clicks {
				_ = s.try(oneOf(t, ben, cem), c) // a repeated click is refused
			}
			out := outcome{Stage: s.inc.Stage, Status: s.inc.Status, Entered: map[flow.Key]int{}, Tasks: flow.Count(s.inc.Tasks)}
			for _, ev := range s.events {
				switch f := ev.Fact.(type) {
				case flow.StatusEntered:
					out.Entered[f.Status]++
				case flow.IncidentClosed:
					out.Closed++
				}
			}
			return out
		}
		want := settle(clicks)
		for st, n := range want.Entered {
			if n != 1 {
				t.Fatalf("%s was entered %d times", st, n)
			}
		}
		repeated := append(slices.Clone(clicks), clicks[:upTo(t, len(clicks))]...)
		if got := settle(rapid.Permutation(repeated).Draw(t, "clicks")); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order it is %+v, and was %+v", got, want)
		}
	})
}

func TestApplyingChangesNeitherTheIncidentNorTheEvent(t *testing.T) {
	tasks := []flow.Task{{Number: 2, Status: rev}, {Number: 3, Status: doc}, {Number: 1, Status: doc}}
	entering := flow.Event{Seq: 2, Fact: flow.FlowEntered{Snapshot: flow.Snapshot{Statuses: []flow.Label{{Key: doc}, {Key: rev}}}, Tasks: slices.Clone(tasks)}}
	inc := flow.Apply(flow.Incident{Rev: 1}, entering)
	equal(t, entering.Fact.(flow.FlowEntered).Tasks, tasks)
	before := deepCopy(t, inc)
	for _, f := range []flow.Fact{
		flow.TaskRemoved{Task: 3},
		flow.TaskAdded{Task: flow.Task{Number: 4, Status: doc}},
		flow.TaskAssigned{Task: 1, To: "ben"},
		flow.RoleGiven{Role: "scribe", To: "ana"},
		flow.EvidenceFound{Proof: flow.PostmortemAttached, What: "it"},
		flow.PersonInvolved{User: "a"},
		flow.FollowUpAdded{FollowUp: flow.FollowUp{Number: 1, State: flow.Open}},
		flow.FollowUpEdited{FollowUp: 1, Owner: &flow.Change{To: "ben"}},
		flow.FollowUpSettled{FollowUp: 1, State: flow.Done},
		flow.MessagePinned{Message: flow.Message{TS: "1"}},
		flow.NoteRemoved{Note: 3},
	} {
		next := flow.Apply(inc, flow.Event{Seq: 3, Fact: f})
		equal(t, inc, before)
		inc, before = next, deepCopy(t, next)
	}
}

func TestEveryFactIsListedOnceWithAName(t *testing.T) {
	names := map[string]bool{}
	for _, f := range flow.Facts() {
		if names[f.FactName()] || f.FactName() == "" {
			t.Errorf("%T is named %q", f, f.FactName())
		}
		names[f.FactName()] = true
		_ = flow.Apply(flow.Incident{}, flow.Event{Seq: 1, Fact: f}) // whatever is stored can be replayed
	}
}
