package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// onForm carries out a form. What is wrong stands below its field; what was typed stays.
func (b *Bot) onForm(ctx context.Context, r request) (answer, error) {
	c, err := metadata(r.view.Metadata)
	if err != nil {
		return answer{}, nil //nolint:nilerr // a view of ours without a form behind it, or nothing of ours
	}
	ref, action := c.ref, blocks.Action(r.view.Callback)
	if action == blocks.Declare || action == blocks.Again {
		return b.submitDeclare(ctx, r, ref, c.answer)
	}
	if action == blocks.StuckList {
		return b.submitStuck(ctx, r)
	}
	if action == blocks.PauseReminders {
		return b.pauseReminders(ctx, r, untilOf(r.view))
	}
	if action == blocks.Pick {
		return b.submitPick(ctx, r, c.typed)
	}
	if a, ours, err := b.onProcessForm(ctx, r, action, ref); ours {
		return a, err
	}
	if action == blocks.AddFollowUp {
		return b.submitFollowUp(ctx, r, c)
	}
	inc, err := b.see(ctx, r.user, ref.Incident)
	if err != nil {
		return answer{}, err
	}
	switch action {
	case blocks.Roles:
		return b.submitRoles(ctx, r, inc)
	case blocks.Invite:
		return b.submitInvite(ctx, r, inc, ref)
	case blocks.UseChannel:
		return b.submitUseChannel(ctx, r, inc)
	case blocks.UpdateFromFlow:
		return b.submitUpdateFromFlow(ctx, r, inc, ref)
	case blocks.Debrief, blocks.DebriefConfirm:
		return b.submitDebrief(ctx, r, inc)
	case blocks.DebriefCancel:
		return b.submit(ctx, r, inc.ID, flow.CancelDebrief{Reason: r.view.field(flow.FieldReason)})
	}
	cmd, err := b.commandOf(ctx, action, ref, r, inc)
	if err != nil || cmd == nil {
		return answer{}, err
	}
	return b.submit(ctx, r, inc.ID, cmd)
}

// submit does what a form says and closes it; the list that it was opened from is brought up to date.
func (b *Bot) submit(ctx context.Context, r request, id flow.IncidentID, cmd flow.Command) (answer, error) {
	_, events, err := b.do(ctx, id, r.user, r.delivery, cmd)
	if err != nil || len(events) == 0 {
		return answer{}, err
	}
	c, err := metadata(r.view.Metadata)
	if list, ok := listNamed(c.list); ok && err == nil && (r.view.Previous != "" || c.answer != "") {
		return answer{then: b.redraw(r.user, list, r.view.Previous, c.answer)}, nil
	}
	b.followHome(ctx, r.user)
	return answer{}, nil
}

// commandOf is the command that a form asks for.
func (b *Bot) commandOf(ctx context.Context, action blocks.Action, ref blocks.Ref, r request, inc flow.Incident) (flow.Command, error) {
	v := r.view
	reason := v.field(flow.FieldReason)
	switch action {
	case blocks.Update:
		return updateOf(v), nil
	case blocks.Timeline, blocks.FollowUps: // it was reviewed
		return flow.CompleteTask{Task: ref.Task}, nil
	case blocks.Skip:
		return flow.SkipTask{Task: ref.Task, Reason: reason}, nil
	case blocks.Snooze:
		return flow.SnoozeTask{Task: ref.Task, Until: untilOf(r.view)}, nil
	case blocks.Remove:
		return flow.RemoveTask{Task: ref.Task}, nil
	case blocks.ReopenTask:
		return flow.ReopenTask{Task: ref.Task, Back: ref.Back}, nil
	case blocks.MoveOn:
		return flow.MoveOn{From: ref.Status, Reason: reason}, nil
	case blocks.SetDue:
		due, err := dayOf(v)
		return flow.SetDue{Task: ref.Task, Due: due, Reason: reason}, err
	case blocks.Assign, blocks.CannotDo:
		to, err := b.people.candidate(ctx, flow.UserID(v.field(flow.FieldAssignee)), inc)
		return flow.AssignTask{Task: ref.Task, To: to}, err
	case blocks.AddTask:
		return b.addTaskOf(ctx, v, inc)
	case blocks.AddPostmortem, blocks.DetachPostmortem, blocks.SharePostmortem:
		return b.postmortemOf(ctx, action, ref, r)
	case blocks.EditFollowUp, blocks.SkipFollowUp, blocks.AssignFollowUp, blocks.SnoozeFollowUp:
		return b.followUpOf(ctx, action, ref, v, inc)
	case blocks.EditNote, blocks.RemoveNote:
		return b.noteCommand(ctx, action, ref, v, inc)
	case blocks.Close, blocks.OptOut, blocks.Reopen:
		lead, err := b.people.candidate(ctx, flow.UserID(v.field(flow.FieldLead)), inc)
		if err != nil {
			return nil, err
		}
		return closingOf(action, ref, v, inc, lead)
	}
	return nil, nil
}

