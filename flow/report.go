package flow

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Report is what the weekly report says: numbers and names of incidents that people can act on. It holds nothing of private incidents, and nothing of
// how anybody did.
type Report struct {
	Day           Date // on which it is made
	Since         time.Time
	Statuses      []StatusAges   // of the incidents in the post-incident stage, in the order in which their flows have them
	Waiting       []ReportedLine // those that have waited longest where they are, the longest first
	Late          []ReportedTask // the open tasks that are late, the longest late first
	OnTime        int            // tasks settled since then, by their date
	TooLate       int
	OptOuts       []ReasonCount // since then, the most frequent first
	Moved         []ReportedTask
	Total         int // incidents in the post-incident stage
	AllLate       int // late tasks, also those that Late leaves out
	Entered       int // incidents that entered a flow since then
	Closed        int // that were closed through it
	FollowUps     FollowUpCounts
	LateFollowUps []ReportedFollowUp // the longest late first
	zone          *time.Location
}

// Ages are how long incidents have been in a status: less than a week, two, four, or longer.
type Ages [4]int

// StatusAges are the incidents in a status of a flow.
type StatusAges struct {
	Flow, Status string
	Ages         Ages
}

// Sum is how many there are.
func (a Ages) Sum() int { return a[0] + a[1] + a[2] + a[3] }

// ReportedLine is an incident of the report.
type ReportedLine struct {
	Incident IncidentID
	Name     string
	Channel  ChannelID
	Status   string
	Since    time.Time
	Open     int // tasks
}

// ReportedTask is a task of the report.
type ReportedTask struct {
	Incident IncidentID
	Task     TaskNumber
	Title    string
	Due      Date
	Moves    int
}

// ReasonCount is a reason for opting out, as somebody gave it, and how often it was given.
type ReasonCount struct {
	Reason string
	N      int
}

// How much of each list a report shows.
const (
	mostWaiting = 10
	mostLate    = 10
	mostReasons = 5
	mostMoved   = 5
)

// NewReport is a report about the time from since to now, whose location is the organization's.
func NewReport(since, now time.Time) *Report {
	return &Report{Day: DateOf(now), Since: since, zone: now.Location()}
}

// Add adds an incident: one in the post-incident stage, or one that was closed since then.
func (r *Report) Add(inc Incident) {
	if inc.Private {
		return
	}
	for _, t := range inc.Tasks {
		if t.State == Done && !t.Due.IsZero() && !t.Settled.At.Before(r.Since) {
			if t.Settled.At.Before(t.Due.Ends(r.zone)) {
				r.OnTime++
			} else {
				r.TooLate++
			}
		}
	}
	if inc.Snapshot != nil && !inc.ResolvedAt.Before(r.Since) {
		r.Entered++
	}
	switch inc.Stage {
	case Closed:
		r.closed(inc)
	case PostIncident:
		r.open(inc)
	}
}

func (r *Report) closed(inc Incident) {
	switch {
	case inc.ClosedAt.Before(r.Since):
	case inc.OptedOut != nil:
		reason := strings.TrimRight(strings.Join(strings.Fields(inc.OptedOut.Reason), " "), ".")
		i := slices.IndexFunc(r.OptOuts, func(c ReasonCount) bool { return strings.EqualFold(c.Reason, reason) })
		if i < 0 {
			r.OptOuts = append(r.OptOuts, ReasonCount{reason, 0})
			i = len(r.OptOuts) - 1
		}
		r.OptOuts[i].N++
	case inc.Snapshot != nil:
		r.Closed++
	}
}

func (r *Report) open(inc Incident) {
	r.Total++
	status := inc.Snapshot.StatusName(inc.Status)
	i := slices.IndexFunc(r.Statuses, func(s StatusAges) bool { return s.Flow == inc.Snapshot.Name && s.Status == status })
	if i < 0 {
		r.Statuses = append(r.Statuses, StatusAges{Flow: inc.Snapshot.Name, Status: status})
		i = len(r.Statuses) - 1
	}
	r.Statuses[i].Ages[ageOf(DateOf(inc.Since.In(r.zone)), r.Day)]++
	open := 0
	for _, t := range inc.Tasks {
		if t.State != Open {
			continue
		}
		open++
		line := ReportedTask{Incident: inc.ID, Task: t.Number, Title: t.Title, Due: t.Due, Moves: t.Moved}
		if at, dated := inc.LateAt(t, r.zone); dated && !at.After(r.Day.In(r.zone)) {
			r.Late = append(r.Late, line)
			r.AllLate++
		}
		if t.Moved > 1 {
			r.Moved = append(r.Moved, line)
		}
	}
	r.Waiting = append(r.Waiting, ReportedLine{
		Incident: inc.ID, Name: inc.Name, Channel: inc.Channel, Status: status, Since: inc.Since, Open: open,
	})
}

// ageOf is the place of an age in Ages.
func ageOf(since, now Date) int {
	switch {
	case now.Before(since.AddDays(7)):
		return 0
	case now.Before(since.AddDays(14)):
		return 1
	case now.Before(since.AddDays(28)):
		return 2
	}
	return 3
}

// Finish puts everything in order and cuts the lists to what is shown.
func (r *Report) Finish() Report {
	slices.SortStableFunc(r.Waiting, func(a, b ReportedLine) int { return a.Since.Compare(b.Since) })
	slices.SortStableFunc(r.Late, func(a, b ReportedTask) int { return strings.Compare(a.Due.String(), b.Due.String()) })
	slices.SortStableFunc(r.Moved, func(a, b ReportedTask) int { return cmp.Compare(b.Moves, a.Moves) })
	slices.SortStableFunc(r.OptOuts, func(a, b ReasonCount) int { return cmp.Compare(b.N, a.N) })
	r.Waiting, r.Late = r.Waiting[:min(len(r.Waiting), mostWaiting)], r.Late[:min(len(r.Late), mostLate)]
	r.finishFollowUps()
	r.OptOuts, r.Moved = r.OptOuts[:min(len(r.OptOuts), mostReasons)], r.Moved[:min(len(r.Moved), mostMoved)]
	return *r
}

// ReportDay is the day of the first weekly report after a day: the first business day of its week.
func (c Calendar) ReportDay(after Date) Date {
	monday := after.AddDays(-int(after.In(time.UTC).Weekday()+6) % 7)
	for {
		if d := c.AddBusinessDays(monday, 0); after.Before(d) {
			return d
		}
		monday = monday.AddDays(7)
	}
}
