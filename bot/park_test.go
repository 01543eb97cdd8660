package bot

import (
	"errors"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

// An incident that never gets a channel leaves nothing in the outbox, and one that gets it late says all that there was to say.
func TestWhatAChannelIsToHearWaitsForItInSilence(t *testing.T) {
	for _, c := range []struct {
		name    string
		refused bool
	}{{"Slack refused it", true}, {"Slack is asked still", false}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			inc, err := r.declare(t.Context(), ana, "", flow.Declare{Name: "Checkout errors", Lead: flow.Person{User: ana, Standing: flow.FullMember}})
			r.must(err)
			later := func() time.Time { return time.Now().Add(time.Hour) }
			// work delivers until there is nothing left, and counts what is to be tried again.
			work := func() (tried int) {
				for range 100 {
					job, ok, err := r.db.Claim(t.Context(), later(), time.Minute)
					r.must(err)
					if !ok {
						return tried
					}
					out, err := r.deliver(t.Context(), job)
					out.At = later()
					if err != nil {
						tried++
						r.must(r.db.Retry(t.Context(), job, later().Add(24*time.Hour), false, err.Error()))
						continue
					}
					r.must(r.db.Finish(t.Context(), job, out))
				}
				t.Fatal("it goes on for ever")
				return 0
			}
			r.slack.answer("conversations.open", func(call) any { return map[string]any{"ok": true, "channel": map[string]any{"id": "D1"}} })
			r.slack.answer("conversations.create", func(call) any {
				if c.refused {
					return refusal("restricted_action")
				}
				return status(503)
			})
			work()
			for _, note := range []string{"first", "second"} {
				r.done(inc.ID, ben, flow.Update{Note: note})
			}
			if tried := work(); (tried == 0) != c.refused {
				t.Errorf("%d jobs are tried again", tried)
			}
			if !c.refused {
				return
			}
			r.done(inc.ID, "", flow.RecordChannel{Channel: room})
			work()
			var said []string
			for _, post := range r.slack.made("chat.postMessage") {
				if post.form.Get("channel") == string(room) {
					said = append(said, post.form.Get("text"))
				}
			}
			if len(said) != 3 || !strings.Contains(said[1], "first") || !strings.Contains(said[2], "second") {
				t.Errorf("the channel heard %q", said)
			}
			if waiting, err := r.db.Results(t.Context(), parkedKeys(inc.ID)); err != nil || len(waiting) != 0 {
				t.Errorf("still waiting: %v, %v", waiting, err)
			}
		})
	}
}

// A calendar, another incident and whoever is asked in a DM need no channel.
func TestADebriefNeedsNoChannel(t *testing.T) {
	r := newRig(t)
	inc, err := r.declare(t.Context(), ana, "", flow.Declare{Name: "Checkout errors", Lead: flow.Person{User: ana, Standing: flow.FullMember}})
	r.must(err)
	for tell, waits := range map[flow.Tell]bool{
		flow.TellWith: false, flow.TellWasHeld: false, flow.TellHeldSaid: false, flow.TellNotBooked: false, flow.TellBook: false, flow.TellUnbook: false,
		flow.TellSoon: true, flow.TellInvitation: true, tellAdopt: true,
	} {
		job := r.follow(inc.ID, flow.Effect{Tell: tell, Seq: 1})
		if _, err := r.deliver(t.Context(), job); errors.Is(err, errNoChannel) != waits {
			t.Errorf("%s: %v", tell, err)
		}
	}
}

// The channel may come between the look at the incident and the moment at which a job is put aside.
func TestWhatIsPutAsideAsTheChannelComesIsFound(t *testing.T) {
	r := newRig(t)
	inc, err := r.declare(t.Context(), ana, "", flow.Declare{Name: "Checkout errors", Lead: flow.Person{User: ana, Standing: flow.FullMember}})
	r.must(err)
	r.slack.answer("conversations.create", func(call) any { return refusal("restricted_action") })
	job := r.claimed(flow.TellOpenChannel)
	out, err := r.deliver(t.Context(), job)
	r.must(err)
	out.Then, out.At = nil, time.Now()
	r.must(r.db.Finish(t.Context(), job, out))
	r.done(inc.ID, ben, flow.Update{Note: "news"})
	post := r.claimed(flow.TellPost)
	aside, err := r.deliver(t.Context(), post)
	r.must(err)
	r.done(inc.ID, "", flow.RecordChannel{Channel: room})
	for _, tell := range []flow.Tell{flow.TellDeclared, flow.TellFirst} {
		job := r.claimed(tell)
		out, err := r.deliver(t.Context(), job)
		r.must(err)
		out.At = time.Now()
		r.must(r.db.Finish(t.Context(), job, out))
	}
	aside.At = time.Now()
	r.must(r.db.Finish(t.Context(), post, aside))
	job = r.claimed(flow.TellFirst)
	out, err = r.deliver(t.Context(), job)
	r.must(err)
	if len(out.Then) != 1 || out.Then[0].Effect.Tell != flow.TellPost || out.Then[0].Effect.Seq != post.Effect.Seq {
		t.Errorf("what follows is %+v", out.Then)
	}
}
