package bot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

const (
	olga flow.UserID = "UOLGA" // of another organization
	dora flow.UserID = "UDORA" // deactivated
	robo flow.UserID = "UROBO" // a bot
)

// submitted is a form as Slack delivers it. What is typed is fields by their block id; lists are what is chosen of several.
func (r *rig) submitted(by flow.UserID, a blocks.Action, ref blocks.Ref, typed map[string]any) string {
	r.t.Helper()
	triggers++
	values := map[string]map[string]any{}
	for field, v := range typed {
		switch v := v.(type) {
		case string:
			values[field] = map[string]any{field: map[string]any{"value": v}}
		case []string:
			options := []any{}
			for _, o := range v {
				options = append(options, map[string]any{"value": o})
			}
			values[field] = map[string]any{field: map[string]any{"selected_options": options}}
		case []flow.UserID:
			values[field] = map[string]any{field: map[string]any{"selected_users": v}}
		}
	}
	raw, err := json.Marshal(map[string]any{
		"type": "view_submission", "user": map[string]any{"id": by}, "trigger_id": fmt.Sprintf("1.%d.a", triggers),
		"view": map[string]any{
			"id": "V1", "root_view_id": "V1", "hash": fmt.Sprintf("%d.x", triggers), "type": "modal", "callback_id": a, "private_metadata": ref.String(),
			"state": map[string]any{"values": values},
		},
	})
	r.must(err)
	return string(raw)
}

func (r *rig) process() flow.Process {
	r.t.Helper()
	p, err := r.db.Process(r.t.Context())
	r.must(err)
	return p
}

// everyForm is one of each form about the process, filled in so that it would change something.
func everyForm() map[blocks.Action]struct {
	ref   blocks.Ref
	typed map[string]any
} {
	type form = struct {
		ref   blocks.Ref
		typed map[string]any
	}
	standard := blocks.Ref{Flow: "standard"}
	return map[blocks.Action]form{
		blocks.AddFlow:     {blocks.Ref{}, map[string]any{"name": "Major", "flow": "light"}},
		blocks.EditFlow:    {standard, map[string]any{"name": "Usual", "entry": "automatic", "opt_out": "admins"}},
		blocks.DisableFlow: {standard, nil}, blocks.RemoveFlow: {standard, nil},
		blocks.FlowRules: {
			blocks.Ref{Flow: "standard", Want: "applies_to", Key: blocks.Digest([]flow.Condition{{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}}})},
			map[string]any{"severity-at-least": "major"},
		},
		blocks.MoveFlow: {blocks.Ref{Flow: "second"}, nil}, blocks.MoveLabel: {blocks.Ref{Want: "types", Key: "other"}, nil},
		blocks.AddStatus:      {standard, map[string]any{"name": "Legal"}},
		blocks.EditStatus:     {blocks.Ref{Flow: "standard", Status: "documenting"}, map[string]any{"name": "Writing"}},
		blocks.RemoveStatus:   {blocks.Ref{Flow: "standard", Status: "documenting"}, nil},
		blocks.EditTemplate:   {blocks.Ref{Flow: "standard", Status: "documenting"}, map[string]any{"kind": "custom", "title": "Ask Legal", "unit": "days", "due": "2", "optional": []string{"yes"}}},
		blocks.RemoveTemplate: {blocks.Ref{Flow: "standard", Status: "documenting", Key: "schedule-debrief"}, nil},
		blocks.EditLabel:      {blocks.Ref{Want: "severities"}, map[string]any{"name": "Apocalypse"}},
		blocks.RetireLabel:    {blocks.Ref{Want: "severities", Key: "minor"}, nil},
		blocks.EditCalendar:   {blocks.Ref{}, map[string]any{"working_days": []string{"mon"}, "hours": "08:00", "hours_to": "16:00", "holidays": "2026-12-25 Christmas\n\n2027-01-01"}},
		blocks.EditReminders:  {blocks.Ref{}, map[string]any{"channel": "C1", "escalation": "C2", "emoji": ":round_pushpin:"}},
		blocks.EditAdmins:     {blocks.Ref{}, map[string]any{"admins": []flow.UserID{ben}}},
		blocks.GoBack:         {blocks.Ref{Want: "1"}, nil},

		blocks.AddPostmortemTemplate:    {blocks.Ref{}, map[string]any{"name": "Short", "from": "brought/light"}},
		blocks.EditPostmortemTemplate:   {blocks.Ref{Key: "light"}, map[string]any{"name": "Light", "text": "# {{name}}", "text-2": "", "text-3": "## More"}},
		blocks.RetirePostmortemTemplate: {blocks.Ref{Key: "light"}, nil},
		blocks.TemplatesOfFlow:          {standard, map[string]any{"template": "major", "also": []string{"light"}}},
	}
}

