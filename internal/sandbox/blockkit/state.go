package blockkit

import "encoding/json"

// leaf says how one type of element shows up in state.values.
type leaf struct {
	field   string // of the value
	initial string // property of the element that presets it, if there is one
	many    bool   // the value is a list, empty when unset; otherwise null when unset
}

// leaves holds every element that has state. Buttons and overflow menus have none.
var leaves = map[string]leaf{
	"static_select":              {"selected_option", "initial_option", false},
	"external_select":            {"selected_option", "initial_option", false},
	"radio_buttons":              {"selected_option", "initial_option", false},
	"multi_static_select":        {"selected_options", "initial_options", true},
	"multi_external_select":      {"selected_options", "initial_options", true},
	"checkboxes":                 {"selected_options", "initial_options", true},
	"users_select":               {"selected_user", "initial_user", false},
	"multi_users_select":         {"selected_users", "initial_users", true},
	"conversations_select":       {"selected_conversation", "initial_conversation", false},
	"multi_conversations_select": {"selected_conversations", "initial_conversations", true},
	"channels_select":            {"selected_channel", "initial_channel", false},
	"multi_channels_select":      {"selected_channels", "initial_channels", true},
	"datepicker":                 {"selected_date", "initial_date", false},
	"timepicker":                 {"selected_time", "initial_time", false},
	"datetimepicker":             {"selected_date_time", "initial_date_time", false},
	"plain_text_input":           {"value", "initial_value", false},
	"email_text_input":           {"value", "initial_value", false},
	"url_text_input":             {"value", "initial_value", false},
	"number_input":               {"value", "initial_value", false},
	"rich_text_input":            {"rich_text_value", "initial_value", false},
	"file_input":                 {"files", "", true},
}

// StateField names the value field of an element's leaf in state.values (and of its entry in actions), and says
// whether it holds a list. It reports false for elements without state, such as buttons.
func StateField(elementType string) (field string, many, ok bool) {
	l, ok := leaves[elementType]
	return l.field, l.many, ok
}

// EmptyState gives state.values for blocks that nobody has touched: block_id → action_id → leaf, each leaf with its
// initial value, or null, or an empty list. It expects normalized blocks; an element without block_id or
// action_id property has no place in the state and is left out.
func EmptyState(blocks json.RawMessage) map[string]map[string]json.RawMessage {
	state := map[string]map[string]json.RawMessage{}
	eachBlock(blockList(blocks), func(block object) {
		for _, e := range interactive(block) {
			l, stateful := leaves[str(e, "type")]
			blockID, hasBlockID := block["block_id"].(string)
			actionID, hasActionID := e["action_id"].(string)
			if !stateful || !hasBlockID || !hasActionID {
				continue
			}
			value := object{"type": e["type"], l.field: initialValue(e)}
			if zone := str(e, "timezone"); zone != "" {
				value["timezone"] = zone
			}
			if state[blockID] == nil {
				state[blockID] = map[string]json.RawMessage{}
			}
			state[blockID][actionID] = encode(value)
		}
	})
	return state
}

// initialValue is what an untouched element holds; nil for elements without state.
func initialValue(element object) any {
	l := leaves[str(element, "type")]
	if l.initial != "" && element[l.initial] != nil {
		return element[l.initial]
	}
	if l.many {
		return []any{}
	}
	return nil
}