func updateOf(v viewState) flow.Update {
	u := flow.Update{Note: v.field(flow.FieldNote)}
	label := func(field string) *flow.Key {
		if k := flow.Key(v.field(field)); k != "" {
			return &k
		}
		return nil
	}
	text := func(field string) *string {
		if s := v.field(field); v.has(field) {
			return &s
		}
		return nil
	}
	u.Status, u.Severity, u.Type = label(flow.FieldStatus), label(flow.FieldSeverity), label(flow.FieldType)
	u.Name, u.Summary = text(flow.FieldName), text(flow.FieldSummary)
	return u
}

func dayOf(v viewState) (flow.Date, error) {
	s := v.field(flow.FieldDue)
	if s == "" {
		return flow.Date{}, nil
	}
	d, err := flow.ParseDate(s)
	if err != nil {
		return d, flow.Refusal{Why: flow.BadDate, Field: flow.FieldDue}
	}
	return d, nil
}

func (b *Bot) addTaskOf(ctx context.Context, v viewState, inc flow.Incident) (flow.Command, error) {
	due, err := dayOf(v)
	if err != nil {
		return nil, err
	}
	to, err := b.people.candidate(ctx, flow.UserID(v.field(flow.FieldAssignee)), inc)
	return flow.AddTask{
		Status: flow.Key(v.field(flow.FieldStatus)), Title: v.field(flow.FieldTitle), Description: v.field(flow.FieldDescription),
		Assignee: to, Due: due,
	}, err
}

// closingOf is the command behind the choice in a closing or reopening form. It is what was shown: the reference carries the way and the flow.
func closingOf(action blocks.Action, ref blocks.Ref, v viewState, inc flow.Incident, lead flow.Person) (flow.Command, error) {
	reason := v.field(flow.FieldReason)
	tasks, err := tasksOf(v)
	if err != nil {
		return nil, err
	}
	if action == blocks.OptOut {
		return flow.OptOut{Reason: reason, Lead: lead}, nil
	}
	choice := v.field(flow.FieldFlow)
	switch {
	case action == blocks.Reopen && choice == blocks.StartFlow:
		return flow.EnterFlow{Flow: ref.Flow, Lead: lead}, nil
	case action == blocks.Reopen && choice == blocks.BackToFlow:
		return flow.Reopen{To: flow.PostIncident, Reason: reason, Tasks: tasks}, nil
	case action == blocks.Reopen:
		return flow.Reopen{To: flow.Active, Reason: reason}, nil
	case choice == blocks.LeaveFlow:
		return flow.OptOut{Reason: reason, Lead: lead}, nil
	case choice == blocks.WithoutFlow, ref.Want == string(flow.PlainWay):
		return flow.CloseIncident{Lead: lead}, nil
	case ref.Want == string(flow.ResumeWay) && choice != blocks.SwitchFlow:
		own := flow.Key("")
		if inc.Snapshot != nil {
			own = inc.Snapshot.Flow
		}
		return flow.EnterFlow{Flow: own, Lead: lead, Again: tasks}, nil
	}
	return flow.EnterFlow{Flow: ref.Flow, Lead: lead}, nil
}

// tasksOf are the tasks that were picked, each as a reference.
func tasksOf(v viewState) ([]flow.TaskNumber, error) {
	var out []flow.TaskNumber
	for _, value := range v.picked(flow.FieldTasks) {
		ref, err := blocks.ParseRef(value)
		if err != nil {
			return nil, fmt.Errorf("read the picked task %q: %w", value, err)
		}
		out = append(out, ref.Task)
	}
	return out, nil
}

// sameName is how long declaring the same name again is asked about.
const sameName = time.Minute

func (b *Bot) submitDeclare(ctx context.Context, r request, ref blocks.Ref, back string) (answer, error) {
	v := r.view
	lead, err := b.people.candidate(ctx, flow.UserID(v.field(flow.FieldLead)), flow.Incident{})
	if err != nil {
		return answer{}, err
	}
	cmd := flow.Declare{
		Name: v.field(flow.FieldName), Summary: v.field(flow.FieldSummary), Lead: lead,
		Severity: flow.Key(v.field(flow.FieldSeverity)), Type: flow.Key(v.field(flow.FieldType)),
	}
	switch v.field(flow.FieldChannel) {
	case blocks.NewPrivate:
		cmd.Private = true
	case blocks.ThisChannel:
		place, err := b.place(ctx, r.user, ref.Channel)
		if errors.Is(err, errOutside) {
			return b.tell(r, flow.FieldChannel, blocks.InviteMe(b.scene(ctx))), nil
		}
		if err != nil {
			return answer{}, err
		}
		cmd.Use = &place
	}
	if r.view.Callback != string(blocks.Again) {
		same, err := b.declaredJustNow(ctx, r.user, cmd.Name)
		if err != nil {
			return answer{}, err
		}
		if same != 0 {
			question := blocks.DeclareForm(b.scene(ctx), blocks.Declaring{Same: same, Here: ref.Channel, Name: cmd.Name, Lead: cmd.Lead.User})
			return b.open(r, carried{answer: back}.onto(question)), nil
		}
	}
	if _, err := b.declare(ctx, r.user, r.delivery, cmd, answerTo(back)); err != nil && !errors.Is(err, store.ErrRepeated) {
		return answer{}, err
	}
	return answer{}, nil
}

