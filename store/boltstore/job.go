package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"epilogue/store"
)

// job is a job with where it stands. Its stored form is a header (state, place, until) before the record of package store.
type job struct {
	store.Job
	state state
	place uint64    // the number of its place in its lane; while scheduled, the order of arrival
	until time.Time // claimed: when the lease ends; retried: not before. Zero once that moment has come, and in the other states
}

type state byte

// The states of a job, stored for ever.
const (
	scheduled state = 's' // its moment has not come: in no lane yet
	queued    state = 'q' // in its lane, never claimed
	claimed   state = 'c' // the first of its lane; held until the lease ends, then ready again
	retried   state = 'r' // the first of its lane; held until it may be tried again, then ready
)

const jobHeader = 1 + 8 + momentSize

func (j job) encode() ([]byte, error) {
	record, err := store.EncodeJob(j.Job)
	if err != nil {
		return nil, err
	}
	header := key{byte(j.state)}.num(j.place).moment(j.until)
	return append(header, record...), nil
}

func decodeJob(v []byte) (job, error) {
	if len(v) < jobHeader {
		return job{}, fmt.Errorf("%w: job of %d bytes", store.ErrDamaged, len(v))
	}
	until, err := readMoment(v[9:])
	if err != nil {
		return job{}, err
	}
	record, err := store.DecodeJob(v[jobHeader:])
	return job{Job: record, state: state(v[0]), place: binary.BigEndian.Uint64(v[1:]), until: until}, err
}

// held reports whether the job holds its lane: it is claimed, or waits for a retry.
func (j job) held() bool { return !j.until.IsZero() }

// handedOut reports whether somebody claimed the job, now or before a retry.
func (j job) handedOut() bool { return j.state == claimed || j.state == retried }

// entries are all index entries of a job, but for the one in ready, which depends on who else is in its lane. Check compares with them.
func (j job) entries() []entry {
	id := []byte(j.ID)
	entries := make([]entry, 0, 3)
	if j.state == scheduled {
		entries = append(entries, entry{bScheduled, key{}.moment(j.At).num(j.place), id})
	} else {
		entries = append(entries, entry{bLanes, key{}.text(j.Lane).num(j.place), id})
	}
	if j.held() {
		entries = append(entries, entry{bHeld, key{}.moment(j.until).num(j.place), id})
	}
	if j.Key != "" && !j.handedOut() {
		entries = append(entries, entry{bKeys, []byte(j.Key), id})
	}
	return entries
}

// ownJobs copies jobs of a caller, and refuses those that cannot be kept.
func ownJobs(jobs []store.Job) ([]store.Job, error) {
	jobs = slices.Clone(jobs)
	for i := range jobs {
		if err := checkText("lane", jobs[i].Lane); err != nil {
			return nil, fmt.Errorf("job %d: %w", i+1, err)
		}
		if jobs[i].Key != "" {
			if err := checkText("key", jobs[i].Key); err != nil {
				return nil, fmt.Errorf("job %d: %w", i+1, err)
			}
		}
		jobs[i].Effect.Tasks = slices.Clone(jobs[i].Effect.Tasks)
	}
	return jobs, nil
}

// errNoJob ends a claim that found nothing.
var errNoJob = errors.New("no job")
