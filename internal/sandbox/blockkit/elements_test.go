package blockkit

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestElementsComeInReadingOrderWithWhatIsAroundThem(t *testing.T) {
	blocks := json.RawMessage(`[
		{"type":"header","text":{"type":"plain_text","text":"INC-7"}},
		{"type":"actions","block_id":"top","elements":[{"type":"button","action_id":"ack","text":{"type":"plain_text","text":"Ack &amp; go"},"value":"7","style":"primary","accessibility_label":"Acknowledge INC-7"}]},
		{"type":"section","block_id":"t1","text":{"type":"mrkdwn","text":"*Write* the summary for <@U1>, due <!date^1^{date}|Friday>"},
		 "accessory":{"type":"overflow","action_id":"more","options":[{"text":{"type":"plain_text","text":"Skip"},"value":"skip"},{"text":{"type":"plain_text","text":"Open"},"value":"open","url":"https://e.x"}]}},
		{"type":"divider"},
		{"type":"context","elements":[{"type":"mrkdwn","text":"nothing to press"}]},
		{"type":"actions","block_id":"t1b","elements":[
			{"type":"button","action_id":"done","text":{"type":"plain_text","text":"Mark done"},"url":"https://e.x/d","confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"mrkdwn","text":"*Really*"},"confirm":{"type":"plain_text","text":"Yes"}}},
			{"type":"users_select","action_id":"who","placeholder":{"type":"plain_text","text":"Assign to"},"initial_user":"U1"}]},
		{"type":"section","text":{"type":"mrkdwn","text":"just an image"},"accessory":{"type":"image","alt_text":"a","image_url":"https://e.x"}}]`)
	want := []Element{
		{BlockID: "top", ActionID: "ack", Type: "button", Label: "Ack & go", Near: "INC-7", Value: "7", Style: "primary", AccessibilityLabel: "Acknowledge INC-7"},
		{
			BlockID: "t1", ActionID: "more", Type: "overflow", Label: "⋮", Near: "Write the summary for @U1, due Friday",
			Options: []Option{{Text: "Skip", Value: "skip"}, {Text: "Open", Value: "open", URL: "https://e.x"}},
		},
		{
			BlockID: "t1b", ActionID: "done", Type: "button", Label: "Mark done", Near: "Write the summary for @U1, due Friday", URL: "https://e.x/d",
			Confirm: &Confirm{Title: "Sure?", Text: "Really", Confirm: "Yes", Deny: "Cancel"},
		},
		{BlockID: "t1b", ActionID: "who", Type: "users_select", Label: "Assign to", Placeholder: "Assign to", Near: "Write the summary for @U1, due Friday", Initial: "U1"},
	}
	if diff := cmp.Diff(want, Elements(blocks), cmpopts.IgnoreFields(Element{}, "Raw")); diff != "" {
		t.Error(diff)
	}
}

func TestAnInputBringsItsLabelHintAndLimits(t *testing.T) {
	blocks := json.RawMessage(`[{"type":"input","block_id":"b","optional":true,"dispatch_action":true,
		"label":{"type":"plain_text","text":"Summary"},"hint":{"type":"plain_text","text":"What happened?"},
		"element":{"type":"plain_text_input","action_id":"a","multiline":true,"min_length":3,"max_length":30,"initial_value":"x","placeholder":{"type":"plain_text","text":"In a line"}}}]`)
	want := []Element{{
		BlockID: "b", ActionID: "a", Type: "plain_text_input", Label: "Summary", Placeholder: "In a line", Hint: "What happened?",
		Input: true, Optional: true, Dispatch: true, MinLength: 3, MaxLength: 30, Multiline: true, Initial: "x",
	}}
	if diff := cmp.Diff(want, Elements(blocks), cmpopts.IgnoreFields(Element{}, "Raw")); diff != "" {
		t.Error(diff)
	}
}

