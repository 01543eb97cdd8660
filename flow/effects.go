package flow

import (
	"slices"
	"time"
)

// gather is how long what is gathered into one message waits for more.
const gather = 3 * time.Second

// Effects says who must hear of events that were recorded together. It says so from the events alone, so that it is stored with them and nothing is
// forgotten; what a message says is decided when it is made.
func Effects(events []Event) []Effect {
	var t telling
	t.moved = slices.ContainsFunc(events, func(ev Event) bool { return EndsStatus(ev.Fact) })
	for i, ev := range events {
		t.tell(ev, events[i+1:])
	}
	return t.effects
}

type telling struct {
	effects []Effect
	entered bool     // the incident came into its flow with these events: the card tells everything
	began   []uint64 // the cards that began with these events
	moved   bool     // the status changed with these events: there is no card to refresh, or a new one
}

// EndsStatus reports whether a fact ends the status that the incident is in, and with it the status's card.
func EndsStatus(f Fact) bool {
	switch f := f.(type) {
	case StatusEntered, IncidentClosed, OptedOut, Reopened:
		return true
	case FlowEntered:
		return f.From != ""
	}
	return false
}

// add adds an effect; of those that show the present one is enough.
func (t *telling) add(effects ...Effect) {
	for _, e := range effects {
		if e.Tell == TellRefresh && t.moved {
			continue
		}
		if e.Tell.shows() && slices.ContainsFunc(t.effects, func(x Effect) bool {
			return x.Tell == e.Tell && x.To == e.To && x.Task == e.Task && x.Card == e.Card && x.FollowUp == e.FollowUp
		}) {
			continue
		}
		t.effects = append(t.effects, e)
	}
}

// shows reports whether an effect renders the present, so that doing it once is as good as twice.
func (t Tell) shows() bool {
	return slices.Contains([]Tell{TellFirst, TellRefresh, TellDMs, TellBookmark, TellHome, TellInvite, TellTopic, TellFollowUpDMs, TellHeldSaid, TellWith}, t)
}

func (t *telling) tell(ev Event, later []Event) {
	post := Effect{Tell: TellPost, Seq: ev.Seq}
	first := Effect{Tell: TellFirst, Seq: ev.Seq}
	refresh := Effect{Tell: TellRefresh, Seq: ev.Seq}
	thread := Effect{Tell: TellThread, Seq: ev.Seq, Since: ev.Seq, Wait: gather}
	if t.debrief(ev) {
		return
	}
	switch f := ev.Fact.(type) {
	case Declared:
		if f.Channel == "" {
			t.add(Effect{Tell: TellOpenChannel, Seq: ev.Seq})
		} else {
			t.add(Effect{Tell: TellDeclared, Seq: ev.Seq})
			t.invite(ev, f.Lead)
		}
		t.instruct(ev, LeadRole, f.Lead)
		t.home(ev.By, f.Lead)
	case ChannelRequested:
		t.add(Effect{Tell: TellOpenChannel, Seq: ev.Seq})
	case ChannelOpened:
		t.add(Effect{Tell: TellDeclared, Seq: ev.Seq}, Effect{Tell: TellTopic, Seq: ev.Seq})
	case Updated:
		t.add(post, first, refresh)
		if f.Name != nil { // which stands in every message about it
			t.add(Effect{Tell: TellDMs, Seq: ev.Seq}, Effect{Tell: TellFollowUpDMs, Seq: ev.Seq}, Effect{Tell: TellHeldSaid, Seq: ev.Seq})
		}
	case RoleGiven:
		t.add(first, refresh)
		t.invite(ev, f.To)
		if f.To != ev.By || f.From != "" {
			t.add(post)
		}
		t.home(f.From, f.To)
		t.add(Effect{Tell: TellTopic, Seq: ev.Seq})
		if f.Role == LeadRole { // whose digest has what nobody has
			t.add(Effect{Tell: TellDMs, Seq: ev.Seq})
		}
		t.instruct(ev, f.Role, f.To)
	case DocumentRequested, DocumentAttached, DocumentStateSet, DocumentMadeMain, DocumentDetached, DocumentShareAsked, DocumentShared, DocumentUsed:
		t.documents(ev, thread, refresh, first)
	case EvidenceGone:
		if len(f.Past) > 0 {
			t.add(Effect{Tell: TellPast, Seq: ev.Seq})
		}
	case FlowEntered:
		t.shrink(ev, f.Card)
		t.entered = true
		t.add(first)
	case FlowResumed:
		t.entered = true
		t.add(first)
	case SnapshotUpdated:
		t.settled(thread, refresh)
		t.defaulted(ev, f.Assigned)
	case StatusEntered:
		t.status(ev, f, later)
	case IncidentClosed:
		t.over(ev, f.Card)
		t.add(post)
	case OptedOut:
		t.over(ev, f.Card)
		t.add(post)
	case Reopened:
		t.reopened(ev, f)
	case TaskCompleted:
		t.settled(thread, refresh)
	case TaskSkipped:
		t.settled(thread, refresh)
	case TaskReopened:
		t.settled(thread, refresh)
	case TaskDueSet:
		t.settled(thread, refresh)
	case TaskRemoved:
		t.settled(thread, refresh)
	case Reminded:
		t.reminded(ev, f)
	case FollowUpSnoozed:
		t.add(Effect{Tell: TellFollowUpDMs, FollowUp: f.FollowUp, Seq: ev.Seq})
	case TaskSnoozed:
		t.add(Effect{Tell: TellDMs, Task: f.Task, Seq: ev.Seq})
	case TaskAdded:
		t.settled(thread, refresh)
		if to := f.Task.Assignee; to != "" {
			t.assigned(ev, f.Task.Number, to)
		}
	case TaskAssigned:
		t.add(refresh, Effect{Tell: TellDMs, Task: f.Task, Seq: ev.Seq})
		t.home(f.From, f.To)
		if f.To != "" {
			t.assigned(ev, f.Task, f.To)
		} else if !t.entered {
			t.add(thread) // nobody has it now: whoever looks after the incident should know
		}
	default:
		t.followUp(ev)
	}
}

