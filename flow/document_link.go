package flow

import "slices"

// linked finds the document that another incident, or another incident's copy of it, knows as source.
func (inc Incident) linked(source Source) (Document, bool) {
	for _, d := range inc.Documents {
		if d.Source == source || source == (Source{inc.ID, d.Number}) {
			return d, true
		}
	}
	return Document{}, false
}

func (c UsePostmortem) do(s *scene) error {
	switch {
	case c.Source.Incident == s.inc.ID:
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	case c.Private:
		return Refusal{Why: PrivateElsewhere, Incident: s.inc.ID, Other: c.Source.Incident}
	case c.Document.Number == 0:
		return Refusal{Why: NoPostmortem, Incident: s.inc.ID, Other: c.Source.Incident}
	}
	d := c.Document
	f := DocumentAttached{Document: Document{
		URL: d.URL, Title: d.Title, State: d.State, Template: d.Template, Shares: slices.Clone(d.Shares), Source: c.Source, By: s.by.User,
	}}
	if !s.inc.Private { // the other one must not learn of this one
		f.Tell = []IncidentID{c.Source.Incident}
	}
	return s.attach(f)
}

// tells are the incidents that must hear of a change of a document that was made here.
func (inc Incident) tells(d Document) []IncidentID {
	if d.Source.Incident == 0 {
		return slices.Clone(d.UsedBy)
	}
	if inc.Private {
		return nil
	}
	return []IncidentID{d.Source.Incident}
}

// do brings a linked document to where it is in the other incident. The incident whose document it is tells all that use it, also the one that it heard of
// the change from: should both change it at once, they end as it is there.
func (c FollowPostmortem) do(s *scene) error {
	d, ok := s.inc.linked(c.Source)
	before := len(s.events)
	own := ok && d.Source.Incident == 0
	switch {
	case !ok:
	case own && c.Uses != slices.Contains(d.UsedBy, c.In):
		s.record(DocumentUsed{Document: d.Number, In: c.In, Ended: !c.Uses})
	case !own && c.Document.Number == 0:
		s.detach(d, DocumentDetached{In: c.In})
	}
	if ok && c.Document.Number != 0 {
		s.followDocument(c, d, own)
	}
	if len(s.events) == before {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID}
	}
	return nil
}

func (s *scene) followDocument(c FollowPostmortem, d Document, own bool) {
	var tell []IncidentID
	if d, _ = s.inc.Document(d.Number); own {
		tell = slices.Clone(d.UsedBy)
	}
	if c.Document.State != d.State {
		s.document(DocumentStateSet{Document: d.Number, From: d.State, To: c.Document.State, In: c.In, Tell: tell}, "")
	}
	for _, share := range c.Document.Shares {
		if !slices.Contains(d.Shares, share) {
			s.document(DocumentShared{Document: d.Number, Share: share, In: c.In, Tell: tell}, "")
		}
	}
}

// LinkedTo is what other incidents must hear of a fact about a document of theirs, or one that they use: the document as it is by now (zero: it is there no
// more), how they know it, and whether this incident uses it.
func LinkedTo(inc Incident, f Fact) (source Source, now Document, uses bool) {
	var was Document
	switch f := f.(type) {
	case DocumentAttached:
		was = f.Document
	case DocumentDetached:
		was = f.Document
	case DocumentStateSet:
		was.Number = f.Document
	case DocumentShared:
		was.Number = f.Document
	default:
		return source, now, false
	}
	now, there := inc.Document(was.Number)
	if there {
		was = now
	}
	if source = was.Source; source.Incident == 0 {
		source = Source{inc.ID, was.Number}
	}
	return source, now, there && was.Source.Incident != 0
}

// ToTell are the incidents that must hear of a fact about a document.
func ToTell(f Fact) []IncidentID {
	switch f := f.(type) {
	case DocumentAttached:
		return f.Tell
	case DocumentStateSet:
		return f.Tell
	case DocumentDetached:
		return f.Tell
	case DocumentShared:
		return f.Tell
	}
	return nil
}