// everyMove is one of each click that changes the process at once.
var everyMove = map[blocks.Action]blocks.Ref{
	blocks.MoveFlow: {Flow: "second", Page: 0}, blocks.MoveStatus: {Flow: "standard", Status: "reviewing"},
	blocks.MoveTemplate: {Flow: "standard", Status: "documenting", Key: "schedule-debrief"}, blocks.MoveLabel: {Want: "types", Key: "other"},
	blocks.RestoreLabel: {Want: "types", Key: "old"}, blocks.RestorePostmortemTemplate: {Key: "old"},
}

// twoOfEach saves a process in which everything can be moved, and gone back from.
func (r *rig) twoOfEach() {
	r.t.Helper()
	p := flow.Standard()
	p.Version = 2
	second := p.Flows[0]
	second.Key, second.Name = "second", "Second"
	second.AppliesTo = []flow.Condition{{Field: flow.Type, Op: flow.IsOneOf, Values: []flow.Key{"other"}}}
	p.Flows = append(p.Flows, second)
	p.Types = append(p.Types, flow.Label{Key: "other", Name: "Other"}, flow.Label{Key: "old", Name: "Old", Retired: true})
	p.Templates = append(flow.StandardTemplates(), flow.PostmortemTemplate{Key: "old", Name: "Old", Text: "# {{name}}", Retired: true})
	r.must(r.db.SaveProcess(r.t.Context(), store.ProcessVersion{Process: p, By: ana, At: time.Now()}))
}

func (r *rig) strangers() map[string]flow.UserID {
	for id, standing := range map[flow.UserID]flow.Standing{olga: flow.Outsider, dora: flow.Deactivated, robo: flow.Bot} {
		r.must(r.db.SavePerson(r.t.Context(), time.Now(), store.Person{ID: id, Name: string(id), Standing: standing, Admin: true, Known: time.Now()}))
	}
	return map[string]flow.UserID{"a member who is no admin": ben, "a guest": gus, "somebody of another organization": olga, "somebody deactivated": dora, "a bot": robo}
}

// Every form that admins have, replayed or forged by everybody who is none: nothing changes, and it is logged.
func TestOnlyAdminsChangeTheProcessWhateverTheySend(t *testing.T) {
	for who, by := range newRig(t).strangers() {
		t.Run(who, func(t *testing.T) {
			r := newRig(t)
			r.strangers()
			r.twoOfEach()
			before := r.process()
			sent := 0
			forms := everyForm()
			forms[blocks.UpdateIncidents] = struct {
				ref   blocks.Ref
				typed map[string]any
			}{blocks.Ref{Flow: "standard"}, map[string]any{"incidents": []string{"INC-1"}}}
			for a, f := range forms {
				f.ref.Version = before.Version
				r.received("interactive", r.submitted(by, a, f.ref, f.typed))
				sent++
			}
			for a, ref := range everyMove {
				r.received("interactive", r.inHome(by, string(a), ref.String()))
				sent++
			}
			for a := range r.shaping {
				r.received("interactive", r.inHome(by, string(a), blocks.Ref{Flow: "standard", Status: "documenting", Want: "severities", Key: "minor", Version: 1}.String()))
				sent++
			}
			if after := r.process(); after.Version != before.Version {
				t.Errorf("the process is at version %d", after.Version)
			}
			if logged := strings.Count(r.said.String(), "somebody who is no admin reached for the process"); logged != sent {
				t.Errorf("%d of %d are in the log", logged, sent)
			}
			for _, c := range r.slack.made("views.open") {
				if !strings.Contains(c.body, "Not possible") {
					t.Errorf("they see %s", c.body)
				}
			}
		})
	}
}

