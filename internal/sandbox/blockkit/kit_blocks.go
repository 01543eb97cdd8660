package blockkit

// Where the classic blocks may stand: nested in others, and in what replaces a layout on old clients.
const (
	nested   = topLevel | inContainer | inLayout
	fallback = nested | inFallback
)

// blockShapes holds every block that an app can send: on which surfaces, inside of what, and what it may hold.
// Blocks that only Slack makes (file, call) are not here, and so are refused as unsupported.
var blockShapes = map[string]shape{
	"header": {on: everywhere, in: fallback, fields: block(
		must("text", plain(150)),
		may("level", integer(1, 4)),
	)},
	"section": {on: everywhere, in: fallback, also: textOrFields, fields: block(
		may("text", words(3000)),
		may("fields", listOf(1, 10, words(2000))),
		may("accessory", elementIn(inSection)),
		may("expand", boolean),
	)},
	"context": {on: everywhere, in: fallback, fields: block(must("elements", listOf(1, 10, elementIn(inContext))))},
	"actions": {on: everywhere, in: nested, fields: block(must("elements", listOf(1, 25, elementIn(inActions))))},
	"divider": {on: everywhere, in: fallback, fields: block()},
	"image": {
		on: everywhere, in: fallback, also: imageSource,
		fields: with(imageFields, block(may("title", plain(2000)))...),
	},
	"input": {on: everywhere, in: nested, also: noDispatchOfFiles, fields: block(
		must("label", plain(2000)),
		must("element", elementIn(inInput)),
		may("hint", plain(2000)),
		may("optional", boolean),
		may("dispatch_action", boolean),
	)},
	"rich_text": {on: everywhere, in: fallback, fields: block(must("elements", richElements))},
	"video": {on: everywhere, in: fallback, fields: block(
		must("title", plain(199)),
		must("alt_text", chars(1, 2000)),
		must("video_url", httpsLink(3000)),
		must("thumbnail_url", link(3000)),
		may("title_url", httpsLink(2000)),
		may("author_name", chars(1, 49)),
		may("provider_name", chars(1, 50)),
		may("provider_icon_url", link(2000)),
		may("description", plain(200)),
	)},
	"markdown": {on: message, in: topLevel, also: markdownBudget, fields: block(must("text", chars(1, maxMarkdown)))},

	"table": {on: message, in: fallback, also: oneTable, fields: block(
		must("rows", listOf(1, 100, listOf(1, 20, anyOf(cellShapes)))),
		may("column_settings", listOf(1, 20, columnSetting)),
	)},
	"data_table": {on: message | home, in: topLevel | inLayout, also: evenTable, fields: block(
		must("caption", chars(1, unlimited)),
		must("rows", listOf(2, 101, listOf(1, 20, anyOf(dataCellShapes)))),
		may("page_size", integer(1, 100)),
		may("row_header_column_index", integer(0, 19)),
	)},
	"data_visualization": {on: message, in: topLevel | inLayout, also: twoCharts, fields: block(
		must("title", chars(1, 50)),
		must("chart", anyOf(chartShapes)),
	)},

	"alert": {on: modal, in: topLevel | inLayout, fields: block(
		must("text", words(200)),
		may("level", oneOf("default", "info", "warning", "error", "success")),
	)},
	"card": {on: message | home, in: topLevel | inLayout | inCarousel, also: cardHasSomething, fields: block(
		may("hero_image", imageElement),
		may("icon", imageElement),
		may("slack_icon", slackIcon),
		may("title", words(150)),
		may("subtitle", words(150)),
		may("body", words(200)),
		may("subtext", words(200)),
		may("actions", listOf(1, 2, elementIn(inCard))),
	)},
	"carousel": {on: message | home, in: topLevel | inLayout, fields: block(must("elements", listOf(1, 10, blockIn(inCarousel))))},
	"container": {on: message | home, in: topLevel | inLayout, also: containerAddsUp, fields: block(
		may("title", plain(150)),
		may("rich_text_title", richTextBlock),
		may("subtitle", words(150)),
		may("icon", imageElement),
		may("width", oneOf("narrow", "standard", "wide", "full")),
		may("is_collapsible", boolean),
		may("default_collapsed", boolean),
		may("has_header_divider", boolean),
		must("child_blocks", listOf(1, 10, blockIn(inContainer))),
	)},
	"layout": {on: message | home, in: topLevel | inContainer, also: layoutBudget, fields: block(
		must("label", chars(1, 150)),
		must("rows", listOf(1, 5, record(shape{fields: []field{must("items", listOf(1, 3, layoutItem))}}))),
		may("is_label_visible", boolean),
		may("grid_lines", oneOf("none", "rows", "outer")),
		may("fallback", listOf(1, unlimited, blockIn(inFallback))),
	)},

	"context_actions": {on: message, in: topLevel, fields: block(must("elements", listOf(1, 5, elementIn(inContextActions))))},
	"task_card":       {on: message, in: topLevel, fields: block(taskFields...)},
	"plan": {on: message, in: topLevel, fields: block(
		must("title", chars(1, unlimited)),
		may("tasks", listOf(0, 50, planTask)),
	)},
}

