package operator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"epilogue/bot"
	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
	"epilogue/internal/socketlink"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// Run runs the bot in a real workspace until ctx ends, and then stops it as its promises demand: what is in hand is finished and acknowledged
// within the configured grace, and the store is closed last. Every error is a sentence for the operator.
//
// With takeOver it takes the place of a process that runs already, if there is one: it connects to Slack first, and only then asks that process, which lets go
// of its connections and of the store at once. What people do meanwhile waits, for much less than Slack does. A process that cannot work, because of its
// tokens or because it is too old for the store, finds out before it asks. Once the other has left there is no way back: when the new one
// dies then, nobody runs.
func Run(ctx context.Context, c config.Config, log *slog.Logger, takeOver bool) (err error) {
	if err := c.Slack.CheckTokens(); err != nil {
		return err
	}
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	h := &household{config: c, log: log, leave: leave}
	defer func() { err = errors.Join(err, h.close()) }()
	if takeOver {
		h.predecessor, err = predecessor(ctx, c.Store.Path, log)
	}
	if err == nil && h.predecessor == nil {
		err = h.open(ctx, 0)
	}
	if errors.Is(err, store.ErrLocked) && !takeOver {
		return fmt.Errorf("%w; epilogue run --take-over takes its place", err)
	}
	if err != nil {
		return err
	}
	switch _, err := askSlack(ctx, c); {
	case ctx.Err() != nil:
		return nil
	case unreachable(err):
		log.Warn("Slack does not answer; the bot goes on asking", "err", err)
	case err != nil:
		return err
	}
	if err := h.run(ctx); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// predecessor is the process that holds the store now; nil if nobody does.
func predecessor(ctx context.Context, path string, log *slog.Logger) (*ownersocket.Client, error) {
	asking, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	p, err := ownersocket.Ask(asking, path)
	if errors.Is(err, ownersocket.ErrNobody) {
		log.Info("nobody runs whose place could be taken; starting as usual")
		return nil, nil
	}
	if err == nil {
		if err = p.MayLeave(asking); err != nil {
			err = errors.Join(err, p.Close())
		}
	}
	if err != nil && asking.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("the process that holds %s does not answer: find out what keeps it, stop it, and start again", path)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// How long the predecessor may take to answer, to let go of everything but the file, and then to close that. What people do waits meanwhile, so that
// all of it takes a fraction of a second where nothing is wrong; whoever takes longer has promised to leave all the same.
const (
	answerWithin = 5 * time.Second
	leaveWithin  = 15 * time.Second
	lockWithin   = 10 * time.Second
)

// household is what a running bot needs around it: the store, the socket for tools, the health endpoint. They are opened in this order and closed in the
// opposite one, so that whoever gets the store's lock next finds the rest free.
type household struct {
	config      config.Config
	log         *slog.Logger
	leave       context.CancelCauseFunc
	predecessor *ownersocket.Client // whose place is taken, while it is not yet
	bot         *bot.Bot
	store       *boltstore.DB
	ends        []func() // what was opened after the store
	successor   atomic.Pointer[ownersocket.Successor]
}

// open opens the store, waiting for its lock for so long (0: as long as is usual), and lets tools use it.
func (h *household) open(ctx context.Context, wait time.Duration) (err error) {
	if h.store, err = openStore(h.config.Store, wait, h.log); err != nil {
		return err
	}
	h.log.Info("the store is open", "path", h.config.Store.Path)
	h.ends = append(h.ends, beside(ctx, h.serveTools))
	return nil
}

// close ends what was opened, the store last, and then lets what is being said to people be said.
func (h *household) close() error {
	for _, end := range slices.Backward(h.ends) {
		end()
	}
	var err error
	if h.store != nil {
		err = h.store.Close()
	}
	if h.predecessor != nil {
		err = errors.Join(err, h.predecessor.Close())
	}
	if h.successor.Load() != nil && h.bot != nil {
		h.bot.Linger()
	}
	return err
}

func (h *household) run(ctx context.Context) error {
	c := h.config
	o := bot.Options{
		Slack: client(c), Zone: c.Timezone, Admins: admins(c), Command: c.Commands.Name, ChannelPrefix: c.Channel.Prefix,
		Connections: c.Slack.Connections, Grace: c.Shutdown.Grace, Log: h.log,
		Link: socketlink.Options{StopWithin: c.Shutdown.Grace, Late: h.late},
	}
	cal, err := booker(ctx, c.Calendar)
	if err != nil {
		return err
	}
	o.Booker = cal
	if h.predecessor == nil {
		o.Store = h.store
	} else {
		o.Open = h.succeed
	}
	h.bot = bot.New(o)
	if h.predecessor == nil {
		if err := h.answerHealth(ctx); err != nil {
			return err
		}
	}
	defer context.AfterFunc(ctx, func() { h.log.Info("stopping: what is in hand is finished first", "grace", c.Shutdown.Grace) })()
	if err := h.bot.Run(ctx); err != nil {
		return fmt.Errorf("run the bot: %w", err)
	}
	return nil
}

// succeed takes the store from the predecessor, now that Slack is connected.
func (h *household) succeed(ctx context.Context) (store.Store, error) {
	began := time.Now()
	h.log.Info("asking the process that runs to hand over", "pid", h.predecessor.Pid())
	leaving, cancel := context.WithTimeout(ctx, leaveWithin)
	defer cancel()
	if err := h.predecessor.Leave(leaving, h.bot.Adopt); err != nil && !errors.Is(err, ownersocket.ErrNobody) { // it may have ended by itself
		if leaving.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("process %d was asked to hand over, and has not let go for %s: find out what keeps it, stop it, and start again", h.predecessor.Pid(), leaveWithin)
		}
		return nil, err
	}
	if err := h.open(ctx, lockWithin); err != nil {
		return nil, err
	}
	h.log.Info("took over", "from", h.predecessor.Pid(), "after", time.Since(began).Round(time.Millisecond))
	if err := h.answerHealth(ctx); err != nil {
		h.log.Error("nobody can ask how this process is", "err", err) // there is no way back, and without this the bot does its work
	}
	return h.store, nil
}

// handOver lets a successor have the store; it is asked once.
func (h *household) handOver(s *ownersocket.Successor) error {
	h.successor.Store(s)
	h.log.Info("handing over to another process", "pid", s.Pid)
	h.leave(bot.ErrHandedOver)
	return nil
}

// late passes what Slack sends while this process leaves on to its successor, if there is one.
func (h *household) late(raw []byte, received time.Time) (taken bool) {
	s := h.successor.Load()
	if s != nil {
		s.Pass(raw, received)
	}
	return s != nil
}

// serveTools lets commands such as backup use the store while the bot has it. The bot does its work without that.
func (h *household) serveTools(ctx context.Context) {
	if err := ownersocket.Serve(ctx, h.config.Store.Path, h.store, h.handOver); err != nil {
		h.log.Warn("commands such as backup cannot use the store while the bot runs", "err", err)
	}
}

func (h *household) answerHealth(ctx context.Context) error {
	address := h.config.Health.Listen
	if address == "" {
		return nil
	}
	ln, err := listenHealth(ctx, address)
	if err != nil {
		return err
	}
	h.log.Info("the health endpoint answers", "at", "http://"+ln.Addr().String()+"/healthz")
	h.ends = append(h.ends, beside(ctx, func(ctx context.Context) { serveHealth(ctx, ln, h.bot.Ready, h.log) }))
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
