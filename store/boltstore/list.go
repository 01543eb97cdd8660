package boltstore

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
)

// The size of a page.
const (
	defaultPage = 50
	maxPage     = 1000
)

// walk is a part of a bucket in one direction. A page of it is read from its cursor on, and names the last key it has read: so a page begins
// where the one before ended, whatever came or went meanwhile.
type walk struct {
	query   string // tells the cursors of different lists apart
	bucket  []byte
	prefix  []byte // what all keys begin with; cursors do not repeat it
	before  []byte // keys from here on do not belong to it; nil: all do
	reverse bool
	cursor  string
	limit   int
}

// page calls each for the keys of a page, without their prefix, and returns the cursor of the next page.
func (w walk) page(tx *bbolt.Tx, each func(k, v []byte) error) (next string, err error) {
	limit := w.limit
	if limit == 0 {
		limit = defaultPage
	}
	if limit < 0 || limit > maxPage {
		return "", fmt.Errorf("a page of %d: it may have 1 to %d", limit, maxPage)
	}
	c := tx.Bucket(w.bucket).Cursor()
	k, v, err := w.start(c)
	if err != nil {
		return "", err
	}
	var last []byte
	for n := 0; w.holds(k); n++ {
		if n == limit {
			return w.encode(last), nil
		}
		last = bytes.Clone(k[len(w.prefix):])
		if err := each(last, v); err != nil {
			return "", err
		}
		k, v = w.step(c)
	}
	return "", nil
}

func (w walk) holds(k []byte) bool {
	return k != nil && bytes.HasPrefix(k, w.prefix) && (w.before == nil || bytes.Compare(k, w.before) < 0)
}

func (w walk) step(c *bbolt.Cursor) (k, v []byte) {
	if w.reverse {
		return c.Prev()
	}
	return c.Next()
}

// start moves to the first key of the page.
func (w walk) start(c *bbolt.Cursor) (k, v []byte, err error) {
	from, err := w.decode()
	switch {
	case err != nil:
		return nil, nil, err
	case from == nil && w.reverse && after(w.prefix) == nil:
		k, v = c.Last()
	case from == nil && w.reverse:
		k, v = seekBefore(c, after(w.prefix))
	case from == nil:
		k, v = c.Seek(w.prefix)
	case w.reverse:
		k, v = seekBefore(c, from)
	default:
		if k, v = c.Seek(from); bytes.Equal(k, from) {
			k, v = c.Next()
		}
	}
	return k, v, nil
}

func (w walk) encode(last []byte) string {
	return base64.RawURLEncoding.EncodeToString(append([]byte(w.query+"\x00"), last...))
}

// decode is the key that the cursor names, or nil without one.
func (w walk) decode() ([]byte, error) {
	if w.cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(w.cursor)
	if err != nil {
		return nil, errors.New("the cursor is not one of this store")
	}
	last, ours := bytes.CutPrefix(b, []byte(w.query+"\x00"))
	if !ours {
		return nil, errors.New("the cursor belongs to another query")
	}
	return append(bytes.Clone(w.prefix), last...), nil
}

// List reads a page of incidents.
func (db *DB) List(ctx context.Context, q store.Query) (store.Page[flow.Incident], error) {
	w, err := incidentWalk(q)
	if err != nil {
		return store.Page[flow.Incident]{}, wrap(err, "list incidents")
	}
	var page store.Page[flow.Incident]
	err = db.view(ctx, func(tx *bbolt.Tx) (err error) {
		page.Next, err = w.page(tx, func(k, _ []byte) error {
			id, err := incidentOf(w.bucket, k)
			if err != nil {
				return err
			}
			inc, err := db.incident(tx, id)
			if err != nil {
				return db.passOver(err, "read %s, which an index names", id)
			}
			page.Items = append(page.Items, inc)
			return nil
		})
		return err
	})
	if err != nil {
		return store.Page[flow.Incident]{}, wrap(err, "list incidents")
	}
	return page, nil
}

// incidentWalk chooses the index in which a query is ordered already.
func incidentWalk(q store.Query) (walk, error) {
	w := walk{query: fmt.Sprintf("list/%s/%t/%s", q.Stage, q.Newest, q.Involved), bucket: bByNumber, reverse: q.Newest, cursor: q.Cursor, limit: q.Limit}
	if q.Involved != "" && (q.Stage == "" || q.Newest) {
		return walk{}, errors.New("what somebody is involved in is listed by stage, in its own order")
	}
	switch q.Stage {
	case "":
		w.bucket = bNumbers
		return w, nil
	case flow.Active:
	case flow.PostIncident:
		if !q.Newest {
			w.bucket = bByTime
		}
	case flow.Closed:
		if !q.Newest {
			w.bucket, w.reverse = bByTime, true
		}
	default:
		return walk{}, fmt.Errorf("there is no stage %q", q.Stage)
	}
	w.prefix = key{}.text(string(q.Stage))
	if q.Involved != "" {
		w.bucket, w.prefix = bByInvolved, append(key{}.text(string(q.Involved)), w.prefix...)
	}
	return w, nil
}

// Tasks reads a page of open tasks.
func (db *DB) Tasks(ctx context.Context, q store.TaskQuery) (store.Page[store.TaskRef], error) {
	w := walk{query: fmt.Sprintf("tasks/%s/%s", q.Assignee, q.Before), bucket: bTasks, cursor: q.Cursor, limit: q.Limit}
	page, err := db.dated(ctx, w.of(bByAssignee, q.Assignee, q.Before), q.Assignee)
	return page, wrap(err, "list tasks")
}

// FollowUps reads a page of open follow-ups.
func (db *DB) FollowUps(ctx context.Context, q store.FollowUpQuery) (store.Page[store.FollowUpRef], error) {
	w := walk{query: fmt.Sprintf("follow-ups/%s/%s", q.Owner, q.Before), bucket: bFollowUps, cursor: q.Cursor, limit: q.Limit}
	found, err := db.dated(ctx, w.of(bByOwner, q.Owner, q.Before), q.Owner)
	if err != nil {
		return store.Page[store.FollowUpRef]{}, wrap(err, "list follow-ups")
	}
	page := store.Page[store.FollowUpRef]{Next: found.Next}
	for _, t := range found.Items {
		page.Items = append(page.Items, store.FollowUpRef{Incident: t.Incident, FollowUp: flow.FollowUpNumber(t.Task), Due: t.Due, Owner: t.Assignee})
	}
	return page, nil
}

// of narrows a walk over what is dated down to that of one person, if there is one, and to what is due before a day, if there is one.
func (w walk) of(byPerson []byte, who flow.UserID, before flow.Date) walk {
	if who != "" {
		w.bucket, w.prefix = byPerson, key{}.text(string(who))
	}
	if !before.IsZero() {
		w.before = key(bytes.Clone(w.prefix)).day(before)
	}
	return w
}

// dated reads a page of an index by due date. Where it is not that of one person, its values say whose each is.
func (db *DB) dated(ctx context.Context, w walk, who flow.UserID) (store.Page[store.TaskRef], error) {
	var page store.Page[store.TaskRef]
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		page.Next, err = w.page(tx, func(k, v []byte) error {
			whose := who
			if whose == "" {
				whose = flow.UserID(v)
			}
			ref, err := readTaskKey(k, whose)
			page.Items = append(page.Items, ref)
			return err
		})
		return err
	})
	if err != nil {
		return store.Page[store.TaskRef]{}, err
	}
	return page, nil
}
