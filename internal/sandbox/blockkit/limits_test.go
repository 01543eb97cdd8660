package blockkit

import (
	"fmt"
	"testing"
)

func tooLong(n int) string  { return fmt.Sprintf("must be less than %d characters", n+1) }
func tooMany(n int) string  { return fmt.Sprintf("no more than %d items allowed", n) }
func tooLarge(n int) string { return fmt.Sprintf("must be less than %d", n+1) }

// limit is one limit of one block: n is taken, n+1 is refused with the text at the pointer below the block.
type limit struct {
	claim string
	on    surface
	n     int
	block func(n int) string
	text  func(n int) string
	at    string
}

// in makes a block with a hole for a text, a list or a number.
func in(format string, fill func(n int) string) func(n int) string {
	return func(n int) string { return fmt.Sprintf(format, fill(n)) }
}

func quoted(n int) string               { return fmt.Sprintf("%q", x(n)) }
func digits(n int) string               { return fmt.Sprint(n) }
func address(n int) string              { return fmt.Sprintf("%q", "https://e.x/"+x(n-12)) }
func many(item string) func(int) string { return func(n int) string { return times(n, item) } }

// menu, tick, typed and other shapes with one hole.
var (
	buttonWith = func(field string) string {
		return actions(`{"type":"button","text":` + pt(1) + `,` + field + `}`)
	}
	confirmWith = func(title, text, yes, no string) string {
		return buttonWith(fmt.Sprintf(`"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, title, text, yes, no))
	}
	optionWith = func(text, value, more string) string {
		return section(`{"type":"static_select","options":[{"text":` + text + `,"value":` + value + more + `}]}`)
	}
	videoWith = func(alt, url, thumbnail, more string) string {
		return `{"type":"video","title":` + pt(1) + `,"alt_text":` + alt + `,"video_url":` + url + `,"thumbnail_url":` + thumbnail + more + `}`
	}
	richListWith = func(field string) string {
		return `{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[]}],` + field + `}]}`
	}
	tableRows = func(rows string) string { return `{"type":"table","rows":` + rows + `}` }
	dataTable = func(more string) string {
		return `{"type":"data_table","caption":"c","rows":[[{"type":"raw_text","text":"h"}],[{"type":"raw_number","value":1.5}]]` + more + `}`
	}
	chart = func(title, chart string) string {
		return fmt.Sprintf(`{"type":"data_visualization","title":%s,"chart":%s}`, title, chart)
	}
	bars = func(series, categories, more string) string {
		return chart(`"t"`, fmt.Sprintf(`{"type":"bar","series":%s,"axis_config":{"categories":%s%s}}`, series, categories, more))
	}
)

const (
	any3   = everywhere
	views2 = modal | home
	cardOn = message | home
)

var limits = []limit{
	// classic blocks
	{"header text", any3, 150, in(`{"type":"header","text":%s}`, pt), tooLong, "/text/text"},
	{"header level", any3, 4, in(`{"type":"header","text":`+pt(1)+`,"level":%s}`, digits), tooLarge, "/level"},
	{"section text", any3, 3000, in(`{"type":"section","text":%s}`, md), tooLong, "/text/text"},
	{"section plain text", any3, 3000, in(`{"type":"section","text":%s}`, pt), tooLong, "/text/text"},
	{"section fields", any3, 10, in(`{"type":"section","fields":%s}`, many(md(1))), tooMany, "/fields"},
	{"text of a field", any3, 2000, in(`{"type":"section","fields":[%s]}`, md), tooLong, "/fields/0/text"},
	{"context elements", any3, 10, in(`{"type":"context","elements":%s}`, many(md(1))), tooMany, "/elements"},
	{"text in a context", any3, 3000, in(`{"type":"context","elements":[%s]}`, pt), tooLong, "/elements/0/text"},
	{"actions elements", any3, 25, in(`{"type":"actions","elements":%s}`, many(button)), tooMany, "/elements"},
	{"image alt text", any3, 2000, in(`{"type":"image","image_url":"https://e.x/i.png","alt_text":%s}`, quoted), tooLong, "/alt_text"},
	{"image title", any3, 2000, in(`{"type":"image","image_url":"https://e.x/i.png","alt_text":"a","title":%s}`, pt), tooLong, "/title/text"},
	{"image url", any3, 3000, in(`{"type":"image","alt_text":"a","image_url":%s}`, address), tooLong, "/image_url"},
	{"input label", any3, 2000, in(`{"type":"input","label":%s,"element":{"type":"plain_text_input"}}`, pt), tooLong, "/label/text"},
	{"input hint", any3, 2000, in(`{"type":"input","label":`+pt(1)+`,"hint":%s,"element":{"type":"plain_text_input"}}`, pt), tooLong, "/hint/text"},
	{"block_id", any3, 255, in(`{"type":"divider","block_id":%s}`, quoted), tooLong, "/block_id"},
	{"video title", any3, 199, in(`{"type":"video","alt_text":"a","video_url":"https://e.x","thumbnail_url":"https://e.x","title":%s}`, pt), tooLong, "/title/text"},
	{"video author", any3, 49, in(`{"type":"video","title":`+pt(1)+`,"alt_text":"a","video_url":"https://e.x","thumbnail_url":"https://e.x","author_name":%s}`, quoted), tooLong, "/author_name"},
	{"video alt text", any3, 2000, in(videoWith("%s", `"https://e.x"`, `"https://e.x"`, ""), quoted), tooLong, "/alt_text"},
	{"video url", any3, 3000, in(videoWith(`"a"`, "%s", `"https://e.x"`, ""), address), tooLong, "/video_url"},
	{"video thumbnail", any3, 3000, in(videoWith(`"a"`, `"https://e.x"`, "%s", ""), address), tooLong, "/thumbnail_url"},
	{"video title url", any3, 2000, in(videoWith(`"a"`, `"https://e.x"`, `"https://e.x"`, `,"title_url":%s`), address), tooLong, "/title_url"},
	{"video provider", any3, 50, in(videoWith(`"a"`, `"https://e.x"`, `"https://e.x"`, `,"provider_name":%s`), quoted), tooLong, "/provider_name"},
	{"video provider icon", any3, 2000, in(videoWith(`"a"`, `"https://e.x"`, `"https://e.x"`, `,"provider_icon_url":%s`), address), tooLong, "/provider_icon_url"},
	{"video description", any3, 200, in(videoWith(`"a"`, `"https://e.x"`, `"https://e.x"`, `,"description":%s`), pt), tooLong, "/description/text"},
	{"indent of a list", any3, 8, in(richListWith(`"indent":%s`), digits), tooLarge, "/elements/0/indent"},
	{"border of a list", any3, 1, in(richListWith(`"border":%s`), digits), tooLarge, "/elements/0/border"},
	{"skin tone", any3, 6, in(`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"emoji","name":"wave","skin_tone":%s}]}]}`, digits), tooLarge, "/elements/0/elements/0/skin_tone"},
	{"markdown text", message, 12000, in(`{"type":"markdown","text":%s}`, quoted), tooLong, "/text"},

	// elements
	{"action_id", any3, 255, in(buttonWith(`"action_id":%s`), quoted), tooLong, "/elements/0/action_id"},
	{"button text", any3, 75, in(actions(`{"type":"button","text":%s}`), pt), tooLong, "/elements/0/text/text"},
	{"button value", any3, 2000, in(buttonWith(`"value":%s`), quoted), tooLong, "/elements/0/value"},
	{"button url", any3, 3000, in(buttonWith(`"url":%s`), address), tooLong, "/elements/0/url"},
	{"button accessibility label", any3, 75, in(buttonWith(`"accessibility_label":%s`), quoted), tooLong, "/elements/0/accessibility_label"},
	{"accessory button text", any3, 75, in(section(`{"type":"button","text":%s}`), pt), tooLong, "/accessory/text/text"},
	{"confirm title", any3, 100, in(confirmWith("%s", md(1), pt(1), pt(1)), pt), tooLong, "/elements/0/confirm/title/text"},
	{"confirm text", any3, 300, in(confirmWith(pt(1), "%s", pt(1), pt(1)), md), tooLong, "/elements/0/confirm/text/text"},
	{"confirm yes", any3, 30, in(confirmWith(pt(1), md(1), "%s", pt(1)), pt), tooLong, "/elements/0/confirm/confirm/text"},
	{"confirm no", any3, 30, in(confirmWith(pt(1), md(1), pt(1), "%s"), pt), tooLong, "/elements/0/confirm/deny/text"},
	{"overflow options", any3, 5, in(section(`{"type":"overflow","options":%s}`), many(option)), tooMany, "/accessory/options"},
	{"overflow option url", any3, 3000, in(section(`{"type":"overflow","options":[{"text":`+pt(1)+`,"value":"v","url":%s}]}`), address), tooLong, "/accessory/options/0/url"},
	{"checkboxes options", any3, 10, in(input(`{"type":"checkboxes","options":%s}`), many(option)), tooMany, "/element/options"},
	{"radio options", any3, 10, in(actions(`{"type":"radio_buttons","options":%s}`), many(option)), tooMany, "/elements/0/options"},
	{"checkbox text", any3, 75, in(input(`{"type":"checkboxes","options":[{"text":%s,"value":"v"}]}`), md), tooLong, "/element/options/0/text/text"},
	{"checkbox value", any3, 150, in(input(`{"type":"checkboxes","options":[{"text":`+md(1)+`,"value":%s}]}`), quoted), tooLong, "/element/options/0/value"},
	{"overflow option text", any3, 75, in(section(`{"type":"overflow","options":[{"text":%s,"value":"v"}]}`), pt), tooLong, "/accessory/options/0/text/text"},
	{"overflow option value", any3, 150, in(section(`{"type":"overflow","options":[{"text":`+pt(1)+`,"value":%s}]}`), quoted), tooLong, "/accessory/options/0/value"},
	{"overflow option description", any3, 75, in(section(`{"type":"overflow","options":[{"text":`+pt(1)+`,"value":"v","description":%s}]}`), pt), tooLong, "/accessory/options/0/description/text"},
	{"groups of a multi-select", any3, 100, in(input(`{"type":"multi_static_select","option_groups":%s}`), many(`{"label":`+pt(1)+`,"options":[`+option+`]}`)), tooMany, "/element/option_groups"},
	{"checkbox description", any3, 75, in(input(`{"type":"checkboxes","options":[{"text":`+md(1)+`,"value":"v","description":%s}]}`), md), tooLong, "/element/options/0/description/text"},
	{"select options", any3, 100, in(section(`{"type":"static_select","options":%s}`), many(option)), tooMany, "/accessory/options"},
	{"multi-select options", any3, 100, in(input(`{"type":"multi_static_select","options":%s}`), many(option)), tooMany, "/element/options"},
	{"option groups", any3, 100, in(section(`{"type":"static_select","option_groups":%s}`), many(`{"label":`+pt(1)+`,"options":[`+option+`]}`)), tooMany, "/accessory/option_groups"},
	{"options of a group", any3, 100, in(section(`{"type":"static_select","option_groups":[{"label":`+pt(1)+`,"options":%s}]}`), many(option)), tooMany, "/accessory/option_groups/0/options"},
	{"label of a group", any3, 75, in(section(`{"type":"static_select","option_groups":[{"label":%s,"options":[`+option0+`]}]}`), pt), tooLong, "/accessory/option_groups/0/label/text"},
	{"option text", any3, 75, in(optionWith("%s", `"v"`, ""), pt), tooLong, "/accessory/options/0/text/text"},
	{"option value", any3, 150, in(optionWith(pt(1), "%s", ""), quoted), tooLong, "/accessory/options/0/value"},
	{"option description", any3, 75, in(optionWith(pt(1), `"v"`, `,"description":%s`), pt), tooLong, "/accessory/options/0/description/text"},
	{"plain_text_input min_length", any3, 3000, in(input(`{"type":"plain_text_input","min_length":%s}`), digits), tooLarge, "/element/min_length"},
	{"plain_text_input max_length", any3, 3000, in(input(`{"type":"plain_text_input","max_length":%s}`), digits), tooLarge, "/element/max_length"},
	{"min_length beside max_length", any3, 7, in(input(`{"type":"plain_text_input","max_length":7,"min_length":%s}`), digits), tooLarge, "/element/min_length"},
	{"initial value beside max_length", any3, 7, in(input(`{"type":"plain_text_input","max_length":7,"initial_value":%s}`), quoted), tooLong, "/element/initial_value"},
	{"file_input max_files", modal, 10, in(input(`{"type":"file_input","max_files":%s}`), digits), tooLarge, "/element/max_files"},
	{"rich_text_input min_lines", views2, 100, in(input(`{"type":"rich_text_input","min_lines":%s}`), digits), tooLarge, "/element/min_lines"},
	{"min_lines beside max_lines", views2, 7, in(input(`{"type":"rich_text_input","max_lines":7,"min_lines":%s}`), digits), tooLarge, "/element/min_lines"},
	{"rich_text_input max_lines", views2, 100, in(input(`{"type":"rich_text_input","max_lines":%s}`), digits), tooLarge, "/element/max_lines"},
	{"image element alt text", any3, 2000, in(contextOf(`{"type":"image","image_url":"https://e.x/i.png","alt_text":%s}`), quoted), tooLong, "/elements/0/alt_text"},
	{"workflow button text", message, 75, in(actions(`{"type":"workflow_button","workflow":{"trigger":{"url":"https://e.x"}},"text":%s}`), pt), tooLong, "/elements/0/text/text"},
	{"image element url", any3, 3000, in(contextOf(`{"type":"image","alt_text":"a","image_url":%s}`), address), tooLong, "/elements/0/image_url"},
	{"workflow button accessibility label", message, 75, in(actions(`{"type":"workflow_button","text":`+pt(1)+`,"workflow":{"trigger":{"url":"https://e.x"}},"accessibility_label":%s}`), quoted), tooLong, "/elements/0/accessibility_label"},
	{"feedback button accessibility label", message, 75, in(`{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":`+pt(1)+`,"value":"1","accessibility_label":%s},"negative_button":{"text":`+pt(1)+`,"value":"0"}}]}`, quoted), tooLong, "/elements/0/positive_button/accessibility_label"},
	{"icon button text", message, 75, in(`{"type":"context_actions","elements":[{"type":"icon_button","icon":"trash","text":%s}]}`, pt), tooLong, "/elements/0/text/text"},
	{"icon button value", message, 2000, in(`{"type":"context_actions","elements":[{"type":"icon_button","icon":"trash","text":`+pt(1)+`,"value":%s}]}`, quoted), tooLong, "/elements/0/value"},
	{"icon button accessibility label", message, 75, in(`{"type":"context_actions","elements":[{"type":"icon_button","icon":"trash","text":`+pt(1)+`,"accessibility_label":%s}]}`, quoted), tooLong, "/elements/0/accessibility_label"},
	{"feedback button text", message, 75, in(`{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":%s,"value":"1"},"negative_button":{"text":`+pt(1)+`,"value":"0"}}]}`, pt), tooLong, "/elements/0/positive_button/text/text"},
	{"feedback button value", message, 2000, in(`{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":`+pt(1)+`,"value":"1"},"negative_button":{"text":`+pt(1)+`,"value":%s}}]}`, quoted), tooLong, "/elements/0/negative_button/value"},
	{"icon button viewers", message, 10, in(`{"type":"context_actions","elements":[{"type":"icon_button","icon":"trash","text":`+pt(1)+`,"visible_to_user_ids":%s}]}`, many(`"U%d"`)), tooMany, "/elements/0/visible_to_user_ids"},

	// newer blocks
	{"context_actions elements", message, 5, in(`{"type":"context_actions","elements":%s}`, many(`{"type":"icon_button","icon":"trash","text":`+pt(1)+`}`)), tooMany, "/elements"},
	{"plan cards", message, 50, in(`{"type":"plan","title":"p","tasks":%s}`, many(`{"task_id":"t","title":"t"}`)), tooMany, "/tasks"},
	{"table rows", message, 100, in(tableRows("%s"), many(`[{"type":"raw_text","text":"c"}]`)), tooMany, "/rows"},
	{"table cells", message, 20, in(tableRows("[%s]"), many(`{"type":"raw_text","text":"c"}`)), tooMany, "/rows/0"},
	{"table characters", message, 10000, in(tableRows(`[[{"type":"raw_text","text":%s}]]`), quoted), tooLong, "/rows"},
	{"table column settings", message, 20, in(`{"type":"table","rows":[[{"type":"raw_text","text":"c"}]],"column_settings":%s}`, many(`{"align":"right","is_wrapped":true}`)), tooMany, "/column_settings"},
	{"alert text", modal, 200, in(`{"type":"alert","level":"warning","text":%s}`, md), tooLong, "/text/text"},
	{"card title", cardOn, 150, in(`{"type":"card","title":%s}`, md), tooLong, "/title/text"},
	{"card subtitle", cardOn, 150, in(`{"type":"card","title":`+pt(1)+`,"subtitle":%s}`, pt), tooLong, "/subtitle/text"},
	{"card body", cardOn, 200, in(`{"type":"card","body":%s}`, md), tooLong, "/body/text"},
	{"card subtext", cardOn, 200, in(`{"type":"card","body":`+md(1)+`,"subtext":%s}`, md), tooLong, "/subtext/text"},
	{"card actions", cardOn, 2, in(`{"type":"card","actions":%s}`, many(button)), tooMany, "/actions"},
	{"carousel cards", cardOn, 10, in(`{"type":"carousel","elements":%s}`, many(`{"type":"card","title":`+pt(1)+`}`)), tooMany, "/elements"},
	{"container title", cardOn, 150, in(`{"type":"container","child_blocks":[`+divider+`],"title":%s}`, pt), tooLong, "/title/text"},
	{"container subtitle", cardOn, 150, in(`{"type":"container","child_blocks":[`+divider+`],"title":`+pt(1)+`,"subtitle":%s}`, pt), tooLong, "/subtitle/text"},
	{"container children", cardOn, 10, in(`{"type":"container","title":`+pt(1)+`,"child_blocks":%s}`, many(divider)), tooMany, "/child_blocks"},
	{"layout label", cardOn, 150, in(`{"type":"layout","rows":[{"items":[{"block":`+divider+`}]}],"label":%s}`, quoted), tooLong, "/label"},
	{"layout rows", cardOn, 5, in(`{"type":"layout","label":"l","rows":%s}`, many(`{"items":[{"block":`+divider+`}]}`)), tooMany, "/rows"},
	{"layout items", cardOn, 3, in(`{"type":"layout","label":"l","rows":[{"items":%s}]}`, many(`{"block":`+divider+`}`)), tooMany, "/rows/0/items"},
	{"data_table rows", cardOn, 101, in(`{"type":"data_table","caption":"c","rows":%s}`, many(`[{"type":"raw_text","text":"c"}]`)), tooMany, "/rows"},
	{"data_table page size", cardOn, 100, in(dataTable(`,"page_size":%s`), digits), tooLarge, "/page_size"},
	{"data_table characters", cardOn, 10000, in(`{"type":"data_table","caption":"c","rows":[[{"type":"raw_text","text":"`+x(1000)+`"}],[{"type":"raw_text","text":%s}]]}`, func(n int) string { return quoted(n - 1000) }), tooLong, "/rows"},
	{"chart title", message, 50, in(chart("%s", `{"type":"pie","segments":[{"label":"a","value":1}]}`), quoted), tooLong, "/title"},
	{"pie segments", message, 6, in(chart(`"t"`, `{"type":"pie","segments":%s}`), many(`{"label":"a","value":1}`)), tooMany, "/chart/segments"},
	{"pie label", message, 20, in(chart(`"t"`, `{"type":"pie","segments":[{"label":%s,"value":1}]}`), quoted), tooLong, "/chart/segments/0/label"},
	{"chart series", message, 6, in(bars("%s", `["a"]`, ""), many(`{"name":"s%d","data":[{"label":"a","value":-1}]}`)), tooMany, "/chart/series"},
	{"data_table header column", cardOn, 19, in(dataTable(`,"row_header_column_index":%s`), digits), tooLarge, "/row_header_column_index"},
	{"series name", message, 20, in(bars(`[{"name":%s,"data":[{"label":"a","value":1}]}]`, `["a"]`, ""), quoted), tooLong, "/chart/series/0/name"},
	{"horizontal axis label", message, 50, in(bars(`[{"name":"s","data":[{"label":"a","value":1}]}]`, `["a"]`, `,"x_label":%s`), quoted), tooLong, "/chart/axis_config/x_label"},
	{"url of a task's source", message, 3000, in(`{"type":"task_card","task_id":"t","title":"t","sources":[{"type":"url","text":"s","url":%s}]}`, address), tooLong, "/sources/0/url"},
	{"axis label", message, 50, in(bars(`[{"name":"s","data":[{"label":"a","value":1}]}]`, `["a"]`, `,"y_label":%s`), quoted), tooLong, "/chart/axis_config/y_label"},
}