func TestEveryFormOfAnAdminMakesAVersion(t *testing.T) {
	forms, have := everyForm(), newRig(t).processForms()
	for a := range have {
		if _, there := forms[a]; !there && a != blocks.EnableFlow && a != blocks.UpdateIncidents { // the one is DisableFlow, the other is about incidents
			t.Errorf("no form for %s is tried", a)
		}
	}
	for a, f := range forms {
		t.Run(string(a), func(t *testing.T) {
			r := newRig(t)
			r.twoOfEach()
			f.ref.Version = r.process().Version
			payload := r.submitted(ana, a, f.ref, f.typed)
			if acks := r.received("interactive", payload); len(acks) != 1 || strings.Contains(string(acks[0]), "errors") {
				t.Fatalf("acknowledged %s", acks)
			}
			if got := r.process().Version; got != 3 {
				t.Fatalf("the process is at version %d", got)
			}
			v, err := r.db.ProcessVersion(t.Context(), 3)
			r.must(err)
			if v.By != ana || v.At.IsZero() || len(v.Process.Check()) > 0 {
				t.Errorf("it was made by %q at %s: %v", v.By, v.At, v.Process.Check())
			}
			r.received("interactive", payload)
			if got := r.process().Version; got != 3 {
				t.Errorf("having arrived twice, the form makes version %d", got)
			}
		})
	}
	for a, ref := range everyMove {
		t.Run(string(a), func(t *testing.T) {
			r := newRig(t)
			r.twoOfEach()
			click := r.inHome(ana, string(a), ref.String())
			r.received("interactive", click)
			r.received("interactive", click)
			if got := r.process().Version; got != 3 {
				t.Errorf("clicked, the process is at version %d", got)
			}
		})
	}
}

func TestWhatAnAdminFillsInIsWhatIsSaved(t *testing.T) {
	r := newRig(t)
	r.twoOfEach()
	forms := everyForm()
	for _, a := range []blocks.Action{blocks.EditTemplate, blocks.EditCalendar, blocks.EditAdmins, blocks.FlowRules} {
		f := forms[a]
		f.ref.Version = r.process().Version
		r.received("interactive", r.submitted(ana, a, f.ref, f.typed))
	}
	p := r.process()
	tasks := p.Flows[0].Statuses[0].Tasks
	if got := tasks[len(tasks)-1]; got.Title != "Ask Legal" || got.Kind != flow.Custom || got.Due != (flow.Offset{N: 2, Unit: flow.Days}) || !got.Optional {
		t.Errorf("the task is %+v", got)
	}
	if c := p.Calendar; len(c.WorkingDays) != 1 || len(c.Holidays) != 2 || c.Holidays[1].String() != "2027-01-01" {
		t.Errorf("the calendar is %+v", c)
	}
	if p.Hours != (flow.WorkingHours{From: 8 * 60, To: 16 * 60}) {
		t.Errorf("the working hours are %+v", p.Hours)
	}
	if !slices.Equal(p.Admins.People, []flow.UserID{ben}) {
		t.Errorf("the admins are %+v", p.Admins)
	}
	if c := p.Flows[0].AppliesTo; len(c) != 1 || c[0].Op != flow.AtLeast || c[0].Values[0] != "major" {
		t.Errorf("the conditions are %+v", c)
	}
	// Whoever was made an admin is one at once, and no longer when they are not.
	r.received("interactive", r.submitted(ben, blocks.AddStatus, blocks.Ref{Flow: "standard", Version: p.Version}, map[string]any{"name": "Legal"}))
	if got := r.process().Version; got != p.Version+1 {
		t.Errorf("Ben, an admin now, makes version %d", got)
	}
	r.received("interactive", r.submitted(ana, blocks.EditAdmins, blocks.Ref{Version: p.Version + 1}, map[string]any{"admins": []flow.UserID{}}))
	r.received("interactive", r.submitted(ben, blocks.AddStatus, blocks.Ref{Flow: "standard", Version: p.Version + 2}, map[string]any{"name": "Press"}))
	if got := r.process().Version; got != p.Version+2 {
		t.Errorf("Ben, no admin any more, makes version %d", got)
	}
}

