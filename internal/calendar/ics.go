package calendar

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// ICS is an event as a file that every calendar opens (RFC 5545). Moments are written in UTC, so that no zone has to be described; made is when the file is.
// Guests are named only where there is an organizer, without whom they would be nobody's.
func ICS(e Event, made time.Time) []byte {
	var b strings.Builder
	line := func(s string) {
		s = strings.Map(printable, strings.ToValidUTF8(s, string(utf8.RuneError)))
		for len(s) > 75 { // octets; what follows is told by a space
			n := 75
			for !utf8.RuneStart(s[n]) {
				n--
			}
			b.WriteString(s[:n] + "\r\n")
			s = " " + s[n:]
		}
		b.WriteString(s + "\r\n")
	}
	const at = "20060102T150405Z"
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Epilogue//debrief//EN")
	line("BEGIN:VEVENT")
	line("UID:" + e.ID + "@epilogue")
	line("DTSTAMP:" + made.UTC().Format(at))
	line("DTSTART:" + e.Start.UTC().Format(at))
	line("DTEND:" + e.End.UTC().Format(at))
	line("SUMMARY:" + icsText(e.Title))
	if e.Description != "" {
		line("DESCRIPTION:" + icsText(e.Description))
	}
	if e.Link != "" {
		line("URL:" + e.Link)
	}
	if e.Organizer == "" {
		e.Guests = nil
	} else {
		line("ORGANIZER:mailto:" + e.Organizer)
	}
	for _, g := range e.Guests {
		role := "REQ-PARTICIPANT"
		if g.Optional {
			role = "OPT-PARTICIPANT"
		}
		line(fmt.Sprintf("ATTENDEE;ROLE=%s;RSVP=TRUE:mailto:%s", role, g.Address))
	}
	line("BEGIN:VALARM")
	line("ACTION:DISPLAY")
	line("DESCRIPTION:" + icsText(e.Title))
	line("TRIGGER:-PT10M")
	line("END:VALARM")
	line("END:VEVENT")
	line("END:VCALENDAR")
	return []byte(b.String())
}

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// printable leaves out the control characters that no line may have, such as the end of one.
func printable(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f {
		return -1
	}
	return r
}

func icsText(s string) string { return icsEscapes.Replace(s) }
