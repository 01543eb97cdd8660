package bot

import (
	"context"

	"epilogue/blocks"
	"epilogue/flow"
)

// snoozeFollowUp puts off the reminders of a follow-up to the day that the click names, or asks for one.
func (b *Bot) snoozeFollowUp(ctx context.Context, r request, inc flow.Incident, f flow.FollowUp, day string) (answer, error) {
	until, err := flow.ParseDate(day)
	if err == nil {
		return b.act(ctx, r, inc, flow.SnoozeFollowUp{FollowUp: f.Number, Until: until})
	}
	tomorrow := flow.DateOf(b.clock.Now().In(b.zone)).AddDays(1)
	if err := b.mayOpen(ctx, r, inc, flow.SnoozeFollowUp{FollowUp: f.Number, Until: tomorrow}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.SnoozeFollowUpForm(b.scene(ctx), inc, f)), nil
}

func (b *Bot) assignFollowUpForm(ctx context.Context, r request, inc flow.Incident, f flow.FollowUp) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.EditFollowUp{FollowUp: f.Number}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.AssignFollowUpForm(b.scene(ctx), inc, f)), nil
}
