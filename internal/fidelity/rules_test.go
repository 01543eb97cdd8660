package fidelity_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// rule is one sentence about blocks that is not a number. The first blocks obey it and are taken; the second break it, and are refused.
// With no text, it is only known that Slack refuses them, and not in which words.
type rule struct {
	claim       string
	on          []surface
	obeys       []any
	breaks      []any
	text, where string
}

func of(list ...any) []any { return list }

func input(element j) j { return and(inputs, "element", element) }

func picking(more j) j {
	out := j{"type": "static_select"}
	for k, v := range more {
		out[k] = v
	}
	return input(out)
}

// needs are the properties that must be there.
var needs = []struct {
	block j
	on    []surface
	names string
}{
	{j{"type": "header", "text": plain(1)}, everywhere, "text"},
	{j{"type": "context", "elements": []any{mrkdwn(1)}}, everywhere, "elements"},
	{j{"type": "actions", "elements": []any{button}}, everywhere, "elements"},
	{inputs, everywhere, "label element"},
	{picture, everywhere, "alt_text image_url"},
	{richText, everywhere, "elements"},
	{video, everywhere, "title alt_text video_url thumbnail_url"},
	{j{"type": "markdown", "text": "m"}, inMessage, "text"},
	{table, inMessage, "rows"},
	{dataTable, notInModal, "caption rows"},
	{j{"type": "carousel", "elements": []any{card}}, notInModal, "elements"},
	{container, notInModal, "child_blocks"},
	{layout, notInModal, "label rows"},
	{j{"type": "alert", "text": mrkdwn(1)}, inModal, "text"},
}

func TestABlockHasWhatItMustHave(t *testing.T) {
	s := newShowcase(t)
	for _, n := range needs {
		for _, on := range n.on {
			for name := range strings.FieldsSeq(n.names) {
				t.Run(fmt.Sprintf("%s of a %s in a %s", name, n.block["type"], on), func(t *testing.T) {
					without := and(n.block, "type", n.block["type"])
					delete(without, name)
					s.refused(t, on, "missing required field: "+name, "/0", without)
				})
			}
		}
	}
}

func TestAConfirmationHasAllItsTexts(t *testing.T) {
	s := newShowcase(t)
	for name := range confirm {
		without := and(confirm, "style", "danger")
		delete(without, name)
		s.refused(t, message, "missing required field: "+name, "/0/elements/0/confirm", inActions(with(button, "confirm", func(int) any { return without }))(1))
	}
}

