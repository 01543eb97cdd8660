package operator

import (
	"context"
	"fmt"

	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
	"epilogue/store/boltstore"
)

// use gives a command the store: by way of the bot that runs on it if one does, else the file, which must be there unless create is set.
func use(ctx context.Context, c config.Store, create bool, do func(ownersocket.Tool) error) (err error) {
	s, err := ownersocket.Open(ctx, c.Path, boltstore.Options{MustExist: !create, NetworkFS: c.AllowNetworkFilesystem})
	if err != nil {
		return advised(err)
	}
	defer func() {
		if wrong := s.Close(); err == nil && wrong != nil {
			err = fmt.Errorf("close the store: %w", wrong)
		}
	}()
	return do(s)
}
