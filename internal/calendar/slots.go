package calendar

import (
	"cmp"
	"slices"
	"time"

	"epilogue/flow"
)

// Span is a time that is taken, from Start up to End.
type Span struct{ Start, End time.Time }

// Hours are somebody's working hours, as times since midnight on their wall clock. The zero value is nine to five.
type Hours struct{ From, To time.Duration }

// HoursOf are the hours of a process.
func HoursOf(h flow.WorkingHours) Hours {
	return Hours{time.Duration(h.From) * time.Minute, time.Duration(h.To) * time.Minute}
}

// Attendee is somebody without whom the meeting makes no sense.
type Attendee struct {
	Name  string // whoever asks knows whom it means
	Zone  *time.Location
	Hours Hours
	Busy  []Span // in any order; they may overlap
}

// Standing is a meeting that takes place regularly and may be used for this.
type Standing struct {
	Name string
	Span
}

// Need is the meeting that a time is looked for.
type Need struct {
	Length   time.Duration
	Within   Span // it begins and ends in this time
	Required []Attendee
	Days     flow.Calendar // which days are worked, everywhere
	Standing []Standing
	Most     int // of the times that are wanted; 0: three
}

// Slot is a time that is possible.
type Slot struct {
	Span
	Standing string   // the standing meeting whose time it is
	Outside  []string // who is outside their working hours: only where there is no time at which nobody is
	pain     time.Duration
	off      int // how many those are
}

const (
	step      = 15 * time.Minute // what begins at a quarter of an hour is found
	tolerance = time.Hour        // how much more it may be for the farthest zone, for an earlier day
	mostCells = 100 * 24 * 4     // 100 days
)

// Slots finds the best times for a meeting: never one at which somebody has something else. Standing meetings come first. Times are within everybody's working
// hours, unless there is none: then they are those at which the fewest people are outside theirs, and say who. Of each day it is the time that
// is least painful for whoever is farthest from the middle of their day, and of days that are about as fair the earliest come first.
func Slots(n Need) []Slot {
	most := n.Most
	if most == 0 {
		most = 3
	}
	g := newGrid(n)
	out := standing(n, most)
	var all []Slot
	for i := 0; i+g.width <= g.cells; i++ {
		if g.taken[i+g.width]-g.taken[i] == 0 {
			all = append(all, g.slot(i))
		}
	}
	var chosen []Slot
	if inside := slices.DeleteFunc(slices.Clone(all), func(s Slot) bool { return s.off > 0 }); len(inside) > 0 {
		all, chosen = inside, earliestFair(inside, most)
	}
	out = fill(out, chosen, all, most)
	for i := range out {
		out[i].Outside = g.outside(out[i].Span)
	}
	return out
}

// Against is who has something else at a time, and who is outside their working hours then.
func Against(n Need, at Span) (busy, outside []string) {
	for _, a := range n.Required {
		if slices.ContainsFunc(a.Busy, func(b Span) bool { return b.Start.Before(at.End) && at.Start.Before(b.End) && b.End.After(b.Start) }) {
			busy = append(busy, a.Name)
		}
	}
	n.Within = Span{at.Start.Truncate(step), at.End.Add(step - 1).Truncate(step)}
	return busy, newGrid(n).outside(at)
}

// Blocking are those whose calendars leave no time, the one with the most busy time first: at most three.
func Blocking(n Need) []string {
	type load struct {
		name string
		busy time.Duration
	}
	var loads []load
	for _, a := range n.Required {
		l := load{name: a.Name}
		for _, b := range a.Busy {
			if from, to := later(b.Start, n.Within.Start), earlier(b.End, n.Within.End); to.After(from) {
				l.busy += to.Sub(from)
			}
		}
		if l.busy > 0 {
			loads = append(loads, l)
		}
	}
	slices.SortStableFunc(loads, func(a, b load) int { return cmp.Compare(b.busy, a.busy) })
	var out []string
	for _, l := range loads[:min(len(loads), 3)] {
		out = append(out, l.name)
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// leastBad orders times at which somebody is outside their hours.
func leastBad(a, b Slot) int {
	return cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(a.pain, b.pain), a.Start.Compare(b.Start))
}

// earliestFair is the best time of each day that is about as fair as the fairest, the earliest days first.
func earliestFair(all []Slot, most int) []Slot {
	var days []Slot
	fairest := all[0].pain
	for _, s := range all {
		fairest = min(fairest, s.pain)
		last := len(days) - 1
		switch {
		case last < 0 || !sameDay(days[last].Start, s.Start):
			days = append(days, s)
		case s.pain < days[last].pain:
			days[last] = s
		}
	}
	days = slices.DeleteFunc(days, func(s Slot) bool { return s.pain > fairest+tolerance })
	return days[:min(len(days), most)]
}

func sameDay(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }

// fill takes what is chosen, and then the best of the rest that overlaps nothing, until there are enough.
func fill(out, chosen, rest []Slot, most int) []Slot {
	take := func(s Slot) {
		if len(out) < most && !slices.ContainsFunc(out, func(o Slot) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }) {
			out = append(out, s)
		}
	}
	for _, s := range chosen {
		take(s)
	}
	if len(out) < most {
		slices.SortStableFunc(rest, leastBad)
		for _, s := range rest {
			take(s)
		}
	}
	return out
}

// grid is the time within which one is looked for, in quarters of an hour.
type grid struct {
	start  time.Time
	cells  int
	width  int   // of the meeting
	taken  []int // sum of the cells before, that somebody has something else in
	groups []group
	length time.Duration
}

