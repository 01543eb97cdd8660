package blocks

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// What clicks and forms about the debrief ask for. The names are for ever.
const (
	Debrief        Action = "debrief.schedule" // form: what, who, how long; its answer is the form to confirm
	DebriefConfirm Action = "debrief.confirm"  // form: the time that is chosen
	DebriefCancel  Action = "debrief.cancel"   // form
	DebriefHeld    Action = "debrief.held"     // Ref.Want is HeldYes or HeldNo; Ref.Page is the debrief's number
	DebriefFile    Action = "debrief.file"     // sends the invitation as a file, by what stands in the form
	DebriefAdopt   Action = "debrief.adopt"    // Ref.Want is the id of an event that people made by hand
	DebriefLink    Action = "debrief.link"     // a link: nothing to do
)

// Answers to whether the debrief took place.
const (
	HeldYes = "yes"
	HeldNo  = "no"
)

// Why a debrief is there no more, as it is stored with the fact.
const (
	EventCanceled = "the event was canceled"
	DidNotHappen  = "the debrief did not take place"
	TheirsGone    = "the shared debrief was called off"
)

// Invitation is what an invitation says, as plain text: of a private incident only its reference.
func Invitation(s Scene, inc flow.Incident, d flow.Debrief) (title, description string) {
	if inc.Private {
		return "Debrief of " + inc.ID.String(), inc.ID.String() + ". The agenda is in its channel."
	}
	lines := []string{strings.TrimSpace(d.Agenda), "", inc.ID.String() + " · " + oneLine(inc.Name)}
	if card := s.cardLink(inc); card != "" {
		lines = append(lines, "Tasks: "+card)
	}
	if doc, ok := inc.Postmortem(); ok {
		lines = append(lines, "Post-mortem: "+doc.URL)
	}
	return oneLine(d.Title), strings.TrimSpace(strings.Join(lines, "\n"))
}

// DefaultDebrief is what the form proposes to say.
func DefaultDebrief(s Scene, inc flow.Incident) (title, agenda string) {
	title, agenda = "Debrief of "+inc.ID.String(), "1. What happened: the timeline\n2. What helped, what was in the way\n3. What we change: follow-ups"
	if !inc.Private {
		title = plain(title+": "+inc.Name, flow.MaxTitle)
	}
	return title, agenda
}

// DebriefUsage says how the command goes.
func DebriefUsage(s Scene) Text {
	return say("It goes like this: %s, %s, or %s.", s.command("debrief"), s.command("debrief cancel the room is taken"), s.command("debrief use INC-40"))
}

// mostLink is Slack's limit of the address behind a button.
const mostLink = 3000

// GoogleEvent is the address of Google's form for a new event, filled in. Guests are left out when the address gets too long for a button.
func GoogleEvent(s Scene, inc flow.Incident, d flow.Debrief, guests []string) string {
	title, description := Invitation(s, inc, d)
	const at = "20060102T150405Z"
	v := url.Values{
		"action": {"TEMPLATE"}, "text": {plain(title, shortName)}, "details": {description},
		"dates": {d.Start.UTC().Format(at) + "/" + d.End.UTC().Format(at)},
	}
	return fitting("https://calendar.google.com/calendar/render?", v, "details", "add", guests)
}

// OutlookEvent is the address of Outlook's form for a new event, filled in.
func OutlookEvent(s Scene, inc flow.Incident, d flow.Debrief, guests []string) string {
	title, description := Invitation(s, inc, d)
	v := url.Values{
		"path": {"/calendar/action/compose"}, "rru": {"addevent"}, "subject": {plain(title, shortName)}, "body": {description},
		"startdt": {d.Start.UTC().Format(time.RFC3339)}, "enddt": {d.End.UTC().Format(time.RFC3339)},
	}
	return fitting("https://outlook.office.com/calendar/0/deeplink/compose?", v, "body", "to", guests)
}

