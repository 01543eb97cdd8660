package blockkit

import (
	"iter"
	"strings"
	"time"
)

// PieceKind says what a piece of mrkdwn is.
type PieceKind int

// The kinds of pieces.
const (
	Literal PieceKind = iota
	UserMention
	ChannelMention
	GroupMention
	Broadcast
	DateText
	LinkText
)

// Piece is a part of mrkdwn: literal text with its markers, or what stood between < and >.
type Piece struct {
	Kind PieceKind
	Text string // as a person reads it, without entities; of a link its label alone
	ID   string // of a user, channel or group; of a broadcast here, channel or everyone
	URL  string // of a link, or of a date that is one; as written, so it may be of any scheme
}

// Pieces splits mrkdwn for programs that show it with colors and links. For names, loc and now see Mrkdwn, which gives the same in
// plain text.
func Pieces(mrkdwn string, names Names, loc *time.Location, now time.Time) iter.Seq[Piece] {
	return func(yield func(Piece) bool) {
		for t := range tokens(mrkdwn) {
			if !yield(t.piece(names, loc, now)) {
				return
			}
		}
	}
}

func (t token) piece(names Names, loc *time.Location, now time.Time) Piece {
	p := Piece{Kind: PieceKind(t.kind), Text: t.read(names, loc, now), ID: t.target}
	switch t.kind {
	case literalToken:
		p.ID = ""
	case linkToken:
		p.ID, p.URL = "", unescape(t.target)
		p.Text = firstOf(unescape(t.label), strings.TrimPrefix(p.URL, "mailto:"))
	case dateToken:
		d := parseDate(t.target)
		p.ID, p.URL = "", d.link
		d.link = ""
		p.Text = d.read(unescape(t.label), loc, now)
	}
	return p
}

// ReadDate shows a moment, in Unix seconds, by Slack's date tokens ("{date_short} at {time}"), in loc and relative to now; the fallback
// where loc is nil or the format is empty.
func ReadDate(seconds int64, format, fallback string, loc *time.Location, now time.Time) string {
	return date{at: time.Unix(seconds, 0), format: format, ok: true}.read(fallback, loc, now)
}

// Unescape reads Slack's three entities, once: "&amp;lt;" is the text "&lt;".
func Unescape(s string) string { return unescape(s) }
