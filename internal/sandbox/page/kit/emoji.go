package kit

import (
	"html/template"
	"strings"
	"sync"

	"github.com/kyokomi/emoji/v2"
)

// shortcodes is a table of thousands, which a bot without a sandbox has no use for.
var shortcodes = sync.OnceValue(emoji.CodeMap)

// skinTones are what Slack appends to a name.
var skinTones = map[string]string{
	"skin-tone-2": "\U0001f3fb", "skin-tone-3": "\U0001f3fc", "skin-tone-4": "\U0001f3fd", "skin-tone-5": "\U0001f3fe", "skin-tone-6": "\U0001f3ff",
}

// Emoji is the character that a name ("eyes", "wave::skin-tone-3", "flag-de") stands for; it reports false for names that it does not
// know, such as a workspace's own.
func Emoji(name string) (string, bool) {
	name, tone, _ := strings.Cut(name, "::")
	if country, ok := strings.CutPrefix(name, "flag-"); ok {
		name = "flag_" + country
	}
	char := strings.TrimSpace(shortcodes()[":"+name+":"])
	return char + skinTones[tone], char != ""
}

// emojiHTML draws ":name:"; text that names no emoji is not drawn.
func emojiHTML(code string) (template.HTML, bool) {
	name := strings.Trim(code, ":")
	char, ok := Emoji(name)
	if !ok {
		return "", false
	}
	return `<span class="k-emoji" role="img" title="` + escape(":"+name+":") + `" aria-label="` + escape(strings.ReplaceAll(name, "_", " ")) + `">` + escape(char) + `</span>`, true
}