var rules = []rule{
	{"no property is unknown", everywhere, of(divider), of(and(divider, "style", "bold")), "invalid additional property: style", "/0"},
	{"buttons are not disabled", everywhere, of(inActions(with(button, "style", func(int) any { return "danger" }))(1)), of(inActions(with(button, "disabled", func(int) any { return true }))(1)), "invalid additional property: disabled", "/0/elements/0"},
	{"a section has text or fields", everywhere, of(j{"type": "section", "fields": []any{plain(1)}}), of(j{"type": "section"}), "must define either `text` or `fields`", "/0/type"},
	{"a header is plain text", everywhere, of(j{"type": "header", "text": plain(1)}), of(j{"type": "header", "text": mrkdwn(1)}), "unsupported type: mrkdwn", "/0/text/type"},
	{"only plain text has emoji", everywhere, of(inContext(with(plain(1).(j), "emoji", yes))(1)), of(inContext(with(mrkdwn(1).(j), "emoji", yes))(1)), "invalid additional property: emoji", "/0/elements/0"},
	{"only mrkdwn is verbatim", everywhere, of(inContext(with(mrkdwn(1).(j), "verbatim", yes))(1)), of(inContext(with(plain(1).(j), "verbatim", yes))(1)), "invalid additional property: verbatim", "/0/elements/0"},
	{
		"a block_id is used once", everywhere, of(and(divider, "block_id", "a"), and(divider, "block_id", "b")), of(and(divider, "block_id", "a"), and(divider, "block_id", "a")),
		"`block_id` \"a\" already exists", "/1/block_id",
	},
	{
		"an empty block_id is one too", everywhere, of(and(divider, "block_id", ""), divider, divider), of(and(divider, "block_id", ""), and(divider, "block_id", "")),
		"`block_id` \"\" already exists", "/1/block_id",
	},
	{
		"an action_id is used once in a block", everywhere, of(buttons("a"), buttons("a")), of(divider, buttons("a", "a")),
		"`action_id` \"a\" already exists", "/1/elements/1/action_id",
	},
	{"a button is primary or danger", everywhere, of(inActions(with(button, "style", func(int) any { return "primary" }))(1)), of(inActions(with(button, "style", func(int) any { return "default" }))(1)), "", ""},
	{"only overflow options are links", everywhere, of(inSection(choosing("overflow", "url", link))(30)), of(inSection(choosing("static_select", "url", link))(30)), "invalid additional property: url", "/0/accessory/options/0"},
	{"options of selects are plain text", everywhere, of(inInput(choosing("checkboxes", "text", mrkdwn))(1)), of(inInput(choosing("static_select", "text", mrkdwn))(1)), "unsupported type: mrkdwn", "/0/element/options/0/text/type"},
	{"a select has options", everywhere, of(picking(j{"option_groups": []any{group}})), of(picking(nil)), "", ""},
	{"a select has not both options and groups", everywhere, of(picking(j{"options": options})), of(picking(j{"options": options, "option_groups": []any{group}})), "", ""},
	{"an initial option is one of the options", everywhere, of(picking(j{"options": options, "initial_option": option})), of(picking(j{"options": options, "initial_option": and(option, "value", "w")})), "", ""},
	{
		"an initial option is so in every detail", everywhere, of(picking(j{"options": of(and(option, "description", plain(1))), "initial_option": and(option, "description", plain(1))})),
		of(picking(j{"options": options, "initial_option": and(option, "description", plain(1))})), "", "",
	},
	{
		"initial ticks are among the options", everywhere, of(input(j{"type": "checkboxes", "options": options, "initial_options": options})),
		of(input(j{"type": "checkboxes", "options": options, "initial_options": of(option, and(option, "value", "w"))})), "", "",
	},
	{
		"no more is chosen at first than may be", everywhere, of(input(j{"type": "multi_users_select", "max_selected_items": 2, "initial_users": of("UANA", "UBEN")})),
		of(input(j{"type": "multi_users_select", "max_selected_items": 1, "initial_users": of("UANA", "UBEN")})), "", "",
	},
	{"a filter is not empty", everywhere, of(input(j{"type": "conversations_select", "filter": j{"exclude_bot_users": true}})), of(input(j{"type": "conversations_select", "filter": j{}})), "", ""},
	{"a filter includes kinds that exist", everywhere, of(input(j{"type": "conversations_select", "filter": j{"include": of("im", "mpim", "private", "public")}})), of(input(j{"type": "conversations_select", "filter": j{"include": of("secret")}})), "", ""},
	{
		"a response_url is for menus in inputs of modals", inModal, of(input(j{"type": "conversations_select", "response_url_enabled": true})),
		of(inActions(func(int) any { return j{"type": "conversations_select", "response_url_enabled": true} })(1)), "", "",
	},
	{
		"a response_url is for one conversation", inModal, of(input(j{"type": "channels_select", "response_url_enabled": true})),
		of(input(j{"type": "multi_channels_select", "response_url_enabled": true})), "invalid additional property: response_url_enabled", "/0/element",
	},
	{"a date is a date", everywhere, of(input(j{"type": "datepicker", "initial_date": "2028-02-29"})), of(input(j{"type": "datepicker", "initial_date": "2027-02-29"})), "", ""},
	{"a time has 24 hours", everywhere, of(input(j{"type": "timepicker", "initial_time": "23:59"})), of(input(j{"type": "timepicker", "initial_time": "24:00"})), "", ""},
	{"a time zone exists", everywhere, of(input(j{"type": "timepicker", "timezone": "Europe/Berlin"})), of(input(j{"type": "timepicker", "timezone": "Europe/Springfield"})), "", ""},
	{
		"a moment has ten digits",
		[]surface{message, modal},
		of(input(j{"type": "datetimepicker", "initial_date_time": 1_000_000_000})),
		of(input(j{"type": "datetimepicker", "initial_date_time": 999_999_999})), "", "",
	},
	{
		"a moment has no more than ten digits",
		[]surface{message, modal},
		of(input(j{"type": "datetimepicker", "initial_date_time": 9_999_999_999})),
		of(input(j{"type": "datetimepicker", "initial_date_time": 10_000_000_000})), "", "",
	},
	{"a number says whether it has decimals", inModal, of(input(smallest["number_input"])), of(input(j{"type": "number_input"})), "missing required field: is_decimal_allowed", "/0/element"},
	{
		"numbers are in order", inModal, of(input(j{"type": "number_input", "is_decimal_allowed": true, "min_value": "1.5", "max_value": "1.5"})),
		of(input(j{"type": "number_input", "is_decimal_allowed": true, "min_value": "1.5", "max_value": "1.4"})), "", "",
	},
	{
		"numbers are strings", inModal, of(input(j{"type": "number_input", "is_decimal_allowed": true, "min_value": "1"})),
		of(input(j{"type": "number_input", "is_decimal_allowed": true, "min_value": 1})), "", "",
	},
	{"files do not dispatch", inModal, of(input(smallest["file_input"])), of(and(input(smallest["file_input"]), "dispatch_action", true)), "", ""},
	{"dispatching is on known keys", everywhere, of(dispatching("on_character_entered")), of(dispatching("on_paste")), "", ""},
	{"one element has the focus", everywhere, of(focused(true), focused(false)), of(focused(true), focused(true)), "", ""},
	{"an image has one source", everywhere, of(and(without(picture, "image_url"), "slack_file", j{"id": "F1"})), of(and(picture, "slack_file", j{"id": "F1"})), "", ""},
	{"a Slack file has an id or a url", everywhere, of(and(without(picture, "image_url"), "slack_file", j{"url": "https://e.example/f"})), of(and(without(picture, "image_url"), "slack_file", j{"id": "F1", "url": "https://e.example/f"})), "", ""},
	{"a video is https", everywhere, of(video), of(and(video, "video_url", "http://e.example/v")), "", ""},
	{"a list has bullets or numbers", everywhere, of(listed("ordered")), of(listed("roman")), "", ""},
	{"a header has a level of its own", everywhere, of(j{"type": "header", "text": plain(1), "level": 2}), of(j{"type": "header", "text": plain(1), "level": "2"}), "", ""},
	{"markdown is 12,000 characters in all", inMessage, of(markdown(word(6000)), markdown(word(6000))), of(markdown(word(6000)), markdown(word(6001))), "must be less than 12001 characters", "/1/text"},
	{
		"markdown counts as the blocks that it becomes", inMessage, of(append(times(divider)(48).([]any), markdown("# a\n\nb"))...),
		of(append(times(divider)(49).([]any), markdown("# a\n\nb"))...), "no more than 50 items allowed", "",
	},
	{"a message has one table", inMessage, of(table), of(table, table), "only_one_table_allowed", "/1"},
	{"a message has two charts", inMessage, of(chart(), chart()), of(chart(), chart(), chart()), "", ""},
	{
		"children of a layout count as blocks", inMessage, of(append(times(divider)(48).([]any), layout)...),
		of(append(times(divider)(49).([]any), layout)...), "no more than 50 items allowed", "",
	},
	{
		"a layout holds no markdown", inMessage, of(layout), of(j{"type": "layout", "label": "l", "rows": []any{j{"items": []any{j{"block": markdown("m")}}}}}),
		"unsupported type: markdown", "/0/rows/0/items/0/block/type",
	},
	{"a card shows something", notInModal, of(card), of(j{"type": "card", "subtext": mrkdwn(1)}), "", ""},
	{"a card has one icon", notInModal, of(and(card, "icon", picture)), of(and(and(card, "icon", picture), "slack_icon", j{"type": "icon", "name": "rocket"})), "", ""},
	{"a container collapses only if it may", notInModal, of(and(and(container, "is_collapsible", true), "default_collapsed", true)), of(and(container, "default_collapsed", true)), "", ""},
	{"a container has a title", notInModal, of(container), of(without(container, "title")), "", ""},
	{"a container holds no container", notInModal, of(container), of(and(container, "child_blocks", of(container))), "unsupported type: container", "/0/child_blocks/0/type"},
	{"a data_table is even", notInModal, of(dataTable), of(and(dataTable, "rows", of(of(cell), of(cell, cell)))), "", ""},
	{"a data_table has 20 columns", notInModal, of(columns(20)), of(columns(21)), "", ""},
	{"a data_table has a column", notInModal, of(columns(1)), of(columns(0)), "", ""},
	{"a chart has 20 points", inMessage, of(points(20)), of(points(21)), "", ""},
	{"a data_table's header is no rich text", notInModal, of(columns(1)), of(and(dataTable, "rows", of(of(richText), of(cell)))), "", ""},
	{"an alert has a known level", inModal, of(j{"type": "alert", "text": plain(1), "level": "success"}), of(j{"type": "alert", "text": plain(1), "level": "fatal"}), "", ""},
}

