package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"epilogue/blocks"
	"epilogue/flow"
)

// updateFromFlowForm shows what would change if the incident were brought up to date from its flow.
func (b *Bot) updateFromFlowForm(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	u, err := b.updateOffered(ctx, r, inc)
	if err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.UpdateFromFlowForm(b.scene(ctx), inc, u, false)), nil
}

// updateOffered is what somebody may bring up to date now; the refusal of the rules if it is nothing.
func (b *Bot) updateOffered(ctx context.Context, r request, inc flow.Incident) (flow.SnapshotUpdate, error) {
	process, err := b.store.Process(ctx)
	if err != nil {
		return flow.SnapshotUpdate{}, err
	}
	actor, err := b.people.actor(ctx, r.user, inc)
	if err != nil {
		return flow.SnapshotUpdate{}, err
	}
	u, _ := process.SnapshotUpdate(inc, actor)
	err = b.askAs(ctx, actor, inc, flow.UpdateSnapshot{Flow: u.Flow.Key, Version: u.Version})
	if no := (flow.Refusal{}); errors.As(err, &no) && no.Why == flow.NeedsChange {
		err = nil // which is what the form is for
	}
	return u, err
}

// submitUpdateFromFlow makes the chosen changes. If the flow was changed while the person looked, they see what is different by now.
func (b *Bot) submitUpdateFromFlow(ctx context.Context, r request, inc flow.Incident, ref blocks.Ref) (answer, error) {
	version, err := strconv.Atoi(ref.Want)
	if err != nil {
		return answer{}, nil //nolint:nilerr // nothing of ours
	}
	cmd := flow.UpdateSnapshot{Flow: ref.Flow, Version: version}
	for field := range r.view.State.Values {
		if field == blocks.FieldChanges || strings.HasPrefix(field, blocks.FieldChanges+"/") {
			cmd.Changes = append(cmd.Changes, r.view.picked(field)...)
		}
	}
	done, err := b.submit(ctx, r, inc.ID, cmd)
	if no := (flow.Refusal{}); errors.As(err, &no) && no.Why == flow.FlowChanged {
		u, err := b.updateOffered(ctx, r, inc)
		if err != nil {
			return answer{}, err
		}
		return b.open(r, blocks.UpdateFromFlowForm(b.scene(ctx), inc, u, true)), nil
	}
	return done, err
}
