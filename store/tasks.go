package store

import (
	"slices"

	"epilogue/flow"
)

// OpenTasks are the tasks of an incident that Incidents.Tasks lists: open, their status begun, in the post-incident stage. It is here so
// that every store means the same by it.
func OpenTasks(inc flow.Incident) []TaskRef {
	if inc.Stage != flow.PostIncident {
		return nil
	}
	now := place(inc.Snapshot, inc.Status)
	var refs []TaskRef
	for _, t := range inc.Tasks {
		if t.State == flow.Open && place(inc.Snapshot, t.Status) <= now {
			refs = append(refs, TaskRef{Incident: inc.ID, Task: t.Number, Due: t.Due, Assignee: t.Assignee})
		}
	}
	return refs
}

// place is the position of a status in the flow that an incident took, or -1.
func place(s *flow.Snapshot, status flow.Key) int {
	if s == nil {
		return -1
	}
	return slices.IndexFunc(s.Statuses, func(l flow.Label) bool { return l.Key == status })
}
