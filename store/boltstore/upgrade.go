package boltstore

import (
	"bytes"
	"context"
	"strconv"
)

// newer are the buckets that a schema above 1 brought. They begin empty: what they index did not exist before.
var newer = map[int][][]byte{
	2: {bFollowUps, bByOwner},
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

// upgrade brings a file of an older program up to this one's schema, in one commit. From then on older programs refuse it.
func (db *DB) upgrade() error {
	return db.write(context.Background(), func(t *txn) error {
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
		return t.put(bMeta, keySchema, []byte(strconv.Itoa(Schema)))
	})
}
