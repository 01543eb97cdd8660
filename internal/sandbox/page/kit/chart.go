package kit

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
)

// The size of a chart, and of the space where its lines and bars are.
const (
	chartWidth, chartHeight                  = 480.0, 220.0
	plotLeft, plotRight, plotTop, plotBottom = 48.0, 470.0, 28.0, 184.0
)

// chart draws a data_visualization, with its data as a table for those who cannot see it.
func (r *renderer) chart(b object) template.HTML {
	chart := obj(b, "chart")
	data := m{
		"Title": legible(str(b, "title")), "Sort": oneOf(str(chart, "type"), "unknown", "pie", "bar", "line", "area"), "ID": r.id("data"), "W": "480", "H": "220",
		"XLabel": legible(str(obj(chart, "axis_config"), "x_label")), "YLabel": legible(str(obj(chart, "axis_config"), "y_label")),
		"Rules": []m(nil), "Ticks": []m(nil), "Legend": []string(nil), "Across": firstOf(legible(str(obj(chart, "axis_config"), "x_label")), "Label"),
	}
	switch data["Sort"] {
	case "unknown":
		return r.unknown("block", b)
	case "pie":
		pie(chart, data)
	default:
		axes(chart, data)
	}
	return r.draw("chart", data)
}

func num(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) }

// pie fills in segments of a circle, beginning at the top.
func pie(chart object, data m) {
	segments := objects(list(chart, "segments"))
	sum := 0.0
	for _, s := range segments {
		sum += math.Max(0, float(s["value"]))
	}
	var shapes, lines []m
	var legend []string
	turn := 0.0
	const x, y, radius = chartWidth / 2, chartHeight / 2, 96.0
	point := func(t float64) string {
		return num(x+radius*math.Sin(2*math.Pi*t)) + " " + num(y-radius*math.Cos(2*math.Pi*t))
	}
	for i, s := range segments {
		share := 0.0
		if sum > 0 {
			share = math.Max(0, float(s["value"])) / sum
		}
		label, amount := legible(str(s, "label")), num(float(s["value"]))
		d := fmt.Sprintf("M%s %s L%s A%s %s 0 %d 1 %s Z", num(x), num(y), point(turn), num(radius), num(radius), map[bool]int{true: 1}[share > 0.5], point(turn+share))
		if share > 0.999 { // an arc that ends where it begins is none
			d = fmt.Sprintf("M%s A%s %s 0 1 1 %s A%s %s 0 1 1 %s Z", point(0), num(radius), num(radius), point(0.5), num(radius), num(radius), point(0))
		}
		shapes = append(shapes, m{"Class": fmt.Sprintf("k-fill k-s%d", i%6), "D": d, "Says": fmt.Sprintf("%s: %s (%.0f%%)", label, amount, 100*share)})
		lines = append(lines, m{"Name": label, "Values": []string{amount}})
		legend = append(legend, label)
		turn += share
	}
	data["Shapes"], data["Lines"], data["Legend"], data["Columns"] = shapes, lines, legend, []string{"Value"}
}

// axes fills in bars, lines or areas over categories.
func axes(chart object, data m) {
	var categories []string
	for _, c := range list(obj(chart, "axis_config"), "categories") {
		s, _ := c.(string)
		categories = append(categories, s)
	}
	series := objects(list(chart, "series"))
	values := make([][]float64, len(series))
	low, high := 0.0, 0.0
	var names []string
	for i, s := range series {
		names = append(names, legible(str(s, "name")))
		values[i] = make([]float64, len(categories))
		for j, c := range categories {
			for _, p := range objects(list(s, "data")) {
				if str(p, "label") == c {
					values[i][j] = float(p["value"])
				}
			}
			low, high = math.Min(low, values[i][j]), math.Max(high, values[i][j])
		}
	}
	s := newScale(low, high, len(categories))
	data["Rules"], data["Ticks"], data["Shapes"] = s.rules(), s.ticks(categories), s.shapes(data["Sort"].(string), names, categories, values)
	var lines []m
	for j, c := range categories {
		var row []string
		for i := range series {
			row = append(row, num(values[i][j]))
		}
		lines = append(lines, m{"Name": legible(c), "Values": row})
	}
	data["Lines"], data["Columns"] = lines, names
	if len(names) > 1 {
		data["Legend"] = names
	}
}

// scale places values and categories.
type scale struct {
	low, high, step float64
	n               int
}

// newScale rounds a range to steps that people like.
func newScale(low, high float64, n int) scale {
	if !(high-low > 0) || math.IsInf(high-low, 0) {
		low, high = 0, 1
	}
	raw := (high - low) / 4
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if step*f >= raw {
			step *= f
			break
		}
	}
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step, max(n, 1)}
}

func (s scale) y(v float64) float64 {
	return plotBottom - (v-s.low)/(s.high-s.low)*(plotBottom-plotTop)
}

func (s scale) band() float64        { return (plotRight - plotLeft) / float64(s.n) }
func (s scale) center(j int) float64 { return plotLeft + s.band()*(float64(j)+0.5) }

func (s scale) rules() []m {
	var out []m
	for i := range 13 {
		v := s.low + float64(i)*s.step
		if v > s.high+s.step/2 {
			break
		}
		at := num(s.y(v))
		out = append(out, m{"D": "M" + num(plotLeft) + " " + at + "H" + num(plotRight), "X": num(plotLeft - 8), "Y": num(s.y(v) + 4), "Says": num(v)})
	}
	return out
}

func (s scale) ticks(categories []string) []m {
	var out []m
	every := (len(categories)-1)/8 + 1 // more labels than that would run into each other
	for j, c := range categories {
		if j%every == 0 {
			out = append(out, m{"X": num(s.center(j)), "Y": num(plotBottom + 18), "Says": legible(c)})
		}
	}
	return out
}

func (s scale) shapes(sort string, names, categories []string, values [][]float64) []m {
	var out []m
	for i, row := range values {
		class := fmt.Sprintf("k-s%d", i%6)
		if sort == "bar" {
			for j, v := range row {
				out = append(out, m{"Class": "k-fill " + class, "D": s.bar(i, j, len(values), v), "Says": fmt.Sprintf("%s, %s: %s", names[i], legible(categories[j]), num(v))})
			}
			continue
		}
		line := ""
		for j, v := range row {
			line += map[bool]string{true: "M", false: "L"}[j == 0] + num(s.center(j)) + " " + num(s.y(v))
		}
		if line == "" {
			continue
		}
		if sort == "area" {
			zero := num(s.y(math.Max(s.low, 0)))
			out = append(out, m{"Class": "k-area " + class, "D": line + "V" + zero + "H" + num(s.center(0)) + "Z", "Says": names[i]})
		}
		out = append(out, m{"Class": "k-line " + class, "D": line, "Says": names[i]})
	}
	return out
}

func (s scale) bar(i, j, of int, v float64) string {
	width := s.band() * 0.7 / float64(of)
	x := s.center(j) + width*(float64(i)-float64(of)/2)
	top, bottom := s.y(math.Max(v, 0)), s.y(math.Min(v, 0))
	return "M" + num(x) + " " + num(bottom) + "V" + num(top) + "H" + num(x+math.Max(width-2, 1)) + "V" + num(bottom) + "Z"
}
