// Package store is the contract of persistence: what Epilogue needs to keep, and what whoever keeps it promises.
//
// It knows nothing of bbolt or of Slack. Package boltstore keeps the contract in one file; package storetest is the suite that
// every store passes, one claim a sentence of this page. The contract assumes no single process: it compares and swaps on
// Rev, and leases instead of locking, so that a shared database can keep it too.
//
// Reading order: this file, tasks.go and followups.go, then record.go and facts.go (the encoding of what is stored, for ever), then boltstore.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"epilogue/flow"
)

// The errors of a store. All are matched with errors.Is.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed by somebody else meanwhile")          // read again, decide again
	ErrRepeated = errors.New("this delivery was saved already")             // nothing was written; acknowledge it
	ErrNoRoom   = errors.New("no room on the disk")                         // nothing was written; works again once there is room
	ErrBroken   = errors.New("a commit failed: the store must be reopened") // every write fails from now on
	ErrClosed   = errors.New("the store is closed")                         //
	ErrLocked   = errors.New("another process holds the store")             // on opening
	ErrDamaged  = errors.New("the store is damaged")                        // on opening: nothing was changed
	ErrNewer    = errors.New("the store was written by a newer program")    // on opening: nothing was changed
	ErrReadOnly = errors.New("the store cannot be written")                 // on opening
)

// Store keeps incidents with their timelines, the process, the outbox, what was delivered, and the directory of people.
//
// Values go in and come out: no code of the caller runs inside, and what was returned may be kept and is never changed
// later. What an incident or a process holds (its tasks, its flows) may be shared with the store and with others who read
// it: nobody writes to that, neither to what was read nor to what was given.
//
// Every method may be called from any goroutine. When a method that writes returns nil, what it wrote survives a power
// cut; when it returns an error (other than the context's, and ErrBroken), nothing of it was written. When its context ends while it
// writes, it returns the context's error and the write may still happen; with ErrBroken, opening the store again shows whether it did.
//
// A record that cannot be read, ErrDamaged or ErrNewer, is an error of whoever asks for it by name, and harms nobody else: lists pass it over, a
// job is buried instead of handed out, with its bytes as Detail, and a damaged version of the process counts as never saved. Check names each.
type Store interface {
	Incidents
	Processes
	Outbox
	Directory

	// Backup writes a consistent copy while others read and write.
	Backup(ctx context.Context, w io.Writer) error
	// Check reads every record and compares every index with what it indexes; each finding is a sentence. It changes nothing.
	Check(ctx context.Context) ([]string, error)
	// Close ends the store; what is being written is finished first. Later calls return ErrClosed.
	Close() error
}

// Incidents is where incidents live.
type Incidents interface {
	// Incident reads one incident, or ErrNotFound.
	Incident(ctx context.Context, id flow.IncidentID) (flow.Incident, error)
	// IncidentIn reads the incident of a channel with the highest number, or ErrNotFound.
	IncidentIn(ctx context.Context, ch flow.ChannelID) (flow.Incident, error)
	// Timeline reads at most limit events of an incident with a Seq above after, in order; none for a limit of 0. An unknown incident
	// has none.
	Timeline(ctx context.Context, id flow.IncidentID, after uint64, limit int) ([]flow.Event, error)
	// List reads a page of incidents. Its cost follows the page, not the number of incidents.
	List(ctx context.Context, q Query) (Page[flow.Incident], error)
	// Tasks reads a page of open tasks whose status has begun, of incidents in the post-incident stage, by due date (those without one
	// last), then by incident and number.
	Tasks(ctx context.Context, q TaskQuery) (Page[TaskRef], error)
	// FollowUps reads a page of open follow-ups of all incidents, in whatever stage, by due date (those without one last), then by incident and
	// number.
	FollowUps(ctx context.Context, q FollowUpQuery) (Page[FollowUpRef], error)
	// Reserve hands out the next number, never twice, also after a crash, and none that was saved without being reserved. Gaps are allowed.
	Reserve(ctx context.Context) (flow.IncidentID, error)
	// Save writes an incident, its new events, its indexes, the delivery that caused it and its jobs: all or nothing. It is
	// ErrRepeated if the delivery was saved before, ErrConflict unless the stored Rev is Change.Before (0: not there yet), or if it rests on a change
	// that is not the last one saved, and another error if the events do not lead from Before to Incident.Rev. Without events it may still
	// bring jobs and a delivery.
	Save(ctx context.Context, c Change) error
	// Delivered reports whether a delivery was saved, and is still remembered at now.
	Delivered(ctx context.Context, delivery string, now time.Time) (bool, error)
}

