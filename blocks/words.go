package blocks

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"epilogue/flow"
)

// How long what people typed may be in a message, in code points after escaping. The timeline shows it whole.
const (
	shortTitle  = 140
	shortReason = 300
	shortName   = 100
	shortLine   = 150 // the first line of instructions
	shortPerson = 80
)

// title of a task, shortened.
func title(t flow.Task) Text { return brief(cmp.Or(t.Title, "untitled"), shortTitle) }

// reason that somebody gave, shortened.
func reason(s string) Text { return brief(s, shortReason) }

// because is a reason that ends a sentence: the full stop that people often type themselves is not doubled.
func because(s string) Text { return brief(strings.TrimRight(strings.TrimSpace(s), "."), shortReason) }

// heading is what an incident is called: INC-42 · Checkout errors in EU.
func heading(inc flow.Incident) Text { return say("%s · %s", inc.ID, brief(inc.Name, shortName)) }

// name is somebody by their visible name, who is not notified.
func (s Scene) name(u flow.UserID) Text {
	if u == "" {
		return say("Epilogue")
	}
	n := ""
	if s.Names != nil {
		n = oneLine(s.Names.Name(u))
	}
	if n == "" {
		return say("somebody")
	}
	return brief(n, shortPerson)
}

// who is somebody as a mention, who is notified.
func (s Scene) who(u flow.UserID) Text {
	if t, ok := mention(u); ok {
		return t
	}
	return s.name(u)
}

// holder is whoever has a task, by name.
func (s Scene) holder(u flow.UserID) Text {
	if u == "" {
		return say("nobody")
	}
	return s.name(u)
}

// day is a calendar day with its weekday, the same for everyone: Wed Dec 3. The year is added when it is not the present one.
func (s Scene) day(d flow.Date) Text {
	t := d.In(time.UTC)
	if d.Year != s.Now.In(s.zone()).Year() {
		return say("%s", t.Format("Mon Jan 2, 2006"))
	}
	return say("%s", t.Format("Mon Jan 2"))
}

// moment is a point in time, shown in the reader's zone; where that is not possible, in the organization's, which is named.
func (s Scene) moment(t time.Time) Text {
	return momentIn(t, s.zone())
}

// ago is how long ago a point in time was: 3 days ago.
func (s Scene) ago(t time.Time) Text { return agoIn(t, s.zone()) }

// date is the day of a point in time in the organization's zone: Mon Dec 1.
func (s Scene) date(t time.Time) Text { return s.day(flow.DateOf(t.In(s.zone()))) }

func (s Scene) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// LateAt is the moment at which a task is late for whoever has it, in their zone; false for what cannot be late.
func (s Scene) LateAt(inc flow.Incident, t flow.Task) (time.Time, bool) {
	zone := s.zone()
	if t.Assignee != "" && s.ZoneOf != nil {
		if z := s.ZoneOf(t.Assignee); z != nil {
			zone = z
		}
	}
	return inc.LateAt(t, zone)
}

// late reports whether a task is late for whoever has it.
func (s Scene) late(inc flow.Incident, t flow.Task) bool {
	at, may := s.LateAt(inc, t)
	return may && !s.Now.Before(at)
}

// due says when a task is due; nothing if it has no date.
func (s Scene) due(inc flow.Incident, t flow.Task) Text {
	switch {
	case t.Due.IsZero():
		return Text{}
	case s.late(inc, t):
		return say("was due %s", s.day(t.Due))
	}
	return say("due %s", s.day(t.Due))
}

// state is the one emoji of a task.
func (s Scene) state(inc flow.Incident, t flow.Task) Text {
	switch {
	case t.State == flow.Done:
		return say("✅")
	case t.State == flow.NotDoing:
		return say("➖")
	case s.late(inc, t):
		return say("🔴")
	}
	return say("⬜")
}

