package flow

// Trial is what would become of an incident if it were closed under a process: whether it would enter a flow, and why.
type Trial struct {
	Incident IncidentID
	Name     string
	Outcome  Outcome
	Other    string      // the name of the flow that comes first
	Because  []Condition // what decided: the condition that does not match, or all that do
}

// Outcome is how a trial ends.
type Outcome string

// The ways in which a trial can end.
const (
	WouldEnter      Outcome = "would-enter"       // by itself, because of Because
	WouldAsk        Outcome = "would-ask"         // whoever closes it is asked, because of Because
	WouldAskInstead Outcome = "would-ask-instead" // whoever closes it is asked: Because keeps it from entering by itself
	NotForIt        Outcome = "not-for-it"        // the flow does not apply, because of Because
	OtherFirst      Outcome = "other-first"       // Other comes before it and applies too
	FlowIsOff       Outcome = "flow-is-off"       // the flow is disabled, or has no statuses
)

// Enters reports whether the incident would go through the flow, by itself or if somebody says so.
func (o Outcome) Enters() bool { return o == WouldEnter || o == WouldAsk || o == WouldAskInstead }

// Try says what would have become of incidents if they had been closed under the process, whatever did. Nobody must see a trial of an incident that they
// cannot see: give it only those (see CanSee).
func (p Process) Try(flow Key, incidents []Incident) []Trial {
	out := make([]Trial, 0, len(incidents))
	for _, inc := range incidents {
		t := p.try(flow, inc)
		t.Incident, t.Name = inc.ID, inc.Name
		out = append(out, t)
	}
	return out
}

func (p Process) try(flow Key, inc Incident) Trial {
	f, there := p.Flow(flow)
	if !there || f.Disabled || len(f.Statuses) == 0 {
		return Trial{Outcome: FlowIsOff}
	}
	applies := p.Judge(f.AppliesTo, inc)
	if !applies.Match {
		return Trial{Outcome: NotForIt, Because: applies.Because}
	}
	if first, _ := p.FlowFor(inc); first.Key != flow {
		return Trial{Outcome: OtherFirst, Other: first.Name}
	}
	if f.Entry != Automatic {
		return Trial{Outcome: WouldAsk, Because: applies.Because}
	}
	enters := p.Judge(f.EntersWhen, inc)
	if !enters.Match {
		return Trial{Outcome: WouldAskInstead, Because: enters.Because}
	}
	return Trial{Outcome: WouldEnter, Because: append(applies.Because, enters.Because...)}
}
