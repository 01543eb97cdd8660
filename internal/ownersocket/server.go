package ownersocket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"epilogue/store"
)

// Grace is how long Serve lets requests finish after its context has ended.
const Grace = 5 * time.Second

// hurry is Grace when another process waits for the store: a backup can be made again, a click cannot.
const hurry = 100 * time.Millisecond

// Serve answers tools that ask for the store at path until ctx ends, and then returns nil. Its caller holds the store, and closes it
// only after Serve has returned. A socket left behind by a process that is gone is replaced.
//
// leave is told of another process that asks for the store; nil: nobody gets it. It returns at once, with an error if the store is not to be had;
// otherwise its caller lets go of everything as soon as it can, ends ctx, and closes the store.
func Serve(ctx context.Context, path string, s Store, leave func(*Successor) error) error {
	l, err := listen(ctx, path)
	if err != nil {
		return fmt.Errorf("serve tools that ask for %s: %w", path, err)
	}
	defer func() { _ = os.Remove(socketPath(path)) }()
	d := &departure{leave: leave}
	// Requests outlive ctx, by Grace at most.
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := &http.Server{
		Handler:           handler(ctx, s, d),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve tools that ask for %s: %w", path, err)
	case <-ctx.Done():
	}
	grace := Grace
	if d.isPromised() {
		grace = hurry
	}
	shutdown, cancelShutdown := context.WithTimeout(requests, grace)
	defer cancelShutdown()
	if err := server.Shutdown(shutdown); err != nil { // somebody reads a backup slowly
		cancel()
		_ = server.Close()
	}
	return nil
}

func handler(serving context.Context, s Store, d *departure) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathLeave, func(w http.ResponseWriter, r *http.Request) { d.handOver(serving, w, r) })
	mux.HandleFunc("GET "+pathPid, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("GET "+pathBackup, func(w http.ResponseWriter, r *http.Request) { backup(w, r, s) })
	mux.HandleFunc("GET "+pathCheck, func(w http.ResponseWriter, r *http.Request) {
		findings, err := s.Check(r.Context())
		body, encodeErr := json.Marshal(findings)
		answer(w, body, errors.Join(err, encodeErr))
	})
	mux.HandleFunc("GET "+pathProcess, func(w http.ResponseWriter, r *http.Request) {
		p, err := s.Process(r.Context())
		record, encodeErr := store.EncodeProcess(store.ProcessVersion{Process: p})
		answer(w, record, errors.Join(err, encodeErr))
	})
	mux.HandleFunc("GET "+pathProcess+"/{version}", func(w http.ResponseWriter, r *http.Request) {
		version, err := strconv.Atoi(r.PathValue("version"))
		var record []byte
		if err == nil {
			record, err = versionRecord(r.Context(), s, version)
		}
		answer(w, record, err)
	})
	mux.HandleFunc("PUT "+pathProcess, func(w http.ResponseWriter, r *http.Request) {
		record, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxProcess))
		if err != nil {
			answer(w, nil, err)
			return
		}
		v, err := store.DecodeProcess(record)
		if err == nil {
			err = s.SaveProcess(r.Context(), v)
		}
		answer(w, nil, err)
	})
	return mux
}

func versionRecord(ctx context.Context, s Store, version int) ([]byte, error) {
	v, err := s.ProcessVersion(ctx, version)
	if err != nil {
		return nil, err
	}
	return store.EncodeProcess(v)
}

func answer(w http.ResponseWriter, body []byte, err error) {
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		if err := json.NewEncoder(w).Encode(failureOf(err)); err != nil {
			return // whoever asked is gone
		}
		return
	}
	_, _ = w.Write(body)
}

// backup sends a backup as it is made. Once it has begun, the only way to say that it failed is to cut it off.
func backup(w http.ResponseWriter, r *http.Request, s Store) {
	out := &beginning{w: w}
	if err := s.Backup(r.Context(), out); err != nil {
		if out.begun {
			panic(http.ErrAbortHandler)
		}
		answer(w, nil, err)
	}
}

// beginning knows whether anything was written, which is when the answer's status is sent.
type beginning struct {
	w     io.Writer
	begun bool
}

func (b *beginning) Write(p []byte) (int, error) {
	b.begun = true
	return b.w.Write(p)
}
