package blocks

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Report is the weekly report. Its chart says nothing that the text does not: where Slack does not take it, WithoutCharts is the same message.
func Report(s Scene, r flow.Report) Message {
	opening := say("Weekly report, %s: %s in the post-incident stage, %s late.", s.day(r.Day), count(r.Total, "incident"), tasksAnd(r.AllLate, r.FollowUps.Late))
	shown, fallback := []slack.Block{section(bold(opening), nil)}, []Text{opening}
	add := func(title words, lines []Text) {
		if len(lines) == 0 {
			return
		}
		part := join("\n", append([]Text{bold(say(title))}, lines...)...)
		shown, fallback = append(shown, paragraph(part)...), append(fallback, part)
	}
	if c := s.reportChart(r); c != nil {
		shown = append(shown, c)
	}
	add("Where they are", each(r.Statuses, func(a flow.StatusAges) Text {
		return say("%s, %s: %s", brief(a.Flow, shortPerson), brief(a.Status, shortPerson), ages(a.Ages))
	}))
	add("Waiting longest", each(r.Waiting, s.reportedLine))
	add("Late", each(r.Late, func(t flow.ReportedTask) Text {
		return say("🔴 %s, %s, was due %s", bold(brief(t.Title, shortTitle)), t.Incident, s.day(t.Due))
	}))
	add("Follow-ups", s.reportedFollowUps(r))
	add("Since the last report", s.reportedWeek(r))
	add("Opted out", each(r.OptOuts, func(c flow.ReasonCount) Text { return say("%d × %s", c.N, because(c.Reason)) }))
	add("Dates that moved most", each(r.Moved, func(t flow.ReportedTask) Text {
		return say("%s, %s: %d times, now due %s", bold(brief(t.Title, shortTitle)), t.Incident, t.Moves, s.orNoDate(t.Due))
	}))
	row := []slack.BlockElement{button(List+"#late", "See late ones", Ref{Want: string(WithOverdue)}, ""), button(List, "See all", Ref{Want: string(InPost)}, "")}
	return message(join("\n", fallback...), append(shown, actions("report", row...))...)
}

// reportedFollowUps are the open follow-ups by age and by what they lack, and the late ones.
func (s Scene) reportedFollowUps(r flow.Report) []Text {
	n := r.FollowUps
	if n.Open == 0 {
		return nil
	}
	var parts []Text
	for _, part := range []struct {
		n    int
		what words
	}{{n.Late, "late"}, {n.Unowned, "without an owner"}, {n.Undated, "without a date"}} {
		if part.n > 0 {
			parts = append(parts, say("%d %s", part.n, say(part.what)))
		}
	}
	out := []Text{join("; ", say("%d open: %s", n.Open, ages(n.Ages)), join(", ", parts...))}
	return append(out, each(r.LateFollowUps, func(f flow.ReportedFollowUp) Text {
		return say("🔴 %s", join(", ", bold(brief(f.Title, shortTitle)), say("%s", f.Incident), say("was due %s", s.day(f.Due)), dateChanged(f.Moves)))
	})...)
}

func (s Scene) orNoDate(d flow.Date) Text {
	if d.IsZero() {
		return say("never")
	}
	return s.day(d)
}

func (s Scene) reportedLine(l flow.ReportedLine) Text {
	where, ok := channel(l.Channel)
	if !ok {
		where = say("no channel")
	}
	return say("%s · %s · %s since %s, %s open · %s", l.Incident, brief(l.Name, shortName), brief(l.Status, shortPerson), s.date(l.Since), count(l.Open, "task"), where)
}

func (s Scene) reportedWeek(r flow.Report) []Text {
	out := []Text{say("%d entered a flow, %d closed", r.Entered, r.Closed)}
	if r.OnTime+r.TooLate > 0 {
		out = append(out, say("%s with a date done on time, %d late", count(r.OnTime, "task"), r.TooLate))
	}
	return out
}

// ageNames are the ages of a report, in the order of flow.Ages.
var ageNames = [...]words{"under a week", "1 to 2 weeks", "2 to 4 weeks", "over 4 weeks"}

// ages is how many there are of each age: 2 for under a week, 1 for over 4 weeks.
func ages(a flow.Ages) Text {
	var parts []Text
	for i, n := range a {
		if n > 0 {
			parts = append(parts, say("%d for %s", n, say(ageNames[i])))
		}
	}
	return join(", ", parts...)
}

// mostBars is how many statuses a chart shows: Slack takes 20 points.
const mostBars = 20

// reportChart are the statuses as bars, one a status and age; nil without any.
func (s Scene) reportChart(r flow.Report) slack.Block {
	statuses := r.Statuses[:min(len(r.Statuses), mostBars)]
	if len(statuses) == 0 {
		return nil
	}
	var categories []string
	for _, st := range statuses {
		categories = append(categories, distinct(plainText(st.Status, 20).Text, categories))
	}
	var series []slack.DataVisualizationDataSeries
	for age, name := range ageNames {
		var points []slack.DataVisualizationDataPoint
		for i, st := range statuses {
			points = append(points, slack.NewDataVisualizationDataPoint(categories[i], float64(st.Ages[age])))
		}
		series = append(series, slack.NewDataVisualizationDataSeries(string(name), points...))
	}
	axis := slack.NewDataVisualizationAxisConfig(categories...).WithXLabel("Status").WithYLabel("Incidents")
	return slack.NewDataVisualizationBlock("How long incidents are where they are", slack.NewDataVisualizationBarChart(axis, series...))
}

// distinct makes a label of at most 20 code points differ from those that are taken, by a number at its end.
func distinct(label string, taken []string) string {
	for n, try := 2, label; ; n++ {
		if !slices.Contains(taken, try) {
			return try
		}
		head := []rune(label)
		try = fmt.Sprintf("%s %d", string(head[:min(len(head), 17)]), n) // at most 20 labels
	}
}

// WithoutCharts is a message for a Slack that does not know charts yet.
func WithoutCharts(m Message) Message {
	var shown []slack.Block
	for _, b := range m.Blocks {
		if _, chart := b.(*slack.DataVisualizationBlock); !chart {
			shown = append(shown, b)
		}
	}
	m.Blocks = shown
	return m
}
