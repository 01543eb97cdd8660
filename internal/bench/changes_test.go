package bench

import (
	"context"
	"sync"
	"testing"

	"epilogue/bot"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// recorder is a store that remembers what was saved.
type recorder struct {
	store.Store
	mu    sync.Mutex
	saved []store.Change
}

func (r *recorder) Save(ctx context.Context, c store.Change) error {
	err := r.Store.Save(ctx, c)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.saved = append(r.saved, c)
	}
	return err
}

// changes are what the bot saves when the first task of each incident is marked done, and when it is opened again.
func changes(b *testing.B, c *company) (done, reopen []store.Change) {
	b.Helper()
	db, err := boltstore.Open(c.storeFor(b), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	r := &recorder{Store: db}
	g := gather(b, c, len(c.incidents))
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- bot.New(bot.Options{Store: r, Slack: bot.Client("xoxb-bench", "xapp-bench", g.slack.apiURL()), Unpaced: true}).Run(ctx)
	}()
	g.slack.await(sockets)
	g.times(2)
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	done, reopen = make([]store.Change, len(c.incidents)), make([]store.Change, len(c.incidents))
	for _, one := range r.saved {
		i := int(one.Incident.ID) - 1
		if done[i].Incident.ID == 0 {
			done[i] = one
		} else {
			reopen[i] = one
		}
	}
	return done, reopen
}
