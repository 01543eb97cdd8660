package flow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Debrief is the meeting about the incident. Moments are UTC.
type Debrief struct {
	Number   int        `json:"number"` // counts the meetings of the incident, so that none gets the calendar event of one that was canceled
	Title    string     `json:"title"`
	Agenda   string     `json:"agenda,omitempty"`
	Start    time.Time  `json:"start"`
	End      time.Time  `json:"end"`
	Zone     string     `json:"zone,omitempty"` // IANA, of whoever scheduled it; empty: the organization's
	Required []UserID   `json:"required,omitempty"`
	Optional []UserID   `json:"optional,omitempty"`
	By       UserID     `json:"by"`              // who asked for it, and facilitates it
	Event    string     `json:"event,omitempty"` // its id in the calendar; empty: no calendar of ours has it
	Link     string     `json:"link,omitempty"`  // to the event, for people
	Call     string     `json:"call,omitempty"`  // to the video call
	Of       IncidentID `json:"of,omitempty"`    // the incident whose debrief this is, where another one's is used
	Since    uint64     `json:"since,omitempty"` // the Seq of the event that gave it its present time
	Held     bool       `json:"held,omitempty"`  // somebody said that it took place
	Problem  string     `json:"problem,omitempty"`
}

// Booked reports whether a calendar of ours has the event.
func (d Debrief) Booked() bool { return d.Event != "" && d.Of == 0 }

// same reports whether two debriefs are the same for whoever is invited: what is said about them, when, and who comes.
func (d Debrief) same(o Debrief) bool {
	return d.Title == o.Title && d.Agenda == o.Agenda && d.Start.Equal(o.Start) && d.End.Equal(o.End) && d.Link == o.Link &&
		slices.Equal(d.Required, o.Required) && slices.Equal(d.Optional, o.Optional) && d.Of == o.Of
}

// Limits of a debrief.
const (
	MinDebrief = 5 * time.Minute
	MaxDebrief = 8 * time.Hour
	MaxInvited = 100                  // people, so that the form, the invitation and Google can take them
	farthest   = 366 * 24 * time.Hour // how far ahead one is scheduled
	reminds    = 24 * time.Hour       // how long before a debrief the channel gets its agenda
)

// Commands about the debrief.
type (
	// PlanDebrief says when the debrief is and who comes, or changes that. With Book it is first put into the calendar, and there once
	// RecordDebrief reports so; else it is there at once: somebody has made the event, and Link may lead to it.
	PlanDebrief struct {
		Title, Agenda      string
		Start, End         time.Time
		Typed              time.Time // what stands as the start beside a time that was chosen; zero: nothing
		Zone               string
		Required, Optional []Person
		Link               string
		Knew               string // the DebriefMark that was shown to whoever asks; empty: it does not matter
		Book               bool
		Event              string // of an event that people made and that is adopted, or the id that it is to get
	}
	// RecordDebrief reports what the calendar says of a debrief that was asked for: the event that it made, or the Problem that kept it from it.
	RecordDebrief struct {
		Number            int
		Start, End        time.Time // as they were asked for: what has been asked for since is not answered by this
		Event, Link, Call string
		Problem           string
	}
	// MoveDebrief reports that the meeting is at another time by now: it was moved in the calendar, or with the incident whose debrief is used.
	MoveDebrief struct{ Start, End time.Time }
	// CancelDebrief calls the debrief off, or reports that it was: then Gone, and no calendar is to be told. Of another incident's debrief
	// only the use ends.
	CancelDebrief struct {
		Reason string
		Gone   bool
	}
	// EndDebrief says whether the debrief took place. If it did, tasks to hold it are done; if not, it is scheduled no more, and Reason says so.
	EndDebrief struct {
		Held   bool
		Reason string
	}
	// UseDebrief uses the debrief of another incident for this one too.
	UseDebrief struct {
		Of      IncidentID
		Private bool // the other incident is
		Debrief Debrief
	}
	// ShareDebrief reports that another incident uses the debrief of this one, or does so no more.
	ShareDebrief struct {
		With IncidentID
		Ends bool
	}
)

