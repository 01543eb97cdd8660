package flow

import "slices"

// Facts about post-mortem documents.
type (
	// DocumentRequested asked for a document made from a template.
	DocumentRequested struct {
		Template Key `json:"template"`
	}
	// DocumentAttached attached a document. Tell, here as below, are the incidents that must hear of it.
	DocumentAttached struct {
		Document Document     `json:"document"`
		Request  uint64       `json:"request,omitempty"` // the event that asked for it to be made
		Tell     []IncidentID `json:"tell,omitempty"`
	}
	// DocumentStateSet changed how far a document is. In: as it was set in that incident.
	DocumentStateSet struct {
		Document DocumentNumber `json:"document"`
		From     DocumentState  `json:"from"`
		To       DocumentState  `json:"to"`
		In       IncidentID     `json:"in,omitempty"`
		Tell     []IncidentID   `json:"tell,omitempty"`
	}
	// DocumentMadeMain changed which document counts.
	DocumentMadeMain struct {
		Document DocumentNumber `json:"document"`
		From     DocumentNumber `json:"from,omitempty"`
	}
	// DocumentDetached took a document off the incident.
	DocumentDetached struct {
		Document Document       `json:"document"`
		Main     DocumentNumber `json:"main,omitempty"` // the one that counts from now on
		Reason   string         `json:"reason,omitempty"`
		In       IncidentID     `json:"in,omitempty"`
		Tell     []IncidentID   `json:"tell,omitempty"`
	}
	// DocumentShareAsked asked to share a document.
	DocumentShareAsked struct {
		Document DocumentNumber `json:"document"`
		Channel  ChannelID      `json:"channel"`
		Note     string         `json:"note,omitempty"`
	}
	// DocumentShared shared it.
	DocumentShared struct {
		Document DocumentNumber `json:"document"`
		Share    Share          `json:"share"`
		Request  uint64         `json:"request,omitempty"`
		In       IncidentID     `json:"in,omitempty"`
		Tell     []IncidentID   `json:"tell,omitempty"`
	}
	// DocumentUsed recorded that a document counts in another incident too, or no more.
	DocumentUsed struct {
		Document DocumentNumber `json:"document"`
		In       IncidentID     `json:"in"`
		Ended    bool           `json:"ended,omitempty"`
	}
)

// The stored names of facts about documents.
func (DocumentRequested) FactName() string  { return "postmortem-requested" }
func (DocumentAttached) FactName() string   { return "postmortem-attached" }
func (DocumentStateSet) FactName() string   { return "postmortem-state-set" }
func (DocumentMadeMain) FactName() string   { return "postmortem-made-main" }
func (DocumentDetached) FactName() string   { return "postmortem-detached" }
func (DocumentShareAsked) FactName() string { return "postmortem-share-asked" }
func (DocumentShared) FactName() string     { return "postmortem-shared" }
func (DocumentUsed) FactName() string       { return "postmortem-used" }

func documentFacts() []Fact {
	return []Fact{
		DocumentRequested{},
		DocumentAttached{},
		DocumentStateSet{},
		DocumentMadeMain{},
		DocumentDetached{},
		DocumentShareAsked{},
		DocumentShared{},
		DocumentUsed{},
	}
}

// document records a fact about documents, and what follows from it for the tasks that ask for them.
func (s *scene) document(f Fact, reason string) {
	before := s.inc
	s.record(f)
	for _, proof := range documentProofs() {
		was, is := before.exhibit(proof), s.inc.exhibit(proof)
		switch _, still := s.inc.evidence(proof); {
		case is.there && is != was:
			s.found(proof)
		case was.there && !still:
			s.gone(proof, reason)
		}
	}
}

// rearrange changes documents, and ends the waiting of tasks for evidence that is new.
func (inc *Incident) rearrange(change func()) {
	before := *inc
	before.Documents = slices.Clone(inc.Documents)
	change()
	for _, proof := range documentProofs() {
		if is := inc.exhibit(proof); is.there && is != before.exhibit(proof) {
			inc.renew(proof)
		}
	}
}

// withDocument changes one document, if it is there.
func (inc *Incident) withDocument(n DocumentNumber, change func(*Document)) {
	inc.rearrange(func() {
		for i := range inc.Documents {
			if inc.Documents[i].Number == n {
				change(&inc.Documents[i])
			}
		}
	})
}

func (inc *Incident) setMain(n DocumentNumber) {
	for i := range inc.Documents {
		inc.Documents[i].Main = inc.Documents[i].Number == n
	}
}

func (f DocumentRequested) apply(*Incident, Event)  {}
func (f DocumentShareAsked) apply(*Incident, Event) {}

func (f DocumentAttached) apply(inc *Incident, _ Event) {
	inc.rearrange(func() {
		inc.Documents = append(inc.Documents, f.Document)
		inc.LastDocument = max(inc.LastDocument, f.Document.Number)
	})
	inc.involve(f.Document.By)
}

func (f DocumentStateSet) apply(inc *Incident, _ Event) {
	inc.withDocument(f.Document, func(d *Document) { d.State = f.To })
}

func (f DocumentMadeMain) apply(inc *Incident, _ Event) {
	inc.rearrange(func() { inc.setMain(f.Document) })
}

func (f DocumentDetached) apply(inc *Incident, _ Event) {
	inc.rearrange(func() {
		inc.Documents = slices.DeleteFunc(inc.Documents, func(d Document) bool { return d.Number == f.Document.Number })
		if f.Main != 0 {
			inc.setMain(f.Main)
		}
	})
}

func (f DocumentShared) apply(inc *Incident, _ Event) {
	inc.withDocument(f.Document, func(d *Document) {
		d.Shares = append(slices.Clone(d.Shares), f.Share)
		d.Shares = d.Shares[max(0, len(d.Shares)-mostShares):]
	})
}

func (f DocumentUsed) apply(inc *Incident, _ Event) {
	inc.withDocument(f.Document, func(d *Document) {
		d.UsedBy = slices.DeleteFunc(slices.Clone(d.UsedBy), func(id IncidentID) bool { return id == f.In })
		if !f.Ended {
			d.UsedBy = append(d.UsedBy, f.In)
		}
	})
}

// documents tells of what happened to documents.
func (t *telling) documents(ev Event, thread, refresh, first Effect) {
	switch ev.Fact.(type) {
	case DocumentRequested:
		t.add(Effect{Tell: TellDocument, Seq: ev.Seq})
	case DocumentShareAsked:
		t.add(Effect{Tell: TellShare, Seq: ev.Seq})
	case DocumentUsed:
	default:
		t.add(thread, refresh, first, Effect{Tell: TellDMs, Seq: ev.Seq})
	}
	if len(ToTell(ev.Fact)) > 0 {
		t.add(Effect{Tell: TellLinked, Seq: ev.Seq})
	}
}
