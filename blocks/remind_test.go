package blocks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

func here(all ...flow.UserID) map[flow.UserID]flow.Presence {
	out := map[flow.UserID]flow.Presence{}
	for _, u := range all {
		out[u] = flow.Presence{Standing: flow.FullMember, Member: true}
	}
	return out
}

// remind makes the digest of the day that it is.
func (s *story) remind(to flow.UserID, people map[flow.UserID]flow.Presence) flow.Event {
	s.t.Helper()
	inc, events, err := flow.Do(s.p, s.inc, flow.Remind{To: to, Day: flow.DateOf(s.at), People: people}, flow.Actor{Standing: flow.Epilogue}, s.at)
	if err != nil {
		s.t.Fatalf("remind %s on %s: %v", to, s.at, err)
	}
	s.inc, s.events = inc, append(s.events, events...)
	return events[0]
}

// reminders are all messages and forms of reminding, by the name of their golden file.
func reminders(t *testing.T) (names []string, all map[string]Message) {
	all = map[string]Message{}
	add := func(name string, m Message) { names, all[name] = append(names, name), m }
	p := process()
	p.Reminders.Escalation.Channel = "C042"
	s := entered(t, p) // Tuesday, December 1
	s.does(ana, flow.AssignTask{Task: 2, To: person1(ben)})
	s.does(ana, flow.AssignTask{Task: 3, To: person1(ben)})
	s.does(ana, flow.SetRole{Role: "scribe", To: person1(cem)})
	s.at = time.Date(2026, 12, 2, 9, 0, 0, 0, berlin)
	s.remind(ben, here(ana, ben, cem))
	d := DigestOf{To: ben, Day: flow.DateOf(s.at), Items: []DigestItem{{Incident: 42, Task: 3}, {Incident: 42, Task: 2}}}
	digest := func(name string) { add(name, DigestDM(s.scene(), d, map[flow.IncidentID]flow.Incident{42: s.inc})) }
	digest("digest")
	coming := Page[Coming]{Items: []Coming{{Item: Item{s.inc, 2}, On: flow.Date{Year: 2026, Month: 12, Day: 3}}, {Item: Item{s.inc, 3}, On: flow.Date{Year: 2026, Month: 12, Day: 3}}}}
	add("reminders", RemindersMessage(s.scene(), RemindersData{Coming: coming, Zone: "Europe/Berlin"}))
	add("reminders-paused", RemindersMessage(s.scene(), RemindersData{Coming: coming, PausedUntil: flow.Date{Year: 2026, Month: 12, Day: 7}, Zone: "Europe/Berlin"}))
	add("reminders-none", RemindersMessage(s.scene(), RemindersData{Zone: "Europe/Berlin", Away: true}))
	s.does(ben, flow.CompleteTask{Task: 3})
	s.does(ben, flow.SnoozeTask{Task: 2, Until: flow.Date{Year: 2026, Month: 12, Day: 4}})
	digest("digest-later")
	s.does(ben, flow.CompleteTask{Task: 2})
	digest("digest-settled")
	d = followUpDigest(s)
	digest("digest-follow-ups")
	add("reminders-follow-up", RemindersMessage(s.scene(), RemindersData{Coming: Page[Coming]{Items: []Coming{{Item: Item{Incident: s.inc}, FollowUp: 1, On: d.Day}}}, Zone: "Europe/Berlin"}))
	s.does(ben, flow.SnoozeFollowUp{FollowUp: 1, Until: flow.Date{Year: 2026, Month: 12, Day: 8}})
	s.does(ben, flow.SettleFollowUp{FollowUp: 2, State: flow.Done})
	s.does(ben, flow.EditFollowUp{FollowUp: 3, Owner: ptr(person1(cem))})
	digest("digest-follow-ups-later")
	s.does(ben, flow.ReopenTask{Task: 2})
	s.at = time.Date(2026, 12, 9, 9, 0, 0, 0, berlin)
	d = DigestOf{To: ana, Day: flow.DateOf(s.at), Items: []DigestItem{{Incident: 42, Stuck: flow.Unsettled}}}
	s.remind(ana, here(ana, ben, cem))
	digest("digest-stuck")
	people := here(ana, ben, cem)
	people[ben] = flow.Presence{Standing: flow.FullMember, Member: true, Away: true}
	away := s.remind(ben, people)
	offer := func(name string, held flow.Held) {
		ev := away
		f, _ := ev.Fact.(flow.Reminded)
		f.Held = held
		ev.Fact = f
		add(name, OfferDM(s.scene(), s.inc, ana, []flow.TaskNumber{2}, ev))
	}
	offer("offer-away", flow.HeldAway)
	offer("offer-paused", flow.HeldPaused)
	offer("offer-gone", flow.HeldGone)
	offer("offer-silent", "")
	for _, day := range []int{11, 15} {
		s.at = time.Date(2026, 12, day, 9, 0, 0, 0, berlin)
		s.remind(ben, here(ana, ben, cem))
		if m := Thread(s.scene(), s.inc, s.events[len(s.events)-1:]); !m.IsZero() {
			add(fmt.Sprint("thread-late-", day), m)
		}
	}
	add("raised", Raised(s.scene(), s.inc, s.events[len(s.events)-1]))
	s.does(ana, flow.AssignTask{Task: 2, To: person1(ana)})
	offer("offer-taken", flow.HeldAway)
	r := flow.NewReport(s.at.AddDate(0, 0, -7), s.at)
	r.Add(s.inc)
	r.AddFollowUps(s.inc)
	add("report", Report(s.scene(), r.Finish()))
	add("report-empty", Report(s.scene(), flow.NewReport(s.at, s.at).Finish()))
	var lines []Text
	for _, ev := range s.events {
		switch ev.Fact.(type) {
		case flow.Reminded, flow.TaskSnoozed, flow.FollowUpSnoozed:
			lines = append(lines, s.scene().Sentence(s.inc, ev))
		}
	}
	add("timeline-of-reminders", Say(join("\n", lines...)))
	return names, all
}