func TestEveryLimitTakesNAndRefusesOneMore(t *testing.T) {
	for _, l := range append(limits, placeholderLimits()...) {
		t.Run(l.claim, func(t *testing.T) {
			eachSurface(t, l.on, func(t *testing.T, s surface) {
				wantProblems(t, s, "["+l.block(l.n)+"]")
				wantProblems(t, s, "["+l.block(l.n+1)+"]", Problem{l.text(l.n), "/0" + l.at})
			})
		})
	}
}

// placeholderLimits has one limit for each element with a placeholder.
func placeholderLimits() []limit {
	var out []limit
	for kind, on := range map[string]surface{
		"external_select": any3, "multi_external_select": any3, "users_select": any3, "multi_users_select": any3,
		"conversations_select": any3, "multi_conversations_select": any3, "channels_select": any3, "multi_channels_select": any3,
		"datepicker": any3, "timepicker": any3, "plain_text_input": any3,
		"email_text_input": modal, "url_text_input": modal, "rich_text_input": views2,
	} {
		out = append(out, limit{"placeholder of " + kind, on, 150, in(input(`{"type":"`+kind+`","placeholder":%s}`), pt), tooLong, "/element/placeholder/text"})
	}
	more := `"options":[` + option0 + `]`
	for _, kind := range []string{"static_select", "multi_static_select"} {
		out = append(out, limit{"placeholder of " + kind, any3, 150, in(section(`{"type":"`+kind+`",`+more+`,"placeholder":%s}`), pt), tooLong, "/accessory/placeholder/text"})
	}
	return append(out, limit{"placeholder of number_input", modal, 150, in(input(`{"type":"number_input","is_decimal_allowed":false,"placeholder":%s}`), pt), tooLong, "/element/placeholder/text"})
}

