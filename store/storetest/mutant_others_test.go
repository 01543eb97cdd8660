package storetest_test

import (
	"context"
	"errors"
	"io"
	"time"

	"epilogue/flow"
	"epilogue/store"
)

var otherMutants = map[string]func(store.Store) store.Store{
	"process conflicts pass for success": func(s store.Store) store.Store {
		return &mutant{Store: s, saveProcess: func(ctx context.Context, v store.ProcessVersion) error {
			return swallow(s.SaveProcess(ctx, v), store.ErrConflict)
		}}
	},
	"process versions are renumbered": func(s store.Store) store.Store {
		return &mutant{Store: s, saveProcess: func(ctx context.Context, v store.ProcessVersion) error {
			for {
				now, err := s.Process(ctx)
				if err != nil {
					return err
				}
				v.Process.Version = now.Version + 1
				if err := s.SaveProcess(ctx, v); !errors.Is(err, store.ErrConflict) {
					return err
				}
			}
		}}
	},
	"process versions lose their author": func(s store.Store) store.Store {
		return &mutant{Store: s, processVersion: func(ctx context.Context, n int) (store.ProcessVersion, error) {
			v, err := s.ProcessVersion(ctx, n)
			v.By = ""
			return v, err
		}}
	},
	"every process version is the current one": func(s store.Store) store.Store {
		return &mutant{Store: s, processVersion: func(ctx context.Context, n int) (store.ProcessVersion, error) {
			v, err := s.ProcessVersion(ctx, n)
			if err == nil {
				v.Process, err = s.Process(ctx)
			}
			return v, err
		}}
	},
	"people are merged": func(s store.Store) store.Store {
		return &mutant{Store: s, savePerson: func(ctx context.Context, now time.Time, p store.Person, then ...store.Job) error {
			if old, err := s.Person(ctx, p.ID); err == nil && p.DM == "" {
				p.DM = old.DM
			}
			return s.SavePerson(ctx, now, p, then...)
		}}
	},
	"what follows from a person's change is left out": func(s store.Store) store.Store {
		return &mutant{Store: s, savePerson: func(ctx context.Context, now time.Time, p store.Person, _ ...store.Job) error {
			return s.SavePerson(ctx, now, p)
		}}
	},
	"a person is saved although what follows is not": func(s store.Store) store.Store {
		return &mutant{Store: s, savePerson: func(ctx context.Context, now time.Time, p store.Person, then ...store.Job) error {
			if err := s.SavePerson(ctx, now, p); err != nil {
				return err
			}
			return s.Enqueue(ctx, now, then...)
		}}
	},
	"channels lose their flags": func(s store.Store) store.Store {
		return &mutant{Store: s, saveChannel: func(ctx context.Context, c store.Channel) error {
			c.Shared = false
			return s.SaveChannel(ctx, c)
		}}
	},
	"nobody joins": func(s store.Store) store.Store {
		return &mutant{Store: s, join: func(context.Context, flow.ChannelID, flow.UserID) error { return nil }}
	},
	"nobody leaves": func(s store.Store) store.Store {
		return &mutant{Store: s, leave: func(context.Context, flow.ChannelID, flow.UserID) error { return nil }}
	},
	"joining makes a channel known": func(s store.Store) store.Store {
		return &mutant{Store: s, join: func(ctx context.Context, ch flow.ChannelID, id flow.UserID) error {
			if _, err := s.Channel(ctx, ch); errors.Is(err, store.ErrNotFound) {
				return s.SaveChannel(ctx, store.Channel{ID: ch, Members: []flow.UserID{id}})
			}
			return s.Join(ctx, ch, id)
		}}
	},
	"backups are empty": func(s store.Store) store.Store {
		return &mutant{Store: s, backup: func(context.Context, io.Writer) error { return nil }}
	},
	"checks complain": func(s store.Store) store.Store {
		return &mutant{Store: s, check: func(context.Context) ([]string, error) { return []string{"complaint"}, nil }}
	},
	"checks enqueue": func(s store.Store) store.Store {
		return &mutant{Store: s, check: func(ctx context.Context) ([]string, error) {
			_ = s.Enqueue(ctx, time.Time{}, store.Job{Lane: "check"})
			return s.Check(ctx)
		}}
	},
	"closing does nothing": func(s store.Store) store.Store {
		return &mutant{Store: s, closing: func() error { return nil }}
	},
}
