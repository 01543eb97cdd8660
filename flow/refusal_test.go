package flow_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"epilogue/flow"
)

// TestEveryReasonToRefuseIsGivenBySomeRule has a case for every constant of type Why in refusal.go; a reason that no rule gives would
// be a sentence that nobody ever reads.
func TestEveryReasonToRefuseIsGivenBySomeRule(t *testing.T) {
	begun := func() *story { return entered(t, small()) }
	cases := map[flow.Why]struct {
		given *story
		by    flow.Actor
		when  flow.Command
	}{
		flow.UnknownIncident:  {private(t, small()), away, flow.AddNote{Text: "n"}},
		flow.UnknownTask:      {begun(), ben, done(9)},
		flow.NotAFullMember:   {begun(), guest, done(1)},
		flow.NotAllowed:       {begun(), ben, flow.MoveOn{Reason: "why"}},
		flow.CannotBeAssigned: {begun(), ben, give(1, robot)},
		flow.NotInChannel:     {private(t, small()), ben, role("scribe", away)},
		flow.Required:         {begun(), ben, flow.OptOut{}},
		flow.TooLong:          {begun(), ben, flow.OptOut{Reason: strings.Repeat("x", 1001)}},
		flow.TooMany:          {full(t), ben, flow.AddTask{Title: "x"}},
		flow.NotOffered:       {begun(), ben, role("driver", cem)},
		flow.BadDate:          {begun(), ben, flow.SetDue{Task: 1, Due: flow.Date{Year: 2000, Month: 1, Day: 1}}},
		flow.NothingToChange:  {begun(), ben, flow.Update{}},
		flow.BadSnooze:        {begun(), ben, flow.SnoozeTask{Task: 1, Until: flow.DateOf(monday)}},
		flow.SnoozedEnough:    {snoozed(t), ben, snooze(1, 9)},
		flow.AlreadySettled:   {begun().do(ben, done(1)), ben, done(1)},
		flow.AlreadyOpen:      {begun(), ben, back(1)},
		flow.AlreadyAssigned:  {begun().do(ben, give(1, ben)), ben, give(1, ben)},
		flow.AlreadyMoved:     {begun(), ben, flow.MoveOn{From: rev}},
		flow.AlreadyClosed:    {begun().do(ben, flow.OptOut{Reason: "why"}), ben, flow.CloseIncident{}},
		flow.AlreadyResolved:  {begun(), ben, flow.CloseIncident{}},
		flow.AlreadyActive:    {declared(t, small()), ben, flow.Reopen{To: flow.Active}},
		flow.AlreadyDeclared:  {begun(), ben, flow.Declare{Name: "x"}},
		flow.NotInFlow:        {declared(t, small()), ben, done(1)},
		flow.StatusByTasks:    {begun(), ben, flow.Update{Status: to(rev)}},
		flow.NeedsLead:        {declared(t, small()).do(ben, flow.SetRole{Role: flow.LeadRole}), ben, flow.CloseIncident{}},
		flow.MustEnter:        {declared(t, small(automatic())), ben, flow.CloseIncident{}},
		flow.MustResume:       {begun().do(ben, flow.Reopen{To: flow.Active}), ben, flow.CloseIncident{}},
		flow.NoFlow:           {declared(t, process()), ben, flow.EnterFlow{Flow: "small"}},
		flow.OtherFlow:        {declared(t, small()), ben, flow.EnterFlow{Flow: "other"}},
		flow.NeedsTask:        {begun().do(ana, flow.MoveOn{Reason: "x"}).do(ana, flow.MoveOn{Reason: "x"}), ben, flow.Reopen{To: flow.PostIncident}},
		flow.EarlierStatus:    {begun().do(ana, flow.MoveOn{Reason: "x"}), ben, flow.ReopenTask{Task: 1}},
		flow.LeadOnly:         {begun(), ben, flow.UpdateSnapshot{}},
		flow.FlowChanged:      {begun().edited(flow.AddStatus{Flow: "small", Name: "More"}), ana, flow.UpdateSnapshot{Flow: "small", Version: 1}},
		flow.NeedsChange:      {begun().edited(flow.AddStatus{Flow: "small", Name: "More"}), ana, flow.UpdateSnapshot{Flow: "small", Version: 2}},
		flow.ChannelInUse:     {fresh(t), ben, flow.Declare{Name: "x", Use: &flow.Place{Channel: "C2", Occupant: 7}}},
		flow.BadLink:          {begun(), ben, attach("javascript:alert(1)")},
		flow.NoPostmortem:     {begun(), ben, flow.MakeMain{}},
		flow.AlreadyAttached:  {begun().do(ben, attach("https://doc")), ben, attach("https://doc")},
		flow.AlreadyInState:   {begun().do(ben, attach("https://doc")), ben, flow.SetPostmortemState{State: flow.Draft}},
		flow.TooManyDocuments: {documents(begun(), flow.MaxDocuments), ben, attach("https://doc")},
		flow.NoChannel:        {fresh(t).do(ana, flow.Declare{Name: "x"}), ben, flow.RequestPostmortem{Template: "light"}},
		flow.PrivateElsewhere: {begun(), ben, flow.UsePostmortem{Source: flow.Source{Incident: 7}, Private: true}},
		flow.TooPublic:        {private(t, small()).do(ana, attach("https://doc")), ana, flow.ShareDocument{To: flow.Audience{Channel: "C9"}}},
		flow.CannotPost:       {begun().do(ben, attach("https://doc")), ben, flow.ShareDocument{To: flow.Audience{Channel: "G9", Private: true}}},
		flow.ChannelArchived:  {begun().do(ben, attach("https://doc")), ben, flow.ShareDocument{To: flow.Audience{Channel: "C9", Archived: true}}},
		flow.ChannelUnfit:     {fresh(t), ben, flow.Declare{Name: "x", Use: &flow.Place{Channel: "D2", Direct: true}}},

		flow.UnknownFollowUp:   {begun(), ben, flow.ReopenFollowUp{FollowUp: 1}},
		flow.FollowUpIsSettled: {followUps(begun(), 1).do(ben, settled(1)), ben, settled(1)},
		flow.FollowUpIsOpen:    {followUps(begun(), 1), ben, flow.ReopenFollowUp{FollowUp: 1}},
		flow.TooManyFollowUps:  {followUps(begun(), flow.MaxFollowUps), ben, flow.AddFollowUp{Title: "x"}},
		flow.TooManyPinned:     {pins(begun(), flow.MaxPinned), ben, flow.PinMessage{Message: flow.Message{TS: "x"}}},
		flow.NotYours:          {begun(), ben, flow.RemoveNote{Note: flow.Event{Seq: 1, By: "ana", Fact: flow.NoteAdded{}}}},
		flow.NotANote:          {begun(), ben, flow.RemoveNote{Note: flow.Event{Seq: 1, By: "ben", Fact: flow.Declared{}}}},
		flow.BadTime:           {begun(), ben, meeting(-1, ana)},
		flow.TwoTimes:          {begun(), ben, twoTimes()},
		flow.PlannedMeanwhile:  {begun().do(ana, meeting(1, ana)), ben, unaware(meeting(2, ana))},
		flow.TooManyInvited:    {begun(), ben, meeting(1, crowd(flow.MaxInvited+1)...)},
		flow.NoDebrief:         {begun(), ben, flow.CancelDebrief{}},
		flow.NoDebriefThere:    {begun(), ben, flow.UseDebrief{Of: 7}},
		flow.PrivateDebrief:    {private(t, small()), ben, flow.UseDebrief{Of: 7}},
		flow.HasDebrief:        {booked(begun(), 1), ben, flow.UseDebrief{Of: 7, Debrief: flow.Debrief{Start: monday}}},
		flow.NotYet:            {begun().do(ben, meeting(1, ana)), ben, flow.EndDebrief{Held: true}},
	}
	for _, why := range reasons(t) {
		c, ok := cases[why]
		if _, edits := refusedEdits()[why]; edits && !ok {
			continue // see edit_test.go
		}
		if !ok {
			t.Errorf("there is no case for %q", why)
			continue
		}
		t.Run(string(why), func(t *testing.T) {
			c.given.t = t
			c.given.refuses(c.by, c.when, because(why))
		})
		delete(cases, why)
	}
	for why := range cases {
		t.Errorf("%q is no reason any more", why)
	}
}

