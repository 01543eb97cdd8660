package member

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheMemberIsCutOutAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct{ given, want string }{
		"in the middle":            {`{"a":1,"message":{"a":[1,"}",{"x":"\"]\\"}]},"b":2}`, `{"a":1,"message":null,"b":2}`},
		"at the end":               {`{"a":1,"message":"text"}`, `{"a":1,"message":null}`},
		"alone, with spaces":       {"{ \"message\" :\n [ 1 , 2 ] }", `{"message":null}`},
		"a number":                 {`{"message":12}`, `{"message":null}`},
		"further down stays":       {`{"a":{"message":1},"b":[{"message":2}],"c":3}`, `{"a":{"message":1},"b":[{"message":2}],"c":3}`},
		"as a value stays":         {`{"a":"message","b":["message",":",1]}`, `{"a":"message","b":["message",":",1]}`},
		"in a quoted name stays":   {`{"\"message":1,"message\\":2}`, `{"\"message":1,"message\\":2}`},
		"behind a string of marks": {`{"a":"\\\\\",\"message\":{","message":{"b":1}}`, `{"a":"\\\\\",\"message\":{","message":null}`},
		"a list":                   {`["message",{"message":1}]`, `["message",{"message":1}]`},
		"not an object":            {`"message"`, `"message"`},
		"an empty object":          {`{}`, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, rest := Cut([]byte(c.given), "message")
			if diff := cmp.Diff(value(t, c.want), value(t, string(rest))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func value(t *testing.T, s string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return v
}

func FuzzSkippingAMemberLeavesTheOthers(f *testing.F) {
	f.Add([]byte(`{"a":1,"message":{"a":[1,"}",{"x":"\"]\\"}]},"b":2}`))
	f.Add([]byte(`{"message":"\\","message":[]}`))
	f.Add([]byte(`{"a":[{},{"message":"}"}],"message":-1.5e9 , "z":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		cut, got := Cut(b, "message") // must not panic, whatever it is given
		var all, some map[string]any
		if json.Unmarshal(b, &all) != nil {
			return
		}
		if err := json.Unmarshal(got, &some); err != nil {
			t.Fatalf("%v in %s", err, got)
		}
		var member any
		if there := cut != nil; there && json.Unmarshal(cut, &member) != nil {
			t.Errorf("cut out: %s", cut)
		} else if whole := bytes.Count(b, []byte("message")) == 1; there && whole {
			if diff := cmp.Diff(all["message"], member); diff != "" {
				t.Errorf("cut out (-want +got):\n%s", diff)
			}
		}
		delete(all, "message")
		delete(some, "message")
		if diff := cmp.Diff(all, some); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
