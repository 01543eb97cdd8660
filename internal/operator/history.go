package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/internal/flowfile"
	"epilogue/internal/ownersocket"
	"epilogue/store"
)

// DiffFlows says what importing a file would change. It is an error if that is anything.
func DiffFlows(ctx context.Context, c config.Store, file io.Reader, name string, out io.Writer) error {
	read, err := flowfile.Read(file, name)
	if err != nil {
		return err
	}
	return use(ctx, c, false, func(s ownersocket.Tool) error {
		now, err := s.Process(ctx)
		if err != nil {
			return fmt.Errorf("read the process: %w", err)
		}
		next, _ := now.Replace(read)
		changes := flow.Diff(now, next)
		if len(changes) == 0 {
			_, err := fmt.Fprintf(out, "%s is the same as version %d of the process.\n", name, now.Version)
			return err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "Importing %s would change version %d of the process:\n", name, now.Version)
		say(&b, changes)
		if _, err := io.WriteString(out, b.String()); err != nil {
			return err
		}
		return fmt.Errorf("%s is different from the process", name)
	})
}

// FlowsHistory says who changed what in the process and when, the newest version first, at most so many of them.
func FlowsHistory(ctx context.Context, c config.Config, most int, out io.Writer) error {
	return use(ctx, c.Store, false, func(s ownersocket.Tool) error {
		now, err := s.Process(ctx)
		if err != nil {
			return fmt.Errorf("read the process: %w", err)
		}
		for n := now.Version; n > 0 && n > now.Version-most; n-- {
			if err := sayVersion(ctx, s, c, n, out); err != nil {
				return err
			}
		}
		return nil
	})
}

// sayVersion says what a version changed. One that is damaged counts as never saved, and is passed over.
func sayVersion(ctx context.Context, s ownersocket.Tool, c config.Config, n int, out io.Writer) error {
	v, err := s.ProcessVersion(ctx, n)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("read version %d: %w", n, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Version %d", n)
	if !v.At.IsZero() {
		fmt.Fprintf(&b, ", %s", v.At.In(c.Timezone).Format("2006-01-02 15:04 MST"))
	}
	switch {
	case v.By != "":
		fmt.Fprintf(&b, ", by %s", v.By)
	case !v.At.IsZero():
		b.WriteString(", by the command line")
	}
	b.WriteString("\n")
	before, err := s.ProcessVersion(ctx, n-1)
	switch {
	case errors.Is(err, store.ErrNotFound):
		b.WriteString("  - The first one that is kept.\n")
	case err != nil:
		return fmt.Errorf("read version %d: %w", n-1, err)
	default:
		say(&b, flow.Diff(before.Process, v.Process))
	}
	_, err = io.WriteString(out, b.String())
	return err
}

// ShowFlows writes an old version of the process as a file that ImportFlows takes back.
func ShowFlows(ctx context.Context, c config.Store, version int, out io.Writer) error {
	return use(ctx, c, false, func(s ownersocket.Tool) error {
		v, err := s.ProcessVersion(ctx, version)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no version %d of the process; epilogue flows history lists them", version)
		}
		if err != nil {
			return fmt.Errorf("read version %d: %w", version, err)
		}
		return writeProcess(out, v.Process)
	})
}
