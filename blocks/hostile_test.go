package blocks

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"epilogue/flow"
)

// hostile are things that people type, on purpose or not.
var hostile = []string{
	"<!channel>", "<!here> <!everyone>", "<@U1>", "<#C1>", "<http://x|y>", "<https://evil.example|INC-42>", "*bold* _it_ ~no~ `code` ```pre```", "> quote",
	"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "\u202etxet desrever", "zero\u200bwidth<\u200b!channel>", "<\u2060@U1>", "\x00<!here>\x07", "a\nb\r\n<!here>",
	strings.Repeat("&", 1000), strings.Repeat("<", 300), strings.Repeat("😀", 300), strings.Repeat("👩‍👩‍👧‍👦", 60), strings.Repeat("e\u0301\u0302", 100),
	strings.Repeat("\u0301", 300), "\u200b\u200b", " ", "", "|>", "^", "<!date^1^{time}|x>", "<!subteam^S1>", "%s %d %!v(MISSING)", "\xff\xfe",
	strings.Repeat("\u200d", 300), "&", "&;", "&amp", strings.Repeat("a ", 500), "مرحبا بالعالم",
}

// sampled is an incident in every shape in which it can be shown, with everything that people type replaced.
type sampled struct {
	scene  Scene
	shapes []flow.Incident
	facts  []flow.Fact
	typed  string
}

func (n names) all(text string) names {
	out := names{}
	for u := range n {
		out[u] = text
	}
	return out
}

func renamed(labels []flow.Label, text string) []flow.Label {
	var out []flow.Label
	for _, l := range labels {
		l.Name = cut(text, flow.MaxLabel)
		out = append(out, l)
	}
	return out
}

// cut keeps to the limits that the rules enforce, in code points.
func cut(text string, n int) string {
	r := []rune(strings.ToValidUTF8(text, "?"))
	return string(r[:min(len(r), n)])
}

// sample makes the shapes: 1 to 200 tasks, open and settled, active, in the flow, paused, closed and opted out.
func sample(t interface{ Helper() }, typed string, tasks int) sampled {
	t.Helper()
	p := mandatory(process())
	for i := range p.Flows {
		p.Flows[i].Name = cut(typed, flow.MaxLabel)
		for j := range p.Flows[i].Statuses {
			p.Flows[i].Statuses[j].Name = cut(typed, flow.MaxLabel)
		}
	}
	p.Severities, p.Types, p.ActiveStatuses = renamed(p.Severities, typed), renamed(p.Types, typed), renamed(p.ActiveStatuses, typed)
	for i := range p.Roles {
		p.Roles[i].Name, p.Roles[i].Description = cut(typed, flow.MaxLabel), cut(typed, flow.MaxDescription)
	}
	inc := flow.Incident{
		ID: 999_999_999, Name: cut(typed, flow.MaxName), Summary: cut(typed, flow.MaxSummary), Private: true, Channel: "C042",
		Severity: "major", Type: "default", Roles: map[flow.Key]flow.UserID{flow.LeadRole: ana}, DeclaredBy: ana, DeclaredAt: start,
		Stage: flow.PostIncident, Status: "documenting", Since: start, ResolvedAt: start, ResolvedBy: ana, Card: 7,
		Snapshot: &flow.Snapshot{
			Name: cut(typed, flow.MaxLabel), OptOut: flow.LeadAndAdmins, Statuses: renamed([]flow.Label{{Key: "documenting"}, {Key: "reviewing"}}, typed),
			Because: p.Flows[0].EntersWhen,
		},
	}
	for n := range tasks {
		task := flow.Task{
			Number: flow.TaskNumber(n + 1), Status: "documenting", Kind: flow.Kinds()[n%len(flow.Kinds())], Title: cut(typed, flow.MaxTitle),
			Description: cut(typed, flow.MaxDescription), Due: flow.Date{Year: 2026, Month: 12, Day: 1 + n%28}, State: flow.Open,
		}
		if n%5 == 4 {
			task.Status = "reviewing"
		}
		switch n % 4 {
		case 1:
			task.Assignee = ben
		case 2:
			task.State, task.Settled = flow.Done, flow.Settling{By: cem, At: start, How: flow.ByEvidence, Reason: typed}
		case 3:
			task.State, task.Settled = flow.NotDoing, flow.Settling{By: cem, At: start, Reason: cut(typed, flow.MaxReason)}
		}
		inc.Tasks = append(inc.Tasks, task)
	}
	inc.FollowUps = sampleFollowUps(typed)
	s := sampled{typed: typed, shapes: []flow.Incident{inc}}
	reviewing, paused, active, closed, never, empty := inc, inc, inc, inc, inc, inc
	reviewing.Status = "reviewing"
	paused.Stage, paused.Status = flow.Active, "fixing"
	active.Stage, active.Status, active.Snapshot, active.Tasks, active.Roles = flow.Active, "fixing", nil, nil, nil
	closed.Stage, closed.ClosedBy, closed.ClosedAt = flow.Closed, ben, start.Add(time.Hour)
	closed.OptedOut = &flow.OptOutOf{By: ben, Reason: cut(typed, flow.MaxReason), Skipped: []flow.TaskNumber{1}}
	never.Stage, never.Snapshot, never.Tasks, never.Channel = flow.Closed, nil, nil, ""
	empty.Tasks = nil
	s.shapes = append(s.shapes, reviewing, paused, active, closed, never, empty)
	s.scene = Scene{
		Process: p, Names: people.all(typed), Now: start.Add(72 * time.Hour), Zone: berlin, Command: "/inc", Home: "slack://app?team=T1&id=A1&tab=home",
		Links:   func(flow.Incident) string { return "https://acme.slack.com/archives/C042/p1" },
		Message: func(flow.Message) string { return "https://acme.slack.com/archives/C042/p1?thread_ts=1.2&cid=C042" },
	}
	s.facts = sampleFacts(typed)
	return s
}

