package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// How reminding works. When an incident is saved, package flow says on which days people are to be reminded of something about it, and each of these
// appointments is a job at the hour of digests where the person lives, saved with the change. It is named by the person, the day and the
// incident, so that there is one. When its time comes it has flow decide what is due, which is an event of the incident, and so makes the next
// appointment in the same commit. Behind all that are due on a day stands one more job in the same lane: the digest, a person's only reminder of that day.
//
// What a job finds when it comes late is decided anew: within the hours of the same day it goes on, else the next digest has it.

// What only reminding has to tell. The names are stored for ever.
const (
	tellRemind  flow.Tell = "remind"         // decide what To is reminded of, of one incident; Detail is the day
	tellDigest  flow.Tell = "digest"         // DM to To: all of it; Detail is the day
	tellDigests flow.Tell = "refresh-digest" // state: that DM; Detail is the day
	tellAppoint flow.Tell = "appoint"        // make the appointments of all incidents; Detail is how far that came
)

func remindLane(e flow.Effect) string {
	switch e.Tell {
	case tellAppoint:
		return "appoint"
	case tellDigests:
		return fmt.Sprintf("digests/%s", e.To)
	}
	return fmt.Sprintf("digest/%s", e.To)
}

// The keys of what reminding gives. They are stored.
func digestedKey(to flow.UserID) string { return fmt.Sprintf("digested/%s", to) }

func itemsKey(to flow.UserID, day flow.Date) string {
	return fmt.Sprintf("digest/%s/%s/", to, day)
}

// digestsKey begins the keys of all digests of somebody, which end with the day.
func digestsKey(to flow.UserID) string { return fmt.Sprintf("digest-dm/%s/", to) }

func digestKey(to flow.UserID, day flow.Date) string { return digestsKey(to) + day.String() }

// appointmentJobs are the jobs for the appointments that a change of an incident made. Those whose digest is over by now come with the next one.
func (b *Bot) appointmentJobs(ctx context.Context, p flow.Process, before, after flow.Incident, now time.Time) []store.Job {
	var jobs []store.Job
	for _, a := range p.NewAppointments(before, after) {
		zone := b.zoneOf(ctx, a.To)
		jobs = append(jobs, remindJob(p, after.ID, a.To, p.NextDigest(now.In(zone), a.Day), zone))
	}
	return jobs
}

func remindJob(p flow.Process, id flow.IncidentID, to flow.UserID, day flow.Date, zone *time.Location) store.Job {
	e := flow.Effect{Tell: tellRemind, To: to}
	return store.Job{
		Lane: remindLane(e), Key: fmt.Sprintf("remind/%s/%s/%s", to, day, id) + hourOf(p), Incident: id, Effect: e,
		Detail: day.String(), At: p.DigestAt(day, zone),
	}
}

// hourOf tells jobs of a day apart by the time of its digest, where that is not the usual one: one that waits keeps its time, and the digest may have become earlier.
func hourOf(p flow.Process) string {
	if p.Hours == (flow.WorkingHours{}) {
		return ""
	}
	return "/" + p.Hours.Known().Digest.String()
}

func digestJob(to flow.UserID, day flow.Date, tell flow.Tell, now time.Time) store.Job {
	e := flow.Effect{Tell: tell, To: to}
	return store.Job{Lane: remindLane(e), Key: fmt.Sprintf("%s/%s/%s", tell, to, day), Effect: e, Detail: day.String(), At: now}
}

// zoneOf is where somebody lives, or else the organization.
func (b *Bot) zoneOf(ctx context.Context, id flow.UserID) *time.Location {
	if zone := b.people.zone(ctx, id); zone != nil {
		return zone
	}
	return b.zone
}

