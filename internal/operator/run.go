package operator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"epilogue/bot"
	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
	"epilogue/internal/socketlink"
	"epilogue/store"
)

// Run runs the bot in a real workspace until ctx ends, and then stops it as its promises demand: what is in hand is finished and acknowledged
// within the configured grace, and the store is closed last. Every error is a sentence for the operator.
func Run(ctx context.Context, c config.Config, log *slog.Logger) (err error) {
	if err := c.Slack.CheckTokens(); err != nil {
		return err
	}
	db, err := openStore(c.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log.Info("the store is open", "path", c.Store.Path)
	defer beside(ctx, func(ctx context.Context) { serveTools(ctx, c.Store.Path, db, log) })()

	switch _, err := askSlack(ctx, c); {
	case ctx.Err() != nil:
		return nil
	case unreachable(err):
		log.Warn("Slack does not answer; the bot goes on asking", "err", err)
	case err != nil:
		return err
	}
	if err := runBot(ctx, c, db, log); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

func runBot(ctx context.Context, c config.Config, s store.Store, log *slog.Logger) error {
	b := bot.New(bot.Options{
		Store: s, Slack: client(c), Zone: c.Timezone, Admins: admins(c), Command: c.Commands.Name, ChannelPrefix: c.Channel.Prefix,
		Connections: c.Slack.Connections, Grace: c.Shutdown.Grace, Log: log,
		Link: socketlink.Options{StopWithin: c.Shutdown.Grace},
	})
	if c.Health.Listen != "" {
		ln, err := listenHealth(ctx, c.Health.Listen)
		if err != nil {
			return err
		}
		log.Info("the health endpoint answers", "at", "http://"+ln.Addr().String()+"/healthz")
		defer beside(ctx, func(ctx context.Context) { serveHealth(ctx, ln, b.Ready, log) })()
	}
	defer context.AfterFunc(ctx, func() { log.Info("stopping: what is in hand is finished first", "grace", c.Shutdown.Grace) })()
	if err := b.Run(ctx); err != nil {
		return fmt.Errorf("run the bot: %w", err)
	}
	return nil
}

// beside starts a server that outlives ctx. The function that it returns ends it, and waits for it.
func beside(ctx context.Context, serve func(context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var g sync.WaitGroup
	g.Go(func() { serve(ctx) })
	return func() {
		cancel()
		g.Wait()
	}
}

// serveTools lets commands such as backup use the store while the bot has it. The bot does its work without that.
func serveTools(ctx context.Context, path string, s ownersocket.Store, log *slog.Logger) {
	if err := ownersocket.Serve(ctx, path, s); err != nil {
		log.Warn("commands such as backup cannot use the store while the bot runs", "err", err)
	}
}
