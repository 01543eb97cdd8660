package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"epilogue/internal/spelling"
)

// usage is a command line that makes no sense.
type usage struct{ error }

func isUsage(err error) bool {
	var u usage
	return errors.As(err, &u)
}

// strict makes a command and those below it answer mistakes with one sentence instead of a page, and leaves printing it to run.
func strict(c *cli.Command) *cli.Command {
	c.HideHelpCommand = true // ours is helpCommand
	c.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error {
		if flag, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
			err = fmt.Errorf("there is no flag %q", flag)
		}
		return usage{fmt.Errorf("%w; see %q", err, c.FullName()+" --help")}
	}
	if c.Action == nil {
		c.Action = wantsCommand
	}
	for _, sub := range c.Commands {
		strict(sub)
	}
	return c
}

// wantsCommand is what a command does that is only a group of others.
func wantsCommand(_ context.Context, c *cli.Command) error {
	switch {
	case c.Args().Present():
		return unknown(c, c.Args().First())
	case c.Root() == c:
		return cli.ShowRootCommandHelp(c)
	}
	return cli.ShowSubcommandHelp(c)
}

// unknown says that a command is not there, and which one was probably meant.
func unknown(c *cli.Command, typed string) error {
	var names []string
	for _, sub := range c.VisibleCommands() {
		names = append(names, sub.Name)
	}
	if near, ok := spelling.Nearest(typed, names); ok {
		return usage{fmt.Errorf("there is no command %q; did you mean %q?", typed, c.FullName()+" "+near)}
	}
	return usage{fmt.Errorf("there is no command %q; see %q", typed, c.FullName()+" --help")}
}

// words checks how many arguments a command got, and returns them filled up with empty ones.
func words(c *cli.Command, least, most int) ([]string, error) {
	given := c.Args().Slice()
	switch {
	case len(given) < least:
		return nil, usage{fmt.Errorf("%s wants %s; see %q", c.FullName(), c.ArgsUsage, c.FullName()+" --help")}
	case len(given) > most && most == 0:
		return nil, usage{fmt.Errorf("%s takes no arguments, but got %q", c.FullName(), given[0])}
	case len(given) > most:
		return nil, usage{fmt.Errorf("%s takes only %s, but got %q too", c.FullName(), c.ArgsUsage, given[most])}
	}
	return append(given, make([]string, most-len(given))...), nil
}

func helpCommand() *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "say what a command does, as in epilogue help flows import", ArgsUsage: "[COMMAND]",
		Action: func(ctx context.Context, c *cli.Command) error {
			above, at := c.Root(), c.Root()
			for _, name := range c.Args().Slice() {
				sub := at.Command(name)
				if sub == nil {
					return unknown(at, name)
				}
				above, at = at, sub
			}
			if at == c.Root() {
				return cli.ShowRootCommandHelp(at)
			}
			return cli.ShowCommandHelp(ctx, above, at.Name)
		},
	}
}
