package sandbox

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"epilogue/internal/sandbox/blockkit"
)

// textOf is the text of a text object, "" for none.
func textOf(raw json.RawMessage) string {
	var t struct{ Text string }
	_ = json.Unmarshal(raw, &t)
	return t.Text
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// rawOption finds an option by its text, as the object that the app sent.
func rawOption(el blockkit.Element, text string) json.RawMessage {
	type option struct {
		Text struct{ Text string }
	}
	var all struct {
		Options []json.RawMessage
		Groups  []struct{ Options []json.RawMessage } `json:"option_groups"`
	}
	_ = json.Unmarshal(el.Raw, &all)
	for _, g := range all.Groups {
		all.Options = append(all.Options, g.Options...)
	}
	return pickOption(all.Options, func(raw json.RawMessage) bool {
		var o option
		_ = json.Unmarshal(raw, &o)
		return o.Text.Text == text || unescape(o.Text.Text) == text
	})
}

func pickOption(options []json.RawMessage, match func(json.RawMessage) bool) json.RawMessage {
	if i := slices.IndexFunc(options, match); i >= 0 {
		return options[i]
	}
	return nil
}

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// offers says whether a menu has an option, by its text or by the name of a person or channel.
func (s *Server) offers(el blockkit.Element, option string) bool {
	if len(el.Options) > 0 {
		return rawOption(el, option) != nil
	}
	field, _, stateful := blockkit.StateField(el.Type)
	return stateful && field != "value" && s.meaning(el.Type, option) != nil
}

// meaning is the id that a name stands for in a menu of people, channels or conversations; nil if it stands for nothing there.
func (s *Server) meaning(typ, name string) json.RawMessage {
	user, channel := s.ws.person(name), s.ws.channelNamed(name)
	switch {
	case strings.Contains(typ, "users_select"):
		if user != nil {
			return quoted(string(user.ID))
		}
	case strings.Contains(typ, "channels_select"):
		if channel != nil && channel.Kind == public {
			return quoted(string(channel.ID))
		}
	case strings.Contains(typ, "conversations_select"):
		if channel != nil {
			return quoted(string(channel.ID))
		}
		if user != nil {
			return quoted(string(s.dm(user.ID).ID))
		}
	}
	return nil
}

// choice is the leaf of an element in which these things are chosen, or this is typed.
func (s *Server) choice(el blockkit.Element, was json.RawMessage, chosen []string) (json.RawMessage, error) {
	field, many, ok := blockkit.StateField(el.Type)
	if !ok {
		return nil, fmt.Errorf("a %s holds no value", el.Type)
	}
	var picked []json.RawMessage
	for _, name := range chosen {
		one, err := s.valueOf(el, name)
		if err != nil {
			return nil, err
		}
		picked = append(picked, one)
	}
	if !many && len(picked) > 1 {
		return nil, fmt.Errorf("only one can be chosen in %q", el.Label)
	}
	value := json.RawMessage("null")
	switch {
	case many:
		value = frame(notNil(picked))
	case len(picked) == 1:
		value = picked[0]
	}
	return withField(was, el.Type, field, value), nil
}

// withField changes the value of a leaf and keeps what else is in it, such as a time picker's zone.
func withField(leaf json.RawMessage, typ, field string, value json.RawMessage) json.RawMessage {
	fields := map[string]json.RawMessage{}
	_ = json.Unmarshal(leaf, &fields)
	fields["type"], fields[field] = quoted(typ), value
	return frame(fields)
}

// valueOf reads one thing that a person types or picks as the value that Slack sends.
func (s *Server) valueOf(el blockkit.Element, name string) (json.RawMessage, error) {
	switch el.Type {
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		return quoted(name), nil
	case "rich_text_input":
		return frame(obj{"type": "rich_text", "elements": []obj{{"type": "rich_text_section", "elements": []obj{{"type": "text", "text": name}}}}}), nil
	case "datepicker", "timepicker":
		return quoted(name), nil
	case "datetimepicker":
		if _, err := strconv.ParseInt(name, 10, 64); err != nil {
			return nil, fmt.Errorf("a date and time is given in Unix seconds, not as %q", name)
		}
		return json.RawMessage(name), nil
	}
	if o := rawOption(el, name); o != nil {
		return o, nil
	}
	if id := s.meaning(el.Type, name); id != nil {
		return id, nil
	}
	var offered []string
	for _, o := range el.Options {
		offered = append(offered, o.Text)
	}
	return nil, fmt.Errorf("%q cannot be chosen in %q; offered: %q", name, el.Label, offered)
}

// labels are what people read beside the inputs, by block_id.
func (v *view) labels() map[string]string {
	out := map[string]string{}
	for _, el := range blockkit.Elements(v.Blocks) {
		if el.Input {
			out[el.BlockID] = el.Label
		}
	}
	return out
}

// leafValue is the value inside a leaf; nil when nothing was typed or chosen.
func leafValue(leaf json.RawMessage, typ string) json.RawMessage {
	field, _, _ := blockkit.StateField(typ)
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(leaf, &fields)
	v := fields[field]
	switch string(v) {
	case "", "null", "[]", `""`:
		return nil
	}
	return v
}

// The errors that Slack's client shows by itself, without asking the app. Their exact words are not documented.
const (
	fieldRequired = "Please complete this required field."
	fieldShort    = "Please enter at least %d characters."
	fieldLong     = "Please enter at most %d characters."
	fieldEmail    = "Please enter a valid email address."
	fieldURL      = "Please enter a valid URL."
	fieldNumber   = "Please enter a valid number."
	fieldWhole    = "Please enter a whole number."
	fieldLow      = "Please enter a number of at least %s."
	fieldHigh     = "Please enter a number of at most %s."
)

// complaints are the errors that Slack's client finds in a form before it sends it, by block_id.
func (v *view) complaints() map[string]string {
	out := map[string]string{}
	state := v.state()
	for _, el := range blockkit.Elements(v.Blocks) {
		if !el.Input {
			continue
		}
		if problem := complaint(el, leafValue(state[el.BlockID][el.ActionID], el.Type)); problem != "" {
			out[el.BlockID] = problem
		}
	}
	return out
}

func complaint(el blockkit.Element, value json.RawMessage) string {
	if value == nil {
		if el.Optional {
			return ""
		}
		return fieldRequired
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		return ""
	}
	n := utf8.RuneCountInString(text)
	switch {
	case el.MinLength > 0 && n < el.MinLength:
		return fmt.Sprintf(fieldShort, el.MinLength)
	case el.MaxLength > 0 && n > el.MaxLength, el.Type == "plain_text_input" && n > 3000:
		return fmt.Sprintf(fieldLong, max(el.MaxLength, 1))
	}
	switch el.Type {
	case "email_text_input":
		if _, err := mail.ParseAddress(text); err != nil {
			return fieldEmail
		}
	case "url_text_input":
		if at, err := url.Parse(text); err != nil || at.Host == "" {
			return fieldURL
		}
	case "number_input":
		return numberComplaint(el, text)
	}
	return ""
}

var number = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?[0-9]{1,300}(\.[0-9]{1,300})?$`) })

// numberComplaint is what is wrong with a number, "" if nothing is.
func numberComplaint(el blockkit.Element, text string) string {
	var limits struct {
		Decimal bool   `json:"is_decimal_allowed"`
		Min     string `json:"min_value"`
		Max     string `json:"max_value"`
	}
	_ = json.Unmarshal(el.Raw, &limits) // it was checked when it was sent
	n, ok := new(big.Rat).SetString(text)
	if !number().MatchString(text) || !ok {
		return fieldNumber
	}
	low, hasLow := new(big.Rat).SetString(limits.Min)
	high, hasHigh := new(big.Rat).SetString(limits.Max)
	switch {
	case !limits.Decimal && !n.IsInt():
		return fieldWhole
	case hasLow && n.Cmp(low) < 0:
		return fmt.Sprintf(fieldLow, limits.Min)
	case hasHigh && n.Cmp(high) > 0:
		return fmt.Sprintf(fieldHigh, limits.Max)
	}
	return ""
}

// withState writes typed values into blocks as initial values, so that rendering shows them.
func withState(blocks json.RawMessage, state values) json.RawMessage {
	var list []any
	if json.Unmarshal(blocks, &list) != nil {
		return blocks
	}
	for _, b := range list {
		fillIn(b, "", state)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return blocks
	}
	return raw
}

func fillIn(node any, block string, state values) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			fillIn(child, block, state)
		}
	case map[string]any:
		if id, ok := n["block_id"].(string); ok {
			block = id
		}
		action, _ := n["action_id"].(string)
		if leaf, ok := state[block][action]; ok && action != "" {
			typ, _ := n["type"].(string)
			n[initialField(typ)] = leafValue(leaf, typ)
			return
		}
		for _, child := range n {
			fillIn(child, block, state)
		}
	}
}

// initialField is the property that presets an element: initial_option for selected_option, and so on.
func initialField(typ string) string {
	field, _, _ := blockkit.StateField(typ)
	if rest, ok := strings.CutPrefix(field, "selected_"); ok {
		return "initial_" + rest
	}
	return "initial_value"
}