// group are people with the same hours in the same zone.
type group struct {
	names   []string
	outside []int   // sum of the cells before, that are outside their hours
	clock   []int32 // minutes since midnight at the beginning of each cell
	middle  int     // of their day, in minutes
}

func newGrid(n Need) *grid {
	g := &grid{start: n.Within.Start.UTC().Truncate(step), width: int((n.Length + step - 1) / step), length: n.Length}
	if g.start.Before(n.Within.Start) {
		g.start = g.start.Add(step)
	}
	g.cells = min(max(0, int(n.Within.End.Sub(g.start)/step)), mostCells)
	g.width = max(1, g.width)
	busy := make([]bool, g.cells)
	type key struct {
		zone  string
		hours Hours
	}
	at := map[key]int{}
	for _, a := range n.Required {
		for _, b := range a.Busy {
			g.mark(busy, b)
		}
		if a.Zone == nil {
			a.Zone = time.UTC
		}
		if a.Hours == (Hours{}) {
			a.Hours = Hours{9 * time.Hour, 17 * time.Hour}
		}
		k := key{a.Zone.String(), a.Hours}
		i, there := at[k]
		if !there {
			i, at[k] = len(g.groups), len(g.groups)
			g.groups = append(g.groups, g.group(a, n.Days))
		}
		g.groups[i].names = append(g.groups[i].names, a.Name)
	}
	g.taken = sums(busy)
	return g
}

// mark notes a time as taken, with every cell that it touches.
func (g *grid) mark(busy []bool, b Span) {
	if !b.End.After(b.Start) {
		return
	}
	from := b.Start.Sub(g.start)
	first := int(from / step)
	if from < 0 {
		first = 0
	}
	last := int((b.End.Sub(g.start) + step - 1) / step)
	for i := first; i < min(last, g.cells); i++ {
		busy[i] = true
	}
}

func sums(cells []bool) []int {
	out := make([]int, len(cells)+1)
	for i, is := range cells {
		out[i+1] = out[i]
		if is {
			out[i+1]++
		}
	}
	return out
}

// group says of each cell what the clock shows in a zone, and whether it is outside the hours that are worked there. Zones are asked once between two
// changes of their clocks.
func (g *grid) group(a Attendee, days flow.Calendar) group {
	const day = 24 * 60
	out := group{clock: make([]int32, g.cells), middle: int((a.Hours.From + a.Hours.To).Minutes() / 2)}
	outside := make([]bool, g.cells)
	from, to := int(a.Hours.From.Minutes()), int(a.Hours.To.Minutes())
	works := map[int64]bool{}
	var offset int
	var until time.Time
	for i := range g.cells {
		t := g.start.Add(time.Duration(i) * step)
		if i == 0 || !until.IsZero() && !t.Before(until) {
			local := t.In(a.Zone)
			_, offset = local.Zone()
			_, until = local.ZoneBounds()
		}
		minutes := t.Unix()/60 + int64(offset)/60
		clock, date := int(minutes%day), minutes/day
		out.clock[i] = int32(clock)
		if clock < from || clock+int(step.Minutes()) > to {
			outside[i] = true
			continue
		}
		is, known := works[date]
		if !known {
			is = days.Works(flow.DateOf(time.Unix(date*day*60, 0).UTC()))
			works[date] = is
		}
		outside[i] = !is
	}
	out.outside = sums(outside)
	return out
}

// slot is the time that begins with a cell.
func (g *grid) slot(i int) Slot {
	start := g.start.Add(time.Duration(i) * step)
	s := Slot{Span: Span{start, start.Add(g.length)}}
	const day = 24 * 60
	for _, p := range g.groups {
		off := int(p.clock[i]) + int(g.length.Minutes())/2 - p.middle
		if off < 0 {
			off = -off
		}
		off %= day
		s.pain = max(s.pain, time.Duration(min(off, day-off))*time.Minute)
		if p.outside[i+g.width]-p.outside[i] > 0 {
			s.off += len(p.names)
		}
	}
	return s
}

// outside is who is outside their hours at a time.
func (g *grid) outside(at Span) []string {
	var out []string
	first, last := int(at.Start.Sub(g.start)/step), int((at.End.Sub(g.start)+step-1)/step)
	for _, p := range g.groups {
		if first >= 0 && last <= g.cells && p.outside[last]-p.outside[first] > 0 {
			out = append(out, p.names...)
		}
	}
	return out
}

// standing are the times of standing meetings at which everybody has only those.
func standing(n Need, most int) []Slot {
	var out []Slot
	for _, st := range n.Standing {
		if st.Start.Before(n.Within.Start) || st.End.After(n.Within.End) || st.End.Sub(st.Start) < n.Length || collides(n, st.Span) {
			continue
		}
		out = append(out, Slot{Span: Span{st.Start.UTC(), st.Start.Add(n.Length).UTC()}, Standing: st.Name})
	}
	slices.SortStableFunc(out, func(a, b Slot) int { return a.Start.Compare(b.Start) })
	return out[:min(len(out), most)]
}

// collides reports whether somebody has something else than the standing meeting itself.
func collides(n Need, st Span) bool {
	for _, a := range n.Required {
		for _, b := range a.Busy {
			itself := b.Start.Equal(st.Start) && b.End.Equal(st.End)
			if !itself && b.Start.Before(st.Start.Add(n.Length)) && st.Start.Before(b.End) {
				return true
			}
		}
	}
	return false
}