// full is an incident with as many tasks as there may be.
func full(t *testing.T) *story {
	f := aFlow("full", status(doc))
	for i := range flow.MaxTasks {
		f.Statuses[0].Tasks = append(f.Statuses[0].Tasks, task(strconv.Itoa(i)))
	}
	return entered(t, process(f))
}

// reasons reads the constants of type Why.
func reasons(t *testing.T) []flow.Why {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []flow.Why
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == "Why" {
			for _, v := range spec.Values {
				lit, ok := v.(*ast.BasicLit)
				if !ok {
					t.Fatalf("%s is no literal", spec.Names[0].Name)
				}
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, flow.Why(s))
			}
		}
		return true
	})
	if len(out) < 20 {
		t.Fatalf("found only %d reasons", len(out))
	}
	return out
}

func TestARefusalIsAnErrorForLogs(t *testing.T) {
	_, _, err := flow.Do(small(), flow.Incident{ID: 7}, done(1), ben, monday)
	var refusal flow.Refusal
	if !errors.As(err, &refusal) || err.Error() != "refused: unknown-incident INC-7" {
		t.Errorf("%v", err)
	}
	err = flow.Refusal{Why: flow.TooLong, Incident: 7, Field: flow.FieldReason, Task: 3}
	equal(t, err.Error(), "refused: too-long INC-7 field reason task 3")
}