// some is every seventh, which makes one of each kind.
func some[T any](all []T) []T {
	var out []T
	for i := 0; i < len(all); i += 7 {
		out = append(out, all[i])
	}
	return out
}

// sampleFollowUps are as many as there may be: open and settled, with everything and with nothing.
func sampleFollowUps(typed string) []flow.FollowUp {
	var all []flow.FollowUp
	for n := range flow.FollowUpNumber(25) {
		f := flow.FollowUp{Number: n + 1, Title: cut(typed, flow.MaxTitle), State: flow.Open}
		if n%2 == 0 {
			f.Owner, f.Priority, f.Due, f.Message = ben, flow.High, flow.Date{Year: 2026, Month: 12, Day: 1}, flow.Message{Channel: "C042", TS: "1.2"}
			f.Link = "https://tracker.example/" + strings.Repeat("&x", 900) + typed
		}
		if n > 20 {
			f.State, f.Settled = flow.NotDoing, flow.Settling{By: cem, At: start, Reason: cut(typed, flow.MaxReason)}
		}
		all = append(all, f)
	}
	return all
}

func sampleFacts(typed string) []flow.Fact {
	reason, title := cut(typed, flow.MaxReason), cut(typed, flow.MaxTitle)
	change := &flow.Change{From: title, To: title}
	all := []flow.TaskNumber{1, 2, 3, 4, 5, 6}
	return []flow.Fact{
		flow.Declared{ID: 42, Name: title, Summary: cut(typed, flow.MaxSummary), Lead: ben},
		flow.ChannelRequested{},
		flow.ChannelOpened{Channel: "C042"},
		flow.Updated{Status: change, Severity: change, Type: change, Name: change, Summary: change, Note: reason},
		flow.Updated{Note: reason},
		flow.RoleGiven{Role: "lead", From: ana, To: ben},
		flow.NoteAdded{Text: reason},
		flow.PersonInvolved{User: flow.UserID(typed)},
		flow.EvidenceFound{Proof: "role/" + typed, What: typed},
		flow.EvidenceFound{Proof: flow.PostmortemAttached, What: typed},
		flow.EvidenceGone{Proof: flow.DebriefScheduled, Reason: reason, Past: all},
		flow.EvidenceGone{Proof: typed, Past: all},
		flow.FlowEntered{Snapshot: flow.Snapshot{Name: title}},
		flow.FlowResumed{Again: all},
		flow.StatusEntered{Status: "documenting", Open: 3, Left: 5},
		flow.StatusEntered{Status: "documenting", From: "reviewing", Back: true},
		flow.StatusEntered{Status: "reviewing", From: "documenting", ByHand: true, Reason: reason, Skipped: all},
		flow.StatusEntered{Status: "reviewing", From: "documenting", Done: 3},
		flow.StatusEntered{Status: "reviewing", Resumed: true},
		flow.IncidentClosed{From: "reviewing", Last: 3},
		flow.IncidentClosed{ByHand: true, Reason: reason, Skipped: all},
		flow.IncidentClosed{Plain: true},
		flow.OptedOut{Reason: reason, Flow: title, Skipped: all},
		flow.Reopened{To: flow.Active, Reason: reason},
		flow.Reopened{To: flow.PostIncident, Tasks: all},
		flow.TaskCompleted{Task: 1},
		flow.TaskCompleted{Task: 1, Proof: flow.PostmortemShared, Evidence: typed},
		flow.TaskSkipped{Task: 1, Reason: reason},
		flow.TaskReopened{Task: 2},
		flow.TaskReopened{Task: 2, Proof: typed, Reason: typed},
		flow.TaskAssigned{Task: 1, To: ben, From: cem},
		flow.TaskAssigned{Task: 2, From: ben},
		flow.TaskDueSet{Task: 1, To: flow.Date{Year: 2027, Month: 1, Day: 2}, Reason: reason},
		flow.TaskAdded{Task: flow.Task{Title: title}},
		flow.TaskRemoved{Task: 99, Title: title},
		flow.SnapshotUpdated{
			Snapshot: flow.Snapshot{Name: title}, Added: slices.Repeat([]flow.Task{{Title: title}}, 100),
			Changed: slices.Repeat([]flow.Task{{Title: title}}, 100), Removed: []flow.Task{{Title: title}},
		},
		flow.FollowUpAdded{FollowUp: sampleFollowUps(typed)[0]},
		flow.FollowUpEdited{FollowUp: 1, Title: change, Owner: change, Priority: change, Due: change, Link: change},
		flow.FollowUpEdited{FollowUp: 1, Owner: &flow.Change{From: typed}},
		flow.FollowUpSettled{FollowUp: 1, State: flow.NotDoing, Reason: reason},
		flow.FollowUpSettled{FollowUp: 2, State: flow.Done},
		flow.FollowUpReopened{FollowUp: 900},
		flow.FollowUpSnoozed{FollowUp: 1, Until: flow.DateOf(start)},
		flow.Reminded{To: ben, FollowUps: slices.Repeat([]flow.FollowUpStep{{FollowUp: 1, Step: flow.WeekLate, Last: true}}, 500)},
		flow.NoteEdited{Note: 7, From: reason, To: reason},
		flow.NoteRemoved{Note: 9, Text: cut(typed, flow.MaxMessage)},
		flow.MessagePinned{Message: flow.Message{Channel: "C042", TS: "1.2"}, Author: cem, Text: cut(typed, flow.MaxMessage)},
	}
}

