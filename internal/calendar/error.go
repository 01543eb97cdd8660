package calendar

import (
	"fmt"
	"time"
)

// Problem is why a calendar says no. The names are stored for ever; package blocks has the words and the remedy.
type Problem string

// The problems.
const (
	NoCalendar    Problem = "no-calendar"      // none is configured
	BadCredential Problem = "bad-credentials"  // they are not accepted
	NoDelegation  Problem = "no-delegation"    // the service account may not act as the organizer
	NoImpersonate Problem = "no-impersonation" // the machine may not act as the service account
	WrongScope    Problem = "wrong-scope"      // the credentials lack a scope
	NotEnabled    Problem = "api-not-enabled"  // the Calendar API is switched off in the project
	Forbidden     Problem = "forbidden"        // the organizer may not do this in the calendar
	NoOrganizer   Problem = "no-organizer"     // there is no such calendar
	BadGuest      Problem = "guest-refused"    // an address is none
	BadEvent      Problem = "event-refused"    // the event is not accepted otherwise
	OverQuota     Problem = "over-quota"       // for today: it may go well in some hours
	EventGone     Problem = "event-gone"       // it was deleted
	Unreachable   Problem = "unreachable"      // no answer, or one of trouble: it may go well soon
	Busy          Problem = "busy"             // asked too often: it may go well soon
	SyncLost      Problem = "sync-token-gone"  // what was seen before is not known any more: look at everything
)

// Problems are all of them.
func Problems() []Problem {
	return []Problem{
		NoCalendar, BadCredential, NoDelegation, NoImpersonate, WrongScope, NotEnabled, Forbidden, NoOrganizer, BadGuest, BadEvent, OverQuota, EventGone, Unreachable, Busy, SyncLost,
	}
}

// Passes reports whether it may go well without anybody doing anything.
func (p Problem) Passes() bool { return p == OverQuota || p == Unreachable || p == Busy }

// Error is a problem with a calendar.
type Error struct {
	Problem Problem
	After   time.Duration // how long the calendar wants to be left alone; 0: as usual
	Err     error         // for the log
}

func (e *Error) Error() string { return fmt.Sprintf("calendar: %s: %v", e.Problem, e.Err) }

// Unwrap is what the calendar said.
func (e *Error) Unwrap() error { return e.Err }
