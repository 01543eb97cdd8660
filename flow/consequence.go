package flow

import "slices"

// Consequence is something that an edit means, which whoever saves it should know before.
type Consequence struct {
	Means     Meaning
	Flow      string     // the name of the flow
	Status    string     // the name of the status
	List      List       // of what is retired
	Name      string     // of what is retired
	Incidents int        // how many incidents it is about
	Uses      []LabelUse // of what is retired: the flows and tasks that refer to it
	Other     string     // the name of the flow that comes first
}

// LabelUse is a place that refers to a severity, a type or a role: a flow by its conditions, or one of its tasks.
type LabelUse struct {
	Flow string
	Task string // empty: the conditions
}

// Meaning is what kind of consequence it is.
type Meaning string

// What an edit can mean.
const (
	FutureOnly     Meaning = "future-only"      // incidents that enter from now on; Incidents are in the flow and keep their snapshot
	KeepSnapshot   Meaning = "keep-snapshot"    // Incidents are in Status, which is removed or whose tasks change, and keep their snapshot
	WaitsForPerson Meaning = "waits-for-person" // Status has no tasks: somebody must move the incident on
	HiddenFlow     Meaning = "hidden-flow"      // Flow has no statuses: nobody is asked
	NeverReached   Meaning = "never-reached"    // Other comes before Flow and applies to every incident
	NoFlowAsks     Meaning = "no-flow-asks"     // no flow is left that any incident could enter
	StillUsed      Meaning = "still-used"       // what is retired is used by Uses and by Incidents that are not closed
	RankChanged    Meaning = "rank-changed"     // the order of the severities is another one, and Uses compare by it
)

// Census counts what incidents that are not closed use of a process. Whoever is told must be able to see what is counted.
type Census struct {
	flows    map[Key]int
	statuses map[[2]Key]int
	labels   map[List]map[Key]int
}

// Count adds an incident, unless it is closed or who cannot see it.
func (c *Census) Count(inc Incident, who Actor) {
	if inc.Stage == Closed || !CanSee(inc, who) {
		return
	}
	if c.flows == nil {
		c.flows, c.statuses, c.labels = map[Key]int{}, map[[2]Key]int{}, map[List]map[Key]int{}
		for _, l := range Lists() {
			c.labels[l] = map[Key]int{}
		}
	}
	c.labels[Severities][inc.Severity]++
	c.labels[Types][inc.Type]++
	for r := range inc.Roles {
		c.labels[Roles][r]++
	}
	if inc.Stage == Active {
		c.labels[ActiveStatuses][inc.Status]++
	}
	if inc.Snapshot != nil {
		c.flows[inc.Snapshot.Flow]++
		c.statuses[[2]Key{inc.Snapshot.Flow, inc.here()}]++
	}
}

// Consequences says what it means that a process becomes another one, as Edit made it: the most important first.
func Consequences(old, next Process, c Census) []Consequence {
	var out []Consequence
	for _, f := range old.Flows {
		n, there := next.Flow(f.Key)
		if !there || !sameWay(f, n) {
			out = append(out, Consequence{Means: FutureOnly, Flow: f.Name, Incidents: c.flows[f.Key]})
		}
		for _, s := range f.Statuses {
			if m, kept := n.Status(s.Key); c.statuses[[2]Key{f.Key, s.Key}] > 0 && (!kept || !alike(s.Tasks, m.Tasks)) {
				out = append(out, Consequence{Means: KeepSnapshot, Flow: f.Name, Status: s.Name, Incidents: c.statuses[[2]Key{f.Key, s.Key}]})
			}
		}
	}
	out = append(out, emptied(old, next)...)
	out = append(out, unreachable(old, next)...)
	out = append(out, retired(old, next, c)...)
	return out
}

// sameWay reports whether an incident would go the same way through two versions of a flow.
func sameWay(a, b Flow) bool {
	return a.Entry == b.Entry && a.OptOut == b.OptOut && a.Disabled == b.Disabled && alike(a.Statuses, b.Statuses) &&
		sameConditions(a.AppliesTo, b.AppliesTo) && sameConditions(a.EntersWhen, b.EntersWhen)
}

