package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
)

// A form's private_metadata holds its reference and, after a line break, where the person can be answered once more than a form is done:
// the response_url of the command that opened it.

func withAnswerTo(view slack.ModalViewRequest, responseURL string) slack.ModalViewRequest {
	if responseURL != "" {
		view.PrivateMetadata += "\n" + responseURL
	}
	return view
}

func metadata(s string) (ref blocks.Ref, responseURL string, err error) {
	s, responseURL, _ = strings.Cut(s, "\n")
	ref, err = blocks.ParseRef(s)
	return ref, responseURL, err
}
