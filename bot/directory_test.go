package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/store"
)

func TestStandingIsReadOffWhatSlackSays(t *testing.T) {
	grid := func(org string) slack.EnterpriseUser { return slack.EnterpriseUser{ID: "W1", EnterpriseID: org} }
	for _, c := range []struct {
		name string
		u    slack.User
		org  string
		want flow.Standing
	}{
		{"a member", slack.User{ID: "U1", TeamID: "T1"}, "", flow.FullMember},
		{"without a team", slack.User{ID: "U1"}, "", flow.FullMember},
		{"deactivated", slack.User{ID: "U1", TeamID: "T1", Deleted: true}, "", flow.Deactivated},
		{"a deactivated bot", slack.User{ID: "U1", IsBot: true, Deleted: true}, "", flow.Deactivated},
		{"a bot", slack.User{ID: "U1", TeamID: "T1", IsBot: true}, "", flow.Bot},
		{"Slackbot, who does not say so", slack.User{ID: "USLACKBOT", TeamID: "T1"}, "", flow.Bot},
		{"ourselves", slack.User{ID: "UBOT", TeamID: "T1"}, "", flow.Bot},
		{"a guest of several channels", slack.User{ID: "U1", TeamID: "T1", IsRestricted: true}, "", flow.Guest},
		{"a guest of one", slack.User{ID: "U1", TeamID: "T1", IsUltraRestricted: true}, "", flow.Guest},
		{"a stranger", slack.User{ID: "U1", IsStranger: true}, "", flow.Outsider},
		{"another workspace", slack.User{ID: "U1", TeamID: "T2"}, "", flow.Outsider},
		{"another workspace of our Grid", slack.User{ID: "W1", TeamID: "T2", Enterprise: grid("E1")}, "E1", flow.FullMember},
		{"a guest of our Grid", slack.User{ID: "W1", TeamID: "T2", Enterprise: grid("E1"), IsRestricted: true}, "E1", flow.Guest},
		{"a partner's Grid", slack.User{ID: "W1", TeamID: "T2", Enterprise: grid("E2")}, "E1", flow.Outsider},
		{"a partner's Grid, and we have none", slack.User{ID: "W1", TeamID: "T2", Enterprise: grid("E2")}, "", flow.Outsider},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := directory{team: "T1", org: c.org, bot: "UBOT"}
			if got := d.standing(c.u); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestOnlyAFullMemberIsAnAdminWhoeverIsNamedByTheOperator(t *testing.T) {
	r := newRig(t)
	r.people.admins = []flow.UserID{ben, gus}
	for who, want := range map[flow.UserID]bool{ana: true, ben: true, cem: false, gus: false} {
		a, err := r.people.actor(t.Context(), who, flow.Incident{})
		if err != nil || a.Admin != want {
			t.Errorf("%s: admin %v (%v), want %v", who, a.Admin, err, want)
		}
	}
}

// Each of them writes a person after a call to Slack, with what it read before.
func TestSomebodyDeactivatedDuringACallStaysDeactivated(t *testing.T) {
	r := newRig(t)
	r.slack.answer("conversations.open", func(call) any {
		_, err := r.people.learn(context.Background(), slack.User{ID: string(ben), TeamID: "T1", Deleted: true})
		if err != nil {
			t.Error(err)
		}
		return map[string]any{"ok": true, "channel": map[string]any{"id": "DBEN"}}
	})
	if _, err := r.dmChannel(t.Context(), ben); err != nil {
		t.Fatal(err)
	}
	p, err := r.db.Person(t.Context(), ben)
	if err != nil || p.Standing != flow.Deactivated || p.DM != "DBEN" {
		t.Errorf("Ben is %+v (%v)", p, err)
	}
}

func TestLearningWhoSomebodyIsKeepsWhatOnlyWeKnow(t *testing.T) {
	r := newRig(t)
	r.must(r.db.SavePerson(t.Context(), time.Now(), store.Person{ID: ben, Name: "old", Home: true, Greeted: true, DM: "DBEN", Admin: true, Standing: flow.FullMember}))
	_, err := r.people.learn(t.Context(), slack.User{ID: string(ben), TeamID: "T1", Name: "ben", TZ: "Asia/Kolkata"})
	r.must(err)
	got, err := r.db.Person(t.Context(), ben)
	r.must(err)
	got.Known = time.Time{}
	want := store.Person{ID: ben, Name: "ben", Home: true, Greeted: true, DM: "DBEN", Standing: flow.FullMember, Zone: "Asia/Kolkata"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhoLeavesWhileTheMembersAreReadIsNoMember(t *testing.T) {
	r := newRig(t)
	r.declared(true)
	r.slack.answer("conversations.info", func(call) any {
		return map[string]any{"ok": true, "channel": map[string]any{"id": "CPRIVATE", "is_private": true}}
	})
	reads := 0
	r.slack.answer("conversations.members", func(call) any {
		members := []string{string(ana), "UBOT"}
		if reads++; reads == 1 { // Ben leaves, and Cem joins, after Slack made its list
			members = append(members, string(ben))
			if err := errors.Join(r.left(context.Background(), "CPRIVATE", ben), r.joined(context.Background(), "CPRIVATE", cem)); err != nil {
				t.Error(err)
			}
		} else {
			members = append(members, string(cem))
		}
		return map[string]any{"ok": true, "members": members}
	})
	_, err := r.people.readChannel(t.Context(), "CPRIVATE")
	r.must(err)
	c, err := r.db.Channel(t.Context(), "CPRIVATE")
	r.must(err)
	if diff := cmp.Diff([]flow.UserID{ana, "UBOT", cem}, c.Members); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestWhoLeavesAPrivateChannelHasTheirHomeDrawnAgain(t *testing.T) {
	r := newRig(t)
	r.declared(true)
	_, err := r.people.change(t.Context(), ben, func(p *store.Person) { p.Home = true })
	r.must(err)
	r.received("events_api", event(`{"type":"member_left_channel","user":"UBEN","channel":"CPRIVATE"}`))
	if job := r.claimed(flow.TellHome); job.Effect.To != ben {
		t.Errorf("the home of %s is drawn", job.Effect.To)
	}
}

// form is a submitted form about the first task, with one field.
func form(callback, block, element string) string {
	return fmt.Sprintf(`{"type":"view_submission","user":{"id":"UANA"},"view":{"id":"V1","hash":"1.a","type":"modal","callback_id":%q,"private_metadata":"INC-1/1",
		"state":{"values":{%q:{%q:%s}}}}}`, callback, block, block, element)
}

const assignNew = `{"type":"users_select","selected_user":"UNEW"}`

func TestWhoNeedsSlacksWordInVainIsToldSoAndNothingIsDecided(t *testing.T) {
	for _, c := range []struct{ name, asked, kind, acked, told string }{
		{"a command of a stranger", "users.info", "stranger", "Slack did not answer in time", ""},
		{"a command about a channel", "conversations.info", "share", "Slack did not answer in time", ""},
		{"a form about a stranger", "users.info", "form", `"errors":{"assignee":`, ""},
		{"a click of a stranger", "users.info", "click", "", "Slack did not answer in time"}, // Slack's warning beside the button is true
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			inc := r.inFlow(false)
			inc = r.done(inc.ID, ana, flow.AttachPostmortem{URL: "https://docs.example/1"})
			r.slack.answer(c.asked, func(call) any { return status(503) })
			var acks []json.RawMessage
			switch c.kind {
			case "stranger":
				acks = r.received("slash_commands", r.command("UNEW", room, "task 1 done"))
			case "share":
				acks = r.received("slash_commands", r.command(ana, room, "postmortem share <#CNEW|new>"))
			case "form":
				acks = r.received("interactive", form("task.assign", "assignee", assignNew))
			case "click":
				acks = r.received("interactive", r.click("UNEW", "task.done", "INC-1/1", false, ""))
			}
			if len(acks) > 1 || (len(acks) == 1) != (c.acked != "") || len(acks) == 1 && !strings.Contains(string(acks[0]), c.acked) {
				t.Errorf("acknowledged with %s, want %q", acks, c.acked)
			}
			if said := fmt.Sprint(r.slack.made("respond")); !strings.Contains(said, c.told) {
				t.Errorf("told %s, want %q", said, c.told)
			}
			if n := len(r.slack.made(c.asked)); n != 1 {
				t.Errorf("Slack was asked %d times: in a queue that would hold up others", n)
			}
			if after, err := r.db.Incident(t.Context(), inc.ID); err != nil || after.Rev != inc.Rev {
				t.Errorf("something was saved (%v)", err)
			}
		})
	}
}

// Slack's own word that somebody left may have come while nobody listened.
func TestWhoeverNoticesThatSomebodyLeftHasTheirTasksLookedAt(t *testing.T) {
	r := newRig(t)
	r.slack.answer("users.info", func(call) any { return user(ben, `,"deleted":true`) })
	p, err := r.people.ask(t.Context(), ben)
	r.must(err)
	if p.Standing != flow.Deactivated {
		t.Fatalf("ben is %q", p.Standing)
	}
	if job := r.claimed(tellRelease); job.Effect.To != ben {
		t.Errorf("the tasks of %s are looked at", job.Effect.To)
	}
}

func TestWhomACommandOrAFormMeansIsLookedUpBeforeItIsQueued(t *testing.T) {
	for _, c := range []struct{ name, kind, payload string }{
		{"a command", "slash_commands", ""},
		{"a form", "interactive", form("task.assign", "assignee", assignNew)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			inc := r.inFlow(false)
			if c.payload == "" {
				c.payload = r.command(ana, room, "task 1 assign <@UNEW|new>")
			}
			held := false
			r.slack.answer("users.info", func(call) any {
				r.queues.mu.Lock()
				held = held || len(r.queues.queues) > 0
				r.queues.mu.Unlock()
				return user("UNEW", "")
			})
			r.received(c.kind, c.payload)
			if held {
				t.Error("Slack was asked in a queue")
			}
			after, err := r.db.Incident(t.Context(), inc.ID)
			if task, _ := after.Task(1); err != nil || task.Assignee != "UNEW" {
				t.Errorf("the task is %q's (%v)", task.Assignee, err)
			}
		})
	}
}

func TestSomebodyWhomSlackDoesNotKnowHoldsNothing(t *testing.T) {
	r := newRig(t)
	inc := r.inFlow(false)
	r.slack.answer("users.info", func(call) any { return refusal("user_not_found") })
	acks := r.received("slash_commands", r.command(ana, room, "task 1 assign <@UNONE>"))
	if len(acks) != 1 || !strings.Contains(string(acks[0]), "cannot hold a task") {
		t.Errorf("answered with %s", acks)
	}
	after, err := r.db.Incident(t.Context(), inc.ID)
	if task, _ := after.Task(1); err != nil || task.Assignee == "UNONE" {
		t.Errorf("the task is %q's (%v)", task.Assignee, err)
	}
}

func TestADirectMessageIsNoChannelForAnIncidentAndNobodyIsAsked(t *testing.T) {
	r := newRig(t)
	p, err := r.place(t.Context(), ana, "D123")
	if err != nil || !p.Direct || p.Private {
		t.Errorf("%+v (%v)", p, err)
	}
	if n := len(r.slack.made("conversations.info")); n != 0 {
		t.Errorf("Slack was asked %d times", n)
	}
}

func TestAPrivateChannelCanBeUsedByItsMembersOnceWeAreInIt(t *testing.T) {
	for _, c := range []struct {
		name    string
		members []string
		answer  any
		want    error
	}{
		{"both are in it", []string{"UANA", "UBOT"}, nil, nil},
		{"we are not", nil, refusal("channel_not_found"), errOutside},
		{"whoever asks is not", []string{"UBEN", "UBOT"}, nil, errOutside},
		{"Slack does not tell", nil, status(503), errUnsure},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.slack.answer("conversations.info", func(call) any {
				if c.answer != nil {
					return c.answer
				}
				return map[string]any{"ok": true, "channel": map[string]any{"id": "C2", "is_private": true}}
			})
			r.slack.answer("conversations.members", func(call) any { return map[string]any{"ok": true, "members": c.members} })
			if _, err := r.place(t.Context(), ana, "C2"); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
