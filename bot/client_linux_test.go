package bot

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// deaf is an address where nobody answers, as behind a network that swallows packets: a listener that accepts nobody, with its queue full.
func deaf(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", at.(*syscall.SockaddrInet4).Port)
	for range 8 {
		c, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	t.Skip("this kernel's queue does not get full")
	return ""
}

// A call that never reached Slack is known not to have had an effect, so that it need not be looked for.
func TestANetworkThatSwallowsPacketsIsGivenUpBeforeTheCallIs(t *testing.T) {
	t.Parallel()
	s := Client("xoxb-1", "xapp-1", "http://"+deaf(t)+"/api/")
	_, _, err := s.PostMessageContext(t.Context(), "C1")
	if v := verdictOf(err); v != later {
		t.Errorf("%s: %v, want %s", v, err, later)
	}
}
