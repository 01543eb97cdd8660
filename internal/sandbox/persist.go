package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const stateFile = "workspace.json"

// load reads a kept workspace; nil without a folder, or when nothing is kept there yet.
func load(dir string) (*workspace, error) {
	if dir == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load the sandbox: %w", err)
	}
	w := newWorkspace()
	if err := json.Unmarshal(raw, w); err != nil {
		return nil, fmt.Errorf("load the sandbox from %s: %w", filepath.Join(dir, stateFile), err)
	}
	return w, nil
}

// keep saves the workspace a little after each change, so that a burst of them is saved once.
func (s *Server) keep() {
	if s.opts.Dir == "" {
		return
	}
	for {
		select {
		case <-s.done:
			return
		case <-s.dirty:
		}
		pause := time.NewTimer(200 * time.Millisecond)
		select {
		case <-s.done:
			pause.Stop()
			return
		case <-pause.C:
		}
		_ = s.save() // Close saves again, and says what is wrong
	}
}

// save writes the workspace to its folder: under another name first, so that a crash leaves the old or the new one.
func (s *Server) save() error {
	if s.opts.Dir == "" {
		return nil
	}
	s.mu.Lock()
	raw, err := json.Marshal(s.ws)
	s.mu.Unlock()
	if err != nil {
		return fmt.Errorf("save the sandbox: %w", err)
	}
	if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return fmt.Errorf("save the sandbox: %w", err)
	}
	path := filepath.Join(s.opts.Dir, stateFile)
	if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
		return fmt.Errorf("save the sandbox: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("save the sandbox: %w", err)
	}
	return nil
}
