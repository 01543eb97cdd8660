package socketlink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync/atomic"
	"time"

	"epilogue/internal/member"
)

// AckLimit is the size in bytes from which on Slack ignores an ack frame as if it had never come.
const AckLimit = 20 * 1024

var (
	// ErrGone says that the connection that brought the envelope can carry no ack any more: Slack
	// has to be assumed not to have it. A copy goes out on another connection, if one is live or
	// comes to life in time; Slack does not document whether it honors that, so it is no more than a
	// second chance.
	ErrGone = errors.New("the connection that brought the envelope is gone")

	// ErrTooLarge says that the frame of the ack would be AckLimit bytes or more. Nothing was sent,
	// and the envelope can still be acked with less.
	ErrTooLarge = fmt.Errorf("an ack of %d bytes or more is ignored by Slack", AckLimit)
)

// Envelope is one delivery by Slack, which waits three seconds for its ack.
type Envelope struct {
	ID              string          // unique per delivery; a retry may repeat it
	Type            string          // slash_commands, interactive, events_api
	Payload         json.RawMessage // exactly the bytes of "payload", which HTTP delivery would carry; whoever decodes them sees whether they are JSON. They stand until Handle returns
	RetryAttempt    int             // 1, 2, 3 on a repeated event, else 0
	RetryReason     string          // such as "timeout", on a repeated event
	AcceptsResponse bool            // whether Slack reads a payload in the ack
	Received        time.Time       // when it was read, in real time

	// Ack tells Slack that the envelope was taken care of, on the connection that brought it. The
	// payload becomes JSON (bytes in a json.RawMessage go as they are); nil, and what becomes
	// "null", is left out.
	//
	// It may be called from any goroutine. Once an ack was handed to the network, another call
	// does nothing and returns nil. ctx bounds the wait for other acks on the same connection; a
	// write that began ends by itself within DeadAfter. Besides ErrGone and ErrTooLarge it returns
	// the error of ctx or of marshaling, and then the envelope can still be acked.
	Ack func(ctx context.Context, payload any) error

	drop func()
}

// Drop says that no ack will come, so that nobody waits for one when the connection is left. After Ack it does nothing.
func (e Envelope) Drop() {
	if e.drop != nil {
		e.drop()
	}
}

// message is all that the link reads of what Slack sends; a payload stays bytes.
type message struct {
	Type            string          `json:"type"`
	EnvelopeID      string          `json:"envelope_id"`
	Payload         json.RawMessage `json:"payload"`
	AcceptsResponse bool            `json:"accepts_response_payload"`
	RetryAttempt    int             `json:"retry_attempt"`
	RetryReason     string          `json:"retry_reason"`

	Reason         string `json:"reason"`          // of disconnect
	NumConnections int    `json:"num_connections"` // of hello
	DebugInfo      struct {
		ApproximateConnectionTime float64 `json:"approximate_connection_time"` // seconds, of hello
	} `json:"debug_info"`
}

// decode reads a message. A field of an unexpected kind beside the ones that an envelope cannot do
// without costs that field, not the click.
func decode(raw []byte) (message, error) {
	m, err := parse(raw)
	if wrongKind := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrongKind) && m.Type != "" {
		err = nil
	}
	switch {
	case err != nil:
		return m, fmt.Errorf("read a socket message: %w", err)
	case m.Type == "":
		return m, errors.New("read a socket message: it has no type")
	case m.EnvelopeID == "" && m.Payload == nil:
		return m, nil // no envelope
	case m.EnvelopeID == "":
		return m, errors.New("read an envelope: it has no id")
	case m.Payload == nil || string(m.Payload) == "null":
		return m, errors.New("read an envelope: it has no payload")
	}
	return m, nil
}

// parse takes the payload out before it decodes the rest: whoever wants to know what it says walks through
// what is most of the bytes. The payload is a part of raw.
func parse(raw []byte) (message, error) {
	var m message
	if payload, rest := member.Cut(raw, "payload"); payload != nil {
		err := json.Unmarshal(rest, &m)
		if m.Payload == nil || string(m.Payload) == "null" { // else there are two
			m.Payload = payload
			return m, err
		}
		m = message{}
	}
	err := json.Unmarshal(raw, &m)
	return m, err
}

var envelopeID = regexp.MustCompile(`"envelope_id"\s*:\s*"([^"\\\x00-\x1f]{1,200})"`)

