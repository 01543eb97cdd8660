package boltstore

import (
	"bytes"
	"maps"
	"slices"
	"sync"

	"epilogue/flow"
	"epilogue/store"
)

// memo keeps incidents decoded that were used lately: a click reads its incident several times, and reading JSON is most of what that costs. An entry
// counts only for the very bytes that it was decoded from, so it can be old but never wrong, and nothing has to be taken out of it when an incident changes.
type memo struct {
	mu    sync.Mutex
	known map[flow.IncidentID]decoded
}

type decoded struct {
	record   []byte
	incident flow.Incident
	change   string // the ID of the change that wrote it, if that is known
}

// mostKnown bounds the memo. What is beyond it is decoded each time.
const mostKnown = 256

func newMemo() *memo { return &memo{known: map[flow.IncidentID]decoded{}} }

// read is store.DecodeIncident. The incident is the caller's own.
func (m *memo) read(id flow.IncidentID, record []byte) (flow.Incident, error) {
	if d, ok := m.peek(id, record); ok {
		return clone(d.incident), nil
	}
	inc, err := store.DecodeIncident(record)
	if err == nil {
		m.learn(decoded{record: bytes.Clone(record), incident: clone(inc)})
	}
	return inc, err
}

// peek is what a record decodes to, if that is known. It is shared: who takes it must not change what it holds.
func (m *memo) peek(id flow.IncidentID, record []byte) (decoded, bool) {
	m.mu.Lock()
	d, ok := m.known[id]
	m.mu.Unlock()
	return d, ok && bytes.Equal(d.record, record)
}

// learn remembers what a record decodes to, unless it knows a later one, or this one already. It owns both from now on.
func (m *memo) learn(d decoded) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := d.incident.ID
	old, known := m.known[id]
	if known && old.incident.Rev >= d.incident.Rev && d.change == "" {
		return // somebody looked into a transaction of before
	}
	if !known && len(m.known) >= mostKnown {
		for other := range m.known { // any: which one is not worth keeping book of
			delete(m.known, other)
			break
		}
	}
	m.known[id] = d
}

// learn notes what a record that the transaction writes decodes to: for those who come later in the same transaction, and for everybody once it is
// durable.
func (t *txn) learn(d decoded) {
	if t.learnt == nil {
		t.learnt = map[flow.IncidentID]decoded{}
	}
	t.learnt[d.incident.ID] = d
	t.committed = append(t.committed, func() { t.db.memo.learn(d) })
}

// peek is memo.peek, with what the transaction writes.
func (t *txn) peek(id flow.IncidentID, record []byte) (decoded, bool) {
	if d, ok := t.learnt[id]; ok && bytes.Equal(d.record, record) {
		return d, true
	}
	return t.db.memo.peek(id, record)
}

// clone copies an incident with all that it holds.
func clone(inc flow.Incident) flow.Incident {
	inc.Roles, inc.Evidence = maps.Clone(inc.Roles), maps.Clone(inc.Evidence)
	inc.Involved, inc.Tasks = slices.Clone(inc.Involved), slices.Clone(inc.Tasks)
	inc.Dropped = slices.Clone(inc.Dropped)
	inc.Documents = slices.Clone(inc.Documents)
	for i, d := range inc.Documents {
		inc.Documents[i].UsedBy, inc.Documents[i].Shares = slices.Clone(d.UsedBy), slices.Clone(d.Shares)
	}
	inc.FollowUps, inc.Pinned = slices.Clone(inc.FollowUps), slices.Clone(inc.Pinned)
	inc.Debrief, inc.Asked, inc.DebriefWith = cloneDebrief(inc.Debrief), cloneDebrief(inc.Asked), slices.Clone(inc.DebriefWith)
	if inc.OptedOut != nil {
		out := *inc.OptedOut
		out.Skipped = slices.Clone(out.Skipped)
		inc.OptedOut = &out
	}
	if inc.Snapshot != nil {
		snap := *inc.Snapshot
		snap.Calendar.WorkingDays, snap.Calendar.Holidays = slices.Clone(snap.Calendar.WorkingDays), slices.Clone(snap.Calendar.Holidays)
		snap.Statuses, snap.Because = slices.Clone(snap.Statuses), slices.Clone(snap.Because)
		snap.Reminders = slices.Clone(snap.Reminders)
		for i := range snap.Because {
			snap.Because[i].Values = slices.Clone(snap.Because[i].Values)
		}
		inc.Snapshot = &snap
	}
	return inc
}

func cloneDebrief(d *flow.Debrief) *flow.Debrief {
	if d == nil {
		return nil
	}
	out := *d
	out.Required, out.Optional = slices.Clone(d.Required), slices.Clone(d.Optional)
	return &out
}