func (c PlanDebrief) do(s *scene) error {
	d := Debrief{Start: c.Start.UTC(), End: c.End.UTC(), Zone: c.Zone, By: s.by.User}
	var err error
	if d.Title, err = line(FieldTitle, c.Title, MaxTitle); err != nil {
		return err
	}
	if d.Agenda, err = text(FieldAgenda, c.Agenda, MaxDescription, false); err != nil {
		return err
	}
	if !c.Typed.IsZero() && !c.Typed.Equal(c.Start) {
		return Refusal{Why: TwoTimes, Field: FieldStart, Incident: s.inc.ID}
	}
	if err := s.futureTime(d); err != nil {
		return err
	}
	if mark := s.inc.DebriefMark(); c.Knew != "" && mark != noDebrief && mark != c.Knew {
		there := cmp.Or(s.inc.Asked, s.inc.Debrief)
		return Refusal{Why: PlannedMeanwhile, Field: FieldStart, Incident: s.inc.ID, By: there.By, At: there.Start}
	}
	if err := s.invited(&d, c); err != nil {
		return err
	}
	if strings.TrimSpace(c.Link) != "" {
		if d.Link, err = link(FieldLink, c.Link); err != nil {
			return err
		}
	}
	d.Number, d.Event = s.inc.LastDebrief+1, c.Event
	if asked := s.inc.Asked; asked != nil && s.inc.Debrief == nil { // its event may be there already: it is the same meeting
		d.Number, d.Event = asked.Number, cmp.Or(asked.Event, c.Event)
	}
	if was := s.inc.Debrief; was != nil && was.Of == 0 {
		d.Number, d.Event, d.Call, d.By = was.Number, cmp.Or(was.Event, c.Event), was.Call, was.By
		d.Link = cmp.Or(d.Link, was.Link)
		if d.same(*was) && s.inc.Asked == nil {
			return Refusal{Why: NothingToChange, Field: FieldStart, Incident: s.inc.ID}
		}
		d.Held = was.Held && d.Start.Equal(was.Start)
	}
	if c.Book {
		s.record(DebriefPlanned{Debrief: d})
		return nil
	}
	s.setDebrief(d)
	return nil
}

// futureTime refuses what is no time for a meeting.
func (s *scene) futureTime(d Debrief) error {
	switch long := d.End.Sub(d.Start); {
	case !d.Start.After(s.at) || d.Start.Sub(s.at) > farthest:
		return Refusal{Why: BadTime, Field: FieldStart, Incident: s.inc.ID}
	case long < MinDebrief || long > MaxDebrief:
		return Refusal{Why: NotOffered, Field: FieldLength, Incident: s.inc.ID}
	}
	return nil
}

// invited fills in who comes. Whoever is required is not optional as well; into the meeting of a private incident comes nobody who is not in its channel.
func (s *scene) invited(d *Debrief, c PlanDebrief) error {
	take := func(field string, people []Person, into *[]UserID) error {
		for _, p := range people {
			if p.User == "" || slices.Contains(d.Required, p.User) || slices.Contains(*into, p.User) {
				continue
			}
			if s.inc.Private && !p.Member {
				return Refusal{Why: NotInChannel, Field: field, Incident: s.inc.ID, By: p.User}
			}
			*into = append(*into, p.User)
		}
		return nil
	}
	if err := take(FieldRequired, c.Required, &d.Required); err != nil {
		return err
	}
	if len(d.Required) == 0 {
		return Refusal{Why: Required, Field: FieldRequired, Incident: s.inc.ID}
	}
	if err := take(FieldWelcome, c.Optional, &d.Optional); err != nil {
		return err
	}
	if len(d.Required)+len(d.Optional) > MaxInvited {
		return Refusal{Why: TooManyInvited, Field: FieldWelcome, Limit: MaxInvited, Incident: s.inc.ID}
	}
	return nil
}

// setDebrief records that the debrief is there, which is new evidence each time.
func (s *scene) setDebrief(d Debrief) {
	d.Problem = ""
	set := DebriefSet{Debrief: d}
	switch was := s.inc.Debrief; {
	case was == nil:
	case was.Of != 0:
		s.record(DebriefCanceled{Number: was.Number, Of: was.Of})
	case d.Of == 0:
		set.From = was.Start
	}
	s.record(set)
	s.record(EvidenceFound{Proof: DebriefScheduled, What: cmp.Or(d.Link, d.Start.Format(time.RFC3339))})
	s.found(DebriefScheduled)
}

