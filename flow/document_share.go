package flow

import "slices"

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
	if slices.ContainsFunc(d.Shares, func(s Share) bool { return s.TS != "" && s.Channel == c.Channel && s.TS == c.TS }) {
		return Refusal{Why: NothingToChange, Incident: s.inc.ID, Document: d.Number} // it was reported before
	}
	share := Share{Channel: c.Channel, TS: c.TS, By: c.By, At: s.moment()}
	s.document(DocumentShared{Document: d.Number, Share: share, Request: c.Request, Tell: s.inc.tells(d)}, "")
	return nil
}
