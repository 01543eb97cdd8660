package blockkit

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wantView compares what Slack says of a view with the problems expected after the one about the view as a whole.
func wantView(t *testing.T, view string, want ...Problem) {
	t.Helper()
	if len(want) > 0 {
		want = append([]Problem{{"failed to match all allowed schemas", "/view"}}, want...)
	}
	if diff := cmp.Diff(want, CheckView(json.RawMessage(view))); diff != "" {
		t.Errorf("problems (-want +got):\n%s\nview: %.300s", diff, view)
	}
}

func TestViews(t *testing.T) {
	textInput := input(`{"type":"plain_text_input"}`)
	for _, c := range []struct {
		claim, view string
		want        []Problem
	}{
		{"a modal needs a title", `{"type":"modal","blocks":[` + divider + `]}`, []Problem{{"missing required field: title", "/view"}}},
		{"a view needs blocks", `{"type":"home"}`, []Problem{{"missing required field: blocks", "/view"}}},
		{"null is not a list of blocks", `{"type":"home","blocks":null}`, []Problem{{"must provide an array", "/view/blocks"}}},
		{"null is not a list of blocks of a modal", `{"type":"modal","title":` + pt(1) + `,"blocks":null}`, []Problem{{"must provide an array", "/view/blocks"}}},
		{"a view needs a block", `{"type":"home","blocks":[]}`, []Problem{{"must provide at least 1 items", "/view/blocks"}}},
		{"Home has no title", `{"type":"home","title":` + pt(1) + `,"blocks":[` + divider + `]}`, []Problem{{"invalid additional property: title", "/view"}}},
		{
			"Home has no submit and close", `{"type":"home","submit":` + pt(1) + `,"close":` + pt(1) + `,"blocks":[` + divider + `]}`,
			[]Problem{{"invalid additional property: close", "/view"}, {"invalid additional property: submit", "/view"}},
		},
		{"Home has no clear_on_close", `{"type":"home","clear_on_close":true,"blocks":[` + divider + `]}`, []Problem{{"invalid additional property: clear_on_close", "/view"}}},
		{"submit_disabled is for workflow steps", `{"type":"modal","title":` + pt(1) + `,"submit_disabled":true,"blocks":[` + divider + `]}`, []Problem{{"invalid additional property: submit_disabled", "/view"}}},
		{"an unknown type of view", `{"type":"popup","blocks":[]}`, []Problem{{"unsupported type: popup", "/view/type"}}},
		{"no type at all", `{"blocks":[]}`, []Problem{{"missing required field: type", "/view"}}},
		{"a title in mrkdwn", `{"type":"modal","title":` + md(1) + `,"blocks":[` + divider + `]}`, []Problem{{"unsupported type: mrkdwn", "/view/title/type"}}},
		{"a null submit", `{"type":"modal","title":` + pt(1) + `,"submit":null,"blocks":[` + divider + `]}`, []Problem{{"must provide an object", "/view/submit"}}},
		{
			"inputs of a modal need a submit", `{"type":"modal","title":` + pt(1) + `,"blocks":[` + divider + `,` + textInput + `]}`,
			[]Problem{{"must define `submit` to use an `input` block in modals", "/view/blocks/1/input"}},
		},
		{"inputs of Home need none", `{"type":"home","blocks":[` + textInput + `]}`, nil},
		{"a modal with everything", `{"type":"modal","title":` + pt(1) + `,"submit":` + pt(1) + `,"close":` + pt(1) + `,"callback_id":"c","external_id":"e","private_metadata":"{}","clear_on_close":true,"notify_on_close":true,"blocks":[` + textInput + `]}`, nil},
		{
			"several things wrong are all said", `{"type":"modal","blocks":[{"type":"header","text":` + pt(151) + `},{"type":"table"}]}`,
			[]Problem{{"missing required field: title", "/view"}, {tooLong(150), "/view/blocks/0/text/text"}, {"unsupported type: table", "/view/blocks/1/type"}},
		},
	} {
		t.Run(c.claim, func(t *testing.T) { wantView(t, c.view, c.want...) })
	}
}

func TestAViewThatIsNoObjectIsOneProblem(t *testing.T) {
	want := []Problem{{"must provide an object", "/view"}}
	for _, view := range []string{"", "null", "[]", `"modal"`, "{", "{} {}"} {
		if diff := cmp.Diff(want, CheckView(json.RawMessage(view))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", view, diff)
		}
	}
}

func TestBlocksMustBeAnArray(t *testing.T) {
	for blocks, want := range map[string]bool{"[]": true, " [{}] ": true, "": false, "null": false, "{}": false, "[": false, "[] []": false} {
		if got := IsArray(json.RawMessage(blocks)); got != want {
			t.Errorf("IsArray(%q) = %v", blocks, got)
		}
	}
}

func TestAMessageMayHaveNoBlocks(t *testing.T) {
	for _, blocks := range []string{"", "null", "[]"} {
		if got := CheckMessage(json.RawMessage(blocks)); got != nil {
			t.Errorf("%q: %v", blocks, got)
		}
	}
	if diff := cmp.Diff([]Problem{{"must provide an array", "/blocks"}}, CheckMessage(json.RawMessage("{}"))); diff != "" {
		t.Error(diff)
	}
}

func TestAProblemReadsAsSlackWritesIt(t *testing.T) {
	p := Problem{"must be less than 3001 characters", "/blocks/0/text/text"}
	if got, want := p.String(), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
