package blockkit

import (
	"strings"
	"testing"
)

// Every refusal that is not a plain upper limit. Pointers start below the blocks.
var refusals = []struct {
	claim  string
	on     surface
	blocks string
	want   []Problem
}{
	// types and properties
	{"a block is an object", any3, `["divider"]`, []Problem{{"must provide an object", "/0"}}},
	{"a block has a type", any3, `[{}]`, []Problem{{"missing required field: type", "/0"}}},
	{"a type is a string", any3, `[{"type":1}]`, []Problem{{"must provide a string", "/0/type"}}},
	{"an unknown block", any3, `[{"type":"modal"}]`, []Problem{{"unsupported type: modal", "/0/type"}}},
	{"file blocks are Slack's own", any3, `[{"type":"file","external_id":"F","source":"remote"}]`, []Problem{{"unsupported type: file", "/0/type"}}},
	{"an unknown element", any3, in1(actions(`{"type":"lever"}`)), []Problem{{"unsupported type: lever", "/0/elements/0/type"}}},
	{"an unknown property of a block", any3, `[{"type":"divider","color":"red"}]`, []Problem{{"invalid additional property: color", "/0"}}},
	{"an unknown property of an element", any3, in1(actions(`{"type":"button","text":` + pt(1) + `,"disabled":true}`)), []Problem{{"invalid additional property: disabled", "/0/elements/0"}}},
	{"an overflow has no style", any3, in1(actions(`{"type":"overflow","style":"danger","options":[` + option0 + `]}`)), []Problem{{"invalid additional property: style", "/0/elements/0"}}},
	{"emoji is for plain text", any3, `[{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}]`, []Problem{{"invalid additional property: emoji", "/0/text"}}},
	{"verbatim is for mrkdwn", any3, `[{"type":"section","text":{"type":"plain_text","text":"x","verbatim":true}}]`, []Problem{{"invalid additional property: verbatim", "/0/text"}}},
	{"a header in mrkdwn", any3, `[{"type":"header","text":` + md(1) + `}]`, []Problem{{"unsupported type: mrkdwn", "/0/text/type"}}},
	{"a bare string for a text", any3, `[{"type":"section","text":"hi"}]`, []Problem{{"must provide an object", "/0/text"}}},
	{"a number for a string", any3, `[{"type":"divider","block_id":7}]`, []Problem{{"must provide a string", "/0/block_id"}}},
	{"a string for a flag", any3, `[{"type":"section","text":` + pt(1) + `,"expand":"yes"}]`, []Problem{{"must provide a boolean", "/0/expand"}}},
	{"an object for a list", any3, `[{"type":"actions","elements":{}}]`, []Problem{{"must provide an array", "/0/elements"}}},
	{"a fraction for a level", any3, `[{"type":"header","level":1.5,"text":` + pt(1) + `}]`, []Problem{{"must provide an integer", "/0/level"}}},

	// too little
	{"an empty text", any3, `[{"type":"section","text":` + md(0) + `}]`, []Problem{{"must be more than 0 characters", "/0/text/text"}}},
	{"a section without text and fields", any3, `[{"type":"section"}]`, []Problem{{"must define either `text` or `fields`", "/0/type"}}},
	{"no fields", any3, `[{"type":"section","fields":[]}]`, []Problem{{"must provide at least 1 items", "/0/fields"}}},
	{"no elements in a context", any3, `[{"type":"context","elements":[]}]`, []Problem{{"must provide at least 1 items", "/0/elements"}}},
	{"no elements in actions", any3, `[{"type":"actions","elements":[]}]`, []Problem{{"must provide at least 1 items", "/0/elements"}}},
	{"actions without elements", any3, `[{"type":"actions"}]`, []Problem{{"missing required field: elements", "/0"}}},
	{"a header without text", any3, `[{"type":"header"}]`, []Problem{{"missing required field: text", "/0"}}},
	{"level 0", any3, `[{"type":"header","level":0,"text":` + pt(1) + `}]`, []Problem{{"must be more than 0", "/0/level"}}},
	{"an image without alt text", any3, `[{"type":"image","image_url":"https://e.x/i.png"}]`, []Problem{{"missing required field: alt_text", "/0"}}},
	{"an image of nothing", any3, `[{"type":"image","alt_text":"a"}]`, []Problem{{"missing required field: image_url", "/0"}}},
	{"an image of two things", any3, `[{"type":"image","alt_text":"a","image_url":"https://e.x/i.png","slack_file":{"id":"F1"}}]`, []Problem{{"must define either `image_url` or `slack_file`", "/0"}}},
	{"a Slack file by nothing", any3, `[{"type":"image","alt_text":"a","slack_file":{}}]`, []Problem{{"invalid slack file", "/0/slack_file"}}},
	{"a Slack file by both id and url", any3, `[{"type":"image","alt_text":"a","slack_file":{"id":"F1","url":"https://e.x"}}]`, []Problem{{"invalid slack file", "/0/slack_file"}}},
	{"an input without label and element", any3, `[{"type":"input"}]`, []Problem{{"missing required field: label", "/0"}, {"missing required field: element", "/0"}}},
	{"a button without text", any3, in1(actions(`{"type":"button"}`)), []Problem{{"missing required field: text", "/0/elements/0"}}},
	{"a default style", any3, in1(buttonWith(`"style":"default"`)), []Problem{{"must be a valid enum value", "/0/elements/0/style"}}},
	{"an empty action_id", any3, in1(buttonWith(`"action_id":""`)), []Problem{{"must be more than 0 characters", "/0/elements/0/action_id"}}},
	{"a url without scheme", any3, in1(buttonWith(`"url":"example"`)), []Problem{{"invalid url", "/0/elements/0/url"}}},
	{"a confirm without its texts", any3, in1(buttonWith(`"confirm":{}`)), []Problem{
		{"missing required field: title", "/0/elements/0/confirm"},
		{"missing required field: text", "/0/elements/0/confirm"},
		{"missing required field: confirm", "/0/elements/0/confirm"},
		{"missing required field: deny", "/0/elements/0/confirm"},
	}},
	{"an option without value", any3, in1(section(`{"type":"overflow","options":[{"text":` + pt(1) + `}]}`)), []Problem{{"missing required field: value", "/0/accessory/options/0"}}},

	// ids
	{
		"an action_id twice in a block", any3, in1(actions(`{"type":"button","text":`+pt(1)+`,"action_id":"inc.act"}`, `{"type":"button","text":`+pt(1)+`,"action_id":"inc.act"}`)),
		[]Problem{{"`action_id` \"inc.act\" already exists", "/0/elements/1/action_id"}},
	},
	{"a block_id twice", any3, `[{"type":"divider","block_id":"x"},{"type":"divider","block_id":"x"}]`, []Problem{{"`block_id` \"x\" already exists", "/1/block_id"}}},
	{"two empty block_ids", any3, `[{"type":"divider","block_id":""},{"type":"divider","block_id":""}]`, []Problem{{"`block_id` \"\" already exists", "/1/block_id"}}},
	{
		"a block_id again inside a container", cardOn, `[{"type":"divider","block_id":"x"},{"type":"container","title":` + pt(1) + `,"child_blocks":[{"type":"divider","block_id":"x"}]}]`,
		[]Problem{{"`block_id` \"x\" already exists", "/1/child_blocks/0/block_id"}},
	},

	// menus
	{"a menu without options", any3, in1(section(`{"type":"static_select"}`)), []Problem{{"`options` or `option_groups` must be specified", "/0/accessory"}}},
	{
		"options and groups", any3, in1(section(`{"type":"static_select","options":[` + option0 + `],"option_groups":[{"label":` + pt(1) + `,"options":[` + option0 + `]}]}`)),
		[]Problem{{"only one of `options` or `option_groups` must be specified", "/0/accessory"}},
	},
	{"no options", any3, in1(section(`{"type":"static_select","options":[]}`)), []Problem{{"must provide at least 1 items", "/0/accessory/options"}}},
	{"no overflow options", any3, in1(actions(`{"type":"overflow","options":[]}`)), []Problem{{"must provide at least 1 items", "/0/elements/0/options"}}},
	{
		"an initial option that is not offered", any3, in1(section(`{"type":"static_select","options":[` + option0 + `],"initial_option":` + strings.Replace(option0, "v0", "v9", 1) + `}`)),
		[]Problem{{"must be one of the provided options", "/0/accessory/initial_option"}},
	},
	{
		"an initial option of the same value and another text", any3, in1(section(`{"type":"static_select","options":[` + option0 + `],"initial_option":` + strings.Replace(option0, "o0", "o9", 1) + `}`)),
		[]Problem{{"must be one of the provided options", "/0/accessory/initial_option"}},
	},
	{
		"initial options that are not offered", any3, in1(input(`{"type":"checkboxes","options":[` + option0 + `],"initial_options":[` + strings.Replace(option0, "v0", "v9", 1) + `]}`)),
		[]Problem{{"must be one of the provided options", "/0/element/initial_options"}},
	},
	{
		"an initial radio button that is not offered", any3, in1(actions(`{"type":"radio_buttons","options":[` + option0 + `],"initial_option":` + strings.Replace(option0, "v0", "v9", 1) + `}`)),
		[]Problem{{"must be one of the provided options", "/0/elements/0/initial_option"}},
	},
	{
		"an empty list of initial options", any3, in1(input(`{"type":"multi_static_select","options":[` + option0 + `],"initial_options":[]}`)),
		[]Problem{{"must be one of the provided options", "/0/element/initial_options"}},
	},
	{"a url on an option of a select", any3, in1(optionWith(pt(1), `"v"`, `,"url":"https://e.x"`)), []Problem{{"invalid additional property: url", "/0/accessory/options/0"}}},
	{"a select option in mrkdwn", any3, in1(optionWith(md(1), `"v"`, ``)), []Problem{{"unsupported type: mrkdwn", "/0/accessory/options/0/text/type"}}},
	{"max_selected_items 0", any3, in1(input(`{"type":"multi_users_select","max_selected_items":0}`)), []Problem{{"must be more than 0", "/0/element/max_selected_items"}}},
	{"more preset than may be selected", any3, in1(input(`{"type":"multi_users_select","max_selected_items":1,"initial_users":["U1","U2"]}`)), []Problem{{"must be more than 1", "/0/element/max_selected_items"}}},
	{"more preset than a multi_channels_select may select", any3, in1(input(`{"type":"multi_channels_select","max_selected_items":1,"initial_channels":["C1","C2"]}`)), []Problem{{"must be more than 1", "/0/element/max_selected_items"}}},
	{"more preset than a multi_conversations_select may select", any3, in1(input(`{"type":"multi_conversations_select","max_selected_items":1,"initial_conversations":["C1","C2"]}`)), []Problem{{"must be more than 1", "/0/element/max_selected_items"}}},
	{"more preset than a multi_external_select may select", any3, in1(input(`{"type":"multi_external_select","max_selected_items":1,"initial_options":[` + strings.ReplaceAll(option, "%d", "1") + `,` + option0 + `]}`)), []Problem{{"must be more than 1", "/0/element/max_selected_items"}}},
	{"more preset than a multi_static_select may select", any3, in1(input(`{"type":"multi_static_select","max_selected_items":1,"options":` + times(2, option) + `,"initial_options":` + times(2, option) + `}`)), []Problem{{"must be more than 1", "/0/element/max_selected_items"}}},
	{"a negative min_query_length", any3, in1(input(`{"type":"external_select","min_query_length":-1}`)), []Problem{{"must be more than -1", "/0/element/min_query_length"}}},
	{"an empty filter", any3, in1(input(`{"type":"conversations_select","filter":{}}`)), []Problem{{"must define at least one of `include`, `exclude_external_shared_channels`, `exclude_bot_users`", "/0/element/filter"}}},
	{"a filter that includes nothing", any3, in1(input(`{"type":"conversations_select","filter":{"include":[]}}`)), []Problem{{"must provide at least 1 items", "/0/element/filter/include"}}},
	{"a filter for something unknown", any3, in1(input(`{"type":"conversations_select","filter":{"include":["dm"]}}`)), []Problem{{"must be a valid enum value", "/0/element/filter/include/0"}}},
	{"response_url_enabled outside modals", message | home, in1(input(`{"type":"conversations_select","response_url_enabled":true}`)), []Problem{{"only allowed in an `input` block in modals", "/0/element/response_url_enabled"}}},
	{"response_url_enabled outside inputs", modal, in1(section(`{"type":"channels_select","response_url_enabled":true}`)), []Problem{{"only allowed in an `input` block in modals", "/0/accessory/response_url_enabled"}}},
	{"response_url_enabled of a multi-select", modal, in1(input(`{"type":"multi_channels_select","response_url_enabled":true}`)), []Problem{{"invalid additional property: response_url_enabled", "/0/element"}}},

	// inputs
	{"a day that does not exist", any3, in1(section(`{"type":"datepicker","initial_date":"2026-02-30"}`)), []Problem{{"invalid date", "/0/accessory/initial_date"}}},
	{"a time of 12 hours", any3, in1(section(`{"type":"timepicker","initial_time":"9:05"}`)), []Problem{{"invalid time", "/0/accessory/initial_time"}}},
	{"24 o'clock", any3, in1(section(`{"type":"timepicker","initial_time":"24:00"}`)), []Problem{{"invalid time", "/0/accessory/initial_time"}}},
	{"a time zone that does not exist", any3, in1(section(`{"type":"timepicker","timezone":"Mars/Olympus"}`)), []Problem{{"invalid timezone", "/0/accessory/timezone"}}},
	{"a moment in milliseconds", message | modal, in1(input(`{"type":"datetimepicker","initial_date_time":1700000000000}`)), []Problem{{"must be 10 digits", "/0/element/initial_date_time"}}},
	{"an initial value below min_length", any3, in1(input(`{"type":"plain_text_input","min_length":3,"initial_value":"ab"}`)), []Problem{{"must be more than 2 characters", "/0/element/initial_value"}}},
	{"max_length 0", any3, in1(input(`{"type":"plain_text_input","max_length":0}`)), []Problem{{"must be more than 0", "/0/element/max_length"}}},
	{"an empty dispatch config", any3, in1(input(`{"type":"plain_text_input","dispatch_action_config":{"trigger_actions_on":[]}}`)), []Problem{{"must provide at least 1 items", "/0/element/dispatch_action_config/trigger_actions_on"}}},
	{"an unknown trigger", any3, in1(input(`{"type":"plain_text_input","dispatch_action_config":{"trigger_actions_on":["on_blur"]}}`)), []Problem{{"must be a valid enum value", "/0/element/dispatch_action_config/trigger_actions_on/0"}}},
	{
		"two elements with focus", any3, `[` + input(`{"type":"plain_text_input","focus_on_load":true}`) + `,` + input(`{"type":"plain_text_input","focus_on_load":true}`) + `]`,
		[]Problem{{"only one element can have `focus_on_load`", "/1/element/focus_on_load"}},
	},
	{"a number input that leaves decimals open", modal, in1(input(`{"type":"number_input"}`)), []Problem{{"missing required field: is_decimal_allowed", "/0/element"}}},
	{"a number as a number", modal, in1(input(`{"type":"number_input","is_decimal_allowed":true,"min_value":1}`)), []Problem{{"must provide a string", "/0/element/min_value"}}},
	{"a minimum above the maximum", modal, in1(input(`{"type":"number_input","is_decimal_allowed":false,"min_value":"10","max_value":"9"}`)), []Problem{{"must not be more than max_value", "/0/element/min_value"}}},
	{"a number below the minimum", modal, in1(input(`{"type":"number_input","is_decimal_allowed":false,"min_value":"10","initial_value":"9"}`)), []Problem{{"must not be less than min_value", "/0/element/initial_value"}}},
	{"a number above the maximum", modal, in1(input(`{"type":"number_input","is_decimal_allowed":false,"max_value":"10","initial_value":"11"}`)), []Problem{{"must not be more than max_value", "/0/element/initial_value"}}},
	{"a fraction where none is allowed", modal, in1(input(`{"type":"number_input","is_decimal_allowed":false,"initial_value":"1.5"}`)), []Problem{{"must provide an integer", "/0/element/initial_value"}}},
	{"a number that is none", modal, in1(input(`{"type":"number_input","is_decimal_allowed":false,"initial_value":"ten"}`)), []Problem{{"invalid number", "/0/element/initial_value"}}},
	{"max_files 0", modal, in1(input(`{"type":"file_input","max_files":0}`)), []Problem{{"must be more than 0", "/0/element/max_files"}}},
	{"files dispatch no action", modal, `[{"type":"input","dispatch_action":true,"label":` + pt(1) + `,"element":{"type":"file_input"}}]`, []Problem{{"not allowed with a `file_input` element", "/0/dispatch_action"}}},

	// rich text
	{"an unknown part of rich text", any3, `[{"type":"rich_text","elements":[{"type":"rich_text_table"}]}]`, []Problem{{"unsupported type: rich_text_table", "/0/elements/0/type"}}},
	{"an unknown leaf", any3, richOf(`{"type":"sound"}`), []Problem{{"unsupported type: sound", "/0/elements/0/elements/0/type"}}},
	{"a broadcast to nobody known", any3, richOf(`{"type":"broadcast","range":"world"}`), []Problem{{"must be a valid enum value", "/0/elements/0/elements/0/range"}}},
	{"an unknown style", any3, richOf(`{"type":"text","text":"x","style":{"huge":true}}`), []Problem{{"invalid additional property: huge", "/0/elements/0/elements/0/style"}}},
	{"a list without style", any3, `[{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[]}]}]}]`, []Problem{{"missing required field: style", "/0/elements/0"}}},
	{"a color that is none", any3, richOf(`{"type":"color","value":"red"}`), []Problem{{"invalid color", "/0/elements/0/elements/0/value"}}},

	// video, markdown, tables and charts
	{"a video over http", any3, `[{"type":"video","title":` + pt(1) + `,"alt_text":"a","video_url":"http://e.x/v","thumbnail_url":"https://e.x/t"}]`, []Problem{{"invalid url", "/0/video_url"}}},
	{"markdown counts over all blocks", message, `[{"type":"markdown","text":"` + x(12000) + `"},{"type":"markdown","text":"x"}]`, []Problem{{tooLong(12000), "/1/text"}}},
	{"markdown counts as the blocks that it becomes", message, `[{"type":"markdown","text":"` + strings.Repeat(`# h\n`, 51) + `"}]`, []Problem{{tooMany(50), ""}}},
	{"rules in markdown are blocks", message, `[{"type":"markdown","text":"` + strings.Repeat(`***\n---\n___\n`, 17) + `"}]`, []Problem{{tooMany(50), ""}}},
	{"a second table", message, `[` + tableRows(`[[{"type":"raw_text","text":"c"}]]`) + `,` + tableRows(`[[{"type":"raw_text","text":"c"}]]`) + `]`, []Problem{{"only_one_table_allowed", "/1"}}},
	{"an unknown cell", message, in1(tableRows(`[[{"type":"text","text":"c"}]]`)), []Problem{{"unsupported type: text", "/0/rows/0/0/type"}}},
	{"a data_table without caption", cardOn, `[{"type":"data_table","rows":[[{"type":"raw_text","text":"h"}],[{"type":"raw_text","text":"c"}]]}]`, []Problem{{"missing required field: caption", "/0"}}},
	{"a data_table of only a header", cardOn, `[{"type":"data_table","caption":"c","rows":[[{"type":"raw_text","text":"h"}]]}]`, []Problem{{"must provide at least 2 items", "/0/rows"}}},
	{"a data_table with ragged rows", cardOn, `[{"type":"data_table","caption":"c","rows":[[{"type":"raw_text","text":"h"}],[{"type":"raw_text","text":"c"},{"type":"raw_text","text":"d"}]]}]`, []Problem{{"must have as many cells as the header", "/0/rows/1"}}},
	{"rich text in a data_table's header", cardOn, `[{"type":"data_table","caption":"c","rows":[[` + rich + `],[{"type":"raw_text","text":"c"}]]}]`, []Problem{{"unsupported type: rich_text", "/0/rows/0/0/type"}}},
	{
		"21 columns of a data_table", cardOn, `[{"type":"data_table","caption":"c","rows":` + times(2, times(21, `{"type":"raw_text","text":"c"}`)) + `}]`,
		[]Problem{{tooMany(20), "/0/rows/0"}, {tooMany(20), "/0/rows/1"}},
	},
	{
		"21 categories with their points", message, in1(bars(`[{"name":"s","data":`+times(21, `{"label":"c%d","value":1}`)+`}]`, times(21, `"c%d"`), "")),
		[]Problem{{tooMany(20), "/0/chart/series/0/data"}, {tooMany(20), "/0/chart/axis_config/categories"}},
	},
	{
		"a category of 21 characters", message, in1(bars(`[{"name":"s","data":[{"label":"`+x(21)+`","value":1}]}]`, `["`+x(21)+`"]`, "")),
		[]Problem{{tooLong(20), "/0/chart/series/0/data/0/label"}, {tooLong(20), "/0/chart/axis_config/categories/0"}},
	},
	{"a pie segment of nothing", message, in1(chart(`"t"`, `{"type":"pie","segments":[{"label":"a","value":0}]}`)), []Problem{{"must be more than 0", "/0/chart/segments/0/value"}}},
	{"an unknown chart", message, in1(chart(`"t"`, `{"type":"radar"}`)), []Problem{{"unsupported type: radar", "/0/chart/type"}}},
	{"a series with points missing", message, in1(bars(`[{"name":"s","data":[{"label":"a","value":1}]}]`, `["a","b"]`, "")), []Problem{{"must have exactly one point for every category", "/0/chart/series/0/data"}}},
	{"two series of one name", message, in1(bars(`[{"name":"s","data":[{"label":"a","value":1}]},{"name":"s","data":[{"label":"a","value":1}]}]`, `["a"]`, "")), []Problem{{"`name` \"s\" already exists", "/0/chart/series/1/name"}}},
	{"a third chart", message, times(3, pie), []Problem{{"no more than 2 data_visualization blocks allowed", "/2"}}},

	// newer blocks
	{"an empty card", cardOn, `[{"type":"card","subtitle":` + pt(1) + `}]`, []Problem{{"must define at least one of `hero_image`, `title`, `actions`, `body`", "/0/type"}}},
	{"a card with both icons", cardOn, `[{"type":"card","title":` + pt(1) + `,"slack_icon":{"type":"icon","name":"rocket"},"icon":{"type":"image","alt_text":"a","image_url":"https://e.x/i"}}]`, []Problem{{"must define either `icon` or `slack_icon`", "/0/type"}}},
	{"a carousel of sections", cardOn, `[{"type":"carousel","elements":[{"type":"section","text":` + pt(1) + `}]}]`, []Problem{{"unsupported type: section", "/0/elements/0/type"}}},
	{"an empty carousel", cardOn, `[{"type":"carousel","elements":[]}]`, []Problem{{"must provide at least 1 items", "/0/elements"}}},
	{"a container without title", cardOn, `[{"type":"container","child_blocks":[` + divider + `]}]`, []Problem{{"must define either `title` or `rich_text_title`", "/0/type"}}},
	{"a container in a container", cardOn, `[{"type":"container","title":` + pt(1) + `,"child_blocks":[{"type":"container"}]}]`, []Problem{{"unsupported type: container", "/0/child_blocks/0/type"}}},
	{"a collapsed container that cannot be opened", cardOn, `[{"type":"container","title":` + pt(1) + `,"default_collapsed":true,"child_blocks":[` + divider + `]}]`, []Problem{{"must define `is_collapsible` to use `default_collapsed`", "/0/default_collapsed"}}},
	{"markdown in a layout", message, in1(layoutOf(`{"type":"markdown","text":"x"}`)), []Problem{{"unsupported type: markdown", "/0/rows/0/items/0/block/type"}}},
	{"actions in a layout's fallback", cardOn, `[{"type":"layout","label":"l","rows":[{"items":[{"block":` + divider + `}]}],"fallback":[` + actions(button) + `]}]`, []Problem{{"unsupported type: actions", "/0/fallback/0/type"}}},
	{"children of layouts count as blocks", message, times(26, layoutOf(divider)), []Problem{{tooMany(50), ""}}},
	{"an unknown status of a task", message, `[{"type":"task_card","task_id":"t","title":"t","status":"late"}]`, []Problem{{"must be a valid enum value", "/0/status"}}},
	{"a level that alerts do not have", modal, `[{"type":"alert","text":` + pt(1) + `,"level":"panic"}]`, []Problem{{"must be a valid enum value", "/0/level"}}},
	{"an icon that is no trash can", message, `[{"type":"context_actions","elements":[{"type":"icon_button","icon":"bin","text":` + pt(1) + `}]}]`, []Problem{{"must be a valid enum value", "/0/elements/0/icon"}}},
}

