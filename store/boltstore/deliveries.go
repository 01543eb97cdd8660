package boltstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// deliveries are those that are remembered, in memory as well: the file keeps them in the order of time alone, so that a commit adds its own side by
// side on one page, and not each on another among all those of a day.
type deliveries struct {
	mu    sync.Mutex
	saved map[nameHash]moment // no pointers, as there may be very many
}

// nameHash stands for a name, of which two never share one.
type nameHash [16]byte

func hashName[T ~string | ~[]byte](name T) nameHash {
	sum := sha256.Sum256([]byte(name))
	return nameHash(sum[:16])
}

func newDeliveries() *deliveries { return &deliveries{saved: map[nameHash]moment{}} }

func (d *deliveries) find(name nameHash) (at moment, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, found = d.saved[name]
	return at, found
}

func (d *deliveries) add(name nameHash, at moment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saved[name] = at
}

// forget leaves what was saved again since.
func (d *deliveries) forget(name nameHash, at moment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.saved[name] == at {
		delete(d.saved, name)
	}
}

// load reads what is remembered when a file is opened.
func (d *deliveries) load(tx *bbolt.Tx, unread func(error)) error {
	return tx.Bucket(bExpiry).ForEach(func(k, _ []byte) error {
		if len(k) < momentSize {
			unread(fmt.Errorf("a delivery is passed over: %w", damaged(errShortKey)))
			return nil
		}
		d.add(hashName(k[momentSize:]), moment(k[:momentSize]))
		return nil
	})
}

// sweepMost is how many expired deliveries a commit takes away for each that it adds: more than one, so that they become fewer, and not
// many, so that nobody waits for it.
const sweepMost = 4

// repeats reports whether a delivery that was saved at a moment is still remembered. One that is old enough to be forgotten is not, swept or not.
func repeats(saved moment, now time.Time) bool {
	return now.Before(saved.time().Add(store.DeliveryKept))
}

// Delivered reports whether a delivery was saved and is still remembered.
func (db *DB) Delivered(ctx context.Context, delivery string, now time.Time) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if db.isClosed() {
		return false, store.ErrClosed
	}
	at, found := db.deliveries.find(hashName(delivery))
	return found && repeats(at, now), nil
}

// refuseRepeated is ErrRepeated while a delivery is remembered.
func (t *txn) refuseRepeated(delivery string, now time.Time) error {
	if delivery == "" {
		return nil
	}
	name := hashName(delivery)
	at, found := t.delivered[name]
	if !found {
		at, found = t.db.deliveries.find(name)
	}
	if found && repeats(at, now) {
		return store.ErrRepeated
	}
	return nil
}

// remember remembers a delivery, for those who come later in the same transaction and once it is durable for everybody, and forgets a few that expired.
func (t *txn) remember(delivery string, now time.Time) error {
	if delivery == "" {
		return nil
	}
	if err := t.sweep(now.Add(-store.DeliveryKept)); err != nil {
		return err
	}
	if t.delivered == nil {
		t.delivered = map[nameHash]moment{}
	}
	k := append(key{}.moment(now), delivery...)
	name, at := hashName(delivery), moment(k[:momentSize])
	t.delivered[name] = at
	t.committed = append(t.committed, func() { t.db.deliveries.add(name, at) })
	return t.put(bExpiry, k, nil)
}

// sweep forgets the oldest deliveries among those saved at or before a moment.
func (t *txn) sweep(before time.Time) error {
	var old [][]byte
	c := t.tx.Bucket(bExpiry).Cursor()
	for k, _ := c.First(); k != nil && len(old) < sweepMost; k, _ = c.Next() {
		at, err := readMoment(k)
		if err == nil && at.After(before) {
			break
		}
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		if err := t.del(bExpiry, k); err != nil {
			return err
		}
		if len(k) >= momentSize {
			name, at := hashName(k[momentSize:]), moment(k[:momentSize])
			t.committed = append(t.committed, func() { t.db.deliveries.forget(name, at) })
		}
	}
	return nil
}
