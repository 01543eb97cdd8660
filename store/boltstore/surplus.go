package boltstore

import (
	"bytes"

	"epilogue/store"
)

// surplus reports the index keys that belong to nothing.
func (c *checker) surplus() error {
	for _, bucket := range [][]byte{bNumbers, bByChannel, bByNumber, bByTime, bByInvolved, bTasks, bByAssignee, bFollowUps, bByOwner, bHistory, bLanes, bReady, bHeld, bScheduled, bKeys} {
		n := 0
		if err := c.each(bucket, func(_, _ []byte) { n++ }); err != nil {
			return err
		}
		if n == c.found[string(bucket)] {
			continue
		}
		err := c.each(bucket, func(k, v []byte) {
			if !c.belongs(entry{bucket, k, v}) {
				c.report("index %s: the key %q belongs to nothing", bucket, k)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// belongs reports whether something wants an entry.
func (c *checker) belongs(e entry) bool {
	if bytes.Equal(e.bucket, bHistory) {
		id, seq, err := readHistoryKey(e.key)
		if err != nil {
			return false
		}
		inc, err := store.DecodeIncident(c.tx.Bucket(bHistory).Get(incidentKey(id)))
		return err == nil && seq <= inc.Rev
	}
	for _, index := range incidentIndexes {
		if bytes.Equal(e.bucket, index) {
			return c.belongsToIncident(e)
		}
	}
	return c.belongsToJob(e)
}

func (c *checker) belongsToIncident(e entry) bool {
	id, err := incidentOf(e.bucket, e.key)
	if err != nil {
		return false
	}
	inc, err := store.DecodeIncident(c.tx.Bucket(bHistory).Get(incidentKey(id)))
	return err == nil && len(less([]entry{e}, entriesOf(inc))) == 0
}

func (c *checker) belongsToJob(e entry) bool {
	j, err := decodeJob(c.tx.Bucket(bJobs).Get(e.value))
	if err != nil {
		return false
	}
	if bytes.Equal(e.bucket, bReady) {
		first, _ := firstOf(c.tx, bLanes, key{}.text(j.Lane))
		at, err := lastNum(first)
		return err == nil && at == j.place && !j.held() && bytes.Equal(e.key, key{}.num(j.place))
	}
	return len(less([]entry{e}, j.entries())) == 0
}
