package flow

import (
	"slices"
	"strings"
	"time"
)

// FollowUp is an action item that outlives the incident: it can be added, changed and settled in every stage, and moves nothing.
type FollowUp struct {
	Number   FollowUpNumber `json:"number"`
	Title    string         `json:"title"`
	Owner    UserID         `json:"owner,omitempty"`
	Priority Priority       `json:"priority,omitempty"`
	Due      Date           `json:"due,omitzero"`
	Link     string         `json:"link,omitempty"`     // the issue, in whatever tracker
	Message  Message        `json:"message,omitzero"`   // where it came up, if in a message
	State    TaskState      `json:"state"`              // as with tasks
	Settled  Settling       `json:"settled,omitzero"`   // how it was settled; zero while open
	AddedBy  UserID         `json:"added_by,omitempty"` //
	Added    time.Time      `json:"added,omitzero"`     // zero where an older program wrote it

	Moved    int               `json:"moved,omitempty"` // how often people moved the date
	Reminded FollowUpReminding `json:"reminded,omitzero"`
}

// FollowUpNumber numbers the follow-ups of one incident. None is ever taken away.
type FollowUpNumber int

// Message names a message in Slack, opaque here.
type Message struct {
	Channel ChannelID `json:"channel"`
	TS      string    `json:"ts"`
}

// Priority says how much a follow-up matters; the zero value says nothing. The names are stored for ever.
type Priority string

// The priorities.
const (
	High   Priority = "high"
	Medium Priority = "medium"
	Low    Priority = "low"
)

// Priorities lists them, the highest first.
func Priorities() []Priority { return []Priority{High, Medium, Low} }

// MaxFollowUps is how many follow-ups one incident can have.
const MaxFollowUps = 500

// FollowUp finds a follow-up by its number.
func (inc Incident) FollowUp(n FollowUpNumber) (FollowUp, bool) {
	if i := int(n) - 1; i >= 0 && i < len(inc.FollowUps) {
		return inc.FollowUps[i], true
	}
	return FollowUp{}, false
}

// OpenFollowUps are the follow-ups that are not settled.
func (inc Incident) OpenFollowUps() []FollowUp {
	return slices.DeleteFunc(slices.Clone(inc.FollowUps), func(f FollowUp) bool { return f.State != Open })
}

// Commands about follow-ups.
type (
	// AddFollowUp adds one.
	AddFollowUp struct {
		Title    string
		Owner    Person
		Priority Priority
		Due      Date
		Link     string
		Message  Message
		Once     bool // only if no follow-up came up in Message yet
	}
	// EditFollowUp changes what is not nil. The zero Person is nobody, and the zero Date no date.
	EditFollowUp struct {
		FollowUp FollowUpNumber
		Title    *string
		Owner    *Person
		Priority *Priority
		Due      *Date
		Link     *string
	}
	// SettleFollowUp marks one done, or not doing with a reason.
	SettleFollowUp struct {
		FollowUp FollowUpNumber
		State    TaskState
		Reason   string
	}
	// ReopenFollowUp opens a settled one again.
	ReopenFollowUp struct{ FollowUp FollowUpNumber }
)

// Facts about follow-ups.
type (
	// FollowUpAdded added a follow-up.
	FollowUpAdded struct {
		FollowUp FollowUp `json:"follow_up"`
	}
	// FollowUpEdited changed what is not nil. Owners are ids, and dates days like 2026-12-03; empty is none.
	FollowUpEdited struct {
		FollowUp FollowUpNumber `json:"follow_up"`
		Title    *Change        `json:"title,omitempty"`
		Owner    *Change        `json:"owner,omitempty"`
		Priority *Change        `json:"priority,omitempty"`
		Due      *Change        `json:"due,omitempty"`
		Link     *Change        `json:"link,omitempty"`
	}
	// FollowUpSettled marked a follow-up done or not doing.
	FollowUpSettled struct {
		FollowUp FollowUpNumber `json:"follow_up"`
		State    TaskState      `json:"state"`
		Reason   string         `json:"reason,omitempty"`
	}
	// FollowUpReopened opened a settled follow-up again.
	FollowUpReopened struct {
		FollowUp FollowUpNumber `json:"follow_up"`
	}
)

// The stored names of facts.
func (FollowUpAdded) FactName() string    { return "follow-up-added" }
func (FollowUpEdited) FactName() string   { return "follow-up-edited" }
func (FollowUpSettled) FactName() string  { return "follow-up-settled" }
func (FollowUpReopened) FactName() string { return "follow-up-reopened" }

