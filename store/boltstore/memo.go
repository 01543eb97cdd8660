package boltstore

import (
	"bytes"
	"maps"
	"sync"

	"epilogue/flow"
	"epilogue/store"
)

// memo keeps decoded what was read or written lately: a click reads the same few records several times, and reading JSON is most of what that costs. What
// it keeps counts only for the very bytes that it was decoded from, so it can be old but never wrong, and nothing has to be taken out of it when a record
// changes. Who takes something out of it must not change what that holds: it is shared.
type memo[K comparable, V any] struct {
	decode func(record []byte) (V, error)
	keeps  func(known, fresh V) bool // whether what is known is better than what is fresh

	mu    sync.Mutex
	known map[K]remembered[V]
}

type remembered[V any] struct {
	record []byte
	value  V
}

// mostKnown bounds a memo. What is beyond it is decoded each time.
const mostKnown = 256

func newMemo[K comparable, V any](decode func([]byte) (V, error), keeps func(known, fresh V) bool) *memo[K, V] {
	return &memo[K, V]{decode: decode, keeps: keeps, known: map[K]remembered[V]{}}
}

// read is what a record says.
func (m *memo[K, V]) read(k K, record []byte) (V, error) {
	if v, ok := m.peek(k, record); ok {
		return v, nil
	}
	v, err := m.decode(record)
	if err == nil {
		m.learn(k, remembered[V]{bytes.Clone(record), v})
	}
	return v, err
}

// peek is what a record says, if that is known.
func (m *memo[K, V]) peek(k K, record []byte) (V, bool) {
	m.mu.Lock()
	r, ok := m.known[k]
	m.mu.Unlock()
	return r.value, ok && bytes.Equal(r.record, record)
}

// learn remembers what a record says, and owns both from now on.
func (m *memo[K, V]) learn(k K, r remembered[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, known := m.known[k]
	if known && m.keeps(old.value, r.value) {
		return
	}
	if !known && len(m.known) >= mostKnown {
		for other := range m.known { // any: which one is not worth keeping book of
			delete(m.known, other)
			break
		}
	}
	m.known[k] = r
}

// all is what is known by now.
func (m *memo[K, V]) all() map[K]remembered[V] {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.known)
}

// decoded is an incident as its memo keeps it.
type decoded struct {
	incident flow.Incident
	entries  []entry // of its indexes; nil: not known
	change   string  // the ID of the change that wrote it, if that is known
}

func newIncidents() *memo[flow.IncidentID, decoded] {
	decode := func(record []byte) (decoded, error) {
		inc, err := store.DecodeIncident(record)
		return decoded{incident: inc}, err
	}
	// Who looked into a transaction of before does not take the place of what was written since.
	keeps := func(known, fresh decoded) bool { return known.incident.Rev >= fresh.incident.Rev && fresh.change == "" }
	return newMemo[flow.IncidentID](decode, keeps)
}

func newPeople() *memo[flow.UserID, store.Person] {
	return newMemo[flow.UserID](store.DecodePerson, func(_, _ store.Person) bool { return false })
}

// changed are the incidents that somebody wrote to although they are shared.
func changed(m *memo[flow.IncidentID, decoded]) []flow.IncidentID {
	var out []flow.IncidentID
	for id, d := range m.all() {
		was, err := store.DecodeIncident(d.record)
		if err != nil {
			continue // a record that is damaged is somebody else's finding
		}
		before, wrong := store.EncodeIncident(was) // an older program may have written the record otherwise
		after, err := store.EncodeIncident(d.value.incident)
		if err != nil || wrong != nil || !bytes.Equal(before, after) {
			out = append(out, id)
		}
	}
	return out
}

// learn notes what a record that the transaction writes says: for those who come later in the same transaction, and for everybody once it is
// durable.
func (t *txn) learn(id flow.IncidentID, d remembered[decoded]) {
	if t.learnt == nil {
		t.learnt = map[flow.IncidentID]remembered[decoded]{}
	}
	t.learnt[id] = d
	t.committed = append(t.committed, func() { t.db.incidents.learn(id, d) })
}

// peek is memo.peek, with what the transaction writes.
func (t *txn) peek(id flow.IncidentID, record []byte) (decoded, bool) {
	if d, ok := t.learnt[id]; ok && bytes.Equal(d.record, record) {
		return d.value, true
	}
	return t.db.incidents.peek(id, record)
}
