package bot

import (
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"epilogue/blocks"
)

// carried is what a form carries along in its private_metadata, a line each: what it is about, and what the edge needs once it is done.
type carried struct {
	ref    blocks.Ref
	answer string // response_url of what opened it: where the person can be answered
	list   string // the list of tasks that it was opened from, as a reference; empty: none
	typed  string // the command that it completes, as it was typed
}

// onto adds to a form what it carries besides its own reference.
func (c carried) onto(view slack.ModalViewRequest) slack.ModalViewRequest {
	view.PrivateMetadata = strings.TrimRight(strings.Join([]string{view.PrivateMetadata, c.answer, c.list, c.typed}, "\n"), "\n")
	return view
}

// maxMetadata is Slack's limit, in code points.
const maxMetadata = 3000

func fits(view slack.ModalViewRequest) bool {
	return utf8.RuneCountInString(view.PrivateMetadata) <= maxMetadata
}

func metadata(s string) (carried, error) {
	lines := append(strings.SplitN(s, "\n", 4), "", "", "")
	ref, err := blocks.ParseRef(lines[0])
	return carried{ref: ref, answer: lines[1], list: lines[2], typed: lines[3]}, err
}