func fitting(base string, v url.Values, body, to string, guests []string) string {
	if len(guests) > 0 {
		v.Set(to, strings.Join(guests, ","))
	}
	for _, drop := range []string{to, body} {
		if len(base)+len(v.Encode()) <= mostLink {
			break
		}
		v.Del(drop)
	}
	return base + v.Encode()
}

// opening is a button that leads out of Slack.
func opening(label words, address, about string) *slack.ButtonBlockElement {
	b := button(DebriefLink, label, Ref{}, about)
	b.ActionID += "#" + strings.ToLower(strings.ReplaceAll(string(label), " ", "-"))
	b.URL = address
	return b
}

// meeting is when a debrief is and how long it takes.
func (s Scene) meeting(d flow.Debrief) Text {
	return say("%s, %s", s.moment(d.Start), length(d.End.Sub(d.Start)))
}

func length(d time.Duration) Text { return count(int(d.Minutes()), "minute") }

// mostNamed is how many people are named in a line.
const mostNamed = 15

// named are people by name.
func (s Scene) named(people []flow.UserID) Text {
	var names []Text
	for i, u := range people {
		if i == mostNamed {
			names = append(names, say("%d more", len(people)-i))
			break
		}
		names = append(names, s.name(u))
	}
	return join(", ", names...)
}

// comes says who is invited.
func (s Scene) comes(d flow.Debrief) Text {
	line := say("With %s.", s.named(d.Required))
	if len(d.Optional) > 0 {
		line = join(" ", line, say("Also welcome: %s.", s.named(d.Optional)))
	}
	return line
}

// debriefPost announces what happened to the debrief.
func (s Scene) debriefPost(inc flow.Incident, ev flow.Event) (Message, bool) {
	switch f := ev.Fact.(type) {
	case flow.DebriefSet:
		return s.debriefSet(inc, ev, f), true
	case flow.DebriefMoved:
		return Say(say("The debrief of %s was moved: %s. Before: %s.", bold(heading(inc)), s.moment(f.Start), s.moment(f.From))), true
	case flow.DebriefCanceled:
		line := say("The debrief of %s was called off", bold(heading(inc)))
		if f.Of != 0 {
			line = say("%s uses the debrief of %s no more", bold(heading(inc)), f.Of)
		}
		if ev.By != "" {
			line = say("%s by %s", line, s.name(ev.By))
		}
		return Say(s.withReason(line, f.Reason)), true
	}
	return Message{}, false
}

// setLine says that the debrief is there, or what became of it. A calendar answers for whoever asked: who that was when it is changed is not known.
func (s Scene) setLine(inc flow.Incident, ev flow.Event, f flow.DebriefSet) Text {
	d, what := f.Debrief, bold(heading(inc))
	moved := !f.From.Equal(d.Start)
	switch {
	case f.From.IsZero():
		return say("%s scheduled the debrief of %s: %s.", s.name(cmp.Or(ev.By, d.By)), what, s.meeting(d))
	case moved && ev.By != "":
		return say("%s moved the debrief of %s: %s. Before: %s.", s.name(ev.By), what, s.meeting(d), s.moment(f.From))
	case moved:
		return say("The debrief of %s was moved: %s. Before: %s.", what, s.meeting(d), s.moment(f.From))
	case ev.By != "":
		return say("%s changed the debrief of %s. The time stays: %s.", s.name(ev.By), what, s.meeting(d))
	}
	return say("The debrief of %s was changed. The time stays: %s.", what, s.meeting(d))
}

