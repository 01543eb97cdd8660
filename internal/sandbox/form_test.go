package sandbox_test

import (
	"testing"

	"epilogue/internal/sandbox"
)

func TestTheClientChecksNumbersBeforeAFormIsSent(t *testing.T) {
	for _, c := range []struct{ claim, rules, typed, want string }{
		{"a number", `"is_decimal_allowed":true`, "-3.50", ""},
		{"words", `"is_decimal_allowed":true`, "three", "Please enter a valid number."},
		{"what only computers call a number", `"is_decimal_allowed":true`, "0x10", "Please enter a valid number."},
		{"infinity", `"is_decimal_allowed":true`, "Inf", "Please enter a valid number."},
		{"a fraction where none may be", `"is_decimal_allowed":false`, "3.5", "Please enter a whole number."},
		{"a fraction that is none", `"is_decimal_allowed":false`, "3.0", ""},
		{"too little", `"is_decimal_allowed":true,"min_value":"0.5"`, "0.49", "Please enter a number of at least 0.5."},
		{"the least", `"is_decimal_allowed":true,"min_value":"0.5"`, "0.5", ""},
		{"too much", `"is_decimal_allowed":false,"min_value":"-2","max_value":"10"`, "11", "Please enter a number of at most 10."},
		{"the most", `"is_decimal_allowed":false,"max_value":"10"`, "10", ""},
	} {
		t.Run(c.claim, func(t *testing.T) {
			inBubble(t, sandbox.Options{}, func(t *testing.T, r *rig) {
				r.plainly()
				r.must("views.open", "trigger_id", r.trigger(), "view", modal("Form", `{"type":"input","block_id":"n","label":{"type":"plain_text","text":"N"},"element":{"type":"number_input","action_id":"a",`+c.rules+`}}`))
				got := r.Person("ana").Modal().Fill("N", c.typed).Submit()
				if got.Errors["N"] != c.want || got.Sent != (c.want == "") {
					t.Errorf("%q: %+v", c.typed, got)
				}
			})
		})
	}
}
