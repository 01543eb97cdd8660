// Package bot is the Slack edge: it turns envelopes into commands, and effects into messages.
//
// An envelope is decoded (envelope.go), queued (dispatch.go), decided and saved (transact.go), and only then acknowledged (handle.go): an ack
// means saved. Nothing slower than a commit stands before it. What the channel hears is never said here directly: it was saved as jobs, and the
// outbox delivers them (outbox.go, deliver.go and its neighbors), at least once and, since posts are looked for before they are repeated, in practice
// exactly once.
//
// The package refuses to know the rules (package flow decides), the words (package blocks writes them) and the database (package store is a
// contract). Read on in handle.go, then commands.go, clicks.go and forms.go for what people can ask for.
package bot

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/socketlink"
	"epilogue/store"
)

// Options is what a bot is made of. Slack is required, and either Store or Open.
type Options struct {
	Store         store.Store
	Open          func(context.Context) (store.Store, error) // opens the store once Slack is connected; what arrives until then waits
	Slack         *slack.Client                              // with an app-level token, an HTTP timeout, and no retries of its own
	HTTP          *http.Client                               // for the addresses that Slack gives to answer a person; nil: http.DefaultClient
	Clock         Clock                                      // nil: RealClock
	Zone          *time.Location
	Admins        []flow.UserID // always admins
	Booker        Booker        // the calendar that debriefs go into; nil: people make the events themselves
	Command       string        // as it was installed; empty: /inc
	ChannelPrefix string        // of the channels that are made; empty: inc-
	Connections   int           // 0: two
	Grace         time.Duration // how long stopping may take; 0: 2 s
	Unpaced       bool          // keep no budgets of calls: for a local Slack, which limits nobody
	Log           *slog.Logger
	Link          socketlink.Options // how patient the link is; Open and Handle are ours
}

// Bot is a bot that is not running yet; Run runs it.
type Bot struct {
	store         store.Store // nothing may use it before the lobby is open
	opens         func(context.Context) (store.Store, error)
	slack         *slack.Client
	http          *http.Client
	clock         Clock
	zone          *time.Location
	command       string
	channelPrefix string
	booker        Booker
	grace         time.Duration
	log           *slog.Logger

	me       self
	people   *directory
	groups   *groups
	pace     *pacer
	outbox   *outbox
	lobby    lobby
	queues   *dispatcher
	looks    sync.Map // by view: the newest search for times that was begun in it
	ahead    *ahead
	link     *socketlink.Link
	behind   *background
	screens  *screens
	shaping  map[blocks.Action]shape // see processClicks
	live     chan struct{}           // closed when Slack is connected
	channels sync.Map                // flow.ChannelID → flow.IncidentID: to queue what is typed in a channel with the clicks of its incident
	stop     context.CancelCauseFunc
}

// self is who we are in the workspace.
type self struct {
	User flow.UserID
	Team string
	App  string // empty if Slack does not say
	URL  string // ends in a slash
}

// maxWaiting is how many envelopes may wait. Slack gives up on each after three seconds, so that a longer queue helps nobody.
const maxWaiting = 4096

// maxWaitingBytes bounds the memory of what waits. Ordinary requests hold a kilobyte or two each and never reach it.
const maxWaitingBytes = 64 << 20

