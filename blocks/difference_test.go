package blocks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

// differences are the sentences that say what is different.
func differences(old, next flow.Process) []string {
	var out []string
	for _, d := range flow.Diff(old, next) {
		out = append(out, Scene{Names: people}.Difference(d).Plain())
	}
	return out
}

func TestTheDifferenceBetweenVersionsIsReadable(t *testing.T) {
	const standard = `Flow “Standard”`
	for _, tt := range []struct {
		given string
		edit  func(*flow.Process)
		want  []string
	}{
		{
			"labels added, renamed, retired, removed", func(p *flow.Process) {
				p.Severities = append(p.Severities, flow.Label{Key: "worst", Name: "Worst"})
				p.Severities[0].Name, p.Severities[0].Retired = "Small", true
				p.Types[0].Name = "Outage"
				p.Roles[2].Description = "Notes"
				p.Roles = slices.Delete(p.Roles, 1, 2)
				p.ActiveStatuses = append(p.ActiveStatuses, flow.Label{Key: "old", Name: "Old", Retired: true})
			},
			[]string{
				`Severity “Minor” is renamed to “Small” and is retired.`,
				`Severity “Worst” is added.`,
				`Type “Default” is renamed to “Outage”.`,
				`Role “Scribe” has another description.`,
				`Role “Communications Lead” is removed.`,
				`Active status “Old” is added, retired.`,
			},
		},
		{
			"an order", func(p *flow.Process) { slices.Reverse(p.Severities) },
			[]string{`Severities, the least severe first: “Critical”, “Major”, “Minor”.`},
		},
		{
			"something added before the end", func(p *flow.Process) {
				p.Types = slices.Insert(p.Types, 0, flow.Label{Key: "security", Name: "Security"})
			},
			[]string{`Type “Security” is added.`, `Types, the default first: “Security”, “Default”.`},
		},
		{
			"the calendar", func(p *flow.Process) {
				p.Calendar.WorkingDays = []time.Weekday{time.Thursday, time.Sunday, time.Monday}
				p.Hours = flow.WorkingHours{From: 8 * 60, To: 17 * 60, Digest: 10*60 + 30}
				p.Calendar.Holidays = []flow.Date{{Year: 2027, Month: 1, Day: 1}, {Year: 2026, Month: 12, Day: 25}}
			},
			[]string{`Working days are Mon, Thu, Sun (were: Mon, Tue, Wed, Thu, Fri). New holidays: 2026-12-25, 2027-01-01. Working hours are 08:00 to 17:00, digest at 10:30 (were: 09:00 to 17:00).`},
		},
		{"no working days", func(p *flow.Process) { p.Calendar.WorkingDays = nil }, []string{`Working days are all days (were: Mon, Tue, Wed, Thu, Fri).`}},
		{
			"who is an admin", func(p *flow.Process) {
				p.Admins = flow.AdminList{People: []flow.UserID{ana, ben}, Groups: []flow.GroupID{"S1"}}
			},
			[]string{`Admins are Ana, Ben, user groups: S1 (were: those of the workspace).`},
		},
		{
			"a flow added in front", func(p *flow.Process) {
				p.Flows = append([]flow.Flow{{Key: "new", Name: "New\x1b[2J", Disabled: true, Statuses: []flow.Status{{Key: "a", Name: "A"}}}}, p.Flows...)
			},
			[]string{
				`Flow “New[2J” is added, disabled: 1 status, 0 tasks.`,
				`Flows, the first that applies counts: “New[2J”, “Standard”.`,
			},
		},
		{"a flow removed", func(p *flow.Process) { p.Flows = nil }, []string{standard + ` is removed.`}},
		{
			"who enters a flow and leaves it", func(p *flow.Process) {
				f := &p.Flows[0]
				f.Name, f.Disabled, f.Entry, f.OptOut, f.Description = "Default", true, flow.Automatic, flow.Admins, "For all"
				f.AppliesTo = []flow.Condition{
					{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}},
					{Field: flow.Type, Op: flow.IsNot, Values: []flow.Key{"default"}},
				}
				f.EntersWhen = []flow.Condition{{Field: flow.Severity, Op: flow.IsOneOf, Values: []flow.Key{"major", "critical"}}}
			},
			[]string{standard + ` is renamed to “Default”, has another description, is disabled, ` +
				`applies when severity is at least Major and type is not Default (was: always), ` +
				`has the entry automatic when severity is one of Major, Critical (was: ask) and lets admins opt out (was: everyone).`},
		},
		{
			"a severity renamed that a condition is about", func(p *flow.Process) { p.Severities[1].Name = "High" },
			[]string{`Severity “Major” is renamed to “High”.`},
		},
		{
			"statuses", func(p *flow.Process) {
				s := &p.Flows[0].Statuses
				(*s)[0].Name = "Writing"
				*s = append(*s, flow.Status{Key: "waiting", Name: "Waiting"})
				slices.Reverse(*s)
			},
			[]string{
				standard + `: status “Waiting” is added.`,
				standard + `: status “Documenting” is renamed to “Writing”.`,
				standard + `: the statuses, in order: “Waiting”, “Reviewing”, “Writing”.`,
			},
		},
		{
			"a status removed with its tasks", func(p *flow.Process) { p.Flows[0].Statuses = p.Flows[0].Statuses[:1] },
			[]string{
				standard + `: status “Reviewing” is removed.`,
				standard + `: task “Mark the post-mortem as complete” is removed from “Reviewing”.`,
				standard + `: task “Share the post-mortem” is removed from “Reviewing”.`,
				standard + `: task “Review follow-ups” is removed from “Reviewing”.`,
			},
		},
		{
			"all of a task", func(p *flow.Process) {
				p.Flows[0].Statuses[0].Tasks[1] = flow.Template{
					Key: "create-postmortem", Kind: flow.AssignRole, Role: "scribe", Title: "Write it down", Description: "Facts",
					Assignee: flow.Assignee{User: ana}, Due: flow.Offset{N: 2, Unit: flow.BusinessDays}, Optional: true,
				}
			},
			[]string{standard + `: task “Create a post-mortem document” is renamed to “Write it down”, is of the kind assign a role (was: create a post-mortem), ` +
				`is about the role “Scribe” (was: none), has other instructions, is for Ana (was: whoever is “Incident Lead”), ` +
				`is due 2 business days after its status begins (was: never) and is optional.`},
		},
		{
			"tasks added, moved and in another order", func(p *flow.Process) {
				first, second := &p.Flows[0].Statuses[0].Tasks, &p.Flows[0].Statuses[1].Tasks
				*second = append(*second, (*first)[0], flow.Template{Key: "new", Kind: flow.AssignRole, Role: "scribe", Title: "New"})
				*first = []flow.Template{(*first)[2], (*first)[1]}
			},
			[]string{
				standard + `: task “Review the incident timeline” moves from “Documenting” to “Reviewing”.`,
				standard + `: task “New” is added to “Reviewing”.`,
				standard + `: the tasks of “Documenting” are in another order: “Schedule the debrief”, “Create a post-mortem document”.`,
			},
		},
	} {
		t.Run(tt.given, func(t *testing.T) {
			next := flow.Standard()
			tt.edit(&next)
			if diff := cmp.Diff(tt.want, differences(flow.Standard(), next)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheDifferenceGoesBothWays(t *testing.T) {
	old, next := flow.Standard(), flow.Standard()
	next.Calendar.Holidays = []flow.Date{{Year: 2026, Month: 12, Day: 25}}
	next.Severities[0].Retired = true
	next.Flows[0].Disabled = true
	task := &next.Flows[0].Statuses[0].Tasks[0]
	task.Assignee, task.Optional, task.Due = flow.Assignee{}, true, flow.Offset{N: 1, Unit: flow.Hours}
	want := []string{
		`Severity “Minor” is offered again.`,
		`No holidays anymore: 2026-12-25.`,
		`Flow “Standard” is enabled.`,
		`Flow “Standard”: task “Review the incident timeline” is for whoever is “Incident Lead” (was: nobody), ` +
			`is due never (was: 1 hour after its status begins) and is no longer optional.`,
	}
	if diff := cmp.Diff(want, differences(next, old)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestADifferenceFitsASectionWhateverItIsAbout(t *testing.T) {
	old, next := flow.Standard(), flow.Standard()
	for i := range flow.MaxLabels - 3 {
		key := flow.Key(strings.Repeat("k", i%30) + string(rune('a'+i%26)) + "-" + strings.Repeat("x", i/26))
		next.Severities = append(next.Severities, flow.Label{Key: key, Name: strings.Repeat("&", flow.MaxLabel)})
	}
	var all []flow.Key
	for _, l := range next.Severities {
		all = append(all, l.Key)
	}
	f := &next.Flows[0]
	f.AppliesTo = slices.Repeat([]flow.Condition{{Field: flow.Severity, Op: flow.IsOneOf, Values: all}}, flow.MaxConditions)
	f.Statuses[0].Tasks[0].Title = strings.Repeat("&", flow.MaxTitle)
	slices.Reverse(f.Statuses[0].Tasks)
	slices.Reverse(next.Severities)
	said := 0
	for _, pair := range [][2]flow.Process{{old, next}, {next, old}} {
		for _, d := range flow.Diff(pair[0], pair[1]) {
			text := Scene{}.Difference(d)
			if text.Len() > 3000 {
				t.Errorf("%s has %d characters", d.Part, text.Len())
			}
			said = max(said, text.Len())
		}
	}
	if said < 2500 {
		t.Errorf("the longest has only %d characters: nothing was tried", said)
	}
}
