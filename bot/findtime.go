package bot

import (
	"context"
	"slices"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/calendar"
)

// lookForWithin is how long a calendar may take to say who is busy: whoever waits has the form in front of them, and can choose a time by hand.
const lookForWithin = behindWithin - 2*openWithin

// lookForAtLeast is how long the form says that times are being looked for. The ack that puts it there goes another way than the update that follows it, and
// must not arrive second.
const lookForAtLeast = 500 * time.Millisecond

// offerTimes goes on with a form to one that offers times, unless something else is wrong with it.
func (b *Bot) offerTimes(ctx context.Context, r request, inc flow.Incident, cmd flow.PlanDebrief) (answer, error) {
	otherwise := cmd
	otherwise.Knew = "" // it is said once something would be saved
	if cmd.Start.IsZero() {
		otherwise.Start = b.clock.Now().Add(time.Hour)
		otherwise.End = otherwise.Start.Add(b.lengthOf(r))
	}
	if err := b.ask(ctx, r, inc, otherwise); err != nil && !unchanged(err) {
		return answer{}, err
	}
	return b.findTime(ctx, r, inc, cmd, false), nil
}

// findTime answers a form for a debrief with one that says that times are being looked for, and then puts them there. The calendar is asked after the ack; the fields
// stay the same all along, so that what was typed stays.
func (b *Bot) findTime(ctx context.Context, r request, inc flow.Incident, cmd flow.PlanDebrief, meanwhile bool) answer {
	d := blocks.Debriefing{Meanwhile: meanwhile, Debrief: planned(cmd), Length: b.lengthOf(r), Calendar: true, Confirm: true, Looking: true, Zone: b.zoneOf(ctx, r.user)}
	_, d.Uninvited = b.addresses(ctx, d.Debrief)
	waiting := blocks.DebriefForm(b.scene(ctx), inc, d)
	b.looks.Store(r.view.ID, &d)
	return answer{ack: b.replaceForm(r, *b.carries(r, &waiting)).ack, then: func(ctx context.Context) error {
		d.Looking = false
		shown := time.NewTimer(lookForAtLeast)
		defer shown.Stop()
		looking, cancel := context.WithTimeout(ctx, lookForWithin)
		b.lookForTimes(looking, inc, &d)
		cancel()
		select {
		case <-ctx.Done():
		case <-shown.C:
		}
		if !b.looks.CompareAndDelete(r.view.ID, &d) {
			return nil // they are looked for again meanwhile
		}
		found := blocks.DebriefForm(b.scene(ctx), inc, d)
		return b.update(r.view.ID, *b.carries(r, &found))(ctx)
	}}
}

// lookForTimes fills in the time that is typed and the best others, with who cannot come, or why nobody knows.
func (b *Bot) lookForTimes(ctx context.Context, inc flow.Incident, d *blocks.Debriefing) {
	n := b.need(ctx, d.Debrief.Required, inc, d.Length, nil)
	typed := calendar.Span{Start: d.Debrief.Start, End: d.Debrief.Start.Add(d.Length)}
	err := b.readCalendars(ctx, inc, &n, typed, d)
	if err != nil {
		b.log.Warn("no times can be looked for", "incident", inc.ID, "err", err)
		d.Problem = string(problemOf(err))
		return
	}
	if !d.Debrief.Start.IsZero() {
		busy, outside := calendar.Against(n, typed)
		d.Slots = append(d.Slots, blocks.SlotChoice{Start: typed.Start, End: typed.End, Busy: users(busy), Outside: users(outside), Typed: true})
	}
	for _, s := range calendar.Slots(n) {
		if !s.Start.Equal(typed.Start) {
			d.Slots = append(d.Slots, blocks.SlotChoice{Start: s.Start, End: s.End, Standing: s.Standing, Outside: users(s.Outside)})
		}
	}
	if len(d.Slots) == 0 {
		d.Blocking = users(calendar.Blocking(n))
	}
}

// readCalendars fills in when everyone who is needed is busy, and standing meetings. That they have the debrief itself in their calendars does not count.
func (b *Bot) readCalendars(ctx context.Context, inc flow.Incident, n *calendar.Need, typed calendar.Span, d *blocks.Debriefing) error {
	within := n.Within
	if typed.Start.After(b.clock.Now()) && typed.Start.Before(within.Start) {
		within.Start = typed.Start
	}
	addresses, who := b.addressesOf(ctx, d.Debrief.Required)
	busy, unread, err := b.booker.Busy(ctx, addresses, within)
	if err == nil && typed.End.After(within.End) {
		var then map[string][]calendar.Span
		then, _, err = b.booker.Busy(ctx, addresses, typed)
		for address, spans := range then {
			busy[address] = append(busy[address], spans...)
		}
	}
	if err == nil {
		n.Standing, err = b.booker.Standing(ctx, n.Within)
	}
	if err != nil {
		return err
	}
	for i, a := range n.Required {
		address := who[flow.UserID(a.Name)]
		n.Required[i].Busy = slices.DeleteFunc(busy[address], func(s calendar.Span) bool {
			return inc.Debrief != nil && inc.Debrief.Booked() && s.Start.Equal(inc.Debrief.Start) && s.End.Equal(inc.Debrief.End)
		})
		if address == "" || slices.Contains(unread, address) {
			d.Unread = append(d.Unread, flow.UserID(a.Name))
		}
	}
	return nil
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
