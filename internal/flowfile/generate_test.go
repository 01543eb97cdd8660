package flowfile

import (
	"strings"
	"time"

	"pgregory.net/rapid"

	"epilogue/flow"
)

// processes makes valid processes, with the texts that are hardest to write.
func processes() *rapid.Generator[flow.Process] {
	return rapid.Custom(func(t *rapid.T) flow.Process {
		p := flow.Process{
			Version:        rapid.IntRange(0, 1000).Draw(t, "version"),
			ActiveStatuses: labels(t, "active"),
			Severities:     labels(t, "severities"),
			Types:          labels(t, "types"),
			Roles:          []flow.Role{{Key: flow.LeadRole, Name: line(t, flow.MaxLabel)}},
		}
		for i, l := range labels(t, "roles") {
			if l.Key != flow.LeadRole {
				p.Roles = append(p.Roles, flow.Role{Key: l.Key, Name: l.Name, Description: free(t), Retired: i%2 == 1})
			}
		}
		p.Calendar.WorkingDays = rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(0, 6), func(d int) time.Weekday { return time.Weekday(d) }), 0, 7, rapid.ID).Draw(t, "days")
		for _, day := range rapid.SliceOfNDistinct(rapid.IntRange(-700_000, 2_900_000), 0, 4, rapid.ID).Draw(t, "holidays") {
			p.Calendar.Holidays = append(p.Calendar.Holidays, flow.Date{Year: 2026, Month: time.January, Day: 1}.AddDays(day))
		}
		p.Hours = rapid.SampledFrom([]flow.WorkingHours{{}, {From: 0, To: 60}, {From: 8*60 + 30, To: 16*60 + 45}, {From: 7 * 60, To: 23*60 + 59, Digest: 22 * 60}}).Draw(t, "hours")
		p.FollowUpEmoji = rapid.SampledFrom([]string{"", "ticket", "+1"}).Draw(t, "emoji")
		p.Admins.People = rapid.SliceOfNDistinct(rapid.Map(rapid.StringMatching(`[UW][A-Z0-9]{1,10}`), func(s string) flow.UserID { return flow.UserID(s) }), 0, 3, rapid.ID).Draw(t, "admins")
		p.Admins.Groups = rapid.SliceOfNDistinct(rapid.Map(rapid.StringMatching(`S[A-Z0-9]{1,10}`), func(s string) flow.GroupID { return flow.GroupID(s) }), 0, 3, rapid.ID).Draw(t, "groups")
		p.Reminders = rapid.SampledFrom([]flow.Reminders{{}, {Report: "C1"}, {Escalation: flow.Escalation{Channel: "G1"}}, {Escalation: flow.Escalation{Person: "U1"}, Report: "C1"}}).Draw(t, "reminders")
		for _, k := range keys(t, 0, 3) {
			p.Templates = append(p.Templates, flow.PostmortemTemplate{Key: k, Name: line(t, flow.MaxLabel), Text: "# {{name}}\n" + free(t), Retired: len(p.Templates) > 0 && rapid.Bool().Draw(t, "retired")})
		}
		for _, k := range keys(t, 0, 3) {
			p.Flows = append(p.Flows, someFlow(t, p, k))
		}
		return p
	})
}

func someFlow(t *rapid.T, p flow.Process, k flow.Key) flow.Flow {
	f := flow.Flow{
		Key: k, Name: line(t, flow.MaxLabel), Description: free(t), Disabled: rapid.Bool().Draw(t, "disabled"), AppliesTo: conditions(t, p),
		Entry:  rapid.SampledFrom([]flow.Entry{flow.Ask, flow.Automatic}).Draw(t, "entry"),
		OptOut: rapid.SampledFrom([]flow.Right{flow.Everyone, flow.LeadAndAdmins, flow.Admins, flow.Nobody}).Draw(t, "opt-out"),
	}
	if f.Entry == flow.Automatic {
		f.EntersWhen = conditions(t, p)
	}
	f.Reminders = rapid.SampledFrom([][]flow.Step{nil, {flow.NoSteps}, {flow.DayBefore, flow.FiveLate}}).Draw(t, "reminders")
	for _, tpl := range p.AllTemplates() {
		if rapid.Bool().Draw(t, "template") {
			f.Templates = append(f.Templates, tpl.Key)
		}
	}
	tasks := keys(t, 0, 6)
	for _, k := range keys(t, 0, 3) {
		s := flow.Status{Key: k, Name: line(t, flow.MaxLabel)}
		n := rapid.IntRange(0, len(tasks)).Draw(t, "tasks")
		for _, k := range tasks[:n] {
			s.Tasks = append(s.Tasks, someTask(t, p, k))
		}
		tasks = tasks[n:]
		f.Statuses = append(f.Statuses, s)
	}
	return f
}

