package flow

import (
	"slices"
	"time"
)

// Facts about the debrief.
type (
	// DebriefPlanned asked for a debrief that a calendar is to have first, or for a change of one that it has.
	DebriefPlanned struct {
		Debrief Debrief `json:"debrief"`
	}
	// DebriefSet recorded that the debrief is there, or how it was changed: then it was to begin at From.
	DebriefSet struct {
		Debrief Debrief   `json:"debrief"`
		From    time.Time `json:"from,omitzero"`
	}
	// DebriefRefused recorded why the calendar does not take what was asked for.
	DebriefRefused struct {
		Number  int    `json:"number"`
		Problem string `json:"problem"`
	}
	// DebriefMoved gave it another time, not by us.
	DebriefMoved struct {
		From  time.Time `json:"from"`
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
	}
	// DebriefCanceled called it off. Event is what a calendar of ours still has of it; Of is set where only the use of another incident's debrief ends; Asked where
	// a calendar was asked for it and has not answered.
	DebriefCanceled struct {
		Number int        `json:"number"`
		Reason string     `json:"reason,omitempty"`
		Event  string     `json:"event,omitempty"`
		Of     IncidentID `json:"of,omitempty"`
		Asked  bool       `json:"asked,omitempty"`
	}
	// DebriefHeld recorded whether it took place.
	DebriefHeld struct {
		Number int  `json:"number"`
		Held   bool `json:"held,omitempty"`
	}
	// DebriefShared recorded that another incident uses it too, or does so no more.
	DebriefShared struct {
		With IncidentID `json:"with"`
		Ends bool       `json:"ends,omitempty"`
	}
)

// The stored names of these facts.
func (DebriefPlanned) FactName() string  { return "debrief-planned" }
func (DebriefSet) FactName() string      { return "debrief-set" }
func (DebriefRefused) FactName() string  { return "debrief-refused" }
func (DebriefMoved) FactName() string    { return "debrief-moved" }
func (DebriefCanceled) FactName() string { return "debrief-canceled" }
func (DebriefHeld) FactName() string     { return "debrief-held" }
func (DebriefShared) FactName() string   { return "debrief-shared" }

func debriefFacts() []Fact {
	return []Fact{DebriefPlanned{}, DebriefSet{}, DebriefRefused{}, DebriefMoved{}, DebriefCanceled{}, DebriefHeld{}, DebriefShared{}}
}

func (f DebriefPlanned) apply(inc *Incident, _ Event) {
	d := f.Debrief
	inc.Asked, inc.LastDebrief = &d, max(inc.LastDebrief, d.Number)
}

func (f DebriefSet) apply(inc *Incident, ev Event) {
	d := f.Debrief
	d.Since = ev.Seq
	inc.Debrief, inc.Asked, inc.LastDebrief = &d, nil, max(inc.LastDebrief, d.Number)
	for _, u := range slices.Concat(d.Required) {
		inc.involve(u)
	}
}

func (f DebriefRefused) apply(inc *Incident, _ Event) {
	if inc.Asked != nil {
		d := *inc.Asked
		d.Problem = f.Problem
		inc.Asked = &d
	}
}

func (f DebriefMoved) apply(inc *Incident, ev Event) {
	if inc.Debrief != nil {
		d := *inc.Debrief
		d.Start, d.End, d.Since, d.Held = f.Start, f.End, ev.Seq, false
		inc.Debrief = &d
	}
}

func (f DebriefCanceled) apply(inc *Incident, _ Event) { inc.Debrief, inc.Asked = nil, nil }

func (f DebriefHeld) apply(inc *Incident, _ Event) {
	if inc.Debrief == nil {
		return
	}
	d := *inc.Debrief
	d.Held = f.Held
	inc.Debrief = &d
	if !f.Held {
		inc.Debrief, inc.Asked = nil, nil
	}
}

func (f DebriefShared) apply(inc *Incident, _ Event) {
	inc.DebriefWith = slices.DeleteFunc(slices.Clone(inc.DebriefWith), func(id IncidentID) bool { return id == f.With })
	if !f.Ends {
		inc.DebriefWith = append(inc.DebriefWith, f.With)
	}
}

// What there is to tell about the debrief.
const (
	TellBook       Tell = "debrief-book"    // the calendar: it is to have the debrief as event Seq asked for it
	TellUnbook     Tell = "debrief-unbook"  // the calendar: the event that Seq called off is to be gone
	TellNotBooked  Tell = "debrief-refused" // DM to whoever asked: the calendar did not take it
	TellSoon       Tell = "debrief-soon"    // post: what the debrief of event Seq will be about; it waits for the day before
	TellWasHeld    Tell = "debrief-over"    // DM to the facilitator: did the debrief of event Seq take place; it waits for its end
	TellHeldSaid   Tell = "debrief-held"    // state: that question follows the answer
	TellInvitation Tell = "debrief-file"    // post: the invitation of event Seq as a file, where no calendar of ours sent one
	TellWith       Tell = "debrief-with"    // state: incidents that share a debrief follow each other
)

// debrief tells of a fact about the debrief; false for any other.
func (t *telling) debrief(ev Event) bool {
	post, with := Effect{Tell: TellPost, Seq: ev.Seq}, Effect{Tell: TellWith, Seq: ev.Seq}
	refresh, said := Effect{Tell: TellRefresh, Seq: ev.Seq}, Effect{Tell: TellHeldSaid, Seq: ev.Seq}
	switch f := ev.Fact.(type) {
	case DebriefPlanned:
		t.add(Effect{Tell: TellBook, Seq: ev.Seq})
	case DebriefSet:
		t.add(post, with, refresh, said)
		if f.Debrief.Of == 0 {
			if f.Debrief.Event == "" {
				t.add(Effect{Tell: TellInvitation, Seq: ev.Seq})
			}
			t.around(ev, f.Debrief.Start, f.Debrief.End)
		}
	case DebriefRefused:
		t.add(Effect{Tell: TellNotBooked, Seq: ev.Seq})
	case DebriefMoved:
		t.add(post, with, refresh, said)
		t.around(ev, f.Start, f.End)
	case DebriefCanceled:
		if f.Asked { // nobody has heard of it
			t.add(Effect{Tell: TellUnbook, Seq: ev.Seq})
			break
		}
		t.add(post, with, refresh, said)
		if f.Event != "" {
			t.add(Effect{Tell: TellUnbook, Seq: ev.Seq})
		}
	case DebriefHeld:
		t.add(with, refresh, said)
	case DebriefShared:
	default:
		return false
	}
	return true
}

// around tells of a meeting the day before, unless that is now, and asks after it.
func (t *telling) around(ev Event, start, end time.Time) {
	if before := start.Sub(ev.At) - reminds; before > 0 {
		t.add(Effect{Tell: TellSoon, Seq: ev.Seq, Wait: before})
	}
	t.add(Effect{Tell: TellWasHeld, Seq: ev.Seq, Wait: max(0, end.Sub(ev.At))})
}
