package boltstore

import (
	"bytes"
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/store"
)

// sweepMost is how many expired deliveries a commit takes away for each that it adds: more than one, so that they become fewer, and not
// many, so that nobody waits for it.
const sweepMost = 4

// refuseRepeated is ErrRepeated while a delivery is remembered. One that is old enough to be forgotten is, swept or not.
func refuseRepeated(t *txn, delivery string, now time.Time) error {
	if delivery == "" {
		return nil
	}
	return expired(t.get(bDeliveries, []byte(delivery)), now)
}

// expired is ErrRepeated for a delivery that was saved at a moment not long enough ago, and nil for one that never was.
func expired(saved []byte, now time.Time) error {
	if saved == nil {
		return nil
	}
	at, err := readMoment(saved)
	if err != nil {
		return err
	}
	if now.Before(at.Add(store.DeliveryKept)) {
		return store.ErrRepeated
	}
	return nil
}

// Delivered reports whether a delivery was saved and is still remembered.
func (db *DB) Delivered(ctx context.Context, delivery string, now time.Time) (bool, error) {
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		saved := tx.Bucket(bDeliveries).Get([]byte(delivery))
		return expired(saved, now)
	})
	if errors.Is(err, store.ErrRepeated) {
		return true, nil
	}
	return false, wrap(err, "look for delivery %s", delivery)
}

// remember remembers a delivery, and forgets a few that expired.
func remember(t *txn, delivery string, now time.Time) error {
	if delivery == "" {
		return nil
	}
	if saved := t.get(bDeliveries, []byte(delivery)); saved != nil { // expired, and about to be saved again
		if err := t.del(bExpiry, append(bytes.Clone(saved), delivery...)); err != nil {
			return err
		}
	}
	if err := sweep(t, now.Add(-store.DeliveryKept)); err != nil {
		return err
	}
	if err := t.put(bDeliveries, []byte(delivery), key{}.moment(now)); err != nil {
		return err
	}
	return t.put(bExpiry, append(key{}.moment(now), delivery...), nil)
}

// sweep forgets the oldest deliveries among those saved at or before a moment.
func sweep(t *txn, before time.Time) error {
	var old [][]byte
	c := t.tx.Bucket(bExpiry).Cursor()
	for k, _ := c.First(); k != nil && len(old) < sweepMost; k, _ = c.Next() {
		at, err := readMoment(k)
		if err != nil {
			return err
		}
		if at.After(before) {
			break
		}
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		if err := t.del(bExpiry, k); err != nil {
			return err
		}
		if err := t.del(bDeliveries, k[momentSize:]); err != nil {
			return err
		}
	}
	return nil
}
