package flow

import "slices"

// Way is what closing an incident would mean now.
type Way string

// The ways of closing.
const (
	PlainWay     Way = "plain"     // close it; nobody is asked about a flow
	AskWay       Way = "ask"       // go through the flow, or close without it
	AutomaticWay Way = "automatic" // the flow is entered by itself
	ResumeWay    Way = "resume"    // take up the paused flow
	OptOutWay    Way = "opt-out"   // it is in the flow: closing it now is opting out
	ClosedWay    Way = "closed"    // it is closed already
)

// Closing says what closing an incident would mean now, and why: what the prompt shows, and what Do carries out.
type Closing struct {
	Way        Way
	Flow       Flow        // that applies; when resuming, the one that applies now
	Because    []Condition // automatic: the conditions that matched, of applying and of entering
	MayOptOut  bool        // this person, of the flow that would be entered or that it is in
	Right      Right       // who may
	NeedsLead  bool
	Paused     *Snapshot // resuming: the flow that was paused
	Settled    []Task    // resuming: what could be done again
	Other      bool      // resuming: Flow is another one than the paused, and switching is offered, to the lead and admins
	LeftUndone []Task    // opting out: the open tasks
}

// Closing evaluates the process for an incident and a person.
func (p Process) Closing(inc Incident, who Actor) Closing {
	c := Closing{Way: PlainWay, NeedsLead: inc.Lead() == "", Right: Everyone}
	f, applies := p.FlowFor(inc)
	applies = applies && len(f.Statuses) > 0
	switch {
	case inc.Stage == Closed:
		c.Way = ClosedWay
	case inc.Stage == PostIncident:
		c.Way, c.Right, c.LeftUndone = OptOutWay, inc.Snapshot.OptOut, inc.Open()
	case inc.Snapshot != nil:
		c.Way, c.Right, c.Paused = ResumeWay, inc.Snapshot.OptOut, inc.Snapshot
		for _, t := range inc.Tasks {
			if t.State != Open {
				c.Settled = append(c.Settled, t)
			}
		}
		if applies && f.Key != inc.Snapshot.Flow && inc.allowed(LeadAndAdmins, who) {
			c.Flow, c.Other = f, true
		}
	case !applies:
	default:
		c.Way, c.Flow, c.Right = AskWay, f, f.OptOut
		if f.Entry == Automatic {
			if v := p.Judge(f.EntersWhen, inc); v.Match {
				c.Way, c.Because = AutomaticWay, slices.Concat(f.AppliesTo, v.Because)
			}
		}
	}
	c.MayOptOut = MayAct(inc, who) && inc.allowed(c.Right, who)
	return c
}
