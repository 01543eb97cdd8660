package blockkit

import (
	"encoding/json"
	"strings"
)

// Element is one thing that a person can press or fill in, with what they see around it. Texts are plain: no
// markup, no entities.
type Element struct {
	BlockID, ActionID, Type string
	Label                   string // what is visible: button text, label of the input, placeholder of a menu, ⋮
	Placeholder             string
	AccessibilityLabel      string
	Near                    string // text of the section that holds it, else of the nearest section or header above
	Value, URL, Style       string
	Options                 []Option // of menus, radio buttons and checkboxes; groups are flattened
	Confirm                 *Confirm // nil when pressing asks no question

	// Of an input block. Optional also means: may be left empty.
	Input, Optional, Dispatch bool
	Hint                      string

	MinLength, MaxLength int // in code points; 0 when not limited
	Multiline            bool
	Initial              any             // in the shape of the state leaf: string, json.Number, object, list or nil
	Raw                  json.RawMessage // the element itself
}

// Option is one choice.
type Option struct{ Text, Value, Description, URL, Group string }

// Confirm is the question asked before an action is sent.
type Confirm struct{ Title, Text, Confirm, Deny string }

// Elements lists the interactive elements in reading order. Blocks that are not an array have none.
func Elements(blocks json.RawMessage) []Element {
	var out []Element
	near := ""
	eachBlock(blockList(blocks), func(block object) {
		switch str(block, "type") {
		case "section", "header":
			near = sectionText(block)
		case "card", "container":
			near = plainOf(obj(block, "title"))
		}
		for _, e := range interactive(block) {
			if str(e, "type") == "feedback_buttons" {
				out = append(out, feedbackElement(block, e, near, "positive_button"), feedbackElement(block, e, near, "negative_button"))
				continue
			}
			out = append(out, describe(block, e, near))
		}
	})
	return out
}

func describe(block, e object, near string) Element {
	kind := str(e, "type")
	el := Element{
		BlockID:            str(block, "block_id"),
		ActionID:           str(e, "action_id"),
		Type:               kind,
		Placeholder:        plainOf(obj(e, "placeholder")),
		AccessibilityLabel: str(e, "accessibility_label"),
		Near:               near,
		Value:              str(e, "value"),
		URL:                str(e, "url"),
		Style:              str(e, "style"),
		Options:            options(e),
		Confirm:            confirm(obj(e, "confirm")),
		Multiline:          truth(e, "multiline"),
		Initial:            initialValue(e),
		Raw:                encode(e),
	}
	el.MinLength, _ = whole(e, "min_length")
	el.MaxLength, _ = whole(e, "max_length")
	el.Label = label(e)
	if str(block, "type") == "input" {
		el.Input = true
		el.Label = plainOf(obj(block, "label"))
		el.Hint = plainOf(obj(block, "hint"))
		el.Optional = truth(block, "optional")
		el.Dispatch = truth(block, "dispatch_action")
	}
	return el
}

// feedbackElement describes one of the two halves of a feedback_buttons element: they share an action_id and
// differ in their value.
func feedbackElement(block, e object, near, half string) Element {
	el := describe(block, e, near)
	b := obj(e, half)
	el.Label, el.Value, el.AccessibilityLabel = plainOf(obj(b, "text")), str(b, "value"), str(b, "accessibility_label")
	return el
}

// defaultPlaceholders are what Slack's client shows in an element that has no placeholder.
var defaultPlaceholders = map[string]string{
	"datepicker":     "Select a date",
	"timepicker":     "Select a time",
	"datetimepicker": "Select a date and time",
	"file_input":     "Upload file",
}

// label is what a person reads on an element itself.
func label(e object) string {
	kind := str(e, "type")
	if text := plainOf(obj(e, "text")); text != "" {
		return text
	}
	if text := plainOf(obj(e, "placeholder")); text != "" {
		return text
	}
	switch {
	case kind == "overflow":
		return "⋮"
	case kind == "checkboxes", kind == "radio_buttons":
		var texts []string
		for _, o := range options(e) {
			texts = append(texts, o.Text)
		}
		return strings.Join(texts, ", ")
	case defaultPlaceholders[kind] != "":
		return defaultPlaceholders[kind]
	case strings.HasPrefix(kind, "multi_"):
		return "Select options"
	case strings.HasSuffix(kind, "_select"):
		return "Select an option"
	}
	return ""
}

func options(e object) []Option {
	var out []Option
	add := func(group string, l []any) {
		for _, o := range objects(l) {
			out = append(out, Option{
				Text: plainOf(obj(o, "text")), Value: str(o, "value"),
				Description: plainOf(obj(o, "description")), URL: str(o, "url"), Group: group,
			})
		}
	}
	add("", list(e, "options"))
	for _, g := range objects(list(e, "option_groups")) {
		add(plainOf(obj(g, "label")), list(g, "options"))
	}
	return out
}

func confirm(o object) *Confirm {
	if o == nil {
		return nil
	}
	c := &Confirm{
		Title: plainOf(obj(o, "title")), Text: plainOf(obj(o, "text")),
		Confirm: plainOf(obj(o, "confirm")), Deny: plainOf(obj(o, "deny")),
	}
	if c.Deny == "" {
		c.Deny = "Cancel"
	}
	return c
}

// sectionText is the plain text of a section or header, fields included.
func sectionText(block object) string {
	var parts []string
	for _, t := range append([]object{obj(block, "text")}, objects(list(block, "fields"))...) {
		if s := plainOf(t); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n")
}

// plainOf is the text of a text object without markup; dates stand as their fallback.
func plainOf(text object) string {
	if str(text, "type") == "mrkdwn" {
		return unmark(Mrkdwn(str(text, "text"), nil, nil, noTime))
	}
	return unescape(str(text, "text"))
}