// show makes every picture that there is of a sample, and hands each over.
func (s sampled) show(message func(string, Message), view func(string, slack.ModalViewRequest), home func(string, slack.HomeTabViewRequest)) {
	sc := s.scene
	var events []flow.Event
	for i, f := range s.facts {
		events = append(events, flow.Event{Seq: uint64(i + 1), At: start.Add(time.Hour), By: ben, Fact: f})
	}
	for _, inc := range s.shapes {
		at := fmt.Sprintf("%s %s %d tasks: ", inc.Stage, inc.Status, len(inc.Tasks))
		for _, ev := range events {
			name := at + ev.Fact.FactName()
			message(name, Post(sc, inc, ev))
			message(name, Say(sc.Sentence(inc, ev)))
			message(name+" thread", Thread(sc, inc, []flow.Event{ev}))
			if f, ok := ev.Fact.(flow.StatusEntered); ok && inc.Snapshot != nil {
				inc := inc
				message(name+" card over", Card(sc, inc, ev))
				inc.Card, inc.Status = ev.Seq, f.Status
				message(name+" card", Card(sc, inc, ev))
			}
			if inc.Snapshot != nil {
				message(name+" shrunk", Shrunk(sc, inc, ev))
			}
		}
		message(at+"thread", Thread(sc, inc, append(events, events...)))
		message(at+"assigned", Assigned(sc, inc, events))
		s.messagesOf(at, inc, message)
		s.viewsOf(at, inc, events, view)
	}
	home("home", Home(sc, s.home()))
	for name, v := range processViews(sc) {
		view("process "+name, v)
	}
	view("stuck", s.stuck())
	view("pick", PickForm(sc, s.many(), "tasks"))
	message("report", s.report())
	message("todo", TodoMessage(sc, Page[Item]{Items: s.items(), Number: 1, More: true}))
	message("list", ListMessage(sc, InPost, Page[flow.Incident]{Items: s.many(), Number: 1, More: true}))
}

