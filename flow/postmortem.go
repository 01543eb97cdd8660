package flow

import (
	"slices"
	"strings"
	"time"
)

// Document is a post-mortem document of an incident. Of several the main one counts: its presence, its state and where it was shared complete the tasks
// that ask for them. A document of another incident counts here too; where both can be seen they are linked both ways, and follow each other.
type Document struct {
	Number   DocumentNumber `json:"number"`
	URL      string         `json:"url"`
	Title    string         `json:"title,omitempty"`
	State    DocumentState  `json:"state"`
	Main     bool           `json:"main,omitempty"` // of the documents of an incident always one is
	By       UserID         `json:"by,omitempty"`
	At       time.Time      `json:"at,omitzero"`
	Template string         `json:"template,omitempty"` // the name of what it was made from
	Source   Source         `json:"source,omitzero"`    // it is another incident's
	UsedBy   []IncidentID   `json:"used_by,omitempty"`  // the incidents where it counts too
	Shares   []Share        `json:"shares,omitempty"`   // oldest first
}

// DocumentNumber numbers the documents of one incident. It is never reused.
type DocumentNumber int

// Source says which document of which incident is meant; zero: one of this incident's own.
type Source struct {
	Incident IncidentID     `json:"incident"`
	Document DocumentNumber `json:"document"`
}

