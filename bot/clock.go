package bot

import "time"

// Clock is the business clock: due dates, reminders and everything that people are told goes by it. Deadlines of the wire (acks, pings,
// requests) stay on real time.
type Clock interface {
	Now() time.Time
	// Changed is closed, or receives, when the clock is moved, so that whoever sleeps until a moment looks again. Ask again each time. It may be nil.
	Changed() <-chan struct{}
}

// RealClock is the clock of a real workspace: nobody moves it.
type RealClock struct{}

// Now is the time of day.
func (RealClock) Now() time.Time { return time.Now() }

// Changed never signals.
func (RealClock) Changed() <-chan struct{} { return nil }