// The second of two admins is shown what the first one changed, and keeps what they typed; submitted again, it is saved on top, and only what they typed.
func TestTheSecondOfTwoAdminsLosesNothing(t *testing.T) {
	r := newRig(t)
	r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: cem, Name: "Cem", Standing: flow.FullMember, Admin: true, Known: time.Now()}))
	r.twoOfEach()
	drawn := blocks.Ref{Flow: "standard", Version: 2}
	usual := map[string]any{"name": "Standard", "entry": "ask", "opt_out": "admins"} // Ana changes who may opt out
	r.received("interactive", r.submitted(ana, blocks.EditFlow, drawn, usual))
	renamed := map[string]any{"name": "Usual", "entry": "ask", "opt_out": "everyone"} // Cem the name
	acks := r.received("interactive", r.submitted(cem, blocks.EditFlow, drawn, renamed))
	if got := r.process(); got.Version != 3 || got.Flows[0].Name != "Standard" {
		t.Fatalf("it was saved without having been read: version %d, %q", got.Version, got.Flows[0].Name)
	}
	var shown struct {
		Action string `json:"response_action"`
		View   struct {
			Metadata string          `json:"private_metadata"`
			Blocks   json.RawMessage `json:"blocks"`
		}
	}
	r.must(json.Unmarshal(acks[0], &shown))
	for _, want := range []string{"Ana changed the process while this was open", "lets admins opt out", `"initial_value":"Usual"`} {
		if !strings.Contains(string(shown.View.Blocks), want) {
			t.Errorf("Cem does not see %s in %s %s", want, shown.Action, shown.View.Blocks)
		}
	}
	again, err := blocks.ParseRef(shown.View.Metadata)
	r.must(err)
	if again.Version != 3 {
		t.Fatalf("the form is of version %d now", again.Version)
	}
	// What they see now is what Ana made of it: typed over it or not, it counts.
	renamed["opt_out"] = "everyone"
	r.received("interactive", r.submitted(cem, blocks.EditFlow, again, renamed))
	if got := r.process().Flows[0]; got.Name != "Usual" || got.OptOut != flow.Everyone {
		t.Errorf("the flow is %q, opt out %s", got.Name, got.OptOut)
	}
}

// One's own edits are no surprise: a form that was drawn before them is saved, and leaves alone what was not touched in it.
func TestOnesOwnEditsAreNoConflict(t *testing.T) {
	r := newRig(t)
	r.twoOfEach()
	drawn := blocks.Ref{Flow: "standard", Version: 2}
	r.received("interactive", r.submitted(ana, blocks.EditFlow, drawn, map[string]any{"name": "Standard", "entry": "ask", "opt_out": "admins"}))
	r.received("interactive", r.submitted(ana, blocks.EditFlow, drawn, map[string]any{"name": "Usual", "entry": "ask", "opt_out": "everyone"}))
	if got := r.process().Flows[0]; got.Name != "Usual" || got.OptOut != flow.Admins {
		t.Errorf("the flow is %q, opt out %s", got.Name, got.OptOut)
	}
}

func TestConditionsAreTriedBeforeTheyAreSaved(t *testing.T) {
	r := newRig(t)
	r.declared(false)
	private := r.declared(true) // Cem is not in its channel
	r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: cem, Name: "Cem", Standing: flow.FullMember, Admin: true, Known: time.Now()}))
	ref := blocks.Ref{Flow: "standard", Want: "applies_to", Version: 1}
	acks := r.received("interactive", r.submitted(cem, blocks.FlowRules, ref, map[string]any{"severity-at-least": "major"}))
	if got := r.process().Version; got != 1 {
		t.Fatalf("it was saved at once: version %d", got)
	}
	if shown := string(acks[0]); !strings.Contains(shown, "Of the last 1 incident,") || strings.Contains(shown, private.ID.String()) {
		t.Errorf("Cem sees %s", shown)
	}
}

