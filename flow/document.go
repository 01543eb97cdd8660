package flow

import "time"

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
