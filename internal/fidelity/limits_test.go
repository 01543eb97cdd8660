package fidelity_test

import (
	"fmt"
	"testing"
)

// reason is how Slack refuses what is too much, or too little.
type reason func(n int) string

func tooLong(n int) string  { return fmt.Sprintf("must be less than %d characters", n+1) }
func tooMany(n int) string  { return fmt.Sprintf("no more than %d items allowed", n) }
func tooLarge(n int) string { return fmt.Sprintf("must be less than %d", n+1) }
func tooShort(n int) string { return fmt.Sprintf("must be more than %d characters", n-1) }
func tooFew(n int) string   { return fmt.Sprintf("must provide at least %d items", n) }
func tooSmall(n int) string { return fmt.Sprintf("must be more than %d", n-1) }

// limit is one limit: a block with n of something is taken, and with one more (or, for a least, one less) refused for that reason at
// that place in the block. A new limit is a new line.
type limit struct {
	claim string
	on    []surface
	n     int
	over  reason
	at    string
	block fill
}

var mosts = []limit{
	// blocks
	{"header text", everywhere, 150, tooLong, "/text/text", with(j{"type": "header"}, "text", plain)},
	{"header level", everywhere, 4, tooLarge, "/level", with(j{"type": "header", "text": plain(1)}, "level", number)},
	{"section text", everywhere, 3000, tooLong, "/text/text", with(j{"type": "section"}, "text", mrkdwn)},
	{"section plain text", everywhere, 3000, tooLong, "/text/text", with(j{"type": "section"}, "text", plain)},
	{"section fields", everywhere, 10, tooMany, "/fields", with(j{"type": "section"}, "fields", times(mrkdwn(1)))},
	{"text of a field", everywhere, 2000, tooLong, "/fields/0/text", with(j{"type": "section"}, "fields", one(mrkdwn))},
	{"context elements", everywhere, 10, tooMany, "/elements", with(j{"type": "context"}, "elements", times(mrkdwn(1)))},
	{"context text", everywhere, 3000, tooLong, "/elements/0/text", inContext(mrkdwn)},
	{"context plain text", everywhere, 3000, tooLong, "/elements/0/text", inContext(plain)},
	{"actions elements", everywhere, 25, tooMany, "/elements", with(j{"type": "actions"}, "elements", times(button))},
	{"block_id", everywhere, 255, tooLong, "/block_id", with(divider, "block_id", word)},
	{"image alt text", everywhere, 2000, tooLong, "/alt_text", with(picture, "alt_text", word)},
	{"image title", everywhere, 2000, tooLong, "/title/text", with(picture, "title", plain)},
	{"image url", everywhere, 3000, tooLong, "/image_url", with(picture, "image_url", link)},
	{"input label", everywhere, 2000, tooLong, "/label/text", with(inputs, "label", plain)},
	{"input hint", everywhere, 2000, tooLong, "/hint/text", with(inputs, "hint", plain)},
	{"video title", everywhere, 199, tooLong, "/title/text", with(video, "title", plain)},
	{"video author", everywhere, 49, tooLong, "/author_name", with(video, "author_name", word)},
	{"markdown text", inMessage, 12000, tooLong, "/text", with(j{"type": "markdown"}, "text", word)},

	// composition objects
	{"confirm title", everywhere, 100, tooLong, "/elements/0/confirm/title/text", confirming("title", plain)},
	{"confirm text", everywhere, 300, tooLong, "/elements/0/confirm/text/text", confirming("text", mrkdwn)},
	{"confirm plain text", everywhere, 300, tooLong, "/elements/0/confirm/text/text", confirming("text", plain)},
	{"confirm yes", everywhere, 30, tooLong, "/elements/0/confirm/confirm/text", confirming("confirm", plain)},
	{"confirm no", everywhere, 30, tooLong, "/elements/0/confirm/deny/text", confirming("deny", plain)},
	{"option text", everywhere, 75, tooLong, "/accessory/options/0/text/text", inSection(choosing("static_select", "text", plain))},
	{"option value", everywhere, 150, tooLong, "/accessory/options/0/value", inSection(choosing("static_select", "value", word))},
	{"option description", everywhere, 75, tooLong, "/accessory/options/0/description/text", inSection(choosing("static_select", "description", plain))},
	{"tick text", everywhere, 75, tooLong, "/elements/0/options/0/text/text", inActions(choosing("checkboxes", "text", mrkdwn))},
	{"tick value", everywhere, 150, tooLong, "/elements/0/options/0/value", inActions(choosing("checkboxes", "value", word))},
	{"tick description", everywhere, 75, tooLong, "/elements/0/options/0/description/text", inActions(choosing("checkboxes", "description", mrkdwn))},
	{"radio text", everywhere, 75, tooLong, "/element/options/0/text/text", inInput(choosing("radio_buttons", "text", mrkdwn))},
	{"overflow text", everywhere, 75, tooLong, "/accessory/options/0/text/text", inSection(choosing("overflow", "text", plain))},
	{"overflow value", everywhere, 150, tooLong, "/accessory/options/0/value", inSection(choosing("overflow", "value", word))},
	{"overflow description", everywhere, 75, tooLong, "/accessory/options/0/description/text", inSection(choosing("overflow", "description", plain))},
	{"overflow url", everywhere, 3000, tooLong, "/accessory/options/0/url", inSection(choosing("overflow", "url", link))},
	{"group label", everywhere, 75, tooLong, "/element/option_groups/0/label/text", inInput(with(j{"type": "static_select"}, "option_groups", one(with(group, "label", plain))))},
	{"options of a group", everywhere, 100, tooMany, "/element/option_groups/0/options", inInput(with(j{"type": "static_select"}, "option_groups", one(with(group, "options", times(option)))))},

	// elements
	{"action_id", everywhere, 255, tooLong, "/elements/0/action_id", inActions(with(button, "action_id", word))},
	{"action_id of an input", everywhere, 255, tooLong, "/element/action_id", inInput(with(textInput, "action_id", word))},
	{"button text", everywhere, 75, tooLong, "/elements/0/text/text", inActions(with(button, "text", plain))},
	{"accessory button text", everywhere, 75, tooLong, "/accessory/text/text", inSection(with(button, "text", plain))},
	{"button value", everywhere, 2000, tooLong, "/elements/0/value", inActions(with(button, "value", word))},
	{"button url", everywhere, 3000, tooLong, "/elements/0/url", inActions(with(button, "url", link))},
	{"button accessibility label", everywhere, 75, tooLong, "/elements/0/accessibility_label", inActions(with(button, "accessibility_label", word))},
	{"overflow options", everywhere, 5, tooMany, "/accessory/options", inSection(with(j{"type": "overflow"}, "options", times(option)))},
	{"checkboxes", everywhere, 10, tooMany, "/element/options", inInput(with(j{"type": "checkboxes"}, "options", times(option)))},
	{"radio buttons", everywhere, 10, tooMany, "/elements/0/options", inActions(with(j{"type": "radio_buttons"}, "options", times(option)))},
	{"select options", everywhere, 100, tooMany, "/accessory/options", inSection(with(j{"type": "static_select"}, "options", times(option)))},
	{"select groups", everywhere, 100, tooMany, "/accessory/option_groups", inSection(with(j{"type": "static_select"}, "option_groups", times(group)))},
	{"multi-select options", everywhere, 100, tooMany, "/element/options", inInput(with(j{"type": "multi_static_select"}, "options", times(option)))},
	{"multi-select groups", everywhere, 100, tooMany, "/element/option_groups", inInput(with(j{"type": "multi_static_select"}, "option_groups", times(group)))},
	{"image element alt text", everywhere, 2000, tooLong, "/elements/0/alt_text", inContext(with(picture, "alt_text", word))},
	{"image element url", everywhere, 3000, tooLong, "/elements/0/image_url", inContext(with(picture, "image_url", link))},
	{"min_length", everywhere, 3000, tooLarge, "/element/min_length", inInput(with(textInput, "min_length", number))},
	{"max_length", everywhere, 3000, tooLarge, "/element/max_length", inInput(with(textInput, "max_length", number))},
	{"min_length under max_length", everywhere, 7, tooLarge, "/element/min_length", inInput(with(and(textInput, "max_length", 7), "min_length", number))},
	{"initial value under max_length", everywhere, 7, tooLong, "/element/initial_value", inInput(with(and(textInput, "max_length", 7), "initial_value", word))},
	{"initial value at all", everywhere, 3000, tooLong, "/element/initial_value", inInput(with(textInput, "initial_value", word))},
	{"max_files", inModal, 10, tooLarge, "/element/max_files", inInput(with(j{"type": "file_input"}, "max_files", number))},
	{"workflow button text", inMessage, 75, tooLong, "/elements/0/text/text", inActions(with(j{"type": "workflow_button", "workflow": j{"trigger": j{"url": "https://e.example"}}}, "text", plain))},
	{"feedback button text", inMessage, 75, tooLong, "/elements/0/positive_button/text/text", feedback("text", plain)},
	{"feedback button value", inMessage, 2000, tooLong, "/elements/0/positive_button/value", feedback("value", word)},
	{"icon button text", inMessage, 75, tooLong, "/elements/0/text/text", with(j{"type": "context_actions"}, "elements", one(with(icon, "text", plain)))},
	{"icon button value", inMessage, 2000, tooLong, "/elements/0/value", with(j{"type": "context_actions"}, "elements", one(with(icon, "value", word)))},
	{"icon button viewers", inMessage, 10, tooMany, "/elements/0/visible_to_user_ids", with(j{"type": "context_actions"}, "elements", one(with(icon, "visible_to_user_ids", times("UANA"))))},

	// newer blocks
	{"context_actions elements", inMessage, 5, tooMany, "/elements", with(j{"type": "context_actions"}, "elements", times(icon))},
	{"plan tasks", inMessage, 50, tooMany, "/tasks", with(j{"type": "plan", "title": "p"}, "tasks", times(j{"task_id": "t", "title": "t"}))},
	{"table rows", inMessage, 100, tooMany, "/rows", with(table, "rows", times([]any{cell}))},
	{"table cells", inMessage, 20, tooMany, "/rows/0", with(table, "rows", one(times(cell)))},
	{"table column settings", inMessage, 20, tooMany, "/column_settings", with(table, "column_settings", times(j{"align": "right"}))},
	{"table characters", inMessage, 10000, tooLong, "/rows", with(table, "rows", one(one(with(cell, "text", word))))},
	{"alert text", inModal, 200, tooLong, "/text/text", with(j{"type": "alert"}, "text", mrkdwn)},
	{"card title", notInModal, 150, tooLong, "/title/text", with(j{"type": "card"}, "title", mrkdwn)},
	{"card subtitle", notInModal, 150, tooLong, "/subtitle/text", with(card, "subtitle", mrkdwn)},
	{"card body", notInModal, 200, tooLong, "/body/text", with(card, "body", mrkdwn)},
	{"card subtext", notInModal, 200, tooLong, "/subtext/text", with(card, "subtext", mrkdwn)},
	{"card actions", notInModal, 2, tooMany, "/actions", with(card, "actions", times(button))},
	{"carousel cards", notInModal, 10, tooMany, "/elements", with(j{"type": "carousel"}, "elements", times(card))},
	{"container title", notInModal, 150, tooLong, "/title/text", with(container, "title", plain)},
	{"container subtitle", notInModal, 150, tooLong, "/subtitle/text", with(container, "subtitle", plain)},
	{"container children", notInModal, 10, tooMany, "/child_blocks", with(container, "child_blocks", times(divider))},
	{"layout label", notInModal, 150, tooLong, "/label", with(layout, "label", word)},
	{"layout rows", notInModal, 5, tooMany, "/rows", with(layout, "rows", times(j{"items": []any{j{"block": divider}}}))},
	{"layout items", notInModal, 3, tooMany, "/rows/0/items", with(layout, "rows", one(with(j{}, "items", times(j{"block": divider}))))},
	{"data_table rows", notInModal, 101, tooMany, "/rows", with(dataTable, "rows", times([]any{cell}))},
	{"data_table page size", notInModal, 100, tooLarge, "/page_size", with(dataTable, "page_size", number)},
	{"chart title", inMessage, 50, tooLong, "/title", with(j{"type": "data_visualization", "chart": pie(1)}, "title", word)},
	{"pie segments", inMessage, 6, tooMany, "/chart/segments", charting(pie)},
	{"pie label", inMessage, 20, tooLong, "/chart/segments/0/label", charting(with(j{"type": "pie"}, "segments", one(with(j{"value": 1}, "label", word))))},
	{"chart series", inMessage, 6, tooMany, "/chart/series", charting(bars)},
	{"series name", inMessage, 20, tooLong, "/chart/series/0/name", charting(func(n int) any { return axes(word(n), "a", "x") })},
	{"vertical axis label", inMessage, 50, tooLong, "/chart/axis_config/y_label", charting(func(n int) any {
		chart := axes("s", "a", "x")
		chart["axis_config"].(j)["y_label"] = word(n)
		return chart
	})},
	{"axis label", inMessage, 50, tooLong, "/chart/axis_config/x_label", charting(func(n int) any { return axes("s", "a", word(n)) })},
	{"data_table characters", notInModal, 10000, tooLong, "/rows", func(n int) any {
		return and(dataTable, "rows", []any{[]any{cell}, []any{with(cell, "text", word)(n - 1)}})
	}},
}