func (s sampled) messagesOf(at string, inc flow.Incident, message func(string, Message)) {
	sc := s.scene
	message(at+"declared", Declared(sc, inc))
	message(at+"opened", Opened(sc, inc))
	message(at+"tasks", TasksMessage(sc, inc))
	message(at+"resolved already", ResolvedAlready(sc, inc))
	message(at+"summary", SummaryMessage(sc, inc))
	message(at+"help", Help(sc, Here{Incident: inc, Tasks: 3}))
	message(at+"channel refused", ChannelRefusedDM(sc, inc, s.typed))
	message(at+"channel asked again", ChannelAskedAgainDM(inc))
	message(at+"past", PastEvidenceDM(sc, inc, flow.Event{Fact: flow.EvidenceGone{Proof: s.typed, Reason: s.typed, Past: []flow.TaskNumber{3, 4, 8, 12}}}))
	message(at+"unknown", Say(sc.Unknown(s.typed)))
	message(at+"command", Say(NoSuchCommand(sc, s.typed)))
	message(at+"usage", Say(Usage(sc, s.typed, s.typed)))
	message(at+"fault", Say(Fault(s.typed)))
	all := Handed{By: ana, First: true}
	for _, t := range inc.Tasks {
		all.Tasks = append(all.Tasks, t.Number)
	}
	message(at+"dm", AssigneeDM(sc, inc, ben, all))
	for _, r := range sc.Process.Roles {
		dm, _ := RoleDM(sc, inc, r.Key)
		message(at+"role", dm)
	}
	message(at+"audit", Say(AuditRefused(sc, inc, s.typed)))
	for _, f := range some(inc.FollowUps) {
		message(at+"follow-up", FollowUpAdded(sc, inc, f))
		message(at+"follow-up dm", FollowUpDM(sc, inc, ben, ana, f))
		message(at+"follow-up dm", FollowUpDM(sc, inc, cem, ana, f))
	}
	s.remindersOf(at, inc, message)
}

func (s sampled) viewsOf(at string, inc flow.Incident, events []flow.Event, view func(string, slack.ModalViewRequest)) {
	sc := s.scene
	for number := range 2 {
		view(at+"all tasks", AllTasks(sc, inc, number))
	}
	view(at+"timeline", TimelineModal(sc, inc, Timelined{Page: Page[flow.Line]{Items: flow.Lines(events), Number: 1, More: true}, Viewer: ana}))
	lines := flow.Lines(events)
	for i := range len(lines) / TimelinePage {
		view(at+"timeline", TimelineModal(sc, inc, Timelined{Page: Page[flow.Line]{Items: lines[i*TimelinePage:]}, Viewer: ben}))
	}
	view(at+"edit note", EditNoteForm(sc, inc, flow.Line{Text: cut(s.typed, flow.MaxReason)}))
	view(at+"remove note", RemoveNoteForm(sc, inc, flow.Line{Text: cut(s.typed, flow.MaxMessage)}))
	view(at+"follow-ups", FollowUpsModal(sc, inc, 0))
	view(at+"follow-ups", FollowUpsModal(sc, inc, 99))
	view(at+"add follow-up", FollowUpForm(sc, flow.Incident{}, FollowUpDraft{Incidents: s.shapes[:1]}))
	for _, f := range some(inc.FollowUps) {
		view(at+"edit follow-up", FollowUpForm(sc, inc, FollowUpDraft{FollowUp: f}))
		view(at+"skip follow-up", SkipFollowUpForm(sc, inc, f))
		view(at+"snooze follow-up", SnoozeFollowUpForm(sc, inc, f))
		view(at+"assign follow-up", AssignFollowUpForm(sc, inc, f))
	}
	view(at+"update", UpdateForm(sc, inc))
	view(at+"roles", RolesForm(sc, inc))
	view(at+"declare", DeclareForm(sc, Declaring{Name: inc.Name, Summary: inc.Summary, Lead: ana, Here: "C1", Same: 1}))
	view(at+"use channel", UseChannelForm(sc, inc))
	view(at+"invite", InviteForm(sc, inc, Ref{Person: ben, Task: 1}))
	view(at+"notice", Notice(s.typed, Escape(s.typed), say("x")))
	view(at+"reopen", ReopenForm(sc, inc, ben))
	for _, who := range []flow.UserID{ana, ben} {
		view(at+"close", ClosePrompt(sc, inc, sc.Process.Closing(inc, actor(who)), who))
	}
	if inc.Stage == flow.PostIncident {
		view(at+"opt out", OptOutForm(sc, inc, ben))
		view(at+"move on", MoveOnForm(sc, inc))
		for _, u := range s.updates(inc) {
			view(at+"update from the flow", UpdateFromFlowForm(sc, inc, u, true))
		}
		view(at+"add", AddTaskForm(sc, inc, cut(s.typed, flow.MaxTitle)))
	}
	for _, t := range inc.Tasks[:min(len(inc.Tasks), 3)] {
		view(at+"skip", SkipForm(sc, inc, t))
		view(at+"assign", AssignForm(sc, inc, t))
		view(at+"cannot", CannotDoForm(sc, inc, t))
		view(at+"due", DueForm(sc, inc, t))
		view(at+"remove", RemoveForm(sc, inc, t))
		view(at+"back", GoBackForm(sc, inc, t))
		view(at+"instructions", InstructionsModal(sc, inc, t))
	}
}

