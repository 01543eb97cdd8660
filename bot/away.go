package bot

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/store"
)

// A status is what somebody writes beside their name, often one of Slack's suggestions: an emoji and a few words.

// awayEmoji are those of Slack's suggestions "Vacationing" and "Out sick", and others that people use for the same.
var awayEmoji = []string{
	":palm_tree:", ":face_with_thermometer:", ":airplane:", ":desert_island:", ":beach_with_umbrella:", ":mask:", ":thermometer:",
	":baby:", ":no_entry:", ":camping:", ":snow_capped_mountain:", ":skier:",
}

// awayWords are words of a status that say the same.
var awayWords = []string{
	"vacation", "vacationing", "holiday", "holidays", "away", "ooo", "sick", "pto", "leave", "urlaub", "krank", "elternzeit", "abwesend", "off",
}

// saysAway reports whether a status says that somebody is away: for days, not for lunch.
func saysAway(text, emoji string) bool {
	if slices.Contains(awayEmoji, emoji) {
		return true
	}
	text = strings.ToLower(text)
	if strings.Contains(text, "out of office") || strings.Contains(text, "out of the office") {
		return true
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return r < 'a' || r > 'z' })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(awayWords, w) })
}

// learnStatus notes whether somebody is away.
func learnStatus(p *store.Person, u slack.User) {
	p.Away, p.AwayUntil = saysAway(u.Profile.StatusText, u.Profile.StatusEmoji), time.Time{}
	if until := u.Profile.StatusExpiration; p.Away && until > 0 {
		p.AwayUntil = time.Unix(int64(until), 0).UTC()
	}
}

// isAway reports whether somebody's status says that they are away now.
func isAway(p store.Person, now time.Time) bool {
	return p.Away && (p.AwayUntil.IsZero() || now.Before(p.AwayUntil))
}
