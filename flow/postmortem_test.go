package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"epilogue/flow"
)

func attach(address string) flow.Command { return flow.AttachPostmortem{URL: address} }

func setState(state flow.DocumentState) flow.Command { return flow.SetPostmortemState{State: state} }

// documents attaches n documents.
func documents(s *story, n int) *story {
	for i := range n {
		s.do(ben, attach(fmt.Sprint("https://doc/", i+1)))
	}
	return s
}

// papers is a flow with a task for each thing that a document can prove: 1 and 2 in doc, 3 to 5 in rev.
func papers() flow.Process {
	return process(aFlow("f",
		status(doc, kind(flow.CreatePostmortem, "create"), task("x")),
		status(rev, kind(flow.CompletePostmortem, "complete"), kind(flow.SharePostmortem, "share"), task("y"))))
}

// docs checks the documents: number, state, and a star at the main one.
func (s *story) docs(want string) *story {
	s.t.Helper()
	var got []string
	for _, d := range s.inc.Documents {
		star := ""
		if d.Main {
			star = "*"
		}
		got = append(got, fmt.Sprintf("%d%s %s", d.Number, star, d.State))
	}
	if g := strings.Join(got, ", "); g != want {
		s.t.Fatalf("documents are %q, want %q", g, want)
	}
	return s
}

var open5 = "1 open, 2 open, 3 open, 4 open, 5 open"

func TestADocumentCompletesTheTasksThatAskForIt(t *testing.T) {
	shared := flow.RecordShared{Document: 1, Channel: "C9", By: "ben"}
	s := entered(t, papers()).do(ben, attach(" https://docs.example/1 ")).docs("1* draft").tasks("1 done, 2 open, 3 open, 4 open, 5 open").
		happened("postmortem-attached", "task-completed")
	equal(t, fact[flow.TaskCompleted](s), flow.TaskCompleted{Task: 1, Evidence: "https://docs.example/1", Proof: flow.PostmortemAttached})
	s.do(ben, setState(flow.InReview)).tasks("1 done, 2 open, 3 open, 4 open, 5 open").
		do(ben, setState(flow.Complete)).tasks("1 done, 2 open, 3 done, 4 open, 5 open").
		do(itself, shared).tasks("1 done, 2 open, 3 done, 4 done, 5 open")
	equal(t, fact[flow.TaskCompleted](s), flow.TaskCompleted{Task: 4, Evidence: "C9", Proof: flow.PostmortemShared})
	s.do(ben, setState(flow.Draft)).tasks("1 done, 2 open, 3 open, 4 done, 5 open").happened("postmortem-state-set", "task-reopened")
	s.do(ben, flow.DetachPostmortem{Reason: "the wrong one"}).docs("").tasks(open5)
	equal(t, fact[flow.TaskReopened](s).Reason, "the wrong one")
	s.do(ben, attach("https://docs.example/1")).docs("2* draft").tasks("1 done, 2 open, 3 open, 4 open, 5 open")
}

func TestAShareThatIsReportedTwiceCountsOnce(t *testing.T) {
	shared := flow.RecordShared{Document: 1, Channel: "C9", TS: "1.2", By: "ben"}
	s := entered(t, papers()).do(ben, attach("https://docs.example/1")).do(itself, shared).
		refuses(itself, shared, flow.Refusal{Why: flow.NothingToChange, Document: 1})
	shared.TS = "1.3"
	s.do(itself, shared)
}

func TestADocumentIsFoundByWhatAskedForIt(t *testing.T) {
	made := flow.Event{Seq: 5, Fact: flow.DocumentAttached{Document: flow.Document{Number: 2}, Request: 3}}
	events := []flow.Event{{Seq: 4, Fact: flow.DocumentAttached{Document: flow.Document{Number: 1}}}, made}
	if d, ok := flow.DocumentFor(events, 3); !ok || d.Number != 2 {
		t.Errorf("found %v %+v", ok, d)
	}
	if d, ok := flow.DocumentFor(events, 4); ok {
		t.Errorf("found %+v for what asked for none", d)
	}
}

