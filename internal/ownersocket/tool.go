package ownersocket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// Store is the part of a store that tools use. The process that holds the file, and the file itself, both have it.
type Store interface {
	Backup(ctx context.Context, w io.Writer) error
	Check(ctx context.Context) ([]string, error)
	Process(ctx context.Context) (flow.Process, error)
	ProcessVersion(ctx context.Context, version int) (store.ProcessVersion, error)
	SaveProcess(ctx context.Context, v store.ProcessVersion) error
}

// Tool is a store in the hands of a tool, which closes it when it is done.
type Tool interface {
	Store
	Close() error
}

// startup is how long Open waits for a process that holds the file and does not answer yet, because it is starting or ending.
const startup = 5 * time.Second

// Open gives a tool the store at path: through the process that holds it, if one does, else from the file itself, opened with o. It is
// store.ErrLocked when somebody holds the file who does not answer, and otherwise what boltstore.Open says.
func Open(ctx context.Context, path string, o boltstore.Options) (Tool, error) {
	o.LockTimeout = 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, startup)
	defer cancel()
	var locked error // what the file said last
	for {
		client, err := Ask(ctx, path)
		switch {
		case err == nil:
			return client, nil
		case ctx.Err() != nil && locked != nil:
			return nil, fmt.Errorf("ask the process that holds the store: nobody answers at %s: %w", socketPath(path), locked)
		case !errors.Is(err, ErrNobody):
			return nil, err
		}
		db, err := boltstore.Open(path, o)
		if err == nil {
			return db, nil
		}
		if !errors.Is(err, store.ErrLocked) {
			return nil, err
		}
		locked = err
	}
}
