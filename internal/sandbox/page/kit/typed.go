package kit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"epilogue/internal/sandbox/blockkit"
)

// moment is how a browser writes a date with a time of day.
const moment = "2006-01-02T15:04"

// Typed gives what a leaf of state.values holds as the strings that stand in a form: text, a date, ids, values of options. Moments are
// shown in zone (nil: UTC). An empty leaf has none.
func Typed(leaf json.RawMessage, zone *time.Location) []string {
	o, _ := decode(leaf).(object)
	name, _, _ := blockkit.StateField(str(o, "type"))
	value, there := o[name]
	if !there {
		return nil
	}
	values, many := value.([]any)
	if !many {
		values = []any{value}
	}
	var out []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			if v != "" {
				out = append(out, v)
			}
		case json.Number:
			out = append(out, typedMoment(v, zone))
		case object:
			out = append(out, typedObject(v))
		}
	}
	return out
}

func typedMoment(n json.Number, zone *time.Location) string {
	seconds, err := n.Int64()
	if err != nil {
		return n.String()
	}
	return time.Unix(seconds, 0).In(orUTC(zone)).Format(moment)
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// typedObject is the value of an option, the id of a file, or the text of rich text.
func typedObject(o object) string {
	if str(o, "type") == "rich_text" {
		return blockkit.Text(encode([]any{o}), nil, nil, time.Time{})
	}
	return firstOf(str(o, "value"), str(o, "id"))
}

// Leaf is the other way round: the leaf of state.values of an element in which these strings stand. was is its leaf before, which gives
// what a form does not show: the zone of a time, the styles of rich text that was not changed, options that the app supplied. Of an
// option that is not known the value alone is given.
//
// A list of several for an element that holds one is an error, and so is a moment that is none. Rules such as a required field are
// not looked at.
func Leaf(el blockkit.Element, typed []string, was json.RawMessage, zone *time.Location) (json.RawMessage, error) {
	name, many, ok := blockkit.StateField(el.Type)
	if !ok {
		return nil, fmt.Errorf("a %s holds no value", el.Type)
	}
	before, _ := decode(was).(object)
	leaf := object{"type": el.Type}
	if zone := str(before, "timezone"); zone != "" {
		leaf["timezone"] = zone
	}
	typed = slices.DeleteFunc(slices.Clone(typed), func(s string) bool { return s == "" })
	values := []any{}
	for _, s := range typed {
		v, err := value(el, s, before[name], zone)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	switch {
	case many:
		leaf[name] = values
	case len(values) == 0:
		leaf[name] = nil
	case len(values) == 1:
		leaf[name] = values[0]
	default:
		return nil, fmt.Errorf("a %s holds one value, not %d", el.Type, len(values))
	}
	return encode(leaf), nil
}

// value is what one string in an element stands for.
func value(el blockkit.Element, s string, before any, zone *time.Location) (any, error) {
	switch el.Type {
	case "datetimepicker":
		return unix(s, before, zone)
	case "rich_text_input":
		if rich, ok := before.(object); ok && typedObject(rich) == s {
			return rich, nil
		}
		return richText(s), nil
	case "static_select", "multi_static_select", "external_select", "multi_external_select", "checkboxes", "radio_buttons":
		return option(el, s, before), nil
	case "file_input":
		return object{"id": s}, nil
	}
	return s, nil
}

// unix reads a moment as a browser writes it; one that was not changed keeps its seconds.
func unix(s string, before any, zone *time.Location) (any, error) {
	if n, ok := before.(json.Number); ok && typedMoment(n, zone) == s {
		return n, nil
	}
	for _, layout := range []string{moment, moment + ":05"} {
		if at, err := time.ParseInLocation(layout, s, orUTC(zone)); err == nil {
			return json.Number(strconv.FormatInt(at.Unix(), 10)), nil
		}
	}
	return nil, fmt.Errorf("%q is no date and time", s)
}

func richText(s string) object {
	text := object{"type": "text", "text": s}
	return object{"type": "rich_text", "elements": []any{object{"type": "rich_text_section", "elements": []any{text}}}}
}

// option finds an option by its value, whole as the app sent it, among those on offer and those that were chosen.
func option(el blockkit.Element, s string, before any) any {
	raw, _ := decode(el.Raw).(object)
	all := objects(list(raw, "options"))
	for _, g := range objects(list(raw, "option_groups")) {
		all = append(all, objects(list(g, "options"))...)
	}
	all = append(all, objects([]any{before})...)
	if several, ok := before.([]any); ok {
		all = append(all, objects(several)...)
	}
	all = append(all, objects(append(list(raw, "initial_options"), raw["initial_option"]))...)
	if i := slices.IndexFunc(all, func(o object) bool { return str(o, "value") == s }); i >= 0 {
		return all[i]
	}
	return object{"value": s}
}
