package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/flow"
	"epilogue/internal/sandbox"
)

// announced looks whether the channels heard of everything, once.
func (w *world) announced() {
	said := map[string]int{} // by incident, what it tells, and event
	for _, place := range w.places() {
		seen := map[string]int{}
		for _, m := range w.slack.Messages(place) {
			id := jobOf(m)
			if id == "" {
				continue
			}
			w.mu.Lock()
			job, known := w.jobs[id]
			w.mu.Unlock()
			if !known {
				w.fail("in %s is a message of a job that was never handed out: %s", place, m.Text)
			}
			thread := m.ThreadTS
			if thread == m.TS {
				thread = ""
			}
			if seen[id+thread]++; seen[id+thread] > 1 {
				w.fail("in %s was said %d times (%s): %s", place, seen[id+thread], job.Effect.Tell, m.Text)
			}
			said[telling(job.Incident, job.Effect)]++
		}
	}
	for _, inc := range w.incidents() {
		if inc.Channel == "" {
			w.fail("%s has no channel", inc.ID)
		}
		for _, who := range people {
			_ = w.slack.Person(who).Try(func(p *sandbox.Person) {
				if all := p.Bookmarks(string(inc.Channel)); len(all) > 1 {
					w.fail("%s has %d bookmarks: %q", inc.ID, len(all), all)
				}
			})
		}
		for _, e := range effects(w.events(inc.ID)) {
			switch n := said[telling(inc.ID, e)]; {
			case n > 1:
				w.fail("%s: %s of event %d was announced %d times", inc.ID, e.Tell, e.Seq, n)
			case n == 0 && !w.spoilt[string(inc.Channel)]:
				w.fail("%s: %s of event %d was not announced", inc.ID, e.Tell, e.Seq)
			}
		}
	}
}

func telling(id flow.IncidentID, e flow.Effect) string {
	return fmt.Sprintf("%s %s %d", id, e.Tell, max(e.Seq, e.Card))
}

// jobOf is the job that a message of the bot's names, or nothing.
func jobOf(m sandbox.Message) string {
	var data struct {
		Payload struct {
			Job string `json:"job"`
		} `json:"event_payload"`
	}
	if len(m.Metadata) == 0 || json.Unmarshal(m.Metadata, &data) != nil {
		return ""
	}
	return data.Payload.Job
}

// effects are the announcements that follow from a timeline. What was saved together has the same time, and nothing else has.
func effects(events []flow.Event) []flow.Effect {
	var out []flow.Effect
	for len(events) > 0 {
		n := slices.IndexFunc(events, func(ev flow.Event) bool { return !ev.At.Equal(events[0].At) })
		if n < 0 {
			n = len(events)
		}
		for _, e := range flow.Effects(events[:n]) {
			if slices.Contains([]flow.Tell{flow.TellDeclared, flow.TellPost, flow.TellCard}, e.Tell) {
				out = append(out, e)
			}
		}
		events = events[n:]
	}
	return out
}

// places are all conversations: channels by their ids, direct messages by the person.
func (w *world) places() []string {
	var out []string
	for _, inc := range w.incidents() {
		if inc.Channel != "" {
			out = append(out, string(inc.Channel))
		}
	}
	return append(append(out, "general", "random"), people...)
}

// own is the part of an App Home that is kept up to date: what is the person's own. The lists below are those of when it was opened last.
func own(home string) string {
	home, _, _ = strings.Cut(home, "In the post-incident stage")
	home, _, _ = strings.Cut(home, "Recently closed")
	home, _, _ = strings.Cut(home, "\nProcess\n") // it stands below those lists, or right here where they are empty
	return strings.TrimRight(home, "─ \n")
}

// gone reports whether somebody's account is deactivated: nobody reads what they were told.
func (w *world) gone(who string) bool {
	p, err := w.life.db.Person(context.Background(), user(who))
	return err == nil && p.Standing == flow.Deactivated
}

// picture is everything that the bot has said and shows, as people see it, but for what it was to say later than that.
func (w *world) picture(due time.Time) map[string]string {
	out := map[string]string{}
	for _, place := range w.places() {
		if slices.Contains(people, place) && w.gone(place) {
			continue
		}
		for _, m := range w.slack.Messages(place) {
			w.mu.Lock()
			job := w.jobs[jobOf(m)]
			w.mu.Unlock()
			if job.ID != "" && !job.At.After(due) {
				out[place+" "+m.TS] = m.Text + "\n" + string(m.Blocks)
			}
		}
	}
	for _, who := range people {
		_ = w.slack.Person(who).Try(func(p *sandbox.Person) {
			if home := w.home(who); home != nil {
				out["home of "+who] = own(home.Sees())
			}
			for _, name := range p.Channels() {
				out["bookmarks of "+name] = strings.Join(p.Bookmarks(name), "\n")
			}
		})
	}
	return out
}
