package flow

import "slices"

// What this file decides, the edge carries out when it tells of something: by the incident as it is then, or as it was before and after a change.

// CardsDue are the cards, by the Seq of their StatusEntered, that must be posted before events can be told in their threads: the current one if it
// began before them, and those that began among them.
func CardsDue(inc Incident, events []Event) []uint64 {
	var due []uint64
	if len(events) > 0 && inc.Card != 0 && inc.Card < events[0].Seq {
		due = append(due, inc.Card)
	}
	for i, ev := range events {
		later := events[i+1:]
		together := slices.IndexFunc(later, func(e Event) bool { return !e.At.Equal(ev.At) }) // recorded by the same command
		if together >= 0 {
			later = later[:together]
		}
		if _, began := ev.Fact.(StatusEntered); began && len(events) > i+1 && !passedThrough(later) {
			due = append(due, ev.Seq)
		}
	}
	return due
}

// passedThrough reports whether a status that began was left at once, by what was recorded with it: such a status has no card.
func passedThrough(later []Event) bool {
	return slices.ContainsFunc(later, func(ev Event) bool {
		switch ev.Fact.(type) {
		case StatusEntered, IncidentClosed:
			return true
		}
		return false
	})
}

// Invited are those whom an invitation (TellInvite) brings into the incident's channel: to, or for nobody everyone who declared it or holds a role. A
// flow's default must not let anybody into a private incident, so there it is only those.
func Invited(inc Incident, to UserID) []UserID {
	people := []UserID{inc.DeclaredBy}
	for _, u := range inc.Roles {
		people = append(people, u)
	}
	switch {
	case to == "":
	case inc.Private && !slices.Contains(people, to):
		return nil
	default:
		people = []UserID{to}
	}
	slices.Sort(people)
	return slices.DeleteFunc(slices.Compact(people), func(u UserID) bool { return u == "" })
}

// Homes are the App Homes in which a change can be seen: of whoever has, or had, a task that is not as it was or is about a post-mortem that is another one,
// or a follow-up that is not as it was; where the incident has another name, of whoever has one of its tasks or open follow-ups; and where it came to
// another status, of everyone involved.
func Homes(before, after Incident) []Effect {
	var t telling
	old, _ := before.Postmortem()
	current, _ := after.Postmortem()
	for _, now := range after.Tasks {
		was, _ := before.Task(now.Number)
		was.Reminded = now.Reminded // which no App Home shows
		documented := old.Number != current.Number && (now.Kind == CompletePostmortem || now.Kind == SharePostmortem)
		if was != now || before.Status != after.Status || before.Name != after.Name || documented {
			t.home(was.Assignee, now.Assignee)
		}
	}
	for _, was := range before.Tasks {
		if _, still := after.Task(was.Number); !still {
			t.home(was.Assignee)
		}
	}
	t.followUpHomes(before, after)
	if before.Stage != after.Stage || before.Status != after.Status {
		t.home(after.Involved...)
	}
	return t.effects
}

// Defaulted are those whom events gave tasks that no person gave them, by a default or with a role. Whoever decides has to know whether they may
// still be assigned anything: see Do.
func Defaulted(events []Event) []UserID {
	var people []UserID
	add := func(u UserID) {
		if u != "" && !slices.Contains(people, u) {
			people = append(people, u)
		}
	}
	for _, ev := range events {
		switch f := ev.Fact.(type) {
		case StatusEntered:
			for _, a := range f.Assigned {
				add(a.To)
			}
		case SnapshotUpdated:
			for _, a := range f.Assigned {
				add(a.To)
			}
		case TaskAssigned:
			if f.ByRole {
				add(f.To)
			}
		}
	}
	return people
}