func TestADocumentThatIsThereCompletesTasksOnEntering(t *testing.T) {
	s := declared(t, papers()).do(ben, attach("https://doc")).do(ben, setState(flow.Complete)).do(itself, flow.RecordShared{Document: 1, Channel: "C9"})
	s.do(ana, flow.EnterFlow{Flow: "f"}).tasks("1 done, 2 open, 3 done, 4 done, 5 open")
}

func TestOfSeveralDocumentsTheMainOneCounts(t *testing.T) {
	s := documents(entered(t, papers()), 2).docs("1* draft, 2 draft")
	s.do(ben, flow.SetPostmortemState{Document: 2, State: flow.Complete}).tasks("1 done, 2 open, 3 open, 4 open, 5 open").
		do(ben, flow.MakeMain{Document: 2}).docs("1 draft, 2* complete").tasks("1 done, 2 open, 3 done, 4 open, 5 open").
		do(ben, flow.MakeMain{Document: 1}).tasks("1 done, 2 open, 3 open, 4 open, 5 open")
	t.Run("and when it is detached, the one attached last", func(t *testing.T) {
		documents(entered(t, papers()), 3).do(ben, flow.DetachPostmortem{Document: 1}).docs("2 draft, 3* draft").tasks("1 done, 2 open, 3 open, 4 open, 5 open").
			happened("postmortem-detached")
		documents(entered(t, papers()), 3).do(ben, flow.DetachPostmortem{Document: 2}).docs("1* draft, 3 draft")
	})
}

func TestATaskReopenedByAPersonIsCompletedByAnotherDocumentAndNotByLosingOne(t *testing.T) {
	s := documents(entered(t, papers()), 2).do(ben, back(1))
	s.do(ben, flow.DetachPostmortem{}).tasks(open5).do(ben, attach("https://doc/9")).docs("2* draft, 3 draft").tasks("1 done, 2 open, 3 open, 4 open, 5 open")
	s.do(ben, back(1)).do(ben, flow.MakeMain{Document: 3}).tasks(open5)
	s.do(ben, setState(flow.Complete)).do(ben, back(3)).do(ben, setState(flow.InReview)).tasks(open5).
		do(ben, setState(flow.Complete)).tasks("1 open, 2 open, 3 done, 4 open, 5 open")
	s.do(itself, flow.RecordShared{Channel: "C1"}).do(ben, back(4)).do(itself, flow.RecordShared{Channel: "C2"}).
		tasks("1 open, 2 open, 3 done, 4 done, 5 open")
}

func TestNewEvidenceWhileItIsClosedCompletesWhatAPersonReopenedWhenItIsReopened(t *testing.T) {
	reopened := func(t *testing.T) *story {
		return entered(t, papers()).do(ben, attach("https://doc")).do(ben, setState(flow.Complete)).do(ben, back(1)).do(ben, back(3)).
			do(ben, flow.OptOut{Reason: "why"})
	}
	resume := flow.Reopen{To: flow.PostIncident}
	reopened(t).do(ben, resume).tasks(open5)
	reopened(t).do(ben, attach("https://another")).do(ben, resume).tasks("1 done, 2 open, 3 open, 4 open, 5 open")
	reopened(t).do(ben, setState(flow.Draft)).do(ben, setState(flow.Complete)).do(ben, resume).tasks("1 open, 2 open, 3 done, 4 open, 5 open")
}

func TestADocumentThatIsDetachedFromThePastIsNotedAndReopensNothing(t *testing.T) {
	s := entered(t, papers()).do(ben, attach("https://doc")).do(ben, setState(flow.Complete)).do(ana, flow.MoveOn{Reason: "why"}).is(flow.PostIncident, rev)
	s.do(ben, flow.DetachPostmortem{}).is(flow.PostIncident, rev).tasks("1 done, 2 not-doing, 3 open, 4 open, 5 open").
		happened("postmortem-detached", "evidence-gone", "task-reopened")
	equal(t, fact[flow.EvidenceGone](s), flow.EvidenceGone{Proof: flow.PostmortemAttached, Past: []flow.TaskNumber{1}})
	t.Run("nor in a closed incident", func(t *testing.T) {
		s := entered(t, papers()).do(ben, attach("https://doc")).do(ben, flow.OptOut{Reason: "why"}).do(ben, flow.DetachPostmortem{}).is(flow.Closed, doc)
		equal(t, fact[flow.EvidenceGone](s).Past, []flow.TaskNumber{1})
	})
}

