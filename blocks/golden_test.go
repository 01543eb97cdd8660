package blocks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// messages are all messages, by the name of their golden file.
func messages(t *testing.T) (names []string, all map[string]Message) {
	t.Helper()
	all = map[string]Message{}
	add := func(name string, m Message) {
		if _, there := all[name]; there {
			t.Fatalf("%s is there twice", name)
		}
		names = append(names, name)
		all[name] = m
	}

	s := tell(t, process())
	add("declared", Declared(s.scene(), s.inc))
	add("opened", Opened(s.scene(), s.inc))
	add("help-active", Help(s.scene(), Here{Incident: s.inc}))
	add("help-nowhere", Help(s.scene(), Here{Tasks: 2}))
	fixing, critical := flow.Key("fixing"), flow.Key("critical")
	s.does(ben, flow.Update{Status: &fixing, Severity: &critical, Note: "rolling back the pricing service."})
	add("updated", Post(s.scene(), s.inc, last[flow.Updated](s)))
	s.does(ana, flow.SetRole{Role: "scribe", To: person1(cem)})
	add("role-given", Post(s.scene(), s.inc, last[flow.RoleGiven](s)))

	s.does(ana, flow.EnterFlow{Flow: "standard"})
	add("card-first", Card(s.scene(), s.inc, s.began()))
	add("declared-in-flow", Declared(s.scene(), s.inc))
	add("help-in-flow", Help(s.scene(), Here{Incident: s.inc, Tasks: 1}))
	assigned := s.does(ana, flow.AssignTask{Task: 2, To: person1(ben)})
	add("assigned-one", Assigned(s.scene(), s.inc, assigned))
	dm := func(name string, h Handed) { add(name, AssigneeDM(s.scene(), s.inc, ben, h)) }
	dm("dm-asked", Handed{Tasks: []flow.TaskNumber{2}, By: ana, First: true})
	assigned = append(assigned, s.does(ana, flow.AssignTask{Task: 3, To: person1(ben)})...)
	assigned = append(assigned, s.does(cem, flow.AssignTask{Task: 1, To: person1(cem)})...)
	add("assigned-several", Assigned(s.scene(), s.inc, assigned))
	dm("dm-default", Handed{Tasks: []flow.TaskNumber{2, 3}, Default: true})
	told := s.does(cem, flow.CompleteTask{Task: 1})
	told = append(told, s.does(cem, flow.SkipTask{Task: 4, Reason: "no personal data involved."})...)
	told = append(told, s.does(ben, flow.SetDue{Task: 2, Due: flow.Date{Year: 2027, Month: 1, Day: 4}, Reason: "waiting for logs"})...)
	told = append(told, s.does(ben, flow.AddTask{Title: "Tell the support team"})...)
	told = append(told, s.does(ben, flow.RemoveTask{Task: 7 + 1})...)
	add("thread", Thread(s.scene(), s.inc, told))
	s.later(48 * time.Hour)
	add("card-later", Card(s.scene(), s.inc, s.began()))
	add("tasks", TasksMessage(s.scene(), s.inc))
	add("todo", TodoMessage(s.scene(), Page[Item]{Items: []Item{{s.inc, 2}, {s.inc, 3}}, Total: 7, More: true}))
	add("todo-nothing", TodoMessage(s.scene(), Page[Item]{}))
	add("list", ListMessage(s.scene(), InPost, Page[flow.Incident]{Items: []flow.Incident{s.inc}, Number: 1, More: true}))
	add("list-nothing", ListMessage(s.scene(), Mine, Page[flow.Incident]{}))
	add("summary", SummaryMessage(s.scene(), s.inc))

	first := s.inc.Card
	s.does(ben, flow.CompleteTask{Task: 2})
	add("card-last-open-task", Card(s.scene(), s.inc, s.began()))
	s.does("", flow.RecordEvidence{Proof: flow.DebriefScheduled, What: "https://calendar.example/e/1?a=b&c=d"})
	add("thread-evidence", Thread(s.scene(), s.inc, s.events[len(s.events)-2:]))
	add("card-moved-on", Card(s.scene(), s.inc, s.began()))
	add("shrunk", Shrunk(s.scene(), s.inc, s.began()))
	for _, ev := range s.events {
		if ev.Seq == first {
			add("card-over", Card(s.scene(), s.inc, ev))
		}
	}
	dm("dm-settled", Handed{Tasks: []flow.TaskNumber{2, 3, 9}, Default: true})
	s.does("", flow.RecordEvidence{Proof: flow.DebriefScheduled, Reason: "the event was canceled"})
	add("past-evidence", PastEvidenceDM(s.scene(), s.inc, last[flow.EvidenceGone](s)))
	s.does(dana, flow.ReopenTask{Task: 3, Back: true})
	add("thread-reopened", Thread(s.scene(), s.inc, []flow.Event{last[flow.TaskReopened](s)}))
	add("card-back", Card(s.scene(), s.inc, s.began()))
	add("shrunk-back", Shrunk(s.scene(), s.inc, s.began()))
	s.does(ana, flow.MoveOn{From: "documenting", Reason: "covered by INC-40."})
	add("card-by-hand", Card(s.scene(), s.inc, s.began()))

	r := *s
	r.does(ana, flow.Reopen{To: flow.Active, Reason: "errors are back in EU."})
	add("reopened-active", Post(r.scene(), r.inc, last[flow.Reopened](&r)))
	add("shrunk-paused", Shrunk(r.scene(), r.inc, last[flow.Reopened](&r)))
	add("tasks-paused", TasksMessage(r.scene(), r.inc))
	add("dm-paused", AssigneeDM(r.scene(), r.inc, ana, Handed{Tasks: []flow.TaskNumber{5}, By: cem}))
	r.does(ana, flow.EnterFlow{Flow: "standard"})
	add("card-resumed", Card(r.scene(), r.inc, r.began()))

	o := *s
	o.later(72 * time.Hour)
	o.does(dana, flow.OptOut{Reason: "third-party outage, nothing for us to learn."})
	add("opted-out", Post(o.scene(), o.inc, last[flow.OptedOut](&o)))
	add("shrunk-opted-out", Shrunk(o.scene(), o.inc, last[flow.OptedOut](&o)))
	add("declared-closed", Declared(o.scene(), o.inc))
	add("summary-opted-out", SummaryMessage(o.scene(), o.inc))
	add("help-closed", Help(o.scene(), Here{Incident: o.inc}))
	o.does(ana, flow.Reopen{To: flow.PostIncident})
	add("reopened-flow", Post(o.scene(), o.inc, last[flow.Reopened](&o)))

	s.later(96 * time.Hour)
	for _, t := range s.inc.Open() {
		s.does(ben, flow.CompleteTask{Task: t.Number})
	}
	due := flow.Date{Year: 2026, Month: 12, Day: 18}
	told = s.does(ben, flow.AddFollowUp{
		Title: "Retry the payment provider", Owner: person1(cem), Priority: flow.High, Due: due, Link: "https://tracker.example/browse/PAY-1",
		Message: flow.Message{Channel: "C042", TS: "1.2"},
	})
	told = append(told, s.does(ana, flow.AddFollowUp{Title: "Alert on failed payments"})...)
	asked := s.inc.FollowUps[0]
	add("follow-up-added", FollowUpAdded(s.scene(), s.inc, s.inc.FollowUps[1]))
	add("follow-up-dm", FollowUpDM(s.scene(), s.inc, cem, ben, asked))
	told = append(told, s.does(ben, flow.EditFollowUp{FollowUp: 1, Owner: &flow.Person{}})...)
	add("follow-up-dm-taken", FollowUpDM(s.scene(), s.inc, cem, ben, s.inc.FollowUps[0]))
	told = append(told, s.does(ben, flow.SettleFollowUp{FollowUp: 2, State: flow.NotDoing, Reason: "it is there."})...)
	told = append(told, s.does(ben, flow.ReopenFollowUp{FollowUp: 2})...)
	add("follow-up-thread", Thread(s.scene(), s.inc, told))
	s.does(ana, flow.SetRole{Role: "communications", To: person1(ben)})
	s.p.Roles[2].Description = "Write down what is decided, and when.\nThe timeline is yours."
	asScribe, _ := RoleDM(s.scene(), s.inc, "scribe")
	add("role-dm", asScribe)
	add("declared-with-roles", Declared(s.scene(), s.inc))
	add("closed", Post(s.scene(), s.inc, last[flow.IncidentClosed](s)))
	add("shrunk-closed", Shrunk(s.scene(), s.inc, last[flow.IncidentClosed](s)))

	p := tell(t, process())
	p.p.Flows = nil
	p.does(ben, flow.CloseIncident{})
	add("closed-plain", Post(p.scene(), p.inc, last[flow.IncidentClosed](p)))
	p.p = process()
	p.later(time.Hour)
	p.does(ben, flow.EnterFlow{Flow: "standard"})
	add("card-started-late", Card(p.scene(), p.inc, p.began()))

	e := entered(t, process())
	for _, task := range e.inc.In("documenting") {
		e.does(ana, flow.RemoveTask{Task: task.Number})
	}
	add("card-without-tasks", Card(e.scene(), e.inc, e.began()))

	d := story{t: t, p: process(), inc: flow.Incident{ID: 43}, at: start}
	d.does(ana, flow.Declare{Name: "No channel", Severity: "minor", Type: "default"})
	add("channel-refused", ChannelRefusedDM(d.scene(), d.inc, "restricted_action"))
	add("channel-asked-again", ChannelAskedAgainDM(d.inc))
	add("dm-withdrawn", WithdrawnDM())
	return names, all
}

