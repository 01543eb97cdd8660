package boltstore

import (
	"go.etcd.io/bbolt"

	"epilogue/store"
)

// Load writes changes as Save does, many to a transaction, and waits for no disk until the last. It is for stores of a size that nobody wants to
// save one by one; the store must not be open.
func Load(path string, n int, change func(i int) []store.Change) error {
	const together = 5000
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true, NoGrowSync: true, NoFreelistSync: true, InitialMmapSize: 8 << 30})
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	db := &DB{incidents: newIncidents(), deliveries: newDeliveries()}
	for from := 0; from < n; from += together {
		last := from+together >= n
		b.NoFreelistSync = !last
		err := b.Update(func(tx *bbolt.Tx) error {
			for _, bucket := range buckets {
				tx.Bucket(bucket).FillPercent = 0.9 // what comes is mostly in order
			}
			t := &txn{tx: tx, db: db}
			for i := from; i < min(from+together, n); i++ {
				for _, c := range change(i) {
					s, err := prepare(c)
					if err != nil {
						return err
					}
					if err := s.apply(t); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return b.Sync()
}

// Kill lets go of the file as the end of the process would: nothing is finished and nothing is noted.
func (db *DB) Kill() error {
	db.closing.Lock()
	db.closed = true
	close(db.queue)
	db.closing.Unlock()
	<-db.stopped
	return db.bolt.Close()
}