var leasts = []limit{
	{"header text", everywhere, 1, tooShort, "/text/text", with(j{"type": "header"}, "text", plain)},
	{"header level", everywhere, 1, tooSmall, "/level", with(j{"type": "header", "text": plain(1)}, "level", number)},
	{"section text", everywhere, 1, tooShort, "/text/text", with(j{"type": "section"}, "text", mrkdwn)},
	{"section fields", everywhere, 1, tooFew, "/fields", with(j{"type": "section"}, "fields", times(mrkdwn(1)))},
	{"text of a field", everywhere, 1, tooShort, "/fields/0/text", with(j{"type": "section"}, "fields", one(mrkdwn))},
	{"context elements", everywhere, 1, tooFew, "/elements", with(j{"type": "context"}, "elements", times(mrkdwn(1)))},
	{"actions elements", everywhere, 1, tooFew, "/elements", with(j{"type": "actions"}, "elements", times(button))},
	{"markdown text", inMessage, 1, tooShort, "/text", with(j{"type": "markdown"}, "text", word)},
	{"button text", everywhere, 1, tooShort, "/elements/0/text/text", inActions(with(button, "text", plain))},
	{"overflow options", everywhere, 1, tooFew, "/accessory/options", inSection(with(j{"type": "overflow"}, "options", times(option)))},
	{"checkboxes", everywhere, 1, tooFew, "/element/options", inInput(with(j{"type": "checkboxes"}, "options", times(option)))},
	{"radio buttons", everywhere, 1, tooFew, "/elements/0/options", inActions(with(j{"type": "radio_buttons"}, "options", times(option)))},
	{"select options", everywhere, 1, tooFew, "/accessory/options", inSection(with(j{"type": "static_select"}, "options", times(option)))},
	{"select groups", everywhere, 1, tooFew, "/accessory/option_groups", inSection(with(j{"type": "static_select"}, "option_groups", times(group)))},
	{"options of a group", everywhere, 1, tooFew, "/accessory/option_groups/0/options", inSection(with(j{"type": "static_select"}, "option_groups", one(with(group, "options", times(option)))))},
	{"min_query_length", everywhere, 0, tooSmall, "/element/min_query_length", inInput(with(j{"type": "external_select"}, "min_query_length", number))},
	{"max_selected_items", everywhere, 1, tooSmall, "/element/max_selected_items", inInput(with(j{"type": "multi_users_select"}, "max_selected_items", number))},
	{"included conversations", everywhere, 1, tooFew, "/element/filter/include", inInput(with(j{"type": "conversations_select"}, "filter", with(j{}, "include", times("im"))))},
	{"dispatch triggers", everywhere, 1, tooFew, "/element/dispatch_action_config/trigger_actions_on", inInput(with(textInput, "dispatch_action_config", with(j{}, "trigger_actions_on", times("on_enter_pressed"))))},
	{"min_length", everywhere, 0, tooSmall, "/element/min_length", inInput(with(textInput, "min_length", number))},
	{"max_length", everywhere, 1, tooSmall, "/element/max_length", inInput(with(textInput, "max_length", number))},
	{"max_files", inModal, 1, tooSmall, "/element/max_files", inInput(with(j{"type": "file_input"}, "max_files", number))},
	{"carousel cards", notInModal, 1, tooFew, "/elements", with(j{"type": "carousel"}, "elements", times(card))},
	{"container children", notInModal, 1, tooFew, "/child_blocks", with(container, "child_blocks", times(divider))},
	{"layout label", notInModal, 1, tooShort, "/label", with(layout, "label", word)},
	{"layout rows", notInModal, 1, tooFew, "/rows", with(layout, "rows", times(j{"items": []any{j{"block": divider}}}))},
	{"layout items", notInModal, 1, tooFew, "/rows/0/items", with(layout, "rows", one(with(j{}, "items", times(j{"block": divider}))))},
	{"data_table rows", notInModal, 2, tooFew, "/rows", with(dataTable, "rows", times([]any{cell}))},
	{"data_table page size", notInModal, 1, tooSmall, "/page_size", with(dataTable, "page_size", number)},
	{"pie segments", inMessage, 1, tooFew, "/chart/segments", charting(pie)},
	{"chart series", inMessage, 1, tooFew, "/chart/series", charting(bars)},
}

