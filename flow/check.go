package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Problem is something wrong in a process. Path says where, as in flows[0].statuses[1].tasks[2].kind.
type Problem struct {
	Path string
	What string
}

func (p Problem) String() string { return p.Path + ": " + p.What }

// Limits of a process, so that whatever it defines can be shown and entered.
const (
	MaxLabel      = 75 // code points of a visible name
	MaxFlows      = 200
	MaxStatuses   = 20
	MaxLabels     = 100 // also of admins
	MaxConditions = 20
	MaxOffset     = 1000 // of whatever unit
	MaxHolidays   = 1000
)

// Check finds everything that is wrong in a process; a process without problems can be saved.
func (p Process) Check() []Problem {
	var c checker
	c.labels("active_statuses", p.ActiveStatuses)
	c.labels("severities", p.Severities)
	c.labels("types", p.Types)
	c.roles(p)
	c.calendar(p.Calendar)
	c.hours(p.Hours)
	c.admins(p.Admins)
	c.templates(p)
	c.reminders(p.Reminders)
	c.emoji("follow_up_emoji", p.FollowUpEmoji)
	if len(p.Flows) > MaxFlows {
		c.add("flows", "at most %d flows", MaxFlows)
	}
	keys := map[Key]bool{}
	for i, f := range p.Flows {
		c.flow(fmt.Sprintf("flows[%d]", i), p, f, keys)
	}
	return c.problems
}

type checker struct{ problems []Problem }

func (c *checker) add(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{path, fmt.Sprintf(format, args...)})
}