func TestSurfacesTakeTheirNumberOfBlocks(t *testing.T) {
	for s, n := range map[surface]int{message: 50, modal: 100, home: 100} {
		t.Run(surfaces[s].name, func(t *testing.T) {
			wantProblems(t, s, times(n, divider))
			wantProblems(t, s, times(n+1, divider), Problem{tooMany(n), ""})
		})
	}
}

func TestViewFieldsTakeNAndRefuseOneMore(t *testing.T) {
	for _, l := range []struct {
		field, at string
		on        surface
		n         int
		fill      func(int) string
	}{
		{"title", "/title/text", modal, 24, pt},
		{"submit", "/submit/text", modal, 24, pt},
		{"close", "/close/text", modal, 24, pt},
		{"private_metadata", "/private_metadata", views2, 3000, quoted},
		{"callback_id", "/callback_id", views2, 255, quoted},
		{"external_id", "/external_id", views2, 255, quoted},
	} {
		t.Run(l.field, func(t *testing.T) {
			eachSurface(t, l.on, func(t *testing.T, s surface) {
				view := func(n int) string {
					fields := fmt.Sprintf(`"type":%q,"blocks":[%s],%q:%s`, surfaces[s].name, divider, l.field, l.fill(n))
					if s == modal && l.field != "title" {
						fields += `,"title":` + pt(1)
					}
					return "{" + fields + "}"
				}
				wantView(t, view(l.n))
				wantView(t, view(l.n+1), Problem{tooLong(l.n), "/view" + l.at})
			})
		})
	}
}