func followUpFacts() []Fact {
	return []Fact{FollowUpAdded{}, FollowUpEdited{}, FollowUpSettled{}, FollowUpReopened{}, FollowUpSnoozed{}}
}

func (c AddFollowUp) do(s *scene) error {
	f := FollowUp{
		Number: FollowUpNumber(len(s.inc.FollowUps) + 1), Owner: c.Owner.User, Priority: c.Priority, Due: c.Due, Message: c.Message,
		State: Open, AddedBy: s.by.User,
	}
	var err error
	if f.Title, err = line(FieldTitle, c.Title, MaxTitle); err != nil {
		return err
	}
	if f.Link, err = link(FieldLink, c.Link); err != nil {
		return err
	}
	if err := s.prioritized(c.Priority); err != nil {
		return err
	}
	if err := s.inc.fit(FieldOwner, c.Owner); err != nil {
		return err
	}
	if err := s.futureDay(c.Due); err != nil {
		return err
	}
	if len(s.inc.FollowUps) >= MaxFollowUps {
		return Refusal{Why: TooManyFollowUps, Limit: MaxFollowUps, Incident: s.inc.ID}
	}
	if c.Once && slices.ContainsFunc(s.inc.FollowUps, func(f FollowUp) bool { return f.Message == c.Message }) {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	s.record(FollowUpAdded{FollowUp: f})
	return nil
}

func (s *scene) prioritized(p Priority) error {
	if p != "" && !slices.Contains(Priorities(), p) {
		return Refusal{Why: NotOffered, Field: FieldPriority, Incident: s.inc.ID}
	}
	return nil
}

// PinEmoji on a message pins it to the timeline.
const PinEmoji = "pushpin"

// maxEmoji is how long the name of an emoji may be, in bytes.
const maxEmoji = 100

// emoji accepts the name of an emoji, without colons and skin tone.
func (c *checker) emoji(path, name string) {
	switch {
	case name == PinEmoji:
		c.add(path, "%s pins a message to the timeline: choose another emoji", PinEmoji)
	case len(name) > maxEmoji || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_+-'") != "":
		c.add(path, "the name of an emoji without its colons, such as ticket: %q is none", name)
	}
}

// findFollowUp is the follow-up that a command is about.
func (s *scene) findFollowUp(n FollowUpNumber) (FollowUp, error) {
	f, ok := s.inc.FollowUp(n)
	if !ok {
		return f, Refusal{Why: UnknownFollowUp, Incident: s.inc.ID, FollowUp: n}
	}
	return f, nil
}

func (c EditFollowUp) do(s *scene) error {
	was, err := s.findFollowUp(c.FollowUp)
	if err != nil {
		return err
	}
	f := FollowUpEdited{FollowUp: c.FollowUp}
	if c.Title != nil {
		title, err := line(FieldTitle, *c.Title, MaxTitle)
		if err != nil {
			return err
		}
		f.Title = changed(was.Title, title)
	}
	if c.Owner != nil && c.Owner.User != was.Owner { // who has it keeps it, also when they could not be given it any more
		if err := s.inc.fit(FieldOwner, *c.Owner); err != nil {
			return err
		}
		f.Owner = changed(string(was.Owner), string(c.Owner.User))
	}
	if c.Priority != nil {
		if err := s.prioritized(*c.Priority); err != nil {
			return err
		}
		f.Priority = changed(string(was.Priority), string(*c.Priority))
	}
	if c.Due != nil && *c.Due != was.Due { // a date that has passed stays one
		if err := s.futureDay(*c.Due); err != nil {
			return err
		}
		f.Due = changed(was.Due.String(), c.Due.String())
	}
	if c.Link != nil {
		to, err := link(FieldLink, *c.Link)
		if err != nil {
			return err
		}
		f.Link = changed(was.Link, to)
	}
	if f == (FollowUpEdited{FollowUp: c.FollowUp}) {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID, FollowUp: c.FollowUp}
	}
	s.record(f)
	return nil
}

func (c SettleFollowUp) do(s *scene) error {
	f, err := s.findFollowUp(c.FollowUp)
	if err != nil {
		return err
	}
	if f.State != Open {
		return Refusal{Why: FollowUpIsSettled, Incident: s.inc.ID, FollowUp: c.FollowUp, State: f.State, By: f.Settled.By, At: f.Settled.At}
	}
	if c.State != Done && c.State != NotDoing {
		return Refusal{Why: NotOffered, Field: FieldStatus, Incident: s.inc.ID, FollowUp: c.FollowUp}
	}
	reason := ""
	if c.State == NotDoing {
		if reason, err = text(FieldReason, c.Reason, MaxReason, true); err != nil {
			return err
		}
	}
	s.record(FollowUpSettled{FollowUp: c.FollowUp, State: c.State, Reason: reason})
	return nil
}

