package bot

import (
	"encoding/json"
	"regexp"
	"strings"

	"epilogue/flow"
)

// said is a message that a shortcut was used on: what is read of it.
type said struct {
	Text string `json:"text"`
	TS   string `json:"ts"`
}

// link is the first link in a message, or nothing.
func (s said) link() string {
	for _, address := range linksIn(s.Text) {
		return address
	}
	return ""
}

var linkSaid = regexp.MustCompile(`<(https?://[^<>|]+)(?:\|[^<>]*)?>`)

// linksIn are the links in what somebody wrote, as Slack marks them.
func linksIn(text string) []string {
	var out []string
	for _, m := range linkSaid.FindAllStringSubmatch(text, 20) {
		out = append(out, strings.Clone(unescape.Replace(m[1]))) // a piece of the text would keep the whole
	}
	return out
}

// knownLink is what is kept of a message's text as it arrives: its first link to where documents live, and nothing of what people wrote.
type knownLink string

// UnmarshalJSON reads the text of a message; what is no string holds no link.
func (k *knownLink) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil //nolint:nilerr // nothing of ours
	}
	for _, address := range linksIn(text) {
		if flow.KnownDocument(address) {
			*k = knownLink(address)
			return nil
		}
	}
	return nil
}