func TestEveryMessageLooksAsItDid(t *testing.T) {
	names, all := messages(t)
	for _, name := range names {
		golden(t, "message/"+name, all[name])
	}
}

// What screen readers and notifications read, as one file to be read by people.
func TestEveryFallbackReadsWell(t *testing.T) {
	names, all := messages(t)
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "── %s\n%s\n\n", name, all[name].Text)
	}
	same(t, "fallbacks.txt", b.String())
}

// views are all forms and other views, by the name of their golden file.
func views(t *testing.T) map[string]slack.ModalViewRequest {
	t.Helper()
	all := map[string]slack.ModalViewRequest{}
	s := tell(t, process())
	closing := func(name string, s *story, by flow.UserID) {
		all[name] = ClosePrompt(s.scene(), s.inc, s.p.Closing(s.inc, actor(by)), by)
	}
	all["declare"] = DeclareForm(s.scene(), Declaring{Lead: ana, Here: "C1"})
	all["declare-again"] = DeclareForm(s.scene(), Declaring{Name: "Checkout errors in EU", Same: 42, Severity: "major"})
	all["update-active"] = UpdateForm(s.scene(), s.inc)
	all["roles"] = RolesForm(s.scene(), s.inc)
	all["use-channel"] = UseChannelForm(s.scene(), s.inc)
	all["invite"] = InviteForm(s.scene(), s.inc, Ref{Person: ben, Task: 2})
	all["pick"] = PickForm(s.scene(), []flow.Incident{s.inc}, "tasks")
	all["pick-nothing"] = PickForm(s.scene(), nil, "tasks")
	all["notice"] = Notice("INC-42", Refusal(s.scene(), s.inc, flow.Refusal{Why: flow.AlreadyActive, Incident: 42}))
	closing("close-ask", s, ana)

	m := tell(t, mandatory(process()))
	closing("close-automatic", m, ben)
	m.p.Flows[0].OptOut = flow.Admins
	closing("close-automatic-opt-out", m, ana)
	n := tell(t, process())
	n.p.Flows = nil
	n.does(ana, flow.SetRole{Role: flow.LeadRole})
	closing("close-plain-no-lead", n, ben)
	n.does(ben, flow.CloseIncident{Lead: person1(ben)})
	closing("close-closed", n, ben)
	n.p = process()
	all["reopen-never-entered"] = ReopenForm(n.scene(), n.inc, ben)

	s.does(ana, flow.EnterFlow{Flow: "standard"})
	s.does(ben, flow.AssignTask{Task: 2, To: person1(ben)})
	task, _ := s.inc.Task(2)
	all["not-doing"] = SkipForm(s.scene(), s.inc, task)
	all["assign"] = AssignForm(s.scene(), s.inc, task)
	all["cannot-do"] = CannotDoForm(s.scene(), s.inc, task)
	all["due"] = DueForm(s.scene(), s.inc, task)
	all["add"] = AddTaskForm(s.scene(), s.inc, "Tell the support team")
	all["remove"] = RemoveForm(s.scene(), s.inc, task)
	all["instructions"] = InstructionsModal(s.scene(), s.inc, task)
	all["update-in-flow"] = UpdateForm(s.scene(), s.inc)
	all["move-on"] = MoveOnForm(s.scene(), s.inc)
	u, _ := changed(t, s.p,
		flow.AddTemplate{Flow: "standard", Status: "reviewing", Task: flow.Template{Kind: flow.Custom, Title: "Ask Legal"}},
		flow.RemoveTemplate{Flow: "standard", Task: "share-postmortem"},
		flow.RenameStatus{Flow: "standard", Status: "reviewing", Name: "Looking back"},
		flow.EditFlow{Flow: "standard", OptOut: new(flow.LeadAndAdmins)},
	).SnapshotUpdate(s.inc, actor(ana))
	all["update-from-flow"] = UpdateFromFlowForm(s.scene(), s.inc, u, false)
	u, _ = changed(t, s.p, flow.AddFlow{Name: "Big", Preset: flow.MajorPreset}, flow.MoveFlow{Flow: "big-2", By: -9}).SnapshotUpdate(s.inc, actor(ana))
	all["update-from-other-flow"] = UpdateFromFlowForm(s.scene(), s.inc, u, true)
	closing("opt-out", s, ben)
	for _, n := range []flow.TaskNumber{1, 2, 3} {
		s.does(ben, flow.CompleteTask{Task: n})
	}
	task, _ = s.inc.Task(4)
	all["not-doing-last"] = SkipForm(s.scene(), s.inc, task)
	s.does(ben, flow.SkipTask{Task: 4, Reason: "no personal data involved"})
	all["go-back"] = GoBackForm(s.scene(), s.inc, task)
	all["all-tasks"] = AllTasks(s.scene(), s.inc, 0)
	all["timeline"] = TimelineModal(s.scene(), s.inc, Timelined{Page: Page[flow.Line]{Items: flow.Lines(s.events), More: true}, Viewer: ana})
	note := s.does(ana, flow.AddNote{Text: "Provider says 10:05"})[0]
	s.does(ana, flow.EditNote{Note: note, Was: "Provider says 10:05", Text: "Provider says 10:15"})
	s.does(ana, flow.PinMessage{Message: flow.Message{Channel: "C042", TS: "1.2"}, Author: cem, Text: "It is slow", At: start})
	lines := flow.Filter(flow.Lines(s.events), flow.AboutNotes)
	all["timeline-notes"] = TimelineModal(s.scene(), s.inc, Timelined{Page: Page[flow.Line]{Items: lines}, About: flow.AboutNotes, Viewer: ana})
	all["edit-note"] = EditNoteForm(s.scene(), s.inc, lines[1])
	all["remove-note"] = RemoveNoteForm(s.scene(), s.inc, lines[0])
	all["follow-ups-none"] = FollowUpsModal(s.scene(), s.inc, 0)
	all["follow-up-add"] = FollowUpForm(s.scene(), s.inc, FollowUpDraft{FollowUp: flow.FollowUp{Title: "It is slow", Message: flow.Message{Channel: "C042", TS: "1.2"}}})
	all["follow-up-add-anywhere"] = FollowUpForm(s.scene(), flow.Incident{}, FollowUpDraft{Incidents: []flow.Incident{s.inc}})
	s.does(ana, flow.AddFollowUp{Title: "Retry the payment provider", Owner: person1(cem), Priority: flow.Low, Due: flow.Date{Year: 2026, Month: 12, Day: 18}, Link: "https://tracker.example/1"})
	s.does(ana, flow.AddFollowUp{Title: "Alert on failed payments"})
	s.does(ana, flow.SettleFollowUp{FollowUp: 1, State: flow.Done})
	all["follow-ups"] = FollowUpsModal(s.scene(), s.inc, 0)
	all["follow-up-edit"] = FollowUpForm(s.scene(), s.inc, FollowUpDraft{FollowUp: s.inc.FollowUps[0]})
	all["follow-up-not-doing"] = SkipFollowUpForm(s.scene(), s.inc, s.inc.FollowUps[1])
	all["reopen-in-flow"] = ReopenForm(s.scene(), s.inc, ben)

	r := *s
	r.does(ana, flow.Reopen{To: flow.Active})
	closing("close-resume", &r, ben)
	r.p = mandatory(r.p)
	closing("close-resume-other", &r, ben)

	s.does(ana, flow.OptOut{Reason: "enough"})
	all["reopen-opted-out"] = ReopenForm(s.scene(), s.inc, ben)
	return all
}

