package blocks

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// FieldSlot is the choice of a time that suits everyone; SlotOther is none of them, and SlotAgain looks for times once more.
const (
	FieldSlot = "slot"
	SlotOther = "other"
	SlotAgain = "again"
)

// Debriefing is what the form for a debrief shows.
type Debriefing struct {
	Debrief   flow.Debrief // what its fields hold at first
	Length    time.Duration
	Uninvited []flow.UserID // guests and people without an address, who get no invitation
	Calendar  bool          // there is a calendar that makes the event
	Zone      *time.Location

	Meanwhile bool         // somebody else has scheduled it since the form was opened
	Confirm   bool         // the second step
	Guests    []string     // addresses, for the links
	Looking   bool         // times are being looked for
	Slots     []SlotChoice // the best times
	Unread    []flow.UserID
	Blocking  []flow.UserID // whose calendars leave no time
	Problem   string        // why no times could be looked for
}

// SlotChoice is a time that is offered.
type SlotChoice struct {
	Start, End time.Time
	Standing   string        // the standing meeting whose time this is
	Outside    []flow.UserID // who is outside their working hours
	Busy       []flow.UserID // who has something else
	Typed      bool          // it is not one of the best, but what stands under Start
}

// DebriefForm asks for the debrief. Without a calendar of ours its second step has the buttons that make the event, and the time is confirmed there;
// with one it offers times. Both have the same fields, so that in Slack what was typed stays.
func DebriefForm(s Scene, inc flow.Incident, d Debriefing) slack.ModalViewRequest {
	action, submit := Debrief, words("Next")
	var shown []slack.Block
	switch {
	case d.Confirm && d.Calendar:
		action, submit = DebriefConfirm, "Schedule"
		shown = s.offered(inc, d)
	case d.Confirm:
		action, submit = DebriefConfirm, "Confirm"
		shown = s.byHand(inc, d)
	case d.Calendar:
		shown = []slack.Block{section(say("Next you choose a time that suits everyone who is needed. Nothing is sent before that."), nil)}
	default:
		shown = []slack.Block{section(say("Next you get the event, filled in for your calendar. Nothing is sent before that."), nil)}
	}
	if there := cmp.Or(inc.Asked, inc.Debrief); d.Meanwhile && there != nil {
		line := say("Meanwhile %s scheduled it: %s. Submit again to put yours in its place, or cancel.", s.name(there.By), s.meeting(*there))
		shown = append([]slack.Block{section(line, nil)}, shown...)
	}
	if p := inc.Asked; p != nil && p.Problem != "" && !d.Confirm {
		shown = append(shown, section(say("The calendar did not take it: %s.", s.Problem(p.Problem)), nil))
	}
	if p := inc.Asked; p != nil && p.Problem == "" && !d.Confirm {
		shown = append(shown, section(say("The calendar has not taken it yet, and is asked again. What you submit here takes its place."), nil))
	}
	if len(d.Uninvited) > 0 {
		shown = append(shown, small(say("They get no invitation, since they are guests or have no address: %s.", s.named(d.Uninvited))))
	}
	shown = append(shown, debriefFields(inc, d)...)
	return modal(action, Ref{Incident: inc.ID, Want: inc.DebriefMark()}, "Schedule debrief", submit, shown...)
}

func debriefFields(inc flow.Incident, d Debriefing) []slack.Block {
	when := input(flow.FieldStart, "Start", momentPicker(flow.FieldStart, d.Debrief.Start))
	switch {
	case d.Calendar && d.Confirm:
		when = optional(when)
	case d.Calendar:
		when = hint(optional(when), say("If you have one in mind. I look whether it suits everyone, and for others."))
	}
	shown := []slack.Block{
		when,
		input(flow.FieldLength, "Length", lengths(d.Length)),
		hint(input(flow.FieldRequired, "Needed", several(flow.FieldRequired, d.Debrief.Required)), say("The time must suit them.")),
		optional(input(flow.FieldWelcome, "Also welcome", several(flow.FieldWelcome, d.Debrief.Optional))),
	}
	if inc.Private {
		shown = append([]slack.Block{small(say("%s is private: the invitation names only its reference, and the agenda stays in its channel.", inc.ID))}, shown...)
	}
	return append(shown,
		input(flow.FieldTitle, "Title", typed(flow.FieldTitle, d.Debrief.Title, flow.MaxTitle, false)),
		optional(input(flow.FieldAgenda, "Agenda", typed(flow.FieldAgenda, d.Debrief.Agenda, flow.MaxDescription, true))))
}

// byHand is the second step without a calendar of ours.
func (s Scene) byHand(inc flow.Incident, d Debriefing) []slack.Block {
	about := "debrief of " + inc.ID.String()
	row := []slack.BlockElement{
		opening("Google Calendar", GoogleEvent(s, inc, d.Debrief, d.Guests), about),
		opening("Outlook", OutlookEvent(s, inc, d.Debrief, d.Guests), about),
		button(DebriefFile, "Send me a file", Ref{Incident: inc.ID}, about),
	}
	first(row)
	return []slack.Block{
		section(say("Save the event in your calendar, then confirm its time here. The channel hears of it, and the task is done."), nil),
		actions("debrief/make", row...),
		hint(optional(input(flow.FieldLink, "Link to the event", typed(flow.FieldLink, d.Debrief.Link, flow.MaxLink, false))), say("So that everyone finds it.")),
	}
}

