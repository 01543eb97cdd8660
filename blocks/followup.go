package blocks

import (
	"net/url"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// How many follow-ups the pages of lists hold, two blocks each.
const (
	FollowUpsPage = 20
	HomeFollowUps = 6
)

// FollowUpItem is a follow-up of some incident.
type FollowUpItem struct {
	Incident flow.Incident
	FollowUp flow.FollowUpNumber
}

func followUpTitle(f flow.FollowUp) Text { return brief(f.Title, shortTitle) }

func followUpRef(inc flow.Incident, f flow.FollowUp) Ref {
	return Ref{Incident: inc.ID, FollowUp: f.Number}
}

// lateFollowUp reports whether a follow-up is late for whoever has it.
func (s Scene) lateFollowUp(f flow.FollowUp) bool {
	if f.State != flow.Open || f.Due.IsZero() {
		return false
	}
	zone := s.zone()
	if f.Owner != "" && s.ZoneOf != nil {
		if z := s.ZoneOf(f.Owner); z != nil {
			zone = z
		}
	}
	return !s.Now.Before(f.Due.Ends(zone))
}

func (s Scene) followUpState(f flow.FollowUp) Text {
	switch {
	case f.State == flow.Done:
		return say("✅")
	case f.State == flow.NotDoing:
		return say("➖")
	case s.lateFollowUp(f):
		return say("🔴")
	}
	return say("⬜")
}

func (s Scene) followUpDue(f flow.FollowUp) Text {
	switch {
	case f.Due.IsZero():
		return say("no date")
	case s.lateFollowUp(f):
		return say("was due %s", s.day(f.Due))
	}
	return say("due %s", s.day(f.Due))
}

// priorities are the priorities in words.
var priorities = map[flow.Priority]words{flow.High: "high", flow.Medium: "medium", flow.Low: "low"}

func priority(p flow.Priority) Text {
	w, ok := priorities[p]
	if !ok {
		return Text{}
	}
	return say(w + " priority")
}

// followUpLine is a follow-up of an incident: number, state, title, who has it, until when, how much it matters, and where to read on.
func (s Scene) followUpLine(f flow.FollowUp) Text {
	return say("%d  %s", f.Number, s.followUpFacts(f, Text{}))
}

// followUpFacts is a follow-up without its number; of is the incident, where that has to be said.
func (s Scene) followUpFacts(f flow.FollowUp, of Text) Text {
	links := join(" · ", s.issueLink(f), s.messageLink(f.Message, say("message")))
	if f.State != flow.Open {
		return join(" · ", say("%s %s: %s", s.followUpState(f), followUpTitle(f), s.followUpEnding(f)), of, links)
	}
	return join(" · ", say("%s %s", s.followUpState(f), bold(followUpTitle(f))), of, s.holder(f.Owner), join(", ", s.followUpDue(f), dateChanged(f.Moved)), priority(f.Priority), links)
}

func (s Scene) followUpEnding(f flow.FollowUp) Text {
	if f.State == flow.NotDoing {
		return say("not doing, %s (%s)", because(f.Settled.Reason), s.name(f.Settled.By))
	}
	return say("done, %s", s.name(f.Settled.By))
}

// issueLink leads to the issue; its label says where that is.
func (s Scene) issueLink(f flow.FollowUp) Text {
	u, err := url.Parse(f.Link)
	if f.Link == "" || err != nil {
		return Text{}
	}
	return link(f.Link, brief(u.Host, 60))
}

// followUpButtons are what one can do with a follow-up.
func (s Scene) followUpButtons(inc flow.Incident, f flow.FollowUp) []slack.BlockElement {
	r := followUpRef(inc, f)
	if f.State != flow.Open {
		return []slack.BlockElement{button(ReopenFollowUp, "Reopen", r, f.Title)}
	}
	return []slack.BlockElement{button(FollowUpDone, "Mark done", r, f.Title), button(EditFollowUp, "Edit", r, f.Title), button(SkipFollowUp, "Not doing", r, f.Title)}
}

func (s Scene) followUpBlocks(inc flow.Incident, f flow.FollowUp, line Text) []slack.Block {
	return []slack.Block{section(line, nil), actions("follow-up/"+followUpRef(inc, f).String(), s.followUpButtons(inc, f)...)}
}

// FollowUpsModal shows the follow-ups of an incident, page by page: those that are open first. It points out what they lack, and keeps nobody
// from anything. Submitting it settles the task to review them, if there is one.
func FollowUpsModal(s Scene, inc flow.Incident, number int) slack.ModalViewRequest {
	open := inc.OpenFollowUps()
	all := open
	for _, f := range inc.FollowUps {
		if f.State != flow.Open {
			all = append(all, f)
		}
	}
	page := pageOf(all, number, FollowUpsPage)
	top := join("\n", heading(inc), s.followUpsSummed(inc), lacking(open))
	r := Ref{Incident: inc.ID}
	add := button(AddFollowUp, "Add follow-up", r, inc.ID.String())
	if len(open) == 0 {
		add.WithStyle(slack.StylePrimary)
	}
	shown := []slack.Block{section(top, nil), actions("follow-ups/"+r.String(), add)}
	for _, f := range page.Items {
		shown = append(shown, s.followUpBlocks(inc, f, s.followUpLine(f))...)
	}
	shown = append(shown, page.turn(FollowUps, r)...)
	r.Page = page.Number
	return reviewed(modal(FollowUps, r, "Follow-ups of "+inc.ID.String(), "", shown...), r, inc, flow.ReviewFollowUps, "Follow-ups are reviewed")
}

func (s Scene) followUpsSummed(inc flow.Incident) Text {
	open, done := len(inc.OpenFollowUps()), 0
	for _, f := range inc.FollowUps {
		if f.State == flow.Done {
			done++
		}
	}
	if len(inc.FollowUps) == 0 {
		return say("No follow-ups yet: what is to be done so that this does not come back?")
	}
	parts := []Text{say("%s open", count(open, "follow-up"))}
	if done > 0 {
		parts = append(parts, say("%d done", done))
	}
	if notDoing := len(inc.FollowUps) - open - done; notDoing > 0 {
		parts = append(parts, say("%d not doing", notDoing))
	}
	return say("%s.", join(", ", parts...))
}

// lacking points out open follow-ups that nobody will do by any day.
func lacking(open []flow.FollowUp) Text {
	owners, dates := 0, 0
	for _, f := range open {
		if f.Owner == "" {
			owners++
		}
		if f.Due.IsZero() {
			dates++
		}
	}
	var parts []Text
	if owners > 0 {
		parts = append(parts, say("%d without an owner", owners))
	}
	if dates > 0 {
		parts = append(parts, say("%d without a date", dates))
	}
	if len(parts) == 0 {
		return Text{}
	}
	return say("Still lacking: %s.", join(", ", parts...))
}

// FollowUpDraft is what the form for a follow-up starts with.
type FollowUpDraft struct {
	flow.FollowUp
	Incidents []flow.Incident // to choose from, when it is not known which one it is for
}

// FollowUpForm adds a follow-up, or edits one that has a number.
func FollowUpForm(s Scene, inc flow.Incident, d FollowUpDraft) slack.ModalViewRequest {
	r := Ref{Incident: inc.ID, FollowUp: d.Number, Channel: d.Message.Channel, TS: d.Message.TS}
	action, titled, submit := AddFollowUp, "Add follow-up", words("Add")
	opening := say("This adds a follow-up to %s. It outlives the incident; a new owner gets a message.", inc.ID)
	if d.Number != 0 {
		action, titled, submit = EditFollowUp, "Edit follow-up", "Save"
		opening = say("This changes follow-up %d of %s. A new owner gets a message.", d.Number, inc.ID)
	} else if inc.ID == 0 {
		opening = say("This adds a follow-up to the incident that you choose. It outlives the incident; a new owner gets a message.")
	}
	shown := []slack.Block{section(opening, nil)}
	if inc.ID == 0 && d.Number == 0 {
		if len(d.Incidents) == 0 {
			return Notice(titled, say("This channel belongs to no incident, and no incident of yours was found. In the channel of one: %s.", s.command("follow-up")))
		}
		shown = append(shown, incidentField(d.Incidents))
	}
	shown = append(shown,
		input(flow.FieldTitle, "What is to be done", typed(flow.FieldTitle, d.Title, flow.MaxTitle, false)),
		optional(input(flow.FieldOwner, "Owner", person(flow.FieldOwner, d.Owner))),
		hint(optional(input(flow.FieldDue, "Due", calendar(flow.FieldDue, d.Due))), say("Its owner is reminded on that day, then once a week for a month.")),
		optional(input(flow.FieldPriority, "Priority", priorityChoice(d.Priority))),
		hint(optional(input(flow.FieldLink, "Issue", typed(flow.FieldLink, d.Link, flow.MaxLink, false))), say("Its address in your tracker, from https:// on.")),
	)
	if to := s.messageLink(d.Message, say("the message")); !to.IsZero() {
		shown = append(shown, small(say("It came up in %s.", to)))
	}
	return modal(action, r, titled, submit, shown...)
}

func incidentField(incidents []flow.Incident) *slack.InputBlock {
	var options []*slack.OptionBlockObject
	for _, inc := range incidents[:min(len(incidents), mostPicked)] {
		options = append(options, option(Ref{Incident: inc.ID}.String(), inc.ID.String()+" · "+inc.Name))
	}
	return input(FieldIncident, "Incident", selection(FieldIncident, options, options[0]))
}

func priorityChoice(set flow.Priority) *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, p := range flow.Priorities() {
		o := option(string(p), priority(p).Plain())
		options = append(options, o)
		if p == set {
			initial = o
		}
	}
	return selection(flow.FieldPriority, options, initial)
}

