package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// The weekly report is a job at the hour of digests on the first business day of a week. When its time comes, the one of the week after follows from it; the first
// follows when the process says where it goes.

const tellReport flow.Tell = "report" // post: the weekly report of the day in Detail

const reportedKey = "reported" // the day of the last report

func (b *Bot) reportJob(p flow.Process, after flow.Date) store.Job {
	return b.reportOn(p, p.Calendar.ReportDay(after))
}

func (b *Bot) reportOn(p flow.Process, day flow.Date) store.Job {
	return store.Job{
		Lane: "report", Key: "report/" + day.String() + hourOf(p), Effect: flow.Effect{Tell: tellReport}, Detail: day.String(), At: p.DigestAt(day, b.zone),
	}
}

// report posts the weekly report. One that is more than a day late is part of the next one, which tells what happened since the last.
func (b *Bot) report(ctx context.Context, job store.Job) (store.Outcome, error) {
	day, err := flow.ParseDate(job.Detail)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("%w: the day of a report: %w", errFault, err)
	}
	process, err := b.store.Process(ctx)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read the process: %w", err)
	}
	last, err := b.reportedOn(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	to, now := process.Reminders.Report, b.clock.Now().In(b.zone)
	if to == "" { // a process that says where it goes has it made again
		return store.Outcome{}, nil
	}
	out := store.Outcome{Then: []store.Job{b.reportJob(process, lastOf(day, flow.DateOf(now)))}}
	if now.Before(process.DigestAt(day, b.zone)) { // digests have become later
		return store.Outcome{Then: []store.Job{b.reportOn(process, day)}}, nil
	}
	if !process.DigestNow(day, now) || !last.Before(day) {
		return out, nil
	}
	since := process.DigestAt(day.AddDays(-7), b.zone)
	if at := process.DigestAt(last, b.zone); !last.IsZero() && at.Before(since) {
		since = at
	}
	r, err := b.readReport(ctx, since, now)
	if err != nil {
		return store.Outcome{}, err
	}
	m := blocks.Report(b.scene(ctx), r)
	if _, err = b.postElsewhere(ctx, job, to, m); codeOf(err) == "invalid_blocks" {
		_, err = b.postElsewhere(ctx, job, to, blocks.WithoutCharts(m))
	}
	if v := verdictOf(err); v == gone || v == refused {
		b.log.Error("the weekly report cannot be posted: does the bot have access to the channel?", "channel", to, "err", err)
		return out, nil // next week it may
	}
	if err != nil {
		return store.Outcome{}, err
	}
	value, err := json.Marshal(day)
	if err != nil {
		panic(err) // a day always marshals
	}
	out.Results = append(out.Results, store.Result{Key: reportedKey, Value: value})
	return out, nil
}

func (b *Bot) reportedOn(ctx context.Context) (flow.Date, error) {
	var day flow.Date
	raw, err := b.store.Result(ctx, reportedKey)
	if errors.Is(err, store.ErrNotFound) {
		return day, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &day)
	}
	if err != nil {
		return day, fmt.Errorf("read the day of the last report: %w", err)
	}
	return day, nil
}

// readReport goes through the incidents in the post-incident stage, and through those that were closed since then.
func (b *Bot) readReport(ctx context.Context, since, now time.Time) (flow.Report, error) {
	r := flow.NewReport(since, now)
	for _, stage := range []flow.Stage{flow.PostIncident, flow.Closed} {
		for q := (store.Query{Stage: stage, Limit: 500}); ; {
			page, err := b.store.List(ctx, q)
			if err != nil {
				return flow.Report{}, fmt.Errorf("list incidents: %w", err)
			}
			done := page.Next == ""
			for _, inc := range page.Items {
				r.Add(inc)
				done = done || stage == flow.Closed && inc.ClosedAt.Before(since) // the last closed come first
			}
			if done {
				break
			}
			q.Cursor = page.Next
		}
	}
	if err := b.readFollowUps(ctx, r); err != nil {
		return flow.Report{}, err
	}
	return r.Finish(), nil
}

// readFollowUps goes through the incidents with open follow-ups, in whatever stage.
func (b *Bot) readFollowUps(ctx context.Context, r *flow.Report) error {
	seen := map[flow.IncidentID]bool{}
	for q := (store.FollowUpQuery{Limit: 500}); ; {
		page, err := b.store.FollowUps(ctx, q)
		if err != nil {
			return fmt.Errorf("list follow-ups: %w", err)
		}
		for _, f := range page.Items {
			if seen[f.Incident] {
				continue
			}
			seen[f.Incident] = true
			inc, err := b.store.Incident(ctx, f.Incident)
			if err != nil {
				return fmt.Errorf("read %s: %w", f.Incident, err)
			}
			r.AddFollowUps(inc)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}
