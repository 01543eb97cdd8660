package bot

import (
	"context"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

// onSearch offers what fits what somebody types into a menu that may have more options than Slack takes. What they may choose is decided when they do.
func (b *Bot) onSearch(ctx context.Context, r request) answer {
	s := b.scene(ctx)
	if blocks.Action(r.action) == blocks.HomeFlow {
		return answer{ack: slack.OptionsResponse{Options: blocks.FlowChoices(s, r.text)}}
	}
	if r.action == blocks.FieldGroups {
		return answer{ack: slack.OptionsResponse{Options: blocks.GroupChoices(s, b.groupsFor(ctx, r.user), r.text)}}
	}
	if found, ours := blocks.RuleChoices(s, r.action, r.text); ours {
		return answer{ack: slack.OptionsResponse{Options: found}}
	}
	return answer{}
}

// groupsFor are the user groups that somebody can choose from: none, but for admins.
func (b *Bot) groupsFor(ctx context.Context, who flow.UserID) []flow.GroupID {
	actor, err := b.people.actor(ctx, who, flow.Incident{})
	if err != nil || !flow.MayEdit(actor) {
		return nil
	}
	var ids []flow.GroupID
	for _, g := range b.groups.all(ctx) {
		ids = append(ids, g.id)
	}
	return ids
}
