package page

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kyokomi/emoji/v2"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page/kit"
)

// functions are what templates can call.
var functions = template.FuncMap{
	"initials": initials,
	"tint":     tint,
	"emoji":    shownEmoji,
	"dom":      func(ts string) string { return strings.ReplaceAll(ts, ".", "-") },
	"esc":      url.PathEscape,
	"list":     func(items ...any) []any { return items },
	"count":    counted,
	"badge": func(n int) string {
		if n > 99 {
			return "99+"
		}
		return fmt.Sprint(n)
	},
	"join":      and,
	"fulltitle": titleOf,
	"asset":     func(name string) bool { _, err := files.ReadFile("assets/" + name); return err == nil },
	"shortcuts": func(all []sandbox.ShortcutEntry) (string, error) {
		raw, err := json.Marshal(all)
		return string(raw), err
	},
	"size": func(n int) string { return fmt.Sprintf("%.1f kB", float64(n)/1000) },
}

// initials are one or two letters of a name: of its first and its last word.
func initials(name string) string {
	var out []rune
	words := strings.Fields(name)
	for i, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); (i == 0 || i == len(words)-1) && unicode.IsPrint(r) {
			out = append(out, unicode.ToUpper(r))
		}
	}
	return string(out)
}

// tint is one of the colors for people, the same for the same id.
func tint(id string) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id))
	return sum.Sum32() % 8
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// and joins names as a sentence does.
func and(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// shownEmoji is an emoji by its name, or the name between colons if there is none.
func shownEmoji(name string) string {
	if e, ok := kit.Emoji(name); ok {
		return e
	}
	return ":" + name + ":"
}

// emojiEntry is an emoji that can be chosen.
type emojiEntry struct {
	Name  string `json:"n"`
	Shown string `json:"e"`
}

// picker are the emoji of the small picker.
var picker = sync.OnceValue(func() []emojiEntry {
	var out []emojiEntry
	for _, name := range strings.Fields(`+1 -1 white_check_mark x eyes tada heart joy raised_hands clap pray thinking_face
		fire rotating_light warning hourglass rocket bug memo pushpin question exclamation wave sob
		smile grin sweat_smile scream facepalm muscle ok_hand point_up coffee beer 100 sparkles`) {
		if shown, ok := kit.Emoji(name); ok {
			out = append(out, emojiEntry{name, shown})
		}
	}
	return out
})

// allEmoji are those that completion offers, by name.
var allEmoji = sync.OnceValue(func() []emojiEntry {
	var out []emojiEntry
	for code, shown := range emoji.CodeMap() {
		out = append(out, emojiEntry{strings.Trim(code, ":"), strings.TrimSpace(shown)})
	}
	slices.SortFunc(out, func(a, b emojiEntry) int { return strings.Compare(a.Name, b.Name) })
	return out
})

// The words for times, as Slack has them.

func clockOf(t time.Time) string { return t.Format("3:04 PM") }

// dayOf names a day in a divider.
func dayOf(t, now time.Time) string {
	switch {
	case sameDay(t, now):
		return "Today"
	case sameDay(t, now.AddDate(0, 0, -1)):
		return "Yesterday"
	case t.Year() == now.Year() || now.Sub(t) < 180*24*time.Hour:
		return t.Format("Monday, January ") + ordinal(t.Day())
	}
	return t.Format("January ") + ordinal(t.Day()) + t.Format(", 2006")
}

// repliedOf says when the last reply to a message was, in words that stay true for the day.
func repliedOf(t, now time.Time) string {
	switch {
	case sameDay(t, now):
		return "today at " + clockOf(t)
	case sameDay(t, now.AddDate(0, 0, -1)):
		return "yesterday at " + clockOf(t)
	}
	return t.Format("Jan ") + ordinal(t.Day()) + " at " + clockOf(t)
}

func ordinal(day int) string {
	suffix := "th"
	switch day {
	case 1, 21, 31:
		suffix = "st"
	case 2, 22:
		suffix = "nd"
	case 3, 23:
		suffix = "rd"
	}
	return fmt.Sprint(day) + suffix
}

var (
	marked    = regexp.MustCompile(`<[^<>]+>`)
	unescaped = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// typedAgain is a message's text as its author would type it: mentions by handle, links bare.
func typedAgain(text string, r sandbox.Reader, handles map[string]string) string {
	return unescaped.Replace(marked.ReplaceAllStringFunc(text, func(in string) string {
		target, label, _ := strings.Cut(strings.Trim(in, "<>"), "|")
		switch {
		case strings.HasPrefix(target, "@"):
			if h := handles[target[1:]]; h != "" {
				return "@" + h
			}
			return target
		case strings.HasPrefix(target, "#"):
			return "#" + r.Channel(target[1:])
		case strings.HasPrefix(target, "!subteam^"):
			return "@" + r.Group(strings.TrimPrefix(target, "!subteam^"))
		case strings.HasPrefix(target, "!"):
			return "@" + target[1:]
		case label != "":
			return label
		}
		return target
	}))
}
