package boltstore_test

import (
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

func TestAFileOfAnOlderProgramIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	db := open(t, path)
	inc := flow.Incident{ID: 1, Rev: 1, Name: "Checkout", Stage: flow.Active}
	save := func(db *boltstore.DB, before uint64, fact flow.Fact) {
		t.Helper()
		inc.Rev = before + 1
		must(t, db.Save(t.Context(), store.Change{Before: before, Incident: inc, Events: []flow.Event{{Seq: inc.Rev, Fact: fact}}}))
	}
	save(db, 0, flow.Declared{ID: 1})
	must(t, db.Close())
	alter(t, path, func(tx *bbolt.Tx) error { // as schema 1 was
		for _, name := range []string{"follow-ups", "by-owner"} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte("1"))
	})

	db = open(t, path)
	inc.FollowUps = []flow.FollowUp{{Number: 1, Title: "Retry", Owner: "UANA", State: flow.Open}}
	save(db, 1, flow.FollowUpAdded{FollowUp: inc.FollowUps[0]})
	page, err := db.FollowUps(t.Context(), store.FollowUpQuery{Owner: "UANA"})
	must(t, err)
	if len(page.Items) != 1 {
		t.Errorf("follow-ups of Ana: %v", page.Items)
	}
	found, err := db.Check(t.Context())
	must(t, err)
	if len(found) > 0 {
		t.Errorf("it is not whole: %q", found)
	}
	must(t, db.Close())
	var schema string
	alter(t, path, func(tx *bbolt.Tx) error {
		schema = string(tx.Bucket([]byte("meta")).Get([]byte("schema")))
		return nil
	})
	if schema != "2" {
		t.Errorf("its schema is %s: an older program would open it, and forget the follow-ups", schema)
	}
}
