package flow

import "slices"

// ReleaseTasks reports that somebody can no longer do what they have: their account ended, or they left the channel of the private incident. Their open
// tasks in statuses that have begun go to whoever holds the role that a task follows, then to the lead, else to nobody; those of later statuses
// are looked at when their status begins. Their open follow-ups go to the lead, else to nobody.
type ReleaseTasks struct{ From UserID }

func (c ReleaseTasks) do(s *scene) error {
	if !slices.Contains(s.unfit, c.From) {
		s.unfit = append(slices.Clone(s.unfit), c.From)
	}
	before := len(s.events)
	for _, t := range s.inc.Open() {
		if t.Assignee == c.From && c.From != "" && s.inc.Stage == PostIncident && s.inc.begun(t) {
			s.record(TaskAssigned{Task: t.Number, From: c.From, To: s.instead(t), ByRole: true, Unable: true})
		}
	}
	for _, f := range s.inc.OpenFollowUps() {
		if f.Owner == c.From && c.From != "" {
			s.record(FollowUpEdited{FollowUp: f.Number, Owner: changed(string(c.From), string(s.instead(Task{})))})
		}
	}
	if len(s.events) == before {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	return nil
}

// instead is who gets a task in the place of somebody who can no longer do it.
func (s *scene) instead(t Task) UserID {
	for _, u := range []UserID{s.inc.Roles[t.Default.Role], s.inc.Lead()} {
		if u != "" && !slices.Contains(s.unfit, u) {
			return u
		}
	}
	return ""
}

// Expected are those who have the tasks of a status that began with events: somebody among them may not be able to do them by now. See Do.
func Expected(after Incident, events []Event) []UserID {
	people := Defaulted(events)
	for _, ev := range events {
		f, began := ev.Fact.(StatusEntered)
		if !began {
			continue
		}
		for _, t := range after.In(f.Status) {
			if t.State == Open && t.Assignee != "" && !slices.Contains(people, t.Assignee) {
				people = append(people, t.Assignee)
			}
		}
	}
	return people
}
