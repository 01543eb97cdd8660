package promises

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"epilogue/flow"
	"epilogue/internal/local"
	"epilogue/internal/sandbox"
)

// What people may type at its worst: emoji of several code points, and characters that grow when they are escaped.
var (
	worstTitle  = strings.Repeat("👩‍🚒", 100)[:len("👩‍🚒")*100]
	worstReason = strings.Repeat("&", flow.MaxReason)
	worstText   = strings.Repeat("<&>", 600)
)

// The local Slack refuses what Slack would refuse; here it is shown the largest incident that there can be, in every message and view.
func TestTheLargestIncidentFitsSlacksLimitsEverywhere(t *testing.T) {
	l := start(t, local.Options{})
	p := manyTasks(flow.MaxTasks - 1)
	for i := range p.Flows[0].Statuses[0].Tasks {
		task := &p.Flows[0].Statuses[0].Tasks[i]
		task.Title, task.Description = fmt.Sprintf("%d %s", i+1, string([]rune(worstTitle)[:290])), worstText
		task.Due, task.Assignee = flow.Offset{N: i % 5, Unit: flow.BusinessDays}, flow.Assignee{Role: flow.LeadRole}
	}
	p.Flows[0].Name = strings.Repeat("&", flow.MaxLabel)
	if wrong := p.Check(); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	saveProcess(t, l, p)

	s := l.Slack
	ana := patiently(s, "ana")
	ana.Slash("#general", "/inc declare "+strings.Repeat("&", 140))
	ana.Modal().Fill("Summary", worstText).Submit()
	const here = "#inc-1"
	ana.Waits(here, "declared by")
	ana.Home().Waits("Hello")
	ana.Slash(here, "/inc close")
	ana.Modal().Submit()
	ana.Waits(here, "left before it closes")

	for _, command := range []string{"tasks", "todo", "list", "list mine", "help", "task 7", "INC-1"} {
		if r := ana.Slash(here, "/inc "+command); !r.Acked {
			t.Errorf("/inc %s: %s", command, r.Text())
		}
	}
	for _, form := range []string{"update", "role", "close", "move-on", "reopen", "task 3 assign", "task 3 due", "task 3 not-doing", "timeline"} {
		r := ana.Slash(here, "/inc "+form)
		if err := ana.Try(func(p *sandbox.Person) { p.Patient(patience).Modal().Close() }); err != nil {
			t.Errorf("/inc %s: %v; the answer was: %s", form, err, r.Text())
		}
	}
	ana.In(here).Click("Show all").In("")
	all := ana.Modal()
	for range 9 {
		all.Press("Next")
		all.Waits("Previous")
	}
	ana.Modal().CloseAll()
	for i := 1; i <= 30; i++ {
		if r := ana.Slash(here, fmt.Sprintf("/inc task %d not-doing %s", i, worstReason)); !r.Acked {
			t.Errorf("task %d: %s", i, r.Text())
		}
	}
	ana.Slash(here, "/inc task 31 assign <@UBEN>")
	ana.Slash(here, "/inc timeline "+worstReason)
	s.Clock().Move(8 * 24 * time.Hour) // now most are late
	ana.Home().Waits("late")
	ana.Slash(here, "/inc close")
	ana.Modal().Fill("Reason", worstReason).Submit()
	ana.Waits(here, "opted out")
	ana.Slash(here, "/inc reopen")
	ana.Modal().Choose("Where to", "Back into the &&&&&&&… flow").Fill("Reason", worstReason).Submit()
	idle(t, l)

	for _, c := range s.Calls() {
		if c.Error != "" && c.Error != "not_found" { // a view that was closed before it could be turned
			t.Errorf("%s was refused: %s %s", c.Method, c.Error, c.Answer)
		}
	}
	for _, e := range s.Envelopes() {
		if !e.Acked() {
			t.Errorf("%s %s was not acknowledged: %s", e.Type, e.Kind, e.Outcome)
		}
	}
}