func (s Scene) debriefSet(inc flow.Incident, ev flow.Event, f flow.DebriefSet) Message {
	d, line := f.Debrief, s.setLine(inc, ev, f)
	if d.Of != 0 {
		line = say("%s The debrief of %s is for both.", line, d.Of)
	}
	about := "debrief of " + inc.ID.String()
	var row []slack.BlockElement
	if opens(d.Link) {
		row = append(row, opening("Open event", d.Link, about))
	} else {
		row = append(row, opening("Google Calendar", GoogleEvent(s, inc, d, nil), about), opening("Outlook", OutlookEvent(s, inc, d, nil), about))
	}
	if opens(d.Call) {
		row = append(row, opening("Join call", d.Call, about))
	}
	if d.Of == 0 {
		row = append(row, button(Debrief, "Reschedule", Ref{Incident: inc.ID}, about))
	}
	row = append(row, button(DebriefCancel, "Call it off", Ref{Incident: inc.ID}, about))
	return message(join(" ", line, s.comes(d)), section(line, nil), small(s.comes(d)), actions("debrief/"+inc.ID.String(), row...))
}

// DebriefSoon is what the channel gets the day before: the agenda, the draft with the headings below which nothing is written yet, what its follow-ups
// lack, and what is still open.
func DebriefSoon(s Scene, inc flow.Incident, unwritten []string) Message {
	if inc.Debrief == nil {
		return Message{}
	}
	d := *inc.Debrief
	line := say("The debrief of %s is on %s.", bold(heading(inc)), s.meeting(d))
	shown := append(paragraph(line), paragraph(Escape(d.Agenda))...)
	var open []Text
	if doc, ok := inc.Postmortem(); ok {
		draft := say("The post-mortem: %s.", documentLink(doc))
		open = append(open, draft, notWritten(unwritten))
	} else {
		open = append(open, say("There is no post-mortem document yet."))
	}
	open = append(open, join(" ", s.followUpsOpen(inc), lacking(inc.OpenFollowUps())))
	if tasks := inc.In(inc.Status); inc.Stage == flow.PostIncident && flow.Count(tasks).Open > 0 {
		left, _ := split(tasks)
		open = append(open, say("Still open: %s.", s.titles(inc, numbersOf(left), 5, true)))
	}
	shown = append(shown, section(join("\n", open...), nil), small(s.comes(d)))
	if opens(d.Call) {
		shown = append(shown, actions("debrief/"+inc.ID.String(), opening("Join call", d.Call, "debrief of "+inc.ID.String())))
	}
	return message(join(" ", line, join(" ", open...)), shown...)
}

func numbersOf(tasks []flow.Task) []flow.TaskNumber {
	var out []flow.TaskNumber
	for _, t := range tasks {
		out = append(out, t.Number)
	}
	return out
}

// DebriefOverDM asks whoever facilitated the debrief whether it took place. Asked again after an answer it is that answer. number is the debrief that it
// asks about.
func DebriefOverDM(s Scene, inc flow.Incident, number int) Message {
	d := inc.Debrief
	switch {
	case d == nil || d.Number != number:
		return Say(say("The debrief of %s did not take place, and is not scheduled any more.", heading(inc)))
	case d.Held:
		return Say(say("The debrief of %s took place: %s.", heading(inc), s.meeting(*d)))
	case d.End.After(s.Now):
		return Say(say("The debrief of %s is on %s now.", heading(inc), s.meeting(*d)))
	}
	line := say("Did the debrief of %s take place? It was on %s.", heading(inc), s.meeting(*d))
	r, about := Ref{Incident: inc.ID, Page: number, Want: HeldYes}, "debrief of "+inc.ID.String()
	yes := button(DebriefHeld, "It took place", r, about)
	yes.ActionID += "#yes"
	yes.WithStyle(slack.StylePrimary)
	r.Want = HeldNo
	no := button(DebriefHeld, "It did not", r, about)
	no.ActionID += "#no"
	return message(line, section(line, nil), actions("held/"+inc.ID.String(), yes, no))
}

