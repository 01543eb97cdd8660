package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/internal/sandbox"
	"epilogue/store"
)

// checkout is the channel of an incident that is called so.
const checkout = "#inc-1-checkout-errors"

// An incident of which much was written: what a person can do in weeks is put into the store at once, as the rules would have.
func TestATimelineOfThousandsOfEventsIsReadByPagesAndSentWhole(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.must("ana", func(p *sandbox.Person) {
		p.Slash("#general", "/inc declare Checkout errors")
		p.Modal().Submit()
	})
	const notes, followUps = 5000, flow.MaxFollowUps
	worst := strings.Repeat("&", flow.MaxReason-10)
	written := func(i int) string { // the longest texts are in the first pages
		if i < 60 || i%50 == 0 {
			return fmt.Sprint(i, " ", worst)
		}
		return fmt.Sprint(i, " ")
	}
	r.happens(t, func(i int) flow.Fact {
		switch {
		case i < notes:
			return flow.NoteAdded{Text: written(i)}
		case i < notes+followUps:
			n := flow.FollowUpNumber(i - notes + 1)
			return flow.FollowUpAdded{FollowUp: flow.FollowUp{Number: n, Title: fmt.Sprint(n, strings.Repeat("&", 290)), Owner: flow.UserID("UANA"), State: flow.Open}}
		}
		return nil
	})

	r.must("ana", func(p *sandbox.Person) {
		p.Slash(checkout, "/inc timeline")
		m := p.Modal("Timeline of INC-1")
		for page := range 4 {
			m.Waits(fmt.Sprintf("noted: %d ", page*12+2))
			m.Press("Next")
		}
		m.Waits(fmt.Sprintf("noted: %d ", 4*12+2))
		m.Press("Tasks")
		m.Waits("added the follow-up *1&")
		p.Modal().CloseAll()
		p.Slash(checkout, "/inc follow-ups")
		m = p.Modal("Follow-ups of INC-1")
		m.Waits("500 follow-ups open.")
		m.Press("Next")
		m.Waits("21  ⬜")
		p.Modal().CloseAll()
		p.Home().Waits("Your follow-ups")
		p.Slash(checkout, "/inc audit")
	})
	if err := r.settle(later); err != nil {
		t.Fatal(err)
	}
	inc, err := r.Store.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.Slack.Files() {
		files[f.Name] = string(f.Content)
	}
	var data struct {
		Events []struct {
			Seq  uint64
			What string
			With struct{ Text string }
		}
	}
	if err := json.Unmarshal([]byte(files["INC-1-timeline.json"]), &data); err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^- (\d+)\. `).FindAllStringSubmatch(files["INC-1-timeline.md"], -1)
	if len(data.Events) != int(inc.Rev) || len(lines) != int(inc.Rev) || inc.Rev < notes+followUps {
		t.Fatalf("%d events: %d in the JSON, %d in the Markdown", inc.Rev, len(data.Events), len(lines))
	}
	seen := 0
	for i, e := range data.Events {
		if e.Seq != uint64(i+1) || lines[i][1] != fmt.Sprint(i+1) {
			t.Fatalf("event %d stands at %d, and %s in the Markdown", e.Seq, i+1, lines[i][1])
		}
		if e.What == "note-added" {
			if want := written(seen); e.With.Text != want {
				t.Fatalf("note %d is %q", seen, e.With.Text)
			}
			seen++
		}
	}
	if seen != notes {
		t.Errorf("%d notes of %d", seen, notes)
	}
}

// happens records facts of INC-1 by ana until there are no more.
func (r *rig) happens(t *testing.T, fact func(i int) flow.Fact) {
	t.Helper()
	if err := r.settle(later); err != nil {
		t.Fatal(err)
	}
	inc, err := r.Store.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	now, c := r.Slack.Clock().Now(), store.Change{Before: inc.Rev}
	for i := 0; ; i++ {
		f := fact(i)
		if f == nil {
			break
		}
		ev := flow.Event{Seq: c.Before + uint64(i) + 1, At: now.UTC(), By: flow.UserID("UANA"), Fact: f}
		c.Events = append(c.Events, ev)
		inc = flow.Apply(inc, ev)
	}
	c.Incident, c.At = inc, now
	if err := r.Store.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestTheTimelineIsSentOnceHoweverSlackAnswers(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]sandbox.Fault{
		"the answer to sharing is lost":     {Method: "files.completeUploadExternal", Reset: true, AfterEffect: true, Times: 1},
		"sharing does not arrive":           {Method: "files.completeUploadExternal", Reset: true, Times: 1},
		"Slack is limited":                  {Method: "files.completeUploadExternal", Status: 429, Times: 1},
		"asking where to upload goes wrong": {Method: "files.getUploadURLExternal", Status: 500, AfterEffect: true, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.excused = append(r.excused, "files.completeUploadExternal file_not_found")
			r.must("ana", func(p *sandbox.Person) {
				p.Slash("#general", "/inc declare Checkout errors")
				p.Modal().Submit()
			})
			r.Slack.Faults().Add(lost)
			r.must("ana", func(p *sandbox.Person) { p.Slash(checkout, "/inc audit") })
			if err := r.settle(later); err != nil {
				t.Fatal(err)
			}
			sent := 0
			for _, m := range r.Slack.Messages("ana") {
				sent += strings.Count(m.Text, "The timeline of INC-1")
			}
			if files := r.Slack.Files(); sent != 1 || len(files) != 2 {
				t.Errorf("%d messages with %d files, want one with two", sent, len(files))
			}
		})
	}
}

// Who leaves a private incident's channel between asking and answering gets nothing.
func TestTheTimelineIsNotSentToWhoHasLeftMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.must("ana", func(p *sandbox.Person) {
		p.Slash("#general", "/inc declare Leaked token")
		p.Modal().Enter("Channel", "A new private channel").Submit()
	})
	r.must("ana", func(p *sandbox.Person) { p.Invites("#inc-1", "ben") })
	slow := r.Slack.Faults().Add(sandbox.Fault{Method: "files.getUploadURLExternal", Hang: true})
	r.must("ben", func(p *sandbox.Person) {
		p.Slash("#inc-1", "/inc audit")
		p.Leaves("#inc-1")
	})
	if err := r.person("ana", func(p *sandbox.Person) { p.Waits("#inc-1", "has left the channel") }); err != nil {
		t.Fatal(err)
	}
	left := func() bool {
		return slices.ContainsFunc(r.Slack.Envelopes("member_left_channel"), func(e sandbox.Envelope) bool {
			return e.Acked()
		})
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); !left(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the bot was not told that Ben has left")
		}
	}
	slow.Clear()
	if err := r.settle(later); err != nil {
		t.Fatal(err)
	}
	if files := r.Slack.Files(); len(files) != 0 {
		t.Errorf("sent: %+v", files)
	}
}
