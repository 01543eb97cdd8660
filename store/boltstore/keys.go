package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"epilogue/flow"
)

// The buckets of the file. Their names and the form of their keys are for ever: what changes them raises the schema. Numbers in keys are
// big-endian, so that the order of keys is the order of what they stand for; texts that something follows end with a zero byte.
var (
	bMeta = []byte("meta") // schema → its number

	bNumbers    = []byte("numbers")     // id; the bucket's sequence is the last number handed out; since schema 3
	bHistory    = []byte("history")     // id, place → record, see historyKey; since schema 3
	bByChannel  = []byte("by-channel")  // channel, id
	bByNumber   = []byte("by-number")   // stage, id
	bByTime     = []byte("by-time")     // stage, moment, id: post-incident by ResolvedAt, closed by ClosedAt
	bByInvolved = []byte("by-involved") // person, stage, moment as in by-time if the stage has one, id; since schema 3
	bTasks      = []byte("tasks")       // due, id, task → assignee
	bByAssignee = []byte("by-assignee") // assignee, due, id, task

	bFollowUps = []byte("follow-ups") // due, id, follow-up → owner; since schema 2
	bByOwner   = []byte("by-owner")   // owner, due, id, follow-up; since schema 2

	bExpiry = []byte("expiry") // when it was saved, name: the deliveries, see there

	bJobs      = []byte("jobs")      // id → header and record, see job
	bLanes     = []byte("lanes")     // lane, place → id; the bucket's sequence is the last place given
	bReady     = []byte("ready")     // place → id of each lane's first job, unless it is held
	bHeld      = []byte("held")      // until, place → id: first jobs that are claimed or wait for a retry
	bScheduled = []byte("scheduled") // at, place → id: jobs that have not joined their lane yet
	bKeys      = []byte("keys")      // key → id of the job that a newer one with this key would merge into
	bResults   = []byte("results")   // key → JSON behind the tag
	bBuried    = []byte("buried")    // order of burial → record

	bProcesses = []byte("processes") // version → record
	bPeople    = []byte("people")    // id → record
	bChannels  = []byte("channels")  // id → record
)

var buckets = [][]byte{
	bMeta, bNumbers, bHistory, bByChannel, bByNumber, bByTime, bByInvolved, bTasks, bByAssignee, bExpiry,
	bJobs, bLanes, bReady, bHeld, bScheduled, bKeys, bResults, bBuried, bProcesses, bPeople, bChannels, bFollowUps, bByOwner,
}

// maxText bounds every text that becomes part of a key; bbolt's own limit is 32 KiB.
const maxText = 4096

// checkText refuses what cannot be a part of a key: nothing, too much, or a zero byte, which ends texts in keys.
func checkText(what, s string) error {
	switch {
	case s == "":
		return fmt.Errorf("%s is empty", what)
	case len(s) > maxText:
		return fmt.Errorf("%s has %d bytes, more than %d", what, len(s), maxText)
	case strings.IndexByte(s, 0) >= 0:
		return fmt.Errorf("%s has a zero byte", what)
	}
	return nil
}

// key builds a key part by part.
type key []byte

func (k key) text(s string) key { return append(append(k, s...), 0) }

func (k key) num(n uint64) key { return binary.BigEndian.AppendUint64(k, n) }

func (k key) id(id flow.IncidentID) key { return k.num(uint64(id)) }

// historyKey is the place of an event: behind its incident, the last event first. So what a change writes lies together, mostly on one page, however
// many events there are.
func historyKey(id flow.IncidentID, seq uint64) key { return key{}.id(id).num(^seq) }

// incidentKey is the place of an incident as its last event left it, before them all.
func incidentKey(id flow.IncidentID) key { return key{}.id(id).num(0) }

// readHistoryKey is what stands at a place: an event, or with seq 0 the incident.
func readHistoryKey(k []byte) (id flow.IncidentID, seq uint64, err error) {
	if len(k) != 16 {
		return 0, 0, errShortKey
	}
	id, seq = flow.IncidentID(binary.BigEndian.Uint64(k)), ^binary.BigEndian.Uint64(k[8:])
	if seq == ^uint64(0) {
		seq = 0
	}
	return id, seq, nil
}

// momentSize is the length of a moment in a key.
const momentSize = 12

// moment orders any two times, also those before 1970.
func (k key) moment(t time.Time) key {
	k = k.num(uint64(t.Unix()) ^ 1<<63)
	return binary.BigEndian.AppendUint32(k, uint32(t.Nanosecond()))
}

// readMoment reads the moment at the beginning of a key.
func readMoment(k []byte) (time.Time, error) {
	if len(k) < momentSize {
		return time.Time{}, errShortKey
	}
	return moment(k[:momentSize]).time(), nil
}

// moment is a time as keys have it.
type moment [momentSize]byte

func (m moment) time() time.Time {
	sec := int64(binary.BigEndian.Uint64(m[:]) ^ 1<<63)
	return time.Unix(sec, int64(binary.BigEndian.Uint32(m[8:]))).UTC()
}

// Days order by date, and what has none comes last.
const noDay = ^uint32(0)

func (k key) day(d flow.Date) key {
	if d.IsZero() {
		return binary.BigEndian.AppendUint32(k, noDay)
	}
	return binary.BigEndian.AppendUint32(k, uint32(d.Year)<<9|uint32(d.Month)<<5|uint32(d.Day))
}

func readDay(n uint32) flow.Date {
	if n == noDay {
		return flow.Date{}
	}
	return flow.Date{Year: int(n >> 9), Month: time.Month(n >> 5 & 15), Day: int(n & 31)}
}

// checkDay refuses days that neither a key nor a record can hold.
func checkDay(d flow.Date) error {
	if d.Year < 0 || d.Year > 9999 || d.Month < 0 || d.Month > 12 || d.Day < 0 || d.Day > 31 {
		return fmt.Errorf("the day %d-%d-%d is out of range", d.Year, int(d.Month), d.Day)
	}
	return nil
}

var errShortKey = errors.New("key is too short")

// lastNum is the number at the end of a key.
func lastNum(k []byte) (uint64, error) {
	if len(k) < 8 {
		return 0, errShortKey
	}
	return binary.BigEndian.Uint64(k[len(k)-8:]), nil
}
