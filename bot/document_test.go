package bot

import (
	"encoding/json"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// offering is the job that offers a link, handed out so many times.
func (r *rig) offering(inc flow.Incident, address string, claims int) store.Job {
	job := jobFor(inc.ID, flow.Effect{Tell: tellOffer, To: ben}, time.Now())
	job.ID, job.Claims, job.Detail = "J1", claims, address
	return job
}

func TestWhatMayHaveBeenOfferedIsNotOfferedAgainAndCanStillBeAttached(t *testing.T) {
	for claims, want := range map[int]int{1: 1, 2: 0} {
		r := newRig(t)
		inc := r.inFlow(false)
		out, err := r.deliver(t.Context(), r.offering(inc, "https://hackmd.io/a", claims))
		if got := len(r.slack.made("chat.postEphemeral")); err != nil || got != want || len(out.Results) != 1 {
			t.Errorf("handed out %d times: %d offers, want %d; %v, %v", claims, got, want, out, err)
		}
		var address string
		if err := json.Unmarshal(out.Results[0].Value, &address); err != nil || address != "https://hackmd.io/a" {
			t.Errorf("the button attaches %q: %v", address, err)
		}
	}
}

func TestADocumentIsTriedAgainOnlyWhereThatMayHelp(t *testing.T) {
	for name, c := range map[string]struct {
		canvas, file any // what Slack answers
		fails, told  bool
		files        int
	}{
		"canvases are refused":         {refusal("canvas_disabled_user_team"), refusal("file_uploads_disabled"), false, true, 1},
		"the scope is missing":         {refusal("missing_scope"), refusal("file_uploads_disabled"), false, true, 1},
		"Slack is out of order":        {status(503), nil, true, false, 0},
		"Slack is busy":                {status(429), nil, true, false, 0},
		"files are limited, as it is":  {refusal("canvas_disabled_user_team"), status(429), true, false, 1},
		"neither is to be had for now": {refusal("canvas_creation_failed"), status(503), true, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			inc := r.done(r.inFlow(false).ID, ben, flow.RequestPostmortem{Template: "light"})
			r.slack.answer("conversations.canvases.create", func(call) any { return c.canvas })
			r.slack.answer("files.getUploadURLExternal", func(call) any { return c.file })
			out, err := r.deliver(t.Context(), r.claimed(flow.TellDocument))
			told := len(out.Then) == 1 && out.Then[0].Effect.Tell == tellNotMade && out.Then[0].Effect.To == ben
			if (err != nil) != c.fails || told != c.told || len(r.slack.made("files.getUploadURLExternal")) != c.files {
				t.Errorf("%v, told %v, %d files", err, told, len(r.slack.made("files.getUploadURLExternal")))
			}
			if after, _ := r.db.Incident(t.Context(), inc.ID); len(after.Documents) > 0 {
				t.Error("a document is attached that is not there")
			}
		})
	}
}

func TestNothingIsToldOfADocumentWhereOneOfTheTwoIncidentsHasBecomePrivate(t *testing.T) {
	r := newRig(t)
	secret := r.done(r.declared(true).ID, ana, flow.AttachPostmortem{URL: "https://docs.example/1"})
	inc, err := r.declare(t.Context(), ana, "", flow.Declare{Name: "Open"})
	r.must(err)
	r.done(inc.ID, "", flow.RecordChannel{Channel: room})
	d := secret.Documents[0]
	// As it is where the other one was public when it lent its document.
	r.done(inc.ID, ana, flow.UsePostmortem{Source: flow.Source{Incident: secret.ID, Document: 1}, Document: d})
	if _, err := r.deliver(t.Context(), r.claimed(flow.TellLinked)); err != nil {
		t.Fatal(err)
	}
	if after, _ := r.db.Incident(t.Context(), secret.ID); len(after.Documents[0].UsedBy) > 0 {
		t.Error("the private incident is told")
	}
}

func TestWhoeverIsAskedForIsLookedUpInEachIncidentBeforeTheirTasksGoElsewhere(t *testing.T) {
	r := newRig(t)
	inc := r.done(r.inFlow(false).ID, ana, flow.AssignTask{Task: 1, To: flow.Person{User: ben, Standing: flow.FullMember}})
	release := jobFor(0, flow.Effect{Tell: tellRelease, To: ben}, time.Now())
	deliver := func() flow.UserID {
		_, err := r.deliver(t.Context(), release)
		r.must(err)
		after, err := r.db.Incident(t.Context(), inc.ID)
		r.must(err)
		task, _ := after.Task(1)
		return task.Assignee
	}
	if to := deliver(); to != ben {
		t.Errorf("Ben can do it, and it went to %q", to)
	}
	_, err := r.people.change(t.Context(), ben, func(p *store.Person) { p.Standing = flow.Deactivated })
	r.must(err)
	if to := deliver(); to != ana {
		t.Errorf("Ben cannot do it, and it is %q's", to)
	}
}
