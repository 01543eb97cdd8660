package bot

import (
	"context"
	"time"

	"epilogue/flow"
	"epilogue/internal/calendar"
)

// searched is how far ahead a time is looked for where no task says until when.
const searched = 14

// need is the meeting that a time is looked for: within the due date of the task that asks for it, in everybody's hours. busy is what is known of people's
// calendars.
func (b *Bot) need(ctx context.Context, people []flow.UserID, inc flow.Incident, length time.Duration, busy map[flow.UserID][]calendar.Span) calendar.Need {
	now := b.clock.Now().In(b.zone)
	until := flow.DateOf(now).AddDays(searched)
	if due := inc.DebriefDue(); due.Ends(b.zone).After(now.AddDate(0, 0, 1)) { // one that is late is held when it can be
		until = due
	}
	process := b.process(ctx)
	hours := process.Hours.Known()
	n := calendar.Need{
		Length: length, Days: process.Calendar,
		Within: calendar.Span{Start: now.Add(time.Hour), End: until.Ends(b.zone)},
	}
	for _, u := range people {
		n.Required = append(n.Required, calendar.Attendee{Name: string(u), Zone: b.zoneOf(ctx, u), Busy: busy[u], Hours: calendar.HoursOf(hours)})
	}
	return n
}

func (b *Bot) slots(ctx context.Context, people []flow.UserID, inc flow.Incident, length time.Duration, busy map[flow.UserID][]calendar.Span) []calendar.Slot {
	return calendar.Slots(b.need(ctx, people, inc, length, busy))
}