func TestElementsAreFoundWhereverTheyStand(t *testing.T) {
	blocks := json.RawMessage(`[
		{"type":"container","title":{"type":"plain_text","text":"Box"},"child_blocks":[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"in container"}}]}]},
		{"type":"layout","rows":[{"items":[{"block":{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"in layout"}}]}}]}]},
		{"type":"carousel","elements":[{"type":"card","title":{"type":"mrkdwn","text":"Card"},"actions":[{"type":"button","text":{"type":"plain_text","text":"in card"}}]}]},
		{"type":"data_table","rows":[[{"type":"action_cell","element":{"type":"button","text":{"type":"plain_text","text":"in table"}}}]]},
		{"type":"context_actions","elements":[{"type":"feedback_buttons","action_id":"f","positive_button":{"text":{"type":"plain_text","text":"Good"},"value":"1"},"negative_button":{"text":{"type":"plain_text","text":"Bad"},"value":"0"}}]}]`)
	var got [][3]string
	for _, e := range Elements(blocks) {
		got = append(got, [3]string{e.Label, e.Near, e.Value})
	}
	want := [][3]string{{"in container", "Box", ""}, {"in layout", "Box", ""}, {"in card", "Card", ""}, {"in table", "Card", ""}, {"Good", "Card", "1"}, {"Bad", "Card", "0"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnUntouchedFormHoldsInitialValuesOrNothing(t *testing.T) {
	opt := `{"text":{"text":"High","type":"plain_text"},"value":"high"}`
	for _, c := range []struct{ element, want string }{
		{`{"type":"static_select","options":[` + opt + `]}`, `{"selected_option":null,"type":"static_select"}`},
		{`{"type":"static_select","options":[` + opt + `],"initial_option":` + opt + `}`, `{"selected_option":` + opt + `,"type":"static_select"}`},
		{`{"type":"external_select"}`, `{"selected_option":null,"type":"external_select"}`},
		{`{"type":"radio_buttons"}`, `{"selected_option":null,"type":"radio_buttons"}`},
		{`{"type":"multi_static_select"}`, `{"selected_options":[],"type":"multi_static_select"}`},
		{`{"type":"multi_external_select","initial_options":[` + opt + `]}`, `{"selected_options":[` + opt + `],"type":"multi_external_select"}`},
		{`{"type":"checkboxes"}`, `{"selected_options":[],"type":"checkboxes"}`},
		{`{"type":"users_select"}`, `{"selected_user":null,"type":"users_select"}`},
		{`{"type":"multi_users_select","initial_users":["U1"]}`, `{"selected_users":["U1"],"type":"multi_users_select"}`},
		{`{"type":"conversations_select","initial_conversation":"C1"}`, `{"selected_conversation":"C1","type":"conversations_select"}`},
		{`{"type":"multi_conversations_select"}`, `{"selected_conversations":[],"type":"multi_conversations_select"}`},
		{`{"type":"channels_select"}`, `{"selected_channel":null,"type":"channels_select"}`},
		{`{"type":"multi_channels_select"}`, `{"selected_channels":[],"type":"multi_channels_select"}`},
		{`{"type":"datepicker","initial_date":"2026-11-20"}`, `{"selected_date":"2026-11-20","type":"datepicker"}`},
		{`{"type":"timepicker","timezone":"Europe/Madrid"}`, `{"selected_time":null,"timezone":"Europe/Madrid","type":"timepicker"}`},
		{`{"type":"datetimepicker","initial_date_time":1700000000}`, `{"selected_date_time":1700000000,"type":"datetimepicker"}`},
		{`{"type":"plain_text_input"}`, `{"type":"plain_text_input","value":null}`},
		{`{"type":"plain_text_input","initial_value":"a <b> & c"}`, `{"type":"plain_text_input","value":"a <b> & c"}`},
		{`{"type":"email_text_input"}`, `{"type":"email_text_input","value":null}`},
		{`{"type":"url_text_input"}`, `{"type":"url_text_input","value":null}`},
		{`{"type":"number_input","initial_value":"7"}`, `{"type":"number_input","value":"7"}`},
		{`{"type":"rich_text_input"}`, `{"rich_text_value":null,"type":"rich_text_input"}`},
		{`{"type":"file_input"}`, `{"files":[],"type":"file_input"}`},
	} {
		var e object
		if err := json.Unmarshal([]byte(c.element), &e); err != nil {
			t.Fatal(err)
		}
		e["action_id"] = "a"
		blocks := `[{"type":"input","block_id":"b","element":` + string(encode(e)) + `}]`
		got := string(EmptyState(json.RawMessage(blocks))["b"]["a"])
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.element, got, c.want)
		}
	}
}

func TestStateHoldsNoButtonsAndIsKeyedByBothIDs(t *testing.T) {
	blocks := json.RawMessage(`[
		{"type":"section","block_id":"s","accessory":{"type":"datepicker","action_id":"d"}},
		{"type":"actions","block_id":"x","elements":[{"type":"button","action_id":"b"},{"type":"overflow","action_id":"o"},{"type":"users_select","action_id":"u"},{"type":"timepicker","action_id":"t"}]},
		{"type":"actions","block_id":"only-buttons","elements":[{"type":"button","action_id":"b"}]},
		{"type":"input","element":{"type":"plain_text_input","action_id":"lost"}}]`)
	want := map[string]map[string]json.RawMessage{
		"s": {"d": json.RawMessage(`{"selected_date":null,"type":"datepicker"}`)},
		"x": {"u": json.RawMessage(`{"selected_user":null,"type":"users_select"}`), "t": json.RawMessage(`{"selected_time":null,"type":"timepicker"}`)},
	}
	if diff := cmp.Diff(want, EmptyState(blocks)); diff != "" {
		t.Error(diff)
	}
}

func TestStateFieldNamesWhereAValueGoes(t *testing.T) {
	if f, many, ok := StateField("multi_users_select"); f != "selected_users" || !many || !ok {
		t.Error(f, many, ok)
	}
	if f, many, ok := StateField("plain_text_input"); f != "value" || many || !ok {
		t.Error(f, many, ok)
	}
	if _, _, ok := StateField("button"); ok {
		t.Error("a button has no state")
	}
}
