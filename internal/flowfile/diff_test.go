package flowfile

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
)

func TestDiffSaysWhatChanges(t *testing.T) {
	const standard = `Flow "Standard"`
	for _, tt := range []struct {
		given string
		edit  func(*flow.Process)
		want  []string
	}{
		{"nothing", func(*flow.Process) {}, nil},
		{"only the version", func(p *flow.Process) { p.Version = 99 }, nil},
		{
			"labels added, renamed, retired, removed", func(p *flow.Process) {
				p.Severities = append(p.Severities, flow.Label{Key: "worst", Name: "Worst"})
				p.Severities[0].Retired = true
				p.Types[0].Name = "Outage"
				p.Roles[2].Description = "Notes"
				p.Roles = slices.Delete(p.Roles, 1, 2)
				p.ActiveStatuses = append(p.ActiveStatuses, flow.Label{Key: "old", Name: "Old", Retired: true})
			},
			[]string{
				`Severity "Minor" is retired.`,
				`Severity "Worst" is added.`,
				`Type "Default" is renamed to "Outage".`,
				`Role "Scribe" has another description.`,
				`Role "Communications Lead" is removed.`,
				`Active status "Old" is added, retired.`,
			},
		},
		{
			"an order", func(p *flow.Process) { slices.Reverse(p.Severities) },
			[]string{`Severities, the least severe first: "Critical", "Major", "Minor".`},
		},
		{
			"something added before the end", func(p *flow.Process) {
				p.Types = slices.Insert(p.Types, 0, flow.Label{Key: "security", Name: "Security"})
			},
			[]string{`Type "Security" is added.`, `Types, the default first: "Security", "Default".`},
		},
		{
			"the calendar", func(p *flow.Process) {
				p.Calendar.WorkingDays = []time.Weekday{time.Thursday, time.Sunday, time.Monday}
				p.Calendar.Holidays = []flow.Date{{Year: 2027, Month: 1, Day: 1}, {Year: 2026, Month: 12, Day: 25}}
			},
			[]string{`Working days are mon, thu, sun (were mon, tue, wed, thu, fri).`, `New holidays: 2026-12-25, 2027-01-01.`},
		},
		{
			"working days in another order", func(p *flow.Process) { slices.Reverse(p.Calendar.WorkingDays) }, nil,
		},
		{
			"a flow added in front", func(p *flow.Process) {
				p.Flows = append([]flow.Flow{{Key: "new", Name: "New\x1b[2J", Disabled: true, Statuses: []flow.Status{{Key: "a", Name: "A"}}}}, p.Flows...)
			},
			[]string{
				`Flow "New\x1b[2J" is added, disabled: 1 status, 0 tasks.`,
				`Flows, the first that applies counts: "New\x1b[2J", "Standard".`,
			},
		},
		{"a flow removed", func(p *flow.Process) { p.Flows = nil }, []string{standard + ` is removed.`}},
		{
			"who enters a flow and leaves it", func(p *flow.Process) {
				f := &p.Flows[0]
				f.Name, f.Disabled, f.Entry, f.OptOut = "Default", true, flow.Automatic, flow.Admins
				f.AppliesTo = []flow.Condition{
					{Field: flow.Severity, Op: flow.AtLeast, Values: []flow.Key{"major"}},
					{Field: flow.Type, Op: flow.IsNot, Values: []flow.Key{"default"}},
				}
				f.EntersWhen = []flow.Condition{{Field: flow.Severity, Op: flow.IsOneOf, Values: []flow.Key{"major", "critical"}}}
			},
			[]string{
				standard + ` is renamed to "Default".`,
				standard + ` is disabled.`,
				standard + ` applies when severity is at least "Major" and type is not "Default" (was: always).`,
				standard + `: entry is automatic when severity is one of "Major", "Critical" (was: ask).`,
				standard + `: who may opt out is admins (was: everyone).`,
			},
		},
		{
			"a severity renamed that a condition is about", func(p *flow.Process) { p.Severities[1].Name = "High" },
			[]string{`Severity "Major" is renamed to "High".`},
		},
		{
			"statuses", func(p *flow.Process) {
				s := &p.Flows[0].Statuses
				(*s)[0].Name = "Writing"
				*s = append(*s, flow.Status{Key: "waiting", Name: "Waiting"})
				slices.Reverse(*s)
			},
			[]string{
				standard + `: status "Waiting" is added.`,
				standard + `: status "Documenting" is renamed to "Writing".`,
				standard + `: the statuses, in order: "Waiting", "Reviewing", "Writing".`,
			},
		},
		{
			"a status removed with its tasks", func(p *flow.Process) { p.Flows[0].Statuses = p.Flows[0].Statuses[:1] },
			[]string{
				standard + `: status "Reviewing" is removed.`,
				standard + `: task "Mark the post-mortem as complete" is removed from "Reviewing".`,
				standard + `: task "Share the post-mortem" is removed from "Reviewing".`,
				standard + `: task "Review follow-ups" is removed from "Reviewing".`,
			},
		},
		{
			"all of a task", func(p *flow.Process) {
				p.Flows[0].Statuses[0].Tasks[1] = flow.Template{
					Key: "create-postmortem", Kind: flow.Custom, Title: "Write it down", Description: "Facts",
					Assignee: flow.Assignee{User: "U1"}, Due: flow.Offset{N: 2, Unit: flow.BusinessDays}, Optional: true,
				}
			},
			[]string{standard + `: task "Create a post-mortem document" is renamed to "Write it down", is of the kind custom (was: create_postmortem), ` +
				`has other instructions, is for U1 (was: "Incident Lead"), is due after 2bd (was: never), is optional.`},
		},
		{
			"tasks added, moved and in another order", func(p *flow.Process) {
				first, second := &p.Flows[0].Statuses[0].Tasks, &p.Flows[0].Statuses[1].Tasks
				*second = append(*second, (*first)[0], flow.Template{Key: "new", Kind: flow.AssignRole, Role: "scribe", Title: "New"})
				*first = []flow.Template{(*first)[2], (*first)[1]}
			},
			[]string{
				standard + `: task "Review the incident timeline" moves from "Documenting" to "Reviewing".`,
				standard + `: task "New" is added to "Reviewing".`,
				standard + `: the tasks of "Documenting" are in another order: "Schedule the debrief", "Create a post-mortem document".`,
			},
		},
	} {
		t.Run(tt.given, func(t *testing.T) {
			next := flow.Standard()
			tt.edit(&next)
			if diff := cmp.Diff(tt.want, Diff(flow.Standard(), next)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffGoesBothWays(t *testing.T) {
	old := everything()
	next := everything()
	old.Severities[0].Retired = true
	old.Calendar.Holidays = old.Calendar.Holidays[1:]
	next.Calendar.Holidays = nil
	next.Calendar.WorkingDays = nil
	next.Flows[0].Entry, next.Flows[0].EntersWhen, next.Flows[0].AppliesTo = flow.Ask, nil, nil
	next.Flows[2].Disabled = false
	next.Roles[1].Name, next.Roles[2].Name = "Speaker", "Writer"
	task := &next.Flows[0].Statuses[0].Tasks
	(*task)[0].Assignee = flow.Assignee{}
	(*task)[1].Role, (*task)[1].Due = "scribe", flow.Offset{}
	(*task)[2].Optional = false
	want := []string{
		`Severity "Minor" is offered again.`,
		`Role "Communications Lead" is renamed to "Speaker".`,
		`Role "Scribe" is renamed to "Writer".`,
		`Working days are all days (were mon, tue, wed, thu, fri).`,
		`No holidays anymore: 2027-01-01.`,
		`Flow "Major" applies always (was: when severity is at least "Major" and type is not "🔐 2FA & sign-in").`,
		`Flow "Major": entry is ask (was: automatic when type is one of "Default", "Security").`,
		`Flow "Major": task "Write it down: what happened" is for nobody (was: U024BE7LH).`,
		`Flow "Major": task "Assign the Communications Lead role" is about the role "Writer" (was: "Communications Lead"), is due never (was: after 12h).`,
		`Flow "Major": task "Ask Legal, if data left the house" is no longer optional.`,
		`Flow "Nothing" is enabled.`,
	}
	if diff := cmp.Diff(want, Diff(old, next)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestDiffOfKeysThatAreThereTwiceTakesTheFirst(t *testing.T) {
	old := flow.Standard()
	old.Types = append(old.Types, flow.Label{Key: "default", Name: "Again"})
	if diff := cmp.Diff([]string(nil), Diff(old, flow.Standard())); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}
