package blocks

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
	meetings "epilogue/internal/calendar"
)

var afternoon = time.Date(2026, 12, 3, 15, 0, 0, 0, berlin)

func debriefAt(at time.Time, link string) flow.PlanDebrief {
	return flow.PlanDebrief{
		Title: "Debrief of INC-42: Checkout errors in EU", Agenda: "1. What happened\n2. What we change", Start: at, End: at.Add(45 * time.Minute),
		Required: []flow.Person{person1(ana), person1(ben)}, Optional: []flow.Person{person1(cem)}, Link: link,
	}
}

func TestEverythingAboutTheDebriefLooksAsItDid(t *testing.T) {
	s := entered(t, process())
	message := func(name string, m Message) {
		t.Helper()
		golden(t, "message/debrief-"+name, m)
		same(t, "message/debrief-"+name+".txt", m.Text+"\n")
	}
	view := func(name string, v slack.ModalViewRequest) { t.Helper(); golden(t, "view/debrief-"+name, v) }
	title, agenda := DefaultDebrief(s.scene(), s.inc)
	d := Debriefing{
		Debrief: flow.Debrief{Title: title, Agenda: agenda, Start: afternoon, End: afternoon.Add(45 * time.Minute), Required: []flow.UserID{ana, ben}, Optional: []flow.UserID{cem}},
		Length:  45 * time.Minute, Uninvited: []flow.UserID{dana}, Zone: berlin,
	}
	view("form", DebriefForm(s.scene(), s.inc, d))
	byHand := d
	byHand.Confirm, byHand.Guests = true, []string{"ana@example.com", "ben@example.com"}
	view("by-hand", DebriefForm(s.scene(), s.inc, byHand))
	late := *s
	late.does(cem, debriefAt(afternoon.Add(time.Hour), ""))
	byHand.Meanwhile = true
	view("meanwhile", DebriefForm(late.scene(), late.inc, byHand))
	byHand.Meanwhile = false
	google := d
	google.Calendar = true
	view("calendar", DebriefForm(s.scene(), s.inc, google))
	google.Confirm, google.Looking = true, true
	view("looking", DebriefForm(s.scene(), s.inc, google))
	google.Looking, google.Unread, google.Debrief.Start = false, []flow.UserID{cem}, time.Time{}
	google.Slots = []SlotChoice{
		{Start: afternoon, End: afternoon.Add(45 * time.Minute), Standing: "Debrief hour"},
		{Start: afternoon.Add(24 * time.Hour), End: afternoon.Add(25 * time.Hour), Outside: []flow.UserID{dana, ben}},
	}
	view("slots", DebriefForm(s.scene(), s.inc, google))
	google.Debrief.Start = afternoon.Add(3 * time.Hour)
	google.Slots = append([]SlotChoice{{Start: google.Debrief.Start, End: google.Debrief.Start.Add(45 * time.Minute), Busy: []flow.UserID{ben}, Typed: true}}, google.Slots...)
	view("slots-typed", DebriefForm(s.scene(), s.inc, google))
	google.Slots, google.Problem, google.Debrief.Start = nil, "unreachable", time.Time{}
	view("no-slots", DebriefForm(s.scene(), s.inc, google))

	s.does(ben, debriefAt(afternoon, ""))
	set := last[flow.DebriefSet](s)
	message("set", Post(s.scene(), s.inc, set))
	s.does(ben, debriefAt(afternoon.Add(time.Hour), "https://calendar.example/e/1"))
	message("set-link", Post(s.scene(), s.inc, last[flow.DebriefSet](s)))
	renamed := debriefAt(afternoon.Add(time.Hour), "https://calendar.example/e/1")
	renamed.Title = "Another title"
	s.does(ben, renamed)
	message("set-changed", Post(s.scene(), s.inc, last[flow.DebriefSet](s)))
	view("cancel", CancelDebriefForm(s.scene(), s.inc))
	s.does("", flow.MoveDebrief{Start: afternoon.Add(2 * time.Hour), End: afternoon.Add(3 * time.Hour)})
	message("moved", Post(s.scene(), s.inc, last[flow.DebriefMoved](s)))
	message("soon", DebriefSoon(s.scene(), s.inc, nil))
	drafted := *s
	drafted.does(ben, flow.AttachPostmortem{URL: "https://docs.example.com/1"})
	drafted.does(ben, flow.AddFollowUp{Title: "Alert on failed payments"})
	message("soon-draft", DebriefSoon(drafted.scene(), drafted.inc, []string{"Lessons", "First check next time"}))
	s.later(72 * time.Hour)
	message("over", DebriefOverDM(s.scene(), s.inc, 1))
	held := *s
	held.does(ben, flow.EndDebrief{Held: true})
	message("took-place", DebriefOverDM(held.scene(), held.inc, 1))
	s.does(ben, flow.CancelDebrief{Reason: "The room is taken."})
	message("canceled", Post(s.scene(), s.inc, last[flow.DebriefCanceled](s)))
	message("did-not", DebriefOverDM(s.scene(), s.inc, 1))
	asked := debriefAt(s.at.Add(24*time.Hour), "")
	asked.Book = true
	s.does(ben, asked)
	message("waits", DebriefWaitsDM(s.scene(), s.inc, "over-quota"))
	view("waiting", DebriefForm(s.scene(), s.inc, Debriefing{Debrief: *s.inc.Asked, Calendar: true}))
	s.does("", flow.RecordDebrief{Number: 2, Start: asked.Start.UTC(), End: asked.End.UTC(), Problem: "no-delegation"})
	message("refused", DebriefRefusedDM(s.scene(), s.inc))
}

