package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"epilogue/flow"
	"epilogue/store"
)

// maxFindings bounds what Check reports; after as many nobody reads on.
const maxFindings = 200

// Check examines a copy of the file, made beside it: what it finds is of one moment, nobody waits for it, and it changes nothing. It needs
// as much room on the disk as the file for as long as it runs.
func (db *DB) Check(ctx context.Context) ([]string, error) {
	copied, err := writeCopy(ctx, db, filepath.Dir(db.path), copyName(db.path)+"*")
	if err != nil {
		return nil, wrap(err, "copy the store to check it")
	}
	findings, err := checkFile(ctx, copied)
	for _, id := range changed(db.incidents) {
		findings = append(findings, fmt.Sprintf("%s is in memory otherwise than in the store: somebody wrote to what is shared", id))
	}
	return findings, wrap(errors.Join(err, os.Remove(copied)), "check the store")
}

// checkFile examines a file that nobody writes to.
func checkFile(ctx context.Context, path string) ([]string, error) {
	o := Options{}.withDefaults().bolt()
	o.ReadOnly = true
	c := checker{ctx: ctx, found: map[string]int{}}
	err := guard(func() error {
		b, err := bbolt.Open(path, 0o600, o)
		if err != nil {
			return err
		}
		defer func() { _ = b.Close() }()
		return b.View(c.all)
	})
	var damage error
	if errors.Is(err, store.ErrDamaged) {
		err, damage = nil, err
		c.findings = append(c.findings, damage.Error())
	}
	return c.findings, err
}

// checker compares every index with what it indexes, in both directions: what should be there is looked up, and what is found is counted; where
// an index has more keys than were found, its keys are asked one by one whom they belong to.
type checker struct {
	ctx      context.Context
	tx       *bbolt.Tx
	found    map[string]int // by bucket
	findings []string
}

func (c *checker) report(format string, args ...any) {
	if len(c.findings) < maxFindings {
		c.findings = append(c.findings, fmt.Sprintf(format, args...))
	}
}

func (c *checker) all(tx *bbolt.Tx) error {
	c.tx = tx
	if err := readAll(tx); err != nil { // bbolt reads in a goroutine of its own, where a damaged page would end the process
		return err
	}
	for err := range tx.Check() { // to its end, or its goroutine stays
		c.report("bbolt: %v", err)
	}
	if len(c.findings) > 0 {
		return nil // on damaged pages nothing else can be said
	}
	for _, part := range []func() error{c.incidents, c.deliveries, c.jobs, c.records, c.surplus} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// each walks a bucket for as long as the context lasts.
func (c *checker) each(bucket []byte, f func(k, v []byte)) error {
	return c.tx.Bucket(bucket).ForEach(func(k, v []byte) error {
		f(k, v)
		return c.ctx.Err()
	})
}

// expect looks up an index entry, and counts it.
func (c *checker) expect(of string, e entry) {
	if !c.has(e) {
		c.report("%s: index %s does not have it as it is", of, e.bucket)
		return
	}
	c.found[string(e.bucket)]++
}

func (c *checker) has(e entry) bool {
	k, v := firstOf(c.tx, e.bucket, e.key)
	return k != nil && e.equal(entry{e.bucket, k, v})
}

func (c *checker) incidents() error {
	var last uint64
	err := c.each(bHistory, func(k, v []byte) {
		id, seq, err := readHistoryKey(k)
		if seq > 0 || err != nil {
			return // of an incident, which comes before, or of nothing: see surplus
		}
		c.found[string(bHistory)]++
		inc, err := store.DecodeIncident(v)
		if err != nil {
			c.report("%s: %v", id, err)
			return
		}
		if inc.ID != id {
			c.report("%s: is stored as %s", inc.ID, id)
			return
		}
		last = uint64(id)
		for _, e := range entriesOf(inc) {
			c.expect(id.String(), e)
		}
		c.timeline(id, inc.Rev)
	})
	if numbered := c.tx.Bucket(bNumbers).Sequence(); numbered < last {
		c.report("numbers were handed out up to %d, but INC-%d exists", numbered, last)
	}
	return err
}

// timeline wants the events 1 to rev.
func (c *checker) timeline(of flow.IncidentID, rev uint64) {
	for seq := uint64(1); seq <= rev; seq++ {
		v := c.tx.Bucket(bHistory).Get(historyKey(of, seq))
		if v == nil {
			c.report("%s: event %d is not there", of, seq)
			continue
		}
		c.found[string(bHistory)]++
		if ev, err := store.DecodeEvent(v); err != nil {
			c.report("%s: event %d: %v", of, seq, err)
		} else if ev.Seq != seq {
			c.report("%s: event %d says that it is %d", of, seq, ev.Seq)
		}
	}
}

func (c *checker) deliveries() error {
	return c.each(bExpiry, func(k, _ []byte) {
		if _, err := readMoment(k); err != nil {
			c.report("delivery %x: %v", k, err)
		}
	})
}

func (c *checker) jobs() error {
	return c.each(bJobs, func(k, v []byte) {
		j, err := decodeJob(v)
		if err != nil {
			c.report("job %s: %v", k, err)
			return
		}
		if j.ID != string(k) {
			c.report("job %s: says that it is %s", k, j.ID)
			return
		}
		of := "job " + j.ID
		for _, e := range j.entries() {
			c.expect(of, e)
		}
		if j.state == scheduled {
			return
		}
		first, _ := firstOf(c.tx, bLanes, key{}.text(j.Lane))
		at, err := lastNum(first)
		switch isFirst := err == nil && at == j.place; {
		case isFirst && !j.held():
			c.expect(of, entry{bReady, key{}.num(j.place), k})
		case !isFirst && j.state != queued:
			c.report("%s: was handed out, but is not the first of lane %s", of, j.Lane)
		}
	})
}

// records reads what no index leads to.
func (c *checker) records() error {
	for _, kind := range []struct {
		bucket []byte
		read   func([]byte) error
	}{
		{bProcesses, func(v []byte) error { _, err := store.DecodeProcess(v); return err }},
		{bPeople, func(v []byte) error { _, err := store.DecodePerson(v); return err }},
		{bChannels, func(v []byte) error { _, err := store.DecodeChannel(v); return err }},
		{bBuried, func(v []byte) error { _, err := store.DecodeJob(v); return err }},
		{bResults, func(v []byte) error { _, err := readResult(v); return err }},
	} {
		err := c.each(kind.bucket, func(k, v []byte) {
			if err := kind.read(v); err != nil {
				c.report("%s %q: %v", kind.bucket, k, err)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
