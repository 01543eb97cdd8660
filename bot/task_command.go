package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
)

// task is /inc task N done, not-doing REASON, assign @x, due DATE, reopen, and /inc task add TITLE.
func (b *Bot) task(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	s := b.scene(ctx)
	first, rest := word(t.rest)
	if first == "" {
		return b.showTasks(ctx, r, t, inc)
	}
	if strings.EqualFold(first, "add") {
		if rest == "" {
			return b.addTaskForm(ctx, r, inc)
		}
		return b.carryOut(ctx, r, inc.ID, flow.AddTask{Title: readable(rest)})
	}
	n := taskNumber(first)
	if n == 0 {
		return b.tell(r, "", blocks.TaskUsage(s, 0, readable(first))), nil
	}
	task, err := b.taskOf(ctx, inc, n)
	if err != nil {
		return answer{}, err
	}
	verb, rest := verbTyped(rest)
	switch verb {
	case "":
		return b.open(r, blocks.InstructionsModal(s, inc, task)), nil
	case "done":
		return b.carryOut(ctx, r, inc.ID, flow.CompleteTask{Task: task.Number})
	case "reopen":
		return b.carryOut(ctx, r, inc.ID, flow.ReopenTask{Task: task.Number})
	case "not-doing":
		if rest == "" {
			return b.skipForm(ctx, r, inc, task)
		}
		return b.carryOut(ctx, r, inc.ID, flow.SkipTask{Task: task.Number, Reason: readable(rest)})
	case "assign":
		return b.assignTyped(ctx, r, inc, task, rest)
	case "due":
		return b.dueTyped(ctx, r, inc, task, rest)
	}
	return b.tell(r, "", blocks.TaskUsage(s, n, readable(verb))), nil
}

// verbTyped splits what is to become of something off. "not doing" is "not-doing".
func verbTyped(s string) (verb, rest string) {
	verb, rest = word(s)
	verb = strings.ToLower(verb)
	if second, more := word(rest); verb == "not" && strings.EqualFold(second, "doing") {
		return "not-doing", more
	}
	return verb, rest
}

// taskNumber reads 3 or #3; 0 is no number of a task.
func taskNumber(s string) flow.TaskNumber {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "#"))
	if err != nil || n < 1 {
		return 0
	}
	return flow.TaskNumber(n)
}

// taskTyped is the task that a command is about, if it is one about a task.
func taskTyped(text string) flow.TaskNumber {
	t := parse(text)
	if t.verb != "task" {
		return 0
	}
	first, _ := word(t.rest)
	return taskNumber(first)
}

func (b *Bot) assignTyped(ctx context.Context, r request, inc flow.Incident, t flow.Task, rest string) (answer, error) {
	to, ok := whoIsMeant(r.user, rest)
	if !ok {
		return b.taskForm(ctx, r, inc, t, flow.AssignTask{Task: t.Number}, blocks.AssignForm)
	}
	return b.assign(ctx, r, inc, t.Number, to)
}

// whoIsMeant reads who is to get something: @x, me, or nobody; false for anything else.
func whoIsMeant(me flow.UserID, typed string) (flow.UserID, bool) {
	if who := mention.FindStringSubmatch(typed); who != nil {
		return flow.UserID(who[1]), true
	}
	switch strings.ToLower(typed) {
	case "me":
		return me, true
	case "nobody":
		return "", true
	}
	return "", false
}

// assign gives a task to somebody, by whatever way it was asked for.
func (b *Bot) assign(ctx context.Context, r request, inc flow.Incident, n flow.TaskNumber, to flow.UserID) (answer, error) {
	person, err := b.people.candidate(ctx, to, inc)
	if err != nil {
		return answer{}, err
	}
	return b.carryOut(ctx, r, inc.ID, flow.AssignTask{Task: n, To: person})
}

func (b *Bot) dueTyped(ctx context.Context, r request, inc flow.Incident, t flow.Task, rest string) (answer, error) {
	if rest == "" {
		return b.taskForm(ctx, r, inc, t, flow.SetDue{Task: t.Number}, blocks.DueForm)
	}
	day, why := word(rest)
	var cal flow.Calendar
	if inc.Snapshot != nil {
		cal = inc.Snapshot.Calendar
	}
	due, ok := parseDay(day, b.clock.Now().In(b.zone), cal)
	if !ok {
		return b.tell(r, "", blocks.DayUsage(b.scene(ctx), t.Number, readable(day))), nil
	}
	return b.carryOut(ctx, r, inc.ID, flow.SetDue{Task: t.Number, Due: due, Reason: readable(why)})
}

// parseDay reads a day as people type it: 2026-12-03, today, tomorrow, friday (the next one), 3d, 2bd, none.
func parseDay(s string, now time.Time, cal flow.Calendar) (flow.Date, bool) {
	s = strings.ToLower(s)
	today := flow.DateOf(now)
	switch s {
	case "none":
		return flow.Date{}, true
	case "today":
		return today, true
	case "tomorrow":
		return today.AddDays(1), true
	}
	if d, err := flow.ParseDate(s); err == nil {
		return d, true
	}
	for i := 1; i <= 7; i++ {
		name := strings.ToLower(today.AddDays(i).In(time.UTC).Weekday().String())
		if len(s) >= 3 && strings.HasPrefix(name, s) {
			return today.AddDays(i), true
		}
	}
	for suffix, unit := range map[string]flow.Unit{"bd": flow.BusinessDays, "d": flow.Days} {
		digits, ok := strings.CutSuffix(s, suffix)
		if n, err := strconv.Atoi(digits); ok && err == nil && n >= 0 && n <= 1000 {
			return cal.Due(now, flow.Offset{N: n, Unit: unit}), true
		}
	}
	return flow.Date{}, false
}