func TestOfAPrivateIncidentTheInvitationNamesOnlyItsReference(t *testing.T) {
	s := entered(t, process())
	s.inc.Private, s.inc.Documents = true, []flow.Document{{Number: 1, Main: true, URL: "https://docs.example/leak"}}
	d := flow.Debrief{Title: "Checkout", Agenda: "the errors", Start: afternoon, End: afternoon.Add(time.Hour)}
	title, agenda := DefaultDebrief(s.scene(), s.inc)
	invitation, description := Invitation(s.scene(), s.inc, d)
	for _, said := range []string{title, agenda, invitation, description, GoogleEvent(s.scene(), s.inc, d, nil), OutlookEvent(s.scene(), s.inc, d, nil)} {
		for _, secret := range []string{"Checkout", "errors", "docs.example", "slack.com", "C042"} {
			if strings.Contains(said, secret) {
				t.Errorf("%q names %q", said, secret)
			}
		}
	}
	if !strings.Contains(invitation+description, "INC-42") {
		t.Errorf("%q, %q: what is it about?", invitation, description)
	}
}

func TestAPrefilledEventFitsAButtonAndSaysWhatWasTyped(t *testing.T) {
	s := entered(t, process())
	d := flow.Debrief{Title: "A&B <x>", Agenda: "50% ?=&\nsecond", Start: afternoon, End: afternoon.Add(time.Hour)}
	u, err := url.Parse(GoogleEvent(s.scene(), s.inc, d, []string{"ana@example.com"}))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("text") != "A&B ‹x>" && q.Get("text") != d.Title || !strings.HasPrefix(q.Get("details"), d.Agenda) || q.Get("add") != "ana@example.com" || q.Get("dates") != "20261203T140000Z/20261203T150000Z" {
		t.Errorf("%v", q)
	}
	if u, err = url.Parse(OutlookEvent(s.scene(), s.inc, d, nil)); err != nil || u.Query().Get("startdt") != "2026-12-03T14:00:00Z" || u.Query().Get("subject") != d.Title {
		t.Errorf("%v %v", u, err)
	}
	var many []string
	for i := range flow.MaxInvited {
		many = append(many, fmt.Sprintf("somebody.with.a.long.name.%d@example.com", i))
	}
	d.Title, d.Agenda = strings.Repeat("ß", flow.MaxTitle), strings.Repeat("&", flow.MaxDescription)
	for _, address := range []string{GoogleEvent(s.scene(), s.inc, d, many), OutlookEvent(s.scene(), s.inc, d, many)} {
		if len(address) > mostLink || !strings.Contains(address, "2026") {
			t.Errorf("%d bytes: %.200s", len(address), address)
		}
	}
}