// offered is the second step with one: times to choose from.
func (s Scene) offered(inc flow.Incident, d Debriefing) []slack.Block {
	if d.Looking {
		return []slack.Block{section(say("Looking into the calendars of everyone who is needed…"), nil)}
	}
	var shown []slack.Block
	if d.Problem != "" {
		shown = append(shown, section(say("No times could be looked for: %s. Choose one under Start.", s.Problem(d.Problem)), nil))
	} else if !slices.ContainsFunc(d.Slots, func(c SlotChoice) bool { return !c.Typed }) {
		line := say("No time was found before the task is due. Choose one under Start.")
		if len(d.Blocking) > 0 {
			line = join(" ", line, say("Their calendars leave the least: %s.", s.named(d.Blocking)))
		}
		shown = append(shown, section(line, nil))
	}
	if len(d.Unread) > 0 {
		shown = append(shown, section(say("I cannot see when they are busy: %s. Ask them, or share their calendars with the organizer.", s.named(d.Unread)), nil))
	}
	options := make([]*slack.OptionBlockObject, 0, len(d.Slots)+2)
	for _, c := range d.Slots {
		o := option(SlotValue(c, d.Debrief.Start), slotLabel(c, d.Zone))
		options = append(options, explained(o, s.slotNote(c, inc)))
	}
	options = append(options, option(SlotOther, "Another time, as under Start"),
		explained(option(SlotAgain, "Look again"), say("when you have changed who is needed, or the length")))
	// Slack keeps what was chosen as long as the field has the same id. Other times are another field.
	times := radio(FieldSlot+"#"+options[0].Value, options[0], options...)
	return append(shown, input(FieldSlot, "Time", times))
}

// SlotValue is the value of a choice, which ParseSlot reads. It keeps what stood under Start meanwhile: what is typed there afterwards is another time.
func SlotValue(c SlotChoice, typed time.Time) string {
	var held int64
	if !typed.IsZero() {
		held = typed.Unix()
	}
	return fmt.Sprintf("%d/%d/%d", c.Start.Unix(), c.End.Unix(), held)
}

// ParseSlot reads a choice, and what stood under Start when it was offered; false for none of the times.
func ParseSlot(value string) (start, end, typed time.Time, ok bool) {
	var from, to, held int64
	if n, err := fmt.Sscanf(value, "%d/%d/%d", &from, &to, &held); n != 3 || err != nil {
		return start, end, typed, false
	}
	if held != 0 {
		typed = time.Unix(held, 0).UTC()
	}
	return time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC(), typed, true
}

func slotLabel(c SlotChoice, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return c.Start.In(zone).Format("Mon Jan 2, 15:04") + "–" + c.End.In(zone).Format("15:04 MST")
}

// slotNote says what is not right about a time, and with whom.
func (s Scene) slotNote(c SlotChoice, inc flow.Incident) Text {
	var notes []Text
	switch {
	case c.Typed && inc.Debrief != nil && inc.Debrief.Start.Equal(c.Start):
		notes = append(notes, say("as it is now"))
	case c.Typed:
		notes = append(notes, say("as under Start"))
	}
	if c.Standing != "" {
		notes = append(notes, say("%s", brief(c.Standing, 40)))
	}
	if len(c.Busy) > 0 {
		notes = append(notes, say("busy: %s", s.named(c.Busy)))
	}
	if len(c.Outside) > 0 {
		notes = append(notes, say("outside their hours: %s", s.named(c.Outside)))
	}
	return join("; ", notes...)
}

// CancelDebriefForm calls a debrief off.
func CancelDebriefForm(s Scene, inc flow.Incident) slack.ModalViewRequest {
	line := say("The debrief of %s will be called off, and the channel told.", inc.ID)
	if d := inc.Debrief; d != nil && d.Booked() {
		line = say("%s Everyone invited hears of it by their calendar.", line)
	} else if d == nil && inc.Asked != nil {
		line = say("The debrief of %s is not in the calendar yet, and will not be. Nobody has heard of it.", inc.ID)
	} else if d != nil && d.Of != 0 {
		line = say("%s will use the debrief of %s no more. That one takes place all the same.", inc.ID, d.Of)
	}
	return modal(DebriefCancel, Ref{Incident: inc.ID}, "Call it off", "Call it off", section(line, nil),
		optional(input(flow.FieldReason, "Reason", typed(flow.FieldReason, "", flow.MaxReason, true))))
}

// lengths are how long a debrief may take, with the one that is set.
func lengths(set time.Duration) slack.BlockElement {
	if set == 0 {
		set = 45 * time.Minute
	}
	minutes := []int{15, 30, 45, 60, 90, 120}
	if n := int(set.Minutes()); !slices.Contains(minutes, n) {
		minutes = append(minutes, n)
		slices.Sort(minutes)
	}
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, n := range minutes {
		o := option(strconv.Itoa(n), length(time.Duration(n)*time.Minute).Plain())
		options = append(options, o)
		if n == int(set.Minutes()) {
			initial = o
		}
	}
	return selection(flow.FieldLength, options, initial)
}

// several are persons to choose.
func several(field string, set []flow.UserID) slack.BlockElement {
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, plainText("People", maxLabel), field)
	for _, u := range set {
		if _, ok := mention(u); ok && len(e.InitialUsers) < flow.MaxInvited {
			e.InitialUsers = append(e.InitialUsers, string(u))
		}
	}
	return e
}

// momentPicker is a date with a time, in the zone of whoever looks.
func momentPicker(field string, set time.Time) slack.BlockElement {
	e := slack.NewDateTimePickerBlockElement(field)
	if !set.IsZero() {
		e.InitialDateTime = set.Unix()
	}
	return e
}