// findID looks for the envelope id in what could not be read: first where it belongs, as a key of
// the outer object, then anywhere. The id that a payload merely quotes is escaped and not found.
func findID(raw []byte) string {
	if id := outerID(raw); id != "" {
		return id
	}
	if found := envelopeID.FindSubmatch(raw); found != nil {
		return string(found[1])
	}
	return ""
}

func outerID(raw []byte) string {
	d := json.NewDecoder(bytes.NewReader(raw))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return ""
	}
	for {
		key, err := d.Token()
		if err != nil || key == json.Delim('}') {
			return ""
		}
		if key == "envelope_id" {
			id, err := d.Token()
			if s, ok := id.(string); err == nil && ok {
				return s
			}
			return ""
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return ""
		}
	}
}

// errTooLong says that a message was longer than the link reads.
var errTooLong = errors.New("read a socket message: it is longer than the read limit")

// mostKept is up to how many bytes a connection keeps to read the next message into.
const mostKept = 64 * 1024

// readMessage reads all of r but returns at most limit bytes, so that an oversized message costs
// itself and not the connection. Of one that is too long it also returns the end, where the
// envelope id may be, and errTooLong. What it returns stands in buf, until something else is read into it.
func readMessage(r io.Reader, limit int64, buf *bytes.Buffer) (head, tail []byte, err error) {
	buf.Reset()
	_, err = buf.ReadFrom(io.LimitReader(r, limit+1))
	head = buf.Bytes()
	if buf.Cap() > mostKept {
		*buf = bytes.Buffer{}
	}
	if err != nil || int64(len(head)) <= limit {
		return head, nil, err
	}
	const keep = 1024
	tail = bytes.Clone(head[max(0, len(head)-keep):])
	chunk := make([]byte, 32*1024)
	for {
		n, err := r.Read(chunk)
		tail = append(tail, chunk[:n]...)
		tail = append(tail[:0], tail[max(0, len(tail)-keep):]...)
		if err == io.EOF {
			return head[:limit], tail, errTooLong
		}
		if err != nil {
			return nil, nil, err
		}
	}
}

// envelope makes of m what Handle gets. Ack holds on to the id alone: whoever drops the payload has
// dropped it.
func (c *conn) envelope(m message) Envelope {
	var acked atomic.Bool
	id := m.EnvelopeID
	return Envelope{
		ID:              id,
		Type:            m.Type,
		Payload:         m.Payload,
		RetryAttempt:    m.RetryAttempt,
		RetryReason:     m.RetryReason,
		AcceptsResponse: m.AcceptsResponse,
		Received:        time.Now(),
		drop: func() {
			if !acked.Swap(true) {
				c.settle()
			}
		},
		Ack: func(ctx context.Context, payload any) error {
			frame, err := ackFrame(id, payload)
			if err != nil {
				return err
			}
			if acked.Swap(true) {
				return nil
			}
			err = c.send(ctx, frame)
			switch {
			case errors.Is(err, ErrGone):
				c.link.strand(c, frame)
			case err != nil:
				acked.Store(false)
				return fmt.Errorf("ack envelope %s: %w", id, err)
			}
			c.settle()
			if err != nil {
				return fmt.Errorf("ack envelope %s: %w", id, err)
			}
			return nil
		},
	}
}

// Adopt takes in an envelope that another process got when it could no longer ack it: what its
// Options.Late was given. Handle gets it on the caller's goroutine, as one that arrived at received; one
// that is too late here as well is offered to our own Late. Its ack goes out on any live connection; Slack does
// not document whether it honors that, so it is no more than a second chance for a click that would
// else have failed for certain.
func (l *Link) Adopt(raw []byte, received time.Time) {
	m, err := decode(raw)
	if err != nil || m.EnvelopeID == "" {
		return
	}
	c := l.adopter()
	e := c.envelope(m)
	e.Received = received
	l.hand(c, raw, e)
}

// ackFrame builds what Slack gets. HTML is not escaped: <@U1> would take three times the room, and
// room is scarce.
func ackFrame(id string, payload any) ([]byte, error) {
	body, err := marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("ack envelope %s: %w", id, err)
	}
	if string(body) == "null" {
		body = nil
	}
	frame, err := marshal(struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload,omitempty"`
	}{id, body})
	if err != nil {
		return nil, fmt.Errorf("ack envelope %s: %w", id, err)
	}
	if len(frame) >= AckLimit {
		return nil, fmt.Errorf("ack envelope %s with %d bytes: %w", id, len(frame), ErrTooLarge)
	}
	return frame, nil
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