// remind decides what somebody is reminded of, of one incident, and makes sure that their digest of the day follows.
func (b *Bot) remind(ctx context.Context, job store.Job) (store.Outcome, error) {
	to := job.Effect.To
	day, err := flow.ParseDate(job.Detail)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("%w: the day of a reminder: %w", errFault, err)
	}
	inc, err := b.store.Incident(ctx, job.Incident)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read %s: %w", job.Incident, err)
	}
	process, err := b.store.Process(ctx)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read the process: %w", err)
	}
	served, err := b.servedUntil(ctx, to)
	if err != nil {
		return store.Outcome{}, err
	}
	zone := b.zoneOf(ctx, to)
	now := b.clock.Now().In(zone)
	today := flow.DateOf(now)
	next := process.NextDigest(now, lastOf(served.AddDays(1), day))
	if !process.DigestNow(day, now) || !served.Before(today) {
		return store.Outcome{Then: []store.Job{remindJob(process, inc.ID, to, next, zone)}}, nil
	}
	day = today
	next = process.NextDigest(now, today.AddDays(1))
	people, err := b.presences(ctx, inc, inc.Concerned(to, process.Reminders))
	if err != nil {
		return store.Outcome{}, err
	}
	after, _, err := b.do(ctx, inc.ID, "", "", flow.Remind{To: to, Day: day, People: people})
	if err != nil && !errors.As(err, new(flow.Refusal)) {
		return store.Outcome{}, err
	}
	if err != nil { // nothing is due, or it was recorded before we were interrupted
		after = inc
	}
	out := b.digesting(after, to, day, now)
	_, stuck := process.StuckOn(inc, day)
	due := len(inc.Due(process.Calendar, to, day)) + len(inc.DueFollowUps(to, day))
	if !people[to].Here() && err != nil && (due > 0 || stuck && to == inc.Answerable()) {
		out.Then = append(out.Then, remindJob(process, inc.ID, to, next, zone)) // until they are back
	}
	return out, nil
}

// lastOf is the later of two days.
func lastOf(a, b flow.Date) flow.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// digesting notes what of an incident the digest of a day has to show, and has it made.
func (b *Bot) digesting(inc flow.Incident, to flow.UserID, day flow.Date, now time.Time) store.Outcome {
	var items []blocks.DigestItem
	for _, t := range inc.Tasks {
		if r := t.Reminded; r.On == day && r.To == to && !r.Held && t.State == flow.Open {
			items = append(items, blocks.DigestItem{Incident: inc.ID, Task: t.Number})
		}
	}
	for _, f := range inc.FollowUps {
		if r := f.Reminded; r.On == day && r.To == to && !r.Held && f.State == flow.Open {
			items = append(items, blocks.DigestItem{Incident: inc.ID, FollowUp: f.Number})
		}
	}
	if inc.Stuck.On == day && inc.Stuck.Why != "" && inc.Answerable() == to {
		items = append(items, blocks.DigestItem{Incident: inc.ID, Stuck: inc.Stuck.Why})
	}
	if len(items) == 0 {
		return store.Outcome{}
	}
	value, err := json.Marshal(items)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return store.Outcome{
		Results: []store.Result{{Key: itemsKey(to, day) + inc.ID.String(), Value: value}},
		Then:    []store.Job{digestJob(to, day, tellDigest, now)},
	}
}

// servedUntil is the day of somebody's last digest.
func (b *Bot) servedUntil(ctx context.Context, to flow.UserID) (flow.Date, error) {
	var day flow.Date
	raw, err := b.store.Result(ctx, digestedKey(to))
	if errors.Is(err, store.ErrNotFound) {
		return day, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &day)
	}
	if err != nil {
		return day, fmt.Errorf("read the day of the last digest of %s: %w", to, err)
	}
	return day, nil
}

// presences are what reminding must know of people now.
func (b *Bot) presences(ctx context.Context, inc flow.Incident, people []flow.UserID) (map[flow.UserID]flow.Presence, error) {
	out := map[flow.UserID]flow.Presence{}
	for _, id := range people {
		a, err := b.people.actor(ctx, id, inc)
		if err != nil {
			return nil, err
		}
		p, err := b.people.person(ctx, id)
		if err != nil {
			return nil, err
		}
		now := b.clock.Now()
		out[id] = flow.Presence{
			Standing: a.Standing, Member: a.Member, Away: isAway(p, now),
			Paused: flow.DateOf(now.In(b.zoneOf(ctx, id))).Before(p.PausedUntil),
		}
	}
	return out, nil
}