// Change is one thing that happened to one incident.
type Change struct {
	Before   uint64 // the Rev that the rules saw
	Incident flow.Incident
	Events   []flow.Event // Seq Before+1 up to Incident.Rev
	Jobs     []Job        // without ID: the store gives them
	Delivery string       // names the envelope that caused it; empty: none
	At       time.Time    // now; a delivery is remembered for DeliveryKept from here

	// ID names this very change, and no other one ever; empty if none will rest on it. Rests is the ID of the change whose outcome the rules saw while it
	// was still being saved: comparing Rev alone could take the outcome of another change for it. Empty: they saw what was stored. A store may
	// forget IDs, and then says ErrConflict.
	ID, Rests string
	// Placed is called once, if it is not nil, as soon as every change that is saved from then on comes behind this one: so those that rest on it can
	// follow before it is durable. It runs on the caller's goroutine, before Save returns, and not at all where Save fails before that.
	Placed func()
}

// DeliveryKept is how long a store remembers the deliveries that it saved. Slack's last retry comes after 6 minutes, and people click
// a button of yesterday twice as well.
const DeliveryKept = 24 * time.Hour

// Query selects incidents.
type Query struct {
	Stage flow.Stage // empty: all; one that does not exist is an error
	// Newest orders by number, the highest first. Otherwise: active by number; post-incident by when they were resolved, the oldest first; closed
	// by when they were closed, the last first; all by number.
	Newest bool
	// Involved selects those that somebody is involved in; empty: all. It goes with a stage, in that stage's order: without one, or with Newest, it is an error.
	Involved flow.UserID
	Cursor   string // Next of the page before; empty: the first page. A cursor of another query is an error.
	Limit    int    // 1 to 1000; 0 means 50
}

// TaskQuery selects open tasks.
type TaskQuery struct {
	Assignee flow.UserID // empty: anybody's and nobody's
	Before   flow.Date   // due before this day; zero: all, also those without a due date
	Cursor   string
	Limit    int
}

// TaskRef names a task.
type TaskRef struct {
	Incident flow.IncidentID
	Task     flow.TaskNumber
	Due      flow.Date
	Assignee flow.UserID
}

// Page is a part of a list. Next is the cursor of the part that follows, empty at the end.
type Page[T any] struct {
	Items []T
	Next  string
}

// Processes is where the process lives, in all its versions.
type Processes interface {
	// Process reads the current one: flow.Standard until one is saved.
	Process(ctx context.Context) (flow.Process, error)
	// ProcessVersion reads an old one, or ErrNotFound. flow.Standard counts as one, by nobody, unless another was saved under its number.
	ProcessVersion(ctx context.Context, version int) (ProcessVersion, error)
	// SaveProcess writes the next version: ErrConflict unless p.Version is the current version plus one.
	SaveProcess(ctx context.Context, v ProcessVersion) error
}

// ProcessVersion is a version of the process with who made it.
type ProcessVersion struct {
	Process flow.Process
	By      flow.UserID
	At      time.Time
}

// Job is one thing that Slack must be told: an effect with its place in the outbox.
type Job struct {
	ID       string // a ULID; for ever: it goes into message metadata, to recognize what was posted already
	Lane     string // jobs of one lane are handed out one after the other, in order
	Key      string // of two waiting jobs with the same key one remains: see Outbox; empty: never merged
	Incident flow.IncidentID
	Effect   flow.Effect
	Detail   string    // what only delivery needs
	At       time.Time // not before
	// Claims counts how often the job was handed out without its outcome becoming known: above 1 it may have been done already.
	Claims  int
	Tries   int    // how often it was retried
	LastWhy string // why, the last time
}

