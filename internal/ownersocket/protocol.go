package ownersocket

import (
	"errors"
	"fmt"
	"time"

	"epilogue/store"
)

// The requests.
const (
	pathPid     = "/pid"     // GET → decimal
	pathBackup  = "/backup"  // GET → the file; a body that is cut off is a backup that failed
	pathCheck   = "/check"   // GET → JSON list of sentences
	pathProcess = "/process" // GET → record of the process; PUT the record of its next version; GET below it by number: an old version
	pathLeave   = "/leave"   // POST a heir → lines of left until the process has let go of the store
)

// heir is who asks for the store.
type heir struct {
	Pid    int  `json:"pid"`
	Schema int  `json:"schema"`         // of the newest file that it can read
	Asks   bool `json:"asks,omitempty"` // only whether it would get the store
}

// left is an envelope from Slack that came too late for the process that leaves.
type left struct {
	Received time.Time `json:"received"`
	Raw      []byte    `json:"raw"`
}

// maxProcess bounds what is taken for a process, in bytes.
const maxProcess = 16 << 20

// failure is the body of an answer that is an error. Kind is one of kinds, so that errors.Is works at the other end as well.
type failure struct {
	Kind    string `json:"kind,omitempty"`
	Message string `json:"message"`
}

var kinds = map[string]error{
	"not-found": store.ErrNotFound, "conflict": store.ErrConflict, "no-room": store.ErrNoRoom,
	"broken": store.ErrBroken, "closed": store.ErrClosed, "damaged": store.ErrDamaged, "newer": store.ErrNewer,
}

func failureOf(err error) failure {
	for kind, known := range kinds {
		if errors.Is(err, known) {
			return failure{Kind: kind, Message: err.Error()}
		}
	}
	return failure{Message: err.Error()}
}

// err is the error that the other end had, as far as it can be told.
func (f failure) err() error { return remoteError{failure: f} }

type remoteError struct{ failure failure }

func (e remoteError) Error() string {
	return fmt.Sprintf("the running process says: %s", e.failure.Message)
}

// Unwrap makes errors.Is find the error of package store.
func (e remoteError) Unwrap() error { return kinds[e.failure.Kind] }