// SkipFollowUpForm marks a follow-up not doing, with a reason.
func SkipFollowUpForm(_ Scene, inc flow.Incident, f flow.FollowUp) slack.ModalViewRequest {
	line := say("Follow-up %s of %s will be marked not doing, with your reason.", bold(followUpTitle(f)), inc.ID)
	return modal(SkipFollowUp, followUpRef(inc, f), "Not doing", "Mark not doing", section(line, nil), reasonField())
}

// FollowUpAdded answers whoever added a follow-up, with what it may still lack.
func FollowUpAdded(s Scene, inc flow.Incident, f flow.FollowUp) Message {
	line := say("Follow-up of %s: %s", inc.ID, s.followUpLine(f))
	return message(line, s.followUpBlocks(inc, f, line)...)
}

// FollowUpDM tells somebody that a follow-up is theirs, with the buttons to deal with it. It shows the present.
func FollowUpDM(s Scene, inc flow.Incident, to, by flow.UserID, f flow.FollowUp) Message {
	opening := say("%s gave you a follow-up of %s:", s.name(by), heading(inc))
	if by == "" {
		opening = say("A follow-up of %s is yours now, since whoever had it can no longer do it:", heading(inc))
	}
	if f.Owner != to {
		now := say("%s has it now", s.name(f.Owner))
		if f.Owner == "" {
			now = say("nobody has it now")
		}
		return Say(join("\n", opening, say("%s: %s.", followUpTitle(f), now)))
	}
	line := s.followUpFacts(f, Text{})
	row := s.followUpButtons(inc, f)
	if f.State == flow.Open {
		first(row)
	}
	return message(join("\n", opening, line), section(opening, nil), section(line, nil), actions("follow-up/"+followUpRef(inc, f).String(), row...))
}