// settled tells of a task in the card's thread, on the card, and in the DMs: all of them, since the last open task of a status says so, be it in somebody
// else's.
func (t *telling) settled(thread, refresh Effect) {
	if t.entered {
		return
	}
	t.add(thread, refresh, Effect{Tell: TellDMs, Seq: thread.Seq})
}

// assigned tells the assignee, and the channel in one line; whoever takes a task themselves is not notified of it.
func (t *telling) assigned(ev Event, task TaskNumber, to UserID) {
	t.invite(ev, to)
	if to == ev.By {
		t.home(to)
		return
	}
	t.add(Effect{Tell: TellAssigned, Seq: ev.Seq, Since: ev.Seq, Wait: gather})
	for i, e := range t.effects {
		if e.Tell == TellAssignee && e.To == to { // one DM, however many tasks went along with a role
			t.effects[i].Tasks = append(e.Tasks, task)
			return
		}
	}
	t.add(Effect{Tell: TellAssignee, To: to, Tasks: []TaskNumber{task}, Seq: ev.Seq})
}

// status tells of a status that began: its card, the end of the one before, and each default assignee once. A status that was only passed
// through has no card.
func (t *telling) status(ev Event, f StatusEntered, later []Event) {
	t.shrink(ev, f.Card)
	t.began = append(t.began, ev.Seq)
	if passedThrough(later) {
		return
	}
	t.add(
		Effect{Tell: TellCard, Card: ev.Seq, Seq: ev.Seq},
		Effect{Tell: TellBookmark, Seq: ev.Seq},
		Effect{Tell: TellFirst, Seq: ev.Seq},
		Effect{Tell: TellDMs, Seq: ev.Seq},
	)
	t.defaulted(ev, f.Assigned)
}

// defaulted tells each person once which tasks are theirs by default.
func (t *telling) defaulted(ev Event, assigned []TaskFor) {
	var people []UserID
	tasks := map[UserID][]TaskNumber{}
	for _, a := range assigned {
		if a.To == "" {
			continue
		}
		if !slices.Contains(people, a.To) {
			people = append(people, a.To)
		}
		tasks[a.To] = append(tasks[a.To], a.Task)
	}
	for _, u := range people {
		t.home(u)
		t.invite(ev, u)
		t.add(Effect{Tell: TellAssignee, To: u, Tasks: tasks[u], Seq: ev.Seq})
	}
}

// reopened tells of an incident that is open again. The card of one that was closed is history already; of one that comes back into its
// flow the card tells everything.
func (t *telling) reopened(ev Event, f Reopened) {
	if f.From == Closed {
		f.Card = 0
	}
	t.over(ev, f.Card)
	if f.To == Active {
		t.add(Effect{Tell: TellPost, Seq: ev.Seq})
	} else {
		t.entered = true
	}
}

// over tells that the current card, if there is one, is history.
func (t *telling) over(ev Event, card uint64) {
	t.shrink(ev, card)
	t.add(Effect{Tell: TellFirst, Seq: ev.Seq}, Effect{Tell: TellDMs, Seq: ev.Seq})
	t.home(ev.By)
}

// shrink tells that a card is history, if it was ever posted: that of a status that was only passed through was not.
func (t *telling) shrink(ev Event, card uint64) {
	if card != 0 && !slices.Contains(t.began, card) {
		t.add(Effect{Tell: TellShrink, Card: card, Seq: ev.Seq})
	}
}

// instruct tells whoever holds a role now what is expected of them.
func (t *telling) instruct(ev Event, role Key, to UserID) {
	if to != "" {
		t.add(Effect{Tell: TellRole, To: to, Role: role, Seq: ev.Seq})
	}
}

func (t *telling) invite(ev Event, u UserID) {
	if u != "" {
		t.add(Effect{Tell: TellInvite, To: u, Seq: ev.Seq})
	}
}

func (t *telling) home(people ...UserID) {
	for _, u := range people {
		if u != "" {
			t.add(Effect{Tell: TellHome, To: u})
		}
	}
}
