package operator

import (
	"context"
	"errors"
	"fmt"

	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// use gives a command the store: by way of the bot that runs on it if one does, else the file, which must be there unless create is set.
func use(ctx context.Context, c config.Store, create bool, do func(ownersocket.Tool) error) (err error) {
	s, err := openTool(ctx, c.Path, boltstore.Options{MustExist: !create, NetworkFS: c.AllowNetworkFilesystem})
	if err != nil {
		return err
	}
	defer func() {
		if wrong := s.Close(); err == nil && wrong != nil {
			err = fmt.Errorf("close the store: %w", wrong)
		}
	}()
	return do(s)
}

// openTool asks whoever runs, then opens the file, and asks once more if somebody has taken it meanwhile.
func openTool(ctx context.Context, path string, o boltstore.Options) (ownersocket.Tool, error) {
	client, err := ownersocket.Ask(ctx, path)
	if err == nil {
		return client, nil
	}
	if !errors.Is(err, ownersocket.ErrNobody) {
		return nil, err
	}
	db, err := boltstore.Open(path, o)
	if err == nil {
		return db, nil
	}
	if errors.Is(err, store.ErrLocked) {
		if client, nobody := ownersocket.Ask(ctx, path); nobody == nil {
			return client, nil
		}
	}
	return nil, advised(err)
}