// homeFollowUps are somebody's own open follow-ups, in their App Home.
func (s Scene) homeFollowUps(page Page[FollowUpItem]) []slack.Block {
	if len(page.Items) == 0 {
		return nil
	}
	shown := []slack.Block{divider(), header("Your follow-ups")}
	for _, it := range page.first(HomeFollowUps) {
		if f, ok := it.Incident.FollowUp(it.FollowUp); ok {
			shown = append(shown, s.followUpBlocks(it.Incident, f, s.followUpFacts(f, heading(it.Incident)))...)
		}
	}
	return append(shown, page.turn(HomePage, Ref{Want: SectionFollowUps})...)
}

// SectionFollowUps is the section of the App Home with somebody's follow-ups: Ref.Want of HomePage.
const SectionFollowUps = "follow-ups"

// followUpsOpen says what is left when an incident ends.
func (s Scene) followUpsOpen(inc flow.Incident) Text {
	if n := len(inc.OpenFollowUps()); n > 0 {
		return say("%s open.", count(n, "follow-up"))
	}
	return Text{}
}

// followUpNamed is a follow-up by its present title, whole.
func followUpNamed(inc flow.Incident, n flow.FollowUpNumber) Text {
	if f, ok := inc.FollowUp(n); ok {
		return bold(whole(f.Title))
	}
	return say("%d", n)
}

// followUpSentence is what happened to a follow-up.
func (s Scene) followUpSentence(inc flow.Incident, ev flow.Event) Text {
	by := s.name(ev.By)
	switch f := ev.Fact.(type) {
	case flow.FollowUpAdded:
		line := say("%s added the follow-up %s", by, bold(whole(f.FollowUp.Title)))
		return say("%s.", join(", ", line, s.followUpTerms(f.FollowUp)))
	case flow.FollowUpEdited:
		return s.followUpEditedSentence(inc, by, f)
	case flow.FollowUpSettled:
		if f.State == flow.NotDoing {
			return say("%s marked the follow-up %s not doing: %s.", by, followUpNamed(inc, f.FollowUp), whole(f.Reason))
		}
		return say("%s marked the follow-up %s done.", by, followUpNamed(inc, f.FollowUp))
	case flow.FollowUpReopened:
		return say("%s reopened the follow-up %s.", by, followUpNamed(inc, f.FollowUp))
	case flow.FollowUpSnoozed:
		return say("%s snoozed the follow-up %s to %s.", by, followUpNamed(inc, f.FollowUp), s.day(f.Until))
	}
	return Text{}
}

