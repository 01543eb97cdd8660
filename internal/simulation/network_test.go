package simulation

import (
	"context"
	"errors"
	"net"
	"sync"

	"epilogue/internal/sandbox"
)

// network is what a bot reaches Slack by, which can be cut.
type network struct {
	pipe *sandbox.Pipe

	mu    sync.Mutex
	conns map[net.Conn]bool
	down  bool
}

func newNetwork(p *sandbox.Pipe) *network { return &network{pipe: p, conns: map[net.Conn]bool{}} }

var errUnreachable = errors.New("network is unreachable")

func (n *network) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	n.mu.Lock()
	down := n.down
	n.mu.Unlock()
	if down {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errUnreachable}
	}
	c, err := n.pipe.Dial(ctx, network, addr)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		_ = c.Close()
		return nil, &net.OpError{Op: "dial", Net: network, Err: errUnreachable}
	}
	n.conns[c] = true
	return &line{c, n}, nil
}

// cut ends all connections without a word. With down there are no new ones either.
func (n *network) cut(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = n.down || down
	for c := range n.conns {
		_ = c.Close()
	}
	clear(n.conns)
}

// mend lets connections be made again.
func (n *network) mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = false
}

// line is a connection that is forgotten when it ends.
type line struct {
	net.Conn
	n *network
}

// Close implements net.Conn.
func (l *line) Close() error {
	l.n.mu.Lock()
	defer l.n.mu.Unlock()
	delete(l.n.conns, l.Conn)
	return l.Conn.Close()
}
