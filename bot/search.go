package bot

import (
	"context"

	"github.com/slack-go/slack"

	"epilogue/blocks"
)

// onSearch offers what fits what somebody types into a menu that may have more options than Slack takes.
func (b *Bot) onSearch(ctx context.Context, r request) answer {
	if blocks.Action(r.action) == blocks.HomeFlow {
		return answer{ack: slack.OptionsResponse{Options: blocks.FlowChoices(b.scene(ctx), r.text)}}
	}
	return answer{}
}
