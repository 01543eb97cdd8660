package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"

	"github.com/urfave/cli/v3"

	"epilogue/internal/config"
	"epilogue/internal/local"
	"epilogue/internal/operator"
)

// usualAddress is where the sandbox is when nobody says otherwise and it is free, so that a browser finds it again.
const usualAddress = "127.0.0.1:7411"

const sandboxHelp = `Starts a local Slack and the bot in it, prints where it is, and runs until it gets SIGINT or SIGTERM.

Its people are Ana (who owns the workspace), Ben, Cem, Dana and Gus (a guest). On the page each tab is one person; the menu at the top left changes who.

Without a browser, curl reads everything, and acts as somebody:

  curl http://` + usualAddress + `/
  curl -H 'Accept: text/plain' -d '{"in":"#general","text":"/inc help"}' http://` + usualAddress + `/sandbox/people/ana/slash

With --dir its store can be asked meanwhile: EPILOGUE_STORE_PATH=DIR/epilogue.db epilogue flows export`

func sandboxCommand() *cli.Command {
	return &cli.Command{
		Name: "sandbox", Usage: "try the bot in a local Slack, without a workspace",
		Description: sandboxHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "dir", Usage: "keep workspace and store in `DIR`; without it they are gone at the end", HideDefault: true},
			&cli.StringFlag{Name: "addr", Usage: "listen on `HOST:PORT` of this machine", DefaultText: usualAddress + ", or any free port"},
			&cli.BoolFlag{Name: "demo", Usage: "play a story first, so that there is something to see; not in a DIR with incidents"},
			&cli.BoolFlag{Name: "calendar", Usage: "with a Google Calendar beside it, at /calendar/: debriefs are looked for and booked in it"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "log what the bot does"},
		},
		Action: runSandbox,
	}
}

func runSandbox(ctx context.Context, c *cli.Command) error {
	if _, err := words(c, 0, 0); err != nil {
		return err
	}
	ln, err := listen(ctx, c.String("addr"))
	if err != nil {
		return err
	}
	o := local.Options{Dir: c.String("dir"), Listener: ln, Log: quietLog(c), Calendar: c.Bool("calendar")}
	o.Sandbox.Channels = local.Channels()
	l, err := local.Start(ctx, o)
	if err != nil {
		return errors.Join(err, closed(ln))
	}
	err = play(ctx, c, l)
	if ctx.Err() != nil {
		err = nil // it was asked to stop
	}
	return errors.Join(err, l.Stop())
}

// play runs a sandbox until ctx ends.
func play(ctx context.Context, c *cli.Command, l *local.Local) error {
	if c.Bool("demo") {
		fresh, err := l.Fresh(ctx)
		if err != nil {
			return err
		}
		if fresh {
			if err := l.Demo(ctx, io.Discard); err != nil {
				return err
			}
		}
	}
	also := ""
	if l.Calendar != nil {
		also = " Its calendar is at /calendar/."
	}
	_, err := fmt.Fprintf(c.Root().Writer, "A local Slack with Epilogue in it: open %s/ in a browser.%s Press Ctrl-C to stop.\n", l.Slack.URL(), also)
	return errors.Join(err, l.Wait(ctx))
}

// listen opens the sandbox's address. It acts for everybody who reaches it, so it is kept to this machine.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var l net.ListenConfig
	if address == "" {
		if ln, err := l.Listen(ctx, "tcp", usualAddress); err == nil {
			return ln, nil
		}
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usage{fmt.Errorf("--addr wants an address of this machine only, such as 127.0.0.1:8080, not %q: whoever reaches the sandbox can act as anybody in it", address)}
	}
	ln, err := l.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the sandbox cannot listen on %s; choose another --addr: %w", address, err)
	}
	return ln, nil
}

// closed closes a listener that the sandbox may have closed already.
func closed(ln net.Listener) error {
	if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// quietLog logs only what an operator must know, unless asked for more.
func quietLog(c *cli.Command) *slog.Logger {
	level := slog.LevelWarn
	if c.Bool("verbose") {
		level = slog.LevelInfo
	}
	return operator.Logger(config.Log{Level: level, Format: config.LogText}, c.Root().ErrWriter)
}

func demoCommand() *cli.Command {
	return &cli.Command{
		Name: "demo", Usage: "play an incident from its declaration to its end, and print what people saw",
		Description: "It is played by clicks in a local Slack, takes a few seconds, and leaves nothing behind.",
		Action: func(ctx context.Context, c *cli.Command) (err error) {
			if _, err := words(c, 0, 0); err != nil {
				return err
			}
			l, err := local.Start(ctx, local.Options{Log: quietLog(c)})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, l.Stop()) }()
			if err := l.Demo(ctx, c.Root().Writer); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.Root().Writer, strings.TrimSpace(afterDemo))
			return err
		},
	}
}

const afterDemo = `
All of this went over the protocols that Slack speaks. To act in it yourself: epilogue sandbox --demo
`
