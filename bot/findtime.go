package bot

import (
	"context"
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/calendar"
)

// lookForWithin is how long a calendar may take to say who is busy: whoever waits has the form in front of them, and can choose a time by hand.
const lookForWithin = behindWithin - 2*openWithin

// findTime answers a form for a debrief with one that says that times are being looked for, and then puts them there. The calendar is asked after the ack; the fields
// stay the same all along, so that what was typed stays.
func (b *Bot) findTime(ctx context.Context, r request, inc flow.Incident, cmd flow.PlanDebrief) answer {
	d := blocks.Debriefing{Debrief: planned(cmd), Length: b.lengthOf(r), Calendar: true, Confirm: true, Looking: true, Zone: b.zoneOf(ctx, r.user)}
	_, d.Uninvited = b.addresses(ctx, d.Debrief)
	waiting := blocks.DebriefForm(b.scene(ctx), inc, d)
	return answer{ack: slack.NewUpdateViewSubmissionResponse(b.carries(r, &waiting)), then: func(ctx context.Context) error {
		d.Looking = false
		looking, cancel := context.WithTimeout(ctx, lookForWithin)
		b.lookForTimes(looking, inc, &d)
		cancel()
		found := blocks.DebriefForm(b.scene(ctx), inc, d)
		return b.update(r.view.ID, *b.carries(r, &found))(ctx)
	}}
}

// lookForTimes fills in the best times, or why there are none.
func (b *Bot) lookForTimes(ctx context.Context, inc flow.Incident, d *blocks.Debriefing) {
	needed := d.Debrief.Required
	n := b.need(ctx, needed, inc, d.Length, nil)
	addresses, who := b.addressesOf(ctx, needed)
	busy, unread, err := b.booker.Busy(ctx, addresses, n.Within)
	if err == nil {
		n.Standing, err = b.booker.Standing(ctx, n.Within)
	}
	if err != nil {
		b.log.Warn("no times can be looked for", "incident", inc.ID, "err", err)
		d.Problem = string(problemOf(err))
		return
	}
	for i, a := range n.Required {
		n.Required[i].Busy = busy[who[flow.UserID(a.Name)]]
		if address := who[flow.UserID(a.Name)]; address == "" || slices.Contains(unread, address) {
			d.Unread = append(d.Unread, flow.UserID(a.Name))
		}
	}
	for _, s := range calendar.Slots(n) {
		d.Slots = append(d.Slots, blocks.SlotChoice{Start: s.Start, End: s.End, Standing: s.Standing, Outside: users(s.Outside)})
	}
	if len(d.Slots) == 0 {
		d.Blocking = users(calendar.Blocking(n))
	}
}

func users(names []string) []flow.UserID {
	var out []flow.UserID
	for _, n := range names {
		out = append(out, flow.UserID(n))
	}
	return out
}

// addressesOf are those of some people, and which is whose.
func (b *Bot) addressesOf(ctx context.Context, people []flow.UserID) (addresses []string, of map[flow.UserID]string) {
	of = map[flow.UserID]string{}
	for _, u := range people {
		if p, err := b.store.Person(ctx, u); err == nil && p.Email != "" {
			addresses, of[u] = append(addresses, p.Email), p.Email
		}
	}
	return addresses, of
}

// timeMissing reports whether the only thing wrong with a form is that it has no time yet.
func timeMissing(cmd flow.PlanDebrief, err error) bool {
	var no flow.Refusal
	return cmd.Start.IsZero() && errors.As(err, &no) && no.Why == flow.BadTime
}