// After an edit every App Home that shows the process is drawn again: that of whoever made it at once, the others soon.
func TestAnEditIsSeenInTheAppHomesOfAdmins(t *testing.T) {
	r := newRig(t)
	r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: cem, Name: "Cem", Standing: flow.FullMember, Admin: true, Known: time.Now()}))
	r.twoOfEach()
	for _, who := range []flow.UserID{ana, ben, cem} {
		r.opens(who)
		job := r.claimed(flow.TellHome)
		out, err := r.deliver(t.Context(), job)
		r.must(err)
		out.At = time.Now()
		r.must(r.db.Finish(t.Context(), job, out))
	}
	r.received("interactive", r.submitted(ana, blocks.AddStatus, blocks.Ref{Flow: "standard", Version: 2}, map[string]any{"name": "Legal"}))
	drawn := map[flow.UserID]bool{}
	for range 2 {
		job := r.claimed(flow.TellHome)
		drawn[job.Effect.To] = job.At.After(time.Now())
		r.must(r.db.Finish(t.Context(), job, store.Outcome{At: time.Now()}))
	}
	if later, there := drawn[ana]; !there || later {
		t.Errorf("drawn again: %v", drawn)
	}
	if later, there := drawn[cem]; !there || !later {
		t.Errorf("drawn again: %v", drawn)
	}
	if job, ok, err := r.db.Claim(t.Context(), time.Now().Add(time.Hour), time.Minute); err != nil || ok {
		t.Errorf("more is to be done: %+v %v", job, err)
	}
}

// What an edit means is said without incidents that do not exist for whoever is told.
func TestWhatAnEditMeansCountsNoPrivateIncidentOfOthers(t *testing.T) {
	r := newRig(t)
	r.inFlow(true) // Ana and Ben are in its channel
	r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: cem, Name: "Cem", Standing: flow.FullMember, Admin: true, Known: time.Now()}))
	for who, told := range map[flow.UserID]bool{ana: true, cem: false} {
		before := len(r.slack.made("views.open"))
		r.received("interactive", r.inHome(who, string(blocks.RemoveFlow), blocks.Ref{Flow: "standard"}.String()))
		made := r.slack.made("views.open")
		if len(made) != before+1 {
			t.Fatalf("%s sees no form", who)
		}
		if said := strings.Contains(made[before].body, "1 incident keeps its snapshot"); said != told {
			t.Errorf("%s is told of the incident: %v", who, said)
		}
	}
}

// Of the incidents that are chosen to be brought up to date, one that was closed meanwhile stays as it is, and so does one that the admin cannot see.
func TestOnlyWhatWasShownIsBroughtUpToDate(t *testing.T) {
	r := newRig(t)
	r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: cem, Name: "Cem", Standing: flow.FullMember, Admin: true, Known: time.Now()}))
	open, closed, private := r.inFlow(false), r.inFlow(false), r.inFlow(true)
	r.received("interactive", r.submitted(ana, blocks.EditTemplate, blocks.Ref{Flow: "standard", Status: "documenting", Version: 1}, everyForm()[blocks.EditTemplate].typed))
	r.done(closed.ID, ana, flow.OptOut{Reason: "enough"})
	form := r.submitted(cem, blocks.UpdateIncidents, blocks.Ref{Flow: "standard", Version: 2}, map[string]any{"incidents": []string{open.ID.String(), closed.ID.String(), private.ID.String()}})
	acks := r.received("interactive", form)
	if said := string(acks[0]); !strings.Contains(said, "1 incident brought up to date.") || !strings.Contains(said, closed.ID.String()) {
		t.Errorf("Cem is told %s", said)
	}
	for id, want := range map[flow.IncidentID]int{open.ID: 7, closed.ID: 6, private.ID: 6} {
		inc, err := r.db.Incident(t.Context(), id)
		r.must(err)
		if len(inc.Tasks) != want {
			t.Errorf("%s has %d tasks", id, len(inc.Tasks))
		}
	}
	r.received("interactive", form)
	if inc, _ := r.db.Incident(t.Context(), open.ID); len(inc.Tasks) != 7 {
		t.Errorf("having arrived twice, the form gives it %d tasks", len(inc.Tasks))
	}
}