// emptied are the flows without statuses and the statuses without tasks that were not so before.
func emptied(old, next Process) []Consequence {
	var out []Consequence
	for _, f := range next.Flows {
		was, known := old.Flow(f.Key)
		if len(f.Statuses) == 0 && (!known || len(was.Statuses) > 0) {
			out = append(out, Consequence{Means: HiddenFlow, Flow: f.Name})
		}
		for _, s := range f.Statuses {
			if o, there := was.Status(s.Key); len(s.Tasks) == 0 && (!there || len(o.Tasks) > 0) {
				out = append(out, Consequence{Means: WaitsForPerson, Flow: f.Name, Status: s.Name})
			}
		}
	}
	return out
}

// covers is the flow that comes before the one at i and takes every incident, if there is one.
func (p Process) covers(i int) (Flow, bool) {
	for _, f := range p.Flows[:max(i, 0)] {
		if !f.Disabled && len(f.AppliesTo) == 0 {
			return f, true
		}
	}
	return Flow{}, false
}

// Before is the flow that comes before another one and takes every incident, so that none gets to that one; false if there is no such flow.
func (p Process) Before(k Key) (Flow, bool) { return p.covers(p.flowAt(k)) }

// Asks reports whether any incident could enter a flow.
func (p Process) Asks() bool {
	for i, f := range p.Flows {
		if _, covered := p.covers(i); !covered && !f.Disabled && len(f.Statuses) > 0 {
			return true
		}
	}
	return false
}

func unreachable(old, next Process) []Consequence {
	var out []Consequence
	for i, f := range next.Flows {
		other, covered := next.covers(i)
		_, before := old.covers(old.flowAt(f.Key))
		was, known := old.Flow(f.Key)
		if covered && !f.Disabled && (!known || !before || was.Disabled) {
			out = append(out, Consequence{Means: NeverReached, Flow: f.Name, Other: other.Name})
		}
	}
	if old.Asks() && !next.Asks() {
		out = append(out, Consequence{Means: NoFlowAsks})
	}
	return out
}

// retired says what uses the labels that are offered no more, and what compares by an order that is another one.
func retired(old, next Process, c Census) []Consequence {
	var out []Consequence
	for _, l := range Lists() {
		for _, n := range next.Labels(l) {
			o, known := byKey(old.Labels(l), n.Key, roleKey)
			uses := next.Uses(l, n.Key)
			if incidents := c.labels[l][n.Key]; known && n.Retired && !o.Retired && len(uses)+incidents > 0 {
				out = append(out, Consequence{Means: StillUsed, List: l, Name: n.Name, Uses: uses, Incidents: incidents})
			}
		}
	}
	if reordered(old.Severities, next.Severities, func(l Label) Key { return l.Key }) {
		var uses []LabelUse
		for _, f := range next.Flows {
			if slices.ContainsFunc(slices.Concat(f.AppliesTo, f.EntersWhen), func(c Condition) bool { return c.Op == AtLeast }) {
				uses = append(uses, LabelUse{Flow: f.Name})
			}
		}
		if len(uses) > 0 {
			out = append(out, Consequence{Means: RankChanged, Uses: uses})
		}
	}
	return out
}

// Uses are the flows and tasks that refer to a severity, a type or a role.
func (p Process) Uses(l List, k Key) []LabelUse {
	var out []LabelUse
	for _, f := range p.Flows {
		if slices.ContainsFunc(slices.Concat(f.AppliesTo, f.EntersWhen), func(c Condition) bool {
			return (l == Severities && c.Field == Severity || l == Types && c.Field == Type) && slices.Contains(c.Values, k)
		}) {
			out = append(out, LabelUse{Flow: f.Name})
		}
		for _, t := range tasksOf(f) {
			if l == Roles && (t.Role == k || t.Assignee.Role == k) {
				out = append(out, LabelUse{Flow: f.Name, Task: t.Title})
			}
		}
	}
	return out
}
