package simulation

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"epilogue/flow"
	"epilogue/internal/sandbox"
)

// examine ends all trouble, lets the bot say what it has to say, and looks whether everything is as it must be.
func (w *world) examine() {
	w.calm()
	if !w.settled() || w.retried() && !w.settled() {
		return
	}
	w.keepsWishes()
	w.wire()
	for _, line := range w.log.all() {
		if strings.Contains(line.text, "panicked") || line.level >= slog.LevelError && !w.missedAt(line.at) {
			w.fail("the bot's log: %s", line.text)
		}
	}
	for _, inc := range w.incidents() {
		w.history(inc)
	}
	w.leftBehind()
	w.buried()
	w.announced()
	if problems, err := w.life.db.Check(context.Background()); err != nil || len(problems) > 0 {
		w.fail("the store: %v %v", problems, err)
	}
}

// retried lets whoever declared an incident that Slack refused a channel try again, as they were told.
func (w *world) retried() (some bool) {
	for _, inc := range w.incidents() {
		if inc.Channel != "" {
			continue
		}
		if !some {
			time.Sleep(2 * haunting) // until then a click may go to a connection that is dead
		}
		some = true
		who := strings.ToLower(strings.TrimPrefix(string(inc.DeclaredBy), "U"))
		if w.gone(who) {
			role(sandbox.Member)(w, []string{who})
		}
		_ = w.as(who, func(p *sandbox.Person) { p.In("DM").Click("Try again").In(inc.ID.String() + " ·") })
	}
	return some
}

const (
	stuck = 25 * time.Minute // how long the bot may take to say everything, once all is well
	later = 3 * time.Minute  // what is due after that waits for its day, and not for Slack
)

// settled waits until the bot has nothing left to do. It reports whether it came to that.
func (w *world) settled() bool {
	for end := time.Now().Add(stuck); ; {
		synctest.Wait()
		why, wait := w.busy()
		if why == "" {
			return true
		}
		if time.Now().After(end) {
			w.fail("the bot does not come to rest: %s", why)
			return false
		}
		time.Sleep(wait)
	}
}

// busy says what the bot has to do, or nothing, and when to look again.
func (w *world) busy() (string, time.Duration) {
	for _, c := range w.slack.Calls() {
		if c.EndSeq == 0 {
			return c.Method + " is running", 100 * time.Millisecond
		}
	}
	for _, e := range w.slack.Envelopes() {
		if e.Outcome == "" {
			return "an envelope is under way: " + e.Kind, time.Second
		}
	}
	at, some, err := w.life.db.NextJob(context.Background())
	if err != nil {
		return "look for the next job: " + err.Error(), time.Minute
	}
	if wait := at.Sub(w.slack.Clock().Now()); some && wait < later {
		return "a job waits: " + w.waiting(), min(max(wait, 100*time.Millisecond), 5*time.Second)
	}
	return "", 0
}

// waiting is what the bot noted last.
func (w *world) waiting() string {
	lines := w.log.all()
	var last []string
	for _, l := range lines[max(0, len(lines)-3):] {
		last = append(last, l.text)
	}
	return strings.Join(last, "; ")
}

func (w *world) missedAt(at time.Time) bool {
	return slices.ContainsFunc(w.deaf, func(d window) bool { return !at.Before(d.from) && !at.After(d.to) })
}

// wire judges what crossed it: every envelope was acknowledged, unless there was nobody to do so, and Slack refused nothing as malformed.
func (w *world) wire() {
	for _, e := range w.slack.Envelopes() {
		if e.Acked() || len(e.Deliveries) == 0 && len(w.deaf) > 0 {
			continue
		}
		if len(e.Deliveries) == 0 || !w.missedAt(e.Deliveries[0].At) {
			w.fail("an envelope was not acknowledged (%s): %s %s", e.Outcome, e.Kind, e.Payload)
		}
	}
	for _, c := range w.slack.Calls() {
		if c.Error != "" && c.Fault == "" && !w.reckoned(c) {
			w.fail("%s was refused: %s\nwith %v\nanswered %s", c.Method, c.Error, c.Args, c.Answer)
		}
	}
	w.slack.ClearLog()
}