// New makes a bot. It panics if Slack is missing, or if there is not one of Store and Open, which is a mistake in the program.
func New(o Options) *Bot {
	if o.Slack == nil || (o.Store == nil) == (o.Open == nil) {
		panic("bot: Options.Slack and one of Options.Store and Options.Open are required")
	}
	b := &Bot{
		opens: o.Open, live: make(chan struct{}), slack: o.Slack, http: o.HTTP, clock: o.Clock, zone: o.Zone, command: o.Command, channelPrefix: o.ChannelPrefix, booker: o.Booker,
		grace: o.Grace, log: o.Log, pace: newPacer(o.Unpaced),
	}
	if b.http == nil {
		b.http = http.DefaultClient
	}
	if b.clock == nil {
		b.clock = RealClock{}
	}
	if b.zone == nil {
		b.zone = time.UTC
	}
	if b.command == "" {
		b.command = "/inc"
	}
	if b.channelPrefix == "" {
		b.channelPrefix = "inc-"
	}
	if b.grace <= 0 {
		b.grace = 2 * time.Second
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.behind = newBackground(b.log)
	b.screens = newScreens()
	b.people = &directory{slack: o.Slack, admins: o.Admins, now: b.clock.Now, behind: b.behind.once}
	b.ahead = newAhead()
	b.shaping = b.processClicks()
	b.people.shapes = b.namedAdmin
	b.groups = &groups{slack: o.Slack, now: b.clock.Now, log: b.log, behind: b.behind.once}
	b.queues = newDispatcher(b.log, maxWaiting, maxWaitingBytes)
	b.outbox = newOutbox(nil, b.clock, b.log, b.deliver)
	b.people.stood, b.people.wake = b.stood, b.outbox.wake
	if o.Store != nil {
		b.use(o.Store)
	}
	o.Link.Open, o.Link.Handle, o.Link.Log = socketlink.OpenWith(o.Slack), b.receive, b.log
	o.Link.Connections = o.Connections
	o.Link.Changed = b.connected(o.Link.Changed)
	b.link = socketlink.New(o.Link)
	return b
}

// use gives the bot its store, and lets in what has waited for it.
func (b *Bot) use(s store.Store) {
	b.store, b.people.store, b.outbox.store = s, s, s
	b.lobby.letIn(b.admit)
}

// connected notes that the link has come to life, and goes on telling whoever else wants to know.
func (b *Bot) connected(also func(socketlink.State)) func(socketlink.State) {
	var once sync.Once
	return func(s socketlink.State) {
		if s.Live > 0 {
			once.Do(func() { close(b.live) })
		}
		if also != nil {
			also(s)
		}
	}
}

// Ready reports whether there is a store, and at least one connection to Slack is live.
func (b *Bot) Ready() bool { return b.lobby.isOpen() && b.link.Ready() }

// Adopt takes in an envelope that the bot before this one got too late: what its Options.Link.Late was given.
func (b *Bot) Adopt(raw []byte, received time.Time) { b.link.Adopt(raw, received) }

// introduce asks Slack who we are. Bad tokens end the program here, with a sentence for the operator; a Slack that does not answer is
// asked again.
func (b *Bot) introduce(ctx context.Context) error {
	for tries := 0; ; tries++ {
		who, err := b.slack.AuthTestContext(ctx)
		if err == nil {
			b.me = self{User: flow.UserID(who.UserID), Team: who.TeamID, URL: who.URL}
			b.people.team, b.people.org, b.people.bot = who.TeamID, who.EnterpriseID, b.me.User
			if info, err := b.slack.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID}); err == nil {
				b.me.App = info.AppID
			}
			b.log.Info("connected to Slack", "team", who.Team, "as", who.User)
			return nil
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // asked to stop: that is no error
		}
		if code := codeOf(err); code != "" && verdictOf(err) != limited && verdictOf(err) != unknown {
			return fmt.Errorf("Slack does not accept the bot token (%s): copy the Bot User OAuth Token of the app again, from OAuth & Permissions", code)
		}
		b.log.Warn("Slack does not answer; trying again", "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(backoff(tries)):
		}
	}
}

// dialWithin is how long connecting may take. It is less than a call, so that a network which swallows packets is told from a Slack that is slow: a call that
// never got there is repeated without being looked for.
const dialWithin = 3 * time.Second

// Client makes a Slack client as the bot needs it: with a deadline on every call, and without retries, since the outbox owns time.
func Client(botToken, appToken, apiURL string) *slack.Client {
	return ClientOver(&http.Transport{
		Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 2 * inFlight, IdleConnTimeout: 2 * time.Minute,
		DialContext:         (&net.Dialer{Timeout: dialWithin, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout: dialWithin, ForceAttemptHTTP2: true,
	}, botToken, appToken, apiURL)
}

// ClientOver is Client over a transport, such as one that stays in memory.
func ClientOver(t http.RoundTripper, botToken, appToken, apiURL string) *slack.Client {
	return slack.New(botToken,
		slack.OptionAPIURL(apiURL),
		slack.OptionAppLevelToken(appToken),
		slack.OptionHTTPClient(&http.Client{Timeout: callWithin, Transport: t}))
}
