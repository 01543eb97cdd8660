package flow

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Do decides what becomes of a command: the incident afterwards and the events that lead there, or a Refusal, and then the
// incident as it was. It never changes its argument. The location of at is the organization's zone: days are counted there;
// events carry UTC.
//
// Of people it knows what it is told: unfit are those who may be assigned nothing by default, since they are no full members, or no longer. Whoever
// looks up only those who matter decides once, looks at whom Defaulted names, and decides again if one of them is unfit.
func Do(p Process, inc Incident, cmd Command, by Actor, at time.Time, unfit ...UserID) (Incident, []Event, error) {
	s := scene{process: p, inc: inc, by: by, at: at, unfit: unfit}
	if err := s.run(cmd); err != nil {
		return inc, nil, err
	}
	return s.inc, s.events, nil
}

// scene is one command being decided.
type scene struct {
	process Process
	inc     Incident
	by      Actor
	at      time.Time
	unfit   []UserID
	events  []Event
	settled TaskNumber // the task that this command settled last
}

func (s *scene) run(cmd Command) error {
	if _, declares := cmd.(Declare); !declares {
		if s.inc.Rev == 0 {
			return Refusal{Why: UnknownIncident, Incident: s.inc.ID}
		}
		if err := refuseActor(s.inc, s.by); err != nil {
			return err
		}
	}
	if err := cmd.do(s); err != nil {
		return err
	}
	s.moveOn()
	return nil
}

// record is the only way in which anything changes.
func (s *scene) record(f Fact) {
	ev := Event{Seq: s.inc.Rev + 1, At: s.at.UTC().Truncate(time.Microsecond), By: s.by.User, Fact: f}
	s.inc = Apply(s.inc, ev)
	s.events = append(s.events, ev)
	switch f := f.(type) {
	case TaskCompleted:
		s.settled = f.Task
	case TaskSkipped:
		s.settled = f.Task
	}
}

// moveOn leaves the current status for as long as it has tasks and all are settled.
func (s *scene) moveOn() {
	for s.inc.Stage == PostIncident {
		p := s.inc.Progress(s.inc.Status)
		if p.Open > 0 || p.Total() == 0 {
			return
		}
		s.leave(leaving{})
	}
}

// leaving is how a status is left: by itself, or by hand.
type leaving struct {
	byHand  bool
	reason  string
	skipped []TaskNumber
}

// leave goes on to the status after the current one, or closes the incident after the last.
func (s *scene) leave(l leaving) {
	if next, ok := s.inc.Snapshot.next(s.inc.Status); ok {
		s.enter(next, StatusEntered{ByHand: l.byHand, Reason: l.reason, Skipped: l.skipped})
		return
	}
	all := Count(s.inc.Tasks)
	s.record(IncidentClosed{
		From: s.inc.Status, Card: s.inc.Card, Last: s.settled, ByHand: l.byHand, Reason: l.reason, Skipped: l.skipped,
		Done: all.Done, NotDoing: all.NotDoing + len(l.skipped),
	})
}

// enter begins a status: its open tasks get their default assignees and their due dates, unless they have them already.
func (s *scene) enter(status Key, f StatusEntered) {
	f.Status = status
	if s.inc.Stage == PostIncident && s.inc.Card != 0 {
		left := s.inc.Progress(s.inc.Status)
		f.From, f.Card, f.Last = s.inc.Status, s.inc.Card, s.settled
		f.Done, f.NotDoing = left.Done, left.NotDoing+len(f.Skipped)
	}
	for _, t := range s.inc.In(status) {
		if t.State != Open {
			continue
		}
		f.Open++
		if t.Due.IsZero() && t.DueChanges == 0 && t.Offset.Unit != "" {
			f.Due = append(f.Due, TaskDue{t.Number, s.inc.Snapshot.Calendar.Due(s.at, t.Offset)})
		}
		if to, unable, changes := s.defaultAssignee(t); changes {
			f.Assigned = append(f.Assigned, TaskFor{t.Number, to, unable})
		}
	}
	f.Left = len(s.inc.Open()) - len(f.Skipped)
	s.record(f)
}

// defaultAssignee is who gets a task whose status begins, and whether that changes anything: what a person assigned by hand stays, and a task that follows a
// role has whoever holds it now, be it nobody. Somebody who can no longer do it, unable, has somebody in their place.
func (s *scene) defaultAssignee(t Task) (to, unable UserID, changes bool) {
	to = t.Default.User
	switch {
	case t.ByHand:
		to = t.Assignee
	case t.Default.Role != "":
		to = s.inc.Roles[t.Default.Role]
	}
	if slices.Contains(s.unfit, to) {
		to, unable = s.instead(t), to
	}
	return to, unable, to != t.Assignee && (to != "" || t.Default.Role != "" || unable != "")
}

// follow gives a task that is open again to whoever holds its role by now, if its status has begun.
func (s *scene) follow(n TaskNumber) {
	t, ok := s.inc.Task(n)
	if !ok || t.Default.Role == "" || !s.inc.Current(t) {
		return
	}
	if to, _, changes := s.defaultAssignee(t); changes {
		s.record(TaskAssigned{Task: n, From: t.Assignee, To: to, ByRole: true})
	}
}

// AfterSettling says where an incident would go if this task were settled now: nowhere (last is false) unless it is the last
// open one of the current status; else to the status next, through those that are settled already, or to its end.
func AfterSettling(inc Incident, n TaskNumber) (next Key, closes, last bool) {
	t, ok := inc.Task(n)
	if !ok || t.State != Open || !inc.Current(t) || inc.Progress(inc.Status).Open > 1 {
		return "", false, false
	}
	for at := inc.Status; ; {
		next, ok := inc.Snapshot.next(at)
		if !ok {
			return "", true, true
		}
		if p := inc.Progress(next); p.Open > 0 || p.Total() == 0 {
			return next, false, true
		}
		at = next
	}
}

// text checks what a person typed: trimmed, not empty where it is required, not longer than limit code points.
func text(field, s string, limit int, required bool) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" && required {
		return "", Refusal{Why: Required, Field: field}
	}
	if utf8.RuneCountInString(s) > limit {
		return "", Refusal{Why: TooLong, Field: field, Limit: limit}
	}
	return s, nil
}

// line is text on one line, for names and titles.
func line(field, s string, limit int) (string, error) {
	return text(field, strings.Join(strings.Fields(s), " "), limit, true)
}
