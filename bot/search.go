package bot

import (
	"context"

	"github.com/slack-go/slack"

	"epilogue/blocks"
)

// onSearch offers what fits what somebody types into a menu that may have more options than Slack takes. What they may choose is decided when they do.
func (b *Bot) onSearch(ctx context.Context, r request) answer {
	s := b.scene(ctx)
	if blocks.Action(r.action) == blocks.HomeFlow {
		return answer{ack: slack.OptionsResponse{Options: blocks.FlowChoices(s, r.text)}}
	}
	if found, ours := blocks.RuleChoices(s, r.action, r.text); ours {
		return answer{ack: slack.OptionsResponse{Options: found}}
	}
	return answer{}
}