func (c *checker) key(path string, k Key, seen map[Key]bool) {
	switch {
	case k == "":
		c.add(path+".key", "a key is needed")
	case len(k) > 40 || strings.Trim(string(k), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
		c.add(path+".key", "a key is at most 40 of a-z, 0-9, - and _: %q is not", k)
	case seen[k]:
		c.add(path+".key", "%q is there twice", k)
	}
	seen[k] = true
}

func (c *checker) name(path, s string, limit int) {
	if strings.TrimSpace(s) == "" {
		c.add(path, "a name is needed")
	} else if utf8.RuneCountInString(s) > limit {
		c.add(path, "at most %d characters", limit)
	}
	if strings.ContainsAny(s, "\n\r") {
		c.add(path, "one line only")
	}
}

func (c *checker) labels(path string, labels []Label) {
	seen := map[Key]bool{}
	for i, l := range labels {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.key(at, l.Key, seen)
		c.name(at+".name", l.Name, MaxLabel)
	}
	if len(Offered(labels)) == 0 {
		c.add(path, "at least one that is not retired is needed")
	}
	if len(labels) > MaxLabels {
		c.add(path, "at most %d", MaxLabels)
	}
}

func (c *checker) roles(p Process) {
	seen := map[Key]bool{}
	for i, r := range p.Roles {
		at := fmt.Sprintf("roles[%d]", i)
		c.key(at, r.Key, seen)
		c.name(at+".name", r.Name, MaxLabel)
		if utf8.RuneCountInString(r.Description) > MaxDescription {
			c.add(at+".description", "at most %d characters", MaxDescription)
		}
	}
	if !p.hasRole(LeadRole) {
		c.add("roles", "a role with the key %q is needed, not retired", LeadRole)
	}
	if len(p.Roles) > MaxLabels {
		c.add("roles", "at most %d", MaxLabels)
	}
}

func (c *checker) calendar(cal Calendar) {
	for i, d := range cal.WorkingDays {
		if d < time.Sunday || d > time.Saturday {
			c.add(fmt.Sprintf("calendar.working_days[%d]", i), "no day of the week")
		}
	}
	if len(cal.Holidays) > MaxHolidays {
		c.add("calendar.holidays", "at most %d", MaxHolidays)
	}
}

func (c *checker) admins(a AdminList) {
	if len(a.People) > MaxLabels {
		c.add("admins.people", "at most %d", MaxLabels)
	}
	if len(a.Groups) > MaxLabels {
		c.add("admins.groups", "at most %d", MaxLabels)
	}
}

func (c *checker) flow(path string, p Process, f Flow, seen map[Key]bool) {
	c.key(path, f.Key, seen)
	c.name(path+".name", f.Name, MaxLabel)
	if !slices.Contains(entries, f.Entry) {
		c.add(path+".entry", "ask or automatic, not %q", f.Entry)
	}
	if !slices.Contains(rights, f.OptOut) {
		c.add(path+".opt_out", "everyone, lead-and-admins, admins or nobody, not %q", f.OptOut)
	}
	if utf8.RuneCountInString(f.Description) > MaxDescription {
		c.add(path+".description", "at most %d characters", MaxDescription)
	}
	c.conditions(path+".applies_to", p, f.AppliesTo)
	c.conditions(path+".enters_when", p, f.EntersWhen)
	if len(f.EntersWhen) > 0 && f.Entry != Automatic {
		c.add(path+".enters_when", "only with entry automatic")
	}
	if len(f.Statuses) > MaxStatuses {
		c.add(path+".statuses", "at most %d statuses", MaxStatuses)
	}
	c.ladder(path+".reminders", f.Reminders)
	if f.Tasks() > MaxTasks {
		c.add(path+".statuses", "at most %d tasks in a flow", MaxTasks)
	}
	statuses, tasks := map[Key]bool{}, map[Key]bool{}
	for i, s := range f.Statuses {
		at := fmt.Sprintf("%s.statuses[%d]", path, i)
		c.key(at, s.Key, statuses)
		c.name(at+".name", s.Name, MaxLabel)
		for j, t := range s.Tasks {
			c.task(fmt.Sprintf("%s.tasks[%d]", at, j), p, t, tasks)
		}
	}
}

func (c *checker) conditions(path string, p Process, conditions []Condition) {
	if len(conditions) > MaxConditions {
		c.add(path, "at most %d conditions", MaxConditions)
	}
	for i, cond := range conditions {
		at := fmt.Sprintf("%s[%d]", path, i)
		labels := p.Severities
		switch cond.Field {
		case Severity:
		case Type:
			labels = p.Types
		default:
			c.add(at+".field", "severity or type, not %q", cond.Field)
			continue
		}
		switch {
		case !slices.Contains([]Op{AtLeast, IsOneOf, IsNot}, cond.Op):
			c.add(at+".op", "at-least, is-one-of or is-not, not %q", cond.Op)
		case cond.Op == AtLeast && cond.Field != Severity:
			c.add(at+".op", "only a severity can be at least something")
		case len(cond.Values) == 0:
			c.add(at+".values", "at least one value is needed")
		case cond.Op == AtLeast && len(cond.Values) > 1:
			c.add(at+".values", "at-least takes one value")
		}
		for j, v := range cond.Values {
			if !slices.ContainsFunc(labels, func(l Label) bool { return l.Key == v }) {
				c.add(fmt.Sprintf("%s.values[%d]", at, j), "no %s has the key %q", cond.Field, v)
			}
		}
	}
}

func (c *checker) task(path string, p Process, t Template, seen map[Key]bool) {
	c.key(path, t.Key, seen)
	c.name(path+".title", t.Title, MaxTitle)
	if utf8.RuneCountInString(t.Description) > MaxDescription {
		c.add(path+".description", "at most %d characters", MaxDescription)
	}
	if !slices.Contains(Kinds(), t.Kind) {
		c.add(path+".kind", "no task kind %q", t.Kind)
	}
	if (t.Kind == AssignRole) != (t.Role != "") {
		c.add(path+".role", "a role goes with the kind assign_role, and only with it")
	}
	c.role(path+".role", p, t.Role)
	c.role(path+".assignee.role", p, t.Assignee.Role)
	if t.Assignee.User != "" && t.Assignee.Role != "" {
		c.add(path+".assignee", "a person or a role, not both")
	}
	switch t.Due.Unit {
	case "":
		if t.Due.N != 0 {
			c.add(path+".due", "a unit is needed: business-days, days or hours")
		}
	case BusinessDays, Days, Hours:
		if t.Due.N < 0 || t.Due.N > MaxOffset {
			c.add(path+".due", "from 0 to 1000")
		}
	default:
		c.add(path+".due", "business-days, days or hours, not %q", t.Due.Unit)
	}
}

// role accepts a retired one: what is in use can be retired.
func (c *checker) role(path string, p Process, k Key) {
	if k != "" && !slices.ContainsFunc(p.Roles, func(r Role) bool { return r.Key == k }) {
		c.add(path, "no role has the key %q", k)
	}
}

// Replace is a process that takes the place of p: next, with its version number. Keys that p knows and next does not are kept and retired,
// since incidents and conditions may refer to them; kept names them.
func (p Process) Replace(next Process) (replaced Process, kept []Key) {
	next.Version = p.Version + 1
	keep := func(old, now []Label) []Label {
		now = slices.Clone(now)
		for _, l := range old {
			if !slices.ContainsFunc(now, func(x Label) bool { return x.Key == l.Key }) {
				l.Retired = true
				now, kept = append(now, l), append(kept, l.Key)
			}
		}
		return now
	}
	next.ActiveStatuses = keep(p.ActiveStatuses, next.ActiveStatuses)
	next.Types = keep(p.Types, next.Types)
	next.Severities = keepOrdered(p.Severities, next.Severities, &kept)
	next.Roles = slices.Clone(next.Roles)
	for _, r := range p.Roles {
		if !slices.ContainsFunc(next.Roles, func(x Role) bool { return x.Key == r.Key }) {
			r.Retired = true
			next.Roles, kept = append(next.Roles, r), append(kept, r.Key)
		}
	}
	return next, kept
}

// keepOrdered keeps a retired severity where it was in the order: just after the nearest less severe one that is still there.
func keepOrdered(old, now []Label, kept *[]Key) []Label {
	now = slices.Clone(now)
	at := 0
	for _, l := range old {
		if i := slices.IndexFunc(now, func(x Label) bool { return x.Key == l.Key }); i >= 0 {
			at = i + 1
			continue
		}
		l.Retired = true
		now, *kept = slices.Insert(now, at, l), append(*kept, l.Key)
		at++
	}
	return now
}
