// Package calendar knows meetings: what an event is, which times suit everyone (slots.go), and how an event is written as a file (ics.go).
//
// It is pure, and refuses to know Slack, incidents and any calendar's API: package google next door speaks to one.
package calendar

import "time"

// Event is a meeting as a calendar has it.
type Event struct {
	ID          string // chosen by whoever makes it: 5 to 1,024 of a to v and 0 to 9
	Title       string
	Description string // plain text
	Start, End  time.Time
	Zone        string // IANA; empty: UTC
	Organizer   string // whose address invites the guests, in a file
	Guests      []Guest
	Reference   string // what it is about, as "INC-42", so that it can be told from other events
	Link        string // for people; given by the calendar
	Call        string // of the video call; given by the calendar
	Canceled    bool
	Made        bool     // it is in the calendar already, under this id, and is only to be changed: guests that others invited stay
	Dropped     []string // of Made: addresses that were invited from here, and are no more
}

// Guest is somebody who is invited.
type Guest struct {
	Address  string // of mail
	Optional bool
}