// declaredJustNow finds an incident that the same person declared under the same name a moment ago.
func (b *Bot) declaredJustNow(ctx context.Context, who flow.UserID, name string) (flow.IncidentID, error) {
	recent, err := b.store.List(ctx, store.Query{Newest: true, Limit: 20})
	if err != nil {
		return 0, fmt.Errorf("list recent incidents: %w", err)
	}
	same := func(inc flow.Incident) bool {
		return inc.DeclaredBy == who && b.clock.Now().Sub(inc.DeclaredAt) < sameName &&
			strings.EqualFold(strings.Join(strings.Fields(name), " "), inc.Name)
	}
	if i := slices.IndexFunc(recent.Items, same); i >= 0 {
		return recent.Items[i].ID, nil
	}
	return 0, nil
}

// errOutside says that we, or whoever wants to use it, are not in a private channel.
var errOutside = errors.New("not a member of that channel")

// place is what the rules must know of a channel that somebody wants to use.
func (b *Bot) place(ctx context.Context, who flow.UserID, id flow.ChannelID) (flow.Place, error) {
	c, err := b.people.channel(ctx, id)
	if err != nil {
		return flow.Place{}, err
	}
	both := slices.Contains(c.Members, b.me.User) && slices.Contains(c.Members, who)
	if c.Private && !c.Direct && !both {
		return flow.Place{}, errOutside
	}
	p := flow.Place{Channel: id, Private: c.Private && !c.Direct, Direct: c.Direct, Shared: c.Shared}
	inc, err := b.store.IncidentIn(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return p, nil
	case err != nil:
		return p, fmt.Errorf("read the incident in %s: %w", id, err)
	case inc.Stage != flow.Closed:
		p.Occupant = inc.ID
	}
	return p, nil
}

func (b *Bot) submitUseChannel(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	p, err := b.place(ctx, r.user, flow.ChannelID(r.view.field(flow.FieldChannel)))
	if errors.Is(err, errOutside) {
		return b.tell(r, flow.FieldChannel, blocks.InviteMe(b.scene(ctx))), nil
	}
	if err != nil {
		return answer{}, err
	}
	return b.submit(ctx, r, inc.ID, flow.UseChannel{Place: p})
}

// submitRoles changes each role that is different in the form: one change each, in the order of the process. One that is refused stands below its
// field; those before it are done, and done again changes nothing.
func (b *Bot) submitRoles(ctx context.Context, r request, inc flow.Incident) (answer, error) {
	handOver := slices.Contains(r.view.picked(blocks.FieldHandOver), blocks.HandOver)
	for _, role := range b.process(ctx).Roles {
		field := blocks.RoleField(role.Key)
		to := flow.UserID(r.view.field(field))
		if !r.view.has(field) || inc.Roles[role.Key] == to {
			continue
		}
		person, err := b.people.candidate(ctx, to, inc)
		if err != nil {
			return answer{}, err
		}
		// Submitted again after a refusal, the same form may say somebody else for a role that was given already.
		delivery := named(r.delivery, string(role.Key), "to:"+string(to))
		_, _, err = b.do(ctx, inc.ID, r.user, delivery, flow.SetRole{Role: role.Key, To: person, HandOver: handOver})
		var no flow.Refusal
		switch {
		case errors.As(err, &no) && no.Why == flow.NothingToChange:
		case errors.As(err, &no) && no.Field == flow.FieldRole:
			return b.tell(r, field, blocks.Refusal(b.scene(ctx), inc, no)), nil
		case err != nil:
			return answer{}, err
		}
	}
	return answer{}, nil
}

func (b *Bot) submitInvite(ctx context.Context, r request, inc flow.Incident, ref blocks.Ref) (answer, error) {
	a, err := b.inviteAndAssign(ctx, r, inc, ref)
	if err == nil && ref.Task != 0 { // the form below has what it asked for; any other is submitted again
		a.ack = slack.NewClearViewSubmissionResponse()
	}
	return a, err
}

// submitPick goes on with the command that was typed, for the incident that was chosen.
func (b *Bot) submitPick(ctx context.Context, r request, command string) (answer, error) {
	chosen, err := blocks.ParseRef(r.view.field(blocks.FieldIncident))
	if err != nil {
		return answer{}, fmt.Errorf("read the chosen incident: %w", err)
	}
	inc, err := b.see(ctx, r.user, chosen.Incident)
	if err != nil {
		return answer{}, err
	}
	t := parse(command)
	t.incident = inc.ID
	_, about := b.verbs()
	do, ok := about[t.verb]
	if !ok {
		return answer{}, nil
	}
	return do(ctx, r, t, inc)
}