func TestLinksThatMisleadAreRefused(t *testing.T) {
	for address, why := range map[string]flow.Why{
		"": flow.Required, "  ": flow.Required, "docs.example/1": flow.BadLink, "ftp://docs.example": flow.BadLink, "javascript:alert(1)": flow.BadLink,
		"JavaScript://docs.example/%0aalert(1)": flow.BadLink, "data:text/html,x": flow.BadLink, "<!channel>": flow.BadLink, "https://": flow.BadLink,
		"https://docs.google.com@evil.example/x": flow.BadLink, "https://ana:secret@docs.example/": flow.BadLink, "https://docs.example/a b": flow.BadLink,
		"https://dосs.google.com/x" /* with a Cyrillic о */ : flow.BadLink, "https://docs。google.com/": flow.BadLink, "https:\\\\docs.example": flow.BadLink,
		"https://docs.example/<!channel>": flow.BadLink, "https://docs.example/x|click": flow.BadLink, "https://docs.example/\u202etxt.exe": flow.BadLink,
		"https://docs.example/\n<!here>": flow.BadLink, "https://docs.example/" + strings.Repeat("x", 4000): flow.TooLong, "https:///x": flow.BadLink, "//docs.example": flow.BadLink,
	} {
		declared(t, papers()).refuses(ben, attach(address), flow.Refusal{Why: why, Field: flow.FieldLink})
	}
	for _, address := range []string{
		"https://docs.google.com/document/d/1/edit?tab=t.0#heading=h.1", "http://localhost:8080/x", "https://[::1]/", "HTTPS://Docs.Example/Ü",
		"https://xn--n3h.example/", "https://docs.example/a%20b?c=d&e=%3Cf%3E",
	} {
		s := declared(t, papers()).do(ben, attach(address))
		equal(t, s.inc.Documents[0].URL, address)
	}
}

func TestADocumentIsSharedWhereItMayBe(t *testing.T) {
	has := func(s *story) *story { return s.do(ana, attach("https://doc")) }
	public, open := flow.Audience{Channel: "C9"}, declared(t, papers())
	has(open).do(ana, flow.ShareDocument{To: public, Note: " read this "}).happened("postmortem-share-asked").
		do(ana, flow.ShareDocument{To: flow.Audience{Channel: "G9", Private: true, Member: true, Asker: true}})
	for why, a := range map[flow.Why]flow.Audience{
		flow.Required: {}, flow.ChannelUnfit: {Channel: "D1", Direct: true, Private: true}, flow.CannotPost: {Channel: "G9", Private: true, Member: true},
		flow.ChannelArchived: {Channel: "C9", Archived: true},
	} {
		open.refuses(ana, flow.ShareDocument{To: a}, flow.Refusal{Why: why, Field: flow.FieldChannel})
	}
	open.refuses(ana, flow.ShareDocument{To: flow.Audience{Channel: "C9", Shared: true}}, because(flow.ChannelUnfit)).
		refuses(ana, flow.ShareDocument{To: flow.Audience{Channel: "G9", Private: true, Asker: true}}, because(flow.CannotPost)).
		refuses(ana, flow.ShareDocument{To: public, Note: strings.Repeat("x", 1001)}, because(flow.TooLong)).
		refuses(ana, flow.ShareDocument{Document: 7, To: public}, because(flow.NoPostmortem))
	secret := has(private(t, papers()))
	secret.refuses(ana, flow.ShareDocument{To: public}, because(flow.TooPublic)).
		do(ana, flow.ShareDocument{To: flow.Audience{Channel: "G9", Private: true, Member: true, Asker: true}})
}

