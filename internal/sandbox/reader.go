package sandbox

import (
	"time"

	"epilogue/internal/sandbox/blockkit"
)

// Reader reads names as one person sees them. It can be used while nothing is locked.
type Reader struct {
	s  *Server
	id UserID
}

var _ blockkit.Names = Reader{}

// Reader is somebody's knowledge of names.
func (s *Server) Reader(who string) (Reader, error) {
	return look(s, who, func(e eyes) (Reader, error) { return Reader{s, e.u.ID}, nil })
}

func (r Reader) name(read func(eyes) string) string {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return read(eyes{r.s, r.s.ws.Users[r.id]})
}

// User is the name of a person, "" if there is none with that id.
func (r Reader) User(id string) string { return r.name(func(e eyes) string { return e.User(id) }) }

// Channel is the name of a channel; one that the reader may not see is "private-channel".
func (r Reader) Channel(id string) string {
	return r.name(func(e eyes) string { return e.Channel(id) })
}

// Group is the handle of a user group.
func (r Reader) Group(id string) string { return r.name(func(e eyes) string { return e.Group(id) }) }

// Me is the reader's own id.
func (r Reader) Me() string { return string(r.id) }

// Zone is the reader's time zone.
func (r Reader) Zone() *time.Location {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return r.s.ws.Users[r.id].location()
}

// Now is the time on the business clock.
func (r Reader) Now() time.Time { return r.s.clock.Now() }