// capital is a text as it begins a line of a menu.
func capital(t Text) string {
	s := t.Plain()
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

// count is a number with its noun: 1 task, 3 tasks.
func count(n int, noun words) Text {
	if n == 1 {
		return say("1 " + noun)
	}
	return say("%d "+noun+"s", n)
}

// tally is what became of tasks: 3 done, 1 not doing.
func tally(done, notDoing int) Text {
	switch {
	case done+notDoing == 0:
		return say("no tasks")
	case notDoing == 0:
		return say("%d done", done)
	}
	return say("%d done, %d not doing", done, notDoing)
}

// settledOf is how far a status is: 2 of 4 settled.
func settledOf(p flow.Progress) Text {
	if p.Total() == 0 {
		return say("no tasks")
	}
	return say("%d of %d settled", p.Settled(), p.Total())
}

// list puts texts into a sentence: a, b and c.
func list(last words, texts ...Text) Text {
	switch n := len(texts); n {
	case 0:
		return Text{}
	case 1:
		return texts[0]
	default:
		return say("%s "+last+" %s", join(", ", texts[:n-1]...), texts[n-1])
	}
}

// lasted is how long something took, as somebody would say it: 40 minutes, 5 hours, 6 days.
func lasted(d time.Duration) Text {
	switch {
	case d < time.Minute:
		return say("less than a minute")
	case d < time.Hour:
		return count(int(d.Minutes()), "minute")
	case d < 24*time.Hour:
		return count(int(d.Hours()), "hour")
	}
	return count(int(d.Hours()/24), "day")
}

// right is who may do something, in words that go on with "can".
func right(r flow.Right) Text {
	switch r {
	case flow.LeadAndAdmins:
		return say("the incident lead and admins")
	case flow.Admins:
		return say("admins")
	case flow.Nobody:
		return say("nobody")
	}
	return say("everyone")
}

// Conditions says rules in words, as they follow "because" or "when": severity is at least Major and type is one of Security, Data.
// No conditions are "it is an incident".
func (s Scene) Conditions(conditions []flow.Condition) Text {
	if len(conditions) == 0 {
		return say("every incident does")
	}
	var parts []Text
	for _, c := range conditions {
		parts = append(parts, s.condition(c))
	}
	return list("and", parts...)
}

func (s Scene) condition(c flow.Condition) Text {
	return rule(s.Process.Rules([]flow.Condition{c})[0])
}

// rule is a condition in words.
func rule(r flow.Rule) Text {
	field := say("severity")
	if r.Field == flow.Type {
		field = say("type")
	}
	var values []Text
	for _, name := range r.Values {
		values = append(values, brief(name, shortPerson))
	}
	switch {
	case r.Op == flow.AtLeast:
		return say("%s is at least %s", field, join(", ", values...))
	case r.Op == flow.IsNot:
		return say("%s is not %s", field, list("or", values...))
	case len(values) == 1:
		return say("%s is %s", field, values[0])
	}
	return say("%s is one of %s", field, join(", ", values...))
}

// statusName is the visible name of the status that an incident is in.
func (s Scene) statusName(inc flow.Incident) Text {
	switch inc.Stage {
	case flow.Closed:
		return say("Closed")
	case flow.PostIncident:
		return statusOf(inc, inc.Status)
	}
	return brief(s.Process.StatusName(inc.Status), shortPerson)
}

// statusOf is the visible name of a post-incident status.
func statusOf(inc flow.Incident, k flow.Key) Text {
	return brief(inc.Snapshot.StatusName(k), shortPerson)
}

// tasksNamed names tasks in a sentence, at most so many, with who has them. What is all with one person says so once.
func (s Scene) tasksNamed(inc flow.Incident, numbers []flow.TaskNumber, most int) Text {
	if all, ok := soleAssignee(inc, numbers); ok && len(numbers) > 1 {
		return say("%s (all %s)", s.titles(inc, numbers, most, false), s.name(all))
	}
	return s.titles(inc, numbers, most, true)
}

func soleAssignee(inc flow.Incident, numbers []flow.TaskNumber) (flow.UserID, bool) {
	var all flow.UserID
	for i, n := range numbers {
		t, ok := inc.Task(n)
		if !ok || t.Assignee == "" || i > 0 && t.Assignee != all {
			return "", false
		}
		all = t.Assignee
	}
	return all, all != ""
}

func (s Scene) titles(inc flow.Incident, numbers []flow.TaskNumber, most int, withNames bool) Text {
	var parts []Text
	for i, n := range numbers {
		if i == most {
			parts = append(parts, say("%d more", len(numbers)-most))
			break
		}
		t, ok := inc.Task(n)
		if !ok {
			parts = append(parts, say("task %d", n))
			continue
		}
		named := bold(title(t))
		if withNames && t.Assignee != "" {
			named = say("%s (%s)", named, s.name(t.Assignee))
		}
		parts = append(parts, named)
	}
	return join(", ", parts...)
}

// proven says what completed a task by evidence: a document, a meeting, somebody who holds the role. What it was is shown with it, as a
// link where it is one.
func (s Scene) proven(proof, what string) Text {
	if role, ok := strings.CutPrefix(proof, "role/"); ok {
		return say("%s is %s", s.name(flow.UserID(what)), brief(s.Process.RoleName(flow.Key(role)), shortPerson))
	}
	label := brief(what, shortReason)
	switch proof {
	case flow.PostmortemAttached:
		label = link(what, say("post-mortem attached"))
	case flow.PostmortemComplete:
		label = link(what, say("the post-mortem is complete"))
	case flow.PostmortemShared:
		label = say("the post-mortem is shared")
		if in, ok := channel(flow.ChannelID(what)); ok {
			label = say("%s in %s", label, in)
		}
	case flow.DebriefScheduled:
		label = link(what, say("debrief scheduled"))
	}
	if label.IsZero() {
		return brief(proof, shortName)
	}
	return label
}

// proofName is what a proof is about, in the words of a sentence.
func (s Scene) proofName(proof string) Text {
	if role, ok := strings.CutPrefix(proof, "role/"); ok {
		return say("the holder of %s", brief(s.Process.RoleName(flow.Key(role)), shortPerson))
	}
	switch proof {
	case flow.PostmortemAttached:
		return say("the post-mortem document")
	case flow.PostmortemComplete:
		return say("the completed post-mortem")
	case flow.PostmortemShared:
		return say("the shared post-mortem")
	case flow.DebriefScheduled:
		return say("the debrief")
	}
	return brief(proof, shortName)
}
