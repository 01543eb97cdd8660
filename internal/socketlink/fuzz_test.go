package socketlink

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack/socketmode"
)

var messages = []string{
	`{"type":"hello","num_connections":2,"connection_info":{"app_id":"A1"},"debug_info":{"host":"h","build_number":1,"approximate_connection_time":18060}}`,
	`{"type":"disconnect","reason":"refresh_requested","debug_info":{"host":"h"}}`,
	`{"envelope_id":"E","type":"interactive","accepts_response_payload":false,"payload":{"a":[1,"<"]}}`,
	`{"payload":{"type":"event_callback"},"envelope_id":"E","type":"events_api","retry_attempt":2,"retry_reason":"timeout","accepts_response_payload":false}`,
	`{"envelope_id":"E","type":"slash_commands","payload":null}`,
	`{"Envelope_ID":"E","TYPE":"slash_commands","payload":"\ud800","payload":{}}`,
	`{"type":"interactive","envelope_id":"E","payload":{},"envelope_id":null}`,
	`{"envelope_id":"E","type":"interactive","payload":{},"retry_attempt":1e2}`,
}

// slack-go is a second reading of the protocol: what it can read, we read the same.
func FuzzWeReadTheMessagesThatSlackGoReads(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var theirs socketmode.Request
		ours, err := decode(raw)
		if json.Unmarshal(raw, &theirs) != nil {
			return
		}
		if err != nil {
			lacking := theirs.Type == "" || theirs.EnvelopeID == "" || theirs.Payload == nil || string(theirs.Payload) == "null"
			if !lacking {
				t.Fatalf("we read nothing (%v), they read %+v", err, theirs)
			}
			return
		}
		want := message{
			Type: theirs.Type, EnvelopeID: theirs.EnvelopeID, Payload: theirs.Payload, AcceptsResponse: theirs.AcceptsResponsePayload,
			RetryAttempt: theirs.RetryAttempt, RetryReason: theirs.RetryReason, Reason: theirs.Reason, NumConnections: theirs.NumConnections,
		}
		want.DebugInfo.ApproximateConnectionTime = float64(theirs.DebugInfo.ApproximateConnectionTime)
		if diff := cmp.Diff(want, ours); diff != "" {
			t.Errorf("(-slack-go +ours):\n%s", diff)
		}
	})
}

// An id that is there once, where it belongs, is found whatever else is wrong.
func FuzzTheEnvelopeIDIsFoundWhereverItStands(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m), 0)
		f.Add([]byte(m), len(m)-3)
	}
	f.Add([]byte(`{"payload":{"envelope_id":"inner"},"envelope_id":"E","type":7}`), 0)
	f.Fuzz(func(t *testing.T, raw []byte, cut int) {
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) == nil && bytes.Count(raw, []byte("envelope_id")) == 1 {
			var want string
			if json.Unmarshal(fields["envelope_id"], &want) == nil && want != "" && findID(raw) != want {
				t.Errorf("found %q, want %q", findID(raw), want)
			}
		}
		torn := raw[:max(0, min(cut, len(raw)))]
		if id := findID(torn); id != "" {
			if frame, err := ackFrame(id, nil); err == nil && !json.Valid(frame) {
				t.Errorf("an ack that is no JSON: %s", frame)
			}
		}
	})
}

func FuzzAMessageIsReadWholeOrItsBeginningAndEnd(f *testing.F) {
	f.Add([]byte("short"), 5)
	f.Add([]byte("longer"), 5)
	f.Add(bytes.Repeat([]byte("0123456789"), 500), 2000)
	f.Fuzz(func(t *testing.T, raw []byte, limit int) {
		limit = max(1, min(limit, 1<<16))
		head, tail, err := readMessage(iotest.HalfReader(bytes.NewReader(raw)), int64(limit), new(bytes.Buffer))
		if len(raw) <= limit {
			if err != nil || !bytes.Equal(head, raw) || tail != nil {
				t.Errorf("%d bytes of %d, %v", len(head), len(raw), err)
			}
			return
		}
		if !errors.Is(err, errTooLong) || !bytes.Equal(head, raw[:limit]) || !bytes.HasSuffix(raw, tail) || len(tail) != min(len(raw), 1024) {
			t.Errorf("%d bytes and %d of %d, %v", len(head), len(tail), len(raw), err)
		}
	})
}