// followUpDigest adds follow-ups for Ben, and makes his digest of Thursday: one is due and was moved twice, one is nobody's, one will be handed on.
func followUpDigest(s *story) DigestOf {
	s.t.Helper()
	thursday := flow.Date{Year: 2026, Month: 12, Day: 3}
	s.does(ana, flow.AddFollowUp{Title: "Retry the payment provider", Owner: person1(ben), Due: thursday.AddDays(-1), Priority: flow.High, Link: "https://tracker.example/PAY-1"})
	s.does(ana, flow.EditFollowUp{FollowUp: 1, Due: ptr(thursday.AddDays(1))})
	s.does(ana, flow.EditFollowUp{FollowUp: 1, Due: &thursday})
	s.does(ana, flow.AddFollowUp{Title: "Alert on failed payments", Owner: person1(ben), Due: thursday})
	s.does(ana, flow.AddFollowUp{Title: "Write a runbook", Owner: person1(ben), Due: thursday})
	s.at = time.Date(2026, 12, 3, 9, 0, 0, 0, berlin)
	s.remind(ben, here(ana, ben, cem))
	return DigestOf{To: ben, Day: thursday, Items: []DigestItem{{Incident: 42, FollowUp: 1}, {Incident: 42, FollowUp: 2}, {Incident: 42, FollowUp: 3}}}
}

func ptr[T any](v T) *T { return &v }

func TestEveryReminderLooksAsItDid(t *testing.T) {
	names, all := reminders(t)
	var b strings.Builder
	for _, name := range names {
		golden(t, "message/"+name, all[name])
		fmt.Fprintf(&b, "── %s\n%s\n\n", name, all[name].Text)
	}
	same(t, "reminders.txt", b.String())
	s := entered(t, process())
	task, _ := s.inc.Task(2)
	golden(t, "view/snooze", SnoozeForm(s.scene(), s.inc, task))
	followUpDigest(s)
	golden(t, "view/snooze-follow-up", SnoozeFollowUpForm(s.scene(), s.inc, s.inc.FollowUps[0]))
	golden(t, "view/assign-follow-up", AssignFollowUpForm(s.scene(), s.inc, s.inc.FollowUps[0]))
	golden(t, "view/pause", PauseForm(s.scene(), flow.Date{}))
	active := *s
	active.inc.Stage, active.inc.Status, active.inc.ID = flow.Active, "monitoring", 43
	golden(t, "view/stuck", StuckForm(s.scene(), []StuckItem{{s.inc, flow.Unsettled}, {active.inc, flow.Lingering}}, true))
	golden(t, "view/stuck-none", StuckForm(s.scene(), nil, false))
}

func TestAReportWithoutItsChartSaysTheSame(t *testing.T) {
	_, all := reminders(t)
	m := WithoutCharts(all["report"])
	if len(m.Blocks) != len(all["report"].Blocks)-1 || m.Text != all["report"].Text {
		t.Errorf("%d blocks of %d are left, and the text is %q", len(m.Blocks), len(all["report"].Blocks), m.Text)
	}
}

