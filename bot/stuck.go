package bot

import (
	"context"
	"errors"
	"fmt"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// stuckForm shows admins the incidents that go nowhere, those that have waited longest first.
func (b *Bot) stuckForm(ctx context.Context, r request) (answer, error) {
	if _, err := b.admin(ctx, r); err != nil {
		return answer{}, err
	}
	s := b.scene(ctx)
	today := flow.DateOf(s.Now.In(b.zone))
	var items []blocks.StuckItem
	keep := func(inc flow.Incident) bool { _, stuck := s.Process.StuckOn(inc, today); return stuck }
	for _, stage := range []flow.Stage{flow.PostIncident, flow.Active} {
		some, _, err := b.list(ctx, r.user, store.Query{Stage: stage}, blocks.MostStuck+1, keep)
		if err != nil {
			return answer{}, err
		}
		for _, inc := range some {
			why, _ := s.Process.StuckOn(inc, today)
			items = append(items, blocks.StuckItem{Incident: inc, Why: why})
		}
	}
	return b.open(r, blocks.StuckForm(s, items, len(items) > blocks.MostStuck)), nil
}

// submitStuck opts the picked incidents out with one reason, each as if it were the only one. Those that are refused are named.
func (b *Bot) submitStuck(ctx context.Context, r request) (answer, error) {
	if _, err := b.admin(ctx, r); err != nil {
		return answer{}, err
	}
	s, reason := b.scene(ctx), r.view.field(flow.FieldReason)
	closed := 0
	var refused []blocks.Text
	for _, value := range r.view.picked(blocks.FieldStuck) {
		ref, err := blocks.ParseRef(value)
		if err != nil {
			return answer{}, fmt.Errorf("read the picked incident %q: %w", value, err)
		}
		inc, err := b.see(ctx, r.user, ref.Incident)
		if err == nil {
			_, _, err = b.do(ctx, inc.ID, r.user, named(r.delivery, inc.ID.String()), flow.OptOut{Reason: reason})
		}
		var no flow.Refusal
		switch {
		case errors.As(err, &no) && no.Field == flow.FieldReason:
			return answer{}, no
		case errors.As(err, &no):
			refused = append(refused, blocks.Refusal(s, inc, no))
		case err != nil:
			return answer{}, err
		default:
			closed++
		}
	}
	if len(refused) > 0 {
		return b.open(r, blocks.Notice("Stuck incidents", blocks.StuckRefused(closed, refused))), nil
	}
	return answer{}, nil
}
