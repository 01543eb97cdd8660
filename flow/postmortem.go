package flow

import (
	"slices"
	"strings"
	"time"
)

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
	if t, ok := s.process.PostmortemTemplate(c.Template); !ok || t.Retired {
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

// DocumentFor is the document that was made for a request, as it was then; the events are those of its incident. There is at most one.
func DocumentFor(events []Event, request uint64) (Document, bool) {
	for _, ev := range events {
		if f, ok := ev.Fact.(DocumentAttached); ok && f.Request == request {
			return f.Document, true
		}
	}
	return Document{}, false
}

func (c RecordPostmortemCreated) do(s *scene) error {
	d := Document{URL: c.URL, Title: c.Title, State: Draft, Template: c.Template, By: c.By}
	return s.attach(DocumentAttached{Document: d, Request: c.Request})
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

// moment is now, as it is stored.
func (s *scene) moment() time.Time { return s.at.UTC().Truncate(time.Microsecond) }