// tellDigest posts somebody's digest of a day: everything that was noted for it.
func (b *Bot) tellDigest(ctx context.Context, job store.Job) (store.Outcome, error) {
	to := job.Effect.To
	day, err := flow.ParseDate(job.Detail)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("%w: the day of a digest: %w", errFault, err)
	}
	noted, err := b.store.Results(ctx, itemsKey(to, day))
	if err != nil {
		return store.Outcome{}, fmt.Errorf("read what the digest of %s shows: %w", to, err)
	}
	d := blocks.DigestOf{To: to, Day: day}
	var out store.Outcome
	for _, r := range noted {
		var items []blocks.DigestItem
		if err := json.Unmarshal(r.Value, &items); err != nil {
			return store.Outcome{}, fmt.Errorf("%w: read %s: %w", errFault, r.Key, err)
		}
		d.Items = append(d.Items, items...)
		out.Results = append(out.Results, store.Result{Key: r.Key})
	}
	incidents, err := b.digestIncidents(ctx, d)
	if err != nil || len(incidents) == 0 {
		return out, err
	}
	orderDigest(&d, incidents)
	p, err := b.dmChannel(ctx, to)
	if err != nil {
		return store.Outcome{}, err
	}
	sent, err := b.post(ctx, job, p.DM, "", blocks.DigestDM(b.scene(ctx), d, incidents))
	if err != nil {
		return store.Outcome{}, err
	}
	sent.To, sent.Digest = to, &d
	served, err := json.Marshal(day)
	if err != nil {
		panic(err) // a day always marshals
	}
	out.Results = append(out.Results, sent.result(digestKey(to, day)), store.Result{Key: digestedKey(to), Value: served})
	for id := range incidents { // so that what happens to it edits the digest
		out.Results = append(out.Results, posted{To: to, Day: day}.result(dmKey(id, job)))
	}
	for _, it := range d.Items {
		if it.FollowUp != 0 {
			out.Results = append(out.Results, posted{To: to, Day: day}.result(followUpKey(it.Incident, it.FollowUp)+job.ID))
		}
	}
	out.Then = append(out.Then, digestJob(to, day, tellDigests, b.clock.Now()))
	return out, nil
}

// orderDigest puts what is most urgent first: tasks by their due date, then what goes nowhere.
func orderDigest(d *blocks.DigestOf, incidents map[flow.IncidentID]flow.Incident) {
	due := func(it blocks.DigestItem) flow.Date {
		inc := incidents[it.Incident]
		t, ok := inc.Task(it.Task)
		if f, is := inc.FollowUp(it.FollowUp); is {
			t.Due, ok = f.Due, true
		}
		if !ok || t.Due.IsZero() {
			return flow.Date{Year: 9999, Month: time.December, Day: 31}
		}
		return t.Due
	}
	slices.SortStableFunc(d.Items, func(a, b blocks.DigestItem) int { return strings.Compare(due(a).String(), due(b).String()) })
}

// digestIncidents are the incidents of a digest that its reader may be told of.
func (b *Bot) digestIncidents(ctx context.Context, d blocks.DigestOf) (map[flow.IncidentID]flow.Incident, error) {
	out := map[flow.IncidentID]flow.Incident{}
	for _, it := range d.Items {
		if _, known := out[it.Incident]; known {
			continue
		}
		inc, err := b.store.Incident(ctx, it.Incident)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", it.Incident, err)
		}
		ok, err := b.mayBeTold(ctx, d.To, inc)
		if err != nil {
			return nil, err
		}
		if ok {
			out[it.Incident] = inc
		}
	}
	return out, nil
}