// Share is a channel that a document was shared to.
type Share struct {
	Channel ChannelID `json:"channel"`
	TS      string    `json:"ts,omitempty"` // the message there
	By      UserID    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// DocumentState is how far a post-mortem is.
type DocumentState string

// The states of a post-mortem. The names are stored for ever.
const (
	Draft    DocumentState = "draft"
	InReview DocumentState = "in-review"
	Complete DocumentState = "complete"
)

// DocumentStates lists them in their order.
func DocumentStates() []DocumentState { return []DocumentState{Draft, InReview, Complete} }

// MaxDocuments is how many documents an incident can have at a time, and mostShares how many channels of each are remembered.
const (
	MaxDocuments = 20
	mostShares   = 20
)

// Postmortem is the main document, if there is any.
func (inc Incident) Postmortem() (Document, bool) {
	for _, d := range inc.Documents {
		if d.Main {
			return d, true
		}
	}
	return Document{}, false
}

// Document finds a document by its number; 0 is the main one.
func (inc Incident) Document(n DocumentNumber) (Document, bool) {
	if n == 0 {
		return inc.Postmortem()
	}
	for _, d := range inc.Documents {
		if d.Number == n {
			return d, true
		}
	}
	return Document{}, false
}

// linked finds the document that another incident, or another incident's copy of it, knows as source.
func (inc Incident) linked(source Source) (Document, bool) {
	for _, d := range inc.Documents {
		if d.Source == source || source == (Source{inc.ID, d.Number}) {
			return d, true
		}
	}
	return Document{}, false
}

// Commands about post-mortem documents.
type (
	// AttachPostmortem attaches a document that is somewhere. The first one is the main one.
	AttachPostmortem struct{ URL, Title string }
	// RequestPostmortem asks for a document made from a template, by its key.
	RequestPostmortem struct{ Template Key }
	// RecordPostmortemCreated reports that document: Request is the event that asked for it.
	RecordPostmortemCreated struct {
		Request              uint64
		URL, Title, Template string
		By                   UserID
	}
	// UsePostmortem lets another incident's document count here too. Private is whether that incident is.
	UsePostmortem struct {
		Source   Source
		Private  bool
		Document Document
	}
	// FollowPostmortem reports what became of a document in a linked incident. In is that incident; a zero Document: it is there no more.
	FollowPostmortem struct {
		In       IncidentID
		Source   Source
		Document Document
		Uses     bool // In uses it, be it that it did not before
	}
	// SetPostmortemState says how far a document is; 0 is the main one, here as below.
	SetPostmortemState struct {
		Document DocumentNumber
		State    DocumentState
	}
	// MakeMain makes a document the one that counts.
	MakeMain struct{ Document DocumentNumber }
	// DetachPostmortem takes a document off the incident. If it was the main one, the one that was attached last is.
	DetachPostmortem struct {
		Document DocumentNumber
		Reason   string
	}
	// ShareDocument asks to share a document to a channel.
	ShareDocument struct {
		Document DocumentNumber
		To       Audience
		Note     string
	}
	// RecordShared reports that it was shared: Request is the event that asked for it.
	RecordShared struct {
		Request  uint64
		Document DocumentNumber
		Channel  ChannelID
		TS       string
		By       UserID
	}
)

// Audience is a channel to share to, with what a rule must know of it.
type Audience struct {
	Channel  ChannelID
	Private  bool
	Direct   bool // a DM, alone or in a group
	Shared   bool // with another organization
	Archived bool
	Member   bool // Epilogue is in it
	Asker    bool // so is whoever asks
}

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

// findDocument is the document that a command is about.
func (s *scene) findDocument(n DocumentNumber) (Document, error) {
	if d, ok := s.inc.Document(n); ok {
		return d, nil
	}
	return Document{}, Refusal{Why: NoPostmortem, Incident: s.inc.ID, Document: n}
}

func (c AttachPostmortem) do(s *scene) error {
	address, err := link(FieldLink, c.URL)
	if err == nil && address == "" {
		err = Refusal{Why: Required, Field: FieldLink, Incident: s.inc.ID}
	}
	if err != nil {
		return err
	}
	title, err := text(FieldTitle, strings.Join(strings.Fields(c.Title), " "), MaxTitle, false)
	if err != nil {
		return err
	}
	return s.attach(DocumentAttached{Document: Document{URL: address, Title: title, State: Draft, By: s.by.User}})
}

// attach adds a document, unless it is there or there are too many.
func (s *scene) attach(f DocumentAttached) error {
	for _, d := range s.inc.Documents {
		if d.URL == f.Document.URL {
			return Refusal{Why: AlreadyAttached, Field: FieldLink, Incident: s.inc.ID, Document: d.Number, By: d.By, At: d.At}
		}
	}
	if len(s.inc.Documents) >= MaxDocuments {
		return Refusal{Why: TooManyDocuments, Field: FieldLink, Incident: s.inc.ID, Limit: MaxDocuments}
	}
	f.Document.Number, f.Document.Main = s.inc.LastDocument+1, len(s.inc.Documents) == 0
	f.Document.At = s.moment()
	s.document(f, "")
	return nil
}

func (c RequestPostmortem) do(s *scene) error {
	if _, ok := s.process.PostmortemTemplate(c.Template); !ok {
		return Refusal{Why: NotOffered, Field: FieldTemplate, Incident: s.inc.ID}
	}
	if s.inc.Channel == "" {
		return Refusal{Why: NoChannel, Incident: s.inc.ID}
	}
	if len(s.inc.Documents) >= MaxDocuments {
		return Refusal{Why: TooManyDocuments, Field: FieldTemplate, Incident: s.inc.ID, Limit: MaxDocuments}
	}
	s.record(DocumentRequested(c))
	return nil
}

func (c RecordPostmortemCreated) do(s *scene) error {
	d := Document{URL: c.URL, Title: c.Title, State: Draft, Template: c.Template, By: c.By}
	return s.attach(DocumentAttached{Document: d, Request: c.Request})
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

func (c SetPostmortemState) do(s *scene) error {
	d, err := s.findDocument(c.Document)
	if err != nil {
		return err
	}
	if !slices.Contains(DocumentStates(), c.State) {
		return Refusal{Why: NotOffered, Field: FieldState, Incident: s.inc.ID}
	}
	if d.State == c.State {
		return Refusal{Why: AlreadyInState, Incident: s.inc.ID, Document: d.Number, DocState: d.State}
	}
	s.document(DocumentStateSet{Document: d.Number, From: d.State, To: c.State, Tell: s.inc.tells(d)}, "")
	return nil
}

func (c MakeMain) do(s *scene) error {
	d, err := s.findDocument(c.Document)
	if err != nil {
		return err
	}
	main, _ := s.inc.Postmortem()
	if d.Main {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID, Document: d.Number}
	}
	s.document(DocumentMadeMain{Document: d.Number, From: main.Number}, "")
	return nil
}

func (c DetachPostmortem) do(s *scene) error {
	d, err := s.findDocument(c.Document)
	if err != nil {
		return err
	}
	reason, err := text(FieldReason, c.Reason, MaxReason, false)
	if err != nil {
		return err
	}
	s.detach(d, DocumentDetached{Reason: reason, Tell: s.inc.tells(d)})
	return nil
}

// detach takes a document off, and chooses the one that counts from then on.
func (s *scene) detach(d Document, f DocumentDetached) {
	f.Document = d
	for _, other := range s.inc.Documents {
		if d.Main && other.Number != d.Number {
			f.Main = max(f.Main, other.Number)
		}
	}
	s.document(f, f.Reason)
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

func (c ShareDocument) do(s *scene) error {
	d, err := s.findDocument(c.Document)
	if err != nil {
		return err
	}
	if err := s.inc.mayShareTo(c.To); err != nil {
		return err
	}
	note, err := text(FieldNote, c.Note, MaxReason, false)
	if err != nil {
		return err
	}
	s.record(DocumentShareAsked{Document: d.Number, Channel: c.To.Channel, Note: note})
	return nil
}

// mayShareTo says whether a document of the incident may be shared to a channel, and whether Epilogue can post there: a public channel it joins by itself.
func (inc Incident) mayShareTo(a Audience) error {
	no := Refusal{Field: FieldChannel, Incident: inc.ID}
	switch {
	case a.Channel == "":
		no.Why = Required
	case a.Direct, a.Shared:
		no.Why = ChannelUnfit
	case a.Private && !a.Member:
		no.Why = CannotPost
	case a.Private && !a.Asker:
		no.Why = CannotPost
	case a.Archived:
		no.Why = ChannelArchived
	case inc.Private && !a.Private:
		no.Why = TooPublic
	default:
		return nil
	}
	return no
}

func (c RecordShared) do(s *scene) error {
	d, err := s.findDocument(c.Document)
	if err != nil {
		return err
	}
	share := Share{Channel: c.Channel, TS: c.TS, By: c.By, At: s.moment()}
	s.document(DocumentShared{Document: d.Number, Share: share, Request: c.Request, Tell: s.inc.tells(d)}, "")
	return nil
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

// moment is now, as it is stored.
func (s *scene) moment() time.Time { return s.at.UTC().Truncate(time.Microsecond) }

// proof is what a document proves: nothing if it does not.
func (d Document) proof(proof string) string {
	switch {
	case proof == PostmortemAttached, proof == PostmortemComplete && d.State == Complete:
		return d.URL
	case proof == PostmortemShared && len(d.Shares) > 0:
		return string(d.Shares[len(d.Shares)-1].Channel)
	}
	return ""
}

// exhibit is what documents prove, in a form in which new evidence is told from what was there: a document that was attached, another one that is
// complete, one more channel.
type exhibit struct {
	there    bool
	document DocumentNumber
	share    Share
}

func (inc Incident) exhibit(proof string) exhibit {
	d, _ := inc.Postmortem()
	if d.proof(proof) == "" {
		return exhibit{}
	}
	e := exhibit{there: true, document: d.Number}
	switch proof {
	case PostmortemAttached:
		e.document = inc.LastDocument // be it not the main one: somebody attached it
	case PostmortemShared:
		e.share = d.Shares[len(d.Shares)-1]
	}
	return e
}

func documentProofs() []string {
	return []string{PostmortemAttached, PostmortemComplete, PostmortemShared}
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