// reckoned are refusals that the bot reckons with.
func (w *world) reckoned(c sandbox.Call) bool {
	known := []string{
		"conversations.invite already_in_channel", "conversations.create name_taken", "conversations.info channel_not_found",
		"chat.postMessage not_in_channel", "conversations.invite not_in_channel",
		"views.open expired_trigger_id", "views.open exchanged_trigger_id", "views.push expired_trigger_id", "views.push exchanged_trigger_id",
		"views.update not_found", "pins.add already_pinned", "response_url expired_url", "conversations.canvases.create channel_canvas_already_exists",
		"chat.postEphemeral user_not_in_channel", "conversations.history not_in_channel",
	}
	switch {
	case slices.Contains(known, c.Method+" "+c.Error), c.Error == "ratelimited", c.Error == "invalid_form_data" && len(c.Args) == 0: // cut off halfway
		return true
	case w.absent && slices.Contains([]string{"user_disabled", "user_not_found", "cant_invite", "cannot_dm_bot", "users_not_found"}, c.Error):
		return true
	}
	return len(w.spoilt) > 0 && slices.Contains([]string{"is_archived", "not_in_channel", "channel_not_found", "method_not_supported_for_channel_type"}, c.Error)
}

// history looks at what is stored of an incident.
func (w *world) history(inc flow.Incident) {
	events := w.events(inc.ID)
	notes := map[string]bool{} // no two of ours are the same
	for i, ev := range events {
		if f, ok := ev.Fact.(flow.NoteAdded); ok && notes[f.Text] {
			w.fail("%s: the note %q is there twice", inc.ID, f.Text)
		} else if ok {
			notes[f.Text] = true
		}
		if ev.Seq != uint64(i+1) {
			w.fail("%s: event %d has the number %d", inc.ID, i+1, ev.Seq)
		}
		if f, ok := ev.Fact.(flow.OptedOut); ok && f.Reason == "" {
			w.fail("%s: opted out without a reason", inc.ID)
		}
		if left(ev.Fact) {
			before := flow.Replay(events[:i])
			if p := before.Progress(before.Status); p.Open > 0 || p.Total() == 0 {
				w.fail("%s: event %d left %s by itself, which has %d of %d tasks open", inc.ID, ev.Seq, before.Status, p.Open, p.Total())
			}
		}
	}
	if diff := cmp.Diff(flow.Replay(events), inc, cmpopts.EquateEmpty()); diff != "" {
		w.fail("%s is not the replay of its timeline (-replay +stored):\n%s", inc.ID, diff)
	}
	if p := inc.Progress(inc.Status); inc.Stage == flow.PostIncident && p.Open == 0 && p.Total() > 0 {
		w.fail("%s: %s is settled, and it is still in it", inc.ID, inc.Status)
	}
}

// left reports whether a fact left a post-incident status by itself.
func left(f flow.Fact) bool {
	switch f := f.(type) {
	case flow.StatusEntered:
		return f.From != "" && !f.ByHand && !f.Back && !f.Resumed
	case flow.IncidentClosed:
		return !f.Plain && !f.ByHand
	}
	return false
}

// buried looks at what was given up: nothing, but what cannot reach a channel or a person that is gone.
func (w *world) buried() {
	jobs, err := w.life.db.Buried(context.Background(), 100)
	if err != nil {
		w.fail("read what was given up: %v", err)
	}
	for _, j := range jobs {
		inc, _ := w.about(j.Incident.String())
		person := w.absent && j.Effect.To != ""
		if !w.spoilt[string(inc.Channel)] && !person {
			w.fail("a job was given up: %s of %s: %s", j.Effect.Tell, j.Incident, j.LastWhy)
		}
	}
}