func yes(int) any         { return true }
func markdown(text any) j { return j{"type": "markdown", "text": text} }
func chart() j            { return charting(pie)(1).(j) }
func listed(style string) j {
	return j{"type": "rich_text", "elements": of(j{"type": "rich_text_list", "style": style, "elements": richText["elements"]})}
}
func focused(on bool) j { return input(and(textInput, "focus_on_load", on)) }
func dispatching(key string) j {
	return input(and(textInput, "dispatch_action_config", j{"trigger_actions_on": of(key)}))
}

func columns(n int) j { return and(dataTable, "rows", of(times(cell)(n), times(cell)(n))) }

// points is a chart with that many points.
func points(n int) j {
	var names, data []any
	for i := range n {
		names, data = append(names, fmt.Sprint(i)), append(data, j{"label": fmt.Sprint(i), "value": i})
	}
	return charting(func(int) any {
		return j{"type": "bar", "axis_config": j{"categories": names}, "series": of(j{"name": "s", "data": data})}
	})(1).(j)
}

func without(o j, name string) j {
	out := and(o, name, nil)
	delete(out, name)
	return out
}

func buttons(ids ...string) j {
	var list []any
	for _, id := range ids {
		list = append(list, and(button, "action_id", id))
	}
	return j{"type": "actions", "elements": list}
}

