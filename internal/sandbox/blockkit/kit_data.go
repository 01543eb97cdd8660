package blockkit

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxMarkdown   = 12_000
	maxTableChars = 10_000
)

// cellShapes are the cells of a table.
var cellShapes = map[string]shape{
	"raw_text":   {fields: []field{must("text", chars(0, unlimited))}},
	"raw_number": {fields: []field{must("value", numeric), may("text", chars(1, unlimited))}},
	"rich_text":  {fields: []field{must("elements", richElements)}},
}

// dataCellShapes are the cells of a data_table.
var dataCellShapes = map[string]shape{
	"raw_text":   {fields: []field{must("text", chars(1, unlimited))}},
	"raw_number": cellShapes["raw_number"],
	"rich_text":  cellShapes["rich_text"],
	"action_cell": {fields: []field{
		must("element", elementIn(inCell)),
		may("fallback", anyOf(map[string]shape{"raw_text": cellShapes["raw_text"], "raw_number": cellShapes["raw_number"]})),
	}},
}

// columnSetting may be null, to skip a column.
func columnSetting(c *checker, at string, v any) {
	if v != nil {
		columnSettingObject(c, at, v)
	}
}

var columnSettingObject = record(shape{fields: []field{
	may("align", oneOf("left", "center", "right")),
	may("is_wrapped", boolean),
}})

// chartShapes are the charts of a data_visualization.
var chartShapes = map[string]shape{
	"pie":  {fields: []field{must("segments", listOf(1, 6, record(shape{fields: []field{must("label", chars(1, 20)), must("value", positive)}})))}},
	"bar":  axisChart,
	"line": axisChart,
	"area": axisChart,
}

var axisChart = shape{also: seriesMatchCategories, fields: []field{
	must("series", listOf(1, 6, record(shape{fields: []field{
		must("name", chars(1, 20)),
		must("data", listOf(1, 20, record(shape{fields: []field{must("label", chars(1, 20)), must("value", numeric)}}))),
	}}))),
	must("axis_config", record(shape{fields: []field{
		must("categories", listOf(1, 20, chars(1, 20))),
		may("x_label", chars(1, 50)),
		may("y_label", chars(1, 50)),
	}})),
}}

// seriesMatchCategories wants every series to have its own name and exactly one point for each category.
func seriesMatchCategories(c *checker, at string, o object) {
	axis := obj(o, "axis_config")
	if axis == nil {
		return // said already
	}
	var categories []string
	for _, v := range list(axis, "categories") {
		s, _ := v.(string)
		categories = append(categories, s)
	}
	slices.Sort(categories)
	names := map[string]bool{}
	for i, s := range objects(list(o, "series")) {
		here := fmt.Sprintf("%s/series/%d", at, i)
		if name := str(s, "name"); names[name] {
			c.refuse(here+"/name", "`name` \"%s\" already exists", name)
		}
		names[str(s, "name")] = true
		var labels []string
		for _, p := range objects(list(s, "data")) {
			labels = append(labels, str(p, "label"))
		}
		slices.Sort(labels)
		if !slices.Equal(labels, categories) {
			c.refuse(here+"/data", "must have exactly one point for every category")
		}
	}
}

// twoCharts allows two charts per message.
func twoCharts(c *checker, at string, _ object) {
	if c.charts++; c.charts > 2 {
		c.refuse(at, "no more than 2 data_visualization blocks allowed")
	}
}

// oneTable allows one table per message, of a limited number of characters in all.
func oneTable(c *checker, at string, o object) {
	if c.tables++; c.tables > 1 {
		c.refuse(at, "only_one_table_allowed")
	}
	c.length(at+"/rows", tableChars(o), 0, maxTableChars)
}

// evenTable wants rows of one length, a header without rich text, and a limited number of characters.
func evenTable(c *checker, at string, o object) {
	columns := -1
	for i, v := range list(o, "rows") {
		row, _ := v.([]any)
		here := fmt.Sprintf("%s/rows/%d", at, i)
		if columns < 0 {
			columns = len(row)
		}
		if len(row) != columns {
			c.refuse(here, "must have as many cells as the header")
		}
		for j, cell := range objects(row) {
			if i == 0 && str(cell, "type") == "rich_text" {
				c.refuse(fmt.Sprintf("%s/%d/type", here, j), "unsupported type: rich_text")
			}
		}
	}
	c.length(at+"/rows", tableChars(o), 0, maxTableChars)
}

// tableChars counts the code points of all cells as a person reads them.
func tableChars(o object) int {
	n := 0
	for _, v := range list(o, "rows") {
		row, _ := v.([]any)
		for _, cell := range objects(row) {
			n += utf8.RuneCountInString(reader{}.cell(cell))
		}
	}
	return n
}

// markdownBudget counts markdown over the whole payload, and the blocks that Slack turns it into.
func markdownBudget(c *checker, at string, o object) {
	text := str(o, "text")
	n := utf8.RuneCountInString(text)
	if n <= maxMarkdown {
		c.length(at+"/text", c.markdown+n, 0, maxMarkdown)
	}
	c.markdown += n
	c.extra += max(0, expanded(text)-1)
}

// expanded is the number of blocks that markdown becomes: one for each heading and rule, and one for each run
// of anything else between them.
func expanded(markdown string) int {
	n := 0
	inRun, inCode := false, false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			inCode = !inCode
		}
		switch {
		case line == "" && !inCode:
		case !inCode && (heading(line) || line == "---" || line == "***" || line == "___"):
			n++
			inRun = false
		case !inRun:
			n++
			inRun = true
		}
	}
	return n
}

func heading(line string) bool {
	hashes := len(line) - len(strings.TrimLeft(line, "#"))
	return hashes >= 1 && hashes <= 6 && strings.HasPrefix(line[hashes:], " ")
}