func TestATemplateIsAskedForByItsKey(t *testing.T) {
	s := declared(t, papers()).do(ben, flow.RequestPostmortem{Template: "light"}).happened("postmortem-requested").
		refuses(ben, flow.RequestPostmortem{Template: "none"}, flow.Refusal{Why: flow.NotOffered, Field: flow.FieldTemplate})
	s.do(itself, flow.RecordPostmortemCreated{Request: 3, URL: "https://acme.slack.com/docs/T/F", Title: "Post-mortem", Template: "Light", By: "ben"}).docs("1* draft")
	equal(t, s.inc.Documents[0], flow.Document{
		Number: 1, URL: "https://acme.slack.com/docs/T/F", Title: "Post-mortem", State: flow.Draft, Main: true, By: "ben", At: monday.UTC(), Template: "Light",
	})
}

func TestTemplatesAreThoseOfTheFlow(t *testing.T) {
	names := func(ts []flow.PostmortemTemplate) (out []string) {
		for _, t := range ts {
			out = append(out, t.Name)
		}
		return out
	}
	p := papers()
	s := entered(t, p)
	equal(t, names(p.TemplatesFor(s.inc)), []string{"Standard", "Light", "Major"})
	p.Flows[0].Templates = []flow.Key{"major", "light"}
	equal(t, names(p.TemplatesFor(s.inc)), []string{"Major", "Light"})
	equal(t, names(p.TemplatesFor(flow.Incident{})), []string{"Major", "Light"})
	p.Templates = []flow.PostmortemTemplate{{Key: "own", Name: "Our own", Text: "# {{name}}"}}
	p.Flows[0].Templates = nil
	equal(t, names(p.TemplatesFor(s.inc)), []string{"Our own"})
}

// pair are two incidents of which one uses the document of the other. What is to be told is told as the edge does it: with the document as it is then.
type pair struct {
	t     rapid.TB
	their *story // the incident whose document it is: 40
	our   *story // which uses it: 42
	told  map[*story]int
}

func aPair(t rapid.TB) pair {
	p := pair{t: t, told: map[*story]int{}, their: &story{t: t, process: papers(), inc: flow.Incident{ID: 40}, now: monday}, our: entered(t, papers())}
	p.their.do(ana, flow.Declare{Name: "The first one", Lead: as(ana)}).do(itself, flow.RecordChannel{Channel: "C40"}).
		do(ana, flow.EnterFlow{Flow: "f"}).do(ana, attach("https://doc"))
	return p
}

func (p pair) use() flow.Command {
	d, _ := p.their.inc.Postmortem()
	return flow.UsePostmortem{Source: flow.Source{Incident: 40, Document: d.Number}, Private: p.their.inc.Private, Document: d}
}

// tell carries what one of them must tell to the other, until nobody has anything to tell.
func (p pair) tell() {
	for range 10 {
		said := false
		for _, s := range []struct{ from, to *story }{{p.our, p.their}, {p.their, p.our}} {
			from := p.told[s.from]
			p.told[s.from] = len(s.from.events)
			for _, e := range flow.Effects(s.from.events[from:]) {
				if e.Tell != flow.TellLinked {
					continue
				}
				source, d, uses := flow.LinkedTo(s.from.inc, s.from.events[e.Seq-1].Fact)
				said = s.to.try(itself, flow.FollowPostmortem{In: s.from.inc.ID, Source: source, Document: d, Uses: uses}) == nil || said
			}
		}
		if !said {
			return
		}
	}
	p.t.Fatal("they never stop talking")
}

