package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
	"epilogue/store/boltstore"
)

// Backup copies the store into a file, also while the bot runs. The file is whole and was looked through, or it is not there; what was
// under its name before is replaced.
func Backup(ctx context.Context, c config.Store, path string, out io.Writer) error {
	if same(c.Path, path) {
		return errors.New("the backup would take the place of the store itself: name another file")
	}
	return use(ctx, c, false, func(s ownersocket.Tool) error {
		if err := boltstore.BackupTo(ctx, s, path); err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("look at the backup: %w", err)
		}
		_, err = fmt.Fprintf(out, "Backed up %s to %s (%d KiB).\n", c.Path, path, (info.Size()+1023)/1024)
		return err
	})
}

func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