// followUpTerms is what a follow-up came with: for Cem, due Wed Dec 3, high priority, tracker.example, from a message.
func (s Scene) followUpTerms(f flow.FollowUp) Text {
	var owner, due Text
	if f.Owner != "" {
		owner = say("for %s", s.name(f.Owner))
	}
	if !f.Due.IsZero() {
		due = say("due %s", s.day(f.Due))
	}
	return join(", ", owner, due, priority(f.Priority), s.issueLink(f), s.messageLink(f.Message, say("from a message")))
}

func (s Scene) followUpEditedSentence(inc flow.Incident, by Text, f flow.FollowUpEdited) Text {
	var changes []Text
	add := func(what words, c *flow.Change, show func(string) Text) {
		if c == nil {
			return
		}
		from, to := say("none"), say("none")
		if c.From != "" {
			from = show(c.From)
		}
		if c.To != "" {
			to = show(c.To)
		}
		changes = append(changes, say(what+" from %s to %s", from, to))
	}
	add("its title", f.Title, whole)
	add("its owner", f.Owner, func(u string) Text { return s.name(flow.UserID(u)) })
	add("its due date", f.Due, s.dayWritten)
	add("its priority", f.Priority, func(p string) Text { return say(priorities[flow.Priority(p)]) })
	add("its issue", f.Link, func(to string) Text { return s.issueLink(flow.FollowUp{Link: to}) })
	return say("%s changed the follow-up %s: %s.", by, followUpNamed(inc, f.FollowUp), list("and", changes...))
}

// dayWritten shows a day as facts write it.
func (s Scene) dayWritten(day string) Text {
	d, err := flow.ParseDate(day)
	if err != nil {
		return Escape(day)
	}
	return s.day(d)
}

// followUpThread tells it in the card's thread.
func (s Scene) followUpThread(inc flow.Incident, ev flow.Event) Text {
	by := s.name(ev.By)
	named := func(n flow.FollowUpNumber) Text {
		f, _ := inc.FollowUp(n)
		return bold(followUpTitle(f))
	}
	switch f := ev.Fact.(type) {
	case flow.FollowUpAdded:
		f.FollowUp.Message = flow.Message{}
		return say("%s.", join(", ", say("%s added the follow-up %s", by, bold(followUpTitle(f.FollowUp))), s.followUpTerms(f.FollowUp)))
	case flow.FollowUpEdited:
		switch {
		case f.Owner != nil && f.Owner.To != "":
			return say("%s: follow-up %s is %s's now.", by, named(f.FollowUp), s.name(flow.UserID(f.Owner.To)))
		case f.Owner != nil:
			return say("%s: nobody has the follow-up %s now.", by, named(f.FollowUp))
		}
		return say("%s changed the follow-up %s.", by, named(f.FollowUp))
	case flow.FollowUpSettled:
		if f.State == flow.NotDoing {
			return say("%s: follow-up %s not doing, %s.", by, named(f.FollowUp), because(f.Reason))
		}
		return say("%s: follow-up %s done.", by, named(f.FollowUp))
	case flow.FollowUpReopened:
		return say("%s: follow-up %s is open again.", by, named(f.FollowUp))
	}
	return Text{}
}

// followUpRefused says why not, of follow-ups, notes and links.
func (s Scene) followUpRefused(inc flow.Incident, r flow.Refusal, id flow.IncidentID) Text {
	f, _ := inc.FollowUp(r.FollowUp)
	named := bold(followUpTitle(f))
	switch r.Why {
	case flow.UnknownFollowUp:
		return say("%s has no such follow-up. See those that it has: %s.", id, s.command("follow-ups %s", id))
	case flow.FollowUpIsSettled:
		how := say("done")
		if r.State == flow.NotDoing {
			how = say("not doing")
		}
		return say("The follow-up %s is already %s: %s, %s. It can be reopened: %s.", named, how, s.name(r.By), s.moment(r.At), s.command("follow-up %s %d reopen", id, int(r.FollowUp)))
	case flow.FollowUpIsOpen:
		return say("The follow-up %s is open already.", named)
	case flow.TooManyFollowUps:
		return say("%s has %d follow-ups, and cannot take more. Keep the rest in your tracker.", id, r.Limit)
	case flow.TooManyPinned:
		return say("%s has %d messages pinned to its timeline, and cannot take more. Remove one there first.", id, r.Limit)
	case flow.NotYours:
		return say("Only %s can change this: one's own notes are one's own. You can add one: %s.", s.name(r.By), s.command("timeline your note"))
	case flow.NotANote:
		return say("This cannot be edited, or was removed meanwhile. See the timeline: %s.", s.command("timeline %s", id))
	}
	return Text{}
}