func TestWhateverIsTypedTheDebriefFitsAndPingsNobody(t *testing.T) {
	for _, typed := range []string{strings.Repeat("&", 3000), "<!channel> <@U1> <https://evil.example|x> *b*", strings.Repeat("👩‍👩‍👧", 900), "\u202e\u200b", ""} {
		s := entered(t, process())
		var crowd []flow.UserID
		for i := range flow.MaxInvited {
			crowd = append(crowd, flow.UserID(fmt.Sprintf("U%d", i)))
		}
		d := flow.Debrief{
			Number: 1, Title: cut(typed, flow.MaxTitle), Agenda: cut(typed, flow.MaxDescription), Start: afternoon, End: afternoon.Add(time.Hour),
			Required: crowd, Optional: crowd, Link: "https://e.example/" + typed, Call: "https://call.example", Problem: typed, By: ben,
		}
		s.inc.Debrief, s.inc.Asked, s.inc.Documents = &d, &d, []flow.Document{{Number: 1, Main: true, URL: "https://e.example/" + typed, Title: typed}}
		sc := s.scene()
		sc.Names = people.all(cut(typed, 80))
		facts := []flow.Fact{
			flow.DebriefSet{Debrief: d},
			flow.DebriefSet{Debrief: d, From: afternoon},
			flow.DebriefSet{Debrief: d, From: start},
			flow.DebriefPlanned{Debrief: d},
			flow.DebriefRefused{Problem: typed},
			flow.DebriefMoved{},
			flow.DebriefHeld{Held: true},
			flow.DebriefCanceled{Reason: cut(typed, flow.MaxReason)},
			flow.DebriefShared{With: 8},
		}
		messages := []Message{DebriefSoon(sc, s.inc, []string{typed, typed}), DebriefOverDM(sc, s.inc, 1), DebriefRefusedDM(sc, s.inc), NotUnbookedDM(sc, s.inc, typed), DebriefWaitsDM(sc, s.inc, typed)}
		for _, f := range facts {
			ev := flow.Event{Seq: 9, At: start, By: ben, Fact: f}
			messages = append(messages, Say(sc.Sentence(s.inc, ev)))
			if m := Post(sc, s.inc, ev); !m.IsZero() {
				messages = append(messages, m)
			}
		}
		for i, m := range messages {
			fits(t, fmt.Sprintf("message %d of %.20q", i, typed), m)
			if raw := encode(t, body(m)) + m.Text; strings.Contains(raw, "<!channel>") || strings.Contains(raw, "<@U1>") || strings.Contains(raw, "|x>") {
				t.Errorf("message %d of %.20q pings or links: %s", i, typed, raw)
			}
		}
		slots := []SlotChoice{{Start: afternoon, End: afternoon.Add(time.Hour), Standing: typed, Outside: crowd, Busy: crowd}}
		for _, f := range []Debriefing{
			{Debrief: d, Uninvited: crowd},
			{Debrief: d, Confirm: true, Guests: []string{typed}, Uninvited: crowd},
			{Debrief: d, Confirm: true, Calendar: true, Slots: slots, Unread: crowd},
			{Debrief: d, Confirm: true, Calendar: true, Problem: typed},
			{Debrief: d, Calendar: true, Uninvited: crowd},
			{Debrief: d, Calendar: true, Confirm: true, Meanwhile: true, Slots: slots},
		} {
			fits(t, fmt.Sprintf("the form of %.20q", typed), DebriefForm(sc, s.inc, f))
		}
		fits(t, "calling off", CancelDebriefForm(sc, s.inc))
	}
}

func TestEveryProblemOfACalendarHasItsSentence(t *testing.T) {
	said := map[string]meetings.Problem{}
	for _, p := range meetings.Problems() {
		words := Scene{}.Problem(string(p)).Plain()
		if strings.Contains(words, "answered") {
			t.Errorf("%s has no sentence: %s", p, words)
		}
		if other, there := said[words]; there {
			t.Errorf("%s and %s say the same", p, other)
		}
		said[words] = p
	}
	for _, p := range meetings.Problems() {
		if _, known := waiting[string(p)]; known != p.Passes() {
			t.Errorf("%s passes: %t, and what is said while it is waited for: %t", p, p.Passes(), known)
		}
	}
	if len(problems) != len(said) {
		t.Errorf("%d sentences for %d problems", len(problems), len(said))
	}
}

func TestAChoiceOfTimeIsReadBack(t *testing.T) {
	c := SlotChoice{Start: afternoon, End: afternoon.Add(time.Hour)}
	if from, to, typed, ok := ParseSlot(SlotValue(c, afternoon)); !ok || !from.Equal(c.Start) || !to.Equal(c.End) || !typed.Equal(afternoon) {
		t.Error(from, to, typed, ok)
	}
	for _, bad := range []string{"", SlotOther, SlotAgain, "1", "1/2", "a/b/c"} {
		if _, _, _, ok := ParseSlot(bad); ok {
			t.Errorf("%q is read", bad)
		}
	}
}
