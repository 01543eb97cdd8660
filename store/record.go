package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"epilogue/flow"
)

// Format is the tag of the records that this program writes: one byte before plain JSON. It tells the JSON of today from what may follow
// it one day; every tag that was ever written stays readable, for ever.
const Format byte = 1

// UnknownFormatError reports a record with a tag that this program does not know. A higher tag is ErrNewer, anything else ErrDamaged.
type UnknownFormatError struct{ Tag byte }

func (e UnknownFormatError) Error() string {
	return fmt.Sprintf("record has the unknown format %d", e.Tag)
}

// Is makes errors.Is find ErrNewer or ErrDamaged.
func (e UnknownFormatError) Is(target error) bool {
	if e.Tag > Format {
		return target == ErrNewer
	}
	return target == ErrDamaged
}

// UnknownFactError reports an event whose fact this program does not know. Facts are never taken away, so a newer program wrote it.
type UnknownFactError struct{ Name string }

func (e UnknownFactError) Error() string { return fmt.Sprintf("event has the unknown fact %q", e.Name) }

// Is makes errors.Is find ErrNewer.
func (e UnknownFactError) Is(target error) bool { return target == ErrNewer }

// encode puts the tag before the JSON of v.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte(Format)
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decode reads what encode wrote. What cannot be read is ErrDamaged or ErrNewer.
func decode(record []byte, v any) error {
	if len(record) == 0 {
		return fmt.Errorf("%w: empty record", ErrDamaged)
	}
	if record[0] != Format {
		return UnknownFormatError{Tag: record[0]}
	}
	if err := json.Unmarshal(record[1:], v); err != nil {
		return errors.Join(ErrDamaged, err)
	}
	return nil
}

// EncodeIncident makes the record of an incident.
func EncodeIncident(inc flow.Incident) ([]byte, error) { return encode(inc) }

// DecodeIncident reads the record of an incident. As with every Decode, what cannot be read is ErrDamaged or ErrNewer, and the
// result shares nothing with the record.
func DecodeIncident(record []byte) (flow.Incident, error) {
	var inc flow.Incident
	if err := decode(record, &inc); err != nil {
		return flow.Incident{}, fmt.Errorf("read incident: %w", err)
	}
	return inc, nil
}

// eventRecord is the stored form of an event. Its field names are for ever, like those of the facts within.
type eventRecord struct {
	Seq  uint64          `json:"seq"`
	At   time.Time       `json:"at"`
	By   flow.UserID     `json:"by,omitempty"`
	Fact string          `json:"fact"`
	With json.RawMessage `json:"with,omitempty"`
}

// EncodeEvent makes the record of an event. The fact goes by its stored name.
func EncodeEvent(ev flow.Event) ([]byte, error) {
	if ev.Fact == nil {
		return nil, errors.New("encode event: it has no fact")
	}
	name := ev.Fact.FactName()
	if _, known := readers[name]; !known {
		return nil, fmt.Errorf("encode event: flow.Facts does not list %q", name)
	}
	with, err := json.Marshal(ev.Fact)
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", name, err)
	}
	return encode(eventRecord{Seq: ev.Seq, At: ev.At, By: ev.By, Fact: name, With: with})
}

// DecodeEvent reads the record of an event. A fact that this program does not know is an UnknownFactError.
func DecodeEvent(record []byte) (flow.Event, error) {
	var r eventRecord
	if err := decode(record, &r); err != nil {
		return flow.Event{}, fmt.Errorf("read event: %w", err)
	}
	read, known := readers[r.Fact]
	if !known {
		return flow.Event{}, fmt.Errorf("read event %d: %w", r.Seq, UnknownFactError{Name: r.Fact})
	}
	fact, err := read(r.With)
	if err != nil {
		return flow.Event{}, fmt.Errorf("read event %d, %s: %w", r.Seq, r.Fact, errors.Join(ErrDamaged, err))
	}
	return flow.Event{Seq: r.Seq, At: r.At, By: r.By, Fact: fact}, nil
}

// processRecord is the stored form of a version of the process.
type processRecord struct {
	Process flow.Process `json:"process"`
	By      flow.UserID  `json:"by,omitempty"`
	At      time.Time    `json:"at,omitzero"`
}

// EncodeProcess makes the record of a version of the process.
func EncodeProcess(v ProcessVersion) ([]byte, error) { return encode(processRecord(v)) }

// DecodeProcess reads the record of a version of the process.
func DecodeProcess(record []byte) (ProcessVersion, error) {
	var r processRecord
	if err := decode(record, &r); err != nil {
		return ProcessVersion{}, fmt.Errorf("read process: %w", err)
	}
	return ProcessVersion(r), nil
}

// jobRecord is the stored form of a job.
type jobRecord struct {
	ID       string          `json:"id"`
	Lane     string          `json:"lane"`
	Key      string          `json:"key,omitempty"`
	Incident flow.IncidentID `json:"incident,omitempty"`
	Effect   flow.Effect     `json:"effect"`
	Detail   string          `json:"detail,omitempty"`
	At       time.Time       `json:"at,omitzero"`
	Claims   int             `json:"claims,omitempty"`
	Tries    int             `json:"tries,omitempty"`
	LastWhy  string          `json:"last_why,omitempty"`
}

// EncodeJob makes the record of a job.
func EncodeJob(j Job) ([]byte, error) { return encode(jobRecord(j)) }

// DecodeJob reads the record of a job.
func DecodeJob(record []byte) (Job, error) {
	var r jobRecord
	if err := decode(record, &r); err != nil {
		return Job{}, fmt.Errorf("read job: %w", err)
	}
	return Job(r), nil
}

// EncodePerson makes the record of a person.
func EncodePerson(p Person) ([]byte, error) { return encode(p) }

// DecodePerson reads the record of a person.
func DecodePerson(record []byte) (Person, error) {
	var p Person
	if err := decode(record, &p); err != nil {
		return Person{}, fmt.Errorf("read person: %w", err)
	}
	return p, nil
}

// EncodeChannel makes the record of a channel.
func EncodeChannel(c Channel) ([]byte, error) { return encode(c) }

// DecodeChannel reads the record of a channel.
func DecodeChannel(record []byte) (Channel, error) {
	var c Channel
	if err := decode(record, &c); err != nil {
		return Channel{}, fmt.Errorf("read channel: %w", err)
	}
	return c, nil
}
