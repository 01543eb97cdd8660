package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strconv"

	"epilogue/flow"
	"epilogue/store"
)

// newer are the buckets that a schema above 1 brought.
var newer = map[int][][]byte{
	2: {bFollowUps, bByOwner}, // they begin empty: what they index did not exist before
	3: {bNumbers, bHistory, bByInvolved},
}

// since is the schema that brought a bucket.
func since(bucket []byte) int {
	for schema, names := range newer {
		for _, name := range names {
			if bytes.Equal(name, bucket) {
				return schema
			}
		}
	}
	return 1
}

// older are the buckets that a schema took away, in the order in which they are emptied, with where what they held has its place now.
var older = []struct {
	name  []byte
	place func(k, v []byte) ([]entry, error)
}{
	{[]byte("incidents"), func(k, v []byte) ([]entry, error) { // id → record; until schema 2
		id, err := lastNum(k)
		entries := []entry{{bNumbers, k, nil}, {bHistory, incidentKey(flow.IncidentID(id)), v}}
		if inc, err := store.DecodeIncident(v); err == nil { // one that cannot be read stays in the indexes in which it is
			entries = append(entries, entriesOf(inc)...)
		}
		return entries, err
	}},
	{[]byte("events"), func(k, v []byte) ([]entry, error) { // id, seq → record; until schema 2
		if len(k) != 16 {
			return nil, errShortKey
		}
		id, seq := flow.IncidentID(binary.BigEndian.Uint64(k)), binary.BigEndian.Uint64(k[8:])
		return []entry{{bHistory, historyKey(id, seq), v}}, nil
	}},
	{[]byte("deliveries"), func(_, _ []byte) ([]entry, error) { return nil, nil }}, // name → when it was saved, as expiry has it; until schema 2
}

// movedTogether is how many keys of an older bucket a commit moves. A file may hold more than fits into memory.
const movedTogether = 10_000

// upgrade brings a file of an older program up to this one's schema. From its first commit on older programs refuse it; the others move what has another
// place now, and where they were interrupted the next one who opens the file goes on: what is not moved yet is what is left in the older buckets.
func (db *DB) upgrade() error {
	err := db.write(context.Background(), func(t *txn) error {
		version, err := strconv.Atoi(string(t.get(bMeta, keySchema)))
		if err != nil || version >= Schema {
			return err
		}
		for _, name := range buckets {
			if since(name) <= version {
				continue
			}
			t.writes++
			if _, err := t.tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if incidents := t.tx.Bucket(older[0].name); incidents != nil {
			if err := t.atLeast(bNumbers, incidents.Sequence()); err != nil {
				return err
			}
		}
		return t.put(bMeta, keySchema, []byte(strconv.Itoa(Schema)))
	})
	for _, o := range older {
		for left := true; left && err == nil; {
			err = db.write(context.Background(), func(t *txn) (err error) {
				left, err = t.move(o.name, o.place)
				return err
			})
		}
	}
	return err
}

// move gives some of what an older bucket holds its new place, and takes the bucket away when nothing is left.
func (t *txn) move(name []byte, place func(k, v []byte) ([]entry, error)) (left bool, err error) {
	b := t.tx.Bucket(name)
	if b == nil {
		return false, nil
	}
	var moved [][]byte
	c := b.Cursor()
	for k, v := c.First(); k != nil && len(moved) < movedTogether; k, v = c.Next() {
		k, v = bytes.Clone(k), bytes.Clone(v)
		entries, err := place(k, v)
		if err != nil {
			return false, damaged(fmt.Errorf("the key %x of %s: %w", k, name, err))
		}
		for _, e := range entries {
			if err := t.put(e.bucket, e.key, e.value); err != nil {
				return false, err
			}
		}
		moved = append(moved, k)
	}
	for _, k := range moved {
		if err := t.del(name, k); err != nil {
			return false, err
		}
	}
	if len(moved) == movedTogether {
		return true, nil
	}
	t.writes++
	return false, t.tx.DeleteBucket(name)
}