// block is a block's fields, with the block_id that all have.
func block(own ...field) []field { return append(own, may("block_id", blockID)) }

var layoutItem = record(shape{fields: []field{
	must("block", blockIn(inLayout)),
	may("width", oneOf("narrow", "standard", "wide")),
	may("horizontal_alignment", oneOf("start", "center", "end")),
}})

var taskFields = []field{
	must("task_id", chars(1, unlimited)),
	must("title", chars(1, unlimited)),
	may("status", oneOf("pending", "in_progress", "complete", "error")),
	may("details", richTextBlock),
	may("output", richTextBlock),
	may("sources", listOf(0, unlimited, anyOf(map[string]shape{"url": {fields: []field{
		must("url", link(3000)), must("text", chars(1, unlimited)),
	}}}))),
	may("hide_title", boolean),
}

// planTask is a task card inside a plan, where its type may be left out.
var planTask = record(shape{fields: block(append(taskFields, may("type", oneOf("task_card")))...)})

func textOrFields(c *checker, at string, o object) {
	_, hasText := o["text"]
	_, hasFields := o["fields"]
	if !hasText && !hasFields {
		c.refuse(at+"/type", "must define either `text` or `fields`")
	}
}

func noDispatchOfFiles(c *checker, at string, o object) {
	if str(obj(o, "element"), "type") == "file_input" && truth(o, "dispatch_action") {
		c.refuse(at+"/dispatch_action", "not allowed with a `file_input` element")
	}
}

func cardHasSomething(c *checker, at string, o object) {
	something := false
	for _, name := range []string{"hero_image", "title", "actions", "body"} {
		_, there := o[name]
		something = something || there
	}
	if !something {
		c.refuse(at+"/type", "must define at least one of `hero_image`, `title`, `actions`, `body`")
	}
	_, hasIcon := o["icon"]
	_, hasSlackIcon := o["slack_icon"]
	if hasIcon && hasSlackIcon {
		c.refuse(at+"/type", "must define either `icon` or `slack_icon`")
	}
}

func containerAddsUp(c *checker, at string, o object) {
	_, hasTitle := o["title"]
	_, hasRichTitle := o["rich_text_title"]
	if !hasTitle && !hasRichTitle {
		c.refuse(at+"/type", "must define either `title` or `rich_text_title`")
	}
	if truth(o, "default_collapsed") && !truth(o, "is_collapsible") {
		c.refuse(at+"/default_collapsed", "must define `is_collapsible` to use `default_collapsed`")
	}
}

// layoutBudget counts a layout's children as blocks of the surface.
func layoutBudget(c *checker, _ string, o object) { c.extra += len(children(o)) }
