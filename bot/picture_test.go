package bot

import (
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

func TestACardThatWaitsForItsTurnShowsWhatWasClickedMeanwhile(t *testing.T) {
	r := newRig(t)
	r.pace = newPacer(false)
	inc := r.inFlow(false)
	card := r.claimed(flow.TellCard)
	out, err := r.deliver(t.Context(), card)
	r.must(err)
	out.At = time.Now()
	r.must(r.db.Finish(t.Context(), card, out))

	r.done(inc.ID, ana, flow.CompleteTask{Task: 1})
	job := r.claimed(flow.TellRefresh)
	turns := r.pace.bucket("picture/"+job.Lane, pictureBudget).limiter
	turns.Allow() // an edit was made just now
	ended := make(chan error, 1)
	go func() {
		_, err := r.deliver(t.Context(), job)
		ended <- err
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); turns.Tokens() > -0.1; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the edit does not wait for its turn")
		}
	}
	r.done(inc.ID, ben, flow.CompleteTask{Task: 2})
	r.must(<-ended)
	edits := r.slack.made("chat.update")
	if len(edits) != 1 || !strings.Contains(edits[0].form.Get("blocks"), "done, <@"+string(ben)+">") && !strings.Contains(edits[0].form.Get("blocks"), "done, Ben") {
		t.Errorf("edits of the card: %+v; want one that shows what Ben did", edits)
	}
}
