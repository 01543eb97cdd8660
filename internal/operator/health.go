package operator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

func listenHealth(ctx context.Context, address string) (net.Listener, error) {
	var l net.ListenConfig
	ln, err := l.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the health endpoint cannot listen on %s; choose another health.listen: %w", address, err)
	}
	return ln, nil
}

// serveHealth answers whoever watches the process, until ctx ends: /healthz says that it runs, /readyz whether it is connected to Slack.
func serveHealth(ctx context.Context, ln net.Listener, ready func() bool, log *slog.Logger) {
	s := &http.Server{Handler: health(ready), ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		log.Error("the health endpoint ended", "err", err)
	}
}

func health(ready func() bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !ready() {
			http.Error(w, "not connected to Slack", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "connected to Slack")
	})
	return mux
}
