package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
	"epilogue/store"
)

// Check looks at everything that a bot needs, and says of each part how it is: the store, and unless offline the tokens and scopes. The
// configuration was checked when it was loaded. What is wrong comes back as one error.
func Check(ctx context.Context, c config.Config, offline bool, out io.Writer) error {
	fmt.Fprintln(out, "configuration: ok")
	err := part(out, "store", func() (string, error) { return checkStore(ctx, c.Store) })
	if offline {
		return err
	}
	if wrong := c.Slack.CheckTokens(); wrong != nil {
		return errors.Join(err, part(out, "Slack", func() (string, error) { return "", wrong }))
	}
	return errors.Join(err,
		part(out, "bot token", func() (string, error) {
			w, err := askSlack(ctx, c)
			return fmt.Sprintf("ok: %s in the workspace %s, with all scopes", w.User, w.Team), err
		}),
		part(out, "app token", func() (string, error) { return "ok", askSocketMode(ctx, c) }),
	)
}

func part(out io.Writer, name string, look func() (string, error)) error {
	found, err := look()
	if err != nil {
		found = "failed"
	}
	fmt.Fprintf(out, "%s: %s\n", name, found)
	return err
}

// checkStore reads every record. A store that is not there yet is no fault: the first start makes it.
func checkStore(ctx context.Context, c config.Store) (found string, err error) {
	err = use(ctx, c, false, func(s ownersocket.Tool) error {
		findings, err := s.Check(ctx)
		if err == nil && len(findings) > 0 {
			err = fmt.Errorf("the store %s is not in order:\n  %s\nKeep a copy of it, and restore a backup", c.Path, strings.Join(findings, "\n  "))
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Sprintf("none at %s yet; the first start makes it", c.Path), nil
	}
	return "ok: " + c.Path, err
}