// debriefSentence is what the timeline tells of the debrief; false for anything else.
func (s Scene) debriefSentence(by Text, ev flow.Event) (Text, bool) {
	told := func(verb words, d flow.Debrief) Text {
		line := say("%s "+verb+" “%s” on %s. %s", by, whole(d.Title), s.meeting(d), s.comes(d))
		if d.Of != 0 {
			line = say("%s It is the debrief of %s.", line, d.Of)
		}
		if d.Agenda != "" {
			line = say("%s Agenda: %s", line, Escape(d.Agenda))
		}
		return line
	}
	switch f := ev.Fact.(type) {
	case flow.DebriefPlanned:
		return told("asked for the debrief", f.Debrief), true
	case flow.DebriefSet:
		if !f.From.IsZero() {
			return told("changed the debrief", f.Debrief), true
		}
		return told("scheduled the debrief", f.Debrief), true
	case flow.DebriefRefused:
		return say("The calendar did not take the debrief: %s.", s.Problem(f.Problem)), true
	case flow.DebriefMoved:
		return say("The debrief was moved from %s to %s.", s.moment(f.From), s.moment(f.Start)), true
	case flow.DebriefCanceled:
		line := say("%s called the debrief off", by)
		if f.Of != 0 {
			line = say("%s ended the use of the debrief of %s", by, f.Of)
		}
		if f.Reason != "" {
			return say("%s: %s.", line, whole(f.Reason)), true
		}
		return say("%s.", line), true
	case flow.DebriefHeld:
		if f.Held {
			return say("%s said that the debrief took place.", by), true
		}
		return say("%s said that the debrief did not take place.", by), true
	case flow.DebriefShared:
		if f.Ends {
			return say("%s does not use this debrief any more.", f.With), true
		}
		return say("%s uses this debrief too.", f.With), true
	}
	return Text{}, false
}

// refusedDebrief is why not, for what only the debrief can be refused for.
func (s Scene) refusedDebrief(r flow.Refusal, id flow.IncidentID) (Text, bool) {
	switch r.Why {
	case flow.BadTime:
		return say("This is not a moment from now on, within a year. Choose a later one."), true
	case flow.TwoTimes:
		return say("Above you chose a time, and this is another one. Choose “Another time” above, or empty this."), true
	case flow.PlannedMeanwhile:
		return say("Meanwhile %s scheduled the debrief of %s for %s. Submit again to put yours in its place.", s.name(r.By), id, s.moment(r.At)), true
	case flow.TooManyInvited:
		return say("At most %d people can be invited. Leave out some who need not come.", r.Limit), true
	case flow.NoDebrief:
		return say("%s has no debrief that is scheduled. Schedule one: %s.", id, s.command("debrief %s", id)), true
	case flow.NoDebriefThere:
		return say("%s has no debrief of its own that could be used. Schedule one: %s.", id, s.command("debrief")), true
	case flow.PrivateDebrief:
		return say("Private incidents share no debrief. Schedule one of its own: %s.", s.command("debrief %s", id)), true
	case flow.HasDebrief:
		return say("%s has a debrief in the calendar. Call that one off first: %s.", id, s.command("debrief %s cancel", id)), true
	case flow.NotYet:
		return say("The debrief of %s begins only on %s. Say it afterwards.", id, s.moment(r.At)), true
	}
	return Text{}, false
}

// Problem is why a calendar did not take a debrief, and what helps.
func (s Scene) Problem(code string) Text {
	if t, ok := problems[code]; ok {
		return say(t)
	}
	return say("the calendar answered “%s”", brief(cmp.Or(code, "nothing"), shortReason))
}