func TestADocumentOfAnotherIncidentCountsHereTooAndTheyFollowEachOther(t *testing.T) {
	p := aPair(t)
	p.our.do(ben, p.use()).tasks("1 done, 2 open, 3 open, 4 open, 5 open")
	p.tell()
	equal(t, p.their.inc.Documents[0].UsedBy, []flow.IncidentID{42})
	p.their.do(ana, setState(flow.Complete))
	p.tell()
	p.our.docs("1* complete").tasks("1 done, 2 open, 3 done, 4 open, 5 open")
	p.our.do(ben, setState(flow.InReview))
	p.tell()
	p.their.docs("1* in-review")
	p.our.do(itself, flow.RecordShared{Channel: "C9", By: "ben"})
	p.tell()
	p.their.tasks("1 done, 2 open, 3 open, 4 done, 5 open")
	t.Run("as do others that use it", func(t *testing.T) {
		p := aPair(t)
		p.our.do(ben, p.use())
		p.tell()
		p.their.do(itself, flow.FollowPostmortem{In: 43, Source: flow.Source{Incident: 40, Document: 1}, Document: p.our.inc.Documents[0], Uses: true})
		p.our.do(ben, setState(flow.Complete))
		p.tell()
		equal(t, fact[flow.DocumentStateSet](p.their), flow.DocumentStateSet{Document: 1, From: flow.Draft, To: flow.Complete, In: 42, Tell: []flow.IncidentID{42, 43}})
	})
	t.Run("and it is gone here when it is detached there", func(t *testing.T) {
		p.their.do(ana, flow.DetachPostmortem{Reason: "wrong"})
		p.tell()
		p.our.docs("").tasks(open5)
	})
	t.Run("and there it is used no more when it is detached here", func(t *testing.T) {
		p := aPair(t)
		p.our.do(ben, p.use())
		p.tell()
		p.our.do(ben, flow.DetachPostmortem{})
		p.tell()
		p.their.docs("1* draft")
		equal(t, p.their.inc.Documents[0].UsedBy, []flow.IncidentID(nil))
	})
}

func TestNoIncidentLearnsOfAPrivateOneByADocument(t *testing.T) {
	p := aPair(t)
	p.our = private(t, papers())
	p.our.do(ana, p.use()).do(ana, setState(flow.Complete)).do(ana, flow.DetachPostmortem{})
	for _, e := range flow.Effects(p.our.events) {
		if e.Tell == flow.TellLinked {
			t.Fatal("the other incident is told")
		}
	}
	p = aPair(t)
	p.their.inc.Private = true
	p.our.refuses(ben, p.use(), because(flow.PrivateElsewhere))
}

func TestIncidentsThatShareADocumentEndWithTheSameStateOfIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := aPair(t)
		p.our.do(ben, p.use())
		p.tell()
		for range upTo(t, 12) {
			s := oneOf(t, p.our, p.their)
			_ = s.try(ben, oneOf[flow.Command](t, setState(flow.Draft), setState(flow.InReview), setState(flow.Complete), flow.RecordShared{Channel: oneOf[flow.ChannelID](t, "C1", "C2")}))
			if maybe(t, 40) {
				p.tell()
			}
		}
		p.tell()
		ours, _ := p.our.inc.Postmortem()
		theirs, _ := p.their.inc.Postmortem()
		equal(t, ours.State, theirs.State)
	})
}

func TestAsLongAsTheStatusStaysTasksAreAsTheEvidenceIsAtTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := entered(t, papers())
		if maybe(t, 50) {
			s.do(ana, flow.MoveOn{Reason: "why"})
		}
		place := map[flow.Key]int{doc: 0, rev: 1}
		past := stored(t, s.inc.In(doc))
		for range upTo(t, 20) {
			n := flow.DocumentNumber(upTo(t, int(s.inc.LastDocument)))
			_ = s.try(oneOf(t, ana, ben, itself), oneOf[flow.Command](t,
				attach(fmt.Sprint("https://doc/", upTo(t, 3))), attach(fmt.Sprint("https://doc/", upTo(t, 3))), flow.DetachPostmortem{Document: n}, flow.MakeMain{Document: n},
				flow.SetPostmortemState{Document: n, State: oneOf(t, flow.DocumentStates()...)}, flow.SetPostmortemState{Document: n, State: flow.Complete},
				flow.RecordShared{Document: n, Channel: "C9"},
			))
		}
		main, there := s.inc.Postmortem()
		want := map[flow.Kind]bool{
			flow.CreatePostmortem: there, flow.CompletePostmortem: main.State == flow.Complete, flow.SharePostmortem: len(main.Shares) > 0, flow.Custom: false,
		}
		for _, task := range s.inc.Tasks {
			if place[task.Status] >= place[s.inc.Status] && (task.State == flow.Done) != want[task.Kind] {
				t.Fatalf("%s is %s; the main document is %+v", task.Kind, task.State, main)
			}
		}
		if s.inc.Status == rev && string(stored(t, s.inc.In(doc))) != string(past) {
			t.Fatal("what is past moved by itself")
		}
	})
}
