package blockkit

import (
	"fmt"
	"regexp"
)

var (
	decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	clock   = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	person  = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	anyID   = regexp.MustCompile(`^[A-Z][A-Z0-9]+$`)
)

// Fields that several elements share.
var (
	asked   = []field{may("action_id", actionID), may("confirm", confirmDialog)}
	picker  = with(asked, may("placeholder", placeholder), may("focus_on_load", oneFocus))
	typing  = []field{may("action_id", actionID), may("placeholder", placeholder), may("focus_on_load", oneFocus), may("dispatch_action_config", dispatchConfig)}
	several = with(picker, may("max_selected_items", integer(1, unlimited)))
	talk    = with(several, may("default_to_current_conversation", boolean), may("filter", conversationFilter))
	offer   = []field{may("options", listOf(1, 100, menuOption)), may("option_groups", listOf(1, 100, optionGroup))}
	hooked  = with(picker, may("response_url_enabled", onlyInModalInput))
	ids     = listOf(0, unlimited, like("id", anyID))
	offered = either("options", "option_groups", "`options` or `option_groups` must be specified", "only one of `options` or `option_groups` must be specified")
)

// anyInput is where menus and pickers may stand.
const anyInput = inSection | inActions | inInput

// elementShapes holds every block element: where it may stand and what it may hold.
var elementShapes = map[string]shape{
	"button": {in: inSection | inActions | inCard | inCell, fields: with(asked,
		must("text", plain(75)),
		may("value", chars(1, 2000)),
		may("url", link(3000)),
		may("style", buttonStyle),
		may("accessibility_label", chars(1, 75)),
	)},
	"overflow": {in: inSection | inActions, fields: with(asked, must("options", listOf(1, 5, overflowOption)))},

	"checkboxes": {in: anyInput, also: initialAmongOptions, fields: with(asked,
		must("options", listOf(1, 10, tickOption)), may("initial_options", listOf(0, unlimited, tickOption)), may("focus_on_load", oneFocus))},
	"radio_buttons": {in: anyInput, also: initialAmongOptions, fields: with(asked,
		must("options", listOf(1, 10, tickOption)), may("initial_option", tickOption), may("focus_on_load", oneFocus))},

	"static_select": {
		in: anyInput, also: all(offered, initialAmongOptions),
		fields: with(picker, append(offer, may("initial_option", menuOption))...),
	},
	"multi_static_select": {
		in: anyInput, also: all(offered, initialAmongOptions, selectionFits),
		fields: with(several, append(offer, may("initial_options", listOf(0, unlimited, menuOption)))...),
	},
	"external_select": {
		in:     anyInput,
		fields: with(picker, may("initial_option", menuOption), may("min_query_length", integer(0, unlimited))),
	},
	"multi_external_select": {
		in: anyInput, also: selectionFits,
		fields: with(several, may("initial_options", listOf(0, unlimited, menuOption)), may("min_query_length", integer(0, unlimited))),
	},
	"users_select":       {in: anyInput, fields: with(picker, may("initial_user", like("user", person)))},
	"multi_users_select": {in: anyInput, also: selectionFits, fields: with(several, may("initial_users", listOf(0, unlimited, like("user", person))))},
	"conversations_select": {in: anyInput, fields: with(hooked,
		may("initial_conversation", like("id", anyID)), may("default_to_current_conversation", boolean), may("filter", conversationFilter))},
	"multi_conversations_select": {in: anyInput, also: selectionFits, fields: with(talk, may("initial_conversations", ids))},
	"channels_select":            {in: anyInput, fields: with(hooked, may("initial_channel", like("id", anyID)))},
	"multi_channels_select":      {in: anyInput, also: selectionFits, fields: with(several, may("initial_channels", ids))},

	"datepicker": {in: anyInput, fields: with(picker, may("initial_date", calendarDate))},
	"timepicker": {in: anyInput, fields: with(picker, may("initial_time", like("time", clock)), may("timezone", zone))},
	"datetimepicker": {
		in: inActions | inInput, on: message | modal,
		fields: with(asked, may("initial_date_time", unixSeconds), may("focus_on_load", oneFocus)),
	},

	"plain_text_input": {in: inInput, also: lengthsFit, fields: with(typing,
		may("initial_value", chars(0, unlimited)),
		may("multiline", boolean),
		may("min_length", integer(0, maxInput)),
		may("max_length", integer(1, maxInput)),
	)},
	"email_text_input": {in: inInput, on: modal, fields: with(typing, may("initial_value", chars(0, unlimited)))},
	"url_text_input":   {in: inInput, on: modal, fields: with(typing, may("initial_value", chars(0, unlimited)))},
	"number_input": {in: inInput, on: modal, also: numbersFit, fields: with(typing,
		must("is_decimal_allowed", boolean),
		may("initial_value", like("number", decimal)),
		may("min_value", like("number", decimal)),
		may("max_value", like("number", decimal)),
	)},
	"rich_text_input": {in: inActions | inInput, on: modal | home, also: linesFit, fields: with(typing,
		may("initial_value", richTextBlock), may("min_lines", integer(1, 100)), may("max_lines", integer(1, 100)))},
	"file_input": {in: inInput, on: modal, fields: []field{
		may("action_id", actionID), may("filetypes", listOf(1, unlimited, chars(1, unlimited))), may("max_files", integer(1, 10)),
	}},

	"image": {in: inSection | inContext, fields: imageFields, also: imageSource},
	// Text stands among the elements of a context block.
	"plain_text": {in: inContext, fields: plainShape(3000).fields},
	"mrkdwn":     {in: inContext, fields: mrkdwnShape(3000).fields},

	"workflow_button": {in: inSection | inActions, on: message, fields: []field{
		must("text", plain(75)), must("workflow", workflow), may("action_id", actionID), may("style", buttonStyle), may("accessibility_label", chars(1, 75)),
	}},
	"feedback_buttons": {in: inContextActions, fields: []field{
		may("action_id", actionID), must("positive_button", feedbackHalf), must("negative_button", feedbackHalf),
	}},
	"icon_button": {in: inContextActions, fields: with(asked,
		must("icon", oneOf("trash")),
		must("text", plain(75)),
		may("value", chars(1, 2000)),
		may("accessibility_label", chars(1, 75)),
		may("visible_to_user_ids", listOf(1, 10, like("user", person))),
	)},
}

var (
	workflow = record(shape{fields: []field{must("trigger", record(shape{fields: []field{
		must("url", link(unlimited)),
		may("customizable_input_parameters", listOf(0, unlimited, record(shape{fields: []field{
			must("name", chars(1, unlimited)), must("value", chars(0, unlimited)),
		}}))),
	}}))}})

	feedbackHalf = record(shape{fields: []field{
		must("text", plain(75)), must("value", chars(1, 2000)), may("accessibility_label", chars(1, 75)),
	}})
)

// linesFit wants min_lines ≤ max_lines.
func linesFit(c *checker, at string, o object) {
	low, hasLow := whole(o, "min_lines")
	high, hasHigh := whole(o, "max_lines")
	if hasLow && hasHigh && low > high {
		c.refuse(fmt.Sprintf("%s/min_lines", at), "must be less than %d", high+1)
	}
}