// many are more incidents than any list shows.
func (s sampled) many() []flow.Incident {
	var out []flow.Incident
	for n := range 150 {
		inc := s.shapes[n%len(s.shapes)]
		inc.ID = flow.IncidentID(n + 1)
		out = append(out, inc)
	}
	return out
}

func (s sampled) items() []Item {
	var out []Item
	for _, inc := range s.many() {
		for _, t := range inc.Tasks[:min(len(inc.Tasks), 2)] {
			out = append(out, Item{inc, t.Number})
		}
	}
	return out
}

func (s sampled) home() HomeData {
	page := Page[flow.Incident]{Items: s.many(), Number: 1, More: true, Total: 1000}
	look := Look{Filter: Mine, Flow: flow.Key(s.typed)}
	return HomeData{Person: ben, Look: look, Admin: true, Late: 3, Tasks: Page[Item]{Items: s.items(), Number: 1, More: true, Total: 300}, Post: page, Closed: page, FollowUps: Page[FollowUpItem]{Items: s.followUpItems(), Number: 1, More: true}}
}

func (s sampled) followUpItems() []FollowUpItem {
	var items []FollowUpItem
	for _, f := range s.shapes[0].FollowUps {
		items = append(items, FollowUpItem{s.shapes[0], f.Number})
	}
	return items
}

// ours is the only markup between angle brackets that this program writes.
var ours = regexp.MustCompile(`^<(@(UANA|UBEN|UCEM|UDANA|U99)|#C042|!date\^\d+\^(\{date_short_pretty\} \{time\}|\{ago\})\|[A-Z][\w ,:]+|https://acme\.slack\.com/archives/C042/p1\|Open the card|https://acme\.slack\.com/archives/C042/p1\?thread_ts=1\.2&amp;cid=C042\|(the message|message|from a message)|https://tracker\.example/[^<>|]*\|tracker\.example)>$`)

var bracket = regexp.MustCompile(`<[^>]*>?`)

// brought are the pieces of mrkdwn that the input brought in: none, or people could page everyone through the bot.
func brought(mrkdwn string) []string {
	var out []string
	for _, token := range bracket.FindAllString(mrkdwn, -1) {
		if !ours.MatchString(token) {
			out = append(out, token)
		}
	}
	return out
}