var pie = chart(`"t"`, `{"type":"pie","segments":[{"label":"a","value":1}]}`)

func in1(block string) string { return "[" + block + "]" }

func richOf(leaf string) string {
	return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + leaf + `]}]}]`
}

func layoutOf(block string) string {
	return `{"type":"layout","label":"l","rows":[{"items":[{"block":` + block + `}]}]}`
}

func TestRefusalsSayWhatIsWrongAndWhere(t *testing.T) {
	for _, r := range refusals {
		t.Run(r.claim, func(t *testing.T) {
			eachSurface(t, r.on, func(t *testing.T, s surface) { wantProblems(t, s, r.blocks, r.want...) })
		})
	}
}

func TestWhatSlackTakesIsTaken(t *testing.T) {
	for _, c := range []struct {
		claim  string
		on     surface
		blocks string
	}{
		{"emoji false is explicit", any3, `[{"type":"header","text":{"type":"plain_text","text":"x","emoji":false}}]`},
		{"the same action_id in two blocks", any3, `[` + buttonWith(`"action_id":"a"`) + `,` + buttonWith(`"action_id":"a"`) + `]`},
		{"one empty block_id", any3, `[{"type":"divider","block_id":""}]`},
		{"elements without ids", any3, in1(actions(button, button))},
		{"fields without text", any3, `[{"type":"section","fields":[` + md(1) + `]}]`},
		{"an initial option among the groups", any3, in1(input(`{"type":"static_select","option_groups":[{"label":` + pt(1) + `,"options":[` + option0 + `]}],"initial_option":` + option0 + `}`))},
		{"ticked checkboxes", any3, in1(input(`{"type":"checkboxes","options":` + times(2, option) + `,"initial_options":[` + option0 + `]}`))},
		{"an external select with any initial option", any3, in1(input(`{"type":"external_select","min_query_length":0,"initial_option":` + option0 + `}`))},
		{"the current conversation", any3, in1(input(`{"type":"conversations_select","default_to_current_conversation":true,"filter":{"include":["public","private"],"exclude_bot_users":true}}`))},
		{"response_url_enabled in a modal's input", modal, in1(input(`{"type":"channels_select","response_url_enabled":true,"initial_channel":"C1"}`))},
		{"as many preset as may be selected", any3, in1(input(`{"type":"multi_users_select","max_selected_items":2,"initial_users":["U1","W2"]}`))},
		{"dates and times", any3, `[` + section(`{"type":"datepicker","initial_date":"2028-02-29"}`) + `,` + section(`{"type":"timepicker","initial_time":"23:59","timezone":"Europe/Madrid"}`) + `]`},
		{"a moment", message | modal, in1(input(`{"type":"datetimepicker","initial_date_time":1700000000}`))},
		{"an input that dispatches", any3, `[{"type":"input","dispatch_action":true,"optional":true,"label":` + pt(1) + `,"element":{"type":"plain_text_input","multiline":true,"dispatch_action_config":{"trigger_actions_on":["on_enter_pressed","on_character_entered"]}}}]`},
		{"numbers in range", modal, in1(input(`{"type":"number_input","is_decimal_allowed":true,"min_value":"-1.5","max_value":"10","initial_value":"9.75"}`))},
		{"20 columns of a data_table", cardOn, `[{"type":"data_table","caption":"c","rows":` + times(2, times(20, `{"type":"raw_text","text":"c"}`)) + `}]`},
		{"20 categories with labels of 20", message, in1(bars(`[{"name":"s","data":`+times(19, `{"label":"c%d","value":1}`)[:len(times(19, `{"label":"c%d","value":1}`))-1]+`,{"label":"`+x(20)+`","value":2}]}]`,
			times(19, `"c%d"`)[:len(times(19, `"c%d"`))-1]+`,"`+x(20)+`"]`, ""))},
		{"every range from its lower end", views2, `[` + input(`{"type":"multi_external_select","min_query_length":0}`) + `,` + input(`{"type":"plain_text_input","min_length":0,"max_length":1}`) + `,` + input(`{"type":"rich_text_input","min_lines":1}`) + `,` + input(`{"type":"rich_text_input","max_lines":1,"initial_value":`+rich+`}`) + `]`},
		{"empty texts where there may be none", any3, richOf(`{"type":"link","url":"https://e.x","text":""},{"type":"date","timestamp":0,"format":"f","fallback":""}`)},
		{"a workflow with parameters", message, in1(actions(`{"type":"workflow_button","text":` + pt(1) + `,"workflow":{"trigger":{"url":"https://e.x","customizable_input_parameters":[{"name":"n","value":""}]}}}`))},
		{"a workflow with no parameters", message, in1(actions(`{"type":"workflow_button","text":` + pt(1) + `,"workflow":{"trigger":{"url":"https://e.x","customizable_input_parameters":[]}}}`))},
		{"one element with focus", any3, `[` + input(`{"type":"plain_text_input","focus_on_load":true}`) + `,` + input(`{"type":"plain_text_input","focus_on_load":false}`) + `]`},
		{"every leaf of rich text", any3, `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
			{"type":"text","text":"x","style":{"bold":true,"italic":true,"strike":true,"code":true}},{"type":"link","url":"https://e.x","text":"t"},
			{"type":"user","user_id":"U1"},{"type":"usergroup","usergroup_id":"S1"},{"type":"channel","channel_id":"C1"},{"type":"team","team_id":"T1"},
			{"type":"emoji","name":"wave","skin_tone":2,"unicode":"1f44b"},{"type":"broadcast","range":"here"},{"type":"color","value":"#ff0000"},
			{"type":"date","timestamp":1700000000,"format":"{date}","url":"https://e.x","fallback":"then"}]},
			{"type":"rich_text_list","style":"ordered","indent":1,"offset":2,"border":1,"elements":[{"type":"rich_text_section","elements":[]}]},
			{"type":"rich_text_quote","elements":[],"border":0},{"type":"rich_text_preformatted","elements":[],"language":"go"}]}]`},
		{"25 layouts with a block each", message, times(25, layoutOf(divider))},
		{"markdown of 50 blocks", message, `[{"type":"markdown","text":"` + strings.Repeat(`###### h\ntext\n\nmore\n`, 25) + `"}]`},
		{"hashes without a space, or seven of them, are no headings", message, `[{"type":"markdown","text":"` + strings.Repeat(`#tag\n####### h\n`, 60) + `"}]`},
		{"names of one letter", message | home, `[{"type":"card","title":` + pt(1) + `,"slack_icon":{"type":"icon","name":"x"}}]`},
		{"file types of one letter", modal, in1(input(`{"type":"file_input","filetypes":["c"]}`))},
		{"headings in code are code", message, `[{"type":"markdown","text":"` + "```\\n" + strings.Repeat(`# h\n`, 60) + "```" + `"}]`},
		{"a full table", message, `[{"type":"table","column_settings":[null,{"align":"center"}],"rows":[[{"type":"raw_text","text":""},{"type":"raw_number","value":1}],[` + rich + `]]}]`},
		{"two charts", message, times(2, pie)},
		{"a button in a data_table", cardOn, `[{"type":"data_table","caption":"c","rows":[[{"type":"raw_text","text":"h"}],[{"type":"action_cell","element":` + button + `,"fallback":{"type":"raw_text","text":"-"}}]]}]`},
		{"a container with rich title", cardOn, `[{"type":"container","rich_text_title":` + rich + `,"width":"full","is_collapsible":true,"default_collapsed":true,"child_blocks":[` + section(button) + `,` + layoutOf(divider) + `]}]`},
		{"a plan whose cards leave out their type", message, `[{"type":"plan","title":"p","tasks":[{"task_id":"1","title":"t","status":"complete","details":` + rich + `,"sources":[{"type":"url","url":"https://e.x","text":"s"}]}]}]`},
		{"a Slack file by id", any3, in1(contextOf(`{"type":"image","alt_text":"a","slack_file":{"id":"F1"}}`, md(1)))},
	} {
		t.Run(c.claim, func(t *testing.T) {
			eachSurface(t, c.on, func(t *testing.T, s surface) { wantProblems(t, s, c.blocks) })
		})
	}
}
