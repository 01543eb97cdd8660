package boltstore

import (
	"bytes"
	"maps"
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
	entries  []entry // of its indexes; nil: not known
	change   string  // the ID of the change that wrote it, if that is known
}

// mostKnown bounds the memo. What is beyond it is decoded each time.
const mostKnown = 256

func newMemo() *memo { return &memo{known: map[flow.IncidentID]decoded{}} }

// read is store.DecodeIncident. The incident is shared: who takes it must not change what it holds.
func (m *memo) read(id flow.IncidentID, record []byte) (flow.Incident, error) {
	if d, ok := m.peek(id, record); ok {
		return d.incident, nil
	}
	inc, err := store.DecodeIncident(record)
	if err == nil {
		m.learn(decoded{record: bytes.Clone(record), incident: inc})
	}
	return inc, err
}

// changed are the incidents that somebody wrote to although they are shared.
func (m *memo) changed() []flow.IncidentID {
	m.mu.Lock()
	known := maps.Clone(m.known)
	m.mu.Unlock()
	var out []flow.IncidentID
	for id, d := range known {
		was, err := store.DecodeIncident(d.record)
		if err != nil {
			continue // a record that is damaged is somebody else's finding
		}
		before, wrong := store.EncodeIncident(was) // an older program may have written the record otherwise
		after, err := store.EncodeIncident(d.incident)
		if err != nil || wrong != nil || !bytes.Equal(before, after) {
			out = append(out, id)
		}
	}
	return out
}

// peek is what a record decodes to, if that is known, shared as well.
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
