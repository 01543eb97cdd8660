package ownersocket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	"epilogue/flow"
	"epilogue/store"
)

// Client is a store as the process that holds it offers it.
type Client struct {
	http http.Client
	pid  int
}

var _ Tool = (*Client)(nil)

// Ask connects to the process that serves the store at path, or is ErrNobody.
func Ask(ctx context.Context, path string) (*Client, error) {
	c := &Client{http: http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) },
	}}}
	body, err := c.call(ctx, http.MethodGet, pathPid, nil)
	if err == nil {
		c.pid, err = strconv.Atoi(string(body))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ask the process that holds %s: %w", path, err), c.Close())
	}
	return c, nil
}

// Pid is the process that was asked.
func (c *Client) Pid() int { return c.pid }

// Close ends the connections. The store stays with its process.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Backup writes a copy of the store, made by the process that holds it. When it returns an error, what was written is no backup.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	body, err := c.open(ctx, http.MethodGet, pathBackup, nil)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() { _ = body.Close() }()
	if _, err := io.Copy(w, body); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

// Check has the process that holds the store check it.
func (c *Client) Check(ctx context.Context) ([]string, error) {
	body, err := c.call(ctx, http.MethodGet, pathCheck, nil)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	var findings []string
	if err := json.Unmarshal(body, &findings); err != nil {
		return nil, fmt.Errorf("check: read the answer: %w", err)
	}
	return findings, nil
}

// Process reads the current process.
func (c *Client) Process(ctx context.Context) (flow.Process, error) {
	record, err := c.call(ctx, http.MethodGet, pathProcess, nil)
	if err != nil {
		return flow.Process{}, fmt.Errorf("read the process: %w", err)
	}
	v, err := store.DecodeProcess(record)
	return v.Process, err
}

// ProcessVersion reads an old version of the process, or store.ErrNotFound.
func (c *Client) ProcessVersion(ctx context.Context, version int) (store.ProcessVersion, error) {
	record, err := c.call(ctx, http.MethodGet, fmt.Sprintf("%s/%d", pathProcess, version), nil)
	if err != nil {
		return store.ProcessVersion{}, fmt.Errorf("read version %d of the process: %w", version, err)
	}
	return store.DecodeProcess(record)
}

// SaveProcess writes the next version of the process.
func (c *Client) SaveProcess(ctx context.Context, v store.ProcessVersion) error {
	record, err := store.EncodeProcess(v)
	if err == nil {
		_, err = c.call(ctx, http.MethodPut, pathProcess, record)
	}
	if err != nil {
		return fmt.Errorf("save the process: %w", err)
	}
	return nil
}

// call makes a request and reads the whole answer.
func (c *Client) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	answer, err := c.open(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Close() }()
	return io.ReadAll(answer)
}

// open makes a request. The host in its address means nothing: it goes to the socket.
func (c *Client) open(ctx context.Context, method, path string, body []byte) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://store"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var f failure
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxProcess)).Decode(&f); err != nil {
		return nil, fmt.Errorf("the running process answers %s", resp.Status)
	}
	return nil, f.err()
}