func (c RecordDebrief) do(s *scene) error {
	asked := s.inc.Asked
	if asked == nil || asked.Problem != "" || asked.Number != c.Number || !asked.Start.Equal(c.Start) || !asked.End.Equal(c.End) {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	if c.Problem != "" {
		s.record(DebriefRefused{Number: c.Number, Problem: c.Problem})
		return nil
	}
	d := *asked
	d.Event, d.Link, d.Call = c.Event, c.Link, c.Call
	s.setDebrief(d)
	return nil
}

// debrief is the one that is scheduled.
func (s *scene) debrief() (Debrief, error) {
	if s.inc.Debrief == nil {
		return Debrief{}, Refusal{Why: NoDebrief, Incident: s.inc.ID}
	}
	return *s.inc.Debrief, nil
}

func (c MoveDebrief) do(s *scene) error {
	d, err := s.debrief()
	if err != nil {
		return err
	}
	if d.Start.Equal(c.Start) && d.End.Equal(c.End) || !c.End.After(c.Start) {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	s.record(DebriefMoved{From: d.Start, Start: c.Start.UTC(), End: c.End.UTC()})
	return nil
}

func (c CancelDebrief) do(s *scene) error {
	reason, err := text(FieldReason, c.Reason, MaxReason, false)
	if err != nil {
		return err
	}
	if asked := s.inc.Asked; asked != nil && s.inc.Debrief == nil && !c.Gone {
		s.record(DebriefCanceled{Number: asked.Number, Reason: reason, Event: asked.Event, Asked: true})
		return nil
	}
	d, err := s.debrief()
	if err != nil {
		return err
	}
	f := DebriefCanceled{Number: d.Number, Reason: reason, Of: d.Of}
	if d.Booked() && !c.Gone {
		f.Event = d.Event
	}
	s.record(f)
	s.gone(DebriefScheduled, reason)
	return nil
}

func (c EndDebrief) do(s *scene) error {
	d, err := s.debrief()
	switch {
	case err != nil:
		return err
	case d.Start.After(s.at):
		return Refusal{Why: NotYet, Incident: s.inc.ID, At: d.Start}
	case d.Held && c.Held:
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	s.record(DebriefHeld{Number: d.Number, Held: c.Held})
	if !c.Held {
		s.gone(DebriefScheduled, c.Reason)
		return nil
	}
	if s.inc.Stage != PostIncident {
		return nil
	}
	for _, t := range s.inc.Open() {
		if t.Kind == HoldDebrief {
			s.record(TaskCompleted{Task: t.Number})
		}
	}
	return nil
}

func (c UseDebrief) do(s *scene) error {
	switch {
	case s.inc.Private || c.Private:
		return Refusal{Why: PrivateDebrief, Incident: s.inc.ID}
	case c.Of == s.inc.ID || c.Debrief.Start.IsZero() || c.Debrief.Of != 0:
		return Refusal{Why: NoDebriefThere, Incident: c.Of}
	case s.inc.Debrief != nil && s.inc.Debrief.Of == c.Of:
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	case s.inc.Debrief != nil && s.inc.Debrief.Booked(), s.inc.Asked != nil && s.inc.Asked.Problem == "":
		return Refusal{Why: HasDebrief, Incident: s.inc.ID}
	}
	d := c.Debrief
	d.Of, d.Event, d.Call, d.Number, d.By = c.Of, "", "", s.inc.LastDebrief+1, s.by.User
	s.setDebrief(d)
	return nil
}

func (c ShareDebrief) do(s *scene) error {
	if slices.Contains(s.inc.DebriefWith, c.With) != c.Ends {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	s.record(DebriefShared(c))
	return nil
}

// noDebrief is the DebriefMark of an incident that has none.
const noDebrief = "none"

// DebriefMark changes whenever the debrief gets another time, or one is asked for: whoever shows a form keeps it, and gives it back in [PlanDebrief.Knew].
func (inc Incident) DebriefMark() string {
	if inc.Debrief == nil && inc.Asked == nil {
		return noDebrief
	}
	mark := ""
	if d := inc.Debrief; d != nil {
		mark = fmt.Sprint(d.Since)
	}
	if d := inc.Asked; d != nil {
		mark += fmt.Sprintf("/%d.%d.%s", d.Number, d.Start.Unix(), d.By)
	}
	return mark
}

// Invitable are those whom the debrief is proposed to: needed is who holds a role or has, or had, a task; welcome is everyone else who took part.
func Invitable(inc Incident) (needed, welcome []UserID) {
	add := func(u UserID) {
		if u != "" && !slices.Contains(needed, u) {
			needed = append(needed, u)
		}
	}
	add(inc.Lead())
	for _, role := range slices.Sorted(maps.Keys(inc.Roles)) {
		add(inc.Roles[role])
	}
	for _, t := range inc.Tasks {
		add(t.Assignee)
	}
	if len(needed) == 0 {
		add(inc.Answerable())
	}
	for _, u := range inc.Involved {
		if !slices.Contains(needed, u) {
			welcome = append(welcome, u)
		}
	}
	return needed[:min(len(needed), MaxInvited)], welcome[:min(len(welcome), MaxInvited-min(len(needed), MaxInvited))]
}

// DebriefDue is until when the debrief is to be scheduled or held: the due date of the first open task that asks for it; the zero Date if none says so.
func (inc Incident) DebriefDue() Date {
	var due Date
	for _, t := range inc.Open() {
		if (t.Kind == ScheduleDebrief || t.Kind == HoldDebrief) && !t.Due.IsZero() && due.Before(t.Due) {
			due = t.Due
		}
	}
	return due
}