func confirming(name string, f fill) fill {
	return inActions(with(button, "confirm", with(confirm, name, f)))
}

func choosing(kind, name string, f fill) fill {
	return with(j{"type": kind}, "options", one(with(option, name, f)))
}

func feedback(name string, f fill) fill {
	both := j{"type": "feedback_buttons", "negative_button": half}
	return with(j{"type": "context_actions"}, "elements", one(with(both, "positive_button", with(half, name, f))))
}

func charting(f fill) fill { return with(j{"type": "data_visualization", "title": "t"}, "chart", f) }

func pie(n int) any {
	return j{"type": "pie", "segments": times(j{"label": "l", "value": 1})(n)}
}

func bars(n int) any {
	var series []any
	for i := range n {
		series = append(series, j{"name": fmt.Sprint(i), "data": []any{j{"label": "a", "value": 1}}})
	}
	if series == nil {
		series = []any{}
	}
	return j{"type": "bar", "series": series, "axis_config": j{"categories": []any{"a"}}}
}

// axes is a chart of one point.
func axes(name, category, label any) j {
	return j{
		"type": "line", "axis_config": j{"categories": []any{category}, "x_label": label},
		"series": []any{j{"name": name, "data": []any{j{"label": category, "value": 1}}}},
	}
}

// placeholders have one limit for each element that has one.
func placeholders() (out []limit) {
	kinds := map[string][]surface{"email_text_input": inModal, "url_text_input": inModal, "number_input": inModal, "rich_text_input": inViews}
	for _, kind := range []string{
		"static_select", "multi_static_select", "external_select", "multi_external_select", "users_select", "multi_users_select", "conversations_select",
		"multi_conversations_select", "channels_select", "multi_channels_select", "datepicker", "timepicker", "plain_text_input",
	} {
		kinds[kind] = everywhere
	}
	for kind, on := range kinds {
		out = append(out, limit{"placeholder of " + kind, on, 150, tooLong, "/element/placeholder/text", inInput(with(smallest[kind], "placeholder", plain))})
	}
	return out
}

func TestALimitTakesNAndRefusesOneMore(t *testing.T) {
	s := newShowcase(t)
	for _, l := range append(placeholders(), mosts...) {
		l.try(t, s, l.n+1)
	}
}

func TestALeastNumberIsTakenAndOneLessIsRefused(t *testing.T) {
	s := newShowcase(t)
	for _, l := range leasts {
		l.try(t, s, l.n-1)
	}
}

// try shows the block with n, and with one too many or too few.
func (l limit) try(t *testing.T, s *showcase, beyond int) {
	for _, on := range l.on {
		t.Run(fmt.Sprintf("%s of %d in a %s", l.claim, l.n, on), func(t *testing.T) {
			s.taken(t, on, l.block(l.n))
			s.refused(t, on, l.over(l.n), "/0"+l.at, l.block(beyond))
		})
	}
}
