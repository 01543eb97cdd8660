package boltstore

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
)

// maxGroup bounds how many requests share a commit, and with it how long the first of them waits.
const maxGroup = 256

// request is one caller who waits. do must be a pure function of the transaction and of values that it owns: it may run more than once.
type request struct {
	do   func(*txn) error
	done chan error // holds one, so that the writer never waits for a caller who left
}

// write has do run in the next commit and waits until it is durable. do decides and writes; when it returns an error before it wrote, only its
// caller hears of it. After do returned nil the error is the commit's.
func (db *DB) write(ctx context.Context, do func(*txn) error) error {
	return db.writePlaced(ctx, do, nil)
}

// writePlaced calls placed, if it is not nil, as soon as the request has its place in the queue.
func (db *DB) writePlaced(ctx context.Context, do func(*txn) error, placed func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{do: do, done: make(chan error, 1)}
	if err := db.enter(ctx, r); err != nil {
		return err
	}
	if placed != nil {
		placed()
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter puts a request into the queue. Close waits for those who are entering, so that each of them is answered.
func (db *DB) enter(ctx context.Context, r *request) error {
	db.closing.RLock()
	defer db.closing.RUnlock()
	if db.closed {
		return store.ErrClosed
	}
	select {
	case db.queue <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writer serves requests until the queue is closed and empty. It alone begins transactions that write.
func (db *DB) writer() {
	defer close(db.stopped)
	for first := range db.queue {
		runtime.Gosched() // those who were just answered may be about to ask again: let them share this commit
		db.serve(take(first, db.queue))
	}
}

// take is what waits by now.
func take(first *request, queue <-chan *request) []*request {
	group := []*request{first}
	for len(group) < maxGroup {
		select {
		case r, open := <-queue:
			if !open {
				return group
			}
			group = append(group, r)
		default:
			return group
		}
	}
	return group
}

// serve writes a group in one commit and answers each of its callers. When the commit fails all of them get its error, also those who
// were refused: what refused them may not have happened.
func (db *DB) serve(group []*request) {
	for len(group) > 0 && db.broken == nil {
		answers, spoiled, err := db.commitGroup(group)
		if spoiled < 0 {
			for i, r := range group {
				if err != nil {
					answers[i] = err
				}
				r.done <- answers[i]
			}
			return
		}
		// One request failed halfway. It is answered alone, and the others start again without it.
		group[spoiled].done <- err
		group = append(group[:spoiled:spoiled], group[spoiled+1:]...)
	}
	for _, r := range group {
		r.done <- db.broken
	}
}

// commitGroup runs each request in one transaction and commits it if anything was written. spoiled is the request that failed after it
// had written, or -1; err is then its error, and nothing of the group was written.
func (db *DB) commitGroup(group []*request) (answers []error, spoiled int, err error) {
	tx, err := db.bolt.Begin(true)
	if err != nil {
		db.broken = fmt.Errorf("%w: begin: %w", store.ErrBroken, err)
		return make([]error, len(group)), -1, db.broken
	}
	t := &txn{tx: tx, db: db}
	answers = make([]error, len(group))
	for i, r := range group {
		before := t.writes
		answers[i] = t.run(r.do)
		if answers[i] != nil && t.writes > before {
			rollback(tx)
			return nil, i, answers[i]
		}
	}
	if t.writes == 0 {
		rollback(tx)
		return answers, -1, nil
	}
	if err := db.commit(t); err != nil {
		return answers, -1, err
	}
	for _, remember := range t.committed {
		remember()
	}
	return answers, -1, nil
}

// txn is the transaction of a group, shared by its requests one after the other.
type txn struct {
	tx        *bbolt.Tx
	db        *DB
	writes    int
	committed []func() // what to change in memory once it is durable
	learnt    map[flow.IncidentID]remembered[decoded]
	delivered map[nameHash]moment
}

// run runs one request. bbolt panics over damaged pages; that is this request's error, and nobody else's.
func (t *txn) run(do func(*txn) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			t.writes++ // whatever it did is not to be kept
			err = fmt.Errorf("%w: %v", store.ErrDamaged, r)
		}
	}()
	return do(t)
}

func (t *txn) get(bucket, k []byte) []byte { return t.tx.Bucket(bucket).Get(k) }

func (t *txn) put(bucket, k, v []byte) error {
	t.writes++
	if err := t.tx.Bucket(bucket).Put(k, v); err != nil {
		return fmt.Errorf("write to %s: %w", bucket, err)
	}
	return nil
}

func (t *txn) del(bucket, k []byte) error {
	t.writes++
	if err := t.tx.Bucket(bucket).Delete(k); err != nil {
		return fmt.Errorf("delete from %s: %w", bucket, err)
	}
	return nil
}

// next is the next number of a bucket, counted up for ever.
func (t *txn) next(bucket []byte) (uint64, error) {
	t.writes++
	n, err := t.tx.Bucket(bucket).NextSequence()
	if err != nil {
		return 0, fmt.Errorf("count up %s: %w", bucket, err)
	}
	return n, nil
}

// first is the first key of a bucket that has a prefix, with its value.
func (t *txn) first(bucket, prefix []byte) (k, v []byte) { return firstOf(t.tx, bucket, prefix) }
