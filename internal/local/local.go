// Package local runs the bot in a local Slack, in one process: what "epilogue sandbox" and "epilogue demo" start, and what the end-to-end
// tests run on. Between the two there is nothing but the real protocol.
//
// It refuses to know what incidents are about; only the story does, which is played to newcomers. Read on in quiet.go (how to wait until the bot
// has said everything), demo.go (how the story is told), story.go (what happens in it) and calendar.go (a Google Calendar beside it).
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"epilogue/bot"
	"epilogue/flow"
	"epilogue/internal/calendar/fakegoogle"
	"epilogue/internal/ownersocket"
	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page"
	"epilogue/internal/socketlink"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// StoreFile is the name of the bot's store in Options.Dir.
const StoreFile = "epilogue.db"

// Options say where things are kept. The zero value keeps them in memory and in a temporary file, and listens on a free port.
type Options struct {
	Dir      string       // keeps the workspace and the store; empty: both are gone at the end
	Listener net.Listener // of the sandbox; nil: a free port of the loopback interface. A sandbox.Pipe keeps everything in memory, as in a synctest bubble
	Log      *slog.Logger
	Zone     *time.Location
	Sandbox  sandbox.Options // the rest of it; Dir, Listener, Manifest, Page and Sample are set here
	Store    boltstore.Options
	Link     socketlink.Options
	Admins   []flow.UserID
	Booker   bot.Booker
	Calendar bool // a Google Calendar stands beside the local Slack, in place of Booker
	Paced    bool // call Slack no more often than a real one allows
}

// Local is a local Slack with a running bot in it.
type Local struct {
	Slack *sandbox.Server
	Store *boltstore.DB
	Bot   *bot.Bot

	Calendar *fakegoogle.Server // with Options.Calendar

	watched *watched
	tools   func() error // ends serveTools
	cancel  context.CancelFunc
	stopped chan error
	path    string // of the store
	temp    string
	opts    Options
}

// Start starts both, and returns once the bot is connected. Stop ends them.
func Start(ctx context.Context, o Options) (_ *Local, err error) {
	l := &Local{opts: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Stop())
		}
	}()
	so := o.Sandbox
	so.Dir, so.Listener, so.Manifest = o.Dir, o.Listener, bot.Manifest("/inc")
	so.Page = page.New
	if o.Calendar {
		so.Page = l.withCalendar(page.New)
	}
	so.Sample = sandbox.Sample{Command: "/inc help", Form: "/inc declare", Field: "Name", Value: "Declared by a script"}
	if l.Slack, err = sandbox.New(so); err != nil {
		return nil, fmt.Errorf("start the local Slack: %w", err)
	}
	if o.Calendar {
		if err := l.openCalendar(ctx); err != nil {
			return nil, err
		}
	}
	dir := o.Dir
	if dir == "" {
		l.temp, err = os.MkdirTemp("", "epilogue-")
		dir = l.temp
	} else {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("make a folder for the store: %w", err)
	}
	l.path = filepath.Join(dir, StoreFile)
	if err := l.openStore(); err != nil {
		return nil, err
	}
	if o.Dir != "" {
		l.serveTools(ctx)
	}
	return l, l.startBot(ctx)
}

func (l *Local) openStore() (err error) {
	if l.Store, err = boltstore.Open(l.path, l.opts.Store); err != nil {
		return err
	}
	l.watched = watch(l.Store)
	return nil
}

// serveTools lets commands such as "flows export" use the store meanwhile, as they can beside a bot in a real workspace.
func (l *Local) serveTools(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- ownersocket.Serve(ctx, l.path, l.Store, nil) }()
	l.tools = func() error {
		cancel()
		return <-done
	}
}

// startBot starts a bot on the store, and waits until it is connected.
func (l *Local) startBot(ctx context.Context) error {
	ready := make(chan struct{}, 1)
	link := l.opts.Link
	link.Changed = func(s socketlink.State) {
		if s.Live == s.Wanted {
			select {
			case ready <- struct{}{}:
			default:
			}
		}
	}
	o := bot.Options{
		Store: l.watched, Clock: clock{l.Slack.Clock()}, Zone: l.opts.Zone, Log: l.opts.Log, Link: link, Admins: l.opts.Admins, Booker: l.opts.Booker, Unpaced: !l.opts.Paced,
	}
	l.wire(&o)
	l.Bot = bot.New(o)
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel, l.stopped = cancel, make(chan error, 1)
	go func() { l.stopped <- l.Bot.Run(running) }()
	select {
	case <-ready:
		return nil
	case err := <-l.stopped:
		l.stopped <- err
		return fmt.Errorf("start the bot: %w", err)
	case <-ctx.Done():
		return fmt.Errorf("start the bot: %w", ctx.Err())
	}
}

// wire says how the bot reaches the local Slack: over the network, or in memory.
func (l *Local) wire(o *bot.Options) {
	pipe, inMemory := l.opts.Listener.(*sandbox.Pipe)
	if !inMemory {
		o.Slack = bot.Client(l.Slack.BotToken(), l.Slack.AppToken(), l.Slack.APIURL())
		return
	}
	transport := &http.Transport{DialContext: pipe.Dial, MaxIdleConnsPerHost: 1000}
	o.HTTP = &http.Client{Transport: transport, Timeout: 10 * time.Second}
	o.Slack = bot.ClientOver(transport, l.Slack.BotToken(), l.Slack.AppToken(), l.Slack.APIURL())
	o.Link.Dial = pipe.Dial
}

// StopBot stops the bot as SIGTERM does. The store stays open.
func (l *Local) StopBot() error {
	if l.cancel == nil {
		return nil
	}
	l.cancel()
	l.cancel = nil
	return <-l.stopped
}

// UseCalendar gives the next bot a calendar, or takes it away.
func (l *Local) UseCalendar(b bot.Booker) { l.opts.Booker = b }

// RestartBot starts another bot on the same store, after StopBot.
func (l *Local) RestartBot(ctx context.Context) error { return l.startBot(ctx) }

// Reopen opens the store's file again and starts another bot on it, after StopBot: what a new process finds.
func (l *Local) Reopen(ctx context.Context) error {
	if err := l.Store.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
		return err
	}
	if err := l.openStore(); err != nil {
		return err
	}
	return l.startBot(ctx)
}

// Wait blocks until the bot ends by itself, or ctx ends.
func (l *Local) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-l.stopped:
		l.stopped <- err
		return err
	}
}

// Stop stops everything. It may be called on what Start did not finish.
func (l *Local) Stop() error {
	err := l.StopBot()
	if l.tools != nil {
		err = errors.Join(err, l.tools())
		l.tools = nil
	}
	if l.Store != nil {
		if wrong := l.Store.Close(); !errors.Is(wrong, store.ErrClosed) {
			err = errors.Join(err, wrong)
		}
	}
	if l.Slack != nil {
		err = errors.Join(err, l.Slack.Close())
	}
	if l.temp != "" {
		err = errors.Join(err, os.RemoveAll(l.temp))
	}
	return err
}

// clock makes the sandbox's clock the business clock of the bot.
type clock struct{ *sandbox.Clock }

// Changed is closed by the next move.
func (c clock) Changed() <-chan struct{} { return c.Moved() }
