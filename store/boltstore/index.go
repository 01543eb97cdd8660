package boltstore

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

// entry is one key of an index, with what it holds.
type entry struct {
	bucket     []byte
	key, value []byte
}

func (e entry) equal(o entry) bool {
	return bytes.Equal(e.bucket, o.bucket) && bytes.Equal(e.key, o.key) && bytes.Equal(e.value, o.value)
}

// incidentIndexes are the buckets that entriesOf fills.
var incidentIndexes = [][]byte{bNumbers, bByChannel, bByNumber, bByTime, bByInvolved, bTasks, bByAssignee, bFollowUps, bByOwner}

// entriesOf are all index entries of an incident. Saving writes the difference between those of before and after, and Check compares
// them with what is there: nothing else knows what an incident's indexes are.
func entriesOf(inc flow.Incident) []entry {
	entries := []entry{
		{bucket: bNumbers, key: key{}.id(inc.ID)},
		{bucket: bByNumber, key: key{}.text(string(inc.Stage)).id(inc.ID)},
	}
	if inc.Channel != "" {
		entries = append(entries, entry{bucket: bByChannel, key: key{}.text(string(inc.Channel)).id(inc.ID)})
	}
	inStage := key{}.text(string(inc.Stage))
	if at, ok := stageTime(inc); ok {
		inStage = inStage.moment(at)
		entries = append(entries, entry{bucket: bByTime, key: slices.Clip(inStage).id(inc.ID)})
	}
	for _, u := range inc.Involved {
		entries = append(entries, entry{bucket: bByInvolved, key: append(key{}.text(string(u)), inStage...).id(inc.ID)})
	}
	for _, t := range store.OpenTasks(inc) {
		entries = append(entries, entry{bucket: bTasks, key: taskKey(nil, t), value: []byte(t.Assignee)})
		if t.Assignee != "" {
			entries = append(entries, entry{bucket: bByAssignee, key: taskKey(key{}.text(string(t.Assignee)), t)})
		}
	}
	for _, f := range store.OpenFollowUps(inc) {
		entries = append(entries, entry{bucket: bFollowUps, key: followUpKey(nil, f), value: []byte(f.Owner)})
		if f.Owner != "" {
			entries = append(entries, entry{bucket: bByOwner, key: followUpKey(key{}.text(string(f.Owner)), f)})
		}
	}
	return entries
}

// stageTime is the moment by which a stage is listed.
func stageTime(inc flow.Incident) (time.Time, bool) {
	switch inc.Stage {
	case flow.PostIncident:
		return inc.ResolvedAt, true
	case flow.Closed:
		return inc.ClosedAt, true
	}
	return time.Time{}, false
}

func taskKey(k key, t store.TaskRef) key { return k.day(t.Due).id(t.Incident).num(uint64(t.Task)) }

// followUpKey has the form of a task's.
func followUpKey(k key, f store.FollowUpRef) key {
	return k.day(f.Due).id(f.Incident).num(uint64(f.FollowUp))
}

// taskKeySize is the length of a task's key behind its prefix.
const taskKeySize = 4 + 8 + 8

func readTaskKey(k []byte, assignee flow.UserID) (store.TaskRef, error) {
	if len(k) != taskKeySize {
		return store.TaskRef{}, errShortKey
	}
	return store.TaskRef{
		Due:      readDay(binary.BigEndian.Uint32(k)),
		Incident: flow.IncidentID(binary.BigEndian.Uint64(k[4:])),
		Task:     flow.TaskNumber(binary.BigEndian.Uint64(k[12:])),
		Assignee: assignee,
	}, nil
}

// incidentOf is the incident that an index entry belongs to.
func incidentOf(bucket, k []byte) (flow.IncidentID, error) {
	if numbered(bucket) {
		if len(k) < taskKeySize {
			return 0, errShortKey
		}
		k = k[:len(k)-8]
	}
	n, err := lastNum(k)
	return flow.IncidentID(n), err
}

// numbered reports whether the keys of an index end with a number within the incident.
func numbered(bucket []byte) bool {
	return slices.ContainsFunc([][]byte{bTasks, bByAssignee, bFollowUps, bByOwner}, func(b []byte) bool { return bytes.Equal(b, bucket) })
}

// less are the entries that are not among the others.
func less(entries, others []entry) []entry {
	var out []entry
next:
	for _, e := range entries {
		for _, o := range others {
			if e.equal(o) {
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}
