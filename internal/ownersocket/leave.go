package ownersocket

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"epilogue/store"
	"epilogue/store/boltstore"
)

// How a process hands its store to another one: it is asked, says yes while it still has everything, lets go, and passes on what reaches it meanwhile. The
// answer ends when it has let go of all but the file itself, whose lock is the last word.

// Successor is another process that waits for the store.
type Successor struct {
	Pid int

	mu  sync.Mutex
	out *json.Encoder
	w   *http.ResponseController
}

// Pass gives it an envelope from Slack that came too late for this process. What cannot be passed on is lost, as it was before.
func (s *Successor) Pass(raw []byte, received time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == nil {
		return
	}
	if err := s.out.Encode(left{Received: received, Raw: raw}); err == nil {
		_ = s.w.Flush()
	}
}

// end stops the passing, since the answer is over.
func (s *Successor) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = nil
}

// departure is the one time that a process hands its store over.
type departure struct {
	leave func(*Successor) error // nil: never

	mu       sync.Mutex
	promised bool // to a successor
}

func (d *departure) isPromised() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.promised
}

// handOver answers a process that asks for the store.
func (d *departure) handOver(serving context.Context, w http.ResponseWriter, r *http.Request) {
	var h heir
	s := &Successor{out: json.NewEncoder(w), w: http.NewResponseController(w)}
	defer s.end()
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxProcess)).Decode(&h)
	if err == nil {
		s.Pid = h.Pid
		err = d.promise(h, s)
	}
	if err != nil || h.Asks {
		answer(w, nil, err)
		return
	}
	s.mu.Lock()
	_ = s.w.Flush() // that is yes
	s.mu.Unlock()
	select {
	case <-serving.Done():
	case <-r.Context().Done(): // the successor is gone; its predecessor leaves all the same
	}
}

// promise promises the store to the first who asks for it and can use it.
func (d *departure) promise(h heir, s *Successor) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.leave == nil:
		return errors.New("this process does not hand over its store; stop it first")
	case h.Schema < boltstore.Schema:
		return fmt.Errorf("%w: it has schema %d, yours knows up to %d", store.ErrNewer, boltstore.Schema, h.Schema)
	case d.promised:
		return errors.New("it is handing over to another process already")
	case h.Asks:
		return nil
	}
	if err := d.leave(s); err != nil {
		return err
	}
	d.promised = true
	return nil
}

// MayLeave asks the process that holds the store whether it would let go of it, and is nil if so. Nothing happens yet.
func (c *Client) MayLeave(ctx context.Context) error {
	body, err := json.Marshal(heir{Pid: os.Getpid(), Schema: boltstore.Schema, Asks: true})
	if err == nil {
		_, err = c.call(ctx, http.MethodPost, pathLeave, body)
	}
	if err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	return nil
}

// Leave asks the process that holds the store to let go of it, and returns when it has, but for the file's lock, which ends last. late gets the envelopes
// that reached it when it could no longer acknowledge them. When Leave returns an error other than ctx's, the process goes on as if it had not
// been asked.
func (c *Client) Leave(ctx context.Context, late func(raw []byte, received time.Time)) error {
	body, err := json.Marshal(heir{Pid: os.Getpid(), Schema: boltstore.Schema})
	if err != nil {
		return err
	}
	answer, err := c.open(ctx, http.MethodPost, pathLeave, body)
	if err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	defer func() { _ = answer.Close() }()
	lines := bufio.NewReader(answer)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil { // it has let go, or has died, which is the same
			return ctx.Err()
		}
		var l left
		if json.Unmarshal(line, &l) == nil {
			late(l.Raw, l.Received)
		}
	}
}