func TestARuleOfBlocksHolds(t *testing.T) {
	s := newShowcase(t)
	for _, r := range rules {
		for _, on := range r.on {
			t.Run(fmt.Sprintf("%s, in a %s", r.claim, on), func(t *testing.T) {
				s.taken(t, on, r.obeys...)
				if r.text != "" {
					s.refused(t, on, r.text, r.where, r.breaks...)
					return
				}
				if got, want := code(s.show(on, r.breaks...)), refusals[on]; got != want {
					t.Errorf("error %q instead of %q", got, want)
				}
			})
		}
	}
}

var refusals = map[surface]string{message: "invalid_blocks", modal: "invalid_arguments", home: "invalid_arguments"}

// frame is a view as it is sent, in which any field can be spoiled.
func frame(on surface) j {
	v := j{"type": string(on), "blocks": of(divider)}
	if on == modal {
		v["title"] = plain(1)
	}
	return v
}

func TestAFieldOfAViewHasItsLimitAndItsSurface(t *testing.T) {
	s := newShowcase(t)
	for _, f := range []struct {
		name string
		n    int // 0: no limit
		fill fill
		at   string
		on   []surface
	}{
		{"title", 24, plain, "/title/text", inModal},
		{"submit", 24, plain, "/submit/text", inModal},
		{"close", 24, plain, "/close/text", inModal},
		{"private_metadata", 3000, word, "/private_metadata", inViews},
		{"callback_id", 255, word, "/callback_id", inViews},
		{"external_id", 255, word, "/external_id", inViews},
		{"clear_on_close", 0, yes, "", inModal},
		{"notify_on_close", 0, yes, "", inModal},
		{"submit_disabled", 0, yes, "", nil},
		{"color", 0, word, "", nil},
	} {
		for _, on := range inViews {
			t.Run(f.name+" of a "+string(on), func(t *testing.T) {
				if !slices.Contains(f.on, on) {
					s.refusedView(t, on, "invalid additional property: "+f.name+" [json-pointer:/view]", and(frame(on), f.name, f.fill(1)))
					return
				}
				wants(t, f.name, "", s.showView(on, and(frame(on), f.name, f.fill(f.n))))
				wants(t, "without it again", "", s.showView(on, frame(on))) // an external_id is free for the next view
				if f.n > 0 {
					s.refusedView(t, on, tooLong(f.n)+" [json-pointer:/view"+f.at+"]", and(frame(on), f.name, f.fill(f.n+1)))
				}
			})
		}
	}
	t.Run("a modal has a title", func(t *testing.T) {
		s.refusedView(t, modal, "missing required field: title [json-pointer:/view]", without(frame(modal), "title"))
	})
	t.Run("a modal with an input has a submit button", func(t *testing.T) {
		view := and(frame(modal), "blocks", of(divider, divider, inputs))
		wants(t, "with it", "", s.showView(modal, and(view, "submit", plain(1))))
		s.refusedView(t, modal, "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/2/input]", view)
	})
}