func TestAReportMentionsNobody(t *testing.T) {
	_, all := reminders(t)
	for _, name := range people {
		if strings.Contains(all["report"].Text, name) {
			t.Errorf("it names %s:\n%s", name, all["report"].Text)
		}
	}
}

// remindersOf are the messages of reminding about an incident in any shape.
func (s sampled) remindersOf(at string, inc flow.Incident, message func(string, Message)) {
	d := DigestOf{To: ben, Day: flow.DateOf(s.scene.Now)}
	ev := flow.Event{At: start, Fact: flow.Reminded{To: ben, Held: flow.HeldAway, Next: ana, Channel: "C042"}}
	f, _ := ev.Fact.(flow.Reminded)
	var tasks []flow.TaskNumber
	var coming []Coming
	for i := range inc.Tasks {
		n := inc.Tasks[i].Number
		d.Items, tasks = append(d.Items, DigestItem{Incident: inc.ID, Task: n}), append(tasks, n)
		f.Tasks = append(f.Tasks, flow.TaskStep{Task: n, Step: flow.FiveLate, Named: true, Offered: true, Raised: true, Last: true})
		coming = append(coming, Coming{Item: Item{inc, n}, On: d.Day})
	}
	for i := range inc.FollowUps {
		n := inc.FollowUps[i].Number
		d.Items = append(d.Items, DigestItem{Incident: inc.ID, FollowUp: n})
		f.FollowUps = append(f.FollowUps, flow.FollowUpStep{FollowUp: n, Step: flow.WeekLate, Last: true})
		coming = append(coming, Coming{Item: Item{Incident: inc}, FollowUp: n, On: d.Day})
	}
	message(at+"digest of follow-ups", DigestDM(s.scene, DigestOf{To: ben, Day: d.Day, Items: d.Items[len(inc.Tasks):]}, map[flow.IncidentID]flow.Incident{inc.ID: inc}))
	d.Items = append(d.Items, DigestItem{Incident: inc.ID, Stuck: flow.NoTasks}, DigestItem{Incident: 7, Task: 99})
	for _, stuck := range []flow.Stuck{flow.Lingering, flow.NoTasks, flow.Unsettled} {
		message(at+"stuck", DigestDM(s.scene, DigestOf{To: ben, Day: d.Day, Items: []DigestItem{{Incident: inc.ID, Stuck: stuck}}}, map[flow.IncidentID]flow.Incident{inc.ID: inc}))
	}
	ev.Fact = f
	message(at+"digest", DigestDM(s.scene, d, map[flow.IncidentID]flow.Incident{inc.ID: inc}))
	message(at+"offer", OfferDM(s.scene, inc, ana, tasks, ev))
	for _, m := range []Message{Raised(s.scene, inc, ev), Thread(s.scene, inc, []flow.Event{ev})} {
		if !m.IsZero() { // nothing is open
			message(at+"escalated", m)
		}
	}
	message(at+"reminders of follow-ups", RemindersMessage(s.scene, RemindersData{Coming: Page[Coming]{Items: coming[len(inc.Tasks):]}, Zone: s.typed}))
	message(at+"reminders", RemindersMessage(s.scene, RemindersData{Coming: Page[Coming]{Items: coming, More: true, Number: 1}, Zone: s.typed}))
	message(at+"usage", Say(RemindersUsage(s.scene, s.typed)))
}

// report is one of many incidents.
func (s sampled) report() Message {
	r := flow.NewReport(start.AddDate(-1, 0, 0), s.scene.Now)
	for i, inc := range s.many() {
		inc.Private = false
		if inc.Snapshot != nil {
			snap := *inc.Snapshot
			snap.Name = cut(fmt.Sprint(i%40, s.typed), flow.MaxLabel)
			inc.Snapshot = &snap
		}
		for j := range inc.Tasks {
			inc.Tasks[j].Moved = j
		}
		r.Add(inc)
		r.AddFollowUps(inc)
	}
	return Report(s.scene, r.Finish())
}

// stuck are many incidents that go nowhere.
func (s sampled) stuck() slack.ModalViewRequest {
	var items []StuckItem
	for _, inc := range s.many() {
		items = append(items, StuckItem{inc, flow.NoTasks})
	}
	return StuckForm(s.scene, items, true)
}
