package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// logbook keeps what the bot logs.
type logbook struct {
	mu    sync.Mutex
	lines []logged
}

type logged struct {
	level slog.Level
	at    time.Time
	text  string
}

// Enabled keeps everything: what led to a failure is wanted then.
func (b *logbook) Enabled(context.Context, slog.Level) bool { return true }

// Handle keeps the record as a line.
func (b *logbook) Handle(_ context.Context, rec slog.Record) error {
	var line strings.Builder
	fmt.Fprintf(&line, "%s %s", rec.Level, rec.Message)
	rec.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&line, " %s=%v", a.Key, a.Value)
		return true
	})
	b.add(rec.Level, line.String())
	return nil
}

// write notes something that the bot does not log.
func (b *logbook) write(text string) { b.add(slog.LevelDebug, text) }

func (b *logbook) add(level slog.Level, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, logged{level, time.Now(), text})
}

// WithAttrs and WithGroup change nothing: who logs what is not looked at.
func (b *logbook) WithAttrs([]slog.Attr) slog.Handler { return b }

// WithGroup changes nothing.
func (b *logbook) WithGroup(string) slog.Handler { return b }

// all is what was noted so far.
func (b *logbook) all() []logged {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lines)
}
