package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox/blockkit"
)

// leafOption is the value of the option that a leaf holds, "" if it holds none.
func leafOption(leaf json.RawMessage) string {
	var l struct {
		Option struct{ Value string } `json:"selected_option"`
	}
	_ = json.Unmarshal(leaf, &l)
	return l.Option.Value
}

// offeredOption finds an option of an element by its value, as the object that the app sent; nil if there is none.
func offeredOption(el blockkit.Element, value string) json.RawMessage {
	var all struct {
		Options []json.RawMessage
		Groups  []struct{ Options []json.RawMessage } `json:"option_groups"`
	}
	_ = json.Unmarshal(el.Raw, &all)
	for _, g := range all.Groups {
		all.Options = append(all.Options, g.Options...)
	}
	return pickOption(all.Options, func(raw json.RawMessage) bool { return optionValue(raw) == value })
}

func optionValue(raw json.RawMessage) string {
	var o struct{ Value string }
	_ = json.Unmarshal(raw, &o)
	return o.Value
}

// leafFrom reads a leaf that came from outside as the leaf that Slack's client would make of it: options as the app sent them, ids of what the person can
// see, dates and times in their formats. Too long or too short texts are let in; they are told of when the form is sent.
func (s *Server) leafFrom(u *user, at spot, leaf json.RawMessage) (json.RawMessage, error) {
	field, many, ok := blockkit.StateField(at.el.Type)
	if !ok {
		return nil, fmt.Errorf("a %s holds no value", at.el.Type)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(leaf, &fields); err != nil {
		return nil, fmt.Errorf("read what is chosen in %q: %w", at.el.Label, err)
	}
	was := at.leaf(u)
	value := fields[field]
	if nothing(value) {
		value = json.RawMessage("null")
		if many {
			value = json.RawMessage("[]")
		}
		return withField(was, at.el.Type, field, value), nil
	}
	if !many {
		one, err := s.oneFrom(u, at, value)
		return withField(was, at.el.Type, field, one), err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(value, &list); err != nil {
		return nil, fmt.Errorf("read what is chosen in %q: %w", at.el.Label, err)
	}
	chosen := []json.RawMessage{}
	for _, v := range list {
		one, err := s.oneFrom(u, at, v)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(chosen, func(o json.RawMessage) bool { return string(o) == string(one) }) {
			chosen = append(chosen, one)
		}
	}
	if most := mostChosen(at.el); most > 0 && len(chosen) > most {
		return nil, fmt.Errorf("at most %d can be chosen in %q", most, at.el.Label)
	}
	return withField(was, at.el.Type, field, frame(chosen)), nil
}

func nothing(value json.RawMessage) bool {
	return slices.Contains([]string{"", "null", `""`, "[]"}, string(value))
}

func mostChosen(el blockkit.Element) int {
	var e struct {
		Most int `json:"max_selected_items"`
	}
	_ = json.Unmarshal(el.Raw, &e)
	return e.Most
}

func (s *Server) oneFrom(u *user, at spot, value json.RawMessage) (json.RawMessage, error) {
	refused := fmt.Errorf("%s cannot be chosen in %q", value, at.el.Label)
	kind := strings.TrimPrefix(at.el.Type, "multi_")
	switch kind {
	case "static_select", "radio_buttons", "checkboxes":
		if o := offeredOption(at.el, optionValue(value)); o != nil {
			return o, nil
		}
		return nil, refused
	case "external_select":
		if o := s.suggested(u, at, optionValue(value)); o != nil {
			return o, nil
		}
		return nil, refused
	case "rich_text_input":
		return s.richFrom(value)
	case "datetimepicker":
		var seconds int64
		if json.Unmarshal(value, &seconds) != nil || seconds < 1e9 || seconds >= 1e10 { // ten digits, says the reference
			return nil, refused
		}
		return value, nil
	case "file_input":
		return nil, errors.New("files cannot be uploaded in this sandbox")
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		return nil, refused
	}
	if !s.fits(u, kind, text) {
		return nil, refused
	}
	return quoted(text), nil
}

// fits says whether a text can be the value of an element of a kind: a date where dates are picked, the id of somebody where people are.
func (s *Server) fits(u *user, kind, text string) bool {
	switch kind {
	case "datepicker":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case "timepicker":
		_, err := time.Parse("15:04", text)
		return err == nil
	case "users_select":
		other := s.ws.Users[UserID(text)]
		return other != nil && other.Role != Deactivated
	case "channels_select":
		c := s.ws.Channels[ChannelID(text)]
		return c != nil && c.Kind == public && c.visibleTo(u)
	case "conversations_select":
		c := s.ws.Channels[ChannelID(text)]
		return c != nil && c.visibleTo(u)
	}
	return true
}

// richFrom takes rich text: sections of text with styles, no more than what a text box can make.
func (s *Server) richFrom(value json.RawMessage) (json.RawMessage, error) {
	block := obj{}
	if json.Unmarshal(value, &block) != nil || block["type"] != "rich_text" {
		return nil, errors.New("rich text is a rich_text block")
	}
	if problems := blockkit.CheckMessage(frame([]obj{block})); len(problems) > 0 {
		return nil, fmt.Errorf("rich text: %s", problems[0])
	}
	return value, nil
}