func someTask(t *rapid.T, p flow.Process, k flow.Key) flow.Template {
	task := flow.Template{
		Key: k, Kind: rapid.SampledFrom(flow.Kinds()).Draw(t, "kind"), Title: line(t, flow.MaxTitle), Description: free(t),
		Optional: rapid.Bool().Draw(t, "optional"),
	}
	if task.Kind == flow.AssignRole {
		task.Role = flow.LeadRole
	}
	switch rapid.IntRange(0, 2).Draw(t, "assignee") {
	case 1:
		task.Assignee.Role = flow.LeadRole
	case 2:
		task.Assignee.User = flow.UserID(rapid.StringMatching(`[UW][A-Z0-9]{1,10}`).Draw(t, "person"))
	}
	if unit := rapid.SampledFrom([]flow.Unit{"", flow.BusinessDays, flow.Days, flow.Hours}).Draw(t, "unit"); unit != "" {
		task.Due = flow.Offset{N: rapid.IntRange(0, 1000).Draw(t, "n"), Unit: unit}
	}
	return task
}

func conditions(t *rapid.T, p flow.Process) []flow.Condition {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) flow.Condition {
		c := flow.Condition{Field: rapid.SampledFrom([]flow.Field{flow.Severity, flow.Type}).Draw(t, "field")}
		known := p.Types
		c.Op = rapid.SampledFrom([]flow.Op{flow.IsOneOf, flow.IsNot}).Draw(t, "op")
		if c.Field == flow.Severity {
			known = p.Severities
			if rapid.Bool().Draw(t, "at least") {
				c.Op = flow.AtLeast
			}
		}
		most := len(known)
		if c.Op == flow.AtLeast {
			most = 1
		}
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(known)-1), 1, most, rapid.ID).Draw(t, "values") {
			c.Values = append(c.Values, known[i].Key)
		}
		return c
	}), 0, 3).Draw(t, "conditions")
}

func labels(t *rapid.T, what string) []flow.Label {
	var out []flow.Label
	for i, k := range keys(t, 1, 4) {
		out = append(out, flow.Label{Key: k, Name: line(t, flow.MaxLabel), Retired: i > 0 && rapid.Bool().Draw(t, what+" retired")})
	}
	return out
}

func keys(t *rapid.T, least, most int) []flow.Key {
	key := rapid.OneOf(
		rapid.StringMatching(`[a-z0-9_-]{1,12}`),
		rapid.SampledFrom([]string{"no", "null", "true", "y", "1e3", "0x1f", "-", "_", "--", "12", "lead", "2026-01-01"}),
	)
	var out []flow.Key
	for _, k := range rapid.SliceOfNDistinct(key, least, most, rapid.ID).Draw(t, "keys") {
		out = append(out, flow.Key(k))
	}
	return out
}

// hard is made of what means something to YAML, to terminals or to editors.
var hard = []string{
	"a", "Z", " ", ":", ": ", " #", "-", "- ", "?", "'", "\"", "\\", "[", "]", "{", "}", ",", "&a", "*a", "!b", "|", ">", "%", "@", "`", "~", "null", "true", "1", "=", "<<",
	"é", "日本", "🔥", "👩‍💻", "\u00a0", "\u2028", "\u0085", "\ufeff", "\u200b", "\x07", "\x1b", "\x7f", "\t", "\uFFFD", "\ufffe", "…",
}

func line(t *rapid.T, most int) string {
	parts := rapid.OneOf(
		rapid.SliceOfN(rapid.SampledFrom(hard), 1, 12),
		rapid.Map(rapid.StringMatching(`[A-Z][a-z ]{0,10}[a-z]`), func(s string) []string { return []string{s} }),
		rapid.Map(rapid.StringN(1, 20, -1), func(s string) []string { return []string{s} }),
	)
	return rapid.Map(parts, func(parts []string) string {
		text := []rune(strings.NewReplacer("\n", "", "\r", "").Replace(strings.Join(parts, "")))
		if text = text[:min(len(text), most)]; strings.TrimSpace(string(text)) == "" {
			return "x"
		}
		return string(text)
	}).Draw(t, "line")
}

func free(t *rapid.T) string {
	return rapid.OneOf(
		rapid.Just(""),
		rapid.String(),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(append([]string{"\n", "\n", "\r", "\r\n", "\n\n", "word", "word"}, hard...)), 0, 20),
			func(parts []string) string { return strings.Join(parts, "") }),
	).Draw(t, "text")
}