// digestsOf are the jobs that bring the digests of somebody up to date who may be told of other incidents now than before.
func (b *Bot) digestsOf(ctx context.Context, to flow.UserID) ([]store.Job, error) {
	sent, err := b.store.Results(ctx, digestsKey(to))
	if err != nil {
		return nil, fmt.Errorf("read the digests of %s: %w", to, err)
	}
	var jobs []store.Job
	now := b.clock.Now()
	for _, r := range sent {
		if day, err := flow.ParseDate(strings.TrimPrefix(r.Key, digestsKey(to))); err == nil {
			jobs = append(jobs, digestJob(to, day, tellDigests, now))
		}
	}
	return jobs, nil
}

// refreshDigest brings a digest up to date.
func (b *Bot) refreshDigest(ctx context.Context, job store.Job) (store.Outcome, error) {
	day, err := flow.ParseDate(job.Detail)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("%w: the day of a digest: %w", errFault, err)
	}
	key := digestKey(job.Effect.To, day)
	p, ok, err := b.found(ctx, key)
	if err != nil || !ok || p.Digest == nil {
		return store.Outcome{}, err
	}
	incidents, err := b.digestIncidents(ctx, *p.Digest)
	if err != nil {
		return store.Outcome{}, err
	}
	return b.edit(ctx, job, key, p, blocks.DigestDM(b.scene(ctx), *p.Digest, incidents))
}

// tellHandOver offers the next in line what somebody else does not do.
func (b *Bot) tellHandOver(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	e := job.Effect
	ev, err := b.event(ctx, inc.ID, e.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	p, err := b.postTo(ctx, job, inc, e.To, blocks.OfferDM(b.scene(ctx), inc, e.To, e.Tasks, ev))
	if err != nil || p.TS == "" {
		return store.Outcome{}, err
	}
	p.To, p.Offer = e.To, &offer{Tasks: e.Tasks, Seq: e.Seq}
	out := store.Outcome{Results: []store.Result{p.result(dmKey(inc.ID, job))}}
	return b.goOnWith(out, b.follow(inc.ID, flow.Effect{Tell: flow.TellDMs})), nil
}

// offer is what a message that offers tasks is about.
type offer struct {
	Tasks []flow.TaskNumber `json:"tasks"`
	Seq   uint64            `json:"seq"` // the event that it tells of
}

func (b *Bot) goOnWith(out store.Outcome, jobs ...store.Job) store.Outcome {
	out.Then = append(out.Then, jobs...)
	return out
}

// raise tells what escalated where it escalates to. A channel that is out of reach is no reason to be silent: whoever answers for the incident is told.
func (b *Bot) raise(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	ev, err := b.event(ctx, inc.ID, job.Effect.Seq)
	if err != nil {
		return store.Outcome{}, err
	}
	f, _ := ev.Fact.(flow.Reminded)
	m := blocks.Raised(b.scene(ctx), inc, ev)
	if m.IsZero() || inc.Private && f.Channel != "" {
		return store.Outcome{}, nil
	}
	if f.Channel == "" {
		return store.Outcome{}, b.tellOne(ctx, job, inc, f.Person, m)
	}
	_, err = b.postElsewhere(ctx, job, f.Channel, m)
	if verdictOf(err) == gone {
		b.log.Warn("the channel that reminders escalate to is out of reach; the lead is told", "channel", f.Channel, "err", err)
		return store.Outcome{}, b.tellOne(ctx, job, inc, inc.Answerable(), m)
	}
	return store.Outcome{}, err
}

// postElsewhere posts into a channel that belongs to no incident. A public one that we are not in is joined first.
func (b *Bot) postElsewhere(ctx context.Context, job store.Job, ch flow.ChannelID, m blocks.Message) (posted, error) {
	p, err := b.post(ctx, job, ch, "", m)
	if codeOf(err) == "not_in_channel" {
		if err := b.join(ctx, ch); err != nil {
			return p, err
		}
		p, err = b.post(ctx, job, ch, "", m)
	}
	return p, err
}
