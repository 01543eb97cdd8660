package ownersocket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// ErrNobody is that no process serves the store.
var ErrNobody = errors.New("no process serves the store")

func socketPath(path string) string { return path + ".sock" }

// maxAddress is how long the address of a unix socket may be; the system's structure has 108 bytes with the zero at the end, or 104.
const maxAddress = 103

// withAddress calls f with an address of the socket at path that is short enough. A long one is reached through the descriptor of its
// directory, where the system has such paths.
func withAddress(path string, f func(address string) error) error {
	if len(path) <= maxAddress {
		return f(path)
	}
	name := filepath.Base(path)
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	address := "/proc/self/fd/" + strconv.Itoa(int(dir.Fd())) + "/" + name
	if runtime.GOOS != "linux" || len(address) > maxAddress {
		return fmt.Errorf("the path %s has %d bytes, more than the %d of a socket: put the store under a shorter path", path, len(path), maxAddress)
	}
	return f(address)
}

// dial connects to who serves the store at path, or is ErrNobody.
func dial(ctx context.Context, path string) (net.Conn, error) {
	var conn net.Conn
	err := withAddress(socketPath(path), func(address string) (err error) {
		var d net.Dialer
		conn, err = d.DialContext(ctx, "unix", address)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) { // refused: its process is gone
		return nil, fmt.Errorf("%w at %s", ErrNobody, socketPath(path))
	}
	return conn, err
}

// listen makes the socket, for its own user only.
func listen(ctx context.Context, path string) (net.Listener, error) {
	if err := removeStale(ctx, path); err != nil {
		return nil, err
	}
	var l *net.UnixListener
	err := withAddress(socketPath(path), func(address string) error {
		config := net.ListenConfig{Control: private}
		made, err := config.Listen(ctx, "unix", address)
		if err != nil {
			return err
		}
		l = made.(*net.UnixListener)
		l.SetUnlinkOnClose(false) // by an address that may be gone by then; Serve removes it
		return os.Chmod(address, 0o600)
	})
	if err != nil {
		return nil, errors.Join(err, closeIfOpen(l))
	}
	return l, nil
}

// private sets the mode of a socket before it has a name, so that there is no moment at which others may connect. Where the system does not
// let it, the chmod afterwards has to do.
func private(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) })
}

func closeIfOpen(l *net.UnixListener) error {
	if l == nil {
		return nil
	}
	return l.Close()
}

// removeStale removes the socket of a process that is gone, and nothing else: what is no socket, or answers, stays.
func removeStale(ctx context.Context, path string) error {
	name := socketPath(path)
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s is in the way, and no socket", name)
	}
	conn, err := dial(ctx, path)
	if err == nil {
		return errors.Join(fmt.Errorf("another process answers at %s", name), conn.Close())
	}
	if !errors.Is(err, ErrNobody) {
		return err
	}
	return os.Remove(name)
}
