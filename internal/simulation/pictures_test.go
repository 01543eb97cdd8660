package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// upToDate looks whether everything that is shown is what drawing it now gives: the bot is made to draw all of it again, and nothing changes.
func (w *world) upToDate() {
	if w.life.over() {
		return
	}
	time.Sleep(time.Minute) // once a minute the bot looks whether the process is another one, which is saved behind its back here
	if !w.settled() {
		return
	}
	due := w.slack.Clock().Now()
	before := w.picture(due)
	w.life.stop()
	if err := w.begin(w.life.next); err != nil {
		w.fail("start again: %v", err)
		return
	}
	if err := w.redraw(); err != nil {
		w.fail("draw everything again: %v", err)
	}
	time.Sleep(2 * time.Minute) // the bot looks at its store at least once a minute
	if !w.settled() {
		return
	}
	if diff := changed(before, w.picture(due)); diff != "" {
		w.fail("what is shown is not what is (-shown +drawn again):\n%s", diff)
	}
}

// changed are the lines in which two pictures differ.
func changed(before, after map[string]string) string {
	var b strings.Builder
	for _, where := range slices.Sorted(maps.Keys(merged(before, after))) {
		was, is := strings.Split(plain(where, before[where]), "\n"), strings.Split(plain(where, after[where]), "\n")
		if slices.Equal(was, is) {
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", where, was[0])
		for _, l := range was {
			if !slices.Contains(is, l) {
				fmt.Fprintf(&b, "- %s\n", l)
			}
		}
		for _, l := range is {
			if !slices.Contains(was, l) {
				fmt.Fprintf(&b, "+ %s\n", l)
			}
		}
	}
	return b.String()
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

var someLate = regexp.MustCompile(`, \d+ late`)

// plain is a picture without what is new each time: the ids that Slack gives to blocks which have none; without what only a card follows by itself, that a
// task is late; and without the offer to update from the flow, which comes when the bot hears of another process: here that is written past it.
func plain(where, s string) string {
	if channel := strings.HasPrefix(where, "C"); !channel {
		s = someLate.ReplaceAllString(strings.NewReplacer("🔴", "⬜", "was due", "due").Replace(s), "")
	}
	text, raw, found := strings.Cut(s, "\n[")
	var blocks []map[string]any
	if !found || json.Unmarshal([]byte("["+raw), &blocks) != nil {
		return s
	}
	for _, b := range blocks {
		withoutOffer(b)
		if id, _ := b["block_id"].(string); !strings.Contains(id, "/") {
			delete(b, "block_id")
		}
	}
	again, err := json.MarshalIndent(blocks, "", " ")
	if err != nil {
		return s
	}
	return text + "\n" + string(again)
}

// withoutOffer takes the offer to update from the flow out of the menu of a block.
func withoutOffer(block map[string]any) {
	menu, _ := block["accessory"].(map[string]any)
	options, ok := menu["options"].([]any)
	if !ok {
		return
	}
	menu["options"] = slices.DeleteFunc(options, func(o any) bool {
		option, _ := o.(map[string]any)
		value, _ := option["value"].(string)
		return strings.HasPrefix(value, "incident.update-from-flow ")
	})
}

// redraw has everything drawn again, also what is remembered to show the same already.
func (w *world) redraw() error {
	ctx, now := context.Background(), w.clock.Now()
	out := store.Outcome{At: now}
	add := func(id flow.IncidentID, e flow.Effect) {
		out.Then = append(out.Then, store.Job{Lane: "simulation/" + string(e.Tell), Incident: id, Effect: e, At: now})
	}
	for _, inc := range w.incidents() {
		add(inc.ID, flow.Effect{Tell: flow.TellFirst})
		add(inc.ID, flow.Effect{Tell: flow.TellDMs})
		add(inc.ID, flow.Effect{Tell: flow.TellBookmark})
		add(inc.ID, flow.Effect{Tell: flow.TellFollowUpDMs})
		add(inc.ID, flow.Effect{Tell: flow.TellHeldSaid})
		for _, ev := range w.events(inc.ID) {
			if _, began := ev.Fact.(flow.StatusEntered); began {
				add(inc.ID, flow.Effect{Tell: flow.TellShrink, Card: ev.Seq})
			}
		}
		for _, prefix := range []string{"first/%s", "card/%s/", "dm/%s/", "bookmark/%s", "follow-up/%s/", "debrief/%s"} {
			results, err := w.life.db.Results(ctx, fmt.Sprintf(prefix, inc.ID))
			if err != nil {
				return err
			}
			for _, r := range results {
				out.Results = append(out.Results, forget(r))
			}
		}
	}
	for who := range w.homes {
		add(0, flow.Effect{Tell: flow.TellHome, To: user(who)})
	}
	synctest.Wait() // until the bot that has just begun sleeps: else it may claim what is claimed here
	lane := "simulation/begin"
	if err := w.life.db.Enqueue(ctx, now, store.Job{Lane: lane, Effect: flow.Effect{Tell: flow.TellHome, To: "UNOBODY"}, At: now.Add(-time.Hour)}); err != nil {
		return err
	}
	job, ok, err := w.life.db.Claim(ctx, now, time.Minute)
	if err != nil || !ok || job.Lane != lane {
		return fmt.Errorf("claim: %v, %v, %w", job.Lane, ok, err)
	}
	return w.life.db.Finish(ctx, job, out)
}

// forget takes from what is known of a message what it shows.
func forget(r store.Result) store.Result {
	var fields map[string]any
	if json.Unmarshal(r.Value, &fields) != nil {
		return r
	}
	delete(fields, "shown")
	delete(fields, "link")
	raw, err := json.Marshal(fields)
	if err != nil {
		return r
	}
	return store.Result{Key: r.Key, Value: raw}
}
