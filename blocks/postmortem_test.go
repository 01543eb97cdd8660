package blocks

import (
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// documentSamples are facts about documents, as the timeline tells them.
func documentSamples() []flow.Fact {
	d := flow.Document{Number: 1, URL: "https://docs.example.com/d/1", Title: "The story", By: ben, State: flow.Draft}
	made, theirs := d, d
	made.Template, theirs.Source = "Light", flow.Source{Incident: 40, Document: 1}
	share := flow.Share{Channel: "C9", By: cem}
	return []flow.Fact{
		flow.DocumentRequested{Template: "light"},
		flow.DocumentAttached{Document: d},
		flow.DocumentAttached{Document: made, Request: 7},
		flow.DocumentAttached{Document: theirs},
		flow.DocumentStateSet{Document: 1, From: flow.Draft, To: flow.InReview},
		flow.DocumentStateSet{Document: 1, From: flow.InReview, To: flow.Complete, In: 40},
		flow.DocumentMadeMain{Document: 2, From: 1},
		flow.DocumentDetached{Document: d},
		flow.DocumentDetached{Document: d, Reason: "the wrong one.", Main: 2},
		flow.DocumentDetached{Document: theirs, In: 40},
		flow.DocumentShareAsked{Document: 1, Channel: "C9", Note: "read this"},
		flow.DocumentShared{Document: 1, Share: share},
		flow.DocumentShared{Document: 1, Share: share, In: 40},
		flow.DocumentUsed{Document: 1, In: 43},
		flow.DocumentUsed{Document: 1, In: 43, Ended: true},
		flow.TaskAssigned{Task: 2, From: ben, To: ana, ByRole: true, Unable: true},
		flow.TaskAssigned{Task: 2, From: ben, ByRole: true, Unable: true},
	}
}

// documented is a story with two documents, of which the first is another incident's.
func documented(t *testing.T) *story {
	s := entered(t, process())
	s.does(ben, flow.UsePostmortem{Source: flow.Source{Incident: 40, Document: 1}, Document: flow.Document{
		Number: 1, URL: "https://docs.example.com/d/1?a=b&c=d", Title: "Checkout *and* <!channel>", State: flow.InReview,
	}})
	s.does(ana, flow.AttachPostmortem{URL: "https://sandbox.slack.com/docs/T1/F1"})
	s.does("", flow.RecordShared{Document: 2, Channel: "C9", By: ana})
	return s
}

func TestPostmortemsLookAsTheyDid(t *testing.T) {
	s := entered(t, process())
	all := map[string]slack.ModalViewRequest{
		"postmortem-first": AddPostmortemForm(s.scene(), s.inc, Attaching{Link: "https://docs.example.com/d/1"}),
	}
	s = documented(t)
	d, _ := s.inc.Postmortem()
	all["postmortem-another"] = AddPostmortemForm(s.scene(), s.inc, Attaching{})
	all["postmortems"] = PostmortemModal(s.scene(), s.inc)
	all["postmortem-detach"] = DetachForm(s.scene(), s.inc, d)
	all["postmortem-share"] = ShareForm(s.scene(), s.inc, d, ben)
	for name, v := range all {
		golden(t, "view/"+name, v)
	}
	s.later(26 * time.Hour)
	s.does(ana, flow.MoveOn{From: "documenting", Reason: "covered"})
	golden(t, "message/card-with-postmortem", Card(s.scene(), s.inc, s.began()))
	golden(t, "message/postmortem-shared", Shared(s.scene(), s.inc, d, ben, "Worth five minutes, <!here>."))
	golden(t, "message/postmortem-offer", Offer(s.scene(), s.inc, "https://docs.google.com/document/d/1/edit", "abc"))
	golden(t, "message/postmortem-made", Made(s.scene(), s.inc, d))
	golden(t, "message/postmortem-not-made", NotMade(s.scene(), s.inc, "file_uploads_disabled"))
	golden(t, "message/postmortem-not-shared", NotShared(s.scene(), s.inc, "C9", "restricted_action"))
}

func TestALinkNeverPretendsToLeadElsewhere(t *testing.T) {
	for _, c := range []struct {
		address, title, want string
	}{
		{"https://evil.example/x", "docs.google.com", "<https://evil.example/x|docs.google.com> (evil.example)"},
		{"https://evil.example/x", "a|b>c", "<https://evil.example/x|a¦b&gt;c> (evil.example)"},
		{"https://xn--dcs-7cd.google.com/x", "", "<https://xn--dcs-7cd.google.com/x|xn--dcs-7cd.google.com/x>"},
		{"https://docs.example/" + strings.Repeat("x", 100), "", "<https://docs.example/" + strings.Repeat("x", 100) + "|docs.example/" + strings.Repeat("x", 46) + "…>"},
		{"javascript:alert(1)", "Click", "Click"},
	} {
		if got := documentLink(flow.Document{URL: c.address, Title: c.title}).String(); got != c.want {
			t.Errorf("%s, %q: %s, want %s", c.address, c.title, got, c.want)
		}
	}
}

func TestTheModalOfAsManyPostmortemsAsThereMayBeFits(t *testing.T) {
	s := entered(t, process())
	for i := range flow.MaxDocuments {
		s.does(ben, flow.AttachPostmortem{URL: "https://docs.example/" + strings.Repeat("ü", i+1) + strings.Repeat("&", 1900), Title: strings.Repeat("&", flow.MaxTitle)})
	}
	for i := range 20 {
		s.does("", flow.RecordShared{Document: 1, Channel: flow.ChannelID("C" + strings.Repeat("9", i+1)), By: ana})
	}
	s.inc.Summary, s.inc.Name = strings.Repeat("&", flow.MaxSummary), strings.Repeat("&", flow.MaxName)
	d, _ := s.inc.Postmortem()
	for name, v := range map[string]slack.ModalViewRequest{
		"all": PostmortemModal(s.scene(), s.inc), "share": ShareForm(s.scene(), s.inc, d, ben), "detach": DetachForm(s.scene(), s.inc, d),
		"add": AddPostmortemForm(s.scene(), s.inc, Attaching{Link: strings.Repeat("x", 4000), Title: strings.Repeat("x", 4000)}),
	} {
		if err := Check(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, m := range map[string]Message{
		"shared": Shared(s.scene(), s.inc, d, ben, strings.Repeat("&", flow.MaxReason)), "offer": Offer(s.scene(), s.inc, d.URL, "abc"),
		"card": Card(s.scene(), s.inc, s.began()), "first": Declared(s.scene(), s.inc),
	} {
		if err := Check(m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
