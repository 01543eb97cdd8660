package bot

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// opens is somebody who opens their App Home.
func (r *rig) opens(who flow.UserID) {
	r.t.Helper()
	triggers++
	r.received("events_api", fmt.Sprintf(`{"event_id":"Ev%d","event":{"type":"app_home_opened","user":%q,"channel":"D1","tab":"home"}}`, triggers, who))
}

// inHome is a click on a button of somebody's App Home.
func (r *rig) inHome(by flow.UserID, action, value string) string {
	triggers++
	return fmt.Sprintf(`{"type":"block_actions","user":{"id":%q},"container":{"type":"view","view_id":"V%s"},"trigger_id":"1.%d.a",
		"view":{"id":"V%s","type":"home","root_view_id":"V%s","state":{"values":{}}},
		"actions":[{"type":"button","action_id":%q,"block_id":"b","value":%q,"action_ts":"%d.1"}]}`, by, by, triggers, by, by, action, value, triggers)
}

func TestAnAppHomeShowsWhatItShowedWhenItIsDrawnAgain(t *testing.T) {
	r := newRig(t)
	look := func() string {
		p, err := r.db.Person(t.Context(), ben)
		r.must(err)
		return p.Look
	}
	r.opens(ben)
	r.received("interactive", r.inHome(ben, "home.page#next", "?w=tasks&p=2"))
	r.received("interactive", r.inHome(ben, "home.show", "?w=mine"))
	if got := look(); got != "show=mine&tasks=2" {
		t.Errorf("Ben looks at %q", got)
	}
	r.opens(ben)
	if got := look(); got != "show=mine" {
		t.Errorf("having opened it again, Ben looks at %q", got)
	}
}

// What others do is gathered; what somebody does themselves is not, and does not wait for the rest.
func TestTheChangesOfOthersMakeOnePicture(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	r.opens(ben)
	r.must(r.db.Finish(t.Context(), r.claimed(flow.TellHome), store.Outcome{At: time.Now()}))
	for n := range flow.TaskNumber(3) {
		r.done(inc.ID, ana, flow.AssignTask{Task: n + 1, To: flow.Person{User: ben, Standing: flow.FullMember, Member: true}})
	}
	r.done(inc.ID, ben, flow.CompleteTask{Task: 1})
	now, later := 0, 0
	for {
		job, ok, err := r.db.Claim(t.Context(), time.Now().Add(time.Hour), time.Minute)
		r.must(err)
		if !ok {
			break
		}
		if job.Effect.Tell == flow.TellHome && job.Effect.To == ben {
			if now++; job.At.After(time.Now()) {
				now, later = now-1, later+1
			}
		}
		r.must(r.db.Finish(t.Context(), job, store.Outcome{At: time.Now()}))
	}
	if now != 1 || later != 1 {
		t.Errorf("%d pictures at once, %d later", now, later)
	}
}

func TestAFlowThatIsGoneFiltersNothing(t *testing.T) {
	r := newRig(t)
	r.inFlow(false)
	view, err := r.drawHome(t.Context(), store.Person{ID: ben, Look: blocks.Look{Flow: "gone"}.String()}, flow.Actor{User: ben, Standing: flow.FullMember})
	r.must(err)
	if n := len(view.Blocks.BlockSet); n < 6 {
		t.Errorf("the incident is not shown: %d blocks", n)
	}
}

func TestMineShowsMineAtOnceHoweverManyThereAreOfOthers(t *testing.T) {
	r := newRig(t)
	r.inFlow(false) // of ana
	var others sync.WaitGroup
	for id := flow.IncidentID(2); id <= 2*mostLooked; id++ {
		others.Go(func() {
			c := aged(id)
			c.Incident.Stage, c.Incident.Involved = flow.PostIncident, []flow.UserID{ben}
			if id == 2*mostLooked { // the last in any order
				c.Incident.Involved = []flow.UserID{ana, ben}
			}
			if err := r.db.Save(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	others.Wait()
	home, err := r.homePost(t.Context(), ana, blocks.Look{Filter: blocks.Mine})
	r.must(err)
	list, err := r.filtered(t.Context(), ana, blocks.Mine, 0, 10)
	r.must(err)
	for where, page := range map[string]blocks.Page[flow.Incident]{"App Home": home, "list": list} {
		if len(page.Items) != 2 || page.More || page.Items[0].ID+page.Items[1].ID != 1+2*mostLooked {
			t.Errorf("the %s has %d of Ana's incidents, and more: %v", where, len(page.Items), page.More)
		}
	}
	if home.Total != 2 {
		t.Errorf("it counts %d of them", home.Total)
	}
}

// searched is what somebody is offered who types into a menu.
func (r *rig) searched(by flow.UserID, menu, typed string) string {
	acks := r.received("interactive", fmt.Sprintf(`{"type":"block_suggestion","user":{"id":%q},"action_id":%q,"block_id":"b","value":%q}`, by, menu, typed))
	if len(acks) != 1 {
		r.t.Fatalf("%s is answered %d times", menu, len(acks))
	}
	return string(acks[0])
}

func TestAMenuThatIsSearchedOffersWhatFits(t *testing.T) {
	r := newRig(t)
	r.slack.answer("usergroups.list", func(call) any {
		return map[string]any{"ok": true, "usergroups": []any{map[string]any{"id": "S1", "handle": "oncall", "users": []string{"UCEM"}}}}
	})
	r.twoOfEach()
	for _, c := range []struct {
		by          flow.UserID
		menu, typed string
		want, not   string
	}{
		{ben, "home.flow", "sec", "Second", "Standard"},
		{ana, "severity-is-not", "M", "Minor", "Critical"},
		{ana, "type-is-one-of", "", "Other", "Old"}, // which is retired
		{ana, "groups", "call", "@oncall", "@other"},
		{ben, "groups", "call", "", "oncall"}, // who is no admin
		{ana, "of the future", "x", "null", "options"},
	} {
		got := r.searched(c.by, c.menu, c.typed)
		if !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
			t.Errorf("%s types %q into %s and is offered %s", c.by, c.typed, c.menu, got)
		}
	}
}

// Nobody is held up for long by a Slack that does not tell who is in a group; then the group makes nobody an admin.
func TestAGroupOfWhichSlackTellsNothingMakesNobodyAnAdmin(t *testing.T) {
	r := newRig(t)
	r.twoOfEach()
	p := r.process()
	p.Version++
	p.Admins.Groups = []flow.GroupID{"S1"}
	r.must(r.db.SaveProcess(t.Context(), store.ProcessVersion{Process: p, By: ana, At: time.Now()}))
	r.slack.answer("usergroups.list", func(call) any { return refusal("missing_scope") })
	r.received("interactive", r.inHome(cem, "flow.move", "?f=second"))
	r.received("interactive", r.inHome(cem, "flow.move", "?f=second"))
	if got := r.process().Version; got != 3 {
		t.Errorf("the process is at version %d", got)
	}
	if n := len(r.slack.made("usergroups.list")); n != 1 {
		t.Errorf("Slack was asked %d times", n)
	}
	// What Slack says later counts.
	r.slack.answer("usergroups.list", func(call) any {
		return map[string]any{"ok": true, "usergroups": []any{map[string]any{"id": "S1", "handle": "oncall", "users": []string{"UCEM"}}}}
	})
	r.received("events_api", `{"event_id":"EvS","event":{"type":"subteam_updated","subteam":{"id":"S1"}}}`)
	r.received("interactive", r.inHome(cem, "flow.move", "?f=second"))
	if got := r.process().Version; got != 4 {
		t.Errorf("Cem, who is in the group, is at version %d", got)
	}
}
