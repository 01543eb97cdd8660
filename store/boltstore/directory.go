package boltstore

import (
	"context"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
)

// Person reads one person.
func (db *DB) Person(ctx context.Context, id flow.UserID) (p store.Person, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		record := tx.Bucket(bPeople).Get([]byte(id))
		if record == nil {
			return store.ErrNotFound
		}
		p, err = db.people.read(id, record)
		return err
	})
	return p, wrap(err, "read person %s", id)
}

// SavePerson writes one person, and jobs.
func (db *DB) SavePerson(ctx context.Context, now time.Time, p store.Person, then ...store.Job) error {
	return wrap(db.savePerson(ctx, now, p, then), "save person %s", p.ID)
}

func (db *DB) savePerson(ctx context.Context, now time.Time, p store.Person, then []store.Job) error {
	if err := checkText("id", string(p.ID)); err != nil {
		return err
	}
	record, err := store.EncodePerson(p)
	if err != nil {
		return err
	}
	own, err := ownJobs(then)
	if err != nil {
		return err
	}
	return db.write(ctx, func(t *txn) error {
		if err := t.put(bPeople, []byte(p.ID), record); err != nil {
			return err
		}
		return t.enqueue(now, own)
	})
}

// Channel reads what is known of a channel.
func (db *DB) Channel(ctx context.Context, id flow.ChannelID) (c store.Channel, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		c, err = channel(tx, id)
		return err
	})
	return c, wrap(err, "read channel %s", id)
}

func channel(tx *bbolt.Tx, id flow.ChannelID) (store.Channel, error) {
	record := tx.Bucket(bChannels).Get([]byte(id))
	if record == nil {
		return store.Channel{}, store.ErrNotFound
	}
	return store.DecodeChannel(record)
}

// SaveChannel writes what is known of a channel. Its members are sorted, each once.
func (db *DB) SaveChannel(ctx context.Context, c store.Channel) error {
	err := checkText("id", string(c.ID))
	if err != nil {
		return wrap(err, "save channel %s", c.ID)
	}
	c.Members = slices.Compact(slices.Sorted(slices.Values(c.Members)))
	record, err := store.EncodeChannel(c)
	if err == nil {
		err = db.write(ctx, func(t *txn) error { return t.put(bChannels, []byte(c.ID), record) })
	}
	return wrap(err, "save channel %s", c.ID)
}

// Join adds a member to a channel that is known.
func (db *DB) Join(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
	return wrap(db.members(ctx, ch, func(members []flow.UserID) []flow.UserID {
		at, there := slices.BinarySearch(members, id)
		if there {
			return members
		}
		return slices.Insert(members, at, id)
	}), "join %s to %s", id, ch)
}

// Leave takes a member off a channel that is known.
func (db *DB) Leave(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
	return wrap(db.members(ctx, ch, func(members []flow.UserID) []flow.UserID {
		at, there := slices.BinarySearch(members, id)
		if !there {
			return members
		}
		return slices.Delete(members, at, at+1)
	}), "take %s off %s", id, ch)
}

// members changes the members of a channel, and writes nothing if they stay as many.
func (db *DB) members(ctx context.Context, ch flow.ChannelID, change func([]flow.UserID) []flow.UserID) error {
	return db.write(ctx, func(t *txn) error {
		if t.get(bChannels, []byte(ch)) == nil {
			return nil
		}
		c, err := channel(t.tx, ch)
		if err != nil {
			return err
		}
		before := len(c.Members)
		if c.Members = change(c.Members); len(c.Members) == before {
			return nil
		}
		record, err := store.EncodeChannel(c)
		if err != nil {
			return err
		}
		return t.put(bChannels, []byte(ch), record)
	})
}