func TestEveryFormLooksAsItDid(t *testing.T) {
	for name, v := range views(t) {
		golden(t, "view/"+name, v)
	}
}

func TestTheAppHomeLooksAsItDid(t *testing.T) {
	s := entered(t, process())
	s.does(ana, flow.AssignTask{Task: 3, To: person1(ben)})
	s.later(72 * time.Hour)
	closed := *s
	closed.does(ana, flow.OptOut{Reason: "enough"})
	golden(t, "home/full", Home(s.scene(), HomeData{
		Person: ben, Late: 1,
		Tasks:  Page[Item]{Items: []Item{{s.inc, 3}, {s.inc, 2}}, Total: 2},
		Post:   Page[flow.Incident]{Items: []flow.Incident{s.inc}, Total: 7, Number: 1, More: true},
		Closed: Page[flow.Incident]{Items: []flow.Incident{closed.inc}},
	}))
	golden(t, "home/nothing", Home(s.scene(), HomeData{Person: ben}))
}

// Every event as the timeline tells it, in the order in which facts are listed.
func TestTheTimelineTellsEveryFact(t *testing.T) {
	s := entered(t, process())
	sc := s.scene()
	text := "new"
	samples := []flow.Fact{
		flow.Updated{Status: &flow.Change{From: "investigating", To: "fixing"}, Name: &flow.Change{From: "a", To: "b"}, Note: "rolling *back*"},
		flow.Updated{Summary: &flow.Change{To: text}},
		flow.RoleGiven{Role: "lead", From: ana, To: ben},
		flow.RoleGiven{Role: "lead", From: ana},
		flow.NoteAdded{Text: "a note"},
		flow.PersonInvolved{User: cem},
		flow.ChannelOpened{Used: true},
		flow.EvidenceFound{Proof: flow.PostmortemAttached, What: "https://docs.example/1"},
		flow.EvidenceGone{Proof: flow.PostmortemAttached, Reason: "detached", Past: []flow.TaskNumber{2}},
		flow.TaskCompleted{Task: 2},
		flow.TaskCompleted{Task: 2, Proof: "role/scribe", Evidence: "UCEM"},
		flow.TaskSkipped{Task: 4, Reason: "no personal data"},
		flow.TaskReopened{Task: 2},
		flow.TaskReopened{Task: 2, Proof: "role/scribe"},
		flow.TaskAssigned{Task: 2, To: ben},
		flow.TaskAssigned{Task: 2, To: ana},
		flow.TaskAssigned{Task: 2, From: ben},
		flow.TaskAssigned{Task: 2, To: ben, ByRole: true},
		flow.TaskDueSet{Task: 2, To: flow.Date{Year: 2026, Month: 12, Day: 4}, Reason: "waiting"},
		flow.TaskDueSet{Task: 2, From: flow.Date{Year: 2026, Month: 12, Day: 4}},
		flow.TaskAdded{Task: flow.Task{Title: "Tell support"}},
		flow.TaskRemoved{Task: 9, Title: "Tell support"},
		flow.StatusEntered{Status: "reviewing", From: "documenting", Done: 3, NotDoing: 1},
		flow.StatusEntered{Status: "reviewing", From: "documenting", ByHand: true, Reason: "covered", Skipped: []flow.TaskNumber{2}},
		flow.StatusEntered{Status: "documenting", From: "reviewing", Back: true},
		flow.IncidentClosed{Plain: true},
		flow.IncidentClosed{Done: 7, NotDoing: 1},
		flow.IncidentClosed{ByHand: true, Reason: "enough", Skipped: []flow.TaskNumber{3}},
		flow.OptedOut{Reason: "third party", Skipped: []flow.TaskNumber{3}},
		flow.Reopened{To: flow.Active, Reason: "it is back"},
		flow.Reopened{To: flow.PostIncident, Tasks: []flow.TaskNumber{2}},
		flow.FlowResumed{Again: []flow.TaskNumber{1}},
		flow.SnapshotUpdated{
			Snapshot: flow.Snapshot{Name: "Standard"}, Added: []flow.Task{{Title: "Ask Legal"}, {Title: "Tell *support*"}}, Removed: []flow.Task{{Title: "Share it"}},
		},
		flow.FollowUpAdded{FollowUp: flow.FollowUp{
			Title: "Retry", Owner: cem, Priority: flow.High, Due: flow.Date{Year: 2026, Month: 12, Day: 4}, Link: "https://tracker.example/1", Message: flow.Message{TS: "1"},
		}},
		flow.FollowUpAdded{FollowUp: flow.FollowUp{Title: "Retry"}},
		flow.FollowUpEdited{
			FollowUp: 1, Title: &flow.Change{From: "a", To: "b"}, Owner: &flow.Change{To: string(cem)}, Due: &flow.Change{From: "2026-12-04"},
			Priority: &flow.Change{From: "high", To: "low"}, Link: &flow.Change{From: "https://tracker.example/1", To: "https://other.example/2"},
		},
		flow.FollowUpSettled{FollowUp: 1, State: flow.Done},
		flow.FollowUpSettled{FollowUp: 1, State: flow.NotDoing, Reason: "covered"},
		flow.FollowUpReopened{FollowUp: 1},
		flow.FollowUpSnoozed{FollowUp: 1, Until: flow.Date{Year: 2026, Month: 12, Day: 7}},
		flow.NoteEdited{Note: 7, From: "old", To: "new"},
		flow.NoteRemoved{Note: 7, Text: "old"},
		flow.NoteRemoved{Note: 7},
		flow.MessagePinned{Message: flow.Message{Channel: "C042", TS: "1.2"}, Author: cem, Text: "it is slow", At: start},
		flow.MessagePinned{Message: flow.Message{Channel: "C042", TS: "1.2"}, At: start},
	}
	samples = append(samples, documentSamples()...)
	var b strings.Builder
	told := map[string]bool{}
	tell := func(f flow.Fact, ev flow.Event) {
		told[f.FactName()] = true
		line := sc.Sentence(s.inc, ev)
		if strings.Contains(line.String(), "does not know") {
			t.Errorf("no sentence for %s", f.FactName())
		}
		fmt.Fprintf(&b, "%s: %s\n", f.FactName(), line.Plain())
	}
	for _, ev := range s.events {
		tell(ev.Fact, ev)
	}
	for _, f := range samples {
		tell(f, flow.Event{Seq: 99, At: start, By: ana, Fact: f})
	}
	for _, f := range flow.Facts() {
		if !told[f.FactName()] {
			tell(f, flow.Event{Seq: 99, At: start, By: ana, Fact: f})
		}
	}
	same(t, "timeline.txt", b.String())
}