// Outbox holds the jobs until they are done.
//
// Of one lane only the oldest is handed out, and none while one of it is claimed or waits for a retry: a lane is in order. A job whose At is in the
// future joins its lane when that moment comes. A job with a Key takes the place of a waiting (never claimed) one with the same Key:
// it keeps the elder's ID, At, lane, place in the lane and Effect.Since, and has the rest from the newer; a claimed or retried one is left alone.
type Outbox interface {
	// Enqueue adds jobs that no incident change causes.
	Enqueue(ctx context.Context, now time.Time, jobs ...Job) error
	// Claim hands out the next job that may run at now, for as long as the lease; false if there is none. Fair between lanes: oldest first.
	// When a lease ends without an answer, the job is handed out again, with Claims counted up. The claim is durable before it returns.
	Claim(ctx context.Context, now time.Time, lease time.Duration) (Job, bool, error)
	// Finish removes a job that was claimed, writes what delivering it gave, and adds the jobs that follow from it. What is done is done, so this
	// works after the lease has ended too. ErrNotFound, and nothing written, if it is not there (any more).
	Finish(ctx context.Context, j Job, out Outcome) error
	// Retry puts a claimed job back at the head of its lane, not before at. With sent false this claim certainly had no effect, and is not counted; what
	// became of those before it is as unknown as it was. ErrNotFound if it is not there, or if somebody else has claimed it since.
	Retry(ctx context.Context, j Job, at time.Time, sent bool, why string) error
	// Bury gives up on a claimed job: it is kept aside with its reason, the lane goes on, and out is written as with Finish.
	// ErrNotFound as with Retry.
	Bury(ctx context.Context, j Job, why string, out Outcome) error
	// Buried reads what was given up, newest first, at most limit.
	Buried(ctx context.Context, limit int) ([]Job, error)
	// NextJob is when the next job may run at the earliest, where a claimed one counts from the end of its lease; false if there is none at all.
	NextJob(ctx context.Context) (time.Time, bool, error)
	// Result reads what delivering gave, or ErrNotFound.
	Result(ctx context.Context, key string) (json.RawMessage, error)
	// Results reads all results whose key begins with prefix, in the order of their keys.
	Results(ctx context.Context, prefix string) ([]Result, error)
}

// Outcome is what delivering a job gave.
type Outcome struct {
	Results []Result // written; a nil Value removes the key
	Then    []Job
	At      time.Time
}

// Result is something that only delivery needs: the ts of a card, the id of a DM.
type Result struct {
	Key   string
	Value json.RawMessage
}

// Directory is what is known of people and of the members of channels, so that no call stands before an ack.
type Directory interface {
	// Person reads one, or ErrNotFound.
	Person(ctx context.Context, id flow.UserID) (Person, error)
	// SavePerson writes one, whole, with the jobs that follow from what has changed, as Enqueue adds them: both or neither.
	SavePerson(ctx context.Context, now time.Time, p Person, then ...Job) error
	// Channel reads what is known of a channel, or ErrNotFound.
	Channel(ctx context.Context, id flow.ChannelID) (Channel, error)
	// SaveChannel writes it, whole, with its members sorted.
	SaveChannel(ctx context.Context, c Channel) error
	// Join and Leave change the members of a channel that is known, and do nothing to one that is not.
	Join(ctx context.Context, ch flow.ChannelID, id flow.UserID) error
	Leave(ctx context.Context, ch flow.ChannelID, id flow.UserID) error
}

// Person is what is known of somebody.
type Person struct {
	ID       flow.UserID    `json:"id"`
	Name     string         `json:"name"` // as people know them
	Standing flow.Standing  `json:"standing"`
	Admin    bool           `json:"admin,omitempty"` // of the workspace
	Zone     string         `json:"zone,omitempty"`  // IANA
	Email    string         `json:"email,omitempty"` // empty: none, or Slack does not say
	DM       flow.ChannelID `json:"dm,omitempty"`
	Home     bool           `json:"home,omitempty"`    // has opened the App Home tab
	Look     string         `json:"look,omitempty"`    // what they look at in it: see blocks.Look
	Greeted  bool           `json:"greeted,omitempty"` // was told what this is
	Known    time.Time      `json:"known"`             // when Slack said so

	Away        bool      `json:"away,omitempty"`        // their status says so
	AwayUntil   time.Time `json:"away_until,omitzero"`   // when that status ends by itself; zero: it does not
	PausedUntil flow.Date `json:"paused_until,omitzero"` // they paused their reminders until this day
}

// Channel is what is known of a channel.
type Channel struct {
	ID       flow.ChannelID `json:"id"`
	Name     string         `json:"name,omitempty"`
	Private  bool           `json:"private,omitempty"`
	Direct   bool           `json:"direct,omitempty"`
	Shared   bool           `json:"shared,omitempty"` // with another organization
	Archived bool           `json:"archived,omitempty"`
	Members  []flow.UserID  `json:"members,omitempty"` // sorted
	Known    time.Time      `json:"known"`
}