func (c ReopenFollowUp) do(s *scene) error {
	f, err := s.findFollowUp(c.FollowUp)
	if err != nil {
		return err
	}
	if f.State == Open {
		return Refusal{Why: FollowUpIsOpen, Incident: s.inc.ID, FollowUp: c.FollowUp}
	}
	s.record(FollowUpReopened{FollowUp: c.FollowUp})
	return nil
}

// followUp is for writing to a follow-up in place; it is nil if there is none of that number.
func (inc *Incident) followUp(n FollowUpNumber) *FollowUp {
	if i := int(n) - 1; i >= 0 && i < len(inc.FollowUps) {
		return &inc.FollowUps[i]
	}
	return nil
}

func (f FollowUpAdded) apply(inc *Incident, ev Event) {
	f.FollowUp.Added = ev.At
	f.FollowUp.restart(ev.At)
	inc.FollowUps = append(inc.FollowUps, f.FollowUp)
	inc.involve(f.FollowUp.Owner)
}

func (f FollowUpEdited) apply(inc *Incident, ev Event) {
	to := inc.followUp(f.FollowUp)
	if to == nil {
		return
	}
	set := func(c *Change, write func(string)) {
		if c != nil {
			write(c.To)
		}
	}
	set(f.Title, func(v string) { to.Title = v })
	set(f.Owner, func(v string) { to.Owner = UserID(v) })
	set(f.Priority, func(v string) { to.Priority = Priority(v) })
	set(f.Due, func(v string) { _ = to.Due.UnmarshalText([]byte(v)) }) // it was written by Date.String
	set(f.Link, func(v string) { to.Link = v })
	if f.Due != nil && f.Due.From != "" {
		to.Moved++
	}
	if f.Due != nil || f.Owner != nil {
		to.restart(ev.At)
	}
	inc.involve(to.Owner)
}

func (f FollowUpSettled) apply(inc *Incident, ev Event) {
	if to := inc.followUp(f.FollowUp); to != nil {
		to.State, to.Settled = f.State, Settling{By: ev.By, At: ev.At, Reason: f.Reason, How: ByPerson}
	}
}

func (f FollowUpReopened) apply(inc *Incident, ev Event) {
	if to := inc.followUp(f.FollowUp); to != nil {
		to.restart(ev.At)
		to.State, to.Settled = Open, Settling{}
	}
}

// followUp tells of a follow-up quietly: in the thread of the card, in the message that its owner got, and to a new owner who is somebody else.
func (t *telling) followUp(ev Event) {
	var n FollowUpNumber
	var from, to UserID
	switch f := ev.Fact.(type) {
	case FollowUpAdded:
		n, to = f.FollowUp.Number, f.FollowUp.Owner
	case FollowUpEdited:
		n = f.FollowUp
		if f.Owner != nil {
			from, to = UserID(f.Owner.From), UserID(f.Owner.To)
		}
	case FollowUpSettled:
		n = f.FollowUp
	case FollowUpReopened:
		n = f.FollowUp
	default:
		return
	}
	t.add(Effect{Tell: TellThread, Seq: ev.Seq, Since: ev.Seq, Wait: gather}, Effect{Tell: TellFollowUpDMs, FollowUp: n, Seq: ev.Seq})
	if to != "" && to != ev.By {
		t.add(Effect{Tell: TellFollowUp, To: to, FollowUp: n, Seq: ev.Seq})
	}
	t.home(from, to)
}

// followUpHomes are the App Homes in which a changed follow-up can be seen.
func (t *telling) followUpHomes(before, after Incident) {
	for i, now := range after.FollowUps {
		if i >= len(before.FollowUps) {
			t.home(now.Owner)
			continue
		}
		was := before.FollowUps[i]
		was.Reminded = now.Reminded // which no App Home shows
		if was != now || before.Name != after.Name && now.State == Open {
			t.home(was.Owner, now.Owner)
		}
	}
}

// Shorten is a title made of a longer text, such as a message: its first line, at most MaxTitle code points.
func Shorten(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	r := []rune(strings.Join(strings.Fields(first), " "))
	if len(r) > MaxTitle {
		return strings.TrimSpace(string(r[:MaxTitle-1])) + "…"
	}
	return string(r)
}
