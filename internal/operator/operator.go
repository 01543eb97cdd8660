// Package operator is what the commands of whoever runs the bot do: running it against a real workspace, keeping its store, changing the
// process by file, and saying in a sentence what is wrong.
//
// It refuses to know flags and exit codes, which are cmd/epilogue's, and what the bot says and decides. Reading order: run.go (what makes up a
// running bot), slack.go (what Slack says of tokens and scopes before it starts), then flows.go, backup.go and check.go, which work
// beside a running bot as well as without one (tool.go).
package operator

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// admins are the people whom the configuration makes admins.
func admins(c config.Config) []flow.UserID {
	var out []flow.UserID
	for _, id := range c.Admins {
		out = append(out, flow.UserID(id))
	}
	return out
}

// openStore opens the store as the bot does: the file is made if there is none. It waits for another process to let go of it; 0: as long as is usual.
// What cannot be read of it later is logged.
func openStore(c config.Store, wait time.Duration, log *slog.Logger) (*boltstore.DB, error) {
	db, err := boltstore.Open(c.Path, boltstore.Options{NetworkFS: c.AllowNetworkFilesystem, LockTimeout: wait, Unread: func(err error) {
		log.Error("a record of the store cannot be read; epilogue check names all of them", "err", err)
	}})
	return db, advised(err)
}

// advised adds what to do to what the store says is wrong, where it does not say so itself.
func advised(err error) error {
	const otherwise = "or correct store.path (EPILOGUE_STORE_PATH)"
	switch {
	case errors.Is(err, store.ErrNewer):
		return fmt.Errorf("%w; run that version of epilogue", err)
	case errors.Is(err, store.ErrReadOnly):
		return fmt.Errorf("%w; let this user write the file and its folder, %s", err, otherwise)
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%w; start the bot once, which makes it, %s", err, otherwise)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; make the folder first, %s", err, otherwise)
	}
	return err
}
