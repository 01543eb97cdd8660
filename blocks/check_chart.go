package blocks

import "fmt"

// chart checks a chart of bars: of 1 to 6 series, each with one point for each of at most 20 categories.
func (c *checker) chart(at string, o object) {
	c.length(at+"/title", o.text("title"), 1, 50)
	chart, _ := o.object("chart")
	if kind := chart.text("type"); kind != "bar" {
		c.say(at+"/chart", "chart type %q is not one that this program makes", kind)
	}
	axis, _ := chart.object("axis_config")
	c.length(at+"/chart/axis_config/x_label", axis.text("x_label"), 0, 50)
	c.length(at+"/chart/axis_config/y_label", axis.text("y_label"), 0, 50)
	categories, _ := axis["categories"].([]any)
	c.items(at+"/chart/axis_config/categories", len(categories), 1, 20)
	known := map[any]bool{}
	for i, category := range categories {
		name, _ := category.(string)
		c.length(fmt.Sprintf("%s/chart/axis_config/categories/%d", at, i), name, 1, 20)
		if known[category] {
			c.say(at+"/chart/axis_config/categories", "%q is there twice", name)
		}
		known[category] = true
	}
	series := chart.list("series")
	c.items(at+"/chart/series", len(series), 1, 6)
	for i, s := range series {
		here := fmt.Sprintf("%s/chart/series/%d", at, i)
		c.length(here+"/name", s.text("name"), 1, 20)
		points := s.list("data")
		if len(points) != len(categories) {
			c.say(here, "%d points for %d categories", len(points), len(categories))
		}
		for _, p := range points {
			if !known[p["label"]] {
				c.say(here, "a point for %q, which is no category", p.text("label"))
			}
		}
	}
}
