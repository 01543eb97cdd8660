package bot

import (
	"context"
	"errors"
	"fmt"

	"epilogue/flow"
	"epilogue/store"
)

// offerJobs redraw the card of an incident if its menu offers Update from the flow by now, or no more, since the process is another one.
func (b *Bot) offerJobs(old, now flow.Process, inc flow.Incident) []store.Job {
	_, was := old.SnapshotUpdate(inc, flow.Actor{})
	if _, is := now.SnapshotUpdate(inc, flow.Actor{}); is == was {
		return nil
	}
	return []store.Job{b.follow(inc.ID, flow.Effect{Tell: flow.TellRefresh, Seq: inc.Rev})}
}

// processBefore is the version of the process from which its incidents are visited: the standard one if that is not known.
func (b *Bot) processBefore(ctx context.Context, version int) (flow.Process, error) {
	v, err := b.store.ProcessVersion(ctx, version)
	if errors.Is(err, store.ErrNotFound) {
		return flow.Standard(), nil
	}
	if err != nil {
		return flow.Process{}, fmt.Errorf("read version %d of the process: %w", version, err)
	}
	return v.Process, nil
}
