package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// maxPause is for how many days somebody can pause their reminders.
const maxPause = 90

// mostComing bounds how many tasks of one person are looked at to say what will come.
const mostComing = 200

// reminders is /inc reminders: what comes when, a pause, and its end.
func (b *Bot) reminders(ctx context.Context, r request, t typed) (answer, error) {
	verb, rest := word(t.rest)
	switch strings.ToLower(verb) {
	case "":
		return b.remindersPage(ctx, r, 0)
	case "resume":
		return b.resumeReminders(ctx, r)
	case "pause":
		if rest == "" {
			return b.pauseForm(ctx, r)
		}
		s := b.scene(ctx)
		until, ok := parseDay(readable(rest), s.Now.In(b.zoneOf(ctx, r.user)), s.Process.Calendar)
		if !ok {
			return b.tell(r, "", blocks.PauseUsage(s, readable(rest))), nil
		}
		return b.pauseReminders(ctx, r, until)
	}
	return b.tell(r, "", blocks.RemindersUsage(b.scene(ctx), readable(verb))), nil
}

func (b *Bot) remindersPage(ctx context.Context, r request, number int) (answer, error) {
	m, err := b.remindersList(ctx, r.user, number)
	return b.pageOf(r, m), err
}

// remindersList draws what somebody will be reminded of, in the order in which it comes.
func (b *Bot) remindersList(ctx context.Context, who flow.UserID, number int) (blocks.Message, error) {
	s := b.scene(ctx)
	p, err := b.people.person(ctx, who)
	if err != nil {
		return blocks.Message{}, err
	}
	zone := b.zoneOf(ctx, who)
	now := s.Now.In(zone)
	d := blocks.RemindersData{Away: isAway(p, s.Now), Zone: zone.String()}
	if flow.DateOf(now).Before(p.PausedUntil) {
		d.PausedUntil = p.PausedUntil
	}
	tasks, err := b.tasksOf(ctx, who, mostComing, "")
	if err != nil {
		return blocks.Message{}, err
	}
	var all []blocks.Coming
	for _, it := range tasks.Items {
		t, _ := it.Incident.Task(it.Task)
		if _, day, ok := it.Incident.NextReminder(s.Process.Calendar, t); ok {
			on := s.Process.NextDigest(now, lastOf(day, d.PausedUntil))
			all = append(all, blocks.Coming{Item: it, On: on})
		}
	}
	followUps, err := b.followUpsOf(ctx, who, mostComing, "")
	if err != nil {
		return blocks.Message{}, err
	}
	for _, it := range followUps.Items {
		f, _ := it.Incident.FollowUp(it.FollowUp)
		if _, day, ok := flow.NextFollowUpReminder(s.Process.Calendar, f); ok {
			on := s.Process.NextDigest(now, lastOf(day, d.PausedUntil))
			all = append(all, blocks.Coming{Item: blocks.Item{Incident: it.Incident}, FollowUp: f.Number, On: on})
		}
	}
	slices.SortStableFunc(all, func(a, b blocks.Coming) int { return strings.Compare(a.On.String(), b.On.String()) })
	from, to := min(number*blocks.RemindersPage, len(all)), min((number+1)*blocks.RemindersPage, len(all))
	d.Coming = blocks.Page[blocks.Coming]{Items: all[from:to], Number: number, More: to < len(all), Total: len(all)}
	return inList(blocks.RemindersMessage(s, d), blocks.Ref{Want: listReminders, Page: number}), nil
}

// pauseForm asks until when reminders are to be paused.
func (b *Bot) pauseForm(ctx context.Context, r request) (answer, error) {
	p, err := b.people.person(ctx, r.user)
	if err != nil {
		return answer{}, err
	}
	s, until := b.scene(ctx), p.PausedUntil
	if !flow.DateOf(s.Now.In(b.zoneOf(ctx, r.user))).Before(until) {
		until = flow.Date{}
	}
	return b.open(r, blocks.PauseForm(s, until)), nil
}

// pauseReminders writes down that somebody wants no digest before a day.
func (b *Bot) pauseReminders(ctx context.Context, r request, until flow.Date) (answer, error) {
	s := b.scene(ctx)
	today := flow.DateOf(s.Now.In(b.zoneOf(ctx, r.user)))
	if !today.Before(until) || today.AddDays(maxPause).Before(until) {
		return b.tell(r, flow.FieldUntil, blocks.BadPause()), nil
	}
	if err := b.setPause(ctx, r, until); err != nil {
		return answer{}, err
	}
	if r.kind == kindForm {
		return b.afterPause(ctx, r)
	}
	return b.tell(r, "", blocks.Paused(s, until)), nil
}

// afterPause brings the list up to date from which a form was opened.
func (b *Bot) afterPause(_ context.Context, r request) (answer, error) {
	c, err := metadata(r.view.Metadata)
	if list, ok := listNamed(c.list); ok && err == nil {
		return answer{then: b.redraw(r.user, list, r.view.Previous, c.answer)}, nil
	}
	return answer{}, nil
}

func (b *Bot) setPause(ctx context.Context, r request, until flow.Date) error {
	if _, err := b.people.person(ctx, r.user); err != nil {
		return err
	}
	if _, err := b.people.change(ctx, r.user, func(p *store.Person) { p.PausedUntil = until }); err != nil {
		return fmt.Errorf("pause reminders: %w", err)
	}
	return nil
}

// resumeReminders ends a pause.
func (b *Bot) resumeReminders(ctx context.Context, r request) (answer, error) {
	p, err := b.people.person(ctx, r.user)
	if err != nil {
		return answer{}, err
	}
	if p.PausedUntil.IsZero() {
		return b.tell(r, "", blocks.NotPaused(b.scene(ctx))), nil
	}
	if err := b.setPause(ctx, r, flow.Date{}); err != nil {
		return answer{}, err
	}
	if list, ok := r.list(); ok {
		return answer{then: b.redraw(r.user, list, r.view.ID, r.respond)}, nil
	}
	return b.tell(r, "", blocks.Resumed()), nil
}

// snooze puts off the reminders of a task to the day that the click names, or asks for one.
func (b *Bot) snooze(ctx context.Context, r request, inc flow.Incident, t flow.Task, day string) (answer, error) {
	until, err := flow.ParseDate(day)
	if err != nil {
		return b.taskForm(ctx, r, inc, t, flow.SnoozeTask{Task: t.Number, Until: flow.DateOf(b.clock.Now().In(b.zone)).AddDays(1)}, blocks.SnoozeForm)
	}
	return b.act(ctx, r, inc, flow.SnoozeTask{Task: t.Number, Until: until})
}

// untilOf is the day of a form that snoozes or pauses; none is what the rules refuse.
func untilOf(v viewState) flow.Date {
	d, err := flow.ParseDate(v.field(flow.FieldUntil))
	if err != nil {
		return flow.Date{}
	}
	return d
}