// texts walks through everything in a picture that is shown. What stands in a field to be edited is not markup.
func texts(t interface{ Fatalf(string, ...any) }, picture any, shown func(kind, text string)) {
	raw, err := json.Marshal(picture)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("decode: %v", err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if text, ok := v["text"].(string); ok {
				shown(fmt.Sprint(v["type"]), text)
			}
			if label, ok := v["accessibility_label"].(string); ok {
				shown("plain_text", label)
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
}

// testing.TB and rapid.T both do.
type tester interface {
	Helper()
	Fatalf(string, ...any)
}

func harmless(t tester, what string, picture any) {
	t.Helper()
	texts(t, picture, func(kind, text string) {
		if kind == "mrkdwn" {
			if b := brought(text); b != nil {
				t.Fatalf("%s: the input brought in %q: %s", what, b, text)
			}
			return
		}
		for _, bad := range []string{"<!", "<@", "<#", "<http"} {
			if strings.Contains(text, bad) {
				t.Fatalf("%s: plain text holds %s: %s", what, bad, text)
			}
		}
	})
}

func showSafely(t tester, s sampled) {
	t.Helper()
	s.show(
		func(what string, m Message) {
			if m.IsZero() {
				return
			}
			fits(t, what, m)
			harmless(t, what, m.Blocks)
			if b := brought(m.Text); b != nil {
				t.Fatalf("%s: the input brought in %q: %s", what, b, m.Text)
			}
		},
		func(what string, v slack.ModalViewRequest) { fits(t, what, v); harmless(t, what, v) },
		func(what string, v slack.HomeTabViewRequest) { fits(t, what, v); harmless(t, what, v) },
	)
}

func TestWhateverPeopleTypeEveryPictureIsHarmlessAndFits(t *testing.T) {
	for i, typed := range hostile {
		t.Run(fmt.Sprintf("%d %.12q", i, typed), func(t *testing.T) {
			t.Parallel()
			showSafely(t, sample(t, typed, 8))
		})
	}
}

func TestTwoHundredTasksFit(t *testing.T) {
	for _, typed := range []string{strings.Repeat("&", 1000), strings.Repeat("😀", 1000)} {
		for _, n := range []int{1, 15, 16, 45, 200} {
			s := sample(t, typed, n)
			for _, state := range []flow.TaskState{flow.Open, flow.Done, ""} {
				inc := withAll(s.shapes[0], state)
				ev := flow.Event{Seq: inc.Card, At: start, By: ben, Fact: flow.StatusEntered{
					Status: inc.Status, From: "reviewing", ByHand: true, Reason: cut(typed, flow.MaxReason), Skipped: []flow.TaskNumber{1, 2, 3, 4, 5},
				}}
				at := fmt.Sprintf("%d tasks %q", n, state)
				fits(t, at, Card(s.scene, inc, ev))
				for page := range 10 {
					fits(t, at, AllTasks(s.scene, inc, page))
				}
				s.messagesOf(at, inc, func(what string, m Message) { fits(t, what, m) })
			}
		}
	}
}

// withAll is an incident whose tasks are all in one state and in the current status; an empty state leaves them.
func withAll(inc flow.Incident, state flow.TaskState) flow.Incident {
	if state == "" {
		return inc
	}
	tasks := append([]flow.Task(nil), inc.Tasks...)
	for i := range tasks {
		tasks[i].State, tasks[i].Status = state, inc.Status
	}
	inc.Tasks = tasks
	return inc
}

func TestRandomTextIsHarmlessAndFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringN(0, 20, -1)), 0, 4).Draw(t, "pieces")
		s := sample(t, strings.Join(pieces, ""), 3)
		s.shapes = s.shapes[:1]
		showSafely(t, s)
	})
}

func FuzzWhateverIsTypedNothingIsBroughtIn(f *testing.F) {
	for _, typed := range hostile {
		f.Add(typed, 10)
	}
	f.Fuzz(func(t *testing.T, typed string, n int) {
		n = max(1, min(n, 3000))
		for what, got := range map[string]Text{
			"escaped": Escape(typed), "said": say("%s", typed), "brief": brief(typed, n), "in bold": bold(brief(typed, n)),
			"clipped": Escape(typed).Clip(n), "linked": link("https://acme.slack.com/archives/C042/p1", say("Open the card")),
			"mentioned": Scene{}.who(flow.UserID(strings.ToLower(typed))),
		} {
			if b := brought(got.String()); b != nil {
				t.Errorf("%s: %q", what, b)
			}
		}
		if got := brief(typed, n).Len(); got > n {
			t.Errorf("%d characters, asked for at most %d", got, n)
		}
		whole := Escape(typed)
		var again strings.Builder
		for _, c := range whole.Chunks(max(n, longestCluster)) {
			again.WriteString(c.String())
		}
		if again.String() != whole.String() {
			t.Errorf("chunks of %q lose something: %q", whole, again.String())
		}
	})
}
