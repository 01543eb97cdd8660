package bot

import (
	"context"

	"epilogue/flow"
	"epilogue/store"
)

// outdatedCard has the card of an incident drawn again if it looks different by now: its menu offers Update from the flow once the process is another one, and
// no more once it is not.
func (b *Bot) outdatedCard(ctx context.Context, inc flow.Incident) ([]store.Job, error) {
	if inc.Stage != flow.PostIncident || inc.Card == 0 {
		return nil, nil
	}
	p, posted, err := b.found(ctx, cardKey(inc.ID, inc.Card))
	if err != nil || !posted {
		return nil, err // posting it brings it up to date
	}
	m, _, err := b.drawCard(ctx, inc, inc.Card)
	if err != nil || hashOf(m) == p.Shown {
		return nil, err
	}
	return []store.Job{b.follow(inc.ID, flow.Effect{Tell: flow.TellRefresh, Seq: inc.Rev})}, nil
}
