package operator

import (
	"io"
	"log/slog"
	"os"

	"github.com/lmittmann/tint"

	"epilogue/internal/config"
)

// Logger writes to w as the configuration says: by itself as colored text on a terminal, and as JSON elsewhere.
func Logger(c config.Log, w io.Writer) *slog.Logger {
	tty := isTerminal(w)
	if c.Format == config.LogJSON || c.Format == config.LogAuto && !tty {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: c.Level}))
	}
	return slog.New(tint.NewTextHandler(w, &tint.Options{
		Level: c.Level, TimeFormat: "15:04:05.000", NoColor: !tty || os.Getenv("NO_COLOR") != "",
	}))
}

// isTerminal reports whether w is a terminal, or something else that is no file and no pipe.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