// problems are what a calendar may answer, by the codes of package calendar. The codes are stored.
var problems = map[string]words{
	"no-calendar":      "no calendar is configured any more; ask whoever runs Epilogue, or save the event yourself",
	"bad-credentials":  "Google does not accept the credentials; whoever runs Epilogue runs `epilogue doctor`, which says what to change",
	"no-delegation":    "the service account may not act as the organizer; a Google Workspace admin allows it under Security, API controls, Domain-wide delegation",
	"no-impersonation": "the machine may not act as the service account; whoever runs Epilogue gives it the role Service Account Token Creator there, and switches the IAM Service Account Credentials API on",
	"wrong-scope":      "the credentials lack a permission; a Google Workspace admin adds the scopes that `epilogue doctor` names",
	"api-not-enabled":  "the Calendar API is switched off in the Google Cloud project; whoever runs Epilogue switches it on",
	"forbidden":        "the organizer may not change this calendar; share it with them, with the right to make changes",
	"no-organizer":     "Google knows no such organizer or calendar; whoever runs Epilogue corrects calendar.organizer",
	"guest-refused":    "Google does not take the address of somebody invited; leave them out, and invite them by hand",
	"event-refused":    "Google does not take this event; change its time, title or people",
	"over-quota":       "Google takes no more events today; it is tried again every hour",
	"event-gone":       "somebody deleted the event in the calendar; schedule it anew",
	"unreachable":      "the calendar does not answer; try again in a minute, or choose a time yourself",
	"busy":             "the calendar is asked too often just now; try again in a minute",
	"sync-token-gone":  "the calendar forgot what was seen before; it is read anew",
}

// NotUnbookedDM tells whoever called a debrief off that its event is still in the calendar.
func NotUnbookedDM(s Scene, inc flow.Incident, problem string) Message {
	return Say(say("The debrief of %s was called off, but its event is still in the calendar: %s. Please delete it there.", heading(inc), s.Problem(problem)))
}

// DebriefRefusedDM tells whoever asked for a debrief why the calendar does not have it. What they typed is kept, and stands in the form again.
func DebriefRefusedDM(s Scene, inc flow.Incident) Message {
	if inc.Asked == nil || inc.Asked.Problem == "" {
		return Say(say("The debrief of %s is in the calendar now.", heading(inc)))
	}
	line := say("The debrief of %s on %s is not in the calendar: %s. What you typed is kept.", heading(inc), s.meeting(*inc.Asked), s.Problem(inc.Asked.Problem))
	b := button(Debrief, "Schedule debrief", Ref{Incident: inc.ID}, inc.ID.String())
	b.WithStyle(slack.StylePrimary)
	return message(line, section(line, nil), actions("debrief/"+inc.ID.String(), b))
}

// waiting is what keeps a calendar from taking a debrief for now.
var waiting = map[string]words{
	"over-quota":  "Google takes no more events today",
	"unreachable": "the calendar does not answer",
	"busy":        "the calendar is asked too often just now",
}

func (s Scene) waiting(problem string) Text {
	w, ok := waiting[problem]
	if !ok {
		w = waiting["unreachable"]
	}
	return say(w)
}

// DebriefWaitsDM tells whoever asked for a debrief that the calendar does not have it yet, and why.
func DebriefWaitsDM(s Scene, inc flow.Incident, problem string) Message {
	if inc.Asked == nil {
		return Say(say("The debrief of %s is in the calendar now.", heading(inc)))
	}
	return Say(say("The debrief of %s on %s is not in the calendar yet: %s. I keep trying, and the channel hears of it then. To call it off: %s.",
		heading(inc), s.meeting(*inc.Asked), s.waiting(problem), s.command("debrief %s cancel", inc.ID)))
}

// AdoptOffer offers an event that people made by hand, since it names the incident.
func AdoptOffer(s Scene, inc flow.Incident, event, title string, start, end time.Time) Message {
	line := say("An event in the calendar names %s: “%s”, %s. Is this the debrief?", bold(heading(inc)), brief(title, shortTitle),
		s.meeting(flow.Debrief{Start: start, End: end}))
	b := button(DebriefAdopt, "Use this event", Ref{Incident: inc.ID, Want: event}, "debrief of "+inc.ID.String())
	b.WithStyle(slack.StylePrimary)
	return message(line, section(line, nil), actions("adopt/"+inc.ID.String(), b))
}