func TestAViewHas250KilobytesAtMost(t *testing.T) {
	s := newShowcase(t)
	sized := func(on surface, size int) j {
		section := func(n int) j {
			return j{"type": "section", "text": j{"type": "mrkdwn", "text": strings.Repeat("x", n)}}
		}
		view := and(frame(on), "blocks", append(times(section(2900))(82).([]any), section(1), section(1), section(1), section(1)))
		list := view["blocks"].([]any)
		for i := 82; i < 86; i++ {
			room := size - len(encoded(view))
			list[i] = section(1 + min(2999, room))
		}
		return view
	}
	for _, on := range inViews {
		if n := len(encoded(sized(on, 250_000))); n != 250_000 {
			t.Fatalf("the test's view has %d bytes", n)
		}
		wants(t, "250,000 bytes", "", s.showView(on, sized(on, 250_000)))
		wants(t, "one more", "view_too_large", s.showView(on, sized(on, 250_001)))
	}
}

// refusedView says that a view is refused for exactly this reason.
func (s *showcase) refusedView(t *testing.T, on surface, text string, view j) {
	t.Helper()
	err := s.showView(on, view)
	var refusal slack.SlackErrorResponse
	if !errors.As(err, &refusal) {
		t.Errorf("not refused: %v", err)
		return
	}
	want := []string{"[ERROR] failed to match all allowed schemas [json-pointer:/view]", "[ERROR] " + text}
	if diff := cmp.Diff(want, refusal.ResponseMetadata.Messages); refusal.Err != "invalid_arguments" || diff != "" {
		t.Errorf("%s (-want +got):\n%s", refusal.Err, diff)
	}
}
